/* run_int.h - what one analysis collects while the evaluator runs: run.c fills it, analyse.c makes the result of it. */
#ifndef CK_TORCH_RUN_INT_H
#define CK_TORCH_RUN_INT_H
#include "torch/torch_int.h"

typedef struct {
  ck_model *model;
  ck_condition when; /* the decisions of its world */
  bool reached_end;  /* the entry function ended normally */
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
} ck_torch_construction;

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
  CK_VEC(ck_torch_construction) constructions;
  CK_VEC(ck_cell *) objects; /* module objects of the project's classes, constructed to the end */
  size_t entry;              /* number of the entry point being run */
  /* over all worlds */
  CK_VEC(ck_torch_replaced) replaced;
  ck_map place_index, site_index; /* by location: index plus 1 */
  CK_VEC(ck_torch_place) places;
  CK_VEC(ck_torch_site_builder) sites;
  CK_VEC(ck_model_finding) findings;
  CK_VEC(ck_torch_member) members;
  ck_map done; /* class names whose constructors ran */
};

extern const ck_observer ck_torch_observer; /* data: the run, to be filled in */
ck_torch_site_builder *ck_torch_site_at(ck_torch_run *run, ck_loc loc, ck_loader loader);
bool ck_torch_same_model(const ck_model *a, const ck_model *b);
/* One model of what a place constructs in all its worlds. */
ck_model *ck_torch_merge(ck_torch_run *run, const ck_torch_place *place);

/* ---- roots.c ---------------------------------------------------------------------------------------------------- */
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
bool ck_torch_is_module_type(ck_torch_run *run, const ck_ir_type *type); /* module class, pointer to one, or holder */
#endif
