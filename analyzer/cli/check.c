/* check.c - `ckptlint check`: units, program, analysis, match, report. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"
#include "torch/torch.h"

static const char *working_directory(ck_arena *arena) {
  char here[PATH_MAX];
  return ck_arena_strdup(arena, getcwd(here, sizeof here) != NULL ? here : ".");
}

/* --- Options of the matcher ------------------------------------------------------------------------------------------
 */

static void fill_match_options(const cli_options *o, const ck_config *config, const char *build_folder, ck_arena *arena,
                               ck_match_options *out) {
  const char **directories = CK_NEW_N(arena, const char *, config->ndirectories + 2);
  size_t n = 0;
  directories[n++] = working_directory(arena);
  if (build_folder != NULL) directories[n++] = build_folder;
  for (size_t i = 0; i < config->ndirectories; i++) directories[n++] = config->directories[i];
  /* the command line stands before the file: the first that names the class wins */
  size_t total = o->class_names.n + config->nclasses, k = 0;
  const char **names = CK_NEW_N(arena, const char *, total + 1), **paths = CK_NEW_N(arena, const char *, total + 1);
  for (size_t i = 0; i < o->class_names.n; i++) names[k] = o->class_names.at[i], paths[k++] = o->class_paths.at[i];
  for (size_t i = 0; i < config->nclasses; i++) names[k] = config->class_names[i], paths[k++] = config->class_paths[i];
  *out = (ck_match_options){.directories = directories,
                            .ndirectories = n,
                            .checkpoint_for_all = o->checkpoint,
                            .class_names = names,
                            .class_paths = paths,
                            .nclasses = total};
}

/* Modes of the command line stand before those of the file. */
static ck_report_options merge_options(const ck_report_options *line, const ck_report_options *file) {
  ck_report_options merged = *line;
  for (size_t i = 0; i < CK_DIAG_COUNT; i++)
    if (merged.mode[i] == CK_MODE_DEFAULT) merged.mode[i] = file->mode[i];
  return merged;
}

/* --- One analysis
 * ----------------------------------------------------------------------------------------------------- */

/* Takes out what the filter does not want. */
static void apply_filter(ck_match_result *match, cli_filter *filter, void *data) {
  bool keep;
  size_t nfindings = 0;
  for (size_t f = 0; f < match->nfindings; f++) {
    keep = false;
    for (size_t s = 0; s < match->nsites; s++) {
      ck_loc a = match->sites[s].site->loc, b = match->findings[f].loc;
      if (a.line == b.line && a.column == b.column && a.file != NULL && b.file != NULL && strcmp(a.file, b.file) == 0)
        keep |= filter(&match->sites[s], b, data);
    }
    if (keep) match->findings[nfindings++] = match->findings[f];
  }
  match->nfindings = nfindings;
  size_t nsites = 0;
  for (size_t s = 0; s < match->nsites; s++)
    if (filter(&match->sites[s], match->sites[s].site->loc, data)) match->sites[nsites++] = match->sites[s];
  match->nsites = nsites;
}

/* Units that were read for their definitions only: what is wrong in their own files is told when they are asked for. */
typedef struct {
  const cli_command *commands;
  size_t n;
} asked;

static bool is_asked(const ck_site_result *site, ck_loc loc, void *data) {
  (void)site;
  const asked *a = data;
  for (size_t i = 0; i < a->n && loc.file != NULL; i++)
    if (a->commands[i].is_other && strcmp(a->commands[i].file, loc.file) == 0) return false;
  return true;
}

static ck_model_finding *asked_findings(ck_analysis *analysis, asked *a, ck_arena *arena) {
  ck_model_finding *kept = CK_NEW_N(arena, ck_model_finding, analysis->nfindings + 1);
  size_t n = 0;
  for (size_t i = 0; i < analysis->nfindings; i++)
    if (is_asked(NULL, analysis->findings[i].loc, a)) kept[n++] = analysis->findings[i];
  analysis->nfindings = n;
  return kept;
}

