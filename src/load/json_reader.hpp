// Reads a tokenizer.json or tekken.json: a tree of the small parts, and flat tables of the three large ones.
//
//   {"model": {"vocab": {...}, "merges": [...], ...}, ...}      a tokenizer.json
//   {"vocab": [{"rank", "token_bytes", "token_str"}, ...], ...} a tekken.json
//
// A parser of events, so that a file of millions of values costs no objects, and brackets however deep cost no stack. Of a key that comes
// twice the last value counts, as in the references. What they ignore is not kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "text.hpp"

namespace bpe {

// Strings one after another.
class StringTable {
 public:
  void add(std::string_view text) {
    text_ += text;
    ends_.push_back(uint32_t(text_.size()));
  }
  void clear() {
    text_.clear();
    ends_.clear();
  }
  void reserve(size_t strings, size_t bytes) {
    ends_.reserve(strings);
    text_.reserve(bytes);
  }
  size_t size() const { return ends_.size(); }
  size_t bytes_size() const { return text_.size(); }
  std::string_view operator[](size_t i) const {
    const size_t begin = i ? ends_[i - 1] : 0;
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }

 private:
  std::string text_;
  std::vector<uint32_t> ends_;
};

// Empties a tree from its leaves on. The destructor of its type allocates where there is something in it, and ends the program where it
// cannot. As deep as the tree: a reader sees to it that this is not much.
void dismantle(nlohmann::json& tree) noexcept;

struct JsonFile {
  JsonFile() = default;
  JsonFile(JsonFile&&) = default;
  ~JsonFile() { dismantle(tree); }

  nlohmann::json tree;  // an object, without the tables

  bool has_vocab = false;  // model.vocab, an object
  StringTable vocab_keys;
  std::vector<uint32_t> vocab_numbers;

  bool has_merges = false;  // model.merges
  StringTable merges;       // left, right, left, right, ...

  bool has_token_list = false;  // vocab, an array
  StringTable token_bytes;      // base64
  std::vector<uint32_t> token_ranks;
};

inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Throws Failure(BAD_JSON) with the byte for what is no JSON or nested deeper than any tokenizer, Failure(BAD_VALUE) for a table of another
// shape, Failure(TOO_LARGE).
JsonFile read_json(Text file);

}  // namespace bpe
