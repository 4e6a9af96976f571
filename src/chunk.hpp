// The working memory of the pipeline: one chunk of pretokens, as arrays that the phases read and write side by side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pretoken_cache.hpp"
#include "token_sink.hpp"

namespace bpe {

// About 130 KB, of which a short text touches the first lines only.
struct Chunk {
  static constexpr size_t capacity = 2048;  // pretokens; more do not help, fewer leave prefetches too little time
  static constexpr size_t pad = 32;         // elements that vector code may write beyond a count

  size_t size = 0;                        // pretokens
  uint32_t starts[capacity + 2 * pad];    // pretoken i is [starts[i], starts[i + 1]) of the text

  // The words of a pretoken up to 16 bytes.
  uint64_t keys[capacity + pad];
  uint64_t high_keys[capacity + pad];
  uint32_t lines[capacity + pad];         // of the table where it may be, in bytes from the first one
  uint64_t values[capacity + pad];        // PretokenValue; 0 until found

  // Pretokens by the table that may hold them; long ones have no key.
  uint16_t short_list[capacity + pad], medium_list[capacity + pad], long_list[capacity + pad];
  size_t short_count = 0, medium_count = 0, long_count = 0;

  // Those with a key whose value is open, in the log or unknown: the short ones, then the medium ones. Whatever is in it is the number
  // of a pretoken.
  uint16_t misses[capacity + pad] = {};
  size_t short_miss_count = 0, miss_count = 0;

  // Ranks of pretokens that have more than three, in this chunk only.
  TokenBuffer ranks;

  // Text that the pattern left unmatched stands among the pretokens, and here by its place: it has no tokens.
  std::vector<uint16_t> gaps;

  size_t length(size_t i) const { return starts[i + 1] - starts[i]; }
};

}  // namespace bpe
