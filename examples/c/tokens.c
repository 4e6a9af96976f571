/* C99: encode, count, decode, an error, and no leak. Exits with 1 if a token is not the expected one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token_ranker.h"

static const char text[] = "Größe, 大きさ, size";
static const uint32_t expected[] = {3193, 52715, 11, 11520, 11852, 7500, 11, 2349};
static const size_t expected_size = sizeof expected / sizeof *expected;

/* Encodes into memory that the caller frees: one call with a guess, a second one if it was too small. NULL on error. */
static uint32_t *encode(const token_ranker_t *ranker, const char *bytes, size_t bytes_size, size_t *size, token_ranker_error *error) {
  size_t capacity = bytes_size / 4 + 1;
  uint32_t *tokens = NULL;
  token_ranker_status status;
  do {
    uint32_t *larger = realloc(tokens, capacity * sizeof *tokens);
    if (larger == NULL) {
      strcpy(error->message, "out of memory");
      free(tokens);
      return NULL;
    }
    tokens = larger;
    status = token_ranker_encode(ranker, bytes, bytes_size, NULL, TOKEN_RANKER_ALL_SPECIAL, tokens, capacity, size, error);
    capacity = *size;
  } while (status == TOKEN_RANKER_BUFFER_TOO_SMALL);
  if (status == TOKEN_RANKER_OK) return tokens;
  free(tokens);
  return NULL;
}

static int check(const token_ranker_t *ranker) {
  static const uint32_t no_token[] = {2349, 4000000000u};
  token_ranker_error error;
  size_t size, count, i;
  char bytes[64];
  int is_right;
  uint32_t *tokens = encode(ranker, text, strlen(text), &size, &error);
  if (tokens == NULL) {
    fprintf(stderr, "%s\n", error.message);
    return 0;
  }
  for (i = 0; i < size; i++) printf("%u ", (unsigned)tokens[i]);
  is_right = size == expected_size && memcmp(tokens, expected, sizeof expected) == 0;

  is_right &= token_ranker_count(ranker, text, strlen(text), NULL, 0, SIZE_MAX, &count, &error) == TOKEN_RANKER_OK && count == size;
  is_right &= token_ranker_decode(ranker, tokens, size, bytes, sizeof bytes, &count, &error) == TOKEN_RANKER_OK &&
              count == strlen(text) && memcmp(bytes, text, count) == 0;
  free(tokens);

  is_right &= token_ranker_decode(ranker, no_token, 2, bytes, sizeof bytes, &count, &error) == TOKEN_RANKER_UNKNOWN_TOKEN &&
              error.offset == 1;
  printf("\n%s: %s\n", token_ranker_status_name(error.status), error.message);
  return is_right;
}

int main(void) {
  token_ranker_t *ranker;
  token_ranker_error error;
  int is_right;
  if (token_ranker("no_such_encoding", 16, &ranker, &error) != TOKEN_RANKER_UNKNOWN_ENCODING) return 1;
  if (token_ranker("o200k_base", 10, &ranker, &error) != TOKEN_RANKER_OK) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  is_right = check(ranker);
  token_ranker_free(ranker);
  return is_right ? 0 : 1;
}
