// The transcoders in plain C++, without a table: for every machine, and the twin of the others.
#pragma once

#include <cstring>
#include <type_traits>

#include "transcode.hpp"

namespace bpe {

// Writes one character and returns what follows it; nullptr if it has no UTF-8.
inline uint8_t* put_character(uint32_t character, uint8_t* out) {
  if (character < 0x80) {
    *out = uint8_t(character);
    return out + 1;
  }
  if (character < 0x800) {
    out[0] = uint8_t(0xC0 | character >> 6);
    out[1] = uint8_t(0x80 | (character & 0x3F));
    return out + 2;
  }
  if (character < 0x10000) {
    if (character - 0xD800 < 0x800) return nullptr;
    out[0] = uint8_t(0xE0 | character >> 12);
    out[1] = uint8_t(0x80 | (character >> 6 & 0x3F));
    out[2] = uint8_t(0x80 | (character & 0x3F));
    return out + 3;
  }
  if (character > 0x10FFFF) return nullptr;
  out[0] = uint8_t(0xF0 | character >> 18);
  out[1] = uint8_t(0x80 | (character >> 12 & 0x3F));
  out[2] = uint8_t(0x80 | (character >> 6 & 0x3F));
  out[3] = uint8_t(0x80 | (character & 0x3F));
  return out + 4;
}

// Asks for characters that come a little later, maybe behind the end: the hardware asks for lines of the same page only.
template <class Unit>
inline void prefetch_characters(const Unit* at) {
  const uintptr_t ahead = reinterpret_cast<uintptr_t>(at) + 4096;
  for (size_t line = 0; line < sizeof(Unit); line++) __builtin_prefetch(reinterpret_cast<const void*>(ahead + 64 * line));
}

template <class Unit>
size_t transcode_plain(const Unit* characters, size_t size, uint8_t* utf8) {
  constexpr size_t step = 8 / sizeof(Unit);  // characters in a word
  constexpr uint64_t not_ascii = std::is_same_v<Unit, uint8_t> ? 0x8080808080808080 : sizeof(Unit) == 2 ? 0xFF80FF80FF80FF80 : 0xFFFFFF80FFFFFF80;
  uint8_t* out = utf8;
  for (size_t i = 0; i < size;) {
    uint64_t word = not_ascii;
    if (size - i >= step) std::memcpy(&word, characters + i, 8);
    if (word & not_ascii) {
      const size_t end = size - i >= step ? i + step : size;
      for (; i < end; i++) {
        out = put_character(characters[i], out);
        if (!out) return no_utf8;
      }
      continue;
    }
    for (size_t k = 0; k < step; k++) out[k] = uint8_t(characters[i + k]);
    out += step;
    i += step;
  }
  return size_t(out - utf8);
}

}  // namespace bpe
