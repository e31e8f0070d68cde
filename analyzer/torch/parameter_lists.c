/* parameter_lists.c - ParameterList and ParameterDict: modules that have no contents but what is registered with them.
 *
 * A list names by a running index, a dict as it is told; both are read back through their registry. */
#include <stdio.h>

#include "torch/container_int.h"

/* The number of registered parameters; -1 if it depends on something. */
static int64_t parameter_count(ck_ev *ev, ck_object *object) {
  const ck_registry *registry = ck_ev_registry(ev, object);
  for (size_t i = 0; i < registry->n; i++)
    if (registry->at[i].kind == CK_REG_OPEN || registry->at[i].when.n > 0 || registry->at[i].name.kind != CK_V_STRING)
      return -1;
  return (int64_t)registry->n;
}

/* The next index is a field of its own, so that a loop of unknown length sees it change. */
static void append_tensor(ck_call *call, ck_cell *self, ck_value v) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_object(ev, self);
  ck_value name, tensor;
  if (object == NULL) return;
  if (ck_torch_named_pair(ev, v, &name, &tensor)) v = tensor;
  ck_cell *count = ck_ev_field(ev, object, ck_ev_intern(ev, "#size"));
  ck_value n = ck_ev_decide(ev, ck_ev_load(ev, count));
  if (n.kind == CK_V_VOID) n = CK_INT(0);
  name = n.kind == CK_V_INT   ? ck_torch_next_name(call, true, (size_t)n.i)
         : n.kind == CK_V_SYM ? ck_ev_sym_call(ev, CK_SYM_STRING, "to_string", n, CK_VOID)
                              : ck_torch_next_name(call, false, 0);
  ck_torch_register_tensor(call, object, CK_KIND_PARAMETER, name, v);
  ck_ev_store(ev, count, ck_ev_binary(ev, CK_IR_OP_ADD, n, CK_INT(1), &ck_torch_int64, call->node->loc));
}

ck_value ck_torch_parameter_list_construct(ck_call *call) {
  ck_cell *self = call->self ? call->self : ck_ev_object(call->ev, call->name, call->node->loc);
  for (size_t i = 0; i < call->nargs; i++) append_tensor(call, self, ck_torch_arg(call, i));
  return call->self ? CK_VOID : ck_ev_load(call->ev, self);
}

static ck_value append(ck_call *call) {
  append_tensor(call, ck_torch_self_cell(call), ck_torch_arg(call, 0));
  return CK_VOID;
}

static ck_value extend_tensors(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_cell *self = ck_torch_self_cell(call);
  ck_value v = ck_ev_decide(ev, ck_torch_arg(call, 0));
  if (v.kind == CK_V_PTR) {
    ck_cell *target = ck_ev_target(ev, v.cell);
    v = target ? ck_ev_load(ev, target) : CK_NULL;
  }
  if (v.kind == CK_V_LIST)
    for (size_t i = 0; i < v.list->n; i++) append_tensor(call, self, ck_ev_load(ev, v.list->at[i]));
  else if (v.kind == CK_V_MAP)
    for (size_t i = 0; i < v.map->n; i++) append_tensor(call, self, ck_ev_load(ev, v.map->at[i].cell));
  else if (ck_torch_object(ev, self))
    ck_ev_register(ev, ck_torch_object(ev, self), CK_REG_OPEN, CK_VOID,
                   ck_call_unknown(call, "the tensors that are put into a ParameterList"), call->node->loc);
  return call->self ? ck_torch_lvalue(call->self) : CK_VOID;
}

ck_cell *ck_torch_registered_tensor(ck_call *call, ck_object *object, ck_value key) {
  int64_t i;
  char name[24];
  const char *s = NULL;
  if (ck_ev_as_string(call->ev, key, &s)) {
  } else if (ck_ev_as_int(call->ev, key, &i)) {
    snprintf(name, sizeof name, "%lld", (long long)i);
    s = name;
  } else {
    return NULL;
  }
  const ck_registration *r = ck_torch_find(call->ev, object, CK_REG_PARAMETER, s);
  return r && r->value.kind == CK_V_PTR ? r->value.cell : NULL;
}

static ck_value parameter_size(ck_call *call) {
  ck_object *object = ck_torch_self_object(call);
  int64_t n = object ? parameter_count(call->ev, object) : -1;
  return n < 0 ? ck_torch_unknown_content(call) : CK_INT(n);
}

