// JSON as it is and as it must not be: the tables, what is kept of the rest, and every refusal.
#include "load/json_reader.hpp"

#include <chrono>

#include "catch.hpp"
#include "support.hpp"

namespace {

bpe::JsonFile read(std::string_view text) { return bpe::read_json(test::ExactCopy(text).text()); }
test::Outcome outcome(std::string_view text) {
  return test::outcome_of([&] { read(text); });
}

std::vector<std::string> strings(const bpe::StringTable& table) {
  std::vector<std::string> list;
  for (size_t i = 0; i < table.size(); i++) list.emplace_back(table[i]);
  return list;
}

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("json: the vocabulary and the merges are tables") {
  for (const char* merges : {R"(["a b", "ab c"])", R"([["a","b"],["ab","c"]])", R"(["#version: 0.2", "a b", "ab c"])"}) {
    const bpe::JsonFile file = read(std::string(R"( {"model": {"type": "BPE", "vocab": {"a": 1, "\u0120": 4294967295, "": 0}, "merges": )") + merges + "}}\n");
    CHECK(file.has_vocab);
    CHECK(file.has_merges);
    CHECK_FALSE(file.has_token_list);
    CHECK(strings(file.vocab_keys) == Strings{"a", "\u0120", ""});
    CHECK(file.vocab_numbers == std::vector<uint32_t>{1, UINT32_MAX, 0});
    CHECK(strings(file.merges) == Strings{"a", "b", "ab", "c"});
    CHECK(file.tree["model"] == nlohmann::json{{"type", "BPE"}});
  }
}

TEST_CASE("json: the tokens of a tekken.json are a table") {
  const bpe::JsonFile file = read(R"({"vocab": [{"rank": 0, "token_bytes": "AA==", "token_str": null}, {"token_str": "x", "token_bytes": "eA==", "rank": 7}], "config": {}})");
  CHECK(file.has_token_list);
  CHECK(strings(file.token_bytes) == Strings{"AA==", "eA=="});
  CHECK(file.token_ranks == std::vector<uint32_t>{0, 7});
}

TEST_CASE("json: of a key that comes twice the last value counts") {
  const bpe::JsonFile file = read(R"({"model": {"vocab": {"x": 1}, "merges": ["x y"], "vocab": {"a": 1, "a": 2}, "merges": []}, "version": "1", "version": {"b": 2}})");
  CHECK(strings(file.vocab_keys) == Strings{"a", "a"});
  CHECK(file.vocab_numbers == std::vector<uint32_t>{1, 2});
  CHECK(file.has_merges);
  CHECK(file.merges.size() == 0);
  CHECK(file.tree["version"] == nlohmann::json{{"b", 2}});
  const bpe::JsonFile whole = read(R"({"model": {"vocab": {"x": 1}, "merges": []}, "model": {"type": "BPE"}})");
  CHECK_FALSE(whole.has_vocab);
  CHECK_FALSE(whole.has_merges);
}

TEST_CASE("json: what nobody asks for is not kept") {
  const bpe::JsonFile file = read(R"({"image": {"x": [1, {"y": [[], {}, "z", null, true, 1.5, -3]}]}, "audio": 5, "padding": null, "vocab": {"a": 1}})");
  CHECK(file.tree.size() == 2);
  CHECK(file.tree["padding"].is_null());
  CHECK(file.tree["vocab"] == nlohmann::json{{"a", 1}});
}

TEST_CASE("json: what stands in other places is no table") {
  const bpe::JsonFile file = read(R"({"model": {"deeper": {"vocab": {"a": 1}, "merges": [1]}, "vocab": ["unigram"]}, "config": {"vocab": [1], "model": {"vocab": {}}}})");
  CHECK_FALSE(file.has_vocab);
  CHECK_FALSE(file.has_merges);
  CHECK(file.tree["model"]["deeper"]["merges"] == nlohmann::json{1});
}

TEST_CASE("json: no JSON") {
  const std::string good = R"({"model": {"type": "BPE", "vocab": {"a": 1}, "merges": ["a b"]}, "version": "\u00e9"})";
  REQUIRE(outcome(good).status == TOKEN_RANKER_OK);
  for (size_t size = 0; size < good.size(); size++) {
    CAPTURE(size);
    CHECK(outcome(good.substr(0, size)).status == TOKEN_RANKER_BAD_JSON);
  }
  for (const std::string& text : {
           good + "x", good + "{}", good + std::string(1, '\0'), good + std::string("\0x", 2), "\xEF\xBB\xBF" + good, std::string("{\"a\xFF\": 1}"),
           std::string("{\"a\": \"\xED\xA0\x80\"}"), std::string("{\"a\": \"\xC0\x80\"}"), std::string("{\"a\": \"\xE6\xBC\"}"), std::string(R"({"a": "\ud800"})"),
           std::string(R"({"a": "\udc00\ud800"})"), std::string("{\"a\": \"\n\"}"), std::string("{'a': 1}"), std::string("{\"a\": 01}"), std::string("{\"a\": +1}"),
           std::string("{\"a\": NaN}"), std::string("{\"a\": 1e999}"), std::string("{\"a\": .5}"), std::string("{\"a\": 1,}"), std::string("{\"a\" 1}"),
           std::string("{\"a\": /* */ 1}"), std::string("{a: 1}"), std::string("]"), std::string("{\"a\": [}"),
       }) {
    CAPTURE(text);
    CHECK(outcome(text).status == TOKEN_RANKER_BAD_JSON);
  }
  const std::string with_nul = std::string("{\"a\": \"x") + '\0' + "\"}";
  const test::Outcome nul = outcome(with_nul);
  CHECK(nul.offset == 8);
  CHECK(nul.message == "byte 8 is NUL, which JSON has not");
}

TEST_CASE("json: no object") {
  for (const char* text : {"[]", "1", "\"x\"", "null", " true "}) CHECK(outcome(text).status == TOKEN_RANKER_BAD_VALUE);
}

TEST_CASE("json: tables of another shape") {
  struct Row {
    const char* text;
    token_ranker_status status;
    const char* message;
  };
  for (const Row& row : {
           Row{R"({"model": {"vocab": {"a": -1}}})", TOKEN_RANKER_BAD_VALUE, "model.vocab[\"a\"]: expected a number"},
           Row{R"({"model": {"vocab": {"a": 4294967296}}})", TOKEN_RANKER_BAD_VALUE, "model.vocab[\"a\"]: expected a number"},
           Row{R"({"model": {"vocab": {"a": 18446744073709551616}}})", TOKEN_RANKER_BAD_VALUE, "model.vocab[\"a\"]: expected a number"},
           Row{R"({"model": {"vocab": {"a": 1.0}}})", TOKEN_RANKER_BAD_VALUE, "model.vocab[\"a\"]: expected a number"},
           Row{R"({"model": {"vocab": {"a": "1"}}})", TOKEN_RANKER_BAD_VALUE, "model.vocab[\"a\"]: expected a number"},
           Row{R"({"model": {"vocab": {"a": {}}}})", TOKEN_RANKER_BAD_VALUE, "model.vocab[\"a\"]: expected a number"},
           Row{R"({"model": {"vocab": {"a": []}}})", TOKEN_RANKER_BAD_VALUE, "model.vocab[\"a\"]: expected a number"},
           Row{R"({"model": {"merges": ["ab"]}})", TOKEN_RANKER_BAD_MERGE, "model.merges[0]: \"ab\" is not two tokens"},
           Row{R"({"model": {"merges": ["a b", "a b c"]}})", TOKEN_RANKER_BAD_MERGE, "model.merges[1]: \"a b c\" is not two tokens"},
           Row{R"({"model": {"merges": ["a b", ["a", "b"]]}})", TOKEN_RANKER_BAD_VALUE, "model.merges: expected either strings or pairs"},
           Row{R"({"model": {"merges": [["a", "b"], "a b"]}})", TOKEN_RANKER_BAD_VALUE, "model.merges: expected either strings or pairs"},
           Row{R"({"model": {"merges": [["a"]]}})", TOKEN_RANKER_BAD_VALUE, "model.merges: expected pairs of two strings"},
           Row{R"({"model": {"merges": [["a", "b", "c"]]}})", TOKEN_RANKER_BAD_VALUE, "model.merges: expected pairs of two strings"},
           Row{R"({"model": {"merges": [["a", ["b"]]]}})", TOKEN_RANKER_BAD_VALUE, "model.merges: expected strings \"left right\" or pairs"},
           Row{R"({"model": {"merges": [1]}})", TOKEN_RANKER_BAD_VALUE, "model.merges: expected strings \"left right\" or pairs"},
           Row{R"({"model": {"merges": [{}]}})", TOKEN_RANKER_BAD_VALUE, "model.merges: expected strings \"left right\" or pairs"},
           Row{R"({"vocab": ["a"]})", TOKEN_RANKER_BAD_VALUE, "vocab: expected an array of objects"},
           Row{R"({"vocab": [["a"]]})", TOKEN_RANKER_BAD_VALUE, "vocab: expected an array of objects"},
           Row{R"({"vocab": [{}]})", TOKEN_RANKER_BAD_VALUE, "vocab: expected entries of \"rank\""},
           Row{R"({"vocab": [{"rank": 0}]})", TOKEN_RANKER_BAD_VALUE, "vocab: expected entries of \"rank\""},
           Row{R"({"vocab": [{"rank": -1, "token_bytes": ""}]})", TOKEN_RANKER_BAD_VALUE, "vocab: expected entries of \"rank\""},
           Row{R"({"vocab": [{"rank": 4294967296, "token_bytes": ""}]})", TOKEN_RANKER_BAD_VALUE, "vocab: expected ranks up to"},
           Row{R"({"vocab": [{"rank": 1, "token_bytes": null}]})", TOKEN_RANKER_BAD_VALUE, "vocab: expected entries of \"rank\""},
           Row{R"({"vocab": [{"rank": 1, "token_bytes": "", "more": "x"}]})", TOKEN_RANKER_BAD_VALUE, "vocab: expected entries of \"rank\""},
           Row{R"({"vocab": [{"rank": 1, "token_bytes": "", "more": 1}]})", TOKEN_RANKER_BAD_VALUE, "vocab: expected numbers in \"rank\" only"},
       }) {
    const test::Outcome refused = outcome(row.text);
    CAPTURE(row.text, refused.message);
    CHECK(refused.status == row.status);
    CHECK(refused.message.find(row.message) == 0);
  }
}

TEST_CASE("json: a message cuts long strings between characters") {
  std::string longer;
  for (int i = 0; i < 100; i++) longer += "\u6F22";
  const std::string message = outcome("{\"model\": {\"merges\": [\"" + longer + "\"]}}").message;
  CHECK(message.find("\u6F22\" is not two tokens") != std::string::npos);
}

TEST_CASE("json: brackets however deep are refused at once, without recursion") {
  // As large as a file may be here; what is read of it is a few bytes.
  const size_t size = test::is_slow ? size_t{1} << 26 : size_t{1} << 30;
  std::string text(size, '[');
  for (const std::string_view begin : {"[", "{\"model\":", "{\"other\":", "{\"vocab\":", "{\"model\":{\"merges\":", "{\"model\":{\"vocab\":"}) {
    text.replace(0, begin.size(), begin);
    const auto before = std::chrono::steady_clock::now();
    const test::Outcome refused = test::outcome_of([&] { bpe::read_json(bpe::Text(std::string_view(text))); });
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - before;
    CAPTURE(begin, refused.message);
    CHECK((refused.status == TOKEN_RANKER_BAD_JSON || refused.status == TOKEN_RANKER_BAD_VALUE));
    CHECK(seconds.count() < 5);
    text.replace(0, begin.size(), begin.size(), '[');
  }
  std::string objects;
  for (int i = 0; i < 100000; i++) objects += "{\"a\":";
  CHECK(outcome(objects).message == "brackets are nested deeper than 64");
  CHECK(outcome("{\"x\":" + std::string(63, '[') + std::string(63, ']') + "}").status == TOKEN_RANKER_OK);
  CHECK(outcome("{\"x\":" + std::string(64, '[') + std::string(64, ']') + "}").status == TOKEN_RANKER_BAD_JSON);
}

TEST_CASE("json: more in the tree than any tokenizer has") {
  if (test::is_sanitized) return;
  std::string many = "{\"config\": [0";
  for (int i = 0; i < 2'100'000; i++) many += ",0";
  CHECK(outcome(many + "]}").status == TOKEN_RANKER_TOO_LARGE);
  CHECK(outcome("{\"config\": \"" + std::string(size_t{65} << 20, 'x') + "\"}").status == TOKEN_RANKER_TOO_LARGE);
}
