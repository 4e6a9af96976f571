// Memory of a table: zeroed, aligned to a cache line, on ordinary pages that become resident where they are touched. Huge pages do not pay:
// a fresh one can take milliseconds, more than its misses would cost in a text of many megabytes.
#pragma once

#include <cstddef>
#include <utility>

namespace bpe {

// Asks for large pages behind memory that will be filled from its beginning on: a tenth of the page faults. Nothing happens for less than
// a few of them, and where there are none.
void ask_for_large_pages(void* memory, size_t size);

class TableMemory {
 public:
  TableMemory() = default;
  // Throws std::bad_alloc.
  explicit TableMemory(size_t size);
  TableMemory(TableMemory&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  TableMemory& operator=(TableMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~TableMemory();

  // Enlarges it: what is there stays, what is added is zero. Throws std::bad_alloc, with nothing changed.
  void grow(size_t size);
  // Makes it resident at once, which costs half as much as page by page where all of it will be touched.
  void populate() { populate_from(0); }

  void* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  void populate_from(size_t offset);

  void* data_ = nullptr;
  size_t size_ = 0;
};

// An array in such memory. Elements are trivial and start as zero bytes.
template <class Element>
class Table {
 public:
  Table() = default;
  explicit Table(size_t size) : memory_(size * sizeof(Element)) {}

  void grow(size_t size) { memory_.grow(size * sizeof(Element)); }
  void populate() { memory_.populate(); }

  Element* data() { return static_cast<Element*>(memory_.data()); }
  const Element* data() const { return static_cast<const Element*>(memory_.data()); }
  Element& operator[](size_t i) { return data()[i]; }
  const Element& operator[](size_t i) const { return data()[i]; }
  size_t size() const { return memory_.size() / sizeof(Element); }
  size_t memory_size() const { return memory_.size(); }
  const Element* begin() const { return data(); }
  const Element* end() const { return data() + size(); }

 private:
  TableMemory memory_;
};

}  // namespace bpe
