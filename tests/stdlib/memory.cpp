// Smart pointers and the small utilities of <utility>, <functional>.
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

struct node {
  int value = 3;
  std::string name;
  node() = default;
  explicit node(int v) : value(v) {}
  node(int v, std::string n) : value(v), name(std::move(n)) {}
  virtual ~node() = default;
  virtual int twice() { return value * 2; }
};
struct leaf : node {
  explicit leaf(int v) : node(v) {}
  int twice() override { return value * 20; }
  int own() { return 5; }
};
struct self : std::enable_shared_from_this<self> { int x = 6; std::shared_ptr<self> me() { return shared_from_this(); } };

long case_make_shared() { auto p = std::make_shared<node>(7); return p->value; }
long case_make_shared_two() { auto p = std::make_shared<node>(7, "ab"); return p->value * 10 + p->name.size(); }
long case_make_shared_default() { auto p = std::make_shared<node>(); return p->value; }
long case_make_shared_int() { auto p = std::make_shared<int>(7); *p += 1; return *p; }
long case_make_shared_vector() { auto p = std::make_shared<std::vector<int>>(3, 9); p->push_back(1); return p->size() * 10 + (*p)[0]; }
long case_make_unique() { auto p = std::make_unique<node>(8); return p->value; }
long case_shared_new() { std::shared_ptr<node> p(new node(4)); return (*p).value; }
long case_unique_new() { std::unique_ptr<node> p(new node(4)); return p->value; }
long case_shared_shares() { auto p = std::make_shared<node>(1); auto q = p; q->value = 9; return p->value; }
long case_shared_null() { std::shared_ptr<node> p; return p == nullptr; }
long case_shared_nullptr() { std::shared_ptr<node> p = nullptr; return p ? 1 : 2; }
long case_shared_bool() { auto p = std::make_shared<node>(1); return p ? 1 : 2; }
long case_shared_not() { std::shared_ptr<node> p; if (!p) return 4; return 5; }
long case_shared_reset() { auto p = std::make_shared<node>(1); p.reset(); return p == nullptr; }
long case_shared_reset_new() { std::shared_ptr<node> p; p.reset(new node(6)); return p->value; }
long case_unique_reset() { std::unique_ptr<node> p; p.reset(new node(6)); return p->value; }
long case_shared_assign() { std::shared_ptr<node> p; p = std::make_shared<node>(6); return p->value; }
long case_shared_assign_null() { auto p = std::make_shared<node>(1); p = nullptr; return !p; }
long case_shared_get() { auto p = std::make_shared<node>(5); node *r = p.get(); r->value = 6; return p->value; }
long case_shared_equal() { auto p = std::make_shared<node>(5); auto q = p; auto r = std::make_shared<node>(5); return (p == q) + 2 * (p == r) + 4 * (p != r); }
long case_shared_swap() { auto p = std::make_shared<node>(5), q = std::make_shared<node>(6); p.swap(q); return p->value; }
long case_std_swap_shared() { auto p = std::make_shared<node>(5), q = std::make_shared<node>(6); std::swap(p, q); return p->value; }
long case_shared_base() { std::shared_ptr<node> p = std::make_shared<leaf>(2); return p->twice(); }
long case_unique_base() { std::unique_ptr<node> p = std::make_unique<leaf>(2); return p->twice(); }
long case_static_cast() { std::shared_ptr<node> p = std::make_shared<leaf>(2); return std::static_pointer_cast<leaf>(p)->own(); }
long case_dynamic_cast() { std::shared_ptr<node> p = std::make_shared<leaf>(2); auto q = std::dynamic_pointer_cast<leaf>(p); return q ? q->own() : 0; }
long case_dynamic_cast_fails() { auto p = std::make_shared<node>(2); auto q = std::dynamic_pointer_cast<leaf>(p); return q == nullptr; }
long case_unique_move() { auto p = std::make_unique<node>(2); auto q = std::move(p); return q->value; }
long case_unique_release() { auto p = std::make_unique<node>(2); node *r = p.release(); return r->value * 10 + (p == nullptr); }
long case_unique_to_shared() { std::shared_ptr<node> p = std::make_unique<node>(2); return p->value; }
long case_vector_of_shared() { std::vector<std::shared_ptr<node>> v; v.push_back(std::make_shared<node>(3)); auto w = v; w[0]->value = 8; return v[0]->value; }
long case_vector_of_unique() { std::vector<std::unique_ptr<node>> v; v.push_back(std::make_unique<node>(3)); v.emplace_back(new node(4)); return v[0]->value * 10 + v[1]->value; }
long case_vector_emplace_unique() { std::vector<std::unique_ptr<node>> v; v.emplace_back(std::make_unique<leaf>(3)); return v.back()->twice(); }
long case_weak_lock() { auto p = std::make_shared<node>(3); std::weak_ptr<node> w = p; return w.lock()->value; }
long case_shared_from_this() { auto p = std::make_shared<self>(); auto q = p->me(); q->x = 7; return p->x * 10 + (p == q); }
long case_ref() { int x = 1; auto f = [](int &y) { y = 5; }; auto r = std::ref(x); f(r); return x; }
long case_ref_get() { int x = 1; auto r = std::ref(x); r.get() = 4; return x; }
long case_reference_wrapper_vector() { int a = 1, b = 2; std::vector<std::reference_wrapper<int>> v{a, b}; v[1].get() = 7; return b; }
long case_addressof() { int x = 1; *std::addressof(x) = 3; return x; }
long case_exchange() { int x = 1; int y = std::exchange(x, 5); return x * 10 + y; }
long case_move_value() { std::string s = "ab"; std::string t(std::move(s)); return t.size(); }
long case_forward() { auto f = [](auto &&x) { return std::forward<decltype(x)>(x) + 1; }; return f(3); }
long case_as_const() { std::vector<int> v{3}; return std::as_const(v)[0]; }
long case_swap_ints() { int a = 1, b = 2; std::swap(a, b); return a * 10 + b; }
long case_swap_vectors() { std::vector<int> a{1}, b{2, 3}; std::swap(a, b); return a.size(); }
long case_is_same() { return std::is_same<int, int>::value * 10 + std::is_same_v<int, long>; }
long case_unique_array() { std::unique_ptr<int[]> p(new int[3]); p[1] = 4; return p[1]; }
long case_unique_member() { struct holder { std::unique_ptr<node> n = std::make_unique<node>(4); } h; return h.n->value; }
long case_shared_star_write() { auto p = std::make_shared<node>(4); (*p).value = 9; return p->value; }
long case_nullptr_left() { std::shared_ptr<node> p; return nullptr == p; }
