/* lower_lambda.c - lambdas.
 *
 * libclang shows a lambda's explicit captures as references and its parameters and body as children; how something is
 * captured stands in the text only, and what a default capture takes shows in the body's references. */
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

/* The text between [ and ], cut at its outer commas. */
typedef struct {
  bool copy_default, reference_default, captures_this;
  CK_VEC(unsigned) references; /* offsets of names captured by reference */
} introducer;

static void read_introducer(const ck_fe_file *file, size_t at, size_t end, introducer *out) {
  if (at >= end || file->text[at] != '[') return;
  at = ck_fe_skip_space(file, at + 1);
  int depth = 0;
  bool start = true;
  while (at < end) {
    char c = file->text[at];
    if (depth == 0 && c == ']') return;
    if (start) {
      size_t name = ck_fe_skip_space(file, c == '&' || c == '=' || c == '*' ? at + 1 : at);
      bool alone = file->text[name] == ',' || file->text[name] == ']';
      if (c == '&' && alone) out->reference_default = true;
      else if (c == '=' && alone) out->copy_default = true;
      else if (c == '&') ck_vec_push(&out->references, (unsigned)name);
      if (!strncmp(file->text + name, "this", 4) && strchr(" \t\n,]", file->text[name + 4])) out->captures_this = true;
    }
    start = false;
    if (c == '"' || c == '\'') { /* skip the literal */
      for (at++; at < end && file->text[at] != c; at++)
        if (file->text[at] == '\\') at++;
    } else if (strchr("([{<", c)) {
      depth++;
    } else if (strchr(")]}>", c)) {
      depth -= depth > 0;
    } else if (c == ',' && depth == 0) {
      start = true;
    }
    at = ck_fe_skip_space(file, at + 1);
  }
}

static bool by_reference(const introducer *intro, CXCursor reference) {
  unsigned at;
  clang_getFileLocation(clang_getCursorLocation(reference), NULL, NULL, NULL, &at);
  for (size_t i = 0; i < intro->references.n; i++)
    if (intro->references.at[i] == at) return true;
  return false;
}

static ck_ir *capture_node(ck_fe *fe, ck_loc loc, const char *name, const char *usr, uint32_t flags) {
  ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_CAPTURE, loc);
  node->name = name;
  node->usr = usr;
  node->flags = flags;
  ck_fe_set_kid(fe, node, NULL);
  return node;
}

/* What the body mentions of the outside: for default captures. */
typedef struct {
  ck_map declared, mentioned; /* USRs */
  bool uses_this;
} mentions;

static void note_mention(const ck_ir *node, void *data) {
  mentions *m = data;
  switch (node->kind) {
  case CK_IR_VAR:
  case CK_IR_PARAM: ck_map_put(&m->declared, node->usr, NULL); break;
  case CK_IR_REF:
    if (!(node->flags & (CK_IR_F_GLOBAL | CK_IR_F_FUNCTION | CK_IR_F_ENUMERATOR)))
      ck_map_put(&m->mentioned, node->usr, NULL)->p = (void *)node;
    break;
  case CK_IR_THIS:
  case CK_IR_UNKNOWN: m->uses_this = true; break; /* of a generic lambda: perhaps a call of one of several methods */
  case CK_IR_MEMBER:
  case CK_IR_MCALL:
    if (!ck_ir_kid(node, 0)) m->uses_this = true;
    break;
  default: break;
  }
}

static bool is_captured(const ck_fe_nodes *captures, const char *usr) {
  for (size_t i = 0; i < captures->n; i++)
    if (captures->at[i]->kind == CK_IR_CAPTURE && captures->at[i]->usr == usr) return true;
  return false;
}

/* Does the body need anything of the place where the lambda stands? */
static bool needs_captures(const ck_ir *function) {
  mentions m = {0};
  ck_map_init(&m.declared);
  ck_map_init(&m.mentioned);
  ck_ir_walk(function, note_mention, &m);
  bool needs = m.uses_this;
  for (size_t i = 0; i < m.mentioned.count && !needs; i++)
    needs = !ck_map_find(&m.declared, ((const ck_ir *)m.mentioned.entries[i].p)->usr);
  ck_map_release(&m.declared);
  ck_map_release(&m.mentioned);
  return needs;
}

static void add_default_captures(ck_fe *fe, CXCursor cursor, const introducer *intro, const ck_ir *function,
                                 ck_fe_nodes *out) {
  mentions m = {0};
  ck_map_init(&m.declared);
  ck_map_init(&m.mentioned);
  ck_ir_walk(function, note_mention, &m);
  ck_loc loc = ck_fe_loc(fe, cursor);
  uint32_t flags = intro->reference_default ? CK_IR_F_BYREF : 0;
  if (intro->copy_default || intro->reference_default) {
    for (size_t i = 0; i < m.mentioned.count; i++) {
      const ck_ir *ref = m.mentioned.entries[i].p;
      if (!ck_map_find(&m.declared, ref->usr) && !is_captured(out, ref->usr))
        ck_vec_push(out, capture_node(fe, loc, ref->name, ref->usr, flags));
    }
    if (m.uses_this && !intro->captures_this) ck_vec_push(out, capture_node(fe, loc, "this", "", CK_IR_F_CAPTURE_THIS));
  }
  if (intro->captures_this) ck_vec_push(out, capture_node(fe, loc, "this", "", CK_IR_F_CAPTURE_THIS));
  ck_map_release(&m.declared);
  ck_map_release(&m.mentioned);
}

