// Merges a pretoken of some hundred bytes in parts, side by side.
//
//   parts      of 32 bytes, each merged alone, all of them together
//   junctions  the last few tokens of a part with the first few of the next one: their bytes merged again, again all together
//
// Two neighbouring tokens fit each other if the encoding of their bytes is those two, and a sequence in which all neighbours fit is the
// encoding of the whole (merge.cpp). Tokens of a part fit; so do those of a junction. If a junction begins and ends with the tokens that
// are there in the two parts, it fits to what is left of them on both sides.
#pragma once

#include "merge.hpp"

namespace bpe {

struct Phases;

// The ranks in scratch.parts.merged. False: some junction needs more bytes than this is good for; nothing is known then.
bool merge_in_parts(const Vocabulary& vocabulary, const Phases& phases, Text pretoken, MergeScratch& scratch);

}  // namespace bpe
