// A place in the text of a pattern: what stands there, numbers, and how a pattern is refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "failure.hpp"
#include "unicode/utf8.hpp"

namespace bpe {

inline bool is_ascii_letter(uint32_t c) { return (c | 0x20) - 'a' < 26; }
inline bool is_digit(uint32_t c) { return c - '0' < 10; }

class PatternCursor {
 public:
  explicit PatternCursor(std::string_view pattern) : pattern_(pattern) {}

 protected:
  static constexpr size_t pattern_capacity = size_t{64} << 10;
  static constexpr uint64_t repeat_limit = 65535;  // PCRE2's

  [[noreturn]] static void bad(size_t offset, const char* what) {
    throw Failure(TOKEN_RANKER_BAD_PATTERN, offset, "pattern, byte %zu: %s", offset, what);
  }
  [[noreturn]] static void unsupported(size_t offset, const char* what) {
    throw Failure(TOKEN_RANKER_UNSUPPORTED_PATTERN, offset, "pattern, byte %zu: %s", offset, what);
  }

  // The rest of the class relies on it.
  void check_encoding() {
    if (pattern_.size() > pattern_capacity) bad(pattern_capacity, "a pattern has at most 64 KiB");
    while (!is_at_end()) {
      const size_t begin = at_;
      const uint32_t code_point = read_code_point();
      if (code_point == bad_byte) bad(begin, "this is not UTF-8");
      if (code_point == 0) bad(begin, "a pattern holds no NUL: write \\x00");
    }
    at_ = 0;
  }

  bool is_at_end() const { return at_ == pattern_.size(); }
  bool is_at(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
  bool accept(std::string_view text) {
    if (!is_at(text)) return false;
    at_ += text.size();
    return true;
  }
  // NUL at the end and beyond: a pattern holds none.
  char peek(size_t ahead = 0) const { return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0'; }

  uint32_t read_code_point() {
    const auto* bytes = reinterpret_cast<const uint8_t*>(pattern_.data());
    const Character character = read_character(bytes + at_, bytes + pattern_.size());
    at_ += character.size;
    return character.code_point;
  }

  // False: there are no digits; the number is then 0.
  bool read_number(uint64_t& number) {
    const size_t begin = at_;
    number = 0;
    for (; is_digit(uint8_t(peek())); ++at_) {
      number = number * 10 + uint64_t(peek() - '0');
      if (number > repeat_limit) unsupported(begin, "a quantifier goes up to 65535");
    }
    return at_ > begin;
  }

  // `41`, `0041`, `{41}`: as many digits as asked for, or up to eight in braces. The escape begins at `begin`.
  uint32_t read_hexadecimal(size_t begin, size_t digits) {
    const bool has_brace = accept("{");
    if (has_brace) digits = 8;
    uint32_t value = 0;
    size_t count = 0;
    for (; count < digits; ++count, ++at_) {
      const uint32_t c = uint8_t(peek());
      if (is_digit(c)) value = value * 16 + (c - '0');
      else if ((c | 0x20) - 'a' < 6) value = value * 16 + ((c | 0x20) - 'a' + 10);
      else break;
    }
    if (has_brace ? count == 0 || !accept("}") : count < digits) bad(begin, "this needs hexadecimal digits: \\x41, \\u0041 or \\x{41}");
    if (value > 0x10FFFF || value - 0xD800 < 0x800) bad(begin, "there is no character of this number");
    return value;
  }

  const std::string_view pattern_;
  size_t at_ = 0;
};

}  // namespace bpe
