// Batches on 1 to 8 threads against one text after the other: encode, count, decode. Threads start for a few bytes already, so that short
// inputs are divided as long texts are.
#include "batch.hpp"
#include "decode_batch.hpp"
#include "fuzz.hpp"
#include "subjects.hpp"
#include "support.hpp"

namespace {

using Tokens = std::vector<uint32_t>;

// Ascending places up to `size`; they need not begin at 0, nor end at the end.
std::vector<int64_t> make_offsets(size_t parts, size_t size, test::Random& random) {
  std::vector<int64_t> offsets;
  for (size_t i = 0; i <= parts; i++) offsets.push_back(int64_t(random.below(size + 1)));
  std::sort(offsets.begin(), offsets.end());
  if (random.below(4)) offsets.front() = 0, offsets.back() = int64_t(size);
  return offsets;
}

void check_texts(const bpe::Encoding& encoding, std::string_view text, const std::vector<int64_t>& offsets, bpe::SpecialSelection allowed,
                 unsigned threads, size_t least_work, Tokens& all) {
  const size_t texts = offsets.size() - 1;
  bpe::BatchTokens batch;
  bpe::encode_batch(encoding, reinterpret_cast<const uint8_t*>(text.data()), offsets.data(), texts, allowed, threads, batch, least_work);
  std::vector<int64_t> counts(texts);
  bpe::count_batch(encoding, reinterpret_cast<const uint8_t*>(text.data()), offsets.data(), texts, allowed, threads, counts.data(),
                   least_work);
  fuzz::require(batch.offsets.size() == offsets.size() && batch.offsets[0] == 0, "the offsets of the tokens do not begin with 0");
  for (size_t i = 0; i < texts; i++) {
    const Tokens expected = test::encode(encoding, text.substr(size_t(offsets[i]), size_t(offsets[i + 1] - offsets[i])), allowed);
    all.insert(all.end(), expected.begin(), expected.end());
    if (!std::equal(batch.tokens + batch.offsets[i], batch.tokens + batch.offsets[i + 1], expected.begin(), expected.end()))
      fuzz::fail("%u threads: other tokens in text %zu: \"%s\"", threads, i, fuzz::shown(text).c_str());
    fuzz::require(counts[i] == int64_t(expected.size()), "another count in a batch");
  }
}

void check_tokens(const bpe::Encoding& encoding, const Tokens& tokens, const std::vector<int64_t>& offsets, unsigned threads,
                  size_t least_work) {
  size_t unknown = size_t(offsets[0]);
  while (unknown < size_t(offsets.back()) && encoding.decoder().token_size(tokens[unknown])) unknown++;
  bpe::BatchBytes batch;
  const test::Outcome outcome = test::outcome_of(
      [&] { bpe::decode_batch(encoding.decoder(), tokens.data(), offsets.data(), offsets.size() - 1, threads, batch, least_work); });
  if (unknown < size_t(offsets.back())) {
    fuzz::require(outcome.status == TOKEN_RANKER_UNKNOWN_TOKEN && outcome.offset == unknown, "the first unknown token is not named");
    return;
  }
  fuzz::require(outcome.status == TOKEN_RANKER_OK, "known tokens are not decoded");
  for (size_t i = 0; i + 1 < offsets.size(); i++) {
    const std::string expected = test::decode(encoding, {tokens.begin() + offsets[i], tokens.begin() + offsets[i + 1]});
    const std::string_view found(reinterpret_cast<const char*>(batch.bytes) + batch.offsets[i],
                                 size_t(batch.offsets[i + 1] - batch.offsets[i]));
    fuzz::require(found == expected, "another text in a batch");
  }
}

}  // namespace

FUZZ_TARGET(batch) {
  const fuzz::Subject& subject = fuzz::subject(input.byte());
  const bpe::Encoding& encoding = subject.any(input.byte());
  const fuzz::Selection allowed(encoding, input.byte());
  const uint8_t choice = input.byte();
  test::Random random(input.word());
  // To start threads takes longer than all else: most inputs do with few.
  const unsigned threads = choice % 8 == 0 ? 1 + choice / 8 % 8 : choice % 8 == 1 ? 2 : 1;
  const size_t least_work = size_t{4} << choice / 16 % 4;
  const test::ExactCopy copy(input.rest());
  const std::vector<int64_t> offsets = make_offsets(1 + random.below(6), copy.text().size, random);
  Tokens tokens;
  check_texts(encoding, copy.text().view(), offsets, allowed.selection, threads, least_work, tokens);
  if (random.below(4) == 0 && !tokens.empty()) tokens[random.below(tokens.size())] = uint32_t(random.next());
  check_tokens(encoding, tokens, make_offsets(1 + random.below(6), tokens.size(), random), threads, least_work / 4);
}
