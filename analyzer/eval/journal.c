/* journal.c - cells, and the record of writes that lets a branch be taken back.
 *
 * Journals nest: the two sides of a branch inside a side of another. Each begun journal gets a fresh, larger id; a cell
 * carries the id of the innermost journal that holds its old value, or under which it was made. So a store needs to
 * look at one number only, and what is new in a side is never recorded.
 *
 * A mark (ck_ev_journal_mark) begins a new number without a journal: what is there already, new things included, is
 * recorded once more when it is written. So the state at a mark is what the journal says there, and undoing the journal
 * leaves what is new as it was at the first mark behind it.
 *
 * Nothing is written after a throw, until a handler takes it: a row that makes an element and then puts it into its
 * container need not ask whether the making threw. */
#include <stdlib.h>
#include <string.h>

#include "eval/eval_int.h"

ck_cell *ck_ev_cell(ck_ev *ev, ck_value v) {
  ck_cell *cell = CK_NEW(&ev->arena, ck_cell);
  cell->v = v;
  cell->journalled = ev->journal_id;
  return cell;
}

ck_cell *ck_ev_temp(ck_ev *ev, ck_value v, const ck_ir_type *type) {
  ck_cell *cell = ck_ev_cell(ev, v);
  cell->type = type;
  return cell;
}

static void store_character(ck_ev *ev, ck_cell *text, uint32_t at, ck_value v) {
  ck_value old = ck_ev_load(ev, text);
  if (old.kind != CK_V_STRING || at >= strlen(old.str)) return;
  if (v.kind != CK_V_INT || v.i == 0) {
    ck_ev_store(ev, text,
                v.kind == CK_V_UNKNOWN ? v : ck_ev_unknown(ev, (ck_loc){0}, "text with a character that is not known"));
    return;
  }
  char *own = ck_arena_strdup(&ev->arena, old.str);
  own[at] = (char)v.i;
  ck_ev_store(ev, text, (ck_value){.kind = CK_V_STRING, .str = own});
}

void ck_ev_put(ck_ev *ev, ck_cell *cell, ck_value v) {
  if (cell->journalled < ev->journal_id) {
    ck_vec_push(&ev->journal, (ck_write){cell, cell->v, cell->journalled});
    cell->journalled = ev->journal_id;
  }
  cell->v = v;
}

void ck_ev_store(ck_ev *ev, ck_cell *cell, ck_value v) {
  if (ev->flow == CK_FLOW_THROW) return;
  if (cell->text && ck_ev_is_any_element(ev, cell))
    ck_ev_open_owner(ev, cell, v.kind == CK_V_UNKNOWN ? v.unknown->loc : (ck_loc){0});
  else if (cell->text) store_character(ev, cell->text, cell->at, v);
  if (cell->place) ck_ev_stored_somewhere(ev, cell, v);
  ck_ev_put(ev, cell, v);
}

ck_value ck_ev_load(ck_ev *ev, ck_cell *cell) { return ck_ev_resolve(ev, cell->v); }

void ck_ev_journal_begin(ck_ev *ev, ck_journal *j) {
  *j = (ck_journal){ev->journal.n, ++ev->journal_serial, ev->journal_id};
  ev->journal_id = j->id;
}

void ck_ev_journal_mark(ck_ev *ev) { ev->journal_mark = ev->journal_id = ++ev->journal_serial; }

/* Back to the journal around; if a mark was made in it that something still asks for, to a new number again. */
static void leave_journal(ck_ev *ev, const ck_journal *j) {
  ev->journal.n = j->start;
  ev->journal_id = j->outer;
  if (ev->tries != NULL && ev->journal_mark > j->outer) ck_ev_journal_mark(ev);
}

/* Was the cell not there before? */
static bool is_first(ck_ptrmap *seen, const ck_cell *cell) {
  void **slot = ck_ptrmap_slot(seen, cell);
  if (*slot != NULL) return false;
  *slot = seen;
  return true;
}

ck_writes ck_ev_journal_since(ck_ev *ev, const ck_journal *j) {
  ck_writes writes = {0};
  ck_ptrmap seen = {0};
  for (size_t i = ev->journal.n; i-- > j->start;) {
    ck_cell *cell = ev->journal.at[i].cell;
    if (is_first(&seen, cell)) ck_vec_push(&writes, (ck_write){cell, cell->v, 0});
  }
  ck_ptrmap_release(&seen);
  return writes;
}

void ck_ev_journal_keep(ck_ev *ev, const ck_journal *j) {
  size_t n = j->start;
  for (size_t i = j->start; i < ev->journal.n; i++) {
    ck_write w = ev->journal.at[i];
    if (w.mark >= j->outer) w.cell->journalled = w.mark; /* recorded already, or new */
    else ev->journal.at[n++] = w, w.cell->journalled = j->outer;
  }
  ev->journal.n = n;
  ev->journal_id = j->outer;
}

ck_writes ck_ev_journal_undo(ck_ev *ev, const ck_journal *j) {
  ck_writes writes = {0};
  ck_ptrmap seen = {0};
  const bool is_marked = ev->journal_mark > j->id;
  for (size_t i = ev->journal.n; i-- > j->start;) {
    ck_write *w = &ev->journal.at[i];
    if (!is_marked || is_first(&seen, w->cell)) ck_vec_push(&writes, (ck_write){w->cell, w->cell->v, 0});
    w->cell->v = w->v;
    w->cell->journalled = w->mark;
  }
  ck_ptrmap_release(&seen);
  leave_journal(ev, j);
  return writes;
}
