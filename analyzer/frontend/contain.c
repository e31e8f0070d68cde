/* contain.c - of a function that does not compile, only the statements that an error touches become unknown.
 *
 * Where a header is missing or libtorch is another one, a few statements do not compile, and clang leaves out of the
 * tree what it likes of them. The rest of the function counts as it stands if it is certain where such a statement
 * begins and ends, and what it may change. Both are read off its text:
 *
 * - A block's text is divided by the statements that are in the tree. An error touches the statement it lies in, or the
 *   text between two of them, where clang left one out. That text must end where a statement ends; if an error is one
 * of syntax, it must hold no other statements. An undeclared name in capitals may be a macro that is anything.
 * - What it may change are the variables in sight and the members whose names are in it, the object itself if one of
 *   its methods is, and the program's global variables if a function of the project may be called.
 * - A `return`, `break` or `continue` in it may happen or not. `goto`, `throw`, declarations of classes and the like
 *   are not contained.
 *
 * An `if` or `while` whose condition does not compile keeps its blocks. Where any of that cannot be had, all from the
 * first error on is unknown (lower_function.c). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/contain_int.h"
#include "frontend/frontend_int.h"

static const char reason[] = "code that does not compile";

/* What is not contained. */
static const char *const beyond[] = {"goto",     "throw",  "co_await", "co_return", "co_yield", "using",
                                     "typedef",  "struct", "class",    "union",     "enum",     "namespace",
                                     "template", "case",   "asm",      "default",   "extern"};
static const char *const compound[] = {"if", "for", "while", "do", "switch", "else", "try", "catch"};

/* How a block, or a text between two statements, is looked at. */
typedef struct {
  size_t begin, end;
  const ck_ir *statement; /* that stands there; NULL: clang left it out */
  bool is_open;           /* a statement alone, whose ';' is not part of it */
} region;

typedef struct {
  bool has_block, returns, breaks, continues;
} traits;

static bool is_one_of(const char *const *words, size_t count, const char *text, size_t n) {
  for (size_t i = 0; i < count; i++)
    if (strlen(words[i]) == n && strncmp(words[i], text, n) == 0) return true;
  return false;
}

#define IS_ONE_OF(words, text, n) is_one_of(words, sizeof(words) / sizeof *(words), text, n)

static bool is_word_there(const ck_fe_file *file, size_t at, size_t n, const char *word) {
  return strlen(word) == n && strncmp(file->text + at, word, n) == 0;
}

/* A macro of the project that may name anything; one that stands for numbers is as good as these. */
static bool is_macro_of_ours(ck_fe *fe, const char *word, size_t n) {
  const ck_map_entry *entry = ck_map_find(&fe->own_macros, ck_ir_intern_n(fe->unit, word, n));
  return entry != NULL && entry->n != 0;
}

/* A name in capitals that is called, or begins a statement, may be a macro of a missing header: that is anything. */
static bool may_be_macro(const ck_fe_containment *c, size_t at, size_t n) {
  const ck_fe_file *file = c->file;
  size_t capitals = 0;
  for (size_t i = at; i < at + n; i++) {
    if (islower((unsigned char)file->text[i])) return false;
    capitals += isupper((unsigned char)file->text[i]) != 0;
  }
  if (capitals < 2 || ck_map_find(&c->fe->own_functions, ck_ir_intern_n(c->fe->unit, file->text + at, n))) return false;
  size_t next = ck_fe_skip_space(file, at + n);
  char before = ck_fe_char_before(file, at);
  return (next < file->size && file->text[next] == '(' && !strchr(":.", before)) || strchr(";{}", before) != NULL;
}

/* Does a lambda begin at the '[' that holds on to something in sight, and may change it whenever it is called? */
static bool captures(const ck_fe_file *file, size_t begin, size_t at) {
  size_t next = ck_fe_skip_space(file, at + 1);
  if (next < file->size && file->text[next] == ']') return false;
  char before = at > begin ? ck_fe_char_before(file, at) : ';';
  return !ck_fe_is_word(before) && !strchr(")]>", before);
}

