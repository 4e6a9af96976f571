// A recursive descent, one function for each construct; it writes while it reads. What needs no change is written as it is.
#include "pattern_rewrite.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <utility>

#include "failure.hpp"
#include "pattern_class.hpp"
#include "pattern_cursor.hpp"
#include "pattern_property.hpp"

namespace bpe {
namespace {

// Of groups, and of classes: fancy-regex takes no more groups, and it bounds the recursion here.
constexpr int nesting_limit = 63;

// How many characters a construct matches; numbers stay at `unbounded` once they are there.
constexpr uint64_t unbounded = UINT32_MAX;

struct Width {
  uint64_t min = 0;
  uint64_t max = 0;

  bool is_constant() const { return min == max && max != unbounded; }
  Width operator+(Width other) const { return {std::min(min + other.min, unbounded), std::min(max + other.max, unbounded)}; }
};

struct Alternatives {
  Width width;
  bool is_each_constant = true;
};

class Rewriter : PatternCursor {
 public:
  Rewriter(std::string_view pattern, PatternDialect dialect) : PatternCursor(pattern), is_onig_(dialect == PatternDialect::oniguruma) {}

  RewrittenPattern rewrite() {
    check_encoding();
    alternatives(0);
    if (!is_at_end()) bad(at_, "this parenthesis closes no group");
    // PCRE2 10.46 does not compile (?[...]) beside a look-behind.
    if (has_lookbehind_ && !out_.is_exact_with_jit) {
      unsupported(expression_at_, "a class with operators, or with a negated class or property inside, beside look-behind, \\b or (?m)^");
    }
    return std::move(out_);
  }

 private:
  // ---- Writing

  void write(size_t original, std::string_view text) {
    out_.origins.push_back({out_.text.size(), original});
    out_.text += text;
  }

  // No pattern in tiktoken; Oniguruma makes something of it.
  [[noreturn]] void no_meaning(size_t at, const char* what) const {
    if (is_onig_) unsupported(at, what);
    bad(at, what);
  }

  // ---- Alternatives, sequences, atoms

  Alternatives alternatives(int depth) {
    Alternatives all;
    all.width = sequence(depth);
    all.is_each_constant = all.width.is_constant();
    while (is_at("|")) {
      write(at_++, "|");
      folded_ = 0;
      const Width width = sequence(depth);
      all.is_each_constant = all.is_each_constant && width.is_constant();
      all.width = {std::min(all.width.min, width.min), std::max(all.width.max, width.max)};
    }
    return all;
  }

  Width sequence(int depth) {
    Width total;
    while (!is_at_end() && peek() != '|' && peek() != ')') total = total + quantified(depth);
    return total;
  }

  Width quantified(int depth) {
    is_assertion_ = false;
    const size_t atom_at = at_, written_at = out_.text.size(), origins_at = out_.origins.size();
    const Width width = atom(depth);
    const bool is_assertion = is_assertion_;
    const size_t begin = at_;
    uint64_t least = 0, most = 0;
    if (!read_quantifier(least, most)) return width;
    const bool is_repeated_brace = is_onig_ && pattern_[begin] == '{' && peek() == '+';
    if (is_repeated_brace) {
      // There `x{1,2}+` is `(?:x{1,2})+`.
      if (width.min == 0 || least == 0) unsupported(begin, "what may match nothing cannot be repeated: repeat a character or more");
      for (size_t i = origins_at; i < out_.origins.size(); i++) out_.origins[i].rewritten += 3;
      out_.origins.insert(out_.origins.begin() + ptrdiff_t(origins_at), {written_at, atom_at});
      out_.text.insert(written_at, "(?:");
      write(at_, ")");
      most = unbounded;
    }
    if (is_onig_ && pattern_[begin] == '{' && peek() == '?' && least == most) {
      unsupported(begin, "{n}? is not lazy but optional there: write (?:...{n})? for that");
    }
    if (is_assertion) unsupported(begin, "an assertion cannot be repeated");
    // Engines disagree on when a repetition that matched nothing ends.
    const bool may_be_empty = width.min == 0 && (most > 1 || width.max == 0);
    if (may_be_empty) unsupported(begin, "what may match nothing cannot be repeated: repeat a character or more");
    if (peek() == '?' || peek() == '+') out_.text += pattern_[at_++];
    if (peek() == '+' || peek() == '*' || peek() == '?') {
      unsupported(at_, "a quantifier after a quantifier: put the first into a group (?:...)");
    }
    return {std::min(width.min * least, unbounded), most == unbounded && width.max ? unbounded : std::min(width.max * most, unbounded)};
  }

