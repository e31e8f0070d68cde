/* copies.c - hand-written loading: each tensor that the loop wrote, and those that it left alone (FORMATS.md B.3).
 *
 * The analysis ran the loop on the file's own names and tells every single write; so nothing is compared by name here.
 * What a write does: copy_() broadcasts and converts, and throws where it cannot; set_data() takes shape and dtype.
 * What is left out can be said only if every write was understood (`copied_whole`). */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "match/match_int.h"

/* What is caught, or happens under a condition that is not known, is no error (SOUNDNESS.md, "Severity by path"). */
static ck_severity lower(const ck_copy *copy, ck_severity severity) {
  bool is_certain = !copy->in_try && copy->when.n == 0;
  return !is_certain && severity > CK_SEVERITY_WARNING ? CK_SEVERITY_WARNING : severity;
}

static const ck_key *key_of(const ck_comparison *c, const char *name) {
  const ck_map_entry *entry = name != NULL ? ck_map_find(c->key_index, name) : NULL;
  assert(entry == NULL || c->model != NULL);
  return entry != NULL ? &c->model->keys[entry->n - 1] : NULL;
}

/* Has the file, or the part of it that was read, a tensor of that name? */
static bool has_entry(const ck_comparison *c, const char *name) { return ck_map_find(c->entry_index, name) != NULL; }

/* "fc1.weight", or the file's name of what went into a tensor that no model is known to have. */
static const char *name_of(const ck_copy *copy) {
  return copy->key != NULL ? copy->key : copy->source != NULL ? copy->source : "?";
}

static ck_raw *raise(ck_comparison *c, const ck_copy *copy, ck_diag_id id, ck_severity severity, uint32_t order) {
  ck_raw *raw = ck_match_raise(c, id, severity);
  const ck_key *key = key_of(c, copy->key);
  raw->diff = (ck_difference){.key = name_of(copy), .model = key, .loc = key != NULL ? key->loc : copy->loc};
  raw->when = copy->when;
  raw->order = order;
  return raw;
}

/* --- one write ------------------------------------------------------------------------------------------------ */

typedef enum { SAME, BROADCAST, REFUSED, NOT_KNOWN } shape_fit;

/* How `from` goes into `to` by copy_(); *at: the dimension of `to` that refuses it, counted from its front. */
static shape_fit fit_of(const ck_tensor *to, const ck_tensor *from, int32_t *at) {
  if (to->rank < 0 || from->rank < 0) return NOT_KNOWN;
  shape_fit fit = to->rank == from->rank ? SAME : BROADCAST;
  bool is_known = true;
  for (int32_t i = 0; i < from->rank; i++) { /* from the last dimension on */
    int32_t t = to->rank - 1 - i;
    const ck_dim *b = &from->dims[from->rank - 1 - i];
    *at = t < 0 ? 0 : t;
    if (b->kind != CK_DIM_INT || (t >= 0 && to->dims[t].kind != CK_DIM_INT)) {
      is_known = false;
      continue;
    }
    int64_t have = t < 0 ? 1 : to->dims[t].n; /* leading extents of 1 are dropped */
    if (b->n == have) continue;
    if (b->n != 1) return REFUSED;
    if (t >= 0) fit = BROADCAST;
  }
  return is_known ? fit : NOT_KNOWN;
}

static bool differ(const ck_tensor *to, const ck_tensor *from, bool *known) {
  *known = to->rank >= 0 && from->rank >= 0;
  if (!*known) return false;
  if (to->rank != from->rank) return true;
  for (int32_t i = 0; i < to->rank; i++) {
    if (to->dims[i].kind != CK_DIM_INT || from->dims[i].kind != CK_DIM_INT) *known = false;
    else if (to->dims[i].n != from->dims[i].n) return true;
  }
  return false;
}

