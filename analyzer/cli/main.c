/* main.c - the program: picks the subcommand. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/cli.h"
#include "torch/torch.h"

static int cmd_version(int argc, char **argv) {
  (void)argc, (void)argv;
  ck_arena arena;
  ck_arena_init(&arena);
  const char *program = cli_frontend(&arena);
  char frontend[64];
  if (program == NULL) snprintf(frontend, sizeof frontend, "no front end beside the program");
  else cli_frontend_says(&arena, program, frontend, sizeof frontend);
  ck_arena_release(&arena);
  printf("ckptlint %s (%s; %s)\n", CKPTLINT_VERSION, frontend, ck_torch_catalogue());
  return CK_EXIT_OK;
}

static int cmd_help(int argc, char **argv) {
  cli_print_help(argc > 1 ? argv[1] : NULL);
  return CK_EXIT_OK;
}

/* What `COMPILER -dumpversion` says: "19.1.7"; "" if it cannot be asked. */
static void ask_version(const char *compiler, char *out, size_t room) {
  const char *argv[] = {compiler, "-dumpversion", NULL};
  cli_job job = {.argv = argv, .output = memfd_create("ckptlint-version", MFD_CLOEXEC)};
  cli_run_jobs(&job, 1, 1, 10);
  ssize_t n = job.output >= 0 ? pread(job.output, out, room - 1, 0) : 0;
  out[n > 0 && job.result.status == 0 ? n : 0] = '\0';
  if (job.output >= 0) close(job.output);
  ck_strbuf_release(&job.result.errors);
}

/* The plugin for a compiler, by its name: each clang has one of its own. */
static const char *plugin_name(const char *compiler, ck_arena *arena) {
  if (strstr(ck_path_base(compiler), "clang") == NULL) return "ckptlint_gcc.so";
  char version[64];
  ask_version(compiler, version, sizeof version);
  const char *dash = strrchr(compiler, '-');
  if (version[0] == '\0') snprintf(version, sizeof version, "%s", dash != NULL ? dash + 1 : "");
  return ck_arena_printf(arena, "ckptlint-clang-%.*s.so", (int)strspn(version, "0123456789"), version);
}

/* Where the build puts the compilers' plugins: beside the program, or in lib/ckptlint. */
static int cmd_plugin_path(int argc, char **argv) {
  if (argc != 2) return cli_trouble("usage: ckptlint plugin-path g++|clang++[-VERSION]");
  ck_arena arena;
  ck_arena_init(&arena);
  const char *folder = cli_program_folder(&arena), *name = plugin_name(argv[1], &arena);
  const char *places[] = {"", "/../lib/ckptlint", "/../lib"};
  int status = CK_EXIT_TROUBLE;
  for (size_t i = 0; i < 3 && status != CK_EXIT_OK; i++) {
    const char *path = ck_arena_printf(&arena, "%s%s/%s", folder, places[i], name);
    if (!ck_file_exists(path)) continue;
    puts(path);
    status = CK_EXIT_OK;
  }
  if (status != CK_EXIT_OK) cli_trouble("there is no %s beside the program: no plugin was built for %s", name, argv[1]);
  ck_arena_release(&arena);
  return status;
}

static const struct {
  const char *name;
  int (*run)(int argc, char **argv);
} commands[] = {
    {"check", cmd_check},     {"keys", cmd_keys},
    {"show", cmd_show},       {"diff", cmd_diff},
    {"ir", cmd_ir},           {"plugin-path", cmd_plugin_path},
    {"cc", cmd_cc},           {"unit", cmd_unit},
    {"link", cmd_link},       {"doctor", cmd_doctor},
    {"cache", cmd_cache},     {"explain", cmd_explain},
    {"help", cmd_help},       {"--help", cmd_help},
    {"-h", cmd_help},         {"--version", cmd_version},
    {"version", cmd_version},
};

int main(int argc, char **argv) {
  cli_use_large_pages();
  const char *name = argc > 1 ? argv[1] : NULL;
  for (size_t i = 0; name != NULL && i < sizeof commands / sizeof *commands; i++)
    if (strcmp(commands[i].name, name) == 0) return commands[i].run(argc - 1, argv + 1);
  if (name == NULL || name[0] == '-') return cmd_check(argc, argv); /* `ckptlint` alone is `check` */
  return cli_trouble("there is no command \"%s\"; `ckptlint --help` lists them", name);
}
