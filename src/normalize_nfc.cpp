#include "normalize_nfc.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "byte_hash.hpp"
#include "unicode/hangul.hpp"
#include "unicode/nfc_table.hpp"
#include "unicode/utf8.hpp"

namespace bpe {
namespace {

// A stretch of text that may change: [begin, end) of it. Empty, at the end of the text, if there is none.
Span find_change(Text text, size_t from) {
  const uint8_t* const end = text.end();
  const uint8_t* at = text.data + from;
  const uint8_t* fixed = at;  // the last character that neither changes nor joins the one before
  uint8_t last_class = 0;
  while (at < end) {
    if (*at < 0x80) {
      constexpr uint64_t high_bits = 0x8080808080808080;
      while (end - at >= 32 && ((load_8(at) | load_8(at + 8) | load_8(at + 16) | load_8(at + 24)) & high_bits) == 0) at += 32;
      while (at < end && *at < 0x80) at++;
      fixed = at - 1;
      last_class = 0;
      continue;
    }
    const Character character = read_character(at, end);
    const uint8_t byte = character.code_point <= 0x10FFFF && is_nfc_marked(character.code_point) ? nfc_byte(character.code_point) : 0;
    if (byte == 0) {
      fixed = at;
    } else if (byte == nfc_may_change || byte < last_class) {
      break;
    }
    last_class = byte;
    at += character.size;
  }
  if (at == end) return {text.size, text.size};
  const size_t begin = size_t(fixed - text.data);
  do {
    at += read_character(at, end).size;
  } while (at < end && nfc_byte(read_character(at, end).code_point) != 0);
  return {begin, size_t(at - text.data)};
}

void append_utf8(uint32_t c, std::string& bytes) {
  if (c < 0x80) {
    bytes += char(c);
  } else if (c < 0x800) {
    bytes += {char(0xC0 | c >> 6), char(0x80 | (c & 0x3F))};
  } else if (c < 0x10000) {
    bytes += {char(0xE0 | c >> 12), char(0x80 | (c >> 6 & 0x3F)), char(0x80 | (c & 0x3F))};
  } else {
    bytes += {char(0xF0 | c >> 18), char(0x80 | (c >> 12 & 0x3F)), char(0x80 | (c >> 6 & 0x3F)), char(0x80 | (c & 0x3F))};
  }
}

struct Mark {
  uint32_t code_point;
  uint8_t combining_class;
};

void decompose(uint32_t code_point, std::vector<Mark>& marks) {
  uint32_t letters[3];
  if (hangul::is_syllable(code_point)) {
    const unsigned count = hangul::decompose(code_point, letters);
    for (unsigned i = 0; i < count; i++) marks.push_back({letters[i], 0});
    return;
  }
  const std::span<const uint32_t> parts = canonical_decomposition(code_point);
  if (parts.empty()) marks.push_back({code_point, combining_class(code_point)});
  for (const uint32_t part : parts) marks.push_back({part, combining_class(part)});
}

// Each character joins the last one of class 0 before it, unless one between them has its class or a higher one.
size_t join_marks(std::vector<Mark>& marks) {
  size_t kept = 0;
  size_t starter = SIZE_MAX;
  uint8_t last_class = 0;  // of what stands between the starter and here
  for (const Mark mark : marks) {
    const bool is_next = starter != SIZE_MAX && kept == starter + 1;
    if (starter != SIZE_MAX && (is_next || (last_class < mark.combining_class))) {
      if (const uint32_t made = compose(marks[starter].code_point, mark.code_point)) {
        marks[starter].code_point = made;
        continue;
      }
    }
    if (mark.combining_class == 0) starter = kept;
    last_class = mark.combining_class;
    marks[kept++] = mark;
  }
  return kept;
}

void append_normalized(Text text, std::vector<Mark>& marks, std::string& bytes) {
  const auto flush = [&] {
    const auto is_lower = [](Mark a, Mark b) { return a.combining_class < b.combining_class; };
    for (auto begin = marks.begin(); begin != marks.end();) {
      const auto is_starter = [](Mark mark) { return mark.combining_class == 0; };
      begin = std::find_if_not(begin, marks.end(), is_starter);
      const auto end = std::find_if(begin, marks.end(), is_starter);
      std::stable_sort(begin, end, is_lower);
      begin = end;
    }
    const size_t count = join_marks(marks);
    for (size_t i = 0; i < count; i++) append_utf8(marks[i].code_point, bytes);
    marks.clear();
  };
  for (size_t at = 0; at < text.size;) {
    const Character character = read_character(text.data + at, text.end());
    if (character.code_point == bad_byte) {
      flush();
      bytes += char(text.data[at]);
    } else {
      decompose(character.code_point, marks);
    }
    at += character.size;
  }
  flush();
}

}  // namespace

size_t settled_nfc_size(Text text) {
  for (size_t at = text.size; at > 0;) {
    // A byte that is no character on its own: of those before it one may begin the character. If none does, it is itself one.
    size_t begin = at - 1;
    while (begin > 0 && at - begin < 4 && (text.data[begin] & 0xC0) == 0x80) begin--;
    Character character = read_character(text.data + begin, text.end());
    if (begin + character.size != at) {
      begin = at - 1;
      character = {bad_byte, 1};
    }
    if (nfc_byte(character.code_point) == 0) return begin;
    at = begin;
  }
  return 0;
}

Text normalize_nfc(Text text, std::string& buffer, std::vector<Change>* changes) {
  Span change = find_change(text, 0);
  if (change.begin == text.size) return text;
  buffer.clear();
  buffer.reserve(text.size + text.size / 16);
  std::vector<Mark> marks;
  for (size_t done = 0;;) {
    buffer.append(text.view().substr(done, change.begin - done));
    const size_t begin = buffer.size();
    append_normalized(text.part(change.begin, change.end), marks, buffer);
    if (changes) changes->push_back({change, {begin, buffer.size()}});
    done = change.end;
    change = find_change(text, done);
    if (change.begin == text.size) {
      buffer.append(text.view().substr(done));
      return Text(std::string_view(buffer));
    }
  }
}

}  // namespace bpe
