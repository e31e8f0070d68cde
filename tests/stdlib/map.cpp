// Associative containers.
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

long case_map_index() { std::map<std::string, int> m; m["a"] = 1; m["b"] = 2; return m["a"] * 10 + m.size(); }
long case_map_index_creates() { std::map<std::string, int> m; int x = m["a"]; return m.size() * 10 + x; }
long case_map_braces() { std::map<std::string, int> m{{"b", 2}, {"a", 1}}; return m.begin()->second * 10 + m.at("b"); }
std::string case_map_order() { std::map<std::string, int> m{{"b", 2}, {"c", 3}, {"a", 1}}; std::string s; for (auto &kv : m) s += kv.first + std::to_string(kv.second); return s; }
std::string case_map_order_int() { std::map<int, std::string> m; m[10] = "x"; m[9] = "y"; std::string s; for (const auto &[k, v] : m) s += std::to_string(k) + v; return s; }
long case_map_write_through() { std::map<std::string, int> m{{"a", 1}}; for (auto &kv : m) kv.second = 5; return m["a"]; }
long case_map_binding_write() { std::map<std::string, int> m{{"a", 1}}; for (auto &[k, v] : m) v += 5; return m["a"]; }
long case_map_copy_binding() { std::map<std::string, int> m{{"a", 1}}; for (auto [k, v] : m) v += 5; return m["a"]; }
long case_map_find() { std::map<std::string, int> m{{"a", 1}}; auto it = m.find("a"); return it != m.end() ? it->second : -1; }
long case_map_find_absent() { std::map<std::string, int> m{{"a", 1}}; return m.find("z") == m.end(); }
long case_map_find_write() { std::map<std::string, int> m{{"a", 1}}; m.find("a")->second = 8; return m["a"]; }
long case_map_count() { std::map<std::string, int> m{{"a", 1}}; return m.count("a") * 10 + m.count("b"); }
long case_map_insert() { std::map<std::string, int> m; m.insert({"a", 1}); m.insert(std::make_pair("b", 2)); return m["a"] * 10 + m["b"]; }
long case_map_insert_again() { std::map<std::string, int> m; m.insert({"a", 1}); auto r = m.insert({"a", 2}); return m["a"] * 10 + r.second; }
long case_map_insert_result() { std::map<std::string, int> m; auto r = m.insert({"a", 4}); return r.first->second * 10 + r.second; }
long case_map_emplace() { std::map<std::string, int> m; m.emplace("a", 3); m.emplace("a", 4); return m["a"]; }
long case_map_try_emplace() { std::map<std::string, std::string> m; m.try_emplace("a", 3, 'x'); return m["a"].size(); }
long case_map_insert_or_assign() { std::map<std::string, int> m{{"a", 1}}; m.insert_or_assign("a", 6); return m["a"]; }
long case_map_erase() { std::map<std::string, int> m{{"a", 1}, {"b", 2}}; long n = m.erase("a"); return n * 10 + m.size(); }
long case_map_erase_iterator() { std::map<std::string, int> m{{"a", 1}, {"b", 2}}; m.erase(m.begin()); return m.begin()->second; }
long case_map_at_throws() { std::map<std::string, int> m; try { return m.at("q"); } catch (const std::exception &) { return 5; } }
long case_map_clear() { std::map<std::string, int> m{{"a", 1}}; m.clear(); return m.empty(); }
long case_map_copy() { std::map<std::string, int> m{{"a", 1}}; auto n = m; n["a"] = 2; return m["a"] * 10 + n["a"]; }
long case_map_equal() { std::map<int, int> m{{1, 1}}, n{{1, 1}}; return m == n; }
long case_map_vector() { std::map<std::string, std::vector<int>> m; m["a"].push_back(1); m["a"].push_back(2); return m["a"].size(); }
long case_map_nested() { std::map<std::string, std::map<std::string, int>> m{{"x", {{"y", 3}}}}; m["x"]["z"] = 4; return m["x"]["y"] * 10 + m["x"].size(); }
long case_map_pair_key() { std::map<std::pair<int, int>, int> m; m[{1, 2}] = 5; return m[std::make_pair(1, 2)]; }
long case_map_iterators() { std::map<int, int> m{{1, 5}, {2, 6}}; long s = 0; for (auto it = m.begin(); it != m.end(); ++it) s = s * 100 + it->first * 10 + it->second; return s; }
long case_map_rbegin() { std::map<int, int> m{{1, 5}, {2, 6}}; return m.rbegin()->first; }
long case_map_lower_bound() { std::map<int, int> m{{1, 5}, {4, 6}}; return m.lower_bound(2)->first * 10 + m.upper_bound(1)->first; }
long case_map_deref() { std::map<int, int> m{{1, 5}}; return (*m.begin()).second; }
long case_map_converts() { std::map<int, int> m; m[2] = 3.7; return m[2]; }
long case_map_contains_key() { std::map<char, int> m{{'a', 1}}; return m.count('a'); }
long case_map_range() { std::vector<std::pair<std::string, int>> v{{"a", 1}, {"b", 2}}; std::map<std::string, int> m(v.begin(), v.end()); return m["b"]; }
long case_map_init_if() { std::map<std::string, int> m{{"a", 4}}; if (auto it = m.find("a"); it != m.end()) return it->second; return 0; }
long case_map_char_star() { std::map<std::string, const char *> m{{"a", "xyz"}}; return std::string(m["a"]).size(); }
enum class kind { a, b };
long case_map_enum() { std::map<kind, int> m{{kind::a, 4}, {kind::b, 5}}; return m[kind::b]; }
long case_multimap() { std::multimap<int, int> m; m.insert({2, 1}); m.insert({2, 5}); return m.size() * 10 + m.count(2); }

