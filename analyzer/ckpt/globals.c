/* globals.c - the globals that a pickle may name without being called unsafe.
 *
 * The rule: nothing in this table runs code of the file's choosing, reads files or the network, or imports anything but
 * torch, numpy and the standard library's data types. Not allowed for that reason, though PyTorch itself writes it:
 * torch.storage._load_from_bytes (a pickle within the pickle). Sources: FORMATS.md A ("Pickle machine"),
 * torch/_utils.py. */
#include <ctype.h>
#include <string.h>

#include "ckpt/pickle.h"

/* clang-format off */
#define G(name, role, dtype) {name, sizeof(name) - 1, role, dtype}
static const ck_pg_row globals[] = {
  G("collections.OrderedDict",                          PG_DICT,       0),
  G("collections.defaultdict",                          PG_DICT,       0),
  G("collections.Counter",                              PG_DICT,       0),
  G("__builtin__.dict",                                 PG_DICT,       0),
  G("builtins.dict",                                    PG_DICT,       0),
  G("__builtin__.list",                                 PG_LIST,       0),
  G("builtins.list",                                    PG_LIST,       0),
  G("__builtin__.set",                                  PG_SET,        0),
  G("builtins.set",                                     PG_SET,        0),
  G("__builtin__.frozenset",                            PG_SET,        0),
  G("builtins.frozenset",                               PG_SET,        0),
  G("torch.Size",                                       PG_TUPLE,      0),

  G("torch._utils._rebuild_tensor",                     PG_TENSOR,     0),
  G("torch._utils._rebuild_tensor_v2",                  PG_TENSOR,     0),
  G("torch._utils._rebuild_tensor_v3",                  PG_TENSOR_V3,  0),
  G("torch._utils._rebuild_qtensor",                    PG_QTENSOR,    0),
  G("torch._utils._rebuild_parameter",                  PG_PARAMETER,  0),
  G("torch._utils._rebuild_parameter_with_state",       PG_PARAMETER,  0),
  G("torch._utils._rebuild_sparse_tensor",              PG_SPARSE,     0),
  G("torch._utils._rebuild_sparse_csr_tensor",          PG_SPARSE_CSR, 0),
  G("torch._utils._rebuild_nested_tensor",              PG_NESTED,     0),
  G("torch._utils._rebuild_meta_tensor_no_storage",     PG_META,       0),
  G("torch._utils._rebuild_wrapper_subclass",           PG_WRAPPER,    0),
  G("torch._utils._rebuild_device_tensor_from_numpy",   PG_FROM_NUMPY, 0),
  G("torch._utils._rebuild_xla_tensor",                 PG_FROM_NUMPY, 0),
  G("torch._utils._rebuild_device_tensor_from_cpu_tensor", PG_PARAMETER, 0),
  G("torch._tensor._rebuild_from_type",                 PG_FROM_TYPE,  0),
  G("torch._tensor._rebuild_from_type_v2",              PG_FROM_TYPE,  0),
  G("torch.serialization._get_layout",                  PG_LAYOUT,     0),

  G("torch.jit._pickle.restore_type_tag",               PG_FIRST,      0),
  G("torch.jit._pickle.build_tensorlist",               PG_FIRST,      0),
  G("torch.jit._pickle.build_intlist",                  PG_FIRST,      0),
  G("torch.jit._pickle.build_doublelist",               PG_FIRST,      0),
  G("torch.jit._pickle.build_boollist",                 PG_FIRST,      0),

  G("torch.FloatStorage",                               PG_STORAGE,    CK_DTYPE_FLOAT32),
  G("torch.DoubleStorage",                              PG_STORAGE,    CK_DTYPE_FLOAT64),
  G("torch.HalfStorage",                                PG_STORAGE,    CK_DTYPE_FLOAT16),
  G("torch.BFloat16Storage",                            PG_STORAGE,    CK_DTYPE_BFLOAT16),
  G("torch.CharStorage",                                PG_STORAGE,    CK_DTYPE_INT8),
  G("torch.ByteStorage",                                PG_STORAGE,    CK_DTYPE_UINT8),
  G("torch.ShortStorage",                               PG_STORAGE,    CK_DTYPE_INT16),
  G("torch.IntStorage",                                 PG_STORAGE,    CK_DTYPE_INT32),
  G("torch.LongStorage",                                PG_STORAGE,    CK_DTYPE_INT64),
  G("torch.BoolStorage",                                PG_STORAGE,    CK_DTYPE_BOOL),
  G("torch.ComplexFloatStorage",                        PG_STORAGE,    CK_DTYPE_COMPLEX64),
  G("torch.ComplexDoubleStorage",                       PG_STORAGE,    CK_DTYPE_COMPLEX128),
  G("torch.QInt8Storage",                               PG_STORAGE,    CK_DTYPE_QINT8),
  G("torch.QUInt8Storage",                              PG_STORAGE,    CK_DTYPE_QUINT8),
  G("torch.QInt32Storage",                              PG_STORAGE,    CK_DTYPE_QINT32),
  G("torch.QUInt4x2Storage",                            PG_STORAGE,    CK_DTYPE_QUINT4X2),
  G("torch.QUInt2x4Storage",                            PG_STORAGE,    CK_DTYPE_QUINT2X4),
  G("torch.storage.UntypedStorage",                     PG_STORAGE,    CK_DTYPE_UNKNOWN),
  G("torch.UntypedStorage",                             PG_STORAGE,    CK_DTYPE_UNKNOWN),
  G("torch.storage._UntypedStorage",                    PG_STORAGE,    CK_DTYPE_UNKNOWN),
  G("torch._UntypedStorage",                            PG_STORAGE,    CK_DTYPE_UNKNOWN),
  G("torch.storage.TypedStorage",                       PG_INERT,      0),
  G("torch.storage._TypedStorage",                      PG_INERT,      0),
  G("torch.cuda.FloatStorage",                          PG_STORAGE,    CK_DTYPE_FLOAT32),
  G("torch.cuda.DoubleStorage",                         PG_STORAGE,    CK_DTYPE_FLOAT64),
  G("torch.cuda.HalfStorage",                           PG_STORAGE,    CK_DTYPE_FLOAT16),
  G("torch.cuda.BFloat16Storage",                       PG_STORAGE,    CK_DTYPE_BFLOAT16),
  G("torch.cuda.CharStorage",                           PG_STORAGE,    CK_DTYPE_INT8),
  G("torch.cuda.ByteStorage",                           PG_STORAGE,    CK_DTYPE_UINT8),
  G("torch.cuda.ShortStorage",                          PG_STORAGE,    CK_DTYPE_INT16),
  G("torch.cuda.IntStorage",                            PG_STORAGE,    CK_DTYPE_INT32),
  G("torch.cuda.LongStorage",                           PG_STORAGE,    CK_DTYPE_INT64),
  G("torch.cuda.BoolStorage",                           PG_STORAGE,    CK_DTYPE_BOOL),

  /* classes that the oldest format names instead of storages */
  G("torch.FloatTensor",                                PG_STORAGE,    CK_DTYPE_FLOAT32),
  G("torch.DoubleTensor",                               PG_STORAGE,    CK_DTYPE_FLOAT64),
  G("torch.HalfTensor",                                 PG_STORAGE,    CK_DTYPE_FLOAT16),
  G("torch.CharTensor",                                 PG_STORAGE,    CK_DTYPE_INT8),
  G("torch.ByteTensor",                                 PG_STORAGE,    CK_DTYPE_UINT8),
  G("torch.ShortTensor",                                PG_STORAGE,    CK_DTYPE_INT16),
  G("torch.IntTensor",                                  PG_STORAGE,    CK_DTYPE_INT32),
  G("torch.LongTensor",                                 PG_STORAGE,    CK_DTYPE_INT64),

  /* dtypes under other names than their own */
  G("torch.half",                                       PG_DTYPE,      CK_DTYPE_FLOAT16),
  G("torch.float",                                      PG_DTYPE,      CK_DTYPE_FLOAT32),
  G("torch.double",                                     PG_DTYPE,      CK_DTYPE_FLOAT64),
  G("torch.short",                                      PG_DTYPE,      CK_DTYPE_INT16),
  G("torch.int",                                        PG_DTYPE,      CK_DTYPE_INT32),
  G("torch.long",                                       PG_DTYPE,      CK_DTYPE_INT64),
  G("torch.cfloat",                                     PG_DTYPE,      CK_DTYPE_COMPLEX64),
  G("torch.cdouble",                                    PG_DTYPE,      CK_DTYPE_COMPLEX128),

  G("torch.device",                                     PG_INERT,      0),
  G("torch.Tensor",                                     PG_INERT,      0),
  G("torch.per_tensor_affine",                          PG_INERT,      0),
  G("torch.per_channel_affine",                         PG_INERT,      0),
  G("torch.per_tensor_symmetric",                       PG_INERT,      0),
  G("torch.per_channel_symmetric",                      PG_INERT,      0),
  G("torch.per_channel_affine_float_qparams",           PG_INERT,      0),
  G("torch.strided",                                    PG_INERT,      0),
  G("torch.preserve_format",                            PG_INERT,      0),
  G("torch.contiguous_format",                          PG_INERT,      0),
  G("torch.channels_last",                              PG_INERT,      0),
  G("torch.nn.parameter.Parameter",                     PG_INERT,      0),
  G("torch.nn.parameter.Buffer",                        PG_INERT,      0),
  G("torch.nn.functional.relu",                         PG_INERT,      0),
  G("torch.nn.functional.gelu",                         PG_INERT,      0),
  G("torch.nn.functional.silu",                         PG_INERT,      0),
  G("torch._C._nn.gelu",                                PG_INERT,      0),

  G("__builtin__.bytearray",                            PG_INERT,      0),
  G("builtins.bytearray",                               PG_INERT,      0),
  G("__builtin__.complex",                              PG_INERT,      0),
  G("builtins.complex",                                 PG_INERT,      0),
  G("__builtin__.slice",                                PG_INERT,      0),
  G("builtins.slice",                                   PG_INERT,      0),
  G("__builtin__.range",                                PG_INERT,      0),
  G("__builtin__.xrange",                               PG_INERT,      0),
  G("builtins.range",                                   PG_INERT,      0),
  G("__builtin__.object",                               PG_INERT,      0),
  G("builtins.object",                                  PG_INERT,      0),
  G("__builtin__.int",                                  PG_INERT,      0),
  G("builtins.int",                                     PG_INERT,      0),
  G("__builtin__.float",                                PG_INERT,      0),
  G("builtins.float",                                   PG_INERT,      0),
  G("__builtin__.str",                                  PG_INERT,      0),
  G("builtins.str",                                     PG_INERT,      0),
  G("__builtin__.bool",                                 PG_INERT,      0),
  G("builtins.bool",                                    PG_INERT,      0),
  G("_codecs.encode",                                   PG_INERT,      0),
  G("copy_reg._reconstructor",                          PG_INERT,      0),
  G("copyreg._reconstructor",                           PG_INERT,      0),
  G("torch.distributed.checkpoint.filesystem._StorageInfo", PG_INERT,  0),
  G("argparse.Namespace",                               PG_INERT,      0),
  G("types.SimpleNamespace",                            PG_INERT,      0),
  G("datetime.datetime",                                PG_INERT,      0),
  G("datetime.date",                                    PG_INERT,      0),
  G("datetime.timedelta",                               PG_INERT,      0),
  G("pathlib.Path",                                     PG_INERT,      0),
  G("pathlib.PosixPath",                                PG_INERT,      0),
  G("pathlib.WindowsPath",                              PG_INERT,      0),
  G("pathlib.PurePosixPath",                            PG_INERT,      0),
  G("numpy.core.multiarray._reconstruct",               PG_INERT,      0),
  G("numpy.core.multiarray.scalar",                     PG_INERT,      0),
  G("numpy._core.multiarray._reconstruct",              PG_INERT,      0),
  G("numpy._core.multiarray.scalar",                    PG_INERT,      0),
  G("numpy.ndarray",                                    PG_INERT,      0),
  G("numpy.dtype",                                      PG_INERT,      0),
};

