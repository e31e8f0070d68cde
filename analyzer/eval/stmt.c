/* stmt.c - statements. An `if` whose condition is not known is a branch (branch.c), and so is a `try` in which
 * something may throw (try.c). If a side may leave the block, and nothing but the end of the function (or of the round)
 * follows the block, then the rest of the block belongs to the sides: `if (c) return a; ...; return b;` joins to one
 * value and needs no second world. */
#include <string.h>

#include "eval/eval_int.h"

/* if ----------------------------------------------------------------------------------------------------------------
 */

typedef struct {
  const ck_ir *node, *block; /* block NULL: nothing follows */
  uint32_t next;
  ck_tail tail;
} if_sides;

static ck_value if_side(ck_ev *ev, const void *data, bool holds) {
  const if_sides *s = data;
  const ck_ir *arm = ck_ir_kid(s->node, holds ? 2 : 3);
  size_t scope = ev->bindings.n;
  if (arm) ck_ev_exec(ev, arm, s->block ? CK_TAIL_NONE : s->tail);
  ev->bindings.n = scope;
  if (s->block && ck_ev_on(ev)) ck_ev_exec_from(ev, s->block, s->next, s->tail);
  ev->bindings.n = scope;
  return CK_VOID;
}

bool ck_ev_may_leave(const ck_ir *node) {
  if (node == NULL || node->kind == CK_IR_LAMBDA) return false;
  if (node->kind == CK_IR_RETURN || node->kind == CK_IR_BREAK || node->kind == CK_IR_CONTINUE) return true;
  for (uint32_t i = 0; i < node->nkids; i++)
    if (ck_ev_may_leave(node->kids[i])) return true;
  return false;
}

static ck_value condition_value(ck_ev *ev, const ck_ir *condition) {
  if (condition->kind != CK_IR_DECL) return ck_ev_eval(ev, condition);
  ck_ev_exec(ev, condition, CK_TAIL_NONE);
  const ck_ir *var = ck_ir_kid(condition, 0);
  ck_cell *cell = ck_ev_on(ev) && var && var->kind == CK_IR_VAR ? ck_ev_lookup(ev, var->usr) : NULL;
  return cell ? ck_ev_load(ev, cell) : CK_VOID;
}

/* Returns true if the rest of the block was run, too. */
static bool exec_if(ck_ev *ev, const ck_ir *node, const ck_ir *block, uint32_t next, ck_tail tail) {
  const ck_ir *init = ck_ir_kid(node, 0), *condition = ck_ir_kid(node, 1);
  size_t scope = ev->bindings.n;
  if (init) ck_ev_exec(ev, init, CK_TAIL_NONE);
  ck_value v = ck_ev_on(ev) ? condition_value(ev, condition) : CK_VOID;
  bool took_rest = false;
  if (ck_ev_on(ev)) {
    bool known, holds = false;
    const ck_sym *sym = ck_ev_condition_symbol(ev, v, condition, &known, &holds);
    if (!known && !ck_ev_truth_of(ev, sym, &holds)) {
      took_rest =
          block && tail != CK_TAIL_NONE && (ck_ev_may_leave(ck_ir_kid(node, 2)) || ck_ev_may_leave(ck_ir_kid(node, 3)));
      if_sides sides = {node, took_rest ? block : NULL, next, block && !took_rest ? CK_TAIL_NONE : tail};
      ck_ev_branch(ev, sym, if_side, &sides, sides.tail);
    } else {
      const ck_ir *arm = ck_ir_kid(node, holds ? 2 : 3);
      if (arm && ck_ev_on(ev)) ck_ev_exec(ev, arm, block ? CK_TAIL_NONE : tail);
    }
  }
  ev->bindings.n = scope;
  return took_rest;
}

/* Statements that are passed over ------------------------------------------------------------------------------------
 */

