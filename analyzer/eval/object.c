/* object.c - construction of objects, by C++'s rules: bases, then fields in the order of their declaration (never of
 * the initialiser list), each from its initialiser, else from its default member initialiser, else by default; then
 * the body. While a class's constructor runs, its virtual functions are in force, not those of what derives from it.
 *
 * An object of the program's class carries the fields of all its bases. A library base contributes through its row's
 * `construct`, called with the object as `self`. */
#include <string.h>

#include "eval/eval_int.h"

/* Fields ---------------------------------------------------------------------------------------------------------- */

void ck_ev_add_field(ck_ev *ev, ck_object *object, const char *name, const ck_ir *decl, ck_cell *cell) {
  if (object->nfields == object->room) {
    object->room = object->room ? 2 * object->room : 8;
    ck_field *own = CK_NEW_N(&ev->arena, ck_field, object->room);
    if (object->nfields) memcpy(own, object->fields, object->nfields * sizeof *own);
    object->fields = own;
  }
  object->fields[object->nfields++] = (ck_field){ck_ev_intern(ev, name), decl, cell};
}

ck_cell *ck_ev_find_field(const ck_object *object, const char *name) {
  for (size_t i = object->nfields; i-- > 0;) /* a derived class's field hides a base's */
    if (object->fields[i].name == name || strcmp(object->fields[i].name, name) == 0) return object->fields[i].cell;
  return NULL;
}

ck_cell *ck_ev_field(ck_ev *ev, ck_object *object, const char *name) {
  ck_cell *cell = ck_ev_find_field(object, name);
  if (cell) return cell;
  cell = ck_ev_cell(ev, CK_VOID);
  ck_ev_add_field(ev, object, name, NULL, cell);
  return cell;
}

ck_cell *ck_ev_field_of(ck_ev *ev, const ck_object *object, const char *name, const char *usr) {
  (void)ev;
  if (usr[0])
    for (size_t i = 0; i < object->nfields; i++) {
      const ck_ir *decl = object->fields[i].decl;
      if (decl && (decl->usr == usr || strcmp(decl->usr, usr) == 0)) return object->fields[i].cell;
    }
  return ck_ev_find_field(object, name);
}

/* Objects --------------------------------------------------------------------------------------------------------- */

static ck_cell *new_cell(ck_ev *ev, const char *cls, const ck_ir *record, bool is_module, ck_loc loc) {
  ck_object *object = CK_NEW(&ev->arena, ck_object);
  object->cls = ck_ev_intern(ev, cls);
  object->record = record;
  object->loc = loc;
  object->id = ev->next_object++;
  if (is_module) {
    ev->made++;
    const ck_registry *none = CK_NEW(&ev->arena, ck_registry);
    object->registry = ck_ev_cell(ev, (ck_value){.kind = CK_V_NATIVE, .tag = CK_TAG_REGISTRY, .native = none});
  }
  ck_cell *cell = ck_ev_cell(ev, (ck_value){.kind = CK_V_OBJECT, .object = object});
  if (record) cell->type = record->type;
  return cell;
}

ck_cell *ck_ev_new_object(ck_ev *ev, const ck_class *cls, ck_loc loc) {
  return new_cell(ev, cls->record->name, cls->record, cls->is_module, loc);
}

ck_cell *ck_ev_object(ck_ev *ev, const char *cls, ck_loc loc) {
  const ck_library_class *row = ck_ev_library_class(ev, cls);
  return new_cell(ev, cls, NULL, row && row->is_module, loc);
}

/* Initialisers ------------------------------------------------------------------------------------------------------
 */

/* The initialiser of a base or a field in the constructor's list; NULL if it has none. */
static const ck_ir *find_init(const ck_ir *ctor, const ck_ir *base, const ck_ir *field) {
  for (uint32_t i = 0; ctor && i < ctor->nkids; i++) {
    const ck_ir *kid = ctor->kids[i];
    if (kid == NULL || kid->kind != CK_IR_CTOR_INIT || (kid->flags & CK_IR_F_DELEGATING)) continue;
    if (base && (kid->flags & CK_IR_F_BASE) && kid->type && base->type &&
        (kid->type == base->type || (kid->type->usr[0] && strcmp(kid->type->usr, base->type->usr) == 0) ||
         strcmp(kid->type->name, base->type->name) == 0))
      return kid;
    if (field && !(kid->flags & CK_IR_F_BASE) &&
        (kid->usr[0] && field->usr[0] ? strcmp(kid->usr, field->usr) == 0 : strcmp(kid->name, field->name) == 0))
      return kid;
  }
  return NULL;
}

