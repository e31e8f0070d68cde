/* record.c - what `cc` remembers of the objects that it saw compiled, for the link that follows, as LTO does.
 *
 * A record lies in the cache under the hash of the object's bytes: so it is found when the object was moved, copied or
 * put in an archive, and never when it was built otherwise. Objects of the same bytes come from several places, though:
 * two checkouts of one project, two build folders. So a record holds a few makings, the last one first, and the link
 * takes the one whose output lies nearest to the file that it links. The file is the hash of the rest, a newline, and
 * JSON: [{made, units: [{file, directory, object, flags, decided}]}]. */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "cli/cli.h"

enum { MAX_RECORD = 16 * 1024 * 1024, MAX_MEMBERS = 100 * 1000, MAX_MAKINGS = 8, HASH_DIGITS = 32 };

static char *record_path(const char *folder, const void *bytes, size_t n) {
  char hex[33], name[64];
  ck_hash128_hex(bytes, n, hex);
  memcpy(name, hex, 32);
  memcpy(name + 32, ".json", sizeof ".json");
  return ck_path_join(folder, name);
}

/* --- Writing -------------------------------------------------------------------------------------------------- */

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

/* The makings of a record; NULL if it is not there or damaged. */
static json_t *load_makings(const char *path) {
  char *text, hex[33];
  size_t n;
  if (ck_read_file(path, MAX_RECORD, &text, &n, NULL) != CK_OK) return NULL;
  json_t *makings = NULL;
  if (n > HASH_DIGITS + 1) {
    ck_hash128_hex(text + HASH_DIGITS + 1, n - HASH_DIGITS - 1, hex);
    if (memcmp(hex, text, HASH_DIGITS) == 0) makings = json_loadb(text + HASH_DIGITS + 1, n - HASH_DIGITS - 1, 0, NULL);
  }
  free(text);
  if (json_is_array(makings)) return makings;
  json_decref(makings);
  return NULL;
}

static ck_status save_makings(const char *path, json_t *makings, ck_err *err) {
  char *json = json_dumps(makings, JSON_COMPACT), hex[33];
  if (json == NULL) return ck_fail(err, CK_FORMAT, "a name is not UTF-8");
  ck_strbuf text;
  ck_strbuf_init(&text);
  ck_hash128_hex(json, strlen(json), hex);
  ck_strbuf_printf(&text, "%s\n%s", hex, json);
  free(json);
  ck_status status = ck_write_file(path, text.s, text.n, err);
  ck_strbuf_release(&text);
  return status;
}

ck_status record_write(const char *folder, const char *object, const cli_record *records, size_t n, ck_err *err) {
  ck_mapping map;
  ck_status status = ck_map_file(object, &map, err);
  if (status != CK_OK) return status;
  char *path = record_path(folder, map.bytes, map.size);
  ck_unmap_file(&map);
  json_t *units = json_array(), *makings = json_array(), *old, *item;
  for (size_t i = 0; i < n; i++) json_array_append_new(units, record_json(&records[i]));
  json_array_append_new(makings, json_pack("{s:s, s:o}", "made", object, "units", units));
  int lock = cache_lock(path); /* another checkout may be at the same object */
  old = load_makings(path);
  size_t i;
  json_array_foreach(old, i, item) {
    const char *made = json_string_value(json_object_get(item, "made"));
    if (made != NULL && strcmp(made, object) != 0 && json_array_size(makings) < MAX_MAKINGS)
      json_array_append(makings, item);
  }
  status = save_makings(path, makings, err);
  if (lock >= 0) close(lock);
  json_decref(old);
  json_decref(makings);
  free(path);
  return status;
}

/* --- Reading -------------------------------------------------------------------------------------------------- */

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

static size_t common_length(const char *a, const char *b) {
  size_t n = 0;
  while (a[n] != '\0' && a[n] == b[n]) n++;
  return n;
}

/* The making whose output lies nearest to `file`; the last one among equals. Those whose source is gone stand back. */
static json_t *nearest_making(json_t *makings, const char *file) {
  json_t *best = NULL, *item;
  size_t i, best_length = 0;
  bool best_there = false;
  json_array_foreach(makings, i, item) {
    const char *made = json_string_value(json_object_get(item, "made"));
    json_t *unit = json_array_get(json_object_get(item, "units"), 0);
    const char *source = json_string_value(json_object_get(unit, "file"));
    if (made == NULL || source == NULL) continue;
    bool there = ck_file_exists(source);
    size_t length = common_length(made, file);
    if (best != NULL && (there < best_there || (there == best_there && length <= best_length))) continue;
    best = item, best_length = length, best_there = there;
  }
  return best;
}

