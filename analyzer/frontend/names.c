/* names.c - names, identities and places of cursors.
 *
 * USRs identify functions, fields and variables across units. clang's are not always distinct: the expansions of a
 * parameter pack share one, and so do specialisations for different lambdas. Here they get a suffix: for a lambda or
 * local class among the template arguments a hash of where it stands (equal in all units), for the rest a number in
 * order of appearance. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "frontend/frontend_int.h"

const char *ck_fe_intern(ck_fe *fe, CXString string) {
  const char *s = clang_getCString(string);
  const char *kept = ck_ir_intern(fe->unit, s ? s : "");
  clang_disposeString(string);
  return kept;
}

/* "Net<N>" of a constructor of a template is just "Net"; operators keep their signs. */
static const char *without_arguments(ck_fe *fe, const char *name) {
  if (ck_starts_with(name, "operator")) return name;
  const char *angle = strchr(name, '<');
  return angle ? ck_ir_intern_n(fe->unit, name, (size_t)(angle - name)) : name;
}

const char *ck_fe_spelling(ck_fe *fe, CXCursor cursor) {
  return without_arguments(fe, ck_fe_intern(fe, clang_getCursorSpelling(cursor)));
}

static void add_scopes(ck_fe *fe, CXCursor cursor, ck_strbuf *out) {
  CXCursor parent = clang_getCursorSemanticParent(cursor);
  enum CXCursorKind kind = clang_getCursorKind(parent);
  if (clang_isInvalid(kind) || kind == CXCursor_TranslationUnit) return;
  add_scopes(fe, parent, out);
  if (kind == CXCursor_LinkageSpec || clang_Cursor_isInlineNamespace(parent)) return;
  if (clang_getCursorKind(cursor) == CXCursor_EnumConstantDecl && !clang_EnumDecl_isScoped(parent)) return;
  if (clang_Cursor_isAnonymousRecordDecl(parent)) return;
  const char *name = ck_fe_spelling(fe, parent);
  if (kind == CXCursor_Namespace && !*name) name = "(anonymous namespace)";
  ck_strbuf_puts(out, name);
  ck_strbuf_puts(out, "::");
}

/* Classes that libtorch's releases call differently: what comes after the front end knows one name for each. */
static const struct {
  const char *there, *here;
} moved[] = {
    {"at::ArrayRef", "c10::ArrayRef"},
    {"at::Device", "c10::Device"},
    {"at::Scalar", "c10::Scalar"},
    {"at::ScalarType", "c10::ScalarType"},
    {"at::TensorOptions", "c10::TensorOptions"},  /* up to 1.0 */
    {"c10::HeaderOnlyArrayRef", "c10::ArrayRef"}, /* 2.14: the base of ArrayRef declares most of it */
};

static const char *in_one_release(ck_fe *fe, const char *name) {
  for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
    size_t n = strlen(moved[i].there);
    if (strncmp(name, moved[i].there, n) != 0 || (name[n] != '\0' && name[n] != ':')) continue;
    ck_strbuf text;
    ck_strbuf_init(&text);
    ck_strbuf_printf(&text, "%s%s", moved[i].here, name + n);
    name = ck_ir_intern_n(fe->unit, text.s, text.n);
    ck_strbuf_release(&text);
    break;
  }
  return name;
}

const char *ck_fe_qualified_name(ck_fe *fe, CXCursor cursor) {
  ck_strbuf name;
  ck_strbuf_init(&name);
  add_scopes(fe, cursor, &name);
  ck_strbuf_puts(&name, ck_fe_spelling(fe, cursor));
  const char *kept = in_one_release(fe, ck_ir_intern_n(fe->unit, name.s, name.n));
  ck_strbuf_release(&name);
  return kept;
}

/* Where the unnamed classes in the declaration's type and name stand: clang's USR does not tell them apart. */
static void add_local_arguments(CXType type, CXCursor declaration, ck_strbuf *out) {
  CXString display = clang_getTypeSpelling(clang_getCanonicalType(type));
  CXString name = clang_getCursorDisplayName(declaration);
  const char *texts[] = {clang_getCString(display), clang_getCString(name)};
  static const char *const marks[] = {"(lambda at ", "(unnamed ", "(anonymous "};
  for (size_t t = 0; t < 2; t++) {
    for (size_t m = 0; texts[t] && m < sizeof marks / sizeof *marks; m++) {
      for (const char *at = strstr(texts[t], marks[m]); at; at = strstr(at + 1, marks[m])) {
        const char *end = strchr(at, ')'), *file = at; /* only the last part of the path: units differ in directories */
        if (!end) break;
        for (const char *s = at; s < end; s++)
          if (*s == '/' || *s == ' ') file = s + 1;
        ck_strbuf_add(out, file, (size_t)(end - file));
        ck_strbuf_putc(out, ';');
      }
    }
  }
  clang_disposeString(display);
  clang_disposeString(name);
}

typedef CK_VEC(CXCursor) cursor_list;

