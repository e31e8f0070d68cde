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

static ck_severity lower(const ck_copy *copy, ck_severity severity) {
  return copy->in_try && severity > CK_SEVERITY_WARNING ? CK_SEVERITY_WARNING : severity;
}

static const ck_key *key_of(const ck_comparison *c, const char *name) {
  const ck_map_entry *entry = name != NULL ? ck_map_find(c->key_index, name) : NULL;
  assert(entry == NULL || c->model != NULL);
  return entry != NULL ? &c->model->keys[entry->n - 1] : NULL;
}

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

/* ---- one write ----------------------------------------------------------------------------------------------------
 */

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

static void compare_shapes(ck_comparison *c, const ck_copy *copy, bool only_refused, uint32_t order) {
  bool known = true;
  int32_t at = 0;
  shape_fit fit = copy->kind == CK_COPY_VALUES ? fit_of(copy->to, copy->from, &at) : SAME;
  if (fit == REFUSED) raise_shape(c, copy, lower(copy, CK_SEVERITY_ERROR), refusal(c, copy, at), order);
  if (only_refused) return;
  if (fit == BROADCAST)
    raise_shape(c, copy, CK_SEVERITY_WARNING, "broadcast without a message: the values are repeated", order);
  if (copy->kind == CK_COPY_SET_DATA && differ(copy->to, copy->from, &known))
    raise_shape(c, copy, CK_SEVERITY_ERROR, "set_data() takes the checkpoint's shape without a message", order);
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
  ck_raw *raw = raise(c, copy, CK_DIAG_DTYPE_MISMATCH, CK_SEVERITY_WARNING, order);
  raw->diff.model_text = ck_dtype_name(ours);
  raw->diff.checkpoint_text = ck_dtype_name(theirs);
  raw->diff.note = takes ? "set_data() takes the checkpoint's dtype without a message" : "copy_() converts the values";
}

/* The file has a tensor of this name, yet another one is taken. Where one name holds the other ("ema.fc.weight") that
 * is meant. */
static void compare_names(ck_comparison *c, const ck_copy *copy, uint32_t order) {
  if (copy->key == NULL || copy->source == NULL || strcmp(copy->key, copy->source) == 0) return;
  if (ck_match_entry(c, copy->key) == NULL) return;
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
  if (copy->kind == CK_COPY_VALUES && !copy->no_grad && (key == NULL || key->kind == CK_KIND_PARAMETER))
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
    if ((copy->kind == CK_COPY_ABSENT || copy->kind == CK_COPY_UNWANTED) && copy->when.n == 0) return true;
  }
  return false;
}

/* Is each tensor taken under the name that the model has for it? */
static bool keeps_names(const ck_alternative *a) {
  for (size_t i = 0; i < a->ncopies; i++)
    if (a->copies[i].key != NULL && a->copies[i].source != NULL && strcmp(a->copies[i].key, a->copies[i].source) != 0)
      return false;
  return true;
}

/* ---- what is not there --------------------------------------------------------------------------------------------
 */

static void raise_absent(ck_comparison *c, const ck_copy *copy, uint32_t order) {
  ck_raw *raw = raise(c, copy, CK_DIAG_MISSING_KEY, lower(copy, CK_SEVERITY_ERROR), order);
  raw->diff.loc = copy->loc;
  raw->diff.note = "at() throws std::out_of_range: Argument passed to at() was not in the map.";
}

static bool part_has(const ck_ckpt_part *part, const char *key) {
  for (size_t i = 0; i < part->entry_count; i++)
    if (strcmp(part->entries[i].key, key) == 0) return true;
  return false;
}

/* The part below the root that holds every key which was asked for in vain; NULL: there is none, or not exactly one. */
static const ck_ckpt_part *part_of_absent(const ck_comparison *c) {
  const ck_alternative *a = c->alternative;
  size_t nparts;
  const ck_ckpt_part *parts = ck_ckpt_parts(c->file->ckpt, &nparts), *found = NULL;
  for (size_t p = 0; p < nparts; p++) {
    size_t asked = 0, there = 0;
    for (size_t i = 0; i < a->ncopies; i++) {
      if (a->copies[i].kind != CK_COPY_ABSENT || a->copies[i].source == NULL) continue;
      asked++;
      there += part_has(&parts[p], a->copies[i].source);
    }
    if (parts[p].path_count == 0 || asked == 0 || there < asked) continue;
    if (found != NULL) return NULL;
    found = &parts[p];
  }
  return found;
}

