/* snapshot.c - the headers of a checkpoint as text: kilobytes that can stand for gigabytes.
 *
 * The first line is `ckptlint-headers 1`, the rest one JSON document, one entry a line, so that a version control
 * system shows what changed. It holds everything that the accessors of ckpt.h tell, the size and SHA-256 of the
 * original included; a reader that meets it answers as the original would, ck_ckpt_is_snapshot apart. Writing is
 * deterministic.
 *
 *   ckptlint-headers 1
 *   {"sha256": "...", "size": 123, "format": "libtorch", "root": "module", "modules": ["fc"],
 *   "entries": [
 *   {"key": "fc.weight", "kind": "parameter", "dtype": "float32", "shape": [10, 784], ...},
 *   ...],
 *   "parts": [...], "others": [...], "dict": [["epoch", "int"], ["state_dict", [["fc.weight", 0]]]], "metadata": [...],
 * "unsafe": [...], "problems": [...]}
 *
 * Strings that are no UTF-8 cannot stand in JSON: each byte that is wrong becomes U+FFFD. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ckpt/json.h"

static const char first_line[] = "ckptlint-headers 1\n";
static const char suffix[] = ".ckpt-headers";
static const char meta_sha256[] = "snapshot.sha256";

/* Names of enumerators, in their order. */
static const char *const roots[] = {"none", "tensor", "list", "dict", "module", "tree", NULL};
static const char *const kinds[] = {"unknown", "parameter", "buffer", NULL};
static const char *const layouts[] = {"dense", "sparse_coo", "sparse_csr", "quantized", "meta", NULL};

enum { MAX_DICT_DEPTH = 64 }; /* of dicts that are written; two levels of JSON each (json.c, MAX_DEPTH) */

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

/* --- Writing ----------------------------------------------------------------------------------------------------- */

/* Length of the valid UTF-8 character at p, 0 if there is none. */
static size_t character(const unsigned char *p) {
  size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
  for (size_t i = 1; i < n; i++)
    if ((p[i] & 0xc0) != 0x80) return 0;
  if (n == 3 && ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f))) return 0;
  if (n == 4 && ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))) return 0;
  return n;
}

static void put_string(ck_strbuf *out, const char *s) {
  if (s == NULL) {
    ck_strbuf_puts(out, "null");
    return;
  }
  ck_strbuf_putc(out, '"');
  for (const unsigned char *p = (const unsigned char *)s; *p;) {
    size_t n = character(p);
    if (n == 0) ck_strbuf_puts(out, "\xef\xbf\xbd");
    else if (*p < 32 || *p == '"' || *p == '\\') ck_strbuf_printf(out, "\\u%04x", *p);
    else ck_strbuf_add(out, p, n);
    p += n ? n : 1;
  }
  ck_strbuf_putc(out, '"');
}

static void put_strings(ck_strbuf *out, const char *const *list, size_t n) {
  ck_strbuf_putc(out, '[');
  for (size_t i = 0; i < n; i++) {
    if (i) ck_strbuf_puts(out, ", ");
    put_string(out, list[i]);
  }
  ck_strbuf_putc(out, ']');
}

static void put_numbers(ck_strbuf *out, const int64_t *list, size_t n) {
  ck_strbuf_putc(out, '[');
  for (size_t i = 0; i < n; i++) ck_strbuf_printf(out, "%s%lld", i ? ", " : "", (long long)list[i]);
  ck_strbuf_putc(out, ']');
}

static void put_named(ck_strbuf *out, const char *name, const char *s) {
  if (s == NULL) return;
  ck_strbuf_printf(out, ", \"%s\": ", name);
  put_string(out, s);
}

static void put_named_number(ck_strbuf *out, const char *name, int64_t v) {
  if (v != 0) ck_strbuf_printf(out, ", \"%s\": %lld", name, (long long)v);
}