/* Modules whose classes only hold attributes. A class: one identifier that starts with a capital letter, so that a
 * function, or a module that one of them imports, cannot be reached. */
static const char *const class_modules[] = {
  "torch.nn.modules.",  "torch.nn.parallel.",      "torch.nn.quantized.",   "torch.nn.intrinsic.", "torch.nn.qat.",
  "torch.distributed.tensor", "torch.distributed.tensor.", "torch.distributed._tensor.", "torch.distributed.device_mesh",
  "torch.distributed.checkpoint.metadata", "torch.distributed._shard.sharded_tensor.metadata",
  "torch.ao.nn.",       "torch.nn.utils.weight_norm", "torch.nn.utils.spectral_norm", "torch.nn.backends.thnn",
};
/* clang-format on */

static const ck_pg_row inert = G("(class)", PG_INERT, CK_DTYPE_UNKNOWN);
static const ck_pg_row dtype_rows[] = {
#define X(id, name, size) [CK_DTYPE_##id] = {name, 0, PG_DTYPE, CK_DTYPE_##id},
    CK_DTYPES(X)
#undef X
};

static bool is_identifier(const char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!isalnum((unsigned char)s[i]) && s[i] != '_') return false;
  return n > 0 && !isdigit((unsigned char)s[0]);
}

