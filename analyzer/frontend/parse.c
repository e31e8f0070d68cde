/* parse.c - one unit: flags, PCH, parse, instantiate, lower.
 *
 * A class specialisation whose constructor no visible code calls (std::make_shared<Net<16>>() calls it in a library's
 * body, which is skipped) is not instantiated. So the unit is parsed again with `template struct Net<16>;` appended for
 * each specialisation of a project template that the last lowering met, and a construction for each that a library
 * function forwards to (forward.c), until no new one appears. The text is appended behind the end of the file: no place
 * of the project's code moves. Before, it is parsed again where members of a class have types that nothing declares
 * (stand_in.c). */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "frontend/frontend_int.h"

#define MAX_SOURCE_BYTES ((size_t)256 << 20) /* far beyond any source file */

/* The first error is told, and each header that is missing: the cache waits for these to appear. */
#define MAX_ERRORS_TOLD 16

/* A class can be repaired once those are that its members are of. */
#define MAX_STAND_IN_PARSES 3

typedef struct {
  const ck_fe_options *options;
  ck_arena arena;
  ck_fe_flags flags; /* of the compile command, translated */
  char *content;     /* of the main file */
  size_t content_size;
  size_t instantiations; /* where they begin in it */
  ck_strbuf text;        /* content and what is appended */
  CXIndex index;
  char *pch;
  ck_fe_strings roots;    /* headers in the PCH that the unit depends on by name */
  ck_map specialisations; /* what is appended for each, in order */
  ck_fe_stand_ins stand_ins;
  CK_VEC(ck_ir_note) told; /* the errors of the first parse */
  bool has_errors;         /* it had any */
} session;

/* Errors -------------------------------------------------------------------------------------------------------- */

static bool is_error(CXDiagnostic diagnostic) {
  enum CXDiagnosticSeverity severity = clang_getDiagnosticSeverity(diagnostic);
  return severity == CXDiagnostic_Error || severity == CXDiagnostic_Fatal;
}

/* By clang's category; an unknown one counts as such. */
static bool is_syntax_error(CXDiagnostic diagnostic) {
  CXString category = clang_getDiagnosticCategoryText(diagnostic);
  bool is_semantic = strcmp(clang_getCString(category), "Semantic Issue") == 0;
  clang_disposeString(category);
  return !is_semantic;
}

/* Errors in the text that we appended ourselves say nothing about the user's code. */
static bool is_own(ck_fe *fe, CXSourceLocation location, unsigned offset) {
  return clang_Location_isFromMainFile(location) && offset >= fe->instantiations;
}

/* Does a quoted operand stand at the place of the error? */
static bool is_quoted(ck_fe *fe, const ck_fe_error *error) {
  const ck_fe_file *file = error->file ? ck_fe_file_of(fe, error->file) : NULL;
  return file == NULL || file->text == NULL || error->begin >= file->size || file->text[error->begin] != '<';
}

/* Does the error say that a name is not declared, or a class not defined? */
static bool is_undeclared(const char *text) {
  static const char *const marks[] = {"use of undeclared identifier",
                                      "unknown type name",
                                      "no template named",
                                      "no type named",
                                      "no member named",
                                      "incomplete type"};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
    if (strstr(text, marks[i])) return true;
  return false;
}

/* Returns whether a header was not found. */
static bool collect_errors(ck_fe *fe, bool note_first) {
  unsigned n = clang_getNumDiagnostics(fe->tu);
  bool noted = false, header_missing = false;
  for (unsigned i = 0; i < n; i++) {
    CXDiagnostic diagnostic = clang_getDiagnostic(fe->tu, i);
    if (is_error(diagnostic)) {
      CXSourceLocation location = clang_getDiagnosticLocation(diagnostic);
      ck_fe_error error;
      unsigned line, column;
      clang_getExpansionLocation(location, &error.file, &line, &column, &error.begin);
      error.end = error.begin;
      error.is_syntax = is_syntax_error(diagnostic);
      if (!is_own(fe, location, error.begin)) {
        CXString text = clang_getDiagnosticSpelling(diagnostic);
        error.undeclared = is_undeclared(clang_getCString(text));
        ck_vec_push(&fe->errors, error);
        bool is_missing = strstr(clang_getCString(text), "file not found") != NULL;
        if (note_first && (!noted || is_missing) && fe->unit->note_count < MAX_ERRORS_TOLD) {
          ck_loc loc = {.file = error.file ? ck_fe_file_of(fe, error.file)->name : NULL,
                        .line = line,
                        .column = column,
                        .begin = error.begin,
                        .end = error.end};
          ck_ir_add_note(fe->unit, loc, clang_getCString(text));
          noted = true;
        }
        header_missing |= is_missing;
        fe->own_header_missing |= is_missing && is_quoted(fe, &error);
        clang_disposeString(text);
        if (note_first) fe->unit->has_errors = true;
      }
    }
    clang_disposeDiagnostic(diagnostic);
  }
  return header_missing;
}

