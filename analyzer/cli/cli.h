/* cli.h - the parts of the program ckptlint.
 *
 * options.c   arguments of check, keys and cc      commands.c  which compile commands the user means
 * database.c  compile_commands.json
 * process.c   children with a time limit           units.c     compile commands -> IR units, cached
 * check.c, keys.c, show.c, diff.c, explain.c, cc.c one subcommand each
 * drive.c     compiler command lines, for cc       record.c    which object holds which units, for cc
 * links*.c    which objects make a program         includers.c whose flags a header is read with
 * cache.c     units on disk                        step.c      one compile step without a link step of ours
 * literals.c  which number in the source is to blame
 * hermetic.c  unit and link, for build systems that declare every input    doctor.c  what is set up, and what is not */
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
  const char *config;                 /* --config: the .ckptlint to read; NULL: look for one above the source */
  bool no_config_search;              /* ... or read none */
  const char *cache_dir;              /* --cache-dir; NULL: default */
  bool no_cache;
  bool unit_only;         /* --unit: one step of a build */
  bool is_tidy;           /* --extra-arg-before: called from CMake's clang-tidy slot */
  const char *content;    /* --stdin: file that holds what was read from there; NULL */
  const char *stdin_name; /* --stdin-filename */
  const char *output;     /* -o: unit, link */
  const char *depfile;    /* -MF: unit */
  bool use_stdin;
  bool print_time;               /* --time */
  bool list_checkpoints;         /* --list-checkpoints: for hosts that write depfiles */
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
  int output;              /* its stdout; 0 or less: none */
  cli_child result;
} cli_job;
/* Runs all jobs, at most `parallel` at a time, each for at most `seconds`. A program that cannot be started has exit
 * status 127 and says so in `errors`. */
void cli_run_jobs(cli_job *jobs, size_t n, int parallel, int seconds);

/* Asks the system for large pages for this process's heap; before the first allocation that matters. */
void cli_use_large_pages(void);
/* The environment of a front end, ended by NULL, for free(); the strings are those of the process. It asks for large
 * pages unless the user set glibc's tunables. */
char **cli_frontend_environment(void);
const char *cli_program_folder(ck_arena *arena); /* folder of the running program */

/* --- units.c -------------------------------------------------------------------------------------------------- */

/* One compile command. Strings outlive the units made from it. */
typedef struct {
  const char *file; /* absolute */
  const char *directory;
  const char *object; /* "" if not known */
  const char *const *flags;
  size_t nflags;
  bool is_other;       /* not asked for, but perhaps of the same program: its findings are not told */
  bool is_linked;      /* of a program that one of those asked for is of, as far as is known */
  bool only_cached;    /* is_other, and not worth starting the front end for */
  const char *content; /* file whose content stands for `file` (an editor's buffer); NULL */
} cli_command;
typedef CK_VEC(cli_command) cli_commands;

/* Commands whose objects are linked together. */
typedef struct {
  const char *name;      /* path of the executable or library */
  const size_t *members; /* indices of commands, ascending; in an arena */
  size_t n;
  bool is_whole; /* an executable, and nothing else in it may hold units of the project */
} cli_program;
typedef CK_VEC(cli_program) cli_programs;

/* Units of a run, and remarks about those that could not be made. */
typedef struct {
  ck_arena arena;
  CK_VEC(ck_ir_unit *) units;
  ck_ir_unit **of; /* by command; NULL where there is none. In the arena */
  CK_VEC(ck_note) remarks;
  size_t failed; /* commands without a unit */
  size_t broken; /* units that do not compile: load sites may be missing */
  size_t made, cached;
} cli_units;
void cli_units_init(cli_units *units);
void cli_units_release(cli_units *units);
/* Takes each command's unit from the cache or has the front end make it; in the order of the commands. */
ck_status cli_make_units(const cli_options *options, const cli_command *commands, size_t n, cli_units *out,
                         ck_err *err);
/* --- cache.c ----------------------------------------------------------------------------------------------------- */

