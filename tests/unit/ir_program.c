/* Programs: which definition of a USR serves which unit. */
#include <string.h>

#include "base/strbuf.h"
#include "ir/ir.h"
#include "rows.h"

enum { MAX_UNITS = 4 };

static ck_ir_unit *read_text(const char *text) {
  ck_ir_unit *unit = NULL;
  ck_err err = {0};
  if (ck_ir_read_text(text, strlen(text), &unit, &err) != CK_OK) fail_msg("%s", err.text);
  return unit;
}

typedef const ck_ir *finder(const ck_ir_program *, const char *, const ck_ir_unit *, const char **);

#define UNIT(file)  "(main-file \"" file "\") (directory \"/p\") "
#define F(value)    "(function \"f\" usr=f (block (return (int " value "))))"
#define NET(field)  "(record \"Net\" usr=Net (field \"" field "\"))"
#define IN_NET_H(f) "@\"/p/net.h\":3:8[10,90] " f
/* template <> of one text, made in two places */
#define NET_16(place)                                                                                                  \
  "(record \"Net<16>\" usr=Net16 :(record \"Net\" usr=Net16 (value 16)) " place " (field \"n\" @1:1))"

/* The finder looks for `usr` from unit `from` (-1: from nowhere). It must find the definition of unit `want` or, where
 * want is -1, none, for the reason `why`. */
