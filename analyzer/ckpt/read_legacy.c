/* read_legacy.c - pickles without a zip around them: torch.save before 1.6, and plain pickles (FORMATS.md A.4).
 *
 * Five pickles stand at the start: magic number, protocol, system, the object, the list of storage keys; then, per key,
 * an int64 element count and the data. The keys come from the fourth, but all five are run: torch.load would run what
 * any of them names. How long a pickle is, only its end tells, so a prefix of the file is read and doubled until all
 * five fit. */
#include <string.h>

#include "ckpt/pickle.h"

enum {
  FIRST_PREFIX = 256 * 1024, /* the pickles of a hundred-key model take some 10 kB */
  PICKLES = 5,
  OBJECT = 3,
  KEYS = 4
};

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

/* LONG1 of 10 bytes: 0x1950a86a20f9469cfc6c, behind PROTO and, from protocol 4 on, FRAME. */
static const unsigned char magic[] = {0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

static bool is_pickle(const ck_ckpt_head *head) {
  return head->n >= 2 && head->bytes[0] == 0x80 && head->bytes[1] <= 5;
}

static bool has_magic(const ck_ckpt_head *head) {
  size_t at = head->n > 11 && head->bytes[2] == 0x95 ? 11 : 2;
  return is_pickle(head) && head->n >= at + sizeof magic && memcmp(head->bytes + at, magic, sizeof magic) == 0;
}

static int probe_legacy(const ck_ckpt_head *head) { return has_magic(head) ? 95 : 0; }
static int probe_pickle(const ck_ckpt_head *head) { return is_pickle(head) ? 40 : 0; }

/* --- Running a sequence of pickles ------------------------------------------------------------------------------- */

typedef struct {
  ck_pickle pickles[PICKLES];
  size_t end; /* offset behind the last one */
} sequence;

static ck_status run_prefix(ck_ckpt_job *job, size_t prefix, int count, sequence *s, bool *truncated) {
  unsigned char *bytes;
  size_t at = 0;
  *truncated = false;
  TRY(ck_ckpt_charge(job, prefix));
  bytes = ck_arena_alloc(&job->scratch, prefix);
  TRY(ck_ckpt_source_read(job->source, 0, bytes, prefix, job->err));
  for (int i = 0; i < count; i++) {
    char where[16] = "pickle 1";
    where[7] = (char)('1' + i);
    ck_status status = ck_pickle_run(job, count == 1 ? "the pickle" : where, bytes, prefix, &at, &s->pickles[i]);
    *truncated = s->pickles[i].truncated;
    if (status != CK_OK) return status;
  }
  s->end = at;
  return CK_OK;
}

static ck_status run_sequence(ck_ckpt_job *job, int count, sequence *s) {
  uint64_t size = job->source->size, prefix = size < FIRST_PREFIX ? size : FIRST_PREFIX;
  for (;;) {
    bool truncated;
    uint64_t values = job->values;
    ck_status status = run_prefix(job, (size_t)prefix, count, s, &truncated);
    if (status == CK_OK || !truncated || prefix == size) return status;
    if (prefix >= job->limits->max_pickle)
      return ck_fail(job->err, CK_LIMIT, "its pickles are longer than %llu bytes (limit max_pickle)",
                     (unsigned long long)job->limits->max_pickle);
    prefix = size / 4 < prefix ? size : prefix * 4;
    if (prefix > job->limits->max_pickle) prefix = job->limits->max_pickle;
    job->values = values;
    ck_arena_release(&job->scratch);
    ck_arena_init(&job->scratch);
  }
}

/* --- Legacy files ------------------------------------------------------------------------------------------------ */

/* What the pickle says about a storage; the data part is compared with it afterwards. */
typedef struct {
  uint64_t bytes, item;
  const char *key; /* a tensor in it */
} storage;

static void note_storage(ck_ckpt_job *job, const char *name, uint64_t bytes, uint64_t item, const char *key) {
  ck_map_entry *e = ck_map_put(&job->storages, name, NULL);
  if (e->p) return;
  storage *s = CK_NEW(&job->scratch, storage);
  *s = (storage){bytes, item, key};
  e->p = s;
}

static void ends_early(ck_ckpt_job *job, const char *key) {
  ck_ckpt_add_problem(job, CK_CKPT_TRUNCATED, job->source->size, key, "the file ends before the data of storage %.100s",
                      key);
}

/* Goes through the data from count to count, in the order of the key list, without reading them. */
static ck_status check_data(ck_ckpt_job *job, const ck_pv *keys, uint64_t at) {
  for (size_t i = 0; i < keys->n; i++) {
    unsigned char b[8];
    uint64_t count = 0, bytes;
    if (keys->items[i]->type != PV_STR) return CK_OK;
    const char *name = ck_arena_strndup(&job->scratch, keys->items[i]->s, keys->items[i]->n);
    const storage *s = ck_map_get(&job->storages, name);
    if (s == NULL) return CK_OK; /* held by no tensor: its element size is not known, so what follows is not found */
    if (job->source->size < at || job->source->size - at < sizeof b) return ends_early(job, name), CK_OK;
    TRY(ck_ckpt_source_read(job->source, at, b, sizeof b, job->err));
    for (int k = 0; k < 8; k++) count |= (uint64_t)b[k] << (8 * k);
    at += sizeof b;
    if (__builtin_mul_overflow(count, s->item, &bytes) || bytes != s->bytes)
      ck_ckpt_add_problem(job, CK_CKPT_SHORT_STORAGE, at - sizeof b, s->key,
                          "storage %.100s has %llu elements, %llu bytes are declared", name, (unsigned long long)count,
                          (unsigned long long)s->bytes);
    if (s->bytes > job->source->size - at) return ends_early(job, name), CK_OK;
    at += s->bytes;
  }
  return CK_OK;
}

static void note_system(ck_ckpt_job *job, const ck_pv *system) {
  const ck_pv *little = ck_pv_get(system, "little_endian");
  if (little && little->type == PV_BOOL) ck_ckpt_add_meta(job, "byteorder", little->i ? "little" : "big");
}

static ck_status read_legacy(ck_ckpt_job *job) {
  sequence s;
  TRY(run_sequence(job, PICKLES, &s));
  job->ckpt->format = CK_CKPT_FORMAT_TORCH_LEGACY;
  job->check_storage = note_storage;
  if (s.pickles[1].root->type == PV_INT) ck_ckpt_add_meta_int(job, "format_version", s.pickles[1].root->i);
  note_system(job, s.pickles[2].root);
  ck_ckpt_add_meta_int(job, "pickle.protocol", s.pickles[OBJECT].protocol);
  TRY(ck_pv_walk_root(job, s.pickles[OBJECT].root));
  return s.pickles[KEYS].root->type == PV_LIST ? check_data(job, s.pickles[KEYS].root, s.end) : CK_OK;
}

/* --- Plain pickles ----------------------------------------------------------------------------------------------- */

/* No key in one can be loaded by torch; it is run for the globals that it names. */
static bool is_object_of(const ck_pv *v, const char *cls) {
  const ck_pv *c = v->type == PV_OBJECT && v->n > 0 ? v->items[0] : NULL;
  return c != NULL && c->type == PV_GLOBAL && c->n == strlen(cls) && memcmp(c->s, cls, c->n) == 0;
}

static ck_status read_pickle(ck_ckpt_job *job) {
  sequence s;
  ck_status status = run_sequence(job, 1, &s);
  job->ckpt->format = CK_CKPT_FORMAT_PICKLE;
  if (status != CK_OK) return status;
  ck_ckpt_add_meta_int(job, "pickle.protocol", s.pickles[0].protocol);
  if (is_object_of(s.pickles[0].root, "torch.distributed.checkpoint.metadata.Metadata")) {
    job->ckpt->format = CK_CKPT_FORMAT_DISTRIBUTED; /* the file .metadata of its folder */
    return CK_OK;
  }
  return ck_pv_walk_root(job, s.pickles[0].root);
}

const ck_ckpt_reader ck_reader_legacy = {.name = "torch-legacy", .probe = probe_legacy, .read = read_legacy};
const ck_ckpt_reader ck_reader_pickle = {.name = "pickle", .probe = probe_pickle, .read = read_pickle};
