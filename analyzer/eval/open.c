/* open.c - unknown values, and what becomes of things that code which is not understood could reach.
 *
 * Opening follows pointers, elements, fields and registrations, each cell once. A scalar becomes unknown; a container
 * too, after what is in it; a module gets a registration of kind OPEN, which says that it may hold more than was seen.
 *
 * Code that no module notices (quiet.c) spares them: what they have registered stays, as do the pointers and containers
 * that lead to them. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/eval_int.h"

ck_value ck_ev_unknown(ck_ev *ev, ck_loc loc, const char *format, ...) {
  char reason[600];
  va_list args;
  va_start(args, format);
  vsnprintf(reason, sizeof reason, format, args);
  va_end(args);
  ck_unknown *unknown = CK_NEW(&ev->arena, ck_unknown);
  *unknown = (ck_unknown){ck_ev_intern(ev, reason), loc, NULL, NULL, NULL};
  return (ck_value){.kind = CK_V_UNKNOWN, .unknown = unknown};
}

ck_value ck_call_unknown(ck_call *call, const char *format, ...) {
  char reason[600];
  va_list args;
  va_start(args, format);
  vsnprintf(reason, sizeof reason, format, args);
  va_end(args);
  return ck_ev_unknown(call->ev, call->node ? call->node->loc : (ck_loc){0}, "%s", reason);
}

typedef struct {
  ck_ev *ev;
  ck_ptrmap seen;
  CK_VEC(ck_value) todo;
  ck_value unknown; /* what scalars become */
} opening;

static void later(opening *o, ck_value v) { ck_vec_push(&o->todo, v); }

/* Does the value lead to a module by what owns or points to it? No code that is quiet stores anything into a thing of
 * such a type. */
static bool leads_to_module(ck_ev *ev, ck_value v, int depth) {
  if (depth > 8) return false;
  switch (v.kind) {
  case CK_V_PTR: return leads_to_module(ev, ck_ev_load(ev, v.cell), depth + 1);
  case CK_V_UNKNOWN: return v.unknown->into && leads_to_module(ev, ck_ev_load(ev, v.unknown->into), depth + 1);
  case CK_V_CHOICE: return leads_to_module(ev, v.choice->a, depth + 1) || leads_to_module(ev, v.choice->b, depth + 1);
  case CK_V_OBJECT:
    if (v.object->registry != NULL) return true;
    for (size_t i = 0; i < v.object->nfields; i++)
      if (leads_to_module(ev, ck_ev_load(ev, v.object->fields[i].cell), depth + 1)) return true;
    return false;
  case CK_V_LIST:
    for (size_t i = 0; i < v.list->n; i++)
      if (leads_to_module(ev, ck_ev_load(ev, v.list->at[i]), depth + 1)) return true;
    return false;
  case CK_V_MAP:
    for (size_t i = 0; i < v.map->n; i++)
      if (leads_to_module(ev, ck_ev_load(ev, v.map->at[i].cell), depth + 1)) return true;
    return false;
  default: return false;
  }
}

/* A sequence of which its last element is known: something may have been put behind it, or taken away. */
static void forget_last(ck_ev *ev, ck_cell *cell) {
  ck_unknown *unknown = CK_NEW(&ev->arena, ck_unknown);
  *unknown = *cell->v.unknown;
  unknown->last = NULL;
  ck_ev_store(ev, cell, (ck_value){.kind = CK_V_UNKNOWN, .unknown = unknown});
}

static void open_cell(opening *o, ck_cell *cell) {
  void **slot = ck_ptrmap_slot(&o->seen, cell);
  if (*slot) return;
  *slot = cell;
  ck_value v = cell->v;
  if (cell->text && ck_ev_is_any_element(o->ev, cell)) later(o, cell->text->v);
  switch (v.kind) {
  case CK_V_UNKNOWN:
    if (v.unknown->into) later(o, v);
    if (v.unknown->last) forget_last(o->ev, cell);
    return;
  case CK_V_OBJECT:
  case CK_V_CLOSURE: later(o, v); return;
  default:
    later(o, v);
    if (o->ev->spares_modules == 0 || !leads_to_module(o->ev, v, 0)) ck_ev_store(o->ev, cell, o->unknown);
  }
}

/* What a module has registered stays as it is; its other members may be anything. */
static void open_spared(opening *o, ck_object *module) {
  const ck_registry *registry = ck_ev_registry(o->ev, module);
  for (size_t i = 0; i < registry->n; i++) {
    ck_value v = registry->at[i].value;
    if (registry->at[i].kind == CK_REG_MODULE) later(o, v);
    else if (v.kind == CK_V_PTR) *ck_ptrmap_slot(&o->seen, v.cell) = v.cell;
  }
  for (size_t i = 0; i < module->nfields; i++) {
    ck_cell *cell = module->fields[i].cell;
    if (module->record != NULL || ck_ev_load(o->ev, cell).kind == CK_V_TENSOR) open_cell(o, cell);
  }
}

static void open_object(opening *o, ck_object *object) {
  void **slot = ck_ptrmap_slot(&o->seen, object);
  if (*slot) return;
  *slot = object;
  if (o->ev->spares_modules > 0 && object->registry != NULL) {
    open_spared(o, object);
    return;
  }
  for (size_t i = 0; i < object->nfields; i++) open_cell(o, object->fields[i].cell);
  if (object->registry == NULL) return;
  const ck_registry *registry = ck_ev_registry(o->ev, object);
  for (size_t i = 0; i < registry->n; i++) later(o, registry->at[i].value);
  for (size_t i = 0; i < registry->n; i++) /* open already: the first reason stands */
    if (registry->at[i].kind == CK_REG_OPEN && registry->at[i].when.n == 0) return;
  ck_ev_register(o->ev, object, CK_REG_OPEN, CK_VOID, o->unknown, o->unknown.unknown->loc);
}

