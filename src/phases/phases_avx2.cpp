// The phases in AVX2: the plain ones compiled for it, with a probe of four keys at once and words merged in lockstep.
#include "phases.hpp"

#if defined(__x86_64__) && !defined(_MSC_VER)

#include <algorithm>
#include <cstring>

#include <immintrin.h>

#include "byte_hash.hpp"
#include "merge.hpp"
#include "vocabulary.hpp"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,bmi,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,bmi,popcnt")
#endif

namespace bpe {
namespace avx2 {

namespace plain {
#include "plain_phases.hpp"
}
#include "lockstep_merge.hpp"

// Sixteen ranks in two registers.
struct Simd {
  template <unsigned groups>
  static void load_word(const Vocabulary& vocabulary, const uint8_t* bytes, size_t size, Word& word) {
    const __m256i none = _mm256_set1_epi32(-1);
    for (unsigned i = 0; i < 16 * groups; i += 8) _mm256_store_si256(reinterpret_cast<__m256i*>(word.pair_ranks + i), none);
    word.ranks[0] = vocabulary.rank_of_byte(bytes[0]);
    for (size_t i = 1; i < size; i++) {
      word.ranks[i] = vocabulary.rank_of_byte(bytes[i]);
      word.pair_ranks[i - 1] = vocabulary.rank_of_byte_pair(bytes[i - 1], bytes[i]);
    }
    // A position that never begins a token is read for a neighbour that is not there.
    word.ranks[63] = 0;
    if (size == 64) word.ranks[63] = vocabulary.rank_of_byte(bytes[63]);
  }

  template <unsigned groups>
  static uint32_t lowest_rank(const Word& word, uint64_t& is_lowest) {
    __m256i pair_ranks[2 * groups];
    __m256i lowest = pair_ranks[0] = _mm256_load_si256(reinterpret_cast<const __m256i*>(word.pair_ranks));
    for (unsigned g = 1; g < 2 * groups; g++) {
      pair_ranks[g] = _mm256_load_si256(reinterpret_cast<const __m256i*>(word.pair_ranks) + g);
      lowest = _mm256_min_epu32(lowest, pair_ranks[g]);
    }
    __m128i of_4 = _mm_min_epu32(_mm256_castsi256_si128(lowest), _mm256_extracti128_si256(lowest, 1));
    of_4 = _mm_min_epu32(of_4, _mm_shuffle_epi32(of_4, 0x4E));
    of_4 = _mm_min_epu32(of_4, _mm_shuffle_epi32(of_4, 0xB1));
    const __m256i wanted = _mm256_broadcastd_epi32(of_4);
    is_lowest = 0;
    for (unsigned g = 0; g < 2 * groups; g++) {
      const int equal = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(pair_ranks[g], wanted)));
      is_lowest |= uint64_t(unsigned(equal)) << (8 * g);
    }
    return uint32_t(_mm_cvtsi128_si32(of_4));
  }

  template <unsigned groups>
  static size_t collect(const Word& word, uint32_t* ranks) {
    size_t count = 0;
    for (uint64_t alive = word.alive; alive; alive &= alive - 1) ranks[count++] = word.ranks[__builtin_ctzll(alive)];
    return count;
  }
};

void probe_short(Chunk& chunk, size_t begin, size_t end, const PretokenCache& cache) {
  size_t miss_count = chunk.miss_count;
  for (size_t n = begin; n < end; n++) {
    const uint16_t i = chunk.short_list[n];
    const PretokenCache::ShortLine& line = cache.short_line(chunk.lines[i]);
    const __m256i keys = _mm256_load_si256(reinterpret_cast<const __m256i*>(line.keys));
    const __m256i values = _mm256_load_si256(reinterpret_cast<const __m256i*>(line.values));
    const __m256i hit = _mm256_and_si256(values, _mm256_cmpeq_epi64(keys, _mm256_set1_epi64x(int64_t(chunk.keys[i]))));
    __m128i half = _mm_or_si128(_mm256_castsi256_si128(hit), _mm256_extracti128_si256(hit, 1));
    half = _mm_or_si128(half, _mm_unpackhi_epi64(half, half));
    const uint64_t value = uint64_t(_mm_cvtsi128_si64(half));
    chunk.values[i] = value;
    chunk.misses[miss_count] = i;
    miss_count += PretokenValue::is_open(value);
  }
  chunk.miss_count = miss_count;
}

void merge(const Vocabulary& vocabulary, MergeBatch& batch) { merge_in_lockstep<Simd>(vocabulary, batch); }

}  // namespace avx2

const Phases phases_avx2 = {avx2::plain::make_keys, avx2::probe_short, avx2::plain::probe_medium, avx2::plain::count, avx2::plain::emit,
                            avx2::merge};

}  // namespace bpe

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