ck_status cli_check_run(cli_check *check, const cli_options *o, const cli_command *commands, size_t n,
                        const char *build_folder, const cli_words *remarks, cli_scope scope, cli_filter *filter,
                        void *data, ck_err *err) {
  *check = (cli_check){0};
  ck_arena_init(&check->arena);
  cli_units_init(&check->units);
  ck_report_options from_file = {0};
  ck_config config = {0};
  char *here = NULL;
  const char *source = n > 0 ? commands[0].file : (here = ck_path_join(working_directory(&check->arena), "x"));
  ck_status status = ck_config_find(source, &from_file, &config, &check->arena, err);
  free(here);
  if (status != CK_OK) return status;
  status = cli_make_units(o, commands, n, &check->units, err);
  if (status != CK_OK) return status;
  check->program = ck_ir_program_new(check->units.units.at, check->units.units.n);
  const char **files = CK_NEW_N(&check->arena, const char *, n + 1);
  size_t nfiles = 0;
  for (size_t i = 0; i < n; i++)
    if (!commands[i].is_other) files[nfiles++] = commands[i].file;
  ck_match_options match_options;
  fill_match_options(o, &config, build_folder, &check->arena, &match_options);
  check->files = ck_match_files_new(&match_options, &check->arena);
  ck_torch_request request = {
      .files = files, .nfiles = nfiles, .want_sites = true, .checkpoints = ck_match_files_table(check->files)};
  check->analysis = ck_torch_analyse(check->program, &request);
  check->match = ck_match(check->analysis, &match_options, &check->arena);
  if (filter != NULL) apply_filter(check->match, filter, data);
  asked ask = {commands, n};
  ck_analysis told = *check->analysis;
  if (nfiles < n) {
    apply_filter(check->match, is_asked, &ask);
    told.findings = asked_findings(&told, &ask, &check->arena);
  }
  size_t nremarks = 0;
  ck_note *notes = CK_NEW_N(&check->arena, ck_note, (remarks != NULL ? remarks->n : 0) + check->units.remarks.n + 1);
  for (size_t i = 0; remarks != NULL && i < remarks->n; i++) notes[nremarks++] = (ck_note){{0}, remarks->at[i]};
  for (size_t i = 0; i < check->units.remarks.n; i++) notes[nremarks++] = check->units.remarks.at[i];
  ck_report_options report_options = merge_options(&o->report, &from_file);
  if (filter != NULL) report_options.mode[CK_DIAG_UNUSED_IGNORE] = CK_MODE_OFF; /* it may be used in the other step */
  bool tells_units = scope != CLI_LINK; /* what classes and units have wrong, the compile steps have said */
  check->report = ck_report_new(tells_units ? &told : NULL, check->match, &report_options, files,
                                filter == NULL ? nfiles : 0, notes, tells_units ? nremarks : 0, &check->arena);
  return CK_OK;
}

void cli_check_release(cli_check *check) {
  ck_match_files_free(check->files);
  if (check->analysis != NULL) ck_torch_analysis_free(check->analysis);
  if (check->program != NULL) ck_ir_program_free(check->program);
  cli_units_release(&check->units);
  ck_arena_release(&check->arena);
}

/* --- Printing
 * ------------------------------------------------------------------------------------------------------------ */

/* For hosts that read FILE:LINE:COL: SEVERITY: TEXT and have diagnostics of their own: no source, no caret. */
static void put_lines(const ck_report *report, ck_strbuf *out) {
  for (size_t i = 0; i < report->n; i++) {
    const ck_diagnostic *d = &report->at[i];
    ck_put_loc(out, d->loc, NULL);
    ck_strbuf_printf(out, ": %s: %s [-Wckpt-%s]\n", ck_severity_name(d->severity), d->message,
                     ck_diag_row_of(d->id)->id);
    for (size_t k = 0; k < d->nnotes; k++) {
      ck_put_loc(out, d->notes[k].loc.file != NULL ? d->notes[k].loc : d->loc, NULL);
      ck_strbuf_printf(out, ": note: %s\n", d->notes[k].text);
    }
    if (d->at_run_time != NULL) {
      ck_put_loc(out, d->loc, NULL);
      ck_strbuf_printf(out, ": note: at run time: %s\n", d->at_run_time);
    }
    for (size_t k = 0; k < d->nhelps; k++) {
      ck_put_loc(out, d->loc, NULL);
      ck_strbuf_printf(out, ": note: help: %s\n", d->helps[k]);
    }
  }
}

