#include "text_cut.hpp"

#include <algorithm>
#include <cstring>

#include "unicode/class_table.hpp"
#include "unicode/utf8.hpp"

namespace bpe {
namespace {

constexpr size_t max_character_size = 4;

bool begins_no_letter(const uint8_t* at, const uint8_t* end) {
  if (*at == ' ' || *at == '\n') return true;
  if (end - at < 3) return false;
  return std::memcmp(at, "\xE3\x80\x81", 3) == 0 || std::memcmp(at, "\xE3\x80\x82", 3) == 0 || std::memcmp(at, "\xEF\xBC\x8C", 3) == 0;
}

bool ends_in_letter(const uint8_t* begin, const uint8_t* end) {
  const uint8_t* at = end - 1;
  while (at > begin && size_t(end - at) < max_character_size && (*at & 0xC0) == 0x80) at--;
  const Character character = read_character(at, end);
  const CharacterClass kind = class_of(character.code_point);
  return at + character.size == end && kind >= CharacterClass::uppercase && kind <= CharacterClass::letter;
}

bool is_cut(const SpecialTokens::Finder& finder, Text text, size_t at) {
  return begins_no_letter(text.data + at, text.end()) && ends_in_letter(text.data, text.data + at) && !finder.is_inside(text, at);
}

}  // namespace

size_t find_cut(const SpecialTokens::Finder& finder, Text text, size_t from) {
  for (size_t at = std::max<size_t>(from, 1); at < text.size; at++) {
    if (is_cut(finder, text, at)) return at;
  }
  return text.size;
}

size_t find_last_cut(const SpecialTokens::Finder& finder, Text text) {
  // A special token may go on behind the text.
  for (size_t at = text.size - std::min(text.size, finder.max_size()); at-- > 1;) {
    if (is_cut(finder, text, at)) return at;
  }
  return 0;
}

bool may_hold_cut(Text text) {
  for (size_t at = 1; at < text.size; at++) {
    if (begins_no_letter(text.data + at, text.end())) return true;
  }
  return false;
}

}  // namespace bpe
