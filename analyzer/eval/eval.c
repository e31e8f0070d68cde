/* eval.c - the evaluator as a whole: making one, running an entry point in all its worlds. */
#include "eval/eval.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval_int.h"

ck_ev *ck_ev_new(const ck_ir_program *program, const ck_library *const *libraries, size_t n,
                 const ck_observer *observer) {
  ck_ev *ev = ck_calloc(1, sizeof *ev);
  ev->program = program;
  ev->libraries = libraries;
  ev->nlibraries = n;
  if (observer) ev->observer = *observer;
  ck_arena_init(&ev->arena);
  ck_map_init(&ev->strings);
  ck_map_init(&ev->methods);
  ck_map_init(&ev->written);
  ck_map_init(&ev->builtins);
  ck_map_init(&ev->library_classes);
  ck_map_init(&ev->occurrences);
  ck_map_init(&ev->joined);
  ck_map_init(&ev->throwing);
  ck_map_init(&ev->sources);
  ck_map_init(&ev->texts);
  ck_ev_load_tables(ev);
  return ev;
}

void ck_ev_free(ck_ev *ev) {
  if (ev == NULL) return;
  ck_ptrmap *maps[] = {&ev->functions, &ev->records,  &ev->classes,          &ev->units,           &ev->globals,
                       &ev->splitting, &ev->too_deep, &ev->loud_destructors, &ev->round_conditions};
  for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) ck_ptrmap_release(maps[i]);
  ck_map *names[] = {&ev->strings,         &ev->methods,     &ev->written, &ev->builtins,
                     &ev->library_classes, &ev->occurrences, &ev->joined,  &ev->throwing};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) ck_map_release(names[i]);
  ck_ev_release_sources(ev);
  ck_ev_release_quiet(ev);
  free(ev->syms);
  free(ev->builtin_prefixes.at);
  free(ev->class_prefixes.at);
  free(ev->instances.at);
  free(ev->lambdas.at);
  free(ev->variables.at);
  free(ev->initialised.at);
  free(ev->statics.at);
  free(ev->facts.at);
  free(ev->truth);
  free(ev->decisions.at);
  free(ev->bindings.at);
  free(ev->journal.at);
  ck_arena_release(&ev->arena);
  free(ev);
}

ck_arena *ck_ev_arena(ck_ev *ev) { return &ev->arena; }
const ck_ir_program *ck_ev_program(const ck_ev *ev) { return ev->program; }
void *ck_ev_observer_data(ck_ev *ev) { return ev->observer.data; }
const char *ck_ev_intern(ck_ev *ev, const char *s) { return ck_map_put(&ev->strings, s, NULL)->key; }

/* Entry points ------------------------------------------------------------------------------------------------------
 */

static const char *owner_name(const ck_ir *function) { return function->name[0] ? function->name : "the function"; }

/* main's own: argc is at least one. */
static ck_cell *main_parameter(ck_ev *ev, const ck_ir *param, size_t i) {
  if (i == 1) return ck_ev_temp(ev, (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_ARGV}, param->type);
  ck_value argc = ck_ev_symbol(ev, CK_SYM_INT, "argc", "number of command line arguments", (ck_loc){0});
  ck_ev_add_fact(ev, ck_ev_sym_op(ev, CK_IR_OP_LT, CK_SYM_BOOL, argc.sym, ck_ev_sym_int(ev, 1), (ck_loc){0}), false,
                 CK_FACT_ASSUMED);
  return ck_ev_temp(ev, argc, param->type);
}

static ck_cell **parameters(ck_ev *ev, const ck_ir *function, size_t *n) {
  *n = ck_ir_param_count(function);
  ck_cell **cells = CK_NEW_N(&ev->arena, ck_cell *, *n + 1);
  for (size_t i = 0; i < *n; i++) {
    const ck_ir *param = ck_ir_param(function, i);
    if (ev->entry_is_main && i < 2) {
      cells[i] = main_parameter(ev, param, i);
      continue;
    }
    const char *origin = ck_arena_printf(&ev->arena, "parameter `%s` of `%s`", param->name, owner_name(function));
    cells[i] =
        ck_ev_temp(ev, ck_ev_parameter(ev, param->type, param->name, origin, param->loc), ck_ir_strip_ref(param->type));
  }
  return cells;
}

typedef struct {
  const ck_ir *function; /* or */
  const ck_ir *record, *constructor;
} entry;

