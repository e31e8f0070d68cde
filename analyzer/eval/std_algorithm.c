/* std_algorithm.c - <algorithm> and <numeric> over known sequences.
 *
 * Every algorithm runs as the standard describes it, calling the program's own functions where it is given some. A
 * sequence that is not known, or a test that cannot be decided, makes what it writes and returns unknown. */
#include "eval/std_int.h"

#include <stdlib.h>

static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

/* --- min, max ------------------------------------------------------------------------------------------------- */
/* The lesser (or greater) of two, as std::min and std::max choose: the first if neither is less. */
static ck_value better(ck_call *call, ck_cell *a, ck_cell *b, const ck_value *less, bool greatest, ck_cell **which) {
  ck_value x = ck_ev_load(call->ev, a), y = ck_ev_load(call->ev, b);
  bool symbolic =
      less == NULL && (x.kind == CK_V_SYM || y.kind == CK_V_SYM) && ck_std_is_number(x) && ck_std_is_number(y);
  if (symbolic) {
    ck_sym_type type =
        (x.kind == CK_V_SYM && x.sym->type == CK_SYM_FLOAT) || (y.kind == CK_V_SYM && y.sym->type == CK_SYM_FLOAT)
            ? CK_SYM_FLOAT
            : CK_SYM_INT;
    *which = ck_ev_cell(call->ev, ck_ev_sym_call(call->ev, type, greatest ? "max" : "min", x, y));
    return CK_VOID;
  }
  bool known;
  bool other = greatest ? ck_std_less(call, less, a, b, &known) : ck_std_less(call, less, b, a, &known);
  if (!known) return ck_std_because(call, x.kind == CK_V_UNKNOWN ? x : y, "a comparison that is not known");
  *which = other ? b : a;
  return CK_VOID;
}

static ck_value extreme(ck_call *call, bool greatest) {
  ck_value less, *has_less = NULL;
  ck_value first = ck_std_arg(call, 0);
  const ck_list *list = first.kind == CK_V_LIST && (ck_std_list_of(first, "init") != NULL ||
                                                    ck_std_list_of(first, "std::initializer_list") != NULL)
                            ? first.list
                            : NULL;
  size_t plain = list != NULL ? 1 : 2;
  if (call->nargs > plain) {
    less = ck_std_arg(call, plain);
    has_less = &less;
  }
  ck_cell *const *cells = list != NULL ? list->at : call->args;
  size_t n = list != NULL ? list->n : 2;
  if (n == 0) return ck_call_unknown(call, "`%s` of nothing", call->name);
  ck_cell *best = cells[0];
  for (size_t i = 1; i < n; i++) {
    ck_value failed = better(call, best, cells[i], has_less, greatest, &best);
    if (failed.kind == CK_V_UNKNOWN) return failed;
  }
  if (list == NULL && best == call->args[0]) return ck_ev_ref(best);
  if (list == NULL && best == call->args[1]) return ck_ev_ref(best);
  return ck_std_init(call, NULL, best);
}

ck_value ck_std_min(ck_call *call) { return extreme(call, false); }
ck_value ck_std_max(ck_call *call) { return extreme(call, true); }

ck_value ck_std_minmax(ck_call *call) {
  ck_value a = ck_std_unref(call, extreme(call, false)), b = ck_std_unref(call, extreme(call, true));
  return ck_std_pair(call, a, b);
}

ck_value ck_std_clamp(ck_call *call) {
  ck_cell *best = NULL;
  ck_value less = ck_std_arg(call, 3), *has_less = call->nargs > 3 ? &less : NULL;
  ck_value failed = better(call, call->args[0], call->args[1], has_less, true, &best);
  if (failed.kind == CK_V_UNKNOWN) return failed;
  failed = better(call, best, call->args[2], has_less, false, &best);
  return failed.kind == CK_V_UNKNOWN ? failed : ck_ev_load(call->ev, best);
}

