/* call.c - calls: to functions of the program, to rows of the tables, to nobody we know.
 *
 * The order: a body in the program; else the row of the qualified name; else the call is unknown and opens what its
 * arguments reach. Operators on pointers and iterators mean the same in every library and are done here. */
#include <string.h>

#include "eval/eval_int.h"

/* Frames ------------------------------------------------------------------------------------------------------------
 */

static const ck_ir_unit *unit_of(ck_ev *ev, const ck_ir *function) {
  void **slot = ck_ptrmap_slot(&ev->units, function);
  if (*slot == NULL) *slot = (void *)(uintptr_t)ck_ir_unit_of(ev->program, function);
  if (*slot == NULL && ev->frame) return ev->frame->unit;
  return *slot;
}

bool ck_ev_frame_push(ck_ev *ev, ck_frame *frame, const ck_ir *function, const ck_ir *scope, ck_cell *self,
                      ck_loc loc) {
  (void)loc;
  if (ev->depth >= CK_LIMIT_DEPTH) {
    ck_ev_stop(ev, "nested calls");
    return false;
  }
  ev->depth++;
  *frame = (ck_frame){.up = ev->frame,
                      .function = function,
                      .unit = function ? unit_of(ev, function) : NULL,
                      .self = self,
                      .scope = scope,
                      .first = ev->bindings.n,
                      .result = CK_VOID};
  const ck_ir_type *result = function && function->kind == CK_IR_FUNCTION ? function->type : NULL;
  frame->returns_ref = result && (result->kind == CK_IR_T_LREF || result->kind == CK_IR_T_RREF);
  ev->frame = frame;
  return true;
}

void ck_ev_frame_pop(ck_ev *ev) {
  ev->bindings.n = ev->frame->first;
  ev->frame = ev->frame->up;
  ev->depth--;
}

/* Parameters --------------------------------------------------------------------------------------------------------
 */

static ck_cell *passed(ck_ev *ev, ck_cell *arg, const ck_ir *param, ck_loc loc) {
  const ck_ir_type *type = param->type;
  const ck_ir_type *from = ck_ir_strip_ref(arg->type);
  if (from && from->kind == CK_IR_T_RECORD && strcmp(from->name, "std::reference_wrapper") == 0 && type &&
      ck_ir_strip_ref(type) != from && ck_ev_load(ev, arg).kind == CK_V_PTR)
    arg = ck_ev_load(ev, arg).cell; /* converts to the reference that it wraps */
  if (type == NULL) return ck_ev_temp(ev, ck_ev_copy(ev, ck_ev_load(ev, arg)), arg->type);
  bool is_ref = type->kind == CK_IR_T_LREF || type->kind == CK_IR_T_RREF;
  if (type->kind == CK_IR_T_LREF && !type->elem->is_const) {
    if (ck_ev_is_any_element(ev, arg)) ck_ev_open_owner(ev, arg, loc);
    return arg;
  }
  const ck_ir_type *to = ck_ir_strip_ref(type);
  if (to->kind == CK_IR_T_UNKNOWN && !is_ref) to = arg->type; /* `auto` of a generic lambda */
  if (to == NULL) return ck_ev_temp(ev, ck_ev_copy(ev, ck_ev_load(ev, arg)), NULL);
  ck_value v = ck_ev_load(ev, arg);
  if (to->kind == CK_IR_T_POINTER && v.kind == CK_V_LIST && strcmp(v.list->cls, "array") == 0)
    v = ck_ev_iterator(arg, 0);
  if (is_ref) {
    ck_value converted = ck_ev_convert_from(ev, v, arg->type, to, loc);
    return ck_ev_same(v, converted) ? arg : ck_ev_temp(ev, converted, to);
  }
  v = ck_ev_convert_from(ev, ck_ev_copy(ev, v), arg->type, to, loc);
  return ck_ev_temp(ev, ck_ev_name_unknown(ev, v, to, param->name, param->loc), to);
}

