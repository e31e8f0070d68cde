/* merge.c - one model of what a place constructs in several worlds, for `keys`.
 *
 * Worlds are the leaves of a tree of decisions. What each of them has is read off that tree: a key that is there on one
 * side of a decision only is there under it, an extent that differs is `condition ? a : b`. Where no decision tells two
 * constructions apart (a place that makes several models in one world), a key that some lack is under a symbol of its
 * own, and what differs is unknown. Worlds that ended in an exception count only if no other reached the end. For load
 * sites nothing is merged: they keep one alternative per world. */
#include <stdlib.h>

#include "torch/run_int.h"

typedef struct {
  const ck_model *model;
  ck_condition when;
  ck_map first; /* name of a key -> its index plus 1 */
  size_t *next; /* of a key: index plus 1 of the next of that name, 0: none */
  ck_map modules;
} world;

typedef struct node node;
struct node {
  const ck_sym *decision; /* NULL: a leaf */
  node *yes, *no;
  const world **worlds; /* of a leaf */
  size_t n;
};

typedef struct {
  ck_torch_run *run;
  ck_ev *ev;
  const ck_sym *always, *never;
  ck_loc loc; /* of the place */
} merging;

/* The tree ------------------------------------------------------------------------------------------------------- */

static const ck_literal *literal_of(ck_condition when, const ck_sym *sym) {
  for (size_t i = 0; i < when.n; i++)
    if (when.at[i].sym == sym) return &when.at[i];
  return NULL;
}

/* A decision that all have taken, not all in the same way. */
static const ck_sym *decision_of(const world **worlds, size_t n) {
  for (size_t i = 0; i < worlds[0]->when.n; i++) {
    const ck_literal *mine = &worlds[0]->when.at[i];
    bool differs = false, all = true;
    for (size_t k = 1; k < n && all; k++) {
      const ck_literal *other = literal_of(worlds[k]->when, mine->sym);
      all = other != NULL;
      differs |= all && other->holds != mine->holds;
    }
    if (all && differs) return mine->sym;
  }
  return NULL;
}

static node *tree_of(merging *m, const world **worlds, size_t n) {
  node *tree = CK_NEW(&m->run->arena, node);
  tree->decision = n > 1 ? decision_of(worlds, n) : NULL;
  tree->worlds = worlds;
  tree->n = n;
  if (tree->decision == NULL) return tree;
  const world **yes = CK_NEW_N(&m->run->arena, const world *, n), **no = CK_NEW_N(&m->run->arena, const world *, n);
  size_t nyes = 0, nno = 0;
  for (size_t i = 0; i < n; i++) {
    if (literal_of(worlds[i]->when, tree->decision)->holds) yes[nyes++] = worlds[i];
    else no[nno++] = worlds[i];
  }
  tree->yes = tree_of(m, yes, nyes);
  tree->no = tree_of(m, no, nno);
  return tree;
}

/* Conditions ----------------------------------------------------------------------------------------------------- */

static const ck_sym *both(merging *m, const ck_sym *a, const ck_sym *b) {
  return ck_ev_sym_op(m->ev, CK_IR_OP_LAND, CK_SYM_BOOL, a, b, a->loc);
}
static const ck_sym *either(merging *m, const ck_sym *a, const ck_sym *b) {
  return ck_ev_sym_op(m->ev, CK_IR_OP_LOR, CK_SYM_BOOL, a, b, a->loc);
}

static const ck_sym *sym_of(merging *m, ck_condition when) {
  const ck_sym *all = m->always;
  for (size_t i = 0; i < when.n; i++)
    all = both(m, all, when.at[i].holds ? when.at[i].sym : ck_ev_sym_not(m->ev, when.at[i].sym));
  return all;
}

/* The condition where the decision holds, or does not; one number equals one constant at most. */
static const ck_sym *assume(merging *m, const ck_sym *sym, const ck_sym *decision, bool holds) {
  if (sym == decision) return holds ? m->always : m->never;
  if (sym->kind != CK_SYM_OP) return sym;
  if (sym->op == CK_IR_OP_NOT) return ck_ev_sym_not(m->ev, assume(m, sym->a, decision, holds));
  if (sym->op == CK_IR_OP_LAND) return both(m, assume(m, sym->a, decision, holds), assume(m, sym->b, decision, holds));
  bool are_equalities = sym->op == CK_IR_OP_EQ && decision->kind == CK_SYM_OP && decision->op == CK_IR_OP_EQ;
  if (holds && are_equalities && sym->a == decision->a && sym->b->kind == CK_SYM_CONST &&
      decision->b->kind == CK_SYM_CONST && sym->a->type != CK_SYM_FLOAT)
    return m->never;
  return sym;
}

