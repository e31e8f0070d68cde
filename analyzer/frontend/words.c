/* words.c - the identifiers of the headers in a PCH.
 *
 * A macro that a unit defines before it includes a header may change what the header means, but only if the header (or
 * one that it includes) mentions it. So beside each PCH lies the sorted list of the hashes of all words in its headers,
 * after a list of those in the C++ library's and their number; a unit whose macros are not among them may use the PCH.
 * Comments are passed over, where they are told with certainty: a word too many only costs time. */
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

/* The end of the comment that begins at `at`; `at` itself where none does. */
static size_t past_comment(const char *text, size_t size, size_t at) {
  if (text[at] != '/' || at + 1 == size) return at;
  const char *end = NULL;
  if (text[at + 1] == '*') {
    end = memmem(text + at + 2, size - at - 2, "*/", 2);
    return end ? (size_t)(end - text) + 2 : size;
  }
  if (text[at + 1] != '/') return at;
  for (size_t from = at; (end = memchr(text + from, '\n', size - from)) != NULL; from = (size_t)(end - text) + 1)
    if (end[-1] != '\\') break;
  return end ? (size_t)(end - text) : size;
}

/* The end of the string or character that begins at `at`, on the same line; `at` itself where none does. */
static size_t past_literal(const char *text, size_t size, size_t at) {
  char quote = text[at];
  if (quote != '"' && quote != '\'') return at;
  for (size_t i = at + 1; i < size && text[i] != '\n'; i++) {
    if (text[i] == '\\') i++;
    else if (text[i] == quote) return i + 1;
    else if (quote == '\'' && i > at + 8) return at; /* 1'000'000, an apostrophe */
  }
  return at;
}

static void add_words_of(hash_set *set, const char *text, size_t size) {
  bool raw = memmem(text, size, "R\"", 2) != NULL; /* raw strings: what looks like a comment may be none */
  size_t literal = 0;
  for (size_t at = 0; at < size;) {
    size_t start = at;
    while (at < size && is_word_byte(text[at])) at++;
    if (at > start && !isdigit((unsigned char)text[start])) add_word(set, ck_hash64(text + start, at - start, 0));
    if (at > start) continue;
    if (at >= literal && !raw) {
      at = past_comment(text, size, at);
      if (at > start) continue;
      literal = past_literal(text, size, at);
    }
    at++;
  }
}

static int by_value(const void *a, const void *b) {
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
  return (x > y) - (x < y);
}

static bool add_words_of_files(hash_set *set, const ck_fe_strings *files) {
  for (size_t i = 0; i < files->n; i++) {
    char *text;
    size_t size;
    if (ck_read_file(files->at[i], MAX_FILE_BYTES, &text, &size, NULL) != CK_OK) return false;
    add_words_of(set, text, size);
    free(text);
  }
  return true;
}

static size_t sort_words(const hash_set *set, uint64_t *out) {
  size_t n = 0;
  for (size_t i = 0; i < set->room; i++)
    if (set->slots[i]) out[n++] = set->slots[i];
  qsort(out, n, sizeof *out, by_value);
  return n;
}

bool ck_fe_write_words(const char *path, const ck_fe_strings *files, const ck_fe_strings *standard) {
  hash_set all = {0}, some = {0};
  bool ok = add_words_of_files(&all, files) && add_words_of_files(&some, standard);
  if (ok) {
    uint64_t *words = ck_malloc((1 + all.count + some.count) * sizeof *words);
    words[0] = some.count;
    size_t n = 1 + sort_words(&some, words + 1);
    n += sort_words(&all, words + n);
    ok = ck_write_file(path, words, n * sizeof *words, NULL) == CK_OK;
    free(words);
  }
  free(all.slots);
  free(some.slots);
  return ok;
}

bool ck_fe_words_mention(const char *path, const char *name, bool standard) {
  ck_mapping file;
  if (ck_map_file(path, &file, NULL) != CK_OK) return true;
  const void *bytes = file.bytes; /* a mapping begins at a page: aligned */
  const uint64_t *words = bytes;
  size_t n = file.size / sizeof *words;
  bool found = true;
  if (n > 0 && words[0] < n) {
    uint64_t hash = ck_hash64(name, strlen(name), 0);
    if (!hash) hash = 1;
    size_t first = standard ? 1 : 1 + (size_t)words[0], end = standard ? 1 + (size_t)words[0] : n;
    found = bsearch(&hash, words + first, end - first, sizeof hash, by_value) != NULL;
  }
  ck_unmap_file(&file);
  return found;
}
