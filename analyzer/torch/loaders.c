/* loaders.c - the calls that load a checkpoint, and InputArchive, which stands between file and module.
 *
 * An InputArchive is an OBJECT with fields "path" and "subtree" (the dotted path that archive.read(name, sub) went
 * down). Loading a module changes no key; loading a tensor or a vector makes it unknown. */
#include <stdio.h>

#include "torch/run_int.h"

const char *ck_loader_name(ck_loader loader) {
  static const char *const names[CK_LOADER_COUNT] = {[CK_LOADER_TORCH_LOAD] = "torch::load",
                                                     [CK_LOADER_TORCH_TENSOR] = "torch::load(Tensor)",
                                                     [CK_LOADER_TORCH_VECTOR] = "torch::load(std::vector<Tensor>)",
                                                     [CK_LOADER_TORCH_OPTIMIZER] = "torch::load(Optimizer)",
                                                     [CK_LOADER_JIT_LOAD] = "torch::jit::load",
                                                     [CK_LOADER_PICKLE_LOAD] = "torch::pickle_load",
                                                     [CK_LOADER_ARCHIVE] = "torch::serialize::InputArchive"};
  return names[loader];
}

bool ck_torch_is_loader(const char *name) {
  static const char *const names[] = {"torch::load", "torch::jit::load", "torch::pickle_load",
                                      "torch::jit::pickle_load", "torch::nn::Module::load"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}

/* A path as the program gives it: a string, or a file stream's. */
static ck_value path_of(ck_call *call, ck_value v) {
  v = ck_ev_decide(call->ev, v);
  if (v.kind == CK_V_OBJECT) {
    ck_cell *cell = ck_ev_find_field(v.object, "path");
    if (cell) return ck_ev_decide(call->ev, ck_ev_load(call->ev, cell));
    return ck_call_unknown(call, "what a stream reads from");
  }
  const ck_value *path = ck_std_stream_path(v); /* wherever it stands: the archive's reader seeks from 0 */
  if (path != NULL) return ck_ev_decide(call->ev, *path);
  if (v.kind == CK_V_NATIVE && v.tag == CK_TAG_STREAM) return ck_call_unknown(call, "what a stream reads from");
  if (v.kind == CK_V_LIST && v.list->n == 1) return path_of(call, ck_ev_load(call->ev, v.list->at[0]));
  const char *text;
  if ((v.kind == CK_V_LIST || v.kind == CK_V_PTR) && ck_std_text(call, v, &text)) return ck_ev_string(call->ev, text);
  if (v.kind == CK_V_LIST) return ck_call_unknown(call, "it is read from memory, not from a file");
  if (v.kind == CK_V_VOID) return ck_call_unknown(call, "an archive that nothing was read into");
  return v;
}

static ck_loader loader_for(ck_call *call, size_t i, ck_value v) {
  const ck_ir_type *type = ck_torch_arg_type(call, i);
  if (v.kind == CK_V_TENSOR || (type && strcmp(type->name, "at::Tensor") == 0)) return CK_LOADER_TORCH_TENSOR;
  if (type && strcmp(type->name, "std::vector") == 0) return CK_LOADER_TORCH_VECTOR;
  if (v.kind == CK_V_LIST) return CK_LOADER_TORCH_VECTOR;
  if (type && (ck_starts_with(type->name, "torch::optim::"))) return CK_LOADER_TORCH_OPTIMIZER;
  if (v.kind == CK_V_OBJECT && ck_starts_with(v.object->cls, "torch::optim::")) return CK_LOADER_TORCH_OPTIMIZER;
  return CK_LOADER_TORCH_LOAD;
}

static ck_cell *target_of(ck_call *call, size_t i) {
  if (i >= call->nargs || call->args[i] == NULL) return NULL;
  ck_cell *cell = ck_ev_target(call->ev, call->args[i]);
  return cell != NULL ? cell : call->args[i];
}

/* What was loaded is not known any more. */
static void forget(ck_call *call, size_t i, ck_loader loader) {
  ck_cell *cell = target_of(call, i);
  if (cell == NULL) return;
  if (loader == CK_LOADER_TORCH_TENSOR)
    ck_ev_store(call->ev, cell,
                ck_torch_unknown_tensor(call->ev, call->node->loc, -1, CK_DTYPE_UNKNOWN, "a tensor read from a file"));
  else if (loader == CK_LOADER_TORCH_VECTOR)
    ck_ev_store(call->ev, cell, ck_call_unknown(call, "tensors read from a file"));
}

/* A tensor of a file goes into `cell`: into nothing yet, or into the storage of a tensor, which may be a model's. */
static void read_tensor(ck_call *call, ck_cell *cell, ck_value tensor) {
  ck_value old = ck_ev_decide(call->ev, ck_ev_load(call->ev, cell));
  bool is_new = old.kind == CK_V_TENSOR && !old.tensor->defined;
  if (!is_new) ck_torch_copy_read(call, old, tensor);
  ck_ev_store(
      call->ev, cell,
      is_new ? tensor
             : ck_torch_unknown_tensor(call->ev, call->node->loc, -1, CK_DTYPE_UNKNOWN, "a tensor read from a file"));
}

/* torch::load(value, path or stream, [device]) */
static ck_value load(ck_call *call) {
  ck_value what = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  ck_loader loader = loader_for(call, 0, what);
  size_t file = ck_torch_site(call, loader, what, path_of(call, ck_torch_arg(call, 1)), call->nargs > 2, NULL);
  const ck_torch_file *content = ck_torch_open_file(ck_torch_run_of(call->ev), file);
  ck_cell *vector = content && what.kind == CK_V_LIST ? ck_ev_target(call->ev, call->args[0]) : NULL;
  if (content && vector == NULL && what.kind == CK_V_LIST) vector = call->args[0];
  ck_value tensor = CK_VOID;
  if (vector != NULL) ck_torch_file_append(call, vector, file, content);
  else if (content && loader == CK_LOADER_TORCH_TENSOR && ck_torch_file_tensor_of(call, file, content, "0", &tensor))
    read_tensor(call, target_of(call, 0), tensor);
  else forget(call, 0, loader);
  return CK_VOID;
}

/* torch::save(value, path), ExportModule(module, path): a stream's file was opened before, a buffer is none. */
static ck_value save_to(ck_call *call, size_t i) {
  ck_value path = ck_ev_decide(call->ev, ck_torch_arg(call, i));
  const ck_ir_type *type = ck_torch_arg_type(call, i);
  bool is_text = path.kind == CK_V_STRING || (path.kind == CK_V_SYM && path.sym->type == CK_SYM_STRING) ||
                 (type != NULL && (type->kind == CK_IR_T_POINTER || strcmp(type->name, "std::basic_string") == 0));
  if (path.kind == CK_V_LIST && ck_std_stream_path(path) != NULL) /* behind what a file had given to the memory */
    ck_ev_store(call->ev, target_of(call, i), ck_call_unknown(call, "what was saved into it"));
  if (path.kind == CK_V_NATIVE && path.tag == CK_TAG_STREAM) path = path_of(call, path);
  else if (!is_text) return ck_torch_harmless(call);
  ck_ev_file_changes(call->ev, CK_FILE_WRITTEN, path, call->node->loc);
  return ck_torch_harmless(call);
}

static ck_value save(ck_call *call) { return save_to(call, 1); }
static ck_value save_self(ck_call *call) { return save_to(call, 0); }

static ck_value jit_load(ck_call *call) {
  ck_value path = path_of(call, ck_torch_arg(call, 0));
  size_t file = ck_torch_site(call, CK_LOADER_JIT_LOAD, CK_VOID, path, call->nargs > 1, NULL);
  if (ck_torch_open_file(ck_torch_run_of(call->ev), file) != NULL) return ck_torch_file_module(call, file, "");
  return ck_call_unknown(call, "a TorchScript module read from a file");
}

static ck_value pickle_load(ck_call *call) {
  ck_value bytes = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  if (bytes.kind == CK_V_PTR) bytes = path_of(call, ck_ev_load(call->ev, bytes.cell));
  bool is_file = ck_std_stream_path(bytes) != NULL; /* a vector with the content of a file (eval/std_stream.c) */
  ck_value path =
      is_file ? path_of(call, bytes) : ck_call_unknown(call, "what the bytes given to `pickle_load` were read from");
  size_t file = ck_torch_site(call, CK_LOADER_PICKLE_LOAD, CK_VOID, path, false, NULL);
  const ck_torch_file *content = ck_torch_open_file(ck_torch_run_of(call->ev), file);
  if (content != NULL) return ck_torch_file_root(call, file, content->dict);
  return ck_call_unknown(call, "a value read from a file");
}

/* --- archives ------------------------------------------------------------------------------------------------- */

static ck_value field(ck_call *call, ck_value archive, const char *name) {
  ck_cell *cell = archive.kind == CK_V_OBJECT ? ck_ev_find_field(archive.object, name) : NULL;
  return cell ? ck_ev_decide(call->ev, ck_ev_load(call->ev, cell)) : CK_VOID;
}

static void set_field(ck_call *call, ck_object *object, const char *name, ck_value v) {
  ck_ev_store(call->ev, ck_ev_field(call->ev, object, ck_ev_intern(call->ev, name)), v);
}

ck_value ck_torch_archive_construct(ck_call *call) {
  if (call->self) return CK_VOID;
  return ck_ev_load(call->ev, ck_ev_object(call->ev, "torch::serialize::InputArchive", call->node->loc));
}

static ck_value load_from(ck_call *call) {
  ck_object *object = ck_torch_self_object(call);
  if (object == NULL) return CK_VOID;
  ck_torch_run *run = ck_torch_run_of(call->ev);
  object->loc = call->node->loc; /* the site of what is read from it by name */
  if (run != NULL && !ck_ev_is_trial(call->ev)) {
    ck_torch_site_builder *site = ck_torch_site_at(run, object->loc, CK_LOADER_ARCHIVE);
    site->reached = true;
    site->entry = run->entry;
  }
  set_field(call, object, "path", path_of(call, ck_torch_arg(call, 0)));
  set_field(call, object, "device", CK_BOOL(call->nargs > 1));
  return CK_VOID;
}

static bool is_archive(const ck_object *object) {
  return object != NULL && strcmp(object->cls, "torch::serialize::InputArchive") == 0;
}

/* The dotted path of what is asked for; NULL: not known. */
static const char *full_name(ck_call *call, ck_value archive) {
  ck_value above = field(call, archive, "subtree"), name = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  if (name.kind != CK_V_STRING || (above.kind != CK_V_STRING && above.kind != CK_V_VOID)) return NULL;
  return above.kind == CK_V_STRING ? ck_arena_printf(ck_ev_arena(call->ev), "%s.%s", above.str, name.str) : name.str;
}

/* The file of an archive whose tensors are read by name: one site, where it was opened. */
static size_t archive_site(ck_call *call, ck_value archive, ck_value path) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  const ck_loc loc = archive.object->loc;
  for (size_t i = 0; run != NULL && path.kind == CK_V_STRING && i < run->files.n; i++) {
    const ck_torch_opened *f = &run->files.at[i];
    if (f->loader == CK_LOADER_ARCHIVE && f->loc.line == loc.line && f->loc.column == loc.column &&
        strcmp(f->loc.file, loc.file) == 0 && strcmp(f->alternative.path, path.str) == 0)
      return i;
  }
  ck_ir node = *call->node;
  ck_call opened = *call;
  node.loc = loc;
  opened.node = &node;
  ck_value device = field(call, archive, "device");
  return ck_torch_site(&opened, CK_LOADER_ARCHIVE, CK_VOID, path, device.kind == CK_V_BOOL && device.i, NULL);
}

