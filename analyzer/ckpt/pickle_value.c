/* pickle_value.c - reading the values that the pickle machine has built. */
#include <string.h>

#include "ckpt/pickle.h"

bool ck_pv_is_str(const ck_pv *v, const char *s) {
  return v->type == PV_STR && strlen(s) == v->n && memcmp(v->s, s, v->n) == 0;
}

int ck_pv_call(const ck_pv *v) {
  if (v->type != PV_OBJECT || v->items[0]->type != PV_GLOBAL || v->items[0]->row == NULL) return -1;
  return (int)v->items[0]->row->role;
}

const ck_pv *ck_pv_arg(const ck_pv *v, size_t i) {
  if (v->type != PV_OBJECT || v->items[1]->type != PV_TUPLE || i >= v->items[1]->n) return NULL;
  return v->items[1]->items[i];
}

const ck_pv *ck_pv_get(const ck_pv *v, const char *s) {
  if (v->type != PV_DICT) return NULL;
  for (size_t i = v->n; i >= 2; i -= 2)
    if (ck_pv_is_str(v->items[i - 2], s)) return v->items[i - 1];
  return NULL;
}

const char *ck_pv_type_name(ck_ckpt_job *job, const ck_pv *v) {
  static const char *const names[] = {
      [PV_NONE] = "NoneType", [PV_BOOL] = "bool",          [PV_INT] = "int",
      [PV_FLOAT] = "float",   [PV_LONG] = "int",           [PV_STR] = "str",
      [PV_BYTES] = "bytes",   [PV_TUPLE] = "tuple",        [PV_LIST] = "list",
      [PV_SET] = "set",       [PV_DICT] = "dict",          [PV_GLOBAL] = "type",
      [PV_OBJECT] = "object", [PV_PERSISTENT] = "storage",
  };
  if (v->type == PV_GLOBAL && v->row && v->row->role == PG_DTYPE) return "torch.dtype";
  if (v->type == PV_OBJECT && v->items[0]->type == PV_GLOBAL)
    return ck_ckpt_copy_key(job, v->items[0]->s, v->items[0]->n < 300 ? v->items[0]->n : 300);
  return names[v->type];
}
