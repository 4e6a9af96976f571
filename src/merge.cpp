#include "merge.hpp"

#include <algorithm>
#include <iterator>

#include "merge_parts.hpp"
#include "vocabulary.hpp"

namespace bpe {
namespace {

// One loop over the whole input with the merges of the vocabulary.
std::span<const uint32_t> merge_at_once(const Vocabulary& vocabulary, Text pretoken, MergeScratch& scratch) {
  if (vocabulary.priorities_are_ranks())
    return merge_by(vocabulary, pretoken, scratch, [&](uint32_t left, uint32_t right) { return vocabulary.merged(left, right); });
  // What the loop takes for the rank of a merged token is the place of its merge, behind all ranks.
  constexpr uint32_t first_place = max_vocabulary_size + 1;
  const auto rank_of = [&](uint32_t symbol) { return symbol < first_place ? symbol : vocabulary.made(symbol - first_place); };
  const std::span<const uint32_t> symbols = merge_by(vocabulary, pretoken, scratch, [&](uint32_t left, uint32_t right) {
    const uint32_t place = vocabulary.merged(rank_of(left), rank_of(right));
    return place == no_rank ? no_rank : first_place + place;
  });
  std::transform(symbols.begin(), symbols.end(), scratch.ranks.begin(), rank_of);  // they are the first of them
  return symbols;
}

// A multiple of many numbers, so that what repeats after a few bytes repeats from window to window.
size_t window_size(const Vocabulary& vocabulary) {
  constexpr size_t step = 1008;
  return (8 * vocabulary.max_token_size() / step + 1) * step;
}

// Encodes a long pretoken in windows that fit the nearest cache.
//
// Two neighbouring tokens fit each other if the encoding of their bytes is those two. A sequence in which all neighbours fit is the
// encoding of the whole: the first merge of the whole that crossed an edge of the sequence would also be made when only the two
// tokens beside that edge are encoded. So a window begins a few tokens back, and if the first of them comes out again, the tokens
// before it stay as they are: the neighbours before it fit as they did, those from it on are an encoding. Else it begins further back.
//
// A window with the same bytes as one of the last few, as in a long run of one character, has the same tokens. Few: where a long token
// and the window do not divide each other, as many sizes come in turn as it takes until they do.
//
// merge_window: text -> ranks.
template <class MergeWindow>
std::span<const uint32_t> merge_in_windows(const Vocabulary& vocabulary, Text pretoken, MergeScratch& scratch, const MergeWindow& merge_window) {
  constexpr size_t first_overlap = 8;
  const size_t window = window_size(vocabulary);
  std::vector<uint32_t>& merged = scratch.merged;
  merged.clear();
  struct Window {
    Text text;
    std::vector<uint32_t> ranks;
  } recent[8];
  size_t turn = 0;
  const auto ranks_of = [&](Text part) -> std::span<const uint32_t> {
    for (const Window& window : recent) {
      if (window.text.view() == part.view()) return window.ranks;
    }
    Window& oldest = recent[turn++ % std::size(recent)];
    const std::span<const uint32_t> ranks = merge_window(part);
    oldest.ranks.assign(ranks.begin(), ranks.end());
    oldest.text = part;
    return oldest.ranks;
  };
  for (size_t done = 0; done < pretoken.size;) {
    const size_t end = std::min(pretoken.size, done + window);
    size_t begin = done;
    size_t kept = merged.size();
    for (size_t overlap = first_overlap;; overlap *= 4) {
      for (const size_t least = merged.size() - std::min(merged.size(), overlap); kept > least;) begin -= vocabulary.bytes(merged[--kept]).size;
      const std::span<const uint32_t> ranks = ranks_of(pretoken.part(begin, end));
      if (kept > 0 && ranks.front() != merged[kept]) continue;
      merged.resize(kept);
      merged.insert(merged.end(), ranks.begin(), ranks.end());
      break;
    }
    done = end;
  }
  return merged;
}

}  // namespace

size_t merge_short(const Vocabulary& vocabulary, Text pretoken, uint32_t* ranks, uint32_t* pair_ranks) {
  return merge_by_scanning(vocabulary, pretoken, ranks, pair_ranks,
                           [&](uint32_t left, uint32_t right) { return vocabulary.merged(left, right); });
}

std::span<const uint32_t> merge(const Vocabulary& vocabulary, Text pretoken, MergeScratch& scratch) {
  const auto merge_window = [&](Text part) { return merge_at_once(vocabulary, part, scratch); };
  if (pretoken.size <= window_size(vocabulary)) return merge_window(pretoken);
  return merge_in_windows(vocabulary, pretoken, scratch, merge_window);
}

std::span<const uint32_t> merge(const Vocabulary& vocabulary, const Phases& phases, Text pretoken, MergeScratch& scratch) {
  constexpr size_t fewest_bytes = 64, most_bytes = 8192;
  const auto merge_window = [&](Text part) -> std::span<const uint32_t> {
    const bool may_be_parted = part.size > fewest_bytes && part.size <= most_bytes && vocabulary.priorities_are_ranks();
    if (may_be_parted && merge_in_parts(vocabulary, phases, part, scratch)) return scratch.parts.merged;
    return merge_at_once(vocabulary, part, scratch);
  };
  if (pretoken.size <= window_size(vocabulary)) return merge_window(pretoken);
  return merge_in_windows(vocabulary, pretoken, scratch, merge_window);
}

}  // namespace bpe
