/* The binary form: what is written reads back as the same; what is damaged or forged is refused, or is a unit that can
 * be written again. Run under ASan and UBSan. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/strbuf.h"
#include "ir/ir.h"
#include "ir_samples.h"
#include "rows.h"

enum { HASH_AT = 8, HASHED_FROM = 16, HEADER_SIZE = 72 }; /* layout: ir/binary.c */

static ck_ir_unit *read_text(const char *text, size_t n) {
  ck_ir_unit *unit = NULL;
  ck_err err = {0};
  if (ck_ir_read_text(text, n, &unit, &err) != CK_OK) fail_msg("%s", err.text);
  return unit;
}

/* Bytes of the unit that `text` describes, the caller's to free(). */
static unsigned char *bytes_of(const char *text, size_t *size) {
  ck_ir_unit *unit = read_text(text, strlen(text));
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_ir_write_binary(unit, &b);
  ck_ir_unit_free(unit);
  *size = b.n;
  unsigned char *bytes = (unsigned char *)ck_strbuf_detach(&b);
  ck_strbuf_release(&b);
  return bytes;
}

static void put32(unsigned char *p, uint32_t n) {
  for (int i = 0; i < 4; i++) p[i] = (unsigned char)(n >> (8 * i));
}

static uint32_t get32(const unsigned char *p) {
  return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* Makes the hash right again, as a forger would. */
static void seal(unsigned char *bytes, size_t size) {
  if (size < HEADER_SIZE) return;
  uint64_t h = ck_hash64(bytes + HASHED_FROM, size - HASHED_FROM, 0);
  put32(bytes + HASH_AT, (uint32_t)h);
  put32(bytes + HASH_AT + 4, (uint32_t)(h >> 32));
}

/* Reads a copy of just that size, so that ASan sees what lies beyond. */
static ck_status read_copy(const unsigned char *bytes, size_t size, ck_ir_unit **unit, ck_err *err) {
  unsigned char *copy = malloc(size ? size : 1);
  memcpy(copy, bytes, size);
  ck_status status = ck_ir_read_binary(copy, size, unit, err);
  free(copy);
  assert_true((status == CK_OK) == (*unit != NULL));
  return status;
}

static void sample_reads_and_writes_the_same(void **state) {
  const struct ir_sample *row = *state;
  ck_ir_unit *unit = read_text(row->text, strlen(row->text)), *again = NULL;
  ck_strbuf text, bytes, text_again, bytes_again;
  ck_strbuf *all[] = {&text, &bytes, &text_again, &bytes_again};
  for (int i = 0; i < 4; i++) ck_strbuf_init(all[i]);
  ck_ir_write_text(unit, &text);
  ck_ir_write_binary(unit, &bytes);
  assert_int_equal(read_copy((unsigned char *)bytes.s, bytes.n, &again, NULL), CK_OK);
  ck_ir_write_text(again, &text_again);
  ck_ir_write_binary(again, &bytes_again);
  assert_string_equal(text_again.s, text.s);
  assert_int_equal(bytes_again.n, bytes.n);
  assert_memory_equal(bytes_again.s, bytes.s, bytes.n);
  for (int i = 0; i < 4; i++) ck_strbuf_release(all[i]);
  ck_ir_unit_free(unit);
  ck_ir_unit_free(again);
}

/* Whatever was read can be written in both forms, and those read again. */
static void check_usable(ck_ir_unit *unit) {
  ck_ir_unit *again = NULL;
  ck_err err = {0};
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_ir_write_binary(unit, &b);
  if (ck_ir_read_binary(b.s, b.n, &again, &err) != CK_OK) fail_msg("binary: %s", err.text);
  ck_ir_unit_free(again);
  ck_strbuf_clear(&b);
  ck_ir_write_text(unit, &b);
  if (ck_ir_read_text(b.s, b.n, &again, &err) != CK_OK) fail_msg("text: %s", err.text);
  ck_ir_unit_free(again);
  ck_strbuf_release(&b);
}

static void damage_is_survived(void **state) {
  const struct ir_sample *row = *state;
  size_t size;
  unsigned char *bytes = bytes_of(row->text, &size);
  ck_ir_unit *unit = NULL;
  for (size_t n = 0; n < size; n++) assert_int_equal(read_copy(bytes, n, &unit, NULL), CK_CORRUPT);
  for (size_t i = 0; i < size; i++) {
    bytes[i] ^= 0xff;
    assert_int_not_equal(read_copy(bytes, size, &unit, NULL), CK_OK);
    bytes[i] ^= 0xff;
  }
  free(bytes);
}

static void forgery_is_survived(void **state) {
  const struct ir_sample *row = *state;
  size_t size;
  unsigned char *bytes = bytes_of(row->text, &size), *forged = malloc(size);
  ck_ir_unit *unit = NULL;
  for (size_t n = 0; n < size; n++) {
    memcpy(forged, bytes, n);
    seal(forged, n);
    assert_int_equal(read_copy(forged, n, &unit, NULL), CK_CORRUPT);
  }
  for (size_t i = HASHED_FROM; i < size; i++) {
    static const unsigned char flips[] = {0xff, 0x01, 0x02, 0x80};
    for (size_t k = 0; k < sizeof flips; k++) {
      memcpy(forged, bytes, size);
      forged[i] ^= flips[k];
      seal(forged, size);
      if (read_copy(forged, size, &unit, NULL) == CK_OK) check_usable(unit);
      ck_ir_unit_free(unit);
      unit = NULL;
    }
  }
  free(bytes);
  free(forged);
}

/* Types of this unit: 1 int32, 2 its pointer, 3 the pointer to that, 4 void (result of the function). Nodes: 1 unit, 2
 * function, 3 block, 4 return, 5 int, 6 return. Strings: "" and more. */
#define FORGED_TEXT                                                                                                    \
  "(main-file \"/a.cpp\") (note \"n\" @\"/a.cpp\":1:1) (dependency \"/a.cpp\" 1 2 \"h\") (unit (function \"f\" "       \
  ":(args "                                                                                                            \
  "int32 (ptr int32) (ptr (ptr int32)) void) (block (return (int 1)) (return _))))"

enum { HEADER, TYPES, ARGUMENTS, NODES, KIDS, NOTES, DEPENDENCIES, STRINGS };

static unsigned char *record_at(unsigned char *bytes, int section, uint32_t index) {
  static const unsigned sizes[] = {HEADER_SIZE, 32, 4, 56, 4, 24, 24};
  unsigned char *p = bytes;
  for (int s = 0; s < section; s++) p += (size_t)sizes[s] * (s == HEADER ? 1 : get32(bytes + 20 + 4 * (s - 1)));
  return section == STRINGS ? p : p + (size_t)sizes[section] * index;
}

static const struct forged {
  const char *name;
  int section;
  uint32_t index, offset, value; /* 32 bits at `offset` of the record */
  ck_status want;
  const char *text; /* part of the message */
} forged[] = {
    {"magic", HEADER, 0, 0, 0, CK_CORRUPT, "does not begin with CKIR"},
    {"version", HEADER, 0, 4, CK_IR_VERSION + 1, CK_FORMAT, "another version"},
    {"schema", HEADER, 0, 16, 0, CK_FORMAT, "another version"},
    {"types beyond the end", HEADER, 0, 20, UINT32_MAX, CK_CORRUPT, "another size"},
    {"nodes beyond the end", HEADER, 0, 28, 0x10000000, CK_CORRUPT, "another size"},
    {"no nodes", HEADER, 0, 28, 0, CK_CORRUPT, "another size"},
    {"string count", HEADER, 0, 44, 0x7fffffff, CK_CORRUPT, "more strings than bytes"},
    {"one string more", HEADER, 0, 44, 11, CK_CORRUPT, "does not end"},
    {"one string less", HEADER, 0, 44, 9, CK_CORRUPT, "behind the last string"},
    {"main file", HEADER, 0, 52, 99, CK_CORRUPT, "string 99 of 10"},
    {"front end", HEADER, 0, 64, UINT32_MAX, CK_CORRUPT, "string 4294967295 of 10"},
    {"errors", HEADER, 0, 68, 2, CK_CORRUPT, "neither 0 nor 1"},
    {"kind of type", TYPES, 0, 0, 0x01010101, CK_CORRUPT, "of a type"},
    {"int of no bits", TYPES, 0, 0, 0x00010003, CK_CORRUPT, "a type of 0 bits"},
    {"int of 129 bits", TYPES, 0, 0, 0x00018103, CK_CORRUPT, "a type of 129 bits"},
    {"int with an element", TYPES, 0, 16, 1, CK_CORRUPT, "fields of another kind"},
    {"pointer to itself", TYPES, 1, 16, 2, CK_CORRUPT, "type 2 refers to type 2"},
    {"pointer to a later type", TYPES, 1, 16, 3, CK_CORRUPT, "type 2 refers to type 3"},
    {"pointer to nothing", TYPES, 1, 16, 0, CK_CORRUPT, "fields of another kind"},
    {"too many type arguments", TYPES, 4, 20, 5, CK_CORRUPT, "too many arguments"},
    {"too few type arguments", TYPES, 4, 20, 3, CK_CORRUPT, "4 arguments of types, 3 used"},
    {"type argument", ARGUMENTS, 1, 0, 6, CK_CORRUPT, "refers to type 6"},
    {"no type argument", ARGUMENTS, 1, 0, 0, CK_CORRUPT, "refers to type 0"},
    {"kind of node", NODES, 3, 0, 200, CK_CORRUPT, "200 is no kind"},
    {"operator of a return", NODES, 3, 0, (1 << 16) | CK_IR_RETURN, CK_CORRUPT, "cannot have operator 1"},
    {"flags", NODES, 3, 4, UINT32_MAX, CK_CORRUPT, "flags that no node has"},
    {"file", NODES, 3, 8, 10, CK_CORRUPT, "string 10 of 10"},
    {"type of a node", NODES, 4, 28, 6, CK_CORRUPT, "type 6 of 5"},
    {"name", NODES, 4, 36, 10, CK_CORRUPT, "string 10 of 10"},
    {"kids beyond the end", NODES, 2, 44, UINT32_MAX, CK_CORRUPT, "node 3 has too many kids"},
    {"root of another kind", NODES, 0, 0, CK_IR_UNKNOWN, CK_CORRUPT, "no unit"},
    {"kid is its parent", KIDS, 1, 0, 2, CK_CORRUPT, "node 2 cannot have kid 2"},
    {"kid is the root", KIDS, 1, 0, 1, CK_CORRUPT, "node 2 cannot have kid 1"},
    {"kid beyond the end", KIDS, 1, 0, 7, CK_CORRUPT, "node 2 cannot have kid 7"},
    {"kid of two", KIDS, 3, 0, 4, CK_CORRUPT, "kid of two nodes"},
    {"kid of nobody", KIDS, 4, 0, 0, CK_CORRUPT, "node 5 is no kid"},
    {"kid of a wrong kind", KIDS, 2, 0, 5, CK_CORRUPT, "node 3: \"block\" cannot have \"int\" as kid 1"},
    {"file of a note", NOTES, 0, 0, 10, CK_CORRUPT, "string 10 of 10"},
    {"text of a note", NOTES, 0, 20, UINT32_MAX, CK_CORRUPT, "of 10"},
    {"path of a dependency", DEPENDENCIES, 0, 0, 10, CK_CORRUPT, "string 10 of 10"},
    {"hash of a dependency", DEPENDENCIES, 0, 4, 10, CK_CORRUPT, "string 10 of 10"},
};

static void forgery_is_named(void **state) {
  const struct forged *row = *state;
  size_t size;
  unsigned char *bytes = bytes_of(FORGED_TEXT, &size);
  put32(record_at(bytes, row->section, row->index) + row->offset, row->value);
  seal(bytes, size);
  ck_ir_unit *unit = NULL;
  ck_err err = {0};
  ck_status status = read_copy(bytes, size, &unit, &err);
  free(bytes);
  assert_int_equal(status, row->want);
  if (strstr(err.text, row->text) == NULL) fail_msg("\"%s\" is not in \"%s\"", row->text, err.text);
}

static void unterminated_string_is_refused(void **state) {
  (void)state;
  size_t size;
  unsigned char *bytes = bytes_of(FORGED_TEXT, &size);
  bytes[size - 1] = 'x';
  seal(bytes, size);
  ck_ir_unit *unit = NULL;
  assert_int_equal(read_copy(bytes, size, &unit, NULL), CK_CORRUPT);
  free(bytes);
}

static ck_status write_and_read(ck_ir_unit *unit, ck_err *err) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_ir_write_binary(unit, &b);
  ck_ir_unit *again = NULL;
  ck_status status = ck_ir_read_binary(b.s, b.n, &again, err);
  ck_ir_unit_free(again);
  ck_ir_unit_free(unit);
  ck_strbuf_release(&b);
  return status;
}

