// pretoken -> tokens, for pretokens that were met before: two tables and a log. Exact: a hit has equal bytes.
//
//   up to 8 bytes   lines of 4:  | key key key key | value value value value |         one cache line
//   9 to 16         lines of 4:  | low high  low high  low high  low high | values |   one line and a half
//   up to 512, or without a key: entries of the log, with an index of lines of 4 by hash
//
// The keys are those of pretoken_key.hpp. The log is a ring to which entries are appended, and the ranks of keys that have more than
// three; the newest overwrite the oldest. A place in it is counted from its beginning and never comes again, so a place before the
// oldest one that is left is known to be gone:
//
//   | size, count | bytes, padded to 4 | ranks |   … | ranks | …          … oldest | newest → …
//
// New entries push out one of their line if it is full. Each part begins small and doubles in its place as it fills, up to a common limit
// in bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pretoken_key.hpp"
#include "table_memory.hpp"
#include "text.hpp"

namespace bpe {

// The tokens of a pretoken in 64 bits; 0: unknown. Up to three ranks stand in the value, more are somewhere else.
//
//   bits 60, 61   1..3: this many ranks, 20 bits each, the first lowest
//   bit 62        the ranks are in the log of the cache:  bits 20..59 place, 0..19 count
//   bit 63        the ranks are with the chunk:           bits 28..59 offset, 0..27 count
struct PretokenValue {
  static constexpr unsigned count_shift = 60;
  static constexpr uint64_t in_log = uint64_t{1} << 62, in_chunk = uint64_t{1} << 63;
  static constexpr uint64_t none = in_chunk;  // no tokens at all

  static uint64_t of_rank(uint32_t rank) { return uint64_t{1} << count_shift | rank; }
  // count: 1..3. Three elements are read, whatever they are.
  static uint64_t of_ranks(const uint32_t* ranks, size_t count) {
    const uint64_t all = uint64_t{ranks[0]} | uint64_t{ranks[1]} << 20 | uint64_t{ranks[2]} << 40;
    return uint64_t{count} << count_shift | (all & ((uint64_t{1} << (20 * count)) - 1));
  }
  static uint64_t at_place(uint64_t place, size_t count) { return in_log | place << 20 | count; }
  static uint64_t at_offset(size_t offset, size_t count) { return in_chunk | uint64_t{offset} << 28 | count; }

  static uint32_t inline_count(uint64_t value) { return uint32_t(value >> count_shift) & 3; }
  // Of values without inline ranks.
  static size_t count(uint64_t value) { return value & (value & in_log ? 0xFFFFF : 0xFFFFFFF); }
  static uint64_t place(uint64_t value) { return value >> 20 & 0xFFFFFFFFFF; }
  static size_t offset(uint64_t value) { return value >> 28 & 0xFFFFFFFF; }
  // 0 or in the log, as one comparison: values that need a second look.
  static bool is_open(uint64_t value) { return value - 1 >= in_log - 1; }
};

inline constexpr size_t max_cached_size = 512;

class PretokenCache {
 public:
  static constexpr size_t ways = 4;
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
  struct alignas(32) IndexLine {
    uint64_t slots[ways];  // place << 24 | tag; 0: empty
  };

  // Places in the log have 40 bits.
  static constexpr uint64_t max_place = (uint64_t{1} << 40) - 1;

  // limit: bytes for all parts; at least what the smallest ones take. first_place: of the log, not 0; tests begin near the last one.
  explicit PretokenCache(size_t limit, uint64_t first_place = 1);

  // Where the phases look up keys. Lines are told by their distance in bytes from the first: the top bits of the hash above line_bits.
  static constexpr unsigned line_bits = 6;
  static_assert(sizeof(ShortLine) == 1 << line_bits && sizeof(MediumLine) == 1 << line_bits);
  const ShortLine& short_line(uint32_t distance) const { return *at<ShortLine>(short_.data(), distance); }
  const MediumLine& medium_line(uint32_t distance) const { return *at<MediumLine>(medium_.data(), distance); }
  const MediumValues& medium_values(uint32_t distance) const {
    return *at<MediumValues>(medium_values_.data(), distance / (sizeof(MediumLine) / sizeof(MediumValues)));
  }
  unsigned short_shift() const { return short_shift_ - line_bits; }
  unsigned medium_shift() const { return medium_shift_ - line_bits; }
  static constexpr uint64_t line_mask = ~((uint64_t{1} << line_bits) - 1);
  uint32_t short_distance(uint64_t hash) const { return uint32_t(hash >> short_shift() & line_mask); }
  uint32_t medium_distance(uint64_t hash) const { return uint32_t(hash >> medium_shift() & line_mask); }

