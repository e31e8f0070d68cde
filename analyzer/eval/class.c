/* class.c - the program's classes: bases, methods, overriding; where calls go. Resolved once, cached by node. */
#include <assert.h>
#include <string.h>

#include "eval/eval_int.h"

#define HOLDER "torch::nn::ModuleHolder"
static ck_class no_class;

const char *ck_ev_plain_name(const char *qualified) {
  const char *plain = qualified;
  int depth = 0; /* of template arguments */
  for (const char *p = qualified; *p; p++) {
    if (*p == '<' && (p == qualified || p[-1] != 'r')) depth++;
    else if (*p == '>' && depth > 0) depth--;
    else if (depth == 0 && p[0] == ':' && p[1] == ':') plain = p + 2;
  }
  return plain;
}

static void add_bases(ck_ev *ev, ck_class *cls) {
  const ck_ir *record = cls->record;
  cls->bases = record->nkids ? CK_NEW_N(&ev->arena, ck_base, record->nkids) : NULL;
  for (uint32_t i = 0; i < record->nkids && record->kids[i] && record->kids[i]->kind == CK_IR_BASE; i++) {
    const ck_ir *node = record->kids[i];
    ck_base *base = &cls->bases[cls->nbases++];
    *base = (ck_base){.node = node, .project = ck_ev_class_of_type(ev, node->type), .library = node->type};
    if (base->project && base->project->busy) base->project = NULL;
    if (base->project) {
      if (base->project->is_module) cls->is_module = true;
      if (base->project->holder) cls->holder = base->project->holder;
      continue;
    }
    const char *name = node->type ? node->type->name : "";
    const ck_library_class *row = ck_ev_library_class(ev, name);
    if (row && row->is_module) cls->is_module = true;
    if (strcmp(name, HOLDER) == 0) cls->holder = node->type;
  }
}

static bool is_copy_ctor(const ck_ir *ctor, const ck_ir *record) {
  if (ck_ir_param_count(ctor) != 1) return false;
  const ck_ir_type *type = ck_ir_strip_ref(ck_ir_param(ctor, 0)->type);
  return type && type->kind == CK_IR_T_RECORD && record->type && strcmp(type->usr, record->type->usr) == 0;
}

ck_class *ck_ev_class_of_record(ck_ev *ev, const ck_ir *record) {
  void **slot = ck_ptrmap_slot(&ev->classes, record);
  if (*slot) return *slot;
  ck_class *cls = CK_NEW(&ev->arena, ck_class);
  *slot = cls;
  cls->record = record;
  cls->unit = ck_ir_unit_of(ev->program, record);
  cls->busy = true;
  add_bases(ev, cls);
  cls->busy = false;
  for (uint32_t i = 0; i < record->nkids; i++) {
    const ck_ir *kid = record->kids[i];
    if (kid && kid->kind == CK_IR_FUNCTION && (kid->flags & CK_IR_F_CTOR) && !is_copy_ctor(kid, record) &&
        !(kid->flags & (CK_IR_F_DEFAULTED | CK_IR_F_DELETED | CK_IR_F_INHERITED)))
      cls->has_own_ctor = true;
  }
  return cls;
}

ck_class *ck_ev_class_of_type(ck_ev *ev, const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  if (type == NULL || type->kind != CK_IR_T_RECORD) return NULL;
  ck_class *known = ck_ptrmap_get(&ev->records, type);
  if (known) return known == &no_class ? NULL : known;
  const ck_ir *record = NULL;
  if (ck_map_get(&ev->library_classes, type->name) == NULL)
    record = ck_ir_find_record(ev->program, type->usr, ev->frame ? ev->frame->unit : NULL, NULL);
  ck_class *cls = record ? ck_ev_class_of_record(ev, record) : NULL;
  *ck_ptrmap_slot(&ev->records, type) = cls ? cls : &no_class;
  return cls;
}

