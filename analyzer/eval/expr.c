/* expr.c - expressions.
 *
 * Each expression can be asked for its value (ck_ev_eval; lvalues are read, not copied) or for the cell that it names
 * (ck_ev_eval_cell; a prvalue gets a fresh one). After either the caller looks at ev->flow: a throw or a limit inside
 * makes the result meaningless. */
#include <string.h>

#include "eval/eval_int.h"

/* Fuel ------------------------------------------------------------------------------------------------------------- */

void ck_ev_stop(ck_ev *ev, const char *limit) {
  if (ev->limit == NULL) ev->limit = limit;
  ev->flow = CK_FLOW_STOP;
}

bool ck_ev_step(ck_ev *ev) {
  char here;
  if (ev->flow == CK_FLOW_STOP) return false;
  if (++ev->steps > CK_LIMIT_STEPS) ck_ev_stop(ev, "steps of evaluation");
  else if (ev->arena.used > CK_LIMIT_MEMORY) ck_ev_stop(ev, "memory");
  else if ((size_t)(ev->stack_base > &here ? ev->stack_base - &here : &here - ev->stack_base) > CK_LIMIT_STACK)
    ck_ev_stop(ev, "nesting of calls and expressions");
  return ev->flow != CK_FLOW_STOP;
}

/* Names ------------------------------------------------------------------------------------------------------------ */

void ck_ev_bind(ck_ev *ev, const char *usr, ck_cell *cell) { ck_vec_push(&ev->bindings, (ck_binding){usr, cell}); }

ck_cell *ck_ev_lookup(ck_ev *ev, const char *usr) {
  size_t first = ev->frame ? ev->frame->first : 0;
  for (size_t i = ev->bindings.n; i-- > first;)
    if (ev->bindings.at[i].usr == usr) return ev->bindings.at[i].cell;
  for (size_t i = ev->bindings.n; i-- > first;)
    if (strcmp(ev->bindings.at[i].usr, usr) == 0) return ev->bindings.at[i].cell;
  return NULL;
}

/* &C::field is called like a function of the object: std::invoke and std::mem_fn do. */
static ck_value field_value(ck_ev *ev, const ck_ir *node) {
  ck_closure *closure = CK_NEW(&ev->arena, ck_closure);
  closure->field = node;
  closure->name = ck_ev_intern(ev, node->name);
  closure->self = CK_VOID;
  return (ck_value){.kind = CK_V_CLOSURE, .closure = closure};
}

static ck_value function_value(ck_ev *ev, const ck_ir *node) {
  ck_closure *closure = CK_NEW(&ev->arena, ck_closure);
  closure->function = ck_ev_find_function(ev, node->usr)->function;
  closure->name = ck_ev_intern(ev, node->name);
  closure->self = CK_VOID;
  return (ck_value){.kind = CK_V_CLOSURE, .closure = closure};
}

static ck_cell *variable(ck_ev *ev, const ck_ir *node) {
  ck_cell *cell = (node->flags & CK_IR_F_GLOBAL) ? NULL : ck_ev_lookup(ev, node->usr);
  return cell ? cell : ck_ev_global(ev, node->usr, node);
}

static ck_cell *unknown_cell(ck_ev *ev, const ck_ir *node, ck_value because, const char *what) {
  ck_value v = because.kind == CK_V_UNKNOWN ? because : ck_ev_unknown(ev, node->loc, "%s", what);
  return ck_ev_unknown_place(ev, v, node->type);
}

/* Members ---------------------------------------------------------------------------------------------------------- */

static const ck_ir_type *object_type(const ck_ir *object) {
  const ck_ir_type *type = object ? ck_ir_strip_ref(object->type) : NULL;
  return type && type->kind == CK_IR_T_POINTER ? type->elem : type;
}

static const char *class_name_of(ck_value v, const ck_ir *object) {
  if (v.kind == CK_V_OBJECT) return v.object->cls;
  if (v.kind == CK_V_LIST) return v.list->cls;
  if (v.kind == CK_V_MAP) return v.map->cls;
  const ck_ir_type *type = object_type(object);
  return type && type->kind == CK_IR_T_RECORD ? type->name : "";
}

static ck_cell *library_member(ck_ev *ev, const ck_ir *node, const char *name, ck_cell *object, ck_value v) {
  const char *cls = class_name_of(v, ck_ir_kid(node, 0));
  const ck_library_class *row = cls[0] ? ck_ev_library_class(ev, cls) : NULL;
  if (row && row->member) {
    ck_call call = {.ev = ev, .node = node, .name = cls, .self = object, .type = node->type};
    ck_cell *cell = row->member(&call, name);
    if (cell) return cell;
  }
  if (v.kind == CK_V_OBJECT) return ck_ev_find_field(v.object, name);
  if (v.kind == CK_V_LIST && v.list->n == 2 && strcmp(name, "first") == 0) return v.list->at[0];
  if (v.kind == CK_V_LIST && v.list->n == 2 && strcmp(name, "second") == 0) return v.list->at[1];
  return NULL;
}

