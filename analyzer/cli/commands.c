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

/* --- With a compile database ---------------------------------------------------------------------------------- */

/* Units beside the ones asked for: those of the same programs, or in the same folders where programs are not known, are
 * made if they are not in the cache, but no more than this, so that a check of one file of a large project stays quick.
 */
enum { MAX_OTHERS = 32 };

typedef struct {
  const cli_options *o;
  const char *here;
  ck_arena *arena;
  cli_commands database;
  const char *path; /* of the database */
  cli_plan *out;
} finder;

static bool is_header(const char *file) {
  return ck_ends_with(file, ".h") || ck_ends_with(file, ".hpp") || ck_ends_with(file, ".hh") ||
         ck_ends_with(file, ".hxx") || ck_ends_with(file, ".inl") || ck_ends_with(file, ".ipp");
}

/* For a file that is not in the database: the flags of a unit that reads it, or else of the one that lies nearest. */
static void add_foreign(finder *f, const char *name, const char *file) {
  bool includes = false;
  cli_command c = *includers_find(f->o, &f->database, file, f->arena, &includes);
  const char *unit = ck_path_base(c.file);
  ck_vec_push(&f->out->remarks,
              includes
                  ? ck_arena_printf(f->arena, "%s is read with the flags of %s, which includes it", name, unit)
                  : ck_arena_printf(f->arena, "%s is not in %s: it is read with the flags of %s", name, f->path, unit));
  if (is_header(file)) {
    const char **flags = CK_NEW_N(f->arena, const char *, c.nflags + 2);
    if (c.nflags > 0) memcpy(flags, c.flags, c.nflags * sizeof *flags);
    flags[c.nflags++] = "-x";
    flags[c.nflags++] = "c++";
    c.flags = flags;
  }
  c.file = file;
  c.object = "";
  ck_vec_push(&f->out->commands, c);
}

/* A file that two targets compile is two units. */
static void add_from_database(finder *f, const char *name, const char *file) {
  size_t before = f->out->commands.n;
  for (size_t i = 0; i < f->database.n; i++)
    if (strcmp(f->database.at[i].file, file) == 0) ck_vec_push(&f->out->commands, f->database.at[i]);
  if (f->out->commands.n == before) add_foreign(f, name, file);
}

static bool is_beside(const finder *f, const char *file, size_t asked) {
  for (size_t i = 0; i < asked; i++) {
    const char *slash = strrchr(f->out->commands.at[i].file, '/');
    size_t n = slash != NULL ? (size_t)(slash - f->out->commands.at[i].file) + 1 : 0;
    if (strncmp(f->out->commands.at[i].file, file, n) == 0) return true;
  }
  return false;
}

/* Marks the commands that share a program with one of the first `asked`; false: one of those is in no program. */
static bool mark_linked(cli_plan *plan, size_t asked) {
  bool *found = ck_calloc(asked + 1, sizeof *found), all = true;
  for (size_t p = 0; p < plan->programs.n; p++) {
    const cli_program *program = &plan->programs.at[p];
    bool with_asked = false;
    for (size_t k = 0; k < program->n; k++)
      if (program->members[k] < asked) found[program->members[k]] = with_asked = true;
    for (size_t k = 0; k < program->n && with_asked; k++) plan->commands.at[program->members[k]].is_linked = true;
  }
  for (size_t i = 0; i < asked; i++) all &= found[i];
  free(found);
  return all;
}

/* Takes out the commands that share no program with those asked for. */
static void drop_unlinked(cli_plan *plan, ck_arena *arena) {
  size_t *index = CK_NEW_N(arena, size_t, plan->commands.n + 1), n = 0, nprograms = 0;
  for (size_t i = 0; i < plan->commands.n; i++) {
    index[i] = n;
    if (plan->commands.at[i].is_linked) plan->commands.at[n++] = plan->commands.at[i];
    else index[i] = SIZE_MAX;
  }
  plan->commands.n = n;
  for (size_t p = 0; p < plan->programs.n; p++) {
    cli_program program = plan->programs.at[p];
    size_t *members = CK_NEW_N(arena, size_t, program.n + 1), kept = 0;
    for (size_t k = 0; k < program.n; k++)
      if (index[program.members[k]] != SIZE_MAX) members[kept++] = index[program.members[k]];
    if (kept == program.n)
      plan->programs.at[nprograms++] = (cli_program){program.name, members, kept, program.is_whole};
  }
  plan->programs.n = nprograms;
}

