/* shapes.c - operations on tensors, as what they do to shape and dtype.
 *
 * A row serves the method and the functions of one name: operand(call, 0) is self or the first argument. An operation
 * that is not listed gives a tensor of unknown shape; none of them can reach a module. Source: PyTorch's operator
 * reference; broadcasting and dtype promotion as its documentation defines them. */
#include <stdio.h>

#include "torch/torch_int.h"

static bool is_method(ck_call *call) { return call->self != NULL; }

static ck_value operand(ck_call *call, size_t i) {
  if (is_method(call)) return i == 0 ? ck_torch_self(call) : ck_torch_arg(call, i - 1);
  return ck_torch_arg(call, i);
}

static size_t operands(ck_call *call) { return call->nargs + is_method(call); }

static const ck_tensor *tensor(ck_call *call, size_t i) { return ck_torch_tensor(call, operand(call, i)); }

static ck_value unknown(ck_call *call, int32_t rank, ck_dtype dtype) {
  return ck_torch_unknown_tensor(call->ev, call->node->loc, rank, dtype, "the result of `%s`",
                                 ck_torch_method(call->name));
}

/* The reason of the operand, if it has one, goes on. */
static ck_value unknown_from(ck_call *call, const ck_tensor *t, int32_t rank) {
  if (t->unknown == NULL) return unknown(call, rank, t->dtype);
  return ck_torch_unknown_tensor(call->ev, t->unknown->loc, rank, t->dtype, "%s", t->unknown->reason);
}

static bool has_shape(ck_call *call, const ck_tensor *t) {
  return t->rank >= 0 && t->rank <= CK_TORCH_MAX_RANK && ck_torch_tensor_is_replaced(call->ev, t, NULL) == NULL;
}

static ck_value number(ck_call *call, ck_dim d) {
  if (d.kind == CK_DIM_INT) return CK_INT(d.n);
  if (d.kind == CK_DIM_SYM) return (ck_value){.kind = CK_V_SYM, .sym = d.sym};
  return ck_call_unknown(call, "a dimension that is not known");
}

static ck_dim compute(ck_call *call, ck_ir_op op, ck_dim a, ck_dim b) {
  return ck_ev_as_dim(call->ev,
                      ck_ev_binary(call->ev, op, number(call, a), number(call, b), &ck_torch_int64, call->node->loc));
}

static bool same_dim(ck_dim a, ck_dim b) {
  if (a.kind != b.kind) return false;
  return a.kind == CK_DIM_INT ? a.n == b.n : a.kind == CK_DIM_SYM && a.sym == b.sym;
}

/* The operand as a dimension index of `rank` dimensions. False: not known, or out of range, which throws. */
static bool index_of(ck_call *call, size_t i, int32_t rank, int64_t otherwise, int64_t *out) {
  *out = otherwise;
  if (i < operands(call) && !ck_ev_as_int(call->ev, operand(call, i), out)) return false;
  if (*out < 0) *out += rank;
  if (*out >= 0 && *out < rank) return true;
  if (rank > 0 || *out > 0) ck_ev_throw(call->ev, call->node->loc, "Dimension out of range");
  return false;
}

/* ---- the same shape
 * ------------------------------------------------------------------------------------------------------ */

static ck_value same(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  return ck_torch_with_dtype(call->ev, t, t->dtype);
}

static ck_value in_place(ck_call *call) {
  return is_method(call) ? ck_torch_lvalue(call->self) : ck_torch_arg(call, 0);
}

static ck_value handle(ck_call *call) { return operand(call, 0); }

static ck_value to_bool(ck_call *call) { return ck_torch_with_dtype(call->ev, tensor(call, 0), CK_DTYPE_BOOL); }

/* Integers become floats of the default dtype. */
static ck_value float_same(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  bool whole = t->dtype != CK_DTYPE_UNKNOWN && !ck_dtype_is_floating(t->dtype) && !ck_dtype_is_complex(t->dtype);
  return ck_torch_with_dtype(call->ev, t, whole ? ck_torch_default_dtype(call->ev) : t->dtype);
}

