/* sym.c - hash-consed symbolic expressions and their normal forms.
 *
 * Comparisons are kept as EQ and LT alone; the others are the NOT of one of them or LT with its operands exchanged (for
 * floating point only where NaN allows it). Commutative operands stand in order of id, a constant last; sums of a
 * symbol and constants have one constant. Printing goes back to the operators that people write. */
#include "eval/sym.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "eval/eval_int.h"

static uint64_t hash_of(const ck_sym *s) {
  uint64_t parts[10] = {s->kind, s->type, s->op, (uintptr_t)s->a, (uintptr_t)s->b, (uintptr_t)s->c, (uint64_t)s->i};
  memcpy(&parts[7], &s->f, sizeof s->f);
  parts[8] = (uintptr_t)s->s;
  parts[9] = s->kind == CK_SYM_NAME ? (uintptr_t)s->origin ^ ((uint64_t)s->loc.begin << 32 | s->loc.line) : 0;
  return ck_hash64(parts, sizeof parts, 0);
}

static bool equal(const ck_sym *x, const ck_sym *y) {
  if (x->kind != y->kind || x->type != y->type || x->op != y->op || x->a != y->a || x->b != y->b || x->c != y->c ||
      x->i != y->i || memcmp(&x->f, &y->f, sizeof x->f) != 0 || x->s != y->s)
    return false;
  return x->kind != CK_SYM_NAME || (x->origin == y->origin && x->loc.begin == y->loc.begin &&
                                    x->loc.line == y->loc.line && x->loc.column == y->loc.column);
}

static void grow(ck_ev *ev) {
  size_t old = ev->sym_slots;
  const ck_sym **from = ev->syms;
  ev->sym_slots = old ? old * 2 : 256;
  ev->syms = ck_calloc(ev->sym_slots, sizeof(const ck_sym *));
  for (size_t i = 0; i < old; i++) {
    if (from[i] == NULL) continue;
    size_t at = hash_of(from[i]) & (ev->sym_slots - 1);
    while (ev->syms[at]) at = (at + 1) & (ev->sym_slots - 1);
    ev->syms[at] = from[i];
  }
  free(from);
}

/* The one symbol equal to `s`; its strings are interned already. */
static const ck_sym *cons(ck_ev *ev, const ck_sym *s) {
  if (2 * ev->nsyms >= ev->sym_slots) grow(ev);
  size_t at = hash_of(s) & (ev->sym_slots - 1);
  for (; ev->syms[at]; at = (at + 1) & (ev->sym_slots - 1))
    if (equal(ev->syms[at], s)) return ev->syms[at];
  ck_sym *own = CK_NEW(&ev->arena, ck_sym);
  *own = *s;
  own->id = (uint32_t)ev->nsyms++;
  const ck_sym *parts[] = {s->a, s->b, s->c};
  own->has_index = s->index;
  for (size_t i = 0; i < 3; i++) {
    if (parts[i] == NULL) continue;
    if (parts[i]->has_index) own->has_index = true;
    if (own->depth <= parts[i]->depth) own->depth = (uint16_t)(parts[i]->depth + 1);
  }
  ev->syms[at] = own;
  return own;
}

static const ck_sym *constant(ck_ev *ev, ck_sym_type type, int64_t i, double f, const char *s) {
  return cons(ev, &(ck_sym){.kind = CK_SYM_CONST, .type = type, .i = i, .f = f, .s = s ? ck_ev_intern(ev, s) : NULL});
}

const ck_sym *ck_ev_sym_int(ck_ev *ev, int64_t i) { return constant(ev, CK_SYM_INT, i, 0, NULL); }

const ck_sym *ck_ev_sym_occurrence(ck_ev *ev, ck_sym_type type, const char *name, const char *origin, ck_loc loc,
                                   bool index, uint64_t earlier) {
  return cons(ev, &(ck_sym){.kind = CK_SYM_NAME,
                            .type = type,
                            .s = ck_ev_intern(ev, name),
                            .origin = ck_ev_intern(ev, origin ? origin : ""),
                            .loc = loc,
                            .i = (int64_t)earlier,
                            .index = index});
}

