/* lower_expr.c - expressions. Calls and constructions are in lower_call.c, lambdas in lower_lambda.c. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

static const uint16_t binary_ops[CXBinaryOperator_Last + 1] = {
    [CXBinaryOperator_Mul] = CK_IR_OP_MUL,       [CXBinaryOperator_Div] = CK_IR_OP_DIV,
    [CXBinaryOperator_Rem] = CK_IR_OP_REM,       [CXBinaryOperator_Add] = CK_IR_OP_ADD,
    [CXBinaryOperator_Sub] = CK_IR_OP_SUB,       [CXBinaryOperator_Shl] = CK_IR_OP_SHL,
    [CXBinaryOperator_Shr] = CK_IR_OP_SHR,       [CXBinaryOperator_Cmp] = CK_IR_OP_SPACESHIP,
    [CXBinaryOperator_LT] = CK_IR_OP_LT,         [CXBinaryOperator_GT] = CK_IR_OP_GT,
    [CXBinaryOperator_LE] = CK_IR_OP_LE,         [CXBinaryOperator_GE] = CK_IR_OP_GE,
    [CXBinaryOperator_EQ] = CK_IR_OP_EQ,         [CXBinaryOperator_NE] = CK_IR_OP_NE,
    [CXBinaryOperator_And] = CK_IR_OP_AND,       [CXBinaryOperator_Xor] = CK_IR_OP_XOR,
    [CXBinaryOperator_Or] = CK_IR_OP_OR,         [CXBinaryOperator_LAnd] = CK_IR_OP_LAND,
    [CXBinaryOperator_LOr] = CK_IR_OP_LOR,       [CXBinaryOperator_Comma] = CK_IR_OP_COMMA,
    [CXBinaryOperator_Assign] = CK_IR_OP_ASSIGN, [CXBinaryOperator_MulAssign] = CK_IR_OP_MUL,
    [CXBinaryOperator_DivAssign] = CK_IR_OP_DIV, [CXBinaryOperator_RemAssign] = CK_IR_OP_REM,
    [CXBinaryOperator_AddAssign] = CK_IR_OP_ADD, [CXBinaryOperator_SubAssign] = CK_IR_OP_SUB,
    [CXBinaryOperator_ShlAssign] = CK_IR_OP_SHL, [CXBinaryOperator_ShrAssign] = CK_IR_OP_SHR,
    [CXBinaryOperator_AndAssign] = CK_IR_OP_AND, [CXBinaryOperator_XorAssign] = CK_IR_OP_XOR,
    [CXBinaryOperator_OrAssign] = CK_IR_OP_OR,
};

static const uint16_t unary_ops[CXUnaryOperator_Coawait + 1] = {
    [CXUnaryOperator_PostInc] = CK_IR_OP_POST_INC, [CXUnaryOperator_PostDec] = CK_IR_OP_POST_DEC,
    [CXUnaryOperator_PreInc] = CK_IR_OP_PRE_INC,   [CXUnaryOperator_PreDec] = CK_IR_OP_PRE_DEC,
    [CXUnaryOperator_AddrOf] = CK_IR_OP_ADDR,      [CXUnaryOperator_Deref] = CK_IR_OP_DEREF,
    [CXUnaryOperator_Plus] = CK_IR_OP_PLUS,        [CXUnaryOperator_Minus] = CK_IR_OP_NEG,
    [CXUnaryOperator_Not] = CK_IR_OP_BNOT,         [CXUnaryOperator_LNot] = CK_IR_OP_NOT,
};

/* Helpers ------------------------------------------------------------------------------------------------------ */

ck_ir *ck_fe_node(ck_fe *fe, ck_ir_kind kind, CXCursor cursor) {
  ck_ir *node = ck_ir_node_new(fe->unit, kind, ck_fe_loc(fe, cursor));
  if (clang_isExpression(clang_getCursorKind(cursor))) node->type = ck_fe_type_of(fe, cursor);
  return node;
}

void ck_fe_set_kids(ck_fe *fe, ck_ir *node, const ck_fe_nodes *kids) {
  ck_ir_set_kids(fe->unit, node, kids->at, kids->n);
}

void ck_fe_set_kid(ck_fe *fe, ck_ir *node, ck_ir *kid) { ck_ir_set_kids(fe->unit, node, &kid, 1); }