bool ck_ev_derives(const ck_class *cls, const ck_ir *record) {
  if (cls == NULL || record == NULL) return false;
  if (cls->record == record || (cls->record->usr[0] && strcmp(cls->record->usr, record->usr) == 0)) return true;
  for (size_t i = 0; i < cls->nbases; i++)
    if (ck_ev_derives(cls->bases[i].project, record)) return true;
  return false;
}

static bool library_is_a(ck_ev *ev, const char *name, const char *base) {
  if (strcmp(name, base) == 0) return true;
  if (strcmp(base, "torch::nn::Module") != 0) return false;
  const ck_library_class *row = ck_ev_library_class(ev, name);
  return row && row->is_module;
}

bool ck_ev_class_is_a(ck_ev *ev, const ck_class *cls, const char *library_base) {
  for (size_t i = 0; i < cls->nbases; i++) {
    assert(cls->bases != NULL);
    const ck_base *base = &cls->bases[i];
    if (base->project ? ck_ev_class_is_a(ev, base->project, library_base)
                      : base->library && library_is_a(ev, base->library->name, library_base))
      return true;
  }
  return strcmp(cls->record->name, library_base) == 0;
}

bool ck_ev_is_a(ck_ev *ev, const ck_object *object, const char *base) {
  if (object->record) return ck_ev_class_is_a(ev, ck_ev_class_of_record(ev, object->record), base);
  return library_is_a(ev, object->cls, base);
}

bool ck_ev_type_is_a(ck_ev *ev, const ck_ir_type *type, const char *base) {
  type = ck_ir_strip_ref(type);
  if (type == NULL || type->kind != CK_IR_T_RECORD) return false;
  const ck_class *cls = ck_ev_class_of_type(ev, type);
  return cls ? ck_ev_class_is_a(ev, cls, base) : library_is_a(ev, type->name, base);
}

/* Scanning ----------------------------------------------------------------------------------------------------------
 */

static void add_declaration(ck_ev *ev, const ck_ir *function, const ck_ir *record) {
  if (function == NULL || function->kind != CK_IR_FUNCTION || function->usr[0] == '\0') return;
  ck_map_entry *entry = ck_map_put(&ev->methods, function->usr, NULL);
  if (entry->p) return;
  ck_method *method = CK_NEW(&ev->arena, ck_method);
  *method = (ck_method){function, record};
  entry->p = method;
}

/* Members first: a definition out of class has the same USR, but neither its record nor the default arguments. */
static void add_methods(const ck_ir *node, void *data) {
  if (node->kind != CK_IR_RECORD) return;
  for (uint32_t i = 0; i < node->nkids; i++) add_declaration(data, node->kids[i], node);
}

static bool has_defaults(const ck_ir *function) {
  size_t n = ck_ir_param_count(function);
  return n > 0 && ck_ir_kid(ck_ir_param(function, n - 1), 0) != NULL;
}

static void add_functions(ck_ev *ev, const ck_ir *unit) {
  for (uint32_t i = 0; i < unit->nkids; i++) {
    const ck_ir *kid = unit->kids[i];
    if (kid == NULL || kid->kind != CK_IR_FUNCTION) continue;
    if (has_defaults(kid)) add_declaration(ev, kid, NULL);
    if ((kid->flags & CK_IR_F_CTOR) && ck_ir_body(kid)) ck_vec_push(&ev->instances, kid);
    if (ck_ends_with(kid->name, ")::operator()") && ck_ir_body(kid)) ck_vec_push(&ev->lambdas, kid);
  }
}

static void add_variables(const ck_ir *node, void *data) {
  ck_ev *ev = data;
  if (node->kind != CK_IR_VAR || !(node->flags & CK_IR_F_GLOBAL)) return;
  ck_vec_push(&ev->variables, node);
  if (ck_ir_kid(node, 0)) ck_vec_push(&ev->initialised, node);
}

