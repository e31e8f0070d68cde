/* Every checkpoint of fixtures/checkpoints, and of ../shared/files where that folder exists, must list as its
 * listing.json says: what PyTorch, libtorch or numpy listed. One cmocka test per file. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "ckpt/ckpt.h"
#include "rows.h"

typedef struct {
  const char *name;
  const char *folder;
  json_t *expected;
} row;

static const char *text_of(const json_t *object, const char *name) {
  return json_string_value(json_object_get(object, name));
}

/* --- One entry --------------------------------------------------------------------------------------------------- */

static void check_shape(const ck_ckpt_entry *e, const json_t *shape) {
  if (e->rank != json_array_size(shape)) fail_msg("\"%s\" has rank %u", e->key, e->rank);
  for (uint32_t i = 0; i < e->rank; i++)
    if (e->shape[i] != json_integer_value(json_array_get(shape, i))) fail_msg("\"%s\" has another shape", e->key);
}

/* safetensors' names stand in the listings of foreign files */
static bool same_dtype(const char *have, const char *want) {
  static const char *const names[][2] = {{"I64", "int64"}, {"F32", "float32"}, {"U8", "uint8"}};
  for (size_t i = 0; want && i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i][0], want) == 0) want = names[i][1];
  return have == want || (have && want && strcmp(have, want) == 0);
}

static bool names(const json_t *list, const char *s) {
  size_t i;
  json_t *v;
  json_array_foreach(list, i, v) if (strcmp(json_string_value(v), s) == 0) return true;
  return false;
}

static void check_entry(const ck_ckpt_entry *e, const json_t *want, const json_t *expected) {
  const json_t *shape = json_object_get(want, "shape"), *kind = json_object_get(want, "kind");
  if (shape == NULL) {
    assert_false(e->shape_known);
    return;
  }
  assert_true(e->shape_known);
  check_shape(e, shape);
  if (!same_dtype(ck_dtype_name(e->dtype), text_of(want, "dtype")))
    fail_msg("\"%s\" has dtype %s", e->key, ck_dtype_name(e->dtype) ? ck_dtype_name(e->dtype) : "unknown");
  if (json_is_string(kind)) {
    if (e->kind == CK_CKPT_KIND_UNKNOWN) fail_msg("\"%s\" is of unknown kind", e->key);
    assert_string_equal(ck_ckpt_kind_name(e->kind), json_string_value(kind));
  } else if (!e->is_plain_attribute && json_is_null(kind)) {
    assert_int_equal(e->kind, CK_CKPT_KIND_UNKNOWN);
  }
  assert_int_equal(e->is_plain_attribute, names(json_object_get(expected, "plain"), e->key));
}

static void check_keys(const ck_ckpt *c, const json_t *keys, const json_t *expected) {
  size_t n, i, transient = 0;
  json_t *want;
  const ck_ckpt_entry *entries = ck_ckpt_entries(c, &n);
  for (size_t k = 0; k < n; k++) {
    bool is_transient = names(json_object_get(expected, "not_persistent"), entries[k].key);
    assert_int_equal(entries[k].is_persistent, !is_transient);
    transient += is_transient;
  }
  if (n - transient != json_array_size(keys)) fail_msg("lists %zu keys, expected %zu", n, json_array_size(keys));
  bool any_order = json_is_true(json_object_get(expected, "any_order")) || transient > 0;
  json_array_foreach(keys, i, want) {
    const char *key = text_of(want, "key");
    const ck_ckpt_entry *e = any_order ? ck_ckpt_find(c, key) : &entries[i];
    if (e == NULL || strcmp(e->key, key) != 0) {
      fail_msg("key %zu should be \"%s\", is \"%s\"", i, key, e ? e->key : "absent");
      return;
    }
    check_entry(e, want, expected);
  }
}

/* --- The rest ---------------------------------------------------------------------------------------------------- */

static void check_modules(const ck_ckpt *c, const json_t *modules, bool any_order) {
  const char *const *paths;
  size_t n, i;
  json_t *want;
  assert_int_equal(ck_ckpt_modules(c, &paths, &n), json_is_array(modules));
  if (!json_is_array(modules)) return;
  if (n != json_array_size(modules)) fail_msg("lists %zu modules, expected %zu", n, json_array_size(modules));
  json_array_foreach(modules, i, want) {
    assert_true(ck_ckpt_has_module(c, json_string_value(want)));
    if (!any_order) assert_string_equal(paths[i], json_string_value(want));
  }
}

static void check_texts(const char *what, size_t n, const char *(*at)(const ck_ckpt *, size_t), const ck_ckpt *c,
                        const json_t *want) {
  for (size_t i = 0; i < n && i < json_array_size(want); i++) {
    const char *w = json_string_value(json_array_get(want, i));
    if (strcmp(at(c, i), w) != 0) fail_msg("%s %zu should be %s, is %s", what, i, w, at(c, i));
  }
  if (n > json_array_size(want)) fail_msg("unexpected %s: %s", what, at(c, json_array_size(want)));
  if (n < json_array_size(want)) fail_msg("missing %s: %s", what, json_string_value(json_array_get(want, n)));
}

static const char *part_at(const ck_ckpt *c, size_t i) {
  size_t n;
  return ck_ckpt_parts(c, &n)[i].path_text;
}
static const char *unsafe_at(const ck_ckpt *c, size_t i) {
  size_t n;
  return ck_ckpt_unsafe(c, &n)[i].name;
}
static const char *problem_at(const ck_ckpt *c, size_t i) {
  size_t n;
  return ck_ckpt_problem_name(ck_ckpt_problems(c, &n)[i].kind);
}

