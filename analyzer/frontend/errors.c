/* errors.c - what an error touches: whether one lies in a declaration, its initialiser, a class outside of its methods.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

bool ck_fe_has_error_in(ck_fe *fe, CXCursor cursor) {
  if (!fe->errors.n) return false;
  CXSourceRange range = clang_getCursorExtent(cursor);
  CXFile file, end_file;
  unsigned begin, end;
  clang_getExpansionLocation(clang_getRangeStart(range), &file, NULL, NULL, &begin);
  clang_getExpansionLocation(clang_getRangeEnd(range), &end_file, NULL, NULL, &end);
  for (size_t i = 0; i < fe->errors.n; i++) {
    const ck_fe_error *error = &fe->errors.at[i];
    if (error->file && file && clang_File_isEqual(error->file, file) && error->end >= begin && error->begin <= end)
      return true;
  }
  return false;
}

/* An initialiser that clang dropped is not part of the declaration's extent, which then ends with the name: the error
 * stands behind a '=', '{' or '(' that follows. */
bool ck_fe_has_error_in_initialiser(ck_fe *fe, CXCursor cursor) {
  const ck_fe_file *file;
  unsigned begin, end;
  if (ck_fe_has_error_in(fe, cursor) || clang_isInvalidDeclaration(cursor)) return true;
  if (!fe->errors.n || !ck_fe_extent(fe, cursor, &file, &begin, &end)) return false;
  size_t at = ck_fe_skip_space(file, end);
  if (at >= file->size || !strchr("={(", file->text[at])) return false;
  for (int depth = 0; at < file->size; at = ck_fe_skip_space(file, at + 1)) {
    char c = file->text[at];
    if (strchr("([{", c)) depth++;
    if (strchr(")]}", c)) depth--;
    if (depth < 0 || (depth == 0 && (c == ';' || c == ','))) break;
  }
  for (size_t i = 0; i < fe->errors.n; i++) {
    const ck_fe_error *error = &fe->errors.at[i];
    if (error->file && clang_File_isEqual(error->file, file->file) && error->end >= end && error->begin <= at)
      return true;
  }
  return false;
}

/* Does the error lie in the cursor as a whole? */
static bool contains_error(CXCursor cursor, const ck_fe_error *error) {
  CXFile file;
  unsigned begin, end;
  clang_getExpansionLocation(clang_getRangeStart(clang_getCursorExtent(cursor)), &file, NULL, NULL, &begin);
  clang_getExpansionLocation(clang_getRangeEnd(clang_getCursorExtent(cursor)), NULL, NULL, NULL, &end);
  return file && clang_File_isEqual(error->file, file) && error->begin >= begin && error->end <= end;
}

/* `REGISTER(fc);` in a class is a method without a type to clang: what may be a macro may declare anything. */
static bool may_be_macro(CXCursor method) {
  return clang_getCursorKind(method) == CXCursor_CXXMethod &&
         clang_equalLocations(clang_getRangeStart(clang_getCursorExtent(method)), clang_getCursorLocation(method));
}

/* An error in the class outside of its methods: a member may be missing. */
bool ck_fe_has_error_between_methods(ck_fe *fe, CXCursor record) {
  if (!ck_fe_has_error_in(fe, record)) return false;
  ck_fe_cursors kids = {0};
  ck_fe_children(record, &kids);
  ck_fe all = *fe;
  CK_VEC(ck_fe_error) left = {0};
  for (size_t e = 0; e < fe->errors.n; e++) {
    all.errors.at = &fe->errors.at[e];
    all.errors.n = 1;
    if (!ck_fe_has_error_in(&all, record)) continue;
    bool inside = false;
    for (size_t i = 0; i < kids.n && !inside; i++) {
      enum CXCursorKind kind = clang_getCursorKind(kids.at[i]);
      inside = (kind == CXCursor_CXXMethod || kind == CXCursor_Constructor || kind == CXCursor_Destructor ||
                kind == CXCursor_FunctionTemplate || kind == CXCursor_ConversionFunction) &&
               contains_error(kids.at[i], &fe->errors.at[e]) && !may_be_macro(kids.at[i]);
    }
    if (!inside) ck_vec_push(&left, fe->errors.at[e]);
  }
  bool found = left.n > 0;
  free(left.at);
  free(kids.at);
  return found;
}

/* Offset of the first error within a function. */
unsigned ck_fe_first_error_in(ck_fe *fe, CXCursor cursor) {
  CXFile file;
  unsigned begin, end, first = UINT_MAX;
  clang_getExpansionLocation(clang_getRangeStart(clang_getCursorExtent(cursor)), &file, NULL, NULL, &begin);
  clang_getExpansionLocation(clang_getRangeEnd(clang_getCursorExtent(cursor)), NULL, NULL, NULL, &end);
  for (size_t i = 0; i < fe->errors.n; i++) {
    const ck_fe_error *error = &fe->errors.at[i];
    bool is_here = error->file && file && clang_File_isEqual(error->file, file) && error->end >= begin;
    if (is_here && error->begin <= end && error->begin < first) first = error->begin > begin ? error->begin : begin;
  }
  return first == UINT_MAX ? begin : first;
}
