/* conversion.c - conversion functions (`operator int64_t()`) of the program's classes.
 *
 * Where a conversion function is called in code that is in sight, the front end names it. Where the parameter of a
 * library's function asks for it (`nn::Linear(width, 4)` forwards to LinearOptions(int64_t, int64_t)), it is chosen
 * here: the one that gives the very type, else, for a number, the only one that gives a number ([over.match.conv]). */
#include <string.h>

#include "eval/eval_int.h"

static bool is_number(const ck_ir_type *t) {
  return t->kind == CK_IR_T_BOOL || t->kind == CK_IR_T_INT || t->kind == CK_IR_T_FLOAT || t->kind == CK_IR_T_ENUM;
}

static bool is_same(const ck_ir_type *a, const ck_ir_type *b) {
  if (a->kind != b->kind) return false;
  if (a->kind == CK_IR_T_RECORD || a->kind == CK_IR_T_ENUM)
    return strcmp(a->usr, b->usr) == 0 && strcmp(a->name, b->name) == 0;
  return a->bits == b->bits && a->is_signed == b->is_signed;
}

typedef struct {
  const ck_ir_type *to;
  const ck_ir *exact, *other; /* functions */
  size_t others;
} candidates;

static void consider(candidates *c, const ck_ir *function) {
  const char *plain = ck_ev_plain_name(function->name);
  const ck_ir_type *result = ck_ir_strip_ref(function->type);
  if (!ck_starts_with(plain, "operator ") || ck_ir_param_count(function) != 0 || result == NULL) return;
  /* an explicit one serves where a truth is asked for */
  if ((function->flags & CK_IR_F_EXPLICIT) && (c->to->kind != CK_IR_T_BOOL || result->kind != CK_IR_T_BOOL)) return;
  if (is_same(result, c->to)) {
    if (c->exact == NULL) c->exact = function;
  } else if (is_number(result) && is_number(c->to)) {
    c->other = function;
    c->others++;
  }
}

/* The class's own first: they hide those of the bases. */
static void consider_class(candidates *c, const ck_class *cls) {
  for (uint32_t i = 0; i < cls->record->nkids; i++) {
    const ck_ir *kid = cls->record->kids[i];
    if (kid && kid->kind == CK_IR_FUNCTION && (kid->flags & CK_IR_F_METHOD)) consider(c, kid);
  }
  for (size_t i = 0; i < cls->nbases; i++)
    if (cls->bases[i].project) consider_class(c, cls->bases[i].project);
}

bool ck_ev_convert_object(ck_ev *ev, ck_value v, const ck_ir_type *to, ck_loc loc, ck_value *out) {
  to = ck_ir_strip_ref(to);
  if (to == NULL || v.kind != CK_V_OBJECT || v.object->record == NULL) return false;
  candidates c = {.to = to};
  consider_class(&c, ck_ev_class_of_record(ev, v.object->record));
  const ck_ir *chosen = c.exact ? c.exact : c.others == 1 ? c.other : NULL;
  const ck_ir *function = chosen ? ck_ev_find_function(ev, chosen->usr)->function : NULL;
  if (function == NULL) return false;
  ck_ir *node = CK_NEW(&ev->arena, ck_ir);
  *node = (ck_ir){.kind = CK_IR_MCALL, .loc = loc, .name = chosen->name, .usr = chosen->usr, .type = chosen->type};
  const ck_method *method = ck_ev_method(ev, chosen->usr);
  ck_value result = ck_ev_run_function(ev, function, method ? method->record : NULL, ck_ev_cell(ev, v), NULL, 0, node);
  *out = ck_ev_convert(ev, ck_ev_unref(ev, result), to, loc);
  return true;
}
