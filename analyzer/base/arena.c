#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/status.h"

/* Fuzzers make it small: one block per value or so lets ASan see a read beyond it, and clearing it costs less. */
#ifndef CK_ARENA_BLOCK
#define CK_ARENA_BLOCK (64 * 1024)
#endif
/* An arena of more than HUGE_FROM bytes grows by huge pages: the system hands out 2 MB in one step, not in 512. */
enum {
  BLOCK_SIZE = CK_ARENA_BLOCK,
  HUGE_PAGE = 2 << 20,
  HUGE_FROM = 32 * BLOCK_SIZE,
  HAS_HUGE = HUGE_FROM >= HUGE_PAGE
};

struct ck_arena_block {
  ck_arena_block *previous;
  size_t size, used; /* of `bytes` */
  bool is_mapped;
  alignas(max_align_t) unsigned char bytes[];
};

void ck_arena_init(ck_arena *arena) { *arena = (ck_arena){0}; }

void ck_arena_release(ck_arena *arena) {
  for (ck_arena_block *b = arena->last, *previous; b != NULL; b = previous) {
    previous = b->previous;
    if (b->is_mapped) munmap(b, sizeof *b + b->size);
    else free(b);
  }
  *arena = (ck_arena){0};
}

/* NULL if the system has none to give: an ordinary block may still fit. */
static ck_arena_block *map_block(size_t size) {
  size_t n = (sizeof(ck_arena_block) + size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
  ck_arena_block *b = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (b == MAP_FAILED) return NULL;
  madvise(b, n, MADV_HUGEPAGE); /* no more than a wish */
  b->size = n - sizeof *b;
  b->is_mapped = true;
  return b;
}

static ck_arena_block *new_block(const ck_arena *arena, size_t size) {
  ck_arena_block *b = HAS_HUGE && arena->used >= HUGE_FROM ? map_block(size) : NULL;
  if (b) return b;
  size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
  b = ck_calloc(1, sizeof *b + room);
  b->size = room;
  return b;
}

void *ck_arena_alloc(ck_arena *arena, size_t size) {
  const size_t align = alignof(max_align_t);
  if (size > SIZE_MAX / 2) ck_out_of_memory(size);
  size = (size + align - 1) / align * align;
  ck_arena_block *b = arena->last;
  if (b == NULL || b->size - b->used < size) {
    b = new_block(arena, size);
    b->previous = arena->last;
    arena->last = b;
  }
  void *p = b->bytes + b->used;
  b->used += size;
  arena->used += size;
  return p;
}

size_t ck_arena_ranges(const ck_arena *arena, ck_arena_range *out, size_t room) {
  size_t n = 0;
  for (const ck_arena_block *b = arena->last; b != NULL; b = b->previous, n++)
    if (n < room) out[n] = (ck_arena_range){b->bytes, b->bytes + b->used};
  return n;
}

char *ck_arena_strndup(ck_arena *arena, const char *s, size_t n) {
  char *copy = ck_arena_alloc(arena, n + 1);
  if (n) memcpy(copy, s, n);
  return copy;
}

char *ck_arena_strdup(ck_arena *arena, const char *s) { return ck_arena_strndup(arena, s, strlen(s)); }

char *ck_arena_printf(ck_arena *arena, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  char *s = ck_arena_alloc(arena, (size_t)n + 1);
  vsnprintf(s, (size_t)n + 1, format, again);
  va_end(again);
  va_end(args);
  return s;
}
