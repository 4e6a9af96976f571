// Twin of merge.hpp: the rule of tiktoken, by bytes. Joins the neighbours whose joined bytes are the lowest token, of those the
// leftmost, until no neighbours join. Knows no pairs of tokens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace reference {

class NaiveMerge {
 public:
  // Token i has bytes tokens[i].
  explicit NaiveMerge(const std::vector<std::string>& tokens);

  std::vector<uint32_t> merge(std::string_view pretoken) const;
  // The token with these bytes, or UINT32_MAX.
  uint32_t find(std::string_view bytes) const;

 private:
  std::unordered_map<std::string, uint32_t> ranks_;
  size_t longest_ = 0;
};

}  // namespace reference
