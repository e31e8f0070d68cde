/* std_order.c - the rarer algorithms: partitions, permutations, comparisons of two sequences, copies in another order.
 */
#include "eval/std_int.h"

static const char untested[] = "a test that is not known";

/* Has the name this part? One function answers for several of a family. */
static bool is(const ck_call *call, const char *part) { return strstr(call->name, part) != NULL; }

static ck_value at(ck_call *call, const ck_std_range *r, size_t i) {
  return ck_ev_load(call->ev, ck_std_range_at(call, r, i));
}

static ck_value copied(ck_call *call, ck_value v) { return ck_ev_copy(call->ev, v); }

/* --- partitions ----------------------------------------------------------------------------------------------- */

/* partition, stable_partition (first, last, f). The order that partition leaves is that of bidirectional iterators in
 * libstdc++ and libc++: the first that does not belong in front changes places with the last that does. */
ck_value ck_std_partition(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  size_t n = ck_std_range_size(&r), front = 0, kept = 0;
  ck_arena *arena = ck_ev_arena(call->ev);
  ck_value *values = CK_NEW_N(arena, ck_value, n + 1), *sorted = CK_NEW_N(arena, ck_value, n + 1);
  bool *holds = CK_NEW_N(arena, bool, n + 1), known;
  for (size_t i = 0; i < n; i++) {
    values[i] = at(call, &r, i);
    holds[i] = ck_std_test(call, ck_std_arg(call, 2), ck_std_range_at(call, &r, i), NULL, &known);
    if (!known) return ck_std_unknown_range(call);
    front += holds[i];
  }
  if (is(call, "stable")) {
    for (int side = 1; side >= 0; side--)
      for (size_t i = 0; i < n; i++)
        if (holds[i] == (side == 1)) sorted[kept++] = values[i];
  } else {
    memcpy(sorted, values, n * sizeof *sorted);
    for (size_t i = 0, k = n; i < front; i++) {
      if (holds[i]) continue;
      do k--;
      while (!holds[k]);
      sorted[i] = values[k];
      sorted[k] = values[i];
    }
  }
  for (size_t i = 0; i < n; i++)
    if (!ck_std_range_write(call, &r, i, sorted[i])) return ck_std_unknown_range(call);
  return ck_std_range_iterator(call, &r, front);
}

/* is_partitioned, partition_point (first, last, f) */
ck_value ck_std_partition_point(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  size_t n = ck_std_range_size(&r), end = n;
  for (size_t i = 0; i < n; i++) {
    bool known, in_front = ck_std_test(call, ck_std_arg(call, 2), ck_std_range_at(call, &r, i), NULL, &known);
    if (!known) return ck_call_unknown(call, untested);
    if (in_front && end < n) return is(call, "point") ? ck_std_unknown_range(call) : CK_BOOL(false);
    if (!in_front && end == n) end = i;
  }
  return is(call, "point") ? ck_std_range_iterator(call, &r, end) : CK_BOOL(true);
}

/* --- permutations --------------------------------------------------------------------------------------------- */

/* next_permutation, prev_permutation (first, last[, less]) */
ck_value ck_std_permutation(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  ck_value less_value = ck_std_arg(call, 2), *less = call->nargs > 2 ? &less_value : NULL;
  size_t n = ck_std_range_size(&r), pivot = n, other = 0;
  bool known = true, backwards = is(call, "prev");
  ck_cell **cells = CK_NEW_N(ck_ev_arena(call->ev), ck_cell *, n + 1);
  for (size_t i = 0; i < n; i++) cells[i] = ck_ev_cell(call->ev, at(call, &r, i));
#define BEFORE(a, b) ck_std_less(call, less, backwards ? (b) : (a), backwards ? (a) : (b), &known)
  for (size_t i = n; i-- > 1 && pivot == n && known;)
    if (BEFORE(cells[i - 1], cells[i])) pivot = i - 1;
  for (size_t i = n; pivot < n && known && other == 0 && i-- > pivot + 1;)
    if (BEFORE(cells[pivot], cells[i])) other = i;
#undef BEFORE
  if (!known) return ck_std_unknown_range(call);
  size_t from = pivot < n ? pivot + 1 : 0; /* what follows the pivot is turned round; all, if this was the last one */
  if (pivot < n) {
    ck_cell *swapped = cells[pivot];
    cells[pivot] = cells[other];
    cells[other] = swapped;
  }
  for (size_t i = 0; i < n; i++) {
    ck_cell *cell = i < from ? cells[i] : cells[n - 1 - (i - from)];
    if (!ck_std_range_write(call, &r, i, ck_ev_load(call->ev, cell))) return ck_std_unknown_range(call);
  }
  return CK_BOOL(pivot < n);
}

