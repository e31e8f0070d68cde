/* symbols.c - what a checkpoint implies for the unknowns in a model's shapes.
 *
 * Every key on both sides gives equations `expression = integer`. Each expression, inner ones too, has an interval of
 * the values it can still have; C++'s integer operators narrow the intervals of their operands and results until
 * nothing changes (bounds propagation). Division truncates: `n / 2 = 5` leaves n in [10, 11]. Expressions are
 * hash-consed (eval/sym.h), so a pointer is an identity: two equations on one `x + y` meet in its interval.
 *
 * Sound, not complete: an empty interval proves that no integers solve the equations; a non-empty one proves nothing.
 * What is not an integer operator (floats, strings, most calls) is an opaque unknown that still equals itself. */
#include <stdlib.h>
#include <string.h>

#include "match/match_int.h"

/* Extents beyond this are no tensors; keeps all products of two bounds within __int128. */
#define BOUND ((int64_t)1 << 60)
/* Rounds over all equations. Each round that changes something narrows a bound; slow convergence
 * (x = y + 1, y = x - ...) is cut here, which only loses precision. */
enum { MAX_ROUNDS = 64 };

void ck_solver_init(ck_solver *solver) { *solver = (ck_solver){0}; }

void ck_solver_release(ck_solver *solver) {
  free(solver->known.at);
  free(solver->equations.at);
}

void ck_solver_add(ck_solver *solver, const ck_sym *sym, int64_t value, uint32_t source) {
  ck_vec_push(&solver->equations, (ck_equation){sym, value, source});
}

static const ck_range everything = {-BOUND, BOUND, CK_NO_SOURCE, CK_NO_SOURCE};

static ck_range *range_of(ck_solver *solver, const ck_sym *sym) {
  for (size_t i = 0; i < solver->known.n; i++)
    if (solver->known.at[i].sym == sym) return &solver->known.at[i].range;
  ck_range range = everything;
  if (sym->type == CK_SYM_BOOL) range.lo = 0, range.hi = 1;
  ck_vec_push(&solver->known, (ck_solved){sym, range});
  return &solver->known.at[solver->known.n - 1].range;
}

static bool is_integral(const ck_sym *sym) { return sym->type == CK_SYM_INT || sym->type == CK_SYM_BOOL; }

static int64_t clamp(__int128 v) { return v > BOUND ? BOUND : v < -BOUND ? -BOUND : (int64_t)v; }

/* --- Narrowing: each sets bounds and remembers which equation did ----------------------------------------------- */

/* What one pass over one equation carries. */
typedef struct {
  ck_solver *solver;
  uint32_t source;
  bool changed;
} pass;

static bool narrow(pass *p, const ck_sym *sym, __int128 low, __int128 high) {
  ck_range *r = range_of(p->solver, sym);
  int64_t lo = clamp(low), hi = clamp(high);
  uint32_t against = CK_NO_SOURCE;
  if (lo > r->hi) against = r->hi_source;
  if (hi < r->lo) against = r->lo_source;
  bool up = lo > r->lo, down = hi < r->hi;
  if (up) r->lo = lo, r->lo_source = p->source;
  if (down) r->hi = hi, r->hi_source = p->source;
  if (up || down) p->changed = true;
  if (r->lo <= r->hi) return true;
  if (against == CK_NO_SOURCE) against = p->source;
  p->solver->contradiction = true;
  p->solver->first = against < p->source ? against : p->source;
  p->solver->second = against < p->source ? p->source : against;
  p->solver->about = sym;
  return false;
}

static bool impossible(pass *p, const ck_sym *sym) { return narrow(p, sym, 1, 0); }

/* --- Division of intervals ------------------------------------------------------------------------------------ */

static __int128 floor_div(__int128 a, __int128 b) {
  __int128 q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}
static __int128 ceil_div(__int128 a, __int128 b) { return -floor_div(-a, b); }

typedef struct {
  __int128 lo, hi;
} span;

static span span_of(pass *p, const ck_sym *sym) {
  ck_range r = *range_of(p->solver, sym);
  return (span){r.lo, r.hi};
}

