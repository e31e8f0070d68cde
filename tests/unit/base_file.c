#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rows.h"

static void a_file_is_replaced_whole(void **state) {
  (void)state;
  char path[] = "/tmp/ckptlint-file-XXXXXX", *bytes = NULL;
  size_t size = 0;
  close(mkstemp(path));
  assert_int_equal(ck_write_file(path, "first", 5, NULL), CK_OK);
  assert_int_equal(ck_write_file(path, "second!", 7, NULL), CK_OK);
  assert_int_equal(ck_read_file(path, 100, &bytes, &size, NULL), CK_OK);
  assert_int_equal(size, 7);
  assert_string_equal(bytes, "second!");
  free(bytes);
  unlink(path);
}

/* As root, a rename onto /dev/null would take the device away from the whole system. */
static void a_pipe_is_written_through(void **state) {
  (void)state;
  char path[] = "/tmp/ckptlint-pipe-XXXXXX", got[6] = "";
  close(mkstemp(path));
  unlink(path);
  assert_int_equal(mkfifo(path, 0600), 0);
  FILE *reader = fopen(path, "r+"); /* opened for both, so that neither side waits */
  assert_non_null(reader);
  assert_int_equal(ck_write_file(path, "bytes", 5, NULL), CK_OK);
  assert_int_equal(fread(got, 1, 5, reader), 5);
  fclose(reader);
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  assert_true(S_ISFIFO(st.st_mode));
  assert_string_equal(got, "bytes");
  unlink(path);
}

static void what_cannot_be_read_says_why(void **state) {
  (void)state;
  char *bytes = NULL;
  size_t size = 0;
  ck_err err = {0};
  assert_int_equal(ck_read_file("/nonexistent/file", 100, &bytes, &size, &err), CK_ABSENT);
  assert_non_null(strstr(err.text, "/nonexistent/file"));
  assert_int_equal(ck_read_file("/tmp", 100, &bytes, &size, &err), CK_IO);
  assert_non_null(strstr(err.text, "is a directory"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_file_is_replaced_whole),
                                     cmocka_unit_test(a_pipe_is_written_through),
                                     cmocka_unit_test(what_cannot_be_read_says_why)};
  return cmocka_run_group_tests_name("files", tests, NULL, NULL);
}
