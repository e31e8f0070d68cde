/* seal.c - tells whether files are what they were when they were written, without reading them each time.
 *
 * libclang trusts a PCH: with a byte changed it crashes at best and else means something else. So a seal lies beside
 * it, one line per file: what stat says (whoever writes to a file changes its ctime, which no program can set) and the
 * hash of the content. A file whose stat agrees is not read. One whose stat differs (a cache that was copied or
 * restored) is read once, and the seal renewed. The last line is the hash of those before it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "frontend/frontend_int.h"

#define MAX_SEAL_BYTES ((size_t)4096)

/* "SIZE MTIME CTIME INODE", times in nanoseconds. */
static bool put_stamp(ck_strbuf *out, const char *path) {
  struct stat s;
  if (stat(path, &s) != 0 || !S_ISREG(s.st_mode)) return false;
  ck_strbuf_printf(out, "%lld %lld.%09ld %lld.%09ld %llu", (long long)s.st_size, (long long)s.st_mtim.tv_sec,
                   s.st_mtim.tv_nsec, (long long)s.st_ctim.tv_sec, s.st_ctim.tv_nsec, (unsigned long long)s.st_ino);
  return true;
}

static bool put_hash(ck_strbuf *out, const char *path) {
  ck_mapping map;
  char hex[33];
  if (ck_map_file(path, &map, NULL) != CK_OK) return false;
  ck_hash128_hex(map.bytes, map.size, hex);
  ck_unmap_file(&map);
  ck_strbuf_puts(out, hex);
  return true;
}

static void put_end(ck_strbuf *text) {
  char hex[33];
  ck_hash128_hex(text->s, text->n, hex);
  ck_strbuf_printf(text, "%s\n", hex);
}

bool ck_fe_seal(const char *seal, const char *const *files, size_t n) {
  ck_strbuf text;
  ck_strbuf_init(&text);
  bool ok = true;
  for (size_t i = 0; i < n && ok; i++) {
    ok = put_stamp(&text, files[i]);
    ck_strbuf_putc(&text, ' ');
    ok = ok && put_hash(&text, files[i]);
    ck_strbuf_putc(&text, '\n');
  }
  put_end(&text);
  ok = ok && ck_write_file(seal, text.s, text.n, NULL) == CK_OK;
  ck_strbuf_release(&text);
  return ok;
}

/* The line of one file: CHANGED as far as stat tells, DAMAGED as the content does. */
typedef enum { WHOLE, CHANGED, DAMAGED } condition;

static condition check_line(const char *line, size_t length, const char *path) {
  ck_strbuf now;
  ck_strbuf_init(&now);
  condition result = DAMAGED;
  if (length > 33 && put_stamp(&now, path)) {
    if (now.n == length - 33 && memcmp(now.s, line, now.n) == 0) {
      result = WHOLE;
    } else {
      ck_strbuf_clear(&now);
      if (put_hash(&now, path) && memcmp(now.s, line + length - 32, 32) == 0) result = CHANGED;
    }
  }
  ck_strbuf_release(&now);
  return result;
}

bool ck_fe_seal_holds(const char *seal, const char *const *files, size_t n) {
  char *text, hex[33];
  size_t size;
  if (ck_read_file(seal, MAX_SEAL_BYTES, &text, &size, NULL) != CK_OK) return false;
  bool ok = size > 33 && text[size - 1] == '\n';
  if (ok) ck_hash128_hex(text, size - 33, hex);
  ok = ok && memcmp(hex, text + size - 33, 32) == 0;
  condition worst = WHOLE;
  const char *line = text;
  for (size_t i = 0; i < n && ok && worst != DAMAGED; i++) {
    const char *end = strchr(line, '\n');
    ok = end != NULL;
    condition one = ok ? check_line(line, (size_t)(end - line), files[i]) : DAMAGED;
    if (one > worst) worst = one;
    if (ok) line = end + 1;
  }
  free(text);
  if (!ok || worst == DAMAGED) return false;
  if (worst == CHANGED) ck_fe_seal(seal, files, n); /* if it cannot be written, the files are read again next time */
  return true;
}
