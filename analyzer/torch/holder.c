/* holder.c - torch::nn::ModuleHolder, AnyModule, NamedAnyModule.
 *
 * A holder is a pointer value of flavour HOLDER to the module's OBJECT, or NULL while it is empty; an AnyModule is one
 * of flavour ANY. A NamedAnyModule is a LIST of name and AnyModule. */
#include <stdio.h>

#include "torch/torch_int.h"

bool ck_torch_is_stock_holder(const char *name) {
  static const char *const containers[] = {"Sequential",    "ModuleList",    "ModuleDict",
                                           "ParameterList", "ParameterDict", "Functional"};
  if (!ck_starts_with(name, "torch::nn::") || ck_ends_with(name, "Impl")) return false;
  const char *plain = ck_torch_method(name);
  for (size_t i = 0; i < sizeof containers / sizeof *containers; i++)
    if (strcmp(containers[i], plain) == 0) return true;
  return ck_torch_module_row(name) != NULL;
}

/* The X of ModuleHolder<X> that `type` is or derives from; NULL for others and for stock holders, whose classes are
 * not in sight. */
const ck_ir_type *ck_torch_holder_impl(const ck_ir_program *program, const ck_ir_type *type) {
  for (int depth = 0; type != NULL && type->kind == CK_IR_T_RECORD && depth < 16; depth++) {
    if (strcmp(type->name, "torch::nn::ModuleHolder") == 0) return type->nargs ? type->args[0] : NULL;
    const ck_ir *record = ck_ir_find_record(program, type->usr, NULL, NULL);
    type = NULL;
    for (size_t i = 0; record != NULL && i < record->nkids && type == NULL; i++)
      if (record->kids[i] && record->kids[i]->kind == CK_IR_BASE) type = record->kids[i]->type;
  }
  return NULL;
}

/* Is the object an instance of the holder's class (or one derived from it)? */
static bool is_contained(ck_ev *ev, const ck_object *object, const ck_ir_type *impl, const char *stock) {
  if (stock != NULL) return ck_ev_is_a(ev, object, stock);
  const ck_ir *record = object->record;
  for (int depth = 0; record != NULL && depth < 32; depth++) {
    if (strcmp(record->usr, impl->usr) == 0) return true;
    const ck_ir_type *base = NULL;
    for (size_t i = 0; i < record->nkids && base == NULL; i++)
      if (record->kids[i] && record->kids[i]->kind == CK_IR_BASE) base = record->kids[i]->type;
    if (base != NULL && strcmp(base->usr, impl->usr) == 0) return true;
    record = base ? ck_ir_find_record(ck_ev_program(ev), base->usr, NULL, NULL) : NULL;
  }
  return object->record == NULL && strcmp(object->cls, impl->name) == 0;
}

static const ck_library_class *class_row(ck_ev *ev, const char *name) { return ck_ev_library_class(ev, name); }

/* A new module of a library class, by its row. */
static ck_cell *construct_library(ck_call *call, const char *impl) {
  ck_ev *ev = call->ev;
  const ck_library_class *row = class_row(ev, impl);
  if (row == NULL || row->construct == NULL) return NULL;
  ck_cell *cell = ck_ev_object(ev, ck_ev_intern(ev, impl), call->node->loc);
  ck_call inner = *call;
  inner.name = ck_ev_intern(ev, impl);
  inner.self = cell;
  row->construct(&inner);
  return cell;
}

static bool is_null(ck_value v) { return v.kind == CK_V_NULL; }

/* Holder(x) shares the module of x only where x is a holder of, or a shared_ptr to, that very class: of any other, also
 * of one derived from it, the forwarding constructor is the better match, which makes a module *from* x. */
static bool shares(ck_call *call, const ck_ir_type *impl, const char *stock) {
  const ck_ir_type *type = ck_torch_arg_type(call, 0), *held = NULL;
  if (type == NULL || type->kind != CK_IR_T_RECORD) return true;
  if (strcmp(type->name, "std::shared_ptr") == 0) held = type->nargs ? type->args[0] : NULL;
  else if (!ck_torch_is_stock_holder(type->name)) held = ck_torch_holder_impl(ck_ev_program(call->ev), type);
  else return stock != NULL && strncmp(stock, type->name, strlen(type->name)) == 0;
  if (held == NULL || held->kind != CK_IR_T_RECORD) return true;
  return stock != NULL ? strcmp(held->name, stock) == 0 : strcmp(held->usr, impl->usr) == 0;
}

