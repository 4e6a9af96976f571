/* No memory is writable and executable at once: none for the known patterns, and what PCRE2's compiler makes is executable and no more. */
#include "check.h"

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
  token_ranker_t *ranker = open_builtin(name, engine);
  uint32_t tokens[64];
  size_t size;
  CHECK(ranker && token_ranker_encode(ranker, "It's  hello \xE6\xBC\xA2 12345!\n", 22, NULL, 0, tokens, 64, &size, NULL) == TOKEN_RANKER_OK);
  return ranker;
}

void test_maps(void) {
  static const char *const names[] = {"gpt2", "cl100k_base", "o200k_base"};
  const struct maps before = read_maps();
  token_ranker_t *known[SIZE_OF(names)], *compiled[SIZE_OF(names)];
  struct maps now;
  size_t i;
  if (is_slow && !SANITIZED) return; /* a program that translates this one has such memory itself */
  CHECK(before.writable_executable == 0);
  for (i = 0; i < SIZE_OF(names); i++) known[i] = open_and_use(names[i], NULL);
  now = read_maps();
  CHECK(now.writable_executable == 0 && now.executable_without_file == before.executable_without_file);
  for (i = 0; i < SIZE_OF(names); i++) compiled[i] = open_and_use(names[i], "pcre2");
  now = read_maps();
  CHECK(now.executable_without_file > before.executable_without_file);
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
