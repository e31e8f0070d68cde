/* ir.h - the typed AST that the front end makes and the evaluator reads.
 *
 * One uniform node, a tree per translation unit (`ck_ir_unit`), all in the unit's arena; node kinds and the meaning of
 * their children are the table nodes.def. Nothing here knows libclang or libtorch. Strings are interned in the unit
 * (equal strings of one unit are one pointer). Functions, fields and variables are identified by USR (clang's unified
 * symbol resolution string; locals have one too), equal across units.
 *
 * Qualified names leave out template arguments and inline namespaces: "std::vector::push_back", never
 * "std::__cxx11::...". A name of a class specialisation in RECORD.name and type spelling keeps its arguments.
 *
 * Two outer forms: text (for people and tests, ir/text.c) and flat binary (for the cache, ir/binary.c). The binary
 * reader treats its input as hostile: every offset, count and enum is checked before use, depth is bounded. */
#ifndef CK_IR_IR_H
#define CK_IR_IR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/loc.h"
#include "base/map.h"
#include "base/status.h"
#include "base/strbuf.h"

typedef enum {
#define CK_IR(name, text) CK_IR_##name,
#include "ir/nodes.def"
#undef CK_IR
  CK_IR_KIND_COUNT
} ck_ir_kind;

/* Flags of a node; nodes.def says where each occurs. */
#define CK_IR_FLAGS(X)                                                                                                 \
  X(STATIC, "static", 1u << 0)                                                                                         \
  X(VIRTUAL, "virtual", 1u << 1)                                                                                       \
  X(CONST, "const", 1u << 2)                                                                                           \
  X(CTOR, "ctor", 1u << 3)                                                                                             \
  X(DTOR, "dtor", 1u << 4)                                                                                             \
  X(METHOD, "method", 1u << 5)                                                                                         \
  X(DEFAULTED, "defaulted", 1u << 6)                                                                                   \
  X(DELETED, "deleted", 1u << 7)                                                                                       \
  X(NOEXCEPT, "noexcept", 1u << 8)                                                                                     \
  X(EXPLICIT, "explicit", 1u << 9)                                                                                     \
  X(BASE, "base", 1u << 10)                                                                                            \
  X(DELEGATING, "delegating", 1u << 11)                                                                                \
  X(BRACE, "brace", 1u << 12)                                                                                          \
  X(GLOBAL, "global", 1u << 13)                                                                                        \
  X(CONSTEXPR, "constexpr", 1u << 14)                                                                                  \
  X(EXTERN, "extern", 1u << 15)                                                                                        \
  X(UNION, "union", 1u << 16)                                                                                          \
  X(ABSTRACT, "abstract", 1u << 17)                                                                                    \
  X(INCOMPLETE, "incomplete", 1u << 18)                                                                                \
  X(AGGREGATE, "aggregate", 1u << 19)                                                                                  \
  X(ENUMERATOR, "enumerator", 1u << 20)                                                                                \
  X(FUNCTION, "function", 1u << 21)                                                                                    \
  X(ARROW, "arrow", 1u << 22)                                                                                          \
  X(QUALIFIED, "qualified", 1u << 23)                                                                                  \
  X(ARRAY, "array", 1u << 24)                                                                                          \
  X(BYREF, "byref", 1u << 25)                                                                                          \
  X(CAPTURE_THIS, "capture-this", 1u << 26)                                                                            \
  X(INHERITED, "inherited", 1u << 27)                                                                                  \
  X(FIELD, "data-member", 1u << 29)                                                                                    \
  X(CONTAINED, "contained", 1u << 30)                                                                                  \
  X(MAIN_FILE, "main", 1u << 28) /* declared in the unit's main file, not in a header */

#define X(name, text, bit) CK_IR_F_##name = (bit),
enum { CK_IR_FLAGS(X) };
#undef X

