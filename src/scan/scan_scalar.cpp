// Each function below is one regular expression: its alternatives in their order, each possessive where the next one cannot match
// what it would give back.
#include "scan_scalar.hpp"

#include <array>

#include "unicode/utf8.hpp"

namespace bpe {
namespace {

// Sets of classes, as bits.
constexpr uint32_t set_of(CharacterClass c) { return 1u << uint8_t(c); }
constexpr uint32_t newline = set_of(CharacterClass::newline);
constexpr uint32_t white = set_of(CharacterClass::whitespace) | set_of(CharacterClass::space) | newline;  // \s
constexpr uint32_t number = set_of(CharacterClass::number);                                               // \p{N}
constexpr uint32_t mark = set_of(CharacterClass::mark);                                                   // \p{M}
constexpr uint32_t caseless = set_of(CharacterClass::modifier) | set_of(CharacterClass::letter);          // \p{Lm}\p{Lo}
constexpr uint32_t upper = set_of(CharacterClass::uppercase) | set_of(CharacterClass::titlecase);         // \p{Lu}\p{Lt}
constexpr uint32_t lower = set_of(CharacterClass::lowercase);                                             // \p{Ll}
constexpr uint32_t letter = upper | lower | caseless;                                                     // \p{L}
constexpr uint32_t any = 0xFFFF;
constexpr uint32_t rest = any & ~(white | letter | number);  // [^\s\p{L}\p{N}]

using Bytes = const uint8_t*;

// Where the text ends, as far as it is known. Whoever asks whether a byte is there leaves a mark if it is not: an answer that was found
// without that mark is the same whatever follows.
class End {
 public:
  End(Bytes end, bool& is_asked_for) : end_(end), is_asked_for_(is_asked_for) {}

  // Whether the text goes on at `at`, which is not beyond the end.
  bool has(Bytes at) const {
    if (at < end_) return true;
    is_asked_for_ = true;
    return false;
  }
  // at < end. The text has whole characters.
  Character character(Bytes at) const { return read_character(at, end_); }

