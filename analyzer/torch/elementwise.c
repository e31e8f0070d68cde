/* elementwise.c - operations on each value of one tensor by itself: the shape stays.
 *
 * What is told apart is the dtype alone: it stays, integers become floats, or truths come out. What has a name that
 * ends in an underscore works in place, and gives the tensor itself: its shape and dtype stay, whatever it computes.
 * Those few that give the tensor another shape stand in tensors.c (set_data). Source: PyTorch's operator reference. */
#include <stdio.h>

#include "torch/shape_int.h"

/* Integers become floats of the default dtype. */
static ck_value to_float(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  bool whole = t->dtype != CK_DTYPE_UNKNOWN && !ck_dtype_is_floating(t->dtype) && !ck_dtype_is_complex(t->dtype);
  return ck_torch_with_dtype(call->ev, t, whole ? ck_torch_default_dtype(call->ev) : t->dtype);
}

static ck_value to_bool(ck_call *call) {
  return ck_torch_with_dtype(call->ev, ck_torch_tensor_operand(call, 0), CK_DTYPE_BOOL);
}

/* square(): as pow(2), which makes integers of truths. */
static ck_value square(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  return ck_torch_with_dtype(call->ev, t, t->dtype == CK_DTYPE_BOOL ? CK_DTYPE_INT64 : t->dtype);
}

/* Anything that has no row: `x.exp_()` and `exp_(x)` are x, of the rest nothing is known. */
static ck_value anything(ck_call *call) {
  const char *name = ck_torch_method(call->name);
  size_t n = strlen(name);
  if (n < 2 || name[n - 1] != '_' || name[n - 2] == '_') return ck_torch_harmless(call);
  if (call->self != NULL) return ck_torch_lvalue(call->self);
  ck_value v = ck_torch_arg(call, 0);
  return v.kind == CK_V_TENSOR ? v : ck_torch_harmless(call);
}

const ck_builtin ck_torch_elementwise_rows[] = {
    OP("neg", ck_torch_same, 0, 0),
    OP("negative", ck_torch_same, 0, 0),
    OP("positive", ck_torch_same, 0, 0),
    OP("round", ck_torch_same, 0, 1),
    OP("floor", ck_torch_same, 0, 0),
    OP("ceil", ck_torch_same, 0, 0),
    OP("trunc", ck_torch_same, 0, 0),
    OP("fix", ck_torch_same, 0, 0),
    OP("frac", ck_torch_same, 0, 0),
    OP("sign", ck_torch_same, 0, 0),
    OP("sgn", ck_torch_same, 0, 0),
    OP("conj", ck_torch_same, 0, 0),
    OP("resolve_conj", ck_torch_same, 0, 0),
    OP("bitwise_not", ck_torch_same, 0, 0),
    OP("nan_to_num", ck_torch_same, 0, 3),
    OP("relu", ck_torch_same, 0, 0),
    FUNCTION("elu", ck_torch_same, 1, 4),
    FUNCTION("selu", ck_torch_same, 1, 1),
    FUNCTION("celu", ck_torch_same, 1, 2),
    FUNCTION("gelu", ck_torch_same, 1, 2),
    FUNCTION("silu", ck_torch_same, 1, 1),
    FUNCTION("mish", ck_torch_same, 1, 1),
    FUNCTION("softplus", ck_torch_same, 1, 3),
    FUNCTION("log_sigmoid", ck_torch_same, 1, 1),
    FUNCTION("leaky_relu", ck_torch_same, 1, 2),
    FUNCTION("hardtanh", ck_torch_same, 1, 3),
    FUNCTION("hardsigmoid", ck_torch_same, 1, 1),
    FUNCTION("hardswish", ck_torch_same, 1, 1),
    FUNCTION("threshold", ck_torch_same, 3, 3),
    FUNCTION("dropout", ck_torch_same, 3, 3),
    OP("bernoulli", ck_torch_same, 0, 2),
    OP("index_fill", ck_torch_same, 3, 3),
    OP("index_add", ck_torch_same, 3, 4),
    OP("index_copy", ck_torch_same, 3, 3),
    OP("index_put", ck_torch_same, 2, 3),
    OP("scatter", ck_torch_same, 3, 4),
    OP("scatter_add", ck_torch_same, 3, 3),
    OP("renorm", ck_torch_same, 3, 3),
    OP("logcumsumexp", ck_torch_same, 1, 1),
    OP("square", square, 0, 0),
    OP("exp", to_float, 0, 0),
    OP("exp2", to_float, 0, 0),
    OP("expm1", to_float, 0, 0),
    OP("log", to_float, 0, 0),
    OP("log2", to_float, 0, 0),
    OP("log10", to_float, 0, 0),
    OP("log1p", to_float, 0, 0),
    OP("sqrt", to_float, 0, 0),
    OP("rsqrt", to_float, 0, 0),
    OP("reciprocal", to_float, 0, 0),
    OP("sin", to_float, 0, 0),
    OP("cos", to_float, 0, 0),
    OP("tan", to_float, 0, 0),
    OP("asin", to_float, 0, 0),
    OP("acos", to_float, 0, 0),
    OP("atan", to_float, 0, 0),
    OP("arcsin", to_float, 0, 0),
    OP("arccos", to_float, 0, 0),
    OP("arctan", to_float, 0, 0),
    OP("sinh", to_float, 0, 0),
    OP("cosh", to_float, 0, 0),
    OP("tanh", to_float, 0, 0),
    OP("asinh", to_float, 0, 0),
    OP("acosh", to_float, 0, 0),
    OP("atanh", to_float, 0, 0),
    OP("sigmoid", to_float, 0, 0),
    OP("logit", to_float, 0, 1),
    OP("erf", to_float, 0, 0),
    OP("erfc", to_float, 0, 0),
    OP("erfinv", to_float, 0, 0),
    OP("lgamma", to_float, 0, 0),
    OP("digamma", to_float, 0, 0),
    OP("sinc", to_float, 0, 0),
    OP("i0", to_float, 0, 0),
    OP("deg2rad", to_float, 0, 0),
    OP("rad2deg", to_float, 0, 0),
    OP("logical_not", to_bool, 0, 0),
    OP("isnan", to_bool, 0, 0),
    OP("isinf", to_bool, 0, 0),
    OP("isfinite", to_bool, 0, 0),
    OP("isposinf", to_bool, 0, 0),
    OP("isneginf", to_bool, 0, 0),
    OP("signbit", to_bool, 0, 0),
    {"at::Tensor::*", anything, 0, -1},
    {"at::TensorBase::*", anything, 0, -1},
    {"at::*", anything, 0, -1},
};
const size_t ck_torch_elementwise_row_count = sizeof ck_torch_elementwise_rows / sizeof *ck_torch_elementwise_rows;
