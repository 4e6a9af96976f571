// Text to tokens, the whole way, against the naive twin: warm and cold, with special tokens, for every engine; counts with limits.
#include <algorithm>
#include <map>

#include "builtin_encodings.hpp"
#include "catch.hpp"
#include "encoder.hpp"
#include "reference/naive_encode.hpp"
#include "support.hpp"
#include "text_limit.hpp"

using Tokens = std::vector<uint32_t>;
using reference::NaiveEncoder;

namespace {

constexpr const char* names[] = {"r50k_base", "p50k_base", "cl100k_base", "o200k_base"};

NaiveEncoder& naive(std::string_view name) {
  static std::map<std::string, std::unique_ptr<NaiveEncoder>, std::less<>> made;
  auto found = made.find(name);
  if (found == made.end()) found = made.emplace(std::string(name), std::make_unique<NaiveEncoder>(test::builtin(name))).first;
  return *found->second;
}

void check_same(const char* name, std::string_view text, std::string_view engine = "") {
  const test::ExactCopy copy(text);
  const Tokens found = test::encode(test::builtin(name, engine), copy.text().view()), expected = naive(name).encode(text);
  if (found == expected) return;
  const auto first = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end()).first - found.begin();
  CAPTURE(name, engine, text.size(), text.substr(0, 200), first);
  CHECK(found == expected);
}

// Words of every kind: of the vocabulary and not, in many scripts, and bytes that are no UTF-8.
const std::vector<std::string>& words() {
  static const std::vector<std::string> list = {
      " the", " of", "ing", " Hello", "hello", "WORLD", "'s", "'LL", " 12", "345678", "\n", "\n\n  ", "   ", "\t", "\r\n", " ", "!", "...",
      " //", "==", " {\n", "漢字", "日本語の", "汉语拼音", "한국어", "Привет", " мир", "مرحبا", "नमस्ते", "שלום", "ภาษาไทย",
      "é", "e\u0301", "ß", "😀", "👩‍👩‍👧", "\u00A0", "\u3000", "x_y", "fooBarBaz", "\xFF", "\xE2\x82", "\xF8\xF9", "\x80",
      "qzxjk", "\u01C5", "½", std::string(1, '\0'), "aaaaaaaa", "aaaaaaaaa", "antidisestablishmentarianism", "https://example.com/?q=1",
      "0123456789abcdef", "------------------------"};
  return list;
}

bpe::SpecialSelection selection_of(const std::vector<uint32_t>& indices) { return {indices.data(), indices.size()}; }

size_t count(const bpe::Encoding& encoding, std::string_view text, bpe::SpecialSelection allowed, size_t limit) {
  return bpe::count(encoding, bpe::Text(text), allowed, limit);
}

}  // namespace

TEST_CASE("encoder: known tokens") {
  CHECK(test::encode(test::builtin("gpt2"), "hello world") == Tokens{31373, 995});
  CHECK(test::encode(test::builtin("r50k_base"), "hello world") == Tokens{31373, 995});
  CHECK(test::encode(test::builtin("cl100k_base"), "hello world") == Tokens{15339, 1917});
  CHECK(test::encode(test::builtin("o200k_base"), "hello world") == Tokens{24912, 2375});
  CHECK(test::encode(test::builtin("cl100k_base"), "").empty());
}

TEST_CASE("encoder: every token of a vocabulary as a text") {
  for (const char* name : names) {
    const std::vector<std::string> tokens = test::list_tokens(test::builtin(name).vocabulary());
    for (size_t rank = 0; rank < tokens.size(); rank += test::is_slow ? 37 : 1) check_same(name, tokens[rank]);
  }
}

TEST_CASE("encoder: random mixes of words, each again when it is in the cache") {
  test::Random random(51);
  for (const char* name : names) {
    for (int i = 0; i < (test::is_slow ? 200 : 3000); i++) {
      const std::string text = random.mix(words(), 1 + random.below(40));
      check_same(name, text);
      if (i % 3 == 0) check_same(name, text);
    }
  }
}

TEST_CASE("encoder: texts of many chunks") {
  test::Random random(52);
  for (const char* name : names) {
    for (const size_t count : {1000, 2047, 2048, 2049, 5000, 20000}) check_same(name, random.mix(words(), count));
    check_same(name, random.letters("ab \n", 30000));
    std::string alone;
    for (int i = 0; i < 5000; i++) alone += " " + random.letters("abcdefghijklmnopqrstuvwxyz", 1 + random.below(20));
    check_same(name, alone);
  }
}

TEST_CASE("encoder: every engine, warm and cold") {
  test::Random random(61);
  for (const char* name : names) {
    for (const std::string& engine : test::engines()) {
      for (int i = 0; i < (test::is_slow ? 30 : 1000); i++) check_same(name, random.mix(words(), 1 + random.below(80)), engine);
      for (int i = 0; i < (test::is_slow ? 30 : 1000); i++) {
        std::string text(random.below(150), '\0');
        for (char& c : text) c = char(random.next());
        check_same(name, text, engine);
      }
      for (size_t size = 1; size < 140; size += test::is_slow ? 9 : 1) {
        std::string text;
        for (int i = 0; i < 20; i++) text += " " + random.letters(i % 2 ? "etaoinshrdlu" : "qxzjkvwy\xF9", size);
        check_same(name, text, engine);
      }
      check_same(name, random.mix(words(), 9000), engine);
    }
  }
}

