/* suggest.c - ways out of a mismatch, each checked against the checkpoint before it is offered.
 *
 * Tried in order of how much they explain: a prefix on one side, another class of the program that fits with no
 * difference, renamed or shifted subtrees. A suggestion is only made if it makes more keys fit; a tie between two is no
 * suggestion. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "match/match_int.h"

enum {
  MAX_PREFIXES = 16,     /* candidates tried */
  MAX_PROBES = 8,        /* model keys that propose a prefix */
  MAX_RENAMES = 4,       /* help lines */
  MAX_RENAME_KEYS = 2000 /* missing x unexpected is quadratic: beyond, no renames are sought */
};

static void add(ck_comparison *c, ck_diag_id id, const char *text) {
  for (size_t i = 0; i < c->helps->n; i++)
    if (c->helps->at[i].id == id && strcmp(c->helps->at[i].text, text) == 0) {
      c->helps->at[i].alternatives |= c->bit;
      return;
    }
  ck_vec_push(c->helps, (ck_help){id, c->bit, text});
}

static bool is_definite(const ck_comparison *c, const ck_key *key) {
  ck_condition rest;
  return !key->is_pattern && ck_match_residual((ck_comparison *)c, key->when, &rest) && rest.n == 0;
}

static bool fits(ck_comparison *c, const ck_key *key, const ck_ckpt_entry *entry) {
  const char *a, *b;
  return entry != NULL && ck_match_differs(c, key, entry, NULL, &a, &b) == CK_DIAG_COUNT;
}

/* The id under which this comparison says that something is absent, else COUNT. */
static ck_diag_id absent_id(const ck_comparison *c, size_t first) {
  for (size_t i = first; i < c->raws->n; i++)
    if (c->raws->at[i].id == CK_DIAG_MISSING_MODULE || c->raws->at[i].id == CK_DIAG_MISSING_KEY)
      return c->raws->at[i].id;
  return CK_DIAG_COUNT;
}

/* --- Prefix ------------------------------------------------------------------------------------------------------ */

/* Definite keys that fit an entry when `prefix` stands before them; all of them in *total. */
static size_t fitting_with(ck_comparison *c, const char *prefix, size_t *total) {
  size_t fitting = 0;
  *total = 0;
  ck_strbuf b;
  ck_strbuf_init(&b);
  for (size_t i = 0; i < c->model->nkeys; i++) {
    if (!is_definite(c, &c->model->keys[i])) continue;
    ++*total;
    ck_strbuf_clear(&b);
    ck_strbuf_printf(&b, "%s%s", prefix, c->model->keys[i].key);
    if (ck_match_entry(c, b.s) != NULL) fitting++;
  }
  ck_strbuf_release(&b);
  return fitting;
}

static const char *best_prefix(ck_comparison *c, size_t *fitting, size_t *total) {
  const char *tried[MAX_PREFIXES], *best = NULL;
  size_t ntried = 0, probes = 0;
  *fitting = fitting_with(c, "", total);
  for (size_t i = 0; i < c->model->nkeys && probes < MAX_PROBES; i++) {
    const char *key = c->model->keys[i].key;
    if (!is_definite(c, &c->model->keys[i])) continue;
    probes++;
    size_t n = strlen(key);
    for (size_t e = 0; e < c->nentries && ntried < MAX_PREFIXES; e++) {
      size_t m = strlen(c->entries[e].key);
      if (m < n + 2 || c->entries[e].key[m - n - 1] != '.' || strcmp(c->entries[e].key + m - n, key) != 0) continue;
      const char *prefix = ck_arena_strndup(c->m->arena, c->entries[e].key, m - n);
      bool known = false;
      for (size_t t = 0; t < ntried; t++) known |= strcmp(tried[t], prefix) == 0;
      if (known) continue;
      tried[ntried++] = prefix;
      size_t here = fitting_with(c, prefix, total);
      if (here > *fitting) *fitting = here, best = prefix;
    }
  }
  return best;
}

static bool suggest_extra_prefix(ck_comparison *c, ck_diag_id id) {
  size_t fitting, total;
  const char *prefix = best_prefix(c, &fitting, &total);
  if (prefix == NULL || fitting * 2 < total) return false;
  const char *who = strcmp(prefix, "module.") == 0      ? " (torch.nn.DataParallel adds it: save model.module)"
                    : strcmp(prefix, "_orig_mod.") == 0 ? " (torch.compile adds it: save model._orig_mod)"
                                                        : "";
  add(c, id,
      ck_arena_printf(c->m->arena, "%s key%s of the model %s in the checkpoint under \"%s\"%s",
                      fitting == total ? "every" : ck_arena_printf(c->m->arena, "%zu of %zu", fitting, total),
                      fitting == total ? "" : "s", fitting == total ? "is" : "are", prefix, who));
  size_t n = strlen(prefix);
  if (c->site->loader == CK_LOADER_TORCH_LOAD && strchr(prefix, '.') == prefix + n - 1)
    add(c, id,
        ck_arena_printf(c->m->arena,
                        "load that part: torch::serialize::InputArchive archive, part; archive.load_from(\"%s\"); "
                        "archive.read(\"%.*s\", part); model->load(part);",
                        c->alternative->path != NULL ? c->alternative->path : ck_path_base(c->file->path), (int)n - 1,
                        prefix));
  return true;
}