  // Reads `* + ? {n} {n,} {,m} {n,m}` and writes it; false: there is none.
  bool read_quantifier(uint64_t& least, uint64_t& most) {
    const size_t begin = at_;
    if (accept("*")) {
      least = 0, most = unbounded;
    } else if (accept("+")) {
      least = 1, most = unbounded;
    } else if (accept("?")) {
      least = 0, most = 1;
    } else if (accept("{")) {
      const bool has_least = read_number(least);
      const bool has_comma = accept(",");
      const bool has_most = has_comma && read_number(most);
      if (!(has_least || has_most) || !accept("}")) unsupported(begin, "a brace that is no quantifier: write \\{ for the character");
      if (!has_most) most = has_comma ? unbounded : least;
      if (most < least) no_meaning(begin, "the larger number of a quantifier comes second");
      char text[32];
      std::snprintf(text, sizeof text, most == unbounded ? "{%u,}" : "{%u,%u}", unsigned(least), unsigned(most));
      write(begin, text);
      return true;
    } else {
      return false;
    }
    write(begin, pattern_.substr(begin, 1));
    return true;
  }

  Width atom(int depth) {
    const size_t begin = at_;
    switch (peek()) {
      case '(': return group(depth);
      case '[': return characters(begin, read_class(0));
      case '\\': return escape();
      case '.': ++at_; write(begin, is_dot_all_ ? "." : "[^\\x{a}]"); return {1, 1};
      case '^':
        ++at_;
        has_lookbehind_ = has_lookbehind_ || is_multi_line_ || is_onig_;
        // There no line begins at the end of a text.
        if (is_onig_) return assertion(begin, "(?:(?<![^\\x{a}])(?!\\z)|\\A)");
        return assertion(begin, is_multi_line_ ? "(?<![^\\x{a}])" : "\\A");
      case '$': ++at_; return assertion(begin, is_multi_line_ || is_onig_ ? "(?![^\\x{a}])" : "\\z");
      case '*': case '+': case '?': bad(begin, "there is nothing here to repeat");
      case '{': unsupported(begin, "a brace that is no quantifier: write \\{ for the character");
      default: return literal(begin, read_code_point());
    }
  }

  Width assertion(size_t begin, std::string_view text) {
    write(begin, text);
    is_assertion_ = true;
    return {0, 0};
  }

  Width characters(size_t begin, const ClassSet& set) {
    if (is_onig_ && is_caseless_) check_folding(begin, set);
    folded_ = 0;
    const std::string text = set.whole();
    if (text.starts_with("(?[")) {
      out_.is_exact_with_jit = false;
      expression_at_ = begin;
    }
    write(begin, text);
    return {1, 1};
  }

  Width literal(size_t begin, uint32_t code_point) {
    if (is_onig_ && is_caseless_) check_folding(begin, code_point);
    write(begin, spelled(code_point));
    return {1, 1};
  }

  // ---- The flag i as Oniguruma has it: a character may also be a variant of two, as U+FB06 of `st`

  void check_folding(size_t begin, uint32_t code_point) {
    constexpr std::string_view of_two[] = {"ss", "st", "ff", "fi", "fl"};
    const bool is_punctuation = code_point >= 0x2010 && code_point <= 0x2027;
    if (code_point >= 0x80 && !is_punctuation) unsupported(begin, "this character under the flag i: put it outside of (?i:...)");
    const char pair[] = {char(folded_), char(code_point | 0x20)};
    folded_ = is_ascii_letter(code_point) ? code_point | 0x20 : 0;
    if (folded_ && std::find(std::begin(of_two), std::end(of_two), std::string_view(pair, 2)) != std::end(of_two)) {
      unsupported(begin, "these two letters under the flag i, where one character may stand for both: put them outside of (?i:...)");
    }
  }

