/* pickle.h - pickles as data: the values that a pickle builds, and the globals it names.
 *
 * A value lives in the job's scratch arena; its strings point into the pickle's bytes. A pickle is a graph: the memo
 * lets values be shared, and even contain themselves. Whoever walks it counts its steps (ck_ckpt_visit) and its depth.
 */
#ifndef CK_CKPT_PICKLE_H
#define CK_CKPT_PICKLE_H
#include "ckpt/ckpt_int.h"

typedef enum {
  PV_NONE,
  PV_BOOL,  /* i */
  PV_INT,   /* i */
  PV_FLOAT, /* f */
  PV_LONG,  /* an integer beyond 64 bits: s, n = its little-endian two's complement */
  PV_STR,   /* s, n = UTF-8 */
  PV_BYTES, /* s, n */
  PV_TUPLE,
  PV_LIST,
  PV_SET,        /* items, n */
  PV_DICT,       /* items = key, value, key, value ...; n counts both */
  PV_GLOBAL,     /* s, n = "module.name"; row */
  PV_OBJECT,     /* items[0] = callee or class, items[1] = arguments, then what was added to it; n counts all */
  PV_PERSISTENT, /* items[0] = the persistent id */
} ck_pv_type;

typedef struct ck_pg_row ck_pg_row;
typedef struct ck_pv ck_pv;
struct ck_pv {
  uint8_t type;
  bool is_pairs;   /* PV_OBJECT: what was added are keys and values (SETITEMS), not elements */
  bool is_ordered; /* PV_DICT: an OrderedDict */
  bool is_open;    /* a walk is inside it: meeting it again is a cycle */
  uint32_t n, room;
  union {
    int64_t i;
    double f;
    const char *s;
    ck_pv **items;
  };
  union {
    const ck_pv *state;   /* PV_OBJECT, PV_DICT: argument of BUILD, or NULL */
    const ck_pg_row *row; /* PV_GLOBAL: NULL if it is outside the allow list */
  };
};

/* What an allowed global means. */
typedef enum {
  PG_INERT,      /* harmless, and its result is opaque */
  PG_DICT,       /* called: a dict; arguments may hold a list of pairs */
  PG_LIST,       /* called: a list of its argument */
  PG_TUPLE,      /* torch.Size */
  PG_SET,        /* set, frozenset */
  PG_FIRST,      /* called: its first argument (restore_type_tag, build_tensorlist) */
  PG_STORAGE,    /* a storage class of `dtype` */
  PG_DTYPE,      /* a dtype, `dtype` */
  PG_TENSOR,     /* _rebuild_tensor(_v2): storage, offset, size, stride, ... */
  PG_TENSOR_V3,  /* storage, offset, size, stride, requires_grad, hooks, dtype */
  PG_QTENSOR,    /* as PG_TENSOR, fifth argument the quantizer */
  PG_PARAMETER,  /* _rebuild_parameter: tensor, ... */
  PG_SPARSE,     /* layout, (indices, values, size[, is_coalesced]), or as PG_SPARSE_CSR (2.x) */
  PG_SPARSE_CSR, /* layout, (compressed indices, plain indices, values, size) */
  PG_NESTED,     /* buffer, sizes, strides, offsets: as many shapes as there are tensors in it */
  PG_META,       /* dtype, size, stride, ... */
  PG_WRAPPER,    /* _rebuild_wrapper_subclass: class, dtype, size, stride, offset, layout, device, ... */
  PG_FROM_TYPE,  /* _rebuild_from_type(_v2): function, class, arguments, state */
  PG_FROM_NUMPY, /* data, dtype, device, ... : a tensor whose shape numpy holds */
  PG_LAYOUT,     /* torch.serialization._get_layout */
} ck_pg_role;

struct ck_pg_row {
  const char *name;
  size_t n; /* its length; 0 for a dtype, which is named by its own name */
  ck_pg_role role;
  ck_dtype dtype;
};

/* The row of a global, or NULL if it is outside the allow list (globals.c). `name` must have no dots to be in it. */
const ck_pg_row *ck_pg_find(const char *module, size_t module_n, const char *name, size_t name_n);

typedef struct {
  ck_pv *root;
  int protocol;
  bool truncated; /* on failure: the bytes ended before STOP */
  /* What torch::pickle_load would throw first, "" if nothing: it knows few opcodes and types (FORMATS.md A.5). */
  char refusal[200];
} ck_pickle;

/* Runs one pickle that starts at bytes[*at]; *at moves behind its STOP. The bytes must outlive the values.
 * `where` names it in messages and in the list of unsafe globals. Nothing is called: a global outside the allow list
 * is recorded, and what it is called with becomes an opaque PV_OBJECT. */
ck_status ck_pickle_run(ck_ckpt_job *job, const char *where, const unsigned char *bytes, size_t size, size_t *at,
                        ck_pickle *out);

bool ck_pv_is_str(const ck_pv *v, const char *s);
/* The role of a called global; -1 if v is no call of an allowed global. */
int ck_pv_call(const ck_pv *v);
const ck_pv *ck_pv_arg(const ck_pv *v, size_t i);      /* i-th argument of a PV_OBJECT; NULL if there are fewer */
const ck_pv *ck_pv_get(const ck_pv *v, const char *s); /* value of a str key of a dict, the last one; or NULL */
const char *ck_pv_type_name(ck_ckpt_job *job, const ck_pv *v); /* Python's: "int", "dict", "pkg.Class" */

/* An int, float, str or bool as Python prints it, long strings cut; NULL for anything else (tree.c). */
const char *ck_pv_scalar_text(ck_ckpt_job *job, const ck_pv *v);

/* --- Tensors in pickles (tensor.c) ------------------------------------------------------------------------------- */

bool ck_pv_is_tensor(ck_ckpt_job *job, const ck_pv *v);
/* Fills shape, dtype, storage ... of *entry from a value for which ck_pv_is_tensor holds; entry->key is set already. */
ck_status ck_pv_tensor(ck_ckpt_job *job, const ck_pv *v, ck_ckpt_entry *entry);

/* --- Python's objects as keys (tree.c) --------------------------------------------------------------------------- */

/* Appends entries, others, parts, modules and scalars of the root value of a file of Python's torch.save. */
ck_status ck_pv_walk_root(ck_ckpt_job *job, ck_pv *root);
#endif
