// Streams: wherever a text is cut, the tokens of the whole come out, each as soon as nothing can change it.
#include <algorithm>
#include <cstring>

#include "builtin_encodings.hpp"
#include "catch.hpp"
#include "encoder_stream.hpp"
#include "load/definition.hpp"
#include "scan/scan_scalar.hpp"
#include "support.hpp"
#include "unicode/utf8.hpp"

namespace {

using Tokens = std::vector<uint32_t>;

// The text in parts of these sizes, over and over; the last one takes the rest.
Tokens encode_in_parts(const bpe::Encoding& encoding, std::string_view text, const std::vector<size_t>& sizes,
                       bpe::SpecialSelection allowed, size_t* most_memory = nullptr) {
  bpe::EncoderStream stream(encoding, allowed);
  bpe::TokenBuffer tokens;
  for (size_t at = 0, i = 0; at < text.size(); i++) {
    const test::ExactCopy part(text.substr(at, sizes[i % sizes.size()]));
    REQUIRE(stream.push(part.text(), tokens));
    at += part.text().size;
    if (most_memory) *most_memory = std::max(*most_memory, stream.memory_size());
  }
  REQUIRE(stream.finish(tokens));
  return {tokens.data(), tokens.data() + tokens.size()};
}

void check_parts(const bpe::Encoding& encoding, std::string_view text, bpe::SpecialSelection allowed, test::Random& random) {
  const Tokens expected = test::encode(encoding, text, allowed);
  CAPTURE(text);
  REQUIRE(encode_in_parts(encoding, text, {1}, allowed) == expected);
  REQUIRE(encode_in_parts(encoding, text, {1 + random.below(7), 1 + random.below(7), 1 + random.below(40)}, allowed) == expected);
}

// All cuts into two parts, and byte by byte.
void check_cuts(const bpe::Encoding& encoding, std::string_view text, bpe::SpecialSelection allowed) {
  const Tokens expected = test::encode(encoding, text, allowed);
  CAPTURE(text);
  for (size_t at = 0; at <= text.size(); at++) {
    bpe::EncoderStream stream(encoding, allowed);
    bpe::TokenBuffer tokens;
    stream.push(bpe::Text(text.substr(0, at)), tokens);
    stream.push(bpe::Text(text.substr(at)), tokens);
    stream.finish(tokens);
    REQUIRE(Tokens(tokens.data(), tokens.data() + tokens.size()) == expected);
  }
  REQUIRE(encode_in_parts(encoding, text, {1}, allowed) == expected);
}

bpe::Encoding with_pattern(std::string_view pattern, std::string_view engine = "") {
  bpe::EncodingParts parts = bpe::make_builtin_parts("o200k_base");
  parts.pattern = pattern;
  return bpe::Encoding(std::move(parts), engine);
}

bpe::Encoding with_rules(std::string_view added, std::string_view normalizer, std::string_view pre_tokenizer) {
  std::string vocab, file;
  for (int byte = 0; byte < 256; byte++) {
    // The byte alphabet of tokenizer.json.
    const bool is_printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    static int next;
    if (byte == 0) next = 256;
    const std::string letter = test::utf8(is_printable ? uint32_t(byte) : uint32_t(next++));
    vocab += std::string(byte ? "," : "") + "\"" + (letter == "\"" || letter == "\\" ? "\\" : "") + letter + "\":" + std::to_string(byte);
  }
  file = R"({"version":"1.0","truncation":null,"padding":null,"added_tokens":[)" + std::string(added) + R"(],"normalizer":)" +
         std::string(normalizer) + R"(,"pre_tokenizer":)" + std::string(pre_tokenizer) +
         R"(,"post_processor":null,"decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{)" + vocab + R"(},"merges":[]}})";
  return bpe::Encoding(bpe::load_vocabulary(bpe::Text(std::string_view(file)), TOKEN_RANKER_FORMAT_TOKENIZER_JSON, false), "");
}

