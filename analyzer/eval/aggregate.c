/* aggregate.c - lists, maps and pointers into them.
 *
 * The spine of a list never changes: appending makes a new one. The longest version owns the tail of a backing array
 * and may grow in place; a shorter one (the other side of a branch) copies. So appending in a row costs constant time,
 * and an old spine stays what it was. Maps are copied on insertion, their slots' cells shared. */
#include <stdlib.h>
#include <string.h>

#include "eval/eval_int.h"

/* Lists ----------------------------------------------------------------------------------------------------------- */

static ck_list *new_list(ck_ev *ev, const char *cls, size_t room) {
  ck_list *list = CK_NEW(&ev->arena, ck_list);
  list->cls = ck_ev_intern(ev, cls);
  list->room = room;
  list->at = room ? CK_NEW_N(&ev->arena, ck_cell *, room) : NULL;
  list->used = CK_NEW(&ev->arena, size_t);
  return list;
}

ck_value ck_ev_list_of_cells(ck_ev *ev, const char *cls, ck_cell **cells, size_t n) {
  ck_list *list = new_list(ev, cls, n);
  if (n) memcpy(list->at, cells, n * sizeof *cells);
  list->n = *list->used = n;
  return (ck_value){.kind = CK_V_LIST, .list = list};
}

ck_value ck_ev_list(ck_ev *ev, const char *cls, const ck_value *values, size_t n) {
  ck_list *list = new_list(ev, cls, n);
  for (size_t i = 0; i < n; i++) list->at[i] = ck_ev_cell(ev, values[i]);
  list->n = *list->used = n;
  return (ck_value){.kind = CK_V_LIST, .list = list};
}

static ck_list *appended(ck_ev *ev, const ck_list *old, ck_cell *cell) {
  ck_list *list = CK_NEW(&ev->arena, ck_list);
  *list = *old;
  if (old->used == NULL || *old->used != old->n || old->n == old->room) {
    list->room = old->n < 4 ? 8 : old->n * 2;
    list->at = CK_NEW_N(&ev->arena, ck_cell *, list->room);
    if (old->n) memcpy(list->at, old->at, old->n * sizeof *old->at);
    list->used = CK_NEW(&ev->arena, size_t);
  }
  list->at[list->n++] = cell;
  *list->used = list->n;
  return list;
}

void ck_ev_list_push(ck_ev *ev, ck_cell *list, ck_value v) {
  ck_value old = ck_ev_decide(ev, ck_ev_load(ev, list));
  if (old.kind != CK_V_LIST) {
    /* an unknown list stays so; whoever reads it gets unknown elements, never this one unchanged */
    if (old.kind != CK_V_UNKNOWN) {
      const char *reason = "element added to something that is no list";
      ck_ev_open(ev, v, (ck_loc){0}, reason);
      ck_ev_store(ev, list, ck_ev_unknown(ev, (ck_loc){0}, "%s", reason));
    }
    return;
  }
  ck_ev_store(ev, list, (ck_value){.kind = CK_V_LIST, .list = appended(ev, old.list, ck_ev_cell(ev, v))});
}

/* Maps ------------------------------------------------------------------------------------------------------------ */

ck_value ck_ev_map(ck_ev *ev, const char *cls) {
  ck_map_value *map = CK_NEW(&ev->arena, ck_map_value);
  map->cls = ck_ev_intern(ev, cls);
  return (ck_value){.kind = CK_V_MAP, .map = map};
}

/* <0, 0, >0 for known keys; *known false otherwise. */
static int compare_keys(ck_ev *ev, ck_value a, ck_value b, bool *known) {
  if (a.kind == CK_V_STRING && b.kind == CK_V_STRING) return strcmp(a.str, b.str);
  if ((a.kind == CK_V_INT || a.kind == CK_V_BOOL) && (b.kind == CK_V_INT || b.kind == CK_V_BOOL))
    return (a.i > b.i) - (a.i < b.i);
  if (a.kind == CK_V_FLOAT && b.kind == CK_V_FLOAT) return (a.f > b.f) - (a.f < b.f);
  if (a.kind == CK_V_LIST && b.kind == CK_V_LIST) {
    for (size_t i = 0; i < a.list->n && i < b.list->n; i++) {
      int order = compare_keys(ev, ck_ev_load(ev, a.list->at[i]), ck_ev_load(ev, b.list->at[i]), known);
      if (order || !*known) return order;
    }
    return (a.list->n > b.list->n) - (a.list->n < b.list->n);
  }
  if (!ck_ev_same(a, b) || a.kind == CK_V_UNKNOWN) *known = false;
  return 0;
}

