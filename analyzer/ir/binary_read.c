/* binary_read.c - reads the flat binary form; the layout stands at the top of binary.c.
 *
 * The input may be damaged or forged. The hash finds damage; forgery is met by checking, in this order: that the counts
 * of the header add up to just the size of the input, so that nothing is allocated that the input does not pay for;
 * that every string ends; that types refer to earlier types only, so they form no cycle, and unfold to a bounded tree,
 * in which a shared part counts for each of its uses; that each node but the root is the kid of one node
 * before it, so they form a tree; its depth; and what kids each node has (shape.c). */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "ir/ir_int.h"

enum {
  MAX_SIZE = 1 << 30, /* bytes of a unit; those of real programs have some 10 MB at most */
};

typedef struct {
  const unsigned char *types, *arguments, *nodes, *kids, *notes, *dependencies, *string_bytes;
  uint32_t type_count, argument_count, node_count, kid_count, note_count, dependency_count, string_count, string_size;
} sections;

typedef struct {
  const unsigned char *start;
  sections in;
  ck_ir_unit *unit;
  const char **strings;
  const ck_ir_type **typed; /* types read so far */
  uint32_t *depth;          /* of nodes; 0: not yet anybody's kid */
  ck_err *err;
} reader;

static unsigned get16(const unsigned char *p) { return p[0] | (unsigned)p[1] << 8; }
static uint32_t get32(const unsigned char *p) { return get16(p) | (uint32_t)get16(p + 2) << 16; }
static uint64_t get64(const unsigned char *p) { return get32(p) | (uint64_t)get32(p + 4) << 32; }

#define CORRUPT(r, place, ...) ck_fail_at((r)->err, CK_CORRUPT, (uint64_t)((place) - (r)->start), __VA_ARGS__)

/* Header -------------------------------------------------------------------------------------------------- */

static ck_status check_identity(reader *r, const unsigned char *p, size_t size) {
  if (size < CK_IR_HEADER_SIZE) return CORRUPT(r, p + size, "an IR unit of %zu bytes is shorter than its header", size);
  if (size > MAX_SIZE) return ck_fail(r->err, CK_LIMIT, "an IR unit of more than %d bytes", MAX_SIZE);
  if (memcmp(p, CK_IR_MAGIC, 4) != 0) return CORRUPT(r, p, "no IR unit: it does not begin with %s", CK_IR_MAGIC);
  if (get32(p + 4) != CK_IR_VERSION || get32(p + 16) != ck_ir_schema())
    return ck_fail_at(r->err, CK_FORMAT, 4, "an IR unit of another version");
  if (get64(p + 8) != ck_hash64(p + CK_IR_HASHED_FROM, size - CK_IR_HASHED_FROM, 0))
    return CORRUPT(r, p + 8, "damaged: the hash of the content is another one");
  return CK_OK;
}

/* The section of `count` records of `size` bytes at *place, which moves on. `place` counts from the start. */
static const unsigned char *section(reader *r, uint64_t *place, uint32_t count, unsigned size) {
  const unsigned char *p = r->start + *place;
  *place += (uint64_t)count * size;
  return p;
}

static ck_status find_sections(reader *r, size_t size) {
  const unsigned char *p = r->start + 20;
  sections *in = &r->in;
  uint32_t *const counts[] = {&in->type_count, &in->argument_count,   &in->node_count,   &in->kid_count,
                              &in->note_count, &in->dependency_count, &in->string_count, &in->string_size};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) *counts[i] = get32(p + 4 * i);
  uint64_t want = CK_IR_HEADER_SIZE + (uint64_t)in->type_count * CK_IR_TYPE_SIZE +
                  (uint64_t)in->argument_count * CK_IR_REF_SIZE + (uint64_t)in->node_count * CK_IR_NODE_SIZE +
                  (uint64_t)in->kid_count * CK_IR_REF_SIZE + (uint64_t)in->note_count * CK_IR_NOTE_SIZE +
                  (uint64_t)in->dependency_count * CK_IR_DEPENDENCY_SIZE + in->string_size;
  if (want != size) return CORRUPT(r, p, "the counts of the header ask for another size than %zu bytes", size);
  uint64_t place = CK_IR_HEADER_SIZE;
  in->types = section(r, &place, in->type_count, CK_IR_TYPE_SIZE);
  in->arguments = section(r, &place, in->argument_count, CK_IR_REF_SIZE);
  in->nodes = section(r, &place, in->node_count, CK_IR_NODE_SIZE);
  in->kids = section(r, &place, in->kid_count, CK_IR_REF_SIZE);
  in->notes = section(r, &place, in->note_count, CK_IR_NOTE_SIZE);
  in->dependencies = section(r, &place, in->dependency_count, CK_IR_DEPENDENCY_SIZE);
  in->string_bytes = section(r, &place, in->string_size, 1);
  return CK_OK;
}

