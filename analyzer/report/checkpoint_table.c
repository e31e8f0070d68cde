/* checkpoint_table.c - `show` for people: a line per key, or, for a file of many keys, a line per subtree. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "report/report_int.h"

enum {
  MAX_KEYS = 60,     /* more are summed up by subtree, unless --all-keys */
  MAX_SUBTREES = 24, /* the depth of a subtree is chosen so that there are no more */
  MAX_DEPTH = 32,
  MAX_WIDTH = 100, /* columns of a name; a longer one pushes its line out */
  MAX_PARTS = 20,
  MAX_VALUE = 120, /* bytes of a value; longer ones are cut */
};

/* --- Sums -------------------------------------------------------------------------------------------------------- */

void ck_tally_add(ck_tally *t, const ck_ckpt_entry *e) {
  uint64_t n = e->shape_known;
  size_t size = e->dtype_text != NULL ? 0 : ck_dtype_size(e->dtype);
  t->keys++;
  t->parameters += e->kind == CK_CKPT_PARAMETER;
  t->buffers += e->kind == CK_CKPT_BUFFER;
  for (uint32_t i = 0; i < e->rank; i++)
    if (e->shape[i] < 0 || __builtin_mul_overflow(n, (uint64_t)e->shape[i], &n)) n = 0;
  if (__builtin_add_overflow(t->elements, n, &t->elements)) t->elements = UINT64_MAX;
  if (__builtin_mul_overflow(n, size, &n) || __builtin_add_overflow(t->bytes, n, &t->bytes)) t->bytes = UINT64_MAX;
  if (!e->shape_known || size == 0) t->some_unknown = true;
  if (e->dtype_text == NULL) {
    t->dtypes[e->dtype] = true;
    return;
  }
  for (size_t i = 0; i < sizeof t->others / sizeof *t->others; i++) {
    if (t->others[i] == NULL) t->others[i] = e->dtype_text;
    if (strcmp(t->others[i], e->dtype_text) == 0) return;
  }
  t->more_others = true;
}

void ck_tally_dtypes(const ck_tally *t, ck_strbuf *out) {
  const char *comma = "";
  for (int d = 0; d < CK_DTYPE_COUNT; d++) {
    if (!t->dtypes[d]) continue;
    const char *name = ck_dtype_name((ck_dtype)d);
    ck_strbuf_printf(out, "%s%s", comma, name != NULL ? name : "?");
    comma = ", ";
  }
  for (size_t i = 0; i < sizeof t->others / sizeof *t->others && t->others[i] != NULL; i++) {
    ck_strbuf_printf(out, "%s%s", comma, t->others[i]);
    comma = ", ";
  }
  if (t->more_others) ck_strbuf_puts(out, ", ...");
}

void ck_put_count(ck_strbuf *out, uint64_t n) {
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%" PRIu64, n);
  for (int i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0) ck_strbuf_putc(out, ',');
    ck_strbuf_putc(out, digits[i]);
  }
}

void ck_put_bytes(ck_strbuf *out, uint64_t n) {
  static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double v = (double)n / 1000;
  size_t unit = 0;
  if (n < 1000) {
    ck_strbuf_printf(out, "%" PRIu64 " bytes", n);
    return;
  }
  for (; v >= 999.95 && unit + 1 < sizeof units / sizeof *units; unit++) v /= 1000;
  ck_strbuf_printf(out, "%.1f %s", v, units[unit]);
}

/* --- Head and foot ----------------------------------------------------------------------------------------------- */

