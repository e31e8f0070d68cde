/* rows.h - table-driven tests: every row of a table is a cmocka test with its own name.
 *
 *   static const struct row { const char *name; ... } rows[] = {...};   // `name` is the first member
 *   static void check(void **state) { const struct row *row = *state; ... }
 *   int main(void) { return RUN_ROWS("what", rows, check); } */
#ifndef CK_TESTS_ROWS_H
#define CK_TESTS_ROWS_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above */
#include <cmocka.h>
#include <stdlib.h>

static inline int ck_run_rows(const char *group, const void *rows, size_t size, size_t count, CMUnitTestFunction test) {
  struct CMUnitTest *tests = calloc(count, sizeof *tests);
  if (tests == NULL) return 1;
  for (size_t i = 0; i < count; i++) {
    const char *row = (const char *)rows + i * size;
    tests[i] = (struct CMUnitTest){*(const char *const *)row, test, NULL, NULL, (void *)(uintptr_t)row};
  }
  int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
  free(tests);
  return failed;
}
#define RUN_ROWS(group, rows, test) ck_run_rows(group, rows, sizeof *(rows), sizeof(rows) / sizeof *(rows), test)
#define BYTES(s)                    (s), sizeof(s) - 1
#endif
