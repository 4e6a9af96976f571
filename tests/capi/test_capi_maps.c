/* No memory is writable and executable at once: none for the known patterns, and what PCRE2's compiler makes is executable and no more. */
#if !defined(__linux__)
#include "check.h"

void test_maps(void) {} /* no /proc/self/maps */

#else
#ifndef TEST_SYSTEM_PCRE2
#define TEST_SYSTEM_PCRE2 0
#endif
#define _DEFAULT_SOURCE
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#include <sys/prctl.h>
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

struct maps {
  int writable_executable, executable_without_file;
};

static struct maps read_maps(void) {
  struct maps found = {0, 0};
  char line[512], permissions[5], path[256];
  FILE *file = fopen("/proc/self/maps", "r");
  CHECK(file != NULL);
  while (file && fgets(line, sizeof line, file)) {
    path[0] = '\0';
    if (sscanf(line, "%*s %4s %*s %*s %*s %255s", permissions, path) < 1) continue;
    found.writable_executable += permissions[1] == 'w' && permissions[2] == 'x';
    found.executable_without_file += permissions[2] == 'x' && path[0] == '\0';
  }
  if (file) fclose(file);
  return found;
}

static token_ranker_t *open_and_use(const char *name, const char *engine) {
  static const char text[] = "It's  hello \xE6\xBC\xA2 12345!\n";
  token_ranker_t *ranker = open_builtin(name, engine);
  uint32_t tokens[64];
  size_t size;
  CHECK(ranker && token_ranker_encode(ranker, text, sizeof text - 1, NULL, 0, tokens, 64, &size, NULL) == TOKEN_RANKER_OK);
  return ranker;
}

/* In a child that forbids itself to make memory executable, as a sandbox does: patterns are matched without. */
static void use_without_executable_memory(void) {
  int status = 0;
  pid_t child;
  fflush(stdout);
  child = fork();
  if (child == 0) {
    struct maps before, now;
    const int failed_before = failed;
    if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0)) _exit(2); /* before Linux 6.3 */
    before = read_maps();
    token_ranker_free(open_and_use("cl100k_base", "pcre2"));
    open_and_use("o200k_base", "pcre2");
    now = read_maps();
    _exit(failed != failed_before || now.executable_without_file != before.executable_without_file);
  }
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) != 1);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 2) puts("this Linux cannot forbid executable memory: not tested without");
}

void test_maps(void) {
  static const char *const names[] = {"gpt2", "cl100k_base", "o200k_base"};
  const struct maps before = read_maps();
  token_ranker_t *known[SIZE_OF(names)], *compiled[SIZE_OF(names)];
  struct maps now;
  size_t i;
  if (is_slow && !SANITIZED) return; /* a program that translates this one has such memory itself */
  use_without_executable_memory();
  CHECK(before.writable_executable == 0);
  for (i = 0; i < SIZE_OF(names); i++) known[i] = open_and_use(names[i], NULL);
  now = read_maps();
  CHECK(now.writable_executable == 0 && now.executable_without_file == before.executable_without_file);
  for (i = 0; i < SIZE_OF(names); i++) compiled[i] = open_and_use(names[i], "pcre2");
  now = read_maps();
  CHECK(now.executable_without_file > before.executable_without_file);
  use_without_executable_memory();
#if !TEST_SYSTEM_PCRE2 /* whose allocator may be another */
  CHECK(now.writable_executable == 0);
#endif
  for (i = 0; i < SIZE_OF(names); i++) {
    token_ranker_free(known[i]);
    token_ranker_free(compiled[i]);
  }
  now = read_maps();
  CHECK(TEST_SYSTEM_PCRE2 || now.executable_without_file == before.executable_without_file);
}
#endif