/* Dependencies --------------------------------------------------------------------------------------------------- */

typedef struct {
  ck_fe *fe;
  CK_VEC(ck_ir_dependency) list;
} dependency_visit;

static void add_dependency(CXFile file, CXSourceLocation *stack, unsigned depth, CXClientData data) {
  dependency_visit *visit = data;
  (void)stack;
  if (depth > 1) { /* most files: decide by name, see ck_fe_file_of */
    CXString name = clang_getFileName(file);
    const char *text = clang_getCString(name);
    bool skip = text && ck_fe_is_library_path(text) && !ck_ends_with(text, "/torch/version.h");
    clang_disposeString(name);
    if (skip) return;
  }
  ck_fe_file *source = ck_fe_file_of(visit->fe, file);
  /* of libraries: only what the project includes itself; a new version touches these, too */
  if (source->external && !source->vendored && depth > 1 && !ck_ends_with(source->name, "/torch/version.h")) return;
  struct stat st;
  CXString real = clang_File_tryGetRealPathName(file);
  const char *path = clang_getCString(real);
  path = ck_ir_intern(visit->fe->unit, path && *path ? path : source->name ? source->name : "");
  clang_disposeString(real);
  if (stat(path, &st) != 0) return;
  ck_ir_dependency dependency = {.path = path,
                                 .size = st.st_size,
                                 .mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
                                 .hash = ""};
  char hex[33];
  const ck_fe_rewritten *rewritten = ck_fe_rewritten_file(visit->fe->stand_ins, source->name);
  if (source->text) {
    bool is_main = clang_File_isEqual(file, clang_getFile(visit->fe->tu, visit->fe->unit->main_file));
    size_t size = is_main && source->size > visit->fe->appended ? visit->fe->appended : source->size;
    ck_hash128_hex(rewritten ? rewritten->original : source->text, size, hex); /* without what was appended */
    dependency.hash = ck_ir_intern(visit->fe->unit, hex);
  }
  ck_vec_push(&visit->list, dependency);
}

static void record_dependencies(ck_fe *fe, const ck_fe_strings *roots) {
  dependency_visit visit = {.fe = fe};
  clang_getInclusions(fe->tu, add_dependency, &visit);
  for (size_t i = 0; i < roots->n; i++) {
    struct stat st;
    if (stat(roots->at[i], &st) != 0) continue;
    ck_ir_dependency dependency = {.path = ck_ir_intern(fe->unit, roots->at[i]),
                                   .size = st.st_size,
                                   .mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
                                   .hash = ""};
    ck_vec_push(&visit.list, dependency);
  }
  ck_ir_dependency *copy = CK_NEW_N(&fe->unit->arena, ck_ir_dependency, visit.list.n ? visit.list.n : 1);
  for (size_t i = 0; i < visit.list.n; i++) copy[i] = visit.list.at[i];
  fe->unit->dependencies = copy;
  fe->unit->dependency_count = visit.list.n;
  free(visit.list.at);
}

/* Parsing -------------------------------------------------------------------------------------------------------- */

/* A declaration, or an expression in a function that nobody calls. */
static void append_instantiation(session *s, size_t number, const char *text) {
  bool declares = ck_starts_with(text, "template ");
  if (declares) ck_strbuf_printf(&s->text, "%s;\n", text);
  else ck_strbuf_printf(&s->text, "void ckptlint_instance_%zu() { %s; }\n", number, text);
}