/* Strings ------------------------------------------------------------------------------------------------- */

static ck_status read_strings(reader *r) {
  const sections *in = &r->in;
  const unsigned char *p = in->string_bytes, *end = p + in->string_size;
  if (in->string_count > in->string_size) return CORRUPT(r, r->start + 44, "more strings than bytes of strings");
  r->strings = ck_calloc(in->string_count, sizeof *r->strings);
  for (uint32_t i = 0; i < in->string_count; i++) {
    const unsigned char *nul = p < end ? memchr(p, 0, (size_t)(end - p)) : NULL;
    if (nul == NULL) return CORRUPT(r, p, "string %u does not end", i);
    r->strings[i] = ck_ir_intern(r->unit, (const char *)p);
    p = nul + 1;
  }
  if (p != end) return CORRUPT(r, p, "bytes behind the last string");
  return CK_OK;
}

static ck_status read_string(reader *r, const unsigned char *place, const char **out) {
  uint32_t i = get32(place);
  if (i >= r->in.string_count) return CORRUPT(r, place, "string %u of %u", i, r->in.string_count);
  *out = r->strings[i];
  return CK_OK;
}

static ck_status read_loc(reader *r, const unsigned char *place, ck_loc *out) {
  *out = (ck_loc){
      .line = get32(place + 4), .column = get32(place + 8), .begin = get32(place + 12), .end = get32(place + 16)};
  return get32(place) == CK_IR_NO_STRING ? CK_OK : read_string(r, place, &out->file);
}

/* Types --------------------------------------------------------------------------------------------------- */

/* A part of type `i`: an earlier type. */
static ck_status read_part(reader *r, const unsigned char *place, uint32_t i, const ck_ir_type **out) {
  uint32_t part = get32(place);
  if (part == 0 || part > i) return CORRUPT(r, place, "type %u refers to type %u", i + 1, part);
  *out = r->typed[part - 1];
  return CK_OK;
}

/* Fields that the kind does not have are zero, bits within bounds. */
static ck_status check_type(reader *r, const unsigned char *p, const ck_ir_type *t) {
  unsigned has = ck_ir_type_fields(t->kind);
  bool needs_bits = t->kind == CK_IR_T_INT || t->kind == CK_IR_T_FLOAT;
  if (t->bits > CK_IR_MAX_BITS || (needs_bits && t->bits == 0)) return CORRUPT(r, p, "a type of %u bits", t->bits);
  if ((!(has & CK_IR_HAS_BITS) && t->bits) || (!(has & CK_IR_HAS_SIGN) && t->is_signed) ||
      (!(has & CK_IR_HAS_CHAR) && t->is_char) || (!(has & CK_IR_HAS_SCOPED) && t->is_scoped) ||
      (!(has & CK_IR_HAS_NAME) && (t->name[0] || t->usr[0])) || (!(has & CK_IR_HAS_ARGS) && t->nargs) ||
      (!(has & CK_IR_HAS_COUNT) && t->count) || !(has & CK_IR_HAS_ELEM) != !get32(p + 16))
    return CORRUPT(r, p, "a type \"%s\" with fields of another kind", ck_ir_type_kind_name(t->kind));
  if (t->kind == CK_IR_T_ARRAY && t->count < -1) return CORRUPT(r, p + 24, "an array of negative length");
  if (t->spelling[0] == '\0') return CORRUPT(r, p + 12, "a type without a spelling");
  return CK_OK;
}

