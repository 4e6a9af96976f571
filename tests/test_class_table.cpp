// The class table over all code points: the sizes of its sets, and the same sets in PCRE2.
#include <array>
#include <set>

#include "catch.hpp"
#include "pattern_pcre2.hpp"
#include "support.hpp"
#include "unicode/class_table.hpp"
#include "unicode/utf8.hpp"

using bpe::CharacterClass;

namespace {

constexpr uint32_t code_point_count = 0x110000;

bool is_surrogate(uint32_t code_point) { return code_point >= 0xD800 && code_point <= 0xDFFF; }

// Membership of every code point in what a pattern of one character matches.
std::vector<bool> set_in_pcre2(std::string_view pattern) {
  static const std::string all = [] {
    std::string text;
    for (uint32_t code_point = 0; code_point < code_point_count; code_point++) {
      if (!is_surrogate(code_point)) text += test::utf8(code_point);
    }
    return text;
  }();
  const bpe::Pcre2Pattern compiled(pattern);
  bpe::Pcre2Matcher matcher(compiled);
  std::vector<bool> set(code_point_count);
  matcher.begin(bpe::Text(all));
  for (bpe::Span span; matcher.next(span);) {
    const bpe::Character character = bpe::read_character(bpe::Text(all).data + span.begin, bpe::Text(all).end());
    REQUIRE(character.size == span.end - span.begin);
    set[character.code_point] = true;
  }
  return set;
}

template <class Predicate>
size_t count_if(Predicate predicate) {
  size_t count = 0;
  for (uint32_t code_point = 0; code_point < code_point_count; code_point++) count += predicate(code_point);
  return count;
}

}  // namespace

TEST_CASE("the sets have their sizes in Unicode 16.0") {
  std::array<size_t, 16> sizes = {};
  for (uint32_t code_point = 0; code_point < code_point_count; code_point++) sizes[size_t(bpe::class_of(code_point))]++;
  const auto size_of = [&](CharacterClass c) { return sizes[size_t(c)]; };
  CHECK(size_of(CharacterClass::uppercase) == 1858);
  CHECK(size_of(CharacterClass::titlecase) == 31);
  CHECK(size_of(CharacterClass::lowercase) == 2258);
  CHECK(size_of(CharacterClass::modifier) == 404);
  CHECK(size_of(CharacterClass::letter) == 136477);
  CHECK(1858 + 31 + 2258 + 404 + 136477 == 141028);
  CHECK(size_of(CharacterClass::number) == 1911);
  CHECK(size_of(CharacterClass::mark) == 2501);
  CHECK(size_of(CharacterClass::punctuation) == 855);
  CHECK(size_of(CharacterClass::symbol) == 8514);
  CHECK(size_of(CharacterClass::newline) == 2);
  CHECK(size_of(CharacterClass::space) == 1);
  CHECK(size_of(CharacterClass::whitespace) == 22);
  CHECK(size_of(CharacterClass::new_number) == 13);
  CHECK(sizes[14] + sizes[15] == 0);
  CHECK(count_if([](uint32_t code_point) { return bpe::is_han(code_point); }) == 99030);
}

TEST_CASE("white space is exactly 25 code points") {
  std::set<uint32_t> expected = {0x20, 0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000};
  for (uint32_t code_point = 0x09; code_point <= 0x0D; code_point++) expected.insert(code_point);
  for (uint32_t code_point = 0x2000; code_point <= 0x200A; code_point++) expected.insert(code_point);
  CHECK(expected.size() == 25);
  std::set<uint32_t> found;
  for (uint32_t code_point = 0; code_point < code_point_count; code_point++) {
    const CharacterClass c = bpe::class_of(code_point);
    if (c == CharacterClass::whitespace || c == CharacterClass::newline || c == CharacterClass::space) found.insert(code_point);
  }
  CHECK(found == expected);
  CHECK(bpe::class_of('\n') == CharacterClass::newline);
  CHECK(bpe::class_of('\r') == CharacterClass::newline);
  CHECK(bpe::class_of(' ') == CharacterClass::space);
  for (const uint32_t none : {0x180Eu, 0x200Bu, 0x200Cu, 0x200Du, 0xFEFFu, 0xADu, 0x1Cu, 0x1Fu})
    CHECK(bpe::class_of(none) == CharacterClass::other);
}

