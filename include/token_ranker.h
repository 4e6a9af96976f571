/** @file
 * token_ranker.h: exact byte-level BPE tokenization of text for language models.
 *
 *     token_ranker_t *ranker;
 *     token_ranker_error error;
 *     if (token_ranker("cl100k_base", 11, &ranker, &error) != TOKEN_RANKER_OK) { puts(error.message); return 1; }
 *     uint32_t tokens[64];
 *     size_t size;
 *     token_ranker_encode(ranker, "hello world", 11, NULL, 0, tokens, 64, &size, &error);   // 15339 1917
 *     token_ranker_free(ranker);
 *
 * The tokens are those of tiktoken 0.14.0, token for token, on every input; those of a tokenizer.json are those of the Hugging Face library
 * tokenizers 0.23.3. No network, no files, no other library.
 *
 * Words. A token is a number, its token bytes are what it stands for. A pattern (a regular expression) splits text into pretokens;
 * merges join bytes to tokens inside one pretoken and never across its edge. A special token is matched as text before the split and
 * only where the caller allows it. Encoding without special tokens is called ordinary.
 *
 * Bytes. Any bytes are valid text, NUL too; decode(encode(text)) gives back the bytes of every built-in encoding. A byte outside
 * well-formed UTF-8 counts as one character of no Unicode class, so one bad byte never changes how the rest is split.
 *
 * Memory. The caller owns every buffer it passes. A function that fills a buffer takes its capacity and reports the size that the
 * whole result has, so a buffer that was too small can be enlarged and the call repeated. `_size` is how much there is, `_capacity`
 * is room; both count bytes for text and elements for arrays. Ranges are [begin, end). A pointer may be NULL if its size is 0.
 * What the library allocates is released by the function named for it: token_ranker_free, token_ranker_result_free, ….
 *
 * Threads. A token_ranker_t never changes once made: any number of threads may use one at the same time, without a lock. What a call
 * needs to work with is borrowed from the handle and given back: at most one idle context for each processor (64 at most) stays,
 * each bounded as token_ranker_free says. A child made by fork at any instant may go on using the handle. No thread of the library
 * outlives a call, nothing is printed, no file is written; none is read but the quota of the container, by batches.
 *
 * Errors. Every function that can fail returns a token_ranker_status, 0 for success, and tells the story in the token_ranker_error
 * that the caller may pass. Which statuses a function returns is listed with it. INVALID_ARGUMENT is for what no correct program
 * passes: a NULL with a size, a NULL result pointer, an index out of range.
 *
 * Compatibility. Functions and statuses are only added. Structs that may grow carry their size in `struct_size`.
 */
#ifndef TOKEN_RANKER_H
#define TOKEN_RANKER_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#if defined(TOKEN_RANKER_BUILD)
#define TOKEN_RANKER_API __declspec(dllexport)
#elif defined(TOKEN_RANKER_STATIC)
#define TOKEN_RANKER_API
#else
#define TOKEN_RANKER_API __declspec(dllimport)
#endif
#else
#define TOKEN_RANKER_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Status and error -------------------------------------------------------------------------------------------------------- */

/** 0 is success. The values never change; gaps between groups leave room. */
typedef int32_t token_ranker_status;

#define TOKEN_RANKER_OK 0 /* done */
/* The call. */
#define TOKEN_RANKER_INVALID_ARGUMENT 1 /* NULL with a size, an index out of range, an unknown option */
#define TOKEN_RANKER_BUFFER_TOO_SMALL 2 /* the buffer holds the first part, the reported size is that of the whole */
#define TOKEN_RANKER_UNKNOWN_ENCODING 3 /* no encoding and no model of this name */
#define TOKEN_RANKER_UNKNOWN_TOKEN 4    /* decode: a number that is no token; offset is its index */
/* A rank file; offset is its line, counted from 1. */
#define TOKEN_RANKER_MISSING_FIELD 16   /* a line is not "base64 rank" */
#define TOKEN_RANKER_BAD_BASE64 17      /* the first field of a line is not base64 */
#define TOKEN_RANKER_BAD_RANK 18        /* the second field is not a number from 0 to 4294967295 */
#define TOKEN_RANKER_EMPTY_TOKEN 19     /* a token of no bytes */
#define TOKEN_RANKER_DUPLICATE_TOKEN 20 /* the same bytes twice */
#define TOKEN_RANKER_DUPLICATE_RANK 21  /* the same rank, or number of a token, twice */
#define TOKEN_RANKER_MISSING_BYTE 22    /* one of the 256 single bytes is no token; offset is the byte */
#define TOKEN_RANKER_TOO_LARGE 23       /* more tokens or longer ones than the library takes: see token_ranker_load */
/* The rest of a definition. */
#define TOKEN_RANKER_EMPTY_SPECIAL_TOKEN 32     /* a special token without text; offset is its index */
#define TOKEN_RANKER_DUPLICATE_SPECIAL_TOKEN 33 /* the same text twice; offset is the index of the second */
#define TOKEN_RANKER_BAD_PATTERN 34             /* the pattern is not a regular expression; offset is the byte in it */
#define TOKEN_RANKER_UNSUPPORTED_PATTERN 35     /* the pattern has a construct whose meaning would not be exact; offset is the byte in it */
#define TOKEN_RANKER_UNSUPPORTED_ENGINE 36      /* the engine asked for does not exist here, or has no scanner for the pattern */
/* While running. */
#define TOKEN_RANKER_OUT_OF_MEMORY 48 /* the system gave none */
#define TOKEN_RANKER_MATCH_FAILED 49 /* the pattern exceeded its match limits; offset is the byte of the text where the match began */
#define TOKEN_RANKER_INTERNAL 50     /* a mistake in the library: please report it */
/* A tokenizer.json or tekken.json. The message names the key and the value. */
#define TOKEN_RANKER_BAD_JSON 64             /* no JSON, or brackets nested too deep; offset is the byte */
#define TOKEN_RANKER_BAD_VALUE 65            /* a value is missing, of another type or out of range */
#define TOKEN_RANKER_UNSUPPORTED_FEATURE 66  /* the file asks for something that the library does not do: its tokens would be others */
#define TOKEN_RANKER_BAD_MERGE 67            /* a merge is malformed or not of tokens of the vocabulary; offset is its index */
#define TOKEN_RANKER_ADDED_TOKEN_CONFLICT 68 /* two added tokens that cannot be told apart, or a number twice; offset is the index */
#define TOKEN_RANKER_UNKNOWN_FORMAT 69       /* none of the formats that are detected */

