/* lower_decl.c - declarations: the unit, its classes, functions and variables.
 *
 * Walks what the unit itself declares, and from there whatever is instantiated: a queue of functions (specialisations
 * that are referred to) and one of classes (specialisations and local classes that occur in types). Only the project's
 * own code is lowered; templates never as such. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

uint32_t ck_fe_main_flag(ck_fe *fe, CXCursor cursor) { return ck_fe_is_main_file(fe, cursor) ? CK_IR_F_MAIN_FILE : 0; }

/* Queues --------------------------------------------------------------------------------------------------------- */

void ck_fe_need_function(ck_fe *fe, CXCursor function) {
  if (fe->in_pattern || ck_fe_is_external(fe, function)) return;
  bool is_instance = !clang_Cursor_isNull(clang_getSpecializedCursorTemplate(function)) ||
                     clang_Cursor_getNumTemplateArguments(function) > 0;
  if (!is_instance || ck_fe_in_template(function)) return;
  ck_vec_push(&fe->functions, function);
}

/* Can the type be named at the end of the file? Not if a local or unnamed class is part of it. */
static bool nameable(const char *spelling) {
  static const char *const unnamed[] = {"(lambda at",      "(unnamed",         "(anonymous class", "(anonymous struct",
                                        "(anonymous enum", "(anonymous union", "type-parameter-"};
  for (size_t i = 0; i < sizeof unnamed / sizeof *unnamed; i++)
    if (strstr(spelling, unnamed[i])) return false;
  return true;
}

bool ck_fe_name_at_end(CXType type, ck_strbuf *out) {
  CXString string = clang_getTypeSpelling(type);
  const char *spelling = clang_getCString(string);
  static const char anonymous[] = "(anonymous namespace)::"; /* its members are visible without it */
  bool can = nameable(spelling);
  for (const char *s = spelling; can && *s;) {
    if (ck_starts_with(s, anonymous)) s += sizeof anonymous - 1;
    else ck_strbuf_putc(out, *s++);
  }
  clang_disposeString(string);
  return can;
}

/* A specialisation of a project template is to be instantiated explicitly, by the name it has at the end of the file.
 */
static void need_instantiation(ck_fe *fe, CXType canonical) {
  ck_strbuf text;
  ck_strbuf_init(&text);
  ck_strbuf_puts(&text, "template struct ");
  if (ck_fe_name_at_end(clang_getUnqualifiedType(canonical), &text)) ck_map_put(&fe->specialisations, text.s, NULL);
  ck_strbuf_release(&text);
}

bool ck_fe_is_closure(CXCursor declaration) {
  CXString name = clang_getCursorSpelling(declaration);
  bool found = ck_starts_with(clang_getCString(name), "(lambda at ");
  clang_disposeString(name);
  return found;
}

void ck_fe_need_record(ck_fe *fe, CXType type) {
  CXCursor declaration = clang_getTypeDeclaration(type);
  if (clang_isInvalid(clang_getCursorKind(declaration)) || ck_fe_is_external(fe, declaration)) return;
  CXType canonical = clang_getCanonicalType(type);
  if (ck_fe_is_closure(declaration)) return; /* LAMBDA says all */
  bool specialised = clang_Type_getNumTemplateArguments(canonical) > 0;
  if (specialised) need_instantiation(fe, canonical);
  for (CXCursor at = declaration; !specialised;) { /* nested in a specialisation, or local */
    at = clang_getCursorSemanticParent(at);
    enum CXCursorKind kind = clang_getCursorKind(at);
    if (clang_isInvalid(kind) || kind == CXCursor_TranslationUnit || kind == CXCursor_Namespace) break;
    if (kind == CXCursor_ClassTemplate || kind == CXCursor_ClassTemplatePartialSpecialization) return;
    specialised = clang_Type_getNumTemplateArguments(clang_getCursorType(at)) > 0 ||
                  (kind != CXCursor_StructDecl && kind != CXCursor_ClassDecl && kind != CXCursor_UnionDecl);
  }
  if (specialised) ck_vec_push(&fe->records, canonical);
}

/* Variables ------------------------------------------------------------------------------------------------------ */

