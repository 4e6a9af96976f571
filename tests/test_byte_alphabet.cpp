// The printable letters of bytes.
#include "load/byte_alphabet.hpp"

#include "catch.hpp"
#include "vocabulary_trees.hpp"

TEST_CASE("byte alphabet: a letter for each byte, and nothing else") {
  for (unsigned byte = 0; byte < 256; byte++) {
    std::string bytes = "x";
    CAPTURE(byte);
    REQUIRE(bpe::append_alphabet_bytes(test::spelled(uint8_t(byte)), bytes));
    CHECK(bytes == std::string("x") + char(byte));
  }
  size_t letters = 0;
  for (uint32_t c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 61) {
    if (c - 0xD800 < 0x800) continue;
    std::string bytes;
    letters += bpe::append_alphabet_bytes(test::utf8(c), bytes);
  }
  CHECK(letters == 256);
}

TEST_CASE("byte alphabet: a string with one other character is no bytes, and nothing is appended") {
  for (const std::string& text : {std::string("ab c"), std::string("\u6F22"), std::string("a\u0144"), std::string("\u00AD"), std::string("a\n"), std::string("\xC3"), std::string("a\xC4"),
                                  std::string("\U0001F600"), std::string(1, '\0')}) {
    std::string bytes = "x";
    CAPTURE(text);
    CHECK_FALSE(bpe::append_alphabet_bytes(text, bytes));
    CHECK(bytes == "x");
  }
  std::string bytes;
  CHECK(bpe::append_alphabet_bytes("", bytes));
  CHECK(bpe::append_alphabet_bytes("\u0120a\u010A\u0143\u00E9", bytes));
  CHECK(bytes == " a\n\xAD\xE9");
}
