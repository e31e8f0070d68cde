/* init.c - variables: how they come by their first value, and the globals. */
#include <string.h>

#include "eval/eval_int.h"

static bool is_reference(const ck_ir_type *type) {
  return type && (type->kind == CK_IR_T_LREF || type->kind == CK_IR_T_RREF);
}

/* What an initialiser gives as a value of its own: a copy if the expression names something. */
static ck_value own_value(ck_ev *ev, const ck_ir *init) {
  if (init->kind == CK_IR_CALL || init->kind == CK_IR_MCALL || init->kind == CK_IR_OPCALL) {
    ck_value v = ck_ev_eval_call(ev, init);
    if (v.kind != CK_V_PTR || v.tag != CK_PTR_REF) return v;
    ck_value own = ck_ev_copy(ev, ck_ev_load(ev, v.cell));
    ck_ev_leave_moved(ev, init, v.cell);
    return own;
  }
  ck_value v = ck_ev_eval(ev, init);
  return ck_ev_on(ev) && ck_ev_is_lvalue(init) ? ck_ev_copy(ev, v) : v;
}

ck_value ck_ev_decay(ck_ev *ev, const ck_ir *init, ck_value v) {
  if (v.kind != CK_V_LIST || strcmp(v.list->cls, "array") != 0) return v;
  return ck_ev_iterator(ck_ev_is_lvalue(init) ? ck_ev_eval_cell(ev, init) : ck_ev_cell(ev, v), 0);
}

static ck_cell *bind_reference(ck_ev *ev, const ck_ir_type *type, const ck_ir *init) {
  const ck_ir_type *elem = type->elem;
  if (init->kind == CK_IR_INIT_LIST) return ck_ev_temp(ev, ck_ev_init_list(ev, init, elem), elem);
  ck_cell *cell = ck_ev_eval_cell(ev, init);
  bool writes = type->kind == CK_IR_T_LREF && !elem->is_const;
  if (writes && ck_ev_is_any_element(ev, cell)) ck_ev_open_owner(ev, cell, init->loc);
  if (!ck_ev_on(ev) || writes) return cell;
  ck_value v = ck_ev_load(ev, cell), converted = ck_ev_convert_from(ev, v, init->type, elem, init->loc);
  return ck_ev_same(v, converted) ? cell : ck_ev_temp(ev, converted, elem);
}

/* A number that is not known has the name of what it initialises, and is that number until something else is stored. */
static ck_value named_after(ck_ev *ev, ck_value v, const ck_ir_type *type, const ck_ir *node) {
  bool has_name = node->kind == CK_IR_VAR || node->kind == CK_IR_PARAM || node->kind == CK_IR_FIELD ||
                  node->kind == CK_IR_CTOR_INIT;
  return has_name ? ck_ev_name_unknown(ev, v, type, node->name, node->loc) : v;
}

/* A std::reference_wrapper that is made of what it refers to. */
static bool wraps(const ck_ir_type *type, const ck_ir *init) {
  const ck_ir_type *from = ck_ir_strip_ref(init->type);
  if (type == NULL || type->kind != CK_IR_T_RECORD || strcmp(type->name, "std::reference_wrapper") != 0) return false;
  return from != NULL && from->kind != CK_IR_T_UNKNOWN && strcmp(from->name, type->name) != 0;
}

ck_cell *ck_ev_init(ck_ev *ev, const ck_ir_type *type, const ck_ir *init, bool brace, const ck_ir *node) {
  (void)brace;
  if (is_reference(type)) return bind_reference(ev, type, init);
  if (wraps(type, init) && init->kind != CK_IR_INIT_LIST) {
    ck_cell *cell = ck_ev_eval_cell(ev, init);
    if (ck_ev_is_any_element(ev, cell)) ck_ev_open_owner(ev, cell, init->loc);
    return ck_ev_temp(ev, ck_ev_pointer(CK_PTR_RAW, cell), type);
  }
  if (init->kind == CK_IR_INIT_LIST) return ck_ev_temp(ev, ck_ev_init_list(ev, init, type), type);
  ck_value v = own_value(ev, init);
  if (!ck_ev_on(ev)) return ck_ev_temp(ev, CK_VOID, type);
  if (type && type->kind == CK_IR_T_POINTER) v = ck_ev_decay(ev, init, v);
  if (type) v = named_after(ev, ck_ev_convert_from(ev, v, init->type, type, node->loc), type, node);
  return ck_ev_temp(ev, v, type);
}

