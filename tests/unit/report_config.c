/* .ckptlint: what is understood, and where an error is said to be. */
#include "rows.h"

#include <string.h>

#include "report/report.h"

static const struct row {
  const char *name, *text;
  const char *error; /* part of the message; NULL: none */
} rows[] = {
    {"empty", "", NULL},
    {"only a comment", "# nothing yet\n", NULL},
    {"severities", "severity:\n  unexpected-key: off\n  dtype-mismatch: warning\n", NULL},
    {"directories", "directories: [models, /srv/weights]\n", NULL},
    {"checkpoints", "checkpoints:\n  Net: models/net.pt\n", NULL},
    {"an unknown setting", "severity:\n  format: off\nbaselines: x\n", ":3:1: the settings are"},
    {"a misspelt setting", "\nseverty:\n  format: off\n",
     ":2:1: unknown setting \"severty\"; did you mean \"severity\""},
    {"an unknown id", "severity:\n  missing-keys: off\n", ":2:3: there is no diagnostic \"missing-keys\""},
    {"an unknown severity", "severity:\n  missing-key: fatal\n",
     ":2:16: a severity is off, note, warning or error, not \"fatal\""},
    {"a list for severities", "severity: [a, b]\n", ":1:11: severity is written as ID: SEVERITY"},
    {"a word for directories", "directories: models\n", ":1:14: directories are a list"},
    {"a list for a path", "checkpoints:\n  Net: [a]\n", ":2:8: a checkpoint is a path"},
    {"no mapping", "- a\n- b\n", ":1:1: the file is written as SETTING: VALUE"},
    {"no YAML", "severity: {format: off\n", "/src/.ckptlint:"},
    {"a tab", "severity:\n\tformat: off\n", ":2:"},
};

static void read_config(void **state) {
  const struct row *row = *state;
  ck_arena arena;
  ck_arena_init(&arena);
  ck_report_options options = {0};
  ck_config config = {0};
  ck_err err = {0};
  ck_status status = ck_config_read("/src/.ckptlint", row->text, strlen(row->text), &options, &config, &arena, &err);
  if (row->error == NULL) {
    assert_int_equal(status, CK_OK);
  } else {
    assert_int_equal(status, CK_USAGE);
    if (strstr(err.text, row->error) == NULL) fail_msg("\"%s\" lacks \"%s\"", err.text, row->error);
  }
  if (strcmp(row->name, "severities") == 0) {
    assert_int_equal(options.mode[CK_DIAG_UNEXPECTED_KEY], CK_MODE_OFF);
    assert_int_equal(options.mode[CK_DIAG_DTYPE_MISMATCH], CK_MODE_WARNING);
    assert_int_equal(options.mode[CK_DIAG_MISSING_KEY], CK_MODE_DEFAULT);
  }
  if (strcmp(row->name, "directories") == 0) {
    assert_int_equal(config.ndirectories, 2);
    assert_string_equal(config.directories[0], "/src/models");
    assert_string_equal(config.directories[1], "/srv/weights");
  }
  if (strcmp(row->name, "checkpoints") == 0) {
    assert_int_equal(config.nclasses, 1);
    assert_string_equal(config.class_names[0], "Net");
    assert_string_equal(config.class_paths[0], "/src/models/net.pt");
  }
  ck_arena_release(&arena);
}

int main(void) { return RUN_ROWS("configuration", rows, read_config); }
