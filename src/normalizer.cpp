#include "normalizer.hpp"

#include <algorithm>

namespace bpe {
namespace {

constexpr char replacement_character[] = "\xEF\xBF\xBD";
constexpr size_t replacement_size = sizeof replacement_character - 1;

}  // namespace

Normalizer::Normalizer(bool has_nfc, bool adds_blank, const std::array<bool, 256>& is_absent)
    : has_nfc_(has_nfc),
      adds_blank_(adds_blank),
      replaces_bytes_(std::find(is_absent.begin(), is_absent.end(), true) != is_absent.end()),
      is_absent_(is_absent) {}

const char* Normalizer::name() const {
  if (has_nfc_) return adds_blank_ ? "NFC, Unicode 9.0.0; a blank in front" : "NFC, Unicode 9.0.0";
  return adds_blank_ ? "a blank in front" : "";
}

size_t Normalizer::max_growth() const {
  return std::max(has_nfc_ ? nfc_growth : 1, replaces_bytes_ ? replacement_size : 1) + size_t{adds_blank_};
}

Text Normalizer::replace_absent(Text text, Buffers& buffers, std::vector<Change>* changes) const {
  if (!replaces_bytes_) return text;
  const auto is_absent = [&](uint8_t byte) { return is_absent_[byte]; };
  const uint8_t* found = std::find_if(text.begin(), text.end(), is_absent);
  if (found == text.end()) return text;
  std::string& copy = buffers.replaced;
  copy.assign(text.view().substr(0, size_t(found - text.begin())));
  for (; found != text.end(); found++) {
    const size_t from = size_t(found - text.begin()), to = copy.size();
    if (!is_absent(*found)) {
      copy += char(*found);
      continue;
    }
    copy.append(replacement_character, replacement_size);
    if (changes) changes->push_back({{from, from + 1}, {to, to + replacement_size}});
  }
  return Text(std::string_view(copy));
}

Text Normalizer::normalize(Text text, Buffers& buffers) const {
  const Text whole = replace_absent(text, buffers);
  return has_nfc_ ? normalize_nfc(whole, buffers.composed) : whole;
}

Text Normalizer::prefix(Text text, Buffers& buffers) const {
  if (!adds_blank_ || text.data[0] == ' ') return text;
  buffers.prefixed.assign(1, ' ').append(text.view());
  return Text(std::string_view(buffers.prefixed));
}

}  // namespace bpe
