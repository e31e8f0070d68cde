/* tensors.c - tensors as shapes: making them, their dtypes and options, what they say of themselves.
 *
 * A TENSOR value points to an immutable ck_tensor; every factory call makes a new one, copies of a handle share it, so
 * the pointer stands for libtorch's TensorImpl. What changes a tensor in place without changing shape or dtype is
 * nothing here; what does (set_data, resize_) marks the ck_tensor as replaced (analyse.c), which every handle of it
 * then shows. */
#include <stdarg.h>
#include <stdio.h>

#include "torch/torch_int.h"

/* ---- values ------------------------------------------------------------------------------------------------------ */

static ck_value make(ck_ev *ev, const ck_tensor *t, const ck_dim *dims) {
  ck_arena *arena = ck_ev_arena(ev);
  ck_tensor *copy = CK_NEW(arena, ck_tensor);
  *copy = *t;
  size_t n = t->rank > 0 ? (size_t)t->rank : 0;
  ck_dim *own = CK_NEW_N(arena, ck_dim, n + 1);
  if (dims && n) memcpy(own, dims, n * sizeof *dims);
  copy->dims = own;
  return (ck_value){.kind = CK_V_TENSOR, .tensor = copy};
}

ck_value ck_torch_unknown_tensor(ck_ev *ev, ck_loc loc, int32_t rank, ck_dtype dtype, const char *format, ...) {
  char reason[300];
  va_list ap;
  va_start(ap, format);
  vsnprintf(reason, sizeof reason, format, ap);
  va_end(ap);
  ck_value why = ck_ev_unknown(ev, loc, "%s", reason);
  ck_dim dims[CK_TORCH_MAX_RANK] = {0};
  if (rank > CK_TORCH_MAX_RANK) rank = -1;
  ck_tensor t = {.rank = rank, .dtype = dtype, .defined = true, .unknown = why.unknown};
  return make(ev, &t, dims);
}

ck_value ck_torch_undefined_tensor(ck_ev *ev) {
  ck_tensor t = {.rank = -1, .dtype = CK_DTYPE_UNKNOWN, .defined = false};
  return make(ev, &t, NULL);
}

const ck_tensor *ck_torch_tensor(ck_call *call, ck_value v) {
  v = ck_ev_decide(call->ev, v);
  if (v.kind == CK_V_PTR && v.tag != CK_PTR_ITERATOR) {
    ck_cell *cell = ck_ev_target(call->ev, v.cell);
    v = cell ? ck_ev_decide(call->ev, ck_ev_load(call->ev, cell)) : CK_NULL;
  }
  if (v.kind == CK_V_TENSOR) return ck_torch_tensor_now(call->ev, v.tensor);
  if (v.kind == CK_V_VOID || v.kind == CK_V_NULL) return ck_torch_undefined_tensor(call->ev).tensor;
  return ck_torch_unknown_tensor(call->ev, call->node->loc, -1, CK_DTYPE_UNKNOWN, "%s",
                                 ck_torch_reason(v) ? ck_torch_reason(v) : "a tensor that is not known")
      .tensor;
}

ck_dtype ck_torch_default_dtype(ck_ev *ev) {
  ck_cell *cell = ck_torch_default_dtype_cell(ev);
  ck_value v = cell ? ck_ev_load(ev, cell) : CK_VOID;
  if (v.kind == CK_V_NATIVE && v.tag == CK_TAG_DTYPE) return (ck_dtype)v.index;
  return v.kind == CK_V_VOID ? CK_DTYPE_FLOAT32 : CK_DTYPE_UNKNOWN;
}

ck_value ck_torch_new_tensor(ck_call *call, const ck_dim *dims, int32_t rank, ck_dtype dtype) {
  ck_tensor t = {.rank = rank, .dtype = dtype, .defined = true};
  for (int32_t i = 0; i < rank; i++) {
    if (dims[i].kind == CK_DIM_INT && dims[i].n < 0) {
      ck_ev_throw(call->ev, call->node->loc, "Trying to create tensor with negative dimension");
      break;
    }
    if (dims[i].kind == CK_DIM_UNKNOWN && t.unknown == NULL)
      t.unknown = ck_ev_unknown(call->ev, call->node->loc, "a dimension that is not known").unknown;
  }
  if (dtype == CK_DTYPE_UNKNOWN && t.unknown == NULL)
    t.unknown = ck_ev_unknown(call->ev, call->node->loc, "a dtype that is not known").unknown;
  return make(call->ev, &t, dims);
}

