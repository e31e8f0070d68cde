/* ckpt.h - the keys of a checkpoint file: names, shapes, dtypes, kinds, modules; never its weights.
 *
 * A ck_ckpt owns everything reached from it and never changes after ck_ckpt_open. Nothing in a file is executed;
 * what is read is the smallest part that holds the names (zip directory, pickles, class texts, headers), never the
 * data of a tensor. Formats are told by content, never by suffix (FORMATS.md part A).
 *
 * How a bad file comes back (one rule for all formats):
 *   CK_ABSENT, CK_IO  no such file, or the system refused to read it
 *   CK_CORRUPT        the part that holds the keys cannot be trusted: empty file, truncated zip, broken pickle, header
 *                     longer than the file, two members of a needed name. No keys can be listed. err->at is the offset
 *                     in the file, or in the member or pickle that err->text names.
 *   CK_LIMIT          a limit of ck_ckpt_limits was reached; err->text names it
 *   CK_OK             everything else, *also* files that are no checkpoint (LFS pointer, HTML page, gzip, ONNX, ...):
 *                     ck_ckpt_format says what it is, ck_ckpt_meta has details. Damage that leaves the keys readable
 *                     (a storage that is too short, a missing shard, a bad CRC) is a ck_ckpt_problem. */
#ifndef CK_CKPT_CKPT_H
#define CK_CKPT_CKPT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/dtype.h"
#include "base/status.h"
#include "base/strbuf.h"

typedef struct ck_ckpt ck_ckpt; /* fields: ckpt_int.h */

/* --- Formats ------------------------------------------------------------------------------------------------ */

/* Properties of a format, or-ed in the table below. */
enum {
  CK_CKPT_HAS_KEYS = 1, /* a checkpoint: its entries are what it holds (there may be none) */
  CK_CKPT_ZIP = 2,      /* PyTorchStreamReader opens it as a zip archive */
  CK_CKPT_ARCHIVE = 4,  /* holds constants.pkl: torch::load and torch::jit::load read it (FORMATS.md B.2) */
  CK_CKPT_PICKLED = 8,  /* Python's torch.load reads it; it may name callables (ck_ckpt_unsafe) */
  CK_CKPT_SHARDED = 16, /* an index or a folder: the keys lie in several files */
};

