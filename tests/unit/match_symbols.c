/* Equations over symbolic dimensions: what they imply, and which contradict each other. Expectations are C++
 * arithmetic. */
#include "rows.h"

#include "match_build.h"

static const struct row {
  const char *name;
  const char *equations; /* "4*h=512 h=128" */
  const char *about;     /* expression asked for */
  long lo, hi;           /* lo > hi: a contradiction */
} rows[] = {
    {"a name is its value", "h=128", "h", 128, 128},
    {"a product is divided", "4*h=512", "h", 128, 128},
    {"a product that does not divide", "4*h=510", "h", 1, 0},
    {"equal demands agree", "4*h=512 h=128", "h", 128, 128},
    {"unequal demands contradict", "4*h=512 h=64", "h", 1, 0},
    {"division truncates", "h/2=5", "h", 10, 11},
    {"division and value agree", "h/2=5 h=11", "h", 11, 11},
    {"division and value contradict", "h/2=5 h=12", "h", 1, 0},
    {"a quotient of zero", "h/4=0", "h", -3, 3},
    {"a sum", "h+16=80", "h", 64, 64},
    {"a difference", "h-1=9", "h", 10, 10},
    {"substituted: a*b with a known", "a=8 a*b=96", "b", 12, 12},
    {"substituted, does not divide", "a=8 a*b=97", "b", 1, 0},
    {"two unknowns stay open", "a+b=10", "a", 10 - (1L << 60), 1L << 60},
    {"one expression, two values", "a+b=10 a+b=12", "a", 1, 0},
    {"sum with one solved", "a+b=10 a=3", "b", 7, 7},
    {"known divisor", "h/8=16", "h", 128, 135},
    {"remainder of a known", "h=10", "h%4", 2, 2},
    {"a remainder has the sign of its dividend", "h%4=2", "h", 2, (1L << 60) - 2},
    {"... a negative one", "h%4=-2", "h", -(1L << 60), -2},
    {"a remainder of zero says nothing of the sign", "h%4=0", "h", -(1L << 60), 1L << 60},
    {"a remainder beyond its divisor", "h%4=4", "h", 1, 0},
    {"a divisor that is not known bounds nothing below zero", "h%k=5", "h", -(1L << 60), 1L << 60},
    {"remainder and value agree", "h%4=2 h=10", "h", 10, 10},
    {"remainder and value contradict", "h%4=2 h=12", "h", 1, 0},
    {"bounds move to what leaves the remainder", "h/8=2 h%8=3", "h", 19, 19},
    {"no value between the bounds leaves it", "h/4=2 h%16=0", "h", 1, 0},
    {"a negative value", "h=-7", "h%4", -3, -3},
    {"shifted left", "h<3=64", "h", 8, 8},
    {"shifted left, bits are left over", "h<3=65", "h", 1, 0},
    {"shifted right", "h>2=5", "h", 20, 23},
    {"shifted right, a negative value", "h=-1", "h>2", -1, -1},
    {"shifted by an unknown", "h<k=64", "h", -(1L << 60), 1L << 60},
    {"a mask bounds", "h&7=9", "h", 1, 0},
    {"a mask of an unknown", "h&7=5", "h", -(1L << 60), 1L << 60},
    {"aligned down", "h&-8=16", "h", 16, 23},
    {"aligned down to what is no multiple", "h&-8=12", "h", 1, 0},
    {"bits of knowns", "h=12 k=10", "h&k", 8, 8},
    {"... or", "h=12 k=10", "h|k", 14, 14},
    {"... exclusive or", "h=12 k=10", "h^k", 6, 6},
    {"or does not take bits away", "h=12 h|k=8 k/8=0 k%8=1", "h", 1, 0},
    {"or of an unknown sign stays open", "h=12 h|k=8", "k", -(1L << 60), 1L << 60},
    {"the greater of two is at least each", "hH8=4", "h", 1, 0},
    {"... and is one of them", "hH8=16", "h", 16, 16},
    {"... either, if both can be", "hH8=8", "h", -(1L << 60), 8},
    {"the lesser of two is at most each", "hL8=16", "h", 1, 0},
    {"... and is one of them", "hL8=4", "h", 4, 4},
    {"... either, if both can be", "hL8=8", "h", 8, 1L << 60},
};

