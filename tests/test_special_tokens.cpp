// Special tokens in text: leftmost, then longest, among those selected; against the naive search.
#include <algorithm>
#include <numeric>

#include "catch.hpp"
#include "reference/naive_special.hpp"
#include "special_tokens.hpp"
#include "support.hpp"

using bpe::SpecialMatch;
using bpe::SpecialSelection;
using bpe::SpecialTokens;
using Strings = std::vector<std::string>;

namespace {

SpecialTokens make(const Strings& texts) {
  std::vector<token_ranker_special_token> tokens;
  for (size_t i = 0; i < texts.size(); i++) tokens.push_back({texts[i].data(), texts[i].size(), uint32_t(1000 + i), 0});
  return SpecialTokens(tokens);
}

SpecialMatch find(const SpecialTokens& tokens, std::string_view text, size_t from = 0, SpecialSelection selection = test::all_special) {
  const test::ExactCopy copy(text);
  return SpecialTokens::Finder(tokens, selection).find(copy.text(), from);
}

bool is_same(const SpecialMatch& a, const SpecialMatch& b) {
  return a.index == b.index && (!a.is_found() || (a.begin == b.begin && a.end == b.end));
}

std::vector<uint32_t> all_indices(size_t size) {
  std::vector<uint32_t> indices(size);
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

// Every match of the text, one after another as the encoder asks for them.
size_t count_different(const SpecialTokens& tokens, const Strings& texts, const std::vector<uint32_t>& selected, std::string_view text) {
  const test::ExactCopy copy(text);
  const SpecialTokens::Finder finder(tokens, {selected.data(), selected.size()});
  size_t different = 0;
  for (size_t from = 0; from <= text.size() + 1; from++)
    different += !is_same(finder.find(copy.text(), from), reference::find_special(texts, selected, text, from));
  return different;
}

}  // namespace

TEST_CASE("special: none") {
  const SpecialTokens none;
  CHECK(none.size() == 0);
  CHECK_FALSE(find(none, "<|endoftext|>").is_found());
  CHECK_FALSE(find(none, "").is_found());
  CHECK_FALSE(find(make({"<s>"}), "").is_found());
  CHECK_FALSE(find(make({"<s>"}), "<s>", 0, test::no_special).is_found());
}

TEST_CASE("special: texts stay where they are when the object moves, short ones too") {
  for (const Strings& texts : {Strings{"a"}, Strings{"<s>"}, Strings{"<|endoftext|>"}, Strings{std::string(300, 'x'), "y"}}) {
    SpecialTokens first = make(texts);
    const SpecialTokens moved = std::move(first);
    SpecialTokens assigned;
    assigned = make(texts);
    for (const SpecialTokens* tokens : std::initializer_list<const SpecialTokens*>{&moved, &assigned}) {
      REQUIRE(tokens->size() == texts.size());
      for (size_t i = 0; i < texts.size(); i++) {
        CHECK((*tokens)[i].text == texts[i]);
        CHECK((*tokens)[i].text_size == texts[i].size());
        CHECK((*tokens)[i].text[texts[i].size()] == '\0');
        CHECK((*tokens)[i].token == 1000 + i);
        CHECK(find(*tokens, "." + texts[i] + ".").begin == 1);
      }
    }
  }
}

TEST_CASE("special: leftmost, then longest") {
  const SpecialTokens tokens = make({"<s>", "<s>x", "<s>xyz", "s>x"});
  CHECK(is_same(find(tokens, "a<s>xyzz"), {2, 1, 7}));
  CHECK(is_same(find(tokens, "a<s>xy"), {1, 1, 5}));
  CHECK(is_same(find(tokens, "a<s>"), {0, 1, 4}));
  CHECK(is_same(find(tokens, "a<s>xyz", 2), {3, 2, 5}));
  CHECK_FALSE(find(tokens, "a<s").is_found());

  // The longest of the selected ones: what is not selected hides nothing.
  const uint32_t selected[] = {0, 3};
  CHECK(is_same(find(tokens, "<s>xyz", 0, {selected, 2}), {0, 0, 3}));
  CHECK(is_same(find(tokens, "<s>xyz", 0, {selected + 1, 1}), {3, 1, 4}));
}

TEST_CASE("special: prefixes of each other, overlaps and subsets, like the naive search") {
  test::Random random(31);
  for (int i = 0; i < (test::is_slow ? 60 : 400); i++) {
    Strings texts;
    const std::string_view alphabet = i % 2 ? "ab" : "<|ab>";
    for (size_t n = 1 + random.below(8); texts.size() < n;) {
      std::string text = random.letters(alphabet, 1 + random.below(6));
      if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
    }
    const SpecialTokens tokens = make(texts);
    std::vector<uint32_t> some;
    for (uint32_t index = 0; index < texts.size(); index++) {
      if (random.below(2)) some.push_back(index);
    }
    for (int k = 0; k < 10; k++) {
      const std::string text = random.letters(alphabet, random.below(40));
      CHECK(count_different(tokens, texts, all_indices(texts.size()), text) == 0);
      if (!some.empty()) CHECK(count_different(tokens, texts, some, text) == 0);
    }
  }
}

TEST_CASE("special: bytes of every value") {
  const Strings texts = {std::string("\0", 1), std::string("\0\0a", 3), "\xFF", "\xFF\xFE", "\x80z", "é", "漢字"};
  const SpecialTokens tokens = make(texts);
  test::Random random(32);
  for (int i = 0; i < 300; i++) {
    std::string text = random.mix(texts, random.below(6)) + random.letters(std::string_view("\0\xFF\xFE\x80zaé", 9), random.below(10));
    CHECK(count_different(tokens, texts, all_indices(texts.size()), text) == 0);
  }
}

TEST_CASE("special: the 1091 names of o200k_harmony") {
  const SpecialTokens& tokens = test::builtin("o200k_harmony").special_tokens();
  REQUIRE(tokens.size() == 1091);
  size_t wrong = 0;
  for (uint32_t i = 0; i < tokens.size(); i++) {
    const std::string name(tokens[i].text, tokens[i].text_size);
    wrong += !is_same(find(tokens, "<|" + name + name), {i, 2, 2 + name.size()});
    wrong += find(tokens, name.substr(0, name.size() - 1)).is_found();
    wrong += find(tokens, name.substr(1)).is_found();
    wrong += !is_same(find(tokens, name, 0, {&i, 1}), {i, 0, name.size()});
    const uint32_t other = (i + 1) % 1091;
    wrong += find(tokens, name, 0, {&other, 1}).is_found();
  }
  CHECK(wrong == 0);
}

TEST_CASE("special: the same index twice is as good as once, one out of range is refused") {
  const SpecialTokens tokens = make({"<s>", "<t>"});
  const uint32_t twice[] = {1, 1}, bad[] = {0, 1, 2}, far[] = {UINT32_MAX};
  CHECK(find(tokens, "<s><t>", 0, {twice, 2}).index == 1);
  const auto outcome = test::outcome_of([&] { find(tokens, "x", 0, {bad, 3}); });
  CHECK(outcome.status == TOKEN_RANKER_INVALID_ARGUMENT);
  CHECK(outcome.offset == 2);
  CHECK(test::outcome_of([&] { find(tokens, "x", 0, {far, 1}); }).status == TOKEN_RANKER_INVALID_ARGUMENT);
  CHECK(test::outcome_of([&] { find(SpecialTokens(), "x", 0, {bad, 1}); }).status == TOKEN_RANKER_INVALID_ARGUMENT);
}

TEST_CASE("special: an empty text is refused, by its index") {
  const auto outcome = test::outcome_of([] { make({"<s>", ""}); });
  CHECK(outcome.status == TOKEN_RANKER_EMPTY_SPECIAL_TOKEN);
  CHECK(outcome.offset == 1);
}

TEST_CASE("special: the same text twice is refused, by the index of the second") {
  const auto outcome = test::outcome_of([] { make({"<s>", "<t>", "<u>", "<t>"}); });
  CHECK(outcome.status == TOKEN_RANKER_DUPLICATE_SPECIAL_TOKEN);
  CHECK(outcome.offset == 3);
}

TEST_CASE("special: limits") {
  const std::string longest(1 << 16, 'x');
  CHECK(test::outcome_of([&] { make({longest}); }).status == TOKEN_RANKER_OK);
  auto outcome = test::outcome_of([&] { make({"a", longest + "x"}); });
  CHECK(outcome.status == TOKEN_RANKER_TOO_LARGE);
  CHECK(outcome.offset == 1);

  Strings many;
  for (int i = 0; i < (1 << 16); i++) many.push_back("<" + std::to_string(i) + ">");
  const SpecialTokens tokens = make(many);
  CHECK(find(tokens, "..<65535>").index == 65535);
  CHECK(find(tokens, "..<0>").index == 0);
  many.push_back("<65536>");
  outcome = test::outcome_of([&] { make(many); });
  CHECK(outcome.status == TOKEN_RANKER_TOO_LARGE);
  CHECK(outcome.offset == 65536);

  Strings heavy;
  while (heavy.size() < 256) heavy.push_back(std::string((1 << 16) - 4, 'x') + std::to_string(1000 + heavy.size()));
  heavy.push_back("y");
  outcome = test::outcome_of([&] { make(heavy); });
  CHECK(outcome.status == TOKEN_RANKER_TOO_LARGE);
  CHECK(outcome.offset == 256);
}

TEST_CASE("special: beginnings of special tokens everywhere cost little") {
  const SpecialTokens tokens = make({"<|endoftext|>", "<|fim_prefix|>"});
  std::string text;
  while (text.size() < 4000000) text += "<|endoftex";
  CHECK_FALSE(find(tokens, text).is_found());
  CHECK(is_same(find(tokens, text + "<|endoftext|>"), {0, text.size(), text.size() + 13}));
}
