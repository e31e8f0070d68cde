// Statements, above all those whose missing parts libclang hides.
// flags: -std=c++20
// allow-unknown
#include <map>
#include <string>
#include <vector>
void g(int);
int global;
void loops(std::vector<int> xs, std::map<std::string, int> m) {
  for (;;) { break; }                    // expect-ir: (for _ _ _ (block (break)))
  for (int i = 0; ; ) g(i);              // expect-ir: (for (decl (var "i" (int 0))) _ _ (block
  for (; global < 3; ) ;                 // expect-ir: (for _ (binary < (ref global "global") (int 3)) _ (block))
  for (;; ++global) continue;            // expect-ir: (for _ _ (unary pre++ (ref global "global")) (block (continue)))
  for (int i = 0, j = 1; i < j; i++, j--) {} // expect-ir: (decl (var "i" (int 0)) (var "j" (int 1)))
  for (auto &x : xs) g(x);               // expect-ir: (range-for (var "x" _) (ref "xs") (block
  for (int x : {1, 2}) g(x);             // expect-ir: (range-for (var "x" _) (list (int 1) (int 2)) (block
  for (auto &[key, value] : m) g(value); // expect-ir: (range-for (binding _ (var "key" _) (var "value" _)) (ref "m") (block
  while (global--) {}                    // expect-ir: (while (unary post-- (ref global "global")) (block))
  while (int y = global) g(y);           // expect-ir: (while (decl (var "y" (ref global "global"))) (block
  do g(1); while (global);               // expect-ir: (do (block (expr (call "g" _ (int 1)))) (ref global "global"))
}
int branches(int n) {
  if (n) g(1);                           // expect-ir: (if _ (ref "n") (block (expr (call "g" _ (int 1)))) _)
  if (n > 1) g(2); else g(3);            // expect-ir: (if _ (binary > (ref "n") (int 1)) (block ...) (block (expr (call "g" _ (int 3)))))
  if (int k = n; k > 2) g(k);            // expect-ir: (if (decl (var "k" (ref "n"))) (binary > (ref "k") (int 2)) (block
  if (g(4); n) g(5);                     // expect-ir: (if (expr (call "g" _ (int 4))) (ref "n") (block
  if (int q = n) g(q); else g(6);        // expect-ir: (if _ (decl (var "q" (ref "n"))) (block ...) (block (expr (call "g" _ (int 6)))))
  if constexpr (sizeof(int) == 4) g(7);  // expect-ir: (if constexpr _ (bool true) (block
  switch (n) { case 1: case 2: g(8); break; default: g(9); }
  // expect-ir: (switch (ref "n") (block (case (int 1) (case (int 2) (expr (call "g" _ (int 8))))) (break) (default (expr (call "g" _ (int 9))))))
  switch (int z = n; z) { case 3: ; }    // expect-ir: (block (unknown "an initialiser that libclang does not show") (switch (ref "z")
  try { g(1); throw n; } catch (const std::string &e) { g(2); } catch (...) { throw; }
  // expect-ir: (try (block ... (expr (throw (ref "n")))) (catch (var "e" _) (block ...)) (catch _ (block (expr (throw _)))))
  auto [a, b] = std::pair<int, int>{n, 2}; // expect-ir: (decl (binding (construct brace (ref "n") (int 2)) (var "a" _) (var "b" _)))
  static int kept = 3;                   // expect-ir: (var static "kept" (int 3))
  [[likely]] g(a + b);                   // expect-ir: (expr (call "g" _ (binary + (ref "a") (ref "b"))))
  goto end;                              // expect-ir: (unknown "goto")
end:                                     // expect-ir: (unknown "a label that goto may jump to" (return
  return kept;
}
#define LOOP(n) for (int i = 0; i < n; i++)
#define EVER for (;;)
void macros() {
  LOOP(3) g(i);                          // expect-ir: (for (decl (var "i" (int 0))) (binary < (ref "i") (int 3)) (unary post++ (ref "i")) (block
  EVER { break; }                        // expect-ir: (unknown "a for statement whose parts cannot be told apart"
}
