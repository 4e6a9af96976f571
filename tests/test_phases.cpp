// The phases of each instruction set against the portable ones, and a chunk against the tokens of its pretokens one by one.
#include <array>

#include "catch.hpp"
#include "chunk_encoder.hpp"
#include "merge.hpp"
#include "phases/phases.hpp"
#include "scan/dispatch.hpp"
#include "support.hpp"

namespace {

std::vector<const bpe::Kernel*> supported_kernels() {
  std::vector<const bpe::Kernel*> supported;
  for (const bpe::Kernel* const* kernel = bpe::kernels; *kernel; kernel++) {
    if ((*kernel)->is_supported()) supported.push_back(*kernel);
  }
  return supported;
}

// A chunk of random pretokens of all sizes, many of them equal, over letters, NUL and bytes that are no UTF-8.
std::string fill_chunk(bpe::Chunk& chunk, test::Random& random, size_t size) {
  const std::string_view alphabet("ab\0\xF8\xFF\xF9\xC3", 7);
  std::vector<std::string> words;
  for (int i = 0; i < 40; i++) {
    const size_t longest = std::array<size_t, 5>{8, 9, 17, 70, 300}[random.below(5)];
    words.push_back(random.letters(random.below(3) ? alphabet : std::string_view("etaoin"), 1 + random.below(longest)));
    if (i % 8 == 0) words.push_back(std::string(8 * (1 + random.below(2)), '\0'));
  }
  std::string text;
  for (size_t i = 0; i < size; i++) {
    chunk.starts[i] = uint32_t(text.size());
    text += words[random.below(words.size())];
  }
  chunk.starts[size] = uint32_t(text.size());
  chunk.size = size;
  chunk.gaps.clear();
  return text;
}

// Of a value of this chunk.
std::vector<uint32_t> ranks_of(uint64_t value, const std::vector<uint32_t>& in_chunk) {
  using bpe::PretokenValue;
  std::vector<uint32_t> ranks;
  for (uint32_t i = 0; i < PretokenValue::inline_count(value); i++) ranks.push_back(uint32_t(value >> (20 * i)) & bpe::max_vocabulary_size);
  if (!ranks.empty()) return ranks;
  const auto first = in_chunk.begin() + ptrdiff_t(PretokenValue::offset(value));
  return {first, first + ptrdiff_t(PretokenValue::count(value))};
}

}  // namespace

TEST_CASE("phases: a chunk has the tokens of its pretokens") {
  const bpe::Vocabulary& vocabulary = test::builtin("cl100k_base").vocabulary();
  for (const bpe::Kernel* kernel : supported_kernels()) {
    CAPTURE(kernel->name);
    const auto encoder = std::make_unique<bpe::ChunkEncoder>(size_t{300} << 10);
    bpe::MergeScratch scratch;
    test::Random random(17);
    for (const size_t size : {1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 100, 1000, 2047, 2048}) {
      for (int round = 0; round < 12; round++) {
        const std::string text = fill_chunk(encoder->chunk(), random, size);
        const test::ExactCopy copy(text);
        std::vector<uint32_t> expected;
        for (size_t i = 0; i < size; i++) {
          if (size > 2 && random.below(50) == 0) {
            encoder->chunk().gaps.push_back(uint16_t(i));
            continue;
          }
          const bpe::Text pretoken = copy.text().part(encoder->chunk().starts[i], encoder->chunk().starts[i + 1]);
          const uint32_t whole = vocabulary.find(pretoken);
          if (whole != bpe::no_rank) {
            expected.push_back(whole);
          } else {
            const std::span<const uint32_t> ranks = bpe::merge(vocabulary, pretoken, scratch);
            expected.insert(expected.end(), ranks.begin(), ranks.end());
          }
        }
        bpe::TokenBuffer sink;
        REQUIRE(encoder->encode_chunk(vocabulary, *kernel->phases, copy.text(), sink));
        REQUIRE(std::vector<uint32_t>(sink.data(), sink.data() + sink.size()) == expected);
        // Nothing but the count is wanted; the second time all is in the cache.
        bpe::TokenCounter counter(SIZE_MAX);
        REQUIRE(encoder->encode_chunk(vocabulary, *kernel->phases, copy.text(), counter));
        REQUIRE(counter.count() == expected.size());
        sink.clear();
        REQUIRE(encoder->encode_chunk(vocabulary, *kernel->phases, copy.text(), sink));
        REQUIRE(std::vector<uint32_t>(sink.data(), sink.data() + sink.size()) == expected);
      }
    }
    CHECK(encoder->memory_size() < size_t{1} << 20);
  }
}

// Sizes of words, and how many, around what is merged side by side.
std::vector<std::pair<size_t, size_t>> list_batches() {
  std::vector<std::pair<size_t, size_t>> batches;
  for (const size_t max_size : {16, 32, 64}) {
    for (const size_t count : {1, 2, 15, 16, 17, 33, 63, 64, 65, 500, 2048}) batches.emplace_back(max_size, count);
  }
  return batches;
}

TEST_CASE("phases: words merged together have the ranks of each alone") {
  const std::vector<std::pair<size_t, size_t>> test_batches = list_batches();
  for (const char* name : {"cl100k_base", "o200k_base", "r50k_base"}) {
    const bpe::Vocabulary& vocabulary = test::builtin(name).vocabulary();
    for (const bpe::Kernel* kernel : supported_kernels()) {
      for (const auto& [max_size, count] : test_batches) {
        CAPTURE(name, kernel->name, max_size, count);
        test::Random random(max_size + count);
        std::string text;
        std::vector<uint32_t> starts = {0};
        std::vector<uint16_t> words;
        for (size_t i = 0; i < count; i++) {
          const std::string_view alphabet = std::array<std::string_view, 4>{"a", "etaoinshr", " \n\t", "\xE4\xB8\x80\x81\xAD"}[random.below(4)];
          text += random.letters(alphabet, i < 4 ? max_size : 1 + random.below(i % 2 ? 5 : max_size));
          starts.push_back(uint32_t(text.size()));
          words.push_back(uint16_t(i));
        }
        const test::ExactCopy copy(text);
        std::vector<uint64_t> values(words.size());
        std::vector<uint32_t> ranks(7 + words.size() * max_size + bpe::Chunk::pad);
        bpe::MergeBatch batch;
        batch.text = copy.text().data;
        batch.text_size = text.size();
        batch.starts = starts.data();
        batch.words = words.data();
        batch.count = words.size();
        batch.max_size = max_size;
        batch.values = values.data();
        batch.ranks = ranks.data();
        batch.ranks_size = 7;
        kernel->phases->merge(vocabulary, batch);
        bpe::MergeScratch scratch;
        for (size_t i = 0; i < words.size(); i++) {
          const std::span<const uint32_t> expected = bpe::merge(vocabulary, copy.text().part(starts[i], starts[i + 1]), scratch);
          REQUIRE(ranks_of(values[i], ranks) == std::vector<uint32_t>(expected.begin(), expected.end()));
        }
      }
    }
  }
}