/**
 * What went wrong, in the caller's memory. On success only `status` and `message[0]` are written. The struct never changes.
 */
typedef struct token_ranker_error {
  token_ranker_status status; /* TOKEN_RANKER_… */
  uint32_t reserved; /* 0 */
  uint64_t offset;   /* the byte, line or index that the status is about; 0 if none */
  char message[240]; /* NUL-terminated English, for people: what, where, and what to do */
} token_ranker_error;

/**
 * @return the name of a status, such as "BUFFER_TOO_SMALL"; "UNKNOWN_STATUS" for a number that is none. Static, NUL-terminated.
 */
TOKEN_RANKER_API const char *token_ranker_status_name(token_ranker_status status);

/** @return the version of the library, such as "0.1.0". Static, NUL-terminated. */
TOKEN_RANKER_API const char *token_ranker_version(void);

#define TOKEN_RANKER_ABI_VERSION 1 /* of this header */

/** @return TOKEN_RANKER_ABI_VERSION of the library: a program made for another number must not call it. */
TOKEN_RANKER_API uint32_t token_ranker_abi_version(void);

/* ---- Opening and closing ----------------------------------------------------------------------------------------------------- */

/** An encoding: vocabulary, pattern and special tokens, ready to use. Opaque and immutable. */
typedef struct token_ranker_t token_ranker_t;

/**
 * Opens an encoding that is inside the library.
 *
 * @param name       [name_size] bytes: an encoding (token_ranker_catalog lists them) or a model ("gpt-4o", "gpt-4o-2024-05-13").
 * @param name_size  bytes.
 * @param ranker     out, not NULL: the handle, released by token_ranker_free; NULL on error.
 * @param error      out, or NULL.
 * @return TOKEN_RANKER_OK; UNKNOWN_ENCODING; INVALID_ARGUMENT; OUT_OF_MEMORY.
 *
 * Source: tiktoken_ext/openai_public.py for the encodings, tiktoken/model.py for the models (exact names first, then prefixes).
 */
TOKEN_RANKER_API token_ranker_status token_ranker(const char *name, size_t name_size, token_ranker_t **ranker, token_ranker_error *error);

/** A special token: text and number. Two texts may share a number; decoding gives the first. */
typedef struct token_ranker_special_token {
  const char *text;  /* [text_size] bytes, not empty */
  size_t text_size;  /* bytes */
  uint32_t token;    /* its number */
  uint32_t reserved; /* 0 */
} token_ranker_special_token;

/* What the vocabulary of a definition holds. */
#define TOKEN_RANKER_FORMAT_RANKS 1          /* a rank file (.tiktoken, tiktoken.model): lines of "base64-of-token-bytes rank" */
#define TOKEN_RANKER_FORMAT_BUILTIN 2        /* the name of an encoding inside the library, to be opened with changes */
#define TOKEN_RANKER_FORMAT_TOKENIZER_JSON 3 /* a tokenizer.json of Hugging Face with a byte-level BPE model */
#define TOKEN_RANKER_FORMAT_TEKKEN_JSON 4    /* a tekken.json of Mistral */
#define TOKEN_RANKER_FORMAT_DETECT 5         /* one of these three files: by what is in it */

/**
 * What token_ranker_load makes an encoding of. Set everything to 0, then struct_size, then the fields that are needed.
 */
typedef struct token_ranker_definition {
  size_t struct_size;      /* sizeof(token_ranker_definition) */
  const char *name;        /* [name_size] any UTF-8, for token_ranker_info; NULL: "custom", or the built-in's own */
  size_t name_size;        /* bytes */
  const void *vocabulary;  /* [vocabulary_size] bytes in the format below; not needed after the call */
  size_t vocabulary_size;  /* bytes */
  int32_t format;          /* TOKEN_RANKER_FORMAT_… */
  uint32_t reserved;       /* 0 */
  const char *pattern;     /* [pattern_size] UTF-8; NULL: the file's or the built-in's own. A rank file has none: NULL is then for the
                              published ones only, which are known by their SHA-256. A JSON file has its own: NULL is required */
  size_t pattern_size;     /* bytes */
  const token_ranker_special_token *special_tokens; /* [special_tokens_size]; NULL: the file's or the built-in's own, else none. NULL is
                                                       required for a tokenizer.json */
  size_t special_tokens_size; /* elements */
  const char *engine;      /* NUL-terminated: what splits the text. NULL: the fastest. "pcre2", "scalar", or the name of a kernel:
                              for tests and benches, the pretokens are the same */
  size_t cache_limit;      /* bytes that each context may use to remember pretokens; 0: 7,680 KiB. Less is slower on long texts; below
                              256 KiB as 256 KiB. See token_ranker_free */
} token_ranker_definition;

