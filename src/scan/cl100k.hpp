// cl100k  '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s
// llama3  '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
// qwen2   '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
// qwen35  '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// rest     starts unless rest or U+0020 is before it; absorbs the newlines behind it
// letters  start unless before them is a letter, white space other than a newline (that is then the last character of its run, which
//          starts), or a lone rest character
//          qwen35: marks are letters; that one may also lead others changes nothing, as it then belongs to the run anyway
// numbers  start in threes, or (qwen2, qwen35) each
// white    white_starts; but in cl100k a run that ends the text is one piece, by \s++$
//
// A lone apostrophe may begin a contraction.
//
// Included by block_scan.hpp.
template <unsigned numbers, bool keeps_white_end, bool marks_are_letters = false>
struct Cl100kForm : PatternSets {
  static constexpr CharacterCodes codes = make_codes(marks_are_letters ? code_of_letters_and_marks_together : code_of_letters_together);

  SCAN_INLINE static uint64_t cuttable_letters(const CharacterBlock& block) { return block.letter; }

  template <class Characters>
  SCAN_INLINE static uint64_t find_starts(CharacterBlock& block, const uint8_t* bytes, const Characters& characters, ScanCarry& carry,
                                          const Beyond& beyond) {
    const uint64_t rest = block.all() & ~(block.letter | block.number | block.white);
    const uint64_t lone = rest & ~((rest | block.space) << 1 | carry.joins_rest);
    uint64_t letter = block.letter;
    if (const uint64_t apostrophes = block.apostrophe & lone; apostrophes | carry.contraction) {
      letter &= ~find_contractions<true>(apostrophes, bytes, characters, false, block, carry);
    }

    const uint64_t absorbed = flood(block.newline, block.newline & (rest << 1 | carry.absorbs));
    const uint64_t white = block.white & ~absorbed;
    const uint64_t newline = block.newline & ~absorbed;
    const uint64_t joins_letter = letter | lone | (white & ~newline);
    const uint64_t starts = lone | (letter & ~(joins_letter << 1 | carry.joins_letter)) | number_starts<numbers>(block, carry) |
                            white_starts<Cl100kForm>(block, white, newline, 0, carry, beyond, !keeps_white_end);
    carry.joins_letter = block.last(joins_letter);
    carry.joins_rest = block.last(rest | block.space);
    carry.absorbs = block.last(rest | absorbed);
    return starts;
  }
};

using Cl100k = Cl100kForm<3, true>;
using Llama3 = Cl100kForm<3, false>;
using Qwen2 = Cl100kForm<1, false>;
using Qwen35 = Cl100kForm<1, false, true>;
