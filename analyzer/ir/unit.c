/* unit.c - making a unit and reading its nodes; the tables of names.
 *
 * The interning map owns the strings (its keys never move), the arena everything else. */
#include <stdlib.h>
#include <string.h>

#include "ir/ir_int.h"

ck_ir_unit *ck_ir_unit_new(void) {
  ck_ir_unit *unit = ck_calloc(1, sizeof *unit);
  ck_arena_init(&unit->arena);
  ck_map_init(&unit->strings);
  ck_map_init(&unit->types);
  unit->main_file = unit->directory = unit->output = unit->frontend = ck_ir_intern(unit, "");
  unit->root = ck_ir_node_new(unit, CK_IR_UNIT, (ck_loc){0});
  return unit;
}

void ck_ir_unit_free(ck_ir_unit *unit) {
  if (unit == NULL) return;
  ck_map_release(&unit->types);
  ck_map_release(&unit->strings);
  ck_arena_release(&unit->arena);
  free(unit);
}

const char *ck_ir_intern(ck_ir_unit *unit, const char *s) { return ck_map_put(&unit->strings, s, NULL)->key; }

const char *ck_ir_intern_n(ck_ir_unit *unit, const char *s, size_t n) {
  char small[256];
  char *copy = n < sizeof small ? small : ck_malloc(n + 1);
  if (n) memcpy(copy, s, n);
  copy[n] = '\0';
  const char *own = ck_ir_intern(unit, copy);
  if (copy != small) free(copy);
  return own;
}

ck_ir *ck_ir_node_new(ck_ir_unit *unit, ck_ir_kind kind, ck_loc loc) {
  ck_ir *node = CK_NEW(&unit->arena, ck_ir);
  node->kind = (uint16_t)kind;
  node->loc = loc;
  node->name = node->usr = "";
  if (unit->strings.count > 0) node->name = node->usr = unit->strings.entries[0].key; /* "", interned first of all */
  return node;
}

void ck_ir_set_kids(ck_ir_unit *unit, ck_ir *node, ck_ir *const *kids, size_t n) {
  ck_ir **own = n ? CK_NEW_N(&unit->arena, ck_ir *, n) : NULL;
  if (n) memcpy(own, kids, n * sizeof *own);
  node->kids = own;
  node->nkids = (uint32_t)n;
}

/* Makes room for one more element in an arena array whose room is the power of two from `count` up. */
static void *grown(ck_ir_unit *unit, void *old, size_t count, size_t size) {
  if (count & (count - 1)) return old;
  void *new = ck_arena_alloc(&unit->arena, (count ? count * 2 : 1) * size);
  if (count) memcpy(new, old, count * size);
  return new;
}

void ck_ir_add_note(ck_ir_unit *unit, ck_loc loc, const char *text) {
  unit->notes = grown(unit, unit->notes, unit->note_count, sizeof *unit->notes);
  if (loc.file) loc.file = ck_ir_intern(unit, loc.file);
  unit->notes[unit->note_count++] = (ck_ir_note){loc, ck_ir_intern(unit, text)};
}

void ck_ir_add_dependency(ck_ir_unit *unit, ck_ir_dependency dependency) {
  unit->dependencies = grown(unit, unit->dependencies, unit->dependency_count, sizeof *unit->dependencies);
  dependency.path = ck_ir_intern(unit, dependency.path);
  dependency.hash = ck_ir_intern(unit, dependency.hash ? dependency.hash : "");
  unit->dependencies[unit->dependency_count++] = dependency;
}

/* Names --------------------------------------------------------------------------------------------------- */

static const char *const kind_names[CK_IR_KIND_COUNT] = {
#define CK_IR(name, text) [CK_IR_##name] = (text),
#include "ir/nodes.def"
#undef CK_IR
};
static const char *const op_names[CK_IR_OP_COUNT] = {
#define X(name, text) [CK_IR_OP_##name] = (text),
    CK_IR_OPS(X)
#undef X
};
static const char *const cast_names[CK_IR_CAST_COUNT] = {
    [CK_IR_CAST_C] = "c",         [CK_IR_CAST_STATIC] = "static",           [CK_IR_CAST_DYNAMIC] = "dynamic",
    [CK_IR_CAST_CONST] = "const", [CK_IR_CAST_REINTERPRET] = "reinterpret", [CK_IR_CAST_FUNCTIONAL] = "functional",
};
static const struct {
  const char *name;
  uint32_t bit;
} flag_names[] = {
#define X(name, text, bit) {(text), (bit)},
    CK_IR_FLAGS(X)
#undef X
};
enum { FLAG_COUNT = sizeof flag_names / sizeof *flag_names };

static int find_name(const char *const *names, int count, const char *name) {
  for (int i = 0; i < count; i++)
    if (strcmp(names[i], name) == 0) return i;
  return -1;
}

const char *ck_ir_kind_name(ck_ir_kind kind) { return (unsigned)kind < CK_IR_KIND_COUNT ? kind_names[kind] : NULL; }
int ck_ir_kind_from_name(const char *name) { return find_name(kind_names, CK_IR_KIND_COUNT, name); }
const char *ck_ir_op_name(ck_ir_op op) { return (unsigned)op < CK_IR_OP_COUNT ? op_names[op] : NULL; }
int ck_ir_op_from_name(const char *name) { return find_name(op_names, CK_IR_OP_COUNT, name); }
const char *ck_ir_cast_name(ck_ir_cast cast) { return (unsigned)cast < CK_IR_CAST_COUNT ? cast_names[cast] : NULL; }
int ck_ir_cast_from_name(const char *name) { return find_name(cast_names, CK_IR_CAST_COUNT, name); }

const char *ck_ir_flag_name(uint32_t bit) {
  for (size_t i = 0; i < FLAG_COUNT; i++)
    if (flag_names[i].bit == bit) return flag_names[i].name;
  return NULL;
}

uint32_t ck_ir_flag_from_name(const char *name) {
  for (size_t i = 0; i < FLAG_COUNT; i++)
    if (strcmp(flag_names[i].name, name) == 0) return flag_names[i].bit;
  return 0;
}

/* Reading nodes ------------------------------------------------------------------------------------------- */

ck_ir *ck_ir_body(const ck_ir *function) {
  if (function == NULL || function->nkids == 0) return NULL;
  ck_ir *last = function->kids[function->nkids - 1];
  return last && (last->kind == CK_IR_BLOCK || last->kind == CK_IR_TRY) ? last : NULL;
}

/* Parameters stand first. */
size_t ck_ir_param_count(const ck_ir *function) {
  size_t n = 0;
  while (n < function->nkids && function->kids[n] && function->kids[n]->kind == CK_IR_PARAM) n++;
  return n;
}

ck_ir *ck_ir_param(const ck_ir *function, size_t i) {
  ck_ir *kid = ck_ir_kid(function, i);
  return kid && kid->kind == CK_IR_PARAM ? kid : NULL;
}

void ck_ir_walk(const ck_ir *node, ck_ir_visit *visit, void *data) {
  if (node == NULL) return;
  visit(node, data);
  for (uint32_t i = 0; i < node->nkids; i++) ck_ir_walk(node->kids[i], visit, data);
}
