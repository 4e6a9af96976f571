// What the targets that load files share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "encoding.hpp"

namespace fuzz {

// The file with the lines or entries of all single bytes where `place` stands: inputs need not have them, and are changed elsewhere.
std::string with_single_bytes(std::string_view file, std::string_view place, const std::string& single_bytes);

// Opens the file as any caller can, and encodes the text. Ends the program if something that can be checked of any encoding is not so.
// How a file is refused: with a status of its group, and a message.
void check_file(std::string_view file, int32_t format, std::string_view pattern, std::string_view text);

// Of an encoding that was just made.
void check_encoding(const bpe::Encoding& encoding, std::string_view text);

}  // namespace fuzz
