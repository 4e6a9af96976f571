// Batches: the tokens of each text alone, with any number of threads, also where one text is divided.
#include <cstring>

#include "batch.hpp"
#include "builtin_encodings.hpp"
#include "catch.hpp"
#include "decode_batch.hpp"
#include "support.hpp"
#include "threads.hpp"

namespace {

struct Batch {
  std::string bytes;
  std::vector<int64_t> offsets = {0};
  void add(std::string_view text) {
    bytes += text;
    offsets.push_back(int64_t(bytes.size()));
  }
  size_t size() const { return offsets.size() - 1; }
  std::string_view text(size_t i) const { return std::string_view(bytes).substr(size_t(offsets[i]), size_t(offsets[i + 1] - offsets[i])); }
};

void check_batch(const bpe::Encoding& encoding, const Batch& batch, bpe::SpecialSelection allowed) {
  std::vector<std::vector<uint32_t>> expected;
  for (size_t i = 0; i < batch.size(); i++) expected.push_back(test::encode(encoding, batch.text(i), allowed));
  for (const unsigned threads : {0u, 1u, 2u, 3u, 8u}) {
    if (test::is_sanitized && threads != 1 && threads != 8) continue;
    CAPTURE(threads);
    bpe::BatchTokens result;
    bpe::encode_batch(encoding, reinterpret_cast<const uint8_t*>(batch.bytes.data()), batch.offsets.data(), batch.size(), allowed, threads, result);
    REQUIRE(result.offsets.size() == batch.size() + 1);
    for (size_t i = 0; i < batch.size(); i++)
      REQUIRE(std::vector<uint32_t>(result.tokens + result.offsets[i], result.tokens + result.offsets[i + 1]) == expected[i]);
    std::vector<int64_t> counts(batch.size(), -1);
    bpe::count_batch(encoding, reinterpret_cast<const uint8_t*>(batch.bytes.data()), batch.offsets.data(), batch.size(), allowed, threads,
                     counts.data());
    for (size_t i = 0; i < batch.size(); i++) REQUIRE(counts[i] == int64_t(expected[i].size()));
    bpe::BatchBytes decoded;
    bpe::decode_batch(encoding.decoder(), result.tokens, result.offsets.data(), batch.size(), threads, decoded);
    REQUIRE(decoded.offsets == batch.offsets);
    REQUIRE(std::string_view(reinterpret_cast<const char*>(decoded.bytes), batch.bytes.size()) == batch.bytes);
  }
}

const std::vector<std::string> pieces = {" hello",     "World", " it's", "'s",   "\n\n",           "  \n ", "12345", " <|endoftext|>", "<|fim_prefix|>",
                                         "漢字かな", " é",   "\xFF",  "x  ", "//\n/", std::string(50, ' '), "!!",    " a",             "b "};

}  // namespace

TEST_CASE("batch: nothing, and empty texts") {
  const bpe::Encoding& encoding = test::builtin("cl100k_base");
  Batch batch;
  check_batch(encoding, batch, test::no_special);
  for (int i = 0; i < 3; i++) batch.add("");
  check_batch(encoding, batch, test::no_special);
  batch.add("a");
  batch.add("");
  check_batch(encoding, batch, test::no_special);
}

TEST_CASE("batch: many short texts and one long one") {
  test::Random random(11);
  for (const char* name : {"cl100k_base", "o200k_base", "r50k_base"}) {
    CAPTURE(name);
    Batch batch;
    for (int i = 0; i < 300; i++) batch.add(random.mix(pieces, random.below(20)));
    batch.add(random.mix(pieces, test::is_slow ? 300000 : 700000));
    for (int i = 0; i < 300; i++) batch.add(random.mix(pieces, random.below(20)));
    check_batch(test::builtin(name), batch, test::no_special);
    check_batch(test::builtin(name), batch, test::all_special);
  }
}

TEST_CASE("batch: a long text is divided right for every known pattern") {
  test::Random random(14);
  std::string text;
  while (text.size() < 3 << 19) text += random.mix(pieces, 50) + "x\x01 y\u3042 12 z  ";
  for (size_t i = 0; i < bpe::pattern_count; i++) {
    CAPTURE(bpe::pattern_name(bpe::Pattern(i)));
    bpe::EncodingParts parts = bpe::make_builtin_parts("o200k_base");
    parts.pattern = bpe::pattern_text(bpe::Pattern(i));
    const bpe::Encoding encoding(std::move(parts), "");
    Batch batch;
    batch.add(text);
    check_batch(encoding, batch, test::no_special);
    check_batch(encoding, batch, test::all_special);
  }
}

