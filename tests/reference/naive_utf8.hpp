// Twin of utf8.hpp: well-formed is what writing the code point gives back.
#pragma once

#include <string_view>

#include "unicode/utf8.hpp"

namespace reference {

bpe::Character read_character(std::string_view text);

}  // namespace reference
