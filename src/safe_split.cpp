#include "safe_split.hpp"

#include <span>

#include "byte_hash.hpp"
#include "vocabulary.hpp"

namespace bpe {

SafeSplit make_safe_split(const Vocabulary& vocabulary) {
  SafeSplit split;
  split.pairs.resize((size_t{1} << SafeSplit::hash_bits) / 64);
  const std::vector<uint32_t>& offsets = vocabulary.tokens().offsets;
  const std::span<const uint8_t> bytes = std::span(vocabulary.tokens().bytes).first(offsets.back());
  const auto is_lead = [](uint8_t byte) { return byte >= 0xE0 && byte < 0xF0; };
  const auto is_continuation = [](uint8_t byte) { return (byte & 0xC0) == 0x80; };
  size_t rank = 0;
  for (size_t at = 1; at < bytes.size(); at++) {
    // Most tokens are ASCII: eight bytes at once.
    while (at + 8 <= bytes.size() && (load_8(bytes.data() + at) & 0x8080808080808080) == 0) at += 8;
    // Positions where a token may stand over c|d: d begins here, and the byte before can be the last one of c.
    if (at >= bytes.size() || !is_lead(bytes[at]) || !is_continuation(bytes[at - 1])) continue;
    while (offsets[rank + 1] <= at) rank++;
    const uint8_t* const begin = bytes.data() + offsets[rank];
    const uint8_t* const end = bytes.data() + offsets[rank + 1];
    const uint8_t* const d = bytes.data() + at;
    if (d == begin) continue;
    const bool has_c = d - begin >= 3 && is_lead(d[-3]) && is_continuation(d[-2]);
    const bool has_two_byte_c = !has_c && d - begin >= 2 && d[-2] >= 0xC0 && d[-2] < 0xE0;
    if (has_two_byte_c) continue;
    if (has_c && end - d >= 3) {
      const auto code_point = [](const uint8_t* c) { return uint32_t(c[0] & 15) << 12 | uint32_t(c[1] & 63) << 6 | uint32_t(c[2] & 63); };
      const uint32_t hash = SafeSplit::pair_hash(code_point(d - 3), code_point(d));
      split.pairs[hash / 64] |= uint64_t{1} << (hash % 64);
    } else {
      split.partial[d[0] & 15] |= uint64_t{1} << (d[-1] & 63);
    }
  }
  return split;
}

}  // namespace bpe
