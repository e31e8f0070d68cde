/* units.c - from compile commands to IR units: the cache first, the front end for what it does not answer.
 *
 * An entry of the cache is the unit in its binary form, under a name made of everything that decides what the unit is:
 * file, directory, flags, the front end, the format's version. The unit lists the files that it was made from; it is
 * good while each has the size and time that it had, or else the same content. So an unchanged unit costs some calls of
 * stat and never starts a process. Damage, a full disk, a folder that cannot be written: the unit is made again, at
 * worst without a cache. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "cli/cli.h"

enum {
  UNIT_SECONDS = 300,                 /* libclang parses torch.h in 4 s when it makes a PCH; beyond, it runs away */
  MAX_UNIT = 512 * 1024 * 1024,       /* bytes of an entry */
  MAX_CACHE_MIB = 1024,               /* all entries together; beyond, the oldest go until three quarters are left */
  MAX_DEPENDENCY = 256 * 1024 * 1024, /* bytes of a source file */
};

void cli_units_init(cli_units *units) {
  *units = (cli_units){0};
  ck_arena_init(&units->arena);
}

void cli_units_release(cli_units *units) {
  for (size_t i = 0; i < units->units.n; i++) ck_ir_unit_free(units->units.at[i]);
  free(units->units.at);
  free(units->remarks.at);
  ck_arena_release(&units->arena);
}

static void remark(cli_units *units, ck_loc loc, const char *text) {
  ck_vec_push(&units->remarks, (ck_note){loc, text});
}

/* --- Places ------------------------------------------------------------------------------------------------------- */

static const char *joined(ck_arena *arena, const char *folder, const char *name) {
  char *path = ck_path_join(folder, name);
  const char *copy = ck_arena_strdup(arena, path);
  free(path);
  return copy;
}

/* The front end's folder of PCHs is the same one (ckptlint-frontend --cache-dir). */
static const char *cache_root(const cli_options *o, ck_arena *arena) {
  if (o->no_cache) return NULL;
  if (o->cache_dir != NULL) return o->cache_dir;
  const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (xdg != NULL && xdg[0] == '/') return joined(arena, xdg, "ckptlint");
  return home != NULL && home[0] == '/' ? joined(arena, home, ".cache/ckptlint") : NULL;
}

const char *cli_cache_folder(const cli_options *o, const char *name, ck_arena *arena) {
  const char *root = cache_root(o, arena);
  if (root == NULL) return NULL;
  const char *folder = joined(arena, root, name);
  return ck_make_directories(folder, NULL) == CK_OK ? folder : NULL;
}

const char *cli_frontend(ck_arena *arena) {
  const char *given = getenv("CKPTLINT_FRONTEND");
  if (given != NULL && given[0] != '\0') return access(given, X_OK) == 0 ? given : NULL;
  const char *folder = cli_program_folder(arena);
  const char *places[] = {"ckptlint-frontend", "../libexec/ckptlint/ckptlint-frontend",
                          "../lib/ckptlint/ckptlint-frontend"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const char *path = joined(arena, folder, places[i]);
    if (access(path, X_OK) == 0) return path;
  }
  return NULL;
}

/* --- The cache ------------------------------------------------------------------------------------------------------
 */

/* All that decides what a unit is, besides the content of files. */
static const char *entry_path(const cli_options *o, const cli_command *c, const char *folder, const char *frontend,
                              ck_arena *arena) {
  struct stat program = {0};
  if (stat(frontend, &program) != 0) return NULL;
  ck_strbuf b;
  ck_strbuf_init(&b);
  ck_strbuf_printf(&b, "%s%c%u%c%s%c%lld%c%lld.%ld%c%s%c%s%c%s%c%s%c", CKPTLINT_VERSION, 0, CK_IR_VERSION, 0, frontend,
                   0, (long long)program.st_size, 0, (long long)program.st_mtim.tv_sec, program.st_mtim.tv_nsec, 0,
                   c->file, 0, c->directory, 0, c->object, 0, o->expression != NULL ? o->expression : "", 0);
  for (size_t i = 0; i < c->nflags; i++) {
    ck_strbuf_puts(&b, c->flags[i]);
    ck_strbuf_putc(&b, '\0');
  }
  char hex[33];
  ck_hash128_hex(b.s, b.n, hex);
  ck_strbuf_release(&b);
  return joined(arena, folder, ck_arena_printf(arena, "%s.unit", hex));
}

typedef enum { FRESH, TOUCHED, STALE } freshness;

