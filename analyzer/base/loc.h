/* loc.h - a place in a source file. */
#ifndef CK_BASE_LOC_H
#define CK_BASE_LOC_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  const char *file;      /* as the compiler names it; NULL = no place */
  uint32_t line, column; /* from 1; columns count bytes */
  uint32_t begin, end;   /* byte extent in the file, [begin, end) */
} ck_loc;

static inline bool ck_same_place(ck_loc a, ck_loc b) {
  return a.line == b.line && a.column == b.column && a.file != NULL && b.file != NULL && strcmp(a.file, b.file) == 0;
}

/* An editor's buffer: the text of `file`, not saved yet, stands in the file `text`. All NULL: there is none. */
typedef struct {
  const char *file, *text;
} ck_buffer;
/* Where to read `file`: the buffer's text if it is its, else NULL. */
static inline const char *ck_buffer_of(const ck_buffer *buffer, const char *file) {
  return buffer->file != NULL && file != NULL && strcmp(buffer->file, file) == 0 ? buffer->text : NULL;
}
#endif
