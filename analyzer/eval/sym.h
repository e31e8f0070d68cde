/* sym.h - symbolic scalars: what is known of a value that is not a number yet.
 *
 * A symbol is a named unknown (`hidden`, from argv, a config file, a constructor parameter without a call site); an
 * expression applies C++ operators to symbols and constants. Expressions are hash-consed per evaluator: the same
 * expression over the same symbols is the same pointer. That is what makes two tests of one condition one condition
 * (SOUNDNESS.md, "Conditions are not blurred"). Simplification on construction: constants fold by C++ rules; x+0, x*1,
 * !!x, not of a comparison (!(a < b) is a >= b for integers) and the order of commutative operands are normal forms. */
#ifndef CK_EVAL_SYM_H
#define CK_EVAL_SYM_H
#include <stdbool.h>
#include <stdint.h>

#include "base/loc.h"
#include "base/strbuf.h"
#include "ir/ir.h"

typedef enum { CK_SYM_INT, CK_SYM_BOOL, CK_SYM_FLOAT, CK_SYM_STRING } ck_sym_type;
typedef enum {
  CK_SYM_CONST, /* i, f or s by type */
  CK_SYM_NAME,  /* s = name, origin in words, loc */
  CK_SYM_OP,    /* op over a and (binary) b; ADD on strings is concatenation */
  CK_SYM_CALL,  /* s = function ("ceil", "to_string", "at"), a and b its operands: equal calls of equal operands are
                   equal */
  CK_SYM_COND,  /* a ? b : c */
} ck_sym_kind;

typedef struct ck_sym ck_sym;
struct ck_sym {
  ck_sym_kind kind;
  ck_sym_type type;
  ck_ir_op op;
  const ck_sym *a, *b, *c;
  int64_t i; /* CONST; NAME: how many symbols its place has made before, in one run */
  double f;
  const char *s;      /* NAME, CALL, CONST string */
  const char *origin; /* NAME: where it comes from, for messages: "argv[1]", "parameter `dim` of Net" */
  ck_loc loc;         /* NAME: that place; OP/CALL: where first met (for "when argc > 1 at main.cpp:12") */
  uint32_t id;        /* dense, in order of first appearance: deterministic */
  uint16_t depth;     /* of the tree, bounded by CK_LIMIT_SYM_DEPTH (eval.h) */
  bool has_index;     /* an index symbol is in it */
  bool index;         /* NAME: the index of a loop whose number of rounds is not known (a pattern's `*`) */
};

/* C++-like spelling: `4*hidden`, `dim/heads`. A string prints as a pattern, `layers.*`: each part that is no constant
 * is `*`. */
void ck_sym_print(const ck_sym *sym, ck_strbuf *out);
/* The same for messages, strings as expressions too: `argv[1]`, `"layers." + to_string(i)`. */
void ck_sym_describe(const ck_sym *sym, ck_strbuf *out);

/* A literal of a condition: `sym` (type BOOL) holds, or does not. */
typedef struct {
  const ck_sym *sym;
  bool holds;
} ck_literal;

/* A conjunction of literals, sorted by sym->id, no symbol twice. n = 0: always. Immutable. */
typedef struct {
  const ck_literal *at;
  size_t n;
} ck_condition;
#endif