/* `yes` where the decision holds, `no` where it does not. */
static const ck_sym *decided(merging *m, const ck_sym *decision, const ck_sym *yes, const ck_sym *no) {
  yes = assume(m, yes, decision, true), no = assume(m, no, decision, false);
  if (yes == no) return yes;
  const ck_sym *not = ck_ev_sym_not(m->ev, decision);
  if (yes == m->always) return either(m, decision, no);
  if (no == m->always) return either(m, not, yes);
  return either(m, both(m, decision, yes), both(m, not, no));
}

typedef CK_VEC(ck_literal) literals;

static void add_literals(literals *out, const ck_sym *sym, bool holds) {
  while (sym->kind == CK_SYM_OP && sym->op == CK_IR_OP_NOT) sym = sym->a, holds = !holds;
  if (holds && sym->kind == CK_SYM_OP && sym->op == CK_IR_OP_LAND) {
    add_literals(out, sym->a, true);
    add_literals(out, sym->b, true);
    return;
  }
  for (size_t i = 0; i < out->n; i++)
    if (out->at[i].sym == sym) return;
  ck_vec_push(out, ((ck_literal){sym, holds}));
}

static int by_id(const void *x, const void *y) {
  const ck_literal *a = x, *b = y;
  return (a->sym->id > b->sym->id) - (a->sym->id < b->sym->id);
}

static ck_condition condition_of(merging *m, const ck_sym *sym) {
  if (sym == m->always) return (ck_condition){0};
  literals found = {0};
  add_literals(&found, sym, true);
  qsort(found.at, found.n, sizeof *found.at, by_id);
  ck_literal *own = CK_NEW_N(&m->run->arena, ck_literal, found.n);
  memcpy(own, found.at, found.n * sizeof *own);
  ck_condition when = {own, found.n};
  free(found.at);
  return when;
}

static const ck_sym *some_constructions(merging *m) {
  return ck_ev_symbol(m->ev, CK_SYM_BOOL, "some constructions", "the place constructs several models", m->loc).sym;
}

/* Keys ----------------------------------------------------------------------------------------------------------- */

/* What a part of the tree says of one key. */
typedef struct {
  const ck_sym *when; /* it is there; `never`: then nothing else is said */
  ck_key key;
  ck_dim *dims; /* the key's, its own */
} said;

static const char differs[] = "the shape differs between runs";

static ck_dim dim_choice(merging *m, const ck_sym *condition, ck_dim a, ck_dim b) {
  if (a.kind == b.kind && (a.kind == CK_DIM_INT ? a.n == b.n : a.sym == b.sym)) return a;
  if (condition == NULL || a.kind == CK_DIM_UNKNOWN || b.kind == CK_DIM_UNKNOWN) return (ck_dim){0};
  const ck_sym *x = a.kind == CK_DIM_SYM ? a.sym : ck_ev_sym_of(m->ev, CK_INT(a.n));
  const ck_sym *y = b.kind == CK_DIM_SYM ? b.sym : ck_ev_sym_of(m->ev, CK_INT(b.n));
  const ck_sym *sym = ck_ev_sym_cond(m->ev, condition, x, y);
  return sym->depth > CK_LIMIT_SYM_DEPTH ? (ck_dim){0} : (ck_dim){.kind = CK_DIM_SYM, .sym = sym};
}

/* `a` where the condition holds, else `b`; NULL: nobody knows which. */
static said choice(merging *m, const ck_sym *condition, said a, said b) {
  if (a.when == m->never || b.when == m->never) {
    said out = a.when == m->never ? b : a;
    out.when = condition != NULL ? decided(m, condition, a.when, b.when) : both(m, out.when, some_constructions(m));
    return out;
  }
  said out = a;
  out.when = condition != NULL ? decided(m, condition, a.when, b.when) : either(m, a.when, b.when);
  if (a.key.kind != b.key.kind) out.key.kind = CK_KIND_UNKNOWN;
  if (a.key.dtype != b.key.dtype) out.key.dtype = CK_DTYPE_UNKNOWN, out.key.unknown = "the dtype differs between runs";
  if (out.key.unknown == NULL) out.key.unknown = b.key.unknown;
  if (a.key.rank != b.key.rank) {
    out.key.rank = -1;
    out.key.unknown = differs;
    return out;
  }
  for (int32_t i = 0; i < a.key.rank; i++) {
    out.dims[i] = dim_choice(m, condition, a.dims[i], b.dims[i]);
    if (out.dims[i].kind == CK_DIM_UNKNOWN && out.key.unknown == NULL) out.key.unknown = differs;
  }
  return out;
}

