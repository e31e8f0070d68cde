/* arena.h - memory that is freed as a whole. One arena per unit, one per program (STYLE: ownership).
 * What lives in an arena has no _free of its own and never points into an arena that dies earlier. */
#ifndef CK_BASE_ARENA_H
#define CK_BASE_ARENA_H
#include <stddef.h>
#include <stdint.h>

typedef struct ck_arena_block ck_arena_block;
typedef struct {
  ck_arena_block *last; /* blocks, newest first */
  size_t used;          /* bytes handed out so far, for memory bounds */
} ck_arena;

void ck_arena_init(ck_arena *arena);
void ck_arena_release(ck_arena *arena);
/* Zeroed memory aligned for any object; never NULL. */
void *ck_arena_alloc(ck_arena *arena, size_t size);
/* A NUL-terminated copy of n bytes at s. */
char *ck_arena_strndup(ck_arena *arena, const char *s, size_t n);
char *ck_arena_strdup(ck_arena *arena, const char *s);
/* The stretches of memory, [from, to), that all objects of the arena lie in: the number of them; the first `room` of
 * them go to `out`. For finding the arena of an object. */
typedef struct {
  const void *from, *to;
} ck_arena_range;
size_t ck_arena_ranges(const ck_arena *arena, ck_arena_range *out, size_t room);
char *ck_arena_printf(ck_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define CK_NEW(arena, type)      ((type *)ck_arena_alloc((arena), sizeof(type)))
#define CK_NEW_N(arena, type, n) ((type *)ck_arena_alloc((arena), sizeof(type) * (size_t)(n)))
#endif
