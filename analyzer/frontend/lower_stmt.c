/* lower_stmt.c - statements.
 *
 * libclang leaves null children out: which of a `for` statement's three parts are there, and whether an `if` has an
 * initialiser or an `else`, is read off the text between its children. Where the text does not decide, the statement is
 * UNKNOWN. */
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

static ck_ir *stmt_node(ck_fe *fe, ck_ir_kind kind, CXCursor cursor) {
  return ck_ir_node_new(fe->unit, kind, ck_fe_loc(fe, cursor));
}

static ck_ir *set_two(ck_fe *fe, ck_ir *node, ck_ir *a, ck_ir *b) {
  ck_ir_set_kids(fe->unit, node, (ck_ir *[]){a, b}, 2);
  return node;
}

ck_ir *ck_fe_block(ck_fe *fe, CXCursor cursor) {
  ck_ir *statement = ck_fe_stmt(fe, cursor);
  if (statement && (statement->kind == CK_IR_BLOCK)) return statement;
  ck_ir *block = stmt_node(fe, CK_IR_BLOCK, cursor);
  if (statement) ck_fe_set_kid(fe, block, statement);
  return block;
}

static ck_ir *lower_compound(ck_fe *fe, CXCursor cursor) {
  ck_ir *block = stmt_node(fe, CK_IR_BLOCK, cursor);
  ck_fe_cursors kids = {0};
  ck_fe_nodes list = {0};
  ck_fe_children(cursor, &kids);
  for (size_t i = 0; i < kids.n; i++) {
    ck_ir *statement = ck_fe_only_prints(fe, kids.at[i]) ? NULL : ck_fe_stmt(fe, kids.at[i]);
    if (statement) ck_vec_push(&list, statement);
  }
  ck_fe_set_kids(fe, block, &list);
  free(list.at);
  free(kids.at);
  return block;
}

/* auto [a, b] = e. The declaration is unexposed: its children are the names, then the initialiser. */
ck_ir *ck_fe_binding(ck_fe *fe, CXCursor cursor, bool with_initialiser) {
  ck_ir *node = stmt_node(fe, CK_IR_BINDING, cursor);
  node->type = ck_fe_type_of(fe, cursor);
  ck_fe_cursors kids = {0};
  ck_fe_nodes list = {0};
  ck_fe_children(cursor, &kids);
  ck_vec_push(&list, NULL);
  for (size_t i = 0; i < kids.n; i++) {
    enum CXCursorKind kind = clang_getCursorKind(kids.at[i]);
    if (kind == CXCursor_UnexposedDecl || kind == CXCursor_VarDecl) {
      ck_vec_push(&list, ck_fe_variable(fe, kids.at[i], false));
    } else if (clang_isExpression(kind) && with_initialiser) {
      list.at[0] = ck_fe_expr(fe, kids.at[i]);
    }
  }
  ck_fe_set_kids(fe, node, &list);
  free(list.at);
  free(kids.at);
  return node;
}

static bool is_binding(ck_fe *fe, CXCursor cursor) {
  return clang_getCursorKind(cursor) == CXCursor_UnexposedDecl && *ck_fe_spelling(fe, cursor) == '[';
}

static ck_ir *lower_declarations(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_nodes list = {0};
  ck_fe_children(cursor, &kids);
  for (size_t i = 0; i < kids.n; i++) {
    CXCursor kid = kids.at[i];
    enum CXCursorKind kind = clang_getCursorKind(kid);
    if (kind == CXCursor_VarDecl) ck_vec_push(&list, ck_fe_variable(fe, kid, true));
    else if (is_binding(fe, kid)) ck_vec_push(&list, ck_fe_binding(fe, kid, true));
    else if (kind == CXCursor_StructDecl || kind == CXCursor_ClassDecl || kind == CXCursor_UnionDecl)
      ck_fe_need_record(fe, clang_getCursorType(kid));
    /* typedefs, using, static_assert, function declarations, enumerations: nothing happens at run time */
  }
  ck_ir *node = NULL;
  if (list.n) {
    node = stmt_node(fe, CK_IR_DECL, cursor);
    ck_fe_set_kids(fe, node, &list);
  }
  free(list.at);
  free(kids.at);
  return node;
}

