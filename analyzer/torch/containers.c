/* containers.c - Sequential, ModuleList, ModuleDict: how they name what they register.
 *
 * Their contents, apart from what they register, are in a field "#modules" of the object: a LIST of pointers, or a MAP
 * for ModuleDict. The two differ where libtorch's do: a given name in a Sequential, ModuleList::insert before the end,
 * ModuleDict::pop (FORMATS.md B.4). */
#include <stdio.h>

#include "torch/container_int.h"

#define CONTENT "#modules"

static ck_cell *content(ck_ev *ev, ck_cell *container, bool map) {
  ck_object *object = ck_torch_object(ev, container);
  if (object == NULL) return NULL;
  ck_cell *cell = ck_ev_find_field(object, CONTENT);
  if (cell != NULL && ck_ev_load(ev, cell).kind != CK_V_VOID) return cell;
  cell = ck_ev_field(ev, object, ck_ev_intern(ev, CONTENT));
  ck_ev_store(ev, cell, map ? ck_ev_map(ev, "torch::OrderedDict") : ck_ev_list(ev, "std::vector", NULL, 0));
  return cell;
}

ck_value ck_torch_unknown_content(ck_call *call) { return ck_call_unknown(call, "the contents of a module container"); }

/* The name that the next element gets: its index, or a pattern where that is not known. */
ck_value ck_torch_next_name(ck_call *call, bool known, size_t n) {
  if (!known) return ck_call_unknown(call, "an index that depends on values that are not known");
  char name[24];
  snprintf(name, sizeof name, "%zu", n);
  return ck_ev_string(call->ev, name);
}

ck_cell *ck_torch_list_new(ck_call *call, const char *impl) {
  char cls[96];
  snprintf(cls, sizeof cls, "torch::nn::%s", impl);
  ck_cell *cell = ck_ev_object(call->ev, ck_ev_intern(call->ev, cls), call->node->loc);
  content(call->ev, cell, false);
  return cell;
}

void ck_torch_list_push(ck_call *call, ck_cell *list, ck_value name, ck_value module) {
  ck_ev *ev = call->ev;
  ck_cell *cell = content(ev, list, false);
  ck_object *object = ck_torch_object(ev, list);
  if (cell == NULL) return;
  ck_value v = ck_ev_load(ev, cell);
  if (v.kind == CK_V_CHOICE) v = ck_ev_decide(ev, v);
  if (name.kind == CK_V_VOID) name = ck_torch_next_name(call, v.kind == CK_V_LIST, v.kind == CK_V_LIST ? v.list->n : 0);
  module = ck_torch_as_pointer(call, module, CK_PTR_SHARED);
  if (module.kind == CK_V_NULL) {
    ck_torch_register_module(call, object, name, module);
    return;
  }
  if (v.kind == CK_V_LIST) {
    ck_ev_store(ev, cell, v);
    ck_ev_list_push(ev, cell, module);
  }
  if (module.kind == CK_V_UNKNOWN) ck_ev_register(ev, object, CK_REG_MODULE, name, module, call->node->loc);
  else ck_torch_register_module(call, object, name, module);
}

static bool is_name(ck_value v) {
  return v.kind == CK_V_STRING || (v.kind == CK_V_SYM && v.sym->type == CK_SYM_STRING);
}

/* A module together with its name: pair, NamedAnyModule, entry of an initialiser list. */
bool ck_torch_named_pair(ck_ev *ev, ck_value v, ck_value *name, ck_value *module) {
  if (v.kind != CK_V_LIST || v.list->n != 2) return false;
  *name = ck_ev_decide(ev, ck_ev_load(ev, v.list->at[0]));
  *module = ck_ev_load(ev, v.list->at[1]);
  return is_name(*name);
}

/* --- Sequential, ModuleList ----------------------------------------------------------------------------------- */

