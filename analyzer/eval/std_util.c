/* std_util.c - what the handlers of the standard library share: arguments, types, results, order, calls. */
#include "eval/eval_int.h"
#include "eval/std_int.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/strbuf.h"

/* --- arguments ------------------------------------------------------------------------------------------------ */
ck_value ck_std_value(ck_call *call, ck_cell *cell) {
  if (cell == NULL) return CK_VOID;
  ck_value v = ck_ev_load(call->ev, cell);
  if (v.kind != CK_V_CHOICE) return v;
  v = ck_ev_decide(call->ev, v);
  ck_ev_store(call->ev, cell, v);
  return v;
}

ck_value ck_std_arg(ck_call *call, size_t i) { return i < call->nargs ? ck_std_value(call, call->args[i]) : CK_VOID; }

ck_value ck_std_self(ck_call *call) { return ck_std_value(call, call->self); }

const ck_list *ck_std_list(ck_call *call, ck_cell *cell) {
  ck_value v = ck_std_value(call, cell);
  return v.kind == CK_V_LIST ? v.list : NULL;
}

const ck_list *ck_std_list_of(ck_value v, const char *cls) {
  return v.kind == CK_V_LIST && v.list->cls != NULL && strcmp(v.list->cls, cls) == 0 ? v.list : NULL;
}

bool ck_std_int_arg(ck_call *call, size_t i, int64_t *out) {
  if (i >= call->nargs) return false;
  ck_value v = ck_std_arg(call, i);
  if (v.kind == CK_V_FLOAT) {
    *out = (int64_t)v.f;
    return v.f > -9e18 && v.f < 9e18;
  }
  return ck_ev_as_int(call->ev, v, out);
}

/* Characters of a LIST from `from` up to a zero. */
static bool text_of_cells(ck_call *call, const ck_list *list, size_t from, const char **out) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  bool known = true;
  for (size_t i = from; i < list->n; i++) {
    ck_value c = ck_ev_load(call->ev, list->at[i]);
    if (c.kind != CK_V_INT) {
      known = false;
      break;
    }
    if (c.i == 0) break;
    ck_strbuf_putc(&b, (char)c.i);
  }
  if (known) *out = ck_arena_strndup(ck_ev_arena(call->ev), b.s, b.n);
  ck_strbuf_release(&b);
  return known;
}

bool ck_std_text(ck_call *call, ck_value v, const char **out) {
  v = ck_ev_decide(call->ev, v);
  if (v.kind == CK_V_LIST) return text_of_cells(call, v.list, 0, out);
  ck_cell *holder;
  size_t index;
  if (ck_std_as_iterator(v, &holder, &index)) {
    ck_value held = ck_std_value(call, holder);
    if (held.kind == CK_V_LIST) return text_of_cells(call, held.list, index, out);
    if (held.kind != CK_V_STRING || index > strlen(held.str)) return false;
    *out = held.str + index;
    return true;
  }
  return v.kind != CK_V_INT && ck_ev_as_string(call->ev, v, out);
}

bool ck_std_text_arg(ck_call *call, size_t i, const char **out) {
  return i < call->nargs && ck_std_text(call, ck_std_arg(call, i), out);
}

bool ck_std_is_string(ck_value v) {
  return v.kind == CK_V_STRING || (v.kind == CK_V_SYM && v.sym->type == CK_SYM_STRING);
}

bool ck_std_is_number(ck_value v) {
  return v.kind == CK_V_INT || v.kind == CK_V_BOOL || v.kind == CK_V_FLOAT ||
         (v.kind == CK_V_SYM && v.sym->type != CK_SYM_STRING);
}

ck_cell *ck_std_operand(ck_call *call, size_t i) {
  if (call->self != NULL) {
    if (i == 0) return call->self;
    i--;
  }
  return i < call->nargs ? call->args[i] : NULL;
}

bool ck_std_elements(ck_call *call, ck_cell *const **at, size_t *n) {
  if (call->nargs != 1) return false;
  const ck_ir_type *type = ck_std_arg_type(call, 0);
  ck_value v = ck_std_arg(call, 0);
  if (type == NULL || type->kind != CK_IR_T_RECORD || strcmp(type->name, "std::initializer_list") != 0) return false;
  if (v.kind != CK_V_LIST) return false;
  *at = v.list->at;
  *n = v.list->n;
  return true;
}

