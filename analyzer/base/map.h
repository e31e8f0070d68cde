/* map.h - a hash map from strings to pointers or numbers, and string interning.
 * Keys are copied into the map. Order of insertion is kept: iterate entries[0..count). */
#ifndef CK_BASE_MAP_H
#define CK_BASE_MAP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  char *key; /* NUL-terminated; owned by the map */
  union {
    void *p;
    uint64_t n;
  };
} ck_map_entry;

typedef struct {
  ck_map_entry *entries; /* in order of insertion */
  size_t count, room;
  uint64_t *slots; /* open addressing: index into entries plus 1, 0 = free; above it 32 bits of the key's hash */
  size_t slot_count;
} ck_map;

void ck_map_init(ck_map *map);
void ck_map_release(ck_map *map);
/* NULL if the key is not there. The pointer is good until the next ck_map_put. */
ck_map_entry *ck_map_find(const ck_map *map, const char *key);
/* The entry of `key`, made with p = NULL / n = 0 if it was not there. *is_new (NULL is allowed) tells. */
ck_map_entry *ck_map_put(ck_map *map, const char *key, bool *is_new);
void *ck_map_get(const ck_map *map, const char *key); /* entry's p, or NULL */
#endif
