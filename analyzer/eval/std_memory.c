/* std_memory.c - smart pointers, and the utilities that pass values on: move, forward, ref, swap, exchange.
 *
 * A smart pointer is a PTR to the cell of what it owns; ownership itself is not modelled (nothing is destroyed in a way
 * that matters to a model), so use_count is unknown. */
#include "eval/std_int.h"

static ck_ptr_flavour flavour_of(const char *cls) {
  if (strstr(cls, "unique") != NULL) return CK_PTR_UNIQUE;
  return strstr(cls, "weak") != NULL ? CK_PTR_WEAK : CK_PTR_SHARED;
}

/* v as a smart pointer of this flavour; what is no pointer stays as it is. */
static ck_value owned(ck_call *call, ck_value v, ck_ptr_flavour flavour) {
  switch (v.kind) {
  case CK_V_PTR:
    if (v.tag != CK_PTR_ITERATOR) v.tag = (uint8_t)flavour; /* new T[n] keeps its place in the array */
    return v;
  case CK_V_NULL:
  case CK_V_UNKNOWN: return v;
  case CK_V_CHOICE:
    return ck_ev_choice(call->ev, v.choice->condition, owned(call, v.choice->a, flavour),
                        owned(call, v.choice->b, flavour));
  default: return ck_std_refuse(call, "a smart pointer made of a value that is not known");
  }
}

ck_value ck_std_pointer_construct(ck_call *call) {
  if (call->nargs == 0) return CK_NULL;
  ck_ptr_flavour flavour = flavour_of(call->type != NULL && call->type->name[0] ? call->type->name : call->name);
  /* shared_ptr<T>(other, pointer): the aliasing constructor, of an `other` that may be empty; (pointer, deleter) else
   */
  const ck_ir_type *first = ck_std_arg_type(call, 0);
  bool aliases = first != NULL ? first->kind == CK_IR_T_RECORD && strcmp(first->name, "std::shared_ptr") == 0
                               : ck_std_arg(call, 0).kind == CK_V_PTR && ck_std_arg(call, 0).tag == CK_PTR_SHARED;
  if (call->nargs == 2 && flavour == CK_PTR_SHARED && aliases)
    return owned(call, ck_ev_load(call->ev, call->args[1]), flavour);
  return owned(call, ck_ev_load(call->ev, call->args[0]), flavour);
}

static ck_value make_owned(ck_call *call, ck_ptr_flavour flavour, size_t first) {
  const ck_ir_type *type = call->targs != NULL && call->targs->nargs > 0 ? call->targs->args[0] : NULL;
  if (type == NULL && call->type != NULL) type = ck_std_targ(ck_ir_strip_ref(call->type), 0);
  if (type == NULL) return ck_std_refuse(call, "`%s` of a type that is not known", call->name);
  if (type->kind == CK_IR_T_ARRAY) return ck_std_refuse(call, "`%s` of an array", call->name);
  ck_cell *cell;
  if (type->kind == CK_IR_T_RECORD) {
    cell = ck_ev_construct_cell(call->ev, type, call->args + first, call->nargs - first, false, call->node);
  } else {
    cell = ck_ev_cell(call->ev, ck_std_make(call, type, call->args + first, call->nargs - first));
    cell->type = type;
  }
  return cell != NULL ? ck_ev_pointer(flavour, cell) : ck_call_unknown(call, "an object that cannot be made");
}

ck_value ck_std_make_shared(ck_call *call) { return make_owned(call, CK_PTR_SHARED, 0); }
ck_value ck_std_make_unique(ck_call *call) { return make_owned(call, CK_PTR_UNIQUE, 0); }
ck_value ck_std_allocate_shared(ck_call *call) { return make_owned(call, CK_PTR_SHARED, 1); }

/* get() of a smart pointer; lock() of a weak one, which is taken to be alive. */
ck_value ck_std_pointer_get(ck_call *call) { return owned(call, ck_ev_load(call->ev, call->self), CK_PTR_RAW); }
ck_value ck_std_pointer_lock(ck_call *call) { return owned(call, ck_ev_load(call->ev, call->self), CK_PTR_SHARED); }

ck_value ck_std_pointer_reset(ck_call *call) {
  const ck_ir_type *type = ck_std_self_type(call);
  ck_ptr_flavour flavour = flavour_of(type != NULL ? type->name : call->name);
  ck_ev_store(call->ev, call->self,
              call->nargs == 0 ? CK_NULL : owned(call, ck_ev_load(call->ev, call->args[0]), flavour));
  return CK_VOID;
}

ck_value ck_std_pointer_release(ck_call *call) {
  ck_value v = owned(call, ck_ev_load(call->ev, call->self), CK_PTR_RAW);
  ck_ev_store(call->ev, call->self, CK_NULL);
  return v;
}

ck_value ck_std_pointer_assign(ck_call *call) {
  const ck_ir_type *type = ck_std_self_type(call);
  ck_ev_store(call->ev, call->self,
              owned(call, ck_ev_load(call->ev, call->args[0]), flavour_of(type != NULL ? type->name : call->name)));
  return ck_std_ref_self(call);
}

static ck_value target_of(ck_call *call, bool arrow) {
  ck_value v = ck_std_value(call, ck_std_operand(call, 0));
  if (v.kind == CK_V_PTR && v.tag == CK_PTR_ITERATOR)
    return arrow ? ck_std_iterator_arrow(call) : ck_std_iterator_deref(call);
  if (v.kind != CK_V_PTR) return ck_std_because(call, v, "what a pointer that is null or not known points to");
  return arrow ? ck_ev_pointer(CK_PTR_RAW, v.cell) : ck_ev_ref(v.cell);
}

