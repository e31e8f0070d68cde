/* checkpoints.c - `show`: what checkpoint files hold, as text and JSON (DESIGN.md, "Command line"). */
#include <string.h>

#include "report/report_int.h"

enum { MAX_ENTRIES = 200 /* lines of one file; --all-keys prints all */ };

static json_t *shape_json(const ck_ckpt_entry *e) {
  if (!e->shape_known) return json_null();
  json_t *shape = json_array();
  for (uint32_t i = 0; i < e->rank; i++) json_array_append_new(shape, json_integer(e->shape[i]));
  return shape;
}

static json_t *entry_json(const ck_ckpt_entry *e) {
  json_t *object = json_object();
  json_object_set_new(object, "key", ck_diag_json_string(e->key));
  json_object_set_new(object, "kind", ck_diag_json_string(ck_ckpt_kind_name(e->kind)));
  json_object_set_new(object, "shape", shape_json(e));
  json_object_set_new(object, "dtype", ck_diag_json_string(ck_dtype_name(e->dtype)));
  return object;
}

static json_t *checkpoint_json(const ck_ckpt *ckpt) {
  json_t *object = json_object(), *entries = json_array(), *modules = json_null(), *metadata = json_object();
  json_t *unsafe = json_array(), *problems = json_array();
  size_t n;
  const ck_ckpt_entry *e = ck_ckpt_entries(ckpt, &n);
  for (size_t i = 0; i < n; i++) json_array_append_new(entries, entry_json(&e[i]));
  const char *const *paths;
  if (ck_ckpt_modules(ckpt, &paths, &n)) {
    modules = json_array();
    for (size_t i = 0; i < n; i++) json_array_append_new(modules, ck_diag_json_string(paths[i]));
  }
  const ck_ckpt_pair *pairs = ck_ckpt_metadata(ckpt, &n);
  for (size_t i = 0; i < n; i++) {
    json_t *name = ck_diag_json_string(pairs[i].name); /* made valid UTF-8 */
    json_object_set_new(metadata, json_string_value(name), ck_diag_json_string(pairs[i].value));
    json_decref(name);
  }
  const ck_ckpt_global *globals = ck_ckpt_unsafe(ckpt, &n);
  for (size_t i = 0; i < n; i++) json_array_append_new(unsafe, ck_diag_json_string(globals[i].name));
  const ck_ckpt_problem *p = ck_ckpt_problems(ckpt, &n);
  for (size_t i = 0; i < n; i++) json_array_append_new(problems, ck_diag_json_string(p[i].text));
  json_object_set_new(object, "path", ck_diag_json_string(ck_ckpt_path(ckpt)));
  json_object_set_new(object, "format", ck_diag_json_string(ck_ckpt_format_name(ck_ckpt_format(ckpt))));
  json_object_set_new(object, "entries", entries);
  json_object_set_new(object, "modules", modules);
  json_object_set_new(object, "metadata", metadata);
  json_object_set_new(object, "unsafe", unsafe);
  json_object_set_new(object, "problems", problems);
  return object;
}

void ck_checkpoints_json(ck_ckpt *const *checkpoints, size_t n, ck_strbuf *out) {
  json_t *root = json_object(), *list = json_array();
  json_object_set_new(root, "schema", json_integer(1));
  for (size_t i = 0; i < n; i++) json_array_append_new(list, checkpoint_json(checkpoints[i]));
  json_object_set_new(root, "checkpoints", list);
  ck_diag_json_dump(root, out);
}

static void put_entry(ck_strbuf *out, const ck_ckpt_entry *e, int width, ck_arena *arena) {
  const char *kind = ck_ckpt_kind_name(e->kind), *dtype = ck_dtype_name(e->dtype);
  if (dtype == NULL) dtype = e->dtype_text;
  ck_strbuf_printf(out, "  %-*s  %-9s  %s %s\n", width, e->key[0] != '\0' ? e->key : "(root)",
                   kind != NULL ? kind : "-", e->shape_known ? ck_shape_text(arena, e->shape, e->rank) : "?",
                   dtype != NULL ? dtype : "?");
}

static void put_checkpoint(ck_strbuf *out, const ck_ckpt *ckpt, bool all_keys, ck_arena *arena) {
  size_t n, count;
  const ck_ckpt_entry *e = ck_ckpt_entries(ckpt, &n);
  ck_strbuf_printf(out, "%s: %s (%s), %zu key%s\n", ck_ckpt_path(ckpt), ck_ckpt_format_what(ck_ckpt_format(ckpt)),
                   ck_ckpt_format_name(ck_ckpt_format(ckpt)), n, n == 1 ? "" : "s");
  size_t shown = all_keys || n <= MAX_ENTRIES ? n : MAX_ENTRIES;
  int width = 0;
  for (size_t i = 0; i < shown; i++)
    if ((int)strlen(e[i].key) > width) width = (int)strlen(e[i].key);
  if (width > 100) width = 100;
  for (size_t i = 0; i < shown; i++) put_entry(out, &e[i], width, arena);
  if (shown < n) ck_strbuf_printf(out, "  and %zu more (--all-keys prints all)\n", n - shown);
  const ck_ckpt_pair *pairs = ck_ckpt_metadata(ckpt, &count);
  for (size_t i = 0; i < count; i++) ck_strbuf_printf(out, "  %s: %s\n", pairs[i].name, pairs[i].value);
  const ck_ckpt_problem *problems = ck_ckpt_problems(ckpt, &count);
  for (size_t i = 0; i < count; i++) ck_strbuf_printf(out, "  problem: %s\n", problems[i].text);
  const ck_ckpt_global *unsafe = ck_ckpt_unsafe(ckpt, &count);
  for (size_t i = 0; i < count; i++)
    ck_strbuf_printf(out, "  unsafe: %s, named in %s (not called)\n", unsafe[i].name, unsafe[i].where);
}

void ck_checkpoints_text(ck_ckpt *const *checkpoints, size_t n, bool all_keys, ck_strbuf *out) {
  ck_arena arena;
  ck_arena_init(&arena);
  for (size_t i = 0; i < n; i++) {
    if (i > 0) ck_strbuf_putc(out, '\n');
    put_checkpoint(out, checkpoints[i], all_keys, &arena);
  }
  ck_arena_release(&arena);
}
