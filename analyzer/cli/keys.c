/* keys.c - `ckptlint keys`: the state-dict keys of the models in the given files; `ckptlint ir`: the IR, for people. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "torch/torch.h"

static void print_models(const ck_analysis *analysis, const cli_options *o) {
  ck_strbuf out;
  ck_strbuf_init(&out);
  char here[PATH_MAX];
  ck_text_style style = {.color = false, .directory = getcwd(here, sizeof here)};
  if (o->format == CLI_JSON) ck_models_json(analysis->models, analysis->nmodels, &out);
  else ck_models_text(analysis->models, analysis->nmodels, &style, &out);
  fwrite(out.s, 1, out.n, stdout);
  ck_strbuf_release(&out);
}

static int derive_keys(const cli_options *o, const cli_commands *commands, cli_units *units, ck_arena *arena) {
  ck_err err = {0};
  if (cli_make_units(o, commands->at, commands->n, units, &err) != CK_OK) return cli_trouble("%s", err.text);
  for (size_t i = 0; i < units->remarks.n; i++) {
    const ck_note *note = &units->remarks.at[i];
    if (note->loc.file != NULL && note->loc.line > 0)
      fprintf(stderr, "%s:%u:%u: note: %s\n", note->loc.file, note->loc.line, note->loc.column, note->text);
    else fprintf(stderr, "%s: note: %s\n", note->loc.file != NULL ? note->loc.file : "ckptlint", note->text);
  }
  if (units->units.n == 0) return CK_EXIT_TROUBLE;
  const char **files = CK_NEW_N(arena, const char *, commands->n + 1);
  size_t nfiles = 0;
  for (size_t i = 0; i < commands->n; i++)
    if (!commands->at[i].is_other) files[nfiles++] = commands->at[i].file;
  ck_ir_program *program = ck_ir_program_new(units->units.at, units->units.n);
  ck_torch_request request = {.files = files, .nfiles = nfiles, .want_models = true, .model_class = o->model};
  const ck_analysis *analysis = ck_torch_analyse(program, &request);
  int status = CK_EXIT_OK;
  if (o->model != NULL && analysis->nmodels == 0)
    status = cli_trouble("there is no module class \"%s\" in the given files", o->model);
  else print_models(analysis, o);
  ck_torch_analysis_free(analysis);
  ck_ir_program_free(program);
  return status;
}

static int print_ir(const cli_options *o, const cli_commands *commands, cli_units *units, ck_arena *arena) {
  (void)arena;
  ck_err err = {0};
  if (cli_make_units(o, commands->at, commands->n, units, &err) != CK_OK) return cli_trouble("%s", err.text);
  for (size_t i = 0; i < units->units.n && i < o->files.n; i++) {
    ck_strbuf out;
    ck_strbuf_init(&out);
    ck_ir_write_text(units->units.at[i], &out);
    fwrite(out.s, 1, out.n, stdout);
    ck_strbuf_release(&out);
  }
  for (size_t i = 0; i < units->remarks.n; i++) fprintf(stderr, "ckptlint: note: %s\n", units->remarks.at[i].text);
  return units->failed > 0 ? CK_EXIT_TROUBLE : CK_EXIT_OK;
}

typedef int with_units(const cli_options *o, const cli_commands *commands, cli_units *units, ck_arena *arena);

static int run(const char *name, int argc, char **argv, with_units *work) {
  cli_options o;
  int status = cli_read_options(name, argc, argv, &o);
  ck_arena arena;
  ck_arena_init(&arena);
  cli_units units;
  cli_units_init(&units);
  cli_plan plan = {0};
  ck_err err = {0};
  if (status < 0 && o.format != CLI_TEXT && o.format != CLI_JSON)
    status = cli_trouble("%s: the formats are text and json", name);
  if (status < 0 && o.files.n == 0) status = cli_trouble("%s: no file is given", name);
  if (status < 0 && cli_find_commands(&o, &arena, &plan, &err) != CK_OK) status = cli_trouble("%s", err.text);
  if (status < 0) {
    for (size_t i = 0; i < plan.remarks.n; i++) fprintf(stderr, "ckptlint: note: %s\n", plan.remarks.at[i]);
    status = work(&o, &plan.commands, &units, &arena);
  }
  cli_units_release(&units);
  cli_release_plan(&plan);
  ck_arena_release(&arena);
  cli_release_options(&o);
  return status;
}

int cmd_keys(int argc, char **argv) { return run("keys", argc, argv, derive_keys); }
int cmd_ir(int argc, char **argv) { return run("ir", argc, argv, print_ir); }