/* Operators of UNARY, BINARY and ASSIGN. Text form is the C++ spelling, with these exceptions for unary ones. */
#define CK_IR_OPS(X)                                                                                                   \
  X(NONE, "none")                                                                                                      \
  X(ASSIGN, "=")                                                                                                       \
  X(ADD, "+")                                                                                                          \
  X(SUB, "-")                                                                                                          \
  X(MUL, "*")                                                                                                          \
  X(DIV, "/")                                                                                                          \
  X(REM, "%")                                                                                                          \
  X(SHL, "<<")                                                                                                         \
  X(SHR, ">>")                                                                                                         \
  X(AND, "&")                                                                                                          \
  X(OR, "|")                                                                                                           \
  X(XOR, "^")                                                                                                          \
  X(LAND, "&&")                                                                                                        \
  X(LOR, "||")                                                                                                         \
  X(EQ, "==")                                                                                                          \
  X(NE, "!=")                                                                                                          \
  X(LT, "<")                                                                                                           \
  X(GT, ">")                                                                                                           \
  X(LE, "<=")                                                                                                          \
  X(GE, ">=")                                                                                                          \
  X(COMMA, ",")                                                                                                        \
  X(NEG, "neg")                                                                                                        \
  X(PLUS, "plus")                                                                                                      \
  X(NOT, "!")                                                                                                          \
  X(BNOT, "~")                                                                                                         \
  X(DEREF, "deref")                                                                                                    \
  X(ADDR, "addr")                                                                                                      \
  X(PRE_INC, "pre++")                                                                                                  \
  X(PRE_DEC, "pre--")                                                                                                  \
  X(POST_INC, "post++")                                                                                                \
  X(POST_DEC, "post--")                                                                                                \
  X(SPACESHIP, "<=>")
typedef enum {
#define X(name, text) CK_IR_OP_##name,
  CK_IR_OPS(X)
#undef X
      CK_IR_OP_COUNT
} ck_ir_op;

typedef enum {
  CK_IR_CAST_C,
  CK_IR_CAST_STATIC,
  CK_IR_CAST_DYNAMIC,
  CK_IR_CAST_CONST,
  CK_IR_CAST_REINTERPRET,
  CK_IR_CAST_FUNCTIONAL,
  CK_IR_CAST_COUNT
} ck_ir_cast;

#define CK_IR_TYPES(X)                                                                                                 \
  X(UNKNOWN, "?") /* dependent or not understood; spelling only */                                                     \
  X(VOID, "void")                                                                                                      \
  X(BOOL, "bool")                                                                                                      \
  X(INT, "int")     /* bits, is_signed; char types too (is_char) */                                                    \
  X(FLOAT, "float") /* bits */                                                                                         \
  X(NULLPTR, "nullptr")                                                                                                \
  X(ENUM, "enum")     /* name, usr; bits, is_signed of the underlying type; is_scoped */                               \
  X(RECORD, "record") /* name, usr (of the specialisation), args = template arguments */                               \
  X(POINTER, "ptr")   /* elem */                                                                                       \
  X(LREF, "lref")     /* elem */                                                                                       \
  X(RREF, "rref")     /* elem */                                                                                       \
  X(ARRAY, "array")   /* elem, count (-1 unknown) */                                                                   \
  X(FUNCTION, "fn")   /* elem = result, args = parameters */                                                           \
  X(VALUE, "value")   /* an integral template argument: count */                                                       \
  X(ARGS, "args")     /* args: a list, for ck_ir.aux; a pack is spliced in */
typedef enum {
#define X(name, text) CK_IR_T_##name,
  CK_IR_TYPES(X)
#undef X
      CK_IR_T_COUNT
} ck_ir_type_kind;

/* Canonical types, one object per distinct type and unit (typedefs, auto, decltype looked through). Strings are never
 * NULL ("" if none), `elem` is never NULL where the kind has one, nor is any of `args`. */
typedef struct ck_ir_type ck_ir_type;
struct ck_ir_type {
  ck_ir_type_kind kind;
  uint8_t bits;
  bool is_signed, is_char, is_const, is_scoped;
  const char *name;     /* RECORD, ENUM: qualified, no template arguments, no inline namespaces ("std::vector") */
  const char *usr;      /* RECORD, ENUM */
  const char *spelling; /* as clang prints the canonical type: "std::vector<long>" */
  const ck_ir_type *elem;
  const ck_ir_type *const *args; /* template arguments, parameters; packs spliced in */
  uint32_t nargs;
  uint32_t depth, parts; /* levels of nesting; types in the tree of it, itself included (ck_ir_type_intern counts) */
  int64_t count;
};

