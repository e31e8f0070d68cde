/* read_safetensors.c - u64 length, a JSON header, the data (FORMATS.md A.6). The header is all that is read.
 *
 * What the reference reader refuses but leaves the names readable (holes, overlaps, a file cut within the data) is a
 * problem; what hides the names (a header that is cut, or no JSON) is CK_CORRUPT. */
#include <stdlib.h>
#include <string.h>

#include "ckpt/json_scan.h"

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

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
  ck_ckpt_json_scan scan;
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

static void duplicate(reader *r, const char *key, const char *name) {
  ck_ckpt_add_problem(r->job, CK_CKPT_DUPLICATE_KEY, r->scan.base + (uint64_t)(r->scan.p - r->scan.start), key,
                      "the safetensors header names \"%.200s\" twice", name);
}

/* An array of integers that are not negative: at most `room`, in *n their number. *valid is false for anything else. */
static ck_status read_numbers(reader *r, int64_t *out, size_t room, size_t *n, bool *valid) {
  ck_ckpt_json_scan *s = &r->scan;
  bool first = true, more, is_int;
  *n = 0;
  *valid = ck_json_peek(s) == '[';
  if (!*valid) return ck_ckpt_json_skip(s);
  TRY(ck_ckpt_json_open(s, '['));
  for (;;) {
    int64_t v = -1;
    TRY(ck_ckpt_json_next(s, ']', &first, &more));
    if (!more) return CK_OK;
    char c = ck_json_peek(s);
    if (c == '-' || (c >= '0' && c <= '9')) TRY(ck_ckpt_json_integer(s, &v, &is_int));
    else TRY(ck_ckpt_json_skip(s));
    if (v < 0 || !is_int || *n == room) *valid = false;
    else out[(*n)++] = v;
  }
}

/* Bits of one element, 0 if not known. */
static unsigned set_dtype(reader *r, const char *name, ck_ckpt_entry *e) {
  for (size_t i = 0; i < sizeof dtypes / sizeof *dtypes; i++) {
    if (strcmp(dtypes[i].name, name) != 0) continue;
    e->dtype = dtypes[i].dtype;
    if (e->dtype == CK_DTYPE_UNKNOWN) e->dtype_text = dtypes[i].name;
    return dtypes[i].bits;
  }
  e->dtype_text = ck_ckpt_copy(r->job, name, strlen(name) < 64 ? strlen(name) : 64);
  return 0;
}

static void check_size(reader *r, const range *x, unsigned bits, const ck_ckpt_entry *e) {
  uint64_t elements, wanted, there = x->end - x->begin;
  if (!e->shape_known || bits == 0) return;
  if (!ck_ckpt_elements(e->shape, e->rank, &elements) || __builtin_mul_overflow(elements, bits, &wanted))
    bad(r, e->key, "has more elements than fit in 63 bits");
  else if (wanted % 8 != 0 || wanted / 8 != there)
    ck_ckpt_add_problem(r->job, there < wanted / 8 ? CK_CKPT_SHORT_STORAGE : CK_CKPT_LONG_STORAGE,
                        8 + r->header + x->begin, e->key,
                        "tensor \"%.200s\" has %llu bytes, its shape and dtype need %llu", e->key,
                        (unsigned long long)there, (unsigned long long)(wanted / 8));
}

/* {"dtype": "F32", "shape": [..], "data_offsets": [begin, end]}, in any order. */
static ck_status read_fields(reader *r, ck_ckpt_entry *e) {
  ck_ckpt_json_scan *s = &r->scan;
  int64_t shape[MAX_RANK], offsets[2];
  size_t rank = 0, offset_count = 0;
  bool first = true, more, shape_valid = false, offsets_valid = false, has_dtype = false;
  unsigned bits = 0, seen = 0;
  TRY(ck_ckpt_json_open(s, '{'));
  for (;;) {
    TRY(ck_ckpt_json_next(s, '}', &first, &more));
    if (!more) break;
    TRY(ck_ckpt_json_key(s));
    static const char *const fields[] = {"dtype", "shape", "data_offsets"};
    size_t field = 0;
    while (field < 3 && strcmp(s->text.s, fields[field]) != 0) field++;
    if (field < 3 && (seen & 1u << field)) duplicate(r, e->key, s->text.s);
    seen |= 1u << field;
    if (field == 0 && ck_json_peek(s) == '"') {
      TRY(ck_ckpt_json_string(s));
      bits = set_dtype(r, s->text.s, e);
      has_dtype = true;
    } else if (field == 1) TRY(read_numbers(r, shape, MAX_RANK, &rank, &shape_valid));
    else if (field == 2) TRY(read_numbers(r, offsets, 2, &offset_count, &offsets_valid));
    else TRY(ck_ckpt_json_skip(s));
  }
  if (!has_dtype) bad(r, e->key, "has no dtype");
  if (!shape_valid) bad(r, e->key, "has no valid shape");
  else if (rank) {
    e->shape = memcpy(CK_NEW_N(&r->job->ckpt->arena, int64_t, rank), shape, rank * sizeof *shape);
    e->rank = (uint32_t)rank;
  }
  e->shape_known = shape_valid;
  if (!offsets_valid || offset_count != 2 || offsets[1] < offsets[0]) {
    bad(r, e->key, "has no valid data_offsets");
    return CK_OK;
  }
  range x = {(uint64_t)offsets[0], (uint64_t)offsets[1], e->key};
  ck_vec_push(&r->ranges, x);
  check_size(r, &x, bits, e);
  return CK_OK;
}

