// Cuts: both sides have the tokens of the whole, for every pattern, with and without special tokens.
#include "catch.hpp"
#include "support.hpp"
#include "text_cut.hpp"

namespace {

const std::vector<std::string> pieces = {
    "word", "Word", "WORD",  "é",    "漢字", "かな", "ž", "Ⅷ",  "²",     "12345", " ",    "  ",   "\n", "\r\n", " \n ",        "\t",  "、",
    "。",   "，",   ".",     ",",    "!",    "'s",   "'", "'ll", "'RE",   "//",    "/\n",  "a\xCC\x81", "\xFF", "\xE3\x80", "<|endoftext|>", "\xC2\xA0", "\xE3\x80\x80",
    "ǅ",    "ʰ",    "aB c", "字 a", "漢、b", "x\ny", "A漢B", "<|e", "ndoftext|>"};

std::vector<uint32_t> encode_parts(const bpe::Encoding& encoding, std::string_view text, size_t at, bpe::SpecialSelection allowed) {
  std::vector<uint32_t> tokens = test::encode(encoding, text.substr(0, at), allowed);
  const std::vector<uint32_t> rest = test::encode(encoding, text.substr(at), allowed);
  tokens.insert(tokens.end(), rest.begin(), rest.end());
  return tokens;
}

}  // namespace

TEST_CASE("text_cut: both sides have the tokens of the whole") {
  test::Random random(5);
  size_t cuts = 0, last_cuts = 0;
  for (const char* name : {"cl100k_base", "o200k_base", "r50k_base", "o200k_harmony"}) {
    const bpe::Encoding& encoding = test::builtin(name);
    CAPTURE(name);
    for (const bpe::SpecialSelection allowed : {test::no_special, test::all_special}) {
      const bpe::SpecialTokens::Finder finder(encoding.special_tokens(), allowed);
      for (int round = 0; round < (test::is_slow ? 100 : 1000); round++) {
        const std::string string = random.mix(pieces, 1 + random.below(12));
        const bpe::Text text{std::string_view(string)};
        const std::vector<uint32_t> expected = test::encode(encoding, string, allowed);
        CAPTURE(string);
        for (size_t from = 0; from <= text.size; from++) {
          const size_t at = find_cut(finder, text, from);
          REQUIRE(at >= from);
          REQUIRE(encode_parts(encoding, string, at, allowed) == expected);
          cuts += at < text.size;
          // Of what is known so far, whatever follows.
          const size_t last = find_last_cut(finder, text.part(0, from));
          REQUIRE((last == 0 || last < from));
          REQUIRE(encode_parts(encoding, string, last, allowed) == expected);
          last_cuts += last > 0;
        }
      }
    }
  }
  CHECK(cuts > 1000);
  CHECK(last_cuts > 1000);
}

TEST_CASE("text_cut: between a letter and what ends it, and nowhere else") {
  const bpe::Encoding& encoding = test::builtin("cl100k_base");
  const bpe::SpecialTokens::Finder finder(encoding.special_tokens(), test::no_special);
  const auto first = [&](std::string_view text) { return find_cut(finder, bpe::Text(text), 0); };
  const auto last = [&](std::string_view text) { return find_last_cut(finder, bpe::Text(text)); };
  CHECK(first("ab cd ef") == 2);
  CHECK(last("ab cd ef") == 5);
  CHECK(first("漢\n") == 3);
  CHECK(first("漢。") == 3);
  CHECK(last("漢字、") == 6);
  CHECK(first("a\xCC\x81 b") == 5);  // a mark is no letter
  CHECK(last("a\xCC\x81 b") == 0);
  CHECK(first("1 2! 3") == 6);
  CHECK(last("1 2! 3") == 0);
  CHECK(last("ab\xE3\x80") == 0);  // may become a mark or not
  CHECK(first("") == 0);
  CHECK(last("") == 0);
}

TEST_CASE("text_cut: which encodings have cuts") {
  CHECK(test::builtin("cl100k_base").may_cut());
  CHECK(test::builtin("o200k_harmony").may_cut());
  for (const char* text : {"a b", "a\n", "x、y", "字。"}) CHECK(bpe::may_hold_cut(bpe::Text(std::string_view(text))));
  for (const char* text : {"", " ", "ab", " ab", "、", "\n<x>"}) CHECK(!bpe::may_hold_cut(bpe::Text(std::string_view(text))));
}
