// Texts and limits of tokens: counting up to one, cutting at one, and pieces that keep to one.
#pragma once

#include <cstddef>

#include "encoding.hpp"
#include "special_tokens.hpp"
#include "text.hpp"

namespace bpe {

// Each throws Failure(MATCH_FAILED), Failure(INVALID_ARGUMENT) for an index out of range, and std::bad_alloc.

// min(number of tokens, limit + 1). SIZE_MAX: no limit. Of a long text parts are read until more than `limit` tokens are certain.
size_t count(const Encoding& encoding, Text text, SpecialSelection allowed, size_t limit);

// The size of the longest prefix that is made of at most `limit` of the text's own tokens, ends with a character, and whose own encoding
// has at most `limit` tokens. The whole text if it has no more.
size_t truncate(const Encoding& encoding, Text text, SpecialSelection allowed, size_t limit);

// The next of the pieces of a text, each of which has at most `limit` tokens when encoded alone; special tokens are ordinary text. It
// begins at most `overlap` tokens before the end of the previous one, {0, 0} at first, and ends behind it: with a pretoken, else with a
// token, else with a character. Empty at the end of the text. limit >= 4, 2 * overlap < limit. Throws Failure(INVALID_ARGUMENT) for one
// character that a normaliser makes more tokens of than `limit`.
Span next_chunk(const Encoding& encoding, Text text, size_t limit, size_t overlap, Span previous);

}  // namespace bpe