const ck_sym *ck_ev_sym_name(ck_ev *ev, ck_sym_type type, const char *name, const char *origin, ck_loc loc,
                             bool index) {
  return ck_ev_sym_occurrence(ev, type, name, origin, loc, index, 0);
}

const ck_sym *ck_ev_sym_of(ck_ev *ev, ck_value v) {
  switch (v.kind) {
  case CK_V_SYM: return v.sym;
  case CK_V_BOOL: return constant(ev, CK_SYM_BOOL, v.i, 0, NULL);
  case CK_V_INT: return constant(ev, CK_SYM_INT, v.i, 0, NULL);
  case CK_V_FLOAT: return constant(ev, CK_SYM_FLOAT, 0, v.f, NULL);
  case CK_V_STRING: return constant(ev, CK_SYM_STRING, 0, 0, v.str);
  default: return NULL;
  }
}

ck_value ck_ev_value_of_sym(ck_ev *ev, const ck_sym *sym) {
  if (sym->depth > CK_LIMIT_SYM_DEPTH)
    return ck_ev_unknown(ev, sym->loc, "expression of more than %d operations in a row", CK_LIMIT_SYM_DEPTH);
  if (sym->kind != CK_SYM_CONST) return (ck_value){.kind = CK_V_SYM, .sym = sym};
  switch (sym->type) {
  case CK_SYM_BOOL: return CK_BOOL(sym->i != 0);
  case CK_SYM_INT: return CK_INT(sym->i);
  case CK_SYM_FLOAT: return CK_FLOAT(sym->f);
  default: return (ck_value){.kind = CK_V_STRING, .str = sym->s};
  }
}

bool ck_ev_sym_has_index(const ck_sym *sym) { return sym->has_index; }

/* Normal forms ------------------------------------------------------------------------------------------------ */

static bool is_int(const ck_sym *s, int64_t i) {
  return s->kind == CK_SYM_CONST && s->type != CK_SYM_FLOAT && s->type != CK_SYM_STRING && s->i == i;
}
static bool is_op(const ck_sym *s, ck_ir_op op) { return s->kind == CK_SYM_OP && s->op == op; }
static bool is_const(const ck_sym *s) { return s->kind == CK_SYM_CONST; }

const ck_sym *ck_ev_sym_not(ck_ev *ev, const ck_sym *a) {
  if (is_const(a)) return constant(ev, CK_SYM_BOOL, a->i == 0, 0, NULL);
  if (is_op(a, CK_IR_OP_NOT)) return a->a;
  return cons(ev, &(ck_sym){.kind = CK_SYM_OP, .type = CK_SYM_BOOL, .op = CK_IR_OP_NOT, .a = a, .loc = a->loc});
}

static bool is_float(const ck_sym *a) { return a->type == CK_SYM_FLOAT; }

static const ck_sym *comparison(ck_ev *ev, ck_ir_op op, const ck_sym *a, const ck_sym *b, ck_loc loc) {
  bool exact = !is_float(a) && !is_float(b); /* no NaN */
  switch (op) {
  case CK_IR_OP_GT: return comparison(ev, CK_IR_OP_LT, b, a, loc);
  case CK_IR_OP_GE:
    if (exact) return ck_ev_sym_not(ev, comparison(ev, CK_IR_OP_LT, a, b, loc));
    return comparison(ev, CK_IR_OP_LE, b, a, loc);
  case CK_IR_OP_LE:
    if (exact) return ck_ev_sym_not(ev, comparison(ev, CK_IR_OP_LT, b, a, loc));
    break;
  case CK_IR_OP_NE: return ck_ev_sym_not(ev, comparison(ev, CK_IR_OP_EQ, a, b, loc));
  case CK_IR_OP_EQ:
    if (a == b && exact) return constant(ev, CK_SYM_BOOL, 1, 0, NULL);
    if (a->type == CK_SYM_BOOL && is_const(b)) return b->i ? a : ck_ev_sym_not(ev, a);
    if (b->type == CK_SYM_BOOL && is_const(a)) return a->i ? b : ck_ev_sym_not(ev, b);
    if (is_const(a) || (!is_const(b) && a->id > b->id)) {
      const ck_sym *t = a;
      a = b, b = t;
    }
    break;
  case CK_IR_OP_LT:
    if (a == b) return constant(ev, CK_SYM_BOOL, 0, 0, NULL);
    break;
  default: break;
  }
  return cons(ev, &(ck_sym){.kind = CK_SYM_OP, .type = CK_SYM_BOOL, .op = op, .a = a, .b = b, .loc = loc});
}

