/* overload.c - which constructor takes these arguments.
 *
 * Where the front end names the constructor (USR) there is nothing to choose. Elsewhere, inside make_shared and
 * ModuleHolder whose bodies are not in the IR, the candidates are ranked as C++ ranks conversions: exact, promotion,
 * conversion, by class, and "cannot tell"; the best in sum is taken. An argument's type is its cell's declared type
 * where there is one, else what its value tells. */
#include <string.h>

#include "eval/eval_int.h"

enum { EXACT = 0, PROMOTION = 1, CONVERSION = 3, BY_CLASS = 6, CANNOT_TELL = 8, NOT_VIABLE = 1000 };

static const ck_ir_type *plain(const ck_ir_type *type) { return ck_ir_strip_ref(type); }

static bool same_type(const ck_ir_type *a, const ck_ir_type *b) {
  if (a == b) return true;
  if (a->kind != b->kind) return false;
  switch (a->kind) {
  case CK_IR_T_INT: return a->bits == b->bits && a->is_signed == b->is_signed && a->is_char == b->is_char;
  case CK_IR_T_FLOAT: return a->bits == b->bits;
  case CK_IR_T_BOOL: return true;
  case CK_IR_T_ENUM:
  case CK_IR_T_RECORD: return strcmp(a->usr, b->usr) == 0;
  default: return strcmp(a->spelling, b->spelling) == 0;
  }
}

static bool is_arithmetic(const ck_ir_type *t) {
  return t->kind == CK_IR_T_BOOL || t->kind == CK_IR_T_INT || t->kind == CK_IR_T_FLOAT;
}

static int rank_arithmetic(ck_value v, const ck_ir_type *from, const ck_ir_type *to) {
  if (from && is_arithmetic(from)) {
    if (same_type(from, to)) return EXACT;
    const ck_ir_type *promoted = ck_ev_promote(from);
    if (same_type(promoted, to) && from->kind != CK_IR_T_FLOAT) return PROMOTION;
    if (from->kind == CK_IR_T_FLOAT && to->kind == CK_IR_T_FLOAT && to->bits > from->bits) return PROMOTION;
    return CONVERSION;
  }
  if (from && from->kind == CK_IR_T_ENUM)
    return from->is_scoped ? NOT_VIABLE : to->kind == CK_IR_T_INT ? PROMOTION : CONVERSION;
  switch (v.kind) {
  case CK_V_BOOL: return to->kind == CK_IR_T_BOOL ? EXACT : CONVERSION;
  case CK_V_INT: return to->kind == CK_IR_T_INT ? PROMOTION : CONVERSION;
  case CK_V_FLOAT: return to->kind == CK_IR_T_FLOAT ? PROMOTION : CONVERSION;
  case CK_V_SYM:
    if (v.sym->type == CK_SYM_STRING) return to->kind == CK_IR_T_BOOL ? CONVERSION + 1 : NOT_VIABLE;
    if (v.sym->type == CK_SYM_BOOL) return to->kind == CK_IR_T_BOOL ? EXACT : CONVERSION;
    if (v.sym->type == CK_SYM_FLOAT) return to->kind == CK_IR_T_FLOAT ? PROMOTION : CONVERSION;
    return to->kind == CK_IR_T_INT ? PROMOTION : CONVERSION;
  case CK_V_STRING:
  case CK_V_PTR:
  case CK_V_NULL: return to->kind == CK_IR_T_BOOL ? CONVERSION + 1 : NOT_VIABLE;
  case CK_V_LIST:
    if (strcmp(v.list->cls, "init") == 0) return v.list->n <= 1 ? CONVERSION : NOT_VIABLE;
    return NOT_VIABLE;
  case CK_V_UNKNOWN:
  case CK_V_CHOICE: return CANNOT_TELL;
  default: return NOT_VIABLE;
  }
}

static bool is_init_list(ck_value v) {
  return (v.kind == CK_V_LIST && strcmp(v.list->cls, "init") == 0) ||
         (v.kind == CK_V_MAP && strcmp(v.map->cls, "init") == 0);
}

