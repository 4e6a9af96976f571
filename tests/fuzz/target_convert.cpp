// What may become of a text before it is split: UTF-8 of characters of 1, 2 and 4 bytes by every kernel, and NFC, against plain twins.
#include <cstring>

#include "fuzz.hpp"
#include "normalize_nfc.hpp"
#include "reference/naive_nfc.hpp"
#include "scan/dispatch.hpp"
#include "support.hpp"
#include "transcode/transcode.hpp"
#include "unicode/utf8.hpp"

namespace {

using fuzz::require;

template <class Unit>
void check_transcoders(const std::vector<uint32_t>& characters) {
  constexpr size_t most = sizeof(Unit) == 4 ? 4 : sizeof(Unit) + 1;  // bytes of a character
  const std::unique_ptr<Unit[]> units(new Unit[characters.size()]);
  std::string expected;
  bool has_utf8 = true;
  for (size_t i = 0; i < characters.size(); i++) {
    units[i] = Unit(characters[i]);
    has_utf8 &= units[i] - 0xD800u >= 0x800 && units[i] <= 0x10FFFF;
    if (has_utf8) expected += test::utf8(units[i]);
  }
  const size_t capacity = most * characters.size() + bpe::transcode_pad;
  for (const bpe::Kernel* const* kernel = bpe::kernels; *kernel; kernel++) {
    if (!(*kernel)->is_supported()) continue;
    const std::unique_ptr<uint8_t[]> utf8(new uint8_t[capacity]);
    const bpe::Transcoders& transcoders = *(*kernel)->transcoders;
    size_t size;
    if constexpr (sizeof(Unit) == 1) size = transcoders.latin1(units.get(), characters.size(), utf8.get());
    if constexpr (sizeof(Unit) == 2) size = transcoders.ucs2(units.get(), characters.size(), utf8.get());
    if constexpr (sizeof(Unit) == 4) size = transcoders.ucs4(units.get(), characters.size(), utf8.get());
    if (!has_utf8)
      require(size == bpe::no_utf8, "a character without UTF-8 is not refused");
    else
      require(size == expected.size() && std::memcmp(utf8.get(), expected.data(), size) == 0, "a transcoder writes something else");
  }
}

// The characters of a text; each byte that is no UTF-8 makes one that may have none.
std::vector<uint32_t> characters_of(bpe::Text text, bool keeps_bad) {
  std::vector<uint32_t> characters;
  for (const uint8_t* at = text.begin(); at < text.end();) {
    const bpe::Character character = bpe::read_character(at, text.end());
    if (character.code_point != bpe::bad_byte)
      characters.push_back(character.code_point);
    else
      characters.push_back(keeps_bad ? 0xD700u + *at * 4u : 0xFFu & *at);
    at += character.size;
  }
  return characters;
}

void check_nfc(bpe::Text text) {
  std::string buffer, unused;
  std::vector<bpe::Change> changes;
  const bpe::Text made = bpe::normalize_nfc(text, buffer, &changes);
  const std::string normalized(made.view());
  if (normalized != reference::normalize_nfc(text.view())) fuzz::fail("not NFC: \"%s\"", fuzz::shown(text.view()).c_str());
  require(normalized.size() <= text.size * bpe::nfc_growth, "NFC grows beyond its bound");
  require(bpe::normalize_nfc(made, unused).view() == normalized, "NFC of NFC is something else");
  // Between the changes nothing was.
  size_t from = 0, to = 0;
  for (const bpe::Change& change : changes) {
    require(change.from.begin >= from && change.to.begin >= to, "changes overlap");
    require(text.view().substr(from, change.from.begin - from) == normalized.substr(to, change.to.begin - to), "a change is not told");
    from = change.from.end;
    to = change.to.end;
  }
  require(text.view().substr(from) == normalized.substr(to), "a change is not told");
}

void check_settled(bpe::Text text, size_t size) {
  size = bpe::size_of_whole_characters(text.data, size);
  const size_t settled = bpe::settled_nfc_size(text.part(0, size));
  require(settled <= size, "more is settled than there is");
  const std::string before = reference::normalize_nfc(text.view().substr(0, settled)),
                    behind = reference::normalize_nfc(text.view().substr(settled));
  require(before + behind == reference::normalize_nfc(text.view()), "what is settled alone is not so in the whole");
}

}  // namespace

FUZZ_TARGET(convert) {
  const uint8_t choice = input.byte(), size = input.byte();
  const test::ExactCopy copy(input.rest());
  const bpe::Text text = copy.text();
  if (choice % 4 == 0) {
    check_nfc(text);
    return check_settled(text, size < text.size ? size : text.size);
  }
  std::vector<uint32_t> characters;
  if (choice & 0x40) {
    characters.assign(text.begin(), text.end());
  } else {
    characters = characters_of(text, choice & 0x80);
  }
  if (choice & 0x20 && size < characters.size()) characters[size] = 0xD800 + choice * 16u;
  if (choice % 4 == 1) check_transcoders<uint8_t>(characters);
  if (choice % 4 == 2) check_transcoders<uint16_t>(characters);
  if (choice % 4 == 3) check_transcoders<uint32_t>(characters);
}