/* The model's keys all start with one component that the checkpoint's lack. */
static bool suggest_own_prefix(ck_comparison *c, ck_diag_id id) {
  const char *prefix = NULL;
  size_t n = 0, fitting = 0, total = 0;
  for (size_t i = 0; i < c->model->nkeys; i++) {
    const ck_key *key = &c->model->keys[i];
    if (!is_definite(c, key)) continue;
    const char *dot = strchr(key->key, '.');
    if (dot == NULL) return false;
    if (prefix == NULL) prefix = key->key, n = (size_t)(dot - key->key);
    if (strncmp(prefix, key->key, n + 1) != 0) return false;
    total++;
    fitting += ck_match_entry(c, dot + 1) != NULL;
  }
  if (total == 0 || fitting * 2 < total) return false;
  add(c, id,
      ck_arena_printf(c->m->arena, "%zu of %zu keys are in the checkpoint without \"%.*s.\": load into that submodule",
                      fitting, total, (int)n, prefix));
  return true;
}

/* --- Another class -------------------------------------------------------------------------------------------- */

static bool fits_exactly(ck_comparison *c, const ck_model *model) {
  if (!model->complete || model->nkeys != c->nentries || model->nkeys == 0 || model->is_not_module) return false;
  for (size_t i = 0; i < model->nkeys; i++) {
    if (model->keys[i].is_pattern || model->keys[i].when.n > 0 || model->keys[i].rank < 0) return false;
    if (!fits(c, &model->keys[i], ck_match_entry(c, model->keys[i].key))) return false;
  }
  for (size_t i = 0; i < model->nmodules; i++)
    if (model->modules[i].is_serializable && ck_ckpt_has(c->file->ckpt, CK_CKPT_ARCHIVE) &&
        !ck_ckpt_has_module(c->file->ckpt, model->modules[i].path))
      return false;
  return true;
}

static void offer_class(ck_comparison *c, ck_diag_id id, const ck_model *model) {
  if (model == NULL || model == c->model || model->cls == NULL || c->model->cls == NULL) return;
  if (strcmp(model->cls, c->model->cls) == 0 || !fits_exactly(c, model)) return;
  add(c, id, ck_arena_printf(c->m->arena, "the checkpoint fits %s exactly", model->cls));
}

static void suggest_other_class(ck_comparison *c, ck_diag_id id) {
  const ck_analysis *a = c->m->analysis;
  for (size_t i = 0; i < a->nmodels; i++) offer_class(c, id, a->models[i]);
  for (size_t s = 0; s < a->nsites; s++)
    for (size_t i = 0; i < a->sites[s].nalternatives; i++) offer_class(c, id, a->sites[s].alternatives[i].model);
}

/* --- Renamed subtrees ----------------------------------------------------------------------------------------- */

typedef struct {
  const char *ours, *theirs; /* subtrees, without the components that they end in alike */
  size_t keys;
} renaming;

typedef CK_VEC(renaming) renamings;

/* Cuts equal last components off both; leaves at least one component of each. */
static void cut_common_tail(ck_arena *arena, const char **a, const char **b) {
  size_t na = strlen(*a), nb = strlen(*b), cut_a = na, cut_b = nb;
  for (;;) {
    size_t i = cut_a, j = cut_b;
    while (i > 0 && j > 0 && (*a)[i - 1] == (*b)[j - 1] && (*a)[i - 1] != '.') i--, j--;
    if (i == 0 || j == 0 || (*a)[i - 1] != '.' || (*b)[j - 1] != '.' || i == cut_a) break;
    cut_a = i - 1, cut_b = j - 1;
  }
  *a = ck_arena_strndup(arena, *a, cut_a);
  *b = ck_arena_strndup(arena, *b, cut_b);
}

static const char *holder(ck_arena *arena, const char *key) {
  const char *dot = strrchr(key, '.');
  return dot == NULL ? "" : ck_arena_strndup(arena, key, (size_t)(dot - key));
}

