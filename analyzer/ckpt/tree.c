/* tree.c - Python's objects as keys.
 *
 * The root value of a file of torch.save is walked once, in file order. Every tensor in nested dicts and lists becomes
 * an entry whose key is the path joined by dots. On the way, each place that could be taken for a state dict becomes a
 * *part*: a dict or list with tensors directly in it, a pickled torch.nn.Module, or a lone tensor at the root.
 *
 * An optimizer's state dict ({"state": ..., "param_groups": ...}) is full of such dicts and none is a candidate, so no
 * part is made below one. A pickled module is told by the attributes that torch.nn.Module keeps in every instance:
 * `_parameters`, `_buffers`, `_modules`. Its keys are those of its state_dict(), found without the class. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "ckpt/pickle.h"

enum {
  MAX_TEXT = 200,   /* bytes of a scalar's text that are kept */
  MAX_PARTS = 10000 /* candidates; more are no choice for anybody */
};

/* One part under construction; `base` is where a key of its own starts in a key of the file. */
typedef struct part_builder part_builder;
struct part_builder {
  part_builder *outer;
  CK_VEC(size_t) entries; /* their positions in the file's list */
  CK_VEC(ck_ckpt_other) others;
  CK_VEC(ck_ckpt_item) items;
  CK_VEC(const char *) modules;
  size_t base;
};

typedef struct {
  ck_ckpt_job *job;
  ck_strbuf key;             /* path so far, joined by dots */
  CK_VEC(const char *) path; /* its steps */
  unsigned depth;
  unsigned optimizer;       /* depth of optimizer dicts around: no parts below */
  part_builder *part;       /* the module being walked; NULL outside */
  const ck_ckpt_dict *made; /* the dict that was walked last */
} walk;

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

static ck_status walk_value(walk *w, ck_pv *v);

/* --- Small pieces ------------------------------------------------------------------------------------------------ */

/* Looks through the type tags that torch::pickle_save puts around a container. */
static ck_pv *untag(ck_pv *v) {
  for (int i = 0; i < 16 && ck_pv_call(v) == PG_FIRST && v->items[1]->type == PV_TUPLE && v->items[1]->n > 0; i++)
    v = v->items[1]->items[0];
  return v;
}

/* A dict key or list position as one step of a path; NULL for what can be no part of a key (None, a tuple, ...). */
static const char *step_text(ck_ckpt_job *job, const ck_pv *k) {
  if (k->type == PV_STR) return ck_ckpt_copy_key(job, k->s, k->n);
  if (k->type == PV_INT) return ck_arena_printf(&job->ckpt->arena, "%lld", (long long)k->i);
  if (k->type == PV_BOOL) return k->i ? "True" : "False";
  return NULL;
}

static size_t enter(walk *w, const char *step) {
  size_t n = w->key.n;
  if (w->path.n > 0) ck_strbuf_putc(&w->key, '.');
  ck_strbuf_puts(&w->key, step);
  ck_vec_push(&w->path, step);
  return n;
}

static void leave(walk *w, size_t n) {
  w->key.n = n;
  w->key.s[n] = 0;
  w->path.n--;
}

static const char *current_key(walk *w) {
  return w->path.n == 1 ? w->path.at[0] : ck_ckpt_copy(w->job, w->key.s, w->key.n);
}

const char *ck_pv_scalar_text(ck_ckpt_job *job, const ck_pv *v) {
  char text[64];
  switch (v->type) {
  case PV_INT: snprintf(text, sizeof text, "%lld", (long long)v->i); break;
  case PV_FLOAT: /* the shortest form that reads back as the same number, as Python prints it: up to 15 digits are
                    exact, fewer below the normal numbers */
    for (int digits = fabs(v->f) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
      snprintf(text, sizeof text, "%.*g", digits, v->f);
      if (strtod(text, NULL) == v->f) break;
    }
    break;
  case PV_BOOL: return v->i ? "True" : "False";
  case PV_STR: return ck_ckpt_copy_key(job, v->s, v->n < MAX_TEXT ? v->n : MAX_TEXT);
  default: return NULL;
  }
  return ck_ckpt_copy(job, text, strlen(text));
}

