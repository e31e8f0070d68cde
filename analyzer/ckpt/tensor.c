/* tensor.c - from what a pickle would have called to rebuild a tensor to the tensor's shape, dtype and storage.
 *
 * One function per rebuild role of globals.c; the argument positions are those of torch/_utils.py. A role that wraps
 * another tensor (Parameter, a subclass) is looked through, up to MAX_WRAPPING times. */
#include <string.h>

#include "ckpt/pickle.h"

enum {
  MAX_WRAPPING = 16, /* Parameter(subclass(tensor)) is 2 */
  MAX_RANK = 64,     /* PyTorch's own limit for most operations */
};

/* Follows wrappers to the call that rebuilds the innermost tensor; NULL if there is none. */
static const ck_pv *unwrap(const ck_pv *v) {
  for (int i = 0; v != NULL && i < MAX_WRAPPING; i++) {
    switch (ck_pv_call(v)) {
    case PG_PARAMETER:
    case PG_FIRST: v = ck_pv_arg(v, 0); break;
    case PG_FROM_TYPE: {
      /* function(*arguments), where both are arguments themselves: the same shape as a call */
      const ck_pv *function = ck_pv_arg(v, 0), *args = ck_pv_arg(v, 2);
      if (function == NULL || args == NULL || function->type != PV_GLOBAL || function->row == NULL) return NULL;
      return v;
    }
    default: return v;
    }
  }
  return NULL;
}

/* The rebuild role and its argument tuple. */
static int rebuild_of(const ck_pv *v, const ck_pv **args) {
  v = v ? unwrap(v) : NULL;
  if (v == NULL) return -1;
  int role = ck_pv_call(v);
  *args = role >= 0 ? v->items[1] : NULL;
  if (role == PG_FROM_TYPE) {
    role = (int)ck_pv_arg(v, 0)->row->role;
    *args = ck_pv_arg(v, 2);
  }
  return role >= 0 && (*args)->type == PV_TUPLE ? role : -1;
}

static bool is_rebuild(int role) {
  switch (role) {
  case PG_TENSOR:
  case PG_TENSOR_V3:
  case PG_QTENSOR:
  case PG_SPARSE:
  case PG_SPARSE_CSR:
  case PG_NESTED:
  case PG_META:
  case PG_WRAPPER:
  case PG_FROM_NUMPY: return true;
  default: return false;
  }
}

/* Of several tensors. */
static bool is_composed(int role) { return role == PG_SPARSE || role == PG_SPARSE_CSR || role == PG_NESTED; }

static const char *persistent_text(ck_ckpt_job *job, const ck_pv *v) {
  const ck_pv *id = v->items[0];
  if (id->type == PV_STR) return ck_arena_strndup(&job->scratch, id->s, id->n);
  if (id->type == PV_INT) return ck_arena_printf(&job->scratch, "%lld", (long long)id->i);
  return NULL;
}

bool ck_pv_is_tensor(ck_ckpt_job *job, const ck_pv *v) {
  const ck_pv *args;
  if (v->type == PV_PERSISTENT) {
    const char *id = job->persistent_tensor ? persistent_text(job, v) : NULL;
    return id && job->persistent_tensor(job, id, NULL);
  }
  return v->type == PV_OBJECT && is_rebuild(rebuild_of(v, &args));
}

/* --- Parts of a tensor ------------------------------------------------------------------------------------------- */

static void bad(ck_ckpt_job *job, const ck_ckpt_entry *entry, const char *what) {
  ck_ckpt_add_problem(job, CK_CKPT_BAD_TENSOR, CK_NO_OFFSET, entry->key, "tensor \"%.200s\" %s", entry->key, what);
}

static const ck_pv *at(const ck_pv *args, size_t i) { return i < args->n ? args->items[i] : NULL; }

/* The numbers of a tuple, list or torch.Size; false if it is something else. */
static bool numbers(ck_ckpt_job *job, const ck_pv *v, const int64_t **out, uint32_t *n) {
  if (v && ck_pv_call(v) == PG_TUPLE) v = ck_pv_arg(v, 0);
  if (v == NULL || (v->type != PV_TUPLE && v->type != PV_LIST) || v->n > MAX_RANK) return false;
  int64_t *p = v->n ? CK_NEW_N(&job->ckpt->arena, int64_t, v->n) : NULL;
  for (size_t i = 0; i < v->n; i++) {
    if (v->items[i]->type != PV_INT) return false;
    p[i] = v->items[i]->i;
  }
  *out = p;
  *n = v->n;
  return true;
}

