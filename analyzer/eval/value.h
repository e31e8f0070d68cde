/* value.h - values of the abstract interpreter.
 *
 * A ck_value is small and passed by value. All mutable state is in cells (ck_cell): a variable, a field, an element of
 * a vector, an object on the heap is a cell; a reference or pointer is a value that names a cell. Every write goes
 * through ck_ev_store, which journals it: so the two sides of an unknown branch can be run one after the other from the
 * same state and joined (eval/branch.c). Aggregates (LIST, MAP, OBJECT) own cells; copying one copies its cells (C++
 * value semantics, ck_ev_copy), pointers inside are shared. Values live in the evaluator's arena.
 *
 * Unknown is a value with a reason and a place; it flows on. What a statement that is not understood could reach
 * becomes unknown or *open*, never stays what it was. */
#ifndef CK_EVAL_VALUE_H
#define CK_EVAL_VALUE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/dtype.h"
#include "base/loc.h"
#include "eval/sym.h"
#include "ir/ir.h"

typedef enum {
  CK_V_UNKNOWN, /* reason */
  CK_V_VOID,    /* also: not initialised */
  CK_V_NULL,    /* nullptr, empty smart pointer, empty holder, empty std::function */
  CK_V_BOOL,    /* i */
  CK_V_INT,     /* i: value already wrapped to its C++ type; enums and chars too */
  CK_V_FLOAT,   /* f: already rounded to float if its C++ type is float */
  CK_V_STRING,  /* str: bytes without NUL */
  CK_V_SYM,     /* sym: a symbolic int, bool, float or string (string patterns too) */
  CK_V_CHOICE,  /* choice: a if the condition symbol holds, else b; never nested in a scalar where a join could fold it
                 */
  CK_V_PTR,  /* cell: raw or smart pointer, module holder, reference member; iterators have `index` into the LIST/MAP in
                the cell */
  CK_V_LIST, /* list: vector, array, deque, set, initializer_list, ArrayRef, pair, tuple; optional = 0 or 1 element */
  CK_V_MAP,  /* map: map, unordered_map, OrderedDict, JSON object; order of insertion, sorted where C++ sorts */
  CK_V_OBJECT,  /* object: instance of a class, the project's or the library's */
  CK_V_CLOSURE, /* closure: lambda, function pointer, std::function */
  CK_V_TENSOR,  /* tensor: shape and dtype; never data, except small constant integer data where factories have it */
  CK_V_NATIVE,  /* native: a value of a layer above (dtype, device, TensorOptions ...), compared by tag and payload */
} ck_value_kind;

typedef struct ck_cell ck_cell;
typedef struct ck_list ck_list;
typedef struct ck_mapping_value ck_map_value;
typedef struct ck_object ck_object;
typedef struct ck_closure ck_closure;
typedef struct ck_choice ck_choice;
typedef struct ck_tensor ck_tensor;
typedef struct ck_unknown ck_unknown;

typedef struct {
  uint8_t kind;   /* ck_value_kind */
  uint8_t tag;    /* NATIVE: which (eval/eval.h, tags); PTR: ck_ptr_flavour */
  uint32_t index; /* PTR: element for iterators and pointers into arrays, else 0 */
  union {
    int64_t i;
    double f;
    const char *str;
    const ck_sym *sym;
    const ck_unknown *unknown;
    const ck_choice *choice;
    ck_cell *cell;
    const ck_list *list;
    const ck_map_value *map;
    ck_object *object;
    const ck_closure *closure;
    const ck_tensor *tensor;
    const void *native;
  };
} ck_value;

typedef enum {
  CK_PTR_RAW,
  CK_PTR_SHARED,
  CK_PTR_UNIQUE,
  CK_PTR_HOLDER,
  CK_PTR_ITERATOR,
  CK_PTR_WEAK,
  CK_PTR_ANY, /* AnyModule */
  CK_PTR_REF  /* an lvalue on its way from a call to the evaluator; never stored in a cell (ck_ev_ref) */
} ck_ptr_flavour;

struct ck_unknown {
  const char *reason; /* a phrase: "call of `f`, whose body is not in sight" */
  ck_loc loc;
  ck_cell *into; /* a pointer or iterator: the container that it points into, and may change; a container: what it may
                    hold; NULL: none is known */
  ck_cell *last, *sequence; /* the last element of the sequence in that cell; NULL: not known */
};

struct ck_choice {
  const ck_sym *condition; /* BOOL */
  ck_value a, b;           /* if it holds; if not */
  uint32_t leaves;         /* values at the ends of its branches */
  uint64_t symbols;        /* those that occur: a bit for each, by id modulo 64 */
};

