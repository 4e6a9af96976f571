// A rank file (.tiktoken): lines of "base64-of-token-bytes rank".
#pragma once

#include "text.hpp"
#include "vocabulary.hpp"

namespace bpe {

// Throws Failure with the line as offset: MISSING_FIELD, BAD_BASE64, BAD_RANK, EMPTY_TOKEN, DUPLICATE_TOKEN, DUPLICATE_RANK,
// TOO_LARGE; and MISSING_BYTE with the byte.
Vocabulary load_rank_file(Text file);

}  // namespace bpe
