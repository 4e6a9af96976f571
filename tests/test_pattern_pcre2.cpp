// PCRE2 behind the rewriter against the reference: sets of characters, splits, bad UTF-8, limits.
#include "pattern_pcre2.hpp"

#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "support.hpp"
#include "failure.hpp"
#include "pattern_splitting.hpp"
#include "unicode/class_table.hpp"
#include "unicode/utf8.hpp"

namespace {

using Pieces = std::vector<std::string>;

void append_utf8(std::string& text, uint32_t c) {
  if (c < 0x80) {
    text += char(c);
  } else if (c < 0x800) {
    text += {char(0xC0 | c >> 6), char(0x80 | (c & 63))};
  } else if (c < 0x10000) {
    text += {char(0xE0 | c >> 12), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
  } else {
    text += {char(0xF0 | c >> 18), char(0x80 | (c >> 12 & 63)), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
  }
}

// All characters, one after another.
const std::string& all_characters() {
  static const std::string text = [] {
    std::string result;
    for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
      if (c < 0xD800 || c > 0xDFFF) append_utf8(result, c);
    }
    return result;
  }();
  return text;
}

struct CharacterSet {
  const char* pattern;  // matches one character
  size_t size;
  uint64_t hash;  // FNV-1a over the code points, a step for each
};

CharacterSet set_of(const char* pattern, bool allow_jit) {
  CharacterSet set = {pattern, 0, 0xcbf29ce484222325};
  const bpe::Pcre2Pattern compiled(pattern, allow_jit);
  bpe::Pcre2Matcher matcher(compiled);
  const bpe::Text text(all_characters());
  matcher.begin(text);
  for (bpe::Span span; matcher.next(span);) {
    const bpe::Character character = bpe::read_character(text.data + span.begin, text.end());
    if (character.size != span.end - span.begin) return {pattern, 0, 0};
    ++set.size;
    set.hash = (set.hash ^ character.code_point) * 0x100000001b3;
  }
  return set;
}

// %XX stands for a byte.
std::string decoded(std::string_view field) {
  std::string result;
  for (size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '%') {
      result += char(std::stoi(std::string(field.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      result += field[i];
    }
  }
  return result;
}

std::string written(const std::vector<bpe::Span>& spans) {
  std::string result;
  for (const bpe::Span span : spans) {
    if (!result.empty()) result += ' ';
    result += std::to_string(span.begin);
    result += '-';
    result += std::to_string(span.end);
  }
  return result;
}

std::string random_text(std::mt19937& random) {
  static const char* const parts[] = {"a", "B", "s", "'s", "'", " ", "  ", "\n", "\r\n", "1", "22", ".", "é",
                                      "\u0301", "漢", "ſ", "\u00a0", "\u2028", "\xF3\x9F\xBF\xBF", "\xFF", "\x80", "\xC3"};
  std::string text;
  for (size_t i = random() % 30; i > 0; --i) {
    if (random() % 4 == 0) text += char(random());
    else text += parts[random() % std::size(parts)];
  }
  return text;
}

}  // namespace

// Sizes and hashes: fancy-regex 0.19.0 with regex-syntax 0.8.11, the same pattern against each character.
TEST_CASE("sets of characters are those of the reference, over all code points") {
  const CharacterSet sets[] = {
      {R"(\p{C})", 957236, 0xf586a4b0373fbcf9},
      {R"(\p{Cc})", 65, 0x47783dcc96f6448e},
      {R"(\p{Cf})", 170, 0x722312b9b720c35e},
      {R"(\p{Cn})", 819533, 0xdb6360de0be4ab9d},
      {R"(\p{Co})", 137468, 0x33a3ccc8f38691a1},
      {R"(\p{L})", 141028, 0x9abbec5090cdd78d},
      {R"(\p{LC})", 4147, 0x0fc6aaa7cd91bfd9},
      {R"(\p{Ll})", 2258, 0xf2719655913aeb3a},
      {R"(\p{Lm})", 404, 0xf65f3bd9629aaabb},
      {R"(\p{Lo})", 136477, 0xed65afc3db5d15eb},
      {R"(\p{Lt})", 31, 0x87fd939e4214d25f},
      {R"(\p{Lu})", 1858, 0xe0e481f9b9ac6d08},
      {R"(\p{M})", 2501, 0x9b555c284b44a194},
      {R"(\p{Mc})", 468, 0xe852c808ceb73828},
      {R"(\p{Me})", 13, 0x696c64f66f1cef64},
      {R"(\p{Mn})", 2020, 0xa7de5e1e35f2f7da},
      {R"(\p{N})", 1911, 0x88882b4d56227662},
      {R"(\p{Nd})", 760, 0x8ab68431d58920ad},
      {R"(\p{Nl})", 236, 0x3efc2d2072e34708},
      {R"(\p{No})", 915, 0xef6b3438c2dba6dd},
      {R"(\p{P})", 855, 0xff1c1fa0ee0c80ae},
      {R"(\p{Pc})", 10, 0xd00ea409282cd0a1},
      {R"(\p{Pd})", 27, 0xc3e75745381880c8},
      {R"(\p{Pe})", 77, 0x38c7dfd9bfef6f9d},
      {R"(\p{Pf})", 10, 0x9e0f7acc70ef32b5},
      {R"(\p{Pi})", 12, 0x7e9125889ad24b56},
      {R"(\p{Po})", 640, 0x3967bb8dac75a221},
      {R"(\p{Ps})", 79, 0x565e92de0f171314},
      {R"(\p{S})", 8514, 0xef33214ffa8a60da},
      {R"(\p{Sc})", 63, 0xc101426ffdd4dcec},
      {R"(\p{Sk})", 125, 0xcec348a193bb9dcb},
      {R"(\p{Sm})", 950, 0x3d4204f1c28a952a},
      {R"(\p{So})", 7376, 0x22ac65b5bc1c457e},
      {R"(\p{Z})", 19, 0x836ce65e972de2b9},
      {R"(\p{Zl})", 1, 0xaf43a54c85cb2f17},
      {R"(\p{Zp})", 1, 0xaf43a44c85cb2d64},
      {R"(\p{Zs})", 17, 0x612d39f8a3ed9888},
      {R"(\p{Han})", 99030, 0x98f19ceb0ce18cdb},
      {R"(\p{Latin})", 1487, 0xcb50fe6ca387f485},
      {R"(\p{Greek})", 518, 0xca18703d70ce40b7},
      {R"(\p{Cyrillic})", 508, 0xf663c804a6cc59fd},
      {R"(\p{Hiragana})", 381, 0xef77c169264d0b4d},
      {R"(\p{Katakana})", 321, 0x35e666857ec0a222},
      {R"(\p{Hangul})", 11739, 0xaa197ac2aa740f54},
      {R"(\p{Arabic})", 1373, 0xa39df3cf4bc673f5},
      {R"(\p{Thai})", 86, 0x4847866337e180aa},
      {R"(\p{Common})", 9053, 0xa5d112cf2589186c},
      {R"(\p{Inherited})", 657, 0xff15f92879a8b4f8},
      {R"(\s)", 25, 0x231591ad12ffe059},
      {R"(\S)", 1112039, 0xe742b4a1484f2f03},
      {R"(\d)", 760, 0x8ab68431d58920ad},
      {R"(\D)", 1111304, 0x8850eb89f6710cff},
      {R"(\w)", 144667, 0x74e9e67363c9083f},
      {R"(\W)", 967397, 0xe053adfd7ac0232b},
      {R"(.)", 1112063, 0x0067e1fe726c8527},
      {R"((?s:.))", 1112064, 0x0e5489cd9d6e9b25},
      {R"([\S\d])", 1112039, 0xe742b4a1484f2f03},
      {R"([^\S])", 25, 0x231591ad12ffe059},
      {R"([^\s\p{L}])", 971011, 0x3abf214e43a269c7},
      {R"([\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]])", 42953, 0xee3e532143f63d35},
      {R"([\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]])", 42584, 0xb5b3689b9022e3c3},
      {R"([\p{L}--\p{Han}])", 42343, 0xac9a0e11bf86af0e},
      {R"([\p{L}~~\p{Lu}])", 139170, 0x42faa171ceab6ea2},
      {R"([^\W\d])", 143907, 0x6d63cb57388af235},
      {R"((?i:[a-z]))", 54, 0xdc743b6e0f2ac700},
      {R"((?i:[^a-z]))", 1112010, 0xbc678561bff0abcc},
      {R"((?i:[k-s--p]))", 18, 0xbf9b8428c8a19ee4},
      {R"((?i:[à-ý]))", 60, 0xb461dfbaaaf15a2d},
      {R"((?i:[Α-Ω&&[^π]]))", 59, 0xb91c5c9c77fe1893},
      {R"((?i:\w))", 144667, 0x74e9e67363c9083f},
      {R"((?i:\W))", 967397, 0xe053adfd7ac0232b},
      {R"((?i:[[^k]s]))", 1112061, 0x5ad00c10637f7289},
  };
  // The interpreter and the JIT read classes by different code.
  const bool allow_jit = GENERATE(true, false);
  for (const CharacterSet& expected : sets) {
    CAPTURE(expected.pattern, allow_jit);
    const CharacterSet set = set_of(expected.pattern, allow_jit);
    CHECK(set.size == expected.size);
    CHECK(set.hash == expected.hash);
  }
}

TEST_CASE("our own table has the same classes") {
  const std::pair<const char*, std::vector<bpe::CharacterClass>> classes[] = {
      {R"(\p{L})", {bpe::CharacterClass::uppercase, bpe::CharacterClass::titlecase, bpe::CharacterClass::lowercase,
                    bpe::CharacterClass::modifier, bpe::CharacterClass::letter}},
      {R"(\p{N})", {bpe::CharacterClass::number}},
      {R"(\p{M})", {bpe::CharacterClass::mark}},
      {R"(\s)", {bpe::CharacterClass::whitespace, bpe::CharacterClass::newline, bpe::CharacterClass::space}},
  };
  for (const auto& [pattern, members] : classes) {
    size_t size = 0;
    for (uint32_t c = 0; c <= 0x10FFFF; ++c) {
      for (const bpe::CharacterClass member : members) size += bpe::class_of(c) == member;
    }
    CAPTURE(pattern);
    CHECK(set_of(pattern, true).size == size);
  }
}

TEST_CASE("splits are those of the reference") {
  std::ifstream file(TESTS_DIRECTORY "/vectors/pattern_splits.txt", std::ios::binary);
  REQUIRE(file);
  size_t count = 0;
  std::string last_pattern;
  std::unique_ptr<bpe::Pcre2Pattern> with_jit, without_jit;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# ")) continue;
    const size_t first = line.find('\t'), second = line.find('\t', first + 1);
    REQUIRE(second != std::string::npos);
    const std::string pattern = decoded(line.substr(0, first)), text = decoded(line.substr(first + 1, second - first - 1));
    if (pattern != last_pattern) {
      with_jit = std::make_unique<bpe::Pcre2Pattern>(pattern);
      without_jit = std::make_unique<bpe::Pcre2Pattern>(pattern, false);
      last_pattern = pattern;
    }
    CAPTURE(pattern, line);
    CHECK(written(spans_of(*with_jit, text)) == line.substr(second + 1));
    CHECK(written(spans_of(*without_jit, text)) == line.substr(second + 1));
    ++count;
  }
  CHECK(count > 1200);
}

TEST_CASE("the patterns of tiktoken split as documented") {
  CHECK(split(cl100k_pattern, "a  \n ") == Pieces{"a", "  \n "});
  CHECK(split(o200k_pattern, "a  \n ") == Pieces{"a", "  \n", " "});
  CHECK(split(cl100k_pattern, "12345678") == Pieces{"123", "456", "78"});
  CHECK(split(cl100k_pattern, "x'ſ y") == Pieces{"x", "'ſ", " y"});
  CHECK(split(r50k_pattern, "x'ſ X'S") == Pieces{"x", "'", "ſ", " X", "'", "S"});
  CHECK(split(o200k_pattern, "ǅǅǲ HELLOworld") == Pieces{"ǅǅǲ", " HELLOworld"});
  CHECK(split(cl100k_pattern, " \u00a0\u3000x") == Pieces{" \u00a0", "\u3000x"});
  CHECK(split(cl100k_pattern, "\u2028y") == Pieces{"\u2028y"});
  CHECK(split(cl100k_pattern, "a\u0301b") == Pieces{"a", "\u0301b"});
  CHECK(split(o200k_pattern, "a\u0301b") == Pieces{"a\u0301b"});
  CHECK(split(cl100k_pattern, "").empty());
}

TEST_CASE("case is ignored as by Unicode's simple folding") {
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    const std::string pattern = repeated("(?i:", 1, letter, ")");
    CAPTURE(pattern);
    // The long s and the Kelvin sign are the only others.
    CHECK(set_of(pattern.c_str(), true).size == (letter == 'k' || letter == 's' ? 3 : 2));
  }
  CHECK(split("(?i:s)|(?i:k)|(?i:σ)|(?i:ǆ)|(?i:ß)", "sſSkK\u212AςΣσǅǄǆẞß").size() == 14);
  CHECK(split("(?i:i)", "iIıİ") == Pieces{"i", "I"});
  CHECK(split("(?i:İ)", "iIıİ") == Pieces{"İ"});
}

TEST_CASE("what the pattern leaves is skipped, and an empty match is no piece") {
  CHECK(split("[a-c]+", "--ab--c--") == Pieces{"ab", "c"});
  CHECK(split("a*", "baac").size() == 1);
  CHECK(split("a*|b", "b").empty());
  CHECK(split("|a", "aa").empty());
  CHECK(split("(?=é)|.", "éa") == Pieces{"a"});
  CHECK(split("x|", "").empty());
}

TEST_CASE("a match sees the text before it") {
  CHECK(split("(?<=a)b|.", "abb") == Pieces{"a", "b", "b"});
  CHECK(split("(?<!a)b", "abb") == Pieces{"b"});
  CHECK(split("^a", "aa") == Pieces{"a"});
  CHECK(split(R"(\bb)", "abb b") == Pieces{"b"});
  CHECK(split("a$", "a\na") == Pieces{"a"});
  CHECK(split("a$", "a\n").empty());
}

TEST_CASE("a byte outside of UTF-8 is a character of no class") {
  CHECK(split(R"(\p{L}+|[^\s\p{L}]+|\s)", "a\xFF\xFE b\xC3") == Pieces{"a", "\xFF\xFE", " ", "b", "\xC3"});
  CHECK(split(".", "\xE0\x80\x80") == Pieces{"\xE0", "\x80", "\x80"});
  CHECK(split(".", "\xED\xA0\x80") == Pieces{"\xED", "\xA0", "\x80"});
  CHECK(split(".", "\xF5\x80") == Pieces{"\xF5", "\x80"});
  CHECK(split(".", "\xF0\x9F\x98") == Pieces{"\xF0", "\x9F", "\x98"});
  CHECK(split(".", "\xF0\x9F\x98\x80\x80é") == Pieces{"\xF0\x9F\x98\x80", "\x80", "é"});
  CHECK(split(R"([\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\s\d\w])", "\xFF\x80").empty());
  CHECK(split(R"([Ͱ-Ͽﬀ-ﷺ一-龥\x{f0000}-\x{10ffff}])", "\xFF\xCD\xB8").size() == 1);
  CHECK(split("(?<=a.)b", "a\xFF" "b").size() == 1);
  // The stand-in for such a byte is itself a character that may occur.
  CHECK(split(".", "\xF3\x9F\xBF\xBF\xFF\xF3\x9F\xBF\xBF") == Pieces{"\xF3\x9F\xBF\xBF", "\xFF", "\xF3\x9F\xBF\xBF"});
  CHECK(split(".", std::string("\0\xFF\0", 3)).size() == 3);
}

TEST_CASE("spans are ordered and complete on random bytes") {
  std::mt19937 random(20260101);
  const char* const patterns[] = {r50k_pattern, cl100k_pattern, o200k_pattern, R"(\p{L}+|(?<=\s)\S| )", R"([^\s\p{L}]?\p{L}*?\b)"};
  const int index = GENERATE(range(0, 5));
  const char* const pattern_text = patterns[index];
  const bool allow_jit = GENERATE(true, false);
  const bpe::Pcre2Pattern pattern(pattern_text, allow_jit);
  const bool covers_everything = index < 3;
  bpe::Pcre2Matcher matcher(pattern);
  for (int i = 0; i < 2000; ++i) {
    const std::string text = random_text(random);
    // The bytes rule: the same split as with each bad byte replaced by a character that is unassigned.
    std::string replaced;
    std::vector<size_t> position_of = {0};  // in text, by position in replaced
    const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
    for (size_t at = 0; at < text.size();) {
      const bpe::Character character = bpe::read_character(bytes + at, bytes + text.size());
      if (character.code_point == bpe::bad_byte) replaced += "\xCD\xB8";
      else replaced.append(text, at, character.size);
      at += character.size;
      position_of.resize(replaced.size() + 1, SIZE_MAX);
      position_of.back() = at;
    }
    CAPTURE(pattern_text, i);
    const std::vector<bpe::Span> expected = spans_of(pattern, replaced);

    matcher.begin(bpe::Text(text));
    size_t count = 0, last_end = 0;
    bool is_ordered = true, is_expected = true, is_complete = true;
    for (bpe::Span span; matcher.next(span); ++count) {
      is_ordered = is_ordered && last_end <= span.begin && span.begin < span.end && span.end <= text.size();
      is_complete = is_complete && span.begin == last_end;
      is_expected = is_expected && count < expected.size() && position_of[expected[count].begin] == span.begin &&
                    position_of[expected[count].end] == span.end;
      last_end = span.end;
    }
    CHECK(is_ordered);
    CHECK((is_expected && count == expected.size()));
    if (covers_everything) CHECK((is_complete && last_end == text.size()));
    bpe::Span span;
    CHECK_FALSE(matcher.next(span));
  }
}

TEST_CASE("a pattern that backtracks without end is an error, soon") {
  struct Hostile {
    const char* pattern;
    std::string text;
    size_t offset;
  };
  const Hostile hostiles[] = {
      {"(?:a+)+[bc]|x", repeated("x", 60, 'a'), 1},
      {"(?:a|a)*[bc]|\xC3\xA9", repeated("\xFF\xC3\xA9", 60, 'a'), 3},
      {"(?:a|aa)+$", repeated("", 60, 'a', "!"), 0},
      {"a*a*a*a*a*a*[bc]", std::string(3000, 'a'), 0},
      {"(?=(?:a+)+b)a", std::string(60, 'a'), 0},
      {"(?:.?.){30,}[bc]", std::string(100, 'a'), 0},
  };
  const bool allow_jit = GENERATE(true, false);
  for (const Hostile& hostile : hostiles) {
    CAPTURE(hostile.pattern, allow_jit);
    const bpe::Pcre2Pattern pattern(hostile.pattern, allow_jit);
    try {
      spans_of(pattern, hostile.text);
      FAIL_CHECK("no error");
    } catch (const bpe::Failure& failure) {
      CHECK(failure.status == TOKEN_RANKER_MATCH_FAILED);
      CHECK(failure.offset == hostile.offset);
      CHECK(std::string(failure.what()).find("limit") != std::string::npos);
    }
  }
}

// Each place alone is within its limit, all together are not: half a minute for so many places, were there no common limit.
TEST_CASE("many places that backtrack long are an error, soon") {
  const std::string block = std::string(21, 'a') + "!";
  std::string text = "!!";
  for (int i = 0; i < 1000; i++) text += block;
  for (const char* source : {"(?:a+)+b|!", "(?:a+)+b", "(?:a+)+b|[^b]"}) {
    CAPTURE(source);
    const bpe::Pcre2Pattern pattern(source);
    bpe::Pcre2Matcher matcher(pattern);
    bpe::Span span;
    const auto count = [&](std::string_view part) {
      size_t found = 0;
      matcher.begin(bpe::Text(part));
      while (matcher.next(span)) found++;
      return found;
    };
    CHECK_THROWS_AS(count(text), bpe::Failure);
    // The limit is that of a call: another one has as many steps again.
    matcher.end_call();
    CHECK(count(block) == (std::string_view(source).ends_with("|!") ? 1 : std::string_view(source).ends_with("]") ? 22 : 0));
  }
}

// Place by place from the first step on, against one search.
TEST_CASE("a search that goes on place by place finds the same matches") {
  test::Random random(88);
  const char* const sources[] = {"(?:a+b?)+c|é",           "(?:a|ab|b)+?c|(?<=b)a{3}", "(?:é|a)+(?=c)|b",
                                 "(?:a+b*)*c|(?:aa)+$",    "(?:(?:a|b|é)+!)+",         "(?<![b!])(?:a|é)+b|a*",
                                 "\\s+(?!\\S)|\\S+?(?=c)", "^a+|(?:b|a)+$"};
  const bool allow_jit = GENERATE(true, false);
  for (const char* source : sources) {
    const bpe::Pcre2Pattern pattern(source, allow_jit);
    bpe::Pcre2Matcher whole(pattern, 1'000'000);
    for (int round = 0; round < 100; round++) {
      const std::string text = random.mix({"a", "b", "é", "c", "aaa", "!", " ", "\n", "\xC3"}, 1 + random.below(24));
      bpe::Pcre2Matcher careful(pattern, uint32_t(1 + round % 5));
      CAPTURE(source, text, allow_jit);
      whole.end_call();
      whole.begin(bpe::Text(text));
      careful.begin(bpe::Text(text));
      bool is_same = true;
      for (bool goes_on = true; goes_on && is_same;) {
        bpe::Span expected = {}, found = {};
        goes_on = whole.next_even_empty(expected);
        is_same = careful.next_even_empty(found) == goes_on && found.begin == expected.begin && found.end == expected.end;
      }
      CHECK(is_same);
    }
  }
}

TEST_CASE("where the stack of the JIT ends, the interpreter matches") {
  // A stack frame for each of its 200,000 iterations.
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += i % 3 ? "ab" : "a";
  CHECK(split("(?:ab|a)+", text) == Pieces{text});
  // More of them than its heap holds.
  const std::string longer(5'000'000, 'a');
  CHECK_THROWS_AS(split("(?:ab|a)+", longer), bpe::Failure);
}

TEST_CASE("a long run is given back character by character without an error") {
  const std::string text(3'000'000, 'A');
  CHECK(split(o200k_pattern, text) == Pieces{text});
}

TEST_CASE("a matcher goes from text to text, also after an error or half of one") {
  const bpe::Pcre2Pattern pattern("(?:a+)+[bc]|é|x");
  bpe::Pcre2Matcher matcher(pattern);
  bpe::Span span;
  CHECK_FALSE(matcher.next(span));
  const std::string hostile = repeated("\xFFx", 60, 'a');
  for (int i = 0; i < 2; ++i) {
    matcher.begin(bpe::Text(hostile));
    CHECK(matcher.next(span));
    CHECK((span.begin == 1 && span.end == 2));
    CHECK_THROWS_AS(matcher.next(span), bpe::Failure);
    matcher.begin(bpe::Text(std::string_view("xé")));
    CHECK(matcher.next(span));
    matcher.end();
    CHECK_FALSE(matcher.next(span));
    matcher.begin(bpe::Text(nullptr, 0));
    CHECK_FALSE(matcher.next(span));
    matcher.begin(bpe::Text(std::string_view("\xFF\xFFé")));
    CHECK(matcher.next(span));
    CHECK((span.begin == 2 && span.end == 4));
    CHECK_FALSE(matcher.next(span));
  }
}