static ck_status read_entry(reader *r) {
  ck_ckpt_entry e = {.key = ck_ckpt_copy(r->job, r->scan.text.s, r->scan.text.n), .is_persistent = true};
  if (ck_json_peek(&r->scan) == '{') TRY(read_fields(r, &e));
  else {
    bad(r, e.key, "is no object in the header");
    return ck_ckpt_json_skip(&r->scan);
  }
  return ck_ckpt_add_entry(r->job, &e);
}

static ck_status read_metadata(reader *r) {
  ck_ckpt_json_scan *s = &r->scan;
  bool first = true, more;
  if (ck_json_peek(s) != '{') return ck_ckpt_json_skip(s);
  TRY(ck_ckpt_json_open(s, '{'));
  for (;;) {
    TRY(ck_ckpt_json_next(s, '}', &first, &more));
    if (!more) return CK_OK;
    TRY(ck_ckpt_json_key(s));
    const char *name = ck_arena_printf(&r->job->scratch, "metadata.%s", s->text.s);
    if (ck_json_peek(s) != '"') TRY(ck_ckpt_json_skip(s));
    else {
      TRY(ck_ckpt_json_string(s));
      ck_ckpt_add_meta(r->job, name, s->text.s);
    }
    TRY(ck_ckpt_charge(r->job, 0));
  }
}

/* The format forbids a name twice; most JSON readers keep the last, and so do we. */
static void drop_duplicates(reader *r) {
  ck_ckpt *c = r->job->ckpt;
  size_t kept = 0;
  for (size_t i = 0; i < c->entries.n; i++) {
    bool is_new;
    ck_map_entry *e = ck_map_put(&c->by_key, c->entries.at[i].key, &is_new);
    if (!is_new) {
      duplicate(r, c->entries.at[i].key, c->entries.at[i].key);
      c->entries.at[e->n].key = NULL;
    }
    e->n = i;
  }
  if (c->by_key.count == c->entries.n) return;
  for (size_t i = 0; i < c->entries.n; i++)
    if (c->entries.at[i].key) c->entries.at[kept++] = c->entries.at[i];
  c->entries.n = kept;
  ck_map_release(&c->by_key); /* built anew at the end */
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

static ck_status read_header(reader *r) {
  ck_ckpt_json_scan *s = &r->scan;
  bool first = true, more;
  TRY(ck_ckpt_json_open(s, '{'));
  for (;;) {
    TRY(ck_ckpt_json_next(s, '}', &first, &more));
    if (!more) break;
    TRY(ck_ckpt_json_key(s));
    if (strcmp(s->text.s, "__metadata__") == 0) TRY(read_metadata(r));
    else TRY(read_entry(r));
  }
  TRY(ck_ckpt_json_end(s));
  drop_duplicates(r);
  check_ranges(r);
  return CK_OK;
}

static ck_status read_safetensors(ck_ckpt_job *job) {
  reader r = {.job = job};
  unsigned char length[8];
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
  job->ckpt->format = CK_CKPT_FORMAT_SAFETENSORS;
  ck_ckpt_json_scan_init(&r.scan, job, "the safetensors header", text, (size_t)r.header, 8);
  status = read_header(&r);
  ck_ckpt_json_scan_release(&r.scan);
  free(r.ranges.at);
  if (status == CK_OK) ck_ckpt_add_root_part(job, CK_CKPT_ROOT_DICT);
  return status;
}

const ck_ckpt_reader ck_reader_safetensors = {.name = "safetensors", .probe = probe, .read = read_safetensors};
