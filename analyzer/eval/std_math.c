/* std_math.c - <cmath>, <cstdlib>, <numeric> on numbers, <limits>.
 *
 * A function computes in the type of the overload that was called (float or double), by the C library's own function:
 * the same that the program would call. */
#include "eval/std_int.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

static ck_loc place(const ck_call *call) { return call->node != NULL ? call->node->loc : (ck_loc){0}; }

static const struct {
  const char *name;
  double (*of)(double);
  float (*of_float)(float);
} unary[] = {
    {"ceil", ceil, ceilf},       {"floor", floor, floorf}, {"round", round, roundf},
    {"trunc", trunc, truncf},    {"rint", rint, rintf},    {"nearbyint", nearbyint, nearbyintf},
    {"sqrt", sqrt, sqrtf},       {"cbrt", cbrt, cbrtf},    {"exp", exp, expf},
    {"exp2", exp2, exp2f},       {"expm1", expm1, expm1f}, {"log", log, logf},
    {"log2", log2, log2f},       {"log10", log10, log10f}, {"log1p", log1p, log1pf},
    {"sin", sin, sinf},          {"cos", cos, cosf},       {"tan", tan, tanf},
    {"asin", asin, asinf},       {"acos", acos, acosf},    {"atan", atan, atanf},
    {"sinh", sinh, sinhf},       {"cosh", cosh, coshf},    {"tanh", tanh, tanhf},
    {"erf", erf, erff},          {"erfc", erfc, erfcf},    {"tgamma", tgamma, tgammaf},
    {"lgamma", lgamma, lgammaf}, {"fabs", fabs, fabsf},    {"abs", fabs, fabsf},
};

static const struct {
  const char *name;
  double (*of)(double, double);
  float (*of_float)(float, float);
} binary[] = {
    {"pow", pow, powf},
    {"fmod", fmod, fmodf},
    {"hypot", hypot, hypotf},
    {"atan2", atan2, atan2f},
    {"fmax", fmax, fmaxf},
    {"fmin", fmin, fminf},
    {"copysign", copysign, copysignf},
    {"remainder", remainder, remainderf},
    {"fdim", fdim, fdimf},
};

/* "std::ceil", "ceil", "ceilf": the plain name; *is_float for the last. */
static const char *function_name(ck_call *call, bool *is_float) {
  const char *colon = strrchr(call->name, ':'), *name = colon != NULL ? colon + 1 : call->name;
  size_t n = strlen(name);
  *is_float = call->type != NULL && call->type->kind == CK_IR_T_FLOAT && call->type->bits == 32;
  if (n > 2 && name[n - 1] == 'f' && strcmp(name, "erf") != 0) {
    const char *shorter = ck_arena_strndup(ck_ev_arena(call->ev), name, n - 1);
    for (size_t i = 0; i < sizeof unary / sizeof *unary; i++)
      if (strcmp(unary[i].name, shorter) == 0) return *is_float = true, shorter;
    for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
      if (strcmp(binary[i].name, shorter) == 0) return *is_float = true, shorter;
  }
  return name;
}

static bool is_long_double(const ck_call *call) {
  return call->type != NULL && call->type->kind == CK_IR_T_FLOAT && call->type->bits > 64;
}

static bool as_double(ck_call *call, ck_value v, double *out) {
  if (v.kind == CK_V_INT || v.kind == CK_V_BOOL) {
    *out = (double)v.i;
    return true;
  }
  return ck_ev_as_float(call->ev, v, out);
}

static ck_value apply_unary(ck_call *call, ck_value v) {
  bool is_float;
  const char *name = function_name(call, &is_float);
  double x;
  if (v.kind == CK_V_SYM) return ck_ev_sym_call(call->ev, CK_SYM_FLOAT, ck_ev_intern(call->ev, name), v, CK_VOID);
  if (!as_double(call, v, &x) || is_long_double(call)) return ck_std_because(call, v, "a number that is not known");
  for (size_t i = 0; i < sizeof unary / sizeof *unary; i++)
    if (strcmp(unary[i].name, name) == 0)
      return CK_FLOAT(is_float ? (double)unary[i].of_float((float)x) : unary[i].of(x));
  return ck_call_unknown(call, "`%s`, which is not modelled", call->name);
}