ck_value ck_torch_with_dtype(ck_ev *ev, const ck_tensor *old, ck_dtype dtype) {
  ck_tensor t = *old;
  t.dtype = dtype;
  t.data = NULL;
  return make(ev, &t, old->dims);
}

bool ck_torch_list_dims(ck_ev *ev, ck_value v, ck_dim *dims, int32_t *rank) {
  v = ck_ev_decide(ev, v);
  if (v.kind == CK_V_PTR && v.tag != CK_PTR_ITERATOR) {
    ck_cell *cell = ck_ev_target(ev, v.cell);
    v = cell ? ck_ev_decide(ev, ck_ev_load(ev, cell)) : CK_VOID;
  }
  if (v.kind == CK_V_INT || v.kind == CK_V_SYM) {
    dims[0] = ck_ev_as_dim(ev, v);
    *rank = 1;
    return true;
  }
  if (v.kind != CK_V_LIST || v.list->n > CK_TORCH_MAX_RANK) return false;
  for (size_t i = 0; i < v.list->n; i++) {
    ck_value d = ck_ev_load(ev, v.list->at[i]);
    if (d.kind == CK_V_FLOAT) d = ck_ev_convert(ev, d, &ck_torch_int64, (ck_loc){0});
    dims[i] = ck_ev_as_dim(ev, d);
  }
  *rank = (int32_t)v.list->n;
  return true;
}

/* ---- dtypes and options
 * ---------------------------------------------------------------------------------------------- */

/* c10::ScalarType in its order (c10/core/ScalarType.h). */
static const ck_dtype scalar_types[] = {
    CK_DTYPE_UINT8,   CK_DTYPE_INT8,    CK_DTYPE_INT16,     CK_DTYPE_INT32,     CK_DTYPE_INT64,      CK_DTYPE_FLOAT16,
    CK_DTYPE_FLOAT32, CK_DTYPE_FLOAT64, CK_DTYPE_COMPLEX32, CK_DTYPE_COMPLEX64, CK_DTYPE_COMPLEX128, CK_DTYPE_BOOL,
    CK_DTYPE_QINT8,   CK_DTYPE_QUINT8,  CK_DTYPE_QINT32,    CK_DTYPE_BFLOAT16,  CK_DTYPE_QUINT4X2,   CK_DTYPE_QUINT2X4,
};

static bool is_dtype_type(const ck_ir_type *type) {
  return type != NULL && (strcmp(type->name, "c10::ScalarType") == 0 || strcmp(type->name, "caffe2::TypeMeta") == 0 ||
                          strcmp(type->name, "c10::TensorOptions") == 0);
}

static ck_value dtype_value(ck_dtype dtype) {
  return (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_DTYPE, .index = (uint32_t)dtype};
}

bool ck_torch_as_dtype(ck_call *call, ck_value v, const ck_ir_type *type, ck_dtype *out) {
  if (v.kind == CK_V_LIST && v.list->n == 1) v = ck_ev_load(call->ev, v.list->at[0]);
  if (v.kind == CK_V_NATIVE && v.tag == CK_TAG_DTYPE) {
    *out = (ck_dtype)v.index;
    return true;
  }
  if (v.kind == CK_V_NATIVE && v.tag == CK_TAG_TENSOR_OPTIONS) {
    *out = CK_OPT_DTYPE(v.index);
    return (v.index & CK_OPT_HAS_DTYPE) != 0;
  }
  if (!is_dtype_type(type)) return false;
  if (v.kind == CK_V_INT && strcmp(type->name, "c10::ScalarType") == 0) {
    *out = v.i >= 0 && (size_t)v.i < sizeof scalar_types / sizeof *scalar_types ? scalar_types[v.i] : CK_DTYPE_UNKNOWN;
    return true;
  }
  *out = CK_DTYPE_UNKNOWN;
  return v.kind == CK_V_UNKNOWN || v.kind == CK_V_SYM || v.kind == CK_V_CHOICE;
}

typedef struct {
  bool has_dtype, grad;
  ck_dtype dtype;
} options;