/* The part of a condition: an expression, or DECL of the one variable that it declares. */
static ck_ir *condition_of(ck_fe *fe, CXCursor variable, CXCursor expression) {
  if (clang_Cursor_isNull(variable)) {
    ck_ir *node = ck_fe_expr(fe, expression);
    return node ? node : ck_fe_unknown(fe, expression, "a condition that is not visible");
  }
  ck_ir *node = stmt_node(fe, CK_IR_DECL, variable);
  ck_fe_set_kid(fe, node, ck_fe_variable(fe, variable, true));
  return node;
}

static size_t end_of(ck_fe *fe, CXCursor cursor, const ck_fe_file **file) {
  unsigned begin, end;
  return ck_fe_extent(fe, cursor, file, &begin, &end) ? end : 0;
}

/* Is the next byte after the cursor, comments aside, `c`? */
static bool followed_by(ck_fe *fe, CXCursor cursor, char c) {
  const ck_fe_file *file;
  size_t at = end_of(fe, cursor, &file);
  if (!at) return false;
  at = ck_fe_skip_space(file, at);
  return at < file->size && file->text[at] == c;
}

/* Is there a word after the keyword that the statement begins with ("if constexpr")? */
static bool second_word_is(ck_fe *fe, CXCursor cursor, size_t keyword, const char *word) {
  const ck_fe_file *file;
  unsigned begin, end;
  if (!ck_fe_extent(fe, cursor, &file, &begin, &end)) return false;
  size_t at = ck_fe_skip_space(file, begin + keyword);
  return at + strlen(word) < file->size && !strncmp(file->text + at, word, strlen(word));
}

static ck_ir *lower_if(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  size_t i = 0;
  CXCursor initialiser = clang_getNullCursor(), variable = initialiser, otherwise = initialiser;
  if (kids.n >= 3) {
    enum CXCursorKind kind = clang_getCursorKind(kids.at[0]);
    bool statement = kind == CXCursor_DeclStmt || kind == CXCursor_NullStmt;
    if (statement || (kind != CXCursor_VarDecl && followed_by(fe, kids.at[0], ';'))) initialiser = kids.at[i++];
  }
  if (i < kids.n && clang_getCursorKind(kids.at[i]) == CXCursor_VarDecl) variable = kids.at[i++];
  size_t left = kids.n - i;
  ck_ir *node;
  if (left < 2 || left > 3) {
    node = ck_fe_unknown(fe, cursor, "an if statement with %zu visible parts", kids.n);
  } else {
    if (left == 3) otherwise = kids.at[i + 2];
    node = stmt_node(fe, CK_IR_IF, cursor);
    if (second_word_is(fe, cursor, 2, "constexpr")) node->flags |= CK_IR_F_CONSTEXPR;
    ck_ir *condition = NULL;
    if (node->flags & CK_IR_F_CONSTEXPR) condition = ck_fe_constant(fe, kids.at[i]);
    if (!condition) condition = condition_of(fe, variable, kids.at[i]);
    ck_ir *parts[] = {clang_Cursor_isNull(initialiser) ? NULL : ck_fe_stmt(fe, initialiser), condition,
                      ck_fe_block(fe, kids.at[i + 1]),
                      clang_Cursor_isNull(otherwise) ? NULL : ck_fe_block(fe, otherwise)};
    ck_ir_set_kids(fe->unit, node, parts, 4);
  }
  free(kids.at);
  return node;
}

/* Finds the parts of `for (a; b; c)` that are not empty. */
static bool for_parts(ck_fe *fe, CXCursor cursor, bool present[3]) {
  const ck_fe_file *file;
  unsigned begin, end;
  if (!ck_fe_extent(fe, cursor, &file, &begin, &end)) return false;
  if (end - begin < 5 || strncmp(file->text + begin, "for", 3) != 0) return false;
  size_t at = ck_fe_skip_space(file, begin + 3);
  if (at >= end || file->text[at] != '(') return false;
  int depth = 0, part = 0;
  present[0] = present[1] = present[2] = false;
  for (at = ck_fe_skip_space(file, at + 1); at < end; at = ck_fe_skip_space(file, at + 1)) {
    char c = file->text[at];
    if (depth == 0 && c == ')') return part == 2;
    if (depth == 0 && c == ';') {
      if (++part > 2) return false;
      continue;
    }
    present[part] = true;
    if (strchr("([{", c)) depth++;
    if (strchr(")]}", c)) depth--;
    if (c == '"' || c == '\'') {
      for (at++; at < end && file->text[at] != c; at++)
        if (file->text[at] == '\\') at++;
    }
  }
  return false;
}

