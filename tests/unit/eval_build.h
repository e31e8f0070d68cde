/* eval_build.h - for tests of the evaluator: runs a function of a unit in text form against a small library of its
 * own, and gives what happened as text.
 *
 * The library: `show(x...)` writes its arguments, `opaque` is known to nobody, `quit()` ends the path, `fail()` throws,
 * `text(x)` is to_string, `test::Module` is a module class with `add(name, value)`, `make<T>(args...)` makes a shared
 * pointer, `vec(a, b...)` a vector with `push`, `at`, `size`.
 *
 * The output has one line per distinct thing shown, in order, with its path if it has one: "3", "x if argc < 2". The
 * two sides of a branch show under their condition, and each decided world under its decisions. */
#ifndef CK_TESTS_EVAL_BUILD_H
#define CK_TESTS_EVAL_BUILD_H
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "eval/eval.h"

typedef struct {
  ck_strbuf out;
  size_t worlds, constructed, done;
  bool was_limited;
} ck_shown;

static inline void ck_show_value(ck_ev *ev, ck_value v, ck_strbuf *out, int depth) {
  if (depth > 6) {
    ck_strbuf_puts(out, "...");
    return;
  }
  switch (v.kind) {
  case CK_V_UNKNOWN: ck_strbuf_printf(out, "?(%s)", v.unknown->reason); break;
  case CK_V_VOID: ck_strbuf_puts(out, "-"); break;
  case CK_V_NULL: ck_strbuf_puts(out, "null"); break;
  case CK_V_BOOL: ck_strbuf_puts(out, v.i ? "true" : "false"); break;
  case CK_V_INT: ck_strbuf_printf(out, "%" PRId64, v.i); break;
  case CK_V_FLOAT: ck_strbuf_printf(out, "%.9g", v.f); break;
  case CK_V_STRING: ck_strbuf_puts(out, v.str); break;
  case CK_V_SYM: ck_sym_print(v.sym, out); break;
  case CK_V_CHOICE:
    ck_strbuf_putc(out, '(');
    ck_sym_print(v.choice->condition, out);
    ck_strbuf_puts(out, " ? ");
    ck_show_value(ev, v.choice->a, out, depth + 1);
    ck_strbuf_puts(out, " : ");
    ck_show_value(ev, v.choice->b, out, depth + 1);
    ck_strbuf_putc(out, ')');
    break;
  case CK_V_PTR:
    ck_strbuf_putc(out, '&');
    ck_show_value(ev, ck_ev_load(ev, v.cell), out, depth + 1);
    break;
  case CK_V_LIST:
    ck_strbuf_putc(out, '[');
    for (size_t i = 0; i < v.list->n; i++) {
      if (i) ck_strbuf_puts(out, ", ");
      ck_show_value(ev, ck_ev_load(ev, v.list->at[i]), out, depth + 1);
    }
    ck_strbuf_putc(out, ']');
    break;
  case CK_V_OBJECT: {
    ck_strbuf_printf(out, "%s{", v.object->cls);
    for (size_t i = 0; i < v.object->nfields; i++) {
      ck_strbuf_printf(out, "%s%s=", i ? ", " : "", v.object->fields[i].name);
      ck_show_value(ev, ck_ev_load(ev, v.object->fields[i].cell), out, depth + 2);
    }
    ck_strbuf_putc(out, '}');
    if (v.object->registry == NULL) break;
    const ck_registry *registry = ck_ev_registry(ev, v.object);
    for (size_t i = 0; i < registry->n; i++) {
      const ck_registration *r = &registry->at[i];
      ck_strbuf_puts(out, r->kind == CK_REG_OPEN ? " open" : " +");
      if (r->kind != CK_REG_OPEN) ck_show_value(ev, r->name, out, depth + 1), ck_strbuf_putc(out, '=');
      if (r->kind != CK_REG_OPEN) ck_show_value(ev, r->value, out, depth + 1);
      for (size_t k = 0; k < r->when.n; k++) {
        ck_strbuf_puts(out, k ? " && " : " if ");
        if (!r->when.at[k].holds) ck_strbuf_puts(out, "not ");
        ck_sym_print(r->when.at[k].sym, out);
      }
    }
    break;
  }
  case CK_V_CLOSURE: ck_strbuf_puts(out, "closure"); break;
  default: ck_strbuf_puts(out, "value"); break;
  }
}

