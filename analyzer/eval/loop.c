/* loop.c - loops. As long as the condition is known, round after round is run. Where it is not, the remaining rounds
 * are run once for all ("the generic round"), under the condition that there is one:
 *
 * - The index of `for (i = a; i < n; i++)` is an index symbol, so that "layer" + to_string(i) is the pattern `layer*`.
 * - What a round changes is not what it was at the start of the next. So the body is tried first, to see what it
 *   writes; such numbers and strings become symbols of the round, everything else unknown; until nothing new turns up.
 * - After the loop, a variable has its old value, or, if there was a round, the one that every round gives it if that
 *   is a constant, else an unknown one. What was registered is there under the condition.
 *
 * The first round is often not like the others (`in = 3` before the loop, `i == 0 ? 3 : width` in it). Where rounds
 * that register something differ, or hand on values, the first is run by itself under the condition that there is one;
 * the generic round then stands for the rest.
 *
 * A loop that makes no module and takes more than CK_LIMIT_LOOP_STEPS is treated so from there on.
 *
 * Where the body decides something that may differ from round to round, the round is run each way (fork.c): what not
 * all ways leave alike is not known. If that are too many, or it cannot be said what changes, then what it names is
 * opened instead. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval_int.h"

static const char changed[] = "value that a loop with an unknown number of rounds changes";

/* One kind of loop, for the generic round: how to run the body, and its index. */
typedef struct {
  const ck_ir *body, *extra; /* extra: what else the loop's header names */
  ck_cell *index;            /* or NULL */
  const char *index_name;
  int64_t first;        /* what it is at least, or, where it steps down, at most */
  int step;             /* 1, -1; 0: it may be anything */
  const ck_ir *element; /* RANGE_FOR: VAR or BINDING */
  ck_value unknown;     /* RANGE_FOR: its value */
  ck_loc loc;
} generic;

typedef struct {
  CK_VEC(ck_cell *) cells;
  ck_ptrmap set;
} havoc;

/* What a plain pointer or iterator points to, or into: data, not an object. */
static ck_cell *pointed_to(ck_value v) {
  if (v.kind == CK_V_UNKNOWN) return v.unknown->into;
  if (v.kind != CK_V_PTR || (v.tag != CK_PTR_ITERATOR && v.tag != CK_PTR_RAW)) return NULL;
  const uint8_t kind = v.cell->v.kind;
  return kind == CK_V_OBJECT || kind == CK_V_PTR || kind == CK_V_NATIVE || kind == CK_V_CLOSURE ? NULL : v.cell;
}

/* What rounds leave as a or as b. Where a pointer points to is not known then, but what it may change is. */
static ck_value either(ck_ev *ev, ck_value a, ck_value b, ck_loc loc) {
  ck_value v = ck_ev_unknown(ev, loc, "%s", changed);
  ck_cell *of_a = pointed_to(a), *of_b = pointed_to(b);
  if (of_a != NULL && of_b != NULL && of_a != of_b) {
    ck_ev_open_cell(ev, of_a, loc, changed);
    ck_ev_open_cell(ev, of_b, loc, changed);
  } else if (of_a != NULL || of_b != NULL) {
    v = ck_ev_somewhere_in(ev, v, of_a ? of_a : of_b);
  }
  return v;
}

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
  default: return either(ev, cell->v, cell->v, loc);
  }
  const char *name = ck_arena_printf(&ev->arena, "round.%zu", number);
  return ck_ev_value_of_sym(ev, ck_ev_sym_name(ev, type, name, changed, loc, true));
}

static void bind_element(ck_ev *ev, const generic *g) {
  if (g->element == NULL) return;
  ck_cell *cell = ck_ev_temp(ev, g->unknown, g->element->type);
  if (g->element->kind == CK_IR_BINDING) ck_ev_bind_structured(ev, g->element, cell);
  else if (g->element->kind == CK_IR_VAR) ck_ev_bind(ev, g->element->usr, cell);
}

