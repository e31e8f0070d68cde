/* loc.h - a place in a source file. */
#ifndef CK_BASE_LOC_H
#define CK_BASE_LOC_H
#include <stdint.h>

typedef struct {
  const char *file;      /* as the compiler names it; NULL = no place */
  uint32_t line, column; /* from 1; columns count bytes */
  uint32_t begin, end;   /* byte extent in the file, [begin, end) */
} ck_loc;
#endif
