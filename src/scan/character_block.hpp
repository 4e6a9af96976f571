// What a block of 64 bytes is made of, as bit masks: bit i is about character i of the block, that is, the i-th one whose first byte
// lies in it. In a block of ASCII these are its bytes.
#pragma once

#include <array>
#include <cstdint>

#include "unicode/class_table.hpp"
#include "unicode/utf8.hpp"

// The algebra of a block is one function, whatever it is made of.
#define SCAN_INLINE [[gnu::always_inline]] inline

namespace bpe {

struct CharacterBlock {
  uint64_t letter;      // \p{L} (qwen35: or \p{M}), for patterns that do not tell letters apart; for those that do:
  uint64_t upper;       // Lu Lt
  uint64_t lower;       // Ll
  uint64_t caseless;    // Lm Lo
  uint64_t mark;        // M
  uint64_t han;         // kimi: \p{Han}, some of which is caseless, some number, some neither
  uint64_t number;      // N
  uint64_t white;       // \s
  uint64_t newline;     // \r \n
  uint64_t space;       // U+0020
  uint64_t slash;       // /
  uint64_t symbol;      // deepseek3: P S outside ASCII
  uint64_t ascii_symbol;  // in ASCII
  uint64_t cjk;         // kana and ideographs: caseless, symbol, or neither
  uint64_t apostrophe;  // '
  uint64_t cut;         // safe_split.hpp allows a cut before it, if it and the character before it are letters
  unsigned count;       // characters, 1..64

