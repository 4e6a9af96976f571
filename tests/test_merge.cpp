// The merge loops against the naive rule: short, long and windowed inputs, built-in vocabularies and small ones that are made to be hard.
#include <algorithm>
#include <numeric>

#include "catch.hpp"
#include "merge.hpp"
#include "reference/naive_merge.hpp"
#include "scan/dispatch.hpp"
#include "support.hpp"

using reference::NaiveMerge;

namespace {

std::vector<uint32_t> merge(const bpe::Vocabulary& vocabulary, std::string_view pretoken, const bpe::Phases* phases = nullptr) {
  static bpe::MergeScratch scratch;  // one for all, as in a context
  const test::ExactCopy copy(pretoken);
  const std::span<const uint32_t> ranks =
      phases ? bpe::merge(vocabulary, *phases, copy.text(), scratch) : bpe::merge(vocabulary, copy.text(), scratch);
  return {ranks.begin(), ranks.end()};
}

// nullptr: without.
const std::vector<const bpe::Phases*>& list_phases() {
  static const std::vector<const bpe::Phases*> all = [] {
    std::vector<const bpe::Phases*> list = {nullptr};
    for (const bpe::Kernel* const* kernel = bpe::kernels; *kernel; kernel++) {
      if ((*kernel)->is_supported() && std::find(list.begin(), list.end(), (*kernel)->phases) == list.end()) list.push_back((*kernel)->phases);
    }
    return list;
  }();
  return all;
}

// A vocabulary and its naive twin.
struct Twins {
  explicit Twins(const std::vector<std::string>& tokens) : vocabulary(test::make_vocabulary(tokens)), naive(tokens) {}
  explicit Twins(std::string_view builtin)
      : vocabulary(test::make_tokens(test::list_tokens(test::builtin(builtin).vocabulary()))),
        naive(test::list_tokens(test::builtin(builtin).vocabulary())) {}

  void check_same(std::string_view pretoken) const {
    const std::vector<uint32_t> expected = naive.merge(pretoken);
    for (const bpe::Phases* phases : list_phases()) {
      const std::vector<uint32_t> found = merge(vocabulary, pretoken, phases);
      if (found == expected) continue;
      const auto first = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end()).first - found.begin();
      CAPTURE(pretoken.size(), pretoken.substr(0, 300), first, phases);
      CHECK(found == expected);
    }
  }

  bpe::Vocabulary vocabulary;
  NaiveMerge naive;
};

// Where one loop gives way to another, and where windows begin and end.
constexpr size_t edge_sizes[] = {1,   2,   3,   15,  16,   17,   31,   32,   33,   63,   64,   65,   95,   96,   97,  127,
                                 128, 129, 255, 256, 1023, 1024, 1025, 2047, 2048, 2049, 3071, 3072, 3073, 5000, 8193};

const Twins& cl100k() {
  static const Twins twins("cl100k_base");
  return twins;
}
const Twins& o200k() {
  static const Twins twins("o200k_base");
  return twins;
}

// All strings of `size` letters.
std::vector<std::string> all_strings(std::string_view alphabet, size_t size) {
  std::vector<std::string> strings = {""};
  for (size_t i = 0; i < size; i++) {
    std::vector<std::string> longer;
    for (const std::string& s : strings) {
      for (const char letter : alphabet) longer.push_back(s + letter);
    }
    strings = std::move(longer);
  }
  return strings;
}

// Single bytes and some random strings, in random order: parts may have higher ranks than the whole, tokens may be out of reach.
std::vector<std::string> random_tokens(test::Random& random, std::string_view alphabet, size_t count, size_t max_size, bool bytes_first) {
  std::vector<std::string> tokens;
  while (tokens.size() < count) {
    std::string token = random.letters(alphabet, 2 + random.below(max_size - 1));
    if (std::find(tokens.begin(), tokens.end(), token) == tokens.end()) tokens.push_back(token);
  }
  const std::vector<std::string> bytes = test::single_bytes();
  tokens.insert(bytes_first ? tokens.begin() : tokens.end(), bytes.begin(), bytes.end());
  if (!bytes_first) {
    for (size_t i = tokens.size() - 1; i > 0; i--) std::swap(tokens[i], tokens[random.below(i + 1)]);
  }
  return tokens;
}

}  // namespace

