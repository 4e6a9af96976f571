// Any pattern in both dialects: it is refused in words, or its matches are the same with PCRE2's JIT and without, and those that are
// certain of the beginning of a text are so in the whole.
#include "failure.hpp"
#include "fuzz.hpp"
#include "pattern_pcre2.hpp"
#include "support.hpp"
#include "unicode/utf8.hpp"

namespace {

using Spans = std::vector<bpe::Span>;

// MATCH_FAILED: what was found before it.
bool find_all(const bpe::Pcre2Pattern& pattern, bpe::Text text, bool is_open, Spans& spans) {
  bpe::Pcre2Matcher matcher(pattern);
  try {
    matcher.begin(text, 0, is_open);
    for (bpe::Span span; matcher.next(span);) {
      const size_t end = spans.empty() ? 0 : spans.back().end;
      fuzz::require(span.begin >= end && span.end > span.begin && span.end <= text.size, "a match is not where it may be");
      spans.push_back(span);
    }
    return true;
  } catch (const bpe::Failure& failure) {
    fuzz::require(failure.status == TOKEN_RANKER_MATCH_FAILED && failure.offset <= text.size, "a match fails with another status");
    return false;
  }
}

bool begins_with(const Spans& longer, const Spans& shorter) {
  const auto is_same = [](bpe::Span a, bpe::Span b) { return a.begin == b.begin && a.end == b.end; };
  return longer.size() >= shorter.size() && std::equal(shorter.begin(), shorter.end(), longer.begin(), is_same);
}

}  // namespace

FUZZ_TARGET(regex) {
  const bpe::PatternDialect dialect = input.flag() ? bpe::PatternDialect::oniguruma : bpe::PatternDialect::tiktoken;
  const size_t pattern_size = input.byte(), open_size = input.byte();
  const test::ExactCopy pattern(input.take(pattern_size)), text(input.rest().substr(0, 80));
  std::unique_ptr<const bpe::Pcre2Pattern> compiled, interpreted;
  const test::Outcome with_jit =
      test::outcome_of([&] { compiled = std::make_unique<bpe::Pcre2Pattern>(pattern.text().view(), true, dialect); });
  if (with_jit.status != TOKEN_RANKER_OK) {
    fuzz::require(with_jit.status == TOKEN_RANKER_BAD_PATTERN || with_jit.status == TOKEN_RANKER_UNSUPPORTED_PATTERN,
                  "a pattern is refused with another status");
    fuzz::require(with_jit.offset <= pattern.text().size && !with_jit.message.empty(), "the place in the pattern is not in it");
    return;
  }
  interpreted = std::make_unique<bpe::Pcre2Pattern>(pattern.text().view(), false, dialect);
  Spans all, plain, certain;
  const bool is_whole = find_all(*compiled, text.text(), false, all), is_plain = find_all(*interpreted, text.text(), false, plain);
  if (!is_whole || !is_plain) return;
  if (!begins_with(all, plain) || all.size() != plain.size())
    fuzz::fail("JIT matches otherwise: \"%s\"", fuzz::shown(pattern.text().view()).c_str());
  const size_t size = bpe::size_of_whole_characters(text.text().data, std::min(open_size, text.text().size));
  const test::ExactCopy beginning(text.text().view().substr(0, size));
  if (find_all(*compiled, beginning.text(), true, certain) && !begins_with(all, certain))
    fuzz::fail("what was certain is not so in the whole text: \"%s\"", fuzz::shown(pattern.text().view()).c_str());
}
