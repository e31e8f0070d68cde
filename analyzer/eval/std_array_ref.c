/* std_array_ref.c - c10::ArrayRef<T>, the view that libtorch takes sizes as (c10/util/ArrayRef.h): made of a braced
 * list, a vector, an array, one element, or a pointer and a length. The elements stay those of what it views. */
#include "eval/std_int.h"

static ck_value view(ck_call *call, ck_cell **cells, size_t n) {
  const ck_ir_type *type = ck_std_targ(call->type, 0);
  ck_cell **own = CK_NEW_N(ck_ev_arena(call->ev), ck_cell *, n + 1);
  for (size_t i = 0; i < n; i++) own[i] = ck_ev_cell(call->ev, ck_std_init(call, type, cells[i]));
  return ck_ev_list_of_cells(call->ev, "c10::ArrayRef", own, n);
}

ck_value ck_std_array_ref(ck_call *call) {
  if (call->nargs == 0) return view(call, NULL, 0);
  ck_value first = ck_std_arg(call, 0);
  if (call->nargs == 2) {
    ck_value second = ck_std_arg(call, 1);
    ck_value v = first.kind == CK_V_PTR && first.tag == CK_PTR_ITERATOR ? ck_ev_load(call->ev, first.cell) : CK_VOID;
    size_t n = 0;
    if (second.kind == CK_V_INT) n = (size_t)second.i;
    else if (second.kind == CK_V_PTR && second.cell == first.cell && second.index >= first.index)
      n = second.index - first.index;
    else v = CK_VOID;
    if (v.kind == CK_V_LIST && first.index <= v.list->n && n <= v.list->n - first.index)
      return view(call, v.list->at + first.index, n);
    return call->brace ? view(call, call->args, 2) : ck_call_unknown(call, "a view of elements that are not known");
  }
  if (call->nargs > 2) return call->brace ? view(call, call->args, call->nargs) : ck_call_unknown(call, "a view");
  if (first.kind == CK_V_UNKNOWN) return first;
  if (first.kind == CK_V_LIST) return view(call, first.list->at, first.list->n);
  return view(call, call->args, 1);
}
