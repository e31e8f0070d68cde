/* loud.c - what a single node may do to modules (eval/quiet.c asks).
 *
 * A module changes by its methods, by those of what holds modules, and by a store into something that holds or points
 * to one. Stores are told by the type: no variable of a type that may lead to a module is written in quiet code, so
 * those that lead to one lead to the same one afterwards. Of the library's methods on such things those in the tables
 * leave them as they are; any other call that is given one and cannot be seen into may do anything. */
#include "torch/run_int.h"

/* Methods of modules, holders and of containers of them that only look, by their plain name; train() and to the like
 * set what is no part of a state dict. */
static const char *const looks[] = {"forward",
                                    "operator()",
                                    "train",
                                    "eval",
                                    "zero_grad",
                                    "parameters",
                                    "named_parameters",
                                    "buffers",
                                    "named_buffers",
                                    "modules",
                                    "named_modules",
                                    "children",
                                    "name",
                                    "named_children",
                                    "is_training",
                                    "size",
                                    "is_empty",
                                    "empty",
                                    "begin",
                                    "end",
                                    "operator[]",
                                    "at",
                                    "ptr",
                                    "get",
                                    "operator->",
                                    "operator*",
                                    "keys",
                                    "values",
                                    "items",
                                    "contains",
                                    "pretty_print",
                                    "operator bool",
                                    "key",
                                    "value",
                                    "item",
                                    "pair",
                                    "front",
                                    "back",
                                    "find",
                                    "count",
                                    "length",
                                    "has_value",
                                    "requires_grad_",
                                    "type_info",
                                    "operator&&",
                                    "operator||",
                                    "operator!",
                                    "operator==",
                                    "operator!=",
                                    "operator<<",
                                    "use_count",
                                    "is_serializable"};

/* Functions that take modules, or containers of them, and leave them alone. */
static const char *const takes[] = {"std::move",
                                    "std::forward",
                                    "std::get",
                                    "std::addressof",
                                    "std::begin",
                                    "std::end",
                                    "std::size",
                                    "std::static_pointer_cast",
                                    "std::dynamic_pointer_cast",
                                    "std::const_pointer_cast",
                                    "torch::nn::parallel::data_parallel"};

/* Methods that give a tensor that is there another shape, dtype or storage (tensors.c), whoever has a handle of it. */
static const char *const reshapes[] = {"set_data",
                                       "set_",
                                       "resize_",
                                       "resize_as_",
                                       "squeeze_",
                                       "unsqueeze_",
                                       "transpose_",
                                       "t_",
                                       "swapaxes_",
                                       "swapdims_",
                                       "as_strided_",
                                       "sparse_resize_",
                                       "swap",
                                       "rename_",
                                       "sparse_resize_and_clear_",
                                       "variable_data",
                                       "resize_as_sparse_"};

/* Functions that change what the program is read with from there on. */
static const char *const settings[] = {"torch::set_default_dtype",       "c10::set_default_dtype",
                                       "c10::AutoGradMode::set_enabled", "torch::autograd::GradMode::set_enabled",
                                       "c10::GradMode::set_enabled",     "at::GradMode::set_enabled"};

/* Calls and classes that write files, or change what a path means. */
static const char *const writers[] = {"torch::save",
                                      "torch::pickle_save",
                                      "torch::jit::pickle_save",
                                      "std::rename",
                                      "rename",
                                      "std::remove",
                                      "remove",
                                      "unlink",
                                      "system",
                                      "std::system",
                                      "popen",
                                      "_popen",
                                      "fopen",
                                      "std::fopen",
                                      "chdir",
                                      "_chdir",
                                      "truncate",
                                      "creat",
                                      "open",
                                      "freopen"};
static const char *const writer_prefixes[] = {"std::filesystem::", "std::experimental::filesystem::",
                                              "std::basic_ofstream", "std::basic_fstream", "torch::serialize::"};

static bool is_among(const char *name, const char *const *names, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}
#define AMONG(name, table) is_among(name, table, sizeof(table) / sizeof *(table))

/* --- types ----------------------------------------------------------------------------------------------------- */

typedef struct {
  ck_torch_run *run;
  ck_map seen;   /* types of the question, by USR or spelling */
  bool by_calls; /* what function objects have captured counts as well */
} leading;

