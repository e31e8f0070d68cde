/* ordered_dict.c - torch::OrderedDict apart from what every map has: its items, its initialisers, its errors.
 *
 * A dict is a MAP value in the order of insertion; an item of it a pair of key and value (torch/ordered_dict.h). */
#include "torch/container_int.h"

/* An item is a pair of key and value. */
ck_value ck_torch_item_construct(ck_call *call) {
  if (call->nargs == 1) return ck_torch_arg(call, 0);
  if (call->nargs != 2) return ck_torch_harmless(call);
  ck_value both[2] = {ck_torch_arg(call, 0), ck_torch_arg(call, 1)};
  return ck_ev_list(call->ev, "std::pair", both, 2);
}

/* A dict from {{"a", x}, {"b", y}}, a vector of pairs or another dict. */
ck_value ck_torch_dict_construct(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_cell *cell = ck_ev_cell(ev, ck_ev_map(ev, "torch::OrderedDict"));
  for (size_t a = 0; a < call->nargs; a++) {
    ck_value v = ck_ev_decide(ev, ck_torch_arg(call, a)), key, value;
    if (v.kind == CK_V_STRING) continue; /* what its messages call a key */
    if (v.kind == CK_V_MAP) return v;
    if (v.kind != CK_V_LIST) return ck_torch_unknown_content(call);
    ck_value each[1] = {v};
    size_t n =
        ck_torch_named_pair(ev, v, &key, &value) ? 1 : v.list->n; /* OrderedDict({{"a", x}}) may arrive as one pair */
    for (size_t i = 0; i < n; i++) {
      ck_value item = n == 1 && ck_torch_named_pair(ev, v, &key, &value) ? each[0] : ck_ev_load(ev, v.list->at[i]);
      if (!ck_torch_named_pair(ev, item, &key, &value)) return ck_torch_unknown_content(call);
      bool known;
      ck_value map = ck_ev_load(ev, cell);
      if (key.kind != CK_V_STRING) return ck_torch_unknown_content(call);
      if (ck_ev_map_find(ev, map, key, &known) != NULL) {
        ck_ev_throw(ev, call->node->loc, "a key of an OrderedDict is already defined");
        return CK_VOID;
      }
      const ck_ir_type *type = ck_ir_strip_ref(call->type);
      if (type != NULL && type->nargs == 2 && strcmp(type->args[1]->name, "torch::nn::AnyModule") == 0)
        value = ck_torch_as_pointer(call, value, CK_PTR_ANY);
      ck_ev_store(ev, ck_ev_map_put(ev, cell, key), ck_ev_copy(ev, value));
    }
  }
  return ck_ev_load(ev, cell);
}

static ck_cell *dict_cell(ck_call *call) {
  ck_cell *cell = ck_torch_self_cell(call);
  return cell && ck_ev_load(call->ev, cell).kind == CK_V_MAP ? cell : NULL;
}

static ck_value dict_at(ck_call *call) {
  ck_cell *self = dict_cell(call);
  bool known;
  if (self == NULL) return ck_torch_harmless(call);
  ck_value map = ck_ev_load(call->ev, self), key = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  if (key.kind == CK_V_INT) { /* by position: an item */
    if (key.i < 0 || (size_t)key.i >= map.map->n) {
      ck_ev_throw(call->ev, call->node->loc, "Index out of range of an OrderedDict");
      return CK_VOID;
    }
    ck_value both[2] = {map.map->at[key.i].key, CK_VOID};
    ck_value item = ck_ev_list(call->ev, "std::pair", both, 2);
    item.list->at[1] = map.map->at[key.i].cell;
    return item;
  }
  ck_cell *slot = ck_ev_map_find(call->ev, map, key, &known);
  if (!known) return ck_torch_harmless(call);
  if (slot == NULL) {
    if (key.kind == CK_V_STRING) ck_torch_copy_unwanted(call, CK_COPY_UNWANTED, key.str);
    ck_ev_throw(call->ev, call->node->loc, "Key is not defined");
    return CK_VOID;
  }
  return ck_torch_lvalue(slot);
}

