// A tokenizer.json as a whole. Against tokenizers: test_tokenizer_json.py.
#include "load/tokenizer_json.hpp"

#include "catch.hpp"
#include "vocabulary_trees.hpp"

using test::added_token;
using test::json;
using Numbers = std::vector<uint32_t>;

namespace {

Numbers tokens(const json& tree, std::string_view text, bpe::SpecialSelection allowed = test::all_special) {
  const bpe::Encoding encoding(test::load_tokenizer(tree), "");
  return test::encode(encoding, text, allowed);
}

json changed(const char* pointer, const json& value) {
  json tree = test::tokenizer_tree({{"a", "b"}});
  tree[json::json_pointer(pointer)] = value;
  return tree;
}

}  // namespace

TEST_CASE("tokenizer.json: what is one") {
  const auto is_one = [](std::string_view text) { return bpe::is_tokenizer_json(bpe::read_json(bpe::Text(text))); };
  CHECK(is_one(R"({"model": {}})"));
  CHECK_FALSE(is_one(R"({"config": {}, "vocab": []})"));
}

TEST_CASE("tokenizer.json: the way of a text") {
  json tree = test::tokenizer_tree({{"a", "b"}, {"\u0120", "ab"}});
  tree["added_tokens"] = {added_token("<n>"), added_token("<s>", {"special"})};
  tree["normalizer"] = {{"type", "NFC"}};
  CHECK(tokens(tree, "ab ab") == Numbers{256, 257});
  CHECK(tokens(tree, "ab<n> ab<s>") == Numbers{256, 258, 257, 259});
  CHECK(tokens(tree, "<s>", test::no_special) == Numbers{'<', 's', '>'});
  CHECK(tokens(tree, "e\u0301") == Numbers{0xC3, 0xA9});
  CHECK(tokens(tree, "") == Numbers{});

  const bpe::EncodingParts parts = test::load_tokenizer(tree);
  CHECK(parts.story.source == "tokenizer.json");
  CHECK(parts.story.reference == "tokenizers 0.23.3");
  CHECK(parts.story.notes == "added_tokens[0] \"<n>\" has the number 258, as in tokenizers; the file says 0\nadded_tokens[1] \"<s>\" has the number 259, as in tokenizers; the file says 0\n");
  const bpe::Encoding encoding(test::load_tokenizer(tree), "scalar");
  CHECK(test::decode(encoding, {257, 258, 259}) == " ab<n><s>");
}

TEST_CASE("tokenizer.json: keys that may be missing") {
  json tree = test::tokenizer_tree({{"a", "b"}});
  for (const char* key : {"version", "added_tokens", "normalizer", "post_processor", "decoder"}) tree.erase(key);
  tree["model"].erase("type");
  tree["somebody's own"] = {{"x", {1, 2, {{"vocab", 3}}}}};
  CHECK(tokens(tree, "ab") == Numbers{256});
}

TEST_CASE("tokenizer.json: a decoder of another kind is told") {
  json tree = test::tokenizer_tree();
  CHECK(test::load_tokenizer(tree).story.notes.empty());
  for (const json& decoder : {json(nullptr), json{{"type", "Metaspace"}}, json(5)}) {
    tree["decoder"] = decoder;
    CHECK(test::load_tokenizer(tree).story.notes.find("decoder is ") == 0);
  }
}

TEST_CASE("tokenizer.json: refusals") {
  struct Row {
    const char* pointer;
    json value;
    token_ranker_status status;
    const char* message;
  };
  for (const Row& row : {
           Row{"/model/type", "WordPiece", TOKEN_RANKER_UNSUPPORTED_FEATURE, "model.type is \"WordPiece\""},
           Row{"/model/type", "Unigram", TOKEN_RANKER_UNSUPPORTED_FEATURE, "model.type is \"Unigram\""},
           Row{"/model/type", "WordLevel", TOKEN_RANKER_UNSUPPORTED_FEATURE, "model.type is \"WordLevel\""},
           Row{"/model/byte_fallback", true, TOKEN_RANKER_UNSUPPORTED_FEATURE, "model.byte_fallback is true"},
           Row{"/model/dropout", 0.5, TOKEN_RANKER_UNSUPPORTED_FEATURE, "model.dropout is 0.5"},
           Row{"/model/dropout", true, TOKEN_RANKER_BAD_VALUE, "model.dropout is true"},
           Row{"/model/continuing_subword_prefix", "##", TOKEN_RANKER_UNSUPPORTED_FEATURE, "model.continuing_subword_prefix is \"##\""},
           Row{"/model/end_of_word_suffix", "</w>", TOKEN_RANKER_UNSUPPORTED_FEATURE, "model.end_of_word_suffix is \"</w>\""},
           Row{"/model/vocab", json::array(), TOKEN_RANKER_BAD_VALUE, "model.vocab is missing or no object"},
           Row{"/model/merges", nullptr, TOKEN_RANKER_BAD_VALUE, "model.merges is missing or no array"},
           Row{"/model/vocab/ab", 97, TOKEN_RANKER_DUPLICATE_RANK, "have the same number, 97"},
           Row{"/version", "1.1", TOKEN_RANKER_UNSUPPORTED_FEATURE, "version is \"1.1\""},
           Row{"/truncation", {{"max_length", 5}}, TOKEN_RANKER_UNSUPPORTED_FEATURE, "truncation is {\"max_length\":5}"},
           Row{"/padding", {{"pad_id", 5}}, TOKEN_RANKER_UNSUPPORTED_FEATURE, "padding is {\"pad_id\":5}"},
           Row{"/normalizer", {{"type", "Lowercase"}}, TOKEN_RANKER_UNSUPPORTED_FEATURE, "normalizer.type is \"Lowercase\""},
           Row{"/pre_tokenizer", nullptr, TOKEN_RANKER_UNSUPPORTED_FEATURE, "pre_tokenizer is null"},
           Row{"/added_tokens", nullptr, TOKEN_RANKER_BAD_VALUE, "added_tokens is null"},
       }) {
    const test::Outcome refused = test::outcome_of_tokenizer(changed(row.pointer, row.value));
    CAPTURE(row.pointer, refused.message);
    CHECK(test::is_refused(refused, row.status, row.message));
  }
  CHECK(test::outcome_of_tokenizer(changed("/model/dropout", 0.0)).status == TOKEN_RANKER_OK);
  CHECK(test::outcome_of_tokenizer(changed("/padding", nullptr)).status == TOKEN_RANKER_OK);
}

TEST_CASE("tokenizer.json: the tokens before and after are those of the template") {
  json tree = test::tokenizer_tree();
  tree["post_processor"] = {{"type", "BertProcessing"}, {"sep", {"x", 2}}, {"cls", {"y", 1}}};
  const bpe::EncodingParts parts = test::load_tokenizer(tree);
  CHECK(parts.story.tokens_before == Numbers{1});
  CHECK(parts.story.tokens_after == Numbers{2});
}
