/* external.c - which files are the project's own.
 *
 * What stands in a header of the system or of a library is referred to by name only: the evaluator knows libtorch and
 * the standard library from tables. A file is external if clang treats it as a system header (-isystem, built-in
 * directories), or if it lies in /usr or in a directory that holds libtorch's headers, by whatever flag that was named.
 */
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "frontend/frontend_int.h"

/* What an include directory of libtorch holds. */
static const char *const library_marks[] = {"torch/torch.h", "ATen/ATen.h", "c10/util/Exception.h", "torch/csrc"};

static const char *const library_roots[] = {"/usr/include/",  "/usr/lib/",           "/usr/local/include/",
                                            "/opt/homebrew/", "/Library/Developer/", "/usr/share/"};

bool ck_fe_is_library_dir(const char *dir) {
  char path[4096];
  for (size_t i = 0; i < sizeof library_roots / sizeof *library_roots; i++) {
    size_t n = strlen(library_roots[i]) - 1;
    if (strncmp(dir, library_roots[i], n) == 0 && (dir[n] == '/' || dir[n] == 0)) return true;
  }
  for (size_t i = 0; i < sizeof library_marks / sizeof *library_marks; i++)
    if (snprintf(path, sizeof path, "%s/%s", dir, library_marks[i]) < (int)sizeof path && ck_file_exists(path))
      return true;
  return false;
}

bool ck_fe_is_library_path(const char *path) {
  if (ck_starts_with(path, "/../lib/")) return true; /* how libclang names GCC's own headers */
  for (size_t i = 0; i < sizeof library_roots / sizeof *library_roots; i++)
    if (ck_starts_with(path, library_roots[i])) return true;
  /* .../include/ATen/x.h, .../include/c10/x.h and .../torch/csrc/...: the marks, seen from a file inside */
  static const char *const inside[] = {"/ATen/", "/c10/", "/torch/csrc/", "/torch/include/", "/libtorch/include/"};
  for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
    if (strstr(path, inside[i])) return true;
  const char *torch = strstr(path, "/torch/");
  for (; torch; torch = strstr(torch + 1, "/torch/")) {
    char root[4096];
    size_t n = (size_t)(torch - path);
    if (n >= sizeof root) break;
    memcpy(root, path, n);
    root[n] = 0;
    if (ck_fe_is_library_dir(root)) return true;
  }
  return false;
}

ck_fe_file *ck_fe_file_of(ck_fe *fe, CXFile file) {
  char key[32];
  snprintf(key, sizeof key, "%p", (void *)file);
  bool is_new;
  ck_map_entry *entry = ck_map_put(&fe->files, key, &is_new);
  if (!is_new) return entry->p;
  ck_fe_file *made = CK_NEW(&fe->unit->arena, ck_fe_file);
  entry->p = made;
  made->file = file;
  if (!file) {
    made->external = true; /* built in, or from the command line */
    return made;
  }
  made->name = ck_fe_intern(fe, clang_getFileName(file));
  /* by name first: libclang searches all of the PCH for a file's location */
  made->external =
      ck_fe_is_library_path(made->name) || clang_Location_isInSystemHeader(clang_getLocationForOffset(fe->tu, file, 0));
  if (made->external) return made;
  made->text = clang_getFileContents(fe->tu, file, &made->size);
  bool is_main = strcmp(made->name, fe->options->path) == 0;
  made->vendored = !is_main && made->text && ck_fe_is_vendored(made->name, made->text, made->size);
  made->external = made->vendored;
  return made;
}

static CXFile file_of_cursor(CXCursor cursor) {
  CXFile file = NULL;
  clang_getExpansionLocation(clang_getCursorLocation(cursor), &file, NULL, NULL, NULL);
  return file;
}

bool ck_fe_is_external(ck_fe *fe, CXCursor cursor) { return ck_fe_file_of(fe, file_of_cursor(cursor))->external; }

bool ck_fe_is_main_file(ck_fe *fe, CXCursor cursor) {
  CXFile file = file_of_cursor(cursor); /* where macros are used, not where they are defined */
  return file && ck_fe_file_of(fe, file)->name && !strcmp(ck_fe_file_of(fe, file)->name, fe->options->path);
}
