#include "character_block.hpp"

namespace bpe {

bool Beyond::is_letter_or_mark(bool is_cjk) const {
  if (next >= end) return false;
  const uint8_t byte = class_byte(read_character(next, end).code_point);
  const CharacterClass kind = CharacterClass(byte & class_mask);
  return kind >= CharacterClass::uppercase && kind <= CharacterClass::mark && bool(byte & kana_or_ideograph_flag) == is_cjk;
}

Beyond::SegmentEnd Beyond::find_segment_end(const uint8_t* at, const uint8_t* end) {
  while (at < end) {
    if (*at == '\n' || *at == '\r') return SegmentEnd::newline;
    const Character character = read_character(at, end);
    const CharacterClass kind = class_of(character.code_point);
    if (kind != CharacterClass::space && kind != CharacterClass::whitespace) return SegmentEnd::other;
    at += character.size;
  }
  return SegmentEnd::text;
}

bool Beyond::has_word_after_uppercase(const uint8_t* at, const uint8_t* end, bool without_han) {
  while (at < end) {
    const Character character = read_character(at, end);
    switch (class_of(character.code_point)) {
      case CharacterClass::uppercase:
      case CharacterClass::titlecase:
        at += character.size;
        break;
      case CharacterClass::lowercase:
      case CharacterClass::modifier:
      case CharacterClass::letter:
      case CharacterClass::mark:
        return !(without_han && is_han(character.code_point));
      default:
        return false;
    }
  }
  return false;
}

}  // namespace bpe