typedef struct ck_ir ck_ir;
struct ck_ir {
  uint16_t kind; /* ck_ir_kind */
  uint16_t op;   /* ck_ir_op or ck_ir_cast */
  uint32_t flags;
  ck_loc loc; /* where the reader would point: of a call, its name; macro uses at the expansion */
  const ck_ir_type *type, *aux;
  const char *name; /* never NULL; "" if none */
  const char *usr;  /* never NULL; "" if none */
  ck_ir *const *kids;
  uint32_t nkids;
  union {
    int64_t i;
    double f;
  } value;
};

/* A remark of the front end about the unit, shown as one note: the first error of a unit that does not parse, a missing
 * header. */
typedef struct {
  ck_loc loc;
  const char *text;
} ck_ir_note;

/* A file that the unit was made from, for the cache. */
typedef struct {
  const char *path;
  int64_t size, mtime_ns;
  const char *hash; /* ck_hash128_hex of the content */
} ck_ir_dependency;

typedef struct {
  ck_arena arena;
  ck_map strings;        /* interning */
  ck_map types;          /* interning of types, in order of creation */
  const char *main_file; /* as given on the command line, made absolute */
  const char *directory; /* working directory of the compile command, absolute */
  const char *output;    /* object file of the compile command, or "" */
  const char *frontend;  /* "libclang 22.1.8" */
  bool has_errors;       /* clang reported errors: what they touched may be missing */
  ck_ir *root;           /* UNIT */
  ck_ir_note *notes;
  size_t note_count;
  ck_ir_dependency *dependencies;
  size_t dependency_count;
} ck_ir_unit;

/* Making units (front end, text and binary readers). Everything made lives in unit->arena. */
ck_ir_unit *ck_ir_unit_new(void);
void ck_ir_unit_free(ck_ir_unit *unit); /* NULL is allowed */
const char *ck_ir_intern(ck_ir_unit *unit, const char *s);
const char *ck_ir_intern_n(ck_ir_unit *unit, const char *s, size_t n);
ck_ir *ck_ir_node_new(ck_ir_unit *unit, ck_ir_kind kind, ck_loc loc);             /* name and usr are "" */
void ck_ir_set_kids(ck_ir_unit *unit, ck_ir *node, ck_ir *const *kids, size_t n); /* copies the array */
/* The canonical object of an equal type: give a filled value, get the unit's own. `elem` and `args` are types of the
 * same unit; fields that the kind does not have are ignored; a missing spelling (NULL or "") is made from the parts. A
 * type beyond CK_IR_MAX_TYPE_DEPTH or _PARTS becomes UNKNOWN. */
const ck_ir_type *ck_ir_type_intern(ck_ir_unit *unit, const ck_ir_type *type);
void ck_ir_add_note(ck_ir_unit *unit, ck_loc loc, const char *text);
void ck_ir_add_dependency(ck_ir_unit *unit, ck_ir_dependency dependency); /* strings are copied */

/* How deep nodes and types may nest, so that everything may recurse over them. The readers refuse deeper ones; the
 * front end puts an UNKNOWN in place of what lies deeper. */
#define CK_IR_MAX_DEPTH      1000
#define CK_IR_MAX_TYPE_DEPTH 100
#define CK_IR_MAX_TYPE_PARTS 10000 /* types in the tree of one; real ones have some hundreds */
#define CK_IR_MAX_BITS       128   /* of a type */
/* Does the node have kids as nodes.def says: number, kinds, NULLs; and an operator if and only if it needs one? Not
 * recursive. CK_CORRUPT: err->text says what is wrong, err->at is CK_NO_OFFSET. */
ck_status ck_ir_check_node(const ck_ir *node, ck_err *err);

