#include "json_reader.hpp"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

#include "failure.hpp"

namespace bpe {
namespace {

using nlohmann::json;

constexpr size_t max_depth = 64;
constexpr size_t max_nodes = size_t{1} << 21;    // of the tree
constexpr size_t max_tree_bytes = size_t{1} << 26;
constexpr size_t max_table_entries = size_t{1} << 23;
constexpr size_t max_table_bytes = size_t{1} << 28;

constexpr std::string_view kept_keys[] = {
    "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model",  // tokenizer.json
    "config", "vocab", "special_tokens", "multimodal", "model_settings_builder",                                            // tekken.json
};

// What stands at the place that is read.
enum class Place : uint8_t {
  tree,
  skipped,      // a value that nobody asks for
  vocab,        // in model.vocab
  merges,       // in model.merges
  merge,        // in one of them
  token_list,   // in vocab
  token,        // in one of them
};

[[noreturn]] void bad_value(const char* path, const char* expected) { throw Failure(TOKEN_RANKER_BAD_VALUE, 0, "%s: expected %s", path, expected); }

class Handler final : public nlohmann::json_sax<json> {
 public:
  explicit Handler(JsonFile& file) : file_(file) {}

  bool null() override { return scalar(nullptr); }
  bool boolean(bool value) override { return scalar(value); }
  bool number_integer(number_integer_t value) override { return scalar(value); }
  bool number_unsigned(number_unsigned_t value) override {
    switch (place_) {
      case Place::vocab: return add_vocab_number(value);
      case Place::token:
        if (key_ != "rank") bad_value("vocab", "numbers in \"rank\" only");
        if (value > UINT32_MAX) bad_value("vocab", "ranks up to 4294967295");
        rank_ = int64_t(value);
        return true;
      default: return scalar(value);
    }
  }
  bool number_float(number_float_t value, const string_t&) override { return scalar(value); }
  bool binary(binary_t&) override { return false; }  // JSON has none

  bool string(string_t& value) override {
    switch (place_) {
      case Place::merge:
        if (strings_in_merge_++ == 2) bad_value("model.merges", "pairs of two strings");
        return add_merge_part(value);
      case Place::merges: return add_merge(value);
      case Place::token:
        if (key_ == "token_bytes") token_bytes_ = value, has_token_bytes_ = true;
        else if (key_ != "token_str") bad_value("vocab", "entries of \"rank\", \"token_bytes\" and \"token_str\"");
        return true;
      default: return scalar(value);
    }
  }

  bool start_object(size_t) override {
    open();
    switch (place_) {
      case Place::tree:
        if (std::exchange(is_skipped_value_, false)) return enter(Place::skipped);
        if (is_at_model_key("vocab")) {
          file_.has_vocab = true;
          file_.vocab_keys.clear();
          file_.vocab_numbers.clear();
          return enter(Place::vocab);
        }
        return start_node(json::value_t::object);
      case Place::skipped: return true;
      case Place::token_list:
        rank_ = -1;
        has_token_bytes_ = false;
        return enter(Place::token);
      default: wrong_kind();
    }
  }

  bool start_array(size_t) override {
    open();
    switch (place_) {
      case Place::tree:
        if (std::exchange(is_skipped_value_, false)) return enter(Place::skipped);
        if (is_at_model_key("merges")) {
          file_.has_merges = true;
          file_.merges.clear();
          merge_kind_ = MergeKind::unknown;
          return enter(Place::merges);
        }
        // The vocabulary of a Unigram model: its type is refused later, by name.
        if (is_at_model_key("vocab")) return enter(Place::skipped);
        if (nodes_.size() == 1 && key_ == "vocab") {
          file_.has_token_list = true;
          file_.token_bytes.clear();
          file_.token_ranks.clear();
          return enter(Place::token_list);
        }
        return start_node(json::value_t::array);
      case Place::skipped: return true;
      case Place::merges:
        expect_merge_kind(MergeKind::pair);
        strings_in_merge_ = 0;
        return enter(Place::merge);
      default: wrong_kind();
    }
  }

