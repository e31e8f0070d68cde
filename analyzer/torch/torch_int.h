/* torch_int.h - what the files of torch/ share. */
#ifndef CK_TORCH_TORCH_INT_H
#define CK_TORCH_TORCH_INT_H
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "eval/eval.h"
#include "torch/model.h"
#include "torch/torch.h"

/* Tags of CK_V_NATIVE that torch adds to eval's. */
enum {
  CK_TAG_TENSOR_OPTIONS = CK_TAG_FIRST_TORCH, /* index: CK_OPT_* bits, native NULL */
  CK_TAG_ENUM,                                /* torch::kReLU and the like: native = its interned name */
  CK_TAG_INDEX,                               /* torch::indexing: index = CK_INDEX_* */
  CK_TAG_GUARD,                               /* NoGradGuard and other objects without a state of interest */
};
#define CK_OPT_DTYPE(o)  ((ck_dtype)((o) & 0xff))
#define CK_OPT_HAS_DTYPE (1u << 8) /* else the default dtype at the time of use */
#define CK_OPT_GRAD      (1u << 9)

/* --- call.c: reading arguments -------------------------------------------------------------------------------- */
extern const ck_ir_type ck_torch_int64, ck_torch_bool, ck_torch_double;
ck_value ck_torch_arg(ck_call *call, size_t i);                  /* value of the argument; VOID if there is none */
const ck_ir_type *ck_torch_arg_type(ck_call *call, size_t i);    /* static type without reference, or NULL */
bool ck_torch_arg_is(ck_call *call, size_t i, const char *type); /* by qualified name of the static type */
const char *ck_torch_method(const char *qualified);              /* "a::b::c" -> "c" */
ck_value ck_torch_self(ck_call *call);                           /* value of self, references followed; VOID if none */
ck_cell *ck_torch_self_cell(ck_call *call);                      /* self's cell, pointers followed; may be NULL */
ck_object *ck_torch_self_object(ck_call *call);                  /* NULL if self is no object */
ck_value ck_torch_lvalue(ck_cell *cell);                         /* a result that is that lvalue */
ck_value ck_torch_noop(ck_call *call);                           /* VOID; touches nothing */
ck_value ck_torch_return_self(ck_call *call);                    /* self as an lvalue */
/* An unknown result (a tensor if the type says so); the arguments stay as they are. */
ck_value ck_torch_harmless(ck_call *call);
/* An unknown result; all arguments and self are opened. */
ck_value ck_torch_opens(ck_call *call, const char *format, ...) __attribute__((format(printf, 2, 3)));
ck_cell *ck_torch_module_cell(ck_ev *ev, ck_value v); /* the module OBJECT's cell behind a value, or NULL; decides */
ck_object *ck_torch_object(ck_ev *ev, ck_cell *cell); /* OBJECT in the cell or NULL; nothing is decided */
const char *ck_torch_reason(ck_value v);              /* why it is unknown; NULL if it is not */

/* --- options.c ------------------------------------------------------------------------------------------------ */
/* A new options object from constructor arguments; `cls` as in options.def, with "<D>" where D is fixed. `are_options`:
 * the one argument is no number but options, which may be unknown. */
ck_cell *ck_torch_options_new(ck_ev *ev, const char *cls, const ck_value *args, size_t n, bool are_options, ck_loc loc);
/* Is the call's one argument an options object, by its type? */
bool ck_torch_takes_options(const ck_call *call);
ck_value ck_torch_option(ck_ev *ev, ck_cell *options, const char *name); /* VOID if it is not set */
void ck_torch_option_set(ck_ev *ev, ck_cell *options, const char *name, ck_value v, ck_loc loc);
bool ck_torch_is_options(const char *cls); /* is the class (plain or qualified) an options class by its name? */
ck_value ck_torch_options_construct(ck_call *call);
ck_value ck_torch_options_call(ck_call *call);

/* --- modules.c ------------------------------------------------------------------------------------------------ */
typedef struct {
  const char *name; /* NULL ends the list */
  ck_kind kind;
  const char *shape, *when;
  ck_dtype dtype; /* UNKNOWN: the default dtype */
} ck_torch_tensor_row;
typedef struct ck_torch_module ck_torch_module;
struct ck_torch_module {
  const char *name;    /* of the holder, without namespace */
  const char *options; /* NULL: none */
  /* Runs before the tensors are registered. */
  void (*build)(ck_call *call, const ck_torch_module *module, ck_cell *self, ck_cell *options);
  ck_torch_tensor_row tensors[6];
};
const ck_torch_module *ck_torch_module_row(const char *impl); /* "torch::nn::LinearImpl" or "Linear"; NULL: not stock */
ck_value ck_torch_module_construct(ck_call *call);
/* A stock module made by another: `args` as its constructor's. */
ck_cell *ck_torch_module_new(ck_call *call, const char *holder, const ck_value *args, size_t n);
/* Registers what reset() registers. */
void ck_torch_module_reset(ck_call *call, const ck_torch_module *module, ck_cell *self);
void ck_torch_add_tensor(ck_call *call, ck_cell *self, ck_kind kind, const char *name,
                         ck_value tensor); /* registers it and sets the member of that name */