static const ck_sym *logical(ck_ev *ev, ck_ir_op op, const ck_sym *a, const ck_sym *b, ck_loc loc) {
  int64_t neutral = op == CK_IR_OP_LAND;
  if (is_const(a)) return (a->i != 0) == neutral ? b : a;
  if (is_const(b)) return (b->i != 0) == neutral ? a : b;
  if (a == b) return a;
  if (ck_ev_sym_not(ev, a) == b) return constant(ev, CK_SYM_BOOL, !neutral, 0, NULL);
  if (op == CK_IR_OP_LOR) /* one form: a || b is !(!a && !b) */
    return ck_ev_sym_not(ev, logical(ev, CK_IR_OP_LAND, ck_ev_sym_not(ev, a), ck_ev_sym_not(ev, b), loc));
  return cons(ev, &(ck_sym){.kind = CK_SYM_OP, .type = CK_SYM_BOOL, .op = op, .a = a, .b = b, .loc = loc});
}

static const ck_sym *sum(ck_ev *ev, ck_sym_type type, const ck_sym *a, const ck_sym *b, ck_loc loc) {
  if (is_int(b, 0)) return a;
  if (is_const(b) && type == CK_SYM_INT && is_op(a, CK_IR_OP_ADD) && is_const(a->b)) {
    int64_t i = (int64_t)((uint64_t)a->b->i + (uint64_t)b->i);
    return sum(ev, type, a->a, ck_ev_sym_int(ev, i), loc);
  }
  return cons(ev, &(ck_sym){.kind = CK_SYM_OP, .type = type, .op = CK_IR_OP_ADD, .a = a, .b = b, .loc = loc});
}

/* "a" + ("b" + x) has its constants joined where they touch. */
static const ck_sym *concatenation(ck_ev *ev, const ck_sym *a, const ck_sym *b, ck_loc loc) {
  if (is_const(a) && a->s[0] == '\0') return b;
  if (is_const(b) && b->s[0] == '\0') return a;
  if (is_const(b) && is_op(a, CK_IR_OP_ADD) && is_const(a->b)) {
    const char *joined = ck_arena_printf(&ev->arena, "%s%s", a->b->s, b->s);
    return concatenation(ev, a->a, constant(ev, CK_SYM_STRING, 0, 0, joined), loc);
  }
  if (is_op(b, CK_IR_OP_ADD) && b->type == CK_SYM_STRING) /* left-associative, so that equal strings are equal trees */
    return concatenation(ev, concatenation(ev, a, b->a, loc), b->b, loc);
  return cons(ev, &(ck_sym){.kind = CK_SYM_OP, .type = CK_SYM_STRING, .op = CK_IR_OP_ADD, .a = a, .b = b, .loc = loc});
}