/* id, name ("format" in the output of `show`), properties, what it is called in a sentence (after "is", "is an") */
#define CK_CKPT_FORMATS(X)                                                                                             \
  X(UNKNOWN, "unknown", 0, "a file of no known checkpoint format")                                                     \
  X(LIBTORCH, "libtorch", CK_CKPT_HAS_KEYS | CK_CKPT_ZIP | CK_CKPT_ARCHIVE, "a libtorch archive")                      \
  X(OPTIMIZER, "optimizer", CK_CKPT_ZIP | CK_CKPT_ARCHIVE, "a libtorch optimizer archive")                             \
  X(TORCHSCRIPT, "torchscript", CK_CKPT_HAS_KEYS | CK_CKPT_ZIP | CK_CKPT_ARCHIVE, "a TorchScript archive")             \
  X(FROZEN, "torchscript-frozen", CK_CKPT_ZIP | CK_CKPT_ARCHIVE,                                                       \
    "a frozen TorchScript archive, whose weights have no names")                                                       \
  X(TORCH_ZIP, "torch-zip", CK_CKPT_HAS_KEYS | CK_CKPT_ZIP | CK_CKPT_PICKLED, "a file of Python's torch.save")         \
  X(PICKLE_SAVE, "pickle-save", CK_CKPT_HAS_KEYS | CK_CKPT_ZIP | CK_CKPT_PICKLED, "the output of torch::pickle_save")  \
  X(TORCH_LEGACY, "torch-legacy", CK_CKPT_HAS_KEYS | CK_CKPT_PICKLED,                                                  \
    "a file of Python's torch.save in its old format (before 1.6)")                                                    \
  X(TORCH_TAR, "torch-tar", CK_CKPT_HAS_KEYS | CK_CKPT_PICKLED,                                                        \
    "a file of Python's torch.save in its oldest format (tar)")                                                        \
  X(SAFETENSORS, "safetensors", CK_CKPT_HAS_KEYS, "a safetensors file")                                                \
  X(SAFETENSORS_INDEX, "safetensors-index", CK_CKPT_HAS_KEYS | CK_CKPT_SHARDED, "the index of safetensors files")      \
  X(TORCH_INDEX, "torch-index", CK_CKPT_HAS_KEYS | CK_CKPT_SHARDED, "the index of torch.save files")                   \
  X(TENSOR_DIRECTORY, "tensor-directory", CK_CKPT_HAS_KEYS | CK_CKPT_SHARDED, "a folder of .tensor files")             \
  X(NPZ, "npz", CK_CKPT_HAS_KEYS, "a NumPy archive")                                                                   \
  X(NPY, "npy", CK_CKPT_HAS_KEYS, "a NumPy array")                                                                     \
  X(GGUF, "gguf", CK_CKPT_HAS_KEYS, "a GGUF file")                                                                     \
  X(PICKLE, "pickle", CK_CKPT_PICKLED, "a plain pickle that torch did not write")                                      \
  X(TORCH_PACKAGE, "torch-package", CK_CKPT_ZIP, "a torch.package archive")                                            \
  X(PT2, "pt2", CK_CKPT_ZIP, "a torch.export archive")                                                                 \
  X(ZIP, "zip", 0, "a zip archive that torch did not write")                                                           \
  X(ZIP_ENCRYPTED, "zip-encrypted", 0, "an encrypted zip archive")                                                     \
  X(LFS_POINTER, "lfs-pointer", 0, "a Git LFS pointer, not the file that it stands for")                               \
  X(HTML, "html", 0, "an HTML page, most likely an error page saved as a file")                                        \
  X(XML, "xml", 0, "an XML document, most likely an error message saved as a file")                                    \
  X(JSON, "json", 0, "a JSON document")                                                                                \
  X(TEXT, "text", 0, "a text file")                                                                                    \
  X(GZIP, "gzip", 0, "compressed with gzip")                                                                           \
  X(XZ, "xz", 0, "compressed with xz")                                                                                 \
  X(ZSTD, "zstd", 0, "compressed with zstd")                                                                           \
  X(BZIP2, "bzip2", 0, "compressed with bzip2")                                                                        \
  X(SEVENZIP, "7z", 0, "a 7z archive")                                                                                 \
  X(TAR, "tar", 0, "a tar archive")                                                                                    \
  X(ONNX, "onnx", 0, "an ONNX model")                                                                                  \
  X(HDF5, "hdf5", 0, "an HDF5 file, most likely Keras weights")                                                        \
  X(TFLITE, "tflite", 0, "a TensorFlow Lite model")                                                                    \
  X(TENSORFLOW, "tensorflow", 0, "a model or checkpoint of TensorFlow")                                                \
  X(KERAS, "keras", 0, "a Keras model")                                                                                \
  X(EXECUTORCH, "executorch", 0, "a program for ExecuTorch")                                                           \
  X(MAR, "mar", 0, "a TorchServe archive")                                                                             \
  X(DISTRIBUTED, "torch-distributed", 0, "a folder of torch.distributed.checkpoint, or a part of one")                 \
  X(ELF, "elf", 0, "a compiled program or library")                                                                    \
  X(DIRECTORY, "directory", 0, "a folder that holds no .tensor files")

typedef enum {
#define X(id, name, properties, what) CK_CKPT_FORMAT_##id,
  CK_CKPT_FORMATS(X)
#undef X
      CK_CKPT_FORMAT_COUNT
} ck_ckpt_format_id;

const char *ck_ckpt_format_name(ck_ckpt_format_id format); /* "libtorch" */
const char *ck_ckpt_format_what(ck_ckpt_format_id format); /* "a libtorch archive" */
/* What to do with a file that holds no keys to read, for any loader ("decompress it first: gunzip"); NULL: nothing. */
const char *ck_ckpt_format_help(ck_ckpt_format_id format);
unsigned ck_ckpt_format_props(ck_ckpt_format_id format);      /* CK_CKPT_HAS_KEYS | ... */
ck_ckpt_format_id ck_ckpt_format_from_name(const char *name); /* CK_CKPT_FORMAT_UNKNOWN if there is none */

/* --- What a checkpoint holds ---------------------------------------------------------------------------------- */

typedef enum { CK_CKPT_KIND_UNKNOWN, CK_CKPT_PARAMETER, CK_CKPT_BUFFER } ck_ckpt_kind;
const char *ck_ckpt_kind_name(ck_ckpt_kind kind); /* "parameter", "buffer"; NULL if unknown */

typedef enum { CK_CKPT_DENSE, CK_CKPT_SPARSE_COO, CK_CKPT_SPARSE_CSR, CK_CKPT_QUANTIZED, CK_CKPT_META } ck_ckpt_layout;

