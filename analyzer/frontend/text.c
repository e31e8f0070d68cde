/* text.c - C++ text read without parsing it: words, comments and literals passed over. */
#include <ctype.h>

#include "frontend/frontend_int.h"

bool ck_fe_is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

size_t ck_fe_skip_literal(const ck_fe_file *file, size_t at) {
  char quote = file->text[at];
  if (quote == '\'' && at > 0 && isdigit((unsigned char)file->text[at - 1])) return at + 1;
  for (at++; at < file->size && file->text[at] != quote && file->text[at] != '\n'; at++)
    if (file->text[at] == '\\') at++;
  return at + 1;
}

size_t ck_fe_next_word(const ck_fe_file *file, size_t *at, size_t stop) {
  for (*at = ck_fe_skip_space(file, *at); *at < stop; *at = ck_fe_skip_space(file, *at)) {
    char c = file->text[*at];
    size_t n = 0;
    if (c == '"' || c == '\'') {
      *at = ck_fe_skip_literal(file, *at);
      continue;
    }
    while (*at + n < file->size && ck_fe_is_word(file->text[*at + n])) n++;
    if (n && !isdigit((unsigned char)c)) return n;
    *at += n ? n : 1;
  }
  return 0;
}