/* Members that have their usual value (0, NULL, true for is_persistent) are left out. */
static void put_entry(ck_strbuf *out, const ck_ckpt_entry *e) {
  ck_strbuf_puts(out, "{\"key\": ");
  put_string(out, e->key);
  if (e->kind != CK_CKPT_KIND_UNKNOWN) put_named(out, "kind", kinds[e->kind]);
  put_named(out, "dtype", ck_dtype_name(e->dtype));
  put_named(out, "dtype_text", e->dtype_text);
  if (e->shape_known) {
    ck_strbuf_puts(out, ", \"shape\": ");
    put_numbers(out, e->shape, e->rank);
    if (e->stride) {
      ck_strbuf_puts(out, ", \"stride\": ");
      put_numbers(out, e->stride, e->rank);
    }
  }
  if (e->layout != CK_CKPT_DENSE) put_named(out, "layout", layouts[e->layout]);
  put_named_number(out, "plain_attribute", e->is_plain_attribute);
  put_named_number(out, "transient", !e->is_persistent);
  put_named(out, "storage", e->storage);
  put_named_number(out, "storage_offset", e->storage_offset);
  put_named(out, "location", e->location);
  put_named(out, "file", e->file);
  ck_strbuf_putc(out, '}');
}

static void put_others(ck_strbuf *out, const ck_ckpt_other *others, size_t n) {
  ck_strbuf_putc(out, '[');
  for (size_t i = 0; i < n; i++) {
    ck_strbuf_puts(out, i ? ",\n{\"key\": " : "\n{\"key\": ");
    put_string(out, others[i].key);
    put_named(out, "type", others[i].type);
    put_named(out, "text", others[i].text);
    ck_strbuf_putc(out, '}');
  }
  ck_strbuf_putc(out, ']');
}

static void put_entries(ck_strbuf *out, const ck_ckpt_entry *entries, size_t n) {
  ck_strbuf_putc(out, '[');
  for (size_t i = 0; i < n; i++) {
    ck_strbuf_puts(out, i ? ",\n" : "\n");
    put_entry(out, &entries[i]);
  }
  ck_strbuf_putc(out, ']');
}

/* Does the part hold what the file holds, and nothing else? */
static bool is_whole(const ck_ckpt *c, const ck_ckpt_part *p) {
  if (p->path_count != 0 || p->entry_count != c->entries.n || p->other_count != c->others.n) return false;
  if (p->has_modules != c->has_modules || p->module_count != c->modules.n) return false;
  for (size_t i = 0; i < p->other_count; i++)
    if (strcmp(p->others[i].key, c->others.at[i].key) != 0) return false;
  for (size_t i = 0; i < p->entry_count; i++)
    if (strcmp(p->entries[i].key, c->entries.at[i].key) != 0) return false;
  return true;
}

/* The part that is the whole file is written without what the file lists already. */
static void put_part(ck_strbuf *out, const ck_ckpt *c, const ck_ckpt_part *p) {
  ck_strbuf_puts(out, "\n{\"path\": ");
  put_strings(out, p->path, p->path_count);
  ck_strbuf_puts(out, ", \"path_text\": ");
  put_string(out, p->path_text);
  put_named(out, "kind", roots[p->kind]);
  if (!is_whole(c, p)) {
    ck_strbuf_puts(out, ", \"entries\": ");
    put_entries(out, p->entries, p->entry_count);
    ck_strbuf_puts(out, ", \"others\": ");
    put_others(out, p->others, p->other_count);
    if (p->has_modules) {
      ck_strbuf_puts(out, ", \"modules\": ");
      put_strings(out, p->modules, p->module_count);
    }
  }
  ck_strbuf_putc(out, '}');
}

static void put_problems(ck_strbuf *out, const ck_ckpt *c) {
  for (size_t i = 0; i < c->problems.n; i++) {
    const ck_ckpt_problem *p = &c->problems.at[i];
    ck_strbuf_puts(out, i ? ",\n{\"kind\": " : "\n{\"kind\": ");
    put_string(out, ck_ckpt_problem_name(p->kind));
    if (p->at != CK_NO_OFFSET) put_named_number(out, "at", (int64_t)p->at);
    else ck_strbuf_puts(out, ", \"at\": -1");
    put_named(out, "key", p->key);
    put_named(out, "text", p->text);
    ck_strbuf_putc(out, '}');
  }
}

/* Holds the root all tensors, in order, and nothing else? */
static bool is_flat(const ck_ckpt *c) {
  bool is = c->root_dict->count == c->entries.n;
  for (size_t i = 0; is && i < c->entries.n; i++) is = c->root_dict->items[i].entry == i;
  return is;
}

