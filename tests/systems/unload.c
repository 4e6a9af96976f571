/* unload LIBRARY: loads it, uses it, unloads it, and ends. Zig's libraries do not run the destructors of their statics when they are
   unloaded, but at the end, when the code is gone: so there must be none. */
#include <dlfcn.h>
#include <stdio.h>

#include "token_ranker.h"

int main(int argc, char **argv) {
  token_ranker_status (*open_encoding)(const char *, size_t, token_ranker_t **, token_ranker_error *);
  token_ranker_status (*count)(const token_ranker_t *, const void *, size_t, const uint32_t *, size_t, size_t, size_t *,
                               token_ranker_error *);
  void (*free_encoding)(token_ranker_t *);
  token_ranker_t *ranker;
  size_t size = 0;
  void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
  if (library == NULL) {
    fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: unload LIBRARY");
    return 1;
  }
  *(void **)&open_encoding = dlsym(library, "token_ranker");
  *(void **)&count = dlsym(library, "token_ranker_count");
  *(void **)&free_encoding = dlsym(library, "token_ranker_free");
  if (open_encoding("cl100k_base", 11, &ranker, NULL) != TOKEN_RANKER_OK) return 1;
  if (count(ranker, "hello world", 11, NULL, 0, SIZE_MAX, &size, NULL) != TOKEN_RANKER_OK) return 1;
  free_encoding(ranker);
  return dlclose(library) != 0 || size != 2;
}
