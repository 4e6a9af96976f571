#include "naive_steps.hpp"

namespace reference {

Steps::Steps(const std::vector<std::string_view>& patterns) {
  for (const std::string_view text : patterns) {
    auto pattern = std::make_unique<bpe::Pcre2Pattern>(text);
    auto matcher = std::make_unique<bpe::Pcre2Matcher>(*pattern);
    steps_.push_back({std::move(pattern), std::move(matcher)});
  }
}

std::vector<std::string> Steps::split(std::string_view text) {
  std::vector<std::string> pieces;
  if (!text.empty()) pieces.emplace_back(text);
  for (Step& step : steps_) {
    std::vector<std::string> smaller;
    for (const std::string& piece : pieces) {
      size_t end = 0;  // of the last piece
      const auto add = [&](size_t next_end) {
        if (next_end > end) smaller.push_back(piece.substr(end, next_end - end));
        end = next_end;
      };
      step.matcher->begin(bpe::Text(piece));
      for (bpe::Span span; step.matcher->next(span);) {
        add(span.begin);
        add(span.end);
      }
      add(piece.size());
    }
    pieces = std::move(smaller);
  }
  return pieces;
}

}  // namespace reference
