/* match.c - sites and their alternatives, from raw differences to findings.
 *
 * A site is compared once per consistent alternative of (model, path). What holds in all of them is said without a
 * condition and with the loader's own severity. What holds in some is a warning that names their condition, unless all
 * alternatives fail with the same id, each in its way: then the load fails on every path and stays an error
 * (SOUNDNESS.md, "Severity by path"). A mask per difference, one bit per alternative, carries this. */
#include "match/match.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "match/comments.h"
#include "match/match_int.h"

const char *ck_site_status_name(ck_site_status status) {
  static const char *const names[] = {"checked", "partial", "undetermined"};
  return names[status];
}

bool ck_class_is_named(const char *cls, const char *class_name) {
  size_t n = strlen(cls), m = strlen(class_name);
  if (n > 4 && ck_ends_with(cls, "Impl") && !ck_ends_with(class_name, "Impl")) n -= 4;
  return m <= n && strncmp(cls + n - m, class_name, m) == 0 && (m == n || (n - m >= 2 && cls[n - m - 1] == ':'));
}

/* --- One alternative --------------------------------------------------------------------------------------------- */

/* What is gathered for one site. */
typedef struct {
  ck_matcher *m;
  const ck_site *site;
  ck_raws raws;
  ck_strings implied;
  ck_helps helps;
  uint64_t all; /* a bit for each alternative */
  bool
      is_short; /* the site was cut short: there may be alternatives that were not seen, nothing holds in all of them */
  size_t undetermined, partial;
  ck_site_result result;
} gathering;

static void give_reason(gathering *g, const char *reason, ck_loc loc) {
  if (g->result.reason != NULL || reason == NULL) return;
  g->result.reason = reason;
  g->result.reason_loc = loc.file != NULL ? loc : g->site->loc;
}

/* `// ckptlint: checkpoint "PATH"` at the load or at the construction of the model. */
static const char *commented_path(ck_matcher *m, const ck_site *site, const ck_model *model) {
  if (site->checkpoint_comment != NULL) return site->checkpoint_comment;
  ck_loc places[] = {site->loc, model != NULL ? model->loc : (ck_loc){0}};
  for (size_t p = 0; p < 2; p++) {
    ck_comments comments =
        ck_comments_of_file(m->arena, places[p].file, ck_buffer_of(&m->options->buffer, places[p].file));
    for (size_t i = 0; i < comments.n; i++)
      if (comments.at[i].kind == CK_COMMENT_CHECKPOINT && comments.at[i].about == places[p].line)
        return comments.at[i].text;
  }
  return NULL;
}

/* Command line before comment before code (DESIGN.md, "Control"). */
const char *ck_match_path_of(ck_matcher *m, const ck_site *site, const ck_alternative *a) {
  const ck_match_options *o = m->options;
  for (size_t i = 0; a->model != NULL && a->model->cls != NULL && i < o->nclasses; i++)
    if (ck_class_is_named(a->model->cls, o->class_names[i])) return o->class_paths[i];
  if (o->checkpoint_for_all != NULL) return o->checkpoint_for_all;
  const char *commented = commented_path(m, site, a->model);
  return commented != NULL ? commented : a->path;
}

static void raise_not_found(ck_comparison *c, const char *path) {
  ck_raw *raw = ck_match_raise(c, CK_DIAG_FILE_NOT_FOUND, CK_SEVERITY_NOTE);
  raw->checkpoint = path;
  raw->detail = ck_arena_printf(c->m->arena, "\"%s\" is not there at build time, so this load is not checked", path);
  raw->help[0] = ck_match_nearest_file(c->m, c->site, path);
  if (raw->help[0] == NULL && path[0] != '/')
    raw->help[0] = "looked for it in the working directory, beside the source, in the build folder and in the "
                   "directories of .ckptlint";
}

