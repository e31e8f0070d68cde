/* diff.h - two lists of keys, of checkpoints or of models, and what differs between them. No loader is asked here: this
 * is about the lists, `ckptlint diff`, not about what libtorch makes of them. Everything lives in the caller's arena
 * and points into the checkpoint or model that a side was made from. */
#ifndef CK_MATCH_DIFF_H
#define CK_MATCH_DIFF_H
#include "base/arena.h"
#include "ckpt/ckpt.h"
#include "torch/model.h"

typedef struct {
  const char *key;
  ck_ckpt_kind kind;   /* UNKNOWN where the format does not tell */
  int32_t rank;        /* -1: the shape is not known */
  const int64_t *dims; /* `rank` extents; -1: not known */
  const char *shape;   /* "[10, 4*hidden]"; NULL if the rank is not known */
  const char *dtype;   /* NULL: not known */
  uint64_t elements;   /* 0 if an extent is not known */
  bool certain;        /* false: a conditional or pattern key of a model, which is there or not */
} ck_diff_key;

/* One of the two. */
typedef struct {
  const char *name, *what; /* as it was given; "a libtorch archive", "class Net of net.cpp" */
  ck_diff_key *keys;       /* in file or registration order */
  size_t nkeys;
  const char *const *modules; /* paths of the submodules, key-less ones too */
  size_t nmodules;
  bool has_modules;    /* false: the format has no module tree */
  const char *partial; /* why there may be more keys than these, or fewer; NULL: these are all */
} ck_diff_side;

/* `part` NULL: all entries of the file, those of nested dicts with their path. */
ck_diff_side ck_diff_side_of_ckpt(const ck_ckpt *ckpt, const ck_ckpt_part *part, ck_arena *arena);
ck_diff_side ck_diff_side_of_model(const ck_model *model, const char *name, ck_arena *arena);

typedef enum {
  CK_DIFF_RENAMED, /* the same kind, shape and dtype, at the same place, under another key */
  CK_DIFF_REMOVED, /* only in the first */
  CK_DIFF_ADDED,   /* only in the second */
  CK_DIFF_RESHAPED,
  CK_DIFF_RETYPED,
  CK_DIFF_REKINDED,       /* a parameter became a buffer, or the reverse */
  CK_DIFF_MODULE_REMOVED, /* key-less modules: torch::load asks for them, too */
  CK_DIFF_MODULE_ADDED,
  CK_DIFF_CHANGE_COUNT
} ck_diff_change;
const char *ck_diff_change_name(ck_diff_change change); /* "renamed" */

typedef struct {
  ck_diff_change change;
  const ck_diff_key *a, *b; /* NULL where there is none */
  const char *module;       /* path of a key-less module */
  const char *from, *to;    /* RENAMED: the prefixes in which the keys differ ("model.", "") */
} ck_diff_item;

typedef struct {
  const ck_diff_side *a, *b;
  ck_diff_item *items; /* by change, in the order of the first side, then of the second */
  size_t nitems;
  size_t counts[CK_DIFF_CHANGE_COUNT];
  size_t alike;     /* keys of both with nothing that differs */
  size_t undecided; /* keys of which something is not known on one side, so that they may differ */
  const char *why;  /* the first of them, or why a side is partial; NULL: everything was compared */
} ck_diff;

ck_diff ck_diff_sides(const ck_diff_side *a, const ck_diff_side *b, ck_arena *arena);

/* --- renames.c --------------------------------------------------------------------------------------------------- */

/* A key that only one side has, and the other that it became. */
typedef struct {
  const ck_diff_key *key;
  const char *after; /* the key before it that both sides have; "" if there is none */
  size_t partner;    /* index in the other list; SIZE_MAX: none */
  const char *from, *to;
} ck_diff_lone;
/* Pairs those of `removed` with those of `added` that are the same tensor under another name. Never guesses: what fits
 * two ways stays alone. */
void ck_diff_find_renames(ck_diff_lone *removed, size_t nremoved, ck_diff_lone *added, size_t nadded, ck_arena *arena);
#endif