static bool in_macro(CXCursor cursor) {
  CXSourceLocation start = clang_getRangeStart(clang_getCursorExtent(cursor));
  CXFile spelling_file, file;
  unsigned spelling, at;
  clang_getSpellingLocation(start, &spelling_file, NULL, NULL, &spelling);
  clang_getFileLocation(start, &file, NULL, NULL, &at);
  return spelling_file != file || spelling != at;
}

/* Where text does not tell: can the expression be the initialiser, by its type, rather than a bound or a template
 * argument? */
static bool initialises(CXCursor of, CXCursor expression) {
  CXType type = clang_getCanonicalType(clang_getCursorType(of));
  enum CXCursorKind kind = clang_getCursorKind(ck_fe_peel(expression));
  if (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray)
    return kind == CXCursor_InitListExpr || kind == CXCursor_StringLiteral;
  if (type.kind == CXType_Record && clang_Type_getNumTemplateArguments(type) > 0)
    return ck_fe_is_record(clang_getCursorType(expression)) || kind == CXCursor_InitListExpr;
  return true;
}

/* The initialiser of a field or the default argument of a parameter: the last expression, if '=' or nothing but a '{'
 * leads to it; what stands before are array bounds, bit widths and template arguments. */
CXCursor ck_fe_trailing_initialiser(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  CXCursor found = clang_getNullCursor();
  if (kids.n && clang_isExpression(clang_getCursorKind(kids.at[kids.n - 1]))) found = kids.at[kids.n - 1];
  free(kids.at);
  if (clang_Cursor_isNull(found)) return found;
  const ck_fe_file *file;
  unsigned begin, end;
  if (!ck_fe_extent(fe, found, &file, &begin, &end) || in_macro(found))
    return initialises(cursor, found) ? found : clang_getNullCursor();
  unsigned name_at;
  clang_getFileLocation(clang_getCursorLocation(cursor), NULL, NULL, NULL, &name_at);
  if (file->text[begin] == '=') return found; /* of `= {...}` that calls a constructor */
  char before = ck_fe_char_before(file, begin);
  char first = file->text[begin]; /* the construction in `T x = {a, b}` starts at the '=' here */
  if (before == '=' || first == '=' || first == '{' || before == '{') return found;
  if (before == '/') { /* a comment between '=' and the value */
    unsigned from, to;
    const ck_fe_file *whole;
    if (ck_fe_extent(fe, cursor, &whole, &from, &to) && whole == file && from <= begin && name_at <= begin &&
        memchr(file->text + name_at, '=', begin - name_at))
      return found;
  }
  return clang_getNullCursor();
}

/* Does the declaration's text hold a '=' outside of all brackets? */
bool ck_fe_text_has_default(ck_fe *fe, CXCursor cursor) {
  const ck_fe_file *file;
  unsigned begin, end, name_at;
  if (!ck_fe_extent(fe, cursor, &file, &begin, &end)) return false;
  clang_getFileLocation(clang_getCursorLocation(cursor), NULL, NULL, NULL, &name_at);
  if (name_at < begin || name_at > end) name_at = begin;
  for (size_t at = ck_fe_skip_space(file, name_at); at < end; at = ck_fe_skip_space(file, at + 1)) {
    if (strchr("([{<", file->text[at])) return false;
    if (file->text[at] == '=') return true;
  }
  return false;
}

/* Of a member that was written over: nothing, or what the initialiser that was left out may do. */
static ck_ir *stand_in_initialiser(ck_fe *fe, CXCursor cursor, const ck_fe_member *member) {
  ck_ir *value = ck_fe_unknown(fe, cursor, "code that does not compile");
  value->flags |= CK_IR_F_CONTAINED;
  if (member->reaches) ck_fe_set_kid(fe, value, ck_ir_node_new(fe->unit, CK_IR_THIS, value->loc));
  return value;
}

