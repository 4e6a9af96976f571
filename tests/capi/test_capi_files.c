/* tokenizer.json and tekken.json through the C ABI: each status of theirs, and what token_ranker_info tells. */
#include "check.h"

/* What a byte-level vocabulary has for a byte, as JSON. */
static size_t write_letter(char *file, int byte) {
  int other, next = 256;
  if (byte == '"' || byte == '\\') return (size_t)sprintf(file, "\\%c", byte);
  if ((byte >= 33 && byte <= 126) || (byte >= 161 && byte != 173)) return (size_t)sprintf(file, "\\u%04x", byte);
  for (other = 0; other < byte; other++) next += !((other >= 33 && other <= 126) || (other >= 161 && other != 173));
  return (size_t)sprintf(file, "\\u%04x", next);
}

/* A tokenizer.json with members at its top, members of its model, and tokens of its vocabulary, each with a comma behind it. Released by free. */
static char *tokenizer_file(const char *top, const char *model, const char *tokens) {
  char *file = malloc(256 * 32 + strlen(top) + strlen(model) + strlen(tokens) + 256);
  size_t at = (size_t)sprintf(file, "{%s\"model\":{%s\"vocab\":{%s", top, model, tokens);
  int byte;
  for (byte = 0; byte < 256; byte++) {
    file[at++] = '"';
    at += write_letter(file + at, byte);
    at += (size_t)sprintf(file + at, "\":%d%s", byte, byte < 255 ? "," : "}}}");
  }
  return file;
}

static token_ranker_status load(const char *file, size_t file_size, token_ranker_t **ranker, token_ranker_error *error) {
  token_ranker_definition definition = make_definition(file, file_size, NULL);
  definition.format = TOKEN_RANKER_FORMAT_DETECT;
  return token_ranker_load(&definition, ranker, error);
}

#define PRE "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true},"
#define ADDED(more) "\"added_tokens\":[{\"id\":257,\"content\":\"<s>\",\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"normalized\":false," more "}],"
#define MERGES "\"merges\":[\"a b\"],"
#define TOKENS "\"ab\":256,"

static void test_statuses(void) {
  static const struct {
    const char *top, *model, *tokens;
    token_ranker_status status;
    const char *message;
  } rows[] = {
      {PRE ADDED("\"special\":true"), MERGES, TOKENS, TOKEN_RANKER_OK, ""},
      {PRE, "\"type\":\"WordPiece\"," MERGES, TOKENS, TOKEN_RANKER_UNSUPPORTED_FEATURE, "model.type is \"WordPiece\""},
      {PRE, "\"byte_fallback\":true," MERGES, TOKENS, TOKEN_RANKER_UNSUPPORTED_FEATURE, "model.byte_fallback is true"},
      {"", MERGES, TOKENS, TOKEN_RANKER_UNSUPPORTED_FEATURE, "pre_tokenizer is missing"},
      {PRE "\"truncation\":{},", MERGES, TOKENS, TOKEN_RANKER_UNSUPPORTED_FEATURE, "truncation is {}"},
      {PRE "\"normalizer\":{\"type\":\"NFKC\"},", MERGES, TOKENS, TOKEN_RANKER_UNSUPPORTED_FEATURE, "normalizer.type is \"NFKC\""},
      {PRE, "", TOKENS, TOKEN_RANKER_BAD_VALUE, "model.merges is missing"},
      {PRE, MERGES, "\"ab\":-1,", TOKEN_RANKER_BAD_VALUE, "model.vocab[\"ab\"]"},
      {PRE ADDED("\"special\":0"), MERGES, TOKENS, TOKEN_RANKER_BAD_VALUE, "added_tokens[0].special is 0"},
      {PRE, MERGES, "", TOKEN_RANKER_BAD_MERGE, "model.merges[0]"},
      {PRE, "\"merges\":[\"ab\"],", TOKENS, TOKEN_RANKER_BAD_MERGE, "model.merges[0]"},
      {PRE ADDED("\"special\":true"), MERGES, "\"ab\":257,", TOKEN_RANKER_ADDED_TOKEN_CONFLICT, "added_tokens[0]"},
      {PRE, MERGES, "\"ab\":97,", TOKEN_RANKER_DUPLICATE_RANK, "97"},
      {PRE, MERGES, "\"ab\":256,\"\":257,", TOKEN_RANKER_EMPTY_TOKEN, "model.vocab[\"\"]"},
      {"\"pre_tokenizer\":5,", MERGES, TOKENS, TOKEN_RANKER_BAD_VALUE, "pre_tokenizer is 5"},
      {PRE "5", MERGES, TOKENS, TOKEN_RANKER_BAD_JSON, "is not JSON"},
  };
  size_t i;
  for (i = 0; i < SIZE_OF(rows); i++) {
    char *file = tokenizer_file(rows[i].top, rows[i].model, rows[i].tokens);
    token_ranker_error error;
    token_ranker_t *ranker = (token_ranker_t *)file;
    CHECK_STATUS(load(file, strlen(file), &ranker, &error), rows[i].status, error);
    CHECK((ranker != NULL) == (rows[i].status == TOKEN_RANKER_OK));
    CHECK(strstr(error.message, rows[i].message) != NULL);
    token_ranker_free(ranker);
    free(file);
  }
}

