// The one exception of the library: a status, what it is about, and the sentence for people.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string_view>

#include "token_ranker.h"
#include "unicode/utf8.hpp"

namespace bpe {

// Bytes of a text that a message shows: whole characters, if the text is UTF-8.
inline size_t shown_size(std::string_view text, size_t capacity = 80) {
  return text.size() <= capacity ? text.size() : size_of_whole_characters(reinterpret_cast<const uint8_t*>(text.data()), capacity);
}

class Failure : public std::exception {
 public:
  // The message is made here, in fixed memory, so that throwing needs no other allocation.
  [[gnu::format(printf, 4, 5)]] Failure(token_ranker_status status, uint64_t offset, const char* format, ...) noexcept
      : status(status), offset(offset) {
    va_list arguments;
    va_start(arguments, format);
    const int size = std::vsnprintf(message_, sizeof message_, format, arguments);
    va_end(arguments);
    constexpr size_t most = sizeof message_ - 1;
    if (size > int(most)) message_[size_of_whole_characters(reinterpret_cast<const uint8_t*>(message_), most)] = 0;
  }

  const char* what() const noexcept override { return message_; }

  const token_ranker_status status;
  const uint64_t offset;

 private:
  char message_[sizeof(token_ranker_error::message)];
};

}  // namespace bpe
