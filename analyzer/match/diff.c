/* diff.c - what differs between two lists of keys.
 *
 * Keys of the same name are compared field by field; what is not known on one side never differs, it is *undecided*,
 * and with one of those two lists are not called the same. Keys that only one side has are first looked at as renames
 * (renames.c). Key-less modules count as well where both sides have a module tree: torch::load asks for them. */
#include "match/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "match/match.h"

const char *ck_diff_change_name(ck_diff_change change) {
  static const char *const names[CK_DIFF_CHANGE_COUNT] = {
      [CK_DIFF_RENAMED] = "renamed",
      [CK_DIFF_REMOVED] = "removed",
      [CK_DIFF_ADDED] = "added",
      [CK_DIFF_RESHAPED] = "reshaped",
      [CK_DIFF_RETYPED] = "retyped",
      [CK_DIFF_REKINDED] = "rekinded",
      [CK_DIFF_MODULE_ADDED] = "module added",
      [CK_DIFF_MODULE_REMOVED] = "module removed",
  };
  return names[change];
}

/* --- Sides ------------------------------------------------------------------------------------------------------- */

ck_diff_side ck_diff_side_of_ckpt(const ck_ckpt *ckpt, const ck_ckpt_part *part, ck_arena *arena) {
  ck_diff_side side = {.name = ck_ckpt_path(ckpt), .what = ck_ckpt_format_what(ck_ckpt_format(ckpt))};
  const ck_ckpt_entry *entries = part != NULL ? part->entries : ck_ckpt_entries(ckpt, &side.nkeys);
  if (part != NULL) {
    side.nkeys = part->entry_count;
    side.modules = part->modules, side.nmodules = part->module_count, side.has_modules = part->has_modules;
  } else {
    side.has_modules = ck_ckpt_modules(ckpt, &side.modules, &side.nmodules);
  }
  side.keys = CK_NEW_N(arena, ck_diff_key, side.nkeys + 1);
  for (size_t i = 0; i < side.nkeys; i++) {
    const ck_ckpt_entry *e = &entries[i];
    ck_diff_key *k = &side.keys[i];
    *k = (ck_diff_key){.key = e->key, .kind = e->kind, .rank = -1, .certain = true};
    k->dtype = e->dtype_text != NULL ? e->dtype_text : ck_dtype_name(e->dtype);
    if (!e->shape_known) continue;
    k->rank = (int32_t)e->rank;
    k->dims = e->shape;
    k->shape = ck_shape_text(arena, e->shape, e->rank);
    k->elements = 1;
    for (uint32_t d = 0; d < e->rank; d++) k->elements *= (uint64_t)e->shape[d];
  }
  return side;
}

static ck_diff_key key_of_model(const ck_key *key, ck_arena *arena) {
  ck_diff_key k = {.key = key->key,
                   .rank = key->rank,
                   .shape = ck_dims_text(arena, key->dims, key->rank),
                   .dtype = ck_dtype_name(key->dtype),
                   .elements = key->rank >= 0,
                   .certain = !key->is_pattern && key->when.n == 0};
  k.kind = key->kind == CK_KIND_PARAMETER ? CK_CKPT_PARAMETER
           : key->kind == CK_KIND_BUFFER  ? CK_CKPT_BUFFER
                                          : CK_CKPT_KIND_UNKNOWN;
  int64_t *dims = CK_NEW_N(arena, int64_t, key->rank > 0 ? key->rank : 1);
  for (int32_t i = 0; i < key->rank; i++) {
    dims[i] = key->dims[i].kind == CK_DIM_INT ? key->dims[i].n : -1;
    k.elements *= dims[i] < 0 ? 0 : (uint64_t)dims[i];
  }
  k.dims = dims;
  return k;
}

