/* scalar.c - C++ arithmetic on values: known, symbolic, alternatives of them, unknown.
 *
 * Integers are kept as 64 bits, wrapped to the width of their type after every operation; the signedness of an
 * operation comes from the operands' common type. A symbolic operand gives a symbolic result; conversions between
 * integer types leave a symbol as it is (a dimension that does not fit its type is no program to report on). */
#include <math.h>
#include <string.h>

#include "base/strbuf.h"
#include "eval/eval_int.h"

/* Types --------------------------------------------------------------------------------------------------------- */

static const ck_ir_type int_type = {
    .kind = CK_IR_T_INT, .bits = 32, .is_signed = true, .name = "", .usr = "", .spelling = "int"};

static const ck_ir_type bool_type = {.kind = CK_IR_T_BOOL, .bits = 8, .name = "", .usr = "", .spelling = "bool"};

static const ck_ir_type double_type = {.kind = CK_IR_T_FLOAT, .bits = 64, .name = "", .usr = "", .spelling = "double"};

static const ck_ir_type int64_type = {
    .kind = CK_IR_T_INT, .bits = 64, .is_signed = true, .name = "", .usr = "", .spelling = "long"};

static bool is_arithmetic(const ck_ir_type *t) {
  return t &&
         (t->kind == CK_IR_T_BOOL || t->kind == CK_IR_T_INT || t->kind == CK_IR_T_FLOAT || t->kind == CK_IR_T_ENUM);
}

const ck_ir_type *ck_ev_promote(const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  if (!is_arithmetic(type)) return NULL;
  if (type->kind == CK_IR_T_FLOAT) return type;
  if (type->kind == CK_IR_T_BOOL || type->bits < 32) return &int_type;
  return type;
}

const ck_ir_type *ck_ev_common_type(const ck_ir_type *a, const ck_ir_type *b) {
  a = ck_ev_promote(a), b = ck_ev_promote(b);
  if (a == NULL || b == NULL) return NULL;
  if (a->kind == CK_IR_T_FLOAT || b->kind == CK_IR_T_FLOAT) {
    if (a->kind != CK_IR_T_FLOAT) return b;
    if (b->kind != CK_IR_T_FLOAT) return a;
    return a->bits >= b->bits ? a : b;
  }
  if (a->bits != b->bits) return a->bits > b->bits ? a : b;
  return a->is_signed ? b : a;
}

bool ck_ev_is_string_type(const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  if (type == NULL) return false;
  if (type->kind == CK_IR_T_POINTER || type->kind == CK_IR_T_ARRAY)
    return type->elem->kind == CK_IR_T_INT && type->elem->is_char && type->elem->bits == 8;
  if (type->kind != CK_IR_T_RECORD) return false;
  static const char *const names[] = {"std::basic_string",      "std::string",
                                      "std::basic_string_view", "std::string_view",
                                      "c10::basic_string_view", "c10::string_view"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(type->name, names[i]) == 0) return true;
  return false;
}

int64_t ck_ev_wrap(int64_t i, const ck_ir_type *type) {
  if (type == NULL || (type->kind != CK_IR_T_INT && type->kind != CK_IR_T_ENUM) || type->bits == 0 || type->bits >= 64)
    return i;
  uint64_t mask = (UINT64_C(1) << type->bits) - 1, u = (uint64_t)i & mask;
  if (type->is_signed && (u >> (type->bits - 1))) u |= ~mask;
  return (int64_t)u;
}

/* Sameness -------------------------------------------------------------------------------------------------------- */

static bool same_tensor(const ck_tensor *a, const ck_tensor *b) {
  if (a->rank != b->rank || a->rank < 0 || a->dtype != b->dtype || a->defined != b->defined || a->data != b->data ||
      a->requires_grad != b->requires_grad || a->unknown != b->unknown)
    return false;
  for (int32_t i = 0; i < a->rank; i++) {
    const ck_dim *x = &a->dims[i], *y = &b->dims[i];
    if (x->kind != y->kind || x->kind == CK_DIM_UNKNOWN) return false;
    if (x->kind == CK_DIM_INT ? x->n != y->n : x->sym != y->sym) return false;
  }
  return true;
}