static bool has_converting_ctor(ck_ev *ev, const ck_class *cls, ck_cell *arg) {
  (void)arg;
  for (uint32_t i = 0; i < cls->record->nkids; i++) {
    const ck_ir *kid = cls->record->kids[i];
    if (kid == NULL || kid->kind != CK_IR_FUNCTION || !(kid->flags & CK_IR_F_CTOR)) continue;
    if (kid->flags & (CK_IR_F_EXPLICIT | CK_IR_F_DELETED)) continue;
    const ck_ir_type *param = ck_ir_param_count(kid) ? plain(ck_ir_param(kid, 0)->type) : NULL;
    if (param && ck_ev_takes(kid, 1) && !(param->kind == CK_IR_T_RECORD && ck_ev_class_of_type(ev, param) == cls))
      return true;
  }
  return false;
}

static int rank_record(ck_ev *ev, ck_cell *arg, ck_value v, const ck_ir_type *from, const ck_ir_type *to) {
  if (from && from->kind == CK_IR_T_RECORD && same_type(from, to)) return EXACT;
  if (ck_ev_is_string_type(to)) {
    if (v.kind == CK_V_STRING || (v.kind == CK_V_SYM && v.sym->type == CK_SYM_STRING))
      return from && from->kind == CK_IR_T_RECORD ? EXACT : BY_CLASS;
    return v.kind == CK_V_UNKNOWN || v.kind == CK_V_CHOICE ? CANNOT_TELL : NOT_VIABLE;
  }
  const ck_class *cls = ck_ev_class_of_type(ev, to);
  if (cls && cls->holder == NULL) {
    const ck_class *mine = from && from->kind == CK_IR_T_RECORD ? ck_ev_class_of_type(ev, from) : NULL;
    if (mine == NULL && v.kind == CK_V_OBJECT && v.object->record) mine = ck_ev_class_of_record(ev, v.object->record);
    if (mine)
      return ck_ev_derives(mine, cls->record)    ? (mine == cls ? EXACT : CONVERSION)
             : has_converting_ctor(ev, cls, arg) ? BY_CLASS
                                                 : NOT_VIABLE;
    if (v.kind == CK_V_UNKNOWN || v.kind == CK_V_CHOICE) return CANNOT_TELL;
    if (is_init_list(v)) return BY_CLASS;
    return has_converting_ctor(ev, cls, arg) ? BY_CLASS : NOT_VIABLE;
  }
  if (strcmp(to->name, "std::initializer_list") == 0) return is_init_list(v) ? PROMOTION : NOT_VIABLE;
  switch (v.kind) {
  case CK_V_LIST: return strcmp(v.list->cls, to->name) == 0 ? EXACT : BY_CLASS;
  case CK_V_MAP: return strcmp(v.map->cls, to->name) == 0 ? EXACT : BY_CLASS;
  case CK_V_OBJECT: return strcmp(v.object->cls, to->name) == 0 ? EXACT : BY_CLASS;
  case CK_V_BOOL:
  case CK_V_INT:
  case CK_V_FLOAT: return BY_CLASS + 1;
  default: return BY_CLASS;
  }
}

static int rank(ck_ev *ev, ck_cell *arg, const ck_ir_type *param) {
  const ck_ir_type *to = plain(param), *from = plain(arg->type);
  if (from && from->kind == CK_IR_T_UNKNOWN) from = NULL;
  ck_value v = ck_ev_load(ev, arg);
  while (v.kind == CK_V_CHOICE) v = v.choice->a;
  if (to == NULL) return CANNOT_TELL;
  switch (to->kind) {
  case CK_IR_T_BOOL:
  case CK_IR_T_INT:
  case CK_IR_T_FLOAT: return rank_arithmetic(v, from, to);
  case CK_IR_T_ENUM:
    if (from && from->kind == CK_IR_T_ENUM) return same_type(from, to) ? EXACT : NOT_VIABLE;
    if (from && is_arithmetic(from)) return NOT_VIABLE;
    return v.kind == CK_V_INT || v.kind == CK_V_SYM || v.kind == CK_V_UNKNOWN ? CANNOT_TELL : NOT_VIABLE;
  case CK_IR_T_POINTER:
  case CK_IR_T_ARRAY:
    if (from && same_type(from, to)) return EXACT;
    if (v.kind == CK_V_STRING || v.kind == CK_V_SYM) return ck_ev_is_string_type(to) ? EXACT : NOT_VIABLE;
    if (v.kind == CK_V_NULL) return PROMOTION;
    if (v.kind == CK_V_PTR) return v.tag == CK_PTR_RAW || v.tag == CK_PTR_ITERATOR ? PROMOTION : NOT_VIABLE;
    return v.kind == CK_V_UNKNOWN || v.kind == CK_V_LIST || v.kind == CK_V_CLOSURE ? CANNOT_TELL : NOT_VIABLE;
  case CK_IR_T_NULLPTR: return v.kind == CK_V_NULL ? EXACT : NOT_VIABLE;
  case CK_IR_T_RECORD: return rank_record(ev, arg, v, from, to);
  default: return CANNOT_TELL;
  }
}

