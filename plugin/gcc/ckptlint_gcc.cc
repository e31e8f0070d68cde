/* ckptlint_gcc.cc - the GCC plugin: a thin adapter that lets `ckptlint check` run beside one compilation and reports
 * its findings through GCC's own diagnostics, so that -Werror, -w, colours, -fdiagnostics-format= and problem matchers
 * work as for GCC's warnings.
 *
 *   g++ -fplugin=$(ckptlint plugin-path g++) -c net.cpp
 *
 * (The name has an underscore: GCC takes what follows the first hyphen of -fplugin-arg-NAME-KEY for the key.)
 *
 * The checker is a process of its own: started when the unit starts, collected when GCC finishes. Whatever happens to
 * it, the compilation goes on; the worst is one note. Options, as -fplugin-arg-ckptlint_gcc-KEY=VALUE: `program` (path
 * of ckptlint), `checkpoint` (CLASS:PATH, since GCC cuts an argument at its second `=`), `W` (a warning option without
 * its `-W`: ckpt-missing-key, no-ckpt-format).
 *
 * C++ because GCC's plugin headers are. GCC emits nothing at PLUGIN_FINISH_UNIT under -fsyntax-only or after errors,
 * hence PLUGIN_FINISH. */
#include <gcc-plugin.h>
#include <plugin-version.h>

#include <c-family/c-pragma.h>
#include <cpplib.h>
#include <diagnostic.h>
#include <langhooks.h>
#include <options.h>
#include <opts.h>
#include <toplev.h>
#include <tree.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Only the C family's compilers have these; lto1 loads plugins, too. */
extern cpp_reader *parse_in __attribute__((weak));
extern mkdeps *cpp_get_deps(cpp_reader *) __attribute__((weak));
extern void deps_add_dep(mkdeps *, const char *) __attribute__((weak));

/* Apache-2.0 is compatible with GPL version 3, which GCC is under. */
int plugin_is_GPL_compatible;

namespace {

/* A vector of C strings that grows; GCC's own vec<> would do too, but not across its releases. */
struct arguments {
  const char **at;
  size_t n, room;
  void push(const char *s) {
    if (n + 1 >= room) at = XRESIZEVEC(const char *, at, room = room ? 2 * room : 64);
    at[n++] = s;
    at[n] = NULL;
  }
};

struct checker {
  const char *program;
  arguments options; /* for ckptlint, before the file */
  pid_t pid;
  int output, errors; /* memory files: its stdout, its stderr */
  int status;         /* as waitpid gives it, once it has ended */
  bool has_ended;
};

/* Options of cc1plus that change what the source means; all others (code generation, warnings, dumps) are left out. */
bool changes_meaning(const char *option) {
  static const char *const prefixes[] = {
      "-I",        "-isystem",  "-iquote",  "-idirafter",      "-isysroot", "--sysroot", "-include",
      "-imacros",  "-D",        "-U",       "-std=",           "-ansi",     "-nostdinc", "-fno-exceptions",
      "-fno-rtti", "-fchar8_t", "-fshort-", "-funsigned-char", "-m32",      "-m64",      "-march=",
      "-fopenmp",  "-pthread"};
  for (const char *prefix : prefixes)
    if (strncmp(option, prefix, strlen(prefix)) == 0) return true;
  return false;
}

void add_compile_flags(arguments *command) {
  for (unsigned i = 0; i < save_decoded_options_count; i++) {
    const cl_decoded_option *option = &save_decoded_options[i];
    if (option->opt_index == OPT_SPECIAL_input_file || option->canonical_option_num_elements == 0) continue;
    if (!changes_meaning(option->canonical_option[0])) continue;
    for (size_t j = 0; j < option->canonical_option_num_elements; j++) command->push(option->canonical_option[j]);
  }
}

void start(void *, void *data) {
  checker *c = (checker *)data;
  if (c->pid != 0 || flag_preprocess_only || main_input_filename == NULL || strcmp(main_input_filename, "-") == 0)
    return;
  if (strncmp(lang_hooks.name, "GNU C++", 7) != 0) return;
  arguments command = {};
  command.push(c->program);
  command.push("check");
  command.push("--format=lines");
  command.push("--unit"); /* one step of a build: what needs other units takes them from the compile database */
  command.push("--list-checkpoints");
  for (size_t i = 0; i < c->options.n; i++) command.push(c->options.at[i]);
  command.push(main_input_filename);
  command.push("--");
  add_compile_flags(&command);
  c->output = memfd_create("ckptlint", MFD_CLOEXEC);
  c->errors = memfd_create("ckptlint", MFD_CLOEXEC);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, c->output, 1);
  posix_spawn_file_actions_adddup2(&actions, c->errors, 2);
  int failed = posix_spawnp(&c->pid, c->program, &actions, NULL, (char *const *)command.at, environ);
  posix_spawn_file_actions_destroy(&actions);
  XDELETEVEC(command.at);
  if (failed) {
    c->pid = 0;
    inform(UNKNOWN_LOCATION, "ckptlint was not started: %s: %s", c->program, xstrerror(failed));
  }
}

