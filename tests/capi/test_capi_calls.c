/* The calls on a handle: results, small buffers, wrong arguments, texts with any bytes. */
#include "check.h"

static void test_encode(const token_ranker_t *ranker) {
  static const char text[] = "hello world";
  static const uint32_t expected[] = {15339, 1917};
  uint32_t tokens[16];
  token_ranker_error error;
  size_t size = 99, capacity;
  CHECK_STATUS(token_ranker_encode(ranker, text, 11, NULL, 0, tokens, 16, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 2 && memcmp(tokens, expected, sizeof expected) == 0);
  CHECK(token_ranker_encode(ranker, text, 11, NULL, 0, tokens, 16, &size, NULL) == TOKEN_RANKER_OK);
  CHECK_STATUS(token_ranker_encode(ranker, NULL, 0, NULL, 0, NULL, 0, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 0);

  for (capacity = 0; capacity <= 3; capacity++) {
    uint32_t few[4] = {7, 7, 7, 7};
    const token_ranker_status status = capacity < 2 ? TOKEN_RANKER_BUFFER_TOO_SMALL : TOKEN_RANKER_OK;
    size = 99;
    CHECK_STATUS(token_ranker_encode(ranker, text, 11, NULL, 0, capacity ? few : NULL, capacity, &size, &error), status, error);
    CHECK(size == 2);
    CHECK(few[0] == (capacity > 0 ? expected[0] : 7) && few[1] == (capacity > 1 ? expected[1] : 7) && few[2] == 7);
  }

  size = 99;
  CHECK_STATUS(token_ranker_encode(NULL, text, 11, NULL, 0, tokens, 16, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(size == 0);
  CHECK_STATUS(token_ranker_encode(ranker, NULL, 1, NULL, 0, tokens, 16, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_encode(ranker, text, 11, NULL, 1, tokens, 16, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_encode(ranker, text, 11, NULL, 0, NULL, 1, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_encode(ranker, text, 11, NULL, 0, tokens, 16, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(token_ranker_encode(ranker, NULL, 1, NULL, 0, tokens, 16, &size, NULL) == TOKEN_RANKER_INVALID_ARGUMENT);
}

/* Tokens delivered into every smaller buffer are the first of the whole, and the reported size is that of the whole. */
static void test_small_buffers(const token_ranker_t *ranker) {
  static const char text[] =
      "supercalifragilistic <|endoftext|> \xFF 12345 \xE6\xBC\xA2\xE5\xAD\x97 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  const size_t text_size = sizeof text - 1;
  uint32_t whole[sizeof text], part[sizeof text + 1];
  token_ranker_span spans[sizeof text], some[sizeof text + 1];
  char bytes[2 * sizeof text];
  size_t whole_size = 0, spans_size = 0, size, capacity;
  CHECK(token_ranker_encode(ranker, text, text_size, NULL, TOKEN_RANKER_ALL_SPECIAL, whole, text_size, &whole_size, NULL) ==
        TOKEN_RANKER_OK);
  CHECK(token_ranker_pretokenize(ranker, text, text_size, spans, text_size, &spans_size, NULL) == TOKEN_RANKER_OK);
  CHECK(whole_size > 20 && spans_size > 8);
  for (capacity = 0; capacity <= whole_size; capacity++) {
    token_ranker_error error;
    memset(part, 0x5A, sizeof part);
    CHECK_STATUS(token_ranker_encode(ranker, text, text_size, NULL, TOKEN_RANKER_ALL_SPECIAL, part, capacity, &size, &error),
                 capacity < whole_size ? TOKEN_RANKER_BUFFER_TOO_SMALL : TOKEN_RANKER_OK, error);
    CHECK(size == whole_size && memcmp(part, whole, capacity * sizeof *part) == 0 && part[capacity] == 0x5A5A5A5A);
  }
  for (capacity = 0; capacity <= spans_size; capacity++) {
    token_ranker_error error;
    memset(some, 0x5A, sizeof some);
    CHECK_STATUS(token_ranker_pretokenize(ranker, text, text_size, some, capacity, &size, &error),
                 capacity < spans_size ? TOKEN_RANKER_BUFFER_TOO_SMALL : TOKEN_RANKER_OK, error);
    CHECK(size == spans_size && memcmp(some, spans, capacity * sizeof *some) == 0 && some[capacity].begin == UINT64_C(0x5A5A5A5A5A5A5A5A));
  }
  for (capacity = 0; capacity <= text_size; capacity++) {
    token_ranker_error error;
    memset(bytes, 0x5A, sizeof bytes);
    CHECK_STATUS(token_ranker_decode(ranker, whole, whole_size, bytes, capacity, &size, &error),
                 capacity < text_size ? TOKEN_RANKER_BUFFER_TOO_SMALL : TOKEN_RANKER_OK, error);
    CHECK(size == text_size && memcmp(bytes, text, capacity) == 0 && bytes[capacity] == 0x5A);
  }
}

static void test_count(const token_ranker_t *ranker) {
  static const char text[] = "one two three four five six seven eight nine ten <|endoftext|>";
  const size_t text_size = sizeof text - 1;
  size_t count = 99, limit, all;
  token_ranker_error error;
  CHECK_STATUS(token_ranker_count(ranker, text, text_size, NULL, TOKEN_RANKER_ALL_SPECIAL, SIZE_MAX, &all, &error), TOKEN_RANKER_OK, error);
  CHECK(all == 12);
  for (limit = 0; limit < 15; limit++) {
    CHECK_STATUS(token_ranker_count(ranker, text, text_size, NULL, TOKEN_RANKER_ALL_SPECIAL, limit, &count, &error), TOKEN_RANKER_OK,
                 error);
    CHECK(count == (all <= limit ? all : limit + 1));
  }
  CHECK_STATUS(token_ranker_count(ranker, text, text_size, NULL, 0, SIZE_MAX - 1, &count, &error), TOKEN_RANKER_OK, error);
  CHECK(count > all);
  CHECK_STATUS(token_ranker_count(ranker, NULL, 0, NULL, 0, 0, &count, &error), TOKEN_RANKER_OK, error);
  CHECK(count == 0);
  count = 99;
  CHECK_STATUS(token_ranker_count(NULL, text, text_size, NULL, 0, 5, &count, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(count == 0);
  CHECK_STATUS(token_ranker_count(ranker, NULL, 2, NULL, 0, 5, &count, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_count(ranker, text, text_size, NULL, 2, 5, &count, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_count(ranker, text, text_size, NULL, 0, 5, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
}

static void test_special(const token_ranker_t *ranker) {
  static const char text[] = "a<|fim_prefix|>b<|endoftext|>";
  static const uint32_t end_of_text[] = {0, 0}, prefix[] = {1}, out_of_range[] = {0, 5};
  uint32_t tokens[32], index = 7;
  size_t size, offset = 7;
  token_ranker_error error;
  CHECK_STATUS(token_ranker_encode(ranker, text, sizeof text - 1, NULL, TOKEN_RANKER_ALL_SPECIAL, tokens, 32, &size, &error),
               TOKEN_RANKER_OK, error);
  CHECK(size == 4 && tokens[0] == 64 && tokens[1] == 100258 && tokens[2] == 65 && tokens[3] == 100257);
  CHECK_STATUS(token_ranker_encode(ranker, text, sizeof text - 1, prefix, 1, tokens, 32, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size > 4 && tokens[1] == 100258 && tokens[size - 1] != 100257);
  CHECK_STATUS(token_ranker_encode(ranker, text, sizeof text - 1, out_of_range, 2, tokens, 32, &size, &error),
               TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(size == 0 && error.offset == 1);

  CHECK_STATUS(token_ranker_find_special(ranker, text, sizeof text - 1, NULL, TOKEN_RANKER_ALL_SPECIAL, &index, &offset, &error),
               TOKEN_RANKER_OK, error);
  CHECK(index == 1 && offset == 1);
  CHECK_STATUS(token_ranker_find_special(ranker, text, sizeof text - 1, end_of_text, 2, &index, &offset, &error), TOKEN_RANKER_OK, error);
  CHECK(index == 0 && offset == 16);
  CHECK_STATUS(token_ranker_find_special(ranker, text, sizeof text - 2, end_of_text, 1, &index, &offset, &error), TOKEN_RANKER_OK, error);
  CHECK(index == TOKEN_RANKER_NOT_FOUND && offset == 0);
  CHECK_STATUS(token_ranker_find_special(ranker, text, sizeof text - 1, NULL, 0, &index, &offset, &error), TOKEN_RANKER_OK, error);
  CHECK(index == TOKEN_RANKER_NOT_FOUND && offset == 0);
  CHECK_STATUS(token_ranker_find_special(ranker, NULL, 0, NULL, TOKEN_RANKER_ALL_SPECIAL, &index, &offset, &error), TOKEN_RANKER_OK, error);
  CHECK(index == TOKEN_RANKER_NOT_FOUND);
  CHECK_STATUS(token_ranker_find_special(ranker, text, 5, out_of_range, 2, &index, &offset, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_find_special(ranker, NULL, 5, NULL, 0, &index, &offset, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_find_special(ranker, text, 5, NULL, 3, &index, &offset, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_find_special(NULL, text, 5, NULL, 0, &index, &offset, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_find_special(ranker, text, 5, NULL, 0, NULL, &offset, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_find_special(ranker, text, 5, NULL, 0, &index, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
}

/* The parts before and behind a cut have the tokens of the whole. */
static void test_find_cut(const token_ranker_t *ranker) {
  static const char text[] = "It's  a small\nworld 12 <|endoftext|> end";
  static const uint32_t out_of_range[] = {999};
  const size_t text_size = sizeof text - 1;
  uint32_t whole[sizeof text], parts[sizeof text];
  size_t whole_size, first_size, rest_size, cut = 99, size;
  token_ranker_error error;
  for (size = 0; size <= text_size; size++) {
    const size_t allowed = size % 2 ? 0 : TOKEN_RANKER_ALL_SPECIAL;
    CHECK_STATUS(token_ranker_find_cut(ranker, text, size, NULL, allowed, &cut, &error), TOKEN_RANKER_OK, error);
    CHECK(cut == 0 || cut < size);
    CHECK(token_ranker_encode(ranker, text, text_size, NULL, allowed, whole, text_size, &whole_size, NULL) == TOKEN_RANKER_OK);
    CHECK(token_ranker_encode(ranker, text, cut, NULL, allowed, parts, text_size, &first_size, NULL) == TOKEN_RANKER_OK);
    CHECK(token_ranker_encode(ranker, text + cut, text_size - cut, NULL, allowed, parts + first_size, text_size - first_size, &rest_size,
                              NULL) == TOKEN_RANKER_OK);
    CHECK(first_size + rest_size == whole_size && memcmp(whole, parts, whole_size * sizeof *whole) == 0);
  }
  CHECK_STATUS(token_ranker_find_cut(ranker, text, 19, NULL, 0, &cut, &error), TOKEN_RANKER_OK, error);
  CHECK(cut == 13);
  CHECK_STATUS(token_ranker_find_cut(ranker, "1 2", 3, NULL, 0, &cut, &error), TOKEN_RANKER_OK, error);
  CHECK(cut == 0);
  CHECK_STATUS(token_ranker_find_cut(ranker, NULL, 0, NULL, 0, &cut, &error), TOKEN_RANKER_OK, error);
  CHECK(cut == 0);
  CHECK_STATUS(token_ranker_find_cut(NULL, text, 5, NULL, 0, &cut, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_find_cut(ranker, NULL, 5, NULL, 0, &cut, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_find_cut(ranker, text, 5, out_of_range, 1, &cut, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_find_cut(ranker, text, 5, NULL, 0, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
}

static void test_pretokens(const token_ranker_t *ranker) {
  static const char text[] = "it's  12345!\n";
  static const token_ranker_span expected[] = {{0, 2}, {2, 4}, {4, 5}, {5, 6}, {6, 9}, {9, 11}, {11, 13}};
  token_ranker_span spans[16];
  uint32_t tokens[8];
  size_t size;
  token_ranker_error error;
  CHECK_STATUS(token_ranker_pretokenize(ranker, text, 13, spans, 16, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == SIZE_OF(expected) && memcmp(spans, expected, sizeof expected) == 0);
  CHECK_STATUS(token_ranker_pretokenize(ranker, NULL, 0, NULL, 0, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 0);
  CHECK_STATUS(token_ranker_pretokenize(NULL, text, 13, spans, 16, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_pretokenize(ranker, NULL, 13, spans, 16, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_pretokenize(ranker, text, 13, NULL, 16, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_pretokenize(ranker, text, 13, spans, 16, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);

  CHECK_STATUS(token_ranker_encode_pretoken(ranker, "hello", 5, tokens, 8, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 1 && tokens[0] == 15339);
  CHECK_STATUS(token_ranker_encode_pretoken(ranker, "hello world", 11, tokens, 1, &size, &error), TOKEN_RANKER_BUFFER_TOO_SMALL, error);
  CHECK(size == 2 && tokens[0] == 15339);
  CHECK_STATUS(token_ranker_encode_pretoken(ranker, NULL, 0, NULL, 0, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 0);
  CHECK_STATUS(token_ranker_encode_pretoken(NULL, "a", 1, tokens, 8, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_encode_pretoken(ranker, NULL, 1, tokens, 8, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_encode_pretoken(ranker, "a", 1, NULL, 8, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_encode_pretoken(ranker, "a", 1, tokens, 8, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
}

static void test_decode(const token_ranker_t *ranker) {
  static const uint32_t tokens[] = {15339, 1917, 100257, 100256, 4294967295u};
  char bytes[64];
  size_t size;
  token_ranker_error error;
  CHECK_STATUS(token_ranker_decode(ranker, tokens, 3, bytes, sizeof bytes, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 24 && memcmp(bytes, "hello world<|endoftext|>", 24) == 0);
  memset(bytes, 'x', sizeof bytes);
  CHECK_STATUS(token_ranker_decode(ranker, tokens, 5, bytes, sizeof bytes, &size, &error), TOKEN_RANKER_UNKNOWN_TOKEN, error);
  CHECK(size == 0 && error.offset == 3 && strstr(error.message, "100256") != NULL && bytes[0] == 'x');
  CHECK_STATUS(token_ranker_decode(ranker, tokens + 4, 1, bytes, 0, &size, &error), TOKEN_RANKER_UNKNOWN_TOKEN, error);
  CHECK(error.offset == 0);
  CHECK_STATUS(token_ranker_decode(ranker, NULL, 0, NULL, 0, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 0);
  CHECK_STATUS(token_ranker_decode(NULL, tokens, 1, bytes, 9, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_decode(ranker, NULL, 1, bytes, 9, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_decode(ranker, tokens, 1, NULL, 9, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_decode(ranker, tokens, 1, bytes, 9, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
}

/* Every value of a byte, NUL first, comes back, in every built-in encoding; special tokens decode to their texts. */
static void test_round_trip(void) {
  size_t rows_size, row;
  const token_ranker_catalog_row *rows = token_ranker_catalog(&rows_size);
  char text[1024], bytes[1024];
  uint32_t tokens[1024];
  int i;
  for (i = 0; i < 1024; i++) text[i] = (char)(i < 256 ? i : i * 7 + i / 256);
  for (row = 0; row < rows_size && rows[row].kind == TOKEN_RANKER_CATALOG_ENCODING; row++) {
    token_ranker_t *ranker = NULL;
    token_ranker_information information;
    size_t tokens_size, bytes_size, special;
    CHECK(token_ranker(rows[row].name, strlen(rows[row].name), &ranker, NULL) == TOKEN_RANKER_OK);
    CHECK(token_ranker_encode(ranker, text, sizeof text, NULL, 0, tokens, 1024, &tokens_size, NULL) == TOKEN_RANKER_OK);
    CHECK(token_ranker_decode(ranker, tokens, tokens_size, bytes, sizeof bytes, &bytes_size, NULL) == TOKEN_RANKER_OK);
    CHECK(bytes_size == sizeof text && memcmp(bytes, text, sizeof text) == 0);
    information.struct_size = sizeof information;
    CHECK(token_ranker_info(ranker, &information, NULL) == TOKEN_RANKER_OK);
    for (special = 0; special < information.special_tokens_size; special++) {
      const token_ranker_special_token *token = &information.special_tokens[special];
      const uint32_t index = (uint32_t)special;
      const size_t prefix_size = 2;
      char around[64] = "x<";
      memcpy(around + prefix_size, token->text, token->text_size);
      CHECK(token_ranker_encode(ranker, around, prefix_size + token->text_size, &index, 1, tokens, 1024, &tokens_size, NULL) ==
            TOKEN_RANKER_OK);
      CHECK(tokens_size > 1 && tokens[tokens_size - 1] == token->token);
      CHECK(token_ranker_decode(ranker, &token->token, 1, bytes, sizeof bytes, &bytes_size, NULL) == TOKEN_RANKER_OK);
      if (token->token != 200018) CHECK(bytes_size == token->text_size && memcmp(bytes, token->text, bytes_size) == 0);
    }
    token_ranker_free(ranker);
  }
  CHECK(row == 7);
}

/* A pattern that backtracks without end. The text behind it holds the c that the pattern wants, so it cannot be given up early. */
static void test_match_failed(void) {
  static const char text[] = "ok aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!c";
  size_t file_size, size = 99;
  char *file = single_bytes_file(&file_size);
  const token_ranker_definition definition = make_definition(file, file_size, "(?:a|a)*c|o|k| ");
  token_ranker_t *ranker = NULL;
  token_ranker_error error;
  uint32_t tokens[80];
  token_ranker_span spans[80];
  CHECK_STATUS(token_ranker_load(&definition, &ranker, &error), TOKEN_RANKER_OK, error);
  CHECK_STATUS(token_ranker_encode(ranker, text, sizeof text - 1, NULL, 0, tokens, 80, &size, &error), TOKEN_RANKER_MATCH_FAILED, error);
  CHECK(size == 0 && error.offset == 3);
  CHECK_STATUS(token_ranker_count(ranker, text, sizeof text - 1, NULL, 0, SIZE_MAX, &size, &error), TOKEN_RANKER_MATCH_FAILED, error);
  CHECK(size == 0);
  CHECK_STATUS(token_ranker_pretokenize(ranker, text, sizeof text - 1, spans, 80, &size, &error), TOKEN_RANKER_MATCH_FAILED, error);
  CHECK(size == 0);
  /* The limit is met before that place: no error. And the handle still works. */
  CHECK_STATUS(token_ranker_encode(ranker, text, 3, NULL, 0, tokens, 80, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 3 && tokens[0] == 'o');
  token_ranker_free(ranker);
  free(file);
}

/* Text that the pattern does not match is left out. */
static void test_unmatched_text(void) {
  size_t file_size, size;
  char *file = single_bytes_file(&file_size);
  const token_ranker_definition definition = make_definition(file, file_size, "[a-z]+");
  token_ranker_t *ranker = NULL;
  token_ranker_span spans[4];
  uint32_t tokens[8];
  CHECK(token_ranker_load(&definition, &ranker, NULL) == TOKEN_RANKER_OK);
  CHECK(token_ranker_pretokenize(ranker, "1ab\0c2", 6, spans, 4, &size, NULL) == TOKEN_RANKER_OK);
  CHECK(size == 2 && spans[0].begin == 1 && spans[0].end == 3 && spans[1].begin == 4 && spans[1].end == 5);
  CHECK(token_ranker_encode(ranker, "1ab\0c2", 6, NULL, 0, tokens, 8, &size, NULL) == TOKEN_RANKER_OK);
  CHECK(size == 3 && tokens[0] == 'a' && tokens[1] == 'b' && tokens[2] == 'c');
  CHECK(token_ranker_find_cut(ranker, "a b c d", 7, NULL, 0, &size, NULL) == TOKEN_RANKER_OK);
  CHECK(size == 0); /* of an unknown pattern nothing is known */
  token_ranker_free(ranker);
  free(file);
}

void test_calls(void) {
  static const char *const engines[] = {NULL, "scalar", "pcre2"};
  size_t i;
  for (i = 0; i < SIZE_OF(engines); i++) {
    token_ranker_t *ranker = open_builtin("cl100k_base", engines[i]);
    CHECK(ranker != NULL);
    test_encode(ranker);
    test_small_buffers(ranker);
    test_count(ranker);
    test_special(ranker);
    test_find_cut(ranker);
    test_pretokens(ranker);
    test_decode(ranker);
    token_ranker_free(ranker);
  }
  test_round_trip();
  test_match_failed();
  test_unmatched_text();
}