TEST_CASE("encoder: words of every size, of one letter and of many") {
  test::Random random(53);
  for (const char* name : names) {
    for (size_t size = 1; size <= 300; size += size < 140 ? 1 : 13) {
      for (const char letter : {'a', 'Z', ' ', '-', '\n', '\xF9', '\xFF'}) check_same(name, std::string(size, letter));
      check_same(name, random.letters("etaoinshrdlu", size));
      check_same(name, " " + random.letters("qxzjkvwy", size) + "!");
      check_same(name, random.letters("\xF8\xF9\xFA\xFB\xFC\xFD\xFE\xFF", size));
    }
  }
}

// Short words and long ones whose last byte could pass for the mark of a shorter one's size.
TEST_CASE("encoder: bad bytes that end words") {
  for (const char* name : names) {
    const bpe::Encoding& encoding = test::builtin(name);
    for (size_t size = 1; size <= 18; size++) {
      const std::string zeros(size, '\0'), letters(size, '!');
      for (int byte = 0xF0; byte <= 0xFF; byte++) {
        for (const std::string& before : {zeros, letters, letters.substr(1) + zeros.substr(0, 1)}) {
          const std::string text = before + char(byte);
          // Both orders: what the cache learns first must not answer for the other.
          check_same(name, before);
          check_same(name, text);
          bpe::TokenBuffer tokens;
          bpe::encode_pretoken(encoding, bpe::Text(text), tokens);
          CHECK((Tokens(tokens.data(), tokens.data() + tokens.size()) == naive(name).encode_pretoken(text)));
        }
      }
    }
  }
}

TEST_CASE("encoder: random bytes") {
  test::Random random(54);
  for (const char* name : names) {
    for (int i = 0; i < (test::is_slow ? 200 : 2000); i++) {
      std::string text(random.below(200), '\0');
      for (char& c : text) c = char(random.next());
      check_same(name, text);
      CHECK(test::decode(test::builtin(name), test::encode(test::builtin(name), text)) == text);
    }
  }
}

TEST_CASE("encoder: long runs of three-byte characters") {
  test::Random random(55);
  for (const char* name : names) {
    for (int i = 0; i < (test::is_slow ? 5 : 60); i++) {
      std::string text;
      const size_t size = 1 + random.below(300);
      // Frequent ones, all of the block, kana, Hangul: tokens of several characters and of parts of one.
      for (size_t k = 0; k < size; k++) {
        const uint32_t from[] = {0x4E00, 0x4E00, 0x3040, 0xAC00}, many[] = {0x200, 0x51A6, 0xC0, 0x2BA4};
        const size_t block = i % 5 == 4 ? random.below(4) : size_t(i) % 4;
        text += test::utf8(from[block] + uint32_t(random.below(many[block])));
      }
      check_same(name, text);
      check_same(name, "a" + text + "。" + text + "\xE6" + text);
    }
    // Tokens of the vocabulary that hold such characters, whole or in part, side by side.
    std::vector<std::string> parts;
    for (const std::string& token : test::list_tokens(test::builtin(name).vocabulary())) {
      if (uint8_t(token.back()) >= 0x80 && token.size() < 16) parts.push_back(token);
    }
    for (int i = 0; i < (test::is_slow ? 50 : 2000); i++) check_same(name, random.mix(parts, 1 + random.below(30)));
  }
}

TEST_CASE("encoder: special tokens split the text, for every selection") {
  const bpe::Encoding& encoding = test::builtin("p50k_edit");
  NaiveEncoder twin(encoding);
  test::Random random(56);
  std::vector<std::string> pieces = {"<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>",
                                     "<|", "|>", "a", " b", "  ", "\n", "'s"};
  for (int i = 0; i < (test::is_slow ? 200 : 2000); i++) {
    const std::string text = random.mix(pieces, random.below(12));
    Tokens allowed;
    for (uint32_t index = 0; index < 4; index++) {
      if (random.below(2)) allowed.push_back(index);
    }
    CHECK(test::encode(encoding, text, selection_of(allowed)) == twin.encode(text, allowed));
    CHECK(test::encode(encoding, text, test::all_special) == twin.encode(text, {0, 1, 2, 3}));
    CHECK(test::encode(encoding, text) == twin.encode(text));
  }
  // Nothing looks beyond a special token: blanks before it are at the end of a text of their own.
  CHECK(test::encode(encoding, "a  <|endoftext|>b", test::all_special) == Tokens{64, 50257, 50256, 65});
  CHECK(test::encode(encoding, "<|endoftext|>", test::all_special) == Tokens{50256});
  CHECK(test::encode(encoding, "<|endoftext|><|endoftext|>", test::all_special) == Tokens{50256, 50256});
}

