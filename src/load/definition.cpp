#include "definition.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "builtin_encodings.hpp"
#include "failure.hpp"
#include "json_reader.hpp"
#include "rank_file.hpp"
#include "sha256.hpp"
#include "tekken_json.hpp"
#include "tokenizer_json.hpp"
#include "token_ranker.h"

namespace bpe {
namespace {

// Kimi K2. Source: its tokenization_kimi.py.
constexpr char kimi_pattern[] =
    R"re([\p{Han}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)re"
    R"re(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+[\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)re"
    R"re(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)re";

// A published rank file, which says nothing of its pattern.
struct KnownFile {
  const char* sha256;
  const char* builtin;  // the encoding inside the library that has the same vocabulary; NULL: none
  const char* pattern;  // then
};
constexpr KnownFile known_files[] = {
    {"306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930", "r50k_base", nullptr},
    {"94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069", "p50k_base", nullptr},
    {"223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7", "cl100k_base", nullptr},
    {"446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d", "o200k_base", nullptr},
    {"b6c497a7469b33ced9c38afb1ad6e47f03f5e5dc05f15930799210ec050c5103", nullptr, kimi_pattern},
};

EncodingParts load_ranks(Text file, bool has_pattern) {
  EncodingParts parts = {"custom", "", load_rank_file(file), SpecialTokens()};
  parts.story.source = "rank file";
  if (has_pattern) return parts;
  const std::string digest = sha256(file);
  const auto known = std::find_if(std::begin(known_files), std::end(known_files), [&](const KnownFile& k) { return digest == k.sha256; });
  if (known == std::end(known_files))
    throw Failure(TOKEN_RANKER_INVALID_ARGUMENT, 0,
                  "definition: pattern is NULL; a rank file has none of its own, and this one (SHA-256 %.16s...) is none of the known ones",
                  digest.c_str());
  if (!known->builtin) {
    parts.pattern = known->pattern;
    return parts;
  }
  EncodingParts builtin = make_builtin_parts(known->builtin);
  builtin.story.source = "rank file";
  return builtin;
}

// Of the first character that is no white space: an object. No line of a rank file begins so. (A byte order mark is refused later.)
bool is_json(Text file) {
  if (file.view().starts_with(byte_order_mark)) file = file.part(byte_order_mark.size(), file.size);
  const auto is_blank = [](uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); };
  const uint8_t* first = std::find_if_not(file.begin(), file.end(), is_blank);
  return first != file.end() && *first == '{';
}

}  // namespace

EncodingParts load_vocabulary(Text file, int32_t format, bool has_pattern) {
  if (format == TOKEN_RANKER_FORMAT_RANKS || (format == TOKEN_RANKER_FORMAT_DETECT && !is_json(file))) return load_ranks(file, has_pattern);
  const JsonFile json = read_json(file);
  const bool is_tokenizer = format == TOKEN_RANKER_FORMAT_TOKENIZER_JSON || (format == TOKEN_RANKER_FORMAT_DETECT && is_tokenizer_json(json));
  const bool is_tekken = format == TOKEN_RANKER_FORMAT_TEKKEN_JSON || (format == TOKEN_RANKER_FORMAT_DETECT && is_tekken_json(json));
  if (!is_tokenizer && !is_tekken)
    throw Failure(TOKEN_RANKER_UNKNOWN_FORMAT, 0, "the file is JSON, but neither a tokenizer.json (with \"model\") nor a tekken.json (\"config\" and \"vocab\")");
  if (has_pattern) throw Failure(TOKEN_RANKER_INVALID_ARGUMENT, 0, "definition: pattern is set; the file has its own");
  return is_tokenizer ? load_tokenizer_json(json) : load_tekken_json(json);
}

}  // namespace bpe
