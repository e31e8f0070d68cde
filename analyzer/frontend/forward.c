/* forward.c - constructor templates that only a library's function calls.
 *
 * `std::make_shared<Stack<nn::Linear>>(2, 3, 4)` forwards to `template <class... Args> Stack(int, Args &&...)`. The
 * call stands in a body that is skipped, so the constructor that is meant is never instantiated. But the types that it
 * would get are those of the library function's parameters. So a construction from values of these types is appended to
 * the unit, as the explicit instantiations are (parse.c), and what it names is lowered. */
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

static bool has_constructor_template(CXCursor definition) {
  ck_fe_cursors kids = {0};
  ck_fe_children(definition, &kids);
  bool found = false;
  for (size_t i = 0; i < kids.n && !found; i++)
    found = clang_getCursorKind(kids.at[i]) == CXCursor_FunctionTemplate &&
            clang_getTemplateCursorKind(kids.at[i]) == CXCursor_Constructor;
  free(kids.at);
  return found;
}

/* The class that a template argument names, if it is the project's and has a constructor template. */
static bool is_candidate(ck_fe *fe, CXType type) {
  if (type.kind == CXType_Invalid || !ck_fe_is_record(type)) return false;
  CXCursor declaration = clang_getTypeDeclaration(clang_getCanonicalType(type));
  if (clang_isInvalid(clang_getCursorKind(declaration)) || ck_fe_is_external(fe, declaration)) return false;
  CXCursor pattern = clang_getSpecializedCursorTemplate(declaration);
  CXCursor definition = clang_getCursorDefinition(clang_Cursor_isNull(pattern) ? declaration : pattern);
  return !clang_Cursor_isNull(definition) && has_constructor_template(definition);
}

static enum CXVisitorResult collect_base(CXCursor cursor, CXClientData data) {
  ck_fe_cursors *out = data;
  ck_vec_push(out, cursor);
  return CXVisit_Continue;
}

/* The class itself, or, of a holder (TORCH_MODULE), the one that it holds; Invalid if that has no constructor template.
 */
static CXType candidate(ck_fe *fe, CXType type) {
  CXType found = {.kind = CXType_Invalid};
  if (is_candidate(fe, type)) return type;
  if (type.kind == CXType_Invalid || !ck_fe_is_record(type)) return found;
  ck_fe_cursors bases = {0};
  clang_visitCXXBaseClasses(clang_getCanonicalType(type), collect_base, &bases);
  for (size_t i = 0; i < bases.n && found.kind == CXType_Invalid; i++) {
    CXType base = clang_getCanonicalType(clang_getCursorType(bases.at[i]));
    if (!ck_fe_is_external(fe, clang_getTypeDeclaration(base)) || clang_Type_getNumTemplateArguments(base) < 1)
      continue;
    CXType held = clang_Type_getTemplateArgumentAsType(base, 0);
    if (is_candidate(fe, held)) found = held;
  }
  free(bases.at);
  return found;
}

/* What make_shared<T>, emplace_back of a vector<T>, ModuleHolder<T> make: the first template argument of the function,
 * or of its class; a holder's inherited constructors make what it holds. */
static CXType made_by(ck_fe *fe, CXCursor function) {
  CXType owner = clang_getCursorType(clang_getCursorSemanticParent(function)), made = {.kind = CXType_Invalid};
  if (!ck_fe_is_external(fe, function))
    return clang_getCursorKind(function) == CXCursor_Constructor && !is_candidate(fe, owner) ? candidate(fe, owner)
                                                                                             : made;
  if (clang_Cursor_getNumTemplateArguments(function) > 0 &&
      clang_Cursor_getTemplateArgumentKind(function, 0) == CXTemplateArgumentKind_Type)
    made = candidate(fe, clang_Cursor_getTemplateArgumentType(function, 0));
  if (made.kind == CXType_Invalid && clang_Type_getNumTemplateArguments(owner) > 0)
    made = candidate(fe, clang_Type_getTemplateArgumentAsType(owner, 0));
  return made;
}

/* Parameters that say where, not what of. */
static int leading_parameters(const char *name) {
  static const char *const placed[] = {"allocate_shared", "emplace", "emplace_hint"};
  for (size_t i = 0; i < sizeof placed / sizeof *placed; i++)
    if (strcmp(placed[i], name) == 0) return 1;
  return 0;
}

void ck_fe_note_forwarding(ck_fe *fe, CXCursor function) {
  if (fe->in_pattern) return;
  CXType made = made_by(fe, function);
  if (made.kind == CXType_Invalid) return;
  ck_strbuf text;
  ck_strbuf_init(&text);
  ck_strbuf_puts(&text, "(void)::new ");
  bool nameable = ck_fe_name_at_end(clang_getUnqualifiedType(clang_getCanonicalType(made)), &text);
  ck_strbuf_putc(&text, '(');
  int n = clang_Cursor_getNumArguments(function), first = leading_parameters(ck_fe_spelling(fe, function));
  for (int i = first; i < n && nameable; i++) {
    ck_strbuf_puts(&text, i > first ? ", std::declval<" : "std::declval<");
    CXCursor param = clang_Cursor_getArgument(function, (unsigned)i);
    nameable = ck_fe_name_at_end(clang_getCanonicalType(clang_getCursorType(param)), &text);
    ck_strbuf_puts(&text, ">()");
  }
  ck_strbuf_putc(&text, ')');
  if (nameable && n > first) ck_map_put(&fe->specialisations, text.s, NULL);
  ck_strbuf_release(&text);
}

static enum CXChildVisitResult need_constructors(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  CXCursor to = clang_getCursorReferenced(cursor);
  if (clang_getCursorKind(cursor) == CXCursor_CallExpr && clang_getCursorKind(to) == CXCursor_Constructor)
    ck_fe_need_function(data, to);
  return CXChildVisit_Recurse;
}

bool ck_fe_is_forwarding(ck_fe *fe, CXCursor function) {
  if (!ck_fe_is_main_file(fe, function)) return false;
  unsigned at;
  clang_getFileLocation(clang_getCursorLocation(function), NULL, NULL, NULL, &at);
  if (at < fe->instantiations) return false;
  clang_visitChildren(function, need_constructors, fe);
  return true;
}
