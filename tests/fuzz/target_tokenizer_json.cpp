// tokenizer.json files, changed at will: refused in words, or they encode. Whatever list of merges they have, pretokens merge by the plain
// rule: of the pairs in the list the one that stands first, of those the leftmost. "@bytes" in the vocabulary stands for the single bytes.
#include <map>

#include "encoder.hpp"
#include "failure.hpp"
#include "fuzz.hpp"
#include "load/json_reader.hpp"
#include "load/tokenizer_json.hpp"
#include "loading.hpp"
#include "support.hpp"
#include "vocabulary_trees.hpp"

namespace {

using Strings = std::vector<std::string>;

// The rule on strings. Of two equal merges the last one counts.
Strings merge_plainly(const bpe::StringTable& merges, Strings parts) {
  std::map<std::pair<std::string_view, std::string_view>, size_t> places;
  for (size_t i = 0; i + 1 < merges.size(); i += 2) places[{merges[i], merges[i + 1]}] = i;
  for (;;) {
    size_t best = SIZE_MAX, at = 0;
    for (size_t i = 0; i + 1 < parts.size(); i++) {
      const auto found = places.find({parts[i], parts[i + 1]});
      if (found != places.end() && found->second < best) best = found->second, at = i;
    }
    if (best == SIZE_MAX) return parts;
    parts[at] += parts[at + 1];
    parts.erase(parts.begin() + std::ptrdiff_t(at) + 1);
  }
}

void check_merges(const bpe::JsonFile& json, const bpe::Encoding& encoding, std::string_view pretoken) {
  static const Strings spelling = [] {
    Strings list;
    for (unsigned byte = 0; byte < 256; byte++) list.push_back(test::spelled(uint8_t(byte)));
    return list;
  }();
  std::map<std::string_view, uint32_t> numbers;  // the last one counts
  for (size_t i = 0; i < json.vocab_keys.size(); i++) numbers[json.vocab_keys[i]] = json.vocab_numbers[i];
  Strings parts;
  std::string whole;
  for (const char byte : pretoken) {
    parts.push_back(spelling[uint8_t(byte)]);
    whole += parts.back();
    if (!numbers.count(parts.back())) return;  // a byte without a token is replaced first
  }
  const auto ignores_merges = json.tree["model"].find("ignore_merges");
  if (ignores_merges != json.tree["model"].end() && *ignores_merges == true && numbers.count(whole))
    parts = {whole};
  else
    parts = merge_plainly(json.merges, std::move(parts));
  std::vector<uint32_t> expected;
  for (const std::string& part : parts) expected.push_back(numbers.at(part));
  bpe::TokenBuffer tokens;
  bpe::encode_pretoken(encoding, bpe::Text(pretoken), tokens);
  if (!std::equal(tokens.data(), tokens.data() + tokens.size(), expected.begin(), expected.end()))
    fuzz::fail("merged otherwise: \"%s\"", fuzz::shown(pretoken).c_str());
}

}  // namespace

FUZZ_TARGET(tokenizer_json) {
  static const std::string entries = [] {
    std::string text;
    for (unsigned byte = 0; byte < 256; byte++)
      text += (byte ? "," : "") + test::json(test::spelled(uint8_t(byte))).dump() + ":" + std::to_string(byte);
    return text;
  }();
  const std::string_view file = input.rest();
  const std::string whole = fuzz::with_single_bytes(file, "\"@bytes\":0", entries);
  // Text with what the file has in it: added tokens, sides of merges.
  const size_t merges = file.find("merges");
  const std::string_view text = file.substr(merges == std::string_view::npos ? file.size() / 2 : merges, 150);
  if (file.size() % 4)
    return fuzz::check_file(whole, file.size() % 4 == 1 ? TOKEN_RANKER_FORMAT_DETECT : TOKEN_RANKER_FORMAT_TOKENIZER_JSON, "", text);
  try {
    const bpe::JsonFile json = bpe::read_json(bpe::Text(std::string_view(whole)));
    const bpe::Encoding encoding(bpe::load_tokenizer_json(json), "scalar");
    for (size_t at = 0; at < text.size(); at += 25) check_merges(json, encoding, text.substr(at, 25));
  } catch (const bpe::Failure&) {
  }
}
