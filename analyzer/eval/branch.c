/* branch.c - the two sides of a condition that is not known: run both from one state, join what they wrote.
 *
 * A side that does not come to its end (return, break, throw, exit) cannot be joined. If it certainly throws or exits,
 * with nothing around that catches, then whoever comes here later is on the other side: that becomes a fact. Otherwise
 * the world is split: the condition is decided, and the side that was chosen is run for good. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval_int.h"

static bool same_registration(const ck_registration *a, const ck_registration *b) {
  if (a->kind != b->kind || !ck_ev_same(a->name, b->name) || a->when.n != b->when.n) return false;
  for (size_t i = 0; i < a->when.n; i++)
    if (a->when.at[i].sym != b->when.at[i].sym || a->when.at[i].holds != b->when.at[i].holds) return false;
  return true;
}

static ck_condition with_literal(ck_ev *ev, ck_condition when, const ck_sym *sym, bool holds) {
  while (sym->kind == CK_SYM_OP && sym->op == CK_IR_OP_NOT) sym = sym->a, holds = !holds;
  size_t at = 0;
  while (at < when.n && when.at[at].sym->id < sym->id) at++;
  if (at < when.n && when.at[at].sym == sym) return when;
  ck_literal *own = CK_NEW_N(&ev->arena, ck_literal, when.n + 1);
  if (at) memcpy(own, when.at, at * sizeof *own);
  own[at] = (ck_literal){sym, holds};
  if (when.n > at) memcpy(own + at + 1, when.at + at, (when.n - at) * sizeof *own);
  return (ck_condition){own, when.n + 1};
}

/* Opened at the same place in round after round of a loop, each time under the round's own condition: then it counts as
 * opened whatever the conditions are. */
static bool is_open_already(const ck_registry *registry, const ck_registration *r) {
  size_t n = 0;
  for (size_t i = 0; r->kind == CK_REG_OPEN && i < registry->n; i++) {
    const ck_registration *other = &registry->at[i];
    n += other->kind == CK_REG_OPEN && other->loc.file == r->loc.file && other->loc.begin == r->loc.begin &&
         other->loc.line == r->loc.line;
  }
  return n >= CK_LIMIT_DATA_JOINS;
}

/* Appends what one side alone has. */
static void add_side(ck_ev *ev, ck_registry *joined, ck_registration r, const ck_sym *condition, bool holds) {
  r.when = is_open_already(joined, &r) ? (ck_condition){0} : with_literal(ev, r.when, condition, holds);
  joined->at[joined->n++] = r;
}

/* What both sides have stays as it is; the rest is there under its side's condition, in the order of the sides. */
static ck_value join_registries(ck_ev *ev, const ck_sym *condition, const ck_registry *a, const ck_registry *b) {
  ck_registry *joined = CK_NEW(&ev->arena, ck_registry);
  joined->at = CK_NEW_N(&ev->arena, ck_registration, a->n + b->n + 1);
  size_t i = 0, k = 0;
  while (i < a->n || k < b->n) {
    size_t match = k; /* a's next in b? then b's before it come first */
    if (i < a->n) {
      while (match < b->n && !same_registration(&a->at[i], &b->at[match])) match++;
    }
    if (i < a->n && match == b->n) {
      add_side(ev, joined, a->at[i++], condition, true);
      continue;
    }
    size_t until = i < a->n ? match : b->n;
    for (; k < until; k++) add_side(ev, joined, b->at[k], condition, false);
    if (i < a->n) {
      ck_registration r = a->at[i++];
      r.value = ck_ev_choice(ev, condition, r.value, b->at[k++].value);
      joined->at[joined->n++] = r;
    }
  }
  return (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_REGISTRY, .native = joined};
}

