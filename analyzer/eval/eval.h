/* eval.h - the abstract interpreter, as the tables of library knowledge (std_*.c here, torch/ above) see it.
 *
 * Worlds. An unknown condition is handled in one of two ways. (1) Both sides of an `if` that end normally are run from
 * the same state under opposite assumptions and joined: written cells become choices, registrations carry the
 * condition. (2) Where that cannot be done (a side returns, breaks or throws; a choice or a symbolic condition has to
 * be *decided*: a dimension, a path, a loop bound, a Sequential's index), the run picks a side, and the whole entry
 * point is run again for the other (replay). A world is one consistent set of such decisions; at most CK_LIMIT_WORLDS
 * of them are run. The same symbol is decided once per world, so correlated conditions stay correlated.
 *
 * Built-ins. What a library function, class or member means is a row in a table (ck_builtin, ck_library_class). Rows
 * are found by qualified name; a name that ends in `*` is a prefix, the longest match wins. A call that has neither a
 * body in sight nor a row is unknown: its result is, and everything it could reach through its arguments is opened
 * (ck_ev_open). */
#ifndef CK_EVAL_EVAL_H
#define CK_EVAL_EVAL_H
#include "base/arena.h"
#include "eval/value.h"
#include "ir/ir.h"

typedef struct ck_ev ck_ev;

/* Bounds; each has a message that names it when it is hit. */
enum {
  CK_LIMIT_STEPS = 20 * 1000 * 1000, /* nodes evaluated per entry point, all worlds together */
  CK_LIMIT_DEPTH = 200,              /* nested calls */
  CK_LIMIT_WORLDS = 64,
  CK_LIMIT_ROUNDS = 200 * 1000,         /* of one loop */
  CK_LIMIT_LOOP_STEPS = 1000 * 1000,    /* of a loop that makes no module: its further rounds are taken as one */
  CK_LIMIT_LATE_LOOP_STEPS = 50 * 1000, /* the same in a late world; in the n-th, an n-th of the first's, but as many */
  CK_LIMIT_DATA_JOINS = 3, /* of one condition in a world, where it decides about data; then the data is not known. Also
                            * of one place that opens a module under conditions; then it is open under all */
  CK_LIMIT_DATA_DEPTH = 4, /* of sequences in sequences that count as data */
  CK_LIMIT_THROWS = 8, /* calls of one `try` block that may throw, each followed by itself; the last for all others */
  CK_LIMIT_SYM_DEPTH = 200, /* nested operations of a symbolic expression, beyond it is unknown */
};
#define CK_LIMIT_MEMORY ((size_t)1 << 30) /* bytes of one evaluator's arena */

/* Tags of CK_V_NATIVE. */
enum {
  CK_TAG_NONE,
  CK_TAG_REGISTRY,
  CK_TAG_DTYPE /* native = NULL, index = ck_dtype */,
  CK_TAG_DEVICE,
  CK_TAG_STREAM,
  CK_TAG_ARGV /* main's argv, index = elements skipped: argv[i] is the symbolic string "argv[i]" */,
  CK_TAG_FIRST_TORCH = 16
};

/* One call of a built-in. Arguments are cells: lvalues are the caller's own, temporaries fresh ones. */
typedef struct {
  ck_ev *ev;
  const ck_ir *node; /* the call: place, result type */
  const char *name;  /* qualified name that was called; a construction: the class */
  ck_cell *self; /* methods, operators' first operand, constructors (the object under construction), else NULL; pointers
                    and holders are already followed for -> */
  ck_cell **args;
  size_t nargs;
  const ck_ir_type *targs; /* explicit or deduced template arguments (kind ARGS) or NULL */
  const ck_ir_type *type;  /* result type; constructions: the type constructed */
  bool brace;              /* constructions: T{...}, or a braced list that initialises a T */
} ck_call;

/* What C++ returns as an lvalue (element, field, *this) comes back as ck_ev_ref(cell); everything else is a prvalue. */
typedef ck_value ck_builtin_fn(ck_call *call);

typedef struct {
  const char
      *name; /* "std::vector::push_back", "torch::load", "std::operator+"; or a prefix "torch::nn::functional::*" */
  ck_builtin_fn *call;
  int8_t min, max; /* number of arguments, max -1: any. Another arity: the next row of that name; none: unknown */
} ck_builtin;