/* Where it goes on does not depend on what is done in it. */
static bool is_passable(const ck_ir *node) {
  return (node->kind == CK_IR_IF || node->kind == CK_IR_SWITCH || node->kind == CK_IR_EXPR) && !ck_ev_may_leave(node);
}

/* Returns whether the statement is done. */
static bool pass_over(ck_ev *ev, const ck_ir *node) {
  static const char reason[] = "a statement that is not followed, since it makes too many combinations of conditions";
  return ev->passes == CK_PASSES_STATEMENTS && ck_ptrmap_get(&ev->splitting, node) != NULL &&
         ck_ev_pass_over(ev, &node, 1, node->loc, reason);
}

/* `decisions`: how many there were before the statement. The innermost one that has split the world is noted. */
static void note_splits(ck_ev *ev, const ck_ir *node, size_t decisions) {
  const size_t before = decisions > ev->split_by ? decisions : ev->split_by;
  if (ev->passes == CK_PASSES_STATEMENTS || ev->next_decision <= before) return;
  if (!is_passable(node) || !ck_ev_is_quiet(ev, node)) return;
  *ck_ptrmap_slot(&ev->splitting, node) = (void *)(uintptr_t)node;
  ev->split_by = ev->next_decision;
}

void ck_ev_exec_from(ck_ev *ev, const ck_ir *block, uint32_t i, ck_tail tail) {
  for (; i < block->nkids && ck_ev_on(ev); i++) {
    const ck_ir *kid = block->kids[i];
    if (kid == NULL) continue;
    bool last = i + 1 == block->nkids;
    bool took_rest = false;
    if (kid->kind == CK_IR_IF && !last && !is_passable(kid)) took_rest = exec_if(ev, kid, block, i + 1, tail);
    else if (kid->kind == CK_IR_TRY && !last) took_rest = ck_ev_exec_try(ev, kid, block, i + 1, tail);
    else ck_ev_exec(ev, kid, last ? tail : CK_TAIL_NONE);
    if (took_rest) return;
  }
}

/* switch ------------------------------------------------------------------------------------------------------------
 */

typedef struct {
  uint32_t at;         /* statement of the body */
  const ck_ir *label;  /* CASE or DEFAULT, perhaps nested in that statement */
  const ck_ir *inside; /* what it labels */
} label;

typedef struct {
  const ck_ir *body;
  label *labels;
  size_t n;
  ck_value v;
  const ck_ir *condition;
} switching;

static size_t collect_labels(const ck_ir *body, label *out) {
  size_t n = 0;
  for (uint32_t i = 0; i < body->nkids; i++)
    for (const ck_ir *s = body->kids[i]; s && (s->kind == CK_IR_CASE || s->kind == CK_IR_DEFAULT);) {
      const ck_ir *inside = ck_ir_kid(s, s->kind == CK_IR_CASE ? 1 : 0);
      if (out) out[n] = (label){i, s, inside};
      n++;
      s = inside;
    }
  return n;
}

/* From a label on, through all that follows, until a break. */
static void run_from_label(ck_ev *ev, const switching *s, const label *l) {
  size_t scope = ev->bindings.n;
  if (l->inside) ck_ev_exec(ev, l->inside, CK_TAIL_NONE);
  ck_ev_exec_from(ev, s->body, l->at + 1, CK_TAIL_NONE);
  if (ev->flow == CK_FLOW_BREAK) ev->flow = CK_FLOW_ON;
  ev->bindings.n = scope;
}

static void try_label(ck_ev *ev, const switching *s, size_t i);

typedef struct {
  const switching *s;
  size_t i;
} label_side_data;

static ck_value label_side(ck_ev *ev, const void *data, bool holds) {
  const label_side_data *d = data;
  if (holds) run_from_label(ev, d->s, &d->s->labels[d->i]);
  else try_label(ev, d->s, d->i + 1);
  return CK_VOID;
}

