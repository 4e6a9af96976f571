#include "added_tokens_json.hpp"

#include <algorithm>
#include <unordered_map>

#include "byte_alphabet.hpp"
#include "failure.hpp"
#include "normalize_nfc.hpp"

namespace bpe {
namespace {

[[noreturn]] void conflict(const JsonPlace& place, size_t i, const char* what) {
  throw Failure(TOKEN_RANKER_ADDED_TOKEN_CONFLICT, i, "%s is %s: %s", place.path.c_str(), place.shown().c_str(), what);
}

AddedToken read_token(const JsonPlace& place, bool has_nfc) {
  AddedToken token;
  token.text = place["content"].string();
  token.token = place["id"].number();
  token.is_special = place["special"].boolean();
  token.is_normalized = place["normalized"].boolean();
  token.is_single_word = place["single_word"].boolean();
  token.strips_left = place["lstrip"].boolean();
  token.strips_right = place["rstrip"].boolean();
  std::string buffer;
  const Text text{std::string_view(token.text)};
  token.normalized_text = has_nfc ? normalize_nfc(text, buffer).view() : text.view();
  return token;
}

bool is_same(const AddedToken& a, const AddedToken& b) {
  return a.is_special == b.is_special && a.is_normalized == b.is_normalized && a.is_single_word == b.is_single_word &&
         a.strips_left == b.strips_left && a.strips_right == b.strips_right;
}

// What the reference decodes otherwise: letters of the byte alphabet that are not ASCII stand for one byte each there.
bool is_decoded_otherwise(const std::string& text) {
  std::string bytes;
  return append_alphabet_bytes(text, bytes) && bytes != text;
}

}  // namespace

std::vector<AddedToken> read_added_tokens(const JsonPlace& place, const VocabStrings& vocab, bool has_nfc, std::string& notes) {
  std::vector<AddedToken> tokens;
  if (!place.value) return tokens;
  std::unordered_map<std::string, size_t> by_text, by_normalized_text;
  std::unordered_map<uint32_t, size_t> by_number;
  for (size_t i = 0; i < vocab.size(); i++) {
    if (vocab.number(i) >= vocab.size()) by_number.emplace(vocab.number(i), SIZE_MAX);  // others are below what is given out here
  }
  uint64_t next = vocab.size();
  for (size_t i = 0; i < place.array_size(); i++) {
    AddedToken token = read_token(place[i], has_nfc);
    if (token.text.empty()) continue;
    if (const auto known = by_text.find(token.text); known != by_text.end()) {
      if (is_same(tokens[known->second], token)) continue;
      conflict(place[i], i, "another added token has the same content and other properties");
    }
    if (token.is_normalized && !by_normalized_text.emplace(token.normalized_text, i).second)
      conflict(place[i], i, "another added token is the same once both are normalized");
    const uint32_t number_in_file = token.token;
    const uint32_t place_in_vocab = vocab.find(token.text);
    if (place_in_vocab != VocabStrings::none) {
      token.token = vocab.number(place_in_vocab);
    } else {
      if (next > UINT32_MAX) conflict(place[i], i, "there is no number left for it");
      token.token = uint32_t(next++);
      if (!by_number.emplace(token.token, i).second)
        conflict(place[i], i, ("it gets the number " + std::to_string(token.token) + ", which a token of model.vocab has").c_str());
    }
    if (token.token != number_in_file)
      notes += place[i].path + " \"" + token.text + "\" has the number " + std::to_string(token.token) + ", as in tokenizers; the file says " +
               std::to_string(number_in_file) + "\n";
    if (place_in_vocab == VocabStrings::none && is_decoded_otherwise(token.text))
      notes += place[i].path + " \"" + token.text + "\" decodes to its content; tokenizers takes its letters for bytes\n";
    by_text.emplace(token.text, tokens.size());
    tokens.push_back(std::move(token));
  }
  std::stable_partition(tokens.begin(), tokens.end(), [](const AddedToken& token) { return token.is_special; });
  return tokens;
}

}  // namespace bpe
