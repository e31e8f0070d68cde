/* fuzz_ir.c - fuzzes the reader of the IR's binary form. What it accepts must be fit for use: both forms of it are
 * written and read again. The hash over the content is made right first, or the fuzzer would never pass it.
 * tests/fuzz/run.py builds and runs it; --seeds CORPUS writes the binary forms of the units in tests/unit/ir_samples.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/ir_samples.h"
#include "base/hash.h"

enum { HASH_AT = 8, HASHED_FROM = 16 }; /* ir/binary.c */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static void seal(uint8_t *bytes, size_t size) {
  if (size < HASHED_FROM) return;
  uint64_t h = ck_hash64(bytes + HASHED_FROM, size - HASHED_FROM, 0);
  for (int i = 0; i < 8; i++) bytes[HASH_AT + i] = (uint8_t)(h >> (8 * i));
}

static void check_usable(const ck_ir_unit *unit) {
  ck_ir_unit *again = NULL;
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_ir_write_binary(unit, &b);
  if (ck_ir_read_binary(b.s, b.n, &again, NULL) != CK_OK) abort();
  ck_ir_unit_free(again);
  ck_strbuf_clear(&b);
  ck_ir_write_text(unit, &b);
  if (ck_ir_read_text(b.s, b.n, &again, NULL) != CK_OK) abort();
  ck_ir_unit_free(again);
  ck_strbuf_release(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ck_ir_unit *unit = NULL;
  uint8_t *copy = malloc(size ? size : 1);
  if (size) memcpy(copy, data, size);
  seal(copy, size);
  if (ck_ir_read_binary(copy, size, &unit, NULL) == CK_OK) check_usable(unit);
  ck_ir_unit_free(unit);
  free(copy);
  return 0;
}

static void write_seed(const char *folder, int number) {
  ck_ir_unit *unit = NULL;
  char path[4096];
  ck_strbuf b;
  ck_strbuf_init(&b);
  const char *text = ir_samples[number].text;
  if (ck_ir_read_text(text, strlen(text), &unit, NULL) != CK_OK) abort();
  ck_ir_write_binary(unit, &b);
  snprintf(path, sizeof path, "%s/sample%d", folder, number);
  FILE *f = fopen(path, "wb");
  if (f == NULL || fwrite(b.s, 1, b.n, f) != b.n || fclose(f) != 0) perror(path);
  ck_ir_unit_free(unit);
  ck_strbuf_release(&b);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  if (*argc != 3 || strcmp((*argv)[1], "--seeds") != 0) return 0;
  for (int i = 0; i < IR_SAMPLE_COUNT; i++) write_seed((*argv)[2], i);
  exit(0);
}