static bool equals(const char *literal, const char *s, size_t n) {
  return strlen(literal) == n && memcmp(literal, s, n) == 0;
}

const ck_pg_row *ck_pg_find(const char *module, size_t module_n, const char *name, size_t name_n) {
  if (!is_identifier(name, name_n)) return NULL;
  for (size_t i = 0; i < sizeof globals / sizeof *globals; i++) {
    const char *g = globals[i].name;
    if (globals[i].n == module_n + 1 + name_n && memcmp(g, module, module_n) == 0 && g[module_n] == '.' &&
        memcmp(g + module_n + 1, name, name_n) == 0)
      return &globals[i];
  }
  if (equals("torch", module, module_n)) {
    for (int i = CK_DTYPE_UNKNOWN + 1; i < CK_DTYPE_COUNT; i++)
      if (equals(dtype_rows[i].name, name, name_n)) return &dtype_rows[i];
    return NULL;
  }
  /* TorchScript: the names are of classes in the archive itself, not of Python's */
  if (equals("__torch__", module, module_n) || (module_n > 10 && memcmp(module, "__torch__.", 10) == 0)) return &inert;
  if (!isupper((unsigned char)name[0])) return NULL;
  for (size_t i = 0; i < sizeof class_modules / sizeof *class_modules; i++) {
    size_t n = strlen(class_modules[i]);
    bool is_package = class_modules[i][n - 1] == '.';
    if (module_n < n || memcmp(module, class_modules[i], n) != 0) continue;
    if (is_package || module_n == n) return &inert;
  }
  return NULL;
}
