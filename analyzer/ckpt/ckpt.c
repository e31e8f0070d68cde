/* ckpt.c - a finished checkpoint: the tables of names, and the accessors. */
#include "ckpt/ckpt.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ckpt/ckpt_int.h"

/* The largest state dicts in use have some 10^4 keys, their pickles some MB; 10^6 keys must still be readable. */
const ck_ckpt_limits ck_ckpt_default_limits = {
    .max_pickle = 256u << 20,        /* 10^6 keys of a pickle take about 200 MB */
    .max_text = 100000000,           /* the limit of the safetensors header */
    .max_memory = (uint64_t)2 << 30, /* 10^6 keys take about 1 GB while a pickle is read */
    .max_values = 32u << 20,         /* 10^6 keys of a pickle are about 15 million values */
    .max_entries = 2000000,
    .max_members = 2000000, /* one storage per key, and one class text per module */
    .max_depth = 200,       /* Python itself gives up near 300 nested containers */
    .max_shards = 10000,
};

static const struct {
  const char *name, *what;
  unsigned props;
} formats[] = {
#define X(id, name, properties, what) [CK_CKPT_FORMAT_##id] = {name, what, properties},
    CK_CKPT_FORMATS(X)
#undef X
};

#define TO_PYTORCH "weights of another framework: in Python, copy its arrays into a PyTorch model and save that"
static const char *const helps[CK_CKPT_FORMAT_COUNT] = {
    [CK_CKPT_FORMAT_OPTIMIZER] = "the weights are in the archive that torch::save(model, ...) wrote",
    [CK_CKPT_FORMAT_FROZEN] = "save the module before torch.jit.freeze or optimize_for_inference",
    [CK_CKPT_FORMAT_LFS_POINTER] = "fetch the file: git lfs pull -I PATH",
    [CK_CKPT_FORMAT_HTML] = "download the file again; the address answered with a page (log-in, moved, limit)",
    [CK_CKPT_FORMAT_XML] = "download the file again; the address answered with a page (log-in, moved, limit)",
    [CK_CKPT_FORMAT_GZIP] = "decompress it first: gunzip",
    [CK_CKPT_FORMAT_XZ] = "decompress it first: unxz",
    [CK_CKPT_FORMAT_ZSTD] = "decompress it first: unzstd",
    [CK_CKPT_FORMAT_BZIP2] = "decompress it first: bunzip2",
    [CK_CKPT_FORMAT_TAR] = "unpack it first, if the checkpoint lies in it",
    [CK_CKPT_FORMAT_SEVENZIP] = "unpack it first, if the checkpoint lies in it",
    [CK_CKPT_FORMAT_ZIP] = "unpack it first, if the checkpoint lies in it",
    [CK_CKPT_FORMAT_ZIP_ENCRYPTED] = "unpack it first, with its password",
    [CK_CKPT_FORMAT_MAR] = "unzip it first: MAR-INF/MANIFEST.json names the checkpoint in it (serializedFile)",
    [CK_CKPT_FORMAT_ONNX] = "libtorch reads no ONNX: take the PyTorch model that it was exported from",
    [CK_CKPT_FORMAT_HDF5] = TO_PYTORCH,
    [CK_CKPT_FORMAT_TFLITE] = TO_PYTORCH,
    [CK_CKPT_FORMAT_TENSORFLOW] = TO_PYTORCH,
    [CK_CKPT_FORMAT_KERAS] = TO_PYTORCH,
    [CK_CKPT_FORMAT_PT2] =
        ("in Python: torch.export.load(PATH).state_dict has the tensors; compiled by AOTInductor, it is "
         "run by torch::inductor::AOTIModelPackageLoader"),
    [CK_CKPT_FORMAT_TORCH_PACKAGE] = "in Python: torch.package.PackageImporter(PATH).load_pickle(...) gives the model",
    [CK_CKPT_FORMAT_EXECUTORCH] =
        "it is run by ExecuTorch, not loaded: take the PyTorch model that it was exported from",
    [CK_CKPT_FORMAT_DISTRIBUTED] =
        ("make one file of the whole folder: python -m torch.distributed.checkpoint.format_utils "
         "dcp_to_torch FOLDER whole.pt"),
    [CK_CKPT_FORMAT_ELF] =
        "if AOTInductor compiled it, it is run by torch::inductor::AOTIModelContainerRunnerCpu, not loaded",
};

