/* Streams, cuts and offsets: every function, every status. */
#include "check.h"

static const char text[] = "Hello world, it's 12345 \xE6\xBC\xA2\xE5\xAD\x97\n\n  <|endoftext|>\xFF done";
enum { text_size = sizeof text - 1 };

static void test_encoder(token_ranker_t *ranker) {
  uint32_t expected[text_size], got[text_size];
  size_t expected_size, step;
  token_ranker_error error;
  CHECK(token_ranker_encode(ranker, text, text_size, NULL, TOKEN_RANKER_ALL_SPECIAL, expected, text_size, &expected_size, NULL) == TOKEN_RANKER_OK);
  for (step = 1; step <= text_size; step++) {
    token_ranker_encoder *encoder = NULL;
    const uint32_t *tokens;
    size_t size, got_size, at, round;
    CHECK_STATUS(token_ranker_stream_encoder(ranker, NULL, TOKEN_RANKER_ALL_SPECIAL, &encoder, &error), TOKEN_RANKER_OK, error);
    for (round = 0; round < 2; round++) {
      got_size = 0;
      for (at = 0; at < text_size; at += step) {
        const size_t part = text_size - at < step ? text_size - at : step;
        CHECK_STATUS(token_ranker_stream_encoder_push(encoder, text + at, part, &tokens, &size, &error), TOKEN_RANKER_OK, error);
        if (size) memcpy(got + got_size, tokens, size * sizeof *tokens);
        got_size += size;
      }
      CHECK_STATUS(token_ranker_stream_encoder_finish(encoder, &tokens, &size, &error), TOKEN_RANKER_OK, error);
      if (size) memcpy(got + got_size, tokens, size * sizeof *tokens);
      got_size += size;
      CHECK(got_size == expected_size && memcmp(got, expected, expected_size * sizeof *expected) == 0);
    }
    token_ranker_stream_encoder_free(encoder);
  }
}