void ck_fe_lower_children(ck_fe *fe, CXCursor cursor, ck_fe_nodes *out) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  for (size_t i = 0; i < kids.n; i++) {
    enum CXCursorKind kind = clang_getCursorKind(kids.at[i]);
    ck_ir *node = NULL;
    if (clang_isExpression(kind)) node = ck_fe_expr(fe, kids.at[i]);
    else if (clang_isStatement(kind)) node = ck_fe_stmt(fe, kids.at[i]);
    if (node) ck_vec_push(out, node);
  }
  free(kids.at);
}

ck_ir *ck_fe_unknown(ck_fe *fe, CXCursor cursor, const char *reason, ...) {
  va_list args;
  va_start(args, reason);
  char text[256];
  vsnprintf(text, sizeof text, reason, args);
  va_end(args);
  ck_ir *node = ck_fe_node(fe, CK_IR_UNKNOWN, cursor);
  node->name = ck_ir_intern(fe->unit, text);
  if (fe->depth < CK_FE_MAX_DEPTH) {
    ck_fe_nodes kids = {0};
    ck_fe_lower_children(fe, cursor, &kids);
    ck_fe_set_kids(fe, node, &kids);
    free(kids.at);
  }
  return node;
}

/* The expressions among the children; type references and the like are left out. */
static void expression_children(CXCursor cursor, ck_fe_cursors *out) {
  ck_fe_cursors all = {0};
  ck_fe_children(cursor, &all);
  for (size_t i = 0; i < all.n; i++)
    if (clang_isExpression(clang_getCursorKind(all.at[i]))) ck_vec_push(out, all.at[i]);
  free(all.at);
}

/* Lowers an operator whose operands are its n expression children. */
static ck_ir *operands(ck_fe *fe, CXCursor cursor, ck_ir_kind kind, uint16_t op, size_t n) {
  ck_fe_cursors kids = {0};
  expression_children(cursor, &kids);
  ck_ir *node;
  if (kids.n != n) {
    node = ck_fe_unknown(fe, cursor, "an operator with %zu visible operands", kids.n);
  } else {
    node = ck_fe_node(fe, kind, cursor);
    node->op = op;
    ck_fe_nodes list = {0};
    for (size_t i = 0; i < n; i++) ck_vec_push(&list, ck_fe_expr(fe, kids.at[i]));
    ck_fe_set_kids(fe, node, &list);
    free(list.at);
  }
  free(kids.at);
  return node;
}

/* Names ---------------------------------------------------------------------------------------------------------- */

static bool is_local(CXCursor declaration) {
  switch (clang_getCursorKind(declaration)) {
  case CXCursor_ParmDecl: return true;
  case CXCursor_VarDecl:
  case CXCursor_UnexposedDecl: { /* a structured binding */
    CXCursor parent = clang_getCursorSemanticParent(declaration);
    enum CXCursorKind kind = clang_getCursorKind(parent);
    return kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod || kind == CXCursor_Constructor ||
           kind == CXCursor_Destructor || kind == CXCursor_ConversionFunction || kind == CXCursor_FunctionTemplate;
  }
  default: return false;
  }
}

/* Is the variable a specialisation of a variable template? libclang has no word for it, but its USR ends with the
 * arguments. */
static bool is_variable_specialisation(ck_fe *fe, CXCursor variable) {
  const char *usr = ck_fe_usr(fe, variable), *name = strrchr(usr, '@');
  return name != NULL && strchr(name, '>') != NULL;
}

/* A constant that is defined out of sight, or once per specialisation, is taken by value. */
static ck_ir *constant_variable(ck_fe *fe, CXCursor cursor, CXCursor variable) {
  if (!clang_isConstQualifiedType(clang_getCanonicalType(clang_getCursorType(variable)))) return NULL;
  CXCursor parent = clang_getCursorSemanticParent(variable);
  bool specialised = is_variable_specialisation(fe, variable) || clang_Cursor_getNumTemplateArguments(parent) > 0 ||
                     clang_Type_getNumTemplateArguments(clang_getCursorType(parent)) > 0 ||
                     !clang_Cursor_isNull(clang_getSpecializedCursorTemplate(variable));
  return specialised || ck_fe_is_external(fe, variable) ? ck_fe_constant(fe, cursor) : NULL;
}

static ck_ir *name_of_variable(ck_fe *fe, CXCursor cursor, CXCursor variable) {
  ck_ir *node = is_local(variable) ? NULL : constant_variable(fe, cursor, variable);
  if (node) return node;
  if (!is_local(variable)) ck_fe_need_variable(fe, variable);
  node = ck_fe_node(fe, CK_IR_REF, cursor);
  node->usr = ck_fe_usr(fe, variable);
  if (is_local(variable)) {
    node->name = ck_fe_spelling(fe, variable);
  } else {
    node->name = ck_fe_qualified_name(fe, variable);
    node->flags |= CK_IR_F_GLOBAL;
  }
  return node;
}

