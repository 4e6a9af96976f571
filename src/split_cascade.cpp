#include "split_cascade.hpp"

#include <utility>

#include "failure.hpp"

namespace bpe {

SplitCascade::SplitCascade(const SplitRules& rules) {
  for (const SplitRule& rule : rules) {
    try {
      steps_.push_back({std::make_unique<Pcre2Pattern>(rule.pattern, true, rule.dialect), rule.keep});
    } catch (const Failure& failure) {
      if (rules.size() == 1) throw;
      throw Failure(failure.status, failure.offset, "rule %zu: %s", steps_.size() + 1, failure.what());
    }
  }
}

void SplitCascade::make_matchers(Matchers& matchers) const {
  while (matchers.size() < steps_.size()) matchers.push_back(std::make_unique<Pcre2Matcher>(*steps_[matchers.size()].pattern));
}

SplitCascade::Pieces::Pieces(const SplitCascade& cascade, Text text, const Matchers& matchers, Progress progress, bool is_open)
    : cascade_(cascade), text_(text), matchers_(matchers), levels_(cascade.steps_.size()), start_(progress), is_open_(is_open) {}

SplitCascade::Pieces::~Pieces() {
  for (const std::unique_ptr<Pcre2Matcher>& matcher : matchers_) matcher->end();
}

bool SplitCascade::Pieces::next(size_t level, Span& piece) {
  Level& here = levels_[level];
  for (;;) {
    if (here.is_open && split(level, piece)) return true;
    here.is_open = false;
    Span whole;
    if (level == 0) {
      if (std::exchange(is_begun_, true) || text_.size == 0) return false;
      here = {true, 0, text_.size, start_.at, {0, 0}};
      matchers_[0]->begin(text_, start_.searched, is_open_);
      continue;
    }
    if (!next(level - 1, whole)) return false;
    here = {true, whole.begin, whole.end, whole.begin, {0, 0}};
    matchers_[level]->begin(text_.part(whole.begin, whole.end));
  }
}

// What lies before a match that is to come is a piece, too, unless the rule keeps matches only.
SplitCascade::Progress SplitCascade::Pieces::progress() const {
  if (!is_begun_ || text_.size == 0) return start_;
  const size_t searched = matchers_[0]->searched();
  return {cascade_.steps_[0].keep == SplitRule::Keep::matches ? searched : levels_[0].at, searched};
}

// The next piece of the piece; false at its end, or where it depends on what follows.
bool SplitCascade::Pieces::split(size_t level, Span& piece) {
  Level& here = levels_[level];
  const SplitRule::Keep keep = cascade_.steps_[level].keep;
  while (here.at < here.end) {
    if (here.match.end > here.at) {
      piece = std::exchange(here.match, Span{0, 0});
      here.at = piece.end;
      if (keep != SplitRule::Keep::gaps) return true;
      continue;
    }
    // An empty match divides the text between two others.
    Span found;
    piece = {here.at, here.end};
    if (matchers_[level]->next_even_empty(found)) {
      here.match = {here.begin + found.begin, here.begin + found.end};
      piece.end = here.match.begin;
    } else if (level == 0 && is_open_) {
      return false;
    }
    here.at = piece.end;
    if (piece.begin < piece.end && keep != SplitRule::Keep::matches) return true;
  }
  return false;
}

}  // namespace bpe
