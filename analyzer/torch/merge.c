/* merge.c - one model of what a place constructs in several worlds, for `keys`.
 *
 * What is the same in all worlds is definite. A key that only some have is under the decisions of the first world that
 * has it; a shape or kind that differs is unknown. Worlds that ended in an exception count only if no other reached the
 * end. For load sites nothing is merged: they keep one alternative per world. */
#include "torch/run_int.h"

static const ck_key *find(const ck_model *model, const ck_key *like) {
  for (size_t i = 0; i < model->nkeys; i++)
    if (strcmp(model->keys[i].key, like->key) == 0) return &model->keys[i];
  return NULL;
}

static bool dims_equal(ck_dim a, ck_dim b) {
  return a.kind == b.kind && (a.kind != CK_DIM_INT || a.n == b.n) && (a.kind != CK_DIM_SYM || a.sym == b.sym);
}

/* What two worlds agree on. */
static void join_key(ck_torch_run *run, ck_key *key, const ck_key *other) {
  if (key->kind != other->kind) key->kind = CK_KIND_UNKNOWN;
  if (key->dtype != other->dtype) key->dtype = CK_DTYPE_UNKNOWN, key->unknown = "the dtype differs between runs";
  if (key->rank != other->rank) {
    key->rank = -1;
    key->unknown = "the shape differs between runs";
    return;
  }
  for (int32_t i = 0; i < key->rank; i++) {
    if (dims_equal(key->dims[i], other->dims[i])) continue;
    ck_dim *dims = CK_NEW_N(&run->arena, ck_dim, key->rank);
    memcpy(dims, key->dims, (size_t)key->rank * sizeof *dims);
    dims[i] = (ck_dim){0};
    key->dims = dims;
    key->unknown = "the shape differs between runs";
  }
}

/* Makes `when` conditional: under the world's decisions, or under a symbol of its own where there are none. */
static ck_condition only_in(ck_torch_run *run, ck_condition when, ck_condition world, ck_loc loc) {
  ck_condition both;
  if (!ck_torch_condition_and(&run->arena, when, world, &both)) both = when;
  if (both.n > 0) return both;
  ck_value some = ck_ev_symbol(run->ev, CK_SYM_BOOL, "some constructions", "the place constructs several models", loc);
  ck_literal *literal = CK_NEW(&run->arena, ck_literal);
  *literal = (ck_literal){some.sym, true};
  return (ck_condition){literal, 1};
}

/* Puts a key that only `other` has behind the one that precedes it there. */
static void insert_key(ck_torch_run *run, ck_model *model, const ck_model *other, size_t at, ck_key key) {
  size_t to = 0;
  for (size_t i = at; i-- > 0 && to == 0;) {
    const ck_key *before = find(model, &other->keys[i]);
    if (before) to = (size_t)(before - model->keys) + 1;
  }
  ck_key *keys = CK_NEW_N(&run->arena, ck_key, model->nkeys + 1);
  memcpy(keys, model->keys, to * sizeof *keys);
  keys[to] = key;
  memcpy(keys + to + 1, model->keys + to, (model->nkeys - to) * sizeof *keys);
  model->keys = keys;
  model->nkeys++;
}

static bool has_module(const ck_model *model, const char *path) {
  for (size_t i = 0; i < model->nmodules; i++)
    if (strcmp(model->modules[i].path, path) == 0) return true;
  return false;
}

static void join_modules(ck_torch_run *run, ck_model *model, ck_condition model_when, const ck_model *other,
                         ck_condition when) {
  for (size_t i = 0; i < model->nmodules; i++)
    if (!has_module(other, model->modules[i].path))
      model->modules[i].when = only_in(run, model->modules[i].when, model_when, model->modules[i].loc);
  for (size_t i = 0; i < other->nmodules; i++) {
    if (has_module(model, other->modules[i].path)) continue;
    ck_submodule *modules = CK_NEW_N(&run->arena, ck_submodule, model->nmodules + 1);
    memcpy(modules, model->modules, model->nmodules * sizeof *modules);
    modules[model->nmodules] = other->modules[i];
    modules[model->nmodules].when = only_in(run, other->modules[i].when, when, other->modules[i].loc);
    model->modules = modules;
    model->nmodules++;
  }
}

static void join_model(ck_torch_run *run, ck_model *model, ck_condition model_when, const ck_model *other,
                       ck_condition when) {
  for (size_t i = 0; i < model->nkeys; i++) {
    const ck_key *twin = find(other, &model->keys[i]);
    if (twin == NULL) model->keys[i].when = only_in(run, model->keys[i].when, model_when, model->keys[i].loc);
    else join_key(run, &model->keys[i], twin);
    if (twin != NULL && twin->when.n > 0 && model->keys[i].when.n == 0) model->keys[i].when = twin->when;
  }
  for (size_t i = 0; i < other->nkeys; i++) {
    if (find(model, &other->keys[i]) != NULL) continue;
    ck_key key = other->keys[i];
    key.when = only_in(run, key.when, when, key.loc);
    insert_key(run, model, other, i, key);
  }
  join_modules(run, model, model_when, other, when);
  model->complete = model->complete && other->complete;
  model->is_null = model->is_null && other->is_null;
  if (*model->cls == '\0') model->cls = other->cls;
  ck_open *opens = CK_NEW_N(&run->arena, ck_open, model->nopens + other->nopens + 1);
  memcpy(opens, model->opens, model->nopens * sizeof *opens);
  size_t n = model->nopens;
  for (size_t i = 0; i < other->nopens; i++) {
    bool known = false;
    for (size_t k = 0; k < model->nopens && !known; k++)
      known = strcmp(model->opens[k].path, other->opens[i].path) == 0 &&
              strcmp(model->opens[k].reason, other->opens[i].reason) == 0;
    if (!known) opens[n++] = other->opens[i];
  }
  model->opens = opens;
  model->nopens = n;
}

ck_model *ck_torch_merge(ck_torch_run *run, const ck_torch_place *place) {
  bool any_end = false;
  for (size_t i = 0; i < place->models.n; i++) any_end |= place->models.at[i].reached_end;
  ck_model *out = NULL;
  ck_condition when = {0};
  for (size_t i = 0; i < place->models.n; i++) {
    const ck_torch_occurrence *o = &place->models.at[i];
    if (o->reached_end != any_end) continue;
    if (out == NULL) {
      out = CK_NEW(&run->arena, ck_model);
      *out = *o->model;
      ck_key *keys = CK_NEW_N(&run->arena, ck_key, out->nkeys + 1);
      memcpy(keys, out->keys, out->nkeys * sizeof *keys);
      out->keys = keys;
      when = o->when;
    } else {
      join_model(run, out, when, o->model, o->when);
    }
  }
  return out;
}
