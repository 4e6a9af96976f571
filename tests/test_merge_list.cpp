// Vocabularies of a list of merges, compared with the plain rule: of the pairs in the list, the one that stands first, of those the leftmost.
#include "load/merge_list.hpp"

#include <map>

#include "catch.hpp"
#include "merge.hpp"
#include "vocabulary_trees.hpp"

namespace {

using Pair = std::pair<std::string, std::string>;

// What a file would hold.
struct Lists {
  bpe::StringTable keys, merges;
  std::vector<uint32_t> numbers;

  Lists() {
    for (unsigned byte = 0; byte < 256; byte++) add(test::spelled(uint8_t(byte)), byte);
  }
  void add(std::string_view token, uint32_t number) {
    keys.add(token);
    numbers.push_back(number);
  }
  void add_token(std::string_view token) { add(token, uint32_t(numbers.size())); }
  void merge(std::string_view left, std::string_view right) {
    merges.add(left);
    merges.add(right);
  }
  bpe::Vocabulary vocabulary(bool ignore_merges = false) const { return bpe::make_vocabulary(bpe::VocabStrings(keys, numbers), merges, ignore_merges); }
};

test::Outcome outcome(const Lists& lists) {
  return test::outcome_of([&] { lists.vocabulary(); });
}

std::vector<uint32_t> numbers_of(const bpe::Vocabulary& vocabulary, std::string_view text) {
  bpe::MergeScratch scratch;
  const uint32_t whole = vocabulary.find(bpe::Text(text));
  if (whole != bpe::no_rank) return {vocabulary.number(whole)};
  std::vector<uint32_t> numbers;
  for (const uint32_t rank : bpe::merge(vocabulary, bpe::Text(text), scratch)) numbers.push_back(vocabulary.number(rank));
  return numbers;
}

// The plain rule, on strings.
std::vector<std::string> merge_plainly(const std::vector<Pair>& list, std::string_view text) {
  std::map<Pair, size_t> places;
  for (size_t i = 0; i < list.size(); i++) places[list[i]] = i;
  std::vector<std::string> parts;
  for (const char c : text) parts.emplace_back(1, c);
  for (;;) {
    size_t best = SIZE_MAX, at = 0;
    for (size_t i = 0; i + 1 < parts.size(); i++) {
      const auto found = places.find({parts[i], parts[i + 1]});
      if (found != places.end() && found->second < best) best = found->second, at = i;
    }
    if (best == SIZE_MAX) return parts;
    parts[at] += parts[at + 1];
    parts.erase(parts.begin() + std::ptrdiff_t(at) + 1);
  }
}

}  // namespace

TEST_CASE("merge list: strings and their numbers") {
  Lists lists;
  lists.add("ab", 4000);
  lists.add("zz", 300);
  lists.add("ab", 299);  // the last of two equal strings
  const bpe::VocabStrings strings(lists.keys, lists.numbers);
  CHECK(strings.size() == 258);
  CHECK(strings[256] == "ab");
  CHECK(strings.number(256) == 299);
  CHECK(strings.number(strings.find("zz")) == 300);
  CHECK(strings.find("abc") == bpe::VocabStrings::none);
  CHECK(strings.find("") == bpe::VocabStrings::none);
}

TEST_CASE("merge list: the last of two equal merges counts") {
  Lists lists;
  lists.add_token("ab");
  lists.add_token("bc");
  lists.merge("a", "b");
  lists.merge("b", "c");
  CHECK(numbers_of(lists.vocabulary(), "abc") == std::vector<uint32_t>{256, 'c'});
  lists.merge("a", "b");
  CHECK(numbers_of(lists.vocabulary(), "abc") == std::vector<uint32_t>{'a', 257});
}

TEST_CASE("merge list: by rank only where that is the same") {
  // One merge for each token: ranks are given out in the order of the list, whatever the numbers.
  Lists one;
  one.add("ab", 9000);
  one.add("bc", 8000);
  one.merge("a", "b");
  one.merge("b", "c");
  CHECK(one.vocabulary().priorities_are_ranks());
  CHECK(numbers_of(one.vocabulary(), "abc") == std::vector<uint32_t>{9000, 'c'});

  // a|aa comes before aa|a: the leftmost pair would be another one.
  Lists several;
  several.add_token("aa");
  several.add_token("aaa");
  several.merge("a", "a");
  several.merge("a", "aa");
  several.merge("aa", "a");
  several.add_token("b");
  const bpe::Vocabulary vocabulary = several.vocabulary();
  for (const std::string text : {"aaa", "aaaa", "aaaaa", "aaaaaa", "baaab"}) {
    std::string joined;
    for (const std::string& part : merge_plainly({{"a", "a"}, {"a", "aa"}, {"aa", "a"}}, text)) joined += std::to_string(part.size()) + " ";
    std::string got;
    for (const uint32_t number : numbers_of(vocabulary, text)) got += number == 256 ? "2 " : number == 257 ? "3 " : "1 ";
    CHECK(got == joined);
  }
}