/* --- two sequences -------------------------------------------------------------------------------------------- */

/* lexicographical_compare(first, last, first2, last2[, less]) */
ck_value ck_std_lexicographical(ck_call *call) {
  ck_std_range a, b;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &a) ||
      !ck_std_range_of(call, call->args[2], call->args[3], &b))
    return ck_std_unknown_range(call);
  ck_value less_value = ck_std_arg(call, 4), *less = call->nargs > 4 ? &less_value : NULL;
  size_t n = ck_std_range_size(&a), m = ck_std_range_size(&b);
  for (size_t i = 0; i < n && i < m; i++) {
    ck_cell *x = ck_std_range_at(call, &a, i), *y = ck_std_range_at(call, &b, i);
    bool known, first = ck_std_less(call, less, x, y, &known), second = false;
    if (known && !first) second = ck_std_less(call, less, y, x, &known);
    if (!known) return ck_call_unknown(call, "a comparison that is not known");
    if (first || second) return CK_BOOL(first);
  }
  return CK_BOOL(n < m);
}

/* mismatch(first, last, first2[, last2][, f]): where the two begin to differ. */
ck_value ck_std_mismatch(ck_call *call) {
  ck_std_range a, b;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &a)) return ck_std_unknown_range(call);
  bool two = call->nargs >= 4 && ck_std_range_of(call, call->args[2], call->args[3], &b);
  if (!two && !ck_std_range_from(call, 2, &b)) return ck_std_unknown_range(call);
  size_t n = ck_std_range_size(&a), m = ck_std_range_size(&b), i = 0;
  for (; i < n && i < m; i++) {
    bool known,
        same = ck_std_alike(call, two ? 4 : 3, ck_std_range_at(call, &a, i), ck_std_range_at(call, &b, i), &known);
    if (!known) return ck_call_unknown(call, untested);
    if (!same) break;
  }
  if (!two && i == m && i < n) return ck_std_unknown_range(call); /* beyond the second one's end */
  return ck_std_pair(call, ck_std_range_iterator(call, &a, i), ck_std_range_iterator(call, &b, i));
}

/* search, find_end, find_first_of (first, last, first2, last2[, f]) */
ck_value ck_std_search(ck_call *call) {
  ck_std_range a, b;
  if (call->nargs < 4 || !ck_std_range_of(call, call->args[0], call->args[1], &a) ||
      !ck_std_range_of(call, call->args[2], call->args[3], &b))
    return ck_std_unknown_range(call);
  size_t n = ck_std_range_size(&a), m = ck_std_range_size(&b), found = n;
  bool any = is(call, "first_of"), last = is(call, "find_end");
  if (!any && m == 0) return ck_std_range_iterator(call, &a, last ? n : 0);
  for (size_t i = 0; i < n && (last || found == n); i++) {
    size_t k = 0;
    for (bool known; k < m && (any || i + k < n); k++) {
      bool same =
          ck_std_alike(call, 4, ck_std_range_at(call, &a, any ? i : i + k), ck_std_range_at(call, &b, k), &known);
      if (!known) return ck_call_unknown(call, untested);
      if (same == any) break;
    }
    if (any ? k < m : k == m) found = i;
  }
  return ck_std_range_iterator(call, &a, found);
}

/* swap_ranges(first, last, first2) */
ck_value ck_std_swap_ranges(ck_call *call) {
  ck_std_range a, b;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &a) || !ck_std_range_from(call, 2, &b) ||
      ck_std_range_size(&b) < ck_std_range_size(&a))
    return ck_std_unknown_range(call);
  size_t n = ck_std_range_size(&a);
  for (size_t i = 0; i < n; i++) {
    ck_value x = at(call, &a, i), y = at(call, &b, i);
    if (!ck_std_range_write(call, &a, i, y) || !ck_std_range_write(call, &b, i, x)) return ck_std_unknown_range(call);
  }
  return ck_std_range_iterator(call, &b, n);
}

/* --- copies --------------------------------------------------------------------------------------------------- */

/* reverse_copy, unique_copy, remove_copy(…, value), replace_copy(…, old, new), replace_copy_if(…, f, new): (first,
 * last, out, …) */
