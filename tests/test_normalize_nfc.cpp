// NFC by Unicode 9.0.0. Against tokenizers, over all characters: test_tokenizer_json_nfc.py.
#include "normalize_nfc.hpp"

#include "catch.hpp"
#include "support.hpp"
#include "unicode/nfc_table.hpp"

namespace {

std::string normalized(std::string_view text) {
  std::string buffer;
  const test::ExactCopy copy(text);
  return std::string(bpe::normalize_nfc(copy.text(), buffer).view());
}

bool is_untouched(std::string_view text) {
  std::string buffer;
  const test::ExactCopy copy(text);
  return bpe::normalize_nfc(copy.text(), buffer).data == copy.text().data;
}

}  // namespace

TEST_CASE("nfc: known answers") {
  struct Row {
    std::string text, expected;
  };
  for (const Row& row : {
           Row{"e\u0301", "\u00E9"},
           Row{"e\u0323\u0301", "\u1EB9\u0301"},
           Row{"e\u0301\u0323", "\u1EB9\u0301"},              // marks are sorted
           Row{"a\u0334\u0301", "\u00E1\u0334"},              // and do not block one another if their classes differ
           Row{"a\u0300\u0301", "\u00E0\u0301"},              // those of one class do
           Row{"\u212B", "\u00C5"},                           // one for one
           Row{"\u0958", "\u0915\u093C"},                     // excluded from composition
           Row{"\U0001D15E", "\U0001D157\U0001D165"},         //
           Row{"\u0344", "\u0308\u0301"},                     //
           Row{"\u1100\u1161", "\uAC00"},                     // Hangul
           Row{"\u1100\u1161\u11A8", "\uAC01"},               //
           Row{"\uAC00\u11A8", "\uAC01"},                     //
           Row{"\uAC00\u1161", "\uAC00\u1161"},               //
           Row{"a\u07FD\u0334", "a\u07FD\u0334"},             // a mark of Unicode 11.0 is no mark here
           Row{"\U00011935\U00011930", "\U00011935\U00011930"},  // composed since Unicode 13.0
           Row{"\u0301e\u0301", "\u0301\u00E9"},
           Row{"e\xCC", "e\xCC"},
           Row{"e\xFF\u0301", "e\xFF\u0301"},
           Row{"", ""},
       }) {
    CAPTURE(row.text);
    CHECK(normalized(row.text) == row.expected);
    CHECK(normalized("xyz " + row.text + " \u6F22e\u0301") == "xyz " + row.expected + " \u6F22\u00E9");
  }
}

TEST_CASE("nfc: text that is normalized already is not copied") {
  test::Random random(17);
  for (const std::string& text : {std::string(""), std::string(1000, 'x'), std::string("\u00E9\u6F22\uAC01\u0915\u0902"), std::string("a\xFF\xCC"), std::string("a\u0334\u0334")})
    CHECK(is_untouched(text));
  for (int round = 0; round < 200; round++) {
    const std::string text = normalized(random.mix({"a", "e\u0301", "\u0301", "\u0323", "\u0334", "\u1100", "\u1161", "\u11A8", "\uAC00", "\u0344", "\u212B", "\u0958", "\xFF", "\u6F22", " "}, 30));
    CAPTURE(text);
    CHECK(normalized(text) == text);
  }
}

TEST_CASE("nfc: a change in any place of a block") {
  for (size_t before = 0; before < 70; before++) {
    for (const size_t after : {0, 1, 31, 32, 33, 64}) {
      const std::string x(before, 'x'), y(after, 'y');
      CHECK(normalized(x + "e\u0301" + y) == x + "\u00E9" + y);
      CHECK(normalized(x + "\u212B" + y) == x + "\u00C5" + y);
      CHECK(is_untouched(x + "\u00E9" + y));
    }
  }
}

TEST_CASE("nfc: no text grows beyond its bound") {
  for (uint32_t c = 0; c < 0x110000; c++) {
    if (c - 0xD800 < 0x800 || !bpe::is_nfc_marked(c)) continue;
    const std::string text = test::utf8(c);
    if (normalized(text).size() > text.size() * bpe::nfc_growth) FAIL("U+" << std::hex << c);
  }
  const std::string marks = [] {
    std::string text = "a";
    for (int i = 0; i < 3000; i++) text += i % 2 ? "\u0323" : "\u0301";
    return text;
  }();
  CHECK(normalized(marks).size() <= marks.size());
}
