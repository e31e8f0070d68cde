/* read_safetensors.c - u64 length, a JSON header, the data (FORMATS.md A.6). The header is all that is read.
 *
 * What the reference reader refuses but leaves the names readable (holes, overlaps, a file cut within the data) is a
 * problem; what hides the names (a header that is cut, or no JSON) is CK_CORRUPT. */
#include <stdlib.h>
#include <string.h>

#include "ckpt/json.h"

enum {
  MAX_HEADER = 100000000, /* of the reference reader */
  MAX_RANK = 64
};

/* bits: 0 where whole bytes tell it all */
static const struct {
  const char *name;
  ck_dtype dtype;
  unsigned bits;
} dtypes[] = {
    {"F32", CK_DTYPE_FLOAT32, 32},
    {"F16", CK_DTYPE_FLOAT16, 16},
    {"BF16", CK_DTYPE_BFLOAT16, 16},
    {"F64", CK_DTYPE_FLOAT64, 64},
    {"I64", CK_DTYPE_INT64, 64},
    {"I32", CK_DTYPE_INT32, 32},
    {"I16", CK_DTYPE_INT16, 16},
    {"I8", CK_DTYPE_INT8, 8},
    {"U64", CK_DTYPE_UINT64, 64},
    {"U32", CK_DTYPE_UINT32, 32},
    {"U16", CK_DTYPE_UINT16, 16},
    {"U8", CK_DTYPE_UINT8, 8},
    {"BOOL", CK_DTYPE_BOOL, 8},
    {"F8_E5M2", CK_DTYPE_FLOAT8_E5M2, 8},
    {"F8_E4M3", CK_DTYPE_FLOAT8_E4M3FN, 8},
    {"F8_E5M2FNUZ", CK_DTYPE_FLOAT8_E5M2FNUZ, 8},
    {"F8_E4M3FNUZ", CK_DTYPE_FLOAT8_E4M3FNUZ, 8},
    {"F8_E8M0", CK_DTYPE_FLOAT8_E8M0FNU, 8},
    {"C64", CK_DTYPE_COMPLEX64, 64},
    {"F4", CK_DTYPE_UNKNOWN, 4},
    {"F6_E2M3", CK_DTYPE_UNKNOWN, 6},
    {"F6_E3M2", CK_DTYPE_UNKNOWN, 6},
};

typedef struct {
  uint64_t begin, end; /* relative to the data */
  const char *key;
} range;

typedef struct {
  ck_ckpt_job *job;
  uint64_t header, data; /* lengths of header and data */
  CK_VEC(range) ranges;
} reader;

static uint64_t length_of(const unsigned char *p) {
  uint64_t n = 0;
  for (int i = 0; i < 8; i++) n |= (uint64_t)p[i] << (8 * i);
  return n;
}

/* Also yes to a header that is too long for the file: that is a cut safetensors file, nothing else looks like this. */
static int probe(const ck_ckpt_head *head) {
  if (head->n < 9 || head->bytes[8] != '{') return 0;
  uint64_t n = length_of(head->bytes);
  if (n <= head->size - 8) return 70;
  return head->n >= 10 && (head->bytes[9] == '"' || head->bytes[9] == '}') ? 60 : 0;
}

static void bad(reader *r, const char *key, const char *what) {
  ck_ckpt_add_problem(r->job, CK_CKPT_BAD_TENSOR, CK_NO_OFFSET, key, "tensor \"%.200s\" %s", key, what);
}

static bool read_shape(reader *r, const json_t *shape, ck_ckpt_entry *e) {
  size_t n = json_array_size(shape);
  if (!json_is_array(shape) || n > MAX_RANK) return false;
  int64_t *p = n ? CK_NEW_N(&r->job->ckpt->arena, int64_t, n) : NULL;
  for (size_t i = 0; i < n; i++) {
    const json_t *x = json_array_get(shape, i);
    if (!json_is_integer(x) || json_integer_value(x) < 0) return false;
    p[i] = json_integer_value(x);
  }
  e->shape = p;
  e->rank = (uint32_t)n;
  return e->shape_known = true;
}

static unsigned read_dtype(reader *r, const json_t *dtype, ck_ckpt_entry *e) {
  const char *name = json_string_value(dtype);
  if (name == NULL) return bad(r, e->key, "has no dtype"), 0;
  for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
    if (strcmp(dtypes[i].name, name) != 0) continue;
    e->dtype = dtypes[i].dtype;
    if (e->dtype == CK_DTYPE_UNKNOWN) e->dtype_text = dtypes[i].name;
    return dtypes[i].bits;
  }
  e->dtype_text = ck_ckpt_copy(r->job, name, strlen(name) < 64 ? strlen(name) : 64);
  return 0;
}

static void read_range(reader *r, const json_t *offsets, unsigned bits, const ck_ckpt_entry *e) {
  const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
  uint64_t elements, wanted;
  if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end) ||
      json_integer_value(begin) < 0 || json_integer_value(end) < json_integer_value(begin)) {
    bad(r, e->key, "has no valid data_offsets");
    return;
  }
  range x = {(uint64_t)json_integer_value(begin), (uint64_t)json_integer_value(end), e->key};
  ck_vec_push(&r->ranges, x);
  if (!e->shape_known || bits == 0) return;
  if (!ck_ckpt_elements(e->shape, e->rank, &elements) || __builtin_mul_overflow(elements, bits, &wanted)) {
    bad(r, e->key, "has more elements than fit in 63 bits");
  } else if (wanted % 8 != 0 || wanted / 8 != x.end - x.begin) {
    ck_ckpt_add_problem(r->job, x.end - x.begin < wanted / 8 ? CK_CKPT_SHORT_STORAGE : CK_CKPT_LONG_STORAGE,
                        8 + r->header + x.begin, e->key,
                        "tensor \"%.200s\" has %llu bytes, its shape and dtype need %llu", e->key,
                        (unsigned long long)(x.end - x.begin), (unsigned long long)(wanted / 8));
  }
}

