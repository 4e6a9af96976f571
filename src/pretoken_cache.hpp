// pretoken -> tokens, for pretokens that were met before: three tables by size of the pretoken. Exact: a hit has equal bytes.
//
//   up to 8 bytes   lines of 4:  | key key key key | value value value value |         one cache line
//   9 to 16         lines of 4:  | low high  low high  low high  low high | values |   one line and a half
//   up to 128       open addressing, at most 8 probes; bytes in an arena
//
// A key is the pretoken's bytes, little endian, zero above them, and in the top byte 0xF8 + size when that byte is free; no UTF-8 has
// such a byte. A full word whose top byte could be such a marker, or that is 0, is left to the third table.
//
// New entries push out the oldest one of their line. The tables begin small and grow fourfold as they fill, up to a limit in bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "table_memory.hpp"
#include "text.hpp"

namespace bpe {

// The tokens of a pretoken in 64 bits; 0: unknown. Up to three ranks stand in the value, more in one of two arenas.
//
//   bits 60, 61   1..3: this many ranks, 20 bits each, the first lowest
//   bit 62        the ranks are in the arena of the cache:    bits 28..59 offset, 0..27 count
//   bit 63        the ranks are in the arena of the chunk:    the same
struct PretokenValue {
  static constexpr unsigned count_shift = 60, offset_shift = 28;
  static constexpr uint64_t in_cache = uint64_t{1} << 62, in_chunk = uint64_t{1} << 63;
  static constexpr uint64_t none = in_chunk;  // no tokens at all

  static uint64_t of_rank(uint32_t rank) { return uint64_t{1} << count_shift | rank; }
  static uint64_t of_ranks(const uint32_t* ranks, size_t count) {  // 1..3
    uint64_t value = uint64_t{count} << count_shift | ranks[0];
    if (count > 1) value |= uint64_t{ranks[1]} << 20;
    if (count > 2) value |= uint64_t{ranks[2]} << 40;
    return value;
  }
  static uint64_t in_arena(uint64_t which, size_t offset, size_t count) { return which | uint64_t{offset} << offset_shift | count; }
  static uint32_t inline_count(uint64_t value) { return uint32_t(value >> count_shift) & 3; }
  static size_t arena_count(uint64_t value) { return value & ((1u << offset_shift) - 1); }
  static size_t arena_offset(uint64_t value) { return value >> offset_shift & 0xFFFFFFFF; }
};

inline constexpr size_t max_short_size = 8, max_medium_size = 16, max_cached_size = 128;

class PretokenCache {
 public:
  static constexpr size_t ways = 4, max_probes = 8;
  struct alignas(64) ShortLine {
    uint64_t keys[ways];
    uint64_t values[ways];
  };
  struct alignas(64) MediumLine {
    uint64_t keys[ways][2];
  };
  struct alignas(32) MediumValues {
    uint64_t values[ways];
  };
  struct alignas(32) LongSlot {
    uint64_t hash;
    uint64_t value;  // 0: empty
    uint32_t offset;  // of the bytes in the arena
    uint32_t size;
  };

  // limit: bytes for all tables; at least what the smallest ones take.
  explicit PretokenCache(size_t limit);

  static uint64_t short_hash(uint64_t key) { return key * 0x9E3779B97F4A7C15; }
  static uint64_t medium_hash(uint64_t low, uint64_t high) {
    return ((low * 0x9E3779B97F4A7C15) ^ (high * 0xD6E8FEB86659FD93)) * 0x9E3779B97F4A7C15;
  }
  // Words that are keys of full size: others could be mistaken for a shorter pretoken or for an empty entry.
  static bool is_full_key(uint64_t word) { return word - 1 < 0xF7FFFFFFFFFFFFFF; }

  void insert_short(uint64_t key, uint64_t value);
  void insert_medium(uint64_t low, uint64_t high, uint64_t value);
  void insert_long(Text pretoken, uint64_t hash, uint64_t value);
  // A value for more than three ranks, kept with the cache; 0 if the arena is full.
  uint64_t keep(const uint32_t* ranks, size_t count);

  // Between two chunks: makes room for what the last one filled. Values found before are void afterwards.
  void grow_if_full();

  // Where the phases look. Lines and slots are counted in powers of two.
  const ShortLine* short_lines() const { return short_.data(); }
  const MediumLine* medium_lines() const { return medium_.data(); }
  const MediumValues* medium_values() const { return medium_values_.data(); }
  const LongSlot* long_slots() const { return long_.data(); }
  const uint8_t* bytes() const { return bytes_.data(); }
  const uint32_t* ranks() const { return ranks_.data(); }
  unsigned short_shift() const { return 64 - short_bits_; }
  unsigned medium_shift() const { return 64 - medium_bits_; }
  unsigned long_shift() const { return 64 - long_bits_; }
  size_t long_mask() const { return long_.size() - 1; }

  size_t memory_size() const;

 private:
  void resize_short(unsigned bits);
  void resize_medium(unsigned bits);
  void clear_long(unsigned bits);
  void forget_arena();

  unsigned short_bits_ = 0, medium_bits_ = 0, long_bits_ = 0;
  unsigned short_limit_, medium_limit_, long_limit_;  // bits
  Table<ShortLine> short_;
  Table<MediumLine> medium_;
  Table<MediumValues> medium_values_;
  Table<LongSlot> long_;
  Table<uint8_t> bytes_;    // of the pretokens in long_
  Table<uint32_t> ranks_;   // of values with more than three
  size_t short_inserts_ = 0, medium_inserts_ = 0, long_inserts_ = 0;  // since the table had its size
  size_t bytes_used_ = 0, ranks_used_ = 0;
  bool is_arena_full_ = false;
};

}  // namespace bpe
