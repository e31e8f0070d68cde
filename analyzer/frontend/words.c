/* words.c - the identifiers of the headers in a PCH.
 *
 * A macro that a unit defines before it includes a header may change what the header means, but only if the header (or
 * one that it includes) mentions it. So beside each PCH lies the sorted list of the hashes of all words in its headers;
 * a unit whose macros are not among them may use the PCH. Words in comments count, too: that only costs time. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "frontend/frontend_int.h"

#define MAX_FILE_BYTES ((size_t)64 << 20)

/* A set of 64-bit hashes: open addressing, a power of two of slots, 0 is free. */
typedef struct {
  uint64_t *slots;
  size_t count, room;
} hash_set;

static void insert(hash_set *set, uint64_t hash) {
  size_t at = (size_t)hash & (set->room - 1);
  while (set->slots[at] && set->slots[at] != hash) at = (at + 1) & (set->room - 1);
  set->count += set->slots[at] == 0;
  set->slots[at] = hash;
}

static void add_word(hash_set *set, uint64_t hash) {
  if (!hash) hash = 1;
  if (set->count * 2 >= set->room) {
    hash_set larger = {.room = set->room ? set->room * 2 : (size_t)1 << 16};
    larger.slots = ck_calloc(larger.room, sizeof *larger.slots);
    for (size_t i = 0; i < set->room; i++)
      if (set->slots[i]) insert(&larger, set->slots[i]);
    free(set->slots);
    *set = larger;
  }
  insert(set, hash);
}

static bool is_word_byte(char c) { return isalnum((unsigned char)c) || c == '_'; }

static void add_words_of(hash_set *set, const char *text, size_t size) {
  for (size_t at = 0; at < size;) {
    size_t start = at;
    while (at < size && is_word_byte(text[at])) at++;
    if (at > start && !isdigit((unsigned char)text[start])) add_word(set, ck_hash64(text + start, at - start, 0));
    if (at == start) at++;
  }
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

bool ck_fe_write_words(const char *path, const ck_fe_strings *files) {
  hash_set set = {0};
  for (size_t i = 0; i < files->n; i++) {
    char *text;
    size_t size;
    if (ck_read_file(files->at[i], MAX_FILE_BYTES, &text, &size, NULL) != CK_OK) {
      free(set.slots);
      return false;
    }
    add_words_of(&set, text, size);
    free(text);
  }
  uint64_t *sorted = ck_malloc((set.count + 1) * sizeof *sorted);
  size_t n = 0;
  for (size_t i = 0; i < set.room; i++)
    if (set.slots[i]) sorted[n++] = set.slots[i];
  qsort(sorted, n, sizeof *sorted, by_value);
  bool ok = ck_write_file(path, sorted, n * sizeof *sorted, NULL) == CK_OK;
  free(sorted);
  free(set.slots);
  return ok;
}

bool ck_fe_words_mention(const char *path, const ck_fe_strings *names) {
  ck_mapping words;
  if (ck_map_file(path, &words, NULL) != CK_OK) return true;
  bool found = words.size == 0;
  for (size_t i = 0; i < names->n && !found; i++) {
    uint64_t hash = ck_hash64(names->at[i], strlen(names->at[i]), 0);
    if (!hash) hash = 1;
    found = bsearch(&hash, words.bytes, words.size / sizeof hash, sizeof hash, by_value) != NULL;
  }
  ck_unmap_file(&words);
  return found;
}
