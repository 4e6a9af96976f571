// Which format a file has, and the pattern of a rank file.
#include "load/definition.hpp"

#include "builtin_encodings.hpp"
#include "catch.hpp"
#include "vocabulary_trees.hpp"

namespace {

bpe::EncodingParts load(std::string_view file, int32_t format = TOKEN_RANKER_FORMAT_DETECT, bool has_pattern = false) {
  return bpe::load_vocabulary(test::ExactCopy(file).text(), format, has_pattern);
}
test::Outcome outcome(std::string_view file, int32_t format = TOKEN_RANKER_FORMAT_DETECT, bool has_pattern = false) {
  return test::outcome_of([&] { load(file, format, has_pattern); });
}

constexpr char tekken[] = R"({"config": {}, "vocab": []})";

}  // namespace

TEST_CASE("definition: formats are told apart by what is in the file") {
  const std::string tokenizer = test::tokenizer_tree().dump();
  for (const std::string_view before : {"", " \n\t\r\x0B\x0C"}) CHECK(load(std::string(before.substr(0, before.size() > 2 ? 4 : 0)) + tokenizer).story.source == "tokenizer.json");
  CHECK(load(tokenizer, TOKEN_RANKER_FORMAT_TOKENIZER_JSON).story.source == "tokenizer.json");
  CHECK(test::is_refused(outcome(tekken), TOKEN_RANKER_BAD_VALUE, "config.version is missing"));
  CHECK(test::is_refused(outcome("{}"), TOKEN_RANKER_UNKNOWN_FORMAT, "neither a tokenizer.json"));
  CHECK(outcome("{").status == TOKEN_RANKER_BAD_JSON);
  CHECK(test::is_refused(outcome("\xEF\xBB\xBF" + tokenizer), TOKEN_RANKER_BAD_JSON, "byte order mark"));
  CHECK(outcome("[]").status == TOKEN_RANKER_MISSING_FIELD);
  CHECK(outcome("").status == TOKEN_RANKER_MISSING_BYTE);
}

TEST_CASE("definition: a format that is named is not guessed") {
  CHECK(outcome(tekken, TOKEN_RANKER_FORMAT_TOKENIZER_JSON).status == TOKEN_RANKER_BAD_VALUE);
  CHECK(outcome(test::tokenizer_tree().dump(), TOKEN_RANKER_FORMAT_TEKKEN_JSON).status == TOKEN_RANKER_BAD_VALUE);
  CHECK(outcome("{}", TOKEN_RANKER_FORMAT_RANKS).status == TOKEN_RANKER_MISSING_FIELD);
  CHECK(outcome("YQ== 1", TOKEN_RANKER_FORMAT_TOKENIZER_JSON).status == TOKEN_RANKER_BAD_JSON);
}

TEST_CASE("definition: a pattern is for rank files, which have none") {
  CHECK(test::is_refused(outcome(test::tokenizer_tree().dump(), TOKEN_RANKER_FORMAT_DETECT, true), TOKEN_RANKER_INVALID_ARGUMENT, "pattern is set"));
  CHECK(test::is_refused(outcome(tekken, TOKEN_RANKER_FORMAT_DETECT, true), TOKEN_RANKER_INVALID_ARGUMENT, "pattern is set"));
  std::string ranks;
  for (unsigned byte = 0; byte < 256; byte++) ranks += test::base64(std::string(1, char(byte))) + " " + std::to_string(byte) + "\n";
  CHECK(load(ranks, TOKEN_RANKER_FORMAT_DETECT, true).story.source == "rank file");
  CHECK(test::is_refused(outcome(ranks), TOKEN_RANKER_INVALID_ARGUMENT, "pattern is NULL; a rank file has none of its own, and this one (SHA-256 "));
}

TEST_CASE("definition: published rank files are known by their digest") {
  // The official file, line by line, out of the library's own data.
  const bpe::Vocabulary& vocabulary = test::builtin("r50k_base").vocabulary();
  std::string ranks;
  for (uint32_t rank = 0; rank < vocabulary.size(); rank++)
    ranks += test::base64(vocabulary.bytes(rank).view()) + " " + std::to_string(vocabulary.number(rank)) + "\n";
  const bpe::EncodingParts parts = load(ranks);
  CHECK(parts.pattern == test::builtin("r50k_base").pattern());
  CHECK(parts.special_tokens.size() == 1);
  CHECK(parts.story.source == "rank file");
  ranks.back() = '\r';  // one byte less alike
  CHECK(outcome(ranks).status == TOKEN_RANKER_INVALID_ARGUMENT);
}