/* Reads a region's text; false if it is not whole statements, or holds what is not contained. */
static bool read_text(const ck_fe_containment *c, const region *r, traits *t) {
  const ck_fe_file *file = c->file;
  char open[64];
  size_t depth = 0;
  char last = 0;
  *t = (traits){false};
  for (size_t at = ck_fe_skip_space(file, r->begin); at < r->end; at = ck_fe_skip_space(file, at)) {
    char now = last = file->text[at];
    if (now == '"' || now == '\'') {
      at = ck_fe_skip_literal(file, at);
      continue;
    }
    size_t n = 0;
    while (at + n < r->end && ck_fe_is_word(file->text[at + n])) n++;
    if (n > 0) {
      const char *word = file->text + at;
      if (IS_ONE_OF(beyond, word, n) || is_macro_of_ours(c->fe, word, n) || may_be_macro(c, at, n)) return false;
      t->has_block |= IS_ONE_OF(compound, word, n);
      t->returns |= is_word_there(file, at, n, "return");
      t->breaks |= is_word_there(file, at, n, "break");
      t->continues |= is_word_there(file, at, n, "continue");
      at += n;
      continue;
    }
    if (now == '#' || (now == '[' && captures(file, r->begin, at))) return false;
    if (strchr("([{", now)) {
      if (depth == sizeof open) return false;
      t->has_block |= now == '{' && depth == 0;
      open[depth++] = now == '(' ? ')' : now == '[' ? ']' : '}';
    } else if (strchr(")]}", now)) {
      if (depth == 0 || open[--depth] != now) return false;
    }
    at++;
  }
  return depth == 0 && (r->is_open || last == ';' || last == '}');
}

/* Errors in a text --------------------------------------------------------------------------------------------------
 */

typedef struct {
  size_t n;
  bool has_syntax;
} touched;

static touched errors_between(const ck_fe_containment *c, size_t begin, size_t end) {
  touched t = {0};
  for (size_t i = 0; i < c->errors.n; i++) {
    if (c->errors.at[i].begin < begin || c->errors.at[i].begin >= end) continue;
    t.n++;
    t.has_syntax |= c->errors.at[i].is_syntax;
  }
  return t;
}

/* What stands instead -----------------------------------------------------------------------------------------------
 */

static ck_ir *unknown(ck_fe_containment *c, ck_loc loc, const ck_ir_type *type) {
  ck_ir *node = ck_ir_node_new(c->fe->unit, CK_IR_UNKNOWN, loc);
  node->name = ck_ir_intern(c->fe->unit, reason);
  node->flags = CK_IR_F_CONTAINED;
  node->type = type;
  return node;
}

/* What was handed over once may be kept, and be changed by each later one as well. */
static void set_reached(ck_fe_containment *c, ck_ir *node, const ck_ir *inside) {
  ck_fe_nodes kids = {0};
  for (size_t i = 0; i < c->reached.n; i++) ck_vec_push(&kids, c->reached.at[i]);
  if (inside != NULL) ck_vec_push(&kids, (ck_ir *)(uintptr_t)inside);
  ck_fe_set_kids(c->fe, node, &kids);
  free(kids.at);
}

static ck_ir *unknown_for(ck_fe_containment *c, const region *r, ck_loc loc, const ck_ir *inside,
                          const ck_ir_type *type) {
  ck_ir *node = unknown(c, loc, type);
  ck_fe_nodes named = {0};
  if (ck_fe_reach_names(c, r->begin, r->end, loc, &named)) node->flags |= CK_IR_F_GLOBAL;
  for (size_t i = 0; i < named.n; i++) ck_vec_push(&c->reached, named.at[i]);
  free(named.at);
  if (c->loops) ck_vec_push(&c->repeated, node);
  set_reached(c, node, inside);
  return node;
}

static ck_ir *returning(ck_fe_containment *c, ck_loc loc) {
  ck_ir *node = ck_ir_node_new(c->fe->unit, CK_IR_RETURN, loc);
  const ck_ir_type *type = c->function->type;
  bool has_value = type != NULL && type->kind != CK_IR_T_VOID && !(c->function->flags & (CK_IR_F_CTOR | CK_IR_F_DTOR));
  ck_fe_set_kid(c->fe, node, has_value ? unknown(c, loc, type) : NULL);
  return node;
}

