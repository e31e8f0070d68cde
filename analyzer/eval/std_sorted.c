/* std_sorted.c - neighbours in order: adjacent_find, is_sorted, and the algorithms over two sorted ranges. */
#include "eval/std_int.h"

/* adjacent_find(first, last[, f]): the first of two neighbours that are alike. */
ck_value ck_std_adjacent_find(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  size_t n = ck_std_range_size(&r);
  for (size_t i = 0; i + 1 < n; i++) {
    bool known, hit = ck_std_alike(call, 2, ck_std_range_at(call, &r, i), ck_std_range_at(call, &r, i + 1), &known);
    if (!known) return ck_call_unknown(call, "a test that is not known");
    if (hit) return ck_std_range_iterator(call, &r, i);
  }
  return ck_std_range_iterator(call, &r, n);
}

/* is_sorted, is_sorted_until (first, last[, less]) */
ck_value ck_std_is_sorted(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  ck_value less = ck_std_arg(call, 2);
  size_t n = ck_std_range_size(&r), end = n;
  for (size_t i = 1; i < n && end == n; i++) {
    bool known, out_of_order = ck_std_less(call, call->nargs > 2 ? &less : NULL, ck_std_range_at(call, &r, i),
                                           ck_std_range_at(call, &r, i - 1), &known);
    if (!known) return ck_call_unknown(call, "a comparison that is not known");
    if (out_of_order) end = i;
  }
  return strstr(call->name, "until") != NULL ? ck_std_range_iterator(call, &r, end) : CK_BOOL(end == n);
}

/* What is kept of elements only in the first range, only in the second, and in both. */
typedef struct {
  const char *name;
  bool first, second, both, twice;
} merging;
static const merging mergings[] = {
    {"std::set_union", true, true, true, false},
    {"std::set_intersection", false, false, true, false},
    {"std::set_difference", true, false, false, false},
    {"std::set_symmetric_difference", true, true, false, false},
    {"std::merge", true, true, true, true},
};

/* (first, last, first2, last2, out[, less]) */
ck_value ck_std_merged(ck_call *call) {
  ck_std_range a, b;
  ck_std_out out;
  const merging *how = mergings;
  while (strcmp(how->name, call->name) != 0) how++;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &a) ||
      !ck_std_range_of(call, call->args[2], call->args[3], &b) || !ck_std_out_of(call, call->args[4], &out))
    return ck_std_unknown_range(call);
  ck_value less_value = ck_std_arg(call, 5), *less = call->nargs > 5 ? &less_value : NULL;
  size_t i = 0, j = 0, n = ck_std_range_size(&a), m = ck_std_range_size(&b);
  while (i < n || j < m) {
    ck_cell *x = i < n ? ck_std_range_at(call, &a, i) : NULL, *y = j < m ? ck_std_range_at(call, &b, j) : NULL;
    bool known = true, x_first = y == NULL, y_first = x == NULL;
    if (x != NULL && y != NULL) x_first = ck_std_less(call, less, x, y, &known);
    if (known && x != NULL && y != NULL && !x_first) y_first = ck_std_less(call, less, y, x, &known);
    if (!known) return ck_std_unknown_range(call);
    bool both = !x_first && !y_first, keep = x_first ? how->first : y_first ? how->second : how->both;
    i += !y_first, j += y_first || (both && !how->twice); /* merge takes the second of two alike in its own turn */
    if (keep && !ck_std_out_put(call, &out, ck_std_init(call, NULL, y_first ? y : x)))
      return ck_std_unknown_range(call);
  }
  return ck_std_out_end(call, &out);
}

/* includes(first, last, first2, last2[, less]): is each element of the second range in the first? */
ck_value ck_std_includes(ck_call *call) {
  ck_std_range a, b;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &a) ||
      !ck_std_range_of(call, call->args[2], call->args[3], &b))
    return ck_std_unknown_range(call);
  ck_value less_value = ck_std_arg(call, 4), *less = call->nargs > 4 ? &less_value : NULL;
  size_t i = 0, j = 0, n = ck_std_range_size(&a), m = ck_std_range_size(&b);
  while (j < m) {
    if (i == n) return CK_BOOL(false);
    ck_cell *x = ck_std_range_at(call, &a, i), *y = ck_std_range_at(call, &b, j);
    bool known, missing = ck_std_less(call, less, y, x, &known), later = false;
    if (known && !missing) later = ck_std_less(call, less, x, y, &known);
    if (!known) return ck_call_unknown(call, "a comparison that is not known");
    if (missing) return CK_BOOL(false);
    i++, j += !later;
  }
  return CK_BOOL(true);
}
