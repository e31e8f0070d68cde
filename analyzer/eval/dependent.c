/* dependent.c - the body of a generic lambda, run from its pattern: what an instance would have said, read off the
 * values that are there.
 *
 * In a pattern, members and methods are plain names, and operators have no types. Arithmetic needs them: widths, signs
 * and float or double decide results. Types come from the cells that parameters and members are bound to; where one is
 * not known, only what is the same in all integer types is computed. A name that may mean several methods is unknown.
 */
#include <string.h>

#include "eval/eval_int.h"

static const ck_ir_type bool_type = {.kind = CK_IR_T_BOOL, .bits = 8, .name = "", .usr = "", .spelling = "bool"};
static const ck_ir_type size_type = {
    .kind = CK_IR_T_INT, .bits = 64, .is_signed = false, .name = "", .usr = "", .spelling = "unsigned long"};

bool ck_ev_is_dependent(const ck_ir *node) {
  const ck_ir_type *type = node ? ck_ir_strip_ref(node->type) : NULL;
  return type && type->kind == CK_IR_T_UNKNOWN;
}

static bool is_comparison(ck_ir_op op) { return op >= CK_IR_OP_EQ && op <= CK_IR_OP_GE; }

static const ck_ir_type *known(const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  return type && type->kind != CK_IR_T_UNKNOWN ? type : NULL;
}

/* Reading it twice changes nothing. */
static bool is_path(const ck_ir *node) {
  while (node && node->kind == CK_IR_MEMBER) node = ck_ir_kid(node, 0);
  return node == NULL || node->kind == CK_IR_REF || node->kind == CK_IR_THIS;
}

static const ck_ir_type *type_of_call(ck_ev *ev, const ck_ir *node) {
  if (node->kind != CK_IR_MCALL || !is_path(ck_ir_kid(node, 0))) return NULL;
  if (strcmp(node->name, "size") != 0 && strcmp(node->name, "length") != 0) return NULL;
  ck_value v = ck_ev_eval(ev, ck_ir_kid(node, 0));
  return v.kind == CK_V_LIST || v.kind == CK_V_MAP || v.kind == CK_V_STRING ? &size_type : NULL;
}

const ck_ir_type *ck_ev_dependent_type(ck_ev *ev, const ck_ir *node) {
  if (node == NULL || !ck_ev_on(ev)) return NULL;
  if (known(node->type)) return known(node->type);
  switch (node->kind) {
  case CK_IR_REF:
  case CK_IR_MEMBER: return is_path(node) ? known(ck_ev_eval_cell(ev, node)->type) : NULL;
  case CK_IR_BINARY:
    if (is_comparison(node->op) || node->op == CK_IR_OP_LAND || node->op == CK_IR_OP_LOR) return &bool_type;
    if (node->op == CK_IR_OP_SHL || node->op == CK_IR_OP_SHR)
      return ck_ev_promote(ck_ev_dependent_type(ev, node->kids[0]));
    return ck_ev_common_type(ck_ev_dependent_type(ev, node->kids[0]), ck_ev_dependent_type(ev, node->kids[1]));
  case CK_IR_UNARY:
    if (node->op == CK_IR_OP_NOT) return &bool_type;
    return node->op == CK_IR_OP_NEG || node->op == CK_IR_OP_PLUS || node->op == CK_IR_OP_BNOT
               ? ck_ev_promote(ck_ev_dependent_type(ev, node->kids[0]))
               : NULL;
  case CK_IR_MCALL: return type_of_call(ev, node);
  default: return NULL;
  }
}

static bool is_small(ck_value v) { return v.kind == CK_V_BOOL || (v.kind == CK_V_INT && v.i >= 0 && v.i <= INT32_MAX); }

/* Numbers of types that are not known: what is small and not negative is the same in all of them. */
static ck_value plain_arithmetic(ck_ev *ev, ck_ir_op op, ck_value a, ck_value b, ck_loc loc) {
  if (is_small(a) && is_small(b)) {
    ck_value v = ck_ev_arith(ev, op, a, b, NULL, NULL, loc);
    if (v.kind == CK_V_BOOL || is_small(v)) return v;
  }
  if (is_comparison(op) && (a.kind == CK_V_STRING || a.kind == CK_V_FLOAT) && a.kind == b.kind)
    return ck_ev_arith(ev, op, a, b, NULL, NULL, loc);
  if (a.kind == CK_V_UNKNOWN || b.kind == CK_V_UNKNOWN) return a.kind == CK_V_UNKNOWN ? a : b;
  return ck_ev_unknown(ev, loc, "arithmetic in a generic lambda, of types that are not known");
}

static bool is_number(const ck_ir_type *t) {
  return t &&
         (t->kind == CK_IR_T_BOOL || t->kind == CK_IR_T_INT || t->kind == CK_IR_T_FLOAT || t->kind == CK_IR_T_ENUM);
}

