/* instances.c - instances of generic lambdas that a library's function makes.
 *
 * `std::visit([&](auto &x) {...}, v)` calls the lambda in the library's own code, where no call of the project names
 * the instances. But what was instantiated of the library is among the unit's declarations, and the bodies of constexpr
 * functions are there even in a precompiled header: the calls in them name each instance, with its types. These are
 * lowered, and OVERRIDES says which LAMBDA each belongs to. Where a library's body was skipped, only the pattern is
 * left (lower_dependent.c). */
#include <string.h>

#include "frontend/frontend_int.h"

static bool is_call_operator(CXCursor function) {
  if (clang_getCursorKind(function) != CXCursor_CXXMethod) return false;
  CXString name = clang_getCursorSpelling(function);
  bool is = !strcmp(clang_getCString(name), "operator()");
  clang_disposeString(name);
  return is;
}

CXCursor ck_fe_generic_lambda(CXCursor function) {
  if (!is_call_operator(function) || clang_Cursor_isNull(clang_getSpecializedCursorTemplate(function)))
    return clang_getNullCursor();
  CXCursor owner = clang_getCursorSemanticParent(function);
  return ck_fe_is_closure(owner) ? owner : clang_getNullCursor();
}

static enum CXChildVisitResult need_instances(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  if (clang_getCursorKind(cursor) == CXCursor_CallExpr) {
    CXCursor to = clang_getCursorReferenced(cursor);
    if (!clang_Cursor_isNull(ck_fe_generic_lambda(to))) ck_fe_need_function(data, to);
  }
  return CXChildVisit_Recurse;
}

/* Does a lambda occur in its parameters? */
static bool takes_lambda(CXCursor function) {
  CXString type = clang_getTypeSpelling(clang_getCursorType(function));
  bool found = strstr(clang_getCString(type), "(lambda at ") != NULL;
  clang_disposeString(type);
  return found;
}

void ck_fe_need_instances(ck_fe *fe, CXCursor function) {
  enum CXCursorKind kind = clang_getCursorKind(function);
  if ((kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod) && takes_lambda(function))
    clang_visitChildren(function, need_instances, fe);
}
