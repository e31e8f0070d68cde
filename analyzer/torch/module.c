/* module.c - torch::nn::Module's own methods: registering, listing, casting, cloning.
 *
 * Lists of parameters and children are exact or unknown: where a registration depends on a condition, or more may be
 * registered than was seen, the list is an unknown value. The lists hold handles: assigning to an element leaves the
 * module as it is. */
#include <stdio.h>
#include <stdlib.h>

#include "torch/torch_int.h"

/* --- registering ---------------------------------------------------------------------------------------------- */

static ck_value register_module(ck_call *call) {
  ck_object *self = ck_torch_self_object(call);
  ck_value module = ck_torch_arg(call, 1);
  if (self == NULL || self->registry == NULL) return module;
  if (module.kind == CK_V_UNKNOWN) {
    ck_ev_register(call->ev, self, CK_REG_MODULE, ck_torch_arg(call, 0), module, call->node->loc);
    return module;
  }
  ck_torch_register_module(call, self, ck_torch_arg(call, 0), module);
  return module;
}

static ck_value register_tensor(ck_call *call, ck_kind kind) {
  ck_object *self = ck_torch_self_object(call);
  if (self == NULL || self->registry == NULL) return ck_torch_harmless(call);
  ck_value tensor = ck_torch_arg(call, 1);
  if (kind == CK_KIND_PARAMETER && tensor.kind == CK_V_TENSOR && tensor.tensor->dtype != CK_DTYPE_UNKNOWN &&
      tensor.tensor->defined && !ck_dtype_is_floating(tensor.tensor->dtype) &&
      !ck_dtype_is_complex(tensor.tensor->dtype)) {
    ck_value grad = ck_torch_arg(call, 2);
    if (call->nargs < 3 || (grad.kind == CK_V_BOOL && grad.i)) {
      ck_ev_throw(call->ev, call->node->loc, "Only Tensors of floating point and complex dtype can require gradients");
      return CK_VOID;
    }
  }
  ck_cell *cell = ck_torch_register_tensor(call, self, kind, ck_torch_arg(call, 0), tensor);
  return cell ? ck_torch_lvalue(cell) : CK_VOID;
}

static ck_value register_parameter(ck_call *call) { return register_tensor(call, CK_KIND_PARAMETER); }
static ck_value register_buffer(ck_call *call) { return register_tensor(call, CK_KIND_BUFFER); }

static ck_registry *changed(ck_ev *ev, const ck_registry *old) {
  ck_registry *fresh = CK_NEW(ck_ev_arena(ev), ck_registry);
  fresh->at = CK_NEW_N(ck_ev_arena(ev), ck_registration, old->n + 1);
  memcpy(fresh->at, old->at, old->n * sizeof *old->at);
  fresh->n = old->n;
  return fresh;
}

/* Position of the module of that name; -1 unknown, -2 certainly none. */
static int position(ck_call *call, const ck_registry *registry, ck_value name) {
  if (name.kind != CK_V_STRING) return -1;
  bool maybe = false;
  for (size_t i = 0; i < registry->n; i++) {
    const ck_registration *r = &registry->at[i];
    if (r->kind == CK_REG_OPEN || r->name.kind == CK_V_SYM) maybe = true;
    if (r->kind == CK_REG_MODULE && r->name.kind == CK_V_STRING && strcmp(r->name.str, name.str) == 0) return (int)i;
  }
  (void)call;
  return maybe ? -1 : -2;
}

static void open_module(ck_call *call, ck_object *object, const char *why) {
  ck_ev_register(call->ev, object, CK_REG_OPEN, CK_VOID, ck_call_unknown(call, "%s", why), call->node->loc);
}

