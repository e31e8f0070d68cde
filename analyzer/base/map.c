#include "base/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/status.h"

void ck_map_init(ck_map *map) { *map = (ck_map){0}; }

void ck_map_release(ck_map *map) {
  for (size_t i = 0; i < map->count; i++) free(map->entries[i].key);
  free(map->entries);
  free(map->slots);
  *map = (ck_map){0};
}

static size_t slot_of(const ck_map *map, const char *key) {
  size_t i = (size_t)ck_hash64(key, strlen(key), 0) & (map->slot_count - 1);
  while (map->slots[i] != 0 && strcmp(map->entries[map->slots[i] - 1].key, key) != 0)
    i = (i + 1) & (map->slot_count - 1);
  return i;
}

static void grow(ck_map *map) {
  map->room = map->room ? map->room * 2 : 16;
  map->entries = ck_realloc(map->entries, map->room * sizeof *map->entries);
  free(map->slots);
  map->slot_count = map->room * 2;
  map->slots = ck_calloc(map->slot_count, sizeof *map->slots);
  for (size_t i = 0; i < map->count; i++) map->slots[slot_of(map, map->entries[i].key)] = (uint32_t)i + 1;
}

ck_map_entry *ck_map_find(const ck_map *map, const char *key) {
  if (map->count == 0 || map->slots == NULL) return NULL;
  uint32_t at = map->slots[slot_of(map, key)];
  return at == 0 ? NULL : &map->entries[at - 1];
}

ck_map_entry *ck_map_put(ck_map *map, const char *key, bool *is_new) {
  ck_map_entry *found = ck_map_find(map, key);
  if (is_new) *is_new = found == NULL;
  if (found) return found;
  if (map->count == map->room || map->entries == NULL) grow(map);
  map->slots[slot_of(map, key)] = (uint32_t)map->count + 1;
  map->entries[map->count] = (ck_map_entry){.key = ck_strdup(key), .p = NULL};
  return &map->entries[map->count++];
}

void *ck_map_get(const ck_map *map, const char *key) {
  ck_map_entry *e = ck_map_find(map, key);
  return e ? e->p : NULL;
}
