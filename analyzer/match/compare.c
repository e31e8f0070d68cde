/* compare.c - one model against one checkpoint, for one consistent alternative.
 *
 * Three passes over the model: definite keys and modules are compared where they stand; symbolic dimensions become
 * equations, solved over all keys (symbols.c); conditional ones are solved as a whole (choices.c). Then the entries
 * that nothing in the model asks for. Every claim follows its row in SOUNDNESS.md, "What may be claimed". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "match/match_int.h"

void ck_match_partial(ck_comparison *c, const char *reason, ck_loc loc) {
  c->partial = true;
  if (c->reason != NULL) return;
  c->reason = reason;
  c->reason_loc = loc;
}

ck_raw *ck_match_raise(ck_comparison *c, ck_diag_id id, ck_severity severity) {
  ck_vec_push(c->raws, (ck_raw){.id = id,
                                .severity = severity,
                                .model = c->model != NULL ? c->model->cls : NULL,
                                .checkpoint = c->file != NULL ? c->file->path : c->alternative->path,
                                .name = c->name,
                                .alternatives = c->bit});
  return &c->raws->at[c->raws->n - 1];
}

/* --- Texts ------------------------------------------------------------------------------------------------------- */

const char *ck_dims_text(ck_arena *arena, const ck_dim *dims, int32_t rank) {
  if (rank < 0) return NULL;
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_strbuf_putc(&b, '[');
  for (int32_t i = 0; i < rank; i++) {
    if (i > 0) ck_strbuf_puts(&b, ", ");
    if (dims[i].kind == CK_DIM_INT) ck_strbuf_printf(&b, "%lld", (long long)dims[i].n);
    else if (dims[i].kind == CK_DIM_SYM) ck_sym_print(dims[i].sym, &b);
    else ck_strbuf_putc(&b, '?');
  }
  ck_strbuf_putc(&b, ']');
  const char *text = ck_arena_strdup(arena, b.s);
  ck_strbuf_release(&b);
  return text;
}

const char *ck_shape_text(ck_arena *arena, const int64_t *shape, size_t rank) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_strbuf_putc(&b, '[');
  for (size_t i = 0; i < rank; i++) ck_strbuf_printf(&b, "%s%lld", i > 0 ? ", " : "", (long long)shape[i]);
  ck_strbuf_putc(&b, ']');
  const char *text = ck_arena_strdup(arena, b.s);
  ck_strbuf_release(&b);
  return text;
}

static const char *sym_text(ck_arena *arena, const ck_sym *sym) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_sym_print(sym, &b);
  const char *text = ck_arena_strdup(arena, b.s);
  ck_strbuf_release(&b);
  return text;
}

/* What a literal says of an expression in comparison with a constant. */
typedef struct {
  const ck_sym *about; /* NULL: it is none */
  int64_t lo, hi;
} bounds;

static bool is_number(const ck_sym *s) { return s->kind == CK_SYM_CONST && s->type == CK_SYM_INT; }

static bounds bounds_of(ck_literal l) {
  const ck_sym *s = l.sym;
  bool compares = s->kind == CK_SYM_OP && (s->op == CK_IR_OP_LT || s->op == CK_IR_OP_EQ) && s->a->type == CK_SYM_INT;
  if (!compares || (is_number(s->a) && s->a->i == INT64_MAX) || (is_number(s->b) && s->b->i == INT64_MIN))
    return (bounds){0};
  if (s->op == CK_IR_OP_EQ) return l.holds && is_number(s->b) ? (bounds){s->a, s->b->i, s->b->i} : (bounds){0};
  if (is_number(s->b)) return l.holds ? (bounds){s->a, INT64_MIN, s->b->i - 1} : (bounds){s->a, s->b->i, INT64_MAX};
  if (is_number(s->a)) return l.holds ? (bounds){s->b, s->a->i + 1, INT64_MAX} : (bounds){s->b, INT64_MIN, s->a->i};
  return (bounds){0};
}

/* `n > 0` beside `n > 1`. */
static bool is_implied(ck_condition when, size_t i) {
  bounds mine = bounds_of(when.at[i]);
  for (size_t k = 0; mine.about != NULL && k < when.n; k++) {
    bounds other = bounds_of(when.at[k]);
    bool same = other.lo == mine.lo && other.hi == mine.hi;
    if (k != i && other.about == mine.about && other.lo >= mine.lo && other.hi <= mine.hi && (!same || k < i))
      return true;
  }
  return false;
}

