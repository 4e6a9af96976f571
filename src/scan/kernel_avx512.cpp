// AVX-512 with VBMI2. A vector holds the sets of 64 characters, one byte each (character_block.hpp, code):
//
//   ASCII        two table look-ups in one: vpermi2b
//   two bytes    if there are no longer ones: the bits of their classes, all 64 places at once, by vpermi2b; the code by a permutation of 64
//   others       if well-formed: their first, second and third bytes side by side; 16 at a time: code point, class by gather, code by a
//                permutation of 64; back to the places of their first bytes
//   characters   the bytes that begin one, side by side
//   masks        one test for each set
#if defined(__x86_64__)

#include <algorithm>
#include <cstring>

#include "character_block.hpp"
#include "safe_split.hpp"
#include "scanner.hpp"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC's own header leaves values undefined on purpose
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt"))), \
                                 apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")
#endif

namespace bpe::avx512 {

#include "block_scan.hpp"

// [low six bits of a byte >= 0xC0]: the least second byte, and how many follow it. None for bytes that begin nothing.
struct SecondBytes {
  alignas(64) uint8_t least[64];
  alignas(64) uint8_t count[64];
};

constexpr SecondBytes second_bytes = [] {
  SecondBytes table = {};
  for (unsigned lead = 0xC2; lead <= 0xF4; lead++) {
    const unsigned least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;  // below: a longer form than needed
    const unsigned end = lead == 0xED ? 0xA0 : lead == 0xF4 ? 0x90 : 0xC0;    // from there: a surrogate, or beyond Unicode
    table.least[lead & 63] = uint8_t(least);
    table.count[lead & 63] = uint8_t(end - least);
  }
  return table;
}();

struct Avx512 {
  class Compressor {
   public:
    SCAN_INLINE explicit Compressor(uint64_t selected) : selected_(selected) {}
    SCAN_INLINE uint64_t compress(uint64_t mask) const { return _pext_u64(mask, selected_); }
    SCAN_INLINE uint64_t expand(uint64_t mask) const { return _pdep_u64(mask, selected_); }

   private:
    uint64_t selected_;
  };

  template <class Pattern>
  SCAN_INLINE static __m512i codes_of_ascii(__m512i bytes) {
    return _mm512_permutex2var_epi8(_mm512_load_si512(Pattern::codes.ascii.data()), bytes,
                                    _mm512_load_si512(Pattern::codes.ascii.data() + 64));
  }

  // Which characters have the bit of a set.
  struct Has {
    __m512i codes;
    SCAN_INLINE uint64_t operator()(uint8_t set) const {
      uint64_t mask = _mm512_test_epi8_mask(codes, _mm512_set1_epi8(char(set)));
      asm("" : "+r"(mask));  // in a general register from here on: the algebra is slow in mask registers
      return mask;
    }
  };

  template <class Pattern>
  SCAN_INLINE static uint64_t classify(const uint8_t* text, CharacterBlock& block) {
    const __m512i bytes = _mm512_loadu_si512(text);
    read_sets<Pattern>(block, ~uint64_t{0}, Has{codes_of_ascii<Pattern>(bytes)});
    return _mm512_movepi8_mask(bytes);
  }

  template <class Pattern>
  SCAN_INLINE static void add_codes(const uint8_t* codes, CharacterBlock& block) {
    add_sets<Pattern>(block, Has{_mm512_loadu_si512(codes)});
  }

  // 16 characters of two or three bytes, given by these bytes.
  struct Characters16 {
    __m512i code_points;
    __mmask16 is_wide;
    SCAN_INLINE Characters16(__m128i firsts, __m128i seconds, __m128i thirds) {
      const __m512i six_bits = _mm512_set1_epi32(63);
      const __m512i first = _mm512_cvtepu8_epi32(firsts);
      const __m512i second = _mm512_and_si512(_mm512_cvtepu8_epi32(seconds), six_bits);
      const __m512i third = _mm512_and_si512(_mm512_cvtepu8_epi32(thirds), six_bits);
      const __m512i two = _mm512_or_si512(_mm512_slli_epi32(_mm512_and_si512(first, _mm512_set1_epi32(31)), 6), second);
      const __m512i three = _mm512_or_si512(_mm512_slli_epi32(_mm512_and_si512(first, _mm512_set1_epi32(15)), 12),
                                            _mm512_or_si512(_mm512_slli_epi32(second, 6), third));
      is_wide = _mm512_cmpge_epu32_mask(first, _mm512_set1_epi32(0xE0));
      code_points = _mm512_mask_mov_epi32(two, is_wide, three);
    }
  };