/* [["epoch", "int"], ["state_dict", [["fc.weight", 0]]]]: a tensor by its number, a dict by its items, else the type.
 * Pairs, since two names that are no UTF-8 may look alike here. */
static void put_dict(ck_strbuf *out, const ck_ckpt_dict *dict, unsigned depth) {
  ck_strbuf_putc(out, '[');
  for (size_t i = 0; i < dict->count; i++) {
    const ck_ckpt_item *item = &dict->items[i];
    ck_strbuf_puts(out, i ? ", [" : "[");
    put_string(out, item->key);
    ck_strbuf_puts(out, ", ");
    if (item->entry != SIZE_MAX) ck_strbuf_printf(out, "%zu", item->entry);
    else if (item->dict != NULL && depth < MAX_DICT_DEPTH) put_dict(out, item->dict, depth + 1);
    else put_string(out, item->type);
    ck_strbuf_putc(out, ']');
  }
  ck_strbuf_putc(out, ']');
}

void ck_ckpt_write_snapshot(const ck_ckpt *c, const char *sha256, ck_strbuf *out) {
  ck_strbuf_puts(out, first_line);
  ck_strbuf_puts(out, "{\"sha256\": ");
  put_string(out, sha256);
  ck_strbuf_printf(out, ", \"size\": %llu", (unsigned long long)c->size);
  put_named(out, "format", ck_ckpt_format_name(c->format));
  put_named(out, "root", roots[c->root]);
  ck_strbuf_puts(out, ", \"modules\": ");
  if (c->has_modules) put_strings(out, c->modules.at, c->modules.n);
  else ck_strbuf_puts(out, "null");
  ck_strbuf_puts(out, ",\n\"entries\": ");
  put_entries(out, c->entries.at, c->entries.n);
  ck_strbuf_puts(out, ",\n\"parts\": [");
  for (size_t i = 0; i < c->parts.n; i++) {
    if (i) ck_strbuf_putc(out, ',');
    put_part(out, c, &c->parts.at[i]);
  }
  ck_strbuf_puts(out, "],\n\"others\": ");
  put_others(out, c->others.at, c->others.n);
  if (c->root_dict != NULL) {
    ck_strbuf_puts(out, ",\n\"dict\": ");
    if (is_flat(c)) ck_strbuf_puts(out, "true");
    else put_dict(out, c->root_dict, 0);
  }
  ck_strbuf_puts(out, ",\n\"metadata\": [");
  for (size_t i = 0, n = 0; i < c->metadata.n; i++) {
    const char *pair[] = {c->metadata.at[i].name, c->metadata.at[i].value};
    if (strcmp(pair[0], meta_sha256) == 0) continue; /* what is written is a snapshot already */
    ck_strbuf_puts(out, n++ ? ",\n" : "\n");
    put_strings(out, pair, 2);
  }
  ck_strbuf_puts(out, "],\n\"unsafe\": [");
  for (size_t i = 0; i < c->unsafe.n; i++) {
    ck_strbuf_puts(out, i ? ",\n{\"name\": " : "\n{\"name\": ");
    put_string(out, c->unsafe.at[i].name);
    put_named(out, "where", c->unsafe.at[i].where);
    put_named_number(out, "at", (int64_t)c->unsafe.at[i].at);
    ck_strbuf_putc(out, '}');
  }
  ck_strbuf_puts(out, "],\n\"problems\": [");
  put_problems(out, c);
  ck_strbuf_puts(out, "]}\n");
}

/* --- Reading ----------------------------------------------------------------------------------------------------- */

static int probe(const ck_ckpt_head *head) {
  return head->n >= sizeof first_line - 1 && memcmp(head->bytes, first_line, sizeof first_line - 1) == 0 ? 100 : 0;
}

static const char *string_of(ck_ckpt_job *job, const json_t *object, const char *name) {
  const char *s = json_string_value(json_object_get(object, name));
  return s ? ck_ckpt_copy(job, s, strlen(s)) : NULL;
}

static const char *string_or_empty(ck_ckpt_job *job, const json_t *object, const char *name) {
  const char *s = string_of(job, object, name);
  return s ? s : "";
}

