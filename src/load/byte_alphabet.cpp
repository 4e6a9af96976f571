#include "byte_alphabet.hpp"

#include <array>
#include <cstdint>

namespace bpe {
namespace {

constexpr bool is_printed(unsigned byte) { return (byte >= 33 && byte <= 126) || (byte >= 161 && byte != 173); }

constexpr unsigned alphabet_end = 256 + 68;
// The byte of each character, or -1.
constexpr std::array<int16_t, alphabet_end> bytes_of = [] {
  std::array<int16_t, alphabet_end> bytes{};
  unsigned next = 256;
  for (unsigned byte = 0; byte < 256; byte++) {
    if (!is_printed(byte)) bytes[byte] = -1;
    bytes[is_printed(byte) ? byte : next++] = int16_t(byte);
  }
  return bytes;
}();
static_assert(bytes_of[0x120] == ' ' && bytes_of[0x143] == 173 && bytes_of[' '] == -1);

}  // namespace

bool append_alphabet_bytes(std::string_view text, std::string& bytes) {
  const size_t size_before = bytes.size();
  for (size_t i = 0; i < text.size();) {
    unsigned code_point = uint8_t(text[i++]);
    // The alphabet ends below U+0800: two bytes at most.
    if (code_point >= 0xC0 && code_point < 0xE0 && i < text.size()) {
      code_point = (code_point & 0x1F) << 6 | (uint8_t(text[i++]) & 0x3F);
    } else if (code_point >= 0x80) {
      code_point = alphabet_end;
    }
    if (code_point >= alphabet_end || bytes_of[code_point] < 0) {
      bytes.resize(size_before);
      return false;
    }
    bytes += char(bytes_of[code_point]);
  }
  return true;
}

}  // namespace bpe
