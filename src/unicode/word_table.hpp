// Which characters are letters of words: \w of the Rust crate regex, by Unicode 16.0.0. Seldom asked, so a list of ranges.
#pragma once

#include <cstdint>

namespace bpe {

// False for bad_byte.
bool is_word_character(uint32_t code_point);

}  // namespace bpe