static inline ck_value ck_test_show(ck_call *call) {
  ck_shown *shown = ck_ev_observer_data(call->ev);
  if (ck_ev_is_trial(call->ev)) return CK_VOID;
  ck_strbuf line;
  ck_strbuf_init(&line);
  for (size_t i = 0; i < call->nargs; i++) {
    if (i) ck_strbuf_puts(&line, " ");
    ck_show_value(call->ev, ck_ev_load(call->ev, call->args[i]), &line, 0);
  }
  ck_condition path = ck_ev_path(call->ev);
  for (size_t k = 0; k < path.n; k++) {
    ck_strbuf_puts(&line, k ? " && " : " if ");
    if (!path.at[k].holds) ck_strbuf_puts(&line, "not ");
    ck_sym_print(path.at[k].sym, &line);
  }
  ck_strbuf_putc(&line, '\n');
  const char *seen = shown->out.s;
  bool repeated = false;
  while (!repeated && (seen = strstr(seen, line.s)) != NULL) {
    repeated = seen == shown->out.s || seen[-1] == '\n';
    seen++;
  }
  if (!repeated) ck_strbuf_puts(&shown->out, line.s);
  ck_strbuf_release(&line);
  return CK_VOID;
}

static inline ck_value ck_test_quit(ck_call *call) {
  ck_ev_exit(call->ev);
  return CK_VOID;
}

static inline ck_value ck_test_fail(ck_call *call) {
  ck_ev_throw(call->ev, call->node->loc, "fail");
  return CK_VOID;
}

static inline ck_value ck_test_text(ck_call *call) {
  ck_value v = ck_ev_load(call->ev, call->args[0]);
  int64_t i;
  if (v.kind == CK_V_SYM) return ck_ev_sym_call(call->ev, CK_SYM_STRING, "to_string", v, CK_VOID);
  if (!ck_ev_as_int(call->ev, v, &i)) return ck_call_unknown(call, "text of a value that is not known");
  char digits[32];
  snprintf(digits, sizeof digits, "%" PRId64, i);
  return ck_ev_string(call->ev, digits);
}

static inline ck_value ck_test_add_strings(ck_call *call) {
  return ck_ev_binary(call->ev, CK_IR_OP_ADD, ck_ev_load(call->ev, call->self), ck_ev_load(call->ev, call->args[0]),
                      call->type, call->node->loc);
}

static inline ck_value ck_test_nothing(ck_call *call) {
  (void)call;
  return CK_VOID;
}

static inline ck_value ck_test_add(ck_call *call) {
  ck_cell *self = ck_ev_target(call->ev, call->self);
  ck_value object = self ? ck_ev_load(call->ev, self) : CK_VOID;
  if (object.kind != CK_V_OBJECT) return ck_call_unknown(call, "add to no module");
  ck_value v = ck_ev_load(call->ev, call->args[1]);
  ck_ev_register(call->ev, object.object, CK_REG_MODULE, ck_ev_load(call->ev, call->args[0]), v, call->node->loc);
  return v;
}

static inline ck_value ck_test_make(ck_call *call) {
  if (call->targs == NULL || call->targs->nargs == 0) return ck_call_unknown(call, "make of what");
  ck_cell *cell = ck_ev_construct_cell(call->ev, call->targs->args[0], call->args, call->nargs, false, call->node);
  return ck_ev_pointer(CK_PTR_SHARED, cell);
}

static inline ck_value ck_test_vec(ck_call *call) {
  ck_cell **cells = CK_NEW_N(ck_ev_arena(call->ev), ck_cell *, call->nargs + 1);
  for (size_t i = 0; i < call->nargs; i++)
    cells[i] = ck_ev_cell(call->ev, ck_ev_copy(call->ev, ck_ev_load(call->ev, call->args[i])));
  return ck_ev_list_of_cells(call->ev, "test::vec", cells, call->nargs);
}

static inline ck_value ck_test_push(ck_call *call) {
  ck_ev_list_push(call->ev, call->self, ck_ev_copy(call->ev, ck_ev_load(call->ev, call->args[0])));
  return CK_VOID;
}