/**
 * Makes an encoding from memory.
 *
 * In a rank file the rank of a token is its number and its merge priority. All 256 single bytes must be tokens.
 *
 * Limits: 1,048,575 tokens, 4,096 bytes in one, 16 MiB in all of them; 65,536 special tokens of 64 KiB at most, 16 MiB in all; 64 KiB of
 * pattern, groups and classes nested 63 deep, less where PCRE2 compiles it to more than it takes. In JSON: brackets nested 64 deep,
 * 2,097,152 values and 64 MiB beside vocabulary and merges, 16 pre-tokenizers. What is beyond is refused: TOO_LARGE, BAD_PATTERN,
 * UNSUPPORTED_PATTERN, BAD_JSON, UNSUPPORTED_FEATURE.
 *
 * The pattern is one of the known ones (split by a scanner) or any other, which PCRE2 matches with the meaning it has in tiktoken;
 * text that a pattern leaves unmatched is dropped, as there. A construct whose meaning could not be made the same is refused.
 *
 * A tokenizer.json (byte-level BPE) gives what `encode(text, add_special_tokens=False).ids` of tokenizers gives when all special tokens are
 * allowed: merges by their places in the list, normalisation (NFC, Unicode 9.0.0), the pre-tokenizers Split, Digits and ByteLevel with
 * the meaning that patterns have in Oniguruma, and added tokens with all their properties and with the numbers that tokenizers gives them. Its
 * special tokens are the added tokens with `"special": true`; the others are always found in text. What its post-processor puts around a text
 * is in token_ranker_info. A tekken.json is read as mistral-common 1.13.1 does. A file that asks for anything else is refused by name.
 *
 * @param definition  not NULL; copied, not needed after the call.
 * @param ranker      out, not NULL: the handle, released by token_ranker_free; NULL on error.
 * @param error       out, or NULL.
 * @return TOKEN_RANKER_OK; INVALID_ARGUMENT; UNKNOWN_ENCODING; every status of the groups "A rank file" and "The rest of a
 *         definition"; every status of the group "A tokenizer.json or tekken.json"; OUT_OF_MEMORY.
 *
 * Source: tiktoken/load.py, load_tiktoken_bpe, but strict: what is silently mended or fails later there is refused here; tokenizers
 * 0.23.3; mistral-common 1.13.1, tekken.py.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_load(const token_ranker_definition *definition, token_ranker_t **ranker,
                                                       token_ranker_error *error);

/**
 * Releases a handle and all of its memory. No other call may be using it.
 *
 * @param ranker  NULL is fine.
 *
 * Memory of a handle: the tables of its vocabulary (about 7 MB for cl100k_base, 14 MB for o200k_base) and at most one idle context
 * for each processor. A context keeps at most 9 MiB between calls (7,680 KiB of them are the cache_limit of the definition), and 3 MiB more
 * for each pattern that PCRE2 matches; what a longer pretoken or a text to be normalised needs beyond that goes with its call.
 */
TOKEN_RANKER_API void token_ranker_free(token_ranker_t *ranker);

/* ---- Encoding ---------------------------------------------------------------------------------------------------------------- */

/** As allowed_size: all special tokens of the encoding; `allowed` is then ignored. */
#define TOKEN_RANKER_ALL_SPECIAL SIZE_MAX