static ck_value replace_module(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_object *self = ck_torch_self_object(call);
  ck_value module = ck_torch_arg(call, 1);
  if (self == NULL || self->registry == NULL) return module;
  const ck_registry *old = ck_ev_registry(ev, self);
  int at = position(call, old, ck_ev_decide(ev, ck_torch_arg(call, 0)));
  if (at == -2) {
    ck_ev_throw(ev, call->node->loc, "replace_module of a name that is not defined");
  } else if (at == -1) {
    open_module(call, self, "replace_module of a name that is not known");
  } else {
    ck_registry *fresh = changed(ev, old);
    fresh->at[at].value = module;
    fresh->at[at].loc = call->node->loc;
    ck_ev_set_registry(ev, self, fresh);
  }
  return module;
}

static ck_value unregister_module(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_object *self = ck_torch_self_object(call);
  if (self == NULL || self->registry == NULL) return CK_VOID;
  const ck_registry *old = ck_ev_registry(ev, self);
  int at = position(call, old, ck_ev_decide(ev, ck_torch_arg(call, 0)));
  if (at == -2) {
    ck_ev_throw(ev, call->node->loc, "No Module with that name is registered");
  } else if (at == -1) {
    open_module(call, self, "unregister_module of a name that is not known");
  } else {
    ck_registry *fresh = changed(ev, old);
    memmove(fresh->at + at, fresh->at + at + 1, (fresh->n - (size_t)at - 1) * sizeof *fresh->at);
    fresh->n--;
    ck_ev_set_registry(ev, self, fresh);
  }
  return CK_VOID;
}

/* --- listing -------------------------------------------------------------------------------------------------- */

enum { MAX_LIST_DEPTH = 100 };
typedef struct {
  ck_ev *ev;
  ck_value out; /* LIST or MAP being filled, in `cell` */
  ck_cell *cell;
  bool named;
  ck_reg_kind kind;
  bool recurse;
  bool exact;
} listing;

static void list_one(listing *l, const char *name, ck_value v) {
  if (l->named) {
    ck_cell *slot = ck_ev_map_put(l->ev, l->cell, ck_ev_string(l->ev, name));
    ck_ev_store(l->ev, slot, v);
  } else {
    ck_ev_list_push(l->ev, l->cell, v);
  }
}

static const char *joined(ck_ev *ev, const char *prefix, const char *name) {
  return *prefix ? ck_arena_printf(ck_ev_arena(ev), "%s.%s", prefix, name) : name;
}

static void list_module(listing *l, ck_cell *module, const char *prefix, int depth) {
  ck_object *object = ck_torch_object(l->ev, module);
  if (object == NULL || object->registry == NULL || depth > MAX_LIST_DEPTH) {
    l->exact = false;
    return;
  }
  const ck_registry *registry = ck_ev_registry(l->ev, object);
  for (int round = 0; round < 2; round++) { /* tensors of this module first, then what is below */
    for (size_t i = 0; i < registry->n && l->exact; i++) {
      const ck_registration *r = &registry->at[i];
      if (r->kind == CK_REG_OPEN || r->when.n > 0 || r->name.kind != CK_V_STRING || r->value.kind != CK_V_PTR) {
        l->exact = false;
        return;
      }
      const char *name = joined(l->ev, prefix, r->name.str);
      if (r->kind == CK_REG_MODULE && round == 1) {
        if (l->kind == CK_REG_MODULE) list_one(l, name, ck_ev_pointer(CK_PTR_SHARED, r->value.cell));
        if (l->recurse) list_module(l, r->value.cell, name, depth + 1);
      } else if (r->kind == l->kind && round == 0 && r->kind != CK_REG_MODULE) {
        ck_value v = ck_ev_load(l->ev, r->value.cell);
        if (v.kind == CK_V_CHOICE) l->exact = false;
        if (v.kind == CK_V_TENSOR && !v.tensor->defined) continue;
        list_one(l, name, v);
      }
    }
  }
}

