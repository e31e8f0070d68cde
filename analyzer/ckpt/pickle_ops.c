/* pickle_ops.c - cuts a pickle into opcodes and their arguments: a table of the shape of each argument. */
#include "ckpt/pickle_ops.h"

#include <stdbool.h>
#include <string.h>

typedef enum {
  ARG_NONE,
  ARG_U1,
  ARG_U2,
  ARG_I4,
  ARG_U4,
  ARG_U8,
  ARG_F8,     /* big-endian double */
  ARG_LINE,   /* text up to a newline */
  ARG_LINES,  /* two of them */
  ARG_BYTES1, /* length of 1, 4 or 8 bytes, then so many bytes */
  ARG_BYTES4,
  ARG_BYTES8,
} arg_kind;

static const uint8_t arg_kinds[256] = {
#define X(name, byte, arg) [byte] = ARG_##arg + 1, /* 0: no such opcode */
    OPCODES(X)
#undef X
};

uint64_t ck_pickle_little(const unsigned char *p, size_t n) {
  uint64_t v = 0;
  for (size_t i = 0; i < n; i++) v |= (uint64_t)p[i] << (8 * i);
  return v;
}

static bool read_line(ck_pickle_code *c, const char **s, size_t *n) {
  const unsigned char *from = c->bytes + c->at, *end = memchr(from, '\n', c->size - c->at);
  if (end == NULL) return false;
  *s = (const char *)from;
  *n = (size_t)(end - from);
  if (*n > 0 && from[*n - 1] == '\r') --*n;
  c->at += (size_t)(end - from) + 1;
  return true;
}

static bool read_number(ck_pickle_code *c, size_t width, uint64_t *v) {
  if (c->size - c->at < width) return false;
  *v = ck_pickle_little(c->bytes + c->at, width);
  c->at += width;
  return true;
}

static bool read_bytes(ck_pickle_code *c, size_t width, ck_pickle_arg *arg) {
  uint64_t n = 0;
  if (!read_number(c, width, &n) || n > c->size - c->at) return false;
  arg->s = (const char *)c->bytes + c->at;
  arg->n = (size_t)n;
  c->at += (size_t)n;
  return true;
}

static bool read_argument(ck_pickle_code *c, arg_kind kind, ck_pickle_arg *arg) {
  static const uint8_t widths[] = {[ARG_U1] = 1, [ARG_U2] = 2, [ARG_I4] = 4, [ARG_U4] = 4, [ARG_U8] = 8, [ARG_F8] = 8};
  uint64_t v = 0;
  *arg = (ck_pickle_arg){0};
  switch (kind) {
  case ARG_NONE: return true;
  case ARG_LINE: return read_line(c, &arg->s, &arg->n);
  case ARG_LINES: return read_line(c, &arg->s, &arg->n) && read_line(c, &arg->s2, &arg->n2);
  case ARG_BYTES1: return read_bytes(c, 1, arg);
  case ARG_BYTES4: return read_bytes(c, 4, arg);
  case ARG_BYTES8: return read_bytes(c, 8, arg);
  default: break;
  }
  if (!read_number(c, widths[kind], &v)) return false;
  arg->i = kind == ARG_I4 ? (int32_t)v : (int64_t)v;
  v = __builtin_bswap64(v); /* big-endian, of all numbers only this one */
  if (kind == ARG_F8) memcpy(&arg->f, &v, sizeof v);
  return true;
}

ck_pickle_read ck_pickle_next(ck_pickle_code *c, uint8_t *op, ck_pickle_arg *arg) {
  if (c->at >= c->size) return CK_PICKLE_ENDS;
  *op = c->bytes[c->at++];
  if (arg_kinds[*op] == 0) return CK_PICKLE_UNKNOWN;
  return read_argument(c, (arg_kind)(arg_kinds[*op] - 1), arg) ? CK_PICKLE_READ : CK_PICKLE_ENDS;
}