static ck_ir *field_initialiser(ck_fe *fe, CXCursor cursor) {
  const ck_fe_member *member = ck_fe_stood_in(fe, cursor);
  if (member) return stand_in_initialiser(fe, cursor, member);
  if (ck_fe_has_error_in_initialiser(fe, cursor)) return ck_fe_unknown(fe, cursor, "code that does not compile");
  CXCursor initialiser = ck_fe_trailing_initialiser(fe, cursor);
  if (clang_Cursor_isNull(initialiser)) /* of a bit field, libclang shows only the width */
    return ck_fe_text_has_default(fe, cursor) ? ck_fe_unknown(fe, cursor, "an initialiser that libclang does not show")
                                              : NULL;
  return ck_fe_initialiser(fe, initialiser, cursor);
}

ck_ir *ck_fe_variable(ck_fe *fe, CXCursor cursor, bool with_initialiser) {
  ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_VAR, ck_fe_loc(fe, cursor));
  node->type = ck_fe_type_of(fe, cursor);
  node->name = ck_fe_spelling(fe, cursor);
  node->usr = ck_fe_usr(fe, cursor);
  enum CXCursorKind kind = clang_getCursorKind(cursor);
  ck_ir *value = NULL;
  if (kind == CXCursor_VarDecl) {
    enum CX_StorageClass storage = clang_Cursor_getStorageClass(cursor);
    if (storage == CX_SC_Static) node->flags |= CK_IR_F_STATIC;
    if (storage == CX_SC_Extern) node->flags |= CK_IR_F_EXTERN;
    if (with_initialiser) {
      CXCursor initialiser = clang_Cursor_getVarDeclInitializer(cursor);
      value = ck_fe_initialiser(fe, initialiser, cursor);
      if (value && ck_fe_last_char(fe, initialiser) == '}' && value->kind == CK_IR_CONSTRUCT)
        node->flags |= CK_IR_F_BRACE;
    }
    if (clang_isInvalidDeclaration(cursor)) value = ck_fe_unknown(fe, cursor, "code that does not compile");
  } else if (kind == CXCursor_ParmDecl && with_initialiser) {
    CXCursor initialiser = ck_fe_trailing_initialiser(fe, cursor);
    if (!clang_Cursor_isNull(initialiser)) value = ck_fe_initialiser(fe, initialiser, cursor);
  }
  ck_fe_set_kid(fe, node, value);
  return node;
}

static ck_ir *global_variable(ck_fe *fe, CXCursor cursor) {
  ck_ir *node = ck_fe_variable(fe, cursor, true);
  node->name = ck_fe_qualified_name(fe, cursor);
  node->flags |= CK_IR_F_GLOBAL | ck_fe_main_flag(fe, cursor);
  if (ck_fe_has_error_in_initialiser(fe, cursor))
    ck_fe_set_kid(fe, node, ck_fe_unknown(fe, cursor, "code that does not compile"));
  return node;
}

void ck_fe_need_variable(ck_fe *fe, CXCursor variable) {
  CXCursor owner = clang_getCursorSemanticParent(variable);
  if (fe->in_pattern || clang_Type_getNumTemplateArguments(clang_getCursorType(owner)) <= 0 ||
      clang_Cursor_isNull(clang_getSpecializedCursorTemplate(variable)) || ck_fe_is_external(fe, variable))
    return; /* the others are lowered where they stand */
  bool is_new;
  ck_map_put(&fe->done, ck_fe_usr(fe, variable), &is_new);
  if (!is_new) return;
  CXCursor definition = clang_getCursorDefinition(variable);
  ck_ir *node = global_variable(fe, clang_Cursor_isNull(definition) ? variable : definition);
  if (ck_ir_kid(node, 0) == NULL) return; /* not instantiated: out of sight */
  node->flags |= CK_IR_F_STATIC;
  ck_vec_push(&fe->top, node);
}

/* A special member that nobody wrote; clang declares these when it needs them. Its extent is the class's name. */
static bool is_implicit(ck_fe *fe, CXCursor cursor) {
  if (!clang_CXXMethod_isDefaulted(cursor)) return false;
  CXCursor owner = clang_getCursorSemanticParent(cursor);
  if (clang_equalLocations(clang_getCursorLocation(cursor), clang_getCursorLocation(owner))) return true;
  const ck_fe_file *file;
  unsigned begin, end;
  return ck_fe_extent(fe, cursor, &file, &begin, &end) && !memchr(file->text + begin, '(', end - begin);
}

