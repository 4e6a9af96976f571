// Encodes text without special tokens, a chunk of pretokens at a time, phase by phase.
//
//   starts   of up to 2,048 pretokens
//   keys     of those up to 16 bytes, their lines of the cache asked for
//   probe    the cache: values of those met before
//   settle   the rest, each once: those in the log of the cache, tokens of the vocabulary, and words, which merge
//   emit     all values in order
//   insert   what was missed joins the cache
//
// No phase waits for memory: each asks for what the next one reads. None branches on a single pretoken where it can be helped. A few
// pretokens that are all in the cache, as in most short texts, take less time one by one, without the phases.
#pragma once

#include <cstddef>
#include <cstdint>

#include "chunk.hpp"
#include "merge.hpp"
#include "phases/phases.hpp"
#include "pretoken_cache.hpp"
#include "text.hpp"
#include "token_sink.hpp"
#include "vocabulary.hpp"

namespace bpe {

class ChunkEncoder {
 public:
  // cache_limit: bytes.
  explicit ChunkEncoder(size_t cache_limit) : cache_(cache_limit) {}

  size_t memory_size() const { return sizeof *this + cache_.memory_size() + scratch_size(); }
  // Of that what grows with the texts, and not with the cache; mostly what long pretokens needed.
  size_t scratch_size() const { return merge_.memory_size() + chunk_.ranks.memory_size() + chunk_.gaps.capacity() * sizeof(uint16_t); }
  // Gives it back.
  void shrink();

  Chunk& chunk() { return chunk_; }
  MergeScratch& merge_scratch() { return merge_; }

  // Encodes the chunk: chunk.size pretokens that stand in `text` at chunk.starts. readable: bytes from text.data on, at least text.size,
  // that may be read. False: the sink wants no more.
  bool encode_chunk(const Vocabulary& vocabulary, const Phases& phases, Text text, TokenSink& sink, size_t readable);
  bool encode_chunk(const Vocabulary& vocabulary, const Phases& phases, Text text, TokenSink& sink) {
    return encode_chunk(vocabulary, phases, text, sink, text.size);
  }

 private:
  // A word that has its value from another one with the same bytes, which comes first.
  struct Repeat {
    uint16_t word, first;
  };

  bool look_up_few(Text text, size_t readable);
  bool emit_few(const Vocabulary& vocabulary, TokenSink& sink);
  template <class Class>
  size_t settle_keyed(const Vocabulary& vocabulary, size_t begin, size_t end, size_t to);
  void settle_long(const Vocabulary& vocabulary, Text text);
  void merge_words(const Vocabulary& vocabulary, const Phases& phases, Text text);
  void insert_missed(Text text);

  static constexpr unsigned recent_bits = 10;  // places to look for the same miss earlier in the chunk

  PretokenCache cache_;
  Chunk chunk_;
  MergeScratch merge_;
  // Of the misses: where the last one with such a hash is in its list, those that repeat another one, and those to be merged by size.
  uint16_t recent_[size_t{1} << recent_bits] = {};
  Repeat repeats_[Chunk::capacity + 1];
  uint16_t words_[4][Chunk::capacity + 1];
  size_t repeat_count_ = 0, word_counts_[4] = {};
  uint64_t hashes_[Chunk::capacity], places_[Chunk::capacity];  // of long ones
};

}  // namespace bpe
