// The encodings inside the library, and the names that open them.
#include <algorithm>
#include <map>
#include <set>

#include "builtin_encodings.hpp"
#include "catch.hpp"
#include "load/sha256.hpp"
#include "support.hpp"

extern "C" {
extern const uint8_t bpe_p50k_vocabulary[], bpe_p50k_vocabulary_end[];
extern const uint8_t bpe_cl100k_vocabulary[], bpe_cl100k_vocabulary_end[];
extern const uint8_t bpe_o200k_vocabulary[], bpe_o200k_vocabulary_end[];
}

namespace {

// The name of the encoding that a name opens; "" if none.
std::string encoding_of(std::string_view name) {
  std::string found;
  test::outcome_of([&] { found = bpe::make_builtin_parts(name).name; });
  return found;
}

std::map<std::string, uint32_t> special_tokens_of(std::string_view name) {
  const bpe::SpecialTokens& tokens = test::builtin(name).special_tokens();
  std::map<std::string, uint32_t> special;
  for (size_t i = 0; i < tokens.size(); i++) special.emplace(tokens[i].text, tokens[i].token);
  return special;
}

}  // namespace

TEST_CASE("builtin: sizes are those of tiktoken") {
  struct Row {
    const char* name;
    uint32_t n_vocab;  // max_token + 1
    size_t tokens;
    size_t special;
  };
  for (const Row& row : {Row{"gpt2", 50257, 50256, 1}, Row{"r50k_base", 50257, 50256, 1}, Row{"p50k_base", 50281, 50280, 1},
                         Row{"p50k_edit", 50284, 50280, 4}, Row{"cl100k_base", 100277, 100256, 5}, Row{"o200k_base", 200019, 199998, 2},
                         Row{"o200k_harmony", 201088, 199998, 1091}}) {
    const bpe::Encoding& encoding = test::builtin(row.name);
    CAPTURE(row.name);
    CHECK(encoding.name() == row.name);
    CHECK(encoding.decoder().max_token() + 1 == row.n_vocab);
    CHECK(encoding.vocabulary().size() == row.tokens);
    CHECK(encoding.special_tokens().size() == row.special);
  }
}

// What they mean is checked by rebuilding the official files from them: tests/python/oracle.py.
TEST_CASE("builtin: the data inside are the committed ones, by their SHA-256") {
  const auto digest = [](const uint8_t* begin, const uint8_t* end) { return bpe::sha256({begin, size_t(end - begin)}); };
  CHECK(digest(bpe_p50k_vocabulary, bpe_p50k_vocabulary_end) == "6edd895be6b471d91e64f156546b536542596c0e78d47a7d1bf0180b03307f9d");
  CHECK(digest(bpe_cl100k_vocabulary, bpe_cl100k_vocabulary_end) == "6b6eccd12276f561972d19585a2f94b6eaaec177b000a0ef5845dc51aced2be6");
  CHECK(digest(bpe_o200k_vocabulary, bpe_o200k_vocabulary_end) == "128d18c1f0e2c057db2ceb0fbd5213de21ba544b185b50b305942a7092740d39");
}