static void build_text(session *s) {
  const ck_fe_rewritten *rewritten = ck_fe_rewritten_file(&s->stand_ins, s->options->path);
  ck_strbuf_clear(&s->text);
  ck_strbuf_add(&s->text, rewritten ? rewritten->text : s->content, s->content_size);
  ck_strbuf_puts(&s->text, "\n\n");
  if (s->options->expression)
    ck_strbuf_printf(&s->text, "void ckptlint_expr() {\n  auto ckptlint_model = %s;\n}\n", s->options->expression);
  s->instantiations = s->text.n;
  for (size_t i = 0; i < s->specialisations.count; i++) append_instantiation(s, i, s->specialisations.entries[i].key);
}

/* The flags without which no unit makes sense; used alone when libclang refuses the rest. */
static bool is_essential(const char *flag) {
  static const char *const prefixes[] = {"-I", "-D", "-U", "-isystem", "-iquote", "-idirafter", "-std", "-include"};
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    if (ck_starts_with(flag, prefixes[i])) return true;
  return flag[0] != '-'; /* the operand of one of these */
}

static bool keep_essential_flags(session *s) {
  size_t n = 0;
  for (size_t i = 0; i < s->flags.at.n; i++)
    if (is_essential(s->flags.at.at[i])) s->flags.at.at[n++] = s->flags.at.at[i];
  bool fewer = n < s->flags.at.n;
  s->flags.at.n = n;
  return fewer;
}

static CXTranslationUnit parse_once(session *s, bool with_pch) {
  CK_VEC(const char *) args = {0};
  static const char *const always[] = {"-xc++", "-w", "-ferror-limit=0", "-fno-spell-checking", "-Wno-everything"};
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) ck_vec_push(&args, always[i]);
  if (with_pch) {
    ck_vec_push(&args, "-include-pch");
    ck_vec_push(&args, s->pch);
    ck_vec_push(&args, "-Xclang"); /* pch.c has looked at every header already */
    ck_vec_push(&args, "-fno-validate-pch");
  }
  for (size_t i = 0; i < s->flags.at.n; i++) ck_vec_push(&args, s->flags.at.at[i]);
  ck_vec_push(&args, "-working-directory");
  ck_vec_push(&args, s->options->directory);
  CK_VEC(struct CXUnsavedFile) unsaved = {0};
  ck_vec_push(&unsaved, (struct CXUnsavedFile){s->options->path, s->text.s, s->text.n});
  for (size_t i = 0; i < s->stand_ins.files.n; i++) {
    const ck_fe_rewritten *file = &s->stand_ins.files.at[i];
    if (strcmp(file->name, s->options->path) != 0)
      ck_vec_push(&unsaved, (struct CXUnsavedFile){file->name, file->text, file->size});
  }
  if (s->stand_ins.files.n) {
    ck_vec_push(&unsaved,
                (struct CXUnsavedFile){ck_fe_stand_in_header, ck_fe_stand_in_text, strlen(ck_fe_stand_in_text)});
    ck_vec_push(&args, "-include");
    ck_vec_push(&args, ck_fe_stand_in_header);
  }
  CXTranslationUnit tu = NULL;
  unsigned options = CXTranslationUnit_KeepGoing;
  enum CXErrorCode code = clang_parseTranslationUnit2(s->index, s->options->path, args.at, (int)args.n, unsaved.at,
                                                      (unsigned)unsaved.n, options, &tu);
  free(unsaved.at);
  free(args.at);
  return code == CXError_Success ? tu : NULL;
}

/* Did clang refuse the precompiled header? It says so in its first error. */
static bool rejects_pch(CXTranslationUnit tu) {
  static const char *const marks[] = {"precompiled", "PCH", "AST file", "since the"};
  unsigned n = clang_getNumDiagnostics(tu);
  for (unsigned i = 0; i < n; i++) {
    CXDiagnostic diagnostic = clang_getDiagnostic(tu, i);
    bool error = is_error(diagnostic), found = false;
    CXString text = clang_getDiagnosticSpelling(diagnostic);
    for (size_t m = 0; m < sizeof marks / sizeof *marks && error; m++)
      found |= strstr(clang_getCString(text), marks[m]) != NULL;
    clang_disposeString(text);
    clang_disposeDiagnostic(diagnostic);
    if (error) return found;
  }
  return false;
}

