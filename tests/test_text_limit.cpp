// Limits: counts, cuts and chunks, against a few lines each that say what they are.
#include <cstring>

#include "builtin_encodings.hpp"
#include "catch.hpp"
#include "support.hpp"
#include "text_limit.hpp"
#include "token_spans.hpp"
#include "unicode/utf8.hpp"

namespace {

std::vector<bpe::Span> spans_of(const bpe::Encoding& encoding, std::string_view text, bpe::SpecialSelection allowed) {
  bpe::TokenSpans found;
  bpe::encode_with_spans(encoding, bpe::Text(text), allowed, found);
  return found.spans;
}

// By reading the characters one after another.
std::vector<bool> character_ends(std::string_view text) {
  std::vector<bool> ends(text.size() + 1);
  const bpe::Text bytes(text);
  for (size_t at = 0; at <= bytes.size; at += at < bytes.size ? bpe::read_character(bytes.data + at, bytes.end()).size : 1) ends[at] = true;
  return ends;
}

// The twin: the longest prefix of at most `limit` own tokens, ending at a character, whose own encoding has at most `limit`.
size_t naive_truncate(const bpe::Encoding& encoding, std::string_view text, bpe::SpecialSelection allowed, size_t limit) {
  const std::vector<bpe::Span> spans = spans_of(encoding, text, allowed);
  if (spans.size() <= limit) return text.size();
  for (size_t kept = limit; kept > 0; kept--)
    if (const size_t end = spans[kept - 1].end;
        character_ends(text)[end] && test::encode(encoding, text.substr(0, end), allowed).size() <= limit)
      return end;
  return 0;
}

// The last pretoken that ends in reach; `otherwise` if none does.
size_t naive_chunk_end(const bpe::Encoding& encoding, std::string_view text, size_t limit, size_t least, size_t otherwise) {
  bpe::TokenSpans found;
  bpe::encode_with_spans(encoding, bpe::Text(text), test::no_special, found, true);
  if (found.spans.size() <= limit) return text.size();
  for (size_t kept = limit; kept > 0; kept--) {
    const size_t end = found.spans[kept - 1].end;
    if (found.ends_pretoken[kept - 1] && end > least && character_ends(text)[end] &&
        test::encode(encoding, text.substr(0, end)).size() <= limit)
      return end;
  }
  return otherwise;
}

void check_chunks(const bpe::Encoding& encoding, std::string_view text, size_t limit, size_t overlap) {
  CAPTURE(text.substr(0, 200), limit, overlap);
  const std::vector<bool> ends = character_ends(text);
  bpe::Span chunk = {0, 0};
  size_t done = 0;
  while (true) {
    const bpe::Span next = bpe::next_chunk(encoding, bpe::Text(text), limit, overlap, chunk);
    if (done == text.size()) {
      REQUIRE((next.begin == text.size() && next.end == text.size()));
      return;
    }
    REQUIRE(next.begin >= chunk.begin);
    REQUIRE(next.begin <= done);
    REQUIRE(next.end > done);
    REQUIRE((ends[next.begin] && ends[next.end]));
    REQUIRE(test::encode(encoding, text.substr(next.begin, next.end - next.begin)).size() <= limit);
    REQUIRE(test::encode(encoding, text.substr(next.begin, done - next.begin)).size() <= overlap);
    if (text.size() - next.begin <= 16 * limit)
      REQUIRE(next.end == naive_chunk_end(encoding, text.substr(next.begin), limit, done - next.begin, next.end - next.begin) + next.begin);
    done = next.end;
    chunk = next;
  }
}

const std::vector<std::string> pieces = {"word",         " Word",    "WORD",     "漢字", "🧑‍🚀", "தமிழ்",          "Z̷̡̛a̸̢l̶g̷o̵",
                                         "'s",           "'",        "\n\n",     "   ",  "\t",          "\r\n ",         "12345",
                                         "\xFF",         "\xE3\x80", "\xF0\x9F", "!!!",  "//",          "<|endoftext|>", "<|endof",
                                         " hello world", "Aa",       "ſ",        "𝔘𝔫𝔦",  "a\xCC\x81"};

bpe::Encoding matched(std::string_view pattern) {
  return {{"test", std::string(pattern), test::make_vocabulary(test::single_bytes_and({"or", " w", "wor", "he"})), bpe::SpecialTokens()},
          ""};
}

}  // namespace

TEST_CASE("text_limit: truncate is what its twin says") {
  test::Random random(51);
  size_t shorter = 0;
  for (const char* name : {"gpt2", "cl100k_base", "o200k_base", "o200k_harmony"}) {
    const bpe::Encoding& encoding = test::builtin(name);
    CAPTURE(name);
    for (const bpe::SpecialSelection allowed : {test::no_special, test::all_special}) {
      for (int round = 0; round < (test::is_slow ? 40 : 300); round++) {
        const std::string text = random.mix(pieces, 1 + random.below(12));
        CAPTURE(text);
        const size_t all = spans_of(encoding, text, allowed).size();
        for (size_t limit = 0; limit <= all + 1; limit++) {
          const size_t size = bpe::truncate(encoding, bpe::Text(text), allowed, limit);
          REQUIRE(size == naive_truncate(encoding, text, allowed, limit));
          shorter += limit > 0 && limit < all && size < spans_of(encoding, text, allowed)[limit - 1].end;
        }
      }
    }
  }
  CHECK(shorter > 100);  // there the limit was not what decided
}

