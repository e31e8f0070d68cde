/* read_tar.c - the oldest torch.save: a tar archive of sys_info, pickle, tensors, storages (FORMATS.md A.4).
 *
 * `tensors` holds a count, then per tensor a pickle (key, storage, type), its rank, sizes, strides and offset;
 * `storages` a count, then per storage a pickle (key, location, type), an element count and the data, which is skipped.
 * `pickle` is the object, whose persistent ids are the keys of tensors. */
#include <stdlib.h>
#include <string.h>

#include "ckpt/pickle.h"

enum {
  BLOCK = 512,
  NAME_SIZE = 100,
  MAX_MEMBERS = 100, /* four, and what a tar program may add */
  MAX_RECORD = 4096, /* bytes of one (key, location, type) pickle; about 100 in use */
  MAX_RANK = 64
};

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

typedef struct {
  uint64_t at, size;
} member;

typedef struct {
  ck_ckpt_job *job;
  member tensors, storages, pickle;
  ck_map locations;    /* storage key -> location */
  ck_map tensor_of_id; /* tensor key -> ck_ckpt_entry */
} reader;

static const char *const names[] = {"sys_info", "pickle", "tensors", "storages"};

/* The name in a tar header, NUL-terminated, without "./". */
static const char *name_of(const unsigned char *header, char room[NAME_SIZE + 1]) {
  memcpy(room, header, NAME_SIZE);
  room[NAME_SIZE] = 0;
  return ck_starts_with(room, "./") ? room + 2 : room;
}

static int probe(const ck_ckpt_head *head) {
  char room[NAME_SIZE + 1];
  if (head->n < BLOCK || memcmp(head->bytes + 257, "ustar", 5) != 0) return 0;
  const char *name = name_of(head->bytes, room);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(name, names[i]) == 0) return 90;
  return 0;
}

/* --- The tar frame ----------------------------------------------------------------------------------------------- */

static bool octal(const unsigned char *p, size_t n, uint64_t *v) {
  *v = 0;
  if (p[0] & 0x80) { /* GNU: binary, big-endian */
    for (size_t i = n - 8; i < n; i++) *v = *v << 8 | p[i];
    return true;
  }
  size_t i = 0;
  while (i < n && p[i] == ' ') i++;
  for (; i < n && p[i] >= '0' && p[i] <= '7'; i++) *v = *v * 8 + (uint64_t)(p[i] - '0');
  return i == n || p[i] == 0 || p[i] == ' ';
}

static ck_status find_members(reader *r) {
  unsigned char header[BLOCK];
  uint64_t at = 0, total = r->job->source->size;
  for (int i = 0; i < MAX_MEMBERS && at + BLOCK <= total; i++) {
    member m = {.at = at + BLOCK};
    TRY(ck_ckpt_source_read(r->job->source, at, header, sizeof header, r->job->err));
    if (header[0] == 0) break;
    if (!octal(header + 124, 12, &m.size) || m.size > total - m.at)
      return ck_fail_at(r->job->err, CK_CORRUPT, at, "a truncated tar archive of torch.save");
    char room[NAME_SIZE + 1];
    const char *name = name_of(header, room);
    if (strcmp(name, "pickle") == 0) r->pickle = m;
    else if (strcmp(name, "tensors") == 0) r->tensors = m;
    else if (strcmp(name, "storages") == 0) r->storages = m;
    at = m.at + (m.size + BLOCK - 1) / BLOCK * BLOCK;
  }
  if (r->pickle.at && r->tensors.at && r->storages.at) return CK_OK;
  return ck_fail_at(r->job->err, CK_CORRUPT, at, "a truncated tar archive of torch.save: a member is missing");
}

/* --- Records ----------------------------------------------------------------------------------------------------- */

