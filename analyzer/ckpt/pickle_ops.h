/* pickle_ops.h - the opcodes of pickles, protocols 0 to 5, and the bytes that carry them. What an opcode does is the
 * machine's business (pickle.c). */
#ifndef CK_CKPT_PICKLE_OPS_H
#define CK_CKPT_PICKLE_OPS_H
#include <stddef.h>
#include <stdint.h>

/* name, byte, argument (Python's pickletools, protocol in which it appeared) */
#define OPCODES(X)                                                                                                     \
  X(MARK, '(', NONE)                                                                                                   \
  X(STOP, '.', NONE)                                                                                                   \
  X(POP, '0', NONE)                                                                                                    \
  X(POP_MARK, '1', NONE)                                                                                               \
  X(DUP, '2', NONE)                                                                                                    \
  X(FLOAT, 'F', LINE)                                                                                                  \
  X(INT, 'I', LINE)                                                                                                    \
  X(BININT, 'J', I4)                                                                                                   \
  X(BININT1, 'K', U1)                                                                                                  \
  X(LONG, 'L', LINE)                                                                                                   \
  X(BININT2, 'M', U2)                                                                                                  \
  X(NONE, 'N', NONE)                                                                                                   \
  X(PERSID, 'P', LINE)                                                                                                 \
  X(BINPERSID, 'Q', NONE)                                                                                              \
  X(REDUCE, 'R', NONE)                                                                                                 \
  X(STRING, 'S', LINE)                                                                                                 \
  X(BINSTRING, 'T', BYTES4)                                                                                            \
  X(SHORT_BINSTRING, 'U', BYTES1)                                                                                      \
  X(UNICODE, 'V', LINE)                                                                                                \
  X(BINUNICODE, 'X', BYTES4)                                                                                           \
  X(APPEND, 'a', NONE)                                                                                                 \
  X(BUILD, 'b', NONE)                                                                                                  \
  X(GLOBAL, 'c', LINES)                                                                                                \
  X(DICT, 'd', NONE)                                                                                                   \
  X(EMPTY_DICT, '}', NONE)                                                                                             \
  X(APPENDS, 'e', NONE)                                                                                                \
  X(GET, 'g', LINE)                                                                                                    \
  X(BINGET, 'h', U1)                                                                                                   \
  X(INST, 'i', LINES)                                                                                                  \
  X(LONG_BINGET, 'j', U4)                                                                                              \
  X(LIST, 'l', NONE)                                                                                                   \
  X(EMPTY_LIST, ']', NONE)                                                                                             \
  X(OBJ, 'o', NONE)                                                                                                    \
  X(PUT, 'p', LINE)                                                                                                    \
  X(BINPUT, 'q', U1)                                                                                                   \
  X(LONG_BINPUT, 'r', U4)                                                                                              \
  X(SETITEM, 's', NONE)                                                                                                \
  X(TUPLE, 't', NONE)                                                                                                  \
  X(EMPTY_TUPLE, ')', NONE)                                                                                            \
  X(SETITEMS, 'u', NONE)                                                                                               \
  X(BINFLOAT, 'G', F8)                                                                                                 \
  X(PROTO, 0x80, U1)                                                                                                   \
  X(NEWOBJ, 0x81, NONE)                                                                                                \
  X(EXT1, 0x82, U1)                                                                                                    \
  X(EXT2, 0x83, U2)                                                                                                    \
  X(EXT4, 0x84, I4)                                                                                                    \
  X(TUPLE1, 0x85, NONE)                                                                                                \
  X(TUPLE2, 0x86, NONE)                                                                                                \
  X(TUPLE3, 0x87, NONE)                                                                                                \
  X(NEWTRUE, 0x88, NONE)                                                                                               \
  X(NEWFALSE, 0x89, NONE)                                                                                              \
  X(LONG1, 0x8a, BYTES1)                                                                                               \
  X(LONG4, 0x8b, BYTES4)                                                                                               \
  X(BINBYTES, 'B', BYTES4)                                                                                             \
  X(SHORT_BINBYTES, 'C', BYTES1)                                                                                       \
  X(SHORT_BINUNICODE, 0x8c, BYTES1)                                                                                    \
  X(BINUNICODE8, 0x8d, BYTES8)                                                                                         \
  X(BINBYTES8, 0x8e, BYTES8)                                                                                           \
  X(EMPTY_SET, 0x8f, NONE)                                                                                             \
  X(ADDITEMS, 0x90, NONE)                                                                                              \
  X(FROZENSET, 0x91, NONE)                                                                                             \
  X(NEWOBJ_EX, 0x92, NONE)                                                                                             \
  X(STACK_GLOBAL, 0x93, NONE)                                                                                          \
  X(MEMOIZE, 0x94, NONE)                                                                                               \
  X(FRAME, 0x95, U8)                                                                                                   \
  X(BYTEARRAY8, 0x96, BYTES8)                                                                                          \
  X(NEXT_BUFFER, 0x97, NONE)                                                                                           \
  X(READONLY_BUFFER, 0x98, NONE)

enum {
#define X(name, byte, arg) OP_##name = (byte),
  OPCODES(X)
#undef X
};

/* The argument behind an opcode; strings point into the bytes. */
typedef struct {
  int64_t i; /* numbers of 1 to 8 bytes; BININT is signed */
  double f;
  const char *s, *s2; /* a line or counted bytes; GLOBAL and INST have two lines */
  size_t n, n2;
} ck_pickle_arg;

typedef struct {
  const unsigned char *bytes;
  size_t size, at; /* `at`: of the next opcode */
} ck_pickle_code;

typedef enum {
  CK_PICKLE_READ,
  CK_PICKLE_ENDS,    /* the bytes end before the opcode and its argument do */
  CK_PICKLE_UNKNOWN, /* there is no such opcode */
} ck_pickle_read;

/* Takes the next opcode and its argument; `at` moves behind them. */
ck_pickle_read ck_pickle_next(ck_pickle_code *code, uint8_t *op, ck_pickle_arg *arg);
uint64_t ck_pickle_little(const unsigned char *p, size_t n); /* a little-endian number of n <= 8 bytes */
#endif