/* read(name, tensor), try_read(name, tensor): 1 if it is there, 0 if not, -1 if that is not known. */
static int read_by_name(ck_call *call, ck_value archive, ck_cell *target, bool throws) {
  ck_value path = field(call, archive, "path"), tensor = CK_VOID;
  const char *name = full_name(call, archive);
  if (path.kind != CK_V_VOID && name == NULL) path = ck_call_unknown(call, "the name of what is read from an archive");
  size_t file = path.kind != CK_V_VOID ? archive_site(call, archive, path) : SIZE_MAX;
  const ck_torch_file *content = ck_torch_open_file(ck_torch_run_of(call->ev), file);
  if (content == NULL) {
    ck_ev_store(
        call->ev, target,
        ck_torch_unknown_tensor(call->ev, call->node->loc, -1, CK_DTYPE_UNKNOWN, "a tensor read from an archive"));
    return -1;
  }
  ck_torch_copy_walked(call, file);
  if (ck_torch_file_tensor_of(call, file, content, name, &tensor)) {
    read_tensor(call, target, tensor);
    return 1;
  }
  ck_torch_copy_absent(call, throws ? CK_COPY_ABSENT : CK_COPY_SOUGHT, file, name);
  if (throws) ck_ev_throw(call->ev, call->node->loc, "No such serialized tensor");
  return 0;
}

