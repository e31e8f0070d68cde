/* copies.c - what hand-written loading does: which tensor of a file goes into which tensor of a model.
 *
 * A ck_tensor stands for libtorch's TensorImpl, so its address tells which tensor is written. What a call makes of a
 * tensor is linked to it: data() and detach() share its storage, a view shares a part, the rest are copies. A write is
 * led back along links that share, a source along all of them. While a world runs, writes are gathered; when it ends,
 * each file that was opened in it becomes an alternative of its site, with the writes and the model that they went to.
 *
 * What cannot be led back makes the world vague: then nothing is said of what was *not* written. */
#include <stdio.h>
#include <stdlib.h>

#include "torch/run_int.h"

typedef enum { SHARES, SHARES_PART, COPIES } link_kind;

struct ck_torch_link {
  const ck_tensor *from; /* NULL: a tensor of the file */
  link_kind kind;
  size_t file;
  const char *key;
};

/* --- links ---------------------------------------------------------------------------------------------------- */

static ck_torch_link *link_of(const ck_torch_run *run, const ck_tensor *t) {
  char name[32];
  snprintf(name, sizeof name, "%p", (const void *)t);
  return ck_map_get(&run->links, name);
}

static void set_link(ck_torch_run *run, const ck_tensor *t, ck_torch_link link) {
  char name[32];
  snprintf(name, sizeof name, "%p", (const void *)t);
  ck_torch_link *kept = CK_NEW(&run->arena, ck_torch_link);
  *kept = link;
  ck_map_put(&run->links, name, NULL)->p = kept;
}

void ck_torch_mark_source(ck_torch_run *run, const ck_tensor *t, size_t file, const char *key) {
  if (run != NULL) set_link(run, t, (ck_torch_link){.file = file, .key = key});
}

/* The tensor whose storage `t` is; *part: only some of it. NULL: a copy of another. */
static const ck_tensor *written(const ck_torch_run *run, const ck_tensor *t, bool *part) {
  for (const ck_torch_link *l; (l = link_of(run, t)) != NULL && l->from != NULL; t = l->from) {
    if (l->kind == COPIES) return NULL;
    *part |= l->kind == SHARES_PART;
  }
  return t;
}

/* The tensor of a file that `t` was made of; NULL if there is none. */
static const ck_torch_link *source(const ck_torch_run *run, const ck_tensor *t) {
  const ck_torch_link *l = t ? link_of(run, t) : NULL;
  while (l != NULL && l->from != NULL) l = link_of(run, l->from);
  return l;
}

/* --- events --------------------------------------------------------------------------------------------------- */

static bool listens(const ck_torch_run *run, ck_ev *ev) {
  return run != NULL && run->files.n > 0 && !ck_ev_is_trial(ev);
}

static void be_vague(ck_torch_run *run, const char *why, ck_loc loc) {
  if (run->vague != NULL) return;
  run->vague = why;
  run->vague_loc = loc;
}

static void add_event(ck_torch_run *run, ck_call *call, ck_copy_kind kind, const ck_tensor *to, const ck_tensor *from) {
  const ck_torch_link *origin = source(run, from);
  const ck_tensor *now = to != NULL ? ck_torch_tensor_now(call->ev, to) : NULL; /* set_data() may have been called */
  if (now != NULL && ck_torch_tensor_is_replaced(call->ev, now, NULL)) kind = CK_COPY_TOUCH;
  ck_torch_write w = {.file = origin ? origin->file : SIZE_MAX,
                      .target = to,
                      .copy = {.kind = kind,
                               .source = origin ? origin->key : NULL,
                               .to = now,
                               .from = from,
                               .when = ck_ev_path(call->ev),
                               .in_try = ck_ev_in_try(call->ev),
                               .no_grad = run->no_grad,
                               .loc = call->node->loc}};
  ck_vec_push(&run->writes, w);
}