static int64_t number_of(const json_t *object, const char *name) {
  return json_integer_value(json_object_get(object, name));
}

/* The enumerator of that name; 0 for any other. */
static int enum_of(const json_t *object, const char *name, const char *const *names) {
  const char *s = json_string_value(json_object_get(object, name));
  for (int i = 0; s != NULL && names[i] != NULL; i++)
    if (strcmp(names[i], s) == 0) return i;
  return 0;
}

static const int64_t *numbers_of(ck_ckpt_job *job, const json_t *list, uint32_t *n) {
  *n = (uint32_t)json_array_size(list);
  int64_t *v = *n ? CK_NEW_N(&job->ckpt->arena, int64_t, *n) : NULL;
  for (uint32_t i = 0; i < *n; i++) v[i] = json_integer_value(json_array_get(list, i));
  return v;
}

static const char *const *strings_of(ck_ckpt_job *job, const json_t *list, size_t *n) {
  *n = json_array_size(list);
  const char **v = *n ? CK_NEW_N(&job->ckpt->arena, const char *, *n) : NULL;
  for (size_t i = 0; i < *n; i++) {
    const char *s = json_string_value(json_array_get(list, i));
    v[i] = ck_ckpt_copy(job, s ? s : "", s ? strlen(s) : 0);
  }
  return v;
}

static ck_ckpt_entry entry_of(ck_ckpt_job *job, const json_t *v) {
  ck_ckpt_entry e = {.key = string_or_empty(job, v, "key"),
                     .kind = (ck_ckpt_kind)enum_of(v, "kind", kinds),
                     .layout = (ck_ckpt_layout)enum_of(v, "layout", layouts),
                     .is_plain_attribute = number_of(v, "plain_attribute") != 0,
                     .is_persistent = number_of(v, "transient") == 0,
                     .dtype_text = string_of(job, v, "dtype_text"),
                     .storage = string_of(job, v, "storage"),
                     .storage_offset = number_of(v, "storage_offset"),
                     .location = string_of(job, v, "location"),
                     .file = string_of(job, v, "file")};
  const json_t *shape = json_object_get(v, "shape"), *stride = json_object_get(v, "stride");
  const char *dtype = json_string_value(json_object_get(v, "dtype"));
  uint32_t n = 0;
  if (dtype) e.dtype = ck_dtype_from_name(dtype);
  e.shape_known = json_is_array(shape);
  e.shape = numbers_of(job, shape, &e.rank);
  if (json_is_array(stride) && json_array_size(stride) == e.rank) e.stride = numbers_of(job, stride, &n);
  return e;
}

static ck_ckpt_other other_of(ck_ckpt_job *job, const json_t *v) {
  return (ck_ckpt_other){string_or_empty(job, v, "key"), string_or_empty(job, v, "type"), string_of(job, v, "text")};
}

static ck_status read_part(ck_ckpt_job *job, const json_t *v) {
  const json_t *entries = json_object_get(v, "entries"), *others = json_object_get(v, "others"), *item;
  ck_ckpt_part p = {.kind = (ck_ckpt_root_kind)enum_of(v, "kind", roots)};
  size_t i;
  p.path = strings_of(job, json_object_get(v, "path"), &p.path_count);
  p.path_text = string_or_empty(job, v, "path_text");
  p.modules = strings_of(job, json_object_get(v, "modules"), &p.module_count);
  p.has_modules = json_is_array(json_object_get(v, "modules"));
  p.entry_count = json_array_size(entries);
  p.other_count = json_array_size(others);
  ck_ckpt_entry *e = CK_NEW_N(&job->ckpt->arena, ck_ckpt_entry, p.entry_count);
  ck_ckpt_other *o = CK_NEW_N(&job->ckpt->arena, ck_ckpt_other, p.other_count);
  json_array_foreach(entries, i, item) e[i] = entry_of(job, item);
  json_array_foreach(others, i, item) o[i] = other_of(job, item);
  p.entries = p.entry_count ? e : NULL; /* none: the lists of the whole file are shared */
  p.others = p.other_count ? o : NULL;
  ck_vec_push(&job->ckpt->parts, p);
  return ck_ckpt_charge(job, 0);
}

static const char tensor_type[] = "torch.Tensor";

