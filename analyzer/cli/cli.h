/* cli.h - the parts of the program ckptlint.
 *
 * options.c   arguments of check, keys and cc      commands.c  which compile commands the user means
 * database.c  compile_commands.json
 * process.c   children with a time limit           units.c     compile commands -> IR units, cached
 * check.c, keys.c, show.c, diff.c, explain.c, cc.c one subcommand each
 * drive.c     compiler command lines, for cc       record.c    which object holds which units, for cc */
#ifndef CK_CLI_CLI_H
#define CK_CLI_CLI_H
#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"
#include "ir/ir.h"
#include "report/report.h"

/* Exit statuses (DESIGN.md, "Command line"). */
enum { CK_EXIT_OK = 0, CK_EXIT_FINDINGS = 1, CK_EXIT_TROUBLE = 2 };

typedef CK_VEC(const char *) cli_words;

/* --- options.c ------------------------------------------------------------------------------------------------- */

typedef enum { CLI_TEXT, CLI_JSON, CLI_SARIF, CLI_LINES } cli_format;

typedef struct {
  const char *build; /* -p: folder with compile_commands.json, or that file; NULL */
  int jobs;          /* -j; 0: as many as processors */
  cli_format format;
  ck_report_options report;
  cli_words files, flags; /* FILE..., what stands after -- */
  bool has_flags;
  cli_words class_names, class_paths; /* --checkpoint CLASS=PATH */
  const char *checkpoint;             /* --checkpoint PATH */
  const char *model, *expression;     /* keys */
  const char *cache_dir;              /* --cache-dir; NULL: default */
  bool no_cache;
  bool unit_only;                /* --unit: only what the given unit decides alone */
  bool warn_only;                /* --warn-only: findings never fail the run */
  bool to_stdout;                /* --diagnostics=stdout */
  int color;                     /* 1, 0; -1: as the terminal says */
  bool show_all_keys;            /* show, diff */
  bool show_tree, show_snapshot; /* show */
  char *environment;             /* words of $CKPTLINT_FLAGS; options point into it */
} cli_options;

/* Reads the arguments of subcommand `command` into *out. -1: go on; else the exit status (help was printed, or an
 * error). */
int cli_read_options(const char *command, int argc, char **argv, cli_options *out);
/* One option of the list, for CKPTLINT_FLAGS and cc: false if it is not ours. `value` is the next word or NULL; *used
 * tells whether it was taken. *status is 2 after an error message, else left alone. */
bool cli_take_option(cli_options *options, const char *option, const char *value, bool *used, int *status);
/* Words of $CKPTLINT_FLAGS. False: one of them is not an option. */
bool cli_take_environment(cli_options *options);
void cli_release_options(cli_options *options);
/* "ckptlint: MESSAGE" on stderr; returns CK_EXIT_TROUBLE. */
int cli_trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool cli_wants_color(const cli_options *options, int fd);
void cli_print_help(const char *command); /* NULL: the program's */

/* --- process.c --------------------------------------------------------------------------------------------------- */

/* Result of a child. */
typedef struct {
  int status;       /* as waitpid gives it */
  bool timed_out;   /* killed after the time limit */
  ck_strbuf errors; /* its stderr, at most CLI_MAX_ERRORS bytes */
} cli_child;
enum { CLI_MAX_ERRORS = 64 * 1024 };
typedef struct {
  const char *const *argv; /* NULL-terminated */
  cli_child result;
} cli_job;
/* Runs all jobs, at most `parallel` at a time, each for at most `seconds`. A program that cannot be started has exit
 * status 127 and says so in `errors`. */
void cli_run_jobs(cli_job *jobs, size_t n, int parallel, int seconds);
const char *cli_program_folder(ck_arena *arena); /* folder of the running program */

/* --- units.c -------------------------------------------------------------------------------------------------------
 */

/* One compile command. Strings outlive the units made from it. */
typedef struct {
  const char *file; /* absolute */
  const char *directory;
  const char *object; /* "" if not known */
  const char *const *flags;
  size_t nflags;
  bool is_other;    /* not asked for, but perhaps of the same program: its findings are not told */
  bool only_cached; /* is_other, and not worth starting the front end for */
} cli_command;
typedef CK_VEC(cli_command) cli_commands;

