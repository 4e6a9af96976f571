// Blocks of 16 characters of one size: ASCII is packed, three-byte characters are spread over 32 bits each and their bytes gathered. All
// others go one by one.
#include "plain_transcode.hpp"

#if defined(__x86_64__) && !defined(_MSC_VER)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2")
#endif

namespace bpe {
namespace avx2 {
namespace {

constexpr size_t step = 16;

// The block as sixteen 16-bit numbers; false if a character needs more.
inline bool load_block(const uint16_t* characters, __m256i& block) {
  block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(characters));
  return true;
}
inline bool load_block(const uint8_t* characters, __m256i& block) {
  block = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(characters)));
  return true;
}
inline bool load_block(const uint32_t* characters, __m256i& block) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(characters));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(characters + 8));
  if (!_mm256_testz_si256(_mm256_or_si256(low, high), _mm256_set1_epi32(int(0xFFFF0000)))) return false;
  block = _mm256_permute4x64_epi64(_mm256_packus_epi32(low, high), 0xD8);
  return true;
}

// Eight characters of three bytes each: 24 bytes.
inline void put_three_bytes(__m256i code, uint8_t* out) {
  const __m256i six_bits = _mm256_set1_epi32(0x3F);
  __m256i bytes = _mm256_or_si256(_mm256_srli_epi32(code, 12), _mm256_slli_epi32(_mm256_and_si256(_mm256_srli_epi32(code, 6), six_bits), 8));
  bytes = _mm256_or_si256(bytes, _mm256_slli_epi32(_mm256_and_si256(code, six_bits), 16));
  bytes = _mm256_or_si256(bytes, _mm256_set1_epi32(0x008080E0));
  const __m256i first_three = _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, -1, -1, -1, -1));
  bytes = _mm256_shuffle_epi8(bytes, first_three);
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(bytes));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out + 12), _mm256_extracti128_si256(bytes, 1));
}

template <class Unit>
size_t transcode(const Unit* characters, size_t size, uint8_t* utf8) {
  const __m256i zero = _mm256_setzero_si256();
  uint8_t* out = utf8;
  size_t i = 0;
  for (; size - i >= step; i += step) {
    __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(characters + i) + 2048));
    __m256i block;
    if (load_block(characters + i, block)) {
      if (_mm256_testz_si256(block, _mm256_set1_epi16(int16_t(0xFF80)))) {
        const __m128i packed = _mm_packus_epi16(_mm256_castsi256_si128(block), _mm256_extracti128_si256(block, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), packed);
        out += step;
        continue;
      }
      if constexpr (sizeof(Unit) > 1) {
        const __m256i is_below = _mm256_cmpeq_epi16(_mm256_and_si256(block, _mm256_set1_epi16(int16_t(0xF800))), zero);
        const __m256i is_surrogate =
            _mm256_cmpeq_epi16(_mm256_and_si256(block, _mm256_set1_epi16(int16_t(0xF800))), _mm256_set1_epi16(int16_t(0xD800)));
        const __m256i is_other = _mm256_or_si256(is_below, is_surrogate);
        if (_mm256_testz_si256(is_other, is_other)) {
          put_three_bytes(_mm256_cvtepu16_epi32(_mm256_castsi256_si128(block)), out);
          put_three_bytes(_mm256_cvtepu16_epi32(_mm256_extracti128_si256(block, 1)), out + 24);
          out += 3 * step;
          continue;
        }
      }
    }
    for (size_t k = i; k < i + step; k++) {
      out = put_character(characters[k], out);
      if (!out) return no_utf8;
    }
  }
  const size_t rest = transcode_plain(characters + i, size - i, out);
  return rest == no_utf8 ? no_utf8 : size_t(out - utf8) + rest;
}

}  // namespace
}  // namespace avx2

const Transcoders transcoders_avx2 = {avx2::transcode<uint8_t>, avx2::transcode<uint16_t>, avx2::transcode<uint32_t>};

}  // namespace bpe

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
