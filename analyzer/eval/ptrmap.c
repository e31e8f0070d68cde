/* ptrmap.c - hash map from pointers to pointers, open addressing. */
#include <stdlib.h>

#include "eval/eval_int.h"

void ck_ptrmap_release(ck_ptrmap *map) {
  free(map->slots);
  *map = (ck_ptrmap){0};
}

void ck_ptrmap_clear(ck_ptrmap *map) {
  for (size_t i = 0; i < map->size; i++) map->slots[i].key = map->slots[i].p = NULL;
  map->count = 0;
}

static size_t place_of(const ck_ptrmap *map, const void *key) {
  size_t at = (size_t)(((uint64_t)(uintptr_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (map->size - 1);
  while (map->slots[at].key && map->slots[at].key != key) at = (at + 1) & (map->size - 1);
  return at;
}

static void grow(ck_ptrmap *map) {
  ck_ptrmap old = *map;
  map->size = old.size ? old.size * 2 : 64;
  map->slots = ck_calloc(map->size, sizeof *map->slots);
  for (size_t i = 0; i < old.size; i++)
    if (old.slots[i].key) map->slots[place_of(map, old.slots[i].key)] = old.slots[i];
  free(old.slots);
}

void **ck_ptrmap_slot(ck_ptrmap *map, const void *key) {
  if (2 * map->count >= map->size) grow(map);
  size_t at = place_of(map, key);
  if (map->slots[at].key == NULL) {
    map->slots[at].key = key;
    map->count++;
  }
  return &map->slots[at].p;
}

void *ck_ptrmap_get(const ck_ptrmap *map, const void *key) {
  return map->size ? map->slots[place_of(map, key)].p : NULL;
}