/**
 * Encodes text.
 *
 * @param ranker           not NULL; not changed.
 * @param text             [text_size] bytes, any values: NUL and invalid UTF-8 are input like any other. NULL allowed if text_size is 0.
 * @param text_size        bytes.
 * @param allowed          [allowed_size] indices of the special tokens to recognise, in the order of token_ranker_info; the text of any
 *                         other is ordinary. NULL allowed if allowed_size is 0 or TOKEN_RANKER_ALL_SPECIAL.
 * @param allowed_size     elements; 0 encodes all text as ordinary.
 * @param tokens           [tokens_capacity] out, the caller's memory. NULL allowed if tokens_capacity is 0.
 * @param tokens_capacity  tokens. text_size always suffices, as a token covers at least one byte; with a normaliser text_size times
 *                         max_tokens_per_byte of token_ranker_info.
 * @param tokens_size      out, not NULL: tokens in the whole encoding, also when they did not fit; 0 on other errors.
 * @param error            out, or NULL.
 * @return TOKEN_RANKER_OK; BUFFER_TOO_SMALL (tokens holds the first tokens_capacity); INVALID_ARGUMENT; MATCH_FAILED (patterns that are
 *         not known only); OUT_OF_MEMORY.
 *
 * Where special tokens overlap, the leftmost and among those the longest allowed one is taken. The text between two of them is a text
 * of its own: the pattern does not look beyond it. Added tokens of a tokenizer.json that are not special are found always.
 *
 * Threads: any number may share one ranker. Source: tiktoken core.py, Encoding.encode.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_encode(const token_ranker_t *ranker, const void *text, size_t text_size,
                                                         const uint32_t *allowed, size_t allowed_size, uint32_t *tokens,
                                                         size_t tokens_capacity, size_t *tokens_size, token_ranker_error *error);

/**
 * Counts tokens: min(count, limit + 1), storing none. The cost follows the limit and not the text, also where special tokens are allowed
 * and whatever splits the text: no more is read than makes more than limit tokens certain (see token_ranker_stream_encoder), and up to
 * 64 KiB or as much again. A known pattern without a normaliser is not read at all if the text has more bytes than so many tokens can have.
 *
 * @param ranker, text, text_size, allowed, allowed_size  as in token_ranker_encode.
 * @param limit  SIZE_MAX: no limit.
 * @param count  out, not NULL: the number of tokens if that is at most limit, else limit + 1; 0 on error.
 * @param error  out, or NULL.
 * @return TOKEN_RANKER_OK; INVALID_ARGUMENT; MATCH_FAILED; OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_count(const token_ranker_t *ranker, const void *text, size_t text_size,
                                                        const uint32_t *allowed, size_t allowed_size, size_t limit, size_t *count,
                                                        token_ranker_error *error);

/**
 * Finds where a text is to be cut to have at most so many tokens: the size of the longest prefix that is made of at most limit of the
 * text's own tokens, ends with a character, and whose own encoding has at most limit tokens. The whole text if it has no more.
 *
 * Its own encoding may have other tokens than the text there: what follows a place may decide how the pattern splits what is before it.
 *
 * @param ranker, text, text_size, allowed, allowed_size  as in token_ranker_encode.
 * @param limit  tokens.
 * @param size   out, not NULL: bytes of the prefix; 0 on error. Also 0 if the first character has more tokens than limit.
 * @param error  out, or NULL.
 * @return TOKEN_RANKER_OK; INVALID_ARGUMENT; MATCH_FAILED; OUT_OF_MEMORY.
 *
 * Reads no further than makes more than limit tokens certain, and up to 64 KiB or as much again. A byte that is no UTF-8 is a character.
 * Threads: any number may share one ranker.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_truncate(const token_ranker_t *ranker, const void *text, size_t text_size,
                                                           const uint32_t *allowed, size_t allowed_size, size_t limit, size_t *size,
                                                           token_ranker_error *error);

/** A piece of text: the bytes [begin, end). */
typedef struct token_ranker_span {
  uint64_t begin; /* the first byte */
  uint64_t end;   /* behind the last one */
} token_ranker_span;

/**
 * Divides a text into chunks that have at most so many tokens each, one chunk a call:
 *
 *     token_ranker_span chunk = {0, 0};
 *     while (token_ranker_next_chunk(ranker, text, text_size, 512, 64, &chunk, &error) == TOKEN_RANKER_OK && chunk.end > chunk.begin) …
 *
 * A chunk has at most limit tokens when it is encoded alone; the text of special tokens is ordinary. It begins in the previous one, at most
 * overlap tokens before its end, and ends behind it: with a pretoken where one ends in reach, else with a token, else with a character. It
 * begins and ends with a character. So chunks without what they overlap, one after another, are the text.
 *
 * @param ranker, text, text_size  as in token_ranker_encode; the text is the same in each call.
 * @param limit    tokens, at least 4: one character may have so many.
 * @param overlap  tokens, less than half of limit. Less text is repeated where it would leave no room.
 * @param chunk    in and out, not NULL: the previous chunk, {0, 0} at first; the next one, empty at the end of the text. Unchanged on error.
 * @param error    out, or NULL.
 * @return TOKEN_RANKER_OK; INVALID_ARGUMENT (offset is the byte of a character of which a normaliser makes more than limit tokens, else 0);
 *         MATCH_FAILED; OUT_OF_MEMORY.
 *
 * Reads the previous chunk and little more than the next one. Threads: any number may share one ranker.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_next_chunk(const token_ranker_t *ranker, const void *text, size_t text_size, size_t limit,
                                                             size_t overlap, token_ranker_span *chunk, token_ranker_error *error);

/**
 * Encodes text and tells which bytes of it each token comes from.
 *
 * Where nothing normalises the text, and the pattern leaves nothing unmatched, the spans tile it: each begins where the one before it ends.
 * A span may begin or end inside a character. A special or added token has its text, with the white space that it takes; one that is white
 * space itself may stand in what the one before it has taken, so that their spans overlap, as in the reference. Where a
 * normaliser has changed a stretch of text (a character and the marks behind it), a token that begins or ends inside what it became
 * begins or ends with that stretch; of a blank that is put in front the span is empty.
 *
 * @param ranker, text, text_size, allowed, allowed_size  as in token_ranker_encode.
 * @param tokens    [capacity] out, the caller's memory: the tokens of token_ranker_encode. NULL allowed if capacity is 0.
 * @param spans     [capacity] out, the caller's memory: the bytes of each. NULL allowed if capacity is 0.
 * @param capacity  elements of both; what suffices is said with token_ranker_encode.
 * @param size      out, not NULL: tokens in the whole encoding, also when they did not fit; 0 on other errors.
 * @param error     out, or NULL.
 * @return TOKEN_RANKER_OK; BUFFER_TOO_SMALL (the first capacity are there); INVALID_ARGUMENT; MATCH_FAILED; OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_encode_with_offsets(const token_ranker_t *ranker, const void *text, size_t text_size,
                                                                      const uint32_t *allowed, size_t allowed_size, uint32_t *tokens,
                                                                      token_ranker_span *spans, size_t capacity, size_t *size,
                                                                      token_ranker_error *error);

/** As index: no special token was found. */
#define TOKEN_RANKER_NOT_FOUND UINT32_MAX

