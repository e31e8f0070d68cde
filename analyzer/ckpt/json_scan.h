/* json_scan.h - JSON read in one pass, without building values: for headers with 10^5 entries, where a tree of values
 * takes longer to build and free than all the rest (jansson: 0.5 s of 0.6 s). */
#ifndef CK_CKPT_JSON_SCAN_H
#define CK_CKPT_JSON_SCAN_H
#include "ckpt/ckpt_int.h"

typedef struct {
  ck_ckpt_job *job;
  const char *what; /* names the text in messages */
  const char *start, *p, *end;
  uint64_t base;  /* offset of `start` in the file */
  ck_strbuf text; /* the string read last */
} ck_ckpt_json_scan;

void ck_ckpt_json_scan_init(ck_ckpt_json_scan *s, ck_ckpt_job *job, const char *what, const char *text, size_t n,
                            uint64_t base);
void ck_ckpt_json_scan_release(ck_ckpt_json_scan *s);
/* All of these: CK_CORRUPT with the offset if the text does not go on like that. */
ck_status ck_ckpt_json_open(ck_ckpt_json_scan *s, char bracket); /* '{' or '[' */
/* Before each element of an object or array: *more tells whether there is one; if not, the bracket is closed. *first is
 * the caller's, true at the beginning. */
ck_status ck_ckpt_json_next(ck_ckpt_json_scan *s, char closing, bool *first, bool *more);
ck_status ck_ckpt_json_string(ck_ckpt_json_scan *s); /* into s->text; without NUL, valid UTF-8 */
ck_status ck_ckpt_json_key(ck_ckpt_json_scan *s);    /* a string and the colon behind it */
/* An integer; *is_int is false for any other number, and for one beyond 64 bits. */
ck_status ck_ckpt_json_integer(ck_ckpt_json_scan *s, int64_t *v, bool *is_int);
ck_status ck_ckpt_json_skip(ck_ckpt_json_scan *s); /* any value */
ck_status ck_ckpt_json_end(ck_ckpt_json_scan *s);  /* white space to the end */
char ck_json_peek(ck_ckpt_json_scan *s);           /* first character of the next value, 0 at the end */
#endif