ck_diff_side ck_diff_side_of_model(const ck_model *m, const char *name, ck_arena *arena) {
  ck_diff_side side = {.name = name, .nkeys = m->nkeys, .has_modules = true};
  side.what = ck_arena_printf(arena, "the model %s", m->cls != NULL ? m->cls : "of a class that is not known");
  side.keys = CK_NEW_N(arena, ck_diff_key, m->nkeys + 1);
  for (size_t i = 0; i < m->nkeys; i++) side.keys[i] = key_of_model(&m->keys[i], arena);
  const char **modules = CK_NEW_N(arena, const char *, m->nmodules + 1);
  for (size_t i = 0; i < m->nmodules; i++) {
    const ck_submodule *s = &m->modules[i];
    if (s->is_serializable && !s->is_pattern && s->when.n == 0) modules[side.nmodules++] = s->path;
  }
  side.modules = modules;
  if (m->nopens > 0) side.partial = m->opens[0].reason;
  else if (!m->complete) side.partial = "not all of its keys are known";
  return side;
}

/* --- Comparing --------------------------------------------------------------------------------------------------- */

typedef struct {
  ck_arena *arena;
  ck_diff diff;
  CK_VEC(ck_diff_item) items;
  ck_map in_a, in_b; /* key -> index */
} work;

static void add(work *w, ck_diff_change change, const ck_diff_key *a, const ck_diff_key *b) {
  ck_vec_push(&w->items, (ck_diff_item){.change = change, .a = a, .b = b});
  w->diff.counts[change]++;
}

static void give_why(work *w, const char *side, const char *what, const char *why) {
  if (w->diff.why == NULL) w->diff.why = ck_arena_printf(w->arena, "%s: %s: %s", side, what, why);
}

typedef enum { SAME, DIFFERENT, OPEN } verdict;

static verdict compare_shapes(const ck_diff_key *a, const ck_diff_key *b) {
  if (a->rank < 0 || b->rank < 0) return OPEN;
  if (a->rank != b->rank) return DIFFERENT;
  verdict v = SAME;
  for (int32_t i = 0; i < a->rank; i++) {
    if (a->dims[i] < 0 || b->dims[i] < 0) v = OPEN;
    else if (a->dims[i] != b->dims[i]) return DIFFERENT;
  }
  return v;
}

static verdict compare_dtypes(const ck_diff_key *a, const ck_diff_key *b) {
  if (a->dtype == NULL || b->dtype == NULL) return OPEN;
  return strcmp(a->dtype, b->dtype) == 0 ? SAME : DIFFERENT;
}

static void compare_keys(work *w, const ck_diff_key *a, const ck_diff_key *b) {
  verdict shape = compare_shapes(a, b), dtype = compare_dtypes(a, b);
  bool kinds_known = a->kind != CK_CKPT_KIND_UNKNOWN && b->kind != CK_CKPT_KIND_UNKNOWN;
  bool rekinded = kinds_known && a->kind != b->kind; /* a format without kinds says nothing about them */
  if (shape == DIFFERENT) add(w, CK_DIFF_RESHAPED, a, b);
  if (dtype == DIFFERENT) add(w, CK_DIFF_RETYPED, a, b);
  if (rekinded) add(w, CK_DIFF_REKINDED, a, b);
  if (shape == OPEN || dtype == OPEN || !a->certain || !b->certain) {
    w->diff.undecided++;
    const ck_diff_side *side = a->rank < 0 || a->dtype == NULL || !a->certain ? w->diff.a : w->diff.b;
    give_why(w, side->name, a->key, !a->certain || !b->certain ? "only there under a condition" : "not known in full");
  } else if (shape == SAME && dtype == SAME && !rekinded) {
    w->diff.alike++;
  }
}

/* Keys of `side` that `other` lacks; those of a model that are perhaps not there are undecided instead. */
static ck_diff_lone *lone_keys(work *w, const ck_diff_side *side, const ck_map *other, size_t *n) {
  ck_diff_lone *lone = CK_NEW_N(w->arena, ck_diff_lone, side->nkeys + 1);
  const char *after = "";
  *n = 0;
  for (size_t i = 0; i < side->nkeys; i++) {
    const ck_diff_key *k = &side->keys[i];
    if (ck_map_find(other, k->key) != NULL) {
      after = k->key;
    } else if (k->certain) {
      lone[(*n)++] = (ck_diff_lone){.key = k, .after = after, .partner = SIZE_MAX};
    } else {
      w->diff.undecided++;
      give_why(w, side->name, k->key, "only there under a condition");
    }
  }
  return lone;
}