static const char *const problem_names[CK_CKPT_PROBLEM_COUNT] = {
    [CK_CKPT_DUPLICATE_MEMBER] = "duplicate-member",
    [CK_CKPT_OVERLAP] = "overlap",
    [CK_CKPT_BAD_CRC] = "bad-crc",
    [CK_CKPT_SHORT_STORAGE] = "short-storage",
    [CK_CKPT_LONG_STORAGE] = "long-storage",
    [CK_CKPT_MISSING_STORAGE] = "missing-storage",
    [CK_CKPT_DUPLICATE_KEY] = "duplicate-key",
    [CK_CKPT_HOLE] = "hole",
    [CK_CKPT_TRUNCATED] = "truncated",
    [CK_CKPT_TRAILING] = "trailing-bytes",
    [CK_CKPT_BAD_VERSION] = "bad-version",
    [CK_CKPT_BAD_ARCHIVE] = "bad-archive",
    [CK_CKPT_BAD_TENSOR] = "bad-tensor",
    [CK_CKPT_MISSING_SHARD] = "missing-shard",
    [CK_CKPT_BAD_SHARD_NAME] = "bad-shard-name",
    [CK_CKPT_KEY_NOT_IN_SHARD] = "key-not-in-shard",
    [CK_CKPT_KEY_NOT_IN_INDEX] = "key-not-in-index",
};

const char *ck_ckpt_format_name(ck_ckpt_format_id format) { return formats[format].name; }
const char *ck_ckpt_format_what(ck_ckpt_format_id format) { return formats[format].what; }
const char *ck_ckpt_format_help(ck_ckpt_format_id format) { return helps[format]; }
unsigned ck_ckpt_format_props(ck_ckpt_format_id format) { return formats[format].props; }

ck_ckpt_format_id ck_ckpt_format_from_name(const char *name) {
  for (int i = 0; i < CK_CKPT_FORMAT_COUNT; i++)
    if (strcmp(formats[i].name, name) == 0) return (ck_ckpt_format_id)i;
  return CK_CKPT_FORMAT_UNKNOWN;
}

const char *ck_ckpt_kind_name(ck_ckpt_kind kind) {
  return kind == CK_CKPT_PARAMETER ? "parameter" : kind == CK_CKPT_BUFFER ? "buffer" : NULL;
}

const char *ck_ckpt_problem_name(ck_ckpt_problem_kind kind) { return problem_names[kind]; }

bool ck_ckpt_problem_is_damage(ck_ckpt_problem_kind kind) {
  return kind != CK_CKPT_DUPLICATE_KEY && kind != CK_CKPT_KEY_NOT_IN_INDEX;
}

/* --- Opening ----------------------------------------------------------------------------------------------------- */

/* Nothing is appended any more: the indexes are built, and the root part gets what the file holds. */
static void finish(ck_ckpt *c) {
  for (size_t i = 0; i < c->entries.n; i++) {
    bool is_new;
    ck_map_entry *e = ck_map_put(&c->by_key, c->entries.at[i].key, &is_new);
    if (is_new) e->n = i;
  }
  for (size_t i = 0; i < c->modules.n; i++) ck_map_put(&c->module_set, c->modules.at[i], NULL);
  for (size_t i = 0; i < c->parts.n; i++) {
    ck_ckpt_part *part = &c->parts.at[i];
    if (part->path_count != 0 || part->entries != NULL || part->others != NULL) continue;
    part->entries = c->entries.at, part->entry_count = c->entries.n;
    part->others = c->others.at, part->other_count = c->others.n;
    part->modules = c->modules.at, part->module_count = c->modules.n, part->has_modules = c->has_modules;
  }
}

static ck_ckpt *new_ckpt(const char *path) {
  ck_ckpt *c = ck_calloc(1, sizeof *c);
  ck_arena_init(&c->arena);
  ck_map_init(&c->by_key);
  ck_map_init(&c->module_set);
  c->path = ck_arena_strdup(&c->arena, path);
  return c;
}

/* Runs the readers on `source`, or on the folder `path` if source is NULL. */
static ck_status open_job(const char *path, ck_ckpt_source *source, const char *folder, bool is_shard,
                          const ck_ckpt_limits *limits, ck_ckpt **out, ck_err *err) {
  ck_err ignored;
  ck_ckpt *c = new_ckpt(path);
  ck_ckpt_job job = {.ckpt = c,
                     .limits = limits ? limits : &ck_ckpt_default_limits,
                     .source = source,
                     .folder = folder,
                     .is_shard = is_shard,
                     .err = err ? err : &ignored};
  ck_arena_init(&job.scratch);
  ck_map_init(&job.storages);
  ck_map_init(&job.unsafe_names);
  if (source) c->size = source->size;
  ck_status status = source ? ck_ckpt_read_any(&job) : ck_ckpt_read_folder(&job, path);
  ck_map_release(&job.storages);
  ck_map_release(&job.unsafe_names);
  ck_arena_release(&job.scratch);
  if (status != CK_OK) {
    ck_ckpt_free(c);
    return status;
  }
  finish(c);
  *out = c;
  return CK_OK;
}

