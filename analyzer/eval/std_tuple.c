/* std_tuple.c - pair, tuple, optional, variant.
 *
 * optional is a LIST of none or one, variant a LIST of the value and the index of its alternative. A tuple of
 * references (tie, forward_as_tuple) holds the referenced cells themselves, so assigning to it assigns to them. */
#include "eval/std_int.h"

#include <stdlib.h>

static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

/* --- pair, tuple ---------------------------------------------------------------------------------------------- */
static const char *class_of(const ck_ir_type *type, const char *otherwise) {
  return type != NULL && type->kind == CK_IR_T_RECORD && type->name[0] != 0 ? type->name : otherwise;
}

/* A LIST from n cells, element i converted to template argument i; references stay the cells they are. */
static ck_value from_cells(ck_call *call, const char *cls, const ck_ir_type *type, ck_cell *const *from, size_t n) {
  ck_cell **cells = CK_NEW_N(ck_ev_arena(call->ev), ck_cell *, n + 1);
  for (size_t i = 0; i < n; i++) {
    const ck_ir_type *elem = ck_std_targ(type, i);
    bool is_ref = elem != NULL && (elem->kind == CK_IR_T_LREF || elem->kind == CK_IR_T_RREF);
    cells[i] = is_ref ? from[i] : ck_ev_cell(call->ev, ck_std_init(call, elem, from[i]));
    if (!is_ref) cells[i]->type = elem;
  }
  return ck_ev_list_of_cells(call->ev, cls, cells, n);
}

/* A LIST of values as elements of the types that `type` says. */
static ck_value typed(ck_value list, const ck_ir_type *type) {
  for (size_t i = 0; i < list.list->n; i++) list.list->at[i]->type = ck_std_targ(type, i);
  return list;
}

static bool is_aggregate_list(ck_value v) {
  return ck_std_list_of(v, "init") != NULL || ck_std_list_of(v, "std::pair") != NULL ||
         ck_std_list_of(v, "std::tuple") != NULL;
}

ck_value ck_std_tuple_construct(ck_call *call) {
  const char *cls = class_of(call->type, call->name);
  const ck_ir_type *type = call->type;
  size_t n = type != NULL && type->nargs > 0 ? type->nargs : call->nargs;
  if (call->nargs == 1 && n != 1) { /* of another one; else what the parts are is of no matter, nor decided */
    ck_value first = ck_std_arg(call, 0);
    if (first.kind == CK_V_UNKNOWN) return first;
    if (is_aggregate_list(first) && first.list->n == n) return from_cells(call, cls, type, first.list->at, n);
  }
  if (call->nargs == n) return from_cells(call, cls, type, call->args, n);
  if (call->nargs == 0) {
    ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
    for (size_t i = 0; i < n; i++) values[i] = ck_ev_default(call->ev, ck_std_targ(type, i), call->node);
    return typed(ck_ev_list(call->ev, cls, values, n), type);
  }
  return ck_std_refuse(call, "a `%s` made of parts", cls);
}

/* make_pair, make_tuple: the result type has the decayed types. */
ck_value ck_std_make_tuple(ck_call *call) {
  const char *cls = strstr(call->name, "pair") != NULL ? "std::pair" : "std::tuple";
  const ck_ir_type *type =
      call->type != NULL && call->type->kind == CK_IR_T_RECORD && call->type->nargs == call->nargs ? call->type : NULL;
  return from_cells(call, cls, type, call->args, call->nargs);
}

ck_value ck_std_tie(ck_call *call) { return ck_ev_list_of_cells(call->ev, "std::tuple", call->args, call->nargs); }

ck_value ck_std_tuple_cat(ck_call *call) {
  size_t n = 0, at = 0;
  for (size_t i = 0; i < call->nargs; i++) {
    const ck_list *list = ck_std_list(call, call->args[i]);
    if (list == NULL) return ck_std_because(call, ck_std_arg(call, i), "a tuple that is not known");
    n += list->n;
  }
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < call->nargs; i++) {
    const ck_list *list = ck_std_list(call, call->args[i]);
    for (size_t k = 0; k < list->n; k++) values[at++] = ck_std_init(call, NULL, list->at[k]);
  }
  return typed(ck_ev_list(call->ev, "std::tuple", values, n), ck_ir_strip_ref(call->type));
}