/* How a library class behaves. NULL hooks: the default in brackets. */
typedef struct {
  const char *name; /* qualified, without template arguments; prefixes with `*` */
  /* A new value of the class from arguments (nargs 0: default construction). As a base class or complete object of a
   * class with fields or a registry `self` is the cell of the OBJECT being made and the result is ignored (return
   * VOID). [unknown] */
  ck_builtin_fn *construct;
  /* Implicit conversion of args[0] to this class (`type`); NULL if `construct` with one argument does it. */
  ck_builtin_fn *convert;
  /* Data member `name` of self: the cell that holds it, or NULL if there is none of that name. [fields of the OBJECT]
   */
  ck_cell *(*member)(ck_call *call, const char *name);
  bool is_module; /* torch::nn::Module and all that derive from it: objects get a registry */
} ck_library_class;

/* A call that may throw, depending on data: asked for where something catches (throws.c). */
typedef struct {
  const char *name;   /* of the row above, or of a class that is constructed; `X::operator *`: all conversions */
  const char *thrown; /* class of what is thrown, or a base of it */
  const char *of;     /* only if the first argument has this type, NULL: any */
  bool always;        /* whatever comes of it; else only if the result is not known */
} ck_throwing;

typedef struct {
  const ck_builtin *builtins;
  size_t nbuiltins;
  const ck_library_class *classes;
  size_t nclasses;
  const ck_throwing *throwing;
  size_t nthrowing;
} ck_library;

/* What a call does to files. */
typedef enum {
  CK_FILE_WRITTEN, /* written, moved, removed: what it holds now is not what it held when the program started */
  CK_FILE_OPENED,  /* a stream is opened for writing */
  CK_FILE_ANY,     /* a command that may write any file; no path */
  CK_FILE_CWD      /* the working directory changes */
} ck_file_effect;
#define CK_WORKING_DIRECTORY "current_path()" /* how the name of a symbol begins that stands for it */

/* What a piece of code may do to modules, by itself: not what the functions do that it calls, if they are in sight. */
typedef enum {
  CK_QUIET,         /* makes none, changes none, loads nothing */
  CK_WRITES_FILES,  /* nor that, but it may write files */
  CK_OPENS_GLOBALS, /* nor that, but for those that variables of namespaces lead to */
  CK_LOUD
} ck_loudness;

/* What a layer above wants to hear of a run. All may be NULL. */
typedef struct {
  void *data;
  void (*world_begins)(ck_ev *ev, void *data);
  void (*world_ends)(ck_ev *ev, void *data, bool reached_end);
  /* A variable (or a construction not bound to one) whose value is a module object, smart pointer or holder of one: at
   * its initialisation. Also a variable whose value is not known, whatever its type. */
  void (*constructed)(ck_ev *ev, void *data, const ck_ir *place, ck_cell *cell);
  /* An object's constructors have all run (its class and fields are final): for unregistered-module. */
  void (*object_done)(ck_ev *ev, void *data, ck_cell *object);
  /* A row is about to be called, and was called with that result; also during trial runs. */
  void (*calling)(ck_call *call, void *data);
  void (*called)(ck_call *call, ck_value result, void *data);
  /* In trial runs of a loop's body, too. */
  void (*file_changes)(ck_ev *ev, void *data, ck_file_effect effect, ck_value path, ck_loc loc);
  /* Of one node of the program, without its kids; in_sight: it calls a function with a body in the program. */
  ck_loudness (*loudness)(ck_ev *ev, void *data, const ck_ir *node, bool in_sight);
  /* May the library call this method (USR) of its own at any time, if a class overrides it? */
  bool (*calls_back)(const char *usr);
  /* May a value of the type own, or point to, a module? */
  bool (*may_lead)(ck_ev *ev, void *data, const ck_ir_type *type);
  /* The entry point is run once more from the start: what was heard of it is void. */
  void (*again)(ck_ev *ev, void *data);
} ck_observer;

/* `libraries`: the standard library's (ck_ev_std_library) and those of layers above, searched in order. Everything
 * given outlives the evaluator. */
ck_ev *ck_ev_new(const ck_ir_program *program, const ck_library *const *libraries, size_t n,
                 const ck_observer *observer);
void ck_ev_free(ck_ev *ev);
extern const ck_library ck_ev_std_library;

