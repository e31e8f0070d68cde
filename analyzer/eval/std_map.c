/* std_map.c - associative containers: map, unordered_map, multimap are MAPs or LISTs of pairs, sets are LISTs.
 *
 * A key has to be known: a container that is given an unknown key holds unknown things from then on. Only the default
 * order is modelled; a container with a comparator of the user's own is unknown from the start. The order of unordered
 * containers is that of insertion here, any in C++. */
#include "eval/std_int.h"

#include <stdlib.h>

#include "base/vec.h"

typedef CK_VEC(ck_cell *) cells;

static bool known_order(const ck_ir_type *type, size_t i) {
  const ck_ir_type *less = ck_std_targ(type, i);
  if (less == NULL || type == NULL || strstr(type->name, "unordered") != NULL) return true;
  return strcmp(less->name, "std::less") == 0;
}

static ck_value not_a_map(ck_call *call) {
  return ck_std_refuse(call, "`%s` of a container that is not known", call->name);
}

/* The same where nothing that is there is written: it takes what it is given. */
static ck_value unknown_map(ck_call *call) {
  return ck_std_forget(call, "`%s` of a container that is not known", call->name);
}

/* A map or set that took an unknown key: what it holds is not known any more. */
static ck_value unknown_key(ck_call *call) {
  return ck_std_forget(call, "`%s` with a key that is not known", call->name);
}

/* The same where the key may be one that is there, whose element is written. */
static ck_value any_element(ck_call *call, ck_value map) {
  if (map.kind == CK_V_MAP && map.map->n > 0)
    return ck_std_refuse(call, "`%s` with a key that is not known", call->name);
  return unknown_key(call);
}

/* A key has to be something that can be compared. */
static bool usable_key(ck_call *call, ck_value key) {
  switch (key.kind) {
  case CK_V_BOOL:
  case CK_V_INT:
  case CK_V_FLOAT:
  case CK_V_STRING:
  case CK_V_PTR:
  case CK_V_NULL: return true;
  case CK_V_LIST:
    for (size_t i = 0; i < key.list->n; i++)
      if (!usable_key(call, ck_ev_load(call->ev, key.list->at[i]))) return false;
    return true;
  default: return false;
  }
}

static ck_value key_of(ck_call *call, ck_cell *cell) {
  ck_value key = ck_std_init(call, ck_std_targ(ck_std_self_type(call), 0), cell);
  return ck_ev_decide(call->ev, key);
}

/* Index of the slot with `cell`. */
static size_t slot_index(ck_value map, const ck_cell *cell) {
  size_t i = 0;
  while (i < map.map->n && map.map->at[i].cell != cell) i++;
  return i;
}

/* --- construction --------------------------------------------------------------------------------------------- */
/* Puts a pair (LIST of two) into the MAP in `map` if its key is new; false if the key is not known. */
static bool put_pair(ck_call *call, ck_cell *map, const ck_ir_type *type, ck_cell *pair, bool overwrite, ck_cell **slot,
                     bool *fresh) {
  const ck_list *list = ck_std_list(call, pair);
  if (list == NULL || list->n != 2) return false;
  ck_value key = ck_ev_decide(call->ev, ck_std_init(call, ck_std_targ(type, 0), list->at[0]));
  bool known;
  if (!usable_key(call, key)) return false;
  ck_cell *there = ck_ev_map_find(call->ev, ck_ev_load(call->ev, map), key, &known);
  if (!known) return false;
  *fresh = there == NULL;
  ck_value v = *fresh || overwrite ? ck_std_init(call, ck_std_targ(type, 1), list->at[1]) : CK_VOID; /* may throw */
  *slot = there != NULL ? there : ck_ev_map_put(call->ev, map, key);
  if (*fresh || overwrite) ck_ev_store(call->ev, *slot, v);
  return true;
}

static const char *class_of(ck_call *call, const ck_ir_type *type, const char *otherwise) {
  return type != NULL && type->name[0] != 0 ? ck_ev_intern(call->ev, type->name) : otherwise;
}