/* The keys are there, but not where the code looks. One statement for all of them; false: it is something else. */
static bool raise_nested(ck_comparison *c) {
  const ck_ckpt_part *part = part_of_absent(c);
  const ck_copy *first = NULL;
  for (size_t i = 0; part != NULL && i < c->alternative->ncopies && first == NULL; i++)
    if (c->alternative->copies[i].kind == CK_COPY_ABSENT) first = &c->alternative->copies[i];
  if (first == NULL) return false;
  ck_arena *arena = c->m->arena;
  ck_raw *raw = ck_match_raise(c, CK_DIAG_NESTED, lower(first, CK_SEVERITY_ERROR));
  raw->when = first->when;
  raw->detail = ck_arena_printf(arena, "\"%s\" holds \"%s\" under %s, not at its root, where at() throws",
                                ck_path_base(c->file->path), first->source, ck_arena_strdup(arena, part->path_text));
  ck_strbuf steps;
  ck_strbuf_init(&steps);
  for (size_t i = 0; i < part->path_count; i++) ck_strbuf_printf(&steps, ".at(\"%s\").toGenericDict()", part->path[i]);
  raw->help[0] = ck_arena_printf(arena, "take the dict that holds the tensors: the root's %s", steps.s + 1);
  ck_strbuf_release(&steps);
  return true;
}

static void raise_unwanted(ck_comparison *c, const ck_copy *copy, uint32_t order) {
  if (ck_match_entry(c, copy->key) == NULL) return; /* not a name of this file */
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
    bool is_there = !keeps || ck_match_entry(c, key->key) != NULL;
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

void ck_match_copies(ck_comparison *c) {
  const ck_alternative *a = c->alternative;
  c->entries = ck_ckpt_entries(c->file->ckpt, &c->nentries);
  ck_map touched, read, keys;
  ck_map_init(&touched);
  ck_map_init(&read);
  ck_map_init(&keys);
  c->key_index = &keys;
  c->last_write = &touched;
  for (size_t i = 0; c->model != NULL && i < c->model->nkeys; i++)
    ck_map_put(&keys, c->model->keys[i].key, NULL)->n = i + 1;
  for (size_t i = 0; i < a->ncopies; i++) {
    if (a->copies[i].key != NULL) ck_map_put(&touched, a->copies[i].key, NULL)->n = i + 1;
    if (a->copies[i].source != NULL) ck_map_put(&read, a->copies[i].source, NULL);
  }
  bool throws = certainly_throws(a), whole = a->copied_whole && !throws, is_nested = raise_nested(c);
  for (size_t i = 0; i < a->ncopies; i++) {
    const ck_copy *copy = &a->copies[i];
    switch (copy->kind) {
    case CK_COPY_VALUES:
    case CK_COPY_SET_DATA: compare_write(c, i, throws); break;
    case CK_COPY_TOUCH: break;
    case CK_COPY_ABSENT:
      if (!is_nested) raise_absent(c, copy, (uint32_t)i);
      break;
    case CK_COPY_UNWANTED: raise_unwanted(c, copy, (uint32_t)i); break;
    }
    if (copy->kind == CK_COPY_TOUCH && copy->source == NULL) whole &= copy->key != NULL;
  }
  if (whole && c->model != NULL && touched.count > 0) {
    raise_left_out(c, &touched);
    raise_unread(c, &read);
  } else if (c->reason == NULL && !a->copied_whole && !throws) {
    ck_match_partial(c, "not everything that the loop writes to is known", c->site->loc);
  }
  ck_map_release(&touched);
  ck_map_release(&read);
  ck_map_release(&keys);
}