/* read(name, sub archive) goes down; read(name, tensor) gives a tensor of the file. */
static ck_value read(ck_call *call) {
  ck_ev *ev = call->ev;
  ck_object *object = ck_torch_self_object(call);
  ck_cell *target = target_of(call, 1);
  ck_object *sub = ck_torch_object(ev, target);
  ck_value self = {.kind = CK_V_OBJECT, .object = object};
  const ck_ir_type *type = ck_torch_arg_type(call, 1);
  if (is_archive(object) && is_archive(sub)) {
    sub->loc = object->loc;
    ck_value above = field(call, self, "subtree"), name = ck_ev_decide(ev, ck_torch_arg(call, 0));
    set_field(call, sub, "path", field(call, self, "path"));
    set_field(call, sub, "device", field(call, self, "device"));
    if (name.kind != CK_V_STRING || (above.kind != CK_V_STRING && above.kind != CK_V_VOID))
      set_field(call, sub, "subtree", ck_call_unknown(call, "the part of an archive that is read"));
    else
      set_field(call, sub, "subtree",
                ck_ev_string(ev, above.kind == CK_V_STRING
                                     ? ck_arena_printf(ck_ev_arena(ev), "%s.%s", above.str, name.str)
                                     : name.str));
    return CK_VOID;
  }
  if (is_archive(object) && target != NULL && type != NULL && strcmp(type->name, "at::Tensor") == 0)
    read_by_name(call, self, target, true);
  else if (target != NULL)
    ck_ev_store(ev, target,
                ck_torch_unknown_tensor(ev, call->node->loc, -1, CK_DTYPE_UNKNOWN, "a value read from an archive"));
  return CK_VOID;
}

