/* run.c - what the tables and the evaluator report while a program runs: constructions, loader calls, findings. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "torch/run_int.h"

enum { MAX_ALTERNATIVES = 64 };

ck_torch_run *ck_torch_run_of(ck_ev *ev) { return ck_ev_observer_data(ev); }

ck_cell *ck_torch_default_dtype_cell(ck_ev *ev) {
  ck_torch_run *run = ck_torch_run_of(ev);
  return run ? run->default_dtype : NULL;
}

void ck_torch_tensor_replaced(ck_ev *ev, const ck_tensor *t, const ck_tensor *fresh, const char *why, ck_loc loc) {
  ck_torch_run *run = ck_torch_run_of(ev);
  if (run == NULL) return;
  bool certain = ck_ev_path(ev).n == 0 && !ck_ev_is_trial(ev) && fresh != t;
  for (size_t i = 0; i < run->replaced.n; i++) certain &= run->replaced.at[i].tensor != t;
  ck_vec_push(&run->replaced, (ck_torch_replaced){t, certain ? fresh : NULL, why, loc});
}

static const ck_torch_replaced *replacement(ck_ev *ev, const ck_tensor *t) {
  ck_torch_run *run = ck_torch_run_of(ev);
  for (size_t i = run ? run->replaced.n : 0; i-- > 0;)
    if (run->replaced.at[i].tensor == t) return &run->replaced.at[i];
  return NULL;
}

const ck_tensor *ck_torch_tensor_now(ck_ev *ev, const ck_tensor *t) {
  const ck_torch_replaced *r = replacement(ev, t);
  for (int i = 0; r != NULL && r->fresh != NULL && i < 100; i++) {
    t = r->fresh;
    r = replacement(ev, t);
  }
  return t;
}

const char *ck_torch_tensor_is_replaced(ck_ev *ev, const ck_tensor *t, ck_loc *loc) {
  const ck_torch_replaced *r = replacement(ev, t);
  if (r == NULL) return NULL;
  if (loc) *loc = r->loc;
  return r->why;
}

static const char *loc_key(ck_torch_run *run, ck_loc loc) {
  return ck_arena_printf(&run->arena, "%s:%u:%u", loc.file ? loc.file : "", loc.line, loc.column);
}

/* --- findings ------------------------------------------------------------------------------------------------- */

/* Only what happens on every path is a finding, and only where no handler expects it. */
void ck_torch_finding(ck_call *call, ck_diag_id id, const char *cls, ck_loc note_loc, const char *note,
                      const char *format, ...) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (run == NULL || ck_ev_is_trial(call->ev) || ck_ev_path(call->ev).n > 0 || ck_ev_in_try(call->ev)) return;
  char text[400];
  va_list ap;
  va_start(ap, format);
  vsnprintf(text, sizeof text, format, ap);
  va_end(ap);
  ck_loc loc = call->node->loc;
  for (size_t i = 0; i < run->findings.n; i++) {
    const ck_model_finding *f = &run->findings.at[i];
    if (f->id == id && f->loc.file && loc.file && strcmp(f->loc.file, loc.file) == 0 && f->loc.begin == loc.begin &&
        f->loc.line == loc.line)
      return;
  }
  ck_model_finding finding = {.id = id,
                              .loc = loc,
                              .text = ck_arena_strdup(&run->arena, text),
                              .cls = ck_arena_strdup(&run->arena, cls),
                              .note_loc = note_loc,
                              .note = note};
  ck_vec_push(&run->findings, finding);
}

/* --- sites ---------------------------------------------------------------------------------------------------- */

ck_torch_site_builder *ck_torch_site_at(ck_torch_run *run, ck_loc loc, ck_loader loader) {
  bool is_new;
  ck_map_entry *entry = ck_map_put(&run->site_index, loc_key(run, loc), &is_new);
  if (is_new) {
    ck_torch_site_builder fresh = {.site = {.loc = loc, .loader = loader}};
    ck_vec_push(&run->sites, fresh);
    entry->n = run->sites.n;
  }
  return &run->sites.at[entry->n - 1];
}

static bool same_text(const char *a, const char *b) { return a == b || (a && b && strcmp(a, b) == 0); }

static bool same_condition(ck_condition a, ck_condition b) {
  if (a.n != b.n) return false;
  for (size_t i = 0; i < a.n; i++)
    if (a.at[i].sym != b.at[i].sym || a.at[i].holds != b.at[i].holds) return false;
  return true;
}

