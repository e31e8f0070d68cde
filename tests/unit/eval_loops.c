/* Loops with known and unknown numbers of rounds, and fuel.
 *
 * The units are the text form of the C++ in the comments, as the front end lowers it. */
#include "eval_build.h"
#include "rows.h"

static const struct row {
  const char *name, *text, *entry, *want;
  size_t worlds;
  const char *limit;
} rows[] = {
    /* void f() { int s = 0; for (int i = 0; i < 10; i++) { if (i == 3) continue; if (i == 6) break; s += i; } int n =
       0; while (true) { if (++n > 4) break; } do n--; while (n > 2); show(s, n); } */
    {"known rounds",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"s\" usr=u2 :int32 (int 0 :int32))) (for (decl "
     "(var \"i\" usr=u3 :int32 (int 0 :int32))) (binary < :bool (ref \"i\" usr=u3 :int32) (int 10 :int32)) "
     "(unary post++ :int32 (ref \"i\" usr=u3 :int32)) (block "
     "(if _ (binary == :bool (ref \"i\" usr=u3 :int32) (int 3 :int32)) (block (continue)) _) "
     "(if _ (binary == :bool (ref \"i\" usr=u3 :int32) (int 6 :int32)) (block (break)) _) "
     "(expr (assign + :int32 (ref \"s\" usr=u2 :int32) (ref \"i\" usr=u3 :int32))))) (decl "
     "(var \"n\" usr=u4 :int32 (int 0 :int32))) (while (bool true :bool) (block "
     "(if _ (binary > :bool (unary pre++ :int32 (ref \"n\" usr=u4 :int32)) (int 4 :int32)) (block (break)) _))) "
     "(do (block (expr (unary post-- :int32 (ref \"n\" usr=u4 :int32)))) (binary > :bool (ref \"n\" usr=u4 :int32) "
     "(int 2 :int32))) "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (ref \"s\" usr=u2 :int32) (ref \"n\" usr=u4 :int32)))))) ",
     "f", "12 2\n", 1, NULL},
    /* void f() { int a[3] = {1, 2, 3}; for (int &x : a) x *= 2; int s = 0; for (int x : a) { s += x; x = 0; } show(a,
       s); } */
    {"range for writes through",
     "(unit (function main \"f\" usr=u1 :void (block (decl "
     "(var \"a\" usr=u2 :(array 3 int32) (list :(array 3 int32) (int 1 :int32) (int 2 :int32) (int 3 :int32)))) "
     "(range-for (var \"x\" usr=u3 :(lref int32) _) (ref \"a\" usr=u2 :(array 3 int32)) (block "
     "(expr (assign * :int32 (ref \"x\" usr=u3 :int32) (int 2 :int32))))) (decl "
     "(var \"s\" usr=u4 :int32 (int 0 :int32))) (range-for "
     "(var \"x\" usr=u5 :int32 _) (ref \"a\" usr=u2 :(array 3 int32)) (block "
     "(expr (assign + :int32 (ref \"s\" usr=u4 :int32) (ref \"x\" usr=u5 :int32))) "
     "(expr (assign = :int32 (ref \"x\" usr=u5 :int32) (int 0 :int32))))) "
     "(expr (call \"show\" usr=u6 :void aux=(args (?)) _ (ref \"a\" usr=u2 :(array 3 int32)) "
     "(ref \"s\" usr=u4 :int32)))))) ",
     "f", "[2, 4, 6] 12\n", 1, NULL},
    /* void f() { char s[] = "abc"; for (char &c : s) c = c + 1; s[1] = 'X'; show(s); } */
    {"characters are written through",
     "(unit (function main \"f\" usr=u1 :void (block (decl "
     "(var \"s\" usr=u2 :(array 4 char) (string \"abc\" :(array 4 char)))) (range-for "
     "(var \"c\" usr=u3 :(lref char) _) (ref \"s\" usr=u2 :(array 4 char)) (block "
     "(expr (assign = :char (ref \"c\" usr=u3 :char) (binary + :int32 (ref \"c\" usr=u3 :char) (int 1 :int32)))))) "
     "(expr (assign = :char (subscript :char (ref \"s\" usr=u2 :(array 4 char)) (int 1 :int32)) (char 88 :char))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (ref \"s\" usr=u2 :(array 4 char))))))) ",
     "f", "bXd\n", 1, NULL},
    /* void f(test::vec<int> v) { for (auto &x : v) x = 1; show(v.size()); } */
    {"an unknown text that a loop writes",
     "(unit (function main \"f\" usr=u1 :void (param \"v\" usr=u2 :(record \"test::vec\" usr=u3 int32) _) (block "
     "(range-for (var \"x\" usr=u4 :(lref int32) _) (ref \"v\" usr=u2 :(record \"test::vec\" usr=u3 int32)) (block "
     "(expr (assign = :int32 (ref \"x\" usr=u4 :int32) (int 1 :int32))))) "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (mcall \"test::vec::size\" usr=u6 :int32 "
     "(ref \"v\" usr=u2 :(record \"test::vec\" usr=u3 int32)))))))) ",
     "f", "?(size that is not known)\n", 1, NULL},
    /* struct N : test::Module { N(int n) { for (int i = 0; i < n; i++) add(text(i), i * 2); add("z", 1); } };
     * void f(int n) { N m(n); show(m); } */
    {"symbolic bound gives patterns",
     "(unit (record main \"N\" :(record \"N\" usr=u1) (base :(record \"test::Module\" usr=u2)) "
     "(function ctor method main \"N::N\" usr=u3 :void (param \"n\" usr=u4 :int32 _) (block (for (decl "
     "(var \"i\" usr=u5 :int32 (int 0 :int32))) (binary < :bool (ref \"i\" usr=u5 :int32) "
     "(ref \"n\" usr=u4 :int32)) (unary post++ :int32 (ref \"i\" usr=u5 :int32)) (block "
     "(expr (mcall \"test::Module::add\" usr=u6 :int32 _ "
     "(call \"text\" usr=u7 :(record \"std::basic_string\" usr=u8 char (record \"std::char_traits\" usr=u9 char) "
     "(record \"std::allocator\" usr=u10 char)) "
     "_ (ref \"i\" usr=u5 :int32)) (binary * :int32 (ref \"i\" usr=u5 :int32) (int 2 :int32)))))) "
     "(expr (mcall \"test::Module::add\" usr=u6 :int32 _ (string \"z\" :(array 2 const char)) (int 1 :int32)))))) "
     "(function main \"f\" usr=u11 :void (param \"n\" usr=u12 :int32 _) (block (decl "
     "(var \"m\" usr=u13 :(record \"N\" usr=u1) (construct usr=u3 :(record \"N\" usr=u1) (ref \"n\" usr=u12 :int32)))) "
     "(expr (call \"show\" usr=u14 :void aux=(args (?)) _ (ref \"m\" usr=u13 :(record \"N\" usr=u1))))))) ",
     "f", "N{} +*=2*i if n > 0 +z=1\n", 1, NULL},
    /* void f(int n) { int c = 1, k = 5, e = 2; for (int i = 0; i < n; i++) { c *= 2; k = 7; if (c > 100) e = e; }
       show(c); show(k, e); } */
    {"what rounds change is unknown",
     "(unit (function main \"f\" usr=u1 :void (param \"n\" usr=u2 :int32 _) (block (decl "
     "(var \"c\" usr=u3 :int32 (int 1 :int32)) (var \"k\" usr=u4 :int32 (int 5 :int32)) "
     "(var \"e\" usr=u5 :int32 (int 2 :int32))) (for (decl "
     "(var \"i\" usr=u6 :int32 (int 0 :int32))) (binary < :bool (ref \"i\" usr=u6 :int32) "
     "(ref \"n\" usr=u2 :int32)) (unary post++ :int32 (ref \"i\" usr=u6 :int32)) (block "
     "(expr (assign * :int32 (ref \"c\" usr=u3 :int32) (int 2 :int32))) "
     "(expr (assign = :int32 (ref \"k\" usr=u4 :int32) (int 7 :int32))) "
     "(if _ (binary > :bool (ref \"c\" usr=u3 :int32) (int 100 :int32)) (block "
     "(expr (assign = :int32 (ref \"e\" usr=u5 :int32) (ref \"e\" usr=u5 :int32)))) _))) "
     "(expr (call \"show\" usr=u7 :void aux=(args (?)) _ (ref \"c\" usr=u3 :int32))) "
     "(expr (call \"show\" usr=u8 :void aux=(args (?)) _ (ref \"k\" usr=u4 :int32) (ref \"e\" usr=u5 :int32)))))) ",
     "f",
     "(n > 0 ? ?(value that a loop with an unknown number of rounds changes) : 1)\n"
     "(n > 0 ? 7 : 5) 2\n",
     1, NULL},
    /* void f(int n) { int c = 1; for (int i = 0; i < n; i++) { show(c == 1); c = 2; } } */
    {"a later round does not see the first",
     "(unit (function main \"f\" usr=u1 :void (param \"n\" usr=u2 :int32 _) (block (decl "
     "(var \"c\" usr=u3 :int32 (int 1 :int32))) (for (decl "
     "(var \"i\" usr=u4 :int32 (int 0 :int32))) (binary < :bool (ref \"i\" usr=u4 :int32) "
     "(ref \"n\" usr=u2 :int32)) (unary post++ :int32 (ref \"i\" usr=u4 :int32)) (block "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (binary == :bool (ref \"c\" usr=u3 :int32) "
     "(int 1 :int32)))) (expr (assign = :int32 (ref \"c\" usr=u3 :int32) (int 2 :int32)))))))) ",
     "f", "round.0 == 1 if n > 0\n", 1, NULL},
    /* void f(int n) { int k = 0; for (int i = 0; i < n; i++) { if (i == 2) continue; k = 1; } show(n > 0); } */
    {"continue in an unknown round",
     "(unit (function main \"f\" usr=u1 :void (param \"n\" usr=u2 :int32 _) (block (decl "
     "(var \"k\" usr=u3 :int32 (int 0 :int32))) (for (decl "
     "(var \"i\" usr=u4 :int32 (int 0 :int32))) (binary < :bool (ref \"i\" usr=u4 :int32) "
     "(ref \"n\" usr=u2 :int32)) (unary post++ :int32 (ref \"i\" usr=u4 :int32)) (block "
     "(if _ (binary == :bool (ref \"i\" usr=u4 :int32) (int 2 :int32)) (block (continue)) _) "
     "(expr (assign = :int32 (ref \"k\" usr=u3 :int32) (int 1 :int32))))) "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (binary > :bool (ref \"n\" usr=u2 :int32) "
     "(int 0 :int32))))))) ",
     "f", "n > 0\n", 1, NULL},
    /* void f(test::vec<int> &v) { int k = 0; for (int x : v) k = 3; show(k); } */
    {"unknown range",
     "(unit (function main \"f\" usr=u1 :void (param \"v\" usr=u2 :(lref (record \"test::vec\" usr=u3 int32)) _) "
     "(block (decl (var \"k\" usr=u4 :int32 (int 0 :int32))) (range-for "
     "(var \"x\" usr=u5 :int32 _) (ref \"v\" usr=u2 :(record \"test::vec\" usr=u3 int32)) (block "
     "(expr (assign = :int32 (ref \"k\" usr=u4 :int32) (int 3 :int32))))) "
     "(expr (call \"show\" usr=u6 :void aux=(args (?)) _ (ref \"k\" usr=u4 :int32)))))) ",
     "f", "(condition ? 3 : 0)\n", 1, NULL},
    /* int g(int n) { for (int i = 0; i < n; i++) if (unknown()) return i; return -1; }
     * void f(int n) { show(g(n)); } */
    {"return out of an unknown round",
     "(unit (function main \"g\" usr=u1 :int32 (param \"n\" usr=u2 :int32 _) (block (for (decl "
     "(var \"i\" usr=u3 :int32 (int 0 :int32))) (binary < :bool (ref \"i\" usr=u3 :int32) "
     "(ref \"n\" usr=u2 :int32)) (unary post++ :int32 (ref \"i\" usr=u3 :int32)) (block "
     "(if _ (call \"unknown\" usr=u4 :bool _) (block (return (ref \"i\" usr=u3 :int32))) _))) "
     "(return (unary neg :int32 (int 1 :int32))))) (function main \"f\" usr=u5 :void (param \"n\" usr=u6 :int32 _) "
     "(block (expr (call \"show\" usr=u7 :void aux=(args (?)) _ (call \"g\" usr=u1 :int32 _ "
     "(ref \"n\" usr=u6 :int32))))))) ",
     "f",
     "?(value that a loop with an unknown number of rounds returns) if condition #5\n"
     "-1 if not condition #5\n",
     2, NULL},
    /* void f() { int k = 0; while (unknown()) k = 1; show(k); } */
    {"while with an unknown condition",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"k\" usr=u2 :int32 (int 0 :int32))) "
     "(while (call \"unknown\" usr=u3 :bool _) (block "
     "(expr (assign = :int32 (ref \"k\" usr=u2 :int32) (int 1 :int32))))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (ref \"k\" usr=u2 :int32)))))) ",
     "f", "(condition ? 1 : 0)\n", 1, NULL},
    /* void f() { int k = 0; while (true) { k++; if (unknown()) break; } show(1); } */
    {"endless with an unknown break",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"k\" usr=u2 :int32 (int 0 :int32))) "
     "(while (bool true :bool) (block (expr (unary post++ :int32 (ref \"k\" usr=u2 :int32))) "
     "(if _ (call \"unknown\" usr=u3 :bool _) (block (break)) _))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (int 1 :int32)))))) ",
     "f",
     "1 if condition\n"
     "1 if not condition\n",
     2, NULL},
    /* void f() { int i = 0; while (true) { if (unknown()) break; } while (i < 120000) i++; show(i); }: a second world
     * is given less time */
    {"long loops of late worlds",
     "(unit (function main \"f\" usr=u1 :void (block "
     "(decl (var \"i\" usr=u4 :int32 (int 0 :int32))) "
     "(while (bool true :bool) (block (if _ (call \"unknown\" usr=u3 :bool _) (block (break)) _))) "
     "(while (binary < :bool (ref \"i\" usr=u4 :int32) (int 120000 :int32)) (block "
     "(expr (unary post++ :int32 (ref \"i\" usr=u4 :int32))))) "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (ref \"i\" usr=u4 :int32)))))) ",
     "f",
     "120000 if condition\n"
     "?(value that a loop with an unknown number of rounds changes) if not condition\n",
     2, NULL},
    /* void f() { int a[60], s = 0; for (int x : a) { s++; int i = 0; while (i < 10000) i++; } show(s); } */
    {"a range that takes too long",
     "(unit (function main \"f\" usr=u1 :void (block (decl "
     "(var \"a\" usr=u2 :(array 60 int32) (list :(array 60 int32)))) (decl "
     "(var \"s\" usr=u4 :int32 (int 0 :int32))) (range-for "
     "(var \"x\" usr=u5 :int32 _) (ref \"a\" usr=u2 :(array 60 int32)) (block "
     "(expr (unary post++ :int32 (ref \"s\" usr=u4 :int32))) (decl (var \"i\" usr=u6 :int32 (int 0 :int32))) "
     "(while (binary < :bool (ref \"i\" usr=u6 :int32) (int 10000 :int32)) (block "
     "(expr (unary post++ :int32 (ref \"i\" usr=u6 :int32))))))) "
     "(expr (call \"show\" usr=u3 :void aux=(args (?)) _ (ref \"s\" usr=u4 :int32)))))) ",
     "f", "?(value that a loop with an unknown number of rounds changes)\n", 1, NULL},
    /* void f() { int k = 0; while (true) k++; } */
    {"endless",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"k\" usr=u2 :int32 (int 0 :int32))) "
     "(while (bool true :bool) (block (expr (unary post++ :int32 (ref \"k\" usr=u2 :int32)))))))) ",
     "f", "", 1, "rounds of a loop"},
    /* int g(int n) { return g(n + 1); }
     * void f() { g(0); show(1); } */
    {"endless recursion",
     "(unit (function main \"g\" usr=u1 :int32 (param \"n\" usr=u2 :int32 _) (block "
     "(return (call \"g\" usr=u1 :int32 _ (binary + :int32 (ref \"n\" usr=u2 :int32) (int 1 :int32)))))) "
     "(function main \"f\" usr=u3 :void (block (expr (call \"g\" usr=u1 :int32 _ (int 0 :int32))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (int 1 :int32)))))) ",
     "f", "", 1, "nested calls"},
    /* int g(int n) { if (n == 0) return 0; return g(n - 1); }
     * void f(int n) { show(g(n)); } */
    {"recursion on a symbol",
     "(unit (function main \"g\" usr=u1 :int32 (param \"n\" usr=u2 :int32 _) (block "
     "(if _ (binary == :bool (ref \"n\" usr=u2 :int32) (int 0 :int32)) (block (return (int 0 :int32))) _) "
     "(return (call \"g\" usr=u1 :int32 _ (binary - :int32 (ref \"n\" usr=u2 :int32) (int 1 :int32)))))) "
     "(function main \"f\" usr=u3 :void (param \"n\" usr=u4 :int32 _) (block "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (call \"g\" usr=u1 :int32 _ (ref \"n\" usr=u4 :int32))))))) ",
     "f", "", 1, "nested calls"},
};

static void shows(void **state) {
  const struct row *row = *state;
  ck_shown shown;
  const char *limit = NULL;
  bool read = ck_test_run(row->text, row->entry, NULL, &shown, &limit);
  assert_string_equal(shown.out.s, row->want);
  assert_true(read);
  assert_int_equal(shown.worlds, row->worlds);
  if (row->limit) assert_string_equal(limit ? limit : "none", row->limit);
  else assert_null(limit);
  ck_strbuf_release(&shown.out);
}

int main(void) { return RUN_ROWS("loops", rows, shows); }
