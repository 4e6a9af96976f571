// Patterns are found by exactly what models write, and by nothing else.
#include <set>
#include <string>

#include "catch.hpp"
#include "scan/known_pattern.hpp"
#include "scan_check.hpp"

using bpe::find_pattern;
using bpe::Pattern;
using bpe::SplitStep;
using Kind = bpe::SplitStep::Kind;

namespace {

std::optional<Pattern> find_steps(std::vector<SplitStep> steps) { return find_pattern(std::span<const SplitStep>(steps)); }

SplitStep regex(std::string_view text) { return {Kind::regex, text}; }

// With line ends for their escapes.
std::string with_line_ends(std::string_view pattern) {
  std::string text(pattern);
  for (const auto& [escape, character] : {std::pair{"\\r", "\r"}, {"\\n", "\n"}}) {
    for (size_t at; (at = text.find(escape)) != std::string::npos;) text.replace(at, 2, character);
  }
  return text;
}

constexpr std::string_view gpt2_in_byte_level = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

}  // namespace

TEST_CASE("known patterns: each has a name of its own, and is found by its text and nothing near it") {
  std::set<std::string> names;
  for (const Pattern pattern : test::all_patterns) {
    const std::string text(bpe::pattern_text(pattern));
    CAPTURE(text);
    CHECK(names.insert(bpe::pattern_name(pattern)).second);
    CHECK(find_pattern(text) == pattern);
    CHECK(!find_pattern(text + "|x"));
    CHECK(!find_pattern(text + " "));
    CHECK(!find_pattern(text.substr(1)));
    CHECK(!find_steps({regex(text + "|x")}));
    CHECK(!find_steps({regex(text.substr(1))}));
  }
  CHECK(names.size() == bpe::pattern_count);
  CHECK(!find_pattern(""));
  CHECK(!find_steps({}));
  CHECK(!find_steps({regex("")}));
}

TEST_CASE("known patterns: GPT-2, in tiktoken and as ByteLevel") {
  CHECK(find_pattern(gpt2_in_byte_level) == Pattern::r50k);
  CHECK(find_steps({regex(gpt2_in_byte_level)}) == Pattern::r50k);
  CHECK(find_steps({{Kind::byte_level}}) == Pattern::r50k);
  CHECK(find_steps({regex(bpe::pattern_text(Pattern::r50k))}) == Pattern::r50k);
  CHECK(!find_steps({{Kind::individual_digits}}));
  CHECK(!find_steps({{Kind::byte_level}, {Kind::byte_level}}));
  CHECK(!find_steps({{Kind::byte_level}, {Kind::individual_digits}}));
}

TEST_CASE("known patterns: Llama 3 and Qwen 2, and cl100k as it was first") {
  constexpr std::string_view llama3 =
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  constexpr std::string_view qwen2 =
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  constexpr std::string_view old_cl100k =
      R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+)";
  CHECK(find_pattern(llama3) == Pattern::llama3);
  CHECK(find_steps({regex(llama3)}) == Pattern::llama3);
  CHECK(find_pattern(qwen2) == Pattern::qwen2);
  CHECK(find_steps({regex(qwen2)}) == Pattern::qwen2);
  CHECK(find_pattern(old_cl100k) == Pattern::llama3);
  CHECK(find_steps({regex(old_cl100k)}) == Pattern::llama3);
  CHECK(!find_steps({regex(qwen2), regex(qwen2)}));
}

TEST_CASE("known patterns: Qwen 3.5 and tekken") {
  constexpr std::string_view qwen35 =
      R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  constexpr std::string_view tekken =
      R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|)"
      R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|)"
      R"(\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  CHECK(find_pattern(qwen35) == Pattern::qwen35);
  CHECK(find_steps({regex(qwen35)}) == Pattern::qwen35);
  CHECK(find_pattern(tekken) == Pattern::tekken);
  CHECK(find_steps({regex(tekken)}) == Pattern::tekken);
}

TEST_CASE("known patterns: Kimi") {
  constexpr std::string_view kimi =
      R"([\p{Han}]+|)"
      R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
      R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|)"
      R"(\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
  CHECK(find_pattern(kimi) == Pattern::kimi);
  CHECK(find_steps({regex(kimi)}) == Pattern::kimi);
}

TEST_CASE("known patterns: the three splits of DeepSeek V3, line ends as escapes or as themselves") {
  const SplitStep numbers = regex(R"(\p{N}{1,3})"), cjk = regex("[一-龥぀-ゟ゠-ヿ]+");
  constexpr std::string_view escaped =
      R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|)"
      R"(\s*[\r\n]+|\s+(?!\S)|\s+)";
  const std::string plain = with_line_ends(escaped);
  REQUIRE(plain.size() == escaped.size() - 6);
  CHECK(find_steps({numbers, cjk, regex(escaped)}) == Pattern::deepseek3);
  CHECK(find_steps({numbers, cjk, regex(plain)}) == Pattern::deepseek3);
  CHECK(!find_steps({cjk, numbers, regex(escaped)}));
  CHECK(!find_steps({numbers, cjk}));
  CHECK(!find_steps({numbers, cjk, regex(escaped), numbers}));
  CHECK(!find_steps({{Kind::individual_digits}, cjk, regex(escaped)}));
  CHECK(!find_pattern(escaped));
}

TEST_CASE("known patterns: StarCoder, digits and then ByteLevel") {
  CHECK(find_steps({{Kind::individual_digits}, {Kind::byte_level}}) == Pattern::starcoder);
  CHECK(find_steps({{Kind::individual_digits}, regex(gpt2_in_byte_level)}) == Pattern::starcoder);
  CHECK(!find_steps({{Kind::byte_level}, {Kind::individual_digits}}));
  CHECK(!find_steps({{Kind::individual_digits}, {Kind::individual_digits}}));
  CHECK(!find_steps({{Kind::individual_digits}, regex(bpe::pattern_text(Pattern::llama3))}));
}

TEST_CASE("known patterns: what Oniguruma reads otherwise is not taken for what tiktoken reads") {
  CHECK(find_pattern(bpe::pattern_text(Pattern::cl100k)) == Pattern::cl100k);
  CHECK(!find_steps({regex(bpe::pattern_text(Pattern::cl100k))}));
  CHECK(find_steps({regex(bpe::pattern_text(Pattern::o200k))}) == Pattern::o200k);
}

TEST_CASE("known patterns: line ends may stand in a tokenizer.json as themselves") {
  const std::string text = with_line_ends(bpe::pattern_text(Pattern::o200k));
  CHECK(text.find('\n') != std::string::npos);
  CHECK(find_steps({regex(text)}) == Pattern::o200k);
}
