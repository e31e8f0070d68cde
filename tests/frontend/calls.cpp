// Who is called, and how: qualified names without inline namespaces, dispatch, template arguments, conversions.
// flags: -std=c++17
#include <memory>
#include <string>
#include <tuple>
#include <vector>
namespace a { inline namespace v1 { struct Base { virtual int f(int = 1); static int s(); int g() const; virtual ~Base(); }; } int free(std::string); }
struct D : a::Base { int f(int) override; void run(); operator int() const { return 1; } D(int = 0); }; // expect-ir: (overrides
void take(D);
void D::run() {
  f(1);             // expect-ir: (mcall virtual "D::f" _ (int 1))
  a::Base::f();     // expect-ir: (mcall qualified "a::Base::f" _)
  this->g();        // expect-ir: (mcall arrow "a::Base::g" (this))
  s();              // expect-ir: (call "a::Base::s" _)
}
void calls(D *p, D d, std::shared_ptr<D> sp, std::tuple<int, double> t, int (*fp)(int)) {
  p->f(2);          // expect-ir: (mcall virtual arrow "D::f" (ref "p") (int 2))
  d.Base::f(3);     // expect-ir: (mcall qualified "a::Base::f" (ref "d") (int 3))
  sp->run();        // expect-ir: (mcall arrow "D::run" (opcall "std::__shared_ptr_access::operator->" (ref "sp")))
  a::free("x");     // expect-ir: (call "a::free" _ (string "x"))
  std::get<1>(t);   // expect-typed: (call "std::get" ... aux=(args (value 1)...
  auto m = std::make_shared<D>(4); // expect-typed: (call "std::make_shared" ... aux=(args (record "D")... _ (int 4 :int32))
  fp(5);            // expect-ir: (call (ref "fp") (int 5))
  int n = d;        // expect-ir: (var "n" (mcall "D::operator int" (ref "d")))
  take(6);          // expect-ir: (call "take" _ (int 6))
  std::vector<int> v; v.push_back(7); // expect-ir: (mcall "std::vector::push_back" (ref "v") (int 7))
  auto fn = &a::free; // expect-ir: (unary addr (ref function "a::free"))
  std::string s = "q" + std::to_string(8) + "r"; // expect-ir: (opcall "std::operator+" ... (opcall "std::operator+" ... (string "q") (call "std::to_string" _ (int 8))) (string "r"))
}
