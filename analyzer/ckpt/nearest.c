/* nearest.c - the file that was meant: the name in a folder that is nearest to one that is not there. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/vec.h"
#include "ckpt/ckpt.h"

enum { MAX_NAMES = 4096 }; /* of a folder; the rest is not looked at */

/* Endings that no checkpoint has, beside it in a project all the same. */
static bool is_no_checkpoint(const char *name) {
  static const char *const endings[] = {".a",    ".c",   ".cc", ".cmake", ".cpp", ".cu",   ".cuh",  ".cxx",
                                        ".d",    ".gch", ".h",  ".hh",    ".hpp", ".hxx",  ".html", ".ipynb",
                                        ".lock", ".log", ".md", ".ninja", ".o",   ".obj",  ".pch",  ".py",
                                        ".pyc",  ".rst", ".sh", ".so",    ".txt", ".toml", ".yaml", ".yml"};
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (ck_ends_with(name, endings[i])) return true;
  return false;
}

/* Bytes of a name before its last dot, the dot of a hidden file aside. */
static size_t stem_length(const char *name) {
  const char *dot = strrchr(name, '.');
  return dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
}

/* How far a name is from the one that is wanted, half steps for another ending: of two as near, the one with the same
 * ending is meant. A third of the stem may differ, at most 3 bytes; SIZE_MAX: no likely candidate. */
static size_t unlikeness(const char *name, const char *wanted) {
  size_t stem = stem_length(wanted), bound = stem / 3 + 1 < 4 ? stem / 3 + 1 : 4;
  bool same_ending = strcmp(name + stem_length(name), wanted + stem) == 0;
  if (!same_ending && stem_length(name) == stem && strncmp(name, wanted, stem) == 0) return 1; /* net.pth for net.pt */
  size_t distance = ck_edit_distance(name, wanted, bound);
  return distance < bound ? 2 * distance + !same_ending : SIZE_MAX;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Sorted, so that ties do not depend on the file system. */
char *ck_ckpt_nearest_name(const char *folder, const char *wanted, size_t *distance) {
  DIR *dir = opendir(folder[0] != '\0' ? folder : ".");
  char *best = NULL;
  if (dir == NULL) return NULL;
  CK_VEC(char *) names = {0};
  const struct dirent *entry;
  while (names.n < MAX_NAMES && (entry = readdir(dir)) != NULL)
    if (entry->d_name[0] != '.' && !is_no_checkpoint(entry->d_name)) ck_vec_push(&names, ck_strdup(entry->d_name));
  closedir(dir);
  if (names.n > 0) qsort(names.at, names.n, sizeof *names.at, by_name);
  for (size_t i = 0; i < names.n; i++) {
    size_t one = unlikeness(names.at[i], wanted);
    char *path = one < *distance ? ck_path_join(folder, names.at[i]) : NULL;
    if (path != NULL && !ck_is_directory(path)) {
      free(best);
      best = ck_strdup(names.at[i]);
      *distance = one;
    }
    free(path);
    free(names.at[i]);
  }
  free(names.at);
  return best;
}
