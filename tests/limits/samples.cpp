#include "samples.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory>

#include "support.hpp"
#include "vocabulary_trees.hpp"

namespace test {
namespace {

// ---- Sources -----------------------------------------------------------------------------------------------------------------------

const std::vector<std::string>& small_tokens() {
  static const std::vector<std::string> tokens = [] {
    std::vector<std::string> all = single_bytes_and({"th", "he",   "the",      " t",           " the", "in", "ing",  "er",   "aa", "aaaa",
                                                     "  ", "    ", "\xE6\xBC", "\xE6\xBC\xA2", "12",   "ab", "abab", "\n\n", "'s", "00"});
    return all;
  }();
  return tokens;
}

std::string rank_file() {
  std::string file;
  for (size_t rank = 0; rank < small_tokens().size(); rank++) file += base64(small_tokens()[rank]) + " " + std::to_string(rank) + "\n";
  return file;
}

json small_tokenizer() {
  return tokenizer_tree(
      {{"t", "h"}, {"th", "e"}, {"\u0120", "the"}, {"a", "a"}, {"aa", "aa"}, {"i", "n"}, {"in", "g"}, {"\u0120", "\u0120"}});
}

// Several rules, NFC, added tokens with each property, and a pattern that PCRE2 matches.
json rich_tokenizer() {
  json tree = small_tokenizer();
  tree["added_tokens"] = {added_token("<n>"), added_token("<w>", {"single_word", "normalized"}), added_token("<l>", {"lstrip"}),
                          added_token("<r>", {"rstrip"}), added_token("<|end|>", {"special"})};
  tree["normalizer"] = {{"type", "NFC"}};
  tree["pre_tokenizer"] = {
      {"type", "Sequence"},
      {"pretokenizers",
       {{{"type", "Split"}, {"pattern", {{"Regex", "\\s?[a-z]+|[0-9]{2}|\\n+"}}}, {"behavior", "Isolated"}, {"invert", false}},
        {{"type", "Digits"}, {"individual_digits", true}},
        byte_level(false)}}};
  tree["post_processor"] = byte_level();
  return tree;
}

json small_tekken() {
  json vocab = json::array();
  for (const std::string& token : small_tokens())
    vocab.push_back({{"rank", vocab.size()}, {"token_bytes", base64(token)}, {"token_str", nullptr}});
  const size_t size = vocab.size();
  return {{"config",
           {{"pattern", "[a-z]+|[^a-z]+"},
            {"version", "v11"},
            {"default_vocab_size", size + 24},
            {"default_num_special_tokens", 24},
            {"num_vocab_tokens", size}}},
          {"vocab", vocab},
          {"special_tokens",
           {{{"rank", 0}, {"token_str", "<unk>"}, {"is_control", true}}, {{"rank", 1}, {"token_str", "<s>"}, {"is_control", true}}}}};
}

constexpr char cl100k_pattern[] =
    R"('(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s)";
constexpr char own_pattern[] = R"(\s*\p{Lu}?\p{Ll}+(?=\s|\p{P}|$)|\p{N}{1,3}|(?<=\d)x+|\s+(?!\S)|.)";

// ---- What the calls deliver --------------------------------------------------------------------------------------------------------

class Hash {
 public:
  explicit Hash(uint64_t& hash) : hash_(hash) { hash_ = 0xCBF29CE484222325; }
  void add(uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001B3; }
  template <class Element>
  void add(const Element* elements, size_t size) {
    add(size);
    for (size_t i = 0; i < size; i++) add(uint64_t(elements[i]));
  }
  void add(const token_ranker_span* spans, size_t size) {
    add(size);
    for (size_t i = 0; i < size; i++) add(spans[i].begin), add(spans[i].end);
  }

