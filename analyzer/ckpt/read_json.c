/* read_json.c - JSON: the index of a sharded checkpoint, or any other document (FORMATS.md A.6).
 *
 * {"metadata": {...}, "weight_map": {KEY: FILE, ...}}. The keys and their order come from the index, shapes from the
 * shards. A shard is opened once, its entries are copied, and it is closed before the next: memory is that of one. */
#include <string.h>

#include "base/file.h"
#include "ckpt/json.h"

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

typedef struct {
  const char *name;
  bool is_there;
} shard;

typedef struct {
  ck_ckpt_job *job;
  json_t *weights;               /* KEY -> FILE */
  CK_VEC(shard) shards;          /* in order of appearance */
  ck_map shard_of;               /* FILE -> index in shards */
  ck_map found;                  /* KEY -> index in `entries` plus 1 */
  CK_VEC(ck_ckpt_entry) entries; /* of all shards; strings in the checkpoint's arena */
  unsigned torch_shards, other_shards;
} reader;

static int probe(const ck_ckpt_head *head) {
  size_t i = 0;
  while (i < head->n && strchr(" \t\r\n", head->bytes[i]) && head->bytes[i]) i++;
  return i < head->n && (head->bytes[i] == '{' || head->bytes[i] == '[') ? 30 : 0;
}

/* A file beside the index: no folder, no "..". */
static bool is_plain_name(const char *name) {
  return name[0] != 0 && strchr(name, '/') == NULL && strchr(name, '\\') == NULL && strcmp(name, "..") != 0 &&
         strcmp(name, ".") != 0 && strlen(name) < 256;
}

/* --- Shards ------------------------------------------------------------------------------------------------------ */

static ck_status note_shard(reader *r, const char *name) {
  bool is_new;
  ck_map_entry *e = ck_map_put(&r->shard_of, name, &is_new);
  if (!is_new) return CK_OK;
  if (r->shards.n >= r->job->limits->max_shards)
    return ck_fail(r->job->err, CK_LIMIT, "the index names more than %u files (limit max_shards)",
                   r->job->limits->max_shards);
  shard s = {ck_ckpt_copy(r->job, name, strlen(name)), false};
  e->n = r->shards.n;
  ck_vec_push(&r->shards, s);
  return CK_OK;
}

/* Copies the shard's entries to the end of the job's list, from where they are moved into the index's order. */
static ck_status take_entries(reader *r, const ck_ckpt *c, const shard *s) {
  for (size_t i = 0; i < c->entries.n; i++) {
    const ck_ckpt_entry *e = &c->entries.at[i];
    const json_t *file = json_object_get(r->weights, e->key);
    if (file == NULL || !json_is_string(file) || strcmp(json_string_value(file), s->name) != 0) {
      ck_ckpt_add_problem(r->job, CK_CKPT_KEY_NOT_IN_INDEX, CK_NO_OFFSET, e->key,
                          "%.100s holds \"%.200s\", which the index does not name", s->name, e->key);
      continue;
    }
    TRY(ck_ckpt_add_copy(r->job, e, e->key, s->name));
    ck_ckpt_entry copy = r->job->ckpt->entries.at[--r->job->ckpt->entries.n];
    ck_vec_push(&r->entries, copy);
    ck_map_put(&r->found, copy.key, NULL)->n = r->entries.n;
    TRY(ck_ckpt_count(r->job));
  }
  return CK_OK;
}

static ck_status open_shard(reader *r, shard *s) {
  ck_ckpt_job *job = r->job;
  if (!is_plain_name(s->name)) {
    ck_ckpt_add_problem(job, CK_CKPT_BAD_SHARD_NAME, CK_NO_OFFSET, NULL,
                        "the index names \"%.200s\", which is no plain file name; it was not opened", s->name);
    return CK_OK;
  }
  ck_err why = {.text = "there is no folder to look in"};
  ck_ckpt *c = NULL;
  char *path = job->folder ? ck_path_join(job->folder, s->name) : NULL;
  ck_status status = path ? ck_ckpt_open_shard(path, job->limits, &c, &why) : CK_ABSENT;
  free(path);
  if (status == CK_LIMIT) {
    ck_ckpt_free(c);
    return ck_fail(job->err, status, "%.100s: %.300s", s->name, why.text);
  }
  if (status != CK_OK || !ck_ckpt_has(c, CK_CKPT_HAS_KEYS)) {
    ck_ckpt_add_problem(job, CK_CKPT_MISSING_SHARD, CK_NO_OFFSET, NULL, "%s \"%.200s\" of the index %s: %.200s",
                        "the file", s->name, status == CK_ABSENT ? "is not there" : "cannot be read",
                        status != CK_OK ? why.text : ck_ckpt_format_what(c->format));
    ck_ckpt_free(c);
    return CK_OK;
  }
  s->is_there = true;
  if (ck_ckpt_has(c, CK_CKPT_PICKLED)) r->torch_shards++;
  else r->other_shards++;
  ck_ckpt_add_shard_notes(job, c, s->name);
  status = take_entries(r, c, s);
  ck_ckpt_free(c);
  return status;
}

