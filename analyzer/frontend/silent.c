/* silent.c - the errors that clang does not tell.
 *
 * Where a header is missing, clang reports what it cannot declare, once, and is silent about what follows from it. A
 * statement that uses an invalid declaration (`cv::Mat mean_;`, then `mean_.convertTo(mean_, n)`) is left out without a
 * word, and an initialiser, too. And a macro that the header would have defined is no error in a condition: `#if
 * USE_BIAS` is 0. Read as it stands, such code says things that are not so. Hence two kinds of errors are added to
 * those of the parse:
 *
 * - each place that has the name of an invalid variable, member, function or alias, and where clang's tree has nothing
 *   of that name: the use was left out. (Another variable of the same name has its reference there.) So does each use
 * of what has a stand-in for its type (stand_in.c), and each call that an invalid function of the same name may be
 * meant by (for constructors, eval/overload.c has a look at that).
 * - if a header was not found, each `#if ... #endif` that asks for a macro which neither the project nor the flags
 *   define: the other branch may be the one that counts.
 *
 * Classes are not looked for by name: an invalid one opens its objects as it is. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "frontend/frontend_int.h"

/* Macros that no missing header defines: the platform's, libtorch's and the compiler's. */
static const char *const known_prefixes[] = {"_", "TORCH_", "AT_", "C10_", "CAFFE2_", "NDEBUG", "WIN32", "defined"};

typedef struct {
  ck_fe *fe;
  CK_VEC(const ck_fe_file *) files; /* the project's own */
  ck_map names;                     /* of invalid declarations */
  CK_VEC(ck_fe_error) bodies;       /* of functions: what is declared there is no function */
} search;

static bool holds(const ck_map *map, const char *word, size_t n) {
  char name[256];
  if (n >= sizeof name) return false;
  memcpy(name, word, n);
  name[n] = 0;
  return ck_map_find(map, name) != NULL;
}

static void put(ck_map *map, const char *word, size_t n) {
  char name[256];
  if (n == 0 || n >= sizeof name) return;
  memcpy(name, word, n);
  name[n] = 0;
  ck_map_put(map, name, NULL);
}

/* Uses of invalid declarations ------------------------------------------------------------------------------------- */

static bool is_named_by_use(enum CXCursorKind kind) {
  switch (kind) {
  case CXCursor_VarDecl:
  case CXCursor_ParmDecl:
  case CXCursor_FieldDecl:
  case CXCursor_FunctionDecl:
  case CXCursor_CXXMethod:
  case CXCursor_TypedefDecl:
  case CXCursor_TypeAliasDecl: return true;
  default: return false;
  }
}

static bool is_function(enum CXCursorKind kind) {
  switch (kind) {
  case CXCursor_FunctionDecl:
  case CXCursor_FunctionTemplate:
  case CXCursor_CXXMethod:
  case CXCursor_Constructor: return true;
  default: return false;
  }
}

static bool is_in_function(CXCursor cursor) {
  return is_function(clang_getCursorKind(clang_getCursorSemanticParent(cursor)));
}

/* An invalid declaration, or one whose type a stand-in is part of. */
static bool is_unknown(ck_fe *fe, CXCursor declaration) {
  return clang_isInvalidDeclaration(declaration) ||
         (fe->stand_ins->members.n > 0 && ck_fe_mentions_stand_in(clang_getCursorType(declaration)));
}

/* `OBJECT torch::nn::Linear fc;` is a member named `torch::nn::Linear` to clang, where a missing header's macro leads.
 */
static bool is_misread(ck_fe *fe, CXCursor cursor) {
  CXFile file;
  unsigned at;
  if (clang_getCursorKind(cursor) != CXCursor_FieldDecl) return false;
  clang_getFileLocation(clang_getCursorLocation(cursor), &file, NULL, NULL, &at);
  const ck_fe_file *source = file ? ck_fe_file_of(fe, file) : NULL;
  return source && source->text && ck_fe_char_before(source, at) == ':';
}

