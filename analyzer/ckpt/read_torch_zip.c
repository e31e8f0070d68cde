/* read_torch_zip.c - Python's torch.save since 1.6, and torch::pickle_save: D/data.pkl without D/constants.pkl
 * (FORMATS.md A.3, A.5). */
#include <string.h>

#include "ckpt/torch_zip.h"

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

static int probe(const ck_ckpt_zip *zip) {
  return ck_zip_find_in_top(zip, "data.pkl") && !ck_zip_find_in_top(zip, "constants.pkl") ? 80 : 0;
}

static ck_status read_torch_zip(ck_ckpt_job *job) {
  ck_pickle pickle;
  TRY(ck_torch_zip_prepare(job));
  TRY(ck_torch_zip_pickle(job, "data.pkl", &pickle));
  /* only torch::pickle_save tags its containers */
  job->ckpt->format = ck_pv_call(pickle.root) == PG_FIRST ? CK_CKPT_FORMAT_PICKLE_SAVE : CK_CKPT_FORMAT_TORCH_ZIP;
  ck_ckpt_add_meta_int(job, "pickle.protocol", pickle.protocol);
  ck_ckpt_add_meta(job, "pickle_load", pickle.refusal[0] ? pickle.refusal : "ok");
  return ck_pv_walk_root(job, pickle.root);
}

const ck_ckpt_reader ck_reader_torch_zip = {.name = "torch-zip", .probe_zip = probe, .read = read_torch_zip};
