/* facts.c - what the path knows, and which world is run.
 *
 * Facts are literals over condition symbols. A question is answered by the symbol itself, by its parts (&&), or, for
 * comparisons of an integer expression with a constant, by the interval that the other facts about the same expression
 * leave. Where that says nothing, ck_ev_decide_sym takes the side that the world's list of decisions says, or appends
 * to it; ck_ev_world_next turns the last decision that has been seen from one side only. Since evaluation is
 * deterministic, a world with the same first decisions meets the same questions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval_int.h"

const char ck_too_many_worlds[] = "combinations of unknown conditions";

static signed char *truth_slot(ck_ev *ev, const ck_sym *sym) {
  if (sym->id >= ev->truth_room) {
    size_t room = ev->truth_room ? ev->truth_room : 256;
    while (room <= sym->id) room *= 2;
    ev->truth = ck_realloc(ev->truth, room);
    memset(ev->truth + ev->truth_room, 0, room - ev->truth_room);
    ev->truth_room = room;
  }
  return &ev->truth[sym->id];
}

static bool is_op(const ck_sym *s, ck_ir_op op) { return s->kind == CK_SYM_OP && s->op == op; }

static bool is_equality(const ck_fact *f) {
  return f->holds && is_op(f->sym, CK_IR_OP_EQ) && f->sym->b->kind == CK_SYM_CONST;
}

void ck_ev_add_fact(ck_ev *ev, const ck_sym *sym, bool holds, ck_fact_kind kind) {
  while (is_op(sym, CK_IR_OP_NOT)) sym = sym->a, holds = !holds;
  if (sym->kind == CK_SYM_CONST) return;
  signed char *slot = truth_slot(ev, sym);
  bool known = *slot != 0;
  if (!known) *slot = holds ? 1 : -1;
  if (known && kind == CK_FACT_ASSUMED) return;
  ck_fact fact = {sym, holds, kind};
  ck_vec_push(&ev->facts, fact);
  if (is_equality(&fact)) ev->equalities++;
  if (holds && is_op(sym, CK_IR_OP_LAND)) {
    ck_ev_add_fact(ev, sym->a, true, CK_FACT_ASSUMED);
    ck_ev_add_fact(ev, sym->b, true, CK_FACT_ASSUMED);
  }
}

void ck_ev_drop_facts(ck_ev *ev, size_t n) {
  size_t kept = n;
  for (size_t i = n; i < ev->facts.n; i++) {
    ck_fact fact = ev->facts.at[i];
    if (fact.kind == CK_FACT_DECISION) {
      ev->facts.at[kept++] = fact;
      continue;
    }
    *truth_slot(ev, fact.sym) = 0;
    if (is_equality(&fact)) ev->equalities--;
  }
  ev->facts.n = kept;
  for (size_t i = 0; i < kept; i++) /* the same symbol may be known by an older fact */
    if (*truth_slot(ev, ev->facts.at[i].sym) == 0)
      *truth_slot(ev, ev->facts.at[i].sym) = ev->facts.at[i].holds ? 1 : -1;
}

/* Intervals ------------------------------------------------------------------------------------------------------- */

typedef struct {
  int64_t low, high;
} range;

/* Narrows `r` by a literal about `e`; a comparison with a constant, else nothing. */
static void narrow(range *r, const ck_sym *e, const ck_sym *sym, bool holds) {
  if (sym->kind != CK_SYM_OP || sym->b == NULL) return;
  const ck_sym *a = sym->a, *b = sym->b;
  if (sym->op == CK_IR_OP_EQ && a == e && b->kind == CK_SYM_CONST) {
    if (holds) r->low = r->low > b->i ? r->low : b->i, r->high = r->high < b->i ? r->high : b->i;
    else if (r->low == b->i && b->i < INT64_MAX) r->low++;
    else if (r->high == b->i && b->i > INT64_MIN) r->high--;
  } else if (sym->op == CK_IR_OP_LT && a == e && b->kind == CK_SYM_CONST) {
    if (holds && b->i > INT64_MIN && r->high > b->i - 1) r->high = b->i - 1;
    if (!holds && r->low < b->i) r->low = b->i;
  } else if (sym->op == CK_IR_OP_LT && b == e && a->kind == CK_SYM_CONST) {
    if (holds && a->i < INT64_MAX && r->low < a->i + 1) r->low = a->i + 1;
    if (!holds && r->high > a->i) r->high = a->i;
  }
}

