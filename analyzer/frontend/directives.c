/* directives.c - the preprocessor directives of a text, found without preprocessing it.
 *
 * Comments, strings and raw strings are passed over. Braces between the directives are counted, for what a header is
 * included within (`extern "C" {`). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "frontend/frontend_int.h"

/* The next directive at or after `at`: start of its name, after the '#'. SIZE_MAX at the end. */
static size_t find_directive(const ck_fe_file *text, size_t at, bool at_line_start, int *braces) {
  while (at < text->size) {
    char c = text->text[at];
    if (c == '\n') {
      at_line_start = true;
      at++;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      at++;
    } else if (c == '/' && at + 1 < text->size && (text->text[at + 1] == '/' || text->text[at + 1] == '*')) {
      bool line = text->text[at + 1] == '/';
      if (line) {
        while (at < text->size && text->text[at] != '\n') at++;
      } else {
        const char *end = memmem(text->text + at + 2, text->size - at - 2, "*/", 2);
        at = end ? (size_t)(end - text->text) + 2 : text->size;
      }
    } else if (c == '#' && at_line_start) {
      return at + 1;
    } else if (c == '"' && at > 0 && text->text[at - 1] == 'R') {
      const char *open = memchr(text->text + at, '(', text->size - at);
      size_t n = open ? (size_t)(open - (text->text + at + 1)) : 17;
      if (n > 16) {
        at++;
        continue;
      }
      char close[20];
      snprintf(close, sizeof close, ")%.*s\"", (int)n, text->text + at + 1);
      const char *end = memmem(open, text->size - (size_t)(open - text->text), close, n + 2);
      at = end ? (size_t)(end - text->text) + n + 2 : text->size;
    } else if (c == '"' || c == '\'') {
      for (at++; at < text->size && text->text[at] != c && text->text[at] != '\n'; at++)
        if (text->text[at] == '\\') at++;
      at++;
    } else {
      if (c == '{') ++*braces;
      else if (c == '}') --*braces;
      at_line_start = false;
      at++;
    }
  }
  return SIZE_MAX;
}

/* Its name, and its first operand up to white space. */
static void read_words(const ck_fe_file *text, ck_fe_directive *d) {
  const char *s = text->text + d->at, *end = text->text + text->size;
  while (s < end && (*s == ' ' || *s == '\t')) s++;
  size_t n = 0;
  while (s < end && isalpha((unsigned char)*s) && n + 1 < sizeof d->name) d->name[n++] = *s++;
  d->name[n] = 0;
  d->rest = s;
  while (s < end && (*s == ' ' || *s == '\t')) s++;
  char *operand = d->operand;
  n = 0;
  while (s < end && *s != '\n' && *s != '\r' && n + 1 < sizeof d->operand) {
    if (n && (*s == ' ' || *s == '\t') && operand[0] != '<' && operand[0] != '"') break;
    operand[n++] = *s++;
    if (n > 1 && ((operand[0] == '<' && s[-1] == '>') || (operand[0] == '"' && s[-1] == '"'))) break;
  }
  operand[n] = 0;
  const char *line = s;
  while (line < end && !(*line == '\n' && line[-1] != '\\')) line++;
  d->end = (size_t)(line - text->text);
}

bool ck_fe_next_directive(const ck_fe_file *text, ck_fe_directive *d, int *braces) {
  int opened = 0;
  d->at = find_directive(text, d->end, d->end == 0, &opened);
  if (braces) *braces += opened;
  if (d->at == SIZE_MAX) return false;
  read_words(text, d);
  return true;
}
