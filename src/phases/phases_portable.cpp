#include <algorithm>
#include <cstring>

#include "byte_hash.hpp"
#include "merge.hpp"
#include "phases.hpp"
#include "vocabulary.hpp"

namespace bpe {
namespace portable {

#include "plain_phases.hpp"

}  // namespace portable

const Phases phases_portable = {portable::make_keys, portable::probe_short, portable::probe_medium, portable::count, portable::emit, portable::merge};

}  // namespace bpe