static ck_value list(ck_call *call, ck_reg_kind kind, bool named, bool recurse, bool self_too) {
  ck_ev *ev = call->ev;
  ck_cell *self = ck_torch_self_cell(call);
  ck_object *object = ck_torch_object(ev, self);
  if (object == NULL || object->registry == NULL) return ck_torch_harmless(call);
  listing l = {.ev = ev, .named = named, .kind = kind, .recurse = recurse, .exact = true};
  l.cell = ck_ev_cell(ev, named ? ck_ev_map(ev, "torch::OrderedDict") : ck_ev_list(ev, "std::vector", NULL, 0));
  if (self_too) list_one(&l, "", ck_ev_pointer(CK_PTR_SHARED, self));
  list_module(&l, self, "", 0);
  if (!l.exact) return ck_call_unknown(call, "what `%s` lists depends on values that are not known", call->name);
  return ck_ev_load(ev, l.cell);
}

static bool flag(ck_call *call, size_t i, bool otherwise) {
  if (call->nargs <= i) return otherwise;
  return ck_ev_decide_bool(call->ev, ck_torch_arg(call, i), call->node->loc);
}

static ck_value parameters(ck_call *call) { return list(call, CK_REG_PARAMETER, false, flag(call, 0, true), false); }
static ck_value named_parameters(ck_call *call) {
  return list(call, CK_REG_PARAMETER, true, flag(call, 0, true), false);
}
static ck_value buffers(ck_call *call) { return list(call, CK_REG_BUFFER, false, flag(call, 0, true), false); }
static ck_value named_buffers(ck_call *call) { return list(call, CK_REG_BUFFER, true, flag(call, 0, true), false); }
static ck_value children(ck_call *call) { return list(call, CK_REG_MODULE, false, false, false); }
static ck_value named_children(ck_call *call) { return list(call, CK_REG_MODULE, true, false, false); }
static ck_value modules(ck_call *call) { return list(call, CK_REG_MODULE, false, true, flag(call, 0, true)); }
static ck_value named_modules(ck_call *call) {
  if (call->nargs > 0) return ck_torch_harmless(call);
  return list(call, CK_REG_MODULE, true, true, true);
}

/* --- life ----------------------------------------------------------------------------------------------------- */

/* Casts every parameter and buffer of the tree, and the members that are handles of them. */
static void cast(ck_call *call, ck_cell *module, ck_dtype dtype, int depth) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_object(ev, module);
  if (object == NULL || object->registry == NULL || depth > MAX_LIST_DEPTH) return;
  const ck_registry *registry = ck_ev_registry(ev, object);
  for (size_t i = 0; i < registry->n; i++) {
    const ck_registration *r = &registry->at[i];
    if (r->kind == CK_REG_MODULE) {
      ck_value v = r->value;
      if (v.kind == CK_V_CHOICE) {
        if (v.choice->a.kind == CK_V_PTR) cast(call, v.choice->a.cell, dtype, depth + 1);
        if (v.choice->b.kind == CK_V_PTR) cast(call, v.choice->b.cell, dtype, depth + 1);
      } else if (v.kind == CK_V_PTR) {
        cast(call, v.cell, dtype, depth + 1);
      }
      continue;
    }
    if (r->kind == CK_REG_OPEN || r->value.kind != CK_V_PTR) continue;
    ck_value old = ck_ev_load(ev, r->value.cell), fresh;
    if (old.kind == CK_V_TENSOR) {
      fresh = ck_torch_with_dtype(ev, old.tensor, dtype);
    } else if (old.kind == CK_V_CHOICE && old.choice->a.kind == CK_V_TENSOR && old.choice->b.kind == CK_V_TENSOR) {
      fresh = ck_ev_choice(ev, old.choice->condition, ck_torch_with_dtype(ev, old.choice->a.tensor, dtype),
                           ck_torch_with_dtype(ev, old.choice->b.tensor, dtype));
    } else {
      continue;
    }
    ck_ev_store(ev, r->value.cell, fresh);
    for (size_t k = 0; k < object->nfields; k++) {
      ck_value member = ck_ev_load(ev, object->fields[k].cell);
      if (member.kind == CK_V_TENSOR && old.kind == CK_V_TENSOR && member.tensor == old.tensor)
        ck_ev_store(ev, object->fields[k].cell, fresh);
    }
  }
}

