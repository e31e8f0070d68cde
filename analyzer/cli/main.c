/* main.c - the program: picks the subcommand. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "torch/torch.h"

static int cmd_version(int argc, char **argv) {
  (void)argc, (void)argv;
  printf("ckptlint %s (%s)\n", CKPTLINT_VERSION, ck_torch_catalogue());
  return CK_EXIT_OK;
}

static int cmd_help(int argc, char **argv) {
  cli_print_help(argc > 1 ? argv[1] : NULL);
  return CK_EXIT_OK;
}

static const struct {
  const char *name;
  int (*run)(int argc, char **argv);
} commands[] = {
    {"check", cmd_check}, {"keys", cmd_keys},         {"show", cmd_show},       {"ir", cmd_ir},
    {"cc", cmd_cc},       {"explain", cmd_explain},   {"help", cmd_help},       {"--help", cmd_help},
    {"-h", cmd_help},     {"--version", cmd_version}, {"version", cmd_version},
};

int main(int argc, char **argv) {
  const char *name = argc > 1 ? argv[1] : NULL;
  for (size_t i = 0; name != NULL && i < sizeof commands / sizeof *commands; i++)
    if (strcmp(commands[i].name, name) == 0) return commands[i].run(argc - 1, argv + 1);
  if (name == NULL || name[0] == '-') return cmd_check(argc, argv); /* `ckptlint` alone is `check` */
  return cli_trouble("there is no command \"%s\"; `ckptlint --help` lists them", name);
}
