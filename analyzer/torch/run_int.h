/* run_int.h - what one analysis collects while the evaluator runs: run.c fills it, analyse.c makes the result of it. */
#ifndef CK_TORCH_RUN_INT_H
#define CK_TORCH_RUN_INT_H
#include "torch/torch_int.h"

typedef struct {
  ck_model *model;
  ck_condition when; /* the decisions of its world */
  bool reached_end;  /* the entry function ended normally */
  bool was_known;    /* when it was constructed */
  size_t entry;      /* number of the entry point that was run */
} ck_torch_occurrence;

/* A place that constructs a module: a variable, an expression, or a class run on its own. */
typedef struct {
  const ck_ir *node;
  CK_VEC(ck_torch_occurrence) models;
} ck_torch_place;

typedef struct {
  ck_site site;
  CK_VEC(ck_alternative) alternatives;
  bool reached;
  size_t entry; /* the last one that reached it */
} ck_torch_site_builder;

typedef struct {
  const ck_tensor *tensor, *fresh; /* fresh NULL: not known what it is now */
  const char *why;
  ck_loc loc;
} ck_torch_replaced;

typedef struct {
  const ck_ir *node;
  ck_cell *cell;
  bool was_known; /* that it is a module */
} ck_torch_construction;

/* A checkpoint that the running world took apart by hand; one alternative of its site when the world ends. */
typedef struct {
  const ck_torch_file *content;
  ck_loc loc; /* of the call that read it */
  ck_loader loader;
  ck_alternative alternative;
  bool is_walked; /* what it holds was listed */
} ck_torch_opened;

/* A tensor that the running world wrote to, or asked for in vain. */
typedef struct {
  size_t file;             /* that its source is of; SIZE_MAX: of none */
  const ck_tensor *target; /* the registered tensor; copy.to is what it was like before */
  ck_copy copy;
} ck_torch_write;

typedef struct ck_torch_link ck_torch_link; /* copies.c */

/* A member that holds a module which the constructors of its class created; over all objects of the class. */
typedef struct {
  const char *cls, *member, *child; /* class, member, class of what it holds */
  ck_loc loc;                       /* of the member's declaration; of the creation if the member is a container */
  bool registered;                  /* somewhere it is, or may be */
} ck_torch_member;

struct ck_torch_run {
  ck_analysis analysis; /* first: the caller holds a pointer to it */
  ck_arena arena;
  ck_ev *ev;
  const ck_ir_program *program;
  const ck_torch_request *request;
  /* of the world being run */
  ck_cell *default_dtype;
  ck_object file_notes;                      /* its registry: what the program has done to files so far (written.c) */
  CK_VEC(ck_registration) written_in_rounds; /* of loops whose number of rounds is not known */
  CK_VEC(ck_torch_construction) constructions;
  CK_VEC(ck_cell *) objects; /* module objects of the project's classes, constructed to the end */
  const ck_ir *class_run;    /* the class whose constructor is the entry point; NULL: a function is */
  size_t entry;              /* number of the entry point being run */
  CK_VEC(ck_torch_opened) files;
  CK_VEC(ck_torch_write) writes;
  CK_VEC(ck_cell *) listed; /* modules whose tensors were listed */
  ck_map links;             /* address of a tensor: ck_torch_link, what it was made of */
  const char *vague;        /* why more may have been written than `writes` tells; NULL */
  ck_loc vague_loc;
  unsigned no_grad;   /* gradients may be off */
  bool loads_modules; /* torch::load of a module was called, too */
  /* over all worlds */
  CK_VEC(ck_torch_replaced) replaced;
  ck_map place_index, site_index; /* by location: index plus 1 */
  CK_VEC(ck_torch_place) places;
  CK_VEC(ck_torch_site_builder) sites;
  CK_VEC(ck_model_finding) findings;
  CK_VEC(ck_torch_member) members;
  ck_map done; /* class names whose constructors ran */
  struct {
    CK_VEC(ck_torch_site_builder) sites;
    size_t findings, replaced;
  } before;        /* again.c: what there was when the entry point began */
  ck_map may_call; /* the same, if what function objects have captured counts, too */
  ck_map may_lead; /* loud.c: types by spelling, 1 if a value of it may lead to a module */
};

extern const ck_observer ck_torch_observer; /* data: the run, to be filled in */
ck_torch_site_builder *ck_torch_site_at(ck_torch_run *run, ck_loc loc, ck_loader loader);
void ck_torch_add_alternative(ck_torch_run *run, ck_torch_site_builder *builder, ck_alternative alternative);

/* Calls `visit` for each module that a member's value holds: pointer, holder, or elements of a container. */
void ck_torch_each_module(ck_ev *ev, ck_value v, void (*visit)(void *, ck_cell *), void *data);

