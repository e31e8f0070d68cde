/* round.c - one round of a loop that stands for all that are left ("the generic round"):
 *
 * - The index of `for (i = a; i < n; i++)` is an index symbol, so that "layer" + to_string(i) is the pattern `layer*`.
 * - What a round changes is not what it was at the start of the next. So the body is tried first, to see what it
 *   writes; such numbers and strings become symbols of the round, everything else unknown; until nothing new turns up.
 * - After the loop, a variable has its old value, or, if there was a round, the one that every round gives it if that
 *   is a constant, else an unknown one. What was registered is there under the condition.
 *
 * Where the body decides something that may differ from round to round, the round is run each way (fork.c): what not
 * all ways leave alike is not known. If that are too many, or it cannot be said what changes, then the loop is passed
 * over if no module notices it (quiet.c), else what it names is opened. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval_int.h"

typedef struct {
  CK_VEC(ck_cell *) cells;
  ck_ptrmap set;
} havoc;

static bool is_registry(ck_value v) { return v.kind == CK_V_NATIVE && v.tag == CK_TAG_REGISTRY; }

/* What a changed variable holds at the start of a round. */
static ck_value of_a_round(ck_ev *ev, ck_cell *cell, size_t number, ck_loc loc) {
  ck_sym_type type;
  switch (cell->v.kind) {
  case CK_V_BOOL: type = CK_SYM_BOOL; break;
  case CK_V_INT: type = CK_SYM_INT; break;
  case CK_V_FLOAT: type = CK_SYM_FLOAT; break;
  case CK_V_STRING: type = CK_SYM_STRING; break;
  case CK_V_SYM: type = cell->v.sym->type; break;
  default: return ck_ev_either(ev, cell->v, cell->v, loc);
  }
  const char *name = ck_arena_printf(&ev->arena, "round.%zu", number);
  return ck_ev_value_of_sym(ev, ck_ev_sym_name(ev, type, name, ck_changed_by_rounds, loc, true));
}

static void bind_element(ck_ev *ev, const ck_generic *g) {
  if (g->element == NULL) return;
  const ck_ir_type *type = g->element->type;
  const bool is_reference = type == NULL || type->kind == CK_IR_T_LREF || type->kind == CK_IR_T_RREF;
  ck_cell *cell = is_reference ? ck_ev_unknown_place(ev, g->unknown, type) : ck_ev_temp(ev, g->unknown, type);
  if (g->element->kind == CK_IR_BINDING) ck_ev_bind_structured(ev, g->element, cell);
  else if (g->element->kind == CK_IR_VAR) ck_ev_bind(ev, g->element->usr, cell);
}

/* The index at the start of a round, which is not below the first one's. */
static ck_value index_of_a_round(ck_ev *ev, const ck_generic *g) {
  const ck_sym *index = ck_ev_sym_name(ev, CK_SYM_INT, g->index_name, "index of a loop", g->loc, true);
  const ck_sym *first = ck_ev_sym_int(ev, g->first);
  if (g->step > 0)
    ck_ev_add_fact(ev, ck_ev_sym_op(ev, CK_IR_OP_LT, CK_SYM_BOOL, index, first, g->loc), false, CK_FACT_ASSUMED);
  if (g->step < 0)
    ck_ev_add_fact(ev, ck_ev_sym_op(ev, CK_IR_OP_LT, CK_SYM_BOOL, first, index, g->loc), false, CK_FACT_ASSUMED);
  return ck_ev_value_of_sym(ev, index);
}

