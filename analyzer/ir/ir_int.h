/* ir_int.h - what the files of analyzer/ir share among themselves. */
#ifndef CK_IR_INT_H
#define CK_IR_INT_H
#include "ir/ir.h"

/* The fields of a type that its kind gives a meaning to; the others are zero in every interned type. */
enum {
  CK_IR_HAS_BITS = 1 << 0,
  CK_IR_HAS_SIGN = 1 << 1,
  CK_IR_HAS_CHAR = 1 << 2,
  CK_IR_HAS_SCOPED = 1 << 3,
  CK_IR_HAS_NAME = 1 << 4, /* name and usr */
  CK_IR_HAS_ELEM = 1 << 5,
  CK_IR_HAS_ARGS = 1 << 6,
  CK_IR_HAS_COUNT = 1 << 7,
};
unsigned ck_ir_type_fields(ck_ir_type_kind kind);

/* Appends the spelling that a type of these parts has if nothing else is said: "const std::vector<long> &". */
void ck_ir_type_default_spelling(const ck_ir_type *type, ck_strbuf *out);
/* Appends name and template arguments, "std::vector<long>": the USR of a record or enum in text that gives none. */
void ck_ir_type_default_usr(const ck_ir_type *type, ck_strbuf *out);

/* Types that the text form calls by one word. */
typedef struct {
  const char *word;
  ck_ir_type_kind kind;
  uint8_t bits;
  bool is_signed, is_char;
  const char *spelling; /* clang's */
} ck_ir_word_type;
const ck_ir_word_type *ck_ir_word_type_named(const char *word);
/* The word for a type (const or not) of these parts and this spelling (of the type without const); a NULL spelling
 * matches any. NULL if there is none. */
const ck_ir_word_type *ck_ir_word_type_of(const ck_ir_type *type, const char *spelling);

/* All bits of CK_IR_FLAGS. */
#define X(name, text, bit) | (bit)
enum { CK_IR_ALL_FLAGS = 0 CK_IR_FLAGS(X) };
#undef X

/* Which names the `op` of a node is from. */
typedef enum { CK_IR_NO_OP, CK_IR_UNARY_OP, CK_IR_BINARY_OP, CK_IR_ASSIGN_OP, CK_IR_CAST_OP } ck_ir_op_class;
ck_ir_op_class ck_ir_op_class_of(ck_ir_kind kind);

/* Binary form: little-endian; all sections have records of one size and follow each other in this order, so that the
 * counts in the header give every place. binary.c tells what stands in them. */
#define CK_IR_MAGIC "CKIR"
enum {
  CK_IR_HEADER_SIZE = 72,
  CK_IR_HASHED_FROM = 16, /* the hash at 8 is over all from here on */
  CK_IR_TYPE_SIZE = 32,
  CK_IR_NODE_SIZE = 56,
  CK_IR_REF_SIZE = 4, /* type arguments, kids */
  CK_IR_NOTE_SIZE = 24,
  CK_IR_DEPENDENCY_SIZE = 24,
};
enum { CK_IR_TYPE_SIGNED = 1, CK_IR_TYPE_CHAR = 2, CK_IR_TYPE_CONST = 4, CK_IR_TYPE_SCOPED = 8 };
#define CK_IR_NO_STRING UINT32_MAX
/* A fingerprint of all enums that the form stores as numbers: a table that changes makes older files foreign. */
uint32_t ck_ir_schema(void);
#endif