/* A place in a file, by what it holds: dicts are copied and moved, their tensors keep where they come from. */
typedef struct {
  size_t file; /* SIZE_MAX: of none */
  const char *path;
} place;

static place place_of(const ck_torch_run *run, ck_ev *ev, ck_value v);

/* What is in a dict tells the dict: ".key" is cut off its path. */
static place place_of_dict(const ck_torch_run *run, ck_ev *ev, ck_value dict) {
  for (size_t i = 0; i < dict.map->n; i++) {
    ck_value key = dict.map->at[i].key;
    place inner = place_of(run, ev, ck_ev_load(ev, dict.map->at[i].cell));
    if (inner.file == SIZE_MAX || key.kind != CK_V_STRING || !ck_ends_with(inner.path, key.str)) continue;
    size_t n = strlen(inner.path) - strlen(key.str);
    return (place){inner.file, ck_arena_strndup(ck_ev_arena(ev), inner.path, n > 0 ? n - 1 : 0)};
  }
  return (place){SIZE_MAX, NULL};
}

static place place_of(const ck_torch_run *run, ck_ev *ev, ck_value v) {
  place at = {SIZE_MAX, NULL};
  const char *type;
  const ck_torch_link *origin = v.kind == CK_V_TENSOR ? source(run, v.tensor) : NULL;
  if (origin != NULL) return (place){origin->file, origin->key};
  if (v.kind == CK_V_MAP) return place_of_dict(run, ev, v);
  ck_torch_file_other(ev, v, &at.file, &at.path, &type);
  return at;
}

void ck_torch_copy_walked(ck_call *call, size_t file) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (run != NULL && file < run->files.n) run->files.at[file].is_walked = true;
}

void ck_torch_copy_walked_by(ck_call *call, ck_value item) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (run != NULL) ck_torch_copy_walked(call, place_of(run, call->ev, item).file);
}

void ck_torch_copy_asked(ck_call *call, ck_copy_kind kind, ck_value dict, const char *key) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (!listens(run, call->ev)) return;
  place at = place_of(run, call->ev, dict);
  if (at.file == SIZE_MAX) return;
  add_event(run, call, kind, NULL, NULL);
  ck_torch_write *w = &run->writes.at[run->writes.n - 1];
  w->file = at.file;
  w->copy.source = ck_arena_printf(&run->arena, "%s%s%s", at.path, at.path[0] ? "." : "", key);
}

void ck_torch_copy_absent(ck_call *call, ck_copy_kind kind, size_t file, const char *key) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (!listens(run, call->ev)) return;
  add_event(run, call, kind, NULL, NULL);
  ck_torch_write *w = &run->writes.at[run->writes.n - 1];
  w->file = file;
  w->copy.source = ck_arena_strdup(&run->arena, key);
}

void ck_torch_copy_no_tensor(ck_call *call, ck_value v) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (!listens(run, call->ev)) return;
  place at = place_of(run, call->ev, v);
  const char *path, *type = "dict";
  if (at.file == SIZE_MAX) return;
  ck_torch_file_other(call->ev, v, &at.file, &path, &type);
  add_event(run, call, CK_COPY_NO_TENSOR, NULL, NULL);
  ck_torch_write *w = &run->writes.at[run->writes.n - 1];
  w->file = at.file;
  w->copy.source = ck_arena_strdup(&run->arena, at.path);
  w->copy.type = ck_arena_strdup(&run->arena, type);
}

void ck_torch_copy_unwanted(ck_call *call, ck_copy_kind kind, const char *key) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (!listens(run, call->ev)) return;
  add_event(run, call, kind, NULL, NULL);
  run->writes.at[run->writes.n - 1].copy.key = ck_arena_strdup(&run->arena, key);
}

static ck_value plain(ck_call *call, ck_cell *cell) {
  ck_value v = cell ? ck_ev_load(call->ev, cell) : CK_VOID;
  for (int i = 0; v.kind == CK_V_PTR && v.tag != CK_PTR_ITERATOR && i < 8; i++) v = ck_ev_load(call->ev, v.cell);
  return v;
}

