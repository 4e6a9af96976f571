#include "reference/naive_special.hpp"

namespace reference {

bpe::SpecialMatch find_special(const std::vector<std::string>& texts, const std::vector<uint32_t>& selected, std::string_view text,
                               size_t from) {
  for (size_t at = from; at < text.size(); at++) {
    bpe::SpecialMatch match;
    for (const uint32_t index : selected) {
      const size_t end = at + texts[index].size();
      if (text.substr(at, texts[index].size()) == texts[index] && end > match.end) match = {index, at, end};
    }
    if (match.is_found()) return match;
  }
  return {};
}

}  // namespace reference
