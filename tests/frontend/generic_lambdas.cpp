// Generic lambdas that a library's function calls: the instances are there, beside the pattern.
// allow-unknown
// same-with-pch
#include <string>
#include <tuple>
#include <variant>
void use(int);
void use(const char *);
template <class T> void each(T x) { use(x); }
void packs(std::tuple<int, const char *> &t) {
  std::apply([](auto &...x) { (use(x), ...); }, t);  // expect-ir: (param "x" _) (param "x" _) (overrides) (block (expr (binary , (call "use" _ (ref "x")) (call "use" _ (ref "x")))))
}
struct S {
  void by_type(std::variant<int, const char *> &v) {
    // expect-ir: (overrides) (block (if constexpr _ (bool true) (block (expr (call "each"...(ref "x")))) (block)
    // expect-ir: (overrides) (block (if constexpr _ (bool false) (block) (block (expr (mcall "S::own" _ (ref "x"))))))
    std::visit([this](auto &x) { if constexpr (sizeof(x) == 4) { each(x); } else { own(x); } }, v);
  }
  template <class T> void own(T) {}
};
