// The phases of every kernel together, on pretokens cut anywhere: keys, cache, look-up, merges and output must give what the naive rule
// gives, cold and warm, and read nothing beyond the text.
#include <algorithm>

#include "catch.hpp"
#include "chunk_encoder.hpp"
#include "reference/naive_merge.hpp"
#include "scan/dispatch.hpp"
#include "support.hpp"

using Tokens = std::vector<uint32_t>;
using Strings = std::vector<std::string>;

namespace {

struct Subject {
  const bpe::Vocabulary& vocabulary;
  reference::NaiveMerge naive;
  bpe::ChunkEncoder encoder;

  explicit Subject(const bpe::Vocabulary& vocabulary, size_t cache_limit = size_t{7} << 20)
      : vocabulary(vocabulary), naive(test::list_tokens(vocabulary)), encoder(cache_limit) {}

  // The tokens of these pretokens, `size` of them in a chunk.
  Tokens encode(const bpe::Phases& phases, const Strings& pretokens, size_t size) {
    std::string joined;
    for (const std::string& pretoken : pretokens) joined += pretoken;
    const test::ExactCopy copy(joined);
    bpe::TokenBuffer sink;
    bpe::Chunk& chunk = encoder.chunk();
    chunk.gaps.clear();
    size_t origin = 0;
    for (size_t first = 0; first < pretokens.size(); first += chunk.size) {
      chunk.size = std::min(size, pretokens.size() - first);
      chunk.starts[0] = 0;
      for (size_t i = 0; i < chunk.size; i++) chunk.starts[i + 1] = chunk.starts[i] + uint32_t(pretokens[first + i].size());
      const size_t next = origin + chunk.starts[chunk.size];
      REQUIRE(encoder.encode_chunk(vocabulary, phases, copy.text().part(origin, joined.size()), sink));
      origin = next;
    }
    return {sink.data(), sink.data() + sink.size()};
  }

  Tokens encode_naively(const Strings& pretokens) const {
    Tokens tokens;
    for (const std::string& pretoken : pretokens) {
      const uint32_t whole = naive.find(pretoken);
      for (const uint32_t rank : whole != UINT32_MAX ? Tokens{whole} : naive.merge(pretoken)) tokens.push_back(vocabulary.number(rank));
    }
    return tokens;
  }

  void check_same(const bpe::Phases& phases, const Strings& pretokens, size_t size = bpe::Chunk::capacity) {
    const Tokens expected = encode_naively(pretokens);
    for (int round = 0; round < 2; round++) {
      const Tokens found = encode(phases, pretokens, size);
      if (found == expected) continue;
      const auto first = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end()).first - found.begin();
      CAPTURE(round, size, pretokens.size(), first);
      CHECK(found == expected);
    }
  }
};

std::vector<const bpe::Phases*> supported_phases() {
  std::vector<const bpe::Phases*> all;
  for (const bpe::Kernel* const* kernel = bpe::kernels; *kernel; kernel++) {
    if ((*kernel)->is_supported() && std::find(all.begin(), all.end(), (*kernel)->phases) == all.end()) all.push_back((*kernel)->phases);
  }
  return all;
}

// Pretokens of 1 to `longest` bytes, many of them more than once.
Strings random_pretokens(test::Random& random, size_t count, size_t longest, std::string_view alphabet) {
  Strings pretokens;
  while (pretokens.size() < count) {
    if (!pretokens.empty() && random.below(3) == 0) {
      pretokens.push_back(pretokens[random.below(pretokens.size())]);
    } else {
      pretokens.push_back(random.letters(alphabet, 1 + random.below(1 + random.below(longest))));
    }
  }
  return pretokens;
}

const std::string& all_bytes() {
  static const std::string bytes = [] {
    std::string all;
    for (int byte = 0; byte < 256; byte++) all.push_back(char(byte));
    return all;
  }();
  return bytes;
}

}  // namespace

