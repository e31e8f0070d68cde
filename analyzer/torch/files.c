/* files.c - checkpoints as values: what pickle_load, jit::load and load(std::vector<Tensor>&) return to the program.
 *
 * A dict is a MAP "c10::Dict" of strings and tensors, in file order, as libtorch keeps it. A TorchScript module is an
 * OBJECT with the hidden fields "file" (number of the open file) and "path" (dotted, of the submodule); what it lists
 * is made when asked for. So a hand-written loop over a checkpoint is run round by round, like any other, and what it
 * does to a model is seen tensor by tensor (copies.c).
 *
 * Claims nothing where the file cannot be read: the value is unknown then, and the site is undetermined. */
#include <stdio.h>

#include "torch/run_int.h"

#define JIT    "torch::jit::Module"
#define IVALUE "c10::IValue"

/* --- making values -------------------------------------------------------------------------------------------- */

static ck_value tensor_of(ck_call *call, size_t file, const ck_torch_file_tensor *t) {
  ck_ev *ev = call->ev;
  ck_value v;
  if (t->rank < 0 || t->rank > CK_TORCH_MAX_RANK) {
    v = ck_torch_unknown_tensor(ev, call->node->loc, -1, t->dtype, "the shape of `%s` in the file", t->key);
  } else {
    ck_dim dims[CK_TORCH_MAX_RANK];
    for (int32_t i = 0; i < t->rank; i++) dims[i] = (ck_dim){.kind = CK_DIM_INT, .n = t->shape[i]};
    v = ck_ev_tensor(ev, dims, t->rank, t->dtype);
  }
  ck_torch_mark_source(ck_torch_run_of(ev), v.tensor, file, t->key);
  return v;
}

static void set_field(ck_ev *ev, ck_object *object, const char *name, ck_value v) {
  ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, name)), v);
}

/* What is neither tensor nor dict: where it stands in which file, and Python's name of its type. */
static ck_value other_of(ck_call *call, size_t file, const ck_torch_file_item *item) {
  ck_ev *ev = call->ev;
  ck_cell *cell = ck_ev_object(ev, IVALUE, call->node->loc);
  ck_object *object = ck_torch_object(ev, cell);
  set_field(ev, object, "file", CK_INT((int64_t)file));
  set_field(ev, object, "path", ck_ev_string(ev, item->path));
  set_field(ev, object, "type", ck_ev_string(ev, item->type));
  return ck_ev_load(ev, cell);
}

ck_value ck_torch_file_root(ck_call *call, size_t file, const ck_torch_file_dict *dict) {
  ck_ev *ev = call->ev;
  ck_cell *cell = ck_ev_cell(ev, ck_ev_map(ev, "c10::Dict"));
  for (size_t i = 0; i < dict->count; i++) {
    const ck_torch_file_item *item = &dict->items[i];
    ck_value v = item->tensor != NULL ? tensor_of(call, file, item->tensor)
                 : item->dict != NULL ? ck_torch_file_root(call, file, item->dict)
                                      : other_of(call, file, item);
    ck_ev_store(ev, ck_ev_map_put(ev, cell, ck_ev_string(ev, item->key)), v);
  }
  return ck_ev_load(ev, cell);
}

static const char *text_field(ck_ev *ev, const ck_object *object, const char *name) {
  ck_cell *cell = ck_ev_find_field(object, name);
  ck_value v = cell ? ck_ev_load(ev, cell) : CK_VOID;
  return v.kind == CK_V_STRING ? v.str : NULL;
}

bool ck_torch_file_other(ck_ev *ev, ck_value v, size_t *file, const char **path, const char **type) {
  if (v.kind != CK_V_OBJECT || strcmp(v.object->cls, IVALUE) != 0) return false;
  ck_cell *number = ck_ev_find_field(v.object, "file");
  ck_value n = number ? ck_ev_load(ev, number) : CK_VOID;
  *path = text_field(ev, v.object, "path");
  *type = text_field(ev, v.object, "type");
  *file = n.kind == CK_V_INT ? (size_t)n.i : SIZE_MAX;
  return *path != NULL && *type != NULL;
}