TEST_CASE("batch: special tokens with blanks in them are not divided") {
  std::vector<token_ranker_special_token> special;
  for (const char* text : {"end of text", " of ", "a b c d e f g h"}) special.push_back({text, std::strlen(text), uint32_t(1000 + special.size()), 0});
  bpe::EncodingParts parts = {"blanks", std::string(bpe::pattern_text(bpe::Pattern::cl100k)), test::make_vocabulary(test::single_bytes()),
                              bpe::SpecialTokens(special)};
  const bpe::Encoding encoding(std::move(parts), "");
  test::Random random(12);
  Batch batch;
  batch.add(random.mix({"end of text", " of ", "a b c d e f g h", " a b c", "end of", " text", "end "}, 150000));
  check_batch(encoding, batch, test::all_special);
  check_batch(encoding, batch, test::no_special);
}

TEST_CASE("batch: a text without a place to divide it") {
  Batch batch;
  batch.add(std::string(700000, 'a'));
  std::string characters;
  for (int i = 0; i < 300000; i++) characters += "漢";
  batch.add(characters);
  check_batch(test::builtin("cl100k_base"), batch, test::no_special);
}

// Letter and blank stand inside of special tokens, and special tokens overlap at the places where a text could be divided.
TEST_CASE("batch: special tokens that overlap are not divided, and what is not allowed does not matter") {
  const std::vector<token_ranker_special_token> special = {
      {"a b", 3, 300, 0}, {"b a", 3, 301, 0}, {"b a b a b c", 11, 302, 0}, {"c ", 2, 303, 0}, {" c", 2, 304, 0}};
  const bpe::Encoding encoding({"test", test::builtin("cl100k_base").pattern(), test::make_vocabulary(test::single_bytes_and({" a", " b"})),
                                bpe::SpecialTokens(special)},
                               "");
  test::Random random(93);
  const uint32_t some[] = {1, 4};
  using Words = std::vector<std::string>;
  for (const Words& words : {Words{"a ", "b ", "c ", "d "}, Words{"a b ", "b a "}, Words{"a b", " a", "c c "}, Words{"b a b a b ", "c ", "a "}}) {
    Batch batch;
    batch.add(random.mix(words, test::is_slow ? 200000 : 400000));
    batch.add("a b");
    for (const bpe::SpecialSelection allowed : {test::all_special, test::no_special, bpe::SpecialSelection{some, 2}}) check_batch(encoding, batch, allowed);
  }
}

TEST_CASE("batch: the first offset need not be 0") {
  Batch batch;
  batch.add("not of the batch");
  batch.add("hello");
  batch.add("");
  batch.add(" world");
  bpe::BatchTokens result;
  bpe::encode_batch(test::builtin("cl100k_base"), bpe::Text(batch.bytes).data, batch.offsets.data() + 1, 3, test::no_special, 2, result);
  CHECK(result.offsets == std::vector<int64_t>{0, 1, 1, 2});
  CHECK((result.tokens[0] == 15339 && result.tokens[1] == 1917));
}

TEST_CASE("batch: a text on which the pattern fails is an error of the whole") {
  const bpe::Encoding encoding({"test", "(?:a|a)*c|o|k| ", test::make_vocabulary(test::single_bytes()), bpe::SpecialTokens()}, "");
  Batch batch;
  batch.add("ok");
  batch.add("ok " + std::string(60, 'a') + "!c");
  batch.add("ok");
  bpe::BatchTokens result;
  const auto outcome = test::outcome_of(
      [&] { bpe::encode_batch(encoding, bpe::Text(batch.bytes).data, batch.offsets.data(), 3, test::no_special, 2, result); });
  CHECK(outcome.status == TOKEN_RANKER_MATCH_FAILED);
  CHECK(outcome.offset == 3);
}

TEST_CASE("batch: one huge text among thousands of tiny ones") {
  test::Random random(15);
  Batch batch;
  for (int i = 0; i < 4000; i++) {
    batch.add(random.mix(pieces, random.below(4)));
    if (i == 2000) batch.add(random.mix(pieces, test::is_slow ? 300000 : 900000));
  }
  check_batch(test::builtin("o200k_base"), batch, test::all_special);
  // Nor where the pattern allows no division.
  const bpe::Encoding encoding(
      {"test", "[a-z]+| ?[^a-z]", test::make_vocabulary(test::single_bytes_and({"or", "el"})), bpe::SpecialTokens()}, "");
  check_batch(encoding, batch, test::no_special);
}

TEST_CASE("batch: a number that is no token is named by its place") {
  const bpe::Encoding& encoding = test::builtin("cl100k_base");
  std::vector<uint32_t> tokens(300000, 1917);
  tokens[100] = tokens[150000] = tokens[299999] = 4000000000;
  const int64_t offsets[] = {101, 200, 200, 160000, 300000};
  for (const unsigned threads : {1u, 2u, 4u}) {
    bpe::BatchBytes result;
    const auto outcome = test::outcome_of([&] { bpe::decode_batch(encoding.decoder(), tokens.data(), offsets, 4, threads, result); });
    CHECK(outcome.status == TOKEN_RANKER_UNKNOWN_TOKEN);
    CHECK(outcome.offset == 150000);
    CHECK(outcome.message == "tokens[150000] = 4000000000 is no token of this encoding");
  }
}

TEST_CASE("batch: at least one processor may be used") { CHECK(bpe::usable_processors() >= 1); }