/* t = u, tie(a, b) = u: element by element. */
ck_value ck_std_tuple_assign(ck_call *call) {
  const ck_list *to = ck_std_list(call, call->self), *from = ck_std_list(call, call->args[0]);
  if (to == NULL || from == NULL || to->n != from->n) {
    ck_value v = ck_std_because(call, ck_std_arg(call, 0), "assigned from a value that is not known");
    if (to == NULL) ck_ev_store(call->ev, call->self, v);
    else
      for (size_t i = 0; i < to->n; i++) ck_ev_store(call->ev, to->at[i], v);
    return ck_std_ref_self(call);
  }
  const ck_ir_type *type = ck_std_self_type(call);
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, from->n + 1);
  for (size_t i = 0; i < from->n; i++)
    values[i] = ck_std_init(call, ck_ir_strip_ref(ck_std_targ(type, i)), from->at[i]);
  for (size_t i = 0; i < from->n; i++) ck_ev_store(call->ev, to->at[i], values[i]);
  return ck_std_ref_self(call);
}

ck_cell *ck_std_pair_member(ck_call *call, const char *name_of_member) {
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL || list->n != 2) return NULL;
  if (strcmp(name_of_member, "first") == 0) return list->at[0];
  return strcmp(name_of_member, "second") == 0 ? list->at[1] : NULL;
}

/* Does type `a` name the same type as `b`? */
static bool same_type(const ck_ir_type *a, const ck_ir_type *b) {
  return a == b || (a != NULL && b != NULL && strcmp(a->spelling, b->spelling) == 0);
}

/* Index that get<I>, get<T>, holds_alternative<T> asks for, over the arguments of `type`; -1 if not known. */
static int64_t asked_index(ck_call *call, const ck_ir_type *type) {
  if (call->targs == NULL || call->targs->nargs == 0) return -1;
  const ck_ir_type *which = call->targs->args[0];
  if (which->kind == CK_IR_T_VALUE) return which->count;
  int64_t found = -1;
  for (size_t i = 0; type != NULL && i < type->nargs; i++)
    if (same_type(type->args[i], which)) {
      if (found >= 0) return -1;
      found = (int64_t)i;
    }
  return found;
}

/* get<I>(pair, tuple, array), get<T>(tuple), get<I|T>(variant) */
ck_value ck_std_get(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->args[0]);
  const ck_ir_type *type = ck_std_arg_type(call, 0);
  if (list == NULL) return ck_std_because(call, ck_std_arg(call, 0), "part of a value that is not known");
  int64_t i = asked_index(call, type);
  if (ck_std_list_of(ck_std_arg(call, 0), "std::variant") != NULL) {
    ck_value index = ck_ev_decide(call->ev, ck_ev_load(call->ev, list->at[1]));
    if (i < 0 || index.kind != CK_V_INT) return ck_call_unknown(call, "alternative of a variant that is not known");
    return index.i == i ? ck_ev_ref(list->at[0]) : ck_std_throw(call, "std::bad_variant_access");
  }
  if (i < 0 || (size_t)i >= list->n) return ck_call_unknown(call, "part of a tuple that is not known");
  return ck_ev_ref(list->at[i]);
}

/* apply(f, tuple) */
ck_value ck_std_apply(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->args[1]);
  if (list == NULL) return ck_std_refuse(call, "std::apply of a tuple that is not known");
  return ck_std_invoke(call, ck_std_arg(call, 0), list->at, list->n);
}

/* --- optional ------------------------------------------------------------------------------------------------- */
static const char *optional_class(const ck_call *call) {
  const ck_ir_type *type = call->type != NULL && call->type->kind == CK_IR_T_RECORD ? call->type : NULL;
  return type != NULL && strstr(type->name, "optional") != NULL && strstr(type->name, "nullopt") == NULL
             ? type->name
             : "std::optional";
}

static bool is_optional(ck_value v) {
  return v.kind == CK_V_LIST && v.list->cls != NULL && strstr(v.list->cls, "::optional") != NULL;
}

