#include "pre_tokenizer_json.hpp"

#include <cstdio>

#include "failure.hpp"
#include "unicode/utf8.hpp"

namespace bpe {
namespace {

constexpr size_t max_rules = 16;

// What ByteLevel splits by.
constexpr char byte_level_pattern[] = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
// Rust's char::is_numeric, by Unicode 17: 13 code points more than \p{N} of Unicode 16.
constexpr char digit_pattern[] = R"([\p{N}\x{11DE0}-\x{11DE9}\x{16FF4}-\x{16FF6}])";
constexpr char digits_pattern[] = R"([\p{N}\x{11DE0}-\x{11DE9}\x{16FF4}-\x{16FF6}]+)";
constexpr char whole_text_pattern[] = R"([\x{0}-\x{10FFFF}]+)";

std::string escaped(const std::string& text) {
  std::string pattern;
  const auto* at = reinterpret_cast<const uint8_t*>(text.data());
  const auto* const end = at + text.size();
  while (at < end) {
    const Character character = read_character(at, end);
    char escape[16];
    std::snprintf(escape, sizeof escape, "\\x{%X}", unsigned(character.code_point));
    pattern += escape;
    at += character.size;
  }
  return pattern;
}

struct Reader {
  PreTokenizer result;
  bool has_byte_level = false;

  void add(std::string pattern, SplitRule::Kind kind, SplitRule::Keep keep = SplitRule::Keep::all) {
    result.rules.push_back({std::move(pattern), PatternDialect::oniguruma, keep, kind});
  }

  void read(const JsonPlace& place) {
    if (place.is_absent()) place.refuse_feature("only byte-level tokenizers are supported, which have ByteLevel here");
    const JsonPlace type = place["type"];
    const std::string& name = type.string();
    if (name == "Sequence") {
      const JsonPlace list = place["pretokenizers"];
      for (size_t i = 0; i < list.array_size(); i++) read(list[i]);
      return;
    }
    if (has_byte_level) type.refuse_feature("a pre-tokenizer behind ByteLevel is not supported");
    if (result.rules.size() == max_rules) type.refuse_feature("more than 16 pre-tokenizers are not supported");
    if (name == "Split") return read_split(place);
    if (name == "Digits") {
      if (place["individual_digits"].boolean()) return add(digit_pattern, SplitRule::Kind::individual_digits);
      return add(digits_pattern, SplitRule::Kind::digit_runs);
    }
    if (name == "ByteLevel") return read_byte_level(place);
    type.refuse_feature("of pre-tokenizers only Split, Digits, ByteLevel and Sequence are supported");
  }

  void read_split(const JsonPlace& place) {
    const JsonPlace pattern = place["pattern"], regex = pattern["Regex"], text = pattern["String"];
    if (!regex.value == !text.value) pattern.refuse_shape("an object with either Regex or String");
    const bool is_inverted = place["invert"].boolean();
    const JsonPlace behavior = place["behavior"];
    const std::string& name = behavior.string();
    SplitRule::Keep keep = SplitRule::Keep::all;
    if (name == "Removed") keep = is_inverted ? SplitRule::Keep::matches : SplitRule::Keep::gaps;
    else if (name != "Isolated") behavior.refuse_feature("only Isolated and Removed are supported");
    if (regex.value) return add(regex.string(), SplitRule::Kind::regex, keep);
    if (text.string().empty()) text.refuse_feature("splitting by an empty text is not supported");
    add(escaped(text.string()), SplitRule::Kind::regex, keep);
  }

  void read_byte_level(const JsonPlace& place) {
    has_byte_level = true;
    place["trim_offsets"].boolean();
    const JsonPlace adds_blank = place["add_prefix_space"];
    result.adds_blank = adds_blank.boolean();
    if (result.adds_blank && !result.rules.empty()) adds_blank.refuse_feature("behind another pre-tokenizer this is not supported");
    if (place["use_regex"].boolean_or(true)) add(byte_level_pattern, SplitRule::Kind::byte_level);
    if (result.rules.empty()) add(whole_text_pattern, SplitRule::Kind::regex);
  }
};

}  // namespace

PreTokenizer read_pre_tokenizer(const JsonPlace& place) {
  Reader reader;
  reader.read(place);
  if (!reader.has_byte_level) place.refuse_feature("only byte-level tokenizers are supported, which have ByteLevel here");
  return std::move(reader.result);
}

bool read_normalizer(const JsonPlace& place) {
  if (place.is_absent()) return false;
  const JsonPlace type = place["type"];
  const std::string& name = type.string();
  if (name == "NFC") return true;
  if (name != "Sequence") type.refuse_feature("of normalizers only NFC is supported");
  const JsonPlace list = place["normalizers"];
  bool has_nfc = false;
  for (size_t i = 0; i < list.array_size(); i++) has_nfc = read_normalizer(list[i]) || has_nfc;
  return has_nfc;
}

}  // namespace bpe
