/* flags.c - a compile command's flags for libclang.
 *
 * They are written for GCC as often as for Clang. What changes the meaning of the program is kept; what selects output,
 * dependency files, warnings, optimisation or linking is dropped, as is what Clang does not know. Unknown flags that
 * look harmless are passed: libclang ignores an unknown -f with a warning, which is switched off.
 *
 * What can be written in two ways is brought to one, so that units that mean the same share precompiled headers. */
#include <assert.h>
#include <string.h>

#include "base/file.h"
#include "frontend/frontend_int.h"

typedef enum { DROP, DROP_WITH_NEXT, KEEP, KEEP_WITH_NEXT, JOIN, SPLIT, CUDA } action;

/* In order; the first row whose prefix (or whole word, if `exact`) matches decides. */
static const struct row {
  const char *flag;
  bool exact;
  action action;
} rows[] = {
    /* takes the next argument, and matters */
    {"-I", true, JOIN},
    {"-D", true, JOIN},
    {"-U", true, JOIN},
    {"-isystem", true, KEEP_WITH_NEXT},
    {"-iquote", true, KEEP_WITH_NEXT},
    {"-idirafter", true, KEEP_WITH_NEXT},
    {"-iprefix", true, KEEP_WITH_NEXT},
    {"-iwithprefix", true, KEEP_WITH_NEXT},
    {"-iwithprefixbefore", true, KEEP_WITH_NEXT},
    {"-isysroot", true, KEEP_WITH_NEXT},
    {"-imacros", true, KEEP_WITH_NEXT},
    {"-include", true, KEEP_WITH_NEXT},
    {"-target", true, KEEP_WITH_NEXT},
    {"-arch", true, KEEP_WITH_NEXT},
    {"-F", true, KEEP_WITH_NEXT},
    {"-iframework", true, KEEP_WITH_NEXT},
    {"--sysroot", true, KEEP_WITH_NEXT},
    {"-isystem-after", true, KEEP_WITH_NEXT},
    /* the same in one word */
    {"-isystem", false, SPLIT},
    {"-iquote", false, SPLIT},
    {"-idirafter", false, SPLIT},
    /* takes the next argument, and does not */
    {"-o", true, DROP_WITH_NEXT},
    {"-MF", true, DROP_WITH_NEXT},
    {"-MT", true, DROP_WITH_NEXT},
    {"-MQ", true, DROP_WITH_NEXT},
    {"-MJ", true, DROP_WITH_NEXT},
    {"-L", true, DROP_WITH_NEXT},
    {"-l", true, DROP_WITH_NEXT},
    {"-Xlinker", true, DROP_WITH_NEXT},
    {"-Xassembler", true, DROP_WITH_NEXT},
    {"-Xpreprocessor", true, DROP_WITH_NEXT},
    {"-T", true, DROP_WITH_NEXT},
    {"-u", true, DROP_WITH_NEXT},
    {"-z", true, DROP_WITH_NEXT},
    {"-aux-info", true, DROP_WITH_NEXT},
    {"-dumpdir", true, DROP_WITH_NEXT},
    {"-dumpbase", true, DROP_WITH_NEXT},
    {"-dumpbase-ext", true, DROP_WITH_NEXT},
    {"--param", true, DROP_WITH_NEXT},
    {"-wrapper", true, DROP_WITH_NEXT},
    {"-include-pch", true, DROP_WITH_NEXT},
    {"-x", true, CUDA},
    {"-xcu", false, CUDA},
    /* of other compilers, or without a meaning for us */
    {"-c", true, DROP},
    {"-S", true, DROP},
    {"-E", true, DROP},
    {"-o", false, DROP},
    {"-M", false, DROP},
    {"-W", false, DROP}, /* -Wall, -Wckpt-..., -Wl,... */
    {"-w", true, DROP},
    {"-pedantic", false, DROP},
    {"-O", false, DROP},
    {"-g", false, DROP},
    {"-pipe", true, DROP},
    {"-save-temps", false, DROP},
    {"-time", false, DROP},
    {"-v", true, DROP},
    {"-s", true, DROP},
    {"-L", false, DROP},
    {"-l", false, DROP},
    {"-shared", true, DROP},
    {"-static", false, DROP},
    {"-rdynamic", true, DROP},
    {"-pg", true, DROP},
    {"-Q", false, DROP},
    {"-Winvalid-pch", true, DROP},
    {"-specs", false, DROP},
    {"--coverage", true, DROP},
    {"-fdiagnostics", false, DROP},
    {"-fcolor-diagnostics", true, DROP},
    {"-fno-color-diagnostics", true, DROP},
    {"-fmessage-length", false, DROP},
    {"-fplugin", false, DROP},
    {"-fpch", false, DROP},
    {"-flto", false, DROP},
    {"-fno-lto", false, DROP},
    {"-ffat-lto-objects", true, DROP},
    {"-fprofile", false, DROP},
    {"-ftest-coverage", true, DROP},
    {"-fsanitize", false, DROP},
    {"-fno-sanitize", false, DROP},
    {"-fstack", false, DROP},
    {"-fno-stack", false, DROP},
    {"-fcf-protection", false, DROP},
    {"-fmodules-ts", true, DROP},
    {"-fmodule-mapper", false, DROP},
    {"-fdeps", false, DROP},
    {"-fconcepts", false, DROP},
    {"-fcoroutines", true, DROP},
    {"-fdump", false, DROP},
    {"-fopt-info", false, DROP},
    {"-fira", false, DROP},
    {"-fgcse", false, DROP},
    {"-fno-gcse", false, DROP},
    {"-ftree", false, DROP},
    {"-fno-tree", false, DROP},
    {"-fno-semantic-interposition", true, DROP},
    {"-fuse-ld", false, DROP},
    {"-fmax-errors", false, DROP},
    {"-ferror-limit", false, DROP},
    {"-fsyntax-only", true, DROP},
    {"-march=native", true, DROP}, /* not the same for both compilers; nothing here depends on it */
    {"-mtune", false, DROP},
    {"-forward-unknown-to-host-compiler", true, CUDA},
    {"--expt", false, CUDA},
    {"-gencode", false, CUDA},
    {"--generate-code", false, CUDA},
    {"-Xcompiler", false, CUDA},
};

