// The rewriter: what it writes, what it refuses and where. That the meaning stays the same is tested in test_pattern_pcre2.cpp.
#include "pattern_rewrite.hpp"

#include <string>

#include "catch.hpp"
#include "failure.hpp"
#include "pattern_class.hpp"
#include "pattern_splitting.hpp"

namespace {

using bpe::joined;
using bpe::rewrite_pattern;

const std::string s = "\\x{9}-\\x{d}\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}-\\x{2029}\\x{202f}\\x{205f}\\x{3000}";

struct Refused {
  std::string pattern;
  size_t offset;
  std::string word;  // in the message
};

// By the rewriter or by PCRE2 behind it.
void check_refusal(const Refused& refused, token_ranker_status status) {
  CAPTURE(refused.pattern);
  try {
    bpe::Pcre2Pattern pattern(refused.pattern);
    FAIL_CHECK("not refused");
  } catch (const bpe::Failure& failure) {
    CAPTURE(failure.what());
    CHECK(failure.status == status);
    CHECK(failure.offset == refused.offset);
    CHECK(std::string(failure.what()).find(refused.word) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("what means something else in PCRE2 is written out") {
  struct Rewriting {
    const char* pattern;
    std::string text;
  };
  const Rewriting rewritings[] = {
      {R"(\s)", joined({"[", s, "]"})},
      {R"(\S)", joined({"[^", s, "]"})},
      {R"([^\s\p{L}])", joined({"[^", s, "\\p{L}]"})},
      {R"([\s\p{L}])", joined({"[", s, "\\p{L}]"})},
      {R"([^\S])", joined({"[", s, "]"})},
      {R"(\d\D)", R"([\p{Nd}][\P{Nd}])"},
      {R"(\w)", R"([\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}])"},
      {R"(\p{Han})", R"([\p{sc:han}])"},
      {R"(\P{Script=Greek})", R"([\P{sc:greek}])"},
      {R"(\pL\p{^Lu}\P{^Lu}\p{Lowercase_Letter}\p{gc=Nd})", R"([\p{L}][\P{Lu}][\p{Lu}][\p{Ll}][\p{Nd}])"},
      {".", R"([^\x{a}])"},
      {"(?s:.)", "(?:.)"},
      {"^$", R"(\A\z)"},
      {"(?m)^$", R"((?<![^\x{a}])(?![^\x{a}]))"},
      {R"(\A\z)", R"(\A\z)"},
      {"(a)(?:b)(?>c)", "(?:a)(?:b)(?>c)"},
      {"(?=a)(?!b)(?<=c)(?<!d)", "(?=a)(?!b)(?<=c)(?<!d)"},
      {"(?i)a(?-i:b(?i:c))", "(?i)a(?-i:b(?i:c))"},
      {"(?i-s:a)", "(?i:a)"},
      {"a*b+c?d{2}e{2,}f{2,3}g{,3}", "a*b+c?d{2,2}e{2,}f{2,3}g{0,3}"},
      {"a*?b+?c??d{2,}?", "a*?b+?c??d{2,}?"},
      {"a*+b++c?+d{1,3}+", "a*+b++c?+d{1,3}+"},
      {R"(\a\e\f\n\r\t\v)", R"(\x{7}\x{1b}\x{c}\x{a}\x{d}\x{9}\x{b})"},
      {R"(\x41\x{1F600}\u00e9\u{301}\U0001F600)", R"(A\x{1f600}\x{e9}\x{301}\x{1f600})"},
      {R"(\.\-\ \/\")", R"(\x{2e}\x{2d}\x{20}\x{2f}\x{22})"},
      {"a ]}#é", R"(a\x{20}\x{5d}\x{7d}\x{23}\x{e9})"},
      {"a|b||", "a|b||"},
      // Classes.
      {"[a-z0_]", R"([0\x{5f}a-z])"},
      {"[]a][^]a]", R"([\x{5d}a][^\x{5d}a])"},
      {"[-a][a-][--a]", R"([\x{2d}a][\x{2d}a][\x{2d}a])"},
      {"[a-b-c]", R"([\x{2d}a-c])"},
      {"[&|~.$(*{#^]", R"([\x{23}-\x{24}\x{26}\x{28}\x{2a}\x{2e}\x{5e}\x{7b}-\x{7c}\x{7e}])"},
      {R"([\x41-\x{5a}\n-\r\-\]\b])", R"([\x{8}\x{a}-\x{d}\x{2d}A-Z\x{5d}])"},
      {"[a[bc]d]", "[a-d]"},
      {"[[^a]]", "[^a]"},
      {"[^[^a]]", "[a]"},
      {"[a[^b]]", R"([\x{0}-ac-\x{d7ff}\x{e000}-\x{10ffff}])"},
      {R"([a[^\pL]])", R"((?[([^\p{L}]+[a])]))"},
      {R"([\p{Lu}\p{M}&&[^\p{Han}]])", R"((?[([\p{Lu}\p{M}]&[^\p{sc:han}])]))"},
      {R"([^\pL--a~~b])", R"((?[!(([\p{L}]-[a])^[b])]))"},
      {R"([^\x{0}-\x{10ffff}])", R"([^\x{0}-\x{10ffff}])"},
      {R"([^\S\r\n])", R"([\x{9}\x{b}-\x{c}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}-\x{2029}\x{202f}\x{205f}\x{3000}])"},
      // A range that holds U+0100 stays out of the lists that PCRE2 packs.
      {R"([\x{80}-\x{4e00}\x{a000}\x{a002}\x{a004}\x{a006}\x{a008}])",
       R"([^\x{0}-\x{7f}\x{4e01}-\x{9fff}\x{a001}\x{a003}\x{a005}\x{a007}\x{a009}-\x{d7ff}\x{e000}-\x{10ffff}])"},
      {R"([^\x{80}-\x{4e00}\x{a000}\x{a002}\x{a004}\x{a006}\x{a008}\pN])",
       R"((?[!([\x{80}-\x{4e00}]+[\x{a000}\x{a002}\x{a004}\x{a006}\x{a008}\p{N}])]))"},
  };
  for (const Rewriting& rewriting : rewritings) {
    CAPTURE(rewriting.pattern);
    CHECK(rewrite_pattern(rewriting.pattern).text == rewriting.text);
  }
}

TEST_CASE("patterns that are none are refused with their byte") {
  const Refused refusals[] = {
      {"a)", 1, "closes no group"},
      {"a(b", 1, "never closed"},
      {"(?:a", 0, "never closed"},
      {"a|*", 2, "nothing here to repeat"},
      {"+", 0, "nothing here to repeat"},
      {"(?i)?", 4, "repeated"},
      {"x[ab", 1, "never closed"},
      {"[]", 0, "never closed"},
      {"[a-", 1, "never closed"},
      {"[z-a]", 1, "wrong way round"},
      {R"([\d-z])", 1, "from one character to another"},
      {R"([a-\d])", 1, "from one character to another"},
      {"ab\\", 2, "backslash at the end"},
      {R"(ab\q)", 2, "nothing after a backslash"},
      {R"([\q])", 1, "nothing after a backslash"},
      {R"(\x4)", 0, "hexadecimal"},
      {R"(\u12)", 0, "hexadecimal"},
      {R"(\x{})", 0, "hexadecimal"},
      {R"(\x{41)", 0, "hexadecimal"},
      {R"(a\x{110000})", 1, "no character"},
      {R"(\ud800)", 0, "no character"},
      {R"(\p{L)", 0, "never closed"},
      {R"(\p)", 0, "name of a property"},
      {R"(\p1)", 0, "name of a property"},
      {"a{3,2}", 1, "comes second"},
      {"(?)", 0, "no flags"},
      {"(?-)", 0, "no flags"},
      {"(?i", 3, "never closed"},
      {"(?q:a)", 2, "no flag"},
      {"(?i-s-m:a)", 5, "second minus"},
      {"ab\xff", 2, "UTF-8"},
      {"\xed\xa0\x80", 0, "UTF-8"},
      {std::string("ab\0c", 4), 2, "NUL"},
      {std::string(65537, 'a'), 65536, "64 KiB"},
  };
  for (const Refused& refused : refusals) {
    const bool is_flag_repeated = refused.pattern == "(?i)?";
    check_refusal(refused, is_flag_repeated ? TOKEN_RANKER_UNSUPPORTED_PATTERN : TOKEN_RANKER_BAD_PATTERN);
  }
}

TEST_CASE("constructs that could not be made exact are refused by name with their byte") {
  const Refused refusals[] = {
      {R"(a\h)", 1, "[0-9A-Fa-f]"},
      {R"(\H)", 0, "\\H"},
      {R"(\R)", 0, "\\R"},
      {R"(\X)", 0, "\\X"},
      {R"(\C)", 0, "\\C"},
      {R"(\N)", 0, "[^\\n]"},
      {R"(\O)", 0, "(?s:.)"},
      {R"(\Z)", 0, "\\z"},
      {R"(\G)", 0, "\\G"},
      {R"(\K)", 0, "\\K"},
      {R"(\<)", 0, "word boundaries"},
      {R"(\b{start})", 0, "\\b{"},
      {R"((a)\1)", 3, "references to groups"},
      {R"(\0)", 0, "references to groups"},
      {R"((?<n>a)\k<n>)", 0, "named groups"},
      {R"(\k<n>)", 0, "references to groups"},
      {R"(\g1)", 0, "references to groups"},
      {"(?P<n>a)", 0, "named groups"},
      {"(?'n'a)", 0, "named groups"},
      {"(?P=n)", 0, "kind of group"},
      {"(?(1)a)", 0, "kind of group"},
      {"(?~a)", 0, "kind of group"},
      {"(?#a)", 0, "comments"},
      {"(*FAIL)", 0, "verbs"},
      {"(?x:a b)", 2, "only i, m and s"},
      {"(?U)a", 2, "only i, m and s"},
      {"a((?i)b)", 2, "inside a group"},
      {"[[:alpha:]]", 1, "POSIX"},
      {R"([\A])", 1, "no meaning in a class"},
      {"[a&&]", 4, "operands"},
      {"[&&a]", 1, "operands"},
      {"[a-[b]]", 3, "end of a range"},
      {R"(\é)", 0, "leave it out"},
      {"a{", 1, "\\{"},
      {"{2}", 0, "\\{"},
      {"a{2}{3}", 4, "\\{"},
      {"a{,}", 1, "\\{"},
      {"a{b}", 1, "\\{"},
      {"a{65536}", 2, "65535"},
      {"a+?+", 3, "quantifier after a quantifier"},
      {"a**", 2, "quantifier after a quantifier"},
      {"(?:a?)*", 6, "match nothing"},
      {"(?:|a)+", 6, "match nothing"},
      {"(?:)?", 4, "match nothing"},
      {"^*", 1, "assertion"},
      {"(?=a)?", 5, "assertion"},
      {R"(\b+)", 2, "assertion"},
      {"a(?<=b+)", 1, "not fixed"},
      {"(?<!b|(?:c|dd))", 0, "not fixed"},
      {R"(a(?i:\p{Lu}))", 5, "flag i"},
      {R"((?i)[\PL])", 5, "flag i"},
      {R"((?i)\p{Greek})", 4, "flag i"},
      {R"((?i)[a-\x{4e00}])", 5, "flag i"},
      {R"((?i)[ā])", 5, "flag i"},
      {R"((?<=a)b[\pL&&[^a]])", 7, "look-behind"},
      {R"(\b[\pL&&[^a]])", 2, "look-behind"},
      {R"(a\p{Alphabetic}b)", 1, "PCRE2"},
      {R"(\p{sc=Klingonese})", 0, "PCRE2"},
      {R"(\p{Foo!=Bar})", 0, "Foo!=Bar"},
      {R"(\p{scx=Han})", 0, "scx=Han"},
      {R"(\p{Unknown})", 0, "Unknown"},
      {R"(\p{Cs})", 0, "PCRE2"},
      {nested(64, '(', "a", ')'), 63, "too deep"},
      {std::string(10000, '('), 63, "too deep"},
      {std::string(10000, '['), 63, "too deep"},
      {"(?:(?:(?:(?:a{100}){100}){100}){100})", 36, "too large"},
  };
  for (const Refused& refused : refusals) check_refusal(refused, TOKEN_RANKER_UNSUPPORTED_PATTERN);
}

TEST_CASE("groups may be nested 63 deep") {
  CHECK(split(nested(63, '(', "a", ')'), "ba") == std::vector<std::string>{"a"});
  CHECK(split(nested(63, '[', "a", ']'), "ba") == std::vector<std::string>{"a"});
}

TEST_CASE("a byte of the text leads back to the pattern") {
  const bpe::RewrittenPattern rewritten = rewrite_pattern(R"(a\s+|[\p{L}])");
  CHECK(rewritten.origin(0) == 0);
  CHECK(rewritten.origin(1) == 1);
  CHECK(rewritten.origin(20) == 1);
  CHECK(rewritten.origin(rewritten.text.find('+')) == 3);
  CHECK(rewritten.origin(rewritten.text.find('|')) == 4);
  CHECK(rewritten.origin(rewritten.text.size()) == 5);
}

TEST_CASE("only patterns about characters of Unicode need its version") {
  CHECK_FALSE(rewrite_pattern(R"([a-z]+|\s|é)").needs_unicode);
  for (const char* pattern : {R"(\p{L})", R"(\d)", R"(\w)", R"(\b)", "(?i:a)", R"([^\p{N}])"}) {
    CHECK(rewrite_pattern(pattern).needs_unicode);
  }
}

TEST_CASE("what Oniguruma reads otherwise") {
  const auto rewritten = [](const char* pattern) { return rewrite_pattern(pattern, bpe::PatternDialect::oniguruma).text; };
  CHECK(rewritten("a{1,3}+") == "(?:a{1,3})+");
  CHECK(rewritten("(ab){2}+|c") == "(?:(?:ab){2,2})+|c");
  CHECK(rewritten("a?+b*+c++") == "a?+b*+c++");
  CHECK(rewritten("^a$") == R"((?:(?<![^\x{a}])(?!\z)|\A)a(?![^\x{a}]))");
  CHECK(rewritten("(?i:[sdmt]|ll)") == "(?i:[dms-t]|ll)");
  CHECK(rewritten("[a&&[^b]]") == rewrite_pattern("[a&&[^b]]").text);
}

TEST_CASE("what Oniguruma reads in a way of its own is refused") {
  const Refused refusals[] = {
      {"a{3,1}", 1, "the larger number"},
      {"[z-a]", 1, "the ends of this range"},
      {R"([\p{L}-a])", 1, "a range goes from"},
      {"[a-&&b]", 2, "- before &&"},
      {"[^a[^b]]", 3, "a negated class inside"},
      {"[^a&&[b[^c]]]", 7, "a negated class inside"},
      {"(?<!a(?=b))", 5, "look-around inside"},
      {"(?<=(?<!b))", 4, "look-around inside"},
      {R"((?<=\z))", 4, "inside of look-behind"},
      {"a{2}?", 1, "is not lazy"},
      {"(?i:ss)", 5, "these two letters"},
      {"(?i:[^s])", 4, "this class under the flag i"},
      {"(?i:\u00E9)", 4, "this character under the flag i"},
      {"(?m:a)", 2, "of the flags only i"},
      {"(?i)a", 0, "flags without a group"},
      {R"(\w)", 0, "\\w and \\W"},
      {R"(\b)", 0, "\\b and \\B"},
      {"[a--b]", 2, "-- and ~~"},
      {R"(\pL)", 0, "a property without braces"},
  };
  for (const Refused& refused : refusals) {
    CAPTURE(refused.pattern);
    try {
      bpe::Pcre2Pattern pattern(refused.pattern, true, bpe::PatternDialect::oniguruma);
      FAIL_CHECK("not refused");
    } catch (const bpe::Failure& failure) {
      CAPTURE(failure.what());
      CHECK(failure.status == TOKEN_RANKER_UNSUPPORTED_PATTERN);
      CHECK(failure.offset == refused.offset);
      CHECK(std::string(failure.what()).find(refused.word) != std::string::npos);
    }
  }
}
