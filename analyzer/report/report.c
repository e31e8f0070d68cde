/* report.c - from findings to the ordered list of diagnostics: severities, suppressions, order, counts. */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/vec.h"
#include "match/comments.h"
#include "report/report_int.h"

typedef CK_VEC(ck_diagnostic) diagnostics;

/* --- Severity ------------------------------------------------------------------------------------------------- */

static ck_severity severity_of(const ck_report_options *o, ck_diag_id id, ck_severity severity) {
  switch (o->mode[id]) {
  case CK_MODE_OFF: return CK_SEVERITY_OFF;
  case CK_MODE_NOTE: return CK_SEVERITY_NOTE;
  case CK_MODE_WARNING: return CK_SEVERITY_WARNING;
  case CK_MODE_ERROR: return CK_SEVERITY_ERROR;
  case CK_MODE_ON: severity = severity < CK_SEVERITY_WARNING ? CK_SEVERITY_WARNING : severity; break;
  default:
    if (o->explain && id == CK_DIAG_UNDETERMINED) severity = CK_SEVERITY_NOTE;
  }
  return o->werror && severity == CK_SEVERITY_WARNING ? CK_SEVERITY_ERROR : severity;
}

/* --- Suppression ---------------------------------------------------------------------------------------------- */

typedef struct {
  ck_comments comments;
  bool *used;
} source;

typedef struct {
  ck_arena *arena;
  ck_map files; /* path -> source */
  ck_buffer buffer;
} suppressions;

static source *source_of(suppressions *s, const char *file) {
  bool is_new;
  ck_map_entry *slot = ck_map_put(&s->files, file, &is_new);
  if (!is_new) return slot->p;
  source *src = CK_NEW(s->arena, source);
  slot->p = src;
  src->comments = ck_comments_of_file(s->arena, slot->key, ck_buffer_of(&s->buffer, slot->key));
  /* the map's copy of the path dies with it */
  for (size_t i = 0; i < src->comments.n; i++) src->comments.at[i].loc.file = ck_arena_strdup(s->arena, slot->key);
  src->used = CK_NEW_N(s->arena, bool, src->comments.n + 1);
  return src;
}

static bool is_suppressed(suppressions *s, ck_diag_id id, ck_loc loc) {
  if (loc.file == NULL) return false;
  source *src = source_of(s, loc.file);
  bool found = false;
  for (size_t i = 0; i < src->comments.n; i++) {
    const ck_comment *c = &src->comments.at[i];
    if (c->kind != CK_COMMENT_IGNORE || (c->about != loc.line && c->loc.line != loc.line)) continue;
    if (strcmp(c->text, ck_diag_row_of(id)->id) == 0) src->used[i] = found = true;
  }
  return found;
}

/* An ignored id is unused only if nothing of it was raised there, whatever its severity became. */
static void add_unused(suppressions *s, const ck_report_options *o, diagnostics *out) {
  for (size_t f = 0; f < s->files.count; f++) {
    const source *src = s->files.entries[f].p;
    for (size_t i = 0; i < src->comments.n; i++) {
      const ck_comment *c = &src->comments.at[i];
      if (c->kind != CK_COMMENT_IGNORE || src->used[i]) continue;
      bool known = ck_diag_from_name(c->text) >= 0;
      ck_severity severity = severity_of(o, CK_DIAG_UNUSED_IGNORE, ck_diag_row_of(CK_DIAG_UNUSED_IGNORE)->severity);
      if (severity == CK_SEVERITY_OFF) continue;
      ck_vec_push(
          out, (ck_diagnostic){
                   .id = CK_DIAG_UNUSED_IGNORE,
                   .severity = severity,
                   .loc = c->loc,
                   .message = known ? ck_arena_printf(s->arena, "ignore[%s] suppresses nothing here", c->text)
                                    : ck_arena_printf(s->arena, "there is no diagnostic \"%s\" to ignore", c->text)});
    }
  }
}

/* --- Collecting ----------------------------------------------------------------------------------------------- */

static void add_finding(diagnostics *out, suppressions *s, const ck_report_options *o, const ck_finding *f) {
  if (is_suppressed(s, f->id, f->loc)) return;
  ck_severity severity = severity_of(o, f->id, f->severity);
  if (severity == CK_SEVERITY_OFF) return;
  ck_diagnostic d = ck_message_of(f, o->all_keys, s->arena);
  d.severity = severity;
  ck_vec_push(out, d);
}

