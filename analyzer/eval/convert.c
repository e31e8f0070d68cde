/* convert.c - values as initialisers of a type: implicit conversions, which the IR does not write; copies; assignment;
 * and the values that stand for parameters of entry points. */
#include <string.h>

#include "eval/eval_int.h"

static bool is_init_list(ck_value v) { return v.kind == CK_V_LIST && strcmp(v.list->cls, "init") == 0; }
static bool is_designated(ck_value v) { return v.kind == CK_V_MAP && strcmp(v.map->cls, "init") == 0; }

/* Conversion --------------------------------------------------------------------------------------------------------
 */

static bool is_smart_pointer(const char *name, ck_ptr_flavour *flavour) {
  static const struct {
    const char *name;
    ck_ptr_flavour flavour;
  } names[] = {{"std::shared_ptr", CK_PTR_SHARED}, {"std::unique_ptr", CK_PTR_UNIQUE}, {"std::weak_ptr", CK_PTR_WEAK}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i].name, name) == 0) return *flavour = names[i].flavour, true;
  return false;
}

/* Is v what a variable of this library class holds, so that nothing is to be converted? */
static bool is_already(ck_ev *ev, ck_value v, const ck_ir_type *type) {
  const char *name = type->name;
  switch (v.kind) {
  case CK_V_STRING: return ck_ev_is_string_type(type);
  case CK_V_SYM: return v.sym->type == CK_SYM_STRING && ck_ev_is_string_type(type);
  case CK_V_LIST: return strcmp(v.list->cls, name) == 0;
  case CK_V_MAP: return strcmp(v.map->cls, name) == 0;
  case CK_V_OBJECT: return strcmp(v.object->cls, name) == 0 || ck_ev_is_a(ev, v.object, name);
  case CK_V_CLOSURE: return strcmp(name, "std::function") == 0;
  case CK_V_TENSOR: return strcmp(name, "at::Tensor") == 0 || strcmp(name, "torch::Tensor") == 0;
  default: return false;
  }
}

static ck_value to_library_class(ck_ev *ev, ck_value v, const ck_ir_type *from, const ck_ir_type *type, ck_loc loc) {
  ck_ptr_flavour flavour;
  if (is_already(ev, v, type)) return v;
  ck_cell *part = v.kind == CK_V_OBJECT ? ck_ev_library_part(ev, ck_ev_cell(ev, v)) : NULL;
  if (part) v = ck_ev_load(ev, part), from = part->type;
  if (is_smart_pointer(type->name, &flavour)) {
    if (v.kind == CK_V_NULL) return v;
    if (v.kind == CK_V_PTR)
      return v.tag = (uint8_t)(v.tag == CK_PTR_HOLDER && flavour == CK_PTR_SHARED ? CK_PTR_SHARED : flavour), v;
  }
  if (v.kind == CK_V_PTR && v.tag == CK_PTR_HOLDER && ck_ev_type_is_a(ev, type, "torch::nn::ModuleHolder")) return v;
  if (v.kind == CK_V_PTR && v.tag == CK_PTR_ITERATOR) return v; /* one iterator as another */
  ck_value converted;
  if (ck_ev_convert_object(ev, v, type, loc, &converted)) return converted;
  const ck_library_class *row = ck_ev_library_class(ev, type->name);
  if (row == NULL || (row->convert == NULL && row->construct == NULL)) {
    if (v.kind == CK_V_CLOSURE || v.kind == CK_V_NATIVE || v.kind == CK_V_PTR || v.kind == CK_V_NULL) return v;
    return ck_ev_unknown(ev, loc, "class `%s`, which is not modelled", type->name);
  }
  ck_cell *arg = ck_ev_temp(ev, v, from);
  ck_ir node = {.kind = CK_IR_CONSTRUCT, .loc = loc, .name = "", .usr = "", .type = type};
  ck_ir *own = CK_NEW(&ev->arena, ck_ir);
  *own = node;
  if (row->convert == NULL || is_init_list(v)) {
    if (is_init_list(v)) return ck_ev_construct(ev, type, v.list->at, v.list->n, true, own);
    return ck_ev_construct(ev, type, &arg, 1, false, own);
  }
  ck_call call = {.ev = ev, .node = own, .name = type->name, .args = &arg, .nargs = 1, .targs = NULL, .type = type};
  return ck_ev_made_of(ev, ck_ev_unref(ev, row->convert(&call)), type, NULL, &arg, 1);
}

