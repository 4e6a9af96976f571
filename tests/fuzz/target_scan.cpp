// Every kernel, and what the open scanner says is certain, against the scalar scanner: any pattern, any bytes. Texts are repeated, which
// makes runs that cross blocks.
#include "../scan_check.hpp"
#include "fuzz.hpp"

namespace {

// What is certain of the beginning of a text is so in the whole.
void check_open_scanner(bpe::Pattern pattern, bpe::Text text, size_t size) {
  const uint8_t* const end = text.data + bpe::size_of_whole_characters(text.data, size);
  for (const uint8_t* at = text.data; at < end;) {
    const uint8_t* const open_end = bpe::open_scanner(pattern)(at, end);
    if (!open_end) break;
    fuzz::require(open_end > at && open_end == bpe::scalar_scanner(pattern)(at, text.end()),
                  "what was certain is not so in the whole text");
    at = open_end;
  }
}

}  // namespace

FUZZ_TARGET(scan) {
  static const test::SafeSplit cuts[4] = {test::make_random_cuts(1, 0), test::make_random_cuts(2, 1), test::make_random_cuts(3, 2),
                                          test::make_random_cuts(4, 4)};
  const bpe::Pattern pattern = bpe::Pattern(input.below(bpe::pattern_count));
  const size_t capacity = bpe::scan_min_capacity + input.byte();
  const test::SafeSplit& some_cuts = cuts[input.below(4)];
  const uint8_t repeats = input.byte();
  const size_t open_size = input.byte();
  const std::string_view part = input.rest();
  std::vector<uint8_t> text;
  text.reserve(part.size() * 8);
  for (size_t i = 0; i <= (repeats % 16 == 1 ? repeats / 16 % 8 : 0); i++) text.insert(text.end(), part.begin(), part.end());
  text.shrink_to_fit();
  const bpe::Text exact(text.data(), text.size());
  const std::string difference = test::find_difference(pattern, exact, some_cuts, capacity);
  if (!difference.empty()) fuzz::fail("%s: \"%s\"", difference.c_str(), fuzz::shown(exact.view()).c_str());
  check_open_scanner(pattern, exact, std::min(open_size, exact.size));
}
