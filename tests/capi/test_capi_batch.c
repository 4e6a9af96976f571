/* Many texts in one call: the tokens of each alone, in memory that is the library's until it is released. */
#include "check.h"

enum { texts_size = 50, long_text = 20, room = 2000000 };

static char bytes[room];
static int64_t offsets[texts_size + 1];
static uint32_t tokens[room];

/* Short texts, some of them empty, and one that is long enough for several threads. The first one does not begin at 0. */
static void make_texts(void) {
  static const char *const words[] = {" hello", " World's", "\n\n  ", " 12345", "<|endoftext|>", "\xFF", " \xE6\xBC\xA2", "!"};
  size_t at = 7, seed = 1;
  int i;
  memset(bytes, '#', at);
  for (i = 0; i < texts_size; i++) {
    const size_t size = i == long_text ? 1200000 : (size_t)(i % 7) * 20;
    const size_t begin = at;
    offsets[i] = (int64_t)at;
    while (at - begin < size) {
      const char *word = words[(seed = seed * 1103515245 + 12345) >> 16 & 7];
      memcpy(bytes + at, word, strlen(word));
      at += strlen(word);
    }
  }
  offsets[texts_size] = (int64_t)at;
}

static void check_result(const token_ranker_t *ranker, const token_ranker_result *result, size_t allowed_size) {
  size_t i, different = 0;
  CHECK(result->offsets_size == texts_size + 1);
  CHECK(result->offsets[0] == 0 && (size_t)result->offsets[texts_size] == result->tokens_size);
  for (i = 0; i < texts_size; i++) {
    size_t size = 0;
    const size_t text_size = (size_t)(offsets[i + 1] - offsets[i]);
    token_ranker_encode(ranker, bytes + offsets[i], text_size, NULL, allowed_size, tokens, room, &size, NULL);
    different += size != (size_t)(result->offsets[i + 1] - result->offsets[i]) ||
                 (size && memcmp(tokens, result->tokens + result->offsets[i], size * sizeof *tokens));
  }
  CHECK(different == 0);
}

static void test_tokens(token_ranker_t *ranker) {
  static const uint32_t threads[] = {0, 1, 2, 5, UINT32_MAX};
  token_ranker_error error;
  size_t i;
  for (i = 0; i < SIZE_OF(threads); i++) {
    token_ranker_result *result = NULL;
    const size_t allowed_size = i % 2 ? TOKEN_RANKER_ALL_SPECIAL : 0;
    CHECK_STATUS(token_ranker_encode_batch(ranker, bytes, offsets, texts_size, NULL, allowed_size, threads[i], &result, &error),
                 TOKEN_RANKER_OK, error);
    CHECK(result != NULL);
    if (result) check_result(ranker, result, allowed_size);
    token_ranker_result_free(result);
  }
}

static void test_few(token_ranker_t *ranker) {
  static const int64_t empty[] = {3, 3, 3};
  token_ranker_result *result = NULL;
  token_ranker_error error;
  CHECK_STATUS(token_ranker_encode_batch(ranker, NULL, NULL, 0, NULL, 0, 0, &result, &error), TOKEN_RANKER_OK, error);
  CHECK(result && result->tokens_size == 0 && result->offsets_size == 1 && result->offsets[0] == 0);
  token_ranker_result_free(result);
  CHECK_STATUS(token_ranker_encode_batch(ranker, NULL, empty, 2, NULL, 0, 0, &result, &error), TOKEN_RANKER_OK, error);
  CHECK(result && result->tokens_size == 0 && result->offsets_size == 3 && result->offsets[2] == 0);
  token_ranker_result_free(result);
  token_ranker_result_free(NULL);
}