static void raise_shape(ck_comparison *c, const ck_copy *copy, ck_severity severity, const char *note, uint32_t order) {
  ck_raw *raw = raise(c, copy, CK_DIAG_SHAPE_MISMATCH, severity, order);
  raw->diff.model_text = ck_dims_text(c->m->arena, copy->to->dims, copy->to->rank);
  raw->diff.checkpoint_text = ck_dims_text(c->m->arena, copy->from->dims, copy->from->rank);
  raw->diff.note = note;
}

/* What copy_() throws (FORMATS.md B.3): another sentence where the target itself would have to be expanded. */
static const char *refusal(ck_comparison *c, const ck_copy *copy, int32_t at) {
  int32_t below = copy->to->rank - at;
  if (copy->from->rank > copy->to->rank || copy->to->dims[at].n == 1)
    return ck_arena_printf(c->m->arena,
                           "copy_() throws c10::Error: output with shape %s doesn't match the broadcast shape ...",
                           ck_dims_text(c->m->arena, copy->to->dims, copy->to->rank));
  return ck_arena_printf(
      c->m->arena,
      "copy_() throws c10::Error: The size of tensor a (%lld) must match the size of tensor b (%lld) "
      "at non-singleton dimension %d",
      (long long)copy->to->dims[at].n, (long long)copy->from->dims[copy->from->rank - below].n, at);
}

/* set_data(), and what reads into a tensor that is there: the storage of the file's takes the place of its own. */
static const char *setter(const ck_comparison *c) {
  return c->site->loader == CK_LOADER_ARCHIVE ? "read()" : c->site->loader == CK_LOADER_TORCH_TENSOR ? "load()" : NULL;
}

static const char *takes_shape(ck_comparison *c) {
  return ck_arena_printf(c->m->arena, "%s takes the checkpoint's shape without a message",
                         setter(c) != NULL ? setter(c) : "set_data()");
}

static void compare_shapes(ck_comparison *c, const ck_copy *copy, bool only_refused, uint32_t order) {
  bool known = true;
  int32_t at = 0;
  shape_fit fit = copy->kind == CK_COPY_VALUES ? fit_of(copy->to, copy->from, &at) : SAME;
  if (fit == REFUSED) raise_shape(c, copy, lower(copy, CK_SEVERITY_ERROR), refusal(c, copy, at), order);
  if (only_refused) return;
  if (fit == BROADCAST)
    raise_shape(c, copy, CK_SEVERITY_WARNING, "broadcast without a message: the values are repeated", order);
  if (copy->kind == CK_COPY_SET_DATA && differ(copy->to, copy->from, &known))
    raise_shape(c, copy, copy->when.n == 0 ? CK_SEVERITY_ERROR : CK_SEVERITY_WARNING, takes_shape(c), order);
  if (fit == NOT_KNOWN || !known)
    ck_match_partial(c, ck_arena_printf(c->m->arena, "the shapes of %s are not known in full", name_of(copy)),
                     copy->loc);
}

/* Does a conversion from `a` to `b` lose kind, range or precision? */
static bool loses(ck_dtype a, ck_dtype b) {
  if (ck_dtype_is_complex(a) != ck_dtype_is_complex(b)) return ck_dtype_is_complex(a);
  if (ck_dtype_is_floating(a) && !ck_dtype_is_floating(b) && !ck_dtype_is_complex(b)) return true;
  if (b == CK_DTYPE_BOOL) return a != CK_DTYPE_BOOL;
  bool halves = (a == CK_DTYPE_FLOAT16 && b == CK_DTYPE_BFLOAT16) || (a == CK_DTYPE_BFLOAT16 && b == CK_DTYPE_FLOAT16);
  return halves || ck_dtype_size(a) > ck_dtype_size(b);
}

