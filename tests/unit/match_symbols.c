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
    {"remainder of an unknown stays open", "h%4=2", "h", -(1L << 60), 1L << 60},
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

int main(void) { return RUN_ROWS("symbols", rows, solve); }
