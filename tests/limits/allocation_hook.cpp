#include "allocation_hook.hpp"

#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <memory>
#include <new>
#include <system_error>
#include <thread>

namespace test {
namespace {

std::atomic<uint64_t> count = 0, first_failure = UINT64_MAX;
std::atomic<bool> is_on = false, fails_for_good = false, refuses_threads = false, failed = false;
std::atomic<int64_t> live = 0, mapped = 0;

bool fails_now() {
  if (!is_on) return false;
  const uint64_t number = count.fetch_add(1) + 1;
  if (number != first_failure && !(fails_for_good && number > first_failure)) return false;
  failed = true;
  return true;
}

}  // namespace

void start_failing(const AllocationPlan& plan) {
  count = 0;
  failed = false;
  first_failure = plan.first_failure;
  fails_for_good = plan.fails_for_good;
  refuses_threads = plan.refuses_threads;
  is_on = true;
}

uint64_t stop_failing() {
  is_on = false;
  refuses_threads = false;
  return count;
}

bool has_failed() { return failed; }
int64_t live_allocations() { return live; }
int64_t live_mapped_bytes() { return mapped; }

}  // namespace test

using test::fails_now;
using test::live;

extern "C" {

void* __real_malloc(size_t);
void* __real_calloc(size_t, size_t);
void* __real_realloc(void*, size_t);
void* __real_aligned_alloc(size_t, size_t);
void __real_free(void*);
void* __real_mmap(void*, size_t, int, int, int, off_t);
int __real_munmap(void*, size_t);
void* __real_mremap(void*, size_t, size_t, int, ...);

void* __wrap_malloc(size_t size) {
  void* const block = fails_now() ? nullptr : __real_malloc(size);
  live += block != nullptr;
  return block;
}

void* __wrap_calloc(size_t elements, size_t size) {
  void* const block = fails_now() ? nullptr : __real_calloc(elements, size);
  live += block != nullptr;
  return block;
}

void* __wrap_realloc(void* old, size_t size) {
  if (fails_now()) return nullptr;
  void* const block = __real_realloc(old, size);
  live += !old && block;
  return block;
}

void* __wrap_aligned_alloc(size_t alignment, size_t size) {
  void* const block = fails_now() ? nullptr : __real_aligned_alloc(alignment, size);
  live += block != nullptr;
  return block;
}

void __wrap_free(void* block) {
  live -= block != nullptr;
  __real_free(block);
}

void* __wrap_mmap(void* wanted, size_t size, int protection, int flags, int file, off_t offset) {
  if (fails_now()) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  void* const pages = __real_mmap(wanted, size, protection, flags, file, offset);
  // What is mapped over a reserved range is part of that.
  if (pages != MAP_FAILED && !(flags & MAP_FIXED)) live++, test::mapped += int64_t(size);
  return pages;
}

int __wrap_munmap(void* pages, size_t size) {
  const int result = __real_munmap(pages, size);
  if (result == 0) live--, test::mapped -= int64_t(size);
  return result;
}

void* __wrap_mremap(void* pages, size_t size, size_t new_size, int flags, ...) {
  if (fails_now()) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  void* const moved = __real_mremap(pages, size, new_size, flags);
  if (moved != MAP_FAILED) test::mapped += int64_t(new_size) - int64_t(size);
  return moved;
}

// std::thread::_M_start_thread
void __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(void*, void*, void (*)());
void __wrap__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(void* thread, void* state,
                                                                                                  void (*start)()) {
  if (test::refuses_threads) throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
  __real__ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE(thread, state, start);
}

}  // extern "C"

namespace {

void* allocate(size_t size) {
  void* const block = __wrap_malloc(size ? size : 1);
  if (!block) throw std::bad_alloc();
  return block;
}

void* allocate_aligned(size_t size, std::align_val_t alignment) {
  const size_t unit = size_t(alignment);
  void* const block = __wrap_aligned_alloc(unit, (size + unit - 1) / unit * unit);
  if (!block) throw std::bad_alloc();
  return block;
}

}  // namespace

void* operator new(size_t size) { return allocate(size); }
void* operator new[](size_t size) { return allocate(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return __wrap_malloc(size ? size : 1); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return __wrap_malloc(size ? size : 1); }
void* operator new(size_t size, std::align_val_t alignment) { return allocate_aligned(size, alignment); }
void* operator new[](size_t size, std::align_val_t alignment) { return allocate_aligned(size, alignment); }
void operator delete(void* block) noexcept { __wrap_free(block); }
void operator delete[](void* block) noexcept { __wrap_free(block); }
void operator delete(void* block, size_t) noexcept { __wrap_free(block); }
void operator delete[](void* block, size_t) noexcept { __wrap_free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { __wrap_free(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { __wrap_free(block); }
void operator delete(void* block, std::align_val_t) noexcept { __wrap_free(block); }
void operator delete[](void* block, std::align_val_t) noexcept { __wrap_free(block); }
void operator delete(void* block, size_t, std::align_val_t) noexcept { __wrap_free(block); }
void operator delete[](void* block, size_t, std::align_val_t) noexcept { __wrap_free(block); }