TEST_CASE("merge list: random lists merge as the plain rule does") {
  test::Random random(91);
  size_t by_place = 0;
  for (int round = 0; round < (test::is_slow ? 300 : 3000); round++) {
    const std::string letters = std::string("abc").substr(0, 1 + random.below(3));
    std::vector<std::string> tokens;
    for (const char c : letters) tokens.emplace_back(1, c);
    std::vector<Pair> list;
    for (int i = 0; i < 14; i++) {
      const std::string left = tokens[random.below(tokens.size())], right = tokens[random.below(tokens.size())];
      if (left.size() + right.size() > 7) continue;
      if (std::find(tokens.begin(), tokens.end(), left + right) == tokens.end()) tokens.push_back(left + right);
      list.emplace_back(left, right);
    }
    if (random.below(2)) {
      for (size_t i = list.size(); i-- > 1;) std::swap(list[i], list[random.below(i + 1)]);
    }
    Lists lists;
    std::map<uint32_t, std::string> of_number;
    for (const char c : letters) of_number[uint8_t(c)] = std::string(1, c);
    for (size_t i = letters.size(); i < tokens.size(); i++) {
      of_number[uint32_t(lists.numbers.size())] = tokens[i];
      lists.add_token(tokens[i]);
    }
    for (const Pair& pair : list) lists.merge(pair.first, pair.second);
    const bpe::Vocabulary vocabulary = lists.vocabulary();
    by_place += !vocabulary.priorities_are_ranks();
    for (int i = 0; i < 20; i++) {
      const std::string text = random.letters(letters, 1 + random.below(40));
      std::vector<std::string> parts;
      for (const uint32_t number : numbers_of(vocabulary, text)) parts.push_back(of_number.at(number));
      CAPTURE(text, round);
      REQUIRE(parts == merge_plainly(list, text));
    }
  }
  CHECK(by_place > 0);
}

TEST_CASE("merge list: whole pretokens") {
  Lists lists;
  lists.add_token("abc");  // no merge makes it
  CHECK(numbers_of(lists.vocabulary(false), "abc") == std::vector<uint32_t>{'a', 'b', 'c'});
  CHECK(numbers_of(lists.vocabulary(true), "abc") == std::vector<uint32_t>{256});
}

TEST_CASE("merge list: strings that are no bytes are tokens without a text") {
  Lists lists;
  lists.add_token("\u0120a");
  lists.add_token(" a");
  lists.add_token("\u6F22");
  lists.merge("\u0120", "a");
  for (const bool ignore_merges : {false, true}) {
    const bpe::Vocabulary vocabulary = lists.vocabulary(ignore_merges);
    CHECK(vocabulary.size() == 259);
    CHECK(numbers_of(vocabulary, " a") == std::vector<uint32_t>{256});
    CHECK(numbers_of(vocabulary, "\u6F22") == std::vector<uint32_t>{0xE6, 0xBC, 0xA2});
    CHECK(vocabulary.bytes(258).view() == "\u6F22");
  }
}

TEST_CASE("merge list: bytes that no UTF-8 has may be missing, others not") {
  Lists lists;
  bpe::StringTable keys;
  std::vector<uint32_t> numbers;
  for (unsigned byte = 0; byte < 256; byte++) {
    if (byte == 0xC0 || byte == 0xC1 || byte >= 0xF5) continue;
    keys.add(test::spelled(uint8_t(byte)));
    numbers.push_back(byte);
  }
  const bpe::Vocabulary vocabulary = bpe::make_vocabulary(bpe::VocabStrings(keys, numbers), lists.merges, false);
  CHECK(vocabulary.is_absent(0xFF));
  CHECK_FALSE(vocabulary.is_absent(0xF4));
  bpe::StringTable fewer;
  for (size_t i = 0; i < keys.size(); i++) fewer.add(numbers[i] == 0x80 ? "xx" : keys[i]);
  const test::Outcome refused = test::outcome_of([&] { bpe::make_vocabulary(bpe::VocabStrings(fewer, numbers), lists.merges, false); });
  CHECK(refused.status == TOKEN_RANKER_MISSING_BYTE);
  CHECK(refused.offset == 0x80);
}

TEST_CASE("merge list: refusals") {
  Lists same;
  same.add("xy", 97);
  CHECK(test::is_refused(outcome(same), TOKEN_RANKER_DUPLICATE_RANK, "have the same number, 97"));
  Lists empty;
  empty.add("", 300);
  CHECK(test::is_refused(outcome(empty), TOKEN_RANKER_EMPTY_TOKEN, "model.vocab[\"\"]"));
  Lists unknown;
  unknown.add_token("ab");
  unknown.merge("a", "b");
  unknown.merge("ab", "cd");
  CHECK(test::is_refused(outcome(unknown), TOKEN_RANKER_BAD_MERGE, "model.merges[1]: the token \"cd\" is not in model.vocab"));
  CHECK(outcome(unknown).offset == 1);
  Lists unmade;
  unmade.merge("a", "b");
  CHECK(test::is_refused(outcome(unmade), TOKEN_RANKER_BAD_MERGE, "model.merges[0]: the token \"ab\" is not in model.vocab"));
  Lists longest;
  longest.add_token(std::string(4096, 'x'));
  CHECK(outcome(longest).status == TOKEN_RANKER_OK);
  longest.add_token(std::string(4097, 'x'));
  CHECK(test::is_refused(outcome(longest), TOKEN_RANKER_TOO_LARGE, "more than 4096 bytes in a token"));
}
