/* read_archive.c - libtorch archives and TorchScript: D/data.pkl with D/constants.pkl beside it (FORMATS.md A.1, A.2).
 *
 * data.pkl is one object whose attributes are tensors and further objects: the path of attribute names is the key.
 * Parameter or buffer is told by the class texts. Every attribute that is an object of a module class is a submodule,
 * key-less ones too, which torch::load asks for as well. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ckpt/torch_zip.h"

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

typedef struct {
  ck_ckpt_job *job;
  ck_class_table classes;
  ck_strbuf key;
  unsigned depth;
} walk;

static int probe(const ck_ckpt_zip *zip) {
  return ck_zip_find_in_top(zip, "constants.pkl") && ck_zip_find_in_top(zip, "data.pkl") ? 90 : 0;
}

static const char *class_name(ck_ckpt_job *job, const ck_pv *v) {
  if (v->type != PV_OBJECT || v->items[0]->type != PV_GLOBAL) return NULL;
  return ck_arena_strndup(&job->scratch, v->items[0]->s, v->items[0]->n);
}

static size_t enter(walk *w, const ck_pv *name) {
  size_t n = w->key.n;
  if (n) ck_strbuf_putc(&w->key, '.');
  ck_strbuf_puts(&w->key, ck_ckpt_copy_key(w->job, name->s, name->n));
  return n;
}

static void leave(walk *w, size_t n) {
  w->key.n = n;
  w->key.s[n] = 0;
}

static ck_status find_class(walk *w, const char *name, const ck_class **class) {
  TRY(ck_class_find(&w->classes, name, class));
  bool is_new;
  if (*class) return CK_OK;
  ck_map_put(&w->classes.files, name, &is_new); /* once per class */
  if (is_new)
    ck_ckpt_add_problem(w->job, CK_CKPT_BAD_ARCHIVE, CK_NO_OFFSET, NULL,
                        "the archive has no text of the class %.200s, so libtorch refuses it", name);
  return CK_OK;
}

static ck_status add_tensor(walk *w, const ck_pv *v, const char *class, const char *attribute) {
  ck_ckpt_entry entry = {.key = ck_ckpt_copy(w->job, w->key.s, w->key.n)};
  TRY(ck_pv_tensor(w->job, v, &entry));
  entry.kind = ck_class_kind(&w->classes, class, attribute);
  entry.is_plain_attribute = entry.kind == CK_CKPT_KIND_UNKNOWN && ck_map_find(&w->classes.classes, class) != NULL;
  return ck_ckpt_add_entry(w->job, &entry);
}

static ck_status walk_object(walk *w, ck_pv *v, const char *class);

/* An object of a C++ class (packed weights): the program has the class, the archive has no text of it. */
static bool is_native(const char *class) { return ck_starts_with(class, "__torch__.torch.classes."); }

static ck_status walk_attribute(walk *w, const char *class, const ck_pv *name, ck_pv *v) {
  ck_status status = CK_OK;
  const char *inner = class_name(w->job, v);
  size_t n = enter(w, name);
  if (ck_pv_is_tensor(w->job, v)) {
    status = add_tensor(w, v, class, ck_ckpt_copy_key(w->job, name->s, name->n));
  } else if (inner && ck_starts_with(inner, "__torch__.") && !is_native(inner) && v->items[0]->row != NULL) {
    const ck_class *c;
    status = find_class(w, inner, &c);
    if (status == CK_OK && (c == NULL || c->is_module)) { /* classes that are no modules are plain data */
      ck_ckpt_add_module(w->job, ck_ckpt_copy(w->job, w->key.s, w->key.n));
      status = walk_object(w, v, inner);
    }
  }
  leave(w, n);
  return status;
}

static ck_status walk_object(walk *w, ck_pv *v, const char *class) {
  const ck_pv *state = v->state;
  if (v->is_open || state == NULL || state->type != PV_DICT)
    return CK_OK; /* a tuple: __getstate__ of a packed object */
  if (++w->depth > w->job->limits->max_depth)
    return ck_fail(w->job->err, CK_LIMIT, "its modules nest deeper than %u (limit max_depth)",
                   w->job->limits->max_depth);
  v->is_open = true;
  for (size_t i = 0; i + 1 < state->n; i += 2) {
    TRY(ck_ckpt_visit(w->job));
    if (state->items[i]->type == PV_STR) TRY(walk_attribute(w, class, state->items[i], state->items[i + 1]));
  }
  v->is_open = false;
  w->depth--;
  return CK_OK;
}

