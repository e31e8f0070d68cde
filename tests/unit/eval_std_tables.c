/* The rows of the standard library: names, arities, no row that another one hides. */
#include "eval/eval.h"

#include <string.h>

#include "rows.h"

static bool overlap(const ck_builtin *a, const ck_builtin *b) {
  int most_a = a->max < 0 ? 127 : a->max, most_b = b->max < 0 ? 127 : b->max;
  return a->min <= most_b && b->min <= most_a;
}

static void rows_are_well_formed(void **state) {
  (void)state;
  for (size_t i = 0; i < ck_ev_std_library.nbuiltins; i++) {
    const ck_builtin *row = &ck_ev_std_library.builtins[i];
    assert_non_null(row->call);
    assert_true(row->min >= 0 && (row->max < 0 || row->max >= row->min));
    assert_null(strchr(row->name, '<') != NULL && strstr(row->name, "operator<") == NULL ? row->name : NULL);
    assert_null(strstr(row->name, "__cxx11"));
  }
}

static void no_row_hides_another(void **state) {
  (void)state;
  for (size_t i = 0; i < ck_ev_std_library.nbuiltins; i++)
    for (size_t k = i + 1; k < ck_ev_std_library.nbuiltins; k++) {
      const ck_builtin *a = &ck_ev_std_library.builtins[i], *b = &ck_ev_std_library.builtins[k];
      if (strcmp(a->name, b->name) == 0 && overlap(a, b)) fail_msg("two rows for %s", a->name);
    }
}

static void classes_are_unique(void **state) {
  (void)state;
  for (size_t i = 0; i < ck_ev_std_library.nclasses; i++) {
    assert_non_null(ck_ev_std_library.classes[i].construct);
    for (size_t k = i + 1; k < ck_ev_std_library.nclasses; k++)
      assert_string_not_equal(ck_ev_std_library.classes[i].name, ck_ev_std_library.classes[k].name);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rows_are_well_formed), cmocka_unit_test(no_row_hides_another),
                                     cmocka_unit_test(classes_are_unique)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
