/* file.h - whole files and paths. */
#ifndef CK_BASE_FILE_H
#define CK_BASE_FILE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

/* Reads all of `path`, at most `limit` bytes (CK_LIMIT beyond). *bytes is NUL-terminated, the caller's to free(). */
ck_status ck_read_file(const char *path, size_t limit, char **bytes, size_t *size, ck_err *err);
/* Writes to a temporary file beside `path` and renames it: readers see the old or the new file, never a part. */
ck_status ck_write_file(const char *path, const void *bytes, size_t size, ck_err *err);
/* A file mapped read-only. size 0: bytes is NULL. */
typedef struct {
  const unsigned char *bytes;
  size_t size;
} ck_mapping;
ck_status ck_map_file(const char *path, ck_mapping *out, ck_err *err);
void ck_unmap_file(ck_mapping *mapping);
/* dir + "/" + name; `name` alone if it is absolute or dir is empty. The caller's to free(). */
char *ck_path_join(const char *dir, const char *name);
const char *ck_path_joined(ck_arena *arena, const char *dir, const char *name); /* the same, in the arena */
/* Folder of `path` ("." if it has none). The caller's to free(). */
char *ck_path_dir(const char *path);
const char *ck_path_base(const char *path); /* points into `path` */
bool ck_file_exists(const char *path);      /* any kind of file */
bool ck_is_directory(const char *path);
ck_status ck_make_directories(const char *path, ck_err *err); /* mkdir -p, mode 0700 */
/* Is it a folder that only this user, or root, can put files into? What lies in it is then no stranger's. */
bool ck_is_private_folder(const char *path);
#endif