static enum CXChildVisitResult note_invalid(CXCursor cursor, CXCursor parent, CXClientData data) {
  search *s = data;
  bool is_top = clang_getCursorKind(parent) == CXCursor_TranslationUnit;
  if (is_top && ck_fe_is_external(s->fe, cursor)) return CXChildVisit_Continue;
  enum CXCursorKind kind = clang_getCursorKind(cursor);
  if (is_named_by_use(kind) && is_unknown(s->fe, cursor)) {
    const char *name = ck_fe_spelling(s->fe, cursor);
    if (kind == CXCursor_FunctionDecl || kind == CXCursor_CXXMethod) ck_vec_push(&s->fe->hidden, cursor);
    if (ck_fe_is_word(*name) && !is_misread(s->fe, cursor)) {
      put(&s->names, name, strlen(name));
      if (!is_in_function(cursor)) put(&s->fe->own_functions, name, strlen(name)); /* of an unknown type */
    }
  }
  if (clang_getCursorKind(cursor) == CXCursor_CompoundStmt && is_function(clang_getCursorKind(parent))) {
    ck_fe_error body = {0};
    clang_getFileLocation(clang_getRangeStart(clang_getCursorExtent(cursor)), &body.file, NULL, NULL, &body.begin);
    clang_getFileLocation(clang_getRangeEnd(clang_getCursorExtent(cursor)), NULL, NULL, NULL, &body.end);
    ck_vec_push(&s->bodies, body);
  }
  if (is_function(clang_getCursorKind(cursor))) {
    const char *name = ck_fe_spelling(s->fe, cursor);
    put(&s->fe->own_functions, name, strcspn(name, "<"));
  }
  return CXChildVisit_Recurse;
}

/* A function that stands for another one beside it, if the types of that were known: the call may be meant for it. */
static bool is_overloaded_unseen(ck_fe *fe, CXCursor function) {
  enum CXCursorKind kind = clang_getCursorKind(function);
  if (kind != CXCursor_FunctionDecl && kind != CXCursor_CXXMethod) return false;
  CXCursor scope = clang_getCursorSemanticParent(function);
  const char *name = ck_fe_spelling(fe, function);
  for (size_t i = 0; i < fe->hidden.n; i++)
    if (clang_equalCursors(scope, clang_getCursorSemanticParent(fe->hidden.at[i])) &&
        strcmp(name, ck_fe_spelling(fe, fe->hidden.at[i])) == 0)
      return true;
  return false;
}

/* Is there anything in the tree that stands for the n characters at `at`, and for something valid? */
static bool is_in_tree(ck_fe *fe, const ck_fe_file *file, size_t at, size_t n) {
  CXCursor cursor = clang_getCursor(fe->tu, clang_getLocationForOffset(fe->tu, file->file, (unsigned)at));
  enum CXCursorKind kind = clang_getCursorKind(cursor);
  if (!clang_isExpression(kind) && !clang_isReference(kind) && !clang_isDeclaration(kind)) return false;
  CXCursor meant = clang_getCursorReferenced(cursor);
  if (!clang_isDeclaration(kind) && (is_unknown(fe, meant) || is_overloaded_unseen(fe, meant))) return false;
  const char *name = ck_fe_spelling(fe, cursor);
  bool is_recovered = kind == CXCursor_UnexposedExpr && !*name; /* what clang keeps of an expression that is wrong */
  if (is_recovered && clang_isInvalid(clang_getCursorKind(meant))) return false;
  CXFile where;
  unsigned offset;
  clang_getFileLocation(clang_getCursorLocation(cursor), &where, NULL, NULL, &offset);
  if (where && offset == at && clang_File_isEqual(where, file->file)) return true;
  size_t length = strlen(name);
  return length >= n && strncmp(name + length - n, file->text + at, n) == 0;
}

/* Where the name (a::b::c) begins whose last part stands at `at`. */
static size_t begin_of_name(const ck_fe_file *file, size_t at) {
  while (at > 2 && file->text[at - 1] == ':' && file->text[at - 2] == ':') {
    at -= 2;
    while (at > 0 && ck_fe_is_word(file->text[at - 1])) at--;
  }
  return at;
}

