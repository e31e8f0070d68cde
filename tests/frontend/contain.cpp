// Of a function that does not compile, the statements that an error touches are unknown, and the others are as they stand.
// allow-unknown
#include <missing/header.hpp>
#define IMAGE_SIZE 224
#define SETS n = 9
#define PASSES other(n)
int setting = 1;
int other(int &m) { return m++; }

int between(int n) {
  n = 1;
  missing::show("text; }", n /* } */);
  n = 2;
  return n;
}
// expect-ir: "between" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown contained "code that does not compile" (ref "n")...) (expr (assign = (ref "n") (int 2))) (return (ref "n")))

// What has the name of a variable as a member of something else is not the variable; a global one is.
int names(int n, int size) { setting = missing::get(n).size; return size; }
// expect-ir: "names" (param "n" _) (param "size" _) (block (unknown contained "code that does not compile" (ref global "setting") (ref "n")...) (return (ref "size")))

// A function of the project may change any global variable, also one whose declaration does not compile.
missing::Image render(int n);
int calls(int n) { missing::show(other(n)); n = 3; return n; }
// expect-ir: "calls" (param "n" _) (block (unknown global contained "code that does not compile"...) (expr (assign = (ref "n") (int 3))) (return (ref "n")))
int renders(int n) { render(2); return n; }
// expect-ir: "renders" (param "n" _) (block (unknown global contained "code that does not compile"...) (return (ref "n")))

int declares(int n) { missing::Image image = missing::read(n); int k = missing::width(image, IMAGE_SIZE); n = 4; return k; }
// expect-ir: "declares" (param "n" _) (block (unknown contained...(ref "n")) ...(decl (var "k" (unknown contained...))) (expr (assign = (ref "n") (int 4))) (return (ref "k")))

int leaves(int n) { if (missing::ends(n)) return 5; n = 6; return n; }
// expect-ir: "leaves" (param "n" _) (block (if _ (unknown contained...) (block (return (int 5))) _) (expr (assign = (ref "n") (int 6))) (return (ref "n")))
int may_leave(int n) { for (auto &each : missing::all(n)) { if (each) return 7; } n = 8; return n; }
// expect-ir: "may_leave" (param "n" _) (block (unknown contained...(ref "n")...) (if _ (unknown contained "code that does not compile") (block (return (unknown contained "code that does not compile"))) _) (expr (assign = (ref "n") (int 8))) (return (ref "n")))
int returns(int n) { n = 9; return missing::count(n); }
// expect-ir: "returns" (param "n" _) (block (expr (assign = (ref "n") (int 9))) (unknown contained "code that does not compile" (ref "n"))...(return (unknown contained "code that does not compile")))

int nested(int n) {
  for (int i = 0; i < 3; i++) {
    n += i;
    missing::log(i + 1);
    if (missing::stop()) break;
  }
  try { missing::open(n, 1); } catch (int code) { n = missing::convert(code); }
  return n;
}
// expect-ir: "nested" (param "n" _) (block (for (decl (var "i" (int 0)))...(block (expr (assign + (ref "n") (ref "i"))) (unknown contained "code that does not compile" (ref "i")...) (if _ (unknown contained...) (block (break)) _))) (try (block (unknown contained "code that does not compile" ...(ref "n")...)) (catch (var "code" _) (block (unknown contained "code that does not compile" ...(ref "n") (ref "code")...)))) (return (ref "n")))

struct Base { int inherited = 1; void grow() { inherited++; } };
struct Object : Base {
  int field = 2;
  static int shared;
  void by_field(Object &another) { missing::show(field, another.inherited); field = 3; }
  // expect-ir: "Object::by_field" (param "another" _) (block (unknown contained "code that does not compile" (member "field" _) (ref "another")...) (expr (assign = (member "field" _) (int 3))))
  void by_base() { missing::show(inherited); }
  // expect-ir: "Object::by_base" (block (unknown contained "code that does not compile" (member "inherited" _)...))
  void by_method(int n) { missing::show(grow(), n); }
  // expect-ir: "Object::by_method" (param "n" _) (block (unknown global contained "code that does not compile" (this) (ref "n")...))
  void by_static() { missing::show(shared); }
  // expect-ir: "Object::by_static" (block (unknown contained "code that does not compile" (ref global "Object::shared")...))
  void by_pointer(Object *p, Object *q) { missing::show(p->field, q); }
  // expect-ir: "Object::by_pointer" (param "p" _) (param "q" _) (block (unknown contained "code that does not compile" (unary deref (ref "p")) (ref "q")...))
};

// Not contained: all that follows is unknown, with the parameters.
int jumps(int n) { n = 1; for (auto &each : missing::all()) goto end; n = 2; end: return n; } // expect-ir: "jumps" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown "code
int throws(int n) { n = 1; if (missing::ends()) throw missing::error(n); return n; } // expect-ir: "throws" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown "code
int macro(int n) { n = 1; MISSING_EACH(i, n) { n = 2; } return n; } // expect-ir: "macro" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown "code
int macro_call(int n) { n = 1; MISSING_CHECK(i); n = 2; return n; } // expect-ir: "macro_call" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown "code
int loop(int n) { n = 1; missing_each (n) { n = 2; } return n; } // expect-ir: "loop" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown "code
int own_macro(int n) { n = 1; missing::show(SETS); return n; } // expect-ir: "own_macro" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown "code
int own_macro_too(int n) { n = 1; missing::show(PASSES); return n; } // expect-ir: "own_macro_too" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown "code
int lambda(int n) { n = 1; missing::later([&] { n = 2; }); n = 3; return n; } // expect-ir: "lambda" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown "code
int local_class(int n) { n = 1; struct Local : missing::Base { int k; }; n = 2; return n; } // expect-ir: "local_class" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown "code
int syntax(int n) { n = 1; if (missing::ends() n = 2; n = 3; return n; } // expect-ir: "syntax" (param "n" _) (block (expr (assign = (ref "n") (int 1))) (unknown "code
int globals(int n) { throw missing::error(setting + other(n)); return n; } // expect-ir: "globals" (param "n" _) (block (unknown global "code that does not compile" ...(ref global "setting")
