// Read from the outside in: whatever would change tokens and is not done here is refused before any table is built.
#include "tokenizer_json.hpp"

#include <algorithm>

#include "added_tokens_json.hpp"
#include "failure.hpp"
#include "json_value.hpp"
#include "merge_list.hpp"
#include "post_processor_json.hpp"
#include "pre_tokenizer_json.hpp"

namespace bpe {
namespace {

void check_model(const JsonPlace& model, const JsonFile& file) {
  const JsonPlace type = model["type"];
  if (!type.is_absent() && type.string() != "BPE") type.refuse_feature("of models only byte-level BPE is supported");
  const JsonPlace dropout = model["dropout"];
  if (!dropout.is_absent()) {
    if (!dropout.value->is_number()) dropout.refuse_shape("null or a number");
    if (dropout.value->get<double>() != 0) dropout.refuse_feature("tokens that are left to chance are not supported");
  }
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    const JsonPlace affix = model[key];
    if (!affix.is_absent() && !affix.string().empty()) affix.refuse_feature("only byte-level BPE is supported, which has none");
  }
  const JsonPlace byte_fallback = model["byte_fallback"];
  if (byte_fallback.boolean_or(false)) byte_fallback.refuse_feature("only byte-level BPE is supported, not that of SentencePiece");
  if (!file.has_vocab) throw Failure(TOKEN_RANKER_BAD_VALUE, 0, "model.vocab is missing or no object");
  if (!file.has_merges) throw Failure(TOKEN_RANKER_BAD_VALUE, 0, "model.merges is missing or no array");
}

void check_envelope(const JsonPlace& root) {
  const JsonPlace version = root["version"];
  if (version.value && version.string() != "1.0") version.refuse_feature("the version must be \"1.0\"");
  for (const char* key : {"truncation", "padding"}) {
    const JsonPlace setting = root[key];
    if (!setting.is_absent()) setting.refuse_feature("tokens would be cut or added: set it to null");
  }
}

std::string shown_pattern(const SplitRules& rules) {
  std::string text;
  for (const SplitRule& rule : rules) text += (text.empty() ? "" : "\n") + rule.pattern;
  return text;
}

void note_decoder(const JsonPlace& decoder, std::string& notes) {
  const bool is_byte_level = !decoder.is_absent() && decoder.value->is_object() && decoder["type"].value && decoder["type"].string() == "ByteLevel";
  if (!is_byte_level) notes += "decoder is " + decoder.shown() + "; decoding joins the bytes of the tokens, as ByteLevel does\n";
}

}  // namespace

bool is_tokenizer_json(const JsonFile& file) { return file.tree.contains("model"); }

EncodingParts load_tokenizer_json(const JsonFile& file) {
  const JsonPlace root = {&file.tree, ""};
  check_envelope(root);
  const JsonPlace model = root["model"];
  check_model(model, file);
  const bool has_nfc = read_normalizer(root["normalizer"]);
  PreTokenizer pre_tokenizer = read_pre_tokenizer(root["pre_tokenizer"]);
  Surroundings surroundings = read_post_processor(root["post_processor"]);

  EncodingStory story = {"tokenizer.json", "tokenizers 0.23.3", "", std::move(surroundings.before), std::move(surroundings.after)};
  const VocabStrings vocab(file.vocab_keys, file.vocab_numbers);
  AddedTokens added(read_added_tokens(root["added_tokens"], vocab, has_nfc, story.notes));
  std::vector<token_ranker_special_token> special;
  for (const AddedToken& token : added.tokens()) {
    if (token.is_special) special.push_back({token.text.data(), token.text.size(), token.token, 0});
  }
  Vocabulary vocabulary = make_vocabulary(vocab, file.merges, model["ignore_merges"].boolean_or(false));
  std::array<bool, 256> is_absent;
  for (unsigned byte = 0; byte < 256; byte++) is_absent[byte] = vocabulary.is_absent(uint8_t(byte));
  const Normalizer normalizer(has_nfc, pre_tokenizer.adds_blank, is_absent);
  if (normalizer.replaces_bytes()) story.notes += "bytes that are no UTF-8 and have no token are encoded as U+FFFD\n";
  note_decoder(root["decoder"], story.notes);

  EncodingParts parts = {"tokenizer.json", shown_pattern(pre_tokenizer.rules), std::move(vocabulary), SpecialTokens(special)};
  parts.rules = std::move(pre_tokenizer.rules);
  parts.added = std::move(added);
  parts.normalizer = normalizer;
  parts.story = std::move(story);
  return parts;
}

}  // namespace bpe