void ck_ev_bind_params(ck_ev *ev, const ck_ir *function, ck_cell **args, size_t nargs, const ck_ir *node) {
  size_t n = ck_ir_param_count(function);
  for (size_t i = 0; i < n && ck_ev_on(ev); i++) {
    const ck_ir *param = ck_ir_param(function, i), *init;
    ck_cell *cell;
    if (i < nargs) {
      cell = passed(ev, args[i], param, node->loc);
      bool by_value = param->type && param->type->kind != CK_IR_T_LREF && param->type->kind != CK_IR_T_RREF;
      if (by_value && node->nkids >= nargs) ck_ev_leave_moved(ev, node->kids[node->nkids - nargs + i], args[i]);
    } else if ((init = ck_ev_default_argument(ev, function, i)) != NULL)
      cell = ck_ev_init(ev, param->type, init, false, param);
    else
      cell = ck_ev_temp(ev, ck_ev_unknown(ev, node->loc, "parameter `%s`, for which no argument is seen", param->name),
                        param->type);
    if (param->usr[0]) ck_ev_bind(ev, param->usr, cell);
  }
}

/* Does the function call itself without end, as far as can be seen? Once it has, it is not followed any deeper. */
static bool is_too_deep(ck_ev *ev, const ck_ir *function) {
  if (ev->depth >= CK_LIMIT_DEPTH) *ck_ptrmap_slot(&ev->too_deep, function) = ev;
  if (ev->too_deep.count == 0 || ck_ptrmap_get(&ev->too_deep, function) == NULL) return false;
  for (const ck_frame *f = ev->frame; f != NULL; f = f->up)
    if (f->function == function) return true;
  return ev->depth >= CK_LIMIT_DEPTH;
}

/* A call that no module notices is not run: its result is not known, nor what it may change. */
static bool pass_over_call(ck_ev *ev, const ck_ir *function, ck_cell *self, ck_cell **args, size_t nargs,
                           const ck_ir *node, ck_value *result) {
  const char *reason = ck_arena_printf(&ev->arena, "`%s`, which calls itself too often", function->name);
  const ck_ir *body = ck_ir_body(function);
  if (!ck_ev_pass_over(ev, &body, 1, node->loc, reason)) return false;
  ev->spares_modules++;
  if (self != NULL) ck_ev_open_cell(ev, self, node->loc, reason);
  for (size_t i = 0; i < nargs; i++) ck_ev_open_cell(ev, args[i], node->loc, reason);
  ev->spares_modules--;
  *result = ck_ev_unknown(ev, node->loc, "%s", reason);
  return true;
}

ck_value ck_ev_run_function(ck_ev *ev, const ck_ir *function, const ck_ir *scope, ck_cell *self, ck_cell **args,
                            size_t nargs, const ck_ir *node) {
  ck_frame frame;
  ck_value instead;
  if (is_too_deep(ev, function) && pass_over_call(ev, function, self, args, nargs, node, &instead)) return instead;
  if (!ck_ev_frame_push(ev, &frame, function, scope, self, node->loc)) return CK_VOID;
  ck_ev_bind_params(ev, function, args, nargs, node);
  if (ck_ev_on(ev)) ck_ev_exec(ev, ck_ir_body(function), CK_TAIL_FUNCTION);
  if (ev->flow == CK_FLOW_RETURN) ev->flow = CK_FLOW_ON;
  ck_value v = frame.result;
  ck_ev_frame_pop(ev);
  return v;
}

/* Unknown calls -----------------------------------------------------------------------------------------------------
 */

/* A USR spells the parameter types: does one of them let the function write to its argument? `&` is a reference, `&1` a
 * reference to const. */
static bool may_write_arguments(const char *usr) {
  if (usr[0] == '\0') return true;
  for (const char *p = usr; (p = strchr(p, '&')) != NULL; p++)
    if (p[1] != '1') return true;
  return false;
}

ck_value ck_ev_unknown_call(ck_ev *ev, const ck_ir *node, const char *name, const char *why, ck_cell *self,
                            ck_cell **args, size_t nargs) {
  const char *reason = why ? ck_arena_printf(&ev->arena, "call of `%s`, %s", name, why)
                           : ck_arena_printf(&ev->arena, "call of `%s`, whose body is not in sight", name);
  bool writes = may_write_arguments(node->usr);
  if (self) {
    ck_value v = ck_ev_load(ev, self);
    if (v.kind == CK_V_OBJECT || v.kind == CK_V_PTR) ck_ev_open(ev, v, node->loc, reason);
    else ck_ev_open_cell(ev, self, node->loc, reason);
  }
  for (size_t i = 0; i < nargs; i++) {
    if (writes) ck_ev_open_cell(ev, args[i], node->loc, reason);
    else ck_ev_open(ev, ck_ev_load(ev, args[i]), node->loc, reason);
  }
  ck_ev_unseen_may_throw(ev, node, name);
  return ck_ev_unknown(ev, node->loc, "%s", reason);
}

