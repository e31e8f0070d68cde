/* loaders.c - may this function read this kind of file, and what happens if not (FORMATS.md B.2).
 *
 * The table has a row per format and a column per loader; each cell says "reads it", "throws", "reads nothing without a
 * word" or "not measured". What depends on more than the format (has the archive a tensor "0"?) is a function. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "match/match_int.h"

typedef enum {
  UNSAID, /* not measured: the site is partial */
  READS,
  NO_CONSTANTS,  /* throws: locating constants.pkl */
  NO_DIRECTORY,  /* throws: central directory */
  NOT_IN_SUBDIR, /* throws: npz */
  NO_TYPE,       /* throws: pickle_load of an archive */
  NO_TENSOR_0,   /* throws unless there is a tensor "0" */
  NOTHING,       /* an empty vector and no error, unless there is a tensor "0" */
  NO_KEYS,       /* throws at the first thing asked for */
  THROWS,        /* throws, exact text not measured */
} outcome;

static const char *const thrown[] = {
    [NO_CONSTANTS] = "PytorchStreamReader failed locating file constants.pkl: file not found",
    [NO_DIRECTORY] = "PytorchStreamReader failed reading zip archive: failed finding central directory",
    [NOT_IN_SUBDIR] = "file in archive is not in a subdirectory",
    [NO_TYPE] = "Unpickler found unknown type __torch__",
    [NO_TENSOR_0] = "No such serialized tensor '0'",
    [THROWS] = NULL,
};

enum { SMALLEST_ZIP = 22 }; /* bytes of an end record: in less, miniz looks for none */