static void write_tensor(ck_torch_run *run, ck_call *call, ck_copy_kind kind, ck_value to, ck_value from) {
  if (to.kind != CK_V_TENSOR) {
    be_vague(run, to.kind == CK_V_UNKNOWN ? to.unknown->reason : "what is written to is not known", call->node->loc);
    return;
  }
  bool part = false;
  const ck_tensor *target = written(run, to.tensor, &part);
  if (target == NULL) return; /* a copy: no model has it */
  if (part || from.kind != CK_V_TENSOR) kind = CK_COPY_TOUCH;
  if (kind != CK_COPY_TOUCH && to.tensor != target && kind == CK_COPY_VALUES) {
    run->no_grad++; /* data() and detach() give a tensor without gradient */
    add_event(run, call, kind, target, from.tensor);
    run->no_grad--;
    return;
  }
  add_event(run, call, kind, target, from.kind == CK_V_TENSOR ? from.tensor : NULL);
}

void ck_torch_copy_read(ck_call *call, ck_value to, ck_value from) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (listens(run, call->ev) && to.kind == CK_V_TENSOR) write_tensor(run, call, CK_COPY_SET_DATA, to, from);
}

/* A module whose tensors are listed: what is written to may be among them. */
static void note_listing(ck_torch_run *run, ck_call *call) {
  ck_cell *cell = ck_torch_self_cell(call);
  if (cell == NULL || ck_torch_object(call->ev, cell) == NULL) return;
  for (size_t i = 0; i < run->listed.n; i++)
    if (run->listed.at[i] == cell) return;
  ck_vec_push(&run->listed, cell);
}

static bool ends_with_rvalue_qualifier(const char *usr) {
  size_t n = strlen(usr);
  return n > 3 && strcmp(usr + n - 3, "#&&") == 0;
}

static const char *tensor_method(const char *name) {
  static const char *const classes[] = {"at::Tensor::", "at::TensorBase::"};
  for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
    if (strncmp(name, classes[i], strlen(classes[i])) == 0) return name + strlen(classes[i]);
  return NULL;
}

static bool is_one_of(const char *name, const char *const *names, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}
#define ONE_OF(name, names) is_one_of(name, names, sizeof names / sizeof *names)

/* Methods that hand out memory, through which anything may be written. */
static const char *const memory[] = {"data_ptr", "mutable_data_ptr",  "unsafeGetTensorImpl", "storage",
                                     "accessor", "packed_accessor32", "packed_accessor64",   "index_put_"};
/* Results that are the same storage, all of it. */
static const char *const sharing[] = {"data", "detach", "variable_data", "tensor_data", "alias", "view", "view_as"};
/* Results that may be the same storage or a part of it. */
static const char *const parts[] = {"select",    "narrow",    "slice",   "operator[]", "index",
                                    "t",         "transpose", "permute", "unsqueeze",  "squeeze",
                                    "flatten",   "reshape",   "chunk",   "split",      "expand",
                                    "expand_as", "unbind",    "to",      "cpu",        "contiguous"};