void ck_torch_add_child(ck_call *call, ck_cell *self, const char *name, ck_cell *child); /* the same for a submodule */
bool ck_torch_dims(ck_ev *ev, ck_cell *options, const char *shape, ck_dim *dims, int32_t *rank, ck_loc loc);
void ck_torch_build_linear(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_conv(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_embedding(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_rnn(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_attention(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_encoder_layer(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_decoder_layer(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_coder(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_transformer(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_adaptive(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_dropout(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
void ck_torch_build_fractional(ck_call *, const ck_torch_module *, ck_cell *, ck_cell *);
enum { CK_TORCH_MAX_RANK = 16 };

/* --- registry.c: torch::nn::Module's registration, with its checks -------------------------------------------- */
ck_cell *ck_torch_register_tensor(ck_call *call, ck_object *object, ck_kind kind, ck_value name,
                                  ck_value tensor); /* the registered cell; NULL if it throws */
bool ck_torch_register_module(ck_call *call, ck_object *object, ck_value name,
                              ck_value module); /* module: PTR, NULL or CHOICE */
const ck_registration *ck_torch_find(ck_ev *ev, const ck_object *object, ck_reg_kind kind, const char *name);
ck_cell *ck_torch_clone(ck_call *call, ck_cell *module); /* as Cloneable::clone */

/* --- module.c, holder.c --------------------------------------------------------------------------------------- */
const ck_torch_module *ck_torch_stock_of(ck_ev *ev,
                                         const ck_object *object); /* row of the stock class it is or derives from */
bool ck_torch_is_stock_holder(const char *name);                   /* "torch::nn::Linear" */
const ck_ir_type *ck_torch_holder_impl(const ck_ir_program *program, const ck_ir_type *type);
ck_value ck_torch_as_pointer(ck_call *call, ck_value v, ck_ptr_flavour flavour);
bool ck_torch_is_pointer_type(const ck_ir_type *type); /* raw or smart pointer, or a holder */

/* --- containers.c --------------------------------------------------------------------------------------------- */
ck_cell *ck_torch_list_new(ck_call *call, const char *impl); /* "SequentialImpl", "ModuleListImpl": empty */
void ck_torch_list_push(ck_call *call, ck_cell *list, ck_value name, ck_value module); /* name VOID: by size() */
ck_value ck_torch_container_at(ck_call *call, ck_cell *container, ck_value index, bool as_reference);

ck_value ck_torch_children_of(ck_ev *ev, ck_cell *container); /* a LIST or MAP; VOID: not known */

/* --- forward.c: module(x) ------------------------------------------------------------------------------------- */
ck_value ck_torch_forward(ck_call *call, ck_cell *module, ck_cell **args, size_t nargs);
/* Makes the FunctionalImpl one that calls a function with further arguments. */
void ck_torch_functional_of(ck_ev *ev, ck_cell *functional, ck_cell **args, size_t nargs);
/* What libtorch's own class does. */
ck_value ck_torch_forward_stock(ck_call *call, ck_cell *module, ck_cell **args, size_t nargs);

/* --- tensors.c ------------------------------------------------------------------------------------------------ */
ck_value ck_torch_unknown_tensor(ck_ev *ev, ck_loc loc, int32_t rank, ck_dtype dtype, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
ck_value ck_torch_undefined_tensor(ck_ev *ev);
const ck_tensor *ck_torch_tensor(ck_call *call, ck_value v); /* never NULL: unknown if v is no tensor */
ck_dtype ck_torch_default_dtype(ck_ev *ev);
ck_value ck_torch_new_tensor(ck_call *call, const ck_dim *dims, int32_t rank, ck_dtype dtype);
bool ck_torch_as_dtype(ck_call *call, ck_value v, const ck_ir_type *type, ck_dtype *out); /* false: v is no dtype */
ck_value ck_torch_with_dtype(ck_ev *ev, const ck_tensor *t, ck_dtype dtype);
bool ck_torch_list_dims(ck_ev *ev, ck_value v, ck_dim *dims,
                        int32_t *rank); /* a list of integers, or one integer; false: not known */

/* --- derive.c ------------------------------------------------------------------------------------------------- */
/* The model that a value holds now: a module (pointer, holder or object). The result lives in the arena. Reads
 * without deciding. */
ck_model *ck_torch_derive(ck_ev *ev, ck_arena *arena, ck_value v, ck_loc loc);
bool ck_torch_condition_and(ck_arena *arena, ck_condition a, ck_condition b,
                            ck_condition *out); /* false: they exclude each other */

/* --- analyse.c: what a run collects --------------------------------------------------------------------------- */
typedef struct ck_torch_run ck_torch_run;
ck_torch_run *ck_torch_run_of(ck_ev *ev); /* NULL outside of ck_torch_analyse */
void ck_torch_finding(ck_call *call, ck_diag_id id, const char *cls, ck_loc note_loc, const char *note,
                      const char *format, ...) __attribute__((format(printf, 6, 7)));
/* A loader call: `what` is loaded from `path` (a value: STRING, SYM, UNKNOWN; VOID: not known where from). Number of
 * the file, if its content can be taken apart; else SIZE_MAX. */
size_t ck_torch_site(ck_call *call, ck_loader loader, ck_value what, ck_value path, bool has_device,
                     const char *subtree);
ck_cell *ck_torch_default_dtype_cell(ck_ev *ev); /* NULL: no run */
/* set_data and the like: `t` is `fresh` from now on (NULL: not known what). */
void ck_torch_tensor_replaced(ck_ev *ev, const ck_tensor *t, const ck_tensor *fresh, const char *why, ck_loc loc);
const ck_tensor *ck_torch_tensor_now(ck_ev *ev, const ck_tensor *t);                 /* what replaced it, or t itself */
const char *ck_torch_tensor_is_replaced(ck_ev *ev, const ck_tensor *t, ck_loc *loc); /* why, or NULL */

/* --- files.c: a checkpoint's content as values; `file` is its number ------------------------------------------ */
ck_value ck_torch_file_root(ck_call *call, size_t file, const ck_torch_file_dict *dict); /* of pickle_load */
void ck_torch_file_append(ck_call *call, ck_cell *vector, size_t file, const ck_torch_file *content);
bool ck_torch_file_tensor_of(ck_call *call, size_t file, const ck_torch_file *content, const char *key, ck_value *out);
bool ck_torch_file_has_module(const ck_torch_file *content, const char *path);
ck_value ck_torch_file_module(ck_call *call, size_t file, const char *path);

/* --- tables, one per file; library.c joins them --------------------------------------------------------------- */
#define CK_TORCH_TABLES(X)                                                                                             \
  X(module)                                                                                                            \
  X(holder)                                                                                                            \
  X(container)                                                                                                         \
  X(parameter_list)                                                                                                    \
  X(ordered_dict)                                                                                                      \
  X(tensor)                                                                                                            \
  X(factory)                                                                                                           \
  X(shape)                                                                                                             \
  X(arithmetic)                                                                                                        \
  X(join)                                                                                                              \
  X(linalg)                                                                                                            \
  X(elementwise)                                                                                                       \
  X(forward)                                                                                                           \
  X(loader)                                                                                                            \
  X(file)                                                                                                              \
  X(inert)
#define X(name)                                                                                                        \
  extern const ck_builtin ck_torch_##name##_rows[];                                                                    \
  extern const size_t ck_torch_##name##_row_count;
CK_TORCH_TABLES(X)
#undef X
ck_value ck_torch_holder_construct(ck_call *call);
ck_value ck_torch_any_construct(ck_call *call);
ck_value ck_torch_named_any_construct(ck_call *call);
ck_value ck_torch_dict_construct(ck_call *call);
ck_value ck_torch_item_construct(ck_call *call);
ck_value ck_torch_data_construct(ck_call *call); /* the one argument itself, several as a list */
ck_value ck_torch_sequential_construct(ck_call *call);
ck_value ck_torch_module_list_construct(ck_call *call);
ck_value ck_torch_module_dict_construct(ck_call *call);
ck_value ck_torch_parameter_list_construct(ck_call *call);
ck_value ck_torch_parameter_dict_construct(ck_call *call);
ck_value ck_torch_base_construct(ck_call *call); /* Module, Cloneable, Functional: nothing is registered */
ck_value ck_torch_tensor_construct(ck_call *call);
ck_value ck_torch_tensor_options_construct(ck_call *call);
ck_value ck_torch_expanding_construct(ck_call *call);
ck_value ck_torch_archive_construct(ck_call *call);
ck_value ck_torch_guard_construct(ck_call *call);
ck_value ck_torch_ivalue_construct(ck_call *call);
ck_value ck_torch_scalar_construct(ck_call *call); /* Scalar, TensorIndex: the value itself */
ck_value ck_torch_slice_construct(ck_call *call);
bool ck_torch_is_loader(const char *name); /* of a call, by qualified name */
#endif
