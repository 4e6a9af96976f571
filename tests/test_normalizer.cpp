// What becomes of a text before it is split.
#include "normalizer.hpp"

#include "catch.hpp"
#include "support.hpp"

namespace {

std::array<bool, 256> absent(std::initializer_list<int> bytes) {
  std::array<bool, 256> is_absent = {};
  for (const int byte : bytes) is_absent[size_t(byte)] = true;
  return is_absent;
}

std::string normalized(const bpe::Normalizer& normalizer, std::string_view text) {
  bpe::Normalizer::Buffers buffers;
  const test::ExactCopy copy(text);
  return std::string(normalizer.prefix(normalizer.normalize(copy.text(), buffers), buffers).view());
}

}  // namespace

TEST_CASE("normalizer: each of its steps, and all of them") {
  const bpe::Normalizer nothing(false, false, absent({})), nfc(true, false, absent({})), blank(false, true, absent({})), bytes(false, false, absent({0xFF, 0xC0}));
  const bpe::Normalizer all(true, true, absent({0xFF}));
  CHECK(nothing.changes_nothing());
  CHECK(normalized(nothing, "e\u0301\xFF") == "e\u0301\xFF");
  CHECK(normalized(nfc, "e\u0301\xFF") == "\u00E9\xFF");
  CHECK(normalized(blank, "a") == " a");
  CHECK(normalized(blank, " a") == " a");
  CHECK(normalized(blank, "\na") == " \na");
  CHECK(normalized(bytes, "\xFF""a\xC0\xC1") == "\uFFFD""a\uFFFD\xC1");
  CHECK(normalized(all, "e\u0301\xFF") == " \u00E9\uFFFD");
  for (const bpe::Normalizer* one : {&nfc, &blank, &bytes, &all}) CHECK_FALSE(one->changes_nothing());
  CHECK(std::string(nfc.name()) == "NFC, Unicode 9.0.0");
  CHECK(std::string(nothing.name()).empty());
  CHECK(std::string(blank.name()) == "a blank in front");
  CHECK(std::string(all.name()) == "NFC, Unicode 9.0.0; a blank in front");
}

TEST_CASE("normalizer: the bound of tokens for a byte") {
  CHECK(bpe::Normalizer(false, false, absent({})).max_growth() == 1);
  CHECK(bpe::Normalizer(true, false, absent({})).max_growth() == 3);
  CHECK(bpe::Normalizer(false, true, absent({})).max_growth() == 2);
  CHECK(bpe::Normalizer(false, false, absent({0xFF})).max_growth() == 3);
  CHECK(bpe::Normalizer(true, true, absent({0xFF})).max_growth() == 4);
}