static bool is_in_body(const search *s, const ck_fe_file *file, size_t at) {
  for (size_t i = 0; i < s->bodies.n; i++) {
    const ck_fe_error *body = &s->bodies.at[i];
    if (body->file && clang_File_isEqual(body->file, file->file) && at > body->begin && at < body->end) return true;
  }
  return false;
}

/* Names that look like those of functions that are declared, `Image render(`: clang leaves out declarations of unknown
 * types. */
static void note_functions(search *s, const ck_fe_file *file) {
  static const char *const keywords[] = {"return", "else", "new", "throw", "case", "delete", "do"};
  size_t at = 0, n;
  for (; (n = ck_fe_next_word(file, &at, file->size)) > 0; at += n) {
    size_t next = ck_fe_skip_space(file, at + n), begin = begin_of_name(file, at), last = begin;
    if (next >= file->size || file->text[next] != '(') continue;
    while (last > 0 && isspace((unsigned char)file->text[last - 1])) last--;
    size_t word = last;
    while (word > 0 && ck_fe_is_word(file->text[word - 1])) word--;
    bool is_declared = last > 0 && (ck_fe_is_word(file->text[last - 1]) || strchr("*&>", file->text[last - 1]));
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
      if (strlen(keywords[i]) == last - word && strncmp(keywords[i], file->text + word, last - word) == 0)
        is_declared = false;
    if (is_declared && !is_in_body(s, file, at)) put(&s->fe->own_functions, file->text + at, n);
  }
}

static void add_uses(search *s, const ck_fe_file *file) {
  size_t at = 0, n;
  for (; (n = ck_fe_next_word(file, &at, file->size)) > 0; at += n)
    if (holds(&s->names, file->text + at, n) && !is_in_tree(s->fe, file, at, n))
      ck_vec_push(&s->fe->errors, (ck_fe_error){file->file, (unsigned)at, (unsigned)at, false, false});
}

/* Conditions on macros that nobody defines ------------------------------------------------------------------------- */

/* Calls `each` for every directive of the file: its word, and its operand up to the end of its (continued) line. */
typedef void each_directive(search *s, const ck_fe_file *file, size_t hash, const char *word, size_t n, size_t operand,
                            size_t end, void *context);

static size_t line_end(const ck_fe_file *file, size_t at) {
  for (; at < file->size && file->text[at] != '\n'; at++)
    if (file->text[at] == '\\' && at + 1 < file->size) at++;
  return at;
}

static void directives(search *s, const ck_fe_file *file, each_directive *each, void *context) {
  bool starts = true;
  for (size_t at = 0; at < file->size;) {
    char c = file->text[at];
    if (c == '#' && starts) {
      size_t word = at + 1, n = 0, end = line_end(file, at);
      while (word < end && (file->text[word] == ' ' || file->text[word] == '\t')) word++;
      while (word + n < end && ck_fe_is_word(file->text[word + n])) n++;
      each(s, file, at, file->text + word, n, word + n, end, context);
      at = end;
    } else if (c == '/' && ck_fe_skip_space(file, at) > at) {
      at = ck_fe_skip_space(file, at);
      starts = at > 0 && file->text[at - 1] == '\n';
    } else if (c == '"' || c == '\'') {
      at = ck_fe_skip_literal(file, at);
    } else {
      starts = c == '\n' || (starts && isspace((unsigned char)c));
      at++;
    }
  }
}

static bool is_directive(const char *word, size_t n, const char *name) {
  return strlen(name) == n && strncmp(word, name, n) == 0;
}

static void add_macro(ck_fe *fe, const char *name, size_t n, bool names_something) {
  char text[256];
  if (n == 0 || n >= sizeof text) return;
  memcpy(text, name, n);
  text[n] = 0;
  ck_map_put(&fe->own_macros, text, NULL)->n |= names_something;
}

