/* lower_dependent.c - what depends on a template parameter, in the body of a generic lambda.
 *
 * The instances of a generic lambda that is handed to a library (`std::sort(..., [](const auto &a, const auto &b)
 * {...})`) are made in bodies that are skipped. So its pattern is lowered: members and methods by their plain names,
 * which the evaluator finds in the values that are there; calls of functions whose overloads all belong to one library
 * name. What else depends on a parameter is UNKNOWN. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* The last word of the expression's text, the member that it names: `x.first`, `x->size`; "" if it does not end so. */
static const char *last_word(ck_fe *fe, CXCursor cursor, bool *arrow) {
  const ck_fe_file *file;
  unsigned begin, end;
  *arrow = false;
  if (!ck_fe_extent(fe, cursor, &file, &begin, &end)) return "";
  unsigned at = end;
  while (at > begin && is_word(file->text[at - 1])) at--;
  unsigned before = at;
  while (before > begin && isspace((unsigned char)file->text[before - 1])) before--;
  bool dot = before > begin && file->text[before - 1] == '.';
  *arrow = before > begin + 1 && file->text[before - 1] == '>' && file->text[before - 2] == '-';
  if (at == end || isdigit((unsigned char)file->text[at]) || !(dot || *arrow)) return "";
  return ck_ir_intern_n(fe->unit, file->text + at, end - at);
}

static CXCursor only_expression(CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  CXCursor found = clang_getNullCursor();
  unsigned n = 0;
  for (size_t i = 0; i < kids.n; i++)
    if (clang_isExpression(clang_getCursorKind(kids.at[i]))) found = kids.at[i], n++;
  free(kids.at);
  return n == 1 ? found : clang_getNullCursor();
}

/* object.name, object->name, the object alone among the children. */
static ck_ir *by_name(ck_fe *fe, ck_ir_kind kind, CXCursor member) {
  bool arrow;
  const char *name = last_word(fe, member, &arrow);
  CXCursor object = only_expression(member);
  if (!*name || clang_Cursor_isNull(object)) return NULL;
  ck_ir *node = ck_fe_node(fe, kind, member);
  node->name = name;
  if (arrow) node->flags |= CK_IR_F_ARROW;
  ck_fe_set_kid(fe, node, ck_fe_expr(fe, object));
  return node;
}

ck_ir *ck_fe_dependent_member(ck_fe *fe, CXCursor cursor) {
  return fe->in_pattern ? by_name(fe, CK_IR_MEMBER, cursor) : NULL;
}

/* The one library name of all overloads that a callee may mean; NULL if there is none. */
static const char *overloaded_name(ck_fe *fe, CXCursor callee, CXCursor *first) {
  CXCursor set = clang_getCursorReferenced(callee);
  if (clang_getCursorKind(set) != CXCursor_OverloadedDeclRef) return NULL;
  unsigned n = clang_getNumOverloadedDecls(set);
  const char *name = NULL;
  for (unsigned i = 0; i < n; i++) {
    CXCursor one = clang_getOverloadedDecl(set, i);
    if (!ck_fe_is_external(fe, one)) return NULL; /* which of the project's is meant is not known */
    const char *own = ck_fe_qualified_name(fe, one);
    if (name != NULL && strcmp(name, own) != 0) return NULL;
    name = own;
    *first = one;
  }
  return name;
}

static void set_arguments(ck_fe *fe, ck_ir *node, ck_ir *before, const ck_fe_cursors *arguments) {
  ck_fe_nodes list = {0};
  ck_vec_push(&list, before);
  for (size_t i = 0; i < arguments->n; i++) ck_vec_push(&list, ck_fe_expr(fe, arguments->at[i]));
  ck_fe_set_kids(fe, node, &list);
  free(list.at);
}

/* Does the text begin with something else than its first operand: the type in T(x)? */
static bool names_type(ck_fe *fe, CXCursor cursor, CXCursor operand) {
  const ck_fe_file *file, *same;
  unsigned begin, at, end;
  return ck_fe_extent(fe, cursor, &file, &begin, &end) && ck_fe_extent(fe, operand, &same, &at, &end) && begin < at;
}

/* T(x) of a type T that is known, x dependent. */
static ck_ir *unresolved_construction(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  ck_fe_nodes list = {0};
  ck_ir *node = NULL;
  const ck_ir_type *type = ck_fe_type_of(fe, cursor);
  size_t first = 0;
  while (first < kids.n && !clang_isExpression(clang_getCursorKind(kids.at[first]))) first++;
  bool constructs = type && type->kind != CK_IR_T_UNKNOWN && first < kids.n && names_type(fe, cursor, kids.at[first]);
  bool is_class = constructs && type->kind == CK_IR_T_RECORD;
  if (constructs && (is_class || first + 1 == kids.n)) {
    node = ck_fe_node(fe, is_class ? CK_IR_CONSTRUCT : CK_IR_CAST, cursor);
    if (!is_class) node->op = CK_IR_CAST_FUNCTIONAL;
    if (is_class && ck_fe_last_char(fe, cursor) == '}') node->flags |= CK_IR_F_BRACE;
    for (size_t i = first; i < kids.n; i++)
      if (clang_isExpression(clang_getCursorKind(kids.at[i]))) ck_vec_push(&list, ck_fe_expr(fe, kids.at[i]));
    ck_fe_set_kids(fe, node, &list);
  }
  free(list.at);
  free(kids.at);
  return node;
}

ck_ir *ck_fe_dependent_call(ck_fe *fe, CXCursor cursor, CXCursor callee, const ck_fe_cursors *arguments) {
  if (!fe->in_pattern) return NULL;
  ck_ir *made = unresolved_construction(fe, cursor);
  if (made) return made;
  CXCursor peeled = ck_fe_peel(callee), first = clang_getNullCursor();
  if (clang_getCursorKind(peeled) == CXCursor_MemberRefExpr) {
    const char *name = overloaded_name(fe, peeled, &first);
    if (name == NULL && clang_getCursorKind(clang_getCursorReferenced(peeled)) == CXCursor_OverloadedDeclRef)
      return NULL;
    ck_ir *node = name ? ck_fe_node(fe, CK_IR_MCALL, peeled) : by_name(fe, CK_IR_MCALL, peeled);
    if (node == NULL) return NULL;
    CXCursor object = only_expression(peeled);
    ck_ir *target = name ? NULL : node->kids[0];
    if (name && !clang_Cursor_isNull(object) && ck_fe_has_extent(object)) {
      bool arrow;
      last_word(fe, peeled, &arrow);
      target = ck_fe_expr(fe, object);
      if (arrow) node->flags |= CK_IR_F_ARROW;
    }
    if (name) node->name = name;
    node->type = ck_fe_type_of(fe, cursor);
    node->loc.end = ck_fe_loc(fe, cursor).end;
    set_arguments(fe, node, target, arguments);
    return node;
  }
  const char *name = overloaded_name(fe, peeled, &first);
  if (name == NULL) return NULL;
  ck_ir *node = ck_fe_node(fe, CK_IR_CALL, cursor);
  node->name = name;
  set_arguments(fe, node, NULL, arguments);
  return node;
}