static span product(span a, span b) {
  __int128 corner[] = {a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi};
  span s = {corner[0], corner[0]};
  for (int i = 1; i < 4; i++) {
    if (corner[i] < s.lo) s.lo = corner[i];
    if (corner[i] > s.hi) s.hi = corner[i];
  }
  return s;
}

/* C++ quotient for a divisor that is not 0: monotone in each operand on either side of 0. */
static span quotient(span a, span b) {
  if (b.lo <= 0 && b.hi >= 0) { /* at most |a| in size */
    __int128 m = a.hi > -a.lo ? a.hi : -a.lo;
    return (span){-m, m};
  }
  __int128 corner[] = {a.lo / b.lo, a.lo / b.hi, a.hi / b.lo, a.hi / b.hi};
  span s = {corner[0], corner[0]};
  for (int i = 1; i < 4; i++) {
    if (corner[i] < s.lo) s.lo = corner[i];
    if (corner[i] > s.hi) s.hi = corner[i];
  }
  return s;
}

/* --- Operators ------------------------------------------------------------------------------------------------ */

/* x such that x * k is in `r`. */
static bool undo_product(pass *p, const ck_sym *x, span k, span r) {
  if (k.lo != k.hi) {
    if (k.lo <= 0 || r.lo < 0) return true;
    /* positive factor: x <= r.hi / k.lo, x >= r.lo / k.hi */
    return narrow(p, x, ceil_div(r.lo, k.hi), floor_div(r.hi, k.lo));
  }
  if (k.lo == 0) return r.lo <= 0 && r.hi >= 0 ? true : impossible(p, x);
  return k.lo > 0 ? narrow(p, x, ceil_div(r.lo, k.lo), floor_div(r.hi, k.lo))
                  : narrow(p, x, ceil_div(r.hi, k.lo), floor_div(r.lo, k.lo));
}

/* x such that trunc(x / k) is in `r`, for one k > 0. */
static bool undo_quotient(pass *p, const ck_sym *x, span k, span r) {
  if (k.lo != k.hi || k.lo <= 0) return true;
  __int128 d = k.lo;
  __int128 lo = r.lo > 0 ? r.lo * d : r.lo * d - (d - 1);
  __int128 hi = r.hi >= 0 ? r.hi * d + (d - 1) : r.hi * d;
  return narrow(p, x, lo, hi);
}

/* k such that trunc(a / k) is in `r`, for a > 0 and a positive quotient: r.lo <= a/k < r.hi + 1. */
static bool undo_divisor(pass *p, const ck_sym *k, span a, span r) {
  if (a.lo <= 0 || r.lo <= 0) return true;
  return narrow(p, k, range_of(p->solver, k)->lo, floor_div(a.hi, r.lo));
}

/* --- Remainders and bits -------------------------------------------------------------------------------------- */

/* a = r (mod k): the bounds of `a` move inwards to numbers that leave that remainder. `r` is not negative. */
static bool keep_congruent(pass *p, const ck_sym *x, __int128 k, __int128 r) {
  span a = span_of(p, x);
  return narrow(p, x, ceil_div(a.lo - r, k) * k + r, floor_div(a.hi - r, k) * k + r);
}

/* C++'s remainder has the sign of the dividend. */
static bool revise_remainder(pass *p, const ck_sym *sym, span a, span b, span r) {
  const ck_sym *x = sym->a;
  if (b.lo != b.hi) return a.lo < 0 || b.lo <= 0 || narrow(p, sym, 0, a.hi < b.hi - 1 ? a.hi : b.hi - 1);
  __int128 k = b.lo < 0 ? -b.lo : b.lo;
  if (k == 0) return true;
  if (!narrow(p, sym, a.lo >= 0 ? 0 : -(k - 1), a.hi <= 0 ? 0 : k - 1)) return false;
  if (r.lo > 0 && !narrow(p, x, r.lo, BOUND)) return false;
  if (r.hi < 0 && !narrow(p, x, -BOUND, r.hi)) return false;
  a = span_of(p, x), r = span_of(p, sym);
  if (a.lo / k == a.hi / k && (a.lo >= 0 || a.hi <= 0)) { /* one quotient: x = q*k + r */
    __int128 whole = a.lo / k * k;
    return narrow(p, sym, a.lo - whole, a.hi - whole) && narrow(p, x, whole + r.lo, whole + r.hi);
  }
  return r.lo != r.hi || (r.lo != 0 && a.lo < 0) || keep_congruent(p, x, k, r.lo);
}

