/* eval_int.h - what the files of analyzer/eval share among themselves: the evaluator's state.
 *
 * Persistent over all worlds: interned strings, symbols, caches that depend on the program alone. Per world: global
 * and static variables, facts, counters. All values of all worlds live in one arena, freed with the evaluator.
 *
 * Control flow is a flag (`flow`), not longjmp: whoever evaluates something looks at it before going on, so the journal
 * and the stacks of frames, bindings and facts are always unwound by the one who pushed. */
#ifndef CK_EVAL_INT_H
#define CK_EVAL_INT_H
#include "base/map.h"
#include "base/vec.h"
#include "eval/eval.h"

/* Bytes of C stack that one run may use: half of the usual 8 MB. */
#define CK_LIMIT_STACK ((size_t)4 << 20)
enum {
  CK_LIMIT_LEAVES = 64,          /* alternatives of one value, beyond it is unknown */
  CK_LIMIT_TOLD_APART = 6,       /* elements of a container, each in a world of its own, by an index or key not known */
  CK_LIMIT_VARIANTS = 12,        /* ... by a key, once in a world */
  CK_LIMIT_SPLITS = 4,           /* rounds of one loop that split the world */
  CK_LIMIT_QUIET_SPLITS = 1,     /* ... of one that makes no module */
  CK_LIMIT_FOLLOWED_WORLDS = 16, /* after so many, loops that no module notices are not followed any more */
  CK_LIMIT_FOLLOWED_STEPS = 500 * 1000, /* ... or after so many in them, of all worlds */
  CK_LIMIT_EARLY_WORLDS = 8,            /* after so many, fewer splits are enough */
  CK_LIMIT_WAYS = 8,                    /* through a round that stands for many */
  CK_LIMIT_LATE_DIVISOR = 4,            /* of the next two, then */
  CK_LIMIT_WAYS_STEPS = 100 * 1000,     /* nodes evaluated on all of them */
  CK_LIMIT_FIXPOINT = 4,                /* tries to find what an unknown number of rounds changes */
  CK_LIMIT_QUIET_NODES = 200 * 1000, /* that are looked at for whether a piece of code is one that no module notices */
};

typedef enum {
  CK_FLOW_ON,
  CK_FLOW_BREAK,
  CK_FLOW_CONTINUE,
  CK_FLOW_RETURN,
  CK_FLOW_THROW,
  CK_FLOW_STOP, /* exit(), or a limit (then ev->limit is set): the world ends here */
} ck_flow;

/* Pointer-keyed hash map; p is NULL where nothing was put. */
typedef struct {
  struct {
    const void *key;
    void *p;
  } *slots;
  size_t count, size;
} ck_ptrmap;
void ck_ptrmap_release(ck_ptrmap *map);
void ck_ptrmap_clear(ck_ptrmap *map);
void **ck_ptrmap_slot(ck_ptrmap *map, const void *key); /* made if absent; good until the next call */
void *ck_ptrmap_get(const ck_ptrmap *map, const void *key);

/* What is known on the path that is being run. */
typedef enum {
  CK_FACT_DECISION, /* of this world */
  CK_FACT_BRANCH,   /* of a branch that is being run; gone after it */
  CK_FACT_ASSUMED,  /* holds on every run that comes this far (a check that throws otherwise), or follows from others:
                       no part of ck_ev_path */
} ck_fact_kind;
typedef struct {
  const ck_sym *sym; /* no NOT at the top */
  bool holds;
  ck_fact_kind kind;
} ck_fact;

typedef struct {
  const ck_sym *sym;
  bool holds, flipped;
} ck_decision;

typedef struct {
  ck_cell *cell;
  ck_value v; /* journal: the old value; writes: the new one */
  uint32_t mark;
} ck_write;
typedef CK_VEC(ck_write) ck_writes;

typedef struct {
  size_t start;
  uint32_t id, outer;
} ck_journal;

/* What is not followed, since it has made too many worlds, if no module notices it (quiet.c). */
typedef enum {
  CK_PASSES_NOTHING,
  CK_PASSES_LOOPS,
  CK_PASSES_STATEMENTS, /* loops as well */
} ck_passes;

/* Of the elements of a table of variants (CK_LIMIT_VARIANTS), in the entry point that is run. */
typedef enum {
  CK_VARIANTS_NONE, /* no such table was asked */
  CK_VARIANTS_TOLD_APART,
  CK_VARIANTS_UNKNOWN, /* they are not told apart */
} ck_variants;

