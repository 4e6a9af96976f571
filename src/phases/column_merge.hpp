// Words of up to 16 or 32 bytes merged together in AVX-512, a word in each lane of a block of 16. Included into the namespace and target region
// of that instruction set.
//
//   row p of a block:   | word 0 | word 1 | … | word 15 |      of each word what is at its byte position p
//
//   round, for all words of a block at once:
//     fold in the two pair ranks that the last round asked memory for
//     lowest = minimum over the rows of rank << 5 | position: the lowest pair rank, leftmost
//     merge there: neighbours by bit operations on `alive`; ask memory for the ranks of the two new pairs
//
// Several blocks take turns, so that memory arrives in between; each does its folding before any does the rest, so that what is scattered
// to the rows has arrived, too. Words of a size are side by side: they take about as many rounds.

constexpr size_t blocks_in_flight = 4;
constexpr unsigned position_bits = 5;

template <size_t max_rows>
struct alignas(64) ColumnBlock {
  // Row 0 stands for the neighbour that is not there, position -1: its rank is in no pair, and what is its pair rank does not matter.
  uint32_t pair_ranks[1 + max_rows][16];  // rank << position_bits | position, or no_rank
  uint32_t ranks[1 + max_rows][16];
  uint32_t alive[16];                        // bit p: a token begins at position p
  // Asked for in the last round: keys of the pairs, their slots, and the positions they are at.
  uint64_t keys[2][16], slots[2][16];
  uint32_t positions[2][16];
  __mmask16 active;                          // lanes that did so
  size_t rows, count;                        // positions and words in use
  uint16_t words[16];
};

inline __m512i index_of_position(__m512i position) {
  const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  return _mm512_add_epi32(_mm512_slli_epi32(position, 4), lanes);
}

template <size_t max_rows>
void load_block(const Vocabulary& vocabulary, const MergeBatch& batch, const uint16_t* words, size_t count, ColumnBlock<max_rows>& block) {
  const __m512i none = _mm512_set1_epi32(-1);
  uint8_t bytes[16 * max_rows + 4];
  alignas(64) uint32_t sizes[16] = {};
  block.count = count;
  block.rows = 0;
  for (size_t lane = 0; lane < count; lane++) {
    const uint16_t word = block.words[lane] = words[lane];
    const uint32_t begin = batch.starts[word], size = batch.starts[word + 1] - begin;
    const uint32_t is_byte = uint32_t((uint64_t{1} << size) - 1);
    for (size_t p = 0; p < max_rows; p += 16) {
      const __m128i part = _mm_maskz_loadu_epi8(__mmask16(is_byte >> p), batch.text + begin + p);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes + max_rows * lane + p), part);
    }
    sizes[lane] = size;
    block.rows = std::max<size_t>(block.rows, size);
  }
  const __m512i size = _mm512_load_si512(sizes), ones = _mm512_set1_epi32(1);
  _mm512_store_si512(block.alive, _mm512_sub_epi32(_mm512_sllv_epi32(ones, size), ones));
  _mm512_store_si512(block.ranks[0], _mm512_set1_epi32(max_vocabulary_size));
  block.active = 0;
  const __m512i lanes = _mm512_mullo_epi32(index_of_position(_mm512_setzero_si512()), _mm512_set1_epi32(max_rows));
  for (size_t p = 0; p < block.rows; p++) {
    const __m512i position = _mm512_set1_epi32(int(p));
    const __mmask16 is_byte = _mm512_cmplt_epu32_mask(position, size), is_pair = _mm512_cmplt_epu32_mask(_mm512_add_epi32(position, ones), size);
    const __m512i two_bytes = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), is_byte, lanes, bytes + p, 1);
    const __m512i first = _mm512_and_si512(two_bytes, _mm512_set1_epi32(0xFF));
    const __m512i second = _mm512_and_si512(_mm512_srli_epi32(two_bytes, 8), _mm512_set1_epi32(0xFF));
    const __m512i pair = _mm512_or_si512(_mm512_slli_epi32(first, 8), second);
    const __m512i rank = _mm512_mask_i32gather_epi32(none, is_pair, pair, vocabulary.byte_pair_ranks(), 4);
    const __m512i placed = _mm512_or_si512(_mm512_slli_epi32(rank, position_bits), position);
    _mm512_store_si512(block.pair_ranks[1 + p], _mm512_mask_mov_epi32(placed, _mm512_cmpeq_epi32_mask(rank, none), none));
    _mm512_store_si512(block.ranks[1 + p], _mm512_mask_i32gather_epi32(none, is_byte, first, vocabulary.byte_ranks(), 4));
  }
}