static bool has_body(CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  bool found = !clang_Cursor_isNull(ck_fe_body_of(&kids));
  free(kids.at);
  return found;
}

/* Adds a function at the top level once: its definition if there is one in sight. */
static void add_function(ck_fe *fe, CXCursor cursor) {
  if (ck_fe_in_template(cursor) || is_implicit(fe, cursor)) return;
  CXCursor pattern = clang_getSpecializedCursorTemplate(cursor);
  if ((ck_fe_function_flags(cursor) & CK_IR_F_METHOD) && !clang_Cursor_isNull(pattern) &&
      clang_getCursorKind(pattern) != CXCursor_FunctionTemplate) { /* a member of a specialisation: with its RECORD */
    ck_fe_need_record(fe, clang_getCursorType(clang_getCursorSemanticParent(cursor)));
    return;
  }
  CXCursor definition = clang_getCursorDefinition(cursor);
  if (!clang_Cursor_isNull(definition)) cursor = definition;
  bool is_new;
  ck_map_put(&fe->done, ck_fe_usr(fe, cursor), &is_new);
  if (is_new) ck_vec_push(&fe->top, ck_fe_function(fe, cursor));
}

/* Classes -------------------------------------------------------------------------------------------------------- */

typedef struct {
  ck_fe *fe;
  ck_fe_nodes *out;
  bool incomplete;
} record_visit;

static enum CXVisitorResult add_base(CXCursor cursor, CXClientData data) {
  record_visit *visit = data;
  ck_ir *node = ck_ir_node_new(visit->fe->unit, CK_IR_BASE, ck_fe_loc(visit->fe, cursor));
  node->type = ck_fe_type_of(visit->fe, cursor);
  if (clang_isVirtualBase(cursor)) node->flags |= CK_IR_F_VIRTUAL;
  ck_vec_push(visit->out, node);
  return CXVisit_Continue;
}

static enum CXVisitorResult add_field(CXCursor cursor, CXClientData data) {
  record_visit *visit = data;
  ck_ir *node = ck_ir_node_new(visit->fe->unit, CK_IR_FIELD, ck_fe_loc(visit->fe, cursor));
  node->name = ck_fe_spelling(visit->fe, cursor);
  node->usr = ck_fe_usr(visit->fe, cursor);
  node->type = ck_fe_type_of(visit->fe, cursor);
  ck_fe_set_kid(visit->fe, node, field_initialiser(visit->fe, cursor));
  ck_vec_push(visit->out, node);
  return CXVisit_Continue;
}

/* The FUNCTION without parameters that stands for all constructors of `base`, once; its type is the base. */
static void push_inherited(record_visit *visit, CXCursor place, CXCursor record, CXType base) {
  ck_fe *fe = visit->fe;
  const ck_ir_type *type = ck_fe_type(fe, base);
  for (size_t i = 0; i < visit->out->n; i++) {
    const ck_ir *other = visit->out->at[i];
    if (other->kind == CK_IR_FUNCTION && (other->flags & CK_IR_F_INHERITED) && other->type == type) return;
  }
  ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_FUNCTION, ck_fe_loc(fe, place));
  ck_strbuf text;
  ck_strbuf_init(&text);
  ck_strbuf_printf(&text, "%s::%s", ck_fe_qualified_name(fe, record), ck_fe_spelling(fe, record));
  node->name = ck_ir_intern_n(fe->unit, text.s, text.n);
  ck_strbuf_release(&text);
  node->type = type;
  node->flags = CK_IR_F_METHOD | CK_IR_F_CTOR | CK_IR_F_INHERITED;
  ck_vec_push(visit->out, node);
}

/* In a specialisation the using declaration does not show, only the constructors that clang made of it where they were
 * called: they keep the base's name. */
