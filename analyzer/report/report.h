/* report.h - the diagnostics engine: from findings to text, JSON and SARIF. The only place where findings become
 * sentences; who prints them is the program's business.
 *
 * A ck_report is a list of ck_diagnostic in a fixed order (file, line, column, id, text), with severities as the user
 * asked for them and suppressed ones taken out. Everything lives in the arena given to ck_report_new. */
#ifndef CK_REPORT_REPORT_H
#define CK_REPORT_REPORT_H
#include "base/strbuf.h"
#include "match/match.h"

/* --- Options ----------------------------------------------------------------------------------------------------- */

typedef enum {
  CK_MODE_DEFAULT, /* as the finding says */
  CK_MODE_OFF,
  CK_MODE_NOTE,
  CK_MODE_WARNING, /* also -Wno-error=ckpt-ID */
  CK_MODE_ON,      /* -Wckpt-ID: at least a warning */
  CK_MODE_ERROR,
} ck_mode;

typedef struct {
  ck_mode mode[CK_DIAG_COUNT];
  bool werror;   /* warnings become errors */
  bool all_keys; /* no cut after 8 lines */
  bool explain;  /* say why sites were not checked and what checkpoints imply */
  ck_buffer buffer;
} ck_report_options;

/* Takes -Wckpt-ID, -Wno-ckpt-ID, -Werror=ckpt-ID, -Wno-error=ckpt-ID, -Werror, -Wno-error. True: it was one of them.
 * CK_USAGE in *err: it begins like one, but there is no such id. */
bool ck_report_take_flag(ck_report_options *options, const char *flag, ck_err *err);

/* .ckptlint, the configuration file (YAML). Paths in it are relative to its folder; here they are absolute. */
typedef struct {
  const char *path; /* of the file; NULL: none was found */
  const char **directories;
  size_t ndirectories;
  const char **class_names, **class_paths;
  size_t nclasses;
} ck_config;
/* Walks up from the folder of `source` (absolute). Severities go to `options`, the rest to *config. CK_USAGE: an error
 * in the file, *err names the line. No file is CK_OK. */
ck_status ck_config_find(const char *source, ck_report_options *options, ck_config *config, ck_arena *arena,
                         ck_err *err);
/* The same for the file `path` (absolute), which must be there. */
ck_status ck_config_load(const char *path, ck_report_options *options, ck_config *config, ck_arena *arena, ck_err *err);
ck_status ck_config_read(const char *path, const char *text, size_t size, ck_report_options *options, ck_config *config,
                         ck_arena *arena, ck_err *err);

/* --- Diagnostics ---------------------------------------------------------------------------------------------- */

typedef struct {
  ck_loc loc; /* file NULL: belongs to the diagnostic's place */
  const char *text;
} ck_note;

typedef struct {
  ck_diag_id id;
  ck_severity severity;
  ck_loc loc;
  const char *message; /* the first line, without severity and id */
  const char *model, *checkpoint;
  const char **keys;
  size_t nkeys;
  ck_note *notes;
  size_t nnotes;
  const char *at_run_time; /* what the loader will do; NULL */
  const char **helps;
  size_t nhelps;
  const ck_exchange *fixits; /* that an editor may apply; none where there is a choice */
  size_t nfixits;
} ck_diagnostic;

typedef struct {
  ck_diagnostic *at;
  size_t n;
  const ck_match_result *match;
  const ck_note *remarks; /* about units: limits, files that did not parse */
  size_t nremarks;
  size_t errors, warnings;
  size_t sites, checked, partial, unchecked;
  bool explain;
} ck_report;

/* `files` are scanned for suppressions that suppress nothing (n may be 0); `remarks` are copied in front. */
ck_report *ck_report_new(const ck_analysis *analysis, const ck_match_result *match, const ck_report_options *options,
                         const char *const *files, size_t nfiles, const ck_note *remarks, size_t nremarks,
                         ck_arena *arena);

/* --- Forms ---------------------------------------------------------------------------------------------------- */

typedef struct {
  bool color;
  const char *directory; /* paths below it are printed relative to it; NULL: as they are */
  ck_buffer buffer;
} ck_text_style;

void ck_report_text(const ck_report *report, const ck_text_style *style, ck_strbuf *out);
void ck_report_lines(const ck_report *report, ck_strbuf *out);
/* One line that sums the run up, with a line break. */
void ck_report_summary(const ck_report *report, ck_strbuf *out);
void ck_report_json(const ck_report *report, ck_strbuf *out);
void ck_report_sarif(const ck_report *report, ck_strbuf *out);

/* `keys` and `show`. */
void ck_models_text(ck_model *const *models, size_t n, const ck_text_style *style, ck_strbuf *out);
void ck_models_json(ck_model *const *models, size_t n, ck_strbuf *out);
void ck_checkpoints_text(ck_ckpt *const *checkpoints, size_t n, bool all_keys, ck_strbuf *out);
/* The modules of checkpoints, indented, each with its keys; siblings that are alike once unless `all_keys`. */
void ck_checkpoints_tree(ck_ckpt *const *checkpoints, size_t n, bool all_keys, ck_strbuf *out);
void ck_checkpoints_json(ck_ckpt *const *checkpoints, size_t n, ck_strbuf *out);

/* A location as "FILE:LINE:COL", FILE shortened by the style. */
void ck_put_loc(ck_strbuf *out, ck_loc loc, const ck_text_style *style);
#endif