const ck_sym *ck_ev_sym_op(ck_ev *ev, ck_ir_op op, ck_sym_type type, const ck_sym *a, const ck_sym *b, ck_loc loc) {
  if (op == CK_IR_OP_NOT) return ck_ev_sym_not(ev, a);
  if (op == CK_IR_OP_LAND || op == CK_IR_OP_LOR) return logical(ev, op, a, b, loc);
  if (op >= CK_IR_OP_EQ && op <= CK_IR_OP_GE) return comparison(ev, op, a, b, loc);
  if (op == CK_IR_OP_ADD && type == CK_SYM_STRING) return concatenation(ev, a, b, loc);
  bool commutes = op == CK_IR_OP_ADD || op == CK_IR_OP_MUL;
  if (b && commutes && (is_const(a) || (!is_const(b) && a->id > b->id))) {
    const ck_sym *t = a;
    a = b, b = t;
  }
  if (type == CK_SYM_INT && b && is_const(b)) {
    if (op == CK_IR_OP_SUB) return sum(ev, type, a, ck_ev_sym_int(ev, (int64_t)(0 - (uint64_t)b->i)), loc);
    if (op == CK_IR_OP_ADD) return sum(ev, type, a, b, loc);
    if ((op == CK_IR_OP_MUL || op == CK_IR_OP_DIV) && b->i == 1) return a;
    if (op == CK_IR_OP_MUL && b->i == 0) return b;
    if (op == CK_IR_OP_MUL && is_op(a, CK_IR_OP_MUL) && is_const(a->b))
      return ck_ev_sym_op(ev, op, type, a->a, ck_ev_sym_int(ev, (int64_t)((uint64_t)a->b->i * (uint64_t)b->i)), loc);
  }
  if (type == CK_SYM_INT && op == CK_IR_OP_SUB && a == b) return ck_ev_sym_int(ev, 0);
  return cons(ev, &(ck_sym){.kind = CK_SYM_OP, .type = type, .op = op, .a = a, .b = b, .loc = loc});
}

ck_value ck_ev_symbol(ck_ev *ev, ck_sym_type type, const char *name, const char *origin, ck_loc loc) {
  return ck_ev_value_of_sym(ev, ck_ev_sym_name(ev, type, name, origin, loc, false));
}

ck_value ck_ev_sym_call(ck_ev *ev, ck_sym_type type, const char *function, ck_value a, ck_value b) {
  a = ck_ev_resolve(ev, a), b = ck_ev_resolve(ev, b);
  if (a.kind == CK_V_UNKNOWN) return a;
  if (b.kind == CK_V_UNKNOWN) return b;
  if (a.kind == CK_V_CHOICE)
    return ck_ev_choice(ev, a.choice->condition, ck_ev_sym_call(ev, type, function, a.choice->a, b),
                        ck_ev_sym_call(ev, type, function, a.choice->b, b));
  if (b.kind == CK_V_CHOICE)
    return ck_ev_choice(ev, b.choice->condition, ck_ev_sym_call(ev, type, function, a, b.choice->a),
                        ck_ev_sym_call(ev, type, function, a, b.choice->b));
  const ck_sym *x = ck_ev_sym_of(ev, a), *y = b.kind == CK_V_VOID ? NULL : ck_ev_sym_of(ev, b);
  if (x == NULL || (y == NULL && b.kind != CK_V_VOID))
    return ck_ev_unknown(ev, (ck_loc){0}, "`%s` of a value that is no number", function);
  return ck_ev_value_of_sym(
      ev,
      cons(ev, &(ck_sym){
                   .kind = CK_SYM_CALL, .type = type, .s = ck_ev_intern(ev, function), .a = x, .b = y, .loc = x->loc}));
}

const ck_sym *ck_ev_sym_cond(ck_ev *ev, const ck_sym *condition, const ck_sym *a, const ck_sym *b) {
  if (a == b) return a;
  return cons(ev,
              &(ck_sym){.kind = CK_SYM_COND, .type = a->type, .a = condition, .b = a, .c = b, .loc = condition->loc});
}

/* Printing ------------------------------------------------------------------------------------------------------- */

/* Binding strength of what is printed, as in C++; 20 binds most. */
static int strength(const ck_sym *s) {
  if (s->kind == CK_SYM_COND) return 1;
  if (s->kind == CK_SYM_NAME && s->type != CK_SYM_STRING && strchr(s->s, ' ') != NULL)
    return 0; /* text of the source */
  if (s->kind != CK_SYM_OP) return 20;
  switch (s->op) {
  case CK_IR_OP_LOR: return 2;
  case CK_IR_OP_LAND: return 3;
  case CK_IR_OP_OR: return 4;
  case CK_IR_OP_XOR: return 5;
  case CK_IR_OP_AND: return 6;
  case CK_IR_OP_EQ: return 7;
  case CK_IR_OP_LT:
  case CK_IR_OP_LE: return 8;
  case CK_IR_OP_SHL:
  case CK_IR_OP_SHR: return 9;
  case CK_IR_OP_ADD:
  case CK_IR_OP_SUB: return 10;
  case CK_IR_OP_MUL:
  case CK_IR_OP_DIV:
  case CK_IR_OP_REM: return 11;
  default: return 15;
  }
}