/* The index at the start of a round, which is not below the first one's. */
static ck_value index_of_a_round(ck_ev *ev, const generic *g) {
  const ck_sym *index = ck_ev_sym_name(ev, CK_SYM_INT, g->index_name, "index of a loop", g->loc, true);
  const ck_sym *first = ck_ev_sym_int(ev, g->first);
  if (g->step > 0)
    ck_ev_add_fact(ev, ck_ev_sym_op(ev, CK_IR_OP_LT, CK_SYM_BOOL, index, first, g->loc), false, CK_FACT_ASSUMED);
  if (g->step < 0)
    ck_ev_add_fact(ev, ck_ev_sym_op(ev, CK_IR_OP_LT, CK_SYM_BOOL, first, index, g->loc), false, CK_FACT_ASSUMED);
  return ck_ev_value_of_sym(ev, index);
}

/* Runs the generic round from the present state, one way through it, and takes it back. */
static ck_flow run_one_way(ck_ev *ev, generic *g, const havoc *h, const ck_sym *condition, ck_writes *writes) {
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
    *v = either(ev, *v, other, loc);
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
static bool try_round(ck_ev *ev, generic *g, const havoc *h, const ck_sym *condition, effects *e) {
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

static bool adds_to_havoc(ck_ev *ev, havoc *h, const generic *g, const ck_writes *writes) {
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

static bool contains(const ck_ir *node, ck_ir_kind kind) {
  if (node == NULL || node->kind == CK_IR_LAMBDA) return false;
  if (node->kind == kind) return true;
  for (uint32_t i = 0; i < node->nkids; i++)
    if (contains(node->kids[i], kind)) return true;
  return false;
}

static void may_return(ck_ev *ev, const generic *g) {
  ck_value v = ck_ev_unknown(ev, g->loc, "whether the loop returns");
  if (!ck_ev_decide_bool(ev, v, g->loc)) return;
  ev->frame->result = ck_ev_unknown(ev, g->loc, "value that a loop with an unknown number of rounds returns");
  ev->flow = CK_FLOW_RETURN;
}

static const char rounds_differ[] = "a loop whose number of rounds is not known, and whose rounds differ";

static void give_up(ck_ev *ev, const generic *g, const ck_writes *writes) {
  const char *reason = rounds_differ;
  for (size_t i = 0; i < writes->n; i++) {
    if (is_registry(writes->at[i].cell->v)) open_registry(ev, writes->at[i].cell, reason, g->loc);
    else ck_ev_open_cell(ev, writes->at[i].cell, g->loc, reason);
  }
  ck_ev_open_names(ev, g->body, reason);
  ck_ev_open_names(ev, g->extra, reason);
  if (contains(g->body, CK_IR_RETURN)) may_return(ev, g);
}

static void finish(ck_ev *ev, const generic *g, const ck_sym *condition, effects *e) {
  ck_writes *writes = &e->writes;
  for (size_t i = 0; i < writes->n; i++) {
    ck_write *w = &writes->at[i];
    if (is_different_registry(e, w->cell)) w->v = w->cell->v;
    if (is_registry(w->v) || (is_constant(w->v) && w->cell != g->index)) continue;
    assert(w->cell != NULL);
    w->v = either(ev, w->cell->v, w->v, g->loc);
    if (!is_worth_a_choice(w->cell->v)) ck_ev_store(ev, w->cell, w->v);
  }
  if (condition) ck_ev_join_writes(ev, condition, writes, NULL);
  else
    for (size_t i = writes->n; i-- > 0;) ck_ev_store(ev, writes->at[i].cell, writes->at[i].v);
  for (size_t i = 0; i < e->differ.n; i++) open_registry(ev, e->differ.at[i], rounds_differ, g->loc);
  if (e->returns) may_return(ev, g);
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

/* False: nothing was done, since the first round is better run by itself. */
static bool run_generic(ck_ev *ev, generic *g, const ck_sym *condition, bool may_take_first) {
  havoc h = {0};
  effects e = {0};
  bool understood = true, again = true;
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

/* for, while, do ------------------------------------------------------------------------------------------------------
 */

typedef struct {
  const ck_ir *init, *condition, *increment, *body;
  bool body_first;
} parts;

static parts parts_of(const ck_ir *node) {
  switch (node->kind) {
  case CK_IR_FOR: return (parts){ck_ir_kid(node, 0), ck_ir_kid(node, 1), ck_ir_kid(node, 2), ck_ir_kid(node, 3), false};
  case CK_IR_WHILE: return (parts){.condition = ck_ir_kid(node, 0), .body = ck_ir_kid(node, 1)};
  default: return (parts){.condition = ck_ir_kid(node, 1), .body = ck_ir_kid(node, 0), .body_first = true};
  }
}

/* The variable that the increment steps by itself: `i++`, `i += 2`; NULL if there is none. */
static const ck_ir *stepped(const ck_ir *increment) {
  while (increment && increment->kind == CK_IR_BINARY && increment->op == CK_IR_OP_COMMA)
    increment = ck_ir_kid(increment, 0);
  if (increment == NULL) return NULL;
  bool steps =
      (increment->kind == CK_IR_UNARY && increment->op >= CK_IR_OP_PRE_INC && increment->op <= CK_IR_OP_POST_DEC) ||
      (increment->kind == CK_IR_ASSIGN && (increment->op == CK_IR_OP_ADD || increment->op == CK_IR_OP_SUB));
  const ck_ir *target = steps ? ck_ir_kid(increment, 0) : NULL;
  return target && target->kind == CK_IR_REF && !(target->flags & CK_IR_F_GLOBAL) ? target : NULL;
}

/* May evaluating it change something? (`while (i++ < n)`, `while (next(queue))`) */
static bool has_effects(const ck_ir *node) {
  if (node == NULL) return false;
  switch (node->kind) {
  case CK_IR_ASSIGN:
  case CK_IR_CALL:
  case CK_IR_MCALL:
  case CK_IR_OPCALL:
  case CK_IR_DECL:
  case CK_IR_UNKNOWN: return true;
  case CK_IR_UNARY:
    if (node->op >= CK_IR_OP_PRE_INC && node->op <= CK_IR_OP_POST_DEC) return true;
    break;
  default: break;
  }
  for (uint32_t i = 0; i < node->nkids; i++)
    if (has_effects(node->kids[i])) return true;
  return false;
}

/* An expression (or DECL) of the loop's header as a statement. */
static ck_ir *header_statement(ck_ev *ev, const ck_ir *part) {
  assert(part != NULL);
  if (part->kind == CK_IR_DECL) return (ck_ir *)(uintptr_t)part;
  ck_ir *statement = CK_NEW(&ev->arena, ck_ir), **kid = CK_NEW(&ev->arena, ck_ir *);
  *kid = (ck_ir *)(uintptr_t)part;
  *statement = (ck_ir){.kind = CK_IR_EXPR, .loc = part->loc, .name = "", .usr = "", .kids = kid, .nkids = 1};
  return statement;
}

/* The body with the increment and the next test of the condition behind it, so that what they change is seen as
 * changed. They are statements of the body's own block, so that an `if (...) break;` before them has its tail. */
static const ck_ir *round_of(ck_ev *ev, const parts *p, bool increment_is_index) {
  const bool steps = p->increment != NULL && !increment_is_index, tests = has_effects(p->condition);
  if (!steps && !tests) return p->body;
  const bool flat = p->body->kind == CK_IR_BLOCK && !contains(p->body, CK_IR_CONTINUE);
  ck_ir *block = CK_NEW(&ev->arena, ck_ir), **kids = CK_NEW_N(&ev->arena, ck_ir *, (flat ? p->body->nkids : 1) + 2);
  uint32_t n = 0;
  if (!flat) kids[n++] = (ck_ir *)(uintptr_t)p->body;
  for (uint32_t i = 0; flat && i < p->body->nkids; i++) kids[n++] = p->body->kids[i];
  if (steps) kids[n++] = header_statement(ev, p->increment);
  if (tests) kids[n++] = header_statement(ev, p->condition);
  *block = (ck_ir){.kind = CK_IR_BLOCK, .loc = p->body->loc, .name = "", .usr = "", .kids = kids, .nkids = n};
  return block;
}

/* 1, -1: the way in which the header steps its index; 0: in none that is plain. */
static int step_of(const ck_ir *increment) {
  if (increment->kind == CK_IR_UNARY)
    return increment->op == CK_IR_OP_PRE_INC || increment->op == CK_IR_OP_POST_INC ? 1 : -1;
  const ck_ir *by = ck_ir_kid(increment, 1);
  if (by == NULL || by->kind != CK_IR_INT || by->value.i < 0) return 0;
  return increment->op == CK_IR_OP_ADD ? 1 : -1;
}

static bool run_rest_generically(ck_ev *ev, const parts *p, const ck_sym *condition, ck_loc loc, bool may_take_first) {
  const ck_ir *index = stepped(p->increment);
  ck_cell *cell = index ? ck_ev_lookup(ev, index->usr) : NULL;
  bool is_index = cell && p->increment != NULL && (cell->v.kind == CK_V_INT || cell->v.kind == CK_V_SYM) &&
                  p->increment->kind != CK_IR_BINARY;
  generic g = {.body = round_of(ev, p, is_index),
               .extra = p->increment,
               .index = is_index ? cell : NULL,
               .index_name = is_index ? index->name : "",
               .loc = loc};
  if (is_index && cell->v.kind == CK_V_INT) g.first = cell->v.i, g.step = step_of(p->increment);
  return run_generic(ev, &g, condition, may_take_first);
}

/* Is the condition missing, or a constant that holds? */
static bool is_endless(const ck_ir *condition) {
  return condition == NULL ||
         ((condition->kind == CK_IR_BOOL || condition->kind == CK_IR_INT) && condition->value.i != 0);
}

static ck_value loop_condition(ck_ev *ev, const ck_ir *condition) {
  if (condition == NULL) return CK_BOOL(1);
  if (condition->kind != CK_IR_DECL) return ck_ev_eval(ev, condition);
  ck_ev_exec(ev, condition, CK_TAIL_NONE);
  const ck_ir *var = ck_ir_kid(condition, 0);
  ck_cell *cell = ck_ev_on(ev) && var && var->kind == CK_IR_VAR ? ck_ev_lookup(ev, var->usr) : NULL;
  return cell ? ck_ev_load(ev, cell) : CK_VOID;
}

/* One round; false if the loop ends. */
static bool run_round(ck_ev *ev, const ck_ir *body) {
  size_t scope = ev->bindings.n;
  ck_ev_exec(ev, body, CK_TAIL_LOOP);
  ev->bindings.n = scope;
  if (ev->flow == CK_FLOW_CONTINUE) ev->flow = CK_FLOW_ON;
  if (ev->flow == CK_FLOW_BREAK) {
    ev->flow = CK_FLOW_ON;
    return false;
  }
  return ck_ev_on(ev);
}

static bool too_many(ck_ev *ev, size_t rounds) {
  if (rounds < CK_LIMIT_ROUNDS) return false;
  ck_ev_stop(ev, "rounds of a loop");
  return true;
}

static bool leaves(const ck_ir *body) { return contains(body, CK_IR_BREAK) || contains(body, CK_IR_RETURN); }

/* Training, or reading a file of data: what it computes is not worth all the steps that are left for what comes after.
 */
typedef struct {
  uint64_t steps;
  size_t made;
} spent;

static spent spent_until_now(const ck_ev *ev) { return (spent){ev->steps, ev->made}; }

/* Where conditions that are not known split the program, every world runs its loops again: the later, the shorter. So
 * does every pass over a loop around it whose rounds are taken as one. */
static bool takes_too_long(const ck_ev *ev, const spent *before) {
  uint64_t limit = CK_LIMIT_LOOP_STEPS / ev->world;
  if (limit < CK_LIMIT_LATE_LOOP_STEPS || ev->rounds_unknown > 0) limit = CK_LIMIT_LATE_LOOP_STEPS;
  return ev->made == before->made && ev->steps - before->steps > limit;
}

static void run_loop(ck_ev *ev, const parts *p, ck_loc loc, bool is_rest);

typedef struct {
  const parts *p;
  ck_loc loc;
} first_round;

static ck_value first_round_side(ck_ev *ev, const void *data, bool holds) {
  const first_round *first = data;
  const parts *p = first->p;
  if (!holds || !run_round(ev, p->body)) return CK_VOID;
  if (p->increment) ck_ev_eval(ev, p->increment);
  if (ck_ev_on(ev)) run_loop(ev, p, first->loc, true);
  return CK_VOID;
}

/* Is it time to give up running round after round? `splits` rounds have split the world, as `if (unknown) break;` does
 * it, and each next one doubles the worlds. Where no module is made, fewer are enough to see what it is about; and
 * fewer still once there are many worlds. */
static bool splits_too_often(const ck_ev *ev, const spent *before, const ck_ir *body, bool is_endless, size_t splits) {
  const bool is_quiet = ev->made == before->made, is_late = ev->world > CK_LIMIT_EARLY_WORLDS;
  if (leaves(body) && is_endless) return splits > 0;
  if (leaves(body)) return splits > (is_quiet && is_late ? CK_LIMIT_QUIET_SPLITS : CK_LIMIT_SPLITS);
  return is_quiet && splits > (is_late ? 0 : CK_LIMIT_QUIET_SPLITS);
}

/* `is_rest`: the first round has been run by itself. */
static void run_loop(ck_ev *ev, const parts *p, ck_loc loc, bool is_rest) {
  const spent before = spent_until_now(ev);
  const bool ends = !is_endless(p->condition) || leaves(p->body);
  size_t splits = 0;
  for (size_t rounds = 0; !too_many(ev, rounds); rounds++) {
    if (!p->body_first || rounds > 0 || is_rest) {
      ck_value v = loop_condition(ev, p->condition);
      if (!ck_ev_on(ev)) return;
      bool known, holds = false;
      const ck_sym *sym = ck_ev_condition_symbol(ev, v, p->condition != NULL ? p->condition : p->body, &known, &holds);
      if (!known && !ck_ev_truth_of(ev, sym, &holds)) {
        bool may_take_first = !is_rest && ev->rounds_unknown == 0 && ev->trials == 0;
        if (!run_rest_generically(ev, p, sym, loc, may_take_first))
          ck_ev_branch(ev, sym, first_round_side, &(first_round){p, loc}, CK_TAIL_NONE);
        return;
      }
      if (!holds) return;
      if (splits_too_often(ev, &before, p->body, is_endless(p->condition), splits) ||
          (ends && takes_too_long(ev, &before))) { /* there is one more for certain */
        run_rest_generically(ev, p, NULL, loc, false);
        return;
      }
    }
    size_t decisions = ev->next_decision;
    if (!run_round(ev, p->body)) return;
    if (p->increment) ck_ev_eval(ev, p->increment);
    if (!ck_ev_on(ev)) return;
    if (ev->next_decision > decisions) splits++;
  }
}

void ck_ev_exec_loop(ck_ev *ev, const ck_ir *node) {
  parts p = parts_of(node);
  size_t scope = ev->bindings.n;
  if (p.init) ck_ev_exec(ev, p.init, CK_TAIL_NONE);
  if (ck_ev_on(ev)) run_loop(ev, &p, p.condition ? p.condition->loc : node->loc, false);
  ev->bindings.n = scope;
}

/* Range-based for ---------------------------------------------------------------------------------------------------
 */

static bool is_reference(const ck_ir_type *type) {
  return type && (type->kind == CK_IR_T_LREF || type->kind == CK_IR_T_RREF);
}

static bool element_round(ck_ev *ev, const ck_ir *node, ck_cell *element) {
  const ck_ir *var = node->kids[0];
  size_t scope = ev->bindings.n;
  if (var->kind == CK_IR_BINDING) {
    if (!is_reference(var->type)) element = ck_ev_temp(ev, ck_ev_copy(ev, ck_ev_load(ev, element)), element->type);
    ck_ev_bind_structured(ev, var, element);
  } else if (var->kind == CK_IR_VAR) {
    if (!is_reference(var->type)) {
      ck_value v = ck_ev_copy(ev, ck_ev_load(ev, element));
      element =
          ck_ev_temp(ev, var->type ? ck_ev_convert_from(ev, v, element->type, var->type, var->loc) : v, var->type);
    }
    ck_ev_bind(ev, var->usr, element);
  }
  bool goes_on = run_round(ev, node->kids[2]);
  ev->bindings.n = scope;
  return goes_on;
}

/* begin() of a class that is no LIST here; VOID if it has none. */
static ck_value begin_of(ck_ev *ev, const ck_ir *node, ck_cell *range, ck_value v) {
  bool found = false;
  ck_value begin = ck_ev_call_method(ev, range, "begin", NULL, 0, node, &found);
  if (found) return begin;
  ck_cell *part = ck_ev_library_part(ev, range);
  if (part) return ck_ev_iterator(part, 0);
  const char *cls = v.kind == CK_V_OBJECT ? v.object->cls
                    : node->kids[1]->type ? ck_ir_strip_ref(node->kids[1]->type)->name
                                          : "";
  const char *name = ck_arena_printf(&ev->arena, "%s::begin", cls);
  const ck_builtin *row = ck_ev_find_builtin(ev, name, 0);
  if (row == NULL) return CK_VOID;
  ck_call call = {.ev = ev, .node = node, .name = name, .self = range};
  return ck_ev_unref(ev, row->call(&call));
}

/* `range` holds v, whose elements cannot be told; `has_more`: there is one, at least. */
static void run_unknown_range(ck_ev *ev, const ck_ir *node, ck_cell *range, ck_value v, bool has_more) {
  ck_value element =
      v.kind == CK_V_UNKNOWN ? v : ck_ev_unknown(ev, node->kids[1]->loc, "elements of a range that is not known");
  const ck_sym *condition = has_more ? NULL : ck_ev_unknown_condition(ev, element, node->kids[1]->loc);
  generic g = {
      .body = node->kids[2], .extra = node->kids[1], .element = node->kids[0], .unknown = element, .loc = node->loc};
  run_generic(ev, &g, condition, false);
  const ck_ir_type *type = node->kids[0]->type;
  bool writes = node->kids[0]->kind != CK_IR_VAR || (is_reference(type) && !type->elem->is_const);
  if (writes && ck_ev_on(ev)) ck_ev_open_cell(ev, range, node->loc, "a loop over elements that are not known");
}

void ck_ev_exec_range_for(ck_ev *ev, const ck_ir *node) {
  ck_cell *range = ck_ev_eval_cell(ev, node->kids[1]);
  if (!ck_ev_on(ev)) return;
  ck_cell *target = ck_ev_target(ev, range);
  ck_value v = ck_ev_decide(ev, ck_ev_load(ev, target ? target : range));
  size_t at = 0;
  if (v.kind != CK_V_LIST && v.kind != CK_V_MAP && v.kind != CK_V_STRING && target && v.kind != CK_V_UNKNOWN) {
    ck_value begin = begin_of(ev, node, target, v);
    if (!ck_ev_on(ev)) return;
    if (begin.kind == CK_V_PTR && begin.tag == CK_PTR_ITERATOR) {
      target = begin.cell, at = begin.index;
      v = ck_ev_decide(ev, ck_ev_load(ev, target));
    }
  }
  if (v.kind != CK_V_LIST && v.kind != CK_V_MAP && v.kind != CK_V_STRING) {
    run_unknown_range(ev, node, target ? target : range, v, false);
    return;
  }
  const spent before = spent_until_now(ev);
  size_t splits = 0;
  for (size_t rounds = 0; !too_many(ev, rounds); rounds++) {
    ck_cell *element = ck_ev_element(ev, ck_ev_iterator(target, at + rounds));
    if (element == NULL) return;
    const bool splits_often = splits_too_often(ev, &before, node->kids[2], false, splits);
    if (splits_often || takes_too_long(ev, &before)) {
      const char *why = splits_often ? "a loop each of whose rounds may go several ways"
                                     : "a loop that takes too long to be followed to its end";
      run_unknown_range(ev, node, target, ck_ev_unknown(ev, node->loc, "%s", why), true);
      return;
    }
    size_t decisions = ev->next_decision;
    if (!element_round(ev, node, element)) return;
    if (ev->next_decision > decisions) splits++;
  }
}