/* Each type holds the one before it twice: small as a graph, without end as a tree. */
static void shared_types_are_bounded(void **state) {
  (void)state;
  ck_ir_unit *unit = ck_ir_unit_new(), *again = NULL;
  const ck_ir_type *type = ck_ir_type_intern(unit, &(ck_ir_type){.kind = CK_IR_T_BOOL}), *args[] = {type, type};
  char spelling[20];
  for (int i = 0; i < 60; i++) {
    snprintf(spelling, sizeof spelling, "t%d", i);
    ck_ir_type_intern(unit, &(ck_ir_type){.kind = CK_IR_T_ARGS, .args = args, .nargs = 2, .spelling = spelling});
  }
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_ir_write_binary(unit, &b);
  ck_ir_unit_free(unit);
  unsigned char *bytes = (unsigned char *)b.s;
  for (uint32_t i = 0; i < 120; i++) put32(record_at(bytes, ARGUMENTS, i), i / 2 + 1);
  seal(bytes, b.n);
  ck_err err = {0};
  assert_int_equal(read_copy(bytes, b.n, &again, &err), CK_CORRUPT);
  assert_non_null(strstr(err.text, "type 14 is nested too deep, or has too many parts")); /* 2^14 - 1 > 10000 */
  ck_strbuf_release(&b);
}

