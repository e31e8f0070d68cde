/* dtype.h - element types of tensors, by PyTorch's names without `torch.` (FORMATS.md A.0, storage classes). */
#ifndef CK_BASE_DTYPE_H
#define CK_BASE_DTYPE_H
#include <stdbool.h>
#include <stddef.h>

/* name, bytes per element (0: sub-byte or not fixed) */
#define CK_DTYPES(X)                                                                                                   \
  X(UNKNOWN, NULL, 0)                                                                                                  \
  X(UINT8, "uint8", 1)                                                                                                 \
  X(INT8, "int8", 1)                                                                                                   \
  X(INT16, "int16", 2)                                                                                                 \
  X(INT32, "int32", 4)                                                                                                 \
  X(INT64, "int64", 8)                                                                                                 \
  X(UINT16, "uint16", 2)                                                                                               \
  X(UINT32, "uint32", 4)                                                                                               \
  X(UINT64, "uint64", 8)                                                                                               \
  X(FLOAT16, "float16", 2)                                                                                             \
  X(FLOAT32, "float32", 4)                                                                                             \
  X(FLOAT64, "float64", 8)                                                                                             \
  X(BFLOAT16, "bfloat16", 2)                                                                                           \
  X(COMPLEX32, "complex32", 4)                                                                                         \
  X(COMPLEX64, "complex64", 8)                                                                                         \
  X(COMPLEX128, "complex128", 16)                                                                                      \
  X(BOOL, "bool", 1)                                                                                                   \
  X(QINT8, "qint8", 1)                                                                                                 \
  X(QUINT8, "quint8", 1)                                                                                               \
  X(QINT32, "qint32", 4)                                                                                               \
  X(QUINT4X2, "quint4x2", 1)                                                                                           \
  X(QUINT2X4, "quint2x4", 1)                                                                                           \
  X(FLOAT8_E5M2, "float8_e5m2", 1)                                                                                     \
  X(FLOAT8_E4M3FN, "float8_e4m3fn", 1)                                                                                 \
  X(FLOAT8_E5M2FNUZ, "float8_e5m2fnuz", 1)                                                                             \
  X(FLOAT8_E4M3FNUZ, "float8_e4m3fnuz", 1)                                                                             \
  X(FLOAT8_E8M0FNU, "float8_e8m0fnu", 1)                                                                               \
  X(FLOAT4_E2M1FN_X2, "float4_e2m1fn_x2", 1)

typedef enum {
#define X(id, name, size) CK_DTYPE_##id,
  CK_DTYPES(X)
#undef X
      CK_DTYPE_COUNT
} ck_dtype;

const char *ck_dtype_name(ck_dtype dtype);     /* NULL for CK_DTYPE_UNKNOWN */
ck_dtype ck_dtype_from_name(const char *name); /* "float32"; CK_DTYPE_UNKNOWN if there is none */
size_t ck_dtype_size(ck_dtype dtype);          /* bytes per element; 0 if unknown */
bool ck_dtype_is_floating(ck_dtype dtype);     /* floats of every width, not complex */
bool ck_dtype_is_complex(ck_dtype dtype);
#endif
