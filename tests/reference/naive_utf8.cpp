#include "reference/naive_utf8.hpp"

#include "support.hpp"

namespace reference {

bpe::Character read_character(std::string_view text) {
  for (size_t size = 1; size <= 4 && size <= text.size(); size++) {
    // The payload bits of a sequence of this size, whatever its bytes are.
    constexpr uint32_t lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    uint32_t code_point = uint8_t(text[0]) & lead_bits[size];
    for (size_t i = 1; i < size; i++) code_point = code_point << 6 | (uint8_t(text[i]) & 0x3Fu);
    const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    if (code_point <= 0x10FFFF && !is_surrogate && test::utf8(code_point) == text.substr(0, size)) return {code_point, uint32_t(size)};
  }
  return {bpe::bad_byte, 1};
}

}  // namespace reference
