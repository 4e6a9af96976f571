// An encoding: everything that is fixed once it is loaded, and the pool of contexts that calls borrow.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "added_tokens.hpp"
#include "context.hpp"
#include "decoder.hpp"
#include "normalizer.hpp"
#include "pretokenizer.hpp"
#include "safe_split.hpp"
#include "special_tokens.hpp"
#include "split_rule.hpp"
#include "vocabulary.hpp"

namespace bpe {

// What people ask about an encoding, besides its tokens.
struct EncodingStory {
  std::string source = "built-in";             // the kind of file
  std::string reference = "tiktoken 0.14.0";   // whose tokens these are
  std::string notes = {};                      // a line for everything that is not as in the reference, or not as the file says
  std::vector<uint32_t> tokens_before, tokens_after;  // what the file puts around a text on request
};

// What an encoding is made of.
struct EncodingParts {
  std::string name;
  std::string pattern;
  Vocabulary vocabulary;
  SpecialTokens special_tokens;
  std::optional<SafeSplit> safe_split = std::nullopt;  // if known already

  // Of files with rules of their own.
  SplitRules rules = {};    // empty: tiktoken's, by `pattern`
  AddedTokens added = {};   // special_tokens has the special ones among them, in the same order
  Normalizer normalizer = {};
  EncodingStory story = {};
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
  const AddedTokens& added() const { return parts_.added; }
  const Normalizer& normalizer() const { return parts_.normalizer; }
  const EncodingStory& story() const { return parts_.story; }
  // Whether text is more than runs between special tokens.
  bool has_text_rules() const { return !parts_.added.is_empty() || !parts_.normalizer.changes_nothing(); }
  // Whether a text may be cut as text_cut.hpp says, special tokens aside.
  bool may_cut() const { return pretokenizer_.is_known_pattern() && parts_.added.may_cut() && !parts_.normalizer.adds_blank(); }
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
