#include "base64.hpp"

#include <array>

namespace bpe {
namespace {

constexpr std::array<int8_t, 256> base64_values = [] {
  std::array<int8_t, 256> values{};
  values.fill(-1);
  const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 64; i++) values[uint8_t(digits[i])] = int8_t(i);
  return values;
}();

}  // namespace

bool decode_base64(Text field, std::vector<uint8_t>& bytes) {
  if (field.size == 0 || field.size % 4) return false;
  size_t digits = field.size;
  for (int i = 0; i < 2 && field.data[digits - 1] == '='; i++) digits--;
  uint32_t bits = 0;
  for (size_t i = 0; i < digits; i++) {
    const int value = base64_values[field.data[i]];
    if (value < 0) return false;
    bits = bits << 6 | uint32_t(value);
    if (i % 4) bytes.push_back(uint8_t(bits >> (6 - 2 * (i % 4))));
  }
  return true;
}

}  // namespace bpe
