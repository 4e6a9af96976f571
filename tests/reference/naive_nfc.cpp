#include "reference/naive_nfc.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "support.hpp"
#include "unicode/hangul.hpp"
#include "unicode/nfc_table.hpp"
#include "unicode/utf8.hpp"

namespace reference {
namespace {

// A byte that is no UTF-8 is a character of class 0 that nothing joins.
constexpr uint32_t first_bad_byte = 0x200000;

unsigned class_of(uint32_t c) { return c < first_bad_byte ? bpe::combining_class(c) : 0; }

void decompose(uint32_t c, std::vector<uint32_t>& characters) {
  uint32_t letters[3];
  if (c < first_bad_byte && bpe::hangul::is_syllable(c)) {
    characters.insert(characters.end(), letters, letters + bpe::hangul::decompose(c, letters));
    return;
  }
  const std::span<const uint32_t> parts = c < first_bad_byte ? bpe::canonical_decomposition(c) : std::span<const uint32_t>();
  if (parts.empty()) characters.push_back(c);
  characters.insert(characters.end(), parts.begin(), parts.end());
}

}  // namespace

std::string normalize_nfc(std::string_view text) {
  std::vector<uint32_t> characters;
  const bpe::Text bytes(text);
  for (const uint8_t* at = bytes.begin(); at < bytes.end();) {
    const bpe::Character character = bpe::read_character(at, bytes.end());
    decompose(character.code_point == bpe::bad_byte ? first_bad_byte + *at : character.code_point, characters);
    at += character.size;
  }
  for (size_t i = 1; i < characters.size(); i++) {
    for (size_t k = i; k > 0 && class_of(characters[k]) != 0 && class_of(characters[k - 1]) > class_of(characters[k]); k--)
      std::swap(characters[k], characters[k - 1]);
  }
  // A character joins the last starter before it, unless what stands between them has its class, a higher one, or none.
  for (size_t i = 1; i < characters.size(); i++) {
    size_t starter = i;
    while (starter > 0 && class_of(characters[starter - 1]) != 0) starter--;
    if (starter == 0) continue;
    starter--;
    const bool is_blocked = starter + 1 < i && class_of(characters[i - 1]) >= class_of(characters[i]);
    const bool is_character = characters[starter] < first_bad_byte && characters[i] < first_bad_byte;
    const uint32_t made = is_blocked || !is_character ? 0 : bpe::compose(characters[starter], characters[i]);
    if (!made) continue;
    characters[starter] = made;
    characters.erase(characters.begin() + std::ptrdiff_t(i));
    i = starter;
  }
  std::string normalized;
  for (const uint32_t c : characters) {
    if (c < first_bad_byte)
      normalized += test::utf8(c);
    else
      normalized += char(c - first_bad_byte);
  }
  return normalized;
}

}  // namespace reference
