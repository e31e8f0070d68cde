/* -W flags and what they make of a severity: a finding of the given id and severity through the engine. */
#include "rows.h"

#include <string.h>

#include "report/report.h"

static const struct row {
  const char *name, *flags;
  ck_diag_id id;
  ck_severity severity, want;
} rows[] = {
    {"as it is", "", CK_DIAG_MISSING_KEY, CK_SEVERITY_ERROR, CK_SEVERITY_ERROR},
    {"off", "-Wno-ckpt-missing-key", CK_DIAG_MISSING_KEY, CK_SEVERITY_ERROR, CK_SEVERITY_OFF},
    {"off for another", "-Wno-ckpt-format", CK_DIAG_MISSING_KEY, CK_SEVERITY_ERROR, CK_SEVERITY_ERROR},
    {"an error", "-Werror=ckpt-unexpected-key", CK_DIAG_UNEXPECTED_KEY, CK_SEVERITY_WARNING, CK_SEVERITY_ERROR},
    {"all warnings are errors", "-Werror", CK_DIAG_UNEXPECTED_KEY, CK_SEVERITY_WARNING, CK_SEVERITY_ERROR},
    {"notes are none", "-Werror", CK_DIAG_KIND_MISMATCH, CK_SEVERITY_NOTE, CK_SEVERITY_NOTE},
    {"no error after all", "-Werror -Wno-error=ckpt-unexpected-key", CK_DIAG_UNEXPECTED_KEY, CK_SEVERITY_WARNING,
     CK_SEVERITY_WARNING},
    {"an error lowered", "-Wno-error=ckpt-missing-key", CK_DIAG_MISSING_KEY, CK_SEVERITY_ERROR, CK_SEVERITY_WARNING},
    {"off by default", "", CK_DIAG_UNDETERMINED, CK_SEVERITY_OFF, CK_SEVERITY_OFF},
    {"switched on", "-Wckpt-undetermined", CK_DIAG_UNDETERMINED, CK_SEVERITY_OFF, CK_SEVERITY_WARNING},
    {"a note switched on", "-Wckpt-file-not-found", CK_DIAG_FILE_NOT_FOUND, CK_SEVERITY_NOTE, CK_SEVERITY_WARNING},
    {"an error switched on stays one", "-Wckpt-format", CK_DIAG_FORMAT, CK_SEVERITY_ERROR, CK_SEVERITY_ERROR},
    {"the last flag counts", "-Wno-ckpt-format -Wckpt-format", CK_DIAG_FORMAT, CK_SEVERITY_ERROR, CK_SEVERITY_ERROR},
};

static void severity(void **state) {
  const struct row *row = *state;
  ck_arena arena;
  ck_arena_init(&arena);
  ck_report_options options = {0};
  char *copy = ck_arena_strdup(&arena, row->flags), *save;
  for (char *flag = strtok_r(copy, " ", &save); flag != NULL; flag = strtok_r(NULL, " ", &save))
    assert_true(ck_report_take_flag(&options, flag, NULL));
  ck_finding finding = {.id = row->id, .severity = row->severity, .loc = {"main.cpp", 3, 1, 0, 0}, .detail = "text"};
  ck_match_result match = {.findings = &finding, .nfindings = 1};
  ck_report *report = ck_report_new(NULL, &match, &options, NULL, 0, NULL, 0, &arena);
  assert_int_equal(report->n > 0 ? report->at[0].severity : CK_SEVERITY_OFF, row->want);
  assert_int_equal(report->errors, row->want == CK_SEVERITY_ERROR);
  ck_arena_release(&arena);
}

int main(void) {
  ck_report_options options = {0};
  ck_err err = {0};
  if (!ck_report_take_flag(&options, "-Wckpt-no-such", &err) || err.status != CK_USAGE) return 1;
  if (ck_report_take_flag(&options, "-Wall", &err) || ck_report_take_flag(&options, "-Wextra", NULL)) return 1;
  return RUN_ROWS("severity", rows, severity);
}
