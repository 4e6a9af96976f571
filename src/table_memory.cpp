#include "table_memory.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // of Linux 5.14; older ones refuse it
#endif
#elif defined(_WIN32)
#include <malloc.h>
#endif

namespace bpe {
namespace {

constexpr size_t alignment = 64;
#if defined(__linux__)
// Fresh pages come zeroed from the system: cheaper than clearing. Small tables are not worth a mapping of their own.
constexpr size_t mapped_size = size_t{64} << 10;

bool is_mapped(size_t size) { return size >= mapped_size; }
#endif

}  // namespace

void ask_for_large_pages([[maybe_unused]] void* memory, [[maybe_unused]] size_t size) {
#if defined(MADV_HUGEPAGE)
  constexpr size_t page = size_t{2} << 20, least_size = 2 * page;
  if (size < least_size) return;
  const uintptr_t begin = reinterpret_cast<uintptr_t>(memory), first = (begin + page - 1) / page * page, last = (begin + size) / page * page;
  madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
}

TableMemory::TableMemory(size_t size) : size_(size) {
  if (size == 0) return;
#if defined(__linux__)
  if (is_mapped(size)) {
    data_ = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ != MAP_FAILED) return;
    data_ = nullptr;
    throw std::bad_alloc();
  }
#endif
#if defined(_WIN32)
  data_ = _aligned_malloc(size, alignment);
#else
  data_ = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
#endif
  if (!data_) throw std::bad_alloc();
  std::memset(data_, 0, size);
}

TableMemory::~TableMemory() {
  if (!data_) return;
#if defined(__linux__)
  if (is_mapped(size_)) {
    munmap(data_, size_);
    return;
  }
#endif
#if defined(_WIN32)
  _aligned_free(data_);
#else
  std::free(data_);
#endif
}

void TableMemory::grow(size_t size) {
  const size_t old_size = size_;
#if defined(__linux__)
  if (is_mapped(old_size)) {
    void* const moved = mremap(data_, old_size, size, MREMAP_MAYMOVE);
    if (moved == MAP_FAILED) throw std::bad_alloc();
    data_ = moved;
    size_ = size;
    populate_from(old_size);
    return;
  }
#endif
  TableMemory grown(size);
  grown.populate();
  if (old_size) std::memcpy(grown.data_, data_, old_size);
  *this = std::move(grown);
}

// Where the system cannot, pages become resident one by one.
void TableMemory::populate_from([[maybe_unused]] size_t offset) {
#if defined(MADV_POPULATE_WRITE)
  constexpr size_t least_page = 4096;
  const size_t begin = offset / least_page * least_page;
  if (is_mapped(size_)) madvise(static_cast<uint8_t*>(data_) + begin, size_ - begin, MADV_POPULATE_WRITE);
#endif
}

}  // namespace bpe