/* Reads arguments from `first` on as parts of a TensorOptions. */
static options read_options(ck_call *call, size_t first) {
  options o = {0};
  for (size_t i = first; i < call->nargs; i++) {
    ck_value v = ck_ev_decide(call->ev, ck_torch_arg(call, i));
    if (ck_torch_as_dtype(call, v, ck_torch_arg_type(call, i), &o.dtype)) o.has_dtype = true;
    if (v.kind == CK_V_NATIVE && v.tag == CK_TAG_TENSOR_OPTIONS && (v.index & CK_OPT_GRAD)) o.grad = true;
  }
  return o;
}

static ck_value options_value(options o) {
  uint32_t bits = (uint32_t)o.dtype | (o.has_dtype ? CK_OPT_HAS_DTYPE : 0) | (o.grad ? CK_OPT_GRAD : 0);
  return (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_TENSOR_OPTIONS, .index = bits};
}

ck_value ck_torch_tensor_options_construct(ck_call *call) { return options_value(read_options(call, 0)); }

static options self_options(ck_call *call) {
  options o = {0};
  ck_value v = ck_ev_decide(call->ev, ck_torch_self(call));
  if (v.kind == CK_V_NATIVE && v.tag == CK_TAG_TENSOR_OPTIONS) {
    o.dtype = CK_OPT_DTYPE(v.index);
    o.has_dtype = (v.index & CK_OPT_HAS_DTYPE) != 0;
    o.grad = (v.index & CK_OPT_GRAD) != 0;
  } else if (v.kind == CK_V_UNKNOWN) {
    o.has_dtype = true; /* of some dtype */
  }
  return o;
}

static ck_value options_dtype(ck_call *call) {
  options o = self_options(call);
  if (call->nargs == 0) return dtype_value(o.has_dtype ? o.dtype : ck_torch_default_dtype(call->ev));
  ck_dtype dtype;
  o.has_dtype = true;
  o.dtype = ck_torch_as_dtype(call, ck_ev_decide(call->ev, ck_torch_arg(call, 0)), ck_torch_arg_type(call, 0), &dtype)
                ? dtype
                : CK_DTYPE_UNKNOWN;
  return options_value(o);
}

static ck_value options_grad(ck_call *call) {
  options o = self_options(call);
  if (call->nargs == 0) return CK_BOOL(o.grad);
  ck_value v = ck_torch_arg(call, 0);
  o.grad = v.kind == CK_V_BOOL && v.i;
  return options_value(o);
}

static ck_value options_same(ck_call *call) { return options_value(self_options(call)); }

/* Free functions torch::dtype(...), torch::device(...), torch::requires_grad(...). */
static ck_value make_options(ck_call *call) {
  options o = read_options(call, 0);
  if (strcmp(ck_torch_method(call->name), "dtype") == 0 && !o.has_dtype) o.has_dtype = true, o.dtype = CK_DTYPE_UNKNOWN;
  if (strcmp(ck_torch_method(call->name), "requires_grad") == 0) {
    ck_value v = ck_torch_arg(call, 0);
    o.grad = call->nargs == 0 || (v.kind == CK_V_BOOL && v.i);
  }
  return options_value(o);
}

static ck_value set_default_dtype(ck_call *call) {
  ck_cell *cell = ck_torch_default_dtype_cell(call->ev);
  ck_dtype dtype;
  if (cell == NULL) return CK_VOID;
  if (!ck_torch_as_dtype(call, ck_ev_decide(call->ev, ck_torch_arg(call, 0)), ck_torch_arg_type(call, 0), &dtype))
    dtype = CK_DTYPE_UNKNOWN;
  ck_ev_store(call->ev, cell, dtype_value(dtype));
  return CK_VOID;
}

/* caffe2::TypeMeta::Make<T>() */
static ck_value type_meta(ck_call *call) {
  const ck_ir_type *type = call->targs && call->targs->nargs ? call->targs->args[0] : NULL;
  ck_dtype dtype = CK_DTYPE_UNKNOWN;
  /* A static member of a library class may come without its template arguments, but never without its USR. */
  if (type == NULL && strstr(call->node->usr, "Make<#d>")) dtype = CK_DTYPE_FLOAT64;
  if (type == NULL && strstr(call->node->usr, "Make<#f>")) dtype = CK_DTYPE_FLOAT32;
  if (type && type->kind == CK_IR_T_FLOAT) dtype = type->bits == 64 ? CK_DTYPE_FLOAT64 : CK_DTYPE_FLOAT32;
  if (type && type->kind == CK_IR_T_RECORD && strcmp(type->name, "c10::Half") == 0) dtype = CK_DTYPE_FLOAT16;
  if (type && type->kind == CK_IR_T_RECORD && strcmp(type->name, "c10::BFloat16") == 0) dtype = CK_DTYPE_BFLOAT16;
  return dtype_value(dtype);
}

