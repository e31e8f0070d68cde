/* The text form: what is written reads back as the same; what is left out of hand-written text is filled in; what is
 * wrong is refused with its line. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "ir/ir.h"
#include "ir_samples.h"
#include "rows.h"

static ck_ir_unit *read_text(const char *text) {
  ck_ir_unit *unit = NULL;
  ck_err err = {0};
  if (ck_ir_read_text(text, strlen(text), &unit, &err) != CK_OK) fail_msg("%s", err.text);
  return unit;
}

/* The text form of `unit` on one line. */
static char *one_line(const ck_ir_unit *unit) {
  ck_strbuf in, out;
  ck_strbuf_init(&in);
  ck_strbuf_init(&out);
  ck_ir_write_text(unit, &in);
  for (const char *p = in.s; *p; p++) {
    if (!isspace((unsigned char)*p)) ck_strbuf_putc(&out, *p);
    else if (p[1] && !isspace((unsigned char)p[1])) ck_strbuf_putc(&out, ' ');
  }
  char *line = ck_strbuf_detach(&out);
  ck_strbuf_release(&in);
  ck_strbuf_release(&out);
  return line;
}

static void check_written(const char *text, const char *want) {
  ck_ir_unit *unit = read_text(text);
  char *written = one_line(unit);
  assert_string_equal(written, want);
  free(written);
  ck_ir_unit_free(unit);
}

static void sample_reads_and_writes_the_same(void **state) {
  const struct ir_sample *row = *state;
  check_written(row->text, row->text);
}

static const struct completed {
  const char *name, *text, *want;
} completed[] = {
    {"nothing", "", "(unit)"},
    {"comments", "; a\n(unit ; b)\n)", "(unit)"},
    {"declarations without a unit", "(var \"a\")(enum \"E\")", "(unit (var \"a\") (enum \"E\" :(enum \"E\")))"},
    {"place of the main file", "(main-file \"a.cpp\") (var \"a\" @4:5)",
     "(main-file \"a.cpp\") (unit (var \"a\" @\"a.cpp\":4:5))"},
    {"types of literals", "(function (block (return (list (int 1) (float 2) (bool true) (char 97) (nullptr)))))",
     "(unit (function (block (return (list (int 1 :int32) (float 2 :double) (bool true :bool) (char 97 :char) (nullptr "
     ":nullptr))))))"},
    {"attributes in any order", "(var :int32 @3:4 usr=x static \"a\")",
     "(unit (var static \"a\" usr=\"x\" :int32 @3:4))"},
    {"bare USRs", "(var usr=c:@N@a@F@f#*C#)", "(unit (var usr=\"c:@N@a@F@f#*C#\"))"},
    {"record: type and usr", "(record \"ns::Net\")", "(unit (record \"ns::Net\" :(record \"ns::Net\")))"},
    {"record: type of its usr", "(record \"Net\" usr=x)", "(unit (record \"Net\" :(record \"Net\" usr=\"x\")))"},
    {"record: usr of its type", "(record \"Net<3>\" :(record \"Net\" (value 3)))",
     "(unit (record \"Net<3>\" :(record \"Net\" (value 3))))"},
    {"record type in short", "(var :(lref \"Net\"))", "(unit (var :(lref (record \"Net\"))))"},
    {"other words for types", "(var :(args int long size_t (int unsigned bits=16)))",
     "(unit (var :(args int32 int64 uint64 uint16)))"},
    {"const around", "(var :(args (const int) (const (ptr int)) (const \"Net\")))",
     "(unit (var :(args (const int32) (ptr const int32) (record \"Net\" const))))"},
    {"operators left out", "(function (block (expr (assign (this) (cast :int (this))))))",
     "(unit (function (block (expr (assign = (this) (cast c :int32 (this)))))))"},
    {"numbers",
     "(function (block (expr (list (int 0x10) (int 18446744073709551615) (float nan=0x7ff8000000000000) (bool "
     "1)))))",
     "(unit (function (block (expr (list (int 16 :int32) (int -1 :int32) (float nan=0x7ff8000000000000 :double) (bool "
     "true :bool))))))"},
    {"escapes", "(var \"\\101\\x42\\?\\'\\r\\a\")", "(unit (var \"AB?'\\r\\x07\"))"},
};

static void left_out_is_filled_in(void **state) {
  const struct completed *row = *state;
  check_written(row->text, row->want);
}

