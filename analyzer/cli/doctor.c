/* doctor.c - `ckptlint doctor`: what ckptlint needs, whether it is there, and what to do where it is not.
 *
 * One line each: ok, warn or FAIL, what was looked at, what was found; where something is amiss, the next line says how
 * to mend it. FAIL is what keeps loads from being checked; the exit status is 2 then. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"

typedef enum { GOOD, WARN, BAD } verdict;

typedef struct {
  cli_options o;
  ck_arena arena;
  cli_plan plan;
  bool found_units; /* the compile commands make sense */
  int bad;
} doctor;

__attribute__((format(printf, 4, 5))) static void say(doctor *d, verdict v, const char *what, const char *format, ...) {
  static const char *const words[] = {"ok  ", "warn", "FAIL"};
  va_list args;
  va_start(args, format);
  printf("%s  %-16s ", words[v], what);
  vprintf(format, args);
  putchar('\n');
  va_end(args);
  d->bad += v == BAD;
}

__attribute__((format(printf, 1, 2))) static void mend(const char *format, ...) {
  va_list args;
  va_start(args, format);
  fputs("      fix: ", stdout);
  vprintf(format, args);
  putchar('\n');
  va_end(args);
}

/* --- The program ---------------------------------------------------------------------------------------------- */

static void look_at_frontend(doctor *d) {
  const char *program = cli_frontend(&d->arena);
  char line[128] = "";
  if (program == NULL) {
    say(d, BAD, "front end", "ckptlint-frontend is not beside ckptlint");
    mend("install both programs in one folder, or set CKPTLINT_FRONTEND to its path");
    return;
  }
  cli_frontend_says(&d->arena, program, line, sizeof line);
  static const char label[] = "libclang ";
  long version = ck_starts_with(line, label) ? strtol(line + strlen(label), NULL, 10) : 0;
  if (version == 0) {
    say(d, BAD, "front end", "%s does not run: %s", program, line[0] != '\0' ? line : "it says nothing");
    mend("install libclang (Debian: apt-get install libclang1-22)");
  } else if (version < 21) {
    say(d, WARN, "front end", "%s (%s): models that are class template specialisations are not derived", line, program);
    mend("build with libclang 21 or newer (-DLLVM_ROOT=/usr/lib/llvm-22)");
  } else {
    say(d, GOOD, "front end", "%s (%s)", line, program);
  }
}

static void look_at_cache(doctor *d) {
  const char *root = cache_root(&d->o, &d->arena), *folder = cache_folder(&d->o, "units", &d->arena);
  if (root == NULL) {
    say(d, WARN, "cache", "there is none: each run reads every file again, libtorch's headers included");
    mend("set XDG_CACHE_HOME or HOME, or give --cache-dir DIR");
  } else if (folder == NULL || access(folder, W_OK) != 0) {
    bool is_open = ck_is_directory(root) && folder == NULL;
    say(d, WARN, "cache", "%s %s", root,
        is_open ? "is not used: another user owns it or can write to it" : "cannot be written");
    mend("chown it, or point XDG_CACHE_HOME (or --cache-dir) to a folder of yours");
  } else {
    say(d, GOOD, "cache", "%s (`ckptlint cache stats` says how full)", root);
  }
}

/* --- The project ---------------------------------------------------------------------------------------------- */

static void look_at_database(doctor *d) {
  ck_err err = {0};
  if (cli_find_commands(&d->o, &d->arena, &d->plan, &err) != CK_OK) {
    say(d, BAD, "compile database", "%s", err.text);
    mend("CMake: -DCMAKE_EXPORT_COMPILE_COMMANDS=ON; Meson writes it; make: `bear -- make`; then -p with its folder");
    return;
  }
  d->found_units = true;
  if (d->plan.database == NULL && d->o.has_flags) {
    say(d, GOOD, "compile database", "not needed: the flags are given");
    return;
  }
  if (d->plan.database == NULL) {
    say(d, WARN, "compile database", "none: files are read with default flags");
    mend("CMake: -DCMAKE_EXPORT_COMPILE_COMMANDS=ON; Meson writes it; make: `bear -- make`");
    return;
  }
  size_t gone = 0;
  const char *first = NULL;
  for (size_t i = 0; i < d->plan.commands.n; i++)
    if (!ck_file_exists(d->plan.commands.at[i].file) && gone++ == 0) first = d->plan.commands.at[i].file;
  say(d, gone > 0 ? WARN : GOOD, "compile database", "%s, %zu C++ unit%s", d->plan.database, d->plan.commands.n,
      d->plan.commands.n == 1 ? "" : "s");
  if (gone > 0) mend("%zu of its files are gone (%s): configure the build again", gone, first);
}

static void look_at_links(doctor *d) {
  if (d->plan.database == NULL) return;
  if (d->plan.programs.n == 0) {
    say(d, WARN, "programs", "not known: no build.ninja, link.txt or File API reply in %s", d->plan.build_folder);
    mend("classes of one name are told apart by folder; the launcher (`ckptlint cc`) sees the links themselves");
    return;
  }
  say(d, GOOD, "programs", "%zu, from %s", d->plan.programs.n, d->plan.linked_by);
}

