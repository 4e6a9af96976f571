// Twin of normalize_nfc.hpp: the whole text is decomposed, its marks are sorted by exchanging neighbours, and it is composed
// (Unicode 3.11). No quick check, no stretches.
#pragma once

#include <string>
#include <string_view>

namespace reference {

std::string normalize_nfc(std::string_view text);

}  // namespace reference
