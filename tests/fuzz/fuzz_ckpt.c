/* fuzz_ckpt.c - fuzzes one checkpoint reader. FRAME says which: the input becomes the part of a file that this reader
 * finds hard, with the rest around it right, since a fuzzer does not guess magic numbers, lengths and zip directories.
 *
 * tests/fuzz/run.py builds and runs the targets. By hand:
 *   PROGRAM --seeds CORPUS fixtures/checkpoints/ANY...     # what of these files fits the frame
 *   PROGRAM -max_total_time=60 -rss_limit_mb=2048 CORPUS
 *
 * FRAME: FILE_ (the whole file, any reader), PICKLE (data.pkl of torch.save), ARCHIVE (data.pkl, a zero byte, the class
 * text of libtorch), SAFETENSORS (the header), INDEX, GGUF, LEGACY, NPY, TAR, ZIP (a whole file of that kind),
 * SNAPSHOT.
 *
 * What a reader accepts is written as a snapshot and read again. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "ckpt/zip.h"

enum { FILE_, PICKLE, ARCHIVE, SAFETENSORS, INDEX, GGUF, LEGACY, NPY, TAR, SNAPSHOT, ZIP };
#ifndef FRAME
#define FRAME FILE_
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const ck_ckpt_limits limits = {.max_pickle = 1 << 20,
                                      .max_text = 1 << 20,
                                      .max_memory = 128 << 20,
                                      .max_values = 200000,
                                      .max_entries = 10000,
                                      .max_members = 10000,
                                      .max_depth = 100,
                                      .max_shards = 100};

/* --- A zip archive of stored members ----------------------------------------------------------------------------- */

typedef struct {
  const char *name;
  const void *bytes;
  size_t n;
} member;

static void put(ck_strbuf *b, uint64_t v, int width) {
  for (int i = 0; i < width; i++) ck_strbuf_putc(b, (char)(v >> (8 * i)));
}

static void put_sizes(ck_strbuf *b, const member *m) {
  put(b, ck_crc32(m->bytes, m->n), 4);
  put(b, m->n, 4);
  put(b, m->n, 4);
  put(b, strlen(m->name), 2);
  put(b, 0, 2);
}

