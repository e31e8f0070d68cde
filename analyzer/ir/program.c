/* program.c - units linked into a program: definitions found by USR, units found by node.
 *
 * A USR may have a definition in many units: a class of a header that all of them include, `main` of several
 * executables, two classes `Net` of two examples in one compilation database. A unit gives at most one definition per
 * USR. When a unit asks, its own serves. Else the definitions are sorted into groups of identical ones
 * (same_definition) and the group nearest to the asking unit serves, in the length of the way from directory to
 * directory; where two groups are equally near, none does, for a program must not be made of parts of two (DESIGN.md,
 * "Programs").
 *
 * Groups are made when they are first asked for: few USRs ever are. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/vec.h"
#include "ir/ir_int.h"

typedef struct {
  const ck_ir *node;
  uint32_t unit;    /* index in the program */
  uint32_t group;   /* once grouped */
  uint64_t content; /* once grouped: hash of what it says */
} definition;

typedef struct {
  CK_VEC(definition) all; /* in order of units */
  uint32_t groups;        /* 0: not grouped yet */
  const char *clash;      /* the reason, once given */
} candidates;

typedef struct {
  ck_arena_range range;
  uint32_t unit;
} stretch;

struct ck_ir_program {
  ck_ir_unit *const *units;
  size_t unit_count;
  char **directories;                   /* of the units' main files, absolute and normal */
  ck_map functions, records, variables; /* USR -> candidates */
  stretch *stretches;                   /* memory of the units, by address */
  size_t stretch_count;
  ck_arena *reasons; /* made while the program is asked */
  bool is_whole;     /* no unit is missing */
};

/* Paths --------------------------------------------------------------------------------------------------- */

/* `path`, which is relative to `directory` unless absolute, without "." and "..", as the letters say. The caller's to
 * free(). */
static char *normal_path(const char *directory, const char *path) {
  ck_strbuf in, out;
  ck_strbuf_init(&in);
  ck_strbuf_init(&out);
  if (path[0] != '/') ck_strbuf_printf(&in, "%s/", directory);
  ck_strbuf_puts(&in, path);
  for (const char *p = in.s; *p;) {
    size_t n = strcspn(p, "/");
    bool up = n == 2 && memcmp(p, "..", 2) == 0, here = n == 0 || (n == 1 && *p == '.');
    const char *last = up ? strrchr(out.s, '/') : NULL;
    if (last) {
      out.n = (size_t)(last - out.s);
      out.s[out.n] = '\0';
    } else if (!here && !up) {
      ck_strbuf_putc(&out, '/');
      ck_strbuf_add(&out, p, n);
    }
    p += n + (p[n] == '/');
  }
  char *normal = ck_strbuf_detach(&out);
  ck_strbuf_release(&in);
  ck_strbuf_release(&out);
  return normal;
}

static char *directory_of(const ck_ir_unit *unit) {
  char *path = normal_path(unit->directory, unit->main_file);
  char *slash = strrchr(path, '/');
  if (slash) *slash = '\0';
  return path;
}

static size_t steps(const char *path) {
  size_t n = 0;
  for (; *path; path++) n += *path == '/';
  return n;
}

/* Number of steps up and down from one normal directory to the other. */
static size_t distance(const char *a, const char *b) {
  size_t common = 0;
  for (size_t i = 0;; i++) {
    bool a_ends = a[i] == '/' || a[i] == '\0', b_ends = b[i] == '/' || b[i] == '\0';
    if (i > 0 && a_ends && b_ends) common++;
    if (a[i] != b[i] || a[i] == '\0') break;
  }
  return steps(a) + steps(b) - 2 * common;
}

/* Contents ------------------------------------------------------------------------------------------------ */

static uint64_t mix_string(uint64_t h, const char *s) { return ck_hash64(s, strlen(s), h); }

static uint64_t mix_type(uint64_t h, const ck_ir_type *type) {
  return type ? mix_string(mix_string(h, type->spelling), type->usr) : h + 1;
}

