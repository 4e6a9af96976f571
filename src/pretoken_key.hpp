// Pretokens and tokens of up to 16 bytes as one word or two that stand for exactly these bytes.
//
//   up to 8 bytes   | word |             9 to 16   | low | high |
//
// The bytes, little endian, zero above them, and in the top byte of the last word 0xF8 + its number of bytes when that byte is free; no
// UTF-8 has such a byte. A full word whose top byte could be such a marker, or that is 0, is no key: 0 marks empty entries of tables.
#pragma once

#include <cstddef>
#include <cstdint>

#include "byte_hash.hpp"
#include "text.hpp"

namespace bpe {

inline constexpr size_t max_short_size = 8, max_medium_size = 16;

inline constexpr uint64_t size_marker(size_t size) { return (0xF8 + uint64_t{size}) << 56; }
inline bool is_full_key(uint64_t word) { return word - 1 < 0xF7FFFFFFFFFFFFFF; }

// The last word of a key: of these bytes the first `size`, up to 8, count.
inline uint64_t key_word(uint64_t bytes, size_t size) {
  return size >= 8 ? bytes : (bytes & ((uint64_t{1} << (8 * size)) - 1)) | size_marker(size);
}

// Tables take the top bits.
inline uint64_t short_hash(uint64_t key) { return key * 0x9E3779B97F4A7C15; }
inline uint64_t medium_hash(uint64_t low, uint64_t high) {
  return ((low * 0x9E3779B97F4A7C15) ^ (high * 0xD6E8FEB86659FD93)) * 0x9E3779B97F4A7C15;
}

// Up to 8 bytes, reading no others.
inline uint64_t load_up_to_8(const uint8_t* bytes, size_t size) {
  if (size == 8) return load_8(bytes);
  if (size >= 4) return load_4(bytes) | load_4(bytes + size - 4) << (8 * (size - 4));
  if (size == 0) return 0;
  return bytes[0] | uint64_t{bytes[size / 2]} << (8 * (size / 2)) | uint64_t{bytes[size - 1]} << (8 * (size - 1));
}

struct PretokenKey {
  enum Kind { short_key, medium_key, none } kind;
  uint64_t low, high;

  static Kind kind_of(Text bytes) {
    if (bytes.size == 0 || bytes.size > max_medium_size) return none;
    if (bytes.size % 8 == 0 && !is_full_key(load_8(bytes.end() - 8))) return none;
    return bytes.size <= max_short_size ? short_key : medium_key;
  }

  static PretokenKey of(Text bytes) {
    const auto word_of = [&](size_t begin) {
      const size_t size = bytes.size - begin;
      return load_up_to_8(bytes.data + begin, size) | (size < 8 ? size_marker(size) : 0);
    };
    const Kind kind = kind_of(bytes);
    if (kind == short_key) return {kind, word_of(0), 0};
    if (kind == medium_key) return {kind, load_8(bytes.data), word_of(8)};
    return {kind, 0, 0};
  }
};

}  // namespace bpe
