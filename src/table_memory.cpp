#include "table_memory.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <malloc.h>
#include <windows.h>
#else
#include <sys/mman.h>
#endif
#if defined(__linux__) && !defined(MADV_POPULATE_WRITE)
#define MADV_POPULATE_WRITE 23  // of Linux 5.14; older ones refuse it
#endif

namespace bpe {
namespace {

constexpr size_t alignment = 64;
// Fresh pages come zeroed from the system: cheaper than clearing. Small tables are not worth a mapping of their own.
constexpr size_t mapped_size = size_t{64} << 10;

bool is_mapped(size_t size) { return size >= mapped_size; }

// nullptr if there is no memory.
void* map_pages(size_t size) {
#if defined(_WIN32)
  return VirtualAlloc(nullptr, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
#else
  void* const pages = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages == MAP_FAILED ? nullptr : pages;
#endif
}

void unmap_pages(void* pages, [[maybe_unused]] size_t size) {
#if defined(_WIN32)
  VirtualFree(pages, 0, MEM_RELEASE);
#else
  munmap(pages, size);
#endif
}

void* allocate_zeroed(size_t size) {
#if defined(_WIN32)
  void* const memory = _aligned_malloc(size, alignment);
#else
  void* const memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
#endif
  return memory ? std::memset(memory, 0, size) : nullptr;
}

void free_allocated(void* memory) {
#if defined(_WIN32)
  _aligned_free(memory);
#else
  std::free(memory);
#endif
}

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
  data_ = is_mapped(size) ? map_pages(size) : allocate_zeroed(size);
  if (!data_) throw std::bad_alloc();
}

TableMemory::~TableMemory() {
  if (!data_) return;
  if (is_mapped(size_)) {
    unmap_pages(data_, size_);
  } else {
    free_allocated(data_);
  }
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