static int rank_all(ck_ev *ev, const ck_ir *ctor, ck_cell **args, size_t nargs) {
  int sum = 0;
  for (size_t i = 0; i < nargs; i++) {
    int r = rank(ev, args[i], ck_ir_param(ctor, i)->type);
    if (r == NOT_VIABLE) return NOT_VIABLE;
    sum += r;
  }
  return sum;
}

static bool takes(ck_ev *ev, const ck_ir *ctor, size_t nargs) {
  size_t n = ck_ir_param_count(ctor);
  return nargs <= n && (nargs == n || ck_ev_default_argument(ev, ctor, nargs) != NULL);
}

/* Candidates of one name, ranked. */
typedef struct {
  const ck_ir *best;
  int least;
  size_t n, ties; /* viable; as good as the best */
  bool is_vague;  /* how well one fits cannot be told */
} ranking;

static void consider(ck_ev *ev, ranking *r, const ck_ir *function, ck_cell **args, size_t nargs) {
  if ((function->flags & CK_IR_F_DELETED) || !takes(ev, function, nargs)) return;
  int rank = rank_all(ev, function, args, nargs);
  if (rank >= NOT_VIABLE) return;
  r->n++;
  if (rank >= CANNOT_TELL) r->is_vague = true;
  if (r->best == NULL || rank < r->least) r->best = function, r->least = rank, r->ties = 0;
  else if (rank == r->least) r->ties++;
}

/* What fits exactly is chosen, else the best if there is no doubt. */
static const ck_ir *chosen(const ranking *r, bool *unclear) {
  *unclear = r->n > 1 && (r->ties > 0 || (r->is_vague && r->least != EXACT));
  return *unclear ? NULL : r->best;
}

static void consider_methods(ck_ev *ev, ranking *r, const ck_class *cls, const char *name, ck_cell **args,
                             size_t nargs) {
  bool named = false; /* a name hides those of the bases */
  for (uint32_t i = 0; i < cls->record->nkids; i++) {
    const ck_ir *kid = cls->record->kids[i];
    if (kid == NULL || kid->kind != CK_IR_FUNCTION || strcmp(ck_ev_plain_name(kid->name), name) != 0) continue;
    named = true;
    consider(ev, r, kid, args, nargs);
  }
  for (size_t i = 0; i < cls->nbases && !named; i++)
    if (cls->bases[i].project) consider_methods(ev, r, cls->bases[i].project, name, args, nargs);
}

const ck_ir *ck_ev_choose_method(ck_ev *ev, const ck_class *cls, const char *name, ck_cell **args, size_t nargs,
                                 bool *unclear) {
  ranking r = {0};
  consider_methods(ev, &r, cls, name, args, nargs);
  const ck_ir *method = chosen(&r, unclear);
  if (!*unclear || r.ties == 0) return method;
  /* overloads on const, which differ in nothing else here: the first of them */
  ranking again = {0};
  const ck_method *first = ck_ev_method(ev, r.best->usr);
  for (uint32_t i = 0; first && first->record && i < first->record->nkids; i++) {
    const ck_ir *kid = first->record->kids[i];
    if (kid && kid->kind == CK_IR_FUNCTION && strcmp(ck_ev_plain_name(kid->name), name) == 0 &&
        !(kid->flags & CK_IR_F_CONST))
      consider(ev, &again, kid, args, nargs);
  }
  return again.n ? chosen(&again, unclear) : NULL;
}

