/* std_any.c - std::any.
 *
 * An any is a LIST of none or one; the cell of its element carries the type that it was put in with, which is what a
 * cast has to name. A type that is not known, or two that are spelled apart but may be the same, decide nothing. */
#include "eval/std_int.h"

#define ANY "std::any"

/* The type that an argument is kept as: no reference, no const, arrays as pointers. */
static const ck_ir_type *decayed(ck_call *call, const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  if (type == NULL || (type->kind != CK_IR_T_ARRAY && !type->is_const)) return type;
  ck_ir_type *plain = CK_NEW(ck_ev_arena(call->ev), ck_ir_type);
  *plain = *type;
  plain->is_const = false;
  if (type->kind == CK_IR_T_ARRAY) {
    plain->kind = CK_IR_T_POINTER;
    plain->spelling = ck_arena_printf(ck_ev_arena(call->ev), "%s%s *", type->is_const ? "const " : "",
                                      type->elem ? type->elem->spelling : "?");
  } else if (strncmp(type->spelling, "const ", 6) == 0) {
    plain->spelling = type->spelling + 6;
  }
  return plain;
}

static ck_value holding(ck_call *call, const ck_ir_type *type, ck_cell **args, size_t n) {
  ck_value v = ck_std_make(call, type, args, n);
  ck_value any = ck_ev_list(call->ev, ANY, &v, 1);
  any.list->at[0]->type = type;
  return any;
}

static bool is_any(ck_value v) { return ck_std_list_of(v, ANY) != NULL; }

ck_value ck_std_any_construct(ck_call *call) {
  if (call->nargs == 0) return ck_ev_list(call->ev, ANY, NULL, 0);
  ck_value first = ck_std_arg(call, 0);
  const ck_ir_type *type = ck_std_arg_type(call, 0);
  if (call->nargs == 1 && is_any(first)) return ck_ev_copy(call->ev, first);
  if (type != NULL && type->kind == CK_IR_T_RECORD && strcmp(type->name, "std::in_place_type_t") == 0)
    return holding(call, decayed(call, ck_std_targ(type, 0)), call->args + 1, call->nargs - 1);
  if (call->nargs != 1 || (first.kind == CK_V_UNKNOWN && type == NULL))
    return ck_std_refuse(call, "a std::any of a value that is not known");
  if (type != NULL && type->kind == CK_IR_T_RECORD && strcmp(type->name, ANY) == 0) return first; /* not known */
  return holding(call, decayed(call, type), call->args, 1);
}

ck_value ck_std_make_any(ck_call *call) {
  const ck_ir_type *type = call->targs != NULL && call->targs->nargs > 0 ? call->targs->args[0] : NULL;
  if (type == NULL && call->type != NULL && call->type->kind == CK_IR_T_LREF) type = call->type->elem; /* emplace */
  return type != NULL ? holding(call, decayed(call, type), call->args, call->nargs)
                      : ck_std_refuse(call, "a std::any of a type that is not known");
}

ck_value ck_std_any_assign(ck_call *call) {
  ck_ev_store(call->ev, call->self, ck_std_any_construct(call));
  return ck_std_ref_self(call);
}

ck_value ck_std_any_emplace(ck_call *call) {
  ck_value made = ck_std_make_any(call);
  ck_ev_store(call->ev, call->self, made);
  return is_any(made) ? ck_ev_ref(made.list->at[0]) : made;
}

ck_value ck_std_any_reset(ck_call *call) {
  ck_ev_store(call->ev, call->self, ck_ev_list(call->ev, ANY, NULL, 0));
  return CK_VOID;
}

ck_value ck_std_any_has(ck_call *call) {
  ck_value v = ck_std_self(call);
  return is_any(v) ? CK_BOOL(v.list->n > 0) : ck_std_because(call, v, "a std::any that is not known");
}

/* Are two types certainly the same, or certainly two? Spellings that differ say so of numbers, and of texts. */
static bool is_plain(const ck_ir_type *type) {
  return type->kind == CK_IR_T_INT || type->kind == CK_IR_T_FLOAT || type->kind == CK_IR_T_BOOL ||
         type->kind == CK_IR_T_ENUM || type->kind == CK_IR_T_POINTER || strcmp(type->name, "std::basic_string") == 0;
}
static bool compare_types(const ck_ir_type *a, const ck_ir_type *b, bool *same) {
  if (a == NULL || b == NULL) return false;
  *same = strcmp(a->spelling, b->spelling) == 0;
  return *same || is_plain(a) || is_plain(b);
}

/* any_cast<T>(any), any_cast<T>(&any): the latter is null where the former throws. */
ck_value ck_std_any_cast(ck_call *call) {
  ck_value v = ck_std_arg(call, 0);
  const ck_ir_type *to = call->targs != NULL && call->targs->nargs > 0 ? call->targs->args[0] : NULL;
  const ck_ir_type *type = ck_std_arg_type(call, 0);
  bool pointer = type != NULL && type->kind == CK_IR_T_POINTER, same = false;
  if (pointer && v.kind == CK_V_NULL) return v;
  if (pointer) v = v.kind == CK_V_PTR ? ck_std_value(call, v.cell) : v;
  if (!is_any(v)) return ck_std_because(call, v, "a std::any that is not known");
  if (to == NULL) return ck_call_unknown(call, "a std::any cast to a type that is not known");
  ck_cell *cell = v.list->n > 0 ? v.list->at[0] : NULL;
  if (cell != NULL && !compare_types(cell->type, decayed(call, to), &same))
    return ck_call_unknown(call, "a std::any whose type is not known");
  if (cell == NULL || !same) return pointer ? CK_NULL : ck_std_throw(call, "std::bad_any_cast");
  if (pointer) return ck_ev_pointer(CK_PTR_RAW, cell);
  bool refers = to->kind == CK_IR_T_LREF || to->kind == CK_IR_T_RREF;
  return refers ? ck_ev_ref(cell) : ck_std_init(call, to, cell);
}
