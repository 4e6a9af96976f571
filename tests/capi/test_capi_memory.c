/* Nothing is read outside a text, and lack of memory is an error of the call. */
#define _DEFAULT_SOURCE
#if defined(__linux__)
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "../guarded_page.h"
#include "check.h"

enum { max_size = 300, room = 4096 };

/* Texts in which scanners look ahead: UTF-8 cut off at the end, contractions, white space, runs. */
static const char *const contents[] = {
    "it's we'll 123 4567  \r\n \t x!!!\n/ \xE6\xBC\xA2\xE5\xAD\x97 \xC5\xBF' \xF0\x9F\x98\x80 <|endoftext|>\xE2\x80",
    "a",
    " ",
    "\xF0\x9F\x98\x80",
    "\xE6\xBC\xA2",
    "aB\xC7\x85\xCC\x81'S",
    "'",
    "\n \t",
    "\xFF\x80\xC2",
};

static uint32_t tokens[room];
static token_ranker_span spans[room];

/* Everything that reads a text reads this one. Crashes if it reads outside. */
static int read_text(const token_ranker_t *ranker, const char *text, size_t size) {
  size_t encoded = 0, counted = 1, result, offset;
  uint32_t index;
  return token_ranker_encode(ranker, text, size, NULL, TOKEN_RANKER_ALL_SPECIAL, tokens, room, &encoded, NULL) == TOKEN_RANKER_OK &&
         token_ranker_count(ranker, text, size, NULL, TOKEN_RANKER_ALL_SPECIAL, SIZE_MAX, &counted, NULL) == TOKEN_RANKER_OK &&
         encoded == counted &&
         token_ranker_pretokenize(ranker, text, size, spans, room, &result, NULL) == TOKEN_RANKER_OK &&
         token_ranker_encode_pretoken(ranker, text, size, tokens, room, &result, NULL) == TOKEN_RANKER_OK &&
         token_ranker_find_cut(ranker, text, size, NULL, TOKEN_RANKER_ALL_SPECIAL, &offset, NULL) == TOKEN_RANKER_OK &&
         token_ranker_find_special(ranker, text, size, NULL, TOKEN_RANKER_ALL_SPECIAL, &index, &offset, NULL) == TOKEN_RANKER_OK;
}

static void test_guard_pages(void) {
  /* The kernels of other machines are refused. */
  static const char *const engines[] = {"pcre2", "scalar", "portable", "avx2", "avx2_without_pext", "avx512", "neon"};
  size_t page_size, rows_size, row, engine, content, size, opened = 0;
  const token_ranker_catalog_row *rows = token_ranker_catalog(&rows_size);
  char *const page = map_guarded_page(&page_size);
  CHECK(page != NULL);
  if (!page) return;
  for (row = 0; row < rows_size && rows[row].kind == TOKEN_RANKER_CATALOG_ENCODING; row++) {
    for (engine = 0; engine < SIZE_OF(engines); engine++) {
      token_ranker_t *ranker = open_builtin(rows[row].name, engines[engine]);
      if (!ranker) continue;
      opened++;
      for (content = 0; content < SIZE_OF(contents); content++) {
        const char *source = contents[content];
        const size_t source_size = strlen(source);
        int is_right = 1;
        for (size = 0; size <= max_size; size += is_slow && (content > 1 || row % 3) && size > 20 ? 23 : 1) {
          char *const at_end = page + page_size - size;
          size_t i;
          for (i = 0; i < size; i++) at_end[i] = source[i % source_size];
          is_right &= read_text(ranker, at_end, size);
          memmove(page, at_end, size);
          is_right &= read_text(ranker, page, size);
        }
        CHECK(is_right);
      }
      token_ranker_free(ranker);
    }
  }
  CHECK(opened >= 3 * row);
  unmap_guarded_page(page, page_size);
}

#if defined(__linux__)
/* A child that may take little more memory than it has. Sanitizers map more than any such limit, and end the program themselves; an
   emulator needs memory of its own. */
static int encode_with_little_memory(void) {
  const size_t text_size = (size_t)32 << 20;
  static const char name[] = "cl100k_base";
  token_ranker_t *ranker = NULL, *other = NULL;
  token_ranker_error error;
  struct rlimit limit;
  size_t size = 99, i;
  char *text = malloc(text_size);
  long pages = 0;
  FILE *statm;
  if (!text || token_ranker(name, sizeof name - 1, &ranker, NULL) != TOKEN_RANKER_OK) return 1;
  for (i = 0; i < text_size; i++) text[i] = (char)('a' + i % 13 * 2 % 26);
  statm = fopen("/proc/self/statm", "r");
  if (!statm || fscanf(statm, "%ld", &pages) != 1) return 2;
  fclose(statm);
  if (getrlimit(RLIMIT_AS, &limit)) return 3;
  limit.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)2 << 20);
  if (setrlimit(RLIMIT_AS, &limit)) return 4;
  if (token_ranker_encode(ranker, text, text_size, NULL, 0, NULL, 0, &size, &error) != TOKEN_RANKER_OUT_OF_MEMORY) return 5;
  if (size != 0 || error.status != TOKEN_RANKER_OUT_OF_MEMORY || !error.message[0]) return 6;
  if (token_ranker_count(ranker, text, text_size, NULL, 0, SIZE_MAX, &size, &error) != TOKEN_RANKER_OUT_OF_MEMORY) return 7;
  if (token_ranker("o200k_base", 10, &other, &error) != TOKEN_RANKER_OUT_OF_MEMORY || other) return 8;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_AS, &limit)) return 9;
  if (token_ranker_encode(ranker, "hello", 5, NULL, 0, tokens, room, &size, &error) != TOKEN_RANKER_OK || tokens[0] != 15339) return 10;
  token_ranker_free(ranker);
  free(text);
  return 0;
}

static void test_out_of_memory(void) {
  pid_t child;
  int status = 0;
  if (is_slow) return;
  fflush(stdout);
  child = fork();
  if (child == 0) _exit(encode_with_little_memory());
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  if (WIFEXITED(status) && WEXITSTATUS(status)) printf("the child with little memory stopped at %d\n", WEXITSTATUS(status));
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
#endif

void test_memory(void) {
  test_guard_pages();
#if defined(__linux__)
  test_out_of_memory();
#endif
}