/* A copy of a MAP as one of class `cls`, values converted. */
static ck_value copy_map(ck_call *call, const char *cls, const ck_ir_type *type, ck_value from) {
  ck_cell *map = ck_ev_cell(call->ev, ck_ev_map(call->ev, cls));
  for (size_t i = 0; i < from.map->n; i++) {
    ck_value key = ck_std_init_value(call, ck_std_targ(type, 0), from.map->at[i].key);
    ck_cell *slot = ck_ev_map_put(call->ev, map, key);
    ck_ev_store(call->ev, slot, ck_std_init(call, ck_std_targ(type, 1), from.map->at[i].cell));
  }
  return ck_ev_load(call->ev, map);
}

static ck_value map_of(ck_call *call, const char *cls, const ck_ir_type *type, ck_cell *const *pairs, size_t n) {
  ck_cell *map = ck_ev_cell(call->ev, ck_ev_map(call->ev, cls)), *slot;
  bool fresh;
  for (size_t i = 0; i < n; i++)
    if (!put_pair(call, map, type, pairs[i], false, &slot, &fresh))
      return ck_std_refuse(call, "a `%s` with a key that is not known", cls);
  return ck_ev_load(call->ev, map);
}

/* Braces: as they stand, as an initializer_list, or as the array that backs one. */
static bool is_init(ck_value v) {
  return ck_std_list_of(v, "init") != NULL || ck_std_list_of(v, "std::initializer_list") != NULL ||
         ck_std_list_of(v, "array") != NULL;
}

/* Is v a pair, as an element of a map's braces: {key, value} or std::pair? */
static bool is_pair(ck_call *call, ck_value v) {
  if (v.kind != CK_V_LIST || v.list->n != 2) return false;
  if (ck_std_list_of(v, "std::pair") != NULL) return true;
  ck_value key = ck_ev_load(call->ev, v.list->at[0]);
  return ck_std_list_of(v, "init") != NULL && ck_std_list_of(key, "std::pair") == NULL &&
         !(ck_std_list_of(key, "init") != NULL && ck_std_list_of(ck_ev_load(call->ev, v.list->at[1]), "init") != NULL);
}

static ck_value construct_map(ck_call *call, const ck_ir_type *type, const char *cls) {
  if (!known_order(type, 2)) return ck_std_refuse(call, "a map with a comparator of its own");
  if (call->nargs == 0) return ck_ev_map(call->ev, cls);
  ck_value first = ck_std_arg(call, 0);
  ck_cell *const *given;
  size_t count;
  if (ck_std_elements(call, &given, &count)) return map_of(call, cls, type, given, count);
  if (call->nargs == 1) {
    if (first.kind == CK_V_UNKNOWN) return first;
    if (first.kind == CK_V_MAP) return copy_map(call, cls, type, first);
    if (is_init(first) && !(call->brace && is_pair(call, first)))
      return map_of(call, cls, type, first.list->at, first.list->n);
  }
  ck_std_range r;
  if (call->nargs >= 2 && ck_std_range_of(call, call->args[0], call->args[1], &r)) {
    size_t n = ck_std_range_size(&r);
    ck_cell **pairs = CK_NEW_N(ck_ev_arena(call->ev), ck_cell *, n + 1);
    for (size_t i = 0; i < n; i++) pairs[i] = ck_std_range_at(call, &r, i);
    return map_of(call, cls, type, pairs, n);
  }
  if (call->brace) return map_of(call, cls, type, call->args, call->nargs);
  if (strstr(cls, "unordered") != NULL && ck_std_is_number(first)) return ck_ev_map(call->ev, cls); /* bucket count */
  return ck_std_refuse(call, "a `%s` made of values that are not known", cls);
}

ck_value ck_std_map_construct(ck_call *call) {
  return construct_map(call, call->type, class_of(call, call->type, call->name));
}

ck_value ck_std_map_assign(ck_call *call) {
  const ck_ir_type *type = ck_std_self_type(call);
  ck_value old = ck_std_self(call);
  ck_call as = *call;
  as.brace = true;
  ck_value v = construct_map(&as, type, class_of(call, type, old.kind == CK_V_MAP ? old.map->cls : "std::map"));
  ck_ev_store(call->ev, call->self, v);
  return ck_std_ref_self(call);
}