/* A place in the block of a `try` where a call may throw (try.c). */
typedef struct {
  const ck_sym *condition; /* the block is left there */
  const char *what;        /* the text of the call */
  ck_loc loc;
  const char *thrown; /* class of what is thrown, or a base of it; NULL: anything */
  bool is_vague;      /* it stands for other places, too: what the block names is not known */
  ck_writes writes;   /* what had been written since the block began; not if it is vague */
} ck_throw_note;

/* A `try` whose block is being run. */
typedef struct ck_try ck_try;
struct ck_try {
  ck_try *outer;
  const ck_ir *node, *block; /* the TRY, and all that its handlers guard */
  ck_journal journal;
  size_t facts, rounds_unknown, trials; /* when it began */
  ck_value thrown, result;              /* then, too */
  bool is_idle;                         /* it makes no difference what throws: nothing is noted */
  bool is_constructor;                  /* the body of one: its handlers throw again at their end */
  CK_VEC(ck_throw_note) notes;
};

typedef struct {
  const char *usr;
  ck_cell *cell;
} ck_binding;

/* A running function. */
typedef struct ck_frame ck_frame;
struct ck_frame {
  ck_frame *up;
  const ck_ir *function; /* NULL: initialisation of a global */
  const ck_ir_unit *unit;
  ck_cell *self;      /* `this`: the cell of the object, or NULL */
  const ck_ir *scope; /* RECORD whose member the function is, for QUALIFIED calls and constructors */
  size_t first;       /* its bindings: ev->bindings from here */
  ck_value result;    /* of RETURN; REF if the function returns a reference */
  bool returns_ref;
};

/* A class of the program, resolved. */
typedef struct ck_class ck_class;
typedef struct {
  const ck_ir *node;         /* BASE */
  ck_class *project;         /* or */
  const ck_ir_type *library; /* its type, if it is no class of the program */
} ck_base;
struct ck_class {
  const ck_ir *record;
  const ck_ir_unit *unit;
  ck_base *bases;
  size_t nbases;
  const ck_ir_type *holder; /* the ModuleHolder<Impl> that it derives from, or NULL */
  bool is_module;           /* some library base is_module */
  bool has_own_ctor;        /* a constructor with a body or initialisers, copies not counted */
  bool busy;                /* while it is being resolved: a class cannot be its own base */
};

/* A function's declaration and the RECORD that it stands in, NULL if none. */
typedef struct {
  const ck_ir *function, *record;
} ck_method;

/* Where a call goes. */
typedef struct {
  const ck_ir *function; /* with a body, or NULL */
  const char *why;       /* no function: a clash of definitions, or NULL */
} ck_target_fn;

struct ck_ev {
  const ck_ir_program *program;
  const ck_library *const *libraries;
  size_t nlibraries;
  ck_observer observer;
  ck_arena arena;

  /* persistent */
  ck_map strings;
  const ck_sym **syms; /* hash table */
  size_t nsyms, sym_slots;
  ck_ptrmap functions;               /* usr (interned by a unit) or node -> ck_target_fn */
  ck_ptrmap records;                 /* type -> ck_class, or &no_class */
  ck_ptrmap classes;                 /* RECORD -> ck_class */
  ck_ptrmap units;                   /* FUNCTION -> its unit */
  ck_map methods;                    /* usr of a method -> ck_method */
  ck_map written;                    /* usr of a variable that something may change after its initialisation */
  CK_VEC(const ck_ir *) instances;   /* of constructor templates */
  CK_VEC(const ck_ir *) lambdas;     /* instances of generic lambdas' call operators */
  CK_VEC(const ck_ir *) variables;   /* of namespaces and classes, in order of the source */
  CK_VEC(const ck_ir *) initialised; /* those of them that have an initialiser */
  bool scanned;                      /* the four above are filled */
  ck_map sources;                    /* file -> its text, or NULL */
  ck_map texts;                      /* places: what ck_ev_text_at said of them */
  ck_buffer buffer;
  ck_map builtins; /* name -> rows of that name (tables.c) */
  ck_map library_classes;
  CK_VEC(const ck_builtin *) builtin_prefixes;
  CK_VEC(const ck_library_class *) class_prefixes;
  ck_map throwing; /* name of a call -> its ck_throwing, or NULL */

