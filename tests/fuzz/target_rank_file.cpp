// Rank files, changed at will: refused in words, or they encode, and decode what they encoded. "*" stands for the lines of the single
// bytes.
#include "fuzz.hpp"
#include "loading.hpp"
#include "scan/known_pattern.hpp"
#include "support.hpp"
#include "vocabulary_trees.hpp"

FUZZ_TARGET(rank_file) {
  static const std::string lines = [] {
    std::string text;
    for (unsigned byte = 0; byte < 256; byte++) text += test::base64(std::string(1, char(byte))) + " " + std::to_string(byte) + "\n";
    return text;
  }();
  const uint8_t choice = input.byte();
  const std::string_view file = input.rest();
  const std::string_view pattern = choice < 8    ? ""
                                   : choice < 16 ? "[a-z]+|[^a-z]"
                                                 : bpe::pattern_text(bpe::Pattern(choice % bpe::pattern_count));
  fuzz::check_file(fuzz::with_single_bytes(file, "*", lines), choice & 1 ? TOKEN_RANKER_FORMAT_DETECT : TOKEN_RANKER_FORMAT_RANKS, pattern,
                   file.substr(0, 100));
}
