/* std_function.c - callables: std::function, bind, mem_fn, invoke, the function objects of <functional>.
 *
 * std::function holds the callable itself. bind is a LIST of the callable and its bound arguments, a placeholder a LIST
 * of its number, a function object such as std::plus<int> a LIST with one cell of the type it works in. */
#include "eval/std_int.h"

static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

enum { MAX_ARGUMENTS = 32 };

/* The operator of a function object, by its class. */
static const struct {
  const char *cls;
  ck_ir_op op;
} operators[] = {
    {"std::plus", CK_IR_OP_ADD},         {"std::minus", CK_IR_OP_SUB},       {"std::multiplies", CK_IR_OP_MUL},
    {"std::divides", CK_IR_OP_DIV},      {"std::modulus", CK_IR_OP_REM},     {"std::negate", CK_IR_OP_NEG},
    {"std::equal_to", CK_IR_OP_EQ},      {"std::not_equal_to", CK_IR_OP_NE}, {"std::less", CK_IR_OP_LT},
    {"std::greater", CK_IR_OP_GT},       {"std::less_equal", CK_IR_OP_LE},   {"std::greater_equal", CK_IR_OP_GE},
    {"std::logical_and", CK_IR_OP_LAND}, {"std::logical_or", CK_IR_OP_LOR},  {"std::logical_not", CK_IR_OP_NOT},
    {"std::bit_and", CK_IR_OP_AND},      {"std::bit_or", CK_IR_OP_OR},       {"std::bit_xor", CK_IR_OP_XOR},
};

static ck_ir_op operator_of(const char *cls) {
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (strcmp(operators[i].cls, cls) == 0) return operators[i].op;
  return CK_IR_OP_NONE;
}

ck_value ck_std_functor_construct(ck_call *call) {
  const char *cls = call->type != NULL && call->type->name[0] ? call->type->name : call->name;
  ck_cell *cell = ck_ev_cell(call->ev, CK_VOID);
  const ck_ir_type *type = ck_std_targ(call->type, 0);
  cell->type = type != NULL && type->kind != CK_IR_T_VOID && type->kind != CK_IR_T_UNKNOWN ? type : NULL;
  return ck_ev_list_of_cells(call->ev, cls, &cell, 1);
}

static bool is_relation(ck_ir_op op) { return op >= CK_IR_OP_EQ && op <= CK_IR_OP_GE; }

static const ck_ir_type int_type = {
    .kind = CK_IR_T_INT, .bits = 32, .is_signed = true, .name = "", .usr = "", .spelling = "int"};

/* Type that `a op b` is computed in where the function object is transparent (std::plus<>): the wider argument's. */
static const ck_ir_type *common(const ck_ir_type *a, const ck_ir_type *b) {
  a = ck_ir_strip_ref(a);
  b = ck_ir_strip_ref(b);
  if (a == NULL || b == NULL) return NULL;
  if (a->kind == CK_IR_T_FLOAT || b->kind == CK_IR_T_FLOAT)
    return a->kind != CK_IR_T_FLOAT || (b->kind == CK_IR_T_FLOAT && b->bits > a->bits) ? b : a;
  if (a->kind != CK_IR_T_INT || b->kind != CK_IR_T_INT) return NULL;
  if (a->bits < 32 && b->bits < 32) return &int_type;
  if (a->bits != b->bits) return a->bits > b->bits ? a : b;
  return a->is_signed ? b : a;
}

static ck_value apply_operator(ck_call *call, ck_ir_op op, const ck_ir_type *type, ck_cell **args, size_t n) {
  ck_value a = ck_std_init(call, type, args[0]);
  if (n == 1) return ck_ev_unary(call->ev, op, a, type != NULL ? type : args[0]->type, place(call));
  ck_value b = ck_std_init(call, type, args[1]);
  if (is_relation(op)) return ck_std_relation(call, op, a, b);
  if (op == CK_IR_OP_LAND || op == CK_IR_OP_LOR) {
    bool x = ck_ev_decide_bool(call->ev, a, place(call)), y = ck_ev_decide_bool(call->ev, b, place(call));
    return CK_BOOL(op == CK_IR_OP_LAND ? x && y : x || y);
  }
  if (op == CK_IR_OP_ADD && (ck_std_is_string(a) || ck_std_is_string(b))) return ck_std_concat(call, a, b);
  if (type == NULL) type = common(args[0]->type, args[1]->type);
  return ck_ev_binary(call->ev, op, a, b, type, place(call));
}