static bool is_const_call(const ck_ir *node) { return node->kind != CK_IR_CALL && ck_ev_is_const_method(node); }

/* An object that is not known after the call, which remembers nothing of it, may hold what it held and was given. */
static void keep_given(ck_ev *ev, ck_cell *self, ck_value before, ck_cell **args, size_t nargs, ck_loc loc) {
  const bool is_same = before.kind == CK_V_UNKNOWN && before.unknown == self->v.unknown;
  if (self->v.unknown->into != NULL && !is_same) return;
  if (!is_same || (before.unknown->into != NULL && !ck_ev_is_reached(before.unknown->into))) {
    ck_value v = ck_ev_made_of(ev, self->v, self->type, ck_ev_temp(ev, before, NULL), args, nargs);
    if (v.unknown != self->v.unknown) ck_ev_store(ev, self, v);
    return;
  }
  for (size_t i = 0; i < nargs; i++)
    if (ck_ev_may_lead(ev, args[i]->type))
      ck_ev_open(ev, ck_ev_load(ev, args[i]), loc, "given to an object that is not known");
}

static ck_value call_row(ck_ev *ev, const ck_builtin *row, const ck_ir *node, const char *name, ck_cell *self,
                         ck_cell **args, size_t nargs) {
  ck_cell *part = ck_starts_with(name, "std::") ? ck_ev_library_part(ev, self) : NULL;
  if (part) self = part;
  ck_call call = {.ev = ev,
                  .node = node,
                  .name = name,
                  .self = self,
                  .args = args,
                  .nargs = nargs,
                  .targs = node->aux,
                  .type = node->type};
  if (ev->observer.calling) ev->observer.calling(&call, ev->observer.data);
  bool may_throw = ck_ev_row_begins(ev, node, name, args, nargs);
  const ck_value before = self != NULL ? self->v : CK_VOID;
  ck_value result = row->call(&call);
  if (self != NULL && self->v.kind == CK_V_UNKNOWN && !is_const_call(node))
    keep_given(ev, self, before, args, nargs, node->loc);
  if (may_throw) ck_ev_row_ends(ev, name, result);
  if (ev->observer.called) ev->observer.called(&call, result, ev->observer.data);
  return ck_ev_of_call(ev, node, self, args, nargs, result);
}

/* Free functions ----------------------------------------------------------------------------------------------------
 */

static ck_value eval_free_call(ck_ev *ev, const ck_ir *node) {
  const ck_ir *callee = ck_ir_kid(node, 0);
  ck_value closure = CK_VOID;
  if (callee) closure = ck_ev_eval(ev, callee);
  size_t n;
  ck_cell **args = ck_ev_eval_args(ev, node, 1, &n);
  if (!ck_ev_on(ev)) return CK_VOID;
  if (callee) return ck_ev_invoke(ev, closure, args, n, node);
  const ck_target_fn *target = ck_ev_find_function(ev, node->usr);
  if (target->function) return ck_ev_run_function(ev, target->function, NULL, NULL, args, n, node);
  const ck_builtin *row = ck_ev_find_builtin(ev, node->name, n);
  if (row) return call_row(ev, row, node, node->name, NULL, args, n);
  return ck_ev_unknown_call(ev, node, node->name, target->why, NULL, args, n);
}

/* Methods -----------------------------------------------------------------------------------------------------------
 */

static ck_cell *self_cell(ck_ev *ev, const ck_ir *node) {
  const ck_ir *object = ck_ir_kid(node, 0);
  if (object == NULL) { /* rows are never called without one */
    ck_cell *self = ev->frame ? ev->frame->self : NULL;
    return self ? self : ck_ev_temp(ev, ck_ev_unknown(ev, node->loc, "`this` of an object that is not known"), NULL);
  }
  ck_cell *cell = ck_ev_eval_cell(ev, object);
  if (!(node->flags & CK_IR_F_ARROW) || !ck_ev_on(ev)) return cell;
  ck_value v = ck_ev_decide(ev, ck_ev_load(ev, cell));
  if (v.kind != CK_V_PTR) return cell;
  ck_cell *target = v.tag == CK_PTR_ITERATOR ? ck_ev_element(ev, v) : v.cell;
  return target ? target : cell;
}

