// An encoding: everything that is fixed once it is loaded, and the pool of contexts that calls borrow.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "context.hpp"
#include "decoder.hpp"
#include "pretokenizer.hpp"
#include "safe_split.hpp"
#include "special_tokens.hpp"
#include "vocabulary.hpp"

namespace bpe {

// What an encoding is made of.
struct EncodingParts {
  std::string name;
  std::string pattern;
  Vocabulary vocabulary;
  SpecialTokens special_tokens;
  std::optional<SafeSplit> safe_split = std::nullopt;  // if known already
};

class Encoding {
 public:
  // engine: as in Pretokenizer, which says what is thrown. cache_limit: bytes that the cache of each context may take.
  Encoding(EncodingParts parts, std::string_view engine, size_t cache_limit = ContextPool::default_cache_limit);
  Encoding(const Encoding&) = delete;  // the decoder points into the vocabulary
  Encoding& operator=(const Encoding&) = delete;

  const std::string& name() const { return parts_.name; }
  const std::string& pattern() const { return parts_.pattern; }
  const Vocabulary& vocabulary() const { return parts_.vocabulary; }
  const SpecialTokens& special_tokens() const { return parts_.special_tokens; }
  const Pretokenizer& pretokenizer() const { return pretokenizer_; }
  const Decoder& decoder() const { return decoder_; }
  // Where scanners may cut pretokens, too; nullptr if they may not.
  const SafeSplit* safe_split() const { return parts_.safe_split ? &*parts_.safe_split : nullptr; }
  ContextPool& contexts() const { return contexts_; }

 private:
  EncodingParts parts_;
  Pretokenizer pretokenizer_;
  Decoder decoder_;
  mutable ContextPool contexts_;
};

}  // namespace bpe
