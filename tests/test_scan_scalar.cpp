// The scanners against PCRE2 and against literal expectations.
#include "catch.hpp"
#include "reference/naive_steps.hpp"
#include "scan/scan_scalar.hpp"
#include "scan_check.hpp"
#include "support.hpp"
#include "unicode/class_table.hpp"

using bpe::Pattern;
using Strings = std::vector<std::string>;

namespace {

constexpr auto& patterns = test::all_patterns;

// The two engines of one pattern.
struct Engines {
  explicit Engines(Pattern pattern) : scalar(bpe::pattern_text(pattern), "scalar"), pcre2(bpe::pattern_text(pattern), "pcre2") {}
  test::Splitter scalar;
  test::Splitter pcre2;

  // The scanner reads an exact copy, so that a sanitizer sees what lies beyond.
  void check_same(std::string_view text) {
    const test::ExactCopy copy(text);
    const Strings found = scalar.split(copy.text().view()), expected = pcre2.split(text);
    if (found == expected) return;
    CAPTURE(text.substr(0, 200));
    CHECK(found == expected);
  }
};

Strings split(Pattern pattern, std::string_view text) { return test::Splitter(bpe::pattern_text(pattern), "scalar").split(text); }

// Every class by its edges: letters of each kind, what folds to a letter of a contraction, white space of each kind, numbers of each
// kind, marks, what is no letter yet, characters of each size, and bytes that are no UTF-8.
const Strings& alphabet() {
  static const Strings pieces = {
      "a", "s", "S", "t", "T", "d", "m", "M", "l", "L", "v", "e", "E", "r", "k", "'", "'", "'", "ſ", "\u212A", "’", " ", " ", " ", "\t", "\n",
      "\r", "\r\n", "\x0B", "\x0C", "\u0085", "\u2028", "\u00A0", "\u3000", "\u180E", "\u200B", "\u01C5", "\u02B0", "漢", "\u0301",
      "\u0345", "\u0903", "Ⅷ", "½", "²", "٣", "7", "0", "\u200D", "\u0149", "\u0378", "\U00010940", "\U0001E4D0", "/", "/", "!", "-", "_",
      "$", "😀", "É", "ß", "Я", "я", "ñ", "\x01", "\x7F", std::string(1, '\0'), "\xFF", "\x80", "\xC2", "\xE2\x80", "\xF0\x9F\x98",
      "\xED\xA0\x80", "\u3007", "\u2E80", "\u3005", "\U00016FF0", "の", "・", "\u3099", "\u3040",
      "\u9FA5", "\u9FA6", "。", "\u2014", "\x02", "\u200B", "\U00011DE1"};
  return pieces;
}

// Under sanitizers only those whose class differs from that of a neighbour, and every 64th.
bool is_worth_testing(uint32_t code_point) {
  if (!test::is_slow || code_point % 64 == 0 || code_point < 0x3000) return true;
  return bpe::class_byte(code_point) != bpe::class_byte(code_point - 1) || bpe::class_byte(code_point) != bpe::class_byte(code_point + 1);
}

// The scalar scanner against the steps that the pattern stands for: every pair of the alphabet, random mixes and bytes, and every character.
void check_like_steps(Pattern pattern, reference::Steps& steps) {
  test::Splitter scalar(bpe::pattern_text(pattern), "scalar");
  const auto check_same = [&](const std::string& text) {
    const Strings found = scalar.split(text), expected = steps.split(text);
    if (found == expected) return;
    CAPTURE(text.substr(0, 200));
    CHECK(found == expected);
  };
  for (const std::string& first : alphabet()) {
    for (const std::string& second : alphabet()) {
      check_same(first + second);
      for (const char* third : {"a", " ", "1", "漢", "!", "\x01", "\n"}) check_same(first + second + third);
    }
  }
  test::Random random(5);
  for (int i = 0; i < (test::is_slow ? 2000 : 60000); i++) check_same(random.mix(alphabet(), 1 + random.below(40)));
  for (int i = 0; i < (test::is_slow ? 200 : 5000); i++) {
    std::string text(random.below(60), '\0');
    for (char& c : text) c = char(random.next());
    check_same(text);
  }
  std::string text;
  for (uint32_t code_point = 0; code_point < 0x110000; code_point++) {
    if (!is_worth_testing(code_point)) continue;
    for (const char* context : {"", " ", "a", "!", "1"}) text += context + test::utf8(code_point);
    if (text.size() < 4000) continue;
    check_same(text);
    text.clear();
  }
  check_same(text);
}

}  // namespace