// What the slots asked for say becomes pair ranks.
template <size_t max_rows>
void fold_pairs(const PairTable& pairs, ColumnBlock<max_rows>& block) {
  for (unsigned side = 0; side < 2; side++) {
    __m256i found[2];
    for (unsigned half = 0; half < 2; half++) {
      const __m512i slot = _mm512_i64gather_epi64(_mm512_load_si512(block.slots[side] + 8 * half), pairs.slots(), 8);
      const __mmask8 is_other = _mm512_cmpneq_epi64_mask(_mm512_srli_epi64(slot, rank_bits), _mm512_load_si512(block.keys[side] + 8 * half));
      found[half] = _mm256_mask_mov_epi32(_mm512_cvtepi64_epi32(slot), is_other, _mm256_set1_epi32(-1));
    }
    const __m512i slots = _mm512_inserti64x4(_mm512_castsi256_si512(found[0]), found[1], 1);
    const __m512i position = _mm512_load_si512(block.positions[side]), none = _mm512_set1_epi32(-1);
    const __m512i rank = _mm512_and_si512(slots, _mm512_set1_epi32(max_vocabulary_size));
    const __m512i placed = _mm512_or_si512(_mm512_slli_epi32(rank, position_bits), position);
    const __m512i pair_rank = _mm512_mask_mov_epi32(placed, _mm512_cmpeq_epi32_mask(slots, none), none);
    _mm512_mask_i32scatter_epi32(block.pair_ranks[1], block.active, index_of_position(position), pair_rank, 4);
  }
}

// The keys of these pairs, where their slots are, and these on their way.
inline void ask_for_pairs(const PairTable& pairs, __m512i left, __m512i right, uint64_t* keys, uint64_t* slots) {
  for (unsigned half = 0; half < 2; half++) {
    const auto part = [&](__m512i ranks) {
      return _mm512_cvtepu32_epi64(half ? _mm512_extracti64x4_epi64(ranks, 1) : _mm512_castsi512_si256(ranks));
    };
    const __m512i key = _mm512_add_epi64(_mm512_or_si512(_mm512_slli_epi64(part(left), rank_bits), part(right)), _mm512_set1_epi64(1));
    const __m512i hash = _mm512_mullo_epi64(key, _mm512_set1_epi64(int64_t(PairTable::hash_factor)));
    const __m512i bucket = _mm512_srl_epi64(hash, _mm_cvtsi32_si128(64 - int(pairs.pilot_bits())));
    const __m256i pilots = _mm256_and_si256(_mm512_i64gather_epi32(bucket, pairs.pilots().data(), 1), _mm256_set1_epi32(0xFF));
    const __m512i pilot = _mm512_mullo_epi64(_mm512_cvtepu32_epi64(pilots), _mm512_set1_epi64(int64_t(PairTable::pilot_factor)));
    const __m512i mixed = _mm512_ternarylogic_epi64(hash, _mm512_srli_epi64(hash, 29), pilot, 0x96);  // exclusive or of all three
    const __m512i place = _mm512_srl_epi64(_mm512_mullo_epi64(mixed, _mm512_set1_epi64(int64_t(PairTable::place_factor))),
                                           _mm_cvtsi32_si128(64 - int(pairs.slot_bits())));
    _mm512_store_si512(keys + 8 * half, key);
    _mm512_store_si512(slots + 8 * half, place);
  }
  for (size_t lane = 0; lane < 16; lane++) _mm_prefetch(reinterpret_cast<const char*>(pairs.slots() + slots[lane]), _MM_HINT_T0);
}