 private:
  uint64_t& hash_;
};

// Room for what the calls deliver, made before memory runs out.
constexpr size_t room = size_t{1} << 20;
uint32_t tokens[room];
uint8_t bytes[4 * room];
token_ranker_span spans[room];

using Status = token_ranker_status;
using Ranker = const token_ranker_t*;
#define RETURN_IF_FAILED(call) \
  if (const Status status_ = (call)) return status_

Status encode_with(Ranker ranker, std::string_view text, const uint32_t* allowed, size_t allowed_size, uint64_t& hash) {
  size_t size;
  RETURN_IF_FAILED(token_ranker_encode(ranker, text.data(), text.size(), allowed, allowed_size, tokens, room, &size, nullptr));
  Hash(hash).add(tokens, size);
  return TOKEN_RANKER_OK;
}

Status run_encode(Ranker ranker, std::string_view text, uint64_t& hash) { return encode_with(ranker, text, nullptr, 0, hash); }
Status run_encode_special(Ranker ranker, std::string_view text, uint64_t& hash) {
  return encode_with(ranker, text, nullptr, TOKEN_RANKER_ALL_SPECIAL, hash);
}
// The first special token alone; none where there are none.
Status run_encode_selected(Ranker ranker, std::string_view text, uint64_t& hash) {
  token_ranker_information information = {};
  information.struct_size = sizeof information;
  RETURN_IF_FAILED(token_ranker_info(ranker, &information, nullptr));
  const uint32_t first = 0;
  return encode_with(ranker, text, &first, std::min<size_t>(1, information.special_tokens_size), hash);
}

// Without room everything goes to memory of the library.
Status run_encode_without_room(Ranker ranker, std::string_view text, uint64_t& hash) {
  size_t size;
  const Status status = token_ranker_encode(ranker, text.data(), text.size(), nullptr, 0, nullptr, 0, &size, nullptr);
  if (status != TOKEN_RANKER_BUFFER_TOO_SMALL) return status;
  Hash(hash).add(size);
  return TOKEN_RANKER_OK;
}

Status run_count(Ranker ranker, std::string_view text, uint64_t& hash) {
  Hash all(hash);
  for (const size_t limit : {SIZE_MAX, size_t{100}, size_t{1000}}) {
    for (const size_t allowed : {size_t{0}, TOKEN_RANKER_ALL_SPECIAL}) {
      size_t count;
      RETURN_IF_FAILED(token_ranker_count(ranker, text.data(), text.size(), nullptr, allowed, limit, &count, nullptr));
      all.add(count);
    }
  }
  return TOKEN_RANKER_OK;
}

Status run_truncate(Ranker ranker, std::string_view text, uint64_t& hash) {
  Hash all(hash);
  for (const size_t limit : {1, 50, 1000}) {
    size_t size;
    RETURN_IF_FAILED(token_ranker_truncate(ranker, text.data(), text.size(), nullptr, TOKEN_RANKER_ALL_SPECIAL, limit, &size, nullptr));
    all.add(size);
  }
  return TOKEN_RANKER_OK;
}

Status run_chunks(Ranker ranker, std::string_view text, uint64_t& hash) {
  Hash all(hash);
  token_ranker_span chunk = {0, 0};
  do {
    RETURN_IF_FAILED(token_ranker_next_chunk(ranker, text.data(), text.size(), 1200, 50, &chunk, nullptr));
    all.add(&chunk, 1);
  } while (chunk.end > chunk.begin);
  return TOKEN_RANKER_OK;
}

Status run_offsets(Ranker ranker, std::string_view text, uint64_t& hash) {
  size_t size;
  RETURN_IF_FAILED(token_ranker_encode_with_offsets(ranker, text.data(), text.size(), nullptr, TOKEN_RANKER_ALL_SPECIAL, tokens, spans,
                                                    room, &size, nullptr));
  Hash all(hash);
  all.add(tokens, size);
  all.add(spans, size);
  return TOKEN_RANKER_OK;
}

Status run_find(Ranker ranker, std::string_view text, uint64_t& hash) {
  uint32_t index;
  size_t offset, cut;
  RETURN_IF_FAILED(
      token_ranker_find_special(ranker, text.data(), text.size(), nullptr, TOKEN_RANKER_ALL_SPECIAL, &index, &offset, nullptr));
  RETURN_IF_FAILED(token_ranker_find_cut(ranker, text.data(), text.size(), nullptr, TOKEN_RANKER_ALL_SPECIAL, &cut, nullptr));
  Hash all(hash);
  all.add(index), all.add(offset), all.add(cut);
  return TOKEN_RANKER_OK;
}

Status run_pretokenize(Ranker ranker, std::string_view text, uint64_t& hash) {
  size_t size;
  RETURN_IF_FAILED(token_ranker_pretokenize(ranker, text.data(), text.size(), spans, room, &size, nullptr));
  Hash(hash).add(spans, size);
  return TOKEN_RANKER_OK;
}

Status run_encode_pretoken(Ranker ranker, std::string_view text, uint64_t& hash) {
  size_t size;
  RETURN_IF_FAILED(token_ranker_encode_pretoken(ranker, text.data(), text.size(), tokens, room, &size, nullptr));
  Hash(hash).add(tokens, size);
  return TOKEN_RANKER_OK;
}

Status run_decode(Ranker ranker, std::string_view text, uint64_t& hash) {
  size_t size, count;
  RETURN_IF_FAILED(token_ranker_encode(ranker, text.data(), text.size(), nullptr, TOKEN_RANKER_ALL_SPECIAL, tokens, room, &size, nullptr));
  RETURN_IF_FAILED(token_ranker_decode(ranker, tokens, size, bytes, sizeof bytes, &count, nullptr));
  Hash(hash).add(bytes, count);
  return TOKEN_RANKER_OK;
}

// A beginning byte by byte, the rest in larger parts.
Status run_stream(Ranker ranker, std::string_view text, uint64_t& hash) {
  token_ranker_encoder* made;
  RETURN_IF_FAILED(token_ranker_stream_encoder(ranker, nullptr, TOKEN_RANKER_ALL_SPECIAL, &made, nullptr));
  const std::unique_ptr<token_ranker_encoder, void (*)(token_ranker_encoder*)> encoder(made, token_ranker_stream_encoder_free);
  Hash all(hash);
  const uint32_t* part;
  size_t part_size;
  for (size_t at = 0; at < text.size();) {
    const std::string_view pushed = text.substr(at, at < 100 ? 1 : 700);
    RETURN_IF_FAILED(token_ranker_stream_encoder_push(made, pushed.data(), pushed.size(), &part, &part_size, nullptr));
    all.add(part, part_size);
    at += pushed.size();
  }
  RETURN_IF_FAILED(token_ranker_stream_encoder_finish(made, &part, &part_size, nullptr));
  all.add(part, part_size);
  return TOKEN_RANKER_OK;
}

Status run_decoder_stream(Ranker ranker, std::string_view text, uint64_t& hash) {
  size_t size;
  RETURN_IF_FAILED(token_ranker_encode(ranker, text.data(), text.size(), nullptr, 0, tokens, room, &size, nullptr));
  token_ranker_decoder* made;
  RETURN_IF_FAILED(token_ranker_stream_decoder(ranker, &made, nullptr));
  const std::unique_ptr<token_ranker_decoder, void (*)(token_ranker_decoder*)> decoder(made, token_ranker_stream_decoder_free);
  Hash all(hash);
  const char* part;
  size_t part_size;
  for (size_t at = 0; at < size;) {
    const size_t step = std::min<size_t>(size - at, 1 + at);
    RETURN_IF_FAILED(token_ranker_stream_decoder_push(made, tokens + at, step, &part, &part_size, nullptr));
    all.add(part, part_size);
    at += step;
  }
  RETURN_IF_FAILED(token_ranker_stream_decoder_finish(made, &part, &part_size, nullptr));
  all.add(part, part_size);
  return TOKEN_RANKER_OK;
}

// ---- Batches -----------------------------------------------------------------------------------------------------------------------

constexpr size_t work_of_thread = size_t{256} << 10;

struct Texts {
  std::string bytes;
  std::vector<int64_t> offsets = {0};
};

// The text, then many short ones, and a long one that may be divided: enough for so many threads.
template <unsigned threads>
const Texts& batch_of(std::string_view text) {
  static Texts texts;
  if (texts.offsets.size() > 1) return texts;
  constexpr size_t whole = threads == 1 ? size_t{64} << 10 : threads * work_of_thread + 1000;
  const auto end_text = [] { texts.offsets.push_back(int64_t(texts.bytes.size())); };
  texts.bytes = text;
  end_text();
  for (size_t i = 0; texts.bytes.size() < whole; i++) {
    texts.bytes += "the thing in the end, isn't it? ";
    if (i % 100 == 0 && texts.bytes.size() < whole / 2) end_text();
  }
  end_text();
  return texts;
}

template <unsigned threads>
Status run_batch(Ranker ranker, std::string_view text, uint64_t& hash) {
  const Texts& texts = batch_of<threads>(text);
  token_ranker_result* made;
  RETURN_IF_FAILED(token_ranker_encode_batch(ranker, texts.bytes.data(), texts.offsets.data(), texts.offsets.size() - 1, nullptr,
                                             TOKEN_RANKER_ALL_SPECIAL, threads, &made, nullptr));
  const std::unique_ptr<token_ranker_result, void (*)(token_ranker_result*)> result(made, token_ranker_result_free);
  token_ranker_text_result* decoded;
  RETURN_IF_FAILED(token_ranker_decode_batch(ranker, made->tokens, made->offsets, made->offsets_size - 1, threads, &decoded, nullptr));
  const std::unique_ptr<token_ranker_text_result, void (*)(token_ranker_text_result*)> text_result(decoded, token_ranker_text_result_free);
  Hash all(hash);
  all.add(made->tokens, made->tokens_size);
  all.add(made->offsets, made->offsets_size);
  all.add(decoded->bytes, decoded->bytes_size);
  return TOKEN_RANKER_OK;
}

template <unsigned threads>
Status run_count_batch(Ranker ranker, std::string_view text, uint64_t& hash) {
  const Texts& texts = batch_of<threads>(text);
  static int64_t counts[room];
  RETURN_IF_FAILED(token_ranker_count_batch(ranker, texts.bytes.data(), texts.offsets.data(), texts.offsets.size() - 1, nullptr,
                                            TOKEN_RANKER_ALL_SPECIAL, threads, counts, nullptr));
  Hash(hash).add(counts, texts.offsets.size() - 1);
  return TOKEN_RANKER_OK;
}

}  // namespace

token_ranker_status Source::open(token_ranker_t*& ranker) const {
  token_ranker_definition definition = {};
  definition.struct_size = sizeof definition;
  definition.vocabulary = vocabulary.data();
  definition.vocabulary_size = vocabulary.size();
  definition.format = format;
  if (!pattern.empty()) definition.pattern = pattern.data(), definition.pattern_size = pattern.size();
  token_ranker_special_token specials[8];
  const size_t count = std::min(special_tokens.size(), std::size(specials));
  for (uint32_t i = 0; i < count; i++) specials[i] = {special_tokens[i].data(), special_tokens[i].size(), 1000 + i, 0};
  if (count) definition.special_tokens = specials, definition.special_tokens_size = count;
  if (!engine.empty()) definition.engine = engine.c_str();
  return token_ranker_load(&definition, &ranker, nullptr);
}

const std::vector<Source>& small_sources() {
  static const std::vector<Source> sources = {
      {"ranks, scanned", rank_file(), TOKEN_RANKER_FORMAT_RANKS, cl100k_pattern, {"<|end|>", "<|end", "<n>"}},
      {"ranks, matched", rank_file(), TOKEN_RANKER_FORMAT_RANKS, own_pattern, {"<|end|>"}},
      {"tokenizer.json", small_tokenizer().dump(), TOKEN_RANKER_FORMAT_TOKENIZER_JSON},
      {"tokenizer.json with rules", rich_tokenizer().dump(), TOKEN_RANKER_FORMAT_DETECT},
      {"tekken.json", small_tekken().dump(), TOKEN_RANKER_FORMAT_DETECT},
  };
  return sources;
}

Source matched_source(std::string_view pattern) { return {"ranks", rank_file(), TOKEN_RANKER_FORMAT_RANKS, std::string(pattern)}; }

Source builtin_source(std::string_view name) { return {std::string(name), std::string(name)}; }

const std::string& mixed_text() {
  static const std::string text = [] {
    std::string all = "The thing, in the end: isn't it 12345 of the <|end|> others?  \r\n\t  <n> <w> a<w> <l>  <r>  x\n\n\n";
    all +=
        "\xE6\xBC\xA2\xE5\xAD\x97\xE4\xBB\xAE\xE5\x90\x8D e\xCC\x81\xCC\xA3 \xC3\xA9 \xD0\x9F\xD1\x80\xD0\xB8\xD0\xB2\xD0\xB5\xD1\x82 "
        "\xF0\x9F\x98\x80 \xFF\xFE\xC3 ";
    all += std::string(1300, 'a') + " " + std::string(600, ' ') + "<|endoftext|>";
    Random random(5);
    for (int i = 0; i < 150; i++) all += " " + random.letters("abcdefghtein", 1 + random.below(22));
    for (int i = 0; i < 3; i++) all += random.letters("thinger", 100 + size_t(i) * 300) + " ";
    return all;
  }();
  return text;
}

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = {
      {"encode", run_encode},
      {"encode, all special tokens", run_encode_special},
      {"encode, one special token", run_encode_selected},
      {"encode without room", run_encode_without_room},
      {"count", run_count},
      {"truncate", run_truncate},
      {"chunks", run_chunks},
      {"offsets", run_offsets},
      {"find", run_find},
      {"pretokenize", run_pretokenize},
      {"encode_pretoken", run_encode_pretoken},
      {"decode", run_decode},
      {"stream", run_stream},
      {"decoder stream", run_decoder_stream},
      {"batch", run_batch<1>},
      {"count_batch", run_count_batch<1>},
  };
  return all;
}

const std::vector<Operation>& threaded_operations() {
  static const std::vector<Operation> all = {
      {"batch, 2 threads", run_batch<2>},
      {"batch, 3 threads", run_batch<3>},
      {"batch, 4 threads", run_batch<4>},
      {"count_batch, 4 threads", run_count_batch<4>},
  };
  return all;
}

}  // namespace test