static bool same_cells(const ck_list *a, const ck_list *b) {
  if (a->n != b->n || strcmp(a->cls, b->cls) != 0) return false;
  return a->n == 0 || a->at == b->at || memcmp(a->at, b->at, a->n * sizeof *a->at) == 0;
}

bool ck_ev_same(ck_value a, ck_value b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
  case CK_V_VOID:
  case CK_V_NULL: return true;
  case CK_V_BOOL:
  case CK_V_INT: return a.i == b.i;
  /* the bits: 0.0 is not -0.0 here, and a NaN is itself */
  case CK_V_FLOAT: return memcmp(&a.f, &b.f, sizeof a.f) == 0;
  case CK_V_STRING: return a.str == b.str || strcmp(a.str, b.str) == 0;
  case CK_V_SYM: return a.sym == b.sym;
  case CK_V_UNKNOWN: return a.unknown == b.unknown;
  case CK_V_CHOICE:
    return a.choice == b.choice || (a.choice->condition == b.choice->condition &&
                                    ck_ev_same(a.choice->a, b.choice->a) && ck_ev_same(a.choice->b, b.choice->b));
  case CK_V_PTR: return a.cell == b.cell && a.tag == b.tag && a.index == b.index;
  case CK_V_LIST: return a.list == b.list || same_cells(a.list, b.list);
  case CK_V_MAP: return a.map == b.map;
  case CK_V_OBJECT: return a.object == b.object;
  case CK_V_CLOSURE: return a.closure == b.closure;
  case CK_V_TENSOR: return a.tensor == b.tensor || same_tensor(a.tensor, b.tensor);
  case CK_V_NATIVE: return a.tag == b.tag && a.index == b.index && a.native == b.native;
  default: return false;
  }
}

/* Alternatives of two operands that do not depend on each other, combined: most would be too many for one value. */
#define MAX_COMBINED (8 * (size_t)CK_LIMIT_LEAVES)

/* Alternatives ---------------------------------------------------------------------------------------------------- */

static size_t leaves(ck_value v) { return v.kind == CK_V_CHOICE ? v.choice->leaves : 1; }

static uint64_t bit_of(const ck_sym *sym) { return (uint64_t)1 << (sym->id & 63); }

static uint64_t symbols_of(ck_value v) {
  return v.kind == CK_V_CHOICE ? v.choice->symbols : v.kind == CK_V_SYM ? bit_of(v.sym) : 0;
}

/* v where `condition` holds, or does not. */
static ck_value pick(ck_ev *ev, ck_value v, const ck_sym *condition, bool holds) {
  if (v.kind == CK_V_SYM && v.sym == condition) return CK_BOOL(holds);
  if (v.kind != CK_V_CHOICE || !(v.choice->symbols & bit_of(condition))) return v;
  if (v.choice->condition == condition) return pick(ev, holds ? v.choice->a : v.choice->b, condition, holds);
  ck_value a = pick(ev, v.choice->a, condition, holds), b = pick(ev, v.choice->b, condition, holds);
  if (ck_ev_same(a, v.choice->a) && ck_ev_same(b, v.choice->b)) return v;
  return ck_ev_choice(ev, v.choice->condition, a, b);
}

static bool is_truth(ck_value v) { return v.kind == CK_V_BOOL || (v.kind == CK_V_SYM && v.sym->type == CK_SYM_BOOL); }

/* c ? a : b as one expression. */
static const ck_sym *truth_choice(ck_ev *ev, const ck_sym *c, ck_value a, ck_value b) {
  const ck_sym *x = ck_ev_sym_of(ev, a), *y = ck_ev_sym_of(ev, b);
  ck_loc loc = c->loc;
  if (a.kind == CK_V_BOOL)
    return a.i ? ck_ev_sym_op(ev, CK_IR_OP_LOR, CK_SYM_BOOL, c, y, loc)
               : ck_ev_sym_op(ev, CK_IR_OP_LAND, CK_SYM_BOOL, ck_ev_sym_not(ev, c), y, loc);
  return b.i ? ck_ev_sym_op(ev, CK_IR_OP_LOR, CK_SYM_BOOL, ck_ev_sym_not(ev, c), x, loc)
             : ck_ev_sym_op(ev, CK_IR_OP_LAND, CK_SYM_BOOL, c, x, loc);
}

