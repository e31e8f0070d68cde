/* choices.c - keys and modules that exist only under a condition nobody knows at build time.
 *
 * A *slot* is a name with the conditions under which it is registered. A present name that only `c` registers speaks
 * for c, an absent one against it. Atoms (conditions that are not compound) that share a slot form a component; each
 * component is decided on its own by trying all assignments of its atoms and counting, for each, what would go wrong:
 * hard (something asked for is absent or has another shape) and soft (an entry that nothing registers, which
 * torch::load ignores). An assignment without either is what the checkpoint implies. If every assignment fails hard,
 * the load fails whatever the conditions are: an error. If only soft ones are left, one way out is silent: a warning
 * (SOUNDNESS.md, "Solving symbols"). Atoms are taken as independent, so an assignment may be impossible in truth; that
 * can hide a contradiction, never invent one. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "match/match_int.h"

enum {
  MAX_ATOMS = 512,         /* in one model; beyond, the site is partial */
  MAX_COMPONENT_ATOMS = 12 /* 2^12 assignments per component */
};

typedef struct {
  ck_condition when; /* literals that are still open */
  size_t index;      /* into model->keys or model->modules */
} registration;

typedef struct {
  const char *name;
  bool is_module, present;
  const ck_ckpt_entry *entry;
  CK_VEC(registration) regs;
  size_t component;
  bool always; /* fails in every assignment of its component (set by mark_always) */
} slot;

typedef struct {
  ck_comparison *c;
  ck_solver *solver;
  CK_VEC(slot) slots;
  CK_VEC(const ck_sym *) atoms;
  size_t parent[MAX_ATOMS]; /* union-find */
  signed char value[MAX_ATOMS];
  bool overflow;
} choices;

static size_t atom_of(choices *ch, const ck_sym *sym) {
  for (size_t i = 0; i < ch->atoms.n; i++)
    if (ch->atoms.at[i] == sym) return i;
  if (ch->atoms.n == MAX_ATOMS) {
    ch->overflow = true;
    return 0;
  }
  ch->parent[ch->atoms.n] = ch->atoms.n;
  ck_vec_push(&ch->atoms, sym);
  return ch->atoms.n - 1;
}

static size_t root_of(choices *ch, size_t atom) {
  while (ch->parent[atom] != atom) atom = ch->parent[atom] = ch->parent[ch->parent[atom]];
  return atom;
}

/* --- Collecting slots ------------------------------------------------------------------------------------------- */

/* Drops literals that the solved dimensions decide. False: the condition cannot hold. */
static bool reduce(choices *ch, ck_condition *when) {
  ck_literal *left = CK_NEW_N(ch->c->m->arena, ck_literal, when->n + 1);
  size_t n = 0;
  for (size_t i = 0; i < when->n; i++) {
    int truth = ck_solver_truth(ch->solver, when->at[i].sym);
    if (truth < 0) left[n++] = when->at[i];
    else if ((truth == 1) != when->at[i].holds) return false;
  }
  *when = (ck_condition){left, n};
  return true;
}

static slot *slot_of(choices *ch, const char *name, bool is_module) {
  for (size_t i = 0; i < ch->slots.n; i++)
    if (ch->slots.at[i].is_module == is_module && strcmp(ch->slots.at[i].name, name) == 0) return &ch->slots.at[i];
  ck_vec_push(&ch->slots, (slot){.name = name, .is_module = is_module});
  return &ch->slots.at[ch->slots.n - 1];
}

static bool is_definite_key(const choices *ch, const char *name) {
  const ck_model *model = ch->c->model;
  for (size_t i = 0; i < model->nkeys; i++) {
    ck_condition rest;
    if (strcmp(model->keys[i].key, name) == 0 && ck_match_residual(ch->c, model->keys[i].when, &rest) && rest.n == 0)
      return true;
  }
  return false;
}

static void add_registration(choices *ch, const char *name, bool is_module, ck_condition when, size_t index) {
  ck_comparison *c = ch->c;
  ck_condition rest;
  if (!ck_match_residual(c, when, &rest) || rest.n == 0 || ck_match_open_above(c->model, name, true)) return;
  if (!reduce(ch, &rest) || (!is_module && is_definite_key(ch, name))) return;
  slot *s = slot_of(ch, name, is_module);
  s->entry = is_module ? NULL : ck_match_entry(c, name);
  s->present = is_module ? ck_ckpt_has_module(c->file->ckpt, name) : s->entry != NULL;
  ck_vec_push(&s->regs, (registration){rest, index});
  for (size_t i = 0; i < rest.n; i++) {
    size_t a = atom_of(ch, rest.at[i].sym);
    ch->parent[root_of(ch, a)] = root_of(ch, atom_of(ch, rest.at[0].sym));
  }
}

