/* std_range.c - iterators, ranges and destinations, as the algorithms and the containers see them.
 *
 * An iterator is a PTR of flavour ITERATOR: the cell that holds the sequence and a position, size being the end. A
 * reverse iterator is LIST{iterator} of class std::reverse_iterator whose element is one before its base; an inserter
 * is LIST{pointer to the container's cell[, position]}. */
#include "eval/std_int.h"

#include <stdlib.h>

#include "base/strbuf.h"
#include "base/vec.h"

ck_value ck_std_iterator(ck_cell *holder, size_t index) {
  ck_value v = ck_ev_pointer(CK_PTR_ITERATOR, holder);
  v.index = (uint32_t)index;
  return v;
}

bool ck_std_as_iterator(ck_value v, ck_cell **holder, size_t *index) {
  if (v.kind != CK_V_PTR || v.tag != CK_PTR_ITERATOR) return false;
  *holder = v.cell;
  *index = v.index;
  return true;
}

/* Elements of a sequence; false if v is none. */
static bool sequence_size(ck_value v, size_t *n) {
  switch (v.kind) {
  case CK_V_LIST: *n = v.list->n; return true;
  case CK_V_MAP: *n = v.map->n; return true;
  case CK_V_STRING: *n = strlen(v.str); return true;
  default: return false;
  }
}

bool ck_std_range_whole(ck_call *call, ck_cell *container, ck_std_range *out) {
  size_t n;
  ck_value v = ck_std_value(call, container);
  if (!sequence_size(v, &n)) return false;
  *out = (ck_std_range){container, v, 0, n, false};
  return true;
}

bool ck_std_range_of(ck_call *call, ck_cell *first, ck_cell *last, ck_std_range *out) {
  ck_value a = ck_std_value(call, first), b = ck_std_value(call, last);
  const ck_list *ra = ck_std_list_of(a, "std::reverse_iterator"), *rb = ck_std_list_of(b, "std::reverse_iterator");
  if ((ra != NULL) != (rb != NULL)) return false;
  if (ra != NULL) {
    a = ck_ev_load(call->ev, ra->at[0]);
    b = ck_ev_load(call->ev, rb->at[0]);
  }
  const ck_list *ja = ck_std_list_of(a, "nlohmann::detail::iter_impl"),
                *jb = ck_std_list_of(b, "nlohmann::detail::iter_impl");
  if (ja != NULL && jb != NULL) {
    a = ck_ev_load(call->ev, ja->at[0]);
    b = ck_ev_load(call->ev, jb->at[0]);
  }
  if (a.kind == CK_V_LIST && strcmp(a.list->cls, "array") == 0) a = ck_std_iterator(first, 0); /* decays */
  ck_cell *holder, *other;
  size_t begin, end, n;
  if (!ck_std_as_iterator(a, &holder, &begin) || !ck_std_as_iterator(b, &other, &end) || holder != other) return false;
  if (ra != NULL) {
    size_t t = begin;
    begin = end;
    end = t;
  }
  ck_value v = ck_std_value(call, holder);
  if (!sequence_size(v, &n) || begin > end || end > n) return false;
  *out = (ck_std_range){holder, v, begin, end, ra != NULL};
  return true;
}

static size_t position(const ck_std_range *r, size_t i) { return r->reversed ? r->end - 1 - i : r->begin + i; }

ck_cell *ck_std_range_at(ck_call *call, const ck_std_range *r, size_t i) {
  size_t at = position(r, i);
  switch (r->v.kind) {
  case CK_V_LIST: return r->v.list->at[at];
  case CK_V_STRING: return ck_ev_cell(call->ev, CK_INT(r->v.str[at]));
  default: {
    const ck_map_slot *slot = &r->v.map->at[at];
    if (r->v.map->cls != NULL && strcmp(r->v.map->cls, "nlohmann::basic_json") == 0) return slot->cell;
    ck_cell *cells[2] = {ck_ev_cell(call->ev, slot->key), slot->cell};
    return ck_ev_cell(call->ev, ck_ev_list_of_cells(call->ev, "std::pair", cells, 2));
  }
  }
}