/* --- loose.c -------------------------------------------------------------------------------------------------- */
void ck_torch_add_loose(ck_torch_run *run); /* to the constructions of the world that ends */

/* --- copies.c ------------------------------------------------------------------------------------------------- */
void ck_torch_copies_begin(ck_torch_run *run); /* a world */
void ck_torch_copies_end(ck_torch_run *run, bool reached_end);
void ck_torch_copies_calling(ck_call *call);
void ck_torch_copies_called(ck_call *call, ck_value result);
bool ck_torch_same_copies(const ck_alternative *a, const ck_alternative *b);
/* Opens the file of a loader call for the world that runs: its number, or SIZE_MAX if it cannot be taken apart. */
size_t ck_torch_file_opened(ck_torch_run *run, ck_loc loc, ck_loader loader, ck_alternative alternative);
const ck_torch_file *ck_torch_open_file(const ck_torch_run *run, size_t file); /* NULL: there is none of that number */
void ck_torch_mark_source(ck_torch_run *run, const ck_tensor *t, size_t file, const char *key); /* t is that tensor */
/* A file's dict has no `key`: ABSENT, it throws, or SOUGHT, it says so. */
void ck_torch_copy_asked(ck_call *call, ck_copy_kind kind, ck_value dict, const char *key);
void ck_torch_copy_absent(ck_call *call, ck_copy_kind kind, size_t file, const char *key); /* an archive */
void ck_torch_copy_read(ck_call *call, ck_value to, ck_value from); /* `to` gets the storage of a file's tensor */
/* A model's dict has no `key`: UNWANTED, it throws, or SOUGHT. */
void ck_torch_copy_unwanted(ck_call *call, ck_copy_kind kind, const char *key);
void ck_torch_copy_walked(ck_call *call, size_t file);      /* what it holds is listed */
void ck_torch_copy_walked_by(ck_call *call, ck_value item); /* the file that `item` is of */
void ck_torch_copy_no_tensor(ck_call *call, ck_value v);    /* toTensor() of what is none: it throws */
/* Is `v` a value of a file that is neither tensor nor dict? */
bool ck_torch_file_other(ck_ev *ev, ck_value v, size_t *file, const char **path, const char **type);

bool ck_torch_same_model(const ck_model *a, const ck_model *b);
/* One model of what a place constructs in all its worlds. */
ck_model *ck_torch_merge(ck_torch_run *run, const ck_torch_place *place);

/* --- written.c ------------------------------------------------------------------------------------------------ */
void ck_torch_file_changes(ck_ev *ev, void *run, ck_file_effect effect, ck_value path, ck_loc loc); /* observer */
/* The working directory with a text behind it is a relative path; any other path is what it is. */
ck_value ck_torch_path_from_here(ck_ev *ev, ck_value path);
/* Why the file that `path` (STRING) means when it is loaded need not be the one of build time; NULL: it is. May split
 * the world. */
const char *ck_torch_file_is_changed(ck_ev *ev, ck_value path, ck_loc *loc);

/* --- again.c -------------------------------------------------------------------------------------------------- */
void ck_torch_remember(ck_torch_run *run); /* an entry point begins */
void ck_torch_again(ck_ev *ev, void *run); /* observer: forgets what was found since */
void ck_torch_forget(ck_torch_run *run);   /* frees what is remembered */

/* --- loud.c --------------------------------------------------------------------------------------------------- */
bool ck_torch_may_lead(ck_ev *ev, void *data, const ck_ir_type *type);
ck_loudness ck_torch_loudness(ck_ev *ev, void *run, const ck_ir *node, bool in_sight); /* observer */
bool ck_torch_calls_back(const char *usr);                                             /* observer */

/* --- roots.c -------------------------------------------------------------------------------------------------- */
typedef struct {
  const ck_ir *node;      /* FUNCTION with a body */
  const ck_ir *record;    /* class it is a member of, or NULL */
  bool loads, constructs; /* itself, or something it may call */
  bool has_caller, run;   /* a caller: also who takes the address */
  bool is_called;         /* by its name, or as a constructor or method */
  bool leads_to_missed;   /* itself or by its callees to a site that no root reached */
  CK_VEC(size_t) callees;
} ck_torch_function;
typedef struct {
  ck_torch_function *at;
  size_t n;
} ck_torch_functions;
bool ck_torch_wanted_file(const ck_torch_run *run, const char *file);
/* All functions of the program and who calls whom; also makes a site of every loader call that is written. */
ck_torch_functions ck_torch_find_functions(ck_torch_run *run);
void ck_torch_functions_free(ck_torch_functions functions);
bool ck_torch_is_load(const ck_ir *node);                                /* a call that a site is made of */
bool ck_torch_is_module_type(ck_torch_run *run, const ck_ir_type *type); /* module class, pointer to one, or holder */
#endif
