#include "decoder.hpp"

#include <algorithm>
#include <cstring>

#include "failure.hpp"

namespace bpe {

Decoder::Decoder(const Vocabulary& vocabulary, const SpecialTokens& special_tokens) {
  const size_t count = vocabulary.size() + special_tokens.size();
  max_token_ = vocabulary.number(uint32_t(vocabulary.size() - 1));
  for (size_t i = 0; i < special_tokens.size(); i++) max_token_ = std::max(max_token_, special_tokens[i].token);
  table_.resize(std::min<size_t>(size_t{max_token_} + 1, 4 * count + 4096));
  for (uint32_t rank = 0; rank < vocabulary.size(); rank++) add(vocabulary.number(rank), vocabulary.bytes(rank));
  for (size_t i = 0; i < special_tokens.size(); i++)
    add(special_tokens[i].token, {special_tokens[i].text, special_tokens[i].text_size});
}

void Decoder::add(uint32_t token, Text bytes) {
  Text& place = token < table_.size() ? table_[token] : beyond_[token];
  if (place.size == 0) place = bytes;
}

Text Decoder::bytes_of(uint32_t token) const {
  if (token < table_.size()) return table_[token];
  const auto found = beyond_.find(token);
  return found == beyond_.end() ? Text() : found->second;
}

size_t Decoder::decoded_size(const uint32_t* tokens, size_t tokens_size) const {
  size_t size = 0;
  for (size_t i = 0; i < tokens_size; i++) {
    const size_t token_size = bytes_of(tokens[i]).size;
    if (token_size == 0) throw Failure(TOKEN_RANKER_UNKNOWN_TOKEN, i, "tokens[%zu] = %u is no token of this encoding", i, tokens[i]);
    size += token_size;
  }
  return size;
}

void Decoder::decode(const uint32_t* tokens, size_t tokens_size, uint8_t* bytes, size_t capacity) const {
  for (size_t i = 0; i < tokens_size && capacity > 0; i++) {
    const Text token = bytes_of(tokens[i]);
    const size_t size = std::min(token.size, capacity);
    std::memcpy(bytes, token.data, size);
    bytes += size;
    capacity -= size;
  }
}

}  // namespace bpe
