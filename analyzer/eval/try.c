/* try.c - a `try` statement, and the ways out of its block.
 *
 * The block is run once. Where a call may throw (throws.c), what has been written since the block began is noted, and
 * the run goes on as if it had not. At the end there are as many outcomes as notes, and the one without a throw: these
 * are the sides of a branch (branch.c), on the one the noted state and the handlers, on the other what the block left.
 * So an assignment whose right side throws did not happen in the handler, what stood before it did; and a handler that
 * ends normally costs no second world. Notes that lead to the same handlers are one side, their states are joined.
 *
 * An exception whose class is not known may be any handler's: a condition for each, but for the last that is left.
 * `catch (...)` and `catch (const std::exception &)` take it. What no handler takes is a note of the try around.
 *
 * A note in a round that stands for many, or the last of CK_LIMIT_THROWS, stands for whatever else throws in the block:
 * there, what the block names is not known. So does one in a program with destructors that change modules: those of the
 * block's variables run on the way to the handler.
 *
 * Nothing is noted where it makes no difference: the handlers leave the program, or nothing comes after them, and there
 * is nothing in them that could load a file. That is what `int main() { try {...} catch (...) {...} }` is. */
#include <stdlib.h>
#include <string.h>

#include "eval/eval_int.h"

enum { HARMLESS_DEPTH = 3 }; /* calls in calls of a handler that are looked into */
static const char other_ways[] = "a `try` block that may be left in many ways";

/* Does it matter? ------------------------------------------------------------------------------------------------- */

/* Can nothing in it load, or throw? `depth`: of functions that are looked into. */
static bool is_harmless(ck_ev *ev, const ck_ir *node, int depth) {
  if (node == NULL) return true;
  if (node->kind == CK_IR_UNKNOWN) return false;
  bool calls = node->kind == CK_IR_CALL || node->kind == CK_IR_MCALL || node->kind == CK_IR_OPCALL ||
               node->kind == CK_IR_CONSTRUCT;
  const ck_ir *callee = calls && node->usr[0] ? ck_ev_find_function(ev, node->usr)->function : NULL;
  if (callee && (depth == 0 || !is_harmless(ev, callee, depth - 1))) return false;
  if (calls && callee == NULL && ck_ev_throwing(ev, node->name)) return false;
  for (uint32_t i = 0; i < node->nkids; i++)
    if (!is_harmless(ev, node->kids[i], depth)) return false;
  return true;
}

static bool is_exit(const ck_ir *node) {
  static const char *const names[] = {"exit",       "_exit",      "abort",          "std::exit",      "std::_Exit",
                                      "quick_exit", "std::abort", "std::terminate", "std::quick_exit"};
  if (node->kind == CK_IR_EXPR) node = ck_ir_kid(node, 0);
  if (node == NULL || node->kind != CK_IR_CALL) return false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(node->name, names[i]) == 0) return true;
  return false;
}

/* Does whoever comes to the end of it leave the program? */
static bool leaves_program(const ck_ev *ev, const ck_ir *block) {
  const ck_ir *last = block && block->nkids ? block->kids[block->nkids - 1] : NULL;
  if (last == NULL) return false;
  if (last->kind == CK_IR_BLOCK) return leaves_program(ev, last);
  const ck_ir *inner = last->kind == CK_IR_EXPR ? ck_ir_kid(last, 0) : last;
  return is_exit(last) || (last->kind == CK_IR_RETURN && ev->depth == 1) || (inner && inner->kind == CK_IR_THROW);
}

/* Is there nothing but the end of the entry point from there on: output, and the return of a constant? */
static bool nothing_follows(ck_ev *ev, const ck_ir *block, uint32_t next, ck_tail tail) {
  if (ev->depth != 1 || tail != CK_TAIL_FUNCTION) return false;
  for (uint32_t i = next; block && i < block->nkids; i++) {
    const ck_ir *kid = block->kids[i];
    if (kid == NULL) continue;
    const ck_ir *inner = kid->kind == CK_IR_EXPR || kid->kind == CK_IR_RETURN ? ck_ir_kid(kid, 0) : kid;
    bool is_output = inner && inner->kind == CK_IR_OPCALL && ck_ends_with(inner->name, "operator<<");
    bool is_end = kid->kind == CK_IR_RETURN && (inner == NULL || inner->kind == CK_IR_INT || inner->kind == CK_IR_REF);
    if (!is_end && !(is_output && is_harmless(ev, kid, HARMLESS_DEPTH))) return false;
  }
  return true;
}

