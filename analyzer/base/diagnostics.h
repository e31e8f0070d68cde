/* diagnostics.h - the ids of findings and their severities, from the one table diagnostics.def. */
#ifndef CK_BASE_DIAGNOSTICS_H
#define CK_BASE_DIAGNOSTICS_H

typedef enum { CK_SEVERITY_OFF, CK_SEVERITY_NOTE, CK_SEVERITY_WARNING, CK_SEVERITY_ERROR } ck_severity;

typedef enum {
#define CK_DIAG(id, name, severity, text) CK_DIAG_##name,
#include "base/diagnostics.def"
#undef CK_DIAG
  CK_DIAG_COUNT
} ck_diag_id;

typedef struct {
  const char *id;       /* "missing-key" */
  ck_severity severity; /* by default */
  const char *text;     /* one sentence, no full stop */
} ck_diag_row;

const ck_diag_row *ck_diag_row_of(ck_diag_id id);
int ck_diag_from_name(const char *id);       /* ck_diag_id, or -1 */
const char *ck_severity_name(ck_severity s); /* "error", "warning", "note", "off" */
#endif