struct ck_cell {
  ck_value v;
  const ck_ir_type *type; /* declared type without reference, NULL if not known */
  ck_cell *text;          /* a character of the STRING in that cell, at `at`; what is stored here goes there, too. Or an
                             element of the LIST there, which one is not known (element.c) */
  const ck_unknown *place; /* an lvalue that is not known: why; what is stored here is held by it (held.c) */
  uint32_t at;
  uint32_t journalled; /* evaluator's: id of the innermost journal that has the old value (eval/journal.c) */
};

/* Immutable spine; the cells are mutable. Appending may share the backing array with shorter versions. */
struct ck_list {
  ck_cell **at;
  size_t n;
  size_t room, *used; /* evaluator's: backing array */
  const char *cls; /* "std::vector", "std::array", "std::pair", "std::tuple", "std::optional", "std::set", "init" ...:
                      static or interned */
};

typedef struct {
  ck_value key; /* scalar or string, known; or pair/tuple of them */
  ck_cell *cell;
} ck_map_slot;

struct ck_mapping_value {
  ck_map_slot *at;
  size_t n;
  const char *cls; /* "std::map", "std::unordered_map", "torch::OrderedDict", "nlohmann::basic_json" ... */
};

typedef struct {
  const char *name;  /* of the member, interned: compared by pointer after ck_ev_intern, or strcmp */
  const ck_ir *decl; /* FIELD of a project class, NULL for a library class */
  ck_cell *cell;
} ck_field;

/* Registered tensors and submodules of a module object, in order, with the condition under which each is there.
 * Persistent: a registry value is never changed, a new one is stored in the object's `registry` cell (so branches join,
 * eval/branch.c). */
typedef enum {
  CK_REG_PARAMETER,
  CK_REG_BUFFER,
  CK_REG_MODULE,
  CK_REG_OPEN /* may hold more than was seen: value is UNKNOWN */
} ck_reg_kind;
typedef struct {
  ck_reg_kind kind;
  ck_value name;  /* STRING, or SYM of type string (pattern); VOID for OPEN */
  ck_value value; /* PARAMETER/BUFFER: PTR to the cell that holds the TENSOR (or VOID/NULL if undefined); MODULE: PTR to
                     the OBJECT's cell, or NULL */
  ck_condition when;
  ck_loc loc; /* of the register_* call */
} ck_registration;
typedef struct {
  ck_registration *at;
  size_t n;
} ck_registry;

struct ck_object {
  const char
      *cls; /* qualified class name for library classes ("torch::nn::LinearImpl"), RECORD.name for the project's */
  const ck_ir *record; /* RECORD of the most derived project class, NULL for a library class */
  ck_field *fields;    /* grows only at construction; bases' fields included, most basic first */
  size_t nfields, room;
  ck_cell *
      registry; /* NULL if the class is no torch::nn::Module; else v is NATIVE with tag CK_TAG_REGISTRY (ck_registry) */
  ck_loc loc;   /* where it was constructed */
  uint32_t id;  /* in order of construction */
  const ck_ir *constructing; /* while a constructor runs: the class whose virtual functions are in force */
};

struct ck_closure {
  const ck_ir *function; /* FUNCTION with its body; NULL for a library function, then `name` */
  const char *name;
  const char *lambda; /* USR of the LAMBDA that made it; NULL if it is none */
  const ck_ir *field; /* pointer to a data member: the REF that names it; else NULL */
  ck_value self;      /* captured this, bound object of a pointer to member; VOID if none */
  const char **names; /* captured variables: USRs and cells (shared for by-reference, own for by-copy) */
  ck_cell **cells;
  size_t n;
};

typedef struct {
  enum { CK_DIM_UNKNOWN, CK_DIM_INT, CK_DIM_SYM } kind;
  int64_t n;                 /* INT */
  const ck_sym *sym;         /* SYM */
  const ck_unknown *unknown; /* UNKNOWN: why, or NULL */
} ck_dim;

struct ck_tensor {
  int32_t rank; /* -1: not known, then `unknown` says why */
  const ck_dim *dims;
  ck_dtype dtype; /* UNKNOWN where not known */
  bool defined;   /* false: certainly an undefined tensor, torch::Tensor() */
  bool requires_grad;
  const int64_t *data;       /* small constant integer tensors (tensor({1, 2}), arange(4)): numel values, else NULL */
  const ck_unknown *unknown; /* why rank, a dimension or the dtype is not known; NULL if all are */
};

/* Constructors of plain values. */
#define CK_VOID     ((ck_value){.kind = CK_V_VOID})
#define CK_NULL     ((ck_value){.kind = CK_V_NULL})
#define CK_BOOL(x)  ((ck_value){.kind = CK_V_BOOL, .i = (x)})
#define CK_INT(x)   ((ck_value){.kind = CK_V_INT, .i = (x)})
#define CK_FLOAT(x) ((ck_value){.kind = CK_V_FLOAT, .f = (x)})
#endif