/* The member named by `member` of the object in `target`, whose value is v. */
static ck_cell *named_member(ck_ev *ev, const ck_ir *node, const ck_ir *member, ck_cell *target, ck_value v) {
  ck_cell *cell = NULL;
  if (v.kind == CK_V_OBJECT && v.object->record) cell = ck_ev_field_of(ev, v.object, member->name, member->usr);
  if (cell == NULL) cell = library_member(ev, node, member->name, target, v);
  if (cell) return cell;
  if (v.kind == CK_V_UNKNOWN) return ck_ev_unknown_place(ev, v, node->type);
  const char *what = ck_arena_printf(&ev->arena, "member `%s`, which is not initialised or not modelled", member->name);
  return unknown_cell(ev, node, v, what);
}

static ck_cell *self_of(ck_ev *ev) { return ev->frame ? ev->frame->self : NULL; }

/* The member that `node` means: itself, or what the pointer of object.*pointer points to; NULL if that is not known. */
static const ck_ir *member_meant(ck_ev *ev, const ck_ir *node) {
  if (ck_ir_kid(node, 1) == NULL) return node;
  ck_value pointer = ck_ev_decide(ev, ck_ev_eval(ev, node->kids[1]));
  return pointer.kind == CK_V_CLOSURE ? pointer.closure->field : NULL;
}

static ck_cell *member_cell(ck_ev *ev, const ck_ir *node) {
  const ck_ir *kid = ck_ir_kid(node, 0);
  ck_cell *object = kid ? ck_ev_eval_cell(ev, kid) : self_of(ev);
  if (!ck_ev_on(ev) || object == NULL) return unknown_cell(ev, node, CK_VOID, "member of an object that is not known");
  ck_cell *target = node->flags & CK_IR_F_ARROW || kid == NULL ? ck_ev_target(ev, object) : object;
  if (target == NULL) ck_ev_reach(ev, ck_ev_load(ev, object), node->loc);
  if (target == NULL)
    return unknown_cell(ev, node, ck_ev_load(ev, object), "member behind a pointer that is null or not known");
  ck_value v = ck_ev_decide(ev, ck_ev_load(ev, target));
  if (v.kind == CK_V_PTR &&
      (v.tag == CK_PTR_ITERATOR || object_type(kid) == NULL || object_type(kid)->kind != CK_IR_T_RECORD)) {
    ck_cell *next = ck_ev_target(ev, target);
    if (next) target = next, v = ck_ev_decide(ev, ck_ev_load(ev, target));
  }
  const ck_ir *member = member_meant(ev, node);
  if (member == NULL) { /* it may be any of them that is written */
    ck_ev_open_cell(ev, target, node->loc, "a pointer to member that is not known");
    return unknown_cell(ev, node, CK_VOID, "a pointer to member that is not known");
  }
  return named_member(ev, node, member, target, v);
}

ck_cell *ck_ev_member_of(ck_ev *ev, const ck_ir *member, ck_cell *object, const ck_ir *node) {
  ck_cell *target = ck_ev_target(ev, object);
  if (target == NULL) target = object;
  return named_member(ev, node, member, target, ck_ev_decide(ev, ck_ev_load(ev, target)));
}

/* Pointers and elements -------------------------------------------------------------------------------------------- */

static ck_cell *argv_cell(ck_ev *ev, ck_value argv, ck_value index, const ck_ir *node) {
  const char *name = "argv[*]";
  if (index.kind == CK_V_INT) name = ck_arena_printf(&ev->arena, "argv[%lld]", (long long)index.i + argv.index);
  ck_value v = index.kind == CK_V_INT ? ck_ev_symbol(ev, CK_SYM_STRING, name, "command line argument", (ck_loc){0})
                                      : ck_ev_unknown(ev, node->loc, "command line argument");
  return ck_ev_temp(ev, v, node->type);
}

static ck_cell *deref_cell(ck_ev *ev, ck_value pointer, const ck_ir *node) {
  ck_value v = ck_ev_decide(ev, pointer);
  ck_cell *cell = NULL;
  ck_ev_reach(ev, v, node->loc);
  if (v.kind == CK_V_PTR) cell = v.tag == CK_PTR_ITERATOR ? ck_ev_element(ev, v) : v.cell;
  if (v.kind == CK_V_NATIVE && v.tag == CK_TAG_ARGV) return argv_cell(ev, v, CK_INT(0), node);
  if (v.kind == CK_V_STRING) return ck_ev_temp(ev, CK_INT(v.str[0]), node->type);
  if (v.kind == CK_V_CLOSURE) return ck_ev_temp(ev, v, node->type);
  if (v.kind == CK_V_LIST && v.list->n > 0) return v.list->at[0]; /* an array, decayed */
  return cell ? cell : unknown_cell(ev, node, v, "what a null or unknown pointer points to");
}