bool ck_torch_same_model(const ck_model *a, const ck_model *b) {
  if (a == b) return true;
  if (a == NULL || b == NULL || a->nkeys != b->nkeys || a->nmodules != b->nmodules || a->nopens != b->nopens ||
      a->complete != b->complete || a->is_null != b->is_null || strcmp(a->cls, b->cls) != 0)
    return false;
  for (size_t i = 0; i < a->nkeys; i++) {
    const ck_key *x = &a->keys[i], *y = &b->keys[i];
    if (strcmp(x->key, y->key) != 0 || x->kind != y->kind || x->rank != y->rank || x->dtype != y->dtype ||
        !same_condition(x->when, y->when))
      return false;
    for (int32_t k = 0; k < x->rank; k++)
      if (x->dims[k].kind != y->dims[k].kind || x->dims[k].n != y->dims[k].n || x->dims[k].sym != y->dims[k].sym)
        return false;
  }
  for (size_t i = 0; i < a->nmodules; i++)
    if (strcmp(a->modules[i].path, b->modules[i].path) != 0 ||
        a->modules[i].is_serializable != b->modules[i].is_serializable ||
        !same_condition(a->modules[i].when, b->modules[i].when))
      return false;
  return true;
}

/* a and b are one condition split in two by a symbol: *out is without it. */
static bool complementary(ck_arena *arena, ck_condition a, ck_condition b, ck_condition *out) {
  if (a.n != b.n) return false;
  ck_literal *at = CK_NEW_N(arena, ck_literal, a.n + 1);
  size_t n = 0, opposite = 0;
  for (size_t i = 0; i < a.n; i++) {
    if (a.at[i].sym != b.at[i].sym) return false;
    if (a.at[i].holds == b.at[i].holds) at[n++] = a.at[i];
    else opposite++;
  }
  if (opposite > 1) return false;
  *out = (ck_condition){at, n};
  return true;
}

void ck_torch_add_alternative(ck_torch_run *run, ck_torch_site_builder *builder, ck_alternative alternative) {
  for (size_t i = 0; i < builder->alternatives.n; i++) {
    ck_alternative *other = &builder->alternatives.at[i];
    if (!same_text(other->path_text, alternative.path_text) || (other->path == NULL) != (alternative.path == NULL) ||
        other->in_try != alternative.in_try || other->has_device != alternative.has_device ||
        !ck_torch_same_model(other->model, alternative.model) || !ck_torch_same_copies(other, &alternative))
      continue;
    ck_condition merged;
    if (!complementary(&run->arena, other->when, alternative.when, &merged)) continue;
    if (other->entry != alternative.entry) other->entry = CK_SEVERAL_ENTRIES;
    other->when = merged;
    return;
  }
  if (builder->alternatives.n >= MAX_ALTERNATIVES) {
    builder->site.reason = "more than 64 alternatives";
    builder->site.reason_loc = builder->site.loc;
    return;
  }
  ck_vec_push(&builder->alternatives, alternative);
}

/* The keys of a model that is read from a part of the file stand below that part. */
static void move_below(ck_torch_run *run, ck_model *model, const char *subtree) {
  for (size_t i = 0; i < model->nkeys; i++)
    model->keys[i].key = ck_arena_printf(&run->arena, "%s.%s", subtree, model->keys[i].key);
  for (size_t i = 0; i < model->nmodules; i++)
    model->modules[i].path = ck_arena_printf(&run->arena, "%s.%s", subtree, model->modules[i].path);
  ck_open *opens = CK_NEW_N(&run->arena, ck_open, model->nopens + 1);
  for (size_t i = 0; i < model->nopens; i++) {
    opens[i] = model->opens[i];
    opens[i].path = *opens[i].path ? ck_arena_printf(&run->arena, "%s.%s", subtree, opens[i].path) : subtree;
  }
  model->opens = opens;
  model->subtree = ck_arena_strdup(&run->arena, subtree);
}

