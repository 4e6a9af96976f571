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
  chunk.short_count = chunk.medium_count = chunk.long_count = chunk.miss_count = 0;
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

  phases.probe(text.data, chunk, cache_);
  if (chunk.miss_count > 0) resolve_misses(vocabulary, phases, text);
  for (const uint16_t gap : chunk.gaps) chunk.values[gap] = PretokenValue::none;

  const size_t count = phases.count(chunk);
  if (uint32_t* tokens = sink.room(count + Chunk::pad)) {
    phases.emit(chunk, cache_, tokens);
    if (!vocabulary.numbers_are_ranks()) {
      for (size_t i = 0; i < count; i++) tokens[i] = vocabulary.number(tokens[i]);
    }
  }
  cache_.grow_if_full();
  return sink.add(count);
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
    const Text pretoken = text_of(i);
    const uint64_t hash = hash_bytes(pretoken.data, pretoken.size);
    uint16_t& recent = recent_[hash % recent_size];
    if (recent != no_miss && hashes_[recent] == hash && text_of(misses[recent]).view() == pretoken.view()) {
      repeated_[repeats] = i;
      first_[repeats++] = misses[recent];
      continue;
    }
    recent = uint16_t(distinct);
    hashes_[distinct] = hash;
    misses[distinct++] = i;
    vocabulary.prefetch_slot(hash);
  }
  for (size_t n = 0; n < distinct; n++) vocabulary.prefetch_bytes(hashes_[n]);

  size_t word_counts[std::size(word_limits)] = {};
  for (size_t n = 0; n < distinct; n++) {
    const uint16_t i = misses[n];
    const Text pretoken = text_of(i);
    const uint32_t rank = pretoken.size <= vocabulary.max_token_size() ? vocabulary.find(pretoken, hashes_[n]) : no_rank;
    if (rank != no_rank) {
      remember(pretoken, i, &rank, 1);
      continue;
    }
    const size_t kind = size_t(std::lower_bound(std::begin(word_limits), std::end(word_limits), pretoken.size) - word_limits);
    if (kind < std::size(word_limits)) {
      words_[kind][word_counts[kind]++] = i;
    } else {
      const std::span<const uint32_t> ranks = merge(vocabulary, pretoken, merge_);
      remember(pretoken, i, ranks.data(), ranks.size());
    }
  }
  struct Receiver {
    ChunkEncoder* encoder;
    Text text;
  } receiver = {this, text};
  for (size_t kind = 0; kind < std::size(word_limits); kind++) {
    MergeBatch batch;
    batch.text = text.data;
    batch.text_size = text.size;
    batch.starts = chunk.starts;
    batch.words = words_[kind];
    batch.count = word_counts[kind];
    batch.max_size = word_limits[kind];
    batch.receiver = &receiver;
    batch.done = [](void* to, uint16_t word, const uint32_t* ranks, size_t count) {
      const auto& [encoder, whole] = *static_cast<Receiver*>(to);
      const Text pretoken = whole.part(encoder->chunk_.starts[word], encoder->chunk_.starts[word + 1]);
      encoder->remember(pretoken, word, ranks, count);
    };
    if (batch.count > 0) phases.merge(vocabulary, batch);
  }
  for (size_t n = 0; n < repeats; n++) chunk.values[repeated_[n]] = chunk.values[first_[n]];
}

// The value of pretoken i in this chunk, and in the cache for the next ones.
void ChunkEncoder::remember(Text pretoken, size_t i, const uint32_t* ranks, size_t count) {
  uint64_t value;
  uint64_t kept;
  if (count <= 3) {
    value = kept = PretokenValue::of_ranks(ranks, count);
  } else {
    value = PretokenValue::in_arena(PretokenValue::in_chunk, chunk_.ranks.size(), count);
    chunk_.ranks.insert(chunk_.ranks.end(), ranks, ranks + count);
    kept = pretoken.size <= max_cached_size ? cache_.keep(ranks, count) : 0;
  }
  chunk_.values[i] = value;
  if (kept == 0 || pretoken.size > max_cached_size) return;
  const size_t size = pretoken.size;
  if (size < max_short_size || (size == max_short_size && PretokenCache::is_full_key(load_8(pretoken.data)))) {
    cache_.insert_short(chunk_.keys[i], kept);
  } else if (size > max_short_size && (size < max_medium_size || (size == max_medium_size && PretokenCache::is_full_key(load_8(pretoken.data + 8))))) {
    cache_.insert_medium(chunk_.keys[i], chunk_.high_keys[i], kept);
  } else {
    cache_.insert_long(pretoken, chunk_.keys[i], kept);
  }
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