ck_value ck_std_copied(ck_call *call) {
  ck_std_range r;
  ck_std_out out;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r) || !ck_std_out_of(call, call->args[2], &out))
    return ck_std_unknown_range(call);
  bool reverse = is(call, "reverse"), replace = is(call, "replace"), unique = is(call, "unique");
  size_t n = ck_std_range_size(&r);
  ck_cell *last = NULL; /* that was put */
  for (size_t i = 0; i < n; i++) {
    ck_cell *cell = ck_std_range_at(call, &r, reverse ? n - 1 - i : i);
    bool known = true, hit = false;
    if (unique) hit = last != NULL && ck_std_alike(call, 3, last, cell, &known);
    else if (is(call, "copy_if")) hit = ck_std_test(call, ck_std_arg(call, 3), cell, NULL, &known);
    else if (!reverse) hit = ck_std_alike(call, SIZE_MAX, cell, call->args[3], &known);
    if (!known) return ck_std_unknown_range(call);
    if (hit && !replace) continue;
    last = cell;
    if (!ck_std_out_put(call, &out, copied(call, hit ? ck_std_arg(call, 4) : ck_ev_load(call->ev, cell))))
      return ck_std_unknown_range(call);
  }
  return ck_std_out_end(call, &out);
}

/* rotate_copy(first, middle, last, out) */
ck_value ck_std_rotate_copy(ck_call *call) {
  ck_std_range r, head;
  ck_std_out out;
  if (!ck_std_range_of(call, call->args[0], call->args[2], &r) ||
      !ck_std_range_of(call, call->args[0], call->args[1], &head) || !ck_std_out_of(call, call->args[3], &out))
    return ck_std_unknown_range(call);
  size_t n = ck_std_range_size(&r), by = ck_std_range_size(&head);
  for (size_t i = 0; i < n; i++)
    if (!ck_std_out_put(call, &out, copied(call, at(call, &r, (i + by) % n)))) return ck_std_unknown_range(call);
  return ck_std_out_end(call, &out);
}

/* copy_backward, move_backward (first, last, end of the destination) */
ck_value ck_std_copy_backward(ck_call *call) {
  ck_std_range r, to;
  ck_cell *holder;
  size_t end;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r) || r.reversed ||
      !ck_std_as_iterator(ck_std_arg(call, 2), &holder, &end) || !ck_std_range_whole(call, holder, &to) ||
      end > to.end || end < ck_std_range_size(&r))
    return ck_std_unknown_range(call);
  size_t n = ck_std_range_size(&r);
  for (size_t i = 0; i < n; i++)
    if (!ck_std_range_write(call, &to, end - 1 - i, copied(call, at(call, &r, n - 1 - i))))
      return ck_std_unknown_range(call);
  return ck_std_range_iterator(call, &to, end - n);
}

/* minmax_element(first, last[, less]): the first of the least, the last of the greatest. */
ck_value ck_std_minmax_element(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  ck_value less_value = ck_std_arg(call, 2), *less = call->nargs > 2 ? &less_value : NULL;
  size_t least = 0, greatest = 0;
  for (size_t i = 1; i < ck_std_range_size(&r); i++) {
    bool known, known2 = true, lower;
    ck_cell *cell = ck_std_range_at(call, &r, i);
    lower = ck_std_less(call, less, cell, ck_std_range_at(call, &r, least), &known);
    bool below = known && ck_std_less(call, less, cell, ck_std_range_at(call, &r, greatest), &known2);
    if (!known || !known2) return ck_call_unknown(call, "a comparison that is not known");
    if (lower) least = i;
    if (!below) greatest = i;
  }
  return ck_std_pair(call, ck_std_range_iterator(call, &r, least), ck_std_range_iterator(call, &r, greatest));
}

/* equal_range(first, last, value[, less]) over what is sorted. */
ck_value ck_std_equal_range(ck_call *call) {
  ck_std_range r;
  if (!ck_std_range_of(call, call->args[0], call->args[1], &r)) return ck_std_unknown_range(call);
  ck_value less_value = ck_std_arg(call, 3), *less = call->nargs > 3 ? &less_value : NULL;
  size_t lower = 0, upper = 0, n = ck_std_range_size(&r);
  for (size_t i = 0; i < n; i++) {
    bool known, known2 = true, below, above;
    ck_cell *cell = ck_std_range_at(call, &r, i);
    below = ck_std_less(call, less, cell, call->args[2], &known);
    above = known && ck_std_less(call, less, call->args[2], cell, &known2);
    if (!known || !known2) return ck_call_unknown(call, "a comparison that is not known");
    lower += below, upper += !above;
  }
  return ck_std_pair(call, ck_std_range_iterator(call, &r, lower), ck_std_range_iterator(call, &r, upper));
}
