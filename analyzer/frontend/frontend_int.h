/* frontend_int.h - what the files of the front end share. Only this folder knows libclang.
 *
 * A `ck_fe` holds one parse of one unit while it is lowered. Cursors and types of libclang are valid until its
 * translation unit is disposed; everything that is kept goes into the IR unit's arena.
 *
 * Rules that all lowering follows
 * - A cursor that is not understood becomes UNKNOWN with the construct's name, its children lowered as kids. Nothing is
 *   left out silently.
 * - Templates are lowered as instantiated, never as patterns (DESIGN.md). What is dependent in spite of that is
 * UNKNOWN.
 * - Implicit nodes (default arguments, hidden conversions, `T x;`) are absent: clang gives them no extent, or that of
 * their operand. */
#ifndef CK_FRONTEND_INT_H
#define CK_FRONTEND_INT_H
#include <clang-c/Index.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/map.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "ir/ir.h"

/* How deep cursors may be nested: beyond, UNKNOWN. A bound for generated code; people nest a few dozen. */
#define CK_FE_MAX_DEPTH 400
/* How often the unit is parsed to instantiate class templates that the previous parse met for the first time. */
#define CK_FE_MAX_PARSES 6
/* How many class specialisations are instantiated explicitly in one unit. */
#define CK_FE_MAX_SPECIALISATIONS 2000

typedef CK_VEC(CXCursor) ck_fe_cursors;
typedef CK_VEC(ck_ir *) ck_fe_nodes;

/* What the command line asks for. */
typedef struct {
  const char *file;       /* as given */
  const char *path;       /* absolute */
  const char *directory;  /* absolute: working directory of the compile command */
  const char *object;     /* object file, or "" */
  const char *content;    /* file whose content stands for `path` (editor), or NULL */
  const char *expression; /* C++ expression to be lowered at the end of the file, or NULL */
  const char *cache_dir;  /* NULL: no PCH is kept */
  bool use_pch, binary;
  const char *const *flags;
  size_t flag_count;
} ck_fe_options;

/* A source file as the parse knows it. */
typedef struct {
  CXFile file;
  const char *name; /* interned; NULL for none */
  const char *text; /* content as parsed, or NULL */
  size_t size;
  bool external; /* a header of the system or of a library: referred to by name only */
  bool vendored; /* of a library that the project keeps inside itself */
} ck_fe_file;

/* What an error touches: the place that clang reported (begin = end), or a range of the file (silent.c). */
typedef struct {
  CXFile file;
  unsigned begin, end;
  bool is_syntax;  /* the parser may have lost the structure of what follows */
  bool undeclared; /* a name that nothing declares, or a class without its definition */
} ck_fe_error;

/* A member that was written over before the unit was parsed again (stand_in.c). */
typedef struct {
  const char *file;
  unsigned at;  /* of its name */
  bool reaches; /* its initialiser was left out, and may do something to the object */
} ck_fe_member;

/* A file of which something was written over: its text, and what is really in it. */
typedef struct {
  const char *name;
  char *text, *original;
  size_t size;
} ck_fe_rewritten;

typedef struct {
  ck_arena arena;
  CK_VEC(ck_fe_rewritten) files;
  CK_VEC(ck_fe_member) members;
} ck_fe_stand_ins;

typedef struct {
  const ck_fe_options *options;
  ck_ir_unit *unit;
  CXTranslationUnit tu;
  ck_map files;           /* CXFile (as text) -> ck_fe_file * */
  ck_map types;           /* canonical clang type (as text) -> ck_ir_type * */
  ck_map usrs;            /* USR -> list of the distinct cursors that have it (names.c) */
  ck_map done;            /* USR of functions and records that are queued or lowered */
  ck_map specialisations; /* what is to be appended to instantiate what was met (parse.c) */
  ck_fe_stand_ins *stand_ins;
  ck_fe_cursors hidden;       /* functions that no call finds, for a type in them is not known (silent.c) */
  ck_fe_cursors functions;    /* instantiated functions still to be lowered */
  CK_VEC(CXType) records;     /* class specialisations and local classes still to be lowered */
  ck_fe_nodes top;            /* what becomes the kids of UNIT */
  CK_VEC(ck_fe_error) errors; /* of this parse */
  CK_VEC(ck_fe_error) prints; /* statements that do not compile, and would only print (logging.c) */
  ck_map own_macros;          /* if there are errors (silent.c): of the project; n: 1 if one names something */
  bool own_header_missing;    /* an #include "..." was not found, which may be one of the project */
  ck_map own_functions;       /* the same: names of its functions, methods, constructors */
  unsigned appended;          /* offset in the main file at which its own content ends */
  unsigned instantiations;    /* offset behind it from which on there are only explicit instantiations */
  unsigned depth;
  bool in_pattern;   /* below an uninstantiated template: constants cannot be evaluated */
  CXCursor instance; /* the function whose pattern is lowered while in_pattern */
} ck_fe;

