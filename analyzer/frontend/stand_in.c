/* stand_in.c - members of a class whose types a missing header declares.
 *
 * Clang takes a class with such a member for invalid, and its objects for none of their base class: each
 * register_module() is then an error, and a model is lost for the sake of a `cv::Mat mean_` that no checkpoint holds.
 * So a class of our own is written over the type, with spaces for what is left, and the unit is parsed again: no place
 * moves, the rest of the class is what it is. An initialiser is left out alike if it does not compile, and the member's
 * value is unknown.
 *
 * A stand-in is never a guess. It has no members and converts to nothing, and what names the member (or a variable that
 * was copied from it) counts as an error at its place, even where clang finds nothing wrong (silent.c).
 *
 * Left alone, and the class counted as not understood: what may be a macro of the missing header, which may declare
 * anything (a name in capitals without a `::`), and what does not look like members at all. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

const char ck_fe_stand_in_header[] = "/usr/include/ckptlint/stand_in.h"; /* nowhere but in memory */
const char ck_fe_stand_in_text[] = "struct __ { __(); };\n";
static const char stand_in[] = "__"; /* short, and nobody's: such names are reserved */

typedef struct {
  ck_fe *fe;
  ck_fe_cursors fields; /* those that are invalid */
} search;

/* Text ----------------------------------------------------------------------------------------------------------- */

/* Where the declarator at `at`, behind its name, ends: its ',' or ';'. 0 if it does not look like one. */
static size_t end_of_declarator(const ck_fe_file *file, size_t at, bool whole) {
  int depth = 0;
  for (at = ck_fe_skip_space(file, at); at < file->size; at = ck_fe_skip_space(file, at)) {
    char c = file->text[at];
    if (c == '"' || (c == '\'' && !ck_fe_is_word(file->text[at - 1]))) {
      at = ck_fe_skip_literal(file, at);
      continue;
    }
    if (c == '#') return 0;
    if (depth == 0 && (c == ';' || (c == ',' && !whole))) return at;
    depth += strchr("([{", c) ? 1 : strchr(")]}", c) ? -1 : 0;
    if (depth < 0 && !whole) return 0;
    if (depth < -1) return 0; /* the one of `void (*callback)(T);` */
    at++;
  }
  return 0;
}

static size_t word_at(const ck_fe_file *file, size_t at) {
  size_t n = 0;
  while (at + n < file->size && ck_fe_is_word(file->text[at + n])) n++;
  return n;
}

static bool is_qualifier(const ck_fe_file *file, size_t end) {
  size_t next = ck_fe_skip_space(file, end);
  return next + 1 < file->size && file->text[next] == ':' && file->text[next + 1] == ':';
}

/* May the name that is not declared be that of a macro? */
static bool may_be_macro(const ck_fe_file *file, size_t at) {
  size_t n = word_at(file, at);
  for (size_t i = 0; i < n; i++)
    if (islower((unsigned char)file->text[at + i])) return false;
  return !is_qualifier(file, at + n);
}

static bool same_word(const ck_fe_file *file, size_t at, size_t n, const char *word) {
  return strlen(word) == n && strncmp(file->text + at, word, n) == 0;
}

/* Is the word one that an error of the parse stands at? Then it is of a missing header. */
static bool is_undeclared(ck_fe *fe, const ck_fe_file *file, size_t at, size_t n) {
  for (size_t i = 0; i < fe->errors.n; i++) {
    const ck_fe_error *error = &fe->errors.at[i];
    const ck_fe_file *other = error->undeclared && error->file ? ck_fe_file_of(fe, error->file) : NULL;
    if (other && other->text && error->begin < other->size && word_at(other, error->begin) == n &&
        strncmp(other->text + error->begin, file->text + at, n) == 0)
      return true;
  }
  return false;
}

/* Can what stands in [at, end) do anything to the object? Not if it is made of numbers, text and what missing headers
 * declare. */
static bool reaches(ck_fe *fe, const ck_fe_file *file, size_t at, size_t end) {
  static const char *const harmless[] = {"true", "false", "nullptr", "std", "sizeof"};
  for (at = ck_fe_skip_space(file, at); at < end; at = ck_fe_skip_space(file, at)) {
    char c = file->text[at];
    size_t n = word_at(file, at);
    if (c == '"' || c == '\'') {
      at = ck_fe_skip_literal(file, at);
      continue;
    }
    if (n == 0 || isdigit((unsigned char)c)) {
      at += n ? n : 1;
      continue;
    }
    char before = ck_fe_char_before(file, at);
    bool fine = before == ':' || before == '.' || (is_qualifier(file, at + n) && is_undeclared(fe, file, at, n));
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) fine |= same_word(file, at, n, harmless[i]);
    if (!fine) return true;
    at += n;
  }
  return false;
}

