// std::function, bind, invoke, function objects.
#include <functional>
#include <map>
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
