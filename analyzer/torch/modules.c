/* modules.c - the stock modules: what modules.def says, interpreted.
 *
 * A stock module is an OBJECT of class "torch::nn::NAMEImpl" with a registry, a field `options`, and one field per
 * registered tensor and child, as the C++ class has members. A member and the registered tensor are two handles of one
 * tensor: two cells that hold the same ck_tensor. Assigning to the member leaves the registered one as it is, as in
 * C++ (FORMATS.md B.3). */
#include <stdio.h>
#include <stdlib.h>

#include "torch/torch_int.h"

#define NONE                                     {NULL, CK_KIND_UNKNOWN, NULL, NULL, CK_DTYPE_UNKNOWN}
#define ROW(name, kind, shape, when, dtype, ...) {name, kind, shape, when, dtype}
#define PARAM(name, ...)                                                                                               \
  ROW(name, CK_KIND_PARAMETER, FIRST(__VA_ARGS__, NULL), SECOND(__VA_ARGS__, NULL, NULL), CK_DTYPE_UNKNOWN)
#define BUFFER(name, ...)                                                                                              \
  ROW(name, CK_KIND_BUFFER, FIRST(__VA_ARGS__, NULL), SECOND(__VA_ARGS__, NULL, NULL), CK_DTYPE_UNKNOWN)
#define INT64(name, ...)                                                                                               \
  ROW(name, CK_KIND_BUFFER, FIRST(__VA_ARGS__, NULL), SECOND(__VA_ARGS__, NULL, NULL), CK_DTYPE_INT64)
#define FIRST(a, ...)       a
#define SECOND(a, b, ...)   b
#define build_linear        ck_torch_build_linear
#define build_conv          ck_torch_build_conv
#define build_embedding     ck_torch_build_embedding
#define build_rnn           ck_torch_build_rnn
#define build_attention     ck_torch_build_attention
#define build_encoder_layer ck_torch_build_encoder_layer
#define build_decoder_layer ck_torch_build_decoder_layer
#define build_coder         ck_torch_build_coder
#define build_transformer   ck_torch_build_transformer
#define build_adaptive      ck_torch_build_adaptive
#define build_dropout       ck_torch_build_dropout
#define build_fractional    ck_torch_build_fractional

static const ck_torch_module modules[] = {
#define CK_MODULE(name, options, build, ...) {#name, options, build, {__VA_ARGS__}},
#include "torch/modules.def"
#undef CK_MODULE
};

const char *ck_torch_catalogue(void) { return "libtorch 1.13.1, 129 modules"; }

const ck_torch_module *ck_torch_module_row(const char *impl) {
  if (strchr(impl, ':') != NULL && !ck_starts_with(impl, "torch::nn::")) return NULL;
  const char *plain = ck_torch_method(impl);
  size_t n = strlen(plain);
  if (n > 4 && strcmp(plain + n - 4, "Impl") == 0) n -= 4;
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++)
    if (strlen(modules[i].name) == n && memcmp(modules[i].name, plain, n) == 0) return &modules[i];
  return NULL;
}

/* --- shapes over options -------------------------------------------------------------------------------------- */

/* The value of one factor, a number or an option; *at moves behind it. */
static ck_value factor(ck_ev *ev, ck_cell *options, const char **at) {
  char name[64];
  size_t n = strcspn(*at, "*/ ");
  snprintf(name, sizeof name, "%.*s", (int)n, *at);
  *at += n;
  return name[0] >= '0' && name[0] <= '9' ? CK_INT(strtoll(name, NULL, 10)) : ck_torch_option(ev, options, name);
}

static ck_value product(ck_ev *ev, ck_cell *options, const char **at, ck_loc loc) {
  ck_value v = factor(ev, options, at);
  while (**at == '*' || **at == '/') {
    ck_ir_op op = *(*at)++ == '*' ? CK_IR_OP_MUL : CK_IR_OP_DIV;
    v = ck_ev_binary(ev, op, v, factor(ev, options, at), &ck_torch_int64, loc);
  }
  return v;
}

/* `shape` (modules.def) over the options. False: the rank is not known. */
bool ck_torch_dims(ck_ev *ev, ck_cell *options, const char *shape, ck_dim *dims, int32_t *rank, ck_loc loc) {
  *rank = 0;
  for (const char *at = shape; *at != '\0';) {
    size_t n = strcspn(at, " ");
    if (n > 3 && memcmp(at + n - 3, "...", 3) == 0) {
      char name[64];
      snprintf(name, sizeof name, "%.*s", (int)n - 3, at);
      int32_t more = 0;
      ck_dim list[CK_TORCH_MAX_RANK];
      if (!ck_torch_list_dims(ev, ck_torch_option(ev, options, name), list, &more)) return false;
      for (int32_t i = 0; i < more && *rank < CK_TORCH_MAX_RANK; i++) dims[(*rank)++] = list[i];
      at += n;
    } else {
      dims[(*rank)++] = ck_ev_as_dim(ev, product(ev, options, &at, loc));
    }
    while (*at == ' ') at++;
  }
  return true;
}

/* --- registering ---------------------------------------------------------------------------------------------- */