static ck_value to_project_class(ck_ev *ev, ck_value v, const ck_ir_type *from, const ck_ir_type *type, ck_class *cls,
                                 ck_loc loc) {
  if (v.kind == CK_V_OBJECT && v.object->record &&
      ck_ev_derives(ck_ev_class_of_record(ev, v.object->record), cls->record))
    return v;
  if (v.kind == CK_V_OBJECT && v.object->record == NULL) return v;
  ck_ir *node = CK_NEW(&ev->arena, ck_ir);
  *node = (ck_ir){.kind = CK_IR_CONSTRUCT, .loc = loc, .name = "", .usr = "", .type = type};
  if (is_init_list(v)) return ck_ev_construct(ev, type, v.list->at, v.list->n, true, node);
  ck_cell *arg = ck_ev_temp(ev, v, from);
  return ck_ev_construct(ev, type, &arg, 1, is_designated(v), node);
}

/* `from`: the static type of v, NULL if it is not known. */
static ck_value convert(ck_ev *ev, ck_value v, const ck_ir_type *from, const ck_ir_type *type, ck_loc loc) {
  type = ck_ir_strip_ref(type);
  v = ck_ev_resolve(ev, v);
  if (type == NULL || v.kind == CK_V_UNKNOWN || v.kind == CK_V_VOID) return v;
  if (v.kind == CK_V_CHOICE) {
    ck_value a = convert(ev, v.choice->a, from, type, loc), b = convert(ev, v.choice->b, from, type, loc);
    return ck_ev_choice(ev, v.choice->condition, a, b);
  }
  if (is_init_list(v) && type->kind != CK_IR_T_RECORD && type->kind != CK_IR_T_ARRAY && type->kind != CK_IR_T_UNKNOWN)
    return v.list->n == 0 ? ck_ev_default(ev, type, NULL) : ck_ev_convert(ev, ck_ev_load(ev, v.list->at[0]), type, loc);
  switch (type->kind) {
  case CK_IR_T_BOOL:
  case CK_IR_T_INT:
  case CK_IR_T_ENUM:
  case CK_IR_T_FLOAT: return ck_ev_convert_scalar(ev, v, type, loc);
  case CK_IR_T_POINTER:
    if (v.kind == CK_V_INT && v.i == 0) return CK_NULL;
    return v;
  case CK_IR_T_ARRAY:
    if (is_init_list(v)) {
      ck_list *list = CK_NEW(&ev->arena, ck_list);
      *list = *v.list;
      list->cls = ck_ev_intern(ev, "array");
      return (ck_value){.kind = CK_V_LIST, .list = list};
    }
    return v;
  case CK_IR_T_RECORD: {
    ck_class *cls = ck_ev_class_of_type(ev, type);
    if (cls && cls->holder && !cls->has_own_ctor) return to_library_class(ev, v, from, cls->holder, loc);
    if (cls && cls->holder && v.kind == CK_V_PTR && v.tag == CK_PTR_HOLDER) return v;
    return cls ? to_project_class(ev, v, from, type, cls, loc) : to_library_class(ev, v, from, type, loc);
  }
  default: return v;
  }
}

ck_value ck_ev_convert(ck_ev *ev, ck_value v, const ck_ir_type *type, ck_loc loc) {
  return convert(ev, v, NULL, type, loc);
}

ck_value ck_ev_convert_from(ck_ev *ev, ck_value v, const ck_ir_type *from, const ck_ir_type *to, ck_loc loc) {
  from = ck_ir_strip_ref(from), to = ck_ir_strip_ref(to);
  bool same = from && to && from->kind == CK_IR_T_RECORD && to->kind == CK_IR_T_RECORD &&
              (from == to || (strcmp(from->usr, to->usr) == 0 && strcmp(from->name, to->name) == 0));
  bool is_list = (v.kind == CK_V_LIST && strcmp(v.list->cls, "init") == 0) ||
                 (v.kind == CK_V_MAP && strcmp(v.map->cls, "init") == 0);
  return same && !is_list ? v : convert(ev, v, from, to, loc);
}

