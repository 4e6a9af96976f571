// AVX2: ASCII by comparisons of two vectors of 32 bytes, other characters one by one. In two forms, with pext and pdep, and without
// where they are slow.
#if defined(__x86_64__)

#include <algorithm>
#include <array>
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

// [byte]: the places of its set bits, one to a byte.
constexpr auto places_in_byte = [] {
  std::array<uint64_t, 256> table = {};
  for (unsigned byte = 0; byte < 256; byte++) {
    unsigned count = 0;
    for (unsigned place = 0; place < 8; place++) {
      if (byte >> place & 1) table[byte] |= uint64_t{place} << (8 * count++);
    }
  }
  return table;
}();

template <class CompressorType>
struct Avx2 {
  using Compressor = CompressorType;

  SCAN_INLINE static __m256i where_is(__m256i bytes, char value) { return _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(value)); }

  SCAN_INLINE static uint64_t mask_of(__m256i low_where, __m256i high_where) {
    return uint64_t{uint32_t(_mm256_movemask_epi8(low_where))} | uint64_t{uint32_t(_mm256_movemask_epi8(high_where))} << 32;
  }

  // first <= byte <= last, as a signed comparison of byte - first - 128.
  SCAN_INLINE static __m256i where_is_between(__m256i bytes, char first, char last) {
    return _mm256_cmpgt_epi8(_mm256_set1_epi8(char(last - first - 127)), _mm256_sub_epi8(bytes, _mm256_set1_epi8(char(first - 128))));
  }

  template <class Pattern>
  SCAN_INLINE static uint64_t classify(const uint8_t* text, CharacterBlock& block) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32));
    const auto is = [&](char value) { return mask_of(where_is(low, value), where_is(high, value)); };
    const auto is_between = [&](char first, char last) {
      return mask_of(where_is_between(low, first, last), where_is_between(high, first, last));
    };
    if constexpr (Pattern::tells_letters_apart) {
      block.upper = is_between('A', 'Z');
      block.lower = is_between('a', 'z');
    } else {
      const __m256i case_bit = _mm256_set1_epi8(0x20);
      block.letter =
          mask_of(where_is_between(_mm256_or_si256(low, case_bit), 'a', 'z'), where_is_between(_mm256_or_si256(high, case_bit), 'a', 'z'));
    }
    block.number = is_between('0', '9');
    block.space = is(' ');
    block.white = block.space | is_between('\t', '\r');
    if constexpr (Pattern::absorbs_newlines) {
      block.newline =
          mask_of(_mm256_or_si256(where_is(low, '\n'), where_is(low, '\r')), _mm256_or_si256(where_is(high, '\n'), where_is(high, '\r')));
    }
    if constexpr (Pattern::has_contractions) block.apostrophe = is('\'');
    if constexpr (Pattern::absorbs_slashes) block.slash = is('/');
    if constexpr (Pattern::tells_symbols) block.ascii_symbol = is_between('!', '~') & ~(block.letter | block.number);
    return mask_of(low, high);
  }

  SCAN_INLINE static uint64_t at_least(const uint8_t* text, uint8_t value) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + 32));
    const __m256i values = _mm256_set1_epi8(char(value));
    return mask_of(_mm256_cmpeq_epi8(_mm256_max_epu8(low, values), low), _mm256_cmpeq_epi8(_mm256_max_epu8(high, values), high));
  }

  template <class Pattern>
  SCAN_INLINE static void add_codes(const uint8_t* codes, CharacterBlock& block) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(codes + 32));
    // Shifts the bit of a set to where movemask reads.
    const auto has = [&](uint8_t set) {
      const int shift = 7 - __builtin_ctz(set);
      return mask_of(_mm256_slli_epi16(low, shift), _mm256_slli_epi16(high, shift));
    };
    add_sets<Pattern>(block, has);
  }

  template <class Pattern>
  SCAN_INLINE static Compressor classify_non_ascii(const uint8_t* text, uint64_t non_ascii, const SafeSplit* cuts, ScanCarry& carry,
                                                   CharacterBlock& block) {
    return read_well_formed_characters<Avx2, Pattern>(text, non_ascii, cuts, carry, block);
  }

  SCAN_INLINE static void copy_tail(uint8_t* to, const uint8_t* from, size_t size) { pad_with_spaces(to, from, size); }

  // Byte by byte without a branch: eight entries are stored for each, and the next byte's overwrite those that have no meaning.
  SCAN_INLINE static void store_starts(uint32_t* starts, uint32_t base, uint64_t mask, size_t) {
    for (unsigned at = 0; at < 64; at += 8) {
      const unsigned byte = mask >> at & 255;
      const __m128i places = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(&places_in_byte[byte]));
      const __m256i found = _mm256_add_epi32(_mm256_set1_epi32(int(base + at)), _mm256_cvtepu8_epi32(places));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(starts), found);
      starts += __builtin_popcount(byte);
    }
  }
};

extern constexpr Scanners scanners = make_scanners<Avx2<PextCompressor>>();

}  // namespace bpe::avx2

namespace bpe::avx2_without_pext {

extern constexpr Scanners scanners = avx2::make_scanners<avx2::Avx2<BitCompressor>>();

}  // namespace bpe::avx2_without_pext

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