static ck_ir *name_of_function(ck_fe *fe, CXCursor cursor, CXCursor function) {
  ck_ir *node = ck_fe_node(fe, CK_IR_REF, cursor);
  node->flags |= CK_IR_F_FUNCTION;
  node->name = ck_fe_qualified_name(fe, function);
  node->usr = ck_fe_usr(fe, function);
  node->aux = ck_fe_template_arguments(fe, function);
  ck_fe_need_function(fe, function);
  return node;
}

/* In a default argument that was not instantiated: what the instance has for a template parameter, of the function or
 * of a class around it. NULL if it is no integer. */
static ck_ir *template_argument(ck_fe *fe, CXCursor cursor, CXCursor parameter) {
  if (!fe->in_pattern || clang_Cursor_isNull(fe->instance)) return NULL;
  for (CXCursor owner = fe->instance;
       !clang_isInvalid(clang_getCursorKind(owner)) && clang_getCursorKind(owner) != CXCursor_TranslationUnit;
       owner = clang_getCursorSemanticParent(owner)) {
    CXCursor pattern = clang_getSpecializedCursorTemplate(owner);
    if (clang_Cursor_isNull(pattern)) continue;
    ck_fe_cursors kids = {0};
    ck_fe_children(pattern, &kids);
    unsigned index = 0;
    bool found = false;
    for (size_t i = 0; i < kids.n && !found; i++) {
      enum CXCursorKind kind = clang_getCursorKind(kids.at[i]);
      found = clang_equalCursors(kids.at[i], parameter) != 0;
      index += !found && (kind == CXCursor_NonTypeTemplateParameter || kind == CXCursor_TemplateTypeParameter ||
                          kind == CXCursor_TemplateTemplateParameter);
    }
    free(kids.at);
    if (!found || clang_Cursor_getTemplateArgumentKind(owner, index) != CXTemplateArgumentKind_Integral) continue;
    const ck_ir_type *type = ck_fe_type_of(fe, parameter);
    ck_ir *node = ck_fe_node(fe, type && type->kind == CK_IR_T_BOOL ? CK_IR_BOOL : CK_IR_INT, cursor);
    node->type = type;
    node->value.i = clang_Cursor_getTemplateArgumentValue(owner, index);
    return node;
  }
  return NULL;
}

static ck_ir *lower_name(ck_fe *fe, CXCursor cursor) {
  CXCursor to = clang_getCursorReferenced(cursor);
  switch (clang_getCursorKind(to)) {
  case CXCursor_VarDecl:
  case CXCursor_ParmDecl:
  case CXCursor_UnexposedDecl: return name_of_variable(fe, cursor, to);
  case CXCursor_EnumConstantDecl: {
    ck_ir *node = ck_fe_node(fe, CK_IR_REF, cursor);
    node->flags |= CK_IR_F_ENUMERATOR;
    node->name = ck_fe_qualified_name(fe, to);
    node->usr = ck_fe_usr(fe, to);
    node->value.i = clang_getEnumConstantDeclValue(to);
    return node;
  }
  case CXCursor_FunctionDecl:
  case CXCursor_CXXMethod:
  case CXCursor_Constructor:
  case CXCursor_Destructor:
  case CXCursor_ConversionFunction: return name_of_function(fe, cursor, to);
  case CXCursor_FieldDecl: { /* &C::member */
    ck_ir *node = ck_fe_node(fe, CK_IR_REF, cursor);
    node->flags |= CK_IR_F_FIELD;
    node->name = ck_fe_spelling(fe, to);
    node->usr = ck_fe_usr(fe, to);
    return node;
  }
  default: break;
  }
  /* The value that stands for a template parameter in an instantiation: the child is what was substituted. */
  ck_fe_cursors kids = {0};
  expression_children(cursor, &kids);
  ck_ir *node = NULL;
  if (clang_Cursor_isNull(to) && kids.n == 1) node = ck_fe_expr(fe, kids.at[0]);
  free(kids.at);
  if (!node) node = ck_fe_constant(fe, cursor);
  if (node) return node;
  if (clang_getCursorKind(to) == CXCursor_NonTypeTemplateParameter && (node = template_argument(fe, cursor, to)))
    return node;
  if (clang_getCursorKind(to) == CXCursor_NonTypeTemplateParameter)
    return ck_fe_unknown(fe, cursor, "the template parameter %s", ck_fe_spelling(fe, to));
  return ck_fe_unknown(fe, cursor, "a name that depends on a template argument");
}

