/* condition.c - conditions of #if that the platform decides.
 *
 * Portable code asks for the platform around its #include lines (`#ifdef _WIN32`, `#if defined(_MSC_VER)`). Which way
 * that goes is known ahead of any header, where neither the flags nor the project have a say in the name; every other
 * condition may go either way. */
#include <ctype.h>
#include <string.h>

#include "frontend/frontend_int.h"

static const struct {
  const char *name;
  ck_fe_truth defined;
} names[] = {{"_WIN32", CK_FE_NO},      {"_WIN64", CK_FE_NO},      {"WIN32", CK_FE_NO},       {"WIN64", CK_FE_NO},
             {"_MSC_VER", CK_FE_NO},    {"__MINGW32__", CK_FE_NO}, {"__MINGW64__", CK_FE_NO}, {"__CYGWIN__", CK_FE_NO},
             {"__APPLE__", CK_FE_NO},   {"__linux__", CK_FE_YES},  {"__GNUC__", CK_FE_YES},   {"__unix__", CK_FE_YES},
             {"__cplusplus", CK_FE_YES}};

typedef struct {
  const char *at, *end;
  ck_fe_touched *touched;
  const void *context;
} parser;

static void skip_blanks(parser *p) {
  while (p->at < p->end && (*p->at == ' ' || *p->at == '\t')) p->at++;
}

static bool take(parser *p, const char *text) {
  skip_blanks(p);
  size_t n = strlen(text);
  if ((size_t)(p->end - p->at) < n || strncmp(p->at, text, n) != 0) return false;
  p->at += n;
  return true;
}

static ck_fe_truth name_is_defined(parser *p) {
  char name[32];
  size_t n = 0;
  skip_blanks(p);
  for (; p->at < p->end && (isalnum((unsigned char)*p->at) || *p->at == '_'); p->at++)
    if (n + 1 < sizeof name) name[n++] = *p->at;
  name[n] = 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(name, names[i].name)) return p->touched(p->context, name) ? CK_FE_MAYBE : names[i].defined;
  return CK_FE_MAYBE;
}

/* One operand of && and ||; MAYBE also where it is not understood. */
static ck_fe_truth operand(parser *p) {
  bool negated = take(p, "!");
  ck_fe_truth value = CK_FE_MAYBE;
  if (take(p, "defined")) {
    bool parenthesis = take(p, "(");
    value = name_is_defined(p);
    if (parenthesis && !take(p, ")")) return CK_FE_MAYBE;
  } else if (take(p, "0") || take(p, "1")) {
    value = p->at[-1] == '1' ? CK_FE_YES : CK_FE_NO;
  } else {
    value = name_is_defined(p);
    if (value == CK_FE_YES) value = CK_FE_MAYBE; /* its value is not known; one that is not defined counts as 0 */
  }
  return negated ? (ck_fe_truth)(CK_FE_YES - value) : value;
}

/* Operands between && alone, or between || alone; MAYBE for all else. */
static ck_fe_truth expression(parser *p) {
  ck_fe_truth value = operand(p);
  bool all = false, any = false;
  for (;;) {
    skip_blanks(p);
    if (p->at == p->end || *p->at == '\r' || take(p, "//") || take(p, "/*")) return value;
    if (!any && take(p, "&&")) all = true;
    else if (!all && take(p, "||")) any = true;
    else return CK_FE_MAYBE;
    ck_fe_truth right = operand(p);
    value = (all ? right < value : right > value) ? right : value;
  }
}

ck_fe_truth ck_fe_condition(const char *directive, const char *text, size_t n, ck_fe_touched *touched,
                            const void *context) {
  parser p = {.at = text, .end = text + n, .touched = touched, .context = context};
  if (!strcmp(directive, "ifdef")) return name_is_defined(&p);
  if (!strcmp(directive, "ifndef")) return (ck_fe_truth)(CK_FE_YES - name_is_defined(&p));
  return expression(&p);
}