static bool leads(leading *l, const ck_ir_type *type);

static bool derives_from(ck_torch_run *run, const ck_ir *record, const char *base_usr, int depth) {
  for (uint32_t i = 0; i < record->nkids && depth < 16; i++) {
    const ck_ir *kid = record->kids[i];
    if (kid == NULL || kid->kind != CK_IR_BASE || kid->type == NULL) continue;
    if (strcmp(kid->type->usr, base_usr) == 0) return true;
    const ck_ir *base = *kid->type->usr ? ck_ir_find_record(run->program, kid->type->usr, NULL, NULL) : NULL;
    if (base != NULL && derives_from(run, base, base_usr, depth + 1)) return true;
  }
  return false;
}

static bool members_lead(leading *l, const ck_ir *record) {
  if (record->flags & CK_IR_F_INCOMPLETE) return true;
  for (uint32_t i = 0; i < record->nkids; i++) {
    const ck_ir *kid = record->kids[i];
    if (kid && (kid->kind == CK_IR_FIELD || kid->kind == CK_IR_BASE) && leads(l, kid->type)) return true;
  }
  return false;
}

/* A class of the program: by its members, and by those of the classes that a pointer to it may mean. */
static bool class_leads(leading *l, const ck_ir *record) {
  if (members_lead(l, record)) return true;
  for (size_t u = 0; u < ck_ir_program_unit_count(l->run->program); u++) {
    const ck_ir *root = ck_ir_program_unit(l->run->program, u)->root;
    for (uint32_t i = 0; i < root->nkids; i++) {
      const ck_ir *other = root->kids[i];
      if (other && other->kind == CK_IR_RECORD && other != record && derives_from(l->run, other, record->usr, 0) &&
          members_lead(l, other))
        return true;
    }
  }
  return false;
}

static bool arguments_lead(leading *l, const ck_ir_type *type) {
  for (uint32_t i = 0; i < type->nargs; i++)
    if (leads(l, type->args[i])) return true;
  return false;
}

/* A lambda's class has no name, or one that says what it is. */
static bool is_function_object(const char *name) {
  static const char *const names[] = {"std::function", "std::packaged_task", "std::_Bind", "std::move_only_function"};
  return *name == '\0' || AMONG(name, names) || strstr(name, "lambda") != NULL;
}

static bool leads(leading *l, const ck_ir_type *type) {
  static const char *const anything[] = {"std::any", "torch::nn::AnyModule", "torch::nn::NamedAnyModule",
                                         "torch::nn::AnyValue", "torch::nn::ModuleHolder"};
  while (type != NULL && (type->kind == CK_IR_T_POINTER || type->kind == CK_IR_T_LREF || type->kind == CK_IR_T_RREF ||
                          type->kind == CK_IR_T_ARRAY)) {
    if (type->kind == CK_IR_T_POINTER && type->elem->kind == CK_IR_T_VOID) return true;
    type = type->elem;
  }
  if (type == NULL || type->kind == CK_IR_T_UNKNOWN) return true;
  if (type->kind == CK_IR_T_ARGS) return arguments_lead(l, type);
  if (type->kind != CK_IR_T_RECORD) return false;
  if (l->by_calls && is_function_object(type->name)) return true;
  bool is_new;
  ck_map_put(&l->seen, *type->usr ? type->usr : type->spelling, &is_new);
  if (!is_new) return false; /* asked already */
  if (AMONG(type->name, anything) || ck_torch_is_module_type(l->run, type)) return true;
  const ck_ir *record = *type->usr ? ck_ir_find_record(l->run->program, type->usr, NULL, NULL) : NULL;
  return record != NULL ? class_leads(l, record) : arguments_lead(l, type);
}

static bool is_leading(ck_torch_run *run, ck_map *known, const ck_ir_type *type, bool by_calls) {
  const ck_ir_type *plain = ck_ir_strip_ref(type);
  if (plain == NULL || *plain->spelling == '\0') return true;
  bool is_new;
  ck_map_put(known, plain->spelling, &is_new);
  if (is_new) {
    leading l = {.run = run, .by_calls = by_calls};
    ck_map_init(&l.seen);
    bool does = leads(&l, plain);
    ck_map_release(&l.seen);
    ck_map_put(known, plain->spelling, NULL)->n = does;
  }
  return ck_map_find(known, plain->spelling)->n != 0;
}

