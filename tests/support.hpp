// What several tests need: repeatable random numbers, exact-size copies of texts, vocabularies made of a list, short ways to encode.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "encoder.hpp"
#include "encoding.hpp"
#include "failure.hpp"
#include "vocabulary.hpp"

namespace test {

// True under sanitizers, which have a memory manager of their own.
inline constexpr bool is_sanitized = TEST_SANITIZED;

// True where all is many times slower: under sanitizers, and in an emulator, which the environment tells. There long loops go over a part
// of what they go over elsewhere.
inline const bool is_slow = is_sanitized || std::getenv("TOKEN_RANKER_TESTS_EMULATED") != nullptr;

// The same numbers in every run, on every system.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t mixed = state_ += 0x9E3779B97F4A7C15;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    return mixed ^ (mixed >> 31);
  }
  size_t below(size_t limit) { return size_t(next() % limit); }
  // `size` letters of the alphabet.
  std::string letters(std::string_view alphabet, size_t size);
  // `count` pieces, one after another.
  std::string mix(const std::vector<std::string>& pieces, size_t count);

 private:
  uint64_t state_;
};

// A copy with not one byte to spare, so that a sanitizer sees every read beyond it.
class ExactCopy {
 public:
  explicit ExactCopy(std::string_view text);
  bpe::Text text() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<uint8_t[]> bytes_;
  size_t size_;
};

// The bytes of a code point; surrogates too, which are then not UTF-8.
std::string utf8(uint32_t code_point);

// All 256 single bytes, in their order.
std::vector<std::string> single_bytes();
// The single bytes, then these.
std::vector<std::string> single_bytes_and(std::initializer_list<std::string_view> more);
// Token i has these bytes and the number i.
bpe::Vocabulary::Tokens make_tokens(const std::vector<std::string>& bytes);
bpe::Vocabulary make_vocabulary(const std::vector<std::string>& bytes);
// The token bytes of a vocabulary, as strings.
std::vector<std::string> list_tokens(const bpe::Vocabulary& vocabulary);

inline constexpr const char* builtin_names[] = {"gpt2",        "r50k_base",  "p50k_base",    "p50k_edit",
                                                "cl100k_base", "o200k_base", "o200k_harmony"};
// Opened once for each engine ("" for the fastest) and kept.
const bpe::Encoding& builtin(std::string_view name, std::string_view engine = "");
// What can split a known pattern on this machine: "scalar", "pcre2", and the kernels.
const std::vector<std::string>& engines();

inline constexpr bpe::SpecialSelection no_special = {nullptr, 0};
inline constexpr bpe::SpecialSelection all_special = {nullptr, TOKEN_RANKER_ALL_SPECIAL};
std::vector<uint32_t> encode(const bpe::Encoding& encoding, std::string_view text, bpe::SpecialSelection allowed = no_special);
std::string decode(const bpe::Encoding& encoding, const std::vector<uint32_t>& tokens);

// Splits texts by one pattern and engine ("" for the fastest).
class Splitter {
 public:
  explicit Splitter(std::string_view pattern, std::string_view engine = "") : pretokenizer_(pattern, engine) {}
  // The pretokens, as strings; asked for `capacity` at a time.
  std::vector<std::string> split(std::string_view text, size_t capacity = 256);

 private:
  bpe::Pretokenizer pretokenizer_;
  bpe::ContextPool contexts_;
};

// The status and offset with which a call fails; {OK, 0} if it does not.
struct Outcome {
  token_ranker_status status;
  uint64_t offset;
  std::string message;
};
template <class Call>
Outcome outcome_of(Call call) {
  try {
    call();
    return {TOKEN_RANKER_OK, 0, ""};
  } catch (const bpe::Failure& failure) {
    return {failure.status, failure.offset, failure.what()};
  }
}

}  // namespace test
