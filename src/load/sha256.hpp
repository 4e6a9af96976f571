// SHA-256 (FIPS 180-4), by which published files are known.
#pragma once

#include <string>

#include "text.hpp"

namespace bpe {

// In hexadecimal, 64 digits.
std::string sha256(Text data);

}  // namespace bpe