const char *cache_root(const cli_options *options, ck_arena *arena); /* NULL: there is none */
/* A folder of the cache, made if need be; NULL: none (switched off, or it cannot be made). */
const char *cache_folder(const cli_options *options, const char *name, ck_arena *arena);
/* Path of the entry for a command's unit; NULL: it is not cached. */
const char *cache_entry(const cli_options *options, const cli_command *command, const char *frontend, ck_arena *arena);
/* The unit of an entry if it is whole and up to date, else NULL. The caller's to free. */
ck_ir_unit *cache_read(const char *entry, ck_arena *arena);
/* Completes the dependencies of a new unit and keeps it; failure to write is no failure. */
void cache_write(const char *entry, ck_ir_unit *unit, const cli_command *command, ck_arena *arena);
/* Waits until no other process makes this entry; close() what is returned. -1: no lock can be had. */
int cache_lock(const char *entry);
void cache_prune(const cli_options *options); /* keeps the cache within its bounds; looks now and then only */
int cmd_cache(int argc, char **argv);
/* Was the unit that the cache has for the command made from `file` (absolute)? */
bool cli_cached_unit_reads(const cli_options *options, const cli_command *command, const char *file, ck_arena *arena);
/* Path of the front end; NULL: not found. */
const char *cli_frontend(ck_arena *arena);
/* The first line that it answers to --version: "libclang 22.1.8"; what went wrong if it does not run. */
void cli_frontend_says(ck_arena *arena, const char *program, char *out, size_t room);

/* --- database.c -------------------------------------------------------------------------------------------------- */

/* Path of the compile_commands.json nearest to `folder` (absolute), upwards; NULL: none. In the arena. */
const char *database_find(const char *folder, ck_arena *arena);
/* Folder of a database, symbolic links resolved: projects often link to the one of their build folder. */
const char *database_folder(const char *path, ck_arena *arena);
/* Appends a command per C++ entry, in the file's order. */
ck_status database_read(const char *path, ck_arena *arena, cli_commands *out, ck_err *err);
/* How many words before the compiler's arguments: launchers (ccache, ckptlint cc ...) and the compiler itself. */
size_t database_skip_compiler(const char *const *words, size_t n);
/* Words of a command, quoted as in a POSIX shell. */
void database_split_command(const char *command, ck_arena *arena, cli_words *out);
/* An absolute path without "." and "..", as the letters say. */
const char *database_normal_path(ck_arena *arena, const char *path);

/* --- commands.c -------------------------------------------------------------------------------------------------- */

/* What the options mean: the compile commands asked for, then others of the compile database whose definitions may be
 * needed (is_other). */
typedef struct {
  cli_commands commands;
  cli_words remarks;
  const char *build_folder, *database; /* the database and its folder; NULL: none */
  cli_programs programs;               /* of the commands; n = 0: not known who is linked with whom */
  const char *linked_by;               /* the record that tells of the programs ("build.ninja"); NULL: none */
} cli_plan;
/* *out must be zero. CK_USAGE with a message if the options mean nothing. */
ck_status cli_find_commands(const cli_options *options, ck_arena *arena, cli_plan *out, ck_err *err);
void cli_release_plan(cli_plan *plan);
/* For a plan of one command that came with its flags: adds the rest of its programs from the database above the working
 * directory. False: there is no database, or it does not hold the file. */
bool cli_add_program(const cli_options *options, cli_plan *plan, ck_arena *arena);

/* --- includers.c ------------------------------------------------------------------------------------------------- */

/* The command whose flags serve for a file that is in no command: of a unit that includes it (*includes is true), or
 * else of the one that lies nearest. `database` is not empty. */
const cli_command *includers_find(const cli_options *options, const cli_commands *database, const char *file,
                                  ck_arena *arena, bool *includes);

/* --- links.c ----------------------------------------------------------------------------------------------------- */

/* The programs of a build folder over its commands, sorted by name; *out must be zero. Returns the record that they
 * were read from, a constant; NULL: there is none. */
const char *links_find(const char *build_folder, const cli_commands *commands, ck_arena *arena, cli_programs *out);

/* --- show.c ------------------------------------------------------------------------------------------------------ */

/* Opens a checkpoint for show and diff; for a Git LFS pointer its headers snapshot, if one lies beside it, in the
 * working directory or in the `directories` of .ckptlint. After a message on stderr *out is NULL and the result is the
 * exit status. */
int cli_open_checkpoint(const char *path, ck_ckpt **out);

/* --- check.c -------------------------------------------------------------------------------------------------- */

