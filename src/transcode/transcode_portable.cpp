#include "plain_transcode.hpp"

namespace bpe {

const Transcoders transcoders_portable = {transcode_plain<uint8_t>, transcode_plain<uint16_t>, transcode_plain<uint32_t>};

}  // namespace bpe
