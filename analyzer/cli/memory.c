/* memory.c - large pages. Trees of nodes and of pickles are tens of MB of small blocks: in pages of 4 KB each of them
 * is a fault, a quarter of the time of a warm unit and half of that of a checkpoint of 100 000 keys; in pages of 2 MB
 * there are a few hundred. All of this is a wish: where the system has no large pages nothing changes. */
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cli/cli.h"

extern char **environ;

/* Address space that is taken at once, so that one request covers the heap; memory is used as it is touched. */
enum { HEAP = 128 << 20, LARGE_PAGE = 2 << 20, LARGEST_IN_HEAP = 32 << 20 };

void cli_use_large_pages(void) {
#ifdef __GLIBC__
  mallopt(M_TOP_PAD, HEAP);
  mallopt(M_TRIM_THRESHOLD, HEAP);
  mallopt(M_MMAP_THRESHOLD, LARGEST_IN_HEAP); /* a vector that grows would be mapped anew each time */
  char *first = malloc(1);                    /* takes the whole heap from the system */
  if (first) madvise(first + LARGE_PAGE - (uintptr_t)first % LARGE_PAGE, HEAP - LARGE_PAGE, MADV_HUGEPAGE);
  else mallopt(M_TOP_PAD, 0); /* `ulimit -v` allows no more */
  free(first);
#endif
}

char **cli_frontend_environment(void) {
  static char large_pages[] = "GLIBC_TUNABLES=glibc.malloc.hugetlb=1";
  size_t n = 0;
  while (environ[n]) n++;
  char **own = ck_calloc(n + 2, sizeof *own);
  memcpy(own, environ, n * sizeof *own);
  if (!getenv("GLIBC_TUNABLES")) own[n] = large_pages;
  return own;
}
