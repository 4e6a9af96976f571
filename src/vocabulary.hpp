// The vocabulary: token bytes <-> token, and the merges between tokens.
//
// Inside the library a token is its rank: its place in the order of merge priority, 0 .. size - 1 without holes. number() gives the
// token that the caller sees, which for a rank file with holes is a larger number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "byte_hash.hpp"
#include "pair_table.hpp"
#include "table_memory.hpp"
#include "text.hpp"

namespace bpe {

class Vocabulary {
 public:
  // Tokens in the order of their ranks: bytes of token i are bytes[offsets[i], offsets[i + 1]).
  struct Tokens {
    std::vector<uint8_t> bytes;
    std::vector<uint32_t> offsets;  // size + 1
    std::vector<uint32_t> numbers;  // size, ascending
  };

  // A vocabulary without known merges: they are derived. Throws Failure(DUPLICATE_TOKEN) with the rank of the second as offset,
  // and Failure(MISSING_BYTE).
  explicit Vocabulary(Tokens tokens);

  // A vocabulary whose merges are known to make all of its tokens, with the pilots of their table.
  Vocabulary(Tokens tokens, std::span<const Merge> merges, std::span<const uint8_t> pilots);

  size_t size() const { return tokens_.numbers.size(); }
  uint32_t number(uint32_t rank) const { return tokens_.numbers[rank]; }
  bool numbers_are_ranks() const { return numbers_are_ranks_; }
  Text bytes(uint32_t rank) const {
    return {tokens_.bytes.data() + tokens_.offsets[rank], tokens_.offsets[rank + 1] - tokens_.offsets[rank]};
  }
  const Tokens& tokens() const { return tokens_; }
  size_t max_token_size() const { return max_token_size_; }
  // Whether the bytes of every token merge to it.
  bool merges_make_all_tokens() const { return merges_make_all_tokens_; }

  // The rank of the token with these bytes, or no_rank.
  uint32_t find(Text bytes) const { return find(bytes, hash_bytes(bytes.data, bytes.size)); }
  // The same in steps, for many at once: each step asks memory for what the next one reads.
  void prefetch_slot(uint64_t hash) const { __builtin_prefetch(&slots_[hash >> (64 - slot_bits_)]); }
  void prefetch_bytes(uint64_t hash) const { __builtin_prefetch(tokens_.bytes.data() + (slots_[hash >> (64 - slot_bits_)] >> 40)); }
  uint32_t find(Text bytes, uint64_t hash) const;
  uint32_t rank_of_byte(uint8_t byte) const { return rank_of_byte_[byte]; }
  // The rank of the token that two bytes make, or no_rank.
  uint32_t rank_of_byte_pair(uint8_t first, uint8_t second) const { return rank_of_byte_pair_[size_t{first} << 8 | second]; }
  // The tables behind these two, [256] and [65536].
  const uint32_t* byte_ranks() const { return rank_of_byte_.data(); }
  const uint32_t* byte_pair_ranks() const { return rank_of_byte_pair_.data(); }
  // The rank of the token that two neighbouring tokens merge to, or no_rank.
  uint32_t merged(uint32_t left, uint32_t right) const { return pairs_.find(left, right); }
  const PairTable& pairs() const { return pairs_; }

 private:
  void index_tokens();
  void index_bytes();
  std::vector<Merge> derive_merges() const;
  std::vector<Merge> list_all_splits() const;

  Tokens tokens_;
  bool numbers_are_ranks_ = true;
  size_t max_token_size_ = 0;
  bool merges_make_all_tokens_ = true;
  // Open addressing by hash_bytes; a slot is offset << 40 | rank << 20 | min(size, 255) << 12 | 12 bits of the hash, 0: empty.
  Table<uint64_t> slots_;
  unsigned slot_bits_ = 0;
  std::array<uint32_t, 256> rank_of_byte_;
  std::vector<uint32_t> rank_of_byte_pair_;
  PairTable pairs_;
};

}  // namespace bpe
