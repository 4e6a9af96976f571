// The only file that includes pcre2.h.
//
// A match is tried by the JIT's code first, whose stack is small; where that ends, the match is repeated by the interpreter, which takes
// more memory. Both stop after a number of steps, so that a pattern which backtracks without end is an error and not a hang:
//
//   each search has few steps from each place where a match may begin; nearly all are found with them
//   else place by place: one that takes more has four times as many, again and again, and what it takes is drawn from what the whole call
//   may take
#include "pattern_pcre2.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "failure.hpp"
#include "pattern_rewrite.hpp"
#include "unicode/utf8.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace bpe {
namespace {

constexpr size_t jit_stack_start = size_t{32} << 10;
constexpr size_t jit_stack_capacity = size_t{1} << 20;
// Backtracking steps of one search from one position, tens of nanoseconds each. Giving back a long run character by character is
// within it.
constexpr uint64_t match_limit = 10'000'000;
constexpr uint64_t match_limit_per_byte = 16;
// Of all searches of one call together, beyond the first few steps that each place has.
constexpr uint64_t call_limit = 100'000'000;
constexpr uint64_t call_limit_per_byte = 64;
constexpr uint32_t limit_growth = 4;
constexpr uint32_t heap_limit_kib = 64 << 10;
// What the interpreter's frames and the repaired text may each keep between texts.
constexpr size_t retained_capacity = size_t{1} << 20;
static_assert(jit_stack_capacity + 2 * retained_capacity <= Pcre2Matcher::idle_capacity);

// Stands for a byte that is no UTF-8: U+DFFFF, a noncharacter in a plane without characters. It has no property but Cn, and no range
// that a pattern would name holds it.
constexpr char bad_byte_stand_in[] = "\xF3\x9F\xBF\xBF";
constexpr size_t stand_in_size = sizeof bad_byte_stand_in - 1;

// Without two optimisations that PCRE2 10.46 gets wrong: it takes some properties for disjoint that are not (`1\P{Lt}{3,4}?\P{Nd}` matches
// greedily), and its JIT code skips possible beginnings (of `\x{e9}?\x{301}[\^+-/]{0,2}?`).
constexpr uint32_t compile_options = PCRE2_UTF | PCRE2_DOTALL | PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_POSSESS | PCRE2_NO_START_OPTIMIZE |
                                     PCRE2_USE_OFFSET_LIMIT;

struct ErrorText {
  explicit ErrorText(int code) {
    if (pcre2_get_error_message(code, reinterpret_cast<PCRE2_UCHAR*>(text), sizeof text) < 0) text[0] = '\0';
  }
  char text[160];
};

size_t well_formed_prefix(Text text) {
  const uint8_t* at = text.begin();
  while (at < text.end()) {
    if (text.end() - at >= 8) {
      uint64_t block;
      std::memcpy(&block, at, sizeof block);
      if ((block & 0x8080808080808080) == 0) {
        at += sizeof block;
        continue;
      }
    }
    const Character character = read_character(at, text.end());
    if (character.code_point == bad_byte) break;
    at += character.size;
  }
  return size_t(at - text.begin());
}

void require_unicode_version() {
  char version[64] = "unknown";
  if (pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, nullptr) <= int(sizeof version)) pcre2_config(PCRE2_CONFIG_UNICODE_VERSION, version);
  if (std::strcmp(version, unicode_version) == 0) return;
  throw Failure(TOKEN_RANKER_UNSUPPORTED_PATTERN, 0,
                "pattern: its character classes need Unicode %s, and the PCRE2 in this build of the library has %s", unicode_version,
                version);
}

// PCRE2 asks this once in a process and then no more, but a process may forbid it to itself later: code that it compiled then could not be
// executed.
bool may_make_executable_memory() {
#if defined(__linux__)
  constexpr size_t size = 1;  // of a page
  void* const page = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return false;
  *static_cast<volatile char*>(page) = 0;
  const bool is_allowed = mprotect(page, size, PROT_READ | PROT_EXEC) == 0;
  munmap(page, size);
  return is_allowed;
#else
  return true;
#endif
}

}  // namespace