ck_value ck_ev_choice(ck_ev *ev, const ck_sym *condition, ck_value a, ck_value b) {
  if (condition->kind == CK_SYM_OP && condition->op == CK_IR_OP_NOT) return ck_ev_choice(ev, condition->a, b, a);
  if (condition->kind == CK_SYM_CONST) return condition->i ? a : b;
  a = pick(ev, a, condition, true), b = pick(ev, b, condition, false);
  if (ck_ev_same(a, b)) return a;
  if (is_truth(a) && is_truth(b) && (a.kind == CK_V_BOOL || b.kind == CK_V_BOOL))
    return ck_ev_value_of_sym(ev, truth_choice(ev, condition, a, b));
  if (leaves(a) + leaves(b) > CK_LIMIT_LEAVES)
    return ck_ev_unknown(ev, condition->loc, "value with more than %d alternatives", CK_LIMIT_LEAVES);
  ck_choice *choice = CK_NEW(&ev->arena, ck_choice);
  *choice = (ck_choice){condition, a, b, (uint32_t)(leaves(a) + leaves(b)),
                        bit_of(condition) | symbols_of(a) | symbols_of(b)};
  return (ck_value){.kind = CK_V_CHOICE, .choice = choice};
}

/* Operations --------------------------------------------------------------------------------------------------------
 */

static ck_value unknown_operand(ck_ev *ev, ck_value v, ck_loc loc) {
  if (v.kind == CK_V_UNKNOWN) return v;
  if (v.kind == CK_V_VOID) return ck_ev_unknown(ev, loc, "value that is not initialised");
  return ck_ev_unknown(ev, loc, "operator on a value that is no number");
}

/* A `char *` that may be null: what getenv gives. */
static bool may_be_null(const ck_sym *sym) {
  return sym->type == CK_SYM_STRING && sym->kind == CK_SYM_NAME && ck_starts_with(sym->s, "getenv(");
}

ck_value ck_ev_is_null(ck_ev *ev, ck_value string) {
  if (string.kind != CK_V_SYM || !may_be_null(string.sym)) return CK_BOOL(0);
  return ck_ev_resolve(ev, ck_ev_sym_call(ev, CK_SYM_BOOL, "is_null", string, CK_VOID));
}

/* By `operator bool`: the front end leaves the conversions of libraries out. */
static ck_value truth_of_class(ck_ev *ev, ck_value v, ck_loc loc) {
  const char *cls = v.kind == CK_V_LIST ? v.list->cls : v.kind == CK_V_OBJECT ? v.object->cls : NULL;
  const char *name = cls ? ck_arena_printf(&ev->arena, "%s::operator bool", cls) : "";
  const ck_builtin *row = cls ? ck_ev_find_builtin(ev, name, 0) : NULL;
  if (row == NULL || strcmp(row->name, name) != 0) {
    ck_value converted;
    if (ck_ev_convert_object(ev, v, &bool_type, loc, &converted)) return ck_ev_truth(ev, converted, loc);
    return ck_ev_unknown(ev, loc, "truth of a value that is not understood");
  }
  ck_ir *node = CK_NEW(&ev->arena, ck_ir);
  *node = (ck_ir){.kind = CK_IR_MCALL, .loc = loc, .name = name, .usr = "", .type = &bool_type};
  ck_call call = {.ev = ev, .node = node, .name = name, .self = ck_ev_cell(ev, v), .type = &bool_type};
  return ck_ev_truth(ev, ck_ev_unref(ev, row->call(&call)), loc);
}

ck_value ck_ev_truth(ck_ev *ev, ck_value v, ck_loc loc) {
  v = ck_ev_resolve(ev, v);
  switch (v.kind) {
  case CK_V_BOOL: return v;
  case CK_V_INT: return CK_BOOL(v.i != 0);
  case CK_V_FLOAT: return CK_BOOL(v.f != 0);
  case CK_V_NULL: return CK_BOOL(0);
  case CK_V_PTR:
  case CK_V_CLOSURE:
  case CK_V_STRING: return CK_BOOL(1);
  case CK_V_LIST:
    if (strcmp(v.list->cls, "std::optional") == 0 || strcmp(v.list->cls, "c10::optional") == 0)
      return CK_BOOL(v.list->n > 0);
    break;
  case CK_V_SYM:
    if (v.sym->type == CK_SYM_BOOL) return v;
    if (v.sym->type == CK_SYM_STRING) return ck_ev_unary(ev, CK_IR_OP_NOT, ck_ev_is_null(ev, v), NULL, loc);
    return ck_ev_value_of_sym(ev, ck_ev_sym_op(ev, CK_IR_OP_NE, CK_SYM_BOOL, v.sym, ck_ev_sym_int(ev, 0), loc));
  case CK_V_CHOICE:
    return ck_ev_choice(ev, v.choice->condition, ck_ev_truth(ev, v.choice->a, loc), ck_ev_truth(ev, v.choice->b, loc));
  case CK_V_UNKNOWN: return v;
  default: break;
  }
  return truth_of_class(ev, v, loc);
}

