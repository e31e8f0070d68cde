/* driver.c - evaluates the cases of one unit: reads IR (binary) from a file, runs each function `entry_*` and prints
 * what it hands to `report(name, value)`: "name=value" with text as it is, or "name?reason" where it is not known.
 * "!name" is a library function that a case calls and that has no row. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/strbuf.h"
#include "eval/eval.h"

static void print_value(ck_value v) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  switch (v.kind) {
  case CK_V_BOOL:
  case CK_V_INT: ck_strbuf_printf(&b, "=%" PRId64, v.i); break;
  case CK_V_STRING:
    ck_strbuf_putc(&b, '=');
    for (const char *s = v.str; *s != 0; s++) /* one line per case */
      if (*s == '\n') ck_strbuf_puts(&b, "\\n");
      else ck_strbuf_putc(&b, *s);
    break;
  case CK_V_UNKNOWN: ck_strbuf_printf(&b, "?%s", v.unknown->reason); break;
  case CK_V_SYM:
    ck_strbuf_puts(&b, "?symbolic ");
    ck_sym_describe(v.sym, &b);
    break;
  default: ck_strbuf_printf(&b, "?value of kind %d", v.kind);
  }
  puts(b.s);
  ck_strbuf_release(&b);
}

static ck_value report(ck_call *call) {
  const char *name;
  if (!ck_ev_as_string(call->ev, ck_ev_load(call->ev, call->args[0]), &name)) name = "a case";
  fputs(name, stdout);
  print_value(ck_ev_load(call->ev, call->args[1]));
  return CK_VOID;
}

static const ck_builtin rows[] = {{"report", report, 2, 2}};
static const ck_library library = {.builtins = rows, .nbuiltins = 1};

/* Is there a row for this name: exact, or a prefix that ends in `*`? */
static bool has_row(const char *name) {
  for (size_t i = 0; i < ck_ev_std_library.nbuiltins; i++) {
    const char *row = ck_ev_std_library.builtins[i].name;
    size_t n = strlen(row);
    bool prefix = ck_ends_with(row, "*") && !ck_ends_with(row, "operator*");
    if (prefix ? strncmp(row, name, n - 1) == 0 : strcmp(row, name) == 0) return true;
  }
  return false;
}

static void check_name(const ck_ir *node, void *data) {
  (void)data;
  if (node->kind != CK_IR_CALL && node->kind != CK_IR_MCALL && node->kind != CK_IR_OPCALL) return;
  bool is_library = ck_starts_with(node->name, "std::") || ck_starts_with(node->name, "__gnu_cxx::") ||
                    ck_starts_with(node->name, "nlohmann::");
  if (is_library && !has_row(node->name)) printf("!%s\n", node->name);
}

int main(int argc, char **argv) {
  char *bytes;
  size_t size;
  ck_err err;
  ck_ir_unit *unit;
  if (argc != 2 || ck_read_file(argv[1], (size_t)1 << 30, &bytes, &size, &err) != CK_OK ||
      ck_ir_read_binary(bytes, size, &unit, &err) != CK_OK) {
    fprintf(stderr, "usage: driver IR: %s\n", argc == 2 ? err.text : "");
    return 2;
  }
  ck_ir_program *program = ck_ir_program_new(&unit, 1);
  const ck_library *libraries[] = {&ck_ev_std_library, &library};
  ck_ev *ev = ck_ev_new(program, libraries, 2, NULL);
  for (uint32_t i = 0; i < unit->root->nkids; i++) {
    const ck_ir *node = unit->root->kids[i];
    if (node->kind == CK_IR_FUNCTION && (node->flags & CK_IR_F_MAIN_FILE)) ck_ir_walk(node, check_name, NULL);
    if (node->kind != CK_IR_FUNCTION || !ck_starts_with(node->name, "entry_") || ck_ir_body(node) == NULL) continue;
    const char *limit = NULL;
    size_t worlds = ck_ev_run(ev, node, &limit);
    if (worlds != 1 || limit != NULL)
      printf("%s?%zu worlds%s%s\n", node->name + 6, worlds, limit ? ", limit: " : "", limit ? limit : "");
    fflush(stdout);
  }
  ck_ev_free(ev);
  ck_ir_program_free(program);
  ck_ir_unit_free(unit);
  free(bytes);
  return 0;
}