static void put_sums(ck_strbuf *out, const ck_tally *t) {
  ck_strbuf_puts(out, "  ");
  if (t->parameters + t->buffers > 0) {
    ck_strbuf_printf(out, "%zu parameter%s, %zu buffer%s", t->parameters, t->parameters == 1 ? "" : "s", t->buffers,
                     t->buffers == 1 ? "" : "s");
    if (t->parameters + t->buffers < t->keys)
      ck_strbuf_printf(out, ", %zu of neither kind", t->keys - t->parameters - t->buffers);
    ck_strbuf_puts(out, "; ");
  }
  ck_put_count(out, t->elements);
  ck_strbuf_puts(out, " elements in ");
  ck_put_bytes(out, t->bytes);
  if (t->some_unknown) ck_strbuf_puts(out, " where it is known");
  ck_strbuf_puts(out, "; ");
  ck_tally_dtypes(t, out);
  ck_strbuf_putc(out, '\n');
}

void ck_checkpoint_head(ck_strbuf *out, const ck_ckpt *ckpt) {
  size_t n;
  const ck_ckpt_entry *e = ck_ckpt_entries(ckpt, &n);
  ck_strbuf_printf(out, "%s: %s (%s), %zu key%s%s\n", ck_ckpt_path(ckpt), ck_ckpt_format_what(ck_ckpt_format(ckpt)),
                   ck_ckpt_format_name(ck_ckpt_format(ckpt)), n, n == 1 ? "" : "s",
                   ck_ckpt_is_snapshot(ckpt) ? ", as its headers snapshot tells" : "");
  ck_tally t = {0};
  for (size_t i = 0; i < n; i++) ck_tally_add(&t, &e[i]);
  if (n > 0) put_sums(out, &t);
}

/* Where state dicts lie in a nested file. */
static void put_parts(ck_strbuf *out, const ck_ckpt *ckpt) {
  size_t n;
  const ck_ckpt_part *parts = ck_ckpt_parts(ckpt, &n);
  for (size_t i = 0; i < n && i < MAX_PARTS; i++)
    if (parts[i].path_count > 0)
      ck_strbuf_printf(out, "  under %s: %zu key%s\n", parts[i].path_text, parts[i].entry_count,
                       parts[i].entry_count == 1 ? "" : "s");
  if (n > MAX_PARTS) ck_strbuf_printf(out, "  and under %zu more keys\n", n - MAX_PARTS);
}

/* A value of a stranger's may be a whole vocabulary, or several lines that look like ours. */
static void put_pair(ck_strbuf *out, const char *name, const char *value) {
  size_t start = out->n, n = strlen(value);
  if (strcmp(name, "pickle_load") == 0)
    name = strcmp(value, "ok") == 0 ? "torch::pickle_load reads it" : "torch::pickle_load throws";
  ck_strbuf_printf(out, "  %.200s: ", name);
  if (n <= MAX_VALUE) ck_strbuf_puts(out, value);
  else ck_strbuf_printf(out, "%.*s... (%zu bytes)", MAX_VALUE - 20, value, n);
  ck_strbuf_tame(out, start, false);
  ck_strbuf_putc(out, '\n');
}

void ck_checkpoint_foot(ck_strbuf *out, const ck_ckpt *ckpt) {
  size_t n;
  put_parts(out, ckpt);
  const ck_ckpt_pair *pairs = ck_ckpt_metadata(ckpt, &n);
  for (size_t i = 0; i < n; i++) put_pair(out, pairs[i].name, pairs[i].value);
  const ck_ckpt_problem *problems = ck_ckpt_problems(ckpt, &n);
  for (size_t i = 0; i < n; i++) {
    size_t start = out->n;
    ck_strbuf_printf(out, "  problem: %s", problems[i].text);
    ck_strbuf_tame(out, start, false);
    if (problems[i].at != CK_NO_OFFSET) ck_strbuf_printf(out, " (at byte %" PRIu64 ")", problems[i].at);
    ck_strbuf_putc(out, '\n');
  }
  const char *help = ck_ckpt_format_help(ck_ckpt_format(ckpt));
  if (help != NULL) ck_strbuf_printf(out, "  help: %s\n", help);
  const ck_ckpt_global *unsafe = ck_ckpt_unsafe(ckpt, &n);
  for (size_t i = 0; i < n; i++) {
    size_t start = out->n;
    ck_strbuf_printf(out, "  unsafe: %s, named in %s (not called)", unsafe[i].name, unsafe[i].where);
    ck_strbuf_tame(out, start, false);
    ck_strbuf_putc(out, '\n');
  }
}