/* Everything in a list, map or other container, pushed; map keys are names if `named`. */
static void push_all(ck_call *call, ck_cell *self, ck_value v, bool named) {
  ck_ev *ev = call->ev;
  v = ck_ev_decide(ev, v);
  for (int i = 0; v.kind == CK_V_PTR && i < 4; i++) {
    ck_cell *target = ck_ev_target(ev, v.cell);
    v = target ? ck_ev_decide(ev, ck_ev_load(ev, target)) : CK_NULL;
  }
  if (v.kind == CK_V_OBJECT) {
    ck_cell *cell = ck_ev_find_field(v.object, CONTENT);
    v = cell ? ck_ev_decide(ev, ck_ev_load(ev, cell)) : v;
    named = false;
  }
  if (v.kind == CK_V_LIST) {
    for (size_t i = 0; i < v.list->n; i++) {
      ck_value item = ck_ev_load(ev, v.list->at[i]), name, module;
      if (ck_torch_named_pair(ev, item, &name, &module)) ck_torch_list_push(call, self, name, module);
      else ck_torch_list_push(call, self, CK_VOID, item);
    }
  } else if (v.kind == CK_V_MAP) {
    for (size_t i = 0; i < v.map->n; i++)
      ck_torch_list_push(call, self, named ? v.map->at[i].key : CK_VOID, ck_ev_load(ev, v.map->at[i].cell));
  } else if (v.kind != CK_V_NULL && v.kind != CK_V_VOID) {
    ck_object *object = ck_torch_object(ev, self);
    ck_value why = ck_call_unknown(call, "the modules that are put into a container");
    why = ck_ev_made_of(ev, why, NULL, NULL, call->args, call->nargs);
    if (object) ck_ev_register(ev, object, CK_REG_OPEN, CK_VOID, why, call->node->loc);
    ck_cell *cell = content(ev, self, false);
    if (cell) ck_ev_store(ev, cell, why);
  }
}

static bool is_collection(ck_ev *ev, ck_value v) {
  ck_value name, module;
  if (v.kind == CK_V_MAP) return true;
  return v.kind == CK_V_LIST && !ck_torch_named_pair(ev, v, &name, &module);
}

static ck_value construct_list(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_cell *self = call->self ? call->self : ck_ev_object(ev, call->name, call->node->loc);
  content(ev, self, false);
  ck_value only = call->nargs == 1 ? ck_ev_decide(ev, ck_torch_arg(call, 0)) : CK_VOID;
  ck_object *object = ck_torch_object(ev, self);
  const ck_ir_type *type = ck_torch_arg_type(call, 0);
  bool is_own = type == NULL || type->kind != CK_IR_T_RECORD || strcmp(type->name, call->name) == 0;
  if (only.kind == CK_V_OBJECT && is_own && object && ck_ev_is_a(ev, only.object, call->name) &&
      only.object != object) {
    /* by value: the same children. An object of a class that derives from it is a module in it: the template, which
     * takes any module, fits better than the copy constructor. */
    ck_cell *cell = ck_ev_find_field(only.object, CONTENT);
    if (cell) ck_ev_store(ev, content(ev, self, false), ck_ev_copy(ev, ck_ev_load(ev, cell)));
    ck_ev_set_registry(ev, object, ck_ev_registry(ev, only.object));
  } else if (call->nargs == 1 && is_collection(ev, only)) {
    push_all(call, self, only, true);
  } else {
    for (size_t i = 0; i < call->nargs; i++) {
      ck_value v = ck_ev_decide(ev, ck_torch_arg(call, i)), name, module;
      if (ck_torch_named_pair(ev, v, &name, &module)) ck_torch_list_push(call, self, name, module);
      else ck_torch_list_push(call, self, CK_VOID, v);
    }
  }
  return call->self ? CK_VOID : ck_ev_load(ev, self);
}

ck_value ck_torch_sequential_construct(ck_call *call) { return construct_list(call); }
ck_value ck_torch_module_list_construct(ck_call *call) { return construct_list(call); }

