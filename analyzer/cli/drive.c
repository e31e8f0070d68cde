/* drive.c - reads a compiler's command line, as far as `cc` must: sources, objects, output, and whether it compiles or
 * links. All words but sources and output go to the front end, which knows which of them matter. */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"

enum { MAX_RESPONSE = 16 * 1024 * 1024 /* bytes of one @FILE */, MAX_RESPONSE_DEPTH = 8 };

/* Options of GCC and Clang whose value is the next word. */
static const char *const with_value[] = {"-o",           "-I",
                                         "-D",           "-U",
                                         "-L",           "-l",
                                         "-x",           "-T",
                                         "-u",           "-z",
                                         "-e",           "-MF",
                                         "-MT",          "-MQ",
                                         "-MJ",          "-F",
                                         "-arch",        "-target",
                                         "-isystem",     "-iquote",
                                         "-include",     "-idirafter",
                                         "-imacros",     "-iprefix",
                                         "-Xclang",      "-Xlinker",
                                         "-Xassembler",  "-Xpreprocessor",
                                         "-iwithprefix", "-iwithprefixbefore",
                                         "-isysroot",    "--sysroot",
                                         "--param",      "-aux-info",
                                         "-dumpbase",    "-dumpbase-ext",
                                         "-dumpdir",     "-wrapper",
                                         "-framework",   "-iframework",
                                         "-rpath",       "-include-pch"};

static bool has_value(const char *word) {
  for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++)
    if (strcmp(with_value[i], word) == 0) return true;
  return false;
}

static bool ends_in(const char *name, const char *const *suffixes, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (ck_ends_with(name, suffixes[i])) return true;
  return false;
}

bool drive_is_source(const char *name) {
  static const char *const suffixes[] = {".cpp", ".cc", ".cxx", ".c++", ".C", ".cp", ".CPP", ".cu"};
  return ends_in(name, suffixes, sizeof suffixes / sizeof *suffixes);
}

static bool is_object(const char *name) {
  static const char *const suffixes[] = {".o", ".obj", ".a", ".lo", ".so", ".dylib"};
  return ends_in(name, suffixes, sizeof suffixes / sizeof *suffixes) || strstr(ck_path_base(name), ".so.") != NULL;
}

/* --- Response files ------------------------------------------------------------------------------------------- */

static void add_word(cli_words *out, const char *word, const char *directory, ck_arena *arena, int depth);

/* Words of an @FILE, quoted as in a shell (GCC, "Overall Options"). */
static void read_response(cli_words *out, char *s, const char *directory, ck_arena *arena, int depth) {
  while (*s != '\0') {
    while (*s != '\0' && strchr(" \t\r\n", *s) != NULL) s++;
    if (*s == '\0') break;
    ck_strbuf b;
    ck_strbuf_init(&b);
    for (char quote = '\0'; *s != '\0' && (quote != '\0' || strchr(" \t\r\n", *s) == NULL); s++) {
      if (*s == '\\' && quote != '\'' && s[1] != '\0') ck_strbuf_putc(&b, *++s);
      else if (quote == '\0' && (*s == '"' || *s == '\'')) quote = *s;
      else if (*s == quote && quote != '\0') quote = '\0';
      else ck_strbuf_putc(&b, *s);
    }
    add_word(out, ck_arena_strdup(arena, b.s), directory, arena, depth);
    ck_strbuf_release(&b);
  }
}

static void add_word(cli_words *out, const char *word, const char *directory, ck_arena *arena, int depth) {
  char *text, *path = word[0] == '@' && depth < MAX_RESPONSE_DEPTH ? ck_path_join(directory, word + 1) : NULL;
  size_t n;
  bool read = path != NULL && ck_read_file(path, MAX_RESPONSE, &text, &n, NULL) == CK_OK;
  free(path);
  if (!read) {
    ck_vec_push(out, word);
    return;
  }
  read_response(out, text, directory, arena, depth + 1);
  free(text);
}

void drive_expand(const char *const *argv, size_t n, const char *directory, ck_arena *arena, cli_words *out) {
  for (size_t i = 0; i < n; i++) add_word(out, argv[i], directory, arena, 0);
}

/* --- The line ------------------------------------------------------------------------------------------------- */

/* The object of `-c NAME.cpp` without -o: NAME.o in the working directory. */
static const char *default_object(const char *source, ck_arena *arena) {
  const char *base = ck_path_base(source), *dot = strrchr(base, '.');
  return ck_arena_printf(arena, "%.*s.o", dot != NULL ? (int)(dot - base) : (int)strlen(base), base);
}

/* `-Wl,--whole-archive,libnet.a`: archives and objects among the words for the linker. Others (-soname, -rpath, -Map)
 * name no input. */
