/* ckpt_int.h - what the readers share: the bytes of a file, the checkpoint under construction, the reader vtable.
 *
 * A *job* is one file being read. It borrows the source, appends to the checkpoint and holds a scratch arena that dies
 * with it; what a checkpoint keeps is copied to the checkpoint's own arena. Every loop over a file's contents is
 * bounded by the file's size or by a limit of the job, and every allocation that a file asks for is charged to
 * max_memory before it is made (ck_ckpt_charge). */
#ifndef CK_CKPT_CKPT_INT_H
#define CK_CKPT_CKPT_INT_H
#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "ckpt/ckpt.h"

struct ck_ckpt {
  ck_arena arena;
  const char *path;
  uint64_t size;
  ck_ckpt_format_id format;
  ck_ckpt_root_kind root;
  bool is_snapshot, has_modules;
  CK_VEC(ck_ckpt_entry) entries;
  CK_VEC(const char *) modules;
  CK_VEC(ck_ckpt_part) parts;
  CK_VEC(ck_ckpt_other) others;
  const ck_ckpt_dict *root_dict;
  CK_VEC(ck_ckpt_pair) metadata;
  CK_VEC(ck_ckpt_global) unsafe;
  CK_VEC(ck_ckpt_problem) problems;
  ck_map by_key;     /* key -> index of its first entry, in `n` */
  ck_map module_set; /* path -> nothing */
};

/* --- Bytes (source.c) -------------------------------------------------------------------------------------------- */

/* A file or a piece of memory, read by position. No mapping: a file cut while it is read must not raise SIGBUS. */
typedef struct {
  int fd;                     /* -1: `bytes` */
  const unsigned char *bytes; /* NULL: `fd` */
  uint64_t size;
  uint64_t window_at; /* the last small read, so that the next one near it costs no system call */
  size_t window_n;
  unsigned char *window;
} ck_ckpt_source;

ck_status ck_ckpt_source_open(ck_ckpt_source *source, const char *path, ck_err *err);
void ck_ckpt_source_bytes(ck_ckpt_source *source, const void *bytes, size_t size);
void ck_ckpt_source_release(ck_ckpt_source *source);
/* Exactly n bytes from `at`; CK_CORRUPT if the file ends before. */
ck_status ck_ckpt_source_read(ck_ckpt_source *source, uint64_t at, void *out, size_t n, ck_err *err);

/* --- The job (build.c) ------------------------------------------------------------------------------------------ */

typedef struct ck_ckpt_zip ck_ckpt_zip;
typedef struct ck_ckpt_job ck_ckpt_job;
struct ck_ckpt_job {
  ck_ckpt *ckpt;
  const ck_ckpt_limits *limits;
  ck_ckpt_source *source;
  ck_ckpt_zip *zip;   /* the opened archive; NULL if the file is none */
  const char *folder; /* where shards are looked for; NULL: nowhere (bytes in memory) */
  bool is_shard;      /* an index within an index is not followed */
  ck_arena scratch;
  uint64_t values;             /* built so far, against max_values */
  uint64_t visits, max_visits; /* steps of the walk over what a pickle built */
  ck_map unsafe_names;
  ck_map storages; /* name -> checked already, in `n` */
  /* Compares a storage of the pickle (bytes in all, bytes of one item) with what the file holds for it; NULL: no check.
   */
  void (*check_storage)(ck_ckpt_job *job, const char *name, uint64_t bytes, uint64_t item, const char *key);
  /* Fills shape, dtype ... of the tensor with that persistent id (tar form); false if there is none. `entry` NULL: only
   * asks. The hook itself NULL: no tensors are named so. */
  bool (*persistent_tensor)(ck_ckpt_job *job, const char *id, ck_ckpt_entry *entry);
  void *reader_data; /* of the two hooks */
  ck_err *err;
};

