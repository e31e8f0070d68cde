/* analyse.c - from a program to models and sites: which functions are run, and what is made of what the runs showed.
 *
 * Roots are the functions that nobody calls and that lead to what is wanted, `main` first. A site, or a construction,
 * that no root reached is tried again with the function that contains it as the entry, its parameters symbolic. What is
 * reached never is a site all the same: undetermined, with the reason. */
#include <stdio.h>
#include <stdlib.h>

#include "torch/run_int.h"

/* --- running -------------------------------------------------------------------------------------------------- */

static void note(ck_torch_run *run, ck_loc loc, const char *text) {
  size_t n = run->analysis.nnotes;
  run->analysis.notes = ck_realloc(run->analysis.notes, (n + 1) * sizeof *run->analysis.notes);
  run->analysis.notes[n].text = text;
  run->analysis.notes[n].loc = loc;
  run->analysis.nnotes = n + 1;
}

/* What was cut short claims nothing: worlds that were not run may have other keys and shapes. */
static void doubt(ck_torch_run *run, ck_model *model, const char *reason, ck_loc loc) {
  ck_value some = ck_ev_symbol(run->ev, CK_SYM_BOOL, "some runs", reason, loc);
  ck_literal *literal = CK_NEW(&run->arena, ck_literal);
  *literal = (ck_literal){some.sym, true};
  for (size_t i = 0; i < model->nkeys; i++) {
    if (model->keys[i].when.n == 0) model->keys[i].when = (ck_condition){literal, 1};
    model->keys[i].rank = -1;
    model->keys[i].unknown = reason;
  }
  for (size_t i = 0; i < model->nmodules; i++)
    if (model->modules[i].when.n == 0) model->modules[i].when = (ck_condition){literal, 1};
  ck_open *opens = CK_NEW_N(&run->arena, ck_open, model->nopens + 1);
  memcpy(opens, model->opens, model->nopens * sizeof *opens);
  opens[model->nopens++] = (ck_open){.path = "", .reason = reason, .loc = loc};
  model->opens = opens;
  model->complete = false;
}

static void limit_hit(ck_torch_run *run, const ck_ir *entry, const char *limit) {
  const char *reason = ck_arena_printf(&run->arena, "the analysis of `%s` was cut short: %s", entry->name, limit);
  note(run, entry->loc, reason);
  for (size_t i = 0; i < run->places.n; i++)
    for (size_t k = 0; k < run->places.at[i].models.n; k++)
      if (run->places.at[i].models.at[k].entry == run->entry)
        doubt(run, run->places.at[i].models.at[k].model, reason, entry->loc);
  for (size_t i = 0; i < run->sites.n; i++) {
    ck_torch_site_builder *b = &run->sites.at[i];
    if (b->entry != run->entry || !b->reached || b->site.reason != NULL) continue;
    b->site.reason = reason;
    b->site.reason_loc = entry->loc;
  }
}

static void run_function(ck_torch_run *run, ck_torch_function *f) {
  if (f->run) return;
  f->run = true;
  const char *limit = NULL;
  run->entry++;
  ck_torch_remember(run);
  if (f->node->flags & CK_IR_F_CTOR) {
    if (f->record && !(f->record->flags & CK_IR_F_ABSTRACT)) ck_ev_run_class(run->ev, f->record, f->node, &limit);
  } else {
    ck_ev_run(run->ev, f->node, &limit);
  }
  if (limit) limit_hit(run, f->node, limit);
}

/* `check` runs what constructs as well: a registration that throws is a finding without any load. */
static bool is_wanted(const ck_torch_run *run, const ck_torch_function *f) {
  return (run->request->want_sites && f->loads) || f->constructs;
}

static bool is_module_class(ck_torch_run *run, const ck_ir *record) {
  return record != NULL && ck_ev_type_is_a(run->ev, record->type, "torch::nn::Module");
}

static bool is_main(const ck_torch_function *f) { return f->record == NULL && strcmp(f->node->name, "main") == 0; }

static void run_roots(ck_torch_run *run, ck_torch_functions functions) {
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < functions.n; i++) {
      ck_torch_function *f = &functions.at[i];
      if (f->has_caller || is_main(f) != (round == 0) || !ck_ir_body(f->node) || !is_wanted(run, f)) continue;
      if (f->record != NULL && is_module_class(run, f->record) && !f->loads) continue; /* run as classes, below */
      run_function(run, f);
    }
  }
}