/* Columns: module, Tensor&, vector<Tensor>&, optimizer, jit::load and InputArchive, pickle_load. */
#define COLUMNS           6
#define ALL(x)            x, x, x, x, x, x
#define ARCHIVE_BUT(m, o) m, NO_TENSOR_0, NOTHING, o, READS, NO_TYPE
#define PYTHON_ZIP(p)     NO_CONSTANTS, NO_CONSTANTS, NO_CONSTANTS, NO_CONSTANTS, NO_CONSTANTS, p
// clang-format off
static const struct {
  bool is_corrupt; /* reported as `corrupt`: no checkpoint of any kind (DESIGN.md, diagnostics) */
  outcome by_loader[COLUMNS];
} rows[CK_CKPT_FORMAT_COUNT] = {
    [CK_CKPT_FORMAT_LIBTORCH]          = {false, {ARCHIVE_BUT(READS, NO_KEYS)}},
    [CK_CKPT_FORMAT_TORCHSCRIPT]       = {false, {ARCHIVE_BUT(READS, NO_KEYS)}},
    [CK_CKPT_FORMAT_FROZEN]            = {false, {ARCHIVE_BUT(READS, NO_KEYS)}},
    [CK_CKPT_FORMAT_OPTIMIZER]         = {false, {ARCHIVE_BUT(READS, READS)}},
    [CK_CKPT_FORMAT_TORCH_ZIP]         = {false, {PYTHON_ZIP(UNSAID)}},
    [CK_CKPT_FORMAT_PICKLE_SAVE]       = {false, {PYTHON_ZIP(READS)}},
    [CK_CKPT_FORMAT_TORCH_LEGACY]      = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_TORCH_TAR]         = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_SAFETENSORS]       = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_SAFETENSORS_INDEX] = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_TORCH_INDEX]       = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_TENSOR_DIRECTORY]  = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_NPZ]               = {false, {ALL(NOT_IN_SUBDIR)}},
    [CK_CKPT_FORMAT_NPY]               = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_GGUF]              = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_PICKLE]            = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_TORCH_PACKAGE]     = {false, {ALL(THROWS)}},
    [CK_CKPT_FORMAT_PT2]               = {false, {ALL(THROWS)}},
    [CK_CKPT_FORMAT_ZIP]               = {false, {ALL(THROWS)}},
    [CK_CKPT_FORMAT_ZIP_ENCRYPTED]     = {false, {ALL(THROWS)}},
    [CK_CKPT_FORMAT_JSON]              = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_GZIP]              = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_XZ]                = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_ZSTD]              = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_BZIP2]             = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_SEVENZIP]          = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_TAR]               = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_ONNX]              = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_HDF5]              = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_TFLITE]            = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_TENSORFLOW]        = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_KERAS]             = {false, {ALL(THROWS)}},
    [CK_CKPT_FORMAT_EXECUTORCH]        = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_MAR]               = {false, {ALL(THROWS)}},
    [CK_CKPT_FORMAT_DISTRIBUTED]       = {false, {THROWS, THROWS, THROWS, THROWS, THROWS, UNSAID}},
    [CK_CKPT_FORMAT_DIRECTORY]         = {false, {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_UNKNOWN]           = {true,  {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_LFS_POINTER]       = {true,  {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_HTML]              = {true,  {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_XML]               = {true,  {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_TEXT]              = {true,  {ALL(NO_DIRECTORY)}},
    [CK_CKPT_FORMAT_ELF]               = {true,  {ALL(NO_DIRECTORY)}},
};

/* What readable damage does to a load: zip members and versions are libtorch's only checks (FORMATS.md 0.10, A.0). */
static const struct {
  ck_severity severity; /* OFF: does not concern a C++ loader */
  const char *effect;
} problem_rows[CK_CKPT_PROBLEM_COUNT] = {
    [CK_CKPT_DUPLICATE_MEMBER] = {CK_SEVERITY_ERROR,   "libtorch takes the first of them, other readers the last"},
    [CK_CKPT_OVERLAP]          = {CK_SEVERITY_WARNING, "no reader looks at it"},
    [CK_CKPT_BAD_CRC]          = {CK_SEVERITY_WARNING, "libtorch does not verify checksums and loads the damaged bytes"},
    [CK_CKPT_SHORT_STORAGE]    = {CK_SEVERITY_ERROR,   "libtorch does not compare sizes and reads beyond the end of the storage"},
    [CK_CKPT_LONG_STORAGE]     = {CK_SEVERITY_ERROR,   "throws c10::Error: Trying to resize storage that is not resizable"},
    [CK_CKPT_MISSING_STORAGE]  = {CK_SEVERITY_ERROR,   "throws c10::Error: PytorchStreamReader failed locating file data/<n>: file not found"},
    [CK_CKPT_DUPLICATE_KEY]    = {CK_SEVERITY_WARNING, "the last of them wins"},
    [CK_CKPT_HOLE]             = {CK_SEVERITY_OFF,     NULL},
    [CK_CKPT_TRUNCATED]        = {CK_SEVERITY_ERROR,   "the data of the last tensors are not there"},
    [CK_CKPT_TRAILING]         = {CK_SEVERITY_OFF,     NULL},
    [CK_CKPT_BAD_VERSION]      = {CK_SEVERITY_ERROR,   "throws c10::Error: Attempted to read a PyTorch file with version ..."},
    [CK_CKPT_BAD_ARCHIVE]      = {CK_SEVERITY_ERROR,   "the archive cannot be opened"},
    [CK_CKPT_BAD_TENSOR]       = {CK_SEVERITY_WARNING, "older readers cannot build it"},
    [CK_CKPT_MISSING_SHARD]    = {CK_SEVERITY_ERROR,   "the keys in it cannot be read"},
    [CK_CKPT_BAD_SHARD_NAME]   = {CK_SEVERITY_ERROR,   "it is not opened"},
    [CK_CKPT_KEY_NOT_IN_SHARD] = {CK_SEVERITY_ERROR,   "the key cannot be read"},
    [CK_CKPT_KEY_NOT_IN_INDEX] = {CK_SEVERITY_WARNING, "readers that follow the index never see it"},
};
// clang-format on

static bool has_problem(const ck_ckpt *ckpt, ck_ckpt_problem_kind kind) {
  size_t n;
  const ck_ckpt_problem *problems = ck_ckpt_problems(ckpt, &n);
  for (size_t i = 0; i < n; i++)
    if (problems[i].kind == kind) return true;
  return false;
}

static int column_of(ck_loader loader) {
  switch (loader) {
  case CK_LOADER_TORCH_LOAD: return 0;
  case CK_LOADER_TORCH_TENSOR: return 1;
  case CK_LOADER_TORCH_VECTOR: return 2;
  case CK_LOADER_TORCH_OPTIMIZER: return 3;
  case CK_LOADER_JIT_LOAD:
  case CK_LOADER_ARCHIVE: return 4;
  case CK_LOADER_PICKLE_LOAD: return 5;
  default: return -1;
  }
}

void ck_match_help(ck_raw *raw, const char *text) {
  for (size_t i = 0; i < sizeof raw->help / sizeof *raw->help; i++)
    if (raw->help[i] == NULL) {
      raw->help[i] = text;
      return;
    }
}

/* The path from the top of the repository, which is what git lfs takes; outside of one the plain name. */
static const char *path_in_repository(ck_comparison *c) {
  const char *path = c->file->path;
  for (char *folder = ck_path_dir(path), *above; folder != NULL; folder = above) {
    char *mark = ck_path_join(folder, ".git");
    bool is_top = ck_file_exists(mark);
    size_t n = strlen(folder);
    free(mark);
    above = strcmp(folder, "/") == 0 || strcmp(folder, ".") == 0 || is_top ? NULL : ck_path_dir(folder);
    free(folder);
    if (is_top) return strncmp(path, "/", n) == 0 || path[n] != '/' ? ck_path_base(path) : path + n + 1;
  }
  return ck_path_base(path);
}

static void help_lfs(ck_comparison *c, ck_raw *raw) {
  ck_match_help(raw, ck_arena_printf(c->m->arena, "fetch it: git lfs pull -I \"%s\"", path_in_repository(c)));
  ck_match_help(raw,
                "where the weights are never fetched, commit a headers snapshot (OID.ckpt-headers) beside the pointer");
}

/* Archives that torch::load opens, to find none of the model's keys: the missing keys are explained. */
static void explain_missing(ck_comparison *c, ck_ckpt_format_id format) {
  const char *way = ck_ckpt_format_help(format);
  if (way == NULL || !(ck_ckpt_format_props(format) & CK_CKPT_ARCHIVE)) return;
  const char *text =
      ck_arena_printf(c->m->arena, "\"%s\" is %s: %s", ck_path_base(c->file->path), ck_ckpt_format_what(format), way);
  ck_vec_push(c->helps, (ck_help){CK_DIAG_MISSING_KEY, c->bit, text});
}

static void help_format(ck_comparison *c, ck_raw *raw, ck_ckpt_format_id format) {
  if (format == CK_CKPT_FORMAT_LFS_POINTER) help_lfs(c, raw);
  else if (ck_ckpt_format_help(format) != NULL) ck_match_help(raw, ck_ckpt_format_help(format));
  else ck_match_help_convert(c, raw, format);
}

static ck_severity lower(const ck_comparison *c, ck_severity severity) {
  return c->alternative->in_try && severity > CK_SEVERITY_WARNING ? CK_SEVERITY_WARNING : severity;
}

/* What torch::save was given: all archives are of one format. */
static const char *content(ck_comparison *c, ck_ckpt_format_id format) {
  if (format == CK_CKPT_FORMAT_OPTIMIZER) return "the state of an optimizer";
  size_t n, numbers = 0;
  const ck_ckpt_entry *entries = ck_ckpt_entries(c->file->ckpt, &n);
  for (size_t i = 0; i < n; i++) numbers += entries[i].key[strspn(entries[i].key, "0123456789")] == '\0';
  if (n == 0) return "nothing";
  if (numbers < n) return ck_arena_printf(c->m->arena, "the state of a module (\"%s\" ...)", entries[0].key);
  return n == 1 ? "a tensor" : ck_arena_printf(c->m->arena, "%zu tensors", n);
}

/* What the loader asks an archive for, and the call of torch::save that writes it. */
static void help_content(ck_raw *raw, ck_loader loader) {
  if (loader == CK_LOADER_TORCH_OPTIMIZER)
    ck_match_help(
        raw,
        "an optimizer's state is in the file that torch::save(optimizer, ...) wrote; a module's state is loaded into "
        "the module");
  if (loader == CK_LOADER_TORCH_TENSOR || loader == CK_LOADER_TORCH_VECTOR)
    ck_match_help(
        raw, "a module's state is loaded into the module; a tensor is in the file that torch::save(tensor, ...) wrote");
}

/* The file is an archive, but what the loader asks for is not in it. */
static ck_fit refuse_key(ck_comparison *c, ck_ckpt_format_id format, outcome what) {
  bool silent = what == NOTHING;
  ck_raw *raw = ck_match_raise(c, CK_DIAG_MISSING_KEY, lower(c, silent ? CK_SEVERITY_WARNING : CK_SEVERITY_ERROR));
  raw->diff.key = "0";
  raw->diff.note = silent ? "the vector stays empty, without an error" : "where torch::save puts a single tensor";
  raw->thrown = thrown[what];
  if (format != CK_CKPT_FORMAT_OPTIMIZER) help_content(raw, c->site->loader);
  help_format(c, raw, format);
  return CK_FIT_REFUSED;
}

/* What is thrown before the loader comes to its own objection: the zip reader's checks, then the storages. */
static const char *thrown_first(ck_comparison *c, ck_ckpt_format_id format, outcome what) {
  const ck_ckpt *ckpt = c->file->ckpt;
  bool is_folder = ck_ckpt_size(ckpt) == 0, is_zip = ck_ckpt_format_props(format) & CK_CKPT_ZIP;
  if (is_folder && c->site->loader == CK_LOADER_PICKLE_LOAD) return NULL; /* reading it throws, in the caller's code */
  if (what == NO_DIRECTORY && !is_folder && ck_ckpt_size(ckpt) < SMALLEST_ZIP)
    return "PytorchStreamReader failed reading zip archive: not a ZIP archive";
  if (!is_zip) return thrown[what];
  if (has_problem(ckpt, CK_CKPT_BAD_VERSION))
    return ck_arena_printf(c->m->arena, "Attempted to read a PyTorch file with version %s",
                           ck_ckpt_meta(ckpt, "format_version"));
  if (ck_ckpt_format_props(format) & CK_CKPT_PICKLED && ck_ckpt_meta(ckpt, "format_version") == NULL)
    return "Expected hasRecord(\"version\") to be true, but got false.";
  return thrown[what];
}

static ck_fit refuse(ck_comparison *c, ck_ckpt_format_id format, outcome what) {
  if (what == NO_TENSOR_0 || what == NOTHING) return refuse_key(c, format, what);
  bool corrupt = rows[format].is_corrupt;
  ck_raw *raw = ck_match_raise(c, corrupt ? CK_DIAG_CORRUPT : CK_DIAG_FORMAT, lower(c, CK_SEVERITY_ERROR));
  const char *name = c->name, *is = ck_ckpt_format_what(format);
  raw->thrown = thrown_first(c, format, what);
  raw->detail = corrupt ? ck_arena_printf(c->m->arena, "\"%s\" is %s", name, is)
                        : ck_arena_printf(c->m->arena, "\"%s\" is %s, which %s cannot read", name, is,
                                          ck_loader_name(c->site->loader));
  if (!corrupt && c->site->loader != CK_LOADER_PICKLE_LOAD && ck_ckpt_format_props(format) & CK_CKPT_ARCHIVE) {
    raw->detail =
        ck_arena_printf(c->m->arena, "\"%s\" is %s with %s, which %s cannot read", name,
                        format == CK_CKPT_FORMAT_OPTIMIZER ? ck_ckpt_format_what(CK_CKPT_FORMAT_LIBTORCH) : is,
                        content(c, format), ck_loader_name(c->site->loader));
    help_content(raw, c->site->loader);
  }
  if (format == CK_CKPT_FORMAT_LFS_POINTER && ck_ckpt_meta(c->file->ckpt, "size") != NULL)
    raw->detail = ck_arena_printf(c->m->arena, "%s (%s bytes)", raw->detail, ck_ckpt_meta(c->file->ckpt, "size"));
  help_format(c, raw, format);
  return CK_FIT_REFUSED;
}

/* A file of Python's that pickle_load cannot read; the reader says what it throws (FORMATS.md A.5). */
static ck_fit refuse_pickle(ck_comparison *c, ck_ckpt_format_id format, const char *text) {
  ck_fit fit = refuse(c, format, THROWS);
  ck_raw *raw = &c->raws->at[c->raws->n - 1];
  if (has_problem(c->file->ckpt, CK_CKPT_MISSING_STORAGE))
    raw->thrown = "PytorchStreamReader failed locating file data/<n>: file not found";
  else if (raw->thrown == NULL) raw->thrown = ck_arena_strdup(c->m->arena, text);
  return fit;
}

/* Nothing the file holds can be used: damaged, empty, beyond a limit. */
static ck_fit refuse_unreadable(ck_comparison *c) {
  const ck_opened *file = c->file;
  const char *name = c->name;
  if (file->status != CK_CORRUPT) { /* our limit or the system's refusal proves nothing about the program */
    ck_match_partial(c, ck_arena_printf(c->m->arena, "\"%s\" was not read: %s", name, file->err.text), c->site->loc);
    return CK_FIT_UNKNOWN;
  }
  ck_raw *raw = ck_match_raise(c, CK_DIAG_CORRUPT, lower(c, CK_SEVERITY_ERROR));
  raw->detail = file->err.at == CK_NO_OFFSET
                    ? ck_arena_printf(c->m->arena, "\"%s\" is damaged: %s", name, file->err.text)
                    : ck_arena_printf(c->m->arena, "\"%s\" is damaged: %s (at byte %llu)", name, file->err.text,
                                      (unsigned long long)file->err.at);
  return CK_FIT_REFUSED;
}

static void raise_problems(ck_comparison *c) {
  size_t n;
  const ck_ckpt_problem *problems = ck_ckpt_problems(c->file->ckpt, &n);
  for (size_t i = 0; i < n; i++) {
    ck_severity severity = problem_rows[problems[i].kind].severity;
    if (severity == CK_SEVERITY_OFF) continue;
    ck_raw *raw = ck_match_raise(c, CK_DIAG_CORRUPT, lower(c, severity));
    raw->detail =
        ck_arena_printf(c->m->arena, "\"%s\" is damaged: %s; %s", c->name,
                        ck_arena_strdup(c->m->arena, problems[i].text), problem_rows[problems[i].kind].effect);
    raw->order = (uint32_t)i;
  }
}

static void raise_unsafe(ck_comparison *c) {
  size_t n;
  const ck_ckpt_global *unsafe = ck_ckpt_unsafe(c->file->ckpt, &n);
  if (n == 0) return;
  ck_raw *raw = ck_match_raise(c, CK_DIAG_UNSAFE_PICKLE, CK_SEVERITY_WARNING);
  raw->detail = ck_arena_printf(c->m->arena, "\"%s\" names \"%s\"%s in its pickle: Python's torch.load would call it",
                                c->name, ck_arena_strdup(c->m->arena, unsafe[0].name),
                                n > 1 ? ck_arena_printf(c->m->arena, " and %zu more callables", n - 1) : "");
  ck_match_help(raw,
                "do not load it in Python unless its origin is trusted; torch.load(..., weights_only=True) refuses it");
}

static bool has_tensor_0(const ck_comparison *c) { return ck_ckpt_find(c->file->ckpt, "0") != NULL; }

ck_fit ck_match_fit(ck_comparison *c) {
  if (c->file->ckpt == NULL) return refuse_unreadable(c);
  ck_ckpt_format_id format = ck_ckpt_format(c->file->ckpt);
  raise_unsafe(c);
  int column = column_of(c->site->loader);
  assert(column >= 0);
  outcome what = rows[format].by_loader[column];
  switch (what) {
  case READS: break;
  case NO_TENSOR_0:
  case NOTHING:
    if (!has_tensor_0(c)) return refuse(c, format, what);
    break;
  case NO_KEYS: return refuse(c, format, THROWS);
  case UNSAID:
    if (ck_ckpt_root(c->file->ckpt) == CK_CKPT_ROOT_MODULE) return refuse(c, format, THROWS);
    const char *pickle = ck_ckpt_meta(c->file->ckpt, "pickle_load");
    if (pickle != NULL && strcmp(pickle, "ok") == 0) break;
    if (pickle != NULL) return refuse_pickle(c, format, pickle);
    ck_match_partial(c,
                     ck_arena_printf(c->m->arena, "whether %s reads \"%s\" depends on the container that Python wrote",
                                     ck_loader_name(c->site->loader), c->name),
                     c->site->loc);
    return CK_FIT_UNKNOWN;
  default: return refuse(c, format, what);
  }
  raise_problems(c);
  if (c->site->loader != CK_LOADER_TORCH_LOAD) return CK_FIT_OK;
  explain_missing(c, format);
  return CK_FIT_COMPARE;
}
