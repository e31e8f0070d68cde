/* zip.c - the members of a zip archive: a directory pass of our own, and libzip for what is deflated.
 *
 * libzip is forgiving where PyTorch's reader (miniz) is not, takes the last of two members of one name where PyTorch
 * takes the first, and does not tell where a member lies. So the central directory is read here, strictly and within
 * the limits: this pass decides what is a valid archive, and finds duplicate and overlapping members. A stored member,
 * the usual kind, is read from its place. libzip opens only what has passed, and only when something must be inflated:
 * it takes 2 microseconds for each member of an archive (mktime), and a checkpoint has one for each tensor.
 *
 * Offsets follow APPNOTE.TXT 4.3 (local header, central header, zip64 extra, zip64 end, end of central directory). */
#include "ckpt/zip.h"

#include <stdlib.h>
#include <string.h>
#include <zip.h>

enum {
  END_SIZE = 22,
  LOCATOR_SIZE = 20,
  END64_SIZE = 56,
  CENTRAL_SIZE = 46,
  LOCAL_SIZE = 30,
  MAX_COMMENT = 65535,
};

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

static uint16_t u16(const unsigned char *p) { return (uint16_t)(p[0] | p[1] << 8); }
static uint32_t u32(const unsigned char *p) { return u16(p) | (uint32_t)u16(p + 2) << 16; }
static uint64_t u64(const unsigned char *p) { return u32(p) | (uint64_t)u32(p + 4) << 32; }

/* --- The central directory --------------------------------------------------------------------------------------- */

typedef struct {
  uint64_t count, size, at, end; /* members; bytes and offset of the directory; offset of what follows it */
} directory;

static ck_status find_end(ck_ckpt_job *job, directory *d) {
  uint64_t size = job->source->size, n = size < END_SIZE + MAX_COMMENT ? size : END_SIZE + MAX_COMMENT, i;
  unsigned char *tail = ck_arena_alloc(&job->scratch, (size_t)n);
  TRY(ck_ckpt_source_read(job->source, size - n, tail, (size_t)n, job->err));
  if (n < END_SIZE) return ck_fail_at(job->err, CK_CORRUPT, size, "a truncated zip archive of %zu bytes", (size_t)size);
  for (i = n - END_SIZE; memcmp(tail + i, "PK\5\6", 4) != 0; i--)
    if (i == 0)
      return ck_fail_at(job->err, CK_CORRUPT, size,
                        "a truncated zip archive: its central directory, which comes last, is not there");
  const unsigned char *end = tail + i;
  *d = (directory){u16(end + 10), u32(end + 12), u32(end + 16), size - n + i};
  if (i < LOCATOR_SIZE || memcmp(end - LOCATOR_SIZE, "PK\6\7", 4) != 0) return CK_OK;
  unsigned char end64[END64_SIZE];
  uint64_t end64_at = u64(end - LOCATOR_SIZE + 8);
  if (end64_at > d->end - LOCATOR_SIZE)
    return ck_fail_at(job->err, CK_CORRUPT, d->end - LOCATOR_SIZE,
                      "a damaged zip archive: its zip64 end record is not there");
  TRY(ck_ckpt_source_read(job->source, end64_at, end64, sizeof end64, job->err));
  if (memcmp(end64, "PK\6\6", 4) != 0)
    return ck_fail_at(job->err, CK_CORRUPT, end64_at, "a damaged zip archive: its zip64 end record is not there");
  *d = (directory){u64(end64 + 32), u64(end64 + 40), u64(end64 + 48), end64_at};
  return CK_OK;
}

/* Extra field 0x0001: the values that did not fit, in this order, each only if its own field is all ones. */
static void apply_zip64(const unsigned char *extra, size_t n, bool size, bool packed, bool at, ck_zip_member *m) {
  for (size_t i = 0; i + 4 <= n;) {
    size_t length = u16(extra + i + 2);
    if (i + 4 + length > n) return;
    const unsigned char *p = extra + i + 4, *end = p + length;
    i += 4 + length;
    if (u16(p - 4) != 1) continue;
    if (size && end - p >= 8) m->size = u64(p), p += 8;
    if (packed && end - p >= 8) m->packed = u64(p), p += 8;
    if (at && end - p >= 8) m->header_at = u64(p);
    return;
  }
}

