// The added tokens of a tokenizer.json: texts with numbers of their own, found before the text is split.
//
// They are looked for twice: those that are not `normalized` in the text as it is, the others in what is left between them once that is
// normalised. Special ones are looked for where the caller allows them, the others always.
// Source: tokenizers, tokenizer/added_vocabulary.rs (find_matches, extract_and_normalize).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
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

    // Calls on_token(token, its span) and on_text(text between, its span) in order. False: one of them returned that, which ends it.
    template <class OnText, class OnToken>
    bool run(Stage stage, Text text, const OnText& on_text, const OnToken& on_token) const {
      Progress progress;
      return run(stage, text, progress, false, on_text, on_token);
    }

    // How far a text has been searched.
    struct Progress {
      size_t taken = 0;  // what is before it has been given to on_text or on_token
      size_t next =
          0;  // a token begins there or later; may be less, as a token that is searched for may stand in white space that is taken
    };
    // The same from some progress on. is_open: the text, which ends with a whole character, may go on. on_token is then called only for
    // what is a token whatever follows, on_text for the text between two tokens in any number of parts. What is not given yet is the
    // beginning of a token, or one beside which white space goes on, or white space that the next one may take.
    template <class OnText, class OnToken>
    bool run(Stage stage, Text text, Progress& progress, bool is_open, const OnText& on_text, const OnToken& on_token) const;

    // Whether any token is looked for in this stage.
    bool has_stage(Stage stage) const { return parts_[stage].finder.has_value(); }

    // Bytes of a text before a place that matter behind it: those of a character.
    static constexpr size_t look_behind = 4;

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
  // Whether a match is one, and how wide, depends on text behind the end.
  static bool is_undecided(const AddedToken& token, Text text, Span match);
  // Where the white space begins that ends at `end`, but not before `from`.
  static size_t begin_of_white(Text text, size_t from, size_t end);

  std::vector<AddedToken> tokens_;
  std::vector<token_ranker_special_token> always_;  // the texts are those of tokens_, which stay where they are in a move
  size_t special_count_ = 0;
  bool strips_left_ = false;  // any of them
  std::array<Words, 2> stages_;
  bool may_cut_ = true;
};

template <class OnText, class OnToken>
bool AddedTokens::Search::run(Stage stage, Text text, Progress& progress, bool is_open, const OnText& on_text,
                              const OnToken& on_token) const {
  const Part& part = parts_[stage];
  size_t certain = text.size;
  while (part.finder) {
    const SpecialMatch match = is_open ? part.finder->find_open(text, progress.next, certain) : part.finder->find(text, progress.next);
    if (!match.is_found()) break;
    const AddedToken& token = added_.tokens_[(*part.tokens)[match.index]];
    if (is_open && is_undecided(token, text, {match.begin, match.end})) {
      certain = match.begin;
      break;
    }
    // A match that is not taken still hides what begins inside of it.
    progress.next = match.end;
    if (token.is_single_word && !is_whole_word(text, {match.begin, match.end})) continue;
    const Span wide = widen(token, text, {match.begin, match.end}, progress.taken);
    // White space that the token before has taken already. (Where it took more, the reference stops the program.)
    if (wide.begin >= wide.end) continue;
    if (progress.taken < wide.begin && !on_text(text.part(progress.taken, wide.begin), Span{progress.taken, wide.begin})) return false;
    if (!on_token(token.token, wide)) return false;
    // The white space that a token has taken on its right may hold the next one, which then ends before it.
    progress.taken = wide.end;
  }
  if (is_open) {
    progress.next = certain;
    if (added_.strips_left_) certain = begin_of_white(text, std::min(progress.taken, certain), certain);
  }
  if (progress.taken >= certain) return true;
  const size_t taken = std::exchange(progress.taken, certain);
  return on_text(text.part(taken, certain), Span{taken, certain});
}

}  // namespace bpe