const ck_closure *ck_ev_choose_closure(ck_ev *ev, const ck_object *object, ck_cell **args, size_t nargs,
                                       bool *unclear) {
  ranking r = {0};
  const ck_closure *found = NULL;
  for (size_t i = 0; i < object->nfields; i++) {
    if (strcmp(object->fields[i].name, "operator()") != 0) continue;
    ck_value v = ck_ev_load(ev, object->fields[i].cell);
    if (v.kind != CK_V_CLOSURE || v.closure->function == NULL) continue;
    const ck_ir *before = r.best;
    consider(ev, &r, v.closure->function, args, nargs);
    if (r.best != before) found = v.closure;
  }
  return chosen(&r, unclear) ? found : NULL;
}

/* Generic lambdas ---------------------------------------------------------------------------------------------------
 */

bool ck_ev_is_generic(const ck_closure *closure) { return closure->lambda && closure->function->usr[0] == '\0'; }

static bool belongs_to(const ck_ir *instance, const char *lambda) {
  for (uint32_t i = 0; i < instance->nkids; i++) {
    const ck_ir *kid = instance->kids[i];
    if (kid && kid->kind == CK_IR_OVERRIDES && strcmp(kid->usr, lambda) == 0) return true;
  }
  return false;
}

/* Is it the very type that `auto` would stand for? A value whose type is not known may be of several. */
static bool is_deduced(const ck_ir_type *param, const ck_cell *arg) {
  const ck_ir_type *to = plain(param), *from = plain(arg->type);
  return to && from && from->kind != CK_IR_T_UNKNOWN && same_type(from, to);
}

static bool is_instance_for(ck_ev *ev, const ck_ir *instance, const ck_ir *pattern, ck_cell **args, size_t nargs) {
  if (!takes(ev, instance, nargs)) return false;
  for (size_t i = 0; i < nargs; i++) {
    const ck_ir_type *param = ck_ir_param(instance, i)->type;
    const ck_ir_type *written = i < ck_ir_param_count(pattern) ? plain(ck_ir_param(pattern, i)->type) : NULL;
    bool is_auto = written == NULL || written->kind == CK_IR_T_UNKNOWN;
    if (is_auto ? !is_deduced(param, args[i]) : rank(ev, args[i], param) == NOT_VIABLE) return false;
  }
  return true;
}

const ck_ir *ck_ev_choose_instance(ck_ev *ev, const ck_closure *closure, ck_cell **args, size_t nargs) {
  const ck_ir *found = NULL;
  ck_ev_scan_program(ev);
  for (size_t i = 0; i < ev->lambdas.n; i++) {
    const ck_ir *instance = ev->lambdas.at[i];
    if (!belongs_to(instance, closure->lambda)) continue;
    instance = ck_ev_find_function(ev, instance->usr)->function; /* of several units' the nearest */
    if (instance == NULL || instance == found || !is_instance_for(ev, instance, closure->function, args, nargs))
      continue;
    if (found) return NULL;
    found = instance;
  }
  return found;
}

/* Constructors ------------------------------------------------------------------------------------------------------
 */

/* Is the constructor one of the class, though it stands outside of it: an instance of a template? */
static bool is_instance_of(const ck_class *cls, const char *usr) {
  const char *owner = cls->record->usr;
  return *owner && ck_starts_with(usr, owner) && ck_starts_with(usr + strlen(owner), "@F@");
}

static const ck_ir *named_instance(ck_ev *ev, const ck_class *cls, const char *usr) {
  if (!is_instance_of(cls, usr)) return NULL;
  const ck_ir *function = ck_ev_find_function(ev, usr)->function;
  return function && (function->flags & CK_IR_F_CTOR) ? function : NULL;
}

static bool is_declared_in(const ck_class *cls, const ck_ir *ctor) {
  for (uint32_t i = 0; i < cls->record->nkids; i++)
    if (cls->record->kids[i] && strcmp(cls->record->kids[i]->usr, ctor->usr) == 0) return true;
  return false;
}