static double as_double(ck_value v, bool is_unsigned) {
  if (v.kind == CK_V_FLOAT) return v.f;
  return is_unsigned && v.i < 0 ? (double)(uint64_t)v.i : (double)v.i;
}

static ck_value rounded(double f, const ck_ir_type *type) {
  return CK_FLOAT(type && type->kind == CK_IR_T_FLOAT && type->bits == 32 ? (double)(float)f : f);
}

static ck_value float_op(ck_ev *ev, ck_ir_op op, double a, double b, const ck_ir_type *type, ck_loc loc) {
  switch (op) {
  case CK_IR_OP_ADD: return rounded(a + b, type);
  case CK_IR_OP_SUB: return rounded(a - b, type);
  case CK_IR_OP_MUL: return rounded(a * b, type);
  case CK_IR_OP_DIV: return rounded(a / b, type);
  case CK_IR_OP_EQ: return CK_BOOL(a == b);
  case CK_IR_OP_NE: return CK_BOOL(a != b);
  case CK_IR_OP_LT: return CK_BOOL(a < b);
  case CK_IR_OP_GT: return CK_BOOL(a > b);
  case CK_IR_OP_LE: return CK_BOOL(a <= b);
  case CK_IR_OP_GE: return CK_BOOL(a >= b);
  default: return ck_ev_unknown(ev, loc, "operator `%s` on floating-point values", ck_ir_op_name(op));
  }
}

static ck_value divide(ck_ev *ev, ck_ir_op op, int64_t a, int64_t b, bool is_unsigned, ck_loc loc) {
  if (b == 0) return ck_ev_unknown(ev, loc, "division by zero");
  if (is_unsigned) {
    uint64_t x = (uint64_t)a, y = (uint64_t)b;
    return CK_INT((int64_t)(op == CK_IR_OP_DIV ? x / y : x % y));
  }
  if (b == -1) return CK_INT(op == CK_IR_OP_DIV ? (int64_t)(0 - (uint64_t)a) : 0);
  return CK_INT(op == CK_IR_OP_DIV ? a / b : a % b);
}

static ck_value shift(ck_ev *ev, ck_ir_op op, int64_t a, int64_t b, const ck_ir_type *type, bool is_unsigned,
                      ck_loc loc) {
  int64_t width = type && type->bits ? type->bits : 64;
  if (b < 0 || b >= width || b >= 64) return ck_ev_unknown(ev, loc, "shift by more than the width of the type");
  if (op == CK_IR_OP_SHL) return CK_INT((int64_t)((uint64_t)a << b));
  return CK_INT(is_unsigned ? (int64_t)((uint64_t)a >> b) : a >> b);
}

static int compare(int64_t a, int64_t b, bool is_unsigned) {
  if (is_unsigned) return ((uint64_t)a > (uint64_t)b) - ((uint64_t)a < (uint64_t)b);
  return (a > b) - (a < b);
}

