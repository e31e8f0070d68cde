/* literals.c - what if a number in the source were another one?
 *
 * Where a checkpoint does not fit because of one number (a width, a count of layers) or one flag (a bias), that place
 * in the source is found by trying: the literal is exchanged in the IR for what would explain the difference, the
 * program is analysed and compared again, and only what leaves nothing to say about the load is told. So what is told
 * is proved by the same rules as a load that fits. The same number in several
 * of the registrations concerned (`Linear(4, 8)`, then `Linear(8, 2)`) is exchanged in all of them at once. A model
 * that differs in more than one way gets no such hint. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum {
  MAX_TRIES = 12,              /* analyses of the program, for each kind of attempt */
  MAX_STEPS = 4 * 1000 * 1000, /* evaluated in all of them together */
  MAX_GUESSES = 12,
  MAX_HINTS = 2,    /* two places that each would do are a choice; more are a guess */
  MAX_TOGETHER = 8, /* places that only do together */
  MAX_RANK = 8
};

/* "What is `from` in the model should be `to`": an extent of a shape, a number of modules. */
typedef struct {
  int64_t from, to;
  bool scales; /* the literal may be a factor of it */
} guess;

typedef enum { THE_NUMBER, A_FACTOR, A_FLAG, KINDS } attempt_kind;

typedef struct {
  ck_loc loc;
  int64_t old, value;
  bool is_bool;
} attempt;

typedef struct {
  CK_VEC(ck_ir *) numbers; /* literals of the program, in the order of its units */
  CK_VEC(attempt) attempts;
  size_t planned[KINDS];
  guess guesses[MAX_GUESSES];
  size_t nguesses;
  CK_VEC(ck_loc) registrations; /* of the keys that differ */
  bool flips;                   /* keys come and go: a flag may be the reason */
} search;

/* --- Guesses ----------------------------------------------------------------------------------------------------- */

static void add_guess(search *s, int64_t from, int64_t to, bool scales) {
  if (from == to || from < 1 || to < 1 || s->nguesses == MAX_GUESSES) return;
  for (size_t i = 0; i < s->nguesses; i++)
    if (s->guesses[i].from == from && s->guesses[i].to == to) return;
  s->guesses[s->nguesses++] = (guess){from, to, scales};
}

/* Extents of "[10, 784]"; -1: they are not all numbers. */
static int read_shape(const char *text, int64_t out[MAX_RANK]) {
  int rank = 0;
  if (text == NULL || *text != '[') return -1;
  for (const char *at = text + 1; *at != ']' && *at != 0; rank++) {
    char *end;
    if (rank == MAX_RANK) return -1;
    out[rank] = strtoll(at, &end, 10);
    if (end == at || (*end != ',' && *end != ']')) return -1;
    at = *end == ',' ? end + 1 : end;
  }
  return rank;
}

static void guess_from_shapes(search *s, const ck_difference *d) {
  int64_t model[MAX_RANK], checkpoint[MAX_RANK];
  int rank = read_shape(d->model_text, model);
  if (rank < 0 || rank != read_shape(d->checkpoint_text, checkpoint)) return;
  for (int i = 0; i < rank; i++) add_guess(s, model[i], checkpoint[i], true);
}

/* The number at the end of the step of a key that ends at `end`: 3 in "layers.3" and in "layer3"; -1: there is none.
 * *prefix is how much stands before it. */
static int64_t number_at_end(const char *key, size_t end, size_t *prefix) {
  size_t at = end;
  while (at > 0 && key[at - 1] >= '0' && key[at - 1] <= '9') at--;
  *prefix = at;
  return at < end && end - at < 9 ? strtoll(key + at, NULL, 10) : -1;
}

/* Keys that only one side has often are the last of a row: the other side then has as many as the first one's number
 * says, counted from 0 or from 1. */
static void guess_from_rows(search *s, const ck_finding *f, bool in_model) {
  for (size_t i = 0; i < f->ndifferences; i++) {
    const char *key = f->differences[i].key;
    for (size_t end = strcspn(key, "."); end > 0; end += key[end] == '.' ? 1 + strcspn(key + end + 1, ".") : 0) {
      size_t prefix, other;
      int64_t first = number_at_end(key, end, &prefix), last = first;
      for (size_t k = i + 1; k < f->ndifferences && first >= 0; k++) {
        const char *next = f->differences[k].key;
        if (strncmp(key, next, prefix) != 0) continue;
        int64_t n = number_at_end(next, prefix + strspn(next + prefix, "0123456789"), &other);
        if (n >= 0 && n < first) first = n;
        if (n > last) last = n;
      }
      if (first >= 0) add_guess(s, in_model ? last + 1 : first, in_model ? first : last + 1, false);
      if (first >= 0) add_guess(s, in_model ? last : first - 1, in_model ? first - 1 : last, false);
      if (key[end] == 0) break;
    }
  }
}