ck_value ck_std_range_iterator(ck_call *call, const ck_std_range *r, size_t i) {
  if (!r->reversed) return ck_std_iterator(r->holder, r->begin + i);
  ck_value base = ck_std_iterator(r->holder, r->end - i);
  return ck_ev_list(call->ev, "std::reverse_iterator", &base, 1);
}

/* Writes element `at` of the sequence in `holder`. */
static bool write_at(ck_call *call, ck_cell *holder, size_t at, ck_value v) {
  ck_value held = ck_std_value(call, holder);
  if (held.kind == CK_V_LIST && at < held.list->n) {
    ck_cell *cell = held.list->at[at];
    const ck_ir_type *type = cell->type != NULL ? cell->type : ck_std_targ(ck_ir_strip_ref(holder->type), 0);
    ck_ev_store(call->ev, cell, ck_std_init_value(call, type, v));
    return true;
  }
  if (held.kind == CK_V_STRING && at < strlen(held.str) && v.kind == CK_V_INT && v.i != 0) {
    char *text = ck_arena_strdup(ck_ev_arena(call->ev), held.str);
    text[at] = (char)v.i;
    ck_ev_store(call->ev, holder, ck_ev_string(call->ev, text));
    return true;
  }
  return false;
}

bool ck_std_range_write(ck_call *call, ck_std_range *r, size_t i, ck_value v) {
  if (!write_at(call, r->holder, position(r, i), v)) return false;
  r->v = ck_std_value(call, r->holder);
  return true;
}

bool ck_std_out_of(ck_call *call, ck_cell *cell, ck_std_out *out) {
  *out = (ck_std_out){.v = ck_std_value(call, cell)};
  if (ck_std_as_iterator(out->v, &out->holder, &out->index)) return true;
  if (out->v.kind != CK_V_LIST || out->v.list->cls == NULL) return false;
  const char *cls = out->v.list->cls;
  out->sinks = strcmp(cls, "std::ostream_iterator") == 0;
  if (out->sinks) return true;
  out->front = strcmp(cls, "std::front_insert_iterator") == 0;
  out->inserts =
      out->front || strcmp(cls, "std::back_insert_iterator") == 0 || strcmp(cls, "std::insert_iterator") == 0;
  if (!out->inserts) return false;
  ck_value target = ck_ev_load(call->ev, out->v.list->at[0]);
  if (target.kind != CK_V_PTR) return false;
  out->holder = target.cell;
  out->index = SIZE_MAX;
  if (out->v.list->n > 1) {
    ck_value where = ck_ev_load(call->ev, out->v.list->at[1]);
    if (where.kind == CK_V_INT) out->index = (size_t)where.i;
  }
  return true;
}

/* Inserts one value at `at` (SIZE_MAX: the end) of the sequence in `holder`. */
static bool insert_one(ck_call *call, ck_cell *holder, size_t at, ck_value v) {
  ck_value held = ck_std_value(call, holder);
  if (held.kind == CK_V_STRING && v.kind == CK_V_INT && v.i != 0) {
    char text[2] = {(char)v.i, 0};
    ck_ev_store(call->ev, holder, ck_std_concat(call, held, ck_ev_string(call->ev, text)));
    return at == SIZE_MAX;
  }
  if (held.kind != CK_V_LIST) return false;
  v = ck_std_init_value(call, ck_std_targ(ck_ir_strip_ref(holder->type), 0), v);
  if (held.list->cls != NULL && strstr(held.list->cls, "set") != NULL) {
    size_t where;
    bool fresh;
    return ck_std_set_insert(call, holder, v, &where, &fresh);
  }
  if (at >= held.list->n) {
    ck_ev_list_push(call->ev, holder, v);
    return true;
  }
  CK_VEC(ck_cell *) cells = {0};
  for (size_t i = 0; i < held.list->n; i++) {
    if (i == at) ck_vec_push(&cells, ck_ev_cell(call->ev, v));
    ck_vec_push(&cells, held.list->at[i]);
  }
  ck_std_set_cells(call, holder, held.list->cls, cells.at, cells.n);
  free(cells.at);
  return true;
}

