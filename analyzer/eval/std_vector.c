/* std_vector.c - sequences: vector, array, deque, list, forward_list, initializer_list, stack, queue,
 * priority_queue. All are LISTs; the class name in the LIST tells them apart where it matters.
 *
 * An element is a cell of its own, so references and pointers to elements stay valid in the run as they do in C++ (or
 * longer: a reallocation that invalidates them is undefined behaviour in the program). */
#include "eval/eval_int.h"
#include "eval/std_int.h"

#include <stdlib.h>

#include "base/vec.h"

typedef CK_VEC(ck_cell *) cells;

static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

/* A sequence longer than this, asked for by a count, is not built. */
enum { MAX_COUNT = 1 << 20 };

/* The elements' declared type. */
static ck_value typed(ck_value list, const ck_ir_type *elem) {
  for (size_t i = 0; elem != NULL && list.kind == CK_V_LIST && i < list.list->n; i++) list.list->at[i]->type = elem;
  return list;
}

/* --- construction --------------------------------------------------------------------------------------------- */
static ck_value repeated(ck_call *call, const char *cls, const ck_ir_type *elem, int64_t n, ck_cell *value) {
  if (n < 0 || n > MAX_COUNT) return ck_call_unknown(call, "a sequence of %lld elements", (long long)n);
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (int64_t i = 0; i < n; i++) {
    if (value != NULL) values[i] = ck_std_init(call, elem, value);
    else
      values[i] = elem != NULL ? ck_ev_default(call->ev, elem, call->node)
                               : ck_call_unknown(call, "an element of a type that is not known");
  }
  return typed(ck_ev_list(call->ev, cls, values, (size_t)n), elem);
}

static ck_value from_cells(ck_call *call, const char *cls, const ck_ir_type *elem, ck_cell *const *at, size_t n) {
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) values[i] = ck_std_init(call, elem, at[i]);
  return typed(ck_ev_list(call->ev, cls, values, n), elem);
}

static ck_value from_range(ck_call *call, const char *cls, const ck_ir_type *elem, const ck_std_range *r) {
  size_t n = ck_std_range_size(r);
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) values[i] = ck_std_init(call, elem, ck_std_range_at(call, r, i));
  return typed(ck_ev_list(call->ev, cls, values, n), elem);
}

/* Would `T{a, b}` take the arguments as elements? The initializer_list constructor wins whenever every argument
 * converts ([over.match.list]); a number never converts to a class that is made of text, pointers or sequences. */
static bool braces_are_elements(ck_call *call, const ck_ir_type *elem) {
  if (!call->brace || call->nargs == 0) return false;
  if (elem == NULL || elem->kind != CK_IR_T_RECORD) return true;
  bool text = strcmp(elem->name, "std::basic_string") == 0 || strcmp(elem->name, "std::filesystem::path") == 0;
  for (size_t i = 0; i < call->nargs; i++) {
    ck_value v = ck_std_arg(call, i);
    if (text && !ck_std_is_string(v) && !(v.kind == CK_V_LIST && v.list->n != 0)) return false;
    if (!text && ck_std_is_number(v) && (ck_ir_strip_ref(elem)->nargs > 0 && strncmp(elem->name, "std::", 5) == 0) &&
        strcmp(elem->name, "std::optional") != 0 && strcmp(elem->name, "std::variant") != 0)
      return false;
  }
  return true;
}

/* Is v a sequence of the class being made: then T{v} and T(v) copy it. */
static bool same_class(ck_value v, const char *cls) {
  return v.kind == CK_V_LIST && v.list->cls != NULL && strcmp(v.list->cls, cls) == 0;
}