/* A holder of type `call->type` (stock: call->name) from its constructor's arguments. */
ck_value ck_torch_holder_construct(ck_call *call) {
  ck_ev *ev = call->ev;
  const ck_ir_type *type = ck_ir_strip_ref(call->type);
  const ck_ir_type *impl = NULL;
  char stock[160] = "";
  if (type != NULL && ck_torch_is_stock_holder(type->name)) snprintf(stock, sizeof stock, "%sImpl", type->name);
  else if ((impl = ck_torch_holder_impl(ck_ev_program(ev), type)) == NULL && ck_torch_is_stock_holder(call->name))
    snprintf(stock, sizeof stock, "%sImpl", call->name);
  if (impl == NULL && *stock == '\0') return ck_call_unknown(call, "the module that `%s` holds", call->name);
  if (call->nargs == 1) {
    ck_value v = ck_ev_decide(ev, ck_torch_arg(call, 0));
    if (is_null(v)) return CK_NULL;
    if (v.kind == CK_V_UNKNOWN && impl != NULL && ck_torch_is_pointer_type(ck_torch_arg_type(call, 0))) return v;
    if (v.kind == CK_V_PTR && v.tag != CK_PTR_ITERATOR) {
      ck_cell *target = ck_ev_target(ev, v.cell);
      ck_object *object = ck_torch_object(ev, target);
      if (object != NULL && object->registry != NULL && is_contained(ev, object, impl, *stock ? stock : NULL) &&
          shares(call, impl, *stock ? stock : NULL))
        return ck_ev_pointer(CK_PTR_HOLDER, target);
    }
  }
  ck_cell *cell;
  if (*stock) cell = construct_library(call, stock);
  else if (ck_ir_find_record(ck_ev_program(ev), impl->usr, NULL, NULL) == NULL && class_row(ev, impl->name) != NULL)
    cell = construct_library(call, impl->name);
  else cell = ck_ev_construct_cell(ev, impl, call->args, call->nargs, call->brace, call->node);
  if (cell == NULL) return ck_call_unknown(call, "the module that `%s` holds", call->name);
  return ck_ev_pointer(CK_PTR_HOLDER, cell);
}

/* A value as a pointer to a module, of the given flavour: pointers keep their object, objects by value are moved to
 * the heap, functions become Functional modules. */
ck_value ck_torch_as_pointer(ck_call *call, ck_value v, ck_ptr_flavour flavour) {
  ck_ev *ev = call->ev;
  v = ck_ev_decide(ev, v);
  switch (v.kind) {
  case CK_V_PTR: {
    if (v.tag == CK_PTR_ITERATOR) return v;
    ck_cell *target = ck_ev_target(ev, v.cell);
    return target ? ck_ev_pointer(flavour, target) : CK_NULL;
  }
  case CK_V_OBJECT: return ck_ev_pointer(flavour, ck_ev_cell(ev, ck_ev_copy(ev, v)));
  case CK_V_CLOSURE: {
    ck_cell *cell = ck_ev_object(ev, "torch::nn::FunctionalImpl", call->node->loc), *function = ck_ev_cell(ev, v);
    ck_torch_functional_of(ev, cell, &function, 1);
    return ck_ev_pointer(flavour, cell);
  }
  case CK_V_LIST:
    if (v.list->n == 2) return ck_torch_as_pointer(call, ck_ev_load(ev, v.list->at[1]), flavour);
    if (v.list->n == 0) return CK_NULL;
    return ck_call_unknown(call, "a module that is not known");
  case CK_V_VOID: return CK_NULL;
  default: return v;
  }
}

/* --- methods -------------------------------------------------------------------------------------------------- */

static ck_value throw_empty(ck_call *call) {
  ck_ev_throw(call->ev, call->node->loc, "Accessing empty ModuleHolder");
  return CK_VOID;
}

static ck_value pointer_as(ck_call *call, ck_ptr_flavour flavour) {
  ck_value v = ck_ev_decide(call->ev, ck_torch_self(call));
  if (is_null(v)) return throw_empty(call);
  if (v.kind == CK_V_OBJECT) return ck_ev_pointer(flavour, call->self);
  if (v.kind == CK_V_PTR) {
    ck_cell *target = ck_ev_target(call->ev, call->self);
    return target ? ck_ev_pointer(flavour, target) : throw_empty(call);
  }
  return ck_call_unknown(call, "%s", ck_torch_reason(v) ? ck_torch_reason(v) : "a module that is not known");
}

static ck_value holder_ptr(ck_call *call) { return pointer_as(call, CK_PTR_SHARED); }
static ck_value holder_get(ck_call *call) { return pointer_as(call, CK_PTR_RAW); }

static ck_value is_empty(ck_call *call) {
  ck_value v = ck_ev_decide(call->ev, ck_torch_self(call));
  if (v.kind == CK_V_UNKNOWN || v.kind == CK_V_VOID) return ck_torch_harmless(call);
  return CK_BOOL(is_null(v));
}

static ck_value is_full(ck_call *call) {
  ck_value v = is_empty(call);
  return v.kind == CK_V_BOOL ? CK_BOOL(!v.i) : v;
}

static ck_value dereference(ck_call *call) {
  ck_cell *cell = ck_torch_self_cell(call);
  return ck_torch_object(call->ev, cell) ? ck_torch_lvalue(cell) : pointer_as(call, CK_PTR_RAW);
}

/* module(x): forward() of the project's class is run for what it does; of a stock module it changes no key. */
static ck_value invoke(ck_call *call) {
  return ck_torch_forward(call, ck_torch_self_cell(call), call->args, call->nargs);
}

