/* includers.c - whose flags a header is read with.
 *
 * A compile database holds no headers. The right flags are those of a unit that includes the header: one whose source
 * names it in an #include line, or whose unit in the cache was made from it. Units are asked in the order of nearness
 * (net.cpp before others for net.h), so the answer is the same each time and most often the first. Where none includes
 * it, the nearest serves, and the caller says so. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"

enum {
  MAX_SCANNED = 2000,          /* sources whose #include lines are read */
  MAX_CACHED = 200,            /* units of the cache that are asked */
  MAX_SOURCE = 4 * 1024 * 1024 /* bytes */
};

typedef struct {
  const cli_command *command;
  size_t nearness, index;
} candidate;

/* The length of the common beginning; a file of the same name but for its suffix comes first in its folder. */
static size_t nearness(const char *a, const char *b) {
  size_t n = 0;
  while (a[n] != '\0' && a[n] == b[n]) n++;
  return n;
}

static int nearest_first(const void *a, const void *b) {
  const candidate *x = a, *y = b;
  if (x->nearness != y->nearness) return x->nearness < y->nearness ? 1 : -1;
  return (x->index > y->index) - (x->index < y->index);
}

/* Does an #include line of the source end in the header's name? */
static bool names_it(const char *source, const char *base) {
  char *text;
  size_t n, length = strlen(base);
  if (ck_read_file(source, MAX_SOURCE, &text, &n, NULL) != CK_OK) return false;
  bool found = false;
  for (const char *at = text; !found && (at = strstr(at, base)) != NULL; at += length) {
    const char *line = at;
    while (line > text && line[-1] != '\n') line--;
    line += strspn(line, " \t");
    char before = at > text ? at[-1] : '\0', after = at[length];
    found = *line == '#' && strstr(line, "include") != NULL && strstr(line, "include") < at &&
            strchr("/\"<", before) != NULL && before != '\0' && (after == '"' || after == '>');
  }
  free(text);
  return found;
}

const cli_command *includers_find(const cli_options *o, const cli_commands *database, const char *file, ck_arena *arena,
                                  bool *includes) {
  candidate *all = ck_calloc(database->n, sizeof *all);
  for (size_t i = 0; i < database->n; i++)
    all[i] = (candidate){&database->at[i], nearness(database->at[i].file, file), i};
  qsort(all, database->n, sizeof *all, nearest_first);
  const cli_command *found = NULL;
  for (size_t i = 0; i < database->n && i < MAX_SCANNED && found == NULL; i++)
    if (names_it(all[i].command->file, ck_path_base(file))) found = all[i].command;
  for (size_t i = 0; i < database->n && i < MAX_CACHED && found == NULL; i++)
    if (cli_cached_unit_reads(o, all[i].command, file, arena)) found = all[i].command;
  *includes = found != NULL;
  if (found == NULL) found = all[0].command;
  free(all);
  return found;
}
