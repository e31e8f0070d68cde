/* report_int.h - the parts of the diagnostics engine. */
#ifndef CK_REPORT_REPORT_INT_H
#define CK_REPORT_REPORT_INT_H
#include <jansson.h>

#include "report/report.h"

/* Lines of keys under one diagnostic before "and N more" (DESIGN.md, Diagnostics). */
enum { CK_MAX_LINES = 8, CK_MAX_NAMES = 4 /* names in a first line */ };

/* message.c: the sentences of one finding. Severity and order are the caller's. */
ck_diagnostic ck_message_of(const ck_finding *finding, bool all_keys, ck_arena *arena);

/* json.c: values that hold bytes of any encoding (invalid UTF-8 is replaced), and NULL as null. */
json_t *ck_diag_json_string(const char *s);
void ck_diag_json_dump(json_t *root, ck_strbuf *out); /* takes the reference; two spaces of indentation, a line break */
void ck_diag_json_loc(json_t *object, ck_loc loc);    /* sets file, line, column; null without a place */
#endif