static bool is_dict_like(const ck_pv *v) { return v->type == PV_DICT || (v->type == PV_OBJECT && v->is_pairs); }
static bool is_sequence(const ck_pv *v) { return v->type == PV_LIST || v->type == PV_TUPLE || v->type == PV_SET; }
static size_t first_item(const ck_pv *v) { return v->type == PV_OBJECT ? 2 : 0; }

/* The attributes of a pickled torch.nn.Module: the dict that BUILD gave it, or NULL. */
static const ck_pv *module_state(const ck_pv *v) {
  const ck_pv *state = v->type == PV_OBJECT ? v->state : NULL;
  if (state && state->type == PV_TUPLE && state->n == 2) state = state->items[0]; /* (dict, slots) */
  if (state == NULL || ck_pv_get(state, "_parameters") == NULL || ck_pv_get(state, "_modules") == NULL) return NULL;
  return state;
}

static bool is_optimizer(const ck_pv *v) {
  return v->type == PV_DICT && ck_pv_get(v, "state") && ck_pv_get(v, "param_groups");
}

/* --- Parts ------------------------------------------------------------------------------------------------------- */

static const char *path_text(walk *w) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  for (size_t i = 0; i < w->path.n; i++) {
    const char *s = w->path.at[i];
    bool is_number = s[0] != 0 && strspn(s, "0123456789") == strlen(s);
    ck_strbuf_printf(&b, is_number ? "[%.200s]" : "[\"%.200s\"]", s);
  }
  const char *text = ck_ckpt_copy(w->job, b.s, b.n);
  ck_strbuf_release(&b);
  return text;
}

static void *keep(ck_ckpt_job *job, void *at, size_t n, size_t size) {
  if (n == 0) return NULL;
  return memcpy(ck_arena_alloc(&job->ckpt->arena, n * size), at, n * size);
}

static bool takes_parts(const walk *w) { return w->optimizer == 0 && w->job->ckpt->parts.n < MAX_PARTS; }

/* Where a part must come in file order: before the parts that lie inside it. */
static size_t reserve_part(walk *w) {
  ck_ckpt_part none = {.path_text = NULL};
  ck_vec_push(&w->job->ckpt->parts, none);
  return w->job->ckpt->parts.n - 1;
}

static void drop_part(walk *w, size_t at) {
  ck_ckpt *c = w->job->ckpt;
  memmove(c->parts.at + at, c->parts.at + at + 1, (--c->parts.n - at) * sizeof *c->parts.at);
}

static const ck_ckpt_entry *own_entries(ck_ckpt_job *job, const part_builder *b) {
  ck_ckpt_entry *own = b->entries.n ? CK_NEW_N(&job->ckpt->arena, ck_ckpt_entry, b->entries.n) : NULL;
  for (size_t i = 0; i < b->entries.n; i++) {
    own[i] = job->ckpt->entries.at[b->entries.at[i]];
    own[i].key += b->base;
  }
  return own;
}

static void set_part(walk *w, size_t at, ck_ckpt_root_kind kind, const part_builder *b, bool has_modules) {
  ck_ckpt_job *job = w->job;
  ck_ckpt_part *part = &job->ckpt->parts.at[at];
  *part = (ck_ckpt_part){.kind = kind, .has_modules = has_modules, .path_count = w->path.n};
  part->path_text = path_text(w);
  part->path = keep(job, w->path.at, w->path.n, sizeof *w->path.at);
  part->entries = own_entries(job, b), part->entry_count = b->entries.n;
  part->others = keep(job, b->others.at, b->others.n, sizeof *b->others.at), part->other_count = b->others.n;
  part->modules = keep(job, b->modules.at, b->modules.n, sizeof *b->modules.at), part->module_count = b->modules.n;
}