struct Pcre2Pattern::Compiled {
  ~Compiled() { pcre2_code_free(code); }

  pcre2_code* code = nullptr;
  bool has_jit = false;
  size_t look_behind = 0;
};

Pcre2Pattern::Pcre2Pattern(std::string_view pattern, bool allow_jit, PatternDialect dialect) : compiled_(std::make_unique<Compiled>()) {
  const RewrittenPattern rewritten = rewrite_pattern(pattern, dialect);
  if (rewritten.needs_unicode) require_unicode_version();

  int error = 0;
  PCRE2_SIZE error_offset = 0;
  compiled_->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(rewritten.text.data()), rewritten.text.size(),
                                  compile_options, &error, &error_offset, nullptr);
  if (!compiled_->code) {
    if (error == PCRE2_ERROR_HEAP_FAILED) throw std::bad_alloc();
    // The rewriter lets only well-formed patterns through, so this is about names and sizes that PCRE2 does not take.
    const size_t offset = rewritten.origin(error_offset ? error_offset - 1 : 0);
    throw Failure(TOKEN_RANKER_UNSUPPORTED_PATTERN, offset, "pattern, byte %zu: %s (PCRE2)", offset, ErrorText(error).text);
  }
  uint32_t longest = 0;
  pcre2_pattern_info(compiled_->code, PCRE2_INFO_MAXLOOKBEHIND, &longest);
  size_t assertions = 1;  // \A counts as one that looks at one character
  for (size_t at = 0; (at = rewritten.text.find("(?<", at)) != std::string::npos; at++) assertions++;
  compiled_->look_behind = longest * assertions;
  // Where executable memory is refused, the interpreter matches from the start.
  compiled_->has_jit = allow_jit && rewritten.is_exact_with_jit && may_make_executable_memory() &&
                       pcre2_jit_compile(compiled_->code, PCRE2_JIT_COMPLETE) == 0;
}

Pcre2Pattern::~Pcre2Pattern() = default;

// PCRE2 tells how far one assertion looks, and one may stand in another.
size_t Pcre2Pattern::look_behind() const { return compiled_->look_behind; }

struct Pcre2Matcher::State {
  State(const pcre2_code* code, bool has_jit, uint32_t first_limit) : code(code), has_jit(has_jit), first_limit(first_limit) {}
  ~State() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    pcre2_jit_stack_free(jit_stack);
  }

  const pcre2_code* const code;
  const bool has_jit;
  const uint32_t first_limit;
  pcre2_match_data* data = nullptr;
  pcre2_match_context* context = nullptr;
  pcre2_jit_stack* jit_stack = nullptr;

  Text text;
  Text subject;              // the text, or its copy in `repaired`
  std::string repaired;      // the text with each bad byte replaced; empty if it has none
  size_t position = 0;       // in the subject: where the next search begins
  size_t mapped_subject = 0; // a position in the subject whose counterpart in the text is
  size_t mapped_text = 0;    // this one: the running cursor of text_position
  bool is_open = false;      // the text may go on
  size_t searched = 0;       // in an open text: no match that is to come begins before
  uint32_t place_limit = 0;  // steps from one place at most
  uint64_t steps_left = call_limit;  // in this call, beyond the first ones of each place

  void make_match_data() {
    // One pair: the rewritten pattern has no groups that capture.
    pcre2_match_data* const made = pcre2_match_data_create(1, nullptr);
    if (!made) throw std::bad_alloc();
    pcre2_match_data_free(data);
    data = made;
  }

  void repair(size_t well_formed);
  void start_at(size_t from);
  size_t text_position(size_t subject_position);
  bool match();
  int search(size_t from);
  int search_hard(size_t& from);
  int interpret(size_t from);
};

