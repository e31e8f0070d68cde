/* match.h - compares what a site loads with what its checkpoint holds; raises findings, each proved (SOUNDNESS.md).
 * Text of findings is report's; here they are data. */
#ifndef CK_MATCH_MATCH_H
#define CK_MATCH_MATCH_H
#include "base/arena.h"
#include "base/diagnostics.h"
#include "ckpt/ckpt.h"
#include "torch/model.h"

/* One difference of a finding: a key or module, what each side has. */
typedef struct {
  const char *key;
  const ck_key *model;         /* NULL if only the checkpoint has it */
  const ck_submodule *module;  /* missing-module */
  const char *model_text;      /* "[10, 784]", "float32", "parameter", or NULL */
  const char *checkpoint_text; /* likewise */
  ck_loc loc;                  /* registration, for the note; file NULL if none */
} ck_difference;

typedef struct {
  ck_diag_id id;
  ck_severity severity;   /* as FORMATS.md measured for this loader; options are applied by report */
  ck_loc loc;             /* the load site */
  const char *model;      /* class, or NULL */
  const char *checkpoint; /* path as resolved, or as written if it was not found */
  ck_loader loader;
  ck_condition when; /* the alternative's condition; n = 0: always. Named in the message */
  ck_difference *differences;
  size_t ndifferences;
  const char *detail; /* ids without differences (format, corrupt, file-not-found, undetermined): the sentence */
  const char **helps; /* ways out, in order of certainty ("rename ...", "git lfs pull -I ...") */
  size_t nhelps;
} ck_finding;

typedef enum { CK_SITE_CHECKED, CK_SITE_PARTIAL, CK_SITE_UNDETERMINED } ck_site_status;
typedef struct {
  const ck_site *site;
  ck_site_status status;
  const char *model, *checkpoint; /* of the first alternative that has them, or NULL */
  const char *reason;             /* why not `checked`; NULL */
  ck_loc reason_loc;
} ck_site_result;

/* Where a relative checkpoint path is looked for, in this order; the first file that exists counts. */
typedef struct {
  const char *const *directories; /* absolute: working directory, folder of the source file (added by the matcher per
                                     site), build folder, configured */
  size_t ndirectories;
  const char *checkpoint_for_all;                      /* `--checkpoint PATH` without a class, or NULL */
  const char *const *class_names, *const *class_paths; /* `--checkpoint CLASS=PATH` */
  size_t nclasses;
} ck_match_options;

typedef struct {
  ck_finding *findings;
  size_t nfindings;
  ck_site_result *sites;
  size_t nsites;
} ck_match_result;

/* Findings and site results in `arena`; checkpoints are opened once each and closed at the end. */
ck_match_result *ck_match(const ck_analysis *analysis, const ck_match_options *options, ck_arena *arena);
#endif
