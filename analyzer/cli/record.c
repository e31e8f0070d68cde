/* record.c - what `cc` remembers of the objects that it saw compiled, for the link that follows, as LTO does.
 *
 * A record lies in the cache under the hash of the object's bytes: so it is found when the object was moved, copied or
 * put in an archive, and never when it was built otherwise. It is JSON: commands and decided sites. */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "cli/cli.h"

enum { MAX_RECORD = 16 * 1024 * 1024, MAX_MEMBERS = 100 * 1000 };

static char *record_path(const char *folder, const void *bytes, size_t n) {
  char hex[33], name[64];
  ck_hash128_hex(bytes, n, hex);
  memcpy(name, hex, 32);
  memcpy(name + 32, ".json", sizeof ".json");
  return ck_path_join(folder, name);
}

/* --- Writing -------------------------------------------------------------------------------------------------------
 */

static json_t *words_json(const char *const *words, size_t n) {
  json_t *array = json_array();
  for (size_t i = 0; i < n; i++) json_array_append_new(array, json_string(words[i]));
  return array;
}

static json_t *record_json(const cli_record *r) {
  return json_pack("{s:s, s:s, s:s, s:o, s:o}", "file", r->command.file, "directory", r->command.directory, "object",
                   r->command.object, "flags", words_json(r->command.flags, r->command.nflags), "decided",
                   words_json(r->decided.at, r->decided.n));
}

ck_status record_write(const char *folder, const char *object, const cli_record *records, size_t n, ck_err *err) {
  ck_mapping map;
  ck_status status = ck_map_file(object, &map, err);
  if (status != CK_OK) return status;
  char *path = record_path(folder, map.bytes, map.size);
  ck_unmap_file(&map);
  json_t *root = json_array();
  for (size_t i = 0; i < n; i++) json_array_append_new(root, record_json(&records[i]));
  char *text = json_dumps(root, JSON_COMPACT);
  json_decref(root);
  status = text != NULL ? ck_write_file(path, text, strlen(text), err) : ck_fail(err, CK_FORMAT, "a name is not UTF-8");
  free(text);
  free(path);
  return status;
}

/* --- Reading ---------------------------------------------------------------------------------------------------------
 */

static const char *string_of(json_t *object, const char *name, ck_arena *arena) {
  const char *value = json_string_value(json_object_get(object, name));
  return value != NULL ? ck_arena_strdup(arena, value) : NULL;
}

static bool read_one(json_t *object, ck_arena *arena, cli_record *out) {
  *out = (cli_record){.command = {.file = string_of(object, "file", arena),
                                  .directory = string_of(object, "directory", arena),
                                  .object = string_of(object, "object", arena)}};
  if (out->command.file == NULL || out->command.directory == NULL || out->command.object == NULL) return false;
  json_t *flags = json_object_get(object, "flags"), *decided = json_object_get(object, "decided"), *item;
  const char **words = CK_NEW_N(arena, const char *, json_array_size(flags) + 1);
  size_t i;
  json_array_foreach(flags, i, item) {
    if (json_string_value(item) == NULL) return false;
    words[out->command.nflags++] = ck_arena_strdup(arena, json_string_value(item));
  }
  out->command.flags = words;
  json_array_foreach(decided, i, item) {
    if (json_string_value(item) != NULL) ck_vec_push(&out->decided, ck_arena_strdup(arena, json_string_value(item)));
  }
  return true;
}

static bool read_content(const char *folder, const void *bytes, size_t n, ck_arena *arena, cli_records *out) {
  char *path = record_path(folder, bytes, n), *text = NULL;
  size_t size;
  bool found = ck_read_file(path, MAX_RECORD, &text, &size, NULL) == CK_OK;
  free(path);
  if (!found) return false;
  json_t *root = json_loadb(text, size, 0, NULL), *item;
  free(text);
  found = json_is_array(root);
  size_t i;
  json_array_foreach(root, i, item) {
    cli_record record;
    if (!read_one(item, arena, &record)) continue;
    bool known = false; /* one object in two archives */
    for (size_t k = 0; k < out->n; k++)
      known |= strcmp(out->at[k].command.file, record.command.file) == 0 &&
               strcmp(out->at[k].command.object, record.command.object) == 0;
    if (known) free(record.decided.at);
    else ck_vec_push(out, record);
  }
  json_decref(root);
  return found;
}

/* A member's header: 60 bytes, the size in decimal at 48 (ar(5)). */
static void read_archive(const char *folder, const ck_mapping *map, ck_arena *arena, cli_records *out,
                         size_t *unknown) {
  size_t at = 8;
  for (size_t members = 0; members < MAX_MEMBERS && map->size - at >= 60; members++) {
    const char *header = (const char *)map->bytes + at;
    char digits[11] = {0};
    memcpy(digits, header + 48, 10);
    unsigned long long size = strtoull(digits, NULL, 10);
    if (header[58] != '`' || size > map->size - at - 60) return;
    bool is_table = header[0] == '/' && (header[1] == ' ' || header[1] == '/'); /* symbols, long names */
    const unsigned char *content = map->bytes + at + 60;
    size_t n = (size_t)size;
    if (strncmp(header, "#1/", 3) == 0) { /* BSD: the name stands before the content */
      size_t name = strtoul(header + 3, NULL, 10);
      if (name > n) return;
      content += name, n -= name;
    }
    if (!is_table && !read_content(folder, content, n, arena, out)) ++*unknown;
    at += 60 + (size_t)size + (size & 1);
    if (at >= map->size) return;
  }
}

void record_read(const char *folder, const char *file, ck_arena *arena, cli_records *out, size_t *unknown) {
  ck_mapping map;
  if (ck_map_file(file, &map, NULL) != CK_OK) return;
  if (map.size > 8 && memcmp(map.bytes, "!<arch>\n", 8) == 0) read_archive(folder, &map, arena, out, unknown);
  else if (map.bytes != NULL && !read_content(folder, map.bytes, map.size, arena, out)) ++*unknown;
  ck_unmap_file(&map);
}
