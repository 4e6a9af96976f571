#include "chunk_encoder.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <span>

#include "byte_hash.hpp"

namespace bpe {
namespace {

constexpr size_t few_pretokens = 8;
constexpr size_t block_size = 128;  // pretokens whose keys are made before those of the block before are looked up
constexpr size_t key_reach = 16;  // make_keys reads so many bytes from the start of a pretoken
// Words are merged together with others up to the same size; those beyond, one by one.
constexpr size_t word_limits[] = {16, 32, MergeBatch::max_word_size, SIZE_MAX};

// What differs between pretokens with keys of one word and of two.
struct ShortKeys {
  static uint64_t hash(const Chunk& chunk, size_t i) { return short_hash(chunk.keys[i]); }
  static bool is_same(const Chunk& chunk, size_t i, size_t k) { return chunk.keys[i] == chunk.keys[k]; }
  static void prefetch(const Vocabulary& vocabulary, const Chunk& chunk, size_t i) { vocabulary.prefetch_short(chunk.keys[i]); }
  static uint32_t find(const Vocabulary& vocabulary, const Chunk& chunk, size_t i) { return vocabulary.find_short(chunk.keys[i]); }
};

struct MediumKeys {
  static uint64_t hash(const Chunk& chunk, size_t i) { return medium_hash(chunk.keys[i], chunk.high_keys[i]); }
  static bool is_same(const Chunk& chunk, size_t i, size_t k) {
    return ((chunk.keys[i] ^ chunk.keys[k]) | (chunk.high_keys[i] ^ chunk.high_keys[k])) == 0;
  }
  static void prefetch(const Vocabulary& vocabulary, const Chunk& chunk, size_t i) { vocabulary.prefetch_medium(chunk.keys[i], chunk.high_keys[i]); }
  static uint32_t find(const Vocabulary& vocabulary, const Chunk& chunk, size_t i) {
    return vocabulary.find_medium(chunk.keys[i], chunk.high_keys[i]);
  }
};

}  // namespace

// The values of all pretokens of the chunk; false if the cache has not the ranks of each of them in its value.
bool ChunkEncoder::look_up_few(Text text, size_t readable) {
  Chunk& chunk = chunk_;
  if (chunk.starts[chunk.size - 1] + key_reach > readable || !chunk.gaps.empty()) return false;
  for (size_t i = 0; i < chunk.size; i++) {
    const uint8_t* const at = text.data + chunk.starts[i];
    const size_t size = chunk.length(i);
    const uint64_t word = load_8(at), high_word = load_8(at + 8);
    uint64_t value = 0;
    if (size < max_short_size || (size == max_short_size && is_full_key(word))) {
      value = cache_.find_short(key_word(word, size));
    } else if (size > max_short_size && size < max_medium_size) {
      value = cache_.find_medium(word, key_word(high_word, size - 8));
    }
    if (PretokenValue::is_open(value)) return false;
    chunk.values[i] = value;
  }
  return true;
}

bool ChunkEncoder::emit_few(const Vocabulary& vocabulary, TokenSink& sink) {
  const Chunk& chunk = chunk_;
  size_t count = 0;
  for (size_t i = 0; i < chunk.size; i++) count += PretokenValue::inline_count(chunk.values[i]);
  if (uint32_t* tokens = sink.room(count)) {
    for (size_t i = 0; i < chunk.size; i++) {
      uint64_t value = chunk.values[i];
      for (uint32_t left = PretokenValue::inline_count(value); left > 0; left--, value >>= rank_bits) {
        *tokens++ = vocabulary.number(uint32_t(value) & max_vocabulary_size);
      }
    }
  }
  return sink.add(count);
}

bool ChunkEncoder::encode_chunk(const Vocabulary& vocabulary, const Phases& phases, Text text, TokenSink& sink, size_t readable) {
  Chunk& chunk = chunk_;
  if (chunk.size <= few_pretokens && look_up_few(text, readable)) return emit_few(vocabulary, sink);
  chunk.short_count = chunk.medium_count = chunk.long_count = chunk.miss_count = 0;
  chunk.ranks.clear();

  // The last few pretokens may end nearer to the end of what is readable than make_keys reads: they are keyed in a copy with room behind it.
  size_t reachable = chunk.size;
  while (reachable > 0 && chunk.starts[reachable - 1] + key_reach > readable) reachable--;
  // The lines that a block asks for have arrived when the next one has its keys, and are in the nearest cache still.
  size_t probed = 0;
  const auto probe_up_to = [&](size_t end) {
    phases.probe_short(chunk, probed, end, cache_);
    probed = end;
  };
  for (size_t begin = 0; begin < reachable; begin += block_size) {
    const size_t asked = chunk.short_count;
    phases.make_keys(text.data, chunk, begin, std::min(begin + block_size, reachable), cache_);
    probe_up_to(asked);
  }
  if (reachable < chunk.size) {
    uint8_t tail[2 * key_reach + Chunk::pad] = {};
    const size_t tail_begin = chunk.starts[reachable];
    std::memcpy(tail, text.data + tail_begin, text.size - tail_begin);
    const uint8_t* const text_around_tail = reinterpret_cast<const uint8_t*>(reinterpret_cast<uintptr_t>(tail) - tail_begin);
    phases.make_keys(text_around_tail, chunk, reachable, chunk.size, cache_);
  }

  probe_up_to(chunk.short_count);
  chunk.short_miss_count = chunk.miss_count;
  phases.probe_medium(chunk, cache_);
  const bool is_open = chunk.miss_count + chunk.long_count > 0;
  if (is_open) {
    repeat_count_ = 0;
    std::fill(std::begin(word_counts_), std::end(word_counts_), 0);
    const size_t misses = chunk.miss_count;
    const size_t short_misses = settle_keyed<ShortKeys>(vocabulary, 0, chunk.short_miss_count, 0);
    chunk.miss_count = settle_keyed<MediumKeys>(vocabulary, chunk.short_miss_count, misses, short_misses);
    chunk.short_miss_count = short_misses;
    settle_long(vocabulary, text);
    merge_words(vocabulary, phases, text);
    for (size_t n = 0; n < repeat_count_; n++) chunk.values[repeats_[n].word] = chunk.values[repeats_[n].first];
  }
  for (const uint16_t gap : chunk.gaps) chunk.values[gap] = PretokenValue::none;

  // Tokens need not be counted before they are written where there is room for one of each byte.
  const size_t most = chunk.starts[chunk.size] - chunk.starts[0];
  uint32_t* tokens = sink.spare_room(most + Chunk::pad);
  size_t count = most;
  if (!tokens) {
    count = phases.count(chunk);
    tokens = sink.room(count + Chunk::pad);
  }
  if (tokens) {
    count = phases.emit(chunk, cache_, tokens);
    if (!vocabulary.numbers_are_ranks()) {
      for (size_t i = 0; i < count; i++) tokens[i] = vocabulary.number(tokens[i]);
    }
  }
  // Only now: the values of this chunk may be in the log.
  if (is_open) insert_missed(text);
  return sink.add(count);
}

// The misses [begin, end) of one class: values that are in the log still are good. Of the others each distinct one stays, from `to` on,
// and gets its value if it is a token; else it joins the words to be merged. No branch on a single one. Returns the end of those that stay.
template <class Class>
size_t ChunkEncoder::settle_keyed(const Vocabulary& vocabulary, size_t begin, size_t end, size_t to) {
  Chunk& chunk = chunk_;
  uint16_t* const misses = chunk.misses;
  const size_t first = to;
  size_t repeat_count = repeat_count_;
  for (size_t n = begin; n < end; n++) {
    const uint16_t i = misses[n];
    const uint64_t value = chunk.values[i];
    const bool is_known = cache_.is_in_log(value);
    cache_.prefetch_ranks(value);
    Class::prefetch(vocabulary, chunk, i);
    // Whatever an earlier chunk has left here is the place of another miss, or of none.
    uint16_t& recent = recent_[Class::hash(chunk, i) >> (64 - recent_bits)];
    const uint16_t other = misses[recent];
    const bool is_repeat = !is_known & (recent >= first) & (recent < to) & Class::is_same(chunk, other, i);
    chunk.values[i] = is_known ? value : 0;
    repeats_[repeat_count] = {i, other};
    repeat_count += is_repeat;
    const bool is_new = !is_known & !is_repeat;
    misses[to] = i;
    recent = is_new ? uint16_t(to) : recent;
    to += is_new;
  }
  repeat_count_ = repeat_count;

  size_t word_count = word_counts_[0];
  for (size_t n = first; n < to; n++) {
    const uint16_t i = misses[n];
    const uint32_t rank = Class::find(vocabulary, chunk, i);
    chunk.values[i] = PretokenValue::of_rank(rank & max_vocabulary_size);
    words_[0][word_count] = i;
    word_count += rank == no_rank;
  }
  word_counts_[0] = word_count;
  return to;
}

// The same for pretokens without a key, in more steps: memory is asked for before it is read.
void ChunkEncoder::settle_long(const Vocabulary& vocabulary, Text text) {
  Chunk& chunk = chunk_;
  uint16_t* const list = chunk.long_list;
  const auto text_of = [&](size_t i) { return text.part(chunk.starts[i], chunk.starts[i + 1]); };
  for (size_t n = 0; n < chunk.long_count; n++) {
    const Text pretoken = text_of(list[n]);
    hashes_[n] = hash_bytes(pretoken.data, pretoken.size);
    cache_.prefetch_index(hashes_[n]);
    vocabulary.prefetch_long(hashes_[n]);
  }
  for (size_t n = 0; n < chunk.long_count; n++) {
    places_[n] = cache_.find_entry(hashes_[n]);
    cache_.prefetch_entry(places_[n]);
  }
  size_t left = 0;
  for (size_t n = 0; n < chunk.long_count; n++) {
    const uint16_t i = list[n];
    const Text pretoken = text_of(i);
    const uint64_t hash = hashes_[n];
    chunk.values[i] = places_[n] ? cache_.confirm_entry(places_[n], pretoken) : 0;
    if (chunk.values[i] != 0) continue;
    uint16_t& recent = recent_[hash >> (64 - recent_bits)];
    if (recent < left && hashes_[recent] == hash && text_of(list[recent]).view() == pretoken.view()) {
      repeats_[repeat_count_++] = {i, list[recent]};
      continue;
    }
    recent = uint16_t(left);
    hashes_[left] = hash;
    list[left++] = i;
    const uint32_t rank = pretoken.size <= vocabulary.max_token_size() ? vocabulary.find_long(pretoken, hash) : no_rank;
    if (rank != no_rank) {
      chunk.values[i] = PretokenValue::of_rank(rank);
    } else {
      const size_t kind = size_t(std::lower_bound(std::begin(word_limits), std::end(word_limits), pretoken.size) - word_limits);
      words_[kind][word_counts_[kind]++] = i;
    }
  }
  chunk.long_count = left;
}

void ChunkEncoder::merge_words(const Vocabulary& vocabulary, const Phases& phases, Text text) {
  Chunk& chunk = chunk_;
  constexpr size_t alone = std::size(word_limits) - 1;
  const auto merge_alone = [&](uint16_t i) {
    const std::span<const uint32_t> ranks = merge(vocabulary, phases, text.part(chunk.starts[i], chunk.starts[i + 1]), merge_);
    chunk.values[i] = PretokenValue::at_offset(chunk.ranks.size(), ranks.size());
    std::copy(ranks.begin(), ranks.end(), chunk.ranks.room(ranks.size()));
    chunk.ranks.add(ranks.size());
  };
  for (size_t kind = 0; kind < alone; kind++) {
    if (word_counts_[kind] == 0) continue;
    if (!vocabulary.priorities_are_ranks()) {
      for (size_t n = 0; n < word_counts_[kind]; n++) merge_alone(words_[kind][n]);
      continue;
    }
    MergeBatch batch;
    batch.text = text.data;
    batch.text_size = text.size;
    batch.starts = chunk.starts;
    batch.words = words_[kind];
    batch.count = word_counts_[kind];
    batch.max_size = word_limits[kind];
    batch.values = chunk.values;
    chunk.ranks.room(batch.count * batch.max_size + Chunk::pad);
    batch.ranks = chunk.ranks.data();
    batch.ranks_size = chunk.ranks.size();
    phases.merge(vocabulary, batch);
    chunk.ranks.add(batch.ranks_size - chunk.ranks.size());
  }
  for (size_t n = 0; n < word_counts_[alone]; n++) merge_alone(words_[alone][n]);
}

void ChunkEncoder::insert_missed(Text text) {
  const Chunk& chunk = chunk_;
  const auto ranks_of = [&](uint64_t value) { return chunk.ranks.data() + PretokenValue::offset(value); };
  // Gaps have no tokens and no value that the cache may keep.
  const auto lasting = [&](uint64_t value) {
    return value & PretokenValue::in_chunk ? cache_.append_ranks(ranks_of(value), PretokenValue::count(value)) : value;
  };
  for (size_t n = 0; n < chunk.miss_count; n++) {
    const uint16_t i = chunk.misses[n];
    if (chunk.values[i] == PretokenValue::none) continue;
    if (n < chunk.short_miss_count) {
      cache_.insert_short(chunk.keys[i], lasting(chunk.values[i]));
    } else {
      cache_.insert_medium(chunk.keys[i], chunk.high_keys[i], lasting(chunk.values[i]));
    }
  }
  for (size_t n = 0; n < chunk.long_count; n++) {
    const uint16_t i = chunk.long_list[n];
    const uint64_t value = chunk.values[i];
    const Text pretoken = text.part(chunk.starts[i], chunk.starts[i + 1]);
    if (pretoken.size > max_cached_size || value == PretokenValue::none) continue;
    if (value & PretokenValue::in_chunk) {
      cache_.append_entry(pretoken, hashes_[n], ranks_of(value), PretokenValue::count(value));
    } else {
      uint32_t ranks[3];
      for (unsigned k = 0; k < 3; k++) ranks[k] = uint32_t(value >> (rank_bits * k)) & max_vocabulary_size;
      cache_.append_entry(pretoken, hashes_[n], ranks, PretokenValue::inline_count(value));
    }
  }
  cache_.grow_if_full();
}

void ChunkEncoder::shrink() {
  merge_ = {};
  std::free(chunk_.ranks.release());
}

}  // namespace bpe
