// Sequences: vector, array, deque, list, initializer_list, stack, queue. Every function is a case (see run.py).
#include <algorithm>
#include <array>
#include <deque>
#include <initializer_list>
#include <list>
#include <map>
#include <queue>
#include <stack>
#include <string>
#include <vector>

long case_vector_default() { std::vector<int> v; return v.size(); }
long case_vector_empty() { std::vector<int> v; return v.empty(); }
long case_vector_count() { std::vector<int> v(5); return v.size() * 10 + v[4]; }
long case_vector_count_value() { std::vector<int> v(3, 7); return v[0] + v[1] * 10 + v[2] * 100; }
long case_vector_braces() { std::vector<int> v{3, 7}; return v.size() * 100 + v[0] * 10 + v[1]; }
long case_vector_list() { std::vector<int> v = {1, 2, 3, 4}; return v[3] * 1000 + v.size(); }
long case_vector_copy() { std::vector<int> a{1, 2}; std::vector<int> b = a; b[0] = 9; return a[0] * 10 + b[0]; }
long case_vector_copy_paren() { std::vector<int> a{1, 2}; std::vector<int> b(a); b.push_back(5); return a.size() * 10 + b.size(); }
long case_vector_range() { std::vector<int> a{1, 2, 3, 4}; std::vector<int> b(a.begin() + 1, a.end()); return b[0] * 100 + b.size(); }
long case_vector_push() { std::vector<int> v; v.push_back(4); v.push_back(5); return v[0] * 10 + v.back(); }
long case_vector_push_converts() { std::vector<int> v; v.push_back(3.9); return v[0]; }
long case_vector_push_narrow() { std::vector<unsigned char> v; v.push_back(300); return v[0]; }
long case_vector_emplace() { std::vector<std::string> v; v.emplace_back(3, 'x'); v.emplace_back("ab"); return v[0].size() * 10 + v[1].size(); }
long case_vector_emplace_pair() { std::vector<std::pair<int, int>> v; v.emplace_back(3, 4); return v[0].first * 10 + v[0].second; }
long case_vector_emplace_returns() { std::vector<int> v; v.emplace_back(3) = 8; return v[0]; }
long case_vector_pop() { std::vector<int> v{1, 2, 3}; v.pop_back(); return v.size() * 10 + v.back(); }
long case_vector_front_write() { std::vector<int> v{1, 2}; v.front() = 6; return v[0]; }
long case_vector_back_write() { std::vector<int> v{1, 2}; v.back() += 6; return v[1]; }
long case_vector_at() { std::vector<int> v{1, 2}; v.at(1) = 5; return v.at(1) + v.at(0); }
long case_vector_at_throws() { std::vector<int> v{1, 2}; try { v.at(2) = 5; } catch (...) { return 77; } return v.size(); }
long case_vector_clear() { std::vector<int> v{1, 2}; v.clear(); return v.size(); }
long case_vector_resize_up() { std::vector<int> v{1}; v.resize(3); return v.size() * 10 + v[2]; }
long case_vector_resize_value() { std::vector<int> v{1}; v.resize(3, 8); return v[1] + v[2]; }
long case_vector_resize_down() { std::vector<int> v{1, 2, 3}; v.resize(1); return v.size() * 10 + v[0]; }
long case_vector_reserve() { std::vector<int> v; v.reserve(10); return v.size(); }
long case_vector_insert_begin() { std::vector<int> v{1, 2}; v.insert(v.begin(), 9); return v[0] * 100 + v[1] * 10 + v[2]; }
long case_vector_insert_result() { std::vector<int> v{1, 2}; auto it = v.insert(v.begin() + 1, 9); return *it * 10 + (it - v.begin()); }
long case_vector_insert_end() { std::vector<int> v{1, 2}, w{3, 4}; v.insert(v.end(), w.begin(), w.end()); return v.size() * 10 + v[3]; }
long case_vector_insert_count() { std::vector<int> v{1, 2}; v.insert(v.begin() + 1, 3, 7); return v.size() * 10 + v[3]; }
long case_vector_insert_list() { std::vector<int> v{1, 2}; v.insert(v.begin(), {5, 6}); return v[0] * 1000 + v[1] * 100 + v[2] * 10 + v[3]; }
long case_vector_erase() { std::vector<int> v{1, 2, 3}; v.erase(v.begin() + 1); return v.size() * 10 + v[1]; }
long case_vector_erase_range() { std::vector<int> v{1, 2, 3, 4}; v.erase(v.begin(), v.begin() + 2); return v.size() * 10 + v[0]; }
long case_vector_erase_result() { std::vector<int> v{1, 2, 3, 4}; auto it = v.erase(v.begin() + 1); return *it; }
long case_vector_assign() { std::vector<int> v{1}; v.assign(3, 4); return v.size() * 10 + v[2]; }
long case_vector_assign_range() { std::vector<int> v{1}, w{5, 6}; v.assign(w.begin(), w.end()); return v.size() * 10 + v[1]; }
long case_vector_assign_list() { std::vector<int> v{1}; v = {4, 5, 6}; return v.size() * 10 + v[2]; }
long case_vector_swap() { std::vector<int> v{1}, w{5, 6}; v.swap(w); return v.size() * 10 + w[0]; }
long case_vector_equal() { std::vector<int> v{1, 2}, w{1, 2}; return (v == w) * 10 + (v != w); }
long case_vector_less() { std::vector<int> v{1, 2}, w{1, 3}; return (v < w) * 10 + (v > w); }
long case_vector_nested() { std::vector<std::vector<int>> v{{1, 2}, {3}}; v[1].push_back(4); return v[0].size() * 100 + v[1][1] * 10 + v.size(); }
long case_vector_nested_count() { std::vector<std::vector<int>> v(2, std::vector<int>(3, 1)); v[0][0] = 5; return v[0][0] * 10 + v[1][0]; }
long case_vector_of_bool() { std::vector<bool> v(3, true); v[1] = false; return v[0] * 100 + v[1] * 10 + v[2]; }
long case_vector_data() { std::vector<int> v{1, 2, 3}; int *p = v.data(); p[1] = 7; return v[1]; }
long case_vector_range_for() { std::vector<int> v{1, 2, 3}; long s = 0; for (int x : v) s = s * 10 + x; return s; }
long case_vector_range_for_ref() { std::vector<int> v{1, 2, 3}; for (auto &x : v) x *= 2; return v[0] * 100 + v[1] * 10 + v[2]; }
long case_vector_iterators() { std::vector<int> v{1, 2, 3}; long s = 0; for (auto it = v.begin(); it != v.end(); ++it) s = s * 10 + *it; return s; }
long case_vector_reverse_iterators() { std::vector<int> v{1, 2, 3}; long s = 0; for (auto it = v.rbegin(); it != v.rend(); ++it) s = s * 10 + *it; return s; }
long case_vector_rbegin_plus() { std::vector<int> v{1, 2, 3}; return *(v.rbegin() + 1); }
long case_vector_iterator_write() { std::vector<int> v{1, 2, 3}; auto it = v.begin(); *it++ = 4; *it = 5; return v[0] * 10 + v[1]; }
long case_vector_iterator_index() { std::vector<int> v{1, 2, 3}; auto it = v.begin(); it += 1; return it[1] * 10 + (v.end() - it); }
long case_vector_iterator_arrow() { std::vector<std::string> v{"a", "bcd"}; auto it = v.begin() + 1; return it->size(); }
long case_vector_iterator_compare() { std::vector<int> v{1, 2, 3}; return (v.begin() < v.end()) + 2 * (v.begin() == v.end()) + 4 * (v.begin() + 3 == v.end()); }
long case_vector_strings() { std::vector<std::string> v{"ab", "cde"}; return v[0].size() * 10 + v[1].size(); }
long case_vector_doubles() { std::vector<double> v{1, 2.5}; return v[0] * 10 + v[1] * 2; }
long case_vector_floats() { std::vector<float> v{0.1f}; return v[0] == 0.1f; }
long case_vector_return_braces() { auto f = []() -> std::vector<int> { return {4, 5}; }; return f()[1]; }
long case_vector_argument_braces() { auto f = [](const std::vector<int> &v) { return v.size(); }; return f({4, 5, 6}); }
struct pair_of { int a; std::vector<int> b; };
long case_vector_of_struct() { std::vector<pair_of> v{{1, {2, 3}}, {4, {}}}; return v[0].b[1] * 100 + v[1].a * 10 + v[1].b.size(); }
long case_vector_push_struct() { std::vector<pair_of> v; v.push_back({7, {1}}); return v[0].a * 10 + v[0].b[0]; }
long case_vector_copy_elem() { std::vector<std::vector<int>> v; std::vector<int> w{1}; v.push_back(w); w[0] = 2; return v[0][0]; }
long case_vector_max_loop() { std::vector<long> v; for (long i = 0; i < 10; i++) v.push_back(i * i); return v[9]; }
long case_vector_ctad() { std::vector v{1, 2, 3}; return v.size(); }
long case_vector_as_bool() { std::vector<int> v{1}; return !v.empty(); }
long case_vector_plus_equal() { std::vector<int> v{1}; v[0] += 5; v[0]++; return v[0]; }
long case_vector_cbegin() { const std::vector<int> v{4, 5}; return *v.cbegin() * 10 + *(v.cend() - 1); }
long case_vector_shrink() { std::vector<int> v{4, 5}; v.shrink_to_fit(); return v.size(); }
long case_vector_reference() { std::vector<int> v{4, 5}; int &r = v[1]; r = 9; return v[1]; }
long case_vector_auto_copy() { std::vector<int> v{4, 5}; auto r = v[1]; r = 9; return v[1]; }
long case_vector_move() { std::vector<int> v{4, 5}; std::vector<int> w = std::move(v); return w.size(); }
long case_vector_emplace_middle() { std::vector<int> v{1, 2}; v.emplace(v.begin() + 1, 7); return v[1]; }

