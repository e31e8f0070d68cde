/* lines.c - diagnostics as FILE:LINE:COL: SEVERITY: TEXT, one line each, for hosts that have diagnostics of their own
 * (compilers with a plugin, editors): no source, no caret. */
#include "report/report_int.h"

/* Names of a file's keys stand in messages. */
static void put(ck_strbuf *out, ck_loc loc, const char *label, const char *text, const char *id) {
  ck_put_loc(out, loc, NULL);
  size_t start = out->n;
  ck_strbuf_printf(out, ": %s: %s", label, text);
  if (id != NULL) ck_strbuf_printf(out, " [-Wckpt-%s]", id);
  ck_strbuf_tame(out, start, false);
  ck_strbuf_putc(out, '\n');
}

void ck_report_lines(const ck_report *report, ck_strbuf *out) {
  for (size_t i = 0; i < report->n; i++) {
    const ck_diagnostic *d = &report->at[i];
    put(out, d->loc, ck_severity_name(d->severity), d->message, ck_diag_row_of(d->id)->id);
    for (size_t k = 0; k < d->nnotes; k++)
      put(out, d->notes[k].loc.file != NULL ? d->notes[k].loc : d->loc, "note", d->notes[k].text, NULL);
    if (d->at_run_time != NULL) put(out, d->loc, "note: at run time", d->at_run_time, NULL);
    for (size_t k = 0; k < d->nhelps; k++) put(out, d->loc, "note: help", d->helps[k], NULL);
  }
}