/* min_element, max_element: the first of equals. */
static ck_value extreme_element(ck_call *call, bool greatest) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  ck_value less = ck_std_arg(call, 2), *has_less = call->nargs > 2 ? &less : NULL;
  size_t best = 0;
  for (size_t i = 1; i < ck_std_range_size(&r); i++) {
    bool known;
    ck_cell *a = ck_std_range_at(call, &r, best), *b = ck_std_range_at(call, &r, i);
    if (greatest ? ck_std_less(call, has_less, a, b, &known) : ck_std_less(call, has_less, b, a, &known)) best = i;
    if (!known) return ck_call_unknown(call, "a comparison that is not known");
  }
  return ck_std_range_iterator(call, &r, best);
}

ck_value ck_std_min_element(ck_call *call) { return extreme_element(call, false); }
ck_value ck_std_max_element(ck_call *call) { return extreme_element(call, true); }

/* --- looking -------------------------------------------------------------------------------------------------- */
/* find, find_if, find_if_not, count, count_if, any_of, all_of, none_of: told apart by the name. */
typedef struct {
  size_t first, hits;
} looked;

static bool look(ck_call *call, const ck_std_range *r, bool by_value, bool wanted, bool stop, looked *out) {
  ck_value f = ck_std_arg(call, 2);
  *out = (looked){ck_std_range_size(r), 0};
  for (size_t i = 0; i < ck_std_range_size(r); i++) {
    bool known;
    ck_cell *cell = ck_std_range_at(call, r, i);
    bool hit =
        by_value ? ck_std_alike(call, SIZE_MAX, cell, call->args[2], &known) : ck_std_test(call, f, cell, NULL, &known);
    if (!known) return false;
    if (hit != wanted) continue;
    if (out->hits++ == 0) out->first = i;
    if (stop) break;
  }
  return true;
}

static ck_value found(ck_call *call, bool by_value, bool wanted) {
  ck_std_range r;
  looked l;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  if (!look(call, &r, by_value, wanted, true, &l)) return ck_call_unknown(call, "a test that is not known");
  return ck_std_range_iterator(call, &r, l.first);
}

ck_value ck_std_find(ck_call *call) { return found(call, true, true); }
ck_value ck_std_find_if(ck_call *call) { return found(call, false, true); }
ck_value ck_std_find_if_not(ck_call *call) { return found(call, false, false); }

static ck_value counted(ck_call *call, bool by_value) {
  ck_std_range r;
  looked l;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  if (!look(call, &r, by_value, true, false, &l)) return ck_call_unknown(call, "a test that is not known");
  return CK_INT((int64_t)l.hits);
}

ck_value ck_std_count(ck_call *call) { return counted(call, true); }
ck_value ck_std_count_if(ck_call *call) { return counted(call, false); }

static ck_value quantified(ck_call *call, bool wanted, bool if_hit) {
  ck_std_range r;
  looked l;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  if (!look(call, &r, false, wanted, true, &l)) return ck_call_unknown(call, "a test that is not known");
  return CK_BOOL(l.hits > 0 ? if_hit : !if_hit);
}

ck_value ck_std_any_of(ck_call *call) { return quantified(call, true, true); }
ck_value ck_std_all_of(ck_call *call) { return quantified(call, false, false); }
ck_value ck_std_none_of(ck_call *call) { return quantified(call, true, false); }

/* equal(first, last, first2[, last2][, f]) */
ck_value ck_std_equal(ck_call *call) {
  ck_std_range r, s;
  ck_cell *holder;
  size_t at;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  bool two = call->nargs >= 4 && ck_std_range_of(call, call->args[2], call->args[3], &s);
  if (!two) {
    if (!ck_std_as_iterator(ck_std_arg(call, 2), &holder, &at) || !ck_std_range_whole(call, holder, &s))
      return ck_std_unknown_range(call);
    s.begin = at;
    if (ck_std_range_size(&s) < ck_std_range_size(&r)) return ck_std_unknown_range(call);
  } else if (ck_std_range_size(&s) != ck_std_range_size(&r)) {
    return CK_BOOL(0);
  }
  size_t f_at = two ? 4 : 3;
  for (size_t i = 0; i < ck_std_range_size(&r); i++) {
    bool known;
    ck_cell *a = ck_std_range_at(call, &r, i), *b = ck_std_range_at(call, &s, i);
    bool same = call->nargs > f_at ? ck_std_test(call, ck_std_arg(call, f_at), a, b, &known)
                                   : ck_std_alike(call, SIZE_MAX, a, b, &known);
    if (!known) return ck_call_unknown(call, "a test that is not known");
    if (!same) return CK_BOOL(0);
  }
  return CK_BOOL(1);
}