  void check_folding(size_t begin, const ClassSet& set) {
    bool has_letters = !set.is_list();
    for (const Range range : set.ranges) {
      const bool is_punctuation = range.first >= 0x2010 && range.last <= 0x2027;
      bool is_known = range.last < 0x80 || is_punctuation;
      for (uint32_t c = range.first; is_known && c <= range.last; c++) is_known = !set.is_negated || !is_ascii_letter(c);
      has_letters = has_letters || !(is_known || is_whitespace(range));
    }
    if (has_letters) unsupported(begin, "this class under the flag i: put it outside of (?i:...)");
  }

  static bool is_whitespace(Range range) {
    return std::any_of(std::begin(whitespace), std::end(whitespace), [&](Range w) { return w.first <= range.first && range.last <= w.last; });
  }

  // ---- Groups

  Width group(int depth) {
    const size_t begin = at_;
    if (depth == nesting_limit) unsupported(begin, "groups are nested too deep");
    ++at_;
    struct Opening { const char* text; const char* rewritten; bool is_assertion; bool is_lookbehind; };
    static constexpr Opening openings[] = {
        {"?:", "(?:", false, false},  {"?>", "(?>", false, false},  {"?=", "(?=", true, false},
        {"?!", "(?!", true, false},   {"?<=", "(?<=", true, true},  {"?<!", "(?<!", true, true},
    };
    for (const Opening& opening : openings) {
      if (!accept(opening.text)) continue;
      write(begin, opening.rewritten);
      has_lookbehind_ = has_lookbehind_ || opening.is_lookbehind;
      if (is_onig_ && opening.is_assertion && lookbehinds_ > 0) unsupported(begin, "look-around inside of look-behind");
      lookbehinds_ += opening.is_lookbehind;
      const Alternatives inside = rest_of_group(begin, depth);
      lookbehinds_ -= opening.is_lookbehind;
      if (opening.is_lookbehind && !inside.is_each_constant) {
        unsupported(begin, "look-behind whose length is not fixed: let each alternative match a fixed number of characters");
      }
      is_assertion_ = opening.is_assertion;
      return opening.is_assertion ? Width{} : inside.width;
    }
    if (peek() == '*') unsupported(begin, "backtracking verbs such as (*FAIL) are not supported");
    if (peek() != '?') {
      write(begin, "(?:");  // nothing refers to what a group captured
      return rest_of_group(begin, depth).width;
    }
    ++at_;
    return flags(begin, depth);
  }

  Alternatives rest_of_group(size_t begin, int depth) {
    const Alternatives inside = alternatives(depth + 1);
    if (is_at_end()) bad(begin, "this parenthesis is never closed");
    write(at_++, ")");
    is_assertion_ = false;
    return inside;
  }

  // `(?i)`, `(?i-s:...)`: the flags i, m and s. Only i is left to PCRE2.
  Width flags(size_t begin, int depth) {
    if (peek() == '#') unsupported(begin, "comments are not supported: leave them out");
    if (peek() == '<' || peek() == '\'' || is_at("P<")) unsupported(begin, "named groups are not supported: write (?:...)");
    if (peek() == '(' || peek() == '~' || peek() == 'P') unsupported(begin, "this kind of group is not supported");
    const bool was_caseless = is_caseless_, was_dot_all = is_dot_all_, was_multi_line = is_multi_line_;
    bool is_on = true, has_flag = false, names_case = false;
    for (;; ++at_) {
      switch (peek()) {
        case 'i': is_caseless_ = is_on; has_flag = names_case = out_.needs_unicode = true; continue;
        case 's': case 'm':
          if (is_onig_) unsupported(at_, "of the flags only i is supported");
          (peek() == 's' ? is_dot_all_ : is_multi_line_) = is_on;
          has_flag = true;
          continue;
        case 'x': case 'U': case 'R': case 'u': unsupported(at_, "of the flags only i, m and s are supported");
        case '-':
          if (!is_on) bad(at_, "a second minus among the flags");
          is_on = false;
          continue;
        case ':': case ')': break;
        default: bad(at_, is_at_end() ? "this group is never closed" : "this is no flag of a group");
      }
      break;
    }
    if (!has_flag) bad(begin, "this group has no flags");
    const std::string_view case_flag = !names_case ? "" : is_caseless_ ? "i" : "-i";
    if (peek() == ')') {
      // fancy-regex lets them run on beyond the end of some groups, Oniguruma to the end of the alternatives.
      if (is_onig_) unsupported(begin, "flags without a group of their own: write (?i:...)");
      if (depth > 0) unsupported(begin, "flags without a group of their own inside a group: write (?i:...)");
      ++at_;
      if (names_case) write(begin, joined({"(?", case_flag, ")"}));
      is_assertion_ = true;
      return {};
    }
    ++at_;
    write(begin, joined({"(?", case_flag, ":"}));
    const Width width = rest_of_group(begin, depth).width;
    is_caseless_ = was_caseless, is_dot_all_ = was_dot_all, is_multi_line_ = was_multi_line;
    return width;
  }