size_t ck_torch_site(ck_call *call, ck_loader loader, ck_value what, ck_value path, bool has_device,
                     const char *subtree) {
  ck_torch_run *run = ck_torch_run_of(call->ev);
  if (run == NULL || ck_ev_is_trial(call->ev)) return SIZE_MAX;
  ck_loc changed_at;
  path = ck_torch_path_from_here(call->ev, path);
  const char *changed = ck_torch_file_is_changed(call->ev, path, &changed_at); /* may split: before the path is asked */
  ck_alternative a = {
      .when = ck_ev_path(call->ev), .entry = run->entry, .in_try = ck_ev_in_try(call->ev), .has_device = has_device};
  if (changed != NULL) {
    a.path_text = ck_arena_strdup(&run->arena, path.str);
    a.reason = changed;
    a.reason_loc = changed_at;
  } else if (path.kind == CK_V_STRING) {
    a.path = a.path_text = ck_arena_strdup(&run->arena, path.str);
  } else if (path.kind == CK_V_SYM) {
    ck_strbuf text;
    ck_strbuf_init(&text);
    ck_sym_describe(path.sym, &text);
    a.path_text = ck_arena_strdup(&run->arena, text.s);
    a.reason = ck_arena_printf(&run->arena, "the path is `%s`, known at run time only", text.s);
    a.reason_loc = call->node->loc;
    ck_strbuf_release(&text);
  } else {
    a.reason = ck_torch_reason(path) ? ck_arena_strdup(&run->arena, path.unknown->reason) : "the path is not known";
    a.reason_loc = ck_torch_reason(path) ? path.unknown->loc : call->node->loc;
  }
  if (loader == CK_LOADER_TORCH_LOAD) {
    run->loads_modules = true;
    ck_model *model = ck_torch_derive(call->ev, &run->arena, what, call->node->loc);
    if (subtree) move_below(run, model, ck_arena_strdup(&run->arena, subtree));
    if (model->is_null)
      ck_torch_finding(call, CK_DIAG_NULL_MODULE, "", (ck_loc){0}, NULL, "a null module is loaded into");
    if (*model->cls == '\0' && !model->is_null) {
      if (a.reason == NULL || model->nopens) {
        a.reason = model->nopens ? model->opens[0].reason : "the model is not known";
        a.reason_loc = model->nopens ? model->opens[0].loc : call->node->loc;
      }
    } else {
      a.model = model;
    }
  } else if (loader == CK_LOADER_TORCH_TENSOR || loader == CK_LOADER_TORCH_VECTOR) {
    ck_model *model = CK_NEW(&run->arena, ck_model);
    *model = (ck_model){.cls = loader == CK_LOADER_TORCH_TENSOR ? "at::Tensor" : "std::vector",
                        .loc = call->node->loc,
                        .is_not_module = true};
    a.model = model;
  }
  ck_torch_site_builder *builder = ck_torch_site_at(run, call->node->loc, loader);
  builder->site.loader = loader;
  builder->reached = true;
  builder->entry = run->entry;
  bool by_hand = loader != CK_LOADER_TORCH_LOAD && loader != CK_LOADER_TORCH_OPTIMIZER;
  size_t file = by_hand ? ck_torch_file_opened(run, call->node->loc, loader, a) : SIZE_MAX;
  if (file == SIZE_MAX) ck_torch_add_alternative(run, builder, a); /* else when the world ends (copies.c) */
  return file;
}

/* --- the observer --------------------------------------------------------------------------------------------- */

static void world_begins(ck_ev *ev, void *data) {
  ck_torch_run *run = data;
  run->default_dtype = ck_ev_cell(ev, CK_VOID);
  static const ck_registry none; /* a registry from the start: ways through a round join as such */
  const ck_value empty = {.kind = CK_V_NATIVE, .tag = CK_TAG_REGISTRY, .native = &none};
  run->file_notes = (ck_object){.registry = ck_ev_cell(ev, empty)};
  run->written_in_rounds.n = 0;
  run->constructions.n = 0;
  run->objects.n = 0;
  ck_torch_copies_begin(run);
}

static void constructed(ck_ev *ev, void *data, const ck_ir *node, ck_cell *cell) {
  ck_torch_run *run = data;
  const bool is_known = ck_ev_load(ev, cell).kind != CK_V_UNKNOWN;
  if (is_known || ck_torch_is_module_type(run, node->type))
    ck_vec_push(&run->constructions, (ck_torch_construction){node, cell, is_known});
}

