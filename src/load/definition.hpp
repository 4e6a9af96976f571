// A vocabulary in memory, of whatever format -> the parts of an encoding.
#pragma once

#include <cstdint>

#include "encoding.hpp"
#include "text.hpp"

namespace bpe {

// format: TOKEN_RANKER_FORMAT_…, all but BUILTIN; pattern may be empty where the file has one or is a known one. Throws what the loaders throw,
// Failure(UNKNOWN_FORMAT), and Failure(INVALID_ARGUMENT) for a pattern too much or too little.
EncodingParts load_vocabulary(Text file, int32_t format, bool has_pattern);

}  // namespace bpe