  // ---- Escapes

  Width escape() {
    const size_t begin = at_;
    switch (peek(1)) {
      case 'A': at_ += 2; return assertion(begin, "\\A");
      case 'z':
        if (is_onig_ && lookbehinds_ > 0) unsupported(begin, "\\z inside of look-behind");
        at_ += 2;
        return assertion(begin, "\\z");
      case 'b': case 'B':
        if (is_onig_) unsupported(begin, "\\b and \\B are not supported");
        return word_boundary();
      case '<': case '>': unsupported(begin, "\\< and \\> are word boundaries here: write \\b, or the character without backslash");
      case 'Z': unsupported(begin, "\\Z is not supported: write \\z for the end of the text");
      case 'G': case 'K': unsupported(begin, "\\G and \\K are not supported");
      case 'R': unsupported(begin, "\\R is not supported: write (?:\\r\\n|[\\n\\x0b\\f\\r\\x{85}\\x{2028}\\x{2029}])");
      case 'N': unsupported(begin, "\\N is not supported: write [^\\n]");
      case 'O': unsupported(begin, "\\O is not supported: write (?s:.)");
      default: break;
    }
    ClassSet set;
    uint32_t code_point;
    if (read_escape(set, code_point)) return literal(begin, code_point);
    return characters(begin, set);
  }

  Width word_boundary() {
    const size_t begin = at_;
    const bool is_boundary = peek(1) == 'b';
    at_ += 2;
    if (peek() == '{') unsupported(begin, "\\b{...} is not supported");
    out_.needs_unicode = has_lookbehind_ = true;
    const char* before_word = is_boundary ? "])(?![" : "])(?=[";
    const char* before_other = is_boundary ? "])(?=[" : "])(?![";
    return assertion(begin, joined({"(?:(?<=[", word, before_word, word, "])|(?<![", word, before_other, word, "]))"}));
  }

  // An escape that stands for characters, inside a class or not. True: for the one in `code_point`; else for those in `set`.
  bool read_escape(ClassSet& set, uint32_t& code_point) {
    const size_t begin = at_++;
    if (is_at_end()) bad(begin, "a backslash at the end");
    const uint32_t c = read_code_point();
    switch (c) {
      case 'a': code_point = 0x07; return true;
      case 'e': code_point = 0x1B; return true;
      case 'f': code_point = 0x0C; return true;
      case 'n': code_point = 0x0A; return true;
      case 'r': code_point = 0x0D; return true;
      case 't': code_point = 0x09; return true;
      case 'v': code_point = 0x0B; return true;
      case 'x': code_point = read_hexadecimal(begin, 2); return true;
      case 'u': code_point = read_hexadecimal(begin, 4); return true;
      case 'U':
        if (is_onig_) unsupported(begin, "\\U is not supported: write \\x{...}");
        code_point = read_hexadecimal(begin, 8);
        return true;
      case 's': case 'S': set.ranges.assign(std::begin(whitespace), std::end(whitespace)); set.is_negated = c == 'S'; return false;
      case 'd': case 'D':
        set.properties = c == 'd' ? "\\p{Nd}" : "\\P{Nd}";
        out_.needs_unicode = true;
        return false;
      case 'w': case 'W':
        if (is_onig_) unsupported(begin, "\\w and \\W are not supported: write the properties, as [\\p{L}\\p{N}_]");
        set.properties = word;
        set.is_negated = c == 'W';
        out_.needs_unicode = true;
        return false;
      case 'p': case 'P': set.properties = read_property(begin, c == 'P'); return false;
      case 'h': case 'H': unsupported(begin, "\\h and \\H are not supported: write [0-9A-Fa-f] or [^0-9A-Fa-f]");
      case 'k': case 'g': unsupported(begin, "references to groups are not supported");
      case 'X': case 'C': unsupported(begin, "\\X and \\C are not supported");
      default: break;
    }
    if (is_digit(c)) unsupported(begin, "references to groups are not supported (for a character by its number write \\x{...})");
    if (is_ascii_letter(c) && is_onig_) unsupported(begin, "this letter after a backslash is not supported");
    if (is_ascii_letter(c)) bad(begin, "this letter means nothing after a backslash");
    // fancy-regex takes the flag i from such a character.
    if (c >= 0x80) unsupported(begin, "a backslash before a character that needs none: leave it out");
    code_point = c;
    return true;
  }

