/* links_make.c - the link steps of CMake's Makefile generators: CMakeFiles/TARGET.dir/link.txt, command lines that run
 * in the folder above CMakeFiles. Which targets there are stands in CMakeFiles/TargetDirectories.txt. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/links.h"

enum { MAX_LIST = 64 * 1024 * 1024, MAX_LINE = 16 * 1024 * 1024 /* bytes */ };

static const char *normal(ck_arena *arena, const char *folder, const char *path) {
  char *joined = ck_path_join(folder, path);
  const char *copy = database_normal_path(arena, joined);
  free(joined);
  return copy;
}

/* `ar qc libnet.a net.o ...`: the first word behind the letters is the archive. False: the line runs no ar. */
static bool read_archiver(links_graph *g, const char *folder, const cli_words *words) {
  const char *program = ck_path_base(words->at[0]);
  if (words->n < 3 || strcmp(program + (strlen(program) < 2 ? 0 : strlen(program) - 2), "ar") != 0) return false;
  links_edge edge = {.output = normal(g->arena, folder, words->at[2])};
  for (size_t i = 3; i < words->n; i++) ck_vec_push(&edge.inputs, normal(g->arena, folder, words->at[i]));
  ck_vec_push(&g->edges, edge);
  return true;
}

static void read_compiler(links_graph *g, const char *folder, const cli_words *words) {
  drive_line line;
  drive_read(words->at + 1, words->n - 1, folder, g->arena, &line);
  if (line.output != NULL && line.objects.n > 0) {
    links_edge edge = {.output = normal(g->arena, folder, line.output)};
    for (size_t i = 0; i < line.objects.n; i++) ck_vec_push(&edge.inputs, normal(g->arena, folder, line.objects.at[i]));
    ck_vec_push(&g->edges, edge);
  }
  drive_release(&line);
}

/* Commands are lines; those that continue (`\` at the end) do not occur in link.txt. */
static void read_link(links_graph *g, const char *folder, char *text) {
  char *save = NULL;
  for (char *s = strtok_r(text, "\n", &save); s != NULL; s = strtok_r(NULL, "\n", &save)) {
    cli_words plain = {0}, words = {0};
    database_split_command(s, g->arena, &plain);
    drive_expand(plain.at, plain.n, folder, g->arena, &words);
    if (words.n > 1 && !read_archiver(g, folder, &words)) read_compiler(g, folder, &words);
    free(plain.at);
    free(words.at);
  }
}

bool links_read_make(links_graph *g, const char *build_folder) {
  char *list, *text, *save = NULL;
  size_t size;
  const char *path = normal(g->arena, build_folder, "CMakeFiles/TargetDirectories.txt");
  if (ck_read_file(path, MAX_LIST, &list, &size, NULL) != CK_OK) return false;
  bool found = false;
  for (char *target = strtok_r(list, "\n", &save); target != NULL; target = strtok_r(NULL, "\n", &save)) {
    const char *link = normal(g->arena, target, "link.txt");
    if (ck_read_file(link, MAX_LINE, &text, &size, NULL) != CK_OK) continue;
    read_link(g, normal(g->arena, target, "../.."), text);
    free(text);
    found = true;
  }
  free(list);
  return found;
}