static uint64_t mix_head(uint64_t h, const ck_ir *node) {
  const uint64_t numbers[] = {node->kind, node->op, node->flags & ~(uint64_t)CK_IR_F_MAIN_FILE, node->nkids,
                              (uint64_t)node->value.i};
  h = ck_hash64(numbers, sizeof numbers, h);
  return mix_type(mix_type(mix_string(mix_string(h, node->name), node->usr), node->type), node->aux);
}

/* A hash of all that a node says, but for places. */
static uint64_t mix_node(uint64_t h, const ck_ir *node) {
  if (node == NULL) return h + 1;
  h = mix_head(h, node);
  for (uint32_t i = 0; i < node->nkids; i++) h = mix_node(h, node->kids[i]);
  return h;
}

/* Of a record only what is the same in every unit that reads it: a compiler makes implicit methods where they are used,
 * and bodies of methods are definitions of their own. */
static uint64_t mix_record(uint64_t h, const ck_ir *record) {
  h = mix_type(mix_string(h, record->name), record->type);
  for (uint32_t i = 0; i < record->nkids; i++) {
    const ck_ir *kid = record->kids[i];
    if (kid->kind == CK_IR_BASE || kid->kind == CK_IR_FIELD) h = mix_node(h, kid);
    else if (kid->kind == CK_IR_FUNCTION && !(kid->flags & CK_IR_F_DEFAULTED)) h = mix_string(h, kid->usr);
  }
  return h;
}

static uint64_t content(const ck_ir *node) {
  return node->kind == CK_IR_RECORD ? mix_record(0, node) : mix_node(0, node);
}

static bool is_specialisation(const ck_ir *node) {
  if (node->aux && node->aux->nargs > 0) return true;
  return node->kind == CK_IR_RECORD && node->type && node->type->nargs > 0;
}

/* Do two units name one file by these names? */
static bool same_file(const ck_ir_unit *a, const char *a_file, const ck_ir_unit *b, const char *b_file) {
  if (a_file == NULL || b_file == NULL) return false;
  if (strcmp(a_file, b_file) == 0 && (a_file[0] == '/' || strcmp(a->directory, b->directory) == 0)) return true;
  char *x = normal_path(a->directory, a_file), *y = normal_path(b->directory, b_file);
  bool same = strcmp(x, y) == 0;
  free(x);
  free(y);
  return same;
}

/* One and the same definition, seen from two units: it says the same, and stands in the same place. (The place alone
 * is not enough: macros may differ.) A specialisation stands where it is asked for, so its text decides alone. */
static bool same_definition(const ck_ir_program *program, const definition *a, const definition *b) {
  const ck_loc *x = &a->node->loc, *y = &b->node->loc;
  bool same_place = x->line == y->line && x->column == y->column && x->begin == y->begin && x->end == y->end &&
                    same_file(program->units[a->unit], x->file, program->units[b->unit], y->file);
  if (!same_place && !(is_specialisation(a->node) && is_specialisation(b->node))) return false;
  return a->content == b->content;
}

static void make_groups(const ck_ir_program *program, candidates *c) {
  for (size_t i = 0; i < c->all.n; i++) {
    definition *d = &c->all.at[i];
    d->group = c->groups;
    d->content = content(d->node);
    for (size_t j = 0; j < i && d->group == c->groups; j++)
      if (same_definition(program, &c->all.at[j], d)) d->group = c->all.at[j].group;
    c->groups += d->group == c->groups;
  }
}

/* Asking -------------------------------------------------------------------------------------------------- */

static const char *clash_reason(const ck_ir_program *program, candidates *c) {
  if (c->clash) return c->clash;
  const definition *a = &c->all.at[0], *b = a;
  while (b->group == a->group) b++;
  const char *x = a->node->loc.file, *y = b->node->loc.file;
  if (x == NULL || y == NULL || strcmp(x, y) == 0) {
    x = program->units[a->unit]->main_file;
    y = program->units[b->unit]->main_file;
  }
  return c->clash = ck_arena_printf(program->reasons, "defined differently in %s and %s", x, y);
}