/* Without text (in a macro's body): three children need none, fewer are told apart by their kind. */
static bool guess_parts(const ck_fe_cursors *kids, bool present[3]) {
  if (kids->n == 4) {
    present[0] = present[1] = present[2] = true;
    return true;
  }
  return false;
}

static ck_ir *lower_for(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  bool present[3] = {false, false, false};
  /* `for (...; T x = e; ...)`: the variable comes as a child beside the condition */
  size_t variables = 0;
  for (size_t i = 0; i + 1 < kids.n; i++) variables += clang_getCursorKind(kids.at[i]) == CXCursor_VarDecl;
  bool ok = kids.n >= 1 && variables <= 1 && (for_parts(fe, cursor, present) || guess_parts(&kids, present));
  if (!ok || (size_t)present[0] + present[1] + present[2] + 1 + variables != kids.n) {
    free(kids.at);
    return ck_fe_unknown(fe, cursor, "a for statement whose parts cannot be told apart");
  }
  ck_ir *node = stmt_node(fe, CK_IR_FOR, cursor);
  ck_ir *parts[4] = {NULL};
  size_t at = 0;
  if (present[0]) parts[0] = ck_fe_stmt(fe, kids.at[at++]);
  if (present[1]) {
    CXCursor variable = clang_getNullCursor();
    if (clang_getCursorKind(kids.at[at]) == CXCursor_VarDecl) variable = kids.at[at++];
    parts[1] = condition_of(fe, variable, kids.at[at++]);
  }
  if (present[2]) parts[2] = ck_fe_expr(fe, kids.at[at++]);
  parts[3] = ck_fe_block(fe, kids.at[at]);
  ck_ir_set_kids(fe->unit, node, parts, 4);
  free(kids.at);
  return node;
}

/* The part in parentheses of a statement that cannot show an initialiser: is there one (a ';' before `stop`)? */
static bool hides_initialiser(ck_fe *fe, CXCursor cursor, CXCursor stop) {
  const ck_fe_file *file, *stop_file;
  unsigned begin, end, stop_begin, stop_end;
  if (!ck_fe_extent(fe, cursor, &file, &begin, &end) || !ck_fe_extent(fe, stop, &stop_file, &stop_begin, &stop_end) ||
      file != stop_file)
    return false;
  const char *open = memchr(file->text + begin, '(', end - begin);
  if (!open) return false;
  size_t at = (size_t)(open - file->text) + 1;
  for (at = ck_fe_skip_space(file, at); at < stop_begin; at = ck_fe_skip_space(file, at + 1)) {
    char c = file->text[at];
    if (c == ';') return true;
    if (c == '"' || c == '\'') {
      for (at++; at < stop_begin && file->text[at] != c; at++)
        if (file->text[at] == '\\') at++;
    }
  }
  return false;
}

static ck_ir *with_hidden_initialiser(ck_fe *fe, CXCursor cursor, ck_ir *statement) {
  ck_ir *hidden = stmt_node(fe, CK_IR_UNKNOWN, cursor);
  hidden->name = ck_ir_intern(fe->unit, "an initialiser that libclang does not show");
  return set_two(fe, stmt_node(fe, CK_IR_BLOCK, cursor), hidden, statement);
}