/* Objects of the enclosing class are implicit: then there is no child. */
static ck_ir *lower_member(ck_fe *fe, CXCursor cursor) {
  CXCursor to = clang_getCursorReferenced(cursor);
  enum CXCursorKind kind = clang_getCursorKind(to);
  if (kind == CXCursor_VarDecl || kind == CXCursor_EnumConstantDecl) return lower_name(fe, cursor);
  ck_fe_cursors kids = {0};
  expression_children(cursor, &kids);
  if (kind != CXCursor_FieldDecl || kids.n > 1) {
    free(kids.at);
    ck_ir *by_name = clang_Cursor_isNull(to) ? ck_fe_dependent_member(fe, cursor) : NULL;
    if (by_name) return by_name;
    return ck_fe_unknown(fe, cursor,
                         kind == CXCursor_FieldDecl ? "a member access with several objects"
                         : clang_Cursor_isNull(to)  ? "a member that depends on a template argument"
                                                    : "a member function that is not called");
  }
  ck_ir *node = ck_fe_node(fe, CK_IR_MEMBER, cursor);
  node->name = ck_fe_spelling(fe, to);
  node->usr = ck_fe_usr(fe, to);
  ck_ir *object = NULL;
  if (kids.n && ck_fe_has_extent(kids.at[0])) {
    object = ck_fe_expr(fe, kids.at[0]);
    if (clang_getCanonicalType(clang_getCursorType(kids.at[0])).kind == CXType_Pointer) node->flags |= CK_IR_F_ARROW;
  }
  ck_fe_set_kid(fe, node, object);
  free(kids.at);
  return node;
}

/* Casts, new, lists ---------------------------------------------------------------------------------------------- */

static ck_ir *list_as_construct(ck_fe *fe, ck_ir *list, CXCursor cursor) {
  ck_ir *node = ck_fe_node(fe, CK_IR_CONSTRUCT, cursor);
  node->flags |= CK_IR_F_BRACE;
  ck_ir_set_kids(fe->unit, node, list->kids, list->nkids);
  return node;
}

/* static_cast<T &>(x) of classes: clang gives the cast the type T, as to static_cast<T>(x), which makes a T; only then
 * does the call of a constructor, or of a conversion, stand in between. */
static bool binds_reference(CXCursor operand) {
  CXCursor peeled = ck_fe_peel(operand);
  if (!ck_fe_is_record(clang_getCursorType(peeled))) return false;
  enum CXCursorKind called = clang_getCursorKind(clang_getCursorReferenced(peeled));
  if (clang_getCursorKind(peeled) != CXCursor_CallExpr) return clang_getCursorKind(peeled) != CXCursor_InitListExpr;
  return called != CXCursor_Constructor && called != CXCursor_ConversionFunction;
}

/* T(x), (T)x and static_cast<T>(x) of class type T are constructions. */
static ck_ir *lower_cast(ck_fe *fe, CXCursor cursor, ck_ir_cast style) {
  ck_fe_cursors kids = {0};
  expression_children(cursor, &kids);
  if (!kids.n) {
    free(kids.at);
    return ck_fe_unknown(fe, cursor, "a cast without a visible operand");
  }
  CXCursor operand = kids.at[kids.n - 1]; /* before it: expressions inside the type's template arguments */
  free(kids.at);
  ck_ir *value = ck_fe_expr(fe, operand);
  const ck_ir_type *type = ck_fe_type_of(fe, cursor);
  bool of_class = ck_fe_is_record(clang_getCursorType(cursor));
  bool only_refers = style == CK_IR_CAST_DYNAMIC || style == CK_IR_CAST_CONST || style == CK_IR_CAST_REINTERPRET;
  bool refers = of_class && (only_refers || binds_reference(operand));
  bool constructs = of_class && !refers;
  if (constructs && value) {
    if (value->kind == CK_IR_CONSTRUCT && value->type && type && value->type->usr == type->usr) return value;
    if (value->kind == CK_IR_INIT_LIST) return list_as_construct(fe, value, cursor);
  }
  if (!constructs && value && value->kind == CK_IR_INIT_LIST && value->nkids < 2) { /* int{3}, int{} */
    ck_ir *zero = value->nkids ? value->kids[0] : ck_fe_zero(fe, cursor);
    if (zero) value = zero;
  }
  ck_ir *node = ck_fe_node(fe, constructs ? CK_IR_CONSTRUCT : CK_IR_CAST, cursor);
  if (!constructs) node->op = style;
  if (refers && type) node->type = ck_fe_reference(fe, type);
  ck_fe_nodes list = {0};
  if (value) ck_vec_push(&list, value);
  ck_fe_set_kids(fe, node, &list);
  free(list.at);
  return node;
}