static ck_status read_member(ck_ckpt_job *job, const directory *d, const unsigned char *cd, size_t *at,
                             ck_zip_member *m) {
  const unsigned char *p = cd + *at;
  size_t left = (size_t)d->size - *at;
  if (left < CENTRAL_SIZE || memcmp(p, "PK\1\2", 4) != 0)
    return ck_fail_at(job->err, CK_CORRUPT, d->at + *at,
                      "a damaged zip archive: its central directory has no entry at %llu",
                      (unsigned long long)d->at + *at);
  size_t name = u16(p + 28), extra = u16(p + 30), comment = u16(p + 32);
  if (left - CENTRAL_SIZE < name + extra + comment)
    return ck_fail_at(job->err, CK_CORRUPT, d->at + *at,
                      "a damaged zip archive: an entry of its directory is too long");
  *m = (ck_zip_member){.flags = u16(p + 8),
                       .method = u16(p + 10),
                       .crc = u32(p + 16),
                       .packed = u32(p + 20),
                       .size = u32(p + 24),
                       .header_at = u32(p + 42)};
  apply_zip64(p + CENTRAL_SIZE + name, extra, m->size == UINT32_MAX, m->packed == UINT32_MAX,
              m->header_at == UINT32_MAX, m);
  char *copy = ck_arena_strndup(&job->scratch, (const char *)p + CENTRAL_SIZE, name);
  for (size_t i = 0; i < name; i++)
    if (copy[i] == 0) copy[i] = '?';
  m->name = copy;
  if (m->header_at > d->at || m->packed > d->at - m->header_at)
    return ck_fail_at(job->err, CK_CORRUPT, d->at + *at,
                      "a damaged zip archive: member %.200s lies outside of the %llu bytes before the directory", copy,
                      (unsigned long long)d->at);
  *at += CENTRAL_SIZE + name + extra + comment;
  return CK_OK;
}

static ck_status read_directory(ck_ckpt_job *job, ck_ckpt_zip *zip) {
  directory d = {0};
  TRY(find_end(job, &d));
  if (d.at > d.end || d.size > d.end - d.at)
    return ck_fail_at(job->err, CK_CORRUPT, d.end, "a damaged zip archive: its central directory lies beyond its end");
  if (d.count > job->limits->max_members)
    return ck_fail(job->err, CK_LIMIT, "the zip archive has %llu members, more than %llu (limit max_members)",
                   (unsigned long long)d.count, (unsigned long long)job->limits->max_members);
  if (d.count > d.size / CENTRAL_SIZE)
    return ck_fail_at(job->err, CK_CORRUPT, d.at, "a damaged zip archive: its directory is too short for %llu members",
                      (unsigned long long)d.count);
  TRY(ck_ckpt_charge(job, d.size + d.count * (sizeof *zip->members + 300))); /* 300: what libzip takes for one */
  unsigned char *cd = ck_arena_alloc(&job->scratch, (size_t)d.size);
  TRY(ck_ckpt_source_read(job->source, d.at, cd, (size_t)d.size, job->err));
  zip->count = (size_t)d.count;
  zip->members = CK_NEW_N(&job->scratch, ck_zip_member, zip->count ? zip->count : 1);
  size_t at = 0;
  for (size_t i = 0; i < zip->count; i++) TRY(read_member(job, &d, cd, &at, &zip->members[i]));
  return CK_OK;
}

static void index_names(ck_ckpt_job *job, ck_ckpt_zip *zip) {
  for (size_t i = 0; i < zip->count; i++) {
    bool is_new;
    ck_zip_member *m = &zip->members[i];
    ck_map_entry *e = ck_map_put(&zip->by_name, m->name, &is_new);
    if (is_new) {
      e->n = i;
      continue;
    }
    m->is_duplicate = zip->members[e->n].is_duplicate = true;
    ck_ckpt_add_problem(job, CK_CKPT_DUPLICATE_MEMBER, m->header_at, NULL,
                        "two members of the zip archive are named %.200s", m->name);
  }
}