static void compare_dtypes(ck_comparison *c, const ck_copy *copy, uint32_t order) {
  ck_dtype ours = copy->to->dtype, theirs = copy->from->dtype;
  if (ours == CK_DTYPE_UNKNOWN || theirs == CK_DTYPE_UNKNOWN) {
    ck_match_partial(c, ck_arena_printf(c->m->arena, "the dtypes of %s are not known", name_of(copy)), copy->loc);
    return;
  }
  bool takes = copy->kind == CK_COPY_SET_DATA;
  if (ours == theirs || (!takes && !loses(theirs, ours))) return;
  bool reinterprets = takes && setter(c) != NULL;
  ck_raw *raw = raise(c, copy, CK_DIAG_DTYPE_MISMATCH,
                      reinterprets && copy->when.n == 0 ? CK_SEVERITY_ERROR : CK_SEVERITY_WARNING, order);
  raw->diff.model_text = ck_dtype_name(ours);
  raw->diff.checkpoint_text = ck_dtype_name(theirs);
  raw->diff.note =
      reinterprets ? ck_arena_printf(c->m->arena, "%s keeps the model's dtype and reinterprets the bytes", setter(c))
      : takes      ? "set_data() takes the checkpoint's dtype without a message"
                   : "copy_() converts the values";
}

/* The file has a tensor of this name, yet another one is taken. Where one name holds the other ("ema.fc.weight") that
 * is meant. */
static void compare_names(ck_comparison *c, const ck_copy *copy, uint32_t order) {
  if (copy->key == NULL || copy->source == NULL || strcmp(copy->key, copy->source) == 0) return;
  if (!has_entry(c, copy->key)) return;
  if (strstr(copy->source, copy->key) != NULL || strstr(copy->key, copy->source) != NULL) return;
  ck_raw *raw = raise(c, copy, CK_DIAG_POSITIONAL, CK_SEVERITY_WARNING, order);
  raw->diff.note = ck_arena_printf(c->m->arena, "gets \"%s\" of the checkpoint", copy->source);
}

/* Does a later write go to the same tensor? Then what this one did without a message is undone. */
static bool is_overwritten(const ck_comparison *c, size_t i) {
  const char *key = c->alternative->copies[i].key;
  return key != NULL && ck_map_find(c->last_write, key)->n != i + 1;
}

/* `throws`: some write of this alternative certainly does; of the others only what explains it is told. */
static void compare_write(ck_comparison *c, size_t i, bool throws) {
  const ck_copy *copy = &c->alternative->copies[i];
  const ck_key *key = key_of(c, copy->key);
  bool may_need_grad = key != NULL ? key->kind == CK_KIND_PARAMETER : setter(c) == NULL;
  if (copy->kind == CK_COPY_VALUES && !copy->no_grad && may_need_grad)
    ck_match_partial(c, "copy_() into a parameter throws unless gradients are off (torch::NoGradGuard)", copy->loc);
  bool lasts = !is_overwritten(c, i);
  compare_shapes(c, copy, throws || !lasts, (uint32_t)i);
  if (!lasts) return;
  if (!throws) compare_dtypes(c, copy, (uint32_t)i);
  compare_names(c, copy, (uint32_t)i);
}

static bool certainly_throws(const ck_alternative *a) {
  for (size_t i = 0; i < a->ncopies; i++) {
    const ck_copy *copy = &a->copies[i];
    int32_t at;
    if (copy->kind == CK_COPY_VALUES && copy->when.n == 0 && fit_of(copy->to, copy->from, &at) == REFUSED) return true;
    bool throws = copy->kind == CK_COPY_ABSENT || copy->kind == CK_COPY_UNWANTED || copy->kind == CK_COPY_NO_TENSOR;
    if (throws && copy->when.n == 0) return true;
  }
  return false;
}

static bool is_write(ck_copy_kind kind) {
  return kind == CK_COPY_VALUES || kind == CK_COPY_SET_DATA || kind == CK_COPY_TOUCH;
}

/* Is each tensor taken under the name that the model has for it? */
static bool keeps_names(const ck_alternative *a) {
  for (size_t i = 0; i < a->ncopies; i++)
    if (a->copies[i].key != NULL && a->copies[i].source != NULL && strcmp(a->copies[i].key, a->copies[i].source) != 0)
      return false;
  return true;
}

