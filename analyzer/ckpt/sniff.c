/* sniff.c - files that are no checkpoint: what are they? Each has its own way to have come about (a pointer that git
 * lfs did not replace, an error page saved by a downloader, weights of another framework), so each gets its own name.
 * The last reader for any file: it never fails. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "ckpt/zip.h"

enum {
  LFS_MAX = 1024, /* git-lfs: a longer file is no pointer */
  TITLE_MAX = 4096
};

static const struct {
  size_t at, n;
  const char *bytes;
  ck_ckpt_format_id format;
} magics[] = {
    {0, 2, "\x1f\x8b", CK_CKPT_FORMAT_GZIP},
    {0, 6, "\xfd\x37zXZ\0", CK_CKPT_FORMAT_XZ},
    {0, 4, "\x28\xb5\x2f\xfd", CK_CKPT_FORMAT_ZSTD},
    {0, 3, "BZh", CK_CKPT_FORMAT_BZIP2},
    {0, 6, "7z\xbc\xaf\x27\x1c", CK_CKPT_FORMAT_SEVENZIP},
    {0, 8, "\x89HDF\r\n\x1a\n", CK_CKPT_FORMAT_HDF5},
    {4, 4, "TFL3", CK_CKPT_FORMAT_TFLITE},
    {4, 4, "ET12", CK_CKPT_FORMAT_EXECUTORCH}, /* executorch/schema/program.fbs, file_identifier */
    {0, 4,
     "\x7f"
     "ELF",
     CK_CKPT_FORMAT_ELF},
    {257, 5, "ustar", CK_CKPT_FORMAT_TAR},
};

/* First words, in any case, after white space. */
static const struct {
  const char *word;
  ck_ckpt_format_id format;
} words[] = {
    {"<!doctype html", CK_CKPT_FORMAT_HTML}, {"<html", CK_CKPT_FORMAT_HTML}, {"<head", CK_CKPT_FORMAT_HTML},
    {"<!doctype", CK_CKPT_FORMAT_XML},       {"<?xml", CK_CKPT_FORMAT_XML},  {"<error>", CK_CKPT_FORMAT_XML},
};

static const char lfs_line[] = "version https://git-lfs.github.com/spec/v1\n";

static int probe(const ck_ckpt_head *head) {
  (void)head;
  return 1;
}

/* ModelProto: field 1, ir_version; then producer_name (2) or graph (7) or another length-delimited field. */
static bool is_onnx(const unsigned char *p, size_t n) {
  if (n < 16 || p[0] != 0x08 || p[1] == 0 || p[1] > 32) return false;
  if (p[2] == 0x3a) return true;
  if (p[2] != 0x12 || p[3] == 0 || p[3] > 64 || (size_t)p[3] + 4 > n) return false;
  for (size_t i = 4; i < 4 + (size_t)p[3]; i++)
    if (!isprint(p[i])) return false;
  return true;
}

/* A field of protobuf that is a short printable text, at p[*at]: key, length, text. */
static bool skip_text(const unsigned char *p, size_t n, size_t *at, unsigned char key) {
  size_t i = *at;
  if (i + 2 > n || p[i] != key || p[i + 1] == 0 || p[i + 1] > 127 || i + 2 + p[i + 1] > n) return false;
  for (size_t k = i + 2; k < i + 2 + p[i + 1]; k++)
    if (!isgraph(p[k])) return false;
  *at = i + 2 + p[i + 1];
  return true;
}

/* SavedModel: field 1, schema version 1, then meta graphs (2), which begin with their info (1). GraphDef: nodes (1),
 * each of a name (1) and an operation (2). Both have no magic number. */
static bool is_tensorflow(const unsigned char *p, size_t n) {
  size_t at = 2;
  if (n > 8 && p[0] == 0x08 && p[1] == 1 && p[2] == 0x12) {
    for (at = 3; at < 8 && p[at] & 0x80; at++) {} /* length of the meta graph */
    return at + 1 < n && p[at + 1] == 0x0a;
  }
  if (n < 16 || p[0] != 0x0a) return false;
  return p[1] < 0x80 && skip_text(p, n, &at, 0x0a) && skip_text(p, n, &at, 0x12) && at <= (size_t)p[1] + 2;
}

/* The index of a TensorFlow checkpoint is a table of LevelDB's, which ends with this number. */
static bool is_leveldb_table(ck_ckpt_job *job) {
  static const unsigned char magic[] = {0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb};
  unsigned char end[sizeof magic];
  uint64_t size = job->source->size;
  return size >= 48 && ck_ckpt_source_read(job->source, size - sizeof end, end, sizeof end, NULL) == CK_OK &&
         memcmp(end, magic, sizeof magic) == 0;
}

/* Bytes of the UTF-8 character at p (of n bytes), 0 if there is none. One that is cut off at the end counts. */
static size_t utf8_length(const unsigned char *p, size_t n) {
  size_t length = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
  for (size_t i = 1; i < length && i < n; i++)
    if ((p[i] & 0xc0) != 0x80) return 0;
  return length;
}

static bool is_text(const unsigned char *p, size_t n) {
  size_t step;
  for (size_t i = 0; i < n; i += step) {
    step = utf8_length(p + i, n - i);
    bool is_space = p[i] >= '\t' && p[i] <= '\r';
    bool is_control = p[i] == 127 || (p[i] < 32 && !is_space && p[i] != '\033');
    if (step == 0 || is_control) return false;
  }
  return true;
}

