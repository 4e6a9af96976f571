// Text that arrives in parts -> the tokens of the whole.
//
//   tiktoken        parts -> runs between special tokens -> pretokens -> tokens
//   tokenizer.json  parts -> runs between added tokens -> normalised -> runs between the added tokens that are normalised, too -> …
//
// Each step holds back what may yet become something else, and nothing more but an eighth of it (held_text.hpp):
//   special and added tokens   what may be the beginning of one; beside those that strip white space, the white space
//   NFC                        the last character that joins nothing, and the marks behind it
//   pretokens                  those that may change (scan_scalar.hpp; PCRE2: what it matches partially, and what it may look back at)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "added_tokens.hpp"
#include "encoding.hpp"
#include "held_text.hpp"
#include "ordinary_stream.hpp"
#include "special_tokens.hpp"
#include "text.hpp"
#include "token_sink.hpp"

namespace bpe {

class EncoderStream {
 public:
  // The encoding must outlive the stream; the selection is copied. Throws Failure(INVALID_ARGUMENT) for an index out of range.
  EncoderStream(const Encoding& encoding, SpecialSelection allowed);

  // Each appends tokens to the sink and returns false if that wants no more; the stream must then be cleared. Throws Failure(MATCH_FAILED)
  // and std::bad_alloc, which clear it.
  bool push(Text part, TokenSink& sink);
  // The text has ended; another one may follow.
  bool finish(TokenSink& sink);

  // Forgets the text.
  void clear();
  // Of what is held.
  size_t memory_size() const;

 private:
  // A step that looks for added tokens.
  struct AddedStep {
    HeldText held;
    AddedTokens::Search::Progress progress;
  };

  bool add_special(const SpecialMatch& match, Context& context, TokenSink& sink);
  bool push_special(Text part, Context& context, TokenSink& sink);
  bool search_added(AddedTokens::Stage stage, bool is_open, Context& context, TokenSink& sink);
  bool push_added(AddedTokens::Stage stage, Text part, Context& context, TokenSink& sink);
  bool finish_added(AddedTokens::Stage stage, Context& context, TokenSink& sink);
  bool push_normalized(Text part, Context& context, TokenSink& sink);
  bool finish_run(AddedTokens::Stage stage, Context& context, TokenSink& sink);
  template <class Body>
  bool guarded(const Body& body);

  const Encoding& encoding_;
  const std::vector<uint32_t> allowed_;
  std::optional<SpecialTokens::Finder> special_;  // of an encoding without rules of its own
  HeldText special_held_;
  std::optional<AddedTokens::Search> added_;  // of one with them
  AddedStep added_steps_[2];                  // [AddedTokens::Stage]
  HeldText unnormalized_;
  OrdinaryStream ordinary_;
};

}  // namespace bpe
