/* loose.c - models that no variable names: v.push_back(Net(4)), train(Net(6)), table["a"] = Net(8).
 *
 * What a variable or a member is made with is heard of when it is made (the observer's `constructed`). Of the other
 * objects of the project's classes, those that nothing holds as a part of itself, neither as a registered child nor as
 * a member, are models too. Their place is where they were constructed. */
#include "torch/run_int.h"

enum { MAX_NESTED_CONTAINERS = 64 };

/* Objects that are a part of others, or known by a variable. */
typedef struct {
  ck_ev *ev;
  ck_map ids; /* of objects */
} parts;

static void take(parts *p, ck_value v, int depth);

static void take_children(parts *p, const ck_object *object, int depth) {
  const ck_registry *registry = ck_ev_registry(p->ev, object);
  for (size_t i = 0; i < registry->n; i++)
    if (registry->at[i].kind == CK_REG_MODULE) take(p, registry->at[i].value, depth + 1);
}

/* The children of a container of libtorch belong to what the container belongs to. */
static void take(parts *p, ck_value v, int depth) {
  if (depth > MAX_NESTED_CONTAINERS) return;
  if (v.kind == CK_V_CHOICE) {
    take(p, v.choice->a, depth + 1);
    take(p, v.choice->b, depth + 1);
    return;
  }
  if (v.kind == CK_V_PTR && v.tag != CK_PTR_ITERATOR) v = ck_ev_load(p->ev, v.cell);
  if (v.kind == CK_V_PTR || v.kind == CK_V_CHOICE) {
    take(p, v, depth + 1); /* of a holder */
    return;
  }
  if (v.kind != CK_V_OBJECT || v.object->registry == NULL) return;
  bool is_new;
  ck_map_put(&p->ids, ck_arena_printf(ck_ev_arena(p->ev), "%u", v.object->id), &is_new);
  if (is_new && v.object->record == NULL) take_children(p, v.object, depth);
}

static void take_member(void *data, ck_cell *cell) { take(data, ck_ev_pointer(CK_PTR_RAW, cell), 0); }

static const char *place_of(ck_arena *arena, ck_loc loc) {
  return ck_arena_printf(arena, "%s:%u:%u", loc.file, (unsigned)loc.line, (unsigned)loc.column);
}

void ck_torch_add_loose(ck_torch_run *run) {
  parts p = {.ev = run->ev};
  ck_map listed; /* places of what a variable names */
  ck_map_init(&p.ids);
  ck_map_init(&listed);
  for (size_t i = 0; i < run->constructions.n; i++) {
    take(&p, ck_ev_load(run->ev, run->constructions.at[i].cell), 0);
    ck_map_put(&listed, place_of(&run->arena, run->constructions.at[i].node->loc), NULL);
  }
  for (size_t i = 0; i < run->objects.n; i++) {
    const ck_object *object = ck_torch_object(run->ev, run->objects.at[i]);
    if (object == NULL) continue;
    take_children(&p, object, 0);
    for (size_t k = 0; k < object->nfields; k++)
      ck_torch_each_module(run->ev, ck_ev_load(run->ev, object->fields[k].cell), take_member, &p);
  }
  for (size_t i = 0; i < run->objects.n; i++) {
    const ck_object *object = ck_torch_object(run->ev, run->objects.at[i]);
    if (object == NULL || !ck_torch_wanted_file(run, object->loc.file)) continue;
    if (ck_map_find(&p.ids, ck_arena_printf(&run->arena, "%u", object->id)) != NULL) continue;
    if (ck_map_find(&listed, place_of(&run->arena, object->loc)) != NULL)
      continue; /* m["a"] = Net(8): what was made first, to be replaced */
    ck_ir *place = CK_NEW(&run->arena, ck_ir);
    *place = (ck_ir){.loc = object->loc, .name = "", .usr = ""};
    ck_vec_push(&run->constructions, (ck_torch_construction){place, run->objects.at[i], true});
  }
  ck_map_release(&p.ids);
  ck_map_release(&listed);
}