  /* per world */
  ck_ptrmap globals;              /* VAR -> ck_cell */
  CK_VEC(ck_cell *) statics;      /* functions' own static variables among them that are no constants */
  const ck_unknown *statics_open; /* why those that are still to come may have any value; NULL: they have not */
  ck_map occurrences;             /* place of an unknown condition -> how often met */
  ck_map joined;                  /* place of a condition -> how often data was joined there */
  CK_VEC(ck_fact) facts;
  size_t equalities;  /* facts of the form sym == constant that hold */
  signed char *truth; /* by ck_sym.id: 1 holds, -1 does not, 0 not known */
  size_t truth_room;
  uint32_t next_object;

  /* decisions, replayed */
  CK_VEC(ck_decision) decisions;
  size_t next_decision;

  /* running */
  ck_flow flow;
  ck_value thrown;
  const char *limit;
  uint64_t steps;         /* of this entry point */
  size_t world;           /* the one that is run, from 1 on */
  uint64_t earlier_steps; /* of those before */
  size_t made;            /* registrations and objects that take some: what loops are followed for */
  size_t depth, try_depth;
  char *stack_base;
  ck_frame *frame;
  CK_VEC(ck_binding) bindings;
  CK_VEC(ck_write) journal;
  uint32_t journal_id, journal_serial, journal_mark;
  size_t rounds_unknown;        /* nesting of loops whose rounds are not known */
  size_t trials;                /* nesting of trial rounds (round.c) */
  const char *blurred;          /* inside such a loop: why it cannot be understood as a pattern */
  struct ck_fork *fork;         /* of the innermost such loop */
  ck_try *tries;                /* the innermost `try` whose block is run */
  struct ck_quiet_index *quiet; /* quiet.c; NULL: not asked yet */
  ck_ptrmap splitting;          /* loops and statements of this entry point that split the world */
  size_t split_by;              /* decisions of this world until here were made in statements that are in it */
  ck_ptrmap round_conditions;   /* ck_sym: that a loop with an unknown number of rounds has one */
  ck_ptrmap loud_destructors;   /* destructor.c: FUNCTIONs, once they are known */
  ck_ptrmap too_deep;           /* functions that have called themselves to the limit, in this world */
  unsigned spares_modules;      /* what is opened leaves modules as they are */
  bool entry_is_main, destructors_known;
  uint64_t splitting_steps; /* nodes evaluated in those of them that no module notices, in all worlds */
  bool told_apart;          /* variants, in this world */
  ck_variants variants;
  ck_passes passes; /* of what is in `splitting` */
};

static inline bool ck_ev_on(const ck_ev *ev) { return ev->flow == CK_FLOW_ON; }

/* sym.c */
const ck_sym *ck_ev_sym_int(ck_ev *ev, int64_t i);
const ck_sym *ck_ev_sym_name(ck_ev *ev, ck_sym_type type, const char *name, const char *origin, ck_loc loc, bool index);
/* The symbol of a place that has made some before it. */
const ck_sym *ck_ev_sym_occurrence(ck_ev *ev, ck_sym_type type, const char *name, const char *origin, ck_loc loc,
                                   bool index, uint64_t earlier);
/* A symbol as a value: constants become plain values. */
ck_value ck_ev_value_of_sym(ck_ev *ev, const ck_sym *sym);
bool ck_ev_sym_has_index(const ck_sym *sym);

/* facts.c */
void ck_ev_add_fact(ck_ev *ev, const ck_sym *sym, bool holds, ck_fact_kind kind);
/* Forgets the facts from number `n` on, but not decisions. */
void ck_ev_drop_facts(ck_ev *ev, size_t n);
/* Is the truth of `sym` known on this path? */
bool ck_ev_truth_of(ck_ev *ev, const ck_sym *sym, bool *holds);
/* What the path says the symbol is: a constant if it is known to equal one. */
ck_value ck_ev_resolve(ck_ev *ev, ck_value v);
/* Decides `sym` for this world. */
bool ck_ev_decide_sym(ck_ev *ev, const ck_sym *sym);
/* The condition symbol that stands for an unknown truth met at `loc`; another one at each evaluation. */
const ck_sym *ck_ev_unknown_condition(ck_ev *ev, ck_value v, ck_loc loc);
/* The same by a name of its own. */
const ck_sym *ck_ev_condition_named(ck_ev *ev, const char *name, const char *origin, ck_loc loc);
/* An integer or truth that is not known as a symbol of its own, by that name (NULL: its text in the source), also
 * where it is one side of a choice. Other values stay what they are. For what keeps its value from now on. */
