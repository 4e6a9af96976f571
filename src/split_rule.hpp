// How text is split: a list of rules, each of which splits the pieces of the one before.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pattern_rewrite.hpp"

namespace bpe {

// One rule.
struct SplitRule {
  // What a rule of a tokenizer.json is there; the scanners know lists of them.
  enum class Kind { regex, individual_digits, digit_runs, byte_level };
  // Which pieces go on. What a piece is in between is up to the pattern: matches, and the text between two of them.
  enum class Keep { all, matches, gaps };

  std::string pattern;
  PatternDialect dialect = PatternDialect::tiktoken;
  Keep keep = Keep::matches;
  Kind kind = Kind::regex;
};

using SplitRules = std::vector<SplitRule>;

// tiktoken's: one regular expression; what it leaves unmatched is dropped.
inline SplitRules tiktoken_rules(std::string_view pattern) { return {{std::string(pattern), PatternDialect::tiktoken, SplitRule::Keep::matches, SplitRule::Kind::regex}}; }

}  // namespace bpe