/* if (unknown) statement */
static ck_ir *perhaps(ck_fe_containment *c, ck_loc loc, ck_ir *statement) {
  ck_ir *node = ck_ir_node_new(c->fe->unit, CK_IR_IF, loc), *block = ck_ir_node_new(c->fe->unit, CK_IR_BLOCK, loc);
  ck_fe_set_kid(c->fe, block, statement);
  ck_ir_set_kids(c->fe->unit, node, (ck_ir *[]){NULL, unknown(c, loc, NULL), block, NULL}, 4);
  return node;
}

/* A declaration of variables: they are there, with values that are not known. */
static ck_ir *declared(ck_fe_containment *c, const ck_ir *declaration) {
  ck_ir *node = ck_ir_node_new(c->fe->unit, CK_IR_DECL, declaration->loc);
  ck_fe_nodes kids = {0};
  for (uint32_t i = 0; i < declaration->nkids; i++) {
    if (declaration->kids[i] == NULL || declaration->kids[i]->kind != CK_IR_VAR) continue;
    ck_ir *variable = ck_ir_node_new(c->fe->unit, CK_IR_VAR, declaration->kids[i]->loc);
    *variable = *declaration->kids[i];
    ck_ir *value = unknown(c, variable->loc, variable->type);
    if (ck_ir_kid(variable, 0)) ck_fe_set_kid(c->fe, value, variable->kids[0]); /* loads in it are counted */
    ck_fe_set_kid(c->fe, variable, value);
    ck_vec_push(&kids, variable);
  }
  ck_fe_set_kids(c->fe, node, &kids);
  free(kids.at);
  return node;
}

static ck_loc place_at(ck_fe_containment *c, size_t begin, size_t end) {
  unsigned line, column;
  begin = ck_fe_skip_space(c->file, begin);
  clang_getFileLocation(clang_getLocationForOffset(c->fe->tu, c->file->file, (unsigned)begin), NULL, &line, &column,
                        NULL);
  return (ck_loc){.file = c->file->name,
                  .line = line,
                  .column = column,
                  .begin = (uint32_t)begin,
                  .end = (uint32_t)(end > begin ? end : begin)};
}

/* A region that an error touches, as an unknown statement. */
static void replace(ck_fe_containment *c, const region *r, ck_fe_nodes *out) {
  traits t;
  touched errors = errors_between(c, r->begin, r->end);
  if (!read_text(c, r, &t) || (errors.has_syntax && t.has_block)) {
    c->failed = true;
    return;
  }
  ck_loc loc = r->statement ? r->statement->loc : place_at(c, r->begin, r->end);
  bool is_return = r->statement && r->statement->kind == CK_IR_RETURN;
  const ck_ir *inside = r->statement && r->statement->kind != CK_IR_DECL ? r->statement : NULL;
  ck_vec_push(out, unknown_for(c, r, loc, inside, NULL));
  if (r->statement && r->statement->kind == CK_IR_DECL) {
    ck_vec_push(out, declared(c, r->statement));
    for (uint32_t i = 0; i < r->statement->nkids; i++)
      if (r->statement->kids[i] && r->statement->kids[i]->kind == CK_IR_VAR)
        ck_vec_push(&c->scope, r->statement->kids[i]);
  }
  if (is_return) ck_vec_push(out, returning(c, loc));
  else if (t.returns) ck_vec_push(out, perhaps(c, loc, returning(c, loc)));
  if (c->loops && t.breaks) ck_vec_push(out, perhaps(c, loc, ck_ir_node_new(c->fe->unit, CK_IR_BREAK, loc)));
  if (c->loops && t.continues) ck_vec_push(out, perhaps(c, loc, ck_ir_node_new(c->fe->unit, CK_IR_CONTINUE, loc)));
}

/* Statements --------------------------------------------------------------------------------------------------------
 */

static ck_ir *contain_block(ck_fe_containment *c, const ck_ir *block);