const char *ck_fe_usr(ck_fe *fe, CXCursor declaration) {
  CXString string = clang_getCursorUSR(declaration);
  const char *usr = clang_getCString(string);
  if (!usr || !*usr) {
    clang_disposeString(string);
    return "";
  }
  ck_strbuf text;
  ck_strbuf_init(&text);
  ck_strbuf_puts(&text, usr);
  clang_disposeString(string);
  /* "@Sa": an unnamed class; a lambda's own members carry its offset, specialisations for it do not */
  if (strstr(text.s, "@Sa") && (strchr(text.s, '<') || strchr(text.s, '>'))) {
    ck_strbuf local;
    ck_strbuf_init(&local);
    CXCursor owner = declaration;
    for (int level = 0; level < 8 && !clang_isInvalid(clang_getCursorKind(owner)) &&
                        clang_getCursorKind(owner) != CXCursor_TranslationUnit;
         level++, owner = clang_getCursorSemanticParent(owner))
      add_local_arguments(clang_getCursorType(owner), owner, &local);
    if (local.n) ck_strbuf_printf(&text, "~%llx", (unsigned long long)ck_hash64(local.s, local.n, 0));
    ck_strbuf_release(&local);
  }
  CXCursor canonical = clang_getCanonicalCursor(declaration);
  bool is_new;
  ck_map_entry *entry = ck_map_put(&fe->usrs, text.s, &is_new);
  cursor_list *list = entry->p;
  if (!list) entry->p = list = CK_NEW(&fe->unit->arena, cursor_list);
  size_t i = 0;
  while (i < list->n && !clang_equalCursors(list->at[i], canonical)) i++;
  if (i == list->n) ck_vec_push(list, canonical);
  if (i) ck_strbuf_printf(&text, "#%zu", i);
  const char *kept = ck_ir_intern_n(fe->unit, text.s, text.n);
  ck_strbuf_release(&text);
  return kept;
}

ck_loc ck_fe_loc(ck_fe *fe, CXCursor cursor) {
  ck_loc loc = {0};
  CXFile file;
  unsigned line, column, at;
  clang_getExpansionLocation(clang_getCursorLocation(cursor), &file, &line, &column, &at);
  CXSourceRange range = clang_getCursorExtent(cursor);
  CXFile begin_file, end_file;
  unsigned begin, end;
  clang_getExpansionLocation(clang_getRangeStart(range), &begin_file, NULL, NULL, &begin);
  clang_getExpansionLocation(clang_getRangeEnd(range), &end_file, NULL, NULL, &end);
  if (!file) file = begin_file;
  if (!file) return loc;
  loc.file = ck_fe_file_of(fe, file)->name;
  loc.line = line;
  loc.column = column;
  loc.begin = loc.end = at;
  if (begin_file == file && end_file == file && begin <= end) {
    loc.begin = begin;
    loc.end = end;
  }
  return loc;
}

bool ck_fe_has_extent(CXCursor cursor) { return !clang_Range_isNull(clang_getCursorExtent(cursor)); }

bool ck_fe_same_extent(CXCursor a, CXCursor b) {
  return clang_equalRanges(clang_getCursorExtent(a), clang_getCursorExtent(b)) != 0;
}

bool ck_fe_extent(ck_fe *fe, CXCursor cursor, const ck_fe_file **file, unsigned *begin, unsigned *end) {
  CXSourceRange range = clang_getCursorExtent(cursor);
  CXFile begin_file, end_file;
  clang_getFileLocation(clang_getRangeStart(range), &begin_file, NULL, NULL, begin);
  clang_getFileLocation(clang_getRangeEnd(range), &end_file, NULL, NULL, end);
  if (!begin_file || begin_file != end_file || *begin > *end) return false;
  ck_fe_file *found = ck_fe_file_of(fe, begin_file);
  *file = found;
  return found->text && *end <= found->size;
}

char ck_fe_last_char(ck_fe *fe, CXCursor cursor) {
  const ck_fe_file *file;
  unsigned begin, end;
  return ck_fe_extent(fe, cursor, &file, &begin, &end) && end > begin ? file->text[end - 1] : 0;
}

size_t ck_fe_skip_space(const ck_fe_file *file, size_t at) {
  const char *s = file->text;
  while (at < file->size) {
    if (strchr(" \t\r\n\f\v\\", s[at]) && s[at]) {
      at++;
    } else if (s[at] == '/' && at + 1 < file->size && s[at + 1] == '/') {
      while (at < file->size && s[at] != '\n') at++;
    } else if (s[at] == '/' && at + 1 < file->size && s[at + 1] == '*') {
      at += 2;
      while (at + 1 < file->size && !(s[at] == '*' && s[at + 1] == '/')) at++;
      at = at + 2 < file->size ? at + 2 : file->size;
    } else {
      break;
    }
  }
  return at;
}

char ck_fe_char_before(const ck_fe_file *file, size_t at) {
  while (at > 0 && strchr(" \t\r\n\f\v", file->text[at - 1])) at--;
  return at > 0 ? file->text[at - 1] : 0;
}

static enum CXChildVisitResult collect(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  ck_fe_cursors *out = data;
  ck_vec_push(out, cursor);
  return CXChildVisit_Continue;
}

void ck_fe_children(CXCursor cursor, ck_fe_cursors *out) { clang_visitChildren(cursor, collect, out); }

static enum CXChildVisitResult only_expression(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  ck_fe_cursors *out = data;
  if (clang_isExpression(clang_getCursorKind(cursor))) ck_vec_push(out, cursor);
  return out->n > 1 ? CXChildVisit_Break : CXChildVisit_Continue;
}

CXCursor ck_fe_peel(CXCursor cursor) {
  ck_fe_cursors kids = {0};
  for (;;) {
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    if (kind != CXCursor_UnexposedExpr && kind != CXCursor_ParenExpr) break;
    kids.n = 0;
    clang_visitChildren(cursor, only_expression, &kids);
    if (kids.n != 1) break;
    cursor = kids.at[0];
  }
  free(kids.at);
  return cursor;
}
