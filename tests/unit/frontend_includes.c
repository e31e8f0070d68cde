/* Which headers of a unit may be parsed ahead of it, and which macros stand in the way. */
#include "rows.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "frontend/frontend_int.h"

/* `headers` in order; `order`: a dot for each of them, between them the macros that stand there. One that can stand at
 * the start of the PCH has its value in brackets.
 */
static const struct row {
  const char *name, *text, *flags, *headers, *order;
} rows[] = {
    {"nothing in the way", "#include <vector>\n#include <jansson.h>\n", "", "<vector> <jansson.h>", ". ."},
    {"defined afterwards", "#include <vector>\n#define N 3\n", "", "<vector>", "."},
    {"defined before", "#include <map>\n#define N x\n#include <jansson.h>\n", "", "<map> <jansson.h>", ". N ."},
    {"before the library's only", "#include <jansson.h>\n#define N x\n#include <regex>\n", "", "<jansson.h> <regex>",
     ". N ."},
    {"at the start, nothing", "#define NOMINMAX\n#include <jansson.h>\n", "", "<jansson.h>", "NOMINMAX[] ."},
    {"at the start, a number", "#  define N 3.5f // three\n#include <jansson.h>\n", "", "<jansson.h>", "N ."},
    {"at the start, just a number", "#  define N   0x10 \n#include <jansson.h>\n", "", "<jansson.h>", "N[0x10] ."},
    {"at the start, a function", "#define N() 3\n#include <jansson.h>\n", "", "<jansson.h>", "N ."},
    {"at the start, under a condition", "#include \"a\"\n#ifndef N\n#define N 3\n#endif\n#include <jansson.h>\n", "",
     "<jansson.h>", "N ."},
    {"at the start, unless it is defined", "#ifndef N\n#define N 3\n#endif\n#include <jansson.h>\n", "", "<jansson.h>",
     "N[3] ."},
    {"at the start, unless the command line defines it", "#ifndef N\n#define N 3\n#endif\n#include <jansson.h>\n",
     "-DN=4", "<jansson.h>", "N ."},
    {"an include guard", "#ifndef N\n#define N\n#include <jansson.h>\n#endif\n", "", "<jansson.h>", "."},
    {"undefined, but never defined", "#include <map>\n#undef slots\n#include <jansson.h>\n", "", "<map> <jansson.h>",
     ". ."},
    {"undefined after a library", "#include <jansson.h>\n#undef CHECK\n#include <zip.h>\n", "", "<jansson.h> <zip.h>",
     ". CHECK ."},
    {"defined and undefined", "#define N 3\n#undef N\n#include <jansson.h>\n", "", "<jansson.h>", "N[3] N ."},
    {"undefined what the command line defines", "#undef N\n#include <jansson.h>\n", "-DN=3", "<jansson.h>", "N ."},
    {"undefined what the compiler defines", "#undef linux\n#include <jansson.h>\n", "", "<jansson.h>", "linux ."},
    {"what libtorch includes is no news after it", "#include <torch/torch.h>\n#define N x\n#include <vector>\n",
     "-isystem/usr/include/torch/csrc/api/include", "<torch/torch.h>", "."},
    {"undefined before all", "#undef slots\n#include <jansson.h>\n#define slots x\n#include <zip.h>\n", "",
     "<jansson.h> <zip.h>", ". slots ."},
    {"a platform that this is not",
     "#ifdef _WIN32\n#include <zip.h>\n#define N x\n#else\n#include <jansson.h>\n#endif\n", "", "<jansson.h>", "."},
    {"one of the platforms that this is not",
     "#if defined(_WIN32) || defined (__APPLE__)\n#include <zip.h>\n#elif __linux__\n#include <map>\n#endif\n#include "
     "<jansson.h>\n",
     "", "<jansson.h>", "."},
    {"this platform",
     "#if defined(__linux__) && !defined _MSC_VER // here\n#include <zip.h>\n#elif 1\n#include <jansson.h>\n#endif\n",
     "", "<zip.h>", "."},
    {"a platform that the flags pretend",
     "#ifdef WIN32\n#include <zip.h>\n#else\n#include <jansson.h>\n#endif\n#include <map>\n", "-DWIN32", "<map>", "."},
    {"a platform that the project pretends",
     "#define _WIN32\n#ifndef _WIN32\n#include <zip.h>\n#endif\n#include <map>\n", "", "<map>", "_WIN32[] ."},
    {"a condition with more to it",
     "#if defined(_WIN32) || WITH_ZIP\n#include <zip.h>\n#else\n#define N x\n#endif\n#include <map>\n", "", "<map>",
     "N ."},
    {"a comparison", "#if _MSC_VER < 1900\n#include <zip.h>\n#endif\n#include <map>\n", "", "<map>", "."},
    {"a condition in a branch that is not read",
     "#ifdef _WIN32\n#ifdef A\n#include <zip.h>\n#else\n#include <zip.h>\n#endif\n#endif\n#include <map>\n", "",
     "<map>", "."},
    {"another platform",
     "#ifdef _WIN32\n#include <zip.h>\n#endif\n#include <map>\n#ifndef _WIN32\n#include "
     "<jansson.h>\n#endif\n",
     "--target=x86_64-w64-mingw32", "<map>", "."},
    {"turned off", "#if 0\n#include <zip.h>\n#else\n#include <map>\n#endif\n", "", "<map>", "."},
};