static void print(const ck_sym *s, ck_strbuf *out, int least);

static void infix(const ck_sym *a, const char *op, const ck_sym *b, int mine, int least, ck_strbuf *out) {
  if (mine < least) ck_strbuf_putc(out, '(');
  print(a, out, mine);
  ck_strbuf_puts(out, op);
  print(b, out, strcmp(op, " && ") == 0 ? mine : mine + 1);
  if (mine < least) ck_strbuf_putc(out, ')');
}

static void print_string(const ck_sym *s, ck_strbuf *out) {
  if (s->kind == CK_SYM_CONST) ck_strbuf_puts(out, s->s);
  else if (s->kind == CK_SYM_OP) print_string(s->a, out), print_string(s->b, out);
  else ck_strbuf_putc(out, '*');
}

/* `is_null(getenv("X"))` is what a test against nullptr asks. */
static const ck_sym null_pointer = {.kind = CK_SYM_NAME, .type = CK_SYM_INT, .s = "nullptr"};
static bool is_null_test(const ck_sym *s) { return s->kind == CK_SYM_CALL && strcmp(s->s, "is_null") == 0; }

/* What C++ does of itself in `x * 0.5`. */
static bool is_implicit(const ck_sym *s) { return s->kind == CK_SYM_CALL && strcmp(s->s, "double") == 0; }

static void print_not(const ck_sym *s, ck_strbuf *out, int least);

/* `a || b` is kept as !(!a && !b). */
static void print_alternatives(const ck_sym *s, int least, ck_strbuf *out) {
  if (!is_op(s, CK_IR_OP_LAND)) {
    const ck_sym opposite = {.kind = CK_SYM_OP, .type = CK_SYM_BOOL, .op = CK_IR_OP_NOT, .a = s};
    if (is_op(s, CK_IR_OP_NOT)) print(s->a, out, least);
    else print_not(&opposite, out, least);
    return;
  }
  if (2 < least) ck_strbuf_putc(out, '(');
  print_alternatives(s->a, 2, out);
  ck_strbuf_puts(out, " || ");
  print_alternatives(s->b, 2, out);
  if (2 < least) ck_strbuf_putc(out, ')');
}

static void print_not(const ck_sym *s, ck_strbuf *out, int least) {
  const ck_sym *a = s->a;
  if (is_null_test(a)) infix(a->a, " != ", &null_pointer, 7, least, out);
  else if (is_op(a, CK_IR_OP_EQ)) infix(a->a, " != ", a->b, 7, least, out);
  else if (is_op(a, CK_IR_OP_LT) && is_const(a->a)) infix(a->b, " <= ", a->a, 8, least, out);
  else if (is_op(a, CK_IR_OP_LT)) infix(a->a, " >= ", a->b, 8, least, out);
  else if (is_op(a, CK_IR_OP_LAND)) print_alternatives(a, least, out);
  else ck_strbuf_putc(out, '!'), print(a, out, 15);
}

static void print_op(const ck_sym *s, ck_strbuf *out, int least) {
  switch (s->op) {
  case CK_IR_OP_NOT: print_not(s, out, least); return;
  case CK_IR_OP_NEG: ck_strbuf_putc(out, '-'), print(s->a, out, 15); return;
  case CK_IR_OP_BNOT: ck_strbuf_putc(out, '~'), print(s->a, out, 15); return;
  case CK_IR_OP_LT:
    if (is_const(s->a)) infix(s->b, " > ", s->a, 8, least, out);
    else infix(s->a, " < ", s->b, 8, least, out);
    return;
  case CK_IR_OP_ADD:
    if (s->type == CK_SYM_INT && is_const(s->b) && s->b->i < 0 && s->b->i != INT64_MIN) {
      if (10 < least) ck_strbuf_putc(out, '(');
      print(s->a, out, 10);
      ck_strbuf_printf(out, " - %" PRId64, -s->b->i);
      if (10 < least) ck_strbuf_putc(out, ')');
      return;
    }
    infix(s->a, " + ", s->b, 10, least, out);
    return;
  case CK_IR_OP_MUL:
    if (is_const(s->b)) infix(s->b, "*", s->a, 11, least, out);
    else infix(s->a, "*", s->b, 11, least, out);
    return;
  case CK_IR_OP_DIV: infix(s->a, "/", s->b, 11, least, out); return;
  default: {
    char op[16];
    snprintf(op, sizeof op, " %s ", ck_ir_op_name(s->op));
    infix(s->a, op, s->b, strength(s), least, out);
  }
  }
}