/* The class whose virtual functions are in force for the object now. */
static const ck_class *dynamic_class(ck_ev *ev, const ck_object *object) {
  const ck_ir *record = object->constructing ? object->constructing : object->record;
  return record ? ck_ev_class_of_record(ev, record) : NULL;
}

/* The project's object in a cell, pointers followed; NULL if it is none. */
static ck_object *project_object(ck_ev *ev, ck_cell **self) {
  if (*self == NULL) return NULL;
  ck_cell *target = ck_ev_target(ev, *self);
  if (target == NULL) return NULL;
  ck_value v = ck_ev_decide(ev, ck_ev_load(ev, target));
  if (v.kind != CK_V_OBJECT || v.object->record == NULL) return NULL;
  *self = target;
  return v.object;
}

static ck_value call_project_method(ck_ev *ev, const ck_ir *function, ck_cell *self, ck_cell **args, size_t n,
                                    const ck_ir *node) {
  const ck_method *method = ck_ev_method(ev, function->usr);
  return ck_ev_run_function(ev, function, method ? method->record : NULL, self, args, n, node);
}

/* Methods of libraries that make what they are given their own. */
static bool takes_over(const char *name) {
  static const char *const names[] = {"push_back", "push_front",      "emplace_back",       "emplace_front",  "emplace",
                                      "insert",    "register_module", "register_parameter", "register_buffer"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(ck_ev_plain_name(name), names[i]) == 0) return true;
  return false;
}

static ck_value eval_method_call(ck_ev *ev, const ck_ir *node) {
  ck_cell *self = self_cell(ev, node);
  if (!ck_ev_on(ev)) return CK_VOID;
  size_t n;
  ck_cell **args = ck_ev_eval_args(ev, node, 1, &n);
  if (!ck_ev_on(ev)) return CK_VOID;
  const bool is_behind = (node->flags & CK_IR_F_ARROW) && self->v.kind == CK_V_UNKNOWN && self->v.unknown->into;
  if (is_behind && !ck_ev_is_quiet(ev, node)) ck_ev_reach(ev, self->v, node->loc);
  if (node->usr[0] == '\0' && strstr(node->name, "::") == NULL) return ck_ev_dependent_method(ev, node, self, args, n);
  const ck_target_fn *target = ck_ev_find_function(ev, node->usr);
  const ck_ir *function = target->function;
  ck_cell *object_cell = self;
  bool is_virtual = (node->flags & CK_IR_F_VIRTUAL) && !(node->flags & CK_IR_F_QUALIFIED);
  ck_object *object = function || is_virtual ? project_object(ev, &object_cell) : NULL;
  if (object && is_virtual) {
    const ck_class *cls = dynamic_class(ev, object);
    const ck_ir *override = cls ? ck_ev_override(ev, cls, node->usr) : NULL;
    if (override) target = ck_ev_find_function(ev, override->usr), function = target->function;
  }
  if (function && object) return call_project_method(ev, function, object_cell, args, n, node);
  if (function && self && self->v.kind == CK_V_PTR && self->v.tag == CK_PTR_HOLDER) /* a method of the holder itself */
    return call_project_method(ev, function, self, args, n, node);
  const ck_builtin *row = function ? NULL : ck_ev_find_builtin(ev, node->name, n);
  if (row) {
    ck_value v = call_row(ev, row, node, node->name, self, args, n);
    for (size_t i = 0; takes_over(node->name) && i < n && node->nkids > n; i++)
      ck_ev_leave_moved(ev, node->kids[node->nkids - n + i], args[i]);
    return v;
  }
  const char *why = target->why;
  if (function) {
    ck_value v = self ? ck_ev_load(ev, self) : CK_VOID;
    why = v.kind == CK_V_UNKNOWN ? ck_arena_printf(&ev->arena, "on an object that is not known: %s", v.unknown->reason)
                                 : "on an object that is not known";
    const char *reason = ck_arena_printf(&ev->arena, "call of `%s`, %s", node->name, why);
    if (v.kind == CK_V_UNKNOWN && ck_ev_pass_over(ev, &node, 1, node->loc, reason))
      return ck_ev_unknown(ev, node->loc, "%s", reason);
  }
  return ck_ev_unknown_call(ev, node, node->name, why, self, args, n);
}