ck_value ck_std_list_construct(ck_call *call, const char *cls, const ck_ir_type *elem) {
  ck_std_range r;
  if (call->nargs == 0) return ck_ev_list(call->ev, cls, NULL, 0);
  ck_value first = ck_std_arg(call, 0);
  if (ck_std_stream_path(first) != NULL) return first; /* the content of a file (std_stream.c) */
  ck_cell *const *given;
  size_t count;
  if (ck_std_elements(call, &given, &count) && strcmp(cls, "std::initializer_list") != 0)
    return from_cells(call, cls, elem, given, count);
  if (call->nargs == 1) {
    if (first.kind == CK_V_UNKNOWN) {
      if (braces_are_elements(call, elem)) return from_cells(call, cls, elem, call->args, 1);
      return first;
    }
    /* T{T} is a copy unless T's element is such a T too (JSON-like types, not here) */
    if (same_class(first, cls)) {
      bool nested = call->brace && elem != NULL && elem->kind == CK_IR_T_RECORD && strcmp(elem->name, cls) == 0;
      if (!nested) return from_cells(call, cls, elem, first.list->at, first.list->n);
    }
    if (ck_std_list_of(first, "init") != NULL && !call->brace)
      return from_cells(call, cls, elem, first.list->at, first.list->n);
    if (ck_std_list_of(first, "std::initializer_list") != NULL || ck_std_list_of(first, "nlohmann::basic_json") != NULL)
      return from_cells(call, cls, elem, first.list->at, first.list->n);
    if (ck_std_list_of(first, "init") != NULL && (elem == NULL || elem->kind != CK_IR_T_RECORD))
      return from_cells(call, cls, elem, first.list->at, first.list->n);
  }
  bool ranged = call->nargs >= 2 && ck_std_range_of(call, call->args[0], call->args[1], &r);
  bool pointer_elements = elem != NULL && elem->kind == CK_IR_T_POINTER;
  if (ranged && (!call->brace || !pointer_elements)) {
    /* std::vector<std::string>{p, q} of two `const char *`s are STRINGs, so no range */
    return from_range(call, cls, elem, &r);
  }
  if (braces_are_elements(call, elem)) return from_cells(call, cls, elem, call->args, call->nargs);
  int64_t n;
  if (first.kind == CK_V_LIST && call->nargs == 1) return from_cells(call, cls, elem, first.list->at, first.list->n);
  if (ck_std_is_number(first)) {
    if (!ck_ev_as_int(call->ev, first, &n)) return ck_call_unknown(call, "a sequence whose length is not known");
    return repeated(call, cls, elem, n, call->nargs > 1 ? call->args[1] : NULL);
  }
  return ck_std_refuse(call, "a `%s` made of values that are not known", cls);
}

ck_value ck_std_seq_construct(ck_call *call) {
  const char *cls = call->type != NULL && call->type->name[0] != 0 ? call->type->name : call->name;
  return ck_std_list_construct(call, ck_ev_intern(call->ev, cls), ck_std_targ(call->type, 0));
}

/* array<T, N>: aggregate; the rest is value-initialised. Inner braces may be elided or not ([dcl.init.aggr]). */
ck_value ck_std_array_construct(ck_call *call) {
  const ck_ir_type *elem = ck_std_targ(call->type, 0);
  const ck_ir_type *count = call->type != NULL && call->type->nargs > 1 ? call->type->args[1] : NULL;
  if (elem == NULL || count == NULL || count->kind != CK_IR_T_VALUE || count->count < 0 || count->count > MAX_COUNT)
    return ck_std_refuse(call, "a std::array whose type is not known");
  size_t n = (size_t)count->count;
  ck_cell *const *from = call->args;
  size_t given = call->nargs;
  bool elem_is_array = elem->kind == CK_IR_T_RECORD && strcmp(elem->name, "std::array") == 0;
  for (int braces = 0; given == 1 && braces < 2; braces++) {
    ck_value v = ck_std_value(call, from[0]);
    if (v.kind == CK_V_UNKNOWN && !call->brace) return v;
    if (v.kind != CK_V_LIST || v.list->cls == NULL) break;
    const ck_ir_type *type = ck_ir_strip_ref(from[0]->type);
    bool built_in = strcmp(v.list->cls, "array") == 0 || (type != NULL && type->kind == CK_IR_T_ARRAY);
    bool copy = strcmp(v.list->cls, "std::array") == 0 && !elem_is_array;
    bool bare = strcmp(v.list->cls, "init") == 0 && (elem->kind != CK_IR_T_RECORD || (n != 1 && v.list->n == n));
    if (!built_in && !copy && !bare) break;
    from = v.list->at;
    given = v.list->n;
    if (built_in || copy) break;
  }
  if (given > n) return ck_std_refuse(call, "a std::array with braces that are not understood");
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++)
    values[i] = i < given ? ck_std_init(call, elem, from[i]) : ck_ev_default(call->ev, elem, call->node);
  return typed(ck_ev_list(call->ev, "std::array", values, n), elem);
}