ck_value ck_std_pointer_deref(ck_call *call) { return target_of(call, false); }
ck_value ck_std_pointer_arrow(ck_call *call) { return target_of(call, true); }

ck_value ck_std_pointer_index(ck_call *call) {
  ck_value v = ck_std_self(call), index = ck_std_arg(call, 0);
  int64_t i;
  if (v.kind != CK_V_PTR || !ck_ev_as_int(call->ev, index, &i))
    return ck_std_because(call, v, "an element of an array that is not known");
  ck_value held = ck_std_value(call, v.cell);
  i += v.tag == CK_PTR_ITERATOR ? v.index : 0;
  if (held.kind != CK_V_LIST || i < 0 || (size_t)i >= held.list->n)
    return ck_std_because(call, held, "an element of an array that is not known");
  return ck_ev_ref(held.list->at[i]);
}

static ck_value is_set(ck_call *call, ck_value v) {
  if (v.kind == CK_V_NULL) return CK_BOOL(0);
  if (v.kind == CK_V_PTR || v.kind == CK_V_CLOSURE) return CK_BOOL(1);
  if (v.kind == CK_V_OBJECT || (v.kind == CK_V_LIST && ck_std_list_of(v, "std::optional") == NULL))
    return CK_BOOL(1); /* a function object */
  return ck_std_because(call, v, "a pointer that is not known");
}

ck_value ck_std_pointer_bool(ck_call *call) { return ck_std_lift(call, ck_ev_load(call->ev, call->self), is_set); }

/* static_pointer_cast and relatives: only dynamic_pointer_cast looks at the object. */
ck_value ck_std_pointer_cast(ck_call *call) {
  ck_value v = ck_std_arg(call, 0);
  bool dynamic = strstr(call->name, "dynamic") != NULL;
  const ck_ir_type *type = call->targs != NULL && call->targs->nargs > 0 ? call->targs->args[0] : NULL;
  if (v.kind == CK_V_NULL) return v;
  if (v.kind != CK_V_PTR) return ck_std_because(call, v, "a pointer that is not known");
  if (dynamic) {
    ck_value held = ck_std_value(call, v.cell);
    if (held.kind != CK_V_OBJECT || type == NULL || type->kind != CK_IR_T_RECORD)
      return ck_std_because(call, held, "std::dynamic_pointer_cast of an object that is not known");
    if (!ck_std_object_is(call, held.object, type)) return CK_NULL;
  }
  v.tag = CK_PTR_SHARED;
  return v;
}

/* shared_from_this(): a pointer to the object whose method it is. */
ck_value ck_std_shared_from_this(ck_call *call) {
  if (call->self == NULL) return ck_call_unknown(call, "shared_from_this() of an object that is not known");
  ck_value v = ck_std_self(call);
  if (v.kind == CK_V_PTR) return owned(call, v, CK_PTR_SHARED);
  return ck_ev_pointer(strstr(call->name, "weak") != NULL ? CK_PTR_WEAK : CK_PTR_SHARED, call->self);
}

/* --- values passed on ----------------------------------------------------------------------------------------- */
ck_value ck_std_pass(ck_call *call) { return ck_ev_ref(call->args[0]); }

ck_value ck_std_addressof(ck_call *call) { return ck_ev_pointer(CK_PTR_RAW, call->args[0]); }

/* reference_wrapper: a RAW pointer. */
ck_value ck_std_ref(ck_call *call) {
  ck_value v = ck_ev_load(call->ev, call->args[0]);
  const ck_ir_type *type = ck_std_arg_type(call, 0);
  if (type != NULL && type->kind == CK_IR_T_RECORD && strcmp(type->name, "std::reference_wrapper") == 0) return v;
  return ck_ev_pointer(CK_PTR_RAW, call->args[0]);
}

/* Made by a conversion of a bare value, the object referred to is no longer in sight. */
ck_value ck_std_reference_construct(ck_call *call) {
  if (call->nargs != 1) return ck_std_refuse(call, "a std::reference_wrapper made of parts");
  ck_value v = ck_ev_load(call->ev, call->args[0]);
  if (call->args[0]->type != NULL || v.kind == CK_V_PTR) return ck_std_ref(call);
  return ck_call_unknown(call, "a std::reference_wrapper of an object that is not known");
}

ck_value ck_std_reference_get(ck_call *call) {
  ck_value v = ck_std_self(call);
  return v.kind == CK_V_PTR ? ck_ev_ref(v.cell) : ck_std_because(call, v, "a reference that is not known");
}

/* swap(a, b): arrays element by element, since others may point to their elements. */
ck_value ck_std_swap(ck_call *call) {
  ck_cell *x = ck_std_operand(call, 0), *y = ck_std_operand(call, 1);
  ck_value a = ck_ev_load(call->ev, x), b = ck_ev_load(call->ev, y);
  const ck_list *la = ck_std_list_of(a, "std::array"), *lb = ck_std_list_of(b, "std::array");
  if (la != NULL && lb != NULL && la->n == lb->n) {
    for (size_t i = 0; i < la->n; i++) {
      ck_value t = ck_ev_load(call->ev, la->at[i]);
      ck_ev_store(call->ev, la->at[i], ck_ev_load(call->ev, lb->at[i]));
      ck_ev_store(call->ev, lb->at[i], t);
    }
    return CK_VOID;
  }
  ck_ev_store(call->ev, x, b);
  ck_ev_store(call->ev, y, a);
  return CK_VOID;
}

ck_value ck_std_exchange(ck_call *call) {
  ck_value old = ck_ev_load(call->ev, call->args[0]);
  const ck_ir_type *type = ck_std_arg_type(call, 0);
  ck_value fresh = ck_std_init(call, type, call->args[1]);
  ck_ev_store(call->ev, call->args[0], fresh);
  return old;
}