/* Table look-ups, both directions; -1 if there is none. */
const char *ck_ir_kind_name(ck_ir_kind kind);
int ck_ir_kind_from_name(const char *name);
const char *ck_ir_op_name(ck_ir_op op);
int ck_ir_op_from_name(const char *name);
const char *ck_ir_cast_name(ck_ir_cast cast); /* "c", "static", ..., "functional" */
int ck_ir_cast_from_name(const char *name);
const char *ck_ir_flag_name(uint32_t bit);       /* NULL if it is not exactly one known flag */
uint32_t ck_ir_flag_from_name(const char *name); /* 0 if there is none */
const char *ck_ir_type_kind_name(ck_ir_type_kind kind);
int ck_ir_type_kind_from_name(const char *name);

/* Reading nodes: NULL where the kid is absent or beyond the end. */
static inline ck_ir *ck_ir_kid(const ck_ir *node, size_t i) { return i < node->nkids ? node->kids[i] : NULL; }
ck_ir *ck_ir_body(const ck_ir *function); /* the body of a FUNCTION, or NULL */
size_t ck_ir_param_count(const ck_ir *function);
ck_ir *ck_ir_param(const ck_ir *function, size_t i);
/* Strips references; NULL stays NULL. */
const ck_ir_type *ck_ir_strip_ref(const ck_ir_type *type);

/* Text form: S-expressions, one node per line, nested by indentation; reading what was written gives an equal unit.
 * (The grammar stands at the top of ir/text.c.) */
void ck_ir_write_text(const ck_ir_unit *unit, ck_strbuf *out);
ck_status ck_ir_read_text(const char *text, size_t size, ck_ir_unit **out, ck_err *err);

/* Binary form. Reading: limits on sizes, counts and depth are named in ir/binary.c; CK_CORRUPT for anything that does
 * not hold. */
#define CK_IR_VERSION 2u /* raise it with every change of meaning: older cache entries are then rebuilt */
void ck_ir_write_binary(const ck_ir_unit *unit, ck_strbuf *out);
ck_status ck_ir_read_binary(const void *bytes, size_t size, ck_ir_unit **out, ck_err *err);

/* Programs: units linked by USR. A program does not own its units; they outlive it.
 * Clashing definitions of one USR (same USR, other text or place) are never merged: `ck_ir_find_*` takes the definition
 * nearest to the asking unit by directory, or none (then *why says so: "defined differently in a.cpp and b.cpp"). */
typedef struct ck_ir_program ck_ir_program;
ck_ir_program *ck_ir_program_new(ck_ir_unit *const *units, size_t n);
void ck_ir_program_free(ck_ir_program *program);
/* Says that there are no other units: the program is all that its build links. */
void ck_ir_program_set_whole(ck_ir_program *program);
bool ck_ir_program_is_whole(const ck_ir_program *program);
size_t ck_ir_program_unit_count(const ck_ir_program *program);
const ck_ir_unit *ck_ir_program_unit(const ck_ir_program *program, size_t i);
/* A FUNCTION with a body, a RECORD, a VAR with an initialiser (or defined without one), by USR, at the top of a unit or
 * in a RECORD there; `from` (NULL is allowed) is the asking unit, whose own definition always serves. NULL: *why (may
 * be NULL) is NULL if there is none in sight, else a reason in the program's arena. */
const ck_ir *ck_ir_find_function(const ck_ir_program *program, const char *usr, const ck_ir_unit *from,
                                 const char **why);
const ck_ir *ck_ir_find_record(const ck_ir_program *program, const char *usr, const ck_ir_unit *from, const char **why);
const ck_ir *ck_ir_find_variable(const ck_ir_program *program, const char *usr, const ck_ir_unit *from,
                                 const char **why);
/* The unit that a node lives in: nodes know their unit only through the program. NULL if it is none of the program's.
 */
const ck_ir_unit *ck_ir_unit_of(const ck_ir_program *program, const ck_ir *node);
typedef void ck_ir_visit(const ck_ir *node, void *data);
void ck_ir_walk(const ck_ir *node, ck_ir_visit *visit, void *data); /* node and all below it, in order */
#endif