ck_cell *ck_ev_map_find(ck_ev *ev, ck_value map, ck_value key, bool *known) {
  *known = map.kind == CK_V_MAP;
  if (map.kind != CK_V_MAP) return NULL;
  key = ck_ev_decide(ev, key);
  bool all_known = true;
  for (size_t i = 0; i < map.map->n; i++) {
    bool this_known = true;
    if (compare_keys(ev, map.map->at[i].key, key, &this_known) == 0 && this_known) return map.map->at[i].cell;
    if (!this_known) all_known = false;
  }
  *known = all_known && (key.kind != CK_V_UNKNOWN && (key.kind != CK_V_SYM || map.map->n == 0));
  return NULL;
}

static bool is_sorted_class(const char *cls) {
  return strcmp(cls, "std::map") == 0 || strcmp(cls, "std::multimap") == 0 || strcmp(cls, "nlohmann::basic_json") == 0;
}

static size_t place_in_map(ck_ev *ev, const ck_map_value *map, ck_value key) {
  size_t at = map->n;
  if (!is_sorted_class(map->cls)) return at;
  bool known = true;
  for (at = 0; at < map->n && known; at++)
    if (compare_keys(ev, map->at[at].key, key, &known) > 0) break;
  return at;
}

ck_cell *ck_ev_map_put(ck_ev *ev, ck_cell *map, ck_value key) {
  ck_value v = ck_ev_decide(ev, ck_ev_load(ev, map));
  key = ck_ev_decide(ev, key);
  bool known;
  ck_cell *found = ck_ev_map_find(ev, v, key, &known);
  if (found) return found;
  ck_cell *cell = ck_ev_cell(ev, CK_VOID);
  if (!known) {
    if (v.kind == CK_V_MAP) { /* it may be any of them, or a new one */
      ck_ev_open_cell(ev, map, (ck_loc){0}, "a key of the map is not known");
      ck_ev_store(ev, map, ck_ev_unknown(ev, (ck_loc){0}, "a key of the map is not known"));
    }
    cell->v = ck_ev_unknown(ev, (ck_loc){0}, "element of a map that is not known");
    return cell;
  }
  size_t at = place_in_map(ev, v.map, key);
  ck_map_value *own = CK_NEW(&ev->arena, ck_map_value);
  *own = *v.map;
  own->at = CK_NEW_N(&ev->arena, ck_map_slot, own->n + 1);
  if (at) memcpy(own->at, v.map->at, at * sizeof *own->at);
  own->at[at] = (ck_map_slot){key, cell};
  if (own->n > at) memcpy(own->at + at + 1, v.map->at + at, (own->n - at) * sizeof *own->at);
  own->n++;
  ck_ev_store(ev, map, (ck_value){.kind = CK_V_MAP, .map = own});
  return cell;
}

void ck_ev_map_erase(ck_ev *ev, ck_cell *map, ck_value key) {
  ck_value v = ck_ev_decide(ev, ck_ev_load(ev, map));
  bool known;
  ck_cell *found = ck_ev_map_find(ev, v, key, &known);
  if (found == NULL) {
    if (!known) ck_ev_store(ev, map, ck_ev_unknown(ev, (ck_loc){0}, "a key of the map is not known"));
    return;
  }
  ck_map_value *own = CK_NEW(&ev->arena, ck_map_value);
  *own = *v.map;
  own->at = CK_NEW_N(&ev->arena, ck_map_slot, own->n);
  own->n = 0;
  for (size_t i = 0; i < v.map->n; i++)
    if (v.map->at[i].cell != found) own->at[own->n++] = v.map->at[i];
  ck_ev_store(ev, map, (ck_value){.kind = CK_V_MAP, .map = own});
}

/* Pointers -------------------------------------------------------------------------------------------------------- */

ck_value ck_ev_pointer(ck_ptr_flavour flavour, ck_cell *cell) {
  return (ck_value){.kind = CK_V_PTR, .tag = (uint8_t)flavour, .cell = cell};
}

ck_value ck_ev_ref(ck_cell *cell) { return ck_ev_pointer(CK_PTR_REF, cell); }

ck_value ck_ev_iterator(ck_cell *container, size_t index) {
  ck_value v = ck_ev_pointer(CK_PTR_ITERATOR, container);
  v.index = (uint32_t)index;
  return v;
}

