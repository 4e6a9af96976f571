// Every kernel of this machine splits as the scalar scanner does: whatever the text, wherever it lies in the grid of 64-byte blocks.
#include <array>
#include <set>

#include "catch.hpp"
#include "guarded_page.h"
#include "scan/bit_compress.hpp"
#include "scan_check.hpp"
#include "support.hpp"

namespace {

using Strings = std::vector<std::string>;

// One of each class, and what the patterns name.
const Strings& representatives() {
  static const Strings characters = {"a",      "S",      "\u00E9", "\u00C9", "\u01C5", "\u02B0",     "\u6F22",     "7",      "\u0663",
                                     "\u2168", " ",      "\t",     "\u00A0", "\u3000", "\n",         "\r",         "'",      "/",
                                     "!",      "\u3002", "\u0301", "\u0E31", "\uFE0F", "\U0001F600", "\U0001E4D0", "\u017F", "\xFF",
                                     "\u3007", "\u2E80", "\u306E", "\x01"};
  return characters;
}

// Characters at the edges of classes, contractions and parts of them, and bytes that are not UTF-8.
const Strings& pieces() {
  static const Strings all = [] {
    Strings strings = representatives();
    const Strings more = {"b",
                          "s",
                          "t",
                          "l",
                          "v",
                          "e",
                          "r",
                          "d",
                          "m",
                          "L",
                          "V",
                          "E",
                          "R",
                          "D",
                          "T",
                          "word",
                          "Word",
                          "WORD",
                          "'s",
                          "'S",
                          "'ll",
                          "'Ll",
                          "'re",
                          "'VE",
                          "'\u017F",
                          "'l",
                          "'r",
                          "  ",
                          "\n\n",
                          "\r\n",
                          "\n ",
                          " \n",
                          "//\n",
                          "\n/",
                          "!\n",
                          "!\n/",
                          "!!",
                          "!\u0301",
                          "!!\u0301",
                          " !",
                          " \u0301",
                          "123",
                          "1234",
                          "\u0663\u0663",
                          "\u0085",
                          "\u2028",
                          "\u1680",
                          "\u200B",
                          "\u200D",
                          "\u00AD",
                          "\u0378",
                          "\u212A",
                          "\u0149",
                          "\u2019",
                          "\u00B2",
                          "\u00BD",
                          "\u6F22\u5B57",
                          "\u3007\u3007",
                          "1\u3007",
                          "12\u3007\u3007",
                          "!\u2E80",
                          " \u2F00",
                          "\u3005",
                          "\u3021",
                          "\u303B",
                          "\U00016FE2",
                          "\U00016FF0",
                          "\U00020000",
                          "\u30FB",
                          "\u3099",
                          "\u3040",
                          "\u9FA5\u9FA6",
                          "\u2014a",
                          "(word",
                          "'\u00E9",
                          "\x01\x02",
                          "\U00011DE1",
                          " \U00016FF4",
                          "\u200Ba",
                          "\u306E",
                          "\uD55C",
                          "\u0E01\u0E31",
                          "\u2764\uFE0F",
                          "\U0001F3FB",
                          "\U00010940",
                          "\U00011F00",
                          "\x80",
                          "\xBF",
                          "\xC0",
                          "\xC1\x80",
                          "\xC5",
                          "\xE4\xB8",
                          "\xE0\x80\x80",
                          "\xED\xA0\x80",
                          "\xEF\xBF",
                          "\xF0\x9F\x98",
                          "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80",
                          "\xF5",
                          std::string(1, '\0'),
                          "\x7F",
                          "\x1C"};
    strings.insert(strings.end(), more.begin(), more.end());
    return strings;
  }();
  return all;
}

std::string repeat(std::string_view piece, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; i++) text += piece;
  return text;
}

// Compares many texts; reports the first few that fail.
class Comparison {
 public:
  void check(std::string_view text) {
    const size_t capacity = capacities_[texts_++ % capacities_.size()];
    const std::string difference = test::find_difference(text, cuts_[texts_ % cuts_.size()], capacity);
    if (difference.empty()) return;
    CAPTURE(difference, capacity, text.size(), hex(text));
    if (failures_++ < 5) CHECK(difference == "");
  }

  ~Comparison() { CHECK(failures_ == 0); }

 private:
  static std::string hex(std::string_view text) {
    std::string digits;
    for (const char byte : text) {
      for (const unsigned digit : {uint8_t(byte) >> 4 & 15u, uint8_t(byte) & 15u}) digits += "0123456789abcdef"[digit];
    }
    return digits;
  }

  std::array<size_t, 5> capacities_ = {2048, bpe::scan_min_capacity, bpe::scan_min_capacity + 1, 97, 160};
  std::array<bpe::SafeSplit, 3> cuts_ = {test::make_random_cuts(1, 0), test::make_random_cuts(2, 1), test::make_random_cuts(3, 2)};
  size_t texts_ = 0;
  size_t failures_ = 0;
};

}  // namespace