/* `n > 3` at main.cpp:12 */
static void put_condition(ck_strbuf *b, ck_literal literal) {
  const ck_sym *sym = literal.sym, opposite = {.kind = CK_SYM_OP, .op = CK_IR_OP_NOT, .type = CK_SYM_BOOL, .a = sym};
  ck_strbuf_putc(b, '`');
  ck_sym_print(literal.holds ? sym : &opposite, b);
  ck_strbuf_putc(b, '`');
  if (sym->loc.file != NULL) ck_strbuf_printf(b, " at %s:%u", ck_path_base(sym->loc.file), sym->loc.line);
  if (sym->kind == CK_SYM_NAME && sym->i > 0) ck_strbuf_printf(b, ", evaluation %lld", (long long)sym->i + 1);
}

const char *ck_condition_text(ck_arena *arena, ck_condition when) {
  if (when.n == 0) return "";
  ck_strbuf b;
  ck_strbuf_init(&b);
  for (size_t i = 0; i < when.n; i++) {
    if (is_implied(when, i)) continue;
    ck_strbuf_puts(&b, b.n == 0 ? "when " : " and ");
    put_condition(&b, when.at[i]);
  }
  const char *text = ck_arena_strdup(arena, b.s);
  ck_strbuf_release(&b);
  return text;
}

/* --- Names and conditions --------------------------------------------------------------------------------------- */

bool ck_match_pattern(const char *pattern, const char *key, bool dots) {
  while (*pattern != '\0' && *pattern != '*') {
    if (*pattern++ != *key++) return false;
  }
  if (*pattern == '\0') return *key == '\0';
  for (const char *k = key; *k != '\0' && (dots || *k != '.'); k++)
    if (ck_match_pattern(pattern + 1, k + 1, dots)) return true;
  return false;
}

const ck_ckpt_entry *ck_match_entry(const ck_comparison *c, const char *key) {
  return ck_ckpt_find(c->file->ckpt, key);
}

/* Is `path` equal to or below `above`? A `*` in `above` stands for anything. */
static bool lies_below(const char *path, const char *above) {
  if (above[0] == '\0') return true;
  size_t n = strlen(above);
  if (strchr(above, '*') == NULL) return strncmp(path, above, n) == 0 && (path[n] == '\0' || path[n] == '.');
  char below[1024];
  if (n + 3 > sizeof below) return true; /* beyond any real name: do not claim anything */
  snprintf(below, sizeof below, "%s.*", above);
  return ck_match_pattern(above, path, true) || ck_match_pattern(below, path, true);
}

const ck_open *ck_match_open_above(const ck_model *model, const char *path, bool overrides) {
  for (size_t i = 0; i < model->nopens; i++)
    if ((!overrides || model->opens[i].overrides_load) && lies_below(path, model->opens[i].path))
      return &model->opens[i];
  return NULL;
}

bool ck_match_residual(ck_comparison *c, ck_condition when, ck_condition *rest) {
  ck_condition decided = c->alternative->when;
  ck_literal *left = CK_NEW_N(c->m->arena, ck_literal, when.n + 1);
  size_t n = 0;
  for (size_t i = 0; i < when.n; i++) {
    bool is_decided = false;
    for (size_t j = 0; j < decided.n && !is_decided; j++) {
      if (decided.at[j].sym != when.at[i].sym) continue;
      if (decided.at[j].holds != when.at[i].holds) return false;
      is_decided = true;
    }
    if (!is_decided) left[n++] = when.at[i];
  }
  *rest = (ck_condition){left, n};
  return true;
}

/* --- Order of torch::load: module by module, depth first; parameters, buffers (FORMATS.md B.1) ------------------- */

static uint32_t module_index(const ck_model *model, const char *path, size_t length) {
  if (length == 0) return 0;
  for (size_t i = 0; i < model->nmodules; i++)
    if (strncmp(model->modules[i].path, path, length) == 0 && model->modules[i].path[length] == '\0')
      return (uint32_t)i + 1;
  return (uint32_t)model->nmodules + 1;
}

static size_t holder_length(const char *key) {
  const char *dot = strrchr(key, '.');
  return dot == NULL ? 0 : (size_t)(dot - key);
}

/* Buffers already stand after parameters in model->keys, so the index orders keys within their module. Module and
 * index share 32 bits: beyond 65535 of either, only the order of lines suffers. */
