#include "merge_list.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <initializer_list>
#include <numeric>
#include <string>
#include <utility>

#include "byte_alphabet.hpp"
#include "byte_hash.hpp"
#include "failure.hpp"
#include "merge.hpp"

namespace bpe {
namespace {

constexpr size_t max_token_size = 4096, max_bytes = 1 << 24;

int shown(std::string_view text) { return int(shown_size(text)); }

// Bytes that no UTF-8 has: vocabularies that were learned from text may lack them.
constexpr bool is_never_utf8(unsigned byte) { return byte == 0xC0 || byte == 0xC1 || byte >= 0xF5; }

// A merge by places in VocabStrings.
struct PlacedMerge {
  uint32_t left, right, made;
};

// The merges of the list. Of a pair that comes twice the last one counts.
std::vector<PlacedMerge> place_merges(const VocabStrings& vocab, const StringTable& merges) {
  const size_t count = merges.size() / 2;
  std::vector<PlacedMerge> placed(count);
  const auto require = [&](uint32_t place, std::string_view token, size_t i) {
    if (place == VocabStrings::none)
      throw Failure(TOKEN_RANKER_BAD_MERGE, i, "model.merges[%zu]: the token \"%.*s\" is not in model.vocab", i, shown(token), token.data());
    return place;
  };
  // In batches: the hashes first, so that the slots are on their way when they are read.
  constexpr size_t batch = 32;
  uint64_t hashes[3][batch];
  std::string joined[batch];
  for (size_t first = 0; first < count; first += batch) {
    const size_t in_batch = std::min(batch, count - first);
    for (size_t n = 0; n < in_batch; n++) {
      const std::string_view left = merges[2 * (first + n)], right = merges[2 * (first + n) + 1];
      joined[n].assign(left).append(right);
      hashes[0][n] = VocabStrings::hash(left);
      hashes[1][n] = VocabStrings::hash(right);
      hashes[2][n] = VocabStrings::hash(joined[n]);
      for (const auto& of_side : hashes) vocab.prefetch(of_side[n]);
    }
    for (size_t n = 0; n < in_batch; n++) {
      const size_t i = first + n;
      const std::string_view left = merges[2 * i], right = merges[2 * i + 1];
      placed[i].left = require(vocab.find(left, hashes[0][n]), left, i);
      placed[i].right = require(vocab.find(right, hashes[1][n]), right, i);
      placed[i].made = require(vocab.find(joined[n], hashes[2][n]), joined[n], i);
    }
  }
  return placed;
}

void keep_last_of_each_pair(std::vector<PlacedMerge>& merges) {
  const size_t last = std::bit_ceil(merges.size() * 2 + 2) - 1;
  const int shift = 64 - std::bit_width(last);
  std::vector<uint32_t> slots(last + 1);  // index + 1; 0: empty
  std::vector<bool> is_repeated(merges.size());
  bool has_repeated = false;
  for (size_t i = merges.size(); i-- > 0;) {
    const PlacedMerge& merge = merges[i];
    size_t at = ((uint64_t{merge.left} << 32 | merge.right) * 0x9E3779B97F4A7C15) >> shift;
    const auto is_same = [&](const PlacedMerge& other) { return other.left == merge.left && other.right == merge.right; };
    while (slots[at] && !is_same(merges[slots[at] - 1])) at = (at + 1) & last;
    is_repeated[i] = slots[at];
    has_repeated |= slots[at] != 0;
    if (!slots[at]) slots[at] = uint32_t(i + 1);
  }
  if (!has_repeated) return;
  size_t kept = 0;
  for (size_t i = 0; i < merges.size(); i++) {
    if (!is_repeated[i]) merges[kept++] = merges[i];
  }
  merges.resize(kept);
}

// The order of ranks: places in VocabStrings. By number if merges then make ascending ranks; else tokens that no merge makes, and those of
// the list as it has them.
std::vector<uint32_t> order_ranks(size_t size, const std::vector<PlacedMerge>& merges) {
  std::vector<uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  if (std::is_sorted(merges.begin(), merges.end(), [](const PlacedMerge& a, const PlacedMerge& b) { return a.made < b.made; })) return order;
  std::vector<bool> is_made(size);
  std::vector<uint32_t> made;
  for (const PlacedMerge& merge : merges) {
    if (!is_made[merge.made]) made.push_back(merge.made);
    is_made[merge.made] = true;
  }
  std::erase_if(order, [&](uint32_t place) { return is_made[place]; });
  order.insert(order.end(), made.begin(), made.end());
  return order;
}

// Whether the vocabulary, which does merges by rank, does what the list does by place.
//
// All merges that make a token must be neighbours in the list, so that places and ranks only differ within the turn of one token: from
// its pairs by place the first one in the list is taken, by rank the leftmost. Where the two take different pairs, the token has several
// splits that do occur, and that makes a difference only
//   - if the pairs overlap: in a|b|c, where a|b and b|c both make the token, and b|c stands first in the list;
//   - or if what the token joins comes before it in the list, so that a merge with it may come between two of its pairs. That is so if it is
//     part of a merge that makes a token of lower rank.
// Whether neighbouring tokens occur so in any text is known: their own bytes come to them before anything is done with them, as no merge
// crosses the edges of what is still there. The merges of the token itself are no part of that, as they would make more than each of them.
class Proof {
 public:
  Proof(const Vocabulary& vocabulary, const std::vector<Merge>& merges) : vocabulary_(vocabulary), merges_(merges) {}

