// Base64 of every size and byte, and what is none.
#include "load/base64.hpp"

#include "catch.hpp"
#include "vocabulary_trees.hpp"

TEST_CASE("base64: all sizes and bytes") {
  test::Random random(31);
  for (size_t size = 1; size < 70; size++) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = char(random.next());
    std::vector<uint8_t> decoded = {1, 2};
    REQUIRE(bpe::decode_base64(test::ExactCopy(test::base64(bytes)).text(), decoded));
    CHECK(decoded.size() == size + 2);
    CHECK(std::string(decoded.begin() + 2, decoded.end()) == bytes);
  }
}

TEST_CASE("base64: what is none") {
  for (const std::string& text : {std::string(""), std::string("A"), std::string("AA"), std::string("AAA"), std::string("A==="), std::string("===="), std::string("AA=A"),
                                  std::string("AA A"), std::string("AA=\n"), std::string("-_-_"), std::string("AAAA\n"), std::string("\xC3\xA9""AA"), std::string("AA==AAAA")}) {
    std::vector<uint8_t> bytes;
    CAPTURE(text);
    CHECK_FALSE(bpe::decode_base64(test::ExactCopy(text).text(), bytes));
  }
}
