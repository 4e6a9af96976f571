// Text without special tokens, and its pretokens, to tokens: a chunk at a time.
#pragma once

#include <cstddef>

#include "context.hpp"
#include "encoding.hpp"
#include "merge.hpp"
#include "phases/phases.hpp"
#include "text.hpp"
#include "token_sink.hpp"
#include "vocabulary.hpp"

namespace bpe {

// Each appends tokens to the sink and returns false if that wants no more. Throws Failure(MATCH_FAILED) and std::bad_alloc.

// The tokens of one pretoken.
bool encode_piece(const Vocabulary& vocabulary, const Phases& phases, Text pretoken, MergeScratch& scratch, TokenSink& sink);

// Those of the pretokens that the source finds in the text, maybe with gaps between them.
bool encode_pretokens(const Encoding& encoding, Text text, PretokenSource& pretokens, Context& context, TokenSink& sink);

// Those of a text as the encoding splits it.
bool encode_ordinary(const Encoding& encoding, Text text, Context& context, TokenSink& sink);

}  // namespace bpe
