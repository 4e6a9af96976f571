#include "encoding.hpp"

#include <utility>

namespace bpe {

Encoding::Encoding(EncodingParts parts, std::string_view engine)
    : parts_(std::move(parts)), pretokenizer_(parts_.pattern, engine), decoder_(parts_.vocabulary, parts_.special_tokens) {
  if (parts_.vocabulary.merges_make_all_tokens()) safe_split_ = make_safe_split(parts_.vocabulary);
}

}  // namespace bpe