/* --- Keys -------------------------------------------------------------------------------------------------------- */

void ck_put_tensor(ck_strbuf *out, const ck_ckpt_entry *e, ck_arena *arena) {
  const char *kind = ck_ckpt_kind_name(e->kind),
             *dtype = e->dtype_text != NULL ? e->dtype_text : ck_dtype_name(e->dtype);
  static const char *const layouts[] = {
      [CK_CKPT_SPARSE_COO] = "sparse", [CK_CKPT_SPARSE_CSR] = "sparse csr", [CK_CKPT_META] = "without data"};
  ck_strbuf_printf(out, "%-9s  %s %s", kind != NULL ? kind : "-",
                   e->shape_known ? ck_shape_text(arena, e->shape, e->rank) : "?", dtype != NULL ? dtype : "?");
  if ((size_t)e->layout < sizeof layouts / sizeof *layouts && layouts[e->layout] != NULL)
    ck_strbuf_printf(out, "  %s", layouts[e->layout]);
  if (e->is_plain_attribute) ck_strbuf_puts(out, "  attribute");
  if (!e->is_persistent) ck_strbuf_puts(out, "  not persistent");
  if (e->location != NULL && strcmp(e->location, "cpu") != 0) ck_strbuf_printf(out, "  on %s", e->location);
  if (e->file != NULL) ck_strbuf_printf(out, "  in %s", e->file);
}

/* Tied weights and views: the first key whose storage this one shares, or NULL. */
static const char *shared_with(ck_map *storages, const ck_ckpt_entry *e, ck_arena *arena) {
  if (e->storage == NULL) return NULL;
  bool is_new;
  ck_map_entry *slot =
      ck_map_put(storages, ck_arena_printf(arena, "%s/%s", e->file ? e->file : "", e->storage), &is_new);
  if (is_new) slot->p = (void *)e->key;
  return is_new ? NULL : slot->p;
}

static void put_keys(ck_strbuf *out, const ck_ckpt_entry *e, size_t n, ck_arena *arena) {
  ck_map storages;
  ck_map_init(&storages);
  int width = 0;
  for (size_t i = 0; i < n; i++)
    if ((int)strlen(e[i].key) > width) width = (int)strlen(e[i].key);
  if (width > MAX_WIDTH) width = MAX_WIDTH;
  for (size_t i = 0; i < n; i++) {
    size_t start = out->n;
    ck_strbuf_printf(out, "  %-*s  ", width, e[i].key[0] != '\0' ? e[i].key : "(root)");
    ck_put_tensor(out, &e[i], arena);
    const char *shared = shared_with(&storages, &e[i], arena);
    if (shared != NULL) ck_strbuf_printf(out, "  shares memory with %s", shared);
    ck_strbuf_tame(out, start, false);
    ck_strbuf_putc(out, '\n');
  }
  ck_map_release(&storages);
}

/* --- Subtrees ---------------------------------------------------------------------------------------------------- */

/* Bytes of the first `depth` steps of the path of the module that holds `key`; 0 for a key of the root. */
static size_t subtree_length(const char *key, int depth) {
  const char *last = strrchr(key, '.'), *p = key;
  if (last == NULL) return 0;
  for (int i = 0; i < depth && p < last; i++) {
    p = strchr(p + (i > 0), '.');
    if (p == NULL) break;
  }
  return p == NULL || p > last ? (size_t)(last - key) : (size_t)(p - key);
}

