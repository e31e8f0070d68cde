// nlohmann::json.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>
using json = nlohmann::json;

long case_json_parse_int() { auto j = json::parse(R"({"hidden": 128})"); return j["hidden"]; }
long case_json_get() { auto j = json::parse(R"({"hidden": 128})"); return j["hidden"].get<int>() + j.at("hidden").get<long>(); }
long case_json_float() { auto j = json::parse(R"({"lr": 0.5})"); return j["lr"].get<double>() * 10; }
std::string case_json_string() { auto j = json::parse(R"({"name": "net"})"); return j["name"]; }
std::string case_json_get_string() { auto j = json::parse(R"({"name": "net"})"); return j["name"].get<std::string>() + "!"; }
long case_json_bool() { auto j = json::parse(R"({"b": true})"); return j["b"].get<bool>(); }
long case_json_array() { auto j = json::parse("[1, 2, 3]"); return j[1].get<int>() * 10 + j.size(); }
long case_json_array_loop() { auto j = json::parse("[1, 2, 3]"); long s = 0; for (auto &x : j) s = s * 10 + x.get<int>(); return s; }
long case_json_array_loop_convert() { auto j = json::parse("[1, 2, 3]"); long s = 0; for (int x : j) s = s * 10 + x; return s; }
long case_json_vector() { auto j = json::parse(R"({"layers": [4, 5]})"); std::vector<int> v = j["layers"]; return v[1] * 10 + v.size(); }
long case_json_get_vector() { auto j = json::parse(R"({"layers": [4, 5]})"); auto v = j["layers"].get<std::vector<int64_t>>(); return v[1]; }
long case_json_contains() { auto j = json::parse(R"({"a": 1})"); return j.contains("a") * 10 + j.contains("b"); }
long case_json_count() { auto j = json::parse(R"({"a": 1})"); return j.count("a") * 10 + j.count("b"); }
long case_json_value() { auto j = json::parse(R"({"a": 1})"); return j.value("a", 5) * 10 + j.value("b", 5); }
std::string case_json_value_string() { auto j = json::parse(R"({"a": "x"})"); return j.value("a", "d") + j.value("b", "d"); }
long case_json_nested() { auto j = json::parse(R"({"model": {"dim": [1, {"x": 9}]}})"); return j["model"]["dim"][1]["x"]; }
long case_json_literal() { json j = {{"a", 1}, {"b", {1, 2, 3}}}; return j["a"].get<int>() * 10 + j["b"].size(); }
long case_json_literal_array() { json j = {1, 2, 3}; return j.is_array() * 10 + j.size(); }
long case_json_build() { json j; j["a"] = 4; j["b"]["c"] = 5; return j["a"].get<int>() * 10 + j["b"]["c"].get<int>(); }
long case_json_push() { json j = json::array(); j.push_back(3); j.push_back("x"); return j.size(); }
long case_json_is() { auto j = json::parse(R"({"a": 1, "b": "x", "c": null, "d": 1.5, "e": [], "f": {}, "g": false})"); return j["a"].is_number_integer() + 2 * j["b"].is_string() + 4 * j["c"].is_null() + 8 * j["d"].is_number_float() + 16 * j["e"].is_array() + 32 * j["f"].is_object() + 64 * j["g"].is_boolean() + 128 * j["a"].is_number(); }
std::string case_json_items() { auto j = json::parse(R"({"b": 1, "a": 2})"); std::string s; for (auto &el : j.items()) s += el.key() + std::to_string(el.value().get<int>()); return s; }
std::string case_json_items_bind() { auto j = json::parse(R"({"b": 1, "a": 2})"); std::string s; for (auto &[k, v] : j.items()) s += k + std::to_string(v.get<int>()); return s; }
long case_json_object_loop() { auto j = json::parse(R"({"b": 1, "a": 2})"); long s = 0; for (auto &v : j) s = s * 10 + v.get<int>(); return s; }
long case_json_iterator() { auto j = json::parse(R"({"b": 1, "a": 2})"); long s = 0; for (auto it = j.begin(); it != j.end(); ++it) s = s * 10 + it.value().get<int>() + it.key().size() * 100; return s; }
long case_json_find() { auto j = json::parse(R"({"a": 7})"); auto it = j.find("a"); return it != j.end() ? it->get<int>() : 0; }
long case_json_equal() { auto j = json::parse(R"({"a": 7, "s": "x"})"); return (j["a"] == 7) + 2 * (j["s"] == "x") + 4 * (j["a"] != 7); }
long case_json_empty() { json j; return j.empty() * 10 + j.is_null(); }
long case_json_assign_int() { auto j = json::parse(R"({"a": 7})"); int x = 0; x = j["a"]; return x; }
long case_json_get_to() { auto j = json::parse(R"({"a": 7})"); int x = 0; j.at("a").get_to(x); return x; }
long case_json_at_throws() { auto j = json::parse(R"({"a": 7})"); try { return j.at("b"); } catch (...) { return 2; } }
long case_json_copy() { auto j = json::parse(R"({"a": 7})"); auto k = j; k["a"] = 8; return j["a"].get<int>(); }
long case_json_erase() { auto j = json::parse(R"({"a": 7, "b": 1})"); j.erase("a"); return j.size(); }
long case_json_front() { auto j = json::parse("[4, 5]"); return j.front().get<int>() * 10 + j.back().get<int>(); }
long case_json_vector_strings() { auto j = json::parse(R"(["a", "bc"])"); auto v = j.get<std::vector<std::string>>(); return v[1].size(); }
long case_json_user_literal() { using namespace nlohmann::literals; auto j = R"({"a": 3})"_json; return j["a"]; }
