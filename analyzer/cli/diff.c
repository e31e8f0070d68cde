/* diff.c - `ckptlint diff A B`: two checkpoints, or FILE:CLASS, the model that a C++ file constructs; where it does so
 * in several ways, FILE:LINE:CLASS or FILE:LINE:COLUMN:CLASS. */
#include "match/diff.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "report/diff.h"
#include "torch/torch.h"

/* What one of the two words opens; the side points into it. */
typedef struct {
  const char *word;
  ck_ckpt *ckpt;
  cli_units units;
  ck_ir_program *program;
  const ck_analysis *analysis;
  ck_diff_side side;
} operand;

/* --- FILE:CLASS -------------------------------------------------------------------------------------------------- */

/* The colon of FILE:CLASS: the first one behind the name of a file that is there. NULL: a checkpoint. */
static const char *class_colon(const char *word, ck_arena *arena) {
  if (ck_file_exists(word)) return NULL;
  for (const char *p = strchr(word, ':'); p != NULL; p = strchr(p + 1, ':'))
    if (p > word && p[1] != '\0' && p[1] != ':' && ck_file_exists(ck_arena_strndup(arena, word, (size_t)(p - word))))
      return p;
  return NULL;
}

/* Line and column in front of the class; 0: none is given. What is left is the class. */
static const char *read_place(const char *s, unsigned long place[2]) {
  place[0] = place[1] = 0;
  for (int i = 0; i < 2 && isdigit((unsigned char)*s); i++) {
    char *end;
    place[i] = strtoul(s, &end, 10);
    if (*end != ':') break;
    s = end + 1;
  }
  return s;
}

static bool is_at(const ck_model *m, const unsigned long place[2]) {
  return (place[0] == 0 || m->loc.line == place[0]) && (place[1] == 0 || m->loc.column == place[1]);
}

/* The one model of that class; several constructions will do if they have the same keys. */
static int choose_model(operand *x, const char *file, const char *cls, const unsigned long place[2], ck_arena *arena) {
  const ck_analysis *a = x->analysis;
  const ck_model *first = NULL;
  if (a->nmodels == 0) return cli_trouble("there is no module class \"%s\" in %s", cls, file);
  for (size_t i = 0; i < a->nmodels; i++) {
    if (!is_at(a->models[i], place)) continue;
    ck_diff_side side = ck_diff_side_of_model(a->models[i], x->word, arena);
    if (first == NULL) {
      first = a->models[i];
      x->side = side;
      continue;
    }
    ck_diff d = ck_diff_sides(&x->side, &side, arena);
    if (d.nitems == 0 && d.undecided == 0) continue;
    const ck_loc *p = &first->loc, *q = &a->models[i]->loc;
    return cli_trouble("%s: the models constructed at %u:%u and %u:%u differ in their keys; give %s:LINE:COLUMN:%s",
                       x->word, p->line, p->column, q->line, q->column, file, cls);
  }
  return first != NULL ? CK_EXIT_OK : cli_trouble("%s: no %s is constructed there", x->word, cls);
}

static int open_model(operand *x, const cli_options *o, const char *file, const char *spec, ck_arena *arena) {
  unsigned long place[2];
  const char *cls = read_place(spec, place);
  cli_options mine = *o; /* the same flags and database, but this one file */
  const char *files[] = {file};
  mine.files.at = files, mine.files.n = mine.files.room = 1;
  cli_plan plan = {0};
  ck_err err = {0};
  int status = CK_EXIT_OK;
  if (cli_find_commands(&mine, arena, &plan, &err) != CK_OK ||
      cli_make_units(&mine, plan.commands.at, plan.commands.n, &x->units, &err) != CK_OK)
    status = cli_trouble("%s", err.text);
  for (size_t i = 0; i < plan.remarks.n; i++) fprintf(stderr, "ckptlint: note: %s\n", plan.remarks.at[i]);
  for (size_t i = 0; i < x->units.remarks.n; i++) fprintf(stderr, "ckptlint: note: %s\n", x->units.remarks.at[i].text);
  if (status == CK_EXIT_OK && x->units.units.n == 0) status = cli_trouble("%s cannot be read", file);
  if (status == CK_EXIT_OK) {
    x->program = ck_ir_program_new(x->units.units.at, x->units.units.n);
    const char **names = CK_NEW_N(arena, const char *, 1);
    names[0] = plan.commands.at[0].file;
    ck_torch_request request = {.files = names, .nfiles = 1, .want_models = true, .model_class = cls};
    x->analysis = ck_torch_analyse(x->program, &request);
    status = choose_model(x, file, cls, place, arena);
  }
  cli_release_plan(&plan);
  return status;
}