static uint32_t order_of_key(const ck_model *model, size_t i) {
  uint32_t module = module_index(model, model->keys[i].key, holder_length(model->keys[i].key));
  return module << 16 | (uint32_t)(i + 1 < 0xffff ? i + 1 : 0xffff);
}

/* --- One key ------------------------------------------------------------------------------------------------------ */

static bool dims_differ(const ck_dim *dim, int64_t extent, ck_solver *solver) {
  if (dim->kind == CK_DIM_INT) return dim->n != extent;
  if (dim->kind != CK_DIM_SYM || solver == NULL) return false;
  ck_range r = ck_solver_range(solver, dim->sym);
  return extent < r.lo || extent > r.hi;
}

static bool shapes_differ(const ck_key *key, const ck_ckpt_entry *entry, ck_solver *solver) {
  if (key->rank < 0 || !entry->shape_known) return false;
  if ((uint32_t)key->rank != entry->rank) return true;
  for (uint32_t i = 0; i < entry->rank; i++)
    if (dims_differ(&key->dims[i], entry->shape[i], solver)) return true;
  return false;
}

ck_diag_id ck_match_differs(ck_comparison *c, const ck_key *key, const ck_ckpt_entry *entry, ck_solver *solver,
                            const char **model_text, const char **checkpoint_text) {
  ck_arena *arena = c->m->arena;
  if (shapes_differ(key, entry, solver)) {
    *model_text = ck_dims_text(arena, key->dims, key->rank);
    *checkpoint_text = ck_shape_text(arena, entry->shape, entry->rank);
    return CK_DIAG_SHAPE_MISMATCH;
  }
  if (key->dtype != CK_DTYPE_UNKNOWN && entry->dtype != CK_DTYPE_UNKNOWN && key->dtype != entry->dtype) {
    *model_text = ck_dtype_name(key->dtype);
    *checkpoint_text = ck_dtype_name(entry->dtype);
    return CK_DIAG_DTYPE_MISMATCH;
  }
  return CK_DIAG_COUNT;
}

static ck_severity severity_of(const ck_comparison *c, ck_diag_id id) {
  ck_severity severity = ck_diag_row_of(id)->severity;
  /* what is silent is not made better by a handler */
  bool is_silent = id == CK_DIAG_SHAPE_MISMATCH || id == CK_DIAG_DTYPE_MISMATCH;
  bool lowered = (c->alternative->in_try && !is_silent) || c->site->loader != CK_LOADER_TORCH_LOAD;
  return lowered && severity > CK_SEVERITY_WARNING ? CK_SEVERITY_WARNING : severity;
}

static void raise_pair(ck_comparison *c, ck_diag_id id, const ck_key *key, uint32_t order, const char *model_text,
                       const char *checkpoint_text) {
  ck_raw *raw = ck_match_raise(c, id, severity_of(c, id));
  raw->diff = (ck_difference){
      .key = key->key, .model = key, .model_text = model_text, .checkpoint_text = checkpoint_text, .loc = key->loc};
  raw->order = order;
}

static void compare_pair(ck_comparison *c, const ck_key *key, uint32_t order, const ck_ckpt_entry *entry) {
  const char *ours, *theirs;
  ck_diag_id id = ck_match_differs(c, key, entry, NULL, &ours, &theirs);
  if (id != CK_DIAG_COUNT) raise_pair(c, id, key, order, ours, theirs);
  if (id == CK_DIAG_SHAPE_MISMATCH && key->dtype != entry->dtype && key->dtype != CK_DTYPE_UNKNOWN &&
      entry->dtype != CK_DTYPE_UNKNOWN)
    raise_pair(c, CK_DIAG_DTYPE_MISMATCH, key, order, ck_dtype_name(key->dtype), ck_dtype_name(entry->dtype));
  bool is_parameter = entry->kind == CK_CKPT_PARAMETER;
  if (entry->kind != CK_CKPT_KIND_UNKNOWN && !entry->is_plain_attribute && key->kind != CK_KIND_UNKNOWN &&
      is_parameter != (key->kind == CK_KIND_PARAMETER))
    raise_pair(c, CK_DIAG_KIND_MISMATCH, key, order, is_parameter ? "buffer" : "parameter",
               is_parameter ? "parameter" : "buffer");
  if (key->unknown != NULL)
    ck_match_partial(c, ck_arena_printf(c->m->arena, "%s: %s", key->key, key->unknown), key->loc);
}