/* The conditions in a row that choose the same text, joined: `a || b`. Returns what none of them chooses. */
static const ck_sym *print_conditions(const ck_sym *s, const char *then, ck_strbuf *out) {
  print(s->a, out, 2);
  const ck_sym *rest = s->c;
  for (bool same = true; same && rest->kind == CK_SYM_COND;) {
    ck_strbuf next;
    ck_strbuf_init(&next);
    print(rest->b, &next, 2);
    same = strcmp(next.s, then) == 0;
    ck_strbuf_release(&next);
    if (!same) break;
    ck_strbuf_puts(out, " || ");
    print(rest->a, out, 2);
    rest = rest->c;
  }
  return rest;
}

/* Two values that are not known may have the same name: then the condition says nothing. */
static void print_cond(const ck_sym *s, ck_strbuf *out, int least) {
  ck_strbuf then, when, otherwise;
  ck_strbuf_init(&then);
  ck_strbuf_init(&when);
  ck_strbuf_init(&otherwise);
  print(s->b, &then, 2);
  print(print_conditions(s, then.s, &when), &otherwise, 2);
  if (strcmp(then.s, otherwise.s) == 0) {
    const ck_sym *said = s->b; /* a choice within is in parentheses, or says nothing either */
    while (said->kind == CK_SYM_COND) said = said->b;
    const bool is_weak = strength(said) < least && !(s->b->kind == CK_SYM_COND && then.s[0] == '(');
    ck_strbuf_printf(out, is_weak ? "(%s)" : "%s", then.s);
  } else {
    ck_strbuf_printf(out, "(%s ? %s : %s)", when.s, then.s, otherwise.s);
  }
  ck_strbuf_release(&then);
  ck_strbuf_release(&when);
  ck_strbuf_release(&otherwise);
}

static void print(const ck_sym *s, ck_strbuf *out, int least) {
  if (out->n > 2000) return; /* long enough for any reader */
  switch (s->kind) {
  case CK_SYM_CONST:
    if (s->type == CK_SYM_INT) ck_strbuf_printf(out, "%" PRId64, s->i);
    else if (s->type == CK_SYM_BOOL) ck_strbuf_puts(out, s->i ? "true" : "false");
    else if (s->type == CK_SYM_FLOAT) ck_strbuf_printf(out, "%g", s->f);
    else ck_strbuf_printf(out, "\"%s\"", s->s);
    return;
  case CK_SYM_NAME:
    if (strength(s) < least) ck_strbuf_putc(out, '(');
    ck_strbuf_puts(out, s->s);
    if (strength(s) < least) ck_strbuf_putc(out, ')');
    return;
  case CK_SYM_CALL:
    if (is_null_test(s)) {
      infix(s->a, " == ", &null_pointer, 7, least, out);
      return;
    }
    if (is_implicit(s)) {
      print(s->a, out, least);
      return;
    }
    ck_strbuf_printf(out, "%s(", s->s);
    print(s->a, out, 0);
    if (s->b) ck_strbuf_puts(out, ", "), print(s->b, out, 0);
    ck_strbuf_putc(out, ')');
    return;
  case CK_SYM_COND: print_cond(s, out, least); return;
  case CK_SYM_OP: print_op(s, out, least); return;
  }
}

void ck_sym_print(const ck_sym *sym, ck_strbuf *out) {
  if (sym->type == CK_SYM_STRING) print_string(sym, out);
  else print(sym, out, 0);
}

void ck_sym_describe(const ck_sym *sym, ck_strbuf *out) { print(sym, out, 0); }