static void put_zip(ck_strbuf *out, const member *members, size_t n) {
  ck_strbuf directory;
  ck_strbuf_init(&directory);
  for (size_t i = 0; i < n; i++) {
    const member *m = &members[i];
    size_t at = out->n;
    ck_strbuf_add(out, "PK\3\4\0\0\0\0\0\0\0\0\0\0", 14);
    put_sizes(out, m);
    ck_strbuf_puts(out, m->name);
    ck_strbuf_add(out, m->bytes, m->n);
    ck_strbuf_add(&directory, "PK\1\2\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    put_sizes(&directory, m);
    put(&directory, 0, 8);
    put(&directory, 0, 2);
    put(&directory, at, 4);
    ck_strbuf_add(&directory, m->name, strlen(m->name));
  }
  size_t start = out->n;
  ck_strbuf_add(out, directory.s, directory.n);
  ck_strbuf_add(out, "PK\5\6\0\0\0\0", 8);
  put(out, n, 2);
  put(out, n, 2);
  put(out, directory.n, 4);
  put(out, start, 4);
  put(out, 0, 2);
  ck_strbuf_release(&directory);
}

/* --- Frames ------------------------------------------------------------------------------------------------------ */

static const char *const prefixes[] = {
    [INDEX] = "{",
    [GGUF] = "GGUF",
    [LEGACY] = "\x80\2\x8a\n\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.",
    [NPY] = "\x93NUMPY\1",
    [SNAPSHOT] = "ckptlint-headers 1\n",
    [ZIP] = "PK\3\4",
};

static void frame(ck_strbuf *out, const uint8_t *data, size_t size) {
  /* the last zero: a pickle is full of them, a class text has none */
  const void *zero = FRAME == ARCHIVE ? memrchr(data, 0, size) : NULL;
  size_t first = zero ? (size_t)((const uint8_t *)zero - data) : size;
  member members[] = {{"archive/data.pkl", data, first},
                      {"archive/data/0", "0123456789abcdef", 16},
                      {"archive/version", "3\n", 2},
                      {"archive/constants.pkl", "\x80\2).", 4},
                      {"archive/code/__torch__.py", data + first, size - first}};
  switch (FRAME) {
  case PICKLE: put_zip(out, members, 3); return;
  case ARCHIVE: put_zip(out, members, 5); return;
  case SAFETENSORS: put(out, size, 8); break;
  default: {
    const char *prefix = FRAME < sizeof prefixes / sizeof *prefixes ? prefixes[FRAME] : NULL;
    if (prefix && (size < strlen(prefix) || memcmp(data, prefix, strlen(prefix)) != 0)) ck_strbuf_puts(out, prefix);
  }
  }
  ck_strbuf_add(out, data, size);
}

/* --- The test ---------------------------------------------------------------------------------------------------- */

static const char sha256[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static void check_snapshot(const ck_ckpt *c) {
  ck_strbuf text;
  ck_ckpt *again = NULL;
  size_t n, m;
  ck_strbuf_init(&text);
  ck_ckpt_write_snapshot(c, sha256, &text);
  ck_status status = ck_ckpt_open_bytes("snapshot", text.s, text.n, NULL, &again, NULL);
  if (status != CK_OK) abort();
  ck_ckpt_entries(c, &n);
  ck_ckpt_entries(again, &m);
  if (n != m || ck_ckpt_format(c) != ck_ckpt_format(again)) abort();
  ck_ckpt_free(again);
  ck_strbuf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ck_strbuf file;
  ck_ckpt *c = NULL;
  ck_strbuf_init(&file);
  frame(&file, data, size);
  /* a copy of exactly that size: a read beyond the file is a read beyond an allocation */
  char *exact = malloc(file.n ? file.n : 1);
  if (exact == NULL) abort();
  memcpy(exact, file.s, file.n);
  if (ck_ckpt_open_bytes("fuzz", exact, file.n, &limits, &c, NULL) == CK_OK) check_snapshot(c);
  else if (c != NULL) abort();
  ck_ckpt_free(c);
  free(exact);
  ck_strbuf_release(&file);
  return 0;
}

/* --- Seeds ------------------------------------------------------------------------------------------------------- */

/* The part of a fixture that the frame takes; false if there is none. */
static bool seed_of(const char *bytes, size_t n, ck_strbuf *seed) {
  if (FRAME == SAFETENSORS) {
    if (n < 9 || bytes[8] != '{') return false;
    const char *end = memrchr(bytes, '}', n);
    return ck_strbuf_add(seed, bytes + 8, (size_t)(end - bytes) - 7), true;
  }
  if (FRAME == PICKLE || FRAME == ARCHIVE) {
    /* stored members: from the magic of the pickle to the next local header */
    const char *start = n > 4 && memcmp(bytes, "PK\3\4", 4) == 0 ? memmem(bytes, n, "\x80\2", 2) : NULL;
    const char *end = start ? memmem(start, n - (size_t)(start - bytes), "PK", 2) : NULL;
    if (end) ck_strbuf_add(seed, start, (size_t)(end - start));
    const char *class = end && FRAME == ARCHIVE ? memmem(bytes, n, "class Module", 12) : NULL;
    const char *close = class ? memmem(class, n - (size_t)(class - bytes), "PK", 2) : NULL;
    if (close) ck_strbuf_putc(seed, 0), ck_strbuf_add(seed, class, (size_t)(close - class));
    return end != NULL;
  }
  if (FRAME == TAR) return n > 262 && memcmp(bytes + 257, "ustar", 5) == 0 && (ck_strbuf_add(seed, bytes, n), true);
  const char *prefix = FRAME < sizeof prefixes / sizeof *prefixes ? prefixes[FRAME] : NULL;
  if (prefix && (n < strlen(prefix) || memcmp(bytes, prefix, strlen(prefix)) != 0)) return false;
  return ck_strbuf_add(seed, bytes, n), true;
}

static void write_seed(const char *folder, const ck_strbuf *seed) {
  char name[33];
  ck_hash128_hex(seed->s, seed->n, name);
  char *path = ck_path_join(folder, name);
  if (ck_write_file(path, seed->s, seed->n, NULL) != CK_OK) fprintf(stderr, "cannot write %s\n", path);
  free(path);
}

static void add_seeds(const char *folder, const char *path) {
  char *bytes;
  size_t n;
  ck_strbuf seed;
  ck_ckpt *c = NULL;
  if (ck_is_directory(path) || ck_read_file(path, 64 << 10, &bytes, &n, NULL) != CK_OK) return;
  ck_strbuf_init(&seed);
  if (FRAME == SNAPSHOT && ck_ckpt_open(path, NULL, &c, NULL) == CK_OK) ck_ckpt_write_snapshot(c, sha256, &seed);
  if (seed.n > 0 || (FRAME != SNAPSHOT && seed_of(bytes, n, &seed))) write_seed(folder, &seed);
  ck_ckpt_free(c);
  ck_strbuf_release(&seed);
  free(bytes);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  if (*argc < 3 || strcmp((*argv)[1], "--seeds") != 0) return 0;
  ck_make_directories((*argv)[2], NULL);
  for (int i = 3; i < *argc; i++) add_seeds((*argv)[2], (*argv)[i]);
  exit(0);
}