static ck_status open_path(const char *path, bool is_shard, const ck_ckpt_limits *limits, ck_ckpt **out, ck_err *err) {
  *out = NULL;
  if (!is_shard && ck_is_directory(path)) return open_job(path, NULL, path, false, limits, out, err);
  ck_ckpt_source source;
  ck_status status = ck_ckpt_source_open(&source, path, err);
  if (status != CK_OK) return status;
  char *folder = ck_path_dir(path);
  status = open_job(path, &source, folder, is_shard, limits, out, err);
  free(folder);
  ck_ckpt_source_release(&source);
  return status;
}

ck_status ck_ckpt_open(const char *path, const ck_ckpt_limits *limits, ck_ckpt **out, ck_err *err) {
  return open_path(path, false, limits, out, err);
}

ck_status ck_ckpt_open_shard(const char *path, const ck_ckpt_limits *limits, ck_ckpt **out, ck_err *err) {
  return open_path(path, true, limits, out, err);
}

ck_status ck_ckpt_open_bytes(const char *name, const void *bytes, size_t size, const ck_ckpt_limits *limits,
                             ck_ckpt **out, ck_err *err) {
  *out = NULL;
  ck_ckpt_source source;
  ck_ckpt_source_bytes(&source, bytes, size);
  return open_job(name, &source, NULL, false, limits, out, err);
}

void ck_ckpt_free(ck_ckpt *c) {
  if (c == NULL) return;
  ck_map_release(&c->by_key);
  ck_map_release(&c->module_set);
  free(c->entries.at);
  free(c->modules.at);
  free(c->parts.at);
  free(c->others.at);
  free(c->metadata.at);
  free(c->unsafe.at);
  free(c->problems.at);
  ck_arena_release(&c->arena);
  free(c);
}

/* --- Reading ----------------------------------------------------------------------------------------------------- */

const char *ck_ckpt_path(const ck_ckpt *c) { return c->path; }
uint64_t ck_ckpt_size(const ck_ckpt *c) { return c->size; }
ck_ckpt_format_id ck_ckpt_format(const ck_ckpt *c) { return c->format; }
bool ck_ckpt_has(const ck_ckpt *c, unsigned props) { return (formats[c->format].props & props) == props; }
bool ck_ckpt_is_snapshot(const ck_ckpt *c) { return c->is_snapshot; }
ck_ckpt_root_kind ck_ckpt_root(const ck_ckpt *c) { return c->root; }

#define LIST(function, type, field)                                                                                    \
  const type *function(const ck_ckpt *c, size_t *count) {                                                              \
    *count = c->field.n;                                                                                               \
    return c->field.at;                                                                                                \
  }
LIST(ck_ckpt_entries, ck_ckpt_entry, entries)
LIST(ck_ckpt_parts, ck_ckpt_part, parts)
LIST(ck_ckpt_others, ck_ckpt_other, others)
LIST(ck_ckpt_metadata, ck_ckpt_pair, metadata)
LIST(ck_ckpt_unsafe, ck_ckpt_global, unsafe)
LIST(ck_ckpt_problems, ck_ckpt_problem, problems)

const ck_ckpt_entry *ck_ckpt_find(const ck_ckpt *c, const char *key) {
  const ck_map_entry *e = ck_map_find(&c->by_key, key);
  return e ? &c->entries.at[e->n] : NULL;
}

const ck_ckpt_dict *ck_ckpt_root_dict(const ck_ckpt *c) { return c->root_dict; }

bool ck_ckpt_modules(const ck_ckpt *c, const char *const **paths, size_t *count) {
  *paths = c->modules.at;
  *count = c->modules.n;
  return c->has_modules;
}

bool ck_ckpt_has_module(const ck_ckpt *c, const char *path) { return ck_map_find(&c->module_set, path) != NULL; }

const char *ck_ckpt_meta(const ck_ckpt *c, const char *name) {
  for (size_t i = 0; i < c->metadata.n; i++)
    if (strcmp(c->metadata.at[i].name, name) == 0) return c->metadata.at[i].value;
  return NULL;
}

bool ck_ckpt_all_cpu(const ck_ckpt *c, const char **location) {
  for (size_t i = 0; i < c->entries.n; i++) {
    const char *l = c->entries.at[i].location;
    if (l == NULL || strcmp(l, "cpu") == 0) continue;
    if (location) *location = l;
    return false;
  }
  return true;
}
