/* shapes.c - operations on tensors, as what they do to shape and dtype.
 *
 * A row serves the method and the functions of one name: ck_torch_operand(call, 0) is self or the first argument. An
 * operation that is not listed gives a tensor of unknown shape; none of them can reach a module. Source: PyTorch's
 * operator reference; broadcasting and dtype promotion as its documentation defines them. */
#include <stdio.h>

#include "torch/shape_int.h"

static bool is_method(ck_call *call) { return call->self != NULL; }

ck_value ck_torch_operand(ck_call *call, size_t i) {
  if (is_method(call)) return i == 0 ? ck_torch_self(call) : ck_torch_arg(call, i - 1);
  return ck_torch_arg(call, i);
}

size_t ck_torch_operands(ck_call *call) { return call->nargs + is_method(call); }

const ck_tensor *ck_torch_tensor_operand(ck_call *call, size_t i) {
  return ck_torch_tensor(call, ck_torch_operand(call, i));
}

ck_value ck_torch_unknown_result(ck_call *call, int32_t rank, ck_dtype dtype) {
  return ck_torch_unknown_tensor(call->ev, call->node->loc, rank, dtype, "the result of `%s`",
                                 ck_torch_method(call->name));
}

/* The reason of the operand, if it has one, goes on. */
ck_value ck_torch_unknown_from(ck_call *call, const ck_tensor *t, int32_t rank) {
  if (t->unknown == NULL) return ck_torch_unknown_result(call, rank, t->dtype);
  return ck_torch_unknown_tensor(call->ev, t->unknown->loc, rank, t->dtype, "%s", t->unknown->reason);
}

bool ck_torch_has_shape(ck_call *call, const ck_tensor *t) {
  return t->rank >= 0 && t->rank <= CK_TORCH_MAX_RANK && ck_torch_tensor_is_replaced(call->ev, t, NULL) == NULL;
}

static ck_value number(ck_call *call, ck_dim d) {
  if (d.kind == CK_DIM_INT) return CK_INT(d.n);
  if (d.kind == CK_DIM_SYM) return (ck_value){.kind = CK_V_SYM, .sym = d.sym};
  if (d.unknown != NULL) return (ck_value){.kind = CK_V_UNKNOWN, .unknown = d.unknown};
  return ck_call_unknown(call, "a dimension that is not known");
}

ck_dim ck_torch_dim_compute(ck_call *call, ck_ir_op op, ck_dim a, ck_dim b) {
  return ck_ev_as_dim(call->ev,
                      ck_ev_binary(call->ev, op, number(call, a), number(call, b), &ck_torch_int64, call->node->loc));
}

bool ck_torch_same_dim(ck_dim a, ck_dim b) {
  if (a.kind != b.kind) return false;
  return a.kind == CK_DIM_INT ? a.n == b.n : a.kind == CK_DIM_SYM && a.sym == b.sym;
}

/* The operand as a dimension index of `rank` dimensions. False: not known, or out of range, which throws. */
bool ck_torch_dim_index(ck_call *call, size_t i, int32_t rank, int64_t otherwise, int64_t *out) {
  *out = otherwise;
  if (i < ck_torch_operands(call) && !ck_ev_as_int(call->ev, ck_torch_operand(call, i), out)) return false;
  if (*out < 0) *out += rank;
  if (*out >= 0 && *out < rank) return true;
  if (rank > 0 || *out > 0) ck_ev_throw(call->ev, call->node->loc, "Dimension out of range");
  return false;
}

/* --- the same shape ------------------------------------------------------------------------------------------- */

ck_value ck_torch_same(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  return ck_torch_with_dtype(call->ev, t, t->dtype);
}

static ck_value handle(ck_call *call) { return ck_torch_operand(call, 0); }

static ck_value to(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_dtype dtype = t->dtype, given;
  for (size_t i = 0; i < call->nargs; i++) {
    ck_value v = ck_ev_decide(call->ev, ck_torch_arg(call, i));
    if (v.kind == CK_V_TENSOR) dtype = v.tensor->dtype;
    else if (v.kind != CK_V_BOOL && ck_torch_as_dtype(call, v, ck_torch_arg_type(call, i), &given)) dtype = given;
  }
  return ck_torch_with_dtype(call->ev, t, dtype);
}