static const struct row *row_of(const char *flag) {
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].exact ? !strcmp(flag, rows[i].flag) : ck_starts_with(flag, rows[i].flag)) return &rows[i];
  return NULL;
}

/* -std=gnu++0x and the like mean the same to both; what only GCC knows is mapped to the nearest. */
static const char *standard(const char *flag) {
  static const struct {
    const char *gcc, *clang;
  } map[] = {{"-std=c++26", "-std=c++2c"}, {"-std=gnu++26", "-std=gnu++2c"}};
  for (size_t i = 0; i < sizeof map / sizeof *map; i++)
    if (!strcmp(flag, map[i].gcc)) return map[i].clang;
  return flag;
}

void ck_fe_translate_flags(ck_arena *arena, const char *const *flags, size_t n, ck_fe_flags *out) {
  for (size_t i = 0; i < n; i++) {
    const char *flag = flags[i];
    assert(flag != NULL);
    if (flag[0] != '-') continue; /* another input: objects, libraries */
    const struct row *row = row_of(flag);
    action what = row ? row->action : KEEP;
    const char *next = i + 1 < n ? flags[i + 1] : NULL;
    switch (what) {
    case DROP: break;
    case DROP_WITH_NEXT: i++; break;
    case CUDA:
      if (!strcmp(flag, "-x")) {
        out->cuda |= next && (!strcmp(next, "cu") || !strcmp(next, "cuda") || !strcmp(next, "hip"));
        i++; /* the language is C++ here */
      } else {
        out->cuda |= strcmp(flag, "-forward-unknown-to-host-compiler") == 0 || ck_starts_with(flag, "-xcu");
        if (ck_starts_with(flag, "-gencode") && !strchr(flag, '=')) i++;
      }
      break;
    case KEEP_WITH_NEXT:
      if (!next) break;
      i++;
      if (!strcmp(flag, "-include") && ck_ends_with(next, ".gch"))
        next = ck_arena_strndup(arena, next, strlen(next) - 4);
      ck_vec_push(&out->at, ck_arena_strdup(arena, flag));
      ck_vec_push(&out->at, ck_arena_strdup(arena, next));
      break;
    case JOIN:
      if (!next) break;
      i++;
      ck_vec_push(&out->at, ck_arena_printf(arena, "%s%s", flag, next));
      break;
    case SPLIT:
      ck_vec_push(&out->at, row->flag);
      ck_vec_push(&out->at, ck_arena_strdup(arena, flag + strlen(row->flag)));
      break;
    case KEEP: ck_vec_push(&out->at, ck_arena_strdup(arena, standard(flag))); break;
    }
  }
}

typedef enum { LANGUAGE, FOLDERS, MACROS, GROUPS } group;

static group group_of(const char *flag) {
  static const struct {
    const char *prefix;
    group group;
  } prefixes[] = {{"-D", MACROS},  {"-U", MACROS},         {"-i", FOLDERS},       {"-I", FOLDERS},
                  {"-F", FOLDERS}, {"--sysroot", FOLDERS}, {"-nostdinc", FOLDERS}};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    if (ck_starts_with(flag, prefixes[i].prefix)) return prefixes[i].group;
  return LANGUAGE;
}

static bool is_among(const ck_fe_strings *strings, const char *text) {
  for (size_t i = 0; i < strings->n; i++)
    if (!strcmp(strings->at[i], text)) return true;
  return false;
}

/* One flag as external headers see it: the project's own folders are none of their business, but for those in
 * `folders`, and folders are named in full, but for those below the sysroot ("=/usr/include"). */
static void add_header_flag(ck_arena *arena, const char *directory, const ck_fe_strings *folders, const char *flag,
                            const char *operand, ck_fe_flags *out) {
  if (!strcmp(flag, "-include") || !strcmp(flag, "-imacros")) return;
  const char *own = !strcmp(flag, "-iquote") ? operand : ck_starts_with(flag, "-I") ? flag + 2 : NULL;
  if (own) {
    const char *path = ck_path_joined(arena, directory, own);
    if (ck_fe_is_library_dir(path) || is_among(folders, path))
      ck_vec_push(&out->at, ck_arena_printf(arena, "-I%s", path));
    return;
  }
  ck_vec_push(&out->at, flag);
  if (!operand) return;
  bool folder = (!strcmp(flag, "-isystem") || !strcmp(flag, "-idirafter")) && *operand != '=';
  ck_vec_push(&out->at, folder ? ck_path_joined(arena, directory, operand) : operand);
}

void ck_fe_header_flags(ck_arena *arena, const ck_fe_flags *flags, const char *directory, const ck_fe_strings *folders,
                        ck_fe_flags *out) {
  for (group g = LANGUAGE; g < GROUPS; g++)
    for (size_t i = 0; i < flags->at.n; i++) {
      const char *flag = flags->at.at[i], *operand = NULL;
      assert(flag != NULL);
      const struct row *row = row_of(flag);
      if (row && row->action == KEEP_WITH_NEXT && i + 1 < flags->at.n) operand = flags->at.at[++i];
      if (group_of(flag) == g) add_header_flag(arena, directory, folders, flag, operand, out);
    }
}