static const struct spelled {
  const char *name, *type, *spelling;
} spelled[] = {
    /* as libclang 22 prints canonical types */
    {"int64", "int64", "long"},
    {"uint8", "uint8", "unsigned char"},
    {"const record", "(const (record \"std::vector\" int64))", "const std::vector<long>"},
    {"pointer to pointer", "(ptr (ptr char))", "char **"},
    {"const pointer to const", "(ptr const (const char))", "const char *const"},
    {"reference to pointer", "(lref (ptr int))", "int *&"},
    {"rvalue reference", "(rref \"Net\")", "Net &&"},
    {"array", "(array 3 int)", "int[3]"},
    {"function", "(fn void int (lref bool))", "void (int, bool &)"},
    {"nullptr", "nullptr", "std::nullptr_t"},
    {"nested template", "(record \"A\" (record \"B\" (value 3)) bool)", "A<B<3>, bool>"},
    {"const twice", "(const (const int))", "const int"},
};

static void type_is_spelled_like_clang(void **state) {
  const struct spelled *row = *state;
  char text[200];
  snprintf(text, sizeof text, "(var :%s)", row->type);
  ck_ir_unit *unit = read_text(text);
  assert_string_equal(unit->root->kids[0]->type->spelling, row->spelling);
  ck_ir_unit_free(unit);
}

static const struct refused {
  const char *name, *text, *want;
} refused[] = {
    {"no node", "\nunit", "line 2: a node or a header is missing"},
    {"unknown kind", "(unit\n (foo))", "line 2: \"foo\" is no kind of node"},
    {"unknown attribute", "(var\n\n statik)", "line 3: \"statik\" is no attribute of \"var\""},
    {"number too large", "(enum (enumerator 18446744073709551616))",
     "line 1: \"18446744073709551616\" is no attribute of \"enumerator\""},
    {"fraction for a whole number", "(enum (enumerator 0.5))", "line 1: \"0.5\" is no attribute of \"enumerator\""},
    {"attribute behind kids", "(function (block)\n\"f\")", "line 2: attributes of \"function\" stand before its kids"},
    {"unclosed node", "(unit\n(var \"a\"", "line 2: \"var\" has no closing parenthesis"},
    {"closing too much", "(unit)\n)", "line 2: a node or a header is missing"},
    {"unclosed string", "(var\n\"a)\n", "line 2: a string without its closing quote"},
    {"NUL in a string", "(var \"a\\0b\")", "line 1: a NUL byte in a string"},
    {"foreign escape", "(var \"\\q\")", "line 1: an escape that C does not have"},
    {"short hex escape", "(var \"\\x1\")", "line 1: an escape that C does not have"},
    {"octal escape beyond a byte", "(var \"\\400\")", "line 1: an escape that C does not have"},
    {"no USR", "(var usr= :int)", "line 1: the USR is missing after \"usr=\""},
    {"place without a column", "(var @3)", "line 1: \":\" is missing in a place"},
    {"place without a line", "(var @\"a.cpp\")", "line 1: \":\" is missing in a place"},
    {"place of words", "(var @here)", "line 1: a place is @LINE:COLUMN, @\"FILE\":LINE:COLUMN or @_"},
    {"place beyond 32 bits", "(var @4294967296:1)", "line 1: a place is @LINE:COLUMN, @\"FILE\":LINE:COLUMN or @_"},
    {"unclosed extent", "(var @1:2[3,4)", "line 1: \"]\" is missing in a place"},
    {"unknown type", "(var :integer)", "line 1: \"integer\" is no type"},
    {"unknown type in parentheses", "(var :(vector int))", "line 1: \"vector\" is no type"},
    {"no type", "(var :)", "line 1: a type is missing"},
    {"pointer to nothing", "(var :(ptr))", "line 1: the type \"ptr\" lacks the type that it is made of"},
    {"pointer to two", "(var :(ptr int int))", "line 1: one type too many in \"ptr\""},
    {"record without a name", "(var :(record int))", "line 1: a string in quotes is missing"},
    {"array without a length", "(var :(array int))", "line 1: the count is missing, or not a number"},
    {"array of negative length", "(var :(array -2 int))", "line 1: an array of negative length"},
    {"no bits", "(var :(int bits=0))", "line 1: bits are from 1 to 128"},
    {"too many bits", "(var :(int bits=129))", "line 1: bits are from 1 to 128"},
    {"unclosed type", "(var :(ptr int", "line 1: the type \"ptr\" has no closing parenthesis"},
    {"no operator", "(function (block (expr (binary (this) (this)))))",
     "line 1: the operator of \"binary\" is missing"},
    {"unary operator for two", "(function (block (expr\n(binary neg (this) (this)))))",
     "line 2: \"binary\" cannot have operator 21"},
    {"kid of a wrong kind", "(function\n(block\n(int 1)))", "line 2: \"block\" cannot have \"int\" as kid 1"},
    {"absent kid", "(function (block (expr (binary + (this)))))", "line 1: \"binary\" lacks its kid 2"},
    {"kid too many", "(function (block (expr (this) (this))))", "line 1: \"expr\" cannot have \"this\" as kid 2"},
    {"NULL where there must be a kid", "(function (block (expr _)))", "line 1: \"expr\" cannot have \"_\" as kid 1"},
    {"statement at the top", "(block)", "line 1: \"unit\" cannot have \"block\" as kid 1"},
    {"two units", "(unit)\n(unit)", "line 2: nothing stands beside \"unit\" but headers"},
    {"unit behind a declaration", "(var)\n(unit)", "line 2: nothing stands beside \"unit\" but headers"},
    {"unit within a unit", "(unit (unit))", "line 1: \"unit\" cannot have \"unit\" as kid 1"},
    {"header without its string", "(main-file)", "line 1: a string in quotes is missing"},
    {"header with two strings", "(output \"a\" \"b\")", "line 1: \"output\" has no closing parenthesis"},
    {"dependency without a size", "(dependency \"a\")", "line 1: the size is missing, or not a number"},
    {"a word too long", "(var aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)",
     "line 1: a word of more than 63 characters"},
};

