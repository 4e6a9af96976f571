#include "pretoken_cache.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace bpe {
namespace {

// The smallest sizes: 64 KiB, 48 KiB, 32 KiB and an index of 8 KiB.
constexpr size_t least_short = 1 << 10, least_medium = 1 << 9, least_log = 1 << 13;
constexpr size_t words_per_index_line = 32;  // of the log: an entry takes about twelve words, a line has room for four

constexpr unsigned tag_bits = 24;
constexpr uint64_t tag_mask = (1u << tag_bits) - 1;

unsigned shift_for(size_t lines) { return 64 - unsigned(std::bit_width(lines - 1)); }

size_t padded_words(size_t bytes) { return (bytes + 3) / 4; }

// Puts a value first in a line and moves the others on; the last one goes, or the one with the same key.
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

PretokenCache::PretokenCache(size_t limit, uint64_t first_place) : limit_(limit), log_end_(first_place) {
  resize_short(least_short);
  resize_medium(least_medium);
  resize_log(least_log);
}

void PretokenCache::insert_short(uint64_t key, uint64_t value) {
  ShortLine& line = short_[short_hash(key) >> short_shift_];
  push_in(line.keys, line.values, key, value);
  short_inserts_++;
}

void PretokenCache::insert_medium(uint64_t low, uint64_t high, uint64_t value) {
  const size_t at = medium_hash(low, high) >> medium_shift_;
  const uint64_t key[2] = {low, high};
  push_in(medium_[at].keys, medium_values_[at].values, key, value);
  medium_inserts_++;
}

uint64_t PretokenCache::append_to_log(Text pretoken, uint64_t hash, const uint32_t* ranks, size_t count) {
  const size_t byte_words = padded_words(pretoken.size), words = 1 + byte_words + count;
  // An entry does not go over the end of the ring.
  const uint64_t left = log_.size() - (log_end_ & (log_.size() - 1));
  if (words > left) log_end_ += left;
  uint32_t* const entry = &log_[log_end_ & (log_.size() - 1)];
  const EntryHead head = {uint16_t(pretoken.size), uint16_t(count)};
  std::memcpy(entry, &head, sizeof head);
  std::memcpy(entry + 1, pretoken.data, pretoken.size);
  std::memcpy(entry + 1 + byte_words, ranks, count * sizeof *ranks);

  uint64_t(&slots)[ways] = log_index_[hash >> log_shift_].slots;
  std::memmove(slots + 1, slots, sizeof slots - sizeof *slots);
  slots[0] = log_end_ << tag_bits | (hash & tag_mask);
  const uint64_t value = PretokenValue::at_place(log_end_, count);
  log_end_ += words;
  return value;
}

uint64_t PretokenCache::find_in_log(uint64_t hash) const {
  for (const uint64_t slot : log_index_[hash >> log_shift_].slots) {
    if (slot == 0 || ((slot ^ hash) & tag_mask) != 0) continue;
    const uint64_t place = slot >> tag_bits;
    if (log_end_ - place > log_.size()) continue;
    return PretokenValue::at_place(place, 0);
  }
  return 0;
}

uint64_t PretokenCache::confirm(uint64_t value, Text pretoken) const {
  const uint64_t place = PretokenValue::place(value);
  if (log_end_ - place > log_.size()) return 0;
  EntryHead head;
  std::memcpy(&head, words_at(place), sizeof head);
  const bool is_equal = head.size == pretoken.size && std::memcmp(words_at(place) + 1, pretoken.data, pretoken.size) == 0;
  return is_equal ? PretokenValue::at_place(place, head.count) : 0;
}

const uint32_t* PretokenCache::ranks_in_log(uint64_t value) const {
  const uint32_t* entry = words_at(PretokenValue::place(value));
  EntryHead head;
  std::memcpy(&head, entry, sizeof head);
  return entry + 1 + padded_words(head.size);
}

void PretokenCache::grow_if_full() {
  // Long before the places run out, all begins anew: a chunk appends less than the other half of them.
  if (log_end_ > max_place / 2) *this = PretokenCache(limit_);
  if (short_inserts_ > short_.size() * ways / 2 && may_grow_by(short_.memory_size())) resize_short(2 * short_.size());
  if (medium_inserts_ > medium_.size() * ways / 2 && may_grow_by(medium_.memory_size() + medium_values_.memory_size()))
    resize_medium(2 * medium_.size());
  if (log_end_ > log_.size() && may_grow_by(log_.memory_size() + log_index_.memory_size())) resize_log(2 * log_.size());
}

void PretokenCache::resize_short(size_t lines) {
  const Table<ShortLine> old = std::move(short_);
  short_ = Table<ShortLine>(lines);
  short_shift_ = shift_for(lines);
  for (const ShortLine& line : old) {
    // The oldest first, so that the order within a line stays.
    for (size_t i = ways; i-- > 0;) {
      if (line.values[i]) insert_short(line.keys[i], line.values[i]);
    }
  }
  short_inserts_ = 0;
}

void PretokenCache::resize_medium(size_t lines) {
  const Table<MediumLine> old = std::move(medium_);
  const Table<MediumValues> old_values = std::move(medium_values_);
  medium_ = Table<MediumLine>(lines);
  medium_values_ = Table<MediumValues>(lines);
  medium_shift_ = shift_for(lines);
  for (size_t line = 0; line < old.size(); line++) {
    for (size_t i = ways; i-- > 0;) {
      if (old_values[line].values[i]) insert_medium(old[line].keys[i][0], old[line].keys[i][1], old_values[line].values[i]);
    }
  }
  medium_inserts_ = 0;
}

// Places stay: what is in the old ring moves to where the same places are in the new one. Older places, which a longer ring would still
// hold, are zero there: no entry has size 0. The index begins anew; entries that only it leads to are missing once more.
void PretokenCache::resize_log(size_t words) {
  const Table<uint32_t> old = std::move(log_);
  log_ = Table<uint32_t>(words);
  log_index_ = Table<LogLine>(words / words_per_index_line);
  log_shift_ = shift_for(log_index_.size());
  const uint64_t first = log_end_ > old.size() ? log_end_ - old.size() : 0;
  for (uint64_t place = first; place < log_end_;) {
    const size_t from = place & (old.size() - 1);
    const size_t count = size_t(std::min<uint64_t>(log_end_ - place, old.size() - from));
    std::memcpy(&log_[place & (words - 1)], &old[from], count * sizeof(uint32_t));
    place += count;
  }
}

size_t PretokenCache::memory_size() const {
  return short_.memory_size() + medium_.memory_size() + medium_values_.memory_size() + log_index_.memory_size() + log_.memory_size();
}

}  // namespace bpe
