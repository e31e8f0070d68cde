/* binary.c - writes the flat binary form of units, the cache's. binary_read.c reads it.
 *
 *   header        "CKIR", u32 version, u64 hash of what follows, u32 schema (of the enums), then u32 each: counts of
 *                 types, type arguments, nodes, kids, notes, dependencies, strings; bytes of strings; main file,
 *                 directory, output, front end (strings); 1 if clang reported errors
 *   types         u8 kind, bits, flags, 0; u32 name, usr, spelling, element, number of arguments; i64 count
 *   arguments     u32 type, of all types one after another
 *   nodes         u16 kind, op; u32 flags; u32 file, line, column, begin, end; u32 type, aux, name, usr, number of
 * kids; u64 value kids          u32 node, of all nodes one after another notes         u32 file, line, column, begin,
 * end, text dependencies  u32 path, hash; i64 size, mtime strings       NUL-terminated, one after another
 *
 * References are indices: of strings from 0 (UINT32_MAX is a NULL file), of types and nodes from 1 (0 is NULL). Types
 * stand behind their parts, nodes behind their parents, node 1 is the root. Same unit, same bytes. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/vec.h"
#include "ir/ir_int.h"

typedef struct {
  const ck_ir_unit *unit;
  ck_map strings;               /* -> index */
  const ck_ir_type **type_keys; /* open addressing by address; type_at[i] is the index of type_keys[i], from 1 */
  uint32_t *type_at;
  size_t type_slots;
  CK_VEC(uint32_t) kids;
  uint32_t node_count, argument_count;
  ck_strbuf types, arguments, nodes, notes, dependencies, string_bytes;
} writer;

static void put16(ck_strbuf *b, unsigned n) {
  ck_strbuf_add(b, (unsigned char[]){(unsigned char)n, (unsigned char)(n >> 8)}, 2);
}

static void put32(ck_strbuf *b, uint32_t n) {
  put16(b, n & 0xffff);
  put16(b, n >> 16);
}

static void put64(ck_strbuf *b, uint64_t n) {
  put32(b, (uint32_t)n);
  put32(b, (uint32_t)(n >> 32));
}

uint32_t ck_ir_schema(void) {
  uint64_t h = CK_IR_VERSION;
  for (int i = 0; i < CK_IR_KIND_COUNT; i++) h = ck_hash64(ck_ir_kind_name(i), strlen(ck_ir_kind_name(i)), h);
  for (int i = 0; i < CK_IR_OP_COUNT; i++) h = ck_hash64(ck_ir_op_name(i), strlen(ck_ir_op_name(i)), h);
  for (int i = 0; i < CK_IR_CAST_COUNT; i++) h = ck_hash64(ck_ir_cast_name(i), strlen(ck_ir_cast_name(i)), h);
  for (int i = 0; i < CK_IR_T_COUNT; i++) h = ck_hash64(ck_ir_type_kind_name(i), strlen(ck_ir_type_kind_name(i)), h);
#define X(name, text, bit) h = ck_hash64((text), strlen(text), h ^ (bit));
  CK_IR_FLAGS(X)
#undef X
  return (uint32_t)h;
}

static uint32_t string_index(writer *w, const char *s) {
  bool is_new;
  if (s == NULL) s = "";
  ck_map_entry *entry = ck_map_put(&w->strings, s, &is_new);
  if (is_new) {
    entry->n = w->strings.count - 1;
    ck_strbuf_add(&w->string_bytes, s, strlen(s) + 1);
  }
  return (uint32_t)entry->n;
}

static void put_string(writer *w, ck_strbuf *b, const char *s) { put32(b, string_index(w, s)); }

static void put_loc(writer *w, ck_strbuf *b, const ck_loc *loc) {
  put32(b, loc->file ? string_index(w, loc->file) : CK_IR_NO_STRING);
  put32(b, loc->line);
  put32(b, loc->column);
  put32(b, loc->begin);
  put32(b, loc->end);
}

/* Types: all of the unit, in order of creation, which puts parts before wholes. ----------------------------- */

static size_t type_slot(const writer *w, const ck_ir_type *type) {
  uintptr_t address = (uintptr_t)type;
  size_t i = (size_t)ck_hash64(&address, sizeof address, 0) & (w->type_slots - 1);
  while (w->type_keys[i] != NULL && w->type_keys[i] != type) i = (i + 1) & (w->type_slots - 1);
  return i;
}

static uint32_t type_index(const writer *w, const ck_ir_type *type) {
  if (type == NULL) return 0;
  uint32_t index = w->type_at[type_slot(w, type)];
  assert(index != 0 && "types are made by ck_ir_type_intern of the same unit");
  return index;
}

static void put_type(writer *w, const ck_ir_type *t) {
  ck_strbuf *b = &w->types;
  unsigned flags = (t->is_signed ? CK_IR_TYPE_SIGNED : 0) | (t->is_char ? CK_IR_TYPE_CHAR : 0) |
                   (t->is_const ? CK_IR_TYPE_CONST : 0) | (t->is_scoped ? CK_IR_TYPE_SCOPED : 0);
  ck_strbuf_putc(b, (char)t->kind);
  ck_strbuf_putc(b, (char)t->bits);
  put16(b, flags);
  put_string(w, b, t->name);
  put_string(w, b, t->usr);
  put_string(w, b, t->spelling);
  put32(b, type_index(w, t->elem));
  put32(b, t->nargs);
  put64(b, (uint64_t)t->count);
  for (uint32_t i = 0; i < t->nargs; i++) put32(&w->arguments, type_index(w, t->args[i]));
  w->argument_count += t->nargs;
}