/* An empty holder or a null pointer (FORMATS.md B.4); unless the evaluation has said so already. */
static void raise_null(ck_comparison *c) {
  for (size_t i = 0; i < c->m->analysis->nfindings; i++) {
    const ck_model_finding *f = &c->m->analysis->findings[i];
    if (f->id == CK_DIAG_NULL_MODULE && f->loc.line == c->site->loc.line && f->loc.file != NULL &&
        c->site->loc.file != NULL && strcmp(f->loc.file, c->site->loc.file) == 0)
      return;
  }
  ck_raw *raw =
      ck_match_raise(c, CK_DIAG_NULL_MODULE, c->alternative->in_try ? CK_SEVERITY_WARNING : CK_SEVERITY_ERROR);
  raw->detail = "what is loaded into is null: an empty holder or pointer, no module";
  raw->thrown = "Accessing empty ModuleHolder (of a null shared_ptr: Cannot deserialize empty module)";
}

static const char *unknown_model(const ck_alternative *a) {
  return a->reason != NULL ? a->reason : "what is loaded into is not known";
}

static bool has_error(const ck_raws *raws, size_t from) {
  for (size_t i = from; i < raws->n; i++)
    if (raws->at[i].severity == CK_SEVERITY_ERROR) return true;
  return false;
}

/* Would that file be an error? */
static bool fails_with(const ck_comparison *c, const ck_opened *file) {
  ck_raws raws = {0};
  ck_strings implied = {0};
  ck_helps helps = {0};
  ck_comparison other = *c;
  other.file = file;
  other.raws = &raws;
  other.implied = &implied;
  other.helps = &helps;
  bool is_module = c->model != NULL && !c->model->is_null && !c->model->is_not_module;
  if (ck_match_fit(&other) == CK_FIT_COMPARE && is_module) ck_match_compare(&other);
  bool fails = has_error(&raws, 0);
  free(raws.at);
  free(implied.at);
  free(helps.at);
  return fails;
}

/* A relative path that is found in several places: which of the files a run loads depends on its working directory. An
 * error is one only if each of them is (SOUNDNESS.md). `first`: of the findings raised for the file that was found. */
static void compare_elsewhere(ck_comparison *c, size_t first) {
  enum { MAX_ELSEWHERE = 4 };
  const ck_opened *others[MAX_ELSEWHERE];
  size_t n = ck_match_elsewhere(c->m, c->site, c->path, others, MAX_ELSEWHERE);
  bool fails = has_error(c->raws, first);
  for (size_t i = 0; i < n; i++) {
    if (fails_with(c, others[i]) == fails) continue;
    const char *text =
        ck_arena_printf(c->m->arena, "%s %s: which of the two is loaded depends on the working directory of the run",
                        others[i]->path, fails ? "fits" : "does not fit");
    ck_match_partial(c, text, c->site->loc);
    for (size_t k = first; k < c->raws->n; k++) {
      ck_raw *raw = &c->raws->at[k];
      if (raw->severity != CK_SEVERITY_ERROR) continue;
      raw->severity = CK_SEVERITY_WARNING;
      if (k == first || raw[-1].id != raw->id) ck_vec_push(c->helps, (ck_help){raw->id, c->bit, text});
    }
    return;
  }
}

