// Texts that were made to take long: runs of each class, classes in turn, and words whose merges are many, found by search.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace test {

struct HardText {
  std::string name;
  std::string unit;  // is repeated; "": random characters of the alphabet
  std::vector<std::string> alphabet;
  bool is_long_pieces;  // pretokens of known patterns are longer than 64 bytes

  // At least so many bytes, of whole characters.
  std::string make(size_t size) const;
};

// directory: where hard_words.txt is.
std::vector<HardText> hard_texts(const std::string& directory);

// Ordinary words, to compare with.
std::string prose(size_t size);

}  // namespace test
