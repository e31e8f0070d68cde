/* units.c - from compile commands to IR units: the cache first (cache.c), the front end for what it does not answer.
 *
 * The front end writes the unit to its standard output, a file in memory: nothing is left behind when it dies, and a
 * cache that cannot be written costs nothing but time. One process makes an entry, others that want it wait. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"

enum {
  UNIT_SECONDS = 300,           /* libclang parses torch.h in 4 s when it makes a PCH; beyond, it runs away */
  MAX_UNIT = 512 * 1024 * 1024, /* bytes of a unit */
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

const char *cli_frontend(ck_arena *arena) {
  const char *given = getenv("CKPTLINT_FRONTEND");
  if (given != NULL && given[0] != '\0') return access(given, X_OK) == 0 ? given : NULL;
  const char *folder = cli_program_folder(arena);
  const char *places[] = {"ckptlint-frontend", "../libexec/ckptlint/ckptlint-frontend",
                          "../lib/ckptlint/ckptlint-frontend"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const char *path = ck_arena_printf(arena, "%s/%s", folder, places[i]);
    if (access(path, X_OK) == 0) return path;
  }
  return NULL;
}

void cli_frontend_says(ck_arena *arena, const char *program, char *out, size_t room) {
  out[0] = '\0';
  if (strchr(program, '\'') != NULL) return;
  /* NOLINTNEXTLINE(bugprone-command-processor): no word of it is a stranger's */
  FILE *answer = popen(ck_arena_printf(arena, "exec '%s' --version 2>&1", program), "r");
  if (answer == NULL) return;
  if (fgets(out, (int)room, answer) == NULL) out[0] = '\0';
  out[strcspn(out, "\n")] = '\0';
  pclose(answer);
}

/* --- The front end -------------------------------------------------------------------------------------------- */

/* What one command needs while the front end runs. */
typedef struct {
  const cli_command *command;
  ck_ir_unit *unit;
  const char *entry; /* of the cache; NULL: none */
  int output;        /* file in memory that the front end writes to */
} request;

static void make_argv(const cli_options *o, const request *r, const char *frontend, const char *pch, cli_words *argv) {
  const cli_command *c = r->command;
  const char *fixed[] = {frontend, "--binary", "--directory", c->directory};
  for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++) ck_vec_push(argv, fixed[i]);
  if (c->object[0] != '\0') ck_vec_push(argv, "--object"), ck_vec_push(argv, c->object);
  if (pch != NULL) ck_vec_push(argv, "--cache-dir"), ck_vec_push(argv, pch);
  else ck_vec_push(argv, "--no-pch");
  if (o->expression != NULL) ck_vec_push(argv, "--expr"), ck_vec_push(argv, o->expression);
  if (c->content != NULL) ck_vec_push(argv, "--stdin-content-of"), ck_vec_push(argv, c->content);
  ck_vec_push(argv, "--");
  ck_vec_push(argv, c->file);
  for (size_t i = 0; i < c->nflags; i++) ck_vec_push(argv, c->flags[i]);
  ck_vec_push(argv, NULL);
}

/* Seconds that one unit may take; $CKPTLINT_TIMEOUT for machines that are slower, or builds that are less patient. */
static int unit_seconds(void) {
  const char *given = getenv("CKPTLINT_TIMEOUT");
  long seconds = given != NULL ? strtol(given, NULL, 10) : 0;
  return seconds > 0 && seconds <= 24 * 3600 ? (int)seconds : UNIT_SECONDS;
}

/* Why the front end made no unit, in one line. */
static const char *failure(const cli_child *child, ck_arena *arena) {
  if (child->timed_out) return ck_arena_printf(arena, "the front end took longer than %d s", unit_seconds());
  if (WIFSIGNALED(child->status))
    return ck_arena_printf(arena, "the front end ended with signal %d (%s)", WTERMSIG(child->status),
                           strsignal(WTERMSIG(child->status)));
  const char *text = child->errors.s, *prefix = "ckptlint-frontend: ";
  if (ck_starts_with(text, prefix)) text += strlen(prefix);
  size_t n = strcspn(text, "\n");
  return n > 0 ? ck_arena_strndup(arena, text, n)
               : ck_arena_printf(arena, "the front end ended with status %d", WEXITSTATUS(child->status));
}

/* The unit in the file in memory; NULL: *why is set. */
static ck_ir_unit *read_output(int fd, ck_arena *arena, const char **why) {
  ck_ir_unit *unit = NULL;
  ck_err err = {0};
  off_t size = lseek(fd, 0, SEEK_END);
  void *bytes = size > 0 && size <= MAX_UNIT ? mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  if (bytes == MAP_FAILED) {
    *why = "the front end wrote nothing";
    return NULL;
  }
  if (ck_ir_read_binary(bytes, (size_t)size, &unit, &err) != CK_OK) {
    unit = NULL;
    *why = ck_arena_printf(arena, "what the front end wrote cannot be read: %s", err.text);
  }
  munmap(bytes, (size_t)size);
  return unit;
}