static void wrong_text_is_refused(void **state) {
  const struct refused *row = *state;
  ck_ir_unit *unit = NULL;
  ck_err err = {0};
  assert_int_equal(ck_ir_read_text(row->text, strlen(row->text), &unit, &err), CK_CORRUPT);
  assert_string_equal(err.text, row->want);
  assert_null(unit);
}

/* `open` n times, `middle`, `close` n times. */
static ck_status read_nested(const char *open, const char *middle, const char *close, int n, ck_err *err) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  for (int i = 0; i < n; i++) ck_strbuf_puts(&b, open);
  ck_strbuf_puts(&b, middle);
  for (int i = 0; i < n; i++) ck_strbuf_puts(&b, close);
  ck_ir_unit *unit = NULL;
  ck_status status = ck_ir_read_text(b.s, b.n, &unit, err);
  ck_ir_unit_free(unit);
  ck_strbuf_release(&b);
  return status;
}

static void depth_is_bounded(void **state) {
  (void)state;
  ck_err err = {0};
  /* 249 times four levels, the innermost function, the node of the unit */
  assert_int_equal(read_nested("(record (function (block (expr (lambda ", "(function)", ")))))", 150, &err),
                   CK_CORRUPT);
  assert_int_equal(read_nested("(function (block (expr (lambda ", "(function)", "))))", 249, &err), CK_OK);
  assert_int_equal(read_nested("(function (block (expr (lambda ", "(function)", "))))", 250, &err), CK_CORRUPT);
  assert_string_equal(err.text, "line 1: nodes nested more than 1000 deep");
  assert_int_equal(read_nested("(", "", "", 100000, &err), CK_CORRUPT);
}

static void type_depth_is_bounded(void **state) {
  (void)state;
  ck_err err = {0};
  assert_int_equal(read_nested("(var :(ptr ", "int", "))", 1, &err), CK_OK);
  ck_strbuf b;
  for (int n = CK_IR_MAX_TYPE_DEPTH; n <= CK_IR_MAX_TYPE_DEPTH + 1; n++) {
    ck_ir_unit *unit = NULL;
    ck_strbuf_init(&b);
    ck_strbuf_puts(&b, "(var :");
    for (int i = 1; i < n; i++) ck_strbuf_puts(&b, "(ptr ");
    ck_strbuf_puts(&b, "(ptr int");
    for (int i = 0; i < n; i++) ck_strbuf_puts(&b, ")");
    ck_strbuf_puts(&b, ")");
    assert_int_equal(ck_ir_read_text(b.s, b.n, &unit, &err), n > CK_IR_MAX_TYPE_DEPTH ? CK_CORRUPT : CK_OK);
    ck_ir_unit_free(unit);
    ck_strbuf_release(&b);
  }
}

/* Text that ends or changes anywhere is read or refused, nothing else; run under ASan. */
static void damaged_text_is_survived(void **state) {
  const struct ir_sample *row = *state;
  size_t n = strlen(row->text);
  for (size_t i = 0; i < n; i++) {
    for (int c = 0; c < 4; c++) {
      char *copy = malloc(n); /* just as long, so that ASan sees reads beyond */
      memcpy(copy, row->text, n);
      copy[i] = "()\"0"[c];
      ck_ir_unit *unit = NULL;
      ck_ir_read_text(copy, c ? n : i, &unit, NULL);
      ck_ir_unit_free(unit);
      free(copy);
    }
  }
}