/**
 * Finds the first special token in text: what a wrapper needs to refuse a text.
 *
 * @param ranker, text, text_size  as in token_ranker_encode.
 * @param wanted       [wanted_size] indices of the special tokens to look for.
 * @param wanted_size  elements, or TOKEN_RANKER_ALL_SPECIAL.
 * @param index        out, not NULL: the special token found, or TOKEN_RANKER_NOT_FOUND. Leftmost, then longest.
 * @param offset       out, not NULL: the byte where it begins; 0 if none was found.
 * @param error        out, or NULL.
 * @return TOKEN_RANKER_OK, also when none was found; INVALID_ARGUMENT; OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_find_special(const token_ranker_t *ranker, const void *text, size_t text_size,
                                                               const uint32_t *wanted, size_t wanted_size, uint32_t *index,
                                                               size_t *offset, token_ranker_error *error);

/**
 * Finds the last place where a text may be cut, whatever follows it: the tokens of the text before it and of the text from it on, one after
 * the other, are those of the whole. With it a text of any size is encoded in parts, by any other function. The places lie between a letter
 * and a blank, a newline or an East Asian mark, so ordinary text has many.
 *
 * @param ranker, text, text_size, allowed, allowed_size  as in token_ranker_encode; allowed: those with which the parts will be encoded.
 * @param cut    out, not NULL: a byte inside the text, or 0 if there is no such place: more of the text is needed, or, where
 *               pattern_name of token_ranker_info is "" and for some files of a tokenizer.json, no text has one.
 * @param error  out, or NULL.
 * @return TOKEN_RANKER_OK, also when there is none; INVALID_ARGUMENT; OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_find_cut(const token_ranker_t *ranker, const void *text, size_t text_size,
                                                           const uint32_t *allowed, size_t allowed_size, size_t *cut,
                                                           token_ranker_error *error);

/**
 * Splits text into pretokens; special and added tokens are ordinary text here, and nothing is normalised.
 *
 * @param ranker, text, text_size  as in token_ranker_encode.
 * @param spans           [spans_capacity] out, the caller's memory, in the order of the text. What lies between two spans matches nothing
 *                        in the pattern and is dropped by the encoding; known patterns leave no such gap.
 * @param spans_capacity  elements; text_size always suffices.
 * @param spans_size      out, not NULL: pretokens in the whole text, also when they did not fit; 0 on other errors.
 * @param error           out, or NULL.
 * @return TOKEN_RANKER_OK; BUFFER_TOO_SMALL (the first spans_capacity are there); INVALID_ARGUMENT; MATCH_FAILED; OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker. Source: the `pat_str` of tiktoken's encodings.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_pretokenize(const token_ranker_t *ranker, const void *text, size_t text_size,
                                                              token_ranker_span *spans, size_t spans_capacity, size_t *spans_size,
                                                              token_ranker_error *error);

/**
 * Encodes one piece as if the pattern had matched it whole: the vocabulary if it is a token, else merges.
 * One token back means that the bytes are a token: this is also the look-up of a token by its bytes.
 *
 * @param ranker, text, text_size, tokens, tokens_capacity, tokens_size, error  as in token_ranker_encode.
 * @return TOKEN_RANKER_OK; BUFFER_TOO_SMALL; INVALID_ARGUMENT; OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker. Source: tiktoken src/lib.rs, encode_single_piece.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_encode_pretoken(const token_ranker_t *ranker, const void *text, size_t text_size,
                                                                  uint32_t *tokens, size_t tokens_capacity, size_t *tokens_size,
                                                                  token_ranker_error *error);

/* ---- Batches ----------------------------------------------------------------------------------------------------------------- */

/** Tokens of several texts, in the library's memory until token_ranker_result_free. */
typedef struct token_ranker_result {
  const uint32_t *tokens;  /* [tokens_size] of all texts, in their order */
  size_t tokens_size;      /* tokens */
  const int64_t *offsets;  /* [offsets_size]: the tokens of text i are [offsets[i], offsets[i + 1]) */
  size_t offsets_size;     /* texts + 1 */
} token_ranker_result;