static freshness check_dependency(ck_ir_dependency *d, const char *directory, ck_arena *arena) {
  const char *path = joined(arena, directory, d->path);
  struct stat s;
  if (stat(path, &s) != 0) return STALE;
  int64_t mtime = (int64_t)s.st_mtim.tv_sec * 1000000000 + s.st_mtim.tv_nsec;
  if (s.st_size == d->size && mtime == d->mtime_ns) return FRESH;
  if (s.st_size != d->size || d->hash == NULL || d->hash[0] == '\0') return STALE;
  char *bytes, hex[33];
  size_t n;
  if (ck_read_file(path, MAX_DEPENDENCY, &bytes, &n, NULL) != CK_OK) return STALE;
  ck_hash128_hex(bytes, n, hex);
  free(bytes);
  if (strcmp(hex, d->hash) != 0) return STALE;
  d->mtime_ns = mtime;
  return TOUCHED;
}

/* The unit of an entry if it is whole and up to date, else NULL. */
static ck_ir_unit *read_entry(const char *path, ck_arena *arena) {
  ck_mapping map;
  if (ck_map_file(path, &map, NULL) != CK_OK) return NULL;
  ck_ir_unit *unit = NULL;
  ck_status status = map.size <= MAX_UNIT ? ck_ir_read_binary(map.bytes, map.size, &unit, NULL) : CK_LIMIT;
  ck_unmap_file(&map);
  if (status != CK_OK) return NULL;
  freshness all = FRESH;
  for (size_t i = 0; i < unit->dependency_count && all != STALE; i++) {
    freshness one = check_dependency(&unit->dependencies[i], unit->directory, arena);
    if (one > all) all = one;
  }
  if (all == STALE || unit->dependency_count == 0) {
    ck_ir_unit_free(unit);
    return NULL;
  }
  if (all == TOUCHED) { /* same content, newer times: remember those, so that the next run only asks for them */
    ck_strbuf bytes;
    ck_strbuf_init(&bytes);
    ck_ir_write_binary(unit, &bytes);
    ck_write_file(path, bytes.s, bytes.n, NULL);
    ck_strbuf_release(&bytes);
  }
  return unit;
}

typedef struct {
  char *path;
  int64_t mtime, size;
} cached;

static int oldest_first(const void *a, const void *b) {
  const cached *x = a, *y = b;
  return x->mtime < y->mtime ? -1 : x->mtime > y->mtime;
}

/* Keeps the folder within its bound; called when entries were made. */
static void prune(const char *folder) {
  DIR *dir = opendir(folder);
  if (dir == NULL) return;
  CK_VEC(cached) all = {0};
  int64_t total = 0;
  const struct dirent *entry;
  while ((entry = readdir(dir)) != NULL) {
    struct stat s;
    char *path = ck_path_join(folder, entry->d_name);
    if (entry->d_name[0] == '.' || stat(path, &s) != 0) {
      free(path);
      continue;
    }
    ck_vec_push(&all, (cached){path, (int64_t)s.st_mtim.tv_sec, (int64_t)s.st_size});
    total += s.st_size;
  }
  closedir(dir);
  int64_t bound = (int64_t)MAX_CACHE_MIB << 20;
  if (total > bound) qsort(all.at, all.n, sizeof *all.at, oldest_first);
  for (size_t i = 0; i < all.n; i++) {
    if (total > bound) {
      bound = ((int64_t)MAX_CACHE_MIB << 20) / 4 * 3;
      if (unlink(all.at[i].path) == 0) total -= all.at[i].size;
    }
    free(all.at[i].path);
  }
  free(all.at);
}

/* --- The front end ---------------------------------------------------------------------------------------------------
 */

/* What one command needs while the front end runs. */
typedef struct {
  const cli_command *command;
  ck_ir_unit *unit;
  const char *output; /* where the front end writes */
  bool is_temporary;
} request;

static void make_argv(const cli_options *o, const request *r, const char *frontend, const char *pch, cli_words *argv) {
  const cli_command *c = r->command;
  const char *fixed[] = {frontend, "--binary", "--output", r->output, "--directory", c->directory};
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) ck_vec_push(argv, fixed[i]);
  if (c->object[0] != '\0') ck_vec_push(argv, "--object"), ck_vec_push(argv, c->object);
  if (pch != NULL) ck_vec_push(argv, "--cache-dir"), ck_vec_push(argv, pch);
  else ck_vec_push(argv, "--no-pch");
  if (o->expression != NULL) ck_vec_push(argv, "--expr"), ck_vec_push(argv, o->expression);
  ck_vec_push(argv, "--");
  ck_vec_push(argv, c->file);
  for (size_t i = 0; i < c->nflags; i++) ck_vec_push(argv, c->flags[i]);
  ck_vec_push(argv, NULL);
}