static void note_macro(search *s, const ck_fe_file *file, size_t hash, const char *word, size_t n, size_t operand,
                       size_t end, void *context) {
  (void)hash;
  (void)context;
  if (!is_directive(word, n, "define")) return;
  size_t length = ck_fe_next_word(file, &operand, end), behind = operand + length;
  bool takes_arguments = behind < end && file->text[behind] == '(';
  add_macro(s->fe, file->text + operand, length, takes_arguments || ck_fe_next_word(file, &behind, end) > 0);
}

static bool asks_for_unknown(search *s, const ck_fe_file *file, size_t operand, size_t end) {
  size_t n;
  for (; operand < end && (n = ck_fe_next_word(file, &operand, end)) > 0; operand += n) {
    bool known = holds(&s->fe->own_macros, file->text + operand, n);
    for (size_t i = 0; i < sizeof known_prefixes / sizeof *known_prefixes; i++)
      known |= strncmp(file->text + operand, known_prefixes[i], strlen(known_prefixes[i])) == 0;
    if (!known) return true;
  }
  return false;
}

typedef struct {
  size_t begin; /* of the #if */
  bool open;    /* one of its conditions asks for an unknown macro */
} branch;

typedef CK_VEC(branch) branches;

static void add_region(search *s, const ck_fe_file *file, size_t hash, const char *word, size_t n, size_t operand,
                       size_t end, void *context) {
  branches *stack = context;
  bool begins = is_directive(word, n, "if") || is_directive(word, n, "ifdef") || is_directive(word, n, "ifndef");
  bool goes_on = n >= 4 && strncmp(word, "elif", 4) == 0;
  if (begins) ck_vec_push(stack, (branch){hash, false});
  if (stack->n == 0) return;
  branch *top = &stack->at[stack->n - 1];
  if (begins || goes_on) top->open |= asks_for_unknown(s, file, operand, end);
  if (!is_directive(word, n, "endif")) return;
  if (top->open)
    ck_vec_push(&s->fe->errors, (ck_fe_error){file->file, (unsigned)top->begin, (unsigned)hash, true, false});
  stack->n--;
}

/* ------------------------------------------------------------------------------------------------------------------ */

static void add_file(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data) {
  search *s = data;
  (void)stack;
  (void)depth;
  const ck_fe_file *source = ck_fe_file_of(s->fe, file);
  if (!source->external && source->text) ck_vec_push(&s->files, source);
}

static void note_flags(search *s) {
  const ck_fe_options *options = s->fe->options;
  for (size_t i = 0; i < options->flag_count; i++) {
    const char *flag = options->flags[i];
    if (strncmp(flag, "-D", 2) != 0 && strncmp(flag, "-U", 2) != 0) continue;
    const char *name = flag[2] ? flag + 2 : i + 1 < options->flag_count ? options->flags[i + 1] : "";
    size_t length = strcspn(name, "=(");
    const char *value = name + length;
    add_macro(s->fe, name, length, value[strspn(value, "=0123456789.+-")] != 0);
  }
}

void ck_fe_silent_errors(ck_fe *fe, bool header_missing) {
  search s = {.fe = fe};
  ck_map_init(&s.names);
  ck_map_init(&fe->own_macros);
  ck_map_init(&fe->own_functions);
  clang_getInclusions(fe->tu, add_file, &s);
  clang_visitChildren(clang_getTranslationUnitCursor(fe->tu), note_invalid, &s);
  for (size_t i = 0; i < s.files.n && s.names.count; i++) add_uses(&s, s.files.at[i]);
  for (size_t i = 0; i < s.files.n; i++) note_functions(&s, s.files.at[i]);
  note_flags(&s);
  for (size_t i = 0; i < s.files.n; i++) directives(&s, s.files.at[i], note_macro, NULL);
  if (header_missing) {
    branches stack = {0};
    for (size_t i = 0; i < s.files.n; i++, stack.n = 0) directives(&s, s.files.at[i], add_region, &stack);
    free(stack.at);
  }
  free(s.files.at);
  free(s.bodies.at);
  ck_map_release(&s.names);
}
