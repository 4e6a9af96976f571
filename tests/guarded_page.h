/* A page of memory between two that may not be touched, for tests that nothing is read outside a text. */
#ifndef GUARDED_PAGE_H
#define GUARDED_PAGE_H

#include <stddef.h>

#if defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

/* Its address, and its size in bytes; NULL if the system refuses. */
static inline char *map_guarded_page(size_t *size) {
  SYSTEM_INFO system;
  char *pages;
  GetSystemInfo(&system);
  *size = system.dwPageSize;
  pages = (char *)VirtualAlloc(NULL, 3 * *size, MEM_RESERVE, PAGE_NOACCESS);
  return pages ? (char *)VirtualAlloc(pages + *size, *size, MEM_COMMIT, PAGE_READWRITE) : NULL;
}

static inline void unmap_guarded_page(char *page, size_t size) { VirtualFree(page - size, 0, MEM_RELEASE); }

#else
#include <sys/mman.h>
#include <unistd.h>

/* Its address, and its size in bytes; NULL if the system refuses. */
static inline char *map_guarded_page(size_t *size) {
  char *pages;
  *size = (size_t)sysconf(_SC_PAGESIZE);
  pages = (char *)mmap(NULL, 3 * *size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return pages != (char *)MAP_FAILED && mprotect(pages + *size, *size, PROT_READ | PROT_WRITE) == 0 ? pages + *size : NULL;
}

static inline void unmap_guarded_page(char *page, size_t size) { munmap(page - size, 3 * size); }

#endif
#endif