/* Runs one small pickle at *at within the member; *at moves behind it. */
static ck_status small_pickle(reader *r, const member *m, uint64_t *at, const char *where, ck_pickle *out) {
  uint64_t left = m->at + m->size - *at;
  size_t n = left < MAX_RECORD ? (size_t)left : MAX_RECORD, used = 0;
  TRY(ck_ckpt_charge(r->job, n));
  unsigned char *bytes = ck_arena_alloc(&r->job->scratch, n ? n : 1);
  TRY(ck_ckpt_source_read(r->job->source, *at, bytes, n, r->job->err));
  TRY(ck_pickle_run(r->job, where, bytes, n, &used, out));
  *at += used;
  return CK_OK;
}

static ck_status take(reader *r, const member *m, uint64_t *at, void *out, size_t n) {
  if (n > m->at + m->size - *at)
    return ck_fail_at(r->job->err, CK_CORRUPT, *at, "a member of the tar archive ends within a record");
  TRY(ck_ckpt_source_read(r->job->source, *at, out, n, r->job->err));
  *at += n;
  return CK_OK;
}

static int64_t little(const unsigned char *p, size_t n) {
  uint64_t v = 0;
  for (size_t i = 0; i < n; i++) v |= (uint64_t)p[i] << (8 * i);
  return (int64_t)v;
}

static const char *id_text(reader *r, const ck_pv *v) {
  if (v->type == PV_STR) return ck_ckpt_copy_key(r->job, v->s, v->n);
  if (v->type == PV_INT) return ck_arena_printf(&r->job->ckpt->arena, "%lld", (long long)v->i);
  return NULL;
}

/* The three-element tuple that starts a record: two ids or texts, and the class of a tensor or storage. */
static ck_status record(reader *r, const member *m, uint64_t *at, const char *where, const ck_pv **items,
                        ck_dtype *dtype) {
  ck_pickle p;
  TRY(ck_ckpt_count(r->job));
  TRY(small_pickle(r, m, at, where, &p));
  if (p.root->type != PV_TUPLE || p.root->n < 3) {
    ck_fail_at(r->job->err, CK_CORRUPT, *at, "member %s of the tar archive has a record that is no triple", where);
    return CK_CORRUPT;
  }
  const ck_pv *class = p.root->items[2];
  bool known = class->type == PV_GLOBAL && class->row && class->row->role == PG_STORAGE;
  *dtype = known ? class->row->dtype : CK_DTYPE_UNKNOWN;
  *items = p.root;
  return CK_OK;
}

static ck_status count_of(reader *r, const member *m, uint64_t *at, const char *where, int64_t *count) {
  ck_pickle p;
  *at = m->at;
  TRY(small_pickle(r, m, at, where, &p));
  if (p.root->type != PV_INT || p.root->i < 0)
    return ck_fail_at(r->job->err, CK_CORRUPT, m->at, "member %s of the tar archive has no count", where);
  *count = p.root->i;
  return CK_OK;
}

static ck_status read_storages(reader *r) {
  uint64_t at = 0, bytes;
  int64_t count = 0;
  TRY(count_of(r, &r->storages, &at, "storages", &count));
  for (int64_t i = 0; i < count; i++) {
    const ck_pv *triple = NULL;
    ck_dtype dtype = CK_DTYPE_UNKNOWN;
    unsigned char n[8] = {0};
    TRY(record(r, &r->storages, &at, "storages", &triple, &dtype));
    const char *key = id_text(r, triple->items[0]), *location = id_text(r, triple->items[1]);
    if (key) ck_map_put(&r->locations, key, NULL)->p = (void *)(uintptr_t)location;
    TRY(take(r, &r->storages, &at, n, sizeof n));
    if (__builtin_mul_overflow((uint64_t)little(n, 8), ck_dtype_size(dtype), &bytes) ||
        bytes > r->storages.at + r->storages.size - at || dtype == CK_DTYPE_UNKNOWN) {
      ck_ckpt_add_problem(r->job, CK_CKPT_TRUNCATED, at, NULL,
                          "the data of storage %lld end beyond the member storages", (long long)i);
      return CK_OK;
    }
    at += bytes;
  }
  return CK_OK;
}