ck_value ck_ev_call_method(ck_ev *ev, ck_cell *object, const char *name, ck_cell **args, size_t nargs,
                           const ck_ir *node, bool *found) {
  *found = false;
  const ck_object *o = project_object(ev, &object);
  const ck_class *cls = o ? dynamic_class(ev, o) : NULL;
  bool unclear = false;
  const ck_ir *method = cls ? ck_ev_choose_method(ev, cls, name, args, nargs, &unclear) : NULL;
  const ck_ir *function = method ? ck_ev_find_function(ev, method->usr)->function : NULL;
  if (unclear) {
    *found = true;
    return ck_ev_unknown_call(ev, node, name, "of which it is not known which overload is meant", object, args, nargs);
  }
  if (function == NULL) return CK_VOID;
  *found = true;
  return ck_ev_unref(ev, call_project_method(ev, function, object, args, nargs, node));
}

/* Operators ---------------------------------------------------------------------------------------------------------
 */

static ck_ir_op binary_op_named(const char *op) {
  static const ck_ir_op ops[] = {CK_IR_OP_ADD, CK_IR_OP_SUB, CK_IR_OP_EQ, CK_IR_OP_NE,
                                 CK_IR_OP_LT,  CK_IR_OP_GT,  CK_IR_OP_LE, CK_IR_OP_GE};
  for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
    if (strcmp(ck_ir_op_name(ops[i]), op) == 0) return ops[i];
  return CK_IR_OP_NONE;
}

static bool dereference(ck_ev *ev, const char *op, ck_value v, const ck_ir *node, ck_value *out) {
  if (v.kind == CK_V_NULL) return *out = ck_ev_unknown(ev, node->loc, "what a null pointer points to"), true;
  const bool is_arrow = op[0] != '*';
  if (is_arrow && v.kind == CK_V_UNKNOWN && v.unknown->into)
    return *out = v, true; /* who goes on from there reaches it */
  ck_ev_reach(ev, v, node->loc);
  if (v.kind != CK_V_PTR || v.tag == CK_PTR_ANY) return false;
  ck_cell *cell = v.tag == CK_PTR_ITERATOR ? ck_ev_element(ev, v) : v.cell;
  if (cell == NULL) *out = ck_ev_unknown(ev, node->loc, "element outside of its container");
  else *out = is_arrow ? ck_ev_pointer(CK_PTR_RAW, cell) : ck_ev_ref(cell);
  return true;
}

static bool step_iterator(ck_ev *ev, ck_ir_op op, ck_cell *cell, ck_value by, bool old_value, const ck_ir *node,
                          ck_value *out) {
  ck_value old = ck_ev_decide(ev, ck_ev_load(ev, cell)), v;
  if (old.kind == CK_V_UNKNOWN && old.unknown->into) return *out = old_value ? old : ck_ev_ref(cell), true;
  if (old.kind != CK_V_PTR || old.tag != CK_PTR_ITERATOR || !ck_ev_pointer_op(ev, op, old, by, node->loc, &v))
    return false;
  ck_ev_store(ev, cell, v);
  *out = old_value ? old : ck_ev_ref(cell);
  return true;
}

static bool subscript_pointer(ck_ev *ev, ck_value v, ck_value index, ck_value *out) {
  if (v.kind != CK_V_PTR || index.kind != CK_V_INT) return false;
  ck_value held = ck_ev_load(ev, v.cell);
  bool array = held.kind == CK_V_LIST && strcmp(held.list->cls, "array") == 0;
  if (v.tag != CK_PTR_ITERATOR && !(array && (v.tag == CK_PTR_UNIQUE || v.tag == CK_PTR_SHARED))) return false;
  ck_cell *cell = ck_ev_element(ev, ck_ev_iterator(v.cell, v.index + (size_t)index.i));
  if (cell == NULL) return false;
  return *out = ck_ev_ref(cell), true;
}

/* Operators of pointers, smart pointers and iterators, whatever library they are from. */
/* The int of a postfix operator is no operand of the source: libclang leaves it out, the USR has it. */
static bool is_postfix(const ck_ir *node, size_t n) {
  return n == 2 || strstr(node->usr, "operator++#I#") != NULL || strstr(node->usr, "operator--#I#") != NULL;
}