/* Numbers, texts and tensors, and sequences of them: data, as training gathers it. */
static bool is_data(ck_value v, int depth) {
  switch (v.kind) {
  case CK_V_UNKNOWN:
  case CK_V_VOID:
  case CK_V_NULL:
  case CK_V_BOOL:
  case CK_V_INT:
  case CK_V_FLOAT:
  case CK_V_STRING:
  case CK_V_SYM:
  case CK_V_TENSOR: return true;
  case CK_V_CHOICE: return depth > 0 && is_data(v.choice->a, depth - 1) && is_data(v.choice->b, depth - 1);
  case CK_V_LIST:
    for (size_t i = 0; i < v.list->n; i++)
      if (depth == 0 || !is_data(v.list->at[i]->v, depth - 1)) return false;
    return true;
  case CK_V_MAP:
    for (size_t i = 0; i < v.map->n; i++)
      if (depth == 0 || !is_data(v.map->at[i].cell->v, depth - 1)) return false;
    return true;
  default: return false;
  }
}

static bool is_gathered(ck_value v) {
  return v.kind == CK_V_LIST || v.kind == CK_V_MAP || v.kind == CK_V_TENSOR || v.kind == CK_V_CHOICE;
}

/* A loop whose rounds each meet a condition that is not known, and gather data under it, would split the world with
 * every round that follows. After a few rounds such data is not known; after one, where it is not on one side. */
static bool is_met_too_often(ck_ev *ev, ck_loc loc, ck_value a, ck_value b) {
  if (!is_gathered(a) && !is_gathered(b)) return false;
  if (!is_data(a, CK_LIMIT_DATA_DEPTH) || !is_data(b, CK_LIMIT_DATA_DEPTH)) return false;
  char place[600];
  snprintf(place, sizeof place, "%s:%" PRIu32 ":%" PRIu32, loc.file ? loc.file : "?", loc.line, loc.column);
  const uint64_t few = a.kind == CK_V_UNKNOWN || b.kind == CK_V_UNKNOWN ? 1 : CK_LIMIT_DATA_JOINS;
  return ck_map_put(&ev->joined, place, NULL)->n++ >= few;
}

ck_value ck_ev_join(ck_ev *ev, const ck_sym *condition, ck_value a, ck_value b) {
  if (ck_ev_same(a, b)) return a;
  if (a.kind == CK_V_NATIVE && b.kind == CK_V_NATIVE && a.tag == CK_TAG_REGISTRY && b.tag == CK_TAG_REGISTRY)
    return join_registries(ev, condition, a.native, b.native);
  if (is_met_too_often(ev, condition->loc, a, b))
    return ck_ev_unknown(ev, condition->loc, "data that differs with a condition which is met again and again");
  return ck_ev_choice(ev, condition, a, b);
}

void ck_ev_join_writes(ck_ev *ev, const ck_sym *condition, const ck_writes *a, const ck_writes *b) {
  ck_ptrmap of_a = {0}, of_b = {0};
  for (size_t i = a->n; i-- > 0;) *ck_ptrmap_slot(&of_a, a->at[i].cell) = &a->at[i].v;
  for (size_t i = b ? b->n : 0; i-- > 0;) *ck_ptrmap_slot(&of_b, b->at[i].cell) = &b->at[i].v;
  for (size_t i = a->n; i-- > 0;) { /* in the order of the first writes */
    ck_cell *cell = a->at[i].cell;
    const ck_value *other = ck_ptrmap_get(&of_b, cell);
    ck_ev_store(ev, cell, ck_ev_join(ev, condition, a->at[i].v, other ? *other : cell->v));
  }
  for (size_t i = b ? b->n : 0; i-- > 0;) {
    ck_cell *cell = b->at[i].cell;
    if (ck_ptrmap_get(&of_a, cell) == NULL) ck_ev_store(ev, cell, ck_ev_join(ev, condition, cell->v, b->at[i].v));
  }
  ck_ptrmap_release(&of_a);
  ck_ptrmap_release(&of_b);
}

typedef struct {
  ck_value v, result; /* of the side; of the function, if it returned */
  ck_writes writes;
  ck_flow flow;
} outcome;