/* Runs the generic round from the present state, one way through it, and takes it back. */
static ck_flow run_one_way(ck_ev *ev, ck_generic *g, const havoc *h, const ck_sym *condition, ck_writes *writes) {
  ck_journal j;
  size_t facts = ev->facts.n, scope = ev->bindings.n;
  ck_value result = ev->frame ? ev->frame->result : CK_VOID;
  ev->rounds_unknown++;
  ck_ev_journal_begin(ev, &j);
  ck_value index = g->index ? index_of_a_round(ev, g) : CK_VOID;
  if (g->index) ck_ev_store(ev, g->index, index);
  for (size_t i = 0; i < h->cells.n; i++) ck_ev_store(ev, h->cells.at[i], of_a_round(ev, h->cells.at[i], i, g->loc));
  if (condition) ck_ev_add_fact(ev, condition, true, CK_FACT_BRANCH);
  bind_element(ev, g);
  ck_ev_exec(ev, g->body, CK_TAIL_LOOP);
  bool is_moved = g->index && g->step != 0 && !ck_ev_same(ck_ev_load(ev, g->index), index);
  if (is_moved) g->step = 0; /* the body steps it, too */
  ck_ev_drop_facts(ev, facts);
  *writes = ck_ev_journal_undo(ev, &j);
  ev->bindings.n = scope;
  ev->rounds_unknown--;
  ck_flow flow = ev->flow;
  if (ev->frame) ev->frame->result = result;
  if (ev->limit == NULL) ev->flow = CK_FLOW_ON;
  return flow;
}

/* What the ways through the generic round do. */
typedef struct {
  ck_writes writes;
  CK_VEC(ck_cell *) differ; /* registries that not all of them leave alike */
  bool ends, returns;       /* some way comes to the end of the round, leaves the function */
} effects;

static void release_effects(effects *e) {
  free(e->writes.at);
  free(e->differ.at);
  *e = (effects){0};
}

static bool is_different_registry(const effects *e, const ck_cell *cell) {
  for (size_t i = 0; i < e->differ.n; i++)
    if (e->differ.at[i] == cell) return true;
  return false;
}

/* `cell` is left with v on one way, with `other` on another. */
static void add_difference(ck_ev *ev, effects *e, ck_cell *cell, ck_value *v, ck_value other, ck_loc loc) {
  if (ck_ev_same(*v, other)) return;
  if (!is_registry(cell->v)) {
    *v = ck_ev_either(ev, *v, other, loc);
    return;
  }
  if (!is_different_registry(e, cell)) ck_vec_push(&e->differ, cell);
}

/* Adds what another way writes. */
static void add_way(ck_ev *ev, effects *e, const ck_writes *way, bool is_first, ck_loc loc) {
  ck_ptrmap of_way = {0}, known = {0};
  for (size_t i = 0; i < way->n; i++) *ck_ptrmap_slot(&of_way, way->at[i].cell) = &way->at[i].v;
  for (size_t i = 0; i < e->writes.n; i++) {
    ck_write *w = &e->writes.at[i];
    const ck_value *other = ck_ptrmap_get(&of_way, w->cell);
    *ck_ptrmap_slot(&known, w->cell) = w;
    add_difference(ev, e, w->cell, &w->v, other ? *other : w->cell->v, loc);
  }
  for (size_t i = 0; i < way->n; i++) {
    ck_write w = way->at[i];
    if (ck_ptrmap_get(&known, w.cell)) continue;
    if (!is_first) add_difference(ev, e, w.cell, &w.v, w.cell->v, loc);
    ck_vec_push(&e->writes, w);
  }
  ck_ptrmap_release(&of_way);
  ck_ptrmap_release(&known);
}

/* Runs the generic round, each way through it. False: it cannot be understood as one. */
static bool try_round(ck_ev *ev, ck_generic *g, const havoc *h, const ck_sym *condition, effects *e) {
  const int step = g->step;
  ck_fork fork;
  const char *outer_blur = ev->blurred;
  ev->blurred = NULL;
  bool understood = true, is_first = true;
  ck_ev_fork_begin(ev, &fork);
  do {
    ck_writes way = {0};
    ck_flow flow = run_one_way(ev, g, h, condition, &way);
    bool leads_on = flow == CK_FLOW_ON || flow == CK_FLOW_CONTINUE || flow == CK_FLOW_BREAK;
    bool is_dead = flow == CK_FLOW_STOP || (flow == CK_FLOW_THROW && ev->try_depth == 0);
    understood &= ev->limit == NULL && ev->blurred == NULL && (flow != CK_FLOW_THROW || is_dead);
    if (!is_dead || !understood) {
      add_way(ev, e, &way, is_first, g->loc);
      is_first = false;
    }
    e->ends |= leads_on;
    e->returns |= flow == CK_FLOW_RETURN;
    free(way.at);
  } while (understood && ck_ev_fork_next(ev, &fork));
  ck_ev_fork_end(ev, &fork);
  understood &= ev->blurred == NULL && ev->limit == NULL && g->step == step;
  ev->blurred = outer_blur;
  return understood && e->ends;
}