static void open_value(opening *o, ck_value v) {
  switch (v.kind) {
  case CK_V_CHOICE: later(o, v.choice->a), later(o, v.choice->b); break;
  case CK_V_PTR: open_cell(o, v.cell); break;
  case CK_V_UNKNOWN:
    if (v.unknown->into) open_cell(o, v.unknown->into);
    break;
  case CK_V_LIST:
    for (size_t i = 0; i < v.list->n; i++) open_cell(o, v.list->at[i]);
    break;
  case CK_V_MAP:
    for (size_t i = 0; i < v.map->n; i++) open_cell(o, v.map->at[i].cell);
    break;
  case CK_V_OBJECT: open_object(o, v.object); break;
  case CK_V_CLOSURE:
    later(o, v.closure->self);
    for (size_t i = 0; i < v.closure->n; i++) open_cell(o, v.closure->cells[i]);
    break;
  default: break;
  }
}

static void run(opening *o) {
  while (o->todo.n > 0) open_value(o, o->todo.at[--o->todo.n]);
  free(o->todo.at);
  ck_ptrmap_release(&o->seen);
}

void ck_ev_open(ck_ev *ev, ck_value v, ck_loc loc, const char *reason) {
  opening o = {.ev = ev, .unknown = ck_ev_unknown(ev, loc, "%s", reason)};
  later(&o, v);
  run(&o);
}

void ck_ev_open_cell(ck_ev *ev, ck_cell *cell, ck_loc loc, const char *reason) {
  if (cell->v.kind == CK_V_UNKNOWN && cell->v.unknown->into == NULL && cell->v.unknown->last == NULL) return;
  opening o = {.ev = ev, .unknown = ck_ev_unknown(ev, loc, "%s", reason)};
  open_cell(&o, cell);
  run(&o);
}

/* A member of this object that is named without it: only that can be meant. NULL: it is not at hand. */
static ck_cell *own_field(ck_ev *ev, const ck_ir *node) {
  ck_cell *self = ev->frame ? ev->frame->self : NULL, *target = self ? ck_ev_target(ev, self) : NULL;
  if (target == NULL) target = self;
  if (target == NULL || target->v.kind != CK_V_OBJECT || target->v.object->record == NULL) return NULL;
  return ck_ev_field_of(ev, target->v.object, node->name, node->usr);
}

/* The variable in `*p` or `p->...`: what it points to can be reached, it cannot be changed itself. */
static const ck_ir *followed(const ck_ir *node) {
  bool follows = (node->kind == CK_IR_UNARY && node->op == CK_IR_OP_DEREF) ||
                 (node->kind == CK_IR_OPCALL && node->nkids == 1 &&
                  (ck_ends_with(node->name, "operator->") || ck_ends_with(node->name, "operator*"))) ||
                 ((node->kind == CK_IR_MEMBER || node->kind == CK_IR_MCALL) && (node->flags & CK_IR_F_ARROW));
  const ck_ir *kid = follows ? ck_ir_kid(node, 0) : NULL;
  return kid && kid->kind == CK_IR_REF && kid->usr[0] && !(kid->flags & CK_IR_F_GLOBAL) ? kid : NULL;
}

static void open_followed(ck_ev *ev, ck_cell *variable, ck_loc loc, const char *reason) {
  ck_value v = ck_ev_load(ev, variable);
  while (v.kind == CK_V_PTR && v.tag == CK_PTR_REF) variable = v.cell, v = ck_ev_load(ev, variable);
  if (v.kind == CK_V_PTR || v.kind == CK_V_CHOICE) ck_ev_open(ev, v, loc, reason);
  else ck_ev_open_cell(ev, variable, loc, reason); /* an object with operators of its own */
}

void ck_ev_open_names(ck_ev *ev, const ck_ir *node, const char *reason) {
  if (node == NULL) return;
  const ck_ir *pointer = followed(node);
  ck_cell *variable = pointer ? ck_ev_lookup(ev, pointer->usr) : NULL;
  if (variable != NULL) {
    open_followed(ev, variable, node->loc, reason);
    for (uint32_t i = 1; i < node->nkids; i++) ck_ev_open_names(ev, node->kids[i], reason);
    return;
  }
  if (node->kind == CK_IR_MEMBER && ck_ir_kid(node, 0) == NULL && ck_ir_kid(node, 1) == NULL) {
    ck_cell *field = own_field(ev, node);
    if (field != NULL) {
      ck_ev_open_cell(ev, field, node->loc, reason);
      return;
    }
  }
  ck_cell *cell = NULL;
  if (node->kind == CK_IR_REF && node->usr[0]) {
    cell = ck_ev_lookup(ev, node->usr);
    if (cell == NULL && (node->flags & CK_IR_F_GLOBAL)) cell = ck_ev_global(ev, node->usr, node);
  }
  bool names_this = node->kind == CK_IR_THIS || (node->kind == CK_IR_MEMBER && ck_ir_kid(node, 0) == NULL) ||
                    (node->kind == CK_IR_MCALL && ck_ir_kid(node, 0) == NULL);
  if (names_this && ev->frame) cell = ev->frame->self;
  if (cell) ck_ev_open_cell(ev, cell, node->loc, reason);
  for (uint32_t i = 0; i < node->nkids; i++) ck_ev_open_names(ev, node->kids[i], reason);
}
