/* status.h - how work fails. A function that does work returns a ck_status; details go to the
 * caller's ck_err. "Not knowable" is never a status: it is a value with a reason (eval/value.h). */
#ifndef CK_BASE_STATUS_H
#define CK_BASE_STATUS_H
#include <stddef.h>
#include <stdint.h>

typedef enum {
  CK_OK = 0,
  CK_IO,      /* the system refused: open, read, write, spawn */
  CK_CORRUPT, /* the input breaks its own format */
  CK_LIMIT,   /* a named limit was reached */
  CK_FORMAT,  /* recognised, but not of a kind that can be used here */
  CK_USAGE,   /* the caller's (user's) request makes no sense */
  CK_ABSENT,  /* no such file or entry */
} ck_status;

#define CK_NO_OFFSET UINT64_MAX

/* Filled on failure only. `at` is a byte offset from the file's start, CK_NO_OFFSET if none applies. */
typedef struct {
  ck_status status;
  uint64_t at;
  char text[512]; /* one sentence without a full stop, NUL-terminated, cut if longer */
} ck_err;

/* Fills *err (NULL is allowed) and returns `status`, so that `return ck_fail(err, ...)` reads well. */
ck_status ck_fail(ck_err *err, ck_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
ck_status ck_fail_at(ck_err *err, ck_status status, uint64_t at, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The one way to end when the system is out of memory: a line on stderr, exit status 2. */
_Noreturn void ck_out_of_memory(size_t wanted);

/* malloc, calloc and realloc that never return NULL. Sizes read from a file are checked by the caller first. */
void *ck_malloc(size_t size);
void *ck_calloc(size_t count, size_t size);
void *ck_realloc(void *old, size_t size);
char *ck_strdup(const char *s);
#endif
