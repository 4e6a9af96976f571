// The one exception of the library: a status, what it is about, and the sentence for people.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <exception>

#include "token_ranker.h"

namespace bpe {

class Failure : public std::exception {
 public:
  // The message is made here, in fixed memory, so that throwing needs no other allocation.
  [[gnu::format(printf, 4, 5)]] Failure(token_ranker_status status, uint64_t offset, const char* format, ...) noexcept
      : status(status), offset(offset) {
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(message_, sizeof message_, format, arguments);
    va_end(arguments);
  }

  const char* what() const noexcept override { return message_; }

  const token_ranker_status status;
  const uint64_t offset;

 private:
  char message_[sizeof(token_ranker_error::message)];
};

}  // namespace bpe
