/* strbuf.h - a growing byte string. `s` is always NUL-terminated and never NULL after init. */
#ifndef CK_BASE_STRBUF_H
#define CK_BASE_STRBUF_H
#include <stdbool.h>
#include <stddef.h>

typedef struct {
  char *s;
  size_t n, room; /* bytes without the NUL; bytes allocated */
} ck_strbuf;

void ck_strbuf_init(ck_strbuf *b);
void ck_strbuf_release(ck_strbuf *b);
void ck_strbuf_clear(ck_strbuf *b);
void ck_strbuf_add(ck_strbuf *b, const void *bytes, size_t n);
void ck_strbuf_puts(ck_strbuf *b, const char *s);
void ck_strbuf_putc(ck_strbuf *b, char c);
void ck_strbuf_printf(ck_strbuf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Text of strangers, as a terminal may be given it: from `from` on, each byte of a control character (ESC, BEL, C1,
 * ...) becomes '?'; line ends stay only if `lines`. */
void ck_strbuf_tame(ck_strbuf *b, size_t from, bool lines);
/* The string, the caller's to free(); the buffer is empty again. */
char *ck_strbuf_detach(ck_strbuf *b);

bool ck_starts_with(const char *s, const char *prefix);
bool ck_ends_with(const char *s, const char *suffix);
/* Edit distance (Levenshtein), for "did you mean"; gives up above `limit` and returns limit + 1. */
size_t ck_edit_distance(const char *a, const char *b, size_t limit);
#endif