static bool is_made_by_using(record_visit *visit, CXCursor cursor) {
  ck_fe *fe = visit->fe;
  if (clang_getCursorKind(cursor) != CXCursor_Constructor) return false;
  CXCursor record = clang_getCursorSemanticParent(cursor);
  ck_fe_cursors bases = {0};
  clang_visitCXXBaseClasses(clang_getCursorType(record), ck_fe_collect_base, &bases);
  const char *name = ck_fe_spelling(fe, cursor), *end = strchr(name, '<');
  size_t n = end ? (size_t)(end - name) : strlen(name);
  bool found = false;
  const char *own = ck_fe_spelling(fe, record);
  if (strncmp(own, name, n) != 0 || own[n] != 0)
    for (size_t i = 0; i < bases.n && !found; i++) {
      CXType base = clang_getCursorType(bases.at[i]);
      const char *other = ck_fe_spelling(fe, clang_getTypeDeclaration(clang_getCanonicalType(base)));
      found = strncmp(other, name, n) == 0 && other[n] == 0;
      if (found) push_inherited(visit, cursor, record, base);
    }
  free(bases.at);
  return found;
}

static void add_method_node(record_visit *visit, CXCursor cursor) {
  ck_fe *fe = visit->fe;
  if (is_implicit(fe, cursor) || is_made_by_using(visit, cursor)) return;
  bool is_new;
  ck_map_put(&fe->done, ck_fe_usr(fe, cursor), &is_new);
  ck_ir *node = ck_fe_function(fe, cursor);
  ck_vec_push(visit->out, node);
  if (ck_ir_body(node) || clang_Cursor_isNull(clang_getCursorDefinition(cursor))) return;
  /* defined out of the class: the definition is a FUNCTION at the top level */
  ck_map_entry *entry = ck_map_find(&fe->done, node->usr);
  if (is_new && entry && has_body(clang_getCursorDefinition(cursor)))
    ck_vec_push(&fe->top, ck_fe_function(fe, clang_getCursorDefinition(cursor)));
}

static enum CXVisitorResult add_method(CXCursor cursor, CXClientData data) {
  add_method_node(data, cursor);
  return CXVisit_Continue;
}

/* A constructor template matches anything; which one an instantiation is, shows at its use. */
static void add_constructor_template(record_visit *visit, CXCursor cursor) {
  ck_fe *fe = visit->fe;
  ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_FUNCTION, ck_fe_loc(fe, cursor));
  node->name = ck_fe_qualified_name(fe, cursor);
  node->usr = ck_fe_usr(fe, cursor);
  node->flags = CK_IR_F_METHOD | CK_IR_F_CTOR | ck_fe_main_flag(fe, cursor);
  ck_ir *param = ck_ir_node_new(fe->unit, CK_IR_PARAM, node->loc);
  ck_ir_type any = {.kind = CK_IR_T_UNKNOWN, .spelling = ck_ir_intern(fe->unit, "...")};
  param->type = ck_ir_type_intern(fe->unit, &any);
  ck_fe_set_kid(fe, param, NULL);
  ck_ir *unknown = ck_ir_node_new(fe->unit, CK_IR_UNKNOWN, node->loc);
  unknown->name = ck_ir_intern(fe->unit, "a constructor template that is not instantiated here");
  ck_ir *body = ck_ir_node_new(fe->unit, CK_IR_BLOCK, node->loc);
  ck_fe_set_kid(fe, body, unknown);
  ck_ir_set_kids(fe->unit, node, (ck_ir *[]){param, body}, 2);
  ck_vec_push(visit->out, node);
}