// A copy of the text with each bad byte replaced. Four bytes for one at most.
void Pcre2Matcher::State::repair(size_t well_formed) {
  repaired.reserve(text.size + text.size / 8);
  repaired.assign(text.view().substr(0, well_formed));
  for (const uint8_t* at = text.begin() + well_formed; at < text.end();) {
    const Character character = read_character(at, text.end());
    if (character.code_point == bad_byte) {
      repaired.append(bad_byte_stand_in, stand_in_size);
    } else {
      repaired.append(reinterpret_cast<const char*>(at), character.size);
    }
    at += character.size;
  }
  subject = Text(std::string_view(repaired));
}

// Positions are asked for in ascending order, so the cursor reads the text once.
size_t Pcre2Matcher::State::text_position(size_t subject_position) {
  if (repaired.empty()) return subject_position;
  while (mapped_subject < subject_position) {
    const Character character = read_character(text.begin() + mapped_text, text.end());
    mapped_text += character.size;
    mapped_subject += character.code_point == bad_byte ? stand_in_size : character.size;
  }
  return mapped_text;
}

// The first search begins at this byte of the text.
void Pcre2Matcher::State::start_at(size_t from) {
  position = from;
  if (repaired.empty()) return;
  while (mapped_text < from) {
    const Character character = read_character(text.begin() + mapped_text, text.end());
    mapped_text += character.size;
    mapped_subject += character.code_point == bad_byte ? stand_in_size : character.size;
  }
  position = mapped_subject;
}

// Searches from `position` on; false: nothing there, or in an open text nothing that is certain.
bool Pcre2Matcher::State::match() {
  size_t from = position;
  int result = search(from);
  if (result == PCRE2_ERROR_MATCHLIMIT) result = search_hard(from);
  const PCRE2_SIZE begin = pcre2_get_ovector_pointer(data)[0];
  // At the end of an open text a match may be empty only because nothing has followed yet.
  if (result >= 0 && !(is_open && begin == subject.size)) return true;
  if (is_open && (result >= 0 || result == PCRE2_ERROR_NOMATCH || result == PCRE2_ERROR_PARTIAL)) {
    searched = text_position(result == PCRE2_ERROR_PARTIAL ? begin : subject.size);
    return false;
  }
  if (result == PCRE2_ERROR_NOMATCH) return false;
  if (result == PCRE2_ERROR_NOMEMORY) throw std::bad_alloc();
  throw Failure(TOKEN_RANKER_MATCH_FAILED, text_position(from),
                "the pattern backtracks too much in the text that begins at this byte (PCRE2: %s)", ErrorText(result).text);
}

int Pcre2Matcher::State::search(size_t from) {
  int result = PCRE2_ERROR_JIT_STACKLIMIT;
  if (has_jit && !is_open) result = pcre2_jit_match(code, subject.data, subject.size, from, 0, data, context);
  return result == PCRE2_ERROR_JIT_STACKLIMIT ? interpret(from) : result;
}

// The same search where the first steps do not suffice from some place on. Looks in windows of places: of twice as many each time, until in
// one of them is such a place, then at that alone. from: where the search begins; then where it has come to.
int Pcre2Matcher::State::search_hard(size_t& from) {
  size_t window = 1;  // bytes in which a match may begin
  uint32_t limit = first_limit;
  int result = PCRE2_ERROR_NOMATCH;
  while (from <= subject.size) {
    pcre2_set_match_limit(context, limit);
    pcre2_set_offset_limit(context, from + window - 1);
    result = search(from);
    if (result == PCRE2_ERROR_MATCHLIMIT) {
      if (window > 1) {
        window = 1;
        continue;
      }
      if (limit == place_limit || steps_left < limit) break;
      steps_left -= limit;
      limit = uint32_t(std::min<uint64_t>(uint64_t{limit} * limit_growth, place_limit));
      continue;
    }
    if (result != PCRE2_ERROR_NOMATCH) break;
    from += window;
    while (from < subject.size && (subject.data[from] & 0xC0) == 0x80) from++;
    window = std::min(2 * window, subject.size + 1);
    limit = first_limit;
  }
  // A match ends the windows; an error ends the text.
  pcre2_set_match_limit(context, first_limit);
  pcre2_set_offset_limit(context, PCRE2_UNSET);
  return result;
}

