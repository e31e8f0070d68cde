/* torch.h - libtorch knowledge and the analysis that uses it: from a program to models and load sites. */
#ifndef CK_TORCH_TORCH_H
#define CK_TORCH_TORCH_H
#include "eval/eval.h"
#include "ir/ir.h"
#include "torch/model.h"

/* Tables of libtorch calls and classes, for ck_ev_new; lives in the arena. */
const ck_library *ck_torch_library(ck_arena *arena);
/* What release the tables were measured against: "libtorch 1.13.1, 129 modules". */
const char *ck_torch_catalogue(void);

/* A checkpoint as code sees it that takes it apart by hand. torch/ knows no formats: the caller reads the file. */
typedef struct {
  const char *key;
  int32_t rank; /* -1: not known */
  const int64_t *shape;
  ck_dtype dtype;
  ck_kind kind;
} ck_torch_file_tensor;
/* A dict of the file, with the dicts in it. */
typedef struct ck_torch_file_dict ck_torch_file_dict;
typedef struct {
  const char *key;                    /* in its dict */
  const ck_torch_file_tensor *tensor; /* its `key` is the whole path, joined by dots; NULL: no tensor */
  const ck_torch_file_dict *dict;     /* NULL: no dict */
  const char *path, *type;            /* path as a tensor's; Python's name of the type ("int") */
} ck_torch_file_item;
struct ck_torch_file_dict {
  const ck_torch_file_item *items; /* in file order */
  size_t count;
};
typedef struct {
  const ck_torch_file_tensor *tensors; /* of an archive, in file order */
  size_t ntensors;
  const ck_torch_file_dict *dict; /* of a file for pickle_load */
  const char *const *modules;     /* paths of a TorchScript module's submodules */
  size_t nmodules;
} ck_torch_file;
typedef struct {
  void *data;
  /* What `loader` at `site` reads from `path` (NULL: not known in the source). NULL: the file is not there, or the
   * loader refuses it. Lives as long as the analysis. */
  const ck_torch_file *(*open)(void *data, ck_loc site, ck_loader loader, const char *path);
} ck_torch_files;

typedef struct {
  /* Files whose constructions `keys` lists (absolute paths as in ck_loc.file); n = 0: the main files of all units. */
  const char *const *files;
  size_t nfiles;
  bool want_models;                  /* for `keys` */
  const char *model_class;           /* only this class (plain or qualified name), or NULL */
  bool want_sites;                   /* for `check` */
  ck_buffer buffer;                  /* an editor's, where the text of its file is */
  const ck_torch_files *checkpoints; /* for `check`; NULL: hand-written loading is not followed */
} ck_torch_request;

/* Runs every root that leads to what is wanted. The result lives until ck_torch_analysis_free; it points into the
 * program's units. */
const ck_analysis *ck_torch_analyse(const ck_ir_program *program, const ck_torch_request *request);
void ck_torch_analysis_free(const ck_analysis *analysis);
#endif