static const char *leaf(const char *key) {
  const char *dot = strrchr(key, '.');
  return dot == NULL ? key : dot + 1;
}

/* The holder in the checkpoint whose entries fit all absent keys of the model's holder `ours`; NULL if none or several
 * are equally near. */
static const char *counterpart(ck_comparison *c, const char *ours, const ck_map *unexpected, ck_map *taken) {
  const char *best = NULL;
  size_t distance = SIZE_MAX;
  bool tie = false;
  ck_map seen;
  ck_map_init(&seen);
  for (size_t u = 0; u < unexpected->count; u++) {
    const char *theirs = holder(c->m->arena, unexpected->entries[u].key);
    bool is_new;
    ck_map_put(&seen, theirs, &is_new);
    if (!is_new || ck_map_find(taken, theirs) != NULL) continue;
    bool all = true;
    size_t keys = 0;
    for (size_t i = 0; i < c->model->nkeys && all; i++) {
      const ck_key *key = &c->model->keys[i];
      if (!is_definite(c, key) || strcmp(holder(c->m->arena, key->key), ours) != 0) continue;
      const char *name =
          theirs[0] == '\0' ? leaf(key->key) : ck_arena_printf(c->m->arena, "%s.%s", theirs, leaf(key->key));
      all = ck_map_find(unexpected, name) != NULL && fits(c, key, ck_match_entry(c, name));
      keys++;
    }
    if (!all || keys == 0) continue;
    size_t d = ck_edit_distance(ours, theirs, 64);
    if (d == distance) tie = true;
    if (d < distance) distance = d, best = theirs, tie = false;
  }
  ck_map_release(&seen);
  return tie ? NULL : best;
}

/* "2" and "5" in "layers.2.fc" and "layers.5.fc": the difference of the one number in which they differ. */
static bool index_shift(const char *ours, const char *theirs, long *shift) {
  size_t i = 0;
  while (ours[i] != '\0' && ours[i] == theirs[i]) i++;
  while (i > 0 && ours[i - 1] >= '0' && ours[i - 1] <= '9') i--;
  char *rest_a, *rest_b;
  long a = strtol(ours + i, &rest_a, 10), b = strtol(theirs + i, &rest_b, 10);
  if (rest_a == ours + i || rest_b == theirs + i || strcmp(rest_a, rest_b) != 0) return false;
  *shift = b - a;
  return true;
}

static void report_renamings(ck_comparison *c, ck_diag_id id, const renamings *found) {
  long shift = 0, other;
  bool shifted = found->n > 1 && index_shift(found->at[0].ours, found->at[0].theirs, &shift) && shift != 0;
  for (size_t i = 1; i < found->n && shifted; i++)
    shifted = index_shift(found->at[i].ours, found->at[i].theirs, &other) && other == shift;
  if (shifted) {
    add(c, id,
        ck_arena_printf(c->m->arena,
                        "the indices of the checkpoint are shifted by %+ld: \"%s\" is \"%s\" there, and %zu more",
                        shift, found->at[0].ours, found->at[0].theirs, found->n - 1));
    return;
  }
  for (size_t i = 0; i < found->n && i < MAX_RENAMES; i++)
    add(c, id,
        ck_arena_printf(c->m->arena,
                        "\"%s\" of the model may be \"%s\" in the checkpoint (same names and shapes below)",
                        found->at[i].ours[0] != '\0' ? found->at[i].ours : "(root)",
                        found->at[i].theirs[0] != '\0' ? found->at[i].theirs : "(root)"));
}

static void note_renaming(ck_comparison *c, renamings *found, const char *ours, const char *theirs) {
  cut_common_tail(c->m->arena, &ours, &theirs);
  for (size_t i = 0; i < found->n; i++)
    if (strcmp(found->at[i].ours, ours) == 0 && strcmp(found->at[i].theirs, theirs) == 0) {
      found->at[i].keys++;
      return;
    }
  ck_vec_push(found, (renaming){ours, theirs, 1});
}

/* One key against another of the same holder: `weight_g` for `weight`. */
static void rename_leaf(ck_comparison *c, ck_diag_id id, const ck_key *key, const ck_map *unexpected) {
  const char *best = NULL, *ours = holder(c->m->arena, key->key);
  size_t candidates = 0;
  for (size_t u = 0; u < unexpected->count; u++) {
    const char *name = unexpected->entries[u].key;
    if (strcmp(holder(c->m->arena, name), ours) != 0 || !fits(c, key, ck_match_entry(c, name))) continue;
    candidates++;
    best = name;
  }
  if (candidates == 1)
    add(c, id,
        ck_arena_printf(c->m->arena, "\"%s\" of the model may be \"%s\" in the checkpoint (same shape)", key->key,
                        best));
}

