/* Each limit stops what it is for, with its name in the message; what is no file is refused; snapshots are found. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "ckpt/ckpt.h"
#include "rows.h"

#define FIXTURE(name) CKPTLINT_SOURCE_DIR "/fixtures/checkpoints/" name

static const struct row {
  const char *name, *path;
  size_t field; /* of ck_ckpt_limits, 64 or 32 bits wide */
  size_t width;
  uint64_t value;
  const char *text; /* part of the message; NULL: the file is read */
} rows[] = {
#define LIMIT(field) offsetof(ck_ckpt_limits, field), sizeof((ck_ckpt_limits *)NULL)->field
    {"pickle", FIXTURE("py-state-dict.pt"), LIMIT(max_pickle), 100, "more than the 100 that are read"},
    {"a bomb within a zip", FIXTURE("zip-bomb.pt"), LIMIT(max_pickle), 999999, "more than the 999999"},
    {"legacy pickle", FIXTURE("legacy-state-dict.pt"), LIMIT(max_pickle), 1 << 20, NULL},
    {"safetensors header", FIXTURE("good.safetensors"), LIMIT(max_text), 50, "max_text"},
    {"index", FIXTURE("sharded/missing.json"), LIMIT(max_text), 50, "max_text"},
    {"class text", FIXTURE("cpp-net.pt"), LIMIT(max_text), 20, "more than the 20"},
    {"memory of a pickle", FIXTURE("py-state-dict.pt"), LIMIT(max_memory), 4000, "max_memory"},
    {"memory of a header", FIXTURE("good.safetensors"), LIMIT(max_memory), 300, "max_memory"},
    {"values", FIXTURE("py-state-dict.pt"), LIMIT(max_values), 50, "max_values"},
    {"keys of a pickle", FIXTURE("py-state-dict.pt"), LIMIT(max_entries), 3, "max_entries"},
    {"keys of a header", FIXTURE("good.safetensors"), LIMIT(max_entries), 3, "max_entries"},
    {"keys of shards", FIXTURE("sharded/model.safetensors.index.json"), LIMIT(max_entries), 2, "max_entries"},
    {"members", FIXTURE("py-state-dict.pt"), LIMIT(max_members), 2, "max_members"},
    {"depth of values", FIXTURE("py-nested.pt"), LIMIT(max_depth), 1, "max_depth"},
    {"depth of modules", FIXTURE("cpp-net.pt"), LIMIT(max_depth), 1, "max_depth"},
    {"depth of pickled modules", FIXTURE("py-module.pt"), LIMIT(max_depth), 1, "max_depth"},
    {"shards", FIXTURE("sharded/model.safetensors.index.json"), LIMIT(max_shards), 1, "max_shards"},
    {"files of a folder", FIXTURE("tensors"), LIMIT(max_shards), 1, "max_shards"},
#undef LIMIT
};

static void stops(void **state) {
  const struct row *row = *state;
  ck_ckpt_limits limits = ck_ckpt_default_limits;
  uint32_t narrow = (uint32_t)row->value;
  if (row->width == sizeof narrow) memcpy((char *)&limits + row->field, &narrow, sizeof narrow);
  else memcpy((char *)&limits + row->field, &row->value, sizeof row->value);
  ck_ckpt *c = NULL;
  ck_err err = {0};
  ck_status status = ck_ckpt_open(row->path, &limits, &c, &err);
  assert_int_equal(status, row->text ? CK_LIMIT : CK_OK);
  if (row->text && strstr(err.text, row->text) == NULL) fail_msg("the message is: %s", err.text);
  ck_ckpt_free(c);
}

/* 100 zeros behind the archive are padding: with any number of them torch.load reads the same 9 tensors, with the last
 * byte of the archive gone it fails ("failed finding central directory"). */
static void padding_may_be_cut(void **state) {
  (void)state;
  enum { ARCHIVE = 2375, PADDED = 2475, MORE = 4000 };
  char *bytes;
  size_t n;
  assert_int_equal(ck_read_file(FIXTURE("zip-trailing-zeros.pt"), MORE, &bytes, &n, NULL), CK_OK);
  assert_int_equal(n, PADDED);
  for (n = ARCHIVE - 1; n <= PADDED; n++) {
    ck_ckpt *c;
    size_t keys, problems;
    ck_status status = ck_ckpt_open_bytes("x", bytes, n, NULL, &c, NULL);
    assert_int_equal(status, n < ARCHIVE ? CK_CORRUPT : CK_OK);
    if (status != CK_OK) continue;
    ck_ckpt_entries(c, &keys);
    ck_ckpt_problems(c, &problems);
    assert_int_equal(keys, 9);
    assert_int_equal(problems, 0);
    ck_ckpt_free(c);
  }
  free(bytes);
}

static void no_file(void **state) {
  (void)state;
  ck_ckpt *c = (ck_ckpt *)1;
  ck_err err;
  assert_int_equal(ck_ckpt_open(FIXTURE("no-such-file.pt"), NULL, &c, &err), CK_ABSENT);
  assert_null(c);
  ck_ckpt_free(NULL);
}

static void fifo_does_not_hang(void **state) {
  (void)state;
  char path[] = "/tmp/ck_fifo_XXXXXX";
  int fd = mkstemp(path);
  ck_ckpt *c;
  close(fd);
  unlink(path);
  assert_int_equal(mkfifo(path, 0600), 0);
  assert_int_equal(ck_ckpt_open(path, NULL, &c, NULL), CK_IO);
  unlink(path);
}