static ck_ir *lower_list(ck_fe *fe, CXCursor cursor) {
  ck_ir *node = ck_fe_node(fe, CK_IR_INIT_LIST, cursor);
  ck_fe_nodes kids = {0};
  ck_fe_lower_children(fe, cursor, &kids);
  ck_fe_set_kids(fe, node, &kids);
  free(kids.at);
  return node;
}

/* `.a.b = x`: clang gives the members' references, then the value. */
static ck_ir *lower_designated(ck_fe *fe, CXCursor cursor, const ck_fe_cursors *kids) {
  size_t n = 0;
  while (n < kids->n && clang_getCursorKind(kids->at[n]) == CXCursor_MemberRef) n++;
  if (n + 1 != kids->n) return ck_fe_unknown(fe, cursor, "a designator of array elements");
  ck_ir *value = ck_fe_expr(fe, kids->at[n]);
  for (size_t i = n; i-- > 0;) {
    CXCursor field = clang_getCursorReferenced(kids->at[i]);
    ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_DESIGNATED, ck_fe_loc(fe, kids->at[i]));
    node->name = ck_fe_spelling(fe, field);
    node->usr = ck_fe_usr(fe, field);
    node->type = ck_fe_type_of(fe, field);
    ck_fe_set_kid(fe, node, value);
    value = node;
    if (i) { /* nested: the inner one is alone in a list of the outer member's type */
      ck_ir *list = ck_ir_node_new(fe->unit, CK_IR_INIT_LIST, node->loc);
      list->type = ck_fe_type_of(fe, clang_getCursorReferenced(kids->at[i - 1]));
      ck_fe_set_kid(fe, list, node);
      value = list;
    }
  }
  return value;
}

/* In a macro there is no text to read: `new T(...)` of a class, whose only child is the constructor's call. */
static ck_ir *lower_new_in_macro(ck_fe *fe, CXCursor cursor) {
  CXType made = clang_getPointeeType(clang_getCanonicalType(clang_getCursorType(cursor)));
  ck_fe_cursors kids = {0};
  expression_children(cursor, &kids);
  CXCursor call = kids.n == 1 ? ck_fe_peel(kids.at[0]) : clang_getNullCursor();
  free(kids.at);
  bool constructs = ck_fe_is_record(made) && clang_getCursorKind(call) == CXCursor_CallExpr &&
                    clang_getCursorKind(clang_getCursorReferenced(call)) == CXCursor_Constructor &&
                    clang_equalTypes(clang_getUnqualifiedType(clang_getCanonicalType(clang_getCursorType(call))),
                                     clang_getUnqualifiedType(made));
  ck_ir *value = constructs ? ck_fe_expr(fe, call) : NULL;
  if (!value || value->kind != CK_IR_CONSTRUCT) return ck_fe_unknown(fe, cursor, "new in a macro");
  ck_ir *node = ck_fe_node(fe, CK_IR_NEW, cursor);
  node->type = ck_fe_type(fe, made);
  node->flags |= value->flags & CK_IR_F_BRACE;
  ck_ir_set_kids(fe->unit, node, value->kids, value->nkids);
  return node;
}

/* new T, new T(...), new T{...}, new T[n]. The children are the expressions in the type's template arguments, the
 * array's size, then the initialiser: told apart by type and by how the text ends. */
