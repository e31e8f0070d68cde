/* main.c - the program ckptlint-frontend: one compile command in, one IR unit out.
 *
 * It is a program of its own so that a crash or runaway of libclang costs one unit (DESIGN.md, "Front end"). Exit
 * status: 0 a unit was written, perhaps with notes; 1 libclang could not make one (a line on stderr says why); 2 usage.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "frontend/frontend_int.h"

static const char usage_text[] =
    "usage: ckptlint-frontend [--text|--binary] [--output FILE|-] [--cache-dir DIR] [--no-pch] [--directory DIR]\n"
    "                         [--object FILE] [--stdin-content-of FILE] [--expr EXPRESSION] -- FILE FLAGS...\n";

static int usage(const char *what, const char *argument) {
  fprintf(stderr, "ckptlint-frontend: %s%s\n%s", what, argument ? argument : "", usage_text);
  return 2;
}

typedef struct {
  ck_fe_options fe;
  const char *output;
  char *default_cache, *absolute, *directory;
} arguments;

/* $XDG_CACHE_HOME/ckptlint, ~/.cache/ckptlint; NULL if neither is known. */
static char *default_cache_dir(void) {
  const char *xdg = getenv("XDG_CACHE_HOME");
  if (xdg && *xdg == '/') return ck_path_join(xdg, "ckptlint");
  const char *home = getenv("HOME");
  return home && *home ? ck_path_join(home, ".cache/ckptlint") : NULL;
}

static int read_arguments(int argc, char **argv, arguments *out) {
  *out = (arguments){.output = "-", .fe = {.object = "", .use_pch = true, .binary = true}};
  int i = 1;
  for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
    const char *option = argv[i];
    if (!strcmp(option, "--text")) out->fe.binary = false;
    else if (!strcmp(option, "--binary")) out->fe.binary = true;
    else if (!strcmp(option, "--no-pch")) out->fe.use_pch = false;
    else if (i + 1 >= argc) return usage("an option without its value, or an unknown one: ", option);
    else if (!strcmp(option, "--output")) out->output = argv[++i];
    else if (!strcmp(option, "--cache-dir")) out->fe.cache_dir = argv[++i];
    else if (!strcmp(option, "--directory")) out->fe.directory = argv[++i];
    else if (!strcmp(option, "--object")) out->fe.object = argv[++i];
    else if (!strcmp(option, "--stdin-content-of")) out->fe.content = argv[++i];
    else if (!strcmp(option, "--expr")) out->fe.expression = argv[++i];
    else return usage("unknown option ", option);
  }
  if (i + 1 >= argc) return usage("no file is given after --", NULL);
  out->fe.file = argv[i + 1];
  out->fe.flags = (const char *const *)argv + i + 2;
  out->fe.flag_count = (size_t)(argc - i - 2);
  char here[PATH_MAX];
  if (!getcwd(here, sizeof here)) return usage("the working directory is not accessible", NULL);
  out->directory = ck_path_join(here, out->fe.directory ? out->fe.directory : "");
  size_t n = strlen(out->directory);
  if (n > 1 && out->directory[n - 1] == '/') out->directory[n - 1] = 0;
  out->fe.directory = out->directory;
  out->absolute = ck_path_join(out->fe.directory, out->fe.file);
  out->fe.path = out->absolute;
  if (!out->fe.cache_dir) out->fe.cache_dir = out->default_cache = default_cache_dir();
  return 0;
}

static ck_status write_unit(const ck_ir_unit *unit, const arguments *args, ck_err *err) {
  ck_strbuf bytes;
  ck_strbuf_init(&bytes);
  if (args->fe.binary) ck_ir_write_binary(unit, &bytes);
  else ck_ir_write_text(unit, &bytes);
  ck_status status = CK_OK;
  if (strcmp(args->output, "-") != 0) status = ck_write_file(args->output, bytes.s, bytes.n, err);
  else if (fwrite(bytes.s, 1, bytes.n, stdout) != bytes.n || fflush(stdout))
    status = ck_fail(err, CK_IO, "cannot write the unit");
  ck_strbuf_release(&bytes);
  return status;
}

int main(int argc, char **argv) {
  if (argc == 2 && !strcmp(argv[1], "--version")) {
    char name[64];
    ck_fe_libclang_name(name, sizeof name);
    return puts(name) < 0;
  }
  arguments args;
  int bad = read_arguments(argc, argv, &args);
  if (bad) return bad;
  setenv("LIBCLANG_NOTHREADS", "1", 0); /* no thread per parse: it would only be waited for */
  clang_toggleCrashRecovery(1);
  ck_err err = {0};
  ck_ir_unit *unit = ck_fe_make_unit(&args.fe, &err);
  ck_status status = unit ? write_unit(unit, &args, &err) : err.status;
  if (!unit || status != CK_OK) fprintf(stderr, "ckptlint-frontend: %s\n", err.text);
  ck_ir_unit_free(unit);
  free(args.absolute);
  free(args.directory);
  free(args.default_cache);
  return unit && status == CK_OK ? 0 : 1;
}
