// What patterns ask about a character: one byte for each code point of Unicode 16.0.0.
//
// Low four bits: a CharacterClass. Bit 4: the script is Han. Bit 5: a class of the pattern deepseek3. Code points below 0x10000 index the table directly; the others go
// through a page number:
//
//   class_pages:  [page 0][page 1] … [page 255][astral pages, each stored once] …      256 bytes each
#pragma once

#include <cstddef>
#include <cstdint>

namespace bpe {

// Whitespace is \s without the two newlines \r \n and without U+0020, which patterns name apart.
enum class CharacterClass : uint8_t {
  other = 0,
  punctuation = 1,
  symbol = 2,
  number = 3,
  uppercase = 4,
  titlecase = 5,
  lowercase = 6,
  modifier = 7,
  letter = 8,
  mark = 9,
  whitespace = 10,
  newline = 11,
  space = 12,
  new_number = 13,  // unassigned in Unicode 16.0, a number in 17.0: what Hugging Face's Digits goes by; for all others as `other`
};

inline constexpr uint8_t class_mask = 15;
inline constexpr uint8_t han_flag = 16;
inline constexpr uint8_t kana_or_ideograph_flag = 32;  // U+3040..30FF, U+4E00..9FA5
inline constexpr const char* unicode_version = "16.0.0";

// What utf8.hpp gives for a byte outside well-formed UTF-8; its class is other.
inline constexpr uint32_t bad_byte = 0xFFFFFFFF;

extern const uint8_t* const class_pages;
extern const uint16_t* const class_page_of;  // [0x1100]: page number of code_point >> 8

// The same for characters of two bytes, U+0080 to U+07FF, bit by bit: bit c % 8 of class_bits[b][c / 8] is bit b of the class of c. They have
// no flags.
inline constexpr unsigned class_bit_count = 4;
struct ClassBits {
  alignas(64) uint8_t of[class_bit_count][0x800 / 8];
};
extern const ClassBits class_bits;

// The byte of a code point up to 0x10FFFF, or of bad_byte.
inline uint8_t class_byte(uint32_t code_point) {
  if (code_point < 0x10000) return class_pages[code_point];
  if (code_point > 0x10FFFF) return 0;
  return class_pages[size_t{class_page_of[code_point >> 8]} * 256 + (code_point & 255)];
}

inline CharacterClass class_of(uint32_t code_point) { return CharacterClass(class_byte(code_point) & class_mask); }

inline bool is_han(uint32_t code_point) { return class_byte(code_point) & han_flag; }

}  // namespace bpe
