/* match.h - compares what a site loads with what its checkpoint holds; raises findings, each proved (SOUNDNESS.md).
 * Text of findings is report's; here they are data. Everything handed out lives in the arena given to ck_match and
 * points into the analysis. */
#ifndef CK_MATCH_MATCH_H
#define CK_MATCH_MATCH_H
#include "base/arena.h"
#include "base/diagnostics.h"
#include "ckpt/ckpt.h"
#include "torch/model.h"
#include "torch/torch.h"

/* One difference of a finding: a key or module, what each side has. */
typedef struct {
  const char *key;
  const ck_key *model;         /* NULL if only the checkpoint has it, or for a module */
  const ck_submodule *module;  /* missing-module */
  const char *model_text;      /* "[10, 784]", "float32", "parameter", or NULL */
  const char *checkpoint_text; /* likewise */
  const char *note;            /* more about this one ("implies hidden = 128"), or NULL */
  ck_loc loc;                  /* registration, for the note; file NULL if none */
} ck_difference;

/* A literal of the source that another one in its place would make everything at the load fit. */
typedef struct {
  ck_loc loc;
  const char *old, *text; /* "256", "128" */
} ck_exchange;

/* At most one per site and id. */
typedef struct {
  ck_diag_id id;
  ck_severity severity;   /* as FORMATS.md measured for this loader; options are applied by report */
  ck_loc loc;             /* the load site */
  const char *model;      /* class, or NULL */
  const char *checkpoint; /* path as resolved, or as written if it was not found */
  const char *name;       /* what messages call it: a relative path as written, of an absolute one the last name */
  ck_loader loader;
  ck_condition when;          /* the alternative's condition; n = 0: always. Named in the message */
  bool sometimes;             /* holds only in some alternatives (even if `when` cannot name them) */
  bool is_contradiction;      /* shape-mismatch: two keys that no value of the unknowns fits at once */
  ck_difference *differences; /* in the order in which libtorch meets them; a key of its own each */
  size_t ndifferences;
  const char *detail; /* ids without differences (format, corrupt, file-not-found, undetermined): the sentence */
  const char *thrown; /* what the loader throws, as measured, if `detail` has an exception of its own; or NULL */
  const char **helps; /* ways out, in order of certainty ("rename ...", "git lfs pull -I ...") */
  size_t nhelps;
  const ck_exchange *exchanges; /* of a load's first finding: each by itself would do. Filled by cli (literals.c) */
  size_t nexchanges;
  bool exchanges_together; /* only all of them would */
} ck_finding;

typedef enum { CK_SITE_CHECKED, CK_SITE_PARTIAL, CK_SITE_UNDETERMINED } ck_site_status;
const char *ck_site_status_name(ck_site_status status); /* "checked", "partial", "undetermined" */

typedef struct {
  const ck_site *site;
  ck_site_status status;
  const char *model, *checkpoint; /* of the first alternative that has them, or NULL */
  const char *reason;             /* why not `checked`; NULL */
  ck_loc reason_loc;
  const char **implied; /* what the checkpoint implies: "hidden = 128", "use_bias is true"; for --explain */
  size_t nimplied;
} ck_site_result;

/* Where a relative checkpoint path is looked for, in this order; the first file that exists counts:
 * directories[0] (the working directory), the folder of the source file (added by the matcher for each site), the
 * others (build folder, configured ones). */
typedef struct {
  const char *const *directories; /* absolute */
  size_t ndirectories;
  const char *checkpoint_for_all;                      /* `--checkpoint PATH` without a class, or NULL */
  const char *const *class_names, *const *class_paths; /* `--checkpoint CLASS=PATH` */
  size_t nclasses;
  ck_buffer buffer; /* an editor's, for comments */
} ck_match_options;

typedef struct {
  ck_finding *findings; /* site by site, in the analysis' order */
  size_t nfindings;
  ck_site_result *sites;
  size_t nsites;
} ck_match_result;

/* Findings and site results in `arena`; checkpoints are opened once each and closed at the end. */
ck_match_result *ck_match(const ck_analysis *analysis, const ck_match_options *options, ck_arena *arena);

/* The files that hand-written loading code takes apart, for ck_torch_request.checkpoints; options as for ck_match.
 * Lives in `arena` and until _free, which the analysis must not outlive. */
typedef struct ck_match_files ck_match_files;
ck_match_files *ck_match_files_new(const ck_match_options *options, ck_arena *arena);
const ck_torch_files *ck_match_files_table(const ck_match_files *files);
void ck_match_files_free(ck_match_files *files); /* NULL is allowed */

/* "Net" of `class_name` as a user writes it: plain or qualified. Does it name `cls`? "Net" names "app::Net". */
bool ck_class_is_named(const char *cls, const char *class_name);
/* "[10, 4*hidden, ?]", or NULL if the rank is not known. */
const char *ck_dims_text(ck_arena *arena, const ck_dim *dims, int32_t rank);
const char *ck_shape_text(ck_arena *arena, const int64_t *shape, size_t rank);
/* "when `argc > 1` at main.cpp:12", in the arena; "" for the empty condition. */
const char *ck_condition_text(ck_arena *arena, ck_condition when);
#endif
