/* linalg.c - decompositions of matrices: the shapes of their parts.
 *
 * Each factor of an m x n matrix (the last two dimensions; those before are a batch) has some of m, n and k = min(m, n)
 * as its own: a row's text names them, one word per factor. Source: PyTorch's reference of torch.linalg. */
#include "torch/shape_int.h"

/* The lesser of two; not known if it cannot be said. */
static ck_dim least(ck_dim a, ck_dim b) {
  if (ck_torch_same_dim(a, b)) return a;
  if (a.kind == CK_DIM_INT && b.kind == CK_DIM_INT) return a.n < b.n ? a : b;
  return (ck_dim){0};
}

/* A factor: "mk" is a matrix, "k" a vector, "-" a number for each matrix; a letter c before them makes it complex, an i
 * one of int32. */
static ck_value factor(ck_call *call, const ck_tensor *t, const char *word, size_t n) {
  ck_dtype dtype = t->dtype;
  if (*word == 'i') dtype = CK_DTYPE_INT32;
  if (*word == 'c')
    dtype = dtype == CK_DTYPE_FLOAT32   ? CK_DTYPE_COMPLEX64
            : dtype == CK_DTYPE_FLOAT64 ? CK_DTYPE_COMPLEX128
                                        : CK_DTYPE_UNKNOWN;
  if (!ck_torch_has_shape(call, t) || t->rank < 2) return ck_torch_unknown_result(call, -1, dtype);
  ck_dim dims[CK_TORCH_MAX_RANK], rows = t->dims[t->rank - 2], columns = t->dims[t->rank - 1];
  int32_t rank = t->rank - 2;
  memcpy(dims, t->dims, (size_t)rank * sizeof *dims);
  for (size_t i = 0; i < n; i++)
    if (strchr("mnk", word[i]) != NULL)
      dims[rank++] = word[i] == 'm' ? rows : word[i] == 'n' ? columns : least(rows, columns);
  return ck_torch_new_tensor(call, dims, rank, dtype);
}

static ck_value factors(ck_call *call, const char *words) {
  const ck_tensor *t = ck_torch_tensor_operand(call, 0);
  ck_value parts[4];
  size_t count = 0;
  for (const char *at = words; *at != '\0' && count < 4; at += strspn(at, " ")) {
    size_t n = strcspn(at, " ");
    parts[count++] = factor(call, t, at, n);
    at += n;
  }
  return count == 1 ? parts[0] : ck_ev_list(call->ev, "std::tuple", parts, count);
}

/* The flag at operand `i`, absent: `otherwise`. *known = false where it cannot be said. */
static bool flag(ck_call *call, size_t i, bool otherwise, bool *known) {
  ck_value v = i < ck_torch_operands(call) ? ck_ev_decide(call->ev, ck_torch_operand(call, i)) : CK_BOOL(otherwise);
  *known = v.kind == CK_V_BOOL;
  return *known && v.i;
}

static ck_value qr(ck_call *call) {
  bool known, reduced = flag(call, 1, true, &known);
  return known ? factors(call, reduced ? "mk kn" : "mm mn") : ck_torch_harmless(call);
}

static ck_value linalg_qr(ck_call *call) {
  ck_value mode = ck_torch_operands(call) > 1 ? ck_ev_decide(call->ev, ck_torch_operand(call, 1)) : CK_VOID;
  if (mode.kind == CK_V_VOID || (mode.kind == CK_V_STRING && strcmp(mode.str, "reduced") == 0))
    return factors(call, "mk kn");
  if (mode.kind == CK_V_STRING && strcmp(mode.str, "complete") == 0) return factors(call, "mm mn");
  return ck_torch_harmless(call);
}

static ck_value svd(ck_call *call) {
  bool known, reduced = flag(call, 1, true, &known);
  return known ? factors(call, reduced ? "mk k nk" : "mm k nn") : ck_torch_harmless(call);
}

static ck_value linalg_svd(ck_call *call) {
  bool known, full = flag(call, 1, true, &known);
  return known ? factors(call, full ? "mm k nn" : "mk k kn") : ck_torch_harmless(call);
}

static ck_value eig(ck_call *call) { return factors(call, "cn cnn"); }
static ck_value eigh(ck_call *call) { return factors(call, "n nn"); }
static ck_value eigvals(ck_call *call) { return factors(call, "cn"); }
static ck_value per_column(ck_call *call) { return factors(call, "n"); }
static ck_value singular_values(ck_call *call) { return factors(call, "k"); }
static ck_value square(ck_call *call) { return factors(call, "mn"); }
static ck_value transposed(ck_call *call) { return factors(call, "nm"); }
static ck_value number(ck_call *call) { return factors(call, "-"); }
static ck_value slogdet(ck_call *call) { return factors(call, "- -"); }
static ck_value lu(ck_call *call) { return factors(call, "mm mk kn"); }
static ck_value lu_factor(ck_call *call) { return factors(call, "mn ik"); }
static ck_value lu_with_info(ck_call *call) { return factors(call, "mn ik i-"); }

#define LINALG(name, call, min, max)                                                                                   \
  FUNCTION("linalg_" name, call, min, max), { "torch::linalg::" name, call, min, max }
const ck_builtin ck_torch_linalg_rows[] = {
    OP("qr", qr, 0, 1),
    LINALG("qr", linalg_qr, 1, 2),
    OP("svd", svd, 0, 2),
    LINALG("svd", linalg_svd, 1, 3),
    LINALG("svdvals", singular_values, 1, 2),
    LINALG("eig", eig, 1, 1),
    LINALG("eigvals", eigvals, 1, 1),
    LINALG("eigh", eigh, 1, 2),
    LINALG("eigvalsh", per_column, 1, 2),
    OP("cholesky", square, 0, 1),
    OP("matrix_exp", square, 0, 0),
    OP("pinverse", transposed, 0, 1),
    OP("det", number, 0, 0),
    OP("logdet", number, 0, 0),
    OP("slogdet", slogdet, 0, 0),
    LINALG("cholesky", square, 1, 2),
    LINALG("inv", square, 1, 1),
    LINALG("matrix_exp", square, 1, 1),
    LINALG("pinv", transposed, 1, 4),
    LINALG("det", number, 1, 1),
    LINALG("slogdet", slogdet, 1, 1),
    LINALG("lu", lu, 1, 2),
    LINALG("lu_factor", lu_factor, 1, 2),
    FUNCTION("lu_unpack", lu, 2, 2),
    FUNCTION("_lu_with_info", lu_with_info, 1, 3),
};
const size_t ck_torch_linalg_row_count = sizeof ck_torch_linalg_rows / sizeof *ck_torch_linalg_rows;
