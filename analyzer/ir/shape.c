/* shape.c - what nodes.def says about kids, as a table that the readers check every node against. So whoever reads a
 * unit (the evaluator above all) may rely on it, even where the unit comes from a damaged or forged cache entry.
 *
 * The kids of a kind are a pattern of letters, one letter per set of kinds (`sets`); an upper-case letter allows NULL
 * too. `*` behind a letter: any number; `?`: may be missing. Matching is greedy. */
#include <ctype.h>

#include "ir/ir_int.h"

#define ONE(kind)  (UINT64_C(1) << CK_IR_##kind)
#define UPTO(kind) (ONE(kind) | (ONE(kind) - 1))
_Static_assert(CK_IR_KIND_COUNT <= 64, "sets of kinds are 64 bits");
/* nodes.def lists declarations, then statements from BLOCK to TRY, then CATCH, then expressions. */
#define STATEMENTS  ((UPTO(TRY) & ~UPTO(ENUMERATOR)) | ONE(UNKNOWN))
#define EXPRESSIONS ((UPTO(UNKNOWN) & ~UPTO(CATCH)) & ~ONE(CAPTURE))

static const uint64_t sets[26] = {
    ['a' - 'a'] = UPTO(UNKNOWN) & ~ONE(UNIT), /* anything, inside UNKNOWN */
    ['b' - 'a'] = ONE(BLOCK),
    ['c' - 'a'] = EXPRESSIONS | ONE(DECL), /* condition */
    ['d' - 'a'] = ONE(RECORD) | ONE(FUNCTION) | ONE(VAR) | ONE(ENUM),
    ['e' - 'a'] = EXPRESSIONS,
    ['f' - 'a'] = ONE(FUNCTION),
    ['h' - 'a'] = ONE(PARAM) | ONE(CTOR_INIT) | ONE(OVERRIDES), /* head of a function */
    ['k' - 'a'] = ONE(CATCH),
    ['l' - 'a'] = ONE(BLOCK) | ONE(TRY), /* body of a function */
    ['m' - 'a'] = ONE(BASE) | ONE(FIELD) | ONE(FUNCTION) | ONE(VAR),
    ['n' - 'a'] = ONE(ENUMERATOR),
    ['p' - 'a'] = ONE(CAPTURE),
    ['s' - 'a'] = STATEMENTS,
    ['v' - 'a'] = ONE(VAR),
    ['w' - 'a'] = ONE(VAR) | ONE(BINDING) | ONE(UNKNOWN),
};

static const char *const patterns[CK_IR_KIND_COUNT] = {
    [CK_IR_UNIT] = "d*",       [CK_IR_RECORD] = "m*",     [CK_IR_BASE] = "",        [CK_IR_FIELD] = "E?",
    [CK_IR_FUNCTION] = "h*l?", [CK_IR_PARAM] = "E?",      [CK_IR_CTOR_INIT] = "e*", [CK_IR_OVERRIDES] = "",
    [CK_IR_VAR] = "E?",        [CK_IR_BINDING] = "Ev*",   [CK_IR_ENUM] = "n*",      [CK_IR_ENUMERATOR] = "",
    [CK_IR_BLOCK] = "s*",      [CK_IR_DECL] = "w*",       [CK_IR_EXPR] = "e",       [CK_IR_IF] = "ScsS?",
    [CK_IR_FOR] = "SCEs",      [CK_IR_RANGE_FOR] = "wes", [CK_IR_WHILE] = "cs",     [CK_IR_DO] = "se",
    [CK_IR_SWITCH] = "cs",     [CK_IR_CASE] = "eS?",      [CK_IR_DEFAULT] = "S?",   [CK_IR_BREAK] = "",
    [CK_IR_CONTINUE] = "",     [CK_IR_RETURN] = "E?",     [CK_IR_TRY] = "bk*",      [CK_IR_CATCH] = "Vb",
    [CK_IR_INT] = "",          [CK_IR_FLOAT] = "",        [CK_IR_BOOL] = "",        [CK_IR_CHAR] = "",
    [CK_IR_STRING] = "",       [CK_IR_NULLPTR] = "",      [CK_IR_THIS] = "",        [CK_IR_REF] = "",
    [CK_IR_MEMBER] = "E?e?",   [CK_IR_CALL] = "Ee*",      [CK_IR_MCALL] = "Ee*",    [CK_IR_OPCALL] = "e*",
    [CK_IR_CONSTRUCT] = "e*",  [CK_IR_INIT_LIST] = "e*",  [CK_IR_DESIGNATED] = "e", [CK_IR_NEW] = "e*",
    [CK_IR_DELETE] = "e",      [CK_IR_UNARY] = "e",       [CK_IR_BINARY] = "ee",    [CK_IR_ASSIGN] = "ee",
    [CK_IR_COND] = "eee",      [CK_IR_SUBSCRIPT] = "ee",  [CK_IR_CAST] = "e",       [CK_IR_LAMBDA] = "p*f",
    [CK_IR_CAPTURE] = "E?",    [CK_IR_THROW] = "E?",      [CK_IR_UNKNOWN] = "A*",
};

