/* call.c - how torch's built-ins read their arguments and give results. */
#include <stdarg.h>
#include <stdio.h>

#include "torch/torch_int.h"

const ck_ir_type ck_torch_int64 = {
    .kind = CK_IR_T_INT, .bits = 64, .is_signed = true, .name = "", .usr = "", .spelling = "long"};
const ck_ir_type ck_torch_bool = {.kind = CK_IR_T_BOOL, .bits = 8, .name = "", .usr = "", .spelling = "bool"};
const ck_ir_type ck_torch_double = {.kind = CK_IR_T_FLOAT, .bits = 64, .name = "", .usr = "", .spelling = "double"};

ck_value ck_torch_arg(ck_call *call, size_t i) {
  return i < call->nargs && call->args[i] != NULL ? ck_ev_load(call->ev, call->args[i]) : CK_VOID;
}

const ck_ir_type *ck_torch_arg_type(ck_call *call, size_t i) {
  if (i >= call->nargs) return NULL;
  const ck_ir_type *type = call->args[i] ? call->args[i]->type : NULL;
  if (type == NULL && call->node != NULL && call->node->nkids >= call->nargs) {
    const ck_ir *kid = call->node->kids[call->node->nkids - call->nargs + i];
    type = kid ? kid->type : NULL;
  }
  return ck_ir_strip_ref(type);
}

bool ck_torch_arg_is(ck_call *call, size_t i, const char *type) {
  const ck_ir_type *t = ck_torch_arg_type(call, i);
  return t != NULL && strcmp(t->name, type) == 0;
}

const char *ck_torch_method(const char *qualified) {
  const char *at = qualified;
  for (const char *p = strstr(at, "::"); p != NULL; p = strstr(at, "::")) at = p + 2;
  return at;
}

/* Follows pointers to what they name, without deciding between alternatives. */
static ck_cell *follow(ck_ev *ev, ck_cell *cell) {
  for (int i = 0; cell != NULL && i < 8; i++) {
    ck_value v = ck_ev_load(ev, cell);
    if (v.kind != CK_V_PTR || v.tag == CK_PTR_ITERATOR) break;
    cell = v.cell;
  }
  return cell;
}

ck_value ck_torch_self(ck_call *call) { return call->self ? ck_ev_load(call->ev, call->self) : CK_VOID; }

ck_cell *ck_torch_self_cell(ck_call *call) {
  if (call->self == NULL) return NULL;
  ck_cell *cell = follow(call->ev, call->self);
  if (cell != NULL && ck_ev_load(call->ev, cell).kind == CK_V_CHOICE) cell = ck_ev_target(call->ev, cell);
  return cell;
}

ck_object *ck_torch_object(ck_ev *ev, ck_cell *cell) {
  if (cell == NULL) return NULL;
  ck_value v = ck_ev_load(ev, cell);
  return v.kind == CK_V_OBJECT ? v.object : NULL;
}

ck_object *ck_torch_self_object(ck_call *call) { return ck_torch_object(call->ev, ck_torch_self_cell(call)); }

ck_value ck_torch_lvalue(ck_cell *cell) { return ck_ev_ref(cell); }

ck_value ck_torch_noop(ck_call *call) {
  (void)call;
  return CK_VOID;
}

ck_value ck_torch_return_self(ck_call *call) { return call->self ? ck_ev_ref(call->self) : CK_VOID; }

static bool is_tensor_type(const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  return type != NULL && type->kind == CK_IR_T_RECORD &&
         (strcmp(type->name, "at::Tensor") == 0 || strcmp(type->name, "at::TensorBase") == 0);
}

ck_value ck_torch_harmless(ck_call *call) {
  const ck_ir_type *type = ck_ir_strip_ref(call->type);
  if (type != NULL && type->kind == CK_IR_T_VOID) return CK_VOID;
  if (is_tensor_type(type))
    return ck_torch_unknown_tensor(call->ev, call->node->loc, -1, CK_DTYPE_UNKNOWN, "the result of `%s`", call->name);
  return ck_call_unknown(call, "the result of `%s`", call->name);
}

ck_value ck_torch_opens(ck_call *call, const char *format, ...) {
  char reason[300];
  va_list ap;
  va_start(ap, format);
  vsnprintf(reason, sizeof reason, format, ap);
  va_end(ap);
  const char *kept = ck_ev_intern(call->ev, reason);
  if (call->self) ck_ev_open(call->ev, ck_ev_load(call->ev, call->self), call->node->loc, kept);
  for (size_t i = 0; i < call->nargs; i++)
    if (call->args[i]) ck_ev_open(call->ev, ck_ev_load(call->ev, call->args[i]), call->node->loc, kept);
  return ck_call_unknown(call, "%s", kept);
}

ck_cell *ck_torch_module_cell(ck_ev *ev, ck_value v) {
  v = ck_ev_decide(ev, v);
  if (v.kind == CK_V_OBJECT) return v.object->registry ? ck_ev_cell(ev, v) : NULL;
  if (v.kind != CK_V_PTR) return NULL;
  ck_cell *cell = v.tag == CK_PTR_ITERATOR ? NULL : ck_ev_target(ev, v.cell);
  ck_object *object = ck_torch_object(ev, cell);
  return object != NULL && object->registry != NULL ? cell : NULL;
}

const char *ck_torch_reason(ck_value v) { return v.kind == CK_V_UNKNOWN ? v.unknown->reason : NULL; }

bool ck_torch_is_pointer_type(const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  if (type == NULL) return false;
  if (type->kind == CK_IR_T_POINTER || type->kind == CK_IR_T_NULLPTR) return true;
  return type->kind == CK_IR_T_RECORD &&
         (strcmp(type->name, "std::shared_ptr") == 0 || strcmp(type->name, "std::unique_ptr") == 0 ||
          strcmp(type->name, "torch::nn::ModuleHolder") == 0 || ck_torch_is_stock_holder(type->name));
}

ck_value ck_torch_scalar_construct(ck_call *call) { return ck_torch_arg(call, 0); }