  // At what follows \p or \P.
  std::string read_property(size_t begin, bool is_negated) {
    std::string_view name;
    if (accept("{")) {
      const size_t end = pattern_.find('}', at_);
      if (end == std::string_view::npos) bad(begin, "the brace of this property is never closed");
      if (accept("^")) is_negated = !is_negated;
      name = pattern_.substr(at_, end - at_);
      at_ = end + 1;
    } else {
      if (is_onig_) unsupported(begin, "a property without braces: write \\p{L}");
      if (is_at_end()) bad(begin, "this needs the name of a property");
      name = pattern_.substr(at_, 1);
      if (!is_ascii_letter(uint8_t(peek()))) bad(begin, "this needs the name of a property");
      ++at_;
    }
    const Property property = find_property(name);
    if (property.pcre2_name.empty() || (is_onig_ && property.is_named_otherwise)) {
      throw Failure(TOKEN_RANKER_UNSUPPORTED_PATTERN, begin,
                    "pattern, byte %zu: the property \"%.*s\" is not supported: general categories and scripts are", begin,
                    int(shown_size(name, 40)), name.data());
    }
    if (is_caseless_ && !property.is_closed_under_folding) {
      unsupported(begin, "this property under the flag i: put it outside of (?i:...)");
    }
    out_.needs_unicode = true;
    return joined({is_negated ? "\\P{" : "\\p{", property.pcre2_name, "}"});
  }

  // ---- Classes

  // At `[`. Operators have one precedence and group from the left; what stands side by side binds tighter.
  ClassSet read_class(int depth) {
    const size_t begin = at_++;
    if (depth == nesting_limit) unsupported(begin, "classes are nested too deep");
    const bool is_negated = accept("^");
    // Oniguruma 6.9.10 takes what is left of all characters for none, where a negation is inside of another.
    if (is_onig_ && is_negated && negated_classes_ > 0) unsupported(begin, "a negated class inside of a negated class");
    negated_classes_ += is_negated;
    ClassSet set = read_union(begin, depth, true);
    while (!accept("]")) {
      const size_t operator_begin = at_;
      const char* symbol = accept("&&") ? "&" : accept("--") ? "-" : (at_ += 2, "^");  // ~~
      const ClassSet right = read_union(operator_begin, depth, false);
      set = expression(joined({set.operand(), symbol, right.operand()}));
    }
    set.is_negated = set.is_negated != is_negated;
    negated_classes_ -= is_negated;
    return set;
  }

  bool is_at_operator() const { return is_at("&&") || is_at("--") || is_at("~~"); }

  // Up to `]` or an operator.
  ClassSet read_union(size_t begin, int depth, bool is_first) {
    std::vector<ClassSet> sets;
    if (is_onig_ && is_first && (is_at("]") || is_at("--"))) unsupported(at_, "] or -- at the beginning of a class: write a backslash before each");
    // Any number of `-`, and `]` if nothing else was there, are themselves at the beginning.
    for (; is_first && peek() == '-'; ++at_) sets.push_back(single('-'));
    if (is_first && sets.empty() && accept("]")) sets.push_back(single(']'));
    while (!is_at("]") && !is_at_operator()) {
      if (is_at_end()) bad(begin, "this class is never closed");
      sets.push_back(peek() == '[' ? read_nested(depth) : read_item());
    }
    if (is_onig_ && (is_at("--") || is_at("~~"))) unsupported(at_, "-- and ~~ in a class: write a backslash before each");
    if (sets.empty()) unsupported(at_, "an operator of classes without one of its operands");
    return sets.size() == 1 ? sets[0] : union_of(sets);
  }