static said said_of_key(merging *m, const ck_key *key) {
  said s = {.when = sym_of(m, key->when), .key = *key};
  s.dims = key->rank > 0 ? CK_NEW_N(&m->run->arena, ck_dim, key->rank) : NULL;
  if (key->rank > 0) memcpy(s.dims, key->dims, (size_t)key->rank * sizeof *s.dims);
  return s;
}

/* In one model a name may be registered several times, under conditions that exclude each other. */
static said said_by_world(merging *m, const world *w, const char *name) {
  const ck_map_entry *entry = ck_map_find(&w->first, name);
  if (entry == NULL) return (said){.when = m->never};
  said out = said_of_key(m, &w->model->keys[entry->n - 1]);
  for (size_t i = w->next[entry->n - 1]; i != 0; i = w->next[i - 1]) {
    said other = said_of_key(m, &w->model->keys[i - 1]);
    const ck_sym *when = either(m, out.when, other.when), *condition = out.when;
    out = choice(m, condition, out, other);
    out.when = when;
  }
  return out;
}

static said said_by(merging *m, const node *tree, const char *name) {
  if (tree->decision != NULL) return choice(m, tree->decision, said_by(m, tree->yes, name), said_by(m, tree->no, name));
  said out = said_by_world(m, tree->worlds[0], name);
  for (size_t i = 1; i < tree->n; i++) out = choice(m, NULL, out, said_by_world(m, tree->worlds[i], name));
  return out;
}

static const ck_sym *module_when(merging *m, const node *tree, const char *path) {
  if (tree->decision != NULL)
    return decided(m, tree->decision, module_when(m, tree->yes, path), module_when(m, tree->no, path));
  const ck_sym *out = m->never;
  size_t having = 0;
  for (size_t i = 0; i < tree->n; i++) {
    const ck_map_entry *entry = ck_map_find(&tree->worlds[i]->modules, path);
    if (entry == NULL) continue;
    out = either(m, out, sym_of(m, tree->worlds[i]->model->modules[entry->n - 1].when));
    having++;
  }
  return having > 0 && having < tree->n ? both(m, out, some_constructions(m)) : out;
}

/* One model -------------------------------------------------------------------------------------------------------- */

/* Names in the order of the first world that has each, behind the one that precedes it there. */
typedef CK_VEC(const char *) names;

static size_t position(const names *list, const char *name) {
  for (size_t i = 0; i < list->n; i++)
    if (strcmp(list->at[i], name) == 0) return i + 1;
  return 0;
}

static void insert(names *list, size_t at, const char *name) {
  ck_vec_push(list, name);
  memmove(list->at + at + 1, list->at + at, (list->n - 1 - at) * sizeof *list->at);
  list->at[at] = name;
}

static names names_of(const world *worlds, size_t n) {
  names list = {0};
  ck_map known;
  ck_map_init(&known);
  for (size_t w = 0; w < n; w++) {
    size_t behind = 0; /* position of the last name that both have; 0: look for it */
    for (size_t i = 0; i < worlds[w].model->nkeys; i++) {
      const char *name = worlds[w].model->keys[i].key;
      bool is_new;
      ck_map_put(&known, name, &is_new);
      if (w == 0 && is_new) ck_vec_push(&list, name);
      if (w == 0) continue;
      if (!is_new) {
        behind = 0;
        continue;
      }
      if (behind == 0 && i > 0) behind = position(&list, worlds[w].model->keys[i - 1].key);
      insert(&list, behind++, name);
    }
  }
  ck_map_release(&known);
  return list;
}

static void join_keys(merging *m, ck_model *out, const node *tree, const world *worlds, size_t n) {
  names list = names_of(worlds, n);
  out->keys = CK_NEW_N(&m->run->arena, ck_key, list.n + 1);
  out->nkeys = list.n;
  for (size_t i = 0; i < list.n; i++) {
    said s = said_by(m, tree, list.at[i]);
    out->keys[i] = s.key;
    out->keys[i].dims = s.dims;
    out->keys[i].when = condition_of(m, s.when);
  }
  free(list.at);
}

