// Encodes text without special tokens, a chunk of pretokens at a time, phase by phase.
//
//   starts   of up to 2,048 pretokens
//   keys     of all of them, their lines of the cache asked for
//   probe    the cache: values of those met before
//   misses   what has none, and the log of the cache neither, each once: the vocabulary if it is a token, else merges
//   emit     all values in order
//   insert   what was missed joins the cache
//
// No phase waits for memory: each asks for what the next one reads. None branches on a single pretoken where it can be helped.
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

  size_t memory_size() const;
  // Gives back what only long pretokens needed.
  void shrink();

  Chunk& chunk() { return chunk_; }
  MergeScratch& merge_scratch() { return merge_; }

  // Encodes the chunk: chunk.size pretokens that stand in `text` at chunk.starts. Nothing is read at or beyond text.end(). False: the
  // sink wants no more.
  bool encode_chunk(const Vocabulary& vocabulary, const Phases& phases, Text text, TokenSink& sink);

 private:
  void confirm_open(const Vocabulary& vocabulary, Text text);
  void resolve_misses(const Vocabulary& vocabulary, const Phases& phases, Text text);
  void set_value(size_t i, const uint32_t* ranks, size_t count);
  void insert_missed(Text text);

  static constexpr size_t recent_size = 1024;  // places to look for the same miss earlier in the chunk
  static constexpr uint16_t no_miss = 0xFFFF;

  PretokenCache cache_;
  Chunk chunk_;
  MergeScratch merge_;
  // Of the misses: hashes, those that repeat an earlier one and which, and those to be merged by size.
  uint64_t hashes_[Chunk::capacity];
  uint16_t recent_[recent_size];
  uint16_t repeated_[Chunk::capacity], first_[Chunk::capacity];
  uint16_t words_[3][Chunk::capacity];
};

}  // namespace bpe