static void see(ck_fe_containment *c, const ck_ir *node) {
  if (node == NULL) return;
  if (node->kind == CK_IR_VAR || node->kind == CK_IR_PARAM) ck_vec_push(&c->scope, node);
  if (node->kind == CK_IR_DECL || node->kind == CK_IR_BINDING)
    for (uint32_t i = 0; i < node->nkids; i++)
      if (node->kids[i] && (node->kids[i]->kind == CK_IR_VAR || node->kids[i]->kind == CK_IR_BINDING))
        see(c, node->kids[i]);
}

/* Which kid of a compound statement is its i-th block; -1: it has no more. */
static int block_of(const ck_ir *statement, int i) {
  static const struct {
    ck_ir_kind kind;
    int at[2];
  } rows[] = {{CK_IR_IF, {2, 3}},
              {CK_IR_FOR, {3, -1}},
              {CK_IR_RANGE_FOR, {2, -1}},
              {CK_IR_WHILE, {1, -1}},
              {CK_IR_DO, {0, -1}}};
  if (statement->kind == CK_IR_TRY) return i < (int)statement->nkids ? i : -1;
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++)
    if (rows[k].kind == statement->kind && i < 2) return rows[k].at[i];
  return -1;
}

static bool is_loop(const ck_ir *node) {
  return node->kind == CK_IR_FOR || node->kind == CK_IR_RANGE_FOR || node->kind == CK_IR_WHILE ||
         node->kind == CK_IR_DO;
}

/* The condition of an `if` or `while` that does not compile. */
static ck_ir *contain_condition(ck_fe_containment *c, const ck_ir *condition, size_t begin, size_t end) {
  size_t open = begin;
  while (open < end && c->file->text[open] != '(') open++;
  region r = {.begin = open + 1, .end = end, .is_open = true};
  while (r.end > r.begin && c->file->text[r.end - 1] != ')') r.end--;
  if (r.end > r.begin) r.end--;
  traits t;
  touched errors = errors_between(c, begin, end);
  if (errors.has_syntax || condition == NULL || condition->kind == CK_IR_DECL || !read_text(c, &r, &t)) {
    c->failed = true;
    return NULL;
  }
  return unknown_for(c, &r, condition->loc, condition, condition->type);
}

/* A compound statement with the errors in its blocks contained; NULL if some are elsewhere. */
static ck_ir *contain_compound(ck_fe_containment *c, const ck_ir *statement) {
  size_t scope = c->scope.n, placed = 0, all = errors_between(c, statement->loc.begin, statement->loc.end).n;
  int first = block_of(statement, 0);
  if (first < 0) return NULL;
  for (int i = 0, at; (at = block_of(statement, i)) >= 0; i++) {
    const ck_ir *kid = ck_ir_kid(statement, (uint32_t)at);
    if (kid != NULL) placed += errors_between(c, kid->loc.begin, kid->loc.end).n;
  }
  const ck_ir *block = ck_ir_kid(statement, (uint32_t)first);
  bool has_condition = statement->kind == CK_IR_IF || statement->kind == CK_IR_WHILE;
  int condition_at = statement->kind == CK_IR_IF ? 1 : 0;
  size_t header = !has_condition || block == NULL ? 0 : errors_between(c, statement->loc.begin, block->loc.begin).n;
  if (placed + header != all || (header > 0 && statement->kind == CK_IR_IF && ck_ir_kid(statement, 0) != NULL))
    return NULL;
  ck_ir *node = ck_ir_node_new(c->fe->unit, statement->kind, statement->loc);
  *node = *statement;
  ck_fe_nodes kids = {0};
  for (uint32_t i = 0; i < statement->nkids; i++) {
    const ck_ir *kid = statement->kids[i];
    see(c, kid);
    ck_vec_push(&kids, (ck_ir *)(uintptr_t)kid);
  }
  if (kids.at == NULL) return NULL; /* it has blocks */
  if (header > 0)
    kids.at[condition_at] = contain_condition(c, statement->kids[condition_at], statement->loc.begin, block->loc.begin);
  c->loops += is_loop(statement);
  for (int i = 0, at; !c->failed && (at = block_of(statement, i)) >= 0; i++) {
    const ck_ir *kid = ck_ir_kid(statement, (uint32_t)at);
    if (kid == NULL || errors_between(c, kid->loc.begin, kid->loc.end).n == 0) continue;
    if (kid->kind == CK_IR_CATCH) {
      size_t outer = c->scope.n;
      see(c, ck_ir_kid(kid, 0));
      ck_ir *handler = ck_ir_node_new(c->fe->unit, CK_IR_CATCH, kid->loc);
      ck_ir *body = ck_ir_kid(kid, 1) ? contain_block(c, kid->kids[1]) : NULL;
      if (c->failed || body == NULL) break;
      ck_ir_set_kids(c->fe->unit, handler, (ck_ir *[]){kid->kids[0], body}, 2);
      kids.at[at] = handler;
      c->scope.n = outer;
    } else {
      kids.at[at] = contain_block(c, kid);
    }
  }
  c->loops -= is_loop(statement);
  c->scope.n = scope;
  if (!c->failed) ck_fe_set_kids(c->fe, node, &kids);
  free(kids.at);
  return node;
}