static void suggest_renames(ck_comparison *c, size_t first, ck_diag_id id) {
  ck_map unexpected, holders, taken;
  ck_map_init(&unexpected), ck_map_init(&holders), ck_map_init(&taken);
  for (size_t i = first; i < c->raws->n; i++)
    if (c->raws->at[i].id == CK_DIAG_UNEXPECTED_KEY) ck_map_put(&unexpected, c->raws->at[i].diff.key, NULL);
  renamings found = {0};
  for (size_t i = 0; i < c->model->nkeys && unexpected.count <= MAX_RENAME_KEYS && found.n < MAX_RENAME_KEYS; i++) {
    const ck_key *key = &c->model->keys[i];
    if (!is_definite(c, key) || ck_match_entry(c, key->key) != NULL) continue;
    bool is_new;
    const char *ours = holder(c->m->arena, key->key);
    ck_map_put(&holders, ours, &is_new);
    const char *theirs = is_new ? counterpart(c, ours, &unexpected, &taken) : NULL;
    if (theirs != NULL) {
      ck_map_put(&taken, theirs, NULL);
      note_renaming(c, &found, ours, theirs);
    } else if (is_new) {
      rename_leaf(c, id, key, &unexpected);
    }
  }
  report_renamings(c, id, &found);
  free(found.at);
  ck_map_release(&unexpected), ck_map_release(&holders), ck_map_release(&taken);
}

/* --- Dtypes and shapes ---------------------------------------------------------------------------------------- */

/* "torch::kFloat32" of "float32". */
static const char *cpp_dtype(ck_comparison *c, const char *name) {
  if (strcmp(name, "bfloat16") == 0) return "torch::kBFloat16";
  if (name[0] == 'u') return ck_arena_printf(c->m->arena, "torch::kUInt%s", name + 4);
  return ck_arena_printf(c->m->arena, "torch::k%c%s", name[0] - 'a' + 'A', name + 1);
}

static void suggest_dtype(ck_comparison *c, const ck_raw *raw) {
  ck_dtype ours = ck_dtype_from_name(raw->diff.model_text), theirs = ck_dtype_from_name(raw->diff.checkpoint_text);
  if (!ck_dtype_is_floating(ours) || !ck_dtype_is_floating(theirs)) return;
  add(c, CK_DIAG_DTYPE_MISMATCH,
      ck_arena_printf(c->m->arena, "convert after loading: the model must be %s at the load, then model->to(%s)",
                      raw->diff.checkpoint_text, cpp_dtype(c, raw->diff.model_text)));
}

static void suggest_transposed(ck_comparison *c, const ck_raw *raw) {
  const ck_key *key = raw->diff.model;
  const ck_ckpt_entry *entry = key != NULL && !key->is_pattern ? ck_match_entry(c, key->key) : NULL;
  if (entry == NULL || entry->rank != 2 || key->rank != 2 || !entry->shape_known) return;
  if (key->dims[0].kind != CK_DIM_INT || key->dims[1].kind != CK_DIM_INT) return;
  if (key->dims[0].n == entry->shape[1] && key->dims[1].n == entry->shape[0] && entry->shape[0] != entry->shape[1])
    add(c, CK_DIAG_SHAPE_MISMATCH,
        ck_arena_printf(c->m->arena, "\"%s\" is transposed: are the arguments swapped?", key->key));
}

void ck_match_suggest(ck_comparison *c, size_t first) {
  ck_diag_id absent = absent_id(c, first);
  ck_diag_id shape = CK_DIAG_COUNT;
  for (size_t i = first; i < c->raws->n; i++) {
    const ck_raw *raw = &c->raws->at[i];
    if (raw->id == CK_DIAG_MISSING_MODULE && raw->diff.module->cls != NULL &&
        ck_starts_with(raw->diff.module->cls, "torch::nn::"))
      add(c, raw->id,
          "a module without keys need not be registered: call its function in forward(), or register "
          "torch::nn::Functional, which torch::load does not ask for");
    if (raw->id == CK_DIAG_DTYPE_MISMATCH) suggest_dtype(c, raw);
    if (raw->id == CK_DIAG_SHAPE_MISMATCH) suggest_transposed(c, raw), shape = raw->id;
  }
  if (absent != CK_DIAG_COUNT || shape != CK_DIAG_COUNT)
    suggest_other_class(c, absent != CK_DIAG_COUNT ? absent : shape);
  if (absent == CK_DIAG_COUNT) return;
  if (!suggest_extra_prefix(c, absent) && !suggest_own_prefix(c, absent)) suggest_renames(c, first, absent);
}