static const struct row {
  const char *name;
  finder *find;
  const char *usr, *units[MAX_UNITS];
  int from, want;
  const char *why;
} rows[] = {
    {"function: one definition", ck_ir_find_function, "f", {UNIT("/p/a.cpp"), UNIT("/p/b.cpp") F("1")}, 0, 1, NULL},
    {"function: none", ck_ir_find_function, "g", {UNIT("/p/a.cpp") F("1")}, 0, -1, NULL},
    {"function: only declared", ck_ir_find_function, "f", {"(function \"f\" usr=f)"}, 0, -1, NULL},
    {"function: declared here, defined there", ck_ir_find_function, "f", {"(function usr=f)", F("1")}, 0, 1, NULL},
    {"function: from nowhere", ck_ir_find_function, "f", {UNIT("/p/a.cpp") F("1")}, -1, 0, NULL},
    {"function: no USR is not looked for", ck_ir_find_function, "", {"(function (block))"}, 0, -1, NULL},
    {"function with a try block", ck_ir_find_function, "f", {"(function usr=f (try (block)))"}, 0, 0, NULL},
    {"a variable is no function", ck_ir_find_function, "v", {"(var usr=v (int 1))"}, 0, -1, NULL},

    {"method in its class", ck_ir_find_function, "m", {"(var)", "(record \"A\" (function usr=m (block)))"}, 0, 1, NULL},
    {"method out of its class",
     ck_ir_find_function,
     "m",
     {"(record \"A\" (function method usr=m))",
      "(record \"A\" (function method usr=m)) (function method usr=m (block))"},
     0,
     1,
     NULL},

    {"own definition first", ck_ir_find_function, "f", {UNIT("/p/a.cpp") F("1"), UNIT("/p/b.cpp") F("2")}, 1, 1, NULL},
    {"equally near: none",
     ck_ir_find_function,
     "f",
     {UNIT("/p/a.cpp") F("1"), UNIT("/p/b.cpp") F("2"), UNIT("/p/c.cpp")},
     2,
     -1,
     "defined differently in /p/a.cpp and /p/b.cpp"},
    {"clash, from nowhere",
     ck_ir_find_function,
     "f",
     {UNIT("/p/a.cpp") F("1"), UNIT("/p/b.cpp") F("2")},
     -1,
     -1,
     "defined differently in /p/a.cpp and /p/b.cpp"},
    {"same text elsewhere is another definition",
     ck_ir_find_function,
     "f",
     {UNIT("/p/a.cpp") F("1"), UNIT("/p/b.cpp") F("1"), UNIT("/p/c.cpp")},
     2,
     -1,
     "defined differently in /p/a.cpp and /p/b.cpp"},
    {"nearest by directory",
     ck_ir_find_function,
     "f",
     {UNIT("/p/x/net.cpp") F("1"), UNIT("/p/y/net.cpp") F("2"), UNIT("/p/y/main.cpp")},
     2,
     1,
     NULL},
    {"nearest: sister before cousin",
     ck_ir_find_function,
     "f",
     {UNIT("/p/x/lib/net.cpp") F("1"), UNIT("/p/y/lib/net.cpp") F("2"), UNIT("/p/x/src/main.cpp")},
     2,
     0,
     NULL},
    {"nearest: names that begin alike",
     ck_ir_find_function,
     "f",
     {UNIT("/p/net2/a.cpp") F("1"), UNIT("/p/net/sub/a.cpp") F("2"), UNIT("/p/net/main.cpp")},
     2,
     1,
     NULL},
    {"nearest: paths that are not normal",
     ck_ir_find_function,
     "f",
     {UNIT("/p/x/../y/net.cpp") F("1"), UNIT("x/./net.cpp") F("2"), UNIT("/p/x/main.cpp")},
     2,
     1,
     NULL},

    {"one header, two units",
     ck_ir_find_record,
     "Net",
     {"(record \"Net\" usr=Net " IN_NET_H("(field \"n\"))"), "(record \"Net\" usr=Net " IN_NET_H("(field \"n\"))"),
      "(var)"},
     2,
     0,
     NULL},
    {"one header, named in two ways",
     ck_ir_find_record,
     "Net",
     {"(directory \"/p/x\") (record \"Net\" usr=Net @\"../net.h\":3:8[10,90])",
      "(directory \"/p\") (record \"Net\" usr=Net @\"./net.h\":3:8[10,90])", "(var)"},
     2,
     0,
     NULL},
    {"relative names, two files",
     ck_ir_find_record,
     "Net",
     {"(directory \"/p/x\") (record \"Net\" usr=Net @\"net.h\":3:8[10,90])",
      "(directory \"/p/y\") (record \"Net\" usr=Net @\"net.h\":3:8[10,90])", "(directory \"/p\") (var)"},
     2,
     -1,
     "defined differently in  and "},
    {"one header, other macros",
     ck_ir_find_record,
     "Net",
     {UNIT("/p/a.cpp") "(record \"Net\" usr=Net " IN_NET_H("(field \"n\"))"),
      UNIT("/p/b.cpp") "(record \"Net\" usr=Net " IN_NET_H("(field \"m\"))"), UNIT("/p/c.cpp")},
     2,
     -1,
     "defined differently in /p/a.cpp and /p/b.cpp"},
    {"one header, implicit methods",
     ck_ir_find_record,
     "Net",
     {"(record \"Net\" usr=Net " IN_NET_H("(field \"n\"))"),
      "(record \"Net\" usr=Net " IN_NET_H("(field \"n\") (function ctor defaulted usr=copy))"), "(var)"},
     2,
     0,
     NULL},
    {"one header, method read in one unit only",
     ck_ir_find_record,
     "Net",
     {UNIT("/p/a.cpp") "(record \"Net\" usr=Net " IN_NET_H("(field \"n\"))"),
      UNIT("/p/b.cpp") "(record \"Net\" usr=Net " IN_NET_H("(function virtual usr=forward))"), UNIT("/p/c.cpp")},
     2,
     -1,
     "defined differently in /p/a.cpp and /p/b.cpp"},
    {"two classes of one name",
     ck_ir_find_record,
     "Net",
     {UNIT("/p/a.cpp") NET("n"), UNIT("/p/b.cpp") NET("m"), UNIT("/p/c.cpp")},
     2,
     -1,
     "defined differently in /p/a.cpp and /p/b.cpp"},
    {"two classes of one name, asked by one",
     ck_ir_find_record,
     "Net",
     {UNIT("/p/a.cpp") NET("n"), UNIT("/p/b.cpp") NET("m")},
     0,
     0,
     NULL},
    {"specialisation of one text",
     ck_ir_find_record,
     "Net16",
     {NET_16("@\"a.cpp\":9:1"), NET_16("@\"b.cpp\":7:1"), "(var)"},
     2,
     0,
     NULL},
    {"function template of one text",
     ck_ir_find_function,
     "f",
     {"(function usr=f aux=(args int) @\"a.cpp\":9:1 (block))",
      "(function usr=f aux=(args int) @\"b.cpp\":7:1 (block))", "(var)"},
     2,
     0,
     NULL},

    {"variable with an initialiser",
     ck_ir_find_variable,
     "v",
     {"(var extern usr=v)", "(var usr=v (int 3))"},
     0,
     1,
     NULL},
    {"variable without one", ck_ir_find_variable, "v", {"(var extern usr=v)", "(var usr=v)"}, 0, 1, NULL},
    {"variable: extern only", ck_ir_find_variable, "v", {"(var extern usr=v _)"}, 0, -1, NULL},
    {"variable: extern with an initialiser", ck_ir_find_variable, "v", {"(var extern usr=v (int 3))"}, 0, 0, NULL},
    {"static member, defined elsewhere",
     ck_ir_find_variable,
     "v",
     {"(record \"A\" (var static usr=v))", "(record \"A\" (var static usr=v)) (var usr=v (int 3))"},
     0,
     1,
     NULL},
    {"static member, initialised in its class",
     ck_ir_find_variable,
     "v",
     {"(var)", "(record \"A\" (var static usr=v (int 3)))"},
     0,
     1,
     NULL},
};

