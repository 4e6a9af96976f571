// The added_tokens of a tokenizer.json, with the numbers that the reference gives them.
#pragma once

#include <string>
#include <vector>

#include "added_tokens.hpp"
#include "json_value.hpp"
#include "merge_list.hpp"

namespace bpe {

// The special ones first, else in the order of the file. A number in the file is not what counts: a text of the vocabulary has that number,
// others get the next ones behind both the vocabulary and the tokens before them. Where that differs from the file, a line goes to the notes.
// Throws Failure(BAD_VALUE), Failure(ADDED_TOKEN_CONFLICT) with the index.
// Source: tokenizers, added_vocabulary.rs (add_tokens).
std::vector<AddedToken> read_added_tokens(const JsonPlace& place, const VocabStrings& vocab, bool has_nfc, std::string& notes);

}  // namespace bpe