static ck_value parameter_empty(ck_call *call) {
  ck_value n = parameter_size(call);
  return n.kind == CK_V_INT ? CK_BOOL(n.i == 0) : n;
}

/* ParameterDict(dict) takes the entries as they are: no check of the names. */
static void take_dict(ck_call *call, ck_object *object, ck_value v) {
  ck_ev *ev = call->ev;
  v = ck_ev_decide(ev, v);
  if (v.kind != CK_V_MAP) {
    ck_ev_register(ev, object, CK_REG_OPEN, CK_VOID, ck_call_unknown(call, "the entries of a ParameterDict"),
                   call->node->loc);
    return;
  }
  for (size_t i = 0; i < v.map->n; i++) {
    ck_cell *cell = ck_ev_cell(ev, ck_ev_load(ev, v.map->at[i].cell));
    ck_ev_register(ev, object, CK_REG_PARAMETER, v.map->at[i].key, ck_ev_pointer(CK_PTR_RAW, cell), call->node->loc);
  }
}

ck_value ck_torch_parameter_dict_construct(ck_call *call) {
  ck_cell *self = call->self ? call->self : ck_ev_object(call->ev, call->name, call->node->loc);
  ck_object *object = ck_torch_object(call->ev, self);
  if (call->nargs == 1 && object) take_dict(call, object, ck_torch_arg(call, 0));
  return call->self ? CK_VOID : ck_ev_load(call->ev, self);
}

static ck_value parameter_insert(ck_call *call) {
  ck_object *object = ck_torch_self_object(call);
  if (object == NULL) return ck_torch_harmless(call);
  ck_cell *cell =
      ck_torch_register_tensor(call, object, CK_KIND_PARAMETER, ck_torch_arg(call, 0), ck_torch_arg(call, 1));
  return cell ? ck_torch_lvalue(cell) : CK_VOID;
}

static ck_value parameter_pop(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_self_object(call);
  ck_value key = ck_ev_decide(ev, ck_torch_arg(call, 0));
  ck_cell *cell = object ? ck_torch_registered_tensor(call, object, key) : NULL;
  if (cell == NULL || key.kind != CK_V_STRING) {
    if (object)
      ck_ev_register(ev, object, CK_REG_OPEN, CK_VOID, ck_call_unknown(call, "pop of a name that is not known"),
                     call->node->loc);
    return ck_torch_harmless(call);
  }
  const ck_registry *old = ck_ev_registry(ev, object);
  ck_registry *fresh = CK_NEW(ck_ev_arena(ev), ck_registry);
  fresh->at = CK_NEW_N(ck_ev_arena(ev), ck_registration, old->n + 1);
  for (size_t i = 0; i < old->n; i++)
    if (old->at[i].value.kind != CK_V_PTR || old->at[i].value.cell != cell) fresh->at[fresh->n++] = old->at[i];
  ck_ev_set_registry(ev, object, fresh);
  return ck_ev_load(ev, cell);
}

static ck_value parameter_clear(ck_call *call) {
  ck_object *object = ck_torch_self_object(call);
  if (object) ck_ev_set_registry(call->ev, object, CK_NEW(ck_ev_arena(call->ev), ck_registry));
  return CK_VOID;
}

static ck_value parameter_update(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_self_object(call);
  ck_value v = ck_ev_decide(ev, ck_torch_arg(call, 0));
  if (object == NULL) return CK_VOID;
  if (v.kind != CK_V_MAP) {
    ck_ev_register(ev, object, CK_REG_OPEN, CK_VOID, ck_call_unknown(call, "the entries of a ParameterDict"),
                   call->node->loc);
    return CK_VOID;
  }
  for (size_t i = 0; i < v.map->n; i++) {
    ck_cell *cell = ck_torch_registered_tensor(call, object, v.map->at[i].key);
    if (cell == NULL) ck_ev_throw(ev, call->node->loc, "a parameter of that name is not defined");
    else ck_ev_store(ev, cell, ck_ev_load(ev, v.map->at[i].cell));
  }
  return CK_VOID;
}

static ck_value parameter_contains(ck_call *call) {
  ck_object *object = ck_torch_self_object(call);
  ck_value key = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  if (object == NULL || key.kind != CK_V_STRING || parameter_count(call->ev, object) < 0)
    return ck_torch_unknown_content(call);
  return CK_BOOL(ck_torch_registered_tensor(call, object, key) != NULL);
}

/* The registered parameters as an OrderedDict whose slots are the registered tensors; unknown if any of them may not be
 * there. */