TEST_CASE("scan: every code point in every context splits as PCRE2 does") {
  // @ is the character.
  const std::string contexts[] = {"@", "a@b", " @x", "A@A@a", "1@2", " @ ", "\n@\r", "!@'s", "'@", "\u0301@\u0301", "  @\n "};
  for (const Pattern pattern : patterns) {
    Engines engines(pattern);
    for (const std::string& context : contexts) {
      // Many in one text, so that each also meets its neighbours.
      std::string text;
      for (uint32_t code_point = 0; code_point < 0x110000; code_point++) {
        if (!is_worth_testing(code_point)) continue;
        for (const char c : context) c == '@' ? text += test::utf8(code_point) : text += c;
        if (text.size() < 4000) continue;
        engines.check_same(text);
        text.clear();
      }
      engines.check_same(text);
    }
  }
}

TEST_CASE("scan: every pair and triple of the alphabet splits as PCRE2 does, at the end of the text too") {
  for (const Pattern pattern : patterns) {
    Engines engines(pattern);
    for (const std::string& first : alphabet()) {
      for (const std::string& second : alphabet()) {
        engines.check_same(first + second);
        if (test::is_slow) continue;
        for (const std::string& third : alphabet()) engines.check_same(first + second + third);
      }
    }
  }
}

TEST_CASE("scan: random mixes split as PCRE2 does") {
  test::Random random(1);
  for (const Pattern pattern : patterns) {
    Engines engines(pattern);
    for (int i = 0; i < (test::is_slow ? 2000 : 60000); i++) engines.check_same(random.mix(alphabet(), 1 + random.below(40)));
    for (int i = 0; i < 20; i++) engines.check_same(random.mix(alphabet(), 3000));
  }
}

TEST_CASE("scan: random bytes split as PCRE2 does") {
  test::Random random(2);
  for (const Pattern pattern : patterns) {
    Engines engines(pattern);
    for (int i = 0; i < (test::is_slow ? 1000 : 20000); i++) {
      std::string text(random.below(60), '\0');
      for (char& c : text) c = char(random.next());
      engines.check_same(text);
    }
  }
}

TEST_CASE("scan: runs of every length split as PCRE2 does") {
  for (const Pattern pattern : patterns) {
    Engines engines(pattern);
    for (const std::string piece : {"a", "A", "1", " ", "\n", "!", "/", "\u0301", "\u01C5", "\u00A0", "\r\n", "'", "'s", "\xFF", " \n"}) {
      std::string run;
      for (size_t count = 0; count < (test::is_slow ? 20 : 70); count++, run += piece) {
        for (const std::string before : {"", " ", "a", "A", "\n"}) {
          for (const std::string after : {"", " ", "a", "A", "\n", "!", "1", "'ll"}) engines.check_same(before + run + after);
        }
      }
    }
  }
}

TEST_CASE("scan: contractions") {
  for (const Pattern pattern : patterns) {
    Engines engines(pattern);
    const char* letters[] = {"s", "S", "ſ", "d", "D", "m", "M", "t", "T", "l", "L", "v", "V", "e", "E", "r", "R", "x", "\u212A", "1", ""};
    for (const char* before : {"", "a", "A", " ", "1", "!", "漢", "\u0301"}) {
      for (const char* first : letters) {
        for (const char* second : letters) {
          for (const char* after : {"", "a", " ", "'s"}) engines.check_same(std::string(before) + "'" + first + second + after);
        }
      }
    }
  }
  CHECK(split(Pattern::r50k, "x's x'S") == Strings{"x", "'s", " x", "'", "S"});
  CHECK(split(Pattern::r50k, "x'ſ") == Strings{"x", "'", "ſ"});
  CHECK(split(Pattern::cl100k, "x'S x'ſ x'LLa") == Strings{"x", "'S", " x", "'ſ", " x", "'LL", "a"});
  CHECK(split(Pattern::o200k, "x'S x'ſ x'LLa") == Strings{"x'S", " x'ſ", " x'LL", "a"});
  CHECK(split(Pattern::cl100k, "it\U00010940's x") == Strings{"it", "\U00010940'", "s", " x"});
}