// False: there is nothing left to merge.
template <size_t max_rows>
bool merge_in_block(const PairTable& pairs, ColumnBlock<max_rows>& block) {
  const __m512i none = _mm512_set1_epi32(-1), one = _mm512_set1_epi32(1), last = _mm512_set1_epi32(31);
  __m512i lowest = _mm512_load_si512(block.pair_ranks[1]);
  for (size_t p = 1; p + 1 < block.rows; p++) lowest = _mm512_min_epu32(lowest, _mm512_load_si512(block.pair_ranks[1 + p]));
  const __mmask16 active = block.active = _mm512_cmpneq_epi32_mask(lowest, none);
  if (active == 0) return false;

  // at: the token that grows; gone: the next one; next and previous: the neighbours of the two, or -1.
  const __m512i at = _mm512_and_si512(lowest, last), rank = _mm512_srli_epi32(lowest, position_bits);
  const __m512i alive = _mm512_load_si512(block.alive);
  const __m512i at_bit = _mm512_sllv_epi32(one, at), below_mask = _mm512_sub_epi32(at_bit, one);
  const __m512i above = _mm512_andnot_si512(_mm512_or_si512(at_bit, below_mask), alive);
  const __m512i after = _mm512_and_si512(above, _mm512_sub_epi32(above, one));
  const __m512i gone_bit = _mm512_xor_si512(above, after);
  const auto lowest_bit = [&](__m512i bits) { return _mm512_and_si512(bits, _mm512_sub_epi32(_mm512_setzero_si512(), bits)); };
  const auto position_of = [&](__m512i bits) { return _mm512_sub_epi32(last, _mm512_lzcnt_epi32(bits)); };  // of the highest bit
  const __m512i gone = position_of(gone_bit), next = position_of(lowest_bit(after)), previous = position_of(_mm512_and_si512(alive, below_mask));
  _mm512_mask_store_epi32(block.alive, active, _mm512_xor_si512(alive, gone_bit));

  const __m512i next_rank = _mm512_mask_i32gather_epi32(none, active, index_of_position(next), block.ranks[1], 4);
  const __m512i previous_rank = _mm512_mask_i32gather_epi32(none, active, index_of_position(previous), block.ranks[1], 4);
  _mm512_mask_i32scatter_epi32(block.pair_ranks[1], active, index_of_position(gone), none, 4);
  _mm512_mask_i32scatter_epi32(block.ranks[1], active, index_of_position(at), rank, 4);
  _mm512_store_si512(block.positions[0], at);
  _mm512_store_si512(block.positions[1], previous);
  ask_for_pairs(pairs, rank, next_rank, block.keys[0], block.slots[0]);
  ask_for_pairs(pairs, previous_rank, rank, block.keys[1], block.slots[1]);
  return true;
}

template <size_t max_rows>
void finish_block(MergeBatch& batch, const ColumnBlock<max_rows>& block) {
  const __m512i rows = index_of_position(_mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
  const __m512i first_lanes = _mm512_andnot_si512(_mm512_set1_epi32(15), rows);
  for (size_t lane = 0; lane < block.count; lane++) {
    size_t count = 0;
    for (size_t p = 0; p < max_rows; p += 16) {
      const __mmask16 alive = __mmask16(block.alive[lane] >> p);
      const __m512i ranks = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), alive, first_lanes, block.ranks[1 + p] + lane, 4);
      _mm512_storeu_si512(batch.ranks + batch.ranks_size + count, _mm512_maskz_compress_epi32(alive, ranks));
      count += unsigned(__builtin_popcount(alive));
    }
    batch.set_value(block.words[lane], count);
  }
}

template <size_t max_rows>
void merge_in_columns(const Vocabulary& vocabulary, MergeBatch& batch) {
  // Words by size: a counting sort.
  uint16_t words[Chunk::capacity];
  size_t ends[max_rows + 2] = {};
  const auto size_of = [&](uint16_t word) { return batch.starts[word + 1] - batch.starts[word]; };
  for (size_t n = 0; n < batch.count; n++) ends[size_of(batch.words[n]) + 1]++;
  for (size_t size = 1; size < std::size(ends); size++) ends[size] += ends[size - 1];
  for (size_t n = 0; n < batch.count; n++) words[ends[size_of(batch.words[n])]++] = batch.words[n];

  using Block = ColumnBlock<max_rows>;
  Block blocks[blocks_in_flight];
  Block* order[blocks_in_flight];
  size_t in_flight = 0, started = 0;
  const auto start = [&](Block& block) {
    const size_t count = std::min<size_t>(16, batch.count - started);
    load_block(vocabulary, batch, words + started, count, block);
    started += count;
  };
  for (; in_flight < blocks_in_flight && started < batch.count; in_flight++) start(*(order[in_flight] = &blocks[in_flight]));
  while (in_flight > 0) {
    for (size_t n = 0; n < in_flight; n++) {
      if (order[n]->active) fold_pairs(vocabulary.pairs(), *order[n]);
    }
    for (size_t n = 0; n < in_flight;) {
      Block& block = *order[n];
      if (merge_in_block(vocabulary.pairs(), block)) {
        n++;
        continue;
      }
      finish_block(batch, block);
      if (started < batch.count) {
        start(block);
        n++;
      } else {
        std::swap(order[n], order[--in_flight]);
      }
    }
  }
}
