/* Threads share a handle, and a child of fork uses it whatever the other threads were doing. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#if !defined(_WIN32)
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "check.h"

enum { threads_size = 4, forks = 100, text_capacity = 6000 };

struct work {
  const token_ranker_t *ranker;
  char text[text_capacity];
  size_t text_size;
  uint32_t expected[text_capacity];
  size_t expected_size;
  volatile int is_over;
  int failures;
  pthread_t thread;
};

/* The text once more, by encode and back by decode. */
static int is_right(const struct work *work) {
  uint32_t tokens[text_capacity];
  char bytes[text_capacity];
  size_t size, count;
  if (token_ranker_encode(work->ranker, work->text, work->text_size, NULL, 0, tokens, text_capacity, &size, NULL)) return 0;
  if (size != work->expected_size || memcmp(tokens, work->expected, size * sizeof *tokens)) return 0;
  if (token_ranker_count(work->ranker, work->text, work->text_size, NULL, 0, SIZE_MAX, &count, NULL) || count != size) return 0;
  if (token_ranker_decode(work->ranker, tokens, size, bytes, sizeof bytes, &count, NULL)) return 0;
  return count == work->text_size && memcmp(bytes, work->text, count) == 0;
}

static void *encode_rounds(void *argument) {
  struct work *work = argument;
  const int rounds = is_slow() ? 200 : 2000;
  int round;
  for (round = 0; round < rounds && !work->is_over; round++) work->failures += !is_right(work);
  return NULL;
}

static void start(struct work *works, const token_ranker_t *ranker, void *(*run)(void *)) {
  int i;
  size_t at;
  for (i = 0; i < threads_size; i++) {
    struct work *work = &works[i];
    memset(work, 0, sizeof *work);
    work->ranker = ranker;
    work->text_size = (size_t)(text_capacity / threads_size * (i + 1));
    /* Each thread has its own text; the last has a long word, which grows the memory of its context. */
    for (at = 0; at < work->text_size; at++) work->text[at] = (char)(at % 7 == 6 && i < 3 ? ' ' : 'a' + at * (size_t)(i + 3) % 26);
    CHECK(token_ranker_encode(ranker, work->text, work->text_size, NULL, 0, work->expected, text_capacity, &work->expected_size, NULL) ==
          TOKEN_RANKER_OK);
  }
  for (i = 0; i < threads_size; i++) CHECK(pthread_create(&works[i].thread, NULL, run, &works[i]) == 0);
}

static void join(struct work *works) {
  int i;
  for (i = 0; i < threads_size; i++) {
    CHECK(pthread_join(works[i].thread, NULL) == 0);
    CHECK(works[i].failures == 0);
  }
}

static void test_shared_handle(const token_ranker_t *ranker) {
  static struct work works[threads_size];
  start(works, ranker, encode_rounds);
  join(works);
}

#if !defined(_WIN32)
static void *encode_until_over(void *argument) {
  struct work *work = argument;
  while (!work->is_over) work->failures += !is_right(work);
  return NULL;
}

/* A child that does not end in time is ended by its alarm, which its status then tells. */
static void test_fork(token_ranker_t *ranker) {
  static struct work works[threads_size];
  int i;
  start(works, ranker, encode_until_over);
  for (i = 0; i < forks; i++) {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
      int is_good;
      alarm(60);
      is_good = is_right(&works[i % threads_size]) && is_right(&works[3]);
      if (i % 2) token_ranker_free(ranker);
      _exit(is_good ? 0 : 1);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  for (i = 0; i < threads_size; i++) works[i].is_over = 1;
  join(works);
}
#endif

void test_threads(void) {
  static const char *const engines[] = {NULL, "pcre2"};
  size_t i;
  for (i = 0; i < SIZE_OF(engines); i++) {
    token_ranker_t *ranker = open_builtin("cl100k_base", engines[i]);
    CHECK(ranker != NULL);
    test_shared_handle(ranker);
#if !defined(_WIN32)
    /* The sanitizer's own memory functions are not safe in a child of a program with threads. */
    if (!SANITIZED) test_fork(ranker);
#endif
    token_ranker_free(ranker);
  }
}