TEST_CASE("scan: the expectations that formats.md states") {
  CHECK(split(Pattern::r50k, "hello  world!! 123456") == Strings{"hello", " ", " world", "!!", " 123456"});
  CHECK(split(Pattern::cl100k, "hello  world!!\n 123456") == Strings{"hello", " ", " world", "!!\n", " ", "123", "456"});
  CHECK(split(Pattern::cl100k, "12345678") == Strings{"123", "456", "78"});
  CHECK(split(Pattern::o200k, "12345678") == Strings{"123", "456", "78"});

  // A run of white space at the end of the text stays whole for cl100k, newlines or not.
  CHECK(split(Pattern::r50k, "a  \n ") == Strings{"a", "  \n "});
  CHECK(split(Pattern::cl100k, "a  \n ") == Strings{"a", "  \n "});
  CHECK(split(Pattern::o200k, "a  \n ") == Strings{"a", "  \n", " "});
  CHECK(split(Pattern::cl100k, "a  \n b") == Strings{"a", "  \n", " b"});

  for (const Pattern pattern : patterns) {
    CHECK(split(pattern, " \u00A0\u3000x").front() == " \u00A0");
    CHECK(split(pattern, "").empty());
    CHECK(split(pattern, " ") == Strings{" "});
  }
  CHECK(split(Pattern::r50k, " \u00A0\u3000x") == Strings{" \u00A0", "\u3000", "x"});
  CHECK(split(Pattern::cl100k, " \u00A0\u3000x") == Strings{" \u00A0", "\u3000x"});
  CHECK(split(Pattern::cl100k, "\u2028y\u0085z") == Strings{"\u2028y", "\u0085z"});
  CHECK(split(Pattern::cl100k, "\u200B!\u200D") == Strings{"\u200B!\u200D"});

  // A combining mark is no letter for r50k and cl100k, and part of the word for o200k.
  CHECK(split(Pattern::r50k, "a\u0301b") == Strings{"a", "\u0301", "b"});
  CHECK(split(Pattern::cl100k, "a\u0301b") == Strings{"a", "\u0301b"});
  CHECK(split(Pattern::o200k, "a\u0301b") == Strings{"a\u0301b"});

  CHECK(split(Pattern::o200k, "\u01C4\u01C6\u01C5z") == Strings{"\u01C4\u01C6", "\u01C5z"});
  CHECK(split(Pattern::o200k, "HELLOworld") == Strings{"HELLOworld"});
  CHECK(split(Pattern::o200k, "helloWorld HELLO") == Strings{"hello", "World", " HELLO"});
  CHECK(split(Pattern::o200k, "A漢BC") == Strings{"A漢", "BC"});
  CHECK(split(Pattern::o200k, "a/b//\n/c") == Strings{"a", "/b", "//\n/", "c"});
}

TEST_CASE("scan: what sets the descendants of cl100k apart from it") {
  CHECK(split(Pattern::llama3, "a  \n ") == Strings{"a", "  \n", " "});
  CHECK(split(Pattern::llama3, "a \n \n") == Strings{"a", " \n \n"});
  CHECK(split(Pattern::llama3, "x'S x'\u017F x'LLa") == Strings{"x", "'S", " x", "'\u017F", " x", "'LL", "a"});
  CHECK(split(Pattern::llama3, "12345678") == Strings{"123", "456", "78"});
  CHECK(split(Pattern::qwen2, "1234 \u0663\u2168") == Strings{"1", "2", "3", "4", " ", "\u0663", "\u2168"});
  CHECK(split(Pattern::qwen2, "a\u0301b") == Strings{"a", "\u0301b"});
}

