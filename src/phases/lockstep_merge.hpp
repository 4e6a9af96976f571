// Words merged together, sixteen at a time, so that the memory that one waits for arrives while the others go on. No include guard: an
// instruction set includes this inside its own namespace and target region.
//
//   round:  each word    folds in the two pair ranks that its last round asked memory for
//           each word    finds the leftmost lowest pair rank, merges there, and asks for the ranks of the two new pairs
//
// Two passes a round: what the first one stores has arrived when the second one loads it. A word that is done makes room for the next.
//
// `Simd` is the instruction set: load_word fills ranks and pair_ranks of a word; lowest_rank gives the lowest pair rank and all its
// positions; collect writes the ranks of the positions that are alive.

constexpr size_t words_in_flight = 16;

// A word by byte position: the rank of the token that begins there, and of what it and the next token merge to. Positions inside a token
// are not alive and have no pair rank. What is written for neighbours that do not exist goes to the places behind the last position.
struct alignas(64) Word {
  static constexpr unsigned nowhere = 72;

  uint32_t pair_ranks[80];
  uint32_t ranks[80];
  uint64_t alive;
  // Asked for in the last round: slots of the pair table, the keys that they should have, and the positions that their ranks go to.
  const uint64_t* slots[2];
  uint64_t keys[2];
  uint32_t places[2];
  uint16_t number;
};

// The rank in a slot, or no_rank if it has another key. As arithmetic: the compiler would make a branch of it, which is mispredicted
// half the time.
inline uint32_t rank_in(uint64_t slot, uint64_t key) {
  uint64_t difference = (slot >> rank_bits) ^ key;
#if defined(__x86_64__)
  uint32_t mask;
  asm("neg %1\n\tsbb %0, %0" : "=r"(mask), "+r"(difference)::"cc");
#else
  const uint32_t mask = -uint32_t{difference != 0};
#endif
  return (uint32_t(slot) & max_vocabulary_size) | mask;
}

template <class Simd, unsigned groups>
inline void start_word(const Vocabulary& vocabulary, const MergeBatch& batch, uint16_t number, Word& word) {
  const size_t begin = batch.starts[number], size = batch.starts[number + 1] - begin;
  word.number = number;
  word.alive = ~uint64_t{0} >> (64 - size);
  Simd::template load_word<groups>(vocabulary, batch.text + begin, size, word);
  for (unsigned side = 0; side < 2; side++) {
    word.slots[side] = vocabulary.pairs().slots();
    word.keys[side] = PairTable::no_key;
    word.places[side] = Word::nowhere;
  }
}

// False: there was nothing left to merge.
template <class Simd, unsigned groups>
inline bool merge_once(const PairTable& pairs, Word& word) {
  uint64_t is_lowest;
  const uint32_t rank = Simd::template lowest_rank<groups>(word, is_lowest);
  if (rank == no_rank) return false;

  // at: the token that grows; gone: the next one; next and previous: the neighbours of the two.
  const uint64_t at_bit = is_lowest & -is_lowest;
  const uint64_t above = word.alive & ~(at_bit | (at_bit - 1)), gone_bit = above & -above, after = above ^ gone_bit;
  const uint64_t below = word.alive & (at_bit - 1);
  word.alive ^= gone_bit;
  const unsigned at = unsigned(__builtin_ctzll(at_bit)), gone = unsigned(__builtin_ctzll(gone_bit));
  const unsigned next = unsigned(__builtin_ctzll(after | uint64_t{1} << 63)), previous = unsigned(63 - __builtin_clzll(below | 1));
  word.pair_ranks[gone] = no_rank;
  word.pair_ranks[at] = no_rank;
  word.ranks[at] = rank;
  // A neighbour that is not there has a key that no slot has, and a place where nobody looks.
  word.keys[0] = PairTable::pair_key(rank, word.ranks[next]) | (-uint64_t{after == 0} & PairTable::no_key);
  word.keys[1] = PairTable::pair_key(word.ranks[previous], rank) | (-uint64_t{below == 0} & PairTable::no_key);
  word.places[0] = at;
  word.places[1] = below ? previous : Word::nowhere;
  for (unsigned side = 0; side < 2; side++) {
    word.slots[side] = pairs.slot_of(word.keys[side]);
    __builtin_prefetch(word.slots[side]);
  }
  return true;
}

template <class Simd, unsigned groups>
inline void finish_word(MergeBatch& batch, const Word& word) {
  batch.set_value(word.number, Simd::template collect<groups>(word, batch.ranks + batch.ranks_size));
}

// groups: of sixteen positions, as many as the longest word needs.
template <class Simd, unsigned groups>
void merge_words(const Vocabulary& vocabulary, MergeBatch& batch) {
  Word words[words_in_flight];
  unsigned order[words_in_flight];
  size_t in_flight = 0, started = 0;
  for (; in_flight < words_in_flight && started < batch.count; in_flight++) {
    start_word<Simd, groups>(vocabulary, batch, batch.words[started++], words[in_flight]);
    order[in_flight] = unsigned(in_flight);
  }
  while (in_flight > 0) {
    for (size_t n = 0; n < in_flight; n++) {
      Word& word = words[order[n]];
      for (unsigned side = 0; side < 2; side++) word.pair_ranks[word.places[side]] = rank_in(*word.slots[side], word.keys[side]);
    }
    for (size_t n = 0; n < in_flight;) {
      Word& word = words[order[n]];
      if (__builtin_expect(merge_once<Simd, groups>(vocabulary.pairs(), word), 1)) {
        n++;
        continue;
      }
      finish_word<Simd, groups>(batch, word);
      if (started < batch.count) {
        start_word<Simd, groups>(vocabulary, batch, batch.words[started++], word);
        n++;
      } else {
        std::swap(order[n], order[--in_flight]);
      }
    }
  }
}

template <class Simd>
void merge_in_lockstep(const Vocabulary& vocabulary, MergeBatch& batch) {
  if (batch.max_size <= 16) return merge_words<Simd, 1>(vocabulary, batch);
  if (batch.max_size <= 32) return merge_words<Simd, 2>(vocabulary, batch);
  merge_words<Simd, 4>(vocabulary, batch);
}
