// What normalisation form C asks about a character, by Unicode 9.0.0: the version that tokenizers normalises with.
//
// One byte for each code point: 0 for nearly all; the combining class of a mark; or may_change for what the quick check calls No or Maybe.
// Marks of later versions are 0: they stay where they stand, as there.
#pragma once

#include <cstdint>
#include <span>

namespace bpe {

inline constexpr const char* nfc_unicode_version = "9.0.0";

inline constexpr uint8_t nfc_may_change = 255;

// Code points up to 0x10FFFF; bad_byte is 0.
uint8_t nfc_byte(uint32_t code_point);

// Whether a byte of the 64 code points around this one, up to 0x10FFFF, is not 0.
extern const uint64_t* const nfc_marked_blocks;
inline bool is_nfc_marked(uint32_t code_point) { return nfc_marked_blocks[code_point >> 12] >> (code_point >> 6 & 63) & 1; }

uint8_t combining_class(uint32_t code_point);
// What the character decomposes to, all the way; empty: to itself. Hangul syllables are not there: they decompose by arithmetic.
std::span<const uint32_t> canonical_decomposition(uint32_t code_point);
// The character that two make, Hangul too; 0: none.
uint32_t compose(uint32_t first, uint32_t second);

}  // namespace bpe
