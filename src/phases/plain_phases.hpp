// The phases in plain C++: for every machine, and the twin of the others. No include guard: a file that wants them for an instruction set
// includes this inside its own namespace and target region.

inline void make_keys(const uint8_t* text, Chunk& chunk, size_t begin, size_t end, const PretokenCache& cache) {
  for (size_t i = begin; i < end; i++) {
    const uint8_t* at = text + chunk.starts[i];
    const size_t size = chunk.length(i);
    const uint64_t word = load_8(at);
    if (size < 8 || (size == 8 && is_full_key(word))) {
      const uint64_t key = key_word(word, size);
      chunk.keys[i] = key;
      chunk.lines[i] = cache.short_distance(short_hash(key));
      __builtin_prefetch(&cache.short_line(chunk.lines[i]));
      chunk.short_list[chunk.short_count++] = uint16_t(i);
      continue;
    }
    const uint64_t high_word = load_8(at + 8);
    if (size > 8 && (size < 16 || (size == 16 && is_full_key(high_word)))) {
      const uint64_t high = key_word(high_word, size - 8);
      chunk.keys[i] = word;
      chunk.high_keys[i] = high;
      chunk.lines[i] = cache.medium_distance(medium_hash(word, high));
      __builtin_prefetch(&cache.medium_line(chunk.lines[i]));
      __builtin_prefetch(&cache.medium_values(chunk.lines[i]));
      chunk.medium_list[chunk.medium_count++] = uint16_t(i);
      continue;
    }
    chunk.long_list[chunk.long_count++] = uint16_t(i);
  }
}

inline void set_found(Chunk& chunk, uint16_t i, uint64_t value) {
  chunk.values[i] = value;
  chunk.misses[chunk.miss_count] = i;
  chunk.miss_count += PretokenValue::is_open(value);
}

inline void probe_short(Chunk& chunk, size_t begin, size_t end, const PretokenCache& cache) {
  for (size_t n = begin; n < end; n++) {
    const uint16_t i = chunk.short_list[n];
    const PretokenCache::ShortLine& line = cache.short_line(chunk.lines[i]);
    set_found(chunk, i, PretokenCache::find_in(line, chunk.keys[i]));
  }
}

inline void probe_medium(Chunk& chunk, const PretokenCache& cache) {
  for (size_t n = 0; n < chunk.medium_count; n++) {
    const uint16_t i = chunk.medium_list[n];
    const PretokenCache::MediumLine& line = cache.medium_line(chunk.lines[i]);
    const PretokenCache::MediumValues& values = cache.medium_values(chunk.lines[i]);
    set_found(chunk, i, PretokenCache::find_in(line, values, chunk.keys[i], chunk.high_keys[i]));
  }
}

inline size_t count(const Chunk& chunk) {
  size_t total = 0;
  for (size_t i = 0; i < chunk.size; i++) {
    const uint64_t value = chunk.values[i];
    const uint32_t inline_count = PretokenValue::inline_count(value);
    total += inline_count ? inline_count : PretokenValue::count(value);
  }
  return total;
}

inline size_t emit(const Chunk& chunk, const PretokenCache& cache, uint32_t* out) {
  const uint32_t* const begin = out;
  for (size_t i = 0; i < chunk.size; i++) {
    const uint64_t value = chunk.values[i];
    if (const uint32_t inline_count = PretokenValue::inline_count(value)) {
      out[0] = uint32_t(value) & max_vocabulary_size;
      out[1] = uint32_t(value >> 20) & max_vocabulary_size;
      out[2] = uint32_t(value >> 40) & max_vocabulary_size;
      out += inline_count;
      continue;
    }
    const uint32_t* ranks = value & PretokenValue::in_log ? cache.ranks_in_log(value) : chunk.ranks.data() + PretokenValue::offset(value);
    out = std::copy_n(ranks, PretokenValue::count(value), out);
  }
  return size_t(out - begin);
}

inline void merge(const Vocabulary& vocabulary, MergeBatch& batch) {
  uint32_t pair_ranks[MergeBatch::max_word_size];
  for (size_t n = 0; n < batch.count; n++) {
    const uint16_t word = batch.words[n];
    const uint32_t begin = batch.starts[word];
    const Text text(batch.text + begin, batch.starts[word + 1] - begin);
    batch.set_value(word, merge_short(vocabulary, text, batch.ranks + batch.ranks_size, pair_ranks));
  }
}