static const ck_ir *delegation(const ck_ir *ctor) {
  for (uint32_t i = 0; ctor && i < ctor->nkids; i++)
    if (ctor->kids[i] && ctor->kids[i]->kind == CK_IR_CTOR_INIT && (ctor->kids[i]->flags & CK_IR_F_DELEGATING))
      return ctor->kids[i];
  return NULL;
}

/* An argument list `(CONSTRUCT of T)` for a T: the front end may write either. */
static const ck_ir *sole_construct(const ck_ir *init, const ck_ir_type *type) {
  if (init->nkids != 1 || init->kids[0] == NULL || init->kids[0]->kind != CK_IR_CONSTRUCT) return NULL;
  const ck_ir *node = init->kids[0];
  return node->type && type && node->type->kind == CK_IR_T_RECORD && strcmp(node->type->usr, type->usr) == 0 ? node
                                                                                                             : NULL;
}

/* A base of the standard library that has elements (vector, map, string) lives in a field named after its class. */
static bool is_part(ck_ev *ev, const char *cls, ck_value v) {
  if (v.kind != CK_V_LIST && v.kind != CK_V_MAP && v.kind != CK_V_STRING) return false;
  return ck_ev_find_builtin(ev, ck_arena_printf(&ev->arena, "%s::begin", cls), 0) != NULL;
}

ck_cell *ck_ev_library_part(ck_ev *ev, ck_cell *cell) {
  ck_value v = cell ? ck_ev_load(ev, cell) : CK_VOID;
  if (v.kind != CK_V_OBJECT || v.object->record == NULL) return NULL;
  for (size_t i = 0; i < v.object->nfields; i++)
    if (v.object->fields[i].decl == NULL && ck_starts_with(v.object->fields[i].name, "std::"))
      return v.object->fields[i].cell;
  return NULL;
}

static void construct_library_base(ck_ev *ev, ck_cell *self, const ck_ir_type *type, ck_cell **args, size_t nargs,
                                   const ck_ir *node) {
  const ck_library_class *row = ck_ev_library_class(ev, type->name);
  if (row && row->construct) {
    ck_call call = {
        .ev = ev, .node = node, .name = type->name, .self = self, .args = args, .nargs = nargs, .type = type};
    ck_value v = row->construct(&call);
    if (strcmp(type->name, "torch::nn::ModuleHolder") == 0) ck_ev_store(ev, self, v);
    else if (is_part(ev, type->name, v) && self->v.kind == CK_V_OBJECT)
      ck_ev_add_field(ev, self->v.object, type->name, NULL, ck_ev_temp(ev, v, type));
    return;
  }
  if (row) return;
  const char *reason = ck_arena_printf(&ev->arena, "base class `%s`, which is not modelled", type->name);
  if (nargs) ck_ev_open_cell(ev, self, node->loc, reason);
  for (size_t i = 0; i < nargs; i++) ck_ev_open(ev, ck_ev_load(ev, args[i]), node->loc, reason);
  if (nargs == 0 && self->v.kind == CK_V_OBJECT && self->v.object->registry)
    ck_ev_open_cell(ev, self, node->loc, reason);
}

static void construct_base(ck_ev *ev, ck_cell *self, const ck_base *base, const ck_ir *init, ck_cell **args,
                           size_t nargs, const ck_ir *node) {
  const char *usr = "";
  if (init) {
    const ck_ir *construct = sole_construct(init, base->node->type);
    if (construct) usr = construct->usr;
    args = ck_ev_eval_args(ev, construct ? construct : init, 0, &nargs);
    node = init;
  }
  if (!ck_ev_on(ev)) return;
  if (base->project) ck_ev_construct_object(ev, self, base->project, args, nargs, false, node, usr);
  else if (base->library) construct_library_base(ev, self, base->library, args, nargs, node);
}

