/* moved.c - what std::move leaves behind.
 *
 * A pointer or holder that was moved from is empty, so is a sequence or a map ([unique.ptr], [util.smartptr.shared],
 * [container.reqmts]: so it is in every library for those that own memory); a number is what it was. What the standard
 * leaves open, the text of a string for one, is not known. */
#include <string.h>

#include "eval/eval_int.h"

/* `std::move(x)` of something that has a place. */
static bool is_move(const ck_ir *node) {
  return node && node->kind == CK_IR_CALL && strcmp(node->name, "std::move") == 0 && node->nkids == 2 &&
         ck_ev_is_lvalue(node->kids[1]);
}

static bool is_emptied(const char *cls) {
  static const char *const names[] = {"std::vector", "std::deque", "std::list",          "std::forward_list",
                                      "std::map",    "std::set",   "std::unordered_map", "std::unordered_set"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], cls) == 0) return true;
  return false;
}

static void leave(ck_ev *ev, ck_cell *cell, ck_loc loc) {
  ck_value v = ck_ev_load(ev, cell);
  switch (v.kind) {
  case CK_V_PTR:
    if (v.tag == CK_PTR_UNIQUE || v.tag == CK_PTR_SHARED || v.tag == CK_PTR_HOLDER) ck_ev_store(ev, cell, CK_NULL);
    return;
  case CK_V_LIST:
    if (is_emptied(v.list->cls)) ck_ev_store(ev, cell, ck_ev_list(ev, v.list->cls, NULL, 0));
    else
      for (size_t i = 0; i < v.list->n; i++) leave(ev, v.list->at[i], loc); /* pair, tuple, optional, array */
    return;
  case CK_V_MAP:
    if (is_emptied(v.map->cls)) ck_ev_store(ev, cell, ck_ev_map(ev, v.map->cls));
    return;
  case CK_V_OBJECT:
    for (size_t i = 0; v.object->registry == NULL && i < v.object->nfields; i++) {
      const ck_ir *decl = v.object->fields[i].decl;
      bool part = decl == NULL && ck_starts_with(v.object->fields[i].name, "std::"); /* a base of the library */
      const ck_ir_type *type = decl ? decl->type : part ? v.object->fields[i].cell->type : NULL;
      if (type && type->kind != CK_IR_T_LREF && type->kind != CK_IR_T_RREF) leave(ev, v.object->fields[i].cell, loc);
    }
    return;
  case CK_V_BOOL:
  case CK_V_INT:
  case CK_V_FLOAT:
  case CK_V_NULL:
  case CK_V_VOID:
  case CK_V_UNKNOWN: return;
  case CK_V_SYM:
    if (v.sym->type != CK_SYM_STRING) return;
    break;
  default: break;
  }
  ck_ev_store(ev, cell, ck_ev_unknown(ev, loc, "value that was moved from"));
}

void ck_ev_leave_moved(ck_ev *ev, const ck_ir *source, ck_cell *cell) {
  if (is_move(source) && ck_ev_on(ev)) leave(ev, cell, source->loc);
}