static ck_ir *lower_new(ck_fe *fe, CXCursor cursor) {
  const ck_fe_file *file;
  unsigned begin, end;
  if (!ck_fe_extent(fe, cursor, &file, &begin, &end)) return lower_new_in_macro(fe, cursor);
  size_t at = begin;
  if (at + 2 < end && !strncmp(file->text + at, "::", 2)) at = ck_fe_skip_space(file, at + 2);
  if (at + 3 > end || strncmp(file->text + at, "new", 3) != 0) return lower_new_in_macro(fe, cursor);
  at = ck_fe_skip_space(file, at + 3);
  if (at < end && file->text[at] == '(') return ck_fe_unknown(fe, cursor, "placement new");
  CXType made = clang_getPointeeType(clang_getCanonicalType(clang_getCursorType(cursor)));
  ck_fe_cursors kids = {0};
  expression_children(cursor, &kids);
  while (kids.n && !ck_fe_has_extent(kids.at[kids.n - 1])) kids.n--;
  char last = file->text[end - 1];
  CXCursor initialiser = clang_getNullCursor();
  size_t n = kids.n;
  if (n) {
    CXCursor candidate = ck_fe_peel(kids.at[n - 1]);
    enum CXCursorKind kind = clang_getCursorKind(candidate);
    CXType type = clang_getCanonicalType(clang_getCursorType(kids.at[n - 1]));
    bool array_of =
        type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray || type.kind == CXType_VariableArray;
    bool of_made = clang_equalTypes(clang_getUnqualifiedType(type), clang_getUnqualifiedType(made)) || array_of;
    bool construction = kind == CXCursor_CallExpr || kind == CXCursor_InitListExpr;
    if (ck_fe_is_record(made) || array_of ? construction && of_made : last == ')' || last == '}') {
      initialiser = kids.at[n - 1];
      n--;
    }
  }
  /* the size: the last expression left, if a ']' follows it */
  ck_ir *size = NULL;
  if (n) {
    const ck_fe_file *size_file;
    unsigned size_begin, size_end;
    if (ck_fe_extent(fe, kids.at[n - 1], &size_file, &size_begin, &size_end) && size_file == file) {
      size_t after = ck_fe_skip_space(file, size_end);
      if (after < end && file->text[after] == ']') size = ck_fe_expr(fe, kids.at[n - 1]);
    }
  }
  ck_ir *node = ck_fe_node(fe, CK_IR_NEW, cursor);
  node->type = ck_fe_type(fe, made);
  ck_fe_nodes list = {0};
  if (size) {
    node->flags |= CK_IR_F_ARRAY;
    ck_vec_push(&list, size);
  } else if (last == ']' || (last == '}' && memchr(file->text + at, '[', end - at) && !ck_fe_is_record(made))) {
    free(kids.at);
    return ck_fe_unknown(fe, cursor, "new of an array of unknown size");
  }
  if (last == '}') node->flags |= CK_IR_F_BRACE;
  if (!clang_Cursor_isNull(initialiser)) {
    ck_ir *value = ck_fe_expr(fe, initialiser);
    if (value && (value->kind == CK_IR_CONSTRUCT || value->kind == CK_IR_INIT_LIST) && !size) {
      for (uint32_t i = 0; i < value->nkids; i++) ck_vec_push(&list, value->kids[i]);
    } else if (value && !(value->kind == CK_IR_CONSTRUCT && value->nkids == 0)) {
      ck_vec_push(&list, value);
    }
  }
  ck_fe_set_kids(fe, node, &list);
  free(list.at);
  free(kids.at);
  return node;
}

/* GCC's `a ?: b`: the children are a, a as a condition, a as the value, b. Only where a is a plain name is it the same
 * as `a ? a : b`. */
static ck_ir *lower_elvis(ck_fe *fe, CXCursor cursor, const ck_fe_cursors *exprs) {
  ck_ir *test = ck_fe_expr(fe, exprs->at[2]), *otherwise = ck_fe_expr(fe, exprs->at[3]);
  if (!test || !otherwise || test->kind != CK_IR_REF) return NULL;
  ck_ir *node = ck_fe_node(fe, CK_IR_COND, cursor);
  ck_ir_set_kids(fe->unit, node, (ck_ir *[]){test, ck_fe_expr(fe, exprs->at[2]), otherwise}, 3);
  return node;
}

