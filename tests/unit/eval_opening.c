/* What is not understood: unknown calls, unknown objects, open modules.
 *
 * The units are the text form of the C++ in the comments, as the front end lowers it. */
#include "eval_build.h"
#include "rows.h"

static const struct row {
  const char *name, *text, *entry, *want;
  size_t worlds;
  const char *limit;
} rows[] = {
    /* void f() { int x = 1; opaque(x); show(x); } */
    {"by value nothing changes",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"x\" usr=u2 :int32 (int 1 :int32))) "
     "(expr (call \"opaque\" usr=\"c:@F@opaque#I#\" :int32 _ (ref \"x\" usr=u2 :int32))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (ref \"x\" usr=u2 :int32)))))) ",
     "f", "1\n", 1, NULL},
    /* void f() { int x = 1; opaque_ref(x); show(x); } */
    {"by reference it does",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"x\" usr=u2 :int32 (int 1 :int32))) "
     "(expr (call \"opaque_ref\" usr=\"c:@F@opaque_ref#&I#\" :void _ (ref \"x\" usr=u2 :int32))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (ref \"x\" usr=u2 :int32)))))) ",
     "f", "?(call of `opaque_ref`, whose body is not in sight)\n", 1, NULL},
    /* struct N : test::Module { int k = 1; N() { add("a", 1); } };
     * void f() { N n, m; opaque_mod(n); show(n); show(m); } */
    {"modules become open",
     "(unit (record main \"N\" :(record \"N\" usr=u1) (base :(record \"test::Module\" usr=u2)) "
     "(field \"k\" usr=u3 :int32 (int 1 :int32)) (function ctor method main \"N::N\" usr=u4 :void (block "
     "(expr (mcall \"test::Module::add\" usr=u5 :int32 _ (string \"a\" :(array 2 const char)) (int 1 :int32)))))) "
     "(function main \"f\" usr=u6 :void (block (decl (var \"n\" usr=u7 :(record \"N\" usr=u1) _) "
     "(var \"m\" usr=u8 :(record \"N\" usr=u1) _)) "
     "(expr (call \"opaque_mod\" usr=\"c:@F@opaque_mod#&$@N@test@S@Module#\" :void _ "
     "(ref \"n\" usr=u7 :(record \"N\" usr=u1)))) "
     "(expr (call \"show\" usr=u10 :void aux=(args (?)) _ (ref \"n\" usr=u7 :(record \"N\" usr=u1)))) "
     "(expr (call \"show\" usr=u10 :void aux=(args (?)) _ (ref \"m\" usr=u8 :(record \"N\" usr=u1))))))) ",
     "f",
     "N{k=?(call of `opaque_mod`, whose body is not in sight)} +a=1 open\n"
     "N{k=1} +a=1\n",
     1, NULL},
    /* struct I : test::Module { I() { add("x", 1); } };
     * struct O : test::Module { std::shared_ptr<I> i; O() { i = add("i", make<I>()); } };
     * void f() { O o; opaque_mod(o); show(o); } */
    {"through members and registrations",
     "(unit (record main \"I\" :(record \"I\" usr=u1) (base :(record \"test::Module\" usr=u2)) "
     "(function ctor method main \"I::I\" usr=u3 :void (block "
     "(expr (mcall \"test::Module::add\" usr=u4 :int32 _ (string \"x\" :(array 2 const char)) (int 1 :int32)))))) "
     "(record main \"O\" :(record \"O\" usr=u5) (base :(record \"test::Module\" usr=u2)) "
     "(field \"i\" usr=u6 :(record \"std::shared_ptr\" usr=u7 (record \"I\" usr=u1)) _) "
     "(function ctor method main \"O::O\" usr=u8 :void (block (expr "
     "(opcall \"std::shared_ptr::operator=\" usr=u9 :(lref (record \"std::shared_ptr\" usr=u7 (record \"I\" usr=u1))) "
     "(member \"i\" usr=u6 :(record \"std::shared_ptr\" usr=u7 (record \"I\" usr=u1)) _) "
     "(mcall \"test::Module::add\" usr=u10 :(record \"std::shared_ptr\" usr=u7 (record \"I\" usr=u1)) _ "
     "(string \"i\" :(array 2 const char)) "
     "(call \"make\" usr=u11 :(record \"std::shared_ptr\" usr=u7 (record \"I\" usr=u1)) aux=(args (record \"I\" "
     "usr=u1) (?)) "
     "_))))))) (function main \"f\" usr=u12 :void (block (decl (var \"o\" usr=u13 :(record \"O\" usr=u5) _)) "
     "(expr (call \"opaque_mod\" usr=\"c:@F@opaque_mod#&$@N@test@S@Module#\" :void _ "
     "(ref \"o\" usr=u13 :(record \"O\" usr=u5)))) "
     "(expr (call \"show\" usr=u15 :void aux=(args (?)) _ (ref \"o\" usr=u13 :(record \"O\" usr=u5))))))) ",
     "f", "O{i=?(call of `opaque_mod`, whose body is not in sight)} +i=&I{} +x=1 open open\n", 1, NULL},
    /* void f() { show((unknown() + 1) * 2); } */
    {"unknown flows",
     "(unit (function main \"f\" usr=u1 :void (block "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (binary * :int32 (binary + :int32 "
     "(call \"unknown\" usr=u3 :bool _) (int 1 :int32)) (int 2 :int32))))))) ",
     "f", "?(call of `unknown`, whose body is not in sight)\n", 1, NULL},
    /* void f() { int x = unknown() + 1; show(x * 2); x = unknown(); show(x * 2); } */
    {"a variable that is given an unknown number is that number, until something else is stored",
     "(unit (function main \"f\" usr=u1 :void (block (decl "
     "(var \"x\" usr=u2 :int32 (binary + :int32 (call \"unknown\" usr=u3 :bool _) (int 1 :int32)))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (binary * :int32 (ref \"x\" usr=u2 :int32) "
     "(int 2 :int32)))) (expr (assign = :int32 (ref \"x\" usr=u2 :int32) (call \"unknown\" usr=u3 :bool _))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (binary * :int32 (ref \"x\" usr=u2 :int32) "
     "(int 2 :int32))))))) ",
     "f", "2*x\n?(call of `unknown`, whose body is not in sight)\n", 1, NULL},
    /* int n = 3; const int k = 4; void set() { n = 5; }
     * void f() { show(n, k); } */
    {"globals that change are unknown to others than main",
     "(unit (var global main \"n\" usr=u1 :int32 (int 3 :int32)) "
     "(var global main \"k\" usr=u2 :(const int32) (int 4 :int32)) (function main \"set\" usr=u3 :void (block "
     "(expr (assign = :int32 (ref global \"n\" usr=u1 :int32) (int 5 :int32))))) (function main \"f\" usr=u4 :void "
     "(block (expr (call \"show\" usr=u5 :void aux=(args (?)) _ (ref global \"n\" usr=u1 :int32) "
     "(ref global \"k\" usr=u2 :(const int32))))))) ",
     "f", "n 4\n", 1, NULL},
    /* int n = 3; void set() { n = 5; }
     * int main() { show(n); set(); show(n); } */
    {"but not to main",
     "(unit (var global main \"n\" usr=u1 :int32 (int 3 :int32)) (function main \"set\" usr=u2 :void (block "
     "(expr (assign = :int32 (ref global \"n\" usr=u1 :int32) (int 5 :int32))))) "
     "(function main \"main\" usr=u3 :int32 (block "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (ref global \"n\" usr=u1 :int32))) "
     "(expr (call \"set\" usr=u2 :void _)) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (ref global \"n\" usr=u1 :int32)))))) ",
     "main",
     "3\n"
     "5\n",
     1, NULL},
    /* struct C { int dim = 4; bool bias = true; };
     * void f(const C &c) { show(c.dim * 2, c.bias); } */
    {"parameters of a plain class are filled by somebody",
     "(unit (record aggregate main \"C\" :(record \"C\" usr=u1) (field \"dim\" usr=u2 :int32 (int 4 :int32)) "
     "(field \"bias\" usr=u3 :bool (bool true :bool))) "
     "(function main \"f\" usr=u4 :void (param \"c\" usr=u5 :(lref (record \"C\" const usr=u1)) _) (block "
     "(expr (call \"show\" usr=u6 :void aux=(args (?)) _ (binary * :int32 (member \"dim\" usr=u2 :(const int32) "
     "(ref \"c\" usr=u5 :(record \"C\" const usr=u1))) (int 2 :int32)) (member \"bias\" usr=u3 :(const bool) "
     "(ref \"c\" usr=u5 :(record \"C\" const usr=u1)))))))) ",
     "f", "2*c.dim c.bias\n", 1, NULL},
    /* void f() { int x; show(x + 1); } */
    {"uninitialised is unknown",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"x\" usr=u2 :int32 _)) "
     "(expr (call \"show\" usr=u3 :void aux=(args (?)) _ (binary + :int32 (ref \"x\" usr=u2 :int32) "
     "(int 1 :int32))))))) ",
     "f", "?(value that is not initialised)\n", 1, NULL},
    /* struct N : test::Module { N() { add("a", 1); } };
     * void f() { N n, m; test::vec<test::Module *> v(&n, &m); opaque_vec(v); show(n, m); } */
    {"through the items of a list",
     "(unit (record main \"N\" :(record \"N\" usr=u1) (base :(record \"test::Module\" usr=u2)) (function ctor method "
     "main \"N::N\" usr=u3 :void (block (expr (mcall \"test::Module::add\" usr=u4 :int32 _ (string \"a\" :(array 2 "
     "const char)) (int 1 :int32)))))) (function main \"f\" usr=u5 :void (block (decl (var \"n\" usr=u6 :(record "
     "\"N\" usr=u1) _) (var \"m\" usr=u7 :(record \"N\" usr=u1) _)) (decl (var \"v\" usr=u8 :(record \"test::vec\" "
     "usr=u9 (ptr (record \"test::Module\" usr=u2))) (construct usr=u10 :(record \"test::vec\" usr=u9 (ptr (record "
     "\"test::Module\" usr=u2))) (unary addr :(ptr (record \"N\" usr=u1)) (ref \"n\" usr=u6 :(record \"N\" usr=u1))) "
     "(unary addr :(ptr (record \"N\" usr=u1)) (ref \"m\" usr=u7 :(record \"N\" usr=u1)))))) (expr (call "
     "\"opaque_vec\" usr=\"c:@F@opaque_vec#&$@N@test@S@vec>#*$@N@test@S@Module#\" :void _ (ref \"v\" usr=u8 :(record "
     "\"test::vec\" usr=u9 (ptr (record \"test::Module\" usr=u2)))))) (expr (call \"show\" usr=u11 :void aux=(args "
     "(?)) _ (ref \"n\" usr=u6 :(record \"N\" usr=u1)) (ref \"m\" usr=u7 :(record \"N\" usr=u1))))))) ",
     "f", "N{} +a=1 open N{} +a=1 open\n", 1, NULL},
    /* struct N : test::Module { N() { add("a", 1); } };
     * void opaque_ptr(test::Module *);
     * void f(bool b) { N n, m; test::Module *p = b ? static_cast<test::Module *>(&n) : &m; opaque_ptr(p); show(n, m); }
     */
    {"through both sides of a choice",
     "(unit (record main \"N\" :(record \"N\" usr=u1) (base :(record \"test::Module\" usr=u2)) (function ctor method "
     "main \"N::N\" usr=u3 :void (block (expr (mcall \"test::Module::add\" usr=u4 :int32 _ (string \"a\" :(array 2 "
     "const char)) (int 1 :int32)))))) (function main \"opaque_ptr\" usr=\"c:@F@opaque_ptr#*$@N@test@S@Module#\" "
     ":void (param :(ptr (record \"test::Module\" usr=u2)) _)) (function main \"f\" usr=u5 :void (param \"b\" usr=u6 "
     ":bool _) (block (decl (var \"n\" usr=u7 :(record \"N\" usr=u1) _) (var \"m\" usr=u8 :(record \"N\" usr=u1) _)) "
     "(decl (var \"p\" usr=u9 :(ptr (record \"test::Module\" usr=u2)) (cond :(ptr (record \"test::Module\" usr=u2)) "
     "(ref \"b\" usr=u6 :bool) (cast static :(ptr (record \"test::Module\" usr=u2)) (unary addr :(ptr (record \"N\" "
     "usr=u1)) (ref \"n\" usr=u7 :(record \"N\" usr=u1)))) (unary addr :(ptr (record \"N\" usr=u1)) (ref \"m\" "
     "usr=u8 :(record \"N\" usr=u1)))))) (expr (call \"opaque_ptr\" usr=\"c:@F@opaque_ptr#*$@N@test@S@Module#\" "
     ":void _ (ref \"p\" usr=u9 :(ptr (record \"test::Module\" usr=u2))))) (expr (call \"show\" usr=u10 :void "
     "aux=(args (?)) _ (ref \"n\" usr=u7 :(record \"N\" usr=u1)) (ref \"m\" usr=u8 :(record \"N\" usr=u1))))))) ",
     "f", "N{} +a=1 open N{} +a=1 open\n", 1, NULL},
    /* struct C { int w = 8; };
     * C &config() { static C c; return c; }
     * const C &fixed() { static C c; return c; }
     * void f() { show(config().w, fixed().w); } */
    {"a static that is handed out may have changed",
     "(unit (record aggregate main \"C\" :(record \"C\" usr=u1) (field \"w\" usr=u2 :int32 (int 8 :int32))) "
     "(function main \"config\" usr=u3 :(lref (record \"C\" usr=u1)) (block (decl (var static \"c\" usr=u4 :(record "
     "\"C\" usr=u1) _)) (return (ref \"c\" usr=u4 :(record \"C\" usr=u1))))) (function main \"fixed\" usr=u5 :(lref "
     "(record \"C\" const usr=u1)) (block (decl (var static \"c\" usr=u6 :(record \"C\" usr=u1) _)) (return (ref "
     "\"c\" usr=u6 :(record \"C\" usr=u1))))) (function main \"f\" usr=u7 :void (block (expr (call \"show\" usr=u8 "
     ":void aux=(args (?)) _ (member \"w\" usr=u2 :int32 (call \"config\" usr=u3 :(lref (record \"C\" usr=u1)) _)) "
     "(member \"w\" usr=u2 :(const int32) (call \"fixed\" usr=u5 :(lref (record \"C\" const usr=u1)) _))))))) ",
     "f", "c.w 8\n", 1, NULL},
    /* int a = 1, b = 2, c = 3;
     * int &handed_out() { return a; }
     * int read() { return b; }
     * void f() { show(a * 2, b * 2, c * 2); } */
    {"so may a global",
     "(unit (var global main \"a\" usr=u1 :int32 (int 1 :int32)) (var global main \"b\" usr=u2 :int32 (int 2 "
     ":int32)) (var global main \"c\" usr=u3 :int32 (int 3 :int32)) (function main \"handed_out\" usr=u4 :(lref "
     "int32) (block (return (ref global \"a\" usr=u1 :int32)))) (function main \"read\" usr=u5 :int32 (block (return "
     "(ref global \"b\" usr=u2 :int32)))) (function main \"f\" usr=u6 :void (block (expr (call \"show\" usr=u7 :void "
     "aux=(args (?)) _ (binary * :int32 (ref global \"a\" usr=u1 :int32) (int 2 :int32)) (binary * :int32 (ref "
     "global \"b\" usr=u2 :int32) (int 2 :int32)) (binary * :int32 (ref global \"c\" usr=u3 :int32) (int 2 "
     ":int32))))))) ",
     "f", "2*a 4 6\n", 1, NULL},
    /* template: auto g = [](auto x) { show("pattern"); };
     * instances for int and double; void f() { apply(g, 1); apply(g, 2.5); apply(g, true); } */
    {"the instance of a generic lambda that has the argument's type, else the pattern",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"g\" usr=u2 :(record \"f::lambda\" usr=u3) (lambda "
     "usr=u3 :(record \"f::lambda\" usr=u3) (function const method \"operator()\" (param \"x\" usr=u4 :(?) _) (block "
     "(expr (call \"show\" usr=u5 :void aux=(args (?)) _ (int 0 :int32)))))))) "
     "(expr (call \"\" :void (ref \"g\" usr=u2 :(record \"f::lambda\" usr=u3)) (int 7 :int32))) "
     "(expr (call \"\" :void (ref \"g\" usr=u2 :(record \"f::lambda\" usr=u3)) (float 2.5 :double))) "
     "(expr (call \"\" :void (ref \"g\" usr=u2 :(record \"f::lambda\" usr=u3)) (bool true :bool))))) "
     "(function const method main \"f::(lambda)::operator()\" usr=u6 :void (param \"x\" usr=u7 :int32 _) (overrides "
     "usr=u3) (block (expr (call \"show\" usr=u5 :void aux=(args (?)) _ (ref \"x\" usr=u7 :int32))))) "
     "(function const method main \"f::(lambda)::operator()\" usr=u8 :void (param \"x\" usr=u9 :double _) (overrides "
     "usr=u3) (block (expr (call \"show\" usr=u5 :void aux=(args (?)) _ (ref \"x\" usr=u9 :double))))))",
     "f", "7\n2.5\n0\n", 1, NULL},
    /* struct M : test::Module {};
     * void f() { M m; int a = 1, b = 2; apply([&m](auto &...x) { ... }, a, b); show(m, a, b); } */
    {"a pack without an instance in sight opens what is given and captured",
     "(unit (record main \"M\" :(record \"M\" usr=u1) (base :(record \"test::Module\" usr=u2))) (function main \"f\" "
     "usr=u3 :void (block (decl (var \"m\" usr=u4 :(record \"M\" usr=u1) _)) (decl (var \"a\" usr=u5 :int32 (int 1 "
     ":int32)) (var \"b\" usr=u6 :int32 (int 2 :int32))) (expr (call \"\" :void (lambda usr=u7 :(record \"f::lambda\" "
     "usr=u7) (capture byref \"m\" usr=u4 :(record \"M\" usr=u1) _) (function const method \"operator()\" (param \"x\" "
     "usr=u8 :(?) _) (block))) (ref \"a\" usr=u5 :int32) (ref \"b\" usr=u6 :int32))) (expr (call \"show\" usr=u9 :void "
     "aux=(args (?)) _ (ref \"m\" usr=u4 :(record \"M\" usr=u1)) (ref \"a\" usr=u5 :int32) (ref \"b\" usr=u6 "
     ":int32))))))",
     "f",
     "M{} open ?(call of `a generic lambda`, whose instance for these arguments is not in sight) ?(call of `a generic "
     "lambda`, whose instance for these arguments is not in sight)\n",
     1, NULL},
    /* void M::go() { show(size()); finish(m); show(m); } of a class that is not in sight */
    {"a method whose object is nowhere",
     "(unit (record main \"N\" :(record \"N\" usr=u1) (base :(record \"test::Module\" usr=u2))) (function method main "
     "\"M::go\" usr=u3 :void (block (decl (var \"m\" usr=u4 :(record \"N\" usr=u1) _)) (expr (call \"show\" usr=u7 "
     ":void aux=(args (?)) _ (mcall \"test::vec::size\" usr=u5 :int32 _))) (expr (mcall \"M::finish\" usr=u6 :void _ "
     "(ref \"m\" usr=u4 :(record \"N\" usr=u1)))) (expr (call \"show\" usr=u7 :void aux=(args (?)) _ (ref \"m\" usr=u4 "
     ":(record \"N\" usr=u1)))))))",
     "M::go", "?(size that is not known)\nN{} open\n", 1, NULL},
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

int main(void) { return RUN_ROWS("opening", rows, shows); }