static void mark_kinds(const ck_ir *node, void *data) {
  bool *seen = data;
  seen[node->kind] = true;
}

static void samples_have_all_kinds(void **state) {
  (void)state;
  bool nodes[CK_IR_KIND_COUNT] = {0}, types[CK_IR_T_COUNT] = {0};
  for (size_t i = 0; i < IR_SAMPLE_COUNT; i++) {
    ck_ir_unit *unit = read_text(ir_samples[i].text);
    ck_ir_walk(unit->root, mark_kinds, nodes);
    for (size_t k = 0; k < unit->types.count; k++) types[((const ck_ir_type *)unit->types.entries[k].p)->kind] = true;
    ck_ir_unit_free(unit);
  }
  for (int i = 0; i < CK_IR_KIND_COUNT; i++)
    if (!nodes[i]) fail_msg("no sample has a node \"%s\"", ck_ir_kind_name(i));
  for (int i = 0; i < CK_IR_T_COUNT; i++)
    if (!types[i]) fail_msg("no sample has a type \"%s\"", ck_ir_type_kind_name(i));
}

static void equal_types_are_one_object(void **state) {
  (void)state;
  ck_ir_unit *unit = read_text("(var :(record \"V\" int64)) (var :(record \"V\" long)) (var :(record \"V\" llong))");
  assert_ptr_equal(unit->root->kids[0]->type, unit->root->kids[1]->type);
  assert_ptr_not_equal(unit->root->kids[0]->type, unit->root->kids[2]->type);
  ck_ir_type made = {.kind = CK_IR_T_RECORD, .name = "V", .usr = "V<long>", .count = 7 /* records have none */};
  const ck_ir_type *args[] = {unit->root->kids[0]->type->args[0]};
  made.args = args;
  made.nargs = 1;
  assert_ptr_equal(ck_ir_type_intern(unit, &made), unit->root->kids[0]->type);
  ck_ir_unit_free(unit);
}

static void names_go_both_ways(void **state) {
  (void)state;
  for (int i = 0; i < CK_IR_KIND_COUNT; i++) assert_int_equal(ck_ir_kind_from_name(ck_ir_kind_name(i)), i);
  for (int i = 0; i < CK_IR_OP_COUNT; i++) assert_int_equal(ck_ir_op_from_name(ck_ir_op_name(i)), i);
  for (int i = 0; i < CK_IR_CAST_COUNT; i++) assert_int_equal(ck_ir_cast_from_name(ck_ir_cast_name(i)), i);
  for (int i = 0; i < CK_IR_T_COUNT; i++) assert_int_equal(ck_ir_type_kind_from_name(ck_ir_type_kind_name(i)), i);
  for (uint32_t bit = 1; bit <= CK_IR_F_MAIN_FILE; bit <<= 1)
    assert_int_equal(ck_ir_flag_from_name(ck_ir_flag_name(bit)), bit);
  assert_null(ck_ir_flag_name(3));
  assert_int_equal(ck_ir_kind_from_name("nothing"), -1);
}

static void parts_of_a_function(void **state) {
  (void)state;
  ck_ir_unit *unit =
      read_text("(function (param \"a\") (param \"b\") (init \"x\" (int 1)) (block)) (function (param))");
  const ck_ir *with = unit->root->kids[0], *without = unit->root->kids[1];
  assert_int_equal(ck_ir_param_count(with), 2);
  assert_string_equal(ck_ir_param(with, 1)->name, "b");
  assert_null(ck_ir_param(with, 2));
  assert_null(ck_ir_param(with, 9));
  assert_int_equal(ck_ir_body(with)->kind, CK_IR_BLOCK);
  assert_null(ck_ir_body(without));
  ck_ir_unit_free(unit);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(samples_have_all_kinds), cmocka_unit_test(depth_is_bounded),
      cmocka_unit_test(type_depth_is_bounded),  cmocka_unit_test(equal_types_are_one_object),
      cmocka_unit_test(names_go_both_ways),     cmocka_unit_test(parts_of_a_function),
  };
  return RUN_ROWS("ir text: samples", ir_samples, sample_reads_and_writes_the_same) +
         RUN_ROWS("ir text: damage", ir_samples, damaged_text_is_survived) +
         RUN_ROWS("ir text: filled in", completed, left_out_is_filled_in) +
         RUN_ROWS("ir text: spelling", spelled, type_is_spelled_like_clang) +
         RUN_ROWS("ir text: refused", refused, wrong_text_is_refused) +
         cmocka_run_group_tests_name("ir text", tests, NULL, NULL);
}