/* Copies ------------------------------------------------------------------------------------------------------------
 */

typedef struct {
  ck_ev *ev;
  ck_ptrmap seen; /* object -> its copy, for objects that contain references to their own parts */
} copying;

static ck_value copy_value(copying *c, ck_value v);

static ck_cell *copy_cell(copying *c, ck_cell *cell) {
  return ck_ev_temp(c->ev, copy_value(c, ck_ev_load(c->ev, cell)), cell->type);
}

static ck_value copy_list(copying *c, const ck_list *list) {
  ck_cell **cells = list->n ? CK_NEW_N(&c->ev->arena, ck_cell *, list->n) : NULL;
  for (size_t i = 0; i < list->n; i++) cells[i] = copy_cell(c, list->at[i]);
  return ck_ev_list_of_cells(c->ev, list->cls, cells, list->n);
}

static ck_value copy_map(copying *c, const ck_map_value *map) {
  ck_map_value *own = CK_NEW(&c->ev->arena, ck_map_value);
  *own = *map;
  own->at = map->n ? CK_NEW_N(&c->ev->arena, ck_map_slot, map->n) : NULL;
  for (size_t i = 0; i < map->n; i++) own->at[i] = (ck_map_slot){map->at[i].key, copy_cell(c, map->at[i].cell)};
  return (ck_value){.kind = CK_V_MAP, .map = own};
}

static bool is_reference(const ck_ir *field) {
  return field && field->type && (field->type->kind == CK_IR_T_LREF || field->type->kind == CK_IR_T_RREF);
}

static ck_value copy_object(copying *c, ck_object *object) {
  void **slot = ck_ptrmap_slot(&c->seen, object);
  if (*slot) return (ck_value){.kind = CK_V_OBJECT, .object = *slot};
  ck_object *own = CK_NEW(&c->ev->arena, ck_object);
  *slot = own;
  *own = *object;
  own->id = c->ev->next_object++;
  own->room = object->nfields;
  own->fields = own->room ? CK_NEW_N(&c->ev->arena, ck_field, own->room) : NULL;
  for (size_t i = 0; i < object->nfields; i++) {
    own->fields[i] = object->fields[i];
    if (!is_reference(object->fields[i].decl)) own->fields[i].cell = copy_cell(c, object->fields[i].cell);
  }
  if (object->registry) own->registry = ck_ev_cell(c->ev, ck_ev_load(c->ev, object->registry));
  return (ck_value){.kind = CK_V_OBJECT, .object = own};
}

static ck_value copy_value(copying *c, ck_value v) {
  switch (v.kind) {
  case CK_V_LIST: return copy_list(c, v.list);
  case CK_V_MAP: return copy_map(c, v.map);
  case CK_V_OBJECT: return copy_object(c, v.object);
  case CK_V_CHOICE: {
    ck_value a = copy_value(c, v.choice->a), b = copy_value(c, v.choice->b);
    return ck_ev_choice(c->ev, v.choice->condition, a, b);
  }
  default: return v;
  }
}

ck_value ck_ev_copy(ck_ev *ev, ck_value v) {
  if (v.kind != CK_V_LIST && v.kind != CK_V_MAP && v.kind != CK_V_OBJECT && v.kind != CK_V_CHOICE) return v;
  copying c = {.ev = ev};
  v = copy_value(&c, v);
  ck_ptrmap_release(&c.seen);
  return v;
}

/* Elements of these stay the same objects when the whole is assigned. */
static bool keeps_elements(const ck_list *list) {
  return strcmp(list->cls, "array") == 0 || strcmp(list->cls, "std::array") == 0 ||
         strcmp(list->cls, "std::pair") == 0 || strcmp(list->cls, "std::tuple") == 0;
}

