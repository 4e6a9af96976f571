#include "pretoken_cache.hpp"

#include <algorithm>
#include <cstring>

#include "byte_hash.hpp"

namespace bpe {
namespace {

// A step of growth; the last one is reached with the default limit.
struct Level {
  unsigned short_bits, medium_bits, long_bits;  // lines, lines, slots: powers of two
};
constexpr Level levels[] = {{10, 9, 9}, {12, 11, 11}, {14, 13, 13}, {16, 15, 13}};
constexpr unsigned growth = 2;
constexpr size_t bytes_per_slot = 32, ranks_per_slot = 8;

constexpr size_t size_of(const Level& level) {
  return (sizeof(PretokenCache::ShortLine) << level.short_bits) +
         ((sizeof(PretokenCache::MediumLine) + sizeof(PretokenCache::MediumValues)) << level.medium_bits) +
         ((sizeof(PretokenCache::LongSlot) + bytes_per_slot + ranks_per_slot * sizeof(uint32_t)) << level.long_bits);
}
static_assert(size_of(levels[0]) < 256 << 10 && size_of(levels[3]) < (8 << 20) - (192 << 10));

// What an emit may read beyond the ranks of a value, and a compare beyond the bytes of a pretoken.
constexpr size_t pad = 16;

// Puts a value first in a line and moves the others on; the last one goes.
template <class Key>
void push_in(Key (&keys)[PretokenCache::ways], uint64_t (&values)[PretokenCache::ways], const Key& key, uint64_t value) {
  size_t i = 0;
  while (i < PretokenCache::ways - 1 && std::memcmp(&keys[i], &key, sizeof(Key)) != 0) i++;
  for (; i > 0; i--) {
    std::memcpy(&keys[i], &keys[i - 1], sizeof(Key));
    values[i] = values[i - 1];
  }
  std::memcpy(&keys[0], &key, sizeof(Key));
  values[0] = value;
}

}  // namespace

PretokenCache::PretokenCache(size_t limit) {
  const Level* largest = &levels[0];
  for (const Level& level : levels) {
    if (size_of(level) <= limit) largest = &level;
  }
  short_limit_ = largest->short_bits;
  medium_limit_ = largest->medium_bits;
  long_limit_ = largest->long_bits;
  resize_short(levels[0].short_bits);
  resize_medium(levels[0].medium_bits);
  clear_long(levels[0].long_bits);
}

void PretokenCache::insert_short(uint64_t key, uint64_t value) {
  ShortLine& line = short_[short_hash(key) >> short_shift()];
  push_in(line.keys, line.values, key, value);
  short_inserts_++;
}

void PretokenCache::insert_medium(uint64_t low, uint64_t high, uint64_t value) {
  const size_t at = medium_hash(low, high) >> medium_shift();
  const uint64_t key[2] = {low, high};
  push_in(medium_[at].keys, medium_values_[at].values, key, value);
  medium_inserts_++;
}

void PretokenCache::insert_long(Text pretoken, uint64_t hash, uint64_t value) {
  if (bytes_used_ + pretoken.size + pad > bytes_.size() || long_inserts_ > long_.size() / 4 * 3) {
    is_arena_full_ = true;
    return;
  }
  size_t at = hash >> long_shift();
  for (size_t probes = 0; probes < max_probes && long_[at].value; probes++) at = (at + 1) & long_mask();
  if (long_[at].value) at = hash >> long_shift();
  std::memcpy(&bytes_[bytes_used_], pretoken.data, pretoken.size);
  long_[at] = {hash, value, uint32_t(bytes_used_), uint32_t(pretoken.size)};
  bytes_used_ += pretoken.size;
  long_inserts_++;
}

uint64_t PretokenCache::keep(const uint32_t* ranks, size_t count) {
  if (ranks_used_ + count + pad > ranks_.size()) {
    is_arena_full_ = true;
    return 0;
  }
  std::memcpy(&ranks_[ranks_used_], ranks, count * sizeof *ranks);
  const uint64_t value = PretokenValue::in_arena(PretokenValue::in_cache, ranks_used_, count);
  ranks_used_ += count;
  return value;
}

void PretokenCache::grow_if_full() {
  if (short_bits_ < short_limit_ && short_inserts_ > short_.size() * ways / 2) resize_short(short_bits_ + growth);
  if (medium_bits_ < medium_limit_ && medium_inserts_ > medium_.size() * ways / 2) resize_medium(medium_bits_ + growth);
  if (is_arena_full_) {
    forget_arena();
    clear_long(std::min(long_bits_ + growth, long_limit_));
  }
}

void PretokenCache::resize_short(unsigned bits) {
  Table<ShortLine> old = std::move(short_);
  short_ = Table<ShortLine>(size_t{1} << bits);
  short_bits_ = bits;
  for (const ShortLine& line : old) {
    // The oldest first, so that the order within a line stays.
    for (size_t i = ways; i-- > 0;) {
      if (line.values[i]) insert_short(line.keys[i], line.values[i]);
    }
  }
  short_inserts_ = 0;
}

void PretokenCache::resize_medium(unsigned bits) {
  const Table<MediumLine> old = std::move(medium_);
  const Table<MediumValues> old_values = std::move(medium_values_);
  medium_ = Table<MediumLine>(size_t{1} << bits);
  medium_values_ = Table<MediumValues>(size_t{1} << bits);
  medium_bits_ = bits;
  for (size_t line = 0; line < old.size(); line++) {
    for (size_t i = ways; i-- > 0;) {
      if (old_values[line].values[i]) insert_medium(old[line].keys[i][0], old[line].keys[i][1], old_values[line].values[i]);
    }
  }
  medium_inserts_ = 0;
}

void PretokenCache::clear_long(unsigned bits) {
  long_ = Table<LongSlot>(size_t{1} << bits);
  bytes_ = Table<uint8_t>(bytes_per_slot << bits);
  ranks_ = Table<uint32_t>(ranks_per_slot << bits);
  long_bits_ = bits;
  long_inserts_ = bytes_used_ = ranks_used_ = 0;
  is_arena_full_ = false;
}

// Values in the other tables that point into the arena of ranks go with it.
void PretokenCache::forget_arena() {
  for (size_t line = 0; line < short_.size(); line++) {
    for (uint64_t& value : short_[line].values) {
      if (value & PretokenValue::in_cache) value = 0;
    }
  }
  for (size_t line = 0; line < medium_values_.size(); line++) {
    for (uint64_t& value : medium_values_[line].values) {
      if (value & PretokenValue::in_cache) value = 0;
    }
  }
}

size_t PretokenCache::memory_size() const {
  return short_.memory_size() + medium_.memory_size() + medium_values_.memory_size() + long_.memory_size() + bytes_.memory_size() +
         ranks_.memory_size();
}

}  // namespace bpe
