#include "encoding.hpp"

#include <utility>

namespace bpe {

Encoding::Encoding(EncodingParts parts, std::string_view engine, size_t cache_limit)
    : parts_(std::move(parts)),
      pretokenizer_(parts_.rules.empty() ? tiktoken_rules(parts_.pattern) : parts_.rules, engine),
      decoder_(parts_.vocabulary, parts_.special_tokens, parts_.added.always()),
      contexts_(cache_limit) {
  if (!parts_.safe_split && parts_.vocabulary.merges_make_all_tokens()) parts_.safe_split = make_safe_split(parts_.vocabulary);
}

}  // namespace bpe
