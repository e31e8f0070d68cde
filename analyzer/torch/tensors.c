/* tensors.c - tensors as shapes: their dtypes and options, what they say of themselves.
 *
 * A TENSOR value points to an immutable ck_tensor; every factory call makes a new one, copies of a handle share it, so
 * the pointer stands for libtorch's TensorImpl. What changes a tensor in place without changing shape or dtype is
 * nothing here; what does (set_data, resize_) marks the ck_tensor as replaced (analyse.c), which every handle of it
 * then shows. */
#include <stdarg.h>
#include <stdio.h>

#include "torch/shape_int.h"

/* --- values --------------------------------------------------------------------------------------------------- */

ck_value ck_torch_tensor_copy(ck_ev *ev, const ck_tensor *t, const ck_dim *dims) {
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
  return ck_torch_tensor_copy(ev, &t, dims);
}

ck_value ck_torch_undefined_tensor(ck_ev *ev) {
  ck_tensor t = {.rank = -1, .dtype = CK_DTYPE_UNKNOWN, .defined = false};
  return ck_torch_tensor_copy(ev, &t, NULL);
}

/* A value among those it may be that is not known; else v. To split the world for the others would gain little. */
static ck_value unknown_among(ck_value v) {
  if (v.kind != CK_V_CHOICE) return v;
  ck_value a = unknown_among(v.choice->a), b = unknown_among(v.choice->b);
  return a.kind == CK_V_UNKNOWN ? a : b.kind == CK_V_UNKNOWN ? b : v;
}

const ck_tensor *ck_torch_tensor(ck_call *call, ck_value v) {
  v = ck_ev_decide(call->ev, unknown_among(v));
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
    if (dims[i].kind != CK_DIM_UNKNOWN || t.unknown != NULL) continue;
    t.unknown = dims[i].unknown;
    if (t.unknown == NULL)
      t.unknown = ck_ev_unknown(call->ev, call->node->loc, "a dimension that is not known").unknown;
  }
  if (dtype == CK_DTYPE_UNKNOWN && t.unknown == NULL)
    t.unknown = ck_ev_unknown(call->ev, call->node->loc, "a dtype that is not known").unknown;
  return ck_torch_tensor_copy(call->ev, &t, dims);
}

