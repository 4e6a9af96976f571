#include "pretokenizer.hpp"

#include "failure.hpp"

namespace bpe {

Pretokenizer::Pretokenizer(std::string_view pattern, std::string_view engine) {
  const std::optional<Pattern> known = find_pattern(pattern);
  phases_ = &fastest_phases();
  if (engine == "pcre2" || (engine.empty() && !known)) {
    compiled_ = std::make_unique<Pcre2Pattern>(pattern);
  } else if ((engine == "scalar" || engine.empty()) && known) {
    scan_ = scalar_scanner(*known);
  } else if (engine == "scalar") {
    throw Failure(TOKEN_RANKER_UNSUPPORTED_ENGINE, 0, "engine \"scalar\": no scanner for this pattern; use engine \"pcre2\"");
  } else {
    throw Failure(TOKEN_RANKER_UNSUPPORTED_ENGINE, 0, "unknown engine \"%.*s\": use \"pcre2\", \"scalar\" or none", int(engine.size()),
                  engine.data());
  }
}

Pretokenizer::Splitter::Splitter(const Pretokenizer& pretokenizer, Text text, Context& context) : text_(text), scan_(pretokenizer.scan_) {
  if (scan_) return;
  if (!context.matcher) context.matcher = std::make_unique<Pcre2Matcher>(*pretokenizer.compiled_);
  matcher_ = context.matcher.get();
  matcher_->begin(text);
}

size_t Pretokenizer::Splitter::next(Span* spans, size_t capacity) {
  size_t count = 0;
  if (matcher_) {
    while (count < capacity && matcher_->next(spans[count])) count++;
    return count;
  }
  for (; count < capacity && at_ < text_.size; count++) {
    const size_t end = size_t(scan_(text_.data + at_, text_.end()) - text_.data);
    spans[count] = {at_, end};
    at_ = end;
  }
  return count;
}

}  // namespace bpe