/* `opens`: the element may be written, so that an unknown index may be any of them. */
static ck_cell *subscript_cell(ck_ev *ev, const ck_ir *node, bool opens) {
  ck_cell *base = ck_ev_eval_cell(ev, node->kids[0]);
  ck_value index = ck_ev_eval(ev, node->kids[1]);
  if (!ck_ev_on(ev)) return unknown_cell(ev, node, CK_VOID, "");
  index = ck_ev_decide(ev, index);
  ck_value v = ck_ev_decide(ev, ck_ev_load(ev, base));
  if (v.kind == CK_V_NATIVE && v.tag == CK_TAG_ARGV) return argv_cell(ev, v, index, node);
  if (v.kind == CK_V_PTR && v.tag == CK_PTR_ITERATOR && index.kind == CK_V_INT) {
    v.index += (uint32_t)index.i;
    ck_cell *cell = ck_ev_element(ev, v);
    return cell ? cell : unknown_cell(ev, node, CK_VOID, "element outside of its array");
  }
  if (v.kind == CK_V_PTR && index.kind == CK_V_INT && index.i == 0) return v.cell;
  if (v.kind == CK_V_LIST && index.kind == CK_V_INT) {
    if (index.i >= 0 && (uint64_t)index.i < v.list->n) return v.list->at[index.i];
    return unknown_cell(ev, node, CK_VOID, "element outside of its array");
  }
  if (v.kind == CK_V_STRING && index.kind == CK_V_INT && index.i >= 0 && (uint64_t)index.i <= strlen(v.str)) {
    ck_cell *cell = ck_ev_element(ev, ck_ev_iterator(base, (size_t)index.i));
    return cell ? cell : ck_ev_temp(ev, CK_INT(0), node->type);
  }
  if (v.kind == CK_V_LIST && index.kind != CK_V_INT)
    return ck_ev_some_element(ev, base, v.list, index, !opens, node->type, node->loc);
  ck_ev_reach(ev, v, node->loc);
  if (opens) ck_ev_open(ev, v, node->loc, "element whose index is not known");
  return unknown_cell(ev, node, v.kind == CK_V_UNKNOWN ? v : index, "element whose index is not known");
}

/* Iterator and pointer arithmetic; false if the operands are none. */
static bool pointer_arith(ck_ev *ev, ck_ir_op op, ck_value a, ck_value b, ck_loc loc, ck_value *out) {
  if (a.kind == CK_V_INT && b.kind == CK_V_PTR && op == CK_IR_OP_ADD) return pointer_arith(ev, op, b, a, loc, out);
  bool a_it = a.kind == CK_V_PTR && a.tag == CK_PTR_ITERATOR, b_it = b.kind == CK_V_PTR && b.tag == CK_PTR_ITERATOR;
  if (a.kind == CK_V_NATIVE && a.tag == CK_TAG_ARGV && b.kind == CK_V_INT &&
      (op == CK_IR_OP_ADD || op == CK_IR_OP_SUB)) {
    a.index = (uint32_t)((int64_t)a.index + (op == CK_IR_OP_ADD ? b.i : -b.i));
    return *out = a, true;
  }
  if (a_it && b.kind == CK_V_INT && (op == CK_IR_OP_ADD || op == CK_IR_OP_SUB)) {
    int64_t at = (int64_t)a.index + (op == CK_IR_OP_ADD ? b.i : -b.i);
    if (at < 0 || at > UINT32_MAX) *out = ck_ev_unknown(ev, loc, "iterator outside of its container");
    else a.index = (uint32_t)at, *out = a;
    return true;
  }
  if (a_it && !b_it && (op == CK_IR_OP_ADD || op == CK_IR_OP_SUB) && (b.kind == CK_V_UNKNOWN || b.kind == CK_V_SYM)) {
    *out = ck_ev_somewhere_in(ev, ck_ev_unknown(ev, loc, "pointer at a distance that is not known"), a.cell);
    return true;
  }
  if (a.kind == CK_V_UNKNOWN && a.unknown->into && !b_it && (op == CK_IR_OP_ADD || op == CK_IR_OP_SUB))
    return *out = a, true;
  if (a_it && b_it && a.cell == b.cell) {
    if (op == CK_IR_OP_SUB) return *out = CK_INT((int64_t)a.index - (int64_t)b.index), true;
    *out = ck_ev_arith(ev, op, CK_INT(a.index), CK_INT(b.index), NULL, NULL, loc);
    return out->kind == CK_V_BOOL;
  }
  bool a_ptr = a.kind == CK_V_PTR || a.kind == CK_V_NULL, b_ptr = b.kind == CK_V_PTR || b.kind == CK_V_NULL;
  if ((a_ptr && b_ptr) && (op == CK_IR_OP_EQ || op == CK_IR_OP_NE)) {
    bool same = a.kind == b.kind && (a.kind == CK_V_NULL || (a.cell == b.cell && a.index == b.index));
    if (!same && a.kind == CK_V_PTR &&
        b.kind == CK_V_PTR) { /* two cells of one object: itself and its copy in a field */
      ck_value x = ck_ev_load(ev, a.cell), y = ck_ev_load(ev, b.cell);
      same = x.kind == CK_V_OBJECT && y.kind == CK_V_OBJECT && x.object == y.object;
    }
    return *out = CK_BOOL(same == (op == CK_IR_OP_EQ)), true;
  }
  bool a_text = a.kind == CK_V_SYM && a.sym->type == CK_SYM_STRING,
       b_text = b.kind == CK_V_SYM && b.sym->type == CK_SYM_STRING;
  if ((op == CK_IR_OP_EQ || op == CK_IR_OP_NE) &&
      ((a_text && b.kind == CK_V_NULL) || (b_text && a.kind == CK_V_NULL))) {
    ck_value null = ck_ev_is_null(ev, a_text ? a : b);
    return *out = op == CK_IR_OP_EQ ? null : ck_ev_unary(ev, CK_IR_OP_NOT, null, NULL, loc), true;
  }
  if (a.kind == CK_V_CLOSURE && b.kind == CK_V_CLOSURE && a.closure->field && b.closure->field &&
      (op == CK_IR_OP_EQ || op == CK_IR_OP_NE))
    return *out = CK_BOOL((strcmp(a.closure->field->usr, b.closure->field->usr) == 0) == (op == CK_IR_OP_EQ)), true;
  bool are_functions = a.kind == CK_V_CLOSURE && b.kind == CK_V_CLOSURE && a.closure->lambda == NULL &&
                       b.closure->lambda == NULL && a.closure->function && b.closure->function;
  if (are_functions && (op == CK_IR_OP_EQ || op == CK_IR_OP_NE))
    return *out = CK_BOOL((strcmp(a.closure->function->usr, b.closure->function->usr) == 0) == (op == CK_IR_OP_EQ)),
           true;
  bool a_full = a_ptr || a.kind == CK_V_CLOSURE || a.kind == CK_V_STRING, b_null = b.kind == CK_V_NULL;
  if (a_full && b_null && (op == CK_IR_OP_EQ || op == CK_IR_OP_NE)) return *out = CK_BOOL(op == CK_IR_OP_NE), true;
  if (a.kind == CK_V_NULL && (b.kind == CK_V_CLOSURE || b.kind == CK_V_STRING))
    return pointer_arith(ev, op, b, a, loc, out);
  return false;
}

