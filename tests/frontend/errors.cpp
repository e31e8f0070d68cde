// A unit that does not compile is lowered; what an error touched is unknown, the rest is not.
// allow-unknown
#include <missing/header.hpp>
struct Fine { int a = 1; int get() { return a; } }; // expect-ir: (record aggregate main "Fine" (field "a" (int 1)) (function method main "Fine::get" (block (return (member "a" _)))
struct Broken { MISSING m; int b = 2; };            // expect-ir: (record incomplete
struct Partly { int c = 3; void bad() { undeclared(1); } void good() { c = 4; } };
// expect-ir: "Partly::bad" (block (unknown contained "code that does not compile"
// expect-ir: "Partly::good" (block (expr (assign =
// expect-note: 'missing/header.hpp' file not found
int global = undeclared(2);                          // expect-ir: (var global main "global" (unknown "code that does not compile"
int f() { return 5; }                                // expect-ir: "f" (block (return (int 5)))
// Where errors are not contained (contain.cpp), what stands before the first is read, the rest is below an unknown, with the parameters;
// the result is unknown.
int partly(int &a) { a = 1; undeclared(2); a = 3; return a; #pragma once
}
// expect-ir: "partly" (param "a" _) (block (expr (assign = (ref "a") (int 1))) (unknown "code that does not compile" ...(ref "a")) (return (unknown "code that does not compile"))))
