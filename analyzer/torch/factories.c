/* factories.c - making tensors: zeros(), arange(), tensor({...}), *_like and new_*.
 *
 * A factory reads a size, the parts of a TensorOptions in any place after it, and where no dtype is given takes the one
 * that libtorch does: the default dtype, or that of the values. Source: torch/csrc/api/include/torch/types.h and the
 * generated variable_factories.h. */
#include <stdio.h>

#include "torch/shape_int.h"

static ck_value finish(ck_call *call, const ck_dim *dims, int32_t rank, ck_dtype dtype, bool grad) {
  ck_value v = ck_torch_new_tensor(call, dims, rank, dtype);
  if (grad) {
    ck_tensor t = *v.tensor;
    t.requires_grad = true;
    v = ck_torch_tensor_copy(call->ev, &t, v.tensor->dims);
  }
  return v;
}

/* zeros(size, options) and the like; `at` is the argument that holds the size. */
static ck_value sized(ck_call *call, size_t at, ck_dtype otherwise) {
  ck_torch_tensor_opts o = ck_torch_read_options(call, at + 1);
  ck_dtype dtype = o.has_dtype ? o.dtype : otherwise;
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank;
  if (!ck_torch_list_dims(call->ev, ck_torch_arg(call, at), dims, &rank))
    return ck_torch_unknown_tensor(call->ev, call->node->loc, -1, dtype, "the size given to `%s`", call->name);
  return finish(call, dims, rank, dtype, o.grad);
}

static ck_value zeros(ck_call *call) { return sized(call, 0, ck_torch_default_dtype(call->ev)); }

/* full(size, value, options): bool and integer values have dtypes of their own. */
static ck_value full(ck_call *call) {
  ck_value v = ck_ev_decide(call->ev, ck_torch_arg(call, 1));
  ck_dtype dtype = v.kind == CK_V_FLOAT  ? ck_torch_default_dtype(call->ev)
                   : v.kind == CK_V_BOOL ? CK_DTYPE_BOOL
                   : v.kind == CK_V_INT  ? CK_DTYPE_INT64
                                         : CK_DTYPE_UNKNOWN;
  if (v.kind == CK_V_SYM)
    dtype = v.sym->type == CK_SYM_INT    ? CK_DTYPE_INT64
            : v.sym->type == CK_SYM_BOOL ? CK_DTYPE_BOOL
                                         : ck_torch_default_dtype(call->ev);
  ck_torch_tensor_opts o = ck_torch_read_options(call, 2);
  if (o.has_dtype) dtype = o.dtype;
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank;
  if (!ck_torch_list_dims(call->ev, ck_torch_arg(call, 0), dims, &rank))
    return ck_torch_unknown_tensor(call->ev, call->node->loc, -1, dtype, "the size given to `%s`", call->name);
  return finish(call, dims, rank, dtype, o.grad);
}

/* randint([low,] high, size, options) */
/* randint(low, high, size), normal(mean, deviation, size) */
static ck_value randint(ck_call *call) {
  bool whole = strcmp(ck_torch_method(call->name), "randint") == 0;
  for (size_t i = 1; i < call->nargs && i < 3; i++)
    if (ck_ev_decide(call->ev, ck_torch_arg(call, i)).kind == CK_V_LIST)
      return sized(call, i, whole ? CK_DTYPE_INT64 : ck_torch_default_dtype(call->ev));
  return ck_torch_unknown_tensor(call->ev, call->node->loc, -1, CK_DTYPE_UNKNOWN, "the size given to `%s`", call->name);
}

static ck_value from_blob(ck_call *call) { return sized(call, 1, ck_torch_default_dtype(call->ev)); }

static ck_value like(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor(call, call->self ? ck_torch_self(call) : ck_torch_arg(call, 0));
  ck_torch_tensor_opts o = ck_torch_read_options(call, call->self ? 0 : 1);
  ck_value v = ck_torch_with_dtype(call->ev, t, o.has_dtype ? o.dtype : t->dtype);
  return v;
}

/* t.new_zeros(size, options) */
static ck_value new_sized(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor(call, ck_torch_self(call));
  return sized(call, 0, t->dtype);
}

