/* derive.c - from a module object to a ck_model: its keys in the order of named_parameters(), then named_buffers();
 * its submodules; and what may be there unseen.
 *
 * Reading decides nothing: a tensor or child that is a choice contributes both sides, each under its literal joined to
 * the conditions of the registrations on its path. What excludes itself is left out. An undefined tensor has no key
 * (FORMATS.md B.4). */
#include <stdlib.h>

#include "base/file.h"
#include "torch/torch_int.h"

enum {
  MAX_DEPTH = 64,          /* of modules; also stops a module that contains itself */
  MAX_MODEL_KEYS = 500000, /* keys and submodules of one model */
};

typedef struct {
  ck_ev *ev;
  ck_arena *arena;
  CK_VEC(ck_key) parameters;
  CK_VEC(ck_key) buffers;
  CK_VEC(ck_submodule) modules;
  CK_VEC(ck_open) opens;
  ck_loc path[MAX_DEPTH];
  const ck_object *on_path[MAX_DEPTH];
  size_t depth;
  bool unnamed, full;
} derivation;

/* Where the walk stands. */
typedef struct {
  const char *path; /* dotted */
  bool is_pattern, is_serializable;
  ck_condition when;
  ck_loc loc; /* the user's registration */
} place;

/* --- conditions ----------------------------------------------------------------------------------------------- */

bool ck_torch_condition_and(ck_arena *arena, ck_condition a, ck_condition b, ck_condition *out) {
  if (a.n == 0 || b.n == 0) {
    *out = a.n ? a : b;
    return true;
  }
  ck_literal *at = CK_NEW_N(arena, ck_literal, a.n + b.n);
  size_t n = 0, i = 0, k = 0;
  while (i < a.n || k < b.n) {
    if (k == b.n || (i < a.n && a.at[i].sym->id < b.at[k].sym->id)) {
      at[n++] = a.at[i++];
    } else if (i == a.n || b.at[k].sym->id < a.at[i].sym->id) {
      at[n++] = b.at[k++];
    } else {
      if (a.at[i].holds != b.at[k].holds) return false;
      at[n++] = a.at[i++];
      k++;
    }
  }
  *out = (ck_condition){at, n};
  return true;
}

/* A choice's condition as a literal: `!x` is x that does not hold. */
static ck_literal literal_of(const ck_sym *condition, bool holds) {
  while (condition->kind == CK_SYM_OP && condition->op == CK_IR_OP_NOT) condition = condition->a, holds = !holds;
  return (ck_literal){condition, holds};
}

static bool with_literal(derivation *d, ck_condition when, const ck_sym *condition, bool holds, ck_condition *out) {
  ck_literal *one = CK_NEW(d->arena, ck_literal);
  *one = literal_of(condition, holds);
  return ck_torch_condition_and(d->arena, when, (ck_condition){one, 1}, out);
}

/* --- names ---------------------------------------------------------------------------------------------------- */

static void print_name(const ck_sym *sym, ck_strbuf *out, bool *is_pattern) {
  if (sym->kind == CK_SYM_CONST && sym->type == CK_SYM_STRING) {
    ck_strbuf_puts(out, sym->s);
  } else if (sym->kind == CK_SYM_OP && sym->op == CK_IR_OP_ADD && sym->type == CK_SYM_STRING) {
    print_name(sym->a, out, is_pattern);
    print_name(sym->b, out, is_pattern);
  } else {
    *is_pattern = true;
    if (out->n == 0 || out->s[out->n - 1] != '*') ck_strbuf_putc(out, '*');
  }
}

static const char *name_of(derivation *d, ck_value name, bool *is_pattern) {
  if (name.kind == CK_V_STRING) return name.str;
  if (name.kind != CK_V_SYM) {
    *is_pattern = true;
    return "*";
  }
  ck_strbuf out;
  ck_strbuf_init(&out);
  print_name(name.sym, &out, is_pattern);
  const char *s = ck_arena_strdup(d->arena, out.s);
  ck_strbuf_release(&out);
  return s;
}

static const char *join(derivation *d, const char *path, const char *name) {
  return *path ? ck_arena_printf(d->arena, "%s.%s", path, name) : ck_arena_strdup(d->arena, name);
}

/* --- what is there -------------------------------------------------------------------------------------------- */

