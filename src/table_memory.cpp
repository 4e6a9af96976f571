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
constexpr size_t mapped_size = size_t{64} << 10;

bool is_mapped(size_t size) { return size >= mapped_size; }
#endif

}  // namespace

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

}  // namespace bpe
