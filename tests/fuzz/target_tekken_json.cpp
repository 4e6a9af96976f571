// tekken.json files, changed at will: refused in words, or they encode, and decode what they encoded. "@bytes" in the vocabulary stands for
// the single bytes.
#include "fuzz.hpp"
#include "loading.hpp"
#include "support.hpp"
#include "vocabulary_trees.hpp"

FUZZ_TARGET(tekken_json) {
  static const std::string entries = [] {
    std::string text;
    for (unsigned byte = 0; byte < 256; byte++) {
      text += (byte ? ",{\"rank\":" : "{\"rank\":") + std::to_string(byte) + ",\"token_bytes\":\"" +
              test::base64(std::string(1, char(byte))) + "\"}";
    }
    return text;
  }();
  const std::string_view file = input.rest();
  fuzz::check_file(fuzz::with_single_bytes(file, "\"@bytes\"", entries), TOKEN_RANKER_FORMAT_TEKKEN_JSON, "", file.substr(0, 150));
}
