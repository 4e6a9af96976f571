// The vocabulary: bytes to token and back, and the merges that are derived from the tokens alone.
#include <algorithm>
#include <set>

#include "catch.hpp"
#include "merge.hpp"
#include "reference/naive_merge.hpp"
#include "support.hpp"

using bpe::Merge;
using bpe::Vocabulary;

namespace {

std::vector<uint32_t> merge(const Vocabulary& vocabulary, std::string_view pretoken) {
  bpe::MergeScratch scratch;
  const std::span<const uint32_t> ranks = bpe::merge(vocabulary, bpe::Text(pretoken), scratch);
  return {ranks.begin(), ranks.end()};
}

// Every two tokens whose bytes join to a token's, from the strings alone.
std::vector<Merge> all_splits(const std::vector<std::string>& tokens) {
  const reference::NaiveMerge known(tokens);
  std::vector<Merge> merges;
  for (uint32_t rank = 0; rank < tokens.size(); rank++) {
    for (size_t at = 1; at < tokens[rank].size(); at++) {
      const uint32_t left = known.find(std::string_view(tokens[rank]).substr(0, at));
      const uint32_t right = known.find(std::string_view(tokens[rank]).substr(at));
      if (left != UINT32_MAX && right != UINT32_MAX) merges.push_back({left, right, rank});
    }
  }
  return merges;
}

}  // namespace

TEST_CASE("vocabulary: every token of the built-in ones is found by its bytes") {
  for (const char* name : test::builtin_names) {
    const Vocabulary& vocabulary = test::builtin(name).vocabulary();
    size_t wrong = 0, longest = 0;
    for (uint32_t rank = 0; rank < vocabulary.size(); rank++) {
      const test::ExactCopy copy(vocabulary.bytes(rank).view());
      wrong += vocabulary.find(copy.text()) != rank;
      longest = std::max(longest, vocabulary.bytes(rank).size);
      if (copy.text().size == 1) wrong += vocabulary.rank_of_byte(copy.text().data[0]) != rank;
    }
    CHECK(wrong == 0);
    CHECK(vocabulary.max_token_size() == longest);
    CHECK(longest == 128);
  }
}

TEST_CASE("vocabulary: what is no token is not found") {
  const Vocabulary& vocabulary = test::builtin("cl100k_base").vocabulary();
  const reference::NaiveMerge naive(test::list_tokens(vocabulary));
  test::Random random(21);
  size_t wrong = vocabulary.find(bpe::Text()) != bpe::no_rank;
  for (int i = 0; i < 200000; i++) {
    const std::string text = random.letters(i % 2 ? "abcde fghinorst" : " \n\t=-*/", 1 + random.below(i % 100 == 0 ? 300 : 12));
    wrong += vocabulary.find(bpe::Text(text)) != naive.find(text);
  }
  // Tokens with one byte changed, added or missing.
  for (uint32_t rank = 256; rank < vocabulary.size(); rank += 7) {
    std::string text(vocabulary.bytes(rank).view());
    text[random.below(text.size())] = char(random.next());
    wrong += vocabulary.find(bpe::Text(text)) != naive.find(text);
    text.push_back('e');
    wrong += vocabulary.find(bpe::Text(text)) != naive.find(text);
    wrong += vocabulary.find(bpe::Text(text).part(1, text.size())) != naive.find(text.substr(1));
  }
  CHECK(wrong == 0);
}

TEST_CASE("vocabulary: sizes around the 255 bytes that the index stores") {
  std::vector<std::string> tokens = test::single_bytes();
  for (size_t size = 250; size < 262; size++) {
    tokens.emplace_back(size, 'a');
    tokens.push_back(std::string(size - 1, 'a') + "b");
  }
  tokens.emplace_back(4096, 'a');
  const Vocabulary vocabulary = test::make_vocabulary(tokens);
  for (size_t size = 2; size < 600; size++) {
    const std::string text(size, 'a');
    const auto found = std::find(tokens.begin(), tokens.end(), text);
    CHECK(vocabulary.find(bpe::Text(text)) == (found == tokens.end() ? bpe::no_rank : uint32_t(found - tokens.begin())));
  }
  CHECK(vocabulary.find(bpe::Text(tokens.back())) == tokens.size() - 1);
}

TEST_CASE("vocabulary: pairs of bytes") {
  const Vocabulary vocabulary = test::make_vocabulary(test::single_bytes_and({"ab", "ba", "abc", "\xFF\xFE"}));
  CHECK(vocabulary.rank_of_byte_pair('a', 'b') == 256);
  CHECK(vocabulary.rank_of_byte_pair('b', 'a') == 257);
  CHECK(vocabulary.rank_of_byte_pair(0xFF, 0xFE) == 259);
  CHECK(vocabulary.rank_of_byte_pair('a', 'a') == bpe::no_rank);
}

TEST_CASE("vocabulary: merges derived from the tokens are those that the built-in data stores") {
  for (const char* name : {"p50k_base", "cl100k_base", "o200k_base"}) {
    const Vocabulary& stored = test::builtin(name).vocabulary();
    const std::vector<std::string> tokens = test::list_tokens(stored);
    const Vocabulary derived = test::make_vocabulary(tokens);
    CHECK(std::equal(derived.pairs().pilots().begin(), derived.pairs().pilots().end(), stored.pairs().pilots().begin(),
                     stored.pairs().pilots().end()));
    size_t merges = 0, different = 0;
    for (const Merge& merge : all_splits(tokens)) {
      const uint32_t rank = stored.merged(merge.left, merge.right);
      different += derived.merged(merge.left, merge.right) != rank || (rank != bpe::no_rank && rank != merge.rank);
      merges += rank != bpe::no_rank;
    }
    CHECK(different == 0);
    CHECK(merges == tokens.size() - 256);
  }
}