TEST_CASE("scan: qwen35 has marks among letters") {
  CHECK(split(Pattern::qwen35, "a\u0301b \u0301 x!\u0301") == Strings{"a\u0301b", " \u0301", " x", "!\u0301"});
  CHECK(split(Pattern::qwen35, "!!\u0301 12") == Strings{"!!", "\u0301", " ", "1", "2"});
  CHECK(split(Pattern::qwen35, "\n\u0301a") == Strings{"\n", "\u0301a"});
  CHECK(split(Pattern::qwen35, "a  \n ") == Strings{"a", "  \n", " "});
}

TEST_CASE("scan: tekken is o200k without contractions, its numbers alone") {
  CHECK(split(Pattern::tekken, "it's IT'S don't") == Strings{"it", "'s", " IT", "'S", " don", "'t"});
  CHECK(split(Pattern::tekken, "helloWorld 1234") == Strings{"hello", "World", " ", "1", "2", "3", "4"});
  CHECK(split(Pattern::tekken, "a/b//\n/c a\u0301b") == Strings{"a", "/b", "//\n/", "c", " a\u0301b"});
}

TEST_CASE("scan: kimi has runs of Han") {
  CHECK(split(Pattern::kimi, "a漢字b 漢's") == Strings{"a", "漢字", "b", " ", "漢", "'s"});
  CHECK(split(Pattern::kimi, "漢かな漢") == Strings{"漢", "かな", "漢"});
  CHECK(split(Pattern::kimi, "it's IT'S a/b//\n/c") == Strings{"it's", " IT'S", " a", "/b", "//\n", "/c"});
  // Numbers of Han: in a run of Han, or where a group of numbers has room.
  CHECK(split(Pattern::kimi, "二〇二四 1〇〇〇2 123〇 〇123") == Strings{"二〇二四", " ", "1〇〇", "〇", "2", " ", "123", "〇", " ", "〇", "123"});
  // Symbols and marks of Han: in a run of Han, or in the rest run before them.
  CHECK(split(Pattern::kimi, "⺀漢 ⺀漢 !⺀漢 漢⺀! a⺀") == Strings{"⺀漢", " ⺀", "漢", " !⺀", "漢", " ", "漢⺀", "!", " a", "⺀"});
  CHECK(split(Pattern::kimi, "!⺀\u0301x ⺀\u0301x") == Strings{"!⺀\u0301", "x", " ⺀\u0301", "x"});
  CHECK(split(Pattern::kimi, "\u3000⺀\n⺀!\n⺀") == Strings{"\u3000", "⺀", "\n", "⺀", "!\n", "⺀"});
  CHECK(split(Pattern::kimi, "かA漢 かA か") == Strings{"か", "A", "漢", " か", "A", " か"});
}

TEST_CASE("scan: deepseek3") {
  CHECK(split(Pattern::deepseek3, "hello World 12345") == Strings{"hello", " World", " ", "123", "45"});
  // An ASCII symbol takes ASCII letters, unless it stands behind U+0020 or another symbol; whatever follows them starts.
  CHECK(split(Pattern::deepseek3, "(na\u00EFve) !a !!a 1!a") == Strings{"(na", "\u00EFve", ")", " !", "a", " !!", "a", " ", "1", "!a"});
  CHECK(split(Pattern::deepseek3, "!a\u0301b it's x'\u00E9") == Strings{"!a", "\u0301b", " it", "'s", " x", "'", "\u00E9"});
  CHECK(split(Pattern::deepseek3, "\u2014a \u3002\n\nb") == Strings{"\u2014", "a", " \u3002\n\n", "b"});
  // Numbers, kana and ideographs end white space as the end of the text does.
  CHECK(split(Pattern::deepseek3, "a  1  漢  b \n  1") == Strings{"a", "  ", "1", "  ", "漢", " ", " b", " \n", "  ", "1"});
  // Kana and ideographs are split by the third expression, too, but alone.
  CHECK(split(Pattern::deepseek3, "漢字かなー\u3099漢한국a\u9FA6") == Strings{"漢字かなー\u3099漢", "한국a\u9FA6"});
  CHECK(split(Pattern::deepseek3, "か・゛か・\n・!a !・") == Strings{"か", "・゛", "か", "・", "\n", "・", "!a", " !", "・"});
  CHECK(split(Pattern::deepseek3, "\x01か\u3040\u3097か\u3040a\x01\u3040") ==
        Strings{"\x01", "か", "\u3040", "\u3097か", "\u3040", "a", "\x01", "\u3040"});
  // What nothing matches stays together, but for its last character if letters follow.
  CHECK(split(Pattern::deepseek3, "\x01\x02" "a\x01\x02!\x01 b\x01" "1\x01\x01") ==
        Strings{"\x01", "\x02" "a", "\x01\x02", "!", "\x01", " b", "\x01", "1", "\x01\x01"});
  CHECK(split(Pattern::deepseek3, "\u200B\u200D\u0301a\u0301 \u200Bx") == Strings{"\u200B", "\u200D\u0301a\u0301", " ", "\u200Bx"});
}

