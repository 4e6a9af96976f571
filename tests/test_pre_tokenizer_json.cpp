// Pre-tokenizers and normalizers of a file: the rules that they become, and what is refused.
#include "load/pre_tokenizer_json.hpp"

#include "catch.hpp"
#include "vocabulary_trees.hpp"

using bpe::SplitRule;
using test::byte_level;
using test::json;

namespace {

bpe::PreTokenizer read(const json& tree) { return bpe::read_pre_tokenizer({&tree, "pre_tokenizer"}); }
test::Outcome outcome(const json& tree) {
  return test::outcome_of([&] { read(tree); });
}
json sequence(std::vector<json> list) { return {{"type", "Sequence"}, {"pretokenizers", list}}; }
json split(const json& pattern, const char* behavior = "Isolated", bool invert = false) {
  return {{"type", "Split"}, {"pattern", pattern}, {"behavior", behavior}, {"invert", invert}};
}
json regex(const char* text) { return {{"Regex", text}}; }
json digits(bool individual) { return {{"type", "Digits"}, {"individual_digits", individual}}; }

}  // namespace

TEST_CASE("pre-tokenizers: rules") {
  const bpe::PreTokenizer one = read(byte_level());
  REQUIRE(one.rules.size() == 1);
  CHECK(one.rules[0].kind == SplitRule::Kind::byte_level);
  CHECK_FALSE(one.adds_blank);

  const bpe::PreTokenizer whole = read(byte_level(false));
  REQUIRE(whole.rules.size() == 1);
  CHECK(whole.rules[0].kind == SplitRule::Kind::regex);

  const bpe::PreTokenizer several =
      read(sequence({split(regex("a")), sequence({split({{"String", "b."}}), digits(true)}), digits(false), split(regex("c"), "Removed"), split(regex("d"), "Removed", true), byte_level()}));
  REQUIRE(several.rules.size() == 7);
  CHECK(several.rules[0].pattern == "a");
  CHECK(several.rules[1].pattern == "\\x{62}\\x{2E}");
  CHECK(several.rules[2].kind == SplitRule::Kind::individual_digits);
  CHECK(several.rules[3].kind == SplitRule::Kind::digit_runs);
  CHECK(several.rules[4].keep == SplitRule::Keep::gaps);
  CHECK(several.rules[5].keep == SplitRule::Keep::matches);
  CHECK(several.rules[6].kind == SplitRule::Kind::byte_level);
  for (const SplitRule& rule : several.rules) CHECK(rule.dialect == bpe::PatternDialect::oniguruma);

  json blank = byte_level();
  blank["add_prefix_space"] = true;
  CHECK(read(blank).adds_blank);
  CHECK(read(sequence({blank})).adds_blank);
  blank.erase("use_regex");
  CHECK(read(blank).rules[0].kind == SplitRule::Kind::byte_level);
}

TEST_CASE("pre-tokenizers: at most 16") {
  const auto many = [](size_t count) {
    std::vector<json> list(count - 1, digits(true));
    list.push_back(byte_level());
    return sequence(list);
  };
  CHECK(read(many(16)).rules.size() == 16);
  CHECK(test::is_refused(outcome(many(17)), TOKEN_RANKER_UNSUPPORTED_FEATURE, "more than 16 pre-tokenizers"));
}

TEST_CASE("pre-tokenizers: refusals") {
  const auto in_sequence = [](const json& first) { return sequence({first, byte_level(false)}); };
  for (const char* name : {"Metaspace", "Whitespace", "WhitespaceSplit", "Punctuation", "BertPreTokenizer", "UnicodeScripts", "FixedLength", "CharDelimiterSplit"}) {
    CHECK(test::is_refused(outcome(in_sequence({{"type", name}})), TOKEN_RANKER_UNSUPPORTED_FEATURE, std::string("pre_tokenizer.pretokenizers[0].type is \"") + name + "\""));
    CHECK(test::is_refused(outcome({{"type", name}}), TOKEN_RANKER_UNSUPPORTED_FEATURE, std::string("pre_tokenizer.type is \"") + name + "\""));
  }
  for (const char* behavior : {"MergedWithPrevious", "MergedWithNext", "Contiguous"})
    CHECK(test::is_refused(outcome(in_sequence(split(regex("a"), behavior))), TOKEN_RANKER_UNSUPPORTED_FEATURE, std::string("behavior is \"") + behavior + "\""));
  json blank = byte_level();
  blank["add_prefix_space"] = true;
  CHECK(test::is_refused(outcome(sequence({digits(true), blank})), TOKEN_RANKER_UNSUPPORTED_FEATURE, "pre_tokenizer.pretokenizers[1].add_prefix_space is true"));
  CHECK(outcome(nullptr).status == TOKEN_RANKER_UNSUPPORTED_FEATURE);
  CHECK(outcome(sequence({})).status == TOKEN_RANKER_UNSUPPORTED_FEATURE);
  CHECK(outcome(split(regex("a"))).status == TOKEN_RANKER_UNSUPPORTED_FEATURE);
  CHECK(outcome(sequence({byte_level(), split(regex("a"))})).status == TOKEN_RANKER_UNSUPPORTED_FEATURE);
  CHECK(outcome(sequence(std::vector<json>(17, split(regex("a"))))).status == TOKEN_RANKER_UNSUPPORTED_FEATURE);
  CHECK(outcome(in_sequence(split({{"String", ""}}))).status == TOKEN_RANKER_UNSUPPORTED_FEATURE);
  for (const json& shape : {json(5), json::object(), json{{"type", 5}}, json{{"type", "Sequence"}}, in_sequence({{"type", "Split"}}), in_sequence(split("a")), in_sequence(split(json::object())),
                            in_sequence({{"type", "Digits"}}), json{{"type", "ByteLevel"}}})
    CHECK(outcome(shape).status == TOKEN_RANKER_BAD_VALUE);
}

TEST_CASE("normalizers") {
  const auto has_nfc = [](const json& tree) { return bpe::read_normalizer({&tree, "normalizer"}); };
  const json nfc = {{"type", "NFC"}};
  CHECK_FALSE(has_nfc(nullptr));
  CHECK(has_nfc(nfc));
  CHECK_FALSE(has_nfc({{"type", "Sequence"}, {"normalizers", json::array()}}));
  CHECK(has_nfc({{"type", "Sequence"}, {"normalizers", {nfc, {{"type", "Sequence"}, {"normalizers", json::array()}}}}}));
  for (const char* name : {"NFD", "NFKC", "NFKD", "Lowercase", "Replace", "Prepend", "Strip", "StripAccents", "Precompiled", "ByteLevel", "Nmt", "BertNormalizer"}) {
    const test::Outcome refused = test::outcome_of([&] { has_nfc({{"type", "Sequence"}, {"normalizers", {nfc, {{"type", name}}}}}); });
    CHECK(test::is_refused(refused, TOKEN_RANKER_UNSUPPORTED_FEATURE, std::string("normalizer.normalizers[1].type is \"") + name + "\""));
  }
}
