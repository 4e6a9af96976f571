// Places where a text may be cut: both sides alone have the tokens of the whole.
//
// Such a place lies between a letter and a blank, a newline, or one of the East Asian marks 、 。 ，, where every known pattern ends a
// pretoken:
//   - a letter is matched by \p{L} or a class with it, and no alternative goes on from a letter to white space or to punctuation but an
//     apostrophe;
//   - so the second character begins a pretoken, and what follows is matched without a look back;
//   - a text that ends in a letter has the same pretokens as when such a character follows: only the rules for white space and for
//     contractions look ahead.
// Where special tokens are allowed, the place must also lie inside none; added tokens must hold no such place. What a normaliser makes of the
// sides is what it makes of the whole, as the second character joins nothing.
#pragma once

#include <cstddef>

#include "special_tokens.hpp"
#include "text.hpp"

namespace bpe {

// The first such place at or after `from` in a text of an encoding that may_cut(); text.size if there is none. finder: of the special
// tokens that are allowed, or of more.
size_t find_cut(const SpecialTokens::Finder& finder, Text text, size_t from);

// The last such place, whatever may follow the text; 0 if there is none.
size_t find_last_cut(const SpecialTokens::Finder& finder, Text text);

// Whether such a place lies inside the text, whatever letters there may be.
bool may_hold_cut(Text text);

}  // namespace bpe