/* Braced lists ------------------------------------------------------------------------------------------------------
 */

static bool is_designated(const ck_ir *node, size_t first) {
  const ck_ir *kid = ck_ir_kid(node, first);
  return kid && kid->kind == CK_IR_DESIGNATED;
}

static ck_value designated(ck_ev *ev, const ck_ir *node, size_t first) {
  ck_cell *map = ck_ev_cell(ev, ck_ev_map(ev, "init"));
  for (size_t i = first; i < node->nkids && ck_ev_on(ev); i++) {
    const ck_ir *kid = node->kids[i];
    if (kid == NULL || kid->kind != CK_IR_DESIGNATED) continue;
    const ck_ir *value = ck_ir_kid(kid, 0);
    ck_value v = value ? own_value(ev, value) : CK_VOID;
    ck_cell *cell = ck_ev_map_put(ev, map, (ck_value){.kind = CK_V_STRING, .str = kid->name});
    ck_ev_store(ev, cell, v);
    cell->type = kid->type;
  }
  return ck_ev_load(ev, map);
}

ck_cell **ck_ev_eval_args(ck_ev *ev, const ck_ir *node, size_t first, size_t *n) {
  *n = node->nkids > first ? node->nkids - first : 0;
  ck_cell **cells = CK_NEW_N(&ev->arena, ck_cell *, *n + 1);
  if (is_designated(node, first)) {
    *n = 1;
    cells[0] = ck_ev_cell(ev, designated(ev, node, first));
    return cells;
  }
  for (size_t i = 0; i < *n; i++) cells[i] = ck_ev_eval_cell(ev, node->kids[first + i]);
  return cells;
}

/* The elements of a std::initializer_list, each initialised as its type wants. */
static ck_value elements(ck_ev *ev, const ck_ir *list, const ck_ir_type *type) {
  ck_cell **cells = list->nkids ? CK_NEW_N(&ev->arena, ck_cell *, list->nkids) : NULL;
  for (uint32_t i = 0; i < list->nkids && ck_ev_on(ev); i++)
    cells[i] = ck_ev_init(ev, type, list->kids[i], false, list);
  return ck_ev_on(ev) ? ck_ev_list_of_cells(ev, "init", cells, list->nkids) : CK_VOID;
}

ck_value ck_ev_init_list(ck_ev *ev, const ck_ir *list, const ck_ir_type *type) {
  type = ck_ir_strip_ref(type);
  if (type && (type->kind == CK_IR_T_VOID || type->kind == CK_IR_T_UNKNOWN)) type = NULL;
  const ck_ir_type *element = NULL;
  if (type && type->kind == CK_IR_T_RECORD && strcmp(type->name, "std::initializer_list") == 0) {
    element = type->nargs ? type->args[0] : NULL;
    type = NULL;
  }
  if (type && type->kind == CK_IR_T_ARRAY) {
    size_t n = list->nkids, all = type->count > (int64_t)n && type->count < 100000 ? (size_t)type->count : n;
    ck_cell **cells = all ? CK_NEW_N(&ev->arena, ck_cell *, all) : NULL;
    for (size_t i = 0; i < all && ck_ev_on(ev); i++)
      cells[i] = i < n && list->kids[i] ? ck_ev_init(ev, type->elem, list->kids[i], false, list)
                                        : ck_ev_temp(ev, ck_ev_default(ev, type->elem, list), type->elem);
    return ck_ev_on(ev) ? ck_ev_list_of_cells(ev, "array", cells, all) : CK_VOID;
  }
  if (type && type->kind != CK_IR_T_RECORD) {
    if (list->nkids == 0) return ck_ev_default(ev, type, list);
    return ck_ev_load(ev, ck_ev_init(ev, type, list->kids[0], false, list));
  }
  if (element && element->kind != CK_IR_T_UNKNOWN && !is_designated(list, 0)) return elements(ev, list, element);
  size_t n;
  ck_cell **cells = ck_ev_eval_args(ev, list, 0, &n);
  if (!ck_ev_on(ev)) return CK_VOID;
  if (type) return ck_ev_construct_by(ev, type, cells, n, true, list, list->usr);
  if (is_designated(list, 0)) return ck_ev_load(ev, cells[0]);
  for (size_t i = 0; i < n; i++) /* elements are copies, of the types that they were written with */
    cells[i] = ck_ev_temp(ev, ck_ev_copy(ev, ck_ev_load(ev, cells[i])), cells[i]->type ? cells[i]->type : NULL);
  return ck_ev_list_of_cells(ev, "init", cells, n);
}

