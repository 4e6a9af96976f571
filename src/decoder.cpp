#include "decoder.hpp"

#include <algorithm>
#include <cstring>

#include "failure.hpp"

namespace bpe {
namespace {

// Bytes that may be read beyond those of a token.
constexpr size_t pad = 16;

}  // namespace

Decoder::Decoder(Vocabulary& vocabulary, const SpecialTokens& special_tokens, std::span<const token_ranker_special_token> added_tokens) {
  const size_t count = vocabulary.size() + special_tokens.size() + added_tokens.size();
  const auto& [bytes, offsets, numbers] = vocabulary.tokens();
  max_token_ = *std::max_element(numbers.begin(), numbers.end());
  const std::span<const token_ranker_special_token> lists[] = {{special_tokens.data(), special_tokens.size()}, added_tokens};
  for (const auto& list : lists) {
    for (const token_ranker_special_token& special : list) max_token_ = std::max(max_token_, special.token);
  }
  table_.resize(std::min<size_t>(size_t{max_token_} + 1, 4 * count + 4096));
  for (uint32_t rank = 0; rank < vocabulary.size(); rank++) add(numbers[rank], {offsets[rank], offsets[rank + 1] - offsets[rank]});
  for (const auto& list : lists) {
    for (const token_ranker_special_token& special : list) {
      add(special.token, {vocabulary.keep({special.text, special.text_size}), uint32_t(special.text_size)});
    }
  }
  const uint8_t padding[pad] = {};
  vocabulary.keep({padding, pad});
  bytes_ = bytes.data();
}

void Decoder::add(uint32_t token, Place place) {
  Place& stored = token < table_.size() ? table_[token] : beyond_[token];
  if (stored.size == 0) stored = place;
}

Decoder::Place Decoder::find(uint32_t token) const {
  if (token < table_.size()) return table_[token];
  const auto found = beyond_.find(token);
  return found == beyond_.end() ? Place() : found->second;
}

size_t Decoder::decoded_size(const uint32_t* tokens, size_t tokens_size) const {
  size_t size = 0;
  for (size_t i = 0; i < tokens_size; i++) {
    const size_t token_size = find(tokens[i]).size;
    if (token_size == 0) throw Failure(TOKEN_RANKER_UNKNOWN_TOKEN, i, "tokens[%zu] = %u is no token of this encoding", i, tokens[i]);
    size += token_size;
  }
  return size;
}

// Tokens are short: while there is room for sixteen bytes, sixteen are copied whatever the size, and the next token begins where this
// one really ends.
void Decoder::decode(const uint32_t* tokens, size_t tokens_size, uint8_t* bytes, size_t capacity) const {
  for (size_t i = 0; i < tokens_size && capacity > 0; i++) {
    const Place place = find(tokens[i]);
    const uint8_t* const from = bytes_ + place.begin;
    if (place.size <= pad && capacity >= pad) {
      std::memcpy(bytes, from, pad);
      bytes += place.size;
      capacity -= place.size;
      continue;
    }
    const size_t size = std::min<size_t>(place.size, capacity);
    std::memcpy(bytes, from, size);
    bytes += size;
    capacity -= size;
  }
}

}  // namespace bpe