static void try_label(ck_ev *ev, const switching *s, size_t i) {
  while (i < s->n && s->labels[i].label->kind == CK_IR_DEFAULT) i++;
  if (i == s->n) {
    for (size_t k = 0; k < s->n; k++)
      if (s->labels[k].label->kind == CK_IR_DEFAULT) {
        run_from_label(ev, s, &s->labels[k]);
        return;
      }
    return;
  }
  ck_value constant = ck_ev_eval(ev, s->labels[i].label->kids[0]);
  if (!ck_ev_on(ev)) return;
  ck_value equal = ck_ev_arith(ev, CK_IR_OP_EQ, s->v, constant, NULL, NULL, s->condition->loc);
  bool known, holds;
  const ck_sym *sym = ck_ev_condition_symbol(ev, equal, s->condition, &known, &holds);
  label_side_data data = {s, i};
  if (known) label_side(ev, &data, holds);
  else ck_ev_branch(ev, sym, label_side, &data, CK_TAIL_NONE);
}

static void exec_switch(ck_ev *ev, const ck_ir *node) {
  size_t scope = ev->bindings.n;
  ck_value v = condition_value(ev, node->kids[0]);
  if (!ck_ev_on(ev)) return;
  const ck_ir *body = node->kids[1];
  if (body->kind != CK_IR_BLOCK) {
    ck_ir *block = CK_NEW(&ev->arena, ck_ir);
    ck_ir **kid = CK_NEW(&ev->arena, ck_ir *);
    *kid = node->kids[1];
    *block = (ck_ir){.kind = CK_IR_BLOCK, .loc = body->loc, .name = "", .usr = "", .kids = kid, .nkids = 1};
    body = block;
  }
  switching s = {.body = body, .n = collect_labels(body, NULL), .v = ck_ev_decide(ev, v), .condition = node->kids[0]};
  if (s.v.kind == CK_V_UNKNOWN) s.v = ck_ev_name_unknown(ev, s.v, s.condition->type, NULL, ck_ev_extent(s.condition));
  s.labels = CK_NEW_N(&ev->arena, label, s.n ? s.n : 1);
  collect_labels(body, s.labels);
  try_label(ev, &s, 0);
  ev->bindings.n = scope;
}

/* try ---------------------------------------------------------------------------------------------------------------
 */

void ck_ev_exec_handler(ck_ev *ev, const ck_ir *node, ck_value outer, ck_tail tail) {
  if (ev->flow != CK_FLOW_THROW) return;
  const ck_ir *handler = NULL;
  for (uint32_t i = 1; i < node->nkids && handler == NULL; i++)
    if (node->kids[i] && ck_ev_catches(ev, node->kids[i], ev->thrown)) handler = node->kids[i];
  if (handler == NULL) return;
  ev->flow = CK_FLOW_ON;
  size_t scope = ev->bindings.n;
  const ck_ir *var = ck_ir_kid(handler, 0);
  if (var) ck_ev_bind(ev, var->usr, ck_ev_temp(ev, ev->thrown, var->type));
  ck_ev_exec(ev, ck_ir_kid(handler, 1), tail);
  if (ev->flow != CK_FLOW_THROW) ev->thrown = outer; /* what `throw;` in a handler around means */
  ev->bindings.n = scope;
}

/* Others ------------------------------------------------------------------------------------------------------------
 */

static bool in_constructor(const ck_ev *ev) {
  return ev->frame && ev->frame->function && (ev->frame->function->flags & CK_IR_F_CTOR);
}

static void exec_return(ck_ev *ev, const ck_ir *node) {
  const ck_ir *kid = ck_ir_kid(node, 0);
  ck_frame *frame = ev->frame;
  ck_value v = CK_VOID;
  const ck_ir_type *type = frame->function && frame->function->kind == CK_IR_FUNCTION ? frame->function->type : NULL;
  if (type && (type->kind == CK_IR_T_VOID || type->kind == CK_IR_T_UNKNOWN)) type = NULL;
  if (kid && frame->returns_ref) v = ck_ev_ref(ck_ev_init(ev, type, kid, false, node));
  else if (kid) {
    ck_cell *cell = ck_ev_init(ev, type, kid, false, node);
    if (kid->kind == CK_IR_CONSTRUCT || kid->kind == CK_IR_NEW) ck_ev_notice(ev, kid, cell);
    v = ck_ev_load(ev, cell);
  }
  if (!ck_ev_on(ev)) return;
  frame->result = v;
  ev->flow = CK_FLOW_RETURN;
}

