/* options.c - arguments, spelt as a compiler's where they have a counterpart there. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

int cli_trouble(const char *format, ...) {
  char text[4096]; /* names of a stranger's archive may be in it */
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  ck_strbuf line;
  ck_strbuf_init(&line);
  ck_strbuf_printf(&line, "ckptlint: %s\n", text);
  ck_strbuf_tame(&line, 0, true);
  fputs(line.s, stderr);
  ck_strbuf_release(&line);
  return CK_EXIT_TROUBLE;
}

bool cli_wants_color(const cli_options *options, int fd) {
  if (options->color >= 0) return options->color == 1;
  const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
  return (no == NULL || no[0] == '\0') && isatty(fd) && (term == NULL || strcmp(term, "dumb") != 0);
}

/* --- Values ------------------------------------------------------------------------------------------------------ */

static int set_format(cli_options *o, const char *value) {
  static const struct {
    const char *name;
    cli_format format;
  } formats[] = {{"text", CLI_TEXT}, {"json", CLI_JSON}, {"sarif", CLI_SARIF}, {"lines", CLI_LINES}};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (strcmp(formats[i].name, value) == 0) {
      o->format = formats[i].format;
      return -1;
    }
  return cli_trouble("there is no format \"%s\"; the formats are text, json, sarif and lines", value);
}

static int set_checkpoint(cli_options *o, const char *value) {
  const char *equals = strchr(value, '=');
  if (equals == NULL) {
    o->checkpoint = value;
    return -1;
  }
  if (equals == value || equals[1] == '\0')
    return cli_trouble("--checkpoint takes CLASS=PATH or PATH, not \"%s\"", value);
  char *name = ck_strdup(value);
  name[equals - value] = '\0';
  ck_vec_push(&o->class_names, name);
  ck_vec_push(&o->class_paths, equals + 1);
  return -1;
}

static int set_jobs(cli_options *o, const char *value) {
  char *end;
  long n = strtol(value, &end, 10);
  if (*value == '\0' || *end != '\0' || n < 1 || n > 1024)
    return cli_trouble("-j takes a number from 1 to 1024, not \"%s\"", value);
  o->jobs = (int)n;
  return -1;
}

static int set_color(cli_options *o, const char *value) {
  if (strcmp(value, "auto") == 0) return o->color = -1;
  if (strcmp(value, "always") != 0 && strcmp(value, "never") != 0)
    return cli_trouble("--color takes auto, always or never, not \"%s\"", value);
  o->color = strcmp(value, "always") == 0;
  return -1;
}

static int set_diagnostics(cli_options *o, const char *value) {
  if (strcmp(value, "stdout") != 0 && strcmp(value, "stderr") != 0)
    return cli_trouble("--diagnostics takes stdout or stderr, not \"%s\"", value);
  o->to_stdout = strcmp(value, "stdout") == 0;
  return -1;
}

/* CMake's clang-tidy slot puts this before the source, and the whole compile command behind `--`. */
static int set_extra_arg(cli_options *o, const char *value) {
  (void)value;
  o->is_tidy = o->unit_only = o->to_stdout = true;
  return -1;
}

static int set_stdin_name(cli_options *o, const char *value) {
  o->use_stdin = true;
  return o->stdin_name = value, -1;
}

static int set_output(cli_options *o, const char *value) { return o->output = value, -1; }
static int set_depfile(cli_options *o, const char *value) { return o->depfile = value, -1; }
static int set_build(cli_options *o, const char *value) { return o->build = value, -1; }
static int set_model(cli_options *o, const char *value) { return o->model = value, -1; }
static int set_expression(cli_options *o, const char *value) { return o->expression = value, -1; }
static int set_config(cli_options *o, const char *value) { return o->config = value, -1; }
static int set_cache_dir(cli_options *o, const char *value) { return o->cache_dir = value, -1; }

/* Options with a value: `--name VALUE`, `--name=VALUE`; short ones also `-jVALUE`. */
static const struct {
  const char *name;
  int (*set)(cli_options *, const char *);
} valued[] = {
    {"--format", set_format},
    {"--checkpoint", set_checkpoint},
    {"--color", set_color},
    {"--diagnostics", set_diagnostics},
    {"--build", set_build},
    {"--extra-arg-before", set_extra_arg},
    {"--stdin-filename", set_stdin_name},
    {"--output", set_output},
    {"-MF", set_depfile},
    {"--jobs", set_jobs},
    {"--model", set_model},
    {"--expr", set_expression},
    {"--config", set_config},
    {"--cache-dir", set_cache_dir},
    {"-p", set_build},
    {"-j", set_jobs},
    {"-o", set_output},
};

