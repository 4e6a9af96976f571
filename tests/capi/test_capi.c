/* The C ABI as a C99 program meets it: every function, every status. INTERNAL is what a correct library never returns: only its name
   is checked. The last line of output is "N passed, N failed". */
#include "check.h"

int passed, failed, is_slow;

token_ranker_t *open_builtin(const char *name, const char *engine) {
  token_ranker_definition definition;
  token_ranker_t *ranker = NULL;
  memset(&definition, 0, sizeof definition);
  definition.struct_size = sizeof definition;
  definition.vocabulary = name;
  definition.vocabulary_size = strlen(name);
  definition.format = TOKEN_RANKER_FORMAT_BUILTIN;
  definition.engine = engine;
  token_ranker_load(&definition, &ranker, NULL);
  return ranker;
}

char *rank_file_with(const char *more, size_t *size) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *file = malloc(256 * 16 + strlen(more) + 1);
  size_t at = 0;
  int byte;
  for (byte = 0; byte < 256; byte++)
    at += (size_t)sprintf(file + at, "%c%c== %d\n", digits[byte >> 2], digits[(byte & 3) << 4], byte);
  strcpy(file + at, more);
  *size = at + strlen(more);
  return file;
}

char *single_bytes_file(size_t *size) { return rank_file_with("", size); }

token_ranker_definition make_definition(const char *file, size_t file_size, const char *pattern) {
  token_ranker_definition definition;
  memset(&definition, 0, sizeof definition);
  definition.struct_size = sizeof definition;
  definition.vocabulary = file;
  definition.vocabulary_size = file_size;
  definition.format = TOKEN_RANKER_FORMAT_RANKS;
  definition.pattern = pattern;
  definition.pattern_size = pattern ? strlen(pattern) : 0;
  return definition;
}

static void test_names(void) {
  static const struct {
    token_ranker_status status;
    int32_t value;
    const char *name;
  } rows[] = {{TOKEN_RANKER_OK, 0, "OK"},
              {TOKEN_RANKER_INVALID_ARGUMENT, 1, "INVALID_ARGUMENT"},
              {TOKEN_RANKER_BUFFER_TOO_SMALL, 2, "BUFFER_TOO_SMALL"},
              {TOKEN_RANKER_UNKNOWN_ENCODING, 3, "UNKNOWN_ENCODING"},
              {TOKEN_RANKER_UNKNOWN_TOKEN, 4, "UNKNOWN_TOKEN"},
              {TOKEN_RANKER_MISSING_FIELD, 16, "MISSING_FIELD"},
              {TOKEN_RANKER_BAD_BASE64, 17, "BAD_BASE64"},
              {TOKEN_RANKER_BAD_RANK, 18, "BAD_RANK"},
              {TOKEN_RANKER_EMPTY_TOKEN, 19, "EMPTY_TOKEN"},
              {TOKEN_RANKER_DUPLICATE_TOKEN, 20, "DUPLICATE_TOKEN"},
              {TOKEN_RANKER_DUPLICATE_RANK, 21, "DUPLICATE_RANK"},
              {TOKEN_RANKER_MISSING_BYTE, 22, "MISSING_BYTE"},
              {TOKEN_RANKER_TOO_LARGE, 23, "TOO_LARGE"},
              {TOKEN_RANKER_EMPTY_SPECIAL_TOKEN, 32, "EMPTY_SPECIAL_TOKEN"},
              {TOKEN_RANKER_DUPLICATE_SPECIAL_TOKEN, 33, "DUPLICATE_SPECIAL_TOKEN"},
              {TOKEN_RANKER_BAD_PATTERN, 34, "BAD_PATTERN"},
              {TOKEN_RANKER_UNSUPPORTED_PATTERN, 35, "UNSUPPORTED_PATTERN"},
              {TOKEN_RANKER_UNSUPPORTED_ENGINE, 36, "UNSUPPORTED_ENGINE"},
              {TOKEN_RANKER_OUT_OF_MEMORY, 48, "OUT_OF_MEMORY"},
              {TOKEN_RANKER_MATCH_FAILED, 49, "MATCH_FAILED"},
              {TOKEN_RANKER_INTERNAL, 50, "INTERNAL"}};
  size_t i;
  for (i = 0; i < SIZE_OF(rows); i++) {
    CHECK(rows[i].status == rows[i].value);
    CHECK(strcmp(token_ranker_status_name(rows[i].status), rows[i].name) == 0);
  }
  CHECK(strcmp(token_ranker_status_name(-1), "UNKNOWN_STATUS") == 0);
  CHECK(strcmp(token_ranker_status_name(5), "UNKNOWN_STATUS") == 0);
  CHECK(strcmp(token_ranker_status_name(INT32_MAX), "UNKNOWN_STATUS") == 0);
  CHECK(strchr(token_ranker_version(), '.') != NULL);
  CHECK(token_ranker_abi_version() == TOKEN_RANKER_ABI_VERSION);
  CHECK(sizeof(token_ranker_error) == 256);
}

static void test_catalog(void) {
  size_t size = 0, i;
  const token_ranker_catalog_row *rows = token_ranker_catalog(&size);
  int32_t kind = TOKEN_RANKER_CATALOG_ENCODING;
  CHECK(token_ranker_catalog(NULL) == rows);
  CHECK(size > 7);
  for (i = 0; i < size; i++) {
    CHECK(rows[i].kind == kind || rows[i].kind == kind + 1);
    kind = rows[i].kind;
    CHECK(rows[i].reserved == 0);
    if (kind == TOKEN_RANKER_CATALOG_ENCODING) CHECK(strcmp(rows[i].name, rows[i].encoding) == 0);
  }
  CHECK(kind == TOKEN_RANKER_CATALOG_MODEL_PREFIX);
}

