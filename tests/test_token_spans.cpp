// Spans: the bytes of a text that each token comes from.
#include "catch.hpp"
#include "load/definition.hpp"
#include "support.hpp"
#include "token_spans.hpp"

namespace {

struct Found {
  std::vector<uint32_t> tokens;
  std::vector<bpe::Span> spans;
};
Found find(const bpe::Encoding& encoding, std::string_view text, bpe::SpecialSelection allowed = test::no_special) {
  bpe::TokenSpans found;
  const test::ExactCopy copy(text);
  bpe::encode_with_spans(encoding, copy.text(), allowed, found);
  return {{found.tokens.data(), found.tokens.data() + found.tokens.size()}, found.spans};
}

std::string shown(const Found& found) {
  std::string text;
  for (const bpe::Span span : found.spans) text += std::to_string(span.begin) + "-" + std::to_string(span.end) + " ";
  return text;
}

// Bytes, "ab" and the replacement character; added tokens of several kinds.
bpe::Encoding with_rules(std::string_view normalizer, bool adds_blank, bool has_all_bytes = true) {
  std::string vocab;
  uint32_t next = 256, number = 0;
  for (uint32_t byte = 0; byte < 256; byte++) {
    const bool is_printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    const std::string letter = test::utf8(is_printable ? byte : next++);
    if (!has_all_bytes && byte >= 0xF5) continue;
    vocab +=
        std::string(byte ? "," : "") + "\"" + (letter == "\"" || letter == "\\" ? "\\" : "") + letter + "\":" + std::to_string(number++);
  }
  vocab += ",\"ab\":" + std::to_string(number);
  const std::string added =
      R"({"id":1000,"content":"<l>","single_word":false,"lstrip":true,"rstrip":true,"normalized":false,"special":true},)"
      R"({"id":1001,"content":"é!","single_word":false,"lstrip":false,"rstrip":false,"normalized":true,"special":false})";
  const std::string file =
      R"({"version":"1.0","truncation":null,"padding":null,"added_tokens":[)" + added + R"(],"normalizer":)" + std::string(normalizer) +
      R"(,"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":)" + (adds_blank ? "true" : "false") +
      R"(,"trim_offsets":true,"use_regex":true},"post_processor":null,"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{)" +
      vocab + R"(},"merges":["a b"]}})";
  return bpe::Encoding(bpe::load_vocabulary(bpe::Text(std::string_view(file)), TOKEN_RANKER_FORMAT_TOKENIZER_JSON, false), "");
}

constexpr const char* nfc = R"({"type":"NFC"})";

}  // namespace

TEST_CASE("token_spans: the tokens of encode, and spans that tile the text and decode to it") {
  test::Random random(71);
  const std::vector<std::string> pieces = {"word",  " Word", "漢字",     "🧑‍🚀",   "'s", "\n\n",   "   ",
                                           "12345", "\xFF",  "\xE3\x80", "<|endoftext|>", "é",  "<|endof"};
  for (const char* name : test::builtin_names) {
    for (const std::string& engine : test::engines()) {
      CAPTURE(name, engine);
      const bpe::Encoding& encoding = test::builtin(name, engine);
      for (int round = 0; round < (test::is_slow ? 20 : 100); round++) {
        const std::string text = random.mix(pieces, random.below(40));
        for (const bpe::SpecialSelection allowed : {test::no_special, test::all_special}) {
          const Found found = find(encoding, text, allowed);
          REQUIRE(found.tokens == test::encode(encoding, text, allowed));
          REQUIRE(found.spans.size() == found.tokens.size());
          size_t end = 0;
          for (size_t i = 0; i < found.spans.size(); i++) {
            REQUIRE(found.spans[i].begin == end);
            end = found.spans[i].end;
            REQUIRE(text.substr(found.spans[i].begin, end - found.spans[i].begin) == test::decode(encoding, {found.tokens[i]}));
          }
          REQUIRE(end == text.size());
        }
      }
    }
  }
}

TEST_CASE("token_spans: text that a pattern drops has no span") {
  const bpe::Encoding encoding({"test", "[a-z]+|[0-9]", test::make_vocabulary(test::single_bytes_and({"ab"})), bpe::SpecialTokens()}, "");
  CHECK(shown(find(encoding, "  ab!a 1?")) == "2-4 5-6 7-8 ");
  std::string text, expected;
  for (size_t i = 0; i < 5000; i++) {
    expected += std::to_string(text.size() + 1) + "-" + std::to_string(text.size() + 3) + " ";
    text += "-ab";
  }
  CHECK(shown(find(encoding, text)) == expected);
}

TEST_CASE("token_spans: added tokens and what they take") {
  const bpe::Encoding encoding = with_rules("null", false);
  CHECK(shown(find(encoding, "ab  <l> x", test::all_special)) == "0-2 2-8 8-9 ");
  CHECK(shown(find(encoding, "a\xC3\xA9!b")) == "0-1 1-4 4-5 ");
}

TEST_CASE("token_spans: a normaliser changes a stretch, which is then one place") {
  const bpe::Encoding encoding = with_rules(nfc, false);
  // e and its mark become one character of two bytes, each a token; the text around them keeps its places.
  CHECK(shown(find(encoding,
                   "abe\xCC\x81"
                   "ab")) == "0-2 2-5 2-5 5-7 ");
  CHECK(shown(find(encoding, "e\xCC\x81!ab")) == "0-4 4-6 ");  // an added token that is found in what is normalised
  CHECK(shown(find(encoding, "<l>e\xCC\x81", test::all_special)) == "0-3 3-6 3-6 ");
  CHECK(shown(find(encoding, "ab\xC3\xA9")) == "0-2 2-3 3-4 ");  // nothing to change
}

TEST_CASE("token_spans: a blank in front is no text, and a byte that becomes U+FFFD is one place") {
  const bpe::Encoding encoding = with_rules("null", true);
  CHECK(shown(find(encoding, "ab")) == "0-0 0-2 ");
  CHECK(shown(find(encoding, " ab")) == "0-1 1-3 ");
  const bpe::Encoding few = with_rules(nfc, false, false);
  CHECK(shown(find(few,
                   "ab\xFF"
                   "ab")) == "0-2 2-3 2-3 2-3 3-5 ");
  CHECK(shown(find(few,
                   "\xFF"
                   "e\xCC\x81"
                   "ab")) == "0-1 0-1 0-1 1-4 1-4 4-6 ");
}