bool ck_std_out_put(ck_call *call, ck_std_out *out, ck_value v) {
  if (out->sinks) return true;
  if (!out->inserts) return write_at(call, out->holder, out->index++, v);
  bool done = insert_one(call, out->holder, out->front ? 0 : out->index, v);
  if (out->index != SIZE_MAX) out->index++;
  return done;
}

ck_value ck_std_out_end(ck_call *call, const ck_std_out *out) {
  (void)call;
  return out->inserts || out->sinks ? out->v : ck_std_iterator(out->holder, out->index);
}

void ck_std_set_cells(ck_call *call, ck_cell *cell, const char *cls, ck_cell **cells, size_t n) {
  ck_ev_store(call->ev, cell, ck_ev_list_of_cells(call->ev, cls, cells, n));
}

ck_value ck_std_pair(ck_call *call, ck_value first, ck_value second) {
  ck_value both[2] = {first, second};
  return ck_ev_list(call->ev, "std::pair", both, 2);
}

/* --- rows: begin, end and friends ----------------------------------------------------------------------------- */
static ck_value end_of(ck_call *call, ck_cell *container, bool at_end, bool reversed) {
  ck_std_range r;
  if (container != NULL && ck_std_stream_path(ck_std_value(call, container)) != NULL)
    return ck_std_value(call, container); /* the content of a file */
  if (!ck_std_range_whole(call, container, &r))
    return ck_std_because(call, ck_std_value(call, container), "iterator of a sequence that is not known");
  r.reversed = reversed;
  return ck_std_range_iterator(call, &r, at_end ? ck_std_range_size(&r) : 0);
}

ck_value ck_std_begin(ck_call *call) { return end_of(call, ck_std_operand(call, 0), false, false); }
ck_value ck_std_end(ck_call *call) { return end_of(call, ck_std_operand(call, 0), true, false); }
ck_value ck_std_rbegin(ck_call *call) { return end_of(call, ck_std_operand(call, 0), false, true); }
ck_value ck_std_rend(ck_call *call) { return end_of(call, ck_std_operand(call, 0), true, true); }

/* `it` moved by `by`; UNKNOWN if it leaves the sequence. */
static ck_value moved(ck_call *call, ck_value it, int64_t by) {
  const ck_list *reverse = ck_std_list_of(it, "std::reverse_iterator");
  if (reverse != NULL) {
    ck_value base = moved(call, ck_ev_load(call->ev, reverse->at[0]), -by);
    return base.kind == CK_V_UNKNOWN ? base : ck_ev_list(call->ev, "std::reverse_iterator", &base, 1);
  }
  ck_cell *holder;
  size_t index, n;
  if (!ck_std_as_iterator(it, &holder, &index) || !sequence_size(ck_std_value(call, holder), &n))
    return ck_std_because(call, it, "an iterator that is not known");
  if (by < -(int64_t)index || by > (int64_t)(n - index))
    return ck_call_unknown(call, "an iterator beyond its sequence");
  return ck_std_iterator(holder, (size_t)((int64_t)index + by));
}

static ck_value moved_somewhere(ck_call *call, ck_value it) {
  ck_value v = ck_call_unknown(call, "an iterator moved by an unknown distance");
  ck_cell *holder;
  size_t index;
  return ck_std_as_iterator(it, &holder, &index) ? ck_ev_somewhere_in(call->ev, v, holder) : v;
}

static ck_value move_by_argument(ck_call *call, size_t i, int64_t factor) {
  int64_t by = 1;
  if (i < call->nargs && !ck_std_int_arg(call, i, &by))
    return moved_somewhere(call, ck_std_value(call, ck_std_operand(call, 0)));
  return moved(call, ck_std_value(call, ck_std_operand(call, 0)), by * factor);
}

ck_value ck_std_next(ck_call *call) { return move_by_argument(call, 1, 1); }
ck_value ck_std_prev(ck_call *call) { return move_by_argument(call, 1, -1); }

