// The merges of a vocabulary: (left rank, right rank) -> rank of the merged token, as a perfect hash with one probe.
//
//   bucket = high bits of hash(pair)       pilot = pilots[bucket]       slot = slots[place(hash(pair), pilot)]
//
// A bucket's pilot is the first number that sends all of its pairs to free slots. Finding the pilots takes longer than
// everything else, so the built-in vocabularies bring theirs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "table_memory.hpp"

namespace bpe {

// Ranks fit 20 bits; this one is none.
inline constexpr uint32_t no_rank = 0xFFFFFFFF;
inline constexpr unsigned rank_bits = 20;
inline constexpr uint32_t max_vocabulary_size = (1u << rank_bits) - 1;

struct Merge {
  uint32_t left;
  uint32_t right;
  uint32_t rank;
};

class PairTable {
 public:
  PairTable() = default;

  // The pairs must be distinct. Pilots for exactly these pairs (or more of them) may be given; empty: they are searched.
  PairTable(std::span<const Merge> merges, std::span<const uint8_t> pilots);

  // The rank of the merged token, or no_rank.
  uint32_t find(uint32_t left, uint32_t right) const {
    const uint64_t key = pair_key(left, right);
    const uint64_t slot = slots_[place(key)];
    return slot >> rank_bits == key ? uint32_t(slot) & max_vocabulary_size : no_rank;
  }

  // For looking up many pairs at once: a slot is key << rank_bits | rank, and holds another key if the pair has no merge.
  // A key is never 0, so that an empty slot matches none; no_key matches no slot.
  static constexpr uint64_t no_key = (uint64_t{1} << (64 - rank_bits)) - 1;
  static uint64_t pair_key(uint32_t left, uint32_t right) { return (uint64_t{left} << rank_bits | right) + 1; }
  const uint64_t* slots() const { return slots_.data(); }
  const uint64_t* slot_of(uint64_t key) const { return slots_.data() + place(key); }

  // At least 3 more bytes are readable behind the pilots.
  std::span<const uint8_t> pilots() const { return {pilots_.data(), size_t{1} << pilot_bits_}; }
  unsigned pilot_bits() const { return pilot_bits_; }
  unsigned slot_bits() const { return slot_bits_; }

  static constexpr uint64_t hash_factor = 0x9E3779B97F4A7C15, pilot_factor = 0xD1B54A32D192ED03, place_factor = 0xBF58476D1CE4E5B9;

 private:
  static uint64_t hash(uint64_t key) { return key * hash_factor; }
  size_t bucket(uint64_t hash) const { return hash >> (64 - pilot_bits_); }
  size_t place(uint64_t hash, uint64_t pilot) const {
    return ((hash ^ (hash >> 29) ^ (pilot * pilot_factor)) * place_factor) >> (64 - slot_bits_);
  }
  size_t place(uint64_t key) const {
    const uint64_t h = hash(key);
    return place(h, pilots_[bucket(h)]);
  }
  void set_bits(unsigned slot_bits);
  bool search_pilots(std::span<const Merge> merges);

  static constexpr size_t pad = 3;

  unsigned slot_bits_ = 3;
  unsigned pilot_bits_ = 1;
  Table<uint64_t> slots_ = Table<uint64_t>(8);  // key << rank_bits | rank; 0: empty
  std::vector<uint8_t> pilots_ = std::vector<uint8_t>(2 + pad);
};

}  // namespace bpe