  ClassSet union_of(const std::vector<ClassSet>& sets) const {
    ClassSet list;
    std::string others;
    for (const ClassSet& set : sets) {
      // Under the flag i, the characters outside of a set have their case variants only in PCRE2.
      const bool is_flat = set.is_list() && (!set.is_negated || (set.properties.empty() && !is_caseless_));
      if (is_flat) {
        const std::vector<Range> ranges = set.is_negated ? complement(set.ranges) : set.ranges;
        list.ranges.insert(list.ranges.end(), ranges.begin(), ranges.end());
        list.properties += set.properties;
      } else {
        others += joined({others.empty() ? "" : "+", set.operand()});
      }
    }
    if (others.empty()) return list;
    const bool has_list = !list.ranges.empty() || !list.properties.empty();
    return expression(has_list ? joined({others, "+", list.operand()}) : others);
  }

  static ClassSet single(uint32_t code_point) { return {{{code_point, code_point}}, {}, {}, false}; }
  static ClassSet expression(std::string text) { return {{}, {}, std::move(text), false}; }

  ClassSet read_nested(int depth) {
    if (peek(1) == ':') unsupported(at_, "POSIX classes such as [:alpha:] are not supported: write the characters or a \\p{...}");
    return read_class(depth + 1);
  }

  // A character, a range, or an escape for several characters.
  ClassSet read_item() {
    const size_t begin = at_;
    ClassSet set;
    uint32_t first;
    const bool is_character = read_class_character(set, first);
    const bool is_range = peek() == '-' && peek(1) != ']' && peek(1) != '-';
    if (!is_range) {
      if (!is_character) return set;
      return range(begin, first, first);
    }
    ++at_;
    uint32_t last;
    if (is_at_end()) bad(begin, "this class is never closed");
    if (peek() == '[') unsupported(at_, "a class as the end of a range: write \\[ for the character");
    if (is_onig_ && is_at("&&")) unsupported(at_ - 1, "- before &&: write a backslash before it");
    if (!is_character || !read_class_character(set, last)) no_meaning(begin, "a range goes from one character to another");
    if (last < first) no_meaning(begin, "the ends of this range are the wrong way round");
    return range(begin, first, last);
  }

  ClassSet range(size_t begin, uint32_t first, uint32_t last) const {
    // PCRE2 adds the case variants itself and packs the result; U+0100 and U+0101 are variants of each other.
    if (is_caseless_ && first <= 0x101 && last >= 0x100) unsupported(begin, "this range under the flag i: put it outside of (?i:...)");
    return {{{first, last}}, {}, {}, false};
  }

  // As read_escape, for any character.
  bool read_class_character(ClassSet& set, uint32_t& code_point) {
    if (peek() != '\\') {
      code_point = read_code_point();
      return true;
    }
    switch (peek(1)) {
      case 'b': at_ += 2; code_point = 0x08; return true;
      case 'A': case 'z': case 'Z': case 'B': case 'G': case 'K': case 'R': case 'N': case 'O':
        unsupported(at_, "this escape has no meaning in a class");
      default: return read_escape(set, code_point);
    }
  }

  const bool is_onig_;
  RewrittenPattern out_;
  uint32_t folded_ = 0;  // the letter before, in lower case, that the flag i may take together with the next one
  bool is_caseless_ = false;
  bool is_dot_all_ = false;
  bool is_multi_line_ = false;
  bool has_lookbehind_ = false;
  int lookbehinds_ = 0;      // that are open here
  int negated_classes_ = 0;  // that are open here
  size_t expression_at_ = 0;
  bool is_assertion_ = false;  // what atom() read last takes no quantifier
};

}  // namespace

size_t RewrittenPattern::origin(size_t offset) const {
  const auto after = std::upper_bound(origins.begin(), origins.end(), offset,
                                      [](size_t value, const Origin& origin) { return value < origin.rewritten; });
  return after == origins.begin() ? 0 : std::prev(after)->original;
}

RewrittenPattern rewrite_pattern(std::string_view pattern, PatternDialect dialect) { return Rewriter(pattern, dialect).rewrite(); }

}  // namespace bpe