static bool adds_to_havoc(ck_ev *ev, havoc *h, const ck_generic *g, const ck_writes *writes) {
  bool grew = false;
  for (size_t i = 0; i < writes->n; i++) {
    ck_cell *cell = writes->at[i].cell;
    if (cell == g->index || is_registry(writes->at[i].v) || ck_ptrmap_get(&h->set, cell)) continue;
    if (ck_ev_same(ck_ev_load(ev, cell), ck_ev_resolve(ev, writes->at[i].v))) continue;
    ck_vec_push(&h->cells, cell);
    *ck_ptrmap_slot(&h->set, cell) = cell;
    grew = true;
  }
  return grew;
}

/* The same in each round, whatever the round before left. */
static bool is_constant(ck_value v) {
  switch (v.kind) {
  case CK_V_BOOL:
  case CK_V_INT:
  case CK_V_FLOAT:
  case CK_V_STRING:
  case CK_V_NULL:
  case CK_V_VOID: return true;
  case CK_V_SYM: return !v.sym->has_index;
  case CK_V_CHOICE: return !v.choice->condition->has_index && is_constant(v.choice->a) && is_constant(v.choice->b);
  default: return false;
  }
}

/* Containers and tensors: of "what it was, or unknown" nothing is to be had, and each use of it would split the world.
 */
static bool is_worth_a_choice(ck_value before) {
  switch (before.kind) {
  case CK_V_LIST:
  case CK_V_MAP:
  case CK_V_NATIVE:
  case CK_V_TENSOR: return false;
  case CK_V_CHOICE: return is_worth_a_choice(before.choice->a) && is_worth_a_choice(before.choice->b);
  default: return true;
  }
}

/* A registry that got entries in rounds that are not understood. */
static void open_registry(ck_ev *ev, ck_cell *cell, const char *reason, ck_loc loc) {
  ck_object holder = {.registry = cell};
  ck_ev_register(ev, &holder, CK_REG_OPEN, CK_VOID, ck_ev_unknown(ev, loc, "%s", reason), loc);
}

bool ck_ev_contains(const ck_ir *node, ck_ir_kind kind) {
  if (node == NULL || node->kind == CK_IR_LAMBDA) return false;
  if (node->kind == kind) return true;
  for (uint32_t i = 0; i < node->nkids; i++)
    if (ck_ev_contains(node->kids[i], kind)) return true;
  return false;
}

void ck_ev_may_return(ck_ev *ev, ck_loc loc) {
  ck_value v = ck_ev_unknown(ev, loc, "whether the loop returns");
  if (!ck_ev_decide_bool(ev, v, loc)) return;
  ev->frame->result = ck_ev_unknown(ev, loc, "value that a loop with an unknown number of rounds returns");
  ev->flow = CK_FLOW_RETURN;
}

static const char rounds_differ[] = "a loop whose number of rounds is not known, and whose rounds differ";

static void give_up(ck_ev *ev, const ck_generic *g, const ck_writes *writes) {
  const char *reason = rounds_differ;
  if (ck_ev_pass_over(ev, (const ck_ir *const[]){g->body, g->extra}, 2, g->loc, reason)) {
    ev->spares_modules++; /* what a round was seen to write, whoever names it */
    for (size_t i = 0; i < writes->n; i++)
      if (!is_registry(writes->at[i].cell->v)) ck_ev_open_cell(ev, writes->at[i].cell, g->loc, reason);
    ev->spares_modules--;
    if (ck_ev_contains(g->body, CK_IR_RETURN)) ck_ev_may_return(ev, g->loc);
    return;
  }
  for (size_t i = 0; i < writes->n; i++) {
    if (is_registry(writes->at[i].cell->v)) open_registry(ev, writes->at[i].cell, reason, g->loc);
    else ck_ev_open_cell(ev, writes->at[i].cell, g->loc, reason);
  }
  ck_ev_open_names(ev, g->body, reason);
  ck_ev_open_names(ev, g->extra, reason);
  if (ck_ev_contains(g->body, CK_IR_RETURN)) ck_ev_may_return(ev, g->loc);
}

