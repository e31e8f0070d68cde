/* torch.h - libtorch knowledge and the analysis that uses it: from a program to models and load sites. */
#ifndef CK_TORCH_TORCH_H
#define CK_TORCH_TORCH_H
#include "eval/eval.h"
#include "ir/ir.h"
#include "torch/model.h"

/* Tables of libtorch calls and classes, for ck_ev_new; lives in the arena. */
const ck_library *ck_torch_library(ck_arena *arena);
/* What release the tables were measured against: "libtorch 1.13.1, 129 modules". */
const char *ck_torch_catalogue(void);

typedef struct {
  /* Files whose constructions `keys` lists (absolute paths as in ck_loc.file); n = 0: the main files of all units. */
  const char *const *files;
  size_t nfiles;
  bool want_models;        /* for `keys` */
  const char *model_class; /* only this class (plain or qualified name), or NULL */
  bool want_sites;         /* for `check` */
} ck_torch_request;

/* Runs every root that leads to what is wanted. The result lives until ck_torch_analysis_free; it points into the
 * program's units. */
const ck_analysis *ck_torch_analyse(const ck_ir_program *program, const ck_torch_request *request);
void ck_torch_analysis_free(const ck_analysis *analysis);
#endif