static ck_value dict_find(ck_call *call) {
  ck_cell *self = dict_cell(call);
  bool known;
  if (self == NULL) return ck_torch_harmless(call);
  ck_value key = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  ck_cell *slot = ck_ev_map_find(call->ev, ck_ev_load(call->ev, self), key, &known);
  if (!known) return ck_torch_harmless(call);
  if (slot == NULL && key.kind == CK_V_STRING) ck_torch_copy_unwanted(call, CK_COPY_SOUGHT, key.str);
  return slot ? ck_ev_pointer(CK_PTR_RAW, slot) : CK_NULL;
}

static ck_value ordered_insert(ck_call *call) {
  ck_cell *self = dict_cell(call);
  ck_value key = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  bool known;
  if (self == NULL || key.kind != CK_V_STRING) {
    if (call->self) ck_ev_store(call->ev, call->self, ck_torch_harmless(call));
    return CK_VOID;
  }
  if (ck_ev_map_find(call->ev, ck_ev_load(call->ev, self), key, &known) != NULL) {
    ck_ev_throw(call->ev, call->node->loc, "a key of an OrderedDict is already defined");
    return CK_VOID;
  }
  ck_value v = ck_torch_arg(call, 1);
  const ck_ir_type *type = self->type;
  if (type != NULL && type->nargs == 2 && strcmp(type->args[1]->name, "torch::nn::AnyModule") == 0)
    v = ck_torch_as_pointer(call, v, CK_PTR_ANY);
  ck_cell *slot = ck_ev_map_put(call->ev, self, key);
  ck_ev_store(call->ev, slot, ck_ev_copy(call->ev, v));
  return ck_torch_lvalue(slot);
}

static ck_value ordered_contains(ck_call *call) {
  ck_value v = dict_find(call);
  return v.kind == CK_V_PTR ? CK_BOOL(true) : v.kind == CK_V_NULL ? CK_BOOL(false) : v;
}

static ck_value ordered_size(ck_call *call) {
  ck_cell *self = dict_cell(call);
  return self ? CK_INT((int64_t)ck_ev_load(call->ev, self).map->n) : ck_torch_harmless(call);
}
static ck_value ordered_empty(ck_call *call) {
  ck_value n = ordered_size(call);
  return n.kind == CK_V_INT ? CK_BOOL(n.i == 0) : n;
}

static ck_value ordered_list(ck_call *call, bool keys, bool values) {
  ck_cell *self = dict_cell(call);
  if (self == NULL) return ck_torch_harmless(call);
  ck_value map = ck_ev_load(call->ev, self);
  ck_value *out = CK_NEW_N(ck_ev_arena(call->ev), ck_value, map.map->n + 1);
  for (size_t i = 0; i < map.map->n; i++) {
    ck_value both[2] = {map.map->at[i].key, ck_ev_load(call->ev, map.map->at[i].cell)};
    out[i] = keys && values ? ck_ev_list(call->ev, "std::pair", both, 2) : both[values];
  }
  return ck_ev_list(call->ev, "std::vector", out, map.map->n);
}
static ck_value ordered_keys(ck_call *call) { return ordered_list(call, true, false); }
static ck_value ordered_values(ck_call *call) { return ordered_list(call, false, true); }
static ck_value ordered_items(ck_call *call) { return ordered_list(call, true, true); }

static ck_value ordered_iterator(ck_call *call, bool at_end) {
  ck_cell *self = dict_cell(call);
  if (self == NULL) return ck_torch_harmless(call);
  ck_value it = ck_ev_pointer(CK_PTR_ITERATOR, self);
  it.index = at_end ? (uint32_t)ck_ev_load(call->ev, self).map->n : 0;
  return it;
}
static ck_value ordered_begin(ck_call *call) { return ordered_iterator(call, false); }
static ck_value ordered_end(ck_call *call) { return ordered_iterator(call, true); }

