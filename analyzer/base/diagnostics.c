#include "base/diagnostics.h"

#include <string.h>

static const ck_diag_row rows[] = {
#define CK_DIAG(id, name, severity, text) [CK_DIAG_##name] = {id, CK_SEVERITY_##severity, text},
#include "base/diagnostics.def"
#undef CK_DIAG
};

const ck_diag_row *ck_diag_row_of(ck_diag_id id) { return &rows[id]; }

int ck_diag_from_name(const char *id) {
  for (int i = 0; i < CK_DIAG_COUNT; i++)
    if (strcmp(rows[i].id, id) == 0) return i;
  return -1;
}

const char *ck_severity_name(ck_severity s) {
  static const char *const names[] = {"off", "note", "warning", "error"};
  return names[s];
}
