#include "vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "failure.hpp"
#include "merge.hpp"

namespace bpe {
namespace {

constexpr unsigned tag_bits = 12, size_bits = 8;
constexpr uint64_t tag_mask = (1u << tag_bits) - 1;
constexpr size_t max_stored_size = (1u << size_bits) - 1;

uint64_t make_slot(uint64_t hash, size_t size, uint32_t rank, uint32_t offset) {
  return uint64_t{offset} << 40 | uint64_t{rank} << 20 | std::min(size, max_stored_size) << tag_bits | (hash & tag_mask);
}

[[noreturn]] void throw_missing_byte(unsigned byte) {
  throw Failure(TOKEN_RANKER_MISSING_BYTE, byte, "the byte 0x%02X is no token: all 256 single bytes must be", byte);
}

}  // namespace

Vocabulary::Vocabulary(Tokens tokens) : tokens_(std::move(tokens)) {
  index_tokens();
  index_bytes();
  std::vector<Merge> merges = derive_merges();
  if (merges.empty()) {
    merges = list_all_splits();
    merges_make_all_tokens_ = false;
  }
  pairs_ = PairTable(merges, {});
}

Vocabulary::Vocabulary(Tokens tokens, std::span<const Merge> merges, std::span<const uint8_t> pilots) : tokens_(std::move(tokens)) {
  index_tokens();
  index_bytes();
  pairs_ = PairTable(merges, pilots);
}

Vocabulary::Vocabulary(Tokens tokens, const MergeList& list) : tokens_(std::move(tokens)), is_absent_(list.is_absent) {
  const auto is_literal = [&](uint32_t rank) { return !list.is_literal.empty() && list.is_literal[rank]; };
  rank_of_byte_.fill(no_rank);
  rank_of_byte_pair_.assign(1 << 16, no_rank);
  for (uint32_t rank = 0; rank < size(); rank++) {
    if (bytes(rank).size == 1 && !is_literal(rank)) rank_of_byte_[bytes(rank).data[0]] = rank;
  }
  for (unsigned byte = 0; byte < 256; byte++) {
    if (is_absent_[byte]) rank_of_byte_[byte] = 0;
    if (rank_of_byte_[byte] == no_rank) throw_missing_byte(byte);
  }
  std::vector<Merge> merges = list.merges;
  if (!list.is_by_rank) {
    made_.reserve(merges.size());
    for (Merge& merge : merges) {
      made_.push_back(merge.rank);
      merge.rank = uint32_t(made_.size() - 1);
    }
  }
  pairs_ = PairTable(merges, {});
  for (const Merge& merge : merges) {
    const Text left = bytes(merge.left), right = bytes(merge.right);
    if (left.size == 1 && right.size == 1) rank_of_byte_pair_[size_t{left.data[0]} << 8 | right.data[0]] = merge.rank;
  }

  const std::vector<bool> is_unreachable = find_unreachable(list.is_literal);
  if (list.takes_whole_pretokens) {
    // A literal is unreachable, but no text is its pretoken either.
    for (uint32_t rank = 0; rank < size(); rank++) merges_make_all_tokens_ &= !is_unreachable[rank] || is_literal(rank);
    index_tokens(list.is_literal);
  } else {
    index_tokens(is_unreachable);
  }
}

void Vocabulary::index_tokens(const std::vector<bool>& is_hidden) {
  const uint32_t count = uint32_t(size());
  size_t short_count = 0, medium_count = 0;
  for (uint32_t rank = 0; rank < count; rank++) {
    const PretokenKey::Kind kind = PretokenKey::kind_of(bytes(rank));
    numbers_are_ranks_ &= number(rank) == rank;
    max_token_size_ = std::max(max_token_size_, bytes(rank).size);
    short_count += kind == PretokenKey::short_key;
    medium_count += kind == PretokenKey::medium_key;
  }
  // At most three of five, two of three, and half of the places are taken.
  const auto make_table = [](auto& table, unsigned& shift, size_t lines) {
    const size_t size = std::bit_ceil(std::max<size_t>(lines, 2));
    table = std::remove_reference_t<decltype(table)>(size);
    table.populate();
    shift = unsigned(64 - std::countr_zero(size));
  };
  make_table(short_, short_shift_, short_count / 3 + 1);
  make_table(medium_, medium_shift_, medium_count / 2 + 1);
  make_table(slots_, slot_shift_, 2 * (count - short_count - medium_count + 1));
  // In batches: the hashes first, so that the lines are on their way when they are written.
  constexpr uint32_t batch = 64;
  PretokenKey keys[batch];
  uint64_t hashes[batch];
  for (uint32_t first = 0; first < count; first += batch) {
    const uint32_t in_batch = std::min(batch, count - first);
    for (uint32_t i = 0; i < in_batch; i++) {
      const Text token = bytes(first + i);
      keys[i] = PretokenKey::of(token);
      if (keys[i].kind == PretokenKey::short_key) prefetch_short(keys[i].low);
      if (keys[i].kind == PretokenKey::medium_key) prefetch_medium(keys[i].low, keys[i].high);
      if (keys[i].kind != PretokenKey::none) continue;
      hashes[i] = hash_bytes(token.data, token.size);
      prefetch_long(hashes[i]);
    }
    for (uint32_t i = 0; i < in_batch; i++) {
      if (is_hidden.empty() || !is_hidden[first + i]) index_token(first + i, keys[i], hashes[i]);
    }
  }
}

void Vocabulary::index_token(uint32_t rank, const PretokenKey& key, uint64_t hash) {
  const auto check_other = [&](bool is_same) {
    if (is_same) throw Failure(TOKEN_RANKER_DUPLICATE_TOKEN, rank, "two tokens have the same bytes");
  };
  const auto add = [&](auto& lines, size_t at, const auto& is_equal, const auto& set_key) {
    for (;; at = (at + 1) & (lines.size() - 1)) {
      auto& line = lines[at];
      for (size_t i = 0; i < std::size(line.ranks); i++) {
        if (line.ranks[i] == 0) {
          set_key(line, i);
          line.ranks[i] = rank + 1;
          return;
        }
        check_other(is_equal(line, i));
      }
      line.overflows = 1;
    }
  };
  switch (key.kind) {
    case PretokenKey::short_key:
      return add(short_, short_hash(key.low) >> short_shift_, [&](const ShortLine& line, size_t i) { return line.keys[i] == key.low; },
                 [&](ShortLine& line, size_t i) { line.keys[i] = key.low; });
    case PretokenKey::medium_key:
      return add(medium_, medium_hash(key.low, key.high) >> medium_shift_,
                 [&](const MediumLine& line, size_t i) { return line.keys[i][0] == key.low && line.keys[i][1] == key.high; },
                 [&](MediumLine& line, size_t i) {
                   line.keys[i][0] = key.low;
                   line.keys[i][1] = key.high;
                 });
    case PretokenKey::none: {
      const Text token = bytes(rank);
      check_other(find_long(token, hash) != no_rank);
      size_t at = hash >> slot_shift_;
      while (slots_[at]) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = make_slot(hash, token.size, rank, tokens_.offsets[rank]);
    }
  }
}

void Vocabulary::index_bytes() {
  rank_of_byte_.fill(no_rank);
  rank_of_byte_pair_.assign(1 << 16, no_rank);
  for (uint32_t rank = 0; rank < size(); rank++) {
    const Text token = bytes(rank);
    if (token.size == 1) rank_of_byte_[token.data[0]] = rank;
    if (token.size == 2) rank_of_byte_pair_[size_t{token.data[0]} << 8 | token.data[1]] = rank;
  }
  for (unsigned byte = 0; byte < 256; byte++) {
    if (rank_of_byte_[byte] == no_rank) throw_missing_byte(byte);
  }
}

// Two neighbours that join to a token's bytes are what those bytes alone come to, so that a token they do not come to is never made.
uint32_t Vocabulary::keep(Text bytes) {
  const size_t begin = tokens_.bytes.size();
  tokens_.bytes.insert(tokens_.bytes.end(), bytes.data, bytes.end());
  return uint32_t(begin);
}

std::vector<bool> Vocabulary::find_unreachable(const std::vector<bool>& is_literal) const {
  std::vector<bool> is_unreachable(size());
  MergeScratch scratch;
  for (uint32_t rank = 0; rank < size(); rank++) {
    if (bytes(rank).size == 1 && is_literal.empty()) continue;
    is_unreachable[rank] = (!is_literal.empty() && is_literal[rank]) || merge(*this, bytes(rank), scratch)[0] != rank;
  }
  return is_unreachable;
}

uint32_t Vocabulary::find(Text text) const {
  if (text.size > max_token_size_) return no_rank;
  const PretokenKey key = PretokenKey::of(text);
  if (key.kind == PretokenKey::short_key) return find_short(key.low);
  if (key.kind == PretokenKey::medium_key) return find_medium(key.low, key.high);
  return find_long(text, hash_bytes(text.data, text.size));
}

uint32_t Vocabulary::find_long(Text text, uint64_t hash) const {
  const size_t last = slots_.size() - 1;
  const uint64_t wanted = make_slot(hash, text.size, 0, 0);
  for (size_t at = hash >> slot_shift_; slots_[at]; at = (at + 1) & last) {
    const uint64_t slot = slots_[at];
    if ((slot ^ wanted) << (64 - tag_bits - size_bits)) continue;
    const uint32_t rank = uint32_t(slot >> 20) & max_vocabulary_size;
    if (text.size >= max_stored_size && bytes(rank).size != text.size) continue;
    if (std::memcmp(tokens_.bytes.data() + (slot >> 40), text.data, text.size) == 0) return rank;
  }
  return no_rank;
}

// The merge that makes a token is the last one when its bytes are encoded with the tokens before it. That merge is the only one
// that ever makes it: two neighbours that join to the token's bytes are what the encoding of those bytes alone comes to.
// Empty: some token is not made of two tokens before it, so that this does not hold for this vocabulary.
std::vector<Merge> Vocabulary::derive_merges() const {
  struct Slot {
    uint64_t key = 0;  // left << 32 | right, +1; 0: empty
    uint32_t rank = 0;
  };
  const size_t last = std::bit_ceil(size() * 2) - 1;
  const int shift = 64 - std::bit_width(last);
  std::vector<Slot> known(last + 1);
  const auto place = [&](uint64_t key) {
    size_t at = (key * 0x9E3779B97F4A7C15) >> shift;
    while (known[at].key && known[at].key != key) at = (at + 1) & last;
    return at;
  };
  const auto key_of = [](uint32_t left, uint32_t right) { return (uint64_t{left} << 32 | right) + 1; };
  const auto merged_so_far = [&](uint32_t left, uint32_t right) {
    const Slot& slot = known[place(key_of(left, right))];
    return slot.key ? slot.rank : no_rank;
  };

  std::vector<Merge> merges;
  merges.reserve(size());
  MergeScratch scratch;
  for (uint32_t rank = 0; rank < size(); rank++) {
    const Text token = bytes(rank);
    if (token.size == 1) continue;
    uint32_t parts[2];
    if (token.size == 2) {
      parts[0] = rank_of_byte(token.data[0]);
      parts[1] = rank_of_byte(token.data[1]);
      if (parts[0] >= rank || parts[1] >= rank) return {};
    } else {
      const std::span<const uint32_t> ranks = merge_by(*this, token, scratch, merged_so_far);
      if (ranks.size() != 2 || ranks[0] >= rank || ranks[1] >= rank) return {};
      std::copy(ranks.begin(), ranks.end(), parts);
    }
    known[place(key_of(parts[0], parts[1]))] = {key_of(parts[0], parts[1]), rank};
    merges.push_back({parts[0], parts[1], rank});
  }
  return merges;
}

// The rule itself, for any vocabulary: every two tokens whose bytes join to a token's bytes merge to it.
std::vector<Merge> Vocabulary::list_all_splits() const {
  std::vector<Merge> merges;
  for (uint32_t rank = 0; rank < size(); rank++) {
    const Text token = bytes(rank);
    for (size_t at = 1; at < token.size; at++) {
      const uint32_t left = find(token.part(0, at));
      if (left == no_rank) continue;
      const uint32_t right = find(token.part(at, token.size));
      if (right != no_rank) merges.push_back({left, right, rank});
    }
  }
  return merges;
}

}  // namespace bpe