static ck_ir *lower_range_for(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  if (kids.n != 3) {
    free(kids.at);
    return ck_fe_unknown(fe, cursor, "a range-based for statement with %zu visible parts", kids.n);
  }
  ck_ir *node = stmt_node(fe, CK_IR_RANGE_FOR, cursor);
  ck_ir *variable =
      is_binding(fe, kids.at[0]) ? ck_fe_binding(fe, kids.at[0], false) : ck_fe_variable(fe, kids.at[0], false);
  ck_ir *range = ck_fe_expr(fe, kids.at[1]);
  if (!range) range = ck_fe_unknown(fe, kids.at[1], "a range that is not visible");
  ck_ir *parts[] = {variable, range, ck_fe_block(fe, kids.at[2])};
  ck_ir_set_kids(fe->unit, node, parts, 3);
  if (hides_initialiser(fe, cursor, kids.at[1])) node = with_hidden_initialiser(fe, cursor, node);
  free(kids.at);
  return node;
}

static ck_ir *lower_while(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  bool declares = kids.n == 3 && clang_getCursorKind(kids.at[0]) == CXCursor_VarDecl;
  ck_ir *node;
  if (kids.n != 2 && !declares) {
    node = ck_fe_unknown(fe, cursor, "a while statement with %zu visible parts", kids.n);
  } else {
    node = set_two(fe, stmt_node(fe, CK_IR_WHILE, cursor),
                   condition_of(fe, declares ? kids.at[0] : clang_getNullCursor(), kids.at[declares]),
                   ck_fe_block(fe, kids.at[kids.n - 1]));
  }
  free(kids.at);
  return node;
}

static ck_ir *lower_do(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  ck_ir *node = kids.n == 2 ? set_two(fe, stmt_node(fe, CK_IR_DO, cursor), ck_fe_block(fe, kids.at[0]),
                                      condition_of(fe, clang_getNullCursor(), kids.at[1]))
                            : ck_fe_unknown(fe, cursor, "a do statement with %zu visible parts", kids.n);
  free(kids.at);
  return node;
}

static ck_ir *lower_switch(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  bool declares = kids.n == 3 && clang_getCursorKind(kids.at[0]) == CXCursor_VarDecl;
  ck_ir *node;
  if (kids.n != 2 && !declares) {
    node = ck_fe_unknown(fe, cursor, "a switch statement with %zu visible parts", kids.n);
  } else {
    node = set_two(fe, stmt_node(fe, CK_IR_SWITCH, cursor),
                   condition_of(fe, declares ? kids.at[0] : clang_getNullCursor(), kids.at[declares]),
                   ck_fe_block(fe, kids.at[kids.n - 1]));
    if (hides_initialiser(fe, cursor, kids.at[0])) node = with_hidden_initialiser(fe, cursor, node);
  }
  free(kids.at);
  return node;
}

static ck_ir *lower_case(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  ck_ir *node;
  if (kids.n != 2) {
    node = ck_fe_unknown(fe, cursor, "a case label with a range");
  } else {
    ck_ir *value = ck_fe_expr(fe, kids.at[0]);
    node = set_two(fe, stmt_node(fe, CK_IR_CASE, cursor), value, ck_fe_stmt(fe, kids.at[1]));
  }
  free(kids.at);
  return node;
}

static ck_ir *lower_default(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  ck_ir *node = stmt_node(fe, CK_IR_DEFAULT, cursor);
  ck_fe_set_kid(fe, node, kids.n ? ck_fe_stmt(fe, kids.at[0]) : NULL);
  free(kids.at);
  return node;
}

static ck_ir *lower_return(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  ck_ir *node = stmt_node(fe, CK_IR_RETURN, cursor);
  ck_fe_set_kid(fe, node, kids.n ? ck_fe_expr(fe, kids.at[0]) : NULL);
  free(kids.at);
  return node;
}

static ck_ir *lower_catch(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  ck_ir *variable = NULL, *block = NULL;
  for (size_t i = 0; i < kids.n; i++) {
    enum CXCursorKind kind = clang_getCursorKind(kids.at[i]);
    if (kind == CXCursor_VarDecl) variable = ck_fe_variable(fe, kids.at[i], false);
    else if (kind == CXCursor_CompoundStmt) block = ck_fe_block(fe, kids.at[i]);
  }
  free(kids.at);
  return set_two(fe, stmt_node(fe, CK_IR_CATCH, cursor), variable, block);
}

