/* source.c - what the program's text calls a value that has no name: `config.has("norm")`, read from the source file.
 *
 * Only names that are shown come from here, so a file that cannot be read, or that is not what the IR was made from,
 * costs nothing but the name. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "eval/eval_int.h"

enum {
  MAX_SOURCE = 16 << 20,   /* bytes of a file that is read for names */
  MAX_EXTENT = 2000,       /* bytes of an expression; a longer one is no name */
  MAX_TEXT = 48,           /* bytes of a name; the rest is cut */
  MAX_PARENTHESES_BACK = 8 /* bytes in front of an expression that are looked at for `(` */
};

void ck_ev_set_buffer(ck_ev *ev, ck_buffer buffer) { ev->buffer = buffer; }

static const char *content_of(ck_ev *ev, const char *file) {
  bool is_new;
  ck_map_entry *entry = ck_map_put(&ev->sources, file, &is_new);
  if (!is_new) return entry->p;
  const char *text_in = ck_buffer_of(&ev->buffer, file);
  char *bytes;
  size_t size;
  ck_err err = {0};
  if (ck_read_file(text_in != NULL ? text_in : file, MAX_SOURCE, &bytes, &size, &err) != CK_OK) return NULL;
  ck_map_find(&ev->sources, file)->p = bytes;
  return bytes;
}

void ck_ev_release_sources(ck_ev *ev) {
  for (size_t i = 0; i < ev->sources.count; i++) free(ev->sources.entries[i].p);
  ck_map_release(&ev->sources);
  ck_map_release(&ev->texts);
}

/* Does the extent hold the place in line and column? Else the file has changed since the IR was made. */
static bool is_placed(const char *content, ck_loc loc) {
  uint32_t line = 1;
  const char *p = content;
  for (; line < loc.line && (p = strchr(p, '\n')) != NULL; p++) line++;
  if (p == NULL || loc.column == 0) return false;
  size_t at = (size_t)(p - content) + loc.column - 1;
  return loc.begin <= at && at < loc.end && loc.end <= strlen(content);
}

/* An operand's parentheses are no part of its extent: `(a + b) * c` would begin at `a`. */
static size_t with_parentheses(const char *content, size_t begin, size_t end) {
  int open = 0, least = 0;
  for (size_t i = begin; i < end; i++) {
    open += content[i] == '(' ? 1 : content[i] == ')' ? -1 : 0;
    if (open < least) least = open;
  }
  for (size_t back = begin; least < 0 && back > 0 && begin - back < MAX_PARENTHESES_BACK;) {
    char c = content[--back];
    if (c == '(') least++, begin = back;
    else if (!isspace((unsigned char)c)) break;
  }
  return begin;
}

/* One line, white space as one blank, cut where it is long but not within a character of UTF-8. */
static const char *one_line(ck_ev *ev, const char *text, size_t n) {
  char out[MAX_TEXT + 4];
  size_t k = 0;
  bool blank = false;
  for (size_t i = 0; i < n; i++) {
    if (isspace((unsigned char)text[i])) {
      blank = k > 0;
      continue;
    }
    if (k + blank >= MAX_TEXT) {
      while (k > 0 && ((unsigned char)out[k - 1] & 0xC0) == 0x80) k--;
      if (k > 0 && (unsigned char)out[k - 1] >= 0xC0) k--;
      memcpy(out + k, "...", 3), k += 3;
      break;
    }
    if (blank) out[k++] = ' ';
    blank = false;
    out[k++] = text[i] == '`' ? '\'' : text[i];
  }
  out[k] = '\0';
  return ck_ev_intern(ev, out);
}

static const char *read_text_at(ck_ev *ev, ck_loc loc) {
  const char *content = content_of(ev, loc.file);
  if (content == NULL || !is_placed(content, loc)) return NULL;
  size_t begin = with_parentheses(content, loc.begin, loc.end);
  return one_line(ev, content + begin, loc.end - begin);
}

const char *ck_ev_text_at(ck_ev *ev, ck_loc loc) {
  if (loc.file == NULL || loc.begin >= loc.end || loc.end - loc.begin > MAX_EXTENT) return NULL;
  char place[80]; /* each is read once: lines are counted from the file's begin */
  snprintf(place, sizeof place, "%p %" PRIx32 " %" PRIx32 " %" PRIx32 " %" PRIx32, (const void *)loc.file, loc.begin,
           loc.end, loc.line, loc.column);
  bool is_new;
  ck_map_entry *entry = ck_map_put(&ev->texts, place, &is_new);
  if (!is_new) return entry->p;
  const char *text = read_text_at(ev, loc);
  ck_map_find(&ev->texts, place)->p = (void *)(uintptr_t)text;
  return text;
}

/* A call's place begins at its name: `x.count()` begins where `x` does. */
ck_loc ck_ev_extent(const ck_ir *node) {
  ck_loc loc = node->loc;
  for (uint32_t i = 0; i < node->nkids; i++) {
    const ck_ir *kid = node->kids[i];
    if (kid == NULL || kid->loc.file == NULL || loc.file == NULL || strcmp(kid->loc.file, loc.file) != 0) continue;
    ck_loc inner = ck_ev_extent(kid);
    if (inner.begin < loc.begin) loc.begin = inner.begin;
    if (inner.end > loc.end) loc.end = inner.end;
  }
  return loc;
}
