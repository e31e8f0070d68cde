/* explain.c - `ckptlint explain`: the table of diagnostics, and the page of one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"

enum { MAX_PAGE = 1024 * 1024 };

/* The page of an id: beside the sources, or installed. */
static char *page_of(const char *id, const char **where, ck_arena *arena) {
  static const char *const places[] = {"../docs/diagnostics", "../share/doc/ckptlint/diagnostics",
                                       "../../docs/diagnostics"};
  const char *folder = cli_program_folder(arena);
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const char *path = ck_arena_printf(arena, "%s/%s/%s.md", folder, places[i], id);
    char *text;
    size_t n;
    *where = path;
    if (ck_read_file(path, MAX_PAGE, &text, &n, NULL) == CK_OK) return text;
  }
  return NULL;
}

static int explain(const char *name) {
  if (ck_starts_with(name, "-Wckpt-")) name += strlen("-Wckpt-");
  if (ck_starts_with(name, "ckpt-")) name += strlen("ckpt-");
  int id = ck_diag_from_name(name);
  if (id < 0) return cli_trouble("there is no diagnostic \"%s\"; `ckptlint explain` lists them", name);
  const ck_diag_row *row = ck_diag_row_of((ck_diag_id)id);
  printf("%s (%s by default): %s.\n", row->id, ck_severity_name(row->severity), row->text);
  ck_arena arena;
  ck_arena_init(&arena);
  const char *where;
  char *page = page_of(row->id, &where, &arena);
  if (page != NULL) printf("\n%s", page);
  else printf("More: docs/diagnostics/%s.md\n", row->id);
  free(page);
  ck_arena_release(&arena);
  return CK_EXIT_OK;
}

int cmd_explain(int argc, char **argv) {
  if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
    cli_print_help("explain");
    return CK_EXIT_OK;
  }
  int status = CK_EXIT_OK;
  for (int i = 1; i < argc; i++)
    if (explain(argv[i]) != CK_EXIT_OK) status = CK_EXIT_TROUBLE;
  for (int id = 0; argc == 1 && id < CK_DIAG_COUNT; id++) {
    const ck_diag_row *row = ck_diag_row_of((ck_diag_id)id);
    printf("%-20s %-8s %s\n", row->id, ck_severity_name(row->severity), row->text);
  }
  return status;
}