/* --- what is not there ---------------------------------------------------------------------------------------- */

static void raise_absent(ck_comparison *c, const ck_copy *copy, uint32_t order) {
  ck_raw *raw = raise(c, copy, CK_DIAG_MISSING_KEY, lower(copy, CK_SEVERITY_ERROR), order);
  raw->diff.loc = copy->loc;
  raw->diff.note =
      c->site->loader == CK_LOADER_ARCHIVE
          ? ck_arena_printf(c->m->arena, "read() throws c10::Error: No such serialized tensor '%s'", copy->source)
          : "at() throws std::out_of_range: Argument passed to at() was not in the map.";
}

static void index_part(const ck_ckpt_part *part, ck_map *names) {
  ck_map_init(names);
  for (size_t i = 0; i < part->entry_count; i++) ck_map_put(names, part->entries[i].key, NULL);
}

/* How many of the names that were looked for are there: those asked of the file in vain, else the model's. */
static size_t found_in(const ck_comparison *c, const ck_map *names, ck_copy_kind kind, const char **first) {
  const ck_alternative *a = c->alternative;
  size_t n = 0, asked = 0;
  for (size_t i = 0; i < a->ncopies; i++) {
    const ck_copy *copy = &a->copies[i];
    if (copy->kind != kind || copy->kind == CK_COPY_NO_TENSOR || copy->source == NULL) continue;
    asked++;
    if (ck_map_find(names, copy->source) != NULL && n++ == 0) *first = copy->source;
  }
  if (kind == CK_COPY_ABSENT) return n == asked ? n : 0; /* it throws at the first: the part must have them all */
  for (size_t i = 0; asked == 0 && c->model != NULL && i < c->model->nkeys; i++)
    if (ck_map_find(names, c->model->keys[i].key) != NULL && n++ == 0) *first = c->model->keys[i].key;
  return n;
}

/* The part below the root that holds most of what was looked for; NULL: none does. */
static const ck_ckpt_part *part_of(const ck_comparison *c, ck_copy_kind kind, const char **first) {
  size_t nparts, most = 0;
  const ck_ckpt_part *parts = ck_ckpt_parts(c->file->ckpt, &nparts), *best = NULL;
  for (size_t p = 0; p < nparts; p++) {
    const char *name = NULL;
    ck_map names;
    index_part(&parts[p], &names);
    size_t n = parts[p].path_count > 0 ? found_in(c, &names, kind, &name) : 0;
    ck_map_release(&names);
    if (n > most) most = n, best = &parts[p], *first = name;
  }
  return best;
}

static const ck_copy *first_of(const ck_alternative *a, ck_copy_kind kind) {
  for (size_t i = 0; i < a->ncopies; i++)
    if (a->copies[i].kind == kind) return &a->copies[i];
  return NULL;
}

static const char no_tensor[] = "c10::Error: Expected Tensor but got";

/* c10::IValue::tagKind() of a value by its type in Python; "...": it has another name. */
static const char *tag_of(const char *type) {
  static const char *const tags[][2] = {{"int", "Int"},    {"float", "Double"},  {"str", "String"},
                                        {"bool", "Bool"},  {"NoneType", "None"}, {"dict", "GenericDict"},
                                        {"tuple", "Tuple"}};
  for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
    if (strcmp(tags[i][0], type) == 0) return tags[i][1];
  return "...";
}

/* The keys are there, but not where the code looks: how it looks, and what comes of it. */
static const struct {
  ck_copy_kind kind;
  ck_severity severity;
  const char *what;
} lookups[] = {{CK_COPY_ABSENT, CK_SEVERITY_ERROR, "not at its root, where at() throws"},
               {CK_COPY_NO_TENSOR, CK_SEVERITY_ERROR, "not at its root, where toTensor() throws"},
               {CK_COPY_SOUGHT, CK_SEVERITY_WARNING, "not at its root, where the code looks: nothing is loaded"}};