  bool end_object() override { return close(); }
  bool end_array() override {
    if (place_ == Place::merge && strings_in_merge_ != 2) bad_value("model.merges", "pairs of two strings");
    return close();
  }

  bool key(string_t& name) override {
    switch (place_) {
      case Place::skipped: return true;
      case Place::vocab:
        if (file_.vocab_numbers.size() == max_table_entries || file_.vocab_keys.bytes_size() + name.size() > max_table_bytes) too_large("model.vocab");
        file_.vocab_keys.add(name);
        return true;
      case Place::tree:
        if (nodes_.size() == 1 && std::find(std::begin(kept_keys), std::end(kept_keys), name) == std::end(kept_keys)) {
          is_skipped_value_ = true;
          key_.clear();
          return true;
        }
        count_tree(name.size());
        break;
      default: break;
    }
    key_ = name;
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while ..."
    const std::string_view text(error.what());
    const size_t colon = text.find(": ");
    throw Failure(TOKEN_RANKER_BAD_JSON, position, "byte %zu is not JSON as expected: %s", position,
                  error.what() + (colon == std::string_view::npos ? 0 : colon + 2));
  }

 private:
  enum class MergeKind : uint8_t { unknown, text, pair };

  [[noreturn]] static void too_large(const char* path) { throw Failure(TOKEN_RANKER_TOO_LARGE, 0, "%s is larger than the library takes", path); }

  // ---- The tree

  void count_tree(size_t bytes) {
    tree_bytes_ += bytes;
    if (++tree_nodes_ > max_nodes || tree_bytes_ > max_tree_bytes) too_large("the file without vocabulary and merges");
  }

  json* add(json&& value) {
    count_tree(value.is_string() ? value.get_ref<const std::string&>().size() : 0);
    if (nodes_.empty()) {
      file_.tree = std::move(value);
      return &file_.tree;
    }
    json& parent = *nodes_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    json& member = parent[key_];
    dismantle(member);
    member = std::move(value);
    return &member;
  }

  bool start_node(json::value_t kind) {
    const bool is_model = nodes_.size() == 1 && key_ == "model";
    nodes_.push_back(add(json(kind)));
    if (is_model) {
      model_ = nodes_.back();
      file_.has_vocab = file_.has_merges = false;
    }
    return enter(Place::tree);
  }

  template <class Value>
  bool scalar(Value&& value) {
    switch (place_) {
      case Place::skipped: return true;
      case Place::token:
        if constexpr (std::is_same_v<std::decay_t<Value>, std::nullptr_t>) {
          if (key_ == "token_str") return true;
        }
        wrong_kind();
      case Place::tree:
        if (!std::exchange(is_skipped_value_, false)) add(json(std::forward<Value>(value)));
        return true;
      default: wrong_kind();
    }
  }

  // ---- Places

  void open() {
    if (places_.size() == max_depth) throw Failure(TOKEN_RANKER_BAD_JSON, 0, "brackets are nested deeper than %zu", max_depth);
    places_.push_back(place_);
  }
  bool enter(Place place) {
    place_ = place;
    return true;
  }
  bool close() {
    const Place closed = place_;
    place_ = places_.back();
    places_.pop_back();
    if (closed == Place::tree) {
      if (nodes_.back() == model_) model_ = nullptr;
      nodes_.pop_back();
    } else if (closed == Place::token) {
      add_token();
    }
    return true;
  }
  bool is_at_model_key(std::string_view name) const { return model_ && nodes_.back() == model_ && key_ == name; }

  [[noreturn]] void wrong_kind() const {
    switch (place_) {
      case Place::vocab: {
        const std::string_view token = file_.vocab_keys[file_.vocab_keys.size() - 1];
        throw Failure(TOKEN_RANKER_BAD_VALUE, 0, "model.vocab[\"%.*s\"]: expected a number from 0 to 4294967295", int(shown_size(token)),
                      token.data());
      }
      case Place::merges:
      case Place::merge: bad_value("model.merges", "strings \"left right\" or pairs [left, right]");
      case Place::token_list: bad_value("vocab", "an array of objects");
      default: bad_value("vocab", "entries of \"rank\" (a number), \"token_bytes\" (a string) and \"token_str\" (a string or null)");
    }
  }

