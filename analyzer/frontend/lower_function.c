/* lower_function.c - functions: parameters with their default arguments, initialisers of constructors, bodies.
 *
 * Of a function that does not compile, what stands before the first error is kept; the rest is unknown. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

/* A parameter's default argument stands at one of the function's declarations; of an instantiation it is only known
 * once it was used, then the template's has to do. */
static ck_ir *default_argument(ck_fe *fe, CXCursor function, unsigned index) {
  CXCursor canonical = clang_getCanonicalCursor(function);
  CXCursor param = clang_Cursor_getArgument(canonical, index);
  if (!clang_Cursor_isNull(param)) {
    CXCursor initialiser = ck_fe_trailing_initialiser(fe, param);
    if (!clang_Cursor_isNull(initialiser)) return ck_fe_initialiser(fe, initialiser, param);
  }
  CXCursor pattern = clang_getSpecializedCursorTemplate(function);
  if (clang_Cursor_isNull(pattern)) return NULL;
  ck_fe_cursors kids = {0};
  ck_fe_children(clang_getCanonicalCursor(pattern), &kids);
  ck_ir *value = NULL;
  unsigned at = 0;
  for (size_t i = 0; i < kids.n; i++) {
    if (clang_getCursorKind(kids.at[i]) != CXCursor_ParmDecl || at++ != index) continue;
    CXCursor initialiser = ck_fe_trailing_initialiser(fe, kids.at[i]);
    if (clang_Cursor_isNull(initialiser)) break;
    fe->in_pattern = true;
    fe->instance = function;
    value = ck_fe_initialiser(fe, initialiser, kids.at[i]);
    fe->in_pattern = false;
  }
  free(kids.at);
  return value;
}

/* Of a parameter whose type nothing declares, where clang takes int. */
static const ck_ir_type *unknown_type(ck_fe *fe) {
  ck_ir_type type = {.kind = CK_IR_T_UNKNOWN, .spelling = ck_ir_intern(fe->unit, "?")};
  return ck_ir_type_intern(fe->unit, &type);
}

static void lower_params(ck_fe *fe, CXCursor function, ck_fe_nodes *out) {
  int n = clang_Cursor_getNumArguments(function);
  for (int i = 0; i < n; i++) {
    CXCursor cursor = clang_Cursor_getArgument(function, (unsigned)i);
    ck_ir *param = ck_fe_variable(fe, cursor, true);
    param->kind = CK_IR_PARAM;
    if (clang_isInvalidDeclaration(cursor)) param->type = unknown_type(fe);
    param->flags = 0;
    if (!param->kids[0]) {
      ck_ir *value = default_argument(fe, function, (unsigned)i);
      if (!value && ck_fe_text_has_default(fe, cursor))
        value = ck_fe_unknown(fe, cursor, "a default argument that was not instantiated");
      ck_fe_set_kid(fe, param, value);
    }
    ck_vec_push(out, param);
  }
}

static const ck_ir_type *matching_base(ck_fe *fe, const ck_ir_type *type, const ck_fe_nodes *bases, bool *delegating,
                                       const char *own) {
  (void)fe;
  *delegating = false;
  if (!type || type->kind != CK_IR_T_RECORD) return NULL;
  if (type->usr == own) {
    *delegating = true;
    return type;
  }
  for (size_t i = 0; i < bases->n; i++)
    if (bases->at[i]->type && bases->at[i]->type->usr == type->usr) return type;
  return NULL;
}

enum CXVisitorResult ck_fe_collect_base(CXCursor cursor, CXClientData data) {
  ck_fe_cursors *out = data;
  ck_vec_push(out, cursor);
  return CXVisit_Continue;
}