/* One statement for all of the keys; false: it is something else. `is_passed_by`: no tensor is written. */
static bool raise_nested(ck_comparison *c, bool is_passed_by) {
  for (size_t k = 0; k < sizeof lookups / sizeof *lookups; k++) {
    const ck_copy *copy = first_of(c->alternative, lookups[k].kind);
    const char *key = NULL;
    if (copy == NULL || (lookups[k].kind == CK_COPY_SOUGHT && !is_passed_by)) continue;
    const ck_ckpt_part *part = part_of(c, lookups[k].kind, &key);
    if (part == NULL) continue;
    ck_arena *arena = c->m->arena;
    ck_raw *raw = ck_match_raise(c, CK_DIAG_NESTED, lower(copy, lookups[k].severity));
    raw->when = copy->when;
    raw->detail =
        ck_arena_printf(arena, "\"%s\" holds \"%s\" under %s, %s", ck_path_base(c->file->path),
                        ck_arena_strdup(arena, key), ck_arena_strdup(arena, part->path_text), lookups[k].what);
    if (lookups[k].kind == CK_COPY_NO_TENSOR)
      raw->thrown =
          ck_arena_printf(arena, "toTensor() of \"%s\" throws %s %s", copy->source, no_tensor, tag_of(copy->type));
    ck_strbuf steps;
    ck_strbuf_init(&steps);
    for (size_t i = 0; i < part->path_count; i++)
      ck_strbuf_printf(&steps, ".at(\"%s\").toGenericDict()", part->path[i]);
    raw->help[0] = ck_arena_printf(arena, "take the dict that holds the tensors: the root's %s", steps.s + 1);
    ck_strbuf_release(&steps);
    return true;
  }
  return false;
}

static void raise_no_tensor(ck_comparison *c, const ck_copy *copy, uint32_t order) {
  ck_raw *raw = raise(c, copy, CK_DIAG_UNEXPECTED_KEY, lower(copy, CK_SEVERITY_ERROR), order);
  raw->diff.loc = copy->loc;
  raw->diff.note = ck_arena_printf(c->m->arena, "toTensor() throws %s %s", no_tensor, tag_of(copy->type));
}

/* Are there names of the file that the model was asked for in vain, or the other way round? */
static bool is_sought(const ck_comparison *c) {
  const ck_alternative *a = c->alternative;
  const ck_ckpt_dict *root = ck_ckpt_root_dict(c->file->ckpt);
  for (size_t i = 0; i < a->ncopies; i++) {
    const ck_copy *copy = &a->copies[i];
    if (copy->kind != CK_COPY_SOUGHT) continue;
    bool is_asked = copy->source != NULL && (c->site->loader != CK_LOADER_ARCHIVE || key_of(c, copy->source) != NULL);
    if (is_asked || (copy->key != NULL && has_entry(c, copy->key))) return true;
    if (copy->key == NULL) continue;
    for (size_t k = 0; root != NULL && k < root->count; k++)
      if (strcmp(root->items[k].key, copy->key) == 0) return true;
  }
  return false;
}

static bool begins_with_path(const ck_ckpt_part *part, const char *source) {
  for (size_t i = 0; i < part->path_count; i++) {
    size_t n = strlen(part->path[i]);
    if (strncmp(source, part->path[i], n) != 0 || source[n] != '.') return false;
    source += n + 1;
  }
  return true;
}

/* A program that goes on to a dict inside reads that: the names of what it took are those within. False: from several
 * places, or from the root. */
