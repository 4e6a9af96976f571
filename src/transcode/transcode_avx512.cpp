// Sixteen characters a step, each in 32 bits. All four bytes that a character can have are made in their order, the last one on top:
//
//   below 0x80       |          |          |          | 0xxxxxxx |
//   below 0x800      |          |          | 110xxxxx | 10xxxxxx |
//   below 0x10000    |          | 1110xxxx | 10xxxxxx | 10xxxxxx |
//   else             | 11110xxx | 10xxxxxx | 10xxxxxx | 10xxxxxx |
//
// and the bytes that stand before the first one are squeezed out. Where no character has more than two bytes it is 32 a step, each in 16 bits,
// the first byte below the second.
#include "plain_transcode.hpp"

#if defined(__x86_64__) && !defined(_MSC_VER)

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC 12's own header leaves values undefined on purpose
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")
#endif

namespace bpe {
namespace avx512 {
namespace {

inline __m512i load_16(const uint8_t* characters, __mmask16 valid) {
  return _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(valid, characters));
}
inline __m512i load_16(const uint16_t* characters, __mmask16 valid) {
  return _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(valid, characters));
}
inline __m512i load_16(const uint32_t* characters, __mmask16 valid) { return _mm512_maskz_loadu_epi32(valid, characters); }

// Writes up to 64 ASCII characters as bytes; false if one of them is none.
inline bool put_ascii(const uint8_t* characters, uint8_t* out) {
  const __m512i bytes = _mm512_loadu_si512(characters);
  _mm512_storeu_si512(out, bytes);
  return _mm512_movepi8_mask(bytes) == 0;
}
inline bool put_ascii(const uint16_t* characters, uint8_t* out) {
  const __m512i low = _mm512_loadu_si512(characters), high = _mm512_loadu_si512(characters + 32);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out), _mm512_cvtepi16_epi8(low));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 32), _mm512_cvtepi16_epi8(high));
  return _mm512_test_epi16_mask(_mm512_or_si512(low, high), _mm512_set1_epi16(int16_t(0xFF80))) == 0;
}
inline bool put_ascii(const uint32_t* characters, uint8_t* out) {
  __m512i all = _mm512_setzero_si512();
  for (size_t i = 0; i < 64; i += 16) {
    const __m512i some = _mm512_loadu_si512(characters + i);
    all = _mm512_or_si512(all, some);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i), _mm512_cvtepi32_epi8(some));
  }
  return _mm512_test_epi32_mask(all, _mm512_set1_epi32(-0x80)) == 0;
}

// 32 characters, each in 16 bits; 0xFFFF for one that does not fit.
inline __m512i load_32(const uint8_t* characters) {
  return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(characters)));
}
inline __m512i load_32(const uint16_t* characters) { return _mm512_loadu_si512(characters); }
inline __m512i load_32(const uint32_t* characters) {
  const __m256i low = _mm512_cvtusepi32_epi16(_mm512_loadu_si512(characters)), high = _mm512_cvtusepi32_epi16(_mm512_loadu_si512(characters + 16));
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

// Writes 32 characters of one or two bytes, and moves `out` behind them; false if one of them has more.
template <class Unit>
inline bool put_two_bytes(const Unit* characters, uint8_t*& out) {
  const __m512i code = load_32(characters);
  if (_mm512_cmpge_epu16_mask(code, _mm512_set1_epi16(0x800))) return false;
  const uint32_t has_two = _mm512_cmpge_epu16_mask(code, _mm512_set1_epi16(0x80));
  const __m512i second = _mm512_slli_epi16(_mm512_and_si512(code, _mm512_set1_epi16(0x3F)), 8);
  const __m512i marked = _mm512_or_si512(_mm512_or_si512(_mm512_srli_epi16(code, 6), second), _mm512_set1_epi16(int16_t(0x80C0)));
  const uint64_t is_kept = 0x5555555555555555 | _pdep_u64(has_two, 0xAAAAAAAAAAAAAAAA);
  _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(is_kept, _mm512_mask_mov_epi16(code, has_two, marked)));
  out += 32 + unsigned(__builtin_popcount(has_two));
  return true;
}

