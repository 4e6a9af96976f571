// Rules one after another. Against tokenizers: test_tokenizer_json.py.
#include "split_cascade.hpp"

#include "catch.hpp"
#include "support.hpp"

using bpe::PatternDialect;
using bpe::SplitRule;

namespace {

std::string pieces(const bpe::SplitRules& rules, std::string_view text) {
  const bpe::SplitCascade cascade(rules);
  bpe::SplitCascade::Matchers matchers;
  cascade.make_matchers(matchers);
  const test::ExactCopy copy(text);
  bpe::SplitCascade::Pieces list(cascade, copy.text(), matchers);
  std::string joined;
  for (bpe::Span piece; list.next(piece);) joined += (joined.empty() ? "" : "|") + std::string(text.substr(piece.begin, piece.end - piece.begin));
  return joined;
}

SplitRule rule(const char* pattern, SplitRule::Keep keep = SplitRule::Keep::all) { return {pattern, PatternDialect::oniguruma, keep, SplitRule::Kind::regex}; }

}  // namespace

TEST_CASE("split cascade: what goes on of one rule") {
  CHECK(pieces({rule("[0-9]")}, "ab12c") == "ab|1|2|c");
  CHECK(pieces({rule("[0-9]", SplitRule::Keep::matches)}, "ab12c") == "1|2");
  CHECK(pieces({rule("[0-9]", SplitRule::Keep::gaps)}, "ab12c") == "ab|c");
  CHECK(pieces({rule("x")}, "") == "");
  CHECK(pieces({rule("x")}, "abc") == "abc");
  CHECK(pieces({rule("x", SplitRule::Keep::matches)}, "abc") == "");
  CHECK(pieces({rule("(?=b)")}, "abcb") == "a|bc|b");
  CHECK(pieces({rule("")}, "a\u6F22") == "a|\u6F22");
  CHECK(pieces({rule("[a-z]+")}, "a\xFFzz\xE6") == "a|\xFF|zz|\xE6");
}

TEST_CASE("split cascade: a rule knows nothing of the neighbours of its piece") {
  CHECK(pieces({rule("[0-9]"), rule("\\s+(?!\\S)|\\s+|\\S+")}, "a  1") == "a|  |1");
  CHECK(pieces({rule("\\s+(?!\\S)|\\s+|\\S+")}, "a  1") == "a| | |1");
  CHECK(pieces({rule("[0-9]"), rule("^b|(?<=a)c")}, "1bac2bc") == "1|b|a|c|2|b|c");
  CHECK(pieces({rule("[0-9]", SplitRule::Keep::gaps), rule("[ab]", SplitRule::Keep::gaps), rule(".")}, "1bxya2") == "x|y");
}

TEST_CASE("split cascade: which of several rules is wrong") {
  const test::Outcome one = test::outcome_of([] { bpe::SplitCascade({rule("a(")}); });
  CHECK(one.status == TOKEN_RANKER_BAD_PATTERN);
  CHECK(one.message.find("pattern, byte 1") == 0);
  const test::Outcome second = test::outcome_of([] { bpe::SplitCascade({rule("a"), rule("b\\X")}); });
  CHECK(second.status == TOKEN_RANKER_UNSUPPORTED_PATTERN);
  CHECK(second.message.find("rule 2: pattern, byte 1") == 0);
}
