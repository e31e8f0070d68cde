/* contain_int.h - what contain.c and reach.c share. */
#ifndef CK_FRONTEND_CONTAIN_INT_H
#define CK_FRONTEND_CONTAIN_INT_H
#include "frontend/frontend_int.h"

/* A function that does not compile, while its errors are contained. */
typedef struct {
  ck_fe *fe;
  const ck_fe_file *file;
  const ck_ir *function;
  CK_VEC(const ck_ir *) scope;  /* variables and parameters in sight */
  ck_map members;               /* of the class and its bases: names to indices into: */
  ck_fe_cursors member_cursors; /* data of the project, or null */
  CK_VEC(ck_fe_error) errors;   /* in the function */
  ck_fe_nodes reached;          /* names in what was passed over so far */
  ck_fe_nodes repeated;         /* what stands for such statements in loops */
  bool base_unknown;            /* the class may have members that are not in sight */
  bool before_body;             /* there are errors in a constructor's initialisers */
  unsigned loops;
  bool failed;
} ck_fe_containment;

/* Notes the members of the class and its bases, once, before names are asked for. */
void ck_fe_reach_members(ck_fe_containment *c, CXCursor record);
/* Adds what the text [begin, end) names to `out`; true if code of the project may be called there. */
bool ck_fe_reach_names(ck_fe_containment *c, size_t begin, size_t end, ck_loc loc, ck_fe_nodes *out);
#endif
