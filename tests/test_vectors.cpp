// The tokens of tiktoken itself, from tests/vectors; make_vectors.py there says how the files are made.
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "support.hpp"

namespace {

std::string from_hexadecimal(const std::string& digits) {
  std::string bytes;
  for (size_t i = 0; i < digits.size(); i += 2) bytes.push_back(char(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return bytes;
}

std::vector<uint32_t> read_tokens(const std::string& numbers) {
  std::istringstream stream(numbers);
  std::vector<uint32_t> tokens;
  for (uint32_t token; stream >> token;) tokens.push_back(token);
  return tokens;
}

}  // namespace

TEST_CASE("vectors: text to tokens and back, as tiktoken does") {
  for (const char* name : test::builtin_names) {
    std::ifstream file(std::string(TESTS_DIRECTORY) + "/vectors/" + name + ".txt");
    REQUIRE(file.is_open());
    size_t vectors = 0;
    for (std::string line; std::getline(file, line);) {
      if (line[0] == '#') continue;
      const size_t first_tab = line.find('\t'), second_tab = line.find('\t', first_tab + 1);
      const std::string encoding = line.substr(0, first_tab);
      const std::string text = from_hexadecimal(line.substr(first_tab + 1, second_tab - first_tab - 1));
      const std::vector<uint32_t> tokens = read_tokens(line.substr(second_tab + 1));
      const bool allows_special = encoding.back() == '+';
      const test::ExactCopy copy(text);
      CAPTURE(encoding, text);
      CHECK((encoding == name || encoding == std::string(name) + "+"));
      CHECK(test::encode(test::builtin(name), copy.text().view(), allows_special ? test::all_special : test::no_special) == tokens);
      // 200018 has two names and decodes to the first.
      if (text.find("reserved_200018") == std::string::npos) CHECK(test::decode(test::builtin(name), tokens) == text);
      vectors++;
    }
    CHECK(vectors > 120);
  }
}
