/* diff.c - `diff`: what differs between two lists of keys, as text and JSON (docs/use/diff.md).
 *
 * Text is for people: one line per rename of a prefix and per subtree that one side lacks, keys under the module that
 * holds them. JSON has one object per key. */
#include "report/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "report/report_int.h"

enum { MAX_KEYS = 8 /* lines of one subtree, and keys of a subtree that are listed; --all-keys prints all */ };

/* --- JSON -------------------------------------------------------------------------------------------------------- */

static json_t *dims_json(const ck_diff_key *k) {
  if (k->rank < 0) return json_null();
  json_t *list = json_array();
  for (int32_t i = 0; i < k->rank; i++)
    json_array_append_new(list, k->dims[i] < 0 ? json_null() : json_integer(k->dims[i]));
  return list;
}

static json_t *key_json(const ck_diff_key *k) {
  if (k == NULL) return json_null();
  json_t *object = json_object();
  json_object_set_new(object, "key", ck_diag_json_string(k->key));
  json_object_set_new(object, "kind", ck_diag_json_string(ck_ckpt_kind_name(k->kind)));
  json_object_set_new(object, "shape", dims_json(k));
  json_object_set_new(object, "dtype", ck_diag_json_string(k->dtype));
  return object;
}

static json_t *side_json(const ck_diff_side *side) {
  json_t *object = json_object();
  json_object_set_new(object, "name", ck_diag_json_string(side->name));
  json_object_set_new(object, "what", ck_diag_json_string(side->what));
  json_object_set_new(object, "keys", json_integer((json_int_t)side->nkeys));
  return object;
}

void ck_diff_json(const ck_diff *diff, ck_strbuf *out) {
  json_t *root = json_object(), *list = json_array(), *counts = json_object();
  json_object_set_new(root, "schema", json_integer(1));
  json_object_set_new(root, "a", side_json(diff->a));
  json_object_set_new(root, "b", side_json(diff->b));
  json_object_set_new(root, "same", diff->nitems > 0 ? json_false() : diff->why != NULL ? json_null() : json_true());
  for (int c = 0; c < CK_DIFF_CHANGE_COUNT; c++)
    json_object_set_new(counts, ck_diff_change_name((ck_diff_change)c), json_integer((json_int_t)diff->counts[c]));
  json_object_set_new(counts, "alike", json_integer((json_int_t)diff->alike));
  json_object_set_new(counts, "undecided", json_integer((json_int_t)diff->undecided));
  json_object_set_new(root, "counts", counts);
  for (size_t i = 0; i < diff->nitems; i++) {
    const ck_diff_item *item = &diff->items[i];
    json_t *object = json_object();
    json_object_set_new(object, "change", ck_diag_json_string(ck_diff_change_name(item->change)));
    if (item->module) json_object_set_new(object, "module", ck_diag_json_string(item->module));
    else json_object_set_new(object, "a", key_json(item->a)), json_object_set_new(object, "b", key_json(item->b));
    json_array_append_new(list, object);
  }
  json_object_set_new(root, "differences", list);
  json_object_set_new(root, "undecided", ck_diag_json_string(diff->why));
  ck_diag_json_dump(root, out);
}

/* --- Text: renames ----------------------------------------------------------------------------------------------- */

static bool same_prefixes(const ck_diff_item *x, const ck_diff_item *y) {
  return x->change == CK_DIFF_RENAMED && y->change == CK_DIFF_RENAMED && strcmp(x->from, y->from) == 0 &&
         strcmp(x->to, y->to) == 0;
}

static void put_renames(ck_strbuf *out, const ck_diff *diff, bool all_keys) {
  size_t n = diff->counts[CK_DIFF_RENAMED], lines = 0;
  if (n == 0) return;
  ck_strbuf_puts(out, "\nrenamed (same shape and place)\n");
  bool *done = ck_calloc(n, sizeof *done);
  for (size_t i = 0; i < n; i++) {
    const ck_diff_item *item = &diff->items[i];
    size_t alike = 0;
    if (done[i]) continue;
    for (size_t k = i; k < n && !all_keys; k++)
      if (same_prefixes(item, &diff->items[k])) alike++, done[k] = true;
    if (!all_keys && lines++ >= MAX_KEYS * 4) continue;
    if (alike > 1) ck_strbuf_printf(out, "  %s* -> %s*  %zu keys\n", item->from, item->to, alike);
    else ck_strbuf_printf(out, "  %s -> %s  %s %s\n", item->a->key, item->b->key, item->a->shape, item->a->dtype);
  }
  if (lines > MAX_KEYS * 4) ck_strbuf_printf(out, "  and %zu more (--all-keys prints all)\n", lines - MAX_KEYS * 4);
  free(done);
}

