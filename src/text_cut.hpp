// Places where a text may be cut: both sides alone have the tokens of the whole.
//
// Such a place lies between a letter and a blank, a newline, or one of the East Asian marks 、 。 ，, where every known pattern ends a
// pretoken:
//   - a letter is matched by \p{L} or a class with it, and no alternative goes on from a letter to white space or to punctuation but an
//     apostrophe;
//   - so the second character begins a pretoken, and what follows is matched without a look back;
//   - a text that ends in a letter has the same pretokens as when such a character follows: only the rules for white space and for
//     contractions look ahead.
// Where special tokens are allowed, the place must also lie inside none.
#pragma once

#include <cstddef>

#include "pretokenizer.hpp"
#include "special_tokens.hpp"
#include "text.hpp"

namespace bpe {

// The first such place at or after `from`; text.size if there is none, or if the pattern is not known.
size_t find_cut(const Pretokenizer& pretokenizer, const SpecialTokens::Finder& finder, Text text, size_t from);

// The last such place, whatever may follow the text; 0 if there is none.
size_t find_last_cut(const Pretokenizer& pretokenizer, const SpecialTokens::Finder& finder, Text text);

}  // namespace bpe