static const ck_ckpt_part *part_read(const ck_comparison *c, size_t *skip) {
  const ck_alternative *a = c->alternative;
  size_t nparts;
  const ck_ckpt_part *parts = ck_ckpt_parts(c->file->ckpt, &nparts);
  for (size_t p = 0; p < nparts; p++) {
    if (parts[p].path_count == 0 || parts[p].kind != CK_CKPT_ROOT_DICT) continue;
    size_t n = 0, taken = 0;
    for (size_t i = 0; i < parts[p].path_count; i++) n += strlen(parts[p].path[i]) + 1;
    ck_map names;
    index_part(&parts[p], &names);
    bool all = true;
    for (size_t i = 0; i < a->ncopies && all; i++) {
      const char *source = a->copies[i].from != NULL ? a->copies[i].source : NULL;
      if (source == NULL) continue;
      all = begins_with_path(&parts[p], source) && ck_map_find(&names, source + n) != NULL;
      taken++;
    }
    ck_map_release(&names);
    if (!all || taken == 0) continue;
    *skip = n;
    return &parts[p];
  }
  return NULL;
}

/* The copies with names relative to the part that was read. */
static const ck_alternative *within(ck_comparison *c, const ck_ckpt_part *part, size_t skip) {
  ck_alternative *a = CK_NEW(c->m->arena, ck_alternative);
  *a = *c->alternative;
  a->copies = CK_NEW_N(c->m->arena, ck_copy, a->ncopies + 1);
  for (size_t i = 0; i < a->ncopies; i++) {
    a->copies[i] = c->alternative->copies[i];
    const char *source = a->copies[i].source;
    if (source != NULL && begins_with_path(part, source)) a->copies[i].source += skip;
  }
  c->entries = part->entries;
  c->nentries = part->entry_count;
  return a;
}

static void raise_unwanted(ck_comparison *c, const ck_copy *copy, uint32_t order) {
  if (!has_entry(c, copy->key)) return; /* not a name of this file */
  ck_raw *raw = raise(c, copy, CK_DIAG_UNEXPECTED_KEY, lower(copy, CK_SEVERITY_ERROR), order);
  raw->diff.loc = copy->loc;
  raw->diff.note = ck_arena_printf(c->m->arena, "throws c10::Error: Key '%s' is not defined", copy->key);
}

/* Keys of the model that no write went to: not in the file, or there and left out. */
static void raise_left_out(ck_comparison *c, const ck_map *touched) {
  bool keeps = keeps_names(c->alternative);
  ck_map tensors; /* that were written, by address: one may have several names */
  ck_map_init(&tensors);
  char address[32];
  for (size_t i = 0; i < c->model->nkeys; i++) {
    if (ck_map_find(touched, c->model->keys[i].key) == NULL) continue;
    snprintf(address, sizeof address, "%p", (const void *)c->model->keys[i].tensor);
    ck_map_put(&tensors, address, NULL);
  }
  for (size_t i = 0; i < c->model->nkeys; i++) {
    const ck_key *key = &c->model->keys[i];
    ck_condition rest;
    if (key->is_pattern || ck_map_find(touched, key->key) != NULL) continue;
    if (!ck_match_residual(c, key->when, &rest) || rest.n > 0) continue;
    snprintf(address, sizeof address, "%p", (const void *)key->tensor);
    if (key->tensor == NULL || ck_map_find(&tensors, address) != NULL) continue;
    bool is_there = !keeps || has_entry(c, key->key);
    ck_raw *raw = ck_match_raise(c, is_there ? CK_DIAG_NOT_LOADED : CK_DIAG_MISSING_KEY, CK_SEVERITY_WARNING);
    raw->diff = (ck_difference){
        .key = key->key, .model = key, .model_text = ck_dims_text(c->m->arena, key->dims, key->rank), .loc = key->loc};
    if (!is_there) raw->diff.note = "the loop leaves it as it was initialised";
    raw->order = (uint32_t)i;
  }
  ck_map_release(&tensors);
}