/* Whatever libclang does not expose: implicit casts and temporaries, looked through, and a few real constructs. */
static ck_ir *lower_unexposed(ck_fe *fe, CXCursor cursor) {
  if (!ck_fe_has_extent(cursor)) return NULL; /* default argument, implicit value */
  ck_fe_cursors kids = {0}, exprs = {0};
  ck_fe_children(cursor, &kids);
  for (size_t i = 0; i < kids.n; i++)
    if (clang_isExpression(clang_getCursorKind(kids.at[i]))) ck_vec_push(&exprs, kids.at[i]);
  ck_ir *node = NULL;
  if (clang_getCursorType(cursor).kind == CXType_Void && kids.n > 1 && exprs.n && kids.n > exprs.n) {
    node = lower_designated(fe, cursor, &kids);
  } else if (exprs.n == 1 && (ck_fe_same_extent(cursor, exprs.at[0]) ||
                              clang_getCursorBinaryOperatorKind(cursor) != CXBinaryOperator_Invalid)) {
    /* an operator here: one that C++20 rewrote, such as a != b as !(a == b) */
    node = ck_fe_expr(fe, exprs.at[0]);
    if (node && node->kind == CK_IR_INIT_LIST) { /* the list's backing array became a std::initializer_list */
      const ck_ir_type *type = ck_fe_type_of(fe, cursor);
      if (type && type->kind == CK_IR_T_RECORD && !strcmp(type->name, "std::initializer_list")) node->type = type;
    }
  } else if (exprs.n == 0) {
    node = ck_fe_constant(fe, cursor); /* type traits */
    char last = ck_fe_last_char(fe, cursor);
    if (!node && (last == ')' || last == '}')) node = ck_fe_zero(fe, cursor);
    if (!node && last == ')' && ck_fe_is_record(clang_getCursorType(cursor)))
      node = ck_fe_node(fe, CK_IR_CONSTRUCT, cursor); /* T() of a class without constructors */
  } else if (!(node = ck_fe_constant(fe, cursor)) && exprs.n == 1 &&
             clang_getCursorKind(exprs.at[0]) != CXCursor_StringLiteral) {
    node = NULL;
  }
  if (!node && exprs.n == 4) node = lower_elvis(fe, cursor, &exprs);
  if (!node) node = ck_fe_unknown(fe, cursor, "an expression of a kind that libclang does not expose");
  free(kids.at);
  free(exprs.at);
  return node;
}

static ck_ir *constant_or_unknown(ck_fe *fe, CXCursor cursor, const char *what) {
  ck_ir *node = ck_fe_constant(fe, cursor);
  return node ? node : ck_fe_unknown(fe, cursor, "%s", what);
}

static ck_ir *lower_throw(ck_fe *fe, CXCursor cursor) {
  ck_ir *node = ck_fe_node(fe, CK_IR_THROW, cursor);
  ck_fe_cursors kids = {0};
  expression_children(cursor, &kids);
  ck_fe_set_kid(fe, node, kids.n ? ck_fe_expr(fe, kids.at[0]) : NULL);
  free(kids.at);
  return node;
}

static ck_ir *lower_unary(ck_fe *fe, CXCursor cursor) {
  enum CXUnaryOperatorKind kind = clang_getCursorUnaryOperatorKind(cursor);
  if (kind == CXUnaryOperator_Extension) {
    CXCursor operand = clang_getNullCursor();
    ck_fe_cursors kids = {0};
    expression_children(cursor, &kids);
    if (kids.n == 1) operand = kids.at[0];
    free(kids.at);
    if (!clang_Cursor_isNull(operand)) return ck_fe_expr(fe, operand);
  }
  if (kind > CXUnaryOperator_Coawait || !unary_ops[kind]) return ck_fe_unknown(fe, cursor, "an unusual unary operator");
  return operands(fe, cursor, CK_IR_UNARY, unary_ops[kind], 1);
}

static ck_ir *lower_binary(ck_fe *fe, CXCursor cursor) {
  enum CXBinaryOperatorKind kind = clang_getCursorBinaryOperatorKind(cursor);
  if (kind == CXBinaryOperator_PtrMemD || kind == CXBinaryOperator_PtrMemI) {
    ck_ir *node = operands(fe, cursor, CK_IR_MEMBER, CK_IR_OP_NONE, 2);
    if (node->kind == CK_IR_MEMBER && kind == CXBinaryOperator_PtrMemI) node->flags |= CK_IR_F_ARROW;
    return node;
  }
  if (kind > CXBinaryOperator_Last || !binary_ops[kind]) return ck_fe_unknown(fe, cursor, "an unusual operator");
  bool assigns = kind >= CXBinaryOperator_Assign && kind <= CXBinaryOperator_OrAssign;
  return operands(fe, cursor, assigns ? CK_IR_ASSIGN : CK_IR_BINARY, binary_ops[kind], 2);
}

