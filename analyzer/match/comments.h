/* comments.h - what users tell ckptlint in comments of their source:
 *
 *   // ckptlint: ignore[missing-key] reason        // ckptlint: checkpoint "weights/net.pt"
 *
 * A comment is about its own line; one that stands alone on its line, about the next line of code. */
#ifndef CK_MATCH_COMMENTS_H
#define CK_MATCH_COMMENTS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/loc.h"

typedef enum { CK_COMMENT_IGNORE, CK_COMMENT_CHECKPOINT } ck_comment_kind;
typedef struct {
  ck_comment_kind kind;
  ck_loc loc;       /* of the word after "ckptlint:" */
  uint32_t about;   /* line that it speaks of */
  const char *text; /* IGNORE: one id; CHECKPOINT: the path */
} ck_comment;

/* The comments of one source text, in order; `ignore[a, b]` is two. */
typedef struct {
  ck_comment *at;
  size_t n;
} ck_comments;
ck_comments ck_comments_read(ck_arena *arena, const char *file, const char *text);
/* The same for a file; none if it cannot be read. `text_in` (NULL is allowed) is the file to read in its place. */
ck_comments ck_comments_of_file(ck_arena *arena, const char *file, const char *text_in);
#endif