/* lower_bound, upper_bound, binary_search over what is sorted. */
static bool bound(ck_call *call, ck_std_range *r, bool upper, size_t *at) {
  ck_value less = ck_std_arg(call, 3), *has_less = call->nargs > 3 ? &less : NULL;
  for (*at = 0; *at < ck_std_range_size(r); ++*at) {
    bool known;
    ck_cell *here = ck_std_range_at(call, r, *at);
    bool stop = upper ? ck_std_less(call, has_less, call->args[2], here, &known)
                      : !ck_std_less(call, has_less, here, call->args[2], &known);
    if (!known) return false;
    if (stop) break;
  }
  return true;
}

static ck_value bound_iterator(ck_call *call, bool upper) {
  ck_std_range r;
  size_t at;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r) || !bound(call, &r, upper, &at))
    return ck_std_unknown_range(call);
  return ck_std_range_iterator(call, &r, at);
}

ck_value ck_std_lower_bound(ck_call *call) { return bound_iterator(call, false); }
ck_value ck_std_upper_bound(ck_call *call) { return bound_iterator(call, true); }

ck_value ck_std_binary_search(ck_call *call) {
  ck_std_range r;
  size_t at, end;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r) || !bound(call, &r, false, &at) ||
      !bound(call, &r, true, &end))
    return ck_std_unknown_range(call);
  return CK_BOOL(end > at);
}

/* --- folding -------------------------------------------------------------------------------------------------- */
static ck_value combine(ck_call *call, const ck_value *f, ck_ir_op op, const ck_ir_type *type, ck_cell *a, ck_cell *b) {
  ck_value v;
  if (f != NULL) {
    ck_cell *args[2] = {a, b};
    v = ck_std_invoke(call, *f, args, 2);
  } else {
    ck_value x = ck_ev_load(call->ev, a), y = ck_ev_load(call->ev, b);
    bool text = ck_std_is_string(x) || ck_std_is_string(y);
    bool floats = x.kind == CK_V_FLOAT || y.kind == CK_V_FLOAT; /* computed wide, narrowed by the conversion below */
    const ck_ir_type *wide = floats && (type == NULL || type->kind != CK_IR_T_FLOAT) ? NULL : type;
    v = text && op == CK_IR_OP_ADD ? ck_std_concat(call, x, y) : ck_ev_binary(call->ev, op, x, y, wide, place(call));
  }
  return ck_std_init_value(call, type, v);
}

static const ck_ir_type *init_type(ck_call *call, size_t i) {
  const ck_ir_type *type = call->type != NULL ? ck_ir_strip_ref(call->type) : NULL;
  if (type != NULL && type->kind != CK_IR_T_UNKNOWN) return type;
  return ck_std_arg_type(call, i);
}

/* accumulate(first, last, init[, f]), reduce(first, last[, init[, f]]) */
ck_value ck_std_accumulate(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  const ck_ir_type *type = init_type(call, 2);
  ck_value f = ck_std_arg(call, 3), *has_f = call->nargs > 3 ? &f : NULL;
  ck_value v = call->nargs > 2 ? ck_std_init(call, type, call->args[2]) : ck_ev_default(call->ev, type, call->node);
  for (size_t i = 0; i < ck_std_range_size(&r); i++) {
    ck_cell *sum = ck_ev_cell(call->ev, v);
    sum->type = type;
    v = combine(call, has_f, CK_IR_OP_ADD, type, sum, ck_std_range_at(call, &r, i));
  }
  return v;
}

