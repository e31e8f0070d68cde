#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fill(ck_err *err, ck_status status, uint64_t at, const char *format, va_list args) {
  if (err == NULL) return;
  err->status = status;
  err->at = at;
  vsnprintf(err->text, sizeof err->text, format, args);
}

ck_status ck_fail(ck_err *err, ck_status status, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fill(err, status, CK_NO_OFFSET, format, args);
  va_end(args);
  return status;
}

ck_status ck_fail_at(ck_err *err, ck_status status, uint64_t at, const char *format, ...) {
  va_list args;
  va_start(args, format);
  fill(err, status, at, format, args);
  va_end(args);
  return status;
}

_Noreturn void ck_out_of_memory(size_t wanted) {
  fprintf(stderr, "ckptlint: out of memory (%zu bytes wanted)\n", wanted);
  exit(2);
}

void *ck_malloc(size_t size) {
  void *p = malloc(size ? size : 1);
  if (p == NULL) ck_out_of_memory(size);
  return p;
}

void *ck_calloc(size_t count, size_t size) {
  void *p = calloc(count ? count : 1, size ? size : 1);
  if (p == NULL) ck_out_of_memory(count * size);
  return p;
}

void *ck_realloc(void *old, size_t size) {
  void *p = realloc(old, size ? size : 1);
  if (p == NULL) ck_out_of_memory(size);
  return p;
}

char *ck_strdup(const char *s) {
  size_t n = strlen(s) + 1;
  return memcpy(ck_malloc(n), s, n);
}
