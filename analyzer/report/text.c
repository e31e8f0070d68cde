/* text.c - diagnostics as GCC and Clang print them: FILE:LINE:COL: severity: text [-Wckpt-ID], the source line, a caret
 * with the extent, notes likewise, then what happens at run time and ways out. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/map.h"
#include "report/report_int.h"

enum {
  MAX_SOURCE = 64 * 1024 * 1024,
  MAX_LINE = 240 /* bytes of a source line that are shown; minified sources have longer ones */
};

typedef struct {
  const ck_text_style *style;
  ck_strbuf *out;
  ck_map sources; /* path -> text, NULL if unreadable */
} printer;

/* --- Colours, as GCC's default -------------------------------------------------------------------------------- */

#define BOLD    "\033[1m"
#define RED     "\033[1;31m"
#define MAGENTA "\033[1;35m"
#define CYAN    "\033[1;36m"
#define GREEN   "\033[1;32m"
#define RESET   "\033[0m"

static void colored(printer *p, const char *color, const char *text) {
  if (p->style->color) ck_strbuf_puts(p->out, color);
  ck_strbuf_puts(p->out, text);
  if (p->style->color) ck_strbuf_puts(p->out, RESET);
}

static const char *color_of(ck_severity severity) {
  return severity == CK_SEVERITY_ERROR ? RED : severity == CK_SEVERITY_WARNING ? MAGENTA : CYAN;
}

/* --- Places --------------------------------------------------------------------------------------------------- */

void ck_put_loc(ck_strbuf *out, ck_loc loc, const ck_text_style *style) {
  const char *file = loc.file, *directory = style != NULL ? style->directory : NULL;
  size_t n = directory != NULL ? strlen(directory) : 0;
  if (n > 1 && strncmp(file, directory, n) == 0 && file[n] == '/') file += n + 1;
  ck_strbuf_puts(out, file);
  if (loc.line > 0) ck_strbuf_printf(out, ":%u", loc.line);
  if (loc.line > 0 && loc.column > 0) ck_strbuf_printf(out, ":%u", loc.column);
}

static void put_place(printer *p, ck_loc loc) {
  if (p->style->color) ck_strbuf_puts(p->out, BOLD);
  if (loc.file != NULL) ck_put_loc(p->out, loc, p->style);
  else ck_strbuf_puts(p->out, "ckptlint");
  ck_strbuf_puts(p->out, ": ");
  if (p->style->color) ck_strbuf_puts(p->out, RESET);
}

static const char *source_text(printer *p, const char *file) {
  bool is_new;
  ck_map_entry *slot = ck_map_put(&p->sources, file, &is_new);
  size_t size;
  char *text;
  const char *path = ck_buffer_of(&p->style->buffer, file);
  if (is_new && ck_read_file(path != NULL ? path : slot->key, MAX_SOURCE, &text, &size, NULL) == CK_OK) slot->p = text;
  return slot->p;
}

/* The line under a message, and the caret with the extent of the place under it. */
static void put_source(printer *p, ck_loc loc, const char *color) {
  const char *text = loc.file != NULL && loc.line > 0 ? source_text(p, loc.file) : NULL;
  if (text == NULL) return;
  const char *line = text;
  for (uint32_t i = 1; i < loc.line && line != NULL; i++) {
    line = strchr(line, '\n');
    if (line != NULL) line++;
  }
  if (line == NULL || *line == '\0') return;
  size_t n = strcspn(line, "\r\n");
  if (n > MAX_LINE || loc.column == 0 || loc.column > n) return;
  ck_strbuf_printf(p->out, "%5u | %.*s\n      | ", loc.line, (int)n, line);
  for (size_t i = 0; i + 1 < loc.column; i++) ck_strbuf_putc(p->out, line[i] == '\t' ? '\t' : ' ');
  size_t length = loc.end > loc.begin ? loc.end - loc.begin : 1, room = n - (loc.column - 1);
  if (length > room) length = room;
  if (p->style->color) ck_strbuf_puts(p->out, color);
  ck_strbuf_putc(p->out, '^');
  for (size_t i = 1; i < length; i++) ck_strbuf_putc(p->out, '~');
  if (p->style->color) ck_strbuf_puts(p->out, RESET);
  ck_strbuf_putc(p->out, '\n');
}

/* --- Diagnostics ---------------------------------------------------------------------------------------------- */