static ck_value push_back(ck_call *call) {
  ck_cell *self = ck_torch_self_cell(call);
  if (ck_torch_object(call->ev, self) == NULL) return CK_VOID;
  ck_value first = ck_ev_decide(call->ev, ck_torch_arg(call, 0)), name, module;
  if (call->nargs == 2 && (is_name(first) || first.kind == CK_V_UNKNOWN))
    ck_torch_list_push(call, self, first, ck_torch_arg(call, 1));
  else if (call->nargs == 1 && ck_torch_named_pair(call->ev, first, &name, &module))
    ck_torch_list_push(call, self, name, module);
  else
    for (size_t i = 0; i < call->nargs; i++) ck_torch_list_push(call, self, CK_VOID, ck_torch_arg(call, i));
  return CK_VOID;
}

static ck_value extend(ck_call *call) {
  ck_cell *self = ck_torch_self_cell(call);
  if (ck_torch_object(call->ev, self) != NULL) push_all(call, self, ck_torch_arg(call, 0), false);
  return CK_VOID;
}

/* ModuleList::insert before the end renames only one of the elements that it moves: libtorch's loop replaces the same
 * index again and again, then registers the last element (FORMATS.md B.4). */
static ck_value insert(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_cell *self = ck_torch_self_cell(call);
  ck_object *object = ck_torch_object(ev, self);
  ck_cell *cell = object ? content(ev, self, false) : NULL;
  if (cell == NULL) return CK_VOID;
  ck_value list = ck_ev_decide(ev, ck_ev_load(ev, cell));
  int64_t at;
  ck_value module = ck_torch_as_pointer(call, ck_torch_arg(call, 1), CK_PTR_SHARED);
  const ck_registry *old = ck_ev_registry(ev, object);
  if (list.kind != CK_V_LIST || !ck_ev_as_int(ev, ck_torch_arg(call, 0), &at) || old->n != list.list->n) {
    ck_value why = ck_call_unknown(call, "ModuleList::insert at a place that is not known");
    ck_ev_register(ev, object, CK_REG_OPEN, CK_VOID, why, call->node->loc);
    ck_ev_store(ev, cell, why);
    return CK_VOID;
  }
  size_t n = list.list->n;
  if (at < 0 || (size_t)at > n) {
    ck_ev_throw(ev, call->node->loc, "Index out of range");
    return CK_VOID;
  }
  if ((size_t)at == n) {
    ck_torch_list_push(call, self, CK_VOID, module);
    return CK_VOID;
  }
  ck_value *values = CK_NEW_N(ck_ev_arena(ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) values[i < (size_t)at ? i : i + 1] = ck_ev_load(ev, list.list->at[i]);
  values[at] = module;
  ck_ev_store(ev, cell, ck_ev_list(ev, "std::vector", values, n + 1));
  ck_registry *fresh = CK_NEW(ck_ev_arena(ev), ck_registry);
  fresh->n = n;
  fresh->at = CK_NEW_N(ck_ev_arena(ev), ck_registration, n);
  memcpy(fresh->at, old->at, n * sizeof *old->at);
  fresh->at[at].value = module;
  fresh->at[at].loc = call->node->loc;
  ck_ev_set_registry(ev, object, fresh);
  char name[24];
  snprintf(name, sizeof name, "%zu", n);
  ck_torch_register_module(call, object, ck_ev_string(ev, name), values[n]);
  return CK_VOID;
}

/* --- reading -------------------------------------------------------------------------------------------------- */

static ck_value at_map(ck_call *call, ck_value map, ck_value key, bool as_reference) {
  bool known;
  ck_cell *slot = ck_ev_map_find(call->ev, map, ck_ev_decide(call->ev, key), &known);
  if (!known) return ck_torch_unknown_content(call);
  if (slot == NULL) {
    ck_ev_throw(call->ev, call->node->loc, "Key is not defined");
    return CK_VOID;
  }
  ck_value v = ck_ev_load(call->ev, slot);
  return as_reference && v.kind == CK_V_PTR ? ck_torch_lvalue(v.cell) : v;
}

/* container[index], at<T>(index) (a reference to the module), ptr(index) */
ck_value ck_torch_container_at(ck_call *call, ck_cell *container, ck_value index, bool as_reference) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_object(ev, container);
  if (object == NULL) return ck_torch_harmless(call);
  if (ck_ev_is_a(ev, object, "torch::nn::ParameterListImpl") ||
      ck_ev_is_a(ev, object, "torch::nn::ParameterDictImpl")) {
    ck_cell *cell = ck_torch_registered_tensor(call, object, index);
    return cell ? ck_torch_lvalue(cell) : ck_torch_harmless(call);
  }
  ck_cell *cell = ck_ev_find_field(object, CONTENT);
  ck_value v = cell ? ck_ev_decide(ev, ck_ev_load(ev, cell)) : CK_VOID;
  if (v.kind == CK_V_MAP) return at_map(call, v, index, as_reference);
  int64_t i;
  if (v.kind != CK_V_LIST || !ck_ev_as_int(ev, index, &i)) return ck_torch_unknown_content(call);
  if (i < 0 || (size_t)i >= v.list->n) {
    ck_ev_throw(ev, call->node->loc, "Index out of range");
    return CK_VOID;
  }
  ck_value module = ck_ev_load(ev, v.list->at[i]);
  return as_reference && module.kind == CK_V_PTR ? ck_torch_lvalue(module.cell) : module;
}