TEST_CASE("merge: runs of one letter, of every size around the thresholds") {
  for (const Twins* twins : {&cl100k(), &o200k()}) {
    for (const char letter : {'a', ' ', '^', '\n', '0', '=', '\xE3', '\0'}) {
      if (test::is_slow && letter > 'A') continue;
      for (const size_t size : edge_sizes) twins->check_same(std::string(size, letter));
    }
  }
}

TEST_CASE("merge: runs that begin with something else, at every phase") {
  for (size_t before = 0; before < 20; before++) {
    for (const size_t size : {90, 1020, 1024, 2060}) {
      cl100k().check_same(std::string(before, 'x') + std::string(size, ' '));
      cl100k().check_same(std::string(before, '-') + std::string(size, 'a') + std::string(before, 'b'));
    }
  }
}

TEST_CASE("merge: random letters of every size around the thresholds") {
  test::Random random(11);
  for (const Twins* twins : {&cl100k(), &o200k()}) {
    for (const size_t size : edge_sizes) {
      for (const std::string_view alphabet : {"ab", "abcdefghijklmnopqrstuvwxyz", "aeiourst ", " \n\t=-", "\xE3\x81\x82\x84\x86\x88"})
        twins->check_same(random.letters(alphabet, size));
      std::string bytes(size, '\0');
      for (char& c : bytes) c = char(random.next());
      twins->check_same(bytes);
    }
  }
}

TEST_CASE("merge: every size up to 200") {
  test::Random random(12);
  for (size_t size = 1; size <= 200; size++) {
    cl100k().check_same(random.letters("etaoinshrdlu", size));
    o200k().check_same(std::string(size, '-'));
  }
}

TEST_CASE("merge: words of the vocabulary in a row") {
  test::Random random(13);
  const std::vector<std::string> tokens = test::list_tokens(cl100k().vocabulary);
  for (int i = 0; i < 300; i++) cl100k().check_same(random.mix(tokens, 1 + random.below(60)));
  for (int i = 0; i < 5; i++) cl100k().check_same(random.mix(tokens, 1500));
}

TEST_CASE("merge: every string of two letters, with small random vocabularies") {
  test::Random random(14);
  std::vector<std::string> texts;
  for (size_t size = 1; size <= 10; size++) {
    for (std::string& text : all_strings("ab", size)) texts.push_back(std::move(text));
  }
  for (int i = 0; i < (test::is_slow ? 20 : 150); i++) {
    const Twins twins(random_tokens(random, "ab", 1 + random.below(12), 5, i % 2));
    for (const std::string& text : texts) twins.check_same(text);
  }
}

TEST_CASE("merge: long texts with small random vocabularies") {
  test::Random random(15);
  for (int i = 0; i < (test::is_slow ? 10 : 80); i++) {
    const std::string_view alphabet = i % 3 == 0 ? "a" : i % 3 == 1 ? "ab" : "abc";
    const Twins twins(random_tokens(random, alphabet, 3 + random.below(i % 3 == 0 ? 5 : 30), 9, i % 2));
    for (const size_t size : {97, 1024, 1025, 1100, 2100, 6000}) twins.check_same(random.letters(alphabet, size));
  }
}

TEST_CASE("merge: powers of one letter and no others") {
  // a, aa, aaaa, ... 1024: the tokens of a run depend on its size as a whole.
  std::vector<std::string> tokens = test::single_bytes();
  for (size_t size = 2; size <= 1024; size *= 2) tokens.emplace_back(size, 'a');
  const Twins ascending(tokens);
  std::reverse(tokens.begin() + 256, tokens.end());
  const Twins descending(tokens);  // only aa can ever be made before the others, which then come at once
  for (const size_t size : edge_sizes) {
    ascending.check_same(std::string(size, 'a'));
    descending.check_same(std::string(size, 'a'));
    ascending.check_same("b" + std::string(size, 'a') + "b");
  }
  ascending.check_same(std::string(20000, 'a'));
}