static void collect(choices *ch) {
  const ck_model *model = ch->c->model;
  bool modules = ch->c->site->loader == CK_LOADER_TORCH_LOAD && ck_ckpt_has(ch->c->file->ckpt, CK_CKPT_ARCHIVE);
  for (size_t i = 0; modules && i < model->nmodules; i++)
    if (!model->modules[i].is_pattern && model->modules[i].is_serializable && model->modules[i].when.n > 0)
      add_registration(ch, model->modules[i].path, true, model->modules[i].when, i);
  for (size_t i = 0; i < model->nkeys; i++)
    if (!model->keys[i].is_pattern && model->keys[i].when.n > 0)
      add_registration(ch, model->keys[i].key, false, model->keys[i].when, i);
}

/* --- Judging one assignment --------------------------------------------------------------------------------------- */

static bool holds(choices *ch, ck_condition when) {
  for (size_t i = 0; i < when.n; i++)
    if ((ch->value[atom_of(ch, when.at[i].sym)] == 1) != when.at[i].holds) return false;
  return true;
}

static const registration *active(choices *ch, const slot *s) {
  for (size_t i = 0; i < s->regs.n; i++)
    if (holds(ch, s->regs.at[i].when)) return &s->regs.at[i];
  return NULL;
}

typedef enum { FINE, SOFT, ABSENT, DIFFERENT } verdict;

static verdict judge(choices *ch, const slot *s, ck_diag_id *id, const char **ours, const char **theirs) {
  const registration *reg = active(ch, s);
  if (reg == NULL) return s->present ? SOFT : FINE;
  if (!s->present) return ABSENT;
  if (s->is_module) return FINE;
  *id = ck_match_differs(ch->c, &ch->c->model->keys[reg->index], s->entry, ch->solver, ours, theirs);
  return *id == CK_DIAG_COUNT ? FINE : DIFFERENT;
}

typedef struct {
  size_t hard, soft;
  size_t absent; /* of the hard ones: what torch::load would ask for in vain */
} cost;

static cost cost_of(choices *ch, size_t component) {
  cost total = {0, 0, 0};
  for (size_t i = 0; i < ch->slots.n; i++) {
    if (ch->slots.at[i].component != component) continue;
    ck_diag_id id;
    const char *ours, *theirs;
    verdict v = judge(ch, &ch->slots.at[i], &id, &ours, &theirs);
    if (v == SOFT) total.soft++;
    else if (v != FINE) total.hard++;
    if (v == ABSENT) total.absent++;
  }
  return total;
}

/* --- Findings ------------------------------------------------------------------------------------------------- */

static ck_condition condition_of(choices *ch, const size_t *atoms, size_t n) {
  ck_literal *literals = CK_NEW_N(ch->c->m->arena, ck_literal, n + 1);
  for (size_t i = 0; i < n; i++) literals[i] = (ck_literal){ch->atoms.at[atoms[i]], ch->value[atoms[i]] == 1};
  return (ck_condition){literals, n};
}

/* The name of a present slot that the active registration of no other assignment explains: what speaks for this one. */
static const char *witness(choices *ch, size_t component) {
  for (size_t i = 0; i < ch->slots.n; i++) {
    const slot *s = &ch->slots.at[i];
    if (s->component == component && s->present && active(ch, s) != NULL) return s->name;
  }
  return NULL;
}

static bool has_key_below(choices *ch, const char *module) {
  size_t n = strlen(module);
  for (size_t i = 0; i < ch->slots.n; i++) {
    const slot *s = &ch->slots.at[i];
    if (!s->is_module && !s->present && strncmp(s->name, module, n) == 0 && s->name[n] == '.' && active(ch, s) != NULL)
      return true;
  }
  return false;
}

static void assign(choices *ch, const size_t *atoms, size_t n, size_t bits) {
  for (size_t i = 0; i < n; i++) ch->value[atoms[i]] = bits >> i & 1;
}

/* Marks what fails whatever the conditions are; false if nothing does, though every assignment fails in some way. */
static bool mark_always(choices *ch, size_t component, const size_t *atoms, size_t n) {
  bool any = false;
  for (size_t i = 0; i < ch->slots.n; i++) {
    slot *s = &ch->slots.at[i];
    s->always = s->component == component;
    for (size_t bits = 0; s->always && bits < (size_t)1 << n; bits++) {
      ck_diag_id id;
      const char *ours, *theirs;
      assign(ch, atoms, n, bits);
      verdict v = judge(ch, s, &id, &ours, &theirs);
      s->always = v == ABSENT || v == DIFFERENT;
    }
    any |= s->always;
  }
  return any;
}

