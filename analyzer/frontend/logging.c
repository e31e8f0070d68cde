/* logging.c - errors that do not matter: a logging library that is not installed.
 *
 * Where the header is missing, clang leaves the statement out, or some of it, and goes on behind its ';'. If all that
 * the statement does is to print what it is given, nothing is lost: the error is forgiven, and the function is read as
 * if the line was not there. Without this, one `spdlog::info("made")` in a constructor costs all that follows.
 *
 * Forgiven is a statement that begins with a name of the table and whose other words are names, members and calls that
 * only read; no assignment, subscript, lambda or list. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

/* What prints; a row stands for every name that begins with it (ROS_INFO_STREAM). */
static const char *const printers[] = {
    "spdlog::",  "SPDLOG_",      "fmt::print",  "std::print",  "ROS_DEBUG",    "ROS_INFO",   "ROS_WARN",
    "ROS_ERROR", "RCLCPP_DEBUG", "RCLCPP_INFO", "RCLCPP_WARN", "RCLCPP_ERROR", "qDebug",     "qInfo",
    "qWarning",  "qCritical",    "BOOST_LOG_",  "LOG(INFO)",   "LOG(WARNING)", "LOG(ERROR)", "absl::Print",
};

/* Calls among what is printed that change nothing. */
static const char *const readers[] = {"size",  "sizes", "dim",  "numel", "rows",      "cols",   "width", "height",
                                      "c_str", "str",   "item", "what",  "to_string", "format", "empty", "toStdString"};

static bool is_reader(const char *word, size_t n) {
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
    if (strlen(readers[i]) == n && strncmp(readers[i], word, n) == 0) return true;
  return false;
}

static bool is_printer(const char *text) {
  for (size_t i = 0; i < sizeof printers / sizeof *printers; i++)
    if (ck_starts_with(text, printers[i])) return true;
  return false;
}

/* Behind the name (a::b) that begins at `at`. */
static size_t end_of_name(const ck_fe_file *file, size_t at) {
  while (at < file->size && (ck_fe_is_word(file->text[at]) || (file->text[at] == ':' && file->text[at + 1] == ':')))
    at += file->text[at] == ':' ? 2 : 1;
  return at;
}

/* Where the text before `at` was last cut by one of ; { } */
static size_t begin_of_statement(const ck_fe_file *file, size_t at) {
  while (at > 0 && !strchr(";{}", file->text[at - 1])) at--;
  return at;
}

/* Is what ends before `at` the first part of a `for (a; b; c)`? */
static bool is_in_for(const ck_fe_file *file, size_t at) {
  if (at == 0 || file->text[at - 1] != ';') return false;
  int depth = 0;
  for (size_t from = begin_of_statement(file, at - 1); from < at; from++)
    depth += file->text[from] == '(' ? 1 : file->text[from] == ')' ? -1 : 0;
  return depth != 0;
}

/* Does the name at `at` stand for a keyword that acts, a macro, or a call that may change something? */
static bool acts(const ck_fe_file *file, size_t at, size_t end) {
  static const char *const keywords[] = {"new", "delete", "return", "throw", "co_await", "co_return", "co_yield"};
  size_t last = end;
  while (last > at && ck_fe_is_word(file->text[last - 1])) last--;
  for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
    if (strlen(keywords[i]) == end - at && strncmp(keywords[i], file->text + at, end - at) == 0) return true;
  size_t next = ck_fe_skip_space(file, end);
  return next < file->size && file->text[next] == '(' && !is_reader(file->text + last, end - last);
}

/* The end of the statement behind its first name, 0 if it may do more than print. */
static size_t end_of_printing(const ck_fe_file *file, size_t at) {
  int depth = 0;
  for (at = ck_fe_skip_space(file, at); at < file->size; at = ck_fe_skip_space(file, at)) {
    char c = file->text[at], next = at + 1 < file->size ? file->text[at + 1] : 0;
    if (c == '"' || c == '\'') {
      at = ck_fe_skip_literal(file, at);
    } else if (ck_fe_is_word(c)) {
      size_t end = end_of_name(file, at);
      if (!isdigit((unsigned char)c) && acts(file, at, end)) return 0;
      at = end;
    } else {
      if (c == ';') return depth == 0 ? at : 0;
      if (strchr("[]{}=#", c) || ((c == '+' || c == '-') && next == c) || (c == '>' && next == '>')) return 0;
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      if (depth < 0) return 0;
      at++;
    }
  }
  return 0;
}

/* The span of the statement that the error is in, if it only prints. */
static bool prints(const ck_fe_file *file, size_t at, size_t *begin, size_t *end) {
  size_t cut = begin_of_statement(file, at);
  *begin = ck_fe_skip_space(file, cut);
  if (*begin > at || !is_printer(file->text + *begin) || is_in_for(file, cut)) return false;
  size_t name = end_of_name(file, *begin);
  if (ck_starts_with(file->text + *begin, "LOG(")) name = *begin + strcspn(file->text + *begin, ")") + 1;
  *end = end_of_printing(file, name);
  return *end > at;
}

void ck_fe_forgive_logging(ck_fe *fe) {
  for (size_t i = 0; i < fe->errors.n;) {
    size_t begin, end, left = 0;
    const ck_fe_error error = fe->errors.at[i++];
    const ck_fe_file *file = error.file ? ck_fe_file_of(fe, error.file) : NULL;
    if (!file || !file->text || error.begin >= file->size || !prints(file, error.begin, &begin, &end)) continue;
    for (size_t k = 0; k < fe->errors.n; k++) {
      const ck_fe_error *other = &fe->errors.at[k];
      bool within = clang_File_isEqual(other->file, error.file) && other->begin >= begin && other->end <= end;
      if (!within) fe->errors.at[left++] = *other;
    }
    fe->errors.n = left;
    ck_vec_push(&fe->prints, (ck_fe_error){error.file, (unsigned)begin, (unsigned)end, false, false});
    i = 0;
  }
}

bool ck_fe_only_prints(ck_fe *fe, CXCursor statement) {
  if (!fe->prints.n) return false;
  CXFile file;
  unsigned at;
  clang_getExpansionLocation(clang_getRangeStart(clang_getCursorExtent(statement)), &file, NULL, NULL, &at);
  for (size_t i = 0; i < fe->prints.n; i++) {
    const ck_fe_error *span = &fe->prints.at[i];
    if (file && clang_File_isEqual(file, span->file) && at >= span->begin && at < span->end) return true;
  }
  return false;
}
