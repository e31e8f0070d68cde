/* joins.c - tensors put together, taken apart, and read by index.
 *
 * Lists of tensors are LIST values, as a std::vector<torch::Tensor> is. Source: PyTorch's operator reference. */
#include <stdio.h>

#include "torch/shape_int.h"

/* --- joining -------------------------------------------------------------------------------------------------- */

static ck_value list_operand(ck_call *call) {
  ck_value v = ck_ev_decide(call->ev, ck_torch_operand(call, 0));
  if (v.kind == CK_V_PTR && v.tag != CK_PTR_ITERATOR) {
    ck_cell *cell = ck_ev_target(call->ev, v.cell);
    v = cell ? ck_ev_decide(call->ev, ck_ev_load(call->ev, cell)) : CK_VOID;
  }
  return v;
}

static ck_value list_item(ck_call *call, ck_value list, size_t i) { return ck_ev_load(call->ev, list.list->at[i]); }

/* cat(tensors, dim): a tensor of shape [0] fits anything and adds nothing. */
static ck_value cat_at(ck_call *call, ck_value list, bool given, int64_t along) {
  if (list.kind != CK_V_LIST || list.list->n == 0) return ck_torch_unknown_result(call, -1, CK_DTYPE_UNKNOWN);
  ck_dim dims[CK_TORCH_MAX_RANK];
  ck_dtype dtype = ck_torch_tensor(call, list_item(call, list, 0))->dtype;
  int64_t at = 0;
  int32_t rank = -1;
  for (size_t i = 0; i < list.list->n; i++) {
    const ck_tensor *t = ck_torch_tensor(call, list_item(call, list, i));
    if (!ck_torch_has_shape(call, t))
      return ck_torch_unknown_from(call, t, rank > 1 ? rank : t->rank > 1 ? t->rank : -1);
    dtype = ck_torch_promote(dtype, t->dtype);
    if (t->rank == 1 && t->dims[0].kind == CK_DIM_INT && t->dims[0].n == 0) continue;
    if (rank < 0) {
      rank = t->rank;
      memcpy(dims, t->dims, (size_t)rank * sizeof *dims);
      at = along;
      if (rank == 0 || (given && !ck_torch_dim_index(call, 1, rank, 0, &at)) || at >= rank)
        return ck_torch_unknown_from(call, t, rank);
      continue;
    }
    if (t->rank != rank) return ck_torch_unknown_result(call, -1, CK_DTYPE_UNKNOWN);
    dims[at] = ck_torch_dim_compute(call, CK_IR_OP_ADD, dims[at], t->dims[at]);
    for (int32_t k = 0; k < rank; k++)
      if (k != at && dims[k].kind != CK_DIM_INT) dims[k] = t->dims[k].kind == CK_DIM_INT ? t->dims[k] : dims[k];
  }
  if (rank < 0) return ck_torch_new_tensor(call, (ck_dim[]){{.kind = CK_DIM_INT, .n = 0}}, 1, dtype);
  return ck_torch_new_tensor(call, dims, rank, dtype);
}

static ck_value cat(ck_call *call) { return cat_at(call, list_operand(call), true, 0); }

/* hstack: along the second dimension, vectors along their only one. vstack: along the first, vectors are rows. */
static ck_value beside(ck_call *call) {
  ck_value list = list_operand(call);
  if (list.kind != CK_V_LIST || list.list->n == 0) return ck_torch_unknown_result(call, -1, CK_DTYPE_UNKNOWN);
  bool rows = strcmp(ck_torch_method(call->name), "vstack") == 0;
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, list.list->n);
  int32_t rank = 0;
  for (size_t i = 0; i < list.list->n; i++) {
    const ck_tensor *t = ck_torch_tensor(call, list_item(call, list, i));
    if (!ck_torch_has_shape(call, t) || (i > 0 && t->rank != rank)) return ck_torch_unknown_from(call, t, -1);
    rank = t->rank;
    ck_dim one = {.kind = CK_DIM_INT, .n = 1};
    ck_dim dims[2] = {one, rank == 1 ? t->dims[0] : one};
    if (rank == 0) values[i] = ck_torch_new_tensor(call, dims, rows ? 2 : 1, t->dtype);
    else if (rank == 1 && rows) values[i] = ck_torch_new_tensor(call, dims, 2, t->dtype);
    else values[i] = list_item(call, list, i);
  }
  return cat_at(call, ck_ev_list(call->ev, "std::vector", values, list.list->n), false, rows || rank < 2 ? 0 : 1);
}