/* What is made too large by the program itself becomes an unknown type of the same spelling, so it can be written. */
static void large_types_become_unknown(void **state) {
  (void)state;
  ck_err err = {0};
  ck_ir_unit *unit = ck_ir_unit_new();
  const ck_ir_type *type = ck_ir_type_intern(unit, &(ck_ir_type){.kind = CK_IR_T_BOOL});
  for (int i = 1; i < CK_IR_MAX_TYPE_DEPTH; i++)
    type = ck_ir_type_intern(unit, &(ck_ir_type){.kind = CK_IR_T_POINTER, .elem = type, .spelling = "p"});
  assert_int_equal(type->kind, CK_IR_T_POINTER);
  type = ck_ir_type_intern(unit, &(ck_ir_type){.kind = CK_IR_T_POINTER, .elem = type, .spelling = "p"});
  assert_int_equal(type->kind, CK_IR_T_UNKNOWN);
  assert_string_equal(type->spelling, "p");
  assert_int_equal(write_and_read(unit, &err), CK_OK);
}

static ck_ir_unit *nested_blocks(int depth) {
  ck_ir_unit *unit = ck_ir_unit_new();
  ck_ir *node = ck_ir_node_new(unit, CK_IR_BLOCK, (ck_loc){0});
  for (int i = 3; i <= depth; i++) {
    ck_ir *outer = ck_ir_node_new(unit, i == depth ? CK_IR_FUNCTION : CK_IR_BLOCK, (ck_loc){0});
    ck_ir_set_kids(unit, outer, &node, 1);
    node = outer;
  }
  ck_ir_set_kids(unit, unit->root, &node, 1);
  return unit;
}

static void depth_is_bounded(void **state) {
  (void)state;
  ck_err err = {0};
  assert_int_equal(write_and_read(nested_blocks(CK_IR_MAX_DEPTH), &err), CK_OK);
  assert_int_equal(write_and_read(nested_blocks(CK_IR_MAX_DEPTH + 1), &err), CK_CORRUPT);
  assert_string_equal(err.text, "nodes nested more than 1000 deep");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unterminated_string_is_refused),
      cmocka_unit_test(shared_types_are_bounded),
      cmocka_unit_test(large_types_become_unknown),
      cmocka_unit_test(depth_is_bounded),
  };
  return RUN_ROWS("ir binary: samples", ir_samples, sample_reads_and_writes_the_same) +
         RUN_ROWS("ir binary: damage", ir_samples, damage_is_survived) +
         RUN_ROWS("ir binary: forgery", ir_samples, forgery_is_survived) +
         RUN_ROWS("ir binary: refused", forged, forgery_is_named) +
         cmocka_run_group_tests_name("ir binary", tests, NULL, NULL);
}