TEST_CASE("kernels: the list ends with one that is always supported, names are unique, one is chosen") {
  const std::vector<const bpe::Kernel*> supported = test::supported_kernels();
  REQUIRE(!supported.empty());
  CHECK(std::string(supported.back()->name) == "portable");
  std::set<std::string> names;
  for (const bpe::Kernel* kernel : supported) {
    CHECK(names.insert(kernel->name).second);
    CHECK(bpe::find_kernel(kernel->name) == kernel);
  }
  CHECK(bpe::find_kernel("none") == nullptr);
  CHECK(bpe::chosen_kernel().is_supported());
}

TEST_CASE("kernels: software bit compression moves the bits that it should") {
  test::Random random(1);
  for (int round = 0; round < 20000; round++) {
    const uint64_t selected = round == 0   ? 0
                              : round == 1 ? ~uint64_t{0}
                              : round % 3  ? random.next()
                                           : random.next() | random.next() | random.next();
    const uint64_t mask = random.next();
    uint64_t compressed = 0, expanded = 0;
    unsigned count = 0;
    for (unsigned i = 0; i < 64; i++) {
      if (!(selected >> i & 1)) continue;
      compressed |= (mask >> i & 1) << count;
      expanded |= (mask >> count & 1) << i;
      count++;
    }
    const bpe::BitCompressor compressor(selected);
    REQUIRE(compressor.compress(mask) == compressed);
    REQUIRE(compressor.expand(mask) == expanded);
  }
}

TEST_CASE("kernels: all lengths") {
  Comparison comparison;
  std::string mixed;
  for (const std::string& piece : pieces()) mixed += piece;
  for (const std::string& text :
       {repeat("a", 201), repeat(" ", 201), repeat("\n", 201), repeat("7", 201), repeat("\u6F22", 67), repeat("\xFF", 201),
        repeat(" word", 41), repeat("It's 1234 \n\n  ", 15), repeat("\U0001F600", 51), mixed}) {
    for (size_t size = 0; size <= 200; size++) {
      comparison.check(std::string_view(text).substr(0, size));
      if (size <= text.size()) comparison.check(std::string_view(text).substr(text.size() - size));
    }
  }
}

TEST_CASE("kernels: every piece at every place of the grid") {
  Comparison comparison;
  const Strings before = {"a", " ", "\u6F22", "!"};
  const Strings behind = {"", "x", " \n!", "\u3042A"};
  for (const std::string& piece : pieces()) {
    for (size_t place = 0; place < 64; place++) {
      const std::string& filler = before[place % before.size()];
      const std::string text = repeat(filler, place / filler.size()) + repeat("b", place % filler.size()) + piece;
      for (const std::string& end : behind) comparison.check(text + end);
      if (!test::is_slow) comparison.check("\n" + repeat("X", 64) + text + repeat("y ", 70));
    }
  }
}

TEST_CASE("kernels: every three classes around the edge of a block") {
  Comparison comparison;
  const size_t step = test::is_slow ? 23 : 5;  // coprime to the number of representatives
  size_t texts = 0;
  for (const std::string& first : representatives()) {
    for (const std::string& second : representatives()) {
      for (const std::string& third : representatives()) {
        if (texts++ % step) continue;
        const std::string piece = first + second + third;
        for (const size_t before : {64 - first.size(), 64 - first.size() - second.size()}) {
          const std::string text = repeat("z", before) + piece;
          comparison.check(text);
          comparison.check(text + repeat("z", 70));
        }
      }
    }
  }
}

TEST_CASE("kernels: runs that cross blocks") {
  Comparison comparison;
  const Strings heads = {"", "a", "!", "!!", " !", "\n", "!\n", "\u6F22", "a'", "7"};
  const Strings runs = {" ",  "\n", " \n",     "\n ",    "\r\n\t",   "\u3000",     "7",      "\u0663",     "A",           "\u00C9", "a",
                        "Aa", "!",  "\u3002",  "\u0301", "\u0E31",   "/",          "\u6F22", "\u01C5",     "!\u0301",     "/\n",    "\xFF",
                        "'s", "'",  "\u02B0A", "'ll",    "\u0301!!", "!\u0301\n/", "\uFE0F", "\U0001F600", "\u2764\uFE0F",
                        "\u3007", "7\u3007", "\u2E80", "!\u2E80", "\u2E80\u0301", "77\u3007\u3007",
                        "\u306E", "\x01", "(a", "\u200B\u00E9"};
  const Strings tails = {"", "a", " ", "\n", "!", "7", "\u0301", "  \n", " a", "\n a", "'s", "\u6F22", "\x01", "\u00E9", " 7", "\n \u306E"};
  const std::vector<size_t> sizes =
      test::is_slow ? std::vector<size_t>{63, 130} : std::vector<size_t>{60, 61, 62, 63, 64, 65, 66, 127, 130, 192};
  for (const std::string& head : heads) {
    for (const std::string& run : runs) {
      for (const std::string& tail : tails) {
        for (const size_t size : sizes) comparison.check(head + repeat(run, (size + run.size() - 1) / run.size()) + tail);
      }
    }
  }
}

