// <algorithm>, <numeric>, <iterator>.
#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <numeric>
#include <string>
#include <tuple>
#include <vector>

static long digits(const std::vector<int> &v) { long s = 0; for (int x : v) s = s * 10 + x; return s; }

long case_min() { return std::min(3, 4) * 10 + std::max(3, 4); }
long case_min_list() { return std::min({3, 1, 2}) * 10 + std::max({3, 1, 2}); }
long case_min_double() { return std::min(1.5, 2.5) * 2; }
long case_min_explicit() { return std::min<long>(3, 4L); }
long case_max_compare() { return std::max(std::string("a"), std::string("bb"), [](auto &a, auto &b) { return a.size() < b.size(); }).size(); }
long case_clamp() { return std::clamp(7, 1, 5) * 100 + std::clamp(0, 1, 5) * 10 + std::clamp(3, 1, 5); }
long case_minmax() { auto p = std::minmax({4, 2, 9}); return p.first * 10 + p.second; }
long case_accumulate() { std::vector<int> v{1, 2, 3}; return std::accumulate(v.begin(), v.end(), 0); }
long case_accumulate_product() { std::vector<int> v{2, 3, 4}; return std::accumulate(v.begin(), v.end(), 1, std::multiplies<int>()); }
long case_accumulate_lambda() { std::vector<int> v{2, 3, 4}; return std::accumulate(v.begin(), v.end(), 1L, [](long a, int b) { return a * 10 + b; }); }
long case_accumulate_int_of_double() { std::vector<double> v{1.5, 1.5}; return std::accumulate(v.begin(), v.end(), 0); }
std::string case_accumulate_string() { std::vector<std::string> v{"a", "b"}; return std::accumulate(v.begin(), v.end(), std::string()); }
long case_accumulate_multiplies_void() { std::vector<long> v{2, 3}; return std::accumulate(v.begin(), v.end(), 1L, std::multiplies<>()); }
long case_reduce() { std::vector<int> v{1, 2, 3}; return std::reduce(v.begin(), v.end()); }
long case_transform() { std::vector<int> v{1, 2, 3}, w(3); std::transform(v.begin(), v.end(), w.begin(), [](int x) { return x * 2; }); return digits(w); }
long case_transform_inserter() { std::vector<int> v{1, 2, 3}, w; std::transform(v.begin(), v.end(), std::back_inserter(w), [](int x) { return x + 1; }); return digits(w); }
long case_transform_two() { std::vector<int> v{1, 2}, w{3, 4}, r(2); std::transform(v.begin(), v.end(), w.begin(), r.begin(), std::plus<int>()); return digits(r); }
long case_for_each() { std::vector<int> v{1, 2}; long s = 0; std::for_each(v.begin(), v.end(), [&](int x) { s = s * 10 + x; }); return s; }
long case_for_each_write() { std::vector<int> v{1, 2}; std::for_each(v.begin(), v.end(), [](int &x) { x++; }); return digits(v); }
long case_reverse() { std::vector<int> v{1, 2, 3}; std::reverse(v.begin(), v.end()); return digits(v); }
long case_fill() { std::vector<int> v(3); std::fill(v.begin(), v.end(), 4); return digits(v); }
long case_fill_n() { std::vector<int> v(3); std::fill_n(v.begin(), 2, 4); return digits(v); }
long case_iota() { std::vector<int> v(4); std::iota(v.begin(), v.end(), 1); return digits(v); }
long case_copy() { std::vector<int> v{1, 2, 3}, w(3); std::copy(v.begin(), v.end(), w.begin()); return digits(w); }
long case_copy_inserter() { std::vector<int> v{1, 2, 3}, w; std::copy(v.begin(), v.end(), std::back_inserter(w)); return digits(w); }
long case_copy_if() { std::vector<int> v{1, 2, 3}, w; std::copy_if(v.begin(), v.end(), std::back_inserter(w), [](int x) { return x != 2; }); return digits(w); }
long case_copy_n() { std::vector<int> v{1, 2, 3}, w(3); std::copy_n(v.begin(), 2, w.begin()); return digits(w); }
long case_sort() { std::vector<int> v{3, 1, 2}; std::sort(v.begin(), v.end()); return digits(v); }
long case_sort_greater() { std::vector<int> v{3, 1, 2}; std::sort(v.begin(), v.end(), std::greater<int>()); return digits(v); }
long case_sort_lambda() { std::vector<int> v{3, 1, 2}; std::sort(v.begin(), v.end(), [](int a, int b) { return a > b; }); return digits(v); }
std::string case_sort_strings() { std::vector<std::string> v{"b", "a"}; std::sort(v.begin(), v.end()); return v[0] + v[1]; }
long case_stable_sort() { std::vector<std::pair<int, int>> v{{2, 1}, {1, 2}, {2, 3}}; std::stable_sort(v.begin(), v.end(), [](auto &a, auto &b) { return a.first < b.first; }); return v[0].second * 100 + v[1].second * 10 + v[2].second; }
long case_unique() { std::vector<int> v{1, 1, 2, 2, 1}; v.erase(std::unique(v.begin(), v.end()), v.end()); return digits(v); }
long case_remove_if() { std::vector<int> v{1, 2, 3, 4}; v.erase(std::remove_if(v.begin(), v.end(), [](int x) { return x % 2 == 0; }), v.end()); return digits(v); }
long case_find() { std::vector<int> v{1, 2, 3}; return std::find(v.begin(), v.end(), 3) - v.begin(); }
long case_find_absent() { std::vector<int> v{1, 2, 3}; return std::find(v.begin(), v.end(), 7) == v.end(); }
long case_find_if() { std::vector<int> v{1, 5, 3}; return *std::find_if(v.begin(), v.end(), [](int x) { return x > 2; }); }
long case_count() { std::vector<int> v{1, 2, 1}; return std::count(v.begin(), v.end(), 1); }
long case_count_if() { std::vector<int> v{1, 2, 1}; return std::count_if(v.begin(), v.end(), [](int x) { return x < 2; }); }
long case_any_of() { std::vector<int> v{1, 2}; auto f = [](int x) { return x > 1; }; return std::any_of(v.begin(), v.end(), f) * 100 + std::all_of(v.begin(), v.end(), f) * 10 + std::none_of(v.begin(), v.end(), f); }
long case_max_element() { std::vector<int> v{1, 5, 3}; return *std::max_element(v.begin(), v.end()) * 10 + *std::min_element(v.begin(), v.end()); }
long case_max_element_distance() { std::vector<int> v{1, 5, 5}; return std::distance(v.begin(), std::max_element(v.begin(), v.end())); }
long case_iter_swap() { std::vector<int> v{1, 5}; std::swap(v[0], v[1]); std::iter_swap(v.begin(), v.begin() + 1); std::swap(v[0], v[1]); return digits(v); }
long case_next_prev() { std::vector<int> v{1, 5, 7}; return *std::next(v.begin()) * 10 + *std::prev(v.end()) + *std::next(v.begin(), 2); }
long case_advance() { std::vector<int> v{1, 5, 7}; auto it = v.begin(); std::advance(it, 2); return *it; }
long case_distance() { std::vector<int> v{1, 5, 7}; return std::distance(v.begin(), v.end()); }
long case_begin_end() { std::vector<int> v{1, 5, 7}; long s = 0; for (auto it = std::begin(v); it != std::end(v); ++it) s = s * 10 + *it; return s; }
long case_begin_array() { int a[3] = {4, 5, 6}; return std::accumulate(std::begin(a), std::end(a), 0); }
long case_size_array() { int a[3] = {4, 5, 6}; std::vector<int> v{1}; return std::size(a) * 10 + std::size(v) + a[0]; }
long case_pointer_range() { int a[3] = {4, 5, 6}; std::vector<int> v(a, a + 3); return digits(v); }
long case_inner_product() { std::vector<int> v{1, 2}, w{3, 4}; return std::inner_product(v.begin(), v.end(), w.begin(), 0); }
long case_partial_sum() { std::vector<int> v{1, 2, 3}, w(3); std::partial_sum(v.begin(), v.end(), w.begin()); return digits(w); }
long case_generate() { std::vector<int> v(3); int n = 0; std::generate(v.begin(), v.end(), [&] { return ++n; }); return digits(v); }
long case_rotate() { std::vector<int> v{1, 2, 3, 4}; std::rotate(v.begin(), v.begin() + 1, v.end()); return digits(v); }
long case_equal() { std::vector<int> v{1, 2}, w{1, 2}; return std::equal(v.begin(), v.end(), w.begin()); }
long case_binary_search() { std::vector<int> v{1, 3, 5}; return std::binary_search(v.begin(), v.end(), 3) * 10 + (std::lower_bound(v.begin(), v.end(), 4) - v.begin()); }
long case_replace() { std::vector<int> v{1, 2, 1}; std::replace(v.begin(), v.end(), 1, 9); return digits(v); }
long case_rbegin_free() { std::vector<int> v{1, 2, 3}; return *std::rbegin(v); }
long case_adjacent_difference() { std::vector<int> v{1, 3, 6}, w(3); std::adjacent_difference(v.begin(), v.end(), w.begin()); return digits(w); }
long case_gcd() { return std::gcd(12, 18) * 100 + std::lcm(4, 6); }
long case_fill_2d() { std::vector<std::vector<int>> v(2); for (auto &r : v) r.assign(2, 3); return v[1][1] * 10 + v[0].size(); }
long case_find_map_if() { std::map<std::string, int> m{{"a", 1}, {"b", 2}}; auto it = std::find_if(m.begin(), m.end(), [](const auto &p) { return p.second == 2; }); return it->first == "b"; }
long case_nth_element() { std::vector<int> v{3, 1, 2}; std::nth_element(v.begin(), v.begin() + 1, v.end()); return v[1]; }
long case_move_algorithm() { std::vector<std::string> v{"a", "b"}, w; std::move(v.begin(), v.end(), std::back_inserter(w)); return w.size(); }
long case_search_absent() { std::vector<int> v{3, 1}; return std::find_if_not(v.begin(), v.end(), [](int x) { return x > 2; }) - v.begin(); }
long case_max_initial() { std::vector<int> v; return std::max_element(v.begin(), v.end()) == v.end(); }
long case_adjacent_find() { std::vector<int> v{3, 1, 1, 4}; return (std::adjacent_find(v.begin(), v.end()) - v.begin()) * 10 + (std::adjacent_find(v.begin(), v.end(), [](int a, int b) { return b == 4 * a; }) - v.begin()); }
long case_adjacent_find_as_loop() { std::vector<int> v{3, 1, 4}; long n = 0; auto end = std::adjacent_find(v.begin(), v.end(), [&n](int a, int b) { n = n * 100 + a * 10 + b; return false; }); return n * 10 + (end == v.end()); }
long case_is_sorted() { std::vector<int> v{1, 2, 2}, w{2, 1, 3}; return std::is_sorted(v.begin(), v.end()) * 100 + std::is_sorted(w.begin(), w.end()) * 10 + (std::is_sorted_until(w.begin(), w.end()) - w.begin()) + std::is_sorted(v.rbegin(), v.rend(), std::greater<int>()) * 1000; }
long case_set_union() { std::vector<int> a{1, 3, 3, 5}, b{2, 3, 6}, c; std::set_union(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(c)); return digits(c); }
long case_set_intersection() { std::vector<int> a{1, 3, 3, 5}, b{3, 5, 6}, c; std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(c)); return digits(c); }
long case_set_difference() { std::vector<int> a{1, 3, 3, 5}, b{3, 6}, c; std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(c)); return digits(c); }
long case_set_symmetric() { std::vector<int> a{1, 3, 5}, b{2, 3}, c; std::set_symmetric_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(c)); return digits(c); }
long case_merge() { std::vector<int> a{1, 3, 5}, b{1, 2, 3}, c(6); auto end = std::merge(a.begin(), a.end(), b.begin(), b.end(), c.begin()); return digits(c) * 10 + (end == c.end()); }
long case_merge_stable() { std::vector<int> a{13, 21}, b{11, 22, 31}, c; std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(c), [](int x, int y) { return x / 10 < y / 10; }); long n = 0; for (int x : c) n = n * 100 + x; return n; }
long case_includes() { std::vector<int> a{1, 3, 5}, b{3, 5}, c{3, 3}; return std::includes(a.begin(), a.end(), b.begin(), b.end()) * 10 + std::includes(a.begin(), a.end(), c.begin(), c.end()); }
long case_partition() { std::vector<int> v{1, 2, 3, 4, 5, 6}; auto it = std::partition(v.begin(), v.end(), [](int x) { return x % 2 == 0; }); return digits(v) * 10 + (it - v.begin()); }
long case_stable_partition() { std::vector<int> v{1, 2, 3, 4, 5, 6}; auto it = std::stable_partition(v.begin(), v.end(), [](int x) { return x % 2 == 0; }); return digits(v) * 10 + (it - v.begin()); }
long case_partition_all() { std::vector<int> v{2, 4}; return (std::partition(v.begin(), v.end(), [](int x) { return x > 0; }) == v.end()) * 10 + (std::partition(v.begin(), v.end(), [](int x) { return x < 0; }) == v.begin()); }
long case_partition_point() { std::vector<int> v{2, 4, 5, 7}; auto even = [](int x) { return x % 2 == 0; }; std::vector<int> w{1, 2}; return (std::partition_point(v.begin(), v.end(), even) - v.begin()) * 100 + std::is_partitioned(v.begin(), v.end(), even) * 10 + std::is_partitioned(w.begin(), w.end(), even); }
long case_next_permutation() { std::vector<int> v{1, 2, 2, 3}; long n = 0; do n = (n * 31 + digits(v)) % 1000003; while (std::next_permutation(v.begin(), v.end())); return n * 10000 + digits(v); }
long case_prev_permutation() { std::vector<int> v{2, 1, 3}; bool more = std::prev_permutation(v.begin(), v.end()), last = std::prev_permutation(v.begin(), v.end()); return digits(v) * 100 + more * 10 + last; }
long case_permutation_of_one() { std::vector<int> v{4}, w; return std::next_permutation(v.begin(), v.end()) * 10 + std::next_permutation(w.begin(), w.end()) + v[0]; }
long case_permutation_by() { std::vector<int> v{3, 1, 2}; std::next_permutation(v.begin(), v.end(), std::greater<int>()); return digits(v); }
long case_lexicographical() { std::vector<int> a{1, 2}, b{1, 2, 3}, c{2}; return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end()) * 1000 + std::lexicographical_compare(b.begin(), b.end(), a.begin(), a.end()) * 100 + std::lexicographical_compare(b.begin(), b.end(), c.begin(), c.end()) * 10 + std::lexicographical_compare(a.begin(), a.end(), a.begin(), a.end()); }
long case_mismatch() { std::vector<int> a{1, 2, 3}, b{1, 2, 4, 5}; auto [x, y] = std::mismatch(a.begin(), a.end(), b.begin()); return (x - a.begin()) * 100 + *y; }
long case_mismatch_prefix() { std::string path = "encoder.layer.0", prefix = "encoder."; auto p = std::mismatch(prefix.begin(), prefix.end(), path.begin(), path.end()); return (p.first == prefix.end()) * 100 + (p.second - path.begin()); }
long case_mismatch_by() { std::vector<int> a{1, 12, 3}, b{11, 2, 4}; return std::mismatch(a.begin(), a.end(), b.begin(), b.end(), [](int x, int y) { return x % 10 == y % 10; }).first - a.begin(); }
long case_search() { std::vector<int> v{1, 2, 3, 2, 3, 4}, w{2, 3}, none{3, 1}, empty; auto at = [&](const std::vector<int> &x) { return std::search(v.begin(), v.end(), x.begin(), x.end()) - v.begin(); }; return at(w) * 100 + at(none) * 10 + at(empty); }
long case_find_end() { std::vector<int> v{1, 2, 3, 2, 3, 4}, w{2, 3}, none{3, 1}, empty; auto at = [&](const std::vector<int> &x) { return std::find_end(v.begin(), v.end(), x.begin(), x.end()) - v.begin(); }; return at(w) * 100 + at(none) * 10 + at(empty); }
long case_find_first_of() { std::vector<int> v{1, 5, 3, 2}, w{2, 3}, none{9}; return (std::find_first_of(v.begin(), v.end(), w.begin(), w.end()) - v.begin()) * 10 + (std::find_first_of(v.begin(), v.end(), none.begin(), none.end()) - v.begin()); }
long case_search_overlapping_end() { std::vector<int> v{1, 2}, w{2, 3}; return std::search(v.begin(), v.end(), w.begin(), w.end()) - v.begin(); }
long case_swap_ranges() { std::vector<int> v{1, 2, 3}, w{7, 8, 9}; auto it = std::swap_ranges(v.begin(), v.begin() + 2, w.begin() + 1); return digits(v) * 10000 + digits(w) * 10 + (it == w.end()); }
long case_reverse_copy() { std::vector<int> v{1, 2, 3}, w(3); auto it = std::reverse_copy(v.begin(), v.end(), w.begin()); return digits(w) * 10 + (it == w.end()); }
long case_unique_copy() { std::vector<int> v{1, 1, 2, 2, 1}, w; std::unique_copy(v.begin(), v.end(), std::back_inserter(w)); return digits(w); }
long case_unique_copy_by() { std::vector<int> v{1, 3, 2, 4, 5}, w; std::unique_copy(v.begin(), v.end(), std::back_inserter(w), [](int a, int b) { return a % 2 == b % 2; }); return digits(w); }
long case_remove_copy() { std::vector<int> v{1, 2, 1, 3}, w; std::remove_copy(v.begin(), v.end(), std::back_inserter(w), 1); return digits(w); }
long case_replace_copy() { std::vector<int> v{1, 2, 1, 3}, w, x; std::replace_copy(v.begin(), v.end(), std::back_inserter(w), 1, 9); std::replace_copy_if(v.begin(), v.end(), std::back_inserter(x), [](int a) { return a > 1; }, 7); return digits(w) * 10000 + digits(x); }
long case_rotate_copy() { std::vector<int> v{1, 2, 3, 4}, w; std::rotate_copy(v.begin(), v.begin() + 1, v.end(), std::back_inserter(w)); return digits(w); }
long case_copy_backward() { std::vector<int> v{1, 2, 3, 4, 5}; auto it = std::copy_backward(v.begin(), v.begin() + 3, v.end()); return digits(v) * 10 + (it - v.begin()); }
long case_move_backward() { std::vector<std::string> v{"a", "b", ""}; std::move_backward(v.begin(), v.begin() + 2, v.end()); return v[2] == "b" && v[1] == "a"; }
long case_minmax_element() { std::vector<int> v{3, 1, 4, 1, 4}; auto [a, b] = std::minmax_element(v.begin(), v.end()); return (a - v.begin()) * 10 + (b - v.begin()); }
long case_equal_range() { std::vector<int> v{1, 2, 2, 2, 5}; auto [a, b] = std::equal_range(v.begin(), v.end(), 2); auto c = std::equal_range(v.begin(), v.end(), 4); return (a - v.begin()) * 100 + (b - v.begin()) * 10 + (c.first == c.second) + (c.first - v.begin()) * 1000; }
struct Ordered { int weight, l, p; bool operator<(const Ordered &o) const { return std::tie(l, p) < std::tie(o.l, o.p); } bool operator==(const Ordered &o) const { return l == o.l; } };
long case_sort_own_less() { std::vector<Ordered> v{{1, 3, 1}, {2, 1, 2}, {3, 1, 1}}; std::sort(v.begin(), v.end()); return v[0].weight * 100 + v[1].weight * 10 + v[2].weight; }
long case_find_own_equal() { std::vector<Ordered> v{{1, 3, 1}, {2, 1, 2}}; return std::find(v.begin(), v.end(), Ordered{9, 1, 9}) - v.begin(); }
long case_max_element_own_less() { std::vector<Ordered> v{{1, 3, 1}, {2, 5, 2}, {3, 4, 1}}; return std::max_element(v.begin(), v.end())->weight * 10 + std::min(v[0], v[1]).weight; }