static bool second_range(ck_call *call, size_t i, size_t n, ck_std_range *out) {
  return ck_std_range_from(call, i, out) && ck_std_range_size(out) >= n;
}

ck_value ck_std_inner_product(ck_call *call) {
  ck_std_range r, s;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r) || !second_range(call, 2, ck_std_range_size(&r), &s))
    return ck_std_unknown_range(call);
  const ck_ir_type *type = init_type(call, 3);
  ck_value f = ck_std_arg(call, 4), g = ck_std_arg(call, 5), v = ck_std_init(call, type, call->args[3]);
  bool own = call->nargs > 5;
  for (size_t i = 0; i < ck_std_range_size(&r); i++) {
    ck_cell *sum = ck_ev_cell(call->ev, v), *a = ck_std_range_at(call, &r, i), *b = ck_std_range_at(call, &s, i);
    sum->type = type;
    const ck_ir_type *product_type = a->type != NULL ? ck_ir_strip_ref(a->type) : NULL;
    ck_cell *product =
        ck_ev_cell(call->ev, combine(call, own ? &g : NULL, CK_IR_OP_MUL, own ? NULL : product_type, a, b));
    v = combine(call, own ? &f : NULL, CK_IR_OP_ADD, type, sum, product);
  }
  return v;
}

/* partial_sum, adjacent_difference (first, last, out[, f]) */
static ck_value running(ck_call *call, bool difference) {
  ck_std_range r;
  ck_std_out out;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r) || !ck_std_out_of(call, call->args[2], &out))
    return ck_std_unknown_range(call);
  ck_value f = ck_std_arg(call, 3), *has_f = call->nargs > 3 ? &f : NULL;
  size_t n = ck_std_range_size(&r);
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) values[i] = ck_ev_load(call->ev, ck_std_range_at(call, &r, i));
  ck_value last = CK_VOID;
  for (size_t i = 0; i < n; i++) {
    ck_cell *a = ck_ev_cell(call->ev, difference ? values[i] : last),
            *b = ck_ev_cell(call->ev, difference ? last : values[i]);
    ck_value v = i == 0 ? values[0] : combine(call, has_f, difference ? CK_IR_OP_SUB : CK_IR_OP_ADD, NULL, a, b);
    if (!ck_std_out_put(call, &out, v)) return ck_std_unknown_range(call);
    last = difference ? values[i] : v;
  }
  return ck_std_out_end(call, &out);
}

ck_value ck_std_partial_sum(ck_call *call) { return running(call, false); }
ck_value ck_std_adjacent_difference(ck_call *call) { return running(call, true); }

/* --- writing -------------------------------------------------------------------------------------------------- */
/* copy, move (first, last, out), copy_if, remove_copy_if (…, f), copy_n(first, n, out), transform. */
ck_value ck_std_copy(ck_call *call) {
  ck_std_range r;
  ck_std_out out;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r) || !ck_std_out_of(call, call->args[2], &out))
    return ck_std_unknown_range(call);
  bool filtered = call->nargs > 3;
  ck_value f = ck_std_arg(call, 3);
  bool wanted = strstr(call->name, "remove") == NULL;
  for (size_t i = 0; i < ck_std_range_size(&r); i++) {
    ck_cell *cell = ck_std_range_at(call, &r, i);
    bool known = true;
    if (filtered && (ck_std_test(call, f, cell, NULL, &known) != wanted || !known)) {
      if (!known) return ck_std_unknown_range(call);
      continue;
    }
    if (!ck_std_out_put(call, &out, ck_ev_copy(call->ev, ck_ev_load(call->ev, cell))))
      return ck_std_unknown_range(call);
  }
  return ck_std_out_end(call, &out);
}