static size_t base_of(const walk *w) { return w->path.n ? w->key.n + 1 : 0; }

static void release_part(part_builder *b) {
  free(b->entries.at);
  free(b->others.at);
  free(b->items.at);
  free(b->modules.at);
}

/* --- Tensors and other values ------------------------------------------------------------------------------------ */

static ck_status add_tensor(walk *w, const ck_pv *v, ck_ckpt_kind kind, bool persistent) {
  ck_ckpt_entry entry = {.key = current_key(w), .kind = kind};
  TRY(ck_pv_tensor(w->job, v, &entry));
  entry.is_persistent = persistent;
  if (kind == CK_CKPT_KIND_UNKNOWN && ck_pv_call(v) == PG_PARAMETER) entry.kind = CK_CKPT_PARAMETER;
  TRY(ck_ckpt_add_entry(w->job, &entry));
  return CK_OK;
}

static void add_other(walk *w, const ck_pv *v) {
  ck_ckpt_other other = {current_key(w), ck_pv_type_name(w->job, v), ck_pv_scalar_text(w->job, v)};
  ck_vec_push(&w->job->ckpt->others, other);
}

/* --- Modules ----------------------------------------------------------------------------------------------------- */

static bool has_name(const ck_pv *set, const ck_pv *name) {
  for (size_t i = 0; set && i < set->n; i++)
    if (set->items[i]->type == PV_STR && set->items[i]->n == name->n && memcmp(set->items[i]->s, name->s, name->n) == 0)
      return true;
  return false;
}

static ck_status walk_tensors(walk *w, const ck_pv *dict, ck_ckpt_kind kind, const ck_pv *transient) {
  for (size_t i = 0; dict && i + 1 < dict->n; i += 2) {
    const ck_pv *v = dict->items[i + 1];
    const char *step = step_text(w->job, dict->items[i]);
    TRY(ck_ckpt_visit(w->job));
    if (step == NULL || !ck_pv_is_tensor(w->job, v)) continue;
    size_t n = enter(w, step);
    ck_status status = add_tensor(w, v, kind, !has_name(transient, dict->items[i]));
    leave(w, n);
    TRY(status);
  }
  return CK_OK;
}

/* A module's own tensors, then its children, as state_dict() lists them. */
static ck_status walk_module(walk *w, ck_pv *v) {
  const ck_pv *state = module_state(v), *children = ck_pv_get(state, "_modules");
  const ck_pv *transient = ck_pv_get(state, "_non_persistent_buffers_set");
  const ck_pv *parameters = ck_pv_get(state, "_parameters"), *buffers = ck_pv_get(state, "_buffers");
  if (v->is_open) return CK_OK;
  if (++w->depth > w->job->limits->max_depth)
    return ck_fail(w->job->err, CK_LIMIT, "its modules nest deeper than %u (limit max_depth)",
                   w->job->limits->max_depth);
  v->is_open = true;
  if (transient && transient->type != PV_SET) transient = NULL;
  TRY(walk_tensors(w, is_dict_like(parameters) ? parameters : NULL, CK_CKPT_PARAMETER, NULL));
  TRY(walk_tensors(w, buffers && is_dict_like(buffers) ? buffers : NULL, CK_CKPT_BUFFER, transient));
  for (size_t i = 0; is_dict_like(children) && i + 1 < children->n; i += 2) {
    const char *step = step_text(w->job, children->items[i]);
    TRY(ck_ckpt_visit(w->job));
    if (step == NULL || module_state(children->items[i + 1]) == NULL) continue;
    size_t n = enter(w, step);
    const char *path = current_key(w);
    ck_vec_push(&w->part->modules, path + w->part->base);
    ck_status status = walk_module(w, children->items[i + 1]);
    leave(w, n);
    TRY(status);
  }
  v->is_open = false;
  w->depth--;
  return CK_OK;
}

