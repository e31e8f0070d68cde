/* Which headers of a unit may be parsed ahead of it, and which macros stand in the way. */
#include "rows.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "frontend/frontend_int.h"

/* `headers` in order; `macros`: those that matter to any header, a bar, those that matter to the C++ library's only;
 * one that can stand at the start of the PCH has its value in brackets. `unaffected` headers stand before every macro.
 */
static const struct row {
  const char *name, *text, *flags, *headers, *macros;
  size_t unaffected;
} rows[] = {
    {"nothing in the way", "#include <vector>\n#include <jansson.h>\n", "", "<vector> <jansson.h>", "|", 2},
    {"defined afterwards", "#include <vector>\n#define N 3\n", "", "<vector>", "|", 1},
    {"defined before", "#include <map>\n#define N x\n#include <jansson.h>\n", "", "<map> <jansson.h>", "N |", 1},
    {"before the library's only", "#include <jansson.h>\n#define N x\n#include <regex>\n", "", "<jansson.h> <regex>",
     "| N", 1},
    {"at the start, nothing", "#define NOMINMAX\n#include <jansson.h>\n", "", "<jansson.h>", "NOMINMAX[] |", 0},
    {"at the start, a number", "#  define N 3.5f // three\n#include <jansson.h>\n", "", "<jansson.h>", "N |", 0},
    {"at the start, just a number", "#  define N   0x10 \n#include <jansson.h>\n", "", "<jansson.h>", "N[0x10] |", 0},
    {"at the start, a function", "#define N() 3\n#include <jansson.h>\n", "", "<jansson.h>", "N |", 0},
    {"at the start, under a condition", "#include \"a\"\n#ifndef N\n#define N 3\n#endif\n#include <jansson.h>\n", "",
     "<jansson.h>", "N |", 0},
    {"at the start, unless it is defined", "#ifndef N\n#define N 3\n#endif\n#include <jansson.h>\n", "", "<jansson.h>",
     "N[3] |", 0},
    {"at the start, unless the command line defines it", "#ifndef N\n#define N 3\n#endif\n#include <jansson.h>\n",
     "-DN=4", "<jansson.h>", "N |", 0},
    {"an include guard", "#ifndef N\n#define N\n#include <jansson.h>\n#endif\n", "", "<jansson.h>", "|", 1},
    {"undefined, but never defined", "#include <map>\n#undef slots\n#include <jansson.h>\n", "", "<map> <jansson.h>",
     "|", 1},
    {"undefined after a library", "#include <jansson.h>\n#undef CHECK\n#include <zip.h>\n", "", "<jansson.h> <zip.h>",
     "CHECK |", 1},
    {"defined and undefined", "#define N 3\n#undef N\n#include <jansson.h>\n", "", "<jansson.h>", "N[3] N |", 0},
    {"undefined what the command line defines", "#undef N\n#include <jansson.h>\n", "-DN=3", "<jansson.h>", "N |", 0},
    {"undefined what the compiler defines", "#undef linux\n#include <jansson.h>\n", "", "<jansson.h>", "linux |", 0},
    {"what libtorch includes is no news after it", "#include <torch/torch.h>\n#define N x\n#include <vector>\n",
     "-isystem/usr/include/torch/csrc/api/include", "<torch/torch.h>", "|", 1},
};

static void scan(void **state) {
  const struct row *row = *state;
  ck_arena arena;
  ck_arena_init(&arena);
  ck_fe_flags flags = {0};
  if (row->flags[0]) ck_vec_push(&flags.at, row->flags);
  ck_fe_includes found = {0};
  ck_fe_external_includes("/nowhere/main.cpp", row->text, "/nowhere", &flags, &found);
  ck_strbuf headers, macros;
  ck_strbuf_init(&headers);
  ck_strbuf_init(&macros);
  for (size_t i = 0; i < found.operands.n; i++)
    ck_strbuf_printf(&headers, "%s%s", i > 0 ? " " : "", found.operands.at[i]);
  for (size_t i = 0; i <= found.macros.n; i++) {
    if (i == found.before_others) ck_strbuf_puts(&macros, "|");
    if (i == found.macros.n) break;
    const char *line = found.lines.at[i], *value = line ? strchr(line, ' ') + 1 : NULL;
    if (i >= found.before_others) ck_strbuf_puts(&macros, " ");
    ck_strbuf_puts(&macros, found.macros.at[i]);
    if (value) ck_strbuf_printf(&macros, "[%s]", value);
    if (i < found.before_others) ck_strbuf_puts(&macros, " ");
  }
  assert_string_equal(headers.s, row->headers);
  assert_string_equal(macros.s, row->macros);
  assert_int_equal(found.unaffected, row->unaffected);
  ck_strbuf_release(&headers);
  ck_strbuf_release(&macros);
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

int main(void) { return RUN_ROWS("external includes", rows, scan) + RUN_ROWS("words of headers", word_rows, word); }