bool ck_ev_pointer_op(ck_ev *ev, ck_ir_op op, ck_value a, ck_value b, ck_loc loc, ck_value *out) {
  a = ck_ev_resolve(ev, a), b = ck_ev_resolve(ev, b);
  ck_value x, y;
  if (a.kind == CK_V_CHOICE) {
    if (!ck_ev_pointer_op(ev, op, a.choice->a, b, loc, &x) || !ck_ev_pointer_op(ev, op, a.choice->b, b, loc, &y))
      return false;
    return *out = ck_ev_choice(ev, a.choice->condition, x, y), true;
  }
  if (b.kind == CK_V_CHOICE) {
    if (!ck_ev_pointer_op(ev, op, a, b.choice->a, loc, &x) || !ck_ev_pointer_op(ev, op, a, b.choice->b, loc, &y))
      return false;
    return *out = ck_ev_choice(ev, b.choice->condition, x, y), true;
  }
  return pointer_arith(ev, op, a, b, loc, out);
}

/* Operators ---------------------------------------------------------------------------------------------------------
 */

static ck_value step_value(ck_ev *ev, const ck_ir *node, ck_value old) {
  bool up = node->op == CK_IR_OP_PRE_INC || node->op == CK_IR_OP_POST_INC;
  ck_ir_op op = up ? CK_IR_OP_ADD : CK_IR_OP_SUB;
  ck_value v;
  if (ck_ev_pointer_op(ev, op, old, CK_INT(1), node->loc, &v)) return v;
  if (ck_ev_text_op(ev, op, node->kids[0]->type, old, CK_INT(1), node->loc, &v)) return v;
  const ck_ir_type *type = ck_ir_strip_ref(node->kids[0]->type);
  v = ck_ev_arith(ev, op, old, CK_INT(1), ck_ev_promote(type), type, node->loc);
  return type ? ck_ev_convert(ev, v, type, node->loc) : v;
}

static ck_value eval_unary(ck_ev *ev, const ck_ir *node) {
  const ck_ir *kid = node->kids[0];
  switch (node->op) {
  case CK_IR_OP_ADDR: {
    if (kid->kind == CK_IR_REF && (kid->flags & CK_IR_F_FUNCTION)) return function_value(ev, kid);
    if (kid->kind == CK_IR_REF && (kid->flags & CK_IR_F_FIELD)) return field_value(ev, kid);
    return ck_ev_pointer(CK_PTR_RAW, ck_ev_eval_cell(ev, kid));
  }
  case CK_IR_OP_DEREF:
  case CK_IR_OP_PRE_INC:
  case CK_IR_OP_PRE_DEC: return ck_ev_load(ev, ck_ev_eval_cell(ev, node));
  case CK_IR_OP_POST_INC:
  case CK_IR_OP_POST_DEC: {
    ck_cell *cell = ck_ev_eval_cell(ev, kid);
    ck_value old = ck_ev_load(ev, cell);
    if (ck_ev_on(ev)) ck_ev_store(ev, cell, step_value(ev, node, old));
    return old;
  }
  default: {
    ck_value v = ck_ev_eval(ev, kid);
    bool typed = node->op == CK_IR_OP_NOT || !ck_ev_is_dependent(node);
    const ck_ir_type *type = typed ? node->type : ck_ev_dependent_type(ev, node);
    if (type == NULL && node->type) return ck_ev_unknown(ev, node->loc, "an operator on a type that is not known");
    return ck_ev_unary(ev, node->op, v, type, node->loc);
  }
  }
}

