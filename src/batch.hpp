// Many texts in one call, on several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "encoding.hpp"
#include "special_tokens.hpp"
#include "text.hpp"

namespace bpe {

// Tokens of text i are tokens[offsets[i], offsets[i + 1]).
struct BatchTokens {
  BatchTokens() = default;
  BatchTokens(const BatchTokens&) = delete;
  BatchTokens& operator=(const BatchTokens&) = delete;
  ~BatchTokens();

  uint32_t* tokens = nullptr;  // malloc
  std::vector<int64_t> offsets;
};

// Text i is bytes[offsets[i], offsets[i + 1]); offsets must ascend. threads: 0 for what this process may use. The result does not depend
// on the number of threads. least_work: bytes for which starting a thread pays; tests take fewer. Throws Failure(MATCH_FAILED) of the first
// text that has one, and std::bad_alloc.
inline constexpr size_t least_batch_work = 256 << 10;
void encode_batch(const Encoding& encoding, const uint8_t* bytes, const int64_t* offsets, size_t texts, SpecialSelection allowed,
                  unsigned threads, BatchTokens& result, size_t least_work = least_batch_work);

// The number of tokens of each text, in the caller's memory. The rest as in encode_batch.
void count_batch(const Encoding& encoding, const uint8_t* bytes, const int64_t* offsets, size_t texts, SpecialSelection allowed,
                 unsigned threads, int64_t* counts, size_t least_work = least_batch_work);

}  // namespace bpe
