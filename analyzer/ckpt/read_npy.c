/* read_npy.c - NumPy: one array (npy), and a zip of arrays (npz) (FORMATS.md A.7).
 *
 * The header is a Python literal, {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }, always with these three
 * keys; numpy.lib.format writes nothing else, so they are looked for and not parsed as Python. */
#include <ctype.h>
#include <string.h>

#include "ckpt/zip.h"

enum {
  MAX_RANK = 32,       /* NPY_MAXDIMS */
  USUAL_HEADER = 1024, /* bytes of a member to read at first; the header is mostly 128 */
  MAGIC_SIZE = 8       /* \x93NUMPY, major, minor */
};

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

/* kind and size of an array-protocol type string, after its byte order (numpy: arrays.interface) */
static const struct {
  const char *descr;
  ck_dtype dtype;
} dtypes[] = {
    {"b1", CK_DTYPE_BOOL},      {"i1", CK_DTYPE_INT8},        {"i2", CK_DTYPE_INT16},   {"i4", CK_DTYPE_INT32},
    {"i8", CK_DTYPE_INT64},     {"u1", CK_DTYPE_UINT8},       {"u2", CK_DTYPE_UINT16},  {"u4", CK_DTYPE_UINT32},
    {"u8", CK_DTYPE_UINT64},    {"f2", CK_DTYPE_FLOAT16},     {"f4", CK_DTYPE_FLOAT32}, {"f8", CK_DTYPE_FLOAT64},
    {"c8", CK_DTYPE_COMPLEX64}, {"c16", CK_DTYPE_COMPLEX128},
};

static const char *value_of(const char *header, const char *key) {
  const char *p = strstr(header, key);
  if (p == NULL) return NULL;
  p += strlen(key);
  while (*p == ' ' || *p == ':') p++;
  return p;
}

static void read_descr(ck_ckpt_job *job, const char *p, ck_ckpt_entry *e) {
  size_t n = strcspn(p + 1, "'\"");
  if (*p != '\'' && *p != '"') return; /* a list: a structured dtype */
  const char *descr = p + 1;
  e->dtype_text = ck_ckpt_copy(job, descr, n < 32 ? n : 32);
  if (n > 0 && strchr("<>|=", descr[0])) descr++, n--;
  for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++)
    if (strlen(dtypes[i].descr) == n && memcmp(dtypes[i].descr, descr, n) == 0) {
      e->dtype = dtypes[i].dtype;
      if (e->dtype_text[0] != '>') e->dtype_text = NULL;
      return;
    }
}

static bool read_shape(ck_ckpt_job *job, const char *p, ck_ckpt_entry *e) {
  int64_t extents[MAX_RANK];
  if (*p++ != '(') return false;
  for (; *p != ')'; p++) {
    if (*p == ' ' || *p == ',') continue;
    if (!isdigit((unsigned char)*p) || e->rank == MAX_RANK) return false;
    int64_t v = 0;
    for (; isdigit((unsigned char)*p); p++)
      if (__builtin_mul_overflow(v, 10, &v) || __builtin_add_overflow(v, *p - '0', &v)) return false;
    extents[e->rank++] = v;
    if (*p == 'L') continue; /* Python 2 */
    p--;
  }
  int64_t *shape = e->rank ? CK_NEW_N(&job->ckpt->arena, int64_t, e->rank) : NULL;
  if (e->rank) memcpy(shape, extents, e->rank * sizeof *shape);
  e->shape = shape;
  return e->shape_known = true;
}

/* Fortran order: the same shape, columns first. */
static void set_strides(ck_ckpt_job *job, const char *order, ck_ckpt_entry *e) {
  bool fortran = order && ck_starts_with(order, "True");
  int64_t step = 1, *stride = e->rank ? CK_NEW_N(&job->ckpt->arena, int64_t, e->rank) : NULL;
  for (uint32_t i = 0; i < e->rank; i++) {
    uint32_t k = fortran ? i : e->rank - 1 - i;
    stride[k] = step;
    if (__builtin_mul_overflow(step, e->shape[k] > 1 ? e->shape[k] : 1, &step)) return;
  }
  e->stride = stride;
}