 private:
  const Bytes end_;
  bool& is_asked_for_;
};

struct Next {
  uint32_t set;  // the class of the character, as a set; 0 at the end
  Bytes end;     // behind it
};

// What a pattern sees of the next character.
using ReadNext = Next(Bytes at, const End& end);

inline Next read_class(Bytes at, const End& end) {
  if (!end.has(at)) return {0, at};
  const Character character = end.character(at);
  return {set_of(class_of(character.code_point)), at + character.size};
}

// [set]*
template <ReadNext read = read_class>
inline Bytes skip(Bytes at, const End& end, uint32_t set) {
  for (Next next = read(at, end); next.set & set; next = read(at, end)) at = next.end;
  return at;
}

// [set]{0,limit}
template <ReadNext read = read_class>
inline Bytes skip_at_most(Bytes at, const End& end, uint32_t set, int limit) {
  for (; limit > 0; limit--) {
    const Next next = read(at, end);
    if (!(next.set & set)) break;
    at = next.end;
  }
  return at;
}

// A contraction at the apostrophe, or nullptr. U+017F, the long s, folds to s; no other character folds to one of these letters.
inline Bytes skip_contraction(Bytes at, const End& end, bool ignores_case) {
  const auto letter_at = [&](int i) { return end.has(at + i) ? char(ignores_case && at[i] < 0x80 ? at[i] | 0x20 : at[i]) : '\0'; };
  const char first = letter_at(1);
  if (first == 's' || first == 'd' || first == 'm' || first == 't') return at + 2;
  if (first == 'l' || first == 'v' || first == 'r') return letter_at(2) == (first == 'l' ? 'l' : 'e') ? at + 3 : nullptr;
  if (ignores_case && first == '\xC5' && letter_at(2) == '\xBF') return at + 3;
  return nullptr;
}

// A run of white space, by what the patterns say of it.
struct WhiteRun {
  Bytes end;                     // of the run
  Bytes last;                    // where its last character begins
  Bytes after_newline = nullptr;  // behind its last newline
};

inline WhiteRun read_white(Bytes at, const End& end) {
  WhiteRun run = {at, at};
  for (Next next = read_class(at, end); next.set & white; next = read_class(run.end, end)) {
    run.last = run.end;
    run.end = next.end;
    if (next.set & newline) run.after_newline = next.end;
  }
  return run;
}

// \s+(?!\S)|\s for a run that something follows: all but the last character, which may belong to what follows.
inline Bytes all_but_last(Bytes at, const WhiteRun& run) { return run.last > at ? run.last : run.end; }

// \s*[\r\n]+|\s+(?!\S)|\s+
template <ReadNext read = read_class>
Bytes skip_white(Bytes at, const End& end) {
  const WhiteRun run = read_white(at, end);
  if (run.after_newline) return run.after_newline;
  return read(run.end, end).set ? all_but_last(at, run) : run.end;
}

template <ReadNext read>
Bytes next_r50k(Bytes at, const End& end) {
  if (*at == '\'') {
    if (Bytes contraction = skip_contraction(at, end, false)) return contraction;
  }
  const Bytes body = *at == ' ' ? at + 1 : at;
  for (const uint32_t set : {letter, number, rest}) {
    if (read(body, end).set & set) return skip<read>(body, end, set);
  }
  const WhiteRun run = read_white(at, end);
  return read(run.end, end).set ? all_but_last(at, run) : run.end;
}

// A number of Unicode 17.0 is cut out before, and thus the end of the text for what is before it.
Next read_between_numbers(Bytes at, const End& end) {
  const Next next = read_class(at, end);
  return next.set & (number | set_of(CharacterClass::new_number)) ? Next{0, at} : next;
}

Bytes next_starcoder(Bytes at, const End& end) {
  const bool is_number = read_between_numbers(at, end).set == 0;
  return is_number ? read_class(at, end).end : next_r50k<read_between_numbers>(at, end);
}

// letters: \p{L} or [\p{L}\p{M}]. numbers: as many make one pretoken. White space that ends the text is one pretoken, newlines or not, if
// keeps_white_end.
template <uint32_t letters, int numbers, bool keeps_white_end>
Bytes next_cl100k(Bytes at, const End& end) {
  if (*at == '\'') {
    if (Bytes contraction = skip_contraction(at, end, true)) return contraction;
  }
  const Next first = read_class(at, end);
  if (first.set & letters) return skip(first.end, end, letters);
  if (!(first.set & (newline | number)) && read_class(first.end, end).set & letters) return skip(first.end, end, letters);
  if (first.set & number) return skip_at_most(first.end, end, number, numbers - 1);
  const Bytes body = *at == ' ' ? first.end : at;
  constexpr uint32_t others = any & ~(white | letters | number);
  if (read_class(body, end).set & others) return skip(skip(body, end, others), end, newline);
  return keeps_white_end && !end.has(read_white(at, end).end) ? read_white(at, end).end : skip_white(at, end);
}

// [UP]*[LO]+ of o200k, or nullptr, where UP = Lu Lt Lm Lo M and LO = Ll Lm Lo M. Without a lowercase letter behind the run of UP, the
// run gives back characters until one of them is in LO.
template <ReadNext read>
Bytes skip_mixed_word(Bytes at, const End& end) {
  Bytes after_caseless = nullptr;
  for (;;) {
    const Next next = read(at, end);
    if (next.set & lower) return skip<read>(next.end, end, lower | caseless | mark);
    if (!(next.set & (upper | caseless | mark))) return after_caseless;
    at = next.end;
    if (next.set & (caseless | mark)) after_caseless = at;
  }
}

// [UP]+[LO]*, or nullptr.
template <ReadNext read>
Bytes skip_upper_word(Bytes at, const End& end) {
  const Bytes after_upper = skip<read>(at, end, upper | caseless | mark);
  return after_upper == at ? nullptr : skip<read>(after_upper, end, lower | caseless | mark);
}

// A word of o200k with what leads it, [^\r\n\p{L}\p{N}]?, and the contraction behind it if contracts; or nullptr.
template <ReadNext read, bool contracts>
Bytes skip_word(Bytes at, const End& end) {
  const Next first = read_class(at, end);
  const bool may_lead = !(first.set & (newline | letter | number));
  Bytes word = nullptr;
  for (const auto skip_alternative : {skip_mixed_word<read>, skip_upper_word<read>}) {
    if (!word && may_lead) word = skip_alternative(first.end, end);
    if (!word) word = skip_alternative(at, end);
  }
  const Bytes contraction = contracts && word && end.has(word) && *word == '\'' ? skip_contraction(word, end, true) : nullptr;
  return contraction ? contraction : word;
}

//  ?[^\s\p{L}\p{N}]+ and then newlines and, if asked for, slashes; or nullptr.
template <bool absorbs_slashes>
Bytes skip_rest(Bytes at, const End& end) {
  const Bytes body = *at == ' ' ? at + 1 : at;
  Bytes tail = skip(body, end, rest);
  if (tail == body) return nullptr;
  while (end.has(tail) && (*tail == '\r' || *tail == '\n' || (absorbs_slashes && *tail == '/'))) tail++;
  return tail;
}

template <int numbers, bool contracts>
Bytes next_o200k(Bytes at, const End& end) {
  if (Bytes word = skip_word<read_class, contracts>(at, end)) return word;
  if (Bytes group = skip_at_most(at, end, number, numbers); group > at) return group;
  if (Bytes run = skip_rest<true>(at, end)) return run;
  return skip_white(at, end);
}

// Characters of Han are of no class.
Next read_class_unless_han(Bytes at, const End& end) {
  if (end.has(at) && is_han(end.character(at).code_point)) return {0, at};
  return read_class(at, end);
}

// As o200k, but Han has runs of its own and is in no word; slashes are not absorbed.
Bytes next_kimi(Bytes at, const End& end) {
  Bytes han = at;
  while (end.has(han)) {
    const Character character = end.character(han);
    if (!is_han(character.code_point)) break;
    han += character.size;
  }
  if (han > at) return han;
  if (Bytes word = skip_word<read_class_unless_han, true>(at, end)) return word;
  if (Bytes group = skip_at_most(at, end, number, 3); group > at) return group;
  if (Bytes run = skip_rest<false>(at, end)) return run;
  return skip_white(at, end);
}

constexpr uint32_t symbol = set_of(CharacterClass::punctuation) | set_of(CharacterClass::symbol);  // [\p{P}\p{S}]

bool is_ascii_letter(uint8_t byte) { return uint8_t((byte | 0x20) - 'a') < 26; }
bool is_kana_or_ideograph(Bytes at, const End& end) { return class_byte(end.character(at).code_point) & kana_or_ideograph_flag; }

// The first two splits of deepseek3 cut out numbers, and kana and ideographs. Beyond a piece is the end of the text for the third.
template <bool is_in_cjk>
Next read_in_piece(Bytes at, const End& end) {
  const Next next = read_class(at, end);
  if (next.set & number || (next.set && is_kana_or_ideograph(at, end) != is_in_cjk)) return {0, at};
  return next;
}

// The third split.
template <ReadNext read>
Bytes next_in_piece(Bytes at, const End& end) {
  const Next first = read(at, end);
  if (*at < 0x80 && first.set & symbol && end.has(at + 1) && is_ascii_letter(at[1])) {
    for (at++; end.has(at) && is_ascii_letter(*at);) at++;
    return at;
  }
  const auto skip_letters = [&](Bytes from) { return skip<read>(from, end, letter | mark); };
  if (!(first.set & (newline | letter | symbol))) {
    if (Bytes word = skip_letters(first.end); word > first.end) return word;
  }
  if (first.set & (letter | mark)) return skip_letters(at);
  const Bytes body = *at == ' ' ? at + 1 : at;
  if (Bytes tail = skip<read>(body, end, symbol); tail > body) return skip<read>(tail, end, newline);
  if (first.set & white) return skip_white<read>(at, end);

  // Nothing matches here; the last one of these characters leads the letters behind it.
  constexpr uint32_t other = any & ~(letter | mark | number | symbol | white);
  Bytes last = at;
  for (Next next = first; next.set & other; next = read(at, end)) {
    last = at;
    at = next.end;
  }
  return skip_letters(at) > at ? last : at;
}

Bytes next_deepseek3(Bytes at, const End& end) {
  if (Bytes group = skip_at_most(at, end, number, 3); group > at) return group;
  return is_kana_or_ideograph(at, end) ? next_in_piece<read_in_piece<true>>(at, end) : next_in_piece<read_in_piece<false>>(at, end);
}

// One pretoken of a text that ends at `end`, and of one that may go on there.
using Scan = Bytes(Bytes at, const End& end);

template <Scan scan>
Bytes scan_whole(Bytes at, Bytes end) {
  bool is_asked_for = false;
  return scan(at, End(end, is_asked_for));
}

template <Scan scan>
Bytes scan_open(Bytes at, Bytes end) {
  bool is_asked_for = false;
  const Bytes found = scan(at, End(end, is_asked_for));
  return is_asked_for ? nullptr : found;
}

struct Scanner {
  NextPretoken whole, open;
};

template <Scan scan>
constexpr Scanner make_scanner() {
  return {scan_whole<scan>, scan_open<scan>};
}

// [Pattern]
constexpr std::array<Scanner, pattern_count> scanners = {
    make_scanner<next_r50k<read_class>>(),
    make_scanner<next_cl100k<letter, 3, true>>(),
    make_scanner<next_o200k<3, true>>(),
    make_scanner<next_cl100k<letter, 3, false>>(),
    make_scanner<next_cl100k<letter, 1, false>>(),
    make_scanner<next_cl100k<letter | mark, 1, false>>(),
    make_scanner<next_o200k<1, false>>(),
    make_scanner<next_kimi>(),
    make_scanner<next_deepseek3>(),
    make_scanner<next_starcoder>(),
};

}  // namespace

NextPretoken scalar_scanner(Pattern pattern) { return scanners[size_t(pattern)].whole; }

NextPretoken open_scanner(Pattern pattern) { return scanners[size_t(pattern)].open; }

}  // namespace bpe