/* --- Text: subtrees ---------------------------------------------------------------------------------------------- */

typedef struct {
  const ck_diff *diff;
  bool all_keys;
  ck_map modules_a, modules_b; /* paths that have keys below them */
  ck_arena arena;
  ck_strbuf *out;
} writer;

static void add_paths(writer *w, ck_map *paths, const ck_diff_side *side) {
  for (size_t i = 0; i < side->nkeys; i++) {
    char *path = ck_arena_strdup(&w->arena, side->keys[i].key);
    for (char *dot; (dot = strrchr(path, '.')) != NULL;) {
      bool is_new;
      *dot = 0;
      ck_map_put(paths, path, &is_new);
      if (!is_new) break;
    }
  }
}

static const char *key_of(const ck_diff_item *item) {
  return item->module ? item->module : item->a ? item->a->key : item->b->key;
}

/* Where an item is listed: below the module that holds the key; of a subtree that the other side lacks, its root. */
static const char *heading_of(writer *w, const ck_diff_item *item, bool *whole) {
  char *path = ck_arena_strdup(&w->arena, key_of(item));
  bool added = item->change == CK_DIFF_ADDED || item->change == CK_DIFF_MODULE_ADDED;
  bool removed = item->change == CK_DIFF_REMOVED || item->change == CK_DIFF_MODULE_REMOVED;
  const ck_map *other = added ? &w->modules_a : removed ? &w->modules_b : NULL;
  *whole = false;
  for (char *p = path; other != NULL && !w->all_keys && (p = strchr(p, '.')) != NULL; p++) {
    *p = 0;
    if (ck_map_find(other, path) == NULL) {
      *whole = true;
      return path;
    }
    *p = '.';
  }
  char *dot = strrchr(path, '.');
  if (dot) *dot = 0;
  else path[0] = 0;
  return path;
}

static void put_key(ck_strbuf *out, const ck_diff_key *k) {
  const char *kind = ck_ckpt_kind_name(k->kind);
  if (kind) ck_strbuf_printf(out, "%s ", kind);
  ck_strbuf_printf(out, "%s %s", k->shape ? k->shape : "of unknown shape", k->dtype ? k->dtype : "of unknown dtype");
}

static void put_item(writer *w, const ck_diff_item *item, size_t skip) {
  const char *key = key_of(item), *kind_a, *kind_b;
  ck_strbuf_printf(w->out, "  %-8s  %s  ",
                   item->module ? item->change == CK_DIFF_MODULE_ADDED ? "added" : "removed"
                                : ck_diff_change_name(item->change),
                   key + skip);
  switch (item->change) {
  case CK_DIFF_REMOVED: put_key(w->out, item->a); break;
  case CK_DIFF_ADDED: put_key(w->out, item->b); break;
  case CK_DIFF_RESHAPED: ck_strbuf_printf(w->out, "%s -> %s", item->a->shape, item->b->shape); break;
  case CK_DIFF_RETYPED: ck_strbuf_printf(w->out, "%s -> %s", item->a->dtype, item->b->dtype); break;
  case CK_DIFF_REKINDED:
    kind_a = ck_ckpt_kind_name(item->a->kind), kind_b = ck_ckpt_kind_name(item->b->kind);
    ck_strbuf_printf(w->out, "%s -> %s", kind_a, kind_b);
    break;
  default: ck_strbuf_puts(w->out, "module without keys");
  }
  ck_strbuf_putc(w->out, '\n');
}

/* All items of one heading, given by their indices. */
typedef struct {
  size_t *at, n, room;
  bool whole;
} group;