/* Stops beyond `most` groups. */
static void group(ck_map *groups, const ck_ckpt_entry *e, size_t n, int depth, size_t most, ck_arena *arena) {
  const char *last = NULL;
  ck_tally *tally = NULL;
  ck_map_init(groups);
  for (size_t i = 0; i < n && groups->count <= most; i++) {
    size_t length = subtree_length(e[i].key, depth);
    /* neighbours are mostly of one subtree */
    if (last == NULL || strncmp(last, e[i].key, length) != 0 || last[length] != '\0') {
      last = ck_arena_strndup(arena, e[i].key, length);
      ck_map_entry *slot = ck_map_put(groups, last, NULL);
      if (slot->p == NULL) slot->p = CK_NEW(arena, ck_tally);
      tally = slot->p;
    }
    ck_tally_add(tally, &e[i]);
  }
}

/* The deepest grouping with few enough groups. */
static void group_best(ck_map *groups, const ck_ckpt_entry *e, size_t n, ck_arena *arena) {
  group(groups, e, n, 1, n, arena);
  for (int depth = 2; depth < MAX_DEPTH && groups->count <= MAX_SUBTREES; depth++) {
    ck_map deeper;
    group(&deeper, e, n, depth, MAX_SUBTREES, arena);
    bool is_better = deeper.count > groups->count && deeper.count <= MAX_SUBTREES;
    bool is_same = deeper.count == groups->count;
    if (is_better || is_same) {
      ck_map_release(groups);
      *groups = deeper;
      if (is_same && depth > 8) break;
    } else {
      ck_map_release(&deeper);
      break;
    }
  }
}

static void put_subtrees(ck_strbuf *out, const ck_ckpt_entry *e, size_t n, ck_arena *arena) {
  ck_map groups;
  group_best(&groups, e, n, arena);
  size_t shown = groups.count <= MAX_SUBTREES ? groups.count : MAX_SUBTREES;
  int width = 7;
  for (size_t i = 0; i < shown; i++)
    if ((int)strlen(groups.entries[i].key) > width) width = (int)strlen(groups.entries[i].key);
  if (width > MAX_WIDTH) width = MAX_WIDTH;
  ck_strbuf_printf(out, "  %-*s  %7s  %15s  %11s  %s\n", width, "subtree", "keys", "elements", "bytes", "dtypes");
  ck_strbuf elements, bytes;
  ck_strbuf_init(&elements);
  ck_strbuf_init(&bytes);
  for (size_t i = 0; i < shown; i++) {
    const ck_tally *t = groups.entries[i].p;
    ck_strbuf_clear(&elements);
    ck_strbuf_clear(&bytes);
    ck_put_count(&elements, t->elements);
    ck_put_bytes(&bytes, t->bytes);
    ck_strbuf_printf(out, "  %-*s  %7zu  %15s  %11s  ", width,
                     groups.entries[i].key[0] ? groups.entries[i].key : "(root)", t->keys, elements.s,
                     t->bytes == 0 && t->some_unknown ? "?" : bytes.s);
    ck_tally_dtypes(t, out);
    ck_strbuf_putc(out, '\n');
  }
  if (shown < groups.count) ck_strbuf_printf(out, "  and %zu more subtrees\n", groups.count - shown);
  ck_strbuf_puts(out, "  (--all-keys lists the keys, --tree the modules)\n");
  ck_strbuf_release(&elements);
  ck_strbuf_release(&bytes);
  ck_map_release(&groups);
}

void ck_checkpoints_text(ck_ckpt *const *checkpoints, size_t n, bool all_keys, ck_strbuf *out) {
  ck_arena arena;
  ck_arena_init(&arena);
  size_t start = out->n;
  for (size_t i = 0; i < n; i++) {
    size_t count;
    const ck_ckpt_entry *e = ck_ckpt_entries(checkpoints[i], &count);
    if (i > 0) ck_strbuf_putc(out, '\n');
    ck_checkpoint_head(out, checkpoints[i]);
    if (all_keys || count <= MAX_KEYS) put_keys(out, e, count, &arena);
    else put_subtrees(out, e, count, &arena);
    ck_checkpoint_foot(out, checkpoints[i]);
  }
  ck_strbuf_tame(out, start, true);
  ck_arena_release(&arena);
}