/* to(dtype), to(device), to(device, dtype) and their orders; also half(), double() do not exist in C++. */
static ck_value to(ck_call *call) {
  ck_cell *self = ck_torch_self_cell(call);
  for (size_t i = 0; i < call->nargs; i++) {
    ck_dtype dtype;
    ck_value v = ck_ev_decide(call->ev, ck_torch_arg(call, i));
    if (v.kind == CK_V_BOOL || !ck_torch_as_dtype(call, v, ck_torch_arg_type(call, i), &dtype)) continue;
    if (dtype != CK_DTYPE_UNKNOWN && !ck_dtype_is_floating(dtype) && !ck_dtype_is_complex(dtype))
      ck_ev_throw(call->ev, call->node->loc, "to() of a module takes only floating point dtypes");
    else if (self) cast(call, self, dtype, 0);
  }
  return CK_VOID;
}

static ck_value clone(ck_call *call) {
  ck_cell *self = ck_torch_self_cell(call);
  if (ck_torch_object(call->ev, self) == NULL) return ck_torch_harmless(call);
  return ck_ev_pointer(CK_PTR_SHARED, ck_torch_clone(call, self));
}

/* apply(function): the function sees every module of the tree. */
static ck_value apply(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_value function = ck_ev_decide(ev, ck_torch_arg(call, 0));
  ck_cell *self = ck_torch_self_cell(call);
  if (function.kind == CK_V_CLOSURE && function.closure->function == NULL && function.closure->name &&
      function.closure->name[0])
    return ck_torch_opens(call, "`apply` of `%s`, whose body is not in sight", function.closure->name);
  if (function.kind != CK_V_CLOSURE || function.closure->function == NULL || self == NULL)
    return ck_torch_opens(call, "`apply` of a function that is not known");
  ck_value all = list(call, CK_REG_MODULE, true, true, true);
  if (all.kind != CK_V_MAP) return ck_torch_opens(call, "`apply` to modules that are not known in full");
  size_t nparams = ck_ir_param_count(function.closure->function);
  const ck_ir *param = nparams ? ck_ir_param(function.closure->function, nparams - 1) : NULL;
  const ck_ir_type *type = param ? ck_ir_strip_ref(param->type) : NULL;
  bool by_pointer = type != NULL && strcmp(type->name, "std::shared_ptr") == 0;
  for (size_t i = 0; i < all.map->n; i++) {
    ck_value pointer = ck_ev_load(ev, all.map->at[i].cell);
    ck_cell *module = by_pointer ? all.map->at[i].cell : pointer.cell;
    ck_cell *args[2] = {ck_ev_cell(ev, all.map->at[i].key), module};
    ck_ev_invoke(ev, function, nparams == 2 ? args : args + 1, nparams == 2 ? 2 : 1, call->node);
  }
  return CK_VOID;
}

/* --- classes -------------------------------------------------------------------------------------------------- */

/* Does project class `record` equal or derive from the class with `usr`? */
static bool record_is(const ck_ir_program *program, const ck_ir *record, const char *usr, int depth) {
  if (record == NULL || depth > MAX_LIST_DEPTH) return false;
  if (strcmp(record->usr, usr) == 0) return true;
  for (size_t i = 0; i < record->nkids; i++) {
    const ck_ir *kid = record->kids[i];
    if (kid == NULL || kid->kind != CK_IR_BASE) continue;
    if (strcmp(kid->type->usr, usr) == 0 ||
        record_is(program, ck_ir_find_record(program, kid->type->usr, NULL, NULL), usr, depth + 1))
      return true;
  }
  return false;
}

