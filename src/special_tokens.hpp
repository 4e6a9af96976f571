// Finds special tokens in text: leftmost, then longest, among those that the caller selects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "text.hpp"
#include "token_ranker.h"

namespace bpe {

// Which special tokens a call means: indices into the list of the encoding, or all of them.
struct SpecialSelection {
  const uint32_t* indices = nullptr;
  size_t size = 0;  // TOKEN_RANKER_ALL_SPECIAL: all

  bool is_all() const { return size == TOKEN_RANKER_ALL_SPECIAL; }
  bool is_empty() const { return size == 0; }
};

struct SpecialMatch {
  uint32_t index = TOKEN_RANKER_NOT_FOUND;
  size_t begin = 0;
  size_t end = 0;

  bool is_found() const { return index != TOKEN_RANKER_NOT_FOUND; }
};

// The special tokens of an encoding, with a trie of their texts.
class SpecialTokens {
 public:
  static constexpr size_t max_count = 1 << 16;

  SpecialTokens() : SpecialTokens(std::vector<token_ranker_special_token>{}) {}
  // Copies the texts. Throws Failure(EMPTY_SPECIAL_TOKEN), Failure(DUPLICATE_SPECIAL_TOKEN) with the index, Failure(TOO_LARGE).
  explicit SpecialTokens(const std::vector<token_ranker_special_token>& tokens);
  SpecialTokens(SpecialTokens&&) = default;
  SpecialTokens& operator=(SpecialTokens&&) = default;

  size_t size() const { return tokens_.size(); }
  const token_ranker_special_token* data() const { return tokens_.data(); }
  const token_ranker_special_token& operator[](size_t index) const { return tokens_[index]; }

  // Looks for selected special tokens, one search for a whole text.
  class Finder {
   public:
    // Throws Failure(INVALID_ARGUMENT) for an index out of range.
    Finder(const SpecialTokens& tokens, SpecialSelection selection);
    // The first match that begins at or after `from`.
    SpecialMatch find(Text text, size_t from) const { return is_empty_ || from >= text.size ? SpecialMatch() : find_first(text, from); }
    // The same in a text that may go on. If none is found that stays whatever follows, `searched` is where the next one may begin, at most
    // max_size() before the end.
    SpecialMatch find_open(Text text, size_t from, size_t& searched) const;
    // Whether a selected special token stands in the text around `at`: begins before and ends behind it.
    bool is_inside(Text text, size_t at) const;
    // Bytes of a match at most.
    size_t max_size() const { return is_empty_ ? 0 : tokens_.longest_; }

   private:
    SpecialMatch find_first(Text text, size_t from) const;
    // The longest selected one at `at`; its size, 0 if none. is_cut_off: whether text behind `end` could make another one match.
    size_t match(const uint8_t* at, const uint8_t* end, uint32_t& index, bool& is_cut_off) const;

    const SpecialTokens& tokens_;
    bool is_empty_;
    std::vector<bool> is_selected_;  // empty: all
  };

 private:
  // A node of the trie: its children are the edges [first_edge, first_edge + edge_count), ascending by byte.
  struct Node {
    uint32_t first_edge = 0;
    uint16_t edge_count = 0;
    uint32_t index = TOKEN_RANKER_NOT_FOUND;  // of the special token that ends here
  };
  struct Edge {
    uint8_t byte;
    uint32_t node;
  };

  uint32_t child(uint32_t node, uint8_t byte) const;
  const uint8_t* next_first_byte(const uint8_t* at, const uint8_t* end) const;

  std::vector<char> texts_;  // not a string: where tokens_ points must not change with a move
  std::vector<token_ranker_special_token> tokens_;
  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  bool is_first_byte_[256] = {};
  size_t longest_ = 0;       // bytes
  int only_first_byte_ = -1;  // the first byte that all texts share, or -1
};

}  // namespace bpe