static void compare_alternative(gathering *g, size_t i) {
  const ck_alternative *a = &g->site->alternatives[i];
  const char *path = ck_match_path_of(g->m, g->site, a);
  ck_comparison c = {.m = g->m,
                     .site = g->site,
                     .alternative = a,
                     .path = path,
                     .name = path != NULL && path[0] == '/' ? ck_path_base(path) : path,
                     .bit = (uint64_t)1 << i,
                     .model = a->model,
                     .raws = &g->raws,
                     .implied = &g->implied,
                     .helps = &g->helps};
  if (a->model != NULL && g->result.model == NULL) g->result.model = a->model->cls;
  if (a->model != NULL && a->model->is_null && g->site->loader == CK_LOADER_TORCH_LOAD) {
    raise_null(&c);
    return;
  }
  if (path == NULL) {
    g->undetermined++;
    give_reason(g, a->reason != NULL ? a->reason : "the path of the checkpoint is not known", a->reason_loc);
    return;
  }
  c.file = ck_match_open(g->m, g->site, path);
  if (g->result.checkpoint == NULL) g->result.checkpoint = c.file->status == CK_ABSENT ? path : c.file->path;
  if (c.file->status == CK_ABSENT) {
    g->undetermined++;
    raise_not_found(&c, path);
    give_reason(g, ck_arena_printf(g->m->arena, "\"%s\" is not there at build time", path), g->site->loc);
    return;
  }
  size_t first = g->raws.n;
  ck_fit fit = ck_match_fit(&c);
  bool unknown = fit == CK_FIT_UNKNOWN;
  if (fit == CK_FIT_COMPARE && (a->model == NULL || a->model->is_null || a->model->is_not_module)) {
    unknown = a->model == NULL;
    if (unknown) c.reason = NULL, ck_match_partial(&c, unknown_model(a), a->reason_loc);
  } else if (fit == CK_FIT_COMPARE) {
    ck_match_compare(&c);
  } else if (fit == CK_FIT_OK && a->ncopies > 0) {
    ck_match_copies(&c);
  } else if (fit == CK_FIT_OK && g->site->loader == CK_LOADER_PICKLE_LOAD) {
    ck_match_partial(&c, "nothing of the file is seen to be copied into a module", g->site->loc);
  }
  if (a->ncopies == 0 && !unknown) compare_elsewhere(&c, first);
  if (a->reason != NULL) ck_match_partial(&c, a->reason, a->reason_loc);
  if (unknown) g->undetermined++;
  else if (c.partial) g->partial++;
  if (c.partial) give_reason(g, c.reason, c.reason_loc);
}

/* --- Merging: one finding per site, id and file ---------------------------------------------------------------------
 */

static bool same_text(const char *a, const char *b) { return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0); }

static bool same_condition(ck_condition a, ck_condition b) {
  if (a.n != b.n) return false;
  for (size_t i = 0; i < a.n; i++)
    if (a.at[i].sym != b.at[i].sym || a.at[i].holds != b.at[i].holds) return false;
  return true;
}

/* One key, or one sentence, said of several alternatives: shapes and files may differ from one to the next. */
static void merge_alternatives(ck_raws *raws) {
  size_t n = 0;
  for (size_t i = 0; i < raws->n; i++) {
    ck_raw *same = NULL, *raw = &raws->at[i];
    for (size_t j = 0; j < n && same == NULL; j++) {
      ck_raw *old = &raws->at[j];
      if (old->id == raw->id && same_text(old->diff.key, raw->diff.key) &&
          (raw->diff.key != NULL || same_text(old->detail, raw->detail)) && same_condition(old->when, raw->when))
        same = old;
    }
    if (same == NULL) {
      raws->at[n++] = *raw;
      continue;
    }
    same->alternatives |= raw->alternatives;
    if (raw->severity < same->severity) same->severity = raw->severity;
  }
  raws->n = n;
}

/* Two conditions that differ in the sign of one literal are one without it. */
static bool merge_conditions(ck_arena *arena, ck_condition a, ck_condition b, ck_condition *out) {
  if (a.n != b.n) return false;
  size_t differing = SIZE_MAX;
  for (size_t i = 0; i < a.n; i++) {
    if (a.at[i].sym != b.at[i].sym) return false;
    if (a.at[i].holds == b.at[i].holds) continue;
    if (differing != SIZE_MAX) return false;
    differing = i;
  }
  ck_literal *left = CK_NEW_N(arena, ck_literal, a.n + 1);
  size_t n = 0;
  for (size_t i = 0; i < a.n; i++)
    if (i != differing) left[n++] = a.at[i];
  *out = (ck_condition){left, n};
  return true;
}

/* Merges cubes while two of them differ in one sign; returns how many are left. */
static size_t merge_all(ck_arena *arena, ck_condition *cubes, size_t n) {
  for (bool merged = true; merged;) {
    merged = false;
    for (size_t i = 0; i < n && !merged; i++)
      for (size_t j = i + 1; j < n && !merged; j++)
        if (merge_conditions(arena, cubes[i], cubes[j], &cubes[i])) {
          cubes[j] = cubes[--n];
          merged = true;
        }
  }
  return n;
}