/* At the end of a function body coming to the end is returning; at the end of a loop's body it is continuing. */
static ck_flow normal_flow(const ck_ev *ev, ck_flow flow, ck_tail tail) {
  if (tail == CK_TAIL_FUNCTION && flow == CK_FLOW_ON) return CK_FLOW_RETURN;
  if (tail == CK_TAIL_LOOP && flow == CK_FLOW_CONTINUE) return CK_FLOW_ON;
  if (tail == CK_TAIL_LOOP && flow == CK_FLOW_BREAK && ev->rounds_unknown > 0) return CK_FLOW_ON;
  return flow;
}

static outcome try_side(ck_ev *ev, const ck_sym *condition, bool holds, ck_side *side, const void *data, ck_tail tail) {
  ck_journal j;
  size_t facts = ev->facts.n;
  ck_value outer = ev->frame ? ev->frame->result : CK_VOID;
  ck_ev_journal_begin(ev, &j);
  ck_ev_add_fact(ev, condition, holds, CK_FACT_BRANCH);
  outcome o = {.v = side(ev, data, holds), .result = ev->frame ? ev->frame->result : CK_VOID};
  ck_ev_drop_facts(ev, facts);
  o.writes = ck_ev_journal_undo(ev, &j);
  o.flow = normal_flow(ev, ev->flow, tail);
  if (ev->frame) ev->frame->result = outer;
  if (ev->limit == NULL) ev->flow = CK_FLOW_ON;
  return o;
}

/* Nobody who goes this way gets any further. */
static bool is_dead_end(const ck_ev *ev, ck_flow flow) {
  return flow == CK_FLOW_STOP || (flow == CK_FLOW_THROW && ev->try_depth == 0);
}

static bool can_join(const outcome *a, const outcome *b) {
  if (a->flow != b->flow || (a->flow != CK_FLOW_ON && a->flow != CK_FLOW_RETURN)) return false;
  bool is_ref = (a->result.kind == CK_V_PTR && a->result.tag == CK_PTR_REF) ||
                (b->result.kind == CK_V_PTR && b->result.tag == CK_PTR_REF);
  return a->flow == CK_FLOW_ON || !is_ref || ck_ev_same(a->result, b->result);
}

static ck_value only(ck_ev *ev, const ck_sym *condition, bool holds, ck_side *side, const void *data) {
  ck_ev_add_fact(ev, condition, holds, CK_FACT_ASSUMED);
  return side(ev, data, holds);
}

ck_value ck_ev_branch(ck_ev *ev, const ck_sym *condition, ck_side *side, const void *data, ck_tail tail) {
  bool holds;
  if (ck_ev_truth_of(ev, condition, &holds)) return side(ev, data, holds);
  /* what may throw on a side is noted again where the side is run again */
  const size_t noted = ck_ev_notes(ev);
  outcome a = try_side(ev, condition, true, side, data, tail), b = {.flow = CK_FLOW_STOP};
  const size_t noted_by_a = ck_ev_notes(ev);
  ck_value result = CK_VOID;
  if (ev->limit) goto out;
  if (is_dead_end(ev, a.flow)) {
    result = only(ev, condition, false, side, data);
    goto out;
  }
  if (a.flow == CK_FLOW_ON || a.flow == CK_FLOW_RETURN) {
    b = try_side(ev, condition, false, side, data, tail);
    if (ev->limit) goto out;
    if (is_dead_end(ev, b.flow)) {
      ck_ev_forget_notes(ev, noted, noted_by_a);
      result = only(ev, condition, true, side, data);
      goto out;
    }
  }
  if (can_join(&a, &b)) {
    ck_ev_join_writes(ev, condition, &a.writes, &b.writes);
    result = ck_ev_join(ev, condition, a.v, b.v);
    if (a.flow == CK_FLOW_RETURN) ev->frame->result = ck_ev_join(ev, condition, a.result, b.result);
    ev->flow = a.flow;
  } else {
    ck_ev_forget_notes(ev, noted, ck_ev_notes(ev));
    result = side(ev, data, ck_ev_decide_sym(ev, condition));
  }
out:
  free(a.writes.at);
  free(b.writes.at);
  return result;
}