long case_umap_index() { std::unordered_map<std::string, int> m; m["a"] = 1; m["b"] = 2; return m["a"] * 10 + m.size(); }
long case_umap_braces() { std::unordered_map<std::string, int> m{{"a", 1}, {"b", 4}}; return m.at("b"); }
long case_umap_find() { std::unordered_map<std::string, int> m{{"a", 3}}; auto it = m.find("a"); return it == m.end() ? -1 : it->second; }
long case_umap_absent() { std::unordered_map<std::string, int> m{{"a", 3}}; return m.find("b") == m.end(); }
long case_umap_count() { std::unordered_map<int, int> m{{1, 3}}; return m.count(1) * 10 + m.count(2); }
long case_umap_sum() { std::unordered_map<std::string, int> m{{"a", 3}, {"b", 4}}; long s = 0; for (auto &kv : m) s += kv.second; return s; }
long case_umap_emplace() { std::unordered_map<std::string, int> m; m.emplace("a", 3); m.insert({"b", 4}); return m["a"] + m["b"]; }
long case_umap_erase() { std::unordered_map<std::string, int> m{{"a", 3}}; m.erase("a"); return m.empty(); }

std::string case_set_order() { std::set<std::string> s{"b", "a", "b"}; std::string r; for (const auto &x : s) r += x; return r; }
long case_set_insert() { std::set<int> s; s.insert(3); s.insert(1); s.insert(3); return s.size() * 10 + *s.begin(); }
long case_set_insert_result() { std::set<int> s{1}; return s.insert(1).second * 10 + s.insert(2).second; }
long case_set_count() { std::set<int> s{3, 1}; return s.count(3) * 10 + s.count(2); }
long case_set_find() { std::set<int> s{3, 1}; return (s.find(3) != s.end()) * 10 + (s.find(7) != s.end()); }
long case_set_erase() { std::set<int> s{3, 1}; s.erase(1); return *s.begin(); }
long case_set_emplace() { std::set<std::string> s; s.emplace("q"); return s.size(); }
long case_set_range() { std::vector<int> v{3, 1, 3}; std::set<int> s(v.begin(), v.end()); return s.size(); }
long case_set_rbegin() { std::set<int> s{3, 1}; return *s.rbegin(); }
long case_uset_count() { std::unordered_set<std::string> s{"a", "b"}; return s.count("a") * 10 + s.count("z"); }
long case_uset_insert() { std::unordered_set<int> s; s.insert(1); s.insert(1); return s.size(); }

struct Odd { explicit Odd(int i) : i(i) { if (i % 2 == 0) throw i; } int i; };
long odd(int i) { return Odd(i).i; }
long case_assigned_value_throws() { std::map<int, long> m; try { m[1] = odd(3); m[2] = odd(4); } catch (int) {} return long(m.size()) * 10 + long(m.count(2)); }
long case_emplace_throws() { std::map<int, Odd> m; try { m.emplace(1, 3); m.emplace(2, 4); } catch (int) {} try { m.try_emplace(3, 6); } catch (int) {} return long(m.size()); }
