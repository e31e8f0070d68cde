/* report_int.h - the parts of the diagnostics engine. */
#ifndef CK_REPORT_REPORT_INT_H
#define CK_REPORT_REPORT_INT_H
#include <jansson.h>

#include "report/report.h"

/* Lines of keys under one diagnostic before "and N more" (DESIGN.md, Diagnostics). */
enum { CK_MAX_LINES = 8, CK_MAX_NAMES = 4 /* names in a first line */ };

/* message.c: the sentences of one finding. Severity and order are the caller's. */
ck_diagnostic ck_message_of(const ck_finding *finding, bool all_keys, ck_arena *arena);

/* checkpoint_table.c: what `show` says of a checkpoint besides its keys. */
typedef struct {
  size_t keys, parameters, buffers; /* of known kind */
  uint64_t elements, bytes;
  bool some_unknown;           /* of elements or bytes: the sums are of the others */
  bool dtypes[CK_DTYPE_COUNT]; /* those that occur */
  const char *others[4];       /* names of dtypes that PyTorch lacks, as many as fit */
  bool more_others;
} ck_tally;
void ck_tally_add(ck_tally *tally, const ck_ckpt_entry *entry);
void ck_tally_dtypes(const ck_tally *tally, ck_strbuf *out);  /* "float32, int64" */
void ck_put_count(ck_strbuf *out, uint64_t n);                /* "1,234,567" */
void ck_put_bytes(ck_strbuf *out, uint64_t n);                /* "4.9 kB" */
void ck_checkpoint_head(ck_strbuf *out, const ck_ckpt *ckpt); /* first lines: what it is, sums */
void ck_checkpoint_foot(ck_strbuf *out, const ck_ckpt *ckpt); /* last lines: metadata, problems, unsafe globals */
void ck_put_tensor(ck_strbuf *out, const ck_ckpt_entry *entry, ck_arena *arena); /* "parameter  [8, 4] float32" */

/* json.c: values that hold bytes of any encoding (invalid UTF-8 is replaced), and NULL as null. */
json_t *ck_diag_json_string(const char *s);
void ck_diag_json_dump(json_t *root, ck_strbuf *out); /* takes the reference; two spaces of indentation, a line break */
void ck_diag_json_loc(json_t *object, ck_loc loc);    /* sets file, line, column; null without a place */
#endif
