/* element.c - an element of a known sequence at an index that is not known.
 *
 * Numbers and texts are read as a choice of all elements. Elements of other kinds are told apart by deciding which it
 * is, where they are few: the world is split, and the element is the very one. What else is there is unknown.
 *
 * The element that is handed out as a choice stands for one of the sequence, which one is not known: so what is stored
 * in it makes all of them unknown (ck_ev_store), and a reference through which it can be changed counts as that.
 *
 * A pointer or iterator to such an element is unknown, and remembers the container: where it is followed, or handed to
 * what is not understood, all of the container is unknown. */
#include "eval/eval_int.h"

enum { MAX_CHOICE = 16 }; /* elements that a choice is made of */

static const char reason[] = "element whose index is not known";

static bool is_plain(ck_value v) {
  switch (v.kind) {
  case CK_V_LIST:
  case CK_V_MAP:
  case CK_V_OBJECT: return false;
  case CK_V_CHOICE: return is_plain(v.choice->a) && is_plain(v.choice->b);
  default: return true;
  }
}

/* `type`: the elements', NULL where it is not known. Numbers need no look: tables of them are long. */
static bool all_plain(ck_ev *ev, const ck_list *list, const ck_ir_type *type) {
  if (type && type->kind >= CK_IR_T_BOOL && type->kind <= CK_IR_T_FLOAT) return true;
  for (size_t i = 0; i < list->n; i++)
    if (!is_plain(ck_ev_load(ev, list->at[i]))) return false;
  return true;
}

static ck_value is_at(ck_ev *ev, ck_value index, size_t i, ck_loc loc) {
  return ck_ev_binary(ev, CK_IR_OP_EQ, index, CK_INT((int64_t)i), NULL, loc);
}

/* The last where the index is none of the others': beyond the end there is nothing to be right about. */
static ck_value choice_of(ck_ev *ev, const ck_list *list, ck_value index, ck_loc loc) {
  ck_value v = ck_ev_load(ev, list->at[list->n - 1]);
  for (size_t i = list->n - 1; i-- > 0;) {
    ck_value here = ck_ev_load(ev, list->at[i]), is = is_at(ev, index, i, loc);
    if (is.kind == CK_V_BOOL) v = is.i ? here : v;
    else if (is.kind == CK_V_SYM) v = ck_ev_choice(ev, is.sym, here, v);
    else return ck_ev_unknown(ev, loc, "%s", reason);
  }
  return v;
}

bool ck_ev_is_any_element(ck_ev *ev, const ck_cell *cell) {
  return cell->text != NULL && ck_ev_load(ev, cell->text).kind != CK_V_STRING;
}

void ck_ev_open_owner(ck_ev *ev, const ck_cell *cell, ck_loc loc) {
  ck_ev_open(ev, ck_ev_load(ev, cell->text), loc, reason);
}

ck_cell *ck_ev_some_element(ck_ev *ev, ck_cell *sequence, const ck_list *list, ck_value index, bool is_const,
                            const ck_ir_type *type, ck_loc loc) {
  index = ck_ev_resolve(ev, index);
  bool is_symbol = index.kind == CK_V_SYM && index.sym->type == CK_SYM_INT && !index.sym->has_index && list->n > 0;
  bool plain = all_plain(ev, list, type);
  if (is_symbol && !plain && list->n <= CK_LIMIT_TOLD_APART) {
    for (size_t i = 0; i + 1 < list->n; i++)
      if (ck_ev_decide_bool(ev, is_at(ev, index, i, loc), loc)) return list->at[i];
    return list->at[list->n - 1];
  }
  ck_value v = is_symbol && plain && list->n <= MAX_CHOICE ? choice_of(ev, list, index, loc)
               : index.kind == CK_V_UNKNOWN                ? index
                                                           : ck_ev_unknown(ev, loc, "%s", reason);
  ck_cell *cell = ck_ev_temp(ev, v, type);
  if (is_const) return cell;
  cell->text = sequence;
  cell->place = ck_ev_unknown(ev, loc, "%s", reason).unknown;
  if (!plain) ck_ev_open_owner(ev, cell, loc); /* its parts may be changed, and nobody would tell */
  return cell;
}

ck_value ck_ev_somewhere_in(ck_ev *ev, ck_value v, ck_cell *container) {
  if (v.kind != CK_V_UNKNOWN || (container->type && container->type->is_const)) return v;
  ck_unknown *unknown = CK_NEW(&ev->arena, ck_unknown);
  *unknown = *v.unknown;
  unknown->into = container;
  return (ck_value){.kind = CK_V_UNKNOWN, .unknown = unknown};
}

void ck_ev_reach(ck_ev *ev, ck_value v, ck_loc loc) {
  if (v.kind == CK_V_UNKNOWN && v.unknown->into) ck_ev_open_cell(ev, v.unknown->into, loc, v.unknown->reason);
}

static bool holds_elements(ck_value v) { return v.kind == CK_V_LIST || v.kind == CK_V_MAP; }

static bool is_reference(const ck_ir_type *type) { return type->kind == CK_IR_T_LREF; }

ck_value ck_ev_of_call(ck_ev *ev, const ck_ir *node, ck_cell *self, ck_cell **args, size_t nargs, ck_value result) {
  const ck_ir_type *type = node->type;
  if (result.kind != CK_V_UNKNOWN || type == NULL) return result;
  if (type->kind != CK_IR_T_RECORD && type->kind != CK_IR_T_POINTER && !is_reference(type)) return result;
  if (ck_ev_may_lead(ev, type)) result = ck_ev_made_of(ev, result, type, self, args, nargs);
  if (node->kind != CK_IR_CALL && ck_ev_is_const_method(node)) return result;
  if (is_reference(type) && type->elem->is_const) return result;
  ck_cell *container = self != NULL && holds_elements(self->v) ? self : NULL;
  for (size_t i = 0; i < nargs && container == NULL; i++)
    if (args[i]->v.kind == CK_V_PTR && args[i]->v.tag == CK_PTR_ITERATOR) container = args[i]->v.cell;
  if (container == NULL) return result;
  if (result.unknown->into == NULL) result = ck_ev_somewhere_in(ev, result, container);
  if (is_reference(type)) ck_ev_reach(ev, result, node->loc); /* whoever has it may write */
  return result;
}