static bool pointer_operator(ck_ev *ev, const char *op, const ck_ir *node, ck_cell **args, size_t n, ck_value *out) {
  ck_value a = ck_ev_load(ev, args[0]);
  if (n == 1 && (strcmp(op, "*") == 0 || strcmp(op, "->") == 0))
    return dereference(ev, op, ck_ev_decide(ev, a), node, out);
  if (strcmp(op, "++") == 0) return step_iterator(ev, CK_IR_OP_ADD, args[0], CK_INT(1), is_postfix(node, n), node, out);
  if (strcmp(op, "--") == 0) return step_iterator(ev, CK_IR_OP_SUB, args[0], CK_INT(1), is_postfix(node, n), node, out);
  if (n != 2) return false;
  ck_value b = ck_ev_load(ev, args[1]);
  if (strcmp(op, "+=") == 0) return step_iterator(ev, CK_IR_OP_ADD, args[0], b, false, node, out);
  if (strcmp(op, "-=") == 0) return step_iterator(ev, CK_IR_OP_SUB, args[0], b, false, node, out);
  if (strcmp(op, "[]") == 0) return subscript_pointer(ev, ck_ev_decide(ev, a), ck_ev_decide(ev, b), out);
  ck_ir_op binary = binary_op_named(op);
  return binary != CK_IR_OP_NONE && ck_ev_pointer_op(ev, binary, a, b, node->loc, out);
}

/* operator= that nobody wrote. */
static ck_value assign_whole(ck_ev *ev, const ck_ir *node, ck_cell **args) {
  const ck_ir_type *type = ck_ir_strip_ref(node->kids[0] ? node->kids[0]->type : NULL);
  if (type == NULL || type->kind == CK_IR_T_UNKNOWN) type = ck_ir_strip_ref(args[0]->type);
  ck_value v = ck_ev_load(ev, args[1]);
  ck_ev_assign(ev, args[0], type ? ck_ev_convert_from(ev, v, args[1]->type, type, node->loc) : v);
  return ck_ev_ref(args[0]);
}

/* A generic lambda's closure with the body of the instance that the call names. */
static ck_value instantiated(ck_ev *ev, ck_value closure, const ck_ir *instance) {
  if (instance == NULL || closure.closure->lambda == NULL) return closure;
  ck_closure *own = CK_NEW(&ev->arena, ck_closure);
  *own = *closure.closure;
  own->function = instance;
  closure.closure = own;
  return closure;
}

/* =, += and the like, but no comparison. */
static bool is_assignment(const char *op) {
  size_t n = strlen(op);
  return n > 0 && op[n - 1] == '=' && strcmp(op, "==") != 0 && strcmp(op, "!=") != 0 && strcmp(op, "<=") != 0 &&
         strcmp(op, ">=") != 0;
}

/* Operands in their order: of an assignment the right one comes first ([expr.ass]; m[k] = f() adds nothing if f
 * throws).
 */
static ck_cell **eval_operands(ck_ev *ev, const ck_ir *node, const char *op, size_t *n) {
  if (node->nkids != 2 || !is_assignment(op)) return ck_ev_eval_args(ev, node, 0, n);
  *n = 2;
  ck_cell **cells = CK_NEW_N(&ev->arena, ck_cell *, 2);
  for (size_t i = 2; i-- > 0;) cells[i] = ck_ev_eval_cell(ev, node->kids[i]);
  return cells;
}

static ck_value eval_operator_call(ck_ev *ev, const ck_ir *node) {
  const char *plain = ck_ev_plain_name(node->name), *op = ck_starts_with(plain, "operator") ? plain + 8 : plain;
  size_t n;
  ck_cell **args = eval_operands(ev, node, op, &n);
  if (!ck_ev_on(ev)) return CK_VOID;
  const ck_target_fn *target = ck_ev_find_function(ev, node->usr);
  ck_value v;
  if (n > 0 && strcmp(op, "()") == 0) {
    ck_value f = ck_ev_decide(ev, ck_ev_load(ev, args[0]));
    if (f.kind == CK_V_CLOSURE) return ck_ev_invoke(ev, instantiated(ev, f, target->function), args + 1, n - 1, node);
  }
  if (target->function && n > 0) {
    const ck_method *method = ck_ev_method(ev, target->function->usr);
    bool is_method = (target->function->flags & CK_IR_F_METHOD) || (method && method->record);
    if (!is_method) return ck_ev_run_function(ev, target->function, NULL, NULL, args, n, node);
    ck_cell *self = args[0];
    if (project_object(ev, &self)) return call_project_method(ev, target->function, self, args + 1, n - 1, node);
    return ck_ev_unknown_call(ev, node, node->name, "on an object that is not known", args[0], args + 1, n - 1);
  }
  if (n > 0 && pointer_operator(ev, op, node, args, n, &v)) return v;
  const ck_builtin *row = n > 0 ? ck_ev_find_builtin(ev, node->name, n - 1) : NULL;
  bool assigns = n == 2 && strcmp(op, "=") == 0;
  if (row == NULL && !assigns)
    return ck_ev_unknown_call(ev, node, node->name, target->why, n ? args[0] : NULL, args + 1, n ? n - 1 : 0);
  v = row ? call_row(ev, row, node, node->name, args[0], args + 1, n - 1) : assign_whole(ev, node, args);
  if (assigns && args[0] != args[1]) ck_ev_leave_moved(ev, node->kids[1], args[1]);
  return v;
}

