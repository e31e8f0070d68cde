/* left.c - what rounds leave in variables, where it is not known how many there are.
 *
 * A container or pointer that differs with the rounds is unknown, and remembers what it may hold or point to (held.c).
 *
 * A number that rounds assign, as those over command line arguments do, is not known, either. But it is one number, or
 * one truth: conditions on it agree with each other, and sizes that are made of it are equal. So the variables that the
 * loop's body names as targets get the names of these. */
#include "eval/eval_int.h"

const char ck_changed_by_rounds[] = "value that a loop with an unknown number of rounds changes";

ck_value ck_ev_either(ck_ev *ev, ck_value a, ck_value b, ck_loc loc) {
  ck_value v = ck_ev_unknown(ev, loc, "%s", ck_changed_by_rounds);
  ck_cell *both[] = {ck_ev_reached(ev, a), ck_ev_same(a, b) ? NULL : ck_ev_reached(ev, b)};
  return ck_ev_holding(ev, v, both, 2);
}

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