std::string added_token(std::string_view text, int id, std::string_view properties) {
  std::string token = R"({"id":)" + std::to_string(id) + R"(,"content":")" + std::string(text) + "\"";
  for (const char* name : {"single_word", "lstrip", "rstrip", "normalized", "special"})
    token += std::string(",\"") + name + "\":" + (properties.find(name) != std::string_view::npos ? "true" : "false");
  return token + "}";
}

constexpr const char* byte_level = R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true})";

// One character of each class that some pattern tells apart, and the letters of contractions.
const std::vector<std::string> alphabet = {"a", "s", "A", "漢", "\xCC\x81", "1", " ", "\n", "\t", "'", "!", "/", "\x01"};
const std::vector<std::string> more_characters = {"あ", "ǅ", "ʰ",  "ſ",        "\xFF", "\xE3\x80", "\xF0\x9F",     "l",
                                                  "L",  "e", "\r", "\xC2\xA0", "𝟙",    "＄",       "\xE2\x80\xA8", "𖿴"};

// The pretokens that are certain of a text, and those of the text as a whole, by their ends.
struct Ends {
  std::vector<size_t> certain, whole;
};
Ends find_ends(bpe::Pattern pattern, std::string_view string) {
  const bpe::Text text(string);
  const uint8_t* const open_end = text.data + bpe::size_of_whole_characters(text.data, text.size);
  Ends ends;
  for (const uint8_t* at = text.data; at < open_end && (at = bpe::open_scanner(pattern)(at, open_end));)
    ends.certain.push_back(size_t(at - text.data));
  for (const uint8_t* at = text.data; at < text.end();) {
    at = bpe::scalar_scanner(pattern)(at, text.end());
    ends.whole.push_back(size_t(at - text.data));
  }
  return ends;
}

bool begins_with(const std::vector<size_t>& longer, const std::vector<size_t>& shorter) {
  return longer.size() >= shorter.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

// All strings over the alphabet. What is certain of a string is what is certain of each longer one, and is so in the whole: so whatever
// the cuts are, what a stream has given out was right. Returns the number of strings of which something was certain.
size_t check_all_strings(bpe::Pattern pattern, const std::vector<std::string>& letters, std::string& string,
                         const std::vector<size_t>& certain, size_t length) {
  size_t count = 0;
  for (const std::string& letter : letters) {
    const size_t size = string.size();
    string += letter;
    const Ends ends = find_ends(pattern, string);
    if (!begins_with(ends.certain, certain) || !begins_with(ends.whole, ends.certain)) {
      CAPTURE(bpe::pattern_name(pattern), string);
      REQUIRE(begins_with(ends.certain, certain));
      REQUIRE(begins_with(ends.whole, ends.certain));
    }
    count += !ends.certain.empty();
    if (length > 1) count += check_all_strings(pattern, letters, string, ends.certain, length - 1);
    string.resize(size);
  }
  return count;
}

}  // namespace

TEST_CASE("encoder_stream: certain pretokens of all short strings stay") {
  for (size_t i = 0; i < bpe::pattern_count; i++) {
    std::string string;
    CHECK(check_all_strings(bpe::Pattern(i), alphabet, string, {}, test::is_slow ? 4 : 6) > 1000);
    std::vector<std::string> all = alphabet;
    all.insert(all.end(), more_characters.begin(), more_characters.end());
    CHECK(check_all_strings(bpe::Pattern(i), all, string, {}, test::is_slow ? 3 : 4) > 1000);
    // What decides most: white space, contractions, and words in both cases.
    for (const std::vector<std::string>& few :
         {std::vector<std::string>{" ", "\n", "\t", "a", "!"}, {"'", "l", "e", "S", " "}, {"A", "a", "漢", "'", "\x01"}}) {
      CHECK(check_all_strings(bpe::Pattern(i), few, string, {}, test::is_slow ? 5 : 8) > 100);
    }
  }
}