/* half(), toType is to() */
static ck_value requires_grad_(ck_call *call) {
  if (call->self == NULL) return CK_VOID;
  return ck_torch_lvalue(call->self);
}

/* --- views ---------------------------------------------------------------------------------------------------- */

bool ck_torch_total(ck_call *call, const ck_dim *dims, int32_t rank, ck_dim *out) {
  *out = (ck_dim){.kind = CK_DIM_INT, .n = 1};
  for (int32_t i = 0; i < rank; i++) *out = ck_torch_dim_compute(call, CK_IR_OP_MUL, *out, dims[i]);
  return out->kind != CK_DIM_UNKNOWN;
}

bool ck_torch_dim_operands(ck_call *call, size_t first, ck_dim *dims, int32_t *rank) {
  return ck_torch_list_dims(call->ev, ck_torch_operand(call, first), dims, rank);
}

static ck_value view(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_dtype dtype;
  if (ck_torch_operands(call) == 2 &&
      ck_torch_as_dtype(call, ck_torch_operand(call, 1), ck_torch_arg_type(call, is_method(call) ? 0 : 1), &dtype))
    return ck_torch_unknown_tensor(call->ev, call->node->loc, t->rank, dtype, "a view of another dtype");
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank;
  if (!ck_torch_dim_operands(call, 1, dims, &rank)) return ck_torch_unknown_from(call, t, -1);
  int32_t inferred = -1;
  ck_dim known = {.kind = CK_DIM_INT, .n = 1};
  for (int32_t i = 0; i < rank; i++) {
    if (dims[i].kind == CK_DIM_INT && dims[i].n == -1) inferred = i;
    else known = ck_torch_dim_compute(call, CK_IR_OP_MUL, known, dims[i]);
  }
  if (inferred >= 0) {
    ck_dim all = {0};
    bool ok = ck_torch_has_shape(call, t) && ck_torch_total(call, t->dims, t->rank, &all) &&
              !(known.kind == CK_DIM_INT && known.n == 0);
    dims[inferred] = ok ? ck_torch_dim_compute(call, CK_IR_OP_DIV, all, known) : (ck_dim){0};
  }
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value unsqueeze(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  int64_t at;
  if (!ck_torch_has_shape(call, t) || t->rank == CK_TORCH_MAX_RANK || !ck_torch_dim_index(call, 1, t->rank + 1, 0, &at))
    return ck_torch_unknown_from(call, t, t->rank < 0 ? -1 : t->rank + 1);
  ck_dim dims[CK_TORCH_MAX_RANK + 1];
  for (int32_t i = 0; i <= t->rank; i++)
    dims[i] = i < at ? t->dims[i] : i == at ? (ck_dim){.kind = CK_DIM_INT, .n = 1} : t->dims[i - 1];
  return ck_torch_new_tensor(call, dims, t->rank + 1, t->dtype);
}

static ck_value squeeze(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  if (!ck_torch_has_shape(call, t)) return ck_torch_unknown_from(call, t, -1);
  int64_t only = -1;
  if (ck_torch_operands(call) > 1 && !ck_torch_dim_index(call, 1, t->rank, 0, &only))
    return ck_torch_unknown_from(call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank = 0;
  for (int32_t i = 0; i < t->rank; i++) {
    if (only >= 0 && i != only) {
      dims[rank++] = t->dims[i];
      continue;
    }
    if (t->dims[i].kind != CK_DIM_INT) return ck_torch_unknown_from(call, t, -1);
    if (t->dims[i].n != 1) dims[rank++] = t->dims[i];
  }
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value flatten(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  int64_t start, end;
  if (!ck_torch_has_shape(call, t)) return ck_torch_unknown_from(call, t, -1);
  if (t->rank == 0) return ck_torch_new_tensor(call, (ck_dim[]){{.kind = CK_DIM_INT, .n = 1}}, 1, t->dtype);
  if (!ck_torch_dim_index(call, 1, t->rank, 0, &start) || !ck_torch_dim_index(call, 2, t->rank, -1, &end) ||
      end < start)
    return ck_torch_unknown_from(call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK], all;
  int32_t rank = 0;
  for (int64_t i = 0; i < start; i++) dims[rank++] = t->dims[i];
  ck_torch_total(call, t->dims + start, (int32_t)(end - start + 1), &all);
  dims[rank++] = all;
  for (int64_t i = end + 1; i < t->rank; i++) dims[rank++] = t->dims[i];
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value transpose(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  int64_t a = 0, b = 1;
  bool t_only = strcmp(ck_torch_method(call->name), "t") == 0;
  if (!ck_torch_has_shape(call, t) || (t_only && t->rank > 2)) return ck_torch_unknown_from(call, t, t->rank);
  if (t_only && t->rank < 2) return handle(call);
  if (!t_only && (!ck_torch_dim_index(call, 1, t->rank, 0, &a) || !ck_torch_dim_index(call, 2, t->rank, 0, &b)))
    return ck_torch_unknown_from(call, t, t->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  ck_dim keep = dims[a];
  dims[a] = dims[b];
  dims[b] = keep;
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

static ck_value permute(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_dim order[CK_TORCH_MAX_RANK], dims[CK_TORCH_MAX_RANK];
  int32_t n;
  if (!ck_torch_has_shape(call, t) || !ck_torch_dim_operands(call, 1, order, &n) || n != t->rank)
    return ck_torch_unknown_from(call, t, t->rank);
  for (int32_t i = 0; i < n; i++) {
    if (order[i].kind != CK_DIM_INT) return ck_torch_unknown_from(call, t, n);
    int64_t from = order[i].n < 0 ? order[i].n + n : order[i].n;
    if (from < 0 || from >= n) return ck_torch_unknown_from(call, t, n);
    dims[i] = t->dims[from];
  }
  return ck_torch_new_tensor(call, dims, n, t->dtype);
}

static ck_value expand(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank;
  if (!ck_torch_dim_operands(call, 1, dims, &rank)) return ck_torch_unknown_from(call, t, -1);
  for (int32_t i = 0; i < rank; i++) {
    if (dims[i].kind != CK_DIM_INT || dims[i].n != -1) continue;
    int32_t from = t->rank - (rank - i);
    dims[i] = ck_torch_has_shape(call, t) && from >= 0 ? t->dims[from] : (ck_dim){0};
  }
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value expand_as(ck_call *call) {
  return ck_torch_with_dtype(call->ev, ck_torch_tensor_operand(call, 1), ck_torch_tensor_operand(call, 0)->dtype);
}

static ck_value repeat(ck_call *call) {
  bool tile = strcmp(ck_torch_method(call->name), "tile") == 0;
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank;
  if (!ck_torch_has_shape(call, t) || !ck_torch_dim_operands(call, 1, dims, &rank) || (rank < t->rank && !tile))
    return ck_torch_unknown_from(call, t, -1);
  for (; rank < t->rank; rank++) { /* tile: as if there were ones before */
    memmove(dims + 1, dims, (size_t)rank * sizeof *dims);
    dims[0] = (ck_dim){.kind = CK_DIM_INT, .n = 1};
  }
  for (int32_t i = rank - t->rank; i < rank; i++)
    dims[i] = ck_torch_dim_compute(call, CK_IR_OP_MUL, dims[i], t->dims[i - (rank - t->rank)]);
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

/* movedim(from, to), of one dimension. */
static ck_value movedim(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  int64_t from, to;
  if (!ck_torch_has_shape(call, t) || t->rank == 0 || !ck_torch_dim_index(call, 1, t->rank, 0, &from) ||
      !ck_torch_dim_index(call, 2, t->rank, 0, &to))
    return ck_torch_unknown_from(call, t, t->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  for (int32_t i = 0, k = 0; i < t->rank; i++) {
    if (k == from) k++;
    dims[i] = i == to ? t->dims[from] : t->dims[k++];
  }
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

/* mT(), rot90(): the last two dimensions, or the first two, are exchanged. */
static ck_value exchange(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  bool rotates = strcmp(ck_torch_method(call->name), "rot90") == 0;
  int64_t times = 1;
  if (!ck_torch_has_shape(call, t) || t->rank < 2 || (rotates && ck_torch_operands(call) > 2) ||
      (rotates && ck_torch_operands(call) > 1 && !ck_ev_as_int(call->ev, ck_torch_operand(call, 1), &times)))
    return ck_torch_unknown_from(call, t, t->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  int32_t a = rotates ? 0 : t->rank - 2;
  if (times % 2 != 0) dims[a] = t->dims[a + 1], dims[a + 1] = t->dims[a];
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

/* unflatten(dim, sizes) */
static ck_value unflatten(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_dim sizes[CK_TORCH_MAX_RANK], dims[CK_TORCH_MAX_RANK], known = {.kind = CK_DIM_INT, .n = 1};
  int64_t at;
  int32_t n, rank = 0, inferred = -1;
  if (!ck_torch_has_shape(call, t) || t->rank == 0 || !ck_torch_dim_index(call, 1, t->rank, 0, &at) ||
      !ck_torch_dim_operands(call, 2, sizes, &n) || n + t->rank - 1 > CK_TORCH_MAX_RANK)
    return ck_torch_unknown_from(call, t, -1);
  for (int32_t i = 0; i < n; i++) {
    if (sizes[i].kind == CK_DIM_INT && sizes[i].n == -1) inferred = i;
    else known = ck_torch_dim_compute(call, CK_IR_OP_MUL, known, sizes[i]);
  }
  if (inferred >= 0)
    sizes[inferred] = known.kind == CK_DIM_INT && known.n == 0
                          ? (ck_dim){0}
                          : ck_torch_dim_compute(call, CK_IR_OP_DIV, t->dims[at], known);
  for (int32_t i = 0; i < at; i++) dims[rank++] = t->dims[i];
  for (int32_t i = 0; i < n; i++) dims[rank++] = sizes[i];
  for (int64_t i = at + 1; i < t->rank; i++) dims[rank++] = t->dims[i];
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

/* --- parts ---------------------------------------------------------------------------------------------------- */

/* select(dim, index), t[i]: the dimension is gone. */
static ck_value drop(ck_call *call, const ck_tensor *t, int64_t at) {
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank = 0;
  for (int32_t i = 0; i < t->rank; i++)
    if (i != at) dims[rank++] = t->dims[i];
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value select(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  int64_t at;
  if (!ck_torch_has_shape(call, t) || t->rank == 0 || !ck_torch_dim_index(call, 1, t->rank, 0, &at))
    return ck_torch_unknown_from(call, t, t->rank > 0 ? t->rank - 1 : -1);
  return drop(call, t, at);
}

static ck_value subscript(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_value i = ck_ev_decide(call->ev, ck_torch_operand(call, 1));
  if (!ck_torch_has_shape(call, t) || t->rank == 0 ||
      (i.kind != CK_V_INT && i.kind != CK_V_SYM && i.kind != CK_V_UNKNOWN))
    return ck_torch_unknown_from(call, t, -1);
  return drop(call, t, 0);
}

static ck_value narrow(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  int64_t at;
  if (!ck_torch_has_shape(call, t) || !ck_torch_dim_index(call, 1, t->rank, 0, &at))
    return ck_torch_unknown_from(call, t, t->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  dims[at] = ck_ev_as_dim(call->ev, ck_torch_operand(call, 3));
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

/* Length of [start, end) with a step over a dimension of n. */
static ck_dim slice_length(ck_call *call, ck_dim n, ck_value start, ck_value end, ck_value step) {
  int64_t a = 0, b = INT64_MAX, s = 1;
  if (start.kind == CK_V_NATIVE || start.kind == CK_V_VOID || start.kind == CK_V_NULL) start = CK_INT(0);
  bool open_end = end.kind == CK_V_NATIVE || end.kind == CK_V_VOID || end.kind == CK_V_NULL;
  if (open_end) end = CK_INT(INT64_MAX);
  if (step.kind == CK_V_NATIVE || step.kind == CK_V_VOID || step.kind == CK_V_NULL) step = CK_INT(1);
  if (!ck_ev_as_int(call->ev, start, &a) || !ck_ev_as_int(call->ev, end, &b) || !ck_ev_as_int(call->ev, step, &s) ||
      s <= 0)
    return (ck_dim){0};
  if (a == 0 && b == INT64_MAX && s == 1) return n;
  if (n.kind != CK_DIM_INT) return (ck_dim){0};
  if (a < 0) a += n.n;
  if (b < 0) b += n.n;
  a = a < 0 ? 0 : a > n.n ? n.n : a;
  b = b < a ? a : b > n.n ? n.n : b;
  return (ck_dim){.kind = CK_DIM_INT, .n = (b - a + s - 1) / s};
}

static ck_value slice(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  int64_t at;
  if (!ck_torch_has_shape(call, t) || t->rank == 0 || !ck_torch_dim_index(call, 1, t->rank, 0, &at))
    return ck_torch_unknown_from(call, t, t->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  ck_value none = CK_VOID;
  ck_value v[3];
  for (size_t i = 0; i < 3; i++) {
    v[i] = ck_torch_operands(call) > i + 2 ? ck_ev_decide(call->ev, ck_torch_operand(call, i + 2)) : none;
    if (v[i].kind == CK_V_LIST && v[i].list->n <= 1)
      v[i] = v[i].list->n ? ck_ev_load(call->ev, v[i].list->at[0]) : none;
  }
  dims[at] = slice_length(call, t->dims[at], v[0], v[1], v[2]);
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

ck_value ck_torch_slice_construct(ck_call *call) {
  ck_value v[3] = {CK_VOID, CK_VOID, CK_VOID};
  for (size_t i = 0; i < call->nargs && i < 3; i++) v[i] = ck_ev_decide(call->ev, ck_torch_arg(call, i));
  return ck_ev_list(call->ev, "at::indexing::Slice", v, 3);
}

static ck_value constant_index(ck_call *call) {
  bool ellipsis = strcmp(ck_torch_method(call->name), "Ellipsis") == 0;
  return (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_INDEX, .index = ellipsis};
}

/* torch::indexing::None, by its own value or as an empty optional. */
static bool is_none(ck_value v) {
  return (v.kind == CK_V_NATIVE && v.tag == CK_TAG_INDEX && v.index == 0) || v.kind == CK_V_NULL ||
         (v.kind == CK_V_LIST && v.list->n == 0);
}

static bool is_ellipsis(ck_value v) {
  return (v.kind == CK_V_NATIVE && v.tag == CK_TAG_INDEX && v.index == 1) || v.kind == CK_V_STRING;
}

/* t.index({...}) with numbers, slices, None and one ellipsis. */
static ck_value index_with(ck_call *call) {
  ck_ev *ev = call->ev;
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_value list = ck_ev_decide(ev, ck_torch_operand(call, 1));
  if (!ck_torch_has_shape(call, t) || list.kind != CK_V_LIST) return ck_torch_unknown_from(call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK * 2];
  int32_t rank = 0, at = 0, used = 0, by_tensor = 0;
  bool numbers = false;
  for (size_t i = 0; i < list.list->n; i++) {
    ck_value v = ck_ev_decide(ev, ck_ev_load(ev, list.list->at[i]));
    used += !is_none(v) && !is_ellipsis(v);
  }
  for (size_t i = 0; i < list.list->n && rank < CK_TORCH_MAX_RANK; i++) {
    ck_value v = ck_ev_decide(ev, ck_ev_load(ev, list.list->at[i]));
    if (is_ellipsis(v)) {
      for (int32_t k = t->rank - used; k > 0 && at < t->rank; k--) dims[rank++] = t->dims[at++];
    } else if (is_none(v)) {
      dims[rank++] = (ck_dim){.kind = CK_DIM_INT, .n = 1};
    } else if (at >= t->rank) {
      return ck_torch_unknown_from(call, t, -1);
    } else if (v.kind == CK_V_INT || (v.kind == CK_V_SYM && v.sym->type == CK_SYM_INT)) {
      at++, numbers = true;
    } else if (v.kind == CK_V_LIST && v.list->n == 3) {
      dims[rank++] = slice_length(call, t->dims[at], ck_ev_load(ev, v.list->at[0]), ck_ev_load(ev, v.list->at[1]),
                                  ck_ev_load(ev, v.list->at[2]));
      at++;
    } else if (v.kind == CK_V_TENSOR && by_tensor++ == 0) {
      const ck_tensor *by = ck_torch_tensor(call, v);
      if (!ck_torch_has_shape(call, by) || by->dtype == CK_DTYPE_UNKNOWN || by->rank + rank > CK_TORCH_MAX_RANK)
        return ck_torch_unknown_from(call, t, -1);
      bool mask = by->dtype == CK_DTYPE_BOOL || by->dtype == CK_DTYPE_UINT8; /* how many are taken, the data says */
      if (mask && list.list->n > 1) return ck_torch_unknown_from(call, t, -1);
      if (mask) dims[rank++] = (ck_dim){0};
      for (int32_t k = 0; !mask && k < by->rank; k++) dims[rank++] = by->dims[k];
      at += mask ? by->rank : 1;
    } else {
      return ck_torch_unknown_from(call, t, -1);
    }
  }
  if (by_tensor && numbers) return ck_torch_unknown_from(call, t, -1); /* these are indices of one kind */
  while (at < t->rank && rank < CK_TORCH_MAX_RANK) dims[rank++] = t->dims[at++];
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value operator_assign(ck_call *call) { return ck_torch_return_self(call); }

const ck_builtin ck_torch_shape_rows[] = {
    OP("clone", ck_torch_same, 0, 1),
    OP("detach", ck_torch_same, 0, 0),
    METHOD("contiguous", ck_torch_same, 0, 1),
    METHOD("cpu", ck_torch_same, 0, 0),
    METHOD("cuda", ck_torch_same, 0, 0),
    METHOD("data", ck_torch_same, 0, 0),
    METHOD("variable_data", ck_torch_same, 0, 0),
    METHOD("tensor_data", ck_torch_same, 0, 0),
    OP("alias", ck_torch_same, 0, 0),
    {"torch::nn::functional::normalize", ck_torch_same, 1, 2},
    {"torch::nn::functional::relu", ck_torch_same, 1, 2},
    OP("tril", ck_torch_same, 0, 1),
    OP("triu", ck_torch_same, 0, 1),
    OP("flip", ck_torch_same, 1, 1),
    OP("roll", ck_torch_same, 1, 2),
    METHOD("to", to, 1, 5),
    METHOD("type", to, 1, 1),
    METHOD("toType", to, 1, 1),
    METHOD("type_as", to, 1, 1),
    METHOD("requires_grad_", requires_grad_, 0, 1),
    METHOD("set_requires_grad", requires_grad_, 1, 1),
    METHOD("operator+=", operator_assign, 1, 1),
    METHOD("operator-=", operator_assign, 1, 1),
    METHOD("operator*=", operator_assign, 1, 1),
    METHOD("operator/=", operator_assign, 1, 1),
    OP("view", view, 1, 1),
    OP("reshape", view, 1, 1),
    METHOD("view_as", expand_as, 1, 1),
    METHOD("reshape_as", expand_as, 1, 1),
    OP("unsqueeze", unsqueeze, 1, 1),
    OP("squeeze", squeeze, 0, 1),
    OP("flatten", flatten, 0, 2),
    OP("transpose", transpose, 2, 2),
    OP("swapaxes", transpose, 2, 2),
    OP("swapdims", transpose, 2, 2),
    OP("movedim", movedim, 2, 2),
    OP("moveaxis", movedim, 2, 2),
    METHOD("mT", exchange, 0, 0),
    METHOD("mH", exchange, 0, 0),
    OP("rot90", exchange, 0, 2),
    METHOD("unflatten", unflatten, 2, 2),
    OP("ravel", flatten, 0, 0),
    OP("fliplr", ck_torch_same, 0, 0),
    OP("flipud", ck_torch_same, 0, 0),
    OP("inverse", ck_torch_same, 0, 0),
    OP("t", transpose, 0, 0),
    OP("permute", permute, 1, 1),
    METHOD("expand", expand, 1, 2),
    METHOD("expand_as", expand_as, 1, 1),
    OP("broadcast_to", expand, 1, 1),
    METHOD("repeat", repeat, 1, 1),
    OP("tile", repeat, 1, 1),
    OP("select", select, 2, 2),
    METHOD("operator[]", subscript, 1, 1),
    OP("narrow", narrow, 3, 3),
    OP("slice", slice, 0, 4),
    METHOD("index", index_with, 1, 1),
    {"at::indexing::Slice", ck_torch_slice_construct, 0, 3},
    {"at::indexing::None", constant_index, 0, 0},
    {"at::indexing::Ellipsis", constant_index, 0, 0},
    {"torch::indexing::None", constant_index, 0, 0},
    {"torch::indexing::Ellipsis", constant_index, 0, 0},
    METHOD("operator-", ck_torch_same, 0, 0),
    METHOD("operator~", ck_torch_same, 0, 0),
};
const size_t ck_torch_shape_row_count = sizeof ck_torch_shape_rows / sizeof *ck_torch_shape_rows;
