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
uint64_t read_u64(const uint8_t* at) { return read_u32(at) | uint64_t{read_u32(at + 4)} << 32; }
uint32_t read_u24(const uint8_t* at) { return at[0] | uint32_t{at[1]} << 8 | uint32_t{at[2]} << 16; }

// A compact vocabulary; builtin/make_vocabularies.py says how it is laid out.
struct CompactVocabulary {
  explicit CompactVocabulary(const BuiltinEncoding& encoding) : count(read_u32(encoding.vocabulary)), pilots_size(read_u32(encoding.vocabulary + 4)) {
    partial = encoding.vocabulary + 8;
    pairs = partial + sizeof SafeSplit::partial;
    bytes = pairs + (size_t{1} << SafeSplit::hash_bits) / 8;
    merges = bytes + 256;
    pilots = merges + size_t{6} * (count - 256);
    if (encoding.vocabulary_end - pilots != ptrdiff_t(pilots_size) || encoding.size > count)
      throw Failure(TOKEN_RANKER_INTERNAL, 0, "the built-in data of %s is damaged", encoding.name);
  }
  Merge merge(uint32_t rank) const {
    const uint8_t* pair = merges + size_t{6} * (rank - 256);
    return {read_u24(pair), read_u24(pair + 3), rank};
  }

  uint32_t count, pilots_size;
  const uint8_t *partial, *pairs, *bytes, *merges, *pilots;
};

// Builds the bytes of the tokens from their merges.
Vocabulary make_vocabulary(const BuiltinEncoding& encoding, const CompactVocabulary& compact) {
  Vocabulary::Tokens tokens;
  std::vector<Merge> merges;
  tokens.offsets.resize(encoding.size + 1);
  tokens.numbers.resize(encoding.size);
  merges.reserve(encoding.size - 256);
  uint32_t* const offsets = tokens.offsets.data();
  const auto size_of = [&](uint32_t rank) { return offsets[rank + 1] - offsets[rank]; };
  for (uint32_t rank = 0; rank < encoding.size; rank++) {
    tokens.numbers[rank] = rank + (rank >= encoding.skipped);
    uint32_t size = 1;
    if (rank >= 256) {
      merges.push_back(compact.merge(rank));
      size = size_of(merges.back().left) + size_of(merges.back().right);
    }
    offsets[rank + 1] = offsets[rank] + size;
  }
  // Parts are copied in steps of 16 bytes: what is written beyond a part is overwritten by the next one. A part may end less than a step before
  // the place that it is copied to, so a step is read as a whole before it is written.
  constexpr size_t step = 16;
  tokens.bytes.resize(offsets[encoding.size] + step);
  uint8_t* const bytes = tokens.bytes.data();
  const auto copy = [&](uint8_t* to, uint32_t part) {
    const uint8_t* from = bytes + offsets[part];
    const uint32_t size = size_of(part);
    for (uint32_t at = 0; at < size; at += step) {
      uint8_t read[step];
      std::memcpy(read, from + at, step);
      std::memcpy(to + at, read, step);
    }
    return to + size;
  };
  std::memcpy(bytes, compact.bytes, 256);
  for (const Merge& merge : merges) copy(copy(bytes + offsets[merge.rank], merge.left), merge.right);
  tokens.bytes.resize(offsets[encoding.size]);
  return Vocabulary(std::move(tokens), merges, {compact.pilots, compact.pilots_size});
}

SafeSplit make_safe_split(const CompactVocabulary& compact) {
  SafeSplit split;
  split.pairs.resize((size_t{1} << SafeSplit::hash_bits) / 64);
  for (size_t i = 0; i < split.pairs.size(); i++) split.pairs[i] = read_u64(compact.pairs + 8 * i);
  for (size_t i = 0; i < std::size(split.partial); i++) split.partial[i] = read_u64(compact.partial + 8 * i);
  return split;
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
  const CompactVocabulary compact(encoding);
  return {encoding.name, std::string(pattern_text(encoding.pattern)), make_vocabulary(encoding, compact), make_special_tokens(encoding),
          make_safe_split(compact)};
}

const token_ranker_catalog_row* builtin_catalog(size_t* rows_size) {
  if (rows_size) *rows_size = std::size(catalog);
  return catalog;
}

}  // namespace bpe
