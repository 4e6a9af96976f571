#include "word_table.hpp"

#include <algorithm>
#include <iterator>

namespace bpe {
namespace {

struct Range {
  uint32_t first;
  uint32_t last;
};

#include "word_table_data.inc"

}  // namespace

bool is_word_character(uint32_t code_point) {
  const Range* after = std::upper_bound(std::begin(ranges), std::end(ranges), code_point, [](uint32_t c, Range range) { return c < range.first; });
  return after != std::begin(ranges) && code_point <= (after - 1)->last;
}

}  // namespace bpe
