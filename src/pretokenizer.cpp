#include "pretokenizer.hpp"

#include "context.hpp"
#include "failure.hpp"

namespace bpe {

Pretokenizer::Pretokenizer(std::string_view pattern, std::string_view engine)
    : known_(find_pattern(pattern)), phases_(chosen_kernel().phases) {
  if (engine == "pcre2" || (engine.empty() && !known_)) {
    compiled_ = std::make_unique<Pcre2Pattern>(pattern);
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

Pretokenizer::Splitter::Splitter(const Pretokenizer& pretokenizer, Text text, Context& context) : pretokenizer_(pretokenizer), text_(text) {
  if (!pretokenizer.compiled_) return;
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
    const size_t end = size_t(pretokenizer_.next_(text_.data + at_, text_.end()) - text_.data);
    spans[count] = {at_, end};
    at_ = end;
  }
  return count;
}

}  // namespace bpe
