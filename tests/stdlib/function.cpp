// std::function, bind, invoke, function objects.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

static int twice(int x) { return x * 2; }
struct adder { int n; int operator()(int x) const { return x + n; } int add(int x) { return x + n; } };

long case_function_lambda() { std::function<int(int)> f = [](int x) { return x + 1; }; return f(4); }
long case_function_capture() { int n = 5; std::function<int(int)> f = [n](int x) { return x + n; }; n = 9; return f(4); }
long case_function_reference() { int n = 5; std::function<void()> f = [&n] { n = 8; }; f(); return n; }
long case_function_pointer() { std::function<int(int)> f = twice; return f(4); }
long case_function_address() { std::function<int(int)> f = &twice; return f(4); }
long case_function_empty() { std::function<int(int)> f; return f ? 1 : 2; }
long case_function_null() { std::function<int(int)> f = nullptr; return f == nullptr; }
long case_function_assign() { std::function<int(int)> f; f = twice; return f(3) * 10 + bool(f); }
long case_function_copy() { std::function<int(int)> f = twice, g = f; return g(3); }
long case_function_object() { std::function<int(int)> f = adder{3}; return f(4); }
long case_function_vector() { std::vector<std::function<int(int)>> v{twice, [](int x) { return x + 100; }}; return v[0](1) + v[1](1); }
long case_function_map() { std::map<std::string, std::function<int(int)>> m{{"a", twice}}; return m["a"](6); }
long case_function_argument() { auto f = [](const std::function<int(int)> &g) { return g(7); }; return f([](int x) { return x * 3; }); }
long case_bind() { auto f = std::bind(twice, 5); return f(); }
long case_bind_placeholder() { auto f = std::bind([](int a, int b) { return a * 10 + b; }, std::placeholders::_2, std::placeholders::_1); return f(1, 2); }
long case_bind_method() { adder a{5}; auto f = std::bind(&adder::add, &a, std::placeholders::_1); return f(1); }
long case_invoke() { return std::invoke(twice, 4); }
long case_invoke_method() { adder a{5}; return std::invoke(&adder::add, a, 4); }
long case_mem_fn() { adder a{5}; auto f = std::mem_fn(&adder::add); return f(a, 1); }
long case_plus() { return std::plus<int>()(3, 4) * 100 + std::minus<>()(7, 2) * 10 + std::multiplies<int>{}(2, 3); }
long case_less() { return std::less<int>()(3, 4) * 10 + std::greater<>()(3, 4); }
long case_divides() { return std::divides<int>()(9, 2) * 10 + std::modulus<int>()(9, 4); }
long case_negate() { return std::negate<int>()(9) + std::equal_to<int>()(2, 2); }
long case_logical() { return std::logical_and<bool>()(true, false) * 10 + std::logical_not<>()(false); }
long case_recursive() { std::function<long(int)> f = [&](int n) -> long { return n < 2 ? 1 : n * f(n - 1); }; return f(5); }

/* Generic lambdas run from their pattern: the types of what they are given decide. */
long case_generic_unsigned() {
  std::vector<unsigned> v{3, 1};
  return std::count_if(v.begin(), v.end(), [](auto x) { return x - 2 > 0; });
}
long case_generic_byte() {
  std::vector<unsigned char> v{250, 10};
  return std::count_if(v.begin(), v.end(), [](auto x) { return x + 10 < 100; });
}
long case_generic_truncates() {
  std::vector<int> v{7, 8, 9};
  return std::accumulate(v.begin(), v.end(), 0L, [](auto sum, auto x) { return sum + x / 2 * 10 - -x % 4; });
}
long case_generic_float() {
  std::vector<float> v{0.1f, 0.2f};
  return (long)(std::accumulate(v.begin(), v.end(), 0.0f, [](auto sum, auto x) { return sum + x * 3; }) * 1e9);
}
long case_generic_overflow() {
  std::vector<int> v{70000};
  return std::count_if(v.begin(), v.end(), [](auto x) { return (unsigned)x * x > 4000000000u; });
}
struct Overloads {
  int pick(int) { return 1; }
  int pick(double) { return 2; }
};
long case_generic_overloaded_method() {
  std::vector<double> v{1.5};
  Overloads o;
  return std::accumulate(v.begin(), v.end(), 0L, [&](auto sum, auto x) { return sum + o.pick(x); });
}
long case_generic_strings() {
  std::vector<std::string> v{"ab", "c", "abc"};
  std::sort(v.begin(), v.end(), [](auto &a, auto &b) { return a.size() != b.size() ? a.size() < b.size() : a < b; });
  return (v[0] + v[1]).size() * 10 + std::count_if(v.begin(), v.end(), [](auto &&s) { return s.find("b") == 1 && s[0] == 'a'; });
}
long case_generic_members() {
  struct P { short a; unsigned char b; };
  std::vector<P> v{{300, 200}, {5, 100}};
  auto best = std::max_element(v.begin(), v.end(), [](const auto &x, const auto &y) { return x.a * x.b < y.a * y.b; });
  return best->a + std::accumulate(v.begin(), v.end(), 0L, [](auto n, const auto &p) { n += p.b; return n; });
}

/* What is left of what was moved from. */
long case_moved_vector() {
  std::vector<int> a{1, 2}, b = std::move(a);
  return a.size() * 10 + b.size();
}
long case_moved_unique() {
  auto a = std::make_unique<int>(3), b = std::unique_ptr<int>();
  b = std::move(a);
  return (a == nullptr) * 10 + *b;
}
static long taken(std::vector<int> v) { return v.size(); }
long case_moved_argument() {
  std::vector<int> a{1, 2, 3};
  long n = taken(std::move(a));
  return n * 10 + a.size();
}
long case_moved_into_container() {
  std::vector<std::unique_ptr<int>> all;
  auto a = std::make_unique<int>(4);
  all.push_back(std::move(a));
  return (a ? 1 : 2) * 10 + *all[0];
}

/* Which handler takes it. */
static long caught(int n) {
  try {
    if (n == 0) throw std::invalid_argument("zero");
    if (n == 1) std::vector<int>{}.at(2);
    if (n == 2) throw 7;
    if (n == 3) throw std::string("text");
  } catch (const std::out_of_range &) {
    return 1;
  } catch (const std::runtime_error &) {
    return 2;
  } catch (const std::exception &e) {
    return 10 + std::string(e.what()).size();
  } catch (int i) {
    return i;
  } catch (...) {
    return 9;
  }
  return 0;
}
long case_handlers() { return caught(0) * 10000 + caught(1) * 1000 + caught(2) * 100 + caught(3) * 10 + caught(4); }
long case_rethrown() {
  try {
    try {
      throw std::length_error("abc");
    } catch (const std::logic_error &) {
      throw;
    }
  } catch (const std::length_error &e) {
    return std::string(e.what()).size();
  }
  return 0;
}
