#include "pretokenizer.hpp"

#include <algorithm>
#include <iterator>

#include "context.hpp"
#include "failure.hpp"

namespace bpe {

namespace {

std::optional<Pattern> find_known(const SplitRules& rules) {
  if (rules.size() == 1 && rules[0].dialect == PatternDialect::tiktoken) return find_pattern(rules[0].pattern);
  std::vector<SplitStep> steps;
  for (const SplitRule& rule : rules) {
    if (rule.dialect != PatternDialect::oniguruma) return std::nullopt;
    switch (rule.kind) {
      case SplitRule::Kind::regex:
        // A known pattern leaves nothing unmatched.
        if (rule.keep == SplitRule::Keep::gaps || (rule.keep == SplitRule::Keep::matches && rules.size() > 1)) return std::nullopt;
        steps.push_back({SplitStep::Kind::regex, rule.pattern});
        break;
      case SplitRule::Kind::individual_digits: steps.push_back({SplitStep::Kind::individual_digits}); break;
      case SplitRule::Kind::digit_runs: return std::nullopt;
      case SplitRule::Kind::byte_level: steps.push_back({SplitStep::Kind::byte_level}); break;
    }
  }
  return find_pattern(std::span<const SplitStep>(steps));
}

}  // namespace

Pretokenizer::Pretokenizer(const SplitRules& rules, std::string_view engine)
    : known_(find_known(rules)), phases_(chosen_kernel().phases) {
  if (engine == "pcre2" || (engine.empty() && !known_)) {
    compiled_ = std::make_unique<SplitCascade>(rules);
    return;
  }
  const Kernel* kernel = engine.empty() ? &chosen_kernel() : find_kernel(engine);
  const bool is_scalar = engine == "scalar";
  if (!is_scalar && !(kernel && kernel->is_supported()))
    throw Failure(TOKEN_RANKER_UNSUPPORTED_ENGINE, 0, "engine \"%.*s\" does not exist or not on this machine: use \"pcre2\", \"scalar\" or none",
                  int(engine.size()), engine.data());
  if (!known_)
    throw Failure(TOKEN_RANKER_UNSUPPORTED_ENGINE, 0, "engine \"%.*s\" has no scanner for this pattern: use \"pcre2\"", int(engine.size()),
                  engine.data());
  next_ = scalar_scanner(*known_);
  if (!is_scalar) kernel_ = kernel;
  phases_ = is_scalar ? &phases_portable : kernel->phases;
}

Pretokenizer::Splitter::Splitter(const Pretokenizer& pretokenizer, Text text, Context& context)
    : pretokenizer_(pretokenizer), text_(text), is_scanned_(pretokenizer.kernel_ && text.size <= INT32_MAX) {
  if (is_scanned_) state_.start(text, nullptr);
  if (!pretokenizer.compiled_) return;
  pretokenizer.compiled_->make_matchers(context.matchers);
  pieces_.emplace(*pretokenizer.compiled_, text, context.matchers);
}

size_t Pretokenizer::Splitter::next(Span* spans, size_t capacity) {
  if (is_scanned_ && capacity >= scan_min_capacity) return scan(spans, capacity);
  size_t count = 0;
  if (pieces_) {
    while (count < capacity && pieces_->next(spans[count])) count++;
    return count;
  }
  for (; count < capacity && at_ < text_.size; count++) {
    const size_t end = pretokenizer_.end_of_pretoken(text_, at_);
    spans[count] = {at_, end};
    at_ = end;
  }
  return count;
}

// A start is the end of the pretoken before it.
size_t Pretokenizer::Splitter::scan(Span* spans, size_t capacity) {
  uint32_t starts[256];
  size_t count = 0;
  while (count == 0 && at_ < text_.size) {
    const size_t found = state_.is_done ? 0 : pretokenizer_.scan()(state_, starts, std::min(capacity, std::size(starts)));
    for (size_t i = 0; i < found; i++) {
      if (starts[i] == at_) continue;  // the first one of the text
      spans[count++] = {at_, starts[i]};
      at_ = starts[i];
    }
    if (state_.is_done && count < capacity) {
      spans[count++] = {at_, text_.size};
      at_ = text_.size;
    }
  }
  return count;
}

}  // namespace bpe
