// pair, tuple, optional, variant, any.
#include <any>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

long case_pair_braces() { std::pair<int, int> p{3, 4}; return p.first * 10 + p.second; }
long case_pair_make() { auto p = std::make_pair(3, 4.5); return p.first * 10 + p.second * 2; }
long case_pair_default() { std::pair<int, std::string> p; return p.first * 10 + p.second.size(); }
long case_pair_write() { std::pair<int, int> p{3, 4}; p.first = 5; return p.first; }
long case_pair_copy() { std::pair<int, int> p{3, 4}; auto q = p; q.first = 5; return p.first; }
long case_pair_get() { std::pair<int, int> p{3, 4}; std::get<0>(p) = 7; return std::get<0>(p) * 10 + std::get<1>(p); }
long case_pair_compare() { std::pair<int, int> p{3, 4}, q{3, 5}; return (p < q) + 2 * (p == q) + 4 * (p != q); }
long case_pair_bind() { std::pair<int, int> p{3, 4}; auto [a, b] = p; a = 9; return p.first * 100 + a * 10 + b; }
long case_pair_bind_ref() { std::pair<int, int> p{3, 4}; auto &[a, b] = p; a = 9; return p.first * 10 + b; }
long case_pair_converts() { std::pair<int, double> p{3.9, 4}; return p.first; }
std::string case_pair_string() { std::pair<std::string, int> p("ab", 1); return p.first; }
long case_pair_ctad() { std::pair p(1, 2L); return p.first + p.second; }
long case_pair_swap() { std::pair<int, int> p{1, 2}, q{3, 4}; p.swap(q); return p.first; }
long case_pair_assign() { std::pair<int, int> p{1, 2}; p = {3, 4}; return p.first * 10 + p.second; }
long case_pair_return() { auto f = [](int x) { return std::make_pair(x, x * 2); }; return f(4).second; }
long case_tuple_make() { auto t = std::make_tuple(1, std::string("ab"), 2.5); return std::get<0>(t) * 100 + std::get<1>(t).size() * 10 + std::get<2>(t) * 2; }
long case_tuple_ctor() { std::tuple<int, long, char> t(1, 2, 'c'); return std::get<1>(t) * 1000 + std::get<2>(t); }
long case_tuple_get_type() { std::tuple<int, std::string> t{4, "abc"}; return std::get<std::string>(t).size() * 10 + std::get<int>(t); }
long case_tuple_write() { std::tuple<int, int> t{1, 2}; std::get<1>(t) = 9; return std::get<1>(t); }
long case_tuple_tie() { int a = 0, b = 0; std::tie(a, b) = std::make_tuple(4, 5); return a * 10 + b; }
long case_tuple_tie_pair() { int a = 0, b = 0; std::tie(a, b) = std::make_pair(4, 5); return a * 10 + b; }
long case_tuple_ignore() { int a = 0; std::tie(a, std::ignore) = std::make_tuple(4, 5); return a; }
long case_tuple_bind() { std::tuple<int, int, int> t{1, 2, 3}; auto [a, b, c] = t; return a * 100 + b * 10 + c; }
long case_tuple_size() { return std::tuple_size<std::tuple<int, int, char>>::value; }
long case_tuple_cat() { auto t = std::tuple_cat(std::make_tuple(1), std::make_tuple(2, 3)); return std::get<2>(t); }
long case_tuple_compare() { return std::make_tuple(1, 2) < std::make_tuple(1, 3); }
long case_tuple_apply() { return std::apply([](int a, int b) { return a * 10 + b; }, std::make_tuple(3, 4)); }
long case_tuple_forward() { auto t = std::forward_as_tuple(1, 2); return std::get<1>(t); }
long case_tuple_default() { std::tuple<int, int> t; return std::get<0>(t); }
long case_optional_empty() { std::optional<int> o; return o.has_value() * 10 + bool(o); }
long case_optional_value() { std::optional<int> o = 5; return *o * 10 + o.has_value(); }
long case_optional_nullopt() { std::optional<int> o = std::nullopt; return o ? 1 : 2; }
long case_optional_assign() { std::optional<int> o; o = 4; return o.value(); }
long case_optional_reset() { std::optional<int> o = 4; o.reset(); return o.value_or(9); }
long case_optional_assign_null() { std::optional<int> o = 4; o = std::nullopt; return o.has_value(); }
long case_optional_value_or() { std::optional<int> o = 4; return o.value_or(9); }
long case_optional_make() { auto o = std::make_optional(7); return *o; }
long case_optional_make_args() { auto o = std::make_optional<std::string>(3, 'x'); return o->size(); }
long case_optional_arrow() { std::optional<std::string> o = "abc"; return o->size(); }
long case_optional_write() { std::optional<int> o = 4; *o = 6; return *o; }
long case_optional_compare() { std::optional<int> o = 4; return (o == 4) + 2 * (o != std::nullopt) + 4 * (o == std::nullopt); }
long case_optional_bad() { std::optional<int> o; try { return o.value(); } catch (const std::bad_optional_access &) { return 3; } }
long case_optional_emplace() { std::optional<std::pair<int, int>> o; o.emplace(1, 2); return o->second; }
long case_optional_copy() { std::optional<int> o = 4; auto p = o; *p = 5; return *o; }
long case_optional_not() { std::optional<int> o; if (!o) return 8; return 0; }
long case_optional_if() { std::optional<int> o = 3; if (o) return *o; return 0; }
long case_optional_braces() { std::optional<int> o{}; std::optional<int> p{3}; return o.has_value() * 10 + p.has_value(); }
long case_optional_argument() { auto f = [](std::optional<long> o) { return o ? *o : -1; }; return f(3) * 10 + f({}) + f(std::nullopt); }
long case_optional_return() { auto f = [](bool b) -> std::optional<int> { if (b) return 5; return {}; }; return *f(true) * 10 + f(false).has_value(); }
long case_optional_in_place() { std::optional<std::string> o(std::in_place, 2, 'c'); return o->size(); }
long case_variant_get() { std::variant<int, std::string> v = 4; return std::get<int>(v); }
long case_variant_string() { std::variant<int, std::string> v = std::string("abc"); return std::get<1>(v).size() * 10 + v.index(); }
long case_variant_holds() { std::variant<int, std::string> v = 4; return std::holds_alternative<int>(v) * 10 + std::holds_alternative<std::string>(v); }
long case_variant_assign() { std::variant<int, std::string> v = 4; v = std::string("ab"); return v.index(); }
long case_variant_get_if() { std::variant<int, std::string> v = 4; if (auto *p = std::get_if<int>(&v)) return *p; return 0; }
long case_variant_get_if_null() { std::variant<int, std::string> v = 4; return std::get_if<std::string>(&v) == nullptr; }
long case_variant_bad() { std::variant<int, std::string> v = 4; try { return std::get<std::string>(v).size(); } catch (const std::bad_variant_access &) { return 6; } }
long case_variant_visit() { std::variant<int, long> v = 4L; return std::visit([](auto x) { return long(x) * 2; }, v); }
struct Odd { explicit Odd(int i) : i(i) { if (i % 2 == 0) throw i; } int i; };
long case_optional_emplace_throws() { std::optional<Odd> o(std::in_place, 3); try { o.emplace(4); } catch (int) {} return o.has_value(); }
long case_variant_visit_two() { std::variant<int, long> v = 4L, w = 3; return std::visit([](auto x, auto y) { return long(sizeof(x)) * 10 + long(y); }, v, w); }
long case_variant_visit_overloads() { std::variant<int, std::string> v = "abc"; return std::visit([](const auto &x) { if constexpr (std::is_same_v<decltype(x), const int &>) return long(x); else return long(x.size()); }, v); }
long case_apply_pack() { long sum = 0; std::apply([&](const auto &...x) { ((sum = sum * 10 + long(sizeof(x))), ...); }, std::make_tuple('a', 2, 3L)); return sum; }
long case_variant_default() { std::variant<int, std::string> v; return std::get<int>(v) * 10 + v.index(); }
long case_variant_literal() { std::variant<int, std::string> v = "abc"; return v.index(); }
long case_any_cast() { std::any a = 5; return std::any_cast<int>(a); }
long case_any_long() { std::any a = 5L; try { return std::any_cast<int>(a); } catch (const std::bad_any_cast &) { return std::any_cast<long>(a) * 10; } }
long case_any_bad_is_bad_cast() { std::any a; try { return std::any_cast<int>(a); } catch (const std::bad_cast &) { return 7; } }
long case_any_string() { std::any a = std::string("abc"); return std::any_cast<const std::string &>(a).size() + 10 * a.has_value(); }
long case_any_literal() { std::any a = "abc"; return std::any_cast<std::string>(&a) == nullptr ? std::string(std::any_cast<const char *>(a)).size() : 0; }
long case_any_pointer() { std::any a = 4; if (auto *p = std::any_cast<int>(&a)) *p = 6; return std::any_cast<int>(a) * 10 + (std::any_cast<double>(&a) != nullptr); }
long case_any_reference() { std::any a = 4; std::any_cast<int &>(a) += 3; return std::any_cast<int>(a); }
long case_any_copy() { std::any a = 4, b = a; b = 9; std::any c; c = a; a.reset(); return std::any_cast<int>(b) * 100 + std::any_cast<int>(c) * 10 + a.has_value(); }
long case_any_emplace() { std::any a; a.emplace<std::string>(3, 'x'); return std::any_cast<std::string>(a).size(); }
long case_any_make() { auto a = std::make_any<std::vector<int>>(4, 2); return std::any_cast<std::vector<int> &>(a).size(); }
long case_any_in_place() { std::any a(std::in_place_type<std::string>, 2, 'c'); return std::any_cast<std::string>(a).size(); }
long case_any_of_const() { const int n = 8; std::any a = n; a.swap(a); return std::any_cast<const int>(a); }
long case_any_map() { std::map<std::string, std::any> m{{"n", 3}, {"s", std::string("xy")}, {"f", 2.5}, {"b", true}}; m["v"] = std::vector<long>{1, 2, 3}; return std::any_cast<int>(m.at("n")) * 1000 + std::any_cast<std::string>(m["s"]).size() * 100 + std::any_cast<std::vector<long>>(m["v"]).size() * 10 + std::any_cast<bool>(m["b"]) + (m["z"].has_value() ? 5 : 0); }
long optional_of(bool has) { std::optional<long> o = has ? std::optional<long>(7) : std::nullopt; return o.has_value() * 100 + o.value_or(5); }
long case_optional_of_conditional() { return optional_of(true) * 1000 + optional_of(false); }
long case_optional_of_conditional_make() { auto f = [](bool has) { auto o = has ? std::make_optional(3) : std::nullopt; return o ? *o : 9; }; return f(true) * 10 + f(false); }
long case_optional_argument_conditional() { auto f = [](std::optional<std::vector<int>> o) { return o ? long(o->size()) : -1; }; bool no = false; return f(!no ? std::optional<std::vector<int>>{{1, 2, 3}} : std::nullopt) * 10 + f(no ? std::optional<std::vector<int>>{{1}} : std::nullopt); }
std::string case_conditional_string() { bool b = false; auto s = b ? std::string("abc") : "de"; s += 'f'; return s; }
