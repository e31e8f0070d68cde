/* arithmetic.c - operations on the values of tensors: what they do to shape and dtype.
 *
 * Two facts carry all of it. Shapes broadcast: aligned at the last dimension, a 1 stretches. Dtypes are promoted by
 * category (bool < integer < float < complex) and, within a category, by standing: a tensor with dimensions decides
 * over one without, and that over a number. Source: PyTorch's notes on broadcasting and on type promotion. */
#include <stdio.h>

#include "torch/shape_int.h"

static int category(ck_dtype d) {
  if (d == CK_DTYPE_BOOL) return 0;
  return ck_dtype_is_complex(d) ? 3 : ck_dtype_is_floating(d) ? 2 : 1;
}

/* The complex numbers made of such floats. */
static ck_dtype as_complex(ck_dtype d) {
  return d == CK_DTYPE_FLOAT16   ? CK_DTYPE_COMPLEX32
         : d == CK_DTYPE_FLOAT32 ? CK_DTYPE_COMPLEX64
         : d == CK_DTYPE_FLOAT64 ? CK_DTYPE_COMPLEX128
                                 : CK_DTYPE_UNKNOWN;
}

/* Of two dtypes of equal standing. */
ck_dtype ck_torch_promote(ck_dtype a, ck_dtype b) {
  if (a == CK_DTYPE_UNKNOWN || b == CK_DTYPE_UNKNOWN) return CK_DTYPE_UNKNOWN;
  if (a == b) return a;
  if (category(a) != category(b)) {
    ck_dtype high = category(a) > category(b) ? a : b, low = high == a ? b : a;
    return category(high) == 3 && category(low) == 2 && 2 * ck_dtype_size(low) > ck_dtype_size(high) ? as_complex(low)
                                                                                                     : high;
  }
  if ((a == CK_DTYPE_FLOAT16 && b == CK_DTYPE_BFLOAT16) || (b == CK_DTYPE_FLOAT16 && a == CK_DTYPE_BFLOAT16))
    return CK_DTYPE_FLOAT32;
  if (a == CK_DTYPE_UINT8 || b == CK_DTYPE_UINT8) {
    ck_dtype other = a == CK_DTYPE_UINT8 ? b : a;
    return other == CK_DTYPE_INT8 ? CK_DTYPE_INT16 : other;
  }
  return ck_dtype_size(a) >= ck_dtype_size(b) ? a : b;
}

typedef struct {
  const ck_tensor *tensor; /* NULL: a number */
  ck_dtype dtype;
  int standing; /* 2 tensor with dimensions, 1 tensor without, 0 number: the higher one decides within a category */
} side;

static side side_of(ck_call *call, size_t i) {
  ck_value v = ck_ev_decide(call->ev, ck_torch_operand(call, i));
  if (v.kind == CK_V_INT) return (side){NULL, CK_DTYPE_INT64, 0};
  if (v.kind == CK_V_BOOL) return (side){NULL, CK_DTYPE_BOOL, 0};
  if (v.kind == CK_V_FLOAT) return (side){NULL, ck_torch_default_dtype(call->ev), 0};
  if (v.kind == CK_V_SYM)
    return (side){NULL,
                  v.sym->type == CK_SYM_INT    ? CK_DTYPE_INT64
                  : v.sym->type == CK_SYM_BOOL ? CK_DTYPE_BOOL
                                               : ck_torch_default_dtype(call->ev),
                  0};
  const ck_tensor *t = ck_torch_tensor(call, v);
  return (side){t, t->dtype, t->rank == 0 ? 1 : 2};
}

static ck_dtype result_dtype(side a, side b) {
  if (a.dtype == CK_DTYPE_UNKNOWN || b.dtype == CK_DTYPE_UNKNOWN) return CK_DTYPE_UNKNOWN;
  if (a.standing == b.standing) return ck_torch_promote(a.dtype, b.dtype);
  side high = a.standing > b.standing ? a : b, low = a.standing > b.standing ? b : a;
  if (category(high.dtype) == 2 && category(low.dtype) == 3) return as_complex(high.dtype);
  return category(low.dtype) > category(high.dtype) ? low.dtype : high.dtype;
}

