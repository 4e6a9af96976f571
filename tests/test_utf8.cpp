// read_character against its twin: every sequence of two bytes, of three, and of four wherever a byte may decide, each also cut short.
#include "catch.hpp"
#include "reference/naive_utf8.hpp"
#include "support.hpp"
#include "unicode/utf8.hpp"

namespace {

bpe::Character read(bpe::Text text) { return bpe::read_character(text.begin(), text.end()); }

bool is_like_reference(std::string_view text) {
  const bpe::Character expected = reference::read_character(text);
  const bpe::Character found = read(bpe::Text(text));
  return found.code_point == expected.code_point && found.size == expected.size;
}

// The bytes at which some rule of UTF-8 changes, and one on either side.
constexpr uint8_t edges[] = {0x00, 0x7F, 0x80, 0x81, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF,
                             0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFF};

}  // namespace

TEST_CASE("every code point is read back") {
  size_t wrong = 0;
  for (uint32_t code_point = 0; code_point < 0x110000; code_point++) {
    const std::string text = test::utf8(code_point) + "\x80";
    const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    const bpe::Character found = read(bpe::Text(text));
    wrong += is_surrogate ? found.code_point != bpe::bad_byte || found.size != 1
                          : found.code_point != code_point || found.size != text.size() - 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("every sequence of one, two and three bytes is read like the reference does") {
  size_t wrong = 0;
  std::string text(3, '\0');
  for (unsigned first = 0; first < 256; first++) {
    text[0] = char(first);
    wrong += !is_like_reference(text.substr(0, 1));
    for (unsigned second = 0; second < 256; second++) {
      text[1] = char(second);
      wrong += !is_like_reference(text.substr(0, 2));
      for (unsigned third = 0; third < 256; third += test::is_slow ? 15 : 1) {
        text[2] = char(third);
        wrong += !is_like_reference(text);
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("sequences of four bytes are read like the reference does") {
  size_t wrong = 0;
  std::string text(4, '\0');
  for (unsigned first = 0xEF; first < 256; first++) {
    for (unsigned second = 0; second < 256; second++) {
      for (const uint8_t third : edges) {
        for (const uint8_t fourth : edges) {
          text[0] = char(first);
          text[1] = char(second);
          text[2] = char(third);
          text[3] = char(fourth);
          wrong += !is_like_reference(text);
        }
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("nothing is read beyond the end") {
  size_t wrong = 0;
  for (const uint8_t first : edges) {
    for (const uint8_t second : edges) {
      for (const uint8_t third : edges) {
        for (const uint8_t fourth : {0x7F, 0x80, 0xBF, 0xC0}) {
          const std::string whole = {char(first), char(second), char(third), char(fourth)};
          for (size_t size = 1; size <= 4; size++) {
            const test::ExactCopy copy(std::string_view(whole).substr(0, size));
            const bpe::Character found = read(copy.text());
            const bpe::Character expected = reference::read_character(copy.text().view());
            wrong += found.code_point != expected.code_point || found.size != expected.size;
          }
        }
      }
    }
  }
  CHECK(wrong == 0);
}

TEST_CASE("each byte of a sequence that is cut off is a character of its own") {
  const std::string text = "\xF0\x9F\x98";
  for (size_t at = 0; at < text.size(); at++) {
    const bpe::Character found = read(bpe::Text(std::string_view(text).substr(at)));
    CHECK(found.code_point == bpe::bad_byte);
    CHECK(found.size == 1);
  }
}