/* A condition under which one of the alternatives of `mask` is taken; as weak as merging makes it. */
static ck_condition condition_of(gathering *g, uint64_t mask) {
  ck_condition cubes[CK_MATCH_MAX_ALTERNATIVES];
  size_t n = 0;
  for (size_t i = 0; i < g->site->nalternatives; i++)
    if (mask >> i & 1) cubes[n++] = g->site->alternatives[i].when;
  n = merge_all(g->m->arena, cubes, n);
  return n > 0 ? cubes[0] : (ck_condition){NULL, 0};
}

static bool is_implied(ck_condition weak, ck_condition strong) {
  for (size_t i = 0; i < weak.n; i++) {
    bool found = false;
    for (size_t j = 0; j < strong.n && !found; j++)
      found = strong.at[j].sym == weak.at[i].sym && strong.at[j].holds == weak.at[i].holds;
    if (!found) return false;
  }
  return true;
}

/* Does each run that reaches the site meet an alternative of `mask`? Another alternative may be met as well, before or
 * after (a loop over files, a helper that is called twice), if what leads to it leads to one of the mask, too. */
static bool covers(gathering *g, uint64_t mask) {
  const ck_alternative *all = g->site->alternatives;
  size_t n = g->site->nalternatives;
  if (g->is_short) return false;
  if (mask == g->all) return true;
  for (size_t i = 0; i < n; i++) {
    if (mask >> i & 1) continue;
    ck_condition cubes[CK_MATCH_MAX_ALTERNATIVES];
    size_t count = 0;
    for (size_t j = 0; j < n; j++)
      if (mask >> j & 1 && all[j].entry == all[i].entry && all[i].entry != CK_SEVERAL_ENTRIES)
        cubes[count++] = all[j].when;
    count = merge_all(g->m->arena, cubes, count);
    bool accompanied = false;
    for (size_t j = 0; j < count; j++) accompanied |= is_implied(cubes[j], all[i].when);
    if (!accompanied) return false;
  }
  return true;
}

static ck_condition conjunction(ck_arena *arena, ck_condition a, ck_condition b) {
  ck_literal *all = CK_NEW_N(arena, ck_literal, a.n + b.n + 1);
  size_t n = 0;
  for (size_t i = 0; i < a.n; i++) all[n++] = a.at[i];
  for (size_t i = 0; i < b.n; i++) all[n++] = b.at[i];
  return (ck_condition){all, n};
}

static int by_order(const void *a, const void *b) {
  const ck_raw *x = a, *y = b;
  if (x->id != y->id) return x->id < y->id ? -1 : 1;
  if (x->order != y->order) return x->order < y->order ? -1 : 1;
  if (x->alternatives != y->alternatives) return x->alternatives < y->alternatives ? -1 : 1;
  return strcmp(x->diff.key != NULL ? x->diff.key : "", y->diff.key != NULL ? y->diff.key : "");
}

typedef CK_VEC(ck_finding) findings;

/* The raw statements of one id at one site, and how far they hold. */
typedef struct {
  ck_raw *at;
  size_t n;
  bool always;    /* some hold in every alternative: only those are told */
  uint64_t cover; /* alternatives in which one of those told holds, whatever else is decided */
  bool uniform;   /* all that are told hold in the same alternatives, under the same condition */
} group;

static bool holds_always(gathering *g, const ck_raw *raw) { return raw->when.n == 0 && covers(g, raw->alternatives); }

static group group_of(gathering *g, ck_raw *at, size_t n) {
  group r = {.at = at, .n = n, .uniform = true};
  for (size_t i = 0; i < n; i++) r.always |= holds_always(g, &at[i]);
  for (size_t i = 0; i < n; i++) {
    if (r.always && !holds_always(g, &at[i])) continue;
    if (at[i].when.n == 0) r.cover |= at[i].alternatives;
    r.uniform &= r.always || (at[i].alternatives == at[0].alternatives && same_condition(at[i].when, at[0].when));
  }
  return r;
}