/* NULL: no dict. It nests no deeper than the JSON document may (json.c). */
static const ck_ckpt_dict *dict_of(ck_ckpt_job *job, const json_t *list) {
  size_t n = json_array_size(list), i;
  ck_ckpt_dict *dict = json_is_array(list) ? CK_NEW(&job->ckpt->arena, ck_ckpt_dict) : NULL;
  if (dict == NULL) return NULL;
  ck_ckpt_item *items = CK_NEW_N(&job->ckpt->arena, ck_ckpt_item, n + 1);
  const json_t *pair;
  json_array_foreach(list, i, pair) {
    const char *key = json_string_value(json_array_get(pair, 0));
    const json_t *v = json_array_get(pair, 1);
    if (key == NULL) key = "";
    bool is_tensor = json_is_integer(v) && (uint64_t)json_integer_value(v) < job->ckpt->entries.n;
    const char *type = is_tensor ? tensor_type : json_is_string(v) ? json_string_value(v) : "dict";
    items[i] = (ck_ckpt_item){.key = ck_ckpt_copy(job, key, strlen(key)),
                              .type = ck_ckpt_copy(job, type, strlen(type)),
                              .entry = is_tensor ? (size_t)json_integer_value(v) : SIZE_MAX,
                              .dict = dict_of(job, v)};
  }
  *dict = (ck_ckpt_dict){items, n};
  return dict;
}

static const ck_ckpt_dict *root_dict_of(ck_ckpt_job *job, const json_t *v) {
  if (!json_is_true(v)) return dict_of(job, v);
  size_t n = job->ckpt->entries.n;
  ck_ckpt_dict *dict = CK_NEW(&job->ckpt->arena, ck_ckpt_dict);
  ck_ckpt_item *items = CK_NEW_N(&job->ckpt->arena, ck_ckpt_item, n + 1);
  for (size_t i = 0; i < n; i++)
    items[i] = (ck_ckpt_item){.key = job->ckpt->entries.at[i].key, .type = tensor_type, .entry = i};
  *dict = (ck_ckpt_dict){items, n};
  return dict;
}

static void read_lists(ck_ckpt_job *job, const json_t *root) {
  size_t i;
  const json_t *v;
  json_array_foreach(json_object_get(root, "metadata"), i, v) {
    const char *name = json_string_value(json_array_get(v, 0)), *value = json_string_value(json_array_get(v, 1));
    if (name && value) ck_ckpt_add_meta(job, name, value);
  }
  json_array_foreach(json_object_get(root, "unsafe"), i, v) ck_ckpt_add_unsafe(
      job, string_or_empty(job, v, "name"), string_or_empty(job, v, "where"), (uint64_t)number_of(v, "at"));
  json_array_foreach(json_object_get(root, "problems"), i, v) {
    const char *kind = string_or_empty(job, v, "kind");
    for (int k = 0; k < CK_CKPT_PROBLEM_COUNT; k++)
      if (strcmp(ck_ckpt_problem_name((ck_ckpt_problem_kind)k), kind) == 0)
        ck_ckpt_add_problem(job, (ck_ckpt_problem_kind)k, (uint64_t)number_of(v, "at"), string_of(job, v, "key"), "%s",
                            string_or_empty(job, v, "text"));
  }
  job->ckpt->root_dict = root_dict_of(job, json_object_get(root, "dict"));
  json_array_foreach(json_object_get(root, "others"), i, v) {
    ck_ckpt_other other = other_of(job, v);
    ck_vec_push(&job->ckpt->others, other);
  }
}

