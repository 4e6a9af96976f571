// What the tests of patterns share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pattern_pcre2.hpp"

inline std::vector<bpe::Span> spans_of(const bpe::Pcre2Pattern& pattern, std::string_view text) {
  bpe::Pcre2Matcher matcher(pattern);
  matcher.begin(bpe::Text(text));
  std::vector<bpe::Span> spans;
  for (bpe::Span span; matcher.next(span);) spans.push_back(span);
  return spans;
}

// The pieces of a text, as strings.
inline std::vector<std::string> split(std::string_view pattern, std::string_view text, bool allow_jit = true) {
  std::vector<std::string> pieces;
  for (const bpe::Span span : spans_of(bpe::Pcre2Pattern(pattern, allow_jit), text)) {
    pieces.emplace_back(text.substr(span.begin, span.end - span.begin));
  }
  return pieces;
}

// Text with one character many times. (GCC 12 warns wrongly of std::string + "literal".)
inline std::string repeated(std::string_view before, size_t count, char c, std::string_view after = "") {
  std::string text(before);
  text.append(count, c);
  text += after;
  return text;
}

inline std::string nested(size_t depth, char open, std::string_view inside, char close) {
  return repeated(repeated("", depth, open, inside), depth, close);
}

inline constexpr const char* r50k_pattern =
    R"('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)";
inline constexpr const char* cl100k_pattern =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s)";
inline constexpr const char* o200k_pattern =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
    R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
