// A macro that the library's headers ask for stands before them in the precompiled header, too.
// same-with-pch
#define _GLIBCXX_USE_CXX11_ABI 0
#undef slots
#include <string>
#define slots
#include <vector>
#define N 3
#include <map>
void f() {
  std::string name; // expect-not: __cxx11
  std::vector<int> v(N);
}
