// The added tokens of a tokenizer.json: texts with numbers of their own, found before the text is split.
//
// They are looked for twice: those that are not `normalized` in the text as it is, the others in what is left between them once that is
// normalised. Special ones are looked for where the caller allows them, the others always.
// Source: tokenizers, tokenizer/added_vocabulary.rs (find_matches, extract_and_normalize).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "special_tokens.hpp"
#include "text.hpp"

namespace bpe {

struct AddedToken {
  std::string text;
  std::string normalized_text;  // what is looked for, if it is normalized
  uint32_t token = 0;
  bool is_special = false;
  bool is_normalized = false;
  bool is_single_word = false;  // not beside a letter of a word
  bool strips_left = false;     // takes the white space before it
  bool strips_right = false;
};

class AddedTokens {
 public:
  enum Stage { in_text, in_normalized_text };

  AddedTokens() = default;
  // The special ones come first: a SpecialSelection means these by their indices. Texts are distinct, and what is looked for in one stage too.
  explicit AddedTokens(std::vector<AddedToken> tokens);

  const std::vector<AddedToken>& tokens() const { return tokens_; }
  bool is_empty() const { return tokens_.empty(); }
  // Those that are always looked for.
  const std::vector<token_ranker_special_token>& always() const { return always_; }
  bool has_stage(Stage stage) const { return stages_[stage].all.size() > 0; }
  // Whether a text may be cut as text_cut.hpp says.
  bool may_cut() const { return may_cut_; }

  // What one call looks for.
  class Search {
   public:
    // Throws Failure(INVALID_ARGUMENT) for an index out of range.
    Search(const AddedTokens& added, SpecialSelection allowed);

    // Calls on_token(token) and on_text(text between) in order. False: one of them returned that, which ends it.
    template <class OnText, class OnToken>
    bool run(Stage stage, Text text, const OnText& on_text, const OnToken& on_token) const;

   private:
    struct Part {
      std::optional<SpecialTokens::Finder> finder;
      const std::vector<uint32_t>* tokens = nullptr;  // of the finder's indices
    };

    const AddedTokens& added_;
    std::array<Part, 2> parts_;
  };

 private:
  // What is looked for in one stage, with the tokens that it stands for: all, and those that are always looked for.
  struct Words {
    SpecialTokens all, always;
    std::vector<uint32_t> all_tokens, always_tokens;
  };

  // Where the match at [begin, end) begins and ends with the white space that it takes, the tokens before it reaching up to `taken`.
  static Span widen(const AddedToken& token, Text text, Span match, size_t taken);
  static bool is_whole_word(Text text, Span match);

  std::vector<AddedToken> tokens_;
  std::vector<token_ranker_special_token> always_;  // the texts are those of tokens_, which stay where they are in a move
  size_t special_count_ = 0;
  std::array<Words, 2> stages_;
  bool may_cut_ = true;
};

template <class OnText, class OnToken>
bool AddedTokens::Search::run(Stage stage, Text text, const OnText& on_text, const OnToken& on_token) const {
  const Part& part = parts_[stage];
  size_t taken = 0;
  if (part.finder) {
    // A match that is not taken still hides what begins inside of it.
    for (SpecialMatch match = part.finder->find(text, 0); match.is_found(); match = part.finder->find(text, match.end)) {
      const AddedToken& token = added_.tokens_[(*part.tokens)[match.index]];
      if (token.is_single_word && !is_whole_word(text, {match.begin, match.end})) continue;
      const Span wide = widen(token, text, {match.begin, match.end}, taken);
      // White space that the token before has taken already. (Where it took more, the reference stops the program.)
      if (wide.begin >= wide.end) continue;
      if (taken < wide.begin && !on_text(text.part(taken, wide.begin))) return false;
      if (!on_token(token.token)) return false;
      // The white space that a token has taken on its right may hold the next one, which then ends before it.
      taken = wide.end;
    }
  }
  return taken >= text.size || on_text(text.part(taken, text.size));
}

}  // namespace bpe