static ck_value int_op(ck_ev *ev, ck_ir_op op, int64_t a, int64_t b, const ck_ir_type *common, ck_loc loc) {
  bool is_unsigned = common && !common->is_signed && common->kind != CK_IR_T_BOOL && common->kind != CK_IR_T_FLOAT;
  uint64_t x = (uint64_t)a, y = (uint64_t)b;
  switch (op) {
  case CK_IR_OP_ADD: return CK_INT((int64_t)(x + y));
  case CK_IR_OP_SUB: return CK_INT((int64_t)(x - y));
  case CK_IR_OP_MUL: return CK_INT((int64_t)(x * y));
  case CK_IR_OP_DIV:
  case CK_IR_OP_REM: return divide(ev, op, a, b, is_unsigned, loc);
  case CK_IR_OP_SHL:
  case CK_IR_OP_SHR: return shift(ev, op, a, b, common, is_unsigned, loc);
  case CK_IR_OP_AND: return CK_INT(a & b);
  case CK_IR_OP_OR: return CK_INT(a | b);
  case CK_IR_OP_XOR: return CK_INT(a ^ b);
  case CK_IR_OP_EQ: return CK_BOOL(a == b);
  case CK_IR_OP_NE: return CK_BOOL(a != b);
  case CK_IR_OP_LT: return CK_BOOL(compare(a, b, is_unsigned) < 0);
  case CK_IR_OP_GT: return CK_BOOL(compare(a, b, is_unsigned) > 0);
  case CK_IR_OP_LE: return CK_BOOL(compare(a, b, is_unsigned) <= 0);
  case CK_IR_OP_GE: return CK_BOOL(compare(a, b, is_unsigned) >= 0);
  case CK_IR_OP_LAND: return CK_BOOL(a && b);
  case CK_IR_OP_LOR: return CK_BOOL(a || b);
  default: return ck_ev_unknown(ev, loc, "operator `%s`", ck_ir_op_name(op));
  }
}

static bool is_comparison(ck_ir_op op) { return op >= CK_IR_OP_EQ && op <= CK_IR_OP_GE; }

static ck_value string_op(ck_ev *ev, ck_ir_op op, const char *a, const char *b, ck_loc loc) {
  int order = strcmp(a, b);
  switch (op) {
  case CK_IR_OP_ADD: {
    return (ck_value){.kind = CK_V_STRING, .str = ck_arena_printf(&ev->arena, "%s%s", a, b)};
  }
  case CK_IR_OP_EQ: return CK_BOOL(order == 0);
  case CK_IR_OP_NE: return CK_BOOL(order != 0);
  case CK_IR_OP_LT: return CK_BOOL(order < 0);
  case CK_IR_OP_GT: return CK_BOOL(order > 0);
  case CK_IR_OP_LE: return CK_BOOL(order <= 0);
  case CK_IR_OP_GE: return CK_BOOL(order >= 0);
  default: return ck_ev_unknown(ev, loc, "operator `%s` on strings", ck_ir_op_name(op));
  }
}

static ck_value symbolic_op(ck_ev *ev, ck_ir_op op, ck_value a, ck_value b, const ck_ir_type *type, ck_loc loc) {
  const ck_sym *x = ck_ev_sym_of(ev, a), *y = ck_ev_sym_of(ev, b);
  if (x == NULL) return unknown_operand(ev, a, loc);
  if (y == NULL) return unknown_operand(ev, b, loc);
  bool is_string = x->type == CK_SYM_STRING;
  if (is_string != (y->type == CK_SYM_STRING)) return ck_ev_unknown(ev, loc, "operator on a string and a number");
  ck_sym_type result;
  if (is_comparison(op) || op == CK_IR_OP_LAND || op == CK_IR_OP_LOR) result = CK_SYM_BOOL;
  else if (is_string) result = CK_SYM_STRING;
  else if (x->type == CK_SYM_FLOAT || y->type == CK_SYM_FLOAT || (type && type->kind == CK_IR_T_FLOAT))
    result = CK_SYM_FLOAT;
  else result = CK_SYM_INT;
  if (is_string && op != CK_IR_OP_ADD && !is_comparison(op)) return ck_ev_unknown(ev, loc, "operator on strings");
  return ck_ev_value_of_sym(ev, ck_ev_sym_op(ev, op, result, x, y, loc));
}

static bool is_number(ck_value v) { return v.kind == CK_V_INT || v.kind == CK_V_BOOL || v.kind == CK_V_FLOAT; }