void ck_ev_assign(ck_ev *ev, ck_cell *target, ck_value v) {
  ck_value old = ck_ev_load(ev, target);
  v = ck_ev_resolve(ev, v);
  if (old.kind == CK_V_OBJECT && v.kind == CK_V_OBJECT && old.object == v.object) return;
  if (old.kind == CK_V_OBJECT && v.kind == CK_V_OBJECT && old.object->record == v.object->record &&
      old.object->nfields == v.object->nfields) {
    for (size_t i = 0; i < old.object->nfields; i++)
      if (!is_reference(old.object->fields[i].decl))
        ck_ev_assign(ev, old.object->fields[i].cell, ck_ev_load(ev, v.object->fields[i].cell));
    if (old.object->registry && v.object->registry)
      ck_ev_store(ev, old.object->registry, ck_ev_load(ev, v.object->registry));
    return;
  }
  if (old.kind == CK_V_LIST && v.kind == CK_V_LIST && old.list->n == v.list->n && keeps_elements(old.list)) {
    ck_value copy = ck_ev_copy(ev, v); /* first: a, b = b, a through one pair */
    for (size_t i = 0; i < old.list->n; i++) ck_ev_assign(ev, old.list->at[i], ck_ev_load(ev, copy.list->at[i]));
    return;
  }
  ck_ev_store(ev, target, ck_ev_copy(ev, v));
}

/* Parameters of entry points ----------------------------------------------------------------------------------------
 */

static ck_value unknown_object(ck_ev *ev, const ck_class *cls, const char *name, const char *origin, ck_loc loc,
                               int depth);

static ck_value parameter(ck_ev *ev, const ck_ir_type *type, const char *name, const char *origin, ck_loc loc,
                          int depth) {
  type = ck_ir_strip_ref(type);
  const ck_class *cls = ck_ev_class_of_type(ev, type);
  if (cls && !cls->is_module && !cls->holder && depth < 4) return unknown_object(ev, cls, name, origin, loc, depth);
  return ck_ev_symbolic(ev, type, name, origin, loc);
}

static void add_unknown_fields(ck_ev *ev, ck_object *object, const ck_class *cls, const char *name, const char *origin,
                               ck_loc loc, int depth) {
  for (size_t i = 0; i < cls->nbases; i++)
    if (cls->bases[i].project) add_unknown_fields(ev, object, cls->bases[i].project, name, origin, loc, depth);
  for (uint32_t i = 0; i < cls->record->nkids; i++) {
    const ck_ir *field = cls->record->kids[i];
    if (field == NULL || field->kind != CK_IR_FIELD) continue;
    const char *path = ck_arena_printf(&ev->arena, "%s.%s", name, field->name);
    ck_value v = parameter(ev, field->type, path, origin, loc, depth + 1);
    ck_ev_add_field(ev, object, field->name, field, ck_ev_temp(ev, v, field->type));
  }
}

/* An object of a plain class that somebody else has filled: whatever its default initialisers say. */
static ck_value unknown_object(ck_ev *ev, const ck_class *cls, const char *name, const char *origin, ck_loc loc,
                               int depth) {
  ck_cell *cell = ck_ev_new_object(ev, cls, loc);
  add_unknown_fields(ev, cell->v.object, cls, name, origin, loc, depth);
  return cell->v;
}

ck_value ck_ev_parameter(ck_ev *ev, const ck_ir_type *type, const char *name, const char *origin, ck_loc loc) {
  return parameter(ev, type, name, origin, loc, 0);
}

ck_cell *ck_ev_unknown_self(ck_ev *ev, const ck_ir *record, ck_loc loc) {
  ck_class *cls = ck_ev_class_of_record(ev, record);
  const char *origin = ck_arena_printf(&ev->arena, "object of `%s` that somebody else has made", record->name);
  ck_value v = unknown_object(ev, cls, "this", origin, loc, 0);
  if (v.object->registry) ck_ev_register(ev, v.object, CK_REG_OPEN, CK_VOID, ck_ev_unknown(ev, loc, "%s", origin), loc);
  return ck_ev_temp(ev, v, record->type);
}