/* Why the front end made no unit, in one line. */
static const char *failure(const cli_child *child, ck_arena *arena) {
  if (child->timed_out) return ck_arena_printf(arena, "the front end took longer than %d s", UNIT_SECONDS);
  if (WIFSIGNALED(child->status))
    return ck_arena_printf(arena, "the front end ended with signal %d (%s)", WTERMSIG(child->status),
                           strsignal(WTERMSIG(child->status)));
  const char *text = child->errors.s, *prefix = "ckptlint-frontend: ";
  if (ck_starts_with(text, prefix)) text += strlen(prefix);
  size_t n = strcspn(text, "\n");
  return n > 0 ? ck_arena_strndup(arena, text, n)
               : ck_arena_printf(arena, "the front end ended with status %d", WEXITSTATUS(child->status));
}

static void collect(request *r, const cli_child *child, cli_units *out) {
  ck_loc loc = {r->command->file, 0, 0, 0, 0};
  ck_err err = {0};
  bool ended = !child->timed_out && WIFEXITED(child->status) && WEXITSTATUS(child->status) == 0;
  ck_mapping map;
  const char *why = NULL;
  if (!ended) {
    why = failure(child, &out->arena);
  } else if (ck_map_file(r->output, &map, &err) != CK_OK) {
    why = ck_arena_strdup(&out->arena, err.text);
  } else {
    if (map.size > MAX_UNIT || ck_ir_read_binary(map.bytes, map.size, &r->unit, &err) != CK_OK) {
      r->unit = NULL;
      why = ck_arena_printf(&out->arena, "what the front end wrote cannot be read: %s", err.text);
    }
    ck_unmap_file(&map);
  }
  if (r->is_temporary) unlink(r->output);
  if (r->unit != NULL || r->command->is_other) return;
  out->failed++;
  remark(out, loc, ck_arena_printf(&out->arena, "this unit is not checked: %s", why));
}

static const char *temporary_path(ck_arena *arena, size_t i) {
  const char *folder = getenv("TMPDIR");
  return ck_arena_printf(arena, "%s/ckptlint-%ld-%zu.unit", folder != NULL && folder[0] == '/' ? folder : "/tmp",
                         (long)getpid(), i);
}

static void run_frontend(const cli_options *o, request **open, size_t n, const char *frontend, cli_units *out) {
  const char *pch = cache_root(o, &out->arena);
  cli_job *jobs = ck_calloc(n, sizeof *jobs);
  cli_words *argvs = ck_calloc(n, sizeof *argvs);
  for (size_t i = 0; i < n; i++) {
    make_argv(o, open[i], frontend, pch, &argvs[i]);
    jobs[i].argv = argvs[i].at;
  }
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  cli_run_jobs(jobs, n, o->jobs > 0 ? o->jobs : processors > 0 ? (int)processors : 1, UNIT_SECONDS);
  for (size_t i = 0; i < n; i++) {
    collect(open[i], &jobs[i].result, out);
    ck_strbuf_release(&jobs[i].result.errors);
    free(argvs[i].at);
  }
  free(argvs);
  free(jobs);
}

ck_status cli_make_units(const cli_options *o, const cli_command *commands, size_t n, cli_units *out, ck_err *err) {
  const char *frontend = cli_frontend(&out->arena);
  if (frontend == NULL)
    return ck_fail(err, CK_ABSENT,
                   "the program ckptlint-frontend was not found beside ckptlint; set CKPTLINT_FRONTEND to its path");
  const char *folder = cli_cache_folder(o, "units", &out->arena);
  request *requests = ck_calloc(n + 1, sizeof *requests), **open = ck_calloc(n + 1, sizeof *open);
  size_t nopen = 0;
  for (size_t i = 0; i < n; i++) {
    requests[i] = (request){.command = &commands[i]};
    const char *entry = folder != NULL ? entry_path(o, &commands[i], folder, frontend, &out->arena) : NULL;
    requests[i].unit = entry != NULL ? read_entry(entry, &out->arena) : NULL;
    requests[i].is_temporary = entry == NULL;
    requests[i].output = entry != NULL ? entry : temporary_path(&out->arena, i);
    if (requests[i].unit == NULL && !commands[i].only_cached) open[nopen++] = &requests[i];
  }
  if (nopen > 0) run_frontend(o, open, nopen, frontend, out);
  if (nopen > 0 && folder != NULL) prune(folder);
  for (size_t i = 0; i < n; i++) {
    ck_ir_unit *unit = requests[i].unit;
    if (unit == NULL) continue;
    ck_vec_push(&out->units, unit);
    out->broken += unit->has_errors && !commands[i].is_other;
    for (size_t k = 0; k < unit->note_count && !commands[i].is_other; k++)
      remark(out, unit->notes[k].loc, unit->notes[k].text);
  }
  free(open);
  free(requests);
  return CK_OK;
}