static void test_encoder_arguments(token_ranker_t *ranker) {
  static const uint32_t out_of_range[] = {0, 77};
  token_ranker_encoder *encoder = (token_ranker_encoder *)&ranker;
  const uint32_t *tokens;
  size_t size;
  token_ranker_error error;
  CHECK_STATUS(token_ranker_stream_encoder(NULL, NULL, 0, &encoder, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(encoder == NULL);
  CHECK_STATUS(token_ranker_stream_encoder(ranker, NULL, 0, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_encoder(ranker, NULL, 2, &encoder, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_encoder(ranker, out_of_range, 2, &encoder, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(error.offset == 1);
  CHECK_STATUS(token_ranker_stream_encoder(ranker, NULL, 0, &encoder, &error), TOKEN_RANKER_OK, error);
  CHECK_STATUS(token_ranker_stream_encoder_push(NULL, "a", 1, &tokens, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(tokens == NULL && size == 0);
  CHECK_STATUS(token_ranker_stream_encoder_push(encoder, NULL, 1, &tokens, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_encoder_push(encoder, "a", 1, NULL, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_encoder_push(encoder, "a", 1, &tokens, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_encoder_push(encoder, NULL, 0, &tokens, &size, &error), TOKEN_RANKER_OK, error);
  CHECK_STATUS(token_ranker_stream_encoder_finish(NULL, &tokens, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_encoder_finish(encoder, &tokens, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 0);
  token_ranker_stream_encoder_free(encoder);
  token_ranker_stream_encoder_free(NULL);
}

static void test_decoder(token_ranker_t *ranker) {
  static const char character[] = "\xF0\x9F\x90\x9A"; /* of several tokens: nothing comes before the last one */
  token_ranker_decoder *decoder = NULL;
  token_ranker_error error;
  const char *part;
  uint32_t tokens[4];
  size_t tokens_size, size, i;
  CHECK_STATUS(token_ranker_stream_decoder(ranker, &decoder, &error), TOKEN_RANKER_OK, error);
  CHECK(token_ranker_encode(ranker, character, 4, NULL, 0, tokens, 4, &tokens_size, NULL) == TOKEN_RANKER_OK);
  CHECK(tokens_size > 1);
  for (i = 0; i < tokens_size; i++) {
    CHECK_STATUS(token_ranker_stream_decoder_push(decoder, tokens + i, 1, &part, &size, &error), TOKEN_RANKER_OK, error);
    CHECK(size == (i + 1 < tokens_size ? 0u : 4u));
  }
  CHECK(memcmp(part, character, 4) == 0);
  /* What is left incomplete is one U+FFFD at the end. */
  CHECK_STATUS(token_ranker_stream_decoder_push(decoder, tokens, 1, &part, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 0);
  CHECK_STATUS(token_ranker_stream_decoder_finish(decoder, &part, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 3 && memcmp(part, "\xEF\xBF\xBD", 3) == 0);
  CHECK_STATUS(token_ranker_stream_decoder_finish(decoder, &part, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 0);
  token_ranker_stream_decoder_free(decoder);
}

static void test_decoder_arguments(token_ranker_t *ranker) {
  static const uint32_t unknown[] = {15339, 4000000000u};
  token_ranker_decoder *decoder = (token_ranker_decoder *)&ranker;
  token_ranker_error error;
  const char *part;
  size_t size;
  CHECK_STATUS(token_ranker_stream_decoder(NULL, &decoder, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(decoder == NULL);
  CHECK_STATUS(token_ranker_stream_decoder(ranker, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_decoder(ranker, &decoder, &error), TOKEN_RANKER_OK, error);
  CHECK_STATUS(token_ranker_stream_decoder_push(NULL, unknown, 1, &part, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_decoder_push(decoder, NULL, 1, &part, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_decoder_push(decoder, unknown, 1, NULL, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_decoder_push(decoder, unknown, 1, &part, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_stream_decoder_push(decoder, unknown, 2, &part, &size, &error), TOKEN_RANKER_UNKNOWN_TOKEN, error);
  CHECK(error.offset == 1 && part == NULL && size == 0);
  CHECK_STATUS(token_ranker_stream_decoder_push(decoder, unknown, 1, &part, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 5 && memcmp(part, "hello", 5) == 0);
  CHECK_STATUS(token_ranker_stream_decoder_finish(NULL, &part, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  token_ranker_stream_decoder_free(decoder);
  token_ranker_stream_decoder_free(NULL);
}

static void test_truncate(token_ranker_t *ranker) {
  static const uint32_t out_of_range[] = {77};
  token_ranker_error error;
  size_t size, limit, count, last = 0;
  CHECK_STATUS(token_ranker_truncate(ranker, "hello world", 11, NULL, 0, 1, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 5);
  for (limit = 0; limit < text_size; limit++) {
    CHECK_STATUS(token_ranker_truncate(ranker, text, text_size, NULL, TOKEN_RANKER_ALL_SPECIAL, limit, &size, &error), TOKEN_RANKER_OK, error);
    CHECK(token_ranker_count(ranker, text, size, NULL, TOKEN_RANKER_ALL_SPECIAL, SIZE_MAX, &count, NULL) == TOKEN_RANKER_OK);
    CHECK(count <= limit && size >= last);
    last = size;
  }
  CHECK(last == text_size);
  CHECK_STATUS(token_ranker_truncate(NULL, text, text_size, NULL, 0, 1, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK(size == 0);
  CHECK_STATUS(token_ranker_truncate(ranker, NULL, text_size, NULL, 0, 1, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_truncate(ranker, text, text_size, NULL, 1, 1, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_truncate(ranker, text, text_size, out_of_range, 1, 1, &size, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
  CHECK_STATUS(token_ranker_truncate(ranker, text, text_size, NULL, 0, 1, NULL, &error), TOKEN_RANKER_INVALID_ARGUMENT, error);
}

static void test_chunks(token_ranker_t *ranker) {
  token_ranker_span chunk = {0, 0};
  token_ranker_error error;
  uint64_t end = 0;
  size_t count, chunks = 0;
  while (token_ranker_next_chunk(ranker, text, text_size, 6, 2, &chunk, &error) == TOKEN_RANKER_OK && chunk.end > chunk.begin) {
    CHECK(chunk.begin <= end && chunk.end > end);
    CHECK(token_ranker_count(ranker, text + chunk.begin, (size_t)(chunk.end - chunk.begin), NULL, 0, SIZE_MAX, &count, NULL) == TOKEN_RANKER_OK);
    CHECK(count <= 6);
    end = chunk.end;
    chunks++;
  }
  CHECK(error.status == TOKEN_RANKER_OK && end == text_size && chunks > 3);
  chunk.begin = chunk.end = 0;
  CHECK_STATUS(token_ranker_next_chunk(ranker, NULL, 0, 6, 2, &chunk, &error), TOKEN_RANKER_OK, error);
  CHECK(chunk.end == 0);
#define REFUSED(call) CHECK_STATUS(call, TOKEN_RANKER_INVALID_ARGUMENT, error)
  REFUSED(token_ranker_next_chunk(NULL, text, text_size, 6, 2, &chunk, &error));
  REFUSED(token_ranker_next_chunk(ranker, NULL, text_size, 6, 2, &chunk, &error));
  REFUSED(token_ranker_next_chunk(ranker, text, text_size, 3, 0, &chunk, &error));
  REFUSED(token_ranker_next_chunk(ranker, text, text_size, 6, 3, &chunk, &error));
  REFUSED(token_ranker_next_chunk(ranker, text, text_size, 6, SIZE_MAX, &chunk, &error));
  REFUSED(token_ranker_next_chunk(ranker, text, text_size, 6, 2, NULL, &error));
  chunk.begin = 3;
  chunk.end = 2;
  REFUSED(token_ranker_next_chunk(ranker, text, text_size, 6, 2, &chunk, &error));
  chunk.end = text_size + 1;
  REFUSED(token_ranker_next_chunk(ranker, text, text_size, 6, 2, &chunk, &error));
  CHECK(chunk.begin == 3 && chunk.end == text_size + 1);
#undef REFUSED
}

static void test_offsets(token_ranker_t *ranker) {
  uint32_t tokens[text_size], expected[text_size];
  token_ranker_span spans[text_size];
  token_ranker_error error;
  size_t size, expected_size, i;
  CHECK(token_ranker_encode(ranker, text, text_size, NULL, TOKEN_RANKER_ALL_SPECIAL, expected, text_size, &expected_size, NULL) == TOKEN_RANKER_OK);
  CHECK_STATUS(token_ranker_encode_with_offsets(ranker, text, text_size, NULL, TOKEN_RANKER_ALL_SPECIAL, tokens, spans, text_size, &size, &error),
               TOKEN_RANKER_OK, error);
  CHECK(size == expected_size && memcmp(tokens, expected, size * sizeof *tokens) == 0);
  for (i = 0; i < size; i++) CHECK(spans[i].begin == (i ? spans[i - 1].end : 0));
  CHECK(spans[size - 1].end == text_size);
  CHECK_STATUS(token_ranker_encode_with_offsets(ranker, "hello world", 11, NULL, 0, tokens, spans, 1, &size, &error), TOKEN_RANKER_BUFFER_TOO_SMALL,
               error);
  CHECK(size == 2 && tokens[0] == 15339 && spans[0].begin == 0 && spans[0].end == 5);
  CHECK_STATUS(token_ranker_encode_with_offsets(ranker, NULL, 0, NULL, 0, NULL, NULL, 0, &size, &error), TOKEN_RANKER_OK, error);
  CHECK(size == 0);
#define REFUSED(call) CHECK_STATUS(call, TOKEN_RANKER_INVALID_ARGUMENT, error)
  REFUSED(token_ranker_encode_with_offsets(NULL, text, text_size, NULL, 0, tokens, spans, text_size, &size, &error));
  REFUSED(token_ranker_encode_with_offsets(ranker, NULL, text_size, NULL, 0, tokens, spans, text_size, &size, &error));
  REFUSED(token_ranker_encode_with_offsets(ranker, text, text_size, NULL, 1, tokens, spans, text_size, &size, &error));
  REFUSED(token_ranker_encode_with_offsets(ranker, text, text_size, NULL, 0, NULL, spans, text_size, &size, &error));
  REFUSED(token_ranker_encode_with_offsets(ranker, text, text_size, NULL, 0, tokens, NULL, text_size, &size, &error));
  REFUSED(token_ranker_encode_with_offsets(ranker, text, text_size, NULL, 0, tokens, spans, text_size, NULL, &error));
#undef REFUSED
}

static void test_failing_pattern(void) {
  static const char bad[] = "ok aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!c";
  size_t file_size, size;
  char *file = single_bytes_file(&file_size);
  const token_ranker_definition definition = make_definition(file, file_size, "(?:a|a)*c|o|k| ");
  token_ranker_t *ranker = NULL;
  token_ranker_encoder *encoder = NULL;
  token_ranker_span chunk = {0, 0};
  const uint32_t *made;
  uint32_t tokens[sizeof bad];
  token_ranker_span spans[sizeof bad];
  token_ranker_error error;
  CHECK_STATUS(token_ranker_load(&definition, &ranker, &error), TOKEN_RANKER_OK, error);
  CHECK_STATUS(token_ranker_truncate(ranker, bad, sizeof bad - 1, NULL, 0, 1, &size, &error), TOKEN_RANKER_MATCH_FAILED, error);
  CHECK_STATUS(token_ranker_next_chunk(ranker, bad, sizeof bad - 1, 4, 1, &chunk, &error), TOKEN_RANKER_MATCH_FAILED, error);
  CHECK_STATUS(token_ranker_encode_with_offsets(ranker, bad, sizeof bad - 1, NULL, 0, tokens, spans, sizeof bad, &size, &error),
               TOKEN_RANKER_MATCH_FAILED, error);
  CHECK_STATUS(token_ranker_stream_encoder(ranker, NULL, 0, &encoder, &error), TOKEN_RANKER_OK, error);
  CHECK_STATUS(token_ranker_stream_encoder_push(encoder, bad, sizeof bad - 1, &made, &size, &error), TOKEN_RANKER_MATCH_FAILED, error);
  CHECK(made == NULL && size == 0 && error.offset == 3);
  CHECK_STATUS(token_ranker_stream_encoder_push(encoder, "ok ", 3, &made, &size, &error), TOKEN_RANKER_OK, error);
  /* The encoder keeps the handle alive. */
  token_ranker_free(ranker);
  CHECK_STATUS(token_ranker_stream_encoder_finish(encoder, &made, &size, &error), TOKEN_RANKER_OK, error);
  token_ranker_stream_encoder_free(encoder);
  free(file);
}

void test_streams(void) {
  token_ranker_t *ranker = open_builtin("cl100k_base", NULL);
  CHECK(ranker != NULL);
  test_encoder(ranker);
  test_encoder_arguments(ranker);
  test_decoder(ranker);
  test_decoder_arguments(ranker);
  test_truncate(ranker);
  test_chunks(ranker);
  test_offsets(ranker);
  token_ranker_free(ranker);
  test_failing_pattern();
}