/* --- map: look-ups -------------------------------------------------------------------------------------------- */
/* The slot of args[i] in self: *cell NULL if absent. False: it cannot be said. */
static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

/* The slot of a key that is a symbol, by deciding which it is; NULL: none. */
static ck_cell *decided_slot(ck_call *call, const ck_map_value *map, ck_value key) {
  for (size_t i = 0; i < map->n; i++) {
    ck_value same = ck_ev_binary(call->ev, CK_IR_OP_EQ, key, map->at[i].key, NULL, place(call));
    if (ck_ev_decide_bool(call->ev, same, place(call))) return map->at[i].cell;
  }
  return NULL;
}

/* Slots that the path does not tell from the key's. */
static size_t count_undecided(ck_call *call, const ck_map_value *map, ck_value key) {
  size_t n = 0;
  for (size_t i = 0; i < map->n; i++) {
    bool is_same;
    ck_value same = ck_ev_binary(call->ev, CK_IR_OP_EQ, key, map->at[i].key, NULL, place(call));
    n += !ck_ev_is_decided(call->ev, same, &is_same);
    if (is_same) return 0;
  }
  return n;
}

static bool is_decidable(ck_call *call, const ck_map_value *map, ck_value key) {
  if (key.kind != CK_V_SYM || key.sym->has_index) return false;
  if (key.sym->type != CK_SYM_INT && key.sym->type != CK_SYM_STRING) return false;
  return ck_ev_may_tell_apart(call->ev, count_undecided(call, map, key));
}

static bool find_slot(ck_call *call, size_t i, ck_value *map, ck_value *key, ck_cell **cell) {
  *map = ck_std_self(call);
  *key = key_of(call, call->args[i]);
  if (map->kind == CK_V_MAP && map->map->n > 0 && is_decidable(call, map->map, *key)) {
    *cell = decided_slot(call, map->map, *key);
    return true;
  }
  if (map->kind != CK_V_MAP || (map->map->n != 0 && !usable_key(call, *key))) return false;
  bool known = true;
  *cell = map->map->n != 0 ? ck_ev_map_find(call->ev, *map, *key, &known) : NULL;
  return known;
}

static ck_value cannot_find(ck_call *call, ck_value map, ck_value key) {
  if (map.kind == CK_V_UNKNOWN) return map;
  if (key.kind == CK_V_UNKNOWN) return key;
  return ck_call_unknown(call, "`%s` with a key that is not known", call->name);
}

ck_value ck_std_map_index(ck_call *call) {
  ck_value map, key;
  ck_cell *cell;
  if (!find_slot(call, 0, &map, &key, &cell)) return map.kind == CK_V_MAP ? any_element(call, map) : unknown_map(call);
  if (cell == NULL) {
    if (!usable_key(call, key)) return unknown_key(call);
    const ck_ir_type *mapped = ck_std_targ(ck_std_self_type(call), 1);
    if (mapped == NULL && call->type != NULL) mapped = ck_ir_strip_ref(call->type);
    cell = ck_ev_map_put(call->ev, call->self, key);
    ck_ev_store(call->ev, cell,
                mapped != NULL ? ck_ev_default(call->ev, mapped, call->node)
                               : ck_call_unknown(call, "a new element of a type that is not known"));
  }
  return ck_ev_ref(cell);
}

ck_value ck_std_map_at(ck_call *call) {
  ck_value map, key;
  ck_cell *cell;
  if (!find_slot(call, 0, &map, &key, &cell)) return cannot_find(call, map, key);
  return cell != NULL ? ck_ev_ref(cell) : ck_std_throw(call, "std::out_of_range");
}

ck_value ck_std_map_find(ck_call *call) {
  ck_value map, key;
  ck_cell *cell;
  if (!find_slot(call, 0, &map, &key, &cell)) return cannot_find(call, map, key);
  return ck_std_iterator(call->self, cell != NULL ? slot_index(map, cell) : map.map->n);
}

ck_value ck_std_map_count(ck_call *call) {
  ck_value map, key;
  ck_cell *cell;
  if (!find_slot(call, 0, &map, &key, &cell)) return cannot_find(call, map, key);
  return CK_INT(cell != NULL);
}