static void check_root(const ck_ckpt *c, const char *root) {
  static const char *const root_names[] = {"none", "tensor", "list", "dict", "module", "tree"};
  if (root) assert_string_equal(root_names[ck_ckpt_root(c)], root);
}

static void check_meta(const ck_ckpt *c, json_t *meta) {
  const char *name;
  json_t *value;
  json_object_foreach(meta, name, value) {
    const char *have = ck_ckpt_meta(c, name);
    if (have == NULL || strcmp(have, json_string_value(value)) != 0)
      fail_msg("%s should be \"%s\", is \"%s\"", name, json_string_value(value), have ? have : "absent");
  }
}

/* A part's entries are those of the whole, without its path: the same shapes in the same order. */
static void check_parts(const ck_ckpt *c) {
  size_t n;
  const ck_ckpt_part *parts = ck_ckpt_parts(c, &n);
  for (size_t i = 0; i < n; i++) {
    ck_strbuf key;
    ck_strbuf_init(&key);
    for (size_t k = 0; k < parts[i].entry_count; k++) {
      ck_strbuf_clear(&key);
      for (size_t s = 0; s < parts[i].path_count; s++) ck_strbuf_printf(&key, "%s.", parts[i].path[s]);
      ck_strbuf_puts(&key, parts[i].entries[k].key);
      assert_non_null(ck_ckpt_find(c, key.s));
    }
    ck_strbuf_release(&key);
  }
}

/* What PyTorch itself has loaded is not damaged, whatever else is odd about it. */
static void check_undamaged(const ck_ckpt *c) {
  size_t n;
  const ck_ckpt_problem *problems = ck_ckpt_problems(c, &n);
  for (size_t i = 0; i < n; i++)
    if (ck_ckpt_problem_is_damage(problems[i].kind)) fail_msg("it loads, yet: %s", problems[i].text);
}

static void check_content(const ck_ckpt *c, json_t *e) {
  size_t n;
  const json_t *want, *keys = json_object_get(e, "keys") ? json_object_get(e, "keys") : json_object_get(e, "listing");
  const char *format = text_of(e, "format"), *location = NULL;
  if (format) assert_string_equal(ck_ckpt_format_name(ck_ckpt_format(c)), format);
  if (keys) check_keys(c, keys, e);
  if ((want = json_object_get(e, "modules"))) check_modules(c, want, json_object_get(e, "any_order") != NULL);
  check_root(c, text_of(e, "root"));
  if ((want = json_object_get(e, "parts"))) ck_ckpt_parts(c, &n), check_texts("part", n, part_at, c, want);
  if ((want = json_object_get(e, "unsafe"))) ck_ckpt_unsafe(c, &n), check_texts("unsafe global", n, unsafe_at, c, want);
  if ((want = json_object_get(e, "problems"))) ck_ckpt_problems(c, &n), check_texts("problem", n, problem_at, c, want);
  else if (text_of(e, "by") && strcmp(text_of(e, "by"), "its writer") != 0) check_undamaged(c);
  check_meta(c, json_object_get(e, "meta"));
  assert_int_equal(ck_ckpt_all_cpu(c, &location), text_of(e, "location") == NULL);
  if (location) assert_string_equal(location, text_of(e, "location"));
  check_parts(c);
}

/* What the snapshot of a checkpoint says must be what the checkpoint said. */
static void check_snapshot(const ck_ckpt *c, json_t *expected) {
  static const char sha256[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  ck_strbuf text;
  ck_strbuf_init(&text);
  ck_ckpt_write_snapshot(c, sha256, &text);
  ck_ckpt *copy = NULL;
  ck_err err = {0};
  if (ck_ckpt_open_bytes("snapshot", text.s, text.n, NULL, &copy, &err) != CK_OK) fail_msg("%s", err.text);
  assert_true(ck_ckpt_is_snapshot(copy));
  assert_string_equal(ck_ckpt_meta(copy, "snapshot.sha256"), sha256);
  assert_int_equal(ck_ckpt_size(copy), ck_ckpt_size(c));
  check_content(copy, expected);
  ck_ckpt_free(copy);
  ck_strbuf_release(&text);
}

static void lists_as_expected(void **state) {
  const row *r = *state;
  const char *status_name = text_of(r->expected, "status");
  ck_status want = status_name == NULL || strcmp(status_name, "ok") == 0 ? CK_OK
                   : strcmp(status_name, "limit") == 0                   ? CK_LIMIT
                                                                         : CK_CORRUPT;
  char *path = ck_path_join(r->folder, r->name);
  ck_ckpt *c = NULL;
  ck_err err = {0};
  ck_status status = ck_ckpt_open(path, NULL, &c, &err);
  free(path);
  if (status != want) fail_msg("status %d, not %d: %s", status, want, err.text);
  if (status == CK_OK) {
    check_content(c, r->expected);
    check_snapshot(c, r->expected);
  } else {
    assert_null(c);
    assert_true(err.text[0] != 0);
  }
  ck_ckpt_free(c);
}

static int run_listing(const char *folder) {
  char *path = ck_path_join(folder, "listing.json");
  json_error_t error;
  json_t *listing = json_load_file(path, 0, &error), *e;
  free(path);
  if (listing == NULL) return 0;
  size_t i, n = json_array_size(listing);
  row *rows = calloc(n, sizeof *rows);
  json_array_foreach(listing, i, e) rows[i] = (row){text_of(e, "file"), folder, e};
  int failed = ck_run_rows(folder, rows, sizeof *rows, n, lists_as_expected);
  free(rows);
  json_decref(listing);
  return failed;
}

int main(void) {
  return run_listing(CKPTLINT_SOURCE_DIR "/fixtures/checkpoints") + run_listing(CKPTLINT_SOURCE_DIR "/../shared/files");
}