static void set_shape(ck_ckpt_job *job, const ck_pv *size, ck_ckpt_entry *entry) {
  uint64_t elements;
  entry->shape_known = numbers(job, size, &entry->shape, &entry->rank);
  if (!entry->shape_known) bad(job, entry, "has a shape that is no list of numbers");
  else if (!ck_ckpt_elements(entry->shape, entry->rank, &elements))
    bad(job, entry, "has a negative extent, or more elements than fit in 63 bits");
}

static void set_dtype(const ck_pv *dtype, ck_ckpt_entry *entry) {
  if (dtype && dtype->type == PV_GLOBAL && dtype->row && dtype->row->role == PG_DTYPE) entry->dtype = dtype->row->dtype;
}

/* One past the last element that the tensor reaches, relative to the storage; false on overflow. */
static bool reach_of(const ck_ckpt_entry *entry, uint64_t *reach) {
  uint64_t last = (uint64_t)entry->storage_offset;
  for (size_t i = 0; i < entry->rank; i++) {
    uint64_t step;
    if (entry->shape[i] == 0) return *reach = 0, true;
    if (entry->shape[i] < 0 || (entry->stride && entry->stride[i] < 0)) return false;
    if (entry->stride == NULL) continue;
    if (__builtin_mul_overflow((uint64_t)entry->shape[i] - 1, (uint64_t)entry->stride[i], &step) ||
        __builtin_add_overflow(last, step, &last))
      return false;
  }
  return !__builtin_add_overflow(last, 1, reach);
}

typedef struct {
  ck_dtype dtype;
  const char *name, *location;
  int64_t numel;   /* in elements of `dtype` */
  bool is_untyped; /* numel counts bytes */
} storage;

/* ("storage", class, key, location, numel[, view]). */
static bool storage_of(ck_ckpt_job *job, const ck_pv *v, storage *out) {
  const ck_pv *id = v && v->type == PV_PERSISTENT ? v->items[0] : NULL;
  if (id == NULL || id->type != PV_TUPLE || id->n < 5 || !ck_pv_is_str(id->items[0], "storage")) return false;
  const ck_pv *class = id->items[1], *key = id->items[2], *location = id->items[3], *numel = id->items[4];
  if (class->type != PV_GLOBAL || class->row == NULL || class->row->role != PG_STORAGE) return false;
  if (numel->type != PV_INT || (key->type != PV_STR && key->type != PV_INT)) return false;
  *out = (storage){.dtype = class->row->dtype, .numel = numel->i};
  out->is_untyped = class->row->dtype == CK_DTYPE_UNKNOWN;
  out->name = key->type == PV_STR ? ck_ckpt_copy_key(job, key->s, key->n)
                                  : ck_arena_printf(&job->ckpt->arena, "%lld", (long long)key->i);
  if (location->type == PV_STR)
    out->location = ck_pv_is_str(location, "cpu") ? "cpu" : ck_ckpt_copy_key(job, location->s, location->n);
  return true;
}

static void check_storage(ck_ckpt_job *job, const storage *s, const ck_ckpt_entry *entry) {
  uint64_t reach, size = s->is_untyped ? 1 : ck_dtype_size(s->dtype), bytes, wanted;
  if (s->numel < 0 || __builtin_mul_overflow((uint64_t)s->numel, size, &bytes)) {
    bad(job, entry, "lies in a storage of impossible size");
    return;
  }
  if (entry->shape_known && entry->storage_offset >= 0 && reach_of(entry, &reach)) {
    uint64_t item = s->is_untyped ? ck_dtype_size(entry->dtype) : 1;
    if (item == 0) item = 1;
    if (__builtin_mul_overflow(reach, item, &wanted) || wanted > (uint64_t)s->numel)
      ck_ckpt_add_problem(job, CK_CKPT_SHORT_STORAGE, CK_NO_OFFSET, entry->key,
                          "tensor \"%.200s\" reaches beyond its storage of %lld elements", entry->key,
                          (long long)s->numel);
  } else if (entry->shape_known) {
    bad(job, entry, "has an impossible offset or stride");
  }
  if (job->check_storage) job->check_storage(job, s->name, bytes, size, entry->key);
}

/* --- The rebuild functions --------------------------------------------------------------------------------------- */

/* (storage, offset, size, stride, ...); dtype: of a storage that does not know its own. */
static void strided(ck_ckpt_job *job, const ck_pv *args, const ck_pv *dtype, ck_ckpt_entry *entry) {
  storage s;
  const ck_pv *offset = at(args, 1);
  uint32_t stride_n = 0;
  set_shape(job, at(args, 2), entry);
  if (!numbers(job, at(args, 3), &entry->stride, &stride_n) || stride_n != entry->rank) {
    bad(job, entry, "has as many strides as its shape has not");
    entry->stride = NULL;
  }
  if (offset && offset->type == PV_INT) entry->storage_offset = offset->i;
  if (!storage_of(job, at(args, 0), &s)) {
    bad(job, entry, "lies in a storage of unknown kind");
    set_dtype(dtype, entry);
    return;
  }
  entry->storage = s.name;
  entry->location = s.location;
  entry->dtype = s.dtype;
  if (dtype) set_dtype(dtype, entry);
  check_storage(job, &s, entry);
}

