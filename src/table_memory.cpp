#include "table_memory.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#elif defined(_WIN32)
#include <malloc.h>
#endif

namespace bpe {
namespace {

constexpr size_t alignment = 64;
#if defined(__linux__)
// Fresh pages come zeroed from the system: cheaper than clearing. Small tables are not worth a mapping of their own.
constexpr size_t mapped_size = size_t{64} << 10, huge_page = size_t{2} << 20;

bool is_mapped(size_t size) { return size >= mapped_size; }

void* map_zeroed(size_t size) {
  if (size < huge_page) {
    void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return data == MAP_FAILED ? nullptr : data;
  }
  // A huge page must be aligned to its size: map more and give back both ends.
  const size_t page = 4096, wanted = (size + page - 1) / page * page;
  void* data = mmap(nullptr, wanted + huge_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) return nullptr;
  char* const begin = static_cast<char*>(data);
  const size_t before = (huge_page - reinterpret_cast<uintptr_t>(begin) % huge_page) % huge_page;
  if (before) munmap(begin, before);
  munmap(begin + before + wanted, huge_page - before);
  madvise(begin + before, wanted, MADV_HUGEPAGE);
  return begin + before;
}
#endif

}  // namespace

TableMemory::TableMemory(size_t size) : size_(size) {
  if (size == 0) return;
#if defined(__linux__)
  if (is_mapped(size)) {
    data_ = map_zeroed(size);
    if (!data_) throw std::bad_alloc();
    return;
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
    munmap(data_, (size_ + 4095) / 4096 * 4096);
    return;
  }
#endif
#if defined(_WIN32)
  _aligned_free(data_);
#else
  std::free(data_);
#endif
}

}  // namespace bpe