static bool inside(const ck_ir *function, ck_loc loc) {
  return function->loc.file && loc.file && strcmp(function->loc.file, loc.file) == 0 &&
         loc.begin >= function->loc.begin && loc.begin < function->loc.end;
}

/* The innermost function that contains the place, by a walk over its nodes. */
typedef struct {
  ck_loc loc;
  bool found;
} search;
static void search_visit(const ck_ir *node, void *data) {
  search *s = data;
  if (node->loc.file && s->loc.file && node->loc.line == s->loc.line && node->loc.column == s->loc.column &&
      strcmp(node->loc.file, s->loc.file) == 0)
    s->found = true;
}

static ck_torch_function *container(ck_torch_functions functions, ck_loc loc) {
  for (size_t i = 0; i < functions.n; i++) {
    search s = {.loc = loc};
    ck_ir_walk(functions.at[i].node, search_visit, &s);
    if (s.found) return &functions.at[i];
  }
  return NULL;
}

static void find_missed(ck_torch_run *run, ck_torch_functions functions) {
  for (size_t i = 0; i < run->sites.n; i++) {
    ck_torch_function *f = run->sites.at[i].reached ? NULL : container(functions, run->sites.at[i].site.loc);
    if (f != NULL) f->leads_to_missed = true;
  }
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < functions.n; i++) {
      ck_torch_function *f = &functions.at[i];
      for (size_t k = 0; k < f->callees.n && !f->leads_to_missed; k++)
        changed |= f->leads_to_missed = functions.at[f->callees.at[k]].leads_to_missed;
    }
  }
}

/* Functions that are only handed on (a callback, a test case, a command of a table) are entered by code that is not
 * seen. They come before the function around a site: they know what they call it with. */
static bool is_handed_on(const ck_torch_function *f) { return f->leads_to_missed && f->has_caller && !f->is_called; }

/* Does another function that is still to be entered hand this one on? It knows what it does with it. */
static bool has_pending_user(ck_torch_functions functions, size_t i) {
  for (size_t k = 0; k < functions.n; k++) {
    const ck_torch_function *user = &functions.at[k];
    if (k == i || user->run || !is_handed_on(user)) continue;
    for (size_t c = 0; c < user->callees.n; c++)
      if (user->callees.at[c] == i) return true;
  }
  return false;
}

static void run_unreached_sites(ck_torch_run *run, ck_torch_functions functions) {
  for (int round = 0; round < 2; round++) {
    for (size_t i = 0; i < functions.n; i++) functions.at[i].leads_to_missed = false;
    find_missed(run, functions);
    for (size_t i = 0; i < functions.n; i++) {
      ck_torch_function *f = &functions.at[i];
      if (is_handed_on(f) && (round == 1 || !has_pending_user(functions, i))) run_function(run, f);
    }
  }
  for (size_t i = 0; i < run->sites.n; i++) {
    if (run->sites.at[i].reached) continue;
    ck_torch_function *f = container(functions, run->sites.at[i].site.loc);
    if (f != NULL) run_function(run, f);
  }
}

/* A variable that holds something known in no world is no model to show. */
static bool is_never_known(const ck_torch_place *p) {
  for (size_t i = 0; i < p->models.n; i++)
    if (p->models.at[i].was_known) return false;
  return true;
}

/* Free functions of the given files that construct modules, but that no root entered. */
typedef struct {
  ck_torch_run *run;
  bool missed;
} var_search;
static void var_visit(const ck_ir *node, void *data) {
  var_search *s = data;
  if (node->kind != CK_IR_VAR || !ck_torch_is_module_type(s->run, node->type)) return;
  const ck_ir_type *type = node->type;
  if (type->kind == CK_IR_T_LREF || type->kind == CK_IR_T_RREF || type->kind == CK_IR_T_POINTER) return;
  char key[600];
  snprintf(key, sizeof key, "%s:%u:%u", node->loc.file ? node->loc.file : "", node->loc.line, node->loc.column);
  const ck_map_entry *place = ck_map_find(&s->run->place_index, key);
  if (place == NULL || is_never_known(&s->run->places.at[place->n - 1])) s->missed = true;
}

