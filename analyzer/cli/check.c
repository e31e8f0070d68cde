/* check.c - `ckptlint check`: units, program, analysis, match, report. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"
#include "torch/torch.h"

static const char *working_directory(ck_arena *arena) {
  char here[PATH_MAX];
  return ck_arena_strdup(arena, getcwd(here, sizeof here) != NULL ? here : ".");
}

/* --- Options of the matcher ----------------------------------------------------------------------------------- */

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
                            .nclasses = total,
                            .buffer = o->report.buffer};
}

/* Modes of the command line stand before those of the file. */
static ck_report_options merge_options(const ck_report_options *line, const ck_report_options *file) {
  ck_report_options merged = *line;
  for (size_t i = 0; i < CK_DIAG_COUNT; i++)
    if (merged.mode[i] == CK_MODE_DEFAULT) merged.mode[i] = file->mode[i];
  return merged;
}

/* --- One analysis --------------------------------------------------------------------------------------------- */

/* Takes out what the filter does not want. */
static void apply_filter(ck_match_result *match, cli_filter *filter, void *data) {
  bool keep;
  size_t nfindings = 0;
  for (size_t f = 0; f < match->nfindings; f++) {
    keep = false;
    for (size_t s = 0; s < match->nsites; s++)
      if (ck_same_place(match->sites[s].site->loc, match->findings[f].loc))
        keep |= filter(&match->sites[s], match->findings[f].loc, data);
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

/* --- Programs ------------------------------------------------------------------------------------------------------
 *
 * Each program is analysed by itself, so that classes of one never serve another; the results are then one. A site that
 * several programs hold (a library's) is told once; what is found there in one of them only is told, too. Commands that
 * no program names see all units, by the rule of the nearest definition. */

static void add_part(cli_check *check, const cli_request *r, const bool *has, bool is_complete,
                     const char *const *files, size_t nfiles) {
  cli_part part = {.units = CK_NEW_N(&check->arena, ck_ir_unit *, r->n + 1)};
  bool asks = false, is_whole = is_complete;
  for (size_t i = 0; i < r->n; i++) {
    if (has[i]) is_whole &= check->units.of[i] != NULL && !check->units.of[i]->has_errors;
    if (has[i] && check->units.of[i] != NULL) {
      part.units[part.nunits++] = check->units.of[i];
      asks |= !r->commands[i].is_other;
    }
  }
  if (!asks && check->parts.n > 0) return;
  part.program = ck_ir_program_new(part.units, part.nunits);
  if (is_whole) ck_ir_program_set_whole(part.program);
  part.request = (ck_torch_request){.files = files,
                                    .nfiles = nfiles,
                                    .want_sites = true,
                                    .buffer = check->buffer,
                                    .checkpoints = ck_match_files_table(check->files)};
  part.analysis = ck_torch_analyse(part.program, &part.request);
  ck_vec_push(&check->parts, part);
}

static void make_parts(cli_check *check, const cli_request *r, const char *const *files, size_t nfiles) {
  bool *has = ck_calloc(r->n + 1, sizeof *has), *is_linked = ck_calloc(r->n + 1, sizeof *is_linked);
  size_t nprograms = r->programs != NULL ? r->programs->n : 0;
  for (size_t p = 0; p < nprograms; p++) {
    memset(has, 0, r->n * sizeof *has);
    for (size_t i = 0; i < r->programs->at[p].n; i++) has[r->programs->at[p].members[i]] = true;
    for (size_t i = 0; i < r->n; i++) is_linked[i] |= has[i];
    add_part(check, r, has, r->programs->at[p].is_whole, files, nfiles);
  }
  bool is_rest = false;
  for (size_t i = 0; i < r->n; i++) is_rest |= !is_linked[i] && !r->commands[i].is_other;
  if (is_rest || check->parts.n == 0) {
    for (size_t i = 0; i < r->n; i++) has[i] = true;
    add_part(check, r, has, nprograms == 0 && r->is_whole, files, nfiles);
  }
  free(has);
  free(is_linked);
}

static bool same_text(const char *a, const char *b) {
  return (a == NULL && b == NULL) || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_finding(const ck_finding *a, const ck_finding *b) {
  if (a->id != b->id || a->severity != b->severity || !ck_same_place(a->loc, b->loc) ||
      !same_text(a->model, b->model) || !same_text(a->checkpoint, b->checkpoint) || !same_text(a->detail, b->detail) ||
      a->sometimes != b->sometimes || a->ndifferences != b->ndifferences)
    return false;
  for (size_t i = 0; i < a->ndifferences; i++)
    if (!same_text(a->differences[i].key, b->differences[i].key) ||
        !same_text(a->differences[i].model_text, b->differences[i].model_text) ||
        !same_text(a->differences[i].checkpoint_text, b->differences[i].checkpoint_text))
      return false;
  return true;
}

/* A site counts as what it is in the program that sees least of it. */
static void merge_match(ck_match_result *all, const ck_match_result *one) {
  for (size_t i = 0; i < one->nsites; i++) {
    size_t k = 0;
    while (k < all->nsites && !ck_same_place(all->sites[k].site->loc, one->sites[i].site->loc)) k++;
    if (k == all->nsites) all->sites[all->nsites++] = one->sites[i];
    else if (one->sites[i].status > all->sites[k].status) all->sites[k] = one->sites[i];
  }
  for (size_t i = 0; i < one->nfindings; i++) {
    size_t k = 0;
    while (k < all->nfindings && !same_finding(&all->findings[k], &one->findings[i])) k++;
    if (k == all->nfindings) all->findings[all->nfindings++] = one->findings[i];
  }
}

static ck_match_result *match_part(cli_check *check, const cli_part *part, const ck_match_options *options) {
  ck_match_result *match = ck_match(part->analysis, options, &check->arena);
  cli_try_literals(part, options, match, &check->arena);
  return match;
}

static void match_parts(cli_check *check, const ck_match_options *options) {
  if (check->parts.n == 1) {
    check->match = match_part(check, &check->parts.at[0], options);
    return;
  }
  ck_match_result **results = CK_NEW_N(&check->arena, ck_match_result *, check->parts.n);
  size_t nsites = 0, nfindings = 0;
  for (size_t i = 0; i < check->parts.n; i++) {
    results[i] = match_part(check, &check->parts.at[i], options);
    nsites += results[i]->nsites, nfindings += results[i]->nfindings;
  }
  check->match = CK_NEW_N(&check->arena, ck_match_result, 1);
  *check->match = (ck_match_result){.sites = CK_NEW_N(&check->arena, ck_site_result, nsites + 1),
                                    .findings = CK_NEW_N(&check->arena, ck_finding, nfindings + 1)};
  for (size_t i = 0; i < check->parts.n; i++) merge_match(check->match, results[i]);
}

/* What the evaluation found by itself, in the files asked for, each once. */
static void merge_findings(const cli_check *check, asked *a, ck_arena *arena, ck_analysis *out) {
  size_t room = 0;
  for (size_t p = 0; p < check->parts.n; p++) room += check->parts.at[p].analysis->nfindings;
  *out = (ck_analysis){.findings = CK_NEW_N(arena, ck_model_finding, room + 1)};
  for (size_t p = 0; p < check->parts.n; p++) {
    const ck_analysis *one = check->parts.at[p].analysis;
    if (p == 0) out->notes = one->notes, out->nnotes = one->nnotes;
    for (size_t i = 0; i < one->nfindings; i++) {
      const ck_model_finding *f = &one->findings[i];
      bool keep = is_asked(NULL, f->loc, a);
      for (size_t k = 0; k < out->nfindings && keep; k++)
        keep = out->findings[k].id != f->id || !ck_same_place(out->findings[k].loc, f->loc) ||
               !same_text(out->findings[k].text, f->text);
      if (keep) out->findings[out->nfindings++] = *f;
    }
  }
}

static ck_note *all_remarks(const cli_check *check, const cli_request *r, ck_arena *arena, size_t *n) {
  size_t given = r->remarks != NULL ? r->remarks->n : 0;
  ck_note *notes = CK_NEW_N(arena, ck_note, given + check->units.remarks.n + 1);
  for (size_t i = 0; i < given; i++) notes[(*n)++] = (ck_note){{0}, r->remarks->at[i]};
  for (size_t i = 0; i < check->units.remarks.n; i++) notes[(*n)++] = check->units.remarks.at[i];
  return notes;
}

/* The time since the last mark was spent on `what`. */
static void times_mark(cli_times *times, cli_time what) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  int64_t now = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
  if (times->last > 0) times->spent[what] += now - times->last;
  times->last = now;
}

static ck_status read_config(cli_check *check, const cli_options *o, const cli_request *r, ck_report_options *options,
                             ck_config *config, ck_err *err) {
  const char *folder = working_directory(&check->arena);
  if (o->config != NULL)
    return ck_config_load(ck_path_joined(&check->arena, folder, o->config), options, config, &check->arena, err);
  if (o->no_config_search) return CK_OK;
  char *here = ck_path_join(folder, "x");
  ck_status status = ck_config_find(r->n > 0 ? r->commands[0].file : here, options, config, &check->arena, err);
  free(here);
  return status;
}

void cli_check_init(cli_check *check) {
  *check = (cli_check){0};
  times_mark(&check->times, CLI_TIME_UNITS);
  ck_arena_init(&check->arena);
  cli_units_init(&check->units);
}

ck_status cli_check_run(cli_check *check, const cli_options *o, const cli_request *r, ck_err *err) {
  cli_check_init(check);
  ck_status status = cli_make_units(o, r->commands, r->n, &check->units, err);
  return status == CK_OK ? cli_check_units(check, o, r, err) : status;
}

ck_status cli_check_units(cli_check *check, const cli_options *o, const cli_request *r, ck_err *err) {
  ck_report_options from_file = {0};
  ck_config config = {0};
  if (check->units.of == NULL) check->units.of = check->units.units.at;
  ck_status status = read_config(check, o, r, &from_file, &config, err);
  if (status != CK_OK) return status;
  times_mark(&check->times, CLI_TIME_UNITS);
  const char **files = CK_NEW_N(&check->arena, const char *, r->n + 1);
  size_t nfiles = 0;
  for (size_t i = 0; i < r->n; i++)
    if (!r->commands[i].is_other) files[nfiles++] = r->commands[i].file;
  ck_match_options match_options;
  fill_match_options(o, &config, r->build_folder, &check->arena, &match_options);
  check->files = ck_match_files_new(&match_options, &check->arena);
  check->buffer = o->report.buffer;
  make_parts(check, r, files, nfiles);
  times_mark(&check->times, CLI_TIME_ANALYSIS);
  match_parts(check, &match_options);
  times_mark(&check->times, CLI_TIME_MATCH);
  if (r->filter != NULL) apply_filter(check->match, r->filter, r->data);
  asked ask = {r->commands, r->n};
  ck_analysis told;
  merge_findings(check, &ask, &check->arena, &told);
  if (nfiles < r->n) apply_filter(check->match, is_asked, &ask);
  size_t nremarks = 0;
  const ck_note *notes = all_remarks(check, r, &check->arena, &nremarks);
  ck_report_options report_options = merge_options(&o->report, &from_file);
  if (r->filter != NULL) report_options.mode[CK_DIAG_UNUSED_IGNORE] = CK_MODE_OFF; /* perhaps used in the other step */
  bool tells_units = r->scope != CLI_LINK; /* what classes and units have wrong, the compile steps have said */
  check->report = ck_report_new(tells_units ? &told : NULL, check->match, &report_options, files,
                                r->filter == NULL ? nfiles : 0, notes, tells_units ? nremarks : 0, &check->arena);
  times_mark(&check->times, CLI_TIME_REPORT);
  return CK_OK;
}

void cli_note_checkpoint(cli_check *check, const ck_site_result *site) {
  const char *path = site->checkpoint;
  if (path == NULL || path[0] != '/' || !ck_file_exists(path)) return;
  for (size_t i = 0; i < check->checkpoints.n; i++)
    if (strcmp(check->checkpoints.at[i], path) == 0) return;
  ck_vec_push(&check->checkpoints, path);
}

void cli_check_release(cli_check *check) {
  free(check->checkpoints.at);
  ck_match_files_free(check->files);
  for (size_t i = 0; i < check->parts.n; i++) {
    ck_torch_analysis_free(check->parts.at[i].analysis);
    ck_ir_program_free(check->parts.at[i].program);
  }
  free(check->parts.at);
  cli_units_release(&check->units);
  ck_arena_release(&check->arena);
}

/* --- Printing ------------------------------------------------------------------------------------------------- */

int cli_print_report(const cli_check *check, const cli_options *o) {
  ck_strbuf out;
  ck_strbuf_init(&out);
  FILE *stream = o->format == CLI_TEXT && !o->to_stdout ? stderr : stdout;
  ck_arena arena;
  ck_arena_init(&arena);
  ck_text_style style = {
      .color = cli_wants_color(o, fileno(stream)), .directory = working_directory(&arena), .buffer = o->report.buffer};
  switch (o->format) {
  case CLI_JSON: ck_report_json(check->report, &out); break;
  case CLI_SARIF: ck_report_sarif(check->report, &out); break;
  case CLI_LINES: ck_report_lines(check->report, &out); break;
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

void cli_print_summary(const cli_check *check, const cli_options *o) {
  if (o->format != CLI_TEXT) return;
  ck_strbuf out;
  ck_strbuf_init(&out);
  cli_put_summary(check, &out);
  fwrite(out.s, 1, out.n, o->to_stdout ? stdout : stderr);
  ck_strbuf_release(&out);
}

/* Where the time went; children run beside, so theirs is time of waiting. */
static void print_times(const cli_check *check) {
  static const char *const names[] = {[CLI_TIME_UNITS] = "units",
                                      [CLI_TIME_ANALYSIS] = "models and loads",
                                      [CLI_TIME_MATCH] = "checkpoints",
                                      [CLI_TIME_REPORT] = "report"};
  int64_t sum = 0;
  for (size_t i = 0; i < CLI_TIME_COUNT; i++) sum += check->times.spent[i];
  fprintf(stderr, "ckptlint: time: %.3f s", (double)sum / 1e9);
  for (size_t i = 0; i < CLI_TIME_COUNT; i++) {
    fprintf(stderr, "%s%s %.3f s", i == 0 ? ": " : ", ", names[i], (double)check->times.spent[i] / 1e9);
    if (i == CLI_TIME_UNITS)
      fprintf(stderr, " (%zu from the cache, %zu by the front end)", check->units.cached, check->units.made);
  }
  fputc('\n', stderr);
}

/* For hosts that write depfiles: what a change of which should check again. */
static void list_checkpoints(const cli_check *check) {
  for (size_t i = 0; i < check->checkpoints.n; i++) printf("checkpoint %s\n", check->checkpoints.at[i]);
}

static int print_check(const cli_check *check, const cli_options *o) {
  int status = cli_print_report(check, o);
  if (o->print_time) print_times(check);
  if (o->list_checkpoints) list_checkpoints(check);
  return status;
}

/* --- The command ---------------------------------------------------------------------------------------------- */

/* One step of a build. It says nothing where nothing is wrong: steps are many. */
static int run_unit(const cli_options *o, cli_plan *plan, ck_arena *arena) {
  cli_check own = {0}, program = {0};
  ck_err err = {0};
  bool has_program = false;
  int status;
  if (step_check(&own, &program, &has_program, o, plan, arena, &err) != CK_OK) {
    if (o->is_tidy) printf("ckptlint: note: not checked: %s\n", err.text); /* the build goes on */
    status = o->is_tidy ? CK_EXIT_OK : cli_trouble("%s", err.text);
  } else {
    status = print_check(&own, o);
    if (own.units.failed > 0 && own.units.units.n == 0) status = o->is_tidy ? CK_EXIT_OK : CK_EXIT_TROUBLE;
    int more = has_program ? print_check(&program, o) : CK_EXIT_OK;
    if (more > status) status = more;
  }
  if (own.arena.last != NULL) cli_check_release(&own);
  if (program.arena.last != NULL) cli_check_release(&program);
  return status;
}

static int run_check(const cli_options *o, const cli_plan *plan) {
  cli_check check;
  ck_err err = {0};
  int status;
  cli_request request = {.commands = plan->commands.at,
                         .n = plan->commands.n,
                         .programs = &plan->programs,
                         .build_folder = plan->build_folder,
                         .remarks = &plan->remarks,
                         .scope = CLI_PROGRAM};
  if (cli_check_run(&check, o, &request, &err) != CK_OK) {
    status = cli_trouble("%s", err.text);
  } else {
    status = cli_print_report(&check, o);
    cli_print_summary(&check, o);
    if (o->print_time) print_times(&check);
    for (size_t i = 0; i < check.match->nsites; i++) cli_note_checkpoint(&check, &check.match->sites[i]);
    if (o->list_checkpoints) list_checkpoints(&check);
    if (check.units.failed > 0 && check.units.units.n == 0) status = CK_EXIT_TROUBLE;
  }
  cli_check_release(&check);
  return status;
}

enum { MAX_BUFFER = 64 * 1024 * 1024 /* bytes on stdin */ };

/* The editor's buffer goes to a file of ours, which stands for the one that it is about. */
static ck_status read_buffer(cli_options *o, ck_arena *arena, ck_err *err) {
  if (o->stdin_name == NULL) return ck_fail(err, CK_USAGE, "--stdin needs --stdin-filename FILE");
  if (o->files.n > 0) return ck_fail(err, CK_USAGE, "--stdin reads one file; \"%s\" is given, too", o->files.at[0]);
  ck_vec_push(&o->files, o->stdin_name);
  ck_strbuf text;
  ck_strbuf_init(&text);
  char bytes[65536];
  size_t n;
  while (text.n <= MAX_BUFFER && (n = fread(bytes, 1, sizeof bytes, stdin)) > 0) ck_strbuf_add(&text, bytes, n);
  bool too_long = text.n > MAX_BUFFER;
  if (too_long || ferror(stdin)) {
    ck_strbuf_release(&text);
    return too_long ? ck_fail(err, CK_LIMIT, "%s: what stands on stdin is longer than %d MiB", o->stdin_name,
                              MAX_BUFFER / (1024 * 1024))
                    : ck_fail(err, CK_IO, "%s: stdin cannot be read", o->stdin_name);
  }
  const char *folder = getenv("TMPDIR");
  char *name = ck_arena_printf(arena, "%s/ckptlint-XXXXXX", folder != NULL && folder[0] == '/' ? folder : "/tmp");
  int fd = mkstemp(name);
  bool written = fd >= 0 && write(fd, text.s, text.n) == (ssize_t)text.n;
  if (fd >= 0) close(fd);
  if (fd >= 0 && !written) unlink(name);
  ck_strbuf_release(&text);
  if (!written) return ck_fail(err, CK_IO, "%s: what stands on stdin cannot be kept there", name);
  o->content = name;
  return CK_OK;
}

int cmd_check(int argc, char **argv) {
  cli_options o;
  int status = cli_read_options("check", argc, argv, &o);
  ck_arena arena;
  ck_arena_init(&arena);
  cli_plan plan = {0};
  ck_err err = {0};
  if (status < 0 && o.use_stdin && read_buffer(&o, &arena, &err) != CK_OK) status = cli_trouble("%s", err.text);
  if (status < 0 && cli_find_commands(&o, &arena, &plan, &err) != CK_OK) status = cli_trouble("%s", err.text);
  for (size_t i = 0; status < 0 && o.content != NULL && i < plan.commands.n; i++)
    if (!plan.commands.at[i].is_other) {
      plan.commands.at[i].content = o.content;
      o.report.buffer = (ck_buffer){plan.commands.at[i].file, o.content};
    }
  if (status < 0) status = o.unit_only ? run_unit(&o, &plan, &arena) : run_check(&o, &plan);
  if (o.content != NULL) unlink(o.content);
  cli_release_plan(&plan);
  ck_arena_release(&arena);
  cli_release_options(&o);
  return status;
}