/**
 * Encodes many texts, on several threads where that pays.
 *
 * Texts and tokens are laid out as in Arrow: one buffer, and offsets that ascend. Threads are started only for 256 KiB of text each;
 * fewer run where the system gives no more. A long text is divided among threads where the pattern is a known one. The tokens do not
 * depend on the number of threads.
 *
 * @param ranker        not NULL; not changed.
 * @param texts         the bytes of all texts: text i is [offsets[i], offsets[i + 1]) of them. NULL allowed if all texts are empty.
 * @param offsets       [texts_size + 1] bytes; not negative, never less than the one before. NULL allowed if texts_size is 0.
 * @param texts_size    texts.
 * @param allowed, allowed_size  as in token_ranker_encode, for every text.
 * @param threads       at most so many, the calling one included; 0: as many as this process may use (affinity, container quota).
 * @param result        out, not NULL: the tokens, released by token_ranker_result_free; NULL on error.
 * @param error         out, or NULL.
 * @return TOKEN_RANKER_OK; INVALID_ARGUMENT (offset is the index of a wrong offset); MATCH_FAILED; OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker. All threads that the call started have ended when it returns.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_encode_batch(const token_ranker_t *ranker, const void *texts, const int64_t *offsets,
                                                               size_t texts_size, const uint32_t *allowed, size_t allowed_size,
                                                               uint32_t threads, token_ranker_result **result,
                                                               token_ranker_error *error);

/** Releases a result. NULL is fine. The ranker need not exist any more. */
TOKEN_RANKER_API void token_ranker_result_free(token_ranker_result *result);

/**
 * Counts the tokens of many texts, on several threads where that pays, storing none.
 *
 * @param ranker, texts, offsets, texts_size, allowed, allowed_size, threads  as in token_ranker_encode_batch.
 * @param counts  [texts_size] out, the caller's memory: tokens of each text. Undefined on error. NULL allowed if texts_size is 0.
 * @param error   out, or NULL.
 * @return TOKEN_RANKER_OK; INVALID_ARGUMENT (offset is the index of a wrong offset); MATCH_FAILED; OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker. All threads that the call started have ended when it returns.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_count_batch(const token_ranker_t *ranker, const void *texts, const int64_t *offsets,
                                                              size_t texts_size, const uint32_t *allowed, size_t allowed_size,
                                                              uint32_t threads, int64_t *counts, token_ranker_error *error);

/** Bytes of several sequences of tokens, in the library's memory until token_ranker_text_result_free. */
typedef struct token_ranker_text_result {
  const uint8_t *bytes;    /* [bytes_size] of all sequences, in their order */
  size_t bytes_size;       /* bytes */
  const int64_t *offsets;  /* [offsets_size]: the bytes of sequence i are [offsets[i], offsets[i + 1]) */
  size_t offsets_size;     /* sequences + 1 */
} token_ranker_text_result;

/**
 * Decodes many sequences of tokens, on several threads where that pays: the mirror of token_ranker_encode_batch.
 *
 * @param ranker          not NULL; not changed.
 * @param tokens          the tokens of all sequences: sequence i is [offsets[i], offsets[i + 1]) of them. NULL allowed if all are empty.
 * @param offsets         [sequences_size + 1] tokens; not negative, never less than the one before. NULL allowed if sequences_size is 0.
 * @param sequences_size  sequences.
 * @param threads         at most so many, the calling one included; 0: as many as this process may use. One is started for 65,536 tokens.
 * @param result          out, not NULL: the bytes, released by token_ranker_text_result_free; NULL on error.
 * @param error           out, or NULL.
 * @return TOKEN_RANKER_OK; UNKNOWN_TOKEN (offset is the index in `tokens` of the first such token that belongs to a sequence);
 *         INVALID_ARGUMENT (offset is the index of a wrong offset); OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker. All threads that the call started have ended when it returns.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_decode_batch(const token_ranker_t *ranker, const uint32_t *tokens, const int64_t *offsets,
                                                               size_t sequences_size, uint32_t threads, token_ranker_text_result **result,
                                                               token_ranker_error *error);

/** Releases a result. NULL is fine. The ranker need not exist any more. */
TOKEN_RANKER_API void token_ranker_text_result_free(token_ranker_text_result *result);

/* ---- Decoding ---------------------------------------------------------------------------------------------------------------- */

/**
 * Joins the bytes of tokens, special ones too. The bytes of a token need not be UTF-8 on their own.
 *
 * @param ranker          not NULL; not changed.
 * @param tokens          [tokens_size]. NULL allowed if tokens_size is 0.
 * @param tokens_size     tokens.
 * @param bytes           [bytes_capacity] out, the caller's memory; no NUL is added. NULL allowed if bytes_capacity is 0.
 * @param bytes_capacity  bytes.
 * @param bytes_size      out, not NULL: bytes of the whole result, also when they did not fit; 0 on other errors.
 * @param error           out, or NULL.
 * @return TOKEN_RANKER_OK; BUFFER_TOO_SMALL (bytes holds the first bytes_capacity); UNKNOWN_TOKEN (nothing is delivered; offset is the
 *         index of the first such token); INVALID_ARGUMENT.
 *
 * Threads: any number may share one ranker. Source: tiktoken src/lib.rs, decode_bytes.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_decode(const token_ranker_t *ranker, const uint32_t *tokens, size_t tokens_size,
                                                         void *bytes, size_t bytes_capacity, size_t *bytes_size,
                                                         token_ranker_error *error);

/* ---- Streams ----------------------------------------------------------------------------------------------------------------- */

/** A text that arrives in parts, on its way to tokens. Opaque; belongs to one thread at a time. */
typedef struct token_ranker_encoder token_ranker_encoder;