static ck_value subscript(ck_call *call) {
  ck_cell *cell = ck_torch_self_cell(call);
  ck_object *object = ck_torch_object(call->ev, cell);
  if (object == NULL) return ck_torch_harmless(call);
  return ck_torch_container_at(call, cell, ck_torch_arg(call, 0), false);
}

static ck_value any_get(ck_call *call) {
  const ck_ir_type *type = call->targs && call->targs->nargs ? call->targs->args[0] : NULL;
  if (type != NULL && type->kind == CK_IR_T_RECORD &&
      (ck_torch_is_stock_holder(type->name) || ck_torch_holder_impl(ck_ev_program(call->ev), type) != NULL))
    return pointer_as(call, CK_PTR_HOLDER);
  return dereference(call);
}

static ck_value any_clone(ck_call *call) {
  ck_cell *cell = ck_torch_self_cell(call);
  if (ck_torch_object(call->ev, cell) == NULL) return ck_torch_harmless(call);
  return ck_ev_pointer(CK_PTR_ANY, ck_torch_clone(call, cell));
}

static ck_value any_assign(ck_call *call) {
  if (call->self == NULL) return CK_VOID;
  ck_ev_store(call->ev, call->self, ck_torch_as_pointer(call, ck_torch_arg(call, 0), CK_PTR_ANY));
  return ck_torch_lvalue(call->self);
}

ck_value ck_torch_any_construct(ck_call *call) {
  if (call->nargs == 0) return CK_NULL;
  return ck_torch_as_pointer(call, ck_torch_arg(call, 0), CK_PTR_ANY);
}

ck_value ck_torch_named_any_construct(ck_call *call) {
  if (call->nargs != 2) return call->nargs == 1 ? ck_torch_arg(call, 0) : ck_torch_harmless(call);
  ck_value both[2] = {ck_torch_arg(call, 0), ck_torch_as_pointer(call, ck_torch_arg(call, 1), CK_PTR_ANY)};
  return ck_ev_list(call->ev, "torch::nn::NamedAnyModule", both, 2);
}

static ck_value element(ck_call *call, size_t i) {
  ck_value v = ck_ev_decide(call->ev, ck_torch_self(call));
  if (v.kind != CK_V_LIST || v.list->n <= i) return ck_torch_harmless(call);
  return ck_torch_lvalue(v.list->at[i]);
}
static ck_value named_name(ck_call *call) { return element(call, 0); }
static ck_value named_module(ck_call *call) { return element(call, 1); }

/* Embedding::from_pretrained(tensor, options): a holder around a module whose weight is the tensor. */
static ck_value from_pretrained(ck_call *call) {
  ck_ev *ev = call->ev;
  bool bag = strstr(call->name, "EmbeddingBag") != NULL;
  const ck_tensor *t = ck_torch_tensor(call, ck_torch_arg(call, 0));
  if (t->rank >= 0 && t->rank != 2) {
    ck_ev_throw(ev, call->node->loc, "Embeddings parameter is expected to be 2-dimensional");
    return CK_VOID;
  }
  ck_value none[2] = {CK_VOID, CK_VOID};
  ck_cell *options =
      ck_torch_options_new(ev, bag ? "EmbeddingBagOptions" : "EmbeddingOptions", none, 0, false, call->node->loc);
  ck_torch_option_set(ev, options, "_weight", (ck_value){.kind = CK_V_TENSOR, .tensor = t}, call->node->loc);
  ck_value v = ck_ev_load(ev, options);
  return ck_ev_pointer(CK_PTR_HOLDER, ck_torch_module_new(call, bag ? "EmbeddingBag" : "Embedding", &v, 1));
}

#define HOLDER "torch::nn::ModuleHolder::"
#define ANY    "torch::nn::AnyModule::"
const ck_builtin ck_torch_holder_rows[] = {
    {HOLDER "ptr", holder_ptr, 0, 0},
    {HOLDER "get", holder_get, 0, 0},
    {HOLDER "is_empty", is_empty, 0, 0},
    {HOLDER "operator bool", is_full, 0, 0},
    {HOLDER "operator*", dereference, 0, 0},
    {HOLDER "operator->", holder_get, 0, 0},
    {HOLDER "operator()", invoke, 0, -1},
    {HOLDER "operator[]", subscript, 1, 1},
    {ANY "ptr", holder_ptr, 0, 0},
    {ANY "get", any_get, 0, 0},
    {ANY "is_empty", is_empty, 0, 0},
    {ANY "clone", any_clone, 0, 1},
    {ANY "operator=", any_assign, 1, 1},
    {ANY "forward", invoke, 0, -1},
    {ANY "any_forward", invoke, 0, -1},
    {"torch::nn::NamedAnyModule::name", named_name, 0, 0},
    {"torch::nn::NamedAnyModule::module", named_module, 0, 0},
    {"torch::nn::Embedding::from_pretrained", from_pretrained, 1, 2},
    {"torch::nn::EmbeddingBag::from_pretrained", from_pretrained, 1, 2},
};
const size_t ck_torch_holder_row_count = sizeof ck_torch_holder_rows / sizeof *ck_torch_holder_rows;