static ck_cell *field_from_list(ck_ev *ev, const ck_ir *field, const ck_ir *init) {
  const ck_ir_type *type = field->type;
  bool brace = init->flags & CK_IR_F_BRACE;
  if (init->nkids == 1 &&
      (type->kind != CK_IR_T_RECORD || !brace || sole_construct(init, type) || init->kids[0]->kind == CK_IR_INIT_LIST))
    return ck_ev_init(ev, type, init->kids[0], false, init);
  if (type->kind == CK_IR_T_RECORD) {
    size_t n;
    ck_cell **args = ck_ev_eval_args(ev, init, 0, &n);
    if (!ck_ev_on(ev)) return ck_ev_temp(ev, CK_VOID, type);
    return ck_ev_temp(ev, ck_ev_construct(ev, type, args, n, brace, init), type);
  }
  if (type->kind == CK_IR_T_ARRAY && init->nkids > 0) {
    size_t n;
    ck_cell **args = ck_ev_eval_args(ev, init, 0, &n);
    return ck_ev_temp(ev, ck_ev_list_of_cells(ev, "array", args, n), type);
  }
  return ck_ev_temp(ev, ck_ev_default(ev, type, init), type);
}

static void init_field(ck_ev *ev, ck_object *object, const ck_ir *field, const ck_ir *ctor) {
  const ck_ir *init = find_init(ctor, NULL, field), *written = ck_ir_kid(field, 0);
  ck_cell *cell;
  if (field->type == NULL) cell = ck_ev_cell(ev, ck_ev_unknown(ev, field->loc, "field of a type that is not known"));
  else if (init) cell = field_from_list(ev, field, init);
  else if (written) cell = ck_ev_init(ev, field->type, written, field->flags & CK_IR_F_BRACE, field);
  else cell = ck_ev_temp(ev, ck_ev_default_init(ev, field->type, field), field->type);
  ck_ev_add_field(ev, object, field->name, field, cell);
}

/* Constructors ------------------------------------------------------------------------------------------------------
 */

static ck_object *object_in(ck_cell *self) { return self->v.kind == CK_V_OBJECT ? self->v.object : NULL; }

/* The base whose constructors `using Base::Base` brings in; the first one if that is not said. */
static size_t inherited_base(const ck_class *cls) {
  for (uint32_t k = 0; k < cls->record->nkids; k++) {
    const ck_ir *ctor = cls->record->kids[k];
    if (ctor == NULL || ctor->kind != CK_IR_FUNCTION || !(ctor->flags & CK_IR_F_INHERITED) || ctor->type == NULL)
      continue;
    for (size_t i = 0; i < cls->nbases; i++)
      if (cls->bases[i].node->type && strcmp(cls->bases[i].node->type->usr, ctor->type->usr) == 0) return i;
  }
  return 0;
}

/* Members that are not in sight may be anything, a constructor among them. */
static void open_incomplete(ck_ev *ev, ck_cell *self, const ck_class *cls) {
  if (cls->record->flags & CK_IR_F_INCOMPLETE)
    ck_ev_open_cell(ev, self, cls->record->loc, "a part of the class is not understood");
}

/* Bases and fields; `forward` hands the arguments to the base whose constructors are inherited. */
static void init_parts(ck_ev *ev, ck_cell *self, ck_class *cls, const ck_ir *ctor, ck_cell **args, size_t nargs,
                       bool forward, const ck_ir *node) {
  for (size_t i = 0; i < cls->nbases && ck_ev_on(ev); i++) {
    const ck_ir *init = find_init(ctor, cls->bases[i].node, NULL);
    bool gets = forward && i == inherited_base(cls);
    construct_base(ev, self, &cls->bases[i], init, gets ? args : NULL, gets ? nargs : 0, node);
  }
  ck_object *object = object_in(self);
  if (object == NULL) return;
  object->constructing = cls->record;
  for (uint32_t i = 0; i < cls->record->nkids && ck_ev_on(ev); i++) {
    const ck_ir *kid = cls->record->kids[i];
    if (kid && kid->kind == CK_IR_FIELD) init_field(ev, object, kid, ctor);
  }
  open_incomplete(ev, self, cls);
}

