#include "added_tokens.hpp"

#include <algorithm>

#include "failure.hpp"
#include "text_cut.hpp"
#include "unicode/utf8.hpp"
#include "unicode/word_table.hpp"

namespace bpe {
namespace {

bool is_whitespace(uint32_t code_point) {
  const CharacterClass c = class_of(code_point);
  return c == CharacterClass::whitespace || c == CharacterClass::newline || c == CharacterClass::space;
}

// The character that ends at `at`, which is not the beginning. By the bytes rule: what is no whole character is its last byte.
Character read_character_before(const uint8_t* begin, const uint8_t* at) {
  for (uint32_t size = 1; size <= 4 && size <= size_t(at - begin); size++) {
    const Character character = read_character(at - size, at);
    if (character.size == size && character.code_point != bad_byte) return character;
  }
  return {bad_byte, 1};
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : tokens_(std::move(tokens)) {
  std::array<std::vector<token_ranker_special_token>, 2> all, always;
  for (uint32_t i = 0; i < tokens_.size(); i++) {
    const AddedToken& token = tokens_[i];
    special_count_ += token.is_special;
    strips_left_ = strips_left_ || token.strips_left;
    const Stage stage = token.is_normalized ? in_normalized_text : in_text;
    const std::string& text = token.is_normalized ? token.normalized_text : token.text;
    const token_ranker_special_token word = {text.data(), text.size(), token.token, 0};
    all[stage].push_back(word);
    stages_[stage].all_tokens.push_back(i);
    if (!token.is_special) {
      always[stage].push_back(word);
      stages_[stage].always_tokens.push_back(i);
    }
    may_cut_ = may_cut_ && !token.is_single_word && !token.strips_left && !token.strips_right && !may_hold_cut(Text(text));
  }
  for (const Stage stage : {in_text, in_normalized_text}) {
    stages_[stage].all = SpecialTokens(all[stage]);
    stages_[stage].always = SpecialTokens(always[stage]);
  }
  for (size_t i = special_count_; i < tokens_.size(); i++) always_.push_back({tokens_[i].text.c_str(), tokens_[i].text.size(), tokens_[i].token, 0});
}

AddedTokens::Search::Search(const AddedTokens& added, SpecialSelection allowed) : added_(added) {
  std::vector<bool> is_allowed;
  if (!allowed.is_all() && !allowed.is_empty()) {
    is_allowed.resize(added.special_count_);
    for (size_t i = 0; i < allowed.size; i++) {
      if (allowed.indices[i] >= added.special_count_)
        throw Failure(TOKEN_RANKER_INVALID_ARGUMENT, i, "special token index %u is out of range: there are %zu", allowed.indices[i],
                      added.special_count_);
      is_allowed[allowed.indices[i]] = true;
    }
  }
  for (const Stage stage : {in_text, in_normalized_text}) {
    const Words& words = added.stages_[stage];
    const SpecialTokens& searched = allowed.is_empty() ? words.always : words.all;
    if (searched.size() == 0) continue;
    parts_[stage].tokens = allowed.is_empty() ? &words.always_tokens : &words.all_tokens;
    SpecialSelection selection = {nullptr, TOKEN_RANKER_ALL_SPECIAL};
    std::vector<uint32_t> indices;
    if (!is_allowed.empty()) {
      for (uint32_t i = 0; i < words.all_tokens.size(); i++) {
        const uint32_t token = words.all_tokens[i];
        if (token >= added.special_count_ || is_allowed[token]) indices.push_back(i);
      }
      selection = {indices.data(), indices.size()};
    }
    parts_[stage].finder.emplace(searched, selection);
  }
}

bool AddedTokens::is_whole_word(Text text, Span match) {
  const bool begins_word = match.begin > 0 && is_word_character(read_character_before(text.begin(), text.data + match.begin).code_point);
  const bool goes_on = match.end < text.size && is_word_character(read_character(text.data + match.end, text.end()).code_point);
  return !begins_word && !goes_on;
}

size_t AddedTokens::begin_of_white(Text text, size_t from, size_t end) {
  while (end > from) {
    const Character before = read_character_before(text.begin(), text.data + end);
    if (!is_whitespace(before.code_point)) break;
    end -= before.size;
  }
  return std::max(from, end);
}

bool AddedTokens::is_undecided(const AddedToken& token, Text text, Span match) {
  while (token.strips_right && match.end < text.size) {
    const Character next = read_character(text.data + match.end, text.end());
    if (!is_whitespace(next.code_point)) return false;
    match.end += next.size;
  }
  return (token.strips_right || token.is_single_word) && match.end == text.size;
}

Span AddedTokens::widen(const AddedToken& token, Text text, Span match, size_t taken) {
  if (token.strips_left) match.begin = std::max(taken, begin_of_white(text, std::min(taken, match.begin), match.begin));
  while (token.strips_right && match.end < text.size) {
    const Character next = read_character(text.data + match.end, text.end());
    if (!is_whitespace(next.code_point)) break;
    match.end += next.size;
  }
  return match;
}

}  // namespace bpe