/* Entries of the file that went nowhere. Plain attributes are no state. */
static void raise_unread(ck_comparison *c, const ck_map *read) {
  for (size_t e = 0; e < c->nentries; e++) {
    const ck_ckpt_entry *entry = &c->entries[e];
    if (entry->is_plain_attribute || ck_map_find(read, entry->key) != NULL) continue;
    if (key_of(c, entry->key) != NULL) continue; /* told as not loaded */
    ck_raw *raw = ck_match_raise(c, CK_DIAG_UNEXPECTED_KEY, CK_SEVERITY_WARNING);
    raw->diff.key = ck_arena_strdup(c->m->arena, entry->key);
    if (entry->shape_known) raw->diff.checkpoint_text = ck_shape_text(c->m->arena, entry->shape, entry->rank);
    raw->order = (uint32_t)e;
  }
}

/* A tensor by itself, or an archive that is asked for an epoch: no model is to be loaded as a whole. */
static bool is_for_a_model(const ck_comparison *c, const ck_map *touched, bool is_passed_by) {
  ck_loader loader = c->site->loader;
  return loader != CK_LOADER_TORCH_TENSOR && (loader != CK_LOADER_ARCHIVE || touched->count > 0 || is_passed_by);
}

void ck_match_copies(ck_comparison *c) {
  c->entries = ck_ckpt_entries(c->file->ckpt, &c->nentries);
  size_t skip;
  const ck_ckpt_part *part = part_read(c, &skip);
  if (part != NULL) c->alternative = within(c, part, skip);
  const ck_alternative *a = c->alternative;
  ck_map touched, read, keys, entries;
  ck_map_init(&entries);
  c->entry_index = &entries;
  ck_map_init(&touched);
  ck_map_init(&read);
  ck_map_init(&keys);
  c->key_index = &keys;
  c->last_write = &touched;
  for (size_t i = 0; c->model != NULL && i < c->model->nkeys; i++)
    ck_map_put(&keys, c->model->keys[i].key, NULL)->n = i + 1;
  for (size_t i = 0; i < c->nentries; i++) ck_map_put(&entries, c->entries[i].key, NULL);
  for (size_t i = 0; i < a->ncopies; i++) {
    if (!is_write(a->copies[i].kind)) continue;
    if (a->copies[i].key != NULL) ck_map_put(&touched, a->copies[i].key, NULL)->n = i + 1;
    if (a->copies[i].source != NULL) ck_map_put(&read, a->copies[i].source, NULL);
  }
  bool throws = certainly_throws(a), whole = a->copied_whole && !throws;
  bool is_passed_by = whole && touched.count == 0 && is_sought(c), is_nested = raise_nested(c, is_passed_by);
  for (size_t i = 0; i < a->ncopies; i++) {
    const ck_copy *copy = &a->copies[i];
    switch (copy->kind) {
    case CK_COPY_VALUES:
    case CK_COPY_SET_DATA: compare_write(c, i, throws); break;
    case CK_COPY_TOUCH:
    case CK_COPY_SOUGHT: break;
    case CK_COPY_NO_TENSOR:
      if (!is_nested) raise_no_tensor(c, copy, (uint32_t)i);
      break;
    case CK_COPY_ABSENT:
      if (!is_nested) raise_absent(c, copy, (uint32_t)i);
      break;
    case CK_COPY_UNWANTED: raise_unwanted(c, copy, (uint32_t)i); break;
    }
    if (copy->kind == CK_COPY_TOUCH && copy->source == NULL) whole &= copy->key != NULL;
  }
  if ((is_passed_by && is_nested) || !is_for_a_model(c, &touched, is_passed_by)) {
    ; /* said, or nothing to be said */
  } else if (whole && c->model != NULL && (touched.count > 0 || is_passed_by)) {
    raise_left_out(c, &touched);
    raise_unread(c, &read);
  } else if (c->reason == NULL && !a->copied_whole && !throws) {
    ck_match_partial(c, "not everything that the loop writes to is known", c->site->loc);
  }
  ck_map_release(&touched);
  ck_map_release(&read);
  ck_map_release(&keys);
  ck_map_release(&entries);
}