ck_value ck_std_advance(ck_call *call) {
  ck_ev_store(call->ev, call->args[0], move_by_argument(call, 1, 1));
  return CK_VOID;
}

static ck_value distance(ck_call *call, ck_value a, ck_value b) {
  const ck_list *ra = ck_std_list_of(a, "std::reverse_iterator"), *rb = ck_std_list_of(b, "std::reverse_iterator");
  if (ra != NULL && rb != NULL) return distance(call, ck_ev_load(call->ev, rb->at[0]), ck_ev_load(call->ev, ra->at[0]));
  ck_cell *ha, *hb;
  size_t ia, ib;
  if (!ck_std_as_iterator(a, &ha, &ia) || !ck_std_as_iterator(b, &hb, &ib) || ha != hb)
    return ck_call_unknown(call, "distance of iterators that are not known");
  return CK_INT((int64_t)ib - (int64_t)ia);
}

ck_value ck_std_distance(ck_call *call) { return distance(call, ck_std_arg(call, 0), ck_std_arg(call, 1)); }

/* Element that an iterator names; NULL if it names none. */
static ck_cell *element(ck_call *call, ck_value it) {
  const ck_list *reverse = ck_std_list_of(it, "std::reverse_iterator");
  if (reverse != NULL) it = moved(call, ck_ev_load(call->ev, reverse->at[0]), -1);
  ck_cell *holder;
  size_t index;
  ck_std_range r;
  if (!ck_std_as_iterator(it, &holder, &index) || !ck_std_range_whole(call, holder, &r)) return NULL;
  return index < r.end ? ck_std_range_at(call, &r, index) : NULL;
}

ck_value ck_std_iterator_deref(ck_call *call) {
  ck_value it = ck_std_value(call, ck_std_operand(call, 0));
  ck_cell *cell = element(call, it);
  ck_ev_reach(call->ev, it, call->node != NULL ? call->node->loc : (ck_loc){0});
  return cell != NULL ? ck_ev_ref(cell) : ck_std_because(call, it, "an iterator that names no known element");
}

ck_value ck_std_iterator_arrow(ck_call *call) {
  ck_value v = ck_std_iterator_deref(call);
  if (v.kind == CK_V_PTR) v.tag = CK_PTR_RAW;
  return v;
}

ck_value ck_std_iterator_index(ck_call *call) {
  int64_t by;
  ck_cell *by_cell = ck_std_operand(call, 1);
  if (by_cell == NULL || !ck_ev_as_int(call->ev, ck_std_value(call, by_cell), &by))
    return ck_call_unknown(call, "an element at an unknown index");
  ck_cell *cell = element(call, moved(call, ck_std_value(call, ck_std_operand(call, 0)), by));
  return cell != NULL ? ck_ev_ref(cell) : ck_call_unknown(call, "an element beyond its sequence");
}

/* ++ and --: with the int operand (postfix) the old value is the result. */
static ck_value step(ck_call *call, int64_t by) {
  ck_cell *cell = ck_std_operand(call, 0);
  ck_value old = ck_std_value(call, cell), now = moved(call, old, by);
  bool postfix = ck_std_is_postfix(call);
  ck_ev_store(call->ev, cell, now);
  return postfix ? old : ck_ev_ref(cell);
}

ck_value ck_std_iterator_increment(ck_call *call) { return step(call, 1); }
ck_value ck_std_iterator_decrement(ck_call *call) { return step(call, -1); }

static ck_value shifted(ck_call *call, int64_t factor) {
  int64_t by;
  ck_value a = ck_std_value(call, ck_std_operand(call, 0)), b = ck_std_value(call, ck_std_operand(call, 1));
  if (factor < 0 && (b.kind == CK_V_PTR || b.kind == CK_V_LIST)) return distance(call, b, a);
  if (!ck_ev_as_int(call->ev, b, &by)) return ck_call_unknown(call, "an iterator moved by an unknown distance");
  return moved(call, a, by * factor);
}

