/* token_ranker_load: definitions of every kind, and each refusal of one. */
#include "check.h"

static const char any_pattern[] = "(?s:.)";

static token_ranker_status load(token_ranker_definition definition, token_ranker_error *error) {
  token_ranker_t *ranker = (token_ranker_t *)error;
  const token_ranker_status status = token_ranker_load(&definition, &ranker, error);
  CHECK((ranker != NULL) == (status == TOKEN_RANKER_OK));
  token_ranker_free(ranker);
  return status;
}

/* Any limit of the cache gives the same tokens: of more different words than a small one can hold. */
static void test_cache_limit(void) {
  static const size_t limits[] = {0, 1, 300000, 1 << 20, (size_t)64 << 20};
  const size_t words = 60000, text_capacity = words * 16;
  char *text = malloc(text_capacity);
  uint32_t *expected = malloc(text_capacity * sizeof *expected), *tokens = malloc(text_capacity * sizeof *tokens);
  size_t text_size = 0, expected_size = 0, i;
  for (i = 0; i < words; i++) text_size += (size_t)sprintf(text + text_size, " w%lxq", (unsigned long)(i * 2654435761u % 1000003u));
  for (i = 0; i < sizeof limits / sizeof *limits; i++) {
    token_ranker_definition definition = make_definition("cl100k_base", 11, NULL);
    token_ranker_t *ranker;
    token_ranker_error error;
    int pass;
    definition.format = TOKEN_RANKER_FORMAT_BUILTIN;
    definition.cache_limit = limits[i];
    CHECK_STATUS(token_ranker_load(&definition, &ranker, &error), TOKEN_RANKER_OK, error);
    for (pass = 0; pass < 2; pass++) {
      size_t size;
      CHECK_STATUS(token_ranker_encode(ranker, text, text_size, NULL, 0, tokens, text_capacity, &size, &error), TOKEN_RANKER_OK, error);
      if (i == 0 && pass == 0) {
        memcpy(expected, tokens, size * sizeof *tokens);
        expected_size = size;
      }
      CHECK(size == expected_size && memcmp(tokens, expected, size * sizeof *tokens) == 0);
    }
    token_ranker_free(ranker);
  }
  free(tokens);
  free(expected);
  free(text);
}

static void test_struct_sizes(const char *file, size_t file_size) {
  struct {
    token_ranker_definition known;
    char later[40];
  } larger;
  token_ranker_definition definition = make_definition(file, file_size, any_pattern);
  token_ranker_error error;
  definition.struct_size = 0;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);

  /* A program that does not know the fields from special_tokens on: they are not read. */
  definition.struct_size = offsetof(token_ranker_definition, special_tokens);
  definition.special_tokens_size = 5;
  definition.engine = "no such engine";
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_OK, error);

  /* A program that knows more fields: fine if they are 0. */
  memset(&larger, 0, sizeof larger);
  larger.known = make_definition(file, file_size, any_pattern);
  larger.known.struct_size = sizeof larger;
  {
    token_ranker_t *ranker;
    CHECK_STATUS(token_ranker_load(&larger.known, &ranker, &error), TOKEN_RANKER_OK, error);
    token_ranker_free(ranker);
    larger.later[39] = 1;
    CHECK_STATUS(token_ranker_load(&larger.known, &ranker, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
    CHECK(ranker == NULL);
  }
}

static void test_arguments(const char *file, size_t file_size) {
  const token_ranker_definition good = make_definition(file, file_size, any_pattern);
  token_ranker_definition definition = good;
  token_ranker_special_token special = {"<s>", 3, 300, 0};
  token_ranker_error error;
  token_ranker_t *ranker;
  CHECK_STATUS(load(good, &error), TOKEN_RANKER_OK, error);
  CHECK_STATUS(token_ranker_load(NULL, &ranker, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(ranker == NULL);
  CHECK_STATUS(token_ranker_load(&good, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);

  definition.vocabulary = NULL;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  definition.vocabulary_size = 0;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_MISSING_BYTE, error);
  definition = good;
  definition.format = 0;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  definition.format = 99;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  definition = good;
  definition.pattern = NULL;
  definition.pattern_size = 0;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  definition.pattern_size = 4;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  definition = good;
  definition.name_size = 2;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  definition = good;
  definition.special_tokens_size = 1;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  definition.special_tokens = &special;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_OK, error);
  special.text = NULL;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
}

static void test_special_tokens(const char *file, size_t file_size) {
  token_ranker_special_token special[3] = {{"<a>", 3, 300, 0}, {"<b>", 3, 301, 0}, {"", 0, 302, 0}};
  token_ranker_definition definition = make_definition(file, file_size, any_pattern);
  token_ranker_error error;
  char *huge = malloc(1 << 17);
  memset(huge, 'x', 1 << 17);
  definition.special_tokens = special;
  definition.special_tokens_size = 3;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_EMPTY_SPECIAL_TOKEN, error);
  CHECK(error.offset == 2);
  special[2].text = "<a>";
  special[2].text_size = 3;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_DUPLICATE_SPECIAL_TOKEN, error);
  CHECK(error.offset == 2);
  special[2].text = huge;
  special[2].text_size = 1 << 16;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_OK, error);
  special[2].text_size++;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_TOO_LARGE, error);
  CHECK(error.offset == 2);
  free(huge);
}