/* Would the template have given this instance for the arguments? What is taken by reference has their types. */
static bool deduces(const ck_ir *ctor, ck_cell **args, size_t nargs) {
  for (size_t i = 0; i < nargs; i++) {
    const ck_ir_type *param = ck_ir_param(ctor, i)->type, *from = plain(args[i]->type);
    if (param == NULL || param->kind != CK_IR_T_RREF || from == NULL || from->kind == CK_IR_T_UNKNOWN) continue;
    if (!same_type(from, param->elem)) return false;
  }
  return true;
}

/* An instance of a constructor template that fits better than `least`; NULL if there is none. */
static const ck_ir *best_instance(ck_ev *ev, const ck_class *cls, ck_cell **args, size_t nargs, int least) {
  const ck_ir *best = NULL;
  ck_ev_scan_program(ev);
  for (size_t i = 0; i < ev->instances.n; i++) {
    const ck_ir *ctor = ev->instances.at[i];
    if (!is_instance_of(cls, ctor->usr) || !takes(ev, ctor, nargs) || is_declared_in(cls, ctor)) continue;
    int r = deduces(ctor, args, nargs) ? rank_all(ev, ctor, args, nargs) : NOT_VIABLE;
    if (r < least) least = r, best = ctor;
  }
  return best;
}

/* Has it a parameter whose type no one knows, for a header is missing? */
static bool is_unknown_ctor(const ck_ir *ctor) {
  for (size_t i = 0; i < ck_ir_param_count(ctor); i++) {
    const ck_ir_type *type = ck_ir_param(ctor, i)->type;
    if (type && type->kind == CK_IR_T_UNKNOWN && strcmp(type->spelling, "?") == 0) return true;
  }
  return false;
}

/* Such a one that may be meant: what its parameters have for defaults may not be known, either. */
static const ck_ir *unknown_ctor(ck_ev *ev, const ck_class *cls, ck_cell **args, size_t nargs) {
  ck_value v = nargs == 1 ? ck_ev_load(ev, args[0]) : CK_VOID;
  if (v.kind == CK_V_OBJECT && v.object->record == cls->record) return NULL; /* a copy fits exactly */
  for (uint32_t i = 0; nargs > 0 && i < cls->record->nkids; i++) {
    const ck_ir *ctor = cls->record->kids[i];
    if (ctor && ctor->kind == CK_IR_FUNCTION && (ctor->flags & CK_IR_F_CTOR) && is_unknown_ctor(ctor) &&
        nargs <= ck_ir_param_count(ctor))
      return ctor;
  }
  return NULL;
}

static const ck_ir *known_ctor(ck_ev *ev, const ck_class *cls, ck_cell **args, size_t nargs, const char *usr) {
  const ck_ir *best = NULL;
  int least = NOT_VIABLE;
  for (uint32_t i = 0; i < cls->record->nkids; i++) {
    const ck_ir *ctor = cls->record->kids[i];
    if (ctor == NULL || ctor->kind != CK_IR_FUNCTION || !(ctor->flags & CK_IR_F_CTOR)) continue;
    if (usr[0] && strcmp(usr, ctor->usr) == 0) return ctor;
    if ((ctor->flags & (CK_IR_F_DELETED | CK_IR_F_INHERITED)) || is_unknown_ctor(ctor) || !takes(ev, ctor, nargs))
      continue;
    int r = rank_all(ev, ctor, args, nargs);
    if (r < least) least = r, best = ctor;
  }
  const ck_ir *instance = named_instance(ev, cls, usr);
  if (instance == NULL) instance = best_instance(ev, cls, args, nargs, least);
  return instance ? instance : best;
}

const ck_ir *ck_ev_choose_ctor(ck_ev *ev, const ck_class *cls, ck_cell **args, size_t nargs, const char *usr) {
  const ck_ir *known = known_ctor(ev, cls, args, nargs, usr), *unknown = unknown_ctor(ev, cls, args, nargs);
  if (unknown == NULL || known == unknown) return known;
  bool is_exact =
      known && takes(ev, known, nargs) && rank_all(ev, known, args, nargs) == EXACT; /* none can fit better */
  return is_exact ? known : unknown;
}