  bool holds() {
    if (!std::is_sorted(merges_.begin(), merges_.end(), [](const Merge& a, const Merge& b) { return a.rank < b.rank; })) return false;
    std::vector<bool> is_made(vocabulary_.size()), joins_earlier(vocabulary_.size());
    for (const Merge& merge : merges_) is_made[merge.rank] = true;
    for (const Merge& merge : merges_) {
      const bool is_left_later = is_made[merge.left] && merge.left >= merge.rank, is_right_later = is_made[merge.right] && merge.right >= merge.rank;
      if (!(is_left_later || is_right_later) || !occurs({merge.left, merge.right}, merge.rank)) continue;
      if (is_left_later) joins_earlier[merge.left] = true;
      if (is_right_later) joins_earlier[merge.right] = true;
    }
    for (size_t begin = 0, end; begin < merges_.size(); begin = end) {
      const uint32_t rank = merges_[begin].rank;
      for (end = begin + 1; end < merges_.size() && merges_[end].rank == rank;) end++;
      if (end - begin == 1) continue;
      if (joins_earlier[rank] && has_several_splits(begin, end)) return false;
      if (has_inverted_overlap(begin, end)) return false;
    }
    return true;
  }

 private:
  bool has_several_splits(size_t begin, size_t end) {
    size_t count = 0;
    for (size_t i = begin; i < end; i++) count += occurs({merges_[i].left, merges_[i].right}, merges_[i].rank);
    return count > 1;
  }

  bool has_inverted_overlap(size_t begin, size_t end) {
    for (size_t second = begin; second < end; second++) {
      for (size_t first = second + 1; first < end; first++) {
        if (merges_[first].right == merges_[second].left &&
            occurs({merges_[first].left, merges_[first].right, merges_[second].right}, merges_[first].rank))
          return true;
      }
    }
    return false;
  }

  // Whether the bytes of these tokens come to them by all merges but those that make `excepted`.
  bool occurs(std::initializer_list<uint32_t> tokens, uint32_t excepted) {
    text_.clear();
    for (const uint32_t token : tokens) text_ += vocabulary_.bytes(token).view();
    const std::span<const uint32_t> ranks = merge_by(vocabulary_, Text(std::string_view(text_)), scratch_, [&](uint32_t left, uint32_t right) {
      const uint32_t merged = vocabulary_.merged(left, right);
      return merged == excepted ? no_rank : merged;
    });
    return std::equal(ranks.begin(), ranks.end(), tokens.begin(), tokens.end());
  }