typedef struct {
  const ck_ir *node;
  bool is_and;
} logical;

static ck_value logical_side(ck_ev *ev, const void *data, bool holds) {
  const logical *l = data;
  if (holds != l->is_and) return CK_BOOL(!l->is_and);
  const ck_ir *right = l->node->kids[1];
  ck_value v = ck_ev_truth(ev, ck_ev_eval(ev, right), right->loc);
  /* a condition like the left side's: so the two are one condition, where a choice would have to be decided */
  return v.kind == CK_V_UNKNOWN ? ck_ev_value_of_sym(ev, ck_ev_unknown_condition(ev, v, ck_ev_extent(right))) : v;
}

const ck_sym *ck_ev_condition_symbol(ck_ev *ev, ck_value v, const ck_ir *node, bool *known, bool *holds) {
  v = ck_ev_resolve(ev, ck_ev_truth(ev, v, node->loc));
  *known = false;
  if (v.kind == CK_V_CHOICE) { /* a value that is true under a condition, one of several */
    v = ck_ev_decide(ev, v);
    return ck_ev_condition_symbol(ev, v, node, known, holds);
  }
  if (v.kind == CK_V_BOOL) return *known = true, *holds = v.i != 0, NULL;
  if (v.kind == CK_V_SYM) return v.sym;
  bool negated = false;
  for (; node->kind == CK_IR_UNARY && node->op == CK_IR_OP_NOT; node = node->kids[0]) negated = !negated;
  const ck_sym *sym = ck_ev_unknown_condition(ev, v, ck_ev_extent(node));
  return negated ? ck_ev_sym_not(ev, sym) : sym;
}

static ck_value eval_logical(ck_ev *ev, const ck_ir *node) {
  logical l = {node, node->op == CK_IR_OP_LAND};
  ck_value a = ck_ev_eval(ev, node->kids[0]);
  if (!ck_ev_on(ev)) return CK_VOID;
  bool known, holds;
  const ck_sym *c = ck_ev_condition_symbol(ev, a, node->kids[0], &known, &holds);
  if (!ck_ev_on(ev)) return CK_VOID;
  return known ? logical_side(ev, &l, holds) : ck_ev_branch(ev, c, logical_side, &l, CK_TAIL_NONE);
}

/* An array as an operand is a pointer to its first element. */
static ck_value operand(ck_ev *ev, const ck_ir *node) {
  const ck_ir_type *type = ck_ir_strip_ref(node->type);
  if (type && type->kind == CK_IR_T_ARRAY && ck_ev_is_lvalue(node)) {
    ck_cell *cell = ck_ev_eval_cell(ev, node);
    ck_value v = ck_ev_load(ev, cell);
    return v.kind == CK_V_LIST ? ck_ev_iterator(cell, 0) : v;
  }
  return ck_ev_eval(ev, node);
}

static ck_value eval_binary(ck_ev *ev, const ck_ir *node) {
  if (node->op == CK_IR_OP_LAND || node->op == CK_IR_OP_LOR) return eval_logical(ev, node);
  const ck_ir *left = node->kids[0], *right = node->kids[1];
  ck_value a = operand(ev, left);
  if (!ck_ev_on(ev)) return CK_VOID;
  ck_value b = operand(ev, right);
  if (!ck_ev_on(ev)) return CK_VOID;
  if (node->op == CK_IR_OP_COMMA) return b;
  ck_value v;
  if (ck_ev_pointer_op(ev, node->op, a, b, node->loc, &v)) return v;
  if (ck_ev_text_op(ev, node->op, left->type, a, b, node->loc, &v)) return v;
  if (ck_ev_is_dependent(left) || ck_ev_is_dependent(right)) return ck_ev_dependent_binary(ev, node, a, b);
  bool shifts = node->op == CK_IR_OP_SHL || node->op == CK_IR_OP_SHR;
  const ck_ir_type *common = shifts ? ck_ev_promote(left->type) : ck_ev_common_type(left->type, right->type);
  if (common) {
    a = ck_ev_convert_scalar(ev, a, common, node->loc);
    b = ck_ev_convert_scalar(ev, b, shifts ? ck_ev_promote(right->type) : common, node->loc);
  }
  return ck_ev_arith(ev, node->op, a, b, common, ck_ir_strip_ref(node->type), node->loc);
}

