// Normalisation form C, as tokenizers applies it: Unicode 9.0.0.
//
// Nearly all text is in that form already. The quick check reads it once, ASCII in blocks and other characters by one bit for 64 code points,
// and finds the first place that may change. From the last character before it that neither changes nor joins what stands before, up to the
// next such character, the text is decomposed, its marks are sorted, and it is composed again.
// A byte outside well-formed UTF-8 is a character that nothing changes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "text.hpp"

namespace bpe {

// Bytes that one byte becomes at most: U+1D160, of 4, becomes 12.
inline constexpr size_t nfc_growth = 3;

// A stretch of a text that was changed, and what it became. Between two of them nothing was.
struct Change {
  Span from, to;
};

// The text itself, or what it becomes, in the buffer. changes: appended to, if not nullptr.
Text normalize_nfc(Text text, std::string& buffer, std::vector<Change>* changes = nullptr);

// Where the last character of the text begins that neither changes nor joins what stands before it: what is before it is normalised alone
// as in the whole, whatever follows the text. 0 if there is none. The text ends with a whole character.
size_t settled_nfc_size(Text text);

}  // namespace bpe
