/* destructor.c - what the end of a scope does to modules.
 *
 * A destructor frees and closes things, which is nothing to us; hardly any changes a module, as that of a guard may.
 * So only those are run that are not quiet (quiet.c), of variables of the program's classes where their block ends,
 * last first, then those of their members. Not at the end of the function that was entered first: nobody looks any
 * more. Of temporaries, and of what a smart pointer or container owns, none are run. */
#include <stdlib.h>

#include "eval/eval_int.h"

static const ck_ir *own_destructor(ck_ev *ev, const ck_ir *record) {
  for (uint32_t i = 0; i < record->nkids; i++) {
    const ck_ir *kid = record->kids[i];
    if (kid == NULL || kid->kind != CK_IR_FUNCTION || !(kid->flags & CK_IR_F_DTOR)) continue;
    return ck_ir_body(kid) ? kid : ck_ev_find_function(ev, kid->usr)->function;
  }
  return NULL;
}

static void add_loud(const ck_ir *node, void *data) {
  ck_ev *ev = data;
  const ck_ir *body = NULL;
  if (node->kind == CK_IR_FUNCTION && (node->flags & CK_IR_F_DTOR)) body = ck_ir_body(node);
  if (body != NULL && body->nkids > 0 && !ck_ev_is_quiet(ev, body)) *ck_ptrmap_slot(&ev->loud_destructors, node) = ev;
}

bool ck_ev_has_loud_destructors(ck_ev *ev) {
  for (size_t i = 0; !ev->destructors_known && i < ck_ir_program_unit_count(ev->program); i++)
    ck_ir_walk(ck_ir_program_unit(ev->program, i)->root, add_loud, ev);
  ev->destructors_known = true;
  return ev->loud_destructors.count > 0;
}

static void destroy(ck_ev *ev, ck_cell *cell, const ck_ir *node) {
  ck_value v = ck_ev_load(ev, cell);
  if (v.kind != CK_V_OBJECT || v.object->record == NULL) return;
  const ck_ir *destructor = own_destructor(ev, v.object->record);
  if (destructor != NULL && ck_ptrmap_get(&ev->loud_destructors, destructor) != NULL)
    ck_ev_run_function(ev, destructor, v.object->record, cell, NULL, 0, node);
  for (size_t i = v.object->nfields; i-- > 0 && ck_ev_on(ev);) destroy(ev, v.object->fields[i].cell, node);
}

void ck_ev_end_block(ck_ev *ev, const ck_ir *block, size_t scope) {
  if (ev->bindings.n == scope || ev->flow == CK_FLOW_STOP || !ck_ev_has_loud_destructors(ev)) return;
  const bool is_body = ev->frame && ev->frame->function && ck_ir_body(ev->frame->function) == block;
  if (is_body && ev->frame->up == NULL) return;
  const ck_flow flow = ev->flow;
  ev->flow = CK_FLOW_ON;
  for (uint32_t i = block->nkids; i-- > 0;) {
    const ck_ir *kid = block->kids[i];
    if (kid == NULL || kid->kind != CK_IR_DECL) continue;
    for (uint32_t k = kid->nkids; k-- > 0 && ck_ev_on(ev);) {
      const ck_ir *var = kid->kids[k];
      if (var == NULL || var->kind != CK_IR_VAR || (var->flags & CK_IR_F_STATIC) || var->type == NULL ||
          var->type->kind != CK_IR_T_RECORD)
        continue;
      for (size_t b = ev->bindings.n; b-- > scope;) /* reached, if it was declared on this path */
        if (ev->bindings.at[b].usr == var->usr || strcmp(ev->bindings.at[b].usr, var->usr) == 0) {
          destroy(ev, ev->bindings.at[b].cell, var);
          break;
        }
    }
  }
  if (ck_ev_on(ev)) ev->flow = flow;
}