static void test_formats(void) {
  static const char other[] = "{\"config\": {}}", tekken[] = "{\"config\": {\"version\": \"v4\"}, \"vocab\": []}", deep[] = "{\"model\": [[[[";
  token_ranker_error error;
  token_ranker_t *ranker;
  CHECK_STATUS(load(other, sizeof other - 1, &ranker, &error), TOKEN_RANKER_UNKNOWN_FORMAT, error);
  CHECK_STATUS(load(tekken, sizeof tekken - 1, &ranker, &error), TOKEN_RANKER_UNSUPPORTED_FEATURE, error);
  CHECK(strstr(error.message, "config.version is \"v4\"") != NULL);
  CHECK_STATUS(load(deep, sizeof deep - 1, &ranker, &error), TOKEN_RANKER_BAD_JSON, error);
  CHECK_STATUS(load(deep, sizeof deep, &ranker, &error), TOKEN_RANKER_BAD_JSON, error); /* with the NUL */
  CHECK(error.offset == sizeof deep - 1);
  CHECK_STATUS(load("YQ== 0", 6, &ranker, &error), TOKEN_RANKER_MISSING_BYTE, error);
}

/* The caller's own pattern and special tokens are for files that have none. */
static void test_fields_that_must_be_null(void) {
  const token_ranker_special_token special = {"<t>", 3, 256, 0};
  char *file = tokenizer_file(PRE, MERGES, TOKENS);
  token_ranker_definition definition = make_definition(file, strlen(file), "a");
  token_ranker_error error;
  token_ranker_t *ranker;
  definition.format = TOKEN_RANKER_FORMAT_TOKENIZER_JSON;
  CHECK_STATUS(token_ranker_load(&definition, &ranker, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  definition.pattern = NULL;
  definition.pattern_size = 0;
  definition.special_tokens = &special;
  definition.special_tokens_size = 1;
  CHECK_STATUS(token_ranker_load(&definition, &ranker, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(ranker == NULL);
  free(file);
}

static void test_what_is_told(void) {
  char *file = tokenizer_file(PRE ADDED("\"special\":false") "\"normalizer\":{\"type\":\"NFC\"},"
                              "\"post_processor\":{\"type\":\"BertProcessing\",\"sep\":[\"x\",2],\"cls\":[\"y\",1]},",
                              MERGES, TOKENS);
  token_ranker_information information;
  token_ranker_error error;
  token_ranker_t *ranker;
  uint32_t tokens[16];
  size_t size;
  CHECK_STATUS(load(file, strlen(file), &ranker, &error), TOKEN_RANKER_OK, error);
  free(file);
  information.struct_size = sizeof information;
  CHECK_STATUS(token_ranker_info(ranker, &information, &error), TOKEN_RANKER_OK, error);
  CHECK(strcmp(information.source, "tokenizer.json") == 0 && strcmp(information.reference, "tokenizers 0.23.3") == 0);
  CHECK(strcmp(information.pattern_name, "r50k") == 0 && strcmp(information.normalizer, "NFC, Unicode 9.0.0") == 0);
  CHECK(strstr(information.notes, "decoder is missing") != NULL);
  CHECK(information.vocabulary_size == 257 && information.max_token == 257 && information.max_tokens_per_byte == 3);
  CHECK(information.special_tokens_size == 0 && information.added_tokens_size == 1 && strcmp(information.added_tokens[0].text, "<s>") == 0);
  CHECK(information.tokens_before_size == 1 && information.tokens_before[0] == 1 && information.tokens_after_size == 1 && information.tokens_after[0] == 2);
  CHECK_STATUS(token_ranker_encode(ranker, "ab<s>e\xCC\x81", 8, NULL, 0, tokens, 16, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 4 && tokens[0] == 256 && tokens[1] == 257 && tokens[2] == 0xC3 && tokens[3] == 0xA9);
  token_ranker_free(ranker);
}

void test_files(void) {
  test_statuses();
  test_formats();
  test_fields_that_must_be_null();
  test_what_is_told();
}
