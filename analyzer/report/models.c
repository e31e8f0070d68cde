/* models.c - `keys`: the derived models as text and JSON (DESIGN.md, "Command line"). */
#include <ctype.h>
#include <string.h>

#include "report/report_int.h"

static const char *certainty(const ck_key *key) {
  return key->is_pattern ? "pattern" : key->when.n > 0 ? "conditional" : "definite";
}

/* A kind that is not known cannot be spelt in the contract; a tensor that is registered is a parameter unless said. */
static const char *kind_name(ck_kind kind) { return kind == CK_KIND_BUFFER ? "buffer" : "parameter"; }

static json_t *dim_json(const ck_dim *dim) {
  if (dim->kind == CK_DIM_INT) return json_integer(dim->n);
  if (dim->kind != CK_DIM_SYM) return json_null();
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_sym_print(dim->sym, &b);
  json_t *text = ck_diag_json_string(b.s);
  ck_strbuf_release(&b);
  return text;
}

static json_t *key_json(const ck_key *key, ck_arena *arena) {
  json_t *object = json_object(), *shape = json_null();
  if (key->rank >= 0) {
    shape = json_array();
    for (int32_t i = 0; i < key->rank; i++) json_array_append_new(shape, dim_json(&key->dims[i]));
  }
  json_object_set_new(object, "key", ck_diag_json_string(key->key));
  json_object_set_new(object, "kind", ck_diag_json_string(kind_name(key->kind)));
  json_object_set_new(object, "shape", shape);
  json_object_set_new(object, "dtype", ck_diag_json_string(ck_dtype_name(key->dtype)));
  json_object_set_new(object, "certainty", ck_diag_json_string(certainty(key)));
  if (key->when.n > 0) json_object_set_new(object, "when", ck_diag_json_string(ck_condition_text(arena, key->when)));
  ck_diag_json_loc(object, key->loc);
  return object;
}

/* A reason with its place: most name it themselves, the rest get where the class or the key stands. */
static const char *placed(ck_arena *arena, const char *reason, ck_loc loc) {
  size_t n = strlen(reason);
  bool named = n > 0 && isdigit((unsigned char)reason[n - 1]) && strstr(reason, " at ") != NULL;
  if (named || loc.file == NULL || loc.line == 0) return reason;
  const char *slash = strrchr(loc.file, '/');
  return ck_arena_printf(arena, "%s, at %s:%u", reason, slash != NULL ? slash + 1 : loc.file, loc.line);
}

static const char *open_text(ck_arena *arena, const ck_model *m, const ck_open *open) {
  const char *reason = placed(arena, open->reason, open->loc.file != NULL ? open->loc : m->loc);
  return open->path[0] == '\0' ? reason : ck_arena_printf(arena, "%s: %s", open->path, reason);
}

static json_t *model_json(const ck_model *m, ck_arena *arena) {
  json_t *object = json_object(), *keys = json_array(), *modules = json_array(), *notes = json_array();
  json_object_set_new(object, "class", ck_diag_json_string(m->cls));
  ck_diag_json_loc(object, m->loc);
  json_object_set_new(object, "complete", json_boolean(m->complete));
  for (size_t i = 0; i < m->nkeys; i++) json_array_append_new(keys, key_json(&m->keys[i], arena));
  ck_map said; /* each way of a condition may register its own under one name */
  ck_map_init(&said);
  for (size_t i = 0; i < m->nmodules; i++) {
    bool is_new = false;
    if (m->modules[i].is_serializable) ck_map_put(&said, m->modules[i].path, &is_new);
    if (is_new) json_array_append_new(modules, ck_diag_json_string(m->modules[i].path));
  }
  ck_map_release(&said);
  for (size_t i = 0; i < m->nopens; i++)
    json_array_append_new(notes, ck_diag_json_string(open_text(arena, m, &m->opens[i])));
  for (size_t i = 0; i < m->nkeys; i++) {
    const ck_key *key = &m->keys[i];
    if (key->unknown == NULL) continue;
    const char *reason = placed(arena, key->unknown, key->loc);
    json_array_append_new(notes, ck_diag_json_string(ck_arena_printf(arena, "%s: %s", key->key, reason)));
  }
  json_object_set_new(object, "keys", keys);
  json_object_set_new(object, "modules", modules);
  json_object_set_new(object, "notes", notes);
  return object;
}

void ck_models_json(ck_model *const *models, size_t n, ck_strbuf *out) {
  ck_arena arena;
  ck_arena_init(&arena);
  json_t *root = json_object(), *list = json_array();
  json_object_set_new(root, "schema", json_integer(1));
  for (size_t i = 0; i < n; i++) json_array_append_new(list, model_json(models[i], &arena));
  json_object_set_new(root, "models", list);
  ck_diag_json_dump(root, out);
  ck_arena_release(&arena);
}

void ck_models_text(ck_model *const *models, size_t n, const ck_text_style *style, ck_strbuf *out) {
  ck_arena arena;
  ck_arena_init(&arena);
  for (size_t i = 0; i < n; i++) {
    const ck_model *m = models[i];
    ck_strbuf_printf(out, "%s%s", i > 0 ? "\n" : "", m->cls != NULL ? m->cls : "(unknown class)");
    if (m->loc.file != NULL) {
      ck_strbuf_puts(out, " at ");
      ck_put_loc(out, m->loc, style);
    }
    ck_strbuf_printf(out, ": %zu key%s%s\n", m->nkeys, m->nkeys == 1 ? "" : "s", m->complete ? "" : ", perhaps more");
    int width = 0;
    for (size_t k = 0; k < m->nkeys; k++)
      if ((int)strlen(m->keys[k].key) > width) width = (int)strlen(m->keys[k].key);
    for (size_t k = 0; k < m->nkeys; k++) {
      const ck_key *key = &m->keys[k];
      const char *shape = ck_dims_text(&arena, key->dims, key->rank), *dtype = ck_dtype_name(key->dtype);
      ck_strbuf_printf(out, "  %-*s  %-9s  %s %s", width, key->key, kind_name(key->kind), shape != NULL ? shape : "?",
                       dtype != NULL ? dtype : "?");
      if (key->when.n > 0) ck_strbuf_printf(out, "  %s", ck_condition_text(&arena, key->when));
      if (key->unknown != NULL) ck_strbuf_printf(out, "  (%s)", placed(&arena, key->unknown, key->loc));
      ck_strbuf_putc(out, '\n');
    }
    ck_map said; /* in a loop a place may open a module several times */
    ck_map_init(&said);
    for (size_t k = 0; k < m->nopens; k++) {
      bool is_new;
      const char *text = open_text(&arena, m, &m->opens[k]);
      ck_map_put(&said, text, &is_new);
      if (is_new) ck_strbuf_printf(out, "  note: %s\n", text);
    }
    ck_map_release(&said);
  }
  ck_arena_release(&arena);
}
