/* Construction, references, virtual calls, lambdas. The expected values are what C++ prescribes.
 *
 * The units are the text form of the C++ in the comments, as the front end lowers it. */
#include "eval_build.h"
#include "rows.h"

static const struct row {
  const char *name, *text, *entry, *want;
  size_t worlds;
  const char *limit;
} rows[] = {
    /* int k = 0;
     * struct P { int a; int b = ++k; int c; P() : c(++k), a(++k) {} };
     * int main() { P p; show(p); } */
    {"fields in order of declaration",
     "(unit (var global main \"k\" usr=u1 :int32 (int 0 :int32)) (record main \"P\" :(record \"P\" usr=u2) "
     "(field \"a\" usr=u3 :int32 _) (field \"b\" usr=u4 :int32 (unary pre++ :int32 (ref global \"k\" usr=u1 :int32))) "
     "(field \"c\" usr=u5 :int32 _) (function ctor method main \"P::P\" usr=u6 :void "
     "(init \"c\" usr=u5 :int32 (unary pre++ :int32 (ref global \"k\" usr=u1 :int32))) "
     "(init \"a\" usr=u3 :int32 (unary pre++ :int32 (ref global \"k\" usr=u1 :int32))) (block))) "
     "(function main \"main\" usr=u7 :int32 (block (decl (var \"p\" usr=u8 :(record \"P\" usr=u2) _)) "
     "(expr (call \"show\" usr=u9 :void aux=(args (?)) _ (ref \"p\" usr=u8 :(record \"P\" usr=u2))))))) ",
     "main", "P{a=1, b=2, c=3}\n", 1, NULL},
    /* struct P { int a = 3; double b{0.5}; P(int x) : a(x) {} P() : P(9) { b = 2; } };
     * void f() { show(P(1)); show(P()); } */
    {"initialiser beats default member initialiser",
     "(unit (record main \"P\" :(record \"P\" usr=u1) (field \"a\" usr=u2 :int32 (int 3 :int32)) "
     "(field \"b\" usr=u3 :double (list :double (float 0.5 :double))) "
     "(function ctor method main \"P::P\" usr=u4 :void (param \"x\" usr=u5 :int32 _) "
     "(init \"a\" usr=u2 :int32 (ref \"x\" usr=u5 :int32)) (block)) (function ctor method main \"P::P\" usr=u6 :void "
     "(init delegating :(record \"P\" usr=u1) (int 9 :int32)) (block "
     "(expr (assign = :double (member \"b\" usr=u3 :double _) (int 2 :int32)))))) (function main \"f\" usr=u7 :void "
     "(block (expr (call \"show\" usr=u8 :void aux=(args (?)) _ (construct usr=u4 :(record \"P\" usr=u1) "
     "(int 1 :int32)))) "
     "(expr (call \"show\" usr=u8 :void aux=(args (?)) _ (construct usr=u6 :(record \"P\" usr=u1))))))) ",
     "f",
     "P{a=1, b=0.5}\n"
     "P{a=9, b=2}\n",
     1, NULL},
    /* struct P { int a = 1; int v[2] = {1, 2}; };
     * void f() { P p; P q = p; q.a = 5; q.v[0] = 7; show(p, q); p = q; q.a = 0; show(p); } */
    {"copies are apart",
     "(unit (record aggregate main \"P\" :(record \"P\" usr=u1) (field \"a\" usr=u2 :int32 (int 1 :int32)) "
     "(field \"v\" usr=u3 :(array 2 int32) (list :(array 2 int32) (int 1 :int32) (int 2 :int32)))) "
     "(function main \"f\" usr=u4 :void (block (decl (var \"p\" usr=u5 :(record \"P\" usr=u1) _)) (decl "
     "(var \"q\" usr=u6 :(record \"P\" usr=u1) (ref \"p\" usr=u5 :(record \"P\" usr=u1)))) "
     "(expr (assign = :int32 (member \"a\" usr=u2 :int32 (ref \"q\" usr=u6 :(record \"P\" usr=u1))) (int 5 :int32))) "
     "(expr (assign = :int32 (subscript :int32 (member \"v\" usr=u3 :(array 2 int32) "
     "(ref \"q\" usr=u6 :(record \"P\" usr=u1))) (int 0 :int32)) (int 7 :int32))) "
     "(expr (call \"show\" usr=u7 :void aux=(args (?)) _ (ref \"p\" usr=u5 :(record \"P\" usr=u1)) "
     "(ref \"q\" usr=u6 :(record \"P\" usr=u1)))) "
     "(expr (opcall \"P::operator=\" usr=u8 :(lref (record \"P\" usr=u1)) (ref \"p\" usr=u5 :(record \"P\" usr=u1)) "
     "(ref \"q\" usr=u6 :(record \"P\" usr=u1)))) "
     "(expr (assign = :int32 (member \"a\" usr=u2 :int32 (ref \"q\" usr=u6 :(record \"P\" usr=u1))) (int 0 :int32))) "
     "(expr (call \"show\" usr=u9 :void aux=(args (?)) _ (ref \"p\" usr=u5 :(record \"P\" usr=u1))))))) ",
     "f",
     "P{a=1, v=[1, 2]} P{a=5, v=[7, 2]}\n"
     "P{a=5, v=[7, 2]}\n",
     1, NULL},
    /* struct B { B() { init(); } virtual void init() { show(1); } virtual int f() { return 1; } int g() { return f(); }
     * }; struct D : B { D() { init(); } void init() override { show(2); } int f() override { return B::f() + 1; } };
     * void f() { D d; B &b = d; show(b.g() + 10); } */
    {"virtual functions under construction",
     "(unit (record main \"B\" :(record \"B\" usr=u1) (function ctor method main \"B::B\" usr=u2 :void (block "
     "(expr (mcall virtual \"B::init\" usr=u3 :void _)))) (function virtual method main \"B::init\" usr=u3 :void "
     "(block (expr (call \"show\" usr=u4 :void aux=(args (?)) _ (int 1 :int32))))) "
     "(function virtual method main \"B::f\" usr=u5 :int32 (block (return (int 1 :int32)))) "
     "(function method main \"B::g\" usr=u6 :int32 (block (return (mcall virtual \"B::f\" usr=u5 :int32 _))))) "
     "(record main \"D\" :(record \"D\" usr=u7) (base :(record \"B\" usr=u1)) "
     "(function ctor method main \"D::D\" usr=u8 :void (block (expr (mcall virtual \"D::init\" usr=u9 :void _)))) "
     "(function virtual method main \"D::init\" usr=u9 :void (overrides \"B::init\" usr=u3) (block "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (int 2 :int32))))) "
     "(function virtual method main \"D::f\" usr=u10 :int32 (overrides \"B::f\" usr=u5) (block "
     "(return (binary + :int32 (mcall qualified \"B::f\" usr=u5 :int32 _) (int 1 :int32)))))) "
     "(function main \"f\" usr=u11 :void (block (decl (var \"d\" usr=u12 :(record \"D\" usr=u7) _)) (decl "
     "(var \"b\" usr=u13 :(lref (record \"B\" usr=u1)) (ref \"d\" usr=u12 :(record \"D\" usr=u7)))) "
     "(expr (call \"show\" usr=u4 :void aux=(args (?)) _ (binary + :int32 (mcall \"B::g\" usr=u6 :int32 "
     "(ref \"b\" usr=u13 :(record \"B\" usr=u1))) (int 10 :int32))))))) ",
     "f",
     "1\n"
     "2\n"
     "12\n",
     1, NULL},
    /* struct B { int x; B(int v) : x(v * 2) {} };
     * struct D : B { int y = x + 1; D(int v) : B(v + 1) {} };
     * void f() { show(D(3)); } */
    {"bases before fields, arguments up",
     "(unit (record main \"B\" :(record \"B\" usr=u1) (field \"x\" usr=u2 :int32 _) "
     "(function ctor method main \"B::B\" usr=u3 :void (param \"v\" usr=u4 :int32 _) "
     "(init \"x\" usr=u2 :int32 (binary * :int32 (ref \"v\" usr=u4 :int32) (int 2 :int32))) (block))) "
     "(record main \"D\" :(record \"D\" usr=u5) (base :(record \"B\" usr=u1)) "
     "(field \"y\" usr=u6 :int32 (binary + :int32 (member \"x\" usr=u2 :int32 _) (int 1 :int32))) "
     "(function ctor method main \"D::D\" usr=u7 :void (param \"v\" usr=u8 :int32 _) "
     "(init base :(record \"B\" usr=u1) (binary + :int32 (ref \"v\" usr=u8 :int32) (int 1 :int32))) (block))) "
     "(function main \"f\" usr=u9 :void (block "
     "(expr (call \"show\" usr=u10 :void aux=(args (?)) _ (construct usr=u7 :(record \"D\" usr=u5) "
     "(int 3 :int32))))))) ",
     "f", "D{x=8, y=9}\n", 1, NULL},
    /* struct B { int x; B(int v, int w = 4) : x(v * w) {} };
     * struct D : B { using B::B; int y = 1; };
     * void f() { D d(3); show(d); } */
    {"inherited constructors",
     "(unit (record main \"B\" :(record \"B\" usr=u1) (field \"x\" usr=u2 :int32 _) "
     "(function ctor method main \"B::B\" usr=u3 :void (param \"v\" usr=u4 :int32 _) (param \"w\" usr=u5 :int32 "
     "(int 4 :int32)) "
     "(init \"x\" usr=u2 :int32 (binary * :int32 (ref \"v\" usr=u4 :int32) (ref \"w\" usr=u5 :int32))) (block))) "
     "(record main \"D\" :(record \"D\" usr=u6) (base :(record \"B\" usr=u1)) "
     "(field \"y\" usr=u7 :int32 (int 1 :int32)) (function ctor method inherited \"D::D\" :(record \"B\" usr=u1))) "
     "(function main \"f\" usr=u8 :void (block (decl "
     "(var \"d\" usr=u9 :(record \"D\" usr=u6) (construct :(record \"D\" usr=u6) (int 3 :int32)))) "
     "(expr (call \"show\" usr=u10 :void aux=(args (?)) _ (ref \"d\" usr=u9 :(record \"D\" usr=u6))))))) ",
     "f", "D{x=12, y=1}\n", 1, NULL},
    /* struct A { int a; int b = 4; int c; };
     * void f() { A a{1}; A b{.b = 5}; A c = {1, 2, 3}; A d{}; show(a, b); show(c, d); } */
    {"aggregates",
     "(unit (record aggregate main \"A\" :(record \"A\" usr=u1) (field \"a\" usr=u2 :int32 _) "
     "(field \"b\" usr=u3 :int32 (int 4 :int32)) (field \"c\" usr=u4 :int32 _)) (function main \"f\" usr=u5 :void "
     "(block (decl "
     "(var brace \"a\" usr=u6 :(record \"A\" usr=u1) (construct brace :(record \"A\" usr=u1) (int 1 :int32)))) (decl "
     "(var brace \"b\" usr=u7 :(record \"A\" usr=u1) (construct brace :(record \"A\" usr=u1) "
     "(designated \"b\" usr=u3 :int32 (int 5 :int32))))) (decl "
     "(var \"c\" usr=u8 :(record \"A\" usr=u1) (list :(record \"A\" usr=u1) (int 1 :int32) (int 2 :int32) "
     "(int 3 :int32)))) (decl "
     "(var brace \"d\" usr=u9 :(record \"A\" usr=u1) (construct brace :(record \"A\" usr=u1)))) "
     "(expr (call \"show\" usr=u10 :void aux=(args (?)) _ (ref \"a\" usr=u6 :(record \"A\" usr=u1)) "
     "(ref \"b\" usr=u7 :(record \"A\" usr=u1)))) "
     "(expr (call \"show\" usr=u10 :void aux=(args (?)) _ (ref \"c\" usr=u8 :(record \"A\" usr=u1)) "
     "(ref \"d\" usr=u9 :(record \"A\" usr=u1))))))) ",
     "f",
     "A{a=1, b=4, c=0} A{a=0, b=5, c=0}\n"
     "A{a=1, b=2, c=3} A{a=0, b=4, c=0}\n",
     1, NULL},
    /* struct R { int &r; R(int &x) : r(x) {} void up() { r++; } };
     * void f() { int i = 1; R a(i); R b = a; a.up(); b.up(); show(i); } */
    {"reference members",
     "(unit (record main \"R\" :(record \"R\" usr=u1) (field \"r\" usr=u2 :(lref int32) _) "
     "(function ctor method main \"R::R\" usr=u3 :void (param \"x\" usr=u4 :(lref int32) _) "
     "(init \"r\" usr=u2 :(lref int32) (ref \"x\" usr=u4 :int32)) (block)) "
     "(function method main \"R::up\" usr=u5 :void (block "
     "(expr (unary post++ :int32 (member \"r\" usr=u2 :int32 _)))))) (function main \"f\" usr=u6 :void (block (decl "
     "(var \"i\" usr=u7 :int32 (int 1 :int32))) (decl "
     "(var \"a\" usr=u8 :(record \"R\" usr=u1) (construct usr=u3 :(record \"R\" usr=u1) (ref \"i\" usr=u7 :int32)))) "
     "(decl (var \"b\" usr=u9 :(record \"R\" usr=u1) (ref \"a\" usr=u8 :(record \"R\" usr=u1)))) "
     "(expr (mcall \"R::up\" usr=u5 :void (ref \"a\" usr=u8 :(record \"R\" usr=u1)))) "
     "(expr (mcall \"R::up\" usr=u5 :void (ref \"b\" usr=u9 :(record \"R\" usr=u1)))) "
     "(expr (call \"show\" usr=u10 :void aux=(args (?)) _ (ref \"i\" usr=u7 :int32)))))) ",
     "f", "3\n", 1, NULL},
    /* struct O { int which; O(int) : which(1) {} O(double) : which(2) {} O(const char *) : which(3) {} O(bool) :
     * which(4) {} }; void f() { show(make<O>(1)->which, make<O>(1.5)->which, make<O>("x")->which,
     * make<O>(true)->which); } */
    {"overloads in make",
     "(unit (record main \"O\" :(record \"O\" usr=u1) (field \"which\" usr=u2 :int32 _) "
     "(function ctor method main \"O::O\" usr=u3 :void (param :int32 _) "
     "(init \"which\" usr=u2 :int32 (int 1 :int32)) (block)) "
     "(function ctor method main \"O::O\" usr=u4 :void (param :double _) "
     "(init \"which\" usr=u2 :int32 (int 2 :int32)) (block)) "
     "(function ctor method main \"O::O\" usr=u5 :void (param :(ptr (const char)) _) "
     "(init \"which\" usr=u2 :int32 (int 3 :int32)) (block)) "
     "(function ctor method main \"O::O\" usr=u6 :void (param :bool _) "
     "(init \"which\" usr=u2 :int32 (int 4 :int32)) (block))) (function main \"f\" usr=u7 :void (block "
     "(expr (call \"show\" usr=u8 :void aux=(args (?)) _ (member arrow \"which\" usr=u2 :int32 "
     "(opcall \"std::__shared_ptr_access::operator->\" usr=u9 :(ptr (record \"O\" usr=u1)) "
     "(call \"make\" usr=u10 :(record \"std::shared_ptr\" usr=u11 (record \"O\" usr=u1)) aux=(args (record \"O\" "
     "usr=u1) (?)) "
     "_ (int 1 :int32)))) (member arrow \"which\" usr=u2 :int32 "
     "(opcall \"std::__shared_ptr_access::operator->\" usr=u9 :(ptr (record \"O\" usr=u1)) "
     "(call \"make\" usr=u12 :(record \"std::shared_ptr\" usr=u11 (record \"O\" usr=u1)) aux=(args (record \"O\" "
     "usr=u1) (?)) "
     "_ (float 1.5 :double)))) (member arrow \"which\" usr=u2 :int32 "
     "(opcall \"std::__shared_ptr_access::operator->\" usr=u9 :(ptr (record \"O\" usr=u1)) "
     "(call \"make\" usr=u13 :(record \"std::shared_ptr\" usr=u11 (record \"O\" usr=u1)) aux=(args (record \"O\" "
     "usr=u1) (?)) "
     "_ (string \"x\" :(array 2 const char))))) (member arrow \"which\" usr=u2 :int32 "
     "(opcall \"std::__shared_ptr_access::operator->\" usr=u9 :(ptr (record \"O\" usr=u1)) "
     "(call \"make\" usr=u14 :(record \"std::shared_ptr\" usr=u11 (record \"O\" usr=u1)) aux=(args (record \"O\" "
     "usr=u1) (?)) "
     "_ (bool true :bool))))))))) ",
     "f", "1 2 3 4\n", 1, NULL},
    /* void f() { int a = 1, b = 1; auto l = [a, &b](int k) mutable { a += k; b += k; return a * 10 + b; }; int x =
       l(2); a = 50; int y = l(3); show(x, y, a, b); } */
    {"lambdas capture",
     "(unit (function main \"f\" usr=u1 :void (block (decl (var \"a\" usr=u2 :int32 (int 1 :int32)) "
     "(var \"b\" usr=u3 :int32 (int 1 :int32))) (decl "
     "(var \"l\" usr=u4 :(record \"f::(lambda at /tmp/evt/t.cpp:2:39)\" usr=u5) "
     "(lambda usr=u5 :(record \"f::(lambda at /tmp/evt/t.cpp:2:39)\" usr=u5) (capture \"a\" usr=u2 :int32 _) "
     "(capture byref \"b\" usr=u3 :int32 _) "
     "(function method \"operator()\" usr=u6 :int32 (param \"k\" usr=u7 :int32 _) (block "
     "(expr (assign + :int32 (ref \"a\" usr=u2 :int32) (ref \"k\" usr=u7 :int32))) "
     "(expr (assign + :int32 (ref \"b\" usr=u3 :int32) (ref \"k\" usr=u7 :int32))) "
     "(return (binary + :int32 (binary * :int32 (ref \"a\" usr=u2 :int32) (int 10 :int32)) "
     "(ref \"b\" usr=u3 :int32)))))))) (decl "
     "(var \"x\" usr=u8 :int32 (opcall \"f::(lambda at /tmp/evt/t.cpp:2:39)::operator()\" usr=u6 :int32 "
     "(ref \"l\" usr=u4 :(record \"f::(lambda at /tmp/evt/t.cpp:2:39)\" usr=u5)) (int 2 :int32)))) "
     "(expr (assign = :int32 (ref \"a\" usr=u2 :int32) (int 50 :int32))) (decl "
     "(var \"y\" usr=u9 :int32 (opcall \"f::(lambda at /tmp/evt/t.cpp:2:39)::operator()\" usr=u6 :int32 "
     "(ref \"l\" usr=u4 :(record \"f::(lambda at /tmp/evt/t.cpp:2:39)\" usr=u5)) (int 3 :int32)))) "
     "(expr (call \"show\" usr=u10 :void aux=(args (?)) _ (ref \"x\" usr=u8 :int32) (ref \"y\" usr=u9 :int32) "
     "(ref \"a\" usr=u2 :int32) (ref \"b\" usr=u3 :int32)))))) ",
     "f", "33 66 50 6\n", 1, NULL},
    /* struct S { int n = 1; void go() { auto l = [this] { n += 5; }; l(); l(); } };
     * void f() { S s; s.go(); show(s); } */
    {"lambda with this",
     "(unit (record aggregate main \"S\" :(record \"S\" usr=u1) (field \"n\" usr=u2 :int32 (int 1 :int32)) "
     "(function method main \"S::go\" usr=u3 :void (block (decl "
     "(var \"l\" usr=u4 :(record \"S::go::(lambda at /tmp/evt/t.cpp:2:44)\" usr=u5) "
     "(lambda usr=u5 :(record \"S::go::(lambda at /tmp/evt/t.cpp:2:44)\" usr=u5) (capture capture-this \"this\" _) "
     "(function const method \"operator()\" usr=u6 :void (block "
     "(expr (assign + :int32 (member \"n\" usr=u2 :int32 _) (int 5 :int32)))))))) "
     "(expr (opcall \"S::go::(lambda at /tmp/evt/t.cpp:2:44)::operator()\" usr=u6 :void "
     "(ref \"l\" usr=u4 :(record \"S::go::(lambda at /tmp/evt/t.cpp:2:44)\" usr=u5)))) "
     "(expr (opcall \"S::go::(lambda at /tmp/evt/t.cpp:2:44)::operator()\" usr=u6 :void "
     "(ref \"l\" usr=u4 :(record \"S::go::(lambda at /tmp/evt/t.cpp:2:44)\" usr=u5))))))) "
     "(function main \"f\" usr=u7 :void (block (decl (var \"s\" usr=u8 :(record \"S\" usr=u1) _)) "
     "(expr (mcall \"S::go\" usr=u3 :void (ref \"s\" usr=u8 :(record \"S\" usr=u1)))) "
     "(expr (call \"show\" usr=u9 :void aux=(args (?)) _ (ref \"s\" usr=u8 :(record \"S\" usr=u1))))))) ",
     "f", "S{n=11}\n", 1, NULL},
    /* int next() { static int n = 10; return n++; }
     * int main() { int (*p)() = next; int a = p(), b = p(), c = next(); show(a, b, c); } */
    {"function pointers and static locals",
     "(unit (function main \"next\" usr=u1 :int32 (block (decl (var static \"n\" usr=u2 :int32 (int 10 :int32))) "
     "(return (unary post++ :int32 (ref \"n\" usr=u2 :int32))))) (function main \"main\" usr=u3 :int32 (block (decl "
     "(var \"p\" usr=u4 :(ptr (fn int32)) (ref function \"next\" usr=u1 :(fn int32)))) (decl "
     "(var \"a\" usr=u5 :int32 (call :int32 (ref \"p\" usr=u4 :(ptr (fn int32))))) "
     "(var \"b\" usr=u6 :int32 (call :int32 (ref \"p\" usr=u4 :(ptr (fn int32))))) "
     "(var \"c\" usr=u7 :int32 (call \"next\" usr=u1 :int32 _))) "
     "(expr (call \"show\" usr=u8 :void aux=(args (?)) _ (ref \"a\" usr=u5 :int32) (ref \"b\" usr=u6 :int32) "
     "(ref \"c\" usr=u7 :int32)))))) ",
     "main", "10 11 12\n", 1, NULL},
    /* the same, called by somebody who may have called next() before */
    {"static locals that others have changed",
     "(unit (function main \"next\" usr=u1 :int32 (block (decl (var static \"n\" usr=u2 :int32 (int 10 :int32))) "
     "(return (unary post++ :int32 (ref \"n\" usr=u2 :int32))))) (function main \"f\" usr=u3 :void (block (decl "
     "(var \"p\" usr=u4 :(ptr (fn int32)) (ref function \"next\" usr=u1 :(fn int32)))) (decl "
     "(var \"a\" usr=u5 :int32 (call :int32 (ref \"p\" usr=u4 :(ptr (fn int32))))) "
     "(var \"b\" usr=u6 :int32 (call :int32 (ref \"p\" usr=u4 :(ptr (fn int32))))) "
     "(var \"c\" usr=u7 :int32 (call \"next\" usr=u1 :int32 _))) "
     "(expr (call \"show\" usr=u8 :void aux=(args (?)) _ (ref \"a\" usr=u5 :int32) (ref \"b\" usr=u6 :int32) "
     "(ref \"c\" usr=u7 :int32)))))) ",
     "f", "n n + 1 n + 2\n", 1, NULL},
    /* struct P { int a = 1; int b = 2; };
     * void f() { P p; auto [x, y] = p; x = 5; auto &[u, v] = p; v = 7; show(x, y, u, p); } */
    {"structured bindings",
     "(unit (record aggregate main \"P\" :(record \"P\" usr=u1) (field \"a\" usr=u2 :int32 (int 1 :int32)) "
     "(field \"b\" usr=u3 :int32 (int 2 :int32))) (function main \"f\" usr=u4 :void (block (decl "
     "(var \"p\" usr=u5 :(record \"P\" usr=u1) _)) "
     "(decl (binding :(record \"P\" usr=u1) (ref \"p\" usr=u5 :(record \"P\" usr=u1)) (var \"x\" usr=u6 :int32 _) "
     "(var \"y\" usr=u7 :int32 _))) (expr (assign = :int32 (ref \"x\" usr=u6 :int32) (int 5 :int32))) "
     "(decl (binding :(lref (record \"P\" usr=u1)) (ref \"p\" usr=u5 :(record \"P\" usr=u1)) "
     "(var \"u\" usr=u8 :int32 _) (var \"v\" usr=u9 :int32 _))) "
     "(expr (assign = :int32 (ref \"v\" usr=u9 :int32) (int 7 :int32))) "
     "(expr (call \"show\" usr=u10 :void aux=(args (?)) _ (ref \"x\" usr=u6 :int32) (ref \"y\" usr=u7 :int32) "
     "(ref \"u\" usr=u8 :int32) (ref \"p\" usr=u5 :(record \"P\" usr=u1))))))) ",
     "f", "5 2 1 P{a=1, b=7}\n", 1, NULL},
    /* int g = 3; int h(int a, int b = g * 2) { return a + b; }
     * int main() { show(h(1)); g = 5; show(h(1), h(1, 1)); } */
    {"default arguments see earlier code only",
     "(unit (var global main \"g\" usr=u1 :int32 (int 3 :int32)) "
     "(function main \"h\" usr=u2 :int32 (param \"a\" usr=u3 :int32 _) (param \"b\" usr=u4 :int32 "
     "(binary * :int32 (ref global \"g\" usr=u1 :int32) (int 2 :int32))) (block "
     "(return (binary + :int32 (ref \"a\" usr=u3 :int32) (ref \"b\" usr=u4 :int32))))) "
     "(function main \"main\" usr=u5 :int32 (block "
     "(expr (call \"show\" usr=u6 :void aux=(args (?)) _ (call \"h\" usr=u2 :int32 _ (int 1 :int32)))) "
     "(expr (assign = :int32 (ref global \"g\" usr=u1 :int32) (int 5 :int32))) "
     "(expr (call \"show\" usr=u7 :void aux=(args (?)) _ (call \"h\" usr=u2 :int32 _ (int 1 :int32)) "
     "(call \"h\" usr=u2 :int32 _ (int 1 :int32) (int 1 :int32))))))) ",
     "main",
     "7\n"
     "11 2\n",
     1, NULL},
    /* struct V { int x; V operator+(const V &o) const { return V{x + o.x}; } bool operator==(const V &o) const { return
     * x == o.x; } int &operator[](int) { return x; } }; void f() { V a{1}, b{2}; V c = a + b; c[0] += 4; show(c, a ==
     * b); } */
    {"operators of the program",
     "(unit (record aggregate main \"V\" :(record \"V\" usr=u1) (field \"x\" usr=u2 :int32 _) "
     "(function const method main \"V::operator+\" usr=u3 :(record \"V\" usr=u1) "
     "(param \"o\" usr=u4 :(lref (record \"V\" const usr=u1)) _) (block "
     "(return (construct brace :(record \"V\" usr=u1) (binary + :int32 (member \"x\" usr=u2 :(const int32) _) "
     "(member \"x\" usr=u2 :(const int32) (ref \"o\" usr=u4 :(record \"V\" const usr=u1)))))))) "
     "(function const method main \"V::operator==\" usr=u5 :bool "
     "(param \"o\" usr=u6 :(lref (record \"V\" const usr=u1)) _) (block "
     "(return (binary == :bool (member \"x\" usr=u2 :(const int32) _) (member \"x\" usr=u2 :(const int32) "
     "(ref \"o\" usr=u6 :(record \"V\" const usr=u1))))))) "
     "(function method main \"V::operator[]\" usr=u7 :(lref int32) (param :int32 _) (block "
     "(return (member \"x\" usr=u2 :int32 _))))) (function main \"f\" usr=u8 :void (block (decl "
     "(var brace \"a\" usr=u9 :(record \"V\" usr=u1) (construct brace :(record \"V\" usr=u1) (int 1 :int32))) "
     "(var brace \"b\" usr=u10 :(record \"V\" usr=u1) (construct brace :(record \"V\" usr=u1) (int 2 :int32)))) (decl "
     "(var \"c\" usr=u11 :(record \"V\" usr=u1) (opcall \"V::operator+\" usr=u3 :(record \"V\" usr=u1) "
     "(ref \"a\" usr=u9 :(record \"V\" usr=u1)) (ref \"b\" usr=u10 :(record \"V\" usr=u1))))) "
     "(expr (assign + :int32 (opcall \"V::operator[]\" usr=u7 :(lref int32) "
     "(ref \"c\" usr=u11 :(record \"V\" usr=u1)) (int 0 :int32)) (int 4 :int32))) "
     "(expr (call \"show\" usr=u12 :void aux=(args (?)) _ (ref \"c\" usr=u11 :(record \"V\" usr=u1)) "
     "(opcall \"V::operator==\" usr=u5 :bool (ref \"a\" usr=u9 :(record \"V\" usr=u1)) "
     "(ref \"b\" usr=u10 :(record \"V\" usr=u1)))))))) ",
     "f", "V{x=7} false\n", 1, NULL},
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

int main(void) { return RUN_ROWS("objects", rows, shows); }