/* Writing over --------------------------------------------------------------------------------------------------- */

static ck_fe_rewritten *to_write(ck_fe *fe, const ck_fe_file *file) {
  ck_fe_stand_ins *all = fe->stand_ins;
  for (size_t i = 0; i < all->files.n; i++)
    if (strcmp(all->files.at[i].name, file->name) == 0) return &all->files.at[i];
  ck_fe_rewritten made = {.name = ck_arena_strdup(&all->arena, file->name), .size = file->size};
  made.text = ck_arena_strndup(&all->arena, file->text, file->size);
  made.original = ck_arena_strndup(&all->arena, file->text, file->size);
  ck_vec_push(&all->files, made);
  return &all->files.at[all->files.n - 1];
}

static void blank(char *text, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++)
    if (!isspace((unsigned char)text[i])) text[i] = ' ';
}

static void note_member(ck_fe *fe, const ck_fe_file *file, unsigned at, bool reaching) {
  ck_fe_member member = {ck_arena_strdup(&fe->stand_ins->arena, file->name), at, reaching};
  ck_vec_push(&fe->stand_ins->members, member);
}

/* Members -------------------------------------------------------------------------------------------------------- */

typedef struct {
  const ck_fe_file *file;
  unsigned begin, name, behind; /* of its declaration, its name, behind the name */
} field;

/* Where the field is written; false if a macro is part of that. */
static bool look_at(ck_fe *fe, CXCursor cursor, field *out) {
  CXSourceLocation at = clang_getCursorLocation(cursor), start = clang_getRangeStart(clang_getCursorExtent(cursor));
  CXFile file, start_file;
  unsigned begin_spelled, name_spelled;
  clang_getSpellingLocation(start, &start_file, NULL, NULL, &begin_spelled);
  clang_getFileLocation(start, &file, NULL, NULL, &out->begin);
  bool has_extent = file != NULL; /* `int n{wrong};` has none */
  if (file != start_file || begin_spelled != out->begin) return false;
  clang_getSpellingLocation(at, &start_file, NULL, NULL, &name_spelled);
  clang_getFileLocation(at, &file, NULL, NULL, &out->name);
  if (!has_extent) out->begin = out->name;
  if (file != start_file || name_spelled != out->name || out->name < out->begin) return false;
  out->file = ck_fe_file_of(fe, file);
  const char *name = ck_fe_spelling(fe, cursor);
  size_t n = strlen(name);
  out->behind = out->name + (unsigned)n;
  return n > 0 && out->file->name && out->file->text && out->behind < out->file->size &&
         strncmp(out->file->text + out->name, name, n) == 0 && ck_fe_stood_in(fe, cursor) == NULL;
}

typedef enum { NONE, UNDECLARED, OTHER } errors_in;

/* What kinds of errors there are in [begin, end). */
static errors_in kinds(ck_fe *fe, const ck_fe_file *file, size_t begin, size_t end) {
  errors_in found = NONE;
  for (size_t i = 0; i < fe->errors.n; i++) {
    const ck_fe_error *error = &fe->errors.at[i];
    if (!error->file || !clang_File_isEqual(error->file, file->file) || error->begin < begin || error->begin >= end)
      continue;
    if (!error->undeclared || may_be_macro(file, error->begin)) return OTHER;
    found = UNDECLARED;
  }
  return found;
}

/* `cv::Mat a, b{1};` becomes `__      a, b   ;`. The fields are those of one declaration. */
static bool replace_type(ck_fe *fe, const field *fields, size_t n) {
  const ck_fe_file *file = fields[0].file;
  size_t end = end_of_declarator(file, fields[n - 1].behind, true);
  if (end == 0 || fields[0].name - fields[0].begin < sizeof stand_in ||
      kinds(fe, file, fields[0].begin, end) != UNDECLARED ||
      memchr(file->text + fields[0].begin, '#', end - fields[0].begin))
    return false;
  char *text = to_write(fe, file)->text;
  blank(text, fields[0].begin, fields[0].name);
  memcpy(text + fields[0].begin, stand_in, sizeof stand_in - 1);
  for (size_t i = 0; i < n; i++) {
    size_t next = i + 1 < n ? fields[i + 1].name : end;
    note_member(fe, file, fields[i].name, reaches(fe, file, fields[i].behind, next));
    blank(text, fields[i].behind, next);
    if (i + 1 < n) text[fields[i].behind] = ',';
  }
  return true;
}