/* One tensor. Strings and arrays belong to the checkpoint. */
typedef struct {
  const char *key;       /* dotted, as stored, no prefix removed; UTF-8 is not guaranteed, NUL never occurs */
  const int64_t *shape;  /* `rank` extents in elements, outermost first; NULL if rank is 0 or the shape is unknown */
  const int64_t *stride; /* `rank` strides in elements; NULL if the format does not tell, or rank is 0 */
  uint32_t rank;
  bool shape_known;        /* false: nothing in the file tells (a shard is missing, ...); rank is 0 then */
  bool is_plain_attribute; /* TorchScript: neither in __parameters__ nor __buffers__, yet torch::load finds it (A.2) */
  bool is_persistent;      /* false: a buffer of a whole pickled module that state_dict() leaves out (A.3) */
  ck_dtype dtype;          /* CK_DTYPE_UNKNOWN where the format does not tell */
  const char *dtype_text;  /* the file's own name of a dtype that PyTorch lacks ("Q4_K"), else NULL */
  ck_ckpt_kind kind;
  ck_ckpt_layout layout;
  const char *storage;    /* name of the storage ("0"): equal names in one file share memory; NULL: format has none */
  int64_t storage_offset; /* elements */
  const char *location;   /* "cpu", "cuda:0"; NULL if the format does not tell */
  const char *file;       /* shard that holds it, relative to the checkpoint's folder; NULL: the file itself */
} ck_ckpt_entry;

/* A value that is no tensor, where keys are looked for (a scalar beside the state dict, _extra_state, ...). */
typedef struct {
  const char *key;  /* dotted like an entry's */
  const char *type; /* Python's name: "int", "float", "str", "bool", "NoneType", "dict", "torch.Size", "pkg.Class" */
  const char *text; /* "12" for int, float, str, bool; else NULL. Cut after 200 bytes */
} ck_ckpt_other;

typedef enum {
  CK_CKPT_ROOT_NONE,   /* holds no tensors at all */
  CK_CKPT_ROOT_TENSOR, /* one tensor; the entry's key is "" (Python) or "0" (libtorch) */
  CK_CKPT_ROOT_LIST,   /* a list or tuple of tensors: keys "0", "1", ... */
  CK_CKPT_ROOT_DICT,   /* a dict with tensors directly in it: a state dict */
  CK_CKPT_ROOT_MODULE, /* a module: libtorch or TorchScript archive, or a whole pickled torch.nn.Module */
  CK_CKPT_ROOT_TREE,   /* a dict or list whose tensors lie deeper: see ck_ckpt_parts */
} ck_ckpt_root_kind;

/* A place in the file that can be taken for a state dict: the root and, in nested files, what lies below it.
 * ["state_dict"] of {"epoch": 3, "state_dict": {...}}. Keys are relative to that place. */
typedef struct {
  const char *const *path;      /* steps from the root, {"state_dict"}; list positions in decimal */
  size_t path_count;            /* 0: the root itself */
  const char *path_text;        /* ["state_dict"], ["models"][0]; "" for the root */
  ck_ckpt_root_kind kind;       /* TENSOR, LIST, DICT or MODULE */
  const ck_ckpt_entry *entries; /* tensors directly in it (DICT, LIST) or in the whole tree (MODULE), in file order */
  size_t entry_count;
  const ck_ckpt_other *others; /* its values that are neither tensor nor None (0 in most state dicts) */
  size_t other_count;
  const char *const *modules; /* as ck_ckpt_modules */
  size_t module_count;
  bool has_modules;
} ck_ckpt_part;

/* A dict of a pickled file as it is, with all that it holds; the walk of it is what a program does that takes the file
 * apart by hand. Names are strings, or numbers in decimal; other names are left out. */
typedef struct ck_ckpt_dict ck_ckpt_dict;
typedef struct {
  const char *key;          /* relative to the dict */
  const char *type;         /* Python's name, as in ck_ckpt_other; "dict" of a dict, "torch.Tensor" of a tensor */
  size_t entry;             /* a tensor: index in ck_ckpt_entries; else SIZE_MAX */
  const ck_ckpt_dict *dict; /* a dict; NULL: something else, or a dict that holds itself */
} ck_ckpt_item;
struct ck_ckpt_dict {
  const ck_ckpt_item *items; /* in file order */
  size_t count;
};

typedef struct {
  const char *name, *value;
} ck_ckpt_pair;