static ck_value to(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
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

/* ---- views
 * ----------------------------------------------------------------------------------------------------------------- */

static bool total(ck_call *call, const ck_dim *dims, int32_t rank, ck_dim *out) {
  *out = (ck_dim){.kind = CK_DIM_INT, .n = 1};
  for (int32_t i = 0; i < rank; i++) *out = compute(call, CK_IR_OP_MUL, *out, dims[i]);
  return out->kind != CK_DIM_UNKNOWN;
}

static bool size_operands(ck_call *call, size_t first, ck_dim *dims, int32_t *rank) {
  return ck_torch_list_dims(call->ev, operand(call, first), dims, rank);
}

static ck_value view(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  ck_dtype dtype;
  if (operands(call) == 2 &&
      ck_torch_as_dtype(call, operand(call, 1), ck_torch_arg_type(call, is_method(call) ? 0 : 1), &dtype))
    return ck_torch_unknown_tensor(call->ev, call->node->loc, t->rank, dtype, "a view of another dtype");
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank;
  if (!size_operands(call, 1, dims, &rank)) return unknown_from(call, t, -1);
  int32_t inferred = -1;
  ck_dim known = {.kind = CK_DIM_INT, .n = 1};
  for (int32_t i = 0; i < rank; i++) {
    if (dims[i].kind == CK_DIM_INT && dims[i].n == -1) inferred = i;
    else known = compute(call, CK_IR_OP_MUL, known, dims[i]);
  }
  if (inferred >= 0) {
    ck_dim all = {0};
    bool ok = has_shape(call, t) && total(call, t->dims, t->rank, &all) && !(known.kind == CK_DIM_INT && known.n == 0);
    dims[inferred] = ok ? compute(call, CK_IR_OP_DIV, all, known) : (ck_dim){0};
  }
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value unsqueeze(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  int64_t at;
  if (!has_shape(call, t) || t->rank == CK_TORCH_MAX_RANK || !index_of(call, 1, t->rank + 1, 0, &at))
    return unknown_from(call, t, t->rank < 0 ? -1 : t->rank + 1);
  ck_dim dims[CK_TORCH_MAX_RANK + 1];
  for (int32_t i = 0; i <= t->rank; i++)
    dims[i] = i < at ? t->dims[i] : i == at ? (ck_dim){.kind = CK_DIM_INT, .n = 1} : t->dims[i - 1];
  return ck_torch_new_tensor(call, dims, t->rank + 1, t->dtype);
}

static ck_value squeeze(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  if (!has_shape(call, t)) return unknown_from(call, t, -1);
  int64_t only = -1;
  if (operands(call) > 1 && !index_of(call, 1, t->rank, 0, &only)) return unknown_from(call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank = 0;
  for (int32_t i = 0; i < t->rank; i++) {
    if (only >= 0 && i != only) {
      dims[rank++] = t->dims[i];
      continue;
    }
    if (t->dims[i].kind != CK_DIM_INT) return unknown_from(call, t, -1);
    if (t->dims[i].n != 1) dims[rank++] = t->dims[i];
  }
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value flatten(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  int64_t start, end;
  if (!has_shape(call, t)) return unknown_from(call, t, -1);
  if (t->rank == 0) return ck_torch_new_tensor(call, (ck_dim[]){{.kind = CK_DIM_INT, .n = 1}}, 1, t->dtype);
  if (!index_of(call, 1, t->rank, 0, &start) || !index_of(call, 2, t->rank, -1, &end) || end < start)
    return unknown_from(call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK], all;
  int32_t rank = 0;
  for (int64_t i = 0; i < start; i++) dims[rank++] = t->dims[i];
  total(call, t->dims + start, (int32_t)(end - start + 1), &all);
  dims[rank++] = all;
  for (int64_t i = end + 1; i < t->rank; i++) dims[rank++] = t->dims[i];
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value transpose(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  int64_t a = 0, b = 1;
  bool t_only = strcmp(ck_torch_method(call->name), "t") == 0;
  if (!has_shape(call, t) || (t_only && t->rank > 2)) return unknown_from(call, t, t->rank);
  if (t_only && t->rank < 2) return handle(call);
  if (!t_only && (!index_of(call, 1, t->rank, 0, &a) || !index_of(call, 2, t->rank, 0, &b)))
    return unknown_from(call, t, t->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  ck_dim keep = dims[a];
  dims[a] = dims[b];
  dims[b] = keep;
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

static ck_value permute(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  ck_dim order[CK_TORCH_MAX_RANK], dims[CK_TORCH_MAX_RANK];
  int32_t n;
  if (!has_shape(call, t) || !size_operands(call, 1, order, &n) || n != t->rank) return unknown_from(call, t, t->rank);
  for (int32_t i = 0; i < n; i++) {
    if (order[i].kind != CK_DIM_INT) return unknown_from(call, t, n);
    int64_t from = order[i].n < 0 ? order[i].n + n : order[i].n;
    if (from < 0 || from >= n) return unknown_from(call, t, n);
    dims[i] = t->dims[from];
  }
  return ck_torch_new_tensor(call, dims, n, t->dtype);
}

static ck_value expand(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank;
  if (!size_operands(call, 1, dims, &rank)) return unknown_from(call, t, -1);
  for (int32_t i = 0; i < rank; i++) {
    if (dims[i].kind != CK_DIM_INT || dims[i].n != -1) continue;
    int32_t from = t->rank - (rank - i);
    dims[i] = has_shape(call, t) && from >= 0 ? t->dims[from] : (ck_dim){0};
  }
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value expand_as(ck_call *call) {
  return ck_torch_with_dtype(call->ev, tensor(call, 1), tensor(call, 0)->dtype);
}

static ck_value repeat(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank;
  if (!has_shape(call, t) || !size_operands(call, 1, dims, &rank) || rank < t->rank) return unknown_from(call, t, -1);
  for (int32_t i = rank - t->rank; i < rank; i++)
    dims[i] = compute(call, CK_IR_OP_MUL, dims[i], t->dims[i - (rank - t->rank)]);
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

/* ---- parts
 * --------------------------------------------------------------------------------------------------------------------
 */

/* select(dim, index), t[i]: the dimension is gone. */
static ck_value drop(ck_call *call, const ck_tensor *t, int64_t at) {
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank = 0;
  for (int32_t i = 0; i < t->rank; i++)
    if (i != at) dims[rank++] = t->dims[i];
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

static ck_value select(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  int64_t at;
  if (!has_shape(call, t) || t->rank == 0 || !index_of(call, 1, t->rank, 0, &at))
    return unknown_from(call, t, t->rank > 0 ? t->rank - 1 : -1);
  return drop(call, t, at);
}

static ck_value subscript(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  ck_value i = ck_ev_decide(call->ev, operand(call, 1));
  if (!has_shape(call, t) || t->rank == 0 || (i.kind != CK_V_INT && i.kind != CK_V_SYM && i.kind != CK_V_UNKNOWN))
    return unknown_from(call, t, -1);
  return drop(call, t, 0);
}

static ck_value narrow(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  int64_t at;
  if (!has_shape(call, t) || !index_of(call, 1, t->rank, 0, &at)) return unknown_from(call, t, t->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  dims[at] = ck_ev_as_dim(call->ev, operand(call, 3));
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
  const ck_tensor *t = tensor(call, 0);
  int64_t at;
  if (!has_shape(call, t) || t->rank == 0 || !index_of(call, 1, t->rank, 0, &at)) return unknown_from(call, t, t->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  ck_value none = CK_VOID;
  ck_value v[3];
  for (size_t i = 0; i < 3; i++) {
    v[i] = operands(call) > i + 2 ? ck_ev_decide(call->ev, operand(call, i + 2)) : none;
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
  const ck_tensor *t = tensor(call, 0);
  ck_value list = ck_ev_decide(ev, operand(call, 1));
  if (!has_shape(call, t) || list.kind != CK_V_LIST) return unknown_from(call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK * 2];
  int32_t rank = 0, at = 0, used = 0;
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
      return unknown_from(call, t, -1);
    } else if (v.kind == CK_V_INT || (v.kind == CK_V_SYM && v.sym->type == CK_SYM_INT)) {
      at++;
    } else if (v.kind == CK_V_LIST && v.list->n == 3) {
      dims[rank++] = slice_length(call, t->dims[at], ck_ev_load(ev, v.list->at[0]), ck_ev_load(ev, v.list->at[1]),
                                  ck_ev_load(ev, v.list->at[2]));
      at++;
    } else {
      return unknown_from(call, t, -1);
    }
  }
  while (at < t->rank && rank < CK_TORCH_MAX_RANK) dims[rank++] = t->dims[at++];
  return ck_torch_new_tensor(call, dims, rank, t->dtype);
}

/* ---- joining
 * -------------------------------------------------------------------------------------------------------------------
 */

static ck_value list_operand(ck_call *call) {
  ck_value v = ck_ev_decide(call->ev, operand(call, 0));
  if (v.kind == CK_V_PTR && v.tag != CK_PTR_ITERATOR) {
    ck_cell *cell = ck_ev_target(call->ev, v.cell);
    v = cell ? ck_ev_decide(call->ev, ck_ev_load(call->ev, cell)) : CK_VOID;
  }
  return v;
}

static ck_value cat(ck_call *call) {
  ck_value list = list_operand(call);
  if (list.kind != CK_V_LIST || list.list->n == 0) return unknown(call, -1, CK_DTYPE_UNKNOWN);
  const ck_tensor *first = ck_torch_tensor(call, ck_ev_load(call->ev, list.list->at[0]));
  int64_t at;
  if (!has_shape(call, first) || first->rank == 0 || !index_of(call, 1, first->rank, 0, &at))
    return unknown_from(call, first, first->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, first->dims, (size_t)first->rank * sizeof *dims);
  for (size_t i = 1; i < list.list->n; i++) {
    const ck_tensor *t = ck_torch_tensor(call, ck_ev_load(call->ev, list.list->at[i]));
    if (!has_shape(call, t)) return unknown_from(call, t, first->rank);
    if (t->rank != first->rank || t->dtype != first->dtype) return unknown(call, -1, CK_DTYPE_UNKNOWN);
    dims[at] = compute(call, CK_IR_OP_ADD, dims[at], t->dims[at]);
    for (int32_t k = 0; k < t->rank; k++)
      if (k != at && dims[k].kind != CK_DIM_INT) dims[k] = t->dims[k].kind == CK_DIM_INT ? t->dims[k] : dims[k];
  }
  return ck_torch_new_tensor(call, dims, first->rank, first->dtype);
}

static ck_value stack(ck_call *call) {
  ck_value list = list_operand(call);
  if (list.kind != CK_V_LIST || list.list->n == 0) return unknown(call, -1, CK_DTYPE_UNKNOWN);
  const ck_tensor *t = ck_torch_tensor(call, ck_ev_load(call->ev, list.list->at[0]));
  int64_t at;
  if (!has_shape(call, t) || t->rank == CK_TORCH_MAX_RANK || !index_of(call, 1, t->rank + 1, 0, &at))
    return unknown_from(call, t, t->rank < 0 ? -1 : t->rank + 1);
  for (size_t i = 1; i < list.list->n; i++) {
    const ck_tensor *other = ck_torch_tensor(call, ck_ev_load(call->ev, list.list->at[i]));
    if (other->dtype != t->dtype) return unknown(call, t->rank + 1, CK_DTYPE_UNKNOWN);
  }
  ck_dim dims[CK_TORCH_MAX_RANK + 1];
  for (int32_t i = 0; i <= t->rank; i++)
    dims[i] = i < at ? t->dims[i] : i == at ? (ck_dim){.kind = CK_DIM_INT, .n = (int64_t)list.list->n} : t->dims[i - 1];
  return ck_torch_new_tensor(call, dims, t->rank + 1, t->dtype);
}

/* ---- arithmetic
 * ----------------------------------------------------------------------------------------------------------------- */

/* chunk(n, dim), split(size, dim): lists of tensors. */
static ck_value parts(ck_call *call) {
  enum { MAX_PARTS = 1000 };
  const ck_tensor *t = tensor(call, 0);
  bool chunk = strcmp(ck_torch_method(call->name), "chunk") == 0;
  int64_t n, at;
  if (!has_shape(call, t) || !ck_ev_as_int(call->ev, operand(call, 1), &n) || n <= 0 || t->rank == 0 ||
      !index_of(call, 2, t->rank, 0, &at) || t->dims[at].kind != CK_DIM_INT)
    return ck_torch_harmless(call);
  int64_t whole = t->dims[at].n, step = chunk ? (whole + n - 1) / n : n;
  if (step == 0 || (whole + step - 1) / step > MAX_PARTS) return ck_torch_harmless(call);
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, whole / step + 2);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  size_t count = 0;
  for (int64_t from = 0; from < whole; from += step) {
    dims[at] = (ck_dim){.kind = CK_DIM_INT, .n = from + step <= whole ? step : whole - from};
    values[count++] = ck_torch_new_tensor(call, dims, t->rank, t->dtype);
  }
  return ck_ev_list(call->ev, "std::vector", values, count);
}

static ck_value meshgrid(ck_call *call) {
  ck_value list = list_operand(call), indexing = ck_ev_decide(call->ev, operand(call, 1));
  bool xy = indexing.kind == CK_V_STRING && strcmp(indexing.str, "xy") == 0;
  if (list.kind != CK_V_LIST || list.list->n == 0 || list.list->n > CK_TORCH_MAX_RANK) return ck_torch_harmless(call);
  size_t n = list.list->n;
  ck_dim dims[CK_TORCH_MAX_RANK];
  ck_dtype dtype = CK_DTYPE_UNKNOWN;
  for (size_t i = 0; i < n; i++) {
    const ck_tensor *t = ck_torch_tensor(call, ck_ev_load(call->ev, list.list->at[i]));
    if (!has_shape(call, t) || t->rank > 1) return ck_torch_harmless(call);
    dims[i] = t->rank == 1 ? t->dims[0] : (ck_dim){.kind = CK_DIM_INT, .n = 1};
    dtype = t->dtype;
  }
  if (xy && n >= 2) {
    ck_dim keep = dims[0];
    dims[0] = dims[1];
    dims[1] = keep;
  }
  ck_value values[CK_TORCH_MAX_RANK];
  for (size_t i = 0; i < n; i++) values[i] = ck_torch_new_tensor(call, dims, (int32_t)n, dtype);
  return ck_ev_list(call->ev, "std::vector", values, n);
}

/* repeat_interleave(n, dim) with a number. */
static ck_value repeat_interleave(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  int64_t n, at = 0;
  if (!has_shape(call, t) || !ck_ev_as_int(call->ev, operand(call, 1), &n)) return unknown_from(call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK], by = {.kind = CK_DIM_INT, .n = n};
  if (operands(call) < 3) {
    ck_dim all;
    if (!total(call, t->dims, t->rank, &all)) return unknown(call, 1, t->dtype);
    dims[0] = compute(call, CK_IR_OP_MUL, all, by);
    return ck_torch_new_tensor(call, dims, 1, t->dtype);
  }
  if (!index_of(call, 2, t->rank, 0, &at)) return unknown(call, t->rank, t->dtype);
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  dims[at] = compute(call, CK_IR_OP_MUL, dims[at], by);
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

/* unfold(dim, size, step): windows, the size last. */
static ck_value unfold(ck_call *call) {
  const ck_tensor *t = tensor(call, 0);
  int64_t at, size, step;
  if (!has_shape(call, t) || t->rank == 0 || t->rank == CK_TORCH_MAX_RANK || !index_of(call, 1, t->rank, 0, &at) ||
      !ck_ev_as_int(call->ev, operand(call, 2), &size) || !ck_ev_as_int(call->ev, operand(call, 3), &step) ||
      step <= 0 || t->dims[at].kind != CK_DIM_INT || t->dims[at].n < size)
    return unknown_from(call, t, t->rank < 0 ? -1 : t->rank + 1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  dims[at].n = (dims[at].n - size) / step + 1;
  dims[t->rank] = (ck_dim){.kind = CK_DIM_INT, .n = size};
  return ck_torch_new_tensor(call, dims, t->rank + 1, t->dtype);
}

/* embedding(weight, indices): a row for each index. */
static ck_value embedding(ck_call *call) {
  const ck_tensor *weight = tensor(call, 0), *indices = tensor(call, 1);
  if (!has_shape(call, weight) || weight->rank != 2 || !has_shape(call, indices) || indices->rank == CK_TORCH_MAX_RANK)
    return unknown_from(call, weight, -1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, indices->dims, (size_t)indices->rank * sizeof *dims);
  dims[indices->rank] = weight->dims[1];
  return ck_torch_new_tensor(call, dims, indices->rank + 1, weight->dtype);
}

static int category(ck_dtype d) {
  if (d == CK_DTYPE_BOOL) return 0;
  return ck_dtype_is_complex(d) ? 3 : ck_dtype_is_floating(d) ? 2 : 1;
}

/* Two dtypes of equal standing. */
static ck_dtype promote(ck_dtype a, ck_dtype b) {
  if (a == CK_DTYPE_UNKNOWN || b == CK_DTYPE_UNKNOWN) return CK_DTYPE_UNKNOWN;
  if (a == b) return a;
  if (category(a) != category(b)) return category(a) > category(b) ? a : b;
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
  ck_value v = ck_ev_decide(call->ev, operand(call, i));
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
  if (a.standing == b.standing) return promote(a.dtype, b.dtype);
  side high = a.standing > b.standing ? a : b, low = a.standing > b.standing ? b : a;
  return category(low.dtype) > category(high.dtype) ? low.dtype : high.dtype;
}

static ck_dim broadcast(ck_dim a, ck_dim b) {
  if (same_dim(a, b)) return a;
  if (a.kind == CK_DIM_INT && a.n == 1) return b;
  if (b.kind == CK_DIM_INT && b.n == 1) return a;
  if (a.kind == CK_DIM_INT && b.kind != CK_DIM_INT && a.n != 0) return a;
  if (b.kind == CK_DIM_INT && a.kind != CK_DIM_INT && b.n != 0) return b;
  return (ck_dim){0};
}

static ck_value elementwise_as(ck_call *call, bool divides, bool compares) {
  side a = side_of(call, 0), b = side_of(call, 1);
  ck_dtype dtype = compares ? CK_DTYPE_BOOL : result_dtype(a, b);
  if (divides && dtype != CK_DTYPE_UNKNOWN && category(dtype) < 2) dtype = ck_torch_default_dtype(call->ev);
  if (a.tensor == NULL || b.tensor == NULL) {
    const ck_tensor *t = a.tensor ? a.tensor : b.tensor;
    return t ? ck_torch_with_dtype(call->ev, t, dtype) : unknown(call, -1, dtype);
  }
  if (!has_shape(call, a.tensor) || !has_shape(call, b.tensor))
    return unknown_from(call, has_shape(call, a.tensor) ? b.tensor : a.tensor, -1);
  int32_t rank = a.tensor->rank > b.tensor->rank ? a.tensor->rank : b.tensor->rank;
  ck_dim dims[CK_TORCH_MAX_RANK];
  for (int32_t i = 0; i < rank; i++) {
    int32_t ia = i - (rank - a.tensor->rank), ib = i - (rank - b.tensor->rank);
    dims[i] = ia < 0   ? b.tensor->dims[ib]
              : ib < 0 ? a.tensor->dims[ia]
                       : broadcast(a.tensor->dims[ia], b.tensor->dims[ib]);
  }
  return ck_torch_new_tensor(call, dims, rank, dtype);
}

static ck_value elementwise(ck_call *call) { return elementwise_as(call, false, false); }
static ck_value divide(ck_call *call) { return elementwise_as(call, true, false); }
static ck_value compare(ck_call *call) { return elementwise_as(call, false, true); }

/* where(condition, a, b) */
static ck_value where(ck_call *call) {
  const ck_tensor *c = tensor(call, 0), *a = tensor(call, 1), *b = tensor(call, 2);
  if (!has_shape(call, a) || !has_shape(call, b) || !has_shape(call, c) || a->dtype != b->dtype || a->rank != b->rank ||
      c->rank > a->rank)
    return unknown(call, -1, a->dtype == b->dtype ? a->dtype : CK_DTYPE_UNKNOWN);
  ck_dim dims[CK_TORCH_MAX_RANK];
  for (int32_t i = 0; i < a->rank; i++) {
    int32_t k = i - (a->rank - c->rank);
    dims[i] = broadcast(a->dims[i], b->dims[i]);
    if (k >= 0) dims[i] = broadcast(dims[i], c->dims[k]);
  }
  return ck_torch_new_tensor(call, dims, a->rank, a->dtype);
}

static ck_value matmul(ck_call *call) {
  const ck_tensor *a = tensor(call, 0), *b = tensor(call, 1);
  if (!has_shape(call, a) || !has_shape(call, b)) return unknown_from(call, has_shape(call, a) ? b : a, -1);
  if (a->rank == 1 && b->rank == 1) return ck_torch_new_tensor(call, NULL, 0, a->dtype);
  if (a->rank == 2 && b->rank == 2) return ck_torch_new_tensor(call, (ck_dim[]){a->dims[0], b->dims[1]}, 2, a->dtype);
  if (a->rank == 2 && b->rank == 1) return ck_torch_new_tensor(call, &a->dims[0], 1, a->dtype);
  if (a->rank == 1 && b->rank == 2) return ck_torch_new_tensor(call, &b->dims[1], 1, a->dtype);
  if (a->rank < 3 && b->rank < 3) return unknown(call, -1, a->dtype);
  if (b->rank == 2) {
    ck_dim dims[CK_TORCH_MAX_RANK];
    memcpy(dims, a->dims, (size_t)a->rank * sizeof *dims);
    dims[a->rank - 1] = b->dims[1];
    return ck_torch_new_tensor(call, dims, a->rank, a->dtype);
  }
  if (a->rank == b->rank) {
    ck_dim dims[CK_TORCH_MAX_RANK];
    for (int32_t i = 0; i < a->rank - 2; i++) dims[i] = broadcast(a->dims[i], b->dims[i]);
    dims[a->rank - 2] = a->dims[a->rank - 2];
    dims[a->rank - 1] = b->dims[b->rank - 1];
    return ck_torch_new_tensor(call, dims, a->rank, a->dtype);
  }
  return unknown(call, a->rank > b->rank ? a->rank : b->rank, a->dtype);
}

/* einsum("ij,jk->ik", {a, b}) with letters and an explicit result: each letter is a dimension. */
static ck_value einsum(ck_call *call) {
  ck_value equation = ck_ev_decide(call->ev, operand(call, 0)), list = ck_ev_decide(call->ev, operand(call, 1));
  const char *arrow = equation.kind == CK_V_STRING ? strstr(equation.str, "->") : NULL;
  if (arrow == NULL || list.kind != CK_V_LIST) return unknown(call, -1, CK_DTYPE_UNKNOWN);
  ck_dim letters[128] = {{0}}, dims[CK_TORCH_MAX_RANK];
  const char *at = equation.str;
  ck_dtype dtype = CK_DTYPE_UNKNOWN;
  for (size_t i = 0; i < list.list->n; i++, at += *at == ',') {
    const ck_tensor *t = ck_torch_tensor(call, ck_ev_load(call->ev, list.list->at[i]));
    if (!has_shape(call, t) || (i > 0 && t->dtype != dtype)) return unknown(call, -1, CK_DTYPE_UNKNOWN);
    dtype = t->dtype;
    int32_t k = 0;
    for (; at < arrow && *at != ','; at++) {
      if (*at == ' ') continue;
      if (*at < 'A' || *at > 'z' || k >= t->rank) return unknown(call, -1, dtype);
      letters[(unsigned char)*at] = t->dims[k++];
    }
  }
  int32_t rank = 0;
  for (at = arrow + 2; *at != '\0'; at++) {
    if (*at == ' ') continue;
    if (*at < 'A' || *at > 'z' || rank == CK_TORCH_MAX_RANK) return unknown(call, -1, dtype);
    dims[rank++] = letters[(unsigned char)*at];
  }
  return ck_torch_new_tensor(call, dims, rank, dtype);
}

static ck_value outer(ck_call *call) {
  const ck_tensor *a = tensor(call, 0), *b = tensor(call, 1);
  if (!has_shape(call, a) || !has_shape(call, b) || a->rank != 1 || b->rank != 1) return unknown(call, 2, a->dtype);
  return ck_torch_new_tensor(call, (ck_dim[]){a->dims[0], b->dims[0]}, 2, a->dtype);
}

/* sum(), mean(), max() of everything; with a dimension: that one is gone or 1. */
static ck_value reduce_as(ck_call *call, ck_dtype given) {
  const ck_tensor *t = tensor(call, 0);
  bool sum = strcmp(ck_torch_method(call->name), "sum") == 0 || strcmp(ck_torch_method(call->name), "prod") == 0;
  ck_dtype dtype = sum && t->dtype != CK_DTYPE_UNKNOWN && category(t->dtype) < 2 ? CK_DTYPE_INT64 : t->dtype;
  if (given != CK_DTYPE_UNKNOWN) dtype = given;
  if (operands(call) == 1) return ck_torch_new_tensor(call, NULL, 0, dtype);
  ck_dim which[CK_TORCH_MAX_RANK], dims[CK_TORCH_MAX_RANK];
  int32_t n, rank = 0;
  ck_value keep = operands(call) > 2 ? ck_ev_decide(call->ev, operand(call, 2)) : CK_BOOL(false);
  if (operands(call) > 3 || !has_shape(call, t) || keep.kind != CK_V_BOOL || !size_operands(call, 1, which, &n))
    return unknown(call, -1, CK_DTYPE_UNKNOWN);
  for (int32_t i = 0; i < t->rank; i++) {
    bool gone = false;
    for (int32_t k = 0; k < n; k++)
      gone |= which[k].kind == CK_DIM_INT && (which[k].n == i || which[k].n + t->rank == i);
    if (!gone) dims[rank++] = t->dims[i];
    if (gone && keep.i) dims[rank++] = (ck_dim){.kind = CK_DIM_INT, .n = 1};
  }
  return ck_torch_new_tensor(call, dims, rank, dtype);
}

static ck_value reduce(ck_call *call) { return reduce_as(call, CK_DTYPE_UNKNOWN); }
/* max(dim), min(dim): values and indices. */
static ck_value extremes(ck_call *call) {
  ck_value both[2] = {reduce_as(call, CK_DTYPE_UNKNOWN), reduce_as(call, CK_DTYPE_INT64)};
  return ck_ev_list(call->ev, "std::tuple", both, 2);
}
static ck_value reduce_index(ck_call *call) { return reduce_as(call, CK_DTYPE_INT64); }

static ck_value anything(ck_call *call) { return ck_torch_harmless(call); }

static ck_value operator_assign(ck_call *call) { return ck_torch_return_self(call); }

/* Rows: of a method and of the functions at:: and torch::. The arity of a function is one more. */
#define OP(name, call, min, max)                                                                                       \
  {"at::Tensor::" name, call, min, max}, {"at::" name, call, (min) + 1, (max) + 1},                                    \
      {"torch::" name, call, (min) + 1, (max) + 1}
#define FUNCTION(name, call, min, max)                                                                                 \
  {"at::" name, call, min, max}, { "torch::" name, call, min, max }
#define METHOD(name, call, min, max)                                                                                   \
  {"at::Tensor::" name, call, min, max}, { "at::TensorBase::" name, call, min, max }
const ck_builtin ck_torch_shape_rows[] = {
    OP("clone", same, 0, 1),
    OP("detach", same, 0, 0),
    METHOD("contiguous", same, 0, 1),
    METHOD("cpu", same, 0, 0),
    METHOD("cuda", same, 0, 0),
    METHOD("data", same, 0, 0),
    METHOD("variable_data", same, 0, 0),
    METHOD("tensor_data", same, 0, 0),
    OP("alias", same, 0, 0),
    OP("tril", same, 0, 1),
    OP("triu", same, 0, 1),
    OP("flip", same, 1, 1),
    OP("roll", same, 1, 2),
    OP("cumsum", same, 1, 2),
    OP("abs", same, 0, 0),
    OP("neg", same, 0, 0),
    OP("relu", same, 0, 0),
    OP("clamp", same, 1, 2),
    OP("clamp_min", same, 1, 1),
    OP("clamp_max", same, 1, 1),
    OP("round", same, 0, 0),
    OP("floor", same, 0, 0),
    OP("ceil", same, 0, 0),
    OP("sign", same, 0, 0),
    OP("masked_fill", same, 2, 2),
    OP("softmax", float_same, 1, 2),
    OP("log_softmax", float_same, 1, 2),
    OP("exp", float_same, 0, 0),
    OP("log", float_same, 0, 0),
    OP("log2", float_same, 0, 0),
    OP("sqrt", float_same, 0, 0),
    OP("rsqrt", float_same, 0, 0),
    OP("sin", float_same, 0, 0),
    OP("cos", float_same, 0, 0),
    OP("tan", float_same, 0, 0),
    OP("tanh", float_same, 0, 0),
    OP("sigmoid", float_same, 0, 0),
    OP("erf", float_same, 0, 0),
    OP("reciprocal", float_same, 0, 0),
    OP("logical_not", to_bool, 0, 0),
    OP("isnan", to_bool, 0, 0),
    METHOD("to", to, 1, 5),
    METHOD("type", to, 1, 1),
    METHOD("toType", to, 1, 1),
    METHOD("type_as", to, 1, 1),
    METHOD("requires_grad_", requires_grad_, 0, 1),
    METHOD("set_requires_grad", requires_grad_, 1, 1),
    METHOD("fill_", in_place, 1, 1),
    METHOD("zero_", in_place, 0, 0),
    METHOD("copy_", in_place, 1, 2),
    METHOD("normal_", in_place, 0, 3),
    METHOD("uniform_", in_place, 0, 3),
    METHOD("mul_", in_place, 1, 1),
    METHOD("add_", in_place, 1, 2),
    METHOD("sub_", in_place, 1, 2),
    METHOD("div_", in_place, 1, 2),
    METHOD("clamp_", in_place, 1, 2),
    METHOD("index_put_", in_place, 2, 3),
    METHOD("detach_", in_place, 0, 0),
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
    FUNCTION("cat", cat, 1, 2),
    FUNCTION("concat", cat, 1, 2),
    FUNCTION("stack", stack, 1, 2),
    OP("add", elementwise, 1, 2),
    OP("sub", elementwise, 1, 2),
    OP("mul", elementwise, 1, 1),
    OP("pow", elementwise, 1, 1),
    OP("maximum", elementwise, 1, 1),
    OP("minimum", elementwise, 1, 1),
    OP("remainder", elementwise, 1, 1),
    OP("floor_divide", elementwise, 1, 1),
    OP("div", divide, 1, 1),
    OP("atan2", divide, 1, 1),
    OP("eq", compare, 1, 1),
    OP("ne", compare, 1, 1),
    OP("lt", compare, 1, 1),
    OP("le", compare, 1, 1),
    OP("gt", compare, 1, 1),
    OP("ge", compare, 1, 1),
    FUNCTION("operator+", elementwise, 1, 2),
    FUNCTION("operator-", elementwise, 1, 2),
    FUNCTION("operator*", elementwise, 1, 2),
    FUNCTION("operator/", divide, 1, 2),
    FUNCTION("operator%", elementwise, 1, 2),
    FUNCTION("operator==", compare, 1, 2),
    FUNCTION("operator!=", compare, 1, 2),
    FUNCTION("operator<", compare, 1, 2),
    FUNCTION("operator>", compare, 1, 2),
    FUNCTION("operator<=", compare, 1, 2),
    FUNCTION("operator>=", compare, 1, 2),
    METHOD("operator-", same, 0, 0),
    METHOD("operator~", same, 0, 0),
    OP("chunk", parts, 1, 2),
    OP("split", parts, 1, 2),
    FUNCTION("meshgrid", meshgrid, 1, 2),
    OP("repeat_interleave", repeat_interleave, 1, 3),
    METHOD("unfold", unfold, 3, 3),
    OP("matmul", matmul, 1, 1),
    OP("mm", matmul, 1, 1),
    OP("bmm", matmul, 1, 1),
    OP("outer", outer, 1, 1),
    OP("ger", outer, 1, 1),
    {"at::Tensor::max", extremes, 1, 2},
    {"at::Tensor::min", extremes, 1, 2},
    {"at::einsum", einsum, 2, 3},
    {"at::where", where, 3, 3},
    OP("argmax", reduce_index, 0, 2),
    OP("argmin", reduce_index, 0, 2),
    FUNCTION("embedding", embedding, 2, 5),
    OP("sum", reduce, 0, 3),
    OP("mean", reduce, 0, 3),
    OP("prod", reduce, 0, 0),
    OP("norm", reduce, 0, 0),
    OP("max", reduce, 0, 0),
    OP("min", reduce, 0, 0),
    {"at::Tensor::*", anything, 0, -1},
    {"at::TensorBase::*", anything, 0, -1},
    {"at::*", anything, 0, -1},
};
const size_t ck_torch_shape_row_count = sizeof ck_torch_shape_rows / sizeof *ck_torch_shape_rows;