/* front(), back(): the item at that end. */
static ck_value item_at(ck_call *call, bool last) {
  ck_cell *self = dict_cell(call);
  if (self == NULL) return ck_torch_harmless(call);
  ck_value map = ck_ev_load(call->ev, self);
  if (map.map->n == 0) {
    ck_ev_throw(call->ev, call->node->loc, "an item of an empty OrderedDict");
    return CK_VOID;
  }
  size_t at = last ? map.map->n - 1 : 0;
  ck_value both[2] = {map.map->at[at].key, CK_VOID};
  ck_value item = ck_ev_list(call->ev, "std::pair", both, 2);
  item.list->at[1] = map.map->at[at].cell;
  return item;
}
static ck_value front(ck_call *call) { return item_at(call, false); }
static ck_value back(ck_call *call) { return item_at(call, true); }

static ck_value ordered_erase(ck_call *call) {
  ck_cell *self = dict_cell(call);
  ck_value key = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  if (self == NULL || key.kind != CK_V_STRING) return ck_torch_opens(call, "erase of a key that is not known");
  ck_ev_map_erase(call->ev, self, key);
  return CK_VOID;
}
static ck_value ordered_clear(ck_call *call) {
  ck_cell *self = ck_torch_self_cell(call);
  if (self) ck_ev_store(call->ev, self, ck_ev_map(call->ev, "torch::OrderedDict"));
  return CK_VOID;
}

/* An item of a dict: a pair of key and value. */
static ck_value item_part(ck_call *call, size_t i) {
  ck_cell *cell = ck_torch_self_cell(call);
  ck_value v = cell ? ck_ev_load(call->ev, cell) : CK_VOID;
  if (v.kind != CK_V_LIST || v.list->n != 2) return ck_torch_harmless(call);
  return ck_torch_lvalue(v.list->at[i]);
}
static ck_value item_key(ck_call *call) { return item_part(call, 0); }
static ck_value item_value(ck_call *call) { return item_part(call, 1); }
static ck_value item_arrow(ck_call *call) {
  ck_value v = item_part(call, 1);
  if (v.kind == CK_V_PTR) v.tag = CK_PTR_RAW;
  return v;
}
static ck_value item_pair(ck_call *call) { return ck_torch_return_self(call); }

#define ORDERED "torch::OrderedDict::"
const ck_builtin ck_torch_ordered_dict_rows[] = {
    {ORDERED "operator[]", dict_at, 1, 1},
    {ORDERED "find", dict_find, 1, 1},
    {ORDERED "insert", ordered_insert, 2, 2},
    {ORDERED "contains", ordered_contains, 1, 1},
    {ORDERED "size", ordered_size, 0, 0},
    {ORDERED "is_empty", ordered_empty, 0, 0},
    {ORDERED "keys", ordered_keys, 0, 0},
    {ORDERED "values", ordered_values, 0, 0},
    {ORDERED "items", ordered_items, 0, 0},
    {ORDERED "pairs", ordered_items, 0, 0},
    {ORDERED "begin", ordered_begin, 0, 0},
    {ORDERED "end", ordered_end, 0, 0},
    {ORDERED "front", front, 0, 0},
    {ORDERED "back", back, 0, 0},
    {ORDERED "erase", ordered_erase, 1, 1},
    {ORDERED "clear", ordered_clear, 0, 0},
    {ORDERED "reserve", ck_torch_noop, 1, 1},
    {ORDERED "Item::key", item_key, 0, 0},
    {ORDERED "Item::value", item_value, 0, 0},
    {ORDERED "Item::operator*", item_value, 0, 0},
    {ORDERED "Item::operator->", item_arrow, 0, 0},
    {ORDERED "Item::pair", item_pair, 0, 0},
};
const size_t ck_torch_ordered_dict_row_count = sizeof ck_torch_ordered_dict_rows / sizeof *ck_torch_ordered_dict_rows;
