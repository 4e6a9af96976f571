// Hash of a few bytes. Reads exactly the bytes it is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace bpe {

inline uint64_t load_8(const uint8_t* at) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

inline uint64_t load_4(const uint8_t* at) {
  uint32_t word;
  std::memcpy(&word, at, 4);
  return word;
}

// The low and high half of the 128-bit product, folded: every bit of both factors reaches the result.
inline uint64_t fold_multiply(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return uint64_t(product) ^ uint64_t(product >> 64);
}

inline uint64_t hash_bytes(const uint8_t* bytes, size_t size) {
  uint64_t hash = size * 0x9E3779B97F4A7C15;
  const auto mix = [&](uint64_t a, uint64_t b) { hash = fold_multiply(hash ^ a ^ 0xD6E8FEB86659FD93, b ^ 0xA0761D6478BD642F); };
  if (size < 4) {
    // First, middle and last byte: all of them for sizes 1, 2 and 3.
    if (size) mix(uint64_t{bytes[0]} << 16 | uint64_t{bytes[size / 2]} << 8 | bytes[size - 1], hash);
    return hash;
  }
  if (size <= 8) {
    mix(load_4(bytes) << 32 | load_4(bytes + size - 4), hash);
    return hash;
  }
  size_t at = 0;
  for (; size - at > 16; at += 16) mix(load_8(bytes + at), load_8(bytes + at + 8));
  mix(size - at >= 8 ? load_8(bytes + at) : load_8(bytes + size - 8), load_8(bytes + size - 8));
  return hash;
}

}  // namespace bpe