static void object_done(ck_ev *ev, void *data, ck_cell *cell) {
  ck_torch_run *run = data;
  ck_object *object = ck_torch_object(ev, cell);
  if (object == NULL || object->registry == NULL) return;
  ck_map_put(&run->done, object->cls, NULL);
  if (object->record != NULL && run->objects.n < 100000) ck_vec_push(&run->objects, cell);
}

static ck_torch_place *place_at(ck_torch_run *run, const ck_ir *node) {
  bool is_new;
  ck_map_entry *entry = ck_map_put(&run->place_index, loc_key(run, node->loc), &is_new);
  if (is_new) {
    ck_torch_place fresh = {.node = node};
    ck_vec_push(&run->places, fresh);
    entry->n = run->places.n;
  }
  return &run->places.at[entry->n - 1];
}

/* --- unregistered members ------------------------------------------------------------------------------------- */

static void each_module(ck_ev *ev, ck_value v, int depth, void (*visit)(void *, ck_cell *), void *data) {
  if (depth > 4) return;
  if (v.kind == CK_V_PTR && v.tag != CK_PTR_RAW && v.tag != CK_PTR_WEAK && v.tag != CK_PTR_ITERATOR) {
    ck_object *object = ck_torch_object(ev, v.cell);
    if (object != NULL && object->registry != NULL) visit(data, v.cell);
  } else if (v.kind == CK_V_LIST) {
    for (size_t i = 0; i < v.list->n; i++) each_module(ev, ck_ev_load(ev, v.list->at[i]), depth + 1, visit, data);
  } else if (v.kind == CK_V_MAP) {
    for (size_t i = 0; i < v.map->n; i++) each_module(ev, ck_ev_load(ev, v.map->at[i].cell), depth + 1, visit, data);
  }
}

void ck_torch_each_module(ck_ev *ev, ck_value v, void (*visit)(void *, ck_cell *), void *data) {
  each_module(ev, v, 0, visit, data);
}

typedef struct {
  ck_torch_run *run;
  const ck_object *parent;
  const ck_field *field;
  bool is_container;
} member_visit;

static bool names(ck_value v, const ck_object *child, ck_ev *ev) {
  if (v.kind == CK_V_CHOICE) return names(v.choice->a, child, ev) || names(v.choice->b, child, ev);
  if (v.kind == CK_V_PTR) return names(ck_ev_load(ev, v.cell), child, ev);
  return v.kind == CK_V_OBJECT && v.object == child;
}

static bool names_tensor(ck_ev *ev, ck_value v, const ck_tensor *t) {
  if (v.kind == CK_V_PTR) v = ck_ev_load(ev, v.cell);
  return v.kind == CK_V_TENSOR && v.tensor == t;
}

/* Is the child, or a tensor of it, registered in any module of this world, or might it be? */
static bool is_registered(ck_torch_run *run, const ck_object *parent, const ck_object *child) {
  ck_ev *ev = run->ev;
  const ck_registry *own = ck_ev_registry(ev, child);
  for (size_t i = 0; i < run->objects.n; i++) {
    ck_object *object = ck_torch_object(ev, run->objects.at[i]);
    if (object == NULL) continue;
    const ck_registry *registry = ck_ev_registry(ev, object);
    for (size_t k = 0; k < registry->n; k++) {
      const ck_registration *r = &registry->at[k];
      if (r->kind == CK_REG_OPEN && object == parent) return true;
      if (r->kind == CK_REG_MODULE && r->value.kind == CK_V_UNKNOWN) return true;
      if (r->kind == CK_REG_MODULE && names(r->value, child, ev)) return true;
      for (size_t m = 0; r->kind <= CK_REG_BUFFER && m < own->n; m++) {
        ck_value t = own->at[m].value;
        if (own->at[m].kind > CK_REG_BUFFER || t.kind != CK_V_PTR) continue;
        t = ck_ev_load(ev, t.cell);
        if (t.kind == CK_V_TENSOR && object != child && names_tensor(ev, r->value, t.tensor)) return true;
      }
    }
  }
  return false;
}

/* Containers of libtorch (a Sequential that is registered) hold their children too. */
static bool is_in_container(ck_torch_run *run, ck_cell *container, const ck_object *child, int depth) {
  ck_object *object = ck_torch_object(run->ev, container);
  if (object == NULL || object->registry == NULL || depth > 20) return false;
  const ck_registry *registry = ck_ev_registry(run->ev, object);
  for (size_t i = 0; i < registry->n; i++) {
    const ck_registration *r = &registry->at[i];
    if (r->kind == CK_REG_OPEN) return true;
    if (r->kind != CK_REG_MODULE) continue;
    if (names(r->value, child, run->ev)) return true;
    if (r->value.kind == CK_V_PTR && is_in_container(run, r->value.cell, child, depth + 1)) return true;
  }
  return false;
}

