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

static uint64_t hash_of(const char *key) { return ck_hash64(key, strlen(key), 0); }

/* Where the search for a key with these 32 bits of hash begins. They are in the slot, so a map grows without a look at
 * its keys, which lie all over the memory. */
static size_t first_slot(const ck_map *map, uint64_t tag) { return (size_t)tag & (map->slot_count - 1); }

/* The slot of `key`, or the free one where it belongs. Keys are only looked at where 32 bits of the hash agree. */
static size_t slot_of(const ck_map *map, const char *key, uint64_t hash) {
  size_t i = first_slot(map, hash >> 32);
  for (; map->slots[i] != 0; i = (i + 1) & (map->slot_count - 1))
    if (map->slots[i] >> 32 == hash >> 32 && strcmp(map->entries[(uint32_t)map->slots[i] - 1].key, key) == 0) break;
  return i;
}

static void grow(ck_map *map) {
  map->room = map->room ? map->room * 2 : 16;
  map->entries = ck_realloc(map->entries, map->room * sizeof *map->entries);
  uint64_t *old = map->slots;
  size_t old_count = map->slot_count;
  map->slot_count = map->room * 2;
  map->slots = ck_calloc(map->slot_count, sizeof *map->slots);
  for (size_t i = 0; i < old_count; i++) {
    if (old[i] == 0) continue;
    size_t slot = first_slot(map, old[i] >> 32); /* keys differ: none needs to be compared */
    while (map->slots[slot] != 0) slot = (slot + 1) & (map->slot_count - 1);
    map->slots[slot] = old[i];
  }
  free(old);
}

static ck_map_entry *find(const ck_map *map, const char *key, uint64_t hash) {
  if (map->count == 0 || map->slots == NULL) return NULL;
  uint32_t at = (uint32_t)map->slots[slot_of(map, key, hash)];
  return at == 0 ? NULL : &map->entries[at - 1];
}

ck_map_entry *ck_map_find(const ck_map *map, const char *key) {
  return map->count == 0 ? NULL : find(map, key, hash_of(key));
}

ck_map_entry *ck_map_put(ck_map *map, const char *key, bool *is_new) {
  uint64_t hash = hash_of(key);
  ck_map_entry *found = find(map, key, hash);
  if (is_new) *is_new = found == NULL;
  if (found) return found;
  if (map->count == map->room || map->entries == NULL) grow(map);
  map->slots[slot_of(map, key, hash)] = (hash >> 32) << 32 | (map->count + 1);
  map->entries[map->count] = (ck_map_entry){.key = ck_strdup(key), .p = NULL};
  return &map->entries[map->count++];
}

void *ck_map_get(const ck_map *map, const char *key) {
  ck_map_entry *e = ck_map_find(map, key);
  return e ? e->p : NULL;
}