static ck_cell *assign(ck_ev *ev, const ck_ir *node) {
  const ck_ir *left = node->kids[0], *right = node->kids[1];
  ck_value v =
      right->kind == CK_IR_INIT_LIST ? ck_ev_init_list(ev, right, ck_ir_strip_ref(left->type)) : ck_ev_eval(ev, right);
  if (!ck_ev_on(ev)) return ck_ev_temp(ev, CK_VOID, node->type);
  ck_cell *target = ck_ev_eval_cell(ev, left);
  if (!ck_ev_on(ev)) return target;
  const ck_ir_type *type = ck_ir_strip_ref(left->type);
  if (type == NULL || type->kind == CK_IR_T_UNKNOWN) type = ck_ir_strip_ref(target->type);
  if (node->op != CK_IR_OP_ASSIGN) {
    ck_value old = ck_ev_load(ev, target), result;
    if (!ck_ev_pointer_op(ev, node->op, old, v, node->loc, &result) &&
        !ck_ev_text_op(ev, node->op, type, old, v, node->loc, &result)) {
      const ck_ir_type *from = ck_ev_is_dependent(right) ? ck_ev_dependent_type(ev, right) : right->type;
      const ck_ir_type *common = ck_ev_common_type(type, from);
      if (common && node->op != CK_IR_OP_SHL && node->op != CK_IR_OP_SHR) {
        old = ck_ev_convert_scalar(ev, old, common, node->loc);
        v = ck_ev_convert_scalar(ev, v, common, node->loc);
      } else common = ck_ev_promote(type);
      result = ck_ev_arith(ev, node->op, old, v, common, common ? common : type, node->loc);
    }
    v = result;
  }
  if (type && type->kind == CK_IR_T_POINTER) v = ck_ev_decay(ev, right, v);
  v = type ? ck_ev_convert(ev, v, type, node->loc) : v;
  if (v.kind == CK_V_UNKNOWN) v = ck_ev_name_unknown(ev, v, type, NULL, ck_ev_extent(left));
  if (!ck_ev_write_call(ev, left, v)) ck_ev_assign(ev, target, v);
  ck_ev_text_written(ev, left);
  return target;
}

/* An arm of another type is converted to that of the whole: `c ? std::optional<int>(2) : std::nullopt`. */
static ck_value cond_side(ck_ev *ev, const void *data, bool holds) {
  const ck_ir *node = data, *arm = node->kids[holds ? 1 : 2];
  ck_value v = ck_ev_eval(ev, arm);
  const ck_ir_type *type = ck_ir_strip_ref(node->type);
  if (type == NULL || arm->type == NULL || !ck_ev_on(ev) || arm->kind == CK_IR_THROW) return v;
  if (type->kind == CK_IR_T_INT || type->kind == CK_IR_T_FLOAT || type->kind == CK_IR_T_BOOL)
    return ck_ev_convert_scalar(ev, v, type, node->loc);
  return type->kind == CK_IR_T_RECORD ? ck_ev_convert_from(ev, v, arm->type, type, node->loc) : v;
}

static ck_value eval_cond(ck_ev *ev, const ck_ir *node) {
  ck_value c = ck_ev_eval(ev, node->kids[0]);
  if (!ck_ev_on(ev)) return CK_VOID;
  bool known, holds;
  const ck_sym *sym = ck_ev_condition_symbol(ev, c, node->kids[0], &known, &holds);
  return known ? cond_side(ev, node, holds) : ck_ev_branch(ev, sym, cond_side, node, CK_TAIL_NONE);
}

/* Casts ---------------------------------------------------------------------------------------------------------------
 */

static bool is_instance(ck_ev *ev, const ck_object *object, const ck_ir_type *type) {
  const ck_class *to = ck_ev_class_of_type(ev, type);
  if (to == NULL) return ck_ev_is_a(ev, object, type->name);
  return object->record != NULL && ck_ev_derives(ck_ev_class_of_record(ev, object->record), to->record);
}

static ck_value dynamic_cast_of(ck_ev *ev, ck_value v, const ck_ir *node) {
  const ck_ir_type *type = node->type;
  v = ck_ev_decide(ev, v);
  if (v.kind != CK_V_PTR || type->kind != CK_IR_T_POINTER) return v;
  ck_value object = ck_ev_load(ev, v.cell);
  if (object.kind != CK_V_OBJECT) return object.kind == CK_V_UNKNOWN ? object : v;
  return is_instance(ev, object.object, type->elem) ? v : CK_NULL;
}

/* dynamic_cast<T &>(x) and the other casts to references: x itself. */
static ck_cell *reference_cast(ck_ev *ev, const ck_ir *node) {
  ck_cell *cell = ck_ev_eval_cell(ev, node->kids[0]);
  if (node->op != CK_IR_CAST_DYNAMIC || !ck_ev_on(ev)) return cell;
  ck_value v = ck_ev_load(ev, cell);
  if (v.kind == CK_V_OBJECT && !is_instance(ev, v.object, node->type->elem))
    ck_ev_throw(ev, node->loc, "std::bad_cast");
  return cell;
}

static ck_value eval_cast(ck_ev *ev, const ck_ir *node) {
  const ck_ir_type *type = node->type;
  const ck_ir *kid = node->kids[0];
  if (type == NULL) return ck_ev_eval(ev, kid);
  if (type->kind == CK_IR_T_LREF || type->kind == CK_IR_T_RREF) return ck_ev_load(ev, reference_cast(ev, node));
  ck_value v = ck_ev_eval(ev, kid);
  if (!ck_ev_on(ev)) return CK_VOID;
  if (type->kind == CK_IR_T_VOID) return CK_VOID;
  if (node->op == CK_IR_CAST_DYNAMIC) return dynamic_cast_of(ev, v, node);
  ck_value converted = ck_ev_convert(ev, ck_ev_is_lvalue(kid) ? ck_ev_copy(ev, v) : v, type, node->loc);
  if (v.kind != CK_V_PTR || converted.kind != CK_V_UNKNOWN) return converted;
  return ck_ev_holding(ev, converted, (ck_cell *[]){ck_ev_reached(ev, v)}, 1); /* a pointer as a number */
}