static bool is_idle(ck_ev *ev, const ck_ir *node, bool is_end) {
  if (ev->tries && !ev->tries->is_idle) return false;
  for (uint32_t i = 1; i < node->nkids; i++) {
    const ck_ir *body = node->kids[i] ? ck_ir_kid(node->kids[i], 1) : NULL;
    if (!is_harmless(ev, body, HARMLESS_DEPTH) || (!is_end && !leaves_program(ev, body))) return false;
  }
  return true;
}

/* Notes -----------------------------------------------------------------------------------------------------------
 */

static void apply(ck_ev *ev, const ck_writes *writes) {
  for (size_t i = writes->n; i-- > 0;) ck_ev_store(ev, writes->at[i].cell, writes->at[i].v);
}

static const ck_sym *throws_here(ck_ev *ev, const ck_try *t, const char *what, ck_loc loc, bool is_vague) {
  const char *name = ck_arena_printf(&ev->arena, "%s throws", what);
  const ck_sym *sym = ck_ev_condition_named(ev, name, "whether a call throws", loc);
  for (size_t i = ev->facts.n; !is_vague && i-- > t->facts;) {
    const ck_fact *f = &ev->facts.at[i];
    if (f->kind != CK_FACT_BRANCH) continue;
    const ck_sym *literal = f->holds ? f->sym : ck_ev_sym_not(ev, f->sym);
    sym = ck_ev_sym_op(ev, CK_IR_OP_LAND, CK_SYM_BOOL, literal, sym, loc);
  }
  return sym;
}

static bool note(ck_ev *ev, const char *what, ck_loc loc, const char *thrown, bool is_vague) {
  ck_try *t = ev->tries;
  if (!ck_ev_on(ev) || t == NULL || t->is_idle || ev->trials > t->trials) return false;
  if (t->notes.n > 0 && t->notes.at[t->notes.n - 1].is_vague) return false;
  is_vague |=
      ev->rounds_unknown > t->rounds_unknown || t->notes.n + 1 == CK_LIMIT_THROWS || ck_ev_has_loud_destructors(ev);
  ck_throw_note n = {.what = what, .loc = loc, .thrown = is_vague ? NULL : thrown, .is_vague = is_vague};
  n.condition = throws_here(ev, t, what, loc, is_vague);
  if (!is_vague) n.writes = ck_ev_journal_since(ev, &t->journal);
  ck_vec_push(&t->notes, n);
  ck_ev_journal_mark(ev);
  return true;
}

bool ck_ev_may_throw(ck_ev *ev, const ck_ir *node, const char *thrown) {
  if (ev->tries == NULL || ev->tries->is_idle) return false;
  const char *text = ck_ev_text_at(ev, ck_ev_extent(node));
  return note(ev, text ? text : "a call", node->loc, thrown, false);
}

void ck_ev_does_not_throw(ck_ev *ev) { ck_ev_forget_notes(ev, ck_ev_notes(ev) - 1, ck_ev_notes(ev)); }

size_t ck_ev_notes(const ck_ev *ev) { return ev->tries ? ev->tries->notes.n : 0; }

void ck_ev_forget_notes(ck_ev *ev, size_t from, size_t to) {
  if (from >= to) return;
  ck_try *t = ev->tries;
  for (size_t i = from; i < to; i++) free(t->notes.at[i].writes.at);
  memmove(t->notes.at + from, t->notes.at + to, (t->notes.n - to) * sizeof *t->notes.at);
  t->notes.n -= to - from;
}

/* The end of the block --------------------------------------------------------------------------------------------
 */

/* Notes that the same handlers may take. */
typedef struct {
  const ck_sym *condition;
  const char *what;
  ck_loc loc;
  const uint32_t *handlers; /* kids of the TRY, in their order */
  size_t nhandlers;
  ck_value thrown;
  ck_writes writes;
} way;