/* Behind the statement, and behind the ';' that ends it. */
static size_t end_of_statement(const ck_fe_containment *c, const ck_ir *statement, size_t stop) {
  size_t at = ck_fe_skip_space(c->file, statement->loc.end);
  return at < stop && c->file->text[at] == ';' ? at + 1 : statement->loc.end;
}

static void contain_gap(ck_fe_containment *c, size_t begin, size_t end, ck_fe_nodes *out) {
  if (errors_between(c, begin, end).n > 0) replace(c, &(region){.begin = begin, .end = end}, out);
}

/* Are the braces of a block's text those of the tree? */
static bool is_balanced(const ck_fe_file *file, size_t begin, size_t end) {
  int depth = 0;
  for (size_t at = ck_fe_skip_space(file, begin); at < end; at = ck_fe_skip_space(file, at)) {
    char c = file->text[at];
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (depth < 0) return false;
    at = c == '"' || c == '\'' ? ck_fe_skip_literal(file, at) : at + 1;
  }
  return depth == 0;
}

static ck_ir *contain_block(ck_fe_containment *c, const ck_ir *block) {
  ck_ir *node = ck_ir_node_new(c->fe->unit, CK_IR_BLOCK, block->loc);
  bool is_braced = block->loc.end > block->loc.begin + 1 && c->file->text[block->loc.begin] == '{';
  size_t at = block->loc.begin + is_braced, stop = block->loc.end - is_braced, scope = c->scope.n;
  ck_fe_nodes list = {0};
  if (block->kind != CK_IR_BLOCK || (is_braced && !is_balanced(c->file, at, stop))) c->failed = true;
  for (uint32_t i = 0; i < block->nkids && !c->failed; i++) {
    const ck_ir *kid = block->kids[i];
    if (kid == NULL) continue;
    if (kid->loc.file != c->file->name || kid->loc.begin < at || kid->loc.end > stop) {
      c->failed = true; /* a macro's, or a statement that clang sees elsewhere than it is written */
      break;
    }
    contain_gap(c, at, kid->loc.begin, &list);
    at = end_of_statement(c, kid, stop);
    if (c->failed) break;
    if (errors_between(c, kid->loc.begin, at).n == 0) {
      ck_vec_push(&list, (ck_ir *)(uintptr_t)kid);
      see(c, kid);
      continue;
    }
    ck_ir *compound_node = kid->kind == CK_IR_BLOCK ? contain_block(c, kid) : contain_compound(c, kid);
    if (compound_node != NULL) ck_vec_push(&list, compound_node);
    else if (!c->failed) replace(c, &(region){kid->loc.begin, at, kid, !is_braced}, &list);
  }
  if (!c->failed) contain_gap(c, at, stop, &list);
  c->scope.n = scope;
  if (!c->failed) ck_fe_set_kids(c->fe, node, &list);
  free(list.at);
  return node;
}

/* Constructors' initialisers ----------------------------------------------------------------------------------------
 */