/* Under the present assignment; `only_always`: what holds under the others, too. */
static void raise_component(choices *ch, size_t component, ck_severity severity, ck_condition when, bool only_always) {
  ck_comparison *c = ch->c;
  const char *because = witness(ch, component);
  const char *missing_module = NULL;
  for (size_t i = 0; i < ch->slots.n; i++) {
    const slot *s = &ch->slots.at[i];
    if (s->component != component || (only_always && !s->always)) continue;
    ck_diag_id id = CK_DIAG_MISSING_KEY;
    const char *ours = NULL, *theirs = NULL;
    verdict v = judge(ch, s, &id, &ours, &theirs);
    if (v != ABSENT && v != DIFFERENT) continue;
    size_t n = s->is_module && missing_module != NULL ? strlen(missing_module) : 0;
    if (n > 0 && strncmp(s->name, missing_module, n) == 0 && s->name[n] == '.') continue;
    const registration *reg = active(ch, s);
    const ck_key *key = s->is_module ? NULL : &c->model->keys[reg->index];
    const ck_submodule *module = s->is_module ? &c->model->modules[reg->index] : NULL;
    if (v == ABSENT) id = s->is_module ? CK_DIAG_MISSING_MODULE : CK_DIAG_MISSING_KEY;
    if (v == ABSENT && s->is_module) missing_module = s->name;
    if (s->is_module && has_key_below(ch, s->name)) continue; /* its keys are reported */
    ck_severity cap =
        c->alternative->in_try || c->site->loader != CK_LOADER_TORCH_LOAD ? CK_SEVERITY_WARNING : severity;
    ck_raw *raw = ck_match_raise(c, id, cap);
    assert(key != NULL || module != NULL);
    raw->diff = (ck_difference){.key = s->name,
                                .model = key,
                                .module = module,
                                .model_text = ours,
                                .checkpoint_text = theirs,
                                .loc = key != NULL ? key->loc : module->loc};
    if (because != NULL && v == ABSENT)
      raw->diff.note = ck_arena_printf(c->m->arena, "\"%s\" is there, which the same condition registers", because);
    if (v == ABSENT && key != NULL) raw->diff.model_text = ck_dims_text(c->m->arena, key->dims, key->rank);
    if (v == ABSENT)
      raw->thrown = s->is_module ? ck_arena_printf(c->m->arena, "No such serialized submodule: '%s'", s->name)
                                 : ck_match_thrown(c, s->name);
    raw->when = when;
    raw->order = 0x80000000u + (uint32_t)i;
  }
}

/* Entries that the present assignment does not register: torch::load ignores them. */
static void raise_ignored(choices *ch, size_t component, ck_condition when) {
  for (size_t i = 0; i < ch->slots.n; i++) {
    const slot *s = &ch->slots.at[i];
    if (s->component != component || s->entry == NULL || active(ch, s) != NULL ||
        !ck_match_is_left_aside(ch->c, s->name))
      continue;
    ck_raw *raw = ck_match_raise(ch->c, CK_DIAG_UNEXPECTED_KEY, CK_SEVERITY_WARNING);
    raw->diff = (ck_difference){.key = s->name};
    if (s->entry->shape_known)
      raw->diff.checkpoint_text = ck_shape_text(ch->c->m->arena, s->entry->shape, s->entry->rank);
    raw->when = when;
    raw->order = 0x80000000u + (uint32_t)i;
  }
}

static const char *literal_text(ck_arena *arena, const ck_sym *sym, bool value) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_sym_print(sym, &b);
  const char *text = ck_arena_printf(arena, "`%s` is %s", b.s, value ? "true" : "false");
  ck_strbuf_release(&b);
  return text;
}

/* Atoms that are equal in all clean assignments: what the checkpoint implies. */
static void imply(choices *ch, const size_t *atoms, size_t n, const unsigned char *seen) {
  for (size_t i = 0; i < n; i++) {
    const ck_sym *sym = ch->atoms.at[atoms[i]];
    const char *text = seen[i] == 1 || seen[i] == 2 ? literal_text(ch->c->m->arena, sym, seen[i] == 2) : NULL;
    if (text != NULL) ck_vec_push(ch->c->implied, text);
    ck_match_partial(ch->c,
                     text != NULL
                         ? ck_arena_printf(ch->c->m->arena,
                                           "a condition is not known at build time; the checkpoint fits if %s", text)
                         : "a condition is not known at build time",
                     sym->loc);
  }
}

