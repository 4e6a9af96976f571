// What the tests of limits open, and what they do with it: every function that works on a text or on tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "token_ranker.h"

namespace test {

// A way to open an encoding.
struct Source {
  std::string name;
  std::string vocabulary;
  int32_t format = TOKEN_RANKER_FORMAT_BUILTIN;
  std::string pattern = {};                      // "": none is given
  std::vector<std::string> special_tokens = {};  // numbered from 1,000 on; none: none are given
  std::string engine = {};

  token_ranker_status open(token_ranker_t*& ranker) const;
};

// Small vocabularies in each format, split by scanners and by PCRE2, with and without normalisation and added tokens.
const std::vector<Source>& small_sources();
// A small vocabulary with a pattern that PCRE2 matches.
Source matched_source(std::string_view pattern);
Source builtin_source(std::string_view name);

// A few thousand bytes of everything: words, long and repeated ones, digits, white space, many scripts, special tokens, no UTF-8.
const std::string& mixed_text();

// One or more calls. What they deliver is told as a hash.
struct Operation {
  const char* name;
  token_ranker_status (*run)(const token_ranker_t* ranker, std::string_view text, uint64_t& hash);
};
const std::vector<Operation>& operations();
// Batches of more text than `text`, so much that threads start.
const std::vector<Operation>& threaded_operations();

}  // namespace test