static void solve(void **state) {
  const struct row *row = *state;
  ck_arena arena;
  ck_arena_init(&arena);
  build *b = build_new(&arena);
  ck_solver solver;
  ck_solver_init(&solver);
  char *copy = ck_arena_strdup(&arena, row->equations), *save;
  uint32_t source = 0;
  for (char *word = strtok_r(copy, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
    char *equals = strchr(word, '=');
    *equals = '\0';
    ck_solver_add(&solver, build_expression(b, word), atol(equals + 1), source++);
  }
  bool solved = ck_solver_run(&solver);
  assert_int_equal(solved, row->lo <= row->hi);
  if (solved) {
    ck_range r = ck_solver_range(&solver, build_expression(b, row->about));
    assert_int_equal(r.lo, row->lo);
    assert_int_equal(r.hi, row->hi);
  }
  ck_solver_release(&solver);
  ck_arena_release(&arena);
}

/* What C++ computes; false where it would be undefined. */
static bool compute(const build *b, const ck_sym *s, const long values[2], long *out) {
  if (s->kind == CK_SYM_CONST) return *out = s->i, true;
  if (s->kind == CK_SYM_NAME) return *out = values[s == &b->names['k' - 'a']], true;
  long x, y;
  if (!compute(b, s->a, values, &x) || !compute(b, s->b, values, &y)) return false;
  if (s->kind == CK_SYM_CALL) return *out = (s->s[1] == 'a') == (x > y) ? x : y, true;
  switch (s->op) {
  case CK_IR_OP_ADD: return *out = x + y, true;
  case CK_IR_OP_SUB: return *out = x - y, true;
  case CK_IR_OP_MUL: return *out = x * y, true;
  case CK_IR_OP_DIV: return y != 0 && (*out = x / y, true);
  case CK_IR_OP_REM: return y != 0 && (*out = x % y, true);
  case CK_IR_OP_SHL: return x >= 0 && y >= 0 && y < 20 && (*out = x << y, true);
  case CK_IR_OP_SHR: return y >= 0 && y < 20 && (*out = x >> y, true);
  case CK_IR_OP_AND: return *out = x & y, true;
  case CK_IR_OP_OR: return *out = x | y, true;
  case CK_IR_OP_XOR: return *out = x ^ y, true;
  default: return false;
  }
}

/* No narrowing loses a solution: for every h and k, the equations that they satisfy leave them in. */
static void keeps_solutions(void **state) {
  (void)state;
  static const char *const texts[] = {"h%4", "h%-3", "h%k", "h/4", "h/k", "h<2", "h>1", "h<k",
                                      "h&7", "h&-4", "h&k", "h|k", "h|5", "h^k", "h^3", "hH4",
                                      "hL4", "hHk",  "hLk", "h*k", "h+k", "h-k", "4%h", "7&h"};
  enum { N = sizeof texts / sizeof *texts };
  for (int first = 0; first < N; first++)
    for (int second = first; second < N; second++)
      for (long values[2] = {-9, 0}; values[0] <= 9; values[0]++)
        for (values[1] = -9; values[1] <= 9; values[1]++) {
          ck_arena arena;
          ck_arena_init(&arena);
          build *b = build_new(&arena);
          const ck_sym *x = build_expression(b, texts[first]), *y = build_expression(b, texts[second]);
          const ck_sym *h = build_expression(b, "h"), *k = build_expression(b, "k");
          ck_solver solver;
          ck_solver_init(&solver);
          long v, w;
          if (compute(b, x, values, &v) && compute(b, y, values, &w)) {
            ck_solver_add(&solver, x, v, 0);
            ck_solver_add(&solver, y, w, 1);
            bool solved = ck_solver_run(&solver);
            ck_range rh = ck_solver_range(&solver, h), rk = ck_solver_range(&solver, k);
            if (!solved || values[0] < rh.lo || values[0] > rh.hi || values[1] < rk.lo || values[1] > rk.hi)
              fail_msg("%s = %ld, %s = %ld lose h = %ld, k = %ld", texts[first], v, texts[second], w, values[0],
                       values[1]);
          }
          ck_solver_release(&solver);
          ck_arena_release(&arena);
        }
}

int main(void) {
  const struct CMUnitTest solutions[] = {cmocka_unit_test(keeps_solutions)};
  int failed = RUN_ROWS("symbols", rows, solve);
  return failed + cmocka_run_group_tests_name("symbols: solutions", solutions, NULL, NULL);
}