/* Virtual bases of bases may be initialised, too; so all bases count, to any depth. */
static void all_bases(ck_fe *fe, CXType type, ck_fe_nodes *out, int depth) {
  ck_fe_cursors bases = {0};
  clang_visitCXXBaseClasses(type, ck_fe_collect_base, &bases);
  for (size_t i = 0; i < bases.n && depth < 16; i++) {
    ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_BASE, (ck_loc){0});
    CXType base = clang_getCursorType(bases.at[i]);
    node->type = ck_fe_type(fe, base);
    ck_vec_push(out, node);
    all_bases(fe, base, out, depth + 1);
  }
  free(bases.at);
}

static void set_init_arguments(ck_fe *fe, ck_ir *init, CXCursor cursor) {
  if (!ck_fe_has_extent(cursor)) return; /* member() */
  ck_ir *value = ck_fe_expr(fe, cursor);
  if (!value) return;
  char last = ck_fe_last_char(fe, cursor);
  CXCursor inner = ck_fe_peel(cursor);
  /* `member(a, b)` is a construction that starts at the member's name; `member(T(a, b))` starts inside */
  bool own = value->kind == CK_IR_CONSTRUCT && clang_getCursorKind(inner) == CXCursor_CallExpr &&
             clang_getCursorKind(clang_getCursorReferenced(inner)) == CXCursor_Constructor;
  if (own) {
    ck_loc loc = ck_fe_loc(fe, inner);
    own = loc.begin == init->loc.begin || (loc.file && last == '}');
    CXCursor callee = inner;
    if (own && loc.begin != init->loc.begin) { /* `member{...}`: text begins at the brace */
      const ck_fe_file *file;
      unsigned begin, end;
      own = ck_fe_extent(fe, callee, &file, &begin, &end) && file->text[begin] == '{';
    }
  }
  bool list = value->kind == CK_IR_INIT_LIST;
  if (own || list) {
    if (last == '}') init->flags |= CK_IR_F_BRACE;
    if (own || init->type == NULL || init->type->kind != CK_IR_T_ARRAY) {
      if (own) init->aux = NULL;
      ck_ir_set_kids(fe->unit, init, value->kids, value->nkids);
      return;
    }
  }
  ck_fe_set_kid(fe, init, value);
}

/* The children between parameters and body: for each initialiser the member's or the base's name, then the value. */
static void lower_initialisers(ck_fe *fe, CXCursor constructor, const ck_fe_cursors *kids, ck_fe_nodes *out) {
  CXCursor owner = clang_getCursorSemanticParent(constructor);
  CXType owner_type = clang_getCursorType(owner);
  const ck_ir_type *own = ck_fe_type(fe, owner_type);
  ck_fe_nodes bases = {0};
  all_bases(fe, owner_type, &bases, 0);
  CXCursor name = clang_getNullCursor(); /* of the base, where it starts */
  for (size_t i = 0; i < kids->n; i++) {
    CXCursor kid = kids->at[i];
    enum CXCursorKind kind = clang_getCursorKind(kid);
    if (kind == CXCursor_MemberRef) {
      CXCursor field = clang_getCursorReferenced(kid);
      ck_ir *init = ck_ir_node_new(fe->unit, CK_IR_CTOR_INIT, ck_fe_loc(fe, kid));
      init->name = ck_fe_spelling(fe, field);
      init->usr = ck_fe_usr(fe, field);
      init->type = ck_fe_type_of(fe, field);
      if (i + 1 < kids->n && clang_isExpression(clang_getCursorKind(kids->at[i + 1])))
        set_init_arguments(fe, init, kids->at[++i]);
      ck_vec_push(out, init);
      name = clang_getNullCursor();
    } else if (kind == CXCursor_TypeRef || kind == CXCursor_TemplateRef || kind == CXCursor_NamespaceRef) {
      if (clang_Cursor_isNull(name)) name = kid;
    } else if (clang_isExpression(kind) && !clang_Cursor_isNull(name)) {
      bool delegating;
      const ck_ir_type *type = matching_base(fe, ck_fe_type_of(fe, kid), &bases, &delegating, own ? own->usr : "");
      if (!type) continue; /* an expression among the base's template arguments */
      ck_ir *init = ck_ir_node_new(fe->unit, CK_IR_CTOR_INIT, ck_fe_loc(fe, name));
      init->type = type;
      init->flags = delegating ? CK_IR_F_DELEGATING : CK_IR_F_BASE;
      set_init_arguments(fe, init, kid);
      ck_vec_push(out, init);
      name = clang_getNullCursor();
    }
  }
  free(bases.at);
}

