// Text in, tokens out: the whole pipeline.
//
//   text -> runs between allowed special tokens -> pretokens -> look-up, else merge -> tokens
//
// Read encoder.cpp first to understand the library.
#pragma once

#include <cstddef>
#include <cstdint>

#include "encoding.hpp"
#include "special_tokens.hpp"
#include "text.hpp"
#include "token_sink.hpp"

namespace bpe {

// Appends the tokens of text to the sink, recognising the selected special tokens. Throws Failure(MATCH_FAILED) and std::bad_alloc.
void encode(const Encoding& encoding, Text text, SpecialSelection allowed, TokenSink& sink);

// The tokens of one piece that the pattern is taken to have matched whole.
void encode_pretoken(const Encoding& encoding, Text pretoken, TokenSink& sink);

}  // namespace bpe