static ck_dim broadcast(ck_dim a, ck_dim b) {
  if (ck_torch_same_dim(a, b)) return a;
  if (a.kind == CK_DIM_INT && a.n == 1) return b;
  if (b.kind == CK_DIM_INT && b.n == 1) return a;
  if (a.kind == CK_DIM_INT && b.kind != CK_DIM_INT && a.n != 0) return a;
  if (b.kind == CK_DIM_INT && a.kind != CK_DIM_INT && b.n != 0) return b;
  return (ck_dim){0};
}

/* Shapes aligned at the last dimension, of `a` and `b`, into `dims`; the rank. Both are known. */
static int32_t broadcast_shapes(const ck_tensor *a, const ck_tensor *b, ck_dim *dims) {
  int32_t rank = a->rank > b->rank ? a->rank : b->rank;
  for (int32_t i = 0; i < rank; i++) {
    int32_t ia = i - (rank - a->rank), ib = i - (rank - b->rank);
    dims[i] = ia < 0 ? b->dims[ib] : ib < 0 ? a->dims[ia] : broadcast(a->dims[ia], b->dims[ib]);
  }
  return rank;
}

static ck_value broadcast_pair(ck_call *call, side a, side b, ck_dtype dtype) {
  if (a.tensor == NULL || b.tensor == NULL) {
    const ck_tensor *t = a.tensor ? a.tensor : b.tensor;
    return t ? ck_torch_with_dtype(call->ev, t, dtype) : ck_torch_unknown_result(call, -1, dtype);
  }
  if (!ck_torch_has_shape(call, a.tensor) || !ck_torch_has_shape(call, b.tensor))
    return ck_torch_unknown_from(call, ck_torch_has_shape(call, a.tensor) ? b.tensor : a.tensor, -1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank = broadcast_shapes(a.tensor, b.tensor, dims);
  return ck_torch_new_tensor(call, dims, rank, dtype);
}

static ck_dtype divided(ck_call *call, ck_dtype dtype) {
  return dtype != CK_DTYPE_UNKNOWN && category(dtype) < 2 ? ck_torch_default_dtype(call->ev) : dtype;
}

static ck_value elementwise(ck_call *call) {
  side a = side_of(call, 0), b = side_of(call, 1);
  return broadcast_pair(call, a, b, result_dtype(a, b));
}

static ck_value divide(ck_call *call) {
  side a = side_of(call, 0), b = side_of(call, 1);
  ck_value mode = ck_torch_operands(call) > 2 ? ck_ev_decide(call->ev, ck_torch_operand(call, 2)) : CK_VOID;
  ck_dtype dtype = result_dtype(a, b);
  if (mode.kind == CK_V_VOID) dtype = divided(call, dtype);
  else if (mode.kind != CK_V_STRING) dtype = CK_DTYPE_UNKNOWN; /* "floor" and "trunc" keep integers */
  return broadcast_pair(call, a, b, dtype);
}

static ck_value compare(ck_call *call) {
  return broadcast_pair(call, side_of(call, 0), side_of(call, 1), CK_DTYPE_BOOL);
}

/* `x - t`, `x / t`, `x % t` with a number on the left fill a tensor like t with x, and go on in place: t's dtype stays
 * (ATen/TensorOperators.h). */
static ck_value number_first(ck_call *call) {
  side a = side_of(call, 0), b = side_of(call, 1);
  if (a.tensor == NULL && b.tensor != NULL) return ck_torch_with_dtype(call->ev, b.tensor, b.dtype);
  ck_dtype dtype = result_dtype(a, b);
  bool divides = strcmp(ck_torch_method(call->name), "operator/") == 0;
  return broadcast_pair(call, a, b, divides ? divided(call, dtype) : dtype);
}

/* clamp(min, max): tensors are broadcast; integers with bounds that are not whole, and truths, are promoted by some
 * releases. */
static ck_value clamp(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_dtype dtype = t->dtype;
  for (size_t i = 1; i < ck_torch_operands(call); i++) {
    ck_value v = ck_ev_decide(call->ev, ck_torch_operand(call, i));
    if (v.kind == CK_V_TENSOR) {
      side a = {t, dtype, t->rank == 0 ? 1 : 2}, b = side_of(call, i);
      dtype = result_dtype(a, b);
      t = broadcast_pair(call, a, b, dtype).tensor;
      continue;
    }
    bool is_whole = v.kind == CK_V_INT || v.kind == CK_V_VOID;
    if (dtype != CK_DTYPE_UNKNOWN && category(dtype) < (is_whole ? 1 : 2)) dtype = CK_DTYPE_UNKNOWN;
  }
  return ck_torch_with_dtype(call->ev, t, dtype);
}

/* Operand `i` or a later one, as the dtype that is asked for. */
static bool dtype_operand(ck_call *call, size_t i, ck_dtype *dtype) {
  for (; i < ck_torch_operands(call); i++) {
    size_t arg = call->self ? i - 1 : i;
    ck_value v = ck_ev_decide(call->ev, ck_torch_operand(call, i));
    if (v.kind != CK_V_BOOL && ck_torch_as_dtype(call, v, ck_torch_arg_type(call, arg), dtype)) return true;
  }
  return false;
}

/* cumsum(dim, dtype): sums of integers are int64. */
static ck_value accumulate(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_dtype dtype = t->dtype != CK_DTYPE_UNKNOWN && category(t->dtype) < 2 ? CK_DTYPE_INT64 : t->dtype;
  dtype_operand(call, 2, &dtype);
  return ck_torch_with_dtype(call->ev, t, dtype);
}

/* bucketize(x, boundaries), searchsorted(sorted, x): an index for each value. */
static ck_value places(ck_call *call) {
  bool second = strcmp(ck_torch_method(call->name), "searchsorted") == 0;
  return ck_torch_with_dtype(call->ev, ck_torch_tensor_operand(call, second), CK_DTYPE_INT64);
}

/* softmax(dim, dtype) */
static ck_value softmax(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_dtype dtype = divided(call, t->dtype);
  dtype_operand(call, 2, &dtype);
  return ck_torch_with_dtype(call->ev, t, dtype);
}

static ck_dtype part_of(ck_dtype complex) {
  return complex == CK_DTYPE_COMPLEX64    ? CK_DTYPE_FLOAT32
         : complex == CK_DTYPE_COMPLEX128 ? CK_DTYPE_FLOAT64
                                          : CK_DTYPE_UNKNOWN;
}

/* abs, real, imag: of complex numbers, the floats that they are made of. */
static ck_value parts_of_complex(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  bool complex = t->dtype != CK_DTYPE_UNKNOWN && ck_dtype_is_complex(t->dtype);
  return ck_torch_with_dtype(call->ev, t, complex ? part_of(t->dtype) : t->dtype);
}

/* polar(length, angle), complex(real, imag): complex numbers of two floats each. */
static ck_value complex_of(ck_call *call) {
  side a = side_of(call, 0), b = side_of(call, 1);
  return broadcast_pair(call, a, b, a.dtype == b.dtype ? as_complex(a.dtype) : CK_DTYPE_UNKNOWN);
}

/* Complex numbers as pairs in a last dimension, and back. */
static ck_value view_as_real(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  if (!ck_torch_has_shape(call, t) || t->rank == CK_TORCH_MAX_RANK) return ck_torch_unknown_from(call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  dims[t->rank] = (ck_dim){.kind = CK_DIM_INT, .n = 2};
  return ck_torch_new_tensor(call, dims, t->rank + 1, part_of(t->dtype));
}

static ck_value view_as_complex(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  if (!ck_torch_has_shape(call, t) || t->rank == 0) return ck_torch_unknown_from(call, t, -1);
  return ck_torch_new_tensor(call, t->dims, t->rank - 1, as_complex(t->dtype));
}

/* where(condition, a, b): the three are broadcast. Two dtypes are promoted, or older releases throw; those do not agree
 * on what a number does beyond the tensor's own dtype. */
static ck_value choose(ck_call *call, size_t condition, size_t first, size_t second) {
  side c = side_of(call, condition), a = side_of(call, first), b = side_of(call, second);
  if (c.tensor == NULL || (a.tensor == NULL && b.tensor == NULL))
    return ck_torch_unknown_result(call, -1, CK_DTYPE_UNKNOWN);
  ck_dtype dtype = result_dtype(a, b);
  const ck_tensor *only = a.tensor == NULL ? b.tensor : b.tensor == NULL ? a.tensor : NULL;
  if (only != NULL && only->dtype != dtype) dtype = CK_DTYPE_UNKNOWN;
  side both = {broadcast_pair(call, a, b, dtype).tensor, dtype, 2};
  return broadcast_pair(call, c, both, dtype);
}

static ck_value where(ck_call *call) { return choose(call, 0, 1, 2); }
static ck_value where_method(ck_call *call) { return choose(call, 1, 0, 2); } /* a.where(condition, b) */

/* masked_fill(mask, number), masked_scatter(mask, source): broadcast with the mask. */
static ck_value masked(ck_call *call) {
  side a = side_of(call, 0), mask = side_of(call, 1);
  return broadcast_pair(call, a, mask, a.dtype);
}

/* lerp(a, b, weight), addcmul(a, b, c, scale): tensors of three are broadcast. */
static ck_value three(ck_call *call) {
  side a = side_of(call, 0), b = side_of(call, 1), c = side_of(call, 2);
  side both = {broadcast_pair(call, a, b, result_dtype(a, b)).tensor, result_dtype(a, b), 2};
  return broadcast_pair(call, both, c, c.tensor ? result_dtype(both, c) : both.dtype);
}

/* matmul: the last two dimensions multiply, those before them broadcast; a vector counts as a row on the left, as a
 * column on the right, and that dimension is gone. */
static ck_value matmul(ck_call *call) {
  const ck_tensor *a = ck_torch_tensor_operand(call, 0), *b = ck_torch_tensor_operand(call, 1);
  if (!ck_torch_has_shape(call, a) || !ck_torch_has_shape(call, b))
    return ck_torch_unknown_from(call, ck_torch_has_shape(call, a) ? b : a, -1);
  if (a->rank == 0 || b->rank == 0) return ck_torch_unknown_result(call, -1, a->dtype); /* throws */
  ck_tensor batch_a = {.rank = a->rank > 2 ? a->rank - 2 : 0, .dims = a->dims};
  ck_tensor batch_b = {.rank = b->rank > 2 ? b->rank - 2 : 0, .dims = b->dims};
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank = broadcast_shapes(&batch_a, &batch_b, dims);
  if (a->rank > 1) dims[rank++] = a->dims[a->rank - 2];
  if (b->rank > 1) dims[rank++] = b->dims[b->rank - 1];
  return ck_torch_new_tensor(call, dims, rank, a->dtype);
}

/* norm_except_dim(v, power, dim): of the other dimensions ones are left; -1 takes them all. */
static ck_value norm_except_dim(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_value which = ck_torch_operands(call) > 2 ? ck_ev_decide(call->ev, ck_torch_operand(call, 2)) : CK_INT(0);
  if (which.kind == CK_V_INT && which.i == -1) return ck_torch_new_tensor(call, NULL, 0, t->dtype);
  int64_t at;
  if (!ck_torch_has_shape(call, t) || !ck_torch_dim_index(call, 2, t->rank, 0, &at))
    return ck_torch_unknown_from(call, t, t->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  for (int32_t i = 0; i < t->rank; i++) dims[i] = i == at ? t->dims[i] : (ck_dim){.kind = CK_DIM_INT, .n = 1};
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

/* linear(input, weight, bias), addmm(bias, a, b) */
static ck_value linear(ck_call *call) {
  const ck_tensor *x = ck_torch_tensor_operand(call, 0), *w = ck_torch_tensor_operand(call, 1);
  if (!ck_torch_has_shape(call, x) || !ck_torch_has_shape(call, w) || x->rank == 0 || w->rank != 2)
    return ck_torch_unknown_from(call, x, -1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, x->dims, (size_t)x->rank * sizeof *dims);
  dims[x->rank - 1] = w->dims[0];
  return ck_torch_new_tensor(call, dims, x->rank, x->dtype);
}

static ck_value addmm(ck_call *call) {
  const ck_tensor *a = ck_torch_tensor_operand(call, 1), *b = ck_torch_tensor_operand(call, 2);
  if (!ck_torch_has_shape(call, a) || !ck_torch_has_shape(call, b) || a->rank != b->rank || a->rank < 2)
    return ck_torch_unknown_result(call, 2, a->dtype);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, a->dims, (size_t)a->rank * sizeof *dims);
  dims[a->rank - 1] = b->dims[b->rank - 1];
  return ck_torch_new_tensor(call, dims, a->rank, a->dtype);
}

static ck_value kron(ck_call *call) {
  const ck_tensor *a = ck_torch_tensor_operand(call, 0), *b = ck_torch_tensor_operand(call, 1);
  if (!ck_torch_has_shape(call, a) || !ck_torch_has_shape(call, b) || a->rank != b->rank || a->dtype != b->dtype)
    return ck_torch_unknown_result(call, -1, CK_DTYPE_UNKNOWN);
  ck_dim dims[CK_TORCH_MAX_RANK];
  for (int32_t i = 0; i < a->rank; i++) dims[i] = ck_torch_dim_compute(call, CK_IR_OP_MUL, a->dims[i], b->dims[i]);
  return ck_torch_new_tensor(call, dims, a->rank, a->dtype);
}

static ck_value cdist(ck_call *call) {
  const ck_tensor *a = ck_torch_tensor_operand(call, 0), *b = ck_torch_tensor_operand(call, 1);
  if (!ck_torch_has_shape(call, a) || !ck_torch_has_shape(call, b) || a->rank != 2 || b->rank != 2)
    return ck_torch_unknown_result(call, a->rank, a->dtype);
  return ck_torch_new_tensor(call, (ck_dim[]){a->dims[0], b->dims[0]}, 2, a->dtype);
}

/* einsum("ij,jk->ik", {a, b}) with letters and an explicit result: each letter is a dimension. */
static ck_value einsum(ck_call *call) {
  ck_value equation = ck_ev_decide(call->ev, ck_torch_operand(call, 0)),
           list = ck_ev_decide(call->ev, ck_torch_operand(call, 1));
  const char *arrow = equation.kind == CK_V_STRING ? strstr(equation.str, "->") : NULL;
  if (arrow == NULL || list.kind != CK_V_LIST) return ck_torch_unknown_result(call, -1, CK_DTYPE_UNKNOWN);
  ck_dim letters[128] = {{0}}, dims[CK_TORCH_MAX_RANK];
  const char *at = equation.str;
  ck_dtype dtype = CK_DTYPE_UNKNOWN;
  for (size_t i = 0; i < list.list->n; i++, at += *at == ',') {
    const ck_tensor *t = ck_torch_tensor(call, ck_ev_load(call->ev, list.list->at[i]));
    if (!ck_torch_has_shape(call, t) || (i > 0 && t->dtype != dtype))
      return ck_torch_unknown_result(call, -1, CK_DTYPE_UNKNOWN);
    dtype = t->dtype;
    int32_t k = 0;
    for (; at < arrow && *at != ','; at++) {
      if (*at == ' ') continue;
      if (*at < 'A' || *at > 'z' || k >= t->rank) return ck_torch_unknown_result(call, -1, dtype);
      letters[(unsigned char)*at] = t->dims[k++];
    }
  }
  int32_t rank = 0;
  for (at = arrow + 2; *at != '\0'; at++) {
    if (*at == ' ') continue;
    if (*at < 'A' || *at > 'z' || rank == CK_TORCH_MAX_RANK) return ck_torch_unknown_result(call, -1, dtype);
    dims[rank++] = letters[(unsigned char)*at];
  }
  return ck_torch_new_tensor(call, dims, rank, dtype);
}

static ck_value outer(ck_call *call) {
  const ck_tensor *a = ck_torch_tensor_operand(call, 0), *b = ck_torch_tensor_operand(call, 1);
  if (!ck_torch_has_shape(call, a) || !ck_torch_has_shape(call, b) || a->rank != 1 || b->rank != 1)
    return ck_torch_unknown_result(call, 2, a->dtype);
  return ck_torch_new_tensor(call, (ck_dim[]){a->dims[0], b->dims[0]}, 2, a->dtype);
}

/* Dimensions `which` (none: all) of `t` are gone, or 1 if `keep`. */
static ck_value without(ck_call *call, const ck_tensor *t, size_t which_at, size_t keep_at, ck_dtype dtype) {
  ck_value given =
      which_at < ck_torch_operands(call) ? ck_ev_decide(call->ev, ck_torch_operand(call, which_at)) : CK_VOID;
  ck_value keep = keep_at < ck_torch_operands(call) ? ck_ev_decide(call->ev, ck_torch_operand(call, keep_at)) : CK_VOID;
  ck_dim which[CK_TORCH_MAX_RANK], dims[CK_TORCH_MAX_RANK];
  int32_t n = 0, rank = 0;
  bool all = given.kind == CK_V_VOID || (given.kind == CK_V_LIST && given.list->n == 0);
  if (keep.kind == CK_V_VOID) keep = CK_BOOL(false);
  if (all && keep.kind == CK_V_BOOL && !keep.i) return ck_torch_new_tensor(call, NULL, 0, dtype);
  if (!ck_torch_has_shape(call, t) || keep.kind != CK_V_BOOL ||
      (!all && !ck_torch_dim_operands(call, which_at, which, &n)))
    return ck_torch_unknown_result(call, -1, dtype);
  for (int32_t k = 0; k < n; k++)
    if (which[k].kind != CK_DIM_INT) return ck_torch_unknown_result(call, keep.i ? t->rank : -1, dtype);
  for (int32_t i = 0; i < t->rank; i++) {
    bool gone = all;
    for (int32_t k = 0; k < n; k++) gone |= which[k].n == i || which[k].n + t->rank == i;
    if (!gone) dims[rank++] = t->dims[i];
    if (gone && keep.i) dims[rank++] = (ck_dim){.kind = CK_DIM_INT, .n = 1};
  }
  return ck_torch_new_tensor(call, dims, rank, dtype);
}

/* sum(dims, keep, dtype), sum(dtype), mean, amax, ...: sums of integers are int64. */
static ck_value reduce(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  const char *name = ck_torch_method(call->name);
  bool sum = strcmp(name, "sum") == 0 || strcmp(name, "prod") == 0 || strcmp(name, "trace") == 0;
  ck_dtype dtype = sum && t->dtype != CK_DTYPE_UNKNOWN && category(t->dtype) < 2 ? CK_DTYPE_INT64 : t->dtype;
  if (strcmp(name, "logsumexp") == 0) dtype = divided(call, dtype);
  bool all = dtype_operand(call, 1, &dtype) && ck_torch_operands(call) == 2;
  return without(call, t, all ? 2 : 1, 2, dtype);
}

/* std(), std(unbiased), std(dims, unbiased, keep) */
static ck_value spread(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  bool all = ck_torch_operands(call) == 2 && ck_ev_decide(call->ev, ck_torch_operand(call, 1)).kind == CK_V_BOOL;
  return without(call, t, all ? 2 : 1, 3, t->dtype);
}

/* norm(p, dims, keep): of float tensors. */
static ck_value norm(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  if (t->dtype != CK_DTYPE_UNKNOWN && category(t->dtype) != 2)
    return ck_torch_unknown_result(call, -1, CK_DTYPE_UNKNOWN);
  return without(call, t, 2, 3, t->dtype);
}

/* any(dim, keep), all(dim, keep): bool, apart from uint8, which keeps its dtype. */
static ck_value truth(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  bool known = t->dtype != CK_DTYPE_UNKNOWN && t->dtype != CK_DTYPE_UINT8;
  return without(call, t, 1, 2, known ? CK_DTYPE_BOOL : CK_DTYPE_UNKNOWN);
}

/* max(), max(other), max(dim, keep): the last gives values and indices. */
static ck_value extremes(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  if (ck_torch_operands(call) > 1) {
    ck_value second = ck_ev_decide(call->ev, ck_torch_operand(call, 1));
    if (second.kind == CK_V_TENSOR) return elementwise(call);
    ck_value both[2] = {without(call, t, 1, 2, t->dtype), without(call, t, 1, 2, CK_DTYPE_INT64)};
    return ck_ev_list(call->ev, "std::tuple", both, 2);
  }
  return reduce(call);
}

static ck_value reduce_index(ck_call *call) {
  return without(call, ck_torch_tensor_operand(call, 0), 1, 2, CK_DTYPE_INT64);
}

static ck_value argsort(ck_call *call) {
  return ck_torch_with_dtype(call->ev, ck_torch_tensor_operand(call, 0), CK_DTYPE_INT64);
}

/* sort(dim, descending), topk(k, dim): values and indices. */
static ck_value sort(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_value both[2] = {ck_torch_with_dtype(call->ev, t, t->dtype), argsort(call)};
  return ck_ev_list(call->ev, "std::tuple", both, 2);
}

static ck_value topk(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int64_t at;
  if (!ck_torch_has_shape(call, t) || t->rank == 0 || !ck_torch_dim_index(call, 2, t->rank, t->rank - 1, &at))
    return ck_torch_harmless(call);
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  dims[at] = ck_ev_as_dim(call->ev, ck_torch_operand(call, 1));
  ck_value both[2] = {ck_torch_new_tensor(call, dims, t->rank, t->dtype),
                      ck_torch_new_tensor(call, dims, t->rank, CK_DTYPE_INT64)};
  return ck_ev_list(call->ev, "std::tuple", both, 2);
}

const ck_builtin ck_torch_arithmetic_rows[] = {
    OP("add", elementwise, 1, 2),
    OP("sub", elementwise, 1, 2),
    OP("mul", elementwise, 1, 1),
    OP("pow", elementwise, 1, 1),
    OP("maximum", elementwise, 1, 1),
    OP("minimum", elementwise, 1, 1),
    OP("remainder", elementwise, 1, 1),
    OP("floor_divide", elementwise, 1, 1),
    FUNCTION("norm_except_dim", norm_except_dim, 1, 3),
    FUNCTION("_weight_norm", ck_torch_same, 2, 3),
    OP("multiply", elementwise, 1, 1),
    OP("subtract", elementwise, 1, 2),
    OP("fmax", elementwise, 1, 1),
    OP("fmin", elementwise, 1, 1),
    OP("hypot", elementwise, 1, 1),
    OP("logaddexp", elementwise, 1, 1),
    OP("logaddexp2", elementwise, 1, 1),
    OP("nextafter", elementwise, 1, 1),
    OP("heaviside", elementwise, 1, 1),
    OP("gcd", elementwise, 1, 1),
    OP("lcm", elementwise, 1, 1),
    OP("copysign", divide, 1, 1),
    OP("xlogy", divide, 1, 1),
    OP("masked_fill", masked, 2, 2),
    OP("masked_scatter", masked, 2, 2),
    OP("lerp", three, 2, 2),
    OP("addcmul", three, 2, 3),
    OP("addcdiv", three, 2, 3),
    OP("div", divide, 1, 2),
    OP("divide", divide, 1, 2),
    OP("atan2", divide, 1, 1),
    OP("eq", compare, 1, 1),
    OP("ne", compare, 1, 1),
    OP("lt", compare, 1, 1),
    OP("le", compare, 1, 1),
    OP("gt", compare, 1, 1),
    OP("ge", compare, 1, 1),
    OP("greater", compare, 1, 1),
    OP("greater_equal", compare, 1, 1),
    OP("less", compare, 1, 1),
    OP("less_equal", compare, 1, 1),
    OP("not_equal", compare, 1, 1),
    OP("isclose", compare, 1, 4),
    FUNCTION("operator+", elementwise, 1, 2),
    FUNCTION("operator-", number_first, 1, 2),
    FUNCTION("operator*", elementwise, 1, 2),
    FUNCTION("operator/", number_first, 1, 2),
    FUNCTION("operator%", number_first, 1, 2),
    FUNCTION("operator==", compare, 1, 2),
    FUNCTION("operator!=", compare, 1, 2),
    FUNCTION("operator<", compare, 1, 2),
    FUNCTION("operator>", compare, 1, 2),
    FUNCTION("operator<=", compare, 1, 2),
    FUNCTION("operator>=", compare, 1, 2),
    OP("matmul", matmul, 1, 1),
    OP("mm", matmul, 1, 1),
    OP("bmm", matmul, 1, 1),
    OP("outer", outer, 1, 1),
    OP("ger", outer, 1, 1),
    OP("max", extremes, 0, 2),
    OP("min", extremes, 0, 2),
    FUNCTION("einsum", einsum, 2, 3),
    FUNCTION("where", where, 3, 3),
    METHOD("where", where_method, 2, 2),
    OP("argmax", reduce_index, 0, 2),
    OP("argmin", reduce_index, 0, 2),
    OP("sum", reduce, 0, 3),
    OP("mean", reduce, 0, 3),
    OP("prod", reduce, 0, 3),
    OP("norm", norm, 0, 3),
    OP("trace", reduce, 0, 0),
    OP("amax", reduce, 0, 2),
    OP("amin", reduce, 0, 2),
    OP("std", spread, 0, 3),
    OP("var", spread, 0, 3),
    OP("any", truth, 0, 2),
    OP("all", truth, 0, 2),
    OP("argsort", argsort, 0, 2),
    OP("sort", sort, 0, 2),
    OP("topk", topk, 1, 4),
    FUNCTION("bucketize", places, 2, 2),
    FUNCTION("searchsorted", places, 2, 2),
    OP("logsumexp", reduce, 1, 2),
    OP("clamp", clamp, 1, 2),
    OP("clip", clamp, 1, 2),
    OP("clamp_min", clamp, 1, 1),
    OP("clamp_max", clamp, 1, 1),
    OP("cumsum", accumulate, 1, 2),
    OP("cumprod", accumulate, 1, 2),
    OP("softmax", softmax, 1, 2),
    OP("log_softmax", softmax, 1, 2),
    OP("abs", parts_of_complex, 0, 0),
    FUNCTION("real", parts_of_complex, 1, 1),
    FUNCTION("imag", parts_of_complex, 1, 1),
    FUNCTION("polar", complex_of, 2, 2),
    FUNCTION("complex", complex_of, 2, 2),
    FUNCTION("view_as_real", view_as_real, 1, 1),
    FUNCTION("view_as_complex", view_as_complex, 1, 1),
    OP("true_divide", divide, 1, 1),
    OP("fmod", elementwise, 1, 1),
    OP("bitwise_and", elementwise, 1, 1),
    OP("bitwise_or", elementwise, 1, 1),
    OP("bitwise_xor", elementwise, 1, 1),
    OP("bitwise_left_shift", elementwise, 1, 1),
    OP("bitwise_right_shift", elementwise, 1, 1),
    FUNCTION("operator&", elementwise, 1, 2),
    FUNCTION("operator|", elementwise, 1, 2),
    FUNCTION("operator^", elementwise, 1, 2),
    OP("logical_and", compare, 1, 1),
    OP("logical_or", compare, 1, 1),
    OP("logical_xor", compare, 1, 1),
    OP("mv", matmul, 1, 1),
    OP("dot", matmul, 1, 1),
    OP("vdot", matmul, 1, 1),
    OP("addmm", addmm, 2, 4),
    OP("baddbmm", addmm, 2, 4),
    OP("kron", kron, 1, 1),
    FUNCTION("cdist", cdist, 2, 4),
    FUNCTION("linear", linear, 2, 3),
    {"torch::nn::functional::linear", linear, 2, 3},
    {"torch::nn::functional::softmax", softmax, 2, 3},
};
const size_t ck_torch_arithmetic_row_count = sizeof ck_torch_arithmetic_rows / sizeof *ck_torch_arithmetic_rows;