/* Local variables -----------------------------------------------------------------------------------------------------
 */

/* Is the value a module object, or a smart pointer to one? */
static bool is_module_value(ck_ev *ev, ck_value v) {
  v = ck_ev_resolve(ev, v);
  if (v.kind == CK_V_CHOICE) return is_module_value(ev, v.choice->a) || is_module_value(ev, v.choice->b);
  for (int depth = 0; depth < 3 && v.kind == CK_V_PTR && v.tag != CK_PTR_ITERATOR && v.tag != CK_PTR_WEAK; depth++)
    v = ck_ev_load(ev, v.cell); /* a pointer may lead to a holder */
  return v.kind == CK_V_OBJECT && v.object->registry;
}

/* A variable whose value is not known is noticed, too: in another world it may be. */
void ck_ev_notice(ck_ev *ev, const ck_ir *at, ck_cell *cell) {
  if (ev->observer.constructed == NULL || ev->trials > 0 || !ck_ev_on(ev)) return;
  ck_value v = ck_ev_load(ev, cell);
  if (is_module_value(ev, v) || (v.kind == CK_V_UNKNOWN && at->kind == CK_IR_VAR))
    ev->observer.constructed(ev, ev->observer.data, at, cell);
}

/* Does a lambda in the initialiser capture the variable itself by reference? */
static bool captures_itself(const ck_ir *node, const char *usr) {
  if (node == NULL) return false;
  if (node->kind == CK_IR_CAPTURE && (node->flags & CK_IR_F_BYREF) && strcmp(node->usr, usr) == 0) return true;
  if (node->kind == CK_IR_FUNCTION) return false;
  for (uint32_t i = 0; i < node->nkids; i++)
    if (captures_itself(node->kids[i], usr)) return true;
  return false;
}

/* A function that calls itself: the variable is there before it has its value. */
static ck_cell *initialised_in_place(ck_ev *ev, const ck_ir *var, const ck_ir *init) {
  ck_cell *cell = ck_ev_temp(ev, ck_ev_unknown(ev, var->loc, "variable used in its own initialisation"), var->type);
  ck_ev_bind(ev, var->usr, cell);
  ck_cell *first = ck_ev_init(ev, var->type, init, var->flags & CK_IR_F_BRACE, var);
  if (ck_ev_on(ev)) ck_ev_store(ev, cell, ck_ev_load(ev, first));
  return cell;
}

static ck_cell *initialised(ck_ev *ev, const ck_ir *var) {
  const ck_ir *init = ck_ir_kid(var, 0);
  if (init && *var->usr && !is_reference(var->type) && captures_itself(init, var->usr))
    return initialised_in_place(ev, var, init);
  if (init) return ck_ev_init(ev, var->type, init, var->flags & CK_IR_F_BRACE, var);
  if (var->type == NULL) return ck_ev_cell(ev, ck_ev_unknown(ev, var->loc, "variable of a type that is not known"));
  return ck_ev_temp(ev, ck_ev_default_init(ev, var->type, var), var->type);
}

/* What a variable of static duration is known by: one that a header defines, with external linkage, is the same in all
 * units, though each of them has a node for it. `function`: the one that it is static in, or NULL. */
static const void *identity(ck_ev *ev, const ck_ir *var, const ck_ir *function) {
  const ck_ir *owner = function ? function : var;
  bool is_external = ck_starts_with(owner->usr, "c:@") && strstr(owner->usr, "@aN@") == NULL;
  if ((owner->flags & CK_IR_F_MAIN_FILE) || !is_external || var->loc.file == NULL) return var;
  return ck_ev_intern(ev, ck_arena_printf(&ev->arena, "%s:%u:%u %s %s", var->loc.file, var->loc.line, var->loc.column,
                                          owner->usr, var->usr));
}