static ck_status read_numbers(reader *r, uint64_t *at, uint32_t n, const int64_t **out) {
  unsigned char b[8 * MAX_RANK] = {0};
  TRY(take(r, &r->tensors, at, b, 8 * (size_t)n));
  int64_t *v = n ? CK_NEW_N(&r->job->ckpt->arena, int64_t, n) : NULL;
  for (uint32_t i = 0; i < n; i++) v[i] = little(b + 8 * i, 8);
  *out = v;
  return CK_OK;
}

static ck_status read_tensor(reader *r, uint64_t *at) {
  const ck_pv *triple = NULL;
  unsigned char b[8] = {0};
  ck_ckpt_entry *e = CK_NEW(&r->job->scratch, ck_ckpt_entry);
  TRY(record(r, &r->tensors, at, "tensors", &triple, &e->dtype));
  TRY(take(r, &r->tensors, at, b, 8)); /* int32 rank, 4 bytes of padding */
  int64_t rank = little(b, 4);
  if (rank > MAX_RANK)
    return ck_fail_at(r->job->err, CK_CORRUPT, *at, "a tensor of the tar archive has %lld dimensions", (long long)rank);
  e->rank = (uint32_t)rank;
  TRY(read_numbers(r, at, e->rank, &e->shape));
  TRY(read_numbers(r, at, e->rank, &e->stride));
  TRY(take(r, &r->tensors, at, b, 8));
  e->storage_offset = little(b, 8);
  e->shape_known = e->is_persistent = true;
  e->storage = id_text(r, triple->items[1]);
  e->location = e->storage ? ck_map_get(&r->locations, e->storage) : NULL;
  const char *id = id_text(r, triple->items[0]);
  if (id) ck_map_put(&r->tensor_of_id, id, NULL)->p = e;
  return CK_OK;
}

static ck_status read_tensors(reader *r) {
  uint64_t at = 0;
  int64_t count = 0;
  TRY(count_of(r, &r->tensors, &at, "tensors", &count));
  for (int64_t i = 0; i < count; i++) TRY(read_tensor(r, &at));
  return CK_OK;
}

static bool tensor_of_id(ck_ckpt_job *job, const char *id, ck_ckpt_entry *entry) {
  const reader *r = job->reader_data;
  const ck_ckpt_entry *found = ck_map_get(&r->tensor_of_id, id);
  if (found && entry) {
    ck_ckpt_entry filled = *found;
    filled.key = entry->key;
    filled.kind = entry->kind;
    *entry = filled;
  }
  return found != NULL;
}

static ck_status read_members(reader *r) {
  ck_ckpt_job *job = r->job;
  ck_pickle p;
  unsigned char *bytes;
  size_t at = 0;
  TRY(find_members(r));
  TRY(read_storages(r));
  TRY(read_tensors(r));
  if (r->pickle.size > job->limits->max_pickle)
    return ck_fail(job->err, CK_LIMIT, "its pickle is longer than %llu bytes (limit max_pickle)",
                   (unsigned long long)job->limits->max_pickle);
  TRY(ck_ckpt_charge(job, r->pickle.size));
  bytes = ck_arena_alloc(&job->scratch, (size_t)r->pickle.size + 1);
  TRY(ck_ckpt_source_read(job->source, r->pickle.at, bytes, (size_t)r->pickle.size, job->err));
  TRY(ck_pickle_run(job, "pickle", bytes, (size_t)r->pickle.size, &at, &p));
  job->ckpt->format = CK_CKPT_FORMAT_TORCH_TAR;
  job->persistent_tensor = tensor_of_id;
  job->reader_data = r;
  return ck_pv_walk_root(job, p.root);
}

static ck_status read_tar(ck_ckpt_job *job) {
  reader r = {.job = job};
  ck_map_init(&r.locations);
  ck_map_init(&r.tensor_of_id);
  ck_status status = read_members(&r);
  ck_map_release(&r.locations);
  ck_map_release(&r.tensor_of_id);
  job->persistent_tensor = NULL;
  return status;
}

const ck_ckpt_reader ck_reader_tar = {.name = "torch-tar", .probe = probe, .read = read_tar};