bool ck_std_is_postfix(ck_call *call) {
  const char *usr = call->node != NULL ? call->node->usr : "";
  return ck_std_operand(call, 1) != NULL || strstr(usr, "operator++#I#") != NULL ||
         strstr(usr, "operator--#I#") != NULL;
}

/* --- types ---------------------------------------------------------------------------------------------------- */
const ck_ir_type *ck_std_self_type(ck_call *call) {
  const ck_ir_type *type = call->self != NULL ? ck_ir_strip_ref(call->self->type) : NULL;
  if (type != NULL && type->kind == CK_IR_T_RECORD && type->nargs > 0) return type;
  const ck_ir *node = call->node;
  const ck_ir *object =
      node != NULL && (node->kind == CK_IR_MCALL || node->kind == CK_IR_OPCALL) ? ck_ir_kid(node, 0) : NULL;
  type = object != NULL ? ck_ir_strip_ref(object->type) : NULL;
  if (type != NULL && (node->flags & CK_IR_F_ARROW)) {
    if (type->kind == CK_IR_T_POINTER) type = type->elem;
    else type = ck_std_targ(type, 0);
  }
  return type != NULL && type->kind == CK_IR_T_RECORD ? type : NULL;
}

const ck_ir_type *ck_std_targ(const ck_ir_type *type, size_t i) {
  if (type == NULL || i >= type->nargs) return NULL;
  return type->args[i]->kind == CK_IR_T_UNKNOWN ? NULL : type->args[i];
}

const ck_ir_type *ck_std_arg_type(ck_call *call, size_t i) {
  if (i >= call->nargs) return NULL;
  const ck_ir *node = call->node;
  if (call->args[i]->type == NULL && node != NULL && (node->kind == CK_IR_CALL || node->kind == CK_IR_MCALL) &&
      node->nkids == call->nargs + 1 && node->kids[i + 1] != NULL) /* an element: as the expression says */
    return ck_ir_strip_ref(node->kids[i + 1]->type);
  return ck_ir_strip_ref(call->args[i]->type);
}

ck_value ck_std_init_value(ck_call *call, const ck_ir_type *type, ck_value v) {
  if (type == NULL || v.kind == CK_V_UNKNOWN || v.kind == CK_V_TENSOR) return v;
  return ck_ev_convert(call->ev, v, ck_ir_strip_ref(type), call->node != NULL ? call->node->loc : (ck_loc){0});
}

ck_value ck_std_init(ck_call *call, const ck_ir_type *type, ck_cell *cell) {
  if (type != NULL && type->kind == CK_IR_T_RECORD && strcmp(type->name, "std::reference_wrapper") == 0) {
    const ck_ir_type *from = ck_ir_strip_ref(cell->type);
    bool same = from != NULL && from->kind == CK_IR_T_RECORD && strcmp(from->name, type->name) == 0;
    return same ? ck_ev_load(call->ev, cell) : ck_ev_pointer(CK_PTR_RAW, cell);
  }
  ck_value v = ck_ev_copy(call->ev, ck_ev_load(call->ev, cell));
  if (type == NULL || v.kind == CK_V_UNKNOWN || v.kind == CK_V_TENSOR) return v;
  return ck_ev_convert_from(call->ev, v, cell->type, type, call->node != NULL ? call->node->loc : (ck_loc){0});
}

ck_value ck_std_make(ck_call *call, const ck_ir_type *type, ck_cell **args, size_t n) {
  if (type == NULL) {
    if (n == 1) return ck_std_init(call, NULL, args[0]);
    return ck_std_refuse(call, "`%s` of a type that is not known", call->name);
  }
  if (type->kind == CK_IR_T_RECORD) return ck_ev_construct(call->ev, type, args, n, false, call->node);
  if (n == 0) return ck_ev_default(call->ev, type, call->node);
  return ck_std_init(call, type, args[0]);
}

/* --- results -------------------------------------------------------------------------------------------------- */
static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

