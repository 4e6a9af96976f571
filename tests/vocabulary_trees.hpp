// Small vocabulary files as trees, to be changed and written.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "encoding.hpp"
#include "load/json_reader.hpp"
#include "load/tokenizer_json.hpp"
#include "support.hpp"

namespace test {

using nlohmann::json;

// How a byte-level vocabulary spells a byte.
inline std::string spelled(uint8_t byte) {
  const auto is_printed = [](unsigned b) { return (b >= 33 && b <= 126) || (b >= 161 && b != 173); };
  if (is_printed(byte)) return utf8(byte);
  uint32_t next = 256;
  for (unsigned b = 0; b < byte; b++) next += !is_printed(b);
  return utf8(next);
}

inline std::string spelled(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += spelled(uint8_t(byte));
  return text;
}

inline json byte_level(bool use_regex = true) {
  return {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", use_regex}};
}

// Bit by bit.
inline std::string base64(std::string_view bytes) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t bit = 0; bit < bytes.size() * 8; bit += 6) {
    unsigned value = 0;
    for (size_t i = bit; i < bit + 6; i++) value = value << 1 | (i < bytes.size() * 8 ? uint8_t(bytes[i / 8]) >> (7 - i % 8) & 1u : 0u);
    text += digits[value];
  }
  while (text.size() % 4) text += '=';
  return text;
}

// A tokenizer.json: the single bytes, then the tokens of these merges.
inline json tokenizer_tree(const std::vector<std::pair<std::string, std::string>>& merges = {}, bool use_regex = true) {
  json vocab, list = json::array();
  for (unsigned byte = 0; byte < 256; byte++) vocab[spelled(uint8_t(byte))] = byte;
  for (const auto& [left, right] : merges) {
    if (!vocab.contains(left + right)) vocab[left + right] = vocab.size();
    list.push_back({left, right});
  }
  return {{"version", "1.0"},
          {"added_tokens", json::array()},
          {"normalizer", nullptr},
          {"pre_tokenizer", byte_level(use_regex)},
          {"post_processor", nullptr},
          {"decoder", byte_level()},
          {"model", {{"type", "BPE"}, {"vocab", vocab}, {"merges", list}}}};
}

inline json added_token(std::string_view content, std::initializer_list<std::string_view> properties = {}) {
  json token = {{"id", 0}, {"content", content}};
  for (const char* name : {"single_word", "lstrip", "rstrip", "normalized", "special"}) token[name] = false;
  for (const std::string_view name : properties) token[std::string(name)] = true;
  return token;
}

inline bpe::EncodingParts load_tokenizer(const json& tree) {
  const ExactCopy copy(tree.dump());
  return bpe::load_tokenizer_json(bpe::read_json(copy.text()));
}

inline Outcome outcome_of_tokenizer(const json& tree) {
  return outcome_of([&] { load_tokenizer(tree); });
}

// Refused with this status, and a message that has these words.
inline bool is_refused(const Outcome& outcome, token_ranker_status status, std::string_view words) {
  return outcome.status == status && outcome.message.find(words) != std::string::npos;
}

}  // namespace test
