// C++17: encode, count, decode, an error; the destructor frees. Exits with 1 if a token is not the expected one.
#include <iostream>

#include "token_ranker.hpp"

int main() try {
  const std::string_view text = "Größe, 大きさ, size";
  const std::vector<std::uint32_t> expected = {3193, 52715, 11, 11520, 11852, 7500, 11, 2349};
  const ranker::Encoding encoding("o200k_base");

  const std::vector<std::uint32_t> tokens = encoding.encode(text);
  for (const std::uint32_t token : tokens) std::cout << token << ' ';
  std::cout << '\n';
  bool is_right = tokens == expected && encoding.count(text) == tokens.size() && encoding.decode(tokens) == text;
  is_right &= encoding.encode("<|endoftext|>", ranker::Special::all) == std::vector<std::uint32_t>{199999};

  try {
    encoding.decode({2349, 4000000000});
    is_right = false;
  } catch (const ranker::Error& error) {
    std::cout << token_ranker_status_name(error.status()) << ": " << error.what() << '\n';
    is_right &= error.status() == TOKEN_RANKER_UNKNOWN_TOKEN && error.offset() == 1;
  }
  return is_right ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
