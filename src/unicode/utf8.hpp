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

}  // namespace bpe