static const ck_torch_file_tensor *find_tensor(const ck_torch_file *content, const char *key) {
  for (size_t i = 0; i < content->ntensors; i++)
    if (strcmp(content->tensors[i].key, key) == 0) return &content->tensors[i];
  return NULL;
}

bool ck_torch_file_tensor_of(ck_call *call, size_t file, const ck_torch_file *content, const char *key, ck_value *out) {
  const ck_torch_file_tensor *t = find_tensor(content, key);
  if (t != NULL) *out = tensor_of(call, file, t);
  return t != NULL;
}

/* load(vector&) appends "0", "1", ... up to the first that is absent (FORMATS.md B.2). */
void ck_torch_file_append(ck_call *call, ck_cell *vector, size_t file, const ck_torch_file *content) {
  for (size_t i = 0;; i++) {
    char key[24];
    snprintf(key, sizeof key, "%zu", i);
    const ck_torch_file_tensor *t = find_tensor(content, key);
    if (t == NULL) return;
    ck_ev_list_push(call->ev, vector, tensor_of(call, file, t));
  }
}

ck_value ck_torch_file_module(ck_call *call, size_t file, const char *path) {
  ck_ev *ev = call->ev;
  ck_cell *cell = ck_ev_object(ev, JIT, call->node->loc);
  ck_object *object = ck_torch_object(ev, cell);
  ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, "file")), CK_INT((int64_t)file));
  ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, "path")), ck_ev_string(ev, path));
  return ck_ev_load(ev, cell);
}

/* --- c10::IValue, c10::Dict ----------------------------------------------------------------------------------- */

static ck_value itself(ck_call *call) {
  ck_cell *cell = ck_torch_self_cell(call);
  return cell ? ck_ev_ref(cell) : ck_torch_harmless(call);
}

/* What an IValue is, by the type that Python gives it; NULL: not known. */
static const char *type_of(ck_call *call, ck_value *v) {
  ck_cell *cell = ck_torch_self_cell(call);
  size_t file;
  const char *path, *type;
  *v = cell ? ck_ev_decide(call->ev, ck_ev_load(call->ev, cell)) : CK_VOID;
  switch (v->kind) {
  case CK_V_TENSOR: return "torch.Tensor";
  case CK_V_STRING: return "str";
  case CK_V_MAP: return "dict";
  default: return ck_torch_file_other(call->ev, *v, &file, &path, &type) ? type : NULL;
  }
}

/* toTensor() and toGenericDict() throw for everything else, isTensor() and isGenericDict() are false. */
static ck_value as(ck_call *call, const char *wanted) {
  ck_value v;
  const char *type = type_of(call, &v);
  if (type == NULL || strcmp(type, wanted) == 0) return v.kind == CK_V_OBJECT ? ck_torch_harmless(call) : itself(call);
  if (strcmp(wanted, "torch.Tensor") == 0) ck_torch_copy_no_tensor(call, v);
  ck_ev_throw(call->ev, call->node->loc, "a value of a file is asked for as something else");
  return CK_VOID;
}

static ck_value is(ck_call *call, const char *wanted) {
  ck_value v;
  const char *type = type_of(call, &v);
  return type != NULL ? CK_BOOL(strcmp(type, wanted) == 0) : ck_torch_harmless(call);
}

static ck_value as_tensor(ck_call *call) { return as(call, "torch.Tensor"); }
static ck_value as_dict(ck_call *call) { return as(call, "dict"); }
static ck_value is_tensor(ck_call *call) { return is(call, "torch.Tensor"); }
static ck_value is_dict(ck_call *call) { return is(call, "dict"); }

/* A string, as keys are; what other strings the file holds is not known. */
static ck_value as_string(ck_call *call) {
  ck_value v;
  return type_of(call, &v) != NULL && v.kind == CK_V_STRING ? itself(call) : ck_torch_harmless(call);
}

static ck_cell *dict_of(ck_call *call) {
  ck_cell *cell = ck_torch_self_cell(call);
  return cell != NULL && ck_ev_load(call->ev, cell).kind == CK_V_MAP ? cell : NULL;
}

