#include "pretoken_cache.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace bpe {
namespace {

// The smallest sizes: 64 KiB, 48 KiB, 32 KiB and an index of 8 KiB.
constexpr size_t least_short = 1 << 10, least_medium = 1 << 9, least_log = 1 << 13, least_index = 1 << 8;

// The tag in the index: the bits of the hash below those that choose a line of the smallest index. More lines are chosen by bits of the tag.
constexpr unsigned tag_bits = 24, least_index_bits = 8;
constexpr uint64_t tag_mask = (1u << tag_bits) - 1;
static_assert(size_t{1} << least_index_bits == least_index);

uint64_t tag_of(uint64_t hash) { return hash << least_index_bits >> (64 - tag_bits); }

unsigned shift_for(size_t lines) { return 64 - unsigned(std::bit_width(lines - 1)); }

size_t padded_words(size_t bytes) { return (bytes + 3) / 4; }

// Puts a value into a line: where its key is, which is rare, else in the first empty place, else in one that depends on `turn`. A text that
// comes again and has more keys for a line than fit finds some of them there; were it always the oldest that goes, it would find none.
template <class Key>
void put_in(Key (&keys)[PretokenCache::ways], uint64_t (&values)[PretokenCache::ways], const Key& key, uint64_t value, size_t turn) {
  unsigned fitting = 0;  // without a branch: lines follow no rule
  for (size_t i = 0; i < PretokenCache::ways; i++) fitting |= unsigned((values[i] == 0) | (std::memcmp(&keys[i], &key, sizeof(Key)) == 0)) << i;
  fitting |= 1u << (PretokenCache::ways + turn % PretokenCache::ways);
  const size_t place = unsigned(__builtin_ctz(fitting)) % PretokenCache::ways;
  std::memcpy(&keys[place], &key, sizeof(Key));
  values[place] = value;
}

}  // namespace

PretokenCache::PretokenCache(size_t limit, uint64_t first_place)
    : limit_(limit),
      short_shift_(shift_for(least_short)),
      medium_shift_(shift_for(least_medium)),
      index_shift_(shift_for(least_index)),
      short_(least_short),
      medium_(least_medium),
      medium_values_(least_medium),
      log_(least_log),
      index_(least_index),
      log_begin_(first_place),
      log_end_(first_place) {}

void PretokenCache::insert_short(uint64_t key, uint64_t value) {
  ShortLine& line = short_[short_hash(key) >> short_shift_];
  put_in(line.keys, line.values, key, value, short_inserts_++);
}

void PretokenCache::insert_medium(uint64_t low, uint64_t high, uint64_t value) {
  const size_t at = medium_hash(low, high) >> medium_shift_;
  const uint64_t key[2] = {low, high};
  put_in(medium_[at].keys, medium_values_[at].values, key, value, medium_inserts_++);
}

// Room for words side by side: what stands together does not go over the end of the ring.
uint32_t* PretokenCache::append(size_t words) {
  const uint64_t left = log_.size() - (log_end_ & (log_.size() - 1));
  if (words > left) log_end_ += left;
  uint32_t* const at = &log_[log_end_ & (log_.size() - 1)];
  log_end_ += words;
  if (log_end_ - log_begin_ > log_.size()) log_begin_ = log_end_ - log_.size();
  return at;
}

uint64_t PretokenCache::append_ranks(const uint32_t* ranks, size_t count) {
  std::memcpy(append(count), ranks, count * sizeof *ranks);
  return PretokenValue::at_place(log_end_ - count, count);
}

void PretokenCache::append_entry(Text pretoken, uint64_t hash, const uint32_t* ranks, size_t count) {
  const size_t byte_words = padded_words(pretoken.size), words = 1 + byte_words + count;
  uint32_t* const entry = append(words);
  const EntryHead head = {uint16_t(pretoken.size), uint16_t(count)};
  std::memcpy(entry, &head, sizeof head);
  std::memcpy(entry + 1, pretoken.data, pretoken.size);
  std::memcpy(entry + 1 + byte_words, ranks, count * sizeof *ranks);

  uint64_t(&slots)[ways] = index_[hash >> index_shift_].slots;
  std::memmove(slots + 1, slots, sizeof slots - sizeof *slots);
  slots[0] = (log_end_ - words) << tag_bits | tag_of(hash);
  index_inserts_++;
}

uint64_t PretokenCache::find_entry(uint64_t hash) const {
  for (const uint64_t slot : index_[hash >> index_shift_].slots) {
    if ((slot & tag_mask) == tag_of(hash) && slot >> tag_bits >= log_begin_) return slot >> tag_bits;
  }
  return 0;
}