static bool is_in_place(ck_call *call, size_t i) {
  const ck_ir_type *type = ck_std_arg_type(call, i);
  return type != NULL && type->kind == CK_IR_T_RECORD && strstr(type->name, "in_place") != NULL;
}

/* nullopt is told by its type: its value may be that of a variable nobody has seen. */
static bool is_nullopt(ck_call *call, size_t i, ck_value v) {
  const ck_ir_type *type = ck_std_arg_type(call, i);
  if (type != NULL && type->kind == CK_IR_T_RECORD) return strstr(type->name, "nullopt") != NULL;
  return v.kind == CK_V_NULL && type == NULL;
}

static ck_value some(ck_call *call, const char *cls, ck_value v) { return ck_ev_list(call->ev, cls, &v, 1); }

/* Also nullopt_t: whatever it is made of, it is nullopt. */
ck_value ck_std_optional_construct(ck_call *call) {
  const char *cls = optional_class(call);
  const ck_ir_type *elem = ck_std_targ(call->type, 0);
  if (call->nargs == 0) return ck_ev_list(call->ev, cls, NULL, 0);
  ck_value first = ck_std_arg(call, 0);
  if (call->nargs == 1 && is_nullopt(call, 0, first)) return ck_ev_list(call->ev, cls, NULL, 0);
  if (call->nargs == 1 && is_optional(first) && !(elem != NULL && strstr(elem->name, "::optional") != NULL)) {
    if (first.list->n == 0) return ck_ev_list(call->ev, cls, NULL, 0);
    return some(call, cls, ck_std_init(call, elem, first.list->at[0]));
  }
  /* something unknown may be the optional itself or its value */
  if (call->nargs == 1 && first.kind == CK_V_UNKNOWN) {
    const ck_ir_type *type = ck_std_arg_type(call, 0);
    bool is_value = type != NULL && elem != NULL && (same_type(type, elem) || type->kind != CK_IR_T_RECORD);
    return is_value ? some(call, cls, first) : first;
  }
  bool in_place = is_in_place(call, 0);
  return some(call, cls, ck_std_make(call, elem, call->args + in_place, call->nargs - in_place));
}

ck_value ck_std_nullopt(ck_call *call) {
  (void)call;
  return CK_NULL;
}

ck_value ck_std_make_optional(ck_call *call) {
  const ck_ir_type *elem = ck_std_targ(call->type, 0);
  return some(call, optional_class(call), ck_std_make(call, elem, call->args, call->nargs));
}

static ck_value unknown_optional(ck_call *call, ck_value v) {
  return ck_std_because(call, v, "an optional that is not known");
}

static ck_value has_value(ck_call *call, ck_value v) {
  return is_optional(v) ? CK_BOOL(v.list->n > 0) : unknown_optional(call, v);
}

ck_value ck_std_optional_has(ck_call *call) { return ck_std_lift(call, ck_ev_load(call->ev, call->self), has_value); }

static ck_value value_of(ck_call *call, bool checked) {
  ck_value v = ck_std_self(call);
  if (!is_optional(v)) return unknown_optional(call, v);
  if (v.list->n == 0)
    return checked ? ck_std_throw(call, "std::bad_optional_access")
                   : ck_call_unknown(call, "the value of an empty optional");
  return ck_ev_ref(v.list->at[0]);
}

ck_value ck_std_optional_value(ck_call *call) { return value_of(call, true); }
ck_value ck_std_optional_deref(ck_call *call) { return value_of(call, false); }

ck_value ck_std_optional_arrow(ck_call *call) {
  ck_value v = value_of(call, false);
  if (v.kind == CK_V_PTR) v.tag = CK_PTR_RAW;
  return v;
}

ck_value ck_std_optional_value_or(ck_call *call) {
  ck_value v = ck_std_self(call);
  if (!is_optional(v)) return unknown_optional(call, v);
  if (v.list->n > 0) return ck_std_init(call, NULL, v.list->at[0]);
  return ck_std_init(call, ck_ir_strip_ref(call->type), call->args[0]);
}