/* scalarTypeToTypeMeta, typeMetaToScalarType: the same dtype. */
static ck_value same_dtype(ck_call *call) {
  ck_dtype dtype;
  ck_value v = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  return dtype_value(ck_torch_as_dtype(call, v, ck_torch_arg_type(call, 0), &dtype) ? dtype : CK_DTYPE_UNKNOWN);
}

static ck_value get_self_dtype(ck_call *call) { return ck_torch_self(call); }

static ck_value get_default_dtype(ck_call *call) { return dtype_value(ck_torch_default_dtype(call->ev)); }

/* torch::kFloat and the like, as library variables. */
static ck_value constant_dtype(ck_call *call) {
  static const struct {
    const char *name;
    ck_dtype dtype;
  } names[] = {
      {"kByte", CK_DTYPE_UINT8},
      {"kUInt8", CK_DTYPE_UINT8},
      {"kChar", CK_DTYPE_INT8},
      {"kInt8", CK_DTYPE_INT8},
      {"kShort", CK_DTYPE_INT16},
      {"kInt16", CK_DTYPE_INT16},
      {"kInt", CK_DTYPE_INT32},
      {"kInt32", CK_DTYPE_INT32},
      {"kLong", CK_DTYPE_INT64},
      {"kInt64", CK_DTYPE_INT64},
      {"kHalf", CK_DTYPE_FLOAT16},
      {"kFloat16", CK_DTYPE_FLOAT16},
      {"kFloat", CK_DTYPE_FLOAT32},
      {"kFloat32", CK_DTYPE_FLOAT32},
      {"kDouble", CK_DTYPE_FLOAT64},
      {"kFloat64", CK_DTYPE_FLOAT64},
      {"kBFloat16", CK_DTYPE_BFLOAT16},
      {"kBool", CK_DTYPE_BOOL},
      {"kComplexHalf", CK_DTYPE_COMPLEX32},
      {"kComplexFloat", CK_DTYPE_COMPLEX64},
      {"kComplexDouble", CK_DTYPE_COMPLEX128},
      {"kQInt8", CK_DTYPE_QINT8},
      {"kQUInt8", CK_DTYPE_QUINT8},
      {"kQInt32", CK_DTYPE_QINT32},
  };
  const char *plain = ck_torch_method(call->name);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i].name, plain) == 0) return dtype_value(names[i].dtype);
  static const char *const devices[] = {"kCPU", "kCUDA", "kMPS", "kXLA", "kMeta", "kHIP"};
  for (size_t i = 0; i < sizeof devices / sizeof *devices; i++)
    if (strcmp(devices[i], plain) == 0)
      return (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_DEVICE, .native = devices[i]};
  char name[64];
  snprintf(name, sizeof name, "torch::%s", plain);
  return (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_ENUM, .native = ck_ev_intern(call->ev, name)};
}

static ck_value device(ck_call *call) {
  (void)call;
  return (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_DEVICE, .native = "device"};
}

/* ---- factories
 * ---------------------------------------------------------------------------------------------------------- */

static ck_value finish(ck_call *call, const ck_dim *dims, int32_t rank, ck_dtype dtype, bool grad) {
  ck_value v = ck_torch_new_tensor(call, dims, rank, dtype);
  if (grad) {
    ck_tensor t = *v.tensor;
    t.requires_grad = true;
    v = make(call->ev, &t, v.tensor->dims);
  }
  return v;
}

/* zeros(size, options) and the like; `at` is the argument that holds the size. */
static ck_value sized(ck_call *call, size_t at, ck_dtype otherwise) {
  options o = read_options(call, at + 1);
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
  options o = read_options(call, 2);
  if (o.has_dtype) dtype = o.dtype;
  ck_dim dims[CK_TORCH_MAX_RANK];
  int32_t rank;
  if (!ck_torch_list_dims(call->ev, ck_torch_arg(call, 0), dims, &rank))
    return ck_torch_unknown_tensor(call->ev, call->node->loc, -1, dtype, "the size given to `%s`", call->name);
  return finish(call, dims, rank, dtype, o.grad);
}