/* --- Modules -------------------------------------------------------------------------------------------------- */

static bool is_definite_here(ck_comparison *c, ck_condition when) {
  ck_condition rest;
  return ck_match_residual(c, when, &rest) && rest.n == 0;
}

bool ck_match_has_definite_key(ck_comparison *c, const char *module) {
  for (size_t i = 0; i < c->model->nkeys; i++)
    if (!c->model->keys[i].is_pattern && lies_below(c->model->keys[i].key, module) &&
        is_definite_here(c, c->model->keys[i].when))
      return true;
  return false;
}

/* Definite submodules of this alternative that the archive lacks; only the outermost of each missing subtree. One with
 * keys is not said to be missing: its keys are. */
static void compare_modules(ck_comparison *c) {
  if (c->site->loader != CK_LOADER_TORCH_LOAD || !ck_ckpt_has(c->file->ckpt, CK_CKPT_ARCHIVE)) return;
  const ck_model *model = c->model;
  const char *missing = NULL;
  for (size_t i = 0; i < model->nmodules; i++) {
    const ck_submodule *s = &model->modules[i];
    if (s->is_pattern || !s->is_serializable || !is_definite_here(c, s->when)) continue;
    if (missing != NULL && lies_below(s->path, missing)) continue;
    if (ck_ckpt_has_module(c->file->ckpt, s->path) || ck_match_open_above(model, s->path, true)) continue;
    missing = s->path;
    if (ck_match_has_definite_key(c, s->path)) continue;
    ck_raw *raw = ck_match_raise(c, CK_DIAG_MISSING_MODULE, severity_of(c, CK_DIAG_MISSING_MODULE));
    raw->diff = (ck_difference){.key = s->path, .module = s, .loc = s->loc};
    raw->thrown = ck_arena_printf(c->m->arena, "No such serialized submodule: '%s'", s->path);
    raw->order = (uint32_t)(i + 1) << 16;
  }
}

const char *ck_match_thrown(ck_comparison *c, const char *key) {
  if (c->site->loader != CK_LOADER_TORCH_LOAD) return NULL;
  for (size_t i = 0; i < c->model->nmodules; i++) /* depth first: the outermost comes first */
    if (!c->model->modules[i].is_pattern && lies_below(key, c->model->modules[i].path) &&
        !ck_ckpt_has_module(c->file->ckpt, c->model->modules[i].path))
      return ck_arena_printf(c->m->arena, "No such serialized submodule: '%s'", c->model->modules[i].path);
  return ck_arena_printf(c->m->arena, "No such serialized tensor '%s'", key);
}

/* --- Keys ----------------------------------------------------------------------------------------------------- */

static void compare_definite(ck_comparison *c, size_t i, ck_solver *solver) {
  const ck_key *key = &c->model->keys[i];
  uint32_t order = order_of_key(c->model, i);
  const ck_ckpt_entry *entry = ck_match_entry(c, key->key);
  if (entry == NULL) {
    if (ck_match_open_above(c->model, key->key, true)) return;
    ck_raw *raw = ck_match_raise(c, CK_DIAG_MISSING_KEY, severity_of(c, CK_DIAG_MISSING_KEY));
    raw->diff = (ck_difference){
        .key = key->key, .model = key, .model_text = ck_dims_text(c->m->arena, key->dims, key->rank), .loc = key->loc};
    raw->thrown = ck_match_thrown(c, key->key);
    raw->order = order;
    return;
  }
  compare_pair(c, key, order, entry);
  if (key->rank < 0 || !entry->shape_known || (uint32_t)key->rank != entry->rank) return;
  for (uint32_t d = 0; d < entry->rank; d++)
    if (key->dims[d].kind == CK_DIM_SYM) ck_solver_add(solver, key->dims[d].sym, entry->shape[d], (uint32_t)i);
}

/* A pattern stands for an unknown number of keys. If every entry that it fits has another shape, then whatever it
 * registers cannot be loaded; if it registers nothing, the entries are ignored: a warning at most. */
