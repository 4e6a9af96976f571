// count, truncate, next_chunk, find_cut and offsets against what token_ranker.h says they are: any encoding and engine.
#include "fuzz.hpp"
#include "subjects.hpp"
#include "support.hpp"
#include "text_cut.hpp"
#include "text_limit.hpp"
#include "token_spans.hpp"
#include "unicode/utf8.hpp"

namespace {

using fuzz::require;
using Tokens = std::vector<uint32_t>;

// What the checks of one input share.
struct Case {
  const bpe::Encoding& encoding;
  std::string_view text;
  bpe::SpecialSelection allowed;
  Tokens tokens;                     // of the whole
  std::vector<bpe::Span> spans;      // of these
  std::vector<bool> character_ends;  // [text.size() + 1]
};

Tokens encode_exact(const bpe::Encoding& encoding, std::string_view text, bpe::SpecialSelection allowed) {
  const test::ExactCopy copy(text);
  return test::encode(encoding, copy.text().view(), allowed);
}

size_t count_tokens(const Case& c, std::string_view text, bpe::SpecialSelection allowed) {
  return encode_exact(c.encoding, text, allowed).size();
}

void check_spans(const Case& c, bool is_tiled) {
  require(c.spans.size() == c.tokens.size(), "tokens with offsets are others");
  size_t end = 0;
  for (size_t i = 0; i < c.spans.size(); i++) {
    const bpe::Span span = c.spans[i];
    require(span.begin <= span.end && span.end <= c.text.size(), "a span is not in the text");
    if (is_tiled) require(span.begin == end, "spans do not tile the text");
    if (!c.encoding.has_text_rules()) {
      require(span.begin >= end, "spans overlap");
      require(c.text.substr(span.begin, span.end - span.begin) == test::decode(c.encoding, {c.tokens[i]}),
              "a span has other bytes than its token");
    }
    end = span.end;
  }
  if (is_tiled) require(end == c.text.size(), "spans do not tile the text");
}

void check_count(const Case& c, size_t limit) {
  require(bpe::count(c.encoding, bpe::Text(c.text), c.allowed, limit) == std::min(c.tokens.size(), limit + 1),
          "count: not min(tokens, limit + 1)");
  require(bpe::count(c.encoding, bpe::Text(c.text), c.allowed, SIZE_MAX) == c.tokens.size(), "count without a limit is another");
}

void check_truncate(const Case& c, size_t limit) {
  size_t expected = c.tokens.size() <= limit ? c.text.size() : 0;
  for (size_t kept = std::min(limit, c.tokens.size()); kept > 0 && c.tokens.size() > limit; kept--) {
    const size_t end = c.spans[kept - 1].end;
    if (!c.character_ends[end] || count_tokens(c, c.text.substr(0, end), c.allowed) > limit) continue;
    expected = end;
    break;
  }
  const size_t size = bpe::truncate(c.encoding, bpe::Text(c.text), c.allowed, limit);
  if (size != expected)
    fuzz::fail("%s: truncate to %zu tokens is %zu, not %zu: \"%s\"", c.encoding.name().c_str(), limit, size, expected,
               fuzz::shown(c.text).c_str());
}

void check_chunks(const Case& c, size_t limit, size_t overlap) {
  bpe::Span chunk = {0, 0};
  for (size_t done = 0; done < c.text.size(); done = chunk.end) {
    bpe::Span next = {0, 0};
    const test::Outcome outcome = test::outcome_of([&] { next = bpe::next_chunk(c.encoding, bpe::Text(c.text), limit, overlap, chunk); });
    if (outcome.status == TOKEN_RANKER_INVALID_ARGUMENT && c.encoding.normalizer().max_growth() > 1) {
      const bpe::Text rest(c.text.substr(outcome.offset));
      require(outcome.offset == done, "a chunk is refused for another character than its first");
      require(count_tokens(c, rest.view().substr(0, bpe::read_character(rest.begin(), rest.end()).size), {}) > limit,
              "a chunk is refused without need");
      return;
    }
    require(outcome.status == TOKEN_RANKER_OK, "a chunk is refused");
    require(next.begin >= chunk.begin && next.begin <= done && next.end > done && next.end <= c.text.size(),
            "chunks do not follow each other");
    require(c.character_ends[next.begin] && c.character_ends[next.end], "a chunk cuts a character");
    require(count_tokens(c, c.text.substr(next.begin, next.end - next.begin), {}) <= limit, "a chunk has too many tokens");
    require(count_tokens(c, c.text.substr(next.begin, done - next.begin), {}) <= overlap, "a chunk repeats too many tokens");
    chunk = next;
  }
  const bpe::Span end = bpe::next_chunk(c.encoding, bpe::Text(c.text), limit, overlap, chunk);
  require(end.begin == c.text.size() && end.end == c.text.size(), "chunks go on behind the text");
}

// What is before the last cut of the beginning of a text, and what is behind, have the tokens of the whole, whatever follows.
void check_cuts(const Case& c, size_t from) {
  if (!c.encoding.may_cut()) return;
  const bpe::SpecialTokens::Finder finder(c.encoding.special_tokens(), c.allowed);
  const test::ExactCopy beginning(c.text.substr(0, from));
  const size_t next = bpe::find_cut(finder, bpe::Text(c.text), from), last = bpe::find_last_cut(finder, beginning.text());
  require(next >= from && next <= c.text.size() && (last == 0 || last < from), "a cut is not where it was looked for");
  for (const size_t cut : {next, last}) {
    Tokens tokens = encode_exact(c.encoding, c.text.substr(0, cut), c.allowed);
    const Tokens rest = encode_exact(c.encoding, c.text.substr(cut), c.allowed);
    tokens.insert(tokens.end(), rest.begin(), rest.end());
    require(tokens == c.tokens, "both sides of a cut have other tokens than the whole");
  }
}

}  // namespace

FUZZ_TARGET(limits) {
  const fuzz::Subject& subject = fuzz::subject(input.byte());
  const bpe::Encoding& encoding = subject.any(input.byte());
  const fuzz::Selection allowed(encoding, input.byte());
  const uint8_t choice = input.byte();
  const size_t number = input.byte();
  const test::ExactCopy copy(input.rest());
  Case c = {encoding, copy.text().view(), allowed.selection, {}, {}, {}};
  c.tokens = test::encode(encoding, c.text, c.allowed);
  bpe::TokenSpans found;
  bpe::encode_with_spans(encoding, copy.text(), c.allowed, found);
  require(Tokens(found.tokens.data(), found.tokens.data() + found.tokens.size()) == c.tokens, "tokens with offsets are others");
  c.spans = std::move(found.spans);
  c.character_ends.resize(c.text.size() + 1);
  for (size_t at = 0; at <= c.text.size();) {
    c.character_ends[at] = true;
    at += at < c.text.size() ? bpe::read_character(copy.text().data + at, copy.text().end()).size : 1;
  }
  check_spans(c, subject.is_lossless);
  const size_t limit = number % (c.tokens.size() + 2);
  check_count(c, limit);
  switch (choice % 4) {
    case 0:
      return check_truncate(c, limit);
    case 1:
      return check_chunks(c, 4 + number % 32, choice / 4 % (2 + number % 32 / 2));
    default:
      return check_cuts(c, number % (c.text.size() + 1));
  }
}