/* f bound to arguments: placeholders are replaced, the rest passed as stored. */
static ck_value call_bound(ck_call *call, const ck_list *bound, ck_cell **args, size_t n) {
  ck_cell *all[MAX_ARGUMENTS];
  if (bound->n > MAX_ARGUMENTS) return ck_std_refuse(call, "a call with more than %d arguments", MAX_ARGUMENTS);
  for (size_t i = 1; i < bound->n; i++) {
    ck_value v = ck_ev_load(call->ev, bound->at[i]);
    const ck_list *placeholder = ck_std_list_of(v, "std::_Placeholder");
    all[i - 1] = bound->at[i];
    if (placeholder != NULL) {
      int64_t which = ck_ev_load(call->ev, placeholder->at[0]).i;
      if (which < 1 || (size_t)which > n) return ck_call_unknown(call, "a placeholder without an argument");
      all[i - 1] = args[which - 1];
    } else if (v.kind == CK_V_PTR && bound->at[i]->type != NULL && bound->at[i]->type->kind == CK_IR_T_RECORD &&
               strcmp(bound->at[i]->type->name, "std::reference_wrapper") == 0) {
      all[i - 1] = v.cell;
    }
  }
  return ck_std_invoke(call, ck_ev_load(call->ev, bound->at[0]), all, bound->n - 1);
}

/* A pointer to a member function takes its object first, by value, reference or pointer. */
static void follow_object(ck_call *call, const ck_closure *closure, ck_cell **args, size_t n) {
  if (closure->function == NULL || n == 0 || !(closure->function->flags & CK_IR_F_METHOD) ||
      closure->self.kind == CK_V_PTR)
    return;
  if (strcmp(closure->name, "lambda") == 0) return;
  ck_cell *target = ck_ev_target(call->ev, args[0]);
  if (target != NULL) args[0] = target;
}

ck_value ck_std_invoke(ck_call *call, ck_value callable, ck_cell **args, size_t n) {
  ck_value f = ck_ev_decide(call->ev, callable);
  ck_cell *own[MAX_ARGUMENTS];
  if (n > MAX_ARGUMENTS) return ck_std_refuse(call, "a call with more than %d arguments", MAX_ARGUMENTS);
  if (n > 0) memcpy(own, args, n * sizeof *own);
  switch (f.kind) {
  case CK_V_CLOSURE:
    follow_object(call, f.closure, own, n);
    return ck_std_unref(call, ck_ev_invoke(call->ev, f, own, n, call->node));
  case CK_V_PTR: {
    ck_cell *target = ck_ev_target(call->ev, ck_ev_cell(call->ev, f));
    if (target == NULL) break;
    ck_value held = ck_std_value(call, target);
    if (held.kind == CK_V_OBJECT) {
      return ck_std_unref(call, ck_ev_invoke(call->ev, held, own, n, call->node));
    }
    return ck_std_invoke(call, held, args, n);
  }
  case CK_V_LIST:
    if (ck_std_list_of(f, "std::_Bind") != NULL) return call_bound(call, f.list, args, n);
    if (f.list->n == 1 && operator_of(f.list->cls) != CK_IR_OP_NONE && (n == 1 || n == 2))
      return apply_operator(call, operator_of(f.list->cls), f.list->at[0]->type, args, n);
    break;
  case CK_V_OBJECT: return ck_std_unref(call, ck_ev_invoke(call->ev, f, own, n, call->node));
  case CK_V_NULL: return ck_std_throw(call, "std::bad_function_call");
  default: break;
  }
  ck_ev_reach(call->ev, f, place(call));
  for (size_t i = 0; i < n; i++)
    ck_ev_open(call->ev, ck_ev_pointer(CK_PTR_RAW, args[i]), place(call), "passed to a function that is not known");
  return ck_std_because(call, f, "call of a function that is not known");
}

