/* readers.c - the only list of formats, and the choice among them.
 *
 * A file is told by its first bytes. A zip archive is opened once and then told by its members. The highest probe wins;
 * the order of the list breaks ties. */
#include <string.h>

#include "ckpt/zip.h"

static const ck_ckpt_reader *const readers[] = {
    &ck_reader_archive,     &ck_reader_torch_zip, &ck_reader_npz,    &ck_reader_other_zip, /* zip */
    &ck_reader_legacy,      &ck_reader_tar,       &ck_reader_pickle,                       /* pickles */
    &ck_reader_safetensors, &ck_reader_json,      &ck_reader_npy,    &ck_reader_gguf,      /* headers */
    &ck_reader_snapshot,    &ck_reader_sniff,
};

static const ck_ckpt_reader *choose(const ck_ckpt_job *job, const ck_ckpt_head *head) {
  const ck_ckpt_reader *best = NULL;
  int best_score = 0;
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
    const ck_ckpt_reader *r = readers[i];
    int score = 0;
    if (job->zip) score = r->probe_zip ? r->probe_zip(job->zip) : 0;
    else score = r->probe ? r->probe(head) : 0;
    if (score > best_score) best_score = score, best = r;
  }
  return best;
}

ck_status ck_ckpt_read_any(ck_ckpt_job *job) {
  unsigned char bytes[CK_CKPT_HEAD_SIZE];
  ck_ckpt_head head = {bytes, sizeof bytes, job->source->size};
  if (head.size < head.n) head.n = (size_t)head.size;
  if (head.size == 0) return ck_fail_at(job->err, CK_CORRUPT, 0, "the file is empty");
  ck_status status = ck_ckpt_source_read(job->source, 0, bytes, head.n, job->err);
  if (status != CK_OK) return status;
  if (head.n >= 4 && (memcmp(bytes, "PK\3\4", 4) == 0 || memcmp(bytes, "PK\5\6", 4) == 0)) status = ck_zip_open(job);
  bool is_zip = job->zip != NULL && (status == CK_OK || status == CK_CORRUPT);
  if (is_zip && ck_zip_is_series(job)) { /* *.distcp: what torch.save writes, tensor for tensor */
    job->ckpt->format = CK_CKPT_FORMAT_DISTRIBUTED;
    status = CK_OK;
  } else if (status == CK_OK) {
    status = choose(job, &head)->read(job);
  }
  ck_zip_close(job);
  return status;
}