TEST_CASE("the classes are those of PCRE2") {
  struct Row {
    const char* pattern;
    std::set<CharacterClass> classes;
  };
  const Row rows[] = {
      {R"(\p{Lu})", {CharacterClass::uppercase}},
      {R"(\p{Lt})", {CharacterClass::titlecase}},
      {R"(\p{Ll})", {CharacterClass::lowercase}},
      {R"(\p{Lm})", {CharacterClass::modifier}},
      {R"(\p{Lo})", {CharacterClass::letter}},
      {R"(\p{L})",
       {CharacterClass::uppercase, CharacterClass::titlecase, CharacterClass::lowercase, CharacterClass::modifier, CharacterClass::letter}},
      {R"(\p{M})", {CharacterClass::mark}},
      {R"(\p{N})", {CharacterClass::number}},
      {R"(\p{P})", {CharacterClass::punctuation}},
      {R"(\p{S})", {CharacterClass::symbol}},
      {R"(\s)", {CharacterClass::whitespace, CharacterClass::newline, CharacterClass::space}},
      {R"([^\s\p{L}\p{M}\p{N}\p{P}\p{S}])", {CharacterClass::other, CharacterClass::new_number}},
  };
  for (const Row& row : rows) {
    const std::vector<bool> set = set_in_pcre2(row.pattern);
    CAPTURE(row.pattern);
    CHECK(count_if([&](uint32_t code_point) {
            return !is_surrogate(code_point) && set[code_point] != bool(row.classes.count(bpe::class_of(code_point)));
          }) == 0);
  }
  const std::vector<bool> han = set_in_pcre2(R"(\p{Han})");
  CHECK(count_if([&](uint32_t code_point) { return han[code_point] != bpe::is_han(code_point); }) == 0);
}

TEST_CASE("the version of Unicode is 16.0: markers of 15.0, 15.1 and 16.0 are letters, those of 17.0 are not") {
  CHECK(std::string_view(bpe::unicode_version) == "16.0.0");
  for (const uint32_t letter : {0x1E4D0u, 0x2EBF0u, 0x105C0u}) CHECK(bpe::class_of(letter) != CharacterClass::other);
  CHECK(bpe::class_of(0x1C89) == CharacterClass::uppercase);
  for (const uint32_t none : {0x10940u, 0x323B0u, 0x378u}) CHECK(bpe::class_of(none) == CharacterClass::other);
}

TEST_CASE("what Unicode 17.0 made numbers is unassigned in 16.0") {
  for (uint32_t code_point = 0; code_point < code_point_count; code_point++) {
    const bool is_new = (code_point >= 0x11DE0 && code_point <= 0x11DE9) || (code_point >= 0x16FF4 && code_point <= 0x16FF6);
    REQUIRE((bpe::class_of(code_point) == CharacterClass::new_number) == is_new);
  }
  const std::vector<bool> assigned = set_in_pcre2(R"(\P{Cn})");
  CHECK_FALSE(assigned[0x11DE0]);
  CHECK_FALSE(assigned[0x16FF6]);
}

TEST_CASE("kana and ideographs are as DeepSeek writes them") {
  const std::vector<bool> set = set_in_pcre2("[一-龥぀-ゟ゠-ヿ]");
  CHECK(count_if([&](uint32_t code_point) {
          return set[code_point] != bool(bpe::class_byte(code_point) & bpe::kana_or_ideograph_flag);
        }) == 0);
}

TEST_CASE("what is no character has no class") {
  for (uint32_t code_point = 0xD800; code_point <= 0xDFFF; code_point++) REQUIRE(bpe::class_byte(code_point) == 0);
  for (const uint32_t beyond : {0x110000u, 0x110001u, 0x7FFFFFFFu, 0x80000000u, bpe::bad_byte}) CHECK(bpe::class_byte(beyond) == 0);
}

TEST_CASE("the bits of classes of characters of two bytes are those of the table") {
  for (uint32_t code_point = 0x80; code_point < 0x800; code_point++) {
    uint8_t byte = 0;
    for (unsigned bit = 0; bit < bpe::class_bit_count; bit++) byte |= uint8_t((bpe::class_bits.of[bit][code_point / 8] >> (code_point % 8) & 1) << bit);
    REQUIRE(byte == bpe::class_byte(code_point));
  }
}
