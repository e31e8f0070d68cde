/* model.h - what the evaluation hands to the matcher and to `keys`: models, and the sites that load into them
 * (SOUNDNESS.md, "What the evaluator hands to the matcher"). Plain records in the analysis' arena. */
#ifndef CK_TORCH_MODEL_H
#define CK_TORCH_MODEL_H
#include "base/diagnostics.h"
#include "base/dtype.h"
#include "base/loc.h"
#include "eval/sym.h"
#include "eval/value.h" /* ck_dim */

typedef enum { CK_KIND_UNKNOWN, CK_KIND_PARAMETER, CK_KIND_BUFFER } ck_kind;

typedef struct {
  const char *key; /* dotted; a pattern has `*` for the parts that are not known ("layers.*.weight") */
  bool is_pattern;
  ck_kind kind;
  int32_t rank; /* -1: not known */
  const ck_dim *dims;
  ck_dtype dtype;     /* UNKNOWN: not known */
  ck_condition when;  /* n = 0: definite */
  ck_loc loc;         /* the user's registration: the register_* call, or the statement that puts a stock module in */
  const ck_loc *path; /* registrations from the root to the holder of this tensor, outermost first */
  size_t path_len;
  const char *unknown;            /* why shape or dtype is not known in full; NULL if they are */
  const char *owner;              /* class that registers the tensor: "torch::nn::LinearImpl" */
  const struct ck_tensor *tensor; /* the registered tensor itself, for identity; NULL if it is not known */
} ck_key;

typedef struct {
  const char *path; /* dotted; may be a pattern */
  bool is_pattern, is_serializable;
  const char *cls; /* "torch::nn::ReLUImpl" or the project's class */
  ck_condition when;
  ck_loc loc;
} ck_submodule;

/* A module that may hold more than was seen, or a load override below it. */
typedef struct {
  const char *path; /* "" = the root */
  const char *reason;
  ck_loc loc;
  bool overrides_load; /* has a load() of its own: what it asks for below is not known */
} ck_open;

typedef struct {
  const char *cls;     /* class of the root object, without "Impl" stripping */
  ck_loc loc;          /* the construction, or the class for a model without one */
  const char *subtree; /* at a site: the part of the file that is read ("model"), in all paths below; NULL: all of it */
  bool complete;       /* closed everywhere, no unknown names: `complete` of the JSON */
  bool is_null;        /* an empty holder or null pointer */
  bool is_not_module;  /* a Tensor or vector of tensors that a loader fills */
  ck_key *keys;        /* named_parameters() order, then named_buffers() order */
  size_t nkeys;
  ck_submodule *modules; /* descendants, root not included, depth first */
  size_t nmodules;
  ck_open *opens;
  size_t nopens;
} ck_model;

/* Loaders: FORMATS.md part B. */
typedef enum {
  CK_LOADER_TORCH_LOAD,   /* torch::load of a module, archive >> m, load_from + m->load */
  CK_LOADER_TORCH_TENSOR, /* torch::load(Tensor&) */
  CK_LOADER_TORCH_VECTOR, /* torch::load(std::vector<Tensor>&) */
  CK_LOADER_TORCH_OPTIMIZER,
  CK_LOADER_JIT_LOAD,    /* torch::jit::load(path): no model to compare, only the format */
  CK_LOADER_PICKLE_LOAD, /* torch::pickle_load(bytes of a file), then a loop (B.3) */
  CK_LOADER_ARCHIVE,     /* InputArchive::read(name, tensor), one by one */
  CK_LOADER_COUNT
} ck_loader;
const char *ck_loader_name(ck_loader loader); /* "torch::load" */

#define CK_SEVERAL_ENTRIES SIZE_MAX

/* What a hand-written loader did with one tensor of the file, or with one of the model (FORMATS.md B.3). */
typedef enum {
  CK_COPY_VALUES,    /* copy_(), data() = t: broadcasts and converts */
  CK_COPY_SET_DATA,  /* set_data(): takes shape and dtype */
  CK_COPY_TOUCH,     /* changed in another way: may be loaded, nothing is claimed */
  CK_COPY_ABSENT,    /* asked the file for `source`, which throws where it is absent */
  CK_COPY_UNWANTED,  /* asked the model for `key`, which throws where it has none */
  CK_COPY_NO_TENSOR, /* took `source` for a tensor, which throws: it is a `type` */
  CK_COPY_SOUGHT,    /* asked the file for `source`, or the model for `key`, and was told that there is none */
} ck_copy_kind;
typedef struct {
  ck_copy_kind kind;
  const char *key;            /* of the model; NULL: none of its keys */
  const char *source;         /* key of the file, NULL: not one tensor of it */
  const char *type;           /* of NO_TENSOR: Python's name */
  const struct ck_tensor *to; /* as it was before */
  const struct ck_tensor *from;
  ck_condition when;    /* beyond the alternative's */
  bool in_try, no_grad; /* no_grad: gradients are off, or the tensor needs none */
  ck_loc loc;
} ck_copy;

/* One consistent alternative of a site: what is loaded into what under which decisions. Alternatives of one entry
 * point whose conditions do not exclude each other happen in one run, one after the other (a loop, a helper that is
 * called twice); those of different entry points never do. */
typedef struct {
  ck_condition when;     /* decisions of the world and branches; n = 0: always */
  const ck_model *model; /* NULL: not known, `reason` says why */
  const char *path;      /* as the program gives it; NULL: not known (or a pattern), `reason` says why */
  const char *path_text; /* for messages: the pattern or expression if path is NULL; else path */
  size_t entry;          /* number of the entry point; CK_SEVERAL_ENTRIES: the same from several */
  bool in_try;           /* a failure is caught: errors become warnings */
  bool has_device;       /* an explicit device argument */
  const char *reason;    /* first reason why something of this alternative is not known */
  ck_loc reason_loc;
  /* Hand-written loading: what became of the tensors that the call read, in order. `model` is then the module whose
   * tensors were written. */
  ck_copy *copies;
  size_t ncopies;
  bool copied_whole; /* everything that was written is among them: what they leave out was not loaded */
} ck_alternative;

typedef struct {
  ck_loc loc; /* the call */
  ck_loader loader;
  ck_alternative *alternatives;
  size_t nalternatives;
  const char *reason; /* why it could not be determined at all, or "more than 64 alternatives"; NULL */
  ck_loc reason_loc;
  const char *checkpoint_comment; /* `// ckptlint: checkpoint "PATH"` there, else NULL */
} ck_site;

/* What the evaluation itself proves, without a checkpoint: duplicate-name, invalid-name, null-module,
 * unregistered-module. */
typedef struct {
  ck_diag_id id;
  ck_loc loc;
  const char *text; /* the first line, without severity and id */
  const char *cls;
  ck_loc note_loc; /* NULL file: none */
  const char *note;
} ck_model_finding;

typedef struct {
  ck_model *
      *models; /* `keys`: constructions in the given files in source order, then classes never constructed there */
  size_t nmodels;
  ck_site *sites; /* in source order */
  size_t nsites;
  ck_model_finding *findings;
  size_t nfindings;
  struct {
    const char *text;
    ck_loc loc;
  } *notes; /* limits hit, units that did not parse ... */
  size_t nnotes;
  uint64_t steps; /* evaluated for it */
} ck_analysis;
#endif