static void take_linker_words(const char *list, ck_arena *arena, drive_line *out) {
  for (const char *at = list; *at != '\0';) {
    size_t n = strcspn(at, ",");
    const char *word = ck_arena_printf(arena, "%.*s", (int)n, at);
    if (word[0] != '-' && (ck_ends_with(word, ".a") || ck_ends_with(word, ".o"))) ck_vec_push(&out->objects, word);
    at += n + (at[n] == ',');
  }
}

/* What -x has said of the files that follow it. */
typedef enum { BY_NAME, CXX, OTHER } language;

static language language_of(const char *name, bool *makes_no_object) {
  *makes_no_object |= strstr(name, "header") != NULL;
  return strcmp(name, "none") == 0 ? BY_NAME : strcmp(name, "c++") == 0 ? CXX : OTHER;
}

void drive_read(const char *const *argv, size_t n, const char *directory, ck_arena *arena, drive_line *out) {
  *out = (drive_line){0};
  cli_words words = {0};
  drive_expand(argv, n, directory, arena, &words);
  bool only_compiles = false, makes_object = false, neither = false, dependencies = false;
  bool renamed = false; /* a source whose name does not tell that it is C++ */
  language now = BY_NAME;
  for (size_t i = 0; i < words.n; i++) {
    const char *word = words.at[i];
    static const char *const no_object[] = {"-E", "-M", "-MM", "--version", "-###", "--help"};
    for (size_t k = 0; k < sizeof no_object / sizeof *no_object; k++) neither |= strcmp(word, no_object[k]) == 0;
    dependencies |= strcmp(word, "-MD") == 0 || strcmp(word, "-MMD") == 0;
    if (strcmp(word, "-MF") == 0 && i + 1 < words.n) out->depfile = words.at[i + 1];
    else if (strncmp(word, "-MF", 3) == 0 && word[3] != '\0') out->depfile = word + 3;
    out->makes_library |= strcmp(word, "-shared") == 0 || strcmp(word, "-r") == 0;
    if (word[0] == '-' && (word[1] == 'L' || word[1] == 'l')) { /* both may stand apart from their values */
      const char *value = word[2] != '\0' ? word + 2 : i + 1 < words.n ? words.at[i + 1] : NULL;
      if (value != NULL && word[1] == 'L') ck_vec_push(&out->folders, value);
      else if (value != NULL) ck_vec_push(&out->libraries, value);
    }
    if (strncmp(word, "-Wl,", 4) == 0) take_linker_words(word + 4, arena, out);
    if (strcmp(word, "-Xlinker") == 0 && i + 1 < words.n) take_linker_words(words.at[i + 1], arena, out);
    if (strcmp(word, "-c") == 0 || strcmp(word, "-S") == 0 || strcmp(word, "-fsyntax-only") == 0) {
      makes_object |= word[1] == 'c';
      only_compiles = true;
    } else if (strcmp(word, "-o") == 0 && i + 1 < words.n) {
      out->output = words.at[++i];
    } else if (strncmp(word, "-o", 2) == 0 && word[2] != '\0') {
      out->output = word + 2;
    } else if (strcmp(word, "-x") == 0 && i + 1 < words.n) {
      now = language_of(words.at[++i], &neither);
    } else if (strncmp(word, "-x", 2) == 0 && word[2] != '\0') {
      now = language_of(word + 2, &neither);
    } else if (has_value(word)) {
      ck_vec_push(&out->flags, word);
      if (i + 1 < words.n) ck_vec_push(&out->flags, words.at[++i]);
    } else if (strcmp(word, "-") == 0) {
      /* standard input is the compiler's: it cannot be read twice */
    } else if (word[0] == '-') {
      ck_vec_push(&out->flags, word);
    } else if (now == CXX || (now == BY_NAME && drive_is_source(word))) {
      ck_vec_push(&out->sources, word);
      renamed |= !drive_is_source(word);
    } else if (is_object(word)) {
      ck_vec_push(&out->objects, word);
    }
  }
  if (renamed) ck_vec_push(&out->flags, "-x"), ck_vec_push(&out->flags, "c++"); /* the front end goes by names, too */
  out->compiles = !neither && out->sources.n > 0;
  out->links = !neither && !only_compiles && (out->sources.n > 0 || out->objects.n > 0);
  if (makes_object && out->output == NULL && out->sources.n == 1)
    out->output = default_object(out->sources.at[0], arena);
  if (!dependencies) {
    out->depfile = NULL;
  } else if (out->depfile == NULL && out->output != NULL) { /* GCC: the output's name with .d for its suffix */
    const char *base = ck_path_base(out->output), *dot = strrchr(base, '.');
    size_t stem = dot != NULL ? (size_t)(dot - out->output) : strlen(out->output);
    out->depfile = ck_arena_printf(arena, "%.*s.d", (int)stem, out->output);
  }
  free(words.at);
}

void drive_release(drive_line *line) {
  free(line->sources.at);
  free(line->objects.at);
  free(line->flags.at);
  free(line->folders.at);
  free(line->libraries.at);
  *line = (drive_line){0};
}