ck_value ck_ev_arith(ck_ev *ev, ck_ir_op op, ck_value a, ck_value b, const ck_ir_type *common, const ck_ir_type *type,
                     ck_loc loc) {
  a = ck_ev_resolve(ev, a), b = ck_ev_resolve(ev, b);
  if (is_number(a) && is_number(b)) {
    if (a.kind == CK_V_FLOAT || b.kind == CK_V_FLOAT)
      return float_op(ev, op, as_double(a, false), as_double(b, false), common ? common : type, loc);
    ck_value v = int_op(ev, op, a.i, b.i, common, loc);
    if (v.kind == CK_V_INT) v.i = ck_ev_wrap(v.i, common ? common : type);
    return v;
  }
  if (a.kind == CK_V_STRING && b.kind == CK_V_STRING) return string_op(ev, op, a.str, b.str, loc);
  const ck_sym *c = a.kind == CK_V_CHOICE ? a.choice->condition : b.kind == CK_V_CHOICE ? b.choice->condition : NULL;
  if (c && leaves(a) * leaves(b) > MAX_COMBINED && (symbols_of(a) & symbols_of(b)) == 0)
    return ck_ev_unknown(ev, loc, "value with more than %d alternatives", CK_LIMIT_LEAVES);
  if (c)
    return ck_ev_choice(ev, c, ck_ev_arith(ev, op, pick(ev, a, c, true), pick(ev, b, c, true), common, type, loc),
                        ck_ev_arith(ev, op, pick(ev, a, c, false), pick(ev, b, c, false), common, type, loc));
  if (a.kind == CK_V_SYM || b.kind == CK_V_SYM) return symbolic_op(ev, op, a, b, type, loc);
  return unknown_operand(ev, a.kind == CK_V_UNKNOWN || !is_number(a) ? a : b, loc);
}

ck_value ck_ev_binary(ck_ev *ev, ck_ir_op op, ck_value a, ck_value b, const ck_ir_type *type, ck_loc loc) {
  return ck_ev_arith(ev, op, a, b, is_comparison(op) ? NULL : ck_ev_promote(type), type, loc);
}

ck_value ck_ev_unary(ck_ev *ev, ck_ir_op op, ck_value a, const ck_ir_type *type, ck_loc loc) {
  a = ck_ev_resolve(ev, a);
  if (a.kind == CK_V_CHOICE)
    return ck_ev_choice(ev, a.choice->condition, ck_ev_unary(ev, op, a.choice->a, type, loc),
                        ck_ev_unary(ev, op, a.choice->b, type, loc));
  if (op == CK_IR_OP_NOT) {
    a = ck_ev_truth(ev, a, loc);
    if (a.kind == CK_V_BOOL) return CK_BOOL(!a.i);
    if (a.kind == CK_V_SYM) return ck_ev_value_of_sym(ev, ck_ev_sym_not(ev, a.sym));
    if (a.kind == CK_V_CHOICE) return ck_ev_unary(ev, op, a, type, loc);
    return a;
  }
  const ck_ir_type *promoted = ck_ev_promote(type);
  if (op == CK_IR_OP_PLUS && (a.kind == CK_V_CLOSURE || a.kind == CK_V_PTR)) return a; /* +[] {...}: a pointer to it */
  if (op == CK_IR_OP_PLUS && (is_number(a) || a.kind == CK_V_SYM)) return a.kind == CK_V_BOOL ? CK_INT(a.i) : a;
  if (op == CK_IR_OP_NEG && a.kind == CK_V_FLOAT) return CK_FLOAT(-a.f);
  if (op == CK_IR_OP_NEG && is_number(a)) return CK_INT(ck_ev_wrap((int64_t)(0 - (uint64_t)a.i), promoted));
  if (op == CK_IR_OP_BNOT && is_number(a) && a.kind != CK_V_FLOAT) return CK_INT(ck_ev_wrap(~a.i, promoted));
  if (a.kind == CK_V_SYM && a.sym->type != CK_SYM_STRING)
    return ck_ev_value_of_sym(ev, ck_ev_sym_op(ev, op, a.sym->type, a.sym, NULL, loc));
  return unknown_operand(ev, a, loc);
}

/* Conversions ---------------------------------------------------------------------------------------------------------
 */