static ck_value stack(ck_call *call) {
  ck_value list = list_operand(call);
  if (list.kind != CK_V_LIST || list.list->n == 0) return ck_torch_unknown_result(call, -1, CK_DTYPE_UNKNOWN);
  const ck_tensor *t = ck_torch_tensor(call, list_item(call, list, 0));
  ck_dtype dtype = t->dtype;
  for (size_t i = 1; i < list.list->n; i++)
    dtype = ck_torch_promote(dtype, ck_torch_tensor(call, list_item(call, list, i))->dtype);
  int64_t at;
  if (!ck_torch_has_shape(call, t) || t->rank == CK_TORCH_MAX_RANK || !ck_torch_dim_index(call, 1, t->rank + 1, 0, &at))
    return ck_torch_unknown_from(call, t, t->rank < 0 ? -1 : t->rank + 1);
  ck_dim dims[CK_TORCH_MAX_RANK + 1];
  for (int32_t i = 0; i <= t->rank; i++)
    dims[i] = i < at ? t->dims[i] : i == at ? (ck_dim){.kind = CK_DIM_INT, .n = (int64_t)list.list->n} : t->dims[i - 1];
  return ck_torch_new_tensor(call, dims, t->rank + 1, dtype);
}

/* --- several at once ------------------------------------------------------------------------------------------ */

/* chunk(n, dim), split(size, dim): lists of tensors. */
static ck_value parts(ck_call *call) {
  enum { MAX_PARTS = 1000 };
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  bool chunk = strcmp(ck_torch_method(call->name), "chunk") == 0;
  int64_t n, at;
  if (!ck_torch_has_shape(call, t) || !ck_ev_as_int(call->ev, ck_torch_operand(call, 1), &n) || n <= 0 ||
      t->rank == 0 || !ck_torch_dim_index(call, 2, t->rank, 0, &at) || t->dims[at].kind != CK_DIM_INT)
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

/* split_with_sizes(sizes, dim), split(sizes, dim): a list of tensors. */
static ck_value split_sizes(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_value sizes = ck_ev_decide(call->ev, ck_torch_operand(call, 1));
  int64_t at;
  if (sizes.kind != CK_V_LIST || !ck_torch_has_shape(call, t) || t->rank == 0 ||
      !ck_torch_dim_index(call, 2, t->rank, 0, &at))
    return ck_torch_harmless(call);
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, sizes.list->n + 1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  for (size_t i = 0; i < sizes.list->n; i++) {
    dims[at] = ck_ev_as_dim(call->ev, list_item(call, sizes, i));
    values[i] = ck_torch_new_tensor(call, dims, t->rank, t->dtype);
  }
  return ck_ev_list(call->ev, "std::vector", values, sizes.list->n);
}

static ck_value split(ck_call *call) {
  return ck_ev_decide(call->ev, ck_torch_operand(call, 1)).kind == CK_V_LIST ? split_sizes(call) : parts(call);
}

/* unbind(dim): as many tensors as that dimension is long. */
static ck_value unbind(ck_call *call) {
  enum { MAX_PARTS = 1000 };
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  int64_t at;
  if (!ck_torch_has_shape(call, t) || t->rank == 0 || !ck_torch_dim_index(call, 1, t->rank, 0, &at) ||
      t->dims[at].kind != CK_DIM_INT || t->dims[at].n > MAX_PARTS)
    return ck_torch_harmless(call);
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank = 0;
  for (int32_t i = 0; i < t->rank; i++)
    if (i != at) dims[rank++] = t->dims[i];
  size_t n = (size_t)t->dims[at].n;
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) values[i] = ck_torch_new_tensor(call, dims, rank, t->dtype);
  return ck_ev_list(call->ev, "std::vector", values, n);
}