static void compare_pattern(ck_comparison *c, size_t i) {
  const ck_key *key = &c->model->keys[i];
  ck_match_partial(c, ck_arena_printf(c->m->arena, "the names %s are not known in full", key->key), key->loc);
  size_t fitting = 0, differing = 0;
  const ck_ckpt_entry *example = NULL;
  for (size_t e = 0; e < c->nentries; e++) {
    if (!ck_match_pattern(key->key, c->entries[e].key, false)) continue;
    fitting++;
    if (!shapes_differ(key, &c->entries[e], NULL)) continue;
    differing++;
    if (example == NULL) example = &c->entries[e];
  }
  if (fitting == 0 || differing != fitting) return;
  ck_raw *raw = ck_match_raise(c, CK_DIAG_SHAPE_MISMATCH, CK_SEVERITY_WARNING);
  raw->diff = (ck_difference){.key = key->key,
                              .model = key,
                              .model_text = ck_dims_text(c->m->arena, key->dims, key->rank),
                              .checkpoint_text = ck_shape_text(c->m->arena, example->shape, example->rank),
                              .note = ck_arena_printf(c->m->arena, "%zu entr%s of the checkpoint fit%s this pattern",
                                                      fitting, fitting == 1 ? "y" : "ies", fitting == 1 ? "s" : ""),
                              .loc = key->loc};
  raw->order = order_of_key(c->model, i);
}

/* --- Symbolic dimensions -------------------------------------------------------------------------------------- */

static void collect_names(const ck_sym *sym, const ck_sym **names, size_t *n, size_t room) {
  if (sym == NULL) return;
  if (sym->kind == CK_SYM_NAME || sym->kind == CK_SYM_CALL) {
    for (size_t i = 0; i < *n; i++)
      if (names[i] == sym) return;
    if (*n < room) names[(*n)++] = sym;
    return;
  }
  collect_names(sym->a, names, n, room);
  collect_names(sym->b, names, n, room);
  collect_names(sym->c, names, n, room);
}

static const char *range_text(ck_arena *arena, const ck_sym *sym, ck_range r) {
  if (r.lo > r.hi) return NULL;
  const char *name = sym_text(arena, sym);
  if (sym->type == CK_SYM_BOOL)
    return r.lo == r.hi ? ck_arena_printf(arena, "%s is %s", name, r.lo != 0 ? "true" : "false") : NULL;
  if (r.lo == r.hi) return ck_arena_printf(arena, "%s = %lld", name, (long long)r.lo);
  if (r.hi - r.lo > 1000) return NULL; /* such a range says nothing to a reader */
  return ck_arena_printf(arena, "%s is %lld to %lld", name, (long long)r.lo, (long long)r.hi);
}

enum { MAX_NAMES = 32 }; /* unknowns listed per model: more would not be read */

/* What the equations of one key, alone, say of the unknown that the conflict is about. */
static const char *implied_by_key(ck_comparison *c, const ck_solver *all, uint32_t source, const ck_sym *about) {
  ck_solver alone;
  ck_solver_init(&alone);
  for (size_t i = 0; i < all->equations.n; i++)
    if (all->equations.at[i].source == source)
      ck_solver_add(&alone, all->equations.at[i].sym, all->equations.at[i].value, source);
  const char *text = NULL;
  const ck_sym *names[MAX_NAMES];
  size_t n = 0;
  if (ck_solver_run(&alone)) {
    collect_names(about, names, &n, MAX_NAMES);
    for (size_t i = 0; i < n && text == NULL; i++)
      text = range_text(c->m->arena, names[i], ck_solver_range(&alone, names[i]));
    if (text == NULL) text = range_text(c->m->arena, about, ck_solver_range(&alone, about));
  }
  ck_solver_release(&alone);
  return text == NULL ? NULL : ck_arena_printf(c->m->arena, "implies %s", text);
}

static void raise_contradiction(ck_comparison *c, const ck_solver *solver) {
  uint32_t sources[] = {solver->first, solver->second};
  for (size_t i = 0; i < 2; i++) {
    if (i == 1 && sources[1] == sources[0]) break;
    const ck_key *key = &c->model->keys[sources[i]];
    const ck_ckpt_entry *entry = ck_match_entry(c, key->key);
    raise_pair(c, CK_DIAG_SHAPE_MISMATCH, key, order_of_key(c->model, sources[i]),
               ck_dims_text(c->m->arena, key->dims, key->rank), ck_shape_text(c->m->arena, entry->shape, entry->rank));
    c->raws->at[c->raws->n - 1].is_contradiction = true;
    c->raws->at[c->raws->n - 1].diff.note = implied_by_key(c, solver, sources[i], solver->about);
  }
}