TEST_CASE("merge: all sizes of one letter, in both orders") {
  std::vector<std::string> tokens = test::single_bytes();
  for (size_t size = 2; size <= 40; size++) tokens.emplace_back(size, 'a');
  const Twins ascending(tokens);
  std::reverse(tokens.begin() + 256, tokens.end());
  const Twins descending(tokens);
  for (const size_t size : edge_sizes) {
    ascending.check_same(std::string(size, 'a'));
    descending.check_same(std::string(size, 'a'));
  }
}

// The lowest pair is at the right end and each merge decides the next one to its left, so where the tokens begin depends on the end of
// the text however long it is: a window that begins in the middle must find this out and go back.
TEST_CASE("merge: decisions that travel from the right end to the left") {
  // A path through all pairs of the letters, each once.
  constexpr uint32_t letters = 90;
  std::string path;
  std::vector<bool> is_used(letters * letters);
  for (uint32_t at = 0;;) {
    path.push_back(char(33 + at));
    uint32_t next = letters;
    for (uint32_t n = 0; n < letters && next == letters; n++) {
      const uint32_t candidate = (at * 7 + n * 31 + 1) % letters;
      if (!is_used[at * letters + candidate]) next = candidate;
    }
    if (next == letters) break;
    is_used[at * letters + next] = true;
    at = next;
  }
  REQUIRE(path.size() > 4000);
  std::vector<std::string> tokens = test::single_bytes();
  for (size_t i = path.size() - 1; i > 0; i--) tokens.push_back(path.substr(i - 1, 2));
  const Twins twins(tokens);
  for (const size_t size : {100, 1023, 1024, 1025, 1026, 2047, 2048, 2049, 2050, 3073, 4000})
    for (size_t from = 0; from < 3 && from + size <= path.size(); from++) twins.check_same(std::string_view(path).substr(from, size));
  twins.check_same(path);
  twins.check_same(path + path);

  // And the other way round: decisions travel from the left end to the right.
  std::reverse(tokens.begin() + 256, tokens.end());
  const Twins reversed(tokens);
  reversed.check_same(path);
  reversed.check_same(path + path);
}

TEST_CASE("merge: a rule of one's own") {
  const bpe::Vocabulary vocabulary = test::make_vocabulary(test::single_bytes_and({"ab", "abc"}));
  bpe::MergeScratch scratch;
  const auto only_first = [](uint32_t left, uint32_t right) { return left == 'a' && right == 'b' ? 256u : bpe::no_rank; };
  for (const size_t size : {size_t{3}, size_t{300}}) {
    std::string text;
    while (text.size() < size) text += "abc";
    const std::span<const uint32_t> ranks = bpe::merge_by(vocabulary, bpe::Text(text), scratch, only_first);
    REQUIRE(ranks.size() == text.size() / 3 * 2);
    for (size_t i = 0; i < ranks.size(); i++) REQUIRE(ranks[i] == (i % 2 ? uint32_t('c') : 256u));
  }
}

TEST_CASE("merge: a megabyte of anything ends soon and is whole") {
  test::Random random(16);
  const size_t size = test::is_slow ? 50000 : 1000000;
  for (const std::string_view alphabet : {"a", " ", "\xE6\xBC\xA2", "ab", "abcdefghijklmnopqrstuvwxyz", "^", "\n "}) {
    std::string text;
    if (alphabet.size() == 3) {
      while (text.size() < size) text += alphabet;
    } else {
      text = random.letters(alphabet, size);
    }
    std::string joined;
    for (const uint32_t rank : merge(cl100k().vocabulary, text)) joined += cl100k().vocabulary.bytes(rank).view();
    CHECK((joined == text));
  }
}

TEST_CASE("merge: a megabyte of one letter has the known number of tokens") {
  if (test::is_sanitized) return;
  const size_t million = 1000000;
  CHECK(merge(cl100k().vocabulary, std::string(million, 'a')).size() == 125000);
  CHECK(merge(cl100k().vocabulary, std::string(million, ' ')).size() == 7813);
  CHECK(merge(o200k().vocabulary, std::string(million, '^')).size() == 125000);
}