/* Behind the bracket that closes the one at `at`; 0 if there is none before `stop`. */
static size_t behind_bracket(const ck_fe_file *file, size_t at, size_t stop) {
  int depth = 0;
  for (; at < stop; at = ck_fe_skip_space(file, at)) {
    char c = file->text[at];
    if (c == '#') return 0;
    depth += c != 0 && strchr("([{", c) ? 1 : c != 0 && strchr(")]}", c) ? -1 : 0;
    if (depth == 0) return at + 1;
    at = c == '"' || c == '\'' ? ck_fe_skip_literal(file, at) : at + 1;
  }
  return 0;
}

static CXCursor field_named(ck_fe *fe, CXCursor constructor, const char *name, size_t n) {
  CXCursor found = clang_getNullCursor();
  ck_fe_cursors kids = {0};
  ck_fe_children(clang_getCursorSemanticParent(constructor), &kids);
  for (size_t i = 0; i < kids.n; i++) {
    const char *other = ck_fe_spelling(fe, kids.at[i]);
    if (clang_getCursorKind(kids.at[i]) == CXCursor_FieldDecl && strlen(other) == n && strncmp(other, name, n) == 0)
      found = kids.at[i];
  }
  free(kids.at);
  return found;
}

/* `member(...)` in [at, end), its value in [open, end): what it is given is not known. */
static bool contain_initialiser(ck_fe_containment *c, CXCursor constructor, size_t at, size_t open, size_t end,
                                ck_fe_nodes *out) {
  size_t n = 0;
  while (at + n < open && ck_fe_is_word(c->file->text[at + n])) n++;
  CXCursor field = field_named(c->fe, constructor, c->file->text + at, n);
  region r = {.begin = open + 1, .end = end - 1, .is_open = true};
  traits t;
  if (clang_Cursor_isNull(field) || errors_between(c, at, end).has_syntax || !read_text(c, &r, &t)) return false;
  ck_ir *init = ck_ir_node_new(c->fe->unit, CK_IR_CTOR_INIT, place_at(c, at, end));
  init->name = ck_fe_spelling(c->fe, field);
  init->usr = ck_fe_usr(c->fe, field);
  init->type = ck_fe_type_of(c->fe, field);
  ck_fe_set_kid(c->fe, init, unknown_for(c, &r, init->loc, NULL, init->type));
  for (size_t i = 0; i < out->n; i++) /* what clang kept of it */
    if (out->at[i] && out->at[i]->kind == CK_IR_CTOR_INIT && strcmp(out->at[i]->usr, init->usr) == 0) {
      out->at[i] = init;
      return true;
    }
  ck_vec_push(out, init);
  return true;
}

/* What stands between the parameters and the body. False if an error there is not in the initialiser of a member. */
static bool contain_initialisers(ck_fe_containment *c, CXCursor constructor, size_t begin, size_t body,
                                 ck_fe_nodes *out) {
  const ck_fe_file *file = c->file;
  size_t at = begin;
  while (at < body && file->text[at] != '(') at++;
  at = at < body ? behind_bracket(file, at, body) : 0;
  if (at == 0 || errors_between(c, begin, at).n > 0) return false;
  while (at < body && file->text[at] != ':') at++;
  for (at = ck_fe_skip_space(file, at + 1); at < body;) {
    size_t open = at, end;
    while (open < body && ck_fe_is_word(file->text[open])) open++;
    open = ck_fe_skip_space(file, open);
    end = open < body && strchr("({", file->text[open]) ? behind_bracket(file, open, body) : 0;
    if (end == 0) return errors_between(c, at, body).n == 0;
    if (errors_between(c, at, end).n > 0 && !contain_initialiser(c, constructor, at, open, end, out)) return false;
    at = ck_fe_skip_space(file, end);
    if (at < body && file->text[at] == ',') at = ck_fe_skip_space(file, at + 1);
  }
  return true;
}

/* ------------------------------------------------------------------------------------------------------------------ */

