// The phases in AVX-512: eight pretokens at a time, no branch on a single one.
//
// A four-way line is probed by one compare of all keys with the wanted one; compressing the values by the result brings the hit to the
// front, or 0.
#include "phases.hpp"

#if defined(__x86_64__) && !defined(_MSC_VER)

#include <algorithm>
#include <cstring>

#include "byte_hash.hpp"
#include "vocabulary.hpp"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"  // GCC 12's own header leaves values undefined on purpose
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512cd,bmi,bmi2,lzcnt,popcnt"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vbmi2,avx512cd,bmi,bmi2,lzcnt,popcnt")
#endif

namespace bpe {
namespace avx512 {

// Eight words of text; loads one by one are quicker than a gather.
inline __m512i load_words(const uint8_t* text, const uint32_t* starts) {
  const auto two = [&](size_t k) {
    const __m128i low = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(text + starts[k]));
    return _mm_insert_epi64(low, int64_t(load_8(text + starts[k + 1])), 1);
  };
  const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(two(0)), two(2), 1);
  const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(two(4)), two(6), 1);
  return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

void make_keys(const uint8_t* text, Chunk& chunk, size_t begin, size_t end, const PretokenCache& cache) {
  alignas(64) static constexpr uint64_t markers[8] = {0, size_marker(1), size_marker(2), size_marker(3), size_marker(4), size_marker(5), size_marker(6), size_marker(7)};
  const __m512i marker_of = _mm512_load_si512(markers);
  const __m512i eight = _mm512_set1_epi64(8), multiplier = _mm512_set1_epi64(int64_t(0x9E3779B97F4A7C15));
  const __m512i first_full = _mm512_set1_epi64(int64_t(0xF7FFFFFFFFFFFFFF)), one = _mm512_set1_epi64(1);
  const __m128i short_shift = _mm_cvtsi32_si128(int(cache.short_shift()));
  const __m128i iota = _mm_set_epi16(7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i line_mask = _mm512_set1_epi64(int64_t(PretokenCache::line_mask));
  uint16_t others[Chunk::capacity + Chunk::pad];
  size_t other_count = 0, short_count = chunk.short_count;

  for (size_t i = begin; i < end; i += 8) {
    const __mmask8 valid = __mmask8(end - i >= 8 ? 0xFF : (1u << (end - i)) - 1);
    const __m256i starts = _mm256_maskz_loadu_epi32(valid, chunk.starts + i);
    const __m512i sizes = _mm512_cvtepu32_epi64(_mm256_sub_epi32(_mm256_maskz_loadu_epi32(valid, chunk.starts + i + 1), starts));
    const __m512i words = valid == 0xFF ? load_words(text, chunk.starts + i) : _mm512_mask_i32gather_epi64(_mm512_setzero_si512(), valid, starts, text, 1);

    // Bytes beyond the pretoken are shifted out and the marker put on top; a full word has neither.
    const __m512i excess = _mm512_slli_epi64(_mm512_sub_epi64(eight, _mm512_min_epu64(sizes, eight)), 3);
    const __m512i trimmed = _mm512_srlv_epi64(_mm512_sllv_epi64(words, excess), excess);
    const __mmask8 is_below = _mm512_cmplt_epu64_mask(sizes, eight);
    const __m512i keys = _mm512_mask_or_epi64(words, is_below, trimmed, _mm512_permutexvar_epi64(sizes, marker_of));
    const __mmask8 is_full = _mm512_mask_cmplt_epu64_mask(_mm512_cmpeq_epu64_mask(sizes, eight), _mm512_sub_epi64(words, one), first_full);
    const __mmask8 is_short = __mmask8((is_below | is_full) & valid);
    const __m512i hashes = _mm512_srl_epi64(_mm512_mullo_epi64(keys, multiplier), short_shift);
    const __m512i lines = _mm512_maskz_and_epi64(is_short, hashes, line_mask);
    _mm512_storeu_si512(chunk.keys + i, keys);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(chunk.lines + i), _mm512_cvtepi64_epi32(lines));

    const __m128i numbers = _mm_add_epi16(iota, _mm_set1_epi16(int16_t(i)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(chunk.short_list + short_count), _mm_maskz_compress_epi16(is_short, numbers));
    short_count += unsigned(__builtin_popcount(is_short));
    const __mmask8 is_other = __mmask8(valid & ~is_short);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(others + other_count), _mm_maskz_compress_epi16(is_other, numbers));
    other_count += unsigned(__builtin_popcount(is_other));
    for (size_t k = 0; k < 8; k++) _mm_prefetch(reinterpret_cast<const char*>(&cache.short_line(chunk.lines[i + k])), _MM_HINT_T0);
  }
  chunk.short_count = short_count;

  for (size_t n = 0; n < other_count; n++) {
    const uint16_t i = others[n];
    const uint8_t* at = text + chunk.starts[i];
    const size_t size = chunk.length(i);
    const uint64_t low = load_8(at), high_word = load_8(at + 8);
    const bool is_medium = size > max_short_size && (size < max_medium_size || (size == max_medium_size && is_full_key(high_word)));
    if (is_medium) {
      const uint64_t high = size == max_medium_size ? high_word : _bzhi_u64(high_word, unsigned(size - 8) * 8) | size_marker(size - 8);
      const uint32_t line = cache.medium_distance(medium_hash(low, high));
      chunk.keys[i] = low;
      chunk.high_keys[i] = high;
      chunk.lines[i] = line;
      _mm_prefetch(reinterpret_cast<const char*>(&cache.medium_line(line)), _MM_HINT_T0);
      _mm_prefetch(reinterpret_cast<const char*>(&cache.medium_values(line)), _MM_HINT_T0);
      chunk.medium_list[chunk.medium_count++] = i;
    } else {
      chunk.long_list[chunk.long_count++] = i;
    }
  }
}

