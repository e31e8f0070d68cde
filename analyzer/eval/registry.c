/* registry.c - what a module object has registered. A registry is never changed: registering makes a longer one, whose
 * backing array is shared while nobody else has grown it, so that a constructor of many keys costs linear time. */
#include <string.h>

#include "eval/eval_int.h"

/* The registry that owns the tail of a backing array; `room` and `used` stand before the public part's array. */
typedef struct {
  ck_registry public;
  size_t room, *used;
} growing;

static const ck_registry empty;

const ck_registry *ck_ev_registry(ck_ev *ev, const ck_object *object) {
  if (object->registry == NULL) return &empty;
  ck_value v = ck_ev_decide(ev, ck_ev_load(ev, object->registry));
  return v.kind == CK_V_NATIVE && v.tag == CK_TAG_REGISTRY && v.native ? v.native : &empty;
}

static bool may_grow_in_place(const ck_value v, const growing **out) {
  if (v.kind != CK_V_NATIVE || v.tag != CK_TAG_REGISTRY || v.native == NULL || v.index != 1) return false;
  *out = v.native;
  return *(*out)->used == (*out)->public.n && (*out)->public.n < (*out)->room;
}

void ck_ev_register(ck_ev *ev, ck_object *object, ck_reg_kind kind, ck_value name, ck_value value, ck_loc loc) {
  if (object->registry == NULL) return;
  ck_value old = ck_ev_decide(ev, ck_ev_load(ev, object->registry));
  const ck_registry *from = ck_ev_registry(ev, object);
  growing *g = CK_NEW(&ev->arena, growing);
  const growing *previous;
  if (may_grow_in_place(old, &previous)) *g = *previous;
  else {
    g->room = from->n < 4 ? 8 : 2 * from->n;
    g->used = CK_NEW(&ev->arena, size_t);
    g->public.at = CK_NEW_N(&ev->arena, ck_registration, g->room);
    g->public.n = from->n;
    if (from->n) memcpy(g->public.at, from->at, from->n * sizeof *from->at);
  }
  g->public.at[g->public.n++] = (ck_registration){.kind = kind, .name = name, .value = value, .loc = loc};
  *g->used = g->public.n;
  ck_ev_store(ev, object->registry,
              (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_REGISTRY, .index = 1, .native = &g->public});
}

void ck_ev_set_registry(ck_ev *ev, ck_object *object, const ck_registry *registry) {
  if (object->registry == NULL) return;
  ck_ev_store(ev, object->registry, (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_REGISTRY, .native = registry});
}
