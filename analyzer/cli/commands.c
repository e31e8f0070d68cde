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

/* --- With a compile database ----------------------------------------------------------------------------------------
 */

/* Units beside the ones asked for: those in the same folders are made if they are not in the cache, but no more than
 * this, so that a check of one file of a large project stays quick. */
enum { MAX_OTHERS = 32 };

typedef struct {
  const cli_options *o;
  const char *here;
  ck_arena *arena;
  cli_commands database;
  const char *path; /* of the database */
  cli_commands *out;
  cli_words *remarks;
} finder;

static const cli_command *entry_of(const finder *f, const char *file) {
  for (size_t i = 0; i < f->database.n; i++)
    if (strcmp(f->database.at[i].file, file) == 0) return &f->database.at[i];
  return NULL;
}

static size_t common_length(const char *a, const char *b) {
  size_t n = 0;
  while (a[n] != '\0' && a[n] == b[n]) n++;
  return n;
}

/* For a header, or a file that is too new for the database: the unit that lies nearest. */
static const cli_command *nearest_entry(const finder *f, const char *file) {
  const cli_command *best = NULL;
  for (size_t i = 0; i < f->database.n; i++)
    if (best == NULL || common_length(f->database.at[i].file, file) > common_length(best->file, file))
      best = &f->database.at[i];
  return best;
}

static bool is_header(const char *file) {
  return ck_ends_with(file, ".h") || ck_ends_with(file, ".hpp") || ck_ends_with(file, ".hh") ||
         ck_ends_with(file, ".hxx");
}

static void add_from_database(finder *f, const char *name, const char *file) {
  const cli_command *entry = entry_of(f, file);
  if (entry != NULL) {
    ck_vec_push(f->out, *entry);
    return;
  }
  cli_command c = *nearest_entry(f, file);
  ck_vec_push(f->remarks, ck_arena_printf(f->arena, "%s is not in %s: it is read with the flags of %s", name, f->path,
                                          ck_path_base(c.file)));
  if (is_header(file)) {
    const char **flags = CK_NEW_N(f->arena, const char *, c.nflags + 2);
    if (c.nflags > 0) memcpy(flags, c.flags, c.nflags * sizeof *flags);
    flags[c.nflags++] = "-x";
    flags[c.nflags++] = "c++";
    c.flags = flags;
  }
  c.file = file;
  c.object = "";
  ck_vec_push(f->out, c);
}

static bool is_beside(const finder *f, const char *file, size_t asked) {
  for (size_t i = 0; i < asked; i++) {
    const char *slash = strrchr(f->out->at[i].file, '/');
    size_t n = slash != NULL ? (size_t)(slash - f->out->at[i].file) + 1 : 0;
    if (strncmp(f->out->at[i].file, file, n) == 0) return true;
  }
  return false;
}

static void add_others(finder *f, size_t asked) {
  size_t made = 0;
  for (size_t i = 0; i < f->database.n; i++) {
    cli_command c = f->database.at[i];
    bool known = false;
    for (size_t k = 0; k < asked; k++) known |= strcmp(f->out->at[k].file, c.file) == 0;
    if (known) continue;
    c.is_other = true;
    c.only_cached = !is_beside(f, c.file, asked) || made == MAX_OTHERS;
    made += !c.only_cached;
    ck_vec_push(f->out, c);
  }
}

static ck_status use_database(finder *f, ck_err *err) {
  ck_status status = database_read(f->path, f->arena, &f->database, err);
  if (status != CK_OK) return status;
  if (f->database.n == 0) return ck_fail(err, CK_USAGE, "%s lists no C++ file", f->path);
  if (f->o->files.n == 0)
    for (size_t i = 0; i < f->database.n; i++) ck_vec_push(f->out, f->database.at[i]);
  for (size_t i = 0; i < f->o->files.n && status == CK_OK; i++) {
    const char *name = f->o->files.at[i], *file = database_normal_path(f->arena, absolute(f->arena, f->here, name));
    status = check_file(name, file, err);
    if (status == CK_OK) add_from_database(f, name, file);
  }
  if (status == CK_OK && f->o->files.n > 0 && !f->o->unit_only) add_others(f, f->out->n);
  return status;
}

/* -p, else upwards from the first file or from here. */
static ck_status locate_database(finder *f, ck_err *err) {
  if (f->o->build != NULL) {
    const char *given = absolute(f->arena, f->here, f->o->build);
    f->path = ck_is_directory(given) ? absolute(f->arena, given, "compile_commands.json") : given;
    return ck_file_exists(f->path)
               ? CK_OK
               : ck_fail(err, CK_USAGE, "there is no %s (-p takes the folder of compile_commands.json)", f->path);
  }
  const char *from = f->here;
  if (f->o->files.n > 0) {
    char *folder = ck_path_dir(database_normal_path(f->arena, absolute(f->arena, f->here, f->o->files.at[0])));
    from = ck_arena_strdup(f->arena, folder);
    free(folder);
  }
  f->path = database_find(from, f->arena);
  return CK_OK;
}

/* --- Without
 * ----------------------------------------------------------------------------------------------------------- */

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
  finder f = {.o = o, .here = here, .arena = arena, .out = commands, .remarks = remarks};
  ck_status status = o->has_flags ? CK_OK : locate_database(&f, err);
  if (status == CK_OK && f.path != NULL) {
    char *folder = ck_path_dir(f.path);
    *build_folder = ck_arena_strdup(arena, folder);
    free(folder);
    status = use_database(&f, err);
    free(f.database.at);
    return status;
  }
  if (status == CK_OK && o->files.n == 0)
    return ck_fail(err, CK_USAGE, "no compile_commands.json here or above; give files (FILE... -- FLAGS) or -p BUILD");
  for (size_t i = 0; i < o->files.n && status == CK_OK; i++)
    status = add_file(o, here, o->files.at[i], arena, commands, err);
  if (status == CK_OK && !o->has_flags)
    ck_vec_push(remarks, "no compile database was found: the files are read with default flags (give others after --)");
  return status;
}