void probe_short(Chunk& chunk, size_t begin, size_t end, const PretokenCache& cache) {
  size_t miss_count = chunk.miss_count;
  for (size_t n = begin; n < end; n++) {
    const uint16_t i = chunk.short_list[n];
    const PretokenCache::ShortLine& line = cache.short_line(chunk.lines[i]);
    const __m256i keys = _mm256_load_si256(reinterpret_cast<const __m256i*>(line.keys));
    const __m256i values = _mm256_load_si256(reinterpret_cast<const __m256i*>(line.values));
    const __mmask8 is_equal = _mm256_cmpeq_epi64_mask(keys, _mm256_set1_epi64x(int64_t(chunk.keys[i])));
    const uint64_t value = uint64_t(_mm_cvtsi128_si64(_mm256_castsi256_si128(_mm256_maskz_compress_epi64(is_equal, values))));
    chunk.values[i] = value;
    chunk.misses[miss_count] = i;
    miss_count += PretokenValue::is_open(value);
  }
  chunk.miss_count = miss_count;
}

void probe_medium(Chunk& chunk, const PretokenCache& cache) {
  size_t miss_count = chunk.miss_count;
  for (size_t n = 0; n < chunk.medium_count; n++) {
    const uint16_t i = chunk.medium_list[n];
    const __m512i keys = _mm512_load_si512(&cache.medium_line(chunk.lines[i]));
    const __m256i values = _mm256_load_si256(reinterpret_cast<const __m256i*>(&cache.medium_values(chunk.lines[i])));
    const __m512i wanted = _mm512_broadcast_i64x2(_mm_set_epi64x(int64_t(chunk.high_keys[i]), int64_t(chunk.keys[i])));
    uint32_t is_equal = _mm512_cmpeq_epi64_mask(keys, wanted);
    is_equal = _pext_u32(is_equal & is_equal >> 1, 0x55);
    const uint64_t value = uint64_t(_mm_cvtsi128_si64(_mm256_castsi256_si128(_mm256_maskz_compress_epi64(__mmask8(is_equal), values))));
    chunk.values[i] = value;
    chunk.misses[miss_count] = i;
    miss_count += PretokenValue::is_open(value);
  }
  chunk.miss_count = miss_count;
}

