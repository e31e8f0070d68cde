/* links.c - programs out of the edges of a build: which compile commands end up in which executable.
 *
 * A program is what an executable is made of: its objects, and those of the libraries in its link, archives and shared
 * ones, through any number of steps. A library that no link names is a program of its own: what is wrong inside it can
 * be said all the same. The rest of the graph (copies, code generators, tests that run two executables) makes no
 * programs: only libraries are looked through, so two executables never become one.
 *
 * build.ninja and link.txt come first: they name objects, and they are what the build runs. The File API's reply is
 * for generators that leave neither; it is only there where something asked CMake for it. */
#include "cli/links.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

/* What an edge is to a program. */
typedef enum { EDGE_OTHER, EDGE_EXECUTABLE, EDGE_LIBRARY } edge_kind;

typedef struct {
  const links_graph *graph;
  ck_map commands;  /* object -> index of its command plus 1 */
  ck_map edges;     /* output -> index of its edge plus 1 */
  edge_kind *kinds; /* of the edges */
  bool *is_used;    /* a library that a link names */
  uint32_t *seen;   /* by edge: the walk that met it last */
  uint32_t walk;
} linker;

static bool is_library(const char *path) {
  const char *base = ck_path_base(path), *so = strstr(base, ".so");
  return ck_ends_with(base, ".a") || ck_ends_with(base, ".lo") || ck_ends_with(base, ".dylib") ||
         ck_ends_with(base, ".o") || (so != NULL && (so[3] == '\0' || so[3] == '.'));
}

bool links_may_hold_units(const char *path) {
  static const char *const folders[] = {"/usr/lib/", "/usr/lib64/", "/lib/", "/lib64/", "/usr/local/cuda"};
  static const char *const names[] = {"libtorch",         "libtorch_cpu",
                                      "libtorch_cuda",    "libtorch_cuda_cpp",
                                      "libtorch_cuda_cu", "libtorch_cuda_linalg",
                                      "libtorch_hip",     "libtorch_global_deps",
                                      "libtorch_python",  "libc10",
                                      "libc10_cuda",      "libc10_hip"};
  const char *base = ck_path_base(path);
  size_t n = strcspn(base, ".");
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
    if (ck_starts_with(path, folders[i])) return false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen(names[i]) == n && strncmp(base, names[i], n) == 0) return false;
  return is_library(path);
}

static size_t index_in(const ck_map *map, const char *path) {
  const ck_map_entry *entry = ck_map_find(map, path);
  return entry != NULL ? (size_t)entry->n : 0;
}

static edge_kind kind_of(const linker *l, const links_edge *edge) {
  if (index_in(&l->commands, edge->output) > 0) return EDGE_OTHER; /* the compile step itself */
  if (is_library(edge->output)) return EDGE_LIBRARY;
  for (size_t i = 0; i < edge->inputs.n; i++)
    if (index_in(&l->commands, edge->inputs.at[i]) > 0) return EDGE_EXECUTABLE;
  return EDGE_OTHER;
}

static void classify(linker *l) {
  const links_graph *g = l->graph;
  for (size_t i = 0; i < g->edges.n; i++) l->kinds[i] = kind_of(l, &g->edges.at[i]);
  for (size_t i = 0; i < g->edges.n; i++)
    for (size_t k = 0; l->kinds[i] != EDGE_OTHER && k < g->edges.at[i].inputs.n; k++) {
      size_t e = index_in(&l->edges, g->edges.at[i].inputs.at[k]);
      if (e > 0 && e - 1 != i) l->is_used[e - 1] = true;
    }
}

/* Commands below an edge, each once; false if there may be other units. The graph may hold circles: build files are
 * data. */
static bool collect(linker *l, size_t e, bool *has, size_t *members, size_t *n) {
  if (l->seen[e] == l->walk) return true;
  bool all = true;
  l->seen[e] = l->walk;
  const links_edge *edge = &l->graph->edges.at[e];
  for (size_t i = 0; i < edge->inputs.n; i++) {
    size_t c = index_in(&l->commands, edge->inputs.at[i]), below = index_in(&l->edges, edge->inputs.at[i]);
    if (c > 0 && !has[c - 1]) has[c - 1] = true, members[(*n)++] = c - 1;
    if (below > 0 && l->kinds[below - 1] == EDGE_LIBRARY) all &= collect(l, below - 1, has, members, n);
    if (c == 0 && below == 0) all &= !links_may_hold_units(edge->inputs.at[i]);
  }
  return all;
}

static int by_index(const void *a, const void *b) {
  size_t x = *(const size_t *)a, y = *(const size_t *)b;
  return (x > y) - (x < y);
}

static void add_program(linker *l, size_t e, size_t ncommands, cli_programs *out) {
  bool *has = ck_calloc(ncommands + 1, sizeof *has);
  size_t *members = CK_NEW_N(l->graph->arena, size_t, ncommands + 1), n = 0;
  l->walk++;
  bool all = collect(l, e, has, members, &n);
  free(has);
  qsort(members, n, sizeof *members, by_index);
  cli_program program = {.name = l->graph->edges.at[e].output, .members = members, .n = n};
  program.is_whole = all && l->kinds[e] == EDGE_EXECUTABLE;
  if (n > 0) ck_vec_push(out, program);
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const cli_program *)a)->name, ((const cli_program *)b)->name);
}

static void make_programs(const links_graph *graph, const cli_commands *commands, cli_programs *out) {
  size_t n = graph->edges.n;
  linker l = {.graph = graph,
              .kinds = ck_calloc(n + 1, sizeof *l.kinds),
              .is_used = ck_calloc(n + 1, sizeof *l.is_used),
              .seen = ck_calloc(n + 1, sizeof *l.seen)};
  ck_map_init(&l.commands);
  ck_map_init(&l.edges);
  for (size_t i = 0; i < commands->n; i++)
    if (commands->at[i].object[0] != '\0')
      ck_map_put(&l.commands, database_normal_path(graph->arena, commands->at[i].object), NULL)->n = i + 1;
  for (size_t i = 0; i < n; i++) ck_map_put(&l.edges, graph->edges.at[i].output, NULL)->n = i + 1;
  classify(&l);
  for (size_t i = 0; i < n; i++)
    if (l.kinds[i] == EDGE_EXECUTABLE || (l.kinds[i] == EDGE_LIBRARY && !l.is_used[i]))
      add_program(&l, i, commands->n, out);
  if (out->n > 1) qsort(out->at, out->n, sizeof *out->at, by_name);
  ck_map_release(&l.commands);
  ck_map_release(&l.edges);
  free(l.kinds);
  free(l.is_used);
  free(l.seen);
}

const char *links_find(const char *build_folder, const cli_commands *commands, ck_arena *arena, cli_programs *out) {
  static const struct {
    const char *name;
    bool (*read)(links_graph *, const char *);
  } records[] = {{"build.ninja", links_read_ninja}, {"link.txt", links_read_make}};
  links_graph graph = {.arena = arena};
  const char *found = NULL;
  for (size_t i = 0; i < sizeof records / sizeof *records && out->n == 0; i++)
    if (records[i].read(&graph, build_folder)) {
      make_programs(&graph, commands, out);
      if (out->n > 0) found = records[i].name;
    }
  if (out->n == 0 && links_read_file_api(&graph, build_folder, commands)) {
    make_programs(&graph, commands, out);
    if (out->n > 0) found = "CMake File API";
  }
  for (size_t i = 0; i < graph.edges.n; i++) free(graph.edges.at[i].inputs.at);
  free(graph.edges.at);
  return found;
}
