#include "merge_parts.hpp"

#include <algorithm>
#include <cassert>

#include "merge_loop.hpp"
#include "phases/phases.hpp"
#include "vocabulary.hpp"

namespace bpe {
namespace {

constexpr size_t part_size = 32, max_junction_size = 32;
constexpr size_t junction_tokens = 4;        // on each side
constexpr size_t max_late_junction = 1024;   // bytes; a longer one is no longer cheaper than the whole
constexpr size_t max_late_share = 2;         // all of them together, in pretokens of the same size: more is no longer cheaper, either

// Words that were merged together, and their ranks.
struct Merged {
  const std::vector<uint64_t>& values;
  const std::vector<uint32_t>& ranks;

  // Up to three ranks of a value have to be taken apart.
  std::span<const uint32_t> of(size_t word, uint32_t (&few)[3]) const {
    const uint64_t value = values[word];
    const size_t few_count = PretokenValue::inline_count(value);
    if (few_count == 0) return {ranks.data() + PretokenValue::offset(value), PretokenValue::count(value)};
    for (size_t i = 0; i < few_count; i++) few[i] = uint32_t(value >> (rank_bits * i)) & max_vocabulary_size;
    return {few, few_count};
  }
};

// Word n is [starts[2 n], starts[2 n + 1]) of the text. Its value is values[2 n].
Merged merge_together(const Vocabulary& vocabulary, const Phases& phases, Text text, size_t count, MergeScratch::Words& words) {
  words.numbers.resize(count);
  for (size_t n = 0; n < count; n++) words.numbers[n] = uint16_t(2 * n);
  words.values.resize(2 * count);
  words.ranks.resize(std::max(words.ranks.size(), count * part_size + Chunk::pad));
  MergeBatch batch;
  batch.text = text.data;
  batch.text_size = text.size;
  batch.starts = words.starts.data();
  batch.words = words.numbers.data();
  batch.count = count;
  batch.max_size = part_size;
  batch.values = words.values.data();
  batch.ranks = words.ranks.data();
  phases.merge(vocabulary, batch);
  return {words.values, words.ranks};
}

}  // namespace

bool merge_in_parts(const Vocabulary& vocabulary, const Phases& phases, Text pretoken, MergeScratch& scratch) {
  static_assert(max_junction_size <= part_size);
  auto& [parts, junctions, tokens, merged] = scratch.parts;
  const size_t part_count = (pretoken.size + part_size - 1) / part_size;
  assert(2 * part_count <= Chunk::capacity);
  const auto size_of = [&](uint32_t rank) { return vocabulary.bytes(rank).size; };

  parts.starts.clear();
  for (size_t begin = 0; begin < pretoken.size; begin += part_size) {
    parts.starts.push_back(uint32_t(begin));
    parts.starts.push_back(uint32_t(std::min(begin + part_size, pretoken.size)));
  }
  const Merged alone = merge_together(vocabulary, phases, pretoken, part_count, parts);

  // tokens: how many of a part belong to the junction before and to the one behind it.
  junctions.starts.clear();
  tokens.clear();
  uint32_t few[3], few_more[3];
  for (size_t n = 0; n + 1 < part_count; n++) {
    const std::span<const uint32_t> left = alone.of(2 * n, few), right = alone.of(2 * n + 2, few_more);
    const uint32_t middle = parts.starts[2 * n + 1];
    uint32_t begin = middle, end = middle;
    uint8_t counts[2] = {};
    for (size_t k = 0; k < junction_tokens; k++) {
      const size_t left_size = k < left.size() ? size_of(left[left.size() - 1 - k]) : 0;
      const size_t right_size = k < right.size() ? size_of(right[k]) : 0;
      if (end - begin + left_size + right_size > max_junction_size) break;
      begin -= uint32_t(left_size);
      end += uint32_t(right_size);
      counts[0] += left_size > 0;
      counts[1] += right_size > 0;
    }
    if (counts[0] == 0 || counts[1] == 0) begin = middle - 1, end = middle;  // two long tokens: no junction, and no word is empty
    junctions.starts.insert(junctions.starts.end(), {begin, end});
    tokens.insert(tokens.end(), {counts[0], counts[1]});
  }
  const Merged joined = merge_together(vocabulary, phases, pretoken, part_count - 1, junctions);

  // From left to right. intact: the last tokens of what is merged that are those of the last part.
  const std::span<const uint32_t> first = alone.of(0, few);
  merged.assign(first.begin(), first.end());
  size_t intact = merged.size(), late = 0;
  for (size_t n = 0; n + 1 < part_count; n++) {
    const std::span<const uint32_t> right = alone.of(2 * n + 2, few);
    std::span<const uint32_t> junction = joined.of(2 * n, few_more);
    size_t left_count = tokens[2 * n], right_count = tokens[2 * n + 1];
    const auto fits = [&] {
      return !junction.empty() && (left_count == merged.size() || junction.front() == merged[merged.size() - left_count]) &&
             (right_count == right.size() || junction.back() == right[right_count - 1]);
    };
    bool is_joined = left_count <= intact && left_count > 0 && right_count > 0 && fits();
    for (size_t count = 2 * junction_tokens; !is_joined; count *= 2) {
      left_count = std::min(count, merged.size());
      right_count = std::min(count, right.size());
      size_t begin = parts.starts[2 * n + 1], end = begin;
      for (size_t k = 1; k <= left_count; k++) begin -= size_of(merged[merged.size() - k]);
      for (size_t k = 0; k < right_count; k++) end += size_of(right[k]);
      late += end - begin;
      if (end - begin > max_late_junction || late > max_late_share * pretoken.size) return false;
      junction = merge_by(vocabulary, pretoken.part(begin, end), scratch, [&](uint32_t a, uint32_t b) { return vocabulary.merged(a, b); });
      is_joined = fits();
    }
    intact = right_count < right.size() ? right.size() - right_count + 1 : 0;
    merged.resize(merged.size() - left_count);
    merged.insert(merged.end(), junction.begin(), junction.end());
    merged.insert(merged.end(), right.begin() + ptrdiff_t(right_count), right.end());
  }
  return true;
}

}  // namespace bpe