ck_value ck_std_map_contains(ck_call *call) {
  ck_value n = ck_std_map_count(call);
  return n.kind == CK_V_INT ? CK_BOOL(n.i != 0) : n;
}

static ck_value bound(ck_call *call, bool upper) {
  ck_value v = ck_std_self(call), key = key_of(call, call->args[0]);
  size_t n = v.kind == CK_V_MAP ? v.map->n : v.kind == CK_V_LIST ? v.list->n : 0;
  if (v.kind != CK_V_MAP && v.kind != CK_V_LIST) return cannot_find(call, v, key);
  size_t i = 0;
  for (; i < n; i++) {
    bool known;
    ck_value here = v.kind == CK_V_MAP ? v.map->at[i].key : ck_ev_load(call->ev, v.list->at[i]);
    int c = ck_std_compare(call, here, key, &known);
    if (!known) return cannot_find(call, v, key);
    if (upper ? c > 0 : c >= 0) break;
  }
  return ck_std_iterator(call->self, i);
}

ck_value ck_std_lower_bound_of(ck_call *call) { return bound(call, false); }
ck_value ck_std_upper_bound_of(ck_call *call) { return bound(call, true); }

/* --- map: changes --------------------------------------------------------------------------------------------- */
static ck_value iterator_and_flag(ck_call *call, const ck_cell *slot, bool fresh) {
  ck_value map = ck_ev_load(call->ev, call->self);
  return ck_std_pair(call, ck_std_iterator(call->self, slot_index(map, slot)), CK_BOOL(fresh));
}

static ck_value insert_pair(ck_call *call, ck_cell *pair, bool overwrite) {
  ck_cell *slot;
  bool fresh;
  ck_value map = ck_std_self(call);
  if (map.kind != CK_V_MAP) return unknown_map(call);
  if (!put_pair(call, call->self, ck_std_self_type(call), pair, overwrite, &slot, &fresh))
    return overwrite ? any_element(call, map) : unknown_key(call);
  return iterator_and_flag(call, slot, fresh);
}

/* insert(pair), insert({k, v}), insert(first, last), insert({{k, v}, ...}), insert(hint, pair) */
ck_value ck_std_map_insert(ck_call *call) {
  ck_std_range r;
  if (ck_std_self(call).kind != CK_V_MAP) return unknown_map(call);
  if (call->nargs == 2 && ck_std_range_of(call, call->args[0], call->args[1], &r)) {
    for (size_t i = 0; i < ck_std_range_size(&r); i++) insert_pair(call, ck_std_range_at(call, &r, i), false);
    return CK_VOID;
  }
  ck_cell *what = call->args[call->nargs - 1];
  ck_value v = ck_std_value(call, what);
  const ck_ir_type *given = ck_std_arg_type(call, call->nargs - 1);
  bool several = given != NULL && strcmp(given->name, "std::initializer_list") == 0;
  if (is_init(v) && (several || !is_pair(call, v))) {
    for (size_t i = 0; i < v.list->n; i++) insert_pair(call, v.list->at[i], false);
    return CK_VOID;
  }
  ck_value done = insert_pair(call, what, false);
  if (call->nargs == 2 && done.kind == CK_V_LIST) return ck_ev_load(call->ev, done.list->at[0]);
  return done;
}

/* emplace(key, value) or emplace(pair) */
ck_value ck_std_map_emplace(ck_call *call) {
  if (call->nargs == 1) return insert_pair(call, call->args[0], false);
  if (call->nargs != 2) return ck_std_refuse(call, "`%s` of parts", call->name);
  return insert_pair(call, ck_ev_cell(call->ev, ck_ev_list_of_cells(call->ev, "std::pair", call->args, 2)), false);
}

ck_value ck_std_map_insert_or_assign(ck_call *call) {
  return insert_pair(call, ck_ev_cell(call->ev, ck_ev_list_of_cells(call->ev, "std::pair", call->args, 2)), true);
}