ck_status ck_ckpt_npy_header(ck_ckpt_job *job, const unsigned char *bytes, size_t n, uint64_t file_size,
                             ck_ckpt_entry *e) {
  const char *name = e->key[0] ? e->key : "the array";
  if (n < MAGIC_SIZE + 4 || memcmp(bytes, "\x93NUMPY", 6) != 0)
    return ck_fail_at(job->err, CK_CORRUPT, 0, "%.200s is no NumPy array, or cut within its header", name);
  size_t width = bytes[6] == 1 ? 2 : 4, length = bytes[8] | (size_t)bytes[9] << 8;
  if (width == 4) length |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
  if (length > CK_CKPT_NPY_HEADER_MAX)
    return ck_fail_at(job->err, CK_LIMIT, 8, "the NumPy header of %.200s has %zu bytes, more than %d", name, length,
                      CK_CKPT_NPY_HEADER_MAX);
  if (length > n - MAGIC_SIZE - width)
    return ck_fail_at(job->err, CK_CORRUPT, n, "%.200s is cut within its NumPy header", name);
  const char *header = ck_arena_strndup(&job->scratch, (const char *)bytes + MAGIC_SIZE + width, length);
  const char *descr = value_of(header, "'descr'"), *shape = value_of(header, "'shape'");
  if (descr == NULL || shape == NULL || !read_shape(job, shape, e))
    return ck_fail_at(job->err, CK_CORRUPT, MAGIC_SIZE + width, "%.200s has no valid NumPy header", name);
  read_descr(job, descr, e);
  set_strides(job, value_of(header, "'fortran_order'"), e);
  e->is_persistent = true;
  uint64_t elements, wanted, there = file_size - MAGIC_SIZE - width - length;
  if (!ck_ckpt_elements(e->shape, e->rank, &elements) ||
      __builtin_mul_overflow(elements, ck_dtype_size(e->dtype), &wanted))
    ck_ckpt_add_problem(job, CK_CKPT_BAD_TENSOR, CK_NO_OFFSET, e->key, "%.200s has too many elements", name);
  else if (wanted > there)
    ck_ckpt_add_problem(job, CK_CKPT_SHORT_STORAGE, CK_NO_OFFSET, e->key,
                        "%.200s has %llu bytes of data, its shape needs %llu", name, (unsigned long long)there,
                        (unsigned long long)wanted);
  return CK_OK;
}

/* --- npy --------------------------------------------------------------------------------------------------------- */

static int probe_npy(const ck_ckpt_head *head) {
  return head->n >= 6 && memcmp(head->bytes, "\x93NUMPY", 6) == 0 ? 95 : 0;
}

static ck_status read_npy(ck_ckpt_job *job) {
  ck_ckpt_entry e = {.key = ""};
  size_t n = job->source->size < CK_CKPT_NPY_HEADER_MAX + 12 ? (size_t)job->source->size : CK_CKPT_NPY_HEADER_MAX + 12;
  unsigned char *bytes = ck_arena_alloc(&job->scratch, n);
  TRY(ck_ckpt_source_read(job->source, 0, bytes, n, job->err));
  TRY(ck_ckpt_npy_header(job, bytes, n, job->source->size, &e));
  job->ckpt->format = CK_CKPT_FORMAT_NPY;
  TRY(ck_ckpt_add_entry(job, &e));
  ck_ckpt_add_root_part(job, CK_CKPT_ROOT_TENSOR);
  return CK_OK;
}

/* --- npz --------------------------------------------------------------------------------------------------------- */

static int probe_npz(const ck_ckpt_zip *zip) {
  return zip->count > 0 && ck_ends_with(zip->members[0].name, ".npy") && !(zip->members[0].flags & 1) ? 60 : 0;
}

static ck_status read_npz(ck_ckpt_job *job) {
  unsigned char *bytes = ck_arena_alloc(&job->scratch, CK_CKPT_NPY_HEADER_MAX + 12);
  for (size_t i = 0; i < job->zip->count; i++) {
    const ck_zip_member *m = &job->zip->members[i];
    size_t got = 0, n = strlen(m->name);
    TRY(ck_ckpt_count(job));
    if (n < 4 || !ck_ends_with(m->name, ".npy")) continue;
    TRY(ck_zip_read_start(job, m, bytes, USUAL_HEADER, &got));
    if (got == USUAL_HEADER && (bytes[6] != 1 || bytes[9] >= USUAL_HEADER / 256 - 1))
      TRY(ck_zip_read_start(job, m, bytes, CK_CKPT_NPY_HEADER_MAX + 12, &got));
    ck_ckpt_entry e = {.key = ck_ckpt_copy(job, m->name, n - 4)};
    TRY(ck_ckpt_npy_header(job, bytes, got, m->size, &e));
    TRY(ck_ckpt_add_entry(job, &e));
  }
  job->ckpt->format = CK_CKPT_FORMAT_NPZ;
  ck_ckpt_add_root_part(job, CK_CKPT_ROOT_DICT);
  return CK_OK;
}

const ck_ckpt_reader ck_reader_npy = {.name = "npy", .probe = probe_npy, .read = read_npy};
const ck_ckpt_reader ck_reader_npz = {.name = "npz", .probe_zip = probe_npz, .read = read_npz};
