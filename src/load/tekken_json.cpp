// Source: mistral-common 1.13.1, tokens/tokenizers/tekken.py (Tekkenizer.from_file, __init__, _reload_mergeable_ranks).
#include "tekken_json.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "base64.hpp"
#include "failure.hpp"
#include "json_value.hpp"

namespace bpe {
namespace {

constexpr size_t max_token_size = 4096, max_bytes = 1 << 24, max_special_tokens = 1 << 16;

constexpr const char* versions[] = {"v1", "v2", "v3", "v7", "v11", "v13", "v15"};

// Of files up to v7 that name none.
constexpr const char* old_special_tokens[] = {"<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
                                              "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]", "[IMG_END]",
                                              "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]", "[TOOL_CONTENT]"};

int read_version(const JsonPlace& version) {
  const std::string& text = version.string();
  if (std::find(std::begin(versions), std::end(versions), text) == std::end(versions))
    version.refuse_feature("known versions are v1, v2, v3, v7, v11, v13 and v15");
  return std::stoi(text.substr(1));
}

std::vector<std::string> read_special_tokens(const JsonPlace& list, size_t count, int version) {
  std::vector<std::string> texts;
  if (list.is_absent()) {
    if (version > 7) list.refuse_shape("an array, as in every file above v7");
    texts.assign(std::begin(old_special_tokens), std::end(old_special_tokens));
  } else {
    for (size_t i = 0; i < list.array_size(); i++) {
      const JsonPlace rank = list[i]["rank"];
      if (rank.number() != i) rank.refuse_feature("special tokens must stand in the order of their ranks");
      texts.push_back(list[i]["token_str"].string());
    }
  }
  if (texts.size() > count)
    throw Failure(TOKEN_RANKER_BAD_VALUE, 0, "config.default_num_special_tokens is %zu: there are %zu special tokens", count, texts.size());
  for (size_t i = texts.size(); i < count; i++) texts.push_back("<SPECIAL_" + std::to_string(i) + ">");
  return texts;
}

Vocabulary read_vocabulary(const JsonFile& file, uint32_t size, uint32_t first_number) {
  Vocabulary::Tokens tokens;
  tokens.offsets.push_back(0);
  for (uint32_t i = 0; i < size; i++) {
    if (file.token_ranks[i] != i)
      throw Failure(TOKEN_RANKER_BAD_RANK, i, "vocab[%u].rank is %u: tokens must stand in the order of their ranks", i, file.token_ranks[i]);
    const size_t begin = tokens.bytes.size();
    if (!file.token_bytes[i].empty() && !decode_base64(Text(file.token_bytes[i]), tokens.bytes))
      throw Failure(TOKEN_RANKER_BAD_BASE64, i, "vocab[%u].token_bytes is not base64", i);
    const size_t token_size = tokens.bytes.size() - begin;
    if (token_size == 0) throw Failure(TOKEN_RANKER_EMPTY_TOKEN, i, "vocab[%u]: the token has no bytes", i);
    if (token_size > max_token_size || tokens.bytes.size() > max_bytes)
      throw Failure(TOKEN_RANKER_TOO_LARGE, i, "vocab[%u]: more than %zu bytes in a token or %zu in all of them", i, max_token_size, max_bytes);
    if (i < 256 && (token_size != 1 || tokens.bytes[begin] != i))
      throw Failure(TOKEN_RANKER_BAD_VALUE, i, "vocab[%u].token_bytes: the first 256 tokens must be the single bytes in their order", i);
    tokens.offsets.push_back(uint32_t(tokens.bytes.size()));
    tokens.numbers.push_back(i + first_number);
  }
  try {
    return Vocabulary(std::move(tokens));
  } catch (const Failure& failure) {
    if (failure.status != TOKEN_RANKER_DUPLICATE_TOKEN) throw;
    throw Failure(TOKEN_RANKER_DUPLICATE_TOKEN, failure.offset, "vocab[%llu]: another token has the same bytes",
                  static_cast<unsigned long long>(failure.offset));
  }
}

}  // namespace

bool is_tekken_json(const JsonFile& file) { return file.has_token_list && file.tree.contains("config"); }

EncodingParts load_tekken_json(const JsonFile& file) {
  const JsonPlace root = {&file.tree, ""};
  const JsonPlace config = root["config"];
  const int version = read_version(config["version"]);
  if (!root["multimodal"].is_absent() && version > 11) root["multimodal"].refuse_feature("above v11 it must be called image");
  if (!root["model_settings_builder"].is_absent() && version < 15) root["model_settings_builder"].refuse_feature("it needs v15");
  if (!file.has_token_list) throw Failure(TOKEN_RANKER_BAD_VALUE, 0, "vocab is missing or no array");

  const std::string& pattern = config["pattern"].string();
  const uint32_t special_count = config["default_num_special_tokens"].number();
  const JsonPlace whole_size = config["default_vocab_size"];
  const uint32_t size = whole_size.number();
  if (special_count > max_special_tokens) config["default_num_special_tokens"].refuse_feature("more than 65536 are not supported");
  if (size < special_count || size - special_count > file.token_ranks.size() || size - special_count > max_vocabulary_size)
    whole_size.refuse_shape("default_num_special_tokens and some or all of the tokens in vocab");

  const std::vector<std::string> texts = read_special_tokens(root["special_tokens"], special_count, version);
  std::vector<token_ranker_special_token> special;
  for (const std::string& text : texts) special.push_back({text.data(), text.size(), uint32_t(special.size()), 0});
  EncodingParts parts = {"tekken.json", pattern, read_vocabulary(file, size - special_count, special_count), SpecialTokens(special)};
  parts.story.source = "tekken.json " + config["version"].string();
  parts.story.reference = "mistral-common 1.13.1";
  parts.story.notes = "special tokens are found in text where they are allowed; mistral-common never looks for them\n";
  return parts;
}

}  // namespace bpe