ck_value ck_std_map_try_emplace(ck_call *call) {
  ck_value map, key;
  ck_cell *cell;
  if (!find_slot(call, 0, &map, &key, &cell)) return map.kind == CK_V_MAP ? unknown_key(call) : unknown_map(call);
  if (!usable_key(call, key)) return unknown_key(call);
  bool fresh = cell == NULL;
  if (fresh) {
    ck_value v = ck_std_make(call, ck_std_targ(ck_std_self_type(call), 1), call->args + 1, call->nargs - 1);
    cell = ck_ev_map_put(call->ev, call->self, key);
    ck_ev_store(call->ev, cell, v);
  }
  return iterator_and_flag(call, cell, fresh);
}

/* erase(key), erase(iterator), erase(first, last) */
ck_value ck_std_map_erase(ck_call *call) {
  ck_value map = ck_std_self(call), first = ck_std_arg(call, 0);
  ck_cell *holder;
  size_t at;
  if (map.kind != CK_V_MAP) return not_a_map(call);
  if (ck_std_as_iterator(first, &holder, &at)) {
    size_t end = at + 1;
    if (holder != call->self || (call->nargs == 2 && !ck_std_as_iterator(ck_std_arg(call, 1), &holder, &end)) ||
        end > map.map->n)
      return not_a_map(call);
    for (size_t i = at; i < end; i++) ck_ev_map_erase(call->ev, call->self, map.map->at[i].key);
    return ck_std_iterator(call->self, at);
  }
  ck_value key;
  ck_cell *cell;
  if (!find_slot(call, 0, &map, &key, &cell)) return unknown_key(call);
  if (cell != NULL) ck_ev_map_erase(call->ev, call->self, key);
  return CK_INT(cell != NULL);
}

ck_value ck_std_map_clear(ck_call *call) {
  ck_value map = ck_std_self(call);
  const ck_ir_type *type = ck_std_self_type(call);
  if (map.kind != CK_V_MAP && type == NULL) return not_a_map(call);
  ck_ev_store(call->ev, call->self,
              ck_ev_map(call->ev, map.kind == CK_V_MAP ? map.map->cls : class_of(call, type, "std::map")));
  return CK_VOID;
}

/* --- sets and multimaps: LISTs -------------------------------------------------------------------------------- */
static bool is_unordered(const ck_list *list) { return list->cls != NULL && strstr(list->cls, "unordered") != NULL; }
static bool is_multi(const ck_list *list) { return list->cls != NULL && strstr(list->cls, "multi") != NULL; }
static bool is_multimap(const ck_list *list) { return is_multi(list) && strstr(list->cls, "map") != NULL; }

/* What is compared of an element: a multimap's key, else all of it. */
static ck_value key_part(ck_call *call, const ck_list *list, ck_value v) {
  if (is_multimap(list) && v.kind == CK_V_LIST && v.list->n == 2) return ck_ev_load(call->ev, v.list->at[0]);
  return v;
}

/* Position of v among the elements, or where it belongs; false if it cannot be said. */
static bool set_find(ck_call *call, const ck_list *list, ck_value v, size_t *at, bool *there) {
  *there = false;
  if (!usable_key(call, v)) {
    *at = 0;
    return list->n == 0;
  }
  for (*at = 0; *at < list->n; ++*at) {
    bool known;
    ck_value here = key_part(call, list, ck_ev_load(call->ev, list->at[*at]));
    if (is_unordered(list) || v.kind == CK_V_PTR) {
      *there = ck_ev_equal(call->ev, here, v, &known);
    } else {
      int c = ck_std_compare(call, here, v, &known);
      *there = c == 0;
      if (known && c > 0) return true;
    }
    if (!known) return false;
    if (*there) return true;
  }
  return true;
}

bool ck_std_set_insert(ck_call *call, ck_cell *set, ck_value v, size_t *at, bool *fresh) {
  const ck_list *list = ck_std_list(call, set);
  bool there;
  if (list == NULL) return false;
  ck_value key = key_part(call, list, v);
  if (!usable_key(call, key) || !set_find(call, list, key, at, &there)) return false;
  *fresh = !there || is_multi(list);
  if (!*fresh) return true;
  if (there) /* a multimap's equal keys keep the order of insertion */
    for (bool known = true; *at < list->n; ++*at)
      if (!ck_ev_equal(call->ev, key_part(call, list, ck_ev_load(call->ev, list->at[*at])), key, &known)) break;
  cells all = {0};
  for (size_t i = 0; i <= list->n; i++) {
    if (i == *at) ck_vec_push(&all, ck_ev_cell(call->ev, v));
    if (i < list->n) ck_vec_push(&all, list->at[i]);
  }
  ck_std_set_cells(call, set, list->cls, all.at, all.n);
  free(all.at);
  return true;
}

