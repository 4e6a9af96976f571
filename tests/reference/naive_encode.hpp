// Twin of encoder.hpp: special tokens by trying them all, pretokens from PCRE2, each looked up whole or else merged by the naive rule.
// No cache, no chunks, no threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reference/naive_merge.hpp"
#include "support.hpp"

namespace reference {

class NaiveEncoder {
 public:
  explicit NaiveEncoder(const bpe::Encoding& encoding);

  std::vector<uint32_t> encode(std::string_view text, const std::vector<uint32_t>& allowed = {});
  std::vector<uint32_t> encode_pretoken(std::string_view pretoken) const;

 private:
  const bpe::Encoding& encoding_;
  NaiveMerge merge_;
  test::Splitter splitter_;
  std::vector<std::string> special_;
};

}  // namespace reference