static int by_position(const void *a, const void *b) {
  const ck_zip_member *const *x = a, *const *y = b;
  return ((*x)->header_at > (*y)->header_at) - ((*x)->header_at < (*y)->header_at);
}

static void find_overlaps(ck_ckpt_job *job, const ck_ckpt_zip *zip) {
  const ck_zip_member **sorted = ck_malloc(zip->count * sizeof *sorted);
  bool in_order = true; /* as all writers leave them */
  for (size_t i = 0; i < zip->count; i++) {
    sorted[i] = &zip->members[i];
    in_order = in_order && (i == 0 || sorted[i - 1]->header_at <= sorted[i]->header_at);
  }
  if (!in_order) qsort(sorted, zip->count, sizeof *sorted, by_position);
  for (size_t i = 0; i + 1 < zip->count; i++) {
    const ck_zip_member *m = sorted[i];
    /* the local header repeats the name; its extra field is at least empty */
    if (sorted[i + 1]->header_at - m->header_at < LOCAL_SIZE + strlen(m->name) + m->packed)
      ck_ckpt_add_problem(job, CK_CKPT_OVERLAP, sorted[i + 1]->header_at, NULL,
                          "members %.200s and %.200s of the zip archive share bytes", m->name, sorted[i + 1]->name);
  }
  free(sorted);
}

/* --- libzip on our source ---------------------------------------------------------------------------------------- */

typedef struct {
  ck_ckpt_job *job;
  uint64_t at;
  zip_error_t error;
} stream;

static zip_int64_t serve(void *data, void *buffer, zip_uint64_t n, zip_source_cmd_t command) {
  stream *s = data;
  ck_ckpt_source *source = s->job->source;
  zip_int64_t at;
  switch (command) {
  case ZIP_SOURCE_OPEN: s->at = 0; return 0;
  case ZIP_SOURCE_CLOSE: return 0;
  case ZIP_SOURCE_READ:
    if (n > source->size - s->at) n = source->size - s->at;
    if (ck_ckpt_source_read(source, s->at, buffer, (size_t)n, NULL) != CK_OK) {
      zip_error_set(&s->error, ZIP_ER_READ, 0);
      return -1;
    }
    s->at += n;
    return (zip_int64_t)n;
  case ZIP_SOURCE_SEEK:
    at = zip_source_seek_compute_offset(s->at, source->size, buffer, n, &s->error);
    if (at < 0) return -1;
    s->at = (uint64_t)at;
    return 0;
  case ZIP_SOURCE_TELL: return (zip_int64_t)s->at;
  case ZIP_SOURCE_STAT: {
    zip_stat_t *st = ZIP_SOURCE_GET_ARGS(zip_stat_t, buffer, n, &s->error);
    if (st == NULL) return -1;
    zip_stat_init(st);
    st->size = source->size;
    st->valid = ZIP_STAT_SIZE;
    return sizeof *st;
  }
  case ZIP_SOURCE_ERROR: return zip_error_to_data(&s->error, buffer, n);
  case ZIP_SOURCE_FREE: return 0; /* lives in the scratch arena */
  case ZIP_SOURCE_SUPPORTS: return ZIP_SOURCE_SUPPORTS_SEEKABLE;
  default: zip_error_set(&s->error, ZIP_ER_OPNOTSUPP, 0); return -1;
  }
}

static ck_status open_libzip(ck_ckpt_job *job, ck_ckpt_zip *zip) {
  zip_error_t error;
  zip_error_init(&error);
  stream *s = CK_NEW(&job->scratch, stream);
  s->job = job;
  zip_error_init(&s->error);
  zip_source_t *source = zip_source_function_create(serve, s, &error);
  zip_t *z = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
  ck_status status = CK_OK;
  if (z == NULL) {
    status = ck_fail(job->err, CK_CORRUPT, "a damaged zip archive: %s", zip_error_strerror(&error));
    if (source) zip_source_free(source);
  } else if ((uint64_t)zip_get_num_entries(z, 0) != zip->count) {
    status = ck_fail(job->err, CK_CORRUPT, "a damaged zip archive: its directories do not agree");
    zip_discard(z);
    z = NULL;
  }
  zip_error_fini(&error);
  zip->handle = z;
  return status;
}