static void set_optional(ck_call *call, const ck_ir_type *type, ck_value v) {
  ck_ev_store(call->ev, call->self, some(call, class_of(type, "std::optional"), v));
}

ck_value ck_std_optional_assign(ck_call *call) {
  const ck_ir_type *type = ck_std_self_type(call);
  ck_call as = *call;
  as.type = type;
  if (ck_std_list_of(ck_std_arg(call, 0), "init") != NULL && ck_std_list(call, call->args[0])->n == 0) as.nargs = 0;
  ck_ev_store(call->ev, call->self, ck_std_optional_construct(&as));
  return ck_std_ref_self(call);
}

ck_value ck_std_optional_reset(ck_call *call) {
  ck_ev_store(call->ev, call->self, ck_ev_list(call->ev, class_of(ck_std_self_type(call), "std::optional"), NULL, 0));
  return CK_VOID;
}

ck_value ck_std_optional_emplace(ck_call *call) {
  const ck_ir_type *type = ck_std_self_type(call);
  ck_std_optional_reset(call); /* it stays so if the value is not made ([optional.assign]) */
  set_optional(call, type, ck_std_make(call, ck_std_targ(type, 0), call->args, call->nargs));
  return value_of(call, false);
}

/* --- variant -------------------------------------------------------------------------------------------------- */
/* Does a value of no known static type plainly belong to alternative `to`? Narrowing is no conversion here (P0608). */
static bool is_of_kind(ck_value v, const ck_ir_type *to) {
  switch (v.kind) {
  case CK_V_BOOL: return to->kind == CK_IR_T_BOOL;
  case CK_V_INT: return to->kind == CK_IR_T_INT && !to->is_char;
  case CK_V_FLOAT: return to->kind == CK_IR_T_FLOAT;
  case CK_V_LIST: return to->kind == CK_IR_T_RECORD && v.list->cls != NULL && strcmp(v.list->cls, to->name) == 0;
  case CK_V_MAP: return to->kind == CK_IR_T_RECORD && v.map->cls != NULL && strcmp(v.map->cls, to->name) == 0;
  case CK_V_OBJECT: return to->kind == CK_IR_T_RECORD && strcmp(v.object->cls, to->name) == 0;
  default: return false;
  }
}

/* How well a value of `from` (may be NULL) initialises `to`: 3 same type, 2 alike, 0 not. Only clear cases count. */
static int fits(ck_value v, const ck_ir_type *from, const ck_ir_type *to) {
  if (from != NULL && same_type(from, to)) return 3;
  bool text = to->kind == CK_IR_T_RECORD && strcmp(to->name, "std::basic_string") == 0;
  if (ck_std_is_string(v)) return text ? 2 : 0;
  if (from == NULL) return is_of_kind(v, to) ? 2 : 0;
  if (from->kind != CK_IR_T_RECORD) return 0;
  return to->kind == CK_IR_T_RECORD && strcmp(from->name, to->name) == 0 ? 2 : 0;
}

/* Alternative that `variant = v` chooses; -1 if it is not plain which. */
static int64_t chosen(const ck_ir_type *type, ck_value v, const ck_ir_type *from) {
  int64_t best = -1;
  int how = 0;
  for (size_t i = 0; type != NULL && i < type->nargs; i++) {
    int here = fits(v, from, type->args[i]);
    if (here != 0 && here == how) best = -1; /* two fit alike */
    if (here <= how) continue;
    how = here;
    best = (int64_t)i;
  }
  if (best < 0 && type != NULL && type->nargs == 1) return 0;
  return best;
}

static ck_value variant_of(ck_call *call, const ck_ir_type *type, int64_t i, ck_value v) {
  ck_value parts[2] = {ck_std_init_value(call, ck_std_targ(type, (size_t)i), v), CK_INT(i)};
  ck_value variant = ck_ev_list(call->ev, "std::variant", parts, 2);
  variant.list->at[0]->type = ck_std_targ(type, (size_t)i); /* a visitor's overload is chosen by it */
  return variant;
}