/* A value that is not known is a number if its type says so. */
static bool is_unknown_number(ck_call *call, size_t i, ck_value v) {
  const ck_ir_type *type = ck_ir_strip_ref(ck_torch_arg_type(call, i));
  return v.kind == CK_V_UNKNOWN && type != NULL &&
         (type->kind == CK_IR_T_INT || type->kind == CK_IR_T_FLOAT || type->kind == CK_IR_T_BOOL);
}

static size_t leading_numbers(ck_call *call) {
  size_t n = 0;
  while (n < call->nargs) {
    ck_value v = ck_ev_decide(call->ev, ck_torch_arg(call, n));
    ck_dtype dtype;
    if (v.kind != CK_V_INT && v.kind != CK_V_FLOAT && !(v.kind == CK_V_SYM && v.sym->type != CK_SYM_STRING) &&
        !is_unknown_number(call, n, v))
      break;
    if (ck_torch_as_dtype(call, v, ck_torch_arg_type(call, n), &dtype)) break;
    n++;
  }
  return n;
}

/* arange(end), arange(start, end), arange(start, end, step) */
static ck_value arange(ck_call *call) {
  size_t n = leading_numbers(call);
  ck_torch_tensor_opts o = ck_torch_read_options(call, n);
  ck_ev *ev = call->ev;
  ck_loc loc = call->node->loc;
  bool integral = n > 0;
  double v[3] = {0, 0, 1};
  bool known = n > 0 && n <= 3;
  for (size_t i = 0; i < n && i < 3; i++) {
    ck_value a = ck_ev_decide(ev, ck_torch_arg(call, i));
    const ck_ir_type *type = a.kind == CK_V_UNKNOWN ? ck_ir_strip_ref(ck_torch_arg_type(call, i)) : NULL;
    if (a.kind == CK_V_FLOAT || (a.kind == CK_V_SYM && a.sym->type == CK_SYM_FLOAT) ||
        (type != NULL && type->kind == CK_IR_T_FLOAT))
      integral = false;
    size_t slot = n == 1 ? 1 : i;
    int64_t k;
    if (a.kind == CK_V_INT && ck_ev_as_int(ev, a, &k)) v[slot] = (double)k;
    else if (!ck_ev_as_float(ev, a, &v[slot])) known = false;
  }
  ck_dtype dtype = o.has_dtype ? o.dtype
                   : n == 0    ? CK_DTYPE_UNKNOWN
                   : integral  ? CK_DTYPE_INT64
                               : ck_torch_default_dtype(ev);
  ck_dim dim = {0};
  if (known && v[2] != 0) {
    double count = (v[1] - v[0]) / v[2];
    int64_t whole = (int64_t)count;
    dim = (ck_dim){.kind = CK_DIM_INT, .n = count > (double)whole ? whole + 1 : whole};
  } else if (integral && n <= 2) {
    ck_value size = ck_torch_arg(call, n == 2);
    if (n == 2) size = ck_ev_binary(ev, CK_IR_OP_SUB, size, ck_torch_arg(call, 0), &ck_torch_int64, loc);
    dim = ck_ev_as_dim(ev, size);
  }
  return finish(call, &dim, 1, dtype, o.grad);
}

static ck_value linspace(ck_call *call) {
  ck_torch_tensor_opts o = ck_torch_read_options(call, 3);
  ck_dim dim = ck_ev_as_dim(call->ev, ck_torch_arg(call, 2));
  return finish(call, &dim, 1, o.has_dtype ? o.dtype : ck_torch_default_dtype(call->ev), o.grad);
}

static ck_value eye(ck_call *call) {
  size_t n = leading_numbers(call);
  ck_torch_tensor_opts o = ck_torch_read_options(call, n);
  ck_dim dims[2];
  dims[0] = ck_ev_as_dim(call->ev, ck_torch_arg(call, 0));
  dims[1] = n > 1 ? ck_ev_as_dim(call->ev, ck_torch_arg(call, 1)) : dims[0];
  return finish(call, dims, 2, o.has_dtype ? o.dtype : ck_torch_default_dtype(call->ev), o.grad);
}

