/* match_int.h - the parts of the matcher.
 *
 * resolve.c   path -> opened checkpoint          loaders.c   may this loader read this kind of file?
 * compare.c   model x entries -> raw differences  symbols.c  equations over symbolic dimensions
 * choices.c   conditional keys                    suggest.c  ways out
 * files.c     checkpoints for the analysis        copies.c   hand-written loading
 * match.c     sites and alternatives; merges raw differences into findings */
#ifndef CK_MATCH_MATCH_INT_H
#define CK_MATCH_MATCH_INT_H
#include "base/map.h"
#include "base/vec.h"
#include "match/match.h"

/* More alternatives than this are not compared, the site is partial (SOUNDNESS.md); a mask has one bit for each. */
#define CK_MATCH_MAX_ALTERNATIVES 64

/* A checkpoint as a site sees it; kept until the end of ck_match. */
typedef struct {
  const char *path; /* absolute or as written; where the file was found */
  ck_ckpt *ckpt;    /* NULL: see status */
  ck_status status;
  ck_err err;
} ck_opened;

/* A statement about one alternative, before those of all alternatives are merged. */
typedef struct {
  ck_diag_id id;
  ck_severity severity;
  const char *model, *checkpoint, *name; /* as in ck_finding */
  ck_difference diff;                    /* key NULL: none */
  const char *detail, *thrown;
  uint64_t alternatives; /* bit i: holds in alternative i */
  ck_condition when;     /* decisions beyond the alternative's own (a conditional key); n = 0: none */
  bool is_contradiction;
  uint32_t order;      /* position in the loader's order, for sorting */
  const char *help[4]; /* of `detail` */
} ck_raw;

typedef CK_VEC(ck_raw) ck_raws;
typedef CK_VEC(const char *) ck_strings;

/* A way out, for the finding of that id. */
typedef struct {
  ck_diag_id id;
  uint64_t alternatives;
  const char *text;
} ck_help;
typedef CK_VEC(ck_help) ck_helps;

typedef struct {
  ck_arena *arena;
  const ck_analysis *analysis;
  const ck_match_options *options;
  ck_map opened; /* path -> ck_opened */
} ck_matcher;

/* What is known while one alternative is compared. */
typedef struct {
  ck_matcher *m;
  const ck_site *site;
  const ck_alternative *alternative;
  const char *path; /* of the checkpoint, as it is written */
  const char *name; /* as in ck_finding */
  uint64_t bit;     /* of this alternative */
  const ck_model *model;
  const ck_opened *file;
  const ck_ckpt_entry *entries;
  size_t nentries;
  bool partial;
  const char *reason; /* why partial, the first reason */
  ck_loc reason_loc;
  ck_raws *raws;
  ck_strings *implied;
  ck_helps *helps;
  ck_map *key_index, *last_write; /* copies.c: key -> its index, its last write, plus 1 each */
  ck_map *entry_index;            /* copies.c: names of the entries */
} ck_comparison;

void ck_match_partial(ck_comparison *c, const char *reason, ck_loc loc);
ck_raw *ck_match_raise(ck_comparison *c, ck_diag_id id, ck_severity severity);

/* --- match.c --------------------------------------------------------------------------------------------- */
/* The path that is compared for an alternative: command line before comment before code. NULL: not known. */
const char *ck_match_path_of(ck_matcher *m, const ck_site *site, const ck_alternative *a);

/* --- resolve.c ------------------------------------------------------------------------------------------- */
/* The checkpoint that `path` means at `site`. CK_ABSENT in ->status: no such file. */
const ck_opened *ck_match_open(ck_matcher *m, const ck_site *site, const char *path);
/* Other files that a relative `path` may mean, behind the first, each once: at most `room`. */
size_t ck_match_elsewhere(ck_matcher *m, const ck_site *site, const char *path, const ck_opened **out, size_t room);
/* A sentence about the nearest existing name, or NULL. */
const char *ck_match_nearest_file(ck_matcher *m, const ck_site *site, const char *path);

/* --- loaders.c ------------------------------------------------------------------------------------------- */
typedef enum {
  CK_FIT_COMPARE, /* reads it; model and entries are to be compared */
  CK_FIT_OK,      /* reads it; there is nothing to compare */
  CK_FIT_REFUSED, /* a finding was raised */
  CK_FIT_UNKNOWN, /* not said by FORMATS.md; the comparison is partial */
} ck_fit;
ck_fit ck_match_fit(ck_comparison *c);
void ck_match_help(ck_raw *raw, const char *text); /* one more way out; those beyond the room are dropped */