static ck_value make_variant(ck_call *call, const ck_ir_type *type) {
  if (type == NULL || type->nargs == 0) return ck_std_refuse(call, "a std::variant whose type is not known");
  if (call->nargs == 0) return variant_of(call, type, 0, ck_ev_default(call->ev, type->args[0], call->node));
  ck_value first = ck_std_arg(call, 0);
  if (ck_std_list_of(first, "std::variant") != NULL) return ck_ev_copy(call->ev, first);
  int64_t i = chosen(type, first, ck_std_arg_type(call, 0));
  if (call->nargs != 1 || i < 0) return ck_std_refuse(call, "a std::variant of an alternative that is not known");
  return variant_of(call, type, i, ck_ev_copy(call->ev, first));
}

ck_value ck_std_variant_construct(ck_call *call) { return make_variant(call, call->type); }

ck_value ck_std_variant_assign(ck_call *call) {
  ck_value v = make_variant(call, ck_std_self_type(call));
  ck_ev_store(call->ev, call->self, v);
  return ck_std_ref_self(call);
}

ck_value ck_std_variant_emplace(ck_call *call) {
  const ck_ir_type *type = ck_std_self_type(call);
  int64_t i = asked_index(call, type);
  if (i < 0 || type == NULL || (size_t)i >= type->nargs)
    return ck_std_refuse(call, "a std::variant of an alternative that is not known");
  ck_ev_store(call->ev, call->self, ck_call_unknown(call, "a variant that lost its value")); /* if the making throws */
  ck_value v = ck_std_make(call, type->args[i], call->args, call->nargs);
  ck_ev_store(call->ev, call->self, variant_of(call, type, i, v));
  const ck_list *list = ck_std_list(call, call->self);
  return list != NULL ? ck_ev_ref(list->at[0]) : CK_VOID;
}

static ck_value variant_index(ck_call *call, ck_cell *cell) {
  ck_value v = ck_std_value(call, cell);
  const ck_list *list = ck_std_list_of(v, "std::variant");
  return list != NULL ? ck_ev_load(call->ev, list->at[1]) : ck_std_because(call, v, "a variant that is not known");
}

ck_value ck_std_variant_index(ck_call *call) { return variant_index(call, call->self); }

ck_value ck_std_holds_alternative(ck_call *call) {
  ck_value index = variant_index(call, call->args[0]);
  int64_t i = asked_index(call, ck_std_arg_type(call, 0));
  if (i < 0 || index.kind == CK_V_UNKNOWN) return ck_std_because(call, index, "a variant that is not known");
  return ck_ev_binary(call->ev, CK_IR_OP_EQ, index, CK_INT(i), NULL, place(call));
}

ck_value ck_std_get_if(ck_call *call) {
  ck_value p = ck_std_arg(call, 0);
  if (p.kind == CK_V_NULL) return p;
  if (p.kind != CK_V_PTR) return ck_std_because(call, p, "a variant that is not known");
  const ck_ir_type *type = ck_std_arg_type(call, 0);
  if (type != NULL && type->kind == CK_IR_T_POINTER) type = type->elem;
  const ck_list *list = ck_std_list_of(ck_std_value(call, p.cell), "std::variant");
  int64_t i = asked_index(call, type);
  ck_value index = list != NULL ? ck_ev_decide(call->ev, ck_ev_load(call->ev, list->at[1])) : CK_VOID;
  if (i < 0 || index.kind != CK_V_INT) return ck_call_unknown(call, "a variant that is not known");
  return index.i == i ? ck_ev_pointer(CK_PTR_RAW, list->at[0]) : CK_NULL;
}

/* visit(f, variants...) */
ck_value ck_std_visit(ck_call *call) {
  size_t n = call->nargs - 1;
  ck_cell **held = CK_NEW_N(ck_ev_arena(call->ev), ck_cell *, n + 1);
  for (size_t i = 0; i < n; i++) {
    const ck_list *list = ck_std_list_of(ck_std_arg(call, i + 1), "std::variant");
    if (list == NULL) return ck_std_refuse(call, "std::visit of a variant that is not known");
    held[i] = list->at[0];
  }
  return ck_std_invoke(call, ck_std_arg(call, 0), held, n);
}
