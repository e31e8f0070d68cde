// How things are initialised: written initialisers are there, unwritten ones are not.
// flags: -std=c++20
// allow-unknown
#include <string>
#include <vector>
struct V { V(int); V(int, int); V(const V &); };
struct A { int a; int b = 4; };
struct Base { Base(int, double); Base(); };
struct Inherits : Base { using Base::Base; };
// expect-typed: (function ctor method inherited "Inherits::Inherits" :(record "Base"))
struct C : Base {
  V plain;
  V equal = V(7);         // expect-ir: (field "equal" (construct (int 7)))
  V brace{8, 9};          // expect-ir: (field "brace" (construct brace (int 8) (int 9)))
  int number = 5;         // expect-ir: (field "number" (int 5))
  int bits : 3 = 2;       // expect-ir: (field "bits" (unknown "an initialiser that libclang does not show"
  int bound[4];           // expect-ir: (field "bound" _)
  int filled[2] = {1, 2}; // expect-ir: (field "filled" (list (int 1) (int 2)))
  std::vector<int> list{3, 4}; // expect-ir: (field "list" (construct brace (list (int 3) (int 4))))
  std::string text = "abc";    // expect-ir: (field "text" (string "abc"))
  std::vector<int> copied = {5, 6}; // expect-ir: (field "copied" (construct brace (list (int 5) (int 6))))
  A aggregate;
  int zero;
  // expect-ir: (init base (ref "n") (float 0.5)) (init "plain" (ref "n") (int 3)) (init brace "zero" (int 6)) (init brace "aggregate" (int 1) (int 2))
  C(int n) : Base(n, 0.5), plain(n, 3), zero{6}, aggregate{1, 2} {}
  C() : C(11) {}            // expect-ir: (init delegating (int 11))
  C(double) : plain(V(1)), zero() {} // expect-ir: (init "plain" (construct (int 1))) (init "zero")
};
void variables(V v) {
  V a(1);            // expect-ir: (var "a" (construct (int 1)))
  V b = 2;           // expect-ir: (var "b" (int 2))
  V c = v;           // expect-ir: (var "c" (ref "v"))
  V d = {1, 2};      // expect-ir: (var brace "d" (construct brace (int 1) (int 2)))
  V e{3};            // expect-ir: (var brace "e" (construct brace (int 3)))
  C f;               // expect-ir: (var "f" _)
  A g{1};            // expect-ir: (var brace "g" (construct brace (int 1)))
  A h = {.a = 1, .b = 2}; // expect-ir: (var "h" (list (designated "a" (int 1)) (designated "b" (int 2))))
  auto i = V(1, 2);  // expect-ir: (var "i" (construct (int 1) (int 2)))
  int j = int();     // expect-ir: (var "j" (int 0))
  int k{9};          // expect-ir: (var "k" (list (int 9)))
  std::vector<int> l = {1, 2}; // expect-ir: (var brace "l" (construct brace (list (int 1) (int 2))))
  std::vector<int> m(10, 3);   // expect-ir: (var "m" (construct (int 10) (int 3)))
  Inherits n(1, 2.0); // expect-ir: (var "n" (construct (int 1) (float 2)))
}
V returns() { return {4, 5}; } // expect-ir: (return (construct brace (int 4) (int 5)))
int parameter(int a, int b = 4, V v = V(1, 2)); // expect-ir: (param "b" (int 4)) (param "v" (construct (int 1) (int 2)))
int defined_later(int a = 6);
int defined_later(int a) { return a; } // expect-ir: "defined_later" (param "a" (int 6)) (block
void listed(std::vector<int> p = {1, 2}, std::vector<float> q = {}); // expect-ir: (param "p" (construct brace (list (int 1) (int 2)))) (param "q" (construct brace))
