#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strbuf.h"

static ck_status fail_errno(ck_err *err, const char *verb, const char *path) {
  int e = errno;
  return ck_fail(err, e == ENOENT || e == ENOTDIR ? CK_ABSENT : CK_IO, "cannot %s %s: %s", verb, path, strerror(e));
}

/* Opens a regular file for reading; a directory or device is refused with a sentence of its own. */
static int open_regular(const char *path, struct stat *st, ck_status *status, ck_err *err) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    *status = fail_errno(err, "open", path);
    return -1;
  }
  if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode)) {
    *status =
        ck_fail(err, CK_IO, "%s is %s, not a file", path, S_ISDIR(st->st_mode) ? "a directory" : "a special file");
    close(fd);
    return -1;
  }
  return fd;
}

ck_status ck_read_file(const char *path, size_t limit, char **bytes, size_t *size, ck_err *err) {
  struct stat st;
  ck_status status = CK_OK;
  *bytes = NULL;
  *size = 0;
  int fd = open_regular(path, &st, &status, err);
  if (fd < 0) return status;
  if ((uint64_t)st.st_size > limit) {
    close(fd);
    return ck_fail(err, CK_LIMIT, "%s has %lld bytes, more than the %zu that are read here", path,
                   (long long)st.st_size, limit);
  }
  size_t room = (size_t)st.st_size, n = 0;
  char *buffer = ck_malloc(room + 1);
  while (n < room) {
    ssize_t got = read(fd, buffer + n, room - n);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      status = fail_errno(err, "read", path);
      free(buffer);
      close(fd);
      return status;
    }
    if (got == 0) break;
    n += (size_t)got;
  }
  close(fd);
  buffer[n] = 0;
  *bytes = buffer;
  *size = n;
  return CK_OK;
}

/* Writes all bytes to fd and closes it; false (errno says why) if they did not get there. */
static bool write_all(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    ssize_t put = write(fd, bytes, size);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) break;
    bytes += put;
    size -= (size_t)put;
  }
  int reason = errno;
  bool good = close(fd) == 0 && size == 0;
  if (size > 0) errno = reason;
  return good;
}

/* A device or pipe (/dev/null, /dev/stdout) is written through: a rename would replace it. */
static ck_status write_through(const char *path, const void *bytes, size_t size, ck_err *err) {
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return fail_errno(err, "open", path);
  return write_all(fd, bytes, size) ? CK_OK : fail_errno(err, "write", path);
}

ck_status ck_write_file(const char *path, const void *bytes, size_t size, ck_err *err) {
  struct stat st;
  if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
    return write_through(path, bytes, size, err);
  size_t n = strlen(path) + 32;
  char *temporary = ck_malloc(n);
  snprintf(temporary, n, "%s.tmp.XXXXXX", path);
  int fd = mkstemp(temporary);
  if (fd < 0) {
    ck_status status = fail_errno(err, "create", temporary);
    free(temporary);
    return status;
  }
  ck_status status = CK_OK;
  if (!write_all(fd, bytes, size)) status = fail_errno(err, "write", temporary);
  else if (rename(temporary, path) != 0) status = fail_errno(err, "rename to", path);
  if (status != CK_OK) unlink(temporary);
  free(temporary);
  return status;
}

ck_status ck_map_file(const char *path, ck_mapping *out, ck_err *err) {
  struct stat st;
  ck_status status = CK_OK;
  *out = (ck_mapping){0};
  int fd = open_regular(path, &st, &status, err);
  if (fd < 0) return status;
  if (st.st_size > 0) {
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (p == MAP_FAILED) status = fail_errno(err, "map", path);
    else *out = (ck_mapping){p, (size_t)st.st_size};
  }
  close(fd);
  return status;
}

void ck_unmap_file(ck_mapping *mapping) {
  if (mapping->bytes) munmap((void *)(uintptr_t)mapping->bytes, mapping->size);
  *mapping = (ck_mapping){0};
}

char *ck_path_join(const char *dir, const char *name) {
  if (name[0] == '/' || dir == NULL || dir[0] == 0) return ck_strdup(name);
  size_t room = strlen(dir) + strlen(name) + 2;
  char *path = ck_malloc(room);
  snprintf(path, room, "%s%s%s", dir, ck_ends_with(dir, "/") ? "" : "/", name);
  return path;
}

const char *ck_path_joined(ck_arena *arena, const char *dir, const char *name) {
  char *path = ck_path_join(dir, name);
  const char *copy = ck_arena_strdup(arena, path);
  free(path);
  return copy;
}

char *ck_path_dir(const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return ck_strdup(".");
  size_t n = slash == path ? 1 : (size_t)(slash - path);
  char *dir = ck_malloc(n + 1);
  memcpy(dir, path, n);
  dir[n] = 0;
  return dir;
}

const char *ck_path_base(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

bool ck_file_exists(const char *path) { return access(path, F_OK) == 0; }

bool ck_is_directory(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool ck_is_private_folder(const char *path) {
  struct stat st;
  return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && (st.st_uid == geteuid() || st.st_uid == 0) &&
         (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

ck_status ck_make_directories(const char *path, ck_err *err) {
  char *copy = ck_strdup(path);
  for (char *p = copy + 1;; p++) {
    if (*p != '/' && *p != 0) continue;
    char keep = *p;
    *p = 0;
    if (mkdir(copy, 0700) != 0 && errno != EEXIST) {
      ck_status status = fail_errno(err, "create folder", copy);
      free(copy);
      return status;
    }
    *p = keep;
    if (keep == 0) break;
  }
  free(copy);
  return CK_OK;
}
