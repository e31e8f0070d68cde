// Members of a class whose types a missing header declares: the class is what it is without them.
// allow-unknown
#include <missing/header.hpp>
struct Base { int add(const char *, int); };
struct Held : Base {
  missing::Image image;                       // expect-typed: (field "image" ...:(record "__"...(unknown contained
  const std::map<int, missing::Image> map{1}; // expect-ir: (field "map" (unknown contained
  Image a, *b = nullptr, c{missing::of("x")}; // expect-ir: (field "a" (unknown contained "code that does not compile")) (field "b" (unknown contained "code that does not compile")) (field "c" (unknown contained
  int known = 2;                              // expect-ir: (field "known" (int 2))
  int from = missing::number(3);              // expect-ir: (field "from" (unknown contained "code that does not compile"))
  int reached{missing::number(known)};        // expect-ir: (field "reached" (unknown contained "code that does not compile" (this)))
  missing::Block block = add("block", 1);     // expect-ir: (field "block" (unknown contained "code that does not compile" (this)))
  Held() : image(2, 3), known(4) { add("fc", known); }
  // expect-ir: (init "image" (unknown contained "code that does not compile"...)) (block (expr (mcall "Base::add"
};
struct Config { missing::Size size; int hidden = 64; }; // expect-ir: (record aggregate main "Config" (field "size"
template <class T> struct Holds : Base {
  std::vector<missing::Image> images;
  T value = 5;
  Holds() { add("t", 6); }
};
template struct Holds<int>; // expect-ir: "Holds<int>"...(block (expr (mcall "Base::add"...(string "t")
// What uses such a member is an error, whatever it may be; so is a name that a macro may stand behind.
int use(Config &config) { int n = 7; take(config.size); return n; } // expect-ir: "use" (param "config" _) (block (decl (var "n" (int 7))) (unknown
int copy(Config &config) { auto size = config.size; int n = 8; return n; } // expect-ir: "copy" (param "config" _) (block ...(unknown contained "code that does not compile"...(ref "config")...(int 8)
struct Macro : Base { MISSING_OBJECT int n = 9; Macro() { add("m", 1); } }; // expect-ir: (record incomplete main "Macro"
struct Called : Base { MISSING_MEMBER(n); Called() { add("m", 1); } };      // expect-ir: (record incomplete main "Called"
