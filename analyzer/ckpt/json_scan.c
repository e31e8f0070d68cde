/* json_scan.c - JSON in one pass (RFC 8259), strict: UTF-8, escapes, surrogate pairs and numbers are checked. */
#include "ckpt/json_scan.h"

#include <string.h>

enum { MAX_DEPTH = 200 }; /* of what is skipped; a header is 3 deep */

#define TRY(expression)                                                                                                \
  do {                                                                                                                 \
    ck_status status_ = (expression);                                                                                  \
    if (status_ != CK_OK) return status_;                                                                              \
  } while (0)

void ck_ckpt_json_scan_init(ck_ckpt_json_scan *s, ck_ckpt_job *job, const char *what, const char *text, size_t n,
                            uint64_t base) {
  *s = (ck_ckpt_json_scan){.job = job, .what = what, .start = text, .p = text, .end = text + n, .base = base};
  ck_strbuf_init(&s->text);
}

void ck_ckpt_json_scan_release(ck_ckpt_json_scan *s) { ck_strbuf_release(&s->text); }

static ck_status bad(ck_ckpt_json_scan *s, const char *why) {
  return ck_fail_at(s->job->err, CK_CORRUPT, s->base + (uint64_t)(s->p - s->start), "%s is no valid JSON: %s", s->what,
                    why);
}

char ck_json_peek(ck_ckpt_json_scan *s) {
  while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r')) s->p++;
  return s->p < s->end ? *s->p : 0;
}

static ck_status expect(ck_ckpt_json_scan *s, char c) {
  if (ck_json_peek(s) != c || s->p >= s->end) return bad(s, "another character is expected");
  s->p++;
  return CK_OK;
}

ck_status ck_ckpt_json_open(ck_ckpt_json_scan *s, char bracket) { return expect(s, bracket); }

ck_status ck_ckpt_json_next(ck_ckpt_json_scan *s, char closing, bool *first, bool *more) {
  char c = ck_json_peek(s);
  *more = true;
  if (c == closing) {
    s->p++;
    *more = false;
  } else if (!*first) {
    TRY(expect(s, ','));
    if (ck_json_peek(s) == closing) return bad(s, "a comma stands before a closing bracket");
  }
  *first = false;
  return CK_OK;
}

/* --- Strings ----------------------------------------------------------------------------------------------------- */

static int hex4(const char *p) {
  int v = 0;
  for (int i = 0; i < 4; i++) {
    char c = p[i];
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    v = v * 16 + digit;
  }
  return v;
}

static void put_utf8(ck_strbuf *b, unsigned c) {
  if (c < 0x80) ck_strbuf_putc(b, (char)c);
  else if (c < 0x800) ck_strbuf_putc(b, (char)(0xc0 | c >> 6));
  else if (c < 0x10000) ck_strbuf_putc(b, (char)(0xe0 | c >> 12));
  else ck_strbuf_putc(b, (char)(0xf0 | c >> 18)), ck_strbuf_putc(b, (char)(0x80 | (c >> 12 & 63)));
  if (c >= 0x800) ck_strbuf_putc(b, (char)(0x80 | (c >> 6 & 63)));
  if (c >= 0x80) ck_strbuf_putc(b, (char)(0x80 | (c & 63)));
}

/* \uXXXX, and the second half of a surrogate pair; p is behind the `u`. */
static ck_status unicode_escape(ck_ckpt_json_scan *s) {
  int c = s->end - s->p >= 4 ? hex4(s->p) : -1;
  if (c < 0) return bad(s, "an escape is cut");
  s->p += 4;
  if (c >= 0xd800 && c < 0xdc00) {
    bool paired = s->end - s->p >= 6 && s->p[0] == '\\' && s->p[1] == 'u';
    int low = paired ? hex4(s->p + 2) : -1;
    if (low < 0xdc00 || low > 0xdfff) return bad(s, "a surrogate stands alone");
    s->p += 6;
    c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
  } else if (c >= 0xdc00 && c < 0xe000) {
    return bad(s, "a surrogate stands alone");
  }
  if (c == 0) return bad(s, "a string holds a NUL");
  put_utf8(&s->text, (unsigned)c);
  return CK_OK;
}

static ck_status escape(ck_ckpt_json_scan *s) {
  static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
  if (++s->p >= s->end) return bad(s, "a string has no end");
  char c = *s->p++;
  if (c == 'u') return unicode_escape(s);
  const char *at = c ? strchr(letters, c) : NULL;
  if (at == NULL) return bad(s, "there is no such escape");
  ck_strbuf_putc(&s->text, values[at - letters]);
  return CK_OK;
}

