#include "loading.hpp"

#include <vector>

#include "encoder.hpp"
#include "encoder_stream.hpp"
#include "fuzz.hpp"
#include "load/definition.hpp"
#include "support.hpp"
#include "text_limit.hpp"
#include "token_spans.hpp"

namespace fuzz {
namespace {

using Tokens = std::vector<uint32_t>;

constexpr size_t cache_limit = size_t{256} << 10;

bool is_refusal(token_ranker_status status) {
  switch (status) {
    case TOKEN_RANKER_OK:
    case TOKEN_RANKER_BUFFER_TOO_SMALL:
    case TOKEN_RANKER_UNKNOWN_ENCODING:
    case TOKEN_RANKER_UNKNOWN_TOKEN:
    case TOKEN_RANKER_OUT_OF_MEMORY:
    case TOKEN_RANKER_MATCH_FAILED:
    case TOKEN_RANKER_INTERNAL:
      return false;
    default:
      return true;
  }
}

// MATCH_FAILED: no tokens.
bool encode(const bpe::Encoding& encoding, std::string_view text, Tokens& tokens) {
  const test::Outcome outcome = test::outcome_of([&] { tokens = test::encode(encoding, text, test::all_special); });
  require(outcome.status == TOKEN_RANKER_OK || outcome.status == TOKEN_RANKER_MATCH_FAILED, "a text is refused");
  return outcome.status == TOKEN_RANKER_OK;
}

void check_spans(const bpe::Encoding& encoding, std::string_view text, const Tokens& tokens) {
  bpe::TokenSpans found;
  bpe::encode_with_spans(encoding, bpe::Text(text), test::all_special, found);
  require(Tokens(found.tokens.data(), found.tokens.data() + found.tokens.size()) == tokens, "tokens with offsets are others");
  size_t end = 0;
  for (size_t i = 0; i < tokens.size(); i++) {
    const bpe::Span span = found.spans[i];
    require(span.begin <= span.end && span.end <= text.size(), "a span is not in the text");
    if (encoding.has_text_rules()) continue;
    require(span.begin >= end, "spans overlap");
    require(text.substr(span.begin, span.end - span.begin) == test::decode(encoding, {tokens[i]}), "a span has other bytes than its token");
    end = span.end;
  }
}

void check_stream(const bpe::Encoding& encoding, std::string_view text, const Tokens& tokens) {
  bpe::EncoderStream stream(encoding, test::all_special);
  bpe::TokenBuffer made;
  for (size_t at = 0, i = 0; at < text.size(); i++) {
    const std::string_view part = text.substr(at, 1 + i * 5 % 11);
    stream.push(bpe::Text(part), made);
    at += part.size();
  }
  stream.finish(made);
  require(Tokens(made.data(), made.data() + made.size()) == tokens, "other tokens in parts");
}

}  // namespace

std::string with_single_bytes(std::string_view file, std::string_view place, const std::string& single_bytes) {
  std::string whole(file);
  const size_t at = whole.find(place);
  if (at != std::string::npos) whole.replace(at, place.size(), single_bytes);
  return whole;
}

void check_encoding(const bpe::Encoding& encoding, std::string_view text) {
  Tokens tokens;
  if (!encode(encoding, text, tokens)) return;
  const std::string decoded = test::decode(encoding, tokens);  // every token of an encoding is known
  if (!encoding.has_text_rules() && encoding.pretokenizer().is_known_pattern()) require(decoded == text, "what was encoded is not decoded");
  check_spans(encoding, text, tokens);
  check_stream(encoding, text, tokens);
  require(bpe::count(encoding, bpe::Text(text), test::all_special, 5) == std::min<size_t>(tokens.size(), 6), "count is another");
}

void check_file(std::string_view file, int32_t format, std::string_view pattern, std::string_view text) {
  const test::ExactCopy copy(file);
  std::unique_ptr<const bpe::Encoding> encoding;
  const test::Outcome outcome = test::outcome_of([&] {
    bpe::EncodingParts parts = bpe::load_vocabulary(copy.text(), format, !pattern.empty());
    if (!pattern.empty()) parts.pattern = pattern;
    encoding = std::make_unique<const bpe::Encoding>(std::move(parts), "", cache_limit);
  });
  if (!encoding) {
    require(is_refusal(outcome.status), "a file is refused with a status that is not for files");
    require(!outcome.message.empty(), "a file is refused without a word");
    return;
  }
  check_encoding(*encoding, text);
}

}  // namespace fuzz