static ck_value entries(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_self_object(call);
  if (object == NULL || parameter_count(ev, object) < 0) return ck_torch_unknown_content(call);
  const ck_registry *registry = ck_ev_registry(ev, object);
  ck_cell *cell = ck_ev_cell(ev, ck_ev_map(ev, "torch::OrderedDict"));
  for (size_t i = 0; i < registry->n; i++) {
    ck_value v = registry->at[i].value;
    if (registry->at[i].kind != CK_REG_PARAMETER || v.kind != CK_V_PTR) return ck_torch_unknown_content(call);
    ck_ev_map_put(ev, cell, registry->at[i].name);
  }
  ck_value map = ck_ev_load(ev, cell);
  if (map.map->n != registry->n) return ck_torch_unknown_content(call); /* two of one name */
  for (size_t i = 0; i < registry->n; i++) map.map->at[i].cell = registry->at[i].value.cell;
  return map;
}

/* A field of the container holds what begin() and end() run over, so that the two meet. */
static ck_value iterator(ck_call *call, bool at_end) {
  ck_value map = entries(call);
  if (map.kind != CK_V_MAP) return map;
  ck_cell *cell = ck_ev_field(call->ev, ck_torch_self_object(call), ck_ev_intern(call->ev, "#entries"));
  ck_ev_store(call->ev, cell, map);
  ck_value it = ck_ev_pointer(CK_PTR_ITERATOR, cell);
  it.index = at_end ? (uint32_t)map.map->n : 0;
  return it;
}
static ck_value begin(ck_call *call) { return iterator(call, false); }
static ck_value end(ck_call *call) { return iterator(call, true); }

static ck_value listed(ck_call *call, bool keys, bool values) {
  ck_value map = entries(call);
  if (map.kind != CK_V_MAP) return map;
  ck_value *out = CK_NEW_N(ck_ev_arena(call->ev), ck_value, map.map->n + 1);
  for (size_t i = 0; i < map.map->n; i++) {
    ck_value both[2] = {map.map->at[i].key, ck_ev_load(call->ev, map.map->at[i].cell)};
    out[i] = keys && values ? ck_ev_list(call->ev, "std::pair", both, 2) : both[values];
  }
  return ck_ev_list(call->ev, "std::vector", out, map.map->n);
}
static ck_value parameter_keys(ck_call *call) { return listed(call, true, false); }
static ck_value parameter_values(ck_call *call) { return listed(call, false, true); }
static ck_value parameter_pairs(ck_call *call) { return listed(call, true, true); }

static ck_value subscript(ck_call *call) {
  return ck_torch_container_at(call, ck_torch_self_cell(call), ck_torch_arg(call, 0), false);
}

#define PLIST "torch::nn::ParameterListImpl::"
#define PDICT "torch::nn::ParameterDictImpl::"
const ck_builtin ck_torch_parameter_list_rows[] = {
    {PLIST "append", append, 1, 1},
    {PLIST "extend", extend_tensors, 1, 1},
    {PLIST "operator+=", extend_tensors, 1, 1},
    {PLIST "at", subscript, 1, 1},
    {PLIST "operator[]", subscript, 1, 1},
    {PLIST "size", parameter_size, 0, 0},
    {PLIST "begin", begin, 0, 0},
    {PLIST "end", end, 0, 0},
    {PLIST "reset", ck_torch_noop, 0, 0},
    {PDICT "insert", parameter_insert, 2, 2},
    {PDICT "pop", parameter_pop, 1, 1},
    {PDICT "clear", parameter_clear, 0, 0},
    {PDICT "update", parameter_update, 1, 1},
    {PDICT "contains", parameter_contains, 1, 1},
    {PDICT "get", subscript, 1, 1},
    {PDICT "operator[]", subscript, 1, 1},
    {PDICT "size", parameter_size, 0, 0},
    {PDICT "keys", parameter_keys, 0, 0},
    {PDICT "values", parameter_values, 0, 0},
    {PDICT "items", parameter_pairs, 0, 0},
    {PDICT "pairs", parameter_pairs, 0, 0},
    {PDICT "begin", begin, 0, 0},
    {PDICT "end", end, 0, 0},
    {PDICT "empty", parameter_empty, 0, 0},
    {PDICT "reset", ck_torch_noop, 0, 0},
};
const size_t ck_torch_parameter_list_row_count =
    sizeof ck_torch_parameter_list_rows / sizeof *ck_torch_parameter_list_rows;