/* Type of the elements: a multimap's are pairs, made by conversion of the two parts. */
static ck_value set_element(ck_call *call, const ck_ir_type *type, ck_cell *cell) {
  if (type == NULL || strstr(type->name, "map") == NULL)
    return ck_ev_decide(call->ev, ck_std_init(call, ck_std_targ(type, 0), cell));
  const ck_list *pair = ck_std_list(call, cell);
  if (pair == NULL || pair->n != 2) return ck_call_unknown(call, "a pair that is not known");
  return ck_std_pair(call, ck_std_init(call, ck_std_targ(type, 0), pair->at[0]),
                     ck_std_init(call, ck_std_targ(type, 1), pair->at[1]));
}

static ck_value set_of(ck_call *call, const char *cls, const ck_ir_type *type, ck_cell *const *from, size_t n) {
  ck_cell *set = ck_ev_cell(call->ev, ck_ev_list(call->ev, cls, NULL, 0));
  size_t at;
  bool fresh;
  for (size_t i = 0; i < n; i++)
    if (!ck_std_set_insert(call, set, set_element(call, type, from[i]), &at, &fresh))
      return ck_std_refuse(call, "a `%s` of values that are not known", cls);
  return ck_ev_load(call->ev, set);
}

static ck_value construct_set(ck_call *call, const ck_ir_type *type, const char *cls) {
  bool is_map = strstr(cls, "map") != NULL;
  if (!known_order(type, is_map ? 2 : 1)) return ck_std_refuse(call, "a set with a comparator of its own");
  if (call->nargs == 0) return ck_ev_list(call->ev, cls, NULL, 0);
  ck_value first = ck_std_arg(call, 0);
  ck_std_range r;
  ck_cell *const *given;
  size_t count;
  if (ck_std_elements(call, &given, &count)) return set_of(call, cls, type, given, count);
  if (call->nargs == 1) {
    if (first.kind == CK_V_UNKNOWN && !call->brace) return first;
    if (first.kind == CK_V_LIST && first.list->cls != NULL &&
        (strcmp(first.list->cls, cls) == 0 || (is_init(first) && !(call->brace && !is_map)) ||
         ck_std_list_of(first, "nlohmann::basic_json") != NULL))
      return set_of(call, cls, type, first.list->at, first.list->n);
  }
  if (call->nargs >= 2 && ck_std_range_of(call, call->args[0], call->args[1], &r)) {
    size_t n = ck_std_range_size(&r);
    ck_cell **from = CK_NEW_N(ck_ev_arena(call->ev), ck_cell *, n + 1);
    for (size_t i = 0; i < n; i++) from[i] = ck_std_range_at(call, &r, i);
    return set_of(call, cls, type, from, n);
  }
  if (call->brace) return set_of(call, cls, type, call->args, call->nargs);
  return ck_std_refuse(call, "a `%s` made of values that are not known", cls);
}

ck_value ck_std_set_construct(ck_call *call) {
  return construct_set(call, call->type, class_of(call, call->type, call->name));
}

ck_value ck_std_set_assign(ck_call *call) {
  const ck_ir_type *type = ck_std_self_type(call);
  ck_value old = ck_std_self(call);
  ck_call as = *call;
  as.brace = true;
  ck_ev_store(call->ev, call->self,
              construct_set(&as, type, class_of(call, type, old.kind == CK_V_LIST ? old.list->cls : "std::set")));
  return ck_std_ref_self(call);
}

static bool has_single_iterator(const ck_list *list) { return !is_multi(list); }