/* Bytes of the character at p if it is valid UTF-8, else 0 (Unicode, table 3-7). */
static size_t utf8_length(const unsigned char *p, const unsigned char *end) {
  size_t n = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
  if (n == 0 || (size_t)(end - p) < n) return 0;
  for (size_t i = 1; i < n; i++)
    if ((p[i] & 0xc0) != 0x80) return 0;
  if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)) return 0;
  if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f)) return 0;
  return n;
}

ck_status ck_ckpt_json_string(ck_ckpt_json_scan *s) {
  ck_strbuf_clear(&s->text);
  TRY(expect(s, '"'));
  while (s->p < s->end && *s->p != '"') {
    const char *run = s->p;
    while (s->p < s->end && (unsigned char)*s->p < 0x80 && (unsigned char)*s->p >= 32 && *s->p != '"' && *s->p != '\\')
      s->p++;
    ck_strbuf_add(&s->text, run, (size_t)(s->p - run));
    if (s->p >= s->end || *s->p == '"') break;
    if (*s->p == '\\') {
      TRY(escape(s));
      continue;
    }
    size_t n = utf8_length((const unsigned char *)s->p, (const unsigned char *)s->end);
    if (n == 0) return bad(s, "a string holds a control character or is not UTF-8");
    ck_strbuf_add(&s->text, s->p, n);
    s->p += n;
  }
  if (s->p >= s->end) return bad(s, "a string has no end");
  s->p++;
  return CK_OK;
}

ck_status ck_ckpt_json_key(ck_ckpt_json_scan *s) {
  if (ck_json_peek(s) != '"') return bad(s, "a key is expected");
  TRY(ck_ckpt_json_string(s));
  return expect(s, ':');
}

/* --- Numbers and the rest ---------------------------------------------------------------------------------------- */

static size_t digits(ck_ckpt_json_scan *s) {
  size_t n = 0;
  while (s->p < s->end && *s->p >= '0' && *s->p <= '9') s->p++, n++;
  return n;
}

ck_status ck_ckpt_json_integer(ck_ckpt_json_scan *s, int64_t *v, bool *is_int) {
  ck_json_peek(s);
  bool negative = s->p < s->end && *s->p == '-';
  if (negative) s->p++;
  const char *from = s->p;
  size_t n = digits(s);
  if (n == 0 || (n > 1 && *from == '0')) return bad(s, "a number is expected");
  *v = 0;
  *is_int = true;
  for (size_t i = 0; i < n; i++)
    if (__builtin_mul_overflow(*v, 10, v) || __builtin_sub_overflow(*v, from[i] - '0', v)) *is_int = false;
  if (!negative && *is_int && __builtin_sub_overflow(0, *v, v)) *is_int = false;
  if (s->p < s->end && *s->p == '.') {
    s->p++;
    *is_int = false;
    if (digits(s) == 0) return bad(s, "a fraction has no digits");
  }
  if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
    s->p++;
    *is_int = false;
    if (s->p < s->end && (*s->p == '+' || *s->p == '-')) s->p++;
    if (digits(s) == 0) return bad(s, "an exponent has no digits");
  }
  return CK_OK;
}

static ck_status skip_word(ck_ckpt_json_scan *s) {
  static const char *const words[] = {"true", "false", "null"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t n = strlen(words[i]);
    if ((size_t)(s->end - s->p) < n || memcmp(s->p, words[i], n) != 0) continue;
    s->p += n;
    return CK_OK;
  }
  return bad(s, "a value is expected");
}

static ck_status skip_value(ck_ckpt_json_scan *s, int depth) {
  int64_t v;
  bool first = true, more, is_int;
  char c = ck_json_peek(s);
  if (c == '"') return ck_ckpt_json_string(s);
  if (c == '-' || (c >= '0' && c <= '9')) return ck_ckpt_json_integer(s, &v, &is_int);
  if (c != '{' && c != '[') return skip_word(s);
  if (depth == MAX_DEPTH)
    return ck_fail_at(s->job->err, CK_LIMIT, s->base + (uint64_t)(s->p - s->start), "%s nests deeper than %d", s->what,
                      MAX_DEPTH);
  s->p++;
  for (;;) {
    TRY(ck_ckpt_json_next(s, c == '{' ? '}' : ']', &first, &more));
    if (!more) return CK_OK;
    if (c == '{') TRY(ck_ckpt_json_key(s));
    TRY(skip_value(s, depth + 1));
  }
}

ck_status ck_ckpt_json_skip(ck_ckpt_json_scan *s) { return skip_value(s, 0); }

ck_status ck_ckpt_json_end(ck_ckpt_json_scan *s) {
  ck_json_peek(s);
  return s->p == s->end ? CK_OK : bad(s, "something follows its end");
}