static const char *unseen_constructor(ck_ev *ev, const ck_class *cls) {
  return ck_arena_printf(&ev->arena, "constructor of `%s`, whose body is not in sight", cls->record->name);
}

void ck_ev_run_ctor(ck_ev *ev, ck_cell *self, ck_class *cls, const ck_ir *ctor, ck_cell **args, size_t nargs,
                    const ck_ir *node) {
  const ck_ir *definition = ctor ? ck_ev_find_function(ev, ctor->usr)->function : NULL;
  if (definition == NULL && ctor && ck_ir_body(ctor)) definition = ctor;
  bool implicit = ctor == NULL || (ctor->flags & (CK_IR_F_DEFAULTED | CK_IR_F_INHERITED));
  bool is_unseen = definition == NULL && !implicit;
  bool forward = ctor == NULL ? nargs > 0 : (ctor->flags & CK_IR_F_INHERITED) != 0;
  ck_frame frame;
  if (!ck_ev_frame_push(ev, &frame, definition ? definition : cls->record, cls->record, self, node->loc)) return;
  if (definition && !implicit) ck_ev_bind_params(ev, definition, args, nargs, node);
  const ck_ir *body = definition && !implicit ? ck_ir_body(definition) : NULL;
  bool guarded = body && body->kind == CK_IR_TRY;
  ck_try guard; /* `C() try : member(f()) {...} catch (...) {...}` */
  if (guarded) {
    ck_ev_try_begin(ev, &guard, body, definition, false);
    guard.is_constructor = true;
  }
  const ck_ir *delegate = delegation(definition);
  if (delegate && ck_ev_on(ev)) {
    size_t n;
    const ck_ir *construct = sole_construct(delegate, cls->record->type);
    ck_cell **next = ck_ev_eval_args(ev, construct ? construct : delegate, 0, &n);
    if (ck_ev_on(ev)) {
      const ck_ir *target = ck_ev_choose_ctor(ev, cls, next, n, construct ? construct->usr : "");
      ck_ev_run_ctor(ev, self, cls, target, next, n, delegate);
    }
  } else if (ck_ev_on(ev)) {
    /* before what it is known to do, which may fail for want of arguments, and after it */
    if (is_unseen) ck_ev_open_cell(ev, self, node->loc, unseen_constructor(ev, cls));
    init_parts(ev, self, cls, definition, args, nargs, forward, node);
  }
  if (ck_ev_on(ev) && object_in(self)) object_in(self)->constructing = cls->record;
  if (ck_ev_on(ev) && body) ck_ev_exec(ev, guarded ? body->kids[0] : body, CK_TAIL_FUNCTION);
  if (guarded) ck_ev_try_end(ev, &guard, NULL, 0, CK_TAIL_NONE);
  if (ev->flow == CK_FLOW_RETURN) ev->flow = CK_FLOW_ON;
  if (ck_ev_on(ev) && is_unseen) {
    ck_ev_open_cell(ev, self, node->loc, unseen_constructor(ev, cls));
    ck_ev_unseen_may_throw(ev, node, cls->record->name);
  }
  ck_ev_frame_pop(ev);
}

/* Is the one argument an object of this class, to be copied? */
static bool is_copy(ck_ev *ev, const ck_class *cls, ck_cell *arg) {
  ck_value v = ck_ev_load(ev, arg);
  return v.kind == CK_V_OBJECT && v.object->record &&
         ck_ev_derives(ck_ev_class_of_record(ev, v.object->record), cls->record);
}