/* A shift by a known count multiplies or divides by a power of two; the quotient of >> is rounded down. */
static bool revise_shift(pass *p, const ck_sym *sym, span a, span b, span r) {
  if (b.lo != b.hi || b.lo < 0 || b.lo > 59) return true;
  __int128 k = (__int128)1 << b.lo;
  if (sym->op == CK_IR_OP_SHL)
    return narrow(p, sym, a.lo * k, a.hi * k) && narrow(p, sym->a, ceil_div(r.lo, k), floor_div(r.hi, k));
  return narrow(p, sym, floor_div(a.lo, k), floor_div(a.hi, k)) && narrow(p, sym->a, r.lo * k, r.hi * k + (k - 1));
}

/* `x & -8`, as sizes are aligned: x rounded down to a multiple of 8. */
static bool revise_alignment(pass *p, const ck_sym *sym, span a, __int128 k) {
  if (!narrow(p, sym, floor_div(a.lo, k) * k, floor_div(a.hi, k) * k) || !keep_congruent(p, sym, k, 0)) return false;
  span r = span_of(p, sym);
  return narrow(p, sym->a, r.lo, r.hi + (k - 1));
}

static bool revise_bits(pass *p, const ck_sym *sym, span a, span b) {
  if (a.lo == a.hi && b.lo == b.hi) {
    int64_t x = (int64_t)a.lo, y = (int64_t)b.lo;
    int64_t v = sym->op == CK_IR_OP_AND ? (x & y) : sym->op == CK_IR_OP_OR ? (x | y) : (x ^ y);
    return narrow(p, sym, v, v);
  }
  if (sym->op == CK_IR_OP_AND) {
    if (b.lo == b.hi && b.lo < 0 && (-b.lo & (-b.lo - 1)) == 0) return revise_alignment(p, sym, a, -b.lo);
    if (a.lo < 0 && b.lo < 0) return true;
    __int128 most = a.lo < 0 ? b.hi : b.lo < 0 ? a.hi : a.hi < b.hi ? a.hi : b.hi;
    return narrow(p, sym, 0, most);
  }
  if (a.lo < 0 || b.lo < 0) return true;
  __int128 least = sym->op == CK_IR_OP_XOR ? 0 : a.lo > b.lo ? a.lo : b.lo;
  return narrow(p, sym, least, a.hi + b.hi);
}

/* --- Calls whose integers are understood ------------------------------------------------------------------------- */

static bool revise_max(pass *p, const ck_sym *sym, span a, span b, span r) {
  return narrow(p, sym, a.lo > b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi) && narrow(p, sym->a, a.lo, r.hi) &&
         narrow(p, sym->b, b.lo, r.hi) && (b.hi >= r.lo || narrow(p, sym->a, r.lo, r.hi)) &&
         (a.hi >= r.lo || narrow(p, sym->b, r.lo, r.hi));
}

static bool revise_min(pass *p, const ck_sym *sym, span a, span b, span r) {
  return narrow(p, sym, a.lo < b.lo ? a.lo : b.lo, a.hi < b.hi ? a.hi : b.hi) && narrow(p, sym->a, r.lo, a.hi) &&
         narrow(p, sym->b, r.lo, b.hi) && (b.lo <= r.hi || narrow(p, sym->a, r.lo, r.hi)) &&
         (a.lo <= r.hi || narrow(p, sym->b, r.lo, r.hi));
}

