/* Counting checks, and the few things that all files of the C test need. Only token_ranker.h and the C library are used here: the
   test sees what any C program sees. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "token_ranker.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

extern int passed, failed;
/* Whether sanitizers, or a program that emulates the processor, make this one many times slower: long loops go over a part. */
extern int is_slow;

#define CHECK(condition)                                                    \
  do {                                                                      \
    if (condition) {                                                        \
      passed++;                                                             \
    } else {                                                                \
      failed++;                                                             \
      printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition);        \
    }                                                                       \
  } while (0)

/* The status, and that the error tells the same story. */
#define CHECK_STATUS(call, expected, error)                                                                                      \
  do {                                                                                                                           \
    const token_ranker_status status_ = (call);                                                                                  \
    if (status_ == (expected) && (error).status == status_ && ((error).message[0] == '\0') == (status_ == TOKEN_RANKER_OK) &&    \
        memchr((error).message, '\0', sizeof (error).message)) {                                                                 \
      passed++;                                                                                                                  \
    } else {                                                                                                                     \
      failed++;                                                                                                                  \
      printf("%s:%d: failed: %s: %s, not %s: %.240s\n", __FILE__, __LINE__, #call, token_ranker_status_name(status_),            \
             token_ranker_status_name(expected), (error).message);                                                               \
    }                                                                                                                            \
  } while (0)

#define SIZE_OF(array) (sizeof(array) / sizeof(array)[0])

/* A handle of a built-in encoding, split by an engine (NULL: the fastest); NULL if it could not be made. */
token_ranker_t *open_builtin(const char *name, const char *engine);

/* The lines of a rank file with the 256 single bytes as ranks 0 .. 255. Released by free. */
char *single_bytes_file(size_t *size);
/* The same, followed by `more`. */
char *rank_file_with(const char *more, size_t *size);

/* A definition with struct_size and format set and these parts. */
token_ranker_definition make_definition(const char *file, size_t file_size, const char *pattern);

void test_load(void);
void test_rank_files(void);
void test_files(void);
void test_calls(void);
void test_batches(void);
void test_memory(void);
void test_streams(void);
void test_threads(void);
void test_fork(void);
void test_maps(void);

#endif
