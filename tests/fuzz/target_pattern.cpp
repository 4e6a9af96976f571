// The scalar scanners against PCRE2: with the regular expression that says what a pattern is, and with the steps of a tokenizer.json that
// split so. Without its JIT, PCRE2 finds the same.
#include "context.hpp"
#include "fuzz.hpp"
#include "load/pre_tokenizer_json.hpp"
#include "pretokenizer.hpp"
#include "vocabulary_trees.hpp"

namespace {

using Ends = std::vector<size_t>;

Ends ends_of(const bpe::Pretokenizer& pretokenizer, bpe::Text text) {
  static bpe::ContextPool pools[2 * bpe::pattern_count + 2];  // matchers in a context are those of one pretokenizer
  static std::vector<const bpe::Pretokenizer*> owners;
  size_t pool = 0;
  while (pool < owners.size() && owners[pool] != &pretokenizer) pool++;
  if (pool == owners.size()) owners.push_back(&pretokenizer);
  const bpe::ContextPool::Loan context(pools[pool]);
  bpe::Pretokenizer::Splitter splitter(pretokenizer, text, *context);
  bpe::Span spans[64];
  Ends ends;
  size_t end = 0;
  while (const size_t count = splitter.next(spans, 64)) {
    for (size_t i = 0; i < count; i++) {
      if (spans[i].begin != end) ends.push_back(spans[i].begin + (size_t{1} << 32));  // a gap
      ends.push_back(end = spans[i].end);
    }
  }
  return ends;
}

Ends scalar_ends(bpe::Pattern pattern, bpe::Text text) {
  const bpe::NextPretoken next = bpe::scalar_scanner(pattern);
  Ends ends;
  for (const uint8_t* at = text.begin(); at < text.end();) ends.push_back(size_t((at = next(at, text.end())) - text.data));
  return ends;
}

Ends interpreted_ends(bpe::Pattern pattern, bpe::Text text) {
  static std::unique_ptr<bpe::Pcre2Pattern> patterns[bpe::pattern_count];
  static std::unique_ptr<bpe::Pcre2Matcher> matchers[bpe::pattern_count];
  const size_t i = size_t(pattern);
  if (!patterns[i]) {
    patterns[i] = std::make_unique<bpe::Pcre2Pattern>(bpe::pattern_text(pattern), false);
    matchers[i] = std::make_unique<bpe::Pcre2Matcher>(*patterns[i]);
  }
  matchers[i]->begin(text);
  Ends ends;
  for (bpe::Span span; matchers[i]->next(span);) ends.push_back(span.end);
  return ends;
}

// As the files of models have them.
bpe::SplitRules file_rules(bpe::Pattern pattern) {
  using test::json;
  const auto split = [](std::string_view regex) {
    return json{{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Isolated"}, {"invert", false}};
  };
  json steps = json::array();
  if (pattern == bpe::Pattern::starcoder) {
    steps = json::array({{{"type", "Digits"}, {"individual_digits", true}}, test::byte_level()});
  } else if (pattern == bpe::Pattern::deepseek3) {
    steps = json::array(
        {split("\\p{N}{1,3}"), split("[一-龥\u3040-ゟ゠-ヿ]+"),
         split("[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*"
               "|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"),
         test::byte_level(false)});
  } else if (pattern == bpe::Pattern::r50k) {
    steps = json::array({test::byte_level()});
  } else {
    steps = json::array({split(bpe::pattern_text(pattern)), test::byte_level(false)});
  }
  const json sequence = {{"type", "Sequence"}, {"pretokenizers", steps}};
  return bpe::read_pre_tokenizer({&sequence, "pre_tokenizer"}).rules;
}

void check_same(const char* what, bpe::Pattern pattern, bpe::Text text, const Ends& found, const Ends& expected) {
  if (found == expected) return;
  const size_t i = size_t(std::mismatch(found.begin(), found.end(), expected.begin(), expected.end()).first - found.begin());
  fuzz::fail("%s, %s: end %zu is %zu, not %zu: \"%s\"", what, bpe::pattern_name(pattern), i, i < found.size() ? found[i] : 0,
             i < expected.size() ? expected[i] : 0, fuzz::shown(text.view()).c_str());
}

}  // namespace

FUZZ_TARGET(pattern) {
  static std::unique_ptr<bpe::Pretokenizer> regexes[bpe::pattern_count], rules[bpe::pattern_count];
  const bpe::Pattern pattern = bpe::Pattern(input.below(bpe::pattern_count));
  const uint8_t choice = input.byte();
  const test::ExactCopy copy(input.rest());
  const size_t i = size_t(pattern);
  if (!regexes[i]) {
    regexes[i] = std::make_unique<bpe::Pretokenizer>(bpe::pattern_text(pattern), "pcre2");
    // Oniguruma reads cl100k's text otherwise (known_pattern.cpp), so no file has it.
    if (pattern != bpe::Pattern::cl100k) rules[i] = std::make_unique<bpe::Pretokenizer>(file_rules(pattern), "pcre2");
    if (rules[i])
      fuzz::require(bpe::Pretokenizer(file_rules(pattern), "").known_pattern() == pattern, "the rules are not those of the pattern");
  }
  const Ends expected = scalar_ends(pattern, copy.text());
  if (choice % 4 != 1) check_same("regex", pattern, copy.text(), ends_of(*regexes[i], copy.text()), expected);
  if (choice % 4 == 1 && rules[i]) check_same("steps", pattern, copy.text(), ends_of(*rules[i], copy.text()), expected);
  if (choice % 16 == 2) check_same("interpreted", pattern, copy.text(), interpreted_ends(pattern, copy.text()), expected);
}