/* index_select(dim, indices) */
static ck_value index_select(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0), *indices = ck_torch_tensor_operand(call, 2);
  int64_t at;
  if (!ck_torch_has_shape(call, t) || t->rank == 0 || !ck_torch_dim_index(call, 1, t->rank, 0, &at))
    return ck_torch_unknown_from(call, t, t->rank);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  bool known = ck_torch_has_shape(call, indices) && indices->rank <= 1;
  dims[at] = !known ? (ck_dim){0} : indices->rank == 1 ? indices->dims[0] : (ck_dim){.kind = CK_DIM_INT, .n = 1};
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

/* gather(dim, indices): as the indices. */
static ck_value gather(ck_call *call) {
  return ck_torch_with_dtype(call->ev, ck_torch_tensor_operand(call, 2), ck_torch_tensor_operand(call, 0)->dtype);
}

/* The length of diagonal `offset` of an n x m matrix. */
static ck_dim diagonal_length(ck_dim n, ck_dim m, int64_t offset) {
  if (n.kind != CK_DIM_INT || m.kind != CK_DIM_INT) return offset == 0 && ck_torch_same_dim(n, m) ? n : (ck_dim){0};
  if (offset >= 0) m.n -= offset;
  else n.n += offset;
  int64_t length = n.n < m.n ? n.n : m.n;
  return (ck_dim){.kind = CK_DIM_INT, .n = length < 0 ? 0 : length};
}

/* diag(offset): a matrix of a vector, or the other way round; diagonal(offset) takes the first two dimensions. */
static ck_value diag(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  bool view = strcmp(ck_torch_method(call->name), "diagonal") == 0;
  int64_t offset = 0;
  if (!ck_torch_has_shape(call, t) ||
      (ck_torch_operands(call) > 1 && !ck_ev_as_int(call->ev, ck_torch_operand(call, 1), &offset)))
    return ck_torch_unknown_from(call, t, -1);
  if (t->rank == 2) {
    ck_dim length = diagonal_length(t->dims[0], t->dims[1], offset);
    return ck_torch_new_tensor(call, &length, 1, t->dtype);
  }
  if (t->rank != 1 || view) return ck_torch_unknown_from(call, t, -1);
  ck_dim n = {.kind = CK_DIM_INT, .n = offset < 0 ? -offset : offset};
  n = ck_torch_dim_compute(call, CK_IR_OP_ADD, t->dims[0], n);
  return ck_torch_new_tensor(call, (ck_dim[]){n, n}, 2, t->dtype);
}