uint64_t PretokenCache::confirm_entry(uint64_t place, Text pretoken) const {
  if (place < log_begin_) return 0;
  const uint32_t* const entry = words_at(place);
  EntryHead head;
  std::memcpy(&head, entry, sizeof head);
  const bool is_same = head.size == pretoken.size && std::memcmp(entry + 1, pretoken.data, pretoken.size) == 0;
  return is_same ? PretokenValue::at_place(place + 1 + padded_words(head.size), head.count) : 0;
}

void PretokenCache::grow_if_full() {
  // Long before the places run out, all begins anew: a chunk appends less than the other half of them.
  if (log_end_ > max_place / 2) *this = PretokenCache(limit_);
  if (short_inserts_ > short_.size() * ways / 2 && may_grow_by(short_.memory_size())) double_short();
  if (medium_inserts_ > medium_.size() * ways / 2 && may_grow_by(medium_.memory_size() + medium_values_.memory_size())) double_medium();
  if (index_inserts_ > index_.size() * ways / 2 && may_grow_by(index_.memory_size())) double_index();
  if (log_end_ - log_begin_ > log_.size() / 8 * 7 && may_grow_by(log_.memory_size())) double_log();
}

// A table doubles in its place: line i becomes lines 2 i and 2 i + 1, chosen by the next bit of the hash. From the last line on nothing is
// overwritten that is still to be moved. Entries keep their order: before each one stand those of its half; the empty ones, which have hash
// 0 and come last, stay last.
void PretokenCache::double_short() {
  short_.grow(2 * short_.size());
  short_shift_--;
  for (size_t i = short_.size() / 2; i-- > 0;) {
    const ShortLine old = short_[i];
    ShortLine* const halves = &short_[2 * i];
    halves[0] = halves[1] = {};
    for (size_t way = 0, upper = 0; way < ways; way++) {
      const size_t half = short_hash(old.keys[way]) >> short_shift_ & 1, to = half ? upper : way - upper;
      upper += half;
      halves[half].keys[to] = old.keys[way];
      halves[half].values[to] = old.values[way];
    }
  }
  short_inserts_ = 0;
}

void PretokenCache::double_medium() {
  medium_.grow(2 * medium_.size());
  medium_values_.grow(medium_.size());
  medium_shift_--;
  for (size_t i = medium_.size() / 2; i-- > 0;) {
    const MediumLine old = medium_[i];
    const MediumValues old_values = medium_values_[i];
    MediumLine* const halves = &medium_[2 * i];
    MediumValues* const half_values = &medium_values_[2 * i];
    halves[0] = halves[1] = {};
    half_values[0] = half_values[1] = {};
    for (size_t way = 0, upper = 0; way < ways; way++) {
      const auto& key = old.keys[way];
      const size_t half = medium_hash(key[0], key[1]) >> medium_shift_ & 1, to = half ? upper : way - upper;
      upper += half;
      halves[half].keys[to][0] = key[0];
      halves[half].keys[to][1] = key[1];
      half_values[half].values[to] = old_values.values[way];
    }
  }
  medium_inserts_ = 0;
}

void PretokenCache::double_index() {
  index_.grow(2 * index_.size());
  index_shift_--;
  const unsigned tag_bit = index_shift_ - (64 - least_index_bits - tag_bits);
  for (size_t i = index_.size() / 2; i-- > 0;) {
    const IndexLine old = index_[i];
    IndexLine* const halves = &index_[2 * i];
    halves[0] = halves[1] = {};
    for (size_t way = 0, upper = 0; way < ways; way++) {
      const size_t half = old.slots[way] >> tag_bit & 1, to = half ? upper : way - upper;
      upper += half;
      halves[half].slots[to] = old.slots[way];
    }
  }
  index_inserts_ = 0;
}

// Places stay. In a ring of twice the size half of them are as far from its beginning as before, the others farther by the old size.
void PretokenCache::double_log() {
  const size_t old_size = log_.size();
  log_.grow(2 * old_size);
  for (uint64_t place = log_begin_; place < log_end_;) {
    const size_t from = place & (old_size - 1), to = place & (2 * old_size - 1);
    const size_t count = size_t(std::min<uint64_t>(log_end_ - place, old_size - from));
    if (to != from) std::memcpy(&log_[to], &log_[from], count * sizeof(uint32_t));
    place += count;
  }
}

size_t PretokenCache::memory_size() const {
  return short_.memory_size() + medium_.memory_size() + medium_values_.memory_size() + index_.memory_size() + log_.memory_size();
}

}  // namespace bpe
