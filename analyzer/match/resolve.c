/* resolve.c - from the path in the source to an opened checkpoint.
 *
 * A relative path means at run time what the working directory of that run makes of it, which nobody knows at build
 * time. So it is looked for in the places where such files lie, in a fixed and documented order; a file that is found
 * nowhere is a note, never an error. A Git LFS pointer is replaced by the headers snapshot of its object if one lies
 * beside it or in a search directory. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "match/match_int.h"

/* Names read per folder for "did you mean": enough for a folder of checkpoints, small beside a build. */

static const char *place(ck_matcher *m, const char *directory, const char *path) {
  return ck_path_joined(m->arena, directory, path);
}

static const char *site_folder(ck_matcher *m, const ck_site *site) {
  if (site->loc.file == NULL) return "";
  char *folder = ck_path_dir(site->loc.file);
  const char *copy = ck_arena_strdup(m->arena, folder);
  free(folder);
  return copy;
}

/* The i-th place to look in, NULL after the last. */
static const char *search_directory(ck_matcher *m, const ck_site *site, size_t i) {
  const ck_match_options *o = m->options;
  if (o->ndirectories == 0) return i == 0 ? site_folder(m, site) : NULL;
  if (i == 0) return o->directories[0];
  if (i == 1) return site_folder(m, site);
  return i - 1 < o->ndirectories ? o->directories[i - 1] : NULL;
}

static const char *find_file(ck_matcher *m, const ck_site *site, const char *path) {
  if (path[0] == '/') return ck_file_exists(path) ? path : NULL;
  const char *directory;
  for (size_t i = 0; (directory = search_directory(m, site, i)) != NULL; i++) {
    const char *candidate = place(m, directory, path);
    if (ck_file_exists(candidate)) return candidate;
  }
  return NULL;
}

static void use_snapshot(ck_matcher *m, const ck_site *site, ck_opened *file) {
  CK_VEC(const char *) folders = {0};
  char *beside = ck_path_dir(file->path);
  ck_vec_push(&folders, beside);
  const char *directory;
  for (size_t i = 0; (directory = search_directory(m, site, i)) != NULL; i++) ck_vec_push(&folders, directory);
  ck_ckpt_follow_pointer(&file->ckpt, folders.at, folders.n);
  free(beside);
  free(folders.at);
}

static const ck_opened *open_found(ck_matcher *m, const ck_site *site, const char *path, const char *found) {
  bool is_new;
  ck_map_entry *slot = ck_map_put(&m->opened, found != NULL ? found : path, &is_new);
  if (!is_new) return slot->p;
  ck_opened *file = CK_NEW(m->arena, ck_opened);
  slot->p = file;
  file->path = found != NULL ? found : path;
  file->status = found == NULL ? ck_fail(&file->err, CK_ABSENT, "no such file")
                               : ck_ckpt_open(found, NULL, &file->ckpt, &file->err);
  if (file->ckpt != NULL) use_snapshot(m, site, file);
  return file;
}

const ck_opened *ck_match_open(ck_matcher *m, const ck_site *site, const char *path) {
  return open_found(m, site, path, find_file(m, site, path));
}

size_t ck_match_elsewhere(ck_matcher *m, const ck_site *site, const char *path, const ck_opened **out, size_t room) {
  enum { MAX_PLACES = 16 };
  struct stat known[MAX_PLACES];
  const char *directory;
  size_t nknown = 0, n = 0;
  if (path[0] == '/') return 0;
  for (size_t i = 0; (directory = search_directory(m, site, i)) != NULL && nknown < MAX_PLACES && n < room; i++) {
    const char *candidate = place(m, directory, path);
    struct stat *st = &known[nknown];
    if (stat(candidate, st) != 0) continue;
    bool is_known = false;
    for (size_t k = 0; k < nknown; k++) is_known |= known[k].st_dev == st->st_dev && known[k].st_ino == st->st_ino;
    if (is_known) continue;
    if (nknown++ > 0) out[n++] = open_found(m, site, path, candidate);
  }
  return n;
}

/* --- Did you mean ... ------------------------------------------------------------------------------------------ */

typedef struct {
  const char *path; /* of the best name so far, as it would be written; NULL: none */
  size_t distance;
} nearest;

static void consider_folder(ck_matcher *m, const char *folder, const char *written, const char *wanted, nearest *best) {
  size_t before = best->distance;
  char *name = ck_ckpt_nearest_name(folder, wanted, &best->distance);
  if (name == NULL || best->distance >= before) return free(name);
  best->path = place(m, written != NULL ? written : folder, name);
  free(name);
}

const char *ck_match_nearest_file(ck_matcher *m, const ck_site *site, const char *path) {
  const char *name = ck_path_base(path);
  if (name[0] == '\0') return NULL;
  nearest best = {NULL, SIZE_MAX};
  char *folder = ck_path_dir(path);
  const char *directory;
  for (size_t i = 0; (directory = path[0] == '/' && i > 0 ? NULL : search_directory(m, site, i)) != NULL; i++) {
    bool absolute = path[0] == '/', plain = strcmp(folder, ".") == 0;
    consider_folder(m, absolute ? folder : place(m, directory, folder), plain ? "" : folder, name, &best);
    if (!absolute && !plain) consider_folder(m, directory, NULL, name, &best);
  }
  free(folder);
  return best.path == NULL ? NULL : ck_arena_printf(m->arena, "did you mean \"%s\"?", best.path);
}