ck_cell *ck_ev_element(ck_ev *ev, ck_value iterator) {
  ck_value v = ck_ev_decide(ev, ck_ev_load(ev, iterator.cell));
  if (v.kind == CK_V_LIST) return iterator.index < v.list->n ? v.list->at[iterator.index] : NULL;
  if (v.kind == CK_V_MAP && iterator.index < v.map->n) {
    const ck_map_slot *slot = &v.map->at[iterator.index];
    ck_cell *pair[2] = {ck_ev_cell(ev, slot->key), slot->cell};
    const char *cls = strcmp(v.map->cls, "torch::OrderedDict") == 0 ? "torch::OrderedDict::Item" : "std::pair";
    return ck_ev_cell(ev, ck_ev_list_of_cells(ev, cls, pair, 2));
  }
  if (v.kind == CK_V_STRING && iterator.index < strlen(v.str)) {
    ck_cell *cell = ck_ev_cell(ev, CK_INT(v.str[iterator.index]));
    cell->text = iterator.cell, cell->at = iterator.index;
    return cell;
  }
  return NULL;
}

ck_cell *ck_ev_target(ck_ev *ev, ck_cell *cell) {
  for (int hops = 0; cell && hops < 1000; hops++) {
    ck_value v = ck_ev_decide(ev, ck_ev_load(ev, cell));
    if (v.kind == CK_V_NULL || v.kind == CK_V_UNKNOWN || v.kind == CK_V_VOID) return NULL;
    if (v.kind != CK_V_PTR) return cell;
    cell = v.tag == CK_PTR_ITERATOR ? ck_ev_element(ev, v) : v.cell;
  }
  return NULL;
}

/* Tensors --------------------------------------------------------------------------------------------------------- */

ck_value ck_ev_tensor(ck_ev *ev, const ck_dim *dims, int32_t rank, ck_dtype dtype) {
  ck_tensor *tensor = CK_NEW(&ev->arena, ck_tensor);
  tensor->rank = rank;
  tensor->dtype = dtype;
  tensor->defined = true;
  if (rank > 0) {
    ck_dim *own = CK_NEW_N(&ev->arena, ck_dim, rank);
    memcpy(own, dims, (size_t)rank * sizeof *own);
    tensor->dims = own;
  }
  return (ck_value){.kind = CK_V_TENSOR, .tensor = tensor};
}

/* Equality ----------------------------------------------------------------------------------------------------------
 */

static bool is_scalar(ck_value v) {
  return v.kind == CK_V_BOOL || v.kind == CK_V_INT || v.kind == CK_V_FLOAT || v.kind == CK_V_STRING ||
         v.kind == CK_V_SYM;
}

bool ck_ev_equal(ck_ev *ev, ck_value a, ck_value b, bool *known) {
  a = ck_ev_decide(ev, a), b = ck_ev_decide(ev, b);
  *known = true;
  if (is_scalar(a) && is_scalar(b)) {
    ck_value v = ck_ev_resolve(ev, ck_ev_arith(ev, CK_IR_OP_EQ, a, b, NULL, NULL, (ck_loc){0}));
    *known = v.kind == CK_V_BOOL;
    return *known && v.i;
  }
  if (a.kind == CK_V_LIST && b.kind == CK_V_LIST) {
    if (a.list->n != b.list->n) return false;
    bool all = true;
    for (size_t i = 0; i < a.list->n; i++) {
      bool this_known,
          equal = ck_ev_equal(ev, ck_ev_load(ev, a.list->at[i]), ck_ev_load(ev, b.list->at[i]), &this_known);
      if (this_known && !equal) return *known = true, false;
      if (!this_known) all = false;
    }
    *known = all;
    return all;
  }
  if ((a.kind == CK_V_PTR || a.kind == CK_V_NULL) && (b.kind == CK_V_PTR || b.kind == CK_V_NULL)) {
    if (a.kind != b.kind) return false;
    return a.kind == CK_V_NULL || (a.cell == b.cell && a.index == b.index);
  }
  if (a.kind == CK_V_NATIVE && b.kind == CK_V_NATIVE && a.tag == b.tag && ck_ev_same(a, b)) return true;
  if (a.kind == CK_V_NATIVE && b.kind == CK_V_NATIVE && a.tag == CK_TAG_DTYPE && b.tag == CK_TAG_DTYPE) return false;
  *known = false;
  return false;
}
