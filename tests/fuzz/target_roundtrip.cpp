// Every encoding, by every engine: the same tokens, and decoded they are the text again. With special tokens: those of the naive search,
// and what is between them encoded alone.
#include "fuzz.hpp"
#include "reference/naive_special.hpp"
#include "subjects.hpp"
#include "support.hpp"

namespace {

using Tokens = std::vector<uint32_t>;

// The text between two special tokens is a text of its own.
Tokens encode_by_parts(const bpe::Encoding& encoding, std::string_view text, const fuzz::Selection& allowed) {
  std::vector<std::string> texts;
  std::vector<uint32_t> all;
  for (uint32_t i = 0; i < encoding.special_tokens().size(); i++) {
    texts.emplace_back(encoding.special_tokens()[i].text, encoding.special_tokens()[i].text_size);
    all.push_back(i);
  }
  Tokens tokens;
  for (size_t at = 0; at < text.size();) {
    const bpe::SpecialMatch match = reference::find_special(texts, allowed.selection.is_all() ? all : allowed.indices, text, at);
    const Tokens part = test::encode(encoding, text.substr(at, (match.is_found() ? match.begin : text.size()) - at));
    tokens.insert(tokens.end(), part.begin(), part.end());
    if (!match.is_found()) break;
    tokens.push_back(encoding.special_tokens()[match.index].token);
    at = match.end;
  }
  return tokens;
}

}  // namespace

FUZZ_TARGET(roundtrip) {
  const fuzz::Subject& subject = fuzz::subject(input.byte());
  const fuzz::Selection allowed(subject.plain(), input.byte());
  const uint8_t choice = input.byte();
  const test::ExactCopy copy(input.rest());
  const std::string_view text = copy.text().view();
  const Tokens expected = test::encode(subject.plain(), text, allowed.selection);
  for (const token_ranker_t* ranker : subject.engines) {
    if (test::encode(ranker->encoding, text, allowed.selection) != expected)
      fuzz::fail("%s, %s: other tokens: \"%s\"", ranker->encoding.name().c_str(), ranker->encoding.pretokenizer().engine(),
                 fuzz::shown(text).c_str());
  }
  const std::string decoded = test::decode(subject.plain(), expected);
  if (subject.is_lossless) fuzz::require(decoded == text, "what was encoded is not decoded");
  if (!subject.plain().has_text_rules() && choice % 8 == 1 && subject.plain().special_tokens().size() < 100)
    fuzz::require(encode_by_parts(subject.plain(), text, allowed) == expected, "special tokens are found elsewhere");
}
