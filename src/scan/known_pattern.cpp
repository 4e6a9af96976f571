#include "known_pattern.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

namespace bpe {
namespace {

constexpr std::string_view r50k_text = R"re('(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s)re";
constexpr std::string_view cl100k_text =
    R"re('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s)re";
constexpr std::string_view o200k_text =
    R"re([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)re"
    R"re(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)re"
    R"re(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)re";

constexpr std::string_view llama3_text =
    R"re((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)re";
constexpr std::string_view qwen2_text =
    R"re((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)re";
constexpr std::string_view qwen35_text =
    R"re((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)re";
constexpr std::string_view tekken_text =
    R"re([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)re"
    R"re(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)re"
    R"re(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)re";
constexpr std::string_view kimi_text =
    R"re([\p{Han}]+)re"
    R"re(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)re"
    R"re(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)re"
    R"re(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)re";

// The three splits of DeepSeek V3.
constexpr std::string_view deepseek3_steps[] = {
    R"re(\p{N}{1,3})re",
    R"re([一-龥぀-ゟ゠-ヿ]+)re",
    R"re([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)re"
    R"re(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)re",
};
// All at once: numbers, then the third one twice, once for the pieces that the second one matches and once for all others. Each time what it
// leaves unmatched comes last, and beyond a piece is the end of the text.
constexpr std::string_view deepseek3_text =
    R"re(\p{N}{1,3}|[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+)re"
    R"re(|(?:(?=[一-龥぀-ゟ゠-ヿ])[^\p{L}\p{P}\p{S}])?(?:(?=[一-龥぀-ゟ゠-ヿ])[\p{L}\p{M}])+|(?:(?=[一-龥぀-ゟ゠-ヿ])[\p{P}\p{S}])+)re"
    R"re(|(?:(?=[一-龥぀-ゟ゠-ヿ])[^\p{L}\p{M}\p{P}\p{S}])+(?!(?=[一-龥぀-ゟ゠-ヿ])[\p{L}\p{M}]))re"
    R"re(|[^\r\n\p{L}\p{P}\p{S}\p{N}一-龥぀-ゟ゠-ヿ]?(?:(?![一-龥぀-ゟ゠-ヿ])[\p{L}\p{M}])+)re"
    R"re(| ?(?:(?![一-龥぀-ゟ゠-ヿ])[\p{P}\p{S}])+[\r\n]*|\s*[\r\n]+|\s+(?![^\s\p{N}一-龥぀-ゟ゠-ヿ])|\s+)re"
    R"re(|[^\s\p{L}\p{M}\p{N}\p{P}\p{S}一-龥぀-ゟ゠-ヿ]+(?!(?![一-龥぀-ゟ゠-ヿ])[\p{L}\p{M}]))re";

// What ByteLevel splits by, and what tiktoken had first. They are greedy where r50k_text is possessive, which is the same, as no alternative
// goes on with what would be given back; and \s+(?!\S) alone takes all white space that ends the text.
constexpr std::string_view gpt2_text = R"re('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)re";
constexpr std::string_view old_r50k_text = R"re('(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)re";

// Digits and then ByteLevel: gpt2_text between numbers, which are those of Unicode 17.0 and the end of the text before them.
constexpr std::string_view starcoder_text =
    R"re([\p{N}\x{11DE0}-\x{11DE9}\x{16FF4}-\x{16FF6}]|'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+)re"
    R"re(| ?[^\s\p{L}\p{N}\x{11DE0}-\x{11DE9}\x{16FF4}-\x{16FF6}]+)re"
    R"re(|\s+(?![^\s\p{N}\x{11DE0}-\x{11DE9}\x{16FF4}-\x{16FF6}])|\s+)re";

// cl100k in older versions of tiktoken, without \s++$: this is llama3.
constexpr std::string_view old_cl100k_text =
    R"re('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)re";

struct Row {
  const char* name;
  std::string_view text;
};
// [Pattern]
constexpr std::array<Row, pattern_count> rows = {{
    {"r50k", r50k_text},
    {"cl100k", cl100k_text},
    {"o200k", o200k_text},
    {"llama3", llama3_text},
    {"qwen2", qwen2_text},
    {"qwen35", qwen35_text},
    {"tekken", tekken_text},
    {"kimi", kimi_text},
    {"deepseek3", deepseek3_text},
    {"starcoder", starcoder_text},
}};

// Who reads a regular expression as the pattern.
enum Reader : uint8_t { tiktoken = 1, tokenizers = 2, both = 3 };

struct Spelling {
  std::string_view text;
  Pattern pattern;
  Reader readers;
};

// Oniguruma reads `{1,3}+` as a repetition of `{1,3}`, so that cl100k_text is another pattern there.
constexpr Spelling spellings[] = {
    {r50k_text, Pattern::r50k, both},
    {old_r50k_text, Pattern::r50k, both},
    {gpt2_text, Pattern::r50k, both},
    {cl100k_text, Pattern::cl100k, tiktoken},
    {o200k_text, Pattern::o200k, both},
    {llama3_text, Pattern::llama3, both},
    {old_cl100k_text, Pattern::llama3, both},
    {qwen2_text, Pattern::qwen2, both},
    {qwen35_text, Pattern::qwen35, both},
    {tekken_text, Pattern::tekken, both},
    {kimi_text, Pattern::kimi, both},
    {deepseek3_text, Pattern::deepseek3, tiktoken},
    {starcoder_text, Pattern::starcoder, tiktoken},
};

std::optional<Pattern> find_spelling(std::string_view text, Reader reader) {
  for (const Spelling& spelling : spellings) {
    if (spelling.readers & reader && spelling.text == text) return spelling.pattern;
  }
  return std::nullopt;
}

// Line ends as escapes.
std::string with_escapes(std::string_view regex) {
  std::string text;
  for (const char c : regex) {
    if (c == '\r') text += "\\r";
    else if (c == '\n') text += "\\n";
    else text += c;
  }
  return text;
}

}  // namespace

const char* pattern_name(Pattern pattern) { return rows[size_t(pattern)].name; }

std::string_view pattern_text(Pattern pattern) { return rows[size_t(pattern)].text; }

std::optional<Pattern> find_pattern(std::string_view text) { return find_spelling(text, tiktoken); }

std::optional<Pattern> find_pattern(std::span<const SplitStep> steps) {
  const auto is_regex = [](const SplitStep& step, std::string_view text) {
    return step.kind == SplitStep::Kind::regex && with_escapes(step.regex) == text;
  };
  if (std::equal(steps.begin(), steps.end(), std::begin(deepseek3_steps), std::end(deepseek3_steps), is_regex)) return Pattern::deepseek3;
  const auto find_one = [](const SplitStep& step) -> std::optional<Pattern> {
    switch (step.kind) {
      case SplitStep::Kind::regex: return find_spelling(with_escapes(step.regex), tokenizers);
      case SplitStep::Kind::byte_level: return Pattern::r50k;
      default: return std::nullopt;
    }
  };
  if (steps.size() == 1) return find_one(steps[0]);
  if (steps.size() == 2 && steps[0].kind == SplitStep::Kind::individual_digits && find_one(steps[1]) == Pattern::r50k) {
    return Pattern::starcoder;
  }
  return std::nullopt;
}

}  // namespace bpe