static bool fits(char letter, const ck_ir *kid) {
  if (kid == NULL) return isupper((unsigned char)letter);
  return sets[tolower((unsigned char)letter) - 'a'] >> kid->kind & 1;
}

static ck_status check_kids(const ck_ir *node, ck_err *err) {
  const char *p = patterns[node->kind], *name = ck_ir_kind_name(node->kind);
  uint32_t i = 0;
  while (*p) {
    char letter = *p++;
    bool star = *p == '*', optional = star || *p == '?';
    if (optional) p++;
    bool took = false;
    while (i < node->nkids && fits(letter, node->kids[i]) && (star || !took)) took = true, i++;
    if (took || optional) continue;
    if (i == node->nkids) return ck_fail(err, CK_CORRUPT, "\"%s\" lacks its kid %u", name, i + 1);
    return ck_fail(err, CK_CORRUPT, "\"%s\" cannot have \"%s\" as kid %u", name,
                   node->kids[i] ? ck_ir_kind_name(node->kids[i]->kind) : "_", i + 1);
  }
  if (i == node->nkids) return CK_OK;
  return ck_fail(err, CK_CORRUPT, "\"%s\" cannot have \"%s\" as kid %u", name,
                 node->kids[i] ? ck_ir_kind_name(node->kids[i]->kind) : "_", i + 1);
}

/* Operators ----------------------------------------------------------------------------------------------- */

ck_ir_op_class ck_ir_op_class_of(ck_ir_kind kind) {
  switch (kind) {
  case CK_IR_UNARY: return CK_IR_UNARY_OP;
  case CK_IR_BINARY: return CK_IR_BINARY_OP;
  case CK_IR_ASSIGN: return CK_IR_ASSIGN_OP;
  case CK_IR_CAST: return CK_IR_CAST_OP;
  default: return CK_IR_NO_OP;
  }
}

static bool op_fits(ck_ir_op_class class, unsigned op) {
  switch (class) {
  case CK_IR_UNARY_OP: return op >= CK_IR_OP_NEG && op <= CK_IR_OP_POST_DEC;
  case CK_IR_BINARY_OP: return (op >= CK_IR_OP_ADD && op <= CK_IR_OP_COMMA) || op == CK_IR_OP_SPACESHIP;
  case CK_IR_ASSIGN_OP: return op >= CK_IR_OP_ASSIGN && op <= CK_IR_OP_XOR;
  case CK_IR_CAST_OP: return op < CK_IR_CAST_COUNT;
  default: return op == 0;
  }
}

ck_status ck_ir_check_node(const ck_ir *node, ck_err *err) {
  if (node->kind >= CK_IR_KIND_COUNT) return ck_fail(err, CK_CORRUPT, "%u is no kind of node", node->kind);
  if (!op_fits(ck_ir_op_class_of(node->kind), node->op))
    return ck_fail(err, CK_CORRUPT, "\"%s\" cannot have operator %u", ck_ir_kind_name(node->kind), node->op);
  return check_kids(node, err);
}