typedef struct {
  ck_try *t;
  ck_value outer;   /* what was thrown before the TRY */
  ck_writes writes; /* of the block, if nothing of what is noted is thrown */
  ck_flow flow;
  ck_value thrown, result;
  CK_VEC(ck_fact) facts;
  CK_VEC(way) ways;
  const ck_ir *block; /* the rest of it is run on each side, or NULL */
  uint32_t next;
  ck_tail tail;
  bool is_end;
} ending;

/* The handlers that may take it; *certain: one of them does. */
static uint32_t *takers(ck_ev *ev, const ck_ir *node, const char *thrown, size_t *n, bool *certain) {
  uint32_t *at = CK_NEW_N(&ev->arena, uint32_t, node->nkids);
  *n = 0, *certain = false;
  for (uint32_t i = 1; i < node->nkids && !*certain; i++) {
    ck_takes takes = node->kids[i] ? ck_ev_may_take(ev, node->kids[i], thrown) : CK_TAKES_NOT;
    if (takes != CK_TAKES_NOT) at[(*n)++] = i;
    *certain = takes == CK_TAKES;
  }
  return at;
}

static void open_block(ck_ev *ev, const ck_try *t) {
  ck_ev_open_names(ev, t->block, other_ways);
  ck_ev_open_globals(ev, t->node->loc, other_ways);
}

/* What a note's state is, from the one before the block. */
static ck_writes state_of(ck_ev *ev, const ck_try *t, const ck_throw_note *n) {
  ck_journal j;
  ck_ev_journal_begin(ev, &j);
  if (n->is_vague) open_block(ev, t);
  else apply(ev, &n->writes);
  return ck_ev_journal_undo(ev, &j);
}

static void escape(ck_ev *ev, const ck_try *t, const ck_throw_note *n) {
  ck_journal j;
  ck_writes state = state_of(ev, t, n);
  ck_ev_journal_begin(ev, &j);
  apply(ev, &state);
  note(ev, n->what, n->loc, n->thrown, false);
  free(state.at);
  state = ck_ev_journal_undo(ev, &j);
  free(state.at);
}

static ck_value thrown_value(ck_ev *ev, const ck_throw_note *n) {
  ck_value says = ck_ev_unknown(ev, n->loc, "exception of a call that may throw");
  return n->thrown ? ck_ev_list(ev, n->thrown, &says, 1) : says;
}

/* Joins the states of notes; the last one's is what is left if it is none of the others. */
static void add_note(ck_ev *ev, way *w, const ck_try *t, const ck_throw_note *n) {
  ck_journal j;
  ck_writes state = state_of(ev, t, n);
  ck_ev_journal_begin(ev, &j);
  ck_ev_join_writes(ev, n->condition, &state, &w->writes);
  free(state.at);
  free(w->writes.at);
  w->writes = ck_ev_journal_undo(ev, &j);
  w->thrown = ck_ev_unknown(ev, n->loc, "exception of one of several calls");
}

static void collect_ways(ck_ev *ev, ending *e) {
  const ck_try *t = e->t;
  CK_VEC(size_t) counts = {0};
  for (size_t i = t->notes.n; i-- > 0;) {
    const ck_throw_note *n = &t->notes.at[i];
    size_t count, k = 0;
    bool certain;
    uint32_t *handlers = takers(ev, t->node, n->thrown, &count, &certain);
    if (!certain) escape(ev, t, n);
    if (count == 0) continue;
    while (k < e->ways.n && (e->ways.at[k].nhandlers != count ||
                             memcmp(e->ways.at[k].handlers, handlers, count * sizeof *handlers) != 0))
      k++;
    if (k < e->ways.n) {
      add_note(ev, &e->ways.at[k], t, n);
      counts.at[k]++;
    } else {
      way w = {.handlers = handlers, .nhandlers = count, .thrown = thrown_value(ev, n), .writes = state_of(ev, t, n)};
      ck_vec_push(&e->ways, w);
      ck_vec_push(&counts, 1);
    }
    way *w = &e->ways.at[k];
    w->what = counts.at[k] == 1   ? n->what
              : counts.at[k] == 2 ? ck_arena_printf(&ev->arena, "%s or %s", n->what, w->what)
                                  : ck_arena_printf(&ev->arena, "%s or a later call", n->what);
    w->loc = n->loc;
    w->condition = n->condition;
  }
  for (size_t k = 0; k < e->ways.n; k++)
    if (counts.at[k] > 1) e->ways.at[k].condition = throws_here(ev, t, e->ways.at[k].what, e->ways.at[k].loc, true);
  free(counts.at);
}

