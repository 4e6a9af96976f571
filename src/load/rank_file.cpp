// Lines end with \n, \r or \r\n; empty ones are skipped; fields are separated by ASCII white space; their order is free.
// Source of the format: tiktoken/load.py, load_tiktoken_bpe.
#include "rank_file.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base64.hpp"
#include "failure.hpp"

namespace bpe {
namespace {

constexpr size_t max_token_size = 4096, max_bytes = 1 << 24;

struct Entry {
  uint32_t rank;
  uint32_t line;
  uint32_t offset;  // of the token bytes, in the order of the file
  uint32_t size;
};

bool is_blank(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

bool parse_rank(Text field, uint32_t& rank) {
  uint64_t value = 0;
  for (const uint8_t digit : field) {
    if (digit < '0' || digit > '9') return false;
    value = value * 10 + (digit - '0');
    if (value > UINT32_MAX) return false;
  }
  rank = uint32_t(value);
  return field.size > 0;
}

Text next_field(Text line, size_t& at) {
  while (at < line.size && is_blank(line.data[at])) at++;
  const size_t begin = at;
  while (at < line.size && !is_blank(line.data[at])) at++;
  return line.part(begin, at);
}

Entry read_line(Text line, uint32_t line_number, std::vector<uint8_t>& bytes) {
  size_t at = 0;
  const Text token = next_field(line, at), rank = next_field(line, at), rest = next_field(line, at);
  if (rank.size == 0 || rest.size > 0) {
    // A token of no bytes is written as nothing: the line then is only a rank.
    uint32_t only;
    if (rank.size == 0 && is_blank(line.data[0]) && parse_rank(token, only))
      throw Failure(TOKEN_RANKER_EMPTY_TOKEN, line_number, "rank file: line %u: the token has no bytes", line_number);
    throw Failure(TOKEN_RANKER_MISSING_FIELD, line_number, "rank file: line %u: expected \"base64-of-token rank\"", line_number);
  }
  Entry entry = {0, line_number, uint32_t(bytes.size()), 0};
  if (!decode_base64(token, bytes))
    throw Failure(TOKEN_RANKER_BAD_BASE64, line_number, "rank file: line %u: the token is not base64", line_number);
  entry.size = uint32_t(bytes.size() - entry.offset);
  if (entry.size == 0) throw Failure(TOKEN_RANKER_EMPTY_TOKEN, line_number, "rank file: line %u: the token has no bytes", line_number);
  if (entry.size > max_token_size || bytes.size() > max_bytes)
    throw Failure(TOKEN_RANKER_TOO_LARGE, line_number, "rank file: line %u: more than %zu bytes in a token or %zu in all of them", line_number,
                  max_token_size, max_bytes);
  if (!parse_rank(rank, entry.rank))
    throw Failure(TOKEN_RANKER_BAD_RANK, line_number, "rank file: line %u: the rank is not a number from 0 to 4294967295", line_number);
  return entry;
}

}  // namespace

Vocabulary load_rank_file(Text file) {
  std::vector<Entry> entries;
  std::vector<uint8_t> bytes;
  uint32_t line_number = 0;
  for (size_t at = 0; at < file.size;) {
    const size_t begin = at;
    while (at < file.size && file.data[at] != '\n' && file.data[at] != '\r') at++;
    const Text line = file.part(begin, at);
    if (at + 1 < file.size && file.data[at] == '\r' && file.data[at + 1] == '\n') at++;
    at++;
    line_number++;
    if (line.size == 0) continue;
    if (entries.size() == max_vocabulary_size)
      throw Failure(TOKEN_RANKER_TOO_LARGE, line_number, "rank file: line %u: more than %u tokens", line_number, max_vocabulary_size);
    entries.push_back(read_line(line, line_number, bytes));
  }

  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.rank < b.rank; });
  for (size_t i = 1; i < entries.size(); i++) {
    if (entries[i].rank == entries[i - 1].rank)
      throw Failure(TOKEN_RANKER_DUPLICATE_RANK, entries[i].line, "rank file: line %u: rank %u stands in line %u already", entries[i].line,
                    entries[i].rank, entries[i - 1].line);
  }
  Vocabulary::Tokens tokens;
  tokens.bytes.reserve(bytes.size());
  tokens.offsets.reserve(entries.size() + 1);
  tokens.numbers.reserve(entries.size());
  tokens.offsets.push_back(0);
  for (const Entry& entry : entries) {
    tokens.bytes.insert(tokens.bytes.end(), bytes.begin() + entry.offset, bytes.begin() + entry.offset + entry.size);
    tokens.offsets.push_back(uint32_t(tokens.bytes.size()));
    tokens.numbers.push_back(entry.rank);
  }
  try {
    return Vocabulary(std::move(tokens));
  } catch (const Failure& failure) {
    if (failure.status != TOKEN_RANKER_DUPLICATE_TOKEN) throw;
    const uint32_t line = entries[failure.offset].line;
    throw Failure(TOKEN_RANKER_DUPLICATE_TOKEN, line, "rank file: line %u: another line has the same token bytes", line);
  }
}

}  // namespace bpe