char *read_all(int fd) {
  off_t size = lseek(fd, 0, SEEK_END);
  char *text = XCNEWVEC(char, size + 1);
  if (pread(fd, text, size, 0) != size) text[0] = 0;
  return text;
}

/* A place that GCC may not have read: its line map is entered anew. */
location_t place_of(const char *file, int line, int column) {
  linemap_add(line_table, LC_ENTER, 0, xstrdup(file), line);
  linemap_line_start(line_table, line, column + 200);
  location_t place = linemap_position_for_column(line_table, column);
  linemap_add(line_table, LC_LEAVE, 0, NULL, 0);
  return place;
}

/* FILE:LINE:COLUMN: SEVERITY: TEXT; other lines are for people. A note belongs to the finding before it. */
void emit(char *line) {
  static const char *const severities[] = {": error: ", ": warning: ", ": note: "};
  for (int s = 0; s < 3; s++) {
    char *text = strstr(line, severities[s]);
    if (text == NULL) continue;
    *text = 0;
    text += strlen(severities[s]);
    char *column = strrchr(line, ':');
    if (column == NULL) return;
    *column++ = 0;
    char *row = strrchr(line, ':');
    if (row == NULL) return;
    *row++ = 0;
    location_t place = place_of(line, atoi(row), atoi(column));
    if (s == 0) error_at(place, "%s", text);
    else if (s == 1) warning_at(place, 0, "%s", text);
    else if (!inhibit_warnings) inform(place, "%s", text);
    return;
  }
}

void wait_for(checker *c) {
  while (!c->has_ended && waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR) {}
  c->has_ended = true;
}

/* Checkpoints join the unit's dependencies (-MD), which GCC writes after this: a new one compiles, so checks, again. */
void finish_unit(void *, void *data) {
  checker *c = (checker *)data;
  mkdeps *deps = &parse_in && parse_in && cpp_get_deps ? cpp_get_deps(parse_in) : NULL;
  if (c->pid == 0 || deps == NULL || deps_add_dep == NULL) return;
  wait_for(c);
  char *output = read_all(c->output), *save = NULL;
  for (char *line = strtok_r(output, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
    if (strncmp(line, "checkpoint ", 11) == 0) deps_add_dep(deps, xstrdup(line + 11));
  XDELETEVEC(output);
}

void finish(void *, void *data) {
  checker *c = (checker *)data;
  if (c->pid == 0) return;
  wait_for(c);
  int status = c->status;
  c->pid = 0;
  char *output = read_all(c->output), *errors = read_all(c->errors);
  close(c->output);
  close(c->errors);
  if (WIFSIGNALED(status) || WEXITSTATUS(status) > 1) {
    char *end = strchr(errors, '\n');
    if (end) *end = 0;
    inform(UNKNOWN_LOCATION, "this unit was not checked by ckptlint: %s", errors[0] ? errors : "it ended abnormally");
  } else if (!seen_error()) { /* after errors of GCC's own, what we would say is noise */
    for (char *line = strtok(output, "\n"); line; line = strtok(NULL, "\n"))
      if (strncmp(line, "checkpoint ", 11) != 0) emit(line);
  }
  XDELETEVEC(output);
  XDELETEVEC(errors);
}

char *option_text(const char *format, const char *value) {
  char *text = xasprintf(format, value);
  return text;
}

void read_options(checker *c, const plugin_name_args *info) {
  for (int i = 0; i < info->argc; i++) {
    const char *key = info->argv[i].key, *value = info->argv[i].value ? info->argv[i].value : "";
    if (strcmp(key, "program") == 0) c->program = xstrdup(value);
    else if (strcmp(key, "W") == 0) c->options.push(option_text("-W%s", value));
    else if (strcmp(key, "checkpoint") == 0) {
      char *text = option_text("--checkpoint=%s", value);
      char *colon = strchr(text + strlen("--checkpoint="), ':');
      if (colon) *colon = '=';
      c->options.push(text);
    } else warning(0, "%qs is no option of %qs; there are %<program%>, %<checkpoint%> and %<W%>", key, info->base_name);
  }
}

} // namespace

int plugin_init(plugin_name_args *info, plugin_gcc_version *version) {
  if (!plugin_default_version_check(version, &gcc_version)) {
    inform(UNKNOWN_LOCATION, "%qs was built for GCC %s and this is GCC %s: nothing is checked here", info->base_name,
           gcc_version.basever, version->basever);
    return 0;
  }
  static checker
      the_checker; /* the plugin API hands back one pointer per callback; a compiler process compiles one unit */
  const char *program = getenv("CKPTLINT");
  the_checker.program = program && program[0] ? program : CKPTLINT_PROGRAM;
  read_options(&the_checker, info);
  register_callback(info->base_name, PLUGIN_START_UNIT, start, &the_checker);
  register_callback(info->base_name, PLUGIN_FINISH_UNIT, finish_unit, &the_checker);
  register_callback(info->base_name, PLUGIN_FINISH, finish, &the_checker);
  return 0;
}