static void test_patterns_and_engines(const char *file, size_t file_size) {
  token_ranker_definition definition = make_definition(file, file_size, "ab(");
  token_ranker_error error;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_BAD_PATTERN, error);
  CHECK(error.offset == 2 || error.offset == 3);
  definition = make_definition(file, file_size, "ab\\X");
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_UNSUPPORTED_PATTERN, error);
  CHECK(error.offset == 2);
  definition = make_definition(file, file_size, any_pattern);
  definition.engine = "scalar";
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_UNSUPPORTED_ENGINE, error);
  definition.engine = "steam";
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_UNSUPPORTED_ENGINE, error);
  CHECK(strstr(error.message, "steam") != NULL);
  definition.engine = "pcre2";
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_OK, error);

  {
    const size_t limit = 1 << 16;
    char *pattern = malloc(limit + 2);
    memset(pattern, 'x', limit + 1);
    pattern[0] = '[';
    pattern[limit - 1] = pattern[limit] = ']';
    pattern[limit + 1] = '\0';
    definition = make_definition(file, file_size, pattern);
    CHECK_STATUS(load(definition, &error), TOKEN_RANKER_BAD_PATTERN, error);
    definition.pattern_size = limit;
    CHECK_STATUS(load(definition, &error), TOKEN_RANKER_OK, error);
    free(pattern);
  }
}

/* What a definition gives, and what is not given, as token_ranker_info tells. */
static void test_changed_builtin(void) {
  static const char name[] = "cl100k_base";
  const token_ranker_special_token special = {"<|mine|>", 8, 100256, 0};
  token_ranker_definition definition;
  token_ranker_information information;
  token_ranker_t *ranker;
  token_ranker_error error;
  memset(&definition, 0, sizeof definition);
  definition.struct_size = sizeof definition;
  definition.vocabulary = name;
  definition.vocabulary_size = sizeof name - 1;
  definition.format = TOKEN_RANKER_FORMAT_BUILTIN;
  information.struct_size = sizeof information;
  CHECK_STATUS(token_ranker_load(&definition, &ranker, &error), TOKEN_RANKER_OK, error);
  CHECK(token_ranker_info(ranker, &information, NULL) == TOKEN_RANKER_OK);
  CHECK(strcmp(information.name, name) == 0 && information.special_tokens_size == 5);
  token_ranker_free(ranker);

  definition.name = "mine";
  definition.name_size = 4;
  definition.special_tokens = &special;
  definition.special_tokens_size = 1;
  definition.pattern = any_pattern;
  definition.pattern_size = sizeof any_pattern - 1;
  CHECK_STATUS(token_ranker_load(&definition, &ranker, &error), TOKEN_RANKER_OK, error);
  CHECK(token_ranker_info(ranker, &information, NULL) == TOKEN_RANKER_OK);
  CHECK(strcmp(information.name, "mine") == 0 && strcmp(information.pattern, any_pattern) == 0);
  CHECK(strcmp(information.engine, "pcre2") == 0);
  CHECK(information.special_tokens_size == 1 && strcmp(information.special_tokens[0].text, "<|mine|>") == 0);
  CHECK(information.special_tokens[0].text != special.text);
  CHECK(information.max_token == 100256);
  {
    const uint32_t token = 100256;
    char bytes[16];
    size_t size;
    CHECK_STATUS(token_ranker_decode(ranker, &token, 1, bytes, sizeof bytes, &size, &error), TOKEN_RANKER_OK, error);
    CHECK(size == 8 && memcmp(bytes, "<|mine|>", 8) == 0);
  }
  token_ranker_free(ranker);

  /* A list of no special tokens takes the built-in's away. */
  definition.special_tokens_size = 0;
  CHECK_STATUS(token_ranker_load(&definition, &ranker, &error), TOKEN_RANKER_OK, error);
  CHECK(token_ranker_info(ranker, &information, NULL) == TOKEN_RANKER_OK && information.special_tokens_size == 0);
  token_ranker_free(ranker);

  definition.vocabulary = "nothing";
  definition.vocabulary_size = 7;
  CHECK_STATUS(load(definition, &error), TOKEN_RANKER_UNKNOWN_ENCODING, error);
}

