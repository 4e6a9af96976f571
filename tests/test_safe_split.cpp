// A cut that safe_split allows changes no tokens: both sides encoded alone have the tokens of the whole.
#include "builtin_encodings.hpp"
#include "catch.hpp"
#include "merge.hpp"
#include "safe_split.hpp"
#include "support.hpp"

namespace {

// Three-byte characters as they are common in text, and any.
uint32_t random_character(test::Random& random) {
  switch (random.below(4)) {
    case 0: return uint32_t(0x3041 + random.below(0x55));
    case 1: return uint32_t(0x4E00 + random.below(0x400));
    case 2: return uint32_t(0xAC00 + random.below(0x2BA4));
    default: return uint32_t(random.below(2) ? 0x800 + random.below(0xD000) : 0xE000 + random.below(0x2000));
  }
}

std::vector<uint32_t> merged(const bpe::Vocabulary& vocabulary, bpe::Text text, bpe::MergeScratch& scratch) {
  const std::span<const uint32_t> ranks = bpe::merge(vocabulary, text, scratch);
  return {ranks.begin(), ranks.end()};
}

}  // namespace

TEST_CASE("safe split: cuts change no tokens") {
  for (const char* name : {"cl100k_base", "o200k_base", "r50k_base"}) {
    CAPTURE(name);
    const bpe::Vocabulary& vocabulary = test::builtin(name).vocabulary();
    REQUIRE(vocabulary.merges_make_all_tokens());
    const bpe::SafeSplit split = bpe::make_safe_split(vocabulary);
    bpe::MergeScratch scratch;
    test::Random random(5);
    size_t cuts = 0, places = 0;
    for (int round = 0; round < (test::is_slow ? 500 : 5000); round++) {
      std::vector<uint32_t> characters(2 + random.below(8));
      std::string text;
      for (uint32_t& character : characters) text += test::utf8(character = random_character(random));
      const std::vector<uint32_t> whole = merged(vocabulary, bpe::Text(text), scratch);
      std::vector<uint32_t> parts;
      size_t begin = 0;
      for (size_t i = 1; i <= characters.size(); i++) {
        places += i < characters.size();
        if (i < characters.size() && !split.may_cut(characters[i - 1], characters[i])) continue;
        cuts += i < characters.size();
        const std::vector<uint32_t> part = merged(vocabulary, bpe::Text(text).part(begin, 3 * i), scratch);
        parts.insert(parts.end(), part.begin(), part.end());
        begin = 3 * i;
      }
      REQUIRE(parts == whole);
    }
    CHECK(cuts > places / 4);
  }
}

TEST_CASE("safe split: no token of the vocabulary stands over a cut") {
  const bpe::Vocabulary& vocabulary = test::builtin("o200k_base").vocabulary();
  const bpe::SafeSplit split = bpe::make_safe_split(vocabulary);
  size_t pairs = 0;
  for (const std::string& token : test::list_tokens(vocabulary)) {
    for (size_t at = 3; at + 3 <= token.size(); at++) {
      const auto is_character = [&](size_t i) {
        return (uint8_t(token[i]) & 0xF0) == 0xE0 && (uint8_t(token[i + 1]) & 0xC0) == 0x80 && (uint8_t(token[i + 2]) & 0xC0) == 0x80;
      };
      if (!is_character(at - 3) || !is_character(at)) continue;
      const auto code_point = [&](size_t i) {
        return uint32_t(token[i] & 15) << 12 | uint32_t(token[i + 1] & 63) << 6 | uint32_t(token[i + 2] & 63);
      };
      CHECK_FALSE(split.may_cut(code_point(at - 3), code_point(at)));
      pairs++;
    }
  }
  CHECK(pairs > 10000);
}

TEST_CASE("safe split: a vocabulary with tokens out of reach of its merges is never cut") {
  // Neither "bc" nor "cd" is a token, so that no merge leads to "bcd".
  std::vector<std::string> tokens = test::single_bytes_and({"bcd", "abcd"});
  const bpe::Vocabulary vocabulary = test::make_vocabulary(tokens);
  CHECK_FALSE(vocabulary.merges_make_all_tokens());
}

TEST_CASE("safe split: what the built-in vocabularies bring along is what is made of their tokens") {
  for (const char* name : {"cl100k_base", "o200k_base", "p50k_base", "r50k_base"}) {
    CAPTURE(name);
    const bpe::Encoding& encoding = test::builtin(name);
    const bpe::SafeSplit made = bpe::make_safe_split(encoding.vocabulary());
    REQUIRE(encoding.safe_split());
    CHECK(encoding.safe_split()->pairs == made.pairs);
    for (size_t i = 0; i < std::size(made.partial); i++) CHECK(encoding.safe_split()->partial[i] == made.partial[i]);
  }
}

TEST_CASE("safe split: every known pattern gives the same tokens with cuts and without") {
  test::Random random(7);
  const std::vector<std::string> pieces = {"word",   " Word",  "\n",     "  ",     "12",     "!",      "'s",     "\u3002", "\u0301",
                                           "\u0E31", "\u0E01", "\u3007", "\u2E80", "\u3005", "\u30FB", "\u3099", "\u3040", "\xFF"};
  for (size_t i = 0; i < bpe::pattern_count; i++) {
    const auto make = [&](const char* engine) {
      bpe::EncodingParts parts = bpe::make_builtin_parts("o200k_base");
      parts.pattern = bpe::pattern_text(bpe::Pattern(i));
      return std::make_unique<bpe::Encoding>(std::move(parts), engine);
    };
    const std::unique_ptr<bpe::Encoding> cutting = make(""), whole = make("scalar");
    REQUIRE(cutting->safe_split());
    for (int round = 0; round < (test::is_slow ? 300 : 3000); round++) {
      std::string text;
      for (size_t n = random.below(60); n > 0; n--) {
        text += random.below(5) ? test::utf8(random_character(random)) : pieces[random.below(pieces.size())];
      }
      if (test::encode(*cutting, text) == test::encode(*whole, text)) continue;
      CAPTURE(bpe::pattern_name(bpe::Pattern(i)), text);
      CHECK(test::encode(*cutting, text) == test::encode(*whole, text));
    }
  }
}