/* Registries --------------------------------------------------------------------------------------------------------
 *
 * A container that starts empty in a header is filled from elsewhere, often by initialisers in units that exist for
 * nothing else. Where units may be missing, what it holds is not known, whether or not some that are in view add to it.
 */

/* Containers that others add to; an empty optional or pointer is as likely to stay so. */
static bool is_empty_container(ck_value v) {
  if (v.kind == CK_V_MAP) return v.map->n == 0;
  return v.kind == CK_V_LIST && v.list->n == 0 && ck_starts_with(v.list->cls, "std::") &&
         strstr(v.list->cls, "optional") == NULL;
}

static void fill_elsewhere(ck_ev *ev, ck_cell *cell, const ck_ir *var, int depth) {
  ck_value v = cell->v;
  if (cell->type && cell->type->is_const && v.kind != CK_V_PTR) return;
  if (is_empty_container(v))
    cell->v = ck_ev_unknown(ev, var->loc, "variable `%s`, to which units that are not in view may add", var->name);
  else if (v.kind == CK_V_PTR && v.tag != CK_PTR_ITERATOR && v.tag != CK_PTR_WEAK && depth < 4)
    fill_elsewhere(ev, v.cell, var, depth + 1);
  else if (v.kind == CK_V_OBJECT && depth < 4)
    for (size_t i = 0; i < v.object->nfields; i++) fill_elsewhere(ev, v.object->fields[i].cell, var, depth + 1);
}

/* Can units that are not in view reach the variable? `function`: the one that it is static in, or NULL. */
static bool is_shared(ck_ev *ev, const ck_ir *var, const ck_ir *function) {
  if (ck_ir_program_is_whole(ev->program) || (var->flags & CK_IR_F_CONSTEXPR)) return false;
  if (function == NULL) return !(var->flags & CK_IR_F_MAIN_FILE);
  bool has_own_copy = (function->flags & CK_IR_F_STATIC) && !(function->flags & CK_IR_F_METHOD);
  return !(function->flags & CK_IR_F_MAIN_FILE) && !has_own_copy;
}

/* A variable of static duration stays initialised, even if that happens in a side of a branch that is taken back: its
 * cells count as older than any journal. */
static ck_cell *initialised_for_good(ck_ev *ev, const ck_ir *var) {
  uint32_t journal = ev->journal_id;
  ev->journal_id = 0;
  ck_cell *cell = initialised(ev, var);
  ev->journal_id = journal;
  return cell;
}

/* A function's static variable keeps what earlier calls left in it; who has called before is known from main on only.
 */
static ck_cell *left_by_others(ck_ev *ev, const ck_ir *var) {
  const ck_ir *function = ev->frame ? ev->frame->function : NULL;
  if (ev->entry_is_main || (var->flags & CK_IR_F_CONSTEXPR) || (var->type && var->type->is_const)) return NULL;
  ck_ev_scan_program(ev);
  if (function == NULL || ck_map_find(&ev->written, var->usr) == NULL) return NULL;
  const char *origin = ck_arena_printf(&ev->arena, "variable `%s`, which earlier calls may have changed", var->name);
  ck_cell *cell = ck_ev_temp(ev, ck_ev_parameter(ev, var->type, var->name, origin, var->loc), var->type);
  cell->journalled = 0;
  return cell;
}

/* Does the reference bind to something that is made for it? */
static bool binds_temporary(const ck_ir *var) {
  const ck_ir *init = ck_ir_kid(var, 0);
  return init && (init->kind == CK_IR_CONSTRUCT || (init->kind == CK_IR_CALL && !is_reference(init->type)));
}

static bool is_constant(const ck_ir *var) {
  return (var->flags & CK_IR_F_CONSTEXPR) || (var->type && var->type->is_const);
}

