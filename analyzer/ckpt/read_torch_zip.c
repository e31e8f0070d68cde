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

/* A module of TorchScript's without constants.pkl: the archive of libtorch that it was has lost that member. */
static void note_lost_constants(ck_ckpt_job *job, const ck_pv *root) {
  static const char prefix[] = "__torch__.";
  size_t n = sizeof prefix - 1;
  if (root->type != PV_OBJECT || root->items[0]->type != PV_GLOBAL || root->items[0]->n < n) return;
  if (memcmp(root->items[0]->s, prefix, n) == 0)
    ck_ckpt_add_problem(job, CK_CKPT_BAD_ARCHIVE, CK_NO_OFFSET, NULL,
                        "the archive has no member %s/constants.pkl, so libtorch refuses it", job->zip->top);
}

static ck_status read_torch_zip(ck_ckpt_job *job) {
  ck_pickle pickle;
  TRY(ck_torch_zip_prepare(job));
  TRY(ck_torch_zip_pickle(job, "data.pkl", &pickle));
  /* only torch::pickle_save tags its containers */
  job->ckpt->format = ck_pv_call(pickle.root) == PG_FIRST ? CK_CKPT_FORMAT_PICKLE_SAVE : CK_CKPT_FORMAT_TORCH_ZIP;
  note_lost_constants(job, pickle.root);
  ck_ckpt_add_meta_int(job, "pickle.protocol", pickle.protocol);
  ck_ckpt_add_meta(job, "pickle_load", pickle.refusal[0] ? pickle.refusal : "ok");
  return ck_pv_walk_root(job, pickle.root);
}

const ck_ckpt_reader ck_reader_torch_zip = {.name = "torch-zip", .probe_zip = probe, .read = read_torch_zip};
