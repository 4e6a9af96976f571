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
  // Characters before a place that the first rule may look at, at most: what must stay of a text of which only the rest is split.
  size_t look_behind() const { return steps_[0].pattern->look_behind(); }

  // How far a text has been split that may go on.
  struct Progress {
    size_t at = 0;        // where the next piece of the first rule begins
    size_t searched = 0;  // not less; no match of the first rule that is to come begins before
  };

  // The pieces of one text, in order.
  class Pieces {
   public:
    // The text and the matchers must outlive it.
    Pieces(const SplitCascade& cascade, Text text, const Matchers& matchers) : Pieces(cascade, text, matchers, {}, false) {}
    // From some progress on. is_open: the text, which ends with a whole character, may go on, and only pieces come that stay. What the
    // first rule finds is a whole text for the others.
    Pieces(const SplitCascade& cascade, Text text, const Matchers& matchers, Progress progress, bool is_open);
    ~Pieces();
    Pieces(const Pieces&) = delete;
    Pieces& operator=(const Pieces&) = delete;
    // The next piece, as bytes of the text; false at the end. Throws Failure(MATCH_FAILED) and std::bad_alloc.
    bool next(Span& piece) { return next(levels_.size() - 1, piece); }
    // Once there are no more pieces of a text that is open.
    Progress progress() const;

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
    const Progress start_;
    const bool is_open_;
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
