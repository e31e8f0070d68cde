/* No damage to a checkpoint may crash or hang a reader: each fixture is cut at every length, and every byte is set to
 * 00, to FF, and flipped. What comes back is any status; a checkpoint must still be sound (every string and array
 * readable), which AddressSanitizer checks as they are touched. A zip archive has a checksum for all that is read of
 * it, and a central directory: whatever byte of it changes, either it lists what it listed before, or it says that
 * something is wrong, or it is no checkpoint any more.
 *
 * `make test` takes a sample of the positions, about ten seconds with sanitizers; CKPTLINT_FULL_DAMAGE=1 takes all. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "ckpt/ckpt.h"
#include "rows.h"

static const char folder[] = CKPTLINT_SOURCE_DIR "/fixtures/checkpoints";

enum {
  MAX_FILE = 20000, /* bytes; larger fixtures are of the same kinds */
  SAMPLES = 16,     /* positions of a file, without CKPTLINT_FULL_DAMAGE */
  EDGE = 6,         /* positions at either end that are always taken */
  MAX_SECONDS = 1   /* of processor time for one file; it takes below a millisecond */
};

/* Enough for every fixture, too little for a claim of gigabytes to be believed. */
static const ck_ckpt_limits limits = {.max_pickle = 1 << 20,
                                      .max_text = 1 << 20,
                                      .max_memory = 64 << 20,
                                      .max_values = 200000,
                                      .max_entries = 10000,
                                      .max_members = 10000,
                                      .max_depth = 100,
                                      .max_shards = 100};

static size_t length(const char *s) { return s ? strlen(s) : 0; }

/* Reads everything that a checkpoint points to. */
static size_t touch(const ck_ckpt *c) {
  size_t n, sum = 0;
  const char *const *modules;
  const ck_ckpt_entry *e = ck_ckpt_entries(c, &n);
  for (size_t i = 0; i < n; i++) {
    sum +=
        length(e[i].key) + length(e[i].storage) + length(e[i].location) + length(e[i].dtype_text) + length(e[i].file);
    for (uint32_t k = 0; k < e[i].rank; k++) sum += (size_t)e[i].shape[k] + (e[i].stride ? (size_t)e[i].stride[k] : 0);
    assert_non_null(ck_ckpt_find(c, e[i].key));
  }
  const ck_ckpt_part *p = ck_ckpt_parts(c, &n);
  for (size_t i = 0; i < n; i++) {
    sum += length(p[i].path_text);
    for (size_t k = 0; k < p[i].path_count; k++) sum += length(p[i].path[k]);
    for (size_t k = 0; k < p[i].entry_count; k++) sum += length(p[i].entries[k].key);
    for (size_t k = 0; k < p[i].other_count; k++) sum += length(p[i].others[k].key) + length(p[i].others[k].text);
  }
  const ck_ckpt_problem *problems = ck_ckpt_problems(c, &n);
  for (size_t i = 0; i < n; i++) sum += length(problems[i].text) + length(problems[i].key);
  const ck_ckpt_pair *pairs = ck_ckpt_metadata(c, &n);
  for (size_t i = 0; i < n; i++) sum += length(pairs[i].name) + length(pairs[i].value);
  ck_ckpt_modules(c, &modules, &n);
  for (size_t i = 0; i < n; i++) sum += length(modules[i]);
  return sum;
}

/* What a snapshot says of the contents: the file's size comes before, and a cut may take padding alone. */
static const char *contents(const char *listing) {
  const char *format = strstr(listing, "\"format\"");
  return format ? format : listing;
}