/* x = y, x = {...} */
ck_value ck_std_seq_assign(ck_call *call) {
  ck_value from = ck_std_arg(call, 0);
  const ck_ir_type *type = ck_std_self_type(call);
  const ck_list *self = ck_std_list(call, call->self);
  const char *cls = type != NULL ? ck_ev_intern(call->ev, type->name) : self != NULL ? self->cls : "std::vector";
  if (from.kind == CK_V_LIST)
    ck_ev_store(call->ev, call->self, from_cells(call, cls, ck_std_targ(type, 0), from.list->at, from.list->n));
  else ck_ev_store(call->ev, call->self, ck_std_because(call, from, "assigned from a value that is not known"));
  return ck_std_ref_self(call);
}

/* --- reading -------------------------------------------------------------------------------------------------- */
static ck_value size_of(ck_call *call, ck_value v) {
  switch (v.kind) {
  case CK_V_LIST: return CK_INT((int64_t)v.list->n);
  case CK_V_MAP: return CK_INT((int64_t)v.map->n);
  case CK_V_STRING: return CK_INT((int64_t)strlen(v.str));
  case CK_V_SYM: return ck_ev_sym_call(call->ev, CK_SYM_INT, "size", v, CK_VOID);
  default: return ck_std_because(call, v, "size of a value that is not known");
  }
}

ck_value ck_std_size(ck_call *call) {
  ck_cell *cell = ck_std_operand(call, 0);
  return ck_std_lift(call, cell != NULL ? ck_ev_load(call->ev, cell) : CK_VOID, size_of);
}

static ck_value empty_of(ck_call *call, ck_value v) {
  if (v.kind == CK_V_SYM) return ck_ev_sym_call(call->ev, CK_SYM_BOOL, "empty", v, CK_VOID);
  ck_value n = size_of(call, v);
  return n.kind == CK_V_INT ? CK_BOOL(n.i == 0) : n;
}

ck_value ck_std_empty(ck_call *call) {
  ck_cell *cell = ck_std_operand(call, 0);
  return ck_std_lift(call, cell != NULL ? ck_ev_load(call->ev, cell) : CK_VOID, empty_of);
}

/* [] and at of anything indexed by position; `checked`: at throws out_of_range, [] beyond the end is undefined. */
static ck_value indexed(ck_call *call, bool checked) {
  const ck_list *list = ck_std_list(call, call->self);
  ck_value index = ck_std_arg(call, 0);
  if (list == NULL) return ck_std_because(call, ck_std_self(call), "an element of a sequence that is not known");
  int64_t i;
  if (!ck_ev_as_int(call->ev, index, &i))
    return ck_ev_ref(ck_ev_some_element(call->ev, call->self, list, index,
                                        call->node && ck_ev_is_const_method(call->node),
                                        call->type != NULL ? ck_ir_strip_ref(call->type) : NULL, place(call)));
  if (i >= 0 && (uint64_t)i < list->n) return ck_ev_ref(list->at[i]);
  if (checked) return ck_std_throw(call, "std::out_of_range");
  return ck_call_unknown(call, "element %lld of a sequence of %zu", (long long)i, list->n);
}

ck_value ck_std_seq_index(ck_call *call) { return indexed(call, false); }
ck_value ck_std_seq_at(ck_call *call) { return indexed(call, true); }

static ck_cell *sequence_cell(ck_call *call) {
  ck_cell *target = ck_ev_target(call->ev, call->self);
  return target != NULL ? target : call->self;
}

static ck_value end_element(ck_call *call, bool back) {
  const ck_list *list = ck_std_list(call, call->self);
  const ck_value v = ck_std_self(call);
  if (back && v.kind == CK_V_UNKNOWN && v.unknown->last != NULL && v.unknown->sequence == sequence_cell(call))
    return ck_ev_ref(v.unknown->last);
  if (list == NULL) return ck_std_because(call, ck_std_self(call), "an element of a sequence that is not known");
  if (list->n == 0) return ck_call_unknown(call, "`%s` of an empty sequence", call->name);
  return ck_ev_ref(list->at[back ? list->n - 1 : 0]);
}

ck_value ck_std_seq_front(ck_call *call) { return end_element(call, false); }
ck_value ck_std_seq_back(ck_call *call) { return end_element(call, true); }

