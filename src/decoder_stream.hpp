// Tokens that arrive one by one -> text that is UTF-8 at every time.
//
// Up to three bytes wait: the beginning of a character. What is ill-formed becomes U+FFFD, one for each maximal subpart, as Python's
// bytes.decode("utf-8", "replace") does it with the whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "decoder.hpp"
#include "text.hpp"

namespace bpe {

class DecoderStream {
 public:
  explicit DecoderStream(const Decoder& decoder) : decoder_(decoder) {}

  // Appends what is complete. Throws Failure(UNKNOWN_TOKEN) with the index in `tokens` and std::bad_alloc: nothing is taken then.
  void push(const uint32_t* tokens, size_t tokens_size, std::string& text);
  // Appends what still waits. Another text may follow.
  void finish(std::string& text);

 private:
  const Decoder& decoder_;
  std::string waiting_;
};

}  // namespace bpe
