/* registry.c - register_parameter, register_buffer, register_module: what they check and when they throw
 * (FORMATS.md B.4), and Cloneable::clone. */
#include <stdlib.h>

#include "torch/torch_int.h"

static const char *const kind_names[] = {
    [CK_REG_PARAMETER] = "Parameter", [CK_REG_BUFFER] = "Buffer", [CK_REG_MODULE] = "Submodule"};

/* Is `when` certain on the path being run? */
static bool implied(ck_condition when, ck_condition path) {
  for (size_t i = 0; i < when.n; i++) {
    bool found = false;
    for (size_t k = 0; k < path.n; k++)
      found |= path.at[k].sym == when.at[i].sym && path.at[k].holds == when.at[i].holds;
    if (!found) return false;
  }
  return true;
}

const ck_registration *ck_torch_find(ck_ev *ev, const ck_object *object, ck_reg_kind kind, const char *name) {
  return ck_ev_registered(ev, object, kind, name);
}

static const char *class_of(const ck_object *object) { return object->cls; }

/* A name that libtorch refuses: it throws. */
static bool refused(ck_call *call, ck_object *object, ck_reg_kind kind, const char *name) {
  const char *what = kind_names[kind];
  if (*name == '\0') {
    ck_torch_finding(call, CK_DIAG_INVALID_NAME, class_of(object), (ck_loc){0}, NULL, "%s name must not be empty",
                     what);
    ck_ev_throw(call->ev, call->node->loc, "the name of a registration is empty");
    return true;
  }
  if (strchr(name, '.') != NULL) {
    ck_torch_finding(call, CK_DIAG_INVALID_NAME, class_of(object), (ck_loc){0}, NULL,
                     "%s name must not contain a dot (got '%s')", what, name);
    ck_ev_throw(call->ev, call->node->loc, "the name of a registration contains a dot");
    return true;
  }
  const ck_registration *first = ck_torch_find(call->ev, object, kind, name);
  if (first != NULL && implied(first->when, ck_ev_path(call->ev))) {
    ck_torch_finding(call, CK_DIAG_DUPLICATE_NAME, class_of(object), first->loc, "first registered here",
                     "%s '%s' already defined", what, name);
    ck_ev_throw(call->ev, call->node->loc, "a name is registered twice");
    return true;
  }
  for (ck_reg_kind other = CK_REG_PARAMETER; other <= CK_REG_MODULE; other++) {
    const ck_registration *twin = other == kind ? NULL : ck_torch_find(call->ev, object, other, name);
    if (twin != NULL && implied(twin->when, ck_ev_path(call->ev)))
      ck_torch_finding(call, CK_DIAG_DUPLICATE_NAME, class_of(object), twin->loc, "registered as the other here",
                       "'%s' is a %s and a %s of one module, which cannot be saved", name,
                       other == CK_REG_MODULE   ? "submodule"
                       : other == CK_REG_BUFFER ? "buffer"
                                                : "parameter",
                       kind == CK_REG_MODULE   ? "submodule"
                       : kind == CK_REG_BUFFER ? "buffer"
                                               : "parameter");
  }
  return false;
}

/* A name for the registry: a string or a pattern; one that is not known is a pattern of its own. */
static ck_value name_of(ck_call *call, ck_value name) {
  name = ck_ev_decide(call->ev, name);
  const char *text; /* an array of characters */
  if (name.kind != CK_V_STRING && ck_ev_as_string(call->ev, name, &text)) return ck_ev_string(call->ev, text);
  if (name.kind == CK_V_STRING || (name.kind == CK_V_SYM && name.sym->type == CK_SYM_STRING)) return name;
  const char *why = name.kind == CK_V_UNKNOWN ? name.unknown->reason : "a name that is not known";
  return ck_ev_symbol(call->ev, CK_SYM_STRING, "name", why,
                      name.kind == CK_V_UNKNOWN ? name.unknown->loc : call->node->loc);
}

static ck_value tensor_value(ck_call *call, ck_value v) {
  switch (v.kind) {
  case CK_V_TENSOR:
  case CK_V_CHOICE: return v;
  case CK_V_VOID:
  case CK_V_NULL: return ck_torch_undefined_tensor(call->ev);
  case CK_V_LIST:
    if (v.list->n == 0) return ck_torch_undefined_tensor(call->ev);
    break;
  default: break;
  }
  return ck_torch_unknown_tensor(call->ev, call->node->loc, -1, CK_DTYPE_UNKNOWN, "%s",
                                 ck_torch_reason(v) ? ck_torch_reason(v) : "a tensor that is not known");
}

ck_cell *ck_torch_register_tensor(ck_call *call, ck_object *object, ck_kind kind, ck_value name, ck_value tensor) {
  ck_ev *ev = call->ev;
  ck_reg_kind reg = kind == CK_KIND_BUFFER ? CK_REG_BUFFER : CK_REG_PARAMETER;
  name = name_of(call, name);
  if (name.kind == CK_V_STRING && refused(call, object, reg, name.str)) return NULL;
  ck_cell *cell = ck_ev_cell(ev, tensor_value(call, tensor));
  ck_ev_register(ev, object, reg, name, ck_ev_pointer(CK_PTR_RAW, cell), call->node->loc);
  return cell;
}

/* Is an empty value of this static type a holder (which throws) rather than a shared_ptr (which crashes later)? */
static bool is_shared_ptr(ck_call *call) {
  for (size_t i = 0; i < call->nargs; i++)
    if (ck_torch_arg_is(call, i, "std::shared_ptr")) return true;
  return false;
}