/* ArrayRef::slice(start[, length]) */
ck_value ck_std_array_slice(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  int64_t start = 0, n = 0;
  if (list == NULL) return ck_std_because(call, ck_std_self(call), "a part of a sequence that is not known");
  if (!ck_std_int_arg(call, 0, &start) || (call->nargs > 1 && !ck_std_int_arg(call, 1, &n)))
    return ck_call_unknown(call, "a part of a sequence, at a place that is not known");
  if (call->nargs == 1) n = (int64_t)list->n - start;
  if (start < 0 || n < 0 || start > (int64_t)list->n || n > (int64_t)list->n - start)
    return ck_std_throw(call, "ArrayRef: invalid slice");
  return ck_ev_list_of_cells(call->ev, list->cls, list->at + start, (size_t)n);
}

ck_value ck_std_array_vec(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL) return ck_std_because(call, ck_std_self(call), "a sequence that is not known");
  return from_cells(call, "std::vector", ck_std_targ(ck_std_self_type(call), 0), list->at, list->n);
}

/* --- changing ------------------------------------------------------------------------------------------------- */
static ck_value not_a_sequence(ck_call *call) {
  return ck_std_refuse(call, "`%s` of a sequence that is not known", call->name);
}

static void insert_cells(ck_call *call, const ck_list *list, size_t at, ck_cell *const *fresh, size_t n) {
  cells all = {0};
  for (size_t i = 0; i < at; i++) ck_vec_push(&all, list->at[i]);
  for (size_t i = 0; i < n; i++) ck_vec_push(&all, fresh[i]);
  for (size_t i = at; i < list->n; i++) ck_vec_push(&all, list->at[i]);
  ck_std_set_cells(call, call->self, list->cls, all.at, all.n);
  free(all.at);
}

/* What else it holds is not known, but it remembers what is pushed: that is not known any more where an element is
 * changed that may be any. */
static ck_value push_to_unknown(ck_call *call, ck_value sequence, ck_value v) {
  ck_cell *last = ck_ev_temp(call->ev, v, ck_std_targ(ck_std_self_type(call), 0)), *both[] = {last, NULL};
  both[1] = sequence.unknown->into;
  ck_unknown *unknown = CK_NEW(ck_ev_arena(call->ev), ck_unknown);
  *unknown = *sequence.unknown;
  unknown->into = ck_ev_cell(call->ev, ck_ev_list_of_cells(call->ev, "held", both, both[1] ? 2 : 1));
  unknown->last = last;
  unknown->sequence = sequence_cell(call);
  ck_ev_store(call->ev, unknown->sequence, (ck_value){.kind = CK_V_UNKNOWN, .unknown = unknown});
  return ck_ev_ref(last);
}

static ck_value push_back_value(ck_call *call, ck_value v, bool returns_element) {
  if (ck_std_list(call, call->self) == NULL) {
    ck_value sequence = ck_std_self(call);
    if (sequence.kind == CK_V_UNKNOWN && sequence.unknown->into != NULL) {
      if (ck_ev_is_reached(sequence.unknown->into)) /* what came before may be what comes now, a round later */
        ck_ev_open(call->ev, v, place(call), "stored in a container whose elements something may change");
      ck_value element = push_to_unknown(call, sequence, v);
      return returns_element ? element : CK_VOID;
    }
    ck_ev_open(call->ev, v, place(call), "stored in a container that is not known");
    return not_a_sequence(call);
  }
  ck_ev_list_push(call->ev, call->self, v);
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL || list->n == 0) return CK_VOID;
  list->at[list->n - 1]->type = ck_std_targ(ck_std_self_type(call), 0);
  return returns_element ? ck_ev_ref(list->at[list->n - 1]) : CK_VOID;
}

ck_value ck_std_seq_push_back(ck_call *call) {
  return push_back_value(call, ck_std_init(call, ck_std_targ(ck_std_self_type(call), 0), call->args[0]), false);
}

ck_value ck_std_seq_emplace_back(ck_call *call) {
  return push_back_value(call, ck_std_make(call, ck_std_targ(ck_std_self_type(call), 0), call->args, call->nargs),
                         true);
}

static ck_value push_front_value(ck_call *call, ck_value v) {
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL) return not_a_sequence(call);
  ck_cell *cell = ck_ev_cell(call->ev, v);
  insert_cells(call, list, 0, &cell, 1);
  return ck_ev_ref(cell);
}

ck_value ck_std_seq_push_front(ck_call *call) {
  push_front_value(call, ck_std_init(call, ck_std_targ(ck_std_self_type(call), 0), call->args[0]));
  return CK_VOID;
}

