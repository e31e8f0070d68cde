/* comments.c - finds `// ckptlint: ...` in source text. A scan of lines, not of C++ tokens: a marker inside a string
 * literal would count, which nobody writes, and needs no compiler. */
#include "match/comments.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/vec.h"

#define MARKER "ckptlint:"
/* Source files beyond this are generated, not commented by people. */
enum { MAX_SOURCE = 64 * 1024 * 1024 };

typedef CK_VEC(ck_comment) comments;

typedef struct {
  const char *file, *text; /* whole text, for byte offsets */
  const char *line, *end;
  uint32_t number, about;
} line_at;

static const char *skip_space(const char *s, const char *end) {
  while (s < end && (*s == ' ' || *s == '\t')) s++;
  return s;
}

static ck_loc place(const line_at *l, const char *s, size_t n) {
  uint32_t begin = (uint32_t)(s - l->text);
  return (ck_loc){l->file, l->number, (uint32_t)(s - l->line) + 1, begin, begin + (uint32_t)n};
}

static void read_ids(ck_arena *arena, const line_at *l, const char *s, comments *out) {
  const char *close = memchr(s, ']', (size_t)(l->end - s));
  while (close != NULL && s < close) {
    while (s < close && (*s == ',' || isspace((unsigned char)*s))) s++;
    const char *id = s;
    while (s < close && *s != ',' && !isspace((unsigned char)*s)) s++;
    if (s > id)
      ck_vec_push(out, (ck_comment){CK_COMMENT_IGNORE, place(l, id, (size_t)(s - id)), l->about,
                                    ck_arena_strndup(arena, id, (size_t)(s - id))});
  }
}

static void read_line(ck_arena *arena, const line_at *l, const char *s, comments *out) {
  static const char ignore[] = "ignore[", checkpoint[] = "checkpoint";
  size_t left = (size_t)(l->end - s);
  if (left > strlen(ignore) && strncmp(s, ignore, strlen(ignore)) == 0) {
    read_ids(arena, l, s + strlen(ignore), out);
  } else if (left > strlen(checkpoint) && strncmp(s, checkpoint, strlen(checkpoint)) == 0) {
    const char *open = skip_space(s + strlen(checkpoint), l->end);
    if (open == l->end || *open != '"') return;
    const char *close = memchr(open + 1, '"', (size_t)(l->end - open - 1));
    if (close != NULL)
      ck_vec_push(out, (ck_comment){CK_COMMENT_CHECKPOINT, place(l, s, strlen(checkpoint)), l->about,
                                    ck_arena_strndup(arena, open + 1, (size_t)(close - open - 1))});
  }
}

static const char *line_end(const char *s) {
  const char *end = strchr(s, '\n');
  return end != NULL ? end : s + strlen(s);
}

static bool is_comment_or_blank(const char *line, const char *end) {
  const char *s = skip_space(line, end);
  return s == end || *s == '\r' || (end - s >= 2 && s[0] == '/' && (s[1] == '/' || s[1] == '*'));
}

/* The line that a comment is about: its own, or the next one with code if it stands alone. */
static uint32_t line_of_code(const char *line, const char *end, uint32_t number) {
  const char *s = skip_space(line, end);
  if (s == end || s[0] != '/') return number;
  while (*end != '\0') {
    line = end + 1;
    end = line_end(line);
    number++;
    if (!is_comment_or_blank(line, end)) break;
  }
  return number;
}

ck_comments ck_comments_read(ck_arena *arena, const char *file, const char *text) {
  comments found = {0};
  uint32_t number = 1;
  if (strstr(text, MARKER) != NULL)
    for (const char *line = text, *end; *line != '\0'; line = *end != '\0' ? end + 1 : end, number++) {
      end = line_end(line);
      const char *slash = line, *marker = NULL;
      while (marker == NULL && (slash = memchr(slash, '/', (size_t)(end - slash))) != NULL && ++slash < end)
        if (*slash == '/' || *slash == '*') {
          const char *s = skip_space(slash + 1, end);
          if ((size_t)(end - s) > strlen(MARKER) && strncmp(s, MARKER, strlen(MARKER)) == 0) marker = s;
        }
      if (marker == NULL) continue;
      line_at l = {file, text, line, end, number, line_of_code(line, end, number)};
      read_line(arena, &l, skip_space(marker + strlen(MARKER), end), &found);
    }
  ck_comment *at = CK_NEW_N(arena, ck_comment, found.n + 1);
  if (found.n > 0) memcpy(at, found.at, found.n * sizeof *at);
  ck_comments result = {at, found.n};
  free(found.at);
  return result;
}

ck_comments ck_comments_of_file(ck_arena *arena, const char *file, const char *text_in) {
  char *text;
  size_t size;
  if (text_in == NULL) text_in = file;
  if (file == NULL || ck_read_file(text_in, MAX_SOURCE, &text, &size, NULL) != CK_OK) return (ck_comments){NULL, 0};
  ck_comments result = ck_comments_read(arena, file, text);
  free(text);
  return result;
}
