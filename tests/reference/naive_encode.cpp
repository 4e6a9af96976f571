#include "reference/naive_encode.hpp"

#include "reference/naive_special.hpp"

namespace reference {

NaiveEncoder::NaiveEncoder(const bpe::Encoding& encoding)
    : encoding_(encoding), merge_(test::list_tokens(encoding.vocabulary())), splitter_(encoding.pattern(), "pcre2") {
  for (size_t i = 0; i < encoding.special_tokens().size(); i++)
    special_.emplace_back(encoding.special_tokens()[i].text, encoding.special_tokens()[i].text_size);
}

std::vector<uint32_t> NaiveEncoder::encode_pretoken(std::string_view pretoken) const {
  const uint32_t whole = merge_.find(pretoken);
  std::vector<uint32_t> tokens = whole != UINT32_MAX ? std::vector<uint32_t>{whole} : merge_.merge(pretoken);
  for (uint32_t& token : tokens) token = encoding_.vocabulary().number(token);
  return tokens;
}

std::vector<uint32_t> NaiveEncoder::encode(std::string_view text, const std::vector<uint32_t>& allowed) {
  std::vector<uint32_t> tokens;
  for (size_t at = 0; at < text.size();) {
    const bpe::SpecialMatch match = find_special(special_, allowed, text, at);
    const size_t end = match.is_found() ? match.begin : text.size();
    for (const std::string& pretoken : splitter_.split(text.substr(at, end - at))) {
      const std::vector<uint32_t> merged = encode_pretoken(pretoken);
      tokens.insert(tokens.end(), merged.begin(), merged.end());
    }
    if (!match.is_found()) break;
    tokens.push_back(encoding_.special_tokens()[match.index].token);
    at = match.end;
  }
  return tokens;
}

}  // namespace reference