ck_value ck_std_copy_n(ck_call *call) {
  ck_std_range r;
  ck_std_out out;
  int64_t n;
  if (!ck_std_int_arg(call, 1, &n) || n < 0 || !second_range(call, 0, (size_t)n, &r) ||
      !ck_std_out_of(call, call->args[2], &out))
    return ck_std_unknown_range(call);
  for (size_t i = 0; i < (size_t)n; i++)
    if (!ck_std_out_put(call, &out, ck_ev_copy(call->ev, ck_ev_load(call->ev, ck_std_range_at(call, &r, i)))))
      return ck_std_unknown_range(call);
  return ck_std_out_end(call, &out);
}

/* transform(first, last, out, f), (first, last, first2, out, f) */
ck_value ck_std_transform(ck_call *call) {
  ck_std_range r, s = {0};
  ck_std_out out;
  bool two = call->nargs == 5;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r) || !ck_std_out_of(call, call->args[two ? 3 : 2], &out) ||
      (two && !second_range(call, 2, ck_std_range_size(&r), &s)))
    return ck_std_unknown_range(call);
  ck_value f = ck_std_arg(call, two ? 4 : 3);
  for (size_t i = 0; i < ck_std_range_size(&r); i++) {
    ck_cell *args[2] = {ck_std_range_at(call, &r, i), two ? ck_std_range_at(call, &s, i) : NULL};
    ck_value v = ck_std_invoke(call, f, args, two ? 2 : 1);
    if (!ck_std_out_put(call, &out, v)) return ck_std_unknown_range(call);
  }
  return ck_std_out_end(call, &out);
}

ck_value ck_std_for_each(ck_call *call) {
  ck_std_range r;
  ck_value f = ck_std_arg(call, 2);
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  for (size_t i = 0; i < ck_std_range_size(&r); i++) {
    ck_cell *cell = ck_std_range_at(call, &r, i);
    ck_std_invoke(call, f, &cell, 1);
    if (r.v.kind == CK_V_STRING) ck_std_range_write(call, &r, i, ck_ev_load(call->ev, cell));
  }
  return f;
}

/* fill, generate, iota: value i from a source. */
ck_value ck_std_fill(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  for (size_t i = 0; i < ck_std_range_size(&r); i++)
    if (!ck_std_range_write(call, &r, i, ck_std_init(call, NULL, call->args[2]))) return ck_std_unknown_range(call);
  return CK_VOID;
}

ck_value ck_std_fill_n(ck_call *call) {
  ck_std_out out;
  int64_t n;
  if (!ck_std_out_of(call, call->args[0], &out) || !ck_std_int_arg(call, 1, &n)) return ck_std_unknown_range(call);
  bool generated = strstr(call->name, "generate") != NULL;
  for (int64_t i = 0; i < n; i++) {
    ck_value v = generated ? ck_std_invoke(call, ck_std_arg(call, 2), NULL, 0) : ck_std_init(call, NULL, call->args[2]);
    if (!ck_std_out_put(call, &out, v)) return ck_std_unknown_range(call);
  }
  return ck_std_out_end(call, &out);
}

ck_value ck_std_generate(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  for (size_t i = 0; i < ck_std_range_size(&r); i++)
    if (!ck_std_range_write(call, &r, i, ck_std_invoke(call, ck_std_arg(call, 2), NULL, 0)))
      return ck_std_unknown_range(call);
  return CK_VOID;
}

ck_value ck_std_iota(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  const ck_ir_type *type = ck_std_arg_type(call, 2);
  ck_value v = ck_std_arg(call, 2), one = v.kind == CK_V_FLOAT ? CK_FLOAT(1) : CK_INT(1);
  for (size_t i = 0; i < ck_std_range_size(&r); i++) {
    if (!ck_std_range_write(call, &r, i, v)) return ck_std_unknown_range(call);
    v = ck_ev_binary(call->ev, CK_IR_OP_ADD, v, one, type, place(call));
  }
  return CK_VOID;
}

/* --- rearranging: values of the range are taken out, ordered, and written back -------------------------------- */
static ck_value *taken(ck_call *call, const ck_std_range *r) {
  size_t n = ck_std_range_size(r);
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) values[i] = ck_ev_load(call->ev, ck_std_range_at(call, r, i));
  return values;
}