/* randint([low,] high, size, options) */
static ck_value randint(ck_call *call) {
  for (size_t i = 1; i < call->nargs && i < 3; i++)
    if (ck_ev_decide(call->ev, ck_torch_arg(call, i)).kind == CK_V_LIST) return sized(call, i, CK_DTYPE_INT64);
  return ck_torch_unknown_tensor(call->ev, call->node->loc, -1, CK_DTYPE_UNKNOWN, "the size given to `randint`");
}

static ck_value from_blob(ck_call *call) { return sized(call, 1, ck_torch_default_dtype(call->ev)); }

static ck_value like(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor(call, call->self ? ck_torch_self(call) : ck_torch_arg(call, 0));
  options o = read_options(call, call->self ? 0 : 1);
  ck_value v = ck_torch_with_dtype(call->ev, t, o.has_dtype ? o.dtype : t->dtype);
  return v;
}

/* t.new_zeros(size, options) */
static ck_value new_sized(ck_call *call) {
  const ck_tensor *t = ck_torch_tensor(call, ck_torch_self(call));
  return sized(call, 0, t->dtype);
}

static size_t leading_numbers(ck_call *call) {
  size_t n = 0;
  while (n < call->nargs) {
    ck_value v = ck_ev_decide(call->ev, ck_torch_arg(call, n));
    ck_dtype dtype;
    if (v.kind != CK_V_INT && v.kind != CK_V_FLOAT && !(v.kind == CK_V_SYM && v.sym->type != CK_SYM_STRING)) break;
    if (ck_torch_as_dtype(call, v, ck_torch_arg_type(call, n), &dtype)) break;
    n++;
  }
  return n;
}