/* Runs `function` (FUNCTION) as an entry point in all worlds; parameters without a value are symbols named after
 * themselves. Global variables are initialised on first use, once per world. Returns the number of worlds; *limit (may
 * be NULL) names the limit that cut the run short, or NULL. */
size_t ck_ev_run(ck_ev *ev, const ck_ir *function, const char **limit);
/* Constructs an object of class `record` (RECORD) with `constructor` (FUNCTION [CTOR], NULL = implicit) and symbolic
 * arguments, in all worlds; the observer hears `constructed` with `record` as the place. */
size_t ck_ev_run_class(ck_ev *ev, const ck_ir *record, const ck_ir *constructor, const char **limit);

/* Where the text of the source is read, for names; not set: the files themselves. */
void ck_ev_set_buffer(ck_ev *ev, ck_buffer buffer);
/* Nodes evaluated so far, in all runs. */
uint64_t ck_ev_steps(const ck_ev *ev);

/* --- for built-ins -------------------------------------------------------------------------------------------- */
ck_arena *ck_ev_arena(ck_ev *ev);
const ck_ir_program *ck_ev_program(const ck_ev *ev);
void *ck_ev_observer_data(ck_ev *ev);
ck_condition ck_ev_path(const ck_ev *ev); /* conjunction of the decisions of this world and the branches being run */
const char *ck_ev_intern(ck_ev *ev, const char *s);

/* unknown */
ck_value ck_ev_unknown(ck_ev *ev, ck_loc loc, const char *format, ...) __attribute__((format(printf, 3, 4)));
ck_value ck_call_unknown(ck_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3))); /* at the call's place */
/* Everything reachable from `v` through pointers, fields and elements may have been changed by something not
 * understood: scalars become unknown(reason), modules open. Objects that are const all the way are not spared:
 * const_cast and handles go round it. */
void ck_ev_open(ck_ev *ev, ck_value v, ck_loc loc, const char *reason);

/* cells */
ck_cell *ck_ev_cell(ck_ev *ev, ck_value v); /* a new cell */
void ck_ev_store(ck_ev *ev, ck_cell *cell, ck_value v);
/* Reads a cell. A CHOICE whose condition this path knows is resolved. */
ck_value ck_ev_load(ck_ev *ev, ck_cell *cell);
ck_value ck_ev_copy(ck_ev *ev, ck_value v); /* C++ copy: aggregates deeply, pointers shared */
/* Follows PTR values (references, smart pointers, holders) to the cell of what is not a pointer; NULL if v is null,
 * unknown or dangling. CHOICEs are decided. */
ck_cell *ck_ev_target(ck_ev *ev, ck_cell *cell);

/* Is the method or operator that is called a const one? Its USR ends in #1 then, and an instance's in `~` and its hash.
 */
bool ck_ev_is_const_method(const ck_ir *call);
/* The unknown v as a pointer into the container; anything else as it is. */
ck_value ck_ev_somewhere_in(ck_ev *ev, ck_value v, ck_cell *container);
/* A value of the type (NULL: any) that a library has made of these, or filled with them: if it is
 * unknown, it may hold them. */
ck_value ck_ev_made_of(ck_ev *ev, ck_value v, const ck_ir_type *type, ck_cell *self, ck_cell *const *args,
                       size_t nargs);
/* v is followed: if it is unknown, but where it points into is known, that is unknown from here on. */
void ck_ev_reach(ck_ev *ev, ck_value v, ck_loc loc);

/* deciding: each of these may split the world. UNKNOWN stays UNKNOWN. */
ck_value ck_ev_decide(
    ck_ev *ev,
    ck_value v); /* no CHOICE at the top any more; SYM bools become BOOL if `decide_bool` is what you call next */
/* Is v true? An unknown v is made a condition symbol of its own (origin: its reason and place). */
bool ck_ev_decide_bool(ck_ev *ev, ck_value v, ck_loc loc);
/* Is it known whether v is true, without deciding it? */
bool ck_ev_is_decided(ck_ev *ev, ck_value v, bool *out);
/* May n alternatives, not told apart until now, be told apart by deciding, in n worlds? A few always; more, as the
 * variants of a model, once in each world. */