/* external.c - files ------------------------------------------------------------------------------------------ */
ck_fe_file *ck_fe_file_of(ck_fe *fe, CXFile file);
/* Does the cursor's declaration stand in a header of the system or a library? */
bool ck_fe_is_external(ck_fe *fe, CXCursor cursor);
bool ck_fe_is_main_file(ck_fe *fe, CXCursor cursor);
/* Is `dir` the include directory of a library that is used, not developed, here (libtorch, /usr/include)? */
bool ck_fe_is_library_dir(const char *dir);
/* Does the path lead into such a directory? */
bool ck_fe_is_library_path(const char *path);

/* vendored.c - libraries that a project keeps inside itself ------------------------------------------------------ */
bool ck_fe_is_vendored(const char *path, const char *text, size_t size);
/* ... and of a size that nobody writes? */
bool ck_fe_is_big_library(const char *text, size_t size);
/* Does a second inclusion of the file add nothing? */
bool ck_fe_is_guarded(const ck_fe_file *text);

/* names.c - names, identities, places -------------------------------------------------------------------------- */
const char *ck_fe_intern(ck_fe *fe, CXString string); /* disposes of the string */
const char *ck_fe_spelling(ck_fe *fe, CXCursor cursor);
const char *ck_fe_qualified_name(ck_fe *fe, CXCursor cursor);
/* Unique in the unit, equal across units. */
const char *ck_fe_usr(ck_fe *fe, CXCursor declaration);
ck_loc ck_fe_loc(ck_fe *fe, CXCursor cursor);
bool ck_fe_has_extent(CXCursor cursor);         /* false for implicit nodes */
bool ck_fe_same_extent(CXCursor a, CXCursor b); /* macro places compared as such */
/* Text of the cursor's file and the bytes that it covers there; false inside a macro's body and where there is no text.
 */
bool ck_fe_extent(ck_fe *fe, CXCursor cursor, const ck_fe_file **file, unsigned *begin, unsigned *end);
char ck_fe_last_char(ck_fe *fe, CXCursor cursor); /* last byte of the extent, 0 if not known */
/* First byte at or after `at` that is neither space nor comment; the size of the file at its end. */
size_t ck_fe_skip_space(const ck_fe_file *file, size_t at);
/* Last byte before `at` that is not white space, 0 if there is none. */
char ck_fe_char_before(const ck_fe_file *file, size_t at);
void ck_fe_children(CXCursor cursor, ck_fe_cursors *out);
/* Looks through nodes that are not written: implicit casts, temporaries, parentheses. */
CXCursor ck_fe_peel(CXCursor cursor);

/* text.c ---------------------------------------------------------------------------------------------------------- */
bool ck_fe_is_word(char c);
/* Behind the string or character literal that begins at `at`; a digit separator (1'000) is none. */
size_t ck_fe_skip_literal(const ck_fe_file *file, size_t at);
/* The next word at or after `*at`, comments and literals passed over; its length, 0 if there is none before `stop`. */
size_t ck_fe_next_word(const ck_fe_file *file, size_t *at, size_t stop);

/* lower_type.c -------------------------------------------------------------------------------------------------- */
const ck_ir_type *ck_fe_type(ck_fe *fe, CXType type);
const ck_ir_type *ck_fe_type_of(ck_fe *fe, CXCursor cursor);
const ck_ir_type *ck_fe_reference(ck_fe *fe, const ck_ir_type *to); /* `to &` */
/* Template arguments of a function specialisation as ARGS, or NULL. */
const ck_ir_type *ck_fe_template_arguments(ck_fe *fe, CXCursor function);
bool ck_fe_is_record(CXType type);
bool ck_fe_is_dependent(CXType type);
/* Is the declaration, or one that it is nested in, an uninstantiated template? */
bool ck_fe_in_template(CXCursor declaration);

