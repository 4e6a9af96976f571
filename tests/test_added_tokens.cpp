// Where added tokens are found. Against tokenizers: test_tokenizer_json_added_tokens.py.
#include "added_tokens.hpp"

#include "catch.hpp"
#include "support.hpp"

namespace {

bpe::AddedToken make(std::string_view text, uint32_t token) {
  bpe::AddedToken added;
  added.text = added.normalized_text = text;
  added.token = token;
  return added;
}

// "a[1]b": the texts, and the tokens in brackets.
std::string found(const bpe::AddedTokens& tokens, std::string_view text, bpe::SpecialSelection allowed = test::all_special,
                  bpe::AddedTokens::Stage stage = bpe::AddedTokens::in_text) {
  const bpe::AddedTokens::Search search(tokens, allowed);
  const test::ExactCopy copy(text);
  std::string result;
  search.run(
      stage, copy.text(), [&](bpe::Text run, bpe::Span) { return result += run.view(), true; },
      [&](uint32_t token, bpe::Span) { return result += "[" + std::to_string(token) + "]", true; });
  return result;
}

}  // namespace

TEST_CASE("added tokens: the longest of those that begin first") {
  const bpe::AddedTokens tokens({make("<s>", 1), make("<s>x", 2), make("s>xyz", 3)});
  CHECK(found(tokens, "a<s>xyz<s>") == "a[2]yz[1]");
  CHECK(found(tokens, "s>xyz") == "[3]");
  CHECK(found(tokens, "") == "");
  CHECK(found(tokens, "none") == "none");
}

TEST_CASE("added tokens: white space to the left and to the right") {
  std::vector<bpe::AddedToken> list = {make("<l>", 1), make("<r>", 2), make("<b>", 3)};
  list[0].strips_left = list[2].strips_left = true;
  list[1].strips_right = list[2].strips_right = true;
  const bpe::AddedTokens tokens(list);
  CHECK(found(tokens, "a \n<l> b") == "a[1] b");
  CHECK(found(tokens, "a <r>\u3000\u00A0b") == "a [2]b");
  CHECK(found(tokens, "a \u2028<b>\t b") == "a[3]b");
  CHECK(found(tokens, "a\u200B<b>\u200Bb") == "a\u200B[3]\u200Bb");
  CHECK(found(tokens, "<r> <l> <r>") == "[2][1] [2]");
  CHECK(found(tokens, "a\xFF \xE3\x80<l>") == "a\xFF \xE3\x80[1]");
  CHECK_FALSE(tokens.may_cut());
}

TEST_CASE("added tokens: nothing is left of white space that another token took") {
  std::vector<bpe::AddedToken> list = {make("<r>", 1), make("\u2028", 2), make(" ", 3)};
  list[0].strips_right = list[1].strips_left = true;
  const bpe::AddedTokens tokens(list);
  CHECK(found(tokens, "<r>\u2028a") == "[1]a");
  CHECK(found(tokens, "<r>a\u2028a") == "[1]a[2]a");
  // What strips nothing is found all the same, and what stands behind it is text again.
  CHECK(found(tokens, "<r>  a") == "[1][3][3]a");
}

TEST_CASE("added tokens: single words") {
  std::vector<bpe::AddedToken> list = {make("ab", 1)};
  list[0].is_single_word = true;
  const bpe::AddedTokens tokens(list);
  CHECK(found(tokens, "ab") == "[1]");
  CHECK(found(tokens, "-ab.") == "-[1].");
  for (const std::string_view text : {"xab", "abx", "ab_", "1ab", "\u00E9ab", "ab\u6F22", "ab\u0301", "ab\u200D", "abab"}) CHECK(found(tokens, text) == text);
  CHECK(found(tokens, "ab\u00B2") == "[1]\u00B2");
  CHECK(found(tokens, "\xFF""ab\xFF") == "\xFF[1]\xFF");
}

TEST_CASE("added tokens: special ones where they are allowed, others always") {
  std::vector<bpe::AddedToken> list = {make("<a>", 1), make("<b>", 2), make("<c>", 3)};
  list[0].is_special = list[1].is_special = true;
  const bpe::AddedTokens tokens(list);
  const uint32_t second = 1, beyond = 2;
  CHECK(found(tokens, "<a><b><c>") == "[1][2][3]");
  CHECK(found(tokens, "<a><b><c>", test::no_special) == "<a><b>[3]");
  CHECK(found(tokens, "<a><b><c>", {&second, 1}) == "<a>[2][3]");
  CHECK(test::outcome_of([&] { found(tokens, "", {&beyond, 1}); }).status == TOKEN_RANKER_INVALID_ARGUMENT);
  REQUIRE(tokens.always().size() == 1);
  CHECK(std::string(tokens.always()[0].text) == "<c>");
  CHECK(tokens.may_cut());
}

TEST_CASE("added tokens: normalized ones are another stage, by their normalized text") {
  std::vector<bpe::AddedToken> list = {make("x", 1), make("e\u0301", 2)};
  list[1].is_normalized = true;
  list[1].normalized_text = "\u00E9";
  const bpe::AddedTokens tokens(list);
  CHECK(found(tokens, "xe\u0301\u00E9") == "[1]e\u0301\u00E9");
  CHECK(found(tokens, "xe\u0301\u00E9", test::all_special, bpe::AddedTokens::in_normalized_text) == "xe\u0301[2]");
  CHECK(tokens.has_stage(bpe::AddedTokens::in_text));
  CHECK(tokens.has_stage(bpe::AddedTokens::in_normalized_text));
}

TEST_CASE("added tokens: who takes them may end it") {
  const bpe::AddedTokens tokens({make("<s>", 1)});
  const bpe::AddedTokens::Search search(tokens, test::all_special);
  int calls = 0;
  const auto stop = [&](auto&&...) { return ++calls < 2; };
  CHECK_FALSE(search.run(bpe::AddedTokens::in_text, bpe::Text(std::string_view("a<s>b<s>c")), stop, stop));
  CHECK(calls == 2);
}
