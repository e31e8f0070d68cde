/* torch_zip.c - the frame that all zip archives of PyTorch share. Sources: FORMATS.md A,
 * caffe2/serialize/inline_container.h */
#include "ckpt/torch_zip.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
  MIN_VERSION = 1, /* kMinSupportedFileFormatVersion */
  MAX_VERSION = 10 /* kMaxSupportedFileFormatVersion */
};

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

ck_status ck_torch_zip_pickle(ck_ckpt_job *job, const char *name, ck_pickle *out) {
  const ck_zip_member *m = ck_zip_find_in_top(job->zip, name);
  unsigned char *bytes;
  size_t at = 0;
  if (m == NULL) return ck_fail(job->err, CK_CORRUPT, "the archive has no member %s/%s", job->zip->top, name);
  TRY(ck_zip_read(job, m, job->limits->max_pickle, &bytes));
  return ck_pickle_run(job, m->name, bytes, (size_t)m->size, &at, out);
}

/* A short text member, without the white space at its end. */
static ck_status small_text(ck_ckpt_job *job, const char *name, char *text, size_t room, bool *found) {
  const ck_zip_member *m = ck_zip_find_in_top(job->zip, name);
  size_t n = 0;
  *found = m != NULL;
  text[0] = 0;
  if (m == NULL) return CK_OK;
  TRY(ck_zip_read_start(job, m, text, room - 1, &n));
  while (n > 0 && isspace((unsigned char)text[n - 1])) n--;
  text[n] = 0;
  return CK_OK;
}

static ck_status check_version(ck_ckpt_job *job) {
  char text[32];
  bool found;
  TRY(small_text(job, "version", text, sizeof text, &found));
  if (!found) TRY(small_text(job, ".data/version", text, sizeof text, &found));
  if (!found) {
    ck_ckpt_add_problem(job, CK_CKPT_BAD_ARCHIVE, CK_NO_OFFSET, NULL,
                        "the archive has no member %s/version, so libtorch refuses it", job->zip->top);
    return CK_OK;
  }
  ck_ckpt_add_meta(job, "format_version", text);
  long version = strtol(text, NULL, 10);
  if (version < MIN_VERSION || version > MAX_VERSION)
    ck_ckpt_add_problem(job, CK_CKPT_BAD_VERSION, CK_NO_OFFSET, NULL,
                        "the archive has version %ld; libtorch reads %d to %d", version, MIN_VERSION, MAX_VERSION);
  return CK_OK;
}

static ck_status read_byteorder(ck_ckpt_job *job) {
  char text[32];
  bool found;
  TRY(small_text(job, "byteorder", text, sizeof text, &found));
  if (found) ck_ckpt_add_meta(job, "byteorder", text);
  return CK_OK;
}

/* A step ".." among the steps of a name: whoever unpacks the archive writes somewhere else. */
static bool climbs(const char *name) {
  for (const char *p = name; (p = strstr(p, "..")) != NULL; p += 2)
    if ((p == name || p[-1] == '/' || p[-1] == '\\') && (p[2] == 0 || p[2] == '/' || p[2] == '\\')) return true;
  return false;
}

static void find_strays(ck_ckpt_job *job) {
  const char *top = job->zip->top;
  size_t n = strlen(top);
  for (size_t i = 0; i < job->zip->count; i++) {
    const char *name = job->zip->members[i].name;
    bool inside = strncmp(name, top, n) == 0 && name[n] == '/';
    if (inside && !climbs(name)) continue;
    ck_ckpt_add_problem(
        job, CK_CKPT_BAD_ARCHIVE, job->zip->members[i].header_at, NULL,
        inside ? "member %.200s climbs out of the archive's folder %.100s"
               : "member %.200s lies outside the archive's folder %.100s; Python's torch.load refuses that",
        name, top);
    return;
  }
}

/* A storage N is the member D/data/N, as it is. Each is compared once, and again only if it is said to be larger. */
static void check_storage(ck_ckpt_job *job, const char *name, uint64_t bytes, uint64_t item, const char *key) {
  char member_name[128] = "data/";
  (void)item;
  strncat(member_name, name, sizeof member_name - 6);
  ck_zip_member *m = ck_zip_find_in_top(job->zip, member_name);
  const char *top = job->zip->top;
  if (m && m->declared >= bytes && m->declared > 0) return;
  if (m == NULL) {
    ck_ckpt_add_problem(job, CK_CKPT_MISSING_STORAGE, CK_NO_OFFSET, key,
                        "the archive has no member %.100s/%.100s, which holds \"%.200s\"", top, member_name, key);
    return;
  }
  m->declared = bytes;
  if (m->size != bytes)
    ck_ckpt_add_problem(job, m->size < bytes ? CK_CKPT_SHORT_STORAGE : CK_CKPT_LONG_STORAGE, m->header_at, key,
                        "member %.100s/%.100s, which holds \"%.200s\", has %llu bytes where %llu are declared", top,
                        member_name, key, (unsigned long long)m->size, (unsigned long long)bytes);
}

ck_status ck_torch_zip_prepare(ck_ckpt_job *job) {
  job->check_storage = check_storage;
  find_strays(job);
  TRY(check_version(job));
  return read_byteorder(job);
}