ck_value ck_std_refuse(ck_call *call, const char *format, ...) {
  char reason[256];
  va_list ap;
  va_start(ap, format);
  vsnprintf(reason, sizeof reason, format, ap);
  va_end(ap);
  const char *kept = ck_ev_intern(call->ev, reason);
  if (call->self != NULL) ck_ev_open(call->ev, ck_ev_pointer(CK_PTR_RAW, call->self), place(call), kept);
  for (size_t i = 0; i < call->nargs; i++)
    ck_ev_open(call->ev, ck_ev_pointer(CK_PTR_RAW, call->args[i]), place(call), kept);
  return ck_call_unknown(call, "%s", kept);
}

ck_value ck_std_forget(ck_call *call, const char *format, ...) {
  ck_value old = ck_ev_load(call->ev, call->self);
  char reason[256];
  va_list ap;
  va_start(ap, format);
  vsnprintf(reason, sizeof reason, format, ap);
  va_end(ap);
  if (old.kind == CK_V_UNKNOWN && (old.unknown->into == NULL || ck_ev_is_reached(old.unknown->into)))
    return ck_std_refuse(call, "%s", reason);
  ck_value v = ck_call_unknown(call, "%s", reason);
  v = ck_ev_made_of(call->ev, v, NULL, call->self, call->args, call->nargs);
  ck_ev_store(call->ev, call->self, v);
  return v;
}

ck_value ck_std_because(ck_call *call, ck_value cause, const char *what) {
  if (cause.kind == CK_V_UNKNOWN) return cause;
  return ck_call_unknown(call, "`%s`: %s", call->name, what);
}

ck_value ck_std_string(ck_call *call, const char *s, size_t n) {
  if (memchr(s, 0, n) != NULL) return ck_call_unknown(call, "a string with a zero byte in it");
  return ck_ev_string_n(call->ev, s, n);
}

ck_value ck_std_lift(ck_call *call, ck_value v, ck_std_lifted *f) {
  if (v.kind != CK_V_CHOICE) return f(call, v);
  ck_value a = ck_std_lift(call, v.choice->a, f), b = ck_std_lift(call, v.choice->b, f);
  return ck_ev_choice(call->ev, v.choice->condition, a, b);
}

ck_value ck_std_ref_self(ck_call *call) { return call->self != NULL ? ck_ev_ref(call->self) : CK_VOID; }

ck_value ck_std_throw(ck_call *call, const char *what) {
  ck_ev_throw(call->ev, place(call), what);
  return ck_call_unknown(call, "%s", what);
}

/* --- order ---------------------------------------------------------------------------------------------------- */
static int sign(int64_t d) { return (d > 0) - (d < 0); }

static int compare_lists(ck_call *call, const ck_list *a, const ck_list *b, bool *known) {
  for (size_t i = 0; i < a->n && i < b->n; i++) {
    int c = ck_std_compare(call, ck_ev_load(call->ev, a->at[i]), ck_ev_load(call->ev, b->at[i]), known);
    if (!*known || c != 0) return c;
  }
  return (a->n > b->n) - (a->n < b->n);
}

int ck_std_compare(ck_call *call, ck_value a, ck_value b, bool *known) {
  a = ck_ev_decide(call->ev, a);
  b = ck_ev_decide(call->ev, b);
  *known = true;
  if (a.kind == CK_V_STRING && b.kind == CK_V_STRING) return sign(strcmp(a.str, b.str));
  if (a.kind == CK_V_LIST && b.kind == CK_V_LIST) return compare_lists(call, a.list, b.list, known);
  bool fa = a.kind == CK_V_FLOAT, fb = b.kind == CK_V_FLOAT;
  bool ia = a.kind == CK_V_INT || a.kind == CK_V_BOOL, ib = b.kind == CK_V_INT || b.kind == CK_V_BOOL;
  if (ia && ib) return (a.i > b.i) - (a.i < b.i);
  if ((fa || ia) && (fb || ib)) {
    double x = fa ? a.f : (double)a.i, y = fb ? b.f : (double)b.i;
    *known = x == x && y == y;
    return (x > y) - (x < y);
  }
  *known = false;
  return 0;
}

static bool holds(ck_ir_op op, int c) {
  switch (op) {
  case CK_IR_OP_EQ: return c == 0;
  case CK_IR_OP_NE: return c != 0;
  case CK_IR_OP_LT: return c < 0;
  case CK_IR_OP_GT: return c > 0;
  case CK_IR_OP_LE: return c <= 0;
  default: return c >= 0;
  }
}

