#include "class_table.hpp"

namespace bpe {
namespace {

#include "class_table_data.inc"

constexpr ClassBits make_class_bits() {
  ClassBits bits = {};
  for (unsigned code_point = 0x80; code_point < 0x800; code_point++) {
    for (unsigned bit = 0; bit < class_bit_count; bit++) {
      bits.of[bit][code_point / 8] |= uint8_t((classes[code_point] >> bit & 1) << (code_point % 8));
    }
  }
  return bits;
}

constexpr bool has_flags_below(unsigned end) {
  for (unsigned code_point = 0; code_point < end; code_point++) {
    if (classes[code_point] > class_mask) return true;
  }
  return false;
}
static_assert(!has_flags_below(0x800) && class_mask >> class_bit_count == 0);

constexpr ClassBits made_class_bits = make_class_bits();

}  // namespace

const ClassBits class_bits = made_class_bits;
const uint8_t* const class_pages = classes;
const uint16_t* const class_page_of = page_of;

}  // namespace bpe