void ck_torch_add_tensor(ck_call *call, ck_cell *self, ck_kind kind, const char *name, ck_value tensor) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_object(ev, self);
  if (object == NULL) return;
  ck_cell *cell = ck_torch_register_tensor(call, object, kind, ck_ev_string(ev, name), tensor);
  if (cell != NULL) ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, name)), ck_ev_load(ev, cell));
}

void ck_torch_add_child(ck_call *call, ck_cell *self, const char *name, ck_cell *child) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_object(ev, self);
  if (object == NULL) return;
  ck_value v = ck_ev_pointer(CK_PTR_HOLDER, child);
  ck_torch_register_module(call, object, ck_ev_string(ev, name), v);
  ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, name)), v);
}

/* The tensor, or an undefined one where the option `when` is off; a choice of both where it is not known. */
static ck_value under(ck_call *call, ck_cell *options, const char *when, ck_value tensor) {
  if (when == NULL) return tensor;
  ck_ev *ev = call->ev;
  ck_value v = ck_ev_decide(ev, ck_torch_option(ev, options, when));
  if (v.kind == CK_V_UNKNOWN) v = ck_ev_symbol(ev, CK_SYM_BOOL, when, v.unknown->reason, v.unknown->loc);
  if (v.kind == CK_V_SYM) return ck_ev_choice(ev, v.sym, tensor, ck_torch_undefined_tensor(ev));
  return v.i ? tensor : ck_torch_undefined_tensor(ev);
}

static ck_value tensor_of(ck_call *call, ck_cell *options, const ck_torch_tensor_row *row) {
  ck_ev *ev = call->ev;
  if (row->shape[0] == '@') return ck_torch_option(ev, options, row->shape + 1);
  ck_dim dims[CK_TORCH_MAX_RANK * 2];
  int32_t rank;
  ck_dtype dtype = row->dtype != CK_DTYPE_UNKNOWN ? row->dtype : ck_torch_default_dtype(ev);
  if (!ck_torch_dims(ev, options, row->shape, dims, &rank, call->node->loc))
    return ck_torch_unknown_tensor(ev, call->node->loc, -1, dtype, "the options of `%s`", call->name);
  return ck_torch_new_tensor(call, dims, rank, dtype);
}

void ck_torch_module_reset(ck_call *call, const ck_torch_module *module, ck_cell *self) {
  ck_object *object = ck_torch_object(call->ev, self);
  if (object == NULL) return;
  ck_cell *options = ck_ev_find_field(object, "options");
  if (module->build) module->build(call, module, self, options);
  for (const ck_torch_tensor_row *row = module->tensors; row->name != NULL; row++)
    ck_torch_add_tensor(call, self, row->kind, row->name,
                        under(call, options, row->when, tensor_of(call, options, row)));
}

static void construct(ck_call *call, const ck_torch_module *module, ck_cell *self, const ck_value *args, size_t n) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_object(ev, self);
  if (object == NULL) return;
  if (module->options != NULL) {
    ck_cell *options =
        ck_torch_options_new(ev, module->options, args, n, ck_torch_takes_options(call), call->node->loc);
    ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, "options")), ck_ev_load(ev, options));
  }
  ck_torch_module_reset(call, module, self);
}

ck_cell *ck_torch_module_new(ck_call *call, const char *holder, const ck_value *args, size_t n) {
  const ck_torch_module *module = ck_torch_module_row(holder);
  char cls[96];
  snprintf(cls, sizeof cls, "torch::nn::%sImpl", holder);
  ck_cell *cell = ck_ev_object(call->ev, ck_ev_intern(call->ev, cls), call->node->loc);
  construct(call, module, cell, args, n);
  return cell;
}

/* A copy of a module by value shares tensors and children with the original: Module's copy constructor copies handles.
 */
static bool copy_of(ck_call *call, ck_cell *self) {
  ck_ev *ev = call->ev;
  ck_value v = call->nargs == 1 ? ck_torch_arg(call, 0) : CK_VOID;
  ck_object *object = ck_torch_object(ev, self);
  if (v.kind != CK_V_OBJECT || v.object->registry == NULL || object == NULL || v.object == object) return false;
  if (!ck_ev_is_a(ev, v.object, call->name)) return false;
  for (size_t i = 0; i < v.object->nfields; i++)
    ck_ev_store(ev, ck_ev_field(ev, object, v.object->fields[i].name),
                ck_ev_copy(ev, ck_ev_load(ev, v.object->fields[i].cell)));
  ck_ev_set_registry(ev, object, ck_ev_registry(ev, v.object));
  return true;
}

ck_value ck_torch_module_construct(ck_call *call) {
  ck_value args[8];
  size_t n = call->nargs < 8 ? call->nargs : 8;
  for (size_t i = 0; i < n; i++) args[i] = ck_torch_arg(call, i);
  const ck_torch_module *module = ck_torch_module_row(call->name);
  ck_cell *self = call->self ? call->self : ck_ev_object(call->ev, call->name, call->node->loc);
  if (module == NULL) return ck_call_unknown(call, "class `%s`", call->name);
  if (!copy_of(call, self)) construct(call, module, self, args, n);
  return call->self ? CK_VOID : ck_ev_load(call->ev, self);
}
