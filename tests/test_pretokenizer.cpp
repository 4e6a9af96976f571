// The choice of an engine, and pretokens asked for a few at a time.
#include <cstring>

#include "catch.hpp"
#include "pretokenizer.hpp"
#include "scan/scan_scalar.hpp"
#include "support.hpp"

namespace {

token_ranker_status status_of(std::string_view pattern, std::string_view engine) {
  return test::outcome_of([&] { bpe::Pretokenizer(pattern, engine); }).status;
}

}  // namespace

TEST_CASE("pretokenizer: engines") {
  for (size_t i = 0; i < bpe::pattern_count; i++) {
    const std::string_view text = bpe::pattern_text(bpe::Pattern(i));
    CHECK(std::string_view(bpe::Pretokenizer(text, "scalar").engine()) == "scalar");
    CHECK(std::string_view(bpe::Pretokenizer(text, "pcre2").engine()) == "pcre2");
    CHECK(std::string_view(bpe::Pretokenizer(text, "").engine()) != "pcre2");
    CHECK(status_of(text, "none") == TOKEN_RANKER_UNSUPPORTED_ENGINE);
    CHECK(status_of(text, "PCRE2") == TOKEN_RANKER_UNSUPPORTED_ENGINE);
  }
  CHECK(std::string_view(bpe::Pretokenizer("a+", "").engine()) == "pcre2");
  CHECK(status_of("a+", "scalar") == TOKEN_RANKER_UNSUPPORTED_ENGINE);
  CHECK(status_of("a(", "") == TOKEN_RANKER_BAD_PATTERN);
  CHECK(status_of("a(", "scalar") == TOKEN_RANKER_UNSUPPORTED_ENGINE);
}

TEST_CASE("pretokenizer: the same pretokens for every capacity") {
  test::Random random(61);
  const std::string text = random.mix({"hello", " World", "  ", "\n", "12345", "!?", "'s", "漢字", "\xFF", "é"}, 700);
  for (const char* engine : {"", "scalar", "pcre2"}) {
    test::Splitter splitter(bpe::pattern_text(bpe::Pattern::cl100k), engine);
    const std::vector<std::string> expected = splitter.split(text, 100000);
    std::string joined;
    for (const std::string& pretoken : expected) joined += pretoken;
    CHECK(joined == text);
    for (const size_t capacity : {1, 2, 3, 63, 64, 65, 256}) CHECK(splitter.split(text, capacity) == expected);
  }
}

TEST_CASE("pretokenizer: a text that was left in the middle leaves nothing behind") {
  for (const char* engine : {"", "scalar", "pcre2"}) {
    const bpe::Pretokenizer pretokenizer(bpe::pattern_text(bpe::Pattern::r50k), engine);
    bpe::ContextPool contexts;
    const bpe::ContextPool::Loan context(contexts);
    bpe::Span spans[2];
    const std::string bad = "one \xFF two three four", good = "five six";
    {
      bpe::Pretokenizer::Splitter first(pretokenizer, bpe::Text(bad), *context);
      REQUIRE(first.next(spans, 2) == 2);
    }
    bpe::Pretokenizer::Splitter second(pretokenizer, bpe::Text(good), *context);
    REQUIRE(second.next(spans, 2) == 2);
    CHECK((spans[0].begin == 0 && spans[0].end == 4 && spans[1].begin == 4 && spans[1].end == 8));
    CHECK(second.next(spans, 2) == 0);
  }
}

TEST_CASE("pretokenizer: text that the pattern does not match lies between the pretokens") {
  test::Splitter splitter("[a-z]+");
  CHECK(splitter.split("12ab..c\xFF" "d") == std::vector<std::string>{"ab", "c", "d"});
  CHECK(splitter.split("123").empty());
  CHECK(splitter.split("").empty());
}