/* Has the file a submodule of that name? 1, 0, or -1: not known. */
static int has_submodule(ck_call *call, ck_value archive) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  const ck_torch_files *files = run != NULL ? run->request->checkpoints : NULL;
  ck_value path = field(call, archive, "path");
  const char *name = full_name(call, archive);
  ck_loc changed_at;
  if (files == NULL || path.kind != CK_V_STRING || name == NULL) return -1;
  if (ck_torch_file_is_changed(call->ev, path, &changed_at) != NULL) return -1;
  const ck_torch_file *content = files->open(files->data, archive.object->loc, CK_LOADER_ARCHIVE, path.str);
  if (content == NULL || content->modules == NULL) return -1;
  return ck_torch_file_has_module(content, name);
}

static ck_value try_read(ck_call *call) {
  ck_cell *target = target_of(call, 1);
  ck_value self = {.kind = CK_V_OBJECT, .object = ck_torch_self_object(call)};
  const ck_ir_type *type = ck_torch_arg_type(call, 1);
  int found = -1;
  if (is_archive(self.object) && is_archive(ck_torch_object(call->ev, target))) {
    found = has_submodule(call, self);
    if (found != 0) read(call);
  } else if (is_archive(self.object) && target != NULL && type != NULL && strcmp(type->name, "at::Tensor") == 0) {
    found = read_by_name(call, self, target, false);
  } else {
    read(call);
  }
  return found < 0 ? ck_call_unknown(call, "whether an archive holds the name") : CK_BOOL(found);
}

