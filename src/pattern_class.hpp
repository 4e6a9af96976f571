// A class of characters as the rewriter reads it, and its text for PCRE2.
//
// Characters are kept as ranges and properties as they are written. Nested classes and negated ones melt into one list where that is
// possible: [...] is matched by more of PCRE2, and faster, than the expressions (?[...]) that the rest needs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bpe {

// A run of code points, both ends included.
struct Range {
  uint32_t first;
  uint32_t last;
};

inline constexpr uint32_t last_code_point = 0x10FFFF;

inline constexpr Range whitespace[] = {{0x9, 0xD},       {0x20, 0x20},     {0x85, 0x85},     {0xA0, 0xA0},     {0x1680, 0x1680},
                                       {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}};
inline constexpr char word[] = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";

inline std::string joined(std::initializer_list<std::string_view> parts) {
  std::string whole;
  for (const std::string_view part : parts) whole += part;
  return whole;
}

inline std::string spelled(uint32_t code_point) {
  if ((code_point | 0x20) - 'a' < 26 || code_point - '0' < 10) return std::string(1, char(code_point));
  char text[16];
  std::snprintf(text, sizeof text, "\\x{%x}", unsigned(code_point));
  return text;
}

// Sorted, and neither overlapping nor adjacent.
inline std::vector<Range> merged(std::vector<Range> ranges) {
  std::sort(ranges.begin(), ranges.end(), [](Range a, Range b) { return a.first < b.first; });
  std::vector<Range> result;
  for (const Range range : ranges) {
    if (result.empty() || range.first > result.back().last + 1) result.push_back(range);
    else result.back().last = std::max(result.back().last, range.last);
  }
  return result;
}

// Surrogates are no characters: in no complement.
inline std::vector<Range> complement(std::vector<Range> ranges) {
  ranges.push_back({0xD800, 0xDFFF});
  std::vector<Range> result;
  uint32_t next = 0;
  for (const Range range : merged(std::move(ranges))) {
    if (range.first > next) result.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= last_code_point) result.push_back({next, last_code_point});
  return result;
}

// A set of characters: the items between the brackets of [...] or [^...], or an expression for (?[...]).
struct ClassSet {
  std::vector<Range> ranges;
  std::string properties;  // \p{...} one after another
  std::string expression;  // if not empty, there are no items
  bool is_negated = false;

  bool is_list() const { return expression.empty(); }
  std::string operand() const;
  std::string whole() const;
};

// PCRE2 10.46 packs the ranges of a class from U+0100 on if there are this many, and then may lose a range that holds U+0100.
inline constexpr ptrdiff_t packed_ranges = 6;

inline bool is_lost_when_packed(Range range) { return range.first <= 0x100 && range.last >= 0x100; }

// Brackets, or an expression in parentheses.
inline std::string ClassSet::operand() const {
  if (!is_list()) return joined({is_negated ? "!(" : "(", expression, ")"});
  const std::vector<Range> all = merged(ranges);
  const bool is_packed = std::count_if(all.begin(), all.end(), [](Range range) { return range.last >= 0x100; }) >= packed_ranges;
  std::string items, apart;
  for (const Range range : all) {
    std::string& destination = is_packed && is_lost_when_packed(range) ? apart : items;
    destination += spelled(range.first);
    if (range.first < range.last) destination += joined({"-", spelled(range.last)});
  }
  // U+0100 is either in the set or in its complement.
  if (!apart.empty() && properties.empty()) return ClassSet{complement(ranges), {}, {}, !is_negated}.operand();
  items += properties;
  if (!apart.empty()) return joined({is_negated ? "!([" : "([", apart, "]+[", items, "])"});
  if (items.empty()) return joined({is_negated ? "[" : "[^", "\\x{0}-\\x{10ffff}]"});
  return joined({is_negated ? "[^" : "[", items, "]"});
}

inline std::string ClassSet::whole() const {
  const std::string text = operand();
  return text.front() == '[' ? text : joined({"(?[", text, "])"});
}

}  // namespace bpe