static void put_types(writer *w) {
  const ck_map *types = &w->unit->types;
  w->type_slots = 16;
  while (w->type_slots < types->count * 2) w->type_slots *= 2;
  w->type_keys = ck_calloc(w->type_slots, sizeof *w->type_keys);
  w->type_at = ck_calloc(w->type_slots, sizeof *w->type_at);
  for (size_t i = 0; i < types->count; i++) {
    size_t slot = type_slot(w, types->entries[i].p);
    w->type_keys[slot] = types->entries[i].p;
    w->type_at[slot] = (uint32_t)i + 1;
    put_type(w, types->entries[i].p);
  }
}

/* Nodes, in pre-order --------------------------------------------------------------------------------------- */

/* Returns the node's index, from 1. */
static uint32_t put_node(writer *w, const ck_ir *node) {
  ck_strbuf *b = &w->nodes;
  uint32_t index = ++w->node_count;
  size_t first = w->kids.n;
  put16(b, node->kind);
  put16(b, node->op);
  put32(b, node->flags);
  put_loc(w, b, &node->loc);
  put32(b, type_index(w, node->type));
  put32(b, type_index(w, node->aux));
  put_string(w, b, node->name);
  put_string(w, b, node->usr);
  put32(b, node->nkids);
  put64(b, (uint64_t)node->value.i);
  for (uint32_t i = 0; i < node->nkids; i++) ck_vec_push(&w->kids, 0);
  for (uint32_t i = 0; i < node->nkids; i++) {
    if (node->kids[i] == NULL) continue;
    uint32_t kid = put_node(w, node->kids[i]);
    w->kids.at[first + i] = kid;
  }
  return index;
}

static void put_extras(writer *w) {
  const ck_ir_unit *unit = w->unit;
  for (size_t i = 0; i < unit->note_count; i++) {
    put_loc(w, &w->notes, &unit->notes[i].loc);
    put_string(w, &w->notes, unit->notes[i].text);
  }
  for (size_t i = 0; i < unit->dependency_count; i++) {
    const ck_ir_dependency *d = &unit->dependencies[i];
    put_string(w, &w->dependencies, d->path);
    put_string(w, &w->dependencies, d->hash);
    put64(&w->dependencies, (uint64_t)d->size);
    put64(&w->dependencies, (uint64_t)d->mtime_ns);
  }
}

/* The header behind the hash. */
static void put_counts(writer *w, ck_strbuf *b) {
  const ck_ir_unit *unit = w->unit;
  uint32_t main_file = string_index(w, unit->main_file), directory = string_index(w, unit->directory);
  uint32_t output = string_index(w, unit->output), frontend = string_index(w, unit->frontend);
  put32(b, ck_ir_schema());
  put32(b, (uint32_t)unit->types.count);
  put32(b, w->argument_count);
  put32(b, w->node_count);
  put32(b, (uint32_t)w->kids.n);
  put32(b, (uint32_t)unit->note_count);
  put32(b, (uint32_t)unit->dependency_count);
  put32(b, (uint32_t)w->strings.count);
  put32(b, (uint32_t)w->string_bytes.n);
  put32(b, main_file);
  put32(b, directory);
  put32(b, output);
  put32(b, frontend);
  put32(b, unit->has_errors);
}

static void put_all(writer *w, ck_strbuf *out) {
  ck_strbuf body;
  ck_strbuf_init(&body);
  put_counts(w, &body);
  ck_strbuf_add(&body, w->types.s, w->types.n);
  ck_strbuf_add(&body, w->arguments.s, w->arguments.n);
  ck_strbuf_add(&body, w->nodes.s, w->nodes.n);
  for (size_t i = 0; i < w->kids.n; i++) put32(&body, w->kids.at[i]);
  ck_strbuf_add(&body, w->notes.s, w->notes.n);
  ck_strbuf_add(&body, w->dependencies.s, w->dependencies.n);
  ck_strbuf_add(&body, w->string_bytes.s, w->string_bytes.n);
  ck_strbuf_puts(out, CK_IR_MAGIC);
  put32(out, CK_IR_VERSION);
  put64(out, ck_hash64(body.s, body.n, 0));
  ck_strbuf_add(out, body.s, body.n);
  ck_strbuf_release(&body);
}

void ck_ir_write_binary(const ck_ir_unit *unit, ck_strbuf *out) {
  writer w = {.unit = unit};
  ck_strbuf *parts[] = {&w.types, &w.arguments, &w.nodes, &w.notes, &w.dependencies, &w.string_bytes};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) ck_strbuf_init(parts[i]);
  ck_map_init(&w.strings);
  put_types(&w);
  put_node(&w, unit->root);
  put_extras(&w);
  put_all(&w, out);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) ck_strbuf_release(parts[i]);
  ck_map_release(&w.strings);
  free(w.type_keys);
  free(w.type_at);
  free(w.kids.at);
}