static void exec_decl(ck_ev *ev, const ck_ir *node) {
  for (uint32_t i = 0; i < node->nkids && ck_ev_on(ev); i++) {
    const ck_ir *kid = node->kids[i];
    if (kid == NULL) continue;
    if (kid->kind == CK_IR_VAR) ck_ev_declare(ev, kid);
    else if (kid->kind == CK_IR_BINDING) ck_ev_bind_structured(ev, kid, NULL);
    else ck_ev_eval(ev, kid);
  }
}

/* A construction that no variable takes, or that goes to one which is there already. */
static bool is_construction(const ck_ev *ev, const ck_ir *node) {
  if (node->kind == CK_IR_CONSTRUCT || node->kind == CK_IR_NEW || node->kind == CK_IR_CALL) return true;
  if (in_constructor(ev)) return false;
  if (node->kind == CK_IR_MCALL) return ck_starts_with(ck_ev_plain_name(node->name), "emplace");
  if (node->kind == CK_IR_ASSIGN) return node->op == CK_IR_OP_ASSIGN;
  return node->kind == CK_IR_OPCALL && ck_ends_with(node->name, "operator=");
}

static void exec(ck_ev *ev, const ck_ir *node, ck_tail tail) {
  size_t scope = ev->bindings.n;
  switch (node->kind) {
  case CK_IR_BLOCK:
    ck_ev_exec_from(ev, node, 0, tail);
    ck_ev_end_block(ev, node, scope);
    ev->bindings.n = scope;
    return;
  case CK_IR_DECL: exec_decl(ev, node); return;
  case CK_IR_EXPR:
    if (is_construction(ev, node->kids[0])) ck_ev_notice(ev, node->kids[0], ck_ev_eval_cell(ev, node->kids[0]));
    else ck_ev_eval(ev, node->kids[0]);
    return;
  case CK_IR_IF: exec_if(ev, node, NULL, 0, tail); return;
  case CK_IR_FOR:
  case CK_IR_WHILE:
  case CK_IR_DO: ck_ev_exec_loop(ev, node); return;
  case CK_IR_RANGE_FOR: ck_ev_exec_range_for(ev, node); return;
  case CK_IR_SWITCH: exec_switch(ev, node); return;
  case CK_IR_CASE: ck_ev_exec(ev, ck_ir_kid(node, 1), CK_TAIL_NONE); return;
  case CK_IR_DEFAULT: ck_ev_exec(ev, ck_ir_kid(node, 0), CK_TAIL_NONE); return;
  case CK_IR_BREAK: ev->flow = CK_FLOW_BREAK; return;
  case CK_IR_CONTINUE: ev->flow = CK_FLOW_CONTINUE; return;
  case CK_IR_RETURN: exec_return(ev, node); return;
  case CK_IR_TRY: ck_ev_exec_try(ev, node, NULL, 0, tail); return;
  case CK_IR_VAR: ck_ev_declare(ev, node); return;
  case CK_IR_BINDING: ck_ev_bind_structured(ev, node, NULL); return;
  default: ck_ev_eval(ev, node);
  }
}

void ck_ev_exec(ck_ev *ev, const ck_ir *node, ck_tail tail) {
  if (node == NULL || !ck_ev_on(ev) || !ck_ev_step(ev) || pass_over(ev, node)) return;
  const size_t decisions = ev->next_decision;
  exec(ev, node, tail);
  note_splits(ev, node, decisions);
}
