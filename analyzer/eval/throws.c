/* throws.c - which calls may throw, as far as that depends on what is not known here.
 *
 * Only calls in a `try` are asked about (try.c): elsewhere a throw ends the path. The border is drawn by what programs
 * write handlers for, since each call that may throw is one more way through its block:
 *
 * - A function, method or constructor whose body is not in sight, and that no table knows, may throw anything, unless
 *   it is `noexcept` or C's. So may code that is not understood.
 * - What reads a file or text from outside may: the loaders, std::stoi, JSON, at(), std::filesystem without an error
 *   code. They stand in the libraries' tables (ck_throwing), with the class of what they throw. Where the evaluator
 * knows the result, they do what they do at run time, and there is one way only.
 * - What fails only for want of memory, or by a mistake that no handler mends, is taken to succeed: allocation, output,
 *   operations on tensors, forward passes, whatever else of the libraries has no row here. */
#include <string.h>

#include "eval/eval_int.h"

static bool is_named(const ck_throwing *row, const char *name) {
  size_t n = strlen(row->name);
  if (n > 1 && row->name[n - 2] == ' ' && row->name[n - 1] == '*') return strncmp(row->name, name, n - 1) == 0;
  return strcmp(row->name, name) == 0;
}

const ck_throwing *ck_ev_throwing(ck_ev *ev, const char *name) {
  bool is_new;
  ck_map_entry *entry = ck_map_put(&ev->throwing, name, &is_new);
  for (size_t i = 0; is_new && i < ev->nlibraries; i++) {
    const ck_library *lib = ev->libraries[i];
    for (size_t k = 0; k < lib->nthrowing && entry->p == NULL; k++)
      if (is_named(&lib->throwing[k], name)) entry->p = (void *)(uintptr_t)&lib->throwing[k];
  }
  return entry->p;
}

static bool has_type(const ck_cell *arg, const char *name) {
  const ck_ir_type *type = arg ? ck_ir_strip_ref(arg->type) : NULL;
  return type != NULL && strcmp(type->name, name) == 0;
}

/* Does the row say anything of these arguments? */
static bool is_meant(const ck_throwing *row, ck_cell **args, size_t nargs) {
  if (row->of != NULL && (nargs == 0 || !has_type(args[0], row->of))) return false;
  return nargs == 0 || !has_type(args[nargs - 1], "std::error_code");
}

/* A result that is not a value of the program's own making: the call may have found nothing. */
static bool is_known(ck_ev *ev, ck_value v) {
  switch (v.kind) {
  case CK_V_UNKNOWN:
  case CK_V_SYM: return false;
  case CK_V_CHOICE: return is_known(ev, v.choice->a) && is_known(ev, v.choice->b);
  case CK_V_PTR: return v.tag != CK_PTR_REF || !ck_ev_is_any_element(ev, v.cell);
  default: return true;
  }
}

bool ck_ev_row_begins(ck_ev *ev, const ck_ir *node, const char *name, ck_cell **args, size_t nargs) {
  if (ev->tries == NULL) return false;
  const ck_throwing *row = ck_ev_throwing(ev, name);
  return row != NULL && is_meant(row, args, nargs) && ck_ev_may_throw(ev, node, row->thrown);
}

void ck_ev_row_ends(ck_ev *ev, const char *name, ck_value result) {
  if (!ck_ev_on(ev) || (!ck_ev_throwing(ev, name)->always && is_known(ev, result))) ck_ev_does_not_throw(ev);
}

/* The libraries' own without a row, and functions with C's linkage, whose USR has no types of parameters. */
static bool is_silent(const ck_ir *node, const char *name) {
  static const char *const libraries[] = {"std::", "at::", "c10::", "torch::", "caffe2::"};
  if (node->flags & CK_IR_F_NOEXCEPT) return true;
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
    if (ck_starts_with(name, libraries[i])) return true;
  return ck_starts_with(node->usr, "c:@F@") && strchr(node->usr, '#') == NULL;
}

void ck_ev_unseen_may_throw(ck_ev *ev, const ck_ir *node, const char *name) {
  if (ev->tries == NULL) return;
  const ck_throwing *row = ck_ev_throwing(ev, name);
  if (row == NULL && is_silent(node, name)) return;
  ck_ev_may_throw(ev, node, row ? row->thrown : NULL);
}

bool ck_ev_call_may_throw(ck_ev *ev, const ck_ir *call) {
  const char *name = call->name[0] || call->type == NULL ? call->name : call->type->name;
  return ck_ev_throwing(ev, name) != NULL || (call->kind != CK_IR_NEW && !is_silent(call, name));
}