ck_value ck_ev_name_unknown(ck_ev *ev, ck_value v, const ck_ir_type *type, const char *name, ck_loc loc);
extern const char ck_changed_by_rounds[], ck_too_many_worlds[];
/* What rounds leave as a or as b: unknown, but what may be reached through either is reached through it. */
ck_value ck_ev_either(ck_ev *ev, ck_value a, ck_value b, ck_loc loc);
/* Names the numbers that `body`, run an unknown number of times, has left in variables. */
void ck_ev_name_what_is_left(ck_ev *ev, const ck_ir *body);
void ck_ev_world_begin(ck_ev *ev);
/* Sets up the next set of decisions; false if all have been run. */
bool ck_ev_world_next(ck_ev *ev);

/* journal.c */
void ck_ev_put(ck_ev *ev, ck_cell *cell, ck_value v); /* a store that nobody else notices */
void ck_ev_journal_begin(ck_ev *ev, ck_journal *j);
/* Restores what the cells held at the begin. Returns what they were given since; free its `at`. */
ck_writes ck_ev_journal_undo(ck_ev *ev, const ck_journal *j);
/* Ends the journal as if it had not been begun. */
void ck_ev_journal_keep(ck_ev *ev, const ck_journal *j);
/* What is written until now can be asked for from here on, and undoing comes back to it. */
void ck_ev_journal_mark(ck_ev *ev);
/* What the cells were given since the begin, and hold now; free its `at`. */
ck_writes ck_ev_journal_since(ck_ev *ev, const ck_journal *j);

/* held.c */
/* What v may be followed to; NULL: nowhere. */
ck_cell *ck_ev_reached(ck_ev *ev, ck_value v);
/* The unknown v as one that may lead to those cells, too (NULL among them: nothing); anything else as it is. */
ck_value ck_ev_holding(ck_ev *ev, ck_value v, ck_cell *const *cells, size_t n);
bool ck_ev_may_lead(ck_ev *ev, const ck_ir_type *type); /* may a value of the type own, or point to, a module? */
/* Was something opened of what an unknown container (ck_unknown.into) may hold? */
bool ck_ev_is_reached(const ck_cell *held);
/* The cell of an lvalue that is not known. */
ck_cell *ck_ev_unknown_place(ck_ev *ev, ck_value v, const ck_ir_type *type);
void ck_ev_stored_somewhere(ck_ev *ev, ck_cell *cell, ck_value v); /* v is stored in such a cell */

/* fork.c */
typedef struct ck_fork {
  CK_VEC(ck_decision) decisions;
  size_t next, ways;
  uint64_t steps; /* when it began */
  struct ck_fork *outer;
} ck_fork;
void ck_ev_fork_begin(ck_ev *ev, ck_fork *fork);
bool ck_ev_fork_decide(ck_ev *ev, const ck_sym *sym); /* on this way */
/* Is there another way? Then it is the one that is decided by. If there are too many, ev->blurred says so. */
bool ck_ev_fork_next(ck_ev *ev, ck_fork *fork);
void ck_ev_fork_end(ck_ev *ev, ck_fork *fork);

/* branch.c */
/* What follows a side: nothing but the end of a function or of a round, or something else. */
typedef enum { CK_TAIL_NONE, CK_TAIL_FUNCTION, CK_TAIL_LOOP } ck_tail;
typedef ck_value ck_side(ck_ev *ev, const void *data, bool holds);
/* Runs `side` under both truths of the condition and joins; only one if the path knows it. The result is the joined
 * value. May decide the condition, if a side does not end normally. */
ck_value ck_ev_branch(ck_ev *ev, const ck_sym *condition, ck_side *side, const void *data, ck_tail tail);
/* One value from those of two sides, registries included. */
ck_value ck_ev_join(ck_ev *ev, const ck_sym *condition, ck_value a, ck_value b);
/* Stores the join of two sets of writes, `b` NULL: nothing written. */
void ck_ev_join_writes(ck_ev *ev, const ck_sym *condition, const ck_writes *a, const ck_writes *b);

/* scalar.c */
bool ck_ev_same(ck_value a, ck_value b); /* certainly the same value, without looking into cells */
/* The truth of v as a value: BOOL, SYM, CHOICE of those, UNKNOWN. */
ck_value ck_ev_truth(ck_ev *ev, ck_value v, ck_loc loc);
/* Is a string that stands for a `char *` null: BOOL or SYM. */
ck_value ck_ev_is_null(ck_ev *ev, ck_value string);
/* `common`: the type that both operands have after the usual arithmetic conversions, NULL if not known. */
ck_value ck_ev_arith(ck_ev *ev, ck_ir_op op, ck_value a, ck_value b, const ck_ir_type *common, const ck_ir_type *type,
                     ck_loc loc);
