#include "phases.hpp"

namespace bpe {

extern const Phases phases_generic;

const Phases& fastest_phases() {
  static constexpr const Phases* all[] = {&phases_generic};
  for (const Phases* phases : all) {
    if (phases->is_supported()) return *phases;
  }
  return phases_generic;
}

}  // namespace bpe