/* Names of a file's keys stand in messages. */
static void put_text(printer *p, const char *text) {
  size_t start = p->out->n;
  ck_strbuf_puts(p->out, text);
  ck_strbuf_tame(p->out, start, false);
}

static void put_note(printer *p, const ck_note *note) {
  if (note->loc.file == NULL) {
    ck_strbuf_puts(p->out, "      ");
    put_text(p, note->text);
    ck_strbuf_putc(p->out, '\n');
    return;
  }
  put_place(p, note->loc);
  colored(p, CYAN, "note: ");
  put_text(p, note->text);
  ck_strbuf_putc(p->out, '\n');
  put_source(p, note->loc, GREEN);
}

static void put_line(printer *p, const char *label, const char *text) {
  ck_strbuf_puts(p->out, "  ");
  colored(p, BOLD, label);
  put_text(p, text);
  ck_strbuf_putc(p->out, '\n');
}

static void put_diagnostic(printer *p, const ck_diagnostic *d) {
  const char *color = color_of(d->severity);
  put_place(p, d->loc);
  colored(p, color, ck_severity_name(d->severity));
  colored(p, color, ": ");
  put_text(p, d->message);
  ck_strbuf_puts(p->out, " [");
  if (p->style->color) ck_strbuf_puts(p->out, color);
  ck_strbuf_printf(p->out, "-Wckpt-%s", ck_diag_row_of(d->id)->id);
  if (p->style->color) ck_strbuf_puts(p->out, RESET);
  ck_strbuf_puts(p->out, "]\n");
  put_source(p, d->loc, GREEN);
  for (size_t i = 0; i < d->nnotes; i++) put_note(p, &d->notes[i]);
  if (d->at_run_time != NULL) put_line(p, "at run time: ", d->at_run_time);
  for (size_t i = 0; i < d->nhelps; i++) put_line(p, "help: ", d->helps[i]);
}

static void put_explanation(printer *p, const ck_site_result *site) {
  if (site->status != CK_SITE_CHECKED && site->reason_loc.file != NULL &&
      (site->reason_loc.line != site->site->loc.line || strcmp(site->reason_loc.file, site->site->loc.file) != 0)) {
    ck_note note = {site->reason_loc, "this is what is not known"};
    put_note(p, &note);
  }
  for (size_t i = 0; i < site->nimplied; i++) put_line(p, "the checkpoint implies: ", site->implied[i]);
}

void ck_report_text(const ck_report *report, const ck_text_style *style, ck_strbuf *out) {
  printer p = {.style = style, .out = out};
  ck_map_init(&p.sources);
  for (size_t i = 0; i < report->nremarks; i++) {
    put_place(&p, report->remarks[i].loc);
    colored(&p, CYAN, "note: ");
    ck_strbuf_printf(out, "%s\n", report->remarks[i].text);
  }
  for (size_t i = 0; i < report->n; i++) {
    put_diagnostic(&p, &report->at[i]);
    if (!report->explain || report->at[i].id != CK_DIAG_UNDETERMINED) continue;
    for (size_t s = 0; s < report->match->nsites; s++) {
      ck_loc a = report->match->sites[s].site->loc, b = report->at[i].loc;
      if (a.line == b.line && a.column == b.column && a.file != NULL && b.file != NULL && strcmp(a.file, b.file) == 0)
        put_explanation(&p, &report->match->sites[s]);
    }
  }
  for (size_t i = 0; i < p.sources.count; i++) free(p.sources.entries[i].p);
  ck_map_release(&p.sources);
}

static void put_count(ck_strbuf *out, size_t n, const char *what, const char *before) {
  if (n > 0) ck_strbuf_printf(out, "%s%zu %s%s", before, n, what, n == 1 ? "" : "s");
}

void ck_report_summary(const ck_report *r, ck_strbuf *out) {
  ck_strbuf_printf(out, "ckptlint: %zu load site%s", r->sites, r->sites == 1 ? "" : "s");
  if (r->sites > 0)
    ck_strbuf_printf(out, ": %zu checked, %zu in part, %zu not checked", r->checked, r->partial, r->unchecked);
  put_count(out, r->errors, "error", "; ");
  put_count(out, r->warnings, "warning", r->errors > 0 ? ", " : "; ");
  if (r->partial + r->unchecked > 0 && !r->explain) ck_strbuf_puts(out, " (--explain says why)");
  ck_strbuf_putc(out, '\n');
}
