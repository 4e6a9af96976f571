// What a token_ranker_t is: an encoding that is counted, because built-in functions of Python may share it with its handle.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

#include "encoding.hpp"

struct token_ranker_t {
  token_ranker_t(bpe::EncodingParts parts, std::string_view engine, size_t cache_limit = bpe::ContextPool::default_cache_limit)
      : encoding(std::move(parts), engine, cache_limit) {}

  void acquire() const { references.fetch_add(1, std::memory_order_relaxed); }
  void release() const {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  const bpe::Encoding encoding;
  mutable std::atomic<size_t> references{1};
};

// Keeps a handle alive.
class SharedHandle {
 public:
  explicit SharedHandle(const token_ranker_t& ranker) : ranker_(ranker) { ranker.acquire(); }
  ~SharedHandle() { ranker_.release(); }
  SharedHandle(const SharedHandle&) = delete;
  SharedHandle& operator=(const SharedHandle&) = delete;

 private:
  const token_ranker_t& ranker_;
};
