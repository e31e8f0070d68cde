/* hermetic.c - `ckptlint unit` and `ckptlint link`: the check in two steps that a build system can run wherever it runs
 * the compiler, for it declares all that they read.
 *
 *   ckptlint unit -o net.unit -- g++ -std=c++17 -c net.cpp      reads what that compilation reads
 *   ckptlint link main.unit net.unit                            reads the units, their sources' lines, the checkpoints
 *
 * No compile database and no .ckptlint is looked for, no cache is read: each must be named (--config, --cache-dir). So
 * equal inputs give equal bytes: what depends on the machine (times of files) is left out of a unit. A unit keeps paths
 * as the command has them resolved, so link finds sources where unit did. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"

enum { MAX_UNIT = 512 * 1024 * 1024 /* bytes */ };

static const char *absolute(ck_arena *arena, const char *folder, const char *name) {
  char *path = ck_path_join(folder, name);
  const char *normal = database_normal_path(arena, path);
  free(path);
  return normal;
}

static const char *working_directory(ck_arena *arena) {
  char here[PATH_MAX];
  return ck_arena_strdup(arena, getcwd(here, sizeof here) != NULL ? here : "/");
}

/* --- unit ----------------------------------------------------------------------------------------------------- */

/* COMPILER ARGS... behind `--`, launchers in front of the compiler included. */
static ck_status read_command(const cli_options *o, ck_arena *arena, cli_command *out, ck_err *err) {
  const char *here = working_directory(arena);
  size_t first = database_skip_compiler(o->flags.at, o->flags.n);
  drive_line line;
  drive_read(o->flags.at + first, o->flags.n - first, here, arena, &line);
  const char **flags = CK_NEW_N(arena, const char *, line.flags.n + 1);
  if (line.flags.n > 0) memcpy(flags, line.flags.at, line.flags.n * sizeof *flags);
  *out = (cli_command){.directory = here, .object = "", .flags = flags, .nflags = line.flags.n};
  size_t nsources = line.sources.n;
  if (nsources == 1) out->file = absolute(arena, here, line.sources.at[0]);
  drive_release(&line);
  if (nsources == 0 && first == o->flags.n) return ck_fail(err, CK_USAGE, "unit: no compile command stands behind --");
  if (nsources != 1) return ck_fail(err, CK_USAGE, "unit: the command compiles %zu C++ files, not one", nsources);
  return ck_file_exists(out->file) ? CK_OK : ck_fail(err, CK_USAGE, "unit: %s: no such file", out->file);
}

static ck_status write_unit(ck_ir_unit *unit, const char *path, ck_err *err) {
  for (size_t i = 0; i < unit->dependency_count; i++) unit->dependencies[i].mtime_ns = 0;
  ck_strbuf bytes;
  ck_strbuf_init(&bytes);
  ck_ir_write_binary(unit, &bytes);
  ck_status status = ck_write_file(path, bytes.s, bytes.n, err);
  ck_strbuf_release(&bytes);
  return status;
}

/* What the unit was made from, for make and Ninja: -MF. */
static ck_status write_depfile(const ck_ir_unit *unit, const char *output, const char *path, ck_err *err) {
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_strbuf_printf(&b, "%s:", output);
  for (size_t i = 0; i < unit->dependency_count; i++)
    if (unit->dependencies[i].size >= 0) ck_strbuf_printf(&b, " \\\n %s", unit->dependencies[i].path);
  ck_strbuf_putc(&b, '\n');
  ck_status status = ck_write_file(path, b.s, b.n, err);
  ck_strbuf_release(&b);
  return status;
}

static int make_unit(const cli_options *o, ck_arena *arena) {
  cli_command command;
  cli_units units;
  ck_err err = {0};
  int status = CK_EXIT_OK;
  cli_units_init(&units);
  if (read_command(o, arena, &command, &err) != CK_OK || cli_make_units(o, &command, 1, &units, &err) != CK_OK) {
    status = cli_trouble("%s", err.text);
  } else if (units.units.n == 0) {
    status = cli_trouble("%s: %s", command.file, units.remarks.n > 0 ? units.remarks.at[0].text : "no unit was made");
  } else {
    ck_ir_unit *unit = units.units.at[0];
    if (write_unit(unit, o->output, &err) != CK_OK ||
        (o->depfile != NULL && write_depfile(unit, o->output, o->depfile, &err) != CK_OK))
      status = cli_trouble("%s", err.text);
  }
  cli_units_release(&units);
  return status;
}

/* A step that declares its inputs reads nothing that it finds by itself. */
static void use_declared_inputs(cli_options *o) {
  if (o->cache_dir == NULL) o->no_cache = true;
  o->no_config_search = true;
}

int cmd_unit(int argc, char **argv) {
  cli_options o;
  int status = cli_read_options("unit", argc, argv, &o);
  ck_arena arena;
  ck_arena_init(&arena);
  if (status < 0 && (o.output == NULL || o.flags.n == 0 || o.files.n > 0))
    status = cli_trouble("usage: ckptlint unit -o UNIT [-MF DEPFILE] -- COMPILER ARGS...");
  use_declared_inputs(&o);
  if (status < 0) status = make_unit(&o, &arena);
  ck_arena_release(&arena);
  cli_release_options(&o);
  return status;
}

/* --- link ----------------------------------------------------------------------------------------------------- */

static ck_status read_units(const cli_options *o, cli_check *check, cli_commands *commands, ck_err *err) {
  for (size_t i = 0; i < o->files.n; i++) {
    ck_mapping map;
    ck_ir_unit *unit = NULL;
    ck_err why = {0};
    ck_status status = ck_map_file(o->files.at[i], &map, err);
    if (status != CK_OK) return status;
    status = map.size <= MAX_UNIT ? ck_ir_read_binary(map.bytes, map.size, &unit, &why) : CK_LIMIT;
    ck_unmap_file(&map);
    if (status != CK_OK)
      return ck_fail(err, CK_USAGE, "%s is no unit of this version of ckptlint (make it with `ckptlint unit -o`)%s%s",
                     o->files.at[i], why.text[0] != '\0' ? ": " : "", why.text);
    ck_vec_push(&check->units.units, unit);
    ck_vec_push(commands, (cli_command){.file = unit->main_file, .directory = unit->directory, .object = unit->output});
  }
  return CK_OK;
}

static int link_units(const cli_options *o) {
  cli_check check = {0};
  cli_commands commands = {0};
  ck_err err = {0};
  int status = CK_EXIT_OK;
  cli_check_init(&check);
  cli_request request = {.scope = CLI_PROGRAM, .is_whole = true, .build_folder = o->build};
  ck_status read = read_units(o, &check, &commands, &err);
  request.commands = commands.at;
  request.n = commands.n;
  if (read != CK_OK || cli_check_units(&check, o, &request, &err) != CK_OK) {
    status = cli_trouble("%s", err.text);
  } else {
    status = cli_print_report(&check, o);
    cli_print_summary(&check, o);
    if (o->output != NULL && status != CK_EXIT_FINDINGS && ck_write_file(o->output, "", 0, &err) != CK_OK)
      status = cli_trouble("%s", err.text);
  }
  cli_check_release(&check);
  free(commands.at);
  return status;
}

int cmd_link(int argc, char **argv) {
  cli_options o;
  int status = cli_read_options("link", argc, argv, &o);
  if (status < 0 && (o.files.n == 0 || o.has_flags))
    status = cli_trouble("usage: ckptlint link [OPTION...] [-o STAMP] UNIT...");
  use_declared_inputs(&o);
  if (status < 0) status = link_units(&o);
  cli_release_options(&o);
  return status;
}