static void report_implied(ck_comparison *c, ck_solver *solver) {
  const ck_sym *names[MAX_NAMES];
  size_t n = 0;
  for (size_t i = 0; i < solver->equations.n; i++) collect_names(solver->equations.at[i].sym, names, &n, MAX_NAMES);
  for (size_t i = 0; i < n; i++) {
    const char *text = range_text(c->m->arena, names[i], ck_solver_range(solver, names[i]));
    const char *name = sym_text(c->m->arena, names[i]), *origin = names[i]->origin;
    bool has_origin = origin != NULL && strcmp(origin, name) != 0;
    ck_match_partial(c,
                     ck_arena_printf(c->m->arena, "`%s` is not known at build time%s%s%s%s%s", name,
                                     has_origin ? " (" : "", has_origin ? origin : "", has_origin ? ")" : "",
                                     text != NULL ? "; the checkpoint fits if " : "", text != NULL ? text : ""),
                     names[i]->loc);
    if (text != NULL) ck_vec_push(c->implied, text);
  }
}

/* --- Entries that nothing asks for ---------------------------------------------------------------------------- */

/* An entry is unexpected only if nothing that this site may load the file into has it: its presence speaks for the
 * decisions that register it, whether these stand at a key or made a world of their own. */
typedef struct {
  CK_VEC(const ck_model *) models;
  ck_map names; /* of all their keys */
} expected;

static bool excludes(ck_condition decided, ck_condition when) {
  for (size_t i = 0; i < when.n; i++)
    for (size_t j = 0; j < decided.n; j++)
      if (decided.at[j].sym == when.at[i].sym && decided.at[j].holds != when.at[i].holds) return true;
  return false;
}

/* Models of all alternatives that read the same file. False: one of them is not known, so nothing is unexpected. */
static bool expected_of(const ck_comparison *c, expected *e) {
  *e = (expected){0};
  ck_map_init(&e->names);
  if (c->site->reason != NULL) return false; /* what was cut short may register anything */
  for (size_t i = 0; i < c->site->nalternatives; i++) {
    const ck_alternative *a = &c->site->alternatives[i];
    const char *path = ck_match_path_of(c->m, c->site, a);
    if (path != NULL && strcmp(path, c->path) != 0) continue;
    if (a->model == NULL) return false;
    ck_vec_push(&e->models, a->model);
    for (size_t k = 0; k < a->model->nkeys; k++)
      if (!excludes(a->when, a->model->keys[k].when)) ck_map_put(&e->names, a->model->keys[k].key, NULL);
  }
  return true;
}

static void expected_release(expected *e) {
  free(e->models.at);
  ck_map_release(&e->names);
}

static bool may_have(const ck_model *model, const char *key) {
  for (size_t i = 0; i < model->nkeys; i++)
    if (model->keys[i].is_pattern && ck_match_pattern(model->keys[i].key, key, true)) return true;
  for (size_t i = 0; i < model->nmodules; i++) /* below a module whose own name is a pattern: its keys are, too */
    if (model->modules[i].is_pattern && lies_below(key, model->modules[i].path)) return true;
  return ck_match_open_above(model, key, false) != NULL;
}

static bool is_expected(const expected *e, const char *key) {
  if (ck_map_find(&e->names, key) != NULL) return true;
  for (size_t i = 0; i < e->models.n; i++)
    if (may_have(e->models.at[i], key)) return true;
  return false;
}

bool ck_match_is_left_aside(const ck_comparison *c, const char *key) {
  if (c->site->reason != NULL || may_have(c->model, key)) return false;
  for (size_t i = 0; i < c->site->nalternatives; i++) {
    const ck_alternative *a = &c->site->alternatives[i];
    const char *path = ck_match_path_of(c->m, c->site, a);
    if (a == c->alternative || (path != NULL && strcmp(path, c->path) != 0)) continue;
    if (a->model == NULL || may_have(a->model, key)) return false;
    for (size_t k = 0; k < a->model->nkeys; k++)
      if (strcmp(a->model->keys[k].key, key) == 0) return false;
  }
  return true;
}

