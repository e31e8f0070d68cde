// What is not known stays so: n, d, s are parameters without a value. The comment says what has to be reported:
// "symbolic" or "unknown" (a value would be a guess), or the value that holds for every n.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>
#include <nlohmann/json.hpp>

void report(const char *name, long value);
void report(const char *name, double value);
void report(const char *name, const std::string &value);
int outside(int);
void touch(std::vector<int> &v);

void entry_size_of_count(int n) { std::vector<int> v(n); report("size_of_count", (long)v.size()); } // expect: unknown
void entry_element_unknown(int n) { std::vector<int> v{1, n}; report("element_unknown", (long)v[1]); } // expect: symbolic
void entry_element_known(int n) { std::vector<int> v{1, n}; report("element_known", (long)v[0]); } // expect: 1
void entry_size_known(int n) { std::vector<int> v{1, n}; report("size_known", (long)v.size()); } // expect: 2
void entry_push_unknown(int n) { std::vector<int> v; v.push_back(n); report("push_unknown", (long)v.back()); } // expect: symbolic
void entry_index_big(int n) { std::vector<int> v{1, 2, 3, 4, 5, 6}; report("index_big", (long)v[n]); } // expect: unknown
void entry_resize(int n) { std::vector<int> v{1, 2}; v.resize(n); report("resize", (long)v.size()); } // expect: unknown
void entry_resize_element(int n) { std::vector<int> v{1, 2}; v.resize(n); report("resize_element", (long)v[0]); } // expect: unknown
void entry_insert_at(int n) { std::vector<int> v{1, 2}; v.insert(v.begin() + n, 5); report("insert_at", (long)v[0]); } // expect: unknown
void entry_touched() { std::vector<int> v{1, 2}; touch(v); report("touched", (long)v[0]); } // expect: unknown
void entry_touched_size() { std::vector<int> v{1, 2}; touch(v); report("touched_size", (long)v.size()); } // expect: unknown
void entry_key_unknown(int n) { std::map<int, int> m{{1, 2}}; m[n] = 7; report("key_unknown", (long)m[1]); } // expect: unknown
void entry_key_count(int n) { std::map<int, int> m{{1, 2}}; report("key_count", (long)m.count(n)); } // expect: unknown
void entry_map_value(int n) { std::map<std::string, int> m; m["a"] = n; m["b"] = 2; report("map_value", (long)m["b"]); } // expect: 2
void entry_set_unknown(int n) { std::set<int> s{1, n}; report("set_unknown", (long)s.size()); } // expect: unknown
void entry_sort_unknown(int n) { std::vector<int> v{3, n, 1}; std::sort(v.begin(), v.end(), [](int a, int b) { return outside(a) < b; }); report("sort_unknown", (long)v[0]); } // expect: unknown
void entry_max_symbolic(int n) { report("max_symbolic", (long)std::max(n, 4)); } // expect: symbolic
void entry_accumulate(int n) { std::vector<int> v{1, n}; report("accumulate", (long)std::accumulate(v.begin(), v.end(), 0)); } // expect: symbolic
void entry_ceil(double d) { report("ceil", std::ceil(d)); } // expect: symbolic
void entry_pow(int n) { report("pow", std::pow(n, 2)); } // expect: symbolic
void entry_text(int n) { report("text", "layer" + std::to_string(n)); } // expect: symbolic
void entry_text_stream(int n) { std::ostringstream o; o << "layer" << n; report("text_stream", o.str()); } // expect: symbolic
void entry_text_size(std::string s) { report("text_size", (long)s.size()); } // expect: symbolic
void entry_text_equal(std::string s) { report("text_equal", (long)(s == "a")); } // expect: symbolic
void entry_text_find(std::string s) { report("text_find", (long)s.find("a")); } // expect: symbolic
void entry_text_substr(std::string s) { report("text_substr", s.substr(1)); } // expect: symbolic
void entry_text_erased(std::string s) { s.erase(0, 1); report("text_erased", s); } // expect: unknown
void entry_text_index(std::string s) { report("text_index", (long)s[0]); } // expect: symbolic
void entry_stoi(std::string s) { report("stoi", (long)std::stoi(s)); } // expect: symbolic
void entry_optional(int n) { std::optional<int> o = n; report("optional", (long)o.has_value()); } // expect: 1
void entry_value_or(int n) { std::optional<int> o; report("value_or", (long)o.value_or(n)); } // expect: symbolic
void entry_random() { std::mt19937 g(1); report("random", (long)g()); } // expect: unknown
void entry_file() { std::ifstream f("x.txt"); int n = 3; f >> n; report("file", (long)n); } // expect: unknown
void entry_file_line() { std::ifstream f("x.txt"); std::string l = "a"; std::getline(f, l); report("file_line", l); } // expect: unknown
void entry_json_file() { std::ifstream f("x.json"); auto j = nlohmann::json::parse(f); report("json_file", (long)j["a"].get<int>()); } // expect: unknown
void entry_json_read() { std::ifstream f("x.json"); nlohmann::json j; f >> j; report("json_read", (long)j["a"].get<int>()); } // expect: unknown
void entry_getenv() { report("getenv", std::string(getenv("HOME"))); } // expect: symbolic
void entry_path(std::string s) { report("path", (std::filesystem::path(s) / "net.pt").string()); } // expect: symbolic
void entry_extract(int n) { std::ostringstream o; o << n; std::istringstream i(o.str()); int m = 1; i >> m; report("extract", (long)m); } // expect: unknown
void entry_function(int n) { std::function<int(int)> f = outside; report("function", (long)f(n)); } // expect: unknown
void entry_find_if() { std::vector<int> v{1, 2}; auto it = std::find_if(v.begin(), v.end(), [](int x) { return outside(x) > 1; }); report("find_if", (long)(it - v.begin())); } // expect: unknown
void entry_shuffle() { std::vector<int> v{1, 2}; std::mt19937 g(1); std::shuffle(v.begin(), v.end(), g); report("shuffle", (long)v[0]); } // expect: unknown
void entry_shared_touch() { auto p = std::make_shared<std::vector<int>>(2, 1); touch(*p); report("shared_touch", (long)(*p)[0]); } // expect: unknown
void entry_unordered(int n) { std::unordered_map<int, int> m{{n, 1}, {2, 5}}; report("unordered", (long)m[2]); } // expect: unknown
void entry_fill(int n) { std::vector<int> v(3); std::fill(v.begin(), v.end(), n); report("fill", (long)v[2]); } // expect: symbolic
void entry_copy_unknown(int n) { std::vector<int> v{1, 2, 3}, w{0, 0, 0}; std::copy(v.begin(), v.begin() + n, w.begin()); report("copy_unknown", (long)w[0]); } // expect: unknown
void entry_bool_branch(int n) { std::vector<int> v; if (n > 3) v.push_back(1); report("bool_branch", (long)v.size()); } // expect: unknown
void entry_erase_branch(int n) { std::map<int, int> m{{1, 2}}; if (n > 3) m.erase(1); report("erase_branch", (long)m.count(1)); } // expect: unknown
void entry_string_branch(int n) { std::string s = "a"; if (n > 3) s += "b"; report("string_branch", s); } // expect: unknown