static void visit_member(void *data, ck_cell *cell) {
  member_visit *m = data;
  ck_torch_run *run = m->run;
  ck_object *child = ck_torch_object(run->ev, cell);
  if (child->id <= m->parent->id) return; /* given from outside: not this class's to register */
  ck_model *model = ck_torch_derive(run->ev, &run->arena, ck_ev_pointer(CK_PTR_RAW, cell), child->loc);
  if (model->nkeys == 0) return;
  bool registered = is_registered(run, m->parent, child);
  for (size_t i = 0; !registered && i < run->objects.n; i++)
    registered = is_in_container(run, run->objects.at[i], child, 0);
  for (size_t i = 0; i < run->members.n; i++) {
    ck_torch_member *known = &run->members.at[i];
    if (strcmp(known->cls, m->parent->cls) != 0 || strcmp(known->member, m->field->name) != 0) continue;
    known->registered |= registered;
    return;
  }
  bool is_created_elsewhere = m->is_container && ck_torch_wanted_file(run, child->loc.file);
  ck_torch_member fresh = {.cls = ck_arena_strdup(&run->arena, m->parent->cls),
                           .member = ck_arena_strdup(&run->arena, m->field->name),
                           .child = ck_arena_strdup(&run->arena, child->cls),
                           .loc = is_created_elsewhere ? child->loc : m->field->decl->loc,
                           .registered = registered};
  ck_vec_push(&run->members, fresh);
}

static void check_members(ck_torch_run *run) {
  for (size_t i = 0; i < run->objects.n; i++) {
    ck_object *object = ck_torch_object(run->ev, run->objects.at[i]);
    if (object == NULL || object->record == NULL) continue;
    for (size_t k = 0; k < object->nfields; k++) {
      if (object->fields[k].decl == NULL) continue;
      ck_value v = ck_ev_load(run->ev, object->fields[k].cell);
      member_visit visit = {run, object, &object->fields[k], v.kind == CK_V_LIST || v.kind == CK_V_MAP};
      ck_torch_each_module(run->ev, v, visit_member, &visit);
    }
  }
}

static void calling(ck_call *call, void *data) {
  (void)data;
  ck_torch_copies_calling(call);
}

static void called(ck_call *call, ck_value result, void *data) {
  (void)data;
  ck_torch_copies_called(call, result);
}

static void world_ends(ck_ev *ev, void *data, bool reached_end) {
  ck_torch_run *run = data;
  ck_torch_copies_end(run, reached_end);
  if (run->request->want_models) ck_torch_add_loose(run);
  ck_condition when = ck_ev_path(ev);
  for (size_t i = 0; i < run->constructions.n && run->request->want_models; i++) {
    ck_torch_construction c = run->constructions.at[i];
    if (c.node != run->class_run && !ck_torch_wanted_file(run, c.node->loc.file)) continue;
    ck_model *model = ck_torch_derive(ev, &run->arena, ck_ev_load(ev, c.cell), c.node->loc);
    ck_torch_place *place = place_at(run, c.node);
    bool known = false;
    for (size_t k = 0; k < place->models.n && !known; k++) {
      ck_torch_occurrence *other = &place->models.at[k];
      known = other->reached_end == reached_end && other->was_known == c.was_known && other->entry == run->entry &&
              ck_torch_same_model(other->model, model) && complementary(&run->arena, other->when, when, &other->when);
    }
    ck_torch_occurrence occurrence = {model, when, reached_end, c.was_known, run->entry};
    if (!known) ck_vec_push(&place->models, occurrence);
  }
  check_members(run);
}

const ck_observer ck_torch_observer = {.world_begins = world_begins,
                                       .world_ends = world_ends,
                                       .constructed = constructed,
                                       .object_done = object_done,
                                       .calling = calling,
                                       .called = called,
                                       .file_changes = ck_torch_file_changes,
                                       .loudness = ck_torch_loudness,
                                       .may_lead = ck_torch_may_lead,
                                       .calls_back = ck_torch_calls_back,
                                       .again = ck_torch_again};
