/* loop.c - loops. As long as the condition is known, round after round is run. Where it is not, the remaining rounds
 * are run once for all (round.c), under the condition that there is one.
 *
 * The first round is often not like the others (`in = 3` before the loop, `i == 0 ? 3 : width` in it). Where rounds
 * that register something differ, or hand on values, the first is run by itself under the condition that there is one;
 * the generic round then stands for the rest.
 *
 * A loop that makes no module and takes more than CK_LIMIT_LOOP_STEPS is treated so from there on. One that made the
 * program go too many ways, and that no module notices (quiet.c), is not followed when the program is run again. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval_int.h"

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
  const bool flat = p->body->kind == CK_IR_BLOCK && !ck_ev_contains(p->body, CK_IR_CONTINUE);
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
  ck_generic g = {.body = round_of(ev, p, is_index),
                  .extra = p->increment,
                  .index = is_index ? cell : NULL,
                  .index_name = is_index ? index->name : "",
                  .loc = loc};
  if (is_index && cell->v.kind == CK_V_INT) g.first = cell->v.i, g.step = step_of(p->increment);
  return ck_ev_run_generic(ev, &g, condition, may_take_first);
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

static bool leaves(const ck_ir *body) {
  return ck_ev_contains(body, CK_IR_BREAK) || ck_ev_contains(body, CK_IR_RETURN);
}

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

/* Returns whether the loop is done. */
static bool pass_over(ck_ev *ev, const ck_ir *node) {
  static const char reason[] = "a loop that is not followed, since its rounds may go too many ways";
  if (ev->passes < CK_PASSES_LOOPS || ck_ptrmap_get(&ev->splitting, node) == NULL) return false;
  if (!ck_ev_pass_over(ev, &node, 1, node->loc, reason)) return false;
  ck_ev_name_what_is_left(ev, node);
  if (ck_ev_contains(node, CK_IR_RETURN)) ck_ev_may_return(ev, node->loc);
  return true;
}

/* `decisions`, `steps`: how many there were before the loop. One that has split the world may be passed over in a
 * second run. */
static void note_splits(ck_ev *ev, const ck_ir *node, size_t decisions, uint64_t steps) {
  if (ev->passes >= CK_PASSES_LOOPS || ev->next_decision == decisions) return;
  *ck_ptrmap_slot(&ev->splitting, node) = (void *)(uintptr_t)node;
  if (ev->trials == 0 && ck_ev_is_quiet(ev, node)) ev->splitting_steps += ev->steps - steps;
}

void ck_ev_exec_loop(ck_ev *ev, const ck_ir *node) {
  if (pass_over(ev, node)) return;
  const size_t decisions = ev->next_decision;
  const uint64_t steps = ev->steps;
  parts p = parts_of(node);
  size_t scope = ev->bindings.n;
  if (p.init) ck_ev_exec(ev, p.init, CK_TAIL_NONE);
  if (ck_ev_on(ev)) run_loop(ev, &p, p.condition ? p.condition->loc : node->loc, false);
  ev->bindings.n = scope;
  note_splits(ev, node, decisions, steps);
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
  ck_generic g = {
      .body = node->kids[2], .extra = node->kids[1], .element = node->kids[0], .unknown = element, .loc = node->loc};
  ck_ev_run_generic(ev, &g, condition, false);
  const ck_ir_type *type = node->kids[0]->type;
  bool writes = node->kids[0]->kind != CK_IR_VAR || (is_reference(type) && !type->elem->is_const);
  if (!writes || !ck_ev_on(ev)) return;
  const bool is_quiet = ck_ev_is_quiet(ev, node);
  ev->spares_modules += is_quiet;
  ck_ev_open_cell(ev, range, node->loc, "a loop over elements that are not known");
  ev->spares_modules -= is_quiet;
}

static void exec_range_for(ck_ev *ev, const ck_ir *node) {
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

void ck_ev_exec_range_for(ck_ev *ev, const ck_ir *node) {
  if (pass_over(ev, node)) return;
  const size_t decisions = ev->next_decision;
  const uint64_t steps = ev->steps;
  exec_range_for(ev, node);
  note_splits(ev, node, decisions, steps);
}