int64_t ck_ev_wrap(int64_t i, const ck_ir_type *type);
const ck_ir_type *ck_ev_promote(const ck_ir_type *type);
/* The common type of the usual arithmetic conversions; NULL if it is not one of arithmetic types. */
const ck_ir_type *ck_ev_common_type(const ck_ir_type *a, const ck_ir_type *b);
bool ck_ev_is_string_type(const ck_ir_type *type); /* std::string and friends, char pointers and arrays */
ck_value ck_ev_convert_scalar(ck_ev *ev, ck_value v, const ck_ir_type *type, ck_loc loc);
/* An unknown scalar of the type as a symbol; unknown (reason: `origin`) if the type is no scalar. */
ck_value ck_ev_symbolic(ck_ev *ev, const ck_ir_type *type, const char *name, const char *origin, ck_loc loc);

/* tables.c */
void ck_ev_load_tables(ck_ev *ev);
const ck_builtin *ck_ev_find_builtin(ck_ev *ev, const char *name, size_t nargs);

/* class.c */
/* The program's class that a type names, or NULL. */
ck_class *ck_ev_class_of_type(ck_ev *ev, const ck_ir_type *type);
ck_class *ck_ev_class_of_record(ck_ev *ev, const ck_ir *record);
bool ck_ev_derives(const ck_class *cls, const ck_ir *record);
bool ck_ev_class_is_a(ck_ev *ev, const ck_class *cls, const char *library_base);
const ck_method *ck_ev_method(ck_ev *ev, const char *usr); /* NULL if no class of the program declares it */
/* The declaration that a virtual call of method `usr` on an object of class `cls` runs, or NULL. */
const ck_ir *ck_ev_override(ck_ev *ev, const ck_class *cls, const char *usr);
const ck_target_fn *ck_ev_find_function(ck_ev *ev, const char *usr);
/* A method of that plain name that takes so many arguments, the class's own first; NULL if there is none. */
const ck_ir *ck_ev_method_named(ck_ev *ev, const ck_class *cls, const char *name, size_t nargs);
const char *ck_ev_plain_name(const char *qualified);
bool ck_ev_takes(const ck_ir *function, size_t nargs); /* by number of parameters and defaults */
/* The default argument of parameter `i`, wherever it is declared; NULL if there is none. */
const ck_ir *ck_ev_default_argument(ck_ev *ev, const ck_ir *function, size_t i);
/* Fills ev->methods, ev->written and what else is asked of all of the program. */
void ck_ev_scan_program(ck_ev *ev);

/* writes.c */
bool ck_ev_hands_on(const ck_ir_type *type); /* a reference through which something may be written */
void ck_ev_collect_writes(ck_ev *ev);        /* fills ev->written */

/* overload.c */
/* The constructor that C++ would choose, as far as values and types tell; NULL if none takes the arguments. */
/* The method of that name (plain) that takes the arguments; NULL if there is none, or (*unclear) which is not known. */
const ck_ir *ck_ev_choose_method(ck_ev *ev, const ck_class *cls, const char *name, ck_cell **args, size_t nargs,
                                 bool *unclear);
/* Of an object made of lambdas (`struct Overload : F...`) the one that takes the arguments. */
const ck_closure *ck_ev_choose_closure(ck_ev *ev, const ck_object *object, ck_cell **args, size_t nargs, bool *unclear);
/* Is it a lambda with `auto` parameters, of which only the pattern is said? */
bool ck_ev_is_generic(const ck_closure *closure);
/* Its instance for these arguments; NULL if none is in sight, or more than one fits. */
const ck_ir *ck_ev_choose_instance(ck_ev *ev, const ck_closure *closure, ck_cell **args, size_t nargs);
const ck_ir *ck_ev_choose_ctor(ck_ev *ev, const ck_class *cls, ck_cell **args, size_t nargs, const char *usr);

/* object.c */
ck_cell *ck_ev_new_object(ck_ev *ev, const ck_class *cls, ck_loc loc);
/* Runs construction of class `cls` on the object in `self`. */
void ck_ev_construct_object(ck_ev *ev, ck_cell *self, ck_class *cls, ck_cell **args, size_t nargs, bool brace,
                            const ck_ir *node, const char *usr);
void ck_ev_run_ctor(ck_ev *ev, ck_cell *self, ck_class *cls, const ck_ir *ctor, ck_cell **args, size_t nargs,
                    const ck_ir *node);