/* --- rows ----------------------------------------------------------------------------------------------------- */
ck_value ck_std_function_construct(ck_call *call) {
  if (call->nargs == 0) return CK_NULL;
  return ck_ev_copy(call->ev, ck_ev_load(call->ev, call->args[0]));
}

ck_value ck_std_function_assign(ck_call *call) {
  ck_ev_store(call->ev, call->self, ck_ev_copy(call->ev, ck_ev_load(call->ev, call->args[0])));
  return ck_std_ref_self(call);
}

ck_value ck_std_function_call(ck_call *call) { return ck_std_invoke(call, ck_std_self(call), call->args, call->nargs); }

ck_value ck_std_invoke_free(ck_call *call) {
  return ck_std_invoke(call, ck_std_arg(call, 0), call->args + 1, call->nargs - 1);
}

/* Runs the callable at `first` at once, then opens what it was given: another thread may still be at work on that. */
static ck_value run_and_refuse(ck_call *call, size_t first) {
  if (call->nargs > first)
    ck_std_invoke(call, ck_std_arg(call, first), call->args + first + 1, call->nargs - first - 1);
  return ck_std_refuse(call, "`%s`, whose moment is not known", call->name);
}

/* thread(f, args...), async([policy,] f, args...), call_once(flag, f, args...) */
ck_value ck_std_thread_construct(ck_call *call) {
  if (call->nargs == 0) return ck_call_unknown(call, "the value of a `%s`", call->name);
  return run_and_refuse(call, 0);
}

ck_value ck_std_async(ck_call *call) {
  const ck_ir_type *type = ck_std_arg_type(call, 0);
  return run_and_refuse(call, type != NULL && strcmp(type->name, "std::launch") == 0 ? 1 : 0);
}

ck_value ck_std_call_once(ck_call *call) { return run_and_refuse(call, 1); }

ck_value ck_std_bind(ck_call *call) {
  if (call->nargs > MAX_ARGUMENTS) return ck_std_refuse(call, "std::bind with more than %d arguments", MAX_ARGUMENTS);
  ck_cell *cells[MAX_ARGUMENTS];
  for (size_t i = 0; i < call->nargs; i++) {
    const ck_ir_type *type = ck_std_arg_type(call, i), *which = ck_std_targ(type, 0);
    bool placeholder =
        type != NULL && strcmp(type->name, "std::_Placeholder") == 0 && which != NULL && which->kind == CK_IR_T_VALUE;
    ck_value number = CK_INT(placeholder ? which->count : 0);
    ck_value v =
        placeholder ? ck_ev_list(call->ev, "std::_Placeholder", &number, 1) : ck_std_init(call, NULL, call->args[i]);
    cells[i] = ck_ev_cell(call->ev, v);
    cells[i]->type = type;
  }
  return ck_ev_list_of_cells(call->ev, "std::_Bind", cells, call->nargs);
}

ck_value ck_std_placeholder(ck_call *call) {
  ck_value which = CK_INT(call->name[strlen(call->name) - 1] - (int64_t)'0');
  return ck_ev_list(call->ev, "std::_Placeholder", &which, 1);
}

ck_value ck_std_mem_fn(ck_call *call) { return ck_ev_load(call->ev, call->args[0]); }

/* std::plus<int>()(a, b): the row of every operator() of <functional>. */
ck_value ck_std_functor_call(ck_call *call) {
  ck_value self = call->self != NULL ? ck_std_self(call) : CK_VOID;
  if (self.kind == CK_V_LIST) return ck_std_invoke(call, self, call->args, call->nargs);
  char cls[64];
  size_t n = strlen(call->name) - strlen("::operator()");
  if (n >= sizeof cls) return ck_std_refuse(call, "`%s`", call->name);
  memcpy(cls, call->name, n);
  cls[n] = 0;
  return apply_operator(call, operator_of(cls), call->type, call->args, call->nargs);
}
