// A tekken.json as a whole. Against mistral-common's rules and tiktoken: test_tekken_json.py.
#include "load/tekken_json.hpp"

#include "catch.hpp"
#include "vocabulary_trees.hpp"

using test::base64;
using test::json;
using Numbers = std::vector<uint32_t>;

namespace {

json tree(const char* version) {
  json vocab = json::array();
  for (const std::string& token : test::single_bytes_and({"ab", "abc", "beyond"}))
    vocab.push_back({{"rank", vocab.size()}, {"token_bytes", base64(token)}, {"token_str", nullptr}});
  return {{"config", {{"pattern", "[a-z]+|[^a-z]+"}, {"version", version}, {"default_vocab_size", 258 + 24}, {"default_num_special_tokens", 24}, {"num_vocab_tokens", 259}}},
          {"vocab", vocab},
          {"special_tokens", {{{"rank", 0}, {"token_str", "<unk>"}, {"is_control", true}}, {{"rank", 1}, {"token_str", "<s>"}, {"is_control", true}}}},
          {"image", {{"x", 1}}}};
}

bpe::EncodingParts load(const json& file) { return bpe::load_tekken_json(bpe::read_json(test::ExactCopy(file.dump()).text())); }
test::Outcome outcome(const json& file) {
  return test::outcome_of([&] { load(file); });
}
json changed(const char* pointer, const json& value) {
  json file = tree("v11");
  file[json::json_pointer(pointer)] = value;
  return file;
}

}  // namespace

TEST_CASE("tekken.json: what is one") {
  const auto is_one = [](std::string_view text) { return bpe::is_tekken_json(bpe::read_json(bpe::Text(text))); };
  CHECK(is_one(R"({"config": {}, "vocab": []})"));
  CHECK_FALSE(is_one(R"({"config": {}, "vocab": {}})"));
  CHECK_FALSE(is_one(R"({"vocab": []})"));
}

TEST_CASE("tekken.json: numbers begin behind the special tokens, and only the first tokens live") {
  for (const char* version : {"v1", "v2", "v3", "v7", "v11", "v13", "v15"}) {
    const bpe::Encoding encoding(load(tree(version)), "");
    CHECK(test::encode(encoding, "ab abc beyond") == Numbers{280, 24 + ' ', 281, 24 + ' ', 24 + 'b', 24 + 'e', 24 + 'y', 24 + 'o', 24 + 'n', 24 + 'd'});
    CHECK(test::encode(encoding, "<s><SPECIAL_23>", test::all_special) == Numbers{1, 23});
    CHECK(test::decode(encoding, {0, 2, 281}) == "<unk><SPECIAL_2>abc");
    CHECK(encoding.special_tokens().size() == 24);
    CHECK(encoding.story().source == std::string("tekken.json ") + version);
    CHECK(encoding.story().reference == "mistral-common 1.13.1");
  }
}

TEST_CASE("tekken.json: old files need not name their special tokens") {
  for (const char* version : {"v1", "v2", "v3", "v7"}) {
    json file = tree(version);
    for (const json& named : {json(nullptr), json()}) {
      file["special_tokens"] = named;
      const bpe::EncodingParts parts = load(file);
      REQUIRE(parts.special_tokens.size() == 24);
      CHECK(std::string(parts.special_tokens[3].text) == "[INST]");
      CHECK(std::string(parts.special_tokens[19].text) == "[TOOL_CONTENT]");
      CHECK(std::string(parts.special_tokens[20].text) == "<SPECIAL_20>");
    }
    file.erase("special_tokens");
    CHECK(outcome(file).status == TOKEN_RANKER_OK);
  }
  for (const char* version : {"v11", "v13", "v15"}) {
    json file = tree(version);
    file.erase("special_tokens");
    CHECK(test::is_refused(outcome(file), TOKEN_RANKER_BAD_VALUE, "special_tokens is missing: expected an array, as in every file above v7"));
  }
}

TEST_CASE("tekken.json: keys of some versions") {
  json file = tree("v13");
  file["multimodal"] = {{"x", 1}};
  CHECK(test::is_refused(outcome(file), TOKEN_RANKER_UNSUPPORTED_FEATURE, "multimodal is {\"x\":1}"));
  file["config"]["version"] = "v11";
  CHECK(outcome(file).status == TOKEN_RANKER_OK);
  file["model_settings_builder"] = {{"x", 1}};
  CHECK(test::is_refused(outcome(file), TOKEN_RANKER_UNSUPPORTED_FEATURE, "model_settings_builder is {\"x\":1}: it needs v15"));
}

TEST_CASE("tekken.json: refusals") {
  struct Row {
    const char* pointer;
    json value;
    token_ranker_status status;
    const char* message;
  };
  for (const Row& row : {
           Row{"/config/version", "v4", TOKEN_RANKER_UNSUPPORTED_FEATURE, "config.version is \"v4\""},
           Row{"/config/version", 3, TOKEN_RANKER_BAD_VALUE, "config.version is 3"},
           Row{"/config/default_vocab_size", 1000, TOKEN_RANKER_BAD_VALUE, "config.default_vocab_size is 1000"},
           Row{"/config/default_vocab_size", 23, TOKEN_RANKER_BAD_VALUE, "config.default_vocab_size is 23"},
           Row{"/config/default_num_special_tokens", 65537, TOKEN_RANKER_UNSUPPORTED_FEATURE, "config.default_num_special_tokens is 65537"},
           Row{"/vocab/256/rank", 257, TOKEN_RANKER_BAD_RANK, "vocab[256].rank is 257"},
           Row{"/vocab/256/token_bytes", "?", TOKEN_RANKER_BAD_BASE64, "vocab[256].token_bytes is not base64"},
           Row{"/vocab/256/token_bytes", "", TOKEN_RANKER_EMPTY_TOKEN, "vocab[256]"},
           Row{"/vocab/257/token_bytes", base64("ab"), TOKEN_RANKER_DUPLICATE_TOKEN, "vocab[257]: another token has the same bytes"},
           Row{"/vocab/97/token_bytes", base64("b"), TOKEN_RANKER_BAD_VALUE, "vocab[97].token_bytes: the first 256 tokens must be the single bytes"},
           Row{"/vocab/256/token_bytes", base64(std::string(4097, 'x')), TOKEN_RANKER_TOO_LARGE, "vocab[256]: more than 4096 bytes"},
           Row{"/special_tokens/1/rank", 5, TOKEN_RANKER_UNSUPPORTED_FEATURE, "special_tokens[1].rank is 5"},
           Row{"/special_tokens/1/token_str", "<unk>", TOKEN_RANKER_DUPLICATE_SPECIAL_TOKEN, "<unk>"},
           Row{"/special_tokens/1/token_str", "", TOKEN_RANKER_EMPTY_SPECIAL_TOKEN, "special token 1"},
       }) {
    const test::Outcome refused = outcome(changed(row.pointer, row.value));
    CAPTURE(row.pointer, refused.message);
    CHECK(test::is_refused(refused, row.status, row.message));
  }
}