/* The slot of the argument's key. False: that cannot be said. */
static bool look_up(ck_call *call, ck_cell *dict, ck_cell **slot) {
  bool known = false;
  ck_value key = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  *slot = key.kind == CK_V_STRING ? ck_ev_map_find(call->ev, ck_ev_load(call->ev, dict), key, &known) : NULL;
  return known;
}

static ck_value dict_at(ck_call *call) {
  ck_cell *dict = dict_of(call), *slot;
  if (dict == NULL || !look_up(call, dict, &slot)) return ck_torch_harmless(call);
  if (slot != NULL) return ck_ev_ref(slot);
  ck_torch_copy_asked(call, CK_COPY_ABSENT, ck_ev_load(call->ev, dict), ck_torch_arg(call, 0).str);
  ck_ev_throw(call->ev, call->node->loc, "Argument passed to at() was not in the map");
  return CK_VOID;
}

static void sought(ck_call *call, ck_cell *dict) {
  ck_torch_copy_asked(call, CK_COPY_SOUGHT, ck_ev_load(call->ev, dict), ck_torch_arg(call, 0).str);
}

static ck_value dict_contains(ck_call *call) {
  ck_cell *dict = dict_of(call), *slot;
  if (dict == NULL || !look_up(call, dict, &slot)) return ck_torch_harmless(call);
  if (slot == NULL) sought(call, dict);
  return CK_BOOL(slot != NULL);
}

static ck_value dict_size(ck_call *call) {
  ck_cell *dict = dict_of(call);
  return dict ? CK_INT((int64_t)ck_ev_load(call->ev, dict).map->n) : ck_torch_harmless(call);
}

static ck_value dict_empty(ck_call *call) {
  ck_cell *dict = dict_of(call);
  return dict ? CK_BOOL(ck_ev_load(call->ev, dict).map->n == 0) : ck_torch_harmless(call);
}

static ck_value dict_begin(ck_call *call) {
  ck_cell *dict = dict_of(call);
  return dict ? ck_ev_iterator(dict, 0) : ck_torch_harmless(call);
}

static ck_value dict_end(ck_call *call) {
  ck_cell *dict = dict_of(call);
  return dict ? ck_ev_iterator(dict, ck_ev_load(call->ev, dict).map->n) : ck_torch_harmless(call);
}

static ck_value dict_find(ck_call *call) {
  ck_cell *dict = dict_of(call), *slot;
  if (dict == NULL || !look_up(call, dict, &slot)) return ck_torch_harmless(call);
  if (slot == NULL) sought(call, dict);
  ck_value map = ck_ev_load(call->ev, dict);
  size_t i = 0;
  while (i < map.map->n && map.map->at[i].cell != slot) i++;
  return ck_ev_iterator(dict, i);
}

static ck_value iterator_value(ck_call *call) { return ck_ev_decide(call->ev, ck_torch_self(call)); }

static ck_value iterator_entry(ck_call *call) {
  ck_value it = iterator_value(call);
  ck_cell *entry = it.kind == CK_V_PTR && it.tag == CK_PTR_ITERATOR ? ck_ev_element(call->ev, it) : NULL;
  if (entry == NULL) return ck_torch_harmless(call);
  return ck_ev_pointer(strstr(call->name, "->") ? CK_PTR_RAW : CK_PTR_REF, entry);
}

static ck_value iterator_next(ck_call *call) {
  ck_value it = iterator_value(call);
  if (call->self == NULL || it.kind != CK_V_PTR || it.tag != CK_PTR_ITERATOR) return ck_torch_harmless(call);
  ck_value old = it;
  it.index++;
  ck_ev_store(call->ev, call->self, it);
  return call->nargs > 0 || strstr(call->node->usr, "#I#") ? old : ck_ev_ref(call->self);
}

static ck_value iterators_compare(ck_call *call) {
  bool method = call->self != NULL && call->nargs == 1;
  ck_value a = method ? iterator_value(call) : ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  ck_value b = ck_ev_decide(call->ev, ck_torch_arg(call, method ? 0 : 1));
  if (a.kind != CK_V_PTR || b.kind != CK_V_PTR || a.cell != b.cell) return ck_torch_harmless(call);
  return CK_BOOL((a.index == b.index) == (strstr(call->name, "operator==") != NULL));
}