/* --- The index --------------------------------------------------------------------------------------------------- */

static ck_status add_key(reader *r, const char *key, const json_t *file) {
  ck_map_entry *found = ck_map_find(&r->found, key);
  if (found) return ck_ckpt_add_entry(r->job, &r->entries.at[found->n - 1]);
  const shard *s = &r->shards.at[ck_map_find(&r->shard_of, json_string_value(file))->n];
  ck_ckpt_entry e = {.key = ck_ckpt_copy(r->job, key, strlen(key)), .file = s->name, .is_persistent = true};
  if (s->is_there)
    ck_ckpt_add_problem(r->job, CK_CKPT_KEY_NOT_IN_SHARD, CK_NO_OFFSET, key,
                        "the index says that \"%.200s\" is in %.100s, where it is not", key, s->name);
  return ck_ckpt_add_entry(r->job, &e);
}

static void read_metadata(ck_ckpt_job *job, const json_t *metadata) {
  const char *name;
  json_t *v;
  json_object_foreach((json_t *)(uintptr_t)metadata, name, v) {
    const char *full = ck_arena_printf(&job->scratch, "metadata.%s", name);
    if (json_is_string(v)) ck_ckpt_add_meta(job, full, json_string_value(v));
    else if (json_is_integer(v)) ck_ckpt_add_meta_int(job, full, json_integer_value(v));
  }
}

static bool names_safetensors(const reader *r) {
  if (r->torch_shards + r->other_shards > 0) return r->other_shards >= r->torch_shards;
  return r->shards.n > 0 && ck_ends_with(r->shards.at[0].name, ".safetensors");
}

static ck_status read_index(reader *r) {
  const char *key;
  json_t *file;
  json_object_foreach(r->weights, key, file) {
    if (!json_is_string(file)) return ck_fail(r->job->err, CK_CORRUPT, "the index names no file for \"%.200s\"", key);
    TRY(note_shard(r, json_string_value(file)));
  }
  for (size_t i = 0; i < r->shards.n; i++) TRY(open_shard(r, &r->shards.at[i]));
  json_object_foreach(r->weights, key, file) TRY(add_key(r, key, file));
  r->job->ckpt->format = names_safetensors(r) ? CK_CKPT_FORMAT_SAFETENSORS_INDEX : CK_CKPT_FORMAT_TORCH_INDEX;
  ck_ckpt_add_meta_int(r->job, "shards", (int64_t)r->shards.n);
  ck_ckpt_add_root_part(r->job, CK_CKPT_ROOT_DICT);
  return CK_OK;
}

static ck_status read_document(ck_ckpt_job *job, json_t *root) {
  reader r = {.job = job, .weights = json_object_get(root, "weight_map")};
  job->ckpt->format = CK_CKPT_FORMAT_JSON;
  if (!json_is_object(r.weights) || job->is_shard) return CK_OK;
  ck_map_init(&r.shard_of);
  ck_map_init(&r.found);
  read_metadata(job, json_object_get(root, "metadata"));
  ck_status status = read_index(&r);
  ck_map_release(&r.shard_of);
  ck_map_release(&r.found);
  free(r.shards.at);
  free(r.entries.at);
  return status;
}

static ck_status read_json(ck_ckpt_job *job) {
  json_t *root;
  uint64_t n = job->source->size;
  if (n > job->limits->max_text)
    return ck_fail(job->err, CK_LIMIT, "the JSON document has %llu bytes, more than are read (limit max_text)",
                   (unsigned long long)n);
  TRY(ck_ckpt_charge(job, n));
  char *text = ck_arena_alloc(&job->scratch, (size_t)n + 1);
  TRY(ck_ckpt_source_read(job->source, 0, text, (size_t)n, job->err));
  TRY(ck_json_parse(job, text, (size_t)n, 0, "the file", &root));
  ck_status status = read_document(job, root);
  json_decref(root);
  return status;
}

const ck_ckpt_reader ck_reader_json = {.name = "json", .probe = probe, .read = read_json};