static void collect(request *r, const cli_child *child, cli_units *out) {
  ck_loc loc = {r->command->file, 0, 0, 0, 0};
  bool ended = !child->timed_out && WIFEXITED(child->status) && WEXITSTATUS(child->status) == 0;
  const char *why = NULL;
  if (ended && r->output >= 0) r->unit = read_output(r->output, &out->arena, &why);
  else why = failure(child, &out->arena);
  if (r->output >= 0) close(r->output);
  if (r->unit != NULL && r->entry != NULL) cache_write(r->entry, r->unit, r->command, &out->arena);
  if (r->unit != NULL || r->command->is_other) return;
  out->failed++;
  remark(out, loc, ck_arena_printf(&out->arena, "this unit is not checked: %s", why));
}

static void run_frontend(const cli_options *o, request **open, size_t n, const char *frontend, cli_units *out) {
  const char *pch = cache_root(o, &out->arena);
  cli_job *jobs = ck_calloc(n, sizeof *jobs);
  cli_words *argvs = ck_calloc(n, sizeof *argvs);
  for (size_t i = 0; i < n; i++) {
    make_argv(o, open[i], frontend, pch, &argvs[i]);
    open[i]->output = memfd_create("ckptlint-unit", MFD_CLOEXEC);
    jobs[i] = (cli_job){.argv = argvs[i].at, .output = open[i]->output};
  }
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  cli_run_jobs(jobs, n, o->jobs > 0 ? o->jobs : processors > 0 ? (int)processors : 1, unit_seconds());
  for (size_t i = 0; i < n; i++) {
    collect(open[i], &jobs[i].result, out);
    ck_strbuf_release(&jobs[i].result.errors);
    free(argvs[i].at);
  }
  free(argvs);
  free(jobs);
}

/* A single unit is made under the entry's lock: of two builds at once, the second finds what the first made. (Several
 * at once would have to wait for each other in turn.) */
static void make_missing(const cli_options *o, request **open, size_t n, const char *frontend, cli_units *out) {
  int lock = n == 1 && open[0]->entry != NULL ? cache_lock(open[0]->entry) : -1;
  if (lock >= 0) open[0]->unit = cache_read(open[0]->entry, &out->arena);
  if (n > 1 || open[0]->unit == NULL) run_frontend(o, open, n, frontend, out);
  if (lock >= 0) close(lock);
  cache_prune(o);
}

/* The notes of a unit; what is said of several places is said once, at the first. */
static void tell_notes(cli_units *out, const ck_ir_unit *unit) {
  ck_map told;
  ck_map_init(&told);
  for (size_t i = 0; i < unit->note_count; i++) ck_map_put(&told, unit->notes[i].text, NULL)->n++;
  for (size_t i = 0; i < unit->note_count; i++) {
    ck_map_entry *entry = ck_map_find(&told, unit->notes[i].text);
    uint64_t places = entry->n;
    entry->n = 0;
    if (places == 0) continue;
    const char *text = unit->notes[i].text;
    if (places > 1)
      text = ck_arena_printf(&out->arena, "%s (and so in %" PRIu64 " more place%s of this unit)", text, places - 1,
                             places > 2 ? "s" : "");
    remark(out, unit->notes[i].loc, text);
  }
  ck_map_release(&told);
}

ck_status cli_make_units(const cli_options *o, const cli_command *commands, size_t n, cli_units *out, ck_err *err) {
  const char *frontend = cli_frontend(&out->arena);
  if (frontend == NULL)
    return ck_fail(err, CK_ABSENT,
                   "the program ckptlint-frontend was not found beside ckptlint; set CKPTLINT_FRONTEND to its path");
  request *requests = ck_calloc(n + 1, sizeof *requests), **open = ck_calloc(n + 1, sizeof *open);
  size_t nopen = 0;
  for (size_t i = 0; i < n; i++) {
    requests[i] = (request){.command = &commands[i], .entry = cache_entry(o, &commands[i], frontend, &out->arena)};
    requests[i].unit = requests[i].entry != NULL ? cache_read(requests[i].entry, &out->arena) : NULL;
    out->cached += requests[i].unit != NULL;
    if (requests[i].unit == NULL && !commands[i].only_cached) open[nopen++] = &requests[i];
  }
  if (nopen > 0) make_missing(o, open, nopen, frontend, out);
  out->made = nopen;
  out->of = CK_NEW_N(&out->arena, ck_ir_unit *, n + 1);
  for (size_t i = 0; i < n; i++) {
    ck_ir_unit *unit = out->of[i] = requests[i].unit;
    if (unit == NULL) continue;
    ck_vec_push(&out->units, unit);
    out->broken += unit->has_errors && !commands[i].is_other;
    if (!commands[i].is_other) tell_notes(out, unit);
  }
  free(open);
  free(requests);
  return CK_OK;
}