typedef enum {
  CK_CKPT_DUPLICATE_MEMBER, /* two zip members of one name */
  CK_CKPT_OVERLAP,          /* two members, or two tensors of safetensors, share bytes */
  CK_CKPT_BAD_CRC,          /* a member that was read has another checksum; libtorch does not look */
  CK_CKPT_SHORT_STORAGE,    /* the storage has fewer bytes than declared, or than the tensor needs: over-read */
  CK_CKPT_LONG_STORAGE,     /* it has more: torch::load throws, jit::load does not mind */
  CK_CKPT_MISSING_STORAGE,  /* the member or data is not there */
  CK_CKPT_DUPLICATE_KEY,    /* one key twice in a dict or header */
  CK_CKPT_HOLE,             /* safetensors: bytes that belong to no tensor; the reference reader refuses */
  CK_CKPT_TRUNCATED,        /* the data end before the last tensor does, the keys are complete */
  CK_CKPT_TRAILING,         /* bytes after the end that a reader refuses */
  CK_CKPT_BAD_VERSION,      /* archive version that libtorch refuses */
  CK_CKPT_BAD_ARCHIVE,      /* a member outside the top folder, a class text that is absent, ... */
  CK_CKPT_BAD_TENSOR,       /* negative extent, rank and strides differ, element count overflows, unknown dtype */
  CK_CKPT_MISSING_SHARD,    /* index: a file that is not there or cannot be read */
  CK_CKPT_BAD_SHARD_NAME,   /* index: an absolute path, "..", ...; not opened */
  CK_CKPT_KEY_NOT_IN_SHARD, /* index: names a key that its shard lacks */
  CK_CKPT_KEY_NOT_IN_INDEX, /* a shard has a key that the index does not name */
  CK_CKPT_PROBLEM_COUNT
} ck_ckpt_problem_kind;
const char *ck_ckpt_problem_name(ck_ckpt_problem_kind kind); /* "short-storage" */
/* Data are missing, changed or ambiguous, or the format's own reader refuses the file. False: every reader takes the
 * file, and they agree on what it holds (the last of two keys of one dict, a shard's key that the index leaves out). */
bool ck_ckpt_problem_is_damage(ck_ckpt_problem_kind kind);

typedef struct {
  ck_ckpt_problem_kind kind;
  uint64_t at;      /* byte offset from the file's start; CK_NO_OFFSET if none applies */
  const char *key;  /* entry concerned, or NULL */
  const char *text; /* one sentence without a full stop; data of the matcher's, not the message itself */
} ck_ckpt_problem;

/* A global that a pickle names outside the allow list: never called, its result is opaque. */
typedef struct {
  const char *name;  /* "os.system" */
  const char *where; /* member or pickle that names it: "archive/data.pkl", "pickle 2" */
  uint64_t at;       /* byte offset in `where` */
} ck_ckpt_global;

/* --- Opening -------------------------------------------------------------------------------------------------- */

/* Bounds; ck_ckpt_default_limits has the values and their reasons. */
typedef struct {
  uint64_t max_pickle;  /* bytes of one pickle after inflation */
  uint64_t max_text;    /* bytes of one class text, JSON or header */
  uint64_t max_memory;  /* bytes that one checkpoint may take */
  uint64_t max_values;  /* values that one pickle may build */
  uint64_t max_entries; /* keys of one checkpoint, all shards together */
  uint64_t max_members; /* members of one archive */
  uint32_t max_depth;   /* nesting of values, of JSON, of modules */
  uint32_t max_shards;  /* files of one index or folder */
} ck_ckpt_limits;
extern const ck_ckpt_limits ck_ckpt_default_limits;

/* Reads the names in `path` (a file, or a folder of .tensor files), whatever its format. `limits` NULL: the defaults.
 * CK_OK: *out is the caller's, to be freed. Otherwise *out is NULL and *err (NULL is allowed) holds the reason. */
ck_status ck_ckpt_open(const char *path, const ck_ckpt_limits *limits, ck_ckpt **out, ck_err *err);
/* The same for bytes in memory, which stay the caller's and need not outlive the call. `name` stands for the path. */
ck_status ck_ckpt_open_bytes(const char *name, const void *bytes, size_t size, const ck_ckpt_limits *limits,
                             ck_ckpt **out, ck_err *err);
void ck_ckpt_free(ck_ckpt *ckpt); /* NULL is allowed */
/* The file in `folder` ("": the working directory) whose name is so near to `wanted` that it may be meant, and nearer
 * than *distance (SIZE_MAX: any); the caller's to free(). NULL: there is none. */