void ck_torch_copies_calling(ck_call *call) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (run == NULL || ck_ev_is_trial(call->ev)) return;
  if (ck_starts_with(call->name, "torch::nn::Module::")) {
    static const char *const listings[] = {"parameters", "named_parameters", "buffers", "named_buffers"};
    if (ONE_OF(call->name + strlen("torch::nn::Module::"), listings)) note_listing(run, call);
    return;
  }
  if (ck_ends_with(call->name, "GradMode::set_enabled")) run->no_grad++;
  if (run->files.n == 0) return;
  const char *method = tensor_method(call->name);
  if (method == NULL) {
    if (ck_starts_with(call->name, "torch::nn::init::") && call->nargs > 0)
      write_tensor(run, call, CK_COPY_TOUCH, plain(call, call->args[0]), CK_VOID);
    return;
  }
  ck_value self = plain(call, call->self), from = call->nargs > 0 ? plain(call, call->args[0]) : CK_VOID;
  size_t n = strlen(method);
  if (strcmp(method, "copy_") == 0) write_tensor(run, call, CK_COPY_VALUES, self, from);
  else if (strcmp(method, "set_data") == 0) write_tensor(run, call, CK_COPY_SET_DATA, self, from);
  else if (strcmp(method, "operator=") == 0) {
    if (ends_with_rvalue_qualifier(call->node->usr)) write_tensor(run, call, CK_COPY_VALUES, self, from);
  } else if (strcmp(method, "requires_grad_") == 0 || strcmp(method, "detach_") == 0) {
    return;
  } else if ((n > 1 && method[n - 1] == '_') || ONE_OF(method, memory) || ck_ends_with(method, "=")) {
    if (strcmp(method, "operator==") != 0 && strcmp(method, "operator!=") != 0)
      write_tensor(run, call, CK_COPY_TOUCH, self, CK_VOID);
  }
}

void ck_torch_copies_called(ck_call *call, ck_value result) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (run == NULL || run->files.n == 0) return;
  result = result.kind == CK_V_PTR && result.tag == CK_PTR_REF ? CK_VOID : result;
  ck_value self = plain(call, call->self != NULL ? call->self : call->nargs > 0 ? call->args[0] : NULL);
  if (self.kind != CK_V_TENSOR) return;
  const char *method = tensor_method(call->name);
  if (method == NULL) method = ck_torch_method(call->name);
  link_kind kind = ONE_OF(method, sharing) ? SHARES : ONE_OF(method, parts) ? SHARES_PART : COPIES;
  if (result.kind == CK_V_TENSOR && result.tensor != self.tensor && link_of(run, result.tensor) == NULL)
    set_link(run, result.tensor, (ck_torch_link){.from = self.tensor, .kind = kind});
  for (size_t i = 0; result.kind == CK_V_LIST && i < result.list->n; i++) {
    ck_value item = ck_ev_load(call->ev, result.list->at[i]);
    if (item.kind == CK_V_TENSOR && link_of(run, item.tensor) == NULL)
      set_link(run, item.tensor, (ck_torch_link){.from = self.tensor, .kind = SHARES_PART});
  }
}

/* --- files ---------------------------------------------------------------------------------------------------- */

const ck_torch_file *ck_torch_open_file(const ck_torch_run *run, size_t file) {
  return run != NULL && file < run->files.n ? run->files.at[file].content : NULL;
}

size_t ck_torch_file_opened(ck_torch_run *run, ck_loc loc, ck_loader loader, ck_alternative alternative) {
  const ck_torch_files *files = run->request->checkpoints;
  if (files == NULL) return SIZE_MAX;
  const ck_torch_file *content = files->open(files->data, loc, loader, alternative.path);
  if (content == NULL) return SIZE_MAX;
  ck_vec_push(&run->files, (ck_torch_opened){content, loc, loader, alternative, false});
  return run->files.n - 1;
}

/* --- the end of a world --------------------------------------------------------------------------------------- */

void ck_torch_copies_begin(ck_torch_run *run) {
  ck_map_release(&run->links);
  ck_map_init(&run->links);
  run->files.n = run->writes.n = run->listed.n = 0;
  run->vague = NULL;
  run->no_grad = 0;
  run->loads_modules = false;
}

/* Keys of a model by the address of their tensors. */
static void index_tensors(const ck_model *model, ck_map *index) {
  char name[32];
  for (size_t i = 0; i < model->nkeys; i++) {
    if (model->keys[i].tensor == NULL) continue;
    snprintf(name, sizeof name, "%p", (const void *)model->keys[i].tensor);
    bool is_new;
    ck_map_entry *entry = ck_map_put(index, name, &is_new);
    if (is_new) entry->n = i + 1; /* shared under several names: the first stands for all */
  }
}