uint32_t ck_fe_function_flags(CXCursor cursor) {
  uint32_t flags = 0;
  enum CXCursorKind kind = clang_getCursorKind(cursor);
  if (kind == CXCursor_Constructor) flags |= CK_IR_F_CTOR | CK_IR_F_METHOD;
  if (kind == CXCursor_Destructor) flags |= CK_IR_F_DTOR | CK_IR_F_METHOD;
  if (kind == CXCursor_CXXMethod || kind == CXCursor_ConversionFunction) flags |= CK_IR_F_METHOD;
  if (flags) {
    if (clang_CXXMethod_isStatic(cursor)) flags |= CK_IR_F_STATIC;
    if (clang_CXXMethod_isVirtual(cursor)) flags |= CK_IR_F_VIRTUAL;
    if (clang_CXXMethod_isConst(cursor)) flags |= CK_IR_F_CONST;
    if (clang_CXXMethod_isExplicit(cursor)) flags |= CK_IR_F_EXPLICIT;
    if (clang_CXXMethod_isDefaulted(cursor)) flags |= CK_IR_F_DEFAULTED;
    if (clang_CXXMethod_isDeleted(cursor)) flags |= CK_IR_F_DELETED;
  } else if (clang_Cursor_getStorageClass(cursor) == CX_SC_Static) {
    flags |= CK_IR_F_STATIC;
  }
  return flags;
}

static void lower_overrides(ck_fe *fe, CXCursor method, ck_fe_nodes *out) {
  CXCursor *list;
  unsigned n;
  clang_getOverriddenCursors(method, &list, &n);
  for (unsigned i = 0; i < n; i++) {
    ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_OVERRIDES, ck_fe_loc(fe, method));
    node->usr = ck_fe_usr(fe, list[i]);
    node->name = ck_fe_qualified_name(fe, list[i]);
    ck_vec_push(out, node);
  }
  if (n) clang_disposeOverriddenCursors(list);
  CXCursor lambda = ck_fe_generic_lambda(method);
  if (clang_Cursor_isNull(lambda)) return;
  ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_OVERRIDES, ck_fe_loc(fe, method));
  node->usr = ck_fe_usr(fe, lambda);
  ck_vec_push(out, node);
}

/* A function that does not compile: clang leaves out statements, initialisers, arguments, and what it leaves out may do
 * anything. Where the errors cannot be contained (contain.c), it is lowered up to the statement of the first error. The
 * rest hangs below one UNKNOWN: it is never run and opens what it names, the parameters and the object; the loads in it
 * are there to be counted. */