/* Which of the commands behind the first `asked` are worth a run of the front end? */
static void add_others(finder *f, size_t asked) {
  cli_plan *plan = f->out;
  for (size_t i = 0; i < f->database.n; i++) {
    cli_command c = f->database.at[i];
    bool known = false;
    for (size_t k = 0; k < asked; k++) known |= strcmp(plan->commands.at[k].file, c.file) == 0;
    c.is_other = true;
    if (!known) ck_vec_push(&plan->commands, c);
  }
  plan->linked_by = links_find(plan->build_folder, &plan->commands, f->arena, &plan->programs);
  bool is_known = plan->programs.n > 0 && mark_linked(plan, asked);
  if (is_known) drop_unlinked(plan, f->arena);
  size_t made = 0;
  for (size_t i = asked; i < plan->commands.n; i++) {
    cli_command *c = &plan->commands.at[i];
    bool near = is_known || is_beside(f, c->file, asked);
    c->is_linked = near;
    c->only_cached = !near || made == MAX_OTHERS;
    made += !c->only_cached;
  }
}

bool cli_add_program(const cli_options *o, cli_plan *plan, ck_arena *arena) {
  cli_command *own = &plan->commands.at[0];
  finder f = {.o = o, .here = own->directory, .arena = arena, .out = plan};
  f.path = plan->database != NULL ? plan->database : database_find(own->directory, arena);
  if (f.path == NULL || database_read(f.path, arena, &f.database, NULL) != CK_OK) return false;
  const cli_command *entry = NULL; /* the one with our object, else the first with our file */
  for (size_t i = 0; i < f.database.n; i++) {
    const cli_command *c = &f.database.at[i];
    if (strcmp(c->file, own->file) != 0) continue;
    bool same = own->object[0] != '\0' && strcmp(c->object, own->object) == 0;
    if (entry == NULL || same) entry = c;
    if (same) break;
  }
  if (entry != NULL) {
    if (own->object[0] == '\0') own->object = entry->object;
    plan->build_folder = database_folder(f.path, arena);
    plan->database = f.path;
    add_others(&f, 1);
  }
  free(f.database.at);
  return entry != NULL;
}

static ck_status use_database(finder *f, ck_err *err) {
  const cli_options *o = f->o;
  ck_status status = database_read(f->path, f->arena, &f->database, err);
  if (status != CK_OK) return status;
  if (f->database.n == 0) return ck_fail(err, CK_USAGE, "%s lists no C++ file", f->path);
  for (size_t i = 0; i < f->database.n && o->files.n == 0; i++) ck_vec_push(&f->out->commands, f->database.at[i]);
  for (size_t i = 0; i < o->files.n && status == CK_OK; i++) {
    const char *name = o->files.at[i], *file = database_normal_path(f->arena, ck_path_joined(f->arena, f->here, name));
    status = o->content != NULL ? CK_OK : check_file(name, file, err);
    if (status == CK_OK) add_from_database(f, name, file);
  }
  if (status == CK_OK && o->files.n == 0)
    f->out->linked_by = links_find(f->out->build_folder, &f->out->commands, f->arena, &f->out->programs);
  else if (status == CK_OK && !o->unit_only) add_others(f, f->out->commands.n);
  return status;
}

/* -p, else upwards from the first file or from here. */
static ck_status locate_database(finder *f, ck_err *err) {
  if (f->o->build != NULL) {
    const char *given = ck_path_joined(f->arena, f->here, f->o->build);
    f->path = ck_is_directory(given) ? ck_path_joined(f->arena, given, "compile_commands.json") : given;
    return ck_file_exists(f->path)
               ? CK_OK
               : ck_fail(err, CK_USAGE, "there is no %s (-p takes the folder of compile_commands.json)", f->path);
  }
  const char *from = f->here;
  if (f->o->files.n > 0) {
    char *folder = ck_path_dir(database_normal_path(f->arena, ck_path_joined(f->arena, f->here, f->o->files.at[0])));
    from = ck_arena_strdup(f->arena, folder);
    free(folder);
  }
  f->path = database_find(from, f->arena);
  return CK_OK;
}