/* --- convert.c ------------------------------------------------------------------------------------------- */
/* The lines of Python that make of the file what the loader reads, if there are any. */
void ck_match_help_convert(ck_comparison *c, ck_raw *raw, ck_ckpt_format_id format);

/* --- symbols.c ------------------------------------------------------------------------------------------- */
/* Values that an integer (or bool, as 0 and 1) expression can still have; lo > hi: none. */
typedef struct {
  int64_t lo, hi;
  uint32_t lo_source, hi_source; /* the equation that set the bound; CK_NO_SOURCE: none */
} ck_range;
#define CK_NO_SOURCE UINT32_MAX
typedef struct {
  const ck_sym *sym;
  ck_range range;
} ck_solved;
typedef struct {
  const ck_sym *sym;
  int64_t value;
  uint32_t source;
} ck_equation;
/* Equations `expression = integer`, narrowed by interval propagation until nothing changes. Sound, not complete: a
 * contradiction is proved, the absence of one is not. */
typedef struct {
  CK_VEC(ck_solved) known; /* expressions met so far */
  CK_VEC(ck_equation) equations;
  bool contradiction;
  uint32_t first, second; /* sources of the two equations in conflict; may be equal */
  const ck_sym *about;    /* expression that they disagree on */
} ck_solver;
void ck_solver_init(ck_solver *solver);
void ck_solver_release(ck_solver *solver);
void ck_solver_add(ck_solver *solver, const ck_sym *sym, int64_t value, uint32_t source);
bool ck_solver_run(ck_solver *solver); /* false: contradiction */
ck_range ck_solver_range(ck_solver *solver, const ck_sym *sym);
/* 1, 0: the bool expression is certainly true, false; -1: open. */
int ck_solver_truth(ck_solver *solver, const ck_sym *sym);

/* --- compare.c ------------------------------------------------------------------------------------------- */
void ck_match_compare(ck_comparison *c);
/* Does `key` fit `pattern`? `*` stands for one or more bytes; across dots only if `dots`. */
bool ck_match_pattern(const char *pattern, const char *key, bool dots);
/* Entry of `key` among those compared, or NULL. */
const ck_ckpt_entry *ck_match_entry(const ck_comparison *c, const char *key);
/* The differing texts of key and entry; CK_DIAG_COUNT if nothing is known to differ. Symbolic dimensions are compared
 * with what `solver` (NULL is allowed) knows. */
ck_diag_id ck_match_differs(ck_comparison *c, const ck_key *key, const ck_ckpt_entry *entry, ck_solver *solver,
                            const char **model_text, const char **checkpoint_text);
/* Where this alternative's model does not register the entry's name, is it left aside? Not so if a pattern or an open
 * module of the model may have it, or if another alternative that reads the file does or may. */
bool ck_match_is_left_aside(const ck_comparison *c, const char *key);
/* Is `path` (of a key or module) at or below an open module? With `overrides`: only those with a load of their own. */
const ck_open *ck_match_open_above(const ck_model *model, const char *path, bool overrides);
/* Has the subtree of `module` a key that is certainly registered in this alternative? */
bool ck_match_has_definite_key(ck_comparison *c, const char *module);
/* What torch::load throws when it comes to the absent `key`; NULL for other loaders. */
const char *ck_match_thrown(ck_comparison *c, const char *key);
/* Literals of `when` that the alternative does not decide, in *rest (arena). False: it excludes `when`. */
bool ck_match_residual(ck_comparison *c, ck_condition when, ck_condition *rest);

/* --- choices.c ------------------------------------------------------------------------------------------- */
/* Keys and modules whose condition is open: solves the conditions, raises contradictions. */
void ck_match_choices(ck_comparison *c, ck_solver *solver);

/* --- copies.c -------------------------------------------------------------------------------------------- */
/* The writes of an alternative that loads by hand. */
void ck_match_copies(ck_comparison *c);

/* --- suggest.c ------------------------------------------------------------------------------------------- */
/* Appends to c->helps. `raws` from `first` on are this comparison's. */
void ck_match_suggest(ck_comparison *c, size_t first);
#endif
