/* cc.c - `ckptlint cc COMPILER ARGS...`: the compiler and the check, side by side.
 *
 * The compiler is a child with our stdin, stdout and stderr; it is started first and its fate is ours: its exit status,
 * its signal. The check prints after it. A compile step reports what its unit decides alone and records the object; a
 * link looks the records of its objects up and checks the program that they form, without what was said before. When
 * the check itself fails, the build goes on with one note. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/links.h"

extern char **environ;

/* --- The compiler --------------------------------------------------------------------------------------------- */

/* make and Ninja end a step by a signal to their child, which we are: the compiler must have it, too, or it goes on and
 * writes a file that nobody waits for. A handler gets no argument, hence the variable; 0: there is no compiler. */
static volatile pid_t signalled;
static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static void pass_on(int number, siginfo_t *info, void *context) {
  (void)context;
  /* one from the terminal (no sender) went to the whole group, so to the compiler as well */
  if (signalled > 0 && info->si_code <= 0) kill(signalled, number);
}

/* A signal that was ignored (nohup) stays so. The compiler starts with the signals as they were for us. */
static void pass_signals_on(pid_t pid) {
  struct sigaction ours = {.sa_sigaction = pass_on, .sa_flags = SA_SIGINFO | SA_RESTART}, old;
  sigemptyset(&ours.sa_mask);
  signalled = pid;
  for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
    if (sigaction(passed_on[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) sigaction(passed_on[i], &ours, NULL);
}

static pid_t start_compiler(char **argv) {
  pid_t pid;
  int failed = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
  if (failed == 0) {
    pass_signals_on(pid);
    return pid;
  }
  cli_trouble("%s: %s", argv[0], strerror(failed));
  return -1;
}

/* Its exit status. One that died of a signal takes us along. */
static int wait_for_compiler(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return CK_EXIT_TROUBLE;
  signalled = 0;
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  signal(WTERMSIG(status), SIG_DFL);
  raise(WTERMSIG(status));
  return 128 + WTERMSIG(status);
}

/* --- One step ------------------------------------------------------------------------------------------------- */

/* What a step checks, and what comes of it. */
typedef struct {
  cli_options options;
  drive_line line;
  ck_arena arena;
  const char *here, *records;      /* working directory; folder of records, NULL: none */
  const char *steps, *claimant;    /* of a link with objects that others compiled (step.c); NULL */
  cli_records linked;              /* of the objects of a link */
  cli_commands database;           /* read when an object is not recorded */
  bool has_database, misses_units; /* misses: an object or library whose units are not known */
  cli_commands commands;
  bool is_compile; /* -c: one unit of a program */
  cli_check check;
  bool checked;
  ck_err err;
} step;

/* Compile: what the unit decides. Link: what no unit has decided, and no step without a link of its own has told. */
static bool wanted(const ck_site_result *site, ck_loc loc, void *data) {
  step *s = data;
  if (s->is_compile) { /* what is left to the link makes it, too: it is newer than the object then */
    cli_note_checkpoint(&s->check, site);
    return site->status == CK_SITE_CHECKED;
  }
  for (size_t i = 0; i < s->linked.n; i++)
    if (step_has_site(&s->linked.at[i].decided, loc)) return false;
  return s->claimant == NULL || step_claim(s->steps, &s->check, site, s->claimant);
}

static const char *absolute(step *s, const char *name) { return ck_path_joined(&s->arena, s->here, name); }

/* An object that no step of ours compiled (it came from a plugin's, or a cache that keeps no records): the compile
 * database tells how it was made. */
static bool add_unrecorded(step *s, const char *object) {
  if (!s->has_database) {
    const char *path = database_find(s->here, &s->arena);
    s->has_database = true;
    if (path != NULL) database_read(path, &s->arena, &s->database, NULL);
  }
  for (size_t i = 0; i < s->database.n; i++) {
    if (strcmp(s->database.at[i].object, object) != 0) continue;
    ck_vec_push(&s->linked, (cli_record){.command = s->database.at[i]});
    s->steps = cache_folder(&s->options, "steps", &s->arena);
    s->claimant = s->line.output != NULL ? absolute(s, s->line.output) : absolute(s, "a.out");
    return true;
  }
  return false;
}

static void add_object(step *s, const char *object) {
  size_t unknown = 0;
  record_read(s->records, object, &s->arena, &s->linked, &unknown);
  if (unknown > 0 && !add_unrecorded(s, object)) s->misses_units |= links_may_hold_units(object);
}

/* -lNAME: libNAME.so or libNAME.a in the first -L folder that has one; -l:FILE: that file. System folders hold nothing
 * of ours. */
static void add_library(step *s, const char *name) {
  for (size_t i = 0; i < s->line.folders.n; i++) {
    const char *folder = absolute(s, s->line.folders.at[i]);
    const char *shared = ck_arena_printf(&s->arena, "%s/lib%s.so", folder, name);
    const char *found = name[0] == ':'           ? ck_path_joined(&s->arena, folder, name + 1)
                        : ck_file_exists(shared) ? shared
                                                 : ck_arena_printf(&s->arena, "%s/lib%s.a", folder, name);
    if (!ck_file_exists(found)) continue;
    size_t unknown = 0;
    record_read(s->records, found, &s->arena, &s->linked, &unknown);
    if (unknown > 0) s->misses_units |= links_may_hold_units(found);
    return;
  }
}

static void gather_commands(step *s) {
  for (size_t i = 0; i < s->line.sources.n; i++) {
    bool alone = s->line.sources.n == 1 && s->is_compile && s->line.output != NULL;
    ck_vec_push(&s->commands, (cli_command){.file = absolute(s, s->line.sources.at[i]),
                                            .directory = s->here,
                                            .object = alone ? absolute(s, s->line.output) : "",
                                            .flags = s->line.flags.at,
                                            .nflags = s->line.flags.n});
  }
  for (size_t i = 0; s->line.links && s->records != NULL && i < s->line.objects.n; i++)
    add_object(s, absolute(s, s->line.objects.at[i]));
  for (size_t i = 0; s->line.links && s->records != NULL && i < s->line.libraries.n; i++)
    add_library(s, s->line.libraries.at[i]);
  for (size_t i = 0; i < s->linked.n; i++) ck_vec_push(&s->commands, s->linked.at[i].command);
}

static void run_check(step *s) {
  gather_commands(s);
  if (s->commands.n == 0) return;
  s->options.jobs = s->options.jobs > 0 ? s->options.jobs : 1; /* make -j has its own children */
  cli_request request = {.commands = s->commands.at,
                         .n = s->commands.n,
                         .is_whole = s->line.links && !s->line.makes_library && s->records != NULL && !s->misses_units,
                         .build_folder = s->here,
                         .scope = s->is_compile      ? CLI_UNIT
                                  : s->line.compiles ? CLI_PROGRAM
                                                     : CLI_LINK,
                         .filter = wanted,
                         .data = s};
  s->checked = cli_check_run(&s->check, &s->options, &request, &s->err) == CK_OK;
}

/* After a compile: which sites are settled, so that the link does not repeat them. After the link of a shared library
 * (or of objects into one): what it is made of, for the programs that it will be part of. */
static void write_record(step *s) {
  if (s->records == NULL || s->line.output == NULL || s->commands.n == 0) return;
  if (s->is_compile) {
    cli_record record = {.command = s->commands.at[0]};
    ck_strbuf name;
    ck_strbuf_init(&name);
    for (size_t i = 0; s->checked && i < s->check.match->nsites; i++) {
      step_site_name(&name, s->check.match->sites[i].site->loc);
      ck_vec_push(&record.decided, ck_arena_strdup(&s->arena, name.s));
    }
    ck_strbuf_release(&name);
    record_write(s->records, absolute(s, s->line.output), &record, 1, NULL);
    free(record.decided.at);
  } else if (s->line.makes_library && s->linked.n > 0) {
    record_write(s->records, absolute(s, s->line.output), s->linked.at, s->linked.n, NULL);
  }
}

static void put_escaped(ck_strbuf *b, const char *path) {
  for (; *path != '\0'; path++) {
    if (*path == ' ' || *path == '#') ck_strbuf_putc(b, '\\');
    if (*path == '$') ck_strbuf_putc(b, '$');
    ck_strbuf_putc(b, *path);
  }
}

/* A checkpoint that was read is a prerequisite of the object: when it is replaced, make compiles, and so checks, again.
 * Its own empty rule keeps make going when it is gone. */
static void extend_depfile(step *s) {
  if (!s->is_compile || !s->checked || s->line.depfile == NULL || s->line.output == NULL) return;
  ck_strbuf b;
  ck_strbuf_init(&b);
  for (size_t i = 0; i < s->check.checkpoints.n; i++) {
    put_escaped(&b, s->line.output);
    ck_strbuf_puts(&b, ": ");
    put_escaped(&b, s->check.checkpoints.at[i]);
    ck_strbuf_putc(&b, '\n');
    put_escaped(&b, s->check.checkpoints.at[i]);
    ck_strbuf_puts(&b, ":\n");
  }
  FILE *f = b.n > 0 && ck_file_exists(absolute(s, s->line.depfile)) ? fopen(absolute(s, s->line.depfile), "a") : NULL;
  if (f != NULL) {
    fwrite(b.s, 1, b.n, f);
    fclose(f);
  }
  ck_strbuf_release(&b);
}

/* Says what was found; the step's exit status. A failed step leaves no output, as a compiler's does not. */
static int report(step *s) {
  if (s->commands.n == 0) return CK_EXIT_OK;
  if (!s->checked) {
    fprintf(stderr, "ckptlint: note: not checked: %s\n", s->err.text);
    return CK_EXIT_OK;
  }
  bool says = s->check.report->n > 0;
  if (!says && !s->is_compile && s->check.report->partial + s->check.report->unchecked > 0) says = true;
  if (s->is_compile && s->check.units.failed == 0 && !says) return CK_EXIT_OK;
  int status = cli_print_report(&s->check, &s->options);
  if (says && s->options.format == CLI_TEXT) {
    ck_strbuf out;
    ck_strbuf_init(&out);
    if (!s->is_compile) cli_put_summary(&s->check, &out);
    fwrite(out.s, 1, out.n, stderr);
    ck_strbuf_release(&out);
  }
  if (status == CK_EXIT_FINDINGS) {
    const char *output = s->line.output != NULL ? s->line.output : s->line.links ? "a.out" : NULL;
    if (output != NULL && output[0] != '\0' && !ck_starts_with(output, "/dev/")) unlink(absolute(s, output));
  }
  return status;
}

/* Options before the compiler, and those of ours among its arguments. Returns the index of the compiler, 0 on error. */
static int take_options(int argc, char **argv, cli_options *o) {
  int i = 1;
  for (; i < argc && argv[i][0] == '-'; i++) {
    bool used;
    int status = 0;
    if (strcmp(argv[i], "--") == 0) return i + 1 < argc ? i + 1 : 0;
    if (!cli_take_option(o, argv[i], i + 1 < argc ? argv[i + 1] : NULL, &used, &status)) {
      cli_trouble("cc: there is no option %s; `ckptlint cc --help` lists them", argv[i]);
      return 0;
    }
    if (status != 0) return 0;
    i += used;
  }
  if (i == argc) cli_trouble("cc: no compiler is given");
  return i < argc ? i : 0;
}

static int run_step(step *s, char **compiler, size_t n) {
  drive_read((const char *const *)compiler + 1, n - 1, s->here, &s->arena, &s->line);
  s->is_compile = s->line.compiles && !s->line.links;
  s->records = cache_folder(&s->options, "objects", &s->arena);
  pid_t pid = start_compiler(compiler);
  if (pid < 0) return 127;
  if (s->line.compiles || s->line.links) run_check(s);
  int status = wait_for_compiler(pid);
  if (status != 0) return status; /* its own errors are enough to read */
  write_record(s);
  extend_depfile(s);
  return report(s);
}

int cmd_cc(int argc, char **argv) {
  if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
    cli_print_help("cc");
    return CK_EXIT_OK;
  }
  step s = {.options = {.color = -1}};
  ck_arena_init(&s.arena);
  char here[PATH_MAX];
  s.here = ck_arena_strdup(&s.arena, getcwd(here, sizeof here) != NULL ? here : ".");
  int first = cli_take_environment(&s.options) ? take_options(argc, argv, &s.options) : 0;
  cli_words compiler = {0};
  int status = first == 0 ? CK_EXIT_TROUBLE : 0;
  for (int i = first; first > 0 && i < argc; i++) {
    ck_err err = {0};
    bool ours = i > first && strstr(argv[i], "ckpt-") != NULL && ck_report_take_flag(&s.options.report, argv[i], &err);
    if (ours && err.status != CK_OK) status = cli_trouble("%s", err.text);
    if (!ours) ck_vec_push(&compiler, argv[i]);
  }
  size_t n = compiler.n;
  ck_vec_push(&compiler, NULL);
  if (status == 0) status = run_step(&s, (char **)compiler.at, n);
  if (s.check.arena.last != NULL) cli_check_release(&s.check);
  for (size_t i = 0; i < s.linked.n; i++) free(s.linked.at[i].decided.at);
  free(s.linked.at);
  free(s.commands.at);
  free(s.database.at);
  drive_release(&s.line);
  free(compiler.at);
  ck_arena_release(&s.arena);
  cli_release_options(&s.options);
  return status;
}
