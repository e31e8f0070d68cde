/* json.c - `check --format=json`: the contract is in DESIGN.md, "Command line"; raise "schema" with every change that
 * breaks a reader. */
#include <stdlib.h>
#include <string.h>

#include "report/report_int.h"

/* Names in checkpoints are bytes; JSON is UTF-8. Bytes that are not become U+FFFD, so output is always valid. */
static void put_utf8(ck_strbuf *out, const char *s) {
  const unsigned char *u = (const unsigned char *)s;
  while (*u != 0) {
    size_t n = *u < 0x80                 ? 1
               : *u >= 0xc2 && *u < 0xe0 ? 2
               : *u >= 0xe0 && *u < 0xf0 ? 3
               : *u >= 0xf0 && *u < 0xf5 ? 4
                                         : 0;
    bool valid = n > 0;
    for (size_t i = 1; i < n && valid; i++) valid = (u[i] & 0xc0) == 0x80;
    if (valid && n == 3) valid = !(u[0] == 0xe0 && u[1] < 0xa0) && !(u[0] == 0xed && u[1] >= 0xa0);
    if (valid && n == 4) valid = !(u[0] == 0xf0 && u[1] < 0x90) && !(u[0] == 0xf4 && u[1] >= 0x90);
    if (valid) ck_strbuf_add(out, u, n), u += n;
    else ck_strbuf_puts(out, "\xef\xbf\xbd"), u++;
  }
}

json_t *ck_diag_json_string(const char *s) {
  if (s == NULL) return json_null();
  json_t *value = json_string(s);
  if (value != NULL) return value;
  ck_strbuf b;
  ck_strbuf_init(&b);
  put_utf8(&b, s);
  value = json_string(b.s);
  ck_strbuf_release(&b);
  return value != NULL ? value : json_null();
}

static int append(const char *bytes, size_t n, void *data) {
  ck_strbuf_add(data, bytes, n);
  return 0;
}

void ck_diag_json_dump(json_t *root, ck_strbuf *out) {
  json_dump_callback(root, append, out, JSON_INDENT(2));
  ck_strbuf_putc(out, '\n');
  json_decref(root);
}

void ck_diag_json_loc(json_t *object, ck_loc loc) {
  bool placed = loc.file != NULL;
  json_object_set_new(object, "file", ck_diag_json_string(loc.file));
  json_object_set_new(object, "line", placed ? json_integer(loc.line) : json_null());
  json_object_set_new(object, "column", placed ? json_integer(loc.column) : json_null());
}

static json_t *note_json(ck_loc loc, const char *text) {
  json_t *note = json_object();
  ck_diag_json_loc(note, loc);
  json_object_set_new(note, "message", ck_diag_json_string(text));
  return note;
}

static json_t *finding_json(const ck_diagnostic *d) {
  json_t *object = json_object(), *keys = json_array(), *notes = json_array();
  json_object_set_new(object, "id", ck_diag_json_string(ck_diag_row_of(d->id)->id));
  json_object_set_new(object, "severity", ck_diag_json_string(ck_severity_name(d->severity)));
  ck_diag_json_loc(object, d->loc);
  json_object_set_new(object, "message", ck_diag_json_string(d->message));
  json_object_set_new(object, "model", ck_diag_json_string(d->model));
  json_object_set_new(object, "checkpoint", ck_diag_json_string(d->checkpoint));
  for (size_t i = 0; i < d->nkeys; i++) json_array_append_new(keys, ck_diag_json_string(d->keys[i]));
  json_object_set_new(object, "keys", keys);
  for (size_t i = 0; i < d->nnotes; i++) json_array_append_new(notes, note_json(d->notes[i].loc, d->notes[i].text));
  if (d->at_run_time != NULL) json_array_append_new(notes, note_json((ck_loc){0}, d->at_run_time));
  for (size_t i = 0; i < d->nhelps; i++) json_array_append_new(notes, note_json((ck_loc){0}, d->helps[i]));
  json_object_set_new(object, "notes", notes);
  json_t *fixits = json_array();
  for (size_t i = 0; i < d->nfixits; i++) {
    json_t *fixit = json_object();
    ck_diag_json_loc(fixit, d->fixits[i].loc);
    json_object_set_new(fixit, "length", json_integer((json_int_t)strlen(d->fixits[i].old)));
    json_object_set_new(fixit, "text", ck_diag_json_string(d->fixits[i].text));
    json_array_append_new(fixits, fixit);
  }
  json_object_set_new(object, "fixits", fixits);
  return object;
}

static json_t *site_json(const ck_site_result *s) {
  json_t *object = json_object(), *implied = json_array();
  ck_diag_json_loc(object, s->site->loc);
  json_object_set_new(object, "loader", ck_diag_json_string(ck_loader_name(s->site->loader)));
  json_object_set_new(object, "model", ck_diag_json_string(s->model));
  json_object_set_new(object, "checkpoint", ck_diag_json_string(s->checkpoint));
  json_object_set_new(object, "status", ck_diag_json_string(ck_site_status_name(s->status)));
  json_object_set_new(object, "reason", ck_diag_json_string(s->reason));
  for (size_t i = 0; i < s->nimplied; i++) json_array_append_new(implied, ck_diag_json_string(s->implied[i]));
  json_object_set_new(object, "implied", implied);
  return object;
}

void ck_report_json(const ck_report *report, ck_strbuf *out) {
  json_t *root = json_object(), *findings = json_array(), *sites = json_array(), *notes = json_array();
  json_object_set_new(root, "schema", json_integer(1));
  for (size_t i = 0; i < report->n; i++) json_array_append_new(findings, finding_json(&report->at[i]));
  json_object_set_new(root, "findings", findings);
  for (size_t i = 0; i < report->match->nsites; i++) json_array_append_new(sites, site_json(&report->match->sites[i]));
  json_object_set_new(root, "sites", sites);
  for (size_t i = 0; i < report->nremarks; i++)
    json_array_append_new(notes, note_json(report->remarks[i].loc, report->remarks[i].text));
  json_object_set_new(root, "notes", notes);
  ck_diag_json_dump(root, out);
}
