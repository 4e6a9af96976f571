// A tokenizer.json with a byte-level BPE model, as the Hugging Face library tokenizers 0.23.3 reads it.
#pragma once

#include "encoding.hpp"
#include "json_reader.hpp"

namespace bpe {

// Whether the file has the shape of one.
bool is_tokenizer_json(const JsonFile& file);

// Throws Failure: BAD_VALUE, UNSUPPORTED_FEATURE, BAD_MERGE, ADDED_TOKEN_CONFLICT, EMPTY_TOKEN, DUPLICATE_RANK, MISSING_BYTE, TOO_LARGE.
EncodingParts load_tokenizer_json(const JsonFile& file);

}  // namespace bpe