/* Units of a run, and remarks about those that could not be made. */
typedef struct {
  ck_arena arena;
  CK_VEC(ck_ir_unit *) units;
  CK_VEC(ck_note) remarks;
  size_t failed; /* commands without a unit */
  size_t broken; /* units that do not compile: load sites may be missing */
} cli_units;
void cli_units_init(cli_units *units);
void cli_units_release(cli_units *units);
/* Takes each command's unit from the cache or has the front end make it; in the order of the commands. */
ck_status cli_make_units(const cli_options *options, const cli_command *commands, size_t n, cli_units *out,
                         ck_err *err);
/* Folder of the cache, made if need be; NULL: none (switched off, or it cannot be made). */
const char *cli_cache_folder(const cli_options *options, const char *name, ck_arena *arena);
/* Path of the front end; NULL: not found. */
const char *cli_frontend(ck_arena *arena);

/* --- database.c -------------------------------------------------------------------------------------------------- */

/* Path of the compile_commands.json nearest to `folder` (absolute), upwards; NULL: none. In the arena. */
const char *database_find(const char *folder, ck_arena *arena);
/* Appends a command per C++ entry, in the file's order. */
ck_status database_read(const char *path, ck_arena *arena, cli_commands *out, ck_err *err);
/* An absolute path without "." and "..", as the letters say. */
const char *database_normal_path(ck_arena *arena, const char *path);

/* --- commands.c -------------------------------------------------------------------------------------------------- */

/* The compile commands that the options mean: first those asked for, then others of the compile database whose
 * definitions may be needed (is_other). CK_USAGE with a message otherwise. *build_folder: of the database, or NULL. */
ck_status cli_find_commands(const cli_options *options, ck_arena *arena, cli_commands *commands, cli_words *remarks,
                            const char **build_folder, ck_err *err);

/* --- show.c ------------------------------------------------------------------------------------------------------ */

/* Opens a checkpoint for show and diff; for a Git LFS pointer its headers snapshot, if one lies beside it, in the
 * working directory or in the `directories` of .ckptlint. After a message on stderr *out is NULL and the result is the
 * exit status. */
int cli_open_checkpoint(const char *path, ck_ckpt **out);

/* --- check.c -------------------------------------------------------------------------------------------------------
 */

/* What one analysis needs and leaves; everything lives until cli_check_release. */
typedef struct {
  ck_arena arena;
  cli_units units;
  ck_ir_program *program;
  ck_match_files *files; /* that the analysis takes apart */
  const ck_analysis *analysis;
  ck_match_result *match;
  ck_report *report;
} cli_check;
/* A program as a whole; one of its units as it is compiled; a program whose units were checked before. */
typedef enum { CLI_PROGRAM, CLI_UNIT, CLI_LINK } cli_scope;
/* Which sites and findings to report: true to keep. */
typedef bool cli_filter(const ck_site_result *site, ck_loc loc, void *data);
ck_status cli_check_run(cli_check *check, const cli_options *options, const cli_command *commands, size_t n,
                        const char *build_folder, const cli_words *remarks, cli_scope scope, cli_filter *filter,
                        void *data, ck_err *err);
void cli_check_release(cli_check *check);
/* Prints in the options' format; returns the exit status. */
int cli_print_report(const cli_check *check, const cli_options *options);
/* The last line of a run: what was checked, and what could not be seen at all. */
void cli_put_summary(const cli_check *check, ck_strbuf *out);

int cmd_check(int argc, char **argv);
int cmd_keys(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_ir(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_cc(int argc, char **argv);

/* --- drive.c -------------------------------------------------------------------------------------------------------
 */

/* A compiler's command line, as far as it matters here. Strings in the arena. */
typedef struct {
  bool compiles, links; /* -c: only the first; with sources and without -c: both */
  cli_words sources;    /* C++ only */
  cli_words objects;    /* objects and archives, in order */
  const char *depfile;  /* written by the compiler for make or Ninja; NULL */
  const char *output;   /* -o, or the default name of a single -c; NULL */
  cli_words flags;      /* for the front end */
} drive_line;
void drive_read(const char *const *argv, size_t n, ck_arena *arena, drive_line *out);

/* --- record.c ------------------------------------------------------------------------------------------------------
 */

/* What is remembered of an object file: how it was made, and which load sites were decided at that time. */
typedef struct {
  cli_command command;
  cli_words decided; /* "FILE:LINE:COL" */
} cli_record;
typedef CK_VEC(cli_record) cli_records;
/* Stored under the hash of the object's content, so that it is found in an archive and after a move. */
ck_status record_write(const char *folder, const char *object, const cli_record *records, size_t n, ck_err *err);
/* Appends the records of an object or of all members of an archive. *unknown counts those without one. */
void record_read(const char *folder, const char *file, ck_arena *arena, cli_records *out, size_t *unknown);
#endif
