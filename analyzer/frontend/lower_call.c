/* lower_call.c - calls and constructions.
 *
 * libclang has one cursor kind for calls of functions, methods and overloaded operators, for constructions and for
 * implicit conversions. What it is, is read off the callee: the child that names it, or the constructor that is
 * referenced. A construction whose extent is that of its one argument is a conversion or copy that nobody wrote. */
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

/* Arguments that are written; default arguments have no extent. */
static void written_arguments(CXCursor call, ck_fe_cursors *out) {
  int n = clang_Cursor_getNumArguments(call);
  for (int i = 0; i < n; i++) {
    CXCursor argument = clang_Cursor_getArgument(call, (unsigned)i);
    if (ck_fe_has_extent(argument)) ck_vec_push(out, argument);
  }
}

static void lower_arguments(ck_fe *fe, const ck_fe_cursors *arguments, ck_fe_nodes *out) {
  for (size_t i = 0; i < arguments->n; i++) {
    ck_ir *node = ck_fe_expr(fe, arguments->at[i]);
    ck_vec_push(out, node ? node : ck_fe_unknown(fe, arguments->at[i], "an argument that is not visible"));
  }
}

static bool has_no_body(CXCursor function) {
  return clang_Cursor_isNull(clang_getCursorDefinition(function)) && !clang_CXXMethod_isDefaulted(function) &&
         clang_getCursorLinkage(function) == CXLinkage_External;
}

/* Written `noexcept`, without an expression. Asked only where the answer matters: std's own functions do not throw but
 * for those of a table, and a body says what it throws. */
static void note_noexcept(CXCursor function, ck_ir *node) {
  if (ck_starts_with(node->name, "std::") || ck_starts_with(node->usr, "c:@N@std@") || !has_no_body(function)) return;
  int kind = clang_getCursorExceptionSpecificationType(function);
  bool is_silent = kind == CXCursor_ExceptionSpecificationKind_BasicNoexcept ||
                   kind == CXCursor_ExceptionSpecificationKind_DynamicNone ||
                   kind == CXCursor_ExceptionSpecificationKind_NoThrow;
  if (is_silent) node->flags |= CK_IR_F_NOEXCEPT;
}

/* Of a constructor that `using Base::Base` brought in, the base's own. */
static const char *constructor_usr(ck_fe *fe, CXCursor constructor) {
  CXCursor owner = clang_getCursorSemanticParent(constructor);
  const char *usr = ck_fe_usr(fe, constructor);
  if (!strcmp(ck_fe_spelling(fe, constructor), ck_fe_spelling(fe, owner))) return usr;
  return "";
}

static ck_ir *construct(ck_fe *fe, CXCursor cursor, CXCursor constructor, const ck_fe_cursors *arguments) {
  if (arguments->n == 1 && ck_fe_same_extent(cursor, arguments->at[0])) {
    ck_ir *value = ck_fe_expr(fe, arguments->at[0]);
    if (!value || value->kind != CK_IR_INIT_LIST) return value;
    ck_ir *node = ck_fe_node(fe, CK_IR_CONSTRUCT, cursor); /* {a, b} for an initializer_list constructor */
    node->flags |= CK_IR_F_BRACE;
    node->usr = clang_Cursor_isNull(constructor) ? "" : constructor_usr(fe, constructor);
    ck_fe_set_kid(fe, node, value);
    return node;
  }
  ck_ir *node = ck_fe_node(fe, CK_IR_CONSTRUCT, cursor);
  if (ck_fe_last_char(fe, cursor) == '}') node->flags |= CK_IR_F_BRACE;
  if (!clang_Cursor_isNull(constructor)) {
    node->usr = ck_ir_intern(fe->unit, constructor_usr(fe, constructor));
    ck_fe_need_function(fe, constructor);
    ck_fe_note_forwarding(fe, constructor);
    note_noexcept(constructor, node);
  }
  ck_fe_nodes kids = {0};
  lower_arguments(fe, arguments, &kids);
  ck_fe_set_kids(fe, node, &kids);
  free(kids.at);
  return node;
}

static void name_callee(ck_fe *fe, ck_ir *node, CXCursor function) {
  node->name = ck_fe_qualified_name(fe, function);
  node->usr = ck_fe_usr(fe, function);
  node->aux = ck_fe_template_arguments(fe, function);
  CXType result = clang_getCursorResultType(function);
  if (result.kind != CXType_Invalid && !ck_fe_is_dependent(result)) node->type = ck_fe_type(fe, result);
  ck_fe_need_function(fe, function);
  ck_fe_note_forwarding(fe, function);
  note_noexcept(function, node);
}

