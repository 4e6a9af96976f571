// Twin of special_tokens.hpp: tries every selected text at every place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "special_tokens.hpp"

namespace reference {

// The first match that begins at or after `from`; of those at one place the longest.
bpe::SpecialMatch find_special(const std::vector<std::string>& texts, const std::vector<uint32_t>& selected, std::string_view text,
                               size_t from);

}  // namespace reference