TEST_CASE("scan: deepseek3 splits as its three splits do one after the other") {
  reference::Steps steps({R"(\p{N}{1,3})", R"([一-龥぀-ゟ゠-ヿ]+)",
                          R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
                          R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)"});
  check_like_steps(Pattern::deepseek3, steps);
}

TEST_CASE("scan: starcoder") {
  CHECK(split(Pattern::starcoder, "a  12 b  ") == Strings{"a", "  ", "1", "2", " b", "  "});
  CHECK(split(Pattern::starcoder, "it's 1's \n 2\n") == Strings{"it", "'s", " ", "1", "'s", " \n ", "2", "\n"});
  CHECK(split(Pattern::starcoder, "a\u2168\u00BD!\u0663") == Strings{"a", "\u2168", "\u00BD", "!", "\u0663"});
  // A number of Unicode 17.0 only.
  CHECK(split(Pattern::starcoder, "!\U00011DE1  \U00016FF4!") == Strings{"!", "\U00011DE1", "  ", "\U00016FF4", "!"});
  CHECK(split(Pattern::r50k, "!\U00011DE1  \U00016FF4!") == Strings{"!\U00011DE1", " ", " \U00016FF4!"});
}

TEST_CASE("scan: starcoder splits as its two splits do one after the other") {
  reference::Steps steps({R"([\p{N}\x{11DE0}-\x{11DE9}\x{16FF4}-\x{16FF6}])",
                          R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"});
  check_like_steps(Pattern::starcoder, steps);
}

TEST_CASE("scan: a bad byte changes nothing around it") {
  for (const Pattern pattern : patterns) {
    const bool is_symbol = pattern != Pattern::deepseek3;
    CHECK(split(pattern, "hello\xFF!") == (is_symbol ? Strings{"hello", "\xFF!"} : Strings{"hello", "\xFF", "!"}));
    CHECK(split(pattern, "\xFF\xFE\x80") == Strings{"\xFF\xFE\x80"});
  }
  for (const Pattern pattern : {Pattern::r50k, Pattern::cl100k, Pattern::o200k, Pattern::llama3}) {
    CHECK(split(pattern, "12\x80" "34") == Strings{"12", "\x80", "34"});
  }
  CHECK(split(Pattern::r50k, "a\xC3 b") == Strings{"a", "\xC3", " b"});
  CHECK(split(Pattern::cl100k, "a\xC3" "b") == Strings{"a", "\xC3" "b"});
}

TEST_CASE("scan: between an ASCII letter and a blank both sides split alone as in the whole") {
  test::Random random(6);
  for (const Pattern pattern : patterns) {
    test::Splitter splitter(bpe::pattern_text(pattern), "scalar");
    for (int i = 0; i < (test::is_slow ? 1000 : 20000); i++) {
      const std::string before = random.mix(alphabet(), random.below(12)) + "aZ"[random.below(2)];
      const std::string behind = " " + random.mix(alphabet(), random.below(12));
      Strings parts = splitter.split(before);
      for (const std::string& part : splitter.split(behind)) parts.push_back(part);
      if (splitter.split(before + behind) == parts) continue;
      CAPTURE(bpe::pattern_name(pattern), before, behind);
      CHECK(splitter.split(before + behind) == parts);
    }
  }
}