/* Base::f() and object.Base::f(): a scope stands before the name. */
static bool is_qualified(CXCursor member) {
  ck_fe_cursors kids = {0};
  ck_fe_children(member, &kids);
  unsigned name_at, at;
  clang_getFileLocation(clang_getCursorLocation(member), NULL, NULL, NULL, &name_at);
  bool found = false;
  for (size_t i = 0; i < kids.n && !found; i++) {
    enum CXCursorKind kind = clang_getCursorKind(kids.at[i]);
    if (kind != CXCursor_TypeRef && kind != CXCursor_TemplateRef && kind != CXCursor_NamespaceRef) continue;
    clang_getFileLocation(clang_getRangeStart(clang_getCursorExtent(kids.at[i])), NULL, NULL, NULL, &at);
    found = at < name_at;
  }
  free(kids.at);
  return found;
}

/* The object is a child of the member's name, as the expressions among its template arguments are: those stand behind
 * the name. */
static bool may_be_object(CXCursor member, CXCursor expression) {
  CXType type = clang_getCanonicalType(clang_getCursorType(expression));
  if (type.kind != CXType_Record && type.kind != CXType_Pointer && !ck_fe_is_dependent(type)) return false;
  if (clang_equalLocations(clang_getCursorLocation(member), clang_getNullLocation())) return true; /* a conversion */
  unsigned name_at, at;
  clang_getFileLocation(clang_getCursorLocation(member), NULL, NULL, NULL, &name_at);
  clang_getFileLocation(clang_getRangeStart(clang_getCursorExtent(expression)), NULL, NULL, NULL, &at);
  return at <= name_at;
}

static CXCursor object_of(CXCursor member) {
  ck_fe_cursors kids = {0};
  ck_fe_children(member, &kids);
  CXCursor object = clang_getNullCursor();
  for (size_t i = 0; i < kids.n && clang_Cursor_isNull(object); i++)
    if (clang_isExpression(clang_getCursorKind(kids.at[i])) && ck_fe_has_extent(kids.at[i]) &&
        may_be_object(member, kids.at[i]))
      object = kids.at[i];
  free(kids.at);
  return object;
}

static bool has_effect(const ck_ir *node) {
  return node && node->kind != CK_IR_REF && node->kind != CK_IR_THIS && node->kind != CK_IR_MEMBER;
}

/* object.f(), f() inside the class, object.static_f() */
static ck_ir *member_call(ck_fe *fe, CXCursor cursor, CXCursor member, CXCursor method,
                          const ck_fe_cursors *arguments) {
  CXCursor object = object_of(member);
  ck_ir *target = clang_Cursor_isNull(object) ? NULL : ck_fe_expr(fe, object);
  /* a conversion that nobody wrote: those of libraries are the evaluator's, the project's own are calls; of a lambda to
   * a pointer to a function, it is the lambda */
  bool implicit = clang_equalLocations(clang_getCursorLocation(member), clang_getNullLocation()) != 0;
  if (implicit && (ck_fe_is_external(fe, method) || ck_fe_is_closure(clang_getCursorSemanticParent(method))))
    return target;
  bool is_static = clang_CXXMethod_isStatic(method) != 0;
  ck_ir *node = ck_fe_node(fe, is_static ? CK_IR_CALL : CK_IR_MCALL, cursor);
  if (!implicit) node->loc = ck_fe_loc(fe, member), node->loc.end = ck_fe_loc(fe, cursor).end;
  name_callee(fe, node, method);
  if (!is_static) {
    if (!clang_Cursor_isNull(object) && clang_getCanonicalType(clang_getCursorType(object)).kind == CXType_Pointer)
      node->flags |= CK_IR_F_ARROW;
    if (is_qualified(member)) node->flags |= CK_IR_F_QUALIFIED;
    else if (clang_CXXMethod_isVirtual(method)) node->flags |= CK_IR_F_VIRTUAL;
  }
  ck_fe_nodes kids = {0};
  ck_vec_push(&kids, is_static ? NULL : target);
  lower_arguments(fe, arguments, &kids);
  ck_fe_set_kids(fe, node, &kids);
  free(kids.at);
  if (!is_static || !has_effect(target)) return node;
  ck_ir *both = ck_fe_node(fe, CK_IR_BINARY, cursor); /* what makes the object is evaluated, too */
  both->op = CK_IR_OP_COMMA;
  both->type = node->type;
  ck_ir_set_kids(fe->unit, both, (ck_ir *[]){target, node}, 2);
  return both;
}

