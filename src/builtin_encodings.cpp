// Built-in encodings differ by the rows of the table below and by nothing else.
// Source: tiktoken 0.14.0, tiktoken_ext/openai_public.py for the encodings and tiktoken/model.py for the names of models.
#include "builtin_encodings.hpp"

#include <cstring>
#include <string>
#include <vector>

#include "failure.hpp"

extern "C" {
extern const uint8_t bpe_p50k_vocabulary[], bpe_p50k_vocabulary_end[];
extern const uint8_t bpe_cl100k_vocabulary[], bpe_cl100k_vocabulary_end[];
extern const uint8_t bpe_o200k_vocabulary[], bpe_o200k_vocabulary_end[];
}

namespace bpe {
namespace {

struct NamedToken {
  const char* text;
  uint32_t token;
};

constexpr NamedToken gpt2_special[] = {{"<|endoftext|>", 50256}};
constexpr NamedToken p50k_edit_special[] = {
    {"<|endoftext|>", 50256}, {"<|fim_prefix|>", 50281}, {"<|fim_middle|>", 50282}, {"<|fim_suffix|>", 50283}};
constexpr NamedToken cl100k_special[] = {{"<|endoftext|>", 100257},
                                         {"<|fim_prefix|>", 100258},
                                         {"<|fim_middle|>", 100259},
                                         {"<|fim_suffix|>", 100260},
                                         {"<|endofprompt|>", 100276}};
constexpr NamedToken o200k_special[] = {{"<|endoftext|>", 199999}, {"<|endofprompt|>", 200018}};
// 200018 gets a second name from the reserved tokens that follow; it decodes to its first.
constexpr NamedToken harmony_special[] = {
    {"<|endoftext|>", 199999},       {"<|endofprompt|>", 200018},     {"<|startoftext|>", 199998}, {"<|reserved_200000|>", 200000},
    {"<|reserved_200001|>", 200001}, {"<|return|>", 200002},          {"<|constrain|>", 200003},   {"<|reserved_200004|>", 200004},
    {"<|channel|>", 200005},         {"<|start|>", 200006},           {"<|end|>", 200007},         {"<|message|>", 200008},
    {"<|reserved_200009|>", 200009}, {"<|reserved_200010|>", 200010}, {"<|reserved_200011|>", 200011}, {"<|call|>", 200012}};

struct BuiltinEncoding {
  const char* name;
  Pattern pattern;
  const uint8_t* vocabulary;
  const uint8_t* vocabulary_end;
  uint32_t size;          // tokens: the first ones of the vocabulary
  uint32_t skipped;       // a number that no token has: later ranks are one less than their number
  const NamedToken* special;
  size_t special_size;
  uint32_t reserved_begin, reserved_end;  // and <|reserved_N|> for these N
};

constexpr uint32_t none_skipped = UINT32_MAX;
constexpr BuiltinEncoding encodings[] = {
    {"gpt2", Pattern::r50k, bpe_p50k_vocabulary, bpe_p50k_vocabulary_end, 50256, none_skipped, gpt2_special, 1, 0, 0},
    {"r50k_base", Pattern::r50k, bpe_p50k_vocabulary, bpe_p50k_vocabulary_end, 50256, none_skipped, gpt2_special, 1, 0, 0},
    {"p50k_base", Pattern::r50k, bpe_p50k_vocabulary, bpe_p50k_vocabulary_end, 50280, 50256, gpt2_special, 1, 0, 0},
    {"p50k_edit", Pattern::r50k, bpe_p50k_vocabulary, bpe_p50k_vocabulary_end, 50280, 50256, p50k_edit_special, 4, 0, 0},
    {"cl100k_base", Pattern::cl100k, bpe_cl100k_vocabulary, bpe_cl100k_vocabulary_end, 100256, none_skipped, cl100k_special, 5, 0, 0},
    {"o200k_base", Pattern::o200k, bpe_o200k_vocabulary, bpe_o200k_vocabulary_end, 199998, none_skipped, o200k_special, 2, 0, 0},
    {"o200k_harmony", Pattern::o200k, bpe_o200k_vocabulary, bpe_o200k_vocabulary_end, 199998, none_skipped, harmony_special,
     std::size(harmony_special), 200013, 201088},
};

constexpr token_ranker_catalog_row catalog[] = {
    {"gpt2", "gpt2", TOKEN_RANKER_CATALOG_ENCODING, 0},
    {"r50k_base", "r50k_base", TOKEN_RANKER_CATALOG_ENCODING, 0},
    {"p50k_base", "p50k_base", TOKEN_RANKER_CATALOG_ENCODING, 0},
    {"p50k_edit", "p50k_edit", TOKEN_RANKER_CATALOG_ENCODING, 0},
    {"cl100k_base", "cl100k_base", TOKEN_RANKER_CATALOG_ENCODING, 0},
    {"o200k_base", "o200k_base", TOKEN_RANKER_CATALOG_ENCODING, 0},
    {"o200k_harmony", "o200k_harmony", TOKEN_RANKER_CATALOG_ENCODING, 0},
    {"o1", "o200k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"o3", "o200k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"o4-mini", "o200k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"gpt-5", "o200k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"gpt-4.1", "o200k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"gpt-4o", "o200k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"gpt-4", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"gpt-3.5-turbo", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"gpt-3.5", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"gpt-35-turbo", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"davinci-002", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"babbage-002", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-embedding-ada-002", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-embedding-3-small", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-embedding-3-large", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-davinci-003", "p50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-davinci-002", "p50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-davinci-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-curie-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-babbage-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-ada-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"davinci", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"curie", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"babbage", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"ada", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"code-davinci-002", "p50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"code-davinci-001", "p50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"code-cushman-002", "p50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"code-cushman-001", "p50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"davinci-codex", "p50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"cushman-codex", "p50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-davinci-edit-001", "p50k_edit", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"code-davinci-edit-001", "p50k_edit", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-similarity-davinci-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-similarity-curie-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-similarity-babbage-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-similarity-ada-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-search-davinci-doc-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-search-curie-doc-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-search-babbage-doc-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"text-search-ada-doc-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"code-search-babbage-code-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"code-search-ada-code-001", "r50k_base", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"gpt2", "gpt2", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"gpt-2", "gpt2", TOKEN_RANKER_CATALOG_MODEL, 0},
    {"o1-", "o200k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"o3-", "o200k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"o4-mini-", "o200k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"gpt-5", "o200k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"gpt-4.5-", "o200k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"gpt-4.1-", "o200k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"chatgpt-4o-", "o200k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"gpt-4o-", "o200k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"gpt-4-", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"gpt-3.5-turbo-", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"gpt-35-turbo-", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"gpt-oss-", "o200k_harmony", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"ft:gpt-4o", "o200k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"ft:gpt-4", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"ft:gpt-3.5-turbo", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"ft:davinci-002", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
    {"ft:babbage-002", "cl100k_base", TOKEN_RANKER_CATALOG_MODEL_PREFIX, 0},
};

const BuiltinEncoding& find_builtin(std::string_view name) {
  for (const token_ranker_catalog_row& row : catalog) {
    const std::string_view known = row.name;
    if (row.kind == TOKEN_RANKER_CATALOG_MODEL_PREFIX ? name.substr(0, known.size()) != known : name != known) continue;
    for (const BuiltinEncoding& encoding : encodings) {
      if (std::strcmp(encoding.name, row.encoding) == 0) return encoding;
    }
  }
  throw Failure(TOKEN_RANKER_UNKNOWN_ENCODING, 0,
                "no encoding or model is named \"%.*s\": token_ranker_catalog lists the names, such as \"cl100k_base\" and \"gpt-4o\"",
                int(std::min<size_t>(name.size(), 80)), name.data());
}

uint32_t read_u32(const uint8_t* at) { return at[0] | uint32_t{at[1]} << 8 | uint32_t{at[2]} << 16 | uint32_t{at[3]} << 24; }
uint32_t read_u24(const uint8_t* at) { return at[0] | uint32_t{at[1]} << 8 | uint32_t{at[2]} << 16; }

// Builds the bytes of the tokens from their merges; builtin/make_vocabularies.py says how the data is laid out.
Vocabulary make_vocabulary(const BuiltinEncoding& encoding) {
  const uint8_t* at = encoding.vocabulary;
  const uint32_t stored = read_u32(at), pilots_size = read_u32(at + 4);
  at += 8;
  const uint8_t* const merges_begin = at + 256;
  const uint8_t* const pilots = merges_begin + size_t{6} * (stored - 256);
  if (encoding.vocabulary_end - pilots != ptrdiff_t(pilots_size) || encoding.size > stored)
    throw Failure(TOKEN_RANKER_INTERNAL, 0, "the built-in data of %s is damaged", encoding.name);

  Vocabulary::Tokens tokens;
  std::vector<Merge> merges;
  tokens.offsets.resize(encoding.size + 1);
  tokens.numbers.resize(encoding.size);
  merges.reserve(encoding.size - 256);
  std::vector<uint32_t>& offsets = tokens.offsets;
  for (uint32_t rank = 0; rank < encoding.size; rank++) {
    tokens.numbers[rank] = rank + (rank >= encoding.skipped);
    uint32_t size = 1;
    if (rank >= 256) {
      const uint8_t* pair = merges_begin + size_t{6} * (rank - 256);
      const Merge merge = {read_u24(pair), read_u24(pair + 3), rank};
      merges.push_back(merge);
      size = offsets[merge.left + 1] - offsets[merge.left] + offsets[merge.right + 1] - offsets[merge.right];
    }
    offsets[rank + 1] = offsets[rank] + size;
  }
  tokens.bytes.resize(offsets[encoding.size]);
  uint8_t* const bytes = tokens.bytes.data();
  std::memcpy(bytes, at, 256);
  for (const Merge& merge : merges) {
    const uint32_t left_size = offsets[merge.left + 1] - offsets[merge.left];
    std::memcpy(bytes + offsets[merge.rank], bytes + offsets[merge.left], left_size);
    std::memcpy(bytes + offsets[merge.rank] + left_size, bytes + offsets[merge.right], offsets[merge.right + 1] - offsets[merge.right]);
  }
  return Vocabulary(std::move(tokens), merges, {pilots, pilots_size});
}

SpecialTokens make_special_tokens(const BuiltinEncoding& encoding) {
  std::vector<token_ranker_special_token> special;
  for (size_t i = 0; i < encoding.special_size; i++)
    special.push_back({encoding.special[i].text, std::strlen(encoding.special[i].text), encoding.special[i].token, 0});
  std::vector<std::string> reserved(encoding.reserved_end - encoding.reserved_begin);
  for (uint32_t i = 0; i < reserved.size(); i++) {
    const uint32_t token = encoding.reserved_begin + i;
    reserved[i] = "<|reserved_" + std::to_string(token) + "|>";
    special.push_back({reserved[i].data(), reserved[i].size(), token, 0});
  }
  return SpecialTokens(special);
}

}  // namespace

EncodingParts make_builtin_parts(std::string_view name) {
  const BuiltinEncoding& encoding = find_builtin(name);
  return {encoding.name, std::string(pattern_text(encoding.pattern)), make_vocabulary(encoding), make_special_tokens(encoding)};
}

const token_ranker_catalog_row* builtin_catalog(size_t* rows_size) {
  if (rows_size) *rows_size = std::size(catalog);
  return catalog;
}

}  // namespace bpe
