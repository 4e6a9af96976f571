#include "pair_table.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "failure.hpp"

namespace bpe {

void PairTable::set_bits(unsigned slot_bits) {
  slot_bits_ = slot_bits;
  pilot_bits_ = slot_bits - 2;  // about three pairs in a bucket
  slots_ = Table<uint64_t>(size_t{1} << slot_bits_);
}

PairTable::PairTable(std::span<const Merge> merges, std::span<const uint8_t> pilots) {
  if (merges.empty()) return;
  if (pilots.empty()) {
    // At most 4 of 5 slots are used; more room where the search fails, which random pairs do not make happen.
    const size_t needed = std::max<size_t>(16, merges.size() + merges.size() / 4);
    unsigned bits = unsigned(std::bit_width(needed - 1));
    while (set_bits(bits), !search_pilots(merges)) {
      if (++bits > 28) throw Failure(TOKEN_RANKER_INTERNAL, 0, "no perfect hash for %zu merges", merges.size());
    }
  } else {
    set_bits(unsigned(std::bit_width(pilots.size() - 1)) + 2);
    pilots_.assign(pilots.begin(), pilots.end());
    pilots_.resize(pilots.size() + pad);
  }
  // In batches, so that the slots are on their way when they are written.
  constexpr size_t batch = 64;
  size_t places[batch];
  for (size_t first = 0; first < merges.size(); first += batch) {
    const std::span<const Merge> part = merges.subspan(first, std::min(batch, merges.size() - first));
    for (size_t i = 0; i < part.size(); i++) {
      places[i] = place(pair_key(part[i].left, part[i].right));
      __builtin_prefetch(&slots_[places[i]], 1);
    }
    for (size_t i = 0; i < part.size(); i++) slots_[places[i]] = pair_key(part[i].left, part[i].right) << rank_bits | part[i].rank;
  }
}

// Large buckets first, while most slots are free.
bool PairTable::search_pilots(std::span<const Merge> merges) {
  const size_t buckets = size_t{1} << pilot_bits_;
  pilots_.assign(buckets + pad, 0);

  // Counting sort of the hashes by bucket.
  std::vector<uint32_t> begin(buckets + 1);
  std::vector<uint64_t> hashes(merges.size());
  for (const Merge& merge : merges) begin[bucket(hash(pair_key(merge.left, merge.right))) + 1]++;
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
  for (const Merge& merge : merges) {
    const uint64_t h = hash(pair_key(merge.left, merge.right));
    hashes[next[bucket(h)]++] = h;
  }
  std::vector<uint32_t> order(buckets);
  std::iota(order.begin(), order.end(), 0);
  const auto size_of = [&](uint32_t b) { return begin[b + 1] - begin[b]; };
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return size_of(a) > size_of(b); });

  std::vector<bool> is_used(slots_.size());
  for (const uint32_t b : order) {
    const std::span<const uint64_t> members(hashes.data() + begin[b], size_of(b));
    unsigned pilot = 0;
    for (; pilot < 256; pilot++) {
      size_t placed = 0;
      for (; placed < members.size(); placed++) {
        const size_t slot = place(members[placed], pilot);
        if (is_used[slot]) break;
        is_used[slot] = true;
      }
      if (placed == members.size()) break;
      while (placed > 0) is_used[place(members[--placed], pilot)] = false;
    }
    if (pilot == 256) return false;
    pilots_[b] = uint8_t(pilot);
  }
  return true;
}

}  // namespace bpe
