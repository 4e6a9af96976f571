// Text without special tokens that arrives in parts -> tokens, of those pretokens that no longer change.
//
// What is held is the part of a pretoken that has come. Known patterns tell by open_scanner which pretokens are certain; of much text at
// once all up to the last place is encoded first where any text may be cut. Other patterns are matched by PCRE2 partially.
#pragma once

#include <cstddef>

#include "context.hpp"
#include "encoding.hpp"
#include "held_text.hpp"
#include "split_cascade.hpp"
#include "text.hpp"
#include "token_sink.hpp"

namespace bpe {

class OrdinaryStream {
 public:
  explicit OrdinaryStream(const Encoding& encoding) : encoding_(encoding), no_special_(encoding.special_tokens(), {}) {}

  // Each appends tokens to the sink and returns false if that wants no more. Throws Failure(MATCH_FAILED) and std::bad_alloc.
  bool push(Text part, Context& context, TokenSink& sink);
  // The text has ended; another one may follow, or go on behind what is skipped.
  bool finish(Context& context, TokenSink& sink);

  // So many bytes of the text went elsewhere.
  void skip(size_t size) { origin_ += size; }

  // Forgets the text.
  void clear();
  size_t memory_size() const { return held_.memory_size(); }

 private:
  bool encode_known(Context& context, TokenSink& sink);
  void drop(size_t count);
  bool encode_matched(bool is_open, Context& context, TokenSink& sink);

  const Encoding& encoding_;
  const SpecialTokens::Finder no_special_;
  HeldText held_;
  size_t origin_ = 0;  // where what is held begins in the text, for errors
  bool is_begun_ = false;
  SplitCascade::Progress progress_;  // in what is held
};

}  // namespace bpe
