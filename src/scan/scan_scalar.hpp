// The known patterns, one pretoken at a time: the truth for the kernels.
#pragma once

#include <cstdint>

#include "known_pattern.hpp"

namespace bpe {

// The end of the pretoken that begins at `at`; at < end. Every byte belongs to a pretoken. Reads nothing at or beyond end.
using NextPretoken = const uint8_t* (*)(const uint8_t* at, const uint8_t* end);
NextPretoken scalar_scanner(Pattern pattern);

}  // namespace bpe
