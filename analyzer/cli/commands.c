/* commands.c - which compile commands the user means.
 *
 * FILE... -- FLAGS: these files with these flags. Otherwise the compile database (-p, or found by walking up from the
 * file or the working directory). A file that is in no database is read with default flags, which is said. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"

/* Where Debian and the archives of pytorch.org put libtorch's C++ interface. */
static const char *const default_includes[] = {"/usr/include/torch/csrc/api/include",
                                               "/usr/local/include/torch/csrc/api/include",
                                               "/opt/libtorch/include/torch/csrc/api/include"};

static const char *absolute(ck_arena *arena, const char *directory, const char *name) {
  char *path = ck_path_join(directory, name);
  const char *copy = ck_arena_strdup(arena, path);
  free(path);
  return copy;
}

static ck_status check_file(const char *name, const char *path, ck_err *err) {
  if (!ck_file_exists(path)) return ck_fail(err, CK_USAGE, "%s: no such file", name);
  if (ck_is_directory(path))
    return ck_fail(err, CK_USAGE, "%s is a folder; give source files, or -p with the build folder", name);
  return access(path, R_OK) == 0 ? CK_OK : ck_fail(err, CK_USAGE, "%s: permission denied", name);
}

static void default_flags(ck_arena *arena, cli_command *c) {
  const char **flags = CK_NEW_N(arena, const char *, 5);
  size_t n = 0;
  flags[n++] = "-std=c++17";
  for (size_t i = 0; i < sizeof default_includes / sizeof *default_includes; i++) {
    if (!ck_is_directory(default_includes[i])) continue;
    flags[n++] = ck_arena_printf(arena, "-isystem%s", default_includes[i]);
    /* torch/ itself lies four folders up; /usr/include must not be named, or <cmath> no longer finds <math.h> */
    if (!ck_starts_with(default_includes[i], "/usr/"))
      flags[n++] = ck_arena_printf(arena, "-isystem%s/../../../..", default_includes[i]);
    break;
  }
  c->flags = flags;
  c->nflags = n;
}

static ck_status add_file(const cli_options *o, const char *here, const char *name, ck_arena *arena,
                          cli_commands *commands, ck_err *err) {
  cli_command c = {
      .file = absolute(arena, here, name), .directory = here, .object = "", .flags = o->flags.at, .nflags = o->flags.n};
  ck_status status = check_file(name, c.file, err);
  if (status != CK_OK) return status;
  if (!o->has_flags) default_flags(arena, &c);
  ck_vec_push(commands, c);
  return CK_OK;
}

ck_status cli_find_commands(const cli_options *o, ck_arena *arena, cli_commands *commands, cli_words *remarks,
                            const char **build_folder, ck_err *err) {
  char here_buffer[PATH_MAX];
  if (getcwd(here_buffer, sizeof here_buffer) == NULL)
    return ck_fail(err, CK_IO, "the working directory is not accessible");
  const char *here = ck_arena_strdup(arena, here_buffer);
  *build_folder = NULL;
  if (o->has_flags && o->files.n == 0) return ck_fail(err, CK_USAGE, "no file is given before --");
  if (o->files.n == 0)
    return ck_fail(err, CK_USAGE, "no compile_commands.json here or above; give files (FILE... -- FLAGS) or -p BUILD");
  for (size_t i = 0; i < o->files.n; i++) {
    ck_status status = add_file(o, here, o->files.at[i], arena, commands, err);
    if (status != CK_OK) return status;
  }
  if (!o->has_flags)
    ck_vec_push(remarks, "no compile database was found: the files are read with default flags (give others after --)");
  return CK_OK;
}
