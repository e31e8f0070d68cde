// Templates are lowered as instantiated: no pattern is left, and what only a library's body would construct is there, too.
// flags: -std=c++17
#include <memory>
#include <utility>
template <int N> struct Net { // expect-ir: (record main "Net<7>"
  Net(int k = N + 1) : z(k) {} // expect-ir: (param "k" (binary + (int 7) (int 1))) (init "z" (ref "k"))
  int z, twice = N * 2; // expect-ir: (field "twice" (binary * (int 7) (int 2)))
  static constexpr int W = N * 3;
  template <class T> T add(T t) { return t + N; } // expect-ir: (return (binary + (ref "t") (int 4)))
  struct Inner { int q = N; } inner;
};
template <> struct Net<9> { int only; }; // expect-ir: (record aggregate main "Net<9>" (field "only" _))
template <class D> struct Crtp { int call() { return static_cast<D *>(this)->value(); } };
// expect-ir: (return (mcall arrow "Q::value" (cast static (this))))
struct Q : Crtp<Q> { int value() { return 1; } }; // expect-typed: (base :(record "Crtp" (record "Q")))
template <class... T> int sum(T... t) { return (t + ... + 0) + sizeof...(t); }
// expect-ir: "sum" ... (param "t" _) (param "t" _) (block (return (binary + (binary + (ref "t") (binary + (ref "t") (int 0))) (int 2))))
template <class T> int pick(T) { if constexpr (sizeof(T) == 1) return 10; else return 20; } // expect-ir: (if constexpr _ (bool true) (block (return (int 10)))
template <class F> void apply(F f) { f(); }
template <int N> struct Deep { std::unique_ptr<Net<N>> p = std::make_unique<Net<N>>(); }; // expect-ir: (record main "Net<11>"
namespace { struct Hidden { int i = 12; }; template <class T> struct Box { T t; }; } // expect-ir: (record aggregate main "(anonymous namespace)::Box<Hidden>"
int main() {
  auto net = std::make_shared<Net<7>>();
  Net<4> n4(1); n4.add(2);
  Net<9> n9; Q q;
  int w = Net<5>::W; // expect-ir: (var "w" (int 15))
  sum(1, 2); pick('c'); q.call();
  apply([] { int first; }); apply([] { int second; });
  Deep<11> deep; std::unique_ptr<Box<Hidden>> box;
  auto generic = [&](auto x) { return x + w; }; generic(3);
  return 0;
}
// allow-unknown
template <class T> struct Base2 { Base2(int a) : x(a) {} int x; };
template <int N> struct Der : Base2<Der<N>> { using Base2<Der<N>>::Base2; Der() : Base2<Der<N>>(N) {} };
Der<21> d21; // expect-ir: (init base (int 21))
// expect-typed: (function ctor method inherited "Der::Der" :(record "Base2" (record "Der" (value 21))))
Der<22> d22(7); // expect-typed: (function ctor method inherited "Der::Der" :(record "Base2" (record "Der" (value 22))))
// expect-not: "Der::Base2"
// Each of these makes another declaration of the unit, while it is made itself.
template <int N> struct OfClass { static inline int made = N + 1; };
static int *used1 = &OfClass<1>::made, *used2 = &OfClass<2>::made, *used3 = &OfClass<3>::made, *used4 = &OfClass<4>::made, *used5 = &OfClass<5>::made, *used6 = &OfClass<6>::made, *used7 = &OfClass<7>::made, *used8 = &OfClass<8>::made, *used9 = &OfClass<9>::made, *used10 = &OfClass<10>::made, *used11 = &OfClass<11>::made, *used12 = &OfClass<12>::made, *used13 = &OfClass<13>::made, *used14 = &OfClass<14>::made, *used15 = &OfClass<15>::made, *used16 = &OfClass<16>::made, *used17 = &OfClass<17>::made, *used18 = &OfClass<18>::made, *used19 = &OfClass<19>::made;
// expect-ir: (var static global main "used1" (unary addr (ref global "OfClass::made")))
// expect-ir: (var static global main "used8" (unary addr (ref global "OfClass::made")))
// expect-ir: (var static global main "used9" (unary addr (ref global "OfClass::made")))
// expect-ir: (var static global main "used16" (unary addr (ref global "OfClass::made")))
// expect-ir: (var static global main "used17" (unary addr (ref global "OfClass::made")))
// expect-ir: (var static global main "used19" (unary addr (ref global "OfClass::made")))