static void folder_without_tensors(void **state) {
  (void)state;
  ck_ckpt *c;
  assert_int_equal(ck_ckpt_open(FIXTURE("sharded"), NULL, &c, NULL), CK_OK);
  assert_int_equal(ck_ckpt_format(c), CK_CKPT_FORMAT_DIRECTORY);
  assert_false(ck_ckpt_has(c, CK_CKPT_HAS_KEYS));
  ck_ckpt_free(c);
}

/* A header of 100 MB is allowed by the format; that the file has it must be seen before anything is allocated. */
static void claims_cost_nothing(void **state) {
  (void)state;
  ck_ckpt *c;
  ck_err err;
  unsigned char bytes[16] = {0, 0xe1, 0xf5, 5, 0, 0, 0, 0, '{', '"'};
  assert_int_equal(ck_ckpt_open_bytes("x", bytes, sizeof bytes, NULL, &c, &err), CK_CORRUPT);
  assert_int_equal(err.at, sizeof bytes);
}

/* A pointer names its file by SHA-256; the snapshot of that file stands for it. */
static void snapshot_of_a_pointer(void **state) {
  (void)state;
  char folder[] = "/tmp/ck_snapshots_XXXXXX";
  ck_ckpt *pointer, *original, *found;
  ck_strbuf text;
  char *path;
  size_t n, m;
  assert_non_null(mkdtemp(folder));
  assert_int_equal(ck_ckpt_open(FIXTURE("pointer.pt"), NULL, &pointer, NULL), CK_OK);
  assert_int_equal(ck_ckpt_open(FIXTURE("cpp-net.pt"), NULL, &original, NULL), CK_OK);
  const char *oid = ck_ckpt_meta(pointer, "oid"), *folders[] = {"/nowhere", folder};
  assert_int_equal(ck_ckpt_find_snapshot(oid, folders, 2, &path, NULL), CK_ABSENT);
  assert_null(path);
  ck_strbuf_init(&text);
  ck_ckpt_write_snapshot(original, oid, &text);
  char *name = ck_path_join(folder, oid), *full = ck_malloc(strlen(name) + 20);
  snprintf(full, strlen(name) + 20, "%s.ckpt-headers", name);
  assert_int_equal(ck_write_file(full, text.s, text.n, NULL), CK_OK);
  assert_int_equal(ck_ckpt_find_snapshot(oid, folders, 2, &path, NULL), CK_OK);
  assert_string_equal(path, full);
  assert_int_equal(ck_ckpt_open(path, NULL, &found, NULL), CK_OK);
  assert_true(ck_ckpt_is_snapshot(found));
  assert_int_equal(ck_ckpt_format(found), CK_CKPT_FORMAT_LIBTORCH);
  ck_ckpt_entries(original, &n);
  ck_ckpt_entries(found, &m);
  assert_int_equal(n, m);
  unlink(path);
  rmdir(folder);
  ck_ckpt_free(pointer);
  ck_ckpt_free(original);
  ck_ckpt_free(found);
  ck_strbuf_release(&text);
  free(name), free(full), free(path);
}

/* What is read can be written again: JSON has no numbers for all of size_t. */
static void a_size_is_not_negative(void **state) {
  (void)state;
  static const char text[] = "ckptlint-headers 1\n{\"sha256\": \"0\", \"size\": -30, \"format\": \"libtorch\"}\n";
  ck_ckpt *c;
  ck_err err = {0};
  assert_int_equal(ck_ckpt_open_bytes("x", BYTES(text), NULL, &c, &err), CK_CORRUPT);
  assert_string_equal(err.text, "the headers snapshot is of a file of -30 bytes");
}

static void an_oid_is_no_path(void **state) {
  (void)state;
  const char *folders[] = {"/"};
  char *path;
  assert_int_equal(ck_ckpt_find_snapshot("../../etc/passwd", folders, 1, &path, NULL), CK_USAGE);
  assert_null(path);
}

/* Names in tables must be there, and differ. */
static void tables_are_complete(void **state) {
  (void)state;
  for (int i = 0; i < CK_CKPT_FORMAT_COUNT; i++) {
    assert_int_equal(ck_ckpt_format_from_name(ck_ckpt_format_name((ck_ckpt_format_id)i)), i);
    assert_non_null(ck_ckpt_format_what((ck_ckpt_format_id)i));
  }
  for (int i = 0; i < CK_CKPT_PROBLEM_COUNT; i++) {
    assert_non_null(ck_ckpt_problem_name((ck_ckpt_problem_kind)i));
    for (int k = 0; k < i; k++)
      assert_string_not_equal(ck_ckpt_problem_name((ck_ckpt_problem_kind)i),
                              ck_ckpt_problem_name((ck_ckpt_problem_kind)k));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(padding_may_be_cut),     cmocka_unit_test(no_file),
      cmocka_unit_test(fifo_does_not_hang),     cmocka_unit_test(folder_without_tensors),
      cmocka_unit_test(claims_cost_nothing),    cmocka_unit_test(snapshot_of_a_pointer),
      cmocka_unit_test(a_size_is_not_negative), cmocka_unit_test(an_oid_is_no_path),
      cmocka_unit_test(tables_are_complete),
  };
  return RUN_ROWS("limits of checkpoints", rows, stops) + cmocka_run_group_tests_name("opening", tests, NULL, NULL);
}