/* Type `i`, whose arguments begin at number *argument, which moves on. */
static ck_status read_type(reader *r, uint32_t i, uint32_t *argument) {
  const unsigned char *p = r->in.types + (size_t)i * CK_IR_TYPE_SIZE;
  unsigned flags = get16(p + 2);
  if (p[0] >= CK_IR_T_COUNT || flags > 15) return CORRUPT(r, p, "kind %u, flags %u of a type", p[0], flags);
  ck_ir_type t = {.kind = p[0], .bits = p[1], .nargs = get32(p + 20), .count = (int64_t)get64(p + 24)};
  t.is_signed = flags & CK_IR_TYPE_SIGNED;
  t.is_char = flags & CK_IR_TYPE_CHAR;
  t.is_const = flags & CK_IR_TYPE_CONST;
  t.is_scoped = flags & CK_IR_TYPE_SCOPED;
  ck_status status = read_string(r, p + 4, &t.name);
  if (status == CK_OK) status = read_string(r, p + 8, &t.usr);
  if (status == CK_OK) status = read_string(r, p + 12, &t.spelling);
  if (status == CK_OK) status = check_type(r, p, &t);
  if (status == CK_OK && get32(p + 16)) status = read_part(r, p + 16, i, &t.elem);
  if (status != CK_OK) return status;
  if (t.nargs > r->in.argument_count - *argument) return CORRUPT(r, p + 20, "type %u has too many arguments", i + 1);
  const ck_ir_type **args = CK_NEW_N(&r->unit->arena, const ck_ir_type *, t.nargs);
  for (uint32_t k = 0; k < t.nargs && status == CK_OK; k++)
    status = read_part(r, r->in.arguments + (size_t)(*argument)++ * CK_IR_REF_SIZE, i, &args[k]);
  if (status != CK_OK) return status;
  t.args = args;
  r->typed[i] = ck_ir_type_intern(r->unit, &t);
  if (r->typed[i]->kind != t.kind) return CORRUPT(r, p, "type %u is nested too deep, or has too many parts", i + 1);
  return CK_OK;
}

static ck_status read_types(reader *r) {
  uint32_t argument = 0;
  ck_status status = CK_OK;
  r->typed = ck_calloc(r->in.type_count, sizeof *r->typed);
  for (uint32_t i = 0; i < r->in.type_count && status == CK_OK; i++) status = read_type(r, i, &argument);
  if (status == CK_OK && argument != r->in.argument_count)
    return CORRUPT(r, r->in.arguments, "%u arguments of types, %u used", r->in.argument_count, argument);
  return status;
}

/* NULL for 0. */
static ck_status read_type_ref(reader *r, const unsigned char *place, const ck_ir_type **out) {
  uint32_t i = get32(place);
  if (i > r->in.type_count) return CORRUPT(r, place, "type %u of %u", i, r->in.type_count);
  *out = i ? r->typed[i - 1] : NULL;
  return CK_OK;
}

/* Nodes --------------------------------------------------------------------------------------------------- */

static ck_status read_node(reader *r, uint32_t i, ck_ir *node) {
  const unsigned char *p = r->in.nodes + (size_t)i * CK_IR_NODE_SIZE;
  node->kind = (uint16_t)get16(p);
  node->op = (uint16_t)get16(p + 2);
  node->flags = get32(p + 4);
  node->nkids = get32(p + 44);
  node->value.i = (int64_t)get64(p + 48);
  if (node->kind >= CK_IR_KIND_COUNT) return CORRUPT(r, p, "%u is no kind of node", node->kind);
  if (node->flags & ~(uint32_t)CK_IR_ALL_FLAGS) return CORRUPT(r, p + 4, "flags that no node has");
  ck_status status = read_loc(r, p + 8, &node->loc);
  if (status == CK_OK) status = read_type_ref(r, p + 28, &node->type);
  if (status == CK_OK) status = read_type_ref(r, p + 32, &node->aux);
  if (status == CK_OK) status = read_string(r, p + 36, &node->name);
  if (status == CK_OK) status = read_string(r, p + 40, &node->usr);
  return status;
}

/* Gives node `i` its kids, which take up the slots from *slot on. Its own depth is known: parents come first. */
static ck_status link_kids(reader *r, uint32_t i, ck_ir *nodes, ck_ir **slots, uint32_t *slot) {
  ck_ir *node = &nodes[i];
  const unsigned char *p = r->in.nodes + (size_t)i * CK_IR_NODE_SIZE;
  if (r->depth[i] == 0) return CORRUPT(r, p, "node %u is no kid of any node before it", i + 1);
  if (node->nkids > r->in.kid_count - *slot) return CORRUPT(r, p + 44, "node %u has too many kids", i + 1);
  node->kids = slots + *slot;
  for (uint32_t k = 0; k < node->nkids; k++, ++*slot) {
    const unsigned char *place = r->in.kids + (size_t)*slot * CK_IR_REF_SIZE;
    uint32_t kid = get32(place);
    if (kid == 0) continue;
    if (kid > r->in.node_count || kid - 1 <= i) return CORRUPT(r, place, "node %u cannot have kid %u", i + 1, kid);
    if (r->depth[kid - 1] != 0) return CORRUPT(r, place, "node %u is the kid of two nodes", kid);
    if (r->depth[i] == CK_IR_MAX_DEPTH) return CORRUPT(r, place, "nodes nested more than %d deep", CK_IR_MAX_DEPTH);
    r->depth[kid - 1] = r->depth[i] + 1;
    slots[*slot] = &nodes[kid - 1];
  }
  ck_err why;
  return ck_ir_check_node(node, &why) == CK_OK ? CK_OK : CORRUPT(r, p, "node %u: %s", i + 1, why.text);
}

