/* registry.c - what a module object has registered. A registry is never changed: registering makes a longer one, whose
 * backing array is shared while nobody else has grown it, so that a constructor of many keys costs linear time. */
#include <string.h>

#include "base/hash.h"
#include "eval/eval_int.h"

/* The registry that owns the tail of a backing array; `room` and `used` stand before the public part's array. */
typedef struct {
  ck_registry public;
  size_t room, *used;
  uint32_t *slots; /* of a long one: open hash of position plus 1, by kind and name; the first of that name */
  size_t nslots;   /* a power of two */
} growing;

enum { MIN_INDEXED = 64 }; /* entries; below that a scan is as fast */

static const ck_registry empty;

const ck_registry *ck_ev_registry(ck_ev *ev, const ck_object *object) {
  if (object->registry == NULL) return &empty;
  ck_value v = ck_ev_decide(ev, ck_ev_load(ev, object->registry));
  return v.kind == CK_V_NATIVE && v.tag == CK_TAG_REGISTRY && v.native ? v.native : &empty;
}

static bool is_named(const ck_registration *r, ck_reg_kind kind, const char *name) {
  return r->kind == kind && r->name.kind == CK_V_STRING && strcmp(r->name.str, name) == 0;
}

/* The slot of the first registration of that name, or the free one where it belongs. */
static uint32_t *slot_of(const growing *g, ck_reg_kind kind, const char *name) {
  size_t at = ck_hash64(name, strlen(name), (uint64_t)kind);
  for (;; at++) {
    uint32_t *slot = &g->slots[at & (g->nslots - 1)];
    if (*slot == 0 || is_named(&g->public.at[*slot - 1], kind, name)) return slot;
  }
}

static void index_entry(growing *g, size_t i) {
  const ck_registration *r = &g->public.at[i];
  if (g->slots == NULL || r->name.kind != CK_V_STRING) return;
  uint32_t *slot = slot_of(g, r->kind, r->name.str);
  if (*slot == 0) *slot = (uint32_t)i + 1;
}

const ck_registration *ck_ev_registered(ck_ev *ev, const ck_object *object, ck_reg_kind kind, const char *name) {
  const ck_registry *registry = ck_ev_registry(ev, object);
  ck_value v = object->registry != NULL ? ck_ev_load(ev, object->registry) : CK_VOID;
  if (v.kind == CK_V_NATIVE && v.native == registry && v.index == 1 && ((const growing *)v.native)->slots != NULL) {
    /* Longer versions share the index: what they added stands behind this one's end. */
    uint32_t found = *slot_of(v.native, kind, name);
    return found != 0 && found <= registry->n ? &registry->at[found - 1] : NULL;
  }
  for (size_t i = 0; i < registry->n; i++)
    if (is_named(&registry->at[i], kind, name)) return &registry->at[i];
  return NULL;
}

static bool may_grow_in_place(const ck_value v, const growing **out) {
  if (v.kind != CK_V_NATIVE || v.tag != CK_TAG_REGISTRY || v.native == NULL || v.index != 1) return false;
  *out = v.native;
  return *(*out)->used == (*out)->public.n && (*out)->public.n < (*out)->room;
}

void ck_ev_register(ck_ev *ev, ck_object *object, ck_reg_kind kind, ck_value name, ck_value value, ck_loc loc) {
  if (object->registry == NULL) return;
  ev->made++;
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
    if (g->room >= MIN_INDEXED) {
      for (g->nslots = MIN_INDEXED; g->nslots < 2 * g->room;) g->nslots *= 2;
      g->slots = CK_NEW_N(&ev->arena, uint32_t, g->nslots);
      for (size_t i = 0; i < from->n; i++) index_entry(g, i);
    }
  }
  g->public.at[g->public.n++] = (ck_registration){.kind = kind, .name = name, .value = value, .loc = loc};
  index_entry(g, g->public.n - 1);
  *g->used = g->public.n;
  ck_ev_store(ev, object->registry,
              (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_REGISTRY, .index = 1, .native = &g->public});
}

void ck_ev_set_registry(ck_ev *ev, ck_object *object, const ck_registry *registry) {
  if (object->registry == NULL) return;
  ck_ev_store(ev, object->registry, (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_REGISTRY, .native = registry});
}