static void test_open(void) {
  token_ranker_t *ranker;
  token_ranker_error error;
  ranker = (token_ranker_t *)&error;
  CHECK_STATUS(token_ranker("no such encoding", 16, &ranker, &error), TOKEN_RANKER_UNKNOWN_ENCODING, error);
  CHECK(ranker == NULL);
  CHECK(strstr(error.message, "no such encoding") != NULL);
  CHECK(error.offset == 0 && error.reserved == 0);
  ranker = (token_ranker_t *)&error;
  CHECK_STATUS(token_ranker(NULL, 3, &ranker, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(ranker == NULL);
  CHECK_STATUS(token_ranker(NULL, 0, &ranker, &error), TOKEN_RANKER_UNKNOWN_ENCODING, error);
  CHECK_STATUS(token_ranker("gpt2", 4, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker("gpt2\0x", 6, &ranker, &error), TOKEN_RANKER_UNKNOWN_ENCODING, error);
  CHECK(token_ranker("nothing", 7, &ranker, NULL) == TOKEN_RANKER_UNKNOWN_ENCODING);
  CHECK_STATUS(token_ranker("gpt2 and more that is not read", 4, &ranker, &error), TOKEN_RANKER_OK, error);
  CHECK(ranker != NULL);
  token_ranker_free(ranker);
  token_ranker_free(NULL);
  CHECK(token_ranker("gpt-4o-2024-05-13", 17, &ranker, NULL) == TOKEN_RANKER_OK);
  token_ranker_free(ranker);

  /* On success only status and message[0] are written. */
  memset(&error, 0x5A, sizeof error);
  CHECK_STATUS(token_ranker("gpt2", 4, &ranker, &error), TOKEN_RANKER_OK, error);
  CHECK(error.offset == UINT64_C(0x5A5A5A5A5A5A5A5A) && error.reserved == 0x5A5A5A5A && error.message[1] == 0x5A);
  token_ranker_free(ranker);
}

static void test_information(void) {
  token_ranker_t *ranker = open_builtin("p50k_edit", "pcre2");
  token_ranker_information information;
  token_ranker_error error;
  struct {
    token_ranker_information known;
    char later[64];
  } larger;
  size_t i;
  memset(&information, 0x5A, sizeof information);
  information.struct_size = sizeof information;
  CHECK_STATUS(token_ranker_info(ranker, &information, &error), TOKEN_RANKER_OK, error);
  CHECK(information.struct_size == sizeof information);
  CHECK(information.name_size == 9 && strcmp(information.name, "p50k_edit") == 0);
  CHECK(strlen(information.pattern) == information.pattern_size && information.pattern_size > 20);
  CHECK(strcmp(information.engine, "pcre2") == 0);
  CHECK(strcmp(information.unicode_version, "16.0.0") == 0);
  CHECK(information.vocabulary_size == 50280);
  CHECK(information.token_offsets[0] == 0);
  CHECK(information.token_numbers[50255] == 50255 && information.token_numbers[50256] == 50257);
  CHECK(information.token_offsets[1] == 1 && information.token_bytes[0] == '!');
  CHECK(information.special_tokens_size == 4);
  for (i = 0; i < information.special_tokens_size; i++) {
    CHECK(strlen(information.special_tokens[i].text) == information.special_tokens[i].text_size);
    CHECK(information.special_tokens[i].reserved == 0);
  }
  CHECK(strcmp(information.special_tokens[2].text, "<|fim_middle|>") == 0 && information.special_tokens[2].token == 50282);
  CHECK(information.max_token == 50283 && information.max_tokens_per_byte == 1);

  /* A program that knows fewer fields, and one that knows more. */
  memset(&information, 0x5A, sizeof information);
  information.struct_size = offsetof(token_ranker_information, pattern);
  CHECK_STATUS(token_ranker_info(ranker, &information, &error), TOKEN_RANKER_OK, error);
  CHECK(information.struct_size == offsetof(token_ranker_information, pattern) && information.name_size == 9);
  CHECK(((unsigned char *)&information.pattern)[0] == 0x5A && information.max_token == 0x5A5A5A5A);
  memset(&larger, 0x5A, sizeof larger);
  larger.known.struct_size = sizeof larger;
  CHECK_STATUS(token_ranker_info(ranker, &larger.known, &error), TOKEN_RANKER_OK, error);
  CHECK(larger.known.struct_size == sizeof larger.known && larger.known.max_token == 50283 && larger.later[0] == 0x5A);

  information.struct_size = 0;
  CHECK_STATUS(token_ranker_info(ranker, &information, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_info(ranker, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  information.struct_size = sizeof information;
  CHECK_STATUS(token_ranker_info(NULL, &information, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  token_ranker_free(ranker);
}

int main(void) {
  is_slow = SANITIZED || getenv("TOKEN_RANKER_TESTS_EMULATED");
  test_maps();
  test_names();
  test_catalog();
  test_open();
  test_information();
  test_load();
  test_rank_files();
  test_files();
  test_calls();
  test_batches();
  test_memory();
  test_streams();
  test_threads();
  test_fork();
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