static void run_unreached_constructions(ck_torch_run *run, ck_torch_functions functions) {
  for (size_t i = 0; i < functions.n; i++) {
    ck_torch_function *f = &functions.at[i];
    if (f->run || is_module_class(run, f->record) || !f->constructs || !ck_torch_wanted_file(run, f->node->loc.file))
      continue;
    var_search s = {run, false};
    ck_ir_walk(f->node, var_visit, &s);
    if (s.missed) run_function(run, f);
  }
}

/* --- classes -------------------------------------------------------------------------------------------------- */

static bool takes_itself(const ck_ir *record, const ck_ir *ctor) {
  if (ck_ir_param_count(ctor) != 1) return false;
  const ck_ir_type *type = ck_ir_strip_ref(ck_ir_param(ctor, 0)->type);
  return type != NULL && strcmp(type->usr, record->usr) == 0;
}

/* How much a constructor says of its class: one that hands on to another nothing, one that does nothing (`Net() {}`,
 * beside one with arguments) little. */
static int says(ck_torch_functions functions, const ck_ir *ctor) {
  const ck_ir *definition = ctor;
  for (size_t i = 0; i < functions.n && !ck_ir_body(definition); i++)
    if (strcmp(functions.at[i].node->usr, ctor->usr) == 0) definition = functions.at[i].node;
  for (size_t i = 0; i < definition->nkids; i++) {
    const ck_ir *kid = definition->kids[i];
    if (kid && kid->kind == CK_IR_CTOR_INIT) return (kid->flags & CK_IR_F_DELEGATING) ? 0 : 2;
  }
  const ck_ir *body = ck_ir_body(definition);
  return body && body->kind == CK_IR_BLOCK && body->nkids == 0 ? 1 : 2;
}

/* The constructor to show a class by: the first of those that say most, no copying one. */
static const ck_ir *best_constructor(ck_torch_functions functions, const ck_ir *record) {
  const ck_ir *best = NULL;
  for (size_t i = 0; i < record->nkids; i++) {
    const ck_ir *kid = record->kids[i];
    if (kid == NULL || kid->kind != CK_IR_FUNCTION || !(kid->flags & CK_IR_F_CTOR) || (kid->flags & CK_IR_F_DELETED))
      continue;
    if (!takes_itself(record, kid) && (best == NULL || says(functions, best) < says(functions, kid))) best = kid;
  }
  return best;
}

static bool class_matches(const ck_torch_run *run, const char *cls) {
  const char *want = run->request->model_class;
  if (want == NULL) return true;
  size_t n = strcspn(cls, "<"), m = strlen(want);
  if (strcmp(cls, want) == 0) return true;
  if (n >= m && memcmp(cls + n - m, want, m) == 0 && (n == m || cls[n - m - 1] == ':')) return true;
  return n == m + 4 && memcmp(cls, want, m) == 0 && memcmp(cls + m, "Impl", 4) == 0;
}

static bool is_shown(const ck_torch_run *run, const char *cls) {
  if (!run->request->want_models) return ck_map_find(&run->done, cls) != NULL;
  for (size_t i = 0; i < run->places.n; i++) {
    const ck_torch_place *p = &run->places.at[i];
    for (size_t k = 0; k < p->models.n; k++)
      if (strcmp(p->models.at[k].model->cls, cls) == 0) return true;
  }
  return false;
}

/* A class belongs to the files that define it: its body, or a constructor or method of it. */
static bool is_of_wanted_files(const ck_torch_run *run, ck_torch_functions functions, const ck_ir *record) {
  if (ck_torch_wanted_file(run, record->loc.file)) return true;
  for (size_t i = 0; i < functions.n; i++) {
    const ck_ir *node = functions.at[i].node;
    if (!ck_ir_body(node) || !ck_torch_wanted_file(run, node->loc.file)) continue;
    if (functions.at[i].record == record) return true;
    for (size_t k = 0; k < record->nkids; k++) /* declared in the class, defined elsewhere */
      if (record->kids[k] && record->kids[k]->kind == CK_IR_FUNCTION && *node->usr &&
          strcmp(record->kids[k]->usr, node->usr) == 0)
        return true;
  }
  return false;
}

