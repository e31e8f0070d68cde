/* reach.c - what a statement that does not compile may change, read off its text (contain.c): the variables in sight,
 * members and global variables whose names are in it; the object, if one of its methods is; and, if code of the project
 * may be called, any global variable. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/contain_int.h"
#include "frontend/frontend_int.h"

static void add_member(ck_fe_containment *c, CXCursor cursor) {
  enum CXCursorKind kind = clang_getCursorKind(cursor);
  bool is_new, is_data = kind == CXCursor_FieldDecl || kind == CXCursor_VarDecl;
  if (!clang_isDeclaration(kind)) return;
  ck_map_entry *entry = ck_map_put(&c->members, ck_fe_spelling(c->fe, cursor), &is_new);
  if (!is_new) return; /* the derived class's hides the base's */
  bool is_ours = is_data && !ck_fe_is_external(c->fe, cursor);
  ck_vec_push(&c->member_cursors, is_ours ? cursor : clang_getNullCursor());
  entry->n = c->member_cursors.n - 1;
}

static enum CXChildVisitResult visit_member(CXCursor cursor, CXCursor parent, CXClientData data) {
  (void)parent;
  add_member(data, cursor);
  return CXChildVisit_Continue;
}

static void add_members_of(ck_fe_containment *c, CXType type, int depth) {
  CXCursor record = clang_getCursorDefinition(clang_getTypeDeclaration(type));
  CXCursor pattern = clang_getSpecializedCursorTemplate(record);
  if (clang_Cursor_isNull(record) || depth > 16) {
    c->base_unknown = true;
    return;
  }
  clang_visitChildren(record, visit_member, c);
  if (!clang_Cursor_isNull(pattern)) clang_visitChildren(pattern, visit_member, c);
  if (!ck_fe_is_external(c->fe, record))
    c->base_unknown |= clang_isInvalidDeclaration(record) || ck_fe_has_error_between_methods(c->fe, record);
  ck_fe_cursors bases = {0};
  clang_visitCXXBaseClasses(type, ck_fe_collect_base, &bases);
  for (size_t i = 0; i < bases.n; i++)
    add_members_of(c, clang_getCanonicalType(clang_getCursorType(bases.at[i])), depth + 1);
  free(bases.at);
}

static void add_reference(ck_fe_containment *c, ck_fe_nodes *out, const ck_ir *variable) {
  for (size_t i = 0; i < out->n; i++)
    if (out->at[i]->kind == CK_IR_REF && strcmp(out->at[i]->usr, variable->usr) == 0) return;
  ck_ir *ref = ck_ir_node_new(c->fe->unit, CK_IR_REF, variable->loc);
  ref->name = variable->name;
  ref->usr = variable->usr;
  ref->type = variable->type;
  ref->flags = variable->flags & CK_IR_F_GLOBAL;
  ck_vec_push(out, ref);
}

/* A variable by its name, or what it points to: `net->...`. */
static void add_variable(ck_fe_containment *c, ck_fe_nodes *out, const ck_ir *variable, bool is_followed) {
  if (!is_followed) {
    add_reference(c, out, variable);
    return;
  }
  ck_fe_nodes one = {0};
  add_reference(c, &one, variable);
  ck_ir *node = ck_ir_node_new(c->fe->unit, CK_IR_UNARY, variable->loc);
  node->op = CK_IR_OP_DEREF;
  ck_fe_set_kids(c->fe, node, &one);
  ck_vec_push(out, node);
  free(one.at);
}

static void add_this(ck_fe_containment *c, ck_fe_nodes *out, ck_loc loc) {
  for (size_t i = 0; i < out->n; i++)
    if (out->at[i]->kind == CK_IR_THIS) return;
  ck_vec_push(out, ck_ir_node_new(c->fe->unit, CK_IR_THIS, loc));
}