/* A call that stands for a place without a cell of its own (a character of a string): the row named as the call and
 * `=`. */
bool ck_ev_write_call(ck_ev *ev, const ck_ir *target, ck_value v) {
  if (target == NULL || (target->kind != CK_IR_OPCALL && target->kind != CK_IR_MCALL)) return false;
  const char *name = ck_arena_printf(&ev->arena, "%s=", target->name);
  const ck_builtin *row = ck_ev_find_builtin(ev, name, target->nkids);
  if (row == NULL || strcmp(row->name, name) != 0) return false;
  size_t n;
  ck_cell *self = target->kind == CK_IR_MCALL ? self_cell(ev, target) : ck_ev_eval_cell(ev, target->kids[0]);
  ck_cell **args = ck_ev_eval_args(ev, target, 1, &n), **all = CK_NEW_N(&ev->arena, ck_cell *, n + 1);
  if (!ck_ev_on(ev)) return true;
  if (n) memcpy(all, args, n * sizeof *args);
  all[n] = ck_ev_temp(ev, v, ck_ir_strip_ref(target->type));
  call_row(ev, row, target, name, self, all, n + 1);
  return true;
}

ck_value ck_ev_eval_call(ck_ev *ev, const ck_ir *node) {
  if (!ck_ev_on(ev) || !ck_ev_step(ev)) return CK_VOID;
  if (node->kind == CK_IR_MCALL) return eval_method_call(ev, node);
  return node->kind == CK_IR_OPCALL ? eval_operator_call(ev, node) : eval_free_call(ev, node);
}

/* Closures ----------------------------------------------------------------------------------------------------------
 */

ck_value ck_ev_eval_lambda(ck_ev *ev, const ck_ir *node) {
  ck_closure *closure = CK_NEW(&ev->arena, ck_closure);
  closure->function = node->kids[node->nkids - 1];
  closure->name = "lambda";
  closure->lambda = node->usr;
  closure->self = CK_VOID;
  closure->names = CK_NEW_N(&ev->arena, const char *, node->nkids);
  closure->cells = CK_NEW_N(&ev->arena, ck_cell *, node->nkids);
  for (uint32_t i = 0; i + 1 < node->nkids; i++) {
    const ck_ir *capture = node->kids[i], *init = ck_ir_kid(capture, 0);
    if (capture == NULL || capture->kind != CK_IR_CAPTURE) continue;
    if (capture->flags & CK_IR_F_CAPTURE_THIS) {
      if (ev->frame && ev->frame->self) closure->self = ck_ev_pointer(CK_PTR_RAW, ev->frame->self);
      continue;
    }
    ck_cell *cell = init ? ck_ev_eval_cell(ev, init) : ck_ev_lookup(ev, capture->usr);
    if (cell == NULL) continue;
    if (!(capture->flags & CK_IR_F_BYREF)) cell = ck_ev_temp(ev, ck_ev_copy(ev, ck_ev_load(ev, cell)), cell->type);
    closure->names[closure->n] = capture->usr;
    closure->cells[closure->n++] = cell;
  }
  return (ck_value){.kind = CK_V_CLOSURE, .closure = closure};
}