static void finish(ck_ev *ev, const ck_generic *g, const ck_sym *condition, effects *e) {
  ck_writes *writes = &e->writes;
  for (size_t i = 0; i < writes->n; i++) {
    ck_write *w = &writes->at[i];
    if (is_different_registry(e, w->cell)) w->v = w->cell->v;
    if (is_registry(w->v) || (is_constant(w->v) && w->cell != g->index)) continue;
    assert(w->cell != NULL);
    w->v = ck_ev_either(ev, w->cell->v, w->v, g->loc);
    if (!is_worth_a_choice(w->cell->v)) ck_ev_store(ev, w->cell, w->v);
  }
  if (condition) ck_ev_join_writes(ev, condition, writes, NULL);
  else
    for (size_t i = writes->n; i-- > 0;) ck_ev_store(ev, writes->at[i].cell, writes->at[i].v);
  for (size_t i = 0; i < e->differ.n; i++) open_registry(ev, e->differ.at[i], rounds_differ, g->loc);
  if (e->returns) ck_ev_may_return(ev, g->loc);
}

/* Does a round hand a number or text on to the next, as `in = out` does? */
static bool hands_on(const havoc *h) {
  for (size_t i = 0; i < h->cells.n; i++) {
    uint8_t kind = h->cells.at[i]->v.kind;
    if (kind >= CK_V_BOOL && kind <= CK_V_SYM) return true;
  }
  return false;
}

/* Does a round register something? */
static bool registers(const ck_writes *writes) {
  for (size_t i = 0; i < writes->n; i++)
    if (is_registry(writes->at[i].v)) return true;
  return false;
}

bool ck_ev_run_generic(ck_ev *ev, ck_generic *g, const ck_sym *condition, bool may_take_first) {
  havoc h = {0};
  effects e = {0};
  bool understood = true, again = true;
  if (condition != NULL) *ck_ptrmap_slot(&ev->round_conditions, condition) = ev;
  ev->trials++;
  for (int pass = 0; again && understood && ev->limit == NULL; pass++) {
    release_effects(&e);
    int step = g->step;
    understood = try_round(ev, g, &h, condition, &e);
    if (g->step != step) { /* nothing is known of the index: once more without */
      release_effects(&e);
      understood = try_round(ev, g, &h, condition, &e);
    }
    again = adds_to_havoc(ev, &h, g, &e.writes);
    if (pass == CK_LIMIT_FIXPOINT) understood = !again;
  }
  ev->trials--;
  bool is_better_apart = !understood || e.differ.n > 0 || hands_on(&h);
  bool takes_first = may_take_first && ev->limit == NULL && is_better_apart && registers(&e.writes);
  if (takes_first) goto out;
  if (ev->trials == 0 && ev->limit == NULL) { /* for good: the observers listen */
    release_effects(&e);
    if (!try_round(ev, g, &h, condition, &e)) understood = false;
  }
  if (ev->limit == NULL) {
    if (understood) finish(ev, g, condition, &e);
    else give_up(ev, g, &e.writes);
    ck_ev_name_what_is_left(ev, g->body);
  }
out:
  free(h.cells.at);
  ck_ptrmap_release(&h.set);
  release_effects(&e);
  return !takes_first;
}

bool ck_ev_is_of_rounds(const ck_ev *ev, const ck_sym *sym) {
  while (sym->kind == CK_SYM_OP && sym->op == CK_IR_OP_NOT) sym = sym->a;
  return sym->has_index || ck_ptrmap_get(&ev->round_conditions, sym) != NULL;
}