  uint64_t all() const { return ~uint64_t{0} >> (64 - count); }
  // 1 if the last character is in the set, else 0.
  uint64_t last(uint64_t set) const { return set >> (count - 1); }
};

// The sets of a character as the bits of a byte. Sets that only ASCII has share bits with sets that ASCII lacks.
namespace code {
inline constexpr uint8_t upper = 1;
inline constexpr uint8_t lower = 2;
inline constexpr uint8_t number = 4;
inline constexpr uint8_t white = 8;
inline constexpr uint8_t newline = 16, caseless = 16;
inline constexpr uint8_t space = 32, mark = 32;
inline constexpr uint8_t apostrophe = 64;
inline constexpr uint8_t slash = 128, han = 128;
// deepseek3: letters and marks outside ASCII are caseless.
inline constexpr uint8_t symbol = 32, ascii_symbol = 64, cjk = 128;
inline constexpr uint8_t letter = upper | lower;  // of patterns that do not tell letters apart; outside ASCII lower
}  // namespace code

// The codes of all characters, for one pattern.
struct CharacterCodes {
  alignas(64) std::array<uint8_t, 128> ascii;  // [byte]
  alignas(64) std::array<uint8_t, 64> others;  // [class byte] of a character outside ASCII
};

constexpr std::array<uint8_t, 128> make_ascii_codes() {
  std::array<uint8_t, 128> codes = {};
  for (int byte = 'A'; byte <= 'Z'; byte++) codes[byte] = code::upper;
  for (int byte = 'a'; byte <= 'z'; byte++) codes[byte] = code::lower;
  for (int byte = '0'; byte <= '9'; byte++) codes[byte] = code::number;
  for (int byte = '\t'; byte <= '\r'; byte++) codes[byte] = code::white;
  codes['\n'] = codes['\r'] = code::white | code::newline;
  codes[' '] = code::white | code::space;
  codes['\''] = code::apostrophe;
  codes['/'] = code::slash;
  return codes;
}

// code_of(class, flags): the code of the characters of that class whose class byte has these flags.
template <class CodeOf>
constexpr CharacterCodes make_codes(CodeOf code_of) {
  CharacterCodes codes = {make_ascii_codes(), {}};
  for (size_t byte = 0; byte < codes.others.size(); byte++) codes.others[byte] = code_of(CharacterClass(byte & class_mask), uint8_t(byte & ~class_mask));
  return codes;
}

// \p{L} is one set: all of them have the same bit.
constexpr uint8_t code_of_letters_together(CharacterClass kind, uint8_t) {
  switch (kind) {
    case CharacterClass::uppercase:
    case CharacterClass::titlecase:
    case CharacterClass::lowercase:
    case CharacterClass::modifier:
    case CharacterClass::letter: return code::lower;
    case CharacterClass::number: return code::number;
    case CharacterClass::whitespace: return code::white;
    default: return 0;
  }
}

// And the numbers of Unicode 17.0 are the numbers.
constexpr uint8_t code_of_new_numbers_too(CharacterClass kind, uint8_t flags) {
  return kind == CharacterClass::new_number ? code::number : code_of_letters_together(kind, flags);
}

// [\p{L}\p{M}] is one set.
constexpr uint8_t code_of_letters_and_marks_together(CharacterClass kind, uint8_t flags) {
  return kind == CharacterClass::mark ? code::lower : code_of_letters_together(kind, flags);
}

// Letters with case, letters without, and marks are sets of their own.
constexpr uint8_t code_of_letters_apart(CharacterClass kind, uint8_t flags) {
  switch (kind) {
    case CharacterClass::uppercase:
    case CharacterClass::titlecase: return code::upper;
    case CharacterClass::modifier:
    case CharacterClass::letter: return code::caseless;
    case CharacterClass::mark: return code::mark;
    default: return code_of_letters_together(kind, flags);
  }
}

// The same, and Han. A mark or symbol of Han has no other set.
constexpr uint8_t code_of_letters_and_han_apart(CharacterClass kind, uint8_t flags) {
  const uint8_t code = code_of_letters_apart(kind, flags);
  return flags & han_flag ? (code & (code::caseless | code::number)) | code::han : code;
}

// Symbols and punctuation are a set, letters and marks another one.
constexpr uint8_t code_of_symbols_apart(CharacterClass kind, uint8_t flags) {
  const uint8_t cjk = flags & kana_or_ideograph_flag ? code::cjk : 0;
  const bool is_symbol = kind == CharacterClass::punctuation || kind == CharacterClass::symbol;
  const uint8_t code = is_symbol ? code::symbol : code_of_letters_and_marks_together(kind, flags);
  return cjk | (code & code::letter ? code::caseless : code);
}

// What the two bytes behind an apostrophe say of a contraction: a bit for each kind, set in both if it is one of this kind.
struct ContractionBytes {
  enum : uint8_t { one_letter = 1, ll = 2, ve_re = 4, long_s = 8 };
  uint8_t first[256];
  uint8_t second[256];  // any byte may follow one letter
};

constexpr ContractionBytes make_contraction_bytes(bool ignores_case) {
  ContractionBytes bytes = {};
  for (uint8_t& second : bytes.second) second = ContractionBytes::one_letter;
  for (int case_bit = 0; case_bit <= (ignores_case ? 0x20 : 0); case_bit += 0x20) {
    for (const int letter : {'s', 'd', 'm', 't'}) bytes.first[letter - case_bit] = ContractionBytes::one_letter;
    for (const int letter : {'v', 'r'}) bytes.first[letter - case_bit] = ContractionBytes::ve_re;
    bytes.first['l' - case_bit] = ContractionBytes::ll;
    bytes.second['l' - case_bit] |= ContractionBytes::ll;
    bytes.second['e' - case_bit] |= ContractionBytes::ve_re;
  }
  if (ignores_case) {  // U+017F folds to s
    bytes.first[0xC5] = ContractionBytes::long_s;
    bytes.second[0xBF] |= ContractionBytes::long_s;
  }
  return bytes;
}

template <bool ignores_case>
inline constexpr ContractionBytes contraction_bytes = make_contraction_bytes(ignores_case);

// How many letters, 0, 1 or 2, a contraction has behind its apostrophe. Without a branch: texts have about as many other apostrophes.
template <bool ignores_case>
SCAN_INLINE unsigned contraction_size(const uint8_t* letters) {
  const unsigned kind = contraction_bytes<ignores_case>.first[letters[0]] & contraction_bytes<ignores_case>.second[letters[1]];
  return (kind & ContractionBytes::one_letter) | (kind & ContractionBytes::ll) | (kind & ContractionBytes::ve_re) >> 1 |
         (kind & ContractionBytes::long_s) >> 3;
}

// The text behind a block, for the few questions whose answer lies there. The end of the text is the caller's, not that of the block's
// padded copy.
struct Beyond {
  const uint8_t* next;  // the first character behind the last one of the block
  const uint8_t* end;

  // Whether white space or the end of the text follows, or what is as good as that to the pattern; asked only if the last character of the
  // block is white.
  template <class Pattern>
  uint64_t is_white(uint64_t last_is_white) const {
    if (next >= end) return 1;
    if (last_is_white & (*next >= 0x80)) [[unlikely]] {
      const uint8_t byte = class_byte(read_character(next, end).code_point);
      return CharacterClass(byte & class_mask) == CharacterClass::whitespace || Pattern::ends_piece(byte);
    }
    constexpr bool numbers_end = Pattern::ends_piece(uint8_t(CharacterClass::number));
    return (*next == ' ') | (uint8_t(*next - '\t') < 5) | (numbers_end & (uint8_t(*next - '0') < 10));
  }

  // Whether a letter or mark follows that is of kana and ideographs or not, as told.
  bool is_letter_or_mark(bool is_cjk) const;

  // What ends the white space without newlines that goes on here.
  enum class SegmentEnd { newline, other, text };
  static SegmentEnd find_segment_end(const uint8_t* at, const uint8_t* end);

  // Whether the uppercase letters that go on here are followed by a lowercase or caseless one, or by a mark; or, if without_han, by one that
  // is not of Han.
  static bool has_word_after_uppercase(const uint8_t* at, const uint8_t* end, bool without_han);
};

}  // namespace bpe