/* The first definition of the group nearest to unit `from`; NULL if two groups are. */
static const definition *nearest(const ck_ir_program *program, const candidates *c, size_t from) {
  const definition *best = NULL;
  size_t least = SIZE_MAX;
  bool tie = false;
  for (size_t i = 0; i < c->all.n; i++) {
    const definition *d = &c->all.at[i];
    size_t far = distance(program->directories[from], program->directories[d->unit]);
    if (far > least) continue;
    assert(best != NULL || far < least);
    if (far == least) tie = tie || d->group != best->group;
    else best = d, least = far, tie = false;
  }
  return tie ? NULL : best;
}

/* The index of a unit, or the number of units if it is NULL or another program's. */
static size_t index_of(const ck_ir_program *program, const ck_ir_unit *unit) {
  size_t i = 0;
  while (i < program->unit_count && program->units[i] != unit) i++;
  return i;
}

static const ck_ir *find(const ck_ir_program *program, const ck_map *map, const char *usr, const ck_ir_unit *from,
                         const char **why) {
  const char *unused;
  if (why == NULL) why = &unused;
  *why = NULL;
  candidates *c = ck_map_get(map, usr);
  if (c == NULL) return NULL;
  if (c->all.n == 1) return c->all.at[0].node;
  size_t asking = index_of(program, from);
  for (size_t i = 0; i < c->all.n; i++)
    if (c->all.at[i].unit == asking) return c->all.at[i].node;
  if (c->groups == 0) make_groups(program, c);
  if (c->groups == 1) return c->all.at[0].node;
  const definition *d = asking < program->unit_count ? nearest(program, c, asking) : NULL;
  if (d) return d->node;
  *why = clash_reason(program, c);
  return NULL;
}

const ck_ir *ck_ir_find_function(const ck_ir_program *program, const char *usr, const ck_ir_unit *from,
                                 const char **why) {
  return find(program, &program->functions, usr, from, why);
}

const ck_ir *ck_ir_find_record(const ck_ir_program *program, const char *usr, const ck_ir_unit *from,
                               const char **why) {
  return find(program, &program->records, usr, from, why);
}

const ck_ir *ck_ir_find_variable(const ck_ir_program *program, const char *usr, const ck_ir_unit *from,
                                 const char **why) {
  return find(program, &program->variables, usr, from, why);
}

/* Units of nodes ------------------------------------------------------------------------------------------ */

static int by_address(const void *a, const void *b) {
  uintptr_t x = (uintptr_t)((const stretch *)a)->range.from, y = (uintptr_t)((const stretch *)b)->range.from;
  return (x > y) - (x < y);
}

static void find_stretches(ck_ir_program *program) {
  size_t n = 0, at = 0;
  for (size_t i = 0; i < program->unit_count; i++) n += ck_arena_ranges(&program->units[i]->arena, NULL, 0);
  program->stretches = ck_calloc(n, sizeof *program->stretches);
  ck_arena_range *ranges = ck_calloc(n, sizeof *ranges);
  for (size_t i = 0; i < program->unit_count; i++) {
    size_t count = ck_arena_ranges(&program->units[i]->arena, ranges, n);
    for (size_t k = 0; k < count; k++) program->stretches[at++] = (stretch){ranges[k], (uint32_t)i};
  }
  free(ranges);
  program->stretch_count = n;
  qsort(program->stretches, n, sizeof *program->stretches, by_address);
}

const ck_ir_unit *ck_ir_unit_of(const ck_ir_program *program, const ck_ir *node) {
  uintptr_t address = (uintptr_t)node;
  size_t low = 0, high = program->stretch_count; /* the last stretch that begins at or before it is before `high` */
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if ((uintptr_t)program->stretches[middle].range.from <= address) low = middle + 1;
    else high = middle;
  }
  if (low == 0 || address >= (uintptr_t)program->stretches[low - 1].range.to) return NULL;
  return program->units[program->stretches[low - 1].unit];
}