/* The operator of a class: the library's row, or the only method of that name. */
static bool class_operator(ck_ev *ev, const ck_ir *node, ck_cell *a, ck_cell *b, ck_value *out) {
  const char *op = ck_ir_op_name(node->op);
  ck_value v = ck_ev_load(ev, a);
  if (v.kind == CK_V_OBJECT || ck_ev_load(ev, b).kind == CK_V_OBJECT) {
    const char *name = ck_arena_printf(&ev->arena, "operator%s", op);
    return ck_ev_call_by_name(ev, a, name, &b, 1, node, out);
  }
  const char *name = ck_arena_printf(&ev->arena, "std::operator%s", op);
  const ck_builtin *row = ck_ev_find_builtin(ev, name, 1);
  if (row == NULL || strcmp(row->name, name) != 0) return false;
  ck_call call = {.ev = ev, .node = node, .name = name, .self = a, .args = &b, .nargs = 1, .type = NULL};
  *out = ck_ev_unref(ev, row->call(&call));
  return true;
}

ck_value ck_ev_dependent_binary(ck_ev *ev, const ck_ir *node, ck_value a, ck_value b) {
  const ck_ir_type *left = ck_ev_dependent_type(ev, node->kids[0]), *right = ck_ev_dependent_type(ev, node->kids[1]);
  if (is_number(left) && is_number(right)) {
    bool shifts = node->op == CK_IR_OP_SHL || node->op == CK_IR_OP_SHR;
    const ck_ir_type *common = shifts ? ck_ev_promote(left) : ck_ev_common_type(left, right);
    a = ck_ev_convert_scalar(ev, a, common, node->loc);
    b = ck_ev_convert_scalar(ev, b, shifts ? ck_ev_promote(right) : common, node->loc);
    return ck_ev_arith(ev, node->op, a, b, common, is_comparison(node->op) ? &bool_type : common, node->loc);
  }
  bool scalar = (a.kind == CK_V_INT || a.kind == CK_V_BOOL || a.kind == CK_V_FLOAT || a.kind == CK_V_UNKNOWN) &&
                (b.kind == CK_V_INT || b.kind == CK_V_BOOL || b.kind == CK_V_FLOAT || b.kind == CK_V_UNKNOWN);
  ck_value v;
  if (!scalar && class_operator(ev, node, ck_ev_temp(ev, a, left), ck_ev_temp(ev, b, right), &v)) return v;
  return plain_arithmetic(ev, node->op, a, b, node->loc);
}

/* Methods by name ---------------------------------------------------------------------------------------------------
 */

static size_t count_methods(const ck_class *cls, const char *name) {
  size_t n = 0;
  for (uint32_t i = 0; i < cls->record->nkids; i++) {
    const ck_ir *kid = cls->record->kids[i];
    n += kid && kid->kind == CK_IR_FUNCTION && strcmp(ck_ev_plain_name(kid->name), name) == 0;
  }
  for (size_t i = 0; n == 0 && i < cls->nbases; i++)
    if (cls->bases[i].project) n = count_methods(cls->bases[i].project, name);
  return n;
}

bool ck_ev_call_by_name(ck_ev *ev, ck_cell *object, const char *name, ck_cell **args, size_t nargs, const ck_ir *node,
                        ck_value *out) {
  ck_cell *target = ck_ev_target(ev, object);
  ck_value v = target ? ck_ev_load(ev, target) : CK_VOID;
  if (v.kind != CK_V_OBJECT || v.object->record == NULL) return false;
  if (count_methods(ck_ev_class_of_record(ev, v.object->record), name) != 1) return false;
  bool found;
  *out = ck_ev_call_method(ev, target, name, args, nargs, node, &found);
  return found;
}

/* The library's method of that name in the class of the value; NULL if there is no row. */
static const char *library_method(ck_ev *ev, ck_value v, const char *name, size_t nargs) {
  const char *classes[2] = {NULL, NULL};
  switch (v.kind) {
  case CK_V_LIST: classes[0] = v.list->cls; break;
  case CK_V_MAP: classes[0] = v.map->cls; break;
  case CK_V_STRING: classes[0] = "std::basic_string"; break;
  case CK_V_TENSOR: classes[0] = "at::Tensor"; break;
  case CK_V_OBJECT:
    classes[0] = v.object->cls;
    classes[1] = v.object->registry ? "torch::nn::Module" : NULL;
    break;
  default: break;
  }
  for (size_t i = 0; i < 2 && classes[i]; i++) {
    const char *full = ck_arena_printf(&ev->arena, "%s::%s", classes[i], name);
    const ck_builtin *row = ck_ev_find_builtin(ev, full, nargs);
    if (row && strcmp(row->name, full) == 0) return full;
  }
  return NULL;
}

ck_value ck_ev_dependent_method(ck_ev *ev, const ck_ir *node, ck_cell *self, ck_cell **args, size_t nargs) {
  ck_value result;
  if (self && ck_ev_call_by_name(ev, self, node->name, args, nargs, node, &result)) return result;
  ck_cell *target = self ? ck_ev_target(ev, self) : NULL;
  ck_cell *object = target && (node->flags & CK_IR_F_ARROW) ? target : self;
  const char *name = object ? library_method(ev, ck_ev_decide(ev, ck_ev_load(ev, object)), node->name, nargs) : NULL;
  if (name == NULL) return ck_ev_unknown_call(ev, node, node->name, "in a generic lambda", self, args, nargs);
  ck_ir *named = CK_NEW(&ev->arena, ck_ir);
  *named = *node;
  named->name = name;
  named->type = NULL;
  ck_call call = {.ev = ev, .node = named, .name = name, .self = object, .args = args, .nargs = nargs};
  return ck_ev_find_builtin(ev, name, nargs)->call(&call);
}