static range range_of(const ck_ev *ev, const ck_sym *e) {
  range r = {INT64_MIN, INT64_MAX};
  for (int pass = 0; pass < 2; pass++) /* twice: a != bound counts once the bound is known */
    for (size_t i = 0; i < ev->facts.n; i++) narrow(&r, e, ev->facts.at[i].sym, ev->facts.at[i].holds);
  return r;
}

/* Does the interval answer the comparison? */
static bool interval_says(const ck_ev *ev, const ck_sym *sym, bool *holds) {
  if (sym->kind != CK_SYM_OP || (sym->op != CK_IR_OP_EQ && sym->op != CK_IR_OP_LT)) return false;
  bool left = sym->b->kind == CK_SYM_CONST;
  const ck_sym *e = left ? sym->a : sym->b, *k = left ? sym->b : sym->a;
  if (k->kind != CK_SYM_CONST || e->type != CK_SYM_INT || k->type != CK_SYM_INT) return false;
  range r = range_of(ev, e);
  if (sym->op == CK_IR_OP_EQ) {
    if (r.low == k->i && r.high == k->i) return *holds = true, true;
    if (k->i < r.low || k->i > r.high) return *holds = false, true;
    for (size_t i = 0; i < ev->facts.n; i++) { /* e == 3 excludes e == 4 through the interval above */
      if (ev->facts.at[i].sym == sym) return *holds = ev->facts.at[i].holds, true;
    }
    return false;
  }
  if (left) { /* e < k */
    if (r.high < k->i) return *holds = true, true;
    if (r.low >= k->i) return *holds = false, true;
  } else { /* k < e */
    if (r.low > k->i) return *holds = true, true;
    if (r.high <= k->i) return *holds = false, true;
  }
  return false;
}

/* A string is equal to one constant at most. */
static bool string_says(const ck_ev *ev, const ck_sym *sym, bool *holds) {
  if (!is_op(sym, CK_IR_OP_EQ) || sym->b->kind != CK_SYM_CONST || sym->b->type != CK_SYM_STRING) return false;
  for (size_t i = 0; i < ev->facts.n; i++) {
    const ck_fact *f = &ev->facts.at[i];
    if (is_equality(f) && f->sym->a == sym->a) return *holds = f->sym->b == sym->b, true;
  }
  return false;
}

bool ck_ev_truth_of(ck_ev *ev, const ck_sym *sym, bool *holds) {
  if (is_op(sym, CK_IR_OP_NOT)) {
    bool inner;
    if (!ck_ev_truth_of(ev, sym->a, &inner)) return false;
    return *holds = !inner, true;
  }
  if (sym->kind == CK_SYM_CONST) return *holds = sym->i != 0, true;
  if (sym->id < ev->truth_room && ev->truth[sym->id]) return *holds = ev->truth[sym->id] > 0, true;
  if (is_op(sym, CK_IR_OP_LAND)) {
    bool a, b, ka = ck_ev_truth_of(ev, sym->a, &a), kb = ck_ev_truth_of(ev, sym->b, &b);
    if ((ka && !a) || (kb && !b)) return *holds = false, true;
    if (ka && kb) return *holds = true, true;
    return false;
  }
  return ev->facts.n > 0 && (interval_says(ev, sym, holds) || string_says(ev, sym, holds));
}

ck_value ck_ev_resolve(ck_ev *ev, ck_value v) {
  bool holds;
  while (v.kind == CK_V_CHOICE && ck_ev_truth_of(ev, v.choice->condition, &holds))
    v = holds ? v.choice->a : v.choice->b;
  if (v.kind != CK_V_SYM) return v;
  if (v.sym->type == CK_SYM_BOOL) return ck_ev_truth_of(ev, v.sym, &holds) ? CK_BOOL(holds) : v;
  if (ev->equalities == 0) return v;
  for (size_t i = 0; i < ev->facts.n; i++) {
    const ck_fact *f = &ev->facts.at[i];
    if (is_equality(f) && f->sym->a == v.sym) return ck_ev_value_of_sym(ev, f->sym->b);
  }
  return v;
}

