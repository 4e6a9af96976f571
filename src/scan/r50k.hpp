// r50k       '(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s
// starcoder  numbers, each alone; and the pieces between them as in r50k
//
// A run of letters, of numbers or of the rest starts unless U+0020 is before it. A white run starts; so does its last character, which
// leaves the others to \s+(?!\S), unless the text ends. A rest character that starts and is an apostrophe may begin a contraction.
// In starcoder every number starts, and is the end of the text for what is before it. These are the numbers of Unicode 17.0.
//
// Included by block_scan.hpp.
template <bool cuts_numbers_out>
struct R50kForm : PatternSets {
  static constexpr bool absorbs_newlines = false;
  static constexpr CharacterCodes codes = make_codes(cuts_numbers_out ? code_of_new_numbers_too : code_of_letters_together);

  SCAN_INLINE static uint64_t cuttable_letters(const CharacterBlock& block) { return block.letter; }
  static constexpr bool ends_piece(uint8_t class_byte) {
    return cuts_numbers_out && code_of_new_numbers_too(CharacterClass(class_byte & class_mask), 0) == code::number;
  }

  template <class Characters>
  SCAN_INLINE static uint64_t find_starts(CharacterBlock& block, const uint8_t* bytes, const Characters& characters, ScanCarry& carry,
                                          const Beyond& beyond) {
    const uint64_t rest = block.all() & ~(block.letter | block.number | block.white);
    const uint64_t rest_starts = rest & ~((rest | block.space) << 1 | carry.joins_rest);
    uint64_t letter = block.letter;
    if (const uint64_t apostrophes = block.apostrophe & rest_starts; apostrophes | carry.contraction) {
      letter &= ~find_contractions<false>(apostrophes, bytes, characters, false, block, carry);
    }
    const uint64_t before_white = before_white_or_end<R50kForm>(block, cuts_numbers_out ? block.number : 0, beyond);
    const uint64_t number_starts =
        cuts_numbers_out ? block.number : block.number & ~((block.number | block.space) << 1 | carry.joins_number);
    const uint64_t starts = rest_starts | (letter & ~((letter | block.space) << 1 | carry.joins_letter)) |
                            number_starts | (block.white & ~((block.white << 1 | carry.is_white) & before_white));
    carry.joins_letter = block.last(letter | block.space);
    carry.joins_number = block.last(block.number | block.space);
    carry.joins_rest = block.last(rest | block.space);
    carry.is_white = block.last(block.white);
    return starts;
  }
};

using R50k = R50kForm<false>;
using Starcoder = R50kForm<true>;
