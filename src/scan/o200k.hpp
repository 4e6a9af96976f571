// o200k   [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//         |[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//         |\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
// tekken  the same without contractions, and with \p{N} for \p{N}{1,3}
// kimi    [\p{Han}]+|o200k with [\p{Lu}…\p{M}&&[^\p{Han}]] for [\p{Lu}…\p{M}], and without the slash
//
// rest     (here without marks) starts unless rest or U+0020 or a mark of a rest run is before it. A rest run of one character, a lone
//          one, leads a word if one follows; any longer one takes the marks that follow, and absorbs newlines and the slashes behind them
// marks    belong to a rest run of two or more characters (U+0020 counts) if they follow it; else they are letters without case
// words    are letters and such marks. They start as letters do in cl100k. Inside, a start is
//          - an uppercase letter behind a lowercase one, or behind caseless ones that follow a lowercase one
//          - the run of uppercase letters at the end of a word, if it is behind a caseless letter: [Lm Lo M]+ of the first alternative
//            gives back what follows the last caseless one
// numbers  start in threes, or (tekken) each
// white    white_starts
// Han      (kimi) starts behind anything else; but a number of Han behind a number may belong to its group, and what is neither letter nor
//          number belongs to the rest run before it, also to one that it makes with U+0020
//
// An apostrophe behind a word may begin a contraction, which belongs to the word; what follows a contraction starts.
//
// Included by block_scan.hpp.
template <unsigned numbers, bool contracts, bool has_han_runs = false>
struct O200kForm : PatternSets {
  static constexpr bool tells_letters_apart = true;
  static constexpr bool has_contractions = contracts;
  static constexpr bool absorbs_slashes = !has_han_runs;
  static constexpr bool tells_han = has_han_runs;
  static constexpr CharacterCodes codes = make_codes(has_han_runs ? code_of_letters_and_han_apart : code_of_letters_apart);

  SCAN_INLINE static uint64_t cuttable_letters(const CharacterBlock& block) {
    return block.upper | block.lower | block.caseless | block.mark;
  }

  // The rest runs of a block.
  struct RestRuns {
    uint64_t rest;       // less what is absorbed
    uint64_t continued;  // rest characters, marks and Han in them that are no starts
    uint64_t absorbed;
  };

  SCAN_INLINE static uint64_t continued_rest(const CharacterBlock& block, uint64_t rest, const ScanCarry& carry) {
    return rest & ((rest | block.space) << 1 | carry.joins_rest);
  }

  // Han that belongs to the rest character before it, or makes a rest run with U+0020.
  SCAN_INLINE static uint64_t joined_han(const CharacterBlock& block, uint64_t rest, uint64_t han, const ScanCarry& carry) {
    return han & ((rest | block.space) << 1 | carry.joins_rest);
  }

  // The numbers, with those of Han that belong to a group which others begin. Each one decides about those behind it.
  SCAN_INLINE static uint64_t numbers_with_han(const CharacterBlock& block, const ScanCarry& carry) {
    uint64_t all = block.number & ~block.han;
    for (;;) {
      const uint64_t behind_three = behind(find_number_groups(all, carry), carry.number_starts, 3) & behind(all, carry.numbers, 2);
      const uint64_t joined = block.number & ~all & behind(all, carry.numbers) & ~behind_three;
      if (!joined) return all;
      all |= joined & -joined;
    }
  }

  // Blocks without marks, without slashes behind newlines, and without Han in rest runs.
  SCAN_INLINE static RestRuns find_plain_rest_runs(const CharacterBlock& block, uint64_t rest, const ScanCarry& carry) {
    return {rest, continued_rest(block, rest, carry), flood(block.newline, block.newline & (rest << 1 | carry.absorbs))};
  }

  // Which marks are in rest runs depends on which slashes are absorbed before them, and the other way round. Both depend on characters
  // to the left only: so repeating until nothing changes gives the answer, and each round settles at least one character.
  // han: neither letters nor numbers.
  SCAN_INLINE static RestRuns find_rest_runs(const CharacterBlock& block, uint64_t rest, uint64_t han, const ScanCarry& carry) {
    const uint64_t absorbable = block.newline | block.slash;
    RestRuns runs = {rest, 0, 0};
    for (uint64_t absorbed_before = ~uint64_t{0}; absorbed_before != runs.absorbed;) {
      absorbed_before = runs.absorbed;
      runs.rest = rest & ~runs.absorbed;
      const uint64_t seeds = continued_rest(block, runs.rest, carry) | joined_han(block, runs.rest, han, carry) | (block.mark & carry.is_rest_run);
      runs.continued = flood(runs.rest | block.mark | han, seeds);
      const uint64_t absorbs = runs.rest | runs.continued;
      runs.absorbed = flood(absorbable, (block.newline & (absorbs << 1 | carry.absorbs)) | (absorbable & carry.is_absorbed));
    }
    return runs;
  }

