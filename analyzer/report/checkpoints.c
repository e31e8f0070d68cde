/* checkpoints.c - `show --format json`: what checkpoint files hold (docs/use/show.md). */
#include "report/report_int.h"

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

static json_t *parts_json(const ck_ckpt *ckpt) {
  json_t *list = json_array();
  size_t n;
  const ck_ckpt_part *parts = ck_ckpt_parts(ckpt, &n);
  for (size_t i = 0; i < n; i++) {
    json_t *part = json_object();
    json_object_set_new(part, "path", ck_diag_json_string(parts[i].path_text));
    json_object_set_new(part, "keys", json_integer((json_int_t)parts[i].entry_count));
    json_array_append_new(list, part);
  }
  return list;
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
  json_object_set_new(object, "parts", parts_json(ckpt));
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
