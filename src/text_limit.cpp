#include "text_limit.hpp"

#include <algorithm>

#include "encoder.hpp"
#include "encoder_stream.hpp"
#include "failure.hpp"
#include "token_sink.hpp"
#include "token_spans.hpp"
#include "unicode/utf8.hpp"

namespace bpe {
namespace {

constexpr size_t first_part = 4 << 10, largest_part = 64 << 10;  // bytes read at once; longer parts cost less each
constexpr size_t likely_token_size = 16;                         // bytes for which a chunk is looked at first, for each token

// Reads the text in parts until more tokens are certain than the counter wants. Returns the bytes that were read.
size_t read_until_full(const Encoding& encoding, Text text, SpecialSelection allowed, TokenCounter& counter) {
  EncoderStream stream(encoding, allowed);
  size_t part = first_part;
  for (size_t at = 0; at < text.size; part = std::min(2 * part, largest_part)) {
    const size_t end = at + std::min(part, text.size - at);
    if (!stream.push(text.part(at, end), counter)) return end;
    at = end;
  }
  stream.finish(counter);
  return text.size;
}

// Whether every text has more tokens than `limit` that has so many bytes: where all bytes become tokens, and as they are.
bool is_surely_longer(const Encoding& encoding, size_t text_size, SpecialSelection allowed, size_t limit) {
  const SpecialTokens::Finder finder(encoding.special_tokens(), allowed);
  if (encoding.has_text_rules() || encoding.pretokenizer().cascade()) return false;
  return text_size / std::max(encoding.vocabulary().max_token_size(), finder.max_size()) > limit;
}

// Whether no character is cut at `at`. A byte that is no UTF-8 is a character.
bool is_character_end(Text text, size_t at) {
  for (size_t begin = at - std::min<size_t>(at, 3); begin < at && at < text.size; begin++) {
    const Character character = read_character(text.data + begin, text.end());
    if (character.code_point != bad_byte && begin + character.size > at) return false;
  }
  return true;
}

bool has_at_most(const Encoding& encoding, Text text, SpecialSelection allowed, size_t limit) {
  return count(encoding, text, allowed, limit) <= limit;
}

// The end of a chunk that begins with the text and ends behind `least`; 0 if there is none.
size_t find_chunk_end(const Encoding& encoding, Text text, size_t limit, size_t least) {
  const SpecialSelection none = {};
  size_t size = limit > text.size / likely_token_size ? text.size : std::max(least, likely_token_size * limit);
  TokenSpans found;
  for (;; size = std::min(text.size, 2 * size)) {
    while (!is_character_end(text, size)) size++;
    found.tokens.clear();
    found.spans.clear();
    found.ends_pretoken.clear();
    encode_with_spans(encoding, text.part(0, size), none, found, true);
    if (size == text.size && found.tokens.size() <= limit) return text.size;
    if (found.tokens.size() > limit) break;
  }
  for (const bool wants_pretoken : {true, false}) {
    for (size_t i = limit; i-- > 0;) {
      const size_t end = found.spans[i].end;
      if (end <= least) continue;
      if (wants_pretoken && !found.ends_pretoken[i]) continue;
      if (is_character_end(text, end) && has_at_most(encoding, text.part(0, end), none, limit)) return end;
    }
  }
  const size_t end = least + read_character(text.data + least, text.end()).size;
  return has_at_most(encoding, text.part(0, end), none, limit) ? end : 0;
}

// Where the overlap with the previous chunk begins: with one of its last tokens.
size_t find_overlap(const Encoding& encoding, Text text, size_t overlap, Span previous) {
  if (overlap == 0) return previous.end;
  const Text piece = text.part(previous.begin, previous.end);
  TokenSpans found;
  encode_with_spans(encoding, piece, {}, found);
  for (size_t i = found.spans.size() - std::min(overlap, found.spans.size()); i < found.spans.size(); i++) {
    const size_t begin = found.spans[i].begin;
    if (is_character_end(piece, begin) && has_at_most(encoding, piece.part(begin, piece.size), {}, overlap)) return previous.begin + begin;
  }
  return previous.end;
}

}  // namespace

size_t count(const Encoding& encoding, Text text, SpecialSelection allowed, size_t limit) {
  TokenCounter counter(limit);
  if (limit < text.size && is_surely_longer(encoding, text.size, allowed, limit)) return limit + 1;
  const bool stops_early = allowed.is_empty() && !encoding.has_text_rules() && !encoding.pretokenizer().cascade();
  if (limit == SIZE_MAX || text.size <= first_part || stops_early)
    encode(encoding, text, allowed, counter);
  else
    read_until_full(encoding, text, allowed, counter);
  return counter.count();
}

// The merges of the first tokens of a pretoken are those of its first bytes alone, as no merge has crossed their end. So a prefix has more
// tokens than the text there only if the pattern splits its end otherwise, by a few tokens: few candidates are tried.
size_t truncate(const Encoding& encoding, Text text, SpecialSelection allowed, size_t limit) {
  size_t size = text.size;
  if (limit < size && size > first_part) {
    TokenCounter counter(limit);
    size = read_until_full(encoding, text, allowed, counter);
  }
  TokenSpans own;
  encode_with_spans(encoding, text.part(0, size), allowed, own);
  if (size == text.size && own.spans.size() <= limit) return size;
  for (size_t kept = std::min(limit, own.spans.size()); kept > 0; kept--) {
    const size_t end = own.spans[kept - 1].end;
    if (is_character_end(text, end) && has_at_most(encoding, text.part(0, end), allowed, limit)) return end;
  }
  return 0;
}

Span next_chunk(const Encoding& encoding, Text text, size_t limit, size_t overlap, Span previous) {
  if (previous.end == text.size) return {text.size, text.size};
  for (size_t begin = find_overlap(encoding, text, overlap, previous);; begin = previous.end) {
    const size_t end = begin + find_chunk_end(encoding, text.part(begin, text.size), limit, previous.end - begin);
    if (end > previous.end) return {begin, end};
    if (begin == previous.end)
      throw Failure(TOKEN_RANKER_INVALID_ARGUMENT, begin, "the character at byte %zu alone has more than %zu tokens: allow more", begin,
                    limit);
  }
}

}  // namespace bpe