static ck_value entry_part(ck_call *call, size_t i) {
  ck_cell *cell = ck_torch_self_cell(call);
  ck_value v = cell ? ck_ev_load(call->ev, cell) : CK_VOID;
  if (v.kind != CK_V_LIST || v.list->n != 2) return ck_torch_harmless(call);
  ck_torch_copy_walked_by(call, ck_ev_load(call->ev, v.list->at[1]));
  return ck_ev_ref(v.list->at[i]);
}
static ck_value entry_key(ck_call *call) { return entry_part(call, 0); }
static ck_value entry_value(ck_call *call) { return entry_part(call, 1); }

/* c10::IValue(x), c10::Dict(x): x. An empty dict is no file's. */
ck_value ck_torch_ivalue_construct(ck_call *call) {
  return call->nargs == 1 ? ck_torch_arg(call, 0) : ck_torch_harmless(call);
}

/* --- torch::jit::Module --------------------------------------------------------------------------------------- */

typedef struct {
  const ck_torch_file *content;
  size_t file;
  const char *prefix; /* "fc1." or "" */
} script;

static bool script_of(ck_call *call, script *out) {
  ck_object *object = ck_torch_self_object(call);
  ck_cell *file = object ? ck_ev_find_field(object, "file") : NULL,
          *path = file ? ck_ev_find_field(object, "path") : NULL;
  if (path == NULL || strcmp(object->cls, JIT) != 0) return false;
  ck_value f = ck_ev_load(call->ev, file), p = ck_ev_load(call->ev, path);
  if (f.kind != CK_V_INT || p.kind != CK_V_STRING) return false;
  out->file = (size_t)f.i;
  out->content = ck_torch_open_file(ck_torch_run_of(call->ev), out->file);
  out->prefix = *p.str ? ck_arena_printf(ck_ev_arena(call->ev), "%s.", p.str) : "";
  return out->content != NULL;
}

static ck_value named(ck_call *call, const char *name, ck_value value) {
  ck_ev *ev = call->ev;
  ck_cell *cell = ck_ev_object(ev, "torch::jit::Named", call->node->loc);
  ck_object *object = ck_torch_object(ev, cell);
  ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, "name")), ck_ev_string(ev, name));
  ck_ev_store(ev, ck_ev_field(ev, object, ck_ev_intern(ev, "value")), value);
  return ck_ev_load(ev, cell);
}

/* In slot order, submodules where they stand among the attributes: file order. */
static ck_value list_tensors(ck_call *call, ck_kind kind, bool with_names) {
  script s;
  if (!script_of(call, &s)) return ck_torch_harmless(call);
  ck_torch_copy_walked(call, s.file);
  bool recurse = true;
  if (call->nargs > 0) {
    ck_value v = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
    if (v.kind != CK_V_BOOL) return ck_torch_harmless(call);
    recurse = v.i != 0;
  }
  ck_value *values = CK_NEW_N(ck_ev_arena(call->ev), ck_value, s.content->ntensors + 1);
  size_t n = 0, skip = strlen(s.prefix);
  for (size_t i = 0; i < s.content->ntensors; i++) {
    const ck_torch_file_tensor *t = &s.content->tensors[i];
    if (t->kind != kind || strncmp(t->key, s.prefix, skip) != 0) continue;
    if (!recurse && strchr(t->key + skip, '.') != NULL) continue;
    ck_value v = tensor_of(call, s.file, t);
    values[n++] = with_names ? named(call, t->key + skip, v) : v;
  }
  return ck_ev_list(call->ev, "std::vector", values, n);
}

static ck_value jit_parameters(ck_call *call) { return list_tensors(call, CK_KIND_PARAMETER, false); }
static ck_value jit_named_parameters(ck_call *call) { return list_tensors(call, CK_KIND_PARAMETER, true); }
static ck_value jit_buffers(ck_call *call) { return list_tensors(call, CK_KIND_BUFFER, false); }
static ck_value jit_named_buffers(ck_call *call) { return list_tensors(call, CK_KIND_BUFFER, true); }