static ck_ckpt_format_id guess(const unsigned char *p, size_t n, uint64_t size) {
  if (size <= LFS_MAX && n >= sizeof lfs_line - 1 && memcmp(p, lfs_line, sizeof lfs_line - 1) == 0)
    return CK_CKPT_FORMAT_LFS_POINTER;
  for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
    if (n >= magics[i].at + magics[i].n && memcmp(p + magics[i].at, magics[i].bytes, magics[i].n) == 0)
      return magics[i].format;
  size_t start = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  while (start < n && isspace(p[start])) start++;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t length = strlen(words[i].word);
    if (n - start >= length && strncasecmp((const char *)p + start, words[i].word, length) == 0) return words[i].format;
  }
  if (is_onnx(p, n)) return CK_CKPT_FORMAT_ONNX;
  if (is_tensorflow(p, n)) return CK_CKPT_FORMAT_TENSORFLOW;
  return is_text(p, n) ? CK_CKPT_FORMAT_TEXT : CK_CKPT_FORMAT_UNKNOWN;
}

/* --- Details ----------------------------------------------------------------------------------------------------- */

static bool is_oid(const char *s, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!isdigit((unsigned char)s[i]) && !(s[i] >= 'a' && s[i] <= 'f')) return false;
  return n == 64;
}

/* Lines "oid sha256:HEX" and "size DECIMAL"; extension lines may stand before. */
static void read_pointer(ck_ckpt_job *job, const char *text) {
  for (const char *p = text; *p;) {
    size_t n = strcspn(p, "\n");
    if (ck_starts_with(p, "oid sha256:") && is_oid(p + 11, n - 11))
      ck_ckpt_add_meta(job, "oid", ck_arena_strndup(&job->scratch, p + 11, n - 11));
    else if (ck_starts_with(p, "size ") && n > 5 && strspn(p + 5, "0123456789") == n - 5)
      ck_ckpt_add_meta(job, "size", ck_arena_strndup(&job->scratch, p + 5, n - 5));
    p += n + (p[n] == '\n');
  }
}

/* The title of an error page says what went wrong ("404 Not Found", "Sign in"). */
static void read_title(ck_ckpt_job *job, const char *text) {
  const char *open = strcasestr(text, "<title");
  const char *start = open ? strchr(open, '>') : NULL, *end = start ? strchr(start, '<') : NULL;
  if (end == NULL) return;
  start++;
  while (start < end && isspace((unsigned char)*start)) start++;
  while (end > start && isspace((unsigned char)end[-1])) end--;
  if (end > start && end - start < 200)
    ck_ckpt_add_meta(job, "title", ck_arena_strndup(&job->scratch, start, (size_t)(end - start)));
}

static ck_status read_other(ck_ckpt_job *job) {
  unsigned char bytes[TITLE_MAX + 1];
  size_t n = job->source->size < TITLE_MAX ? (size_t)job->source->size : TITLE_MAX;
  ck_status status = ck_ckpt_source_read(job->source, 0, bytes, n, job->err);
  if (status != CK_OK) return status;
  bytes[n] = 0;
  job->ckpt->format = guess(bytes, n < CK_CKPT_HEAD_SIZE ? n : CK_CKPT_HEAD_SIZE, job->source->size);
  if (job->ckpt->format == CK_CKPT_FORMAT_UNKNOWN && is_leveldb_table(job))
    job->ckpt->format = CK_CKPT_FORMAT_TENSORFLOW;
  if (job->ckpt->format == CK_CKPT_FORMAT_LFS_POINTER) read_pointer(job, (const char *)bytes);
  if (job->ckpt->format == CK_CKPT_FORMAT_HTML) read_title(job, (const char *)bytes);
  return CK_OK;
}

/* --- Other zip archives ------------------------------------------------------------------------------------------ */

static bool is_encrypted(const ck_ckpt_zip *zip) {
  for (size_t i = 0; i < zip->count; i++)
    if (zip->members[i].flags & 1) return true;
  return false;
}

/* An encrypted archive is told before its members are looked at, since none can be read. */
static int probe_zip(const ck_ckpt_zip *zip) {
  if (is_encrypted(zip)) return 100;
  return ck_zip_find_in_top(zip, ".data/extern_modules") ? 95 : 1;
}

/* Members that only one writer makes. */
static const struct {
  const char *member;
  ck_ckpt_format_id format;
} zips[] = {
    {".data/extern_modules", CK_CKPT_FORMAT_TORCH_PACKAGE},
    {"archive_format", CK_CKPT_FORMAT_PT2},                   /* torch/csrc/export/pt2_archive_constants.h */
    {"serialized_exported_program.json", CK_CKPT_FORMAT_PT2}, /* torch.export.save until 2.7 */
    {"MAR-INF/MANIFEST.json", CK_CKPT_FORMAT_MAR},
    {"model.weights.h5", CK_CKPT_FORMAT_KERAS},
};

static ck_status read_zip(ck_ckpt_job *job) {
  const ck_ckpt_zip *zip = job->zip;
  job->ckpt->format = is_encrypted(zip) ? CK_CKPT_FORMAT_ZIP_ENCRYPTED : CK_CKPT_FORMAT_ZIP;
  for (size_t i = 0; i < sizeof zips / sizeof *zips && job->ckpt->format == CK_CKPT_FORMAT_ZIP; i++)
    if (ck_zip_find_in_top(zip, zips[i].member) || ck_zip_find(zip, zips[i].member)) job->ckpt->format = zips[i].format;
  return CK_OK;
}

const ck_ckpt_reader ck_reader_sniff = {.name = "other", .probe = probe, .read = read_other};
const ck_ckpt_reader ck_reader_other_zip = {.name = "other-zip", .probe_zip = probe_zip, .read = read_zip};