static void solve_component(choices *ch, size_t component) {
  size_t atoms[MAX_COMPONENT_ATOMS], n = 0;
  for (size_t i = 0; i < ch->atoms.n; i++) {
    if (root_of(ch, i) != component) continue;
    if (n == MAX_COMPONENT_ATOMS) {
      ck_match_partial(ch->c, "too many conditions that depend on each other", ch->atoms.at[i]->loc);
      return;
    }
    atoms[n++] = i;
  }
  unsigned char seen[MAX_COMPONENT_ATOMS] = {0}; /* bit 0: false in a clean assignment, bit 1: true in one */
  size_t best = 0, clean = 0;
  bool throws = true; /* something is missing whatever the conditions are, not always the same */
  cost least = {SIZE_MAX, SIZE_MAX, 0};
  size_t ties_with_hard = 0; /* assignment that explains a present slot yet fails hard, for the warning */
  cost least_hard = {SIZE_MAX, SIZE_MAX, 0};
  assert(n <= MAX_COMPONENT_ATOMS);
  for (size_t bits = 0; bits < (size_t)1 << n; bits++) {
    assign(ch, atoms, n, bits);
    cost k = cost_of(ch, component);
    throws &= k.absent > 0;
    if (k.hard < least.hard || (k.hard == least.hard && k.soft < least.soft)) least = k, best = bits;
    if (k.hard > 0 && (k.soft < least_hard.soft || (k.soft == least_hard.soft && k.hard < least_hard.hard)))
      least_hard = k, ties_with_hard = bits;
    if (k.hard > 0 || k.soft > 0) continue;
    clean++;
    for (size_t i = 0; i < n; i++) seen[i] |= bits >> i & 1 ? 2 : 1;
  }
  if (clean > 0) {
    imply(ch, atoms, n, seen);
    return;
  }
  bool always = least.hard > 0 && mark_always(ch, component, atoms, n);
  if (least.hard > 0 && (always || throws)) {
    assign(ch, atoms, n, best);
    raise_component(ch, component, CK_SEVERITY_ERROR, (ck_condition){NULL, 0}, always);
  } else if (n > 0 && least_hard.hard != SIZE_MAX) {
    /* Every assignment fails, each in its own way, or one that explains what is there does: true on the path that is
     * named. */
    assign(ch, atoms, n, ties_with_hard);
    raise_component(ch, component, CK_SEVERITY_WARNING, condition_of(ch, atoms, n), false);
    ck_match_partial(ch->c, "a condition is not known at build time", ch->atoms.at[atoms[0]]->loc);
  } else if (n > 0) { /* nothing is asked for in vain, but each way leaves something aside */
    assign(ch, atoms, n, best);
    raise_ignored(ch, component, condition_of(ch, atoms, n));
    ck_match_partial(ch->c, "a condition is not known at build time", ch->atoms.at[atoms[0]]->loc);
  }
}

void ck_match_choices(ck_comparison *c, ck_solver *solver) {
  choices ch = {.c = c, .solver = solver};
  collect(&ch);
  if (ch.overflow) {
    ck_match_partial(c, "too many conditions in one model", c->model->loc);
  } else {
    for (size_t i = 0; i < ch.slots.n; i++) {
      /* a condition that the solved dimensions decided has no atoms left: its slot is a component of its own */
      ch.slots.at[i].component = SIZE_MAX;
      for (size_t r = 0; r < ch.slots.at[i].regs.n; r++)
        if (ch.slots.at[i].regs.at[r].when.n > 0)
          ch.slots.at[i].component = root_of(&ch, atom_of(&ch, ch.slots.at[i].regs.at[r].when.at[0].sym));
    }
    for (size_t i = 0; i < ch.atoms.n; i++)
      if (root_of(&ch, i) == i) solve_component(&ch, i);
    /* decided by the dimensions: for other values the shapes would not fit, so this fails whatever they are */
    if (cost_of(&ch, SIZE_MAX).hard > 0)
      raise_component(&ch, SIZE_MAX, CK_SEVERITY_ERROR, (ck_condition){NULL, 0}, false);
  }
  for (size_t i = 0; i < ch.slots.n; i++) free(ch.slots.at[i].regs.at);
  free(ch.slots.at);
  free(ch.atoms.at);
}