/* Conditions --------------------------------------------------------------------------------------------------------
 */

static int by_id(const void *x, const void *y) {
  const ck_literal *a = x, *b = y;
  return (a->sym->id > b->sym->id) - (a->sym->id < b->sym->id);
}

ck_condition ck_ev_path(const ck_ev *ev) {
  size_t n = 0;
  ck_arena *arena = ck_ev_arena((ck_ev *)(uintptr_t)ev);
  ck_literal *at = ev->facts.n ? CK_NEW_N(arena, ck_literal, ev->facts.n) : NULL;
  for (size_t i = 0; i < ev->facts.n; i++) {
    const ck_fact *f = &ev->facts.at[i];
    if (f->kind == CK_FACT_ASSUMED) continue;
    bool seen = false;
    for (size_t k = 0; k < n && !seen; k++) seen = at[k].sym == f->sym;
    if (!seen) at[n++] = (ck_literal){f->sym, f->holds};
  }
  if (n > 1) qsort(at, n, sizeof *at, by_id);
  return (ck_condition){at, n};
}

/* How many symbols the place has made in this world. */
static uint64_t earlier_at(ck_ev *ev, ck_loc loc) {
  char place[600];
  snprintf(place, sizeof place, "%s:%" PRIu32 ":%" PRIu32, loc.file ? loc.file : "?", loc.line, loc.column);
  return ck_map_put(&ev->occurrences, place, NULL)->n++;
}

const ck_sym *ck_ev_condition_named(ck_ev *ev, const char *name, const char *origin, ck_loc loc) {
  return ck_ev_sym_occurrence(ev, CK_SYM_BOOL, name, origin, loc, ev->rounds_unknown > 0, earlier_at(ev, loc));
}

const ck_sym *ck_ev_unknown_condition(ck_ev *ev, ck_value v, ck_loc loc) {
  const char *reason = v.kind == CK_V_UNKNOWN ? v.unknown->reason : "value that is not understood";
  uint64_t count = earlier_at(ev, loc);
  const char *text = ck_ev_text_at(ev, loc);
  if (text == NULL) text = count ? ck_arena_printf(&ev->arena, "condition #%" PRIu64, count + 1) : "condition";
  return ck_ev_sym_occurrence(ev, CK_SYM_BOOL, text, reason, loc, ev->rounds_unknown > 0, count);
}

/* In a loop whose rounds are not known the value may differ from round to round, and rounds that are run on trial are
 * compared with each other. */
ck_value ck_ev_name_unknown(ck_ev *ev, ck_value v, const ck_ir_type *type, const char *name, ck_loc loc) {
  const bool is_text = type != NULL && ck_ev_is_string_type(type);
  if (type == NULL ||
      (!is_text && type->kind != CK_IR_T_INT && type->kind != CK_IR_T_BOOL && type->kind != CK_IR_T_ENUM))
    return v;
  if (ev->rounds_unknown > 0 || ev->trials > 0) return v;
  v = ck_ev_resolve(ev, v);
  if (v.kind == CK_V_CHOICE) {
    ck_value a = ck_ev_name_unknown(ev, v.choice->a, type, name, loc);
    ck_value b = ck_ev_name_unknown(ev, v.choice->b, type, name, loc);
    return ck_ev_choice(ev, v.choice->condition, a, b);
  }
  if (v.kind != CK_V_UNKNOWN) return v;
  if (name == NULL || *name == '\0') name = ck_ev_text_at(ev, loc);
  if (name == NULL) return v;
  ck_sym_type kind = is_text ? CK_SYM_STRING : type->kind == CK_IR_T_BOOL ? CK_SYM_BOOL : CK_SYM_INT;
  return ck_ev_value_of_sym(ev,
                            ck_ev_sym_occurrence(ev, kind, name, v.unknown->reason, loc, false, earlier_at(ev, loc)));
}

/* Worlds ------------------------------------------------------------------------------------------------------------
 */

/* A condition that differs from round to round, in a loop whose rounds are not known, cannot be decided for all. */
static bool is_of_the_round(const ck_ev *ev, const ck_sym *sym) { return ev->rounds_unknown > 0 && sym->has_index; }