static ck_ir *until_the_error(ck_fe *fe, CXCursor function, ck_ir *node, const ck_fe_nodes *params, ck_ir *body) {
  unsigned error = ck_fe_first_error_in(fe, function);
  ck_ir *unknown = ck_ir_node_new(fe->unit, CK_IR_UNKNOWN, ck_fe_loc(fe, function));
  unknown->name = ck_ir_intern(fe->unit, "code that does not compile");
  ck_fe_nodes list = {0}, rest = {0};
  uint32_t i = 0;
  for (; body->kind == CK_IR_BLOCK && i < body->nkids; i++) {
    if (body->kids[i] == NULL || body->kids[i]->loc.end > error) break;
    ck_vec_push(&list, body->kids[i]);
  }
  if (body->kind != CK_IR_BLOCK) ck_vec_push(&rest, body);
  for (; body->kind == CK_IR_BLOCK && i < body->nkids; i++) ck_vec_push(&rest, body->kids[i]);
  for (size_t k = 0; k < params->n; k++) {
    if (params->at[k] == NULL || params->at[k]->kind != CK_IR_PARAM || params->at[k]->usr[0] == '\0') continue;
    ck_ir *ref = ck_ir_node_new(fe->unit, CK_IR_REF, unknown->loc);
    ref->name = params->at[k]->name;
    ref->usr = params->at[k]->usr;
    ref->type = params->at[k]->type;
    ck_vec_push(&rest, ref);
  }
  if ((node->flags & CK_IR_F_METHOD) && !(node->flags & CK_IR_F_STATIC))
    ck_vec_push(&rest, ck_ir_node_new(fe->unit, CK_IR_THIS, unknown->loc));
  unsigned kept = list.n > 0 ? list.at[list.n - 1]->loc.end : body->loc.begin;
  if (ck_fe_names_of_rest(fe, function, node, params, kept, unknown->loc, &rest)) unknown->flags |= CK_IR_F_GLOBAL;
  ck_fe_set_kids(fe, unknown, &rest);
  ck_vec_push(&list, unknown);
  if (node->type != NULL && node->type->kind != CK_IR_T_VOID && !(node->flags & (CK_IR_F_CTOR | CK_IR_F_DTOR))) {
    ck_ir *result = ck_ir_node_new(fe->unit, CK_IR_RETURN, unknown->loc);
    ck_ir *value = ck_ir_node_new(fe->unit, CK_IR_UNKNOWN, unknown->loc);
    value->name = unknown->name;
    value->type = node->type;
    ck_fe_set_kid(fe, result, value);
    ck_vec_push(&list, result);
  }
  ck_ir *block = ck_ir_node_new(fe->unit, CK_IR_BLOCK, body->loc);
  ck_fe_set_kids(fe, block, &list);
  free(list.at);
  free(rest.at);
  return block;
}

CXCursor ck_fe_body_of(const ck_fe_cursors *kids) {
  for (size_t i = kids->n; i-- > 0;) {
    enum CXCursorKind kind = clang_getCursorKind(kids->at[i]);
    if (kind == CXCursor_CompoundStmt || kind == CXCursor_CXXTryStmt) return kids->at[i];
  }
  return clang_getNullCursor();
}

ck_ir *ck_fe_function(ck_fe *fe, CXCursor cursor) {
  ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_FUNCTION, ck_fe_loc(fe, cursor));
  node->name = ck_fe_qualified_name(fe, cursor);
  node->usr = ck_fe_usr(fe, cursor);
  node->type = ck_fe_type(fe, clang_getCursorResultType(cursor));
  node->aux = ck_fe_template_arguments(fe, cursor);
  node->flags = ck_fe_function_flags(cursor) | ck_fe_main_flag(fe, cursor);
  ck_fe_cursors kids = {0};
  ck_fe_nodes list = {0};
  ck_fe_children(cursor, &kids);
  lower_params(fe, cursor, &list);
  CXCursor body = ck_fe_body_of(&kids);
  bool implicit_body = node->flags & (CK_IR_F_DEFAULTED | CK_IR_F_DELETED);
  if ((node->flags & CK_IR_F_CTOR) && !implicit_body) lower_initialisers(fe, cursor, &kids, &list);
  if (node->flags & CK_IR_F_METHOD) lower_overrides(fe, cursor, &list);
  if (!clang_Cursor_isNull(body) && !implicit_body) {
    ck_ir *lowered = ck_fe_stmt(fe, body);
    if (lowered) {
      if (ck_fe_has_error_in(fe, cursor) || clang_isInvalidDeclaration(cursor)) {
        ck_ir *contained = ck_fe_contain_errors(fe, cursor, node, &list, lowered);
        lowered = contained ? contained : until_the_error(fe, cursor, node, &list, lowered);
      }
      ck_vec_push(&list, lowered);
    }
  }
  ck_fe_set_kids(fe, node, &list);
  free(list.at);
  free(kids.at);
  return node;
}