void ck_ev_declare(ck_ev *ev, const ck_ir *var) {
  bool once = var->flags & CK_IR_F_STATIC;
  const ck_ir *function = ev->frame ? ev->frame->function : NULL;
  const void *key = once ? identity(ev, var, function) : NULL;
  ck_cell *cell = once ? ck_ptrmap_get(&ev->globals, key) : NULL;
  if (cell == NULL) {
    if (once) cell = left_by_others(ev, var);
    if (cell == NULL) cell = once ? initialised_for_good(ev, var) : initialised(ev, var);
    if (!ck_ev_on(ev)) return;
    if (once && is_shared(ev, var, function)) fill_elsewhere(ev, cell, var, 0);
    if (once) *ck_ptrmap_slot(&ev->globals, key) = cell;
    if (once && !is_constant(var)) {
      ck_vec_push(&ev->statics, cell);
      if (ev->statics_open) ck_ev_open_cell(ev, cell, ev->statics_open->loc, ev->statics_open->reason);
    }
    if (!is_reference(var->type) || binds_temporary(var)) ck_ev_notice(ev, var, cell);
  }
  ck_ev_bind(ev, var->usr, cell);
}

static ck_cell *part_of(ck_ev *ev, ck_value whole, size_t i, const ck_ir *var) {
  if (whole.kind == CK_V_LIST && i < whole.list->n) return whole.list->at[i];
  if (whole.kind == CK_V_OBJECT && i < whole.object->nfields) return whole.object->fields[i].cell;
  if (whole.kind == CK_V_UNKNOWN) return ck_ev_unknown_place(ev, whole, var->type);
  return ck_ev_temp(ev, ck_ev_unknown(ev, var->loc, "structured binding to a value that is not known"), var->type);
}

void ck_ev_bind_structured(ck_ev *ev, const ck_ir *binding, ck_cell *from) {
  const ck_ir *init = ck_ir_kid(binding, 0);
  if (from == NULL && init) {
    from = is_reference(binding->type) ? bind_reference(ev, binding->type, init) : ck_ev_cell(ev, own_value(ev, init));
    if (!ck_ev_on(ev)) return;
  }
  ck_cell *target = from ? ck_ev_target(ev, from) : NULL;
  ck_value whole = ck_ev_decide(ev, target ? ck_ev_load(ev, target) : from ? ck_ev_load(ev, from) : CK_VOID);
  for (uint32_t i = 1; i < binding->nkids; i++)
    if (binding->kids[i]) ck_ev_bind(ev, binding->kids[i]->usr, part_of(ev, whole, i - 1, binding->kids[i]));
}

/* Globals
 * --------------------------------------------------------------------------------------------------------------- */

/* A library's variable may have a row of its name that takes no arguments ("at::indexing::None"). */
static ck_cell *extern_variable(ck_ev *ev, const ck_ir *node, const char *why) {
  const char *name = node->name;
  const ck_builtin *row = ck_ev_find_builtin(ev, name, 0);
  if (row != NULL && strcmp(row->name, name) == 0) {
    ck_call call = {.ev = ev, .node = node, .name = name, .type = node->type};
    return ck_ev_temp(ev, row->call(&call), node->type);
  }
  const char *origin = why ? why : ck_arena_printf(&ev->arena, "variable `%s`, whose definition is not in sight", name);
  return ck_ev_temp(ev, ck_ev_symbolic(ev, node->type, name, origin, (ck_loc){0}), node->type);
}

/* Is it written anywhere in the program? */
static bool is_changed_by_program(ck_ev *ev, const ck_ir *var) {
  if (is_constant(var)) return false;
  ck_ev_scan_program(ev);
  return ck_map_find(&ev->written, var->usr) != NULL;
}

/* May something have changed the variable before the entry point runs? */
static bool may_have_changed(ck_ev *ev, const ck_ir *var) {
  return !ev->entry_is_main && is_changed_by_program(ev, var);
}

void ck_ev_open_statics(ck_ev *ev, ck_loc loc, const char *reason) {
  for (size_t i = 0; i < ev->statics.n; i++) ck_ev_open_cell(ev, ev->statics.at[i], loc, reason);
  ev->statics_open = ck_ev_unknown(ev, loc, "%s", reason).unknown;
}