static void guess_from(search *s, const ck_finding *f) {
  switch (f->id) {
  case CK_DIAG_SHAPE_MISMATCH:
    for (size_t i = 0; i < f->ndifferences; i++) guess_from_shapes(s, &f->differences[i]);
    break;
  case CK_DIAG_MISSING_KEY:
  case CK_DIAG_MISSING_MODULE: guess_from_rows(s, f, true), s->flips = true; break;
  case CK_DIAG_UNEXPECTED_KEY: guess_from_rows(s, f, false), s->flips = true; break;
  default: break;
  }
}

/* --- Literals ---------------------------------------------------------------------------------------------------- */

static void collect(search *s, ck_ir *node) {
  if (node == NULL) return;
  if ((node->kind == CK_IR_INT || node->kind == CK_IR_BOOL) && node->loc.file != NULL) ck_vec_push(&s->numbers, node);
  for (uint32_t i = 0; i < node->nkids; i++) collect(s, node->kids[i]);
}

/* A macro puts all of its literals in one place: where they differ, none of them can be named. */
static bool can_be_named(const search *s, const ck_ir *node) {
  for (size_t i = 0; i < s->numbers.n; i++) {
    const ck_ir *other = s->numbers.at[i];
    if (ck_same_place(other->loc, node->loc) && (other->kind != node->kind || other->value.i != node->value.i))
      return false;
  }
  return true;
}

static void add_attempt(search *s, attempt_kind kind, const ck_ir *node, int64_t value) {
  for (size_t i = 0; i < s->attempts.n; i++)
    if (ck_same_place(s->attempts.at[i].loc, node->loc) && s->attempts.at[i].value == value) return;
  if (can_be_named(s, node) && s->planned[kind]++ < MAX_TRIES)
    ck_vec_push(&s->attempts, (attempt){node->loc, node->value.i, value, node->kind == CK_IR_BOOL});
}

/* What the literal would have to be for `from` to become `to`; 0: it has no part in it. */
static int64_t exchanged(const guess *g, attempt_kind kind, int64_t old) {
  if (kind == THE_NUMBER) return old == g->from ? g->to : 0;
  if (!g->scales || old < 2 || old >= g->from || g->from % old != 0) return 0;
  int64_t rest = g->from / old;
  return g->to % rest == 0 ? g->to / rest : 0;
}

/* The likeliest first: the number itself, then factors of it, then flags. */
static void plan(search *s) {
  for (attempt_kind kind = THE_NUMBER; kind <= A_FACTOR; kind++)
    for (size_t g = 0; g < s->nguesses; g++)
      for (size_t i = 0; i < s->numbers.n; i++) {
        const ck_ir *node = s->numbers.at[i];
        int64_t value = node->kind == CK_IR_INT ? exchanged(&s->guesses[g], kind, node->value.i) : 0;
        if (value != 0) add_attempt(s, kind, node, value);
      }
  for (size_t i = 0; i < s->numbers.n && s->flips; i++)
    if (s->numbers.at[i]->kind == CK_IR_BOOL) add_attempt(s, A_FLAG, s->numbers.at[i], !s->numbers.at[i]->value.i);
}

static void exchange(search *s, const attempt *a, int64_t value) {
  for (size_t i = 0; i < s->numbers.n; i++)
    if (ck_same_place(s->numbers.at[i]->loc, a->loc) && (s->numbers.at[i]->kind == CK_IR_BOOL) == a->is_bool)
      s->numbers.at[i]->value.i = value;
}

/* --- Trying ------------------------------------------------------------------------------------------------------ */

/* Is the load wholly decided, and is there nothing to say of it? */
static bool is_fine(const ck_match_result *match, ck_loc site) {
  for (size_t i = 0; i < match->nfindings; i++)
    if (ck_same_place(match->findings[i].loc, site)) return false;
  for (size_t i = 0; i < match->nsites; i++)
    if (ck_same_place(match->sites[i].site->loc, site)) return match->sites[i].status == CK_SITE_CHECKED;
  return false;
}

static bool try_one(const cli_part *part, const ck_match_options *options, ck_loc site, uint64_t *steps) {
  ck_arena arena;
  ck_arena_init(&arena);
  const ck_analysis *analysis = ck_torch_analyse(part->program, &part->request);
  *steps += analysis->steps;
  bool fine = is_fine(ck_match(analysis, options, &arena), site);
  ck_torch_analysis_free(analysis);
  ck_arena_release(&arena);
  return fine;
}

static const char *text_of(ck_arena *arena, const attempt *a, int64_t value) {
  if (a->is_bool) return value ? "true" : "false";
  return ck_arena_printf(arena, "%lld", (long long)value);
}