template <class Unit>
size_t transcode(const Unit* characters, size_t size, uint8_t* utf8) {
  const __m512i six_bits = _mm512_set1_epi32(0x3F);
  uint8_t* out = utf8;
  __mmask16 is_bad = 0;
  for (size_t i = 0; i < size;) {
    prefetch_characters(characters + i);
    if (size - i >= 64 && put_ascii(characters + i, out)) {
      i += 64;
      out += 64;
      continue;
    }
    for (const size_t end = size - i >= 64 ? i + 64 : size; i < end; i += 16) {
      if (end - i >= 32 && put_two_bytes(characters + i, out)) {
        i += 16;
        continue;
      }
      const size_t count = end - i >= 16 ? 16 : end - i;
      const __mmask16 valid = __mmask16((1u << count) - 1);
      const __m512i code = load_16(characters + i, valid);
      const __mmask16 over_1 = _mm512_cmpge_epu32_mask(code, _mm512_set1_epi32(0x80));
      const __mmask16 over_2 = _mm512_cmpge_epu32_mask(code, _mm512_set1_epi32(0x800));
      const __mmask16 over_3 = sizeof(Unit) < 4 ? 0 : _mm512_cmpge_epu32_mask(code, _mm512_set1_epi32(0x10000));
      if constexpr (sizeof(Unit) > 1) {
        is_bad |= _mm512_cmplt_epu32_mask(_mm512_sub_epi32(code, _mm512_set1_epi32(0xD800)), _mm512_set1_epi32(0x800));
        is_bad |= _mm512_cmpgt_epu32_mask(code, _mm512_set1_epi32(0x10FFFF));
      }
      // Six bits a byte, and 10 before them; a single byte keeps its seven bits.
      __m512i bytes = _mm512_slli_epi32(_mm512_or_si512(_mm512_and_si512(code, six_bits), _mm512_set1_epi32(0x80)), 24);
      bytes = _mm512_mask_slli_epi32(bytes, __mmask16(~over_1), code, 24);
      const __m512i second = _mm512_and_si512(_mm512_srli_epi32(code, 6), six_bits);
      const __m512i third = _mm512_and_si512(_mm512_srli_epi32(code, 12), six_bits);
      bytes = _mm512_or_si512(bytes, _mm512_slli_epi32(second, 16));
      bytes = _mm512_or_si512(bytes, _mm512_slli_epi32(third, 8));
      bytes = _mm512_or_si512(bytes, _mm512_srli_epi32(code, 18));
      __m512i marks = _mm512_maskz_set1_epi32(over_1, 0x00C00000);
      marks = _mm512_mask_mov_epi32(marks, over_2, _mm512_set1_epi32(0x0080E000));
      marks = _mm512_mask_mov_epi32(marks, over_3, _mm512_set1_epi32(0x008080F0));
      bytes = _mm512_or_si512(bytes, marks);
      __m512i kept = _mm512_maskz_set1_epi32(valid, int(0x80000000));
      kept = _mm512_mask_mov_epi32(kept, over_1, _mm512_set1_epi32(int(0x80800000)));
      kept = _mm512_mask_mov_epi32(kept, over_2, _mm512_set1_epi32(int(0x80808000)));
      kept = _mm512_mask_mov_epi32(kept, over_3, _mm512_set1_epi32(int(0x80808080)));
      const __mmask64 is_kept = _mm512_movepi8_mask(kept);
      _mm512_storeu_si512(out, _mm512_maskz_compress_epi8(is_kept, bytes));
      out += _mm_popcnt_u64(is_kept);
    }
    if (is_bad) return no_utf8;
  }
  return size_t(out - utf8);
}

}  // namespace
}  // namespace avx512

const Transcoders transcoders_avx512 = {avx512::transcode<uint8_t>, avx512::transcode<uint16_t>, avx512::transcode<uint32_t>};

}  // namespace bpe

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