/**
 * Begins to encode a text that arrives in parts. All tokens that come out, one after another, are those of the whole text, wherever it was
 * cut: also inside a character, also byte by byte. Every encoding streams.
 *
 * A token comes out once it is certain, whatever follows. What is not certain is held: the pretoken that may go on (for known patterns
 * src/scan/scan_scalar.hpp says how far each looks; one that PCRE2 matches is open while the match comes to the end of what is there); what
 * may be the beginning of an allowed special or added token; white space beside one that takes it; with NFC the last character and the
 * marks behind it.
 *
 * Memory: of each of these the longest one and an eighth of it, and a constant: what the allocator rounds up to. A pattern of several
 * rules that are not known together holds the longest piece of its first rule; one that matches the text as a whole holds all of it.
 * Time: linear in the text for known patterns, also byte by byte and for a pretoken of any length; PCRE2 looks at an open match again
 * each time it has grown by an eighth.
 *
 * @param ranker        not NULL; the encoder keeps it alive.
 * @param allowed, allowed_size  as in token_ranker_encode; copied.
 * @param encoder       out, not NULL: released by token_ranker_stream_encoder_free; NULL on error.
 * @param error         out, or NULL.
 * @return TOKEN_RANKER_OK; INVALID_ARGUMENT; OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_stream_encoder(const token_ranker_t *ranker, const uint32_t *allowed, size_t allowed_size,
                                                                 token_ranker_encoder **encoder, token_ranker_error *error);

/**
 * Takes the next part of the text and gives the tokens that have become certain.
 *
 * @param encoder      not NULL.
 * @param text         [text_size] bytes, any values; copied. NULL allowed if text_size is 0.
 * @param text_size    bytes.
 * @param tokens       out, not NULL: [tokens_size], the encoder's, valid until the next call with it.
 * @param tokens_size  out, not NULL; 0 on error.
 * @param error        out, or NULL.
 * @return TOKEN_RANKER_OK; INVALID_ARGUMENT (nothing is taken); MATCH_FAILED and OUT_OF_MEMORY: the text is given up, the next part begins
 *         another one.
 *
 * Threads: one at a time.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_stream_encoder_push(token_ranker_encoder *encoder, const void *text, size_t text_size,
                                                                      const uint32_t **tokens, size_t *tokens_size,
                                                                      token_ranker_error *error);

/** Ends the text and gives its last tokens; all as in token_ranker_stream_encoder_push. Another text may follow. */
TOKEN_RANKER_API token_ranker_status token_ranker_stream_encoder_finish(token_ranker_encoder *encoder, const uint32_t **tokens,
                                                                        size_t *tokens_size, token_ranker_error *error);

/** Releases an encoder, also within a text. NULL is fine. */
TOKEN_RANKER_API void token_ranker_stream_encoder_free(token_ranker_encoder *encoder);

/** Tokens that arrive one by one, on their way to text. Opaque; belongs to one thread at a time. */
typedef struct token_ranker_decoder token_ranker_decoder;

/**
 * Begins to decode tokens as a model emits them. What comes out is UTF-8 each time: up to three bytes wait, the beginning of a character.
 * Bytes that are ill-formed become U+FFFD, one for each maximal subpart of a character: all that comes out, one after another, is what
 * Python's bytes.decode("utf-8", "replace") gives for the bytes of all tokens.
 *
 * @param ranker   not NULL; the decoder keeps it alive.
 * @param decoder  out, not NULL: released by token_ranker_stream_decoder_free; NULL on error.
 * @param error    out, or NULL.
 * @return TOKEN_RANKER_OK; INVALID_ARGUMENT; OUT_OF_MEMORY.
 *
 * Threads: any number may share one ranker. Source: Unicode 16.0, section 3.9.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_stream_decoder(const token_ranker_t *ranker, token_ranker_decoder **decoder,
                                                                 token_ranker_error *error);

/**
 * Takes tokens and gives the text that they complete.
 *
 * @param decoder      not NULL.
 * @param tokens       [tokens_size]. NULL allowed if tokens_size is 0.
 * @param tokens_size  tokens.
 * @param text         out, not NULL: [text_size] bytes of UTF-8, the decoder's, valid until the next call with it; not NUL-terminated.
 * @param text_size    out, not NULL: bytes; 0 on error.
 * @param error        out, or NULL.
 * @return TOKEN_RANKER_OK; UNKNOWN_TOKEN (offset is its index in tokens), INVALID_ARGUMENT and OUT_OF_MEMORY: nothing is taken.
 *
 * Threads: one at a time.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_stream_decoder_push(token_ranker_decoder *decoder, const uint32_t *tokens,
                                                                      size_t tokens_size, const char **text, size_t *text_size,
                                                                      token_ranker_error *error);

/** Ends the text: what waits comes out, as U+FFFD. All as in token_ranker_stream_decoder_push. Another text may follow. */
TOKEN_RANKER_API token_ranker_status token_ranker_stream_decoder_finish(token_ranker_decoder *decoder, const char **text,
                                                                        size_t *text_size, token_ranker_error *error);

/** Releases a decoder. NULL is fine. */
TOKEN_RANKER_API void token_ranker_stream_decoder_free(token_ranker_decoder *decoder);

/* ---- What an encoding is ----------------------------------------------------------------------------------------------------- */

