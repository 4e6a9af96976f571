#include "hard_texts.hpp"

#include <cstdint>
#include <fstream>

namespace test {
namespace {

// The same numbers in every run, on every system.
class Numbers {
 public:
  size_t below(size_t limit) {
    uint64_t mixed = state_ += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return size_t((mixed ^ (mixed >> 31)) % limit);
  }

 private:
  uint64_t state_ = 1;
};

std::string utf8(uint32_t c) {
  if (c < 0x80) return {char(c)};
  if (c < 0x800) return {char(0xC0 | c >> 6), char(0x80 | (c & 63))};
  if (c < 0x10000) return {char(0xE0 | c >> 12), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
  return {char(0xF0 | c >> 18), char(0x80 | (c >> 12 & 63)), char(0x80 | (c >> 6 & 63)), char(0x80 | (c & 63))};
}

std::vector<std::string> range(uint32_t first, uint32_t last) {
  std::vector<std::string> all;
  for (uint32_t c = first; c <= last; c++) all.push_back(utf8(c));
  return all;
}

}  // namespace

std::string HardText::make(size_t size) const {
  std::string text;
  text.reserve(size + 64);
  Numbers numbers;
  while (text.size() < size) text += unit.empty() ? alphabet[numbers.below(alphabet.size())] : unit;
  return text;
}

std::string prose(size_t size) {
  static const char* const words[] = {"the",
                                      "of",
                                      "and",
                                      "a",
                                      "to",
                                      "in",
                                      "is",
                                      "you",
                                      "that",
                                      "it",
                                      "he",
                                      "was",
                                      "for",
                                      "on",
                                      "are",
                                      "as",
                                      "with",
                                      "his",
                                      "they",
                                      "be",
                                      "at",
                                      "one",
                                      "have",
                                      "this",
                                      "from",
                                      "or",
                                      "had",
                                      "by",
                                      "hot",
                                      "word",
                                      "but",
                                      "what",
                                      "some",
                                      "we",
                                      "can",
                                      "out",
                                      "other",
                                      "were",
                                      "all",
                                      "there",
                                      "when",
                                      "up",
                                      "use",
                                      "your",
                                      "how",
                                      "said",
                                      "an",
                                      "each",
                                      "she",
                                      "which",
                                      "do",
                                      "their",
                                      "time",
                                      "if",
                                      "will",
                                      "way",
                                      "about",
                                      "many",
                                      "then",
                                      "them",
                                      "write",
                                      "would",
                                      "like",
                                      "so",
                                      "these",
                                      "her",
                                      "long",
                                      "make",
                                      "thing",
                                      "see",
                                      "him",
                                      "two",
                                      "has",
                                      "look",
                                      "more",
                                      "day",
                                      "could",
                                      "go",
                                      "come",
                                      "did",
                                      "number",
                                      "sound",
                                      "no",
                                      "most",
                                      "people",
                                      "my",
                                      "over",
                                      "know",
                                      "water",
                                      "than",
                                      "call",
                                      "first",
                                      "who",
                                      "may",
                                      "down",
                                      "side",
                                      "been",
                                      "now",
                                      "find",
                                      "tokenizers",
                                      "unforeseeable",
                                      "handkerchiefs",
                                      "misapprehension",
                                      "Gloucestershire",
                                      "counterrevolutionary"};
  std::string text;
  Numbers numbers;
  while (text.size() < size) {
    text += words[numbers.below(std::size(words))];
    const size_t end = numbers.below(40);
    text += end == 0 ? ".\n" : end < 3 ? ", " : " ";
    // Words that are new, as names are.
    if (end == 7) {
      for (size_t i = 4 + numbers.below(8); i > 0; i--) text += char('a' + numbers.below(26));
      text += ' ';
    }
  }
  return text;
}

std::vector<HardText> hard_texts(const std::string& directory) {
  const auto run = [](const char* name, const char* unit, bool is_long = true) { return HardText{name, unit, {}, is_long}; };
  const auto mix = [](const char* name, std::vector<std::string> alphabet, bool is_long = true) {
    return HardText{name, "", std::move(alphabet), is_long};
  };
  std::vector<HardText> all = {
      run("one letter", "a"),
      run("one capital", "A"),
      run("one letter of two bytes", "\xC3\xA9"),
      run("one ideograph", "\xE6\xBC\xA2"),
      run("one emoji", "\xF0\x9F\x98\x80"),
      run("spaces", " "),
      run("newlines", "\n"),
      run("CR LF", "\r\n"),
      run("tabs", "\t"),
      run("no-break spaces", "\xC2\xA0"),
      run("spaces and newlines", "  \n", true),
      run("'s", "'s", false),
      run("apostrophes", "'"),
      run("letter, 's", "a's", false),
      run("digits", "1234567890", false),
      run("digits of other scripts", "\xD9\xA3\xE0\xA5\xA9", false),
      run("letter, digit", "a1", false),
      run("letter, space", "a ", false),
      run("letter, punctuation", "a!", false),
      run("small, capital", "aA"),
      run("capital, small", "AbCd"),
      run("digit, space", "1 ", false),
      run("space, punctuation", " !", false),
      run("letter, newline", "a\n", false),
      run("exclamation marks", "!"),
      run("combining marks", "\xCC\x81"),
      run("letter, mark", "e\xCC\x81"),
      run("NUL", std::string(1, '\0').c_str()),
      run("no UTF-8", "\xFF"),
      run("half characters", "\xE6\xBC"),
      run("ab", "ab"),
      run("64 letters", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk ", false),
      run("65 letters", "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl "),
      mix("random letters", range('a', 'z')),
      mix("random capitals", range('A', 'Z')),
      mix("random a and b", {"a", "b"}),
      mix(
          "random letters and spaces",
          [] {
            std::vector<std::string> some = range('a', 'z');
            for (int i = 0; i < 5; i++) some.push_back(" ");
            return some;
          }(),
          false),
      mix("random punctuation", {"!", "?", ".", ",", "-", "=", "#", "/", "*", "(", ")", "<", ">", "|"}),
      mix("random white space", {" ", "\n", "\t", "\r", "\xC2\xA0", "\xE3\x80\x80"}),
      mix("random digits", range('0', '9'), false),
      mix("random ideographs", range(0x4E00, 0x9FA5)),
      mix("random kana", range(0x3041, 0x30FA)),
      mix("random Hangul", range(0xAC00, 0xD7A3)),
      mix("random Thai", range(0xE01, 0xE3A)),
      mix("random Devanagari", range(0x905, 0x94D)),
      mix("random Cyrillic", range(0x430, 0x44F)),
      mix("random marks", range(0x300, 0x36F)),
      mix("random emoji", range(0x1F600, 0x1F64F)),
      mix("random ASCII", range(' ', '~'), false),
      mix(
          "random bytes",
          [] {
            std::vector<std::string> some;
            for (int byte = 0; byte < 256; byte++) some.push_back(std::string(1, char(byte)));
            return some;
          }(),
          false),
  };
  for (HardText& text : all) {
    if (text.name == "NUL") text.unit = std::string(1, '\0');
  }
  std::ifstream file(directory + "/hard_words.txt");
  size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] == '#') continue;
    all.push_back({"found by search " + std::to_string(++number), line, {}, true});
  }
  return all;
}

}  // namespace test