static void init_aggregate(ck_ev *ev, ck_cell *self, ck_class *cls, ck_cell **args, size_t nargs, const ck_ir *node) {
  ck_object *object = self->v.object;
  ck_frame frame;
  if (!ck_ev_frame_push(ev, &frame, cls->record, cls->record, self, node->loc)) return;
  ck_value first = nargs == 1 ? ck_ev_load(ev, args[0]) : CK_VOID;
  const ck_map_value *named = first.kind == CK_V_MAP && strcmp(first.map->cls, "init") == 0 ? first.map : NULL;
  size_t next = 0;
  for (size_t i = 0; i < cls->nbases && ck_ev_on(ev); i++) { /* the bases are the first elements */
    ck_cell *given = named == NULL && next < nargs ? args[next++] : NULL;
    ck_value v = given ? ck_ev_load(ev, given) : CK_VOID;
    if (v.kind == CK_V_CLOSURE) ck_ev_add_field(ev, object, "operator()", NULL, ck_ev_cell(ev, v));
    else construct_base(ev, self, &cls->bases[i], NULL, given ? &given : NULL, given ? 1 : 0, node);
  }
  for (uint32_t i = 0; i < cls->record->nkids && ck_ev_on(ev); i++) {
    const ck_ir *field = cls->record->kids[i];
    if (field == NULL || field->kind != CK_IR_FIELD) continue;
    ck_cell *given = NULL;
    if (named) {
      for (size_t k = 0; k < named->n && given == NULL; k++)
        if (named->at[k].key.kind == CK_V_STRING && strcmp(named->at[k].key.str, field->name) == 0)
          given = named->at[k].cell;
    } else if (next < nargs) given = args[next++];
    if (given == NULL) { /* from an empty list: zero, unless the class says otherwise */
      if (ck_ir_kid(field, 0) || field->type == NULL) init_field(ev, object, field, NULL);
      else
        ck_ev_add_field(ev, object, field->name, field,
                        ck_ev_temp(ev, ck_ev_default(ev, field->type, node), field->type));
      continue;
    }
    bool is_ref = field->type && (field->type->kind == CK_IR_T_LREF || field->type->kind == CK_IR_T_RREF);
    ck_value v = ck_ev_convert(ev, ck_ev_copy(ev, ck_ev_load(ev, given)), field->type, node->loc);
    ck_ev_add_field(ev, object, field->name, field, is_ref ? given : ck_ev_temp(ev, v, field->type));
  }
  open_incomplete(ev, self, cls);
  ck_ev_frame_pop(ev);
}

static bool has_user_ctor(const ck_class *cls) {
  for (uint32_t i = 0; i < cls->record->nkids; i++) {
    const ck_ir *kid = cls->record->kids[i];
    if (kid && kid->kind == CK_IR_FUNCTION && (kid->flags & CK_IR_F_CTOR) &&
        !(kid->flags & (CK_IR_F_DEFAULTED | CK_IR_F_DELETED)))
      return true;
  }
  return false;
}

static bool inherits_ctors(const ck_class *cls) {
  for (uint32_t i = 0; i < cls->record->nkids; i++) {
    const ck_ir *kid = cls->record->kids[i];
    if (kid && kid->kind == CK_IR_FUNCTION && (kid->flags & CK_IR_F_INHERITED)) return true;
  }
  return false;
}

void ck_ev_construct_object(ck_ev *ev, ck_cell *self, ck_class *cls, ck_cell **args, size_t nargs, bool brace,
                            const ck_ir *node, const char *usr) {
  const ck_ir *ctor = ck_ev_choose_ctor(ev, cls, args, nargs, usr);
  ck_object *object = object_in(self);
  bool is_base = object && object->record != cls->record;
  if (nargs == 1 && is_copy(ev, cls, args[0]) && object && !(ctor && ck_ev_find_function(ev, ctor->usr)->function)) {
    ck_value from = ck_ev_copy(ev, ck_ev_load(ev, args[0])); /* implicit copy: what this class has of it */
    for (size_t i = 0; i < from.object->nfields; i++) {
      const ck_field *f = &from.object->fields[i];
      if (ck_ev_field_of(ev, object, f->name, f->decl ? f->decl->usr : "") == NULL)
        ck_ev_add_field(ev, object, f->name, f->decl, f->cell);
    }
    if (object->registry && from.object->registry) ck_ev_store(ev, object->registry, from.object->registry->v);
    return;
  }
  if (ctor == NULL && nargs == 0 && brace && object && !is_base && !has_user_ctor(cls)) {
    init_aggregate(ev, self, cls, args, 0, node);
    return;
  }
  if (ctor == NULL && nargs > 0) {
    ck_value first = ck_ev_load(ev, args[0]);
    bool designated = first.kind == CK_V_MAP && strcmp(first.map->cls, "init") == 0;
    if (object && !is_base && !has_user_ctor(cls) && (brace || designated || !inherits_ctors(cls))) {
      init_aggregate(ev, self, cls, args, nargs, node);
      return;
    }
  }
  /* Nothing fits: as for a default construction of a class that has constructors, but no default one in sight. */
  if (ctor == NULL && (nargs > 0 || has_user_ctor(cls)) && !inherits_ctors(cls)) {
    const char *reason = ck_arena_printf(&ev->arena, "no constructor of `%s` takes these arguments", cls->record->name);
    ck_ev_run_ctor(ev, self, cls, NULL, NULL, 0, node);
    ck_ev_open_cell(ev, self, node->loc, reason);
    return;
  }
  ck_ev_run_ctor(ev, self, cls, ctor, args, nargs, node);
}

