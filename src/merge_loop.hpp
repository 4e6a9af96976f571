// The two merge loops, for any rule of merging. See merge.hpp.
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <stdexcept>

#include "vocabulary.hpp"

namespace bpe {

// Tokens and pair ranks stand side by side in two arrays, [size] each, that close up after each merge. Quadratic, and fastest for few
// bytes. Returns how many tokens are left.
template <class PairRank>
size_t merge_by_scanning(const Vocabulary& vocabulary, Text pretoken, uint32_t* ranks, uint32_t* pair_ranks, const PairRank& pair_rank) {
  size_t count = pretoken.size;
  for (size_t i = 0; i < count; i++) ranks[i] = vocabulary.rank_of_byte(pretoken.data[i]);
  for (size_t i = 0; i + 1 < count; i++) pair_ranks[i] = pair_rank(ranks[i], ranks[i + 1]);
  while (count > 1) {
    const size_t lowest = size_t(std::min_element(pair_ranks, pair_ranks + count - 1) - pair_ranks);
    if (pair_ranks[lowest] == no_rank) break;
    ranks[lowest] = pair_ranks[lowest];
    count--;
    std::memmove(ranks + lowest + 1, ranks + lowest + 2, (count - lowest - 1) * sizeof *ranks);
    if (lowest + 1 < count) {
      std::memmove(pair_ranks + lowest, pair_ranks + lowest + 1, (count - lowest - 1) * sizeof *pair_ranks);
      pair_ranks[lowest] = pair_rank(ranks[lowest], ranks[lowest + 1]);
    }
    if (lowest > 0) pair_ranks[lowest - 1] = pair_rank(ranks[lowest - 1], ranks[lowest]);
  }
  return count;
}

// Tokens form a linked list over byte positions. The heap holds each pair when it appears; one whose pair rank has changed since is
// skipped when it comes up.
template <class PairRank>
std::span<const uint32_t> merge_by_heap(const Vocabulary& vocabulary, Text pretoken, MergeScratch& scratch, const PairRank& pair_rank) {
  const uint32_t size = uint32_t(pretoken.size);
  if (size != pretoken.size) throw std::length_error("pretoken");
  auto& [ranks, pair_ranks, previous, next, heap, merged, parts] = scratch;
  if (ranks.size() < size) ranks.resize(size);
  if (pair_ranks.size() < size) pair_ranks.resize(size);
  previous.resize(std::max<size_t>(previous.size(), size));
  next.resize(std::max<size_t>(next.size(), size));
  heap.clear();
  for (uint32_t i = 0; i < size; i++) {
    ranks[i] = vocabulary.rank_of_byte(pretoken.data[i]);
    previous[i] = i - 1;
    next[i] = i + 1;
  }
  for (uint32_t i = 0; i < size; i++) {
    pair_ranks[i] = i + 1 < size ? pair_rank(ranks[i], ranks[i + 1]) : no_rank;
    if (pair_ranks[i] != no_rank) heap.push_back(uint64_t{pair_ranks[i]} << 32 | i);
  }
  std::make_heap(heap.begin(), heap.end(), std::greater<>());

  const auto update = [&](uint32_t at) {
    pair_ranks[at] = next[at] < size ? pair_rank(ranks[at], ranks[next[at]]) : no_rank;
    if (pair_ranks[at] == no_rank) return;
    heap.push_back(uint64_t{pair_ranks[at]} << 32 | at);
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  };
  while (!heap.empty()) {
    const uint32_t rank = uint32_t(heap.front() >> 32), at = uint32_t(heap.front());
    std::pop_heap(heap.begin(), heap.end(), std::greater<>());
    heap.pop_back();
    if (pair_ranks[at] != rank) continue;
    const uint32_t gone = next[at];
    ranks[at] = rank;
    pair_ranks[gone] = no_rank;
    next[at] = next[gone];
    if (next[at] < size) previous[next[at]] = at;
    update(at);
    if (at > 0) update(previous[at]);
  }
  size_t count = 0;
  for (uint32_t i = 0; i < size; i = next[i]) ranks[count++] = ranks[i];
  return {ranks.data(), count};
}

template <class PairRank>
std::span<const uint32_t> merge_by(const Vocabulary& vocabulary, Text pretoken, MergeScratch& scratch, const PairRank& pair_rank) {
  constexpr size_t few_bytes = 96;  // where the two loops take the same time
  if (pretoken.size > few_bytes) return merge_by_heap(vocabulary, pretoken, scratch, pair_rank);
  if (scratch.ranks.size() < few_bytes) scratch.ranks.resize(few_bytes);
  if (scratch.pair_ranks.size() < few_bytes) scratch.pair_ranks.resize(few_bytes);
  return {scratch.ranks.data(), merge_by_scanning(vocabulary, pretoken, scratch.ranks.data(), scratch.pair_ranks.data(), pair_rank)};
}

}  // namespace bpe