TEST_CASE("builtin: special tokens") {
  CHECK(special_tokens_of("gpt2") == std::map<std::string, uint32_t>{{"<|endoftext|>", 50256}});
  CHECK(special_tokens_of("r50k_base") == special_tokens_of("gpt2"));
  CHECK(special_tokens_of("p50k_base") == special_tokens_of("gpt2"));
  CHECK(special_tokens_of("p50k_edit") ==
        std::map<std::string, uint32_t>{
            {"<|endoftext|>", 50256}, {"<|fim_prefix|>", 50281}, {"<|fim_middle|>", 50282}, {"<|fim_suffix|>", 50283}});
  CHECK(special_tokens_of("cl100k_base") == std::map<std::string, uint32_t>{{"<|endoftext|>", 100257},
                                                                            {"<|fim_prefix|>", 100258},
                                                                            {"<|fim_middle|>", 100259},
                                                                            {"<|fim_suffix|>", 100260},
                                                                            {"<|endofprompt|>", 100276}});
  CHECK(special_tokens_of("o200k_base") == std::map<std::string, uint32_t>{{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}});

  std::map<std::string, uint32_t> harmony = {{"<|startoftext|>", 199998}, {"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018},
                                             {"<|return|>", 200002},      {"<|constrain|>", 200003}, {"<|channel|>", 200005},
                                             {"<|start|>", 200006},       {"<|end|>", 200007},       {"<|message|>", 200008},
                                             {"<|call|>", 200012}};
  const std::set<uint32_t> named = {200002, 200003, 200005, 200006, 200007, 200008, 200012};
  for (uint32_t token = 200000; token < 201088; token++) {
    if (!named.count(token)) harmony.emplace("<|reserved_" + std::to_string(token) + "|>", token);
  }
  CHECK(harmony.size() == 1091);
  CHECK((special_tokens_of("o200k_harmony") == harmony));
  std::set<uint32_t> numbers;
  for (const auto& row : harmony) numbers.insert(row.second);
  CHECK(numbers.size() == 1090);
}

TEST_CASE("builtin: special tokens decode to their texts") {
  for (const char* name : test::builtin_names) {
    for (const auto& [text, token] : special_tokens_of(name)) {
      if (token != 200018) REQUIRE(test::decode(test::builtin(name), {token}) == text);
    }
  }
  CHECK(test::decode(test::builtin("o200k_harmony"), {200018}) == "<|endofprompt|>");
  CHECK(test::decode(test::builtin("o200k_base"), {200018}) == "<|endofprompt|>");
}

TEST_CASE("builtin: both names of 200018 encode to it") {
  const bpe::Encoding& harmony = test::builtin("o200k_harmony");
  CHECK(test::encode(harmony, "<|endofprompt|><|reserved_200018|>", test::all_special) == std::vector<uint32_t>{200018, 200018});
}

TEST_CASE("builtin: the hole of p50k_base at 50256") {
  for (const char* name : {"p50k_base", "p50k_edit"}) {
    const bpe::Vocabulary& vocabulary = test::builtin(name).vocabulary();
    CHECK(vocabulary.number(50255) == 50255);
    CHECK(vocabulary.number(50256) == 50257);
    CHECK(vocabulary.number(50279) == 50280);
    CHECK(vocabulary.bytes(50256).view() == "  ");
    CHECK(test::decode(test::builtin(name), {50256}) == "<|endoftext|>");
    CHECK(test::decode(test::builtin(name), {50257}) == "  ");
    CHECK(test::encode(test::builtin(name), "   x") == std::vector<uint32_t>{50257, 2124});
  }
}

TEST_CASE("builtin: gpt2 and r50k_base are the beginning of p50k_base") {
  const std::vector<std::string> p50k = test::list_tokens(test::builtin("p50k_base").vocabulary());
  for (const char* name : {"gpt2", "r50k_base"}) {
    const std::vector<std::string> tokens = test::list_tokens(test::builtin(name).vocabulary());
    CHECK(std::equal(tokens.begin(), tokens.end(), p50k.begin()));
  }
}

TEST_CASE("builtin: names of models") {
  struct Row {
    const char* name;
    const char* encoding;  // "": unknown
  };
  for (const Row& row : {
           Row{"gpt-4o", "o200k_base"}, Row{"gpt-4", "cl100k_base"}, Row{"gpt-3.5-turbo", "cl100k_base"}, Row{"davinci", "r50k_base"},
           Row{"text-davinci-003", "p50k_base"}, Row{"text-davinci-edit-001", "p50k_edit"}, Row{"gpt-2", "gpt2"}, Row{"gpt2", "gpt2"},
           Row{"text-embedding-3-large", "cl100k_base"}, Row{"o1", "o200k_base"}, Row{"o4-mini", "o200k_base"},
           // By their beginning.
           Row{"gpt-4o-2024-05-13", "o200k_base"}, Row{"gpt-4-0314", "cl100k_base"}, Row{"gpt-4-32k", "cl100k_base"},
           Row{"gpt-4.1-mini", "o200k_base"}, Row{"gpt-4.5-preview", "o200k_base"}, Row{"chatgpt-4o-latest", "o200k_base"},
           Row{"gpt-5-nano", "o200k_base"}, Row{"gpt-5.5", "o200k_base"}, Row{"gpt-oss-120b", "o200k_harmony"},
           Row{"o1-preview", "o200k_base"},
           Row{"o3-mini", "o200k_base"}, Row{"gpt-35-turbo-16k", "cl100k_base"}, Row{"ft:gpt-4o:org", "o200k_base"},
           Row{"ft:gpt-4:org", "cl100k_base"}, Row{"ft:davinci-002:x", "cl100k_base"}, Row{"gpt-4-", "cl100k_base"},
           // Beginnings that say too little, and what is no name.
           Row{"gpt-4o2", ""}, Row{"gpt-45", ""}, Row{"o1preview", ""}, Row{"ft:curie", ""}, Row{"cl100k", ""}, Row{"cl100k_base ", ""},
           Row{"GPT-4", ""}, Row{"", ""}, Row{"g", ""}, Row{"gpt", ""}, Row{"r50k_base-x", ""},
       }) {
    CAPTURE(row.name);
    CHECK(encoding_of(row.name) == row.encoding);
  }
  CHECK(encoding_of(std::string_view("gpt2\0", 5)).empty());
}

TEST_CASE("builtin: every row of the catalog opens what it says") {
  size_t size = 0;
  const token_ranker_catalog_row* rows = bpe::builtin_catalog(&size);
  std::set<std::string> encodings, seen[4];
  for (size_t i = 0; i < size; i++) {
    const token_ranker_catalog_row& row = rows[i];
    CAPTURE(row.name);
    CHECK(seen[row.kind].insert(row.name).second);
    if (row.kind == TOKEN_RANKER_CATALOG_ENCODING) {
      encodings.insert(row.name);
      CHECK(encoding_of(row.name) == row.name);
    } else {
      CHECK(encodings.count(row.encoding) == 1);
      const std::string name = std::string(row.name) + (row.kind == TOKEN_RANKER_CATALOG_MODEL_PREFIX ? "something" : "");
      CHECK(encoding_of(name) == row.encoding);
    }
  }
  CHECK(encodings.size() == std::size(test::builtin_names));
}

TEST_CASE("builtin: an unknown name is quoted, and cut if it is long") {
  const auto outcome = test::outcome_of([] { bpe::make_builtin_parts("no-such-model"); });
  CHECK(outcome.status == TOKEN_RANKER_UNKNOWN_ENCODING);
  CHECK(outcome.message.find("\"no-such-model\"") != std::string::npos);
  CHECK(test::outcome_of([] { bpe::make_builtin_parts(std::string(100000, 'x')); }).message.size() < 240);
}
