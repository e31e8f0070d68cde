/* help.c - what a stranger needs to get going; one text per subcommand. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define REPORT_OPTIONS                                                                                                 \
  "  -Wckpt-ID, -Wno-ckpt-ID   switch a diagnostic on or off (`ckptlint explain` lists the ids)\n"                     \
  "  -Werror=ckpt-ID, -Werror  make it, or every warning, an error\n"                                                  \
  "  --checkpoint CLASS=PATH   what CLASS loads, where the path is not in the code\n"                                  \
  "  --all-keys                print all keys, not the first 8 lines\n"                                                \
  "  --explain                 say why a load was not checked, and what checkpoints imply\n"                           \
  "  --warn-only               findings do not fail the run\n"                                                         \
  "  --color auto|always|never NO_COLOR is respected\n"                                                                \
  "  --config FILE             the .ckptlint to read, in place of one above the source\n"                              \
  "  --cache-dir DIR, --no-cache\n"                                                                                    \
  "                            where units are kept ($XDG_CACHE_HOME/ckptlint)\n"

static const struct {
  const char *command, *text;
} texts[] = {
    {"check",
     "usage: ckptlint check [OPTION...] [FILE... [-- FLAGS...]]\n"
     "\n"
     "Finds the places where the C++ files load a checkpoint (torch::load and its kin), derives the keys of the model\n"
     "that is loaded into, reads the checkpoint, and reports what does not fit. Nothing of the program is run.\n"
     "\n"
     "  ckptlint check                            everything in the compile_commands.json found from here\n"
     "  ckptlint check -p build                   ... in build/compile_commands.json\n"
     "  ckptlint check net.cpp main.cpp -- -std=c++17 -isystem /usr/include/torch/csrc/api/include\n"
     "\n"
     "  -p BUILD                  folder of the compile database\n"
     "  -j N                      front ends at a time (default: one per processor)\n"
     "  --format text|json|sarif|lines\n"
     "                            text goes to stderr, the others to stdout\n" REPORT_OPTIONS
     "  --diagnostics=stdout      print text to stdout\n"
     "  --stdin-filename FILE     FILE as it stands on stdin: an editor's unsaved buffer (--stdin is implied)\n"
     "  --time                    say where the time went\n"
     "  --unit                    one step of a build, quiet: what the file decides alone; the rest where a compile\n"
     "                            database above the working directory tells its program (plugins use this)\n"
     "  --list-checkpoints        a line `checkpoint PATH` for each that was looked at, for depfiles\n"
     "  --extra-arg-before ARG    sent by CMake's clang-tidy slot: FILE -- COMPILER ARGS...; implies --unit and\n"
     "                            --diagnostics=stdout\n"
     "\n"
     "Classes of one name in several executables stay apart: who is linked with whom is read from build.ninja,\n"
     "link.txt or CMake's File API in the build folder. A header is read with the flags of a unit that includes it.\n"
     "\n"
     "A relative checkpoint path is looked for in the working directory, beside the source, in the build folder and "
     "in\n"
     "the `directories` of .ckptlint (YAML, above the source: severity, directories, checkpoints). In the source:\n"
     "// ckptlint: ignore[ID] reason, // ckptlint: checkpoint \"PATH\".\n"
     "\n"
     "Exit status: 0 no errors, 1 findings at error severity, 2 usage, configuration or environment.\n"},
    {"keys",
     "usage: ckptlint keys [OPTION...] FILE... [-- FLAGS...]\n"
     "\n"
     "Prints the keys (parameters, then buffers), shapes and dtypes of each model that the files construct, in source\n"
     "order, then of each module class that they do not construct.\n"
     "\n"
     "  ckptlint keys net.cpp -- -std=c++17\n"
     "\n"
     "  --model CLASS             only this class\n"
     "  --expr 'Net(784, 10)'     the model that this expression makes, at the end of the file\n"
     "  --format text|json\n"
     "  -p BUILD                  folder of the compile database\n"},
    {"show",
     "usage: ckptlint show [OPTION...] CHECKPOINT...\n"
     "\n"
     "Prints what checkpoints hold: format, keys, shapes, dtypes, and what is odd about them. Reads names only, never\n"
     "weights, and executes nothing. Formats: libtorch and TorchScript archives, Python's torch.save of all ages,\n"
     "safetensors and indexes, npz, npy, GGUF, headers snapshots.\n"
     "\n"
     "  --all-keys                every key; without it, a file of many keys is summed up by subtree\n"
     "  --tree                    the modules, with what each holds\n"
     "  --format text|json\n"
     "  --snapshot                write the headers of one checkpoint as text that can stand for it: name it\n"
     "                            SHA256.ckpt-headers, and it is found for a Git LFS pointer of that file\n"
     "\n"
     "Exit status: 0, 1 a file is damaged, 2 a file cannot be read.\n"},
    {"diff",
     "usage: ckptlint diff [OPTION...] A B [-- FLAGS...]\n"
     "\n"
     "Compares the keys of two checkpoints, or of FILE:CLASS, the model that a C++ file constructs (FILE:LINE:CLASS\n"
     "where it does so in several ways): which are added, removed, reshaped, retyped or renamed. Weights are not\n"
     "compared.\n"
     "\n"
     "  ckptlint diff old.pt new.safetensors\n"
     "  ckptlint diff net.cpp:Net net.pt -- -std=c++17\n"
     "\n"
     "  --all-keys                every key; without it, whole subtrees and long lists are cut short\n"
     "  --format text|json\n"
     "  -p BUILD                  folder of the compile database\n"
     "\n"
     "Exit status: 0 the same keys, 1 different, 2 they cannot be read, or not all is known and nothing differs.\n"},
    {"ir", "usage: ckptlint ir FILE... [-- FLAGS...]\n"
           "\n"
           "Prints the intermediate representation of the files, for work on ckptlint itself.\n"},
    {"cc",
     "usage: ckptlint cc [OPTION...] COMPILER ARGS...\n"
     "\n"
     "Runs the compiler (or the link) and the check side by side; the compiler's output and exit status come through.\n"
     "What one file decides is reported when it is compiled, the rest at the link, nothing twice. Findings at error\n"
     "severity fail the step.\n"
     "\n"
     "  make CXX=\"ckptlint cc g++\"\n"
     "  cmake -DCMAKE_CXX_COMPILER_LAUNCHER=\"ckptlint;cc\" -DCMAKE_CXX_LINKER_LAUNCHER=\"ckptlint;cc\" ...\n"
     "\n" REPORT_OPTIONS "\nOptions may also stand in CKPTLINT_FLAGS; -Wckpt-... may stand among the compiler's.\n"},
    {"unit",
     "usage: ckptlint unit -o UNIT [-MF DEPFILE] [--cache-dir DIR] -- COMPILER ARGS...\n"
     "\n"
     "Reads one C++ file as the compile command would and writes what it says about models and loads: the first step "
     "of\n"
     "a check for build systems that declare every input (Bazel, Ninja rules, remote execution). Reads what the\n"
     "compilation reads, nothing else; equal inputs give equal bytes. The compiler is not run.\n"
     "\n"
     "  ckptlint unit -o net.unit -- g++ -std=c++17 -c net.cpp\n"
     "  ckptlint link main.unit net.unit\n"
     "\n"
     "  -MF DEPFILE               write what was read, for make and Ninja\n"
     "  --cache-dir DIR           keep libtorch's headers precompiled there (without, each unit reads them: seconds)\n"
     "\n"
     "Exit status: 0 a unit was written, 2 not.\n"},
    {"link",
     "usage: ckptlint link [OPTION...] [-o STAMP] UNIT...\n"
     "\n"
     "Checks the program that the units (`ckptlint unit`) make: reads them, the checkpoints that they load, and their\n"
     "sources for the lines to show; a .ckptlint only with --config. -o writes an empty file when nothing is wrong,\n"
     "for build systems.\n"
     "\n"
     "  --build DIR               where relative checkpoint paths are looked for, too\n"
     "  --format text|json|sarif|lines\n" REPORT_OPTIONS "\n"
     "Exit status: 0 no errors, 1 findings at error severity, 2 a unit cannot be read.\n"},
    {"doctor",
     "usage: ckptlint doctor [-p BUILD] [FILE... [-- FLAGS...]]\n"
     "\n"
     "Looks at what a check needs: front end, cache, compile database, programs, libtorch's headers, compiler\n"
     "flags, and each load with its checkpoint. A line for each; where something is amiss, how to mend it.\n"
     "\n"
     "Exit status: 0, or 2 if something keeps loads from being checked.\n"},
    {"cache", "usage: ckptlint cache stats|clear|path [--cache-dir DIR]\n"
              "\n"
              "  stats    how many files of each kind, and their size\n"
              "  clear    remove them; the next check makes what it needs\n"
              "  path     the folder ($XDG_CACHE_HOME/ckptlint, ~/.cache/ckptlint)\n"
              "\n"
              "Units are kept up to 1024 MiB (CKPTLINT_CACHE_MIB changes that), those used least lately go first.\n"},
    {"explain", "usage: ckptlint explain [ID...]\n"
                "\n"
                "Says what a diagnostic means; without ID lists them all with their severities.\n"},
};

static const char program_text[] =
    "usage: ckptlint COMMAND ...\n"
    "\n"
    "Checks, while C++ is being built, that the checkpoints which libtorch code loads fit its models.\n"
    "\n"
    "  check    find mismatches in source files or a whole build (`ckptlint` alone does this)\n"
    "  keys     print the state-dict keys that the code defines\n"
    "  show     print the keys that a checkpoint holds\n"
    "  diff     compare the keys of two checkpoints, or of a model and a checkpoint\n"
    "  cc       compile or link, and check side by side\n"
    "  unit     the same in two steps that declare all they read: one per C++ file,\n"
    "  link     ... and one per program\n"
    "  doctor   say what is set up, what is not, and how to mend it\n"
    "  cache    size and place of the cache; clear it\n"
    "  plugin-path  where the plugin of a compiler is\n"
    "  explain  say what a diagnostic means\n"
    "  ir       print the intermediate representation\n"
    "\n"
    "  ckptlint COMMAND --help   more about one of them\n"
    "  ckptlint --version\n";

void cli_print_help(const char *command) {
  for (size_t i = 0; command != NULL && i < sizeof texts / sizeof *texts; i++)
    if (strcmp(texts[i].command, command) == 0) {
      fputs(texts[i].text, stdout);
      return;
    }
  fputs(program_text, stdout);
}