void ck_ev_add_field(ck_ev *ev, ck_object *object, const char *name, const ck_ir *decl, ck_cell *cell);
/* The default initialisation of a type: VOID for scalars, classes by their default constructors. */
ck_value ck_ev_default_init(ck_ev *ev, const ck_ir_type *type, const ck_ir *node);
/* A construction whose node names its constructor (USR, "" if not). */
ck_value ck_ev_construct_by(ck_ev *ev, const ck_ir_type *type, ck_cell **args, size_t nargs, bool brace,
                            const ck_ir *node, const char *usr);
ck_cell *ck_ev_field_of(ck_ev *ev, const ck_object *object, const char *name, const char *usr);

/* conversion.c */
/* Converts the program's object by its conversion function to `to`; false if it has none that is plainly the one. */
/* What an object of the program's class is by its base of the standard library: that vector, map or string; or NULL. */
ck_cell *ck_ev_library_part(ck_ev *ev, ck_cell *cell);
bool ck_ev_convert_object(ck_ev *ev, ck_value v, const ck_ir_type *to, ck_loc loc, ck_value *out);

/* convert.c */
/* Assignment between class values, memberwise where fields keep their identity. */
void ck_ev_assign(ck_ev *ev, ck_cell *target, ck_value v);
/* `this` of a method that is an entry point. */
ck_cell *ck_ev_unknown_self(ck_ev *ev, const ck_ir *record, ck_loc loc);
/* A parameter's value when nothing is known of the caller. */
ck_value ck_ev_parameter(ck_ev *ev, const ck_ir_type *type, const char *name, const char *origin, ck_loc loc);

/* moved.c */
/* `source` has given a value of its own to something: if it is std::move(x), x's cell is what is left. */
void ck_ev_leave_moved(ck_ev *ev, const ck_ir *source, ck_cell *cell);

/* dependent.c */
bool ck_ev_is_dependent(const ck_ir *node); /* has it no type, in a pattern? */
/* The type that an instance would have there, without reference; NULL if it is not known. */
const ck_ir_type *ck_ev_dependent_type(ck_ev *ev, const ck_ir *node);
ck_value ck_ev_dependent_binary(ck_ev *ev, const ck_ir *node, ck_value a, ck_value b);
/* Calls the only method of that name of the program's object; false if there is none, or more. */
bool ck_ev_call_by_name(ck_ev *ev, ck_cell *object, const char *name, ck_cell **args, size_t nargs, const ck_ir *node,
                        ck_value *out);
/* MCALL of a plain name; may be REF. */
ck_value ck_ev_dependent_method(ck_ev *ev, const ck_ir *node, ck_cell *self, ck_cell **args, size_t nargs);

/* exception.c */
bool ck_ev_catches(ck_ev *ev, const ck_ir *handler, ck_value thrown);
/* Does the handler take an exception of which only a base class is known (NULL: nothing)? */
typedef enum { CK_TAKES_NOT, CK_TAKES_PERHAPS, CK_TAKES } ck_takes;
ck_takes ck_ev_may_take(ck_ev *ev, const ck_ir *handler, const char *base);

/* throws.c */
const ck_throwing *ck_ev_throwing(ck_ev *ev, const char *name); /* NULL: it does not */
/* Around the call of a row. True: it was noted that it may throw; then `ends` is to be called. */
bool ck_ev_row_begins(ck_ev *ev, const ck_ir *node, const char *name, ck_cell **args, size_t nargs);
void ck_ev_row_ends(ck_ev *ev, const char *name, ck_value result);
/* A call or construction that is not in sight. */
void ck_ev_unseen_may_throw(ck_ev *ev, const ck_ir *node, const char *name);

/* Might the call, of what is not in sight, throw whatever it is given? */
bool ck_ev_call_may_throw(ck_ev *ev, const ck_ir *call);

/* try.c */
/* Notes that `node` may throw, if anything depends on it; false: nothing was noted. */
bool ck_ev_may_throw(ck_ev *ev, const ck_ir *node, const char *thrown);
void ck_ev_does_not_throw(ck_ev *ev); /* the last note was wrong */
/* How many notes there are; forgets some of them. */
size_t ck_ev_notes(const ck_ev *ev);
void ck_ev_forget_notes(ck_ev *ev, size_t from, size_t to);
void ck_ev_try_begin(ck_ev *ev, ck_try *t, const ck_ir *node, const ck_ir *block, bool is_idle);
/* Runs handlers. True if the rest of `block`, from statement `next` on, was run, too (NULL: there is none). */
bool ck_ev_try_end(ck_ev *ev, ck_try *t, const ck_ir *block, uint32_t next, ck_tail tail);
bool ck_ev_exec_try(ck_ev *ev, const ck_ir *node, const ck_ir *block, uint32_t next, ck_tail tail);

