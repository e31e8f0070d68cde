/* links_ninja.c - the edges of a build.ninja (the Ninja manual, "Ninja file reference"), whoever wrote it.
 *
 * Of the language only what names files matters: `build` lines, top-level variables in them, and the files that
 * `include` and `subninja` bring in. Order-only inputs are left out: they are no part of the output. Of an edge's own
 * variables those with link arguments are read as words: a shared library often stands only there (Meson), with
 * another file as the input that tells whether it changed. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/links.h"

enum { MAX_NINJA = 256 * 1024 * 1024 /* bytes of one file */, MAX_NINJA_DEPTH = 8 };

typedef struct {
  links_graph *graph;
  const char *folder;
  ck_map variables; /* top level; values in the arena */
  long edge;        /* whose variables follow, by index; -1: none */
} ninja;

/* --- Words ------------------------------------------------------------------------------------------------------- */

static void expand(const ninja *n, const char **at, ck_strbuf *out) {
  const char *s = *at + 1; /* behind the $ */
  if (*s == '\n') {        /* the line goes on; its indentation does not count */
    for (s++; *s == ' ';) s++;
    *at = s;
    return;
  }
  if (*s == '$' || *s == ' ' || *s == ':') {
    ck_strbuf_putc(out, *s);
    *at = s + 1;
    return;
  }
  bool braces = *s == '{';
  s += braces;
  size_t length = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");
  const char *value = ck_map_get(&n->variables, ck_arena_strndup(n->graph->arena, s, length));
  if (value != NULL) ck_strbuf_puts(out, value);
  s += length;
  *at = s + (braces && *s == '}');
}

/* The path at *at, up to a space, a colon, a bar or the line's end; NULL if there is none. */
static const char *read_path(const ninja *n, const char **at) {
  while (**at == ' ' || (**at == '$' && (*at)[1] == '\n')) *at += **at == ' ' ? 1 : 2;
  ck_strbuf b;
  ck_strbuf_init(&b);
  while (**at != '\0' && strchr(" :|\n", **at) == NULL) {
    if (**at == '$') expand(n, at, &b);
    else ck_strbuf_putc(&b, *(*at)++);
  }
  const char *path = b.n > 0 ? ck_arena_strdup(n->graph->arena, b.s) : NULL;
  ck_strbuf_release(&b);
  return path;
}

static const char *absolute(const ninja *n, const char *path) {
  char *joined = ck_path_join(n->folder, path);
  const char *normal = database_normal_path(n->graph->arena, joined);
  free(joined);
  return normal;
}

static const char *line_end(const char *s) {
  while (*s != '\0' && *s != '\n') s += *s == '$' && s[1] != '\0' ? 2 : 1;
  return s;
}

/* --- Statements -------------------------------------------------------------------------------------------------- */

static void read_build(ninja *n, const char *s) {
  links_edge edge = {0};
  const char *path = read_path(n, &s);
  if (path == NULL) return;
  edge.output = absolute(n, path);
  while (read_path(n, &s) != NULL || *s == '|') s += *s == '|'; /* further outputs */
  if (*s != ':') return;
  s++;
  const char *rule = read_path(n, &s);
  n->edge = -1;
  if (rule == NULL || strcmp(rule, "phony") == 0) return;
  for (int bars = 0; bars < 2;) { /* one bar: implicit inputs; two: order only */
    path = read_path(n, &s);
    if (path != NULL) {
      ck_vec_push(&edge.inputs, absolute(n, path));
    } else if (*s == '|') {
      bars = s[1] == '|' || s[1] == '@' ? 2 : bars + 1;
      s++;
    } else {
      break;
    }
  }
  n->edge = (long)n->graph->edges.n;
  ck_vec_push(&n->graph->edges, edge);
}

/* Libraries among the words of an edge's own variable. */
static void read_link_words(ninja *n, const char *s) {
  static const char *const names[] = {"LINK_ARGS", "LINK_LIBRARIES", "libs", "LIBS"};
  size_t length = strcspn(s, " =\n");
  bool wanted = false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    wanted |= strlen(names[i]) == length && strncmp(names[i], s, length) == 0;
  s += length + strspn(s + length, " ");
  if (!wanted || *s != '=' || n->edge < 0) return;
  for (s++; *s != '\0' && *s != '\n';) {
    const char *word = read_path(n, &s);
    if (word != NULL && word[0] != '-') ck_vec_push(&n->graph->edges.at[n->edge].inputs, absolute(n, word));
    else if (word == NULL && *s != '\0' && *s != '\n') s++;
  }
}

static void set_variable(ninja *n, const char *s) {
  size_t length = strcspn(s, " =\n");
  const char *name = ck_arena_strndup(n->graph->arena, s, length);
  s += length + strspn(s + length, " ");
  if (*s != '=') return;
  s += 1 + strspn(s + 1, " ");
  ck_strbuf b;
  ck_strbuf_init(&b);
  while (*s != '\0' && *s != '\n') {
    if (*s == '$') expand(n, &s, &b);
    else ck_strbuf_putc(&b, *s++);
  }
  ck_map_put(&n->variables, name, NULL)->p = ck_arena_strdup(n->graph->arena, b.s);
  ck_strbuf_release(&b);
}

static bool read_file(ninja *n, const char *path, int depth) {
  char *text;
  size_t size;
  if (depth > MAX_NINJA_DEPTH || ck_read_file(path, MAX_NINJA, &text, &size, NULL) != CK_OK) return false;
  n->edge = -1;
  bool top = true; /* variables below a rule or pool are not ours */
  for (const char *s = text; *s != '\0';) {
    const char *end = line_end(s);
    if (*s == ' ') {
      read_link_words(n, s + strspn(s, " "));
    } else if (ck_starts_with(s, "build ")) {
      n->edge = -1;
      read_build(n, s + 6);
    } else if (ck_starts_with(s, "include ") || ck_starts_with(s, "subninja ")) {
      const char *at = s + strcspn(s, " "), *name = read_path(n, &at);
      if (name != NULL) read_file(n, absolute(n, name), depth + 1);
    } else {
      n->edge = -1;
      top = !ck_starts_with(s, "rule ") && !ck_starts_with(s, "pool ") && *s != '#' && *s != '\n' && *s != '\r';
      if (top) set_variable(n, s);
    }
    s = end + (*end == '\n');
  }
  free(text);
  return true;
}

bool links_read_ninja(links_graph *graph, const char *build_folder) {
  ninja n = {.graph = graph, .folder = build_folder, .edge = -1};
  ck_map_init(&n.variables);
  bool found = read_file(&n, absolute(&n, "build.ninja"), 0);
  ck_map_release(&n.variables);
  return found;
}