/* using Base::Base: a FUNCTION without parameters, whose type is the base. */
static void add_inherited(record_visit *visit, CXCursor record, CXCursor cursor) {
  ck_fe *fe = visit->fe;
  ck_fe_cursors kids = {0}, bases = {0};
  ck_fe_children(cursor, &kids);
  bool overloads = ck_fe_in_template(cursor); /* there, what is named depends on the arguments */
  const char *name = "";
  for (size_t i = 0; i < kids.n; i++) {
    if (clang_getCursorKind(kids.at[i]) == CXCursor_OverloadedDeclRef) overloads = true;
    if (clang_getCursorKind(kids.at[i]) == CXCursor_TypeRef || clang_getCursorKind(kids.at[i]) == CXCursor_TemplateRef)
      name = ck_fe_spelling(fe, clang_getCursorReferenced(kids.at[i]));
  }
  clang_visitCXXBaseClasses(clang_getCursorType(record), ck_fe_collect_base, &bases);
  for (size_t i = 0; overloads && i < bases.n; i++) {
    CXType base = clang_getCursorType(bases.at[i]);
    CXCursor declaration = clang_getTypeDeclaration(clang_getCanonicalType(base));
    const char *own = ck_fe_spelling(fe, declaration);
    bool by_text = strcmp(own, name) == 0;
    if (!by_text && bases.n > 1) continue;
    const char *used = ck_fe_spelling(fe, cursor);
    /* libclang spells `using Base::Base` after the class that it stands in, other using declarations after what they
     * name */
    bool constructors = !strcmp(used, own) || !strcmp(used, ck_fe_spelling(fe, record));
    if (!constructors) continue;
    push_inherited(visit, cursor, record, base);
    break;
  }
  free(kids.at);
  free(bases.at);
}

static void lower_scope(ck_fe *fe, CXCursor scope);

static void add_members(record_visit *visit, CXCursor record) {
  ck_fe *fe = visit->fe;
  ck_fe_cursors kids = {0};
  ck_fe_children(record, &kids);
  ck_fe_nodes statics = {0};
  for (size_t i = 0; i < kids.n; i++) {
    CXCursor kid = kids.at[i];
    switch (clang_getCursorKind(kid)) {
    case CXCursor_CXXMethod:
    case CXCursor_Constructor:
    case CXCursor_Destructor:
    case CXCursor_ConversionFunction: add_method_node(visit, kid); break;
    case CXCursor_FunctionTemplate:
      if (clang_getTemplateCursorKind(kid) == CXCursor_Constructor) add_constructor_template(visit, kid);
      break;
    case CXCursor_UsingDeclaration: add_inherited(visit, record, kid); break;
    case CXCursor_VarDecl: {
      ck_ir *node = global_variable(fe, kid);
      node->flags |= CK_IR_F_STATIC;
      ck_vec_push(&statics, node);
      break;
    }
    default: break;
    }
  }
  for (size_t i = 0; i < statics.n; i++) ck_vec_push(visit->out, statics.at[i]);
  free(statics.at);
  free(kids.at);
}

static bool has_specialised_parent(CXCursor record) {
  CXCursor parent = clang_getCursorSemanticParent(record);
  return clang_Type_getNumTemplateArguments(clang_getCursorType(parent)) > 0;
}