static ck_ir *function_call(ck_fe *fe, CXCursor cursor, CXCursor callee, CXCursor function,
                            const ck_fe_cursors *arguments) {
  CXString spelling = clang_getCursorSpelling(function);
  const char *name = clang_getCString(spelling);
  bool is_operator = ck_starts_with(name, "operator") && strchr("+-*/%^&|~!=<>([,", name[8]) && name[8];
  clang_disposeString(spelling);
  ck_ir *node = ck_fe_node(fe, is_operator ? CK_IR_OPCALL : CK_IR_CALL, cursor);
  if (!is_operator) node->loc = ck_fe_loc(fe, callee), node->loc.end = ck_fe_loc(fe, cursor).end;
  name_callee(fe, node, function);
  ck_fe_nodes kids = {0};
  if (!is_operator) ck_vec_push(&kids, NULL);
  lower_arguments(fe, arguments, &kids);
  ck_fe_set_kids(fe, node, &kids);
  free(kids.at);
  return node;
}

static enum CXChildVisitResult find_overloads(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  if (clang_getCursorKind(cursor) != CXCursor_OverloadedDeclRef) return CXChildVisit_Recurse;
  *(CXCursor *)data = cursor;
  return CXChildVisit_Break;
}

/* Qualified name of the overload set that a callee names without a decision; NULL if it names none. */
static const char *overloaded_name(ck_fe *fe, CXCursor callee) {
  CXCursor set = clang_getCursorReferenced(callee);
  if (clang_getCursorKind(set) != CXCursor_OverloadedDeclRef) {
    set = clang_getNullCursor();
    clang_visitChildren(callee, find_overloads, &set);
  }
  if (clang_Cursor_isNull(set) || clang_getNumOverloadedDecls(set) == 0) return NULL;
  return ck_fe_qualified_name(fe, clang_getOverloadedDecl(set, 0));
}

/* A call whose overload cannot be told, since an argument does not compile. A load must not get lost for that: it is
 * called by its name, with what is known of its arguments. */
static bool is_kept_undecided(const char *name) {
  static const char *const names[] = {"torch::load", "torch::jit::load", "torch::pickle_load"};
  for (size_t i = 0; name != NULL && i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) return true;
  return false;
}

static ck_ir *undecided_call(ck_fe *fe, CXCursor cursor, CXCursor callee, const char *name,
                             const ck_fe_cursors *arguments) {
  ck_ir *node = ck_fe_node(fe, CK_IR_CALL, cursor);
  node->loc = ck_fe_loc(fe, callee), node->loc.end = ck_fe_loc(fe, cursor).end;
  node->name = name;
  ck_fe_nodes kids = {0};
  ck_vec_push(&kids, NULL);
  lower_arguments(fe, arguments, &kids);
  ck_fe_set_kids(fe, node, &kids);
  free(kids.at);
  return node;
}

/* A variable that holds something callable. */
static bool names_variable(CXCursor callee) {
  CXCursor peeled = ck_fe_peel(callee);
  enum CXCursorKind to = clang_getCursorKind(clang_getCursorReferenced(peeled));
  return clang_getCursorKind(peeled) == CXCursor_DeclRefExpr && (to == CXCursor_VarDecl || to == CXCursor_ParmDecl) &&
         !ck_fe_is_dependent(clang_getCursorType(peeled));
}

/* (object.*pointer)(...), (object->*pointer)(...): a call of the pointer with the object as the first argument. */
static ck_ir *member_pointer_call(ck_fe *fe, CXCursor cursor, CXCursor callee, const ck_fe_cursors *arguments) {
  CXCursor inner = ck_fe_peel(callee);
  enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(inner);
  if (op != CXBinaryOperator_PtrMemD && op != CXBinaryOperator_PtrMemI) return NULL;
  ck_fe_cursors operands = {0};
  ck_fe_children(inner, &operands);
  ck_ir *node = NULL;
  if (operands.n == 2) {
    node = ck_fe_node(fe, CK_IR_CALL, cursor);
    ck_fe_nodes kids = {0};
    ck_vec_push(&kids, ck_fe_expr(fe, operands.at[1]));
    ck_vec_push(&kids, ck_fe_expr(fe, operands.at[0]));
    lower_arguments(fe, arguments, &kids);
    ck_fe_set_kids(fe, node, &kids);
    free(kids.at);
  }
  free(operands.at);
  return node;
}

static ck_ir *indirect_call(ck_fe *fe, CXCursor cursor, CXCursor callee, const ck_fe_cursors *arguments) {
  ck_ir *through = member_pointer_call(fe, cursor, callee, arguments);
  if (through) return through;
  ck_ir *dependent = ck_fe_dependent_call(fe, cursor, callee, arguments);
  if (dependent) return dependent;
  if (ck_fe_is_dependent(clang_getCursorType(cursor)) && !names_variable(callee)) {
    const char *name = fe->unit->has_errors ? overloaded_name(fe, callee) : NULL; /* else it is a template's pattern */
    if (is_kept_undecided(name)) return undecided_call(fe, cursor, callee, name, arguments);
    return ck_fe_unknown(fe, cursor, "a call that depends on a template argument");
  }
  ck_ir *node = ck_fe_node(fe, CK_IR_CALL, cursor);
  ck_fe_nodes kids = {0};
  ck_vec_push(&kids, ck_fe_expr(fe, callee));
  lower_arguments(fe, arguments, &kids);
  ck_fe_set_kids(fe, node, &kids);
  free(kids.at);
  return node;
}