static void add_helps(gathering *g, const group *r, ck_finding *f) {
  f->helps = CK_NEW_N(g->m->arena, const char *, g->helps.n + 4 * r->n);
  for (size_t k = 0; k < r->n; k++)
    for (size_t i = 0; i < 4 && r->at[k].help[i] != NULL; i++) {
      bool known = false;
      for (size_t h = 0; h < f->nhelps; h++) known |= strcmp(f->helps[h], r->at[k].help[i]) == 0;
      if (!known) f->helps[f->nhelps++] = r->at[k].help[i];
    }
  for (size_t i = 0; i < g->helps.n; i++)
    if (g->helps.at[i].id == f->id) f->helps[f->nhelps++] = g->helps.at[i].text;
}

static const char *with_condition(gathering *g, const ck_raw *raw) {
  ck_condition when = conjunction(g->m->arena, condition_of(g, raw->alternatives), raw->when);
  const char *text = ck_condition_text(g->m->arena, when);
  if (text[0] == '\0') return raw->diff.note;
  return raw->diff.note == NULL ? text : ck_arena_printf(g->m->arena, "%s, %s", raw->diff.note, text);
}

static void add_differences(gathering *g, const group *r, ck_finding *f) {
  f->differences = CK_NEW_N(g->m->arena, ck_difference, r->n);
  for (size_t i = 0; i < r->n; i++) {
    const ck_raw *raw = &r->at[i];
    if (r->always && !holds_always(g, raw)) continue;
    f->is_contradiction &= raw->is_contradiction;
    if (raw->severity < f->severity) f->severity = raw->severity;
    if (raw->diff.key == NULL) {
      if (f->detail == NULL) f->detail = raw->detail;
      continue;
    }
    f->differences[f->ndifferences] = raw->diff;
    if (!r->uniform) f->differences[f->ndifferences].note = with_condition(g, raw);
    f->ndifferences++;
  }
}

/* `is_certain`: each run meets this finding or another one of its id. */
static ck_finding finding_of(gathering *g, const group *r, bool is_certain) {
  const ck_raw *first = r->at;
  while (r->always && !holds_always(g, first)) first++;
  ck_finding f = {.id = first->id,
                  .severity = CK_SEVERITY_ERROR,
                  .loc = g->site->loc,
                  .model = first->model,
                  .checkpoint = first->checkpoint,
                  .name = first->name,
                  .loader = g->site->loader,
                  .is_contradiction = true,
                  .thrown = first->thrown};
  add_differences(g, r, &f);
  add_helps(g, r, &f);
  if (covers(g, r->cover)) return f;
  f.sometimes = true;
  if (r->uniform) f.when = conjunction(g->m->arena, condition_of(g, first->alternatives), first->when);
  if (f.severity > CK_SEVERITY_WARNING && !is_certain &&
      !(covers(g, first->alternatives) && first->severity == CK_SEVERITY_ERROR))
    f.severity = CK_SEVERITY_WARNING;
  return f;
}

/* Where it depends on conditions which file is read, each file has a finding of its own: "b.pt" lacks nothing that only
 * "a.pt" does. */
static void add_findings(gathering *g, ck_raw *at, size_t n, findings *out) {
  const group whole = group_of(g, at, n);
  if (whole.always) {
    ck_vec_push(out, finding_of(g, &whole, true));
    return;
  }
  const bool is_certain = covers(g, whole.cover);
  ck_raw *rest = CK_NEW_N(g->m->arena, ck_raw, n), *file = CK_NEW_N(g->m->arena, ck_raw, n);
  memcpy(rest, at, n * sizeof *at);
  for (size_t left = n; left > 0;) {
    size_t kept = 0, taken = 0;
    const char *checkpoint = rest[0].checkpoint;
    for (size_t i = 0; i < left; i++) {
      if (same_text(rest[i].checkpoint, checkpoint)) file[taken++] = rest[i];
      else rest[kept++] = rest[i];
    }
    const group one = group_of(g, file, taken);
    ck_vec_push(out, finding_of(g, &one, is_certain));
    left = kept;
  }
}