static bool written(ck_call *call, ck_std_range *r, const ck_value *values, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!ck_std_range_write(call, r, i, values[i])) return false;
  return true;
}

ck_value ck_std_reverse(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  ck_std_range back = r;
  back.reversed = !r.reversed;
  return written(call, &r, taken(call, &back), ck_std_range_size(&r)) ? CK_VOID : ck_std_unknown_range(call);
}

/* sort, stable_sort, partial_sort, nth_element: a stable merge sort meets the contract of each. */
static bool merge_sort(ck_call *call, ck_value *v, ck_value *t, size_t n, const ck_value *less) {
  if (n < 2) return true;
  size_t half = n / 2;
  if (!merge_sort(call, v, t, half, less) || !merge_sort(call, v + half, t, n - half, less)) return false;
  memcpy(t, v, n * sizeof *t);
  for (size_t i = 0, j = half, k = 0; k < n; k++) {
    bool known = true, right = i == half;
    if (i < half && j < n)
      right = ck_std_less(call, less, ck_ev_cell(call->ev, t[j]), ck_ev_cell(call->ev, t[i]), &known);
    if (!known) return false;
    v[k] = right ? t[j++] : t[i++];
  }
  return true;
}

ck_value ck_std_sort(ck_call *call) {
  ck_std_range r;
  bool middle = strstr(call->name, "nth") != NULL || strstr(call->name, "partial") != NULL;
  size_t last = middle ? 2 : 1;
  if (!ck_std_range_of(call, call->args[0], call->args[last], &r)) return ck_std_unknown_range(call);
  ck_value less = ck_std_arg(call, last + 1), *has_less = call->nargs > last + 1 ? &less : NULL;
  size_t n = ck_std_range_size(&r);
  ck_value *values = taken(call, &r), *spare = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  if (!merge_sort(call, values, spare, n, has_less) || !written(call, &r, values, n)) return ck_std_unknown_range(call);
  return CK_VOID;
}

/* unique, remove, remove_if: what stays moves to the front, the new end is returned. */
static ck_value compacted(ck_call *call, bool unique, bool by_value) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  size_t n = ck_std_range_size(&r), kept = 0;
  ck_value *values = taken(call, &r), *rest = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) {
    bool known = true, drop;
    ck_cell *cell = ck_ev_cell(call->ev, values[i]);
    if (unique)
      drop = i > 0 && (call->nargs > 2
                           ? ck_std_test(call, ck_std_arg(call, 2), ck_ev_cell(call->ev, rest[kept - 1]), cell, &known)
                           : ck_std_alike(call, SIZE_MAX, ck_ev_cell(call->ev, rest[kept - 1]), cell, &known));
    else
      drop = by_value ? ck_std_alike(call, SIZE_MAX, cell, call->args[2], &known)
                      : ck_std_test(call, ck_std_arg(call, 2), cell, NULL, &known);
    if (!known) return ck_std_unknown_range(call);
    if (!drop) rest[kept++] = values[i];
  }
  return written(call, &r, rest, kept) ? ck_std_range_iterator(call, &r, kept) : ck_std_unknown_range(call);
}

/* A member function of list as the algorithm over all of it. */
static ck_call over_all(ck_call *call, const char *name) {
  const ck_list *list = ck_std_list(call, call->self);
  ck_cell **args = CK_NEW_N(ck_ev_arena(call->ev), ck_cell *, call->nargs + 2);
  args[0] = ck_ev_cell(call->ev, ck_std_iterator(call->self, 0));
  args[1] = ck_ev_cell(call->ev, ck_std_iterator(call->self, list != NULL ? list->n : 0));
  for (size_t i = 0; i < call->nargs; i++) args[i + 2] = call->args[i];
  ck_call all = *call;
  all.name = name;
  all.args = args;
  all.nargs = call->nargs + 2;
  return all;
}