size_t count(const Chunk& chunk) {
  __m512i total = _mm512_setzero_si512();
  size_t elsewhere = 0;
  for (size_t i = 0; i < chunk.size; i += 8) {
    const __mmask8 valid = __mmask8(chunk.size - i >= 8 ? 0xFF : (1u << (chunk.size - i)) - 1);
    const __m512i values = _mm512_maskz_loadu_epi64(valid, chunk.values + i);
    const __m512i counts = _mm512_and_si512(_mm512_srli_epi64(values, PretokenValue::count_shift), _mm512_set1_epi64(3));
    total = _mm512_add_epi64(total, counts);
    for (unsigned rest = _mm512_mask_cmpeq_epi64_mask(valid, counts, _mm512_setzero_si512()); rest; rest &= rest - 1)
      elsewhere += PretokenValue::count(chunk.values[i + unsigned(__builtin_ctz(rest))]);
  }
  return size_t(_mm512_reduce_add_epi64(total)) + elsewhere;
}

size_t emit(const Chunk& chunk, const PretokenCache& cache, uint32_t* out) {
  const uint32_t* const begin = out;
  const __m512i rank_mask = _mm512_set1_epi64(max_vocabulary_size), two = _mm512_set1_epi64(2);
  for (size_t i = 0; i < chunk.size; i += 8) {
    const size_t in_batch = std::min<size_t>(8, chunk.size - i);
    _mm_prefetch(reinterpret_cast<const char*>(reinterpret_cast<uintptr_t>(out) + 1024), _MM_HINT_ET0);
    const __mmask8 valid = __mmask8((1u << in_batch) - 1);
    const __m512i values = _mm512_maskz_loadu_epi64(valid, chunk.values + i);
    const __m512i counts = _mm512_srli_epi64(values, PretokenValue::count_shift);  // beyond 3: somewhere else
    // All have one or two ranks, nearly always: these stand side by side as 32-bit numbers, and the ones that are not there go.
    const __mmask8 is_unusual = _mm512_mask_cmpge_epu64_mask(valid, _mm512_sub_epi64(counts, _mm512_set1_epi64(1)), two);
    if (__builtin_expect(is_unusual == 0, 1)) {
      const __m512i second = _mm512_slli_epi64(_mm512_and_si512(_mm512_srli_epi64(values, 20), rank_mask), 32);
      const __m512i ranks = _mm512_or_si512(_mm512_and_si512(values, rank_mask), second);
      const __mmask8 has_second = _mm512_mask_cmpeq_epi64_mask(valid, counts, two);
      const uint32_t present = _pdep_u32(valid, 0x5555) | _pdep_u32(has_second, 0xAAAA);
      _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(__mmask16(present), ranks));
      out += unsigned(__builtin_popcount(present));
      continue;
    }
    for (size_t k = i; k < i + in_batch; k++) {
      const uint64_t value = chunk.values[k];
      if (const uint32_t inline_count = PretokenValue::inline_count(value)) {
        const uint64_t first_two = _pdep_u64(value, 0x000FFFFF000FFFFF);
        std::memcpy(out, &first_two, 8);
        out[2] = uint32_t(value >> 40) & max_vocabulary_size;
        out += inline_count;
        continue;
      }
      const uint32_t* ranks = value & PretokenValue::in_log ? cache.ranks_in_log(value) : chunk.ranks.data() + PretokenValue::offset(value);
      const size_t rank_count = PretokenValue::count(value);
      size_t n = 0;
      for (; rank_count - n > 16; n += 16) _mm512_storeu_si512(out + n, _mm512_loadu_si512(ranks + n));
      const __mmask16 rest = __mmask16((1u << (rank_count - n)) - 1);
      _mm512_mask_storeu_epi32(out + n, rest, _mm512_maskz_loadu_epi32(rest, ranks + n));
      out += rank_count;
    }
  }
  return size_t(out - begin);
}