  template <class Characters>
  SCAN_INLINE static uint64_t find_starts(CharacterBlock& block, const uint8_t* bytes, const Characters& characters, ScanCarry& carry,
                                          const Beyond& beyond) {
    const uint64_t maybe_rest =
        block.all() & ~(block.upper | block.lower | block.caseless | block.mark | block.number | block.white | block.han);
    const uint64_t rest_han = block.han & ~(block.caseless | block.number);
    const bool is_plain = !(block.mark | (block.slash & (block.newline << 1 | carry.is_absorbed)) |
                            joined_han(block, maybe_rest, rest_han, carry));
    const RestRuns runs = is_plain ? find_plain_rest_runs(block, maybe_rest, carry) : find_rest_runs(block, maybe_rest, rest_han, carry);
    const uint64_t caseless = (block.caseless & ~block.han) | (block.mark & ~runs.continued);
    uint64_t lone = runs.rest & ~runs.continued;

    uint64_t upper = block.upper, lower = block.lower;
    const uint64_t apostrophes = block.apostrophe & ((upper | lower | caseless) << 1 | carry.is_word);
    if (contracts && (apostrophes | carry.contraction)) {
      const uint64_t letters = find_contractions<true>(apostrophes, bytes, characters, true, block, carry);
      upper &= ~letters;
      lower &= ~letters;
      lone &= ~(apostrophes & (letters >> 1 | carry.contraction << (block.count - 1)));
    }

    uint64_t han_starts = 0;
    if constexpr (has_han_runs) {
      if (block.number & block.han) block.number = numbers_with_han(block, carry);
      const uint64_t han = block.han & ~(block.number | runs.continued);
      han_starts = han & ~(han << 1 | carry.is_han_run);
      carry.is_han_run = block.last(han);
    }

    const uint64_t word = upper | lower | caseless;
    const uint64_t white = block.white & ~runs.absorbed;
    const uint64_t newline = block.newline & ~runs.absorbed;
    const uint64_t joins_letter = word | lone | (white & ~newline);
    uint64_t starts = lone | (word & ~(joins_letter << 1 | carry.joins_letter)) | han_starts | number_starts<numbers>(block, carry) |
                      white_starts<O200kForm>(block, white, newline, 0, carry, beyond, true);

    const uint64_t as_lower = lower | flood(caseless, caseless & (lower << 1 | carry.is_lower));
    const uint64_t as_upper = caseless & ~as_lower;
    starts |= upper & (as_lower << 1 | carry.is_lower);
    if (const uint64_t given_back = upper & (as_upper << 1 | carry.is_caseless)) {
      starts |= find_given_back(block, upper, given_back, word, beyond);
    }

    carry.joins_letter = block.last(joins_letter);
    carry.joins_rest = block.last(runs.rest | runs.continued | block.space);
    carry.absorbs = block.last(runs.rest | runs.continued | runs.absorbed);
    carry.is_absorbed = block.last(runs.absorbed);
    carry.is_rest_run = block.last(runs.continued);
    carry.is_word = block.last(word);
    carry.is_lower = block.last(as_lower);
    carry.is_caseless = block.last(as_upper);
    return starts;
  }

  // Of the runs of uppercase letters that begin at `candidates`, those that end their words.
  SCAN_INLINE static uint64_t find_given_back(const CharacterBlock& block, uint64_t upper, uint64_t candidates, uint64_t word,
                                              const Beyond& beyond) {
    uint64_t starts = 0;
    for (; candidates; candidates &= candidates - 1) {
      const uint64_t candidate = candidates & -candidates;
      const uint64_t sum = upper + candidate;
      const bool reaches_end = block.last(upper & ~sum);
      const bool goes_on = reaches_end ? beyond.has_word_after_uppercase(beyond.next, beyond.end, has_han_runs) : (sum & ~upper & word) != 0;
      if (!goes_on) starts |= candidate;
    }
    return starts;
  }
};

using O200k = O200kForm<3, true>;
using Tekken = O200kForm<1, false>;
using Kimi = O200kForm<3, true, true>;