/* CK_LIMIT if `more` bytes on top of what is taken exceed max_memory. */
ck_status ck_ckpt_charge(ck_ckpt_job *job, uint64_t more);
/* Counts one value built; CK_LIMIT beyond max_values or max_memory. */
ck_status ck_ckpt_count(ck_ckpt_job *job);
/* Counts one step of a walk over values that may share parts: 60 lists of two can mean 2^60 elements. */
ck_status ck_ckpt_visit(ck_ckpt_job *job);
const char *ck_ckpt_copy(ck_ckpt_job *job, const char *s, size_t n); /* into the checkpoint's arena */
/* Bytes as a key: copied, a NUL is written as the two characters \0. */
const char *ck_ckpt_copy_key(ck_ckpt_job *job, const char *s, size_t n);
ck_status ck_ckpt_add_entry(ck_ckpt_job *job, const ck_ckpt_entry *entry);
void ck_ckpt_add_module(ck_ckpt_job *job, const char *path);
void ck_ckpt_add_meta(ck_ckpt_job *job, const char *name, const char *value); /* copies; the first of a name stays */
void ck_ckpt_add_meta_int(ck_ckpt_job *job, const char *name, int64_t value);
void ck_ckpt_add_unsafe(ck_ckpt_job *job, const char *name, const char *where, uint64_t at);
void ck_ckpt_add_problem(ck_ckpt_job *job, ck_ckpt_problem_kind kind, uint64_t at, const char *key, const char *format,
                         ...) __attribute__((format(printf, 5, 6)));
/* The root as a part: entries, modules, kind of the whole file. For formats that hold one flat list of tensors. */
void ck_ckpt_add_root_part(ck_ckpt_job *job, ck_ckpt_root_kind kind);
/* elements = product of the shape; false if an extent is negative or the product overflows. */
bool ck_ckpt_elements(const int64_t *shape, size_t rank, uint64_t *elements);

/* --- Readers (readers.c) ---------------------------------------------------------------------------------------- */

enum { CK_CKPT_HEAD_SIZE = 512 }; /* bytes that a probe may look at: the tar header is the longest */
typedef struct {
  const unsigned char *bytes;
  size_t n;      /* bytes there are, at most CK_CKPT_HEAD_SIZE */
  uint64_t size; /* of the file */
} ck_ckpt_head;

/* A format. Exactly one of the probes is set; 0 no .. 100 certain; a probe reports nothing. */
typedef struct {
  const char *name;
  int (*probe)(const ck_ckpt_head *head);
  int (*probe_zip)(const ck_ckpt_zip *zip);
  ck_status (*read)(ck_ckpt_job *job); /* fills job->ckpt, sets its format; details of a failure in job->err */
} ck_ckpt_reader;

extern const ck_ckpt_reader ck_reader_archive, ck_reader_torch_zip, ck_reader_npz, ck_reader_other_zip;
extern const ck_ckpt_reader ck_reader_legacy, ck_reader_tar, ck_reader_pickle, ck_reader_safetensors, ck_reader_json;
extern const ck_ckpt_reader ck_reader_npy, ck_reader_gguf, ck_reader_snapshot, ck_reader_sniff;

/* Chooses the reader of the job's file and runs it. */
ck_status ck_ckpt_read_any(ck_ckpt_job *job);
ck_status ck_ckpt_read_folder(ck_ckpt_job *job, const char *path); /* read_folder.c */
/* Opens a file that belongs to another checkpoint: an index in it is not followed. */
ck_status ck_ckpt_open_shard(const char *path, const ck_ckpt_limits *limits, ck_ckpt **out, ck_err *err);
ck_status ck_ckpt_npy_header(ck_ckpt_job *job, const unsigned char *bytes, size_t n, uint64_t data_size,
                             ck_ckpt_entry *entry); /* read_npy.c */
/* Appends a deep copy of another checkpoint's entry, under `key`, as held by the shard `file`. */
ck_status ck_ckpt_add_copy(ck_ckpt_job *job, const ck_ckpt_entry *entry, const char *key, const char *file);
/* Appends what is wrong with a shard, and the unsafe globals that it names. */
void ck_ckpt_add_shard_notes(ck_ckpt_job *job, const ck_ckpt *shard, const char *file);
enum { CK_CKPT_NPY_HEADER_MAX = 64 * 1024 }; /* a header is about 128 bytes; structured dtypes take more */
#endif