static ck_exchange told(ck_arena *arena, const attempt *a) {
  return (ck_exchange){a->loc, text_of(arena, a, a->old), text_of(arena, a, a->value)};
}

static void search_alone(search *s, const cli_part *part, const ck_match_options *options, ck_finding *finding,
                         uint64_t *steps, ck_arena *arena) {
  ck_exchange *found = CK_NEW_N(arena, ck_exchange, MAX_HINTS);
  size_t n = 0;
  for (size_t i = 0; i < s->attempts.n && n <= MAX_HINTS && *steps + part->analysis->steps <= MAX_STEPS; i++) {
    const attempt *a = &s->attempts.at[i];
    exchange(s, a, a->value);
    bool fine = try_one(part, options, finding->loc, steps);
    exchange(s, a, a->old);
    if (fine && n < MAX_HINTS) found[n] = told(arena, a);
    n += fine;
  }
  if (n == 0 || n > MAX_HINTS) return;
  finding->exchanges = found;
  finding->nexchanges = n;
}

static bool is_in_registration(const search *s, ck_loc loc) {
  for (size_t i = 0; i < s->registrations.n; i++) {
    const ck_loc *r = &s->registrations.at[i];
    if (strcmp(r->file, loc.file) == 0 && r->begin <= loc.begin && loc.end <= r->end) return true;
  }
  return false;
}

/* The places of the registrations concerned that hold the number. */
static size_t places_of(const search *s, const guess *g, attempt out[MAX_TOGETHER]) {
  size_t n = 0;
  for (size_t i = 0; i < s->numbers.n; i++) {
    const ck_ir *node = s->numbers.at[i];
    if (node->kind != CK_IR_INT || node->value.i != g->from || !is_in_registration(s, node->loc)) continue;
    if (!can_be_named(s, node)) continue;
    bool known = false;
    for (size_t k = 0; k < n; k++) known |= ck_same_place(out[k].loc, node->loc);
    if (known) continue;
    if (n == MAX_TOGETHER) return 0;
    out[n++] = (attempt){node->loc, g->from, g->to, false};
  }
  return n;
}

static void search_together(search *s, const cli_part *part, const ck_match_options *options, ck_finding *finding,
                            uint64_t *steps, ck_arena *arena) {
  for (size_t g = 0; g < s->nguesses && *steps + part->analysis->steps <= MAX_STEPS; g++) {
    attempt places[MAX_TOGETHER];
    size_t n = s->guesses[g].scales ? places_of(s, &s->guesses[g], places) : 0;
    if (n < 2) continue; /* one was tried alone */
    for (size_t i = 0; i < n; i++) exchange(s, &places[i], places[i].value);
    bool fine = try_one(part, options, finding->loc, steps);
    for (size_t i = 0; i < n; i++) exchange(s, &places[i], places[i].old);
    if (!fine) continue;
    ck_exchange *found = CK_NEW_N(arena, ck_exchange, n);
    for (size_t i = 0; i < n; i++) found[i] = told(arena, &places[i]);
    finding->exchanges = found;
    finding->nexchanges = n;
    finding->exchanges_together = true;
    return;
  }
}

static bool is_first_at_its_load(const ck_match_result *match, size_t f) {
  for (size_t i = 0; i < f; i++)
    if (ck_same_place(match->findings[i].loc, match->findings[f].loc)) return false;
  return true;
}

void cli_try_literals(const cli_part *part, const ck_match_options *options, ck_match_result *match, ck_arena *arena) {
  for (size_t f = 0; f < match->nfindings; f++) {
    if (!is_first_at_its_load(match, f)) continue;
    search s = {0};
    ck_finding *first = NULL;
    bool other = false;
    for (size_t i = f; i < match->nfindings; i++) {
      ck_finding *one = &match->findings[i];
      if (!ck_same_place(one->loc, match->findings[f].loc)) continue;
      bool compares = one->ndifferences > 0 && !one->sometimes && one->id != CK_DIAG_DTYPE_MISMATCH;
      other |= !compares;
      if (first == NULL) first = one;
      guess_from(&s, one);
      for (size_t k = 0; k < one->ndifferences; k++)
        if (one->differences[k].loc.file != NULL) ck_vec_push(&s.registrations, one->differences[k].loc);
    }
    if (!other && (s.nguesses > 0 || s.flips)) {
      for (size_t u = 0; u < part->nunits; u++) collect(&s, part->units[u]->root);
      plan(&s);
      uint64_t steps = 0;
      search_alone(&s, part, options, first, &steps, arena);
      if (first->nexchanges == 0) search_together(&s, part, options, first, &steps, arena);
    }
    free(s.numbers.at);
    free(s.attempts.at);
    free(s.registrations.at);
  }
}
