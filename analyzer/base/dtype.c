#include "base/dtype.h"

#include <string.h>

static const struct {
  const char *name;
  size_t size;
} dtypes[] = {
#define X(id, name, size) [CK_DTYPE_##id] = {name, size},
    CK_DTYPES(X)
#undef X
};

const char *ck_dtype_name(ck_dtype dtype) { return dtype < CK_DTYPE_COUNT ? dtypes[dtype].name : NULL; }
size_t ck_dtype_size(ck_dtype dtype) { return dtype < CK_DTYPE_COUNT ? dtypes[dtype].size : 0; }

ck_dtype ck_dtype_from_name(const char *name) {
  for (int i = CK_DTYPE_UNKNOWN + 1; i < CK_DTYPE_COUNT; i++)
    if (strcmp(dtypes[i].name, name) == 0) return (ck_dtype)i;
  return CK_DTYPE_UNKNOWN;
}

bool ck_dtype_is_floating(ck_dtype dtype) {
  const char *name = ck_dtype_name(dtype);
  return name != NULL && (strncmp(name, "float", 5) == 0 || strncmp(name, "bfloat", 6) == 0);
}

bool ck_dtype_is_complex(ck_dtype dtype) {
  return dtype == CK_DTYPE_COMPLEX32 || dtype == CK_DTYPE_COMPLEX64 || dtype == CK_DTYPE_COMPLEX128;
}
