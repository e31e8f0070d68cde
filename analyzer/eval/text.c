/* text.c - pointers into text.
 *
 * A `const char *` is a STRING: the text from where it points to. A pointer that is moved on within a text is a later
 * part of the same bytes, so two pointers are into one text if their texts end at the same place. */
#include "eval/eval_int.h"

static bool is_character(const ck_ir_type *type) { return type != NULL && type->kind == CK_IR_T_INT && type->is_char; }

/* What may be written through is not followed: the text would have to change for all that points into it. */
bool ck_ev_points_to_text(const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  bool points = type != NULL && (type->kind == CK_IR_T_POINTER || type->kind == CK_IR_T_ARRAY) && type->elem != NULL;
  return points && is_character(type->elem) && type->elem->is_const;
}

static ck_value moved(ck_ev *ev, const char *text, int64_t by, ck_loc loc) {
  if (by < 0 || (uint64_t)by > strlen(text)) return ck_ev_unknown(ev, loc, "a pointer out of its text");
  return (ck_value){.kind = CK_V_STRING, .str = text + by};
}

bool ck_ev_text_op(ck_ev *ev, ck_ir_op op, const ck_ir_type *left, ck_value a, ck_value b, ck_loc loc, ck_value *out) {
  if (a.kind != CK_V_STRING || !ck_ev_points_to_text(left)) return false;
  if (b.kind == CK_V_INT && op == CK_IR_OP_ADD) return *out = moved(ev, a.str, b.i, loc), true;
  if (b.kind == CK_V_INT && op == CK_IR_OP_SUB)
    return *out = b.i == 0 ? a : ck_ev_unknown(ev, loc, "a pointer that is moved back in its text"), true;
  if (b.kind != CK_V_STRING || a.str + strlen(a.str) != b.str + strlen(b.str)) return false;
  if (op == CK_IR_OP_SUB) return *out = CK_INT(a.str - b.str), true;
  *out = ck_ev_arith(ev, op, CK_INT(a.str - b.str), CK_INT(0), NULL, NULL, loc);
  return out->kind == CK_V_BOOL;
}

void ck_ev_text_written(ck_ev *ev, const ck_ir *target) {
  bool through = target->kind == CK_IR_SUBSCRIPT || (target->kind == CK_IR_UNARY && target->op == CK_IR_OP_DEREF);
  const ck_ir_type *pointer = through ? ck_ir_strip_ref(target->kids[0]->type) : NULL;
  if (pointer == NULL || pointer->kind != CK_IR_T_POINTER || !is_character(pointer->elem)) return;
  for (size_t i = 0; i < ev->bindings.n; i++) {
    ck_cell *cell = ev->bindings.at[i].cell;
    const ck_ir_type *type = cell != NULL ? ck_ir_strip_ref(cell->type) : NULL;
    if (type != NULL && type->kind == CK_IR_T_ARRAY && is_character(type->elem) && cell->v.kind == CK_V_STRING)
      ck_ev_store(ev, cell, ck_ev_unknown(ev, target->loc, "text that is written to through a pointer"));
  }
}