static ck_value diag_embed(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  if (!ck_torch_has_shape(call, t) || t->rank == 0 || t->rank == CK_TORCH_MAX_RANK || ck_torch_operands(call) > 1)
    return ck_torch_unknown_from(call, t, t->rank < 0 ? -1 : t->rank + 1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  dims[t->rank] = dims[t->rank - 1];
  return ck_torch_new_tensor(call, dims, t->rank + 1, t->dtype);
}

/* one_hot(indices, classes); without the number of classes the data decides. */
static ck_value one_hot(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  if (!ck_torch_has_shape(call, t) || t->rank == CK_TORCH_MAX_RANK) return ck_torch_unknown_from(call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  if (t->rank) memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  dims[t->rank] = ck_torch_operands(call) > 1 ? ck_ev_as_dim(call->ev, ck_torch_operand(call, 1)) : (ck_dim){0};
  if (dims[t->rank].kind == CK_DIM_INT && dims[t->rank].n < 0) dims[t->rank] = (ck_dim){0};
  return ck_torch_new_tensor(call, dims, t->rank + 1, CK_DTYPE_INT64);
}

/* tril_indices(rows, columns, offset), triu_indices: two rows, a column for each element of the triangle. */
static ck_value triangle_indices(ck_call *call) {
  enum { MAX_ROWS = 100000 };
  int64_t rows, columns, offset = 0, n = 0;
  bool lower = strcmp(ck_torch_method(call->name), "tril_indices") == 0;
  ck_dim dims[2] = {{.kind = CK_DIM_INT, .n = 2}, {0}};
  bool known = ck_ev_as_int(call->ev, ck_torch_arg(call, 0), &rows) &&
               ck_ev_as_int(call->ev, ck_torch_arg(call, 1), &columns) && rows >= 0 && rows <= MAX_ROWS &&
               columns >= 0 && columns <= MAX_ROWS;
  if (call->nargs > 3 || (call->nargs == 3 && !ck_ev_as_int(call->ev, ck_torch_arg(call, 2), &offset))) known = false;
  if (offset < -MAX_ROWS || offset > MAX_ROWS) known = false;
  for (int64_t i = 0; known && i < rows; i++) {
    int64_t first = i + offset + (lower ? 1 : 0); /* the first column above, the rest is below */
    first = first < 0 ? 0 : first > columns ? columns : first;
    n += lower ? first : columns - first;
  }
  if (known) dims[1] = (ck_dim){.kind = CK_DIM_INT, .n = n};
  return ck_torch_new_tensor(call, dims, 2, call->nargs > 3 ? CK_DTYPE_UNKNOWN : CK_DTYPE_INT64);
}

/* How many there are, only the data says. */
static ck_value of_data(ck_call *call) {
  return ck_torch_unknown_result(call, 1, ck_torch_tensor_operand(call, 0)->dtype);
}
static ck_value nonzero(ck_call *call) { return ck_torch_unknown_result(call, 2, CK_DTYPE_INT64); }

static ck_value meshgrid(ck_call *call) {
  ck_value list = list_operand(call), indexing = ck_ev_decide(call->ev, ck_torch_operand(call, 1));
  bool xy = indexing.kind == CK_V_STRING && strcmp(indexing.str, "xy") == 0;
  if (list.kind != CK_V_LIST || list.list->n == 0 || list.list->n > CK_TORCH_MAX_RANK) return ck_torch_harmless(call);
  size_t n = list.list->n;
  ck_dim dims[CK_TORCH_MAX_RANK];
  ck_dtype dtype = CK_DTYPE_UNKNOWN;
  for (size_t i = 0; i < n; i++) {
    const ck_tensor *t = ck_torch_tensor(call, ck_ev_load(call->ev, list.list->at[i]));
    if (!ck_torch_has_shape(call, t) || t->rank > 1) return ck_torch_harmless(call);
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
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  int64_t n, at = 0;
  if (!ck_torch_has_shape(call, t) || !ck_ev_as_int(call->ev, ck_torch_operand(call, 1), &n))
    return ck_torch_unknown_from(call, t, -1);
  ck_dim dims[CK_TORCH_MAX_RANK], by = {.kind = CK_DIM_INT, .n = n};
  if (ck_torch_operands(call) < 3) {
    ck_dim all;
    if (!ck_torch_total(call, t->dims, t->rank, &all)) return ck_torch_unknown_result(call, 1, t->dtype);
    dims[0] = ck_torch_dim_compute(call, CK_IR_OP_MUL, all, by);
    return ck_torch_new_tensor(call, dims, 1, t->dtype);
  }
  if (!ck_torch_dim_index(call, 2, t->rank, 0, &at)) return ck_torch_unknown_result(call, t->rank, t->dtype);
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  dims[at] = ck_torch_dim_compute(call, CK_IR_OP_MUL, dims[at], by);
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

/* unfold(dim, size, step): windows, the size last. */
static ck_value unfold(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  int64_t at, size, step;
  if (!ck_torch_has_shape(call, t) || t->rank == 0 || t->rank == CK_TORCH_MAX_RANK ||
      !ck_torch_dim_index(call, 1, t->rank, 0, &at) || !ck_ev_as_int(call->ev, ck_torch_operand(call, 2), &size) ||
      !ck_ev_as_int(call->ev, ck_torch_operand(call, 3), &step) || step <= 0 || t->dims[at].kind != CK_DIM_INT ||
      t->dims[at].n < size)
    return ck_torch_unknown_from(call, t, t->rank < 0 ? -1 : t->rank + 1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  dims[at].n = (dims[at].n - size) / step + 1;
  dims[t->rank] = (ck_dim){.kind = CK_DIM_INT, .n = size};
  return ck_torch_new_tensor(call, dims, t->rank + 1, t->dtype);
}

/* embedding(weight, indices): a row for each index. */
static ck_value embedding(ck_call *call) {
  const ck_tensor *weight = ck_torch_tensor_operand(call, 0), *indices = ck_torch_tensor_operand(call, 1);
  if (!ck_torch_has_shape(call, weight) || weight->rank != 2 || !ck_torch_has_shape(call, indices) ||
      indices->rank == CK_TORCH_MAX_RANK)
    return ck_torch_unknown_from(call, weight, -1);
  ck_dim dims[CK_TORCH_MAX_RANK];
  memcpy(dims, indices->dims, (size_t)indices->rank * sizeof *dims);
  dims[indices->rank] = weight->dims[1];
  return ck_torch_new_tensor(call, dims, indices->rank + 1, weight->dtype);
}

/* pad(t, {left, right, top, bottom, ...}) from the last dimension on; also with the list in options. */
static ck_value pad(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_value by = ck_ev_decide(call->ev, ck_torch_operand(call, 1));
  if (by.kind == CK_V_OBJECT) by = ck_torch_option(call->ev, ck_ev_cell(call->ev, by), "pad");
  ck_dim dims[CK_TORCH_MAX_RANK], more[CK_TORCH_MAX_RANK];
  int32_t n;
  if (!ck_torch_has_shape(call, t) || !ck_torch_list_dims(call->ev, by, more, &n) || n % 2 != 0 || n / 2 > t->rank)
    return ck_torch_unknown_from(call, t, t->rank);
  memcpy(dims, t->dims, (size_t)t->rank * sizeof *dims);
  for (int32_t i = 0; i < n; i++) {
    ck_dim *dim = &dims[t->rank - 1 - i / 2];
    *dim = ck_torch_dim_compute(call, CK_IR_OP_ADD, *dim, more[i]);
  }
  return ck_torch_new_tensor(call, dims, t->rank, t->dtype);
}

const ck_builtin ck_torch_join_rows[] = {
    FUNCTION("pad", pad, 2, 4),
    FUNCTION("constant_pad_nd", pad, 2, 3),
    {"torch::nn::functional::pad", pad, 2, 2},
    {"torch::nn::functional::PadFuncOptions::*", ck_torch_options_call, 0, 1},
    FUNCTION("cat", cat, 1, 2),
    FUNCTION("concat", cat, 1, 2),
    FUNCTION("stack", stack, 1, 2),
    OP("chunk", parts, 1, 2),
    OP("split", split, 1, 2),
    FUNCTION("meshgrid", meshgrid, 1, 2),
    OP("repeat_interleave", repeat_interleave, 1, 3),
    METHOD("unfold", unfold, 3, 3),
    FUNCTION("embedding", embedding, 2, 5),
    OP("split_with_sizes", split_sizes, 1, 2),
    OP("unbind", unbind, 0, 1),
    FUNCTION("hstack", beside, 1, 1),
    FUNCTION("vstack", beside, 1, 1),
    OP("index_select", index_select, 2, 2),
    OP("gather", gather, 2, 3),
    OP("diag", diag, 0, 1),
    OP("diagonal", diag, 0, 1),
    OP("diag_embed", diag_embed, 0, 3),
    FUNCTION("one_hot", one_hot, 1, 2),
    {"torch::nn::functional::one_hot", one_hot, 1, 2},
    FUNCTION("tril_indices", triangle_indices, 2, 4),
    FUNCTION("triu_indices", triangle_indices, 2, 4),
    OP("masked_select", of_data, 1, 1),
    OP("nonzero", nonzero, 0, 0),
};
const size_t ck_torch_join_row_count = sizeof ck_torch_join_rows / sizeof *ck_torch_join_rows;