/* Four parts are index tensors of a compressed layout, but for a coo tensor that says whether it is coalesced (2.x). */
static bool is_compressed(const ck_pv *parts, int role) {
  return role == PG_SPARSE_CSR || (parts != NULL && parts->type == PV_TUPLE && parts->n == 4 &&
                                   parts->items[3]->type != PV_BOOL && parts->items[3]->type != PV_NONE);
}

/* (layout, (index tensors ..., values, size ...)): dtype is that of the values. */
static ck_status sparse(ck_ckpt_job *job, const ck_pv *args, int role, ck_ckpt_entry *entry) {
  const ck_pv *parts = at(args, 1);
  bool compressed = is_compressed(parts, role);
  size_t values_at = compressed ? 2 : 1;
  ck_ckpt_entry values = {.key = entry->key};
  entry->layout = compressed ? CK_CKPT_SPARSE_CSR : CK_CKPT_SPARSE_COO;
  if (parts == NULL || parts->type != PV_TUPLE || parts->n < values_at + 2) {
    bad(job, entry, "is sparse, but not in a known way");
    return CK_OK;
  }
  set_shape(job, parts->items[values_at + 1], entry);
  for (size_t i = 0; i <= values_at; i++) {
    const ck_pv *inner_args;
    int inner = rebuild_of(parts->items[i], &inner_args);
    if (!is_rebuild(inner) || is_composed(inner)) continue; /* no recursion */
    values = (ck_ckpt_entry){.key = entry->key};
    ck_status status = ck_pv_tensor(job, parts->items[i], &values);
    if (status != CK_OK) return status;
  }
  entry->dtype = values.dtype;
  entry->location = values.location;
  return CK_OK;
}

/* (buffer, sizes, strides, offsets): the buffer's dtype; there is no one shape. */
static ck_status nested(ck_ckpt_job *job, const ck_pv *args, ck_ckpt_entry *entry) {
  ck_ckpt_entry buffer = {.key = entry->key};
  const ck_pv *inner_args;
  int inner = rebuild_of(at(args, 0), &inner_args);
  if (!is_rebuild(inner) || is_composed(inner)) return CK_OK;
  ck_status status = ck_pv_tensor(job, at(args, 0), &buffer);
  entry->dtype = buffer.dtype;
  entry->storage = buffer.storage;
  entry->location = buffer.location;
  return status;
}

/* numpy's ndarray: _reconstruct(...) built with (version, shape, dtype, is_fortran, bytes). */
static void from_numpy(ck_ckpt_job *job, const ck_pv *args, ck_ckpt_entry *entry) {
  const ck_pv *array = at(args, 0);
  const ck_pv *state = array && array->type == PV_OBJECT ? array->state : NULL;
  if (state && state->type == PV_TUPLE && state->n >= 3) set_shape(job, state->items[1], entry);
  set_dtype(at(args, 1), entry);
}

ck_status ck_pv_tensor(ck_ckpt_job *job, const ck_pv *v, ck_ckpt_entry *entry) {
  const ck_pv *args = NULL;
  entry->is_persistent = true;
  if (v->type == PV_PERSISTENT) {
    const char *id = persistent_text(job, v);
    if (id == NULL || !job->persistent_tensor(job, id, entry))
      bad(job, entry, "refers to a tensor that the file does not hold");
    return ck_ckpt_charge(job, 0);
  }
  int role = rebuild_of(v, &args);
  switch (role) {
  case PG_TENSOR: strided(job, args, NULL, entry); break;
  case PG_TENSOR_V3: strided(job, args, at(args, 6), entry); break;
  case PG_QTENSOR:
    strided(job, args, NULL, entry);
    entry->layout = CK_CKPT_QUANTIZED;
    break;
  case PG_SPARSE:
  case PG_SPARSE_CSR: return sparse(job, args, role, entry);
  case PG_NESTED: return nested(job, args, entry);
  case PG_META:
    entry->layout = CK_CKPT_META;
    set_dtype(at(args, 0), entry);
    set_shape(job, at(args, 1), entry);
    break;
  case PG_WRAPPER:
    set_dtype(at(args, 1), entry);
    set_shape(job, at(args, 2), entry);
    break;
  case PG_FROM_NUMPY: from_numpy(job, args, entry); break;
  default: break;
  }
  return ck_ckpt_charge(job, 0);
}