static void run_rest(ck_ev *ev, const ending *e) {
  if (e->block && ck_ev_on(ev)) ck_ev_exec_from(ev, e->block, e->next, e->tail);
}

/* Nobody comes here who has been in a handler: it ends the program, or only the program's end is left. */
static void stop_at_end(ck_ev *ev, const ending *e) {
  if ((ev->flow == CK_FLOW_RETURN && ev->depth == 1) || (ck_ev_on(ev) && e->is_end)) ev->flow = CK_FLOW_STOP;
}

typedef struct {
  const ending *e;
  size_t way, handler;
} side_data;

static ck_value handler_side(ck_ev *ev, const void *data, bool holds);

/* The handler in turn, if it is the last that may be meant; else under the condition that it is. */
static ck_value run_handlers(ck_ev *ev, const side_data *d) {
  const way *w = &d->e->ways.at[d->way];
  if (d->handler + 1 == w->nhandlers) return handler_side(ev, d, true);
  const ck_ir *var = ck_ir_kid(d->e->t->node->kids[w->handlers[d->handler]], 0);
  const char *cls = var && var->type ? ck_ir_strip_ref(var->type)->name : "";
  const char *name = ck_arena_printf(&ev->arena, "%s throws a %s", w->what, *cls ? cls : "value of another type");
  const ck_sym *sym = ck_ev_condition_named(ev, name, "which exception a call throws", w->loc);
  return ck_ev_branch(ev, sym, handler_side, d, d->e->tail);
}

static ck_value handler_side(ck_ev *ev, const void *data, bool holds) {
  const side_data *d = data;
  const ending *e = d->e;
  const way *w = &e->ways.at[d->way];
  if (!holds) return run_handlers(ev, &(side_data){e, d->way, d->handler + 1});
  const ck_ir *handler = e->t->node->kids[w->handlers[d->handler]], *var = ck_ir_kid(handler, 0);
  size_t scope = ev->bindings.n;
  ev->thrown = w->thrown;
  if (var) ck_ev_bind(ev, var->usr, ck_ev_temp(ev, w->thrown, var->type));
  ck_ev_exec(ev, ck_ir_kid(handler, 1), e->block ? CK_TAIL_NONE : e->tail);
  ev->bindings.n = scope;
  bool ends = ck_ev_on(ev) || ev->flow == CK_FLOW_RETURN;
  if (e->t->is_constructor && ends) ev->flow = CK_FLOW_THROW; /* [except.handle]: thrown again */
  else if (ev->flow != CK_FLOW_THROW) ev->thrown = e->outer;
  stop_at_end(ev, e);
  run_rest(ev, e);
  stop_at_end(ev, e);
  return CK_VOID;
}

/* The block has thrown for certain, or it has not. */
static void run_handler_of_throw(ck_ev *ev, const ck_try *t, ck_value outer, ck_tail tail) {
  const bool throws = ev->flow == CK_FLOW_THROW;
  const ck_value thrown = ev->thrown;
  ck_ev_exec_handler(ev, t->node, outer, tail);
  if (t->is_constructor && throws && (ck_ev_on(ev) || ev->flow == CK_FLOW_RETURN))
    ev->flow = CK_FLOW_THROW, ev->thrown = thrown;
}

/* What the block left, with the handler of what it certainly throws. */
static void run_without(ck_ev *ev, const ending *e) {
  apply(ev, &e->writes);
  for (size_t i = 0; i < e->facts.n; i++)
    ck_ev_add_fact(ev, e->facts.at[i].sym, e->facts.at[i].holds, e->facts.at[i].kind);
  if (ev->frame) ev->frame->result = e->result;
  ev->flow = e->flow;
  ev->thrown = e->thrown;
  run_handler_of_throw(ev, e->t, e->outer, e->block ? CK_TAIL_NONE : e->tail);
  run_rest(ev, e);
}