/* Whole values ------------------------------------------------------------------------------------------------------
 */

static ck_cell *complete_object(ck_ev *ev, ck_class *cls, ck_cell **args, size_t nargs, bool brace, const ck_ir *node,
                                const char *usr) {
  ck_cell *cell = ck_ev_new_object(ev, cls, node->loc);
  ck_object *object = cell->v.object;
  ck_ev_construct_object(ev, cell, cls, args, nargs, brace, node, usr);
  object->constructing = NULL;
  if (ck_ev_on(ev) && ev->trials == 0 && ev->observer.object_done)
    ev->observer.object_done(ev, ev->observer.data, cell);
  return cell;
}

static bool is_same_class(const ck_ir_type *a, const ck_ir_type *b) {
  a = ck_ir_strip_ref(a);
  return a && b && a->kind == CK_IR_T_RECORD && b->kind == CK_IR_T_RECORD && strcmp(a->name, b->name) == 0 &&
         (a == b || strcmp(a->usr, b->usr) == 0);
}

static ck_value construct_library(ck_ev *ev, const ck_ir_type *type, ck_cell **args, size_t nargs, bool brace,
                                  const ck_ir *node) {
  if (nargs == 1 && is_same_class(args[0]->type, type)) {
    ck_value v = ck_ev_load(ev, args[0]);
    if (v.kind != CK_V_VOID && !(v.kind == CK_V_LIST && strcmp(v.list->cls, "init") == 0)) return ck_ev_copy(ev, v);
  }
  const ck_library_class *row = ck_ev_library_class(ev, type->name);
  if (row && row->construct) {
    ck_call call = {.ev = ev,
                    .node = node,
                    .name = type->name,
                    .args = args,
                    .nargs = nargs,
                    .targs = NULL,
                    .type = type,
                    .brace = brace};
    bool may_throw = ck_ev_row_begins(ev, node, type->name, args, nargs);
    ck_value v = ck_ev_unref(ev, row->construct(&call));
    if (may_throw) ck_ev_row_ends(ev, type->name, v);
    return ck_ev_made_of(ev, v, type, NULL, args, nargs);
  }
  const char *reason = ck_arena_printf(&ev->arena, "class `%s`, which is not modelled", type->name);
  for (size_t i = 0; i < nargs; i++) ck_ev_open(ev, ck_ev_load(ev, args[i]), node->loc, reason);
  if (nargs > 0) ck_ev_unseen_may_throw(ev, node, type->name);
  return ck_ev_unknown(ev, node->loc, "%s", reason);
}

static const ck_ir nowhere = {.kind = CK_IR_CONSTRUCT, .name = "", .usr = ""};