ck_value ck_std_math_unary(ck_call *call) {
  return ck_std_lift(call, ck_ev_load(call->ev, call->args[0]), apply_unary);
}

ck_value ck_std_math_binary(ck_call *call) {
  bool is_float;
  const char *name = function_name(call, &is_float);
  ck_value a = ck_std_arg(call, 0), b = ck_std_arg(call, 1);
  double x, y;
  if ((a.kind == CK_V_SYM || b.kind == CK_V_SYM) && ck_std_is_number(a) && ck_std_is_number(b))
    return ck_ev_sym_call(call->ev, CK_SYM_FLOAT, ck_ev_intern(call->ev, name), a, b);
  if (!as_double(call, a, &x) || !as_double(call, b, &y) || is_long_double(call))
    return ck_std_because(call, a.kind == CK_V_UNKNOWN ? a : b, "a number that is not known");
  for (size_t i = 0; i < sizeof binary / sizeof *binary; i++)
    if (strcmp(binary[i].name, name) == 0)
      return CK_FLOAT(is_float ? (double)binary[i].of_float((float)x, (float)y) : binary[i].of(x, y));
  return ck_call_unknown(call, "`%s`, which is not modelled", call->name);
}

/* abs, labs, std::abs: of an integer an integer. */
static ck_value absolute(ck_call *call, ck_value v) {
  if (v.kind == CK_V_FLOAT) return apply_unary(call, v);
  if (v.kind == CK_V_SYM)
    return ck_ev_sym_call(call->ev, v.sym->type == CK_SYM_FLOAT ? CK_SYM_FLOAT : CK_SYM_INT, "abs", v, CK_VOID);
  if (v.kind != CK_V_INT && v.kind != CK_V_BOOL) return ck_std_because(call, v, "a number that is not known");
  return v.i < 0 ? ck_ev_unary(call->ev, CK_IR_OP_NEG, CK_INT(v.i), call->type, place(call)) : CK_INT(v.i);
}

ck_value ck_std_abs(ck_call *call) { return ck_std_lift(call, ck_ev_load(call->ev, call->args[0]), absolute); }

/* lround, llround, lrint, llrint */
static ck_value to_integer(ck_call *call, ck_value v) {
  double x;
  if (v.kind == CK_V_SYM) return ck_ev_sym_call(call->ev, CK_SYM_INT, "lround", v, CK_VOID);
  if (!as_double(call, v, &x) || !(fabs(x) < 9e18)) return ck_std_because(call, v, "a number that is not known");
  return CK_INT(strstr(call->name, "rint") != NULL ? llrint(x) : llround(x));
}

ck_value ck_std_lround(ck_call *call) { return ck_std_lift(call, ck_ev_load(call->ev, call->args[0]), to_integer); }

/* isnan, isinf, isfinite, isnormal, signbit */
ck_value ck_std_classify(ck_call *call) {
  ck_value v = ck_std_arg(call, 0);
  double x;
  if (!as_double(call, v, &x)) return ck_std_because(call, v, "a number that is not known");
  if (strstr(call->name, "isnan") != NULL) return CK_BOOL(isnan(x) != 0);
  if (strstr(call->name, "isinf") != NULL) return CK_BOOL(isinf(x) != 0);
  if (strstr(call->name, "isfinite") != NULL) return CK_BOOL(isfinite(x) != 0);
  if (strstr(call->name, "signbit") != NULL) return CK_BOOL(signbit(x) != 0);
  return ck_call_unknown(call, "`%s`", call->name);
}

static uint64_t gcd(uint64_t a, uint64_t b) {
  while (b != 0) {
    uint64_t t = a % b;
    a = b;
    b = t;
  }
  return a;
}

static uint64_t magnitude(int64_t i) { return i < 0 ? 0 - (uint64_t)i : (uint64_t)i; }

