// Tokens to bytes.
#include "catch.hpp"
#include "decoder.hpp"
#include "support.hpp"

namespace {

using Tokens = std::vector<uint32_t>;

bpe::SpecialTokens make_special(std::initializer_list<std::pair<const char*, uint32_t>> rows) {
  std::vector<token_ranker_special_token> tokens;
  for (const auto& [text, token] : rows) tokens.push_back({text, std::string_view(text).size(), token, 0});
  return bpe::SpecialTokens(tokens);
}

std::string decode(const bpe::Decoder& decoder, const Tokens& tokens, size_t capacity = SIZE_MAX) {
  const size_t size = decoder.decoded_size(tokens.data(), tokens.size());
  std::vector<uint8_t> bytes(std::min(size, capacity));
  decoder.decode(tokens.data(), tokens.size(), bytes.data(), bytes.size());
  return {bytes.begin(), bytes.end()};
}

bpe::Vocabulary make_sparse() {
  bpe::Vocabulary::Tokens tokens = test::make_tokens(test::single_bytes_and({"ab", "far", "last"}));
  tokens.numbers[257] = 5000000;
  tokens.numbers[258] = UINT32_MAX;
  return bpe::Vocabulary(std::move(tokens));
}

}  // namespace

TEST_CASE("decoder: vocabulary and special tokens") {
  bpe::Vocabulary vocabulary = test::make_vocabulary(test::single_bytes_and({"ab"}));
  const bpe::SpecialTokens special = make_special({{"<s>", 260}, {"<t>", 258}});
  const bpe::Decoder decoder(vocabulary, special);
  CHECK(decoder.max_token() == 260);
  CHECK(decode(decoder, {}) == "");
  CHECK(decode(decoder, {'x', 256, 260, 0, 258, 255}) == std::string("xab<s>\0<t>\xFF", 11));
}

TEST_CASE("decoder: the first bytes where not all fit, at every capacity") {
  bpe::Vocabulary vocabulary = test::make_vocabulary(test::single_bytes_and({"abcdef"}));
  const bpe::SpecialTokens special = make_special({{"<sp>", 300}});
  const bpe::Decoder decoder(vocabulary, special);
  const std::string whole = "abcdef<sp>xabcdef";
  for (size_t capacity = 0; capacity <= whole.size(); capacity++)
    CHECK(decode(decoder, {256, 300, 'x', 256}, capacity) == whole.substr(0, capacity));
}

TEST_CASE("decoder: an unknown token is named, with its index") {
  bpe::Vocabulary vocabulary = make_sparse();
  const bpe::SpecialTokens special = make_special({{"<s>", 4000000000}});
  const bpe::Decoder decoder(vocabulary, special);
  CHECK(decoder.max_token() == UINT32_MAX);
  CHECK(decode(decoder, {256, 5000000, UINT32_MAX, 4000000000}) == "abfarlast<s>");
  for (const uint32_t unknown : {257u, 258u, 4999999u, 5000001u, 3999999999u, UINT32_MAX - 1}) {
    const auto outcome = test::outcome_of([&] { decode(decoder, {0, 256, unknown, unknown}); });
    CHECK(outcome.status == TOKEN_RANKER_UNKNOWN_TOKEN);
    CHECK(outcome.offset == 2);
    CHECK(outcome.message.find(std::to_string(unknown)) != std::string::npos);
  }
}

TEST_CASE("decoder: a number that is also a special token's is the vocabulary's; of two special tokens the first has it") {
  bpe::Vocabulary vocabulary = make_sparse();
  const bpe::SpecialTokens special = make_special(
      {{"<a>", 65}, {"<b>", 9000}, {"<c>", 9000}, {"<d>", UINT32_MAX}, {"<e>", 80000000}, {"<f>", 80000000}});
  const bpe::Decoder decoder(vocabulary, special);
  CHECK(decode(decoder, {65, 9000, UINT32_MAX, 80000000}) == "A<b>last<e>");
}

TEST_CASE("decoder: every token of the built-in encodings") {
  for (const char* name : test::builtin_names) {
    const bpe::Encoding& encoding = test::builtin(name);
    const bpe::Vocabulary& vocabulary = encoding.vocabulary();
    size_t wrong = 0, known = 0;
    for (uint32_t rank = 0; rank < vocabulary.size(); rank++)
      wrong += test::decode(encoding, {vocabulary.number(rank)}) != vocabulary.bytes(rank).view();
    CHECK(wrong == 0);
    for (uint32_t token = 0; token <= encoding.decoder().max_token() + 1; token++)
      known += test::outcome_of([&] { encoding.decoder().decoded_size(&token, 1); }).status == TOKEN_RANKER_OK;
    const size_t shared = std::string_view(name) == "o200k_harmony";  // two names for one number
    CHECK(known == vocabulary.size() + encoding.special_tokens().size() - shared);
  }
}