bool ck_ev_may_tell_apart(ck_ev *ev, size_t n);
/* v as a known integer / string: true and *out; false if it is symbolic or unknown. */
bool ck_ev_as_int(ck_ev *ev, ck_value v, int64_t *out);
bool ck_ev_as_float(ck_ev *ev, ck_value v, double *out);
bool ck_ev_as_string(ck_ev *ev, ck_value v, const char **out);
/* v as a dimension of a shape (INT, SYM or UNKNOWN). One of several integers is a conditional expression (a SYM of kind
 * CK_SYM_COND), without splitting the world; what differs from round to round of a loop is UNKNOWN. */
ck_dim ck_ev_as_dim(ck_ev *ev, ck_value v);
bool ck_ev_equal(ck_ev *ev, ck_value a, ck_value b, bool *known); /* structural, of known values */

/* scalars: C++ arithmetic with the type's wrap-around and conversions; works on symbolic operands; unknown in, unknown
 * out. */
ck_value ck_ev_unary(ck_ev *ev, ck_ir_op op, ck_value a, const ck_ir_type *type, ck_loc loc);
ck_value ck_ev_binary(ck_ev *ev, ck_ir_op op, ck_value a, ck_value b, const ck_ir_type *type, ck_loc loc);
ck_value
ck_ev_convert(ck_ev *ev, ck_value v, const ck_ir_type *type,
              ck_loc loc); /* as an initialisation of a `type` would: numbers wrap/truncate, classes by their rows */
/* Converts v, whose static type is `from` (NULL if not known). */
ck_value ck_ev_convert_from(ck_ev *ev, ck_value v, const ck_ir_type *from, const ck_ir_type *to, ck_loc loc);
ck_value ck_ev_string(ck_ev *ev, const char *s);
ck_value ck_ev_string_n(ck_ev *ev, const char *s, size_t n);
ck_value ck_ev_symbol(ck_ev *ev, ck_sym_type type, const char *name, const char *origin, ck_loc loc);
ck_value ck_ev_sym_call(ck_ev *ev, ck_sym_type type, const char *function, ck_value a,
                        ck_value b); /* "ceil" of a symbolic a; b VOID if unary */
/* Symbols, whatever the path knows: of what several worlds have said. */
const ck_sym *ck_ev_sym_of(ck_ev *ev, ck_value v); /* of a scalar; NULL if it is none (unknown, a pointer ...) */
const ck_sym *ck_ev_sym_op(ck_ev *ev, ck_ir_op op, ck_sym_type type, const ck_sym *a, const ck_sym *b, ck_loc loc);
const ck_sym *ck_ev_sym_not(ck_ev *ev, const ck_sym *a);
const ck_sym *ck_ev_sym_cond(ck_ev *ev, const ck_sym *condition, const ck_sym *a, const ck_sym *b);
ck_value ck_ev_choice(ck_ev *ev, const ck_sym *condition, ck_value a, ck_value b); /* folds equal sides */

/* aggregates */
ck_value ck_ev_list(ck_ev *ev, const char *cls, const ck_value *values, size_t n); /* copies values into fresh cells */
void ck_ev_list_push(ck_ev *ev, ck_cell *list,
                     ck_value v); /* appends to the LIST in the cell; opens it if it holds none */
ck_value ck_ev_list_of_cells(ck_ev *ev, const char *cls, ck_cell **cells, size_t n);
ck_value ck_ev_map(ck_ev *ev, const char *cls);
ck_cell *ck_ev_map_find(ck_ev *ev, ck_value map, ck_value key,
                        bool *known); /* NULL if absent; *known false if it cannot be said */
ck_cell *ck_ev_map_put(ck_ev *ev, ck_cell *map,
                       ck_value key); /* the slot's cell, new (VOID) if it was absent; keeps std::map sorted */
void ck_ev_map_erase(ck_ev *ev, ck_cell *map, ck_value key);
ck_cell *
ck_ev_object(ck_ev *ev, const char *cls,
             ck_loc loc); /* a new cell with an OBJECT of a library class; registry if its row says is_module */
ck_cell *ck_ev_field(ck_ev *ev, ck_object *object,
                     const char *name); /* the field's cell, made (VOID) if it is not there */
ck_cell *ck_ev_find_field(const ck_object *object, const char *name); /* NULL if it is not there */
ck_value ck_ev_pointer(ck_ptr_flavour flavour, ck_cell *cell);
ck_value ck_ev_ref(ck_cell *cell); /* the lvalue result of a built-in */
ck_value ck_ev_iterator(ck_cell *container,
                        size_t index); /* to element `index` of the LIST, MAP or STRING in the cell */