static ck_value subscript(ck_call *call) {
  return ck_torch_container_at(call, ck_torch_self_cell(call), ck_torch_arg(call, 0), false);
}
static ck_value at(ck_call *call) {
  return ck_torch_container_at(call, ck_torch_self_cell(call), ck_torch_arg(call, 0), true);
}

ck_value ck_torch_children_of(ck_ev *ev, ck_cell *container) {
  ck_object *object = ck_torch_object(ev, container);
  ck_cell *cell = object ? ck_ev_find_field(object, CONTENT) : NULL;
  return cell ? ck_ev_decide(ev, ck_ev_load(ev, cell)) : CK_VOID;
}

static ck_value content_value(ck_call *call) { return ck_torch_children_of(call->ev, ck_torch_self_cell(call)); }

static ck_value size(ck_call *call) {
  ck_value v = content_value(call);
  if (v.kind == CK_V_LIST) return CK_INT((int64_t)v.list->n);
  if (v.kind == CK_V_MAP) return CK_INT((int64_t)v.map->n);
  return ck_torch_unknown_content(call);
}

static ck_value empty(ck_call *call) {
  ck_value n = size(call);
  return n.kind == CK_V_INT ? CK_BOOL(n.i == 0) : n;
}

static ck_value iterator(ck_call *call, bool end) {
  ck_object *object = ck_torch_self_object(call);
  ck_cell *cell = object ? ck_ev_find_field(object, CONTENT) : NULL;
  ck_value v = content_value(call);
  if (v.kind != CK_V_LIST && v.kind != CK_V_MAP) return ck_torch_unknown_content(call);
  ck_value it = ck_ev_pointer(CK_PTR_ITERATOR, cell);
  it.index = end ? (uint32_t)(v.kind == CK_V_LIST ? v.list->n : v.map->n) : 0;
  return it;
}
static ck_value begin(ck_call *call) { return iterator(call, false); }
static ck_value end(ck_call *call) { return iterator(call, true); }

/* --- ModuleDict ----------------------------------------------------------------------------------------------- */

