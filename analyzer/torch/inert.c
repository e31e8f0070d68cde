/* inert.c - libtorch calls that are known to leave every module's key set as it is.
 *
 * A row here is a promise: the call registers nothing, replaces nothing, and changes no shape or dtype of a registered
 * tensor. Its result is unknown, its arguments stay as they are. What cannot promise that has no row: an unknown call
 * opens what it can reach. Also the checks that throw (TORCH_CHECK). */
#include <stdio.h>

#include "torch/torch_int.h"

static ck_value check_fails(ck_call *call) {
  ck_ev_throw(call->ev, call->node->loc, "a TORCH_CHECK fails");
  return CK_VOID;
}

/* c10::str(...), torch::str(...): the arguments printed one after the other. */
static ck_value str(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_value out = ck_ev_string(ev, "");
  static const ck_ir_type string = {
      .kind = CK_IR_T_RECORD, .name = "std::basic_string", .usr = "", .spelling = "std::string"};
  for (size_t i = 0; i < call->nargs; i++) {
    ck_value v = ck_ev_decide(ev, ck_torch_arg(call, i));
    const ck_ir_type *type = ck_torch_arg_type(call, i);
    char text[32];
    if (v.kind == CK_V_INT && type != NULL && type->is_char) {
      snprintf(text, sizeof text, "%c", (char)v.i);
      v = ck_ev_string(ev, text);
    } else if (v.kind == CK_V_INT || v.kind == CK_V_BOOL) {
      snprintf(text, sizeof text, "%lld", (long long)v.i);
      v = ck_ev_string(ev, text);
    } else if (v.kind == CK_V_FLOAT) {
      snprintf(text, sizeof text, "%g", v.f);
      v = ck_ev_string(ev, text);
    } else if (v.kind == CK_V_SYM && v.sym->type == CK_SYM_INT) {
      v = ck_ev_sym_call(ev, CK_SYM_STRING, "to_string", v, CK_VOID);
    }
    out = ck_ev_binary(ev, CK_IR_OP_ADD, out, v, &string, call->node->loc);
  }
  return out;
}

/* c10::irange([from,] to): the integers, if there are not too many. */
static ck_value irange(ck_call *call) {
  enum { MAX_RANGE = 100 * 1000 };
  int64_t from = 0, to;
  if ((call->nargs == 2 && !ck_ev_as_int(call->ev, ck_torch_arg(call, 0), &from)) ||
      !ck_ev_as_int(call->ev, ck_torch_arg(call, call->nargs - 1), &to) || to - from > MAX_RANGE)
    return ck_torch_harmless(call);
  size_t n = to > from ? (size_t)(to - from) : 0;
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) values[i] = CK_INT(from + (int64_t)i);
  return ck_ev_list(call->ev, "c10::integer_range", values, n);
}

/* nn::init::*_(tensor, ...): fills the tensor and returns it. */
static ck_value init(ck_call *call) {
  return call->nargs && ck_torch_method(call->name)[strlen(ck_torch_method(call->name)) - 1] == '_'
             ? ck_torch_arg(call, 0)
             : ck_torch_harmless(call);
}

const ck_builtin ck_torch_inert_rows[] = {
    {"c10::detail::torchCheckFail", check_fails, 0, -1},
    {"c10::detail::torchInternalAssertFail", check_fails, 0, -1},
    {"c10::str", str, 0, -1},
    {"c10::irange", irange, 1, 2},
    {"torch::nn::init::*", init, 0, -1},
    {"torch::nn::functional::*", ck_torch_harmless, 0, -1},
    {"torch::nn::utils::*", ck_torch_harmless, 0, -1},
    {"torch::nn::operator<<", ck_torch_harmless, 1, 2},
    {"torch::operator<<", ck_torch_harmless, 1, 2},
    {"torch::optim::*", ck_torch_harmless, 0, -1},
    {"torch::data::*", ck_torch_harmless, 0, -1},
    {"torch::autograd::*", ck_torch_harmless, 0, -1},
    {"torch::cuda::*", ck_torch_harmless, 0, -1},
    {"torch::jit::*", ck_torch_harmless, 0, -1},
    {"torch::special::*", ck_torch_harmless, 0, -1},
    {"torch::fft::*", ck_torch_harmless, 0, -1},
    {"torch::linalg::*", ck_torch_harmless, 0, -1},
    {"torch::indexing::*", ck_torch_harmless, 0, -1},
    {"torch::serialize::*", ck_torch_harmless, 0, -1},
    {"torch::pickle_save", ck_torch_harmless, 1, 1},
    {"torch::manual_seed", ck_torch_noop, 1, 1},
    {"at::manual_seed", ck_torch_noop, 1, 1},
    {"torch::*", ck_torch_harmless, 0, -1}, /* functions of tensors: what takes modules is in torch::nn */
    {"c10::*", ck_torch_harmless, 0, -1},
    {"caffe2::*", ck_torch_harmless, 0, -1},
};
const size_t ck_torch_inert_row_count = sizeof ck_torch_inert_rows / sizeof *ck_torch_inert_rows;