ck_value ck_std_list_sort(ck_call *call) {
  if (ck_std_list(call, call->self) == NULL) return ck_std_unknown_range(call);
  ck_call all = over_all(call, "std::sort");
  return ck_std_sort(&all);
}

/* The algorithm moves what is left to the front; a list drops the rest. */
static ck_value list_compacted(ck_call *call, ck_call *all, ck_builtin_fn *algorithm) {
  size_t end;
  ck_cell *holder;
  ck_value left = algorithm(all);
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL || !ck_std_as_iterator(left, &holder, &end)) return ck_std_unknown_range(call);
  ck_std_set_cells(call, call->self, list->cls, list->at, end);
  return CK_VOID;
}

ck_value ck_std_list_unique(ck_call *call) {
  ck_call all = over_all(call, "std::unique");
  return list_compacted(call, &all, ck_std_unique);
}

ck_value ck_std_list_remove(ck_call *call) {
  bool by_test = strstr(call->name, "remove_if") != NULL;
  ck_call all = over_all(call, by_test ? "std::remove_if" : "std::remove");
  return list_compacted(call, &all, by_test ? ck_std_remove_if : ck_std_remove);
}

ck_value ck_std_unique(ck_call *call) { return compacted(call, true, false); }
ck_value ck_std_remove(ck_call *call) { return compacted(call, false, true); }
ck_value ck_std_remove_if(ck_call *call) { return compacted(call, false, false); }

static ck_value replaced(ck_call *call, bool by_value) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  for (size_t i = 0; i < ck_std_range_size(&r); i++) {
    bool known;
    ck_cell *cell = ck_std_range_at(call, &r, i);
    bool hit = by_value ? ck_std_alike(call, SIZE_MAX, cell, call->args[2], &known)
                        : ck_std_test(call, ck_std_arg(call, 2), cell, NULL, &known);
    if (!known) return ck_std_unknown_range(call);
    if (hit && !ck_std_range_write(call, &r, i, ck_std_init(call, NULL, call->args[3])))
      return ck_std_unknown_range(call);
  }
  return CK_VOID;
}

ck_value ck_std_replace(ck_call *call) { return replaced(call, true); }
ck_value ck_std_replace_if(ck_call *call) { return replaced(call, false); }

/* rotate(first, middle, last) */
ck_value ck_std_rotate(ck_call *call) {
  ck_std_range r, head;
  if (!ck_std_range_of(call, call->args[0], call->args[2], &r) ||
      !ck_std_range_of(call, call->args[0], call->args[1], &head))
    return ck_std_unknown_range(call);
  size_t n = ck_std_range_size(&r), by = ck_std_range_size(&head);
  ck_value *values = taken(call, &r), *turned = CK_NEW_N(ck_ev_arena(call->ev), ck_value, n + 1);
  for (size_t i = 0; i < n; i++) turned[i] = values[(i + by) % n];
  return written(call, &r, turned, n) ? ck_std_range_iterator(call, &r, n - by) : ck_std_unknown_range(call);
}

ck_value ck_std_iter_swap(ck_call *call) {
  ck_cell *a = ck_ev_target(call->ev, call->args[0]), *b = ck_ev_target(call->ev, call->args[1]);
  if (a == NULL || b == NULL) return ck_std_refuse(call, "std::iter_swap of elements that are not known");
  ck_value x = ck_ev_load(call->ev, a), y = ck_ev_load(call->ev, b);
  ck_ev_store(call->ev, a, y);
  ck_ev_store(call->ev, b, x);
  return CK_VOID;
}

/* shuffle(first, last, generator): some order of the same values. */
ck_value ck_std_shuffle(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  for (size_t i = 0; i < ck_std_range_size(&r); i++) {
    ck_cell *cell = ck_std_range_at(call, &r, i);
    ck_ev_open(call->ev, ck_ev_load(call->ev, cell), place(call), "put in random order");
    ck_std_range_write(call, &r, i, ck_call_unknown(call, "an element put in random order"));
  }
  return CK_VOID;
}