static ck_value randperm(ck_call *call) {
  ck_torch_tensor_opts o = ck_torch_read_options(call, 1);
  ck_dim dim = ck_ev_as_dim(call->ev, ck_torch_arg(call, 0));
  return finish(call, &dim, 1, o.has_dtype ? o.dtype : CK_DTYPE_INT64, o.grad);
}

static ck_value window(ck_call *call) {
  ck_torch_tensor_opts o = ck_torch_read_options(call, 1);
  ck_dim dim = ck_ev_as_dim(call->ev, ck_torch_arg(call, 0));
  return finish(call, &dim, 1, o.has_dtype ? o.dtype : ck_torch_default_dtype(call->ev), o.grad);
}

/* Shape and dtype of nested braces or a vector: {{1, 2}, {3, 4}}. False: not known. */
static bool literal(ck_ev *ev, ck_value v, ck_dim *dims, int32_t *rank, ck_value *leaf) {
  v = ck_ev_decide(ev, v);
  if (v.kind != CK_V_LIST) {
    *leaf = v;
    return v.kind != CK_V_UNKNOWN;
  }
  if (*rank >= CK_TORCH_MAX_RANK) return false;
  dims[(*rank)++] = (ck_dim){.kind = CK_DIM_INT, .n = (int64_t)v.list->n};
  if (v.list->n == 0) return true;
  return literal(ev, ck_ev_load(ev, v.list->at[0]), dims, rank, leaf);
}

/* torch::tensor(data, options): whole numbers become int64, floats the default dtype. */
static ck_value tensor(ck_call *call) {
  ck_torch_tensor_opts o = ck_torch_read_options(call, 1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank = 0;
  ck_value leaf = CK_VOID;
  bool known = literal(call->ev, ck_torch_arg(call, 0), dims, &rank, &leaf);
  const ck_ir_type *type = ck_torch_arg_type(call, 0);
  if (type != NULL && type->kind == CK_IR_T_RECORD && type->nargs > 0) type = type->args[0];
  bool narrow = type != NULL && type->kind == CK_IR_T_INT && type->bits < 32;
  ck_dtype dtype = CK_DTYPE_UNKNOWN;
  if (leaf.kind == CK_V_INT) dtype = narrow ? CK_DTYPE_UNKNOWN : CK_DTYPE_INT64;
  if (leaf.kind == CK_V_FLOAT || leaf.kind == CK_V_VOID) dtype = ck_torch_default_dtype(call->ev);
  if (leaf.kind == CK_V_BOOL) dtype = CK_DTYPE_BOOL;
  if (leaf.kind == CK_V_SYM)
    dtype = leaf.sym->type == CK_SYM_INT    ? CK_DTYPE_INT64
            : leaf.sym->type == CK_SYM_BOOL ? CK_DTYPE_BOOL
                                            : ck_torch_default_dtype(call->ev);
  if (o.has_dtype) dtype = o.dtype;
  if (!known) return ck_torch_unknown_tensor(call->ev, call->node->loc, -1, dtype, "the data of `torch::tensor`");
  return finish(call, dims, rank, dtype, o.grad);
}

static ck_value scalar_tensor(ck_call *call) {
  ck_torch_tensor_opts o = ck_torch_read_options(call, 1);
  return finish(call, NULL, 0, o.has_dtype ? o.dtype : ck_torch_default_dtype(call->ev), o.grad);
}

ck_value ck_torch_tensor_construct(ck_call *call) {
  if (call->nargs == 0) return ck_torch_undefined_tensor(call->ev);
  ck_value v = ck_torch_arg(call, 0);
  if (v.kind == CK_V_TENSOR || v.kind == CK_V_CHOICE || v.kind == CK_V_UNKNOWN) return v;
  if (v.kind == CK_V_LIST && v.list->n == 0) return ck_torch_undefined_tensor(call->ev);
  return (ck_value){.kind = CK_V_TENSOR, .tensor = ck_torch_tensor(call, v)};
}

ck_value ck_torch_data_construct(ck_call *call) {
  const ck_ir_type *type = call->node->kind == CK_IR_INIT_LIST ? call->node->type : NULL;
  bool braces = type != NULL && type->kind == CK_IR_T_ARRAY; /* {5} within braces is a list of one */
  if (call->nargs == 1 && !braces) return ck_torch_arg(call, 0);
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, call->nargs + 1);
  for (size_t i = 0; i < call->nargs; i++) values[i] = ck_torch_arg(call, i);
  return ck_ev_list(call->ev, "init", values, call->nargs);
}