static CXCursor first_expression(CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  CXCursor found = clang_getNullCursor();
  for (size_t i = 0; i < kids.n && clang_Cursor_isNull(found); i++)
    if (clang_isExpression(clang_getCursorKind(kids.at[i]))) found = kids.at[i];
  free(kids.at);
  return found;
}

static bool is_function(CXCursor cursor) {
  enum CXCursorKind kind = clang_getCursorKind(cursor);
  return kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod || kind == CXCursor_Destructor ||
         kind == CXCursor_ConversionFunction;
}

/* Of an overloaded operator the object is the first argument, too. */
static bool is_object(CXCursor first, const ck_fe_cursors *arguments) {
  return arguments->n > 0 && ck_fe_same_extent(first, arguments->at[0]);
}

static ck_ir *lower_by_callee(ck_fe *fe, CXCursor cursor, const ck_fe_cursors *arguments) {
  CXCursor to = clang_getCursorReferenced(cursor);
  if (clang_getCursorKind(to) == CXCursor_Constructor) return construct(fe, cursor, to, arguments);
  CXCursor first = first_expression(cursor);
  if (clang_Cursor_isNull(to) && arguments->n == 1 && ck_fe_same_extent(cursor, arguments->at[0]))
    return construct(fe, cursor, to, arguments); /* a copy that may be elided */
  if (is_function(to)) {
    CXString spelling = clang_getCursorSpelling(to);
    bool is_operator = ck_starts_with(clang_getCString(spelling), "operator");
    clang_disposeString(spelling);
    CXCursor callee = ck_fe_peel(first);
    enum CXCursorKind kind = clang_getCursorKind(callee);
    bool names_it = clang_equalCursors(clang_getCursorReferenced(callee), to);
    if (kind == CXCursor_CallExpr && names_it && !is_object(first, arguments))
      return indirect_call(fe, cursor, first, arguments); /* `table[0](x)` calls what the operator returns */
    if (kind == CXCursor_MemberRefExpr && names_it && clang_getCursorKind(to) != CXCursor_FunctionDecl)
      return member_call(fe, cursor, callee, to, arguments);
    if ((kind == CXCursor_DeclRefExpr && names_it) || is_operator)
      return function_call(fe, cursor, callee, to, arguments);
  }
  if (clang_Cursor_isNull(first)) return ck_fe_unknown(fe, cursor, "a call without a visible callee");
  return indirect_call(fe, cursor, first, arguments);
}

ck_ir *ck_fe_call(ck_fe *fe, CXCursor cursor) {
  if (!ck_fe_has_extent(cursor)) return NULL;
  ck_fe_cursors arguments = {0};
  written_arguments(cursor, &arguments);
  ck_ir *node = lower_by_callee(fe, cursor, &arguments);
  free(arguments.at);
  return node;
}

ck_ir *ck_fe_initialiser(ck_fe *fe, CXCursor cursor, CXCursor of) {
  if (clang_Cursor_isNull(cursor) || !ck_fe_has_extent(cursor)) return NULL;
  CXCursor inner = ck_fe_peel(cursor);
  if (clang_getCursorKind(inner) == CXCursor_CallExpr &&
      clang_getCursorKind(clang_getCursorReferenced(inner)) == CXCursor_Constructor) {
    ck_fe_cursors arguments = {0};
    written_arguments(inner, &arguments);
    char last = ck_fe_last_char(fe, inner);
    bool unwritten =
        arguments.n == 0 && last != ')' && last != '}' &&
        clang_equalLocations(clang_getRangeStart(clang_getCursorExtent(inner)), clang_getCursorLocation(of));
    free(arguments.at);
    if (unwritten) return NULL; /* `T x;` */
  }
  ck_ir *value = ck_fe_expr(fe, cursor);
  if (value && value->kind == CK_IR_INIT_LIST && value->type && value->type->kind == CK_IR_T_RECORD) {
    const ck_fe_file *file;
    unsigned begin, end;
    if (ck_fe_extent(fe, inner, &file, &begin, &end) && ck_fe_char_before(file, begin) != '=') {
      value->kind = CK_IR_CONSTRUCT; /* `T x{a, b}` of an aggregate */
      value->flags |= CK_IR_F_BRACE;
    }
  }
  return value;
}
