#include "support.hpp"

#include <algorithm>
#include <map>
#include <numeric>

#include "builtin_encodings.hpp"
#include "scan/dispatch.hpp"

namespace test {

std::string Random::letters(std::string_view alphabet, size_t size) {
  std::string text(size, '\0');
  for (char& letter : text) letter = alphabet[below(alphabet.size())];
  return text;
}

std::string Random::mix(const std::vector<std::string>& pieces, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; i++) text += pieces[below(pieces.size())];
  return text;
}

ExactCopy::ExactCopy(std::string_view text) : bytes_(new uint8_t[text.size()]), size_(text.size()) {
  std::copy(text.begin(), text.end(), bytes_.get());
}

std::string utf8(uint32_t code_point) {
  const auto continuation = [&](unsigned shift) { return char(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) return {char(code_point)};
  if (code_point < 0x800) return {char(0xC0 | code_point >> 6), continuation(0)};
  if (code_point < 0x10000) return {char(0xE0 | code_point >> 12), continuation(6), continuation(0)};
  return {char(0xF0 | code_point >> 18), continuation(12), continuation(6), continuation(0)};
}

std::vector<std::string> single_bytes() {
  std::vector<std::string> bytes(256);
  for (size_t i = 0; i < 256; i++) bytes[i] = std::string(1, char(i));
  return bytes;
}

std::vector<std::string> single_bytes_and(std::initializer_list<std::string_view> more) {
  std::vector<std::string> bytes = single_bytes();
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

bpe::Vocabulary::Tokens make_tokens(const std::vector<std::string>& bytes) {
  bpe::Vocabulary::Tokens tokens;
  tokens.offsets.push_back(0);
  for (const std::string& token : bytes) {
    tokens.bytes.insert(tokens.bytes.end(), token.begin(), token.end());
    tokens.offsets.push_back(uint32_t(tokens.bytes.size()));
  }
  tokens.numbers.resize(bytes.size());
  std::iota(tokens.numbers.begin(), tokens.numbers.end(), 0);
  return tokens;
}

bpe::Vocabulary make_vocabulary(const std::vector<std::string>& bytes) { return bpe::Vocabulary(make_tokens(bytes)); }

std::vector<std::string> list_tokens(const bpe::Vocabulary& vocabulary) {
  std::vector<std::string> bytes;
  for (uint32_t rank = 0; rank < vocabulary.size(); rank++) bytes.emplace_back(vocabulary.bytes(rank).view());
  return bytes;
}

const bpe::Encoding& builtin(std::string_view name, std::string_view engine) {
  static std::map<std::pair<std::string, std::string>, std::unique_ptr<bpe::Encoding>> opened;
  std::unique_ptr<bpe::Encoding>& encoding = opened[{std::string(name), std::string(engine)}];
  if (!encoding) encoding = std::make_unique<bpe::Encoding>(bpe::make_builtin_parts(name), engine);
  return *encoding;
}

const std::vector<std::string>& engines() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list = {"scalar", "pcre2"};
    for (const bpe::Kernel* const* kernel = bpe::kernels; *kernel; kernel++) {
      if ((*kernel)->is_supported()) list.push_back((*kernel)->name);
    }
    return list;
  }();
  return names;
}

std::vector<uint32_t> encode(const bpe::Encoding& encoding, std::string_view text, bpe::SpecialSelection allowed) {
  bpe::TokenBuffer tokens;
  bpe::encode(encoding, bpe::Text(text), allowed, tokens);
  return {tokens.data(), tokens.data() + tokens.size()};
}

std::string decode(const bpe::Encoding& encoding, const std::vector<uint32_t>& tokens) {
  std::string bytes(encoding.decoder().decoded_size(tokens.data(), tokens.size()), '\0');
  encoding.decoder().decode(tokens.data(), tokens.size(), reinterpret_cast<uint8_t*>(bytes.data()), bytes.size());
  return bytes;
}

std::vector<std::string> Splitter::split(std::string_view text, size_t capacity) {
  const bpe::ContextPool::Loan context(contexts_);
  bpe::Pretokenizer::Splitter splitter(pretokenizer_, bpe::Text(text), *context);
  std::vector<bpe::Span> spans(capacity);
  std::vector<std::string> pretokens;
  while (const size_t count = splitter.next(spans.data(), capacity)) {
    for (size_t i = 0; i < count; i++) pretokens.emplace_back(text.substr(spans[i].begin, spans[i].end - spans[i].begin));
  }
  return pretokens;
}

}  // namespace test