TEST_CASE("kernels: contractions across the edge of a block") {
  Comparison comparison;
  const Strings contractions = {"'s", "'S", "'t", "'d", "'m", "'ll", "'lL", "'ve", "'Re", "'\u017F", "'l", "'v", "'e", "'", "'\xC5"};
  const Strings before = {"a", "A", " ", "!", "\u6F22", "\u0301", "7", "\n", "'s", "a's", "'"};
  const Strings behind = {"", "a", "A", "AB", "\u6F22A", "\u0301", "'s", "'ll", "!", " ", "\n", "7", "s", "\xFF"};
  for (const std::string& contraction : contractions) {
    for (const std::string& head : before) {
      for (const std::string& tail : behind) {
        for (size_t place = 61; place <= 64; place++) {
          const std::string text = repeat("x", place - head.size()) + head + contraction + tail;
          comparison.check(text);
          if (!test::is_slow) comparison.check(text + repeat("q", 68));
        }
      }
    }
  }
}

TEST_CASE("kernels: bytes that are not UTF-8") {
  Comparison comparison;
  const Strings tails = {"",
                         "\x7F",
                         "\x80",
                         "\x8F",
                         "\x90",
                         "\x9F",
                         "\xA0",
                         "\xBF",
                         "\xC0",
                         "\x80\x80",
                         "\xBF\xBF",
                         "\x90\x80\x80",
                         "\x8F\xBF\xBF",
                         "\xBF\xBF\xBF\xBF",
                         "\x80\xE4\xB8\xAD",
                         "\xA0\x80",
                         "\x9F\xBF"};
  for (unsigned lead = 0x80; lead <= 0xFF; lead++) {
    for (const std::string& tail : tails) {
      const std::string piece = std::string(1, char(lead)) + tail;
      comparison.check(piece);
      comparison.check(repeat("\u6F22", 3) + piece + repeat("\u6F22", 3));
      for (const size_t place : {60, 61, 62, 63}) {
        if (test::is_slow && lead % 4 != place % 4) continue;
        comparison.check(repeat("\u6F22", 20) + repeat("w", place - 60) + piece);
        comparison.check(repeat("k", place) + piece + repeat("\u6F22", 25));
      }
    }
  }
}

TEST_CASE("kernels: random texts of pieces and of bytes") {
  Comparison comparison;
  test::Random random(2);
  const size_t texts = test::is_slow ? 1500 : 15000;
  for (size_t i = 0; i < texts; i++) {
    // Few pieces, many times, give long runs; all pieces give many kinds of edges.
    Strings some;
    const size_t kinds = 1 + random.below(i % 3 ? 6 : pieces().size());
    for (size_t kind = 0; kind < kinds; kind++) some.push_back(pieces()[random.below(pieces().size())]);
    std::string text = random.mix(some, random.below(200));
    if (i % 16 == 0) {
      for (char& byte : text) byte = random.below(10) ? byte : char(random.next());
    }
    comparison.check(text);
  }
}

TEST_CASE("kernels: starts stay below 31 bits; moving the origin goes on") {
  const std::string text = repeat("It's 1234 words \u6F22\u5B57\n ", 60);
  for (const bpe::Kernel* kernel : test::supported_kernels()) {
    for (const bpe::Pattern pattern : test::all_patterns) {
      const test::ExactCopy copy(text);
      std::vector<uint32_t> buffer(4096);
      std::vector<size_t> starts;
      bpe::ScanState state;
      state.start(copy.text(), nullptr);
      state.origin -= 0x7FFFFFFF - 300;  // as if so many bytes were before the text
      size_t moves = 0;
      while (!state.is_done) {
        const size_t count = kernel->scan[size_t(pattern)](state, buffer.data(), buffer.size());
        for (size_t i = 0; i < count; i++) {
          CHECK(buffer[i] <= 0x7FFFFFFF);
          starts.push_back(state.origin + buffer[i]);
        }
        if (count == 0 && !state.is_done) {
          state.origin = state.position;
          REQUIRE(++moves == 1);
        }
      }
      CHECK(moves == 1);
      CHECK(starts == test::scalar_starts(pattern, copy.text()));
    }
  }
}

TEST_CASE("kernels: nothing is read before or behind the text") {
  size_t page_size = 0;
  char* const page = map_guarded_page(&page_size);
  REQUIRE(page);
  const bpe::SafeSplit cuts = test::make_random_cuts(4, 0);
  for (const std::string& text : {repeat("It's 12 \u6F22\u5B57\n ", 16), repeat("\u6F22", 90), repeat("'", 300)}) {
    for (size_t size = 0; size <= 260; size += test::is_slow && size > 20 ? 7 : 1) {
      for (char* const place : {page, page + page_size - size}) {
        std::copy_n(text.begin(), size, place);
        const bpe::Text copy(std::string_view(place, size));
        for (const bpe::Kernel* kernel : test::supported_kernels()) {
          for (const bpe::Pattern pattern : test::all_patterns) {
            const auto starts = test::kernel_starts(*kernel, pattern, copy, nullptr, 256);
            if (starts != test::scalar_starts(pattern, copy)) FAIL_CHECK(kernel->name << " differs at size " << size);
            test::kernel_starts(*kernel, pattern, copy, &cuts, 256);
          }
        }
      }
    }
  }
  unmap_guarded_page(page, page_size);
}
