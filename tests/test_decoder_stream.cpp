// Streams of tokens: only whole characters come out, and all together they are the bytes with U+FFFD for what is ill-formed.
#include "catch.hpp"
#include "decoder_stream.hpp"
#include "support.hpp"
#include "unicode/utf8.hpp"

namespace {

bool is_continuation(uint8_t byte, unsigned lead, size_t place) {
  if (place > 1) return byte >= 0x80 && byte <= 0xBF;
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return byte >= low && byte <= high;
}

// Table 3-7 of Unicode, read from left to right: as many bytes as begin a character are one U+FFFD.
std::string naive_repair(std::string_view bytes) {
  std::string text;
  for (size_t at = 0; at < bytes.size();) {
    const unsigned lead = uint8_t(bytes[at]);
    const size_t wanted = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    size_t size = 1;
    while (size < wanted && at + size < bytes.size() && is_continuation(uint8_t(bytes[at + size]), lead, size)) size++;
    text += size == wanted ? bytes.substr(at, size) : "\xEF\xBF\xBD";
    at += size;
  }
  return text;
}

const bpe::Decoder& byte_decoder() {
  static const bpe::Encoding encoding(
      {"test", "[^a]|a", test::make_vocabulary(test::single_bytes_and({"\xE6\xBC\xA2!", "\xA2\xF0\x9F"})), bpe::SpecialTokens()}, "");
  return encoding.decoder();
}

void check(const std::vector<uint32_t>& tokens) {
  std::string bytes(byte_decoder().decoded_size(tokens.data(), tokens.size()), '\0');
  byte_decoder().decode(tokens.data(), tokens.size(), reinterpret_cast<uint8_t*>(bytes.data()), bytes.size());
  const std::string expected = naive_repair(bytes);
  CAPTURE(tokens);
  bpe::DecoderStream stream(byte_decoder());
  std::string text;
  size_t pushed = 0;
  for (const uint32_t token : tokens) {
    const size_t before = text.size();
    stream.push(&token, 1, text);
    pushed += byte_decoder().token_size(token);
    const bpe::Text part{std::string_view(text).substr(before)};
    REQUIRE(bpe::size_of_whole_characters(part.data, part.size) == part.size);
    REQUIRE(naive_repair(part.view()) == part.view());
    // What came out is all but three bytes at most.
    REQUIRE(naive_repair(std::string_view(bytes).substr(0, pushed)).size() <= text.size() + 3);
  }
  stream.finish(text);
  REQUIRE(text == expected);
  std::string at_once;
  stream.push(tokens.data(), tokens.size(), at_once);
  stream.finish(at_once);
  REQUIRE(at_once == expected);
}

}  // namespace

TEST_CASE("decoder_stream: all short sequences of bytes that matter") {
  const uint32_t bytes[] = {'a', 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xE0, 0xE6, 0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF};
  constexpr size_t count = std::size(bytes);
  for (size_t code = 0; code < count * count * count * count; code += test::is_slow ? 7 : 1)
    check({bytes[code % count], bytes[code / count % count], bytes[code / count / count % count], bytes[code / count / count / count]});
}

TEST_CASE("decoder_stream: random tokens") {
  test::Random random(61);
  const std::string text = "aé漢🙂\xFF";
  for (int round = 0; round < 3000; round++) {
    std::vector<uint32_t> tokens(random.below(20));
    for (uint32_t& token : tokens) token = random.below(4) ? uint8_t(text[random.below(text.size())]) : uint32_t(random.below(258));
    check(tokens);
  }
}

TEST_CASE("decoder_stream: a number that is no token is refused, and nothing is taken") {
  bpe::DecoderStream stream(byte_decoder());
  std::string text;
  const uint32_t begin[] = {0xE6}, bad[] = {0xBC, 99999}, rest[] = {0xBC, 0xA2};
  stream.push(begin, 1, text);
  const test::Outcome outcome = test::outcome_of([&] { stream.push(bad, 2, text); });
  CHECK(outcome.status == TOKEN_RANKER_UNKNOWN_TOKEN);
  CHECK(outcome.offset == 1);
  CHECK(text == "");
  stream.push(rest, 2, text);
  CHECK(text == "漢");
}

TEST_CASE("decoder_stream: whole characters and ill-formed bytes") {
  const auto whole = [](std::string_view text) { return bpe::size_of_whole_characters(bpe::Text(text).data, text.size()); };
  CHECK(whole("") == 0);
  CHECK(whole("a") == 1);
  CHECK(whole("a\xC3") == 1);
  CHECK(whole("a\xC3\xA9") == 3);
  CHECK(whole("a\xE6\xBC") == 1);
  CHECK(whole("a\xF0\x9F\x98") == 1);
  CHECK(whole("a\xF0\x9F\x98\x80") == 5);
  CHECK(whole("a\xE0\x80") == 3);  // overlong
  CHECK(whole("a\xED\xA0") == 3);  // a surrogate
  CHECK(whole("a\xF4\x90") == 3);  // beyond U+10FFFF
  CHECK(whole("a\xC0") == 2);
  CHECK(whole("a\x80\x80\x80\x80") == 5);
}
