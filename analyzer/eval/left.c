/* left.c - what rounds leave in variables, where it is not known how many there are.
 *
 * A container or pointer that differs with the rounds is unknown, and remembers what it may hold or point to: where it
 * is followed, or handed to what is not understood, that is unknown, too.
 *
 * A number that rounds assign, as those over command line arguments do, is not known, either. But it is one number, or
 * one truth: conditions on it agree with each other, and sizes that are made of it are equal. So the variables that the
 * loop's body names as targets get the names of these. */
#include "eval/eval_int.h"

enum { MAX_HELD_DEPTH = 100 }; /* pushes in one go that are remembered; beyond it something may have been opened */

const char ck_changed_by_rounds[] = "value that a loop with an unknown number of rounds changes";

/* What v may be followed to; NULL: nowhere. */
static ck_cell *reached(ck_ev *ev, ck_value v) {
  switch (v.kind) {
  case CK_V_UNKNOWN: return v.unknown->into;
  case CK_V_PTR:
    if (v.tag != CK_PTR_ITERATOR && v.tag != CK_PTR_RAW) break;
    return v.cell;
  case CK_V_LIST:
  case CK_V_MAP:
  case CK_V_CHOICE: break;
  default: return NULL;
  }
  return ck_ev_temp(ev, v, NULL);
}

ck_value ck_ev_either(ck_ev *ev, ck_value a, ck_value b, ck_loc loc) {
  ck_value v = ck_ev_unknown(ev, loc, "%s", ck_changed_by_rounds);
  ck_cell *both[] = {reached(ev, a), ck_ev_same(a, b) ? NULL : reached(ev, b)};
  if (both[0] == both[1]) both[1] = NULL;
  if (both[0] == NULL) both[0] = both[1], both[1] = NULL;
  if (both[0] == NULL) return v;
  return ck_ev_somewhere_in(ev, v, both[1] ? ck_ev_temp(ev, ck_ev_list_of_cells(ev, "held", both, 2), NULL) : both[0]);
}

static bool is_reached(const ck_cell *held, int depth) {
  if (depth > MAX_HELD_DEPTH) return true;
  if (held->v.kind == CK_V_UNKNOWN)
    return held->v.unknown->into == NULL || is_reached(held->v.unknown->into, depth + 1);
  bool found = false;
  for (size_t i = 0; held->v.kind == CK_V_LIST && i < held->v.list->n && !found; i++)
    found = is_reached(held->v.list->at[i], depth + 1);
  return found;
}

bool ck_ev_is_reached(const ck_cell *held) { return is_reached(held, 0); }

/* A variable that is still there, or a part of it. */
static bool is_plain(ck_ev *ev, const ck_ir *target) {
  while (target->kind == CK_IR_MEMBER && target->nkids > 0 && target->kids[0] != NULL) {
    const ck_ir *owner = target->kids[0];
    const ck_ir_type *type = ck_ir_strip_ref(owner->type);
    if (owner->kind == CK_IR_THIS) return true;
    if (type == NULL || type->kind != CK_IR_T_RECORD) return false; /* not through a pointer */
    target = owner;
  }
  return target->kind == CK_IR_REF && !(target->flags & CK_IR_F_GLOBAL) && ck_ev_lookup(ev, target->usr) != NULL;
}

static void name_target(ck_ev *ev, const ck_ir *target) {
  if (!is_plain(ev, target)) return;
  ck_cell *cell = ck_ev_eval_cell(ev, target);
  if (!ck_ev_on(ev)) return;
  ck_value v = ck_ev_load(ev, cell);
  ck_value named = ck_ev_name_unknown(ev, v, ck_ir_strip_ref(target->type), NULL, ck_ev_extent(target));
  if (!ck_ev_same(v, named)) ck_ev_store(ev, cell, named);
}

void ck_ev_name_what_is_left(ck_ev *ev, const ck_ir *node) {
  if (node == NULL || node->kind == CK_IR_LAMBDA || !ck_ev_on(ev)) return;
  const bool steps = node->kind == CK_IR_UNARY && node->op >= CK_IR_OP_PRE_INC && node->op <= CK_IR_OP_POST_DEC;
  if ((node->kind == CK_IR_ASSIGN || steps) && node->nkids > 0 && node->kids[0] != NULL) name_target(ev, node->kids[0]);
  for (uint32_t i = 0; i < node->nkids; i++) ck_ev_name_what_is_left(ev, node->kids[i]);
}