/* as<T>(): this, if it is a T or the module of holder T. */
static ck_value as(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_cell *self = ck_torch_self_cell(call);
  ck_object *object = ck_torch_object(ev, self);
  const ck_ir_type *type = call->targs && call->targs->nargs ? call->targs->args[0] : NULL;
  if (type == NULL && call->type != NULL && call->type->kind == CK_IR_T_POINTER) type = call->type->elem;
  if (object == NULL || type == NULL || type->kind != CK_IR_T_RECORD) return ck_torch_harmless(call);
  const ck_ir_program *program = ck_ev_program(ev);
  const ck_ir_type *impl = ck_torch_holder_impl(program, type);
  bool is;
  if (impl != NULL) type = impl;
  if (impl == NULL && ck_torch_is_stock_holder(type->name)) {
    char name[120];
    snprintf(name, sizeof name, "%sImpl", type->name);
    is = ck_ev_is_a(ev, object, name);
  } else if (object->record != NULL && record_is(program, object->record, type->usr, 0)) {
    is = true;
  } else {
    is = ck_ev_library_class(ev, type->name) != NULL && ck_ev_is_a(ev, object, type->name);
  }
  return is ? ck_ev_pointer(CK_PTR_RAW, self) : CK_NULL;
}

const ck_torch_module *ck_torch_stock_of(ck_ev *ev, const ck_object *object) {
  if (object->record == NULL) return ck_torch_module_row(object->cls);
  const ck_ir *record = object->record;
  for (int depth = 0; record != NULL && depth < MAX_LIST_DEPTH; depth++) {
    const ck_ir *base = NULL;
    for (size_t i = 0; i < record->nkids && base == NULL; i++)
      if (record->kids[i] && record->kids[i]->kind == CK_IR_BASE) base = record->kids[i];
    if (base == NULL) return NULL;
    const ck_torch_module *row = ck_torch_module_row(base->type->name);
    if (row != NULL) return row;
    record = ck_ir_find_record(ck_ev_program(ev), base->type->usr, NULL, NULL);
  }
  return NULL;
}

ck_value ck_torch_base_construct(ck_call *call) {
  bool is_functional = strcmp(ck_torch_method(call->name), "FunctionalImpl") == 0;
  if (call->self == NULL) {
    ck_cell *cell = ck_ev_object(call->ev, call->name, call->node->loc);
    if (is_functional && call->nargs > 0) ck_torch_functional_of(call->ev, cell, call->args, call->nargs);
    return ck_ev_load(call->ev, cell);
  }
  if (is_functional && call->nargs > 0) ck_torch_functional_of(call->ev, call->self, call->args, call->nargs);
  /* Module's copy constructor: the same handles and children. */
  ck_value v = call->nargs == 1 ? ck_torch_arg(call, 0) : CK_VOID;
  ck_object *self = ck_torch_object(call->ev, call->self);
  if (self && v.kind == CK_V_OBJECT && v.object->registry && v.object != self)
    ck_ev_set_registry(call->ev, self, ck_ev_registry(call->ev, v.object));
  return CK_VOID;
}

/* --- everything else of torch::nn ----------------------------------------------------------------------------- */

/* Class of "torch::nn::Class::method", copied to `out`; "" for a free function of torch::nn. */
static void class_part(const char *name, char *out, size_t room) {
  const char *method = ck_torch_method(name);
  size_t n = method > name + 1 ? (size_t)(method - name - 2) : 0;
  char owner[200];
  snprintf(owner, sizeof owner, "%.*s", (int)n, name);
  snprintf(out, room, "%s", ck_torch_method(owner));
}

