/* read_gguf.c - GGUF: magic, version, counts, key-value pairs, tensor infos, data (FORMATS.md A.7; ggml docs/gguf.md).
 *
 * Everything is read through one cursor, in order; a value that is not kept is skipped by arithmetic where its size is
 * fixed. Extents come innermost first and are turned round. */
#include <stdio.h>
#include <string.h>

#include "ckpt/ckpt_int.h"

enum {
  MAX_RANK = 8, /* GGML_MAX_DIMS is 4 */
  MAX_NAME = 65535,
  MAX_NESTING = 4, /* arrays of arrays are allowed, and not in use */
  MAX_TEXT = 200
};

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

/* ggml_type -> name, dtype where PyTorch has one; elements and bytes of one block */
static const struct {
  const char *name;
  ck_dtype dtype;
  uint16_t block, bytes;
} types[] = {
    [0] = {"F32", CK_DTYPE_FLOAT32, 1, 4},
    [1] = {"F16", CK_DTYPE_FLOAT16, 1, 2},
    [2] = {"Q4_0", 0, 32, 18},
    [3] = {"Q4_1", 0, 32, 20},
    [6] = {"Q5_0", 0, 32, 22},
    [7] = {"Q5_1", 0, 32, 24},
    [8] = {"Q8_0", 0, 32, 34},
    [9] = {"Q8_1", 0, 32, 36},
    [10] = {"Q2_K", 0, 256, 84},
    [11] = {"Q3_K", 0, 256, 110},
    [12] = {"Q4_K", 0, 256, 144},
    [13] = {"Q5_K", 0, 256, 176},
    [14] = {"Q6_K", 0, 256, 210},
    [15] = {"Q8_K", 0, 256, 292},
    [16] = {"IQ2_XXS", 0, 0, 0},
    [17] = {"IQ2_XS", 0, 0, 0},
    [18] = {"IQ3_XXS", 0, 0, 0},
    [19] = {"IQ1_S", 0, 0, 0},
    [20] = {"IQ4_NL", 0, 0, 0},
    [21] = {"IQ3_S", 0, 0, 0},
    [22] = {"IQ2_S", 0, 0, 0},
    [23] = {"IQ4_XS", 0, 0, 0},
    [24] = {"I8", CK_DTYPE_INT8, 1, 1},
    [25] = {"I16", CK_DTYPE_INT16, 1, 2},
    [26] = {"I32", CK_DTYPE_INT32, 1, 4},
    [27] = {"I64", CK_DTYPE_INT64, 1, 8},
    [28] = {"F64", CK_DTYPE_FLOAT64, 1, 8},
    [29] = {"IQ1_M", 0, 0, 0},
    [30] = {"BF16", CK_DTYPE_BFLOAT16, 1, 2},
    [34] = {"TQ1_0", 0, 0, 0},
    [35] = {"TQ2_0", 0, 0, 0},
    [39] = {"MXFP4", 0, 0, 0},
};

enum { VALUE_BOOL = 7, VALUE_STRING = 8, VALUE_ARRAY = 9, VALUE_TYPES = 13 };
static const uint8_t value_sizes[VALUE_TYPES] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

typedef struct {
  ck_ckpt_job *job;
  uint64_t at;
  uint32_t version;
  uint64_t alignment, data_end; /* data_end: the furthest byte of a tensor, from the start of the data */
} cursor;

static int probe(const ck_ckpt_head *head) { return head->n >= 8 && memcmp(head->bytes, "GGUF", 4) == 0 ? 95 : 0; }

static ck_status take(cursor *c, void *out, size_t n) {
  TRY(ck_ckpt_source_read(c->job->source, c->at, out, n, c->job->err));
  c->at += n;
  return CK_OK;
}

static ck_status skip(cursor *c, uint64_t n) {
  if (n > c->job->source->size - c->at)
    return ck_fail_at(c->job->err, CK_CORRUPT, c->at, "the GGUF file ends within its header");
  c->at += n;
  return CK_OK;
}