static ck_status read_nodes(reader *r) {
  uint32_t n = r->in.node_count, slot = 0;
  ck_status status = CK_OK;
  if (n == 0) return CORRUPT(r, r->in.nodes, "a unit without nodes");
  ck_ir *nodes = CK_NEW_N(&r->unit->arena, ck_ir, n);
  ck_ir **slots = CK_NEW_N(&r->unit->arena, ck_ir *, r->in.kid_count);
  r->depth = ck_calloc(n, sizeof *r->depth);
  r->depth[0] = 1;
  for (uint32_t i = 0; i < n && status == CK_OK; i++) status = read_node(r, i, &nodes[i]);
  for (uint32_t i = 0; i < n && status == CK_OK; i++) status = link_kids(r, i, nodes, slots, &slot);
  if (status != CK_OK) return status;
  if (nodes[0].kind != CK_IR_UNIT) return CORRUPT(r, r->in.nodes, "the first node is no unit");
  if (slot != r->in.kid_count) return CORRUPT(r, r->in.kids, "%u kids, %u used", r->in.kid_count, slot);
  r->unit->root = nodes;
  return CK_OK;
}

/* Units --------------------------------------------------------------------------------------------------- */

static ck_status read_extras(reader *r) {
  const sections *in = &r->in;
  ck_status status = CK_OK;
  for (uint32_t i = 0; i < in->note_count && status == CK_OK; i++) {
    const unsigned char *p = in->notes + (size_t)i * CK_IR_NOTE_SIZE;
    ck_ir_note note = {0};
    status = read_loc(r, p, &note.loc);
    if (status == CK_OK) status = read_string(r, p + 20, &note.text);
    if (status == CK_OK) ck_ir_add_note(r->unit, note.loc, note.text);
  }
  for (uint32_t i = 0; i < in->dependency_count && status == CK_OK; i++) {
    const unsigned char *p = in->dependencies + (size_t)i * CK_IR_DEPENDENCY_SIZE;
    ck_ir_dependency d = {.size = (int64_t)get64(p + 8), .mtime_ns = (int64_t)get64(p + 16)};
    status = read_string(r, p, &d.path);
    if (status == CK_OK) status = read_string(r, p + 4, &d.hash);
    if (status == CK_OK) ck_ir_add_dependency(r->unit, d);
  }
  return status;
}

static ck_status read_names(reader *r) {
  const unsigned char *p = r->start + 52;
  const char **const names[] = {&r->unit->main_file, &r->unit->directory, &r->unit->output, &r->unit->frontend};
  ck_status status = CK_OK;
  for (size_t i = 0; i < 4 && status == CK_OK; i++) status = read_string(r, p + 4 * i, names[i]);
  if (status == CK_OK && get32(p + 16) > 1) return CORRUPT(r, p + 16, "a flag that is neither 0 nor 1");
  r->unit->has_errors = get32(p + 16);
  return status;
}

ck_status ck_ir_read_binary(const void *bytes, size_t size, ck_ir_unit **out, ck_err *err) {
  reader r = {.start = bytes, .err = err};
  *out = NULL;
  ck_status status = check_identity(&r, bytes, size);
  if (status == CK_OK) status = find_sections(&r, size);
  if (status != CK_OK) return status;
  r.unit = ck_ir_unit_new();
  status = read_strings(&r);
  if (status == CK_OK) status = read_names(&r);
  if (status == CK_OK) status = read_types(&r);
  if (status == CK_OK) status = read_nodes(&r);
  if (status == CK_OK) status = read_extras(&r);
  free(r.strings);
  free(r.typed);
  free(r.depth);
  if (status == CK_OK) *out = r.unit;
  else ck_ir_unit_free(r.unit);
  return status;
}
