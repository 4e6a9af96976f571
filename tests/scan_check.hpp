// The splits of a kernel and those that they must equal.
#pragma once

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "safe_split.hpp"
#include "scan/dispatch.hpp"
#include "unicode/utf8.hpp"

namespace test {

using bpe::Character;
using bpe::CharacterClass;
using bpe::Kernel;
using bpe::Pattern;
using bpe::SafeSplit;
using bpe::Text;

inline std::vector<const Kernel*> supported_kernels() {
  std::vector<const Kernel*> supported;
  for (const Kernel* const* kernel = bpe::kernels; *kernel; kernel++) {
    if ((*kernel)->is_supported()) supported.push_back(*kernel);
  }
  return supported;
}

inline constexpr auto all_patterns = [] {
  std::array<Pattern, bpe::pattern_count> patterns = {};
  for (size_t i = 0; i < patterns.size(); i++) patterns[i] = Pattern(i);
  return patterns;
}();

// The starts of pretokens.
inline std::vector<size_t> scalar_starts(Pattern pattern, Text text) {
  std::vector<size_t> starts;
  const bpe::NextPretoken next = bpe::scalar_scanner(pattern);
  for (const uint8_t* at = text.begin(); at < text.end(); at = next(at, text.end())) starts.push_back(size_t(at - text.begin()));
  return starts;
}

// Whether words of the pattern have marks in them.
inline bool has_marks_in_words(Pattern pattern) {
  switch (pattern) {
    case Pattern::o200k:
    case Pattern::qwen35:
    case Pattern::tekken:
    case Pattern::kimi:
    case Pattern::deepseek3: return true;
    default: return false;
  }
}

// And the cuts: between two neighbouring characters of three bytes each, both letters or, where the pattern puts them into words, marks.
inline std::vector<size_t> with_cuts(std::vector<size_t> starts, Pattern pattern, Text text, const SafeSplit& cuts) {
  const size_t pretokens = starts.size();
  const auto is_cuttable = [&](const Character& character) {
    const CharacterClass kind = bpe::class_of(character.code_point);
    const bool is_letter = kind >= CharacterClass::uppercase && kind <= CharacterClass::letter;
    return character.size == 3 && (is_letter || (has_marks_in_words(pattern) && kind == CharacterClass::mark));
  };
  Character before = {bpe::bad_byte, 1};
  for (const uint8_t* at = text.begin(); at < text.end(); at += before.size) {
    const Character character = bpe::read_character(at, text.end());
    if (is_cuttable(before) && is_cuttable(character) && cuts.may_cut(before.code_point, character.code_point)) {
      starts.push_back(size_t(at - text.begin()));
    }
    before = character;
  }
  std::inplace_merge(starts.begin(), starts.begin() + std::ptrdiff_t(pretokens), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  return starts;
}

// Moves the origin between the calls, as a caller with a very long text does.
inline std::vector<size_t> kernel_starts(const Kernel& kernel, Pattern pattern, Text text, const SafeSplit* cuts, size_t capacity) {
  std::vector<size_t> starts;
  std::vector<uint32_t> buffer(capacity);
  bpe::ScanState state;
  state.start(text, cuts);
  size_t idle_calls = 0;
  while (!state.is_done && idle_calls < 2) {
    const size_t count = kernel.scan[size_t(pattern)](state, buffer.data(), capacity);
    for (size_t i = 0; i < count; i++) starts.push_back(state.origin + buffer[i]);
    idle_calls = count ? 0 : idle_calls + 1;
    if (starts.size() % 3 == 1) state.origin += (state.position - state.origin) / 2;
  }
  return starts;
}

// Allows about one in `1 << rarity` of all cuts.
inline SafeSplit make_random_cuts(unsigned seed, unsigned rarity) {
  std::mt19937_64 random(seed);
  SafeSplit cuts;
  cuts.pairs.resize((size_t{1} << SafeSplit::hash_bits) / 64);
  const auto forbidden = [&] {
    uint64_t allowed = ~uint64_t{0};
    for (unsigned i = 0; i < rarity; i++) allowed &= random();
    return ~allowed;
  };
  for (uint64_t& word : cuts.pairs) word = forbidden();
  for (uint64_t& word : cuts.partial) word = random() & random() & random();
  return cuts;
}

// "" if all supported kernels split this text by the pattern as they must, else what is wrong. The text ends where its memory does, so that a
// sanitizer sees every access behind it.
inline std::string find_difference(Pattern pattern, Text exact, const SafeSplit& cuts, size_t capacity) {
  static const std::vector<const Kernel*> kernels = supported_kernels();
  const std::vector<size_t> expected = scalar_starts(pattern, exact);
  const std::vector<size_t> expected_with_cuts = with_cuts(expected, pattern, exact, cuts);
  for (const Kernel* kernel : kernels) {
    for (const bool cutting : {false, true}) {
      const std::vector<size_t>& wanted = cutting ? expected_with_cuts : expected;
      const std::vector<size_t> starts = kernel_starts(*kernel, pattern, exact, cutting ? &cuts : nullptr, capacity);
      if (starts == wanted) continue;
      const size_t i = size_t(std::mismatch(starts.begin(), starts.end(), wanted.begin(), wanted.end()).first - starts.begin());
      const auto show = [&](const std::vector<size_t>& list) { return i < list.size() ? std::to_string(list[i]) : std::string("none"); };
      return std::string(kernel->name) + ", " + bpe::pattern_name(pattern) + (cutting ? ", with cuts" : "") + ": start " +
             std::to_string(i) + " is " + show(starts) + ", not " + show(wanted);
    }
  }
  return "";
}

// The same for every pattern, on a copy of the text.
inline std::string find_difference(std::string_view text, const SafeSplit& cuts, size_t capacity) {
  const std::vector<uint8_t> copy(text.begin(), text.end());
  for (const Pattern pattern : all_patterns) {
    const std::string difference = find_difference(pattern, Text(copy.data(), copy.size()), cuts, capacity);
    if (!difference.empty()) return difference;
  }
  return "";
}

}  // namespace test