void ck_ev_scan_program(ck_ev *ev) {
  if (ev->scanned) return;
  ev->scanned = true;
  for (size_t i = 0; i < ck_ir_program_unit_count(ev->program); i++) {
    const ck_ir *root = ck_ir_program_unit(ev->program, i)->root;
    ck_ir_walk(root, add_methods, ev);
    add_functions(ev, root);
    ck_ir_walk(root, add_variables, ev);
  }
  ck_ev_collect_writes(ev);
}

/* Methods -----------------------------------------------------------------------------------------------------------
 */

const ck_method *ck_ev_method(ck_ev *ev, const char *usr) {
  ck_ev_scan_program(ev);
  return ck_map_get(&ev->methods, usr);
}

static bool overrides(ck_ev *ev, const ck_ir *method, const char *usr, int depth) {
  if (strcmp(method->usr, usr) == 0) return true;
  for (uint32_t i = 0; i < method->nkids && depth < 50; i++) {
    const ck_ir *kid = method->kids[i];
    if (kid == NULL || kid->kind != CK_IR_OVERRIDES) continue;
    if (strcmp(kid->usr, usr) == 0) return true;
    const ck_method *next = ck_ev_method(ev, kid->usr);
    if (next && overrides(ev, next->function, usr, depth + 1)) return true;
  }
  return false;
}

const ck_ir *ck_ev_override(ck_ev *ev, const ck_class *cls, const char *usr) {
  if (usr[0] == '\0') return NULL;
  for (uint32_t i = 0; i < cls->record->nkids; i++) {
    const ck_ir *kid = cls->record->kids[i];
    if (kid && kid->kind == CK_IR_FUNCTION && !(kid->flags & CK_IR_F_CTOR) && overrides(ev, kid, usr, 0)) return kid;
  }
  for (size_t i = 0; i < cls->nbases; i++) {
    const ck_ir *found = cls->bases[i].project ? ck_ev_override(ev, cls->bases[i].project, usr) : NULL;
    if (found) return found;
  }
  return NULL;
}

bool ck_ev_takes(const ck_ir *function, size_t nargs) {
  size_t n = ck_ir_param_count(function);
  if (nargs > n) return false;
  return nargs == n || ck_ir_kid(ck_ir_param(function, nargs), 0) != NULL;
}

const ck_ir *ck_ev_default_argument(ck_ev *ev, const ck_ir *function, size_t i) {
  const ck_ir *init = ck_ir_kid(ck_ir_param(function, i), 0);
  if (init) return init;
  const ck_method *declared = ck_ev_method(ev, function->usr);
  const ck_ir *param = declared ? ck_ir_param(declared->function, i) : NULL;
  return param ? ck_ir_kid(param, 0) : NULL;
}

const ck_ir *ck_ev_method_named(ck_ev *ev, const ck_class *cls, const char *name, size_t nargs) {
  for (uint32_t i = 0; i < cls->record->nkids; i++) {
    const ck_ir *kid = cls->record->kids[i];
    if (kid && kid->kind == CK_IR_FUNCTION && strcmp(ck_ev_plain_name(kid->name), name) == 0 && ck_ev_takes(kid, nargs))
      return kid;
  }
  for (size_t i = 0; i < cls->nbases; i++) {
    const ck_ir *found = cls->bases[i].project ? ck_ev_method_named(ev, cls->bases[i].project, name, nargs) : NULL;
    if (found) return found;
  }
  return NULL;
}

const ck_target_fn *ck_ev_find_function(ck_ev *ev, const char *usr) {
  void **slot = ck_ptrmap_slot(&ev->functions, usr);
  if (*slot) return *slot;
  ck_target_fn *target = CK_NEW(&ev->arena, ck_target_fn);
  *slot = target;
  if (usr[0] == '\0') return target;
  target->function = ck_ir_find_function(ev->program, usr, ev->frame ? ev->frame->unit : NULL, &target->why);
  if (target->function && ck_ir_body(target->function) == NULL) target->function = NULL;
  return target;
}