static void put_whole(writer *w, const group *g) {
  uint64_t elements = 0;
  size_t keys = 0;
  bool added = false;
  for (size_t i = 0; i < g->n; i++) {
    const ck_diff_item *item = &w->diff->items[g->at[i]];
    const ck_diff_key *key = item->a ? item->a : item->b;
    added |= item->change == CK_DIFF_ADDED;
    if (key != NULL) keys++, elements += key->elements;
  }
  ck_strbuf_printf(w->out, "  %-8s  the whole subtree: %zu keys, %llu elements\n", added ? "added" : "removed", keys,
                   (unsigned long long)elements);
}

static void put_group(writer *w, const group *g, const char *path) {
  ck_strbuf_printf(w->out, "\n%s\n", path[0] != '\0' ? path : "(root)");
  if (g->whole && g->n > MAX_KEYS / 2) {
    put_whole(w, g);
    return;
  }
  size_t skip = path[0] != '\0' ? strlen(path) + 1 : 0, shown = w->all_keys || g->n <= MAX_KEYS ? g->n : MAX_KEYS;
  for (size_t i = 0; i < shown; i++) put_item(w, &w->diff->items[g->at[i]], skip);
  if (shown < g->n) ck_strbuf_printf(w->out, "  and %zu more (--all-keys prints all)\n", g->n - shown);
}

static void put_subtrees(writer *w) {
  ck_map groups;
  ck_map_init(&groups);
  add_paths(w, &w->modules_a, w->diff->a);
  add_paths(w, &w->modules_b, w->diff->b);
  for (size_t i = w->diff->counts[CK_DIFF_RENAMED]; i < w->diff->nitems; i++) {
    bool whole;
    const char *heading = heading_of(w, &w->diff->items[i], &whole);
    ck_map_entry *e = ck_map_put(&groups, heading, NULL);
    if (e->p == NULL) e->p = CK_NEW(&w->arena, group);
    group *g = e->p;
    g->whole = g->n == 0 ? whole : g->whole && whole;
    ck_vec_push(g, i);
  }
  for (size_t i = 0; i < groups.count; i++) {
    group *g = groups.entries[i].p;
    put_group(w, g, groups.entries[i].key);
    free(g->at);
  }
  ck_map_release(&groups);
}

static void put_side(ck_strbuf *out, char sign, const ck_diff_side *side) {
  ck_strbuf_printf(out, "%c %s: %s, %zu key%s\n", sign, side->name, side->what, side->nkeys,
                   side->nkeys == 1 ? "" : "s");
}

static void put_counts(ck_strbuf *out, const ck_diff *diff) {
  const char *comma = "";
  for (int c = 0; c < CK_DIFF_CHANGE_COUNT; c++) {
    if (diff->counts[c] == 0) continue;
    bool of_modules = c == CK_DIFF_MODULE_ADDED || c == CK_DIFF_MODULE_REMOVED;
    ck_strbuf_printf(out, "%s%zu %s%s", comma, diff->counts[c],
                     !of_modules            ? ""
                     : diff->counts[c] == 1 ? "key-less module "
                                            : "key-less modules ",
                     of_modules ? ck_diff_change_name((ck_diff_change)c) + strlen("module ")
                                : ck_diff_change_name((ck_diff_change)c));
    comma = ", ";
  }
  if (diff->nitems == 0 && diff->why == NULL) ck_strbuf_printf(out, "the same %zu keys", diff->alike);
  else ck_strbuf_printf(out, "%s%zu alike", comma, diff->alike);
  if (diff->undecided > 0) ck_strbuf_printf(out, ", %zu undecided", diff->undecided);
  ck_strbuf_putc(out, '\n');
  if (diff->why != NULL) ck_strbuf_printf(out, "not compared in full: %s\n", diff->why);
}

void ck_diff_text(const ck_diff *diff, bool all_keys, ck_strbuf *out) {
  writer w = {.diff = diff, .all_keys = all_keys, .out = out};
  ck_arena_init(&w.arena);
  ck_map_init(&w.modules_a);
  ck_map_init(&w.modules_b);
  put_side(out, '-', diff->a);
  put_side(out, '+', diff->b);
  put_renames(out, diff, all_keys);
  put_subtrees(&w);
  if (diff->nitems > 0) ck_strbuf_putc(out, '\n');
  put_counts(out, diff);
  ck_map_release(&w.modules_a);
  ck_map_release(&w.modules_b);
  ck_arena_release(&w.arena);
}