static void dict_insert(ck_call *call, ck_cell *self, ck_value key, ck_value module) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_object(ev, self);
  ck_cell *cell = content(ev, self, true);
  ck_value map = ck_ev_decide(ev, ck_ev_load(ev, cell));
  key = ck_ev_decide(ev, key);
  module = ck_torch_as_pointer(call, module, CK_PTR_SHARED);
  bool known = false;
  ck_cell *slot = map.kind == CK_V_MAP && key.kind == CK_V_STRING ? ck_ev_map_find(ev, map, key, &known) : NULL;
  if (!known) {
    ck_torch_register_module(call, object, key, module);
    ck_ev_store(ev, cell, ck_torch_unknown_content(call));
    return;
  }
  if (slot != NULL) { /* an update keeps the place */
    ck_ev_store(ev, slot, module);
    const ck_registry *old = ck_ev_registry(ev, object);
    ck_registry *fresh = CK_NEW(ck_ev_arena(ev), ck_registry);
    fresh->n = old->n;
    fresh->at = CK_NEW_N(ck_ev_arena(ev), ck_registration, old->n + 1);
    memcpy(fresh->at, old->at, old->n * sizeof *old->at);
    for (size_t i = 0; i < fresh->n; i++)
      if (fresh->at[i].kind == CK_REG_MODULE && fresh->at[i].name.kind == CK_V_STRING &&
          strcmp(fresh->at[i].name.str, key.str) == 0)
        fresh->at[i].value = module, fresh->at[i].loc = call->node->loc;
    ck_ev_set_registry(ev, object, fresh);
    return;
  }
  if (ck_torch_register_module(call, object, key, module)) ck_ev_store(ev, ck_ev_map_put(ev, cell, key), module);
}

static void dict_update(ck_call *call, ck_cell *self, ck_value v) {
  ck_ev *ev = call->ev;
  v = ck_ev_decide(ev, v);
  if (v.kind == CK_V_PTR) {
    ck_cell *target = ck_ev_target(ev, v.cell);
    v = target ? ck_ev_load(ev, target) : CK_NULL;
  }
  if (v.kind == CK_V_OBJECT) {
    ck_cell *cell = ck_ev_find_field(v.object, CONTENT);
    if (cell) v = ck_ev_decide(ev, ck_ev_load(ev, cell));
  }
  ck_value key, module;
  if (v.kind == CK_V_MAP) {
    for (size_t i = 0; i < v.map->n; i++) dict_insert(call, self, v.map->at[i].key, ck_ev_load(ev, v.map->at[i].cell));
  } else if (v.kind == CK_V_LIST) {
    for (size_t i = 0; i < v.list->n; i++)
      if (ck_torch_named_pair(ev, ck_ev_load(ev, v.list->at[i]), &key, &module)) dict_insert(call, self, key, module);
  } else if (v.kind != CK_V_VOID) {
    ck_value why = ck_call_unknown(call, "the modules that are put into a ModuleDict");
    why = ck_ev_made_of(ev, why, NULL, NULL, call->args, call->nargs);
    ck_ev_register(ev, ck_torch_object(ev, self), CK_REG_OPEN, CK_VOID, why, call->node->loc);
    ck_ev_store(ev, content(ev, self, true), why);
  }
}

ck_value ck_torch_module_dict_construct(ck_call *call) {
  ck_cell *self = call->self ? call->self : ck_ev_object(call->ev, call->name, call->node->loc);
  content(call->ev, self, true);
  if (call->nargs > 0) dict_update(call, self, ck_torch_arg(call, 0));
  return call->self ? CK_VOID : ck_ev_load(call->ev, self);
}

static ck_value update(ck_call *call) {
  ck_cell *self = ck_torch_self_cell(call);
  if (ck_torch_object(call->ev, self)) dict_update(call, self, ck_torch_arg(call, 0));
  return CK_VOID;
}

static ck_value pop(ck_call *call) {
  ck_object *object = ck_torch_self_object(call);
  ck_cell *cell = object ? ck_ev_find_field(object, CONTENT) : NULL;
  ck_value v = content_value(call), key = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  if (v.kind != CK_V_MAP || key.kind != CK_V_STRING) return ck_torch_unknown_content(call);
  ck_value module = at_map(call, v, key, false);
  ck_ev_map_erase(call->ev, cell, key); /* the registration stays */
  return module;
}

