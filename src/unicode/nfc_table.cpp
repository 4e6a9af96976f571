#include "nfc_table.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "hangul.hpp"

namespace bpe {
namespace {

#include "nfc_table_data.inc"

}  // namespace

const uint64_t* const nfc_marked_blocks = marked_blocks;

uint8_t nfc_byte(uint32_t code_point) { return code_point <= 0x10FFFF ? pages[size_t{page_of[code_point >> 8]} * 256 + (code_point & 255)] : 0; }

uint8_t combining_class(uint32_t code_point) {
  const uint8_t byte = nfc_byte(code_point);
  if (byte != nfc_may_change) return byte;
  const uint32_t* found = std::lower_bound(std::begin(changing_marks), std::end(changing_marks), code_point << 8);
  return found != std::end(changing_marks) && *found >> 8 == code_point ? uint8_t(*found) : 0;
}

std::span<const uint32_t> canonical_decomposition(uint32_t code_point) {
  const uint32_t* found = std::lower_bound(std::begin(decomposed), std::end(decomposed), code_point);
  if (found == std::end(decomposed) || *found != code_point) return {};
  const size_t i = size_t(found - std::begin(decomposed));
  return {decomposition_parts + decomposition_ends[i], decomposition_parts + decomposition_ends[i + 1]};
}

uint32_t compose(uint32_t first, uint32_t second) {
  if (const uint32_t syllable = hangul::compose(first, second)) return syllable;
  const auto key = [](const Composition& c) { return std::pair(c.first, c.second); };
  const Composition* found = std::lower_bound(std::begin(compositions), std::end(compositions), std::pair(first, second),
                                              [&](const Composition& c, std::pair<uint32_t, uint32_t> wanted) { return key(c) < wanted; });
  return found != std::end(compositions) && key(*found) == std::pair(first, second) ? found->made : 0;
}

}  // namespace bpe