static ck_status read_root(ck_ckpt_job *job, const json_t *root) {
  ck_ckpt *c = job->ckpt;
  const char *format = string_or_empty(job, root, "format"), *sha256 = string_or_empty(job, root, "sha256");
  const json_t *modules = json_object_get(root, "modules"), *v;
  size_t i, n;
  c->is_snapshot = true;
  c->format = ck_ckpt_format_from_name(format);
  if (c->format == CK_CKPT_FORMAT_UNKNOWN && strcmp(format, "unknown") != 0)
    return ck_fail(job->err, CK_CORRUPT, "the headers snapshot is of the unknown format \"%.60s\"", format);
  int64_t size = number_of(root, "size");
  if (size < 0)
    return ck_fail(job->err, CK_CORRUPT, "the headers snapshot is of a file of %lld bytes", (long long)size);
  c->size = (uint64_t)size;
  c->root = (ck_ckpt_root_kind)enum_of(root, "root", roots);
  c->has_modules = json_is_array(modules);
  const char *const *paths = strings_of(job, modules, &n);
  for (i = 0; i < n; i++) ck_ckpt_add_module(job, paths[i]);
  json_array_foreach(json_object_get(root, "entries"), i, v) {
    ck_ckpt_entry e = entry_of(job, v);
    TRY(ck_ckpt_add_entry(job, &e));
  }
  json_array_foreach(json_object_get(root, "parts"), i, v) TRY(read_part(job, v));
  read_lists(job, root);
  if (sha256[0] != 0) ck_ckpt_add_meta(job, meta_sha256, sha256);
  return CK_OK;
}

static ck_status read_snapshot(ck_ckpt_job *job) {
  uint64_t n = job->source->size, start = sizeof first_line - 1;
  json_t *root;
  if (n > job->limits->max_text)
    return ck_fail(job->err, CK_LIMIT, "the headers snapshot has %llu bytes, more than are read (limit max_text)",
                   (unsigned long long)n);
  TRY(ck_ckpt_charge(job, n));
  char *text = ck_arena_alloc(&job->scratch, (size_t)n + 1);
  TRY(ck_ckpt_source_read(job->source, start, text, (size_t)(n - start), job->err));
  TRY(ck_json_parse(job, text, (size_t)(n - start), start, "the headers snapshot", &root));
  ck_status status = read_root(job, root);
  json_decref(root);
  return status;
}

const ck_ckpt_reader ck_reader_snapshot = {.name = "snapshot", .probe = probe, .read = read_snapshot};

/* --- Finding ----------------------------------------------------------------------------------------------------- */

/* An oid comes from a file of a stranger's: 64 hex digits and nothing else becomes part of a path. */
static bool is_oid(const char *s) { return strlen(s) == 64 && strspn(s, "0123456789abcdef") == 64; }

ck_status ck_ckpt_find_snapshot(const char *oid, const char *const *folders, size_t folder_count, char **path,
                                ck_err *err) {
  char name[64 + sizeof suffix];
  *path = NULL;
  if (!is_oid(oid)) return ck_fail(err, CK_USAGE, "%.80s is no SHA-256 in lower-case hex digits", oid);
  snprintf(name, sizeof name, "%s%s", oid, suffix);
  for (size_t i = 0; i < folder_count; i++) {
    *path = ck_path_join(folders[i], name);
    if (ck_file_exists(*path)) return CK_OK;
    free(*path);
    *path = NULL;
  }
  return ck_fail(err, CK_ABSENT, "no headers snapshot of %s in the %zu folders searched", oid, folder_count);
}

static bool is_of(const ck_ckpt *snapshot, const char *oid, const char *size) {
  const char *sha256 = ck_ckpt_meta(snapshot, meta_sha256);
  if (!snapshot->is_snapshot || sha256 == NULL || strcmp(sha256, oid) != 0) return false;
  return size == NULL || strtoull(size, NULL, 10) == snapshot->size;
}

bool ck_ckpt_follow_pointer(ck_ckpt **ckpt, const char *const *folders, size_t folder_count) {
  if ((*ckpt)->format != CK_CKPT_FORMAT_LFS_POINTER) return false;
  const char *oid = ck_ckpt_meta(*ckpt, "oid"), *size = ck_ckpt_meta(*ckpt, "size");
  char *path = NULL;
  ck_ckpt *snapshot = NULL;
  bool found = oid != NULL && ck_ckpt_find_snapshot(oid, folders, folder_count, &path, NULL) == CK_OK &&
               ck_ckpt_open(path, NULL, &snapshot, NULL) == CK_OK && is_of(snapshot, oid, size);
  free(path);
  if (found) snapshot->path = ck_arena_strdup(&snapshot->arena, (*ckpt)->path); /* it stands for that file */
  ck_ckpt_free(found ? *ckpt : snapshot);
  if (found) *ckpt = snapshot;
  return found;
}