static void add_open(derivation *d, const char *path, const char *reason, ck_loc loc) {
  ck_open open = {.path = ck_arena_strdup(d->arena, path), .reason = ck_arena_strdup(d->arena, reason), .loc = loc};
  ck_vec_push(&d->opens, open);
}

static bool is_full(derivation *d, const char *path, ck_loc loc) {
  if (d->parameters.n + d->buffers.n + d->modules.n < MAX_MODEL_KEYS) return false;
  if (!d->full) add_open(d, path, "more than 500000 keys", loc);
  d->full = true;
  return true;
}

static const ck_loc *copy_path(derivation *d) {
  ck_loc *path = CK_NEW_N(d->arena, ck_loc, d->depth + 1);
  memcpy(path, d->path, d->depth * sizeof *path);
  return path;
}

static void fill_shape(derivation *d, ck_key *key, const ck_tensor *t) {
  ck_loc loc;
  t = ck_torch_tensor_now(d->ev, t);
  const char *replaced = ck_torch_tensor_is_replaced(d->ev, t, &loc);
  key->rank = replaced ? -1 : t->rank;
  key->dtype = replaced ? CK_DTYPE_UNKNOWN : t->dtype;
  if (key->rank > 0) {
    ck_dim *dims = CK_NEW_N(d->arena, ck_dim, t->rank);
    memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
    key->dims = dims;
  }
  const ck_unknown *why = t->unknown;
  if (replaced)
    key->unknown =
        ck_arena_printf(d->arena, "%s at %s:%u", replaced, loc.file ? ck_path_base(loc.file) : "?", loc.line);
  else if (why != NULL && why->loc.file != NULL)
    key->unknown = ck_arena_printf(d->arena, "%s at %s:%u", why->reason, ck_path_base(why->loc.file), why->loc.line);
  else if (why != NULL) key->unknown = ck_arena_strdup(d->arena, why->reason);
}

static bool same_shape(const ck_tensor *a, const ck_tensor *b) {
  if (a->rank != b->rank || a->dtype != b->dtype || a->rank < 0) return false;
  for (int32_t i = 0; i < a->rank; i++)
    if (a->dims[i].kind != b->dims[i].kind || a->dims[i].n != b->dims[i].n || a->dims[i].sym != b->dims[i].sym)
      return false;
  return true;
}

static void add_tensor(derivation *d, const ck_registration *r, const ck_object *owner, ck_value v, place at) {
  switch (v.kind) {
  case CK_V_CHOICE: {
    ck_value a = v.choice->a, b = v.choice->b;
    if (a.kind == CK_V_TENSOR && b.kind == CK_V_TENSOR && a.tensor->defined && b.tensor->defined &&
        same_shape(a.tensor, b.tensor)) {
      add_tensor(d, r, owner, a, at);
      return;
    }
    place side = at;
    if (with_literal(d, at.when, v.choice->condition, true, &side.when)) add_tensor(d, r, owner, a, side);
    if (with_literal(d, at.when, v.choice->condition, false, &side.when)) add_tensor(d, r, owner, b, side);
    return;
  }
  case CK_V_PTR: add_tensor(d, r, owner, ck_ev_load(d->ev, v.cell), at); return;
  case CK_V_VOID:
  case CK_V_NULL: return;
  default: break;
  }
  if (v.kind == CK_V_TENSOR && !v.tensor->defined) return;
  if (v.kind != CK_V_TENSOR) {
    /* Something not understood may have written here: it may be undefined now. */
    const char *name = r->name.kind == CK_V_STRING ? r->name.str : "tensor";
    ck_value may = ck_ev_symbol(d->ev, CK_SYM_BOOL, ck_arena_printf(ck_ev_arena(d->ev), "%s.defined()", name),
                                ck_torch_reason(v) ? ck_torch_reason(v) : "a tensor that is not known", r->loc);
    if (may.kind == CK_V_SYM && !with_literal(d, at.when, may.sym, true, &at.when)) return;
  }
  if (is_full(d, at.path, r->loc)) return;
  ck_key key = {.is_pattern = at.is_pattern,
                .kind = r->kind == CK_REG_BUFFER ? CK_KIND_BUFFER : CK_KIND_PARAMETER,
                .rank = -1,
                .when = at.when,
                .loc = at.loc,
                .owner = owner->cls,
                .path = copy_path(d),
                .path_len = d->depth};
  key.key = join(d, at.path, name_of(d, r->name, &key.is_pattern));
  if (key.is_pattern) d->unnamed = true;
  if (v.kind == CK_V_TENSOR) key.tensor = v.tensor, fill_shape(d, &key, v.tensor);
  else
    key.unknown = v.kind == CK_V_UNKNOWN ? ck_arena_strdup(d->arena, v.unknown->reason) : "a tensor that is not known";
  if (key.kind == CK_KIND_BUFFER) ck_vec_push(&d->buffers, key);
  else ck_vec_push(&d->parameters, key);
}