static void release(ck_fe *fe) {
  for (size_t i = 0; i < fe->usrs.count; i++) {
    ck_fe_cursors *list = fe->usrs.entries[i].p;
    if (list) free(list->at);
  }
  ck_map_release(&fe->files);
  ck_map_release(&fe->types);
  ck_map_release(&fe->usrs);
  ck_map_release(&fe->done);
  ck_map_release(&fe->specialisations);
  ck_map_release(&fe->own_macros);
  ck_map_release(&fe->own_functions);
  free(fe->functions.at);
  free(fe->records.at);
  free(fe->top.at);
  free(fe->errors.at);
  free(fe->hidden.at);
  free(fe->prints.at);
  if (fe->tu) clang_disposeTranslationUnit(fe->tu);
}

void ck_fe_libclang_name(char *out, size_t room) {
  CXString version = clang_getClangVersion();
  const char *text = clang_getCString(version), *number = strstr(text, "version ");
  number = number ? number + 8 : text;
  snprintf(out, room, "libclang %.*s", (int)strcspn(number, " (+~-"), number);
  clang_disposeString(version);
}

static ck_ir_unit *new_unit(session *s) {
  ck_ir_unit *unit = ck_ir_unit_new();
  char name[64];
  ck_fe_libclang_name(name, sizeof name);
  unit->frontend = ck_ir_intern(unit, name);
  unit->main_file = ck_ir_intern(unit, s->options->path);
  unit->directory = ck_ir_intern(unit, s->options->directory);
  unit->output = ck_ir_intern(unit, s->options->object);
  return unit;
}

static void start(ck_fe *fe, session *s, CXTranslationUnit tu) {
  *fe = (ck_fe){.options = s->options, .unit = new_unit(s), .tu = tu, .stand_ins = &s->stand_ins};
  fe->appended = (unsigned)s->content_size;
  fe->instantiations = (unsigned)s->instantiations;
  ck_map_init(&fe->files);
  ck_map_init(&fe->types);
  ck_map_init(&fe->usrs);
  ck_map_init(&fe->done);
  ck_map_init(&fe->specialisations);
}

/* Takes over what the lowering met; true if there is something new. */
static bool note_specialisations(session *s, const ck_fe *fe) {
  bool any = false;
  for (size_t i = 0; i < fe->specialisations.count && s->specialisations.count < CK_FE_MAX_SPECIALISATIONS; i++) {
    bool is_new;
    ck_map_put(&s->specialisations, fe->specialisations.entries[i].key, &is_new);
    any |= is_new;
  }
  return any;
}

/* NULL if libclang cannot parse it, however it is asked. */
static CXTranslationUnit parse(session *s) {
  build_text(s);
  CXTranslationUnit tu = parse_once(s, s->pch != NULL);
  if (s->pch && (!tu || rejects_pch(tu))) { /* a PCH that does not fit is no reason to give up */
    if (tu) clang_disposeTranslationUnit(tu);
    free(s->pch);
    s->pch = NULL;
    tu = parse_once(s, false);
  }
  if (!tu && keep_essential_flags(s)) tu = parse_once(s, false);
  return tu;
}

/* What the first parse said; later ones see text that is not the user's, and may raise errors that no compiler does. */
static void keep_told(session *s, const ck_fe *fe) {
  s->has_errors = fe->unit->has_errors;
  for (size_t i = 0; i < fe->unit->note_count; i++) {
    ck_ir_note note = fe->unit->notes[i];
    note.text = ck_arena_strdup(&s->arena, note.text);
    note.loc.file = note.loc.file ? ck_arena_strdup(&s->arena, note.loc.file) : NULL;
    ck_vec_push(&s->told, note);
  }
}

static void tell_again(const session *s, ck_fe *fe) {
  fe->unit->has_errors = s->has_errors;
  for (size_t i = 0; i < s->told.n; i++) {
    ck_loc loc = s->told.at[i].loc;
    loc.file = loc.file ? ck_ir_intern(fe->unit, loc.file) : NULL;
    ck_ir_add_note(fe->unit, loc, s->told.at[i].text);
  }
}

/* A parse whose errors are known; again while stand-ins were found for members. False: libclang cannot parse it. */
static bool start_round(session *s, ck_fe *fe, bool first) {
  for (int again = 0;; again++) {
    CXTranslationUnit tu = parse(s);
    if (!tu) return false;
    start(fe, s, tu);
    bool header_missing = collect_errors(fe, first && again == 0);
    if (first && again == 0) keep_told(s, fe);
    else tell_again(s, fe);
    if (!first || again == MAX_STAND_IN_PARSES || fe->errors.n == 0 || !ck_fe_stand_in(fe)) {
      ck_fe_forgive_logging(fe);
      if (fe->errors.n) ck_fe_silent_errors(fe, header_missing);
      return true;
    }
    ck_ir_unit_free(fe->unit);
    release(fe);
  }
}

