/* The flags that reach external headers: those that mean the same come out the same, so that units share what is
 * precompiled for them; what tells headers apart stays. */
#include "rows.h"

#include <string.h>

#include "base/strbuf.h"
#include "frontend/frontend_int.h"

#define PLAIN "-std=c++17 -isystem /usr/include/torch -DONE"

static const struct row {
  const char *name, *flags, *wanted;
} rows[] = {
    {"the language, folders, macros", PLAIN, PLAIN},
    {"as CMake writes them", "-DONE -isystem /usr/include/torch -std=c++17", PLAIN},
    {"as Meson writes them", "-DONE -std=c++17 -isystem/usr/include/torch", PLAIN},
    {"as GCC's plugin has them", "-D ONE -isystem /usr/include/torch -std=c++17", PLAIN},
    {"what a build has beside", "-c -O2 -g -Wall -MMD -MF d -o a.o a.o " PLAIN, PLAIN},
    {"folders of the project", "-I. -I include -Isrc -iquote src -iquotesrc " PLAIN, PLAIN},
    {"a folder of a library inside the project", "-Ilib -Isrc -DX -I lib/x", "-I/nowhere/lib -DX"},
    {"files of the project", "-include config.h -imacros macros.h " PLAIN, PLAIN},
    {"a folder of a library", "-DX -I /usr/include/torch", "-I/usr/include/torch -DX"},
    {"a folder of a library, quoted", "-DX -iquote /usr/include/torch", "-I/usr/include/torch -DX"},
    {"a relative folder", "-isystem torch -idirafter ../c", "-isystem /nowhere/torch -idirafter /nowhere/../c"},
    {"below the sysroot", "--sysroot=/sdk -isystem =/include", "--sysroot=/sdk -isystem =/include"},
    {"the order of folders", "-isystem /b -DX -isystem /a -idirafter /c", "-isystem /b -isystem /a -idirafter /c -DX"},
    {"the order of macros", "-DX=1 -std=c++17 -UX -D X=2", "-std=c++17 -DX=1 -UX -DX=2"},
    {"the order of the language", "-std=c++17 -DX -fPIC -std=c++20", "-std=c++17 -fPIC -std=c++20 -DX"},
    {"a target", "-DX -target aarch64-linux-gnu", "-target aarch64-linux-gnu -DX"},
    {"a folder named like a flag", "-DX -isystem -Y -std=c++17", "-std=c++17 -isystem /nowhere/-Y -DX"},
    {"no operand", "-DX -isystem", "-DX"},
};

static void header_flags(void **state) {
  const struct row *row = *state;
  ck_arena arena;
  ck_arena_init(&arena);
  const char *words[32];
  size_t n = 0;
  char *save = NULL, *text = ck_arena_strdup(&arena, row->flags);
  for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) words[n++] = word;
  ck_fe_flags flags = {0}, found = {0};
  ck_fe_translate_flags(&arena, words, n, &flags);
  char lib[] = "/nowhere/lib", *folder = lib;
  ck_fe_header_flags(&arena, &flags, "/nowhere", &(ck_fe_strings){.at = &folder, .n = 1}, &found);
  ck_strbuf out;
  ck_strbuf_init(&out);
  for (size_t i = 0; i < found.at.n; i++) ck_strbuf_printf(&out, "%s%s", i > 0 ? " " : "", found.at.at[i]);
  assert_string_equal(out.s, row->wanted);
  ck_strbuf_release(&out);
  free(flags.at.at);
  free(found.at.at);
  ck_arena_release(&arena);
}

int main(void) { return RUN_ROWS("flags of external headers", rows, header_flags); }