/** What an encoding is made of. All pointers are into the handle and live as long as it does. */
typedef struct token_ranker_information {
  size_t struct_size;              /* in: sizeof(token_ranker_information); out: bytes that were filled */
  const char *name;                /* [name_size], also NUL-terminated */
  size_t name_size;                /* bytes */
  const char *pattern;             /* [pattern_size], also NUL-terminated; as it was given */
  size_t pattern_size;             /* of several, one after another, with a line end between them */
  const char *engine;              /* what splits the text: "scalar", "pcre2", or a kernel; NUL-terminated */
  const char *unicode_version;     /* of the character classes, such as "16.0.0"; NUL-terminated */
  size_t vocabulary_size;          /* tokens without the special ones */
  const uint8_t *token_bytes;      /* the bytes of all of them, in the order of their ranks, one after another */
  const uint32_t *token_offsets;   /* [vocabulary_size + 1]: bytes of entry i are [token_offsets[i], token_offsets[i + 1]) */
  const uint32_t *token_numbers;   /* [vocabulary_size]: the token of entry i, ascending but for a tokenizer.json */
  const token_ranker_special_token *special_tokens; /* [special_tokens_size] */
  size_t special_tokens_size;      /* elements */
  uint32_t max_token;              /* the largest token, special ones too */
  uint32_t max_tokens_per_byte;    /* tokens that one byte of text becomes at most: 1 without a normaliser */
  const token_ranker_special_token *added_tokens; /* [added_tokens_size]: those that are always found in text, special ones aside */
  size_t added_tokens_size;        /* elements */
  const uint32_t *tokens_before;   /* [tokens_before_size]: what the file's post-processor puts before the tokens of a text */
  size_t tokens_before_size;       /* tokens */
  const uint32_t *tokens_after;    /* [tokens_after_size]: and after them */
  size_t tokens_after_size;        /* tokens */
  const char *source;              /* the kind of file: "built-in", "rank file", "tokenizer.json", "tekken.json v3"; NUL-terminated */
  const char *reference;           /* whose tokens these are, such as "tokenizers 0.23.3"; NUL-terminated */
  const char *pattern_name;        /* of a known pattern, such as "o200k"; "" for any other; NUL-terminated */
  const char *normalizer;          /* such as "NFC, Unicode 9.0.0"; "": none; NUL-terminated */
  const char *notes;               /* a line for everything that is not as in the reference or not as the file says; NUL-terminated */
} token_ranker_information;

/**
 * Describes an encoding.
 *
 * @param ranker       not NULL.
 * @param information  in and out, not NULL, with struct_size set: as many bytes as both sides know are filled.
 * @param error        out, or NULL.
 * @return TOKEN_RANKER_OK; INVALID_ARGUMENT.
 *
 * Threads: any number may share one ranker.
 */
TOKEN_RANKER_API token_ranker_status token_ranker_info(const token_ranker_t *ranker, token_ranker_information *information,
                                                       token_ranker_error *error);

/* What a row of the catalog names. */
#define TOKEN_RANKER_CATALOG_ENCODING 1     /* an encoding */
#define TOKEN_RANKER_CATALOG_MODEL 2        /* a model of exactly this name */
#define TOKEN_RANKER_CATALOG_MODEL_PREFIX 3 /* every model whose name begins so, unless an exact name says otherwise */

/** One name that token_ranker opens. */
typedef struct token_ranker_catalog_row {
  const char *name;     /* static, NUL-terminated */
  const char *encoding; /* static, NUL-terminated: the encoding that it opens */
  int32_t kind;         /* TOKEN_RANKER_CATALOG_… */
  uint32_t reserved;    /* 0 */
} token_ranker_catalog_row;

/**
 * Lists what token_ranker opens: the encodings, then models, then prefixes of models in the order in which they are tried.
 *
 * @param rows_size  out, or NULL: rows in the table.
 * @return the table, [rows_size], static.
 *
 * Source: tiktoken 0.14.0, model.py.
 */
TOKEN_RANKER_API const token_ranker_catalog_row *token_ranker_catalog(size_t *rows_size);

/* ---- For the Python file ----------------------------------------------------------------------------------------------------- */

/*
 * py/token_ranker.py makes built-in functions of Python with these: capi/python_bridge.cpp says how. They are called with Python's lock
 * held. `void *` is a PyObject * where a parameter or result is named capsule, core or functions.
 */

/** @return the names of the functions of Python's stable ABI that are needed, NULL-terminated, static. */
TOKEN_RANKER_API const char *const *token_ranker_python_symbols(void);

/**
 * Hands them over, once in a process and before the functions below.
 *
 * @param functions  the addresses, in the order of token_ranker_python_symbols; copied.
 * @return 1; 0 if another Python in this process has come first: this one must do without built-ins.
 */
TOKEN_RANKER_API int32_t token_ranker_python_attach(const void *const *functions);

/** @return a new capsule that shares the handle and keeps it alive; NULL with an exception set. */
TOKEN_RANKER_API void *token_ranker_python_capsule(const token_ranker_t *ranker);

/**
 * @param core  a tuple whose item 0 is the capsule, with a method in Python for each built-in.
 * @return a new dict: names of methods to built-ins whose self is core; NULL with an exception set.
 */
TOKEN_RANKER_API void *token_ranker_python_functions(void *core);

/** From now on the built-ins leave every call to core, which refuses it. */
TOKEN_RANKER_API void token_ranker_python_close(void *capsule);

#ifdef __cplusplus
}
#endif

#endif /* TOKEN_RANKER_H */