static ck_value to_int(ck_ev *ev, ck_value v, const ck_ir_type *type, ck_loc loc) {
  switch (v.kind) {
  case CK_V_BOOL:
  case CK_V_INT: return CK_INT(ck_ev_wrap(v.i, type));
  case CK_V_FLOAT:
    if (isnan(v.f) || v.f >= 18446744073709551616.0 || v.f <= -9223372036854775809.0)
      return ck_ev_unknown(ev, loc, "floating-point value that no integer holds");
    return CK_INT(ck_ev_wrap(v.f >= 9223372036854775808.0 ? (int64_t)(uint64_t)v.f : (int64_t)v.f, type));
  case CK_V_SYM:
    if (v.sym->type == CK_SYM_INT) return v;
    if (v.sym->type == CK_SYM_FLOAT) return ck_ev_sym_call(ev, CK_SYM_INT, "int", v, CK_VOID);
    if (v.sym->type == CK_SYM_BOOL) return ck_ev_choice(ev, v.sym, CK_INT(1), CK_INT(0));
    break;
  default: break;
  }
  return unknown_operand(ev, v, loc);
}

static ck_value to_float(ck_ev *ev, ck_value v, const ck_ir_type *type, ck_loc loc) {
  switch (v.kind) {
  case CK_V_BOOL:
  case CK_V_INT: return rounded((double)v.i, type);
  case CK_V_FLOAT: return rounded(v.f, type);
  case CK_V_SYM:
    if (v.sym->type == CK_SYM_FLOAT) return v;
    if (v.sym->type == CK_SYM_INT) return ck_ev_sym_call(ev, CK_SYM_FLOAT, "double", v, CK_VOID);
    if (v.sym->type == CK_SYM_BOOL) return ck_ev_choice(ev, v.sym, CK_FLOAT(1), CK_FLOAT(0));
    break;
  default: break;
  }
  return unknown_operand(ev, v, loc);
}

ck_value ck_ev_convert_scalar(ck_ev *ev, ck_value v, const ck_ir_type *type, ck_loc loc) {
  v = ck_ev_resolve(ev, v);
  if (v.kind == CK_V_UNKNOWN || v.kind == CK_V_VOID) return v;
  if (v.kind == CK_V_CHOICE)
    return ck_ev_choice(ev, v.choice->condition, ck_ev_convert_scalar(ev, v.choice->a, type, loc),
                        ck_ev_convert_scalar(ev, v.choice->b, type, loc));
  ck_value converted;
  if (v.kind == CK_V_OBJECT && ck_ev_convert_object(ev, v, type, loc, &converted)) return converted;
  switch (type->kind) {
  case CK_IR_T_BOOL: return ck_ev_truth(ev, v, loc);
  case CK_IR_T_INT:
  case CK_IR_T_ENUM: return to_int(ev, v, type, loc);
  case CK_IR_T_FLOAT: return to_float(ev, v, type, loc);
  default: return v;
  }
}

ck_value ck_ev_symbolic(ck_ev *ev, const ck_ir_type *type, const char *name, const char *origin, ck_loc loc) {
  const ck_ir_type *t = ck_ir_strip_ref(type);
  if (ck_ev_is_string_type(t)) return ck_ev_symbol(ev, CK_SYM_STRING, name, origin, loc);
  switch (t ? t->kind : CK_IR_T_UNKNOWN) {
  case CK_IR_T_BOOL: return ck_ev_symbol(ev, CK_SYM_BOOL, name, origin, loc);
  case CK_IR_T_INT:
  case CK_IR_T_ENUM: return ck_ev_symbol(ev, CK_SYM_INT, name, origin, loc);
  case CK_IR_T_FLOAT: return ck_ev_symbol(ev, CK_SYM_FLOAT, name, origin, loc);
  default: return ck_ev_unknown(ev, loc, "%s", origin);
  }
}

/* Reading -----------------------------------------------------------------------------------------------------------
 */

/* A library's parameter is a number, the program's object is converted by its own conversion function. */
static ck_value as_number(ck_ev *ev, ck_value v, const ck_ir_type *type) {
  ck_value converted;
  return v.kind == CK_V_OBJECT && ck_ev_convert_object(ev, v, type, v.object->loc, &converted) ? converted : v;
}

bool ck_ev_as_int(ck_ev *ev, ck_value v, int64_t *out) {
  v = as_number(ev, ck_ev_decide(ev, v), &int64_type);
  if (v.kind != CK_V_INT && v.kind != CK_V_BOOL) return false;
  *out = v.i;
  return true;
}

