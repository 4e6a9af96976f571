// The known patterns, one pretoken at a time: the truth for the kernels.
#pragma once

#include <cstdint>

#include "known_pattern.hpp"

namespace bpe {

// The end of the pretoken that begins at `at`; at < end. Every byte belongs to a pretoken. Reads nothing at or beyond end.
using NextPretoken = const uint8_t* (*)(const uint8_t* at, const uint8_t* end);
NextPretoken scalar_scanner(Pattern pattern);

// The same where the text may go on behind `end`, at which a character ends: nullptr if the end of the pretoken depends on what follows.
//
// Why what it gives can no longer change: a scanner learns of the text only by reading bytes and by asking whether there are more, and
// here it has not asked at the end. With other text behind, it reads the same bytes, gets the same answers, and ends at the same place.
// How far a match that begins at `at` may look, and so how soon it is certain:
//   r50k       a contraction: the apostrophe and up to two bytes; letters, numbers or rest, a blank before them: to the first character
//              behind the run; white space: to the first character behind all of it.
//   cl100k     likewise; up to three numbers end without a look at a fourth; a character that may lead letters: the one behind it; rest:
//              to the first character behind its newlines. llama3, qwen2 and qwen35 look no further.
//   o200k      a word: to the first character behind the run of letters and marks, as a lowercase letter there takes what is before it,
//              and behind that a contraction; rest: to the first character that is neither newline nor slash. tekken: likewise without
//              contractions; kimi: likewise, where Han ends a word and is a run of its own.
//   deepseek3  an ASCII symbol: to the end of the ASCII letters behind it; what nothing matches: to the end of its run, and the
//              character behind; all else as cl100k, where numbers, kana and ideographs end whatever is before them.
//   starcoder  one number; else as r50k, where a number ends whatever is before it.
// So what is open is part of one run of characters of like classes, with one character before it: at most two pretokens (of o200k a run
// such as "漢AB", of white space what is up to its last newline and what is behind) and three bytes of a contraction.
NextPretoken open_scanner(Pattern pattern);

}  // namespace bpe
