// The numbers of added tokens, and what is refused of them.
#include "load/added_tokens_json.hpp"

#include "catch.hpp"
#include "vocabulary_trees.hpp"

using test::added_token;
using test::json;

namespace {

// "<q>=256 ...", then the notes.
std::string numbers(const std::vector<json>& tokens, bool has_nfc = false, const std::vector<std::pair<std::string, uint32_t>>& more = {}) {
  bpe::StringTable keys;
  std::vector<uint32_t> values;
  for (unsigned byte = 0; byte < 256; byte++) keys.add(test::spelled(uint8_t(byte))), values.push_back(byte);
  for (const auto& [text, number] : more) keys.add(text), values.push_back(number);
  const json tree = json::parse(json(tokens).dump());  // numbers as a file has them
  std::string notes, result;
  for (const bpe::AddedToken& token : bpe::read_added_tokens({&tree, "added_tokens"}, bpe::VocabStrings(keys, values), has_nfc, notes))
    result += token.text + "=" + std::to_string(token.token) + " ";
  return result;
}

test::Outcome outcome(const std::vector<json>& tokens, bool has_nfc = false, const std::vector<std::pair<std::string, uint32_t>>& more = {}) {
  return test::outcome_of([&] { numbers(tokens, has_nfc, more); });
}

}  // namespace

TEST_CASE("added tokens of a file: numbers as the reference gives them") {
  CHECK(numbers({added_token("<q>"), added_token("<n>")}) == "<q>=256 <n>=257 ");
  CHECK(numbers({added_token("<q>"), added_token("<n>")}, false, {{"<n>", 256}}) == "<q>=257 <n>=256 ");
  CHECK(numbers({added_token("X"), added_token("XY"), added_token("<n>")}, false, {{"XY", 5000}}) == "X=88 XY=5000 <n>=257 ");
  CHECK(numbers({added_token("a"), added_token(""), added_token("<n>"), added_token("<n>")}) == "a=97 <n>=256 ");
}

TEST_CASE("added tokens of a file: special ones come first") {
  CHECK(numbers({added_token("<q>"), added_token("<n>", {"special"}), added_token("<m>"), added_token("<k>", {"special"})}) == "<n>=257 <k>=259 <q>=256 <m>=258 ");
}

TEST_CASE("added tokens of a file: conflicts") {
  CHECK(test::is_refused(outcome({added_token("<q>"), added_token("<q>", {"lstrip"})}), TOKEN_RANKER_ADDED_TOKEN_CONFLICT, "added_tokens[1] is {"));
  CHECK(outcome({added_token("<q>"), added_token("<q>", {"special"})}).offset == 1);
  const std::vector<json> marks = {added_token("\u1E0B", {"normalized"}), added_token("d\u0307", {"normalized"})};
  CHECK(outcome(marks).status == TOKEN_RANKER_OK);
  CHECK(test::is_refused(outcome(marks, true), TOKEN_RANKER_ADDED_TOKEN_CONFLICT, "another added token is the same once both are normalized"));
  CHECK(test::is_refused(outcome({added_token("<q>"), added_token("<n>")}, false, {{"XY", 258}}), TOKEN_RANKER_ADDED_TOKEN_CONFLICT,
                         "it gets the number 258, which a token of model.vocab has"));
}

TEST_CASE("added tokens of a file: each property must be there") {
  for (const char* name : {"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"}) {
    json token = added_token("<q>");
    token.erase(name);
    CHECK(test::is_refused(outcome({token}), TOKEN_RANKER_BAD_VALUE, std::string("added_tokens[0].") + name + " is missing"));
    token[name] = json::array();
    CHECK(test::is_refused(outcome({token}), TOKEN_RANKER_BAD_VALUE, std::string("added_tokens[0].") + name + " is []"));
  }
  CHECK(outcome({json(5)}).status == TOKEN_RANKER_BAD_VALUE);
}

TEST_CASE("added tokens of a file: notes") {
  json token = added_token("\u00E9t\u00E9");
  token["id"] = 300;
  json tree = test::tokenizer_tree();
  tree["added_tokens"] = {token};
  CHECK(test::load_tokenizer(tree).story.notes ==
        "added_tokens[0] \"\u00E9t\u00E9\" has the number 256, as in tokenizers; the file says 300\n"
        "added_tokens[0] \"\u00E9t\u00E9\" decodes to its content; tokenizers takes its letters for bytes\n");
}