/* --- classes of the project that say more than their registry ------------------------------------------------- */

static const ck_ir *own_method(derivation *d, const ck_ir *record, const char *name, size_t nparams, const char *type) {
  for (int depth = 0; record != NULL && depth < MAX_DEPTH; depth++) {
    const ck_ir *base = NULL;
    for (size_t i = 0; i < record->nkids; i++) {
      const ck_ir *kid = record->kids[i];
      if (kid == NULL) continue;
      if (kid->kind == CK_IR_BASE && base == NULL) base = kid;
      if (kid->kind != CK_IR_FUNCTION || strcmp(ck_torch_method(kid->name), name) != 0) continue;
      if (ck_ir_param_count(kid) != nparams) continue;
      const ck_ir_type *param = nparams ? ck_ir_strip_ref(ck_ir_param(kid, 0)->type) : NULL;
      if (param == NULL || strcmp(param->name, type) == 0) return kid;
    }
    record = base ? ck_ir_find_record(ck_ev_program(d->ev), base->type->usr, NULL, NULL) : NULL;
  }
  return NULL;
}

/* return false; and nothing else */
static bool returns_false(const ck_ir *function) {
  const ck_ir *body = ck_ir_body(function);
  if (body == NULL || body->kind != CK_IR_BLOCK || body->nkids != 1 || body->kids[0]->kind != CK_IR_RETURN)
    return false;
  const ck_ir *v = ck_ir_kid(body->kids[0], 0);
  return v != NULL && v->kind == CK_IR_BOOL && v->value.i == 0;
}

static bool is_container(const ck_object *object) {
  static const char *const names[] = {"torch::nn::SequentialImpl",    "torch::nn::ModuleListImpl",
                                      "torch::nn::ModuleDictImpl",    "torch::nn::ParameterListImpl",
                                      "torch::nn::ParameterDictImpl", "torch::nn::Module"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(object->cls, names[i]) == 0) return true;
  return false;
}

static void walk_value(derivation *d, ck_value v, const ck_registration *r, place at);

static void walk(derivation *d, ck_object *object, place at) {
  if (d->depth >= MAX_DEPTH) {
    add_open(d, at.path, "modules nested too deeply", at.loc);
    return;
  }
  for (size_t i = 0; i < d->depth; i++) {
    if (d->on_path[i] == object) {
      add_open(d, at.path, "a module that contains itself", at.loc);
      return;
    }
  }
  if (object->registry == NULL) {
    add_open(d, at.path, "a module whose class is not in sight", at.loc);
    return;
  }
  if (object->record != NULL) {
    const ck_ir *load = own_method(d, object->record, "load", 1, "torch::serialize::InputArchive");
    if (load != NULL) {
      add_open(d, at.path, "the class has a load() of its own", load->loc);
      d->opens.at[d->opens.n - 1].overrides_load = true;
    }
  }
  bool by_user = object->record != NULL || is_container(object);
  d->on_path[d->depth] = object;
  const ck_registry *registry = ck_ev_registry(d->ev, object);
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < registry->n && !d->full; i++) {
      const ck_registration *r = &registry->at[i];
      if ((r->kind == CK_REG_MODULE || r->kind == CK_REG_OPEN) != (round == 1)) continue;
      place below = at;
      if (!ck_torch_condition_and(d->arena, at.when, r->when, &below.when)) continue;
      if (by_user || at.loc.file == NULL) below.loc = r->loc;
      if (r->kind == CK_REG_OPEN) {
        add_open(d, at.path, r->value.kind == CK_V_UNKNOWN ? r->value.unknown->reason : "more may be registered",
                 r->value.kind == CK_V_UNKNOWN ? r->value.unknown->loc : r->loc);
        continue;
      }
      d->path[d->depth++] = r->loc;
      if (r->kind != CK_REG_MODULE) {
        add_tensor(d, r, object, r->value, below);
      } else {
        below.path = join(d, at.path, name_of(d, r->name, &below.is_pattern));
        walk_value(d, r->value, r, below);
      }
      d->depth--;
    }
  }
  d->on_path[d->depth] = NULL;
}

