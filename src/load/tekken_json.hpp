// A tekken.json of Mistral, versions v3 to v15, as mistral-common reads it.
#pragma once

#include "encoding.hpp"
#include "json_reader.hpp"

namespace bpe {

// Whether the file has the shape of one.
bool is_tekken_json(const JsonFile& file);

EncodingParts load_tekken_json(const JsonFile& file);

}  // namespace bpe
