/* Only headers are read: ten gigabytes of weights, written as holes, take milliseconds and megabytes, as zip (with the
 * zip64 records that this size needs) and as safetensors; 100 000 keys take a fraction of a second. The bounds are
 * wide, since a machine may be busy: they tell reading weights from not reading them. tests/ckpt/big.py writes the
 * files. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "ckpt/ckpt.h"
#include "rows.h"

static char folder[] = "/tmp/ck_big_XXXXXX";

static const struct row {
  const char *name;
  size_t keys;
  uint64_t min_size;
  double seconds; /* of processor time */
  long kilobytes; /* of the process, at most so far: rows in ascending order */
} rows[] = {
    {"ten-gigabytes.safetensors", 5, (uint64_t)10 << 30, 0.1, 100000},
    {"ten-gigabytes.pt", 5, (uint64_t)10 << 30, 0.1, 100000},
    {"keys-100000.safetensors", 100000, 0, 2, 1000000},
    {"keys-100000.pt", 100000, 0, 4, 1000000},
};

static void reads_headers_only(void **state) {
  const struct row *row = *state;
  char *path = ck_path_join(folder, row->name);
  ck_ckpt *c = NULL;
  ck_err err = {0};
  struct rusage usage;
  size_t n;
  clock_t start = clock();
  if (ck_ckpt_open(path, NULL, &c, &err) != CK_OK) fail_msg("%s", err.text);
  double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;
  getrusage(RUSAGE_SELF, &usage);
  print_message("%s: %.1f ms, %ld kB at most\n", row->name, seconds * 1e3, usage.ru_maxrss);
  ck_ckpt_entries(c, &n);
  assert_int_equal(n, row->keys);
  assert_true(ck_ckpt_size(c) >= row->min_size);
  ck_ckpt_problems(c, &n);
  assert_int_equal(n, 0);
  assert_true(seconds < row->seconds);
  assert_true(usage.ru_maxrss < row->kilobytes);
  ck_ckpt_free(c);
  unlink(path);
  free(path);
}

int main(void) {
  char command[sizeof folder + 200];
  if (mkdtemp(folder) == NULL) return 1;
  snprintf(command, sizeof command, "python3 '%s/tests/ckpt/big.py' %s", CKPTLINT_SOURCE_DIR, folder);
  if (system(command) != 0) { /* NOLINT(bugprone-command-processor): a fixed command */
    rmdir(folder);
    fprintf(stderr, "skipped: python3 cannot write the files\n");
    return 0;
  }
  int failed = RUN_ROWS("big checkpoints", rows, reads_headers_only);
  rmdir(folder);
  return failed;
}