int cli_print_report(const cli_check *check, const cli_options *o) {
  ck_strbuf out;
  ck_strbuf_init(&out);
  FILE *stream = o->format == CLI_TEXT && !o->to_stdout ? stderr : stdout;
  ck_arena arena;
  ck_arena_init(&arena);
  ck_text_style style = {.color = cli_wants_color(o, fileno(stream)), .directory = working_directory(&arena)};
  switch (o->format) {
  case CLI_JSON: ck_report_json(check->report, &out); break;
  case CLI_SARIF: ck_report_sarif(check->report, &out); break;
  case CLI_LINES: put_lines(check->report, &out); break;
  case CLI_TEXT: ck_report_text(check->report, &style, &out); break;
  }
  fwrite(out.s, 1, out.n, stream);
  ck_strbuf_release(&out);
  ck_arena_release(&arena);
  return check->report->errors > 0 && !o->warn_only ? CK_EXIT_FINDINGS : CK_EXIT_OK;
}

/* Code that was not read may load too: without a word, "0 load sites" would be taken for an all-clear. */
void cli_put_summary(const cli_check *check, ck_strbuf *out) {
  ck_report_summary(check->report, out);
  size_t failed = check->units.failed, broken = check->units.broken;
  out->s[--out->n] = '\0';
  if (failed > 0) ck_strbuf_printf(out, "; %zu file%s not read", failed, failed == 1 ? "" : "s");
  if (broken > 0)
    ck_strbuf_printf(out, "; %zu unit%s did not compile and may hold more", broken, broken == 1 ? "" : "s");
  ck_strbuf_putc(out, '\n');
}

static void print_summary(const cli_check *check, const cli_options *o) {
  if (o->format != CLI_TEXT) return;
  ck_strbuf out;
  ck_strbuf_init(&out);
  cli_put_summary(check, &out);
  fwrite(out.s, 1, out.n, o->to_stdout ? stdout : stderr);
  ck_strbuf_release(&out);
}

/* For `--unit`: what one unit decides alone is said now, the rest by the link. */
static bool is_decided(const ck_site_result *site, ck_loc loc, void *data) {
  (void)loc, (void)data;
  return site->status == CK_SITE_CHECKED;
}

int cmd_check(int argc, char **argv) {
  cli_options o;
  int status = cli_read_options("check", argc, argv, &o);
  ck_arena arena;
  ck_arena_init(&arena);
  cli_commands commands = {0};
  cli_words remarks = {0};
  ck_err err = {0};
  const char *build_folder = NULL;
  if (status < 0 && cli_find_commands(&o, &arena, &commands, &remarks, &build_folder, &err) != CK_OK)
    status = cli_trouble("%s", err.text);
  if (status < 0) {
    cli_check check;
    cli_scope scope = o.unit_only ? CLI_UNIT : CLI_PROGRAM;
    if (cli_check_run(&check, &o, commands.at, commands.n, build_folder, &remarks, scope,
                      o.unit_only ? is_decided : NULL, NULL, &err) != CK_OK) {
      status = cli_trouble("%s", err.text);
    } else {
      status = cli_print_report(&check, &o);
      print_summary(&check, &o);
      if (check.units.failed > 0 && check.units.units.n == 0) status = CK_EXIT_TROUBLE;
    }
    cli_check_release(&check);
  }
  free(commands.at);
  free(remarks.at);
  ck_arena_release(&arena);
  cli_release_options(&o);
  return status;
}
