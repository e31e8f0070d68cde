/* Unknown conditions: joins, correlation, worlds, dead ends.
 *
 * The units are the text form of the C++ in the comments, as the front end lowers it. */
#include "eval_build.h"
#include "rows.h"

/* { test::vec<int *> v; if (unknown()) v.push(&n); n += v.size(); } */
#define SPLITS                                                                                                         \
  "(block (decl (var \"v\" usr=u4 :(record \"test::vec\" usr=u5 (ptr int32)) _)) "                                     \
  "(if _ (call \"unknown\" usr=u6 :bool _) (block "                                                                    \
  "(expr (mcall \"test::vec::push\" usr=u7 :void (ref \"v\" usr=u4 :(record \"test::vec\" usr=u5 (ptr int32))) "       \
  "(unary addr :(ptr int32) (ref \"n\" usr=u2 :int32))))) _) "                                                         \
  "(expr (assign + :int32 (ref \"n\" usr=u2 :int32) (mcall \"test::vec::size\" usr=u8 :int32 "                         \
  "(ref \"v\" usr=u4 :(record \"test::vec\" usr=u5 (ptr int32)))))))"

static const struct row {
  const char *name, *text, *entry, *want;
  size_t worlds;
  const char *limit;
} rows[] = {
    /* void f(bool big) { int x = 1; if (big) x = 2; show(x); if (big) show(x); else show(x + 10); show(big ? x : 7); }
     */
    {"a choice, and the same condition again",
     "(unit (function main \"f\" usr=u1 :void (param \"big\" usr=u2 :bool _) (block (decl "
     "(var \"x\" usr=u3 :int32 (int 1 :int32))) (if _ (ref \"big\" usr=u2 :bool) (block "
     "(expr (assign = :int32 (ref \"x\" usr=u3 :int32) (int 2 :int32)))) _) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (ref \"x\" usr=u3 :int32))) (if _ (ref \"big\" usr=u2 :bool) "
     "(block (expr (call \"show\" usr=u4 :void aux=(args (?)) _ (ref \"x\" usr=u3 :int32)))) (block "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (binary + :int32 (ref \"x\" usr=u3 :int32) "
     "(int 10 :int32)))))) "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (cond :int32 (ref \"big\" usr=u2 :bool) "
     "(ref \"x\" usr=u3 :int32) (int 7 :int32))))))) ",
     "f",
     "(big ? 2 : 1)\n"
     "2 if big\n"
     "11 if not big\n"
     "(big ? 2 : 7)\n",
     1, NULL},
    /* void f(bool a, bool b) { int x = 0; if (a) x += 1; if (b) x += 2; show(x); } */
    {"independent conditions",
     "(unit (function main \"f\" usr=u1 :void (param \"a\" usr=u2 :bool _) (param \"b\" usr=u3 :bool _) (block (decl "
     "(var \"x\" usr=u4 :int32 (int 0 :int32))) (if _ (ref \"a\" usr=u2 :bool) (block "
     "(expr (assign + :int32 (ref \"x\" usr=u4 :int32) (int 1 :int32)))) _) (if _ (ref \"b\" usr=u3 :bool) (block "
     "(expr (assign + :int32 (ref \"x\" usr=u4 :int32) (int 2 :int32)))) _) "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (ref \"x\" usr=u4 :int32)))))) ",
     "f", "(b ? (a ? 3 : 2) : (a ? 1 : 0))\n", 1, NULL},
    /* void f(int n) { show(n > 3 ? 1 : 2, n <= 3 ? 1 : 2, !(n > 3) ? 1 : 2); if (n > 3) show(n >= 4, n > 2, n < 3, n ==
       7); } */
    {"negation is the same symbol",
     "(unit (function main \"f\" usr=u1 :void (param \"n\" usr=u2 :int32 _) (block "
     "(expr (call \"show\" usr=u3 :void aux=(args (?)) _ (cond :int32 (binary > :bool (ref \"n\" usr=u2 :int32) "
     "(int 3 :int32)) (int 1 :int32) (int 2 :int32)) (cond :int32 (binary <= :bool (ref \"n\" usr=u2 :int32) "
     "(int 3 :int32)) (int 1 :int32) (int 2 :int32)) (cond :int32 (unary ! :bool (binary > :bool "
     "(ref \"n\" usr=u2 :int32) (int 3 :int32))) (int 1 :int32) (int 2 :int32)))) "
     "(if _ (binary > :bool (ref \"n\" usr=u2 :int32) (int 3 :int32)) (block "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (binary >= :bool (ref \"n\" usr=u2 :int32) "
     "(int 4 :int32)) (binary > :bool (ref \"n\" usr=u2 :int32) (int 2 :int32)) (binary < :bool "
     "(ref \"n\" usr=u2 :int32) (int 3 :int32)) (binary == :bool (ref \"n\" usr=u2 :int32) (int 7 :int32))))) _)))) ",
     "f",
     "(n > 3 ? 1 : 2) (n > 3 ? 2 : 1) (n > 3 ? 2 : 1)\n"
     "true true false n == 7 if n > 3\n",
     1, NULL},
    /* void f(int n) { if (n == 3) show(n * 2, n > 1); else show(n * 2); } */
    {"equality substitutes",
     "(unit (function main \"f\" usr=u1 :void (param \"n\" usr=u2 :int32 _) (block "
     "(if _ (binary == :bool (ref \"n\" usr=u2 :int32) (int 3 :int32)) (block "
     "(expr (call \"show\" usr=u3 :void aux=(args (?)) _ (binary * :int32 (ref \"n\" usr=u2 :int32) "
     "(int 2 :int32)) (binary > :bool (ref \"n\" usr=u2 :int32) (int 1 :int32))))) (block "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (binary * :int32 (ref \"n\" usr=u2 :int32) "
     "(int 2 :int32))))))))) ",
     "f",
     "6 true if n == 3\n"
     "2*n if not n == 3\n",
     1, NULL},
    /* int pick(bool b) { if (b) return 1; return 2; }
     * void f(bool b) { show(pick(b)); } */
    {"early return joins",
     "(unit (function main \"pick\" usr=u1 :int32 (param \"b\" usr=u2 :bool _) (block (if _ (ref \"b\" usr=u2 :bool) "
     "(block (return (int 1 :int32))) _) (return (int 2 :int32)))) "
     "(function main \"f\" usr=u3 :void (param \"b\" usr=u4 :bool _) (block "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (call \"pick\" usr=u1 :int32 _ "
     "(ref \"b\" usr=u4 :bool))))))) ",
     "f", "(b ? 1 : 2)\n", 1, NULL},
    /* struct N : test::Module { N(bool a, bool b) { add("x", 1); if (a) { add("y", 1); add("s", 1); } else { add("z",
     * 1); add("s", 2); } if (a && b) add("w", 1); if (b) return; add("v", 1); } }; void f(bool a, bool b) { N n(a, b);
     * show(n); } */
    {"registrations carry conditions",
     "(unit (record main \"N\" :(record \"N\" usr=u1) (base :(record \"test::Module\" usr=u2)) "
     "(function ctor method main \"N::N\" usr=u3 :void (param \"a\" usr=u4 :bool _) (param \"b\" usr=u5 :bool _) "
     "(block "
     "(expr (mcall \"test::Module::add\" usr=u6 :int32 _ (string \"x\" :(array 2 const char)) (int 1 :int32))) "
     "(if _ (ref \"a\" usr=u4 :bool) (block "
     "(expr (mcall \"test::Module::add\" usr=u6 :int32 _ (string \"y\" :(array 2 const char)) (int 1 :int32))) "
     "(expr (mcall \"test::Module::add\" usr=u6 :int32 _ (string \"s\" :(array 2 const char)) (int 1 :int32)))) "
     "(block "
     "(expr (mcall \"test::Module::add\" usr=u6 :int32 _ (string \"z\" :(array 2 const char)) (int 1 :int32))) "
     "(expr (mcall \"test::Module::add\" usr=u6 :int32 _ (string \"s\" :(array 2 const char)) (int 2 :int32))))) "
     "(if _ (binary && :bool (ref \"a\" usr=u4 :bool) (ref \"b\" usr=u5 :bool)) (block "
     "(expr (mcall \"test::Module::add\" usr=u6 :int32 _ (string \"w\" :(array 2 const char)) (int 1 :int32)))) _) "
     "(if _ (ref \"b\" usr=u5 :bool) (block (return _)) _) "
     "(expr (mcall \"test::Module::add\" usr=u6 :int32 _ (string \"v\" :(array 2 const char)) (int 1 :int32)))))) "
     "(function main \"f\" usr=u7 :void (param \"a\" usr=u8 :bool _) (param \"b\" usr=u9 :bool _) (block (decl "
     "(var \"n\" usr=u10 :(record \"N\" usr=u1) (construct usr=u3 :(record \"N\" usr=u1) (ref \"a\" usr=u8 :bool) "
     "(ref \"b\" usr=u9 :bool)))) "
     "(expr (call \"show\" usr=u11 :void aux=(args (?)) _ (ref \"n\" usr=u10 :(record \"N\" usr=u1))))))) ",
     "f", "N{} +x=1 +y=1 if a +z=1 if not a +s=(a ? 1 : 2) +w=1 if a && b +v=1 if not b\n", 1, NULL},
    /* void f(int n) { if (n % 8 != 0) fail(); show(n % 8 == 0); if (n < 2) throw 1; if (n < 1) show("never"); show(1);
       } */
    {"a check that throws is a fact",
     "(unit (function main \"f\" usr=u1 :void (param \"n\" usr=u2 :int32 _) (block "
     "(if _ (binary != :bool (binary % :int32 (ref \"n\" usr=u2 :int32) (int 8 :int32)) (int 0 :int32)) (block "
     "(expr (call \"fail\" usr=u3 :void _))) _) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (binary == :bool (binary % :int32 "
     "(ref \"n\" usr=u2 :int32) (int 8 :int32)) (int 0 :int32)))) "
     "(if _ (binary < :bool (ref \"n\" usr=u2 :int32) (int 2 :int32)) (block "
     "(expr (throw :void (int 1 :int32)))) _) (if _ (binary < :bool (ref \"n\" usr=u2 :int32) (int 1 :int32)) "
     "(block (expr (call \"show\" usr=u5 :void aux=(args (?)) _ (string \"never\" :(array 6 const char))))) _) "
     "(expr (call \"show\" usr=u6 :void aux=(args (?)) _ (int 1 :int32)))))) ",
     "f",
     "true\n"
     "1\n",
     1, NULL},
    /* void f(bool b) { try { if (b) fail(); show(1); } catch (...) { show(2); } show(3); } */
    {"caught exceptions are not",
     "(unit (function main \"f\" usr=u1 :void (param \"b\" usr=u2 :bool _) (block (try (block "
     "(if _ (ref \"b\" usr=u2 :bool) (block (expr (call \"fail\" usr=u3 :void _))) _) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (int 1 :int32)))) (catch _ (block "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (int 2 :int32)))))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (int 3 :int32)))))) ",
     "f",
     "2 if b\n"
     "3 if b\n"
     "1 if not b\n"
     "3 if not b\n",
     2, NULL},
    /* int main(int argc, char **argv) { if (argc < 2) return 1; if (argc > 5) quit(); show(argv[1], argc > 1, argc <=
       5); } */
    {"leaving the program",
     "(unit (function main \"main\" usr=u1 :int32 (param \"argc\" usr=u2 :int32 _) "
     "(param \"argv\" usr=u3 :(ptr (ptr char)) _) (block "
     "(if _ (binary < :bool (ref \"argc\" usr=u2 :int32) (int 2 :int32)) (block (return (int 1 :int32))) _) "
     "(if _ (binary > :bool (ref \"argc\" usr=u2 :int32) (int 5 :int32)) (block "
     "(expr (call \"quit\" usr=u4 :void _))) _) "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (subscript :(ptr char) "
     "(ref \"argv\" usr=u3 :(ptr (ptr char))) (int 1 :int32)) (binary > :bool (ref \"argc\" usr=u2 :int32) "
     "(int 1 :int32)) (binary <= :bool (ref \"argc\" usr=u2 :int32) (int 5 :int32))))))) ",
     "main", "* true true if not argc < 2\n", 1, NULL},
    /* void f(bool b) { test::vec<int> v; if (b) v.push(1); show(v.size()); if (b) show(1); else show(0); } */
    {"decided worlds stay consistent",
     "(unit (function main \"f\" usr=u1 :void (param \"b\" usr=u2 :bool _) (block (decl "
     "(var \"v\" usr=u3 :(record \"test::vec\" usr=u4 int32) _)) (if _ (ref \"b\" usr=u2 :bool) (block "
     "(expr (mcall \"test::vec::push\" usr=u5 :void (ref \"v\" usr=u3 :(record \"test::vec\" usr=u4 int32)) "
     "(int 1 :int32)))) _) "
     "(expr (call \"show\" usr=u6 :void aux=(args (?)) _ (mcall \"test::vec::size\" usr=u7 :int32 "
     "(ref \"v\" usr=u3 :(record \"test::vec\" usr=u4 int32))))) (if _ (ref \"b\" usr=u2 :bool) (block "
     "(expr (call \"show\" usr=u6 :void aux=(args (?)) _ (int 1 :int32)))) (block "
     "(expr (call \"show\" usr=u6 :void aux=(args (?)) _ (int 0 :int32)))))))) ",
     "f",
     "1 if b\n"
     "0 if not b\n",
     2, NULL},
    /* void f() { bool a = unknown(), b = unknown(); int x = a ? 1 : 2; int y = b ? 1 : 2; show(x, y); } */
    {"unknown twice is two conditions",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"a\" usr=u2 :bool (call \"unknown\" usr=u3 :bool _)) "
     "(var \"b\" usr=u4 :bool (call \"unknown\" usr=u3 :bool _))) (decl "
     "(var \"x\" usr=u5 :int32 (cond :int32 (ref \"a\" usr=u2 :bool) (int 1 :int32) (int 2 :int32)))) (decl "
     "(var \"y\" usr=u6 :int32 (cond :int32 (ref \"b\" usr=u4 :bool) (int 1 :int32) (int 2 :int32)))) "
     "(expr (call \"show\" usr=u7 :void aux=(args (?)) _ (ref \"x\" usr=u5 :int32) (ref \"y\" usr=u6 :int32)))))) ",
     "f", "(a ? 1 : 2) (b ? 1 : 2)\n", 1, NULL},
    /* void f(int n) { bool a = n > 3; if (a) show(n > 3); } */
    {"one variable is one condition",
     "(unit (function main \"f\" usr=u1 :void (param \"n\" usr=u2 :int32 _) (block (decl "
     "(var \"a\" usr=u3 :bool (binary > :bool (ref \"n\" usr=u2 :int32) (int 3 :int32)))) "
     "(if _ (ref \"a\" usr=u3 :bool) (block "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (binary > :bool (ref \"n\" usr=u2 :int32) "
     "(int 3 :int32))))) _)))) ",
     "f", "true if n > 3\n", 1, NULL},
    /* void f(int n) { int r = 0; switch (n) { case 1: r += 1; case 2: r += 2; break; case 3: r = 9; break; default: r =
       5; } show(r); } */
    {"switch",
     "(unit (function main \"f\" usr=u1 :void (param \"n\" usr=u2 :int32 _) (block (decl "
     "(var \"r\" usr=u3 :int32 (int 0 :int32))) (switch (ref \"n\" usr=u2 :int32) (block (case (int 1 :int32) "
     "(expr (assign + :int32 (ref \"r\" usr=u3 :int32) (int 1 :int32)))) (case (int 2 :int32) "
     "(expr (assign + :int32 (ref \"r\" usr=u3 :int32) (int 2 :int32)))) (break) (case (int 3 :int32) "
     "(expr (assign = :int32 (ref \"r\" usr=u3 :int32) (int 9 :int32)))) (break) (default "
     "(expr (assign = :int32 (ref \"r\" usr=u3 :int32) (int 5 :int32)))))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (ref \"r\" usr=u3 :int32)))))) ",
     "f", "(n == 1 ? 3 : (n == 2 ? 2 : (n == 3 ? 9 : 5)))\n", 1, NULL},
    /* void f() { int n = 0; { test::vec<int *> v; if (unknown()) v.push(&n); n += v.size(); } and so on, seven times }
     */
    {"too many worlds",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"n\" usr=u2 :int32 (int 0 :int32))) " SPLITS SPLITS
         SPLITS SPLITS SPLITS SPLITS SPLITS ")))",
     "f", "", 64, "combinations of unknown conditions"},
    /* The same in a loop of seven rounds: after two that split, the rest is taken as one. */
    {"a loop whose rounds split",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"n\" usr=u2 :int32 (int 0 :int32))) (for (decl "
     "(var \"i\" usr=u3 :int32 (int 0 :int32))) (binary < :bool (ref \"i\" usr=u3 :int32) (int 7 :int32)) "
     "(unary post++ :int32 (ref \"i\" usr=u3 :int32)) " SPLITS ")))) ",
     "f", "", 4, NULL},
    /* void f() { int n = 0; for (int i = 0; i < 7; i++) { test::vec<int> v; if (unknown()) v.push(1); n += v.size(); }
       } */
    {"data gathered under a condition of each round",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"n\" usr=u2 :int32 (int 0 :int32))) (for (decl "
     "(var \"i\" usr=u3 :int32 (int 0 :int32))) (binary < :bool (ref \"i\" usr=u3 :int32) (int 7 :int32)) "
     "(unary post++ :int32 (ref \"i\" usr=u3 :int32)) (block (decl "
     "(var \"v\" usr=u4 :(record \"test::vec\" usr=u5 int32) _)) (if _ (call \"unknown\" usr=u6 :bool _) (block "
     "(expr (mcall \"test::vec::push\" usr=u7 :void (ref \"v\" usr=u4 :(record \"test::vec\" usr=u5 int32)) "
     "(int 1 :int32)))) _) "
     "(expr (assign + :int32 (ref \"n\" usr=u2 :int32) (mcall \"test::vec::size\" usr=u8 :int32 "
     "(ref \"v\" usr=u4 :(record \"test::vec\" usr=u5 int32)))))))))) ",
     "f", "", 4, NULL},
    /* void f(bool b) { int x = 1, y = 1; int *p = b ? &x : &y; *p = 5; show(x, y); } */
    {"pointers to one of two",
     "(unit (function main \"f\" usr=u1 :void (param \"b\" usr=u2 :bool _) (block (decl "
     "(var \"x\" usr=u3 :int32 (int 1 :int32)) (var \"y\" usr=u4 :int32 (int 1 :int32))) (decl "
     "(var \"p\" usr=u5 :(ptr int32) (cond :(ptr int32) (ref \"b\" usr=u2 :bool) (unary addr :(ptr int32) "
     "(ref \"x\" usr=u3 :int32)) (unary addr :(ptr int32) (ref \"y\" usr=u4 :int32))))) "
     "(expr (assign = :int32 (unary deref :int32 (ref \"p\" usr=u5 :(ptr int32))) (int 5 :int32))) "
     "(expr (call \"show\" usr=u6 :void aux=(args (?)) _ (ref \"x\" usr=u3 :int32) (ref \"y\" usr=u4 :int32)))))) ",
     "f",
     "5 1 if b\n"
     "1 5 if not b\n",
     2, NULL},
    /* int n = 0; bool up() { n++; return true; }
     * int main(int argc, char **) { bool a = argc > 3; bool r = a && up(); show(r, n); } */
    {"logical operators short-circuit",
     "(unit (var global main \"n\" usr=u1 :int32 (int 0 :int32)) (function main \"up\" usr=u2 :bool (block "
     "(expr (unary post++ :int32 (ref global \"n\" usr=u1 :int32))) (return (bool true :bool)))) "
     "(function main \"main\" usr=u3 :int32 (param \"argc\" usr=u4 :int32 _) (param :(ptr (ptr char)) _) (block "
     "(decl (var \"a\" usr=u5 :bool (binary > :bool (ref \"argc\" usr=u4 :int32) (int 3 :int32)))) (decl "
     "(var \"r\" usr=u6 :bool (binary && :bool (ref \"a\" usr=u5 :bool) (call \"up\" usr=u2 :bool _)))) "
     "(expr (call \"show\" usr=u7 :void aux=(args (?)) _ (ref \"r\" usr=u6 :bool) "
     "(ref global \"n\" usr=u1 :int32)))))) ",
     "main", "argc > 3 (argc > 3 ? 1 : 0)\n", 1, NULL},
    /* int &pick(bool b, int &x, int &y) { if (b) return x; return y; }
     * void f(bool b) { int x = 1, y = 1; pick(b, x, y) = 5; show(x, y); } */
    {"references to one of two are two worlds",
     "(unit (function main \"pick\" usr=u1 :(lref int32) (param \"b\" usr=u2 :bool _) (param \"x\" usr=u3 :(lref "
     "int32) _) (param \"y\" usr=u4 :(lref int32) _) (block (if _ (ref \"b\" usr=u2 :bool) (block (return (ref \"x\" "
     "usr=u3 :int32))) _) (return (ref \"y\" usr=u4 :int32)))) (function main \"f\" usr=u5 :void (param \"b\" usr=u6 "
     ":bool _) (block (decl (var \"x\" usr=u7 :int32 (int 1 :int32)) (var \"y\" usr=u8 :int32 (int 1 :int32))) (expr "
     "(assign = :int32 (call \"pick\" usr=u1 :(lref int32) _ (ref \"b\" usr=u6 :bool) (ref \"x\" usr=u7 :int32) (ref "
     "\"y\" usr=u8 :int32)) (int 5 :int32))) (expr (call \"show\" usr=u9 :void aux=(args (?)) _ (ref \"x\" usr=u7 "
     ":int32) (ref \"y\" usr=u8 :int32)))))) ",
     "f",
     "5 1 if b\n"
     "1 5 if not b\n",
     2, NULL},
    /* struct N : test::Module { N(bool b) { if (!b) add("a", 1); } };
     * void f(bool b) { N n(b); show(n); } */
    {"registered unless",
     "(unit (record main \"N\" :(record \"N\" usr=u1) (base :(record \"test::Module\" usr=u2)) (function ctor method "
     "main \"N::N\" usr=u3 :void (param \"b\" usr=u4 :bool _) (block (if _ (unary ! :bool (ref \"b\" usr=u4 :bool)) "
     "(block (expr (mcall \"test::Module::add\" usr=u5 :int32 _ (string \"a\" :(array 2 const char)) (int 1 "
     ":int32)))) _)))) (function main \"f\" usr=u6 :void (param \"b\" usr=u7 :bool _) (block (decl (var \"n\" usr=u8 "
     ":(record \"N\" usr=u1) (construct usr=u3 :(record \"N\" usr=u1) (ref \"b\" usr=u7 :bool)))) (expr (call "
     "\"show\" usr=u9 :void aux=(args (?)) _ (ref \"n\" usr=u8 :(record \"N\" usr=u1))))))) ",
     "f", "N{} +a=1 if not b\n", 1, NULL},
    /* void f(int n) { if (n < 4) show(n < 5, n < 3, n <= 3); } */
    {"a bound tells what it implies and no more",
     "(unit (function main \"f\" usr=u1 :void (param \"n\" usr=u2 :int32 _) (block (if _ (binary < :bool (ref \"n\" "
     "usr=u2 :int32) (int 4 :int32)) (block (expr (call \"show\" usr=u3 :void aux=(args (?)) _ (binary < :bool (ref "
     "\"n\" usr=u2 :int32) (int 5 :int32)) (binary < :bool (ref \"n\" usr=u2 :int32) (int 3 :int32)) (binary <= "
     ":bool (ref \"n\" usr=u2 :int32) (int 3 :int32))))) _)))) ",
     "f", "true n < 3 true if n < 4\n", 1, NULL},
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

int main(void) { return RUN_ROWS("branches", rows, shows); }
