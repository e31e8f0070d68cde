#include "base/strbuf.h"
#include "rows.h"

static const struct row {
  const char *name, *a, *b;
  size_t limit, want;
} rows[] = {
    {"equal", "net.pt", "net.pt", 3, 0},         {"one changed", "fc1.weight", "fc2.weight", 3, 1},
    {"one inserted", "weight", "weights", 3, 1}, {"beyond the limit", "abc", "xyz", 2, 3},
    {"empty against a word", "", "ab", 5, 2},
};

static void edit_distance(void **state) {
  const struct row *row = *state;
  assert_int_equal(ck_edit_distance(row->a, row->b, row->limit), row->want);
  assert_int_equal(ck_edit_distance(row->b, row->a, row->limit), row->want);
}

int main(void) { return RUN_ROWS("edit distance", rows, edit_distance); }