static bool revise_abs(pass *p, const ck_sym *sym, span a, span b, span r) {
  (void)b;
  __int128 far = a.hi > -a.lo ? a.hi : -a.lo, near = a.lo > 0 ? a.lo : a.hi < 0 ? -a.hi : 0;
  if (!narrow(p, sym, near, far) || !narrow(p, sym->a, -r.hi, r.hi)) return false;
  return a.lo < 0 || narrow(p, sym->a, r.lo, r.hi);
}

static const struct {
  const char *function;
  bool (*revise)(pass *p, const ck_sym *sym, span a, span b, span r);
} calls[] = {{"abs", revise_abs}, {"max", revise_max}, {"min", revise_min}};

static bool revise_call(pass *p, const ck_sym *sym) {
  span a = span_of(p, sym->a), b = sym->b != NULL ? span_of(p, sym->b) : a, r = span_of(p, sym);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
    if (strcmp(sym->s, calls[i].function) == 0) return calls[i].revise(p, sym, a, b, r);
  return true;
}

static bool revise(pass *p, const ck_sym *sym);

static bool revise_comparison(pass *p, const ck_sym *sym) {
  span a = span_of(p, sym->a), b = span_of(p, sym->b);
  int truth = -1;
  switch (sym->op) {
  case CK_IR_OP_LT: truth = a.hi < b.lo ? 1 : a.lo >= b.hi ? 0 : -1; break;
  case CK_IR_OP_LE: truth = a.hi <= b.lo ? 1 : a.lo > b.hi ? 0 : -1; break;
  case CK_IR_OP_GT: truth = a.lo > b.hi ? 1 : a.hi <= b.lo ? 0 : -1; break;
  case CK_IR_OP_GE: truth = a.lo >= b.hi ? 1 : a.hi < b.lo ? 0 : -1; break;
  case CK_IR_OP_EQ:
    truth = a.lo == a.hi && b.lo == b.hi && a.lo == b.lo ? 1 : a.hi < b.lo || a.lo > b.hi ? 0 : -1;
    break;
  default: /* NE */ truth = a.hi < b.lo || a.lo > b.hi ? 1 : a.lo == a.hi && b.lo == b.hi && a.lo == b.lo ? 0 : -1;
  }
  return truth < 0 || narrow(p, sym, truth, truth);
}

static bool revise_operator(pass *p, const ck_sym *sym) {
  const ck_sym *x = sym->a, *y = sym->b;
  span a = span_of(p, x), b = y != NULL ? span_of(p, y) : a, r = span_of(p, sym);
  switch (sym->op) {
  case CK_IR_OP_ADD:
    return narrow(p, sym, a.lo + b.lo, a.hi + b.hi) && narrow(p, x, r.lo - b.hi, r.hi - b.lo) &&
           narrow(p, y, r.lo - a.hi, r.hi - a.lo);
  case CK_IR_OP_SUB:
    return narrow(p, sym, a.lo - b.hi, a.hi - b.lo) && narrow(p, x, r.lo + b.lo, r.hi + b.hi) &&
           narrow(p, y, a.lo - r.hi, a.hi - r.lo);
  case CK_IR_OP_MUL: {
    span s = product(a, b);
    return narrow(p, sym, s.lo, s.hi) && undo_product(p, x, b, r) && undo_product(p, y, a, r);
  }
  case CK_IR_OP_DIV: {
    span s = quotient(a, b);
    return narrow(p, sym, s.lo, s.hi) && undo_quotient(p, x, b, r) && undo_divisor(p, y, a, r);
  }
  case CK_IR_OP_REM: return revise_remainder(p, sym, a, b, r);
  case CK_IR_OP_SHL:
  case CK_IR_OP_SHR: return revise_shift(p, sym, a, b, r);
  case CK_IR_OP_AND:
  case CK_IR_OP_OR:
  case CK_IR_OP_XOR: return revise_bits(p, sym, a, b);
  case CK_IR_OP_NEG: return narrow(p, sym, -a.hi, -a.lo) && narrow(p, x, -r.hi, -r.lo);
  case CK_IR_OP_PLUS: return narrow(p, sym, a.lo, a.hi) && narrow(p, x, r.lo, r.hi);
  case CK_IR_OP_NOT:
    return x->type != CK_SYM_BOOL || (narrow(p, sym, 1 - a.hi, 1 - a.lo) && narrow(p, x, 1 - r.hi, 1 - r.lo));
  case CK_IR_OP_LT:
  case CK_IR_OP_LE:
  case CK_IR_OP_GT:
  case CK_IR_OP_GE:
  case CK_IR_OP_EQ:
  case CK_IR_OP_NE: return revise_comparison(p, sym);
  default: return true; /* logic: opaque */
  }
}