/* The call operator as a FUNCTION. Its cursor is reached through the class of the closure. Of a generic lambda it is
 * the pattern; instances that a call in sight names are FUNCTIONs of their own. */
static enum CXVisitorResult find_call_operator(CXCursor cursor, CXClientData data) {
  CXString name = clang_getCursorSpelling(cursor);
  bool found = !strcmp(clang_getCString(name), "operator()");
  clang_disposeString(name);
  if (found) *(CXCursor *)data = cursor;
  return found ? CXVisit_Break : CXVisit_Continue;
}

static ck_ir *call_operator(ck_fe *fe, CXCursor cursor, const ck_fe_cursors *kids) {
  CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
  CXCursor method = clang_getNullCursor();
  clang_visitCXXMethods(type, find_call_operator, &method);
  ck_ir *function = ck_ir_node_new(fe->unit, CK_IR_FUNCTION, ck_fe_loc(fe, cursor));
  function->name = ck_ir_intern(fe->unit, "operator()");
  function->flags = CK_IR_F_METHOD | CK_IR_F_CONST;
  bool generic = clang_Cursor_isNull(method);
  if (!generic) {
    function->usr = ck_fe_usr(fe, method);
    function->type = ck_fe_type(fe, clang_getCursorResultType(method));
    if (!clang_CXXMethod_isConst(method)) function->flags &= ~(uint32_t)CK_IR_F_CONST;
  }
  ck_fe_nodes list = {0};
  ck_ir *body = NULL;
  for (size_t i = 0; i < kids->n; i++) {
    CXCursor kid = kids->at[i];
    if (clang_getCursorKind(kid) == CXCursor_ParmDecl) {
      ck_ir *param = ck_fe_variable(fe, kid, true);
      param->kind = CK_IR_PARAM;
      ck_vec_push(&list, param);
    } else if (clang_getCursorKind(kid) == CXCursor_CompoundStmt) {
      bool saved = fe->in_pattern;
      fe->in_pattern |= generic;
      body = ck_fe_block(fe, kid);
      fe->in_pattern = saved;
    }
  }
  if (body) ck_vec_push(&list, body);
  ck_fe_set_kids(fe, function, &list);
  free(list.at);
  return function;
}

/* A lambda that a macro produces: the [ stands in the macro's definition. Only defaults and `this` are taken from
 * there, since a name may be the macro's parameter. */
static bool read_in_macro(ck_fe *fe, CXCursor cursor, const ck_fe_cursors *kids, introducer *out) {
  for (size_t i = 0; i < kids->n; i++)
    if (clang_getCursorKind(kids->at[i]) == CXCursor_VariableRef) return false;
  CXFile spelled;
  unsigned at;
  clang_getSpellingLocation(clang_getRangeStart(clang_getCursorExtent(cursor)), &spelled, NULL, NULL, &at);
  const ck_fe_file *file = spelled ? ck_fe_file_of(fe, spelled) : NULL;
  if (!file || !file->text || at >= file->size || file->text[at] != '[') return false;
  read_introducer(file, at, file->size, out);
  return out->references.n == 0 && (out->copy_default || out->reference_default || out->captures_this);
}

ck_ir *ck_fe_lambda(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  introducer intro = {0};
  const ck_fe_file *file;
  unsigned begin, end;
  bool readable = ck_fe_extent(fe, cursor, &file, &begin, &end) && file->text[begin] == '[';
  if (readable) read_introducer(file, begin, end, &intro);
  else readable = read_in_macro(fe, cursor, &kids, &intro);

  ck_ir *node = ck_fe_node(fe, CK_IR_LAMBDA, cursor);
  CXCursor closure = clang_getTypeDeclaration(clang_getCanonicalType(clang_getCursorType(cursor)));
  node->usr = ck_fe_usr(fe, closure);
  ck_fe_nodes list = {0};
  for (size_t i = 0; i < kids.n; i++) {
    if (clang_getCursorKind(kids.at[i]) != CXCursor_VariableRef) continue;
    CXCursor variable = clang_getCursorReferenced(kids.at[i]);
    ck_ir *capture = capture_node(fe, ck_fe_loc(fe, kids.at[i]), ck_fe_spelling(fe, variable), ck_fe_usr(fe, variable),
                                  by_reference(&intro, kids.at[i]) ? CK_IR_F_BYREF : 0);
    capture->type = ck_fe_type_of(fe, variable);
    /* [x = e] declares x where it is captured; libclang shows e below that declaration only */
    if (clang_equalLocations(clang_getCursorLocation(variable), clang_getCursorLocation(kids.at[i])))
      ck_fe_set_kid(fe, capture, ck_fe_initialiser(fe, clang_Cursor_getVarDeclInitializer(variable), variable));
    ck_vec_push(&list, capture);
  }
  ck_ir *function = call_operator(fe, cursor, &kids);
  add_default_captures(fe, cursor, &intro, function, &list);
  if (!readable && (list.n > 0 || needs_captures(function))) { /* in a macro: how it captures is not known */
    ck_ir *hidden = ck_ir_node_new(fe->unit, CK_IR_UNKNOWN, node->loc);
    hidden->name = ck_ir_intern(fe->unit, "a lambda in a macro");
    ck_fe_nodes inside = list;
    ck_vec_push(&inside, function);
    ck_fe_set_kids(fe, hidden, &inside);
    hidden->type = node->type;
    free(inside.at);
    free(kids.at);
    free(intro.references.at);
    return hidden;
  }
  ck_vec_push(&list, function);
  ck_fe_set_kids(fe, node, &list);
  free(list.at);
  free(kids.at);
  free(intro.references.at);
  return node;
}
