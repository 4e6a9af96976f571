// Texts that were made to take long have the right tokens, on every engine: against the naive encoder, and longer ones against a single
// merge loop over each pretoken, without windows and parts.
#include "hard_texts.hpp"

#include "catch.hpp"
#include "merge.hpp"
#include "reference/naive_encode.hpp"
#include "support.hpp"

namespace {

std::vector<test::HardText> texts() { return test::hard_texts(TESTS_DIRECTORY "/limits"); }

std::vector<uint32_t> encode_by_one_loop(const bpe::Encoding& encoding, const std::string& text) {
  test::Splitter splitter(encoding.pattern(), "scalar");
  std::vector<uint32_t> tokens;
  bpe::MergeScratch scratch;
  const bpe::Vocabulary& vocabulary = encoding.vocabulary();
  for (const std::string& piece : splitter.split(text)) {
    const bpe::Text pretoken{std::string_view(piece)};
    const uint32_t whole = vocabulary.find(pretoken);
    if (whole != bpe::no_rank) {
      tokens.push_back(vocabulary.number(whole));
      continue;
    }
    for (const uint32_t rank :
         bpe::merge_by(vocabulary, pretoken, scratch, [&](uint32_t left, uint32_t right) { return vocabulary.merged(left, right); }))
      tokens.push_back(vocabulary.number(rank));
  }
  return tokens;
}

}  // namespace

TEST_CASE("hard texts: the tokens of the naive encoder") {
  for (const char* name : {"r50k_base", "cl100k_base", "o200k_base"}) {
    reference::NaiveEncoder naive(test::builtin(name));
    for (const test::HardText& text : texts()) {
      const std::string made = text.make(400);
      const std::vector<uint32_t> expected = naive.encode(made);
      CAPTURE(name, text.name);
      CHECK(test::encode(test::builtin(name), made) == expected);
      CHECK(test::encode(test::builtin(name, "scalar"), made) == expected);
      CHECK(test::encode(test::builtin(name, "pcre2"), made) == expected);
    }
  }
}

TEST_CASE("hard texts: long pretokens have the tokens of a single loop") {
  for (const char* name : {"r50k_base", "cl100k_base", "o200k_base"}) {
    for (const test::HardText& text : texts()) {
      for (const size_t size : {1000, 5000, 20'000}) {
        const std::string made = text.make(size);
        CAPTURE(name, text.name, size);
        CHECK(test::encode(test::builtin(name), made) == encode_by_one_loop(test::builtin(name), made));
      }
    }
  }
}

// All residues of the longest token of blanks, beside the windows and parts that a long pretoken is merged in.
TEST_CASE("hard texts: runs of blanks of every size") {
  for (const char* name : {"cl100k_base", "o200k_base"}) {
    for (size_t size = 1; size < 7000; size += size < 1500 ? 7 : 97) {
      const std::string made(size, ' ');
      CAPTURE(name, size);
      CHECK(test::encode(test::builtin(name), made) == encode_by_one_loop(test::builtin(name), made));
    }
  }
}