bool ck_torch_file_has_module(const ck_torch_file *content, const char *path) {
  for (size_t i = 0; i < content->nmodules; i++)
    if (strcmp(content->modules[i], path) == 0) return true;
  return false;
}

/* attr(name): a tensor, a submodule, or something that the file's reader does not list. */
static ck_value jit_attr(ck_call *call) {
  script s;
  ck_value name = ck_ev_decide(call->ev, ck_torch_arg(call, 0));
  if (!script_of(call, &s) || name.kind != CK_V_STRING) return ck_torch_harmless(call);
  const char *key = ck_arena_printf(ck_ev_arena(call->ev), "%s%s", s.prefix, name.str);
  const ck_torch_file_tensor *t = strchr(name.str, '.') == NULL ? find_tensor(s.content, key) : NULL;
  if (t != NULL) return tensor_of(call, s.file, t);
  if (strchr(name.str, '.') == NULL && ck_torch_file_has_module(s.content, key))
    return ck_torch_file_module(call, s.file, key);
  return ck_torch_harmless(call);
}

/* x = y */
static ck_value assign(ck_call *call) {
  if (call->self == NULL) return CK_VOID;
  ck_cell *cell = ck_torch_self_cell(call);
  ck_ev_store(call->ev, cell ? cell : call->self, ck_torch_arg(call, 0));
  return ck_ev_ref(cell ? cell : call->self);
}

/* to(dtype) changes every tensor of the module: what it holds is not the file's any more. */
static ck_value jit_to(ck_call *call) {
  ck_dtype dtype;
  for (size_t i = 0; i < call->nargs; i++)
    if (ck_torch_as_dtype(call, ck_ev_decide(call->ev, ck_torch_arg(call, i)), ck_torch_arg_type(call, i), &dtype))
      return ck_torch_opens(call, "a TorchScript module that was cast");
  return CK_VOID;
}

/* "c10::IValue" converts without a call in the IR; what the file gives is never another kind of value. */
const ck_builtin ck_torch_file_rows[] = {
    {"c10::IValue::toGenericDict", as_dict, 0, 0},
    {"c10::IValue::toTensor", as_tensor, 0, 0},
    {"c10::IValue::toModule", itself, 0, 0},
    {"c10::IValue::toStringRef", as_string, 0, 0},
    {"c10::IValue::toStringView", as_string, 0, 0},
    {"c10::IValue::isTensor", is_tensor, 0, 0},
    {"c10::IValue::isGenericDict", is_dict, 0, 0},
    {"c10::Dict::at", dict_at, 1, 1},
    {"c10::Dict::contains", dict_contains, 1, 1},
    {"c10::Dict::find", dict_find, 1, 1},
    {"c10::Dict::size", dict_size, 0, 0},
    {"c10::Dict::empty", dict_empty, 0, 0},
    {"c10::Dict::begin", dict_begin, 0, 0},
    {"c10::Dict::end", dict_end, 0, 0},
    {"c10::impl::DictIterator::operator*", iterator_entry, 0, 0},
    {"c10::impl::DictIterator::operator->", iterator_entry, 0, 0},
    {"c10::impl::DictIterator::operator++", iterator_next, 0, 1},
    {"c10::impl::operator==", iterators_compare, 1, 2},
    {"c10::impl::operator!=", iterators_compare, 1, 2},
    {"c10::impl::DictEntryRef::key", entry_key, 0, 0},
    {"c10::impl::DictEntryRef::value", entry_value, 0, 0},
    {JIT "::parameters", jit_parameters, 0, 1},
    {JIT "::named_parameters", jit_named_parameters, 0, 1},
    {JIT "::buffers", jit_buffers, 0, 1},
    {JIT "::named_buffers", jit_named_buffers, 0, 1},
    {"torch::jit::Object::attr", jit_attr, 1, 1},
    {JIT "::attr", jit_attr, 1, 1},
    {JIT "::to", jit_to, 1, 3},
    {JIT "::operator=", assign, 1, 1},
    {"c10::IValue::operator=", assign, 1, 1},
    {"c10::Dict::operator=", assign, 1, 1},
};
const size_t ck_torch_file_row_count = sizeof ck_torch_file_rows / sizeof *ck_torch_file_rows;
