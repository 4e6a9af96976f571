#include "decoder_stream.hpp"

#include "unicode/utf8.hpp"

namespace bpe {
namespace {

void append_repaired(Text bytes, std::string& text) {
  for (const uint8_t* at = bytes.begin(); at < bytes.end();) {
    const Character character = read_character(at, bytes.end());
    if (character.code_point == bad_byte) {
      text += "\xEF\xBF\xBD";
      at += ill_formed_size(at, bytes.end());
    } else {
      text.append(reinterpret_cast<const char*>(at), character.size);
      at += character.size;
    }
  }
}

}  // namespace

void DecoderStream::push(const uint32_t* tokens, size_t tokens_size, std::string& text) {
  const size_t size = decoder_.decoded_size(tokens, tokens_size);
  std::string bytes = waiting_;
  bytes.resize(waiting_.size() + size);
  decoder_.decode(tokens, tokens_size, reinterpret_cast<uint8_t*>(bytes.data()) + waiting_.size(), size);
  const Text all{std::string_view(bytes)};
  const size_t whole = size_of_whole_characters(all.data, all.size);
  append_repaired(all.part(0, whole), text);
  waiting_.assign(bytes, whole);
}

void DecoderStream::finish(std::string& text) {
  append_repaired(Text(std::string_view(waiting_)), text);
  waiting_.clear();
}

}  // namespace bpe
