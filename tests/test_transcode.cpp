// Transcoders: every kernel writes the UTF-8 of any characters, of any number of them, and refuses what has none.
#include <cstring>
#include <type_traits>

#include "catch.hpp"
#include "scan/dispatch.hpp"
#include "support.hpp"
#include "transcode/transcode.hpp"

namespace {

constexpr uint32_t last_of_width[] = {0, 0xFF, 0xFFFF, 0, 0x10FFFF};

bool is_surrogate(uint32_t character) { return character - 0xD800 < 0x800; }

template <class Unit>
size_t run(const bpe::Transcoders& transcoders, const Unit* characters, size_t size, uint8_t* utf8) {
  if constexpr (sizeof(Unit) == 1) return transcoders.latin1(characters, size, utf8);
  if constexpr (sizeof(Unit) == 2) return transcoders.ucs2(characters, size, utf8);
  if constexpr (sizeof(Unit) == 4) return transcoders.ucs4(characters, size, utf8);
}

// With input and output of exactly the sizes that are promised.
template <class Unit>
void check(const bpe::Kernel& kernel, const std::vector<uint32_t>& characters) {
  constexpr size_t most = sizeof(Unit) == 4 ? 4 : sizeof(Unit) + 1;
  const std::unique_ptr<Unit[]> units(new Unit[characters.size()]);
  std::string expected;
  bool has_utf8 = true;
  for (size_t i = 0; i < characters.size(); i++) {
    units[i] = Unit(characters[i]);
    has_utf8 &= !is_surrogate(characters[i]) && characters[i] <= 0x10FFFF;
    if (has_utf8) expected += test::utf8(characters[i]);
  }
  const std::unique_ptr<uint8_t[]> utf8(new uint8_t[most * characters.size() + bpe::transcode_pad]);
  const size_t size = run(*kernel.transcoders, units.get(), characters.size(), utf8.get());
  if (!has_utf8) {
    REQUIRE(size == bpe::no_utf8);
    return;
  }
  REQUIRE(size == expected.size());
  REQUIRE(std::memcmp(utf8.get(), expected.data(), size) == 0);
}

template <class Check>
void for_each_kernel(Check body) {
  for (const bpe::Kernel* const* kernel = bpe::kernels; *kernel; kernel++) {
    if (!(*kernel)->is_supported()) continue;
    CAPTURE((*kernel)->name);
    body(**kernel);
  }
}

template <class Unit>
void check_all_characters(const bpe::Kernel& kernel) {
  // In blocks of one size and with ASCII between them.
  constexpr uint32_t last = last_of_width[sizeof(Unit)];
  for (const bool is_mixed : {false, true}) {
    std::vector<uint32_t> characters;
    for (uint32_t character = 0; character <= last; character++) {
      if (is_surrogate(character)) continue;
      characters.push_back(character);
      if (is_mixed && character % 3 == 0) characters.push_back('a');
    }
    check<Unit>(kernel, characters);
  }
}

// Up to the last character of each size in UTF-8.
uint32_t random_character(test::Random& random, uint32_t last, unsigned ascii_in_8) {
  if (random.below(8) < ascii_in_8) return uint32_t(random.below(0x80));
  constexpr uint32_t limits[] = {0x80, 0x100, 0x800, 0x10000, 0x110000};
  for (;;) {
    const uint32_t character = uint32_t(random.below(limits[random.below(5)]));
    if (character <= last && !is_surrogate(character)) return character;
  }
}

template <class Unit>
void check_random(const bpe::Kernel& kernel, size_t rounds) {
  test::Random random(sizeof(Unit));
  for (size_t round = 0; round < rounds; round++) {
    const unsigned ascii_in_8 = unsigned(random.below(9));
    std::vector<uint32_t> characters(random.below(300));
    for (uint32_t& character : characters) character = random_character(random, last_of_width[sizeof(Unit)], ascii_in_8);
    check<Unit>(kernel, characters);
  }
}

}  // namespace

TEST_CASE("transcode: all characters") {
  for_each_kernel([](const bpe::Kernel& kernel) {
    check_all_characters<uint8_t>(kernel);
    check_all_characters<uint16_t>(kernel);
    check_all_characters<uint32_t>(kernel);
  });
}

TEST_CASE("transcode: texts of every size and mixture") {
  for_each_kernel([](const bpe::Kernel& kernel) {
    const size_t rounds = test::is_slow ? 2000 : 20000;
    check_random<uint8_t>(kernel, rounds);
    check_random<uint16_t>(kernel, rounds);
    check_random<uint32_t>(kernel, rounds);
  });
}

TEST_CASE("transcode: what has no UTF-8, at every place") {
  for_each_kernel([](const bpe::Kernel& kernel) {
    for (const uint32_t filler : {uint32_t('a'), uint32_t(0xE9), uint32_t(0x4E00)}) {
      for (const uint32_t bad : {0xD800u, 0xDBFFu, 0xDC00u, 0xDFFFu, 0x110000u, 0xFFFFFFFFu}) {
        for (size_t size : {1, 15, 16, 17, 64, 65, 130}) {
          for (size_t at = 0; at < size; at++) {
            std::vector<uint32_t> characters(size, filler);
            characters[at] = bad;
            check<uint32_t>(kernel, characters);
            if (bad < 0x10000) check<uint16_t>(kernel, characters);
          }
        }
      }
    }
  });
}