static void run_entry(ck_ev *ev, const entry *e) {
  size_t n = 0;
  ck_cell **args = NULL;
  if (e->record == NULL) {
    assert(e->function != NULL);
    const ck_method *method = (e->function->flags & CK_IR_F_STATIC) ? NULL : ck_ev_method(ev, e->function->usr);
    ck_cell *self = method && method->record ? ck_ev_unknown_self(ev, method->record, e->function->loc) : NULL;
    if (ev->entry_is_main) ck_ev_init_globals(ev);
    args = parameters(ev, e->function, &n);
    ck_ev_run_function(ev, e->function, method ? method->record : NULL, self, args, n, e->function);
    return;
  }
  if (e->constructor) args = parameters(ev, e->constructor, &n);
  if (e->record->type == NULL) return;
  ck_value v =
      ck_ev_construct_by(ev, e->record->type, args, n, false, e->record, e->constructor ? e->constructor->usr : "");
  if (ck_ev_on(ev)) ck_ev_notice(ev, e->record, ck_ev_temp(ev, v, e->record->type));
}

uint64_t ck_ev_steps(const ck_ev *ev) { return ev->earlier_steps + ev->steps; }

static bool is_main(const ck_ir *function) { return function && strcmp(function->name, "main") == 0; }

/* Have loops that no module notices made worlds enough? */
static bool followed_enough(const ck_ev *ev, size_t worlds) {
  return worlds == CK_LIMIT_FOLLOWED_WORLDS || ev->splitting_steps > CK_LIMIT_FOLLOWED_STEPS;
}

static bool is_loop(const ck_ir *node) {
  return node->kind == CK_IR_FOR || node->kind == CK_IR_WHILE || node->kind == CK_IR_DO ||
         node->kind == CK_IR_RANGE_FOR;
}

/* Would running the entry point once more, without following what made worlds, be worth it? */
static bool can_pass_over(ck_ev *ev, ck_passes what) {
  if (ev->passes >= what) return false;
  for (size_t i = 0; i < ev->splitting.size; i++) {
    const ck_ir *node = ev->splitting.slots[i].p;
    if (node != NULL && is_loop(node) == (what == CK_PASSES_LOOPS) && ck_ev_is_quiet(ev, node)) return true;
  }
  return false;
}

static size_t run_worlds(ck_ev *ev, const entry *e) {
  ev->limit = NULL;
  ev->decisions.n = 0;
  size_t worlds = 0;
  bool more = true;
  while (more && ev->limit == NULL) {
    if (worlds == CK_LIMIT_WORLDS || (followed_enough(ev, worlds) && can_pass_over(ev, CK_PASSES_LOOPS))) {
      ev->limit = ck_too_many_worlds;
      break;
    }
    ev->world = ++worlds;
    ck_ev_world_begin(ev);
    if (ev->observer.world_begins) ev->observer.world_begins(ev, ev->observer.data);
    run_entry(ev, e);
    bool reached_end = ev->flow == CK_FLOW_ON || ev->flow == CK_FLOW_RETURN;
    if (ev->observer.world_ends) ev->observer.world_ends(ev, ev->observer.data, reached_end);
    more = ck_ev_world_next(ev);
  }
  ev->frame = NULL;
  return worlds;
}

/* Is there a cheaper way to run the entry point once more? */
static bool makes_cheaper(ck_ev *ev) {
  for (ck_passes what = CK_PASSES_LOOPS; what <= CK_PASSES_STATEMENTS; what++)
    if (can_pass_over(ev, what)) return ev->passes = what, true;
  if (ev->variants != CK_VARIANTS_TOLD_APART) return false;
  ev->variants = CK_VARIANTS_UNKNOWN;
  return true;
}

/* What makes too many worlds is run once more from the start: without following the loops that made them, then the
 * statements, as far as no module notices these, then without telling the elements of long tables apart. */
static size_t run_from(ck_ev *ev, const entry *e, const char **limit) {
  char here;
  ev->stack_base = &here;
  ev->earlier_steps += ev->steps;
  ev->steps = 0;
  ev->entry_is_main = is_main(e->function);
  ev->passes = CK_PASSES_NOTHING;
  ev->variants = CK_VARIANTS_NONE;
  ck_ptrmap_clear(&ev->splitting);
  ev->splitting_steps = 0;
  size_t worlds = run_worlds(ev, e);
  while (ev->limit != NULL && makes_cheaper(ev)) {
    ev->steps = 0;
    if (ev->observer.again) ev->observer.again(ev, ev->observer.data);
    worlds = run_worlds(ev, e);
  }
  if (limit) *limit = ev->limit;
  return worlds;
}

size_t ck_ev_run(ck_ev *ev, const ck_ir *function, const char **limit) {
  return run_from(ev, &(entry){.function = function}, limit);
}

size_t ck_ev_run_class(ck_ev *ev, const ck_ir *record, const ck_ir *constructor, const char **limit) {
  return run_from(ev, &(entry){.record = record, .constructor = constructor}, limit);
}