/* The outermost module of a tree: one part for all of it. */
static ck_status walk_root_module(walk *w, ck_pv *v) {
  ck_ckpt *c = w->job->ckpt;
  bool is_part = takes_parts(w);
  size_t at = is_part ? reserve_part(w) : 0, first = c->entries.n;
  part_builder b = {.outer = w->part, .base = base_of(w)};
  w->part = &b;
  ck_status status = walk_module(w, v);
  w->part = b.outer;
  for (size_t i = first; status == CK_OK && i < c->entries.n; i++) ck_vec_push(&b.entries, i);
  if (status == CK_OK && is_part) {
    set_part(w, at, CK_CKPT_ROOT_MODULE, &b, true);
    if (w->path.n == 0) {
      for (size_t i = 0; i < b.modules.n; i++) ck_ckpt_add_module(w->job, b.modules.at[i]);
      c->has_modules = true;
    }
  }
  release_part(&b);
  return status;
}

/* --- Dicts and lists --------------------------------------------------------------------------------------------- */

static ck_status walk_child(walk *w, part_builder *b, const char *step, ck_pv *v) {
  ck_ckpt *c = w->job->ckpt;
  size_t entries = c->entries.n, n = enter(w, step);
  ck_status status = CK_OK;
  v = untag(v);
  w->made = NULL;
  if (v->type != PV_NONE) status = walk_value(w, v);
  if (status != CK_OK) return leave(w, n), status;
  ck_ckpt_item item = {.key = step, .type = ck_pv_type_name(w->job, v), .entry = SIZE_MAX, .dict = w->made};
  if (ck_pv_is_tensor(w->job, v) && c->entries.n == entries + 1) item.entry = entries, item.type = "torch.Tensor";
  ck_vec_push(&b->items, item);
  if (c->entries.n == entries + 1 && ck_pv_is_tensor(w->job, v) &&
      strcmp(c->entries.at[entries].key + b->base, step) == 0) { /* not below it */
    ck_vec_push(&b->entries, entries);
  } else if (v->type != PV_NONE) {
    ck_ckpt_other other = {step, item.type, ck_pv_scalar_text(w->job, v)};
    ck_vec_push(&b->others, other);
  }
  leave(w, n);
  return CK_OK;
}

/* Which items of a dict count: Python keeps the last value of a key that occurs twice. Open addressing over the
 * items' positions; `hashes` makes a comparison of two keys rare. */
typedef struct {
  uint64_t *hashes;
  uint32_t *slots; /* position of an item plus 1, 0 = free */
  size_t size;
} key_table;

static uint64_t hash_key(const ck_pv *k) {
  if (k->type == PV_STR) return ck_hash64(k->s, k->n, 1);
  return ck_hash64(&k->i, sizeof k->i, 2);
}

static bool same_key(const ck_pv *a, const ck_pv *b) {
  if (a->type != b->type) return false;
  return a->type == PV_STR ? a->n == b->n && memcmp(a->s, b->s, a->n) == 0 : a->i == b->i;
}

static bool is_key(const ck_pv *k) { return k->type == PV_STR || k->type == PV_INT || k->type == PV_BOOL; }

/* Enters the key of item i; returns the position of the one it hides, or i. */
static size_t enter_key(key_table *t, const ck_pv *v, size_t i) {
  uint64_t hash = hash_key(v->items[i]);
  size_t at = (size_t)hash & (t->size - 1);
  for (; t->slots[at] != 0; at = (at + 1) & (t->size - 1)) {
    size_t other = t->slots[at] - 1;
    if (t->hashes[at] != hash || !same_key(v->items[other], v->items[i])) continue;
    t->slots[at] = (uint32_t)i + 1;
    return other;
  }
  t->hashes[at] = hash;
  t->slots[at] = (uint32_t)i + 1;
  return i;
}