/* optional against nullopt or a plain value ([optional.nullops], [optional.comp.with.t]): absent is less. */
static ck_value optional_relation(ck_call *call, ck_ir_op op, ck_value a, ck_value b) {
  const ck_list *x = ck_std_list_of(a, "std::optional"), *y = ck_std_list_of(b, "std::optional");
  size_t nx = x != NULL ? x->n : a.kind != CK_V_NULL, ny = y != NULL ? y->n : b.kind != CK_V_NULL;
  if (nx == 0 || ny == 0) return CK_BOOL(holds(op, (int)nx - (int)ny));
  return ck_std_relation(call, op, x != NULL ? ck_ev_load(call->ev, x->at[0]) : a,
                         y != NULL ? ck_ev_load(call->ev, y->at[0]) : b);
}

static bool is_iterator(ck_value v) {
  return (v.kind == CK_V_PTR && v.tag == CK_PTR_ITERATOR) || ck_std_list_of(v, "std::reverse_iterator") != NULL;
}

static ck_value iterator_relation(ck_call *call, ck_ir_op op, ck_value a, ck_value b) {
  const ck_list *ra = ck_std_list_of(a, "std::reverse_iterator"), *rb = ck_std_list_of(b, "std::reverse_iterator");
  if (ra != NULL && rb != NULL)
    return iterator_relation(call, op, ck_ev_load(call->ev, rb->at[0]), ck_ev_load(call->ev, ra->at[0]));
  if (!is_iterator(a) || !is_iterator(b) || ra != NULL || rb != NULL || a.cell != b.cell)
    return ck_call_unknown(call, "comparison of iterators of different sequences");
  return CK_BOOL(holds(op, (a.index > b.index) - (a.index < b.index)));
}

/* Pointers: equality only; order of unrelated objects is unspecified. */
static ck_value pointer_relation(ck_call *call, ck_ir_op op, ck_value a, ck_value b) {
  bool same = a.kind == b.kind && (a.kind == CK_V_NULL || (a.cell == b.cell && a.index == b.index));
  if (op == CK_IR_OP_EQ) return CK_BOOL(same);
  if (op == CK_IR_OP_NE) return CK_BOOL(!same);
  return ck_call_unknown(call, "order of pointers");
}

/* Maps: equal keys with equal values. */
static ck_value map_equality(ck_call *call, ck_ir_op op, ck_value a, ck_value b) {
  bool equal = a.map->n == b.map->n, known = true;
  for (size_t i = 0; equal && i < a.map->n; i++) {
    ck_cell *other = ck_ev_map_find(call->ev, b, a.map->at[i].key, &known);
    if (!known) return ck_call_unknown(call, "comparison of maps that are not known");
    if (other == NULL) return CK_BOOL(op == CK_IR_OP_NE);
    ck_value same =
        ck_std_relation(call, CK_IR_OP_EQ, ck_ev_load(call->ev, a.map->at[i].cell), ck_ev_load(call->ev, other));
    if (same.kind != CK_V_BOOL) return ck_call_unknown(call, "comparison of maps that are not known");
    equal = same.i != 0;
  }
  return CK_BOOL(equal == (op == CK_IR_OP_EQ));
}

static bool is_pointer(ck_value v) { return v.kind == CK_V_PTR || v.kind == CK_V_NULL; }

/* An operator that the class itself defines: `bool operator<(const Key &) const`. */
static bool own_relation(ck_call *call, ck_ir_op op, ck_value a, ck_value b, ck_value *out) {
  static const char *const names[] = {
      [CK_IR_OP_EQ] = "operator==", [CK_IR_OP_NE] = "operator!=", [CK_IR_OP_LT] = "operator<",
      [CK_IR_OP_GT] = "operator>",  [CK_IR_OP_LE] = "operator<=", [CK_IR_OP_GE] = "operator>="};
  const char *name = (size_t)op < sizeof names / sizeof *names ? names[op] : NULL;
  if (name == NULL || call->node == NULL || a.kind != CK_V_OBJECT || b.kind != CK_V_OBJECT) return false;
  ck_cell *other = ck_ev_cell(call->ev, b);
  bool found = false;
  *out = ck_ev_call_method(call->ev, ck_ev_cell(call->ev, a), name, &other, 1, call->node, &found);
  return found;
}