static ck_ir *lower_expression(ck_fe *fe, CXCursor cursor) {
  enum CXCursorKind kind = clang_getCursorKind(cursor);
  switch (kind) {
  case CXCursor_UnexposedExpr: return lower_unexposed(fe, cursor);
  case CXCursor_ParenExpr: {
    ck_fe_cursors kids = {0};
    expression_children(cursor, &kids);
    ck_ir *node = kids.n == 1 ? ck_fe_expr(fe, kids.at[0]) : ck_fe_unknown(fe, cursor, "an unusual parenthesis");
    free(kids.at);
    return node;
  }
  case CXCursor_IntegerLiteral:
  case CXCursor_FloatingLiteral:
  case CXCursor_StringLiteral:
  case CXCursor_CharacterLiteral:
  case CXCursor_CXXBoolLiteralExpr: return ck_fe_literal(fe, cursor);
  case CXCursor_CXXNullPtrLiteralExpr:
  case CXCursor_GNUNullExpr: return ck_fe_node(fe, CK_IR_NULLPTR, cursor);
  case CXCursor_DeclRefExpr: return lower_name(fe, cursor);
  case CXCursor_MemberRefExpr: return lower_member(fe, cursor);
  case CXCursor_CallExpr: return ck_fe_call(fe, cursor);
  case CXCursor_CXXThisExpr: return ck_fe_has_extent(cursor) ? ck_fe_node(fe, CK_IR_THIS, cursor) : NULL;
  case CXCursor_UnaryOperator: return lower_unary(fe, cursor);
  case CXCursor_BinaryOperator:
  case CXCursor_CompoundAssignOperator: return lower_binary(fe, cursor);
  case CXCursor_ConditionalOperator: return operands(fe, cursor, CK_IR_COND, 0, 3);
  case CXCursor_ArraySubscriptExpr: return operands(fe, cursor, CK_IR_SUBSCRIPT, 0, 2);
  case CXCursor_CStyleCastExpr: return lower_cast(fe, cursor, CK_IR_CAST_C);
  case CXCursor_CXXStaticCastExpr: return lower_cast(fe, cursor, CK_IR_CAST_STATIC);
  case CXCursor_CXXDynamicCastExpr: return lower_cast(fe, cursor, CK_IR_CAST_DYNAMIC);
  case CXCursor_CXXConstCastExpr: return lower_cast(fe, cursor, CK_IR_CAST_CONST);
  case CXCursor_CXXReinterpretCastExpr: return lower_cast(fe, cursor, CK_IR_CAST_REINTERPRET);
  case CXCursor_CXXFunctionalCastExpr: return lower_cast(fe, cursor, CK_IR_CAST_FUNCTIONAL);
  case CXCursor_InitListExpr:
  case CXCursor_CXXParenListInitExpr: return lower_list(fe, cursor);
  case CXCursor_CXXNewExpr: return lower_new(fe, cursor);
  case CXCursor_CXXDeleteExpr: return operands(fe, cursor, CK_IR_DELETE, 0, 1);
  case CXCursor_LambdaExpr: return ck_fe_lambda(fe, cursor);
  case CXCursor_CXXThrowExpr: return lower_throw(fe, cursor);
  case CXCursor_UnaryExpr: return constant_or_unknown(fe, cursor, "sizeof or alignof of what is not constant");
  case CXCursor_SizeOfPackExpr: return constant_or_unknown(fe, cursor, "sizeof...() in a template");
  case CXCursor_RequiresExpr:
  case CXCursor_ConceptSpecializationExpr: return constant_or_unknown(fe, cursor, "a concept in a template");
  case CXCursor_CXXTypeidExpr: { /* a call of a library: what it is asked of is not changed by it */
    ck_ir *node = ck_fe_node(fe, CK_IR_CALL, cursor);
    node->name = ck_ir_intern(fe->unit, "typeid");
    ck_fe_set_kid(fe, node, NULL);
    return node;
  }
  case CXCursor_StmtExpr: return ck_fe_unknown(fe, cursor, "a statement expression");
  case CXCursor_CompoundLiteralExpr: return ck_fe_unknown(fe, cursor, "a compound literal");
  case CXCursor_PackExpansionExpr: return ck_fe_unknown(fe, cursor, "a pack expansion in a template");
  default: {
    CXString name = clang_getCursorKindSpelling(kind);
    ck_ir *node = ck_fe_unknown(fe, cursor, "an expression of kind %s", clang_getCString(name));
    clang_disposeString(name);
    return node;
  }
  }
}

ck_ir *ck_fe_expr(ck_fe *fe, CXCursor cursor) {
  if (fe->depth >= CK_FE_MAX_DEPTH) return ck_fe_unknown(fe, cursor, "an expression nested too deeply");
  fe->depth++;
  ck_ir *node = lower_expression(fe, cursor);
  fe->depth--;
  return node;
}
