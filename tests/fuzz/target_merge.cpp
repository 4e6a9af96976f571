// The merge loops, by every kernel's phases, against the rule as it is written down (reference/naive_merge.hpp): built-in vocabularies and
// small ones that the input describes.
#include <algorithm>
#include <functional>
#include <map>

#include "fuzz.hpp"
#include "merge.hpp"
#include "reference/naive_merge.hpp"
#include "scan/dispatch.hpp"
#include "support.hpp"

namespace {

// A vocabulary and its naive twin.
struct Twins {
  explicit Twins(const std::vector<std::string>& tokens) : vocabulary(test::make_vocabulary(tokens)), naive(tokens) {}
  bpe::Vocabulary vocabulary;
  reference::NaiveMerge naive;
};

// nullptr: without.
const std::vector<const bpe::Phases*>& list_phases() {
  static const std::vector<const bpe::Phases*> all = [] {
    std::vector<const bpe::Phases*> list = {nullptr};
    for (const bpe::Kernel* const* kernel = bpe::kernels; *kernel; kernel++) {
      if ((*kernel)->is_supported() && std::find(list.begin(), list.end(), (*kernel)->phases) == list.end())
        list.push_back((*kernel)->phases);
    }
    return list;
  }();
  return all;
}

// Single bytes and short strings of few letters, as the description says: parts may have higher ranks than the whole, tokens may be out of
// reach. One byte for each token.
std::vector<std::string> describe_tokens(std::string_view description) {
  std::vector<std::string> tokens;
  test::Random random(0);
  const bool bytes_first = description.size() % 2;
  for (const char c : description) {
    random = test::Random(uint8_t(c));
    std::string token = random.letters(c & 1 ? "ab" : "abc", 2 + random.below(6));
    if (std::find(tokens.begin(), tokens.end(), token) == tokens.end()) tokens.push_back(std::move(token));
  }
  const std::vector<std::string> bytes = test::single_bytes();
  tokens.insert(bytes_first ? tokens.begin() : tokens.end(), bytes.begin(), bytes.end());
  return tokens;
}

// Kept, as many texts follow with the same description.
const Twins& described(std::string_view description) {
  static std::map<std::string, std::unique_ptr<Twins>, std::less<>> known;
  const auto found = known.find(description);
  if (found != known.end()) return *found->second;
  if (known.size() > 500) known.clear();
  return *(known[std::string(description)] = std::make_unique<Twins>(describe_tokens(description)));
}

const Twins& builtin(size_t choice) {
  static std::unique_ptr<Twins> all[4];
  constexpr const char* names[] = {"gpt2", "p50k_base", "cl100k_base", "o200k_base"};
  if (!all[choice]) all[choice] = std::make_unique<Twins>(test::list_tokens(test::builtin(names[choice]).vocabulary()));
  return *all[choice];
}

void check(const Twins& twins, std::string_view pretoken) {
  static bpe::MergeScratch scratch;  // one for all, as in a context
  const test::ExactCopy copy(pretoken);
  const std::vector<uint32_t> expected = twins.naive.merge(pretoken);
  for (const bpe::Phases* phases : list_phases()) {
    const std::span<const uint32_t> ranks =
        phases ? bpe::merge(twins.vocabulary, *phases, copy.text(), scratch) : bpe::merge(twins.vocabulary, copy.text(), scratch);
    if (!std::equal(ranks.begin(), ranks.end(), expected.begin(), expected.end()))
      fuzz::fail("phases %zu merge otherwise: \"%s\"",
                 size_t(std::find(list_phases().begin(), list_phases().end(), phases) - list_phases().begin()),
                 fuzz::shown(pretoken).c_str());
  }
}

}  // namespace

FUZZ_TARGET(merge) {
  const uint8_t choice = input.byte();
  const bool is_small = choice % 8 >= 5;
  const Twins& twins = is_small ? described(input.take(choice / 8 % 16)) : builtin(choice % 4);
  // Of a small one the letters of its tokens: two bits of a byte each are one.
  std::string text(input.rest());
  if (is_small) {
    for (char& c : text) c = uint8_t(c) < 0xF0 ? "abca"[uint8_t(c) % 4] : c;
  }
  // Beyond a thousand bytes a text is merged in windows. The twin takes its time for it, so most texts are short. Which are not, a hash
  // says: what is made of an input that was found is then seldom long again.
  const size_t hash = std::hash<std::string_view>()(text) % 256;
  if (hash == 0) {
    while (!text.empty() && text.size() < 1500) text += text;
  } else if (hash > 32) {
    text.resize(std::min<size_t>(text.size(), 80));
  }
  check(twins, text);
}