ck_value ck_ev_construct_by(ck_ev *ev, const ck_ir_type *type, ck_cell **args, size_t nargs, bool brace,
                            const ck_ir *node, const char *usr) {
  type = ck_ir_strip_ref(type);
  if (node == NULL) node = &nowhere;
  if (type == NULL) return ck_ev_unknown(ev, node->loc, "construction of a type that is not known");
  if (type->kind != CK_IR_T_RECORD) {
    if (nargs == 0) return ck_ev_default(ev, type, node);
    if (type->kind == CK_IR_T_ARRAY) return ck_ev_list_of_cells(ev, "array", args, nargs);
    return ck_ev_convert(ev, ck_ev_copy(ev, ck_ev_load(ev, args[0])), type, node->loc);
  }
  ck_class *cls = ck_ev_class_of_type(ev, type);
  if (cls == NULL) return construct_library(ev, type, args, nargs, brace, node);
  if (cls->holder == NULL) return complete_object(ev, cls, args, nargs, brace, node, usr)->v;
  if (nargs == 1 && is_same_class(args[0]->type, type)) return ck_ev_load(ev, args[0]);
  const ck_ir *ctor = cls->has_own_ctor ? ck_ev_choose_ctor(ev, cls, args, nargs, usr) : NULL;
  if (ctor == NULL) return construct_library(ev, cls->holder, args, nargs, brace, node);
  ck_cell *self = ck_ev_temp(ev, CK_NULL, type);
  ck_ev_run_ctor(ev, self, cls, ctor, args, nargs, node);
  return ck_ev_load(ev, self);
}

ck_value ck_ev_construct(ck_ev *ev, const ck_ir_type *type, ck_cell **args, size_t nargs, bool brace,
                         const ck_ir *node) {
  return ck_ev_construct_by(ev, type, args, nargs, brace, node, "");
}

ck_cell *ck_ev_construct_cell(ck_ev *ev, const ck_ir_type *type, ck_cell **args, size_t nargs, bool brace,
                              const ck_ir *node) {
  ck_class *cls = ck_ev_class_of_type(ev, type);
  if (cls && cls->holder == NULL) return complete_object(ev, cls, args, nargs, brace, node ? node : &nowhere, "");
  return ck_ev_temp(ev, ck_ev_construct(ev, type, args, nargs, brace, node), type);
}

/* Defaults ------------------------------------------------------------------------------------------------------------
 */

enum { LARGEST_ARRAY = 100 * 1000 }; /* elements of a built-in array that are kept apart */

static ck_value array_of(ck_ev *ev, const ck_ir_type *type, const ck_ir *node, bool zero) {
  if (type->count < 0 || type->count > LARGEST_ARRAY)
    return ck_ev_unknown(ev, node ? node->loc : (ck_loc){0}, "array of more than %d elements", LARGEST_ARRAY);
  size_t n = (size_t)type->count;
  ck_cell **cells = n ? CK_NEW_N(&ev->arena, ck_cell *, n) : NULL;
  for (size_t i = 0; i < n; i++)
    cells[i] = ck_ev_temp(ev, zero ? ck_ev_default(ev, type->elem, node) : ck_ev_default_init(ev, type->elem, node),
                          type->elem);
  return ck_ev_list_of_cells(ev, "array", cells, n);
}

ck_value ck_ev_default_init(ck_ev *ev, const ck_ir_type *type, const ck_ir *node) {
  switch (type->kind) {
  case CK_IR_T_RECORD: return ck_ev_construct(ev, type, NULL, 0, false, node);
  case CK_IR_T_ARRAY: return array_of(ev, type, node, false);
  default: return CK_VOID;
  }
}

ck_value ck_ev_default(ck_ev *ev, const ck_ir_type *type, const ck_ir *node) {
  type = ck_ir_strip_ref(type);
  switch (type ? type->kind : CK_IR_T_UNKNOWN) {
  case CK_IR_T_BOOL: return CK_BOOL(0);
  case CK_IR_T_INT:
  case CK_IR_T_ENUM: return CK_INT(0);
  case CK_IR_T_FLOAT: return CK_FLOAT(0);
  case CK_IR_T_POINTER:
  case CK_IR_T_NULLPTR: return CK_NULL;
  case CK_IR_T_VOID: return CK_VOID;
  case CK_IR_T_ARRAY: return array_of(ev, type, node, true);
  case CK_IR_T_RECORD: return ck_ev_construct(ev, type, NULL, 0, true, node);
  default: return ck_ev_unknown(ev, node ? node->loc : (ck_loc){0}, "value of a type that is not known");
  }
}
