/* source.c - bytes of a file by position, with one small window. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ckpt/ckpt_int.h"

/* Headers, local entries and class texts lie close together; data of tensors do not, so the window stays small. */
enum { WINDOW = 16 * 1024 };

ck_status ck_ckpt_source_open(ck_ckpt_source *source, const char *path, ck_err *err) {
  *source = (ck_ckpt_source){.fd = -1};
  struct stat st;
  /* O_NONBLOCK: a FIFO must not hang the check before fstat can refuse it */
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0)
    return ck_fail(err, errno == ENOENT || errno == ENOTDIR ? CK_ABSENT : CK_IO, "cannot open %s: %s", path,
                   strerror(errno));
  if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
    close(fd);
    return ck_fail(err, CK_IO, "%s is not a regular file", path);
  }
  source->fd = fd;
  source->size = (uint64_t)st.st_size;
  source->window = ck_malloc(WINDOW);
  return CK_OK;
}

void ck_ckpt_source_bytes(ck_ckpt_source *source, const void *bytes, size_t size) {
  *source = (ck_ckpt_source){.fd = -1, .bytes = bytes, .size = size};
}

void ck_ckpt_source_release(ck_ckpt_source *source) {
  if (source->fd >= 0) close(source->fd);
  free(source->window);
  *source = (ck_ckpt_source){.fd = -1};
}

/* Bytes got, fewer only at the end of the file; -1 with errno. */
static ssize_t read_fully(int fd, void *out, size_t n, uint64_t at) {
  size_t got = 0;
  while (got < n) {
    ssize_t r = pread(fd, (char *)out + got, n - got, (off_t)(at + got));
    if (r < 0 && errno == EINTR) continue;
    if (r < 0) return -1;
    if (r == 0) break;
    got += (size_t)r;
  }
  return (ssize_t)got;
}

ck_status ck_ckpt_source_read(ck_ckpt_source *source, uint64_t at, void *out, size_t n, ck_err *err) {
  if (at > source->size || n > source->size - at)
    return ck_fail_at(err, CK_CORRUPT, source->size, "the file ends after %llu bytes, %zu more are needed at %llu",
                      (unsigned long long)source->size, n, (unsigned long long)at);
  if (n == 0) return CK_OK;
  if (source->bytes) {
    memcpy(out, source->bytes + at, n);
    return CK_OK;
  }
  bool in_window = at >= source->window_at && at + n <= source->window_at + source->window_n;
  if (!in_window && n <= WINDOW / 4) {
    size_t want = source->size - at < WINDOW ? (size_t)(source->size - at) : WINDOW;
    ssize_t got = read_fully(source->fd, source->window, want, at);
    source->window_at = at;
    source->window_n = got > 0 ? (size_t)got : 0;
    if (got < 0) return ck_fail_at(err, CK_IO, at, "cannot read: %s", strerror(errno));
    if ((size_t)got < n) return ck_fail_at(err, CK_CORRUPT, at, "the file became shorter while it was read");
    in_window = true;
  }
  if (in_window) {
    memcpy(out, source->window + (at - source->window_at), n);
    return CK_OK;
  }
  ssize_t got = read_fully(source->fd, out, n, at);
  if (got < 0) return ck_fail_at(err, CK_IO, at, "cannot read: %s", strerror(errno));
  if ((size_t)got < n) return ck_fail_at(err, CK_CORRUPT, at, "the file became shorter while it was read");
  return CK_OK;
}