char *ck_ckpt_nearest_name(const char *folder, const char *wanted, size_t *distance);

/* --- Reading -------------------------------------------------------------------------------------------------- */

const char *ck_ckpt_path(const ck_ckpt *ckpt); /* as given to ck_ckpt_open */
uint64_t ck_ckpt_size(const ck_ckpt *ckpt);    /* bytes of the file; of the original for a snapshot; 0 for a folder */
ck_ckpt_format_id ck_ckpt_format(const ck_ckpt *ckpt);
bool ck_ckpt_has(const ck_ckpt *ckpt, unsigned props); /* all of CK_CKPT_...; for the format of this file */
/* Stands for another file (headers snapshot): everything is as it was there, ck_ckpt_meta "snapshot.sha256" names it.
 */
bool ck_ckpt_is_snapshot(const ck_ckpt *ckpt);

/* All tensors in file order; those of nested dicts and lists with the path joined by dots. *count: their number. */
const ck_ckpt_entry *ck_ckpt_entries(const ck_ckpt *ckpt, size_t *count);
const ck_ckpt_entry *ck_ckpt_find(const ck_ckpt *ckpt, const char *key); /* in ck_ckpt_entries; NULL if absent */
/* Paths of the submodules in file order, "" excluded, key-less ones included. False: the format has no module tree. */
bool ck_ckpt_modules(const ck_ckpt *ckpt, const char *const **paths, size_t *count);
bool ck_ckpt_has_module(const ck_ckpt *ckpt, const char *path);

ck_ckpt_root_kind ck_ckpt_root(const ck_ckpt *ckpt);
/* Places that can be taken for a state dict, the root first if it is one, then in file order. */
const ck_ckpt_part *ck_ckpt_parts(const ck_ckpt *ckpt, size_t *count);
/* Values that are no tensors, all depths (a module's attributes are not among them). */
const ck_ckpt_other *ck_ckpt_others(const ck_ckpt *ckpt, size_t *count);
/* The root, if it is a dict of a pickle; NULL: it is none, or a snapshot stands for the file. */
const ck_ckpt_dict *ck_ckpt_root_dict(const ck_ckpt *ckpt);
/* What else the file says, in this order, each name once:
 *   format_version, byteorder  of the archive or header, as written there
 *   root.type                  Python's or TorchScript's name of the root's class ("dict", "collections.OrderedDict")
 *   pickle.protocol, pickle_load   what torch::pickle_load throws (its first words), or "ok" (FORMATS.md A.5)
 *   value.NAME                 scalars of the root: epoch, loss, ...
 *   metadata.NAME              pairs of a safetensors header, a GGUF file, an index; shards: number of files of an
 * index oid, size                  of a Git LFS pointer: SHA-256 and bytes of the file that it stands for title of an
 * HTML page;   snapshot.sha256: of the file that a snapshot stands for */
const ck_ckpt_pair *ck_ckpt_metadata(const ck_ckpt *ckpt, size_t *count);
const char *ck_ckpt_meta(const ck_ckpt *ckpt, const char *name); /* NULL if absent */
const ck_ckpt_global *ck_ckpt_unsafe(const ck_ckpt *ckpt, size_t *count);
const ck_ckpt_problem *ck_ckpt_problems(const ck_ckpt *ckpt, size_t *count);
/* Every storage lies on the CPU, or the format knows no devices. False: *location (NULL is allowed) is the first other.
 */
bool ck_ckpt_all_cpu(const ck_ckpt *ckpt, const char **location);

/* --- Headers snapshot ----------------------------------------------------------------------------------------- */

/* Writes everything above as text (kilobytes; format: snapshot.c). `sha256`: 64 hex digits of the original file; NULL
 * for a folder, which has none. */
void ck_ckpt_write_snapshot(const ck_ckpt *ckpt, const char *sha256, ck_strbuf *out);
/* Finds the snapshot of the file whose SHA-256 is `oid` (64 hex digits) in the folders, first match: the file
 * OID.ckpt-headers. *path is the caller's to free(). CK_ABSENT if there is none. */
ck_status ck_ckpt_find_snapshot(const char *oid, const char *const *folders, size_t folder_count, char **path,
                                ck_err *err);
/* If *ckpt is a Git LFS pointer whose snapshot lies in one of the folders, frees it, and *ckpt becomes the snapshot.
 * A snapshot that is of another file than its name says is not believed. True: it was replaced. */
bool ck_ckpt_follow_pointer(ck_ckpt **ckpt, const char *const *folders, size_t folder_count);
#endif