  // Four bytes at base + scale * place for each used place, else 0. Half a gather is enough for up to eight.
  template <int scale>
  SCAN_INLINE static __m512i gather_16(__mmask16 used, __m512i places, const void* base) {
    if (used < 256) {
      return _mm512_zextsi256_si512(_mm256_mmask_i32gather_epi32(_mm256_setzero_si256(), __mmask8(used), _mm512_castsi512_si256(places), base, scale));
    }
    return _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), used, places, base, scale);
  }

  // SafeSplit::may_cut, negated, for 16 pairs of wide characters.
  SCAN_INLINE static uint64_t find_uncuttable(const SafeSplit& cuts, __m512i before, const Characters16& characters, __mmask16 used) {
    const __m512i code_points = characters.code_points;
    const __m512i low_bits = _mm512_set1_epi32(31);
    const __m512i mixed = _mm512_xor_si512(_mm512_mullo_epi32(before, _mm512_set1_epi32(int(0x9E3779B1u))),
                                           _mm512_mullo_epi32(code_points, _mm512_set1_epi32(int(0x85EBCA77u))));
    const __m512i hash = _mm512_srli_epi32(_mm512_mullo_epi32(mixed, _mm512_set1_epi32(int(0xC2B2AE3Du))), 32 - SafeSplit::hash_bits);
    const __m512i pairs = gather_16<4>(used & characters.is_wide, _mm512_srli_epi32(hash, 5), cuts.pairs.data());
    const __m512i last_bits = _mm512_and_si512(before, _mm512_set1_epi32(63));
    const __m512i halves = _mm512_add_epi32(_mm512_slli_epi32(_mm512_srli_epi32(code_points, 12), 1), _mm512_srli_epi32(last_bits, 5));
    const __m512i partial = _mm512_permutex2var_epi32(_mm512_loadu_si512(cuts.partial), halves, _mm512_loadu_si512(cuts.partial + 8));
    const __m512i found = _mm512_or_si512(_mm512_srlv_epi32(pairs, _mm512_and_si512(hash, low_bits)),
                                          _mm512_srlv_epi32(partial, _mm512_and_si512(last_bits, low_bits)));
    return _mm512_test_epi32_mask(found, _mm512_set1_epi32(1));
  }

  // The codes of characters of two bytes, at the places of their first bytes: `bytes`, with `next` behind them. Elsewhere anything.
  template <class Pattern>
  SCAN_INLINE static __m512i codes_of_two_bytes(__m512i bytes, __m512i next) {
    alignas(64) static constexpr std::array<uint8_t, 64> bit_of = [] {
      std::array<uint8_t, 64> bits = {};
      for (size_t i = 0; i < bits.size(); i++) bits[i] = uint8_t(1u << (i % 8));
      return bits;
    }();
    const __m512i low_bit = _mm512_permutexvar_epi8(next, _mm512_load_si512(bit_of.data()));
    const __m512i high = _mm512_slli_epi16(_mm512_and_si512(bytes, _mm512_set1_epi8(31)), 3);
    const __m512i place = _mm512_or_si512(high, _mm512_and_si512(_mm512_srli_epi16(next, 3), _mm512_set1_epi8(7)));  // code point / 8
    const __mmask64 is_upper_half = _mm512_movepi8_mask(place);
    __m512i classes = _mm512_setzero_si512();
    for (unsigned bit = 0; bit < class_bit_count; bit++) {
      const uint8_t* const table = class_bits.of[bit];
      const __m512i lower = _mm512_permutex2var_epi8(_mm512_load_si512(table), place, _mm512_load_si512(table + 64));
      const __m512i upper = _mm512_permutex2var_epi8(_mm512_load_si512(table + 128), place, _mm512_load_si512(table + 192));
      const __mmask64 is_set = _mm512_test_epi8_mask(_mm512_mask_mov_epi8(lower, is_upper_half, upper), low_bit);
      classes = _mm512_mask_add_epi8(classes, is_set, classes, _mm512_set1_epi8(char(1 << bit)));
    }
    return _mm512_permutexvar_epi8(classes, _mm512_load_si512(Pattern::codes.others.data()));
  }

  template <class Pattern>
  SCAN_INLINE static Compressor classify_non_ascii(const uint8_t* text, uint64_t non_ascii, const SafeSplit* cuts, ScanCarry& carry,
                                                   CharacterBlock& block) {
    const __m512i bytes = _mm512_loadu_si512(text);
    const __m512i next = _mm512_loadu_si512(text + 1);
    const __m512i next_but_one = _mm512_loadu_si512(text + 2);
    const __m512i ascii = _mm512_maskz_mov_epi8(~non_ascii, codes_of_ascii<Pattern>(bytes));

    // Well-formed: every leading byte has the bytes it needs behind it, and there are no other continuation bytes.
    const auto at_least = [&](uint64_t among, uint8_t least) {
      return _mm512_mask_cmpge_epu8_mask(among, bytes, _mm512_set1_epi8(char(least)));
    };
    const auto are_continuations = [](uint64_t among, __m512i those) {
      return _mm512_mask_cmplt_epi8_mask(among, those, _mm512_set1_epi8(char(0xC0)));
    };
    const uint64_t leads = at_least(non_ascii, 0xC0);
    const uint64_t long_leads = at_least(leads, 0xE0);
    const uint64_t longest_leads = at_least(leads, 0xF0);
    const __m512i second = _mm512_sub_epi8(next, _mm512_permutexvar_epi8(bytes, _mm512_load_si512(second_bytes.least)));
    const uint64_t with_second =
        _mm512_mask_cmplt_epu8_mask(leads, second, _mm512_permutexvar_epi8(bytes, _mm512_load_si512(second_bytes.count)));
    const uint64_t with_third = are_continuations(long_leads, next_but_one);
    const uint64_t expected = leads << 1 | long_leads << 2 | longest_leads << 3 | ((uint64_t{1} << carry.overhang) - 1);
    uint64_t malformed = (expected ^ leads ^ non_ascii) | (leads ^ with_second) | (long_leads ^ with_third);
    if (longest_leads) malformed |= longest_leads ^ are_continuations(longest_leads, _mm512_loadu_si512(text + 3));
    if (malformed) [[unlikely]] {
      read_sets<Pattern>(block, ~non_ascii, Has{ascii});
      return read_characters<Avx512, Pattern>(text, non_ascii, cuts, carry, block);
    }

    const uint64_t starts = leads | ~non_ascii;
    const Compressor characters(starts);
    const uint64_t others_places = characters.compress(leads);
    block.count = unsigned(__builtin_popcountll(starts));
    if (long_leads == 0) {
      const __m512i codes = _mm512_mask_mov_epi8(ascii, leads, codes_of_two_bytes<Pattern>(bytes, next));
      read_sets<Pattern>(block, ~others_places, Has{_mm512_maskz_compress_epi8(starts, codes)});
      carry.is_wide = 0;
      carry.overhang = leads >> 63;
      return characters;
    }

    const __m512i firsts = _mm512_maskz_compress_epi8(leads, bytes);
    const __m512i seconds = _mm512_maskz_compress_epi8(leads, next);
    const __m512i thirds = _mm512_maskz_compress_epi8(leads, next_but_one);
    const unsigned count = unsigned(__builtin_popcountll(leads));
    const __m512i class_codes = _mm512_load_si512(Pattern::codes.others.data());
    uint64_t uncuttable = 0;
    const auto codes_of = [&](const Characters16& characters, __mmask16 used) {
      const __m512i classes = gather_16<1>(used, characters.code_points, class_pages);
      return _mm512_cvtepi32_epi8(_mm512_permutexvar_epi8(classes, class_codes));  // of the bytes gathered only the lowest counts
    };

    const Characters16 low(_mm512_castsi512_si128(firsts), _mm512_castsi512_si128(seconds), _mm512_castsi512_si128(thirds));
    const __mmask16 low_used = __mmask16(count < 16 ? (1u << count) - 1 : 0xFFFF);
    const uint64_t wide = long_leads & ~longest_leads;
    const uint64_t cut_candidates = cuts ? wide & (wide << 3 | carry.is_wide << carry.overhang) : 0;
    if (cut_candidates) {
      const uint32_t before = carry.is_wide ? read_wide_character(text + carry.overhang - 3) : 0;
      uncuttable = find_uncuttable(*cuts, _mm512_alignr_epi32(low.code_points, _mm512_set1_epi32(int(before)), 15), low, low_used);
    }
    __m256i others = _mm256_zextsi128_si256(codes_of(low, low_used));
    if (count > 16) {  // at most 32 are well-formed
      const Characters16 high(_mm512_extracti32x4_epi32(firsts, 1), _mm512_extracti32x4_epi32(seconds, 1),
                              _mm512_extracti32x4_epi32(thirds, 1));
      const __mmask16 high_used = __mmask16((uint64_t{1} << (count - 16)) - 1);
      if (cut_candidates) {
        uncuttable |= find_uncuttable(*cuts, _mm512_alignr_epi32(high.code_points, low.code_points, 15), high, high_used) << 16;
      }
      others = _mm256_inserti128_si256(others, codes_of(high, high_used), 1);
    }

    // From here on by characters.
    __m512i all =
        _mm512_or_si512(_mm512_maskz_compress_epi8(starts, ascii), _mm512_maskz_expand_epi8(others_places, _mm512_castsi256_si512(others)));
    for (uint64_t left = longest_leads; left; left &= left - 1) {  // of these, what the steps above found is void
      const Character character = read_character(text + __builtin_ctzll(left), text + 64 + ScanState::look_ahead);
      all = _mm512_mask_mov_epi8(all, characters.compress(left & -left), _mm512_set1_epi8(char(code_of<Pattern>(character.code_point))));
    }
    read_sets<Pattern>(block, ~others_places, Has{all});
    if (cut_candidates) block.cut = characters.compress(cut_candidates & ~_pdep_u64(uncuttable, leads));
    carry.is_wide = wide >> (63 - __builtin_clzll(starts)) & 1;
    carry.overhang = uint64_t(__builtin_popcountll(leads >> 63 | long_leads >> 62 | longest_leads >> 61));
    return characters;
  }

  // pad_with_spaces; the block is then loaded as it was stored, in one piece.
  SCAN_INLINE static void copy_tail(uint8_t* to, const uint8_t* from, size_t size) {
    const __m512i spaces = _mm512_set1_epi8(' ');
    _mm512_storeu_si512(to, _mm512_mask_loadu_epi8(spaces, _bzhi_u64(~uint64_t{0}, unsigned(size)), from));
    const unsigned behind = size > 64 ? unsigned(size - 64) : 0;
    _mm512_storeu_si512(to + 64, _mm512_mask_loadu_epi8(spaces, _bzhi_u64(~uint64_t{0}, behind), from + 64));
    std::memset(to + 128, ' ', ScanState::look_ahead);
  }

  SCAN_INLINE static void store_starts(uint32_t* starts, uint32_t base, uint64_t mask, size_t count) {
    const __m512i places = _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
                                           39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                                           15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i found = _mm512_maskz_compress_epi8(mask, places);
    const auto store = [&](unsigned at, __m128i some) {
      _mm512_storeu_si512(starts + at, _mm512_add_epi32(_mm512_set1_epi32(int(base)), _mm512_cvtepu8_epi32(some)));
    };
    store(0, _mm512_castsi512_si128(found));
    store(16, _mm512_extracti32x4_epi32(found, 1));
    if (count > 32) [[unlikely]] {
      store(32, _mm512_extracti32x4_epi32(found, 2));
      store(48, _mm512_extracti32x4_epi32(found, 3));
    }
  }
};

extern constexpr Scanners scanners = make_scanners<Avx512>();

}  // namespace bpe::avx512

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