/* A class none of whose constructions came to its end is shown all the same, as one that nothing is known of. */
static void add_unfinished(ck_torch_run *run, const ck_ir *record, const char *limit) {
  ck_open *open = CK_NEW(&run->arena, ck_open);
  *open = (ck_open){.path = "",
                    .reason = limit != NULL ? ck_arena_printf(&run->arena, "the analysis was cut short: %s", limit)
                                            : "no construction that was understood comes to its end",
                    .loc = record->loc};
  ck_model *model = CK_NEW(&run->arena, ck_model);
  *model = (ck_model){.cls = record->name, .loc = record->loc, .opens = open, .nopens = 1};
  ck_torch_place place = {.node = record};
  ck_vec_push(&place.models, (ck_torch_occurrence){model, {NULL, 0}, true, true, run->entry});
  ck_vec_push(&run->places, place);
}

/* For `keys` the classes that were not shown; for `check` those whose constructors did not run: what is wrong in one is
 * wrong whoever loads. */
static void run_classes(ck_torch_run *run, ck_torch_functions functions) {
  for (size_t u = 0; u < ck_ir_program_unit_count(run->program); u++) {
    const ck_ir *root = ck_ir_program_unit(run->program, u)->root;
    for (size_t i = 0; i < root->nkids; i++) {
      const ck_ir *record = root->kids[i];
      if (record == NULL || record->kind != CK_IR_RECORD || (record->flags & (CK_IR_F_ABSTRACT | CK_IR_F_INCOMPLETE)))
        continue;
      if (!is_module_class(run, record) || !is_of_wanted_files(run, functions, record)) continue;
      if (!class_matches(run, record->name)) continue;
      bool known =
          run->request->want_models ? is_shown(run, record->name) : ck_map_find(&run->done, record->name) != NULL;
      if (known) continue;
      const char *limit = NULL;
      const ck_ir *ctor = best_constructor(functions, record);
      run->entry++;
      ck_torch_remember(run);
      run->class_run = record;
      ck_ev_run_class(run->ev, record, ctor, &limit);
      run->class_run = NULL;
      if (limit) limit_hit(run, record, limit);
      if (run->request->want_models && !is_shown(run, record->name)) add_unfinished(run, record, limit);
    }
  }
}

/* --- results -------------------------------------------------------------------------------------------------- */

/* Is the place within a module class, where it is a part of a model rather than one? */
static bool is_part(const ck_torch_run *run, ck_torch_functions functions, const ck_ir *node) {
  if (node->kind == CK_IR_RECORD) return false;
  for (size_t i = 0; i < functions.n; i++)
    if (functions.at[i].record != NULL && !(functions.at[i].node->flags & CK_IR_F_STATIC) &&
        inside(functions.at[i].node, node->loc) &&
        ck_ev_type_is_a(run->ev, functions.at[i].record->type, "torch::nn::Module"))
      return true;
  return false;
}

static int by_place(ck_loc a, ck_loc b) {
  int c = strcmp(a.file ? a.file : "", b.file ? b.file : "");
  if (c) return c;
  if (a.line != b.line) return a.line < b.line ? -1 : 1;
  return a.column < b.column ? -1 : a.column > b.column;
}

static int compare_models(const void *a, const void *b) {
  return by_place((*(ck_model *const *)a)->loc, (*(ck_model *const *)b)->loc);
}
static int compare_sites(const void *a, const void *b) {
  return by_place(((const ck_torch_site_builder *)a)->site.loc, ((const ck_torch_site_builder *)b)->site.loc);
}
static int compare_findings(const void *a, const void *b) {
  return by_place(((const ck_model_finding *)a)->loc, ((const ck_model_finding *)b)->loc);
}

static void make_models(ck_torch_run *run, ck_torch_functions functions) {
  ck_model **models = CK_NEW_N(&run->arena, ck_model *, run->places.n + 1);
  size_t n = 0;
  for (int classes = 0; classes < 2; classes++) {
    size_t first = n;
    for (size_t i = 0; i < run->places.n; i++) {
      const ck_torch_place *p = &run->places.at[i];
      if ((p->node->kind == CK_IR_RECORD) != (classes == 1) || is_never_known(p) || is_part(run, functions, p->node))
        continue;
      ck_model *model = ck_torch_merge(run, p);
      if (class_matches(run, model->cls)) models[n++] = model;
    }
    if (n > first) qsort(models + first, n - first, sizeof *models, compare_models);
  }
  run->analysis.models = models;
  run->analysis.nmodels = n;
}