ck_value ck_std_iterator_plus(ck_call *call) { return shifted(call, 1); }
ck_value ck_std_iterator_minus(ck_call *call) { return shifted(call, -1); }

static ck_value shift_assign(ck_call *call, int64_t factor) {
  ck_cell *cell = ck_std_operand(call, 0);
  ck_ev_store(call->ev, cell, shifted(call, factor));
  return ck_ev_ref(cell);
}

ck_value ck_std_iterator_plus_assign(ck_call *call) { return shift_assign(call, 1); }
ck_value ck_std_iterator_minus_assign(ck_call *call) { return shift_assign(call, -1); }

ck_value ck_std_reverse_base(ck_call *call) {
  const ck_list *reverse = ck_std_list_of(ck_std_self(call), "std::reverse_iterator");
  return reverse != NULL ? ck_ev_load(call->ev, reverse->at[0])
                         : ck_std_because(call, ck_std_self(call), "an iterator that is not known");
}

ck_value ck_std_make_reverse(ck_call *call) {
  ck_value base = ck_std_arg(call, 0);
  if (base.kind == CK_V_UNKNOWN) return base;
  return ck_ev_list(call->ev, "std::reverse_iterator", &base, 1);
}

/* --- rows: inserters ------------------------------------------------------------------------------------------ */
static ck_value inserter(ck_call *call, const char *cls) {
  ck_value parts[2] = {ck_ev_pointer(CK_PTR_RAW, call->args[0]), CK_VOID};
  if (call->nargs > 1) {
    ck_value at = ck_std_arg(call, 1);
    if (at.kind == CK_V_PTR) parts[1] = CK_INT(at.index);
  }
  return ck_ev_list(call->ev, cls, parts, call->nargs > 1 ? 2 : 1);
}

ck_value ck_std_back_inserter(ck_call *call) { return inserter(call, "std::back_insert_iterator"); }
ck_value ck_std_front_inserter(ck_call *call) { return inserter(call, "std::front_insert_iterator"); }
ck_value ck_std_inserter(ck_call *call) { return inserter(call, "std::insert_iterator"); }
ck_value ck_std_ostream_iterator(ck_call *call) { return ck_ev_list(call->ev, "std::ostream_iterator", NULL, 0); }

/* An iterator class converts from an iterator (const_iterator from iterator). */
ck_value ck_std_iterator_construct(ck_call *call) {
  return call->nargs == 1   ? ck_std_arg(call, 0)
         : call->nargs == 0 ? CK_VOID
                            : ck_std_refuse(call, "an iterator made of parts");
}

/* --- what the algorithms share ---------------------------------------------------------------------------------- */

bool ck_std_range_from(ck_call *call, size_t i, ck_std_range *out) {
  ck_cell *holder;
  size_t begin;
  if (!ck_std_as_iterator(ck_std_arg(call, i), &holder, &begin) || !ck_std_range_whole(call, holder, out)) return false;
  out->begin = begin;
  return out->begin <= out->end;
}

ck_value ck_std_unknown_range(ck_call *call) {
  return ck_std_refuse(call, "`%s` over a sequence that is not known", call->name);
}

static bool decided(ck_call *call, ck_value v, bool *known) {
  *known = v.kind != CK_V_UNKNOWN && v.kind != CK_V_VOID;
  return *known && ck_ev_decide_bool(call->ev, v, call->node != NULL ? call->node->loc : (ck_loc){0});
}

bool ck_std_test(ck_call *call, ck_value f, ck_cell *a, ck_cell *b, bool *known) {
  ck_cell *args[2] = {a, b};
  return decided(call, ck_std_invoke(call, f, args, b != NULL ? 2 : 1), known);
}

bool ck_std_alike(ck_call *call, size_t at, ck_cell *a, ck_cell *b, bool *known) {
  if (call->nargs > at) return ck_std_test(call, ck_std_arg(call, at), a, b, known);
  return decided(call, ck_std_relation(call, CK_IR_OP_EQ, ck_ev_load(call->ev, a), ck_ev_load(call->ev, b)), known);
}
