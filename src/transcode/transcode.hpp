// UTF-8 of text that is stored as one number a character: Latin-1, UCS-2 (no surrogates) or UCS-4, as Python keeps its strings.
#pragma once

#include <cstddef>
#include <cstdint>

namespace bpe {

// What the functions return for a character that has no UTF-8: a surrogate, or one above 0x10FFFF.
inline constexpr size_t no_utf8 = SIZE_MAX;

// Bytes that they may write behind the text.
inline constexpr size_t transcode_pad = 64;

// Each writes the UTF-8 of `size` characters to `utf8` and returns its size, or no_utf8. The output has room for the most that so many
// characters can take (2, 3 and 4 bytes each), and transcode_pad more. One set for each instruction set; all do the same.
struct Transcoders {
  size_t (*latin1)(const uint8_t* characters, size_t size, uint8_t* utf8);
  size_t (*ucs2)(const uint16_t* characters, size_t size, uint8_t* utf8);
  size_t (*ucs4)(const uint32_t* characters, size_t size, uint8_t* utf8);
};

extern const Transcoders transcoders_avx512, transcoders_avx2, transcoders_portable;

}  // namespace bpe
