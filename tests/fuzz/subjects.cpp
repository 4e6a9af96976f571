#include "subjects.hpp"

#include <functional>
#include <string>
#include <vector>

#include "builtin_encodings.hpp"
#include "fuzz.hpp"
#include "scan/dispatch.hpp"
#include "support.hpp"
#include "token_ranker.h"
#include "vocabulary_trees.hpp"

namespace fuzz {
namespace {

// What a cache has at least: entries are pushed out soon.
constexpr size_t cache_limit = size_t{256} << 10;

// Texts that overlap, and that are found in other texts.
bpe::SpecialTokens special_tokens() {
  const auto token = [](std::string_view text, uint32_t number) { return token_ranker_special_token{text.data(), text.size(), number, 0}; };
  return bpe::SpecialTokens({token("<|endoftext|>", 100000), token("<|end", 100001), token("<|endof", 100002), token(" the", 100003),
                             token("\n\n", 100004), token("\xE6\xBC\xA2", 100005), token("a", 100006), token("\xFF\xFE", 100007)});
}

// The first tokens of a built-in vocabulary, and any pattern.
bpe::EncodingParts with_pattern(std::string_view pattern) {
  static const std::vector<std::string> tokens = [] {
    std::vector<std::string> list = test::list_tokens(bpe::make_builtin_parts("cl100k_base").vocabulary);
    list.resize(6000);
    return list;
  }();
  return {"small", std::string(pattern), test::make_vocabulary(tokens), special_tokens()};
}

// A tokenizer.json with added tokens of each kind.
bpe::EncodingParts with_rules(const test::json& normalizer, const test::json& pre_tokenizer, bool has_all_bytes = true) {
  test::json tree = test::tokenizer_tree({{"a", "b"},
                                          {"t", "h"},
                                          {"th", "e"},
                                          {"h", "e"},
                                          {"Ġ", "t"},
                                          {"Ġt", "he"},
                                          {"Ġ", "the"},
                                          {"Ì", "ģ"},
                                          {"i", "n"},
                                          {"a", "a"},
                                          {"aa", "aa"}});
  if (!has_all_bytes) {
    test::json& vocab = tree["model"]["vocab"];
    for (unsigned byte = 0xF5; byte <= 0xFF; byte++) vocab.erase(test::spelled(uint8_t(byte)));
    uint32_t next = 0;
    for (test::json& number : vocab) number = next++;
  }
  tree["normalizer"] = normalizer;
  tree["pre_tokenizer"] = pre_tokenizer;
  tree["added_tokens"] = {test::added_token("<s>", {"special"}),
                          test::added_token("<l>", {"special", "lstrip", "rstrip"}),
                          test::added_token("<think>"),
                          test::added_token("word", {"single_word"}),
                          test::added_token("é!", {"normalized"}),
                          test::added_token("<m", {"normalized", "lstrip"}),
                          test::added_token("  ", {"rstrip"})};
  return test::load_tokenizer(tree);
}

test::json split(const char* regex) {
  return {{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Isolated"}, {"invert", false}};
}
test::json sequence(const std::vector<test::json>& steps) { return {{"type", "Sequence"}, {"pretokenizers", steps}}; }
test::json blank_in_front() { return {{"type", "ByteLevel"}, {"add_prefix_space", true}, {"trim_offsets", true}, {"use_regex", true}}; }

struct Maker {
  std::function<bpe::EncodingParts()> make;
  bool is_lossless = true;
};

const std::vector<Maker>& makers() {
  static const std::vector<Maker> list = [] {
    std::vector<Maker> makers;
    for (const char* name : {"gpt2", "cl100k_base", "o200k_harmony"}) makers.push_back({[name] { return bpe::make_builtin_parts(name); }});
    for (size_t i = 3; i < bpe::pattern_count; i++) {
      const bpe::Pattern pattern = bpe::Pattern(i);
      makers.push_back({[pattern] { return with_pattern(bpe::pattern_text(pattern)); }});
    }
    for (const char* pattern : {"[a-z]+|[0-9]", "\\s+(?!\\S)|\\s+|\\S+", "[a-z]+(?=!)|!|(?<=\\p{L})\\p{N}", ".+$|[a-z]"})
      makers.push_back({[pattern] { return with_pattern(pattern); }, false});
    const test::json nfc = {{"type", "NFC"}}, digits = {{"type", "Digits"}, {"individual_digits", true}};
    makers.push_back({[] { return with_rules(nullptr, test::byte_level()); }, false});  // white space that added tokens take is lost
    makers.push_back({[nfc] { return with_rules(nfc, test::byte_level()); }, false});
    makers.push_back({[nfc] { return with_rules(nfc, blank_in_front(), false); }, false});
    makers.push_back({[digits] { return with_rules(nullptr, sequence({digits, test::byte_level()})); }, false});
    makers.push_back({[nfc] {
                        return with_rules(nfc, sequence({split("\\p{N}{1,3}"), split("[a-z]+|\\s"), test::byte_level(false)}));
                      },
                      false});
    makers.push_back({[] { return bpe::make_builtin_parts("p50k_edit"); }});
    return makers;
  }();
  return list;
}

Subject open(const Maker& maker) {
  Subject subject;
  subject.is_lossless = maker.is_lossless;
  std::vector<std::string> engines = {"pcre2"};
  if (token_ranker_t probe(maker.make(), ""); probe.encoding.pretokenizer().is_known_pattern()) engines = test::engines();
  for (const std::string& engine : engines) subject.engines.push_back(new token_ranker_t(maker.make(), engine, cache_limit));
  return subject;
}

}  // namespace

const Subject& subject(size_t choice) {
  static const Subject* opened[subject_count];  // never released
  const std::vector<Maker>& all = makers();
  require(all.size() == subject_count, "subject_count is the number of subjects");
  const Subject*& subject = opened[choice % subject_count];
  if (!subject) subject = new Subject(open(all[choice % subject_count]));
  return *subject;
}

Selection::Selection(const bpe::Encoding& encoding, size_t choice) : selection(test::no_special) {
  if (choice % 4 == 1) selection = test::all_special;
  if (choice % 4 != 2) return;
  for (uint32_t i = 0; i < encoding.special_tokens().size() && i < 8; i++) {
    if (choice >> (2 + i % 6) & 1) indices.push_back(i);
  }
  selection = {indices.data(), indices.size()};
}

}  // namespace fuzz
