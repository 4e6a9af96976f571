#include "encoding.hpp"

#include <utility>

namespace bpe {

Encoding::Encoding(EncodingParts parts, std::string_view engine)
    : parts_(std::move(parts)), pretokenizer_(parts_.pattern, engine), decoder_(parts_.vocabulary, parts_.special_tokens) {}

}  // namespace bpe
