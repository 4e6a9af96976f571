#include "context.hpp"

#include <algorithm>
#include <thread>

namespace bpe {

// Where a thread begins to look: its own place most of the time, so that threads meet different slots and find warm contexts.
size_t ContextPool::preferred_slot() const {
  static thread_local const char here = 0;
  return ((reinterpret_cast<uintptr_t>(&here) * 0x9E3779B97F4A7C15) >> 32) * slot_count_ >> 32;
}

ContextPool::ContextPool(size_t cache_limit)
    : cache_limit_(cache_limit), slot_count_(std::clamp<size_t>(std::thread::hardware_concurrency(), 1, max_slots)) {}

ContextPool::~ContextPool() {
  for (Slot& slot : slots_) delete slot.context.load(std::memory_order_acquire);
}

Context* ContextPool::borrow(size_t& slot) {
  for (size_t i = 0; i < slot_count_; i++, slot = slot + 1 < slot_count_ ? slot + 1 : 0) {
    if (!slots_[slot].context.load(std::memory_order_relaxed)) continue;
    if (Context* context = slots_[slot].context.exchange(nullptr, std::memory_order_acquire)) return context;
  }
  return new Context(cache_limit_);
}

void ContextPool::trim(Context& context) noexcept {
  if (context.encoder.scratch_size() > max_idle_scratch) context.encoder.shrink();
  if (context.normalized.memory_size() > max_idle_copy) context.normalized = {};
}

void ContextPool::give_back(Context* context, size_t slot) noexcept {
  for (const std::unique_ptr<Pcre2Matcher>& matcher : context->matchers) matcher->end_call();
  for (size_t i = 0; i < slot_count_; i++, slot = slot + 1 < slot_count_ ? slot + 1 : 0) {
    Context* empty = nullptr;
    if (slots_[slot].context.compare_exchange_strong(empty, context, std::memory_order_release, std::memory_order_relaxed)) return;
  }
  delete context;
}

}  // namespace bpe
