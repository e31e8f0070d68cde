#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

static void reserve(ck_strbuf *b, size_t more) {
  if (b->n + more + 1 <= b->room) return;
  size_t room = b->room * 2 > b->n + more + 1 ? b->room * 2 : b->n + more + 1;
  b->s = ck_realloc(b->s, room);
  b->room = room;
}

void ck_strbuf_init(ck_strbuf *b) {
  *b = (ck_strbuf){0};
  reserve(b, 63);
  b->s[0] = 0;
}

void ck_strbuf_release(ck_strbuf *b) {
  free(b->s);
  *b = (ck_strbuf){0};
}

void ck_strbuf_clear(ck_strbuf *b) {
  b->n = 0;
  b->s[0] = 0;
}

void ck_strbuf_add(ck_strbuf *b, const void *bytes, size_t n) {
  reserve(b, n);
  if (n) memcpy(b->s + b->n, bytes, n);
  b->n += n;
  b->s[b->n] = 0;
}

void ck_strbuf_puts(ck_strbuf *b, const char *s) { ck_strbuf_add(b, s, strlen(s)); }
void ck_strbuf_putc(ck_strbuf *b, char c) { ck_strbuf_add(b, &c, 1); }

void ck_strbuf_printf(ck_strbuf *b, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  reserve(b, (size_t)n);
  vsnprintf(b->s + b->n, (size_t)n + 1, format, again);
  b->n += (size_t)n;
  va_end(again);
  va_end(args);
}

void ck_strbuf_tame(ck_strbuf *b, size_t from, bool lines) {
  for (size_t i = from; i < b->n; i++) {
    unsigned char c = (unsigned char)b->s[i], next = (unsigned char)b->s[i + 1]; /* the NUL at the end */
    if ((c < ' ' && !(lines && (c == '\n' || c == '\t'))) || c == 127) b->s[i] = '?';
    else if (c == 0xc2 && next >= 0x80 && next < 0xa0) b->s[i] = b->s[i + 1] = '?';
  }
}

char *ck_strbuf_detach(ck_strbuf *b) {
  char *s = b->s;
  ck_strbuf_init(b);
  return s;
}

bool ck_starts_with(const char *s, const char *prefix) { return strncmp(s, prefix, strlen(prefix)) == 0; }

bool ck_ends_with(const char *s, const char *suffix) {
  size_t n = strlen(s), m = strlen(suffix);
  return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

size_t ck_edit_distance(const char *a, const char *b, size_t limit) {
  size_t n = strlen(a), m = strlen(b);
  if (n > m + limit || m > n + limit) return limit + 1;
  size_t *row = ck_malloc((m + 1) * sizeof *row);
  for (size_t j = 0; j <= m; j++) row[j] = j;
  for (size_t i = 1; i <= n; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= m; j++) {
      size_t above = row[j], best = diagonal + (a[i - 1] != b[j - 1]);
      if (above + 1 < best) best = above + 1;
      if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
      diagonal = above;
      row[j] = best;
    }
  }
  size_t distance = row[m];
  free(row);
  return distance <= limit ? distance : limit + 1;
}