static void compare_lone(work *w) {
  size_t na, nb;
  ck_diff_lone *a = lone_keys(w, w->diff.a, &w->in_b, &na), *b = lone_keys(w, w->diff.b, &w->in_a, &nb);
  ck_diff_find_renames(a, na, b, nb, w->arena);
  for (size_t i = 0; i < na; i++) {
    if (a[i].partner == SIZE_MAX) {
      add(w, CK_DIFF_REMOVED, a[i].key, NULL);
      continue;
    }
    add(w, CK_DIFF_RENAMED, a[i].key, b[a[i].partner].key);
    w->items.at[w->items.n - 1].from = a[i].from;
    w->items.at[w->items.n - 1].to = a[i].to;
  }
  for (size_t i = 0; i < nb; i++)
    if (b[i].partner == SIZE_MAX) add(w, CK_DIFF_ADDED, NULL, b[i].key);
}

/* Modules without any key below them: the others are told by their keys. */
static void compare_modules(work *w, const ck_diff_side *side, const ck_diff_side *other, ck_diff_change change) {
  ck_map known, holders;
  ck_map_init(&known);
  ck_map_init(&holders);
  for (size_t i = 0; i < other->nmodules; i++) ck_map_put(&known, other->modules[i], NULL);
  for (size_t i = 0; i < side->nkeys; i++) {
    char *path = ck_arena_strdup(w->arena, side->keys[i].key);
    for (char *dot; (dot = strrchr(path, '.')) != NULL;) *dot = 0, ck_map_put(&holders, path, NULL);
  }
  for (size_t i = 0; i < side->nmodules; i++) {
    if (ck_map_find(&known, side->modules[i]) || ck_map_find(&holders, side->modules[i])) continue;
    add(w, change, NULL, NULL);
    w->items.at[w->items.n - 1].module = side->modules[i];
  }
  ck_map_release(&known);
  ck_map_release(&holders);
}

static int by_change(const void *x, const void *y) {
  const ck_diff_item *a = x, *b = y;
  if (a->change != b->change) return a->change < b->change ? -1 : 1;
  /* keys of one side lie in one array: their order there is the order of the file */
  const ck_diff_key *p = a->a ? a->a : a->b, *q = b->a ? b->a : b->b;
  if (p != q) return p < q ? -1 : 1;
  return a->module && b->module ? strcmp(a->module, b->module) : 0;
}

static void index_keys(ck_map *map, const ck_diff_side *side) {
  ck_map_init(map);
  for (size_t i = 0; i < side->nkeys; i++) {
    bool is_new;
    ck_map_entry *e = ck_map_put(map, side->keys[i].key, &is_new);
    if (is_new) e->n = i;
  }
}

ck_diff ck_diff_sides(const ck_diff_side *a, const ck_diff_side *b, ck_arena *arena) {
  work w = {.arena = arena, .diff = {.a = a, .b = b}};
  index_keys(&w.in_a, a);
  index_keys(&w.in_b, b);
  if (a->partial) give_why(&w, a->name, "its keys are not all known", a->partial);
  if (b->partial) give_why(&w, b->name, "its keys are not all known", b->partial);
  for (size_t i = 0; i < a->nkeys; i++) {
    const ck_map_entry *e = ck_map_find(&w.in_b, a->keys[i].key);
    if (e) compare_keys(&w, &a->keys[i], &b->keys[e->n]);
  }
  compare_lone(&w);
  if (a->has_modules && b->has_modules) {
    compare_modules(&w, a, b, CK_DIFF_MODULE_REMOVED);
    compare_modules(&w, b, a, CK_DIFF_MODULE_ADDED);
  }
  if (w.items.n > 0) qsort(w.items.at, w.items.n, sizeof *w.items.at, by_change);
  w.diff.nitems = w.items.n;
  w.diff.items = CK_NEW_N(arena, ck_diff_item, w.items.n + 1);
  if (w.items.n > 0) memcpy(w.diff.items, w.items.at, w.items.n * sizeof *w.items.at);
  free(w.items.at);
  ck_map_release(&w.in_a);
  ck_map_release(&w.in_b);
  return w.diff;
}