static ck_value way_side(ck_ev *ev, const void *data, bool holds);

static ck_value run_ways(ck_ev *ev, const ending *e, size_t k) {
  if (k < e->ways.n) return ck_ev_branch(ev, e->ways.at[k].condition, way_side, &(side_data){e, k, 0}, e->tail);
  run_without(ev, e);
  return CK_VOID;
}

static ck_value way_side(ck_ev *ev, const void *data, bool holds) {
  const side_data *d = data;
  if (!holds) return run_ways(ev, d->e, d->way + 1);
  apply(ev, &d->e->ways.at[d->way].writes);
  return run_handlers(ev, d);
}

void ck_ev_try_begin(ck_ev *ev, ck_try *t, const ck_ir *node, const ck_ir *block, bool is_idle) {
  *t = (ck_try){.outer = ev->tries,
                .node = node,
                .block = block,
                .facts = ev->facts.n,
                .rounds_unknown = ev->rounds_unknown,
                .trials = ev->trials,
                .thrown = ev->thrown,
                .result = ev->frame ? ev->frame->result : CK_VOID,
                .is_idle = is_idle};
  ev->tries = t;
  ev->try_depth++;
  if (!is_idle) ck_ev_journal_begin(ev, &t->journal);
}

/* Takes the block back, to be one side of a branch. */
static ending taken_back(ck_ev *ev, ck_try *t) {
  ending e = {.t = t, .outer = t->thrown, .flow = ev->flow, .thrown = ev->thrown};
  if (ev->frame) e.result = ev->frame->result, ev->frame->result = t->result;
  for (size_t i = t->facts; i < ev->facts.n; i++)
    if (ev->facts.at[i].kind != CK_FACT_DECISION) ck_vec_push(&e.facts, ev->facts.at[i]);
  ck_ev_drop_facts(ev, t->facts);
  e.writes = ck_ev_journal_undo(ev, &t->journal);
  if (ev->limit == NULL) ev->flow = CK_FLOW_ON;
  return e;
}

bool ck_ev_try_end(ck_ev *ev, ck_try *t, const ck_ir *block, uint32_t next, ck_tail tail) {
  ev->tries = t->outer;
  ev->try_depth--;
  if (t->notes.n == 0) {
    free(t->notes.at); /* of notes that were forgotten */
    if (!t->is_idle) ck_ev_journal_keep(ev, &t->journal);
    run_handler_of_throw(ev, t, t->thrown, block ? CK_TAIL_NONE : tail);
    return false;
  }
  ending e = taken_back(ev, t);
  bool takes_rest = block && tail != CK_TAIL_NONE && ck_ev_may_leave(t->node);
  e.is_end = nothing_follows(ev, block, next, tail);
  e.block = takes_rest ? block : NULL;
  e.next = next;
  e.tail = block && !takes_rest ? CK_TAIL_NONE : tail;
  if (ev->limit == NULL) {
    collect_ways(ev, &e);
    run_ways(ev, &e, 0);
  }
  for (size_t i = 0; i < e.ways.n; i++) free(e.ways.at[i].writes.at);
  for (size_t i = 0; i < t->notes.n; i++) free(t->notes.at[i].writes.at);
  free(e.ways.at);
  free(e.facts.at);
  free(e.writes.at);
  free(t->notes.at);
  return takes_rest;
}

bool ck_ev_exec_try(ck_ev *ev, const ck_ir *node, const ck_ir *block, uint32_t next, ck_tail tail) {
  ck_try t;
  size_t scope = ev->bindings.n;
  ck_ev_try_begin(ev, &t, node, ck_ir_kid(node, 0), is_idle(ev, node, nothing_follows(ev, block, next, tail)));
  ck_ev_exec(ev, ck_ir_kid(node, 0), CK_TAIL_NONE);
  bool took_rest = ck_ev_try_end(ev, &t, block, next, tail);
  ev->bindings.n = scope;
  return took_rest;
}
