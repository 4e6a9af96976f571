// Reads one character of UTF-8, by the bytes rule: a byte that does not begin a well-formed sequence is a character of its own.
#pragma once

#include <cstddef>
#include <cstdint>

#include "class_table.hpp"

namespace bpe {

struct Character {
  uint32_t code_point;  // bad_byte: not UTF-8
  uint32_t size;        // bytes, 1..4
};

// Reads at most 4 bytes and none at or beyond end; at < end.
// Well-formed (Unicode 16.0, table 3-7): no overlong forms, no surrogates, nothing above 0x10FFFF.
inline Character read_character(const uint8_t* at, const uint8_t* end) {
  const uint32_t lead = at[0];
  if (lead < 0x80) return {lead, 1};
  const size_t left = size_t(end - at);
  const auto is_continuation = [&](size_t i) { return i < left && (at[i] & 0xC0) == 0x80; };
  if (lead < 0xC2 || lead > 0xF4 || !is_continuation(1)) return {bad_byte, 1};
  const uint32_t second = at[1] & 0x3F;
  if (lead < 0xE0) return {(lead & 0x1F) << 6 | second, 2};
  if (!is_continuation(2)) return {bad_byte, 1};
  const uint32_t third = at[2] & 0x3F;
  if (lead < 0xF0) {
    const uint32_t code_point = (lead & 0x0F) << 12 | second << 6 | third;
    const bool is_surrogate = code_point - 0xD800 < 0x800;
    return code_point < 0x800 || is_surrogate ? Character{bad_byte, 1} : Character{code_point, 3};
  }
  if (!is_continuation(3)) return {bad_byte, 1};
  const uint32_t code_point = (lead & 0x07) << 18 | second << 12 | third << 6 | (at[3] & 0x3Fu);
  return code_point - 0x10000 < 0x100000 ? Character{code_point, 4} : Character{bad_byte, 1};
}

// Bytes that are replaced by one U+FFFD, at a byte that begins no well-formed character: as many as begin one, at least one (Unicode 16.0,
// section 3.9, maximal subparts). Reads none at or beyond end.
inline uint32_t ill_formed_size(const uint8_t* at, const uint8_t* end) {
  const uint8_t lead = at[0];
  if (lead < 0xC2 || lead > 0xF4 || end - at < 2) return 1;
  const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (at[1] < low || at[1] > high) return 1;
  return lead >= 0xF0 && end - at >= 3 && (at[2] & 0xC0) == 0x80 ? 3 : 2;
}

// The size of the text without the beginning of a character at its end, of which the rest may follow.
inline size_t size_of_whole_characters(const uint8_t* begin, size_t size) {
  for (size_t left = 1; left <= 3 && left <= size; left++) {
    const uint8_t byte = begin[size - left];
    if ((byte & 0xC0) == 0x80) continue;
    const size_t wanted = byte < 0xC2 || byte > 0xF4 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    if (wanted <= left) return size;
    // The first continuation decides whether it can become one at all.
    const uint8_t second = left > 1 ? begin[size - left + 1] : 0x80;
    const bool is_ill_formed = left > 1 && ((byte == 0xE0 && second < 0xA0) || (byte == 0xED && second > 0x9F) ||
                                            (byte == 0xF0 && second < 0x90) || (byte == 0xF4 && second > 0x8F));
    return is_ill_formed ? size : size - left;
  }
  return size;
}

}  // namespace bpe
