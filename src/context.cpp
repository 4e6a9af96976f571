#include "context.hpp"

#include <algorithm>
#include <thread>

namespace bpe {
namespace {

// Where a thread begins to look: its own place most of the time, so that threads meet different slots and find warm contexts.
size_t preferred_slot() {
  static thread_local const char here = 0;
  return (reinterpret_cast<uintptr_t>(&here) * 0x9E3779B97F4A7C15) >> 58;
}

}  // namespace

ContextPool::ContextPool() : slot_count_(std::clamp<size_t>(std::thread::hardware_concurrency(), 1, max_slots)) {}

ContextPool::~ContextPool() {
  for (Slot& slot : slots_) delete slot.context.load(std::memory_order_acquire);
}

Context* ContextPool::borrow() {
  const size_t first = preferred_slot();
  for (size_t i = 0; i < slot_count_; i++) {
    Slot& slot = slots_[(first + i) % slot_count_];
    if (!slot.context.load(std::memory_order_relaxed)) continue;
    if (Context* context = slot.context.exchange(nullptr, std::memory_order_acquire)) return context;
  }
  return new Context(cache_limit);
}

void ContextPool::give_back(Context* context) noexcept {
  if (context->encoder.memory_size() > max_idle_memory) context->encoder.shrink();
  if (context->matcher) context->matcher->end();  // its text may not have been matched to the end
  const size_t first = preferred_slot();
  for (size_t i = 0; i < slot_count_; i++) {
    Context* empty = nullptr;
    if (slots_[(first + i) % slot_count_].context.compare_exchange_strong(empty, context, std::memory_order_release, std::memory_order_relaxed))
      return;
  }
  delete context;
}

}  // namespace bpe