static void add_own_member(ck_fe_containment *c, ck_fe_nodes *out, const char *name, ck_loc loc, bool is_called) {
  const ck_map_entry *entry = ck_map_find(&c->members, name);
  if (entry == NULL) {
    if (is_called && c->base_unknown) add_this(c, out, loc);
    return;
  }
  CXCursor cursor = c->member_cursors.at[entry->n];
  if (clang_getCursorKind(cursor) == CXCursor_VarDecl) {
    add_reference(c, out,
                  &(ck_ir){.kind = CK_IR_REF,
                           .loc = loc,
                           .flags = CK_IR_F_GLOBAL,
                           .name = ck_fe_qualified_name(c->fe, cursor),
                           .usr = ck_fe_usr(c->fe, cursor),
                           .type = ck_fe_type_of(c->fe, cursor)});
  } else if (clang_getCursorKind(cursor) == CXCursor_FieldDecl) {
    ck_ir *member = ck_ir_node_new(c->fe->unit, CK_IR_MEMBER, loc);
    member->name = ck_ir_intern(c->fe->unit, name);
    member->usr = ck_fe_usr(c->fe, cursor);
    member->type = ck_fe_type_of(c->fe, cursor);
    ck_fe_set_kid(c->fe, member, NULL);
    ck_vec_push(out, member);
  } else {
    add_this(c, out, loc);
  }
}

/* Variables of namespaces; what stands behind the last `::` of their names counts. */
static void add_globals(ck_fe_containment *c, ck_fe_nodes *out, const char *name) {
  size_t n = strlen(name);
  for (size_t i = 0; i < c->fe->top.n; i++) {
    const ck_ir *node = c->fe->top.at[i];
    for (uint32_t k = 0; node && node->kind == CK_IR_RECORD && k < node->nkids; k++) {
      const ck_ir *kid = node->kids[k];
      if (kid && kid->kind == CK_IR_VAR && ck_ends_with(kid->name, name)) add_reference(c, out, kid);
    }
    if (node == NULL || node->kind != CK_IR_VAR || !ck_ends_with(node->name, name)) continue;
    size_t length = strlen(node->name);
    if (length == n || node->name[length - n - 1] == ':') add_reference(c, out, node);
  }
}

/* Is the word at `at` the member of another object? */
static bool is_behind_object(const ck_fe_file *file, size_t begin, size_t at) {
  while (at > begin && isspace((unsigned char)file->text[at - 1])) at--;
  if (at > begin && file->text[at - 1] == '.') return true;
  return at > begin + 1 && file->text[at - 1] == '>' && file->text[at - 2] == '-';
}

/* May the word stand for code of the project: one of its functions, something that is called and may hold one, or what
 * a missing header declares? */
static bool may_be_ours(const ck_fe_containment *c, size_t next, const char *name, bool is_known) {
  if (ck_map_find(&c->fe->own_functions, name)) return true;
  return (is_known || c->fe->own_header_missing) && next < c->file->size && strchr("(<{", c->file->text[next]) != NULL;
}

/* Adds what is named to `out`; true if code of the project may be called. */
bool ck_fe_reach_names(ck_fe_containment *c, size_t begin, size_t end, ck_loc loc, ck_fe_nodes *out) {
  const ck_fe_file *file = c->file;
  bool calls_ours = false;
  size_t n;
  for (size_t at = begin; (n = ck_fe_next_word(file, &at, end)) > 0; at += n) {
    const char *name = ck_ir_intern_n(c->fe->unit, file->text + at, n);
    size_t next = ck_fe_skip_space(file, at + n), known = out->n;
    if (is_behind_object(file, begin, at)) {
      calls_ours |= may_be_ours(c, next, name, false);
      continue;
    }
    bool is_followed = next + 1 < end && file->text[next] == '-' && file->text[next + 1] == '>';
    for (size_t i = 0; i < c->scope.n; i++)
      if (strcmp(c->scope.at[i]->name, name) == 0) add_variable(c, out, c->scope.at[i], is_followed);
    add_globals(c, out, name);
    if ((c->function->flags & CK_IR_F_METHOD) && !(c->function->flags & CK_IR_F_STATIC)) {
      if (strcmp(name, "this") == 0) add_this(c, out, loc);
      add_own_member(c, out, name, loc, next < file->size && file->text[next] == '(');
    }
    calls_ours |= may_be_ours(c, next, name, out->n > known);
  }
  return calls_ours;
}

void ck_fe_reach_members(ck_fe_containment *c, CXCursor record) {
  add_members_of(c, clang_getCanonicalType(clang_getCursorType(record)), 0);
}