/* The cell of the element that an ITERATOR points to (of a MAP: a fresh pair of key and the slot's cell); NULL if it is
 * past the end or cannot be said. */
ck_cell *ck_ev_element(ck_ev *ev, ck_value iterator);
ck_value ck_ev_tensor(ck_ev *ev, const ck_dim *dims, int32_t rank, ck_dtype dtype); /* copies dims */

/* classes and calls */
/* Does class `cls` of the object derive from (or equal) library class `base`? */
bool ck_ev_is_a(ck_ev *ev, const ck_object *object, const char *base);
bool ck_ev_type_is_a(ck_ev *ev, const ck_ir_type *type,
                     const char *base); /* RECORD types, the project's or a library's */
const ck_library_class *ck_ev_library_class(ck_ev *ev, const char *name);
/* Constructs a value of `type` from arguments as C++ would (project class: chooses the constructor by arity, types and
 * defaults, and runs it; library class: its row). */
ck_value ck_ev_construct(ck_ev *ev, const ck_ir_type *type, ck_cell **args, size_t nargs, bool brace,
                         const ck_ir *node);
/* Constructs on the heap: a cell with the OBJECT, for new, make_shared, holders. */
ck_cell *ck_ev_construct_cell(ck_ev *ev, const ck_ir_type *type, ck_cell **args, size_t nargs, bool brace,
                              const ck_ir *node);
ck_value ck_ev_default(ck_ev *ev, const ck_ir_type *type, const ck_ir *node); /* value-initialisation */
ck_value ck_ev_invoke(ck_ev *ev, ck_value closure, ck_cell **args, size_t nargs, const ck_ir *node);
/* Calls method `name` (plain) of the project's object, virtual dispatch included; *found false if the class has none of
 * that name. */
ck_value ck_ev_call_method(ck_ev *ev, ck_cell *object, const char *name, ck_cell **args, size_t nargs,
                           const ck_ir *node, bool *found);
/* The path ends here: a throw that is certain (message for notes). Control returns to the caller normally; the
 * statement evaluator sees the flag. */
void ck_ev_throw(ck_ev *ev, ck_loc loc, const char *what);

/* Is this a trial run of a loop's body, to see what it changes? Rows that record what happens (load sites) must not do
 * so then; the body is run again for good. Observers are not called. */
bool ck_ev_is_trial(const ck_ev *ev);
/* Is this one round for all, of a loop whose number of rounds is not known? */
bool ck_ev_in_unknown_round(const ck_ev *ev);
/* Tells the observer. */
/* Does the condition say whether a loop with an unknown number of rounds has one, or what happens in one of them? */
bool ck_ev_is_of_rounds(const ck_ev *ev, const ck_sym *sym);
void ck_ev_file_changes(ck_ev *ev, ck_file_effect effect, ck_value path, ck_loc loc);
/* exit(), abort(), std::terminate(): the path ends here. Rows of such functions call it. */
void ck_ev_exit(ck_ev *ev);
/* Is the path inside a `try` block, of this function or of a caller? */
bool ck_ev_in_try(const ck_ev *ev);

/* registries (torch's register_* rows are made of these) */
const ck_registry *ck_ev_registry(ck_ev *ev, const ck_object *object); /* current; never NULL for modules */
/* The first registration of that kind and name, whatever its condition, or NULL. */
const ck_registration *ck_ev_registered(ck_ev *ev, const ck_object *object, ck_reg_kind kind, const char *name);
void ck_ev_register(ck_ev *ev, ck_object *object, ck_reg_kind kind, ck_value name, ck_value value, ck_loc loc);
void ck_ev_set_registry(ck_ev *ev, ck_object *object,
                        const ck_registry *registry); /* replace_module, unregister_module, ModuleList::insert */

/* --- the standard library's values (std_stream.c) ------------------------------------------------------------- */
/* The path that a file stream was opened with (NATIVE CK_TAG_STREAM), or NULL. */
const ck_value *ck_std_stream_path(ck_value stream);
/* A known text as a std::string, a literal, an array or a pointer into one holds it. */
bool ck_std_text(ck_call *call, ck_value v, const char **out);
#endif