/* call.c */
/* Runs a function of the program. The result is REF if it returns a reference. */
ck_value ck_ev_run_function(ck_ev *ev, const ck_ir *function, const ck_ir *scope, ck_cell *self, ck_cell **args,
                            size_t nargs, const ck_ir *node);
/* Binds parameters, converting and copying as their types say; missing ones get their defaults. */
void ck_ev_bind_params(ck_ev *ev, const ck_ir *function, ck_cell **args, size_t nargs, const ck_ir *node);
bool ck_ev_write_call(ck_ev *ev, const ck_ir *target, ck_value v); /* false: `target` is no such call */
ck_value ck_ev_eval_call(ck_ev *ev, const ck_ir *node);            /* CALL, MCALL, OPCALL; may be REF */
/* Evaluates arguments from kid `first` on into cells of the arena. */
ck_cell **ck_ev_eval_args(ck_ev *ev, const ck_ir *node, size_t first, size_t *n);
bool ck_ev_frame_push(ck_ev *ev, ck_frame *frame, const ck_ir *function, const ck_ir *scope, ck_cell *self, ck_loc loc);
void ck_ev_frame_pop(ck_ev *ev);
/* A call that is not understood: its result; opens its arguments. */
ck_value ck_ev_unknown_call(ck_ev *ev, const ck_ir *node, const char *name, const char *why, ck_cell *self,
                            ck_cell **args, size_t nargs);

ck_value ck_ev_eval_lambda(ck_ev *ev, const ck_ir *node);

/* element.c */
/* The element of `list`, which `sequence` holds, at an index that is no known number; the last one where the index is
 * that of none. `is_const`: nothing is written through it. */
ck_cell *ck_ev_some_element(ck_ev *ev, ck_cell *sequence, const ck_list *list, ck_value index, bool is_const,
                            const ck_ir_type *type, ck_loc loc);
/* The result of a library's function: if it is unknown, it may point into what was handed in. */
ck_value ck_ev_of_call(ck_ev *ev, const ck_ir *node, ck_cell *self, ck_cell **args, size_t nargs, ck_value result);
/* Does the cell stand for one of several elements, which one is not known? Then a store opens all of them. */
bool ck_ev_is_any_element(ck_ev *ev, const ck_cell *cell);
void ck_ev_open_owner(ck_ev *ev, const ck_cell *cell, ck_loc loc);

/* source.c */
/* The text there, on one line and not too long; NULL if it cannot be read. */
const char *ck_ev_text_at(ck_ev *ev, ck_loc loc);
/* The place of the node, with the extent of all that is below it. */
ck_loc ck_ev_extent(const ck_ir *node);
void ck_ev_release_sources(ck_ev *ev);

/* expr.c */
bool ck_ev_step(ck_ev *ev); /* counts; false if a limit is reached */
void ck_ev_stop(ck_ev *ev, const char *limit);
ck_value ck_ev_eval(ck_ev *ev, const ck_ir *node);      /* value; lvalues are read, not copied */
ck_cell *ck_ev_eval_cell(ck_ev *ev, const ck_ir *node); /* the lvalue's cell, or a fresh one; never NULL */
ck_cell *ck_ev_member_of(ck_ev *ev, const ck_ir *member, ck_cell *object,
                         const ck_ir *node); /* the data member that a REF with FIELD names, never NULL */
bool ck_ev_is_lvalue(const ck_ir *node);
void ck_ev_bind(ck_ev *ev, const char *usr, ck_cell *cell);
ck_cell *ck_ev_lookup(ck_ev *ev, const char *usr);
ck_value ck_ev_unref(ck_ev *ev, ck_value v); /* REF -> what its cell holds */
ck_cell *ck_ev_temp(ck_ev *ev, ck_value v, const ck_ir_type *type);

/* Arithmetic and comparison of pointers and iterators; false if the operands are none. */
bool ck_ev_pointer_op(ck_ev *ev, ck_ir_op op, ck_value a, ck_value b, ck_loc loc, ck_value *out);

/* text.c: the same of pointers into constant text; `left`: the static type of `a` */
/* What is assigned through a pointer to text goes to an array that is not known which. */
void ck_ev_text_written(ck_ev *ev, const ck_ir *target);
bool ck_ev_points_to_text(const ck_ir_type *type); /* `const char *` or an array of them */
bool ck_ev_text_op(ck_ev *ev, ck_ir_op op, const ck_ir_type *left, ck_value a, ck_value b, ck_loc loc, ck_value *out);

