/* links_cmake.c - the reply of CMake's File API (cmake-file-api(7), codemodel version 2): targets, their sources, what
 * their links name. It is there when something asked for it before CMake ran: an editor, or an empty file
 * .cmake/api/v1/query/codemodel-v2 in the build folder.
 *
 * The reply does not name objects: a source's is the one of the compile command that reads it into TARGET.dir. */
#include <dirent.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/links.h"

#define REPLY "/.cmake/api/v1/reply"

typedef struct {
  links_graph *graph;
  const cli_commands *commands;
  const char *reply, *source, *build; /* folders */
  ck_map objects;                     /* "SOURCE\nTARGET" -> object */
} api;

static const char *joined(ck_arena *arena, const char *folder, const char *name) {
  return database_normal_path(arena, ck_path_joined(arena, folder, name));
}

/* The newest index: its name holds the time, and CMake's documentation says that the last by name counts. */
static json_t *load_index(ck_arena *arena, const char *reply) {
  DIR *dir = opendir(reply);
  if (dir == NULL) return NULL;
  const char *last = NULL;
  const struct dirent *entry;
  while ((entry = readdir(dir)) != NULL)
    if (ck_starts_with(entry->d_name, "index-") && ck_ends_with(entry->d_name, ".json") &&
        (last == NULL || strcmp(entry->d_name, last) > 0))
      last = ck_arena_strdup(arena, entry->d_name);
  closedir(dir);
  return last != NULL ? json_load_file(joined(arena, reply, last), 0, NULL) : NULL;
}

static const char *text_of(json_t *object, const char *name) {
  return json_string_value(json_object_get(object, name));
}

static json_t *load_codemodel(const api *a) {
  json_t *index = load_index(a->graph->arena, a->reply), *object, *found = NULL;
  size_t i;
  json_array_foreach(json_object_get(index, "objects"), i, object) {
    const char *kind = text_of(object, "kind"), *file = text_of(object, "jsonFile");
    if (found == NULL && kind != NULL && file != NULL && strcmp(kind, "codemodel") == 0)
      found = json_load_file(joined(a->graph->arena, a->reply, file), 0, NULL);
  }
  json_decref(index);
  return found;
}

/* "/b/CMakeFiles/app.dir/src/net.cpp.o" -> "app": what the commands are found by. */
static void index_commands(api *a) {
  ck_arena *arena = a->graph->arena;
  for (size_t i = 0; i < a->commands->n; i++) {
    const cli_command *c = &a->commands->at[i];
    const char *end = strstr(c->object, ".dir/"), *begin = end;
    while (begin != NULL && begin > c->object && begin[-1] != '/') begin--;
    if (begin == NULL) continue;
    ck_map_put(&a->objects, ck_arena_printf(arena, "%s\n%.*s", c->file, (int)(end - begin), begin), NULL)->p =
        (void *)database_normal_path(arena, c->object);
  }
}

static void add_sources(api *a, json_t *target, links_edge *edge) {
  ck_arena *arena = a->graph->arena;
  const char *name = text_of(target, "name");
  json_t *source;
  size_t i;
  json_array_foreach(json_object_get(target, "sources"), i, source) {
    const char *path = text_of(source, "path");
    if (path == NULL || name == NULL) continue;
    path = joined(arena, a->source, path);
    const char *object = ck_map_get(&a->objects, ck_arena_printf(arena, "%s\n%s", path, name));
    ck_vec_push(&edge->inputs, object != NULL ? object : path); /* of an object library: the objects themselves */
  }
}

static void add_libraries(api *a, json_t *target, links_edge *edge) {
  json_t *fragment;
  size_t i;
  json_array_foreach(json_object_get(json_object_get(target, "link"), "commandFragments"), i, fragment) {
    cli_words words = {0};
    if (text_of(fragment, "fragment") != NULL)
      database_split_command(text_of(fragment, "fragment"), a->graph->arena, &words);
    for (size_t k = 0; k < words.n; k++)
      if (words.at[k][0] != '-') ck_vec_push(&edge->inputs, joined(a->graph->arena, a->build, words.at[k]));
    free(words.at);
  }
}

static void add_target(api *a, const char *file) {
  json_t *target = json_load_file(joined(a->graph->arena, a->reply, file), 0, NULL);
  const char *path = text_of(json_array_get(json_object_get(target, "artifacts"), 0), "path");
  const char *type = text_of(target, "type");
  if (path != NULL && type != NULL && strcmp(type, "OBJECT_LIBRARY") != 0) {
    links_edge edge = {.output = joined(a->graph->arena, a->build, path)};
    add_sources(a, target, &edge);
    add_libraries(a, target, &edge);
    ck_vec_push(&a->graph->edges, edge);
  }
  json_decref(target);
}

bool links_read_file_api(links_graph *graph, const char *build_folder, const cli_commands *commands) {
  api a = {.graph = graph, .commands = commands, .reply = ck_arena_printf(graph->arena, "%s" REPLY, build_folder)};
  json_t *model = load_codemodel(&a), *paths = json_object_get(model, "paths"), *configuration, *target;
  bool found = text_of(paths, "source") != NULL && text_of(paths, "build") != NULL;
  if (found) {
    a.source = ck_arena_strdup(graph->arena, text_of(paths, "source"));
    a.build = ck_arena_strdup(graph->arena, text_of(paths, "build"));
    ck_map_init(&a.objects);
    index_commands(&a);
    size_t i, k;
    json_array_foreach(json_object_get(model, "configurations"), i, configuration) {
      json_array_foreach(json_object_get(configuration, "targets"), k, target) {
        if (text_of(target, "jsonFile") != NULL) add_target(&a, text_of(target, "jsonFile"));
      }
    }
    ck_map_release(&a.objects);
  }
  json_decref(model);
  return found;
}
