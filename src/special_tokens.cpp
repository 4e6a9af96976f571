#include "special_tokens.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "failure.hpp"

namespace bpe {
namespace {

constexpr size_t max_special_tokens = SpecialTokens::max_count, max_special_size = 1 << 16, max_special_bytes = 1 << 24;

}  // namespace

SpecialTokens::SpecialTokens(const std::vector<token_ranker_special_token>& tokens) : tokens_(tokens) {
  size_t bytes = 0;
  for (size_t i = 0; i < tokens_.size(); i++) {
    if (tokens_[i].text_size == 0) throw Failure(TOKEN_RANKER_EMPTY_SPECIAL_TOKEN, i, "special token %zu has no text", i);
    bytes += std::min(tokens_[i].text_size, max_special_bytes);
    if (i >= max_special_tokens || tokens_[i].text_size > max_special_size || bytes > max_special_bytes)
      throw Failure(TOKEN_RANKER_TOO_LARGE, i, "special token %zu: at most %zu special tokens, %zu bytes in one, %zu in all", i,
                    max_special_tokens, max_special_size, max_special_bytes);
  }
  texts_.reserve(bytes + tokens_.size());
  for (token_ranker_special_token& token : tokens_) {
    longest_ = std::max(longest_, token.text_size);
    const size_t at = texts_.size();
    texts_.insert(texts_.end(), token.text, token.text + token.text_size);
    texts_.push_back('\0');
    token.text = texts_.data() + at;
    token.reserved = 0;
    is_first_byte_[uint8_t(token.text[0])] = true;
  }
  if (std::count(std::begin(is_first_byte_), std::end(is_first_byte_), true) == 1) only_first_byte_ = uint8_t(tokens_[0].text[0]);

  // Level by level: each node is the range of the sorted texts that begin with the same bytes.
  const auto text_of = [&](uint32_t i) { return std::string_view(tokens_[i].text, tokens_[i].text_size); };
  std::vector<uint32_t> order(tokens_.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return text_of(a) < text_of(b); });
  for (size_t i = 1; i < order.size(); i++) {
    if (text_of(order[i - 1]) == text_of(order[i]))
      throw Failure(TOKEN_RANKER_DUPLICATE_SPECIAL_TOKEN, order[i], "special tokens %u and %u have the same text, \"%.*s\"", order[i - 1], order[i],
                    int(shown_size(text_of(order[i]))), text_of(order[i]).data());
  }
  struct Range {
    size_t begin, end;
  };
  std::vector<Range> ranges = {{0, order.size()}};
  nodes_.emplace_back();
  for (size_t node = 0, depth = 0, level_end = 1; node < nodes_.size(); node++) {
    if (node == level_end) {
      depth++;
      level_end = nodes_.size();
    }
    Range range = ranges[node];
    // Of the texts in the range only the first can end here.
    if (range.begin < range.end && text_of(order[range.begin]).size() == depth) nodes_[node].index = order[range.begin++];
    nodes_[node].first_edge = uint32_t(edges_.size());
    while (range.begin < range.end) {
      const uint8_t byte = uint8_t(text_of(order[range.begin])[depth]);
      size_t end = range.begin;
      while (end < range.end && uint8_t(text_of(order[end])[depth]) == byte) end++;
      edges_.push_back({byte, uint32_t(nodes_.size())});
      nodes_.emplace_back();
      nodes_[node].edge_count++;
      ranges.push_back({range.begin, end});
      range.begin = end;
    }
  }
}

// 0, the root, is no node's child.
uint32_t SpecialTokens::child(uint32_t node, uint8_t byte) const {
  const Edge* first = edges_.data() + nodes_[node].first_edge;
  const Edge* last = first + nodes_[node].edge_count;
  const Edge* edge = std::lower_bound(first, last, byte, [](const Edge& e, uint8_t b) { return e.byte < b; });
  return edge != last && edge->byte == byte ? edge->node : 0;
}

const uint8_t* SpecialTokens::next_first_byte(const uint8_t* at, const uint8_t* end) const {
  if (only_first_byte_ >= 0) {
    const void* found = std::memchr(at, only_first_byte_, size_t(end - at));
    return found ? static_cast<const uint8_t*>(found) : end;
  }
  while (at < end && !is_first_byte_[*at]) at++;
  return at;
}

SpecialTokens::Finder::Finder(const SpecialTokens& tokens, SpecialSelection selection)
    : tokens_(tokens), is_empty_(selection.is_empty() || tokens.size() == 0) {
  if (selection.is_all() || selection.is_empty()) return;
  is_selected_.resize(tokens.size());
  for (size_t i = 0; i < selection.size; i++) {
    if (selection.indices[i] >= tokens.size())
      throw Failure(TOKEN_RANKER_INVALID_ARGUMENT, i, "special token index %u is out of range: there are %zu", selection.indices[i], tokens.size());
    is_selected_[selection.indices[i]] = true;
  }
}

size_t SpecialTokens::Finder::match(const uint8_t* at, const uint8_t* end, uint32_t& index, bool& is_cut_off) const {
  size_t size = 0;
  const uint8_t* next = at;
  uint32_t node = 0;
  while (next < end) {
    node = tokens_.child(node, *next);
    if (node == 0) break;
    next++;
    const uint32_t ends_here = tokens_.nodes_[node].index;
    if (ends_here == TOKEN_RANKER_NOT_FOUND || !(is_selected_.empty() || is_selected_[ends_here])) continue;
    index = ends_here;
    size = size_t(next - at);
  }
  is_cut_off = next == end && node != 0 && tokens_.nodes_[node].edge_count > 0;
  return size;
}

SpecialMatch SpecialTokens::Finder::find_first(Text text, size_t from) const {
  const uint8_t* const end = text.end();
  for (const uint8_t* at = text.data + from; (at = tokens_.next_first_byte(at, end)) < end; at++) {
    SpecialMatch found;
    bool is_cut_off;
    if (const size_t size = match(at, end, found.index, is_cut_off)) {
      found.begin = size_t(at - text.data);
      found.end = found.begin + size;
      return found;
    }
  }
  return {};
}

SpecialMatch SpecialTokens::Finder::find_open(Text text, size_t from, size_t& searched) const {
  searched = text.size;
  if (is_empty_ || from >= text.size) return {};
  const uint8_t* const end = text.end();
  for (const uint8_t* at = text.data + from; (at = tokens_.next_first_byte(at, end)) < end; at++) {
    SpecialMatch found;
    bool is_cut_off;
    const size_t size = match(at, end, found.index, is_cut_off);
    found.begin = size_t(at - text.data);
    found.end = found.begin + size;
    if (is_cut_off) {
      searched = found.begin;
      return {};
    }
    if (size > 0) return found;
  }
  return {};
}

bool SpecialTokens::Finder::is_inside(Text text, size_t at) const {
  if (is_empty_) return false;
  uint32_t index;
  bool is_cut_off;
  for (size_t begin = at - std::min(at, tokens_.longest_); begin < at; begin++) {
    if (match(text.data + begin, text.end(), index, is_cut_off) > at - begin) return true;
  }
  return false;
}

}  // namespace bpe