long case_array_braces() { std::array<int, 3> a{1, 2, 3}; return a[0] * 100 + a[2] * 10 + a.size(); }
long case_array_double_braces() { std::array<int, 2> a{{1, 2}}; return a[1]; }
long case_array_short() { std::array<int, 4> a{1}; return a[0] * 10 + a[3] + a.size(); }
long case_array_assign() { std::array<int, 2> a = {5, 6}; a[0] = 1; return a.front() * 10 + a.back(); }
long case_array_fill() { std::array<int, 3> a; a.fill(4); return a[0] + a[1] + a[2]; }
long case_array_loop() { std::array<long, 3> a{1, 2, 3}; long s = 0; for (auto x : a) s += x; return s; }
long case_array_get() { std::array<int, 3> a{1, 2, 3}; return std::get<1>(a); }
long case_array_equal() { std::array<int, 2> a{1, 2}, b{1, 2}; return a == b; }
long case_array_at() { std::array<int, 2> a{1, 2}; return a.at(1) * 10 + !a.empty(); }
long case_array_strings() { std::array<std::string, 2> a{"x", "yz"}; return a[1].size(); }
long case_array_nested() { std::array<std::array<int, 2>, 2> a{{{1, 2}, {3, 4}}}; return a[1][0]; }

long case_deque_both_ends() { std::deque<int> d; d.push_back(1); d.push_front(2); d.emplace_front(3); return d[0] * 100 + d[1] * 10 + d[2]; }
long case_deque_pop() { std::deque<int> d{1, 2, 3}; d.pop_front(); d.pop_back(); return d.size() * 10 + d.front(); }
long case_deque_loop() { std::deque<int> d{1, 2, 3}; long s = 0; for (auto it = d.begin(); it != d.end(); ++it) s = s * 10 + *it; return s; }
long case_list_both_ends() { std::list<int> d{5}; d.push_back(1); d.push_front(2); return d.front() * 10 + d.back(); }
long case_list_loop() { std::list<int> d{5, 6}; long s = 0; for (int x : d) s = s * 10 + x; return s; }
long case_list_iterator() { std::list<int> d{5, 6}; auto it = d.begin(); ++it; return *it * 10 + d.size(); }
long case_list_reverse() { std::list<int> d{5, 6}; d.reverse(); return d.front(); }
long case_stack() { std::stack<int> s; s.push(1); s.push(2); long t = s.top(); s.pop(); return t * 100 + s.top() * 10 + s.size(); }
long case_queue() { std::queue<int> s; s.push(1); s.push(2); long t = s.front(); s.pop(); return t * 100 + s.front() * 10 + s.empty(); }
long case_priority_queue() { std::priority_queue<int> s; s.push(1); s.push(5); s.push(2); long t = s.top(); s.pop(); return t * 10 + s.top(); }
long case_initializer_list() { auto f = [](std::initializer_list<int> l) { long s = 0; for (int x : l) s = s * 10 + x; return s * 10 + l.size(); }; return f({7, 8}); }
long case_initializer_list_var() { std::initializer_list<int> l = {4, 5}; return *l.begin() * 10 + l.size(); }
long case_for_over_braces() { long s = 0; for (int x : {3, 1, 2}) s = s * 10 + x; return s; }
long case_for_over_string_braces() { long s = 0; for (std::string x : {"abc", "d"}) s = s * 10 + x.size(); return s; }