ck_value ck_std_seq_emplace_front(ck_call *call) {
  return push_front_value(call, ck_std_make(call, ck_std_targ(ck_std_self_type(call), 0), call->args, call->nargs));
}

static ck_value erase_between(ck_call *call, size_t begin, size_t end) {
  const ck_list *list = ck_std_list(call, call->self);
  cells rest = {0};
  for (size_t i = 0; i < list->n; i++)
    if (i < begin || i >= end) ck_vec_push(&rest, list->at[i]);
  ck_std_set_cells(call, call->self, list->cls, rest.at, rest.n);
  free(rest.at);
  return ck_std_iterator(call->self, begin);
}

ck_value ck_std_seq_pop_back(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL || list->n == 0) return not_a_sequence(call);
  erase_between(call, list->n - 1, list->n);
  return CK_VOID;
}

ck_value ck_std_seq_pop_front(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL || list->n == 0) return not_a_sequence(call);
  erase_between(call, 0, 1);
  return CK_VOID;
}

ck_value ck_std_seq_clear(ck_call *call) {
  ck_value v = ck_std_self(call);
  const ck_ir_type *type = ck_std_self_type(call);
  const char *cls = v.kind == CK_V_LIST ? v.list->cls : type != NULL ? ck_ev_intern(call->ev, type->name) : NULL;
  if (cls == NULL) return not_a_sequence(call);
  ck_ev_store(call->ev, call->self, ck_ev_list(call->ev, cls, NULL, 0));
  return CK_VOID;
}

ck_value ck_std_seq_resize(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  int64_t n;
  if (list == NULL || !ck_std_int_arg(call, 0, &n) || n < 0 || n > MAX_COUNT)
    return ck_std_refuse(call, "`%s` to a length that is not known", call->name);
  if ((size_t)n <= list->n) {
    erase_between(call, (size_t)n, list->n);
    return CK_VOID;
  }
  const ck_ir_type *elem = ck_std_targ(ck_std_self_type(call), 0);
  ck_value more = repeated(call, list->cls, elem, n - (int64_t)list->n, call->nargs > 1 ? call->args[1] : NULL);
  insert_cells(call, list, list->n, more.list->at, more.list->n);
  return CK_VOID;
}

ck_value ck_std_seq_fill(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL) return not_a_sequence(call);
  const ck_ir_type *elem = ck_std_targ(ck_std_self_type(call), 0);
  for (size_t i = 0; i < list->n; i++) ck_ev_store(call->ev, list->at[i], ck_std_init(call, elem, call->args[0]));
  return CK_VOID;
}

/* Position in self that an iterator argument names. */
static bool position_arg(ck_call *call, size_t i, const ck_list *list, size_t *at) {
  ck_cell *holder;
  ck_value v = ck_std_arg(call, i);
  return ck_std_as_iterator(v, &holder, at) && holder == call->self && *at <= list->n;
}

/* insert(where, x), (where, n, x), (where, first, last), (where, {...}) */
ck_value ck_std_seq_insert(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  size_t at;
  if (list == NULL || !position_arg(call, 0, list, &at))
    return ck_std_refuse(call, "`%s` at a place that is not known", call->name);
  const ck_ir_type *elem = ck_std_targ(ck_std_self_type(call), 0);
  ck_std_range r;
  int64_t n;
  ck_value fresh;
  ck_value second = ck_std_arg(call, 1);
  if (call->nargs == 3 && ck_std_range_of(call, call->args[1], call->args[2], &r)) {
    fresh = from_range(call, list->cls, elem, &r);
  } else if (call->nargs == 3) {
    if (!ck_std_int_arg(call, 1, &n))
      return ck_std_refuse(call, "`%s` of a number of elements that is not known", call->name);
    fresh = repeated(call, list->cls, elem, n, call->args[2]);
  } else if (ck_std_list_of(second, "init") != NULL && (elem == NULL || elem->kind != CK_IR_T_RECORD)) {
    fresh = from_cells(call, list->cls, elem, second.list->at, second.list->n);
  } else if (ck_std_list_of(second, "std::initializer_list") != NULL) {
    fresh = from_cells(call, list->cls, elem, second.list->at, second.list->n);
  } else {
    ck_value v = ck_std_init(call, elem, call->args[1]);
    fresh = ck_ev_list(call->ev, list->cls, &v, 1);
  }
  if (fresh.kind != CK_V_LIST) return ck_std_refuse(call, "`%s` of elements that are not known", call->name);
  insert_cells(call, list, at, fresh.list->at, fresh.list->n);
  return ck_std_iterator(call->self, at);
}