/* Where a run's time goes, for --time. */
typedef enum { CLI_TIME_UNITS, CLI_TIME_ANALYSIS, CLI_TIME_MATCH, CLI_TIME_REPORT, CLI_TIME_COUNT } cli_time;
typedef struct {
  int64_t last, spent[CLI_TIME_COUNT]; /* nanoseconds */
} cli_times;
/* One program of a run. */
typedef struct {
  ck_ir_unit **units;
  size_t nunits;
  ck_ir_program *program;
  const ck_analysis *analysis;
  ck_torch_request request; /* that `analysis` answers */
} cli_part;
/* What one analysis needs and leaves; everything lives until cli_check_release. */
typedef struct {
  ck_arena arena;
  cli_units units;
  CK_VEC(cli_part) parts;
  ck_buffer buffer;       /* an editor's */
  ck_match_files *files;  /* that the analyses take apart */
  ck_match_result *match; /* of all parts, each site once */
  cli_words checkpoints;  /* files that filters have met (cli_note_checkpoint) */
  cli_times times;
  ck_report *report;
} cli_check;
/* A program as a whole; one of its units as it is compiled; a program whose units were checked before. */
typedef enum { CLI_PROGRAM, CLI_UNIT, CLI_LINK } cli_scope;
/* Which sites and findings to report: true to keep. */
typedef bool cli_filter(const ck_site_result *site, ck_loc loc, void *data);
typedef struct {
  const cli_command *commands;
  size_t n;
  const cli_programs *programs; /* NULL, or empty: all commands are of one program */
  bool is_whole;                /* ... and there are no other units in it */
  const char *build_folder;     /* where checkpoints are looked for, too; NULL */
  const cli_words *remarks;     /* to be told; NULL */
  cli_scope scope;
  cli_filter *filter; /* NULL: keep all */
  void *data;         /* for the filter */
} cli_request;
ck_status cli_check_run(cli_check *check, const cli_options *options, const cli_request *request, ck_err *err);
/* The same in parts, for units that are there: init, then fill check->units.units (one per command), then this. */
void cli_check_init(cli_check *check);
ck_status cli_check_units(cli_check *check, const cli_options *options, const cli_request *request, ck_err *err);
void cli_check_release(cli_check *check);
/* For filters: the site's checkpoint, if it is there, is one whose change must check again. */
void cli_note_checkpoint(cli_check *check, const ck_site_result *site);
/* Prints in the options' format; returns the exit status. */
int cli_print_report(const cli_check *check, const cli_options *options);
void cli_print_summary(const cli_check *check, const cli_options *options);
/* The last line of a run: what was checked, and what could not be seen at all. */
void cli_put_summary(const cli_check *check, ck_strbuf *out);

/* --- literals.c: for what does not fit, the one number in the source that is to blame ------------------------- */

/* Adds `exchanges` to the findings of `match`, which is what `part` has. */
void cli_try_literals(const cli_part *part, const ck_match_options *options, ck_match_result *match, ck_arena *arena);

/* --- step.c ------------------------------------------------------------------------------------------------------ */

/* A plan's only unit by itself, then what it leaves open in its program, if that is known (*has_program; else *program
 * is not touched). Both are to be released. The plan grows by the commands of the program. */
ck_status step_check(cli_check *own, cli_check *program, bool *has_program, const cli_options *options, cli_plan *plan,
                     ck_arena *arena, ck_err *err);
/* May `claimant` tell what is wrong at the site? False: another step has, for the same state of the units. */
bool step_claim(const char *folder, const cli_check *check, const ck_site_result *site, const char *claimant);
void step_site_name(ck_strbuf *b, ck_loc loc); /* "FILE:LINE:COL", in place of what is there */
bool step_has_site(const cli_words *names, ck_loc loc);

int cmd_check(int argc, char **argv);
int cmd_unit(int argc, char **argv);
int cmd_link(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_keys(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_ir(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_cc(int argc, char **argv);

/* --- drive.c -------------------------------------------------------------------------------------------------- */

/* A compiler's command line, as far as it matters here. Strings in the arena. */
typedef struct {
  bool compiles, links;         /* -c: only the first; with sources and without -c: both */
  cli_words sources;            /* C++ only */
  cli_words objects;            /* objects and libraries that are named as files, in order */
  cli_words folders, libraries; /* values of -L and -l */
  bool makes_library;           /* -shared, -r: the link's output is linked again */
  const char *depfile;          /* written by the compiler for make or Ninja; NULL */
  const char *output;           /* -o, or the default name of a single -c; NULL */
  cli_words flags;              /* for the front end */
} drive_line;
/* The words behind the compiler; `directory` (absolute) is where response files (@FILE) are looked for. */
void drive_read(const char *const *argv, size_t n, const char *directory, ck_arena *arena, drive_line *out);
bool drive_is_source(const char *name); /* C++, by its suffix */
void drive_release(drive_line *line);
/* The words with response files in their places. */
void drive_expand(const char *const *argv, size_t n, const char *directory, ck_arena *arena, cli_words *out);

/* --- record.c ------------------------------------------------------------------------------------------------- */

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
