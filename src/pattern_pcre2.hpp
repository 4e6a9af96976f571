// Any pattern, matched by PCRE2: the engine for patterns without a scanner, and what the scanners are compared with.
//
//   Pcre2Matcher matcher(pattern);
//   matcher.begin(text);
//   for (Span span; matcher.next(span);) ...
//
// A byte outside well-formed UTF-8 is matched as one unassigned character (general category Cn).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "pattern_rewrite.hpp"
#include "text.hpp"

namespace bpe {

// A compiled pattern: immutable, shared by threads.
class Pcre2Pattern {
 public:
  // Throws Failure(BAD_PATTERN) or Failure(UNSUPPORTED_PATTERN), with the byte of the pattern that it is about, and std::bad_alloc.
  // Without JIT the matches are the same, only slower; it is also done without where the system refuses executable memory.
  explicit Pcre2Pattern(std::string_view pattern, bool allow_jit = true, PatternDialect dialect = PatternDialect::tiktoken);
  ~Pcre2Pattern();
  Pcre2Pattern(const Pcre2Pattern&) = delete;
  Pcre2Pattern& operator=(const Pcre2Pattern&) = delete;

  // Characters before the place of a match that it may look at, at most.
  size_t look_behind() const;

 private:
  friend class Pcre2Matcher;
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

// Finds the matches in one text after the other: match data, JIT stack and repaired text belong to one thread at a time.
// Between texts it keeps at most idle_capacity bytes.
class Pcre2Matcher {
 public:
  static constexpr size_t idle_capacity = size_t{3} << 20;

  // Steps that each place has before the search goes on place by place.
  static constexpr uint32_t default_first_limit = 256;

  // The pattern must outlive the matcher. Throws std::bad_alloc.
  explicit Pcre2Matcher(const Pcre2Pattern& pattern, uint32_t first_limit = default_first_limit);
  ~Pcre2Matcher();
  Pcre2Matcher(const Pcre2Matcher&) = delete;
  Pcre2Matcher& operator=(const Pcre2Matcher&) = delete;

  // The text must outlive the matching. Checks UTF-8 once. Throws std::bad_alloc.
  // from: matches begin there or later; what is before it is only looked at. is_open: the text, which ends with a whole character, may go
  // on, and only matches come that stay whatever follows. What decides is whether the matching comes to the end of the text
  // (PCRE2_PARTIAL_HARD).
  void begin(Text text, size_t from = 0, bool is_open = false);
  // The next match that is not empty, as bytes of the text; false at the end. Throws Failure(MATCH_FAILED) and std::bad_alloc.
  bool next(Span& span);
  // The next match, which may be empty.
  bool next_even_empty(Span& span);
  // Once there are no more matches in a text that is open: no match that is still to come begins before this byte.
  size_t searched() const;
  // Forgets the text. Needed only where the text was not matched to its end and the matcher is to lie idle.
  void end() noexcept;
  // The next text belongs to another call, which may take as many steps as this one.
  void end_call() noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bpe
