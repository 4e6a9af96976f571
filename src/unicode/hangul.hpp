// Hangul syllables are numbered by their letters: leading consonant, vowel, final consonant or none. Unicode 3.12.
#pragma once

#include <cstdint>

namespace bpe::hangul {

inline constexpr uint32_t syllables = 0xAC00, leads = 0x1100, vowels = 0x1161, finals = 0x11A7;  // the first final is none
inline constexpr uint32_t lead_count = 19, vowel_count = 21, final_count = 28, syllable_count = lead_count * vowel_count * final_count;

inline bool is_syllable(uint32_t c) { return c - syllables < syllable_count; }

// The letters of a syllable; returns how many.
inline unsigned decompose(uint32_t syllable, uint32_t letters[3]) {
  const uint32_t index = syllable - syllables;
  letters[0] = leads + index / (vowel_count * final_count);
  letters[1] = vowels + index / final_count % vowel_count;
  letters[2] = finals + index % final_count;
  return letters[2] == finals ? 2 : 3;
}

// The syllable of a consonant and a vowel, or of a syllable without final and one; 0: none.
inline uint32_t compose(uint32_t first, uint32_t second) {
  if (first - leads < lead_count && second - vowels < vowel_count)
    return syllables + ((first - leads) * vowel_count + (second - vowels)) * final_count;
  const bool has_no_final = is_syllable(first) && (first - syllables) % final_count == 0;
  return has_no_final && second - (finals + 1) < final_count - 1 ? first + (second - finals) : 0;
}

}  // namespace bpe::hangul