static const ck_key *key_of(const ck_model *model, const ck_map *index, const ck_tensor *t) {
  char name[32];
  snprintf(name, sizeof name, "%p", (const void *)t);
  const ck_map_entry *entry = ck_map_find(index, name);
  return entry != NULL ? &model->keys[entry->n - 1] : NULL;
}

/* Has the model each tensor that was written from `file`, and one at least? */
static bool takes_all(const ck_torch_run *run, const ck_model *model, size_t file) {
  ck_map index;
  ck_map_init(&index);
  index_tensors(model, &index);
  size_t found = 0;
  bool all = true;
  for (size_t i = 0; i < run->writes.n && all; i++) {
    const ck_torch_write *w = &run->writes.at[i];
    if (w->file != file || w->target == NULL) continue;
    all = key_of(model, &index, w->target) != NULL;
    found++;
  }
  ck_map_release(&index);
  return all && found > 0;
}

/* The module that was written to: one that was listed, else one that was constructed. */
static const ck_model *model_of(ck_torch_run *run, size_t file) {
  for (size_t i = 0; i < run->listed.n; i++) {
    ck_value v = ck_ev_pointer(CK_PTR_RAW, run->listed.at[i]);
    ck_model *model = ck_torch_derive(run->ev, &run->arena, v, run->files.at[file].loc);
    if (takes_all(run, model, file)) return model;
  }
  for (size_t i = 0; i < run->constructions.n; i++) {
    const ck_torch_construction *c = &run->constructions.at[i];
    ck_model *model = ck_torch_derive(run->ev, &run->arena, ck_ev_load(run->ev, c->cell), c->node->loc);
    if (takes_all(run, model, file)) return model;
  }
  return NULL;
}

/* The literals of `when` that `decided` does not have. */
static ck_condition beyond(ck_arena *arena, ck_condition when, ck_condition decided) {
  ck_literal *at = CK_NEW_N(arena, ck_literal, when.n + 1);
  size_t n = 0;
  for (size_t i = 0; i < when.n; i++) {
    bool is_decided = false;
    for (size_t k = 0; k < decided.n && !is_decided; k++) is_decided = decided.at[k].sym == when.at[i].sym;
    if (!is_decided) at[n++] = when.at[i];
  }
  return (ck_condition){at, n};
}

/* Was something done with what `file` holds? Names that a model was asked for are the file's if that alone was
 * listed. */
static bool concerns(const ck_torch_run *run, size_t file) {
  bool is_only = run->files.n == 1 && run->files.at[file].is_walked;
  for (size_t i = 0; i < run->writes.n; i++)
    if (run->writes.at[i].file == file || (is_only && run->writes.at[i].copy.kind == CK_COPY_SOUGHT)) return true;
  return false;
}

/* No tensor was written to, though the one module that was listed was looked at: nothing is loaded into it. */
static const ck_model *model_passed_by(ck_torch_run *run, size_t file) {
  for (size_t i = 0; i < run->writes.n; i++)
    if (run->writes.at[i].target != NULL) return NULL;
  if (run->listed.n != 1) return NULL;
  ck_value v = ck_ev_pointer(CK_PTR_RAW, run->listed.at[0]);
  const ck_model *model = ck_torch_derive(run->ev, &run->arena, v, run->files.at[file].loc);
  return model->nopens == 0 ? model : NULL;
}

