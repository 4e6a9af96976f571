// What one call works with, and the pool from which calls borrow it.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

#include "chunk_encoder.hpp"
#include "normalizer.hpp"
#include "split_cascade.hpp"

namespace bpe {

// Belongs to one call at a time. Only speed depends on what is in it.
struct Context {
  explicit Context(size_t cache_limit) : encoder(cache_limit) {}

  ChunkEncoder encoder;
  SplitCascade::Matchers matchers;  // made by the first call of an encoding whose patterns PCRE2 matches
  Normalizer::Buffers normalized;
};

// Idle contexts in a fixed array of slots, one for each processor. Borrowing takes a context out of its slot with one atomic exchange,
// giving back puts it into a free one; there is no moment at which a slot is locked, so a process that forks in between finds a slot
// either full or empty, and an empty one costs it a new context.
class ContextPool {
 public:
  // Of the cache of a context, in bytes. With the rest a context has at most 8 MiB when it is idle; PCRE2's part is bounded by its matcher.
  static constexpr size_t default_cache_limit = size_t{7680} << 10;

  explicit ContextPool(size_t cache_limit = default_cache_limit);
  ~ContextPool();
  ContextPool(const ContextPool&) = delete;
  ContextPool& operator=(const ContextPool&) = delete;

  // A context until the end of a scope, for a text of so many bytes: a short one leaves nothing large behind.
  class Loan {
   public:
    explicit Loan(ContextPool& pool, size_t text_size = SIZE_MAX)
        : pool_(pool), text_size_(text_size), slot_(pool.preferred_slot()), context_(pool.borrow(slot_)) {}
    ~Loan() {
      if (text_size_ > short_text) trim(*context_);
      pool_.give_back(context_, slot_);
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    Context& operator*() const { return *context_; }
    Context* operator->() const { return context_; }

   private:
    ContextPool& pool_;
    const size_t text_size_;
    size_t slot_;
    Context* const context_;
  };

 private:
  static constexpr size_t max_slots = 64;
  // What an idle context keeps beside its cache; what a long pretoken needed beyond that is given back.
  static constexpr size_t max_idle_scratch = size_t{256} << 10;
  static constexpr size_t max_idle_copy = size_t{1} << 20;  // and so many bytes of copies of texts that were changed
  static constexpr size_t short_text = 1024;                // no text of so many bytes needs as much

  // slot: where to look first, and then where it was found.
  Context* borrow(size_t& slot);  // throws std::bad_alloc
  static void trim(Context& context) noexcept;
  void give_back(Context* context, size_t slot) noexcept;
  size_t preferred_slot() const;

  const size_t cache_limit_;
  size_t slot_count_;
  struct alignas(64) Slot {
    std::atomic<Context*> context = nullptr;
  };
  std::array<Slot, max_slots> slots_;
};

}  // namespace bpe