  const Vocabulary& vocabulary_;
  const std::vector<Merge>& merges_;
  MergeScratch scratch_;
  std::string text_;
};

}  // namespace

VocabStrings::VocabStrings(const StringTable& keys, const std::vector<uint32_t>& numbers) : keys_(keys) {
  const size_t last = std::bit_ceil(keys.size() * 2 + 2) - 1;
  shift_ = 64 - std::bit_width(last);
  slots_.resize(last + 1);
  order_.reserve(keys.size());
  // From the end, so that the last of equal strings is the one that stays.
  for (size_t entry = keys.size(); entry-- > 0;) {
    const std::string_view key = keys[entry];
    if (key.empty()) throw Failure(TOKEN_RANKER_EMPTY_TOKEN, entry, "model.vocab[\"\"]: a token without bytes");
    const uint64_t h = hash(key);
    size_t at = h >> shift_;
    while (slots_[at].entry && !(slots_[at].tag == uint32_t(h) && keys[slots_[at].entry - 1] == key)) at = (at + 1) & last;
    if (slots_[at].entry) continue;
    slots_[at] = {uint32_t(h), uint32_t(entry + 1)};
    order_.push_back(uint32_t(entry));
  }
  std::reverse(order_.begin(), order_.end());
  const auto by_number = [&](uint32_t a, uint32_t b) { return numbers[a] < numbers[b]; };
  if (!std::is_sorted(order_.begin(), order_.end(), by_number)) std::sort(order_.begin(), order_.end(), by_number);
  place_of_.resize(keys.size());
  numbers_.reserve(order_.size());
  for (size_t i = 0; i < order_.size(); i++) {
    place_of_[order_[i]] = uint32_t(i);
    numbers_.push_back(numbers[order_[i]]);
    if (i > 0 && numbers_[i] == numbers_[i - 1]) {
      const std::string_view a = (*this)[i - 1], b = (*this)[i];
      throw Failure(TOKEN_RANKER_DUPLICATE_RANK, numbers_[i], "model.vocab: \"%.*s\" and \"%.*s\" have the same number, %u", shown(a), a.data(), shown(b),
                    b.data(), numbers_[i]);
    }
  }
}

uint64_t VocabStrings::hash(std::string_view text) { return hash_bytes(reinterpret_cast<const uint8_t*>(text.data()), text.size()); }

uint32_t VocabStrings::find(std::string_view text, uint64_t hash) const {
  const size_t last = slots_.size() - 1;
  for (size_t at = hash >> shift_; slots_[at].entry; at = (at + 1) & last) {
    const Slot& slot = slots_[at];
    if (slot.tag == uint32_t(hash) && keys_[slot.entry - 1] == text) return place_of_[slot.entry - 1];
  }
  return none;
}

Vocabulary make_vocabulary(const VocabStrings& vocab, const StringTable& merge_strings, bool ignore_merges) {
  if (vocab.size() > max_vocabulary_size) throw Failure(TOKEN_RANKER_TOO_LARGE, vocab.size(), "model.vocab: more than %u tokens", max_vocabulary_size);
  std::vector<PlacedMerge> placed = place_merges(vocab, merge_strings);
  keep_last_of_each_pair(placed);

  const std::vector<uint32_t> order = order_ranks(vocab.size(), placed);
  Vocabulary::Tokens tokens;
  Vocabulary::MergeList list;
  list.takes_whole_pretokens = ignore_merges;
  list.is_literal.resize(vocab.size());
  list.is_absent.fill(true);
  tokens.offsets.reserve(vocab.size() + 1);
  tokens.numbers.reserve(vocab.size());
  tokens.offsets.push_back(0);
  std::vector<uint32_t> rank_of(vocab.size());
  std::string bytes;
  for (uint32_t rank = 0; rank < order.size(); rank++) {
    const std::string_view text = vocab[order[rank]];
    rank_of[order[rank]] = rank;
    const size_t begin = bytes.size();
    list.is_literal[rank] = !append_alphabet_bytes(text, bytes);
    if (list.is_literal[rank]) bytes += text;
    const size_t size = bytes.size() - begin;
    if (size > max_token_size || bytes.size() > max_bytes)
      throw Failure(TOKEN_RANKER_TOO_LARGE, vocab.number(order[rank]), "model.vocab: \"%.*s\": more than %zu bytes in a token or %zu in all of them",
                    shown(text), text.data(), max_token_size, max_bytes);
    if (size == 1 && !list.is_literal[rank]) list.is_absent[uint8_t(bytes.back())] = false;
    tokens.offsets.push_back(uint32_t(bytes.size()));
    tokens.numbers.push_back(vocab.number(order[rank]));
  }
  for (unsigned byte = 0; byte < 256; byte++) list.is_absent[byte] = list.is_absent[byte] && is_never_utf8(byte);
  tokens.bytes.assign(bytes.begin(), bytes.end());

  list.merges.reserve(placed.size());
  for (const PlacedMerge& merge : placed) {
    // Text never comes to a token that is not made of bytes.
    if (!list.is_literal[rank_of[merge.left]] && !list.is_literal[rank_of[merge.right]])
      list.merges.push_back({rank_of[merge.left], rank_of[merge.right], rank_of[merge.made]});
  }
  Vocabulary by_rank(tokens, list);
  if (Proof(by_rank, list.merges).holds()) return by_rank;
  if (list.merges.size() > max_vocabulary_size)
    throw Failure(TOKEN_RANKER_TOO_LARGE, list.merges.size(), "model.merges: more than %u merges, which must be done by their places", max_vocabulary_size);
  list.is_by_rank = false;
  return Vocabulary(std::move(tokens), list);
}

}  // namespace bpe
