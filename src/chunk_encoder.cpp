#include "chunk_encoder.hpp"

#include <algorithm>
#include <cstring>

#include "byte_hash.hpp"

namespace bpe {
namespace {

constexpr size_t key_reach = 16;  // make_keys reads so many bytes from the start of a pretoken
constexpr size_t word_limits[] = {16, 32, MergeBatch::max_word_size};

}  // namespace

bool ChunkEncoder::encode_chunk(const Vocabulary& vocabulary, const Phases& phases, Text text, TokenSink& sink) {
  Chunk& chunk = chunk_;
  chunk.short_count = chunk.medium_count = chunk.miss_count = 0;
  chunk.ranks.clear();

  // The last few pretokens may end nearer to the end of the text than make_keys reads: they are keyed in a copy with room behind it.
  size_t reachable = chunk.size;
  while (reachable > 0 && chunk.starts[reachable - 1] + key_reach > text.size) reachable--;
  phases.make_keys(text.data, chunk, 0, reachable, cache_);
  if (reachable < chunk.size) {
    uint8_t tail[2 * key_reach + Chunk::pad] = {};
    const size_t tail_begin = chunk.starts[reachable];
    std::memcpy(tail, text.data + tail_begin, text.size - tail_begin);
    const uint8_t* const text_around_tail = reinterpret_cast<const uint8_t*>(reinterpret_cast<uintptr_t>(tail) - tail_begin);
    phases.make_keys(text_around_tail, chunk, reachable, chunk.size, cache_);
  }

  phases.probe(chunk, cache_);
  if (chunk.miss_count > 0) {
    confirm_open(vocabulary, text);
    resolve_misses(vocabulary, phases, text);
  }
  for (const uint16_t gap : chunk.gaps) chunk.values[gap] = PretokenValue::none;

  const size_t count = phases.count(chunk);
  if (uint32_t* tokens = sink.room(count + Chunk::pad)) {
    phases.emit(chunk, cache_, tokens);
    if (!vocabulary.numbers_are_ranks()) {
      for (size_t i = 0; i < count; i++) tokens[i] = vocabulary.number(tokens[i]);
    }
  }
  // Only now: the values of this chunk may be in the log.
  if (chunk.miss_count > 0) insert_missed(text);
  return sink.add(count);
}

// Looks once more at values that are in the log, and in the log for pretokens without a key. What is not there are the misses.
void ChunkEncoder::confirm_open(const Vocabulary& vocabulary, Text text) {
  Chunk& chunk = chunk_;
  const auto text_of = [&](size_t i) { return text.part(chunk.starts[i], chunk.starts[i + 1]); };
  for (size_t n = 0; n < chunk.miss_count; n++) {
    const Text pretoken = text_of(chunk.misses[n]);
    hashes_[n] = hash_bytes(pretoken.data, pretoken.size);
    cache_.prefetch_log(hashes_[n]);
    vocabulary.prefetch_slot(hashes_[n]);
  }
  for (size_t n = 0; n < chunk.miss_count; n++) {
    uint64_t& value = chunk.values[chunk.misses[n]];
    if (value == 0) value = cache_.find_in_log(hashes_[n]);
    if (value != 0) cache_.prefetch_entry(value);
  }
  size_t left = 0;
  for (size_t n = 0; n < chunk.miss_count; n++) {
    const uint16_t i = chunk.misses[n];
    uint64_t& value = chunk.values[i];
    if (value != 0) value = cache_.confirm(value, text_of(i));
    hashes_[left] = hashes_[n];
    chunk.misses[left] = i;
    left += value == 0;
  }
  chunk.miss_count = left;
}

// Each distinct miss once: from the vocabulary in three passes, so that memory is asked for before it is read; what is no token joins
// the words to be merged, by size.
void ChunkEncoder::resolve_misses(const Vocabulary& vocabulary, const Phases& phases, Text text) {
  Chunk& chunk = chunk_;
  uint16_t* const misses = chunk.misses;
  const auto text_of = [&](size_t i) { return text.part(chunk.starts[i], chunk.starts[i + 1]); };

  size_t distinct = 0, repeats = 0;
  std::fill(std::begin(recent_), std::end(recent_), no_miss);
  for (size_t n = 0; n < chunk.miss_count; n++) {
    const uint16_t i = misses[n];
    const uint64_t hash = hashes_[n];
    uint16_t& recent = recent_[hash % recent_size];
    if (recent != no_miss && hashes_[recent] == hash && text_of(misses[recent]).view() == text_of(i).view()) {
      repeated_[repeats] = i;
      first_[repeats++] = misses[recent];
      continue;
    }
    recent = uint16_t(distinct);
    hashes_[distinct] = hash;
    misses[distinct++] = i;
  }
  chunk.miss_count = distinct;
  for (size_t n = 0; n < distinct; n++) vocabulary.prefetch_bytes(hashes_[n]);

  size_t word_counts[std::size(word_limits)] = {};
  for (size_t n = 0; n < distinct; n++) {
    const uint16_t i = misses[n];
    const Text pretoken = text_of(i);
    const uint32_t rank = pretoken.size <= vocabulary.max_token_size() ? vocabulary.find(pretoken, hashes_[n]) : no_rank;
    if (rank != no_rank) {
      chunk.values[i] = PretokenValue::of_rank(rank);
      continue;
    }
    const size_t kind = size_t(std::lower_bound(std::begin(word_limits), std::end(word_limits), pretoken.size) - word_limits);
    if (kind < std::size(word_limits)) {
      words_[kind][word_counts[kind]++] = i;
    } else {
      const std::span<const uint32_t> ranks = merge(vocabulary, pretoken, merge_);
      set_value(i, ranks.data(), ranks.size());
    }
  }
  for (size_t kind = 0; kind < std::size(word_limits); kind++) {
    MergeBatch batch;
    batch.text = text.data;
    batch.text_size = text.size;
    batch.starts = chunk.starts;
    batch.words = words_[kind];
    batch.count = word_counts[kind];
    batch.max_size = word_limits[kind];
    batch.receiver = this;
    batch.done = [](void* encoder, uint16_t word, const uint32_t* ranks, size_t count) {
      static_cast<ChunkEncoder*>(encoder)->set_value(word, ranks, count);
    };
    if (batch.count > 0) phases.merge(vocabulary, batch);
  }
  for (size_t n = 0; n < repeats; n++) chunk.values[repeated_[n]] = chunk.values[first_[n]];
}

void ChunkEncoder::set_value(size_t i, const uint32_t* ranks, size_t count) {
  if (count <= 3) {
    chunk_.values[i] = PretokenValue::of_ranks(ranks, count);
    return;
  }
  chunk_.values[i] = PretokenValue::at_offset(chunk_.ranks.size(), count);
  chunk_.ranks.insert(chunk_.ranks.end(), ranks, ranks + count);
}

void ChunkEncoder::insert_missed(Text text) {
  for (size_t n = 0; n < chunk_.miss_count; n++) {
    const size_t i = chunk_.misses[n];
    const Text pretoken = text.part(chunk_.starts[i], chunk_.starts[i + 1]);
    const size_t size = pretoken.size;
    uint64_t value = chunk_.values[i];
    if (size > max_cached_size || value == PretokenValue::none) continue;
    const bool is_short = size < max_short_size || (size == max_short_size && PretokenCache::is_full_key(load_8(pretoken.data)));
    const bool is_medium = size > max_short_size && (size < max_medium_size || (size == max_medium_size && PretokenCache::is_full_key(load_8(pretoken.data + 8))));
    if (value & PretokenValue::in_chunk) {
      value = cache_.append_to_log(pretoken, hashes_[n], &chunk_.ranks[PretokenValue::offset(value)], PretokenValue::count(value));
    } else if (!is_short && !is_medium) {
      uint32_t ranks[3];
      for (unsigned k = 0; k < 3; k++) ranks[k] = uint32_t(value >> (rank_bits * k)) & max_vocabulary_size;
      value = cache_.append_to_log(pretoken, hashes_[n], ranks, PretokenValue::inline_count(value));
    }
    if (is_short) cache_.insert_short(chunk_.keys[i], value);
    if (is_medium) cache_.insert_medium(chunk_.keys[i], chunk_.high_keys[i], value);
  }
  cache_.grow_if_full();
}

size_t ChunkEncoder::memory_size() const {
  return sizeof *this + cache_.memory_size() + merge_.memory_size() + chunk_.ranks.capacity() * sizeof(uint32_t) +
         chunk_.gaps.capacity() * sizeof(uint16_t);
}

void ChunkEncoder::shrink() {
  merge_ = {};
  std::vector<uint32_t>().swap(chunk_.ranks);  // `= {}` would keep the memory
}

}  // namespace bpe