/* literal.c ----------------------------------------------------------------------------------------------------- */
ck_ir *ck_fe_literal(ck_fe *fe, CXCursor cursor);
/* The expression's value if it is a constant, as a literal of its type; NULL otherwise. */
ck_ir *ck_fe_constant(ck_fe *fe, CXCursor cursor);
ck_ir *ck_fe_zero(ck_fe *fe, CXCursor cursor); /* T() of a type that is no class; NULL if it is one */

/* lower_expr.c, lower_call.c, lower_lambda.c -------------------------------------------------------------------- */
ck_ir *ck_fe_expr(ck_fe *fe, CXCursor cursor);                  /* NULL for an implicit node */
ck_ir *ck_fe_node(ck_fe *fe, ck_ir_kind kind, CXCursor cursor); /* with its place and type */
ck_ir *ck_fe_unknown(ck_fe *fe, CXCursor cursor, const char *reason, ...) __attribute__((format(printf, 3, 4)));
void ck_fe_set_kids(ck_fe *fe, ck_ir *node, const ck_fe_nodes *kids);
void ck_fe_set_kid(ck_fe *fe, ck_ir *node, ck_ir *kid);
/* Lowers all expressions and statements among the cursor's children into `out`. */
void ck_fe_lower_children(ck_fe *fe, CXCursor cursor, ck_fe_nodes *out);
ck_ir *ck_fe_call(ck_fe *fe, CXCursor cursor);
/* An initialiser that was written with () or {} or =; `of` is what is initialised. NULL if nothing was written. */
ck_ir *ck_fe_initialiser(ck_fe *fe, CXCursor cursor, CXCursor of);
ck_ir *ck_fe_lambda(ck_fe *fe, CXCursor cursor);

/* instances.c --------------------------------------------------------------------------------------------------- */
/* Queues the instances of generic lambdas that a library's function calls, if it is an instance itself. */
void ck_fe_need_instances(ck_fe *fe, CXCursor function);
/* The closure's class, if the function is an instance of a generic lambda's call operator; else null. */
CXCursor ck_fe_generic_lambda(CXCursor function);

/* lower_dependent.c: NULL where nothing is to be said of it ------------------------------------------------------- */
ck_ir *ck_fe_dependent_member(ck_fe *fe, CXCursor cursor);
ck_ir *ck_fe_dependent_call(ck_fe *fe, CXCursor cursor, CXCursor callee, const ck_fe_cursors *arguments);

/* lower_stmt.c -------------------------------------------------------------------------------------------------- */
ck_ir *ck_fe_stmt(ck_fe *fe, CXCursor cursor);  /* NULL for a statement that does nothing */
ck_ir *ck_fe_block(ck_fe *fe, CXCursor cursor); /* a BLOCK even around a single statement */
ck_ir *ck_fe_binding(ck_fe *fe, CXCursor cursor, bool with_initialiser);

/* lower_decl.c -------------------------------------------------------------------------------------------------- */
void ck_fe_unit(ck_fe *fe); /* lowers the whole parse into fe->unit */
ck_ir *ck_fe_variable(ck_fe *fe, CXCursor cursor, bool with_initialiser);
void ck_fe_need_function(ck_fe *fe, CXCursor function); /* queues an instantiated function of the project */
void ck_fe_need_variable(ck_fe *fe, CXCursor variable); /* lowers a static member of a class specialisation, once */
bool ck_fe_is_closure(CXCursor declaration);            /* the class of a lambda? */
void ck_fe_need_record(ck_fe *fe, CXType type);         /* queues a class specialisation or local class */
/* Appends the type's name as it can be written at the end of the file; false if it cannot. */
bool ck_fe_name_at_end(CXType type, ck_strbuf *out);
bool ck_fe_is_closure(CXCursor declaration);                     /* the class of a lambda */
uint32_t ck_fe_main_flag(ck_fe *fe, CXCursor cursor);            /* CK_IR_F_MAIN_FILE of what stands there, or 0 */
CXCursor ck_fe_trailing_initialiser(ck_fe *fe, CXCursor cursor); /* the expression that ends a declaration, or null */
bool ck_fe_text_has_default(ck_fe *fe, CXCursor cursor);         /* does its text hold a `=`? */