static void compare_entries(ck_comparison *c) {
  expected all;
  bool closed = expected_of(c, &all);
  bool claims = c->model->complete || c->model->nopens > 0; /* else the names are not all known: patterns say which */
  for (size_t i = 0; i < c->model->nkeys; i++) claims |= c->model->keys[i].is_pattern;
  if (!claims) ck_match_partial(c, "the model may hold more than was seen", c->model->loc);
  if (!closed || !ck_ckpt_has(c->file->ckpt, CK_CKPT_HAS_KEYS)) claims = false; /* an optimizer's entries are no keys */
  for (size_t e = 0; claims && e < c->nentries; e++) {
    const ck_ckpt_entry *entry = &c->entries[e];
    if (c->model->subtree != NULL && !lies_below(entry->key, c->model->subtree)) continue; /* nobody reads it here */
    if (entry->is_plain_attribute || is_expected(&all, entry->key)) continue;
    ck_raw *raw = ck_match_raise(c, CK_DIAG_UNEXPECTED_KEY, severity_of(c, CK_DIAG_UNEXPECTED_KEY));
    raw->diff.key = ck_arena_strdup(c->m->arena, entry->key);
    if (entry->shape_known) raw->diff.checkpoint_text = ck_shape_text(c->m->arena, entry->shape, entry->rank);
    raw->order = (uint32_t)e;
  }
  expected_release(&all);
  for (size_t i = 0; i < c->model->nopens; i++) ck_match_partial(c, c->model->opens[i].reason, c->model->opens[i].loc);
}

/* `cond ? a : b` under the decisions of this alternative: a or b. */
static const ck_sym *decided(const ck_comparison *c, const ck_sym *sym) {
  ck_condition when = c->alternative->when;
  for (bool found = true; found && sym->kind == CK_SYM_COND;) {
    const ck_sym *condition = sym->a;
    bool holds = true;
    while (condition->kind == CK_SYM_OP && condition->op == CK_IR_OP_NOT) condition = condition->a, holds = !holds;
    found = false;
    for (size_t i = 0; i < when.n && !found; i++) {
      if (when.at[i].sym != condition) continue;
      sym = when.at[i].holds == holds ? sym->b : sym->c;
      found = true;
    }
  }
  return sym;
}

/* The model as it is in this alternative: extents that its decisions choose. */
static void decide_extents(ck_comparison *c) {
  if (c->alternative->when.n == 0) return;
  ck_key *keys = NULL;
  for (size_t i = 0; i < c->model->nkeys; i++) {
    const ck_key *key = &c->model->keys[i];
    ck_dim *dims = NULL;
    for (int32_t d = 0; d < key->rank; d++) {
      if (key->dims[d].kind != CK_DIM_SYM || key->dims[d].sym->kind != CK_SYM_COND) continue;
      const ck_sym *sym = decided(c, key->dims[d].sym);
      if (sym == key->dims[d].sym) continue;
      if (dims == NULL) {
        dims = CK_NEW_N(c->m->arena, ck_dim, key->rank);
        memcpy(dims, key->dims, (size_t)key->rank * sizeof *dims);
      }
      bool is_known = sym->kind == CK_SYM_CONST && sym->type == CK_SYM_INT;
      dims[d] = is_known ? (ck_dim){.kind = CK_DIM_INT, .n = sym->i} : (ck_dim){.kind = CK_DIM_SYM, .sym = sym};
    }
    if (dims == NULL) continue;
    if (keys == NULL) {
      keys = CK_NEW_N(c->m->arena, ck_key, c->model->nkeys);
      memcpy(keys, c->model->keys, c->model->nkeys * sizeof *keys);
    }
    keys[i].dims = dims;
  }
  if (keys == NULL) return;
  ck_model *model = CK_NEW(c->m->arena, ck_model);
  *model = *c->model;
  model->keys = keys;
  c->model = model;
}

void ck_match_compare(ck_comparison *c) {
  decide_extents(c);
  c->entries = ck_ckpt_entries(c->file->ckpt, &c->nentries);
  size_t first = c->raws->n;
  ck_solver solver;
  ck_solver_init(&solver);
  compare_modules(c);
  for (size_t i = 0; i < c->model->nkeys; i++) {
    ck_condition rest;
    if (!ck_match_residual(c, c->model->keys[i].when, &rest)) continue;
    if (c->model->keys[i].is_pattern) compare_pattern(c, i);
    else if (rest.n == 0) compare_definite(c, i, &solver);
  }
  if (!ck_solver_run(&solver)) raise_contradiction(c, &solver);
  else report_implied(c, &solver);
  ck_match_choices(c, &solver);
  compare_entries(c);
  ck_match_suggest(c, first);
  ck_solver_release(&solver);
}
