// Merges the bytes of one pretoken to tokens: the loop of byte-pair encoding.
//
//   ranks = one for each byte
//   repeat: merge the neighbours whose merged token has the lowest rank, of those the leftmost; until no neighbours merge
//
// Short inputs scan for the lowest rank each time; longer ones keep the candidates in a heap, or are merged in parts side by side
// (merge_parts.hpp); long ones go window by window.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pair_table.hpp"
#include "text.hpp"

namespace bpe {

struct Phases;
class Vocabulary;

// Memory of a merge, reused from call to call. Its size follows the longest input.
struct MergeScratch {
  std::vector<uint32_t> ranks;       // of the token that begins at a position
  std::vector<uint32_t> pair_ranks;  // of what that token and the next one merge to; no_rank for positions inside a token
  std::vector<uint32_t> previous;    // position of the token before
  std::vector<uint32_t> next;        // position of the token after
  std::vector<uint64_t> heap;        // pair rank << 32 | position
  std::vector<uint32_t> merged;      // result of a long input

  // Words for Phases::merge, and what they merge to.
  struct Words {
    std::vector<uint32_t> starts;
    std::vector<uint16_t> numbers;
    std::vector<uint64_t> values;
    std::vector<uint32_t> ranks;

    size_t memory_size() const {
      return (starts.capacity() + ranks.capacity()) * sizeof(uint32_t) + numbers.capacity() * sizeof(uint16_t) + values.capacity() * sizeof(uint64_t);
    }
  };
  // Of a merge in parts, none of which is longer than some thousand bytes.
  struct Parts {
    Words parts, junctions;
    std::vector<uint8_t> tokens;   // how many belong to a junction, on its left and on its right
    std::vector<uint32_t> merged;  // result

    size_t memory_size() const {
      return parts.memory_size() + junctions.memory_size() + tokens.capacity() + merged.capacity() * sizeof(uint32_t);
    }
  } parts;

  size_t memory_size() const {
    return (ranks.capacity() + pair_ranks.capacity() + previous.capacity() + next.capacity() + merged.capacity()) * sizeof(uint32_t) +
           heap.capacity() * sizeof(uint64_t) + parts.memory_size();
  }
};

// The ranks that a pretoken merges to, in scratch memory: valid until its next use.
std::span<const uint32_t> merge(const Vocabulary& vocabulary, Text pretoken, MergeScratch& scratch);

// The same with the phases of a kernel: several times as fast for inputs beyond a hundred bytes.
std::span<const uint32_t> merge(const Vocabulary& vocabulary, const Phases& phases, Text pretoken, MergeScratch& scratch);

// The same for few bytes, into the caller's arrays of [pretoken.size]. Returns how many ranks there are.
size_t merge_short(const Vocabulary& vocabulary, Text pretoken, uint32_t* ranks, uint32_t* pair_ranks);

// One loop over the whole input with any rule: pair_rank(left, right) is the rank of the merged token, or no_rank.
template <class PairRank>
std::span<const uint32_t> merge_by(const Vocabulary& vocabulary, Text pretoken, MergeScratch& scratch, const PairRank& pair_rank);

}  // namespace bpe

#include "merge_loop.hpp"