TEST_CASE("chunk encoder: random pretokens of every size") {
  test::Random random(101);
  for (const bpe::Phases* phases : supported_phases()) {
    for (const char* name : {"cl100k_base", "o200k_base"}) {
      Subject subject(test::builtin(name).vocabulary());
      for (int i = 0; i < (test::is_slow ? 5 : 40); i++) {
        subject.check_same(*phases, random_pretokens(random, 1 + random.below(3000), 20, " etaoinshrdlu"));
        subject.check_same(*phases, random_pretokens(random, 1 + random.below(300), 150, "etaoinshrdlucmfwypvbgkqjxz"));
        subject.check_same(*phases, random_pretokens(random, 1 + random.below(300), 70, all_bytes()));
        subject.check_same(*phases, random_pretokens(random, 1 + random.below(300), 18, std::string_view("\0\xF8\xF9\xFE\xFF""a", 6)));
      }
      subject.check_same(*phases, random_pretokens(random, 50, 1500, "etaoinshrdlu"));
    }
  }
}

TEST_CASE("chunk encoder: chunks of every size, texts that end anywhere") {
  test::Random random(102);
  for (const bpe::Phases* phases : supported_phases()) {
    Subject subject(test::builtin("cl100k_base").vocabulary());
    for (size_t count = 1; count < 70; count++) {
      const Strings pretokens = random_pretokens(random, count, 24, "etaoin");
      subject.check_same(*phases, pretokens);
      subject.check_same(*phases, pretokens, 1);
      subject.check_same(*phases, pretokens, 7);
    }
    for (const size_t size : {2047, 2048}) subject.check_same(*phases, random_pretokens(random, 5000, 9, "etaoinshrdlu"), size);
  }
}

TEST_CASE("chunk encoder: the words of a vocabulary") {
  test::Random random(103);
  for (const bpe::Phases* phases : supported_phases()) {
    for (const char* name : {"p50k_base", "o200k_base"}) {
      Subject subject(test::builtin(name).vocabulary());
      Strings tokens = test::list_tokens(subject.vocabulary);
      for (size_t i = tokens.size() - 1; i > 0; i--) std::swap(tokens[i], tokens[random.below(i + 1)]);
      if (test::is_slow) tokens.resize(10000);
      subject.check_same(*phases, tokens);
    }
  }
}

TEST_CASE("chunk encoder: a vocabulary whose tokens have odd ranks") {
  test::Random random(104);
  Strings tokens = {"abab", "aba", "bab", "ab", "ba", "aaaa", "aa", "bb", "abba", "aabb", "bbbb"};
  const Strings bytes = test::single_bytes();
  tokens.insert(tokens.end(), bytes.begin(), bytes.end());
  const bpe::Vocabulary vocabulary = test::make_vocabulary(tokens);
  for (const bpe::Phases* phases : supported_phases()) {
    Subject subject(vocabulary);
    for (const std::string_view alphabet : {"a", "ab", "abc"}) {
      subject.check_same(*phases, random_pretokens(random, 4000, 16, alphabet));
      subject.check_same(*phases, random_pretokens(random, 1000, 66, alphabet));
      subject.check_same(*phases, random_pretokens(random, 500, 140, alphabet));
    }
  }
}

TEST_CASE("chunk encoder: more distinct pretokens than the cache can hold") {
  test::Random random(105);
  for (const bpe::Phases* phases : supported_phases()) {
    Subject subject(test::builtin("cl100k_base").vocabulary());
    Strings pretokens;
    for (int i = 0; i < (test::is_slow ? 10000 : 200000); i++)
      pretokens.push_back(random.letters("etaoinshrdlucmfw", 1 + random.below(i % 10 ? 12 : 40)));
    subject.check_same(*phases, pretokens);
    CHECK(subject.encoder.memory_size() <= size_t{8} << 20);
  }
}

// Old words come back in the same chunks as new ones that push them out of the smallest of caches.
TEST_CASE("chunk encoder: what a chunk finds in the cache stays good until its end") {
  test::Random random(106);
  for (const bpe::Phases* phases : supported_phases()) {
    Subject subject(test::builtin("cl100k_base").vocabulary(), 0);
    Strings old;
    for (int i = 0; i < 600; i++) old.push_back(random.letters("qxzjkvwy", 5 + random.below(i % 2 ? 12 : 124)));
    for (int round = 0; round < (test::is_slow ? 4 : 40); round++) {
      Strings pretokens = old;
      for (int i = 0; i < 1400; i++) pretokens.push_back(random.letters("qxzjkvwy", 5 + random.below(124)));
      if (round % 2) std::rotate(pretokens.begin(), pretokens.begin() + ptrdiff_t(random.below(2000)), pretokens.end());
      subject.check_same(*phases, pretokens);
      subject.check_same(*phases, old);
    }
  }
}
