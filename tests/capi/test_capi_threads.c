/* Threads share handles: many on one, each on two in turn, and beside others that are opened and freed meanwhile. */
#define _DEFAULT_SOURCE
#include <pthread.h>

#include "check.h"

enum { threads_size = 16, text_capacity = 6000 };

/* What one thread encodes, and its tokens with each of two handles. */
struct work {
  const token_ranker_t *rankers[2];
  char text[text_capacity];
  size_t text_size;
  uint32_t expected[2][text_capacity];
  size_t expected_size[2];
  int rounds, failures;
  pthread_t thread;
};

static struct work works[threads_size];

/* The text once more, by encode and back by decode. */
static int is_right(const struct work *work, int i) {
  const token_ranker_t *ranker = work->rankers[i];
  uint32_t tokens[text_capacity];
  char bytes[text_capacity];
  size_t size, count;
  if (token_ranker_encode(ranker, work->text, work->text_size, NULL, 0, tokens, text_capacity, &size, NULL)) return 0;
  if (size != work->expected_size[i] || memcmp(tokens, work->expected[i], size * sizeof *tokens)) return 0;
  if (token_ranker_count(ranker, work->text, work->text_size, NULL, 0, SIZE_MAX, &count, NULL) || count != size) return 0;
  if (token_ranker_decode(ranker, tokens, size, bytes, sizeof bytes, &count, NULL)) return 0;
  return count == work->text_size && memcmp(bytes, work->text, count) == 0;
}

static void *encode_rounds(void *argument) {
  struct work *work = argument;
  int round;
  for (round = 0; round < work->rounds; round++) work->failures += !is_right(work, 0) + !is_right(work, 1);
  return NULL;
}

static void prepare(struct work *work, int number, const token_ranker_t *first, const token_ranker_t *second, int rounds) {
  size_t at;
  int i;
  memset(work, 0, sizeof *work);
  work->rankers[0] = first;
  work->rankers[1] = second;
  work->rounds = rounds;
  work->text_size = (size_t)(text_capacity / threads_size * (number + 1));
  /* Each thread has its own text; the last one's is a long word, which grows the memory of its context. */
  for (at = 0; at < work->text_size; at++)
    work->text[at] = (char)(at % 7 == 6 && number < threads_size - 1 ? ' ' : 'a' + at * (size_t)(number + 3) % 26);
  for (i = 0; i < 2; i++) {
    CHECK(token_ranker_encode(work->rankers[i], work->text, work->text_size, NULL, 0, work->expected[i], text_capacity,
                              &work->expected_size[i], NULL) == TOKEN_RANKER_OK);
  }
}

static void start(const token_ranker_t *first, const token_ranker_t *second, int rounds) {
  int i;
  for (i = 0; i < threads_size; i++) prepare(&works[i], i, first, second, rounds);
  for (i = 0; i < threads_size; i++) CHECK(pthread_create(&works[i].thread, NULL, encode_rounds, &works[i]) == 0);
}

static void join(void) {
  int i;
  for (i = 0; i < threads_size; i++) {
    CHECK(pthread_join(works[i].thread, NULL) == 0);
    CHECK(works[i].failures == 0);
  }
}

/* Handles that come and go, some used and some not, while the threads run. */
static void open_and_free(const char *engine, int rounds) {
  static const char *const names[] = {"cl100k_base", "o200k_base", "gpt2"};
  uint32_t tokens[8];
  size_t size;
  int i;
  for (i = 0; i < rounds; i++) {
    token_ranker_t *ranker = open_builtin(names[i % 3], engine);
    CHECK(ranker != NULL);
    if (i % 4) CHECK(token_ranker_encode(ranker, "hello world", 11, NULL, 0, tokens, 8, &size, NULL) == TOKEN_RANKER_OK && size == 2);
    token_ranker_free(ranker);
  }
}

void test_threads(void) {
  static const char *const engines[] = {NULL, "pcre2"};
  size_t i;
  for (i = 0; i < SIZE_OF(engines); i++) {
    const int rounds = is_slow ? 10 : 400;
    token_ranker_t *first = open_builtin("cl100k_base", engines[i]), *second = open_builtin("o200k_base", engines[i]);
    CHECK(first && second);
    start(first, first, rounds);
    join();
    start(first, second, rounds);
    open_and_free(engines[i], is_slow ? 4 : 50);
    join();
    token_ranker_free(second);
    start(first, first, is_slow ? 1 : 10);
    join();
    token_ranker_free(first);
  }
}