static void load_archive(ck_call *call, ck_value what, ck_loader loader, ck_value archive) {
  ck_value path = field(call, archive, "path"), device = field(call, archive, "device"),
           subtree = field(call, archive, "subtree");
  if (subtree.kind == CK_V_UNKNOWN) path = subtree;
  if (path.kind == CK_V_VOID) path = ck_call_unknown(call, "an archive that nothing was read into");
  ck_torch_site(call, loader, what, path, device.kind == CK_V_BOOL && device.i,
                subtree.kind == CK_V_STRING ? subtree.str : NULL);
}

static ck_value archive_value(ck_call *call, size_t i) {
  ck_value v = ck_ev_decide(call->ev, ck_torch_arg(call, i));
  if (v.kind == CK_V_PTR) {
    ck_cell *cell = ck_ev_target(call->ev, v.cell);
    v = cell ? ck_ev_load(call->ev, cell) : CK_VOID;
  }
  return v;
}

/* module->load(archive); within an override of load() the module is a part of what the caller's site loads. */
static ck_value module_load(ck_call *call) {
  ck_cell *self = ck_torch_self_cell(call);
  if (self != NULL) load_archive(call, ck_ev_pointer(CK_PTR_RAW, self), CK_LOADER_TORCH_LOAD, archive_value(call, 0));
  return CK_VOID;
}

/* archive >> value */
static ck_value extract(ck_call *call) {
  bool method = call->self != NULL && call->nargs == 1;
  ck_value archive = method ? ck_torch_self(call) : archive_value(call, 0);
  size_t i = method ? 0 : 1;
  ck_value what = ck_ev_decide(call->ev, ck_torch_arg(call, i));
  ck_loader loader = loader_for(call, i, what);
  load_archive(call, what, loader, archive);
  forget(call, i, loader);
  return method ? ck_torch_return_self(call) : archive;
}

ck_value ck_torch_guard_construct(ck_call *call) {
  bool is_grad = strstr(call->name, "Grad") != NULL || strstr(call->name, "Inference") != NULL;
  if (is_grad && ck_torch_run_of(call->ev) != NULL) ck_torch_run_of(call->ev)->no_grad++;
  if (call->self) return CK_VOID;
  return (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_GUARD};
}

#define ARCHIVE "torch::serialize::InputArchive::"
const ck_builtin ck_torch_loader_rows[] = {
    {"torch::load", load, 2, -1},
    {"torch::jit::load", jit_load, 1, 3},
    {"torch::pickle_load", pickle_load, 1, 1},
    {"torch::jit::pickle_load", pickle_load, 1, -1},
    {"torch::nn::Module::load", module_load, 1, 1},
    {"torch::operator>>", extract, 1, 2},
    {"torch::nn::operator>>", extract, 1, 2},
    {"torch::optim::operator>>", extract, 1, 2},
    {"torch::serialize::operator>>", extract, 1, 2},
    {ARCHIVE "load_from", load_from, 1, -1},
    {ARCHIVE "read", read, 2, 3},
    {ARCHIVE "try_read", try_read, 2, 3},
    {ARCHIVE "*", ck_torch_harmless, 0, -1},
    {"torch::save", save, 2, -1},
    {"torch::jit::ExportModule", save, 2, -1},
    {"torch::jit::Module::save", save_self, 1, -1},
    {"torch::jit::Module::_save_for_mobile", save_self, 1, -1},
    {"torch::serialize::OutputArchive::save_to", save_self, 1, -1},
    {"torch::serialize::OutputArchive::*", ck_torch_harmless, 0, -1},
};
const size_t ck_torch_loader_row_count = sizeof ck_torch_loader_rows / sizeof *ck_torch_loader_rows;