/* The snapshot of an undamaged zip archive; NULL: damage to this file cannot be told. */
static char *listing_of(const void *bytes, size_t n) {
  static const char sha256[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  ck_ckpt *c;
  ck_strbuf text;
  if (n < 4 || memcmp(bytes, "PK\3\4", 4) != 0) return NULL;
  if (ck_ckpt_open_bytes("x", bytes, n, &limits, &c, NULL) != CK_OK) return NULL;
  ck_strbuf_init(&text);
  size_t problems;
  ck_ckpt_problems(c, &problems); /* one damage may well hide another */
  if (problems == 0 && ck_ckpt_has(c, CK_CKPT_HAS_KEYS) && ck_ckpt_format(c) != CK_CKPT_FORMAT_NPZ)
    ck_ckpt_write_snapshot(c, sha256, &text);
  ck_ckpt_free(c);
  char *listing = ck_strbuf_detach(&text);
  ck_strbuf_release(&text);
  return listing;
}

static void check_is_told(const ck_ckpt *c, const void *bytes, size_t n, const char *whole) {
  size_t problems;
  ck_ckpt_problems(c, &problems);
  if (whole == NULL || whole[0] == 0 || problems > 0 || !ck_ckpt_has(c, CK_CKPT_HAS_KEYS)) return;
  char *now = listing_of(bytes, n);
  if (now == NULL || strcmp(contents(now), contents(whole)) != 0)
    fail_msg("it lists something else without a problem:\n%s", now);
  free(now);
}

static void open_and_touch(const char *name, const void *bytes, size_t n, const char *whole) {
  ck_ckpt *c = NULL;
  ck_err err = {0};
  clock_t start = clock();
  ck_status status = ck_ckpt_open_bytes(name, bytes, n, &limits, &c, &err);
  if (status == CK_OK) {
    volatile size_t sink = touch(c);
    (void)sink;
    check_is_told(c, bytes, n, whole);
  } else {
    assert_null(c);
    assert_true(err.text[0] != 0);
  }
  ck_ckpt_free(c);
  assert_true(clock() - start < MAX_SECONDS * CLOCKS_PER_SEC);
}

/* A copy of exactly n bytes, so that a read beyond the end is a read beyond an allocation. */
static void cut(const char *name, const char *bytes, size_t n, const char *whole) {
  char *copy = malloc(n ? n : 1);
  assert_non_null(copy);
  memcpy(copy, bytes, n);
  open_and_touch(name, copy, n, whole);
  free(copy);
}

static void damage(const char *name, char *bytes, size_t n, size_t at, const char *whole) {
  char old = bytes[at];
  const char values[] = {0, (char)0xff, (char)~old, (char)(old ^ 1)};
  for (size_t i = 0; i < sizeof values; i++) {
    bytes[at] = values[i];
    open_and_touch(name, bytes, n, whole);
  }
  bytes[at] = old;
}

static void survives(void **state) {
  const char *const *row = *state;
  char *path = ck_path_join(folder, *row), *bytes;
  size_t n;
  ck_err err = {0};
  assert_int_equal(ck_read_file(path, MAX_FILE, &bytes, &n, &err), CK_OK);
  char *whole = listing_of(bytes, n);
  size_t step = getenv("CKPTLINT_FULL_DAMAGE") || n < SAMPLES ? 1 : n / SAMPLES;
  for (size_t i = 0; i < n; i += i < EDGE || i + EDGE >= n ? 1 : step) {
    cut(*row, bytes, i, whole);
    damage(*row, bytes, n, i, whole);
  }
  free(whole);
  free(bytes);
  free(path);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

int main(void) {
  char *names[1000];
  size_t n = 0;
  DIR *dir = opendir(folder);
  if (dir == NULL) return 1;
  for (struct dirent *e; n < 1000 && (e = readdir(dir)) != NULL;) {
    char *path = ck_path_join(folder, e->d_name);
    FILE *f = ck_is_directory(path) ? NULL : fopen(path, "rb");
    if (f && fseek(f, 0, SEEK_END) == 0 && ftell(f) <= MAX_FILE && !ck_starts_with(e->d_name, "make.") &&
        !ck_ends_with(e->d_name, ".json") && !ck_ends_with(e->d_name, ".jsonl"))
      names[n++] = ck_strdup(e->d_name);
    if (f) fclose(f);
    free(path);
  }
  closedir(dir);
  qsort(names, n, sizeof *names, by_name);
  int failed = ck_run_rows("damaged checkpoints", names, sizeof *names, n, survives);
  for (size_t i = 0; i < n; i++) free(names[i]);
  return failed || n < 50;
}
