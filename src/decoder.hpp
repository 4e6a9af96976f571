// Tokens in, bytes out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "special_tokens.hpp"
#include "vocabulary.hpp"

namespace bpe {

// One flat table: where the bytes of each token lie.
class Decoder {
 public:
  // Where a number is both, the vocabulary has it; where two special tokens share one, the first; added tokens come last.
  // All bytes stay with the vocabulary, which must outlive the decoder and stay where it is.
  Decoder(Vocabulary& vocabulary, const SpecialTokens& special_tokens, std::span<const token_ranker_special_token> added_tokens = {});

  uint32_t max_token() const { return max_token_; }

  // Bytes that a token stands for; 0 for a number that is none.
  size_t token_size(uint32_t token) const { return find(token).size; }

  // Bytes that the tokens stand for. Throws Failure(UNKNOWN_TOKEN) that names the first number that is no token, and its index.
  size_t decoded_size(const uint32_t* tokens, size_t tokens_size) const;

  // Writes the first min(size, capacity) of those bytes. The tokens must be known: decoded_size has checked them.
  void decode(const uint32_t* tokens, size_t tokens_size, uint8_t* bytes, size_t capacity) const;

 private:
  // Where the bytes of a token begin, and how many there are: 0 for a number without a token.
  struct Place {
    uint32_t begin = 0;
    uint32_t size = 0;
  };

  Place find(uint32_t token) const;
  void add(uint32_t token, Place place);

  // Numbers are nearly always dense. A rank file may use any number below 2^32, though: those beyond the table are in a map.
  uint32_t max_token_ = 0;
  const uint8_t* bytes_ = nullptr;  // the vocabulary's
  std::vector<Place> table_;
  std::unordered_map<uint32_t, Place> beyond_;
};

}  // namespace bpe