/* --- The interface ----------------------------------------------------------------------------------------------- */

ck_status ck_zip_open(ck_ckpt_job *job) {
  ck_ckpt_zip *zip = job->zip = CK_NEW(&job->scratch, ck_ckpt_zip);
  ck_map_init(&zip->by_name);
  TRY(read_directory(job, zip));
  index_names(job, zip);
  find_overlaps(job, zip);
  const char *first = zip->count ? zip->members[0].name : "", *slash = strchr(first, '/');
  zip->top = slash ? ck_arena_strndup(&job->scratch, first, (size_t)(slash - first)) : "";
  return CK_OK;
}

bool ck_zip_is_series(ck_ckpt_job *job) {
  uint64_t size = job->source->size, at, directory_size, start;
  unsigned char end[END_SIZE], locator[LOCATOR_SIZE], end64[END64_SIZE], local[4];
  ck_ckpt_source *source = job->source;
  if (size < 2 * END_SIZE || ck_ckpt_source_read(source, size - END_SIZE, end, sizeof end, NULL) != CK_OK) return false;
  if (memcmp(end, "PK\5\6", 4) != 0) return false;
  at = u32(end + 16), directory_size = u32(end + 12), start = size - END_SIZE;
  if (start > LOCATOR_SIZE + END64_SIZE &&
      ck_ckpt_source_read(source, start - LOCATOR_SIZE, locator, sizeof locator, NULL) == CK_OK &&
      memcmp(locator, "PK\6\7", 4) == 0) {
    start -= LOCATOR_SIZE + END64_SIZE;
    if (ck_ckpt_source_read(source, start, end64, sizeof end64, NULL) != CK_OK || memcmp(end64, "PK\6\6", 4) != 0)
      return false;
    at = u64(end64 + 48), directory_size = u64(end64 + 40);
  }
  if (directory_size > start || at > start - directory_size) return false;
  start -= directory_size + at; /* of the last archive */
  if (start < END_SIZE || ck_ckpt_source_read(source, start, local, sizeof local, NULL) != CK_OK) return false;
  if (memcmp(local, "PK\3\4", 4) != 0) return false;
  return ck_ckpt_source_read(source, start - END_SIZE, end, sizeof end, NULL) == CK_OK && memcmp(end, "PK\5\6", 4) == 0;
}

void ck_zip_close(ck_ckpt_job *job) {
  if (job->zip == NULL) return;
  if (job->zip->handle) zip_discard(job->zip->handle);
  ck_map_release(&job->zip->by_name);
  job->zip = NULL;
}

ck_zip_member *ck_zip_find(const ck_ckpt_zip *zip, const char *name) {
  ck_map_entry *e = ck_map_find(&zip->by_name, name);
  return e ? &zip->members[e->n] : NULL;
}

ck_zip_member *ck_zip_find_in_top(const ck_ckpt_zip *zip, const char *name) {
  char full[1024];
  size_t top = strlen(zip->top), n = strlen(name);
  if (top == 0 || top + n + 2 > sizeof full) return NULL;
  memcpy(full, zip->top, top);
  full[top] = '/';
  memcpy(full + top + 1, name, n + 1);
  return ck_zip_find(zip, full);
}

bool ck_zip_has_prefix(const ck_ckpt_zip *zip, const char *prefix) {
  size_t top = strlen(zip->top);
  for (size_t i = 0; top > 0 && i < zip->count; i++) {
    const char *name = zip->members[i].name;
    if (strncmp(name, zip->top, top) == 0 && name[top] == '/' && ck_starts_with(name + top + 1, prefix)) return true;
  }
  return false;
}