TEST_CASE("text_limit: truncate of other patterns, which drop text and look ahead") {
  test::Random random(52);
  for (const char* pattern : {"[a-z]+|[0-9]", "\\s+(?!\\S)|\\s+|\\S+", "[a-z]+(?=!)|!", ".+$|[a-z]"}) {
    CAPTURE(pattern);
    const bpe::Encoding encoding = matched(pattern);
    for (int round = 0; round < (test::is_slow ? 20 : 100); round++) {
      const std::string text = random.mix(pieces, 1 + random.below(8));
      CAPTURE(text);
      for (size_t limit = 0; limit < 30; limit++)
        REQUIRE(bpe::truncate(encoding, bpe::Text(text), test::no_special, limit) ==
                naive_truncate(encoding, text, test::no_special, limit));
    }
  }
}

TEST_CASE("text_limit: long texts, of which only a part is read") {
  test::Random random(53);
  const std::string text = random.mix(pieces, 20000);
  const bpe::Encoding other = matched("[a-z]+|[^a-z]+");
  for (const bpe::Encoding* encoding : {&test::builtin("cl100k_base"), &test::builtin("o200k_base"), &other}) {
    const std::vector<bpe::Span> spans = spans_of(*encoding, text, test::all_special);
    for (const size_t limit : {size_t{0}, size_t{1}, size_t{100}, size_t{5000}, spans.size() - 1, spans.size(), spans.size() + 1}) {
      CAPTURE(limit);
      CHECK(bpe::count(*encoding, bpe::Text(text), test::all_special, limit) == std::min(spans.size(), limit + 1));
      const size_t size = bpe::truncate(*encoding, bpe::Text(text), test::all_special, limit);
      CHECK(size <= (limit == 0 ? 0 : limit >= spans.size() ? text.size() : spans[limit - 1].end));
      CHECK(bpe::count(*encoding, bpe::Text(text).part(0, size), test::all_special, SIZE_MAX) <= limit);
    }
  }
}

// A text of which most cannot be read shows how far the reading goes: the memory behind the first part is another text each time.
TEST_CASE("text_limit: what is far behind the limit does not matter") {
  std::string text;
  while (text.size() < 300000) text += " hello world";
  std::string other = text.substr(0, 100000);
  while (other.size() < 300000) other += "<|endoftext|>\xFF";
  const bpe::Encoding by_pcre2(bpe::make_builtin_parts("cl100k_base"), "pcre2");
  for (const bpe::Encoding* encoding : {&test::builtin("cl100k_base"), &by_pcre2}) {
    for (const bpe::SpecialSelection allowed : {test::no_special, test::all_special}) {
      CHECK(bpe::truncate(*encoding, bpe::Text(text), allowed, 1000) == bpe::truncate(*encoding, bpe::Text(other), allowed, 1000));
      CHECK(bpe::count(*encoding, bpe::Text(other), allowed, 1000) == 1001);
    }
  }
  // Of more bytes than the tokens can have nothing is read at all.
  CHECK(bpe::count(test::builtin("cl100k_base"), bpe::Text(text.data(), size_t{1} << 40), test::all_special, 1000) == 1001);
}

TEST_CASE("text_limit: chunks keep to the limit, and are the text") {
  test::Random random(54);
  for (const char* name : test::builtin_names) {
    CAPTURE(name);
    for (int round = 0; round < (test::is_slow ? 20 : 150); round++) {
      const std::string text = random.mix(pieces, random.below(30));
      const size_t limit = 4 + random.below(12);
      check_chunks(test::builtin(name), text, limit, 0);
      check_chunks(test::builtin(name), text, limit, random.below((limit + 1) / 2));
    }
  }
  const bpe::Encoding dropping = matched("[a-z]+");
  for (int round = 0; round < 50; round++) check_chunks(dropping, random.mix(pieces, 20), 5, 2);
}

TEST_CASE("text_limit: chunks of emoji, Tamil, Zalgo, one word, and bytes") {
  const size_t size = test::is_slow ? 20000 : 1000000;
  for (const char* kind : {"🧑‍🚀", "தமிழ் ", "Z̷̡̛̛̖a̸̢̛l̶̡g̷̛o̵", "word", "\xFF", "\xF0\x9F\x98", " ", "\n"}) {
    std::string text;
    while (text.size() < (std::strlen(kind) == 4 || *kind == ' ' ? size : size / 10)) text += kind;
    for (const char* name : {"gpt2", "o200k_base"}) {
      CAPTURE(kind, name);
      check_chunks(test::builtin(name), text, 500, 0);
      check_chunks(test::builtin(name), std::string_view(text).substr(0, 5000), 4, 1);
      check_chunks(test::builtin(name), std::string_view(text).substr(0, 20000), 64, 31);
    }
  }
}

TEST_CASE("text_limit: a chunk ends with a pretoken where one ends in reach") {
  const bpe::Encoding& encoding = test::builtin("cl100k_base");
  const std::string text = "one two three supercalifragilisticexpialidocious four";
  bpe::Span chunk = {0, 0};
  std::vector<std::string> chunks;
  while ((chunk = bpe::next_chunk(encoding, bpe::Text(text), 5, 0, chunk)).end > chunk.begin)
    chunks.push_back(text.substr(chunk.begin, chunk.end - chunk.begin));
  REQUIRE(chunks.size() > 2);
  CHECK(chunks[0] == "one two three");
}
