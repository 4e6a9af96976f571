// Texts and tokens that arrive in parts, against the whole: any encoding and engine, any cuts.
#include "decoder_stream.hpp"
#include "encoder_stream.hpp"
#include "fuzz.hpp"
#include "subjects.hpp"
#include "support.hpp"
#include "unicode/utf8.hpp"

namespace {

using Tokens = std::vector<uint32_t>;

// What bytes.decode("utf-8", "replace") gives in Python.
std::string repaired(const std::string& bytes) {
  const bpe::Text text{std::string_view(bytes)};
  std::string repaired;
  for (const uint8_t* at = text.begin(); at < text.end();) {
    const bpe::Character character = bpe::read_character(at, text.end());
    if (character.code_point == bpe::bad_byte)
      repaired += "\xEF\xBF\xBD";
    else
      repaired.append(reinterpret_cast<const char*>(at), character.size);
    at += character.code_point == bpe::bad_byte ? bpe::ill_formed_size(at, text.end()) : character.size;
  }
  return repaired;
}

// Sizes of parts: small ones, now and then a large one, seldom none.
size_t part_size(test::Random& random) {
  const uint64_t number = random.next();
  return number % 16 == 0 ? number / 16 % 200 : number / 16 % 8;
}

void check_encoder(const bpe::Encoding& encoding, bpe::Text text, const fuzz::Selection& allowed, uint64_t cuts, const Tokens& expected) {
  test::Random random(cuts);
  bpe::EncoderStream stream(encoding, allowed.selection);
  bpe::TokenBuffer tokens;
  // A text that was given up leaves nothing behind.
  if (cuts % 8 == 1) {
    stream.push(text.part(0, text.size / 2), tokens);
    stream.clear();
    tokens.clear();
  }
  for (size_t at = 0, size; at < text.size; at += size) {
    size = cuts % 16 == 2 ? 1 : std::min(part_size(random), text.size - at);
    const test::ExactCopy part(text.part(at, at + size).view());
    fuzz::require(stream.push(part.text(), tokens), "the stream wants no more");
  }
  fuzz::require(stream.finish(tokens), "the stream wants no more");
  if (Tokens(tokens.data(), tokens.data() + tokens.size()) != expected)
    fuzz::fail("%s, %s: other tokens in parts: \"%s\"", encoding.name().c_str(), encoding.pretokenizer().engine(),
               fuzz::shown(text.view()).c_str());
}

void check_decoder(const bpe::Encoding& encoding, const Tokens& tokens, uint64_t cuts) {
  const std::string expected = repaired(test::decode(encoding, tokens));
  test::Random random(cuts);
  bpe::DecoderStream stream(encoding.decoder());
  std::string text;
  for (size_t at = 0, size; at < tokens.size(); at += size) {
    size = std::min(part_size(random) / 2, tokens.size() - at);
    const Tokens part(tokens.begin() + std::ptrdiff_t(at), tokens.begin() + std::ptrdiff_t(at + size));
    const size_t before = text.size();
    stream.push(part.data(), part.size(), text);
    const std::string_view made = std::string_view(text).substr(before);
    fuzz::require(bpe::size_of_whole_characters(reinterpret_cast<const uint8_t*>(made.data()), made.size()) == made.size(),
                  "a character is cut");
  }
  stream.finish(text);
  fuzz::require(text == expected, "decoded in parts it is another text");
}

}  // namespace

FUZZ_TARGET(stream) {
  const fuzz::Subject& subject = fuzz::subject(input.byte());
  const bpe::Encoding& encoding = subject.any(input.byte());
  const fuzz::Selection allowed(encoding, input.byte());
  const uint64_t cuts = input.word();
  const test::ExactCopy copy(input.rest());
  const Tokens expected = test::encode(encoding, copy.text().view(), allowed.selection);
  check_encoder(encoding, copy.text(), allowed, cuts, expected);
  check_decoder(encoding, expected, cuts);
  // Tokens in an order that no text has.
  Tokens shuffled = expected;
  test::Random random(cuts);
  for (size_t i = 1; i < shuffled.size(); i++) std::swap(shuffled[i], shuffled[random.below(i + 1)]);
  check_decoder(encoding, shuffled, cuts);
}