void test_load(void) {
  size_t size;
  char *file = single_bytes_file(&size);
  test_cache_limit();
  test_struct_sizes(file, size);
  test_arguments(file, size);
  test_special_tokens(file, size);
  test_patterns_and_engines(file, size);
  test_changed_builtin();
  free(file);
}

void test_rank_files(void) {
  static const struct {
    const char *more; /* what follows the 256 lines of the single bytes */
    token_ranker_status status;
    uint64_t line;
  } rows[] = {{"YWI= 256\nYWJj 257", TOKEN_RANKER_OK, 0},      {"YWI=\n", TOKEN_RANKER_MISSING_FIELD, 257},
              {"YWI= 256 1\n", TOKEN_RANKER_MISSING_FIELD, 257}, {"\n\nYW= 256\n", TOKEN_RANKER_BAD_BASE64, 259},
              {"YWI= x\n", TOKEN_RANKER_BAD_RANK, 257},          {"YWI= 4294967295\n", TOKEN_RANKER_OK, 0},
              {"YWI= 4294967296\n", TOKEN_RANKER_BAD_RANK, 257}, {" 256\n", TOKEN_RANKER_EMPTY_TOKEN, 257},
              {"YQ== 256\n", TOKEN_RANKER_DUPLICATE_TOKEN, 257}, {"YWI= 255\n", TOKEN_RANKER_DUPLICATE_RANK, 257}};
  token_ranker_error error;
  size_t i, size;
  char *file;
  for (i = 0; i < SIZE_OF(rows); i++) {
    file = rank_file_with(rows[i].more, &size);
    CHECK_STATUS(load(make_definition(file, size, any_pattern), &error), rows[i].status, error);
    if (rows[i].status != TOKEN_RANKER_OK) {
      char line[32];
      sprintf(line, "line %d", (int)rows[i].line);
      CHECK(error.offset == rows[i].line);
      CHECK(strstr(error.message, line) != NULL);
    }
    free(file);
  }

  /* The bytes from 0x41 on are missing. */
  file = single_bytes_file(&size);
  {
    const char *end = strstr(file, "QQ== ");
    CHECK_STATUS(load(make_definition(file, (size_t)(end - file), any_pattern), &error), TOKEN_RANKER_MISSING_BYTE, error);
    CHECK(error.offset == 0x41);
  }
  free(file);

  /* 4,096 bytes are the longest token: 5,462 digits of base64 make as many, one digit more makes one too many. */
  {
    char *line = malloc(6000);
    memset(line, 'A', 5462);
    strcpy(line + 5462, "== 256\n");
    file = rank_file_with(line, &size);
    CHECK_STATUS(load(make_definition(file, size, any_pattern), &error), TOKEN_RANKER_OK, error);
    free(file);
    strcpy(line + 5462, "A= 256\n");
    file = rank_file_with(line, &size);
    CHECK_STATUS(load(make_definition(file, size, any_pattern), &error), TOKEN_RANKER_TOO_LARGE, error);
    CHECK(error.offset == 257);
    free(file);
    free(line);
  }
}