/* May a value of the type own, or point to, a module? */
static bool may_lead(ck_torch_run *run, const ck_ir_type *type) { return is_leading(run, &run->may_lead, type, false); }

/* ... or be a function object that has captured one? Those that quiet code may call are looked into by themselves. */
bool ck_torch_may_lead(ck_ev *ev, void *data, const ck_ir_type *type) {
  ck_torch_run *run = data;
  (void)ev;
  return is_leading(run, &run->may_call, type, true);
}

static bool node_may_lead(ck_torch_run *run, const ck_ir *node) { return node != NULL && may_lead(run, node->type); }

/* --- nodes ----------------------------------------------------------------------------------------------------- */

static bool reads_by_hand(const ck_torch_run *run) {
  for (size_t i = 0; i < run->sites.n; i++)
    if (run->sites.at[i].site.loader != CK_LOADER_TORCH_LOAD &&
        run->sites.at[i].site.loader != CK_LOADER_TORCH_OPTIMIZER)
      return true;
  return false;
}

/* A write to a tensor in place: what a program does that copies a checkpoint's tensors by itself (copies.c). */
static bool writes_tensor(const ck_ir *node, const char *plain) {
  if (strcmp(plain, "operator=") == 0) {
    const ck_ir *to = ck_ir_kid(node, 0);
    const ck_ir_type *type = to ? ck_ir_strip_ref(to->type) : NULL;
    if (to != NULL && to->kind == CK_IR_REF) return false; /* another handle for a variable */
    return type == NULL || strcmp(type->name, "at::Tensor") == 0;
  }
  size_t n = strlen(plain);
  return n > 1 && plain[n - 1] == '_' && strcmp(plain, "requires_grad_") != 0;
}

/* A method of options: those of a module that is there stay as they are (open.c). */
static bool is_options(const char *name) {
  const char *at = strstr(name, "Options");
  return ck_starts_with(name, "torch::nn::") && at != NULL && strstr(at, "::") != NULL;
}

static bool is_temporary(const ck_ir *object) {
  while (object != NULL && object->kind == CK_IR_MCALL && is_options(object->name)) object = ck_ir_kid(object, 0);
  return object != NULL && object->kind == CK_IR_CONSTRUCT;
}

/* A call whose function is not in sight. */
static ck_loudness of_call(ck_torch_run *run, const ck_ir *node) {
  const char *name = node->name, *plain = ck_torch_method(name);
  if (AMONG(name, writers)) return CK_WRITES_FILES;
  for (size_t i = 0; i < sizeof writer_prefixes / sizeof *writer_prefixes; i++)
    if (ck_starts_with(name, writer_prefixes[i])) return CK_WRITES_FILES;
  if (AMONG(plain, reshapes)) return CK_LOUD;
  if (reads_by_hand(run) && (writes_tensor(node, plain) || AMONG(name, settings))) return CK_LOUD;
  if (AMONG(name, settings)) return strstr(name, "dtype") != NULL ? CK_LOUD : CK_QUIET;
  if (ck_starts_with(name, "torch::nn::functional::") || ck_starts_with(name, "torch::nn::init::") ||
      ck_starts_with(name, "torch::nn::utils::"))
    return CK_QUIET;
  if (is_options(name)) return is_temporary(ck_ir_kid(node, 0)) ? CK_QUIET : CK_LOUD;
  if (ck_starts_with(name, "torch::nn::") && !AMONG(plain, looks) && !AMONG(name, takes)) return CK_LOUD;
  if (*name == '\0') return CK_QUIET; /* by an expression: all that may be called is looked at */
  bool is_method = node->kind == CK_IR_MCALL || node->kind == CK_IR_OPCALL, only_looks = AMONG(plain, looks);
  if (AMONG(name, takes)) return CK_QUIET;
  for (uint32_t i = 0; i < node->nkids; i++) {
    if (node->kids[i] == NULL || (i == 0 && node->kind == CK_IR_CALL)) continue;
    if (!(is_method && only_looks) && node_may_lead(run, node->kids[i])) return CK_LOUD;
  }
  if (!(is_method && only_looks) && node->type != NULL && may_lead(run, node->type)) return CK_LOUD; /* make_shared */
  if (is_method && node->kids[0] == NULL && !only_looks) return CK_LOUD; /* of *this, as a base of the library's */
  const ck_ir *declared = *node->usr ? ck_ir_find_function(run->program, node->usr, NULL, NULL) : NULL;
  return declared != NULL && ck_ir_body(declared) == NULL ? CK_LOUD : CK_QUIET;
}