  // ---- Tables

  bool add_vocab_number(uint64_t value) {
    if (value > UINT32_MAX) wrong_kind();
    file_.vocab_numbers.push_back(uint32_t(value));
    return true;
  }

  void expect_merge_kind(MergeKind kind) {
    if (merge_kind_ == MergeKind::unknown) merge_kind_ = kind;
    if (merge_kind_ != kind) bad_value("model.merges", "either strings or pairs, not both");
  }

  bool add_merge_part(std::string_view part) {
    if (file_.merges.size() >= 2 * max_table_entries || file_.merges.bytes_size() + part.size() > max_table_bytes) too_large("model.merges");
    file_.merges.add(part);
    return true;
  }

  // "left right": exactly one blank; lines that begin with #version are comments.
  bool add_merge(std::string_view text) {
    expect_merge_kind(MergeKind::text);
    if (text.starts_with("#version")) return true;
    const size_t blank = text.find(' ');
    if (blank == std::string_view::npos || text.find(' ', blank + 1) != std::string_view::npos) {
      throw Failure(TOKEN_RANKER_BAD_MERGE, file_.merges.size() / 2, "model.merges[%zu]: \"%.*s\" is not two tokens with a blank between them",
                    file_.merges.size() / 2, int(shown_size(text)), text.data());
    }
    return add_merge_part(text.substr(0, blank)) && add_merge_part(text.substr(blank + 1));
  }

  void add_token() {
    if (rank_ < 0 || !has_token_bytes_) bad_value("vocab", "entries of \"rank\" (a number), \"token_bytes\" (a string) and \"token_str\" (a string or null)");
    if (file_.token_ranks.size() == max_table_entries || file_.token_bytes.bytes_size() + token_bytes_.size() > max_table_bytes) too_large("vocab");
    file_.token_bytes.add(token_bytes_);
    file_.token_ranks.push_back(uint32_t(rank_));
  }

  JsonFile& file_;
  std::vector<json*> nodes_;   // of the tree, from its root to where values are added
  std::vector<Place> places_;  // where the brackets that are open stand
  Place place_ = Place::tree;
  json* model_ = nullptr;      // while it is read
  std::string key_;
  bool is_skipped_value_ = false;  // the next value is one of a key that is not kept
  size_t tree_nodes_ = 0, tree_bytes_ = 0;
  MergeKind merge_kind_ = MergeKind::unknown;
  size_t strings_in_merge_ = 0;
  int64_t rank_ = -1;
  bool has_token_bytes_ = false;
  std::string token_bytes_;
};

}  // namespace

void dismantle(json& tree) noexcept {
  if (!tree.is_structured()) return;
  for (json& child : tree) dismantle(child);
  tree.clear();
}

JsonFile read_json(Text file) {
  JsonFile result;
  // The parser would skip it, the references do not.
  if (file.view().starts_with(byte_order_mark)) throw Failure(TOKEN_RANKER_BAD_JSON, 0, "the file begins with a byte order mark, which JSON has not");
  // The parser would take it for the end of the file.
  if (const uint8_t* nul = std::find(file.begin(), file.end(), 0); nul != file.end()) {
    const size_t at = size_t(nul - file.begin());
    throw Failure(TOKEN_RANKER_BAD_JSON, at, "byte %zu is NUL, which JSON has not", at);
  }
  Handler handler(result);
  json::sax_parse(file.view(), &handler);  // of char: the standard gives no traits for other bytes
  if (!result.tree.is_object()) throw Failure(TOKEN_RANKER_BAD_VALUE, 0, "the file is JSON, but no object");
  return result;
}

}  // namespace bpe