static ck_status read_entry(reader *r, const char *key, const json_t *value) {
  ck_ckpt_entry e = {.key = ck_ckpt_copy(r->job, key, strlen(key)), .is_persistent = true};
  if (!json_is_object(value)) {
    bad(r, e.key, "is no object in the header");
    return CK_OK;
  }
  unsigned bits = read_dtype(r, json_object_get(value, "dtype"), &e);
  if (!read_shape(r, json_object_get(value, "shape"), &e)) bad(r, e.key, "has no valid shape");
  read_range(r, json_object_get(value, "data_offsets"), bits, &e);
  return ck_ckpt_add_entry(r->job, &e);
}

static void read_metadata(reader *r, const json_t *metadata) {
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)metadata, name, value) {
    if (!json_is_string(value)) continue;
    ck_ckpt_add_meta(r->job, ck_arena_printf(&r->job->scratch, "metadata.%s", name), json_string_value(value));
  }
}

static int by_begin(const void *a, const void *b) {
  const range *x = a, *y = b;
  if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
  return (x->end > y->end) - (x->end < y->end);
}

/* Sorted by offset the tensors must follow each other without a gap, from 0 to the end of the file. */
static void check_ranges(reader *r) {
  uint64_t at = 0, base = 8 + r->header;
  if (r->ranges.n) qsort(r->ranges.at, r->ranges.n, sizeof *r->ranges.at, by_begin);
  for (size_t i = 0; i < r->ranges.n; i++) {
    const range *x = &r->ranges.at[i];
    if (x->begin > at)
      ck_ckpt_add_problem(r->job, CK_CKPT_HOLE, base + at, x->key, "%llu bytes before tensor \"%.200s\" belong to none",
                          (unsigned long long)(x->begin - at), x->key);
    else if (x->begin < at && x->end > x->begin)
      ck_ckpt_add_problem(r->job, CK_CKPT_OVERLAP, base + x->begin, x->key,
                          "tensor \"%.200s\" shares bytes with the one before it", x->key);
    if (x->end > at) at = x->end;
  }
  if (at > r->data)
    ck_ckpt_add_problem(r->job, CK_CKPT_TRUNCATED, r->job->source->size, NULL,
                        "the file ends %llu bytes before its last tensor does", (unsigned long long)(at - r->data));
  else if (at < r->data)
    ck_ckpt_add_problem(r->job, CK_CKPT_TRAILING, base + at, NULL, "%llu bytes follow the last tensor",
                        (unsigned long long)(r->data - at));
}

static ck_status read_header(reader *r, json_t *header) {
  const char *key;
  json_t *value;
  if (!json_is_object(header)) return ck_fail_at(r->job->err, CK_CORRUPT, 8, "the safetensors header is no object");
  json_object_foreach(header, key, value) {
    if (strcmp(key, "__metadata__") == 0) {
      read_metadata(r, value);
      continue;
    }
    ck_status status = read_entry(r, key, value);
    if (status != CK_OK) return status;
  }
  check_ranges(r);
  return CK_OK;
}

static ck_status read_safetensors(ck_ckpt_job *job) {
  reader r = {.job = job};
  unsigned char length[8];
  json_t *header;
  ck_status status = ck_ckpt_source_read(job->source, 0, length, sizeof length, job->err);
  if (status != CK_OK) return status;
  r.header = length_of(length);
  if (r.header > job->source->size - 8)
    return ck_fail_at(job->err, CK_CORRUPT, job->source->size,
                      "a truncated safetensors file: its header has %llu bytes, the file %llu",
                      (unsigned long long)r.header, (unsigned long long)job->source->size);
  if (r.header > MAX_HEADER || r.header > job->limits->max_text)
    return ck_fail_at(job->err, CK_LIMIT, 0,
                      "the safetensors header has %llu bytes, more than are read (limit max_text)",
                      (unsigned long long)r.header);
  r.data = job->source->size - 8 - r.header;
  if ((status = ck_ckpt_charge(job, r.header)) != CK_OK) return status;
  char *text = ck_arena_alloc(&job->scratch, (size_t)r.header + 1);
  if ((status = ck_ckpt_source_read(job->source, 8, text, (size_t)r.header, job->err)) != CK_OK) return status;
  if ((status = ck_json_parse(job, text, (size_t)r.header, 8, "the safetensors header", &header)) != CK_OK)
    return status;
  job->ckpt->format = CK_CKPT_FORMAT_SAFETENSORS;
  status = read_header(&r, header);
  json_decref(header);
  free(r.ranges.at);
  if (status == CK_OK) ck_ckpt_add_root_part(job, CK_CKPT_ROOT_DICT);
  return status;
}

const ck_ckpt_reader ck_reader_safetensors = {.name = "safetensors", .probe = probe, .read = read_safetensors};