/* Of code that is not modelled its kids name all that it may change. */
static bool names_module(ck_torch_run *run, const ck_ir *node) {
  for (uint32_t i = 0; i < node->nkids; i++) {
    const ck_ir *kid = node->kids[i];
    const ck_ir_type *type = kid ? ck_ir_strip_ref(kid->type) : NULL; /* of an undeclared type no value is known */
    if (type != NULL && type->kind != CK_IR_T_UNKNOWN && may_lead(run, type)) return true;
    if (kid != NULL && names_module(run, kid)) return true;
  }
  return false;
}

/* A copy of a holder or pointer is one more of the same. */
static bool is_copy(const ck_ir *node) {
  const ck_ir *from = node->nkids == 1 ? node->kids[0] : NULL;
  const ck_ir_type *a = ck_ir_strip_ref(node->type), *b = from ? ck_ir_strip_ref(from->type) : NULL;
  return a != NULL && b != NULL && strcmp(a->spelling, b->spelling) == 0;
}

/* What makes a holder of modules makes modules, by constructors that nobody writes. */
static ck_loudness of_construction(ck_torch_run *run, const ck_ir *node) {
  const ck_ir_type *type = ck_ir_strip_ref(node->type);
  if (type == NULL) return CK_LOUD;
  if (ck_ev_type_is_a(run->ev, type, "torch::nn::Module")) return CK_LOUD;
  for (size_t i = 0; i < sizeof writer_prefixes / sizeof *writer_prefixes; i++)
    if (ck_starts_with(type->name, writer_prefixes[i]) && strcmp(type->name, "std::filesystem::path") != 0)
      return CK_WRITES_FILES;
  return may_lead(run, type) && !is_copy(node) ? CK_LOUD : CK_QUIET;
}

static bool makes_by_default(const ck_ir_type *type) {
  return type != NULL && (type->kind == CK_IR_T_RECORD || type->kind == CK_IR_T_ARRAY);
}

/* Modules' own virtual methods are called by their name. */
bool ck_torch_calls_back(const char *usr) { return strstr(usr, "@N@torch@N@nn@") == NULL; }

ck_loudness ck_torch_loudness(ck_ev *ev, void *data, const ck_ir *node, bool in_sight) {
  ck_torch_run *run = data;
  (void)ev;
  switch (node->kind) {
  case CK_IR_UNKNOWN:
    if (names_module(run, node)) return CK_LOUD;
    return node->flags & CK_IR_F_GLOBAL ? CK_OPENS_GLOBALS : CK_QUIET;
  case CK_IR_DELETE: return node_may_lead(run, ck_ir_kid(node, 0)) ? CK_LOUD : CK_QUIET;
  case CK_IR_ASSIGN: return node_may_lead(run, ck_ir_kid(node, 0)) ? CK_LOUD : CK_QUIET;
  case CK_IR_NEW: return may_lead(run, node->type) ? CK_LOUD : CK_QUIET;
  case CK_IR_CONSTRUCT: return of_construction(run, node);
  case CK_IR_VAR: /* `Net net;` */
    return ck_ir_kid(node, 0) == NULL && makes_by_default(node->type) && may_lead(run, node->type) ? CK_LOUD : CK_QUIET;
  case CK_IR_CALL:
  case CK_IR_MCALL:
  case CK_IR_OPCALL: {
    if (ck_torch_is_load(node)) return CK_LOUD;
    if (in_sight) return CK_QUIET;
    if (node->kind == CK_IR_OPCALL && strcmp(ck_torch_method(node->name), "operator=") == 0 &&
        node_may_lead(run, ck_ir_kid(node, 0)))
      return CK_LOUD;
    return of_call(run, node);
  }
  default: return CK_QUIET;
  }
}
