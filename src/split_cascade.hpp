// Any split rules, by PCRE2: the pieces of the first rule are texts for the second, and so on. Each knows nothing of its piece's neighbours.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "pattern_pcre2.hpp"
#include "split_rule.hpp"
#include "text.hpp"

namespace bpe {

// Compiled rules: immutable, shared by threads.
class SplitCascade {
 public:
  // At least one rule. Throws what Pcre2Pattern throws; where there are several rules, the message begins with the number of the rule.
  explicit SplitCascade(const SplitRules& rules);

  // What matches for one thread at a time, a matcher for each rule.
  using Matchers = std::vector<std::unique_ptr<Pcre2Matcher>>;
  void make_matchers(Matchers& matchers) const;

  // The pieces of one text, in order.
  class Pieces {
   public:
    // The text and the matchers must outlive it.
    Pieces(const SplitCascade& cascade, Text text, const Matchers& matchers);
    ~Pieces();
    Pieces(const Pieces&) = delete;
    Pieces& operator=(const Pieces&) = delete;
    // The next piece, as bytes of the text; false at the end. Throws Failure(MATCH_FAILED) and std::bad_alloc.
    bool next(Span& piece) { return next(levels_.size() - 1, piece); }

   private:
    // Where a rule is in the piece that it splits.
    struct Level {
      bool is_open = false;
      size_t begin = 0, end = 0;  // the piece
      size_t at = 0;              // up to here it has been split
      Span match = {0, 0};        // found, but not given yet, if not empty
    };
    bool next(size_t level, Span& piece);
    bool split(size_t level, Span& piece);

    const SplitCascade& cascade_;
    const Text text_;
    const Matchers& matchers_;
    std::vector<Level> levels_;
    bool is_begun_ = false;
  };

 private:
  struct Step {
    std::unique_ptr<Pcre2Pattern> pattern;
    SplitRule::Keep keep;
  };
  std::vector<Step> steps_;
};

}  // namespace bpe
