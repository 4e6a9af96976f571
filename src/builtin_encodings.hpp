// The encodings inside the library: a table of data, and the names of the models that use them.
#pragma once

#include <cstddef>
#include <string_view>

#include "encoding.hpp"
#include "token_ranker.h"

namespace bpe {

// The parts of the encoding that this name, of an encoding or a model, stands for. Throws Failure(UNKNOWN_ENCODING).
EncodingParts make_builtin_parts(std::string_view name);

// Encodings, then models, then prefixes of models in the order in which they are tried. Static.
const token_ranker_catalog_row* builtin_catalog(size_t* rows_size);

}  // namespace bpe