/* lower_function.c ---------------------------------------------------------------------------------------------- */
ck_ir *ck_fe_function(ck_fe *fe, CXCursor cursor);
enum CXVisitorResult ck_fe_collect_base(CXCursor cursor, CXClientData data); /* a visitor; data: ck_fe_cursors */
uint32_t ck_fe_function_flags(CXCursor cursor);
CXCursor ck_fe_body_of(const ck_fe_cursors *kids); /* the compound statement among a function's children, or null */

/* forward.c -------------------------------------------------------------------------------------------------------
 */
/* Notes the construction that a library's function forwards its arguments to, if that is of a constructor template. */
void ck_fe_note_forwarding(ck_fe *fe, CXCursor function);
/* Is it such a construction, appended? Then the constructors that it names are queued. */
bool ck_fe_is_forwarding(ck_fe *fe, CXCursor function);

/* errors.c: what the errors of the parse touch ------------------------------------------------------------------ */
bool ck_fe_has_error_in(ck_fe *fe, CXCursor cursor);
/* ... also if it is in the initialiser of a variable or field, which clang left out. */
bool ck_fe_has_error_in_initialiser(ck_fe *fe, CXCursor cursor);
/* An error in the class outside of its methods: a member may be missing. */
bool ck_fe_has_error_between_methods(ck_fe *fe, CXCursor record);
/* Offset of the first error within a function. */
unsigned ck_fe_first_error_in(ck_fe *fe, CXCursor cursor);

/* contain.c: the body of a function that does not compile with what the errors touch as UNKNOWNs, if nothing else is
 * touched by them; else NULL. `params` as lowered, with a constructor's initialisers: UNKNOWN become some of these. */
ck_ir *ck_fe_contain_errors(ck_fe *fe, CXCursor function, const ck_ir *node, ck_fe_nodes *params, const ck_ir *body);

/* Adds to `out` what the text of the function from `begin` on names, clang's tree or not; true if the project's own
 * code may be called there. */
bool ck_fe_names_of_rest(ck_fe *fe, CXCursor function, const ck_ir *node, const ck_fe_nodes *params, unsigned begin,
                         ck_loc loc, ck_fe_nodes *out);

/* logging.c: takes from the errors of the parse those of statements that only print. */
void ck_fe_forgive_logging(ck_fe *fe);
/* Is the statement one of these? */
bool ck_fe_only_prints(ck_fe *fe, CXCursor statement);

/* silent.c: adds to the errors of the parse what clang leaves out without a word, and notes the project's macros and
 * functions. `header_missing`: one was not found. */
void ck_fe_silent_errors(ck_fe *fe, bool header_missing);

/* stand_in.c: members whose type nothing declares --------------------------------------------------------------- */
/* Writes over them what can be compiled; true if there was anything to write: the unit is to be parsed again. */
bool ck_fe_stand_in(ck_fe *fe);
/* The member if it was written over, else NULL. */
const ck_fe_member *ck_fe_stood_in(ck_fe *fe, CXCursor field);
/* Is what stands in for unknown types a part of the type? */
bool ck_fe_mentions_stand_in(CXType type);
const ck_fe_rewritten *ck_fe_rewritten_file(const ck_fe_stand_ins *stand_ins, const char *name);
void ck_fe_release_stand_ins(ck_fe_stand_ins *stand_ins);
/* What declares it: a header that every unit of which something was written over includes. */
extern const char ck_fe_stand_in_header[], ck_fe_stand_in_text[];

/* parse.c ------------------------------------------------------------------------------------------------------- */
/* Parses and lowers. NULL: no unit could be made, *err says why. */
ck_ir_unit *ck_fe_make_unit(const ck_fe_options *options, ck_err *err);

/* flags.c: the flags for libclang out of a compile command's -------------------------------------------------- */
typedef struct {
  CK_VEC(const char *) at; /* for libclang; strings live in the arena given */
  bool cuda;
} ck_fe_flags;
void ck_fe_translate_flags(ck_arena *arena, const char *const *flags, size_t n, ck_fe_flags *out);
typedef CK_VEC(char *) ck_fe_strings;
/* Those of them that reach external headers, in an order of their own: it is kept only where it tells, among folders
 * and among macros. So the headers mean the same to all units that have the same ones. Of the project's own folders
 * those in `folders`. */
void ck_fe_header_flags(ck_arena *arena, const ck_fe_flags *flags, const char *directory, const ck_fe_strings *folders,
                        ck_fe_flags *out);