static ck_ir_unit *lower_rounds(session *s, ck_err *err) {
  ck_ir_unit *unit = NULL;
  for (int round = 0; round < CK_FE_MAX_PARSES; round++) {
    ck_fe fe;
    if (!start_round(s, &fe, round == 0)) {
      if (!unit) ck_fail(err, CK_FORMAT, "%s: libclang cannot parse this file", s->options->file);
      break;
    }
    ck_fe_unit(&fe);
    record_dependencies(&fe, &s->roots);
    ck_ir_unit_free(unit);
    unit = fe.unit;
    bool more = note_specialisations(s, &fe);
    release(&fe);
    if (!more) break;
    if (round + 1 == CK_FE_MAX_PARSES)
      ck_ir_add_note(unit, (ck_loc){.file = unit->main_file, .line = 1, .column = 1},
                     "class templates lead to ever more specialisations: not all of them were instantiated");
  }
  return unit;
}

static void find_pch(session *s) {
  if (!s->options->use_pch || !s->options->cache_dir) return;
  ck_fe_includes includes = {0};
  ck_fe_external_includes(s->options->path, s->content, s->options->directory, &s->flags, &includes);
  s->pch = ck_fe_pch(s->index, s->options, &s->flags, &includes);
  if (s->pch) ck_fe_pch_roots(s->pch, &includes, &s->roots);
  ck_fe_release_includes(&includes);
}

/* A unit of which nothing is read. */
static ck_ir_unit *empty_unit(session *s, const char *why) {
  ck_ir_unit *unit = new_unit(s);
  unit->root = ck_ir_node_new(unit, CK_IR_UNIT, (ck_loc){.file = unit->main_file, .line = 1, .column = 1});
  ck_ir_add_note(unit, unit->root->loc, why);
  return unit;
}

/* One of libtorch's own headers, say, or a large one of a library that the project keeps. Parsed for itself it takes
 * seconds, and nothing in it would be lowered. */
static bool is_library_header(const session *s) {
  static const char *const endings[] = {".h", ".hpp", ".hh", ".hxx", ".cuh"};
  const ck_fe_options *options = s->options;
  bool external = ck_fe_is_library_path(options->path) || ck_fe_is_big_library(s->content, s->content_size);
  if (options->expression != NULL || !external) return false;
  for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
    if (ck_ends_with(options->path, endings[i])) return true;
  return false;
}

ck_ir_unit *ck_fe_make_unit(const ck_fe_options *options, ck_err *err) {
  session s = {.options = options};
  ck_arena_init(&s.arena);
  ck_strbuf_init(&s.text);
  ck_map_init(&s.specialisations);
  ck_arena_init(&s.stand_ins.arena);
  ck_ir_unit *unit = NULL;
  const char *from = options->content ? options->content : options->path;
  if (ck_read_file(from, MAX_SOURCE_BYTES, &s.content, &s.content_size, err) == CK_OK) {
    ck_fe_translate_flags(&s.arena, options->flags, options->flag_count, &s.flags);
    if (s.flags.cuda || ck_ends_with(options->path, ".cu")) {
      unit = empty_unit(&s, "a CUDA unit: it is not analysed");
      unit->has_errors = true;
    } else if (is_library_header(&s)) {
      unit = empty_unit(&s, "a header of a library: its modules are known by name; give a file that uses them");
    } else {
      s.index = clang_createIndex(1, 0); /* not the PCH's declarations, no diagnostics on stderr */
      find_pch(&s);
      unit = lower_rounds(&s, err);
      clang_disposeIndex(s.index);
    }
  }
  for (size_t i = 0; i < s.roots.n; i++) free(s.roots.at[i]);
  free(s.roots.at);
  free(s.pch);
  free(s.content);
  free(s.flags.at.at);
  free(s.told.at);
  ck_map_release(&s.specialisations);
  ck_fe_release_stand_ins(&s.stand_ins);
  ck_strbuf_release(&s.text);
  ck_arena_release(&s.arena);
  return unit;
}