static ck_ir *lower_try(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_nodes list = {0};
  ck_fe_children(cursor, &kids);
  ck_ir *node = stmt_node(fe, CK_IR_TRY, cursor);
  for (size_t i = 0; i < kids.n; i++) {
    if (clang_getCursorKind(kids.at[i]) == CXCursor_CXXCatchStmt) ck_vec_push(&list, lower_catch(fe, kids.at[i]));
    else if (clang_isStatement(clang_getCursorKind(kids.at[i]))) ck_vec_push(&list, ck_fe_block(fe, kids.at[i]));
  }
  ck_fe_set_kids(fe, node, &list);
  free(list.at);
  free(kids.at);
  return node;
}

/* [[likely]] and the like: the statement that carries the attribute is the last child. */
static ck_ir *lower_unexposed(ck_fe *fe, CXCursor cursor) {
  ck_fe_cursors kids = {0};
  ck_fe_children(cursor, &kids);
  CXCursor only = clang_getNullCursor();
  size_t n = 0;
  for (size_t i = 0; i < kids.n; i++) {
    enum CXCursorKind kind = clang_getCursorKind(kids.at[i]);
    if (clang_isStatement(kind) || clang_isExpression(kind)) only = kids.at[i], n++;
  }
  free(kids.at);
  return n == 1 ? ck_fe_stmt(fe, only)
                : ck_fe_unknown(fe, cursor, "a statement of a kind that libclang does not expose");
}

static ck_ir *lower_expression_statement(ck_fe *fe, CXCursor cursor) {
  ck_ir *value = ck_fe_expr(fe, cursor);
  if (!value) return NULL;
  ck_ir *node = ck_ir_node_new(fe->unit, CK_IR_EXPR, value->loc);
  ck_fe_set_kid(fe, node, value);
  return node;
}

static ck_ir *lower_statement(ck_fe *fe, CXCursor cursor) {
  enum CXCursorKind kind = clang_getCursorKind(cursor);
  if (clang_isExpression(kind)) return lower_expression_statement(fe, cursor);
  switch (kind) {
  case CXCursor_CompoundStmt: return lower_compound(fe, cursor);
  case CXCursor_DeclStmt: return lower_declarations(fe, cursor);
  case CXCursor_NullStmt: return NULL;
  case CXCursor_IfStmt: return lower_if(fe, cursor);
  case CXCursor_ForStmt: return lower_for(fe, cursor);
  case CXCursor_CXXForRangeStmt: return lower_range_for(fe, cursor);
  case CXCursor_WhileStmt: return lower_while(fe, cursor);
  case CXCursor_DoStmt: return lower_do(fe, cursor);
  case CXCursor_SwitchStmt: return lower_switch(fe, cursor);
  case CXCursor_CaseStmt: return lower_case(fe, cursor);
  case CXCursor_DefaultStmt: return lower_default(fe, cursor);
  case CXCursor_BreakStmt: return stmt_node(fe, CK_IR_BREAK, cursor);
  case CXCursor_ContinueStmt: return stmt_node(fe, CK_IR_CONTINUE, cursor);
  case CXCursor_ReturnStmt: return lower_return(fe, cursor);
  case CXCursor_CXXTryStmt: return lower_try(fe, cursor);
  case CXCursor_UnexposedStmt: return lower_unexposed(fe, cursor);
  case CXCursor_GotoStmt:
  case CXCursor_IndirectGotoStmt: return ck_fe_unknown(fe, cursor, "goto");
  case CXCursor_LabelStmt: return ck_fe_unknown(fe, cursor, "a label that goto may jump to");
  case CXCursor_GCCAsmStmt:
  case CXCursor_MSAsmStmt: return ck_fe_unknown(fe, cursor, "inline assembly");
  default: {
    CXString name = clang_getCursorKindSpelling(kind);
    ck_ir *node = ck_fe_unknown(fe, cursor, "a statement of kind %s", clang_getCString(name));
    clang_disposeString(name);
    return node;
  }
  }
}

ck_ir *ck_fe_stmt(ck_fe *fe, CXCursor cursor) {
  if (fe->depth >= CK_FE_MAX_DEPTH) return ck_fe_unknown(fe, cursor, "a statement nested too deeply");
  fe->depth++;
  ck_ir *node = lower_statement(fe, cursor);
  fe->depth--;
  return node;
}