TEST_CASE("encoder_stream: all short strings, in every cut, by every engine") {
  std::vector<std::string> all = alphabet;
  all.insert(all.end(), {"\xFF", "\xE3\x80", "あ"});
  const size_t length = test::is_slow ? 2 : 3;
  for (size_t i = 0; i < bpe::pattern_count; i++) {
    CAPTURE(bpe::pattern_name(bpe::Pattern(i)));
    for (const std::string& engine : test::engines()) {
      CAPTURE(engine);
      const bpe::Encoding encoding = with_pattern(bpe::pattern_text(bpe::Pattern(i)), engine);
      for (size_t code = 0; code < all.size() * all.size() * (length == 3 ? all.size() : 1); code++) {
        std::string text;
        for (size_t n = 0, rest = code; n < length; n++, rest /= all.size()) text += all[rest % all.size()];
        check_cuts(encoding, text, test::no_special);
      }
    }
  }
}

TEST_CASE("encoder_stream: random texts on every engine") {
  std::vector<std::string> pieces = alphabet;
  pieces.insert(pieces.end(), more_characters.begin(), more_characters.end());
  pieces.insert(pieces.end(), {" hello", "World", " it's", "   \n ", "12345", "<|endoftext|>", "<|endof", "<|", " the quick brown",
                               "漢字かな", "AAAA", std::string(70, ' ')});
  test::Random random(41);
  for (size_t i = 0; i < bpe::pattern_count; i++) {
    CAPTURE(bpe::pattern_name(bpe::Pattern(i)));
    for (const std::string& engine : test::engines()) {
      CAPTURE(engine);
      const bpe::Encoding encoding = with_pattern(bpe::pattern_text(bpe::Pattern(i)), engine);
      for (int round = 0; round < (test::is_slow ? 20 : 150); round++) {
        const std::string text = random.mix(pieces, 1 + random.below(60));
        check_parts(encoding, text, test::no_special, random);
        check_parts(encoding, text, test::all_special, random);
      }
      // Much at once goes by the kernels up to a cut.
      const std::string text = random.mix(pieces, 20000);
      const Tokens expected = test::encode(encoding, text, test::all_special);
      REQUIRE(encode_in_parts(encoding, text, {text.size()}, test::all_special) == expected);
      REQUIRE(encode_in_parts(encoding, text, {10000, 3, 50000}, test::all_special) == expected);
    }
  }
}

TEST_CASE("encoder_stream: tokens come as soon as they are certain") {
  const bpe::Encoding& encoding = test::builtin("cl100k_base");
  bpe::EncoderStream stream(encoding, test::all_special);
  const auto push = [&](std::string_view part) {
    bpe::TokenBuffer tokens;
    stream.push(bpe::Text(part), tokens);
    return Tokens(tokens.data(), tokens.data() + tokens.size());
  };
  CHECK(push("hel") == Tokens());
  CHECK(push("lo") == Tokens());
  CHECK(push(" wor") == Tokens{15339});
  CHECK(push("ld<|endof") == Tokens());
  CHECK(push("text|>") == Tokens{1917, 100257});
  CHECK(push("123") == test::encode(encoding, "123"));  // three numbers end without a look at what follows
  bpe::TokenBuffer rest;
  stream.finish(rest);
  CHECK(rest.size() == 0);
  CHECK(push("again ") == test::encode(encoding, "again"));  // another text
}

TEST_CASE("encoder_stream: special tokens that overlap, contain each other, or only begin") {
  const std::vector<token_ranker_special_token> special = {{"<a", 2, 300, 0}, {"<ab>", 4, 301, 0}, {"<abcdefgh>", 10, 302, 0},
                                                           {"b", 1, 303, 0},  {"h>x", 3, 304, 0},  {" c", 2, 305, 0}};
  const bpe::Encoding encoding(
      {"test", test::builtin("cl100k_base").pattern(), test::make_vocabulary(test::single_bytes()), bpe::SpecialTokens(special)}, "");
  test::Random random(43);
  const uint32_t some[] = {0, 2, 5};
  const std::vector<std::string> pieces = {"<", "a", "b", ">", "<abcdefgh", ">", "h>x", " c", " ", "<ab", "cdefg", "x", "\n"};
  for (int round = 0; round < (test::is_slow ? 200 : 2000); round++) {
    const std::string text = random.mix(pieces, 1 + random.below(12));
    for (const bpe::SpecialSelection allowed : {test::all_special, test::no_special, bpe::SpecialSelection{some, 3}})
      check_cuts(encoding, text, allowed);
  }
}