/* `int n = cv::number();` becomes `int n               ;`. */
static bool leave_out_initialiser(ck_fe *fe, const field *at) {
  size_t end = end_of_declarator(at->file, at->behind, false), first = ck_fe_skip_space(at->file, at->behind);
  if (end == 0 || !strchr("={", at->file->text[first]) || kinds(fe, at->file, at->behind, end) != UNDECLARED)
    return false;
  note_member(fe, at->file, at->name, reaches(fe, at->file, first, end));
  blank(to_write(fe, at->file)->text, at->behind, end);
  return true;
}

/* The fields from `at` on that one declaration declares, the first of them. */
static bool repair(ck_fe *fe, const ck_fe_cursors *list, size_t at, size_t n) {
  field fields[64];
  if (n > sizeof fields / sizeof *fields) return false;
  for (size_t i = 0; i < n; i++)
    if (!look_at(fe, list->at[at + i], &fields[i])) return false;
  size_t end = end_of_declarator(fields[0].file, fields[0].behind, false);
  if (end == 0) return replace_type(fe, fields, n);
  size_t first = ck_fe_skip_space(fields[0].file, fields[0].behind);
  bool type_is_known = kinds(fe, fields[0].file, fields[0].begin, first) == NONE;
  if (!type_is_known) return replace_type(fe, fields, n);
  bool any = false;
  for (size_t i = 0; i < n; i++) any |= leave_out_initialiser(fe, &fields[i]);
  return any;
}

static enum CXChildVisitResult note_field(CXCursor cursor, CXCursor parent, CXClientData data) {
  search *s = data;
  bool is_top = clang_getCursorKind(parent) == CXCursor_TranslationUnit;
  if (is_top && ck_fe_is_external(s->fe, cursor)) return CXChildVisit_Continue;
  if (clang_getCursorKind(cursor) == CXCursor_FieldDecl && clang_isInvalidDeclaration(cursor))
    ck_vec_push(&s->fields, cursor);
  return CXChildVisit_Recurse;
}

bool ck_fe_stand_in(ck_fe *fe) {
  search s = {.fe = fe};
  bool any = false;
  clang_visitChildren(clang_getTranslationUnitCursor(fe->tu), note_field, &s);
  for (size_t i = 0, n; i < s.fields.n; i += n) {
    CXSourceLocation start = clang_getRangeStart(clang_getCursorExtent(s.fields.at[i]));
    for (n = 1; i + n < s.fields.n; n++)
      if (!clang_equalLocations(start, clang_getRangeStart(clang_getCursorExtent(s.fields.at[i + n])))) break;
    any |= repair(fe, &s.fields, i, n);
  }
  free(s.fields.at);
  return any;
}

/* Afterwards ----------------------------------------------------------------------------------------------------- */

const ck_fe_member *ck_fe_stood_in(ck_fe *fe, CXCursor cursor) {
  if (fe->stand_ins->members.n == 0) return NULL;
  CXFile file;
  unsigned at;
  clang_getFileLocation(clang_getCursorLocation(cursor), &file, NULL, NULL, &at);
  const char *name = file ? ck_fe_file_of(fe, file)->name : NULL;
  for (size_t i = 0; name && i < fe->stand_ins->members.n; i++) {
    const ck_fe_member *member = &fe->stand_ins->members.at[i];
    if (member->at == at && strcmp(member->file, name) == 0) return member;
  }
  return NULL;
}

bool ck_fe_mentions_stand_in(CXType type) {
  CXString string = clang_getTypeSpelling(clang_getCanonicalType(type));
  const char *text = clang_getCString(string);
  bool found = false;
  for (const char *at = text; at && !found && (at = strstr(at, stand_in)); at += sizeof stand_in - 1)
    found = (at == text || !ck_fe_is_word(at[-1])) && !ck_fe_is_word(at[sizeof stand_in - 1]);
  clang_disposeString(string);
  return found;
}

const ck_fe_rewritten *ck_fe_rewritten_file(const ck_fe_stand_ins *stand_ins, const char *name) {
  for (size_t i = 0; name && i < stand_ins->files.n; i++)
    if (strcmp(stand_ins->files.at[i].name, name) == 0) return &stand_ins->files.at[i];
  return NULL;
}

void ck_fe_release_stand_ins(ck_fe_stand_ins *stand_ins) {
  free(stand_ins->files.at);
  free(stand_ins->members.at);
  ck_arena_release(&stand_ins->arena);
}