static ck_value invoke_body(ck_ev *ev, const ck_closure *c, ck_cell **args, size_t nargs, const ck_ir *node) {
  const ck_ir *function = c->function;
  if (ck_ev_is_generic(c)) { /* called by a library */
    const ck_ir *instance = ck_ev_choose_instance(ev, c, args, nargs);
    if (instance) function = instance;
    else if (nargs > ck_ir_param_count(function)) { /* a pack, of which the pattern does not say what it does with it */
      const char *why = "whose instance for these arguments is not in sight";
      ck_ev_open(ev, (ck_value){.kind = CK_V_CLOSURE, .closure = c}, function->loc, "a generic lambda with a pack");
      return ck_ev_unknown_call(ev, node, "a generic lambda", why, NULL, args, nargs);
    }
  }
  ck_cell *self = c->self.kind == CK_V_PTR ? c->self.cell : NULL;
  bool is_method = (function->flags & CK_IR_F_METHOD) && !(function->flags & CK_IR_F_STATIC);
  if (self == NULL && is_method && nargs > 0 && c->lambda == NULL) { /* pointer to member: object first */
    self = args[0];
    if (project_object(ev, &self)) args++, nargs--;
  }
  ck_frame frame;
  if (!ck_ev_frame_push(ev, &frame, function, NULL, self, node->loc)) return CK_VOID;
  for (size_t i = 0; i < c->n; i++) ck_ev_bind(ev, c->names[i], c->cells[i]);
  ck_ev_bind_params(ev, function, args, nargs, node);
  if (ck_ev_on(ev)) ck_ev_exec(ev, ck_ir_body(function), CK_TAIL_FUNCTION);
  if (ev->flow == CK_FLOW_RETURN) ev->flow = CK_FLOW_ON;
  ck_value v = frame.result;
  ck_ev_frame_pop(ev);
  return v;
}

ck_value ck_ev_invoke(ck_ev *ev, ck_value closure, ck_cell **args, size_t nargs, const ck_ir *node) {
  static const ck_ir nowhere = {.kind = CK_IR_CALL, .name = "", .usr = ""};
  if (node == NULL) node = &nowhere;
  ck_value f = ck_ev_decide(ev, closure);
  if (f.kind == CK_V_PTR) {
    ck_cell *target = f.cell;
    f = ck_ev_decide(ev, ck_ev_load(ev, target));
  }
  if (f.kind == CK_V_OBJECT) {
    bool found;
    ck_cell *object = ck_ev_cell(ev, f);
    ck_value v = ck_ev_call_method(ev, object, "operator()", args, nargs, node, &found);
    if (found) return v;
    const ck_closure *own = ck_ev_choose_closure(ev, f.object, args, nargs, &found);
    if (own && ck_ir_body(own->function)) return invoke_body(ev, own, args, nargs, node);
  }
  if (f.kind == CK_V_NULL) {
    ck_ev_throw(ev, node->loc, "call of an empty function");
    return CK_VOID;
  }
  ck_ev_reach(ev, f, node->loc);
  if (f.kind != CK_V_CLOSURE) {
    /* any whose address is taken: a setter out of a table of them writes a global, say */
    ck_ev_open_globals(ev, node->loc, "call of a function that is not known");
    return ck_ev_unknown_call(ev, node, "a function", "which is not known",
                              f.kind == CK_V_OBJECT ? ck_ev_cell(ev, f) : NULL, args, nargs);
  }
  if (f.closure->field && nargs == 1)
    return ck_ev_pointer(CK_PTR_REF, ck_ev_member_of(ev, f.closure->field, args[0], node));
  if (f.closure->function && ck_ir_body(f.closure->function)) return invoke_body(ev, f.closure, args, nargs, node);
  const ck_builtin *row = ck_ev_find_builtin(ev, f.closure->name, nargs);
  if (row) return call_row(ev, row, node, f.closure->name, NULL, args, nargs);
  return ck_ev_unknown_call(ev, node, f.closure->name, NULL, NULL, args, nargs);
}

/* The path --------------------------------------------------------------------------------------------------------
 */

bool ck_ev_is_trial(const ck_ev *ev) { return ev->trials > 0; }
bool ck_ev_in_unknown_round(const ck_ev *ev) { return ev->rounds_unknown > 0; }

void ck_ev_file_changes(ck_ev *ev, ck_file_effect effect, ck_value path, ck_loc loc) {
  if (ev->observer.file_changes != NULL) ev->observer.file_changes(ev, ev->observer.data, effect, path, loc);
}

bool ck_ev_in_try(const ck_ev *ev) { return ev->try_depth > 0; }

void ck_ev_exit(ck_ev *ev) {
  if (ck_ev_on(ev)) ev->flow = CK_FLOW_STOP;
}