/* condition.c: conditions that the platform decides --------------------------------------------------------------- */
typedef enum { CK_FE_NO, CK_FE_MAYBE, CK_FE_YES } ck_fe_truth;
/* Do the flags or the project define or undefine the macro? */
typedef bool ck_fe_touched(const void *context, const char *name);
/* `directive` is if, ifdef, ifndef or elif; `text` what follows it on its line, n bytes. */
ck_fe_truth ck_fe_condition(const char *directive, const char *text, size_t n, ck_fe_touched *touched,
                            const void *context);

/* directives.c: preprocessor directives in a text ----------------------------------------------------------------- */
typedef struct {
  size_t at, end;    /* after the '#'; the end of its line */
  const char *rest;  /* where its name ends */
  char name[16];     /* "include" */
  char operand[512]; /* the first one, up to white space */
} ck_fe_directive;
/* The next one behind that which `d` holds, the first where it is all zero; false at the end. `braces`, if not NULL,
 * counts those that the text between opens. */
bool ck_fe_next_directive(const ck_fe_file *text, ck_fe_directive *d, int *braces);

/* includes.c: the external headers that a unit includes -------------------------------------------------------- */
/* A header of a library that the project keeps inside itself, and that may be parsed ahead of the unit. */
typedef struct {
  char *operand;               /* its path, in quotes */
  size_t preceding, following; /* how many of the macros stand before it, and before what comes after it */
} ck_fe_vendored;
/* `#include` operands with their brackets or quotes ("<torch/torch.h>"), in order, each once. Only those that may be
 * parsed ahead of the unit (see the file's head). */
typedef struct {
  ck_fe_strings operands;
  CK_VEC(size_t) preceding; /* for each of them, how many of the macros stand before it */
  ck_fe_strings macros;     /* names that the project defines or undefines before the last operand, in order */
  ck_fe_strings lines;      /* for each of these its "NAME VALUE", where a #define at the unit's very start that names
                               a number or nothing makes it; else NULL */
  size_t before_operands;   /* how many of the macros stand before the last operand; the others: before the last of */
  CK_VEC(ck_fe_vendored) vendored;
  ck_fe_strings vendored_files; /* their real paths, and of what they include of the project */
  ck_fe_strings folders;        /* of the project, in which these were found */
} ck_fe_includes;
void ck_fe_external_includes(const char *path, const char *content, const char *directory, const ck_fe_flags *flags,
                             ck_fe_includes *out);
void ck_fe_release_includes(ck_fe_includes *includes);

/* Is the operand ("<vector>") a header of the C++ library? */
bool ck_fe_is_standard_header(const char *operand);

/* pch.c --------------------------------------------------------------------------------------------------------- */
/* Path of a precompiled header for the unit's external headers, made if need be; NULL if there can be none.
 * The caller's to free. */
char *ck_fe_pch(CXIndex index, const ck_fe_options *options, const ck_fe_flags *flags, const ck_fe_includes *includes);

/* words.c: writes the list of the words in `files`, and of those in `standard` (some of them); false if one cannot be
 * read. */
bool ck_fe_write_words(const char *path, const ck_fe_strings *files, const ck_fe_strings *standard);
/* Is the name in the list, or in that of the standard headers? True if the list cannot be read. */
bool ck_fe_words_mention(const char *path, const char *name, bool standard);
/* culprit.c: the first error of a header that was parsed, NULL if there is none; and the operand of its include line
 * that leads there, NULL if none does. `text` is what the file `header` holds. The caller frees both. */
char *ck_fe_culprit(CXTranslationUnit tu, const char *header, const char *text, char **error);

/* seal.c: remembers in the file `seal` what the `n` files are now; false if it cannot. */
bool ck_fe_seal(const char *seal, const char *const *files, size_t n);
/* Are the files, in the same order, still what they were? */
bool ck_fe_seal_holds(const char *seal, const char *const *files, size_t n);
/* Paths of the headers that the PCH was made from and the unit names itself, for its dependencies; all of those that
 * lie inside the project. The caller's to free. */
void ck_fe_pch_roots(const char *pch, const ck_fe_includes *includes, ck_fe_strings *out);
/* "libclang 22.1.8", cut to `room` bytes. */
void ck_fe_libclang_name(char *out, size_t room);
#endif