static void make_sites(ck_torch_run *run) {
  if (run->sites.n) qsort(run->sites.at, run->sites.n, sizeof *run->sites.at, compare_sites);
  ck_site *sites = CK_NEW_N(&run->arena, ck_site, run->sites.n + 1);
  size_t n = 0;
  for (size_t i = 0; i < run->sites.n; i++) {
    ck_torch_site_builder *b = &run->sites.at[i];
    if (b->site.loader == CK_LOADER_ARCHIVE && b->alternatives.n == 0) continue; /* nothing is read from it by name */
    b->site.alternatives = CK_NEW_N(&run->arena, ck_alternative, b->alternatives.n + 1);
    if (b->alternatives.n)
      memcpy(b->site.alternatives, b->alternatives.at, b->alternatives.n * sizeof *b->alternatives.at);
    b->site.nalternatives = b->alternatives.n;
    if (!b->reached && b->site.reason == NULL) {
      b->site.reason = "no path that was understood reaches this call";
      b->site.reason_loc = b->site.loc;
    }
    sites[n++] = b->site;
  }
  run->analysis.sites = sites;
  run->analysis.nsites = n;
}

static void make_findings(ck_torch_run *run) {
  for (size_t i = 0; i < run->members.n; i++) {
    const ck_torch_member *m = &run->members.at[i];
    if (m->registered) continue;
    ck_model_finding finding = {.id = CK_DIAG_UNREGISTERED_MODULE,
                                .loc = m->loc,
                                .cls = m->cls,
                                .text = ck_arena_printf(&run->arena,
                                                        "member `%s` of `%s` holds a module that is never registered",
                                                        m->member, m->cls)};
    ck_vec_push(&run->findings, finding);
  }
  if (run->findings.n) qsort(run->findings.at, run->findings.n, sizeof *run->findings.at, compare_findings);
  run->analysis.findings = run->findings.at;
  run->analysis.nfindings = run->findings.n;
}

const ck_analysis *ck_torch_analyse(const ck_ir_program *program, const ck_torch_request *request) {
  ck_torch_run *run = calloc(1, sizeof *run);
  if (run == NULL) abort();
  ck_arena_init(&run->arena);
  ck_map_init(&run->place_index);
  ck_map_init(&run->site_index);
  ck_map_init(&run->done);
  ck_map_init(&run->links);
  ck_map_init(&run->may_lead);
  ck_map_init(&run->may_call);
  run->program = program;
  run->request = request;
  ck_observer *observer = CK_NEW(&run->arena, ck_observer);
  *observer = ck_torch_observer;
  observer->data = run;
  const ck_library **libraries = CK_NEW_N(&run->arena, const ck_library *, 2);
  libraries[0] = &ck_ev_std_library;
  libraries[1] = ck_torch_library(&run->arena);
  run->ev = ck_ev_new(program, libraries, 2, observer);
  ck_ev_set_buffer(run->ev, request->buffer);
  ck_torch_functions functions = ck_torch_find_functions(run);
  run_roots(run, functions);
  if (request->want_sites) run_unreached_sites(run, functions);
  if (request->want_models) {
    run_unreached_constructions(run, functions);
  }
  run_classes(run, functions);
  if (request->want_models) make_models(run, functions);
  if (request->want_sites) make_sites(run);
  make_findings(run);
  run->analysis.steps = ck_ev_steps(run->ev);
  ck_torch_functions_free(functions);
  return &run->analysis;
}

void ck_torch_analysis_free(const ck_analysis *analysis) {
  if (analysis == NULL) return;
  ck_torch_run *run = (ck_torch_run *)(uintptr_t)analysis;
  ck_ev_free(run->ev);
  for (size_t i = 0; i < run->places.n; i++) free(run->places.at[i].models.at);
  for (size_t i = 0; i < run->sites.n; i++) free(run->sites.at[i].alternatives.at);
  free(run->places.at);
  free(run->sites.at);
  free(run->constructions.at);
  free(run->objects.at);
  free(run->replaced.at);
  free(run->written_in_rounds.at);
  free(run->findings.at);
  free(run->members.at);
  free(run->analysis.notes);
  ck_map_release(&run->place_index);
  ck_map_release(&run->site_index);
  ck_map_release(&run->done);
  ck_map_release(&run->links);
  ck_map_release(&run->may_lead);
  ck_map_release(&run->may_call);
  ck_torch_forget(run);
  free(run->files.at);
  free(run->writes.at);
  free(run->listed.at);
  ck_arena_release(&run->arena);
  free(run);
}