int Pcre2Matcher::State::interpret(size_t from) {
  const uint32_t options = PCRE2_NO_JIT | PCRE2_NO_UTF_CHECK | (is_open ? PCRE2_PARTIAL_HARD : 0);
  const int result = pcre2_match(code, subject.data, subject.size, from, options, data, context);
  // The frames stay with the match data; many of them are rare, and the memory is worth more than the next allocation.
  if (pcre2_get_match_data_heapframes_size(data) > retained_capacity) {
    const PCRE2_SIZE* found = pcre2_get_ovector_pointer(data);
    const PCRE2_SIZE begin = found[0], end = found[1];
    make_match_data();
    pcre2_get_ovector_pointer(data)[0] = begin;
    pcre2_get_ovector_pointer(data)[1] = end;
  }
  return result;
}

Pcre2Matcher::Pcre2Matcher(const Pcre2Pattern& pattern, uint32_t first_limit)
    : state_(std::make_unique<State>(pattern.compiled_->code, pattern.compiled_->has_jit, first_limit)) {
  State& state = *state_;
  state.make_match_data();
  state.context = pcre2_match_context_create(nullptr);
  if (!state.context) throw std::bad_alloc();
  pcre2_set_heap_limit(state.context, heap_limit_kib);
  if (state.has_jit) {
    state.jit_stack = pcre2_jit_stack_create(jit_stack_start, jit_stack_capacity, nullptr);
    if (!state.jit_stack) throw std::bad_alloc();
    pcre2_jit_stack_assign(state.context, nullptr, state.jit_stack);
  }
}

Pcre2Matcher::~Pcre2Matcher() = default;

void Pcre2Matcher::begin(Text text, size_t from, bool is_open) {
  end();
  State& state = *state_;
  state.is_open = is_open;
  // PCRE2 takes a null pointer only with an option that the JIT's entry does not have.
  state.text = state.subject = text.data ? text : Text(std::string_view(""));
  const size_t well_formed = well_formed_prefix(state.text);
  if (well_formed < text.size) state.repair(well_formed);
  state.start_at(from);
  state.searched = text.size;
  state.place_limit = uint32_t(std::min<uint64_t>(match_limit + match_limit_per_byte * state.subject.size, UINT32_MAX));
  state.steps_left += call_limit_per_byte * state.subject.size;
  pcre2_set_match_limit(state.context, state.first_limit);
  pcre2_set_offset_limit(state.context, PCRE2_UNSET);
}

void Pcre2Matcher::end_call() noexcept { state_->steps_left = call_limit; }

size_t Pcre2Matcher::searched() const { return state_->searched; }

bool Pcre2Matcher::next(Span& span) {
  // An empty match is no piece.
  while (next_even_empty(span)) {
    if (span.begin < span.end) return true;
  }
  return false;
}

bool Pcre2Matcher::next_even_empty(Span& span) {
  State& state = *state_;
  if (state.position < state.subject.size && state.match()) {
    const PCRE2_SIZE* found = pcre2_get_ovector_pointer(state.data);
    const size_t match_begin = found[0], match_end = found[1];
    span.begin = state.text_position(match_begin);
    span.end = state.text_position(match_end);
    state.position = match_end;
    // Behind an empty match the search goes on one character further.
    if (match_begin == match_end && match_end < state.subject.size)
      state.position += read_character(state.subject.begin() + match_end, state.subject.end()).size;
    return true;
  }
  end();
  return false;
}

void Pcre2Matcher::end() noexcept {
  State& state = *state_;
  state.text = state.subject = Text();
  state.position = state.mapped_subject = state.mapped_text = 0;
  state.repaired.clear();
  if (state.repaired.capacity() > retained_capacity) std::string().swap(state.repaired);
}

}  // namespace bpe