static void test_arguments(token_ranker_t *ranker) {
  static const int64_t good[] = {0, 2, 4}, descending[] = {0, 3, 2}, negative[] = {-1, 2, 4};
  static const uint32_t out_of_range[] = {0, 5};
  token_ranker_result *result;
  token_ranker_error error;
#define REFUSED(call)                                            \
  do {                                                           \
    result = (token_ranker_result *)&error;                      \
    CHECK_STATUS(call, TOKEN_RANKER_INVALID_ARGUMENT, error);    \
    CHECK(result == NULL);                                       \
  } while (0)
  REFUSED(token_ranker_encode_batch(NULL, "abcd", good, 2, NULL, 0, 1, &result, &error));
  REFUSED(token_ranker_encode_batch(ranker, NULL, good, 2, NULL, 0, 1, &result, &error));
  REFUSED(token_ranker_encode_batch(ranker, "abcd", NULL, 2, NULL, 0, 1, &result, &error));
  REFUSED(token_ranker_encode_batch(ranker, "abcd", good, 2, NULL, 1, 1, &result, &error));
  REFUSED(token_ranker_encode_batch(ranker, "abcd", good, 2, out_of_range, 2, 1, &result, &error));
  CHECK(error.offset == 1);
  REFUSED(token_ranker_encode_batch(ranker, "abcd", descending, 2, NULL, 0, 1, &result, &error));
  CHECK(error.offset == 2);
  REFUSED(token_ranker_encode_batch(ranker, "abcd", negative, 2, NULL, 0, 1, &result, &error));
  CHECK(error.offset == 0);
#undef REFUSED
  CHECK_STATUS(token_ranker_encode_batch(ranker, "abcd", good, 2, NULL, 0, 1, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
}

/* Counts, and back to the texts. */
static void test_counts_and_bytes(token_ranker_t *ranker) {
  static const uint32_t threads[] = {0, 1, 2, UINT32_MAX};
  static int64_t counts[texts_size];
  token_ranker_error error;
  size_t i, k;
  for (k = 0; k < SIZE_OF(threads); k++) {
    token_ranker_result *result = NULL;
    token_ranker_text_result *text = NULL;
    CHECK(token_ranker_encode_batch(ranker, bytes, offsets, texts_size, NULL, TOKEN_RANKER_ALL_SPECIAL, 0, &result, NULL) == TOKEN_RANKER_OK);
    CHECK_STATUS(token_ranker_count_batch(ranker, bytes, offsets, texts_size, NULL, TOKEN_RANKER_ALL_SPECIAL, threads[k], counts, &error),
                 TOKEN_RANKER_OK, error);
    for (i = 0; i < texts_size; i++) CHECK(counts[i] == result->offsets[i + 1] - result->offsets[i]);
    CHECK_STATUS(token_ranker_decode_batch(ranker, result->tokens, result->offsets, texts_size, threads[k], &text, &error), TOKEN_RANKER_OK,
                 error);
    CHECK(text && text->offsets_size == texts_size + 1 && text->offsets[0] == 0);
    for (i = 0; i <= texts_size; i++) CHECK(text->offsets[i] == offsets[i] - offsets[0]);
    CHECK(memcmp(text->bytes, bytes + offsets[0], text->bytes_size) == 0);
    token_ranker_text_result_free(text);
    token_ranker_result_free(result);
  }
}

static void test_counts_and_bytes_arguments(token_ranker_t *ranker) {
  static const int64_t good[] = {0, 1, 2}, descending[] = {0, 3, 2}, negative[] = {-1, 2, 4}, huge[] = {0, INT64_MAX / 2, INT64_MAX};
  static const uint32_t some_tokens[] = {15339, 4000000000u};
  int64_t counts[2];
  token_ranker_text_result *text = NULL;
  token_ranker_error error;
  CHECK_STATUS(token_ranker_count_batch(NULL, "ab", good, 2, NULL, 0, 1, counts, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_count_batch(ranker, "ab", good, 2, NULL, 0, 1, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_count_batch(ranker, "ab", NULL, 2, NULL, 0, 1, counts, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_count_batch(ranker, "ab", descending, 2, NULL, 0, 1, counts, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(error.offset == 2);
  CHECK_STATUS(token_ranker_count_batch(ranker, NULL, NULL, 0, NULL, 0, 1, NULL, &error), TOKEN_RANKER_OK, error);
#define REFUSED(call)                                         \
  do {                                                        \
    text = (token_ranker_text_result *)&error;                \
    CHECK_STATUS(call, TOKEN_RANKER_INVALID_ARGUMENT, error); \
    CHECK(text == NULL);                                      \
  } while (0)
  REFUSED(token_ranker_decode_batch(NULL, some_tokens, good, 2, 1, &text, &error));
  REFUSED(token_ranker_decode_batch(ranker, NULL, good, 2, 1, &text, &error));
  REFUSED(token_ranker_decode_batch(ranker, some_tokens, NULL, 2, 1, &text, &error));
  REFUSED(token_ranker_decode_batch(ranker, some_tokens, negative, 2, 1, &text, &error));
  CHECK(error.offset == 0);
  REFUSED(token_ranker_decode_batch(ranker, some_tokens, descending, 2, 1, &text, &error));
  CHECK(error.offset == 2);
  REFUSED(token_ranker_decode_batch(ranker, some_tokens, huge, 2, 1, &text, &error));
  CHECK(error.offset == 1);
#undef REFUSED
  CHECK_STATUS(token_ranker_decode_batch(ranker, some_tokens, good, 2, 1, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_decode_batch(ranker, some_tokens, good, 2, 0, &text, &error), TOKEN_RANKER_UNKNOWN_TOKEN, error);
  CHECK(text == NULL && error.offset == 1 && strstr(error.message, "4000000000"));
  CHECK_STATUS(token_ranker_decode_batch(ranker, some_tokens, good, 1, 0, &text, &error), TOKEN_RANKER_OK, error);
  CHECK(text->bytes_size == 5 && memcmp(text->bytes, "hello", 5) == 0);
  token_ranker_text_result_free(text);
  CHECK_STATUS(token_ranker_decode_batch(ranker, NULL, NULL, 0, 0, &text, &error), TOKEN_RANKER_OK, error);
  CHECK(text->bytes_size == 0 && text->offsets_size == 1 && text->offsets[0] == 0);
  token_ranker_text_result_free(text);
  token_ranker_text_result_free(NULL);
}

static void test_failing_text(void) {
  static const char text[] = "okok aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!cok";
  static const int64_t ends[] = {0, 2, (int64_t)sizeof text - 3, (int64_t)sizeof text - 1};
  size_t file_size;
  char *file = single_bytes_file(&file_size);
  const token_ranker_definition definition = make_definition(file, file_size, "(?:a|a)*c|o|k| ");
  token_ranker_t *ranker = NULL;
  token_ranker_result *result = (token_ranker_result *)file;
  token_ranker_error error;
  CHECK_STATUS(token_ranker_load(&definition, &ranker, &error), TOKEN_RANKER_OK, error);
  CHECK_STATUS(token_ranker_encode_batch(ranker, text, ends, 3, NULL, 0, 0, &result, &error), TOKEN_RANKER_MATCH_FAILED, error);
  CHECK(result == NULL);
  token_ranker_free(ranker);
  free(file);
}

void test_batches(void) {
  token_ranker_t *ranker = open_builtin("cl100k_base", NULL);
  token_ranker_result *result = NULL;
  CHECK(ranker != NULL);
  make_texts();
  test_tokens(ranker);
  test_few(ranker);
  test_arguments(ranker);
  test_counts_and_bytes(ranker);
  test_counts_and_bytes_arguments(ranker);

  /* A result outlives the handle. */
  {
    static const int64_t two[] = {0, 5, 11};
    CHECK(token_ranker_encode_batch(ranker, "hello world", two, 2, NULL, 0, 0, &result, NULL) == TOKEN_RANKER_OK);
  }
  token_ranker_free(ranker);
  CHECK(result && result->tokens_size == 2 && result->tokens[0] == 15339 && result->tokens[1] == 1917);
  token_ranker_result_free(result);
  test_failing_text();
}