  // The value of a key; 0 if it is not there. Without a branch.
  static uint64_t find_in(const ShortLine& line, uint64_t key) {
    uint64_t value = 0;
    for (size_t way = 0; way < ways; way++) value |= line.values[way] & -uint64_t{line.keys[way] == key};
    return value;
  }
  static uint64_t find_in(const MediumLine& line, const MediumValues& values, uint64_t low, uint64_t high) {
    uint64_t value = 0;
    for (size_t way = 0; way < ways; way++) {
      value |= values.values[way] & -uint64_t{((line.keys[way][0] ^ low) | (line.keys[way][1] ^ high)) == 0};
    }
    return value;
  }
  uint64_t find_short(uint64_t key) const { return find_in(short_line(short_distance(short_hash(key))), key); }
  uint64_t find_medium(uint64_t low, uint64_t high) const {
    const uint32_t distance = medium_distance(medium_hash(low, high));
    return find_in(medium_line(distance), medium_values(distance), low, high);
  }

  // Whether the ranks of a value that was found are still in the log.
  bool is_in_log(uint64_t value) const { return bool((value >> 62 & 1) & uint64_t{PretokenValue::place(value) >= log_begin_}); }
  void prefetch_ranks(uint64_t value) const { __builtin_prefetch(ranks_in_log(value)); }
  const uint32_t* ranks_in_log(uint64_t value) const { return words_at(PretokenValue::place(value)); }

  // Entries of the log, in steps for many pretokens at once: each asks memory for what the next one reads. hash: hash_bytes of the pretoken.
  void prefetch_index(uint64_t hash) const { __builtin_prefetch(&index_[hash >> index_shift_]); }
  // The place of an entry that may be that of the pretoken, to be confirmed; 0 if there is none.
  uint64_t find_entry(uint64_t hash) const;
  void prefetch_entry(uint64_t place) const { __builtin_prefetch(words_at(place)); }
  // The value, if it is there still and that of this pretoken, else 0.
  uint64_t confirm_entry(uint64_t place, Text pretoken) const;

  // Values that were found before may be void after any of these.
  void insert_short(uint64_t key, uint64_t value);
  void insert_medium(uint64_t low, uint64_t high, uint64_t value);
  // The value of up to max_cached_size ranks appended to the log.
  uint64_t append_ranks(const uint32_t* ranks, size_t count);
  void append_entry(Text pretoken, uint64_t hash, const uint32_t* ranks, size_t count);
  void grow_if_full();

  size_t memory_size() const;

 private:
  struct EntryHead {
    uint16_t size;   // bytes
    uint16_t count;  // ranks
  };

  void double_short();
  void double_medium();
  void double_log();
  void double_index();
  uint32_t* append(size_t words);
  bool may_grow_by(size_t bytes) const { return memory_size() + bytes <= limit_; }
  template <class Line>
  static const Line* at(const Line* first, size_t distance) {
    return reinterpret_cast<const Line*>(reinterpret_cast<const char*>(first) + distance);
  }
  const uint32_t* words_at(uint64_t place) const { return &log_[place & (log_.size() - 1)]; }

  size_t limit_;
  unsigned short_shift_, medium_shift_, index_shift_;
  Table<ShortLine> short_;
  Table<MediumLine> medium_;
  Table<MediumValues> medium_values_;
  Table<uint32_t> log_;                // a power of two of words
  Table<IndexLine> index_;
  uint64_t log_begin_, log_end_;       // places, in words, of the oldest word that is left and of the next one; 0 is none
  size_t short_inserts_ = 0, medium_inserts_ = 0, index_inserts_ = 0;  // since the table had its size
};

}  // namespace bpe
