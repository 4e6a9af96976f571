// Many sequences of tokens in one call, on several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "decoder.hpp"

namespace bpe {

// Bytes of sequence i are bytes[offsets[i], offsets[i + 1]).
struct BatchBytes {
  BatchBytes() = default;
  BatchBytes(const BatchBytes&) = delete;
  BatchBytes& operator=(const BatchBytes&) = delete;
  ~BatchBytes();

  uint8_t* bytes = nullptr;  // malloc
  std::vector<int64_t> offsets;
};

// Sequence i is tokens[offsets[i], offsets[i + 1]); offsets must ascend. threads: 0 for what this process may use. Throws
// Failure(UNKNOWN_TOKEN) for the first number that is no token, with its index in `tokens`, and std::bad_alloc. least_work: tokens for
// which starting a thread pays; tests take fewer.
inline constexpr size_t least_decode_work = 64 << 10;
void decode_batch(const Decoder& decoder, const uint32_t* tokens, const int64_t* offsets, size_t sequences, unsigned threads,
                  BatchBytes& result, size_t least_work = least_decode_work);

}  // namespace bpe