static void make_findings(gathering *g, findings *out) {
  if (g->raws.n > 0) qsort(g->raws.at, g->raws.n, sizeof *g->raws.at, by_order);
  for (size_t i = 0, end; i < g->raws.n; i = end) {
    for (end = i + 1; end < g->raws.n && g->raws.at[end].id == g->raws.at[i].id; end++) {}
    add_findings(g, &g->raws.at[i], end - i, out);
  }
}

/* --- Sites ---------------------------------------------------------------------------------------------------- */

static void add_undetermined(gathering *g, findings *out) {
  ck_vec_push(out, (ck_finding){.id = CK_DIAG_UNDETERMINED,
                                .severity = CK_SEVERITY_OFF,
                                .loc = g->site->loc,
                                .model = g->result.model,
                                .checkpoint = g->result.checkpoint,
                                .loader = g->site->loader,
                                .detail = ck_arena_printf(g->m->arena, "this load was %s: %s",
                                                          g->result.status == CK_SITE_PARTIAL ? "checked in part"
                                                                                              : "not checked",
                                                          g->result.reason)});
}

static ck_site_result match_site(ck_matcher *m, const ck_site *site, findings *out) {
  gathering g = {.m = m, .site = site, .result = {.site = site}};
  size_t n = site->nalternatives;
  if (n > CK_MATCH_MAX_ALTERNATIVES) {
    give_reason(&g, "more than 64 alternatives", site->loc);
    g.partial = 1;
  } else {
    g.all = n == 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
    for (size_t i = 0; i < n; i++) compare_alternative(&g, i);
  }
  if (site->reason != NULL) give_reason(&g, site->reason, site->reason_loc), g.partial++;
  g.result.status = n == 0 || g.undetermined == n    ? CK_SITE_UNDETERMINED
                    : g.undetermined + g.partial > 0 ? CK_SITE_PARTIAL
                                                     : CK_SITE_CHECKED;
  if (g.result.status != CK_SITE_CHECKED) give_reason(&g, "the load could not be followed", site->loc);
  else g.result.reason = NULL;
  merge_alternatives(&g.raws);
  g.is_short = site->reason != NULL && n > 0;
  make_findings(&g, out);
  if (g.result.status != CK_SITE_CHECKED) add_undetermined(&g, out);
  g.result.implied = CK_NEW_N(m->arena, const char *, g.implied.n + 1);
  for (size_t i = 0; i < g.implied.n; i++) {
    bool known = false;
    for (size_t j = 0; j < g.result.nimplied; j++) known |= same_text(g.result.implied[j], g.implied.at[i]);
    if (!known) g.result.implied[g.result.nimplied++] = g.implied.at[i];
  }
  free(g.raws.at);
  free(g.implied.at);
  free(g.helps.at);
  return g.result;
}

ck_match_result *ck_match(const ck_analysis *analysis, const ck_match_options *options, ck_arena *arena) {
  static const ck_match_options none;
  ck_matcher m = {.arena = arena, .analysis = analysis, .options = options != NULL ? options : &none};
  ck_map_init(&m.opened);
  findings all = {0};
  ck_match_result *result = CK_NEW(arena, ck_match_result);
  result->sites = CK_NEW_N(arena, ck_site_result, analysis->nsites + 1);
  for (size_t i = 0; i < analysis->nsites; i++)
    result->sites[result->nsites++] = match_site(&m, &analysis->sites[i], &all);
  result->findings = CK_NEW_N(arena, ck_finding, all.n + 1);
  if (all.n > 0) memcpy(result->findings, all.at, all.n * sizeof *all.at);
  result->nfindings = all.n;
  free(all.at);
  for (size_t i = 0; i < m.opened.count; i++) ck_ckpt_free(((ck_opened *)m.opened.entries[i].p)->ckpt);
  ck_map_release(&m.opened);
  return result; /* NOLINT(clang-analyzer-core.StackAddressEscape): `m` ends here, the results are in `arena` */
}