void ck_ev_open_globals(ck_ev *ev, ck_loc loc, const char *reason) {
  ck_ev_scan_program(ev);
  for (size_t i = 0; i < ev->variables.n; i++) {
    const ck_ir *var = ev->variables.at[i];
    if (!is_changed_by_program(ev, var)) continue;
    ck_cell *cell = ck_ev_global(ev, var->usr, var);
    if (!ck_ev_on(ev)) return;
    ck_ev_open_cell(ev, cell, loc, reason);
  }
  ck_ev_open_statics(ev, loc, reason);
}

static void init_global(ck_ev *ev, const ck_ir *var, ck_cell *cell) {
  ck_frame frame;
  if (!ck_ev_frame_push(ev, &frame, var, NULL, NULL, var->loc)) return;
  ck_cell *first = initialised_for_good(ev, var);
  if (ck_ev_on(ev)) {
    if (is_shared(ev, var, NULL)) fill_elsewhere(ev, first, var, 0);
    cell->v = first->v;
    if (is_reference(var->type)) *ck_ptrmap_slot(&ev->globals, identity(ev, var, NULL)) = first;
    else ck_ev_notice(ev, var, cell);
  }
  ck_ev_frame_pop(ev);
}

static ck_cell *defined_variable(ck_ev *ev, const ck_ir *var) {
  ck_cell *cell = ck_ev_temp(ev, ck_ev_unknown(ev, var->loc, "variable used in its own initialisation"), var->type);
  cell->journalled = 0;
  const void *key = identity(ev, var, NULL);
  *ck_ptrmap_slot(&ev->globals, key) = cell;
  if (may_have_changed(ev, var)) {
    const char *origin = ck_arena_printf(&ev->arena, "variable `%s`, which the program changes", var->name);
    cell->v = ck_ev_parameter(ev, var->type, var->name, origin, var->loc);
    return cell;
  }
  init_global(ev, var, cell);
  return ck_ptrmap_get(&ev->globals, key);
}

ck_cell *ck_ev_global(ck_ev *ev, const char *usr, const ck_ir *node) {
  const char *why = NULL;
  const ck_ir *var = ck_ir_find_variable(ev->program, usr, ev->frame ? ev->frame->unit : NULL, &why);
  const void *key = var ? identity(ev, var, NULL) : usr;
  ck_cell *cell = ck_ptrmap_get(&ev->globals, key);
  if (cell) return cell;
  if (var == NULL) {
    cell = extern_variable(ev, node, why);
    cell->journalled = 0;
    *ck_ptrmap_slot(&ev->globals, key) = cell;
    return cell;
  }
  return defined_variable(ev, var);
}

/* May giving the variable its first value change another one? */
static bool acts(ck_ev *ev, const ck_ir *node) {
  if (node == NULL) return false;
  switch (node->kind) {
  case CK_IR_CALL:
  case CK_IR_MCALL:
  case CK_IR_OPCALL:
  case CK_IR_ASSIGN: return true;
  case CK_IR_CONSTRUCT:
    if (node->usr[0] && ck_ev_find_function(ev, node->usr)->function) return true;
    break;
  case CK_IR_UNARY:
    if (node->op >= CK_IR_OP_PRE_INC && node->op <= CK_IR_OP_POST_DEC) return true;
    break;
  case CK_IR_LAMBDA: return false; /* that is not called */
  default: break;
  }
  for (uint32_t i = 0; i < node->nkids; i++)
    if (acts(ev, node->kids[i])) return true;
  return false;
}

/* Namespaces' variables get their first values before main, in the order of a unit; some only do so to register
 * something elsewhere, and nobody names them. */
void ck_ev_init_globals(ck_ev *ev) {
  ck_ev_scan_program(ev);
  for (size_t i = 0; i < ev->initialised.n && ck_ev_on(ev); i++) {
    const ck_ir *here = ev->initialised.at[i], *var; /* an inline one stands in several units */
    if (!acts(ev, ck_ir_kid(here, 0))) continue;
    var = ck_ir_find_variable(ev->program, here->usr, ck_ir_unit_of(ev->program, here), &(const char *){NULL});
    if (var && ck_ptrmap_get(&ev->globals, identity(ev, var, NULL)) == NULL) defined_variable(ev, var);
  }
}
