// AVX2: ASCII by comparisons of two vectors of 32 bytes, other characters one by one. In two forms, with pext and pdep, and without
// where they are slow.
#if defined(__x86_64__)

#include <cstring>

#include "bit_compress.hpp"
#include "character_block.hpp"
#include "safe_split.hpp"
#include "scanner.hpp"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC's own header leaves values undefined on purpose
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,bmi2,popcnt")
#endif

namespace bpe::avx2 {

#include "block_scan.hpp"

class PextCompressor {
 public:
  SCAN_INLINE explicit PextCompressor(uint64_t selected) : selected_(selected) {}
  SCAN_INLINE uint64_t compress(uint64_t mask) const { return _pext_u64(mask, selected_); }
  SCAN_INLINE uint64_t expand(uint64_t mask) const { return _pdep_u64(mask, selected_); }

 private:
  uint64_t selected_;
};

template <class CompressorType>
struct Avx2 {
  using Compressor = CompressorType;

  SCAN_INLINE static __m256i where_is(__m256i bytes, char value) { return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(value)); }

  // first <= byte <= last, as a signed comparison of byte - first - 128.
  SCAN_INLINE static __m256i where_is_between(__m256i bytes, char first, char last) {
    return _mm256_cmpgt_epi8(_mm256_set1_epi8(char(last - first - 127)), _mm256_sub_epi8(bytes, _mm256_set1_epi8(char(first - 128))));
  }

  template <class Pattern>
  SCAN_INLINE static uint64_t classify(const uint8_t* text, CharacterBlock& block) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32));
    const auto mask_of = [](__m256i low_where, __m256i high_where) {
      return uint64_t{uint32_t(_mm256_movemask_epi8(low_where))} | uint64_t{uint32_t(_mm256_movemask_epi8(high_where))} << 32;
    };
    const auto is = [&](char value) { return mask_of(where_is(low, value), where_is(high, value)); };
    const auto is_between = [&](char first, char last) {
      return mask_of(where_is_between(low, first, last), where_is_between(high, first, last));
    };
    if constexpr (Pattern::tells_letters_apart) {
      block.upper = is_between('A', 'Z');
      block.lower = is_between('a', 'z');
    } else {
      const __m256i case_bit = _mm256_set1_epi8(0x20);
      block.letter = mask_of(where_is_between(_mm256_or_si256(low, case_bit), 'a', 'z'),
                             where_is_between(_mm256_or_si256(high, case_bit), 'a', 'z'));
    }
    block.number = is_between('0', '9');
    block.space = is(' ');
    block.white = block.space | is_between('\t', '\r');
    if constexpr (Pattern::absorbs_newlines) {
      block.newline = mask_of(_mm256_or_si256(where_is(low, '\n'), where_is(low, '\r')),
                              _mm256_or_si256(where_is(high, '\n'), where_is(high, '\r')));
    }
    block.apostrophe = is('\'');
    if constexpr (Pattern::absorbs_slashes) block.slash = is('/');
    return mask_of(low, high);
  }

  template <class Pattern>
  SCAN_INLINE static Compressor classify_non_ascii(const uint8_t* text, uint64_t non_ascii, const SafeSplit* cuts, ScanCarry& carry,
                                                   CharacterBlock& block) {
    return read_characters<Avx2, Pattern>(text, non_ascii, cuts, carry, block);
  }

  SCAN_INLINE static void store_starts(uint32_t* starts, uint32_t base, uint64_t mask, size_t count) {
    // In eights: entries behind the last one are overwritten, and so is the branch on each of them.
    for (size_t at = 0; at < count; at += 8) {
      for (size_t i = at; i < at + 8; i++, mask = _blsr_u64(mask)) starts[i] = base + uint32_t(_tzcnt_u64(mask));
    }
  }
};

using WithPext = Avx2<PextCompressor>;
size_t scan_r50k(ScanState& state, uint32_t* starts, size_t capacity) { return scan_blocks<WithPext, R50k>(state, starts, capacity); }
size_t scan_cl100k(ScanState& state, uint32_t* starts, size_t capacity) { return scan_blocks<WithPext, Cl100k>(state, starts, capacity); }
size_t scan_o200k(ScanState& state, uint32_t* starts, size_t capacity) { return scan_blocks<WithPext, O200k>(state, starts, capacity); }

}  // namespace bpe::avx2

namespace bpe::avx2_without_pext {

using WithoutPext = avx2::Avx2<BitCompressor>;
size_t scan_r50k(ScanState& state, uint32_t* starts, size_t capacity) {
  return avx2::scan_blocks<WithoutPext, avx2::R50k>(state, starts, capacity);
}
size_t scan_cl100k(ScanState& state, uint32_t* starts, size_t capacity) {
  return avx2::scan_blocks<WithoutPext, avx2::Cl100k>(state, starts, capacity);
}
size_t scan_o200k(ScanState& state, uint32_t* starts, size_t capacity) {
  return avx2::scan_blocks<WithoutPext, avx2::O200k>(state, starts, capacity);
}

}  // namespace bpe::avx2_without_pext

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