/* Folders of -I and its kin that hold torch/torch.h. */
static const char *torch_in_flags(doctor *d, const cli_command *c) {
  for (size_t i = 0; i < c->nflags; i++) {
    const char *flag = c->flags[i], *folder = NULL;
    assert(flag != NULL);
    if (ck_starts_with(flag, "-I")) folder = flag[2] != '\0' ? flag + 2 : i + 1 < c->nflags ? c->flags[i + 1] : NULL;
    if (ck_starts_with(flag, "-isystem"))
      folder = flag[8] != '\0' ? flag + 8 : i + 1 < c->nflags ? c->flags[i + 1] : NULL;
    if (folder == NULL) continue;
    char *absolute = ck_path_join(c->directory, folder), *path = ck_path_join(absolute, "torch/torch.h");
    const char *found = ck_file_exists(path) ? ck_arena_strdup(&d->arena, path) : NULL;
    free(absolute);
    free(path);
    if (found != NULL) return found;
  }
  return NULL;
}

static void look_at_torch(doctor *d) {
  if (!d->found_units) return;
  const char *found = NULL;
  size_t with = 0;
  for (size_t i = 0; i < d->plan.commands.n; i++) {
    const char *one = torch_in_flags(d, &d->plan.commands.at[i]);
    with += one != NULL;
    if (found == NULL) found = one;
  }
  if (found != NULL) {
    say(d, GOOD, "libtorch headers", "%s, on the path of %zu of %zu units", found, with, d->plan.commands.n);
    return;
  }
  say(d, BAD, "libtorch headers", "no unit has torch/torch.h on its include path");
  mend("Debian: apt-get install libtorch-dev, then -isystem /usr/include/torch/csrc/api/include; CMake: "
       "find_package(Torch)");
}

static void look_at_pch(doctor *d) {
  if (d->o.no_cache || cache_root(&d->o, &d->arena) == NULL) return;
  const char *folder = ck_arena_printf(&d->arena, "%s/pch", cache_root(&d->o, &d->arena));
  if (ck_is_directory(folder)) say(d, GOOD, "PCH", "libtorch's headers are kept precompiled in %s", folder);
  else say(d, GOOD, "PCH", "not there yet: the first check makes it (some seconds, once)");
}

static void look_at_flags(doctor *d, const cli_check *check) {
  const cli_units *units = &check->units;
  if (units->failed == 0 && units->broken == 0) {
    say(d, GOOD, "compiler flags", "%zu unit%s read without an error", units->units.n, units->units.n == 1 ? "" : "s");
    return;
  }
  say(d, units->units.n == 0 ? BAD : WARN, "compiler flags", "%zu of %zu units do not compile here",
      units->failed + units->broken, d->plan.commands.n);
  for (size_t i = 0; i < units->remarks.n && i < 8; i++) {
    ck_loc loc = units->remarks.at[i].loc;
    printf("      %s:%u: %s\n", loc.file != NULL ? loc.file : "ckptlint", loc.line, units->remarks.at[i].text);
  }
  mend("loads behind an error are not seen; give the flags that the compiler gets (-p BUILD, or FILE... -- FLAGS)");
}

static void look_at_site(doctor *d, const ck_site_result *site) {
  ck_loc loc = site->site->loc;
  const char *file = loc.file != NULL ? loc.file : "?";
  const char *place = ck_arena_printf(&d->arena, "%s:%u", ck_path_base(file), loc.line);
  bool is_there = site->checkpoint != NULL && ck_file_exists(site->checkpoint);
  if (site->status == CK_SITE_CHECKED) {
    say(d, GOOD, "load", "%s: %s", place, site->checkpoint != NULL ? site->checkpoint : "checked");
  } else if (site->checkpoint != NULL && !is_there) {
    say(d, WARN, "load", "%s: \"%s\" is not found", place, site->checkpoint);
    mend("put it there, name its folder (`directories:` in .ckptlint), or give --checkpoint CLASS=PATH");
  } else if (site->checkpoint == NULL) {
    say(d, WARN, "load", "%s: which file is loaded is not known: %s", place,
        site->reason != NULL ? site->reason : "it is not in the code");
    mend("// ckptlint: checkpoint \"PATH\" on that line, `checkpoints:` in .ckptlint, or --checkpoint CLASS=PATH");
  } else {
    say(d, WARN, "load", "%s: %s: %s", place, ck_site_status_name(site->status),
        site->reason != NULL ? site->reason : "no reason is known");
    mend("`ckptlint check --explain` says where that comes from");
  }
}

static void look_at_loads(doctor *d) {
  if (!d->found_units) return;
  cli_check check;
  ck_err err = {0};
  cli_request request = {.commands = d->plan.commands.at,
                         .n = d->plan.commands.n,
                         .programs = &d->plan.programs,
                         .build_folder = d->plan.build_folder,
                         .scope = CLI_PROGRAM};
  if (cli_check_run(&check, &d->o, &request, &err) != CK_OK) {
    say(d, BAD, "check", "%s", err.text);
  } else {
    look_at_flags(d, &check);
    for (size_t i = 0; i < check.match->nsites; i++) look_at_site(d, &check.match->sites[i]);
    if (check.match->nsites == 0) say(d, GOOD, "load", "no code here loads a checkpoint");
  }
  cli_check_release(&check);
}

int cmd_doctor(int argc, char **argv) {
  doctor d = {0};
  ck_arena_init(&d.arena);
  int status = cli_read_options("doctor", argc, argv, &d.o);
  if (status < 0) {
    look_at_frontend(&d);
    look_at_cache(&d);
    look_at_database(&d);
    look_at_links(&d);
    look_at_torch(&d);
    look_at_pch(&d);
    if (d.bad == 0) look_at_loads(&d);
    status = d.bad > 0 ? CK_EXIT_TROUBLE : CK_EXIT_OK;
    if (d.bad > 0) printf("%d thing%s to mend before loads can be checked\n", d.bad, d.bad == 1 ? "" : "s");
  }
  cli_release_plan(&d.plan);
  ck_arena_release(&d.arena);
  cli_release_options(&d.o);
  return status;
}