ck_value ck_torch_with_dtype(ck_ev *ev, const ck_tensor *old, ck_dtype dtype) {
  ck_tensor t = *old;
  t.dtype = dtype;
  t.data = NULL;
  return ck_torch_tensor_copy(ev, &t, old->dims);
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

/* --- dtypes and options --------------------------------------------------------------------------------------- */

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

/* Reads arguments from `first` on as parts of a TensorOptions. */
ck_torch_tensor_opts ck_torch_read_options(ck_call *call, size_t first) {
  ck_torch_tensor_opts o = {0};
  for (size_t i = first; i < call->nargs; i++) {
    ck_value v = ck_ev_decide(call->ev, ck_torch_arg(call, i));
    if (ck_torch_as_dtype(call, v, ck_torch_arg_type(call, i), &o.dtype)) o.has_dtype = true;
    if (v.kind == CK_V_NATIVE && v.tag == CK_TAG_TENSOR_OPTIONS && (v.index & CK_OPT_GRAD)) o.grad = true;
  }
  return o;
}

static ck_value options_value(ck_torch_tensor_opts o) {
  uint32_t bits = (uint32_t)o.dtype | (o.has_dtype ? CK_OPT_HAS_DTYPE : 0) | (o.grad ? CK_OPT_GRAD : 0);
  return (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_TENSOR_OPTIONS, .index = bits};
}

ck_value ck_torch_tensor_options_construct(ck_call *call) { return options_value(ck_torch_read_options(call, 0)); }

static ck_torch_tensor_opts self_options(ck_call *call) {
  ck_torch_tensor_opts o = {0};
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
  ck_torch_tensor_opts o = self_options(call);
  if (call->nargs == 0) return dtype_value(o.has_dtype ? o.dtype : ck_torch_default_dtype(call->ev));
  ck_dtype dtype;
  o.has_dtype = true;
  o.dtype = ck_torch_as_dtype(call, ck_ev_decide(call->ev, ck_torch_arg(call, 0)), ck_torch_arg_type(call, 0), &dtype)
                ? dtype
                : CK_DTYPE_UNKNOWN;
  return options_value(o);
}

static ck_value options_grad(ck_call *call) {
  ck_torch_tensor_opts o = self_options(call);
  if (call->nargs == 0) return CK_BOOL(o.grad);
  ck_value v = ck_torch_arg(call, 0);
  o.grad = v.kind == CK_V_BOOL && v.i;
  return options_value(o);
}

static ck_value options_same(ck_call *call) { return options_value(self_options(call)); }

/* Free functions torch::dtype(...), torch::device(...), torch::requires_grad(...). */
static ck_value make_options(ck_call *call) {
  ck_torch_tensor_opts o = ck_torch_read_options(call, 0);
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

/* --- what a tensor says of itself ----------------------------------------------------------------------------- */

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

static ck_value extents(ck_call *call, const ck_tensor *t) {
  if (t->rank < 0 || t->rank > CK_TORCH_MAX_RANK || ck_torch_tensor_is_replaced(call->ev, t, NULL))
    return reason_of(call, t);
  ck_value each[CK_TORCH_MAX_RANK];
  for (int32_t i = 0; i < t->rank; i++) each[i] = dim_value(call, t->dims[i], t);
  return ck_ev_list(call->ev, "c10::ArrayRef", each, (size_t)t->rank);
}

static ck_value sizes(ck_call *call) { return extents(call, self_tensor(call)); }

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

/* Are two lists of extents the same? 1, 0, or -1: that depends on what is not known. */
static int same_extents(ck_call *call, ck_value a, ck_value b) {
  if (a.kind != CK_V_LIST || b.kind != CK_V_LIST) return -1;
  if (a.list->n != b.list->n) return 0;
  int same = 1;
  for (size_t i = 0; i < a.list->n; i++) {
    ck_value x = ck_ev_load(call->ev, a.list->at[i]), y = ck_ev_load(call->ev, b.list->at[i]);
    if (x.kind == CK_V_INT && y.kind == CK_V_INT && x.i != y.i) return 0;
    bool equal = x.kind == y.kind && ((x.kind == CK_V_INT && x.i == y.i) || (x.kind == CK_V_SYM && x.sym == y.sym));
    if (!equal) same = -1;
  }
  return same;
}

/* a.sizes() == b.sizes(), a.dtype() != torch::kFloat */
static ck_value equality(ck_call *call) {
  bool method = call->self != NULL && call->nargs == 1;
  ck_value a = ck_ev_decide(call->ev, method ? ck_torch_self(call) : ck_torch_arg(call, 0));
  ck_value b = ck_ev_decide(call->ev, ck_torch_arg(call, method ? 0 : 1));
  ck_dtype x, y;
  int same = same_extents(call, a, b);
  if (ck_torch_as_dtype(call, a, ck_torch_arg_type(call, 0), &x) && x != CK_DTYPE_UNKNOWN &&
      ck_torch_as_dtype(call, b, ck_torch_arg_type(call, method ? 0 : 1), &y) && y != CK_DTYPE_UNKNOWN)
    same = x == y;
  if (same < 0) return a.kind == CK_V_UNKNOWN ? a : b.kind == CK_V_UNKNOWN ? b : ck_torch_harmless(call);
  return CK_BOOL((same == 1) == ck_ends_with(call->name, "operator=="));
}

static ck_value same_size(ck_call *call) {
  ck_value other = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  const ck_tensor *a = self_tensor(call), *b = other.kind == CK_V_TENSOR ? other.tensor : NULL;
  int same = b == NULL ? -1 : same_extents(call, extents(call, a), extents(call, b));
  return same < 0 ? reason_of(call, a) : CK_BOOL(same);
}

static ck_value tensor_options(ck_call *call) {
  const ck_tensor *t = self_tensor(call);
  return options_value((ck_torch_tensor_opts){.has_dtype = true, .dtype = t->dtype});
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
  ck_value handle = ck_torch_operand(call, 0);
  const ck_tensor *old = ck_torch_tensor(call, handle), *fresh = NULL;
  bool is_set_data = strcmp(ck_torch_method(call->name), "set_data") == 0;
  if (is_set_data) fresh = ck_torch_tensor_operand(call, 1);
  bool same = fresh && fresh->rank == old->rank && old->rank >= 0 && fresh->dtype == old->dtype &&
              old->dtype != CK_DTYPE_UNKNOWN;
  for (int32_t i = 0; same && i < old->rank; i++)
    same = old->dims[i].kind == CK_DIM_INT && fresh->dims[i].kind == CK_DIM_INT && old->dims[i].n == fresh->dims[i].n;
  if (!same) ck_torch_tensor_replaced(call->ev, old, fresh, "replaced in place", call->node->loc);
  if (is_set_data) return CK_VOID;
  return call->self ? ck_torch_lvalue(call->self) : handle;
}

static ck_value reset(ck_call *call) {
  if (call->self) ck_ev_store(call->ev, call->self, ck_torch_undefined_tensor(call->ev));
  return CK_VOID;
}

#define FACTORY(name, call, min, max)                                                                                  \
  {"torch::" name, call, min, max}, { "at::" name, call, min, max }
#define METHOD(name, call, min, max)                                                                                   \
  {"at::Tensor::" name, call, min, max}, { "at::TensorBase::" name, call, min, max }
/* A variable that the library declares, which only a row of its very name is. */
#define VARIABLE(name) {"torch::" name, constant_dtype, 0, 0}
const ck_builtin ck_torch_tensor_rows[] = {
    FACTORY("k*", constant_dtype, 0, 0),
    {"c10::k*", constant_dtype, 0, 0},
    VARIABLE("kLinear"),
    VARIABLE("kConv1D"),
    VARIABLE("kConv2D"),
    VARIABLE("kConv3D"),
    VARIABLE("kConvTranspose1D"),
    VARIABLE("kConvTranspose2D"),
    VARIABLE("kConvTranspose3D"),
    VARIABLE("kSigmoid"),
    VARIABLE("kTanh"),
    VARIABLE("kReLU"),
    VARIABLE("kGELU"),
    VARIABLE("kSiLU"),
    VARIABLE("kMish"),
    VARIABLE("kLeakyReLU"),
    VARIABLE("kFanIn"),
    VARIABLE("kFanOut"),
    VARIABLE("kConstant"),
    VARIABLE("kReflect"),
    VARIABLE("kReplicate"),
    VARIABLE("kCircular"),
    VARIABLE("kNearest"),
    VARIABLE("kBilinear"),
    VARIABLE("kBicubic"),
    VARIABLE("kTrilinear"),
    VARIABLE("kArea"),
    VARIABLE("kNearestExact"),
    VARIABLE("kSum"),
    VARIABLE("kMean"),
    VARIABLE("kMax"),
    VARIABLE("kNone"),
    VARIABLE("kBatchMean"),
    VARIABLE("kZeros"),
    VARIABLE("kBorder"),
    VARIABLE("kReflection"),
    VARIABLE("kRNN_TANH"),
    VARIABLE("kRNN_RELU"),
    VARIABLE("kLSTM"),
    VARIABLE("kGRU"),
    VARIABLE("kValid"),
    VARIABLE("kSame"),
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
    METHOD("size", size, 1, 1),
    METHOD("sizes", sizes, 0, 0),
    METHOD("is_same_size", same_size, 1, 1),
    {"c10::operator==", equality, 1, 2},
    {"c10::operator!=", equality, 1, 2},
    {"caffe2::operator==", equality, 1, 2},
    {"caffe2::operator!=", equality, 1, 2},
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
    METHOD("swapaxes_", set_data, 2, 2),
    METHOD("swapdims_", set_data, 2, 2),
    METHOD("as_strided_", set_data, 2, 3),
    METHOD("sparse_resize_", set_data, 3, 3),
    METHOD("sparse_resize_and_clear_", set_data, 3, 3),
    METHOD("resize_as_sparse_", set_data, 1, 1),
    FACTORY("resize_", set_data, 2, 3),
    FACTORY("resize_as_", set_data, 2, 3),
    FACTORY("as_strided_", set_data, 3, 4),
};
const size_t ck_torch_tensor_row_count = sizeof ck_torch_tensor_rows / sizeof *ck_torch_tensor_rows;