/* torch::ExpandingArray<D>(x): D numbers. */
ck_value ck_torch_expanding_construct(ck_call *call) {
  ck_value v = call->nargs ? ck_ev_decide(call->ev, ck_torch_arg(call, 0)) : CK_VOID;
  const ck_ir_type *type = ck_ir_strip_ref(call->type);
  int64_t n = type && type->nargs && type->args[0]->kind == CK_IR_T_VALUE ? type->args[0]->count : 0;
  if (v.kind == CK_V_LIST && v.list->n == 1 && n > 1) return v;
  if (v.kind == CK_V_LIST || n <= 0 || n > 8) return v;
  ck_value each[8];
  for (int64_t i = 0; i < n; i++) each[i] = v;
  return ck_ev_list(call->ev, "torch::ExpandingArray", each, (size_t)n);
}

/* *array and array->: as a std::array. */
static ck_value expanding_self(ck_call *call) {
  if (call->self == NULL) return ck_call_unknown(call, "an ExpandingArray that is not known");
  bool arrow = strcmp(ck_torch_method(call->name), "operator->") == 0;
  return arrow ? ck_ev_pointer(CK_PTR_RAW, call->self) : ck_torch_lvalue(call->self);
}

#define FACTORY(name, call, min, max)                                                                                  \
  {"torch::" name, call, min, max}, { "at::" name, call, min, max }
#define METHOD(name, call, min, max)                                                                                   \
  {"at::Tensor::" name, call, min, max}, { "at::TensorBase::" name, call, min, max }
const ck_builtin ck_torch_factory_rows[] = {
    FACTORY("zeros", zeros, 1, -1),
    FACTORY("ones", zeros, 1, -1),
    FACTORY("empty", zeros, 1, -1),
    FACTORY("rand", zeros, 1, -1),
    FACTORY("randn", zeros, 1, -1),
    FACTORY("full", full, 2, -1),
    FACTORY("randint", randint, 2, -1),
    FACTORY("from_blob", from_blob, 2, -1),
    FACTORY("zeros_like", like, 1, -1),
    FACTORY("ones_like", like, 1, -1),
    FACTORY("empty_like", like, 1, -1),
    FACTORY("rand_like", like, 1, -1),
    FACTORY("randn_like", like, 1, -1),
    FACTORY("full_like", like, 2, -1),
    FACTORY("randint_like", like, 2, -1),
    FACTORY("normal", randint, 3, -1),
    FACTORY("arange", arange, 1, -1),
    FACTORY("linspace", linspace, 3, -1),
    FACTORY("logspace", linspace, 3, -1),
    FACTORY("eye", eye, 1, -1),
    FACTORY("randperm", randperm, 1, -1),
    FACTORY("hann_window", window, 1, -1),
    FACTORY("hamming_window", window, 1, -1),
    FACTORY("blackman_window", window, 1, -1),
    FACTORY("bartlett_window", window, 1, -1),
    FACTORY("tensor", tensor, 1, 2),
    FACTORY("scalar_tensor", scalar_tensor, 1, 2),
    {"torch::ExpandingArray::operator*", expanding_self, 0, 0},
    {"torch::ExpandingArray::operator->", expanding_self, 0, 0},
    METHOD("new_zeros", new_sized, 1, -1),
    METHOD("new_ones", new_sized, 1, -1),
    METHOD("new_empty", new_sized, 1, -1),
    METHOD("new_full", new_sized, 2, -1),
};
const size_t ck_torch_factory_row_count = sizeof ck_torch_factory_rows / sizeof *ck_torch_factory_rows;