/* Everything ----------------------------------------------------------------------------------------------------------
 */

static ck_value eval_construct(ck_ev *ev, const ck_ir *node) {
  size_t n;
  ck_cell **args = ck_ev_eval_args(ev, node, 0, &n);
  if (!ck_ev_on(ev)) return CK_VOID;
  return ck_ev_construct_by(ev, node->type, args, n, node->flags & CK_IR_F_BRACE, node, node->usr);
}

/* new T[n], new T[n]{a, b}: what the list leaves out is T(). */
static ck_value eval_new_array(ck_ev *ev, const ck_ir *node) {
  int64_t count;
  ck_value size = ck_ev_eval(ev, ck_ir_kid(node, 0));
  if (!ck_ev_on(ev)) return CK_VOID;
  if (!ck_ev_as_int(ev, size, &count)) return ck_ev_unknown(ev, node->loc, "array whose size is not known");
  ck_ir_type array = {.kind = CK_IR_T_ARRAY, .elem = node->type, .count = count, .name = "", .usr = "", .spelling = ""};
  const ck_ir *list = ck_ir_kid(node, 1);
  ck_value v = CK_VOID;
  if (list && list->kind == CK_IR_INIT_LIST) v = ck_ev_init_list(ev, list, &array);
  else if (count >= 0 && node->type) v = ck_ev_default_init(ev, &array, node);
  return ck_ev_iterator(ck_ev_cell(ev, v), 0);
}

static ck_value eval_new(ck_ev *ev, const ck_ir *node) {
  if (node->flags & CK_IR_F_ARRAY) return eval_new_array(ev, node);
  size_t n;
  ck_cell **args = ck_ev_eval_args(ev, node, 0, &n);
  if (!ck_ev_on(ev)) return CK_VOID;
  return ck_ev_pointer(CK_PTR_RAW, ck_ev_construct_cell(ev, node->type, args, n, node->flags & CK_IR_F_BRACE, node));
}

static ck_value eval_unknown(ck_ev *ev, const ck_ir *node) {
  for (uint32_t i = 0; i < node->nkids; i++) ck_ev_open_names(ev, node->kids[i], node->name);
  const ck_frame *frame = ev->frame;
  if (node->flags & CK_IR_F_GLOBAL) ck_ev_open_globals(ev, node->loc, node->name);
  if (!(node->flags & CK_IR_F_CONTAINED) && frame && frame->self && frame->function &&
      (frame->function->flags & CK_IR_F_CTOR))
    ck_ev_open_cell(ev, frame->self, node->loc, node->name);
  ck_ev_may_throw(ev, node, NULL);
  return ck_ev_unknown(ev, node->loc, "%s", node->name[0] ? node->name : "code that is not modelled");
}

static ck_value eval_throw(ck_ev *ev, const ck_ir *node) {
  const ck_ir *kid = ck_ir_kid(node, 0);
  ck_value v = kid ? ck_ev_eval(ev, kid) : CK_VOID;
  if (!ck_ev_on(ev)) return CK_VOID;
  ck_value current = ev->thrown; /* `throw;` */
  ck_ev_throw(ev, node->loc, "throw");
  ev->thrown = kid ? ck_ev_copy(ev, v) : current;
  return CK_VOID;
}

static ck_value eval_float(const ck_ir *node) {
  bool single = node->type && node->type->kind == CK_IR_T_FLOAT && node->type->bits == 32;
  return CK_FLOAT(single ? (double)(float)node->value.f : node->value.f);
}

static ck_value eval_ref(ck_ev *ev, const ck_ir *node) {
  if (node->flags & CK_IR_F_ENUMERATOR) return CK_INT(node->value.i);
  if (node->flags & CK_IR_F_FUNCTION) return function_value(ev, node);
  return ck_ev_load(ev, variable(ev, node));
}

/* Also a call that returns a reference. */
static bool names_place(const ck_ir *node) {
  bool is_call = node && (node->kind == CK_IR_CALL || node->kind == CK_IR_MCALL || node->kind == CK_IR_OPCALL);
  if (!is_call) return ck_ev_is_lvalue(node);
  return node->type == NULL || node->type->kind == CK_IR_T_LREF || node->type->kind == CK_IR_T_RREF;
}

bool ck_ev_is_lvalue(const ck_ir *node) {
  switch (node ? node->kind : CK_IR_INT) {
  case CK_IR_REF: return !(node->flags & (CK_IR_F_ENUMERATOR | CK_IR_F_FUNCTION));
  case CK_IR_MEMBER:
  case CK_IR_SUBSCRIPT:
  case CK_IR_ASSIGN: return true;
  case CK_IR_UNARY: return node->op == CK_IR_OP_DEREF || node->op == CK_IR_OP_PRE_INC || node->op == CK_IR_OP_PRE_DEC;
  case CK_IR_BINARY: return node->op == CK_IR_OP_COMMA && ck_ev_is_lvalue(node->kids[1]);
  case CK_IR_COND: return names_place(node->kids[1]) && names_place(node->kids[2]);
  case CK_IR_CAST: return node->type && (node->type->kind == CK_IR_T_LREF || node->type->kind == CK_IR_T_RREF);
  default: return false;
  }
}

