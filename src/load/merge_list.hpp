// model.vocab and model.merges of a tokenizer.json -> a vocabulary.
//
// The reference repeats the merge whose pair stands first in the list, of those the leftmost. The encoder wants each merge's priority to be
// the rank of the token that it makes, which is faster and what the kernels do. Where every token is made by one merge, ranks are given out
// in the order of the list, and the two are the same. Where a token has several, as in lists that name every split of it, that the two are the
// same is proved merge by merge; where the proof fails, merges are done by their places.
// Source: tokenizers, models/bpe/model.rs (BpeBuilder::build) and word.rs (merge_all).
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "json_reader.hpp"
#include "vocabulary.hpp"

namespace bpe {

// The strings of model.vocab and their numbers, as they stand.
class VocabStrings {
 public:
  // Of a string that comes twice the last number counts. Throws Failure(BAD_VALUE) for the empty string or one number of two strings.
  VocabStrings(const StringTable& keys, const std::vector<uint32_t>& numbers);

  size_t size() const { return numbers_.size(); }
  // By their numbers, ascending.
  std::string_view operator[](size_t i) const { return keys_[order_[i]]; }
  uint32_t number(size_t i) const { return numbers_[i]; }

  static constexpr uint32_t none = UINT32_MAX;
  // The place of a string, or none.
  uint32_t find(std::string_view text) const { return find(text, hash(text)); }
  static uint64_t hash(std::string_view text);
  void prefetch(uint64_t hash) const { __builtin_prefetch(&slots_[hash >> shift_]); }
  uint32_t find(std::string_view text, uint64_t hash) const;

 private:
  struct Slot {
    uint32_t tag;    // the low half of the hash
    uint32_t entry;  // of keys_, + 1; 0: empty
  };

  const StringTable& keys_;
  std::vector<Slot> slots_;
  int shift_ = 0;
  std::vector<uint32_t> order_;    // entries of keys_
  std::vector<uint32_t> place_of_; // [entries of keys_] in order_
  std::vector<uint32_t> numbers_;
};

// merges: left, right, left, right, ... Throws Failure(BAD_MERGE) with the index of a merge whose strings are not in the vocabulary,
// Failure(MISSING_BYTE) for a byte of UTF-8 without token, Failure(TOO_LARGE).
Vocabulary make_vocabulary(const VocabStrings& vocab, const StringTable& merges, bool ignore_merges);

}  // namespace bpe