static ck_value clear(ck_call *call) {
  ck_object *object = ck_torch_self_object(call);
  ck_cell *cell = object ? ck_ev_find_field(object, CONTENT) : NULL;
  if (cell) ck_ev_store(call->ev, cell, ck_ev_map(call->ev, "torch::OrderedDict"));
  return CK_VOID;
}

static ck_value contains(ck_call *call) {
  ck_value v = content_value(call);
  bool known;
  if (v.kind != CK_V_MAP) return ck_torch_unknown_content(call);
  ck_cell *slot = ck_ev_map_find(call->ev, v, ck_ev_decide(call->ev, ck_torch_arg(call, 0)), &known);
  return known ? CK_BOOL(slot != NULL) : ck_torch_unknown_content(call);
}

static ck_value dict_keys(ck_call *call) {
  ck_value v = content_value(call);
  if (v.kind != CK_V_MAP) return ck_torch_unknown_content(call);
  ck_value *out = CK_NEW_N(ck_ev_arena(call->ev), ck_value, v.map->n + 1);
  for (size_t i = 0; i < v.map->n; i++) out[i] = v.map->at[i].key;
  return ck_ev_list(call->ev, "std::vector", out, v.map->n);
}

static ck_value dict_values(ck_call *call) {
  ck_value v = content_value(call);
  if (v.kind != CK_V_MAP) return ck_torch_unknown_content(call);
  ck_value *out = CK_NEW_N(ck_ev_arena(call->ev), ck_value, v.map->n + 1);
  for (size_t i = 0; i < v.map->n; i++) out[i] = ck_ev_load(call->ev, v.map->at[i].cell);
  return ck_ev_list(call->ev, "std::vector", out, v.map->n);
}

static ck_value dict_items(ck_call *call) {
  ck_value v = content_value(call);
  if (v.kind != CK_V_MAP) return ck_torch_unknown_content(call);
  ck_value *out = CK_NEW_N(ck_ev_arena(call->ev), ck_value, v.map->n + 1);
  for (size_t i = 0; i < v.map->n; i++) {
    ck_value both[2] = {v.map->at[i].key, ck_ev_load(call->ev, v.map->at[i].cell)};
    out[i] = ck_ev_list(call->ev, "std::pair", both, 2);
  }
  return ck_ev_list(call->ev, "std::vector", out, v.map->n);
}

#define LISTS(cls)                                                                                                     \
  {cls "push_back", push_back, 1, -1}, {cls "extend", extend, 1, 1}, {cls "at", at, 1, 1},                             \
      {cls "ptr", subscript, 1, 1}, {cls "operator[]", subscript, 1, 1}, {cls "size", size, 0, 0},                     \
      {cls "is_empty", empty, 0, 0}, {cls "begin", begin, 0, 0}, {cls "end", end, 0, 0},                               \
      {cls "reset", ck_torch_noop, 0, 0}
#define DICT "torch::nn::ModuleDictImpl::"
const ck_builtin ck_torch_container_rows[] = {
    LISTS("torch::nn::SequentialImpl::"),
    LISTS("torch::nn::ModuleListImpl::"),
    {"torch::nn::ModuleListImpl::insert", insert, 2, 2},
    {DICT "update", update, 1, 1},
    {DICT "pop", pop, 1, 1},
    {DICT "clear", clear, 0, 0},
    {DICT "contains", contains, 1, 1},
    {DICT "at", at, 1, 1},
    {DICT "operator[]", subscript, 1, 1},
    {DICT "size", size, 0, 0},
    {DICT "empty", empty, 0, 0},
    {DICT "keys", dict_keys, 0, 0},
    {DICT "values", dict_values, 0, 0},
    {DICT "items", dict_items, 0, 0},
    {DICT "begin", begin, 0, 0},
    {DICT "end", end, 0, 0},
    {DICT "reset", ck_torch_noop, 0, 0},
};
const size_t ck_torch_container_row_count = sizeof ck_torch_container_rows / sizeof *ck_torch_container_rows;