/* Indexing ------------------------------------------------------------------------------------------------ */

/* Of two definitions in one unit the first serves, but a variable with an initialiser before one without: the latter is
 * `const int Net::width;` below a class that says `static const int width = 3;`. */
static void add_definition(ck_map *map, const ck_ir *node, uint32_t unit) {
  if (node->usr == NULL || node->usr[0] == '\0') return;
  ck_map_entry *entry = ck_map_put(map, node->usr, NULL);
  if (entry->p == NULL) entry->p = ck_calloc(1, sizeof(candidates));
  candidates *c = entry->p;
  assert(c->all.n == 0 || c->all.at != NULL);
  definition *last = c->all.n ? &c->all.at[c->all.n - 1] : NULL;
  if (last == NULL || last->unit != unit) ck_vec_push(&c->all, (definition){.node = node, .unit = unit});
  else if (node->kind == CK_IR_VAR && ck_ir_kid(last->node, 0) == NULL && ck_ir_kid(node, 0) != NULL) last->node = node;
}

/* `member`: inside a record, where a variable without an initialiser is only declared. */
static void add_node(ck_ir_program *program, const ck_ir *node, uint32_t unit, bool member) {
  switch (node->kind) {
  case CK_IR_FUNCTION:
    if (ck_ir_body(node)) add_definition(&program->functions, node, unit);
    break;
  case CK_IR_VAR:
    if (ck_ir_kid(node, 0) || !(member || (node->flags & CK_IR_F_EXTERN)))
      add_definition(&program->variables, node, unit);
    break;
  case CK_IR_RECORD:
    add_definition(&program->records, node, unit);
    for (uint32_t i = 0; i < node->nkids; i++) add_node(program, node->kids[i], unit, true);
    break;
  default: break;
  }
}

ck_ir_program *ck_ir_program_new(ck_ir_unit *const *units, size_t n) {
  ck_ir_program *program = ck_calloc(1, sizeof *program);
  ck_ir_unit **own = ck_calloc(n, sizeof *own);
  if (n) memcpy(own, units, n * sizeof *own);
  program->units = own;
  program->unit_count = n;
  program->directories = ck_calloc(n, sizeof *program->directories);
  program->reasons = ck_calloc(1, sizeof *program->reasons);
  ck_arena_init(program->reasons);
  for (size_t i = 0; i < n; i++) {
    const ck_ir *root = own[i]->root;
    program->directories[i] = directory_of(own[i]);
    for (uint32_t k = 0; k < root->nkids; k++) add_node(program, root->kids[k], (uint32_t)i, false);
  }
  find_stretches(program);
  return program;
}

void ck_ir_program_set_whole(ck_ir_program *program) { program->is_whole = true; }
bool ck_ir_program_is_whole(const ck_ir_program *program) { return program->is_whole; }

static void release_index(ck_map *map) {
  for (size_t i = 0; i < map->count; i++) {
    candidates *c = map->entries[i].p;
    free(c->all.at);
    free(c);
  }
  ck_map_release(map);
}

void ck_ir_program_free(ck_ir_program *program) {
  if (program == NULL) return;
  for (size_t i = 0; i < program->unit_count; i++) free(program->directories[i]);
  free(program->directories);
  release_index(&program->functions);
  release_index(&program->records);
  release_index(&program->variables);
  ck_arena_release(program->reasons);
  free(program->reasons);
  free(program->stretches);
  free((void *)program->units);
  free(program);
}

size_t ck_ir_program_unit_count(const ck_ir_program *program) { return program->unit_count; }

const ck_ir_unit *ck_ir_program_unit(const ck_ir_program *program, size_t i) { return program->units[i]; }
