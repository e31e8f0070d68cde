// A logging library that is not installed costs nothing: what only prints is passed over, what may do more is not.
// allow-unknown
#include <missing/log.hpp>
struct Net {
  int n = 0, m = 0;
  int next() { return ++n; }
  Net(int k) { n = 1; spdlog::info("k {}", k); n = 2; } // expect-ir: (block (expr (assign = ...(int 1))) (expr (assign = (member "n" _) (int 2))))
  void nested(int k) {
    for (int i = 0; i < k; i++) {
      n = 3;
      ROS_INFO_STREAM("at " << i << fmt::format("; {}", m));
      n = 4; // expect-ir: (expr (assign = (member "n" _) (int 3))) (expr (assign = (member "n" _) (int 4)))
    }
  }
  void member(const Net *other) { n = 5; spdlog::warn("{}", other->n > 2 ? "many" : "few"); n = 6; }
  // expect-ir: (expr (assign = (member "n" _) (int 5))) (expr (assign = (member "n" _) (int 6)))
  void calls() { n = 7; spdlog::info("{}", next()); n = 8; }     // expect-ir: (int 7))) (unknown
  void assigns() { n = 9; spdlog::info("{}", m = 1); n = 10; }   // expect-ir: (int 9))) (unknown
  void counts() { n = 11; spdlog::info("{}", m++); n = 12; }     // expect-ir: (int 11))) (unknown
  void closes() { n = 13; spdlog::info([&] { m = 1; }); n = 14; } // expect-ir: (int 13))) (unknown
  void depends() { n = 15; if (n) spdlog::info("x"); n = 16; }   // expect-ir: (int 15))) (unknown
  void kept() { n = 17; auto log = spdlog::get("x"); n = 18; }   // expect-ir: (int 17))) (unknown
  void other() { n = 19; acme::info("x"); n = 20; }              // expect-ir: (int 19))) (unknown
  void loops() { n = 21; for (int i = 0; spdlog::debug(i); i++) n = 1; n = 22; } // expect-ir: (int 21))) (unknown
  void newer() {
    n = 23;
    // not before C++23
    std::println("x {}", n);
    n = 24; // expect-ir: (expr (assign = (member "n" _) (int 23))) (expr (assign = (member "n" _) (int 24)))
  }
};