/* Marks the hidden items of a dict in `hidden`, one byte per pair; NULL if there are none. The caller's to free(). */
static unsigned char *find_hidden(const ck_pv *v, size_t first) {
  key_table t = {.size = 16};
  unsigned char *hidden = NULL;
  size_t pairs = (v->n - first) / 2;
  while (t.size < 2 * pairs) t.size *= 2;
  t.hashes = ck_malloc(t.size * sizeof *t.hashes);
  t.slots = ck_calloc(t.size, sizeof *t.slots);
  for (size_t i = first; i + 1 < v->n; i += 2) {
    size_t other = is_key(v->items[i]) ? enter_key(&t, v, i) : i;
    if (other == i) continue;
    if (hidden == NULL) hidden = ck_calloc(pairs, 1);
    hidden[(other - first) / 2] = 1;
  }
  free(t.hashes);
  free(t.slots);
  return hidden;
}

static ck_status walk_items(walk *w, ck_pv *v, part_builder *b) {
  size_t first = first_item(v);
  unsigned char *hidden = find_hidden(v, first);
  ck_status status = CK_OK;
  for (size_t i = first; i + 1 < v->n && status == CK_OK; i += 2) {
    if ((status = ck_ckpt_visit(w->job)) != CK_OK) break;
    const char *step = step_text(w->job, v->items[i]);
    if (step == NULL) continue;
    if (hidden && hidden[(i - first) / 2])
      ck_ckpt_add_problem(w->job, CK_CKPT_DUPLICATE_KEY, CK_NO_OFFSET, step, "key \"%.200s\" occurs twice in one dict",
                          step);
    else status = walk_child(w, b, step, v->items[i + 1]);
  }
  free(hidden);
  return status;
}

static ck_status walk_elements(walk *w, ck_pv *v, part_builder *b) {
  for (size_t i = first_item(v); i < v->n; i++) {
    TRY(ck_ckpt_visit(w->job));
    TRY(walk_child(w, b, ck_arena_printf(&w->job->ckpt->arena, "%zu", i - first_item(v)), v->items[i]));
  }
  return CK_OK;
}

/* state_dict() leaves a list of all modules with the dict: {"": {...}, "conv": {...}, ...}. */
static void add_metadata_modules(walk *w, const ck_pv *v, part_builder *b, bool *has) {
  const ck_pv *names = v->state ? ck_pv_get(v->state, "_metadata") : NULL;
  *has = names != NULL && names->type == PV_DICT;
  for (size_t i = 0; *has && i + 1 < names->n; i += 2) {
    const ck_pv *k = names->items[i];
    if (k->type != PV_STR || k->n == 0) continue;
    ck_vec_push(&b->modules, ck_ckpt_copy_key(w->job, k->s, k->n));
  }
  for (size_t i = 0; w->path.n == 0 && i < b->modules.n; i++) ck_ckpt_add_module(w->job, b->modules.at[i]);
  if (w->path.n == 0) w->job->ckpt->has_modules = *has;
}

static const ck_ckpt_dict *keep_dict(walk *w, const part_builder *b) {
  ck_ckpt_dict *dict = CK_NEW(&w->job->ckpt->arena, ck_ckpt_dict);
  *dict = (ck_ckpt_dict){keep(w->job, b->items.at, b->items.n, sizeof *b->items.at), b->items.n};
  return dict;
}