static ck_ir *lower_record(ck_fe *fe, CXType type, CXCursor definition) {
  ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_RECORD, ck_fe_loc(fe, definition));
  CXCursor definition_place = definition;
  node->type = ck_fe_type(fe, type);
  CXCursor pattern = clang_getSpecializedCursorTemplate(definition);
  if (!clang_Cursor_isNull(pattern) && ck_fe_is_main_file(fe, definition)) {
    /* explicitly instantiated, that is where clang places it: the template is what the reader knows */
    unsigned at;
    clang_getFileLocation(clang_getCursorLocation(definition), NULL, NULL, NULL, &at);
    if (at >= fe->instantiations) {
      node->loc = ck_fe_loc(fe, pattern);
      definition_place = pattern;
    }
  }
  node->name = node->type && node->type->spelling ? node->type->spelling : ck_fe_qualified_name(fe, definition);
  node->usr = ck_fe_usr(fe, definition);
  node->flags = ck_fe_main_flag(fe, definition_place);
  if (clang_getCursorKind(definition) == CXCursor_UnionDecl) node->flags |= CK_IR_F_UNION;
  if (clang_CXXRecord_isAbstract(definition)) node->flags |= CK_IR_F_ABSTRACT;
  ck_fe_nodes list = {0};
  record_visit visit = {.fe = fe, .out = &list};
  clang_visitCXXBaseClasses(type, add_base, &visit);
  clang_Type_visitFields(type, add_field, &visit);
  /* A specialisation shows no children (unless it is written out): its methods are reached through its type */
  ck_fe_cursors kids = {0};
  ck_fe_children(definition, &kids);
  bool shows_members = false;
  for (size_t i = 0; i < kids.n; i++) shows_members |= clang_isDeclaration(clang_getCursorKind(kids.at[i])) != 0;
  free(kids.at);
  if (shows_members) {
    add_members(&visit, definition);
  } else {
    clang_visitCXXMethods(type, add_method, &visit);
    if (!clang_Cursor_isNull(
            pattern)) { /* constructor templates and inherited constructors show in the template only */
      ck_fe_cursors members = {0};
      ck_fe_children(pattern, &members);
      for (size_t i = 0; i < members.n; i++) {
        if (clang_getCursorKind(members.at[i]) == CXCursor_FunctionTemplate &&
            clang_getTemplateCursorKind(members.at[i]) == CXCursor_Constructor)
          add_constructor_template(&visit, members.at[i]);
        else if (clang_getCursorKind(members.at[i]) == CXCursor_UsingDeclaration)
          add_inherited(&visit, definition, members.at[i]);
      }
      free(members.at);
    }
  }
  bool has_ctor = false, hides_field = false, is_virtual = false;
  for (size_t i = 0; i < list.n; i++) {
    has_ctor |= (list.at[i]->flags & CK_IR_F_CTOR) && list.at[i]->kind == CK_IR_FUNCTION;
    is_virtual |= list.at[i]->kind == CK_IR_FUNCTION && (list.at[i]->flags & CK_IR_F_VIRTUAL);
    hides_field |= list.at[i]->kind == CK_IR_BASE && (list.at[i]->flags & CK_IR_F_VIRTUAL);
  }
  if (!has_ctor && !is_virtual && !hides_field) node->flags |= CK_IR_F_AGGREGATE;
  if (clang_isInvalidDeclaration(definition)) node->flags |= CK_IR_F_INCOMPLETE;
  ck_fe_set_kids(fe, node, &list);
  free(list.at);
  return node;
}

static void add_record(ck_fe *fe, CXType type) {
  CXType canonical = clang_getCanonicalType(type);
  CXCursor declaration = clang_getTypeDeclaration(canonical);
  CXCursor definition = clang_getCursorDefinition(declaration);
  if (clang_Cursor_isNull(definition)) definition = declaration;
  const char *usr = ck_fe_usr(fe, definition);
  bool is_new;
  ck_map_put(&fe->done, usr, &is_new);
  if (!is_new) return;
  ck_ir *node = lower_record(fe, canonical, definition);
  if (clang_Cursor_isNull(clang_getCursorDefinition(declaration)) &&
      clang_Cursor_isNull(clang_getSpecializedCursorTemplate(declaration)) && !has_specialised_parent(declaration))
    return; /* only declared */
  CXCursor pattern = clang_getSpecializedCursorTemplate(
      definition); /* a specialisation's own extent may be where it is instantiated */
  if (ck_fe_has_error_between_methods(fe, definition) ||
      (!clang_Cursor_isNull(pattern) && ck_fe_has_error_between_methods(fe, pattern))) {
    node->flags |= CK_IR_F_INCOMPLETE;
    ck_ir_add_note(fe->unit, node->loc, "this class does not compile, members may be missing");
  }
  ck_vec_push(&fe->top, node);
}

/* Scopes --------------------------------------------------------------------------------------------------------- */

static void add_enum(ck_fe *fe, CXCursor cursor) {
  if (!clang_isCursorDefinition(cursor)) return;
  ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_ENUM, ck_fe_loc(fe, cursor));
  node->name = ck_fe_qualified_name(fe, cursor);
  node->usr = ck_fe_usr(fe, cursor);
  node->type = ck_fe_type_of(fe, cursor);
  ck_fe_cursors kids = {0};
  ck_fe_nodes list = {0};
  ck_fe_children(cursor, &kids);
  for (size_t i = 0; i < kids.n; i++) {
    if (clang_getCursorKind(kids.at[i]) != CXCursor_EnumConstantDecl) continue;
    ck_ir *constant = ck_ir_node_new(fe->unit, CK_IR_ENUMERATOR, ck_fe_loc(fe, kids.at[i]));
    constant->name = ck_fe_qualified_name(fe, kids.at[i]);
    constant->usr = ck_fe_usr(fe, kids.at[i]);
    constant->value.i = clang_getEnumConstantDeclValue(kids.at[i]);
    ck_vec_push(&list, constant);
  }
  ck_fe_set_kids(fe, node, &list);
  free(list.at);
  free(kids.at);
  ck_vec_push(&fe->top, node);
}

