// The phases of the pipeline that have a form for each instruction set. Each is one tight loop over a chunk.
//
//   starts -> keys -> probe -> (misses: look up, merge) -> emit
#pragma once

#include <cstddef>
#include <cstdint>

#include "chunk.hpp"
#include "pair_table.hpp"
#include "pretoken_cache.hpp"

namespace bpe {

class Vocabulary;

// Words to be merged together. What they merge to becomes their value.
struct MergeBatch {
  static constexpr size_t max_word_size = 64;

  const uint8_t* text = nullptr;      // word i is [starts[words[i]], starts[words[i] + 1]) of it
  const uint32_t* starts = nullptr;
  const uint16_t* words = nullptr;
  size_t count = 0;
  size_t max_size = max_word_size;    // of these words: 16, 32 or 64
  size_t text_size = 0;               // nothing is read at or beyond it

  uint64_t* values = nullptr;         // PretokenValue by number of the word
  uint32_t* ranks = nullptr;          // of values in the chunk: room for all that words can have, and Chunk::pad
  size_t ranks_size = 0;              // what is used of them; grows

  // Sets the value of a word that has `count` ranks; they begin at ranks[ranks_size], and stay there if they do not fit the value.
  void set_value(uint16_t word, size_t count) {
    const bool is_inline = count <= 3;
    const uint64_t in_chunk = PretokenValue::at_offset(ranks_size, count);
    values[word] = is_inline ? PretokenValue::of_ranks(ranks + ranks_size, count) : in_chunk;
    ranks_size += is_inline ? 0 : count;
  }
};

struct Phases {
  // Keys, lines and lists of the pretokens [begin, end), with their lines on the way from memory. Reads up to 16 bytes from the
  // start of each pretoken, whatever its size.
  void (*make_keys)(const uint8_t* text, Chunk& chunk, size_t begin, size_t end, const PretokenCache& cache);

  // Values of the pretokens [begin, end) of the short list, 0 where the cache has none; those that are open join the misses.
  void (*probe_short)(Chunk& chunk, size_t begin, size_t end, const PretokenCache& cache);
  // The same for all of the medium list.
  void (*probe_medium)(Chunk& chunk, const PretokenCache& cache);

  // Tokens in all values of the chunk.
  size_t (*count)(const Chunk& chunk);

  // Writes the ranks of all values in order, and returns how many; up to 16 elements beyond them may be overwritten.
  size_t (*emit)(const Chunk& chunk, const PretokenCache& cache, uint32_t* ranks);

  // Merges words of 1 to MergeBatch::max_word_size bytes.
  void (*merge)(const Vocabulary& vocabulary, MergeBatch& batch);
};

// For the kernels of these names; portable is for all others, too.
extern const Phases phases_avx512, phases_avx2, phases_portable;

}  // namespace bpe
