// The patterns that have a scanner, and how they are recognised: by their exact text, never by likeness.
//
// A pattern is a way to split, not a spelling: models spell one in several ways, and a tokenizer.json may need several steps for it.
// pattern_text gives for each one regular expression that splits every text so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bpe {

// Named after who split so first.
enum class Pattern : uint8_t { r50k, cl100k, o200k, llama3, qwen2, qwen35, tekken, kimi, deepseek3, starcoder };
inline constexpr size_t pattern_count = 10;

// "cl100k".
const char* pattern_name(Pattern pattern);

// One regular expression as tiktoken reads it. It matches every character of every text, so that it does not matter whether what is
// left unmatched is dropped (tiktoken) or kept (tokenizers). find_pattern finds the pattern by it.
std::string_view pattern_text(Pattern pattern);

// The pattern that this regular expression of a tiktoken encoding is.
std::optional<Pattern> find_pattern(std::string_view text);

// A pre-tokenizer of a tokenizer.json that splits. (ByteLevel without use_regex does not.)
struct SplitStep {
  enum class Kind : uint8_t {
    regex,              // Split with a regular expression, behavior Isolated
    individual_digits,  // Digits with individual_digits
    byte_level,         // ByteLevel with use_regex
  };
  Kind kind;
  std::string_view regex = {};  // of Kind::regex; line ends may stand in it as \r and \n or as themselves
};

// The pattern that splits every text as tokenizers does by these steps, each of which splits the pieces of the one before. Their regular
// expressions are those of Oniguruma, where the same text may mean something else than in tiktoken.
std::optional<Pattern> find_pattern(std::span<const SplitStep> steps);

}  // namespace bpe
