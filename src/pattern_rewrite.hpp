// The text of a pattern as tiktoken or tokenizers means it -> a text of the same meaning for PCRE2.
//
// tiktoken's patterns are those of the Rust crate fancy-regex, those of tokenizers are Oniguruma's. Most of their syntax means the same in
// PCRE2. What does not is written out: `\s` as its 25 code points, `^ $ .` as assertions and classes that know no newline convention, scripts as `\p{sc:...}`, set
// operations between classes as `(?[...])`. The parser knows what it may let through; anything else is refused by name, so that no
// construct reaches PCRE2 whose meaning there was not compared.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace bpe {

enum class PatternDialect {
  tiktoken,   // fancy-regex 0.19
  oniguruma,  // 6.9.10 with ONIG_SYNTAX_ONIGURUMA: lines have ends, a repetition in braces is not possessive, groups alone have flags
};

struct RewrittenPattern {
  // Bytes of the text from `rewritten` on, up to the next entry, come from the construct at byte `original` of the pattern.
  struct Origin {
    size_t rewritten;
    size_t original;
  };

  std::string text;             // UTF-8, for PCRE2_UTF | PCRE2_DOTALL; it has no capturing groups
  std::vector<Origin> origins;  // ascending
  bool needs_unicode = false;   // its meaning depends on the Unicode version of PCRE2
  // The JIT of PCRE2 10.46 gets (?[...]) wrong where an operand is the set of all characters, say `\P{Lu}\P{Ll}`.
  bool is_exact_with_jit = true;

  // The byte of the pattern that this byte of the text comes from.
  size_t origin(size_t offset) const;
};

// Throws Failure(BAD_PATTERN) for what is no pattern, Failure(UNSUPPORTED_PATTERN) for a construct that could not be made exact; the
// offset is the byte of the pattern.
RewrittenPattern rewrite_pattern(std::string_view pattern, PatternDialect dialect = PatternDialect::tiktoken);

}  // namespace bpe
