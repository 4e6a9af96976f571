// The alphabet of byte-level vocabularies: each byte shown as one printable character, as GPT-2 began it.
//
// Bytes that Latin-1 prints stand for themselves; the other 68, in their order, for U+0100, U+0101, ...
// Source: tokenizers, pre_tokenizers/byte_level.rs, bytes_char.
#pragma once

#include <string>
#include <string_view>

namespace bpe {

// Appends the bytes that the text (UTF-8) stands for. False: a character is not in the alphabet; nothing is appended.
bool append_alphabet_bytes(std::string_view text, std::string& bytes);

}  // namespace bpe