static ck_status take_number(cursor *c, size_t width, uint64_t *v) {
  unsigned char b[8];
  TRY(take(c, b, width));
  *v = 0;
  for (size_t i = 0; i < width; i++) *v |= (uint64_t)b[i] << (8 * i);
  return CK_OK;
}

/* Counts and lengths are u32 in version 1. */
static ck_status take_count(cursor *c, uint64_t *v) { return take_number(c, c->version == 1 ? 4 : 8, v); }

/* A string: the first `keep` bytes in the scratch arena, NUL-terminated; the rest is passed over. */
static ck_status take_string(cursor *c, uint64_t keep, const char **s, size_t *kept) {
  uint64_t n;
  TRY(take_count(c, &n));
  if (n > c->job->source->size - c->at)
    return ck_fail_at(c->job->err, CK_CORRUPT, c->at, "a string of the GGUF header is longer than the file");
  *kept = (size_t)(n < keep ? n : keep);
  char *copy = ck_arena_alloc(&c->job->scratch, *kept + 1);
  TRY(ck_ckpt_charge(c->job, 0));
  TRY(take(c, copy, *kept));
  *s = copy;
  return skip(c, n - *kept);
}

/* --- Key-value pairs --------------------------------------------------------------------------------------------- */

static ck_status bad_type(cursor *c, uint64_t type) {
  return ck_fail_at(c->job->err, CK_CORRUPT, c->at, "the GGUF header has a value of the unknown type %llu",
                    (unsigned long long)type);
}

static ck_status skip_array(cursor *c, int nesting) {
  uint64_t type, count, bytes;
  TRY(take_number(c, 4, &type));
  TRY(take_count(c, &count));
  if (type >= VALUE_TYPES || nesting > MAX_NESTING) return bad_type(c, type);
  if (type != VALUE_STRING && type != VALUE_ARRAY) {
    if (__builtin_mul_overflow(count, value_sizes[type], &bytes)) bytes = UINT64_MAX;
    return skip(c, bytes);
  }
  for (uint64_t i = 0; i < count; i++) {
    uint64_t n;
    TRY(ck_ckpt_count(c->job));
    if (type == VALUE_ARRAY) {
      TRY(skip_array(c, nesting + 1));
      continue;
    }
    TRY(take_count(c, &n));
    TRY(skip(c, n));
  }
  return CK_OK;
}

static const char *scalar_text(cursor *c, uint64_t type, uint64_t v) {
  float f;
  double d;
  uint32_t low = (uint32_t)v;
  switch (type) {
  case 1: return ck_arena_printf(&c->job->scratch, "%d", (int)(int8_t)v);
  case 3: return ck_arena_printf(&c->job->scratch, "%d", (int)(int16_t)v);
  case 5: return ck_arena_printf(&c->job->scratch, "%d", (int)(int32_t)v);
  case 6: memcpy(&f, &low, sizeof f); return ck_arena_printf(&c->job->scratch, "%g", (double)f);
  case VALUE_BOOL: return v ? "true" : "false";
  case 11: return ck_arena_printf(&c->job->scratch, "%lld", (long long)v);
  case 12: memcpy(&d, &v, sizeof d); return ck_arena_printf(&c->job->scratch, "%g", d);
  default: return ck_arena_printf(&c->job->scratch, "%llu", (unsigned long long)v);
  }
}

static ck_status read_pair(cursor *c) {
  const char *name = "", *text = NULL;
  size_t n = 0;
  uint64_t type, v = 0;
  TRY(ck_ckpt_count(c->job));
  TRY(take_string(c, MAX_TEXT, &name, &n));
  TRY(take_number(c, 4, &type));
  if (type >= VALUE_TYPES) return bad_type(c, type);
  if (type == VALUE_ARRAY) return skip_array(c, 0);
  if (type == VALUE_STRING) {
    TRY(take_string(c, MAX_TEXT, &text, &n));
  } else {
    TRY(take_number(c, value_sizes[type], &v));
    text = scalar_text(c, type, v);
  }
  if (strcmp(name, "general.alignment") == 0 && type != VALUE_STRING && v > 0 && v <= 1u << 20) c->alignment = v;
  ck_ckpt_add_meta(c->job, ck_arena_printf(&c->job->scratch, "metadata.%s", name), text);
  return CK_OK;
}