/* Assignment of a holder makes it name another module; a module by value takes the other's handles. */
static ck_value assign(ck_call *call) {
  ck_ev *ev = call->ev;
  if (call->self == NULL || call->nargs != 1) return CK_VOID;
  ck_value v = ck_torch_arg(call, 0);
  ck_object *self = ck_torch_object(ev, call->self);
  if (self == NULL || self->registry == NULL) {
    if (v.kind == CK_V_PTR && v.tag != CK_PTR_ITERATOR) v.tag = CK_PTR_HOLDER;
    ck_ev_store(ev, call->self, v.kind == CK_V_VOID ? CK_NULL : v);
  } else if (v.kind == CK_V_OBJECT && v.object->registry != NULL) {
    ck_ev_set_registry(ev, self, ck_ev_registry(ev, v.object));
    for (size_t i = 0; i < v.object->nfields; i++)
      ck_ev_store(ev, ck_ev_field(ev, self, v.object->fields[i].name),
                  ck_ev_copy(ev, ck_ev_load(ev, v.object->fields[i].cell)));
  } else {
    return ck_torch_opens(call, "assignment to a module by value");
  }
  return ck_torch_lvalue(call->self);
}

static ck_value any_nn(ck_call *call) {
  char cls[160];
  class_part(call->name, cls, sizeof cls);
  if (ck_torch_is_options(cls)) return ck_torch_options_call(call);
  if (strcmp(ck_torch_method(call->name), "operator=") == 0) return assign(call);
  ck_object *self = ck_torch_self_object(call);
  const char *method = ck_torch_method(call->name);
  if (self != NULL && self->registry != NULL && strcmp(method, "reset") == 0) {
    const ck_torch_module *stock = ck_torch_stock_of(call->ev, self);
    if (stock != NULL) ck_torch_module_reset(call, stock, ck_torch_self_cell(call));
    return CK_VOID;
  }
  if (self != NULL && strcmp(method, "forward") == 0)
    return ck_torch_forward_stock(call, ck_torch_self_cell(call), call->args, call->nargs);
  if (self != NULL || ck_ends_with(cls, "Impl") || ck_ends_with(cls, "ImplBase") || strcmp(cls, "_DropoutNd") == 0)
    return ck_torch_harmless(call); /* what a stock module does besides */
  return ck_torch_opens(call, "call of `%s`", call->name);
}

#define MODULE "torch::nn::Module::"
const ck_builtin ck_torch_module_rows[] = {
    {MODULE "register_module", register_module, 2, 2},
    {MODULE "register_parameter", register_parameter, 2, 3},
    {MODULE "register_buffer", register_buffer, 2, 2},
    {MODULE "replace_module", replace_module, 2, 2},
    {MODULE "unregister_module", unregister_module, 1, 1},
    {MODULE "parameters", parameters, 0, 1},
    {MODULE "named_parameters", named_parameters, 0, 1},
    {MODULE "buffers", buffers, 0, 1},
    {MODULE "named_buffers", named_buffers, 0, 1},
    {MODULE "children", children, 0, 0},
    {MODULE "named_children", named_children, 0, 0},
    {MODULE "modules", modules, 0, 1},
    {MODULE "named_modules", named_modules, 0, 2},
    {MODULE "to", to, 1, 3},
    {MODULE "apply", apply, 1, 2},
    {MODULE "clone", clone, 0, 1},
    {"torch::nn::Cloneable::clone", clone, 0, 1},
    {"torch::nn::SequentialImpl::clone", clone, 0, 1},
    {"torch::nn::ModuleListImpl::clone", clone, 0, 1},
    {"torch::nn::ModuleDictImpl::clone", clone, 0, 1},
    {MODULE "as", as, 0, 0},
    {MODULE "train", ck_torch_noop, 0, 1},
    {MODULE "eval", ck_torch_noop, 0, 0},
    {MODULE "zero_grad", ck_torch_noop, 0, 1},
    {MODULE "pretty_print", ck_torch_noop, 1, 1},
    {MODULE "is_training", ck_torch_harmless, 0, 0},
    {MODULE "is_serializable", ck_torch_harmless, 0, 0},
    {MODULE "name", ck_torch_harmless, 0, 0},
    {"torch::nn::*", any_nn, 0, -1},
};
const size_t ck_torch_module_row_count = sizeof ck_torch_module_rows / sizeof *ck_torch_module_rows;
