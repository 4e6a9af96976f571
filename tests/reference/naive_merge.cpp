#include "reference/naive_merge.hpp"

#include <algorithm>
#include <cstddef>

namespace reference {

NaiveMerge::NaiveMerge(const std::vector<std::string>& tokens) {
  for (size_t i = 0; i < tokens.size(); i++) {
    ranks_.emplace(tokens[i], uint32_t(i));
    longest_ = std::max(longest_, tokens[i].size());
  }
}

uint32_t NaiveMerge::find(std::string_view bytes) const {
  if (bytes.size() > longest_) return UINT32_MAX;
  const auto found = ranks_.find(std::string(bytes));
  return found == ranks_.end() ? UINT32_MAX : found->second;
}

std::vector<uint32_t> NaiveMerge::merge(std::string_view pretoken) const {
  // Parts are [begins[i], begins[i + 1]); joined[i] is the token that parts i and i + 1 make.
  std::vector<size_t> begins(pretoken.size() + 1);
  for (size_t i = 0; i < begins.size(); i++) begins[i] = i;
  const auto part = [&](size_t i, size_t count) { return pretoken.substr(begins[i], begins[i + count] - begins[i]); };
  std::vector<uint32_t> joined;
  for (size_t i = 0; i + 2 < begins.size(); i++) joined.push_back(find(part(i, 2)));
  while (!joined.empty()) {
    const auto lowest = std::min_element(joined.begin(), joined.end());
    if (*lowest == UINT32_MAX) break;
    const size_t at = size_t(lowest - joined.begin());
    begins.erase(begins.begin() + std::ptrdiff_t(at) + 1);
    joined.erase(lowest);
    if (at < joined.size()) joined[at] = find(part(at, 2));
    if (at > 0) joined[at - 1] = find(part(at - 1, 2));
  }
  std::vector<uint32_t> tokens;
  for (size_t i = 0; i + 1 < begins.size(); i++) tokens.push_back(find(part(i, 1)));
  return tokens;
}

}  // namespace reference