static bool read_content(const char *folder, const char *file, const void *bytes, size_t n, ck_arena *arena,
                         cli_records *out) {
  char *path = record_path(folder, bytes, n);
  json_t *makings = load_makings(path), *item;
  free(path);
  json_t *making = nearest_making(makings, file);
  size_t i;
  json_array_foreach(json_object_get(making, "units"), i, item) {
    cli_record record;
    if (!read_one(item, arena, &record)) continue;
    bool known = false; /* one object in two archives */
    for (size_t k = 0; k < out->n; k++)
      known |= strcmp(out->at[k].command.file, record.command.file) == 0 &&
               strcmp(out->at[k].command.object, record.command.object) == 0;
    if (known) free(record.decided.at);
    else ck_vec_push(out, record);
  }
  bool found = making != NULL;
  json_decref(makings);
  return found;
}

/* Of the archive that is being read. */
typedef struct {
  const char *folder, *file;  /* of the records; of the archive */
  bool is_thin;               /* members are named, not contained */
  const unsigned char *names; /* "//": long names, each ended by "/\n" */
  size_t names_size;
  ck_arena *arena;
  cli_records *out;
  size_t *unknown;
} archive;

/* A member of a thin archive is a file whose path is relative to the archive's: "/OFFSET" into the long names. */
static void read_named(archive *a, const char *header) {
  unsigned long long at = strtoull(header + 1, NULL, 10);
  if (header[0] != '/' || at >= a->names_size) return;
  const char *name = (const char *)a->names + at;
  const char *end = memchr(name, '\n', a->names_size - (size_t)at);
  if (end == NULL || end == name) return;
  char *folder = ck_path_dir(a->file);
  const char *path = ck_path_joined(a->arena, folder, ck_arena_printf(a->arena, "%.*s", (int)(end - name - 1), name));
  free(folder);
  ck_mapping map;
  if (ck_map_file(path, &map, NULL) != CK_OK) return;
  if (map.bytes != NULL && !read_content(a->folder, path, map.bytes, map.size, a->arena, a->out)) ++*a->unknown;
  ck_unmap_file(&map);
}

/* A member's header: 60 bytes, the size in decimal at 48 (ar(5)). */
static void read_archive(archive *a, const ck_mapping *map) {
  size_t at = 8;
  for (size_t members = 0; members < MAX_MEMBERS && map->size - at >= 60; members++) {
    const char *header = (const char *)map->bytes + at;
    char digits[11] = {0};
    memcpy(digits, header + 48, 10);
    unsigned long long size = strtoull(digits, NULL, 10);
    bool is_table = header[0] == '/' && (header[1] == ' ' || header[1] == '/'); /* symbols, long names */
    if (header[58] != '`') return;
    if (a->is_thin && !is_table) {
      read_named(a, header);
      size = 0;
    }
    if (size > map->size - at - 60) return;
    const unsigned char *content = map->bytes + at + 60;
    size_t n = (size_t)size;
    if (is_table && header[1] == '/') a->names = content, a->names_size = n;
    if (strncmp(header, "#1/", 3) == 0) { /* BSD: the name stands before the content */
      size_t name = strtoul(header + 3, NULL, 10);
      if (name > n) return;
      content += name, n -= name;
    }
    if (!is_table && !a->is_thin && !read_content(a->folder, a->file, content, n, a->arena, a->out)) ++*a->unknown;
    at += 60 + (size_t)size + (size & 1);
    if (at >= map->size) return;
  }
}

void record_read(const char *folder, const char *file, ck_arena *arena, cli_records *out, size_t *unknown) {
  ck_mapping map;
  if (ck_map_file(file, &map, NULL) != CK_OK) return;
  archive a = {.folder = folder, .file = file, .arena = arena, .out = out, .unknown = unknown};
  a.is_thin = map.size > 8 && memcmp(map.bytes, "!<thin>\n", 8) == 0;
  if (a.is_thin || (map.size > 8 && memcmp(map.bytes, "!<arch>\n", 8) == 0)) read_archive(&a, &map);
  else if (map.bytes != NULL && !read_content(folder, file, map.bytes, map.size, arena, out)) ++*unknown;
  ck_unmap_file(&map);
}