bool ck_ev_decide_sym(ck_ev *ev, const ck_sym *sym) {
  bool holds, negated = false;
  if (ck_ev_truth_of(ev, sym, &holds)) return holds;
  while (is_op(sym, CK_IR_OP_NOT)) sym = sym->a, negated = !negated;
  if (is_of_the_round(ev, sym)) return ck_ev_fork_decide(ev, sym) != negated;
  if (is_op(sym, CK_IR_OP_LAND)) { /* by its parts, so that these are known afterwards */
    holds = ck_ev_decide_sym(ev, sym->a) && ck_ev_decide_sym(ev, sym->b);
    return holds != negated;
  }
  size_t at = ev->next_decision++;
  if (at < ev->decisions.n && ev->decisions.at[at].sym != sym) ev->decisions.n = at; /* never, if deterministic */
  if (at == ev->decisions.n) ck_vec_push(&ev->decisions, (ck_decision){sym, true, false});
  if (at == CK_LIMIT_WORLDS) ck_ev_stop(ev, ck_too_many_worlds); /* each makes one more, at least */
  holds = ev->decisions.at[at].holds;
  ck_ev_add_fact(ev, sym, holds, CK_FACT_DECISION);
  return holds != negated;
}

bool ck_ev_is_decided(ck_ev *ev, ck_value v, bool *out) {
  v = ck_ev_resolve(ev, v);
  *out = v.kind == CK_V_BOOL && v.i;
  return v.kind == CK_V_BOOL;
}

bool ck_ev_may_tell_apart(ck_ev *ev, size_t n) {
  if (n <= CK_LIMIT_TOLD_APART) return true;
  if (n > CK_LIMIT_VARIANTS || ev->told_apart || ev->variants == CK_VARIANTS_UNKNOWN) return false;
  ev->told_apart = true;
  ev->variants = CK_VARIANTS_TOLD_APART;
  return true;
}

void ck_ev_world_begin(ck_ev *ev) {
  if (ev->truth) memset(ev->truth, 0, ev->truth_room);
  ev->facts.n = ev->equalities = ev->next_decision = 0;
  ev->split_by = 0;
  ev->told_apart = false;
  ck_ptrmap_clear(&ev->globals);
  ck_ptrmap_clear(&ev->too_deep);
  ev->statics.n = 0;
  ev->statics_open = NULL;
  ck_map_release(&ev->occurrences);
  ck_map_init(&ev->occurrences);
  ck_map_release(&ev->joined);
  ck_map_init(&ev->joined);
  ev->next_object = 0;
  ev->flow = CK_FLOW_ON;
  ev->bindings.n = ev->journal.n = 0;
  ev->journal_id = ev->journal_serial = 0;
  ev->depth = ev->try_depth = ev->rounds_unknown = 0;
  ev->blurred = NULL;
  ev->fork = NULL;
  ev->tries = NULL;
  ev->trials = 0;
  ev->frame = NULL;
}

bool ck_ev_world_next(ck_ev *ev) {
  ev->decisions.n = ev->next_decision < ev->decisions.n ? ev->next_decision : ev->decisions.n;
  while (ev->decisions.n > 0) {
    ck_decision *last = &ev->decisions.at[ev->decisions.n - 1];
    if (!last->flipped) {
      last->flipped = true;
      last->holds = !last->holds;
      return true;
    }
    ev->decisions.n--;
  }
  return false;
}

bool ck_ev_decide_bool(ck_ev *ev, ck_value v, ck_loc loc) {
  v = ck_ev_resolve(ev, ck_ev_truth(ev, v, loc));
  while (v.kind == CK_V_CHOICE) {
    v = ck_ev_decide_sym(ev, v.choice->condition) ? v.choice->a : v.choice->b;
    v = ck_ev_resolve(ev, v);
  }
  if (v.kind == CK_V_BOOL) return v.i != 0;
  if (v.kind == CK_V_SYM) return ck_ev_decide_sym(ev, v.sym);
  return ck_ev_decide_sym(ev, ck_ev_unknown_condition(ev, v, loc));
}

ck_value ck_ev_decide(ck_ev *ev, ck_value v) {
  v = ck_ev_resolve(ev, v);
  while (v.kind == CK_V_CHOICE)
    v = ck_ev_resolve(ev, ck_ev_decide_sym(ev, v.choice->condition) ? v.choice->a : v.choice->b);
  return v;
}