ck_value ck_ev_unref(ck_ev *ev, ck_value v) {
  return v.kind == CK_V_PTR && v.tag == CK_PTR_REF ? ck_ev_load(ev, v.cell) : v;
}

ck_value ck_ev_eval(ck_ev *ev, const ck_ir *node) {
  if (node == NULL || !ck_ev_on(ev) || !ck_ev_step(ev)) return CK_VOID;
  switch (node->kind) {
  case CK_IR_INT:
  case CK_IR_CHAR: return CK_INT(node->value.i);
  case CK_IR_BOOL: return CK_BOOL(node->value.i != 0);
  case CK_IR_FLOAT: return eval_float(node);
  case CK_IR_STRING: return (ck_value){.kind = CK_V_STRING, .str = node->name};
  case CK_IR_NULLPTR: return CK_NULL;
  case CK_IR_THIS:
    if (self_of(ev)) return ck_ev_pointer(CK_PTR_RAW, self_of(ev));
    return ck_ev_unknown(ev, node->loc, "`this` of an object that is not known");
  case CK_IR_REF: return eval_ref(ev, node);
  case CK_IR_MEMBER:
  case CK_IR_ASSIGN: return ck_ev_load(ev, ck_ev_eval_cell(ev, node));
  case CK_IR_SUBSCRIPT: return ck_ev_load(ev, subscript_cell(ev, node, false));
  case CK_IR_CALL:
  case CK_IR_MCALL:
  case CK_IR_OPCALL: return ck_ev_unref(ev, ck_ev_eval_call(ev, node));
  case CK_IR_CONSTRUCT: return eval_construct(ev, node);
  case CK_IR_INIT_LIST: return ck_ev_init_list(ev, node, node->type);
  case CK_IR_DESIGNATED: return ck_ev_eval(ev, ck_ir_kid(node, 0));
  case CK_IR_NEW: return eval_new(ev, node);
  case CK_IR_DELETE: ck_ev_eval(ev, ck_ir_kid(node, 0)); return CK_VOID;
  case CK_IR_UNARY: return eval_unary(ev, node);
  case CK_IR_BINARY: return eval_binary(ev, node);
  case CK_IR_COND: return eval_cond(ev, node);
  case CK_IR_CAST: return eval_cast(ev, node);
  case CK_IR_LAMBDA: return ck_ev_eval_lambda(ev, node);
  case CK_IR_THROW: return eval_throw(ev, node);
  default: return eval_unknown(ev, node);
  }
}

/* An lvalue; CHOICEs of places are decided. */
static ck_cell *place(ck_ev *ev, const ck_ir *node) {
  switch (node->kind) {
  case CK_IR_REF: return variable(ev, node);
  case CK_IR_MEMBER: return member_cell(ev, node);
  case CK_IR_SUBSCRIPT: return subscript_cell(ev, node, true);
  case CK_IR_ASSIGN: return assign(ev, node);
  case CK_IR_BINARY: ck_ev_eval(ev, node->kids[0]); return ck_ev_eval_cell(ev, node->kids[1]);
  case CK_IR_COND: {
    ck_value c = ck_ev_eval(ev, node->kids[0]);
    if (!ck_ev_on(ev)) return ck_ev_temp(ev, CK_VOID, node->type);
    return ck_ev_eval_cell(ev, node->kids[ck_ev_decide_bool(ev, c, node->kids[0]->loc) ? 1 : 2]);
  }
  case CK_IR_CAST: return reference_cast(ev, node);
  default: break;
  }
  if (node->op == CK_IR_OP_DEREF) {
    ck_value pointer = ck_ev_eval(ev, node->kids[0]);
    return ck_ev_on(ev) ? deref_cell(ev, pointer, node) : ck_ev_temp(ev, CK_VOID, node->type);
  }
  ck_cell *cell = ck_ev_eval_cell(ev, node->kids[0]); /* ++x, --x */
  if (ck_ev_on(ev)) ck_ev_store(ev, cell, step_value(ev, node, ck_ev_load(ev, cell)));
  return cell;
}

ck_cell *ck_ev_eval_cell(ck_ev *ev, const ck_ir *node) {
  if (node == NULL || !ck_ev_on(ev) || !ck_ev_step(ev)) return ck_ev_cell(ev, CK_VOID);
  if (ck_ev_is_lvalue(node)) return place(ev, node);
  if (node->kind == CK_IR_CALL || node->kind == CK_IR_MCALL || node->kind == CK_IR_OPCALL) {
    ck_value v = ck_ev_eval_call(ev, node);
    if (v.kind == CK_V_PTR && v.tag == CK_PTR_REF) return v.cell;
    return names_place(node) ? ck_ev_unknown_place(ev, v, node->type) : ck_ev_temp(ev, v, node->type);
  }
  return ck_ev_temp(ev, ck_ev_eval(ev, node), node->type);
}