/* --- Without -------------------------------------------------------------------------------------------------- */

static ck_status add_file(const cli_options *o, const char *here, const char *name, ck_arena *arena,
                          cli_commands *commands, ck_err *err) {
  cli_command c = {.file = database_normal_path(arena, ck_path_joined(arena, here, name)),
                   .directory = here,
                   .object = "",
                   .flags = o->flags.at,
                   .nflags = o->flags.n};
  if (o->has_flags) { /* response files may change: it is their content that counts */
    cli_words flags = {0};
    drive_expand(o->flags.at, o->flags.n, here, arena, &flags);
    const char **copy = CK_NEW_N(arena, const char *, flags.n + 1);
    if (flags.n > 0) memcpy(copy, flags.at, flags.n * sizeof *copy);
    c.flags = copy;
    c.nflags = flags.n;
    free(flags.at);
  }
  ck_status status = o->content != NULL ? CK_OK : check_file(name, c.file, err);
  if (status != CK_OK) return status;
  if (!o->has_flags) default_flags(arena, &c);
  ck_vec_push(commands, c);
  return CK_OK;
}

/* FILE -- COMPILER FLAGS..., as CMake's clang-tidy slot gives it: the words behind -- are a compile command. */
static ck_status add_compile_line(const cli_options *o, const char *here, ck_arena *arena, cli_plan *out, ck_err *err) {
  drive_line line;
  drive_read(o->flags.at + (o->flags.n > 0), o->flags.n - (o->flags.n > 0), here, arena, &line);
  const char **flags = CK_NEW_N(arena, const char *, line.flags.n + 1);
  if (line.flags.n > 0) memcpy(flags, line.flags.at, line.flags.n * sizeof *flags);
  cli_command c = {.file = database_normal_path(arena, ck_path_joined(arena, here, o->files.at[0])),
                   .directory = here,
                   .object =
                       line.output != NULL ? database_normal_path(arena, ck_path_joined(arena, here, line.output)) : "",
                   .flags = flags,
                   .nflags = line.flags.n};
  drive_release(&line);
  ck_vec_push(&out->commands, c);
  return check_file(o->files.at[0], c.file, err);
}

ck_status cli_find_commands(const cli_options *o, ck_arena *arena, cli_plan *out, ck_err *err) {
  char here_buffer[PATH_MAX];
  if (getcwd(here_buffer, sizeof here_buffer) == NULL)
    return ck_fail(err, CK_IO, "the working directory is not accessible");
  const char *here = ck_arena_strdup(arena, here_buffer);
  if (o->has_flags && o->files.n == 0) return ck_fail(err, CK_USAGE, "no file is given before --");
  if (o->is_tidy && o->has_flags) return add_compile_line(o, here, arena, out, err);
  finder f = {.o = o, .here = here, .arena = arena, .out = out};
  ck_status status = o->has_flags ? CK_OK : locate_database(&f, err);
  if (status == CK_OK && f.path != NULL) {
    out->build_folder = database_folder(f.path, arena);
    out->database = f.path;
    status = use_database(&f, err);
    free(f.database.at);
    return status;
  }
  if (status == CK_OK && o->files.n == 0)
    return ck_fail(err, CK_USAGE,
                   "no compile_commands.json here or above; give files (FILE... -- FLAGS) or -p BUILD "
                   "(`ckptlint doctor` says how to get one)");
  for (size_t i = 0; i < o->files.n && status == CK_OK; i++)
    status = add_file(o, here, o->files.at[i], arena, &out->commands, err);
  if (status == CK_OK && !o->has_flags)
    ck_vec_push(&out->remarks,
                "no compile database was found: the files are read with default flags (give others after --)");
  return status;
}

void cli_release_plan(cli_plan *plan) {
  free(plan->commands.at);
  free(plan->remarks.at);
  free(plan->programs.at);
}
