// Splits by several regular expressions, one after the other: each splits the pieces of the one before, and what it does not match stays
// as a piece. So does a Sequence of Splits, behavior Isolated, in a tokenizer.json.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pattern_pcre2.hpp"

namespace reference {

class Steps {
 public:
  explicit Steps(const std::vector<std::string_view>& patterns);
  std::vector<std::string> split(std::string_view text);

 private:
  struct Step {
    std::unique_ptr<bpe::Pcre2Pattern> pattern;
    std::unique_ptr<bpe::Pcre2Matcher> matcher;
  };
  std::vector<Step> steps_;
};

}  // namespace reference