static void join_modules(merging *m, ck_model *out, const node *tree, const world *worlds, size_t n) {
  CK_VEC(ck_submodule) list = {0};
  ck_map known;
  ck_map_init(&known);
  for (size_t w = 0; w < n; w++)
    for (size_t i = 0; i < worlds[w].model->nmodules; i++) {
      ck_submodule module = worlds[w].model->modules[i];
      bool is_new;
      ck_map_put(&known, module.path, &is_new);
      if (!is_new) continue;
      module.when = condition_of(m, module_when(m, tree, module.path));
      ck_vec_push(&list, module);
    }
  out->modules = CK_NEW_N(&m->run->arena, ck_submodule, list.n + 1);
  if (list.n > 0) memcpy(out->modules, list.at, list.n * sizeof *list.at);
  out->nmodules = list.n;
  free(list.at);
  ck_map_release(&known);
}

static void join_opens(merging *m, ck_model *out, const world *worlds, size_t n) {
  CK_VEC(ck_open) list = {0};
  for (size_t w = 0; w < n; w++)
    for (size_t i = 0; i < worlds[w].model->nopens; i++) {
      const ck_open *open = &worlds[w].model->opens[i];
      bool known = false;
      for (size_t k = 0; k < list.n && !known; k++)
        known = strcmp(list.at[k].path, open->path) == 0 && strcmp(list.at[k].reason, open->reason) == 0;
      if (!known) ck_vec_push(&list, *open);
    }
  out->opens = CK_NEW_N(&m->run->arena, ck_open, list.n + 1);
  if (list.n > 0) memcpy(out->opens, list.at, list.n * sizeof *list.at);
  out->nopens = list.n;
  free(list.at);
}

static void index_world(merging *m, world *w) {
  ck_map_init(&w->first);
  ck_map_init(&w->modules);
  w->next = CK_NEW_N(&m->run->arena, size_t, w->model->nkeys + 1);
  for (size_t i = w->model->nkeys; i-- > 0;) { /* from the end, so that the first of a name is found first */
    ck_map_entry *entry = ck_map_put(&w->first, w->model->keys[i].key, NULL);
    w->next[i] = entry->n;
    entry->n = i + 1;
  }
  for (size_t i = w->model->nmodules; i-- > 0;) ck_map_put(&w->modules, w->model->modules[i].path, NULL)->n = i + 1;
}

static ck_model *join(merging *m, world *worlds, size_t n) {
  const world **all = CK_NEW_N(&m->run->arena, const world *, n);
  for (size_t i = 0; i < n; i++) {
    index_world(m, &worlds[i]);
    all[i] = &worlds[i];
  }
  const node *tree = tree_of(m, all, n);
  ck_model *out = CK_NEW(&m->run->arena, ck_model);
  *out = *worlds[0].model;
  for (size_t i = 1; i < n; i++) {
    out->complete = out->complete && worlds[i].model->complete;
    out->is_null = out->is_null && worlds[i].model->is_null;
    if (*out->cls == '\0') out->cls = worlds[i].model->cls;
  }
  join_keys(m, out, tree, worlds, n);
  join_modules(m, out, tree, worlds, n);
  join_opens(m, out, worlds, n);
  for (size_t i = 0; i < n; i++) {
    ck_map_release(&worlds[i].first);
    ck_map_release(&worlds[i].modules);
  }
  return out;
}

ck_model *ck_torch_merge(ck_torch_run *run, const ck_torch_place *place) {
  bool any_end = false;
  for (size_t i = 0; i < place->models.n; i++) any_end |= place->models.at[i].reached_end;
  world *worlds = CK_NEW_N(&run->arena, world, place->models.n + 1);
  size_t n = 0;
  for (size_t i = 0; i < place->models.n; i++) {
    const ck_torch_occurrence *o = &place->models.at[i];
    if (o->reached_end == any_end) worlds[n++] = (world){.model = o->model, .when = o->when};
  }
  if (n == 0) return NULL;
  merging m = {.run = run, .ev = run->ev, .loc = worlds[0].model->loc};
  m.always = ck_ev_sym_of(run->ev, CK_BOOL(1));
  m.never = ck_ev_sym_of(run->ev, CK_BOOL(0));
  if (n > 1) return join(&m, worlds, n);
  ck_model *out = CK_NEW(&run->arena, ck_model);
  *out = *worlds[0].model;
  return out;
}