/* insert(x), insert(hint, x), insert(first, last), insert({...}), emplace(args...) */
ck_value ck_std_set_insert_method(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  const ck_ir_type *type = ck_std_self_type(call);
  ck_std_range r;
  size_t at;
  bool fresh;
  if (list == NULL) return not_a_map(call);
  if (call->nargs == 2 && ck_std_range_of(call, call->args[0], call->args[1], &r)) {
    for (size_t i = 0; i < ck_std_range_size(&r); i++)
      if (!ck_std_set_insert(call, call->self, set_element(call, type, ck_std_range_at(call, &r, i)), &at, &fresh))
        return unknown_key(call);
    return CK_VOID;
  }
  ck_cell *what = call->args[call->nargs - 1];
  ck_value v = ck_std_value(call, what);
  const ck_ir_type *elem = ck_std_targ(type, 0);
  if (is_init(v) && !is_multimap(list) &&
      (elem == NULL || elem->kind != CK_IR_T_RECORD || strcmp(elem->name, "std::basic_string") == 0)) {
    for (size_t i = 0; i < v.list->n; i++)
      if (!ck_std_set_insert(call, call->self, set_element(call, type, v.list->at[i]), &at, &fresh))
        return unknown_key(call);
    return CK_VOID;
  }
  if (!ck_std_set_insert(call, call->self, set_element(call, type, what), &at, &fresh)) return unknown_key(call);
  ck_value it = ck_std_iterator(call->self, at);
  return has_single_iterator(list) && call->nargs == 1 ? ck_std_pair(call, it, CK_BOOL(fresh)) : it;
}

ck_value ck_std_set_emplace(ck_call *call) {
  const ck_ir_type *type = ck_std_self_type(call);
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL) return not_a_map(call);
  ck_value v;
  if (is_multimap(list) && call->nargs == 2)
    v = ck_std_pair(call, ck_std_init(call, ck_std_targ(type, 0), call->args[0]),
                    ck_std_init(call, ck_std_targ(type, 1), call->args[1]));
  else v = ck_std_make(call, ck_std_targ(type, 0), call->args, call->nargs);
  size_t at;
  bool fresh;
  if (!ck_std_set_insert(call, call->self, ck_ev_decide(call->ev, v), &at, &fresh)) return unknown_key(call);
  ck_value it = ck_std_iterator(call->self, at);
  return has_single_iterator(list) ? ck_std_pair(call, it, CK_BOOL(fresh)) : it;
}

static bool find_in_set(ck_call *call, const ck_list **list, ck_value *key, size_t *at, bool *there) {
  *list = ck_std_list(call, call->self);
  *key = key_of(call, call->args[0]);
  return *list != NULL && set_find(call, *list, *key, at, there);
}

ck_value ck_std_set_find(ck_call *call) {
  const ck_list *list;
  ck_value key;
  size_t at;
  bool there;
  if (!find_in_set(call, &list, &key, &at, &there)) return cannot_find(call, ck_std_self(call), key);
  return ck_std_iterator(call->self, there ? at : list->n);
}

ck_value ck_std_set_count(ck_call *call) {
  const ck_list *list;
  ck_value key;
  size_t at;
  bool there, known = true;
  if (!find_in_set(call, &list, &key, &at, &there)) return cannot_find(call, ck_std_self(call), key);
  int64_t n = there;
  if (is_multi(list))
    for (; there && at + 1 < list->n; at++)
      n += ck_ev_equal(call->ev, key_part(call, list, ck_ev_load(call->ev, list->at[at + 1])), key, &known);
  return known ? CK_INT(n) : cannot_find(call, ck_std_self(call), key);
}

ck_value ck_std_set_contains(ck_call *call) {
  ck_value n = ck_std_set_count(call);
  return n.kind == CK_V_INT ? CK_BOOL(n.i != 0) : n;
}

ck_value ck_std_set_erase(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  ck_cell *holder;
  size_t at;
  if (list == NULL || is_multi(list)) return not_a_map(call);
  if (ck_std_as_iterator(ck_std_arg(call, 0), &holder, &at)) return ck_std_seq_erase(call);
  ck_value key;
  bool there;
  if (!find_in_set(call, &list, &key, &at, &there)) return unknown_key(call);
  if (!there) return CK_INT(0);
  cells rest = {0};
  for (size_t i = 0; i < list->n; i++)
    if (i != at) ck_vec_push(&rest, list->at[i]);
  ck_std_set_cells(call, call->self, list->cls, rest.at, rest.n);
  free(rest.at);
  return CK_INT(1);
}
