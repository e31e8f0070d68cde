/* links.h - who is linked with whom: the programs of a build folder, without having seen the link.
 *
 * Every build system leaves a record of its link steps; each reader turns one such record into edges (an output and
 * what it is linked from), and links.c makes programs of them. */
#ifndef CK_CLI_LINKS_H
#define CK_CLI_LINKS_H
#include "base/map.h"
#include "cli/cli.h"

/* One step of the build. Paths are absolute and normal. */
typedef struct {
  const char *output;
  cli_words inputs;
} links_edge;

typedef struct {
  ck_arena *arena;
  CK_VEC(links_edge) edges;
} links_graph;

/* May an object or a library that nothing is known of hold units of the project? The system's and libtorch's do not. */
bool links_may_hold_units(const char *path);

/* Each appends edges; false if the build folder has no such record. */
bool links_read_ninja(links_graph *graph, const char *build_folder); /* build.ninja */
bool links_read_make(links_graph *graph, const char *build_folder);  /* link.txt of CMake's Makefiles */
/* The reply of CMake's File API; it names sources, not objects, hence the commands. */
bool links_read_file_api(links_graph *graph, const char *build_folder, const cli_commands *commands);
#endif