TEST_CASE("encoder: count is min(tokens, limit + 1)") {
  test::Random random(57);
  for (const char* name : names) {
    const bpe::Encoding& encoding = test::builtin(name);
    for (int i = 0; i < 30; i++) {
      const std::string text = random.mix(words(), random.below(30)) + (i % 2 ? "<|endoftext|>tail" : "");
      const size_t all = test::encode(encoding, text, test::all_special).size();
      for (size_t limit = 0; limit <= all + 2; limit++)
        REQUIRE(count(encoding, text, test::all_special, limit) == std::min(all, limit + 1));
      CHECK(count(encoding, text, test::all_special, SIZE_MAX) == all);
      CHECK(count(encoding, text, test::all_special, SIZE_MAX - 1) == all);
    }
    const std::string many = random.mix(words(), 10000);
    const size_t all = test::encode(encoding, many).size();
    for (const size_t limit : {size_t{0}, size_t{1}, size_t{4096}, all - 1, all, all + 1})
      CHECK(count(encoding, many, test::no_special, limit) == std::min(all, limit + 1));
  }
}

TEST_CASE("encoder: an array holds the first tokens and counts all") {
  const bpe::Encoding& encoding = test::builtin("cl100k_base");
  test::Random random(58);
  const std::string text = random.mix(words(), 3000);
  const Tokens all = test::encode(encoding, text);
  for (const size_t capacity : std::vector<size_t>{0, 1, 2, 100, 2047, 2048, all.size() - 1, all.size(), all.size() + 1}) {
    const std::unique_ptr<uint32_t[]> tokens(new uint32_t[capacity]);  // exact: nothing may be written beyond it
    bpe::TokenArray array(tokens.get(), capacity);
    bpe::encode(encoding, bpe::Text(text), test::no_special, array);
    CHECK(array.size() == all.size());
    CHECK(std::equal(tokens.get(), tokens.get() + std::min(capacity, all.size()), all.begin()));
  }
}

TEST_CASE("encoder: a pretoken is looked up whole, else merged") {
  for (const char* name : names) {
    const bpe::Encoding& encoding = test::builtin(name);
    for (const std::string text : {"hello world", "  \n  ", "a", "tokenization is", "\xFF\xFE", "漢字かな", ""}) {
      bpe::TokenBuffer tokens;
      bpe::encode_pretoken(encoding, bpe::Text(text), tokens);
      CHECK((Tokens(tokens.data(), tokens.data() + tokens.size()) == naive(name).encode_pretoken(text)));
    }
  }
}

TEST_CASE("encoder: a vocabulary with tokens out of reach, holes and a pattern that leaves gaps") {
  bpe::Vocabulary::Tokens tokens = test::make_tokens(test::single_bytes_and({"abc", "bcd", "cd", "abcdabcd", "dd", "ddd", "xyz"}));
  for (uint32_t& number : tokens.numbers) number = number * 3 + 1;
  const bpe::Encoding encoding({"test", "[a-z]+|[0-9]{2}", bpe::Vocabulary(std::move(tokens)), bpe::SpecialTokens()}, "");
  NaiveEncoder twin(encoding);
  test::Random random(59);
  const std::vector<std::string> pieces = {"abc", "bcd", "cd", "d", "dd", "xyz", "xy", "a", " ", ".", "1", "23", "\n", "\xFF", "é"};
  for (int i = 0; i < (test::is_slow ? 500 : 5000); i++) {
    const std::string text = random.mix(pieces, random.below(i % 100 ? 30 : 6000));
    const Tokens found = test::encode(encoding, text), expected = twin.encode(text);
    CAPTURE(text.substr(0, 200));
    REQUIRE((found == expected));
    REQUIRE(count(encoding, text, test::no_special, 5) == std::min<size_t>(found.size(), 6));
  }
}

TEST_CASE("encoder: a megabyte of anything ends soon and comes back") {
  const size_t size = test::is_slow ? 60000 : 1000000;
  test::Random random(60);
  for (const char* name : names) {
    const bpe::Encoding& encoding = test::builtin(name);
    for (const std::string piece : {"a", " ", "漢", "\n", "^", "0", "\xFF", "'", "é", "\u0301", "a ", "<|", "A", "Aa", "/\n"}) {
      std::string text;
      while (text.size() < size) text += piece;
      CHECK((test::decode(encoding, test::encode(encoding, text, test::all_special)) == text));
    }
    for (const std::string_view alphabet : {"abcdefghijklmnopqrstuvwxyz", "ab", "ABCdef", " \t\n\r"}) {
      const std::string text = random.letters(alphabet, size);
      CHECK((test::decode(encoding, test::encode(encoding, text)) == text));
    }
  }
  if (!test::is_sanitized) {
    CHECK(test::encode(test::builtin("cl100k_base"), std::string(1000000, 'a')).size() == 125000);
    CHECK(test::encode(test::builtin("cl100k_base"), std::string(1000000, ' ')).size() == 7813);
    CHECK(test::encode(test::builtin("o200k_base"), std::string(1000000, '^')).size() == 125000);
  }
}
