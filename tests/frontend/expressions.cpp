// Literals, operators, casts, new, lambdas.
// flags: -std=c++20
#include <memory>
#include <string>
#include <vector>
struct V { V(int); V(int, int); V operator+(const V &) const; int operator()(int) const; int &operator[](int); bool operator==(const V &) const; int m; };
int operator""_km(unsigned long long);
enum class Mode { A, B = 5 };
void literals() {
  auto a = 0xFFu;            // expect-typed: (var "a" :uint32 (int 255 :uint32))
  auto b = 18446744073709551615ull; // expect-typed: (var "b" ... (int -1 ...
  auto c = 'x';              // expect-ir: (var "c" (char 120))
  auto d = "a\tb" "\x41\u00e9"; // expect-ir: (var "d" (string "a\tbAé"))
  auto e = R"(q"\n)";        // expect-ir: (var "e" (string "q\"\\n"))
  auto f = 1e-3f;            // expect-ir: (var "f" (float 0.0010000000474974513))
  auto g = true;             // expect-ir: (var "g" (bool true))
  auto h = nullptr;          // expect-ir: (var "h" (nullptr))
  auto i = 5_km;             // expect-ir: (call "operator\"\"_km" _ (int 5))
  auto j = sizeof(int[3]);   // expect-ir: (var "j" (int 12))
  auto k = Mode::B;          // expect-ir: (var "k" (ref enumerator "Mode::B" 5))
  auto l = 1'000'000;        // expect-ir: (var "l" (int 1000000))
}
void operators(V v, V w, int n, int *p) {
  n += 2;                    // expect-ir: (assign + (ref "n") (int 2))
  n = -n + ~n;               // expect-ir: (assign = (ref "n") (binary + (unary neg (ref "n")) (unary ~ (ref "n"))))
  *p = n ? 1 : 2;            // expect-ir: (assign = (unary deref (ref "p")) (cond (ref "n") (int 1) (int 2)))
  p[1] = 3;                  // expect-ir: (assign = (subscript (ref "p") (int 1)) (int 3))
  v + w;                     // expect-ir: (opcall "V::operator+" (ref "v") (ref "w"))
  v(3);                      // expect-ir: (opcall "V::operator()" (ref "v") (int 3))
  v[4] = 5;                  // expect-ir: (assign = (opcall "V::operator[]" (ref "v") (int 4)) (int 5))
  bool b = v != w;           // expect-ir: (var "b" (unary ! (opcall "V::operator==" (ref "v") (ref "w"))))
  n = (1, 2);                // expect-ir: (binary , (int 1) (int 2))
  b = not (n and b);         // expect-ir: (unary ! (binary && (ref "n") (ref "b")))
  n = (int)2.5;              // expect-ir: (cast c (float 2.5))
  n = int(2.5);              // expect-ir: (cast functional (float 2.5))
  n = static_cast<int>(2.5); // expect-ir: (cast static (float 2.5))
  v = static_cast<V>(6);     // expect-ir: (opcall "V::operator=" (ref "v") (construct (int 6)))
  static_cast<V &>(v).m = 1; // expect-ir: (assign = (member "m" (cast static (ref "v"))) (int 1))
  n = static_cast<V &&>(w).m; // expect-ir: (assign = (ref "n") (member "m" (cast static (ref "w"))))
  ((const V &)v)(8);         // expect-typed: (cast c :(lref (record "V" const)) (ref "v"
  n = V(v)(9);               // expect-ir: (opcall "V::operator()" (construct (ref "v")) (int 9))
  int (*pointer)(int) = [](int x) { return x; }; // expect-ir: (var "pointer" (lambda (function
  pointer = +[](int x) { return -x; }; // expect-ir: (assign = (ref "pointer") (unary plus (lambda (function
#define MAKE(T, ...) new T(__VA_ARGS__)
#define LATER(x) [](int n) { return n + x; }
  V *made = MAKE(V, 1, 2);   // expect-ir: (var "made" (new (int 1) (int 2)))
  auto later = LATER(4);     // expect-ir: (var "later" (lambda (function const method "operator()" (param "n" _)
#define SOON(e) [&] { return e; }
  auto soon = SOON(n + 1);   // expect-ir: (var "soon" (lambda (capture byref "n" _) (function const method "operator()"
  int *q = new int(7);       // expect-ir: (var "q" (new (int 7)))
  V *r = new V{1, 2};        // expect-ir: (var "r" (new brace (int 1) (int 2)))
  int *s = new int[n];       // expect-ir: (var "s" (new array (ref "n")))
  delete r;                  // expect-ir: (delete (ref "r"))
  n = r->m;                  // expect-ir: (member arrow "m" (ref "r"))
  int V::*member = &V::m;    // expect-ir: (var "member" (unary addr (ref data-member "m")))
  n = r->*member;            // expect-ir: (member arrow (ref "r") (ref "member"))
}
struct Outer {
  int field = 0;
  void lambdas(int a, int b) {
    auto l1 = [a, &b] { return a + b; };   // expect-ir: (capture "a" _) (capture byref "b" _) (function const method "operator()"
    auto l2 = [&](int x) { return x + a; }; // expect-ir: (var "l2" (lambda (capture byref "a" _) (function
    auto l3 = [=]() mutable { return b + field; }; // expect-ir: (var "l3" (lambda (capture "b" _) (capture capture-this "this" _) (function method "operator()"
    auto l4 = [x = a + 1, this] { return x; }; // expect-ir: (var "l4" (lambda (capture "x" (binary + (ref "a") (int 1))) (capture capture-this "this" _) (function
    l1();                                   // expect-ir: (opcall "...operator()" (ref "l1"))
  }
};