static void definition_serves(void **state) {
  const struct row *row = *state;
  ck_ir_unit *units[MAX_UNITS];
  size_t n = 0;
  for (; n < MAX_UNITS && row->units[n]; n++) units[n] = read_text(row->units[n]);
  ck_ir_program *program = ck_ir_program_new(units, n);
  const char *why = "never set";
  for (int again = 0; again < 2; again++) { /* the second answer comes from what the first has left */
    const ck_ir *node = row->find(program, row->usr, row->from < 0 ? NULL : units[row->from], &why);
    const ck_ir_unit *unit = node ? ck_ir_unit_of(program, node) : NULL;
    assert_ptr_equal(unit, row->want < 0 ? NULL : units[row->want]);
    if (node) assert_string_equal(node->usr, row->usr);
    if (row->why) assert_string_equal(why, row->why);
    else assert_null(why);
  }
  assert_ptr_equal(row->find(program, row->usr, row->from < 0 ? NULL : units[row->from], NULL) != NULL ? units : NULL,
                   row->want < 0 ? NULL : units);
  ck_ir_program_free(program);
  for (size_t i = 0; i < n; i++) ck_ir_unit_free(units[i]);
}

/* Within one unit: the one with a value before the one without. */
static void initialised_member_is_preferred(void **state) {
  (void)state;
  static const char *const texts[] = {"(record \"A\" (var static usr=v (int 3))) (var usr=v)",
                                      "(var usr=v) (var usr=v (int 3))"};
  for (int i = 0; i < 2; i++) {
    ck_ir_unit *unit = read_text(texts[i]);
    ck_ir_program *program = ck_ir_program_new(&unit, 1);
    const ck_ir *v = ck_ir_find_variable(program, "v", unit, NULL);
    assert_int_equal(v->kids[0]->value.i, 3);
    ck_ir_program_free(program);
    ck_ir_unit_free(unit);
  }
}

typedef struct {
  const ck_ir_program *program;
  const ck_ir_unit *unit;
  size_t nodes;
} expectation;

static void check_unit(const ck_ir *node, void *data) {
  expectation *e = data;
  assert_ptr_equal(ck_ir_unit_of(e->program, node), e->unit);
  e->nodes++;
}

/* Units of many arena blocks; nodes of read and of made units; a stranger. */
static void node_tells_its_unit(void **state) {
  (void)state;
  ck_ir_unit *units[3], *stranger = read_text("(var)");
  ck_strbuf text;
  ck_strbuf_init(&text);
  for (int i = 0; i < 5000; i++) ck_strbuf_printf(&text, "(var \"v%d\" (int %d))\n", i, i);
  units[0] = read_text(text.s);
  units[1] = ck_ir_unit_new();
  ck_strbuf_clear(&text);
  ck_ir_write_binary(units[0], &text);
  assert_int_equal(ck_ir_read_binary(text.s, text.n, &units[2], NULL), CK_OK);
  ck_strbuf_release(&text);
  ck_ir_program *program = ck_ir_program_new(units, 3);
  assert_int_equal(ck_ir_program_unit_count(program), 3);
  for (size_t i = 0; i < 3; i++) {
    expectation e = {program, units[i], 0};
    assert_ptr_equal(ck_ir_program_unit(program, i), units[i]);
    ck_ir_walk(units[i]->root, check_unit, &e);
    assert_int_equal(e.nodes, i == 1 ? 1 : 10001);
  }
  assert_null(ck_ir_unit_of(program, stranger->root));
  assert_null(ck_ir_unit_of(program, NULL));
  ck_ir_program_free(program);
  for (size_t i = 0; i < 3; i++) ck_ir_unit_free(units[i]);
  ck_ir_unit_free(stranger);
}

static void empty_program(void **state) {
  (void)state;
  const char *why = "never set";
  ck_ir_program *program = ck_ir_program_new(NULL, 0);
  assert_null(ck_ir_find_function(program, "f", NULL, &why));
  assert_null(why);
  ck_ir_program_free(program);
  ck_ir_program_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(initialised_member_is_preferred),
      cmocka_unit_test(node_tells_its_unit),
      cmocka_unit_test(empty_program),
  };
  return RUN_ROWS("ir program: definitions", rows, definition_serves) +
         cmocka_run_group_tests_name("ir program", tests, NULL, NULL);
}