struct Odd { explicit Odd(int i) : i(i) { if (i % 2 == 0) throw i; } int i; };
long case_emplace_back_throws() { std::vector<Odd> v; try { v.emplace_back(3); v.emplace_back(4); v.emplace_back(5); } catch (int) {} return long(v.size()); }

// Classes derived from a container.
struct Pair2 { int a, b; };
struct Rows : std::vector<Pair2> {
  explicit Rows(int n) { for (int i = 0; i < n; i++) push_back({i, 2 * i}); }
  long sum() const { long s = 0; for (auto &x : *this) s += x.a + x.b; return s; }
  int last() const { return std::max_element(begin(), end(), [](auto &x, auto &y) { return x.b < y.b; })->b; }
  long total() const { long s = 0; for (size_t i = 0; i < this->size(); i++) s += (*this)[i].b; return s; }
};
long case_derived_method() { Rows r(4); return r.sum() * 1000 + r.last() * 10 + r.total(); }
long case_derived_outside() { Rows r(3); r.push_back({5, 6}); long s = 0; for (const auto &x : r) s = s * 10 + x.b; return s * 10 + r.size(); }
long by_reference(std::vector<Pair2> &v) { v.pop_back(); return v.size(); }
long by_const_reference(const std::vector<Pair2> &v) { return v.size() * 10 + v.back().b; }
long by_value(std::vector<Pair2> v) { v.clear(); return v.size(); }
long case_derived_as_base() { Rows r(4); long a = by_reference(r); long b = by_const_reference(r); long c = by_value(r); return a * 10000 + b * 100 + c * 10 + r.size(); }
long case_derived_copied() { Rows r(2); Rows s = r; s.push_back({1, 1}); r[0].b = 9; return r.size() * 1000 + s.size() * 100 + r.front().b * 10 + s.front().b; }
long case_derived_assigned() { Rows r(2), s(5); r = s; s.clear(); return r.size() * 10 + s.size(); }
long case_derived_moved() { Rows r(3); Rows s = std::move(r); return s.size() * 10 + r.size(); }
struct Names : std::vector<std::string> { using std::vector<std::string>::vector; std::string joined() const { std::string s; for (auto &n : *this) s += n + "."; return s; } };
std::string case_derived_inherited_constructors() { Names n{"a", "bc"}; n.emplace_back("d"); return n.joined() + std::to_string(Names(3).size()); }
struct Table : std::map<std::string, int> { int get(const std::string &k, int d) const { auto it = find(k); return it == end() ? d : it->second; } };
long case_derived_map() { Table t; t["a"] = 3; t.emplace("b", 4); long s = t.get("a", 0) * 100 + t.get("z", 7) * 10 + t.size(); for (auto &[k, v] : t) s += v * 1000; return s; }
struct Path : std::string { Path(const std::string &s) : std::string(s) {} Path child(const std::string &n) const { return Path(*this + "." + n); } };
long case_derived_string() { Path p("ab"); return p.child("cd").size(); }
struct Deeper : Rows { Deeper() : Rows(3) { push_back({7, 8}); } };
long case_derived_twice() { Deeper d; d.erase(d.begin()); return d.sum() * 10 + d.size(); }
struct Member { Rows rows{2}; };
long case_derived_member() { Member m, n = m; m.rows.push_back({1, 1}); auto *p = &m.rows; p->push_back({2, 2}); return m.rows.size() * 10 + n.rows.size(); }
struct Own : std::vector<int> { const int *begin() const { return data() + 1; } const int *end() const { return data() + size(); } };
long case_derived_own_begin() { Own o; o.push_back(1); o.push_back(2); o.push_back(3); long s = 0; for (int x : o) s = s * 10 + x; return s; }
