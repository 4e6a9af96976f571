// Three splits, each of the pieces of the one before; what a regular expression leaves unmatched stays as a piece:
//   \p{N}{1,3}
//   [一-龥぀-ゟ゠-ヿ]+
//   [!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// The second one matches CJK: kana and ideographs, with what stands among them. A boundary is where CJK begins or ends: it is a start, and
// nothing goes on over it. Numbers and boundaries are the end of the text for the third one.
//
// numbers  start in threes
// symbols  [\p{P}\p{S}] start unless a symbol or U+0020 is before them; they absorb the newlines behind them. An ASCII one that starts so
//          without U+0020 is lone: it takes the ASCII letters behind it, and whatever follows these starts
// letters  [\p{L}\p{M}] start unless before them is a letter, white space other than a newline, or one of the others
// others   match nothing, but for one that leads letters: a run of them starts, and so does its last one if letters follow
// white    white_starts
//
// Included by block_scan.hpp.
struct Deepseek3 : PatternSets {
  static constexpr bool has_contractions = false;
  static constexpr bool tells_symbols = true;
  static constexpr CharacterCodes codes = [] {
    CharacterCodes codes = make_codes(code_of_symbols_apart);
    for (int byte = '!'; byte <= '~'; byte++) {
      if (!(codes.ascii[byte] & (code::letter | code::number))) codes.ascii[byte] = code::ascii_symbol;
    }
    return codes;
  }();

  SCAN_INLINE static uint64_t cuttable_letters(const CharacterBlock& block) { return block.letter | block.caseless; }
  static constexpr bool ends_piece(uint8_t class_byte) {
    return class_byte & kana_or_ideograph_flag || CharacterClass(class_byte & class_mask) == CharacterClass::number;
  }

  template <class Characters>
  SCAN_INLINE static uint64_t find_starts(CharacterBlock& block, const uint8_t*, const Characters&, ScanCarry& carry, const Beyond& beyond) {
    const uint64_t boundary = block.cjk ^ ((block.cjk << 1 | carry.is_cjk) & block.all());
    const uint64_t symbol = block.ascii_symbol | block.symbol;
    const uint64_t symbol_starts = symbol & (~((symbol | block.space) << 1 | carry.joins_rest) | boundary);
    const uint64_t lone = symbol_starts & block.ascii_symbol;
    const uint64_t taken = flood(block.letter, block.letter & (lone << 1 | carry.takes_letters));
    const uint64_t letter = (block.letter | block.caseless) & ~taken;

    const uint64_t absorbs = symbol & ~block.cjk;
    const uint64_t absorbed = flood(block.newline, block.newline & (absorbs << 1 | carry.absorbs));
    const uint64_t white = block.white & ~absorbed;
    const uint64_t newline = block.newline & ~absorbed;
    const uint64_t other = block.all() & ~(block.letter | block.caseless | symbol | block.white | block.number);
    const uint64_t joins_letter = letter | other | (white & ~newline);
    uint64_t starts = boundary | symbol_starts | (letter & ~(joins_letter << 1 | carry.joins_letter)) | number_starts<3>(block, carry) |
                      white_starts<Deepseek3>(block, white, newline, block.number | block.cjk, carry, beyond, true);
    if (other) {
      const bool leads_beyond = block.last(other) && beyond.is_letter_or_mark(block.last(block.cjk));
      const uint64_t leads = (letter & ~boundary) >> 1 | uint64_t{leads_beyond} << (block.count - 1);
      starts |= other & (~(other << 1 | carry.is_other) | leads);
    }

    carry.joins_letter = block.last(joins_letter);
    carry.joins_rest = block.last(symbol | block.space);
    carry.takes_letters = block.last(lone | taken);
    carry.absorbs = block.last(absorbs | absorbed);
    carry.is_cjk = block.last(block.cjk);
    carry.is_other = block.last(other);
    return starts;
  }
};