/* c ? a : b. A side whose values exclude the result decides the condition. */
static bool revise_choice(pass *p, const ck_sym *sym) {
  span a = span_of(p, sym->b), b = span_of(p, sym->c), r = span_of(p, sym), c = span_of(p, sym->a);
  if (a.hi < r.lo || a.lo > r.hi) {
    if (!narrow(p, sym->a, 0, 0)) return false;
    c = (span){0, 0};
  }
  if (b.hi < r.lo || b.lo > r.hi) {
    if (!narrow(p, sym->a, 1, 1)) return false;
    c = (span){1, 1};
  }
  if (c.lo == 1) return narrow(p, sym, a.lo, a.hi) && narrow(p, sym->b, r.lo, r.hi);
  if (c.hi == 0) return narrow(p, sym, b.lo, b.hi) && narrow(p, sym->c, r.lo, r.hi);
  return narrow(p, sym, a.lo < b.lo ? a.lo : b.lo, a.hi > b.hi ? a.hi : b.hi);
}

/* Operands first, then the operator, then operands again with what it taught. */
static bool revise(pass *p, const ck_sym *sym) {
  if (!is_integral(sym)) return true;
  switch (sym->kind) {
  case CK_SYM_CONST: return narrow(p, sym, sym->i, sym->i);
  case CK_SYM_OP:
    if (!is_integral(sym->a) || (sym->b != NULL && !is_integral(sym->b))) return true;
    return revise(p, sym->a) && (sym->b == NULL || revise(p, sym->b)) && revise_operator(p, sym);
  case CK_SYM_CALL:
    if (!is_integral(sym->a) || (sym->b != NULL && !is_integral(sym->b))) return true;
    return revise(p, sym->a) && (sym->b == NULL || revise(p, sym->b)) && revise_call(p, sym);
  case CK_SYM_COND:
    if (!is_integral(sym->b) || !is_integral(sym->c)) return true;
    return revise(p, sym->a) && revise(p, sym->b) && revise(p, sym->c) && revise_choice(p, sym);
  default: return true;
  }
}

bool ck_solver_run(ck_solver *solver) {
  for (size_t round = 0; round < MAX_ROUNDS && !solver->contradiction; round++) {
    bool changed = false;
    for (size_t i = 0; i < solver->equations.n && !solver->contradiction; i++) {
      const ck_equation *e = &solver->equations.at[i];
      if (!is_integral(e->sym)) continue;
      pass p = {solver, e->source, false};
      if (narrow(&p, e->sym, e->value, e->value)) revise(&p, e->sym);
      changed |= p.changed;
    }
    if (!changed) break;
  }
  return !solver->contradiction;
}

ck_range ck_solver_range(ck_solver *solver, const ck_sym *sym) {
  if (solver->contradiction || !is_integral(sym)) return everything;
  /* forward only: an expression that was in no equation gets its value from its parts */
  pass p = {solver, CK_NO_SOURCE, false};
  if (!revise(&p, sym)) {
    solver->contradiction = false; /* a what-if question never spoils the solution */
    return (ck_range){1, 0, CK_NO_SOURCE, CK_NO_SOURCE};
  }
  return *range_of(solver, sym);
}

int ck_solver_truth(ck_solver *solver, const ck_sym *sym) {
  ck_range r = ck_solver_range(solver, sym);
  return r.lo == 1 && r.hi == 1 ? 1 : r.lo == 0 && r.hi == 0 ? 0 : -1;
}
