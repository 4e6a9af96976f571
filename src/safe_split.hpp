// Where a run of three-byte characters (most of Chinese, Japanese and Korean) may be cut without changing its tokens.
//
// Merges never cross a position that no token of the vocabulary spans in its context. Between two three-byte characters c|d that is
// so unless (i) some token has the bytes of c and d next to each other, or (ii) some token begins inside c, or ends inside d, and
// spans the position. (i) is a bitmap of hashed pairs: a false hit only means no cut. (ii) looks at what such a token is sure to
// contain: the last byte of c and the first byte of d. Valid where every token is what its own bytes merge to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "text.hpp"

namespace bpe {

class Vocabulary;

struct SafeSplit {
  static constexpr unsigned hash_bits = 18;

  std::vector<uint64_t> pairs;  // [2^hash_bits / 64] bitmap by pair_hash: some token contains both characters
  uint64_t partial[16] = {};    // [low 4 bits of d's first byte], bit = low 6 bits of c's last byte

  static uint32_t pair_hash(uint32_t c, uint32_t d) { return ((c * 0x9E3779B1u) ^ (d * 0x85EBCA77u)) * 0xC2B2AE3Du >> (32 - hash_bits); }

  // c and d: code points of two neighbouring three-byte characters.
  bool may_cut(uint32_t c, uint32_t d) const {
    const uint32_t hash = pair_hash(c, d);
    return !(pairs[hash / 64] >> (hash % 64) & 1) && !(partial[d >> 12] >> (c & 63) & 1);
  }
};

SafeSplit make_safe_split(const Vocabulary& vocabulary);

}  // namespace bpe