ck_value ck_std_relation(ck_call *call, ck_ir_op op, ck_value a, ck_value b) {
  a = ck_ev_decide(call->ev, a);
  b = ck_ev_decide(call->ev, b);
  if (a.kind == CK_V_UNKNOWN) return a;
  if (b.kind == CK_V_UNKNOWN) return b;
  ck_value own;
  if (own_relation(call, op, a, b, &own)) return own;
  if (ck_std_list_of(a, "std::optional") != NULL || ck_std_list_of(b, "std::optional") != NULL)
    return optional_relation(call, op, a, b);
  if (is_iterator(a) || is_iterator(b)) {
    const char *x, *y; /* a character array against a string */
    if (!(is_iterator(a) && is_iterator(b)) && ck_std_text(call, a, &x) && ck_std_text(call, b, &y))
      return CK_BOOL(holds(op, sign(strcmp(x, y))));
    return iterator_relation(call, op, a, b);
  }
  if (is_pointer(a) && is_pointer(b)) return pointer_relation(call, op, a, b);
  if (a.kind == CK_V_CLOSURE && b.kind == CK_V_NULL) return CK_BOOL(op == CK_IR_OP_NE);
  if (b.kind == CK_V_CLOSURE && a.kind == CK_V_NULL) return CK_BOOL(op == CK_IR_OP_NE);
  if (a.kind == CK_V_SYM || b.kind == CK_V_SYM) return ck_ev_binary(call->ev, op, a, b, call->type, place(call));
  bool known;
  int c = ck_std_compare(call, a, b, &known);
  if (known) return CK_BOOL(holds(op, c));
  if (a.kind == CK_V_FLOAT && b.kind == CK_V_FLOAT) return CK_BOOL(op == CK_IR_OP_NE); /* a NaN */
  if (a.kind == CK_V_MAP && b.kind == CK_V_MAP && (op == CK_IR_OP_EQ || op == CK_IR_OP_NE))
    return map_equality(call, op, a, b);
  if (op == CK_IR_OP_EQ || op == CK_IR_OP_NE) {
    bool equal = ck_ev_equal(call->ev, a, b, &known);
    if (known) return CK_BOOL(equal == (op == CK_IR_OP_EQ));
  }
  return ck_call_unknown(call, "comparison of values that are not known");
}

bool ck_std_less(ck_call *call, const ck_value *less, ck_cell *a, ck_cell *b, bool *known) {
  ck_value v;
  if (less != NULL) {
    ck_cell *args[2] = {a, b};
    v = ck_std_invoke(call, *less, args, 2);
  } else {
    v = ck_std_relation(call, CK_IR_OP_LT, ck_ev_load(call->ev, a), ck_ev_load(call->ev, b));
  }
  *known = v.kind != CK_V_UNKNOWN;
  return *known && ck_ev_decide_bool(call->ev, v, place(call));
}

/* --- objects -------------------------------------------------------------------------------------------------- */
ck_value ck_std_unref(ck_call *call, ck_value v) {
  return v.kind == CK_V_PTR && v.tag == CK_PTR_REF ? ck_ev_load(call->ev, v.cell) : v;
}

/* Does RECORD `record` derive from the class with this USR? */
static bool derives(ck_call *call, const ck_ir *record, const char *usr) {
  if (strcmp(record->usr, usr) == 0 || (record->type != NULL && strcmp(record->type->usr, usr) == 0)) return true;
  for (uint32_t i = 0; i < record->nkids; i++) {
    const ck_ir *base = record->kids[i];
    if (base == NULL || base->kind != CK_IR_BASE || base->type == NULL) continue;
    if (strcmp(base->type->usr, usr) == 0) return true;
    const ck_ir *next = ck_ir_find_record(ck_ev_program(call->ev), base->type->usr, NULL, NULL);
    if (next != NULL && derives(call, next, usr)) return true;
  }
  return false;
}

bool ck_std_object_is(ck_call *call, const ck_object *object, const ck_ir_type *type) {
  if (object->record != NULL && type->usr[0] != 0 && derives(call, object->record, type->usr)) return true;
  return ck_ev_is_a(call->ev, object, type->name);
}