TEST_CASE("encoder_stream: other patterns stream by partial matching") {
  test::Random random(44);
  const std::vector<std::string> pieces = {"a",  "b", "c",  "aab",  "abc",      " ", "  ", "\n",  "1",
                                           "22", "é", "漢", "\xFF", "\xE3\x80", "x", "-",  "foo", "bar"};
  for (const char* pattern : {"[a-z]+|[0-9]+", "(?<=a)b|a|c+", "(?<!a)b+|[^b]", "^a+|b|c", "a+$|b", "(?s:.)", "abc|ab|a", "a(?=b)|b(?!c)|c",
                              "foo(?=.*bar)|[a-z]", "\\s+(?!\\S)|\\s+|\\S+", "(?<=(?<!a)b)c|[ab]", "b*", "a|\\z", "\\A[a-c]|1+|\\s",
                              "[^1]+?1|22", "(?:ab?){1,3}|x", "\\b[a-z]+\\b|1"}) {
    CAPTURE(pattern);
    const test::Outcome outcome = test::outcome_of([&] {
      const bpe::Encoding encoding({"test", pattern, test::make_vocabulary(test::single_bytes_and({"ab", "aa"})), bpe::SpecialTokens()},
                                   "");
      for (int round = 0; round < (test::is_slow ? 60 : 600); round++)
        check_cuts(encoding, random.mix(pieces, 1 + random.below(10)), test::no_special);
    });
    CAPTURE(outcome.message);
    CHECK((outcome.status == TOKEN_RANKER_OK || outcome.status == TOKEN_RANKER_UNSUPPORTED_PATTERN));
    CHECK((outcome.status == TOKEN_RANKER_OK || std::strstr(pattern, "\\b")));
  }
}

TEST_CASE("encoder_stream: the rules of a tokenizer.json") {
  const std::string tokens[] = {
      added_token("<w>", 256, "single_word"),          added_token("<l>", 257, "lstrip"),   added_token("<r>", 258, "rstrip special"),
      added_token("<b>", 259, "lstrip rstrip"),        added_token("é", 260, "normalized"), added_token("<n> ", 261, "normalized lstrip"),
      added_token("word", 262, "single_word special"), added_token(" ", 263, "special"),    added_token("<re>", 264, "rstrip normalized")};
  std::string all;
  for (const std::string& token : tokens) all += (all.empty() ? "" : ",") + token;
  const char* const digits =
      R"({"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":false},{"type":"Split","pattern":{"Regex":"[a-z]+"},"behavior":"Isolated","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}]})";
  const char* const removed =
      R"({"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":" +"},"behavior":"Removed","invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}]})";
  const char* const blank = R"({"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true})";
  const char* const whole = R"({"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false})";
  const std::vector<std::string> pieces = {
      "<w>",  "<l>",  "<r>",      "<b>",  "e\xCC\x81", "é",  "<n> ", "word",     " ",        "  ",           "\t",           "\n",
      "a",    "Z",    "1",        "23",   "<",         "<w", ">",    "\xCC\x81", "\xCC\x96", "\xE1\x84\x80", "\xE1\x85\xA1", "\xE1\x86\xA8",
      "\xFF", "\xC0", "\xE3\x80", "<re>", "wor",       "'s", "_",    "漢"};
  test::Random random(45);
  for (const std::string& added : {std::string(), all}) {
    for (const char* normalizer : {"null", R"({"type":"NFC"})"}) {
      for (const char* pre_tokenizer : {byte_level, digits, removed, blank, whole}) {
        CAPTURE(added.size(), normalizer, pre_tokenizer);
        const bpe::Encoding encoding = with_rules(added, normalizer, pre_tokenizer);
        for (int round = 0; round < (test::is_slow ? 40 : 400); round++) {
          const std::string text = random.mix(pieces, 1 + random.below(14));
          check_cuts(encoding, text, test::all_special);
          check_parts(encoding, text, test::no_special, random);
        }
      }
    }
  }
}

