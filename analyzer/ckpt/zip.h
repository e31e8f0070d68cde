/* zip.h - the members of a zip archive. Names and sizes come from the central directory alone: the local headers of
 * PyTorch's writer hold zeros there (FORMATS.md A, "Zip dialect"). */
#ifndef CK_CKPT_ZIP_H
#define CK_CKPT_ZIP_H
#include "ckpt/ckpt_int.h"

typedef struct {
  const char *name;
  uint64_t size, packed; /* bytes, after and before inflation */
  uint64_t header_at;    /* offset of its local header */
  uint64_t declared;     /* bytes that a pickle says it has, once one has said so (torch_zip.c) */
  uint32_t crc;
  uint16_t method; /* 0 stored, 8 deflated */
  uint16_t flags;
  bool is_duplicate; /* another member, before or after, has the same name */
} ck_zip_member;

struct ck_ckpt_zip {
  void *handle; /* libzip's zip_t, once a member had to be inflated */
  ck_zip_member *members;
  size_t count;
  ck_map by_name;  /* name -> index of the first, in `n` */
  const char *top; /* folder of the first member; "" if it lies in none: libtorch takes all others in there */
};

/* Opens job->source as a zip archive into job->zip, and notes duplicate and overlapping members.
 * CK_CORRUPT: no end record, or a central directory that cannot be read. */
ck_status ck_zip_open(ck_ckpt_job *job);
void ck_zip_close(ck_ckpt_job *job);
/* Several archives, one behind the other: offsets of the last one's directory count from its own start. */
bool ck_zip_is_series(ck_ckpt_job *job);
ck_zip_member *ck_zip_find(const ck_ckpt_zip *zip, const char *name);
/* `name` within the top folder. */
ck_zip_member *ck_zip_find_in_top(const ck_ckpt_zip *zip, const char *name);
/* Is there a member whose name starts with `prefix` within the top folder? */
bool ck_zip_has_prefix(const ck_ckpt_zip *zip, const char *prefix);
/* The whole content, in the scratch arena, NUL-terminated. A wrong checksum is a problem, not a failure; a duplicated
 * name is a failure, since nobody can say which of the two is meant. */
ck_status ck_zip_read(ck_ckpt_job *job, const ck_zip_member *member, uint64_t limit, unsigned char **bytes);
/* CRC-32 as zip archives use it (crc.c). */
uint32_t ck_crc32(const unsigned char *bytes, size_t n);
/* At most n bytes from its beginning. */
ck_status ck_zip_read_start(ck_ckpt_job *job, const ck_zip_member *member, void *out, size_t n, size_t *got);
#endif
