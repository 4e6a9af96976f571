#include "safe_split.hpp"

#include "vocabulary.hpp"

namespace bpe {

SafeSplit make_safe_split(const Vocabulary& vocabulary) {
  SafeSplit split;
  split.pairs.resize((size_t{1} << SafeSplit::hash_bits) / 64);
  const std::vector<uint8_t>& bytes = vocabulary.tokens().bytes;
  const std::vector<uint32_t>& offsets = vocabulary.tokens().offsets;
  const auto is_lead = [](uint8_t byte) { return byte >= 0xE0 && byte < 0xF0; };
  const auto is_continuation = [](uint8_t byte) { return (byte & 0xC0) == 0x80; };
  for (size_t rank = 0; rank < vocabulary.size(); rank++) {
    const uint8_t* token = bytes.data() + offsets[rank];
    const size_t size = offsets[rank + 1] - offsets[rank];
    for (size_t at = 1; at < size; at++) {
      // Positions where the token may stand over c|d: d begins here, and the byte before can be the last one of c.
      if (!is_lead(token[at]) || !is_continuation(token[at - 1])) continue;
      const bool has_c = at >= 3 && is_lead(token[at - 3]) && is_continuation(token[at - 2]);
      const bool has_d = size - at >= 3;
      const bool has_two_byte_c = !has_c && at >= 2 && token[at - 2] >= 0xC0 && token[at - 2] < 0xE0;
      if (has_two_byte_c) continue;
      if (has_c && has_d) {
        const auto code_point = [](const uint8_t* c) { return uint32_t(c[0] & 15) << 12 | uint32_t(c[1] & 63) << 6 | uint32_t(c[2] & 63); };
        const uint32_t hash = SafeSplit::pair_hash(code_point(token + at - 3), code_point(token + at));
        split.pairs[hash / 64] |= uint64_t{1} << (hash % 64);
      } else {
        split.partial[token[at] & 15] |= uint64_t{1} << (token[at - 1] & 63);
      }
    }
  }
  return split;
}

}  // namespace bpe