/* arange(end), arange(start, end), arange(start, end, step) */
static ck_value arange(ck_call *call) {
  size_t n = leading_numbers(call);
  options o = read_options(call, n);
  ck_ev *ev = call->ev;
  ck_loc loc = call->node->loc;
  bool integral = n > 0;
  double v[3] = {0, 0, 1};
  bool known = n > 0 && n <= 3;
  for (size_t i = 0; i < n && i < 3; i++) {
    ck_value a = ck_ev_decide(ev, ck_torch_arg(call, i));
    if (a.kind == CK_V_FLOAT || (a.kind == CK_V_SYM && a.sym->type == CK_SYM_FLOAT)) integral = false;
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
  options o = read_options(call, 3);
  ck_dim dim = ck_ev_as_dim(call->ev, ck_torch_arg(call, 2));
  return finish(call, &dim, 1, o.has_dtype ? o.dtype : ck_torch_default_dtype(call->ev), o.grad);
}

static ck_value eye(ck_call *call) {
  size_t n = leading_numbers(call);
  options o = read_options(call, n);
  ck_dim dims[2];
  dims[0] = ck_ev_as_dim(call->ev, ck_torch_arg(call, 0));
  dims[1] = n > 1 ? ck_ev_as_dim(call->ev, ck_torch_arg(call, 1)) : dims[0];
  return finish(call, dims, 2, o.has_dtype ? o.dtype : ck_torch_default_dtype(call->ev), o.grad);
}

static ck_value randperm(ck_call *call) {
  options o = read_options(call, 1);
  ck_dim dim = ck_ev_as_dim(call->ev, ck_torch_arg(call, 0));
  return finish(call, &dim, 1, o.has_dtype ? o.dtype : CK_DTYPE_INT64, o.grad);
}

static ck_value window(ck_call *call) {
  options o = read_options(call, 1);
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
  options o = read_options(call, 1);
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
  options o = read_options(call, 1);
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
  if (call->nargs == 1) return ck_torch_arg(call, 0);
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

/* ---- what a tensor says of itself
 * ------------------------------------------------------------------------------------------ */

static const ck_tensor *self_tensor(ck_call *call) { return ck_torch_tensor(call, ck_torch_self(call)); }

static ck_value reason_of(ck_call *call, const ck_tensor *t) {
  return ck_call_unknown(call, "%s", t->unknown ? t->unknown->reason : "a tensor that is not known");
}

static ck_value dim_value(ck_call *call, ck_dim d, const ck_tensor *t) {
  if (d.kind == CK_DIM_INT) return CK_INT(d.n);
  if (d.kind == CK_DIM_SYM) return (ck_value){.kind = CK_V_SYM, .sym = d.sym};
  return reason_of(call, t);
}

static ck_value size(ck_call *call) {
  const ck_tensor *t = self_tensor(call);
  int64_t i;
  if (t->rank < 0 || ck_torch_tensor_is_replaced(call->ev, t, NULL) ||
      !ck_ev_as_int(call->ev, ck_torch_arg(call, 0), &i))
    return reason_of(call, t);
  if (i < 0) i += t->rank;
  if (i < 0 || i >= t->rank) {
    ck_ev_throw(call->ev, call->node->loc, "Dimension out of range");
    return CK_VOID;
  }
  return dim_value(call, t->dims[i], t);
}

static ck_value sizes(ck_call *call) {
  const ck_tensor *t = self_tensor(call);
  if (t->rank < 0 || t->rank > CK_TORCH_MAX_RANK || ck_torch_tensor_is_replaced(call->ev, t, NULL))
    return reason_of(call, t);
  ck_value each[CK_TORCH_MAX_RANK];
  for (int32_t i = 0; i < t->rank; i++) each[i] = dim_value(call, t->dims[i], t);
  return ck_ev_list(call->ev, "c10::ArrayRef", each, (size_t)t->rank);
}

static ck_value numel(ck_call *call) {
  const ck_tensor *t = self_tensor(call);
  if (t->rank < 0 || ck_torch_tensor_is_replaced(call->ev, t, NULL)) return reason_of(call, t);
  ck_value n = CK_INT(1);
  for (int32_t i = 0; i < t->rank; i++)
    n = ck_ev_binary(call->ev, CK_IR_OP_MUL, n, dim_value(call, t->dims[i], t), &ck_torch_int64, call->node->loc);
  return n;
}

static ck_value dim(ck_call *call) {
  const ck_tensor *t = self_tensor(call);
  return t->rank < 0 || ck_torch_tensor_is_replaced(call->ev, t, NULL) ? reason_of(call, t) : CK_INT(t->rank);
}

static ck_value dtype(ck_call *call) {
  const ck_tensor *t = self_tensor(call);
  return t->dtype == CK_DTYPE_UNKNOWN ? reason_of(call, t) : dtype_value(t->dtype);
}

static ck_value tensor_options(ck_call *call) {
  const ck_tensor *t = self_tensor(call);
  return options_value((options){.has_dtype = true, .dtype = t->dtype});
}

static ck_value defined(ck_call *call) {
  ck_value v = ck_ev_decide(call->ev, ck_torch_self(call));
  if (v.kind == CK_V_TENSOR && (!v.tensor->defined || v.tensor->rank >= 0)) return CK_BOOL(v.tensor->defined);
  return ck_torch_harmless(call);
}

static ck_value requires_grad(ck_call *call) {
  const ck_tensor *t = self_tensor(call);
  return t->requires_grad ? CK_BOOL(true) : ck_torch_harmless(call);
}

static ck_value assign(ck_call *call) {
  if (call->self == NULL) return CK_VOID;
  ck_value v = ck_torch_arg(call, 0);
  if (v.kind == CK_V_LIST || v.kind == CK_V_VOID) v = ck_torch_undefined_tensor(call->ev);
  ck_ev_store(call->ev, call->self, v);
  return ck_torch_lvalue(call->self);
}

/* set_data(t), resize_(...): every handle of the tensor has another shape from now on. */
static ck_value set_data(ck_call *call) {
  const ck_tensor *old = self_tensor(call);
  const ck_tensor *fresh = call->nargs == 1 ? ck_torch_tensor(call, ck_torch_arg(call, 0)) : NULL;
  bool same = fresh && strcmp(ck_torch_method(call->name), "set_data") == 0 && fresh->rank == old->rank &&
              old->rank >= 0 && fresh->dtype == old->dtype && old->dtype != CK_DTYPE_UNKNOWN;
  for (int32_t i = 0; same && i < old->rank; i++)
    same = old->dims[i].kind == CK_DIM_INT && fresh->dims[i].kind == CK_DIM_INT && old->dims[i].n == fresh->dims[i].n;
  if (!same) {
    bool known = fresh && strcmp(ck_torch_method(call->name), "set_data") == 0;
    ck_torch_tensor_replaced(call->ev, old, known ? fresh : NULL, "replaced in place", call->node->loc);
  }
  return call->self && strcmp(ck_torch_method(call->name), "set_data") != 0 ? ck_torch_lvalue(call->self) : CK_VOID;
}

static ck_value reset(ck_call *call) {
  if (call->self) ck_ev_store(call->ev, call->self, ck_torch_undefined_tensor(call->ev));
  return CK_VOID;
}

#define FACTORY(name, call, min, max)                                                                                  \
  {"torch::" name, call, min, max}, { "at::" name, call, min, max }
#define METHOD(name, call, min, max)                                                                                   \
  {"at::Tensor::" name, call, min, max}, { "at::TensorBase::" name, call, min, max }
const ck_builtin ck_torch_tensor_rows[] = {
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
    FACTORY("k*", constant_dtype, 0, 0),
    {"c10::k*", constant_dtype, 0, 0},
    {"torch::dtype", make_options, 1, 1},
    {"c10::dtype", make_options, 0, 1},
    {"torch::device", make_options, 1, 1},
    {"c10::device", make_options, 1, 1},
    {"torch::device_index", make_options, 1, 1},
    {"torch::layout", make_options, 1, 1},
    {"c10::layout", make_options, 1, 1},
    {"torch::requires_grad", make_options, 0, 1},
    {"c10::requires_grad", make_options, 0, 1},
    {"c10::TensorOptions::dtype", options_dtype, 0, 1},
    {"c10::TensorOptions::requires_grad", options_grad, 0, 1},
    {"c10::TensorOptions::device", options_same, 1, 2},
    {"c10::TensorOptions::device_index", options_same, 1, 1},
    {"c10::TensorOptions::layout", options_same, 1, 1},
    {"c10::TensorOptions::pinned_memory", options_same, 1, 1},
    {"c10::TensorOptions::memory_format", options_same, 1, 1},
    {"c10::TensorOptions::device", device, 0, 0},
    {"torch::set_default_dtype", set_default_dtype, 1, 1},
    {"c10::set_default_dtype", set_default_dtype, 1, 1},
    {"caffe2::TypeMeta::Make", type_meta, 0, 0},
    {"c10::scalarTypeToTypeMeta", same_dtype, 1, 1},
    {"c10::typeMetaToScalarType", same_dtype, 1, 1},
    {"caffe2::TypeMeta::toScalarType", get_self_dtype, 0, 0},
    {"c10::get_default_dtype", get_default_dtype, 0, 0},
    {"c10::get_default_dtype_as_scalartype", get_default_dtype, 0, 0},
    {"torch::ExpandingArray::operator*", expanding_self, 0, 0},
    {"torch::ExpandingArray::operator->", expanding_self, 0, 0},
    METHOD("size", size, 1, 1),
    METHOD("sizes", sizes, 0, 0),
    METHOD("numel", numel, 0, 0),
    METHOD("dim", dim, 0, 0),
    METHOD("ndimension", dim, 0, 0),
    METHOD("dtype", dtype, 0, 0),
    METHOD("scalar_type", dtype, 0, 0),
    METHOD("options", tensor_options, 0, 0),
    METHOD("device", device, 0, 0),
    METHOD("defined", defined, 0, 0),
    METHOD("requires_grad", requires_grad, 0, 0),
    METHOD("operator=", assign, 1, 1),
    METHOD("reset", reset, 0, 0),
    METHOD("set_data", set_data, 1, 1),
    METHOD("set_", set_data, 0, -1),
    METHOD("resize_", set_data, 1, 2),
    METHOD("resize_as_", set_data, 1, 2),
    METHOD("squeeze_", set_data, 0, 1),
    METHOD("unsqueeze_", set_data, 1, 1),
    METHOD("transpose_", set_data, 2, 2),
    METHOD("t_", set_data, 0, 0),
    METHOD("new_zeros", new_sized, 1, -1),
    METHOD("new_ones", new_sized, 1, -1),
    METHOD("new_empty", new_sized, 1, -1),
    METHOD("new_full", new_sized, 2, -1),
};
const size_t ck_torch_tensor_row_count = sizeof ck_torch_tensor_rows / sizeof *ck_torch_tensor_rows;