/* init.c: variables */
/* The cell of an initialised variable, field or parameter of `type`: reference types bind, others convert and copy. */
ck_cell *ck_ev_init(ck_ev *ev, const ck_ir_type *type, const ck_ir *init, bool brace, const ck_ir *node);
/* `v`, the value of `init`, where a pointer is wanted: an array is a pointer to its first element. */
ck_value ck_ev_decay(ck_ev *ev, const ck_ir *init, ck_value v);
void ck_ev_declare(ck_ev *ev, const ck_ir *var);
ck_cell *ck_ev_global(ck_ev *ev, const char *usr, const ck_ir *node);
void ck_ev_init_globals(ck_ev *ev); /* what happens before main */
/* Code that is not in sight runs: whatever variable the program changes anywhere, it may change as well. */
void ck_ev_open_globals(ck_ev *ev, ck_loc loc, const char *reason);
void ck_ev_open_statics(ck_ev *ev, ck_loc loc, const char *reason); /* of functions, those to come as well */
void ck_ev_bind_structured(ck_ev *ev, const ck_ir *binding, ck_cell *from);
ck_value ck_ev_init_list(ck_ev *ev, const ck_ir *list, const ck_ir_type *type);
void ck_ev_notice(ck_ev *ev, const ck_ir *place, ck_cell *cell); /* observer.constructed, if it is a module */

/* stmt.c, loop.c */
void ck_ev_exec(ck_ev *ev, const ck_ir *node, ck_tail tail);
/* The block's statements from number `i` on. */
void ck_ev_exec_from(ck_ev *ev, const ck_ir *block, uint32_t i, ck_tail tail);
/* Is there a return, break or continue in it? */
bool ck_ev_may_leave(const ck_ir *node);
/* After a throw: the first handler of the TRY that takes it. `outer`: what was thrown before the TRY. */
void ck_ev_exec_handler(ck_ev *ev, const ck_ir *node, ck_value outer, ck_tail tail);
void ck_ev_exec_loop(ck_ev *ev, const ck_ir *node);
void ck_ev_exec_range_for(ck_ev *ev, const ck_ir *node);
/* The condition that `v`, the value of `node`, is; NULL if its truth is known. */
const ck_sym *ck_ev_condition_symbol(ck_ev *ev, ck_value v, const ck_ir *node, bool *known, bool *holds);

/* open.c */
/* What the code below `node` names may be changed by it in ways that are not understood. */
void ck_ev_open_names(ck_ev *ev, const ck_ir *node, const char *reason);
void ck_ev_open_cell(ck_ev *ev, ck_cell *cell, ck_loc loc, const char *reason);

/* round.c */
/* One kind of loop, for the generic round: how to run the body, and its index. */
typedef struct {
  const ck_ir *body, *extra; /* extra: what else the loop's header names */
  ck_cell *index;            /* or NULL */
  const char *index_name;
  int64_t first;        /* what it is at least, or, where it steps down, at most */
  int step;             /* 1, -1; 0: it may be anything */
  const ck_ir *element; /* RANGE_FOR: VAR or BINDING */
  ck_value unknown;     /* RANGE_FOR: its value */
  ck_loc loc;
} ck_generic;
/* Runs it as all rounds that are left, under the condition that there is one (NULL: there is). False: nothing was done,
 * since the first round is better run by itself, which the caller allows. */
bool ck_ev_run_generic(ck_ev *ev, ck_generic *g, const ck_sym *condition, bool may_take_first);
bool ck_ev_contains(const ck_ir *node, ck_ir_kind kind); /* lambdas are code of their own */
void ck_ev_may_return(ck_ev *ev, ck_loc loc);            /* a loop that is not followed, from its function */

/* destructor.c */
bool ck_ev_has_loud_destructors(ck_ev *ev);
void ck_ev_end_block(ck_ev *ev, const ck_ir *block, size_t scope); /* scope: bindings when it began */

/* quiet.c */
/* If the code (parts but the first may be NULL) is such that no module notices it: takes it as run, with `reason` for
 * what is not known now. False: it is not, and nothing was done. */
bool ck_ev_pass_over(ck_ev *ev, const ck_ir *const *parts, size_t n, ck_loc loc, const char *reason);
bool ck_ev_is_quiet(ck_ev *ev, const ck_ir *code);
void ck_ev_release_quiet(ck_ev *ev);
#endif