static ck_status walk_container(walk *w, ck_pv *v) {
  if (v->is_open) return CK_OK;
  if (++w->depth > w->job->limits->max_depth)
    return ck_fail(w->job->err, CK_LIMIT, "its values nest deeper than %u (limit max_depth)",
                   w->job->limits->max_depth);
  bool is_dict = is_dict_like(v), inside = !takes_parts(w);
  size_t at = inside ? 0 : reserve_part(w);
  part_builder b = {.base = base_of(w)};
  unsigned optimizer = is_optimizer(v);
  v->is_open = true;
  w->optimizer += optimizer;
  ck_status status = is_dict ? walk_items(w, v, &b) : walk_elements(w, v, &b);
  w->optimizer -= optimizer;
  v->is_open = false;
  w->depth--;
  w->made = is_dict && status == CK_OK ? keep_dict(w, &b) : NULL;
  if (status == CK_OK && !inside) {
    bool has_modules = false;
    if (is_dict) add_metadata_modules(w, v, &b, &has_modules);
    const ck_ckpt *c = w->job->ckpt;
    bool is_part = b.entries.n > 0 && (is_dict || b.others.n == 0);
    bool is_whole = w->path.n == 0 && b.entries.n == c->entries.n && b.others.n == 0 && c->others.n == 0;
    if (is_part && is_whole) { /* finish() shares the file's own lists */
      c->parts.at[at] = (ck_ckpt_part){.kind = is_dict ? CK_CKPT_ROOT_DICT : CK_CKPT_ROOT_LIST, .path_text = ""};
    } else if (is_part) set_part(w, at, is_dict ? CK_CKPT_ROOT_DICT : CK_CKPT_ROOT_LIST, &b, has_modules);
    else drop_part(w, at);
  }
  release_part(&b);
  return status;
}

static ck_status walk_value(walk *w, ck_pv *v) {
  TRY(ck_ckpt_visit(w->job));
  v = untag(v);
  if (ck_pv_is_tensor(w->job, v)) return add_tensor(w, v, CK_CKPT_KIND_UNKNOWN, true);
  if (module_state(v)) return walk_root_module(w, v);
  if (is_dict_like(v) || is_sequence(v)) return walk_container(w, v);
  if (v->type != PV_NONE) add_other(w, v);
  return CK_OK;
}

/* --- The root ---------------------------------------------------------------------------------------------------- */

static ck_ckpt_root_kind root_kind(walk *w, const ck_pv *root) {
  const ck_ckpt *c = w->job->ckpt;
  if (ck_pv_is_tensor(w->job, root)) return CK_CKPT_ROOT_TENSOR;
  if (module_state(root)) return CK_CKPT_ROOT_MODULE;
  if (c->parts.n > 0 && c->parts.at[0].path_count == 0) return c->parts.at[0].kind;
  return c->entries.n > 0 ? CK_CKPT_ROOT_TREE : CK_CKPT_ROOT_NONE;
}

static void add_scalars(walk *w, const ck_pv *root) {
  ck_strbuf name;
  ck_strbuf_init(&name);
  for (size_t i = first_item(root); is_dict_like(root) && i + 1 < root->n; i += 2) {
    if (w->job->ckpt->metadata.n > 200) break;
    const char *text = ck_pv_scalar_text(w->job, root->items[i + 1]);
    const char *step = text ? step_text(w->job, root->items[i]) : NULL;
    if (step == NULL) continue;
    ck_strbuf_clear(&name);
    ck_strbuf_printf(&name, "value.%.200s", step);
    ck_ckpt_add_meta(w->job, name.s, text);
  }
  ck_strbuf_release(&name);
}

ck_status ck_pv_walk_root(ck_ckpt_job *job, ck_pv *root) {
  walk w = {.job = job};
  ck_strbuf_init(&w.key);
  root = untag(root);
  ck_ckpt_add_meta(job, "root.type", root->is_ordered ? "collections.OrderedDict" : ck_pv_type_name(job, root));
  ck_status status = walk_value(&w, root);
  if (status == CK_OK) {
    if (ck_pv_is_tensor(job, root)) ck_ckpt_add_root_part(job, CK_CKPT_ROOT_TENSOR);
    job->ckpt->root = root_kind(&w, root);
    add_scalars(&w, root);
    job->ckpt->root_dict = w.made;
  }
  ck_strbuf_release(&w.key);
  free(w.path.at);
  return status;
}