bool ck_torch_register_module(ck_call *call, ck_object *object, ck_value name, ck_value module) {
  ck_ev *ev = call->ev;
  name = name_of(call, name);
  if (module.kind == CK_V_CHOICE && (module.choice->a.kind != CK_V_PTR || module.choice->b.kind != CK_V_PTR))
    module = ck_ev_decide(ev, module);
  if (module.kind == CK_V_OBJECT) module = ck_ev_pointer(CK_PTR_SHARED, ck_ev_cell(ev, module));
  if (module.kind == CK_V_NULL || module.kind == CK_V_VOID) {
    bool shared = is_shared_ptr(call);
    ck_torch_finding(call, CK_DIAG_NULL_MODULE, class_of(object), (ck_loc){0}, NULL,
                     shared ? "a null module is registered%s%s: saving and loading it crashes"
                            : "Accessing empty ModuleHolder%s%s",
                     name.kind == CK_V_STRING ? " as " : "", name.kind == CK_V_STRING ? name.str : "");
    if (!shared) {
      ck_ev_throw(ev, call->node->loc, "an empty module holder is registered");
      return false;
    }
    module = CK_NULL;
  }
  if (name.kind == CK_V_STRING && refused(call, object, CK_REG_MODULE, name.str)) return false;
  ck_ev_register(ev, object, CK_REG_MODULE, name, module, call->node->loc);
  return true;
}

/* ---- clone ---------------------------------------------------------------------------------------------------
 * Cloneable::clone copies the object, calls reset() on the copy and clones the children: the result has the same tree
 * with tensors of its own. Members that name a registered child name the clone's child. */

typedef struct {
  ck_cell *from, *to;
} pair;
typedef struct {
  ck_call *call;
  CK_VEC(pair) done;
} cloning;

static ck_cell *clone_cell(cloning *c, ck_cell *cell, int depth);

static ck_value clone_value(cloning *c, ck_value v, int depth) {
  ck_ev *ev = c->call->ev;
  if (v.kind == CK_V_PTR) {
    v.cell = clone_cell(c, v.cell, depth);
    return v;
  }
  if (v.kind == CK_V_CHOICE)
    return ck_ev_choice(ev, v.choice->condition, clone_value(c, v.choice->a, depth),
                        clone_value(c, v.choice->b, depth));
  if (v.kind == CK_V_TENSOR && v.tensor->rank >= 0) {
    ck_tensor *t = CK_NEW(ck_ev_arena(ev), ck_tensor);
    *t = *v.tensor;
    v.tensor = t;
  }
  return v;
}

/* Pointers to what was cloned name the clone, others stay. */
static ck_value redirect(cloning *c, ck_value v) {
  if (v.kind == CK_V_PTR)
    for (size_t i = 0; i < c->done.n; i++)
      if (c->done.at[i].from == v.cell) v.cell = c->done.at[i].to;
  if (v.kind == CK_V_LIST) {
    ck_value *values = CK_NEW_N(ck_ev_arena(c->call->ev), ck_value, v.list->n + 1);
    for (size_t i = 0; i < v.list->n; i++) values[i] = redirect(c, ck_ev_load(c->call->ev, v.list->at[i]));
    return ck_ev_list(c->call->ev, v.list->cls, values, v.list->n);
  }
  if (v.kind == CK_V_CHOICE)
    return ck_ev_choice(c->call->ev, v.choice->condition, redirect(c, v.choice->a), redirect(c, v.choice->b));
  return v.kind == CK_V_OBJECT ? ck_ev_copy(c->call->ev, v) : v;
}

static ck_cell *clone_cell(cloning *c, ck_cell *cell, int depth) {
  ck_ev *ev = c->call->ev;
  for (size_t i = 0; i < c->done.n; i++)
    if (c->done.at[i].from == cell) return c->done.at[i].to;
  ck_value v = ck_ev_load(ev, cell);
  if (v.kind != CK_V_OBJECT || depth > 100) {
    ck_cell *copy = ck_ev_cell(ev, clone_value(c, v, depth + 1));
    ck_vec_push(&c->done, (pair){cell, copy});
    return copy;
  }
  ck_cell *copy = ck_ev_cell(ev, ck_ev_copy(ev, v));
  ck_vec_push(&c->done, (pair){cell, copy});
  ck_object *object = ck_torch_object(ev, copy);
  if (object == NULL || object->registry == NULL || object == v.object) return copy;
  const ck_registry *old = ck_ev_registry(ev, v.object);
  ck_registry *fresh = CK_NEW(ck_ev_arena(ev), ck_registry);
  fresh->n = old->n;
  fresh->at = CK_NEW_N(ck_ev_arena(ev), ck_registration, old->n + 1);
  for (size_t i = 0; i < old->n; i++) {
    fresh->at[i] = old->at[i];
    fresh->at[i].value = clone_value(c, old->at[i].value, depth + 1);
  }
  ck_ev_set_registry(ev, object, fresh);
  for (size_t i = 0; i < object->nfields; i++)
    ck_ev_store(ev, object->fields[i].cell, redirect(c, ck_ev_load(ev, object->fields[i].cell)));
  return copy;
}

ck_cell *ck_torch_clone(ck_call *call, ck_cell *module) {
  cloning c = {.call = call};
  ck_cell *copy = clone_cell(&c, module, 0);
  free(c.done.at);
  return copy;
}
