// What has no effect on modules (output, time, random), file names, and the rest.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <limits>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <bitset>
#include <utility>
#include <vector>
namespace fs = std::filesystem;

std::string case_path_join() { fs::path p = "models"; return (p / "net.pt").string(); }
std::string case_path_join_slash() { fs::path p = "models/"; return (p / "net.pt").string(); }
std::string case_path_absolute() { fs::path p = "models"; return (p / "/net.pt").string(); }
std::string case_path_append() { fs::path p = "models"; p /= "a"; p /= "b.pt"; return p.string(); }
std::string case_path_plus() { fs::path p = "models"; p += ".pt"; return p.string(); }
std::string case_path_parts() { fs::path p = "a/b/net.tar.pt"; return p.filename().string() + "|" + p.stem().string() + "|" + p.extension().string() + "|" + p.parent_path().string(); }
std::string case_path_replace() { fs::path p = "a/net.pt"; p.replace_extension(".bin"); return p.string(); }
std::string case_path_c_str() { fs::path p = "a/net.pt"; return p.c_str(); }
std::string case_path_convert() { fs::path p("a"); std::string s = p; return s; }
std::string case_path_string_right() { std::string n = "x"; return (fs::path("a") / n).string(); }
long case_path_empty() { fs::path p; return p.empty() * 10 + fs::path("a").empty(); }
long case_path_equal() { return (fs::path("a") == fs::path("a")) * 10 + fs::path("a").has_extension() + fs::path("/a").is_absolute() * 100; }
long case_chrono() { auto t = std::chrono::steady_clock::now(); auto d = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - t); (void)d; return 3; }
long case_random_no_effect() { std::mt19937 g(42); std::uniform_int_distribution<int> d(1, 6); int x = d(g); return x > 100 ? 1 : 3; }
long case_time_seed() { std::srand(std::time(nullptr)); return 3; }
long case_mutex() { std::mutex m; int x = 1; { std::lock_guard<std::mutex> l(m); x = 2; } return x; }
long case_unique_lock() { std::mutex m; std::unique_lock<std::mutex> l(m); l.unlock(); return 3; }
long case_atomic() { std::atomic<int> a{3}; a++; a.fetch_add(2); return a.load(); }
long case_exception() { try { throw std::runtime_error("x"); } catch (const std::exception &e) { return 4; } return 5; }
long case_pair_in_place() { std::pair<int, int> p = std::make_pair(1, 2); std::swap(p.first, p.second); return p.first; }
long case_memset() { int a[4] = {1, 2, 3, 4}; std::memset(a, 0, sizeof a); return a[2]; }
long case_bitset() { std::bitset<8> b(5); return b.count(); }
long case_integer_sequence() { return std::index_sequence_for<int, long>::size(); }
