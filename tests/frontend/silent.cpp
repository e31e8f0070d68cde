// What clang leaves out without an error: uses of what it could not declare, and branches on macros of a missing header.
// allow-unknown
#include <missing/header.hpp>
struct Silent {
  missing::Handle handle;
  int n = 1;
  void before() { n = 2; handle.get(n); n = 4; } // expect-ir: "Silent::before" (block (expr (assign = ...(int 2))) (unknown
  void other() { n = 3; }                        // expect-ir: "Silent::other" (block (expr (assign = ...(int 3))))
};
struct Valid {
  int initialised = missing::constant;           // expect-ir: (field "initialised" (unknown contained "code that does not compile"
  int braced{missing::constant};                 // expect-ir: (field "braced" (unknown contained "code that does not compile"
  int whole = 2;                                 // expect-ir: (field "whole" (int 2))
};
int global = missing::make(2); // expect-ir: (var global main "global" (unknown "code that does not compile"
missing::Handle service;
int local(int n) { n = 5; service.get(n); return n; } // expect-ir: "local" (param "n" _) (block (expr (assign = (ref "n") (int 5))) (unknown
using Alias = missing::Handle;
int alias(int n) { n = 6; Alias a(n); return n; } // expect-ir: "alias" (param "n" _) (block (expr (assign = (ref "n") (int 6))) (unknown
int branch(int n) {
  n = 7;
#if MISSING_OPTION
  n = 8;
#endif
  return n; // expect-ir: "branch" (param "n" _) (block (expr (assign = (ref "n") (int 7))) (unknown
}
#ifndef MISSING_OPTION
int whole() { return 9; } // expect-ir: "whole" (block (unknown
struct InBranch { int a = 10; }; // expect-ir: (record incomplete aggregate main "InBranch"
#endif
#define OWN 1
#if OWN && !defined(__cplusplus_never) // a comment that names MISSING_OPTION
int decided() { return 11; } // expect-ir: "decided" (block (return (int 11)))
#endif