static void add_model_finding(diagnostics *out, suppressions *s, const ck_report_options *o,
                              const ck_model_finding *f) {
  if (is_suppressed(s, f->id, f->loc)) return;
  ck_severity severity = severity_of(o, f->id, ck_diag_row_of(f->id)->severity);
  if (severity == CK_SEVERITY_OFF) return;
  ck_diagnostic d = {.id = f->id, .severity = severity, .loc = f->loc, .message = f->text, .model = f->cls};
  if (f->note != NULL) {
    d.notes = CK_NEW(s->arena, ck_note);
    d.notes[0] = (ck_note){f->note_loc, f->note};
    d.nnotes = 1;
  }
  ck_vec_push(out, d);
}

static int compare_text(const char *a, const char *b) { return strcmp(a != NULL ? a : "", b != NULL ? b : ""); }

static int by_place(const void *a, const void *b) {
  const ck_diagnostic *x = a, *y = b;
  int order = compare_text(x->loc.file, y->loc.file);
  if (order != 0) return order;
  if (x->loc.line != y->loc.line) return x->loc.line < y->loc.line ? -1 : 1;
  if (x->loc.column != y->loc.column) return x->loc.column < y->loc.column ? -1 : 1;
  if (x->severity != y->severity) return x->severity > y->severity ? -1 : 1;
  if (x->id != y->id) return x->id < y->id ? -1 : 1;
  return compare_text(x->message, y->message);
}

/* A header in two units says everything twice. */
static size_t drop_repeated(ck_diagnostic *at, size_t n) {
  size_t kept = 0;
  for (size_t i = 0; i < n; i++)
    if (kept == 0 || by_place(&at[kept - 1], &at[i]) != 0) at[kept++] = at[i];
  return kept;
}

static void count(ck_report *r) {
  for (size_t i = 0; i < r->n; i++) {
    r->errors += r->at[i].severity == CK_SEVERITY_ERROR;
    r->warnings += r->at[i].severity == CK_SEVERITY_WARNING;
  }
  r->sites = r->match->nsites;
  for (size_t i = 0; i < r->sites; i++) {
    r->checked += r->match->sites[i].status == CK_SITE_CHECKED;
    r->partial += r->match->sites[i].status == CK_SITE_PARTIAL;
    r->unchecked += r->match->sites[i].status == CK_SITE_UNDETERMINED;
  }
}

ck_report *ck_report_new(const ck_analysis *analysis, const ck_match_result *match, const ck_report_options *options,
                         const char *const *files, size_t nfiles, const ck_note *remarks, size_t nremarks,
                         ck_arena *arena) {
  suppressions s = {.arena = arena, .buffer = options->buffer};
  ck_map_init(&s.files);
  diagnostics all = {0};
  for (size_t i = 0; i < nfiles; i++) source_of(&s, files[i]);
  for (size_t i = 0; i < match->nfindings; i++) add_finding(&all, &s, options, &match->findings[i]);
  for (size_t i = 0; analysis != NULL && i < analysis->nfindings; i++)
    add_model_finding(&all, &s, options, &analysis->findings[i]);
  add_unused(&s, options, &all);
  if (all.n > 0) qsort(all.at, all.n, sizeof *all.at, by_place);
  ck_report *r = CK_NEW(arena, ck_report);
  r->n = drop_repeated(all.at, all.n);
  r->at = CK_NEW_N(arena, ck_diagnostic, r->n + 1);
  if (r->n > 0 && all.at != NULL) memcpy(r->at, all.at, r->n * sizeof *r->at);
  r->match = match;
  r->explain = options->explain;
  size_t nnotes = analysis != NULL ? analysis->nnotes : 0;
  ck_note *notes = CK_NEW_N(arena, ck_note, nremarks + nnotes + 1);
  if (nremarks > 0) memcpy(notes, remarks, nremarks * sizeof *notes);
  for (size_t i = 0; i < nnotes; i++) notes[nremarks + i] = (ck_note){analysis->notes[i].loc, analysis->notes[i].text};
  r->remarks = notes;
  r->nremarks = nremarks + nnotes;
  count(r);
  free(all.at);
  ck_map_release(&s.files);
  return r;
}