/* --- Checkpoints ------------------------------------------------------------------------------------------------- */

/* Of a nested file the state dict, if the other side is none of that kind: the part with the most tensors. */
static void use_part(operand *x, const operand *other, ck_arena *arena) {
  size_t n, best = 0;
  if (x->ckpt == NULL || ck_ckpt_root(x->ckpt) != CK_CKPT_ROOT_TREE) return;
  if (other->ckpt != NULL && ck_ckpt_root(other->ckpt) == CK_CKPT_ROOT_TREE) return;
  const ck_ckpt_part *parts = ck_ckpt_parts(x->ckpt, &n);
  for (size_t i = 1; i < n; i++)
    if (parts[i].entry_count > parts[best].entry_count) best = i;
  if (n == 0) return;
  x->side = ck_diff_side_of_ckpt(x->ckpt, &parts[best], arena);
  x->side.name = x->word;
  x->side.what = ck_arena_printf(arena, "what lies under %s in %s", parts[best].path_text, x->side.what);
}

static int open_operand(operand *x, const cli_options *o, ck_arena *arena) {
  const char *colon = class_colon(x->word, arena);
  if (colon != NULL)
    return open_model(x, o, ck_arena_strndup(arena, x->word, (size_t)(colon - x->word)), colon + 1, arena);
  if (cli_open_checkpoint(x->word, &x->ckpt) != CK_EXIT_OK) return CK_EXIT_TROUBLE;
  ck_ckpt_format_id format = ck_ckpt_format(x->ckpt);
  if (!(ck_ckpt_format_props(format) & (CK_CKPT_HAS_KEYS | CK_CKPT_ARCHIVE)))
    return cli_trouble("%s is %s", x->word, ck_ckpt_format_what(format));
  x->side = ck_diff_side_of_ckpt(x->ckpt, NULL, arena);
  x->side.name = x->word;
  return CK_EXIT_OK;
}

static void close_operand(operand *x) {
  if (x->analysis != NULL) ck_torch_analysis_free(x->analysis);
  if (x->program != NULL) ck_ir_program_free(x->program);
  cli_units_release(&x->units);
  ck_ckpt_free(x->ckpt);
}

/* --- The command ------------------------------------------------------------------------------------------------- */

static int compare(const cli_options *o, const operand *a, const operand *b, ck_arena *arena) {
  ck_diff diff = ck_diff_sides(&a->side, &b->side, arena);
  ck_strbuf out;
  ck_strbuf_init(&out);
  if (o->format == CLI_JSON) ck_diff_json(&diff, &out);
  else ck_diff_text(&diff, o->show_all_keys, &out), ck_strbuf_tame(&out, 0, true);
  fwrite(out.s, 1, out.n, stdout);
  ck_strbuf_release(&out);
  /* where something is not known, "the same" would be a guess */
  return diff.nitems > 0 ? CK_EXIT_FINDINGS : diff.why != NULL ? CK_EXIT_TROUBLE : CK_EXIT_OK;
}

int cmd_diff(int argc, char **argv) {
  cli_options o;
  ck_arena arena;
  operand x[2] = {{0}, {0}};
  int status = cli_read_options("diff", argc, argv, &o);
  ck_arena_init(&arena);
  if (status < 0 && o.format != CLI_TEXT && o.format != CLI_JSON)
    status = cli_trouble("diff: the formats are text and json");
  if (status < 0 && o.files.n != 2)
    status = cli_trouble("diff: two checkpoints, or FILE:CLASS, are compared; %zu given", o.files.n);
  for (int i = 0; i < 2; i++) {
    cli_units_init(&x[i].units);
    if (status >= 0) continue;
    x[i].word = o.files.at[i];
    int opened = open_operand(&x[i], &o, &arena);
    if (opened != CK_EXIT_OK) status = opened;
  }
  if (status < 0) {
    use_part(&x[0], &x[1], &arena);
    use_part(&x[1], &x[0], &arena);
    status = compare(&o, &x[0], &x[1], &arena);
  }
  close_operand(&x[0]);
  close_operand(&x[1]);
  ck_arena_release(&arena);
  cli_release_options(&o);
  return status;
}