static void scan(void **state) {
  const struct row *row = *state;
  ck_arena arena;
  ck_arena_init(&arena);
  ck_fe_flags flags = {0};
  if (row->flags[0]) ck_vec_push(&flags.at, row->flags);
  ck_fe_includes found = {0};
  ck_fe_external_includes("/nowhere/main.cpp", row->text, "/nowhere", &flags, &found);
  ck_strbuf headers, order;
  ck_strbuf_init(&headers);
  ck_strbuf_init(&order);
  size_t macros = 0;
  for (size_t i = 0; i < found.operands.n; i++) {
    ck_strbuf_printf(&headers, "%s%s", i > 0 ? " " : "", found.operands.at[i]);
    for (; macros < found.preceding.at[i]; macros++) {
      const char *line = found.lines.at[macros], *value = line ? strchr(line, ' ') + 1 : NULL;
      ck_strbuf_printf(&order, "%s%s", order.n > 0 ? " " : "", found.macros.at[macros]);
      if (value) ck_strbuf_printf(&order, "[%s]", value);
    }
    ck_strbuf_puts(&order, order.n > 0 ? " ." : ".");
  }
  assert_string_equal(headers.s, row->headers);
  assert_string_equal(order.s, row->order);
  assert_int_equal(found.macros.n, macros);
  ck_strbuf_release(&headers);
  ck_strbuf_release(&order);
  ck_fe_release_includes(&found);
  free(flags.at.at);
  ck_arena_release(&arena);
}

static const struct word_row {
  const char *name, *text, *word;
  bool mentioned;
} word_rows[] = {
    {"code", "int slots;\n", "slots", true},
    {"another word", "int slots_;\n", "slots", false},
    {"a comment", "int a; // the slots\n/* more slots\n slots */ int b;\n", "slots", false},
    {"after a comment", "/* a */ int slots;\n", "slots", true},
    {"a continued comment", "// a \\\n slots\nint b;\n", "slots", false},
    {"no comment in a string", "const char *a = \"/*\"; int slots; /* */\n", "slots", true},
    {"no comment after a quote", "char a = '\"', *b = \"//\"; int slots;\n", "slots", true},
    {"no comment in a raw string", "auto a = R\"(\n/* )\"; int slots; /* */\n", "slots", true},
    {"separators of digits", "int a = 1'000'000; // slots\n", "slots", false},
};

static void word(void **state) {
  const struct word_row *row = *state;
  char source[] = "/tmp/ckptlint-words-XXXXXX", list[] = "/tmp/ckptlint-words-XXXXXX";
  int a = mkstemp(source), b = mkstemp(list);
  assert_true(a >= 0 && b >= 0);
  close(a);
  close(b);
  assert_int_equal(ck_write_file(source, row->text, strlen(row->text), NULL), CK_OK);
  char *file = source;
  ck_fe_strings files = {.at = &file, .n = 1}, none = {0};
  assert_true(ck_fe_write_words(list, &files, &none));
  assert_int_equal(ck_fe_words_mention(list, row->word, false), row->mentioned);
  assert_false(ck_fe_words_mention(list, row->word, true));
  assert_true(ck_fe_write_words(list, &files, &files));
  assert_int_equal(ck_fe_words_mention(list, row->word, true), row->mentioned);
  unlink(source);
  unlink(list);
}

static const struct guard_row {
  const char *name, *text;
  bool guarded;
} guard_rows[] = {
    {"a guard", "// of 2026\n#ifndef A\n#define A 1\nint a;\n#endif // A\n", true},
    {"a guard with conditions in it", "#ifndef A\n#define A\n#if B\n#else\nint a;\n#endif\n#endif\n", true},
    {"once", "/* of 2026 */\n#pragma once\nint a;\n", true},
    {"once, later", "int a;\n#pragma once\n", true},
    {"once, on some platforms", "#ifdef _MSC_VER\n#pragma once\n#endif\nint a;\n", false},
    {"nothing", "int a;\n", false},
    {"something before", "int b;\n#ifndef A\n#define A\nint a;\n#endif\n", false},
    {"something behind", "#ifndef A\n#define A\nint a;\n#endif\nint b;\n", false},
    {"a condition behind", "#ifndef A\n#define A\nint a;\n#endif\n#ifdef B\nint b;\n#endif\n", false},
    {"another macro", "#ifndef A\n#define B\nint a;\n#endif\n", false},
    {"a condition that is no guard", "#ifndef A\nint a;\n#endif\n", false},
    {"both ways", "#ifndef A\n#define A\n#else\nint b;\n#endif\n", false},
    {"not closed", "#ifndef A\n#define A\nint a;\n", false},
    {"within a comment", "/*\n#pragma once\n*/\nint a;\n", false},
};

static void guard(void **state) {
  const struct guard_row *row = *state;
  assert_int_equal(ck_fe_is_guarded(&(ck_fe_file){.text = row->text, .size = strlen(row->text)}), row->guarded);
}

static const struct place_row {
  const char *name, *path, *text;
  bool vendored;
} place_rows[] = {
    {"a folder of others' code", "/home/a/third_party/x/x.hpp", "int a;", true},
    {"a file of that name", "/home/a/deps", "int a;", false},
    {"part of a name", "/home/a/my_deps/x.hpp", "int a;", false},
    {"out of it again", "/home/a/deps/x/../../net.h", "int a;", false},
    {"out of one, into another", "/home/a/deps/../vendor/./x.h", "int a;", true},
    {"up, but not out of it", "/home/a/deps/x/../net.h", "int a;", true},
    {"it speaks of torch", "/home/a/deps/net.h", "#include <torch/torch.h>", false},
};

static void place(void **state) {
  const struct place_row *row = *state;
  assert_int_equal(ck_fe_is_vendored(row->path, row->text, strlen(row->text)), row->vendored);
}

int main(void) {
  return RUN_ROWS("external includes", rows, scan) + RUN_ROWS("words of headers", word_rows, word) +
         RUN_ROWS("include guards", guard_rows, guard) + RUN_ROWS("vendored headers", place_rows, place);
}