static inline ck_value ck_test_at(ck_call *call) {
  ck_value v = ck_ev_decide(call->ev, ck_ev_load(call->ev, call->self));
  int64_t i;
  if (v.kind != CK_V_LIST || !ck_ev_as_int(call->ev, ck_ev_load(call->ev, call->args[0]), &i) || i < 0 ||
      (size_t)i >= v.list->n)
    return ck_call_unknown(call, "element that is not known");
  return ck_ev_ref(v.list->at[i]);
}

static inline ck_value ck_test_size(ck_call *call) {
  ck_value v = ck_ev_decide(call->ev, ck_ev_load(call->ev, call->self));
  return v.kind == CK_V_LIST ? CK_INT((int64_t)v.list->n) : ck_call_unknown(call, "size that is not known");
}

static const ck_builtin ck_test_builtins[] = {
    {"show", ck_test_show, 0, -1},
    {"quit", ck_test_quit, 0, 0},
    {"fail", ck_test_fail, 0, 0},
    {"text", ck_test_text, 1, 1},
    {"concat", ck_test_add_strings, 1, 1},
    {"test::Module::add", ck_test_add, 2, 2},
    {"make", ck_test_make, 0, -1},
    {"vec", ck_test_vec, 0, -1},
    {"test::vec::push", ck_test_push, 1, 1},
    {"test::vec::at", ck_test_at, 1, 1},
    {"test::vec::operator[]", ck_test_at, 1, 1},
    {"test::vec::size", ck_test_size, 0, 0},
};
static const ck_library_class ck_test_classes[] = {
    {.name = "test::Module", .construct = ck_test_nothing, .is_module = true},
    {.name = "test::vec", .construct = ck_test_vec},
};
static const ck_library ck_test_library = {.builtins = ck_test_builtins,
                                           .nbuiltins = sizeof ck_test_builtins / sizeof *ck_test_builtins,
                                           .classes = ck_test_classes,
                                           .nclasses = sizeof ck_test_classes / sizeof *ck_test_classes};

static inline void ck_test_constructed(ck_ev *ev, void *data, const ck_ir *place, ck_cell *cell) {
  (void)ev, (void)place, (void)cell;
  ((ck_shown *)data)->constructed++;
}

static inline void ck_test_done(ck_ev *ev, void *data, ck_cell *object) {
  (void)ev, (void)object;
  ((ck_shown *)data)->done++;
}

static inline const ck_ir *ck_test_find(const ck_ir_unit *unit, ck_ir_kind kind, const char *name) {
  for (uint32_t i = 0; i < unit->root->nkids; i++) {
    const ck_ir *kid = unit->root->kids[i];
    if (kid && kid->kind == kind && strcmp(kid->name, name) == 0) return kid;
  }
  return NULL;
}

/* Runs the function (or the class) `name` of the unit. Release shown->out. False: the text is no unit. */
static inline bool ck_test_run(const char *text, const char *name, const ck_library *more, ck_shown *shown,
                               const char **limit) {
  *shown = (ck_shown){0};
  ck_strbuf_init(&shown->out);
  ck_ir_unit *unit = NULL;
  ck_err err = {0};
  if (ck_ir_read_text(text, strlen(text), &unit, &err) != CK_OK) {
    ck_strbuf_printf(&shown->out, "no unit: %s at %" PRIu64 "\n", err.text, err.at);
    return false;
  }
  ck_ir_program *program = ck_ir_program_new(&unit, 1);
  const ck_library *libraries[] = {&ck_test_library, more};
  ck_observer observer = {.data = shown, .constructed = ck_test_constructed, .object_done = ck_test_done};
  ck_ev *ev = ck_ev_new(program, libraries, more ? 2 : 1, &observer);
  const ck_ir *function = ck_test_find(unit, CK_IR_FUNCTION, name), *record = ck_test_find(unit, CK_IR_RECORD, name);
  static _Thread_local char last_limit[100];
  const char *hit = NULL;
  if (function) shown->worlds = ck_ev_run(ev, function, &hit);
  else if (record) shown->worlds = ck_ev_run_class(ev, record, NULL, &hit);
  else ck_strbuf_printf(&shown->out, "no function `%s`\n", name);
  snprintf(last_limit, sizeof last_limit, "%s", hit ? hit : "");
  if (limit) *limit = hit ? last_limit : NULL;
  ck_ev_free(ev);
  ck_ir_program_free(program);
  ck_ir_unit_free(unit);
  return true;
}
#endif
