/* A child of fork uses a handle, with threads of its own, whatever the threads of its parent were doing: encoding, in the middle of a
   batch, opening and freeing other handles. */
#if defined(_WIN32)
#include "check.h"

void test_fork(void) {} /* there is no fork */

#else
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { texts_size = 4, text_size = 300000, forks = 60 };

static char text[texts_size * text_size];
static const int64_t offsets[texts_size + 1] = {0, text_size, 2 * text_size, 3 * text_size, 4 * text_size};

static const token_ranker_t *ranker;
static token_ranker_result *expected;
/* An int that is written before the threads are joined, and read by them meanwhile. */
static volatile int is_over;

static void fill_text(void) {
  static const char *const words[] = {"the ", "of\n", "tokens ", "\xE6\xBC\xA2\xE5\xAD\x97 ", "12345", "it's ", "  ", "unbelievable ",
                                      "{x}; "};
  size_t at = 0, i;
  for (i = 0; at + 16 < sizeof text; i++) {
    const char *const word = words[(i * i + i / 7) % SIZE_OF(words)];
    memcpy(text + at, word, strlen(word));
    at += strlen(word);
  }
  memset(text + at, 'x', sizeof text - at);
}

static int batch_is_right(uint32_t threads) {
  token_ranker_result *result;
  int is_same;
  if (token_ranker_encode_batch(ranker, text, offsets, texts_size, NULL, 0, threads, &result, NULL)) return 0;
  is_same = result->tokens_size == expected->tokens_size && !memcmp(result->offsets, expected->offsets, sizeof offsets) &&
            !memcmp(result->tokens, expected->tokens, result->tokens_size * sizeof *result->tokens);
  token_ranker_result_free(result);
  return is_same;
}

static int text_is_right(void) {
  static const size_t part = 20000;
  static uint32_t tokens[20000];
  char bytes[20000];
  size_t size, bytes_size;
  if (token_ranker_encode(ranker, text, part, NULL, 0, tokens, part, &size, NULL)) return 0;
  if (memcmp(tokens, expected->tokens, (size - 8) * sizeof *tokens)) return 0; /* the last ones depend on what follows */
  return !token_ranker_decode(ranker, tokens, size, bytes, part, &bytes_size, NULL) && bytes_size == part && !memcmp(bytes, text, part);
}

static int stream_is_right(void) {
  token_ranker_encoder *encoder;
  const uint32_t *tokens;
  size_t size, at, done = 0;
  int is_same = 1;
  if (token_ranker_stream_encoder(ranker, NULL, 0, &encoder, NULL)) return 0;
  for (at = 0; at <= text_size && is_same; at += 50000) {
    if (at < text_size ? token_ranker_stream_encoder_push(encoder, text + at, 50000, &tokens, &size, NULL)
                       : token_ranker_stream_encoder_finish(encoder, &tokens, &size, NULL))
      return 0;
    is_same = memcmp(tokens, expected->tokens + done, size * sizeof *tokens) == 0;
    done += size;
  }
  token_ranker_stream_encoder_free(encoder);
  return is_same && (int64_t)done == expected->offsets[1];
}

static int other_is_right(void) {
  token_ranker_t *other = open_builtin("gpt2", NULL);
  uint32_t tokens[4];
  size_t size;
  const int is_same = other && !token_ranker_encode(other, "hello world", 11, NULL, 0, tokens, 4, &size, NULL) && size == 2 &&
                      tokens[0] == 31373 && tokens[1] == 995;
  token_ranker_free(other);
  return is_same;
}

static void *run_batches(void *failures) {
  while (!is_over) *(int *)failures += !batch_is_right(4);
  return NULL;
}

static void *run_texts(void *failures) {
  while (!is_over) *(int *)failures += !batch_is_right(1);
  return NULL;
}

static void *run_handles(void *failures) {
  while (!is_over) *(int *)failures += !other_is_right();
  return NULL;
}

/* Ends the child: 0, or which part was wrong. A child that does not end in time is ended by its alarm, which its status then tells. */
static void use_in_child(int number) {
  alarm(120);
  if (!text_is_right()) _exit(1);
  if (!batch_is_right(3)) _exit(2);
  if (!stream_is_right()) _exit(3);
  if (!other_is_right()) _exit(4);
  if (number % 2) {
    token_ranker_result_free(expected);
    token_ranker_free((token_ranker_t *)ranker);
    if (!other_is_right()) _exit(5);
  }
  _exit(0);
}

static void test_fork_with(const char *engine) {
  static void *(*const runs[])(void *) = {run_batches, run_batches, run_texts, run_handles};
  pthread_t threads[SIZE_OF(runs)];
  int failures[SIZE_OF(runs)] = {0};
  size_t i;
  int number;
  ranker = open_builtin("cl100k_base", engine);
  CHECK(ranker && token_ranker_encode_batch(ranker, text, offsets, texts_size, NULL, 0, 1, &expected, NULL) == TOKEN_RANKER_OK);
  is_over = 0;
  for (i = 0; i < SIZE_OF(runs); i++) CHECK(pthread_create(&threads[i], NULL, runs[i], &failures[i]) == 0);
  for (number = 0; number < forks; number++) {
    int status = 0;
    pid_t child;
    fflush(stdout);
    child = fork();
    if (child == 0) use_in_child(number);
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    if (WIFEXITED(status) && WEXITSTATUS(status)) printf("a child of fork stopped at %d\n", WEXITSTATUS(status));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  is_over = 1;
  for (i = 0; i < SIZE_OF(runs); i++) {
    CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(failures[i] == 0);
  }
  token_ranker_result_free(expected);
  token_ranker_free((token_ranker_t *)ranker);
}

void test_fork(void) {
  /* The sanitizers' own memory functions are not safe in a child of a program with threads, and Valgrind misses the memory of those. */
  if (is_slow) return;
  fill_text();
  test_fork_with(NULL);
  test_fork_with("pcre2");
}
#endif
