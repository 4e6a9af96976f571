/*
 * Three small functions to call from Python through ctypes: add two integers, concatenate two strings, list the first primes.
 * talk.py has the Python side and the pure-Python twin of each.
 *
 *     cc -O2 -shared -fPIC -o libtalk.so talk.c
 *
 * Every symbol starts with talk_: a library that exports a bare `free` or `add` replaces that of the program which loads it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TALK_OK 0
#define TALK_OVERFLOW 1      /* the result does not fit its type */
#define TALK_OUT_OF_MEMORY 2

/**
 * Adds two integers.
 *
 * @param sum  out, not NULL: a + b; not written on overflow.
 * @return TALK_OK; TALK_OVERFLOW if a + b does not fit 64 bits.
 */
int32_t talk_add(int64_t a, int64_t b, int64_t *sum) {
  if (b > 0 ? a > INT64_MAX - b : a < INT64_MIN - b) return TALK_OVERFLOW;
  *sum = a + b;
  return TALK_OK;
}

/**
 * Concatenates two strings.
 *
 * @param a, b            [a_size], [b_size] bytes of any values, NUL too.
 * @param a_size, b_size  bytes.
 * @param joined          out, not NULL: a_size + b_size bytes which the caller owns and releases with talk_free; NULL on errors.
 * @return TALK_OK; TALK_OVERFLOW if the sizes do not add up; TALK_OUT_OF_MEMORY.
 */
int32_t talk_concatenate(const char *a, size_t a_size, const char *b, size_t b_size, char **joined) {
  *joined = NULL;
  if (a_size > SIZE_MAX - 1 - b_size) return TALK_OVERFLOW;
  char *bytes = malloc(a_size + b_size + 1); /* malloc(0) may be NULL, which would look like an error */
  if (bytes == NULL) return TALK_OUT_OF_MEMORY;
  memcpy(bytes, a, a_size);
  memcpy(bytes + a_size, b, b_size);
  *joined = bytes;
  return TALK_OK;
}

/**
 * Releases what talk_concatenate made. It must be this function and not the caller's free: the two may belong to different C libraries.
 *
 * @param bytes  may be NULL.
 */
void talk_free(char *bytes) { free(bytes); }

/* The number of primes below 2^32. */
#define TALK_PRIMES_MAX 203280221u

/**
 * Lists the first primes, by trial division through the primes found before.
 *
 * @param primes  [count] out, the caller's memory: 2, 3, 5, ...
 * @param count   elements.
 * @return TALK_OK; TALK_OVERFLOW if the last of the primes does not fit 32 bits: nothing is written.
 */
int32_t talk_primes(uint32_t *primes, size_t count) {
  if (count > TALK_PRIMES_MAX) return TALK_OVERFLOW;
  size_t found = 0;
  for (uint32_t candidate = 2; found < count; candidate++) {
    size_t i = 0;
    while (i < found && (uint64_t)primes[i] * primes[i] <= candidate && candidate % primes[i] != 0) i++;
    if (i == found || (uint64_t)primes[i] * primes[i] > candidate) primes[found++] = candidate;
  }
  return TALK_OK;
}
