/* sarif.c - `check --format=sarif`: SARIF 2.1.0 (OASIS), for code scanning services. The rules are the table of ids. */
#include <string.h>

#include "report/report_int.h"

static json_t *text_json(const char *text) {
  json_t *object = json_object();
  json_object_set_new(object, "text", ck_diag_json_string(text));
  return object;
}

static json_t *rule_json(ck_diag_id id) {
  const ck_diag_row *row = ck_diag_row_of(id);
  json_t *rule = json_object(), *configuration = json_object();
  json_object_set_new(rule, "id", ck_diag_json_string(row->id));
  json_object_set_new(rule, "shortDescription", text_json(row->text));
  json_object_set_new(configuration, "level",
                      ck_diag_json_string(row->severity == CK_SEVERITY_OFF ? "none" : ck_severity_name(row->severity)));
  if (row->severity == CK_SEVERITY_OFF) json_object_set_new(configuration, "enabled", json_false());
  json_object_set_new(rule, "defaultConfiguration", configuration);
  return rule;
}

/* A URI of a path: bytes outside the unreserved set are escaped (RFC 3986). */
static json_t *uri_json(const char *path) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  if (path[0] == '/') ck_strbuf_puts(&b, "file://");
  for (const unsigned char *s = (const unsigned char *)path; *s != 0; s++) {
    bool plain =
        (*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') || strchr("/-._~", *s) != NULL;
    if (plain) ck_strbuf_putc(&b, (char)*s);
    else ck_strbuf_printf(&b, "%%%02X", *s);
  }
  json_t *uri = ck_diag_json_string(b.s);
  ck_strbuf_release(&b);
  return uri;
}

static json_t *location_json(ck_loc loc, const char *message) {
  json_t *location = json_object(), *physical = json_object(), *artifact = json_object(), *region = json_object();
  json_object_set_new(artifact, "uri", uri_json(loc.file));
  json_object_set_new(physical, "artifactLocation", artifact);
  json_object_set_new(region, "startLine", json_integer(loc.line > 0 ? loc.line : 1));
  json_object_set_new(region, "startColumn", json_integer(loc.column > 0 ? loc.column : 1));
  json_object_set_new(physical, "region", region);
  json_object_set_new(location, "physicalLocation", physical);
  if (message != NULL) json_object_set_new(location, "message", text_json(message));
  return location;
}

static json_t *result_json(const ck_diagnostic *d) {
  json_t *result = json_object(), *related = json_array(), *locations = json_array();
  ck_strbuf text;
  ck_strbuf_init(&text);
  ck_strbuf_puts(&text, d->message);
  if (d->at_run_time != NULL) ck_strbuf_printf(&text, "\nAt run time: %s", d->at_run_time);
  for (size_t i = 0; i < d->nhelps; i++) ck_strbuf_printf(&text, "\nHelp: %s", d->helps[i]);
  json_object_set_new(result, "ruleId", ck_diag_json_string(ck_diag_row_of(d->id)->id));
  json_object_set_new(result, "ruleIndex", json_integer(d->id));
  json_object_set_new(result, "level", ck_diag_json_string(ck_severity_name(d->severity)));
  json_object_set_new(result, "message", text_json(text.s));
  if (d->loc.file != NULL) json_array_append_new(locations, location_json(d->loc, NULL));
  json_object_set_new(result, "locations", locations);
  for (size_t i = 0; i < d->nnotes; i++)
    if (d->notes[i].loc.file != NULL) json_array_append_new(related, location_json(d->notes[i].loc, d->notes[i].text));
  if (json_array_size(related) > 0) json_object_set(result, "relatedLocations", related);
  json_decref(related);
  ck_strbuf_release(&text);
  return result;
}

void ck_report_sarif(const ck_report *report, ck_strbuf *out) {
  json_t *root = json_object(), *runs = json_array(), *run = json_object(), *tool = json_object();
  json_t *driver = json_object(), *rules = json_array(), *results = json_array();
  json_object_set_new(root, "$schema", json_string("https://json.schemastore.org/sarif-2.1.0.json"));
  json_object_set_new(root, "version", json_string("2.1.0"));
  json_object_set_new(driver, "name", json_string("ckptlint"));
  json_object_set_new(driver, "version", json_string(CKPTLINT_VERSION));
  for (int id = 0; id < CK_DIAG_COUNT; id++) json_array_append_new(rules, rule_json((ck_diag_id)id));
  json_object_set_new(driver, "rules", rules);
  json_object_set_new(tool, "driver", driver);
  json_object_set_new(run, "tool", tool);
  json_object_set_new(run, "columnKind", json_string("utf16CodeUnits"));
  for (size_t i = 0; i < report->n; i++) json_array_append_new(results, result_json(&report->at[i]));
  json_object_set_new(run, "results", results);
  json_array_append_new(runs, run);
  json_object_set_new(root, "runs", runs);
  ck_diag_json_dump(root, out);
}