static void lower_declaration(ck_fe *fe, CXCursor cursor) {
  switch (clang_getCursorKind(cursor)) {
  case CXCursor_Namespace:
  case CXCursor_LinkageSpec: lower_scope(fe, cursor); break;
  case CXCursor_StructDecl:
  case CXCursor_ClassDecl:
  case CXCursor_UnionDecl:
    if (!clang_isCursorDefinition(cursor)) break;
    add_record(fe, clang_getCursorType(cursor));
    lower_scope(fe, cursor); /* nested classes */
    break;
  case CXCursor_EnumDecl: add_enum(fe, cursor); break;
  case CXCursor_FunctionDecl:
    if (!ck_fe_is_forwarding(fe, cursor)) add_function(fe, cursor);
    break;
  case CXCursor_CXXMethod:
  case CXCursor_Constructor:
  case CXCursor_Destructor:
  case CXCursor_ConversionFunction: add_function(fe, cursor); break;
  case CXCursor_VarDecl:
    if (!ck_fe_in_template(cursor)) ck_vec_push(&fe->top, global_variable(fe, cursor));
    break;
  case CXCursor_UnexposedDecl:
    if (*ck_fe_spelling(fe, cursor) == '[') ck_vec_push(&fe->top, ck_fe_binding(fe, cursor, true));
    else lower_scope(fe, cursor); /* extern "C" { } */
    break;
  default: break; /* templates, typedefs, using, static_assert, friends */
  }
}

/* friend T f(...) { ... } is a function of the namespace around. */
static void add_friend(ck_fe *fe, CXCursor friend) {
  ck_fe_cursors kids = {0};
  ck_fe_children(friend, &kids);
  for (size_t i = 0; i < kids.n; i++)
    if (clang_getCursorKind(kids.at[i]) == CXCursor_FunctionDecl && has_body(kids.at[i])) add_function(fe, kids.at[i]);
  free(kids.at);
}

static void lower_scope(ck_fe *fe, CXCursor scope) {
  enum CXCursorKind kind = clang_getCursorKind(scope);
  bool in_record = kind == CXCursor_StructDecl || kind == CXCursor_ClassDecl || kind == CXCursor_UnionDecl;
  ck_fe_cursors kids = {0};
  ck_fe_children(scope, &kids);
  for (size_t i = 0; i < kids.n; i++) {
    if (ck_fe_is_external(fe, kids.at[i]) && !clang_equalCursors(scope, kids.at[i])) {
      if (kind == CXCursor_TranslationUnit) ck_fe_need_instances(fe, kids.at[i]);
      continue;
    }
    enum CXCursorKind inner = clang_getCursorKind(kids.at[i]);
    if (in_record && inner == CXCursor_FriendDecl) add_friend(fe, kids.at[i]);
    if (in_record && inner != CXCursor_StructDecl && inner != CXCursor_ClassDecl && inner != CXCursor_UnionDecl &&
        inner != CXCursor_EnumDecl)
      continue; /* members are the record's */
    lower_declaration(fe, kids.at[i]);
  }
  free(kids.at);
}

static void drain(ck_fe *fe) {
  for (size_t f = 0, r = 0; f < fe->functions.n || r < fe->records.n;) {
    if (f < fe->functions.n) add_function(fe, fe->functions.at[f++]);
    if (r < fe->records.n) add_record(fe, fe->records.at[r++]);
  }
}

void ck_fe_unit(ck_fe *fe) {
  CXCursor root = clang_getTranslationUnitCursor(fe->tu);
  lower_scope(fe, root);
  drain(fe);
  fe->unit->root = ck_ir_node_new(fe->unit, CK_IR_UNIT, (ck_loc){.file = fe->unit->main_file, .line = 1, .column = 1});
  ck_fe_set_kids(fe, fe->unit->root, &fe->top);
}
