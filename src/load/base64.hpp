// Base64 as RFC 4648 has it, with padding.
#pragma once

#include <cstdint>
#include <vector>

#include "text.hpp"

namespace bpe {

// Appends the bytes that the field stands for; false if it is empty or no base64.
bool decode_base64(Text field, std::vector<uint8_t>& bytes);

}  // namespace bpe
