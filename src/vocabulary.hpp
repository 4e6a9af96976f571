// The vocabulary: token bytes <-> token, and the merges between tokens.
//
// Inside the library a token is its rank: its place in the order of merge priority, 0 .. size - 1 without holes. number() gives the
// token that the caller sees, which for a rank file with holes is a larger number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <vector>

#include "pair_table.hpp"
#include "pretoken_key.hpp"
#include "table_memory.hpp"
#include "text.hpp"

namespace bpe {

class Vocabulary {
 public:
  // Tokens in the order of their ranks: bytes of token i are bytes[offsets[i], offsets[i + 1]).
  struct Tokens {
    std::vector<uint8_t> bytes;
    std::vector<uint32_t> offsets;  // size + 1; the last one is where the tokens end
    std::vector<uint32_t> numbers;  // size, ascending
  };

  // A vocabulary without known merges: they are derived. Throws Failure(DUPLICATE_TOKEN) with the rank of the second as offset,
  // and Failure(MISSING_BYTE).
  explicit Vocabulary(Tokens tokens);

  // A vocabulary whose merges are known to make all of its tokens, with the pilots of their table.
  Vocabulary(Tokens tokens, std::span<const Merge> merges, std::span<const uint8_t> pilots);

  // The merges of a list, and what is a token besides them.
  struct MergeList {
    std::vector<Merge> merges;             // distinct pairs, in the order of the list
    bool is_by_rank = true;                // the first of several merges is the one that makes the lowest rank; false: that comes first here
    bool takes_whole_pretokens = false;    // a pretoken that is a token is that token, whatever the merges make of it
    std::vector<bool> is_literal;          // [tokens] not made of bytes: no text is encoded to it
    std::array<bool, 256> is_absent = {};  // bytes that have no token; they must not be asked for
  };
  // Throws as the first one. Tokens that no merge comes to are never found, unless whole pretokens are taken.
  Vocabulary(Tokens tokens, const MergeList& list);

  size_t size() const { return tokens_.numbers.size(); }
  uint32_t number(uint32_t rank) const { return tokens_.numbers[rank]; }
  bool numbers_are_ranks() const { return numbers_are_ranks_; }
  Text bytes(uint32_t rank) const {
    return {tokens_.bytes.data() + tokens_.offsets[rank], tokens_.offsets[rank + 1] - tokens_.offsets[rank]};
  }
  const Tokens& tokens() const { return tokens_; }
  // Puts bytes of others behind those of the tokens, and returns where they begin: what reads both needs no copy of all.
  uint32_t keep(Text bytes);
  size_t max_token_size() const { return max_token_size_; }
  // Whether the bytes of every token that find() finds merge to it.
  bool merges_make_all_tokens() const { return merges_make_all_tokens_; }
  // Whether the priority of a merge is the rank of the token that it makes. Else pairs() has places in a list of merges, lower first.
  bool priorities_are_ranks() const { return made_.empty(); }
  // The token that the merge at this place makes.
  uint32_t made(uint32_t place) const { return made_[place]; }
  bool is_absent(uint8_t byte) const { return is_absent_[byte]; }

  // The rank of the token with these bytes, or no_rank.
  uint32_t find(Text bytes) const;
  // The same for bytes that have a key, and, with hash_bytes of them, for those that have none.
  uint32_t find_short(uint64_t key) const { return find_in(short_, short_hash(key) >> short_shift_, [&](const ShortLine& line, size_t i) { return line.keys[i] == key; }); }
  uint32_t find_medium(uint64_t low, uint64_t high) const {
    return find_in(medium_, medium_hash(low, high) >> medium_shift_,
                   [&](const MediumLine& line, size_t i) { return ((line.keys[i][0] ^ low) | (line.keys[i][1] ^ high)) == 0; });
  }
  uint32_t find_long(Text bytes, uint64_t hash) const;
  // Ask memory for what these read.
  void prefetch_short(uint64_t key) const { __builtin_prefetch(&short_[short_hash(key) >> short_shift_]); }
  void prefetch_medium(uint64_t low, uint64_t high) const { __builtin_prefetch(&medium_[medium_hash(low, high) >> medium_shift_]); }
  void prefetch_long(uint64_t hash) const { __builtin_prefetch(&slots_[hash >> slot_shift_]); }

  uint32_t rank_of_byte(uint8_t byte) const { return rank_of_byte_[byte]; }
  // The rank of the token that two bytes make, or no_rank.
  uint32_t rank_of_byte_pair(uint8_t first, uint8_t second) const { return rank_of_byte_pair_[size_t{first} << 8 | second]; }
  // The tables behind these two, [256] and [65536].
  const uint32_t* byte_ranks() const { return rank_of_byte_.data(); }
  const uint32_t* byte_pair_ranks() const { return rank_of_byte_pair_.data(); }
  // The rank of the token that two neighbouring tokens merge to (or the place: see priorities_are_ranks), or no_rank.
  uint32_t merged(uint32_t left, uint32_t right) const { return pairs_.find(left, right); }
  const PairTable& pairs() const { return pairs_; }

 private:
  // Tokens with a key, in lines by hash; those that a full line has no room for are in the next ones.
  struct alignas(64) ShortLine {
    uint64_t keys[5];
    uint32_t ranks[5];   // + 1; 0: empty
    uint32_t overflows;  // whether some are in the next line
  };
  struct alignas(64) MediumLine {
    uint64_t keys[3][2];
    uint32_t ranks[3];
    uint32_t overflows;
  };

  // Without a branch on single keys.
  template <class Line, class IsEqual>
  static uint32_t find_in(const Table<Line>& lines, size_t at, const IsEqual& is_equal) {
    for (;; at = (at + 1) & (lines.size() - 1)) {
      const Line& line = lines[at];
      uint32_t rank = 0;
      for (size_t i = 0; i < std::size(line.ranks); i++) rank |= line.ranks[i] & -uint32_t{is_equal(line, i)};
      if (__builtin_expect(rank | !line.overflows, 1)) return rank - 1;
    }
  }

  void index_tokens(const std::vector<bool>& is_hidden = {});
  void index_token(uint32_t rank, const PretokenKey& key, uint64_t hash);
  void index_bytes();
  std::vector<bool> find_unreachable(const std::vector<bool>& is_literal) const;
  std::vector<Merge> derive_merges() const;
  std::vector<Merge> list_all_splits() const;

  Tokens tokens_;
  bool numbers_are_ranks_ = true;
  size_t max_token_size_ = 0;
  bool merges_make_all_tokens_ = true;
  std::vector<uint32_t> made_;  // [merges] rank that each makes, if priorities are places
  std::array<bool, 256> is_absent_ = {};
  Table<ShortLine> short_;
  Table<MediumLine> medium_;
  unsigned short_shift_ = 0, medium_shift_ = 0;
  // Tokens without a key: open addressing by hash_bytes; a slot is offset << 40 | rank << 20 | min(size, 255) << 12 | 12 bits of the hash, 0: empty.
  Table<uint64_t> slots_;
  unsigned slot_shift_ = 0;
  std::array<uint32_t, 256> rank_of_byte_;
  std::vector<uint32_t> rank_of_byte_pair_;
  PairTable pairs_;
};

}  // namespace bpe
