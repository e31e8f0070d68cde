// Strings, views, conversions, string streams.
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>
using namespace std::string_literals;

std::string case_string_literal() { std::string s = "abc"; return s; }
std::string case_string_braces() { std::string s{"abc"}; return s; }
std::string case_string_paren() { std::string s("abc"); return s; }
std::string case_string_repeat() { return std::string(3, 'x'); }
std::string case_string_prefix() { return std::string("abcdef", 2); }
std::string case_string_part() { std::string s = "abcdef"; return std::string(s, 2, 3); }
std::string case_string_range() { std::string s = "abcdef"; return std::string(s.begin() + 1, s.end()); }
std::string case_string_default() { std::string s; return s; }
std::string case_string_plus() { std::string a = "ab", b = "cd"; return a + b; }
std::string case_string_plus_literal() { std::string a = "ab"; return a + ".weight"; }
std::string case_literal_plus_string() { std::string a = "ab"; return "x." + a; }
std::string case_string_plus_char() { std::string a = "ab"; return a + 'c'; }
std::string case_char_plus_string() { std::string a = "ab"; return 'c' + a; }
std::string case_string_plus_number() { return "layer" + std::to_string(3); }
std::string case_string_chain() { return std::string("a") + "." + std::to_string(1) + "." + 'w'; }
std::string case_string_plus_equal() { std::string s = "a"; s += "b"; s += 'c'; s += std::string("d"); return s; }
std::string case_string_append() { std::string s = "a"; s.append("bc").append(2, 'x').append("qrs", 1, 2); return s; }
std::string case_string_append_string() { std::string s = "a", t = "bcd"; s.append(t).append(t, 1, 1); return s; }
std::string case_string_push_back() { std::string s; s.push_back('a'); s.push_back('b'); return s; }
std::string case_string_pop_back() { std::string s = "abc"; s.pop_back(); return s; }
std::string case_string_assign() { std::string s = "abc"; s = "x"; s.assign("hello", 3); return s; }
std::string case_string_assign_char() { std::string s = "abc"; s = 'x'; return s; }
std::string case_string_clear() { std::string s = "abc"; s.clear(); return s + "!"; }
long case_string_size() { std::string s = "abc"; return s.size() * 10 + s.length(); }
long case_string_empty() { std::string s; return s.empty() * 10 + std::string("a").empty(); }
long case_string_index() { std::string s = "abc"; return s[1]; }
std::string case_string_index_write() { std::string s = "abc"; s[1] = 'X'; return s; }
std::string case_string_back_write() { std::string s = "abc"; s.back() = 'X'; s.front() = 'Y'; return s; }
long case_string_at() { std::string s = "abc"; return s.at(2); }
long case_string_at_throws() { std::string s = "abc"; try { return s.at(3); } catch (...) { return 1; } }
long case_string_front_back() { std::string s = "abc"; return s.front() * 1000 + s.back(); }
std::string case_string_substr() { std::string s = "abcdef"; return s.substr(2) + "|" + s.substr(1, 2) + "|" + s.substr(4, 100); }
long case_string_find() { std::string s = "abcabc"; return s.find("ca") * 100 + s.find('b') * 10 + s.find("b", 2); }
long case_string_find_npos() { std::string s = "abc"; return s.find("z") == std::string::npos; }
long case_string_rfind() { std::string s = "a.b.c"; return s.rfind('.') * 10 + s.rfind("b"); }
long case_string_rfind_zero() { std::string s = "layer1.w"; return (s.rfind("layer", 0) == 0) * 10 + (s.rfind("w", 0) == 0); }
long case_string_find_first_of() { std::string s = "a/b.c"; return s.find_first_of("./") * 10 + s.find_last_of("./"); }
long case_string_find_not_of() { std::string s = "  ab "; return s.find_first_not_of(" ") * 10 + s.find_last_not_of(' '); }
std::string case_string_replace() { std::string s = "abcdef"; s.replace(1, 2, "XYZ"); return s; }
std::string case_string_replace_find() { std::string s = "module.fc.weight"; s.replace(s.find("module."), 7, ""); return s; }
std::string case_string_erase() { std::string s = "abcdef"; s.erase(1, 2); s.erase(3); return s; }
std::string case_string_erase_iterator() { std::string s = "abc"; s.erase(s.begin()); return s; }
std::string case_string_insert() { std::string s = "abc"; s.insert(1, "XY"); s.insert(0, 2, '-'); return s; }
long case_string_compare() { std::string s = "abc"; return (s.compare("abc") == 0) + 2 * (s.compare("abd") < 0) + 4 * (s.compare(0, 2, "ab") == 0); }
long case_string_equal() { std::string a = "x", b = "x"; return (a == b) + 2 * (a == "x") + 4 * ("y" == a) + 8 * (a != "y"); }
long case_string_less() { std::string a = "a", b = "b"; return (a < b) + 2 * (a > "b") + 4 * (a <= b) + 8 * ("c" >= a); }
long case_string_unsigned_less() { std::string a = "\x80", b = "a"; return a < b; }
std::string case_string_resize() { std::string s = "abc"; s.resize(2); s.resize(4, '!'); return s; }
std::string case_string_c_str() { std::string s = "abc"; return std::string(s.c_str()) + s.data(); }
std::string case_string_swap() { std::string a = "x", b = "y"; a.swap(b); return a + b; }
std::string case_string_loop() { std::string s = "abc", r; for (char c : s) r = c + r; return r; }
std::string case_string_loop_index() { std::string s = "abc", r; for (size_t i = 0; i < s.size(); i++) r += s[i]; return r; }
std::string case_string_loop_ref() { std::string s = "abc"; for (char &c : s) c = std::toupper(c); return s; }
std::string case_string_iterators() { std::string s = "abc", r; for (auto it = s.begin(); it != s.end(); ++it) r += *it; return r; }
std::string case_string_reversed() { std::string s = "abc"; return std::string(s.rbegin(), s.rend()); }
std::string case_string_transform() { std::string s = "AbC"; std::transform(s.begin(), s.end(), s.begin(), ::tolower); return s; }
std::string case_string_transform_lambda() { std::string s = "AbC"; std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return std::toupper(c); }); return s; }
std::string case_string_reverse() { std::string s = "abc"; std::reverse(s.begin(), s.end()); return s; }
std::string case_string_replace_char() { std::string s = "a.b.c"; std::replace(s.begin(), s.end(), '.', '_'); return s; }
long case_string_count() { std::string s = "a.b.c"; return std::count(s.begin(), s.end(), '.'); }
std::string case_string_remove_erase() { std::string s = "a b c"; s.erase(std::remove(s.begin(), s.end(), ' '), s.end()); return s; }
std::string case_string_s_literal() { return "ab"s + "c"; }
std::string case_string_all_digits() { std::string s = "123"; return std::all_of(s.begin(), s.end(), ::isdigit) ? "yes" : "no"; }
long case_string_max_npos() { return std::string::npos == static_cast<size_t>(-1); }
std::string case_to_string_int() { return std::to_string(-42) + std::to_string(7u) + std::to_string(1LL << 40); }
std::string case_to_string_double() { return std::to_string(1.5); }
std::string case_to_string_float() { return std::to_string(0.1f); }
std::string case_to_string_bool() { return std::to_string(true); }
std::string case_to_string_size() { std::vector<int> v(3); return std::to_string(v.size()); }
std::string case_to_string_char() { return std::to_string('a'); }
long case_stoi() { return std::stoi("42") + std::stoi(" -7x"); }
long case_stoi_base() { return std::stoi("ff", nullptr, 16); }
long case_stoi_pos() { size_t n = 0; int v = std::stoi("12ab", &n); return v * 10 + n; }
long case_stoi_throws() { try { return std::stoi("abc"); } catch (const std::invalid_argument &) { return -5; } }
long case_stoi_range() { try { return std::stoi("99999999999"); } catch (...) { return -6; } }
long case_stol() { return std::stol("123456789012") + std::stoll("1"); }
long case_stoul() { return std::stoul("17"); }
long case_stof() { return std::stof("1.5") * 100; }
long case_stod() { return std::stod("2.25e2"); }
long case_atoi() { return atoi("12") + std::atoi("30x") + atol("7"); }
long case_atof() { return atof("2.5") * 2; }
long case_strlen() { return strlen("abcd") * 10 + std::strlen("ab"); }
long case_strcmp() { return (strcmp("a", "a") == 0) + 2 * (std::strcmp("a", "b") < 0) + 4 * (strncmp("abc", "abd", 2) == 0); }
long case_ctype() { return (isdigit('5') != 0) + 2 * (std::isalpha('5') != 0) + 4 * (isspace(' ') != 0) + 8 * (isupper('a') != 0); }
long case_tolower() { return tolower('A') * 1000 + std::toupper('b'); }
long case_view() { std::string_view v = "abcdef"; return v.size() * 10 + (v.substr(1, 2) == "bc"); }
std::string case_view_to_string() { std::string_view v = "abcdef"; v.remove_prefix(2); v.remove_suffix(1); return std::string(v); }
long case_view_find() { std::string s = "a.b"; std::string_view v = s; return v.find('.') * 10 + (v[0] == 'a'); }
long case_view_compare() { std::string s = "ab"; std::string_view v(s); return (v == s) + 2 * (v == "ab") + 4 * (v < "b"); }
std::string case_stream_int() { std::ostringstream o; o << "layer" << 3 << '.' << 1.5; return o.str(); }
std::string case_stream_chain() { std::stringstream o; o << "a" << std::string("b") << 'c' << 4L << true; return o.str(); }
std::string case_stream_double() { std::ostringstream o; o << 0.1 << " " << 1e10 << " " << 3.0 << " " << 100000.0 << " " << 1234567.0; return o.str(); }
std::string case_stream_float() { std::ostringstream o; o << 0.1f; return o.str(); }
std::string case_stream_set() { std::ostringstream o; o << "x"; o.str("y"); return o.str(); }
std::string case_stream_clear() { std::stringstream o; o << "x"; o.str(""); o << "z"; return o.str(); }
std::string case_stream_width() { std::ostringstream o; o << std::setw(3) << std::setfill('0') << 7; return o.str(); }
std::string case_stream_precision() { std::ostringstream o; o << std::fixed << std::setprecision(2) << 3.14159; return o.str(); }
std::string case_stream_size() { std::ostringstream o; o << std::string("abc").size() << sizeof(int); return o.str(); }
std::string case_stream_endl() { std::ostringstream o; o << "a" << std::endl << "b\n"; return o.str(); }
std::string case_stream_initial() { std::stringstream o("abc"); return o.str(); }
std::string case_getline() { std::istringstream in("a\nb\n"); std::string l, r; while (std::getline(in, l)) r += l + ";"; return r; }
std::string case_getline_delim() { std::istringstream in("a.b.c"); std::string l, r; while (std::getline(in, l, '.')) r += l + ";"; return r; }
std::string case_getline_delim_push() { std::stringstream ss("x,y"); std::vector<std::string> v; std::string t; while (getline(ss, t, ',')) v.push_back(t); return v[1] + std::to_string(v.size()); }
long case_stream_extract() { std::istringstream in("12 34"); int a, b; in >> a >> b; return a * 100 + b; }
std::string case_stream_extract_word() { std::istringstream in("  ab cd"); std::string w; in >> w; return w; }
std::string case_stream_extract_loop() { std::istringstream in("1 2 3"); int x; std::string r; while (in >> x) r += std::to_string(x * 2) + ","; return r; }
std::string case_stream_peek_ignore() { std::stringstream ss("8,16,,32"); std::string r; for (int i; ss >> i;) { r += std::to_string(i) + ";"; if (ss.peek() == ',') ss.ignore(); } return r; }
std::string case_stream_while_good() { std::stringstream ss("a,b,,c,"); std::string r; while (ss.good()) { std::string t; std::getline(ss, t, ','); r += "<" + t + ">"; } return r; }
std::string case_stream_until_eof() { std::istringstream in("1 2 3 "); std::string r; while (!in.eof()) { int x = -1; in >> x; r += std::to_string(x) + ","; } return r; }
std::string case_stream_until_eof_exact() { std::istringstream in("1 2 3"); std::string r; while (!in.eof()) { int x = -1; in >> x; r += std::to_string(x) + ","; } return r; }
std::string case_stream_boolalpha() { std::istringstream in("true false 1 0 maybe"); bool a, b, c, d, e = true; in >> std::boolalpha >> a >> b >> std::noboolalpha >> c >> d; std::string r = std::to_string(a) + std::to_string(b) + std::to_string(c) + std::to_string(d); return r + (in ? "y" : "n") + std::to_string(e); }
std::string case_stream_ws() { std::istringstream in("3   rest of it"); int n; std::string l; in >> n >> std::ws; std::getline(in, l); return std::to_string(n) + l; }
std::string case_stream_get() { std::istringstream in("a=b"); std::string r; char c; while (in.get(c)) r += c == '=' ? '-' : c; return r + (in.eof() ? "e" : "") + (in.fail() ? "f" : ""); }
std::string case_stream_get_int() { std::istringstream in("xyz"); std::string r; for (int c = in.get(); c != EOF; c = in.get()) r += char(c + 1); return r; }
std::string case_stream_ignore_to() { std::istringstream in("skip this:keep that"); in.ignore(100, ':'); std::string r; in >> r; return r; }
std::string case_stream_failed_number() { std::istringstream in("12 abc 7"); int a = 1, b = 2; std::string w; in >> a >> b; bool failed = in.fail(); in.clear(); in >> w; return std::to_string(a) + std::to_string(b) + std::to_string(failed) + w; }
std::string case_stream_number_then_text() { std::istringstream in("64x3 1.5M"); int n; char x; int m; double d; std::string u; in >> n >> x >> m >> d >> u; return std::to_string(n * m) + x + std::to_string(int(d * 2)) + u; }
std::string case_stream_after_end() { std::istringstream in("5"); int a = 0, b = 9; in >> a; std::string s = "kept"; std::getline(in, s); in >> b; return s + std::to_string(a) + std::to_string(b) + (in.good() ? "g" : "") + (in.eof() ? "e" : "") + (!in ? "f" : ""); }
std::string case_stream_empty_line() { std::istringstream in("a\n\nb"); std::string l, r; int n = 0; while (std::getline(in, l)) r += l + std::to_string(n++); return r + (in.eof() ? "e" : ""); }
std::string case_stream_char_skips_space() { std::istringstream in(" a b"); char c, d; in >> c >> d; return std::string(1, c) + d + (in.eof() ? "e" : "-"); }
std::string case_stream_pairs() { std::istringstream in("conv:3,relu:0,pool:2"); std::string name, r; int k; while (std::getline(in, name, ':') && in >> k) { r += name + std::to_string(k + 1) + " "; in.ignore(); } return r; }
long case_text_walk() { long n = 0; for (const char *p = "1M23M"; *p; ++p) n = n * 10 + (*p == 'M' ? 9 : *p - '0'); return n; }
long case_text_walk_to_end() { const char *s = "abcd", *end = s + strlen(s); long n = 0; while (s != end) n = n * 2 + (*s++ == 'b'); return n; }
long case_text_less() { const char *s = "zebra"; const char *e = s + 3; long n = 0; for (; s < e; s += 2) n = n * 256 + s[0]; return n * 10 + (e - s); }
std::string case_text_strchr() { const char *spec = "head:12", *colon = strchr(spec, ':'); return std::string(spec, colon - spec) + "/" + (colon + 1) + (strchr(spec, 'x') ? "x" : "-"); }
std::string case_text_strstr() { const char *s = "layer1.conv.weight"; const char *dot = strrchr(s, '.'); return std::string(dot + 1) + std::string(strstr(s, "conv"), 4) + std::to_string(strcspn(s, ".")); }
long case_text_strtol_end() { char *end; long a = strtol("12 34x", &end, 10); long b = strtol(end, &end, 10); return a * 1000 + b * 10 + (*end == 'x'); }
std::string case_text_index_after_move() { const char *s = "resnet50"; s += 6; return std::string(s) + s[1] + *(s - 0); }
long case_stream_mixed() { std::istringstream in("3:4"); int a, b; char c; in >> a >> c >> b; return a * 10 + b + (c == ':'); }
long case_cout_no_effect() { std::cout << "hello " << 3 << std::endl; std::cerr << 'x' << "\n"; return 4; }
long case_printf_no_effect() { long x = 3; std::printf("%ld\n", x); printf("x"); return x; }
std::string case_snprintf() { char b[32]; std::snprintf(b, sizeof b, "layer%d.%s", 3, "w"); return b; }
std::string case_string_ternary() { bool big = true; std::string s = big ? "big" : "small"; return s; }
std::string case_char_arith() { char c = 'a'; c += 2; return std::string(1, c); }
std::string case_string_from_char_ptr() { const char *p = "abc"; return p; }
std::string case_string_from_char_ptr_offset() { const char *p = "abc"; return p + 1; }
std::string case_split_function() { std::string s = "a,b,c", r; size_t p; while ((p = s.find(',')) != std::string::npos) { r += s.substr(0, p) + ";"; s.erase(0, p + 1); } return r + s; }
std::string case_string_move() { std::string a = "abc"; std::string b = std::move(a); return b; }
long case_ends_with() { std::string s = "a.weight", e = ".weight"; return s.size() >= e.size() && s.compare(s.size() - e.size(), e.size(), e) == 0; }