ck_value ck_std_gcd(ck_call *call) {
  bool least = strstr(call->name, "lcm") != NULL;
  ck_value a = ck_std_arg(call, 0), b = ck_std_arg(call, 1);
  int64_t x, y;
  if ((a.kind == CK_V_SYM || b.kind == CK_V_SYM) && ck_std_is_number(a) && ck_std_is_number(b))
    return ck_ev_sym_call(call->ev, CK_SYM_INT, least ? "lcm" : "gcd", a, b);
  if (!ck_ev_as_int(call->ev, a, &x) || !ck_ev_as_int(call->ev, b, &y))
    return ck_std_because(call, a.kind == CK_V_UNKNOWN ? a : b, "a number that is not known");
  uint64_t g = gcd(magnitude(x), magnitude(y));
  if (!least) return CK_INT((int64_t)g);
  return CK_INT(g == 0 ? 0 : (int64_t)(magnitude(x) / g * magnitude(y)));
}

/* div(a, b): {quot, rem} */
ck_value ck_std_div(ck_call *call) {
  int64_t a, b;
  if (!ck_std_int_arg(call, 0, &a) || !ck_std_int_arg(call, 1, &b) || b == 0 || (a == INT64_MIN && b == -1))
    return ck_call_unknown(call, "a quotient that is not known");
  ck_value parts[2] = {CK_INT(a / b), CK_INT(a % b)};
  return ck_ev_list(call->ev, "div_t", parts, 2);
}

ck_cell *ck_std_div_member(ck_call *call, const char *name_of_member) {
  const ck_list *list = ck_std_list(call, call->self);
  if (list == NULL || list->n != 2) return NULL;
  return list->at[strcmp(name_of_member, "rem") == 0];
}

ck_value ck_std_div_construct(ck_call *call) {
  return call->nargs == 1 ? ck_std_arg(call, 0) : ck_std_refuse(call, "a div_t made of parts");
}

/* numeric_limits<T>::max() and relatives; T is the result type. */
ck_value ck_std_limits(ck_call *call) {
  const ck_ir_type *type = ck_ir_strip_ref(call->type);
  const char *name = strrchr(call->name, ':') + 1;
  bool is_max = strcmp(name, "max") == 0, is_lowest = strcmp(name, "lowest") == 0;
  if (type != NULL && type->kind == CK_IR_T_FLOAT && type->bits <= 64) {
    bool single = type->bits == 32;
    if (is_max) return CK_FLOAT(single ? (double)FLT_MAX : DBL_MAX);
    if (is_lowest) return CK_FLOAT(single ? -(double)FLT_MAX : -DBL_MAX);
    if (strcmp(name, "min") == 0) return CK_FLOAT(single ? (double)FLT_MIN : DBL_MIN);
    if (strcmp(name, "epsilon") == 0) return CK_FLOAT(single ? (double)FLT_EPSILON : DBL_EPSILON);
    if (strcmp(name, "infinity") == 0) return CK_FLOAT(INFINITY);
    if (strcmp(name, "quiet_NaN") == 0) return CK_FLOAT(NAN);
  }
  if (type != NULL && type->kind == CK_IR_T_BOOL) return CK_BOOL(is_max);
  if (type != NULL && type->kind == CK_IR_T_INT && type->bits >= 8 && type->bits <= 64 &&
      (is_max || is_lowest || strcmp(name, "min") == 0)) {
    uint64_t all = type->bits == 64 ? UINT64_MAX : (UINT64_C(1) << type->bits) - 1;
    if (!type->is_signed) return CK_INT(is_max ? (int64_t)all : 0);
    int64_t most = (int64_t)(all >> 1);
    return CK_INT(is_max ? most : -most - 1);
  }
  return ck_call_unknown(call, "`%s` of this type", call->name);
}

/* What NAN, INFINITY and HUGE_VAL expand to. */
ck_value ck_std_constant(ck_call *call) {
  return CK_FLOAT(strstr(call->name, "nan") != NULL ? (double)NAN : (double)INFINITY);
}