#include "lockstep_merge.hpp"

// Sixteen ranks in one register.
struct Simd {
  template <unsigned groups>
  static void load_word(const Vocabulary& vocabulary, const uint8_t* bytes, size_t size, Word& word) {
    const uint64_t is_pair_bit = _bzhi_u64(~uint64_t{0}, unsigned(size - 1));
    const __m512i none = _mm512_set1_epi32(-1);
    for (unsigned g = 0; g < groups; g++) {
      const __mmask16 is_byte = __mmask16(word.alive >> (16 * g)), is_pair = __mmask16(is_pair_bit >> (16 * g));
      const __m512i first = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(is_byte, bytes + 16 * g));
      const __m512i second = _mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(is_pair, bytes + 16 * g + 1));
      const __m512i pair = _mm512_or_si512(_mm512_slli_epi32(first, 8), second);
      _mm512_store_si512(word.pair_ranks + 16 * g, _mm512_mask_i32gather_epi32(none, is_pair, pair, vocabulary.byte_pair_ranks(), 4));
      _mm512_store_si512(word.ranks + 16 * g, _mm512_i32gather_epi32(first, vocabulary.byte_ranks(), 4));
    }
  }

  template <unsigned groups>
  static uint32_t lowest_rank(const Word& word, uint64_t& is_lowest) {
    __m512i pair_ranks[groups];
    __m512i lowest = pair_ranks[0] = _mm512_load_si512(word.pair_ranks);
    for (unsigned g = 1; g < groups; g++) {
      pair_ranks[g] = _mm512_load_si512(word.pair_ranks + 16 * g);
      lowest = _mm512_min_epu32(lowest, pair_ranks[g]);
    }
    const __m256i of_8 = _mm256_min_epu32(_mm512_castsi512_si256(lowest), _mm512_extracti64x4_epi64(lowest, 1));
    __m128i of_4 = _mm_min_epu32(_mm256_castsi256_si128(of_8), _mm256_extracti128_si256(of_8, 1));
    of_4 = _mm_min_epu32(of_4, _mm_shuffle_epi32(of_4, 0x4E));
    of_4 = _mm_min_epu32(of_4, _mm_shuffle_epi32(of_4, 0xB1));
    const __m512i wanted = _mm512_broadcastd_epi32(of_4);
    is_lowest = 0;
    for (unsigned g = 0; g < groups; g++) is_lowest |= uint64_t{_mm512_cmpeq_epi32_mask(pair_ranks[g], wanted)} << (16 * g);
    return uint32_t(_mm_cvtsi128_si32(of_4));
  }

  template <unsigned groups>
  static size_t collect(const Word& word, uint32_t* ranks) {
    size_t count = 0;
    for (unsigned g = 0; g < groups; g++) {
      const __mmask16 alive = __mmask16(word.alive >> (16 * g));
      _mm512_storeu_si512(ranks + count, _mm512_maskz_compress_epi32(alive, _mm512_load_si512(word.ranks + 16 * g)));
      count += unsigned(__builtin_popcount(alive));
    }
    return count;
  }
};

#include "column_merge.hpp"

void merge(const Vocabulary& vocabulary, MergeBatch& batch) {
  // A block of columns has sixteen words: fewer are quicker in lockstep.
  constexpr size_t least_in_columns = 16;
  if (batch.max_size <= 16 && batch.count >= least_in_columns) return merge_in_columns<16>(vocabulary, batch);
  if (batch.max_size <= 32 && batch.count >= least_in_columns) return merge_in_columns<32>(vocabulary, batch);
  merge_in_lockstep<Simd>(vocabulary, batch);
}

}  // namespace avx512

const Phases phases_avx512 = {avx512::make_keys, avx512::probe_short, avx512::probe_medium, avx512::count, avx512::emit, avx512::merge};

}  // namespace bpe

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