TEST_CASE("encoder_stream: memory follows what is open, not the text") {
  std::string text;
  while (text.size() < (test::is_slow ? 200000 : 2000000)) text += " hello World's 123 漢字 \n\n";
  for (const char* name : {"cl100k_base", "o200k_base", "gpt2"}) {
    size_t memory = 0;
    CHECK(encode_in_parts(test::builtin(name), text, {1000}, test::all_special, &memory) == test::encode(test::builtin(name), text));
    CHECK(memory < 8000);
  }
  const bpe::Encoding matched = with_pattern("[a-z]+|[^a-z]");
  size_t memory = 0;
  CHECK(encode_in_parts(matched, text.substr(0, 100000), {1000}, test::no_special, &memory) ==
        test::encode(matched, text.substr(0, 100000)));
  CHECK(memory < 8000);
  // Text that a pattern drops is not held either.
  const bpe::Encoding dropping = with_pattern("z");
  memory = 0;
  CHECK(encode_in_parts(dropping, text.substr(0, 100000), {1000}, test::no_special, &memory).empty());
  CHECK(memory < 8000);
}

// Byte by byte, which a cost of the square would make hours of.
TEST_CASE("encoder_stream: a long pretoken byte by byte") {
  const size_t size = test::is_slow ? 30000 : 1000000;
  const std::string kinds[] = {"a", "A", "漢", " ", "\n", "!", "\n ", "A漢", "e\xCC\x81", "\xFF"};
  for (const char* name : {"cl100k_base", "o200k_base"}) {
    for (const std::string& kind : kinds) {
      CAPTURE(name, kind);
      std::string text;
      while (text.size() < size) text += kind;
      size_t memory = 0;
      CHECK(encode_in_parts(test::builtin(name), text, {1}, test::no_special, &memory) == test::encode(test::builtin(name), text));
      CHECK(memory < 3 * size);
    }
  }
  const bpe::Encoding matched = with_pattern("a+|b");
  const std::string text(size, 'a');
  CHECK(encode_in_parts(matched, text, {1}, test::no_special) == test::encode(matched, text));
  const bpe::Encoding nfc = with_rules(added_token("<l>", 256, "lstrip"), R"({"type":"NFC"})", byte_level);
  std::string marks = "e", blanks(size / 4, ' ');
  while (marks.size() < size / 4) marks += "\xCC\x81";
  for (const std::string& long_text : {marks, blanks})
    CHECK(encode_in_parts(nfc, long_text, {1}, test::all_special) == test::encode(nfc, long_text, test::all_special));
}

TEST_CASE("encoder_stream: a failing pattern names the byte, and another text may follow") {
  const std::vector<token_ranker_special_token> special = {{"<s>", 3, 300, 0}};
  const bpe::Encoding encoding({"test", "(?:a|a)*c|o|k| ", test::make_vocabulary(test::single_bytes()), bpe::SpecialTokens(special)}, "");
  bpe::EncoderStream stream(encoding, test::all_special);
  bpe::TokenBuffer tokens;
  stream.push(bpe::Text(std::string_view("ok<s>o")), tokens);
  const std::string bad = "k " + std::string(60, 'a') + "!c";
  const test::Outcome outcome = test::outcome_of([&] { stream.push(bpe::Text(bad), tokens); });
  CHECK(outcome.status == TOKEN_RANKER_MATCH_FAILED);
  CHECK(outcome.offset == 8);
  tokens.clear();
  stream.push(bpe::Text(std::string_view("ok")), tokens);
  stream.finish(tokens);
  CHECK(tokens.size() == 2);
}

TEST_CASE("encoder_stream: an index out of range is refused") {
  const uint32_t indices[] = {0, 100};
  const test::Outcome outcome = test::outcome_of([&] { bpe::EncoderStream(test::builtin("gpt2"), {indices, 2}); });
  CHECK(outcome.status == TOKEN_RANKER_INVALID_ARGUMENT);
  CHECK(outcome.offset == 1);
}