static ck_ckpt_format_id format_of(walk *w, const ck_pv *root, const char *class) {
  const ck_class *c = ck_map_get(&w->classes.classes, class);
  const ck_pv *state = root->state;
  if (state && state->type == PV_DICT) {
    bool is_empty = state->n == 0 && w->job->ckpt->entries.n == 0;
    if (is_empty && ck_zip_has_prefix(w->job->zip, "constants/")) return CK_CKPT_FORMAT_FROZEN;
    if (state->n == 6 && ck_pv_get(state, "pytorch_version") && ck_pv_get(state, "state") &&
        ck_pv_get(state, "param_groups"))
      return CK_CKPT_FORMAT_OPTIMIZER;
  }
  bool is_plain = c == NULL || (c->is_module && !c->has_methods);
  return is_plain && ck_ends_with(class, ".Module") ? CK_CKPT_FORMAT_LIBTORCH : CK_CKPT_FORMAT_TORCHSCRIPT;
}

/* torch::save of a tensor or of a vector writes parameters "0", "1", ... and nothing else; so does a ParameterList. */
static ck_ckpt_root_kind root_kind(const ck_ckpt *c) {
  char name[24];
  if (c->modules.n > 0 || c->entries.n == 0) return CK_CKPT_ROOT_MODULE;
  for (size_t i = 0; i < c->entries.n; i++) {
    snprintf(name, sizeof name, "%zu", i);
    if (strcmp(c->entries.at[i].key, name) != 0) return CK_CKPT_ROOT_MODULE;
  }
  return c->entries.n == 1 ? CK_CKPT_ROOT_TENSOR : CK_CKPT_ROOT_LIST;
}

static void add_scalars(ck_ckpt_job *job, const ck_pv *state) {
  for (size_t i = 0; state && state->type == PV_DICT && i + 1 < state->n && i < 200; i += 2) {
    const char *text = ck_pv_scalar_text(job, state->items[i + 1]);
    if (text == NULL || state->items[i]->type != PV_STR || state->items[i + 1]->type == PV_BOOL) continue;
    const char *name = ck_ckpt_copy_key(job, state->items[i]->s, state->items[i]->n);
    ck_ckpt_add_meta(job, ck_arena_printf(&job->scratch, "value.%s", name), text);
  }
}

static ck_status walk_root(walk *w) {
  ck_pickle pickle, constants;
  ck_ckpt_job *job = w->job;
  TRY(ck_torch_zip_prepare(job));
  TRY(ck_torch_zip_pickle(job, "data.pkl", &pickle));
  TRY(ck_torch_zip_pickle(job, "constants.pkl", &constants)); /* for the globals that it names */
  const char *class = class_name(job, pickle.root);
  const ck_class *c;
  job->ckpt->has_modules = true;
  if (class == NULL || !ck_starts_with(class, "__torch__."))
    return ck_fail(job->err, CK_CORRUPT, "%s/data.pkl holds no module", job->zip->top);
  TRY(find_class(w, class, &c));
  TRY(walk_object(w, pickle.root, class));
  job->ckpt->format = format_of(w, pickle.root, class);
  ck_ckpt_add_meta(job, "root.type", class);
  add_scalars(job, pickle.root->state);
  ck_ckpt_add_root_part(job, root_kind(job->ckpt));
  return CK_OK;
}

static ck_status read_archive(ck_ckpt_job *job) {
  walk w = {.job = job};
  ck_class_table_init(&w.classes, job);
  ck_strbuf_init(&w.key);
  ck_status status = walk_root(&w);
  ck_strbuf_release(&w.key);
  ck_class_table_release(&w.classes);
  return status;
}

const ck_ckpt_reader ck_reader_archive = {.name = "archive", .probe_zip = probe, .read = read_archive};