/* The errors that lie in the function; false if one is in no place where it can be contained. */
static bool collect(ck_fe_containment *c, CXCursor function, const ck_ir *body, unsigned *begin_of_function) {
  const ck_fe_file *file;
  unsigned begin, end;
  if (clang_isInvalidDeclaration(function) || !ck_fe_extent(c->fe, function, &file, &begin, &end)) return false;
  if (file->text == NULL || file->name != body->loc.file || body->kind != CK_IR_BLOCK) return false;
  if (body->loc.end > file->size || body->loc.begin >= body->loc.end || file->text[body->loc.begin] != '{')
    return false;
  c->file = file;
  for (size_t i = 0; i < c->fe->errors.n; i++) {
    const ck_fe_error *error = &c->fe->errors.at[i];
    if (!error->file || !clang_File_isEqual(error->file, file->file) || error->end < begin || error->begin > end)
      continue;
    bool before = error->begin <= body->loc.begin;
    if ((before && !(c->function->flags & CK_IR_F_CTOR)) || error->end >= body->loc.end - 1 ||
        error->end != error->begin)
      return false;
    c->before_body |= before;
    ck_vec_push(&c->errors, *error);
  }
  *begin_of_function = begin;
  return c->errors.n > 0;
}

ck_ir *ck_fe_contain_errors(ck_fe *fe, CXCursor function, const ck_ir *node, ck_fe_nodes *params, const ck_ir *body) {
  ck_fe_containment c = {.fe = fe, .function = node};
  ck_ir *result = NULL;
  ck_map_init(&c.members);
  unsigned begin;
  if (!fe->in_pattern && collect(&c, function, body, &begin)) {
    for (size_t i = 0; i < params->n; i++) see(&c, params->at[i]);
    if (node->flags & CK_IR_F_METHOD) ck_fe_reach_members(&c, clang_getCursorSemanticParent(function));
    if (c.before_body && !contain_initialisers(&c, function, begin, body->loc.begin, params)) c.failed = true;
    if (!c.failed) result = contain_block(&c, body);
  }
  for (size_t i = 0; i < c.repeated.n; i++) { /* of a loop's, each may come after each other */
    ck_ir *again = c.repeated.at[i], *last = again->nkids ? again->kids[again->nkids - 1] : NULL;
    bool is_name = false;
    for (size_t k = 0; k < c.reached.n; k++) is_name |= c.reached.at[k] == last;
    set_reached(&c, again, is_name ? NULL : last);
  }
  if (result != NULL && !c.failed) {
    /* a `return` that was left out at the end */
    const ck_ir *last = result->nkids ? result->kids[result->nkids - 1] : NULL;
    bool falls_off = last != NULL && (last->kind == CK_IR_UNKNOWN || last->kind == CK_IR_IF) &&
                     last != ck_ir_kid(body, body->nkids - 1);
    bool has_value =
        node->type != NULL && node->type->kind != CK_IR_T_VOID && !(node->flags & (CK_IR_F_CTOR | CK_IR_F_DTOR));
    if (falls_off && has_value) {
      ck_fe_nodes list = {0};
      for (uint32_t i = 0; i < result->nkids; i++) ck_vec_push(&list, result->kids[i]);
      ck_vec_push(&list, returning(&c, last->loc));
      ck_fe_set_kids(fe, result, &list);
      free(list.at);
    }
  }
  ck_map_release(&c.members);
  free(c.member_cursors.at);
  free(c.scope.at);
  free(c.errors.at);
  free(c.reached.at);
  free(c.repeated.at);
  return c.failed ? NULL : result;
}

bool ck_fe_names_of_rest(ck_fe *fe, CXCursor function, const ck_ir *node, const ck_fe_nodes *params, unsigned begin,
                         ck_loc loc, ck_fe_nodes *out) {
  ck_fe_containment c = {.fe = fe, .function = node};
  unsigned from, end;
  if (!ck_fe_extent(fe, function, &c.file, &from, &end) || c.file->text == NULL || end > c.file->size) return true;
  ck_map_init(&c.members);
  for (size_t i = 0; i < params->n; i++) see(&c, params->at[i]);
  if (node->flags & CK_IR_F_METHOD) ck_fe_reach_members(&c, clang_getCursorSemanticParent(function));
  ck_fe_nodes names = {0};
  bool calls_ours = ck_fe_reach_names(&c, begin > from ? begin : from, end, loc, &names);
  for (size_t i = 0; i < names.n; i++) ck_vec_push(out, names.at[i]);
  free(names.at);
  ck_map_release(&c.members);
  free(c.member_cursors.at);
  free(c.scope.at);
  return calls_ours;
}