static bool set_switch(cli_options *o, const char *option) {
  if (strcmp(option, "--explain") == 0) return o->report.explain = true;
  if (strcmp(option, "--all-keys") == 0) return o->report.all_keys = o->show_all_keys = true;
  if (strcmp(option, "--tree") == 0) return o->show_tree = true;
  if (strcmp(option, "--snapshot") == 0) return o->show_snapshot = true;
  if (strcmp(option, "--no-cache") == 0) return o->no_cache = true;
  if (strcmp(option, "--unit") == 0) return o->unit_only = true;
  if (strcmp(option, "--stdin") == 0) return o->use_stdin = true;
  if (strcmp(option, "--time") == 0) return o->print_time = true;
  if (strcmp(option, "--list-checkpoints") == 0) return o->list_checkpoints = true;
  if (strcmp(option, "--warn-only") == 0) return o->warn_only = true;
  return false;
}

bool cli_take_option(cli_options *o, const char *option, const char *value, bool *used, int *status) {
  ck_err err = {0};
  *used = false;
  if (ck_report_take_flag(&o->report, option, &err)) {
    if (err.status != CK_OK) *status = cli_trouble("%s", err.text);
    return true;
  }
  if (set_switch(o, option)) return true;
  for (size_t i = 0; i < sizeof valued / sizeof *valued; i++) {
    size_t n = strlen(valued[i].name);
    bool is_short = n == 2;
    if (strncmp(option, valued[i].name, n) != 0) continue;
    const char *given = NULL;
    if (option[n] == '\0') given = value, *used = value != NULL;
    else if (is_short) given = option + n;
    else if (option[n] == '=') given = option + n + 1;
    else continue;
    int result = given == NULL ? cli_trouble("%s needs a value", option) : valued[i].set(o, given);
    if (result >= 0) *status = result;
    return true;
  }
  return false;
}

bool cli_take_environment(cli_options *o) {
  const char *flags = getenv("CKPTLINT_FLAGS");
  if (flags == NULL) return true;
  cli_words words = {0};
  char *copy = o->environment = ck_strdup(flags);
  for (char *s = copy; *s != '\0';) {
    while (isspace((unsigned char)*s)) s++;
    if (*s == '\0') break;
    ck_vec_push(&words, s);
    while (*s != '\0' && !isspace((unsigned char)*s)) s++;
    if (*s != '\0') *s++ = '\0';
  }
  bool good = true;
  for (size_t i = 0; i < words.n && good; i++) {
    bool used;
    int status = 0;
    good = cli_take_option(o, words.at[i], i + 1 < words.n ? words.at[i + 1] : NULL, &used, &status);
    if (!good) cli_trouble("CKPTLINT_FLAGS: there is no option %s", words.at[i]);
    good = good && status == 0;
    i += used;
  }
  free(words.at);
  return good;
}

int cli_read_options(const char *command, int argc, char **argv, cli_options *o) {
  *o = (cli_options){.color = -1};
  if (!cli_take_environment(o)) return CK_EXIT_TROUBLE;
  for (int i = 1; i < argc; i++) {
    const char *word = argv[i];
    bool used;
    int status = 0;
    if (strcmp(word, "--") == 0) {
      o->has_flags = true;
      for (i++; i < argc; i++) ck_vec_push(&o->flags, argv[i]);
    } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
      cli_print_help(command);
      return CK_EXIT_OK;
    } else if (word[0] != '-' || word[1] == '\0') {
      ck_vec_push(&o->files, word);
    } else if (!cli_take_option(o, word, i + 1 < argc ? argv[i + 1] : NULL, &used, &status)) {
      return cli_trouble("%s: there is no option %s; `ckptlint %s --help` lists them", command, word, command);
    } else {
      if (status != 0) return status;
      i += used;
    }
  }
  return -1;
}

void cli_release_options(cli_options *o) {
  free(o->environment);
  for (size_t i = 0; i < o->class_names.n; i++) free((char *)o->class_names.at[i]);
  free(o->class_names.at);
  free(o->class_paths.at);
  free(o->files.at);
  free(o->flags.at);
}
