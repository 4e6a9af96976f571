// Tokens with the bytes of the text that they come from.
//
// The bytes of a token are those it stands for, so that the spans follow one another without a gap, but for text that the pattern leaves
// unmatched. Special and added tokens have their text, with the white space that they take. Where a normaliser has changed a stretch of
// text, a token that begins or ends inside what it became begins or ends with the stretch; the blank that it has put in front is no text.
#pragma once

#include <cstddef>
#include <vector>

#include "encoding.hpp"
#include "special_tokens.hpp"
#include "text.hpp"
#include "token_sink.hpp"

namespace bpe {

struct TokenSpans {
  TokenBuffer tokens;
  std::vector<Span> spans;               // [tokens.size()]
  std::vector<bool> ends_pretoken = {};  // [tokens.size()] if it is asked for: whether a pretoken ends with the token
};

// Appends. wants_ends: ends_pretoken, too. Throws Failure(MATCH_FAILED), Failure(INVALID_ARGUMENT) for an index out of range, and
// std::bad_alloc.
void encode_with_spans(const Encoding& encoding, Text text, SpecialSelection allowed, TokenSpans& result, bool wants_ends = false);

}  // namespace bpe