bool ck_ev_as_float(ck_ev *ev, ck_value v, double *out) {
  v = as_number(ev, ck_ev_decide(ev, v), &double_type);
  if (!is_number(v)) return false;
  *out = as_double(v, false);
  return true;
}

/* The text in an array of characters, from element `at` up to the zero that ends it. */
static bool text_in_array(ck_ev *ev, const ck_list *list, size_t at, const char **out) {
  ck_strbuf text;
  ck_strbuf_init(&text);
  bool ended = false;
  for (; at < list->n && !ended; at++) {
    ck_value c = ck_ev_load(ev, list->at[at]);
    if (c.kind != CK_V_INT) break;
    ended = c.i == 0;
    if (!ended) ck_strbuf_putc(&text, (char)c.i);
  }
  if (ended) *out = ck_arena_strndup(&ev->arena, text.s, text.n);
  ck_strbuf_release(&text);
  return ended;
}

bool ck_ev_as_string(ck_ev *ev, ck_value v, const char **out) {
  v = ck_ev_decide(ev, v);
  if (v.kind == CK_V_LIST && strcmp(v.list->cls, "array") == 0) return text_in_array(ev, v.list, 0, out);
  if (v.kind == CK_V_PTR && v.tag == CK_PTR_ITERATOR) {
    ck_value held = ck_ev_load(ev, v.cell);
    return held.kind == CK_V_LIST && strcmp(held.list->cls, "array") == 0 && text_in_array(ev, held.list, v.index, out);
  }
  if (v.kind != CK_V_STRING) return false;
  *out = v.str;
  return true;
}

/* A number that is one of several as one expression, `c ? a : b`: no reason to split the world. NULL if a leaf is no
 * integer, or differs from round to round of a loop. */
static const ck_sym *as_int_symbol(ck_ev *ev, ck_value v) {
  v = ck_ev_resolve(ev, v);
  if (v.kind == CK_V_BOOL) v.kind = CK_V_INT;
  if (v.kind == CK_V_INT) return ck_ev_sym_int(ev, v.i);
  if (v.kind == CK_V_SYM) return v.sym->type == CK_SYM_INT && !v.sym->has_index ? v.sym : NULL;
  if (v.kind != CK_V_CHOICE || v.choice->condition->has_index) return NULL;
  const ck_sym *a = as_int_symbol(ev, v.choice->a), *b = as_int_symbol(ev, v.choice->b);
  return a && b ? ck_ev_sym_cond(ev, v.choice->condition, a, b) : NULL;
}

/* Why a number is not known: the first reason among its alternatives. */
static const ck_unknown *why_unknown(ck_ev *ev, ck_value v) {
  v = ck_ev_resolve(ev, v);
  if (v.kind == CK_V_UNKNOWN) return v.unknown;
  if (v.kind == CK_V_SYM && v.sym->has_index)
    return ck_ev_unknown(ev, v.sym->loc, "a number that differs from round to round of the loop").unknown;
  if (v.kind != CK_V_CHOICE) return NULL;
  if (v.choice->condition->has_index)
    return ck_ev_unknown(ev, v.choice->condition->loc, "a choice that differs from round to round of the loop").unknown;
  const ck_unknown *why = why_unknown(ev, v.choice->a);
  return why != NULL ? why : why_unknown(ev, v.choice->b);
}

ck_dim ck_ev_as_dim(ck_ev *ev, ck_value v) {
  v = as_number(ev, v, &int64_type);
  const ck_sym *sym = as_int_symbol(ev, v);
  if (sym == NULL && v.kind == CK_V_CHOICE) sym = as_int_symbol(ev, ck_ev_decide(ev, v));
  if (sym == NULL) return (ck_dim){.kind = CK_DIM_UNKNOWN, .unknown = why_unknown(ev, v)};
  if (sym->kind == CK_SYM_CONST) return (ck_dim){.kind = CK_DIM_INT, .n = sym->i};
  return (ck_dim){.kind = CK_DIM_SYM, .sym = sym};
}

ck_value ck_ev_string_n(ck_ev *ev, const char *s, size_t n) {
  return (ck_value){.kind = CK_V_STRING, .str = ck_arena_strndup(&ev->arena, s, n)};
}
ck_value ck_ev_string(ck_ev *ev, const char *s) { return ck_ev_string_n(ev, s, strlen(s)); }
