/* held.c - what is not known remembers what it may lead to.
 *
 * A container that rounds fill, an element at an index that is not known, what a library makes of what it is given:
 * each is unknown, but may hold or point to modules that are known by other names. `into` leads to all of that: whoever
 * follows the value, or hands it to what is not understood, opens it.
 *
 * A place that is not known (`v[i]`, `*p`, a member of such a thing, a reference to it) is a new cell each time it is
 * named, so nobody would find there what was stored. So the cell says what it stands for (ck_cell.place), and what is
 * stored in it is held by that from then on; where that is nothing that remembers, anybody may come across it, and it
 * is opened. */
#include <string.h>

#include "eval/eval_int.h"

enum {
  MAX_HELD_DEPTH = 100, /* pushes in one go that are remembered; beyond it something may have been opened */
  MAX_STORED = 100      /* stores to one place that are remembered */
};

ck_cell *ck_ev_reached(ck_ev *ev, ck_value v) {
  switch (v.kind) {
  case CK_V_UNKNOWN: return v.unknown->into;
  case CK_V_PTR:
    if (v.tag == CK_PTR_ITERATOR || v.tag == CK_PTR_RAW) return v.cell;
    return ck_ev_temp(ev, v, NULL);
  case CK_V_LIST:
  case CK_V_MAP:
  case CK_V_OBJECT:
  case CK_V_CLOSURE:
  case CK_V_CHOICE: return ck_ev_temp(ev, v, NULL);
  default: return NULL;
  }
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

ck_value ck_ev_holding(ck_ev *ev, ck_value v, ck_cell *const *cells, size_t n) {
  if (v.kind != CK_V_UNKNOWN) return v;
  ck_cell **all = CK_NEW_N(&ev->arena, ck_cell *, n + 1);
  size_t count = 0;
  if (v.unknown->into) all[count++] = v.unknown->into;
  for (size_t i = 0; i < n; i++)
    if (cells[i] != NULL && (count == 0 || all[count - 1] != cells[i])) all[count++] = cells[i];
  if (count == 0 || (count == 1 && v.unknown->into)) return v;
  ck_unknown *unknown = CK_NEW(&ev->arena, ck_unknown);
  *unknown = *v.unknown;
  unknown->last = NULL;
  unknown->into = ck_ev_cell(ev, ck_ev_list_of_cells(ev, "held", all, count));
  return (ck_value){.kind = CK_V_UNKNOWN, .unknown = unknown};
}

ck_value ck_ev_made_of(ck_ev *ev, ck_value v, const ck_ir_type *type, ck_cell *self, ck_cell *const *args,
                       size_t nargs) {
  if (v.kind != CK_V_UNKNOWN || (type != NULL && !ck_ev_may_lead(ev, type))) return v;
  ck_cell **held = CK_NEW_N(&ev->arena, ck_cell *, nargs + 1);
  for (size_t i = 0; i < nargs; i++)
    if (ck_ev_may_lead(ev, args[i]->type)) held[i] = ck_ev_reached(ev, ck_ev_load(ev, args[i]));
  if (self != NULL) held[nargs] = ck_ev_reached(ev, ck_ev_load(ev, self));
  return ck_ev_holding(ev, v, held, nargs + 1);
}

bool ck_ev_may_lead(ck_ev *ev, const ck_ir_type *type) {
  return type == NULL || ev->observer.may_lead == NULL || ev->observer.may_lead(ev, ev->observer.data, type);
}

/* --- places ---------------------------------------------------------------------------------------------------- */

ck_cell *ck_ev_unknown_place(ck_ev *ev, ck_value v, const ck_ir_type *type) {
  ck_cell *cell = ck_ev_temp(ev, v, type);
  if (v.kind == CK_V_UNKNOWN) cell->place = v.unknown;
  return cell;
}

/* Something was stored by way of other cells, of which one may be the very place: they hold what is stored here, or
 * not. */
static void blur_others(ck_ev *ev, const ck_list *held, const ck_cell *cell, ck_cell *stored) {
  for (size_t i = 0; i < held->n; i++) {
    ck_cell *other = held->at[i];
    if (other == cell || other->place == NULL || other->v.kind == CK_V_UNKNOWN) continue;
    ck_value v = ck_ev_unknown(ev, cell->place->loc, "%s", cell->place->reason);
    ck_ev_put(ev, other, ck_ev_holding(ev, v, (ck_cell *[]){ck_ev_reached(ev, ck_ev_load(ev, other)), stored}, 2));
  }
}

void ck_ev_stored_somewhere(ck_ev *ev, ck_cell *cell, ck_value v) {
  ck_cell *held = cell->place->into, *stored = ck_ev_reached(ev, v);
  if (stored == NULL) return;
  bool remembers = held != NULL && held->v.kind == CK_V_LIST && strcmp(held->v.list->cls, "held") == 0;
  if (!remembers || held->v.list->n >= MAX_STORED || ck_ev_is_reached(held)) {
    ck_ev_open(ev, v, cell->place->loc, "stored at a place that is not known");
    return;
  }
  const ck_list *list = held->v.list;
  blur_others(ev, list, cell, stored);
  ck_cell **all = CK_NEW_N(&ev->arena, ck_cell *, list->n + 2);
  memcpy(all, list->at, list->n * sizeof *all);
  all[list->n] = stored;
  all[list->n + 1] = cell;
  ck_ev_put(ev, held, ck_ev_list_of_cells(ev, "held", all, list->n + 2));
}