ck_value ck_std_seq_emplace(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  size_t at;
  if (list == NULL || !position_arg(call, 0, list, &at))
    return ck_std_refuse(call, "`%s` at a place that is not known", call->name);
  ck_cell *cell =
      ck_ev_cell(call->ev, ck_std_make(call, ck_std_targ(ck_std_self_type(call), 0), call->args + 1, call->nargs - 1));
  insert_cells(call, list, at, &cell, 1);
  return ck_std_iterator(call->self, at);
}

ck_value ck_std_seq_erase(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  size_t begin, end;
  if (list == NULL || !position_arg(call, 0, list, &begin))
    return ck_std_refuse(call, "`%s` at a place that is not known", call->name);
  end = begin + 1;
  if (call->nargs == 2 && !position_arg(call, 1, list, &end))
    return ck_std_refuse(call, "`%s` at a place that is not known", call->name);
  if (end > list->n || begin > end) return ck_std_refuse(call, "`%s` beyond the end", call->name);
  return erase_between(call, begin, end);
}

/* assign(n, x), (first, last), ({...}) */
ck_value ck_std_seq_assign_method(ck_call *call) {
  const ck_ir_type *type = ck_std_self_type(call);
  const ck_list *list = ck_std_list(call, call->self);
  const char *cls = list != NULL ? list->cls : type != NULL ? ck_ev_intern(call->ev, type->name) : "std::vector";
  ck_value v = ck_std_list_construct(call, cls, ck_std_targ(type, 0));
  ck_ev_store(call->ev, call->self, v);
  return CK_VOID;
}

ck_value ck_std_swap_with(ck_call *call) {
  ck_value a = ck_ev_load(call->ev, call->self), b = ck_ev_load(call->ev, call->args[0]);
  ck_ev_store(call->ev, call->self, b);
  ck_ev_store(call->ev, call->args[0], a);
  return CK_VOID;
}

ck_value ck_std_seq_reverse(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL) return not_a_sequence(call);
  cells all = {0};
  for (size_t i = list->n; i-- > 0;) ck_vec_push(&all, list->at[i]);
  ck_std_set_cells(call, call->self, list->cls, all.at, all.n);
  free(all.at);
  return CK_VOID;
}

/* A vector<bool>'s proxy is the element itself. */
ck_value ck_std_bit_assign(ck_call *call) {
  ck_ev_store(call->ev, call->self, ck_std_init(call, NULL, call->args[0]));
  return ck_std_ref_self(call);
}

ck_value ck_std_bit_flip(ck_call *call) {
  ck_ev_store(call->ev, call->self,
              ck_ev_unary(call->ev, CK_IR_OP_NOT, ck_ev_load(call->ev, call->self), NULL, place(call)));
  return CK_VOID;
}

/* --- adaptors ------------------------------------------------------------------------------------------------- */
/* A priority_queue is kept sorted, the top last. */
ck_value ck_std_priority_push(ck_call *call) {
  const ck_list *list = ck_std_list(call, call->self);
  const ck_ir_type *type = ck_std_self_type(call);
  const ck_ir_type *less = ck_std_targ(type, 2);
  bool greater = less != NULL && strcmp(less->name, "std::greater") == 0;
  if (list == NULL || (less != NULL && !greater && strcmp(less->name, "std::less") != 0)) return not_a_sequence(call);
  ck_value v = ck_std_make(call, ck_std_targ(type, 0), call->args, call->nargs);
  size_t at = 0;
  for (; at < list->n; at++) {
    bool known;
    int c = ck_std_compare(call, v, ck_ev_load(call->ev, list->at[at]), &known);
    if (!known) return ck_std_refuse(call, "a priority_queue of values that are not known");
    if (greater ? c > 0 : c < 0) break;
  }
  ck_cell *cell = ck_ev_cell(call->ev, v);
  insert_cells(call, list, at, &cell, 1);
  return CK_VOID;
}

ck_value ck_std_no_effect(ck_call *call) {
  (void)call;
  return CK_VOID;
}

/* Something that neither changes modules nor keeps what it is given; its value is not known. */
ck_value ck_std_inert(ck_call *call) {
  if (call->type != NULL && call->type->kind == CK_IR_T_VOID) return CK_VOID;
  return ck_call_unknown(call, "the value of `%s`", call->name);
}