static bool serializable(derivation *d, const ck_object *object, place at) {
  if (strcmp(object->cls, "torch::nn::FunctionalImpl") == 0) return false;
  if (object->record == NULL) return true;
  if (ck_ev_is_a(d->ev, object, "torch::nn::FunctionalImpl")) return false;
  const ck_ir *own = own_method(d, object->record, "is_serializable", 0, "");
  if (own == NULL) return true;
  if (returns_false(own)) return false;
  add_open(d, at.path, "the class has an is_serializable() of its own", own->loc);
  return true;
}

static void walk_value(derivation *d, ck_value v, const ck_registration *r, place at) {
  switch (v.kind) {
  case CK_V_CHOICE: {
    place side = at;
    if (with_literal(d, at.when, v.choice->condition, true, &side.when)) walk_value(d, v.choice->a, r, side);
    if (with_literal(d, at.when, v.choice->condition, false, &side.when)) walk_value(d, v.choice->b, r, side);
    return;
  }
  case CK_V_PTR: {
    ck_value target = ck_ev_load(d->ev, v.cell);
    if (target.kind != CK_V_OBJECT) {
      walk_value(d, target, r, at);
      return;
    }
    v = target;
    break;
  }
  case CK_V_OBJECT: break;
  case CK_V_NULL: return;
  case CK_V_UNKNOWN: add_open(d, at.path, v.unknown->reason, v.unknown->loc); return;
  default: add_open(d, at.path, "a module that is not known", r->loc); return;
  }
  if (is_full(d, at.path, r->loc)) return;
  if (at.is_pattern) d->unnamed = true;
  at.is_serializable = at.is_serializable && serializable(d, v.object, at);
  ck_submodule module = {.path = at.path,
                         .is_pattern = at.is_pattern,
                         .is_serializable = at.is_serializable,
                         .cls = v.object->cls,
                         .when = at.when,
                         .loc = at.loc};
  ck_vec_push(&d->modules, module);
  walk(d, v.object, at);
}

/* --- the model ------------------------------------------------------------------------------------------------ */

static void *keep(derivation *d, const void *at, size_t bytes) {
  void *copy = ck_arena_alloc(d->arena, bytes + 1);
  if (bytes) memcpy(copy, at, bytes);
  return copy;
}

ck_model *ck_torch_derive(ck_ev *ev, ck_arena *arena, ck_value v, ck_loc loc) {
  derivation d = {.ev = ev, .arena = arena};
  ck_model *model = CK_NEW(arena, ck_model);
  model->loc = loc;
  model->cls = "";
  for (int i = 0; v.kind == CK_V_PTR && i < 8; i++) v = ck_ev_load(ev, v.cell);
  if (v.kind == CK_V_NULL) {
    model->is_null = true;
    model->complete = true;
    return model;
  }
  if (v.kind == CK_V_OBJECT) {
    model->cls = ck_arena_strdup(arena, v.object->cls);
    walk(&d, v.object,
         (place){.path = "",
                 .is_serializable = true,
                 .loc = v.object->record || is_container(v.object) ? (ck_loc){0} : loc});
  } else if (v.kind == CK_V_UNKNOWN) {
    add_open(&d, "", v.unknown->reason, v.unknown->loc);
  } else {
    add_open(&d, "", "a model that is not known", loc);
  }
  model->nkeys = d.parameters.n + d.buffers.n;
  model->keys = CK_NEW_N(arena, ck_key, model->nkeys + 1);
  if (d.parameters.n) memcpy(model->keys, d.parameters.at, d.parameters.n * sizeof *model->keys);
  if (d.buffers.n) memcpy(model->keys + d.parameters.n, d.buffers.at, d.buffers.n * sizeof *model->keys);
  model->modules = keep(&d, d.modules.at, d.modules.n * sizeof *d.modules.at);
  model->nmodules = d.modules.n;
  model->opens = keep(&d, d.opens.at, d.opens.n * sizeof *d.opens.at);
  model->nopens = d.opens.n;
  model->complete = d.opens.n == 0 && !d.unnamed;
  free(d.parameters.at);
  free(d.buffers.at);
  free(d.modules.at);
  free(d.opens.at);
  return model;
}