static void note_bad_crc(ck_ckpt_job *job, const ck_zip_member *m) {
  ck_ckpt_add_problem(job, CK_CKPT_BAD_CRC, m->header_at, NULL, "member %.200s does not match its checksum", m->name);
}

/* --- Stored members ---------------------------------------------------------------------------------------------- */

/* The first n bytes. The local header is only needed for its own length: its sizes may be zeros. */
static ck_status read_stored(ck_ckpt_job *job, const ck_zip_member *m, void *out, size_t n) {
  unsigned char local[LOCAL_SIZE];
  TRY(ck_ckpt_source_read(job->source, m->header_at, local, sizeof local, job->err));
  if (memcmp(local, "PK\3\4", 4) != 0 || m->packed != m->size)
    return ck_fail_at(job->err, CK_CORRUPT, m->header_at,
                      "a damaged zip archive: member %.200s is not where it should be", m->name);
  return ck_ckpt_source_read(job->source, m->header_at + LOCAL_SIZE + u16(local + 26) + u16(local + 28), out, n,
                             job->err);
}

/* --- Deflated members -------------------------------------------------------------------------------------------- */

static ck_status open_member(ck_ckpt_job *job, const ck_zip_member *m, zip_file_t **file) {
  if (job->zip->handle == NULL) TRY(open_libzip(job, job->zip));
  *file = zip_fopen_index(job->zip->handle, (zip_uint64_t)(m - job->zip->members), 0);
  if (*file) return CK_OK;
  return ck_fail_at(job->err, CK_CORRUPT, m->header_at, "member %.200s of the zip archive cannot be read: %s", m->name,
                    zip_strerror(job->zip->handle));
}

/* The first n bytes, inflated. At the end of the member libzip compares the checksum, when all bytes are here already.
 */
static ck_status inflate_some(ck_ckpt_job *job, const ck_zip_member *m, unsigned char *out, size_t n) {
  zip_file_t *file;
  unsigned char rest;
  size_t got = 0;
  TRY(open_member(job, m, &file));
  while (got < n) {
    zip_int64_t r = zip_fread(file, out + got, n - got);
    if (r <= 0) break;
    got += (size_t)r;
  }
  ck_status status = CK_OK;
  if (got < n)
    status = ck_fail_at(job->err, CK_CORRUPT, m->header_at, "member %.200s of the zip archive is damaged: %s", m->name,
                        zip_file_strerror(file));
  else if (n == m->size && zip_fread(file, &rest, 1) != 0) note_bad_crc(job, m);
  zip_fclose(file);
  return status;
}

/* --- Both -------------------------------------------------------------------------------------------------------- */

static ck_status read_some(ck_ckpt_job *job, const ck_zip_member *m, void *out, size_t n) {
  if (m->is_duplicate)
    return ck_fail_at(job->err, CK_CORRUPT, m->header_at,
                      "two members of the zip archive are named %.200s; neither can be trusted", m->name);
  if (m->flags & 1)
    return ck_fail_at(job->err, CK_CORRUPT, m->header_at, "member %.200s of the zip archive is encrypted", m->name);
  if (m->method != 0) return inflate_some(job, m, out, n);
  TRY(read_stored(job, m, out, n));
  if (n == m->size && ck_crc32(out, n) != m->crc) note_bad_crc(job, m);
  return CK_OK;
}

ck_status ck_zip_read(ck_ckpt_job *job, const ck_zip_member *m, uint64_t limit, unsigned char **bytes) {
  if (m->size > limit)
    return ck_fail(job->err, CK_LIMIT, "member %.200s has %llu bytes, more than the %llu that are read", m->name,
                   (unsigned long long)m->size, (unsigned long long)limit);
  TRY(ck_ckpt_charge(job, m->size));
  *bytes = ck_arena_alloc(&job->scratch, (size_t)m->size + 1);
  return read_some(job, m, *bytes, (size_t)m->size);
}

ck_status ck_zip_read_start(ck_ckpt_job *job, const ck_zip_member *m, void *out, size_t n, size_t *got) {
  *got = n < m->size ? n : (size_t)m->size;
  return read_some(job, m, out, *got);
}