TEST_CASE("vocabulary: the rule that knows all splits gives the tokens of the one that knows one of each token") {
  test::Random random(22);
  for (const char* name : {"r50k_base", "cl100k_base", "o200k_base"}) {
    const Vocabulary& stored = test::builtin(name).vocabulary();
    const std::vector<std::string> tokens = test::list_tokens(stored);
    const Vocabulary complete(test::make_tokens(tokens), all_splits(tokens), {});
    size_t different = 0;
    for (int i = 0; i < (test::is_slow ? 500 : 5000); i++) {
      const std::string text = i % 3 == 0   ? random.letters("etaoinshrdlucmfw", 1 + random.below(60))
                               : i % 3 == 1 ? random.mix(tokens, 1 + random.below(8))
                                            : random.letters(" \t\n=-_/*#", 1 + random.below(200));
      different += merge(stored, text) != merge(complete, text);
    }
    CHECK(different == 0);
  }
}

// Tokens that no merge makes, that are made of higher ranks, bytes that are not first: the naive rule is the judge.
TEST_CASE("vocabulary: irregular ones") {
  const std::vector<std::vector<std::string>> irregular = {
      test::single_bytes_and({"abc"}),                              // out of reach: neither ab nor bc is a token
      test::single_bytes_and({"abcd", "bc", "ab", "cd"}),           // made of higher ranks
      test::single_bytes_and({"abc", "bc"}),                        // the part comes later
      test::single_bytes_and({"ab", "bc", "abc", "abcd", "bcd"}),   // two ways
      test::single_bytes_and({"aaa", "aa"}),                        // overlapping occurrences
      test::single_bytes_and({"aa", "aaa", "aaaaa", "aaaa"}),       //
      test::single_bytes_and({"ab", "abab", "ba", "aba", "bab"}),   //
      test::single_bytes_and({"bab", "ba", "aab", "ab", "abba"}),   //
  };
  for (std::vector<std::string> tokens : irregular) {
    for (const bool reversed : {false, true}) {
      if (reversed) std::reverse(tokens.begin(), tokens.end());
      const Vocabulary vocabulary = test::make_vocabulary(tokens);
      const reference::NaiveMerge naive(tokens);
      test::Random random(23);
      for (uint32_t rank = 0; rank < tokens.size(); rank++) REQUIRE(vocabulary.find(bpe::Text(tokens[rank])) == rank);
      for (int i = 0; i < 3000; i++) {
        const std::string text = random.letters(i % 2 ? "ab" : "abcd", 1 + random.below(i % 50 == 0 ? 300 : 12));
        REQUIRE(merge(vocabulary, text) == naive.merge(text));
      }
    }
  }
}

TEST_CASE("vocabulary: numbers with holes are kept beside the ranks") {
  Vocabulary::Tokens tokens = test::make_tokens(test::single_bytes_and({"ab", "abc"}));
  for (size_t i = 0; i < tokens.numbers.size(); i++) tokens.numbers[i] = uint32_t(i * 10 + 5);
  tokens.numbers.back() = UINT32_MAX;
  const Vocabulary vocabulary(std::move(tokens));
  CHECK_FALSE(vocabulary.numbers_are_ranks());
  CHECK(vocabulary.size() == 258);
  CHECK(vocabulary.number(0) == 5);
  CHECK(vocabulary.number(257) == UINT32_MAX);
  CHECK(merge(vocabulary, "abcab") == std::vector<uint32_t>{257, 256});
  CHECK(test::make_vocabulary(test::single_bytes()).numbers_are_ranks());
}

TEST_CASE("vocabulary: the same bytes twice are refused, by the rank of the second") {
  const auto outcome = test::outcome_of([] { test::make_vocabulary(test::single_bytes_and({"ab", "cd", "ab"})); });
  CHECK(outcome.status == TOKEN_RANKER_DUPLICATE_TOKEN);
  CHECK(outcome.offset == 258);
}

TEST_CASE("vocabulary: a missing byte is refused, by its value") {
  std::vector<std::string> tokens = test::single_bytes();
  tokens[0xE9] = "more";
  const auto outcome = test::outcome_of([&] { test::make_vocabulary(tokens); });
  CHECK(outcome.status == TOKEN_RANKER_MISSING_BYTE);
  CHECK(outcome.offset == 0xE9);
  CHECK(outcome.message.find("0xE9") != std::string::npos);
  CHECK(test::outcome_of([] { test::make_vocabulary({}); }).status == TOKEN_RANKER_MISSING_BYTE);
}

// More than any table was made for by the sizes of its tokens alone.
TEST_CASE("vocabulary: finds many tokens of 8 and 16 bytes that have no key") {
  test::Random random(31);
  std::vector<std::string> tokens = test::single_bytes();
  std::set<std::string> known(tokens.begin(), tokens.end());
  while (tokens.size() < 6000) {
    const std::string token = random.letters("ab\xC3", 7 + 8 * random.below(2)) + "\xF8\xFB\xFF\xFE"[random.below(4)];
    if (known.insert(token).second) tokens.push_back(token);
  }
  const bpe::Vocabulary vocabulary = test::make_vocabulary(tokens);
  for (uint32_t rank = 0; rank < tokens.size(); rank++) REQUIRE(vocabulary.find(bpe::Text(tokens[rank])) == rank);
  for (int i = 0; i < 20000; i++) {
    const std::string text = random.letters("ab\xC3\xFF", 1 + random.below(17));
    REQUIRE((vocabulary.find(bpe::Text(text)) != bpe::no_rank) == (known.count(text) == 1));
  }
}