static void fill_copies(ck_torch_run *run, size_t file, ck_condition decided, ck_alternative *a) {
  a->copies = CK_NEW_N(&run->arena, ck_copy, run->writes.n + 1);
  ck_map index, names;
  ck_map_init(&names);
  ck_map_init(&index);
  if (a->model != NULL) index_tensors(a->model, &index);
  for (size_t i = 0; a->model != NULL && i < a->model->nkeys; i++)
    ck_map_put(&names, a->model->keys[i].key, NULL)->n = i + 1;
  for (size_t i = 0; i < run->writes.n; i++) {
    const ck_torch_write *w = &run->writes.at[i];
    if (w->file != file && w->file != SIZE_MAX && w->target == NULL) continue;
    ck_copy copy = w->copy;
    const ck_key *key = w->target && a->model ? key_of(a->model, &index, w->target) : NULL;
    if (w->target != NULL && key == NULL && a->model != NULL) continue; /* of another model */
    const ck_map_entry *same = key != NULL && copy.source != NULL ? ck_map_find(&names, copy.source) : NULL;
    if (same != NULL && a->model->keys[same->n - 1].tensor == w->target)
      key = &a->model->keys[same->n - 1]; /* of a tensor with several names, the file's */
    if (key != NULL) copy.key = key->key;
    if (w->file != file && copy.kind != CK_COPY_UNWANTED && copy.kind != CK_COPY_SOUGHT)
      copy.kind = CK_COPY_TOUCH, copy.source = NULL;
    copy.when = beyond(&run->arena, copy.when, decided);
    a->copies[a->ncopies++] = copy;
  }
  ck_map_release(&index);
  ck_map_release(&names);
}

void ck_torch_copies_end(ck_torch_run *run, bool reached_end) {
  ck_condition decided = ck_ev_path(run->ev);
  for (size_t f = 0; f < run->files.n; f++) {
    ck_torch_opened *file = &run->files.at[f];
    ck_alternative a = file->alternative;
    /* a tensor by itself, or what an archive is asked for by name, need not be a model's */
    bool needs_model = file->loader != CK_LOADER_TORCH_TENSOR && file->loader != CK_LOADER_ARCHIVE;
    if (concerns(run, f)) {
      a.model = model_of(run, f);
      if (a.model == NULL) a.model = model_passed_by(run, f);
      fill_copies(run, f, decided, &a);
      a.copied_whole = a.model != NULL && run->vague == NULL && reached_end && !run->loads_modules;
      if (a.model == NULL && !needs_model) a.model = file->alternative.model;
      if (a.model == NULL && a.reason == NULL && needs_model) {
        a.reason = "which module the tensors are copied into is not known";
        a.reason_loc = file->loc;
      }
    }
    if (run->vague != NULL && a.reason == NULL && needs_model) {
      a.reason = ck_arena_strdup(&run->arena, run->vague);
      a.reason_loc = run->vague_loc;
    }
    ck_torch_add_alternative(run, ck_torch_site_at(run, file->loc, file->loader), a);
  }
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool same_tensor(const ck_tensor *a, const ck_tensor *b) {
  if (a == b) return true;
  if (a == NULL || b == NULL || a->rank != b->rank || a->dtype != b->dtype) return false;
  for (int32_t i = 0; i < a->rank; i++)
    if (a->dims[i].kind != b->dims[i].kind || a->dims[i].n != b->dims[i].n || a->dims[i].sym != b->dims[i].sym)
      return false;
  return true;
}

bool ck_torch_same_copies(const ck_alternative *a, const ck_alternative *b) {
  if (a->ncopies != b->ncopies || a->copied_whole != b->copied_whole) return false;
  for (size_t i = 0; i < a->ncopies; i++) {
    const ck_copy *x = &a->copies[i], *y = &b->copies[i];
    if (x->kind != y->kind || !same_text(x->key, y->key) || !same_text(x->source, y->source) ||
        !same_tensor(x->to, y->to) || !same_tensor(x->from, y->from) || x->in_try != y->in_try ||
        x->no_grad != y->no_grad || x->when.n != y->when.n)
      return false;
    for (size_t k = 0; k < x->when.n; k++)
      if (x->when.at[k].sym != y->when.at[k].sym || x->when.at[k].holds != y->when.at[k].holds) return false;
  }
  return true;
}
