/* database.c - compile_commands.json (the JSON compilation database of Clang's documentation), as CMake, Meson, Bear
 * and others write it: an array of {directory, file, arguments or command, output}.
 *
 * It is given with -p, or found by walking up from a file: in each folder itself, then in its usual build folders. */
#include <assert.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"

enum { MAX_DATABASE = 512 * 1024 * 1024 /* bytes; LLVM's own is 10 MB */ };

#define NAME "compile_commands.json"
static const char *const build_folders[] = {
    "build", "out", "builddir", "_build", "cmake-build-debug", "cmake-build-release", "build/debug", "build/release"};

const char *database_normal_path(ck_arena *arena, const char *path) {
  char *out = ck_arena_strdup(arena, path), *end = out;
  for (const char *s = path; *s != '\0';) {
    size_t n = strcspn(s, "/");
    if (n == 2 && s[0] == '.' && s[1] == '.') {
      while (end > out && *--end != '/') {}
    } else if (n > 0 && !(n == 1 && s[0] == '.')) {
      *end++ = '/';
      memmove(end, s, n);
      end += n;
    }
    s += n;
    if (*s == '/') s++;
  }
  if (end == out) *end++ = '/';
  *end = '\0';
  return out;
}

/* --- Finding it ----------------------------------------------------------------------------------------------- */

const char *database_find(const char *folder, ck_arena *arena) {
  char *at = ck_strdup(folder);
  const char *found = NULL;
  while (found == NULL) {
    const char *here = ck_path_joined(arena, at, NAME);
    if (ck_file_exists(here)) found = here;
    for (size_t i = 0; found == NULL && i < sizeof build_folders / sizeof *build_folders; i++) {
      const char *path = ck_arena_printf(arena, "%s/%s/" NAME, at, build_folders[i]);
      if (ck_file_exists(path)) found = path;
    }
    char *slash = strrchr(at, '/');
    if (slash == NULL || slash[1] == '\0') break;
    slash[slash == at ? 1 : 0] = '\0';
  }
  free(at);
  return found;
}

const char *database_folder(const char *path, ck_arena *arena) {
  char *real = realpath(path, NULL), *folder = ck_path_dir(real != NULL ? real : path);
  const char *copy = ck_arena_strdup(arena, folder);
  free(folder);
  free(real);
  return copy;
}

/* --- One entry ------------------------------------------------------------------------------------------------ */

void database_split_command(const char *s, ck_arena *arena, cli_words *out) {
  while (*s != '\0') {
    while (*s == ' ' || *s == '\t' || *s == '\n') s++;
    if (*s == '\0') return;
    ck_strbuf b;
    ck_strbuf_init(&b);
    for (char quote = '\0'; *s != '\0' && (quote != '\0' || (*s != ' ' && *s != '\t' && *s != '\n')); s++) {
      if (quote == '\0' && (*s == '"' || *s == '\'')) quote = *s;
      else if (quote != '\0' && *s == quote) quote = '\0';
      else if (*s == '\\' && quote != '\'' && s[1] != '\0' && (quote == '\0' || strchr("\"\\$`", s[1]) != NULL))
        ck_strbuf_putc(&b, *++s);
      else ck_strbuf_putc(&b, *s);
    }
    ck_vec_push(out, ck_arena_strdup(arena, b.s));
    ck_strbuf_release(&b);
  }
}

size_t database_skip_compiler(const char *const *words, size_t n) {
  size_t i = 0;
  bool ours = n > 1 && strcmp(ck_path_base(words[0]), "ckptlint") == 0;
  if (ours)
    for (i = 2; i < n && words[i][0] == '-';) i++;
  while (i < n && words[i][0] != '-' && words[i][0] != '@' && !drive_is_source(words[i])) i++;
  return i;
}

static bool read_entry(json_t *entry, const char *folder, ck_arena *arena, cli_commands *out) {
  const char *directory = json_string_value(json_object_get(entry, "directory"));
  const char *file = json_string_value(json_object_get(entry, "file"));
  const char *command = json_string_value(json_object_get(entry, "command"));
  const char *output = json_string_value(json_object_get(entry, "output"));
  json_t *arguments = json_object_get(entry, "arguments"), *word;
  if (directory == NULL || file == NULL || (command == NULL && !json_is_array(arguments))) return false;
  cli_words words = {0};
  size_t i;
  json_array_foreach(arguments, i, word) {
    if (json_string_value(word) != NULL) ck_vec_push(&words, ck_arena_strdup(arena, json_string_value(word)));
  }
  if (!json_is_array(arguments)) database_split_command(command, arena, &words);
  const char *where = database_normal_path(arena, ck_path_joined(arena, folder, directory));
  size_t first = database_skip_compiler(words.at, words.n);
  drive_line line;
  assert(first <= words.n && (words.at != NULL || first == 0));
  drive_read(words.at + first, words.n - first, where, arena, &line);
  if (line.sources.n > 0) { /* else C, assembler, or something that makes no object */
    const char **flags = CK_NEW_N(arena, const char *, line.flags.n + 1);
    if (line.flags.n > 0) memcpy(flags, line.flags.at, line.flags.n * sizeof *flags);
    /* -o is relative to `directory`; "output", with CMake's Makefiles, to the build folder */
    const char *object = line.output != NULL ? line.output : output != NULL ? output : "";
    ck_vec_push(out, (cli_command){.file = database_normal_path(arena, ck_path_joined(arena, where, file)),
                                   .directory = where,
                                   .object = object[0] != '\0' ? ck_path_joined(arena, where, object) : "",
                                   .flags = flags,
                                   .nflags = line.flags.n});
  }
  free(words.at);
  drive_release(&line);
  return true;
}

ck_status database_read(const char *path, ck_arena *arena, cli_commands *out, ck_err *err) {
  char *text;
  size_t n;
  ck_status status = ck_read_file(path, MAX_DATABASE, &text, &n, err);
  if (status != CK_OK) return status;
  json_error_t error;
  json_t *root = json_loadb(text, n, 0, &error), *entry;
  free(text);
  if (root == NULL) return ck_fail(err, CK_USAGE, "%s:%d:%d: %s", path, error.line, error.column, error.text);
  if (!json_is_array(root)) status = ck_fail(err, CK_USAGE, "%s: a compile database is an array of commands", path);
  char *folder = ck_path_dir(path);
  size_t i;
  json_array_foreach(root, i, entry) {
    if (status == CK_OK && !read_entry(entry, folder, arena, out))
      status = ck_fail(err, CK_USAGE, "%s: entry %zu lacks \"directory\", \"file\" or \"command\"", path, i + 1);
  }
  free(folder);
  json_decref(root);
  return status;
}
