// The known patterns, one pretoken at a time: the truth for the kernels.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bpe {

// A pattern that has a scanner.
enum class Pattern : uint8_t { r50k, cl100k, o200k };
inline constexpr size_t pattern_count = 3;

// The regular expression, as tiktoken writes it.
std::string_view pattern_text(Pattern pattern);

// The pattern with exactly this text.
std::optional<Pattern> find_pattern(std::string_view text);

// The end of the pretoken that begins at `at`; at < end. Every byte belongs to a pretoken. Reads nothing at or beyond end.
using NextPretoken = const uint8_t* (*)(const uint8_t* at, const uint8_t* end);
NextPretoken scalar_scanner(Pattern pattern);

}  // namespace bpe