/* --- Tensors ----------------------------------------------------------------------------------------------------- */

static void note_extent(cursor *c, const ck_ckpt_entry *e, uint64_t type, uint64_t offset) {
  uint64_t elements, bytes, end;
  if (!ck_ckpt_elements(e->shape, e->rank, &elements)) {
    ck_ckpt_add_problem(c->job, CK_CKPT_BAD_TENSOR, CK_NO_OFFSET, e->key,
                        "tensor \"%.200s\" has more elements than fit in 63 bits", e->key);
    return;
  }
  if (type >= sizeof types / sizeof *types || types[type].block == 0) return;
  if (__builtin_mul_overflow(elements / types[type].block, types[type].bytes, &bytes) ||
      __builtin_add_overflow(bytes, offset, &end))
    end = UINT64_MAX;
  if (end > c->data_end) c->data_end = end;
}

static ck_status read_tensor(cursor *c) {
  const char *name = "";
  size_t n = 0;
  uint64_t rank = 0, type = 0, offset = 0;
  int64_t *shape = NULL;
  TRY(take_string(c, MAX_NAME, &name, &n));
  TRY(take_number(c, 4, &rank));
  if (rank > MAX_RANK)
    return ck_fail_at(c->job->err, CK_CORRUPT, c->at - 4, "a tensor of the GGUF header has %llu dimensions",
                      (unsigned long long)rank);
  if (rank) shape = CK_NEW_N(&c->job->ckpt->arena, int64_t, rank);
  for (uint64_t i = rank; i-- > 0;) {
    uint64_t extent;
    TRY(take_count(c, &extent));
    shape[i] = extent > INT64_MAX ? -1 : (int64_t)extent;
  }
  TRY(take_number(c, 4, &type));
  TRY(take_number(c, 8, &offset));
  ck_ckpt_entry e = {.key = ck_ckpt_copy_key(c->job, name, n),
                     .shape = shape,
                     .rank = (uint32_t)rank,
                     .shape_known = true,
                     .is_persistent = true};
  bool known = type < sizeof types / sizeof *types && types[type].name != NULL;
  e.dtype = known ? types[type].dtype : CK_DTYPE_UNKNOWN;
  if (e.dtype == CK_DTYPE_UNKNOWN)
    e.dtype_text =
        known ? types[type].name : ck_arena_printf(&c->job->ckpt->arena, "ggml type %llu", (unsigned long long)type);
  note_extent(c, &e, type, offset);
  return ck_ckpt_add_entry(c->job, &e);
}

static void check_end(cursor *c) {
  uint64_t start = (c->at + c->alignment - 1) / c->alignment * c->alignment, size = c->job->source->size;
  if (c->data_end > 0 && (start > size || c->data_end > size - start))
    ck_ckpt_add_problem(c->job, CK_CKPT_TRUNCATED, size, NULL, "the file ends before its last tensor does");
}

static ck_status read_gguf(ck_ckpt_job *job) {
  cursor c = {.job = job, .at = 4, .alignment = 32};
  uint64_t version, tensors, pairs;
  TRY(take_number(&c, 4, &version));
  if (version < 1 || version > 3)
    return ck_fail_at(job->err, CK_CORRUPT, 4, "a GGUF file of version %llu; versions 1 to 3 are known%s",
                      (unsigned long long)version, version > 0xffffff ? " (a big-endian file?)" : "");
  c.version = (uint32_t)version;
  TRY(take_count(&c, &tensors));
  TRY(take_count(&c, &pairs));
  job->ckpt->format = CK_CKPT_FORMAT_GGUF;
  ck_ckpt_add_meta_int(job, "format_version", (int64_t)version);
  for (uint64_t i = 0; i < pairs; i++) TRY(read_pair(&c));
  for (uint64_t i = 0; i < tensors; i++) TRY(read_tensor(&c));
  check_end(&c);
  ck_ckpt_add_root_part(job, CK_CKPT_ROOT_DICT);
  return CK_OK;
}

const ck_ckpt_reader ck_reader_gguf = {.name = "gguf", .probe = probe, .read = read_gguf};
